"""
What a pack can come to at all: which outcomes of a rule, truths of a test, states of a step some project reaches.

An answer is yes, no or (None) not settled. It is decided by the diagrams of `diagram`, with the variables put first
that a project or a case can give: what follows them in the diagram is what is still open when they are all given. So
``violated`` is reachable if, for some values of what can be given, nothing but a violation is left, whatever people
judge and whatever is not published. Yes and no speak of the days that are looked at: `days_of` chooses them.

Nothing here runs cases. Imports: `conditions`, `diagram`, `facts`, `judge`, `packs` (types).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from govit_rules.conditions import (
    ALWAYS,
    AllOf,
    AsOf,
    CalendarNeeded,
    Compare,
    CompareDays,
    Condition,
    Day,
    DayLiteral,
    conjunction,
    fact_of,
    facts_in,
    operands,
    walk,
)
from govit_rules.diagram import (
    INAPPLICABLE,
    MET,
    PENDING,
    VIOLATED,
    Domain,
    Question,
    Solution,
    _Diagram,
)
from govit_rules.facts import STAGES
from govit_rules.judge import Judge, facts_needed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from govit_rules.conditions import Atom, Number, Operator
    from govit_rules.packs import Pack, Rule, Step

OUTCOMES: Final = ("met", "violated", "not_applicable", "unknown", "review", "not_due", "later_stage")
TRUTHS: Final = ("true", "false", "unknown")
STATUSES: Final = ("required", "not_required", "unknown")
SIDES: Final = ("below", "at", "above", "not_given")

# Remainders of one question kept; beyond it the answer is: not settled.
_MOST_REMAINDERS: Final = 60_000
_MOST_CASE_DAYS: Final = 12
_ORDERS: Final[Mapping[str, tuple[Operator, ...]]] = {"below": ("<",), "at": ("<=", ">="), "above": (">",)}


class NotSettled(Exception):
    """
    A question is too large to be answered, or of a kind that is not answered exactly.
    """


class _Split(_Diagram):
    """
    A diagram that asks for some variables before all others.
    """

    def __init__(self, first: Callable[[str], bool], *args: Any) -> None:
        super().__init__(*args)
        self.first = first
        self.order = tuple(sorted(self.order, key=lambda name: not first(name)))

    def solutions(self) -> frozenset[Solution]:
        """
        What is left once the first variables are given: one solution for each remainder.
        """
        whole = replace(self.partition(), missing=frozenset())
        todo, seen, found = [whole.root], set(), set()
        while todo:
            node = todo.pop()
            if node in seen:
                continue
            seen.add(node)
            if node > VIOLATED and self.first(whole.nodes[node][0]):
                todo.extend(whole.nodes[node][1])
            else:
                found.add(replace(whole, root=node).solution())
        return frozenset(found)

    def _reduce(self, trees: Any, assigned: dict[str, Any]) -> int:
        if len(self.memo) > _MOST_REMAINDERS:
            raise NotSettled
        return super()._reduce(trees, assigned)


def solutions_after(
    question: Question,
    known: Mapping[str, Any],
    kinds: Callable[[str], Domain],
    as_of: date,
    first: Callable[[str], bool],
) -> frozenset[Solution]:
    """
    The solutions of a question after some variables are given, one for each way in which they can be given.

    Args:
        question: What to judge.
        known: Values by fact path and ``$parameter``, as of `solve`.
        kinds: The domain of a missing variable, by its name.
        as_of: The day of judging.
        first: Whether a variable is one of those that are given.

    Raises:
        NotSettled: There are too many.
    """
    calendars: set[str] = set()
    while True:
        try:
            return _Split(first, question, known, kinds, as_of, calendars).solutions()
        except CalendarNeeded as needed:
            calendars.add(f"holidays.{needed.year}")


# ---------------------------------------------------------------------------------------------------------------------
# Days of judging


def days_of(pack: Pack, case_days: Iterable[date]) -> tuple[date, ...]:
    """
    Days to look at: those on which most cases are judged, and those on which the law changes, with the days around.
    """
    changes = {start for parameter in pack.parameters.values() for start, _ in parameter.values}
    changes |= {v for parameter in pack.parameters.values() for _, v in parameter.values if isinstance(v, date)}
    for rule in pack.rules.values():
        changes |= {day for day in (rule.start, rule.until) if day is not None}
    changes |= {node.day for pair in _with_as_of(pack) for node in walk(pair) if isinstance(node, DayLiteral)}
    later = sorted(day for day in changes if day > date(1900, 1, 1))
    common = [day for day, _ in Counter(case_days).most_common(_MOST_CASE_DAYS)]
    around = [day + timedelta(step) for day in later for step in (-1, 0, 1)]
    return tuple(dict.fromkeys((*common, *around))) or (pack.regulation.effective or date(2000, 1, 1),)


def _with_as_of(pack: Pack) -> Iterator[CompareDays]:
    for condition in pack.conditions():
        for node in walk(condition):
            if isinstance(node, CompareDays) and any(isinstance(part, AsOf) for part in walk(node)):
                yield node


# ---------------------------------------------------------------------------------------------------------------------
# What can be reached


class Reach:
    """
    What a pack can come to on some days.
    """

    def __init__(self, pack: Pack, days: Iterable[date]) -> None:
        self.pack = pack
        self.judges = tuple(Judge(pack, day) for day in days)
        self.claims = frozenset(name for name in pack.facts_read if (fact := pack.fact(name)) and fact.claim)
        self._kept: dict[Any, frozenset[Solution]] = {}

    # -- rules

    def outcome(self, rule: Rule, wanted: str) -> bool | None:
        """
        Whether some project makes a rule come out so; ``not_due`` and ``later_stage`` are the two kinds of pending.
        """
        if wanted in _barred(rule):
            return False
        scope = self.pack.scope_of(rule)
        question = Question(conjunction(scope, rule.when), rule.require, rule.still_due)
        find = {"unknown": _unknown, "review": _review, "later_stage": _later}.get(wanted, _settled)
        return self._on_some_day(
            question.conditions,
            lambda judge: find(self, judge, rule, question, wanted),
            lambda judge: rule.in_force(judge.as_of),
            outside=wanted == "not_applicable",
        )

    # -- steps

    def status(self, step: Step, wanted: str) -> bool | None:
        """
        Whether some project makes a step required, not required or unknown.
        """
        question = Question(conjunction(self.pack.scope_of(step), step.when))
        return self._on_some_day(question.conditions, lambda judge: self._status(judge, question, wanted))

    def done(self, step: Step, wanted: bool) -> bool | None:
        """
        Whether some project shows a step done, or not done.
        """
        if step.done_when is None:
            return False
        question, status = Question(step.done_when), "required" if wanted else "not_required"
        return self._on_some_day(question.conditions, lambda judge: self._status(judge, question, status))

    def _status(self, judge: Judge, question: Question, wanted: str) -> bool:
        if wanted == "unknown":
            found = self.after(judge, question, self.claims)
            return any(MET in each.reached and len(each.reached) > 1 for each in found)
        found = self.after(judge, question)
        if wanted == "required":
            return any(each.reached == {MET} for each in found)
        return any(MET not in each.reached for each in found)

    # -- tests and figures

    def truth(self, atom: Atom, wanted: str) -> bool | None:
        """
        Whether some project makes a test true, false or unknown.
        """
        question = Question(ALWAYS, atom)
        return self._on_some_day((atom,), lambda judge: self._truth(judge, question, wanted))

    def _truth(self, judge: Judge, question: Question, wanted: str) -> bool:
        if wanted == "unknown":
            return any(len(each.reached) > 1 for each in self.after(judge, question, self.claims))
        return self._certain(judge, question, MET if wanted == "true" else VIOLATED)

    def side(self, other: Day | Number, figure: Day | Number, wanted: str) -> bool | None:
        """
        Whether what is compared with a figure can lie below, at or above it, or not be given.
        """
        if wanted == "not_given":
            names = (*operands(other), *operands(figure))
            if any(not name.startswith("$") and name not in self.claims for name in names):
                return True
            return any(name not in judge.parameters for judge in self.judges for name in names if name[0] == "$")
        kind: Any = CompareDays if is_day(figure) else Compare
        tests = tuple(kind(other, operator, figure) for operator in _ORDERS[wanted])
        question = Question(ALWAYS, conjunction(*tests))
        return self._on_some_day(question.conditions, lambda judge: self._certain(judge, question, MET, dated=True))

    def _certain(self, judge: Judge, question: Question, verdict: int, *, dated: bool = False) -> bool:
        """
        Whether some values make a verdict certain: with all facts but one at a plain value, or else with any.
        """
        missing = [name for name in facts_in(AllOf(question.conditions)) if name not in judge.parameters]
        plain = tuple((name, value) for name in missing[1:] if (value := _plain(judge, name)) is not None)
        tries = dict.fromkeys((plain, ()))
        return any(
            each.reached == {verdict}
            for known in tries
            for each in self.after(judge, question, known=known, dated=dated)
        )

    # -- solving

    def _on_some_day(
        self,
        conditions: Iterable[Condition],
        holds: Callable[[Judge], bool],
        in_force: Callable[[Judge], bool] = lambda _: True,
        *,
        outside: bool = False,
    ) -> bool | None:
        """
        Whether something is found on some day; days that do not differ for the conditions are looked at once.

        ``outside``: whether it is so on every day on which it is not ``in_force``.
        """
        whole = AllOf(tuple(conditions))
        figures = [name for name in facts_in(whole) if name.startswith("$")]
        turns_on_day = _turns_on_day(whole)
        seen: set[Any] = set()
        answer: bool | None = False
        for judge in self.judges:
            if not in_force(judge):
                if outside:
                    return True
                continue
            key = (judge.as_of if turns_on_day else None, tuple(judge.parameters.get(name) for name in figures))
            if key in seen:
                continue
            seen.add(key)
            try:
                if holds(judge):
                    return True
            except NotSettled:
                answer = None
        return answer

    def after(
        self,
        judge: Judge,
        question: Question,
        given: frozenset[str] | None = None,
        *,
        known: tuple[tuple[str, Any], ...] = (),
        dated: bool = False,
    ) -> frozenset[Solution]:
        """
        `solutions_after` on the day of a judge.

        Args:
            judge: The pack on a day.
            question: What to judge.
            given: The facts and figures that are given; None: all that can be.
            known: Facts with their values.
            dated: Whether all events have happened, and all due days are set.
        """
        key = (judge.as_of, question, given, known, dated)
        if key not in self._kept:
            values = {**judge.parameters, **dict(known)}
            domain = (lambda name: _dated(judge.domain(name))) if dated else judge.domain
            first = giveable if given is None else lambda name: giveable(name) and fact_of(name) in given
            self._kept[key] = solutions_after(question, values, domain, judge.as_of, first)
        return self._kept[key]


def _barred(rule: Rule) -> tuple[str, ...]:
    """
    What a rule cannot come to by its form, on whatever day.
    """
    barred = [] if rule.judged_by else ["review"]
    if rule.classifies:
        barred += ["violated", "not_due", "later_stage"]
    elif rule.stage in ("any", STAGES[0]) or isinstance(rule.due, str):  # what waits for its stage is open until then
        barred.append("later_stage")
    return tuple(barred)


def giveable(name: str) -> bool:
    """
    Whether a project or a case can give a variable: a fact, or a figure; no judgement, wording or holiday calendar.
    """
    return not (name.startswith(("judgement:", "holidays.")) or name.endswith("#unpublished"))


def _settled(reach: Reach, judge: Judge, rule: Rule, question: Question, wanted: str) -> bool:
    return any(settled_outcome(rule, each.reached) == wanted for each in reach.after(judge, question))


def settled_outcome(rule: Rule, reached: frozenset[int]) -> str | None:
    """
    The outcome that the verdicts which completions reach make certain; None if they leave it open.
    """
    if rule.classifies:
        return "met" if reached == {MET} else None if MET in reached else "not_applicable"
    if reached in ({VIOLATED}, {INAPPLICABLE}):
        return "violated" if VIOLATED in reached else "not_applicable"
    if VIOLATED in reached:
        return None
    return "not_due" if PENDING in reached else "met"


def _open(rule: Rule, solutions: Iterable[Solution]) -> Iterator[tuple[str, ...]]:
    """
    The needs of each solution that settles nothing.
    """
    return (facts_needed(each.needs) for each in solutions if settled_outcome(rule, each.reached) is None)


def _for_others(judge: Judge, needs: Iterable[str]) -> bool:
    return all(judge.who(name) in ("authority", "expert") for name in needs)


def _unknown(reach: Reach, judge: Judge, rule: Rule, question: Question, _wanted: str) -> bool:
    # With nothing given everything is needed that is ever needed; claims alone are never unknown.
    found = _open(rule, reach.after(judge, question, reach.claims))
    return any(rule.judged_by is None or not _for_others(judge, needs) for needs in found)


def _later(reach: Reach, judge: Judge, rule: Rule, question: Question, _wanted: str) -> bool:
    return any(
        next(_open(rule, reach.after(judge, question, reach.claims, known=(("stage", stage),))), None) is not None
        for stage in STAGES[: STAGES.index(rule.stage)]
    )


def _review(reach: Reach, judge: Judge, rule: Rule, question: Question, _wanted: str) -> bool:
    """
    Whether some answers of the owner leave just what others answer.

    Raises:
        NotSettled: None does so by itself; one of those others' answers might do away with what nobody can give.
    """
    own = frozenset(
        name
        for name in facts_in(AllOf(question.conditions))
        if name != "stage" and (name in reach.claims or judge.who(name) in ("owner", "publisher"))
    )
    first = STAGES.index(rule.stage) if rule.stage != "any" and not rule.classifies else 0
    left: list[tuple[str, ...]] = []
    for stage in (None, *STAGES[first:]):
        known = () if stage is None else (("stage", stage),)
        left += _open(rule, reach.after(judge, question, own, known=known))
        if any(_for_others(judge, needs) for needs in left):
            return True
    if any({judge.who(name) for name in needs} & {"authority", "expert"} and _withheld(judge, needs) for needs in left):
        raise NotSettled
    return False


def _withheld(judge: Judge, needs: Iterable[str]) -> bool:
    return any(judge.who(name) == "publisher" for name in needs)


def _plain(judge: Judge, name: str) -> Any:
    """
    A value that what is compared with it most likely can lie below and above: a day a year ago, a small number.
    """
    domain = judge.domain(name)
    if not domain.ordered:
        return None
    least = domain.value(domain.least)
    return judge.as_of - timedelta(366) if isinstance(least, date) else domain.value(domain.least + 10)


def _dated(domain: Domain) -> Domain:
    return Domain((), domain.least, domain.most, domain.value) if domain.ordered else domain


_DAY_MARKS: Final = ("AsOf(", "DayFact(", "CoversMonths(", "StillDue(")


def _turns_on_day(condition: Condition) -> bool:
    """
    Whether the day of judging itself, figures aside, can change what a condition comes to.
    """
    told = repr(condition)
    return any(mark in told for mark in _DAY_MARKS)


def is_day(term: Day | Number) -> bool:
    """
    Whether an operand is a day and no number.
    """
    return isinstance(term, Day)


__all__ = [
    "OUTCOMES",
    "SIDES",
    "STATUSES",
    "TRUTHS",
    "NotSettled",
    "Reach",
    "days_of",
    "giveable",
    "is_day",
    "settled_outcome",
    "solutions_after",
]
