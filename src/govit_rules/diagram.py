"""
What can be said of a question when facts are missing: exactly, by a decision diagram.

A question is a condition (`when`), what is required if it holds (`require`), and whether it is not yet due
(`still_due`). Each missing variable is cut into the classes that the question's comparisons can tell apart; the
question is reduced over these classes, one variable at a time in a fixed order, and equal remainders are shared. What
is left is canonical: the verdicts at its ends are those that some completion reaches, and the variables that remain
in it are those of which a change, alone, can change the answer.

Imports: `conditions`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice, product
from typing import TYPE_CHECKING, Any, Final

from govit_rules.conditions import (
    ALWAYS,
    FALSE,
    NEVER,
    OPEN,
    TRUE,
    AllOf,
    AnyOf,
    Atom,
    CalendarNeeded,
    Condition,
    Constant,
    CoversMonths,
    InOrder,
    Lists,
    Named,
    Not,
    Within,
    atom_level,
    children,
    ended_months,
    fact_of,
    last_day,
    variables,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

# What a question can come to in one completion.
INAPPLICABLE: Final = 0
MET: Final = 1
PENDING: Final = 2
VIOLATED: Final = 3

# Values kept of a variable that is compared with other missing ones, and value combinations tried in finding them.
_MAX_SAMPLES: Final = 96
_MAX_COMBINATIONS: Final = 600


@dataclass(frozen=True, slots=True)
class Question:
    """
    One thing to be judged: met or violated where ``when`` holds; without ``require``, whether ``when`` holds.
    """

    when: Condition
    require: Condition | None = None
    still_due: Condition = NEVER

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """
        All that the question reads, in order.
        """
        return (self.when, self.require or ALWAYS, self.still_due)


@dataclass(frozen=True, slots=True)
class Solution:
    """
    What a question can come to over all completions.

    ``reached`` holds the verdicts that some completion reaches; ``needs`` the variables of which a change, alone, can
    make or end a violation (of a question without ``require``: its truth); ``missing`` all missing variables that the
    question still named when the known facts were put in.
    """

    reached: frozenset[int]
    needs: tuple[str, ...] = ()
    missing: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Domain:
    """
    The values that a missing variable can take.

    Either ``choices``; or, ordered, the whole numbers ``least`` to ``most`` turned into values by ``value``, with
    ``choices`` beside them (``False`` of an event).
    """

    choices: tuple[Any, ...] = ()
    least: int = 0
    most: int = -1
    value: Callable[[int], Any] = int

    @property
    def ordered(self) -> bool:
        """
        Whether there are numbers or days to choose from.
        """
        return self.most >= self.least


class _EveryMonth:
    """
    A month list in which every month stands. No `frozenset`: an empty one would be equal to it.
    """

    def __contains__(self, _month: object) -> bool:
        return True


_EVERY_MONTH: Final = _EveryMonth()
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1).toordinal(), date(2199, 12, 31).toordinal()


def domain_of(kind: str, values: Iterable[str], as_of: date) -> Domain:
    """
    The values of a missing fact or parameter of a type; an event has ``False`` or a day up to the day of judging.
    """
    match kind:
        case "money":
            return Domain((), 0, 10**15 - 1, lambda fen: Decimal(fen).scaleb(-2))
        case "int":
            return Domain((), 0, 10**9)
        case "year":
            return Domain((), 1949, 2099)
        case "date":
            return Domain((), _FIRST_DAY, _LAST_DAY, date.fromordinal)
        case "due_date":
            return Domain((False,), _FIRST_DAY, _LAST_DAY, date.fromordinal)
        case "event_date":
            return Domain((False,), _FIRST_DAY, max(as_of.toordinal(), _FIRST_DAY), date.fromordinal)
        case "enum":
            return Domain(tuple(values))
        case "month_list":
            return Domain((frozenset(), _EVERY_MONTH))
    return Domain((False, True))


def solve(question: Question, known: Mapping[str, Any], kinds: Callable[[str], Domain], as_of: date) -> Solution:
    """
    Judge a question over all completions of what is known.

    Args:
        question: What to judge.
        known: Values by fact path and ``$parameter``; what is missing is left out.
        kinds: The domain of a missing variable, by its name.
        as_of: The day of judging.
    """
    return partition(question, known, kinds, as_of).solution()


def partition(question: Question, known: Mapping[str, Any], kinds: Callable[[str], Domain], as_of: date) -> Partition:
    """
    The classes into which a question cuts its missing variables; the arguments are those of `solve`.
    """
    calendars: set[str] = set()
    while True:
        try:
            return _Diagram(question, known, kinds, as_of, calendars).partition()
        except CalendarNeeded as needed:
            calendars.add(f"holidays.{needed.year}")


def completion(
    question: Question, known: Mapping[str, Any], kinds: Callable[[str], Domain], as_of: date, verdict: int
) -> dict[str, Any] | None:
    """
    Values of missing variables with which a question comes to a verdict, whatever the others are; None if none do.
    """
    calendars: set[str] = set()
    while True:
        try:
            return _Diagram(question, known, kinds, as_of, calendars).way_to(verdict)
        except CalendarNeeded as needed:
            calendars.add(f"holidays.{needed.year}")


class _Nodes:
    """
    The inner nodes of a diagram, each a variable and what follows each of its values; equal ones are one.

    A number up to VIOLATED is an end, a verdict; a greater one names a node.
    """

    def __init__(self) -> None:
        self.inner: list[tuple[str, tuple[int, ...]]] = []
        self.numbers: dict[tuple[str, tuple[int, ...]], int] = {}

    def __getitem__(self, number: int) -> tuple[str, tuple[int, ...]]:
        return self.inner[number - VIOLATED - 1]

    def number(self, name: str, kids: tuple[int, ...]) -> int:
        """
        The node that asks for a variable; a node whose answers all lead to one place is that place.
        """
        if all(kid == kids[0] for kid in kids):
            return kids[0]
        key = (name, kids)
        found = self.numbers.get(key)
        if found is None:
            self.inner.append(key)
            found = self.numbers[key] = len(self.inner) + VIOLATED
        return found


@dataclass(frozen=True, slots=True)
class Partition:
    """
    A question reduced over the classes of its missing variables: a diagram with verdicts at its ends.

    ``samples`` holds, for each variable, the values that stand for its classes, in the order of a node's branches.
    ``missing`` is that of `Solution`.
    """

    root: int
    nodes: _Nodes
    samples: Mapping[str, tuple[Any, ...]]
    read: tuple[str, ...]
    missing: frozenset[str]
    classifies: bool

    def solution(self) -> Solution:
        """
        What the question can come to.
        """
        if self.root <= VIOLATED:
            return Solution(frozenset((self.root,)), (), self.missing)
        return Solution(self._reached(), self._needs(), self.missing)

    def judged(self, verdict: Callable[[Mapping[str, Any]], int | str]) -> Partition:
        """
        The same with every end judged anew, given a value of each variable on a way to it, and reduced again.

        ``verdict`` says the verdict, or a variable that is not on the way and on which it turns nevertheless.
        """
        ways, nodes, made = self._ways(), _Nodes(), dict[int, int]()

        def end(way: Mapping[str, Any]) -> int:
            found = verdict(way)
            if isinstance(found, int):
                return found
            return nodes.number(found, tuple(end({**way, found: value}) for value in self.samples[found]))

        def judge(number: int, way: Mapping[str, Any]) -> int:
            if number <= VIOLATED:
                return end(way)
            if number not in made:
                name, kids = self.nodes[number]
                branches = zip(self.samples[name], kids, strict=True)
                made[number] = nodes.number(
                    name, tuple(judge(kid, {**ways[number], name: value}) for value, kid in branches)
                )
            return made[number]

        return Partition(judge(self.root, {}), nodes, self.samples, self.read, self.missing, self.classifies)

    def _ways(self) -> dict[int, dict[str, Any]]:
        """
        For each node, values of the variables before it that lead there: one way of perhaps many.
        """
        ways: dict[int, dict[str, Any]] = {self.root: {}}
        todo = [self.root]
        while todo:
            number = todo.pop()
            if number > VIOLATED:
                name, kids = self.nodes[number]
                for value, kid in zip(self.samples[name], kids, strict=True):
                    if kid not in ways:
                        ways[kid] = {**ways[number], name: value}
                        todo.append(kid)
        return ways

    def _reached(self) -> frozenset[int]:
        seen, todo = set(), [self.root]
        while todo:
            number = todo.pop()
            if number not in seen:
                seen.add(number)
                if number > VIOLATED:
                    todo.extend(self.nodes[number][1])
        return frozenset(number for number in seen if number <= VIOLATED)

    def _needs(self) -> tuple[str, ...]:
        """
        The variables that are left when only violated and not violated (or true and not) are told apart.
        """
        target = MET if self.classifies else VIOLATED
        merged: dict[int, int] = {}
        shared: dict[tuple[str, tuple[int, ...]], int] = {}
        names: dict[int, tuple[str, tuple[int, ...]]] = {}

        def merge(node: int) -> int:
            if node <= VIOLATED:
                return int(node == target)
            if node not in merged:
                name, kids = self.nodes[node]
                ends = tuple(merge(kid) for kid in kids)
                if all(end == ends[0] for end in ends):
                    merged[node] = ends[0]
                else:
                    merged[node] = shared.setdefault((name, ends), len(shared) + 2)
                    names[merged[node]] = (name, ends)
            return merged[node]

        found: set[str] = set()
        todo, seen = [merge(self.root)], set()
        while todo:
            node = todo.pop()
            if node > 1 and node not in seen:
                seen.add(node)
                found.add(names[node][0])
                todo.extend(names[node][1])
        return tuple(name for name in self.read if name in found)


# A residual condition: a level (0 to 2), else the number of a shared part of the question.
_Residual = int
_Trees = tuple[_Residual, _Residual, _Residual]


class _Residuals:
    """
    Residual conditions, equal ones shared: each is a level or a number, so that they are compared and kept at no cost.
    """

    def __init__(self) -> None:
        self.parts: list[tuple[str, tuple[int, ...]]] = [("", ())] * (TRUE + 1)
        self.numbers: dict[tuple[str, tuple[int, ...]], _Residual] = {}
        self._atoms: dict[_Residual, frozenset[int]] = dict.fromkeys(range(TRUE + 1), frozenset())

    def share(self, kind: str, parts: tuple[int, ...]) -> _Residual:
        """
        The number of an atom ("a", its index), a negation ("~") or a junction ("&", "|") of residuals.
        """
        key = (kind, parts)
        number = self.numbers.get(key)
        if number is None:
            number = self.numbers[key] = len(self.parts)
            self.parts.append(key)
        return number

    def negated(self, tree: _Residual) -> _Residual:
        """
        Not a residual.
        """
        if tree <= TRUE:
            return TRUE - tree
        kind, parts = self.parts[tree]
        return parts[0] if kind == "~" else self.share("~", (tree,))

    def joined(self, kind: str, trees: Iterable[_Residual]) -> _Residual:
        """
        The least ("&") or greatest ("|") of some residuals, with what is settled taken out.
        """
        absorbing, neutral, pick = (FALSE, TRUE, min) if kind == "&" else (TRUE, FALSE, max)
        bound = neutral
        kept: dict[_Residual, None] = {}
        for tree in trees:
            if tree <= TRUE:
                bound = pick(bound, tree)
                if bound == absorbing:
                    return absorbing
            else:
                kept[tree] = None
        if not kept:
            return bound
        parts = (*kept, *(() if bound == neutral else (bound,)))
        return parts[0] if len(parts) == 1 else self.share(kind, parts)

    def atoms(self, tree: _Residual) -> frozenset[int]:
        """
        The indices of the atoms of a residual.
        """
        found = self._atoms.get(tree)
        if found is None:
            kind, parts = self.parts[tree]
            found = frozenset(parts) if kind == "a" else frozenset().union(*map(self.atoms, parts))
            self._atoms[tree] = found
        return found

    def settled(self, tree: _Residual, levels: Mapping[int, int], done: dict[_Residual, _Residual]) -> _Residual:
        """
        A residual in which some atoms have come to a level; ``done`` keeps what was settled already.
        """
        if tree <= TRUE or levels.keys().isdisjoint(self.atoms(tree)):
            return tree
        result = done.get(tree)
        if result is None:
            kind, parts = self.parts[tree]
            if kind == "a":
                result = levels[parts[0]]
            elif kind == "~":
                result = self.negated(self.settled(parts[0], levels, done))
            else:
                result = self.joined(kind, (self.settled(part, levels, done) for part in parts))
            done[tree] = result
        return result


class _Diagram:
    def __init__(
        self,
        question: Question,
        known: Mapping[str, Any],
        kinds: Callable[[str], Domain],
        as_of: date,
        calendars: set[str],
    ) -> None:
        self.known, self.kinds, self.as_of = known, kinds, as_of
        self.calendars = calendars
        self.classifies = question.require is None
        self.residuals = _Residuals()
        self.unsettled: list[tuple[str, ...]] = []
        self.tests: list[Atom] = []
        self.index: dict[Atom, int] = {}
        self.given: dict[int, dict[str, Any]] = {}
        when, require, still_due = (self._residual(condition) for condition in question.conditions)
        self.trees: _Trees = self._normal(when, require, still_due)
        read = dict.fromkeys(name for names in self.unsettled for name in names)
        self.related = {name for names in self.unsettled if len(names) > 1 for name in names}
        # The order of the reduction: as the variables are first read, but those compared with each other last, because
        # what follows such a variable must be worked out again for each of its values.
        self.order = tuple(sorted(read, key=lambda name: name in self.related))
        self.read = tuple(read)
        self.samples: dict[str, tuple[Any, ...]] = {}
        self.nodes = _Nodes()
        self.memo: dict[Any, int] = {}

    # -- putting in what is known

    def _residual(self, condition: Condition) -> _Residual:
        make = self.residuals
        match condition:
            case Constant(value):
                return TRUE if value else FALSE
            case Named(_, item):
                return self._residual(item)
            case Not(item):
                return make.negated(self._residual(item))
            case AllOf(items):
                return make.joined("&", map(self._residual, items))
            case AnyOf(items):
                return make.joined("|", map(self._residual, items))
            case InOrder(items):
                parts = [self._residual(item) for item in items]
                pairs = ((make.negated(later), earlier) for i, later in enumerate(parts) for earlier in parts[:i])
                return make.joined("&", (make.joined("|", pair) for pair in pairs))
            case Lists(_, quantifier, _):
                held = map(self._residual, children(condition))
                if quantifier == "none_of":
                    return make.negated(make.joined("|", held))
                return make.joined("&" if quantifier == "all_of" else "|", held)
            case Within():
                return make.joined("&", map(self._residual, condition.bounds))
        return self._atom(condition)

    def _atom(self, atom: Atom) -> _Residual:
        index = self.index.get(atom)
        if index is None:
            missing = tuple(name for name in variables(atom) if fact_of(name) not in self.known)
            if not missing:
                try:
                    return atom_level(atom, self.known, self.as_of)
                except CalendarNeeded as needed:
                    missing = (f"holidays.{needed.year}",)
            elif self.calendars and _counts_working_days(atom):
                missing = (*missing, *sorted(self.calendars))
            index = self.index[atom] = len(self.tests)
            self.tests.append(atom)
            self.unsettled.append(missing)
        return self.residuals.share("a", (index,))

    @staticmethod
    def _normal(when: _Residual, require: _Residual, still_due: _Residual) -> _Trees:
        """
        The same question with what no longer matters struck out, so that equal remainders are found equal.
        """
        if when < TRUE:
            return (FALSE, FALSE, FALSE)
        if when == TRUE and require in (OPEN, TRUE):
            return (TRUE, require, FALSE)
        return (when, require, FALSE if require == TRUE else still_due)

    @staticmethod
    def _terminal(trees: _Trees) -> int | None:
        when, require, still_due = trees
        if when < TRUE:
            return INAPPLICABLE
        if when > TRUE or require > TRUE:
            return None
        if require != FALSE:
            return MET if require == TRUE else PENDING
        if still_due > TRUE:
            return None
        return PENDING if still_due == TRUE else VIOLATED

    # -- classes of values

    def _level(self, index: int, assigned: Mapping[str, Any]) -> int:
        atom, given = self.tests[index], self.given.get(index)
        if given is None:
            names = {fact_of(name) for name in variables(atom)}
            given = self.given[index] = {name: self.known[name] for name in names if name in self.known}
        return atom_level(atom, {**given, **assigned}, self.as_of)

    def _prepare(self) -> None:
        """
        Choose, for each missing variable, values that stand for all the classes that its comparisons cut.
        """
        domains = {name: self._domain(name) for name in self.order}
        chosen: dict[str, dict[Any, None]] = {}
        for name, domain in domains.items():
            ends = (domain.value(domain.least), domain.value(domain.most)) if domain.ordered else ()
            chosen[name] = dict.fromkeys((*domain.choices, *ends))
        linked = [index for index, names in enumerate(self.unsettled) if len(names) > 1]
        for index, names in enumerate(self.unsettled):
            atom = self.tests[index]
            if len(names) == 1 and domains[names[0]].ordered:
                self._add_cuts(index, names[0], {}, domains[names[0]], chosen[names[0]])
            if isinstance(atom, CoversMonths) and len(names) == 1 and atom.fact in names:
                chosen[atom.fact][self._window(atom)] = None
        tried: set[Any] = set()
        # What one variable cuts in a second, the second cuts in a third: as many rounds as a chain has links.
        for _ in range(len(self.related) - 1):
            for index in linked:
                self._link(index, domains, chosen, tried)
        for name, values in chosen.items():
            self.samples[name] = tuple(values) if name in self.related else self._one_per_class(name, values)

    def _domain(self, name: str) -> Domain:
        if name.startswith("holidays."):
            return Domain(("early", "late"))
        if "#" in name or name.startswith("judgement:"):
            return Domain((False, True))
        return self.kinds(name)

    def _window(self, atom: CoversMonths) -> frozenset[str]:
        start, end = last_day(atom.start, self.known, self.as_of), last_day(atom.end, self.known, self.as_of)
        return frozenset(ended_months(start, end or self.as_of, self.as_of)) if start else frozenset()

    def _link(
        self,
        index: int,
        domains: Mapping[str, Domain],
        chosen: Mapping[str, dict[Any, None]],
        tried: set[Any],
    ) -> None:
        """
        For each variable of an atom, add what it is cut by when the others have the values chosen for them so far.
        """
        names = self.unsettled[index]
        before = {name: tuple(chosen[name]) for name in names}
        for name in names:
            if not domains[name].ordered:
                continue
            others = [other for other in names if other != name]
            for values in islice(product(*(before[other] for other in others)), _MAX_COMBINATIONS):
                key = (index, name, values)
                if key not in tried and len(chosen[name]) < _MAX_SAMPLES:
                    tried.add(key)
                    self._add_cuts(index, name, dict(zip(others, values, strict=True)), domains[name], chosen[name])

    def _add_cuts(
        self, index: int, name: str, others: Mapping[str, Any], domain: Domain, into: dict[Any, None]
    ) -> None:
        """
        Add the values on both sides of each place where an atom's level changes. Levels are monotone in each operand.
        """

        def at(number: int) -> int:
            return self._level(index, {**others, name: domain.value(number)})

        def search(low: int, low_level: int, high: int, high_level: int) -> None:
            if low_level == high_level:
                return
            if high - low == 1:
                into[domain.value(low)] = None
                into[domain.value(high)] = None
                return
            middle = (low + high) // 2
            middle_level = at(middle)
            search(low, low_level, middle, middle_level)
            search(middle, middle_level, high, high_level)

        search(domain.least, at(domain.least), domain.most, at(domain.most))

    def _one_per_class(self, name: str, values: Iterable[Any]) -> tuple[Any, ...]:
        own = [index for index, names in enumerate(self.unsettled) if name in names]
        classes: dict[tuple[int, ...], Any] = {}
        for value in values:
            classes.setdefault(tuple(self._level(index, {name: value}) for index in own), value)
        return tuple(classes.values())

    # -- reduction

    def partition(self) -> Partition:
        root = self._terminal(self.trees)
        left: frozenset[str] = frozenset()
        if root is None:
            self._prepare()
            root = self._reduce(self.trees, {})
            left = frozenset(name for index in self._atoms(self.trees) for name in self.unsettled[index])
        return Partition(root, self.nodes, self.samples, self.read, left, self.classifies)

    def way_to(self, verdict: int) -> dict[str, Any] | None:
        end = self._terminal(self.trees)
        if end is not None:
            return {} if end == verdict else None
        self._prepare()
        return self._way(self._reduce(self.trees, {}), verdict, set())

    def _way(self, node: int, verdict: int, dead: set[int]) -> dict[str, Any] | None:
        if node <= VIOLATED or node in dead:
            return {} if node == verdict else None
        name, kids = self.nodes[node]
        for value, kid in zip(self.samples[name], kids, strict=True):
            rest = self._way(kid, verdict, dead)
            if rest is not None:
                return {name: value, **rest}
        dead.add(node)
        return None

    def _atoms(self, trees: _Trees) -> frozenset[int]:
        return frozenset().union(*map(self.residuals.atoms, trees))

    def _reduce(self, trees: _Trees, assigned: dict[str, Any]) -> int:
        end = self._terminal(trees)
        if end is not None:
            return end
        remaining = self._atoms(trees)
        names = {name for index in remaining for name in self.unsettled[index]}
        key = (trees, tuple((name, value) for name, value in assigned.items() if name in names))
        node = self.memo.get(key)
        if node is None:
            name = next(name for name in self.order if name in names and name not in assigned)
            ready = [
                index
                for index in remaining
                if name in self.unsettled[index]
                and all(other == name or other in assigned for other in self.unsettled[index])
            ]
            node = self.nodes.number(
                name, tuple(self._child(trees, assigned, name, v, ready) for v in self.samples[name])
            )
            self.memo[key] = node
        return node

    def _child(self, trees: _Trees, assigned: dict[str, Any], name: str, value: Any, ready: Sequence[int]) -> int:
        extended = {**assigned, name: value}
        levels = {index: self._level(index, extended) for index in ready}
        done: dict[_Residual, _Residual] = {}
        return self._reduce(self._normal(*(self.residuals.settled(tree, levels, done) for tree in trees)), extended)


def _counts_working_days(atom: Atom) -> bool:
    """
    Whether a test moves a day by working days.
    """
    return "wd" in repr(atom)


__all__ = [
    "INAPPLICABLE",
    "MET",
    "OPEN",
    "PENDING",
    "VIOLATED",
    "Domain",
    "Partition",
    "Question",
    "Solution",
    "completion",
    "domain_of",
    "partition",
    "solve",
]
