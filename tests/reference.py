"""
A second opinion: what a pack says of a project, worked out from the words of the design, slowly and plainly.

It reads the same tree of conditions, and shares nothing else with the engine. A test that turns on an event ahead is
tried on hundreds of later days; what is missing is given every value that could matter, one after another, and the
outcome is read off the list of what came of it. Where that list would be too long, completions are drawn by lot, and
an `Answer` says that it is not ``exact``.

Three readings of the design are fixed here. The day of judging is not over: an event that has not happened can still
meet a deadline of that day, and comes after every event that has happened, also on that day. A comparison with a due
date that nobody set is false. A duty stays due while the event that it counts from has not happened.
"""

from __future__ import annotations

import random
from calendar import monthrange
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from govit_rules.conditions import (
    ALWAYS,
    NEVER,
    AllOf,
    AnyOf,
    AsOf,
    Compare,
    CompareDays,
    Condition,
    Constant,
    CoversMonths,
    DayFact,
    DayLiteral,
    DayOfYear,
    DayParameter,
    FigureSpan,
    FirstSet,
    Happened,
    InOrder,
    Is,
    Judgement,
    Later,
    Lists,
    Named,
    Not,
    NumberFact,
    NumberLiteral,
    NumberParameter,
    OneOf,
    Plus,
    Shift,
    StartOf,
    StillDue,
    Unpublished,
    Within,
    YearOf,
)
from govit_rules.facts import STAGES
from govit_rules.values import Span, shift

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from govit_rules.packs import Pack, Rule, Step
    from govit_rules.project import Project

FALSE, OPEN, TRUE = 0, 1, 2

FAR_AHEAD: Final = date(2199, 12, 31)
FAR_BACK: Final = date(2003, 1, 6)
# Later days on which one, two, or more events that have not happened are tried.
_OFFSETS: Final = (
    tuple(range(801)),
    (
        *range(17),
        *range(27, 33),
        *range(58, 63),
        *range(88, 94),
        *range(179, 187),
        *range(363, 368),
        729,
        730,
        731,
        800,
    ),
    (0, 1, 2, 15, 16, 31, 92, 183, 366, 731),
)
_MONTHS: Final = frozenset(f"{year:04}-{month:02}" for year in range(1999, 2080) for month in range(1, 13))


class CalendarMissing(Exception):
    """
    A count of working days runs into a year whose calendar nobody has published.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Moment(NamedTuple):
    """
    A day, and what it is: a plain ``day``, an event of the ``past``, or an event ``ahead``.
    """

    day: date
    mood: str


# ---------------------------------------------------------------------------------------------------------------------
# One test in one completion


class World:
    """
    One completion, one day of judging, and one future: the days on which the events ahead will happen.
    """

    def __init__(self, values: Mapping[str, Any], as_of: date, future: Mapping[str, date]) -> None:
        self.values, self.as_of, self.future = values, as_of, future

    def moment(self, term: Any) -> Moment | None:
        """
        The day that an operand names; None where it is a due date that nobody set.
        """
        match term:
            case DayLiteral(day):
                return Moment(day, "day")
            case AsOf():
                return Moment(self.as_of, "day")
            case DayParameter(name):
                return Moment(self.values[f"${name}"], "day")
            case DayFact(fact, "event_date"):
                happened = self.values[fact] is not False
                return Moment(self.values[fact], "past") if happened else Moment(self.future[fact], "ahead")
            case DayFact(fact, _):
                return None if self.values[fact] is False else Moment(self.values[fact], "day")
            case Later(first, second):
                return _later_of(self.moment(first), self.moment(second))
            case FirstSet(first, second):
                return self.moment(first) or self.moment(second)
            case DayOfYear(month, day, year):
                number = self.number(year)
                return None if number is None else Moment(_day_in(int(number), month, day), "day")
            case StartOf(unit, inner):
                at = self.moment(inner)
                return at and Moment(
                    at.day.replace(day=1) if unit == "month" else at.day.replace(day=1, month=1), "day"
                )
            case Shift(inner, span, sign):
                at = self.moment(inner)
                return at and Moment(self.shifted(at.day, span, sign), "day")
        raise TypeError(term)

    def shifted(self, day: date, span: Span | FigureSpan, sign: Any) -> date:
        """
        A day moved by a span; the calendars of unpublished years are part of the completion.
        """
        if isinstance(span, FigureSpan):
            span = Span(min(self.values[f"${span.parameter}"], 9999), span.unit)
        moved = shift(day, span, sign)
        if moved.unpublished is None or moved.first == moved.last:
            return moved.first
        name = f"holidays.{moved.unpublished}"
        if name not in self.values:
            raise CalendarMissing(name)
        return moved.first if self.values[name] == "early" else moved.last

    def number(self, term: Any) -> Any:
        """
        The number that an operand names; None for the year of a day that nobody set.
        """
        match term:
            case NumberLiteral(value, _):
                return value
            case NumberFact(fact, _):
                return self.values[fact]
            case NumberParameter(name, _):
                return self.values[f"${name}"]
            case YearOf(day):
                at = self.moment(day)
                return at and at.day.year
            case Plus(inner, by):
                number = self.number(inner)
                return None if number is None else number + by
        raise TypeError(term)

    def holds(self, test: Any) -> bool:
        """
        Whether a test is true.
        """
        values = self.values
        match test:
            case Is(fact, expected):
                return bool(values[fact] is expected)
            case Happened(fact, expected):
                return (values[fact] is not False) == expected
            case OneOf(fact, wanted, negated):
                return (values[fact] in wanted) != negated
            case Lists(fact, quantifier, wanted):
                named = [value in values[fact] for value in wanted]
                return {"any_of": any(named), "all_of": all(named), "none_of": not any(named)}[quantifier]
            case Compare(left, operator, right):
                first, second = self.number(left), self.number(right)
                return first is not None and second is not None and _in_order(first, operator, second)
            case CompareDays(left_day, operator, right_day):
                return _moments_in_order(self.moment(left_day), operator, self.moment(right_day))
            case Within(day, least, most, after):
                at, start = self.moment(day), self.moment(after)
                if at is None or start is None:
                    return False
                return self.shifted(start.day, least, 1) <= at.day <= self.shifted(start.day, most, 1)
            case CoversMonths(fact, start, end):
                return all(month in values[fact] for month in self.months_due(start, end))
            case Unpublished(parameter):
                return bool(values[f"unpublished:{parameter}"])
            case Judgement(text):
                return bool(values[f"judgement:{text}"])
            case StillDue(day):
                at = self.moment(day)
                return at is None or self.as_of <= at.day
        raise TypeError(test)

    def months_due(self, start: Any, end: Any) -> Iterator[str]:
        """
        The whole calendar months that have ended from one day until another, or until the day of judging.
        """
        first, last = self.moment(start), self.moment(end)
        if first is None or self._ahead(start):
            return  # nothing started
        until = self.as_of if last is None or self._ahead(end) else min(last.day, self.as_of)
        year, month = first.day.year, first.day.month
        while (month_begins := date(year, month, 1)) <= until:
            month_ends = date(year, month, monthrange(year, month)[1])
            if first.day <= month_begins and month_ends <= until and self._ended(month_ends):
                yield f"{year:04}-{month:02}"
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)

    def _ended(self, last_day: date) -> bool:
        return last_day < self.as_of

    def _ahead(self, term: Any) -> bool:
        """
        Whether a day moves with the day on which some event ahead will happen.
        """
        soon, late = ({event: self.as_of + timedelta(days) for event in events_of(term)} for days in (0, 400))
        return World(self.values, self.as_of, soon).moment(term) != World(self.values, self.as_of, late).moment(term)


def _day_in(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))


def _in_order(left: Any, operator: str, right: Any) -> bool:
    return bool({"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[operator])


def _moments_in_order(left: Moment | None, operator: str, right: Moment | None) -> bool:
    if left is None or right is None:
        return False
    if left.mood == "ahead" and right.mood == "past":
        return operator in (">", ">=")
    if left.mood == "past" and right.mood == "ahead":
        return operator in ("<", "<=")
    return _in_order(left.day, operator, right.day)


def _later_of(first: Moment | None, second: Moment | None) -> Moment | None:
    if first is None or second is None:
        return first or second
    if first.day == second.day and first.mood != second.mood:
        # A plain day lasts until its end; an event ahead comes after one that has happened.
        return Moment(first.day, "day" if "day" in (first.mood, second.mood) else "ahead")
    return max(first, second)


# ---------------------------------------------------------------------------------------------------------------------
# The tree


def walk(node: Any) -> Iterator[Any]:
    """
    A condition or operand and everything in it.
    """
    yield node
    if isinstance(node, tuple):
        for item in node:
            yield from walk(item)
    elif is_dataclass(node):
        for field in fields(node):
            yield from walk(getattr(node, field.name))


def events_of(node: Any) -> tuple[str, ...]:
    """
    The events whose day a test or operand reads.
    """
    return tuple(
        dict.fromkeys(part.fact for part in walk(node) if isinstance(part, DayFact) and part.type == "event_date")
    )


def names_of(test: Any) -> tuple[str, ...]:
    """
    What a test reads: facts, ``$figures``, ``unpublished:…``, ``judgement:…``.
    """
    names: dict[str, None] = {}
    for part in walk(test):
        match part:
            case DayParameter(name) | NumberParameter(name, _) | FigureSpan(name, _):
                names[f"${name}"] = None
            case Unpublished(name):
                names[f"unpublished:{name}"] = None
            case Judgement(text):
                names[f"judgement:{text}"] = None
            case DayFact(fact, _) | NumberFact(fact, _) | Is(fact, _) | OneOf(fact, _, _):
                names[fact] = None
            case Lists(fact, _, _) | Happened(fact, _) | CoversMonths(fact, _, _):
                names[fact] = None
    return tuple(names)


def counts_working_days(test: Any) -> bool:
    """
    Whether some span in a test is one of working days.
    """
    return any(isinstance(part, Span | FigureSpan) and part.unit == "wd" for part in walk(test))


@dataclass(frozen=True)
class Fixed:
    """
    A part of a condition that what is known has settled.
    """

    level: int


def tests_of(condition: Any) -> Iterator[Any]:
    """
    The tests that a condition is made of.
    """
    match condition:
        case AllOf(items) | AnyOf(items) | InOrder(items):
            for item in items:
                yield from tests_of(item)
        case Not(item) | Named(_, item):
            yield from tests_of(item)
        case Constant() | Fixed():
            pass
        case _:
            yield condition


@dataclass(frozen=True)
class Question:
    """
    A rule, step or scope: when it bears, what it then requires (None: nothing, it classifies), until when it is open.
    """

    when: Any
    require: Any = None
    due: Any = NEVER
    classifies: bool = True


@dataclass(frozen=True)
class Answer:
    """
    What came of a question: the verdicts reached, and the names of which a change makes or ends a violation.

    ``exact``: over all completions; else over some, so that both may be incomplete. ``calendars`` are the holiday
    calendars on which only tests with missing days turn.
    """

    reached: frozenset[str]
    needs: frozenset[str] = frozenset()
    exact: bool = True
    calendars: frozenset[str] = frozenset()


class Reference:
    """
    A pack on a day.

    ``limit`` is the greatest number of completions that are all tried, ``draws`` how many are drawn beyond it.
    """

    def __init__(self, pack: Pack, as_of: date, *, limit: int = 60_000, draws: int = 10_000) -> None:
        self.pack, self.as_of, self.limit, self.draws = pack, as_of, limit, draws
        self.figures = {
            f"${parameter.name}": value
            for parameter in pack.parameters.values()
            if (value := _in_force(parameter.values, as_of)) is not None and parameter.type != "text"
        }
        self._names: dict[int, tuple[Any, tuple[str, ...], bool]] = {}
        self._levels: dict[Any, int] = {}
        self._later = tuple((*(as_of + timedelta(days) for days in offsets), FAR_AHEAD) for offsets in _OFFSETS)
        self._questions: dict[str, Question] = {}
        self._read: dict[int, tuple[str, ...]] = {}
        self._answers: dict[Any, Answer] = {}
        self._facts = sorted(pack.facts_read)
        self._last: tuple[Mapping[str, Any], dict[str, Any]] = ({}, {})
        self._parts: dict[int, Any] = {}

    # -- what is known

    def known(self, project: Project, stage: str | None = None) -> dict[str, Any]:
        """
        The facts that are given, claims that are not made and events that are dated ahead as False.
        """
        known: dict[str, Any] = {}
        for path in self._facts:
            fact = self.pack.fact(path)
            assert fact is not None
            local = path.startswith("local.")
            value = (project.local or {}).get(path.removeprefix("local.")) if local else project.get(path)
            value = fact.parse(value) if local else value
            if value is None and fact.claim:
                value = False
            if fact.type == "event_date" and isinstance(value, date) and value > self.as_of:
                value = False
            if value is not None:
                known[path] = value
        known.pop("stage", None)
        return known if (at := stage or project.stage) is None else {**known, "stage": at}

    # -- the questions

    def applies(self, known: Mapping[str, Any]) -> str:
        """
        Whether the regulation applies: yes, no or unknown.
        """
        return _truth(self.applicability(known), "yes", "no")

    def applicability(self, known: Mapping[str, Any]) -> Answer:
        """
        How it was found whether the regulation applies.
        """
        return self.answer(self._asked("applies", self.pack.applies), known)

    def rule(self, rule: Rule, known: Mapping[str, Any], *, other: bool = False) -> tuple[str, Answer]:
        """
        The outcome of a rule (``other``: under its other reading), and how it was found.
        """
        if (rule.start and self.as_of < rule.start) or (rule.until and self.as_of >= rule.until):
            return "not_applicable", Answer(frozenset(("not_applicable",)))
        answer = self.answer(self.question(rule, other=other), known)
        return self._outcome(rule, answer, known.get("stage")), answer

    def step(self, step: Step, known: Mapping[str, Any]) -> tuple[str, Answer]:
        """
        Whether a step is required, not_required or unknown, and how that was found.
        """
        answer = self.answer(self._asked(f"step {step.id}", self._scope(step), step.when), known)
        return _truth(answer, "required", "not_required"), answer

    def done(self, step: Step, known: Mapping[str, Any]) -> tuple[bool | None, Answer | None]:
        """
        Whether a step is done; None where the facts do not show it.
        """
        if step.done_when is None:
            return None, None
        answer = self.answer(self._asked(f"done {step.id}", step.done_when), known)
        return {"yes": True, "no": False, "unknown": None}[_truth(answer, "yes", "no")], answer

    def _asked(self, name: str, *conditions: Condition) -> Question:
        if name not in self._questions:
            self._questions[name] = Question(AllOf(conditions))
        return self._questions[name]

    def question(self, rule: Rule, *, other: bool = False) -> Question:
        """
        A rule with its scope and the day until which it is open.
        """
        name = f"rule {rule.id} {other}"
        if name not in self._questions:
            self._questions[name] = self._question(rule, other=other)
        return self._questions[name]

    def _question(self, rule: Rule, *, other: bool) -> Question:
        when, require = rule.when, rule.require
        if other and rule.reading is not None:
            when = rule.reading.when or when
            require = rule.reading.require or require
        due: Any = NEVER
        if rule.due in ("stage", "end_of_stage"):
            if rule.stage != "any":
                own = STAGES.index(rule.stage)
                due = OneOf("stage", STAGES[: own + 1] if rule.due == "end_of_stage" else STAGES[:own])
        elif rule.due is not None:
            due = StillDue(rule.due)  # type: ignore[arg-type]  # what is no word is a day
        when = AllOf((self._scope(rule), when))
        return Question(when, require, due, classifies=rule.require is None)

    def _scope(self, part: Rule | Step) -> Condition:
        return self.pack.scope if part.scope is None else part.scope

    def _outcome(self, rule: Rule, answer: Answer, stage: str | None) -> str:
        reached = answer.reached
        if rule.require is None:
            if "met" not in reached:
                return "not_applicable"
            if reached == {"met"}:
                return "met"
        else:
            if reached == {"not_applicable"}:
                return "not_applicable"
            if reached == {"violated"}:
                return "violated"
            if "violated" not in reached:
                return "pending" if "open" in reached else "met"
            if stage is not None and rule.stage != "any" and STAGES.index(rule.stage) > STAGES.index(stage):
                return "pending"
        if rule.judged_by is not None and all(self.who(name) in ("authority", "expert") for name in answer.needs):
            return "review"
        return "unknown"

    def who(self, name: str) -> str:
        """
        Who can answer what is missing.
        """
        fact = self.pack.fact(name)
        return "publisher" if fact is None else fact.who

    # -- tests

    def test(self, test: Any, values: Mapping[str, Any]) -> int:
        """
        What a test is: true, or false, on every later day on which what has not happened may happen; else open.
        """
        _, names, counts = self._about(test)
        key = (id(test), *(values[name] for name in names))
        if counts:
            key = (*key, *((name, values[name]) for name in sorted(values) if name.startswith("holidays.")))
        level = self._levels.get(key)
        if level is None:
            level = self._levels[key] = self._tried(test, values)
        return level

    def _about(self, test: Any) -> tuple[Any, tuple[str, ...], bool]:
        about = self._names.get(id(test))
        if about is None:  # the test is kept, so that no other gets its number
            about = self._names[id(test)] = (test, names_of(test), counts_working_days(test))
        return about

    def _tried(self, test: Any, values: Mapping[str, Any]) -> int:
        ahead = [event for event in events_of(test) if values[event] is False]
        found = {
            World(values, self.as_of, dict(zip(ahead, days, strict=True))).holds(test)
            for days in product(self._later_days(len(ahead)), repeat=len(ahead))
        }
        if isinstance(test, StillDue):
            return TRUE if True in found else FALSE
        return {(True,): TRUE, (False,): FALSE, (False, True): OPEN}[tuple(sorted(found))]

    def _later_days(self, events: int) -> tuple[date, ...]:
        return self._later[min(max(events, 1), len(_OFFSETS)) - 1]

    def settled(self, condition: Any, known: Mapping[str, Any]) -> Any:
        """
        A condition without what the known facts have settled.
        """
        if known is not self._last[1]:
            return self._settled(condition, known)
        if id(condition) not in self._parts:
            # The condition is kept, so that no other gets its number.
            self._parts[id(condition)] = (self._settled(condition, known), condition)
        return self._parts[id(condition)][0]

    def _settled(self, condition: Any, known: Mapping[str, Any]) -> Any:
        match condition:
            case Named(_, item):
                return self.settled(item, known)
            case InOrder():
                return self.settled(_pairs(condition), known)
            case Not(item):
                inner = self.settled(item, known)
                return Fixed(TRUE - inner.level) if isinstance(inner, Fixed) else Not(inner)
            case AllOf(items) | AnyOf(items):
                return self._junction(condition, [self.settled(item, known) for item in items])
            case Constant(value):
                return Fixed(TRUE if value else FALSE)
        if all(name in known for name in self._about(condition)[1]):
            try:
                return Fixed(self.test(condition, known))
            except CalendarMissing:
                pass
        return condition

    @staticmethod
    def _junction(condition: AllOf | AnyOf, items: list[Any]) -> Any:
        least = isinstance(condition, AllOf)
        levels = [item.level for item in items if isinstance(item, Fixed)]
        rest = tuple(item for item in items if not isinstance(item, Fixed))
        bound = min(levels, default=TRUE) if least else max(levels, default=FALSE)
        if not rest or bound == (FALSE if least else TRUE):
            return Fixed(bound)
        return type(condition)((*rest, Fixed(bound)))  # type: ignore[arg-type]

    # -- completions

    def answer(self, question: Question, known: Mapping[str, Any]) -> Answer:
        """
        What a question comes to over all completions of what is known, or over many.
        """
        given = self._given(known)
        names = self._read.get(id(question))
        if names is None:
            parts = (question.when, question.require or ALWAYS, question.due)
            tests = (test for part in parts for test in tests_of(part))
            names = self._read[id(question)] = tuple(sorted({name for test in tests for name in self._about(test)[1]}))
        key = (id(question), *(given.get(name) for name in names))
        answer = self._answers.get(key)
        if answer is None:
            answer = self._answers[key] = self._answer(question, given)
        return answer

    def _given(self, known: Mapping[str, Any]) -> dict[str, Any]:
        """
        What is known, with the figures; what it settles is kept until something else is known.
        """
        if self._last[0] is not known:
            self._last, self._parts = (known, {**self.figures, **known}), {}
        return self._last[1]

    def remainder(self, question: Question, given: Mapping[str, Any]) -> tuple[Question, Completions]:
        """
        What is left of a question, and the completions of what it still turns on.
        """
        when = self.settled(question.when, given)
        require = None if question.require is None else self.settled(question.require, given)
        left = Question(when, require, self.settled(question.due, given), question.classifies)
        if isinstance(when, Fixed) and when.level < TRUE:
            left = Question(when, None, NEVER, question.classifies)
        elif isinstance(require, Fixed) and require.level > FALSE:
            left = Question(when, require, NEVER, question.classifies)
        return left, Completions(self, left, given)

    def _answer(self, question: Question, given: Mapping[str, Any]) -> Answer:
        left, completions = self.remainder(question, given)
        while True:
            try:
                if not completions.values:
                    return Answer(frozenset((completions.verdict_of(left)(()),)))
                return self._all(left, completions) if completions.size <= self.limit else self._some(left, completions)
            except CalendarMissing as missing:
                completions.add_calendar(missing.name)

    def _all(self, question: Question, completions: Completions) -> Answer:
        names = completions.names
        verdict_of = completions.verdict_of(question)
        verdicts = {values: verdict_of(values) for values in product(*completions.values.values())}
        needs = set()
        for i, name in enumerate(names):
            seen: dict[Any, bool] = {}
            for values, verdict in verdicts.items():
                turned = _turned(question, verdict)
                if seen.setdefault((*values[:i], *values[i + 1 :]), turned) != turned:
                    needs.add(name)
                    break
        return _answer(verdicts.values(), needs, completions, exact=True)

    def _some(self, question: Question, completions: Completions) -> Answer:
        lot = random.Random(len(completions.names))  # noqa: S311  # draws to test with
        reached: set[str] = set()
        needs: set[str] = set()
        verdict_of = completions.verdict_of(question)
        for draw in range(self.draws):
            values = completions.drawn(lot)
            verdict = verdict_of(values)
            reached.add(verdict)
            if draw % 50 == 0:
                needs.update(completions.turning(values, lambda other: _turned(question, verdict_of(other))))
        return _answer(reached, needs, completions, exact=False)

    def two_completions(
        self, rule: Rule, known: Mapping[str, Any], *, tries: int = 20_000
    ) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
        """
        Two completions, the rule violated in the first and not in the second (a classifying rule: true and false).

        They are looked for by lot, and from there by changes of one fact at a time; None if none were found.
        """
        given = self._given(known)
        left, completions = self.remainder(self.question(rule), given)
        lot = random.Random(1)  # noqa: S311  # draws to test with
        found: dict[bool, Mapping[str, Any]] = {}
        while True:
            verdict_of = completions.verdict_of(left)
            try:
                for values in completions.walk(lot, tries):
                    found.setdefault(_turned(left, verdict_of(values)), completions.world(values))
                    if len(found) == 2:
                        return found[True], found[False]
            except CalendarMissing as missing:
                completions.add_calendar(missing.name)
            else:
                return None


def _answer(verdicts: Iterable[str], needs: Iterable[str], completions: Completions, *, exact: bool) -> Answer:
    named = (name.replace("unpublished:", "$") for name in needs)
    kept = frozenset(name for name in named if not name.startswith("judgement:"))
    return Answer(frozenset(verdicts), kept, exact, frozenset(completions.loose_calendars))


def _turned(question: Question, verdict: str) -> bool:
    return verdict == ("met" if question.classifies else "violated")


def _truth(answer: Answer, yes: str, no: str) -> str:
    if answer.reached == {"met"}:
        return yes
    return "unknown" if "met" in answer.reached else no


def _in_force(values: Iterable[tuple[date, Any]], day: date) -> Any:
    return next(
        (value for start, value in sorted(values, key=lambda entry: entry[0], reverse=True) if start <= day), None
    )


def _pairs(condition: InOrder) -> AllOf:
    """
    None holds while an earlier one does not.
    """
    items = condition.items
    return AllOf(tuple(AnyOf((Not(later), earlier)) for i, later in enumerate(items) for earlier in items[:i]))


# ---------------------------------------------------------------------------------------------------------------------
# Completions


class Completions:
    """
    The values that could matter of everything that a question turns on and nobody gave.
    """

    def __init__(self, reference: Reference, question: Question, given: Mapping[str, Any]) -> None:
        self.reference, self.given = reference, given
        parts = (question.when, question.require or ALWAYS, question.due)
        self.tests = tuple(dict.fromkeys(test for part in parts for test in tests_of(part)))
        missing = {name: None for test in self.tests for name in names_of(test) if name not in given}
        self.loose_calendars: set[str] = set()
        self.calendars: list[str] = []
        self.anchors = _Anchors(self.tests, given, reference.as_of)
        self.values: dict[str, tuple[Any, ...]] = {}
        for name in missing:
            self.values[name] = self._distinct(name, tuple(self._candidates(name)))

    @property
    def names(self) -> tuple[str, ...]:
        """
        What is missing.
        """
        return tuple(self.values)

    @property
    def size(self) -> int:
        """
        How many completions there are.
        """
        size = 1
        for values in self.values.values():
            size *= len(values)
        return size

    def world(self, values: tuple[Any, ...]) -> dict[str, Any]:
        """
        All facts, with some values for the missing ones.
        """
        return {**self.given, **dict(zip(self.values, values, strict=True))}

    def drawn(self, lot: random.Random) -> tuple[Any, ...]:
        """
        One completion by lot.
        """
        return tuple(lot.choice(values) for values in self.values.values())

    def walk(self, lot: random.Random, tries: int) -> Iterator[tuple[Any, ...]]:
        """
        All completions if there are few; else some by lot, each followed by its neighbours.
        """
        if self.size <= tries:
            yield from list(product(*self.values.values()))
            return
        while tries > 0:
            values = self.drawn(lot)
            yield values
            tries -= 1
            for i, name in enumerate(self.names[: len(values)]):
                for value in self.values[name]:
                    yield (*values[:i], value, *values[i + 1 :])
                    tries -= 1

    def turning(self, values: tuple[Any, ...], turned: Callable[[tuple[Any, ...]], bool]) -> Iterator[str]:
        """
        The names of which a change, alone, turns a completion.
        """
        before = turned(values)
        for i, (name, others) in enumerate(self.values.items()):
            if any(turned((*values[:i], other, *values[i + 1 :])) != before for other in others):
                yield name

    def verdict_of(self, question: Question) -> Callable[[tuple[Any, ...]], str]:
        """
        What a question comes to in a completion: not_applicable, violated, open or met.
        """
        when, require, due = (self.level_of(c) for c in (question.when, question.require or ALWAYS, question.due))

        def verdict(values: tuple[Any, ...]) -> str:
            if when(values) < TRUE:
                return "not_applicable"
            level = require(values)
            if level == FALSE:
                return "open" if due(values) == TRUE else "violated"
            return "met" if level == TRUE else "open"

        return verdict

    def level_of(self, condition: Any) -> Callable[[tuple[Any, ...]], int]:
        """
        FALSE, OPEN or TRUE: what a condition is in a completion.
        """
        match condition:
            case Fixed(level):
                return lambda _: level
            case Constant(value):
                return lambda _: TRUE if value else FALSE
            case Not(item):
                inner = self.level_of(item)
                return lambda values: TRUE - inner(values)
            case AllOf(items):
                return _extreme([self.level_of(item) for item in items], TRUE, FALSE, min)
            case AnyOf(items):
                return _extreme([self.level_of(item) for item in items], FALSE, TRUE, max)
        return self._level_of_test(condition)

    def _level_of_test(self, test: Any) -> Callable[[tuple[Any, ...]], int]:
        read = names_of(test)
        calendars = counts_working_days(test)
        places = [
            i for i, name in enumerate(self.values) if name in read or (calendars and name.startswith("holidays."))
        ]
        names, found = self.names, {}

        def level(values: tuple[Any, ...]) -> int:
            key = tuple(values[i] for i in places)
            if key not in found:
                found[key] = self.reference.test(test, {**self.given, **{names[i]: values[i] for i in places}})
            return found[key]

        return level

    def add_calendar(self, name: str) -> None:
        """
        A year's calendar matters: working days may be counted at their earliest or latest.
        """
        firm = any(counts_working_days(test) and all(n in self.given for n in names_of(test)) for test in self.tests)
        if not firm:
            self.loose_calendars.add(name)
        self.calendars.append(name)
        self.values[name] = ("early", "late")

    def _candidates(self, name: str) -> Iterable[Any]:
        if name.startswith(("judgement:", "unpublished:")):
            return (False, True)
        if name.startswith("$"):
            return self._by_type(name, self.reference.pack.parameters[name[1:]].type, ())
        fact = self.reference.pack.fact(name)
        assert fact is not None
        return self._by_type(name, fact.type, tuple(fact.values or ()))

    def _by_type(self, name: str, kind: str, codes: tuple[str, ...]) -> Iterable[Any]:
        days, as_of = self.anchors.days, self.reference.as_of
        match kind:
            case "bool" | "text":
                return (False, True)
            case "enum":
                return codes
            case "enum_list":
                return self._subsets(name)
            case "month_list":
                return self._month_lists(name)
            case "date":
                return days
            case "due_date":
                return (False, *days)
            case "event_date":
                return (False, *(day for day in days if day <= as_of))
            case "year":
                return self.anchors.years
        return self.anchors.numbers(kind)

    def _subsets(self, name: str) -> Iterator[frozenset[str]]:
        listed = [test.values for test in self.tests if isinstance(test, Lists) and test.fact == name]
        mentioned = sorted({value for values in listed for value in values})
        for chosen in product((False, True), repeat=len(mentioned)):
            yield frozenset(value for value, taken in zip(mentioned, chosen, strict=True) if taken)

    def _month_lists(self, name: str) -> Iterator[frozenset[str]]:
        yield frozenset()
        yield _MONTHS
        for test in self.tests:
            others = (other for other in names_of(test) if other != name)
            if isinstance(test, CoversMonths) and test.fact == name and all(other in self.given for other in others):
                world = World(self.given, self.reference.as_of, dict.fromkeys(events_of(test), self.reference.as_of))
                yield frozenset(world.months_due(test.start, test.end))

    def _distinct(self, name: str, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """
        One of each group of values that no test can tell apart, where no other missing fact stands in its tests.
        """
        own = [test for test in self.tests if name in names_of(test)]
        if any(other != name and other not in self.given for test in own for other in names_of(test)):
            return tuple(dict.fromkeys(values))
        kept: dict[Any, Any] = {}
        for value in values:
            try:
                levels = tuple(self.reference.test(test, {**self.given, name: value}) for test in own)
            except CalendarMissing:
                levels = (*(OPEN for _ in own), value)
            kept.setdefault(levels, value)
        return tuple(kept.values())


def _extreme(parts: list[Any], start: int, end: int, pick: Callable[[int, int], int]) -> Callable[[Any], int]:
    def level(values: Any) -> int:
        result = start
        for part in parts:
            result = pick(result, part(values))
            if result == end:
                break
        return result

    return level


class _Anchors:
    """
    The days, years and numbers at which the tests of a question may turn.
    """

    def __init__(self, tests: Iterable[Any], given: Mapping[str, Any], as_of: date) -> None:
        self.parts = [part for test in tests for part in walk(test)]
        self.given, self.as_of = given, as_of
        plain = {as_of, *self._plain_days()}
        self.years = tuple(sorted(self._years(plain)))
        self.days = tuple(sorted(self._days(plain)))

    def _plain_days(self) -> Iterator[date]:
        for part in self.parts:
            match part:
                case DayLiteral(day):
                    yield day
                case DayFact(name, _) if isinstance(self.given.get(name), date):
                    yield self.given[name]
                case DayParameter(name) if f"${name}" in self.given:
                    yield self.given[f"${name}"]

    def _years(self, days: Iterable[date]) -> set[int]:
        years = {day.year for day in days}
        for part in self.parts:
            match part:
                case NumberLiteral(value, "year"):
                    years.add(int(value))
                case NumberFact(name, "year") if name in self.given:
                    years.add(self.given[name])
                case NumberParameter(name, "year") if f"${name}" in self.given:
                    years.add(self.given[f"${name}"])
        steps = {part.by for part in self.parts if isinstance(part, Plus)}
        years |= {year + sign * step for year in years for step in steps for sign in (1, -1)}
        near = {year + step for year in years for step in (-1, 0, 1)} | {2000, 2090}
        return {year for year in near if 1949 <= year <= 2099}

    def _days(self, plain: set[date]) -> set[date]:
        # Working days are known from 2001 on only; what turns on other days may lie as far back as a year can be given.
        first_year = 2000 if any(isinstance(p, Span | FigureSpan) and p.unit == "wd" for p in self.parts) else 1940
        days = {FAR_BACK, *plain}
        for part in self.parts:
            if isinstance(part, DayOfYear):
                days |= {_day_in(year, part.month, part.day) for year in self.years if first_year < year < 2090}
        if any(isinstance(part, YearOf) for part in self.parts):
            days |= {date(year, 1, 1) for year in self.years if first_year < year < 2090}
        units = {part.unit for part in self.parts if isinstance(part, StartOf)}
        spans = dict.fromkeys(part for part in self.parts if isinstance(part, Span))
        for part in self.parts:
            if isinstance(part, FigureSpan) and f"${part.parameter}" in self.given:
                spans[Span(self.given[f"${part.parameter}"], part.unit)] = None
        for span in spans:
            for day in tuple(days):
                for sign in (1, -1):
                    moved = shift(day, span, sign)
                    days |= {moved.first, moved.last}
            days |= {d.replace(day=1) for d in days if units} | {
                d.replace(day=1, month=1) for d in days if "year" in units
            }
        days |= {d.replace(day=1) for d in days if units}
        near = {day + timedelta(step) for day in days for step in (-1, 0, 1)} | {date(2150, 6, 1)}
        return {day for day in near if min(FAR_BACK - timedelta(400), date(first_year, 1, 1)) < day < date(2160, 1, 1)}

    def numbers(self, kind: str) -> tuple[Any, ...]:
        """
        Amounts or counts: those that stand in the tests, with their neighbours, nothing, and very much.
        """
        unit: Any = Decimal("0.01") if kind == "money" else 1
        most: Any = Decimal(10**12) if kind == "money" else 10**9
        found: set[Any] = {unit * 0, most}
        for part in self.parts:
            match part:
                case NumberLiteral(value, _) if part.type == kind:
                    found.add(value)
                case NumberFact(name, _) if part.type == kind and name in self.given:
                    found.add(self.given[name])
                case NumberParameter(name, _) if part.type == kind and f"${name}" in self.given:
                    found.add(self.given[f"${name}"])
        if kind == "int" and any(isinstance(part, FigureSpan) for part in self.parts):
            days = sorted(day for day in self.days if abs((day - self.as_of).days) < 5_000)
            found |= {abs((late - early).days) for early in days for late in days}
        near = {number + step for number in found for step in (-unit, unit * 0, unit)}
        return tuple(sorted(number for number in near if 0 <= number <= most))


# ---------------------------------------------------------------------------------------------------------------------
# Comparing


def differences(reference: Reference, decision: Any) -> Iterator[str]:
    """
    Where a decision and the reference disagree, each in one line.
    """
    known = reference.known(decision.project, decision.stage)
    if (applies := reference.applies(known)) != decision.applies and reference.applicability(known).exact:
        yield f"applies: expected {applies}, got {decision.applies}"
    for finding in decision:
        yield from _rule_differences(reference, finding, known)
    for step in decision.path:
        yield from _step_differences(reference, step, known)


def _rule_differences(reference: Reference, finding: Any, known: Mapping[str, Any]) -> Iterator[str]:
    rule = finding.definition
    outcome, answer = reference.rule(rule, known)
    if answer.exact:
        if outcome != finding.outcome:
            yield f"{rule.id}: expected {outcome}, got {finding.outcome} (needs {list(finding.needs)})"
        elif answer.needs - answer.calendars != set(finding.needs) - _loose(finding.needs, answer):
            yield f"{rule.id} {outcome}: needs expected {sorted(answer.needs)}, got {sorted(finding.needs)}"
        yield from _reading_differences(reference, finding, known)
    elif problem := _contradiction(finding.outcome, finding.needs, answer, rule):
        yield f"{rule.id} (by lot): {problem}"


def _reading_differences(reference: Reference, finding: Any, known: Mapping[str, Any]) -> Iterator[str]:
    rule = finding.definition
    if rule.reading is None:
        return
    if not rule.reading.expressible:
        if finding.reading is None or finding.reading["other_outcome"] is not None:
            yield f"{rule.id}: its reading must always be shown, got {finding.reading}"
        return
    other, answer = reference.rule(rule, known, other=True)
    shown = finding.outcome if finding.reading is None else finding.reading["other_outcome"]
    if answer.exact and other != shown:
        yield f"{rule.id}: under the other reading expected {other}, got {shown}"


def _step_differences(reference: Reference, step: Any, known: Mapping[str, Any]) -> Iterator[str]:
    source = reference.pack.path[step.step]
    status, answer = reference.step(source, known)
    if answer.exact:
        if status != step.status:
            yield f"{step.step}: expected {status}, got {step.status}"
        elif answer.needs - answer.calendars != set(step.needs) - _loose(step.needs, answer):
            yield f"{step.step} {status}: needs expected {sorted(answer.needs)}, got {sorted(step.needs)}"
    elif len(answer.reached) > 1 and step.status != "unknown":
        yield f"{step.step} (by lot): {sorted(answer.reached)}, got {step.status}"
    done, how = reference.done(source, known)
    if (how is None or how.exact) and done != step.done:
        yield f"{step.step}: done expected {done}, got {step.done}"


def _loose(needs: Iterable[str], answer: Answer) -> set[str]:
    """
    The calendars among some needs, where they come from days that are missing themselves: there is no end of them.
    """
    return {name for name in needs if name.startswith("holidays.")} if answer.calendars else set()


def _contradiction(outcome: str, needs: Iterable[str], answer: Answer, rule: Rule) -> str:
    allowed: dict[str, set[str]] = {
        "not_applicable": {"not_applicable"},
        "violated": {"violated"},
        "met": {"met"} if rule.require is None else {"met", "not_applicable"},
    }
    judged = any(isinstance(part, Judgement) for part in walk((rule.when, rule.require)))
    if outcome == "pending" and not tuple(needs) and not judged:
        allowed["pending"] = {"met", "not_applicable", "open"}
    if outcome in allowed:
        strange = answer.reached - allowed[outcome]
        return f"got {outcome}, but there is a completion that is {sorted(strange)}" if strange else ""
    outside = {name for name in answer.needs - set(needs) if not name.startswith("holidays.")}
    return f"{outcome}: needs lack {sorted(outside)}" if outside else ""
