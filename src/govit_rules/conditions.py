"""
What a pack says of when a rule applies and what it requires, as a typed tree, and what it means.

`grammar` parses a condition once into a tree of the frozen dataclasses below. That tree is the one source for
everything that reads conditions: the diagrams, the generated classifier, explanations, the second engine.

`level` is the meaning: in one completion (every fact has a value) a condition is FALSE, OPEN or TRUE, in this order;
`all` takes the least, `any` the greatest, `not` turns round. OPEN is what turns on an event that lies ahead.

Nothing here knows of files, cities or articles. Imports: `values`.
New test: a dataclass, a branch in `variables` and `atom_level`, a row in `grammar.TESTS`, a sentence in `explain`, the
facts and rules that settle it in `deduction` and a branch in the reference interpreter of the tests.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

from govit_rules.values import LONGEST, Span, last_published_year, months_between, shift

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from decimal import Decimal

    from govit_rules.values import Unit

FALSE: Final = 0
OPEN: Final = 1
TRUE: Final = 2

Operator = Literal["<", "<=", ">", ">="]


# ---------------------------------------------------------------------------------------------------------------------
# Days and numbers that a condition can name


@dataclass(frozen=True, slots=True)
class DayLiteral:
    """
    A calendar day written in the pack.
    """

    day: date


@dataclass(frozen=True, slots=True)
class DayFact:
    """
    The day that a dated fact gives; ``type`` is the fact's type.
    """

    fact: str
    type: str


@dataclass(frozen=True, slots=True)
class AsOf:
    """
    The day of judging.
    """


@dataclass(frozen=True, slots=True)
class DayParameter:
    """
    A day that is a parameter of the pack.
    """

    name: str


@dataclass(frozen=True, slots=True)
class Later:
    """
    The later of two days.
    """

    first: Day
    second: Day


@dataclass(frozen=True, slots=True)
class FirstSet:
    """
    The first day if somebody set it, else the second.
    """

    first: Day
    second: Day


@dataclass(frozen=True, slots=True)
class DayOfYear:
    """
    A fixed day (month, day) of a year; 29 February is the 28th in a common year.
    """

    month: int
    day: int
    year: Number


@dataclass(frozen=True, slots=True)
class StartOf:
    """
    The first day of the month or year of a day.
    """

    unit: Literal["month", "year"]
    day: Day


@dataclass(frozen=True, slots=True)
class FigureSpan:
    """
    A length of time whose number is a figure of the text: ``$parameter`` days, working days, months or years.
    """

    parameter: str
    unit: Unit


@dataclass(frozen=True, slots=True)
class Shift:
    """
    A day moved by a span, forward (sign 1) or back (sign -1).
    """

    day: Day
    span: Span | FigureSpan
    sign: Literal[1, -1]


Day = DayLiteral | DayFact | AsOf | DayParameter | Later | FirstSet | DayOfYear | StartOf | Shift


@dataclass(frozen=True, slots=True)
class NumberLiteral:
    """
    An amount in yuan, a count or a year; ``type`` is money, int or year.
    """

    value: Decimal | int
    type: str


@dataclass(frozen=True, slots=True)
class NumberFact:
    """
    The number that a fact gives.
    """

    fact: str
    type: str


@dataclass(frozen=True, slots=True)
class NumberParameter:
    """
    A number that is a parameter of the pack.
    """

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class YearOf:
    """
    The calendar year of a day.
    """

    day: Day


@dataclass(frozen=True, slots=True)
class Plus:
    """
    A number moved by a whole number.
    """

    number: Number
    by: int


Number = NumberLiteral | NumberFact | NumberParameter | YearOf | Plus


# ---------------------------------------------------------------------------------------------------------------------
# Conditions


@dataclass(frozen=True, slots=True)
class Constant:
    """
    Always true, or never.
    """

    value: bool


@dataclass(frozen=True, slots=True)
class AllOf:
    """
    Every item holds.
    """

    items: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """
    At least one item holds.
    """

    items: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """
    The item does not hold.
    """

    item: Condition


@dataclass(frozen=True, slots=True)
class InOrder:
    """
    No item holds while an earlier one does not.
    """

    items: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """
    A definition (``def.NAME``) or the condition of a classifying rule (``rule.ID``), by its name.
    """

    name: str
    item: Condition


@dataclass(frozen=True, slots=True)
class Is:
    """
    A yes-or-no fact has the expected value.
    """

    fact: str
    expected: bool


@dataclass(frozen=True, slots=True)
class OneOf:
    """
    An enumerated fact is one of some values (``negated``: none of them).
    """

    fact: str
    values: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Lists:
    """
    A list fact names any, all or none of some values.
    """

    fact: str
    quantifier: Literal["any_of", "all_of", "none_of"]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Has:
    """
    A list fact names one value: what `Lists` is made of.
    """

    fact: str
    value: str


@dataclass(frozen=True, slots=True)
class Compare:
    """
    Two numbers stand in an order.
    """

    left: Number
    operator: Operator
    right: Number


@dataclass(frozen=True, slots=True)
class CompareDays:
    """
    Two days stand in an order.
    """

    left: Day
    operator: Operator
    right: Day


@dataclass(frozen=True, slots=True)
class Within:
    """
    A day lies from ``least`` to ``most`` after another, both ends included.
    """

    day: Day
    least: Span
    most: Span
    after: Day

    @property
    def bounds(self) -> tuple[CompareDays, CompareDays]:
        """
        The two comparisons that it is made of.
        """
        return (
            CompareDays(self.day, ">=", Shift(self.after, self.least, 1)),
            CompareDays(self.day, "<=", Shift(self.after, self.most, 1)),
        )


@dataclass(frozen=True, slots=True)
class Happened:
    """
    An event has happened (``expected``), or is known not to have; of a due date: somebody set it, or nobody did.
    """

    fact: str
    expected: bool


@dataclass(frozen=True, slots=True)
class CoversMonths:
    """
    A month list names every whole calendar month that has ended from one day until another.
    """

    fact: str
    start: Day
    end: Day


@dataclass(frozen=True, slots=True)
class Unpublished:
    """
    What a text fixes by a figure or wording that we do not have.
    """

    parameter: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """
    A question for whoever ``judged_by`` names; nobody can give it as a fact.
    """

    text: str


@dataclass(frozen=True, slots=True)
class StillDue:
    """
    The day of a duty has not passed, or the event it counts from has not happened.
    """

    day: Day


Atom = Is | OneOf | Has | Compare | CompareDays | Happened | CoversMonths | Unpublished | Judgement | StillDue
Condition = Constant | AllOf | AnyOf | Not | InOrder | Named | Lists | Within | Atom

ALWAYS: Final = Constant(value=True)
NEVER: Final = Constant(value=False)


def conjunction(*items: Condition) -> Condition:
    """
    All of some conditions, without the trivial ones.
    """
    kept = tuple(item for item in items if item != ALWAYS)
    if not kept:
        return ALWAYS
    return kept[0] if len(kept) == 1 else AllOf(kept)


def children(condition: Condition) -> tuple[Condition, ...]:
    """
    The conditions that a condition is made of; none for a test.
    """
    match condition:
        case AllOf(items) | AnyOf(items) | InOrder(items):
            return items
        case Not(item) | Named(_, item):
            return (item,)
        case Lists(fact, _, values):
            return tuple(Has(fact, value) for value in values)
        case Within():
            return condition.bounds
    return ()


def atoms(condition: Condition) -> Iterator[Atom]:
    """
    The tests of a condition, in the order in which they are written, repeats included.
    """
    parts = children(condition)
    if parts:
        for part in parts:
            yield from atoms(part)
    elif not isinstance(condition, Constant):
        yield condition  # type: ignore[misc]  # what has no parts and is no constant is a test


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


def operands(term: Day | Number) -> Iterator[str]:
    """
    The variables that a day or number reads: facts, and ``$parameter``.
    """
    match term:
        case DayFact(fact, _) | NumberFact(fact, _):
            yield fact
        case DayParameter(name) | NumberParameter(name, _):
            yield f"${name}"
        case Later(first, second) | FirstSet(first, second):
            yield from operands(first)
            yield from operands(second)
        case DayOfYear(_, _, year):
            yield from operands(year)
        case Shift(day, span, _):
            yield from operands(day)
            if isinstance(span, FigureSpan):
                yield f"${span.parameter}"
        case StartOf(_, day) | YearOf(day):
            yield from operands(day)
        case Plus(number, _):
            yield from operands(number)


def variables(atom: Atom) -> tuple[str, ...]:
    """
    What a test turns on.

    Facts, ``$parameter``, ``fact#value`` for an entry of a list, ``$parameter#unpublished``, ``judgement:TEXT``.
    """
    match atom:
        case Is(fact) | OneOf(fact) | Happened(fact):
            return (fact,)
        case Has(fact, value):
            return (f"{fact}#{value}",)
        case Compare(left, _, right) | CompareDays(left, _, right):
            return tuple(dict.fromkeys((*operands(left), *operands(right))))
        case CoversMonths(fact, start, end):
            return tuple(dict.fromkeys((fact, *operands(start), *operands(end))))
        case Unpublished(parameter):
            return (f"${parameter}#unpublished",)  # what the figure says, apart from the figure itself
        case Judgement(text):
            return (f"judgement:{text}",)
        case StillDue(day):
            return tuple(dict.fromkeys(operands(day)))


def fact_of(variable: str) -> str:
    """
    The fact that a variable belongs to (``planning.documents#basic_report`` → ``planning.documents``).
    """
    return variable.partition("#")[0]


def facts_in(condition: Condition) -> tuple[str, ...]:
    """
    The facts and ``$parameters`` that a condition reads, in order, each once.
    """
    seen = (fact_of(name) for atom in atoms(condition) for name in variables(atom) if not name.startswith("judgement:"))
    return tuple(dict.fromkeys(seen))


# ---------------------------------------------------------------------------------------------------------------------
# Meaning


class CalendarNeeded(Exception):
    """
    Whether a day is in time turns on a holiday calendar that is not published: ``year`` is its year.
    """

    def __init__(self, year: int) -> None:
        super().__init__(year)
        self.year = year


@dataclass(frozen=True, slots=True)
class DayRange:
    """
    The days that an operand can still turn out to be: one day, or (``last`` None) any day from ``first`` on.

    ``bare``: the operand is an event itself, not a day counted from it. An event that lies ahead comes after every
    event that has happened, also on the day of judging; but it can still meet a day that ends today.
    """

    first: date
    last: date | None
    bare: bool = False


def day_range(term: Day, values: Mapping[str, Any], as_of: date) -> DayRange | None:
    """
    The day of an operand in one completion; None where nobody set one.
    """
    match term:
        case DayLiteral(day):
            return DayRange(day, day)
        case AsOf():
            return DayRange(as_of, as_of)
        case DayFact(fact, kind):
            value = values[fact]
            if value is False:
                return DayRange(as_of, None, bare=True) if kind == "event_date" else None
            return DayRange(value, value, bare=kind == "event_date")
        case DayParameter(name):
            value = values[f"${name}"]
            return DayRange(value, value)
        case Later(first, second):
            return _later(day_range(first, values, as_of), day_range(second, values, as_of))
        case FirstSet(first, second):
            return day_range(first, values, as_of) or day_range(second, values, as_of)
        case StartOf(unit, day):
            inner = day_range(day, values, as_of)
            return inner and _map(inner, lambda d: d.replace(day=1) if unit == "month" else d.replace(month=1, day=1))
        case DayOfYear(month, day_of_month, year):
            numbers = number_range(year, values, as_of)
            if numbers is None:
                return None
            low, high = numbers
            return DayRange(
                _day_of_year(int(low), month, day_of_month),
                None if high is None else _day_of_year(int(high), month, day_of_month),
            )
        case Shift(day, span, sign):
            inner = day_range(day, values, as_of)
            length = length_of(span, values)
            return inner and _map(inner, lambda d: _shifted(d, length, sign, values))
    raise TypeError(term)


def length_of(span: Span | FigureSpan, values: Mapping[str, Any]) -> Span:
    """
    A span with its number, by the figures in force.

    Raises:
        KeyError: The figure is not known.
    """
    if isinstance(span, Span):
        return span
    return Span(min(int(values[f"${span.parameter}"]), LONGEST), span.unit)


def _later(first: DayRange | None, second: DayRange | None) -> DayRange | None:
    if first is None or second is None:
        return first or second
    last = None if first.last is None or second.last is None else max(first.last, second.last)
    if first.first == second.first:
        bare = first.bare and second.bare
    else:
        bare = (first if first.first > second.first else second).bare
    return DayRange(max(first.first, second.first), last, bare)


def _map(span: DayRange, move: Callable[[date], date]) -> DayRange:
    first = move(span.first)
    return DayRange(first, None if span.last is None else first if span.last == span.first else move(span.last))


def _day_of_year(year: int, month: int, day: int) -> date:
    year = min(max(year, 1900), 2199)
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, month, 28)


def _shifted(day: date, span: Span, sign: Literal[1, -1], values: Mapping[str, Any]) -> date:
    moved = shift(day, span, sign)
    if moved.unpublished is None or moved.first == moved.last:
        return moved.first
    if moved.unpublished < last_published_year():
        return (
            moved.last
        )  # before there were published calendars: no deadline of ours, but a missing day could lie there
    calendar = values.get(f"holidays.{moved.unpublished}")
    if calendar is None:
        raise CalendarNeeded(moved.unpublished)
    return moved.first if calendar == "early" else moved.last


def number_range(
    term: Number, values: Mapping[str, Any], as_of: date
) -> tuple[Decimal | int, Decimal | int | None] | None:
    """
    The least and the greatest (None: unbounded) number an operand can turn out to be; None where there is none.
    """
    match term:
        case NumberLiteral(value, _):
            return value, value
        case NumberFact(fact, _):
            value = values[fact]
            return value, value
        case NumberParameter(name, _):
            value = values[f"${name}"]
            return value, value
        case YearOf(day):
            span = day_range(day, values, as_of)
            return None if span is None else (span.first.year, None if span.last is None else span.last.year)
        case Plus(number, by):
            inner = number_range(number, values, as_of)
            return inner and (inner[0] + by, None if inner[1] is None else inner[1] + by)
    raise TypeError(term)


def _ordered(low: Any, high: Any, operator: Operator, other_low: Any, other_high: Any) -> int:
    """
    Whether numbers or days from two ranges stand in an order: always, never, or (OPEN) in some cases only.
    """
    if operator in (">", ">="):
        mirrored: Operator = "<" if operator == ">" else "<="
        return _ordered(other_low, other_high, mirrored, low, high)
    if operator == "<=":
        if high is not None and high <= other_low:
            return TRUE
        return FALSE if other_high is not None and low > other_high else OPEN
    if high is not None and high < other_low:
        return TRUE
    return FALSE if other_high is not None and low >= other_high else OPEN


def _compare_days(left: DayRange | None, operator: Operator, right: DayRange | None) -> int:
    if left is None or right is None:
        return FALSE
    if left.bare and right.bare and (left.last is None) != (right.last is None):
        left_is_later = left.last is None
        return TRUE if left_is_later == (operator in (">", ">=")) else FALSE
    return _ordered(left.first, left.last, operator, right.first, right.last)


def _covers(atom: CoversMonths, values: Mapping[str, Any], as_of: date) -> int:
    start, end = day_range(atom.start, values, as_of), day_range(atom.end, values, as_of)
    if start is None or start.last is None:
        return TRUE  # nothing has begun, so no month has ended
    until = as_of if end is None or end.last is None else min(end.last, as_of)
    listed = values[atom.fact]
    return TRUE if all(month in listed for month in ended_months(start.first, until, as_of)) else FALSE


def ended_months(start: date, until: date, as_of: date) -> tuple[str, ...]:
    """
    The whole calendar months from ``start`` until ``until`` that have ended; on its last day a month has not.
    """
    last = min(until, as_of - timedelta(days=1))
    return months_between(start, last) if start <= last else ()


def atom_level(atom: Atom, values: Mapping[str, Any], as_of: date) -> int:
    """
    FALSE, OPEN or TRUE: what a test is in one completion.

    Raises:
        CalendarNeeded: It turns on working days of a year whose calendar is not published; give ``holidays.YEAR``.
        KeyError: A variable has no value.
    """
    match atom:
        case Is(fact, expected) | Happened(fact, expected):
            return TRUE if (values[fact] is not False) is expected else FALSE
        case OneOf(fact, allowed, negated):
            return TRUE if (values[fact] in allowed) is not negated else FALSE
        case Has(fact, value):
            name = f"{fact}#{value}"
            return TRUE if (values[name] if name in values else value in values[fact]) else FALSE
        case Compare(left, operator, right):
            low, high = number_range(left, values, as_of), number_range(right, values, as_of)
            return FALSE if low is None or high is None else _ordered(*low, operator, *high)
        case CompareDays(left_day, operator, right_day):
            return _compare_days(day_range(left_day, values, as_of), operator, day_range(right_day, values, as_of))
        case CoversMonths():
            return _covers(atom, values, as_of)
        case Unpublished(parameter):
            if f"${parameter}#unpublished" not in values and f"${parameter}" in values:
                return TRUE  # once published it asks nothing more
            return TRUE if values[f"${parameter}#unpublished"] else FALSE
        case Judgement(text):
            return TRUE if values[f"judgement:{text}"] else FALSE
        case StillDue(day):
            span = day_range(day, values, as_of)
            return TRUE if span is None or span.last is None or as_of <= span.last else FALSE
    raise TypeError(atom)


def level(condition: Condition, values: Mapping[str, Any], as_of: date) -> int:
    """
    FALSE, OPEN or TRUE: what a condition is in one completion (design: the meaning of a decision).
    """
    match condition:
        case Constant(value):
            return TRUE if value else FALSE
        case AllOf(items):
            return min(level(item, values, as_of) for item in items)
        case AnyOf(items):
            return max(level(item, values, as_of) for item in items)
        case Not(item):
            return TRUE - level(item, values, as_of)
        case Named(_, item):
            return level(item, values, as_of)
        case InOrder(items):
            levels = [level(item, values, as_of) for item in items]
            return min(
                (max(TRUE - later, earlier) for i, later in enumerate(levels) for earlier in levels[:i]), default=TRUE
            )
        case Lists(fact, quantifier, wanted):
            held = [atom_level(Has(fact, value), values, as_of) for value in wanted]
            if quantifier == "all_of":
                return min(held)
            return max(held) if quantifier == "any_of" else TRUE - max(held)
        case Within():
            return min(level(bound, values, as_of) for bound in condition.bounds)
    return atom_level(condition, values, as_of)


def only_day(term: Day, values: Mapping[str, Any], as_of: date) -> date | None:
    """
    The one day that an operand names, if there is just one.

    Raises:
        CalendarNeeded: It turns on an unpublished calendar.
        KeyError: A variable has no value.
    """
    span = day_range(term, values, as_of)
    return span.first if span is not None and span.first == span.last else None


def last_day(term: Day, values: Mapping[str, Any], as_of: date) -> date | None:
    """
    The day that an operand names, at its earliest where a calendar is missing; None if it is not settled.

    Raises:
        KeyError: A variable has no value.
    """
    early = EarlyCalendars(values)
    span = day_range(term, early, as_of)
    return None if span is None else span.last


class EarlyCalendars(dict[str, Any]):
    """
    Values in which every missing holiday calendar gives the earliest day.
    """

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__(values)

    def get(self, key: str, default: Any = None) -> Any:
        """
        As of any mapping; of a holiday calendar, that it gives the earliest day.
        """
        return "early" if key.startswith("holidays.") else super().get(key, default)


def last_day_in_time(condition: Condition, values: Mapping[str, Any], as_of: date) -> date | None:
    """
    The last day on which an open condition can still come true; None if it has none, or it is not settled.
    """
    match condition:
        case Named(_, item):
            return last_day_in_time(item, values, as_of)
        case AllOf(items):
            days = [last_day_in_time(item, values, as_of) for item in items if level(item, values, as_of) == OPEN]
            return min((day for day in days if day), default=None)
        case AnyOf(items):
            days = [last_day_in_time(item, values, as_of) for item in items if level(item, values, as_of) == OPEN]
            return None if not days or None in days else max(day for day in days if day)
        case Within():
            return last_day_in_time(AllOf(condition.bounds), values, as_of)
        case CompareDays(left, operator, right):
            late = right if operator in ("<", "<=") else left
            day = last_day(late, values, as_of)
            if day is None or operator in ("<=", ">="):
                return day
            return date.fromordinal(day.toordinal() - 1)
    return None
