"""
The second engine: it derives what conditions mean, decides as the first does, and a mistake in either shows.
"""

from __future__ import annotations

import json
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govit_rules import Project, deduction, diagram, evaluate
from govit_rules.conditions import (
    FALSE,
    OPEN,
    TRUE,
    AllOf,
    AnyOf,
    AsOf,
    Compare,
    CompareDays,
    Constant,
    CoversMonths,
    DayFact,
    DayLiteral,
    Happened,
    Has,
    InOrder,
    Is,
    Judgement,
    Lists,
    Named,
    Not,
    NumberFact,
    NumberLiteral,
    NumberParameter,
    OneOf,
    Shift,
    StillDue,
    Unpublished,
    Within,
    YearOf,
    atoms,
    children,
    fact_of,
    level,
    variables,
)
from govit_rules.deduction import Deduction, DurableJudge, Passage, translated_question
from govit_rules.diagram import INAPPLICABLE, MET, PENDING, VIOLATED, Question
from govit_rules.durable_engine import MOST_CONDITIONS, MOST_JOINED, RuleSet, available
from govit_rules.errors import EngineFailure, EngineUnavailable
from govit_rules.evaluate import read_local
from govit_rules.judge import Judge, judge_for
from govit_rules.library import load_pack, shipped_packs
from govit_rules.testing.cases import case_files, decide, read_cases
from govit_rules.testing.edges import boundaries, distinct, project_of
from govit_rules.testing.fitting import Fitting
from govit_rules.values import Span
from strategies import days_known, single_tests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govit_rules import Decision
    from govit_rules.conditions import Condition
    from govit_rules.packs import Pack

pytestmark = pytest.mark.skipif(not available(), reason="durable-rules is not installed, or cannot be loaded")

ROOT = Path(__file__).parent.parent
DAY = date(2026, 3, 31)
CITIES = tuple(shipped_packs())
DEDUCTION = Deduction()


def levels(condition: Condition, values: dict[str, Any], as_of: date = DAY, by: Deduction = DEDUCTION) -> Any:
    """
    The level that the engine derives, or which bounds of it.
    """
    at_least_open, true = by.state(condition, values, as_of)
    if at_least_open is None or true is None:
        return at_least_open, true
    return TRUE if true else OPEN if at_least_open else FALSE


# -- values and conditions to draw from

EVENT, SECOND = DayFact("event", "event_date"), DayFact("second", "event_date")
LISTED = ("a", "b", "c")
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "flag": st.booleans(),
    "other": st.booleans(),
    "kind": st.sampled_from(("a", "b", "c", "d")),
    "list": st.frozensets(st.sampled_from(LISTED)),
    "money": st.sampled_from([Decimal(text) for text in ("0", "199999.99", "200000", "200000.01", "9999999999999.99")]),
    "$limit": st.just(Decimal(200_000)),
    "count": st.sampled_from((0, 1, 2, 3, 10**9)),
    "year": st.sampled_from((2025, 2026, 2027)),
    "event": st.one_of(st.just(False), st.integers(0, 40).map(lambda days: DAY - timedelta(days))),
    "second": st.one_of(st.just(False), st.integers(0, 40).map(lambda days: DAY - timedelta(days))),
    "due": st.one_of(st.just(False), st.integers(-40, 40).map(lambda days: DAY + timedelta(days))),
    "$figure#unpublished": st.booleans(),
    "judgement:good": st.booleans(),
    "months": st.frozensets(st.sampled_from(("2026-01", "2026-02", "2026-03"))),
}
FIGURES = st.fixed_dictionaries({}, optional={"$figure": st.just(5)})
ORDERS = ("<", "<=", ">", ">=")
ATOMS: tuple[Any, ...] = (
    *(Is("flag", expected=expected) for expected in (True, False)),
    *(Happened("event", expected=expected) for expected in (True, False)),
    *(OneOf("kind", ("a", "b"), negated=negated) for negated in (True, False)),
    *(Has("list", value) for value in LISTED),
    *(Compare(NumberFact("money", "money"), o, NumberLiteral(Decimal(200_000), "money")) for o in ORDERS),
    *(Compare(NumberFact("money", "money"), o, NumberParameter("limit", "money")) for o in ORDERS),
    *(Compare(NumberFact("count", "int"), o, NumberLiteral(2, "int")) for o in ORDERS),
    *(Compare(NumberFact("year", "year"), o, YearOf(EVENT)) for o in ORDERS),
    *(CompareDays(EVENT, o, SECOND) for o in ORDERS),
    *(CompareDays(EVENT, o, Shift(SECOND, Span(15, "d"), 1)) for o in ORDERS),
    *(CompareDays(EVENT, o, DayFact("due", "due_date")) for o in ORDERS),
    *(CompareDays(AsOf(), o, DayFact("due", "due_date")) for o in ORDERS),
    *(CompareDays(EVENT, o, AsOf()) for o in ORDERS),
    CoversMonths("months", EVENT, AsOf()),
    CoversMonths("months", DayLiteral(date(2026, 1, 1)), SECOND),
    Unpublished("figure"),
    Judgement("good"),
    StillDue(DayFact("due", "due_date")),
    StillDue(Shift(EVENT, Span(10, "d"), 1)),
)
COMPOSITES: tuple[Any, ...] = (
    *(Lists("list", quantifier, ("a", "b")) for quantifier in ("any_of", "all_of", "none_of")),
    Within(EVENT, Span(3, "d"), Span(15, "d"), SECOND),
    OneOf("kind", tuple("abefghijklmnopqrstuvwxyz")),
    Constant(value=True),
    Constant(value=False),
)


def conditions() -> st.SearchStrategy[Any]:
    """
    Conditions of every form, some with more parts than one rule set has room for.
    """

    def deeper(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        several = st.lists(inner, min_size=1, max_size=9).map(tuple)
        return st.one_of(
            st.builds(AllOf, several),
            st.builds(AnyOf, several),
            st.builds(InOrder, several),
            st.builds(Not, inner),
            st.builds(Named, st.just("def.name"), inner),
        )

    return st.recursive(st.sampled_from((*ATOMS, *COMPOSITES)), deeper, max_leaves=30)


def known() -> st.SearchStrategy[dict[str, Any]]:
    """
    A value for everything that the conditions read.
    """
    return st.builds(lambda facts, figures: {**facts, **figures}, st.fixed_dictionaries(VALUES), FIGURES)


class TestMeaning:
    """
    What the engine derives for a condition is what it means.
    """

    @pytest.mark.parametrize("test", [*ATOMS, *COMPOSITES], ids=repr)
    @settings(max_examples=25)
    @given(values=known())
    def test_every_test(self, test: Any, values: dict[str, Any]) -> None:
        """
        Every test comes to the level that it has, whatever the values.
        """
        assert levels(test, values) == level(test, values, DAY)

    def test_every_level_is_reached(self) -> None:
        """
        The comparisons above come out false, open and true, for every operator.
        """
        lot = [{"event": event, "second": second} for event in (False, DAY) for second in (False, DAY)]
        lot += [{"event": DAY, "second": DAY - timedelta(days)} for days in (0, 1, 14, 15, 16, 40)]
        lot += [{"event": False, "second": DAY - timedelta(days)} for days in (14, 15, 16)]
        for operator in ORDERS:
            test = CompareDays(EVENT, operator, Shift(SECOND, Span(15, "d"), 1))  # type: ignore[arg-type]
            found = {levels(test, values) for values in lot}

            assert found == {level(test, values, DAY) for values in lot} == {FALSE, OPEN, TRUE}

    @settings(max_examples=120)
    @given(data=st.data())
    def test_deep_tests_of_days(self, data: st.DataObject) -> None:
        """
        Days that must be worked out first, and years, come out as they do.
        """
        as_of = data.draw(st.sampled_from((date(2025, 3, 17), DAY, date(2026, 2, 1))))
        test, values = data.draw(single_tests(as_of)), data.draw(days_known(as_of))

        assert levels(test, values, as_of) == level(test, values, as_of)

    @settings(max_examples=80)
    @given(condition=conditions(), values=known())
    def test_conditions(self, condition: Any, values: dict[str, Any]) -> None:
        """
        Conditions made of conditions come to the level that they have, however large they are.
        """
        assert levels(condition, values) == level(condition, values, DAY)

    @settings(max_examples=80)
    @given(condition=conditions(), values=known(), data=st.data())
    def test_facts_left_out(self, condition: Any, values: dict[str, Any], data: st.DataObject) -> None:
        """
        What follows without some facts is what holds with them, and it is all that their absence leaves settled.
        """
        hidden = data.draw(st.sets(st.sampled_from(sorted(values))))
        given_facts = {name: value for name, value in values.items() if name not in hidden}

        at_least_open, true = DEDUCTION.state(condition, given_facts, DAY)

        assert at_least_open in (None, level(condition, values, DAY) >= OPEN)
        assert true in (None, level(condition, values, DAY) == TRUE)
        assert (at_least_open, true) == kleene(condition, given_facts)


def kleene(condition: Any, values: dict[str, Any]) -> tuple[bool | None, bool | None]:
    """
    Whether a condition is at least open, and whether it is true, by three-valued logic; None: not settled.
    """
    match condition:
        case Constant(value):
            return value, value
        case Named(_, item):
            return kleene(item, values)
        case Not(item):
            at_least_open, true = kleene(item, values)
            return (None if true is None else not true), (None if at_least_open is None else not at_least_open)
        case AllOf(items) | AnyOf(items):
            return joined(isinstance(condition, AnyOf), [kleene(item, values) for item in items])
        case InOrder(items):
            pairs = [AnyOf((Not(later), earlier)) for i, later in enumerate(items) for earlier in items[:i]]
            return kleene(AllOf(tuple(pairs)), values) if pairs else (True, True)
        case Lists(_, quantifier, _):
            held = joined(quantifier != "all_of", [kleene(part, values) for part in children(condition)])
            return (held[0] if quantifier != "none_of" else None if held[0] is None else not held[0],) * 2
        case Within():
            return joined(False, [kleene(part, values) for part in condition.bounds])
    found = deduction.given(condition, values, DAY)
    if found is None:
        return None, None
    reached = level(condition, values, DAY)
    return reached >= OPEN, reached == TRUE


def joined(deciding: bool, parts: list[tuple[bool | None, bool | None]]) -> tuple[bool | None, bool | None]:
    first, second = (
        deciding if deciding in half else None if None in half else not deciding for half in zip(*parts, strict=True)
    )
    return first, second


class TestQuestions:
    """
    The verdict on a question.
    """

    WHEN, REQUIRE, LATER = (
        Is("flag", expected=True),
        CompareDays(EVENT, "<=", SECOND),
        StillDue(DayFact("due", "due_date")),
    )

    @pytest.mark.parametrize(
        ("values", "verdict"),
        [
            ({"flag": False}, INAPPLICABLE),
            ({"flag": True, "event": DAY, "second": DAY}, MET),
            ({"flag": True, "event": False, "second": False}, PENDING),
            ({"flag": True, "event": False, "second": DAY, "due": DAY}, PENDING),
            ({"flag": True, "event": False, "second": DAY, "due": DAY - timedelta(1)}, VIOLATED),
            ({"flag": True, "event": False, "second": DAY}, None),
            ({"flag": True}, None),
            ({"event": DAY, "second": DAY}, None),
            ({}, None),
        ],
    )
    def test_verdicts(self, values: dict[str, Any], verdict: int | None) -> None:
        """
        Each verdict is derived as soon as the facts settle it, and no sooner.
        """
        passage = DEDUCTION.question(Question(self.WHEN, self.REQUIRE, self.LATER))

        assert DEDUCTION.verdict(passage, values, DAY) == verdict

    def test_a_question_settled_whatever_a_fact_is(self) -> None:
        """
        ``a or not a`` is true though nobody gave ``a``, and needs nothing.
        """
        pack = load_pack(CITIES[0])
        judge = DurableJudge(pack, DAY, Deduction())
        fact = Is("classified", expected=True)

        solution = judge._solve(Question(AnyOf((fact, Not(fact)))), {})

        assert (solution.reached, solution.needs) == ({MET}, ())

    def test_two_verdicts_are_a_failure(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """
        Rules that contradict each other are noticed.
        """
        monkeypatch.setattr(RuleSet, "run", lambda *_: [MET, VIOLATED])
        fresh = Deduction()
        with pytest.raises(EngineFailure, match="两个结论"):
            fresh.verdict(fresh.question(Question(self.WHEN)), {"flag": True}, DAY)

    def test_no_verdict_is_a_failure(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """
        Where all is given and nothing follows, that is said.
        """
        monkeypatch.setattr(RuleSet, "run", lambda *_: [])
        with pytest.raises(EngineFailure, match="没有得出结论"):
            DurableJudge(load_pack(CITIES[0]), DAY, Deduction())._solve(Question(Is("classified", expected=True)), {})

    def test_amounts_are_whole_fen(self) -> None:
        """
        An amount finer than a fen would be cut off by the engine; it is refused.
        """
        test = Compare(NumberFact("money", "money"), "<", NumberLiteral(Decimal(1), "money"))
        with pytest.raises(EngineFailure, match="不是整数"):
            DEDUCTION.state(test, {"money": Decimal("0.001")}, DAY)


# -- whole packs


def questions_of(pack: Pack) -> Iterator[Question]:
    """
    All that a pack can ask: scopes, rules, steps, other readings, and rules and steps joined with their scopes.
    """
    judge = judge_for(pack, date(2026, 11, 21))
    yield from map(Question, judge.scopes)
    for part in (*pack.rules.values(), *pack.path.values()):
        own = Question(part.when, getattr(part, "require", None), getattr(part, "still_due", Constant(value=False)))
        yield from (own, judge._joint(pack.scope_of(part), own))
        if getattr(part, "done_when", None) is not None:
            yield Question(part.done_when)
        reading = getattr(part, "reading", None)
        if reading is not None and reading.expressible:
            yield Question(reading.when or part.when, reading.require or part.require, part.still_due)


def generated(pack: Pack, number: int, seed: int = 0, day: date | None = None) -> Iterator[tuple[Project, date]]:
    """
    Projects with values at the edges, most of them under the regulation, with more or less of them given.
    """
    lot = random.Random(f"{pack.city} {seed}")  # noqa: S311
    days = (day,) if day else (date(2026, 11, 21), date(2027, 1, 11))
    tables = {each: boundaries(pack, each) for each in days}
    for _ in range(number):
        as_of = lot.choice(days)
        facts = {path: lot.choice(values) for path, values in tables[as_of].items()}
        Fitting(pack, as_of, distinct(tables[as_of]), frozenset(), lot.choice).aim(
            pack.applies, [rule.when for rule in pack.rules.values()], facts
        )
        share = lot.choice((0.5, 0.9, 0.97, 1.0))
        yield project_of({path: value for path, value in facts.items() if lot.random() < share}), as_of


def said(decision: Decision) -> dict[str, Any]:
    dumped = decision.model_dump()
    assert dumped["engine"].pop("name") == decision.engine
    return dumped


def both(project: Project, pack: Pack, as_of: date) -> tuple[dict[str, Any], dict[str, Any]]:
    return said(evaluate(project, pack, as_of=as_of)), said(evaluate(project, pack, as_of=as_of, engine="durable"))


def local_of(project: Project, pack: Pack) -> dict[str, Any]:
    """
    The local facts of a project, as its pack declares them.
    """
    return read_local(project.local, pack)[0] if project.local else {}


def in_short(decision: Decision) -> list[Any]:
    """
    Every outcome and step of a decision, with what it needs.
    """
    found: list[Any] = [(verdict.rule, verdict.outcome, verdict.needs) for verdict in decision.verdicts]
    return found + [(step.step, step.status, step.done, step.needs) for step in decision.path]


class TestPacks:
    """
    Whole decisions by both engines.
    """

    @pytest.mark.parametrize("city", CITIES)
    def test_rule_sets_stay_small(self, city: str) -> None:
        """
        No rule set of a pack has more than 40 conditions at the first level, and no rule joins more than eight facts.
        """
        fresh, sizes = Deduction(), []
        for question in questions_of(load_pack(city)):
            fresh.question(question)
        for passage in fresh.translations.values():
            if isinstance(passage, Passage):
                sizes.append(sum(len(rule.patterns) for rule in passage.rules))
                assert max(len(rule.patterns) for rule in passage.rules) <= MOST_JOINED

        assert len(sizes) > 50
        assert max(sizes) <= MOST_CONDITIONS
        for rules in (*deduction.SETTLING, tuple(map(str, range(deduction._MOST_WORDS)))):
            assert deduction._made(rules).conditions <= MOST_CONDITIONS

    @pytest.mark.parametrize("file", sorted((ROOT / "examples").glob("*.json")), ids=lambda file: file.stem)
    def test_examples(self, file: Path) -> None:
        """
        Of every example both engines say the same, to the letter, but for the engine's name.
        """
        project = Project.model_validate_json(file.read_text(encoding="utf-8"))
        one, other = both(project, load_pack(project.city or file.stem.partition("-")[0]), date(2026, 11, 21))

        assert one == other

    @pytest.mark.parametrize("city", CITIES)
    def test_cases(self, city: str) -> None:
        """
        Of the projects in the case files, one in sixty, both engines say the same of every rule and step.
        """
        pack = load_pack(city)
        every = [case for file in case_files([ROOT / "tests" / "cases" / city]) for case in read_cases(file)]
        for case in every[::60]:
            one = decide(case, pack)
            other = evaluate(one.project, one.pack, as_of=one.as_of, stage=one.stage, engine="durable")

            assert (str(case), one.applies, in_short(one)) == (str(case), other.applies, in_short(other))

    @pytest.mark.parametrize("city", CITIES)
    def test_generated_projects(self, city: str) -> None:
        """
        Of projects with any part of their facts given both engines say the same, all of it.
        """
        pack = load_pack(city)
        for project, as_of in generated(pack, 6):
            one, other = both(project, pack, as_of)

            assert one == other

    def test_nothing_given(self) -> None:
        """
        Of a project of which nothing is known both say what is needed for what.
        """
        for city in ("luzhou", "suqian"):
            one, other = both(Project(), load_pack(city), date(2026, 11, 21))

            assert one == other

    def test_answers_asked_anew(self) -> None:
        """
        Kept answers are those that the engine gives when it is asked each time.
        """
        pack = load_pack("suqian")
        fresh, kept = Deduction(remember=False), Deduction()
        anew = DurableJudge(pack, date(2026, 11, 21), fresh)
        keeping = DurableJudge(pack, date(2026, 11, 21), kept)
        for project, _ in generated(pack, 4, day=anew.as_of):
            known_facts = anew.known(project, {}, None)

            for judge in (anew, keeping):
                judge.direct_steps(known_facts)
            one, other = anew.direct_verdicts(known_facts), keeping.direct_verdicts(known_facts)
            assert one[0].state == other[0].state
            assert [(v.rule, v.outcome, v.needs) for v in one[1]] == [(v.rule, v.outcome, v.needs) for v in other[1]]
        assert fresh.asked > 3 * kept.asked > 0
        assert not fresh.answers

    def test_settled_questions_need_no_classes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """
        Where everything is given the classes of missing facts are not asked for.
        """
        asked = []

        def watched(question: Question, values: dict[str, Any], *rest: Any) -> Any:
            named = {name for condition in question.conditions for atom in atoms(condition) for name in variables(atom)}
            asked.append({name for name in named if fact_of(name) not in values})
            return diagram.partition(question, values, *rest)

        monkeypatch.setattr(deduction, "partition", watched)
        pack, as_of = load_pack("luzhou"), date(2026, 11, 21)
        judge = DurableJudge(pack, as_of, Deduction())
        for project, _ in generated(pack, 6, day=as_of):
            verdicts_of(judge, project)

        assert asked
        assert all(asked)

    def test_many_projects(self) -> None:
        """
        Eleven hundred projects on end: the engine has room for 1,024 states, and none is left over.
        """
        pack, as_of = load_pack("suqian"), date(2026, 11, 21)
        judge, outcomes = DurableJudge(pack, as_of, Deduction(most_rule_sets=30)), set()
        for project in [project for project, _ in generated(pack, 110, day=as_of)] * 10:
            scope, verdicts = judge.verdicts(project, local_of(project, pack), None)
            outcomes |= {verdict.outcome for verdict in verdicts} | {scope.state}

        assert outcomes > {"met", "violated", "unknown", "not_applicable", "yes"}
        assert len(judge.deduction.rule_sets.kept) <= 30

    def test_threads(self) -> None:
        """
        Eight threads decide as one does.
        """
        pack, as_of = load_pack("suqian"), date(2026, 11, 21)
        projects = [project for project, _ in generated(pack, 40, day=as_of)]
        one = DurableJudge(pack, as_of, Deduction())
        many = DurableJudge(pack, as_of, Deduction())

        def answers(judge: DurableJudge, project: Project) -> list[Any]:
            scope, verdicts = judge.verdicts(project, local_of(project, pack), None)
            return [scope.state, *((verdict.rule, verdict.outcome, verdict.needs) for verdict in verdicts)]

        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda project: answers(many, project), projects * 4))

        assert found == [answers(one, project) for project in projects] * 4

    def test_tables_are_bounded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """
        Every table stays within its bound, and what is decided stays the same.
        """
        for name, bound in (("_MOST_ANSWERS", 200), ("_MOST_SOLUTIONS", 50), ("_MOST_TRANSLATED", 60)):
            monkeypatch.setattr(deduction, name, bound)
        pack, as_of = load_pack("suqian"), date(2026, 11, 21)
        small = DurableJudge(pack, as_of, Deduction(most_rule_sets=5))
        for project, _ in generated(pack, 12, day=as_of):
            _, verdicts = small.verdicts(project, local_of(project, pack), None)
            expected = evaluate(project, pack, as_of=as_of).verdicts

            assert len(small.deduction.answers) <= 200
            assert len(small._solutions) <= 50
            assert len(small.deduction.rule_sets.kept) <= 5
            assert [(v.rule, v.outcome) for v in verdicts if project.stage is None] == [
                (v.rule, v.outcome) for v in expected if project.stage is None
            ]

    def test_only_plain_facts_are_given(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """
        The engine is given whole numbers, booleans and words only: no null, no fraction, no date, no list.
        """
        given_facts: list[tuple[str, type]] = []
        run = RuleSet.run

        def watched(self: RuleSet, facts: Any) -> Any:
            listed = [dict(fact) for fact in facts]
            given_facts.extend((name, type(value)) for fact in listed for name, value in fact.items())
            return run(self, listed)

        monkeypatch.setattr(RuleSet, "run", watched)
        pack = load_pack("nanchang")
        judge = DurableJudge(pack, date(2026, 11, 21), Deduction())
        for project, _ in generated(pack, 5, day=judge.as_of):
            judge.verdicts(project, local_of(project, pack), None)

        assert {kind for _, kind in given_facts} == {int, bool, str}
        assert {name for name, kind in given_facts if kind is str} == {"operator", "word"}


class TestMistakes:
    """
    A mistake in either engine, planted, shows as another decision.
    """

    def differ(self, city: str, number: int = 12) -> bool:
        """
        Whether a fresh second engine decides otherwise on some project.
        """
        pack, as_of = load_pack(city), date(2026, 11, 21)
        judge = DurableJudge(pack, as_of, Deduction())
        for project, _ in generated(pack, number, seed=5, day=as_of):
            expected = evaluate(project, pack, as_of=as_of)
            verdicts = judge.verdicts(project, expected._local, expected.stage)[1]
            if [(v.outcome, v.needs) for v in verdicts] != [(v.outcome, v.needs) for v in expected.verdicts]:
                return True
        return False

    def test_none(self) -> None:
        """
        Without a mistake they agree.
        """
        assert not self.differ("luzhou")
        assert not self.differ("xianyang")

    @pytest.mark.parametrize(("operator", "other"), [("<=", "<"), (">=", ">"), (">", ">="), ("<", ">")])
    def test_an_operator_taken_for_another(self, monkeypatch: pytest.MonkeyPatch, operator: str, other: str) -> None:
        """
        An operator that includes or leaves out the threshold against the text is seen.
        """
        monkeypatch.setattr(deduction, "ORDERS", {**deduction.ORDERS, operator: deduction.ORDERS[other]})

        assert any(self.differ(city, 40) for city in ("luzhou", "nanchang", "xianyang"))

    @pytest.mark.parametrize("name", ["_still_due", "_covering", "_one_of"])
    def test_rules_that_find_the_opposite(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        """
        A test that is settled the wrong way round is seen.
        """
        finds = deduction._finds
        rules = getattr(deduction, name)

        def turned(*words: Any) -> list[Any]:
            with monkeypatch.context() as patch:
                patch.setattr(deduction, "_finds", lambda answer: finds(2 - answer))
                return list(rules(*words))

        monkeypatch.setattr(deduction, name, turned)
        kinds = {"_still_due": "still_due", "_covering": "months"}
        if name in kinds:
            monkeypatch.setattr(deduction, "SETTLING", {**deduction.SETTLING, kinds[name]: turned})

        assert any(self.differ(city, 40) for city in ("suqian", "nanchang", "shuangyashan"))

    def test_a_junction_that_forgets_a_part(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """
        An ``all`` or ``any`` that is settled without its last part is seen.
        """
        joining = Passage._joined
        monkeypatch.setattr(
            Passage, "_joined", lambda self, parts, *rest, **named: joining(self, list(parts)[:-1], *rest, **named)
        )

        assert self.differ("luzhou")

    def test_a_verdict_too_mild(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """
        A violation told as pending is seen.
        """
        monkeypatch.setattr(deduction, "VIOLATED", PENDING)

        assert self.differ("luzhou")

    @pytest.mark.parametrize(
        ("end", "other"), [(VIOLATED, PENDING), (MET, INAPPLICABLE), (PENDING, MET), (INAPPLICABLE, MET)]
    )
    def test_a_wrong_end_in_the_diagram(self, monkeypatch: pytest.MonkeyPatch, end: int, other: int) -> None:
        """
        An end that the first engine judges wrongly is judged anew by the second, which then decides otherwise.
        """
        pack, as_of = load_pack("suqian"), date(2026, 11, 21)
        judge = DurableJudge(pack, as_of, Deduction())
        projects = [project for project, _ in generated(pack, 10, seed=3, day=as_of)]
        right = [verdicts_of(judge_for(pack, as_of), project) for project in projects]
        terminal = diagram._Diagram._terminal

        def wrong(trees: Any) -> int | None:
            found = terminal(trees)
            return other if found == end else found

        monkeypatch.setattr(diagram._Diagram, "_terminal", staticmethod(wrong))
        mistaken = [verdicts_of(Judge(pack, as_of), project) for project in projects]
        found = [verdicts_of(judge, project) for project in projects]

        assert mistaken != right
        assert sum(a == b for a, b in zip(found, right, strict=True)) >= 8
        assert all(a != b for a, b, c in zip(found, mistaken, right, strict=True) if a == c != b)
        assert found != mistaken


def verdicts_of(judge: Judge, project: Project) -> list[Any]:
    """
    What a judge says of every rule.
    """
    found = judge.direct_verdicts(judge.known(project, local_of(project, judge.pack), project.stage))[1]
    return [(verdict.rule, verdict.outcome, verdict.needs) for verdict in found]


class TestEvaluate:
    """
    The engine as an argument.
    """

    def test_only_the_name_differs(self) -> None:
        """
        The JSON of the decision names the engine, and is otherwise the same.
        """
        project, pack = Project(), load_pack("luzhou")
        one, other = (
            json.loads(evaluate(project, pack, as_of=DAY, engine=engine).model_dump_json())
            for engine in ("compiled", "durable")
        )

        assert (one["engine"].pop("name"), other["engine"].pop("name")) == ("compiled", "durable")
        assert one == other

    def test_the_second_engine_answers(self) -> None:
        """
        A decision by ``durable`` comes from its own judge, which is kept with the pack, and not from the other's tables.
        """
        pack = load_pack("luzhou")
        decision = evaluate(Project(), pack, as_of=DAY, engine="durable")

        assert type(decision.judge) is DurableJudge
        assert decision.judge is evaluate(Project(), pack, as_of=DAY, engine="durable").judge
        assert type(evaluate(Project(), pack, as_of=DAY).judge) is not DurableJudge

    def test_no_such_engine(self) -> None:
        """
        An engine that does not exist is refused with those that do.
        """
        with pytest.raises(EngineUnavailable, match="compiled、durable"):
            evaluate(Project(), load_pack("luzhou"), as_of=DAY, engine="prolog")

    def test_days_share_rule_sets(self) -> None:
        """
        Figures and days are facts, not written into rules: another day asks no new rule sets.
        """
        pack, shared = load_pack("suqian"), Deduction()
        for as_of in (date(2026, 11, 21), date(2025, 10, 1)):
            judge = DurableJudge(pack, as_of, shared)
            judge.direct_verdicts({})
            sizes = len(shared.translations)
        again = DurableJudge(pack, date(2026, 3, 31), shared)
        again.direct_verdicts({})

        assert len(shared.translations) == sizes

    def test_translating_twice_gives_the_same_rules(self) -> None:
        """
        A question is translated alike each time.
        """
        question = next(questions_of(load_pack("luzhou")))

        first, second = translated_question(question), translated_question(question)

        assert [rule.patterns for rule in first.rules] == [rule.patterns for rule in second.rules]
        assert list(first.inputs) == list(second.inputs)
