"""
Faults planted in a pack: each is one that people make, what sees it is said rightly, and what is called the same is.
"""

from __future__ import annotations

import pickle
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from govit_rules import PackError
from govit_rules.errors import CaseError
from govit_rules.pack_reader import pack_of, read_pack
from govit_rules.sources import Source, read_yaml
from govit_rules.testing.cases import Case, failures, read_cases
from govit_rules.testing.equivalence import equivalent
from govit_rules.testing.mutants import KINDS, LEFT_OUT, Mutant, mutants_of
from govit_rules.testing.mutation import MutationReport, inventory_differences, mutate, mutation_table

if TYPE_CHECKING:
    from govit_rules.packs import Pack

DEMO = Path(__file__).parent / "packs" / "demo.yaml"

PACK = """\
city: trial
name: {zh: 试市, en: Trial}
division_code: "999998"
regulation: {title: 试行办法, issued: 2020-01-01, effective: 2020-01-01, articles: 4, norms: 4}
parameters:
  floor: {article: 第二条, zh: 下限, values: {1900-01-01: 20万元}}
definitions:
  asked: {approval.initiation: [requested, approved]}
applies: {rule.T-1: true}
rules:
  T-1:
    kind: scope
    article: 第一条
    stage: any
    severity: mandatory
    bearer: 全部
    scope: true
    when: {owner.level: municipal, classified: false}
    zh: {title: 市级非涉密项目}
    en: {title: Municipal}
  T-2:
    kind: threshold
    article: 第二条
    stage: approval
    severity: blocking
    bearer: 项目单位
    when: {funding.total_investment: ">= $floor", def.asked: true}
    require: {funding.in_annual_budget: true}
    zh: {title: 达到下限须列入预算, fix: 列入预算}
    en: {title: Budgeted, fix: Budget it}
  T-3:
    kind: deadline
    article: 第三条
    stage: acceptance
    severity: mandatory
    in_principle: true
    bearer: 项目业主
    when: {acceptance.completed_on: happened}
    require: {acceptance.filed_on: "<= acceptance.completed_on + 5wd"}
    zh: {title: 验收后5个工作日内备案, fix: 备案}
    en: {title: Filed, fix: File it}
path:
  T-P1: {name: 立项, actor: 甲局, when: {def.asked: true}, articles: [第二条], norms: [T-2]}
  T-P2: {name: 备案, actor: 乙局, done_when: {acceptance.filed_on: happened}, articles: [第三条], norms: [T-3]}
articles:
  第四条: {T-4: 说施行日期}
"""

CASES = """\
city: trial
base: {owner.level: municipal, classified: false, approval.initiation: requested}
as_of: 2026-03-31
cases:
  - {id: below, facts: {funding.total_investment: 199999.99元}, expect: {T-2: not_applicable}}
  - {id: at, facts: {funding.total_investment: 20万元, funding.in_annual_budget: false}, expect: {T-2: violated}, exit: 1}
  - {id: above, facts: {funding.total_investment: 200000.01元, funding.in_annual_budget: true}, expect: {T-2: met}}
  - {id: none, facts: {approval.initiation: none}, expect: {T-2: not_applicable}, path: {T-P1: not_required}}
  - {id: approved, facts: {approval.initiation: approved}, path: {T-P1: required}, needs: {T-2: [funding.in_annual_budget, funding.total_investment]}}
  - {id: classified, facts: {classified: true}, applies: false, expect: {T-1: not_applicable, T-2: not_applicable}}
  - {id: county, facts: {owner.level: county}, applies: false}
  - {id: fifth-day, facts: {acceptance.completed_on: 2026-03-02, acceptance.filed_on: 2026-03-09}, expect: {T-3: met}, done: {T-P2: true}}
  - {id: sixth-day, facts: {acceptance.completed_on: 2026-03-02, acceptance.filed_on: 2026-03-10}, expect: {T-3: violated}}
  - {id: not-filed, as_of: 2026-03-09, facts: {acceptance.completed_on: 2026-03-02, acceptance.filed_on: false}, expect: {T-3: pending}, due: {T-3: 2026-03-09}, done: {T-P2: false}}
  - {id: not-accepted, facts: {acceptance.completed_on: false, acceptance.filed_on: 2026-03-10}, expect: {T-3: not_applicable}, violations: []}
"""

INVENTORY: dict[str, Any] = {
    "T-1": ["第一条", "any", "mandatory"],
    "T-2": ["第二条", "approval", "blocking"],
    "T-3": ["第三条", "acceptance", "mandatory"],
    "T-4": ["第四条"],
    "bearers": {"T-2": "项目单位", "T-3": "项目业主"},
    "in_principle": ["T-3"],
    "path": {"T-P1": "甲局", "T-P2": "乙局"},
}


@pytest.fixture
def cases(tmp_path: Path) -> list[Case]:
    file = tmp_path / "cases.yaml"
    file.write_text(CASES, encoding="utf-8")
    return read_cases(file)


def changed(old: str, new: str, text: str = PACK) -> Pack:
    """
    The pack with a piece of its text put otherwise.
    """
    assert text.count(old) == 1
    return read_pack(text.replace(old, new), "trial")


def same(old: str, new: str, text: str = PACK) -> bool:
    """
    Whether the pack is proved to say the same when a piece of its text is put otherwise.
    """
    return equivalent(read_pack(text, "trial"), changed(old, new, text))


def planted(mutant: Mutant, source: Source) -> Pack:
    return pack_of(Source("trial", source.text, mutant.planted(source.data), source.places), "")


def results(report: MutationReport, outcome: str) -> set[tuple[str, str]]:
    return {(r.mutant.part, r.mutant.describe()) for r in report.results if r.outcome == outcome}


class TestPlanting:
    """
    The faults.
    """

    def test_every_kind_of_fault_is_planted_somewhere(self) -> None:
        """
        A pack that uses the whole language gets every kind of fault.
        """
        text = DEMO.read_text(encoding="utf-8")
        found = {mutant.kind for mutant in mutants_of(read_yaml(text, "demo"), read_pack(text, "demo"))}

        assert set(KINDS) - found == set()

    def test_a_fault_knows_its_place(self) -> None:
        """
        A fault names the line and the rule or figure it lies in, and what stood there.
        """
        found = {(m.line, m.part, m.describe()) for m in mutants_of(read_yaml(PACK, "trial"), read_pack(PACK, "trial"))}

        assert (6, "$floor", "数额差一个单位：20万元 → 20.000001万元") in found
        assert (6, "$floor", "万元与元相混：20万元 → 20元") in found
        assert (8, "def.asked", "漏掉列举的值：requested") in found
        assert (18, "T-1", "漏掉除外：classified: false") in found
        assert (27, "T-2", "含与不含相混：funding.total_investment: >= $floor → >") in found
        assert (39, "T-3", "工作日与日相混：<= acceptance.completed_on + 5wd → 5d") in found
        assert (36, "T-3", "漏掉原则上：in_principle: true") in found
        assert (42, "T-P1", "先后颠倒：T-P1、T-P2 → T-P2、T-P1") in found

    def test_each_fault_changes_the_pack(self) -> None:
        """
        No fault leaves the data as they are, and the data given are not touched.
        """
        source = read_yaml(PACK, "trial")
        for mutant in mutants_of(source, read_pack(PACK, "trial")):
            other = mutant.planted(source.data)

            assert other != source.data or list(other["path"]) != list(source.data["path"])
            assert source.data == read_yaml(PACK, "trial").data

    def test_months_are_taken_for_other_months(self) -> None:
        """
        3个月 is made 6个月, as well as one month more or less, and as many working days.
        """
        text = PACK.replace("+ 5wd", "+ 3mo")
        found = {m.after for m in mutants_of(read_yaml(text, "t"), read_pack(text, "t")) if m.kind == "span"}

        assert found == {"2mo", "4mo", "6mo", "3wd"}

    def test_faults_go_to_other_processes(self) -> None:
        """
        What is left out is still left out after pickling.
        """
        mutants = mutants_of(read_yaml(PACK, "trial"), read_pack(PACK, "trial"))
        again = pickle.loads(pickle.dumps(mutants))  # noqa: S301  # our own

        assert [m.value is LEFT_OUT for m in again] == [m.value is LEFT_OUT for m in mutants]


class TestTrying:
    """
    What becomes of the faults.
    """

    def test_what_sees_a_fault_is_named(self, cases: list[Case]) -> None:
        """
        A fault is killed by the reader of packs, by the inventory or by a case, and the report says which.
        """
        report = mutate(PACK, cases, name="trial", jobs=1, inventory=INVENTORY)
        by = {(r.mutant.part, r.mutant.describe()): (r.by, r.witness.rpartition(":")[2]) for r in report.results}

        assert by["T-2", "含与不含相混：funding.total_investment: >= $floor → >"] == ("case", "at")
        assert by["$floor", "数额差一个单位：20万元 → 20.000001万元"] == ("case", "at")
        assert by["$floor", "数额差一个单位：20万元 → 19.999999万元"] == ("case", "below")
        assert by["T-3", "工作日与日相混：<= acceptance.completed_on + 5wd → 5d"] == ("case", "fifth-day")
        assert by["T-3", "期限长短不对：<= acceptance.completed_on + 5wd → 6wd"] == ("case", "sixth-day")
        assert by["T-2", "力度不对：blocking → mandatory"] == ("inventory", "T-2")
        assert by["T-P1", "换了主体：甲局 → 乙局"] == ("inventory", "T-P1")
        assert by["T-P1", "先后颠倒：T-P1、T-P2 → T-P2、T-P1"] == ("inventory", "T-P1")
        assert by["T-2", "漏掉条件：funding.total_investment: >= $floor"][0] == "lint"
        assert report.survivors == ()
        assert report.score == 1

    def test_without_a_case_the_fault_survives(self, cases: list[Case]) -> None:
        """
        Take the case away that stands on the figure, and ≥ for > is seen by nothing.
        """
        fewer = [case for case in cases if case.id != "at"]
        report = mutate(PACK, fewer, name="trial", jobs=1, inventory=INVENTORY)

        assert ("T-2", "含与不含相混：funding.total_investment: >= $floor → >") in results(report, "survived")
        assert report.total.survived == len(report.survivors)
        assert report.score == (report.total.killed) / (report.total.mutants - report.total.equivalent) < 1
        assert next(part for part in report.parts if part.part == "T-3").score == 1

    def test_without_an_inventory_nothing_sees_an_actor(self, cases: list[Case]) -> None:
        """
        Actors, articles and the order of steps are seen by the inventory alone.
        """
        report = mutate(PACK, cases, name="trial", jobs=1)

        assert {m.kind for m in report.survivors} == {"actor", "article", "order", "severity", "in_principle", "stage"}

    def test_the_quick_way_sees_what_the_slow_way_sees(self, cases: list[Case]) -> None:
        """
        A case that is named has failed, and of a survivor every case passes, when whole decisions are made.
        """
        some = [case for case in cases if case.id not in ("at", "sixth-day", "county", "approved")]
        source = read_yaml(PACK, "trial")
        report = mutate(PACK, some, name="trial", jobs=1)

        assert {"killed", "survived"} <= {result.outcome for result in report.results}
        for result in report.results:
            if result.by != "lint":
                pack = planted(result.mutant, source)
                failing = [str(case) for case in some if failures(case, pack)]
                assert result.witness in failing if result.by == "case" else failing == []

    def test_processes_change_nothing(self, cases: list[Case]) -> None:
        """
        Two processes find what one finds, in the same order; progress is told of each mutant.
        """
        told: list[tuple[int, int]] = []
        alone = mutate(PACK, cases, name="trial", jobs=1, inventory=INVENTORY)
        both = mutate(PACK, cases, name="trial", jobs=2, inventory=INVENTORY, progress=lambda *at: told.append(at))

        assert both.as_dict() == alone.as_dict()
        assert told == [(n + 1, len(alone.results)) for n in range(len(alone.results))]

    def test_only_one_rule(self, cases: list[Case]) -> None:
        """
        The faults of one rule can be tried alone; a rule that does not exist is an error.
        """
        report = mutate(PACK, cases, name="trial", jobs=1, only="T-3")

        assert {result.mutant.part for result in report.results} == {"T-3"}
        with pytest.raises(CaseError, match="没有叫 T-9"):
            mutate(PACK, cases, name="trial", jobs=1, only="T-9")

    def test_a_pack_that_is_wrong_itself_is_refused(self, cases: list[Case]) -> None:
        """
        Where the pack fails a case or the inventory as it is, or cannot be read, no mutant is tried.
        """
        wrong = PACK.replace('">= $floor"', '"> $floor"')
        with pytest.raises(CaseError, match="原样就不合这个用例"):
            mutate(wrong, cases, name="trial", jobs=1)
        with pytest.raises(CaseError, match="T-3 规则包和清单不一致".replace(" ", ".*")):
            mutate(PACK, cases, name="trial", jobs=1, inventory={**INVENTORY, "in_principle": []})
        with pytest.raises(PackError):
            mutate(PACK.replace("T-3:", "T-3"), cases, name="trial", jobs=1)

    def test_a_case_of_a_rule_that_does_not_exist_is_an_error(self, tmp_path: Path) -> None:
        """
        A case that names no rule of the pack is refused before any mutant is tried.
        """
        file = tmp_path / "cases.yaml"
        file.write_text(CASES.replace("expect: {T-2: met}", "expect: {T-7: met}"), encoding="utf-8")

        with pytest.raises(CaseError, match="T-7"):
            mutate(PACK, read_cases(file), name="trial", jobs=1)


class TestInventory:
    """
    What is fixed beside the outcomes.
    """

    def test_a_pack_that_agrees(self) -> None:
        """
        A pack that says what the inventory says differs in nothing.
        """
        assert list(inventory_differences(read_pack(PACK, "trial"), INVENTORY)) == []

    @pytest.mark.parametrize(
        ("old", "new", "entry"),
        [
            ("article: 第二条\n", "article: 第二条第(一)项\n", "T-2"),
            ("stage: acceptance", "stage: operation", "T-3"),
            ("bearer: 项目业主", "bearer: 项目业主\n    counts: false", "T-3"),
            ("bearer: 项目单位", "bearer: 项目业主", "T-2"),
            ("actor: 乙局", "actor: 丙局", "T-P2"),
            ("norms: [T-3]", "norms: [T-3, T-4]", "T-P2"),
            ("articles: [第三条]", "articles: [第三条, 第四条]", "T-P2"),
        ],
    )
    def test_what_it_sees(self, old: str, new: str, entry: str) -> None:
        """
        Article, stage, whose own duty, bearer, actor, and whether a step cites the articles of its norms.
        """
        assert next(inventory_differences(changed(old, new), INVENTORY)) == entry

    @pytest.mark.parametrize(
        "wrong", [["T-1"], "T-1", {"T-1": "第一条"}, {"T-1": [1, 2, 3]}, {"path": ["T-P1"]}, {"bearers": {"T-2": None}}]
    )
    def test_another_form_is_refused(self, wrong: Any, cases: list[Case]) -> None:
        """
        An inventory that is not written as one is an error, and no traceback.
        """
        with pytest.raises(CaseError, match="清单"):
            mutate(PACK, cases, name="trial", jobs=1, inventory=wrong)


class TestEquivalence:
    """
    What is called equivalent is proved.
    """

    def test_what_is_written_twice_can_go(self) -> None:
        """
        A condition that another one contains changes nothing.
        """
        text = PACK.replace('">= $floor", def', '">= $floor", approval.initiation: [requested, approved], def')

        assert same("approval.initiation: [requested, approved], def", "def", text)
        assert same("when: {acceptance.completed_on: happened}", "when: {not: {acceptance.completed_on: false}}")

    def test_a_figure_in_the_shadow_of_another(self) -> None:
        """
        Above 20万元 it is idle to ask for 10万元; to ask for a fen more than 20万元 is not.
        """
        lower = PACK.replace("when: {funding", "when: {all: [{funding.total_investment: '> 10万元'}], funding")

        assert same("{all: [{funding.total_investment: '> 10万元'}], funding", "{funding", lower)
        assert not same("'> 10万元'", "'> 200000元'", lower)
        assert same("'> 10万元'", "'>= 200000元'", lower)

    def test_days_are_seen_as_the_day_of_judging_moves(self) -> None:
        """
        Before the first of a month is until the last of the month before, on every day of judging; a day more is not.
        """
        text = PACK.replace("{acceptance.completed_on: happened}", '{acceptance.completed_on: "< 2030-01-01"}')

        assert same('"< 2030-01-01"', '"<= 2029-12-31"', text)
        assert not same('"< 2030-01-01"', '"< 2030-01-02"', text)

    def test_what_stands_for_itself_is_the_same_everywhere(self) -> None:
        """
        A deadline counted from an event is not cut, but is the same test wherever it stands.
        """
        text = PACK.replace(
            'require: {acceptance.filed_on: "<= acceptance.completed_on + 5wd"}',
            "require: {any: [{acceptance.filed_on: '<= acceptance.completed_on + 5wd'}, "
            "{acceptance.filed_on: '<= acceptance.completed_on + 5wd', classified: true}]}",
        )

        assert same(", {acceptance.filed_on: '<= acceptance.completed_on + 5wd', classified: true}", "", text)
        assert not same("[{acceptance.filed_on: '<= acceptance.completed_on + 5wd'}, ", "[", text)

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ('">= $floor"', '"> $floor"'),
            ("20万元", "20.000001万元"),
            ("1900-01-01: 20万元", "1900-01-02: 20万元"),
            ("[requested, approved]", "[requested]"),
            ("classified: false", "classified: true"),
            ("5wd", "6wd"),
            ("{acceptance.completed_on: happened}", "{acceptance.filed_on: happened}"),
            ("require: {funding.in_annual_budget: true}", "require: {funding.in_annual_budget: false}"),
            ("severity: blocking", "severity: mandatory"),
            ("stage: acceptance", "stage: operation"),
            ("actor: 乙局", "actor: 丙局"),
            ("done_when: {acceptance.filed_on: happened}", "done_when: {acceptance.completed_on: happened}"),
            ("bearer: 项目业主", "bearer: 项目业主\n    due: end_of_stage"),
        ],
    )
    def test_what_changes_something_is_not_the_same(self, old: str, new: str) -> None:
        """
        No change that some project feels, or a reader of the finding, is called equivalent.
        """
        assert not same(old, new)

    def test_the_order_of_steps_is_something(self) -> None:
        """
        Two steps that change places are not the same path.
        """
        pack = read_pack(PACK, "trial")
        source = read_yaml(PACK, "trial")
        swapped = next(m for m in mutants_of(source, pack) if m.kind == "order")

        assert not equivalent(pack, planted(swapped, source))

    def test_equivalents_are_reported_and_not_counted(self, cases: list[Case]) -> None:
        """
        An equivalent mutant is neither killed nor survived, and the score leaves it out.
        """
        text = PACK.replace('">= $floor", def', '">= $floor", approval.initiation: [requested, approved], def')
        report = mutate(text, cases, name="trial", jobs=1, inventory=INVENTORY)

        assert ("T-2", "漏掉条件：def.asked: true") in results(report, "equivalent")
        assert report.score == report.total.killed / (report.total.mutants - report.total.equivalent)


class TestShown:
    """
    The report.
    """

    def test_the_table_names_every_part_and_survivor(self, cases: list[Case]) -> None:
        """
        A line for each rule with its score, the total, and where each survivor lies.
        """
        report = mutate(PACK, [c for c in cases if c.id != "at"], name="trial.yaml", jobs=1, inventory=INVENTORY)
        shown = mutation_table(report)

        for part in report.parts:
            assert part.part in shown
        assert f"{report.score * 100:.1f}%" in shown
        assert "trial.yaml:27" in shown
        assert "inclusive for exclusive" in mutation_table(report, "en")

    def test_the_report_is_plain_data(self, cases: list[Case]) -> None:
        """
        As data the report can be written as YAML, and its counts add up.
        """
        data = mutate(PACK, cases, name="trial", jobs=1, inventory=INVENTORY).as_dict()

        assert yaml.safe_load(yaml.safe_dump(data)) == data
        assert data["mutants"] == data["killed"] + data["equivalent"] + data["survived"] == len(data["mutants_tried"])
        assert sum(data["killed_by"].values()) == data["killed"]
        assert sum(part["mutants"] for part in data["parts"]) == data["mutants"]


def test_dates_of_figures_are_moved() -> None:
    """
    A figure that began to hold on a day is tried a day later; one that always held is not.
    """
    text = PACK.replace("1900-01-01: 20万元", "2020-01-01: 20万元, 2025-01-01: 50万元")
    moved = [
        m for m in mutants_of(read_yaml(text, "t"), read_pack(text, "t")) if m.part == "$floor" and m.kind == "day"
    ]

    assert [(m.before, m.after) for m in moved] == [("2020-01-01", "2020-01-02"), ("2025-01-01", "2025-01-02")]
    values = planted(moved[1], read_yaml(text, "t")).parameters["floor"].values
    assert [day for day, _ in values] == [date(2020, 1, 1), date(2025, 1, 2)]
