"""
What projects to test a pack with are made of: the values of each fact worth trying, and facts as projects.

`boundaries` says which values those are: around every figure, before and after every deadline, each code, lists with an
entry left out. Facts are mappings from a fact's path to its value as it stands in JSON.
Imports: `conditions`, `diagram`, `facts`, `judge`, `project`.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from govit_rules.conditions import (
    AllOf,
    AnyOf,
    Compare,
    CompareDays,
    Condition,
    DayFact,
    DayLiteral,
    DayParameter,
    Happened,
    InOrder,
    Is,
    Lists,
    Named,
    Not,
    NumberFact,
    NumberLiteral,
    OneOf,
    walk,
)
from govit_rules.diagram import MET, Question, solve
from govit_rules.judge import judge_for
from govit_rules.project import CORE_FACTS, Project

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from govit_rules.facts import Fact
    from govit_rules.packs import Pack

Facts = dict[str, Any]

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
# Days from the day of judging to an event: around those on which deadlines of days, months and years fall.
_BACK: Final = (
    *(0, 0, 1, 2, 4, 7, 8, 11, 12, 13, 14, 15, 16, 30, 31, 59, 61, 62),
    *(90, 91, 92, 183, 184, 185, 364, 365, 366, 730),
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


def boundaries(pack: Pack, as_of: date, facts: Iterable[str] | None = None) -> dict[str, tuple[Any, ...]]:
    """
    For each fact that a pack reads, or each of ``facts``, the values worth trying, as they stand in JSON.

    Values come as often as they should be drawn: of a fact on which the scope of the pack turns, four in five bring a
    project into that scope, and of any other half make some rule bear.

    Raises:
        LookupError: There is no fact of that name.
    """
    table = _table(pack, as_of)
    return {path: table.edges(path) for path in sorted(table.read if facts is None else set(facts))}


class _Table:
    """
    The values worth trying on one day, each fact's worked out when it is asked for.
    """

    def __init__(self, pack: Pack, as_of: date) -> None:
        self.pack, self.as_of, self.read = pack, as_of, pack.facts_read
        written = (Lists, DayLiteral, NumberLiteral)
        self.nodes = list(dict.fromkeys(node for node in _nodes(pack) if isinstance(node, written)))
        self.in_scope = _liked((pack.applies, pack.scope), pack)
        self.bearing = _liked([rule.when for rule in pack.rules.values()], pack)
        self.found: dict[str, tuple[Any, ...]] = {}

    def edges(self, path: str) -> tuple[Any, ...]:
        if path not in self.found:
            edges = tuple(_edges(fact_named(self.pack, path), self.nodes, self.pack, self.as_of))
            inside = path in self.in_scope
            liked, share = (self.in_scope[path], 4) if inside else (self.bearing.get(path, []), 1)
            self.found[path] = (*liked * max(1, share * len(edges) // max(1, len(liked))), *edges)
        return self.found[path]


_TABLES: Final[list[_Table]] = []


def _table(pack: Pack, as_of: date) -> _Table:
    """
    The table of a pack and a day; the last few are kept.
    """
    for table in _TABLES:
        if table.pack is pack and table.as_of == as_of:
            return table
    _TABLES.insert(0, _Table(pack, as_of))
    del _TABLES[12:]
    return _TABLES[0]


def fact_named(pack: Pack, path: str) -> Fact:
    """
    A fact of a pack or of the vocabulary.

    Raises:
        LookupError: There is none of that name.
    """
    fact = pack.fact(path)
    if fact is None:
        raise LookupError(f"{pack.name['zh']}没有名为 {path!r} 的事实")
    return fact


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
            yield from walk(condition)
    for step in pack.path.values():
        for condition in (pack.scope_of(step), step.when, step.done_when):
            yield from walk(condition)


# ---------------------------------------------------------------------------------------------------------------------
# Facts and projects


def project_of(facts: Mapping[str, Any]) -> Project:
    """
    A project from facts by path, read as a file is read.

    Raises:
        ProjectError: A value is wrong.
    """
    nested: dict[str, Any] = {}
    for path, value in facts.items():
        section, _, leaf = path.rpartition(".")
        (nested.setdefault(section, {}) if section else nested)[leaf] = value
    return Project.model_validate_json(json.dumps(nested))


def facts_of(project: Project | Mapping[str, Any]) -> Facts:
    """
    The facts of a project by path, as they stand in JSON; what is null is left out.
    """
    if not isinstance(project, Project):
        return {path: value for path, value in project.items() if value is not None}
    found: Facts = {}
    for key, value in project.model_dump(mode="json", exclude_none=True).items():
        found |= {f"{key}.{leaf}": inner for leaf, inner in value.items()} if isinstance(value, dict) else {key: value}
    return {path: value for path, value in found.items() if value is not None}


def values_of(facts: Mapping[str, Any], pack: Pack, as_of: date) -> dict[str, Any]:
    """
    The values that a pack reads out of facts: claims not made, and events that lie ahead, are False.
    """
    claims = [path for path, fact in (*CORE_FACTS.items(), *pack.facts.items()) if fact.claim]
    values: dict[str, Any] = dict.fromkeys(claims, False)
    for path, given in facts.items():
        fact = pack.fact(path)
        if fact is not None and given is not None:
            values[path] = value_of(fact, given, as_of)
    return values


def value_of(fact: Fact, given: Any, as_of: date) -> Any:
    """
    What a value in JSON stands for: an event that lies ahead is False.
    """
    value: Any = fact.parse(given)
    return False if fact.type == "event_date" and value is not False and value > as_of else value


def as_json(value: Any) -> Any:
    """
    The value of a fact as it stands in JSON.
    """
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Decimal):
        return f"{value}元"
    return value.isoformat() if isinstance(value, date) else value


def holds(condition: Condition, facts: Mapping[str, Any], pack: Pack, as_of: date) -> bool | None:
    """
    Whether a condition is true of a project; None where facts that are missing can make it so or otherwise.
    """
    judge = judge_for(pack, as_of)
    known = {**judge.parameters, **values_of(facts, pack, as_of)}
    reached = solve(Question(condition), known, judge.domain, as_of).reached
    return True if reached == {MET} else None if MET in reached else False


def random_project(values: Mapping[str, tuple[Any, ...]], lot: random.Random) -> Facts:
    """
    Facts of a project by path from a table that `boundaries` made; the share given differs from project to project.
    """
    share = lot.choice((0.3, 0.8, 0.9, 0.97, 1.0))
    return {path: lot.choice(edges) for path, edges in values.items() if lot.random() < share}


def distinct(table: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
    """
    The values of each fact in their order, each once.
    """
    return {path: list({repr(edge): edge for edge in edges}.values()) for path, edges in table.items()}
