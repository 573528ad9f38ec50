"""
Projects to test a pack with, made out of the pack: its facts, each missing, null or given, most often at a boundary.

`boundaries` says which values of a fact are worth trying. `projects` draws from them with Hypothesis, `random_project`
with a random generator, for long runs.
"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from govit_rules import Project
from govit_rules.conditions import (
    AllOf,
    AnyOf,
    AsOf,
    Compare,
    CompareDays,
    CoversMonths,
    DayFact,
    DayLiteral,
    DayOfYear,
    DayParameter,
    FirstSet,
    Happened,
    InOrder,
    Is,
    Later,
    Lists,
    Named,
    Not,
    NumberFact,
    NumberLiteral,
    OneOf,
    Plus,
    Shift,
    StartOf,
    StillDue,
    YearOf,
)
from govit_rules.values import Span

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Iterator

    from govit_rules.facts import Fact
    from govit_rules.packs import Pack

NO_VALUE: Final = object()

# Days of judging: the end and the beginning of months and years, around holidays, before a calendar is published.
DAYS: Final = (
    date(2026, 11, 21),
    date(2026, 3, 31),
    date(2024, 2, 29),
    date(2025, 10, 1),
    date(2026, 12, 29),
    date(2027, 1, 4),
    date(2027, 1, 11),
)
_BACK: Final = (
    0,
    0,
    1,
    2,
    4,
    7,
    8,
    11,
    12,
    13,
    14,
    15,
    16,
    30,
    31,
    59,
    61,
    62,
    90,
    91,
    92,
    183,
    184,
    185,
    364,
    365,
    366,
    730,
)
_AHEAD: Final = (1, 2, 14, 31, 200)


def judging_days(pack: Pack) -> tuple[date, ...]:
    """
    Days of judging for a pack: `DAYS`, and those on which its figures and rules change, with the days before.
    """
    changes = {start for parameter in pack.parameters.values() for start, _ in parameter.values}
    for rule in pack.rules.values():
        changes |= {day for day in (rule.start, rule.until) if day is not None}
    later = sorted(day for day in changes if day > date(2015, 1, 1))
    return (*DAYS, *(day - timedelta(step) for day in later for step in (1, 0)))


def boundaries(pack: Pack, as_of: date) -> dict[str, tuple[Any, ...]]:
    """
    For each fact that a pack reads, the values worth trying, as they stand in JSON.

    Values come as often as they should be drawn: of a fact on which the scope of the pack turns, four in five bring a
    project into that scope, and of any other half make some rule bear.
    """
    nodes = list(_nodes(pack))
    in_scope = _liked((pack.applies, pack.scope), pack)
    bearing = _liked([rule.when for rule in pack.rules.values()], pack)
    found = {}
    for path in sorted(pack.facts_read()):
        fact = pack.fact(path)
        assert fact is not None
        edges = tuple(_edges(fact, nodes, pack, as_of))
        liked, share = (in_scope[path], 4) if path in in_scope else (bearing.get(path, []), 1)
        found[path] = (*liked * max(1, share * len(edges) // max(1, len(liked))), *edges)
    return found


def _edges(fact: Fact, nodes: list[Any], pack: Pack, as_of: date) -> Iterator[Any]:
    match fact.type:
        case "bool":
            yield from (True, False)
        case "enum":
            yield from fact.values or ()
        case "enum_list":
            yield from _lists(fact, nodes)
        case "month_list":
            yield from _month_lists(as_of)
        case "date" | "event_date" | "due_date":
            yield from (False, False, False) if fact.type != "date" else ()
            yield from (day.isoformat() for day in _days(fact, nodes, pack, as_of))
        case "money" | "int":
            yield from _numbers(fact, nodes, pack)
        case "year":
            yield from (as_of.year + step for step in (-2, -1, 0, 1, 2))
            yield from (1949, 2099)


def _lists(fact: Fact, nodes: list[Any]) -> Iterator[list[str]]:
    codes = tuple(fact.values or ())
    yield from ([], list(codes))
    for node in nodes:
        if isinstance(node, Lists) and node.fact == fact.path:
            yield list(node.values)
            yield list(node.values[:1])
            yield [code for code in codes if code not in node.values]
    yield from ([code for code in codes if code != left_out] for left_out in codes)


def _month_lists(as_of: date) -> Iterator[list[str]]:
    numbers = range(as_of.year * 12 + as_of.month - 26, as_of.year * 12 + as_of.month)
    months = [f"{number // 12:04}-{number % 12 + 1:02}" for number in numbers]
    yield from ([], months, months[:-1], months[:-2], months[1:], months[-3:], months[-2:-1], months[:-3] + months[-2:])


def _days(fact: Fact, nodes: list[Any], pack: Pack, as_of: date) -> Iterator[date]:
    yield from (as_of - timedelta(days) for days in _BACK)
    yield from (as_of + timedelta(days) for days in _AHEAD)
    yield from (date(as_of.year - 1, 9, 30), date(as_of.year - 1, 10, 1), date(as_of.year, 1, 1), as_of.replace(day=1))
    if fact.type == "date":
        yield from (as_of + timedelta(days) for days in (365, 730, 731))
    written = [node.day for node in nodes if isinstance(node, DayLiteral)]
    for parameter in pack.parameters.values():
        written += [value for _, value in parameter.values if isinstance(value, date)]
    yield from (day + timedelta(step) for day in written for step in (-1, 0, 1) if day > date(1950, 1, 1))


def _numbers(fact: Fact, nodes: list[Any], pack: Pack) -> Iterator[Any]:
    unit = Decimal("0.01") if fact.type == "money" else 1
    written: set[Any] = {node.value for node in nodes if isinstance(node, NumberLiteral) and node.type == fact.type}
    for parameter in pack.parameters.values():
        if parameter.type == fact.type:
            written |= {value for _, value in parameter.values if value is not None}
    for number in sorted({max(edge + step, 0 * unit) for edge in (*written, 0) for step in (-unit, 0, unit)}):
        yield f"{number}元" if fact.type == "money" else int(number)


# What makes conditions true: without a liking for it hardly a project would lie within the scope of any rule.


def _liked(conditions: Iterable[Any], pack: Pack) -> dict[str, list[Any]]:
    liked: dict[str, list[Any]] = {}
    for condition in conditions:
        for fact, value in _fitting(condition, pack, wanted=True):
            liked.setdefault(fact, []).append(value)
    return liked


def _fitting(condition: Any, pack: Pack, *, wanted: bool) -> Iterator[tuple[str, Any]]:
    match condition:
        case AllOf(items) | AnyOf(items) | InOrder(items):
            for item in items:
                yield from _fitting(item, pack, wanted=wanted)
        case Not(item):
            yield from _fitting(item, pack, wanted=not wanted)
        case Named(_, item):
            yield from _fitting(item, pack, wanted=wanted)
        case Is(fact, expected):
            yield fact, expected is wanted
        case OneOf(fact, values, negated):
            others = tuple(code for code in getattr(pack.fact(fact), "values", None) or () if code not in values)
            yield from ((fact, value) for value in (values if negated is not wanted else others))
        case Lists(fact, quantifier, values):
            yield fact, list(values) if (quantifier != "none_of") is wanted else []
        case Compare(NumberFact(fact, "money"), operator, _):
            yield fact, "20000000元" if (operator in (">", ">=")) is wanted else "0元"
        case CompareDays(DayFact(fact, _), ">=", DayParameter()) if wanted:
            yield fact, "2026-05-20"
            yield fact, "2023-09-30"
        case Happened(fact, expected):
            yield fact, "2025-12-31" if expected is wanted else False


def _nodes(pack: Pack) -> Iterator[Any]:
    for rule in pack.rules.values():
        for condition in (pack.scope_of(rule), rule.when, rule.require, rule.due):
            yield from _walk(condition)
    for step in pack.path.values():
        for condition in (pack.scope_of(step), step.when, step.done_when):
            yield from _walk(condition)


def _walk(node: Any) -> Iterator[Any]:
    yield node
    if isinstance(node, tuple):
        for item in node:
            yield from _walk(item)
    elif is_dataclass(node):
        for field in fields(node):
            yield from _walk(getattr(node, field.name))


# ---------------------------------------------------------------------------------------------------------------------
# Projects


def project_of(facts: dict[str, Any]) -> Project:
    """
    A project from facts by path, read as a file is read.
    """
    nested: dict[str, Any] = {}
    for path, value in facts.items():
        section, _, leaf = path.rpartition(".")
        (nested.setdefault(section, {}) if section else nested)[leaf] = value
    return Project.model_validate_json(json.dumps(nested))


def projects(pack: Pack, as_of: date, *, given: float | None = None) -> st.SearchStrategy[dict[str, Any]]:
    """
    Facts of a project by path: each left out, null, or given; ``given`` is the share of those given (None: any).
    """
    values = boundaries(pack, as_of)
    shares = st.sampled_from((0.0, 0.4, 0.8, 0.95, 1.0)) if given is None else st.just(given)

    def facts(share: float) -> st.SearchStrategy[dict[str, Any]]:
        return st.fixed_dictionaries({path: _maybe(edges, share) for path, edges in values.items()}).map(_without_gaps)

    return shares.flatmap(facts)


def _maybe(edges: tuple[Any, ...], share: float) -> st.SearchStrategy[Any]:
    left_out = round(len(edges) * (1 - share) / share) if share else 1
    return st.sampled_from((*([NO_VALUE] * left_out), *([None] if left_out else ()), *(edges if share else ())))


def _without_gaps(facts: dict[str, Any]) -> dict[str, Any]:
    return {path: value for path, value in facts.items() if value is not NO_VALUE}


def random_project(values: dict[str, tuple[Any, ...]], lot: random.Random) -> dict[str, Any]:
    """
    Facts of a project by path from a table that `boundaries` made; the share given differs from project to project.
    """
    share = lot.choice((0.3, 0.8, 0.9, 0.97, 1.0))
    return {path: lot.choice(edges) for path, edges in values.items() if lot.random() < share}


# ---------------------------------------------------------------------------------------------------------------------
# Single tests of days, deeper than any pack has them

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
