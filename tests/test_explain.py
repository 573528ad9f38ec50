"""
Explanations and messages: what people read of a condition, in words they use, with the bound's 含 or 不含.
"""

from __future__ import annotations

import copy
import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from govit_rules import Decision, Project, evaluate, load_pack
from govit_rules.conditions import (
    AllOf,
    AnyOf,
    AsOf,
    Compare,
    CompareDays,
    CoversMonths,
    DayFact,
    DayLiteral,
    DayOfYear,
    FirstSet,
    Happened,
    InOrder,
    Is,
    Later,
    Lists,
    Not,
    NumberFact,
    NumberLiteral,
    NumberParameter,
    OneOf,
    Plus,
    Shift,
    StartOf,
    Within,
)
from govit_rules.explain import Explanation, explain_condition
from govit_rules.project import CORE_FACTS
from govit_rules.values import parse_span
from test_cases import cases

if TYPE_CHECKING:
    from govit_rules.conditions import Condition

DAY = date(2026, 11, 21)
PACK = load_pack("luzhou")

IN_USE = DayFact("operation.in_use_on", "event_date")
ACCEPTED = DayFact("acceptance.completed_on", "event_date")
APPLIED = DayFact("planning.applied_on", "event_date")
BUDGET_DUE = DayFact("local.budget_submission_due_on", "due_date")
END_OF_SEPTEMBER = DayOfYear(9, 30, Plus(NumberFact("planning.plan_year", "year"), -1))
MUNICIPAL = NumberFact("funding.municipal_fiscal", "money")
FLOOR = NumberParameter("standing_meeting_floor", "money")
FIGURES = {"$standing_meeting_floor": Decimal(10_000_000)}


def told(condition: Condition, **values: Any) -> Explanation:
    """
    A condition explained; ``__`` in a name stands for the dot of a fact's path.
    """
    given = {name.replace("__", "."): value for name, value in values.items()}
    return explain_condition(condition, {**FIGURES, **given}, PACK, DAY)


class TestSentences:
    """
    A test as a sentence: label, value, bound, and whether it holds.
    """

    @pytest.mark.parametrize(
        ("amount", "operator", "sentence"),
        [
            (12_000_000, ">=", "市级财政性资金 1200万元 ≥ 1000万元（含）：成立"),
            (10_000_000, ">=", "市级财政性资金 1000万元 ≥ 1000万元（含）：成立"),
            (10_000_000, ">", "市级财政性资金 1000万元 > 1000万元（不含）：不成立"),
            (10_000_000, "<=", "市级财政性资金 1000万元 ≤ 1000万元（含）：成立"),
            (10_000_000, "<", "市级财政性资金 1000万元 < 1000万元（不含）：不成立"),
        ],
    )
    def test_bounds(self, amount: int, operator: Any, sentence: str) -> None:
        """
        以上 and 以下 include their bound, 超过 and 低于 do not; at the bound itself that decides.
        """
        told_by = told(Compare(MUNICIPAL, operator, FLOOR), funding__municipal_fiscal=Decimal(amount))

        assert told_by.sentence() == sentence
        assert told_by.threshold is not None
        assert told_by.threshold.as_dict() == {"value": "1000万元", "inclusive": "=" in operator}

    @pytest.mark.parametrize(
        ("condition", "values", "sentence"),
        [
            (Compare(MUNICIPAL, ">=", FLOOR), {}, "市级财政性资金 没有填 ≥ 1000万元（含）：不能判断"),
            (Is("classified", expected=True), {}, "涉密项目为“是”（没有填）：不能判断"),
            (Is("classified", expected=True), {"classified": False}, "涉密项目为“是”（填的是“否”）：不成立"),
            (
                OneOf("approval.initiation", ("requested", "approved")),
                {"approval__initiation": "requested"},
                "立项状态是 已申请、已批准 之一（填的是“已申请”）：成立",
            ),
            (
                Lists("planning.documents", "all_of", ("investment_estimate",)),
                {"planning__documents": frozenset(("application_form", "basic_report"))},
                "已提交申报材料含 投资估算明细（填的是“项目申报（申请）表、项目基本情况报告”）：不成立",
            ),
            (
                Happened("planning.applied_on", expected=True),
                {"planning__applied_on": False},
                "申报日期已发生（尚未发生）：不成立",
            ),
            (
                CompareDays(IN_USE, ">=", ACCEPTED),
                {"operation__in_use_on": date(2026, 3, 1), "acceptance__completed_on": date(2026, 4, 1)},
                "投入使用日期 2026-03-01 不早于 竣工验收日期 2026-04-01：不成立",
            ),
        ],
    )
    def test_each_kind_of_test(self, condition: Condition, values: dict[str, Any], sentence: str) -> None:
        """
        Every kind of test is told by the labels of the vocabulary, with the value that is given or that none is.
        """
        assert told(condition, **values).sentence() == sentence

    @pytest.mark.parametrize(
        ("day", "values", "words"),
        [
            (DayLiteral(date(2024, 9, 9)), {}, "2024-09-09"),
            (Shift(ACCEPTED, parse_span("15d"), 1), {"acceptance__completed_on": date(2026, 3, 1)}, "2026-03-16"),
            (Shift(ACCEPTED, parse_span("15d"), 1), {}, "竣工验收日期 没有填 后15日"),
            (Shift(ACCEPTED, parse_span("5wd"), -1), {}, "竣工验收日期 没有填 前5个工作日"),
            (StartOf("month", AsOf()), {}, "2026-11-01（判定日 当月首日）"),
            (Later(ACCEPTED, IN_USE), {}, "竣工验收日期 没有填 与 投入使用日期 没有填 中较晚的一日"),
            (END_OF_SEPTEMBER, {"planning__plan_year": 2027}, "2026-09-30（计划年度 2027 的上一年9月30日）"),
            (
                FirstSet(BUDGET_DUE, END_OF_SEPTEMBER),
                {"planning__plan_year": 2027, "local__budget_submission_due_on": False},
                "2026-09-30（财政另定报送日期 没有另定，没有的为 计划年度 2027 的上一年9月30日）",
            ),
        ],
    )
    def test_days(self, day: Any, values: dict[str, Any], words: str) -> None:
        """
        A day that is counted is told in words, with the day itself where the facts settle it.
        """
        assert words in told(CompareDays(APPLIED, "<=", day), **values).zh

    def test_working_days_of_a_year_without_calendar(self) -> None:
        """
        A count into a year whose holidays are not published gives the earliest day, says so, and cannot be judged.
        """
        ahead = CompareDays(DayLiteral(date(2190, 6, 12)), "<=", Shift(ACCEPTED, parse_span("5wd"), 1))
        said = told(ahead, acceptance__completed_on=date(2190, 6, 3))

        assert said.truth == "unknown"
        assert "最早 2190-06-08（竣工验收日期 2190-06-03 后5个工作日；2190年放假安排未公布）" in said.zh

    @pytest.mark.parametrize(
        "condition",
        [
            Within(APPLIED, parse_span("3mo"), parse_span("6mo"), ACCEPTED),
            CoversMonths("construction.progress_report_months", ACCEPTED, AsOf()),
            InOrder((Is("classified", expected=True), Happened("planning.applied_on", expected=True))),
            Not(Is("classified", expected=True)),
            AnyOf((Is("classified", expected=True), Compare(MUNICIPAL, "<", NumberLiteral(Decimal(1), "money")))),
        ],
    )
    def test_nothing_is_told_in_code(self, condition: Condition) -> None:
        """
        No sentence shows a fact's path, a code or a part of the program's own language.
        """
        for lang in ("zh", "en"):
            assert not re.search(r"[a-z]+\.[a-z]|_|None|frozenset|Decimal|\$", told(condition).text(lang))


class TestTruth:
    """
    Truth is three-valued over what is given.
    """

    YES = Is("classified", expected=True)
    MISSING = Is("content.it_based", expected=True)

    @pytest.mark.parametrize(
        ("condition", "truth"),
        [
            (AllOf((YES, MISSING)), "unknown"),
            (AllOf((Not(YES), MISSING)), "false"),
            (AnyOf((YES, MISSING)), "true"),
            (AnyOf((Not(YES), MISSING)), "unknown"),
            (Not(MISSING), "unknown"),
        ],
    )
    def test_a_missing_fact(self, condition: Condition, truth: str) -> None:
        """
        What is missing leaves a condition unknown, unless another part settles it.
        """
        assert told(condition, classified=True).truth == truth

    def test_an_event_that_lies_ahead(self) -> None:
        """
        What can still be done in time is open.
        """
        in_time = CompareDays(APPLIED, "<=", DayLiteral(date(2026, 12, 1)))

        assert told(in_time, planning__applied_on=False).truth == "open"
        assert told(in_time, planning__applied_on=False).sentence().endswith("：尚可做到")

    def test_the_tree_has_the_parts(self) -> None:
        """
        The parts stand below the whole, each with its own truth, operands and value.
        """
        tree = told(AllOf((self.YES, Compare(MUNICIPAL, ">=", FLOOR))), classified=True)

        data = tree.as_dict()
        assert [part["truth"] for part in data["parts"]] == ["true", "unknown"]
        assert data["parts"][0]["operands"] == [{"fact": "classified", "label": "涉密项目", "value": "是"}]
        assert data["parts"][1]["threshold"] == {"value": "1000万元", "inclusive": True}
        assert tree.text().splitlines()[1].startswith("  涉密项目")


# 市级机关用市级财政资金建设的1200万元项目，已申报、已申请立项。
COVERED: dict[str, Any] = {
    "classified": False,
    "owner": {"level": "municipal", "type": "administrative_organ"},
    "funding": {"total_investment": "1200万元", "municipal_fiscal": "1200万元", "sources": ["municipal_fiscal"]},
    "content": {"it_based": True, "category": "application_system", "delivery_mode": "construction"},
    "planning": {"applied_on": "2026-08-20", "documents": ["application_form", "basic_report"]},
    "approval": {"initiation": "requested"},
    "local": {"standing_meeting_approved": False},
}


def decide(changes: dict[str, Any] | None = None, *, stage: str | None = None, as_of: date = DAY) -> Decision:
    """
    The decision on the covered project with some facts changed (dotted paths; None takes a fact away).
    """
    facts = copy.deepcopy(COVERED)
    for path, value in (changes or {}).items():
        section, _, leaf = path.rpartition(".")
        (facts.setdefault(section, {}) if section else facts)[leaf] = value
    return evaluate(Project.model_validate(facts), PACK, as_of=as_of, stage=stage)


class TestMessages:
    """
    The outcome of a rule in one sentence.
    """

    @pytest.mark.parametrize(
        ("changes", "rule", "message"),
        [
            (
                {},
                "LZ-14.4-d",
                "市级财政性资金 1200万元，达到 1000万元（含）；立项状态：已申请；市政府常务会议审定：否（应为“是”）",
            ),
            ({}, "LZ-14.1-c", "申报日期：2026-08-20；已提交申报材料缺 投资估算明细"),
            (
                {"planning.in_annual_plan": False},
                "LZ-12-b",
                "已列入年度计划：否；特殊或紧急项目：否；立项状态：已申请（应为“未申请”）",
            ),
            (
                {
                    "operation.in_use_on": "2026-03-01",
                    "acceptance.completed_on": "2026-04-01",
                    "acceptance.result": "passed",
                },
                "LZ-15-i",
                "投入使用日期：2026-03-01；投入使用日期 2026-03-01，早于 竣工验收日期 2026-04-01",
            ),
            (
                {
                    "operation.in_use_on": "2026-03-01",
                    "acceptance.completed_on": False,
                    "acceptance.result": "passed",
                },
                "LZ-15-i",
                "投入使用日期：2026-03-01；投入使用日期 2026-03-01，竣工验收日期 尚未发生",
            ),
            (
                {"local.cloud_suitable": True, "infrastructure.hosting": "own_machine_room"},
                "LZ-8-b",
                "具备上云条件：是；部署位置：自有机房（应为“市政务云（全市云平台）” 或 “正在迁往市政务云”）",
            ),
        ],
    )
    def test_violated(self, changes: dict[str, Any], rule: str, message: str) -> None:
        """
        A violation tells what set the rule off, the value against its bound, and what is not as it should be.
        """
        finding = decide(changes)[rule]

        assert (finding.outcome, finding.message) == ("violated", message)

    @pytest.mark.parametrize(
        ("changes", "rule", "message"),
        [
            (
                {"funding.municipal_fiscal": "999万元"},
                "LZ-14.4-d",
                "不触发：市级财政性资金 999万元，低于 1000万元（不含）",
            ),
            ({"local.has_location_service": False}, "LZ-10-b", "不触发：有地理位置服务：否"),
            ({"planning.in_annual_plan": True}, "LZ-12-b", "不触发：已列入年度计划：是"),
            ({"funding.total_investment": "20万元"}, "LZ-4-c", "不成立：项目总投资 20万元，不超过 20万元（含）"),
            ({"funding.total_investment": "20万元"}, "LZ-6-a", "本办法不适用于该项目"),
        ],
    )
    def test_not_applicable(self, changes: dict[str, Any], rule: str, message: str) -> None:
        """
        A rule that does not apply tells which condition fails, as what is the case, never as if it held.
        """
        finding = decide(changes)[rule]

        assert (finding.outcome, finding.message) == ("not_applicable", message)

    def test_not_applicable_names_no_condition_that_holds(self) -> None:
        """
        Where only facts together settle that a rule does not apply, no single condition is blamed.
        """
        finding = decide({"planning.applied_on": None}, as_of=date(2019, 1, 1))["LZ-11-a"]

        assert (finding.outcome, finding.message) == ("not_applicable", "本办法不适用于该项目")

    def test_unknown(self) -> None:
        """
        What is missing is named with who can answer it.
        """
        finding = decide()["LZ-10-b"]

        assert finding.message == "不能判断：缺 有地理位置服务（项目单位填报）、接入北斗四川分中心（项目单位填报）"
        assert decide({"approval.initiation": None})["LZ-14.4-d"].message == "不能判断：缺 立项状态（主管部门认定）"

    def test_pending_with_a_day(self) -> None:
        """
        What is not due yet tells its last day, and what is not done.
        """
        changes = {"planning.applied_on": False, "planning.plan_year": 2028, "local.budget_submission_due_on": False}
        finding = decide(changes)["LZ-11-b"]

        assert (finding.outcome, finding.message) == ("pending", "未到期：最后一天是 2027-09-30；申报日期：尚未发生")

    def test_pending_until_a_stage(self) -> None:
        """
        What belongs to a later stage tells the stage, and what it will need.
        """
        message = decide(stage="application")["LZ-15-j"].message

        assert message.startswith("未到期：到“验收”阶段才判断，届时需要 ")
        assert "验收结果（主管部门认定）" in message

    def test_review(self) -> None:
        """
        What only people can judge tells who.
        """
        finding = decide()["LZ-5-a"]

        assert (finding.outcome, finding.message) == ("review", "须由 评审专家 判断：按六项原则建设")

    def test_met(self) -> None:
        """
        What is met tells the fact that meets it.
        """
        met = decide({"local.standing_meeting_approved": True})["LZ-14.4-d"]

        assert (met.outcome, met.message) == ("met", "市政府常务会议审定：是")

    def test_in_english(self) -> None:
        """
        The English message says the same.
        """
        assert decide()["LZ-14.4-d"].message_in("en") == (
            "Municipal fiscal funds CNY 12,000,000, reaches CNY 10,000,000 (inclusive); "
            "Project initiation status: requested; Standing meeting approved: no (should be “yes”)"
        )


class TestEveryCase:
    """
    The messages and explanations of all cases.
    """

    def test_no_code_and_no_path(self) -> None:
        """
        No message or explanation shows the code of a value or the path of a fact; every one says something.
        """
        facts = {**CORE_FACTS, **PACK.facts}
        codes = {code for fact in facts.values() for code in fact.values or () if "_" in code}
        paths = {path for path in facts if "." in path}
        told_codes = re.compile("|".join(map(re.escape, sorted(codes | paths, key=len, reverse=True))))
        for case in cases("luzhou")[::5]:
            decision = evaluate(Project.model_validate(case.facts), PACK, as_of=case.as_of, stage=case.stage)
            for finding in decision:
                for lang in ("zh", "en"):
                    said = f"{finding.message_in(lang)}\n{finding.explanation.text(lang)}"
                    assert finding.message_in(lang), (str(case), finding.rule)
                    assert not told_codes.search(said), (str(case), finding.rule, said)

    def test_the_opinion_approves_nothing(self) -> None:
        """
        The tool gives an opinion: no message of its own begins with 通过 or 批准.
        """
        for case in cases("luzhou")[::5]:
            decision = evaluate(Project.model_validate(case.facts), PACK, as_of=case.as_of, stage=case.stage)
            assert not any(finding.message.startswith(("通过", "批准", "同意")) for finding in decision)
