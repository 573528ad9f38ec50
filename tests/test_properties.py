"""
Properties: those that are shipped hold, false ones are refuted by a small project, and what is wrong in a file is told.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from govit_rules import Project, evaluate, load_pack
from govit_rules.cli import commands
from govit_rules.errors import PropertyError
from govit_rules.library import packs_folder, shipped_packs
from govit_rules.pack_reader import read_pack
from govit_rules.testing.demands import DEMANDS
from govit_rules.testing.properties import (
    Property,
    Verdict,
    check_property,
    property_text,
    read_properties,
    shipped_properties,
)
from govit_rules.testing.strategies import DIRECTIONS

CITIES = tuple(shipped_packs())
SHIPPED = [prop for city in CITIES for prop in shipped_properties(city)]


def properties(folder: Path, text: str, city: str = "luzhou", **more: Any) -> list[Property]:
    """
    The properties of a file with this text below its city.
    """
    file = folder / "properties.yaml"
    file.write_text(f"city: {city}\nproperties:\n{text}", encoding="utf-8")
    return read_properties(file, **more)


def verdict_on(folder: Path, text: str, **more: Any) -> Verdict:
    (prop,) = properties(folder, text)
    return check_property(prop, examples=60, **more)


class TestShipped:
    @pytest.mark.parametrize("prop", SHIPPED, ids=str)
    def test_it_holds(self, prop: Property) -> None:
        """
        What the text demands of every project the pack says of every project that was tried.
        """
        verdict = check_property(prop, examples=4)

        assert verdict.holds, property_text(verdict)
        assert verdict.satisfied >= 3

    @pytest.mark.parametrize("city", CITIES)
    def test_there_are_enough(self, city: str) -> None:
        """
        Every city has at least eight, each in both languages and under an article of its text.
        """
        found = shipped_properties(city)

        assert len(found) >= 8
        assert all(prop.zh and prop.en and prop.en != prop.zh and prop.article for prop in found)

    def test_they_are_no_packs(self) -> None:
        """
        The files lie beside the packs and are not taken for packs.
        """
        assert sorted(file.stem for file in (packs_folder() / "properties").glob("*.yaml")) == sorted(CITIES)
        assert all(path.parent == packs_folder() for path in shipped_packs().values())


# A fault of a kind that people make, and the property that sees it.
FAULTS = [
    ("luzhou", "standing-meeting", "{2019-08-27: 1000万元}", "{2019-08-27: 1000.01万元}"),
    ("luzhou", "no-standing-meeting", "{2019-08-27: 1000万元}", "{2019-08-27: 999.99万元}"),
    ("luzhou", "small-project", 'when: {funding.total_investment: "> $project_floor"}', 'when: {funding.total_investment: ">= $project_floor"}'),
    ("luzhou", "classified", "  rule.LZ-4-d: false\n", ""),
    ("luzhou", "more-municipal-money", 'funding.municipal_fiscal: ">= $standing', 'funding.municipal_fiscal: "< $standing'),
    ("luzhou", "later-application", '"<= first_set(', '">= first_set('),
    ("suqian", "six-steps-in-order", "- local.registered: true\n", "- local.registered: false\n"),
    ("shuangyashan", "longer-warranty", '">= $warranty_floor_months"', '"<= $warranty_floor_months"'),
    ("suqian", "not-before-it-was-issued", 'as_of: ">= 2024-08-12"', 'as_of: ">= 2024-08-11"'),
    ("shuangyashan", "third-party-test", "values: {2024-09-09: 100万元}", "values: {2024-09-09: 100.01万元}"),
    ("shuangyashan", "self-evaluation-too-early", '"within 6mo..12mo after', '"within 3mo..12mo after'),
    ("nanchang", "filed-in-time", '"<= acceptance.completed_on + 15d"', '"<= acceptance.completed_on + 14d"'),
    ("nanchang", "filed-late", '"<= acceptance.completed_on + 15d"', '"<= acceptance.completed_on + 15wd"'),
    ("nanchang", "rectified-in-time", '"<= acceptance.failed_on + 3mo"', '"<= acceptance.failed_on + 6mo"'),
    ("nanchang", "not-self-supervised", "values: {2020-10-22: 30万元}", "values: {2020-10-22: 30.01万元}"),
    ("xianyang", "major-project", '">= $major_floor"', '"> $major_floor"'),
]  # fmt: skip


class TestPlantedFaults:
    @pytest.mark.parametrize(
        ("city", "key", "right", "wrong"), FAULTS, ids=[f"{city}:{key}" for city, key, *_ in FAULTS]
    )
    def test_it_is_refuted(self, city: str, key: str, right: str, wrong: str) -> None:
        """
        A pack with a fault is refuted by the property of its clause, and the project that shows it is judged alike.
        """
        text = shipped_packs()[city].read_text(encoding="utf-8")
        assert right in text
        pack = read_pack(text.replace(right, wrong), "faulty.yaml")
        file = packs_folder() / "properties" / f"{city}.yaml"
        prop = next(prop for prop in read_properties(file, pack=pack) if prop.id == key)

        verdict = check_property(prop)

        assert verdict.counterexample is not None
        assert_confirmed(verdict)


def assert_confirmed(verdict: Verdict) -> None:
    """
    `evaluate` says of the counterexample what the verdict tells of it.
    """
    found = verdict.counterexample
    assert found is not None
    project = Project.model_validate_json(found.project_json())
    decision = evaluate(project, verdict.about.pack, as_of=found.as_of)
    steps = {step.step: step.status for step in decision.path}
    assert found.shortfalls
    for fall in found.shortfalls:
        names = {"applies": decision.applies, "exit": decision.exit_code, **steps}
        said = names[fall.what] if fall.what in names else decision[fall.what].outcome
        assert said == fall.said
        assert said not in fall.demanded


FALSE = """\
  - id: too-low
    zh: 市级财政性资金达900万元的，路径必含市政府常务会议
    article: 第十四条第(四)项
    given: {applies: true, funding.municipal_fiscal: ">= 900万元"}
    then: {path: {LZ-P06: required}}
"""


class TestFalse:
    def test_the_counterexample_is_small_and_confirmed(self, tmp_path: Path) -> None:
        """
        A false property is refuted by a project that has no fact too many, between the figure said and the right one.
        """
        verdict = verdict_on(tmp_path, FALSE)

        assert not verdict.holds
        assert_confirmed(verdict)
        assert verdict.counterexample is not None
        project = verdict.counterexample.project
        assert project["funding"]["municipal_fiscal"] in ("9000000元", "9000000.01元", "9999999.99元")
        assert sum(len(part) if isinstance(part, dict) else 1 for part in project.values()) <= 14

    def test_no_fact_can_be_left_out(self, tmp_path: Path) -> None:
        """
        Without any one of its facts the project is no longer a counterexample.
        """
        verdict = verdict_on(tmp_path, FALSE)
        assert verdict.counterexample is not None
        project, as_of = verdict.counterexample.project, verdict.counterexample.as_of
        for section, part in project.items():
            for leaf in part if isinstance(part, dict) else ():
                fewer = {**project, section: {name: value for name, value in part.items() if name != leaf}}
                decision = evaluate(Project.model_validate(fewer), verdict.about.pack, as_of=as_of)
                steps = {step.step: step.status for step in decision.path}
                assert decision.applies != "yes" or steps["LZ-P06"] == "required" or leaf == "municipal_fiscal"

    def test_the_same_twice(self, tmp_path: Path) -> None:
        """
        The same property, pack and seed give the same verdict.
        """
        assert verdict_on(tmp_path, FALSE).counterexample == verdict_on(tmp_path, FALSE).counterexample

    def test_check_takes_it(self, tmp_path: Path) -> None:
        """
        The counterexample, saved as the text says, is a project that `check` judges.
        """
        verdict = verdict_on(tmp_path, FALSE)
        assert verdict.counterexample is not None
        file = tmp_path / "counterexample.json"
        file.write_text(verdict.counterexample.project_json(), encoding="utf-8")

        run = CliRunner().invoke(
            commands, ["check", str(file), "--as-of", str(verdict.counterexample.as_of), "--format", "json"]
        )

        steps = {step["step"]: step["status"] for step in json.loads(run.stdout)["path"]}
        assert steps["LZ-P06"] == "not_required"

    def test_text(self, tmp_path: Path) -> None:
        """
        People read the sentence, the facts by their labels, what was demanded and said, and how to check it.
        """
        verdict = verdict_on(tmp_path, FALSE)
        zh, en = property_text(verdict), property_text(verdict, "en")

        assert zh.startswith("✗ 第十四条第(四)项  市级财政性资金达900万元的，路径必含市政府常务会议  (too-low)")
        assert "LZ-P06 市政府常务会议审定: 应是 必经，规则包说 不必经" in zh
        assert "市级财政性资金 funding.municipal_fiscal: 9" in zh
        assert "govit-rules check counterexample.json --as-of 20" in zh
        assert "should be required; the pack says not required" in en

    def test_under_a_change(self, tmp_path: Path) -> None:
        """
        A change that should not matter and does is shown with the fact before and after, all else being equal.
        """
        verdict = verdict_on(
            tmp_path,
            "  - {id: a, zh: 甲, article: 第四条, change: {classified: 'false → true'}, then: {nothing_changes: true}}\n",
        )

        found = verdict.counterexample
        assert found is not None
        assert found.changed is not None
        assert (found.project["classified"], found.changed["classified"]) == (False, True)
        assert {**found.project, "classified": True} == found.changed
        assert "涉密项目 classified: 否 → 是" in property_text(verdict)
        assert_confirmed(verdict)

    @pytest.mark.parametrize(
        ("demand", "way"),
        [
            ("steps_only_shrink", "increases"),
            ("violations_only_shrink", "increases"),
            ("steps_only_grow", "decreases"),
            ("violations_only_grow", "decreases"),
        ],
    )
    def test_growing_the_wrong_way(self, tmp_path: Path, demand: str, way: str) -> None:
        """
        What grows with money is refuted where it is said to shrink.
        """
        given = "{applies: true, approval.initiation: requested, local.standing_meeting_approved: false}"
        text = f"  - {{id: a, zh: 甲, article: 第四条, given: {given}, change: {{funding.municipal_fiscal: {way}}}, then: {{{demand}: true}}}}\n"

        verdict = verdict_on(tmp_path, text)

        assert not verdict.holds
        assert_confirmed(verdict)

    @pytest.mark.parametrize(
        "then",
        [
            "{rules: {LZ-4-d: met}}",
            "{rules: {LZ-14.4-d: {none_of: [violated]}}}",
            "{applies: true}",
            "{applies: [no, unknown]}",
            "{exit: 0}",
            "{exit: [0, 3]}",
            "{no_rule: {severity: blocking, outcome: violated}}",
            "{no_rule: {kind: [exclusion], outcome: {none_of: [met]}}}",
        ],
    )
    def test_each_demand_can_fail(self, tmp_path: Path, then: str) -> None:
        """
        Every kind of demand is refuted where the pack says otherwise.
        """
        verdict = verdict_on(tmp_path, f"  - {{id: a, zh: 甲, article: 第四条, then: {then}}}\n")

        assert not verdict.holds
        assert_confirmed(verdict)


class TestGiven:
    def test_complete_projects_have_no_unknown(self, tmp_path: Path) -> None:
        """
        Of projects of which all that matters is known, a rule is met, broken or not applicable; of others it need not.
        """
        then = "then: {rules: {LZ-14.4-d: [met, violated, not_applicable]}}"
        head = "  - {id: a, zh: 甲, article: 第十四条"

        assert verdict_on(tmp_path, f"{head}, complete: true, {then}}}\n").holds
        assert not verdict_on(tmp_path, f"{head}, {then}}}\n").holds

    def test_a_property_about_no_project_is_an_error(self, tmp_path: Path) -> None:
        """
        What no project satisfies is told as an error, with the place and how to mend it.
        """
        given = "{all: [{funding.total_investment: '> 20万元'}, {funding.total_investment: '< 20万元'}]}"
        text = f"  - {{id: a, zh: 甲, article: 第四条, given: {given}, then: {{exit: 0}}}}\n"

        with pytest.raises(PropertyError, match=r"properties\.yaml:3.*没有一个合于 given"):
            verdict_on(tmp_path, text)

    def test_a_pack_without_the_rule(self, tmp_path: Path) -> None:
        """
        A property checked against a pack that has not the rule is an error, not a pass.
        """
        (prop,) = properties(tmp_path, "  - {id: a, zh: 甲, article: 第四条, then: {rules: {LZ-14.4-d: met}}}\n")

        with pytest.raises(PropertyError, match=r"规则包里没有 LZ-14\.4-d"):
            check_property(prop, load_pack("suqian"))

    def test_nothing_is_left_in_the_working_folder(self, tmp_path: Path) -> None:
        """
        A check, also one with a counterexample, writes no file.
        """
        code = (
            "from govit_rules.testing.properties import check_property, shipped_properties\n"
            "check_property(shipped_properties('suqian')[0], examples=5)"
        )
        subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)

        assert list(tmp_path.iterdir()) == []

    def test_a_day(self, tmp_path: Path) -> None:
        """
        A property about one day is tried on that day.
        """
        text = "  - {id: a, zh: 甲, article: 第四条, as_of: 2026-05-20, then: {exit: 0}}\n"
        found = verdict_on(tmp_path, text).counterexample

        assert found is not None
        assert found.as_of == date(2026, 5, 20)

    def test_a_pack_of_ones_own(self, tmp_path: Path) -> None:
        """
        A file may be about a pack that is not shipped; its city must be that pack's.
        """
        pack = load_pack("suqian")
        text = "  - {id: a, zh: 甲, article: 解读二, then: {rules: {SQ-J2.4-b: {none_of: [violated]}}}}\n"

        assert properties(tmp_path, text, "suqian", pack=pack)[0].pack is pack
        with pytest.raises(PropertyError, match="规则包是 suqian"):
            properties(tmp_path, text, "luzhou", pack=pack)


THEN = "then: {exit: 0}"
HEAD = "  - {id: a, zh: 甲, article: 第四条"
WRONG = [
    (f"{HEAD}, given: {{funding.total_investement: '> 20万元'}}, {THEN}}}", ":3:", "是不是 funding.total_investment?"),
    (f"{HEAD}, given: {{classified: '> 20万元'}}, {THEN}}}", ":3:", "true 或 false"),
    (f"{HEAD}, given: {{def.coverd: true}}, {THEN}}}", "没有定义 coverd", "是不是 covered?"),
    (f"{HEAD}, given: {{rule.LZ-6-a: true}}, {THEN}}}", "不是 scope: true 的归类规则", "rules"),
    (f"{HEAD}, given: {{applies: maybe}}, {THEN}}}", "没有这种写法 maybe", ""),
    (f"{HEAD}, then: {{rules: {{LZ-14.4-x: met}}}}}}", "没有规则 LZ-14.4-x", "是不是 LZ-14.4-"),
    (f"{HEAD}, then: {{rules: {{LZ-14.4-d: mett}}}}}}", "没有这种结论 mett", "是不是 met?"),
    (f"{HEAD}, then: {{rules: {{LZ-14.4-d: {{none_of: [mett]}}}}}}}}", "没有这种结论 mett", ""),
    (f"{HEAD}, then: {{path: {{LZ-P66: required}}}}}}", "没有环节 LZ-P66", "是不是 LZ-P"),
    (f"{HEAD}, then: {{path: {{LZ-P06: met}}}}}}", "没有这种结论 met", "required"),
    (f"{HEAD}, then: {{exit: 2}}}}", "没有这种结论 2", "0、1、3"),
    (f"{HEAD}, then: {{exit: true}}}}", "没有这种结论 True", ""),
    (f"{HEAD}, then: {{}}}}", "then 没有要求什么", "rules"),
    (f"{HEAD}, then: {{rule: {{LZ-14.4-d: met}}}}}}", "没有键 rule", "是不是 rules?"),
    (f"{HEAD}, then: {{no_rule: {{severity: bloking, outcome: met}}}}}}", "没有这种结论 bloking", "是不是 blocking?"),
    (f"{HEAD}, then: {{no_rule: {{severity: blocking}}}}}}", "没有写 outcome", ""),
    (f"{HEAD}, then: {{steps_only_grow: true}}}}", "steps_only_grow 要有 change", ""),
    (f"{HEAD}, change: {{clasified: increases}}, {THEN}}}", "没有键 clasified", "是不是 classified?"),
    (f"{HEAD}, change: {{classified: increases}}, {THEN}}}", "不能 'increases'", "变化"),
    (f"{HEAD}, change: {{review.result: pending → pasd}}, {THEN}}}", "评审结果应填以下代码之一", "变化"),
    (f"{HEAD}, change: {{funding.total_investment: increases}}, then: {{steps_only_grow: false}}}}", "只能是 true", ""),
    (f"  - {{id: a, zh: 甲, article: 第三十条, {THEN}}}", "条款 第三十条 不在第一条至第二十九条之内", ""),
    (f"  - {{id: a, article: 第四条, {THEN}}}", "没有写 zh", "补上"),
    (f"{HEAD}}}", "没有写 then", ""),
    (f"{HEAD}, whenever: 1, {THEN}}}", "没有键 whenever", ""),
    (f"{HEAD}, as_of: soon, {THEN}}}", "as_of 应是日期", ""),
    (f"{HEAD}, complete: 1, {THEN}}}", "complete 应是 true 或 false", ""),
    (f"{HEAD}, {THEN}}}\n{HEAD}, {THEN}}}", "编号 a 在本文件里已经有了", "换一个编号"),
    (f"{HEAD}, id: b, {THEN}}}", "重复的键", ""),
    ("  []", "properties 应是非空的列表", ""),
    ("  - 3", "应是一组键值", ""),
]


class TestWrongFiles:
    @pytest.mark.parametrize(("text", "what", "mend"), WRONG)
    def test_what_is_wrong_is_told(self, tmp_path: Path, text: str, what: str, mend: str) -> None:
        """
        A name that does not exist, a value of the wrong kind or a demand of nothing is an error with its line and mend.
        """
        with pytest.raises(PropertyError) as caught:
            properties(tmp_path, f"{text}\n")

        assert what in str(caught.value)
        assert mend in str(caught.value)
        assert all(defect.where.startswith(str(tmp_path)) and defect.line for defect in caught.value.defects)

    def test_every_defect_is_told_at_once(self, tmp_path: Path) -> None:
        """
        A file with three slips tells all three.
        """
        text = f"{HEAD}, given: {{nothing: 1}}, then: {{exit: 7, path: {{nowhere: required}}}}}}\n"

        with pytest.raises(PropertyError) as caught:
            properties(tmp_path, text)

        assert len(caught.value.defects) == 3

    @pytest.mark.parametrize(
        ("content", "what"),
        [
            (b"properties: []\n", "没有写 city"),
            (b"", "文件是空的"),
            (b"- a\n", "性质文件 应是一组键值"),
            (b"city: &x luzhou\nproperties: *x\n", "锚点"),
            (b"\xff\xfe", "UTF-8"),
            (b"x" * 2_000_001, "文件太大"),
        ],
    )
    def test_files_that_are_none(self, tmp_path: Path, content: bytes, what: str) -> None:
        """
        What is no file of properties, or a hostile one, is refused with a reason.
        """
        file = tmp_path / "properties.yaml"
        file.write_bytes(content)

        with pytest.raises(PropertyError, match=what):
            read_properties(file)

    def test_no_such_file(self, tmp_path: Path) -> None:
        """
        A file that is not there is an error with a mend, not a traceback.
        """
        with pytest.raises(PropertyError, match="读不出来"):
            read_properties(tmp_path / "missing.yaml")


PAGE = (Path(__file__).parent.parent / "docs" / "testing.md").read_text(encoding="utf-8")


class TestPage:
    def test_the_file_that_is_shown_can_be_read(self, tmp_path: Path) -> None:
        """
        The properties that docs/testing.md shows are read, and hold.
        """
        (text,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
        file = tmp_path / "properties.yaml"
        file.write_text(text, encoding="utf-8")

        assert [check_property(prop, examples=8).holds for prop in read_properties(file)] == [True] * 3

    def test_the_programs_that_are_shown_run(self, tmp_path: Path) -> None:
        """
        What docs/testing.md shows in Python passes as tests of pytest.
        """
        for at, program in enumerate(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)):
            tmp_path.joinpath(f"test_shown_{at}.py").write_text(program, encoding="utf-8")

        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )

        assert run.returncode == 0, run.stdout
        assert "5 passed" in run.stdout

    @pytest.mark.parametrize("key", [*DEMANDS, *(way for table in DIRECTIONS.values() for way in table)])
    def test_every_word_is_explained(self, key: str) -> None:
        """
        All that can be demanded, and every way that a fact can move, stands in docs/testing.md.
        """
        assert f"`{key}`" in PAGE
