"""
Whether two packs say the same of every project on every day: proved, or not.

Two questions are the same if no class of the facts, and no day, has them come to different verdicts. Each
half of that is itself a question that `diagram.solve` answers exactly: "where the one is violated, the other is not"
must never be reached. What the diagram cannot cut exactly whatever the day is (a test of two facts with each other, or
with the day of judging) stands in the proof as a variable of its own that may be false, open or true: then more
completions are tried than there are, and a proof stays a proof, while some that are the same remain unproved.

Figures are put in as they stood in each period; a day that a condition names is tried as the day of judging, with its
neighbours. The lifecycle is not compared: no project is judged by it. Imports: `conditions`, `diagram`, `packs`,
`values`.
"""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from govit_rules.conditions import (
    ALWAYS,
    AllOf,
    AnyOf,
    Atom,
    Compare,
    CompareDays,
    Condition,
    Constant,
    CoversMonths,
    Day,
    DayFact,
    DayLiteral,
    DayOfYear,
    DayParameter,
    FigureSpan,
    FirstSet,
    InOrder,
    Is,
    Later,
    Lists,
    Named,
    Not,
    Number,
    NumberLiteral,
    NumberParameter,
    Plus,
    Shift,
    StartOf,
    StillDue,
    Within,
    YearOf,
    atoms,
    conjunction,
    facts_in,
    only_day,
    operands,
    variables,
)
from govit_rules.diagram import INAPPLICABLE, MET, Domain, Question, domain_of, solve
from govit_rules.packs import Rule, Step
from govit_rules.values import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from govit_rules.packs import Pack

_MOST_TESTS: Final = 120  # of both questions together; beyond it nothing is proved
_FAR: Final = date(2199, 12, 31)
_PROOF_DAY: Final = date(2150, 1, 1)  # a day of judging later than every day that a condition names
_RULE_CONDITIONS: Final = frozenset({"scope", "when", "require", "due", "reading"})
_STEP_CONDITIONS: Final = frozenset({"scope", "when", "done_when"})


def equivalent(old: Pack, new: Pack) -> bool:
    """
    Whether two packs are proved to say the same: rules, steps in their order, applicability; False where in doubt.
    """
    if list(old.rules) != list(new.rules) or list(old.path) != list(new.path):
        return False
    proof = _Proof(old, new)
    if not proof.same(Question(old.applies), Question(new.applies)):
        return False
    if not proof.same(Question(old.scope), Question(new.scope)):
        return False
    rules = all(_rules_alike(proof, rule, new.rules[key]) for key, rule in old.rules.items())
    return rules and all(_steps_alike(proof, step, new.path[key]) for key, step in old.path.items())


def _rules_alike(proof: _Proof, old: Rule, new: Rule) -> bool:
    if proof.untouched(old, new):
        return True
    if not _equal_but(old, new, _RULE_CONDITIONS) or (old.require is None) != (new.require is None):
        return False
    if not proof.same(proof.question(proof.old, old), proof.question(proof.new, new)):
        return False
    one, other = old.reading, new.reading
    if one is None or other is None:
        return one is other
    if not _equal_but(one, other, frozenset({"when", "require"})) or one.expressible != other.expressible:
        return False
    return not one.expressible or proof.same(
        proof.question(proof.old, replace(old, when=one.when or old.when, require=one.require or old.require)),
        proof.question(proof.new, replace(new, when=other.when or new.when, require=other.require or new.require)),
    )


def _steps_alike(proof: _Proof, old: Step, new: Step) -> bool:
    if proof.untouched(old, new):
        return True
    if not _equal_but(old, new, _STEP_CONDITIONS) or (old.done_when is None) != (new.done_when is None):
        return False
    done = Question(old.done_when or ALWAYS), Question(new.done_when or ALWAYS)
    return proof.same(proof.question(proof.old, old), proof.question(proof.new, new)) and proof.same(*done)


def _equal_but(one: Any, other: Any, names: frozenset[str]) -> bool:
    return all(
        getattr(one, field.name) == getattr(other, field.name) for field in fields(one) if field.name not in names
    )


class _Proof:
    """
    Proofs that questions of two packs are the same. Atoms that are kept whole have one number for both packs.
    """

    def __init__(self, old: Pack, new: Pack) -> None:
        self.old, self.new = old, new
        starts = {day for pack in (old, new) for p in pack.parameters.values() for day, _ in p.values}
        self.periods = sorted({*starts, date(1900, 1, 1)})
        self.whole: dict[Atom, int] = {}
        self.kept: dict[tuple[Question, Question], bool] = {}

    @staticmethod
    def question(pack: Pack, part: Rule | Step) -> Question:
        """
        A rule or step as a question, within what it presupposes.
        """
        when = conjunction(pack.scope_of(part), part.when)
        return Question(when, part.require, part.still_due) if isinstance(part, Rule) else Question(when)

    def untouched(self, old: Rule | Step, new: Rule | Step) -> bool:
        """
        Whether a part is the same, figures included. What it presupposes by the pack's scope is proved for all at once.
        """
        return old == new and not self._figures_changed(conditions_of(old))

    def _figures_changed(self, conditions: Iterable[Condition]) -> bool:
        read = {name[1:] for condition in conditions for name in facts_in(condition) if name.startswith("$")}
        return any(self.old.parameters[name].values != self.new.parameters[name].values for name in read)

    def same(self, one: Question, other: Question) -> bool:
        """
        Whether two questions come to the same verdict in every period.
        """
        if one == other and not self._figures_changed(one.conditions):
            return True
        key = (one, other)
        if key not in self.kept:
            tried: dict[tuple[Question, Question], None] = {}
            for day in self.periods:
                tried[self._concrete(one, self.old, day), self._concrete(other, self.new, day)] = None
            self.kept[key] = all(self._alike(*pair) for pair in tried)
        return self.kept[key]

    def _concrete(self, question: Question, pack: Pack, day: date) -> Question:
        """
        A question with the figures of a day put in, and whole what is not cut exactly.
        """
        figures = {name: value for name, p in pack.parameters.items() if (value := p.at(day)) is not None}
        when, require, still_due = (_rewritten(c, figures, self._atom) for c in question.conditions)
        return Question(when, None if question.require is None else require, still_due)

    def _atom(self, atom: Atom) -> Condition:
        if _cut_exactly(atom):
            return atom
        number = self.whole.setdefault(atom, len(self.whole))
        opened = CompareDays(DayFact(f"open:{number}", "event_date"), "<=", DayLiteral(_FAR))
        return AllOf((Is(f"whole:{number}", expected=True), opened))

    # -- solving

    def _alike(self, one: Question, other: Question) -> bool:
        if one == other:
            return True
        tests = {atom for question in (one, other) for condition in question.conditions for atom in atoms(condition)}
        if len(tests) > _MOST_TESTS:
            return False
        days = {day + timedelta(days=n) for atom in tests for day in _turning_days(atom) for n in (-1, 0, 1)}
        return all(self._alike_on(one, other, day) for day in sorted({_PROOF_DAY, *days}))

    def _alike_on(self, one: Question, other: Question, day: date) -> bool:
        def as_one(context: Sequence[Condition], first: Condition, second: Condition) -> bool:
            return self._follows(day, (*context, first), second) and self._follows(day, (*context, second), first)

        if not as_one((), one.when, other.when):
            return False
        if one.require is None or other.require is None:
            return True
        done, failed = (one.when,), (one.when, Not(one.require))
        return (
            as_one(done, one.require, other.require)
            and as_one(done, Not(one.require), Not(other.require))
            and as_one(failed, one.still_due, other.still_due)
        )

    def _follows(self, day: date, premises: Sequence[Condition], conclusion: Condition) -> bool:
        """
        Whether, where all premises are true, the conclusion is true.
        """
        reached = solve(Question(conjunction(*premises), conclusion), {}, lambda name: self._domain(name, day), day)
        return reached.reached <= {INAPPLICABLE, MET}

    def _domain(self, name: str, day: date) -> Domain:
        if name.startswith("whole:"):
            return Domain((False, True))
        if name.startswith("open:"):
            return domain_of("event_date", (), day)
        if name.startswith("$"):
            return domain_of(self.old.parameters[name[1:]].type, (), day)
        fact = self.old.fact(name)
        if fact is None:
            raise LookupError(name)
        return domain_of(fact.type, fact.values or (), day)


def conditions_of(part: Rule | Step) -> Iterator[Condition]:
    """
    Every condition of a rule or step: what it presupposes by itself, its own, and those of its other reading.
    """
    yield from filter(None, (part.scope, part.when))
    if isinstance(part, Step):
        yield from filter(None, (part.done_when,))
        return
    other = () if part.reading is None else (part.reading.when, part.reading.require)
    yield from filter(None, (part.require, part.still_due, *other))


def _cut_exactly(atom: Atom) -> bool:
    """
    Whether the diagram cuts a test exactly, and it is known on which days of judging that changes.
    """
    match atom:
        case StillDue() | CoversMonths():
            return False
        case Compare():
            return len(variables(atom)) <= 1 and "YearOf(" not in repr(atom)
        case CompareDays(DayFact(), _, right):
            return _fixed_day(right) is not None
        case CompareDays():
            return False
    return True


def _fixed_day(term: Day) -> date | None:
    """
    The day of an operand that turns on nothing: no fact, no figure, no day of judging, no holidays.
    """
    if any(True for _ in operands(term)) or any(word in repr(term) for word in ("AsOf()", "'wd'")):
        return None
    return only_day(term, {}, _PROOF_DAY)


def _turning_days(atom: Atom) -> Iterator[date]:
    """
    The days on which a test with a fact that may lie ahead can change, as the day of judging moves on.
    """
    if isinstance(atom, CompareDays) and (day := _fixed_day(atom.right)) not in (None, _FAR):
        yield day


# ---------------------------------------------------------------------------------------------------------------------
# Figures put in


def _rewritten(condition: Condition, figures: Mapping[str, Any], atom: Callable[[Atom], Condition]) -> Condition:
    """
    A condition without names, its figures put in, each test replaced by what ``atom`` makes of it.
    """

    def inner(part: Condition) -> Condition:
        return _rewritten(part, figures, atom)

    match condition:
        case Constant() | Lists():
            return condition
        case Named(_, item):
            return inner(item)
        case Not(item):
            return Not(inner(item))
        case AllOf(items):
            return AllOf(tuple(map(inner, items)))
        case AnyOf(items):
            return AnyOf(tuple(map(inner, items)))
        case InOrder(items):
            return InOrder(tuple(map(inner, items)))
        case Within():
            return AllOf(tuple(map(inner, condition.bounds)))
        case Compare(left, operator, right):
            return atom(Compare(_number(left, figures), operator, _number(right, figures)))
        case CompareDays(left_day, operator, right_day):
            return atom(CompareDays(_day(left_day, figures), operator, _day(right_day, figures)))
        case CoversMonths(fact, start, end):
            return atom(CoversMonths(fact, _day(start, figures), _day(end, figures)))
        case StillDue(day):
            return atom(StillDue(_day(day, figures)))
    return atom(condition)


def _number(term: Number, figures: Mapping[str, Any]) -> Number:
    match term:
        case NumberParameter(name, kind) if name in figures:
            return NumberLiteral(figures[name], kind)
        case YearOf(day):
            return YearOf(_day(day, figures))
        case Plus(number, by):
            return Plus(_number(number, figures), by)
    return term


def _day(term: Day, figures: Mapping[str, Any]) -> Day:
    match term:
        case DayParameter(name) if name in figures:
            return DayLiteral(figures[name])
        case Later(first, second):
            return Later(_day(first, figures), _day(second, figures))
        case FirstSet(first, second):
            return FirstSet(_day(first, figures), _day(second, figures))
        case DayOfYear(month, day, year):
            return DayOfYear(month, day, _number(year, figures))
        case StartOf(unit, inner):
            return StartOf(unit, _day(inner, figures))
        case Shift(inner, span, sign):
            figured = isinstance(span, FigureSpan) and span.parameter in figures
            length = Span(figures[span.parameter], span.unit) if figured else span  # type: ignore[union-attr]
            return Shift(_day(inner, figures), length, sign)
    return term


__all__ = ["conditions_of", "equivalent"]
