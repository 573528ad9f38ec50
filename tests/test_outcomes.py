"""
Outcome coverage counts what cases show, of what can be reached, and of nothing else.
"""

from __future__ import annotations

import json
import random
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from govit_rules import evaluate
from govit_rules.conditions import DayFact, DayParameter
from govit_rules.errors import CaseError
from govit_rules.facts import STAGES
from govit_rules.formats import display_width
from govit_rules.library import load_pack_file
from govit_rules.pack_reader import read_pack
from govit_rules.testing.cases import Case, decide, with_figures
from govit_rules.testing.outcomes import (
    PARTS,
    Count,
    OutcomeCoverage,
    Row,
    coverage_html,
    coverage_table,
    outcome_coverage,
    outcome_of,
)
from govit_rules.testing.reach import SIDES, Reach, days_of
from govit_rules.testing.strategies import boundaries, project_of, random_project

if TYPE_CHECKING:
    from govit_rules.packs import Pack

DAY = date(2026, 11, 21)
DEMO = load_pack_file(Path(__file__).parent / "packs" / "demo.yaml")
TEXT = """
city: small
name: {zh: 小样市, en: Small}
division_code: "999998"
regulation: {title: 小样办法, effective: 2020-01-01}
parameters:
  floor: {article: 第一条, zh: 下限<含>, en: Floor, values: {2020-01-01: 20万元}}
  ceiling: {article: 第二条, zh: 上限, en: Ceiling, type: money, values: {2020-01-01: null}}
  wording: {article: 第三条, zh: 范围, en: Range, type: text, values: {2020-01-01: null}}
  trial: {article: 第四条, zh: 试用天数, en: Days of trial, values: {2020-01-01: 15}}
facts:
  defects: {type: bool, zh: 有缺陷, who: expert, stage: review}
  hurry: {type: bool, zh: 主张抢险, help: 由单位主张。, en: Emergency, who: owner, stage: planning, claim: true}
applies: {rule.S-1: true}
rules:
  S-1: {kind: threshold, article: 第一条, stage: any, severity: mandatory, scope: true, bearer: 单位,
    when: {funding.total_investment: ">= $floor"}, zh: {title: 够大}, en: {title: Large}}
  S-2: {kind: obligation, article: 第二条, stage: review, severity: mandatory, scope: true, bearer: 单位,
    when: {classified: false}, require: {funding.actual_investment: "<= $ceiling"},
    zh: {title: 不超上限, fix: 减}, en: {title: Within the ceiling, fix: Less}}
  S-3: {kind: obligation, article: 第三条, stage: any, severity: mandatory, scope: true, bearer: 单位,
    when: {classified: false, unpublished: wording}, require: {content.it_based: true},
    zh: {title: 范围之内, fix: 改}, en: {title: In range, fix: Change}}
  S-4: {kind: deadline, article: 第四条, stage: operation, severity: mandatory, scope: true, bearer: 单位,
    when: {contract.signed_on: happened, local.hurry: false},
    require: {contract.filed_on: "<= contract.signed_on + $trial d"},
    zh: {title: 按期报送, fix: 补报}, en: {title: Filed in time, fix: File it}}
  S-5: {kind: principle, article: 第五条, stage: review, severity: mandatory, scope: true, bearer: 单位,
    judged_by: 专家, when: {local.defects: true}, require: {judgement: 可以接受},
    zh: {title: 缺陷可以接受, fix: 改}, en: {title: Acceptable, fix: Change}}
  S-6: {kind: obligation, article: 第六条, stage: construction, severity: mandatory, scope: true, bearer: 单位,
    due: stage, require: {approval.initiation: approved}, from: 2020-01-01,
    zh: {title: 先立项, fix: 立项}, en: {title: Approved first, fix: Get approval}}
  S-7: {kind: principle, article: 第七条, stage: acceptance, severity: mandatory, scope: true, bearer: 单位,
    judged_by: 专家, when: {content.it_based: true}, require: {judgement: 合理},
    zh: {title: 合理, fix: 改}, en: {title: Sound, fix: Change}}
  S-8: {kind: prohibition, article: 第八条, stage: operation, severity: mandatory, scope: true, bearer: 单位,
    when: {stage: ">= operation", local.defects: true}, require: {classified: false},
    zh: {title: 有缺陷的不得涉密, fix: 改}, en: {title: Not classified, fix: Change}}
path:
  S-P1: {name: 评审, en: Review, actor: 专家, scope: true, when: {classified: false}, done_when: {review.result: passed},
    articles: [第五条], norms: [S-5]}
  S-P2: {name: 备案, en: Filing, actor: 单位, scope: true, articles: [第四条], norms: [S-4]}
articles: {}
"""
SMALL = read_pack(TEXT, "small.yaml")
UNTRIED = outcome_coverage(SMALL, [])


def case(facts: dict[str, Any] | None = None, *, pack: Pack = SMALL, **more: Any) -> Case:
    """
    A case with some facts by path; what it demands, and the rest, by keyword.
    """
    given = {key: more.pop(key) for key in ("figures", "as_of", "stage") if key in more}
    nested = json.loads(project_of(facts or {}).model_dump_json(exclude_none=True))
    return Case(
        city=pack.city,
        file=Path("small.yaml"),
        line=1,
        id=str(more.pop("id", "one")),
        why="",
        article="",
        text="",
        facts=nested,
        figures=given.get("figures", {}),
        as_of=given.get("as_of", DAY),
        stage=given.get("stage"),
        demanded=more,
    )


def row(found: OutcomeCoverage, part: str, of: str, containing: str = "") -> Row:
    (only,) = [row for row in found.part(part) if row.of == of and containing in row.text["zh"]]
    return only


def states(found: OutcomeCoverage, part: str, of: str, state: str, containing: str = "") -> set[str]:
    """
    What has a state in the row of a rule, step or figure.
    """
    return {value for value, told in row(found, part, of, containing).states.items() if told == state}


def shown(*cases: Case, part: str, of: str, containing: str = "") -> set[str]:
    return states(outcome_coverage(SMALL, cases), part, of, "shown", containing)


# ---------------------------------------------------------------------------------------------------------------------
# What can be reached

REACHED = {
    "S-1": {"met", "not_applicable", "unknown"},  # it classifies: never violated
    "S-2": {"met", "violated", "not_applicable", "unknown", "later_stage"},  # the ceiling can be filled in by a case
    "S-3": {"met", "not_applicable", "unknown"},  # whether it is within the wording nobody can tell: never violated
    "S-4": {"met", "violated", "not_applicable", "unknown", "not_due", "later_stage"},
    "S-5": {"not_applicable", "review", "later_stage"},  # a judgement is never given: neither met nor violated
    "S-6": {"met", "violated", "not_applicable", "unknown", "not_due"},  # open before its stage, so none stands in
    "S-7": {"not_applicable", "review", "unknown", "later_stage"},
    "S-8": {"met", "violated", "not_applicable", "unknown"},  # not borne before its stage; nobody is said to judge
}


@pytest.mark.parametrize("rule", REACHED)
def test_outcomes_that_can_be_reached(rule: str) -> None:
    """
    Of each rule just those outcomes are missing that some project, stage, figure and day brings about.
    """
    found = UNTRIED

    assert states(found, "outcome", rule, "missing") == REACHED[rule]
    assert states(found, "outcome", rule, "undecided") == set()


def test_whatever_a_project_comes_to_is_reachable() -> None:
    """
    No project, at whatever stage and with whatever figures, comes to something that is called unreachable.
    """
    days = days_of(DEMO, [DAY])
    reach, lot = Reach(DEMO, days), random.Random(7)  # noqa: S311 - a lot, no secret
    tables = {day: boundaries(DEMO, day) for day in days}
    figures = {"overrun_ceiling": "1000元", "oldest_year": "2024", "inventory_day": "2026-05-01", "trial_days": "3"}
    packs = (DEMO, with_figures(DEMO, figures))
    wrong = set()
    for number in range(250):
        day, pack = days[number * len(days) // 250], packs[number % 2]
        facts = random_project(tables[day], lot)
        decision = evaluate(project_of(facts), pack, as_of=day, stage=lot.choice((None, *STAGES)))
        for rule in DEMO.rules.values():
            outcome = outcome_of(decision, rule.id)
            wrong |= {(rule.id, outcome)} if reach.outcome(rule, outcome) is False else set()
        for step in decision.path:
            source = DEMO.path[step.step]
            wrong |= {(step.step, step.status)} if not reach.status(source, step.status) else set()
            wrong |= {(step.step, step.done)} if step.done is not None and not reach.done(source, step.done) else set()

    assert wrong == set()


def test_what_is_not_settled_is_neither_missing_nor_unreachable() -> None:
    """
    A review that rests on an answer of experts and on an unpublished wording is not decided, and not counted.
    """
    text = TEXT.replace(
        "judged_by: 专家, when: {local.defects: true}, require: {judgement: 可以接受}",
        "judged_by: 专家, when: {unpublished: wording}, require: {local.defects: false, judgement: 可以接受}",
    )
    found = outcome_coverage(read_pack(text, "small.yaml"), [])

    assert states(found, "outcome", "S-5", "undecided") == {"review"}
    assert found.count("outcome").undecided == 1
    assert "另有 1 项未证明到得了，不计" in coverage_table(found)


def test_steps_that_can_be_done() -> None:
    """
    A step that is always required is never not required; one that does not say when it is done is neither.
    """
    found = UNTRIED

    assert states(found, "status", "S-P1", "missing") == {"required", "not_required", "unknown"}
    assert states(found, "done", "S-P1", "missing") == {"done", "not_done"}
    assert states(found, "status", "S-P2", "missing") == {"required"}
    assert states(found, "done", "S-P2", "unreachable") == {"done", "not_done"}


def test_truths_that_can_be_reached() -> None:
    """
    A judgement and an unpublished wording are unknown for good; a claim is never unknown.
    """
    found = UNTRIED

    assert states(found, "condition", "S-5", "missing", "可以接受") == {"unknown"}
    assert states(found, "condition", "S-3", "missing", "范围") == {"unknown"}
    assert states(found, "condition", "S-4", "missing", "抢险") == {"true", "false"}
    assert states(found, "condition", "S-2", "missing", "涉密") == {"true", "false", "unknown"}


def test_sides_that_can_be_reached() -> None:
    """
    An amount can lie below, at and above a figure, also one that a case has to fill in, or not be given; what only the
    day of judging is held against is always given.
    """
    pack = read_pack(
        TEXT.replace("when: {classified: false}, done", 'when: {as_of: ">= $begun"}, done').replace(
            "  trial:",
            "  begun: {article: 第六条, zh: 施行之日, type: date, values: {1900-01-01: 2020-01-01}}\n  trial:",
        ),
        "small.yaml",
    )
    found = outcome_coverage(pack, [])

    assert states(found, "figure", "floor", "missing") == {"below", "at", "above", "not_given"}
    assert states(found, "figure", "ceiling", "missing") == {"below", "at", "above", "not_given"}
    assert states(found, "figure", "trial", "missing") == {"below", "at", "above", "not_given"}
    assert states(found, "figure", "begun", "missing") == {"below", "at", "above"}


def test_an_event_lies_before_a_day_to_come() -> None:
    """
    An event that has happened lies below a day that is still to come, never at or above it.
    """
    reach = Reach(DEMO, [date(2019, 11, 21)])
    sides = [
        reach.side(DayFact("contract.signed_on", "event_date"), DayParameter("commencement"), each) for each in SIDES
    ]

    assert sides == [True, False, False, True]


# ---------------------------------------------------------------------------------------------------------------------
# What cases show


def test_only_what_a_case_expects_is_shown() -> None:
    """
    A case shows the outcome of the rule that it names, and nothing of the rules that it passes through.
    """
    found = outcome_coverage(
        SMALL, [case({"classified": True, "funding.total_investment": "30万元"}, expect={"S-1": "met"})]
    )

    assert states(found, "outcome", "S-1", "shown") == {"met"}
    assert states(found, "outcome", "S-2", "shown") == set()
    assert states(found, "condition", "S-2", "shown", "涉密") == set()
    assert states(found, "status", "S-P1", "shown") == set()


def test_a_case_that_fails_shows_nothing() -> None:
    """
    Where the pack says otherwise than a case demands, of the outcome, its needs, its day or a step, nothing is shown.
    """
    wrong = (
        case({"funding.total_investment": "1元"}, expect={"S-1": "met"}),
        case(expect={"S-1": "unknown"}, needs={"S-1": ["classified"]}),
        case({"contract.signed_on": "2026-11-20", "contract.filed_on": False}, due={"S-4": "2026-12-06"}),
        case(violations=["S-1"]),
        case({"classified": True}, path={"S-P1": "required"}),
        case({"review.result": "failed"}, done={"S-P1": True}, path={"S-P1": "unknown"}),
        case({"funding.total_investment": "1元"}, applies="yes"),
    )
    found = outcome_coverage(SMALL, wrong)

    assert [row for row in found.rows if row.cases] == []


def test_needs_alone_show_tests_but_no_outcome() -> None:
    """
    A case that only says what a rule needs shows the truths of its tests, not what it comes out as.
    """
    told = case(needs={"S-1": ["funding.total_investment"]})

    assert shown(told, part="condition", of="S-1") == {"unknown"}
    assert shown(told, part="outcome", of="S-1") == set()
    assert shown(told, part="figure", of="floor") == {"not_given"}


def test_the_two_kinds_of_pending() -> None:
    """
    Pending shows *not yet due* where it can still be done, and *later stage* where it stands in for *unknown*, also
    where only a judgement is missing and no need is named.
    """
    ahead = case({"contract.signed_on": "2026-11-20", "contract.filed_on": False}, due={"S-4": "2026-12-05"})
    unknown = case({"contract.signed_on": "2026-01-01"}, stage="planning", expect={"S-4": "pending"})
    judged = case({"content.it_based": True}, stage="planning", expect={"S-7": "pending"})

    assert shown(ahead, part="outcome", of="S-4") == {"not_due"}
    assert shown(unknown, part="outcome", of="S-4") == {"later_stage"}
    assert shown(judged, part="outcome", of="S-7") == {"later_stage"}


def test_violations_are_expected_outcomes() -> None:
    """
    A rule that a case lists among the violations is expected to be violated.
    """
    told = case({"approval.initiation": "none"}, stage="construction", violations=["S-6"])

    assert decide(told, SMALL)["S-6"].outcome == "violated"
    assert shown(told, part="outcome", of="S-6") == {"violated"}


@pytest.mark.parametrize(
    ("amount", "side", "outcome"),
    [
        ("199999.99元", "below", "not_applicable"),
        ("20万元", "at", "met"),
        ("200000.01元", "above", "met"),
        (None, "not_given", "unknown"),
    ],
)
def test_sides_of_a_figure(amount: str | None, side: str, outcome: str) -> None:
    """
    One fen decides on which side of a figure an amount lies.
    """
    told = case({"funding.total_investment": amount} if amount else {}, expect={"S-1": outcome})

    assert shown(told, part="figure", of="floor") == {side}


@pytest.mark.parametrize(
    ("filed", "side"), [("2026-01-15", "below"), ("2026-01-16", "at"), ("2026-01-17", "above"), (False, None)]
)
def test_days_counted_by_a_figure(filed: Any, side: str | None) -> None:
    """
    A day is held against the last day that a figure gives; an event that has not happened is on no side.
    """
    told = case({"contract.signed_on": "2026-01-01", "contract.filed_on": filed}, expect={"S-4": "met"})
    got = decide(told, SMALL)["S-4"].outcome
    told = case({"contract.signed_on": "2026-01-01", "contract.filed_on": filed}, expect={"S-4": got})

    assert shown(told, part="figure", of="trial") == ({side} if side else set())


def test_figures_that_a_case_fills_in() -> None:
    """
    A figure that is not published is on a side where a case fills it in, and not given where none does.
    """
    facts = {"classified": False, "funding.actual_investment": "5元"}

    assert shown(case(facts, expect={"S-2": "unknown"}), part="figure", of="ceiling") == {"not_given"}
    filled = case(facts, figures={"ceiling": "5元"}, expect={"S-2": "met"})
    assert shown(filled, part="figure", of="ceiling") == {"at"}


def test_steps_are_shown_apart() -> None:
    """
    A case shows whether a step is required and whether it is done only as far as it says so.
    """
    facts = {"classified": False, "review.result": "passed"}

    assert shown(case(facts, path={"S-P1": "required"}), part="status", of="S-P1") == {"required"}
    assert shown(case(facts, path={"S-P1": "required"}), part="done", of="S-P1") == set()
    assert shown(case(facts, done={"S-P1": True}), part="done", of="S-P1") == {"done"}
    assert shown(case(facts, done={"S-P1": True}), part="status", of="S-P1") == set()


def test_the_first_case_is_named() -> None:
    """
    Each thing shown names the first case that shows it.
    """
    cases = [
        case({"funding.total_investment": "1万元"}, id=name, expect={"S-1": "not_applicable"}) for name in ("a", "b")
    ]
    found = outcome_coverage(SMALL, cases)

    assert row(found, "outcome", "S-1").cases == {"not_applicable": "small/small:a"}


def test_a_decision_may_come_with_its_case() -> None:
    """
    Cases count the same with decisions that were made before.
    """
    cases = [
        case({"funding.total_investment": "1万元"}, expect={"S-1": "not_applicable"}),
        case(expect={"S-1": "unknown"}),
    ]

    assert outcome_coverage(SMALL, [(each, decide(each, SMALL)) for each in cases]) == outcome_coverage(SMALL, cases)


def test_a_case_that_names_nothing_is_an_error() -> None:
    """
    A case of a rule that does not exist is refused, not passed over.
    """
    with pytest.raises(CaseError, match="S-9"):
        outcome_coverage(SMALL, [case(expect={"S-9": "met"})])


# ---------------------------------------------------------------------------------------------------------------------
# Totals and reports


@pytest.mark.parametrize(("count", "percent"), [((0, 0), 100.0), ((1999, 2000), 99.9), ((2, 3), 66.6), ((3, 3), 100.0)])
def test_percentages_are_rounded_down(count: tuple[int, int], percent: float) -> None:
    """
    There is no hundred per cent while anything is missing.
    """
    assert Count(*count).percent == percent


def test_totals_are_sums_of_the_rows() -> None:
    """
    Parts add up to the whole, and each state of each row is counted once.
    """
    found = outcome_coverage(SMALL, [case(expect={"S-1": "unknown"}, path={"S-P1": "unknown"})])
    data = json.loads(json.dumps(found.as_dict(), ensure_ascii=False))
    told = [state for each in data["rows"] for state in each["states"].values()]

    assert data["shown"] == sum(part["shown"] for part in data["parts"].values()) == told.count("shown") == 4
    assert data["reachable"] == sum(part["reachable"] for part in data["parts"].values())
    assert data["reachable"] == told.count("shown") + told.count("missing")
    assert data["percent"] == found.percent == found.count().percent < 100
    assert {each["part"] for each in data["rows"]} == set(data["parts"]) == set(PARTS)


def test_the_table_lists_what_is_missing() -> None:
    """
    The table has a line for each row with something missing, none for others, and the totals last; its columns are
    aligned.
    """
    amounts = {"200000.00元": "met", "1万元": "not_applicable", "21万元": "met", None: "unknown"}
    cases = [
        case({"funding.total_investment": each} if each else {}, expect={"S-1": told}) for each, told in amounts.items()
    ]
    found = outcome_coverage(SMALL, cases)
    first, _, head, *lines, _, last = coverage_table(found).splitlines()

    assert first == "小样市  小样办法  4 个用例"
    assert len(lines) == len(found.missing)
    assert not any(" S-1 " in line or " floor " in line for line in lines)
    assert last.startswith(f"合计 {found.count().shown}/{found.count().reachable} {found.percent:.1f}%")
    column = display_width(head[: head.index("缺的")])
    starts = [
        display_width(line[: re.search(r"(符合|违反|不|人工|未到|成立|须走|已办|未办|正好)", line[20:]).start() + 20])
        for line in lines
    ]  # type: ignore[union-attr]
    assert set(starts) == {column}


def test_nothing_missing_is_said() -> None:
    """
    Where nothing is missing the table says so, in both languages.
    """
    full = OutcomeCoverage("small", {"zh": "小样市", "en": "Small"}, "小样办法", 1, (DAY,), ())

    assert "到得了的都有用例" in coverage_table(full)
    assert "all that can be reached is shown" in coverage_table(full, "en")


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += attrs
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_stands_alone_and_reads_without_colour() -> None:
    """
    The page names no other file and runs nothing; its tags match, names are text, and each state has a sign of its own.
    """
    found = outcome_coverage(SMALL, [case(expect={"S-1": "unknown"})])
    page = _Page()
    text = coverage_html([found, UNTRIED])
    page.feed(text)

    assert page.open == []
    assert {name for name, _ in page.attributes}.isdisjoint(("src", "onclick", "style"))
    assert all((value or "").startswith("#") for name, value in page.attributes if name == "href")
    assert "下限<含>" in page.text
    assert "<含>" not in text
    in_legend = 1
    assert page.text.count("✗ 缺用例") == in_legend + sum(
        len(row.missing) for each in (found, UNTRIED) for row in each.rows
    )
    assert page.text.count("✓") == in_legend + found.count().shown


def test_reports_in_english() -> None:
    """
    Both reports come in English, Chinese names of articles and the title aside.
    """
    found = UNTRIED

    assert "outcomes of rules 0/" in coverage_table(found, "en")
    assert "Floor: " in coverage_table(found, "en")
    assert '<html lang="en">' in coverage_html([found], "en")
