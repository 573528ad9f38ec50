"""
Decisions as text and JSON: what stands where, and whole outputs kept as golden files.

Run by hand, ``python tests/test_formats.py --write`` writes the golden files anew; read the diff against the text of
the regulation before keeping it.
"""

from __future__ import annotations

import json
import re
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from govit_rules import Decision, Project, evaluate, load_pack
from govit_rules.formats import FORMATS, Layout, display_width

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
GOLDEN = ROOT / "tests" / "golden"
EXAMPLES = ROOT / "examples"
DAY = date(2026, 11, 21)

_OF_A_MUNICIPAL_ORGAN: dict[str, Any] = {
    "city": "luzhou",
    "classified": False,
    "owner": {"level": "municipal", "type": "administrative_organ"},
    "content": {"it_based": True, "category": "application_system", "delivery_mode": "construction"},
}
PROJECTS: dict[str, dict[str, Any]] = {
    # 申请立项，市级财政性资金达1000万元而没有经常务会议审定，材料缺两件。
    "parking": {
        **_OF_A_MUNICIPAL_ORGAN,
        "name": "城区智慧停车平台",
        "stage": "approval",
        "funding": {
            "total_investment": "3200万元",
            "municipal_fiscal": "1200万元",
            "sources": ["municipal_fiscal", "self_raised"],
            "arrangement": "none",
        },
        "planning": {
            "applied_on": "2026-08-20",
            "plan_year": 2027,
            "documents": ["application_form", "basic_report"],
            "in_annual_plan": True,
        },
        "approval": {"initiation": "requested"},
        "local": {
            "standing_meeting_approved": False,
            "annual_plan_approved": True,
            "basic_report_has_security_topic": True,
            "has_location_service": True,
            "budget_submission_due_on": False,
        },
    },
    # 总投资20万元整: 第四条“超过”不含，第二十八条“以下”含。
    "at-200000": {
        **_OF_A_MUNICIPAL_ORGAN,
        "name": "档案室查询小程序",
        "funding": {"total_investment": "20万元", "municipal_fiscal": "20万元", "sources": ["municipal_fiscal"]},
        "planning": {"applied_on": "2026-09-01"},
    },
    "hardly-anything": {"city": "luzhou", "name": "样例"},
}


def golden_projects() -> Iterator[tuple[str, dict[str, Any]]]:
    """
    The projects whose outputs are kept: those above, and the examples of all cities.
    """
    yield from PROJECTS.items()
    for path in sorted(EXAMPLES.glob("*.json")):
        yield path.stem, json.loads(path.read_text(encoding="utf-8"))


def decide(facts: dict[str, Any], as_of: date = DAY) -> Decision:
    return evaluate(Project.model_validate(facts), load_pack(facts.get("city") or "luzhou"), as_of=as_of)


def outputs(name: str, facts: dict[str, Any]) -> dict[str, str]:
    """
    The golden files of a project: file name → content. What changes with every edit of the pack's file is left out.
    """
    decision = decide(facts)
    data = json.loads(FORMATS["json"](decision, Layout()))
    data["pack"]["digest"] = data["engine"]["version"] = "…"
    return {
        f"{name}.zh.txt": FORMATS["text"](decision, Layout(lang="zh")),
        f"{name}.en.txt": FORMATS["text"](decision, Layout(lang="en")),
        f"{name}.json": json.dumps(data, ensure_ascii=False, indent=1) + "\n",
    }


class TestGolden:
    """
    Whole outputs.
    """

    @pytest.mark.parametrize(("name", "facts"), [pytest.param(*each, id=each[0]) for each in golden_projects()])
    def test_outputs_are_as_kept(self, name: str, facts: dict[str, Any]) -> None:
        """
        Text in both languages and JSON come out as the golden files have them.
        """
        for file, content in outputs(name, facts).items():
            assert (GOLDEN / file).read_text(encoding="utf-8") == content, file

    def test_no_golden_file_is_left_over(self) -> None:
        """
        Every golden file belongs to a project.
        """
        wanted = {file for name, facts in golden_projects() for file in outputs(name, facts)}

        assert {path.name for path in GOLDEN.iterdir()} == wanted


class TestWidth:
    """
    Columns of a terminal.
    """

    @pytest.mark.parametrize("width", [60, 80, 120])
    @pytest.mark.parametrize("lang", ["zh", "en"])
    @pytest.mark.parametrize("name", PROJECTS)
    def test_a_whole_text_keeps_to_the_width(self, name: str, lang: str, width: int) -> None:
        """
        With explanations and all rules, no line is wider than the layout.
        """
        said = FORMATS["text"](decide(PROJECTS[name]), Layout(lang=lang, width=width, explain=True, all=True))

        assert [line for line in said.splitlines() if display_width(line) > width] == []


class TestText:
    """
    What the text says.
    """

    @pytest.mark.parametrize(
        ("name", "opinion"),
        [
            ("parking", "合规意见：不符合"),
            ("hardly-anything", "合规意见：不能判断"),
            ("at-200000", "合规意见：未发现不符合（本办法不适用）"),
        ],
    )
    def test_the_opinion_follows_the_exit_code(self, name: str, opinion: str) -> None:
        """
        1 不符合, 3 不能判断, 0 未发现不符合; where the regulation does not apply, that is said beside it.
        """
        assert opinion in FORMATS["text"](decide(PROJECTS[name]), Layout()).splitlines()

    def test_blocking_violations_come_first(self) -> None:
        """
        The clause first, then value against bound, then the mend; what blocks stands before the rest.
        """
        said = FORMATS["text"](decide(PROJECTS["parking"]), Layout())

        assert said.index("LZ-14.4-d") < said.index("LZ-14.1-c")
        assert "✗ 第十四条第(四)项 [拦截]" in said
        assert "怎样改：报市政府常务会议审定后再申请立项" in said

    def test_missing_facts_are_named_once(self) -> None:
        """
        What is missing is listed by fact, not by rule, under who can answer it.
        """
        said = FORMATS["text"](decide(PROJECTS["hardly-anything"]), Layout())

        assert said.count("? 涉密项目") == 1
        assert said.index("主管部门认定") < said.index("? 涉密项目")

    def test_readable_without_colour(self) -> None:
        """
        Colours are only added where they are asked for, and add nothing to what is said.
        """
        decision = decide(PROJECTS["parking"])
        plain, coloured = (FORMATS["text"](decision, Layout(colour=colour)) for colour in (False, True))

        assert "\x1b" not in plain
        assert "\x1b[" in coloured
        assert re.sub(r"\x1b\[[0-9]*m", "", coloured) == plain

    def test_all_rules_on_request(self) -> None:
        """
        With ``all`` every rule is listed with its outcome.
        """
        decision = decide(PROJECTS["parking"])
        said = FORMATS["text"](decision, Layout(all=True))

        assert all(finding.rule in said for finding in decision)

    def test_explanations_on_request(self) -> None:
        """
        With ``explain`` the conditions stand below a finding.
        """
        decision = decide(PROJECTS["parking"])

        line = "市级财政性资金 1200万元 ≥ 1000万元（含）：成立"
        assert line in FORMATS["text"](decision, Layout(explain=True, width=120))
        assert line not in FORMATS["text"](decision, Layout(width=120))

    def test_a_time_limit_that_is_not_set_is_not_invented(self) -> None:
        """
        A step without a time limit says 未规定.
        """
        said = FORMATS["text"](decide(PROJECTS["parking"]), Layout(width=120))

        assert "时限：未规定" in said

    def test_the_present_step_comes_after_what_is_done(self) -> None:
        """
        A step of which no fact tells is passed over where a later one is done; the first that is not done is marked.
        """
        said = FORMATS["text"](decide(PROJECTS["parking"]), Layout(width=120))

        assert "– 专家初审" in said
        assert "✓ 年度实施计划报批下发" in said
        assert "▶ 市政府常务会议审定" in said
        assert "· 立项审批" in said

    def test_a_name_cannot_steer_the_terminal(self) -> None:
        """
        A project's name stays on its line, and its control characters are not printed.
        """
        facts = {**PROJECTS["parking"], "name": "停车\n平台\x1b[2J\u202e"}
        said = FORMATS["text"](decide(facts), Layout())

        assert not set(said) & {"\x1b", "\u202e"}
        assert "停车 平台" in said


class TestJson:
    """
    JSON for programs.
    """

    def test_it_is_the_decision(self) -> None:
        """
        JSON is the decision as the library gives it.
        """
        decision = decide(PROJECTS["parking"])

        assert json.loads(FORMATS["json"](decision, Layout())) == json.loads(decision.model_dump_json())

    def test_in_english(self) -> None:
        """
        With ``en`` titles and messages are English.
        """
        data = json.loads(FORMATS["json"](decide(PROJECTS["parking"]), Layout(lang="en")))
        finding = next(finding for finding in data["findings"] if finding["rule"] == "LZ-14.4-d")

        assert "CNY 12,000,000" in finding["message"]
        assert finding["explanation"]["parts"][1]["text"] == "applies where"


def write() -> None:
    """
    Write the golden files anew, and take away those of projects that are gone.
    """
    GOLDEN.mkdir(exist_ok=True)
    files = {file: content for name, facts in golden_projects() for file, content in outputs(name, facts).items()}
    for path in GOLDEN.iterdir():
        if path.name not in files:
            path.unlink()
            print(f"- {path.name}")
    for file, content in files.items():
        path = GOLDEN / file
        if not path.exists() or path.read_text(encoding="utf-8") != content:
            path.write_text(content, encoding="utf-8")
            print(f"w {file}")


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit("python tests/test_formats.py --write")
    write()
