"""
What a decision is: applicability with its reasons, findings, needs, assumptions, exit code; and that it cannot be
changed.
"""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from govit_rules import Decision, EngineUnavailable, Project, ProjectError, evaluate, load_pack
from govit_rules.decision import OUTCOMES
from govit_rules.library import load_pack_file

DAY = date(2026, 11, 21)
PACK = load_pack("luzhou")

# 市级机关用市级财政资金建设的300万元非涉密项目: 第三条、第四条的条件都具备。
COVERED: dict[str, Any] = {
    "name": "样例",
    "classified": False,
    "owner": {"level": "municipal", "type": "administrative_organ"},
    "funding": {"total_investment": "300万元", "municipal_fiscal": "300万元", "sources": ["municipal_fiscal"]},
    "content": {"it_based": True, "category": "application_system", "delivery_mode": "construction"},
    "planning": {"applied_on": "2026-08-20"},
}


def decide(changes: dict[str, Any] | None = None, *, as_of: date = DAY, stage: str | None = None) -> Decision:
    """
    The decision on the covered project with some facts changed (dotted paths; None takes a fact away).
    """
    facts = copy.deepcopy(COVERED)
    for path, value in (changes or {}).items():
        section, _, leaf = path.rpartition(".")
        (facts.setdefault(section, {}) if section else facts)[leaf] = value
    return evaluate(Project.model_validate(facts), PACK, as_of=as_of, stage=stage)


class TestApplicability:
    def test_the_rules_that_carry_it_are_named(self) -> None:
        """
        第三条、第四条: what makes the measures apply is named, an exclusion that does not bar is not.
        """
        decision = decide()

        assert decision.applies == "yes"
        assert decision.applies_because == ("LZ-3-a", "LZ-4-a", "LZ-4-c", "LZ-29-a")

    @pytest.mark.parametrize(
        ("changes", "because"),
        [
            ({"classified": True}, ("LZ-4-d",)),
            ({"funding.total_investment": "20万元"}, ("LZ-4-c",)),
            ({"funding.total_investment": "20万元", "classified": True}, ("LZ-4-c", "LZ-4-d")),
            ({"owner.level": "county"}, ("LZ-4-a", "LZ-4-b", "LZ-27-a")),
            ({"planning.applied_on": "2019-08-26"}, ("LZ-29-a",)),
            ({"content.category": "non_it"}, ("LZ-3-a",)),
        ],
    )
    def test_the_rules_that_bar_it_are_named(self, changes: dict[str, Any], because: tuple[str, ...]) -> None:
        """
        第四条、第二十九条: where the measures do not apply, the rules that bar them are named, and only those.
        """
        decision = decide(changes)

        assert decision.applies == "no"
        assert decision.applies_because == because

    @pytest.mark.parametrize(
        ("missing", "because"),
        [
            ("classified", ("LZ-4-d",)),
            ("funding.total_investment", ("LZ-4-c",)),
            ("owner.level", ("LZ-4-a",)),
            ("owner.type", ("LZ-4-a", "LZ-4-b", "LZ-27-a")),
            ("planning.applied_on", ("LZ-29-a",)),
        ],
    )
    def test_the_rules_that_are_unknown_are_named(self, missing: str, because: tuple[str, ...]) -> None:
        """
        Without a fact that it turns on, applicability is unknown, by the rules that are themselves unknown.
        """
        decision = decide({missing: None})

        assert decision.applies == "unknown"
        assert decision.applies_because == because

    def test_one_bar_settles_it_whatever_else_is_missing(self) -> None:
        """
        第四条: a classified project is out, although nothing else is known of it.
        """
        decision = evaluate(Project(classified=True), PACK, as_of=DAY)

        assert (decision.applies, decision.applies_because) == ("no", ("LZ-4-d",))
        assert {step.status for step in decision.path} == {"not_required"}
        assert decision.exit_code == 0

    def test_where_it_does_not_apply_only_classifying_rules_speak(self) -> None:
        """
        泸州: of a classified project only the rules that classify have an outcome other than not applicable.
        """
        decision = decide({"classified": True})

        speaking = {finding.rule for finding in decision if finding.outcome != "not_applicable"}
        assert all(PACK.rules[rule].classifies for rule in speaking)


class TestEvents:
    def test_an_event_after_the_day_of_judging_has_not_happened(self) -> None:
        """
        An event dated after the day of judging is read as not happened, and listed as assumed.
        """
        decision = decide({"operation.in_use_on": "2026-11-22", "acceptance.result": "failed"})

        assert decision["LZ-15-i"].outcome == "not_applicable"
        assert {"fact": "operation.in_use_on", "value": False, "label": "投入使用日期"} in decision.assumed

    def test_an_event_on_the_day_of_judging_has_happened(self) -> None:
        """
        第十五条: put in use on the day of judging after a failed acceptance is a violation on that day.
        """
        decision = decide({"operation.in_use_on": "2026-11-21", "acceptance.result": "failed"})

        assert decision["LZ-15-i"].outcome == "violated"

    @pytest.mark.parametrize(
        ("as_of", "outcome"),
        [(date(2026, 9, 29), "pending"), (date(2026, 9, 30), "pending"), (date(2026, 10, 1), "violated")],
    )
    def test_a_deadline_is_open_through_its_day(self, as_of: date, outcome: str) -> None:
        """
        第十一条: not applied is open up to 30 September of the year before the plan's, and late from 1 October on.
        """
        changes = {
            "planning.applied_on": False,
            "planning.plan_year": 2027,
            "local.budget_submission_due_on": False,
        }
        decision = decide(changes, as_of=as_of)

        assert decision["LZ-11-a"].outcome == outcome
        assert decision["LZ-11-b"].outcome == outcome
        assert decision["LZ-11-a"].due_on == (date(2026, 9, 30) if outcome == "pending" else None)
        assert decision["LZ-11-b"].due_on == (date(2026, 9, 30) if outcome == "pending" else None)

    def test_used_today_and_not_accepted_is_used_before_acceptance(self) -> None:
        """
        第十五条: an acceptance that has not happened comes after a use that has, on the same day too.
        """
        decision = decide(
            {"operation.in_use_on": "2026-11-21", "acceptance.completed_on": False, "acceptance.result": "passed"}
        )

        assert decision["LZ-15-i"].outcome == "violated"


class TestMissing:
    def test_needs_say_who_can_answer(self) -> None:
        """
        What is missing is listed with its label, who can answer, and the rules it would decide.
        """
        decision = decide({"classified": None})

        need = next(need for need in decision.needs if need["fact"] == "classified")
        assert need["label"] == "涉密项目"
        assert need["who"] == "authority"
        assert "LZ-4-d" in need["rules"]

    def test_a_claim_not_made_is_assumed(self) -> None:
        """
        第十二条: special or urgent counts only when claimed; left out, it is assumed not to be and listed so.
        """
        assert {"fact": "special_or_urgent", "value": False, "label": "特殊或紧急项目"} in decide().assumed
        assert decide({"special_or_urgent": False}).assumed == ()

    def test_the_stage_is_the_argument_else_the_fact(self) -> None:
        """
        A rule of a later stage waits: the argument says where the project stands, else its own stage.
        """
        assert decide(stage="planning")["LZ-17.3-a"].outcome == "pending"
        assert decide({"stage": "planning"})["LZ-17.3-a"].outcome == "pending"
        assert decide({"stage": "planning"}, stage="procurement")["LZ-17.3-a"].outcome == "unknown"
        assert decide()["LZ-17.3-a"].outcome == "unknown"

    def test_judgement_is_for_those_who_judge(self) -> None:
        """
        第五条: whether the six principles are kept is for reviewers, and needs no fact.
        """
        finding = decide()["LZ-5-a"]

        assert (finding.outcome, finding.needs) == ("review", ())


class TestExitCode:
    def test_violated(self) -> None:
        """
        1: a blocking or mandatory rule that counts is violated.
        """
        assert decide({"security.cybersecurity_compliant": False}).exit_code == 1

    def test_unknown(self) -> None:
        """
        3: nothing is violated, and a binding rule cannot be judged.
        """
        decision = decide()

        assert decision.violations == ()
        assert decision.exit_code == 3

    def test_advisory_rules_never_make_a_project_non_compliant(self) -> None:
        """
        第十条: 积极打造 is advice: not done, it is no violation of the project.
        """
        decision = decide({"local.suits_5g": True, "local.builds_5g_demo": False})

        assert decision["LZ-10-e"].outcome == "violated"
        assert decision.violations == ()
        assert decision.exit_code == 3

    def test_an_authoritys_own_omission_is_not_the_projects(self) -> None:
        """
        第十四条第(二)项: that the bureau held no review is shown, and never counts against the project.
        """
        decision = decide({"review.result": "not_reviewed"})

        assert decision["LZ-14.2-a"].outcome == "violated"
        assert not decision["LZ-14.2-a"].counts
        assert decision.violations == ()


class TestForm:
    def test_it_cannot_be_changed(self) -> None:
        """
        A decision is immutable.
        """
        decision = decide()

        with pytest.raises(AttributeError, match="immutable"):
            decision.stage = "review"  # type: ignore[misc]
        with pytest.raises(AttributeError, match="immutable"):
            del decision.stage

    def test_every_rule_and_step_is_listed(self) -> None:
        """
        Every rule and every step is in the JSON, in the order of the pack, and the summary counts all rules.
        """
        data = json.loads(decide().model_dump_json())

        assert [finding["rule"] for finding in data["findings"]] == list(PACK.rules)
        assert [step["step"] for step in data["path"]] == list(PACK.path)
        assert sum(data["summary"].values()) == len(PACK.rules)
        assert set(data["summary"]) == set(OUTCOMES)

    def test_the_same_arguments_give_the_same_text(self) -> None:
        """
        The same project, pack and day give the same JSON, whatever was judged in between.
        """
        first = decide().model_dump_json()
        decide({"classified": True}).model_dump_json()

        assert decide().model_dump_json() == first

    def test_facts_of_other_cities_are_refused_or_ignored_by_name(self) -> None:
        """
        A local fact that no shipped pack declares is refused, with the nearest right name.
        """
        with pytest.raises(ProjectError, match=r"local\.standing_meeting_approved"):
            decide({"local.standing_meting_approved": True})

    def test_local_facts_are_checked_as_strictly_as_core_facts(self) -> None:
        """
        A local yes-or-no fact takes true and false only.
        """
        for wrong in ("true", 1, 0, "是", [True]):
            with pytest.raises(ProjectError, match=r"local\.task_book_signed"):
                decide({"local.task_book_signed": wrong})


class TestArguments:
    def test_the_day_must_be_a_date(self) -> None:
        """
        A date and time, or text, is no day of judging.
        """
        with pytest.raises(TypeError, match="as_of"):
            evaluate(Project(), PACK, as_of=datetime(2026, 11, 21))
        with pytest.raises(TypeError, match="as_of"):
            evaluate(Project(), PACK, as_of="2026-11-21")  # type: ignore[arg-type]

    def test_the_stage_must_exist(self) -> None:
        """
        An unknown stage is refused with those that exist.
        """
        with pytest.raises(ValueError, match="approval"):
            decide(stage="aproval")

    def test_an_unknown_engine_is_refused(self) -> None:
        """
        An engine that is not there is refused with those that are.
        """
        with pytest.raises(EngineUnavailable, match="compiled"):
            evaluate(Project(), PACK, as_of=DAY, engine="guess")


class TestWithoutSuspect:
    """
    A pack without the rules whose text is itself in doubt.
    """

    DEMO = load_pack_file(Path(__file__).parent / "packs" / "demo.yaml")

    def test_rules_in_doubt_are_left_out_and_counted(self) -> None:
        """
        What is in doubt has no finding, all else is decided as before, and the decision names what was left out.
        """
        whole = evaluate(Project(), self.DEMO, as_of=DAY)
        rest = evaluate(Project(), self.DEMO.without_suspect, as_of=DAY)
        doubted = [finding.rule for finding in whole if finding.definition.suspect]

        assert doubted
        assert rest.model_dump()["left_out"] == {"rules": doubted, "steps": []}
        assert whole.model_dump()["left_out"] == {"rules": [], "steps": []}
        assert [(f.rule, f.outcome) for f in rest] == [(f.rule, f.outcome) for f in whole if f.rule not in doubted]

    def test_steps_that_rest_on_rules_in_doubt_alone_go_with_them(self) -> None:
        """
        A step whose rules are all in doubt is left out; one that has another rule stays.
        """
        first, second, *_ = (rule for rule in PACK.rules.values() if rule.require is not None)
        steps = dict(zip(("X1", "X2"), PACK.path.values(), strict=False))
        pack = replace(
            PACK,
            rules={**PACK.rules, first.id: replace(first, suspect="疑有脱字")},
            path={
                "X1": replace(steps["X1"], id="X1", norms=(first.id,)),
                "X2": replace(steps["X2"], id="X2", norms=(first.id, second.id)),
            },
            _judges={},
        ).without_suspect

        assert list(pack.path) == ["X2"]
        assert (pack.rules_left_out, pack.steps_left_out) == ((first.id,), ("X1",))

    def test_what_others_name_stays(self) -> None:
        """
        A rule that applicability rests on is kept, however doubtful.
        """
        rules = {**PACK.rules, "LZ-4-c": replace(PACK.rules["LZ-4-c"], suspect="疑")}
        pack = replace(PACK, rules=rules, _judges={}).without_suspect

        assert "LZ-4-c" in pack.rules
        assert pack.rules_left_out == ()
