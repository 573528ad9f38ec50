"""
Strategies that make projects out of a pack, and the laws: what a programmer who tests a pack builds upon.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from govit_rules import Project, evaluate, load_pack
from govit_rules.conditions import AllOf, Compare, Is, NumberFact, NumberLiteral
from govit_rules.diagram import INAPPLICABLE, MET, VIOLATED, completion, solve
from govit_rules.facts import STAGES
from govit_rules.judge import judge_for, rule_question
from govit_rules.library import load_pack_file
from govit_rules.testing import laws
from govit_rules.testing.laws import broken_laws, pack_machine, unsettled
from govit_rules.testing.strategies import (
    Move,
    boundaries,
    changes,
    completions,
    facts_of,
    holds,
    monotone,
    project_of,
    projects,
    values_of,
)

if TYPE_CHECKING:
    from govit_rules.testing.strategies import Facts

DAY = date(2026, 11, 21)
DEMO = load_pack_file(Path(__file__).parent / "packs" / "demo.yaml")
LUZHOU = load_pack("luzhou")
IN_SCOPE = {
    "owner.level": "municipal",
    "owner.type": "public_institution",
    "funding.total_investment": "300万元",
    "classified": False,
    "content.category": "network",
    "planning.applied_on": "2026-11-01",
}
QUICK = settings(max_examples=30, suppress_health_check=[HealthCheck.filter_too_much])


class TestBoundaries:
    def test_a_figure_is_tried_below_at_and_above(self) -> None:
        """
        The values of an amount include each figure it is compared with, and a fen to either side.
        """
        tried = boundaries(LUZHOU, DAY)["funding.municipal_fiscal"]

        assert {"9999999.99元", "10000000元", "10000000.01元"} <= set(tried)

    def test_a_fact_that_does_not_exist(self) -> None:
        """
        A fact that neither pack nor vocabulary knows is refused.
        """
        with pytest.raises(LookupError, match=r"local\.nothing"):
            boundaries(LUZHOU, DAY, ("local.nothing",))


class TestProjects:
    @QUICK
    @given(data=st.data())
    def test_what_is_fixed_stays(self, data: st.DataObject) -> None:
        """
        Every project has the stage and the facts that were fixed.
        """
        facts = data.draw(projects(LUZHOU, DAY, stage="approval", known={"classified": False}))

        assert facts["stage"] == "approval"
        assert facts["classified"] is False
        assert project_of(facts).stage == "approval"

    @QUICK
    @given(data=st.data())
    def test_the_share_given(self, data: st.DataObject) -> None:
        """
        With a share of 1 every fact that the pack reads is given, with 0 none.
        """
        everything = data.draw(projects(LUZHOU, DAY, given=1.0))
        nothing = data.draw(projects(LUZHOU, DAY, given=0.0))

        assert set(everything) == LUZHOU.facts_read
        assert all(value is None for value in nothing.values())

    @pytest.mark.parametrize("city", ["luzhou", "suqian", "shuangyashan", "nanchang", "xianyang"])
    def test_such_that(self, city: str) -> None:
        """
        A condition asked of the projects is true of each: here that the regulation applies.
        """
        pack = load_pack(city)

        @settings(QUICK, max_examples=10)
        @given(facts=projects(pack, DAY, such_that=pack.applies))
        def applies(facts: Facts) -> None:
            assert evaluate(project_of(facts), pack, as_of=DAY).applies == "yes"

        applies()

    def test_a_narrow_condition_is_found(self) -> None:
        """
        Facts are chosen to fit a condition that hardly any project would meet by chance.
        """
        large = Compare(NumberFact("funding.total_investment", "money"), ">", NumberLiteral(700_000_000, "money"))
        both = AllOf((large, Is("classified", expected=True), Is("local.suits_5g", expected=True)))

        @settings(max_examples=10)
        @given(facts=projects(LUZHOU, DAY, such_that=AllOf((Is("local.suits_5g", expected=True), LUZHOU.applies))))
        def fits(facts: Facts) -> None:
            assert facts["local.suits_5g"] is True

        fits()
        assert holds(both, {}, LUZHOU, DAY) is None
        assert holds(both, {"classified": False}, LUZHOU, DAY) is False


class TestCompletions:
    @QUICK
    @given(data=st.data())
    def test_everything_is_filled_in_and_nothing_changed(self, data: st.DataObject) -> None:
        """
        A completion keeps what is given, gives all else but claims, and puts no event past the day of judging.
        """
        facts = data.draw(projects(LUZHOU, DAY, given=0.5))
        full = data.draw(completions(facts, LUZHOU, DAY))
        claims = {path for path in LUZHOU.facts_read if LUZHOU.fact(path).claim}  # type: ignore[union-attr]

        assert {path: full[path] for path in facts_of(facts)} == facts_of(facts)
        assert set(full) >= (LUZHOU.facts_read - claims) | {"stage"}
        assert claims & set(full) == claims & set(facts_of(facts))
        for path in set(full) - set(facts_of(facts)):
            fact = LUZHOU.fact(path)
            if fact is not None and fact.type == "event_date" and full[path] is not False:
                assert date.fromisoformat(full[path]) <= DAY

    @settings(QUICK, max_examples=10)
    @given(data=st.data())
    def test_a_project_is_completed_like_its_facts(self, data: st.DataObject) -> None:
        """
        A `Project` may be given instead of facts; and what it settled its completion does not unsettle.
        """
        project = project_of(data.draw(projects(DEMO, DAY, given=0.5)))
        full = data.draw(completions(project, DEMO, DAY))
        before, after = (evaluate(one, DEMO, as_of=DAY) for one in (project, project_of(full)))

        assert isinstance(project, Project)
        assert list(unsettled(before, after)) == []


class TestMoves:
    @QUICK
    @given(data=st.data())
    def test_only_what_moves_is_changed(self, data: st.DataObject) -> None:
        """
        Of a pair of projects only the fact that moves differs, and it moves the way asked for.
        """
        before, after = data.draw(changes(LUZHOU, DAY, {"funding.municipal_fiscal": "increases"}))
        amounts = [values_of(facts, LUZHOU, DAY)["funding.municipal_fiscal"] for facts in (before, after)]

        assert amounts[0] < amounts[1]
        assert {path for path in before if before[path] != after[path]} == {"funding.municipal_fiscal"}
        assert before.keys() == after.keys()

    @pytest.mark.parametrize(
        ("path", "way", "goes", "does_not"),
        [
            ("classified", "false → true", (False, True), (True, False)),
            ("classified", "true -> false", (True, False), (False, False)),
            ("planning.documents", "grows", ([], ["basic_report"]), (["basic_report"], ["basic_report"])),
            ("planning.documents", "shrinks", (["basic_report"], []), (["basic_report"], ["application_form"])),
            ("planning.applied_on", "later", ("2026-01-01", "2026-01-02"), ("2026-01-02", False)),
            ("planning.applied_on", "false → happened", (False, "2026-01-01"), (False, False)),
            ("stage", "later", ("planning", "review"), ("review", "planning")),
            ("review.result", "pending → passed", ("pending", "passed"), ("failed", "passed")),
            ("funding.total_investment", "20万元 → 30万元", ("200000元", "300000元"), ("200000元", "200000元")),
        ],
    )
    def test_ways(self, path: str, way: str, goes: Any, does_not: Any) -> None:
        """
        Each kind of fact has its ways to move.
        """
        fact = LUZHOU.fact(path)
        assert fact is not None
        move = Move(fact, way)

        assert move.goes(*goes, DAY)
        assert not move.goes(*does_not, DAY)

    @pytest.mark.parametrize(
        ("path", "way"),
        [("classified", "increases"), ("funding.total_investment", "later"), ("review.result", "pending → pasd")],
    )
    def test_a_way_that_a_fact_has_not(self, path: str, way: str) -> None:
        """
        A fact that cannot move so is refused, with what it can do.
        """
        fact = LUZHOU.fact(path)
        assert fact is not None

        with pytest.raises(ValueError, match=r"→|应填"):
            Move(fact, way)


class TestMonotone:
    def test_what_holds(self) -> None:
        """
        More municipal money takes no step out of the path.
        """

        def grows(before: Any, after: Any) -> bool:
            required = [{step.step for step in one.path if step.status == "required"} for one in (before, after)]
            return required[0] <= required[1]

        monotone(LUZHOU, "funding.municipal_fiscal", "increases", grows, as_of=DAY, examples=20)

    def test_what_does_not(self) -> None:
        """
        That more municipal money never adds a violation is false, and is refuted.
        """

        def no_more(before: Any, after: Any) -> None:
            assert {finding.rule for finding in after.violations} <= {finding.rule for finding in before.violations}

        known = {"approval.initiation": "requested", "local.standing_meeting_approved": False}
        with pytest.raises(AssertionError, match=r"increases: .*'9999999\.99元'|increases: .*'0.*元'"):
            monotone(
                LUZHOU,
                "funding.municipal_fiscal",
                "increases",
                no_more,
                as_of=DAY,
                known=known,
                such_that=LUZHOU.applies,
            )


class TestLaws:
    @pytest.mark.parametrize("city", ["demo", "luzhou"])
    def test_a_pack_keeps_them(self, city: str) -> None:
        """
        Revealed fact by fact, over days and stages, a project breaks no law.
        """
        machine = pack_machine(DEMO if city == "demo" else LUZHOU, days=(DAY, date(2026, 3, 31)))
        quick = settings(machine.TestCase.settings, max_examples=2, stateful_step_count=8)

        run_state_machine_as_test(machine, settings=quick)

    def test_an_engine_that_guesses_is_caught(self) -> None:
        """
        If what is missing were read as not so, facts that are revealed would unsettle what was settled.
        """

        def guessing(facts: Facts) -> Any:
            missing = [path for path in DEMO.facts_read if path not in facts]
            guessed = {path: False for path in missing if DEMO.fact(path).type == "bool"}  # type: ignore[union-attr]
            return evaluate(project_of({**guessed, **facts}), DEMO, as_of=DAY)

        first = {**IN_SCOPE, "classified": None}
        pair = [guessing(facts_of(facts)) for facts in (first, {**IN_SCOPE, "classified": True})]

        assert list(unsettled(*pair)) != []

    @pytest.mark.parametrize("law", ["unsettled", "broken_laws"])
    def test_the_machine_asks_after_every_law(self, law: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """
        A law that is said to be broken ends the run.
        """
        monkeypatch.setattr(laws, law, lambda *_args, **_more: iter(["planted"]))
        machine = pack_machine(DEMO, days=(DAY,))
        quick = settings(machine.TestCase.settings, max_examples=3, stateful_step_count=5, database=None)

        with pytest.raises(AssertionError, match="Failing test case: <state machine>"):
            run_state_machine_as_test(machine, settings=quick)

    def test_an_engine_that_remembers_is_caught(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """
        A second decision that differs from the first on the same facts is told.
        """
        decision = evaluate(Project(), DEMO, as_of=DAY)
        monkeypatch.setattr(
            laws, "evaluate", lambda *_args, **_more: evaluate(Project(classified=True), DEMO, as_of=DAY)
        )

        assert "the same facts in another order are decided otherwise" in list(broken_laws(decision, rules=()))

    def test_what_is_unsettled_is_told(self) -> None:
        """
        Of two decisions that cannot be about one project what the second says otherwise is named.
        """
        pair = [evaluate(project_of({"classified": classified}), LUZHOU, as_of=DAY) for classified in (True, False)]

        assert "applies: no became unknown when facts were revealed" in list(unsettled(*pair))
        assert list(unsettled(pair[0], pair[0])) == []


def project_value(project: Project, path: str) -> Any:
    return facts_of(project).get(path)


class TestCompletion:
    def test_a_way_to_every_verdict(self) -> None:
        """
        For each verdict that a question reaches there are values that bring it there, and for others none.
        """
        judge = judge_for(LUZHOU, DAY)
        for rule in judge.rules:
            question = rule_question(rule)
            reached = solve(question, judge.parameters, judge.domain, DAY).reached
            for verdict in (INAPPLICABLE, MET, VIOLATED):
                found = completion(question, judge.parameters, judge.domain, DAY, verdict)
                assert (found is not None) == (verdict in reached), rule.id
                if found is not None and not any("#" in name for name in found):
                    again = solve(question, {**judge.parameters, **found}, judge.domain, DAY).reached
                    assert again == {verdict}, (rule.id, found)


@pytest.mark.parametrize("module", ["strategies", "laws", "properties"])
def test_hypothesis_is_not_imported_until_used(module: str) -> None:
    """
    Importing the kit, and making boundaries, does without Hypothesis.
    """
    code = (
        f"import sys, govit_rules.testing.{module}; from govit_rules import load_pack; import datetime;"
        "from govit_rules.testing.strategies import boundaries;"
        "boundaries(load_pack('luzhou'), datetime.date(2026, 11, 21)); print('hypothesis' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout.strip() == "False"


def test_stages_are_those_of_the_vocabulary() -> None:
    """
    Where a stage is asked for, projects at every stage can be drawn.
    """
    assert all(project_of({"stage": stage}).stage == stage for stage in STAGES)
