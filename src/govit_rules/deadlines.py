"""
Time limits: found in the conditions of a pack, and where each stands for a project.

A time limit is a comparison in what a rule requires (``filed_on <= completed_on + 15d``, ``within 3mo..6mo after D``,
``covers months …``) or the day by which a rule is due. Whether it was kept, the same comparison says that judges the
rule, so that a deadline never says other than the decision. Imports: `conditions`, `decision` (for types), `packs`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from govit_rules.conditions import (
    OPEN,
    TRUE,
    AllOf,
    AnyOf,
    AsOf,
    CalendarNeeded,
    CompareDays,
    CoversMonths,
    DayFact,
    EarlyCalendars,
    Happened,
    Named,
    Shift,
    StillDue,
    Within,
    children,
    ended_months,
    last_day,
    level,
    only_day,
    walk,
)
from govit_rules.values import Span, months_between

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from govit_rules.conditions import Condition, Day
    from govit_rules.decision import Decision
    from govit_rules.packs import Pack, Rule

_IN_SIGHT: Final = timedelta(days=800)  # what must be done again each year lies within
STATUS_ZH: Final = {
    "running": "进行中",
    "met": "已办",
    "missed": "逾期",
    "unknown": "不能判断",
    "ended": "不再适用",
}


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """
    A time limit that a rule sets.

    ``test`` is true if it was kept, open while it runs. ``event`` is the fact that dates what must be done; ``opens``
    is the first day in time (None: any), ``closes`` the last; ``counts_from`` the day from which it is counted, itself
    not counted. ``monthly``: the end of each month until the end. ``recurs``: what is required turns on the day of
    judging, so that what was done must be done again.
    """

    rule: Rule
    test: Condition
    event: str | None
    closes: Day | None
    opens: Day | None = None
    counts_from: Day | None = None
    monthly: CoversMonths | None = None
    recurs: bool = False


@dataclass(frozen=True, slots=True)
class Deadline:
    """
    A time limit of one project: ``status`` is running, met, missed, unknown or ended (the duty fell away).

    ``bearer`` is whose clock it is; ``counts`` is False for an authority's own. ``since`` is the day it is counted
    from, ``opens_on`` and ``due_on`` are the first and the last day in time, ``done_on`` the day it was done. ``began``
    and ``stopped`` are the lines of the events that set the clock going and stopped it.
    """

    rule: str
    article: str
    title: str
    title_en: str
    bearer: str
    counts: bool
    severity: str
    event: str | None
    since: date | None
    opens_on: date | None
    due_on: date
    done_on: date | None
    status: str
    began: int | None = None
    stopped: int | None = None

    @property
    def key(self) -> tuple[str, str | None, date]:
        """
        What makes it the same deadline from one event to the next.
        """
        return (self.rule, self.event, self.due_on)


def time_limits(pack: Pack) -> tuple[TimeLimit, ...]:
    """
    The time limits of a pack's rules, in its order.
    """
    return tuple(limit for rule in pack.rules.values() for limit in _limits_of(rule))


def _limits_of(rule: Rule) -> Iterator[TimeLimit]:
    if rule.require is None:
        return
    found = list(_compared_with(rule, rule.require))
    yield from found
    due = rule.due
    if not found and due is not None and not isinstance(due, str | DayFact):
        events = [test.fact for test in _asked(rule.require) if isinstance(test, Happened) and test.expected]
        event = events[0] if len(events) == 1 else None
        recurs = any(isinstance(part, AsOf) for part in walk(rule.require))
        yield TimeLimit(rule, rule.require, event, due, None, _counted_from(due), recurs=recurs)


def _compared_with(rule: Rule, require: Condition) -> Iterator[TimeLimit]:
    """
    The limits that stand in what a rule requires.
    """
    for test in _asked(require):
        match test:
            case Within(DayFact(event, "event_date"), least, most, after):
                yield TimeLimit(rule, test, event, Shift(after, most, 1), Shift(after, least, 1), after)
            case CompareDays(DayFact(event, "event_date"), "<=" | "<" as operator, bound):
                yield from _compared(rule, test, event, bound, strict=operator == "<")
            case CompareDays(bound, ">=" | ">" as operator, DayFact(event, "event_date")):
                yield from _compared(rule, test, event, bound, strict=operator == ">")
            case CoversMonths():
                yield TimeLimit(rule, test, None, None, counts_from=test.start, monthly=test)


def _compared(rule: Rule, test: Condition, event: str, bound: Day, *, strict: bool) -> Iterator[TimeLimit]:
    """
    A limit, if the bound is a day that can be told beforehand: not an event itself, nor the day of judging.
    """
    parts = list(walk(bound))
    if (isinstance(bound, DayFact) and bound.type == "event_date") or any(isinstance(part, AsOf) for part in parts):
        return
    closes = Shift(bound, Span(1, "d"), -1) if strict else bound
    yield TimeLimit(rule, test, event, closes, None, _counted_from(bound))


def _asked(condition: Condition) -> Iterator[Condition]:
    """
    The comparisons that must, or may, come true for a condition to hold; what stands under a ``not`` is none.
    """
    match condition:
        case AllOf() | AnyOf() | Named():
            for part in children(condition):
                yield from _asked(part)
        case Within() | CompareDays() | CoversMonths() | Happened():
            yield condition


def _counted_from(day: Day) -> Day | None:
    start = day
    while isinstance(start, Shift):
        start = start.day
    return None if start is day else start


def deadlines_of(decision: Decision, limits: tuple[TimeLimit, ...]) -> tuple[Deadline, ...]:
    """
    Where the time limits stand, as a decision sees them; those that have not begun, or bind not, are left out.
    """
    outcomes = {verdict.rule: verdict.outcome for verdict in decision.verdicts}
    values = EarlyCalendars(decision.values)
    found = (_deadline(limit, outcomes[limit.rule.id], values, decision.as_of) for limit in limits)
    return tuple(deadline for deadline in found if deadline is not None)


def _deadline(limit: TimeLimit, outcome: str, values: Mapping[str, Any], as_of: date) -> Deadline | None:
    if outcome == "not_applicable":
        return None
    days = _days_by_month(limit, values, as_of) if limit.monthly else _days(limit, values, as_of)
    if days is None:
        return None
    if limit.recurs and outcome == "met":
        again = _last_day_met(limit, values, as_of)
        return None if again is None else replace(_made(limit, values, as_of, None, again, None, "running"), since=None)
    opens_on, due_on = days
    done_on = values.get(limit.event) if limit.event else None
    done_on = done_on if isinstance(done_on, date) else None
    status = _status(limit, values, as_of, due_on)
    status = _as_decided(status, outcome, whole=limit.test is limit.rule.require)
    if outcome == "met" and status != "met" and not (limit.monthly and status == "running"):
        return None  # met in another way: the limit does not bind
    return _made(limit, values, as_of, opens_on, due_on, done_on, status)


def _as_decided(status: str, outcome: str, *, whole: bool) -> str:
    """
    What is said of a limit, given what is said of its rule: never more, and where the limit is the rule, the same.
    """
    if status == "missed" and outcome not in ("violated", "met"):
        return "running" if outcome == "pending" else "unknown"
    if status == "unknown" and outcome == "pending":
        return "running"
    return "missed" if status == "unknown" and outcome == "violated" and whole else status


def _made(
    limit: TimeLimit,
    values: Mapping[str, Any],
    as_of: date,
    opens_on: date | None,
    due_on: date,
    done_on: date | None,
    status: str,
) -> Deadline:
    rule = limit.rule
    return Deadline(
        rule=rule.id,
        article=rule.article,
        title=rule.title["zh"],
        title_en=rule.title["en"],
        bearer=rule.bearer,
        counts=rule.counts,
        severity=rule.severity,
        event=limit.event,
        since=_one_day(limit.counts_from, values, as_of),
        opens_on=opens_on,
        due_on=due_on,
        done_on=done_on,
        status=status,
    )


def _days(limit: TimeLimit, values: Mapping[str, Any], as_of: date) -> tuple[date | None, date] | None:
    """
    The first and the last day in time; None while the limit has not begun, or what it counts from is not known.
    """
    if limit.closes is None:
        return None
    try:
        due_on = last_day(limit.closes, values, as_of)
    except (KeyError, CalendarNeeded):
        return None
    return None if due_on is None else (_one_day(limit.opens, values, as_of), due_on)


def _days_by_month(limit: TimeLimit, values: Mapping[str, Any], as_of: date) -> tuple[date | None, date] | None:
    """
    The end of the first whole month that is missing; else of the present one, or once the end has come of the last.
    """
    months = limit.monthly
    assert months is not None  # noqa: S101  # asked of monthly limits only
    try:
        start, end = only_day(months.start, values, as_of), last_day(months.end, values, as_of)
    except KeyError:
        return None
    if start is None or start > as_of:
        return None
    ended = end is not None and end <= as_of
    asked = months_between(start, end) if ended and end else ended_months(start, as_of, as_of)
    listed = values.get(months.fact, frozenset())
    late = (month for month in ended_months(start, end if ended and end else as_of, as_of) if month not in listed)
    wanted = next(late, asked[-1] if asked and ended else None)
    if wanted is not None:
        return None, _month_end(date.fromisoformat(f"{wanted}-01"))
    first = start if start.day == 1 else _month_end(start) + timedelta(days=1)  # the month of the start is not whole
    return None if ended else (None, _month_end(max(as_of, first)))


def _last_day_met(limit: TimeLimit, values: Mapping[str, Any], as_of: date) -> date | None:
    """
    The last day on which what was done will still do: by then it must be done again. None: none in sight.
    """
    good, bad = as_of, as_of + _IN_SIGHT
    try:
        if level(limit.test, values, bad) == TRUE:
            return None
        while bad - good > timedelta(days=1):
            middle = good + (bad - good) // 2
            good, bad = (middle, bad) if level(limit.test, values, middle) == TRUE else (good, middle)
    except (KeyError, CalendarNeeded):
        return None
    return good


def _month_end(day: date) -> date:
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return following - timedelta(days=1)


def _one_day(day: Day | None, values: Mapping[str, Any], as_of: date) -> date | None:
    if day is None:
        return None
    try:
        return only_day(day, values, as_of)
    except (KeyError, CalendarNeeded):
        return None


def _status(limit: TimeLimit, values: Mapping[str, Any], as_of: date, due_on: date) -> str:
    try:
        reached = level(limit.test, values, as_of)
    except (KeyError, CalendarNeeded):
        return "running" if as_of <= due_on else "unknown"
    if limit.monthly:
        return _monthly_status(reached, due_on, as_of)
    if reached == TRUE:
        return "met"
    if reached == OPEN:
        return "running"
    due = limit.rule.due
    still_due = due is not None and not isinstance(due, str) and level(StillDue(due), values, as_of) == TRUE
    return "running" if still_due else "missed"


def _monthly_status(reached: int, due_on: date, as_of: date) -> str:
    if reached != TRUE:
        return "missed"
    return "running" if as_of <= due_on else "met"


__all__ = ["STATUS_ZH", "Deadline", "TimeLimit", "deadlines_of", "time_limits"]
