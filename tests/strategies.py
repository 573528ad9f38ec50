"""
What only this suite draws: single tests of days, deeper than any pack has them.

Projects made out of a pack are `govit_rules.testing.strategies`.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from hypothesis import strategies as st

from govit_rules.conditions import (
    AsOf,
    Compare,
    CompareDays,
    CoversMonths,
    DayFact,
    DayLiteral,
    DayOfYear,
    FirstSet,
    Later,
    NumberFact,
    Plus,
    Shift,
    StartOf,
    StillDue,
    YearOf,
)
from govit_rules.values import Span

EVENTS: Final = tuple(DayFact(name, "event_date") for name in ("first", "second", "third"))
_PLAIN: Final = (DayFact("day", "date"), DayFact("due", "due_date"), AsOf())
_SPANS: Final = (Span(0, "d"), Span(1, "d"), Span(15, "d"), Span(5, "wd"), Span(1, "mo"), Span(2, "mo"), Span(1, "y"))


def operands(as_of: date) -> st.SearchStrategy[Any]:
    """
    Days as a condition can name them.
    """
    near = st.integers(-40, 40).map(lambda days: DayLiteral(as_of + timedelta(days)))
    year = st.just(NumberFact("year", "year"))

    def deeper(days: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        years = st.one_of(year, st.builds(YearOf, days), st.builds(Plus, st.builds(YearOf, days), st.just(-1)))
        return st.one_of(
            st.builds(Shift, days, st.sampled_from(_SPANS), st.sampled_from((1, -1))),
            st.builds(Later, days, days),
            st.builds(FirstSet, days, days),
            st.builds(StartOf, st.sampled_from(("month", "year")), days),
            st.builds(DayOfYear, st.sampled_from((2, 9)), st.sampled_from((1, 29)), years),
        )

    return st.recursive(st.one_of(st.sampled_from((*EVENTS, *_PLAIN)), near), deeper, max_leaves=3)


def single_tests(as_of: date) -> st.SearchStrategy[Any]:
    """
    Comparisons of days and of years, spans of months, and days until which something is due.
    """
    days, order = operands(as_of), st.sampled_from(("<", "<=", ">", ">="))
    return st.one_of(
        st.builds(CompareDays, st.sampled_from((*EVENTS, *_PLAIN)), order, days),
        st.builds(Compare, st.just(NumberFact("year", "year")), order, st.builds(YearOf, days)),
        st.builds(CoversMonths, st.just("months"), days, days),
        st.builds(StillDue, days),
    )


def days_known(as_of: date) -> st.SearchStrategy[dict[str, Any]]:
    """
    Values for all that `single_tests` read.
    """
    past = st.sampled_from((0, 0, 1, 14, 15, 16, 30, 31, 59, 90, 366)).map(lambda days: as_of - timedelta(days))
    ahead = st.sampled_from((1, 15, 31, 90)).map(lambda days: as_of + timedelta(days))
    months = [f"{year}-{month:02}" for year in (as_of.year - 1, as_of.year) for month in range(1, 13)]
    values: dict[str, st.SearchStrategy[Any]] = {event.fact: st.one_of(st.just(False), past) for event in EVENTS}
    values |= {"day": st.one_of(past, ahead), "due": st.one_of(st.just(False), past, ahead)}
    values |= {"year": st.integers(as_of.year - 1, as_of.year + 1), "months": st.frozensets(st.sampled_from(months))}
    calendars = {f"holidays.{year}": "early" for year in range(2027, 2200)}
    return st.fixed_dictionaries(values).map(lambda known: {**known, **calendars})
