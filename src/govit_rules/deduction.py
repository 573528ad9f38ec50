"""
A pack judged by forward chaining: its conditions as rules of the second engine.

A question is translated into a rule set, once for all packs and days; large or named conditions have rule sets of their
own, whose results are facts of the next. Every condition below has two propositions, *at least open* and *true*; rules
derive each as soon as it is settled, from facts: what a test finds given (booleans, words of an enumeration, amounts in
fen, days as numbers). A day or number that must be worked out is the range that `conditions` gives; what its ranges
come to is for the rules. So the engine derives a verdict wherever the facts given settle it.

Where they do not, `diagram` says into which classes the missing facts fall, and the engine is asked for one
combination on each way through the diagram; what follows from its answers is worked out anew. Conditions, the values
of operands and the classes are shared with the first engine; the deduction is not.

Answers are kept, by the facts from which they were derived. Imports: `conditions`, `diagram`, `durable_engine`,
`judge`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Any, ClassVar, Final

from govit_rules.conditions import (
    OPEN,
    TRUE,
    AllOf,
    AnyOf,
    CalendarNeeded,
    Compare,
    CompareDays,
    Condition,
    Constant,
    CoversMonths,
    DayFact,
    Happened,
    Has,
    InOrder,
    Is,
    Judgement,
    Lists,
    Named,
    Not,
    OneOf,
    StillDue,
    Unpublished,
    Within,
    children,
    day_range,
    ended_months,
    fact_of,
    facts_in,
    number_range,
    variables,
    walk,
)
from govit_rules.diagram import INAPPLICABLE, MET, PENDING, VIOLATED, Partition, Question, Solution, partition
from govit_rules.durable_engine import MOST_CONDITIONS, Rule, RuleSet, RuleSets, failure
from govit_rules.judge import Judge, Scope, StepVerdict, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from govit_rules.conditions import Atom, Day, DayRange, Number, Operator
    from govit_rules.durable_engine import Fact, Firing, Pattern
    from govit_rules.packs import Pack
    from govit_rules.project import Project

# A junction of more parts is written as a junction of junctions, and more words than that as several tests.
_MOST_PARTS: Final = 6
_MOST_WORDS: Final = 15
# A named condition of more weight than that is a rule set of its own, also where it would fit into another.
_HEAVY: Final = 8
# Conditions that the rules for the verdict take.
_VERDICT_WEIGHT: Final = 12

_MOST_TRANSLATED: Final = 4_000
_MOST_RULE_SETS: Final = 400  # 0.1 to 0.2 MB each, in the engine
_MOST_ANSWERS: Final = 50_000
_MOST_SOLUTIONS: Final = 5_000  # of one pack on one day

_EVER: Final = 10**17  # later than any day, greater than any number: the end of a range that has none


# ---------------------------------------------------------------------------------------------------------------------
# Conditions in few forms


def plain(condition: Condition) -> Condition:
    """
    A condition that means the same, made of constants, ``Named``, ``Not``, small ``AllOf`` and ``AnyOf``, and tests.
    """
    match condition:
        case AllOf(items):
            return _folded(AllOf, tuple(map(plain, items)))
        case AnyOf(items):
            return _folded(AnyOf, tuple(map(plain, items)))
        case Not(item):
            return Not(plain(item))
        case Named(name, item):
            return Named(name, plain(item))
        case InOrder(items):
            return _in_order(tuple(map(plain, items)))
        case Lists(_, quantifier, _):
            held = children(condition)
            if quantifier == "none_of":
                return Not(_folded(AnyOf, held))
            return _folded(AllOf if quantifier == "all_of" else AnyOf, held)
        case Within():
            return AllOf(condition.bounds)
        case Is(fact, False):
            return Not(Is(fact, expected=True))
        case Happened(fact, False):
            return Not(Happened(fact, expected=True))
        case OneOf(fact, values, negated):
            words = [OneOf(fact, values[i : i + _MOST_WORDS]) for i in range(0, len(values), _MOST_WORDS)]
            whole = _folded(AnyOf, tuple(words))
            return Not(whole) if negated else whole
    return condition


def _folded(junction: type[AllOf | AnyOf], items: tuple[Condition, ...]) -> Condition:
    while len(items) > _MOST_PARTS:
        items = tuple(junction(items[i : i + _MOST_PARTS]) for i in range(0, len(items), _MOST_PARTS))
    return items[0] if len(items) == 1 else junction(items)


def _in_order(items: tuple[Condition, ...]) -> Condition:
    """
    Each item fails, or all before it hold.
    """
    pairs: list[Condition] = []
    before: Condition | None = None
    for item in items:
        if before is not None:
            pairs.append(AnyOf((Not(item), before)))
        before = item if before is None else AllOf((before, item))
    return _folded(AllOf, tuple(pairs)) if pairs else Constant(value=True)


def can_be_open(condition: Condition) -> bool:
    """
    Whether a condition compares an event, which may lie ahead.
    """
    comparisons = (part for part in walk(condition) if isinstance(part, Compare | CompareDays))
    return any(
        isinstance(part, DayFact) and part.type == "event_date"
        for comparison in comparisons
        for part in walk((comparison.left, comparison.right))
    )


def _weight(condition: Condition) -> int:
    parts = children(condition)
    own = 2 * len(parts) if isinstance(condition, AllOf | AnyOf) else 0
    return own + sum(map(_weight, parts))


# ---------------------------------------------------------------------------------------------------------------------
# Tests of facts that are given

# What is known of a condition: whether it is at least open, and whether it is true; None where that is not settled.
State = tuple[bool | None, bool | None]
_UNSETTLED: Final[State] = (None, None)
_SETTLED: Final[Mapping[bool, State]] = {False: (False, False), True: (True, True)}
_LEVELS: Final[tuple[State, ...]] = ((False, False), (True, False), (True, True))


@dataclass(frozen=True, slots=True)
class Given:
    """
    The facts from which one test is settled, and the rules that settle it (their name in `SETTLING`, or words).
    """

    rules: str | tuple[str, ...]
    fact: tuple[tuple[str, int | bool | str], ...]


def given(test: Atom, values: Mapping[str, Any], as_of: date) -> Given | bool | None:
    """
    The facts of a test; a boolean that is its own answer; None where a variable, or a calendar, is missing.
    """
    if any(name not in values and fact_of(name) not in values for name in variables(test)):
        return None
    match test:
        case Is(fact) | Happened(fact):
            return values[fact] is not False
        case Has(fact, value):
            name = f"{fact}#{value}"
            return bool(values[name]) if name in values else value in values[fact]
        case Judgement(text):
            return bool(values[f"judgement:{text}"])
        case OneOf(fact, words):
            return _given(words, word=values[fact])
        case Unpublished(parameter):
            name = f"${parameter}#unpublished"
            published = name not in values
            return _given("unpublished", published=published, holds=not published and bool(values[name]))
    try:
        return _worked_out(test, values, as_of)
    except CalendarNeeded:
        return None


def _given(rules: str | tuple[str, ...], **fact: int | bool | str) -> Given:
    return Given(rules, tuple(fact.items()))


def _worked_out(test: Atom, values: Mapping[str, Any], as_of: date) -> Given:
    match test:
        case Compare(left, operator, right):
            money = "money" in (getattr(left, "type", ""), getattr(right, "type", ""))
            return _compared(operator, *(_numbers(side, values, as_of, money=money) for side in (left, right)))
        case CompareDays(left_day, operator, right_day):
            return _compared(operator, *(_days(day_range(day, values, as_of)) for day in (left_day, right_day)))
        case StillDue(day):
            found, today = day_range(day, values, as_of), as_of.toordinal()
            return _given("still_due", today=today, **_range("day", _days(found)))
        case CoversMonths(fact, start, end):
            wanted = _months(start, end, values, as_of)
            return _given("months", wanted=len(wanted), listed=sum(month in values[fact] for month in wanted))
    raise TypeError(test)


# The least and greatest it can be, whether it lies ahead, and whether it is an event itself; None: there is none.
_Range = tuple[int, int, bool, bool] | None


def _compared(operator: Operator, left: _Range, right: _Range) -> Given:
    return _given("compare", operator=operator, **_range("left", left), **_range("right", right))


def _range(side: str, found: _Range) -> Mapping[str, int | bool]:
    first, last, ahead, bare = found or (0, 0, False, False)
    return {
        f"{side}_set": found is not None,
        f"{side}_first": first,
        f"{side}_last": last,
        f"{side}_ahead": ahead,
        f"{side}_bare": bare,
    }


def _days(found: DayRange | None) -> _Range:
    if found is None:
        return None
    last = _EVER if found.last is None else found.last.toordinal()
    return found.first.toordinal(), last, found.last is None, found.bare


def _numbers(term: Number, values: Mapping[str, Any], as_of: date, *, money: bool) -> _Range:
    found = number_range(term, values, as_of)
    if found is None:
        return None
    first, last = found
    return _whole(first, money=money), _EVER if last is None else _whole(last, money=money), last is None, False


def _whole(number: Decimal | int, *, money: bool) -> int:
    exact = Decimal(number).scaleb(2) if money else Decimal(number)
    if exact != int(exact):
        raise failure(f"{number} 不是整数")
    return int(exact)


def _months(start: Day, end: Day, values: Mapping[str, Any], as_of: date) -> tuple[str, ...]:
    """
    The months that a list has to name; none if what they are counted from has not happened.
    """
    begun, ended = day_range(start, values, as_of), day_range(end, values, as_of)
    if begun is None or begun.last is None:
        return ()
    until = as_of if ended is None or ended.last is None else min(ended.last, as_of)
    return ended_months(begun.first, until, as_of)


# ---------------------------------------------------------------------------------------------------------------------
# The rules that settle a test


def _both(*tests: Pattern) -> Pattern:
    return {"$and": list(tests)}


def _finds(answer: Any) -> Callable[[Firing], None]:
    return lambda firing: firing.record(answer)


def _than(operator: str, left: str, right: str) -> Pattern:
    return {operator: {left: {"$m": right}}}


# By operator: what makes a comparison of ranges certain, and what excludes it. Neither: open.
ORDERS: Final[Mapping[str, tuple[tuple[str, str, str], tuple[str, str, str]]]] = {
    "<": (("$lt", "left_last", "right_first"), ("$gte", "left_first", "right_last")),
    "<=": (("$lte", "left_last", "right_first"), ("$gt", "left_first", "right_last")),
    ">": (("$gt", "left_first", "right_last"), ("$lte", "left_last", "right_first")),
    ">=": (("$gte", "left_first", "right_last"), ("$lt", "left_last", "right_first")),
}
_OPPOSITE: Final = {"$lt": "$gte", "$lte": "$gt", "$gt": "$lte", "$gte": "$lt"}


def _comparing() -> Iterator[Rule]:
    """
    Two ranges in an order: false, open (1) or true (2).

    An event that lies ahead comes after every event that has happened, also on the day of judging; otherwise the ranges
    decide.
    """
    both_set, events = _both({"left_set": True}, {"right_set": True}), [{"left_bare": True}, {"right_bare": True}]
    yield Rule(({"left_set": False},), _finds(0))
    yield Rule(({"right_set": False},), _finds(0))
    for side, other, true_for in (("left", "right", (">", ">=")), ("right", "left", ("<", "<="))):
        ahead = _both(both_set, *events, {f"{side}_ahead": True}, {f"{other}_ahead": False})
        for operator in ORDERS:
            yield Rule((_both({"operator": operator}, *ahead["$and"]),), _finds(2 if operator in true_for else 0))
    ranges: Callable[[Firing], None] = lambda firing: firing.derive({"ranges": True})  # noqa: E731
    yield Rule((_both(both_set, {"left_bare": False}),), ranges)
    yield Rule((_both(both_set, {"right_bare": False}),), ranges)
    yield Rule((_both(both_set, *events, {"left_ahead": {"$m": "right_ahead"}}),), ranges)
    for operator, (certain, excluded) in ORDERS.items():
        named, far = {"operator": operator}, {"ranges": True}
        yield Rule((_both(named, _than(*certain)), far), _finds(2))
        yield Rule((_both(named, _than(*excluded)), far), _finds(0))
        neither = (_than(_OPPOSITE[test], left, right) for test, left, right in (certain, excluded))
        yield Rule((_both(named, *neither), far), _finds(1))


def _still_due() -> Iterator[Rule]:
    """
    The day has not passed, or there is none, or it is counted from what has not happened.
    """
    yield Rule(({"day_set": False},), _finds(2))
    yield Rule((_both({"day_set": True}, {"day_ahead": True}),), _finds(2))
    there = ({"day_set": True}, {"day_ahead": False})
    yield Rule((_both(*there, _than("$gte", "day_last", "today")),), _finds(2))
    yield Rule((_both(*there, _than("$lt", "day_last", "today")),), _finds(0))


def _covering() -> Iterator[Rule]:
    """
    As many months are listed as are wanted.
    """
    yield Rule((_than("$gte", "listed", "wanted"),), _finds(2))
    yield Rule((_than("$lt", "listed", "wanted"),), _finds(0))


def _unpublished() -> Iterator[Rule]:
    """
    Once published it asks nothing more; before, it is what the text turns out to say.
    """
    yield Rule(({"published": True},), _finds(2))
    yield Rule((_both({"published": False}, {"holds": True}),), _finds(2))
    yield Rule((_both({"published": False}, {"holds": False}),), _finds(0))


def _one_of(words: tuple[str, ...]) -> Iterator[Rule]:
    """
    A word is one of some words, or differs from each.
    """
    for word in words:
        yield Rule(({"word": word},), _finds(2))
    yield Rule((_both(*({"$neq": {"word": word}} for word in words)),), _finds(0))


SETTLING: Final[Mapping[str, Callable[[], Iterator[Rule]]]] = {
    "compare": _comparing,
    "still_due": _still_due,
    "months": _covering,
    "unpublished": _unpublished,
}


# ---------------------------------------------------------------------------------------------------------------------
# The rules that join conditions

# A proposition with the value that is meant, or a constant.
_Literal = tuple[str, bool] | bool


def _not(literal: _Literal) -> _Literal:
    return not literal if isinstance(literal, bool) else (literal[0], not literal[1])


class Passage:
    """
    One rule set of a translation: what it reads (tests, and conditions with passages of their own), and its rules.

    For input number 3 it is given the facts ``o3`` (whether it is at least open) and ``t3`` (whether it is true).
    """

    def __init__(self, name: str, most: int) -> None:
        self.name, self.most = name, most
        self.inputs: dict[Condition, int] = {}
        self.rules: list[Rule] = []
        self.sources: tuple[Test | Passage, ...] = ()
        self.tests: tuple[Test, ...] = ()
        self.facts: tuple[str, ...] = ()
        self._weight = 0
        self._junctions: dict[tuple[Condition, int], _Literal] = {}

    def literal(self, condition: Condition, level: int) -> _Literal:
        """
        The proposition that a condition is at least at a level (OPEN or TRUE), with rules that derive it.
        """
        match condition:
            case Constant(value):
                return value
            case Not(item):
                return _not(self.literal(item, TRUE if level == OPEN else OPEN))
            case Named(_, item) if _weight(item) <= _HEAVY or isinstance(item, Named | Not | Constant):
                return self.literal(item, level)
            case AllOf(items) | AnyOf(items) if self._weight + 2 * len(items) <= self.most:
                return self._junction(condition, items, level if can_be_open(condition) else TRUE)
        number = self.inputs.setdefault(condition, len(self.inputs))
        return (f"o{number}" if level == OPEN and can_be_open(condition) else f"t{number}"), True

    def _junction(self, condition: Condition, items: Iterable[Condition], level: int) -> _Literal:
        key = (condition, level)
        if key not in self._junctions:
            self._weight += 2 * len(children(condition))
            parts = dict.fromkeys(self.literal(item, level) for item in items)
            deciding = isinstance(condition, AnyOf)  # the value of a part that settles the whole
            self._junctions[key] = self._joined(parts, f"d{len(self._junctions)}", deciding=deciding)
        return self._junctions[key]

    def _joined(self, parts: Iterable[_Literal], name: str, *, deciding: bool) -> _Literal:
        named = [part for part in parts if not isinstance(part, bool)]
        if deciding in [part for part in parts if isinstance(part, bool)]:
            return deciding
        if len(named) < 2:
            return named[0] if named else not deciding
        for part in named:
            self.rule([part if deciding else _not(part)], _derives(name, value=deciding))
        self.rule([_not(part) if deciding else part for part in named], _derives(name, value=not deciding))
        return name, True

    def rule(self, literals: Iterable[_Literal], effect: Callable[[Firing], None]) -> None:
        """
        A rule that fires when all of some propositions are settled as meant.
        """
        wanted = dict.fromkeys(literals)
        if False not in [literal for literal in wanted if isinstance(literal, bool)]:
            patterns = tuple({part[0]: part[1]} for part in wanted if not isinstance(part, bool))
            self.rules.append(Rule(patterns or ({"asked": True},), effect))

    def rule_set(self) -> RuleSet:
        """
        The rules, made ready.
        """
        return RuleSet(self.name, self.rules)


def _derives(name: str, *, value: bool) -> Callable[[Firing], None]:
    return lambda firing: firing.derive({name: value})


def _stated(states: Iterable[State]) -> Iterator[Fact]:
    yield {"asked": True}
    for number, (at_least_open, true) in enumerate(states):
        if at_least_open is not None:
            yield {f"o{number}": at_least_open}
        if true is not None:
            yield {f"t{number}": true}


class Test:
    """
    One test as an input of passages.
    """

    __slots__ = ("calendars", "condition", "names")

    def __init__(self, condition: Atom) -> None:
        self.condition = condition
        self.names = tuple(dict.fromkeys(name for each in variables(condition) for name in (each, fact_of(each))))
        self.calendars = "wd" in repr(condition)

    def key(self, values: Mapping[str, Any], as_of: date) -> tuple[Any, ...]:
        """
        All that its facts depend on.
        """
        found = (self, as_of, *map(values.get, self.names))
        if not self.calendars:
            return found
        return (*found, *((name, value) for name, value in values.items() if name.startswith("holidays.")))


def translated_condition(condition: Condition) -> Passage:
    """
    A condition in its plain form as a rule set that records, at each level, whether it is at least there.
    """
    inner = condition.item if isinstance(condition, Named) else condition
    room = MOST_CONDITIONS - 4
    passage = Passage("condition", room - 2 * len(children(inner)))
    for place, level in enumerate((OPEN, TRUE)):
        literal = passage.literal(inner, level)
        passage.most = room  # what was kept back is for the parts of the whole at its second level
        passage.rule([literal], _finds((place, True)))
        passage.rule([_not(literal)], _finds((place, False)))
    return passage


def translated_question(question: Question) -> Passage:
    """
    A question as a rule set that records its verdict.
    """
    passage = Passage("question", MOST_CONDITIONS - _VERDICT_WEIGHT)
    when, require, still_due = map(plain, question.conditions)
    applies, due = passage.literal(when, TRUE), passage.literal(still_due, TRUE)
    met, still_open = passage.literal(require, TRUE), passage.literal(require, OPEN)
    passage.rule([_not(applies)], _finds(INAPPLICABLE))
    passage.rule([applies, met], _finds(MET))
    passage.rule([applies, _not(met), still_open], _finds(PENDING))
    passage.rule([applies, _not(met), due], _finds(PENDING))
    passage.rule([applies, _not(still_open), _not(due)], _finds(VIOLATED))
    passage.facts = tuple(
        dict.fromkeys(name for condition in question.conditions for name in facts_in(condition) if name[0] != "$")
    )
    return passage


# ---------------------------------------------------------------------------------------------------------------------
# Asking the engine


class Deduction:
    """
    Translations, and what the engine answered. ``remember`` False asks the engine anew each time.
    """

    def __init__(self, *, remember: bool = True, most_rule_sets: int = _MOST_RULE_SETS) -> None:
        self.remember = remember
        self.asked = 0
        self.translations: dict[Condition | Question, Passage | Test] = {}
        self.answers: dict[Any, Any] = {}
        self.rule_sets: RuleSets[Any] = RuleSets(_made, most_rule_sets)

    def question(self, question: Question) -> Passage:
        """
        The translation of a question.
        """
        passage = self.translations.get(question)
        if passage is None:
            passage = self._kept(question, translated_question(question))
        return passage  # type: ignore[return-value]  # under a question stands a passage

    def _condition(self, condition: Condition) -> Passage | Test:
        found = self.translations.get(condition)
        if found is not None:
            return found
        if isinstance(condition, Named | AllOf | AnyOf):
            return self._kept(condition, translated_condition(condition))
        test = self.translations[condition] = Test(condition)  # type: ignore[arg-type]  # plain, and no junction
        return test

    def _kept(self, key: Condition | Question, passage: Passage) -> Passage:
        if len(self.translations) >= _MOST_TRANSLATED:
            self.translations.clear()
        passage.sources = tuple(map(self._condition, passage.inputs))
        tests = (source.tests if isinstance(source, Passage) else (source,) for source in passage.sources)
        passage.tests = tuple(dict.fromkeys(chain.from_iterable(tests)))
        self.translations[key] = passage
        return passage

    def verdict(self, question: Passage, values: Mapping[str, Any], as_of: date) -> int | None:
        """
        The verdict that follows from some values; None if none does.

        Raises:
            EngineFailure: Something went wrong in the engine, or it derived two.
        """
        found = set(self._found(question, values, as_of))
        if len(found) > 1:
            raise failure(f"durable-rules 得出了两个结论 {sorted(found)}")
        return found.pop() if found else None

    def key(self, passage: Passage, values: Mapping[str, Any], as_of: date) -> tuple[Any, ...]:
        """
        All that the answer to a question depends on, given its day.

        That is, how each test comes out, or the facts of one that does not. (Among the values from which a question
        starts there are no calendars.)
        """
        found: list[Any] = [passage]
        for test in passage.tests:
            state = self._settled(test, values, as_of)
            found.append(state)
            if state is _UNSETTLED:
                found.extend(map(values.get, test.names))
        return tuple(found)

    def unsettled(self, passage: Passage, values: Mapping[str, Any], as_of: date) -> Iterator[Test]:
        """
        The tests of a question that some values leave open.
        """
        return (test for test in passage.tests if self._settled(test, values, as_of) is _UNSETTLED)

    def state(self, condition: Condition, values: Mapping[str, Any], as_of: date) -> State:
        """
        What follows for a condition, from some values.
        """
        return self._state(self._condition(plain(Named("", condition))), values, as_of)

    def _found(self, passage: Passage, values: Mapping[str, Any], as_of: date) -> Sequence[Any]:
        states = tuple(self._state(source, values, as_of) for source in passage.sources)
        return self._answer((passage, states), passage, lambda: _stated(states))  # type: ignore[no-any-return]

    def _state(self, source: Passage | Test, values: Mapping[str, Any], as_of: date) -> State:
        if isinstance(source, Test):
            return self._settled(source, values, as_of)
        found = dict(self._found(source, values, as_of))
        return found.get(0), found.get(1)

    def _settled(self, test: Test, values: Mapping[str, Any], as_of: date) -> State:
        key = test.key(values, as_of)
        state: State | None = self.answers.get(key)
        if state is None:
            facts = given(test.condition, values, as_of)
            if facts is None:
                state = _UNSETTLED
            elif isinstance(facts, bool):
                state = _SETTLED[facts]
            else:
                (level,) = set(self._answer(facts, facts.rules, lambda: [dict(facts.fact)]))
                state = _LEVELS[level]
            self._remember(key, state)
        return state

    def _answer(self, key: Any, rules: Any, facts: Callable[[], Iterable[Fact]]) -> Any:
        answer = self.answers.get(key)
        if answer is None:
            self.asked += 1
            answer = tuple(self.rule_sets[rules].run(facts()))
            self._remember(key, answer)
        return answer

    def _remember(self, key: Any, answer: Any) -> None:
        if self.remember:
            if len(self.answers) >= _MOST_ANSWERS:
                self.answers.clear()
            self.answers[key] = answer


def _made(rules: Passage | str | tuple[str, ...]) -> RuleSet:
    if isinstance(rules, Passage):
        return rules.rule_set()
    if isinstance(rules, str):
        return RuleSet(rules, list(SETTLING[rules]()))
    return RuleSet("one_of", list(_one_of(rules)))


DEDUCTION: Final = Deduction()


class DurableJudge(Judge):
    """
    A pack as it stands on one day, its questions answered by the second engine.

    How a scope and a rule combine, and what a finding says beside its outcome, is worked out as by the first.
    """

    most_shared: ClassVar[int] = 5_000

    def __init__(self, pack: Pack, as_of: date, deduction: Deduction = DEDUCTION) -> None:
        super().__init__(pack, as_of)
        self.deduction = deduction
        self._passages: dict[tuple[int, ...], tuple[Question, Passage]] = {}
        self._joints: dict[tuple[int, ...], tuple[Condition, Question, Question]] = {}
        self._solutions: dict[tuple[Any, ...], Solution] = {}

    def verdicts(
        self, project: Project, local: Mapping[str, Any], stage: str | None
    ) -> tuple[Scope, tuple[Verdict, ...]]:
        """
        Applicability, and the verdict of every rule.
        """
        return self.direct_verdicts(self.known(project, local, stage))

    def steps_of(
        self, project: Project, local: Mapping[str, Any], stage: str | None
    ) -> tuple[tuple[StepVerdict, ...], tuple[bool | None, ...]]:
        """
        Whether every step is required, and whether it is done.
        """
        return self.direct_steps(self.known(project, local, stage))

    def _solve(self, question: Question, known: Mapping[str, Any]) -> Solution:
        passage, values = self._passage(question), {**self.parameters, **known}
        if not self.deduction.remember:
            return self._deduced(question, passage, values)
        key = self.deduction.key(passage, values, self.as_of)
        solution = self._solutions.get(key)
        if solution is None:
            solution = self._deduced(question, passage, values)
            if len(self._solutions) >= _MOST_SOLUTIONS:
                self._solutions.clear()
            self._solutions[key] = solution
        return solution

    def _deduced(self, question: Question, passage: Passage, values: Mapping[str, Any]) -> Solution:
        settled = self.deduction.verdict(passage, values, self.as_of)
        if settled is not None:
            return Solution(frozenset((settled,)))
        classes = partition(question, values, self.domain, self.as_of)
        return classes.judged(lambda way: self._verdict(passage, {**values, **way}, classes, way)).solution()

    def _verdict(
        self, passage: Passage, values: Mapping[str, Any], classes: Partition, way: Mapping[str, Any]
    ) -> int | str:
        """
        The verdict on one way through the diagram, or a variable on which it turns.

        Where none follows it should be the same whatever the other variables are, as that of ``a or not a``; so each of
        them that is left is tried.
        """
        found = self.deduction.verdict(passage, values, self.as_of)
        if found is not None:
            return found
        left = {name for test in self.deduction.unsettled(passage, values, self.as_of) for name in test.names}
        filled = {**{name: samples[0] for name, samples in classes.samples.items() if name not in way}, **values}
        found = self._given_all(passage, filled)
        rest = [name for name in classes.samples if name not in way and (name in left or name.startswith("holidays."))]
        for name in rest:
            tried = ({**filled, name: value} for value in classes.samples[name][1:])
            if any(self._given_all(passage, each) != found for each in tried):
                return name
        return found

    def _given_all(self, passage: Passage, values: Mapping[str, Any]) -> int:
        found = self.deduction.verdict(passage, values, self.as_of)
        if found is None:
            raise failure(f"durable-rules 没有得出结论（{'、'.join(passage.facts)}）")
        return found

    def _passage(self, question: Question) -> Passage:
        """
        The translation of a question, by the identity of its parts: to compare them would take longer than to judge.
        """
        key = tuple(map(id, (question.when, question.require, question.still_due)))
        kept = self._passages.get(key)
        if kept is None:
            kept = self._passages[key] = (question, self.deduction.question(question))
        return kept[1]

    def _joint(self, condition: Condition, question: Question) -> Question:
        key = tuple(map(id, (condition, question.when, question.require, question.still_due)))
        kept = self._joints.get(key)
        if kept is None:
            kept = self._joints[key] = (condition, question, super()._joint(condition, question))
        return kept[2]


__all__ = ["DEDUCTION", "Deduction", "DurableJudge", "can_be_open", "given", "plain"]
