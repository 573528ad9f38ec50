"""
Projects to test a pack with, made out of the pack: its facts, each missing, null or given, most often at a boundary.

    boundaries       which values of each fact are worth trying
    projects         facts of projects; completions: projects that fill in what another leaves out; changes: pairs
    monotone         whether something only grows when a fact does

Facts are mappings from a fact's path to its value as it stands in JSON; `project_of` makes a `Project` of them.
Hypothesis is needed, and imported, only when a strategy is made.
Imports: `conditions`, `edges`, `evaluate`, `facts`, `fitting`.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from govit_rules.conditions import ALWAYS, Condition
from govit_rules.evaluate import evaluate
from govit_rules.facts import STAGES
from govit_rules.testing.edges import (
    Facts,
    as_json,
    boundaries,
    distinct,
    fact_named,
    facts_of,
    holds,
    judging_days,
    project_of,
    random_project,
    value_of,
    values_of,
)
from govit_rules.testing.fitting import Fitting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from hypothesis.strategies import SearchStrategy

    from govit_rules.decision import Decision
    from govit_rules.facts import Fact
    from govit_rules.packs import Pack
    from govit_rules.project import Project

_NO_VALUE: Final = object()


def projects(
    pack: Pack,
    as_of: date,
    *,
    stage: str | None = None,
    known: Mapping[str, Any] | None = None,
    given: float | None = None,
    such_that: Condition | None = None,
    facts: Iterable[str] | None = None,
) -> SearchStrategy[Facts]:
    """
    Facts of projects, biased to the figures' boundaries, the exceptions and the scope of a pack.

    Args:
        pack: The pack whose facts are given.
        as_of: The day of judging, around which events lie.
        stage: The stage of every project; None: any, if a rule or step of the pack reads it.
        known: Facts that every project has, by path.
        given: The share of the other facts that are given (0 to 1); None: now few, now all.
        such_that: A condition that is true of every project; facts are chosen to fit it.
        facts: The paths of the facts to give; None: all that the pack reads.

    Raises:
        LookupError: There is no fact of that name.
    """
    fixed = {**(known or {}), **({} if stage is None else {"stage": stage})}
    made = _free_projects(pack, as_of, fixed, given, facts)
    if such_that is None:
        return made
    fitted = fitted_projects(pack, as_of, such_that, made, fixed=fixed)
    return fitted.filter(lambda drawn: holds(such_that, drawn, pack, as_of) is True)


def _free_projects(
    pack: Pack, as_of: date, fixed: Facts, given: float | None, facts: Iterable[str] | None
) -> SearchStrategy[Facts]:
    from hypothesis import strategies as st

    table = {path: edges for path, edges in boundaries(pack, as_of, facts).items() if path not in fixed}
    shares = st.sampled_from((0.0, 0.4, 0.8, 0.95, 1.0)) if given is None else st.just(given)

    def drawn(share: float) -> SearchStrategy[Facts]:
        options = {path: st.sampled_from(_with_gaps(edges, share)) for path, edges in table.items()}
        return st.fixed_dictionaries(options).map(lambda made: {**_without_gaps(made), **fixed})

    return shares.flatmap(drawn)


def _with_gaps(edges: tuple[Any, ...], share: float) -> tuple[Any, ...]:
    left_out = round(len(edges) * (1 - share) / share) if share else 1
    return (*([_NO_VALUE] * left_out), *([None] if left_out else ()), *(edges if share else ()))


def _without_gaps(facts: Facts) -> Facts:
    return {path: value for path, value in facts.items() if value is not _NO_VALUE}


def fitted_projects(
    pack: Pack,
    as_of: date,
    condition: Condition,
    made: SearchStrategy[Facts],
    *,
    fixed: Iterable[str] = (),
    aims: Sequence[Condition] = (),
) -> SearchStrategy[Facts]:
    """
    Projects with facts changed so that a condition is true of them wherever that can be done; ``fixed`` ones stay.

    Of three in four one of the ``aims`` is true too, if the condition leaves it room: what a search looks out for.
    """
    from hypothesis import strategies as st

    table = distinct(boundaries(pack, as_of))
    frozen = frozenset(fixed)

    @st.composite
    def fitted(draw: Callable[[Any], Any]) -> Facts:
        def pick(options: Sequence[Any]) -> Any:
            return draw(st.sampled_from(options))

        facts = dict(draw(made))
        Fitting(pack, as_of, table, frozen, pick).aim(condition, aims, facts)
        return facts

    return fitted()


def completions(project: Project | Mapping[str, Any], pack: Pack, as_of: date) -> SearchStrategy[Facts]:
    """
    The facts of a project, with all that are missing filled in, its stage too.

    As a completion is meant: events have not happened or lie on a day up to the day of judging; claims are not made
    where the project makes none.
    """
    from hypothesis import strategies as st

    facts = facts_of(project)
    missing = [path for path in {*pack.facts_read, "stage"} if path not in facts and not fact_named(pack, path).claim]
    options = {}
    for path, edges in distinct(boundaries(pack, as_of, missing)).items():
        past = [edge for edge in edges if not _lies_ahead(fact_named(pack, path), edge, as_of)]
        options[path] = st.sampled_from(past)
    return st.fixed_dictionaries(options).map(lambda filled: {**facts, **filled})


def _lies_ahead(fact: Fact, edge: Any, as_of: date) -> bool:
    return fact.type == "event_date" and edge is not False and date.fromisoformat(edge) > as_of


# ---------------------------------------------------------------------------------------------------------------------
# What changes with a fact

# How a fact can move, by its type: whether the second value lies that way from the first.
_ORDERED: Final = {"increases": lambda one, two: one < two, "decreases": lambda one, two: one > two}
_IN_TIME: Final = {"later": _ORDERED["increases"], "earlier": _ORDERED["decreases"]}
_STAGES_IN_TIME: Final = {
    "later": lambda one, two: STAGES.index(one) < STAGES.index(two),
    "earlier": lambda one, two: STAGES.index(one) > STAGES.index(two),
}
_SETS: Final = {"grows": _ORDERED["increases"], "shrinks": _ORDERED["decreases"]}
DIRECTIONS: Final[Mapping[str, Mapping[str, Callable[[Any, Any], bool]]]] = {
    "money": _ORDERED,
    "int": _ORDERED,
    "year": _ORDERED,
    "date": _IN_TIME,
    "event_date": _IN_TIME,
    "due_date": _IN_TIME,
    "enum_list": _SETS,
    "month_list": _SETS,
}


class Move:
    """
    How a fact changes: ``increases``, ``decreases``; ``later``, ``earlier``; ``grows``, ``shrinks``; or ``A → B``.

    ``A`` and ``B`` are values of the fact; ``happened`` is any day on which an event can have happened.

    Raises:
        ValueError: The fact cannot move so; the message says how it can.
    """

    def __init__(self, fact: Fact, direction: str) -> None:
        self.fact, self.direction = fact, direction
        self.start: Any = None
        self.end: Any = None
        table: Mapping[str, Callable[[Any, Any], bool]] = DIRECTIONS.get(fact.type, {})
        if fact.path == "stage":
            table = _STAGES_IN_TIME
        self.order = table.get(direction)
        if self.order is None:
            before, arrow, after = direction.replace("->", "→").partition("→")
            if not arrow:
                ways = "、".join((*table, "甲 → 乙"))
                raise ValueError(f"{fact.path}({fact.type})不能 {direction!r};可以 {ways}")
            self.start, self.end = (self._written(side.strip()) for side in (before, after))
            if self.start == self.end:
                raise ValueError(f"{direction!r} 前后一样")

    def _written(self, text: str) -> Any:
        if text == "happened" and self.fact.type == "event_date":
            return text
        value: Any = {"true": True, "false": False}.get(text, int(text) if text.isdigit() else text)
        self.fact.parse(value)
        return value

    def before(self, edges: Iterable[Any], as_of: date) -> list[Any]:
        """
        The values from which the fact can move.
        """
        return [edge for edge in edges if any(self.goes(edge, other, as_of) for other in edges)]

    def goes(self, one: Any, two: Any, as_of: date) -> bool:
        """
        Whether the second value, as it stands in JSON, lies that way from the first.
        """
        if self.order is None:
            return self._is(one, self.start, as_of) and self._is(two, self.end, as_of)
        first, second = (value_of(self.fact, value, as_of) for value in (one, two))
        if self.fact.type in ("event_date", "due_date") and (first is False or second is False):
            return False
        return self.order(first, second)

    def _is(self, given: Any, wanted: Any, as_of: date) -> bool:
        value = value_of(self.fact, given, as_of)
        return value is not False if wanted == "happened" else value == value_of(self.fact, wanted, as_of)

    def written(self) -> tuple[Any, ...]:
        """
        The values that the move itself names.
        """
        return tuple(value for value in (self.start, self.end) if value is not None and value != "happened")


def changes(
    pack: Pack,
    as_of: date,
    moves: Mapping[str, str],
    *,
    stage: str | None = None,
    known: Mapping[str, Any] | None = None,
    given: float | None = None,
    such_that: Condition | None = None,
    facts: Iterable[str] | None = None,
) -> SearchStrategy[tuple[Facts, Facts]]:
    """
    Projects before and after some of their facts changed, all else equal.

    Args:
        pack: As for `projects`, of whose arguments the others are too.
        as_of: The day of judging.
        moves: How each fact changes: see `Move`.
        stage: The stage of every project.
        known: Facts that every project has.
        given: The share of the other facts that are given.
        such_that: A condition that is true of the project before.
        facts: The paths of the facts to give.

    Raises:
        ValueError: A fact cannot move so.
        LookupError: There is no fact of that name.
    """
    fixed = {**(known or {}), **({} if stage is None else {"stage": stage})}
    made = _free_projects(pack, as_of, fixed, given, facts)
    ways = {path: Move(fact_named(pack, path), way) for path, way in moves.items()}
    condition = ALWAYS if such_that is None else such_that
    pairs = changed_projects(pack, as_of, ways, condition, made, fixed=fixed)
    return pairs.filter(lambda pair: pair[1] is not None and holds(condition, pair[0], pack, as_of) is True)


def changed_projects(
    pack: Pack,
    as_of: date,
    moves: Mapping[str, Move],
    condition: Condition,
    made: SearchStrategy[Facts],
    *,
    fixed: Iterable[str] = (),
    aims: Sequence[Condition] = (),
) -> SearchStrategy[tuple[Facts, Any]]:
    """
    Projects as `fitted_projects` makes them, and what they are after some facts moved; None where one cannot move.
    """
    from hypothesis import strategies as st

    table = distinct(boundaries(pack, as_of, {*pack.facts_read, *moves}))
    for path, move in moves.items():
        table[path] = distinct({path: (*move.written(), *table[path])})[path]
    starts = {path: move.before(table[path], as_of) for path, move in moves.items()}
    frozen = frozenset(fixed)

    @st.composite
    def pair(draw: Callable[[Any], Any]) -> tuple[Facts, Facts | None]:
        def pick(options: Sequence[Any]) -> Any:
            return draw(st.sampled_from(options))

        before = dict(draw(made))
        for path in moves:
            before[path] = pick(starts[path])
        Fitting(pack, as_of, table, frozen, pick).aim(condition, aims, before)
        after = dict(before)
        for path, move in moves.items():
            ends = [edge for edge in table[path] if move.goes(before[path], edge, as_of)]
            if not ends:
                return before, None
            after[path] = pick(ends)
        return before, after

    return pair()


def monotone(
    pack: Pack,
    fact: str,
    direction: str,
    check: Callable[[Decision, Decision], object],
    *,
    as_of: date,
    stage: str | None = None,
    known: Mapping[str, Any] | None = None,
    such_that: Condition | None = None,
    examples: int = 100,
) -> None:
    """
    Check that something holds between the decisions before and after a fact moves, all else equal.

    Args:
        pack: The pack that decides.
        fact: The fact that moves.
        direction: Which way: see `Move`.
        check: Takes both decisions; returns False, or asserts, where it does not hold.
        as_of: The day of judging.
        stage: As for `projects`.
        known: As for `projects`.
        such_that: As for `projects`, of the project before.
        examples: How many pairs are tried.

    Raises:
        AssertionError: It does not hold; the message has a smallest pair of projects that shows it, as facts by path.
        ValueError: The fact cannot move so.
    """
    from hypothesis import HealthCheck, Phase, given, settings

    def gainsaid(before: Facts, after: Facts | None) -> AssertionError | None:
        if after is None or (such_that is not None and holds(such_that, before, pack, as_of) is not True):
            return None
        try:
            said = check(*(evaluate(project_of(facts), pack, as_of=as_of) for facts in (before, after)))
        except AssertionError as error:
            return error
        return AssertionError("the check returned False") if said is False else None

    @settings(
        max_examples=examples,
        phases=[Phase.generate],
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(pair=changes(pack, as_of, {fact: direction}, stage=stage, known=known, such_that=such_that))
    def try_one(pair: tuple[Facts, Facts]) -> None:
        if gainsaid(*pair) is not None:
            raise Found(*pair)

    try:
        try_one()
    except Found as found:
        fixed = {fact, *(known or ()), *(() if stage is None else ("stage",))}
        pair = smallest(
            (found.before, found.after),
            lambda one, two: gainsaid(one, two) is not None,
            pack,
            as_of,
            frozenset(fixed),
            moved=frozenset((fact,)),
        )
        raise AssertionError(f"{fact} {direction}: {pair[0]} → {pair[1]}") from gainsaid(*pair)


class Found(Exception):
    """
    A project, and what it is after a change, of which something does not hold: it ends a search.
    """

    def __init__(self, before: Facts, after: Facts) -> None:
        super().__init__(before, after)
        self.before, self.after = before, after


# ---------------------------------------------------------------------------------------------------------------------
# Small projects


def smallest(
    pair: tuple[Facts, Facts | None],
    fails: Callable[[Facts, Facts | None], bool],
    pack: Pack,
    as_of: date,
    kept: frozenset[str] = frozenset(),
    *,
    moved: frozenset[str] = frozenset(),
) -> tuple[Facts, Facts | None]:
    """
    A project, with what it is after a change, of which no fact can be left out or be made plainer and it still fails.

    Hypothesis shrinks too, but by what was drawn and in minutes; this knows facts, and takes a second.

    Args:
        pair: The project, and what it is after the change; None where nothing changes.
        fails: Whether a pair shows the same fault.
        pack: The pack.
        as_of: The day of judging.
        kept: The facts that are not left out.
        moved: The facts that change, which stay as they are.
    """
    table = distinct(boundaries(pack, as_of, pair[0]))
    smaller = True
    while smaller:
        smaller = False
        for path in sorted(pair[0].keys() - moved):
            plainer = _plainer(fact_named(pack, path), pair[0][path], table[path], as_of, may_go=path not in kept)
            for value in plainer:
                fewer = _changed(pair, path, value)
                if fails(*fewer):
                    pair, smaller = fewer, True
                    break
    return pair


def _plainer(fact: Fact, value: Any, edges: Iterable[Any], as_of: date, *, may_go: bool) -> Iterator[Any]:
    """
    What a fact may be in a smaller project: nothing, fewer entries, a lesser number, a nearer day, an earlier code.
    """
    if may_go or value is None:
        yield None
    if isinstance(value, list):
        yield from ([item for item in value if item != left_out] for left_out in value)
    elif fact.type != "bool" and value is not False:
        ranked = sorted((edge for edge in edges if edge is not False), key=lambda edge: _plainness(fact, edge, as_of))
        yield from ranked[: ranked.index(value)] if value in ranked else ()


def _plainness(fact: Fact, edge: Any, as_of: date) -> Any:
    if fact.type == "enum":
        return list(fact.values or ()).index(edge)
    value: Any = fact.parse(edge)
    return abs(value - as_of) if isinstance(value, date) else value


def _changed(pair: tuple[Facts, Facts | None], path: str, value: Any) -> tuple[Facts, Facts | None]:
    before, after = (None if facts is None else {p: v for p, v in facts.items() if p != path} for facts in pair)
    for facts in (before, after):
        if facts is not None and value is not None:
            facts[path] = value
    return before or {}, after


__all__ = [
    "DIRECTIONS",
    "Facts",
    "Found",
    "Move",
    "as_json",
    "boundaries",
    "changed_projects",
    "changes",
    "completions",
    "facts_of",
    "fitted_projects",
    "holds",
    "judging_days",
    "monotone",
    "project_of",
    "projects",
    "random_project",
    "smallest",
    "values_of",
]
