"""
What people see of a tracked project: its page, the overview of many, the events of a pack; whole lives as golden files.

    python tests/test_track_text.py --write      writes tests/golden_lives anew; read the diff before keeping it
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from govit_rules import load_pack
from govit_rules.chronicle import NOTICES, Notice
from govit_rules.conditions import ALWAYS, AllOf
from govit_rules.deadlines import STATUS_ZH, Deadline
from govit_rules.decision import CONCLUSIONS
from govit_rules.events import read_events, records_of
from govit_rules.formats import Layout, display_width
from govit_rules.library import load_pack_file, shipped_packs
from govit_rules.lifecycle import track
from govit_rules.track_export import as_data
from govit_rules.track_text import (
    OverviewRow,
    articles_of,
    event_data,
    event_table,
    overview,
    standing_of,
    text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govit_rules import Pack
    from govit_rules.lifecycle import Track

ROOT = Path(__file__).parent.parent
GOLDEN = ROOT / "tests" / "golden_lives"
PACK = load_pack_file(ROOT / "tests" / "packs" / "tracked.yaml")
FACTS = {"name": "智慧水务", "owner": {"level": "municipal"}, "planning": {"plan_year": 2024}}
START = {"date": "2023-08-01", "event": "补充资料", "facts": FACTS}
PASSED = {"review": {"result": "passed"}}


def tracked(*events: dict[str, Any], as_of: str, pack: Pack = PACK, **how: Any) -> Track:
    return track(records_of(events, pack), pack, as_of=date.fromisoformat(as_of), **how)


def page(found: Track, lang: str = "zh", **how: Any) -> str:
    return text(found, Layout(lang=lang, width=100), **how)


def section(told: str, title: str) -> str:
    """
    One section of a page: what stands below a title, up to the next empty line.
    """
    (found,) = re.findall(rf"^{title}(?:   [^\n]*)?\n(.*?)(?:\n\n|\n\Z)", told, re.DOTALL | re.MULTILINE)
    return found


def unwrapped(told: str) -> str:
    return re.sub(r"\s+", "", told)


# ---------------------------------------------------------------------------------------------------------------------
# Whole lives


def lives() -> Iterator[tuple[str, Path, Pack]]:
    """
    The lives whose pages are kept: that of the fictional city, which is full of oddities, and the examples.
    """
    yield "tracked-life", ROOT / "tests" / "lives" / "tracked.jsonl", PACK
    for path in sorted((ROOT / "examples").glob("*-life.jsonl")):
        yield path.stem, path, load_pack(path.stem.removesuffix("-life"))


def outputs(name: str, path: Path, pack: Pack) -> dict[str, str]:
    """
    The golden files of a life, judged on the day of its last event but, in the fictional one, before that.
    """
    records = read_events(path.read_bytes(), pack)
    last = max(record.day for record in records)
    found = track(records, pack, as_of=date(2024, 6, 20) if name == "tracked-life" else last)
    data = as_data(found)
    data["pack"]["digest"] = "…"
    return {
        f"{name}.zh.txt": page(found),
        f"{name}.en.txt": page(found, "en"),
        f"{name}.json": json.dumps(data, ensure_ascii=False, indent=1) + "\n",
    }


@pytest.mark.parametrize(("name", "path", "pack"), [pytest.param(*each, id=each[0]) for each in lives()])
def test_lives_are_shown_as_kept(name: str, path: Path, pack: Pack) -> None:
    """
    The page of a life, in both languages, and its JSON are those of the golden files.
    """
    for file, content in outputs(name, path, pack).items():
        assert (GOLDEN / file).read_text(encoding="utf-8") == content, file


def test_no_golden_life_is_left_over() -> None:
    """
    Every golden file belongs to a life.
    """
    wanted = {f"{name}.{ending}" for name, _, _ in lives() for ending in ("zh.txt", "en.txt", "json")}

    assert {path.name for path in GOLDEN.iterdir()} == wanted


# ---------------------------------------------------------------------------------------------------------------------
# The page


class TestHead:
    """
    What is said first: regulation, day, project, and how the record is read.
    """

    def test_regulation_day_and_project(self) -> None:
        """
        The page begins with the regulation and the day of judging, then the project and its money.
        """
        facts = {**FACTS, "funding": {"total_investment": "3200万元"}}
        told = page(tracked({**START, "facts": facts}, as_of="2023-08-02")).splitlines()

        assert told[0].startswith("跟踪市信息化项目办法 跟府办〔2020〕2号")
        assert told[0].endswith("判定日 2023-08-02")
        assert told[1] == "智慧水务  总投资 3200万元"

    def test_the_record_names_a_project_that_its_facts_do_not(self) -> None:
        """
        Without a name among the facts the one of the record is shown; without both, that there is none.
        """
        found = tracked({"date": "2023-08-01", "event": "放弃"}, as_of="2023-08-02")

        assert page(found, name="乙项目").splitlines()[1] == "乙项目"
        assert page(found).splitlines()[1] == "（没有填项目名称）"
        assert page(found, "en").splitlines()[1] == "(no project name)"

    @pytest.mark.parametrize(
        ("partial", "zh", "en"),
        [
            (False, "没有记录的事件按没有发生处理", "has not happened"),
            (True, "没有记录的事件按不知道处理", "is unknown"),
        ],
    )
    def test_how_gaps_are_read(self, partial: bool, zh: str, en: str) -> None:
        """
        One line says whether what is not recorded has not happened or is unknown.
        """
        found = tracked(START, as_of="2023-08-02", partial=partial)

        assert zh in page(found).splitlines()[2]
        assert en in page(found, "en").splitlines()[2]


class TestState:
    """
    State, stage, and what the decision comes to.
    """

    def test_a_state_with_a_stage_and_one_without(self) -> None:
        """
        The state is told with its stage; an end outside the regulation has none.
        """
        gone = tracked(START, {"date": "2023-08-05", "event": "放弃"}, as_of="2023-08-06")

        assert "状态：拟议（阶段 谋划）" in page(tracked(START, as_of="2023-08-02"))
        assert "状态：不再实施（没有阶段）" in page(gone)
        assert "State: 不再实施 (no stage)" in page(gone, "en")

    def test_each_conclusion_has_its_words(self) -> None:
        """
        不符合, 不能判断 and 未发现不符合 come out for exit codes 1, 3 and 0; none of them approves.
        """
        broken = tracked(START, {"date": "2023-09-01", "event": "开工"}, as_of="2023-09-02")
        open_ = tracked({"date": "2023-08-01", "event": "补充资料"}, as_of="2023-08-02")
        fine = tracked({**START, "facts": {**FACTS, "owner": {"level": "county"}}}, as_of="2023-08-02")

        for found, code in ((broken, 1), (open_, 3), (fine, 0)):
            assert found.exit_code == code
            assert f"合规意见：{CONCLUSIONS[code][0]}" in page(found).splitlines()
            assert f"Opinion: {CONCLUSIONS[code][1]}" in page(found, "en").splitlines()
        assert [CONCLUSIONS[code][0] for code in (1, 3, 0)] == ["不符合", "不能判断", "未发现不符合"]
        assert not any(word in told for told, _ in CONCLUSIONS.values() for word in ("通过", "批准"))

    def test_the_counts(self) -> None:
        """
        Breaches not mended, rules that cannot be judged, deadlines that run or were missed: authorities' own not among
        them.
        """
        found = tracked(
            START,
            {"date": "2023-09-01", "event": "开工"},
            {"date": "2023-09-05", "event": "书面申报", "documents": ["项目申报（申请）表"]},
            as_of="2023-11-20",
        )

        told = page(found)
        still = [each for each in found.breaches if each.binding and each.cured_on is None]
        assert f"违反而未纠正 {len(still)}  " in told
        assert any(not each.counts and each.status == "missed" for each in found.deadlines)
        missed = sum(each.counts and each.status == "missed" for each in found.deadlines)
        assert f"逾期 {missed}" in told.splitlines()[6]


class TestNext:
    """
    What can happen next.
    """

    def test_event_actor_and_where_it_leads(self) -> None:
        """
        Each event is told with who does it, the state it leads to, and its clause.
        """
        told = section(page(tracked(START, as_of="2023-08-02")), "接下来可以发生的事件")

        assert "✓ 书面申报 ─ 申报单位 → 已申报" in told
        assert "依据：第二条第(一)项 (TR-2-a)" in told
        assert "✓ 放弃 ─ 申报单位 → 不再实施" in told

    @pytest.mark.parametrize(
        ("result", "partial", "mark", "words"),
        [
            ("passed", False, "✓", ""),
            ("failed", False, "✗", "条件现在不成立：评审结果是 通过"),
            (None, True, "?", "条件不能判断，缺 评审结果：评审结果是 通过"),
        ],
    )
    def test_whether_the_condition_holds(self, result: str | None, partial: bool, mark: str, words: str) -> None:
        """
        A condition holds, does not, or cannot be judged for want of what is named; what it asks is said.
        """
        facts = {} if result is None else {"review": {"result": result}}
        event = {"date": "2023-08-10", "event": "书面申报", "facts": facts}
        told = section(page(tracked(START, event, as_of="2023-08-11", partial=partial)), "接下来可以发生的事件")

        assert f"{mark} 立项 ─ 主管部门 → 已立项" in told
        assert words in told
        assert "评审通过才立项" in told

    def test_a_condition_of_several_parts_is_a_list(self) -> None:
        """
        Each part of a condition that does not hold stands on a line of its own.
        """
        pack = PACK
        assert pack.lifecycle is not None
        parts = AllOf(tuple(each.when for each in pack.lifecycle.transitions if each.when != ALWAYS))
        transitions = tuple(
            replace(each, when=parts) if each.event == "立项" else each for each in pack.lifecycle.transitions
        )
        pack = replace(pack, lifecycle=replace(pack.lifecycle, transitions=transitions))
        found = tracked(START, {"date": "2023-08-10", "event": "书面申报"}, as_of="2023-08-11", pack=pack)
        told = section(page(found), "接下来可以发生的事件").splitlines()

        assert told[1] == "    条件现在不成立"
        assert told[2].startswith("      ")
        assert sum("评审结果" in line or "立项状态" in line or "验收材料" in line for line in told) == 3

    def test_an_event_that_leaves_the_state(self) -> None:
        """
        An event that leads to the same state says so.
        """
        found = tracked(START, {"date": "2023-09-10", "event": "验收合格"}, as_of="2023-09-11")

        assert "报送验收资料 ─ 项目单位 → 状态不变" in page(found)
        assert "报送验收资料 ─ 项目单位 → state unchanged" in page(found, "en")

    def test_the_end(self) -> None:
        """
        After a last state it is said that nothing is provided for.
        """
        found = tracked(START, {"date": "2023-08-05", "event": "放弃"}, as_of="2023-08-06")

        assert "这个状态之后没有规定事件" in page(found)
        assert "no event is provided for after this state" in page(found, "en")

    def test_who_does_it_is_not_said(self) -> None:
        """
        Where the pack does not say who does an event, that is said, and nobody is made up.
        """
        found = tracked(START, as_of="2023-08-02")
        found = replace(found, next=(replace(found.next[0], by=()),))

        assert "由谁办没有规定" in page(found)
        assert "by whom is not said" in page(found, "en")

    def test_norms_that_are_no_rules_have_their_clause(self) -> None:
        """
        A transition may cite a norm that the pack keeps among its reasons.
        """
        pack = next(pack for pack in map(load_pack, shipped_packs()) if any(pack.reasons.values()))
        article = next(article for article, norms in pack.reasons.items() if norms)
        norm = next(iter(pack.reasons[article]))

        assert articles_of(pack, [norm, norm, "no-such"]) == (article,)


class TestBreaches:
    """
    What was broken: day, clause, severity, message, by what, and since when not.
    """

    def test_by_an_event_and_mended(self) -> None:
        """
        未批先建 is told with its day, clause, severity, values, the event with its line, and the day it was mended.
        """
        found = tracked(
            START,
            {"date": "2023-09-01", "event": "开工"},
            {"date": "2023-09-10", "event": "立项"},
            as_of="2023-09-11",
        )
        told = section(page(found), "违反")

        assert "✓ 2023-09-01  第三条第(一)项 [拦截]  未经立项不得开工" in told
        assert "TR-3-a" in told
        assert "立项状态：未申请（应为“已批准”）" in told
        assert "由第 2 行“开工”引起；2023-09-10 起不再违反" in told
        assert "by line 2, “开工”; no longer violated from 2023-09-10" in page(found, "en")

    def test_what_is_not_mended_comes_first(self) -> None:
        """
        Breaches not mended stand before those that are, each group by day.
        """
        found = tracked(
            START,
            {"date": "2023-09-01", "event": "开工"},
            {"date": "2023-09-10", "event": "立项"},
            {"date": "2023-09-12", "event": "验收合格"},
            as_of="2023-11-20",
        )
        marks = re.findall(r"^  ([✗✓]) (\S+)", section(page(found), "违反"), re.MULTILINE)

        assert len({mark for mark, _ in marks}) == 2
        assert marks == sorted(marks, key=lambda each: (each[0] == "✓", each[1]))

    def test_time_ran_out(self) -> None:
        """
        A deadline that passed without an event has none to blame.
        """
        found = tracked(START, {"date": "2023-09-12", "event": "验收合格"}, as_of="2023-10-01")

        assert "✗ 2023-09-28  第四条  验收合格后15日内报送资料" in page(found)
        assert "时限已过" in section(page(found), "违反")
        assert "time ran out" in page(found, "en")

    def test_so_from_the_start(self) -> None:
        """
        What the facts given at the start break already is no event's fault, nor time's.
        """
        given = {"owner": {"level": "municipal"}, "construction": {"started_on": "2023-01-01"}}
        found = tracked({"date": "2023-08-01", "event": "补充资料"}, as_of="2023-08-02", given=given)

        assert "一开始就是如此" in section(page(found), "违反")
        assert "so from the start" in page(found, "en")

    def test_duties_of_authorities_are_apart(self) -> None:
        """
        An authority's own breach is said not to count against the project.
        """
        found = tracked(START, {"date": "2023-08-10", "event": "书面申报"}, as_of="2023-08-31")

        assert "机关的职责（主管部门），不计入项目" in page(found)
        assert "an authority's duty (主管部门), not counted against the project" in page(found, "en")

    def test_advice_is_marked(self) -> None:
        """
        A breach of advice is marked 提示 and said not to change the conclusion.
        """
        event = {"date": "2023-09-12", "event": "投入使用", "facts": {"local": {"hired": False}}}
        found = tracked(START, event, as_of="2023-09-13")

        assert "第五条第(二)项 [提示]  宜聘请专业运维" in page(found)
        assert "不影响结论" in page(found)
        assert "does not change the opinion" in page(found, "en")

    def test_none(self) -> None:
        """
        Where nothing was broken, nothing is due and nothing runs, each section says so.
        """
        gone = {**START, "facts": {"owner": {"level": "county"}}}
        told = page(tracked(gone, as_of="2023-08-02"))

        for title in ("违反", "期限", "今后 30 天到期"):
            assert section(told, title) == "  没有"


AS_OF = date(2024, 5, 10)


def deadline(**how: Any) -> Deadline:
    given: dict[str, Any] = {
        "rule": "TR-4-a",
        "article": "第四条",
        "title": "报送",
        "title_en": "File",
        "bearer": "项目单位",
        "counts": True,
        "severity": "mandatory",
        "event": "acceptance.filed_on",
        "since": date(2024, 5, 1),
        "opens_on": None,
        "due_on": date(2024, 5, 16),
        "done_on": None,
        "status": "running",
    }
    return Deadline(**{**given, **how})


class TestDeadlines:
    """
    Time limits: clause, since, first day, due, where it stands, whose.
    """

    @pytest.mark.parametrize(
        ("how", "zh", "en"),
        [
            ({}, "还有 6 天", "6 days left"),
            ({"due_on": date(2024, 5, 11)}, "还有 1 天", "1 day left"),
            ({"due_on": AS_OF}, "今天到期", "due today"),
            ({"due_on": date(2024, 5, 9)}, "已过 1 天，还不算逾期", "1 day past, not yet missed"),
            ({"due_on": date(2024, 5, 8)}, "已过 2 天，还不算逾期", "2 days past, not yet missed"),
            ({"opens_on": date(2024, 5, 12)}, "还有 6 天，2 天后才可办", "6 days left, opens in 2"),
            ({"opens_on": AS_OF}, "还有 6 天", "6 days left"),
            ({"status": "met", "done_on": date(2024, 5, 9)}, "2024-05-09 已按时办", "done in time on 2024-05-09"),
            ({"status": "met"}, "已办", "done"),
            # kept by another event: the last one of several need not be the one that was in time
            ({"status": "met", "done_on": date(2024, 6, 1)}, "已办", "done"),
            ({"status": "missed", "due_on": date(2024, 5, 9)}, "逾期 1 天", "1 day late"),
            (
                {"status": "missed", "due_on": date(2024, 5, 5), "done_on": date(2024, 5, 7)},
                "2024-05-07 办，逾期 2 天",
                "done on 2024-05-07, 2 days late",
            ),
            (
                {"status": "missed", "opens_on": date(2024, 5, 12), "done_on": date(2024, 5, 9)},
                "2024-05-09 办，早了 3 天",
                "done on 2024-05-09, 3 days too early",
            ),
            ({"status": "missed"}, "逾期", "missed"),
            ({"status": "unknown"}, "不能判断", "cannot be judged"),
            ({"status": "ended"}, "不再适用", "fell away"),
        ],
    )
    def test_where_it_stands(self, how: dict[str, Any], zh: str, en: str) -> None:
        """
        Days left, days late, too early, done in time, today: each has its words.
        """
        assert standing_of(deadline(**how), AS_OF) == (zh, en)

    def test_every_status_has_words(self) -> None:
        """
        No status of a deadline is without words in either language.
        """
        for status in STATUS_ZH:
            assert all(standing_of(deadline(status=status), AS_OF))

    def test_the_table(self) -> None:
        """
        A row has clause, start, first day, due day, standing and whose; title and rule stand below it.
        """
        found = tracked(START, {"date": "2024-01-10", "event": "投入使用"}, as_of="2024-05-01")
        told = section(page(found), "期限").splitlines()

        at = next(i for i, line in enumerate(told) if "第五条第(一)项" in line)
        assert told[0].split() == ["条款", "起算", "首日", "到期", "状态", "谁的"]
        assert told[at].split() == [
            "第五条第(一)项",
            "2024-01-10",
            "2024-04-10",
            "2024-07-10",
            "还有",
            "70",
            "天",
            "项目单位",
        ]
        assert told[at + 1].split() == ["投入使用3至6个月内自评价", "TR-5-a"]

    def test_columns_are_aligned(self) -> None:
        """
        The day due begins at the same column in every row, Chinese characters counted double.
        """
        found = tracked(
            START,
            {"date": "2023-08-10", "event": "书面申报"},
            {"date": "2023-09-12", "event": "验收合格"},
            as_of="2023-09-13",
        )
        rows = section(page(found), "期限").splitlines()[1::2]
        since = re.compile(r"  (?:20\d\d-\d\d-\d\d|- {9})  (?=20)")
        starts = {display_width(row[: found.end()]) for row in rows if (found := since.search(row))}

        assert len(rows) > 2
        assert len(starts) == 1

    def test_no_column_without_use(self) -> None:
        """
        The column of first days is left out where no deadline has one.
        """
        found = tracked(START, {"date": "2023-08-10", "event": "书面申报"}, as_of="2023-08-11")

        assert section(page(found), "期限").splitlines()[0].split() == ["条款", "起算", "到期", "状态", "谁的"]

    def test_authorities_own_are_marked(self) -> None:
        """
        A clock that an authority must keep is marked 机关.
        """
        found = tracked(START, {"date": "2023-08-10", "event": "书面申报"}, as_of="2023-08-11")

        assert "主管部门（机关）" in section(page(found), "期限")
        assert "主管部门 (authority)" in page(found, "en")

    def test_several_of_one_rule_are_told_apart(self) -> None:
        """
        Where a rule has several time limits, each names the fact by which it is met.
        """
        found = tracked(START, as_of="2024-05-10")
        both = (deadline(), deadline(event="acceptance.completed_on"))

        assert "报送 ─ " not in section(page(replace(found, deadlines=both[:1])), "期限")
        assert "报送 ─ 验收材料报送日期" in page(replace(found, deadlines=both))
        assert "报送 ─ 竣工验收日期" in page(replace(found, deadlines=both))

    def test_past_ones_stand_apart(self) -> None:
        """
        Deadlines that are over and not of the present facts are listed below.
        """
        found = replace(tracked(START, as_of="2024-05-10"), past=(deadline(status="ended"),))

        assert "已经过去的：" in page(found)
        assert "不再适用" in page(found)
        assert "Past ones:" in page(found, "en")

    def test_what_falls_due(self) -> None:
        """
        What falls due within the days asked for is listed with clause, whose, and days left; what falls later is not.
        """
        found = tracked(START, {"date": "2023-08-10", "event": "书面申报"}, as_of="2023-08-11")
        soon, later = page(found, within=6), page(found, within=5)

        assert "2023-08-17  第二条第(二)项  5个工作日内答复 ─ 主管部门（机关）；还有 6 天" in soon
        assert section(later, "今后 5 天到期") == "  没有"
        assert "\nDue in the next 1 day\n" in page(found, "en", within=1)
        assert "Due in the next 6 days" in page(found, "en", within=6)


class TestPassages:
    """
    Every event, in the order of the record.
    """

    def test_every_event_is_there(self) -> None:
        """
        Each line of the record has its row, with line, day, mark, event and actor; states where they changed.
        """
        found = tracked(
            {**START, "actor": "申报单位"},
            {"date": "2023-09-01", "event": "开工", "actor": "项目单位"},
            {"date": "2023-09-20", "event": "验收", "facts": {"acceptance": {"result": "passed"}}},
            {"date": "2023-09-20", "event": "验收", "facts": {"acceptance": {"result": "passed"}}},
            as_of="2023-09-21",
        )
        told = section(page(found), "经过").splitlines()

        assert told == [
            "  1  2023-08-01  ·  补充资料 ─ 申报单位",
            "  2  2023-09-01  !  开工 ─ 项目单位",
            "      拟议 → 建设中；越过 书面申报、立项",
            "  3  2023-09-20  ✓  验收（作“验收合格”）",
            "      建设中 → 验收合格",
            "  4  2023-09-20  -  验收",
        ]
        assert "验收 (taken as “验收合格”)" in page(found, "en")
        assert "passing over 书面申报, 立项" in page(found, "en")

    def test_the_marks_are_explained(self) -> None:
        """
        The legend names every mark in both languages.
        """
        found = tracked(START, as_of="2023-08-02")

        assert "经过   ✓ 照规定  ! 不照规定  · 只记录  - 不算" in page(found)
        assert "✓ as provided for  ! not as provided for  · recorded only  - not counted" in page(found, "en")

    def test_no_events(self) -> None:
        """
        An empty record says so.
        """
        assert section(page(tracked(as_of="2023-08-02")), "经过") == "  没有事件"
        assert "no events" in page(tracked(as_of="2023-08-02"), "en")


@pytest.mark.parametrize("kind", NOTICES)
def test_every_oddity_is_told_with_its_line(kind: str) -> None:
    """
    Each kind of notice comes out as its sentence, after the number of its line, in both languages.
    """
    about = dict.fromkeys(
        (
            "other",
            "day",
            "fact",
            "before",
            "after",
            "event",
            "near",
            "choices",
            "state",
            "skipped",
            "near_en",
            "skipped_en",
            "needs_en",
        ),
        "某",
    )
    notice = Notice(kind, 7, {**about, "needs": "某", "as_of": AS_OF})
    found = replace(tracked(START, as_of="2023-08-02"), notices=(notice,))

    assert unwrapped(f"第 7 行：{notice.text()}") in unwrapped(section(page(found), "记录中的问题"))
    assert unwrapped(f"line 7: {notice.text('en')}") in unwrapped(section(page(found, "en"), "Oddities in the record"))


def test_what_cannot_be_judged_is_told_with_what_is_missing() -> None:
    """
    Each fact for want of which a rule of the decision is unknown stands there with the rule; where none is, nothing.
    """
    found = tracked(
        {"date": "2023-08-01", "event": "补充资料", "facts": {"name": "智慧水务"}}, as_of="2023-08-02", partial=True
    )
    unknown = [verdict for verdict in found.decision.verdicts if verdict.outcome == "unknown"]
    told = section(page(found), "不能判断，缺的事实")

    assert unknown
    for verdict in unknown:
        assert all(f"({need})" in told for need in verdict.needs)
    assert "owner.level" in told
    assert "owner.level" in section(page(found, "en"), "Cannot be judged: missing facts")
    complete = tracked(START, as_of="2023-08-02")
    assert not any(verdict.outcome == "unknown" for verdict in complete.decision.verdicts)
    assert "缺的事实" not in page(complete)


def test_what_is_owed_stands_apart_from_what_is_broken() -> None:
    """
    A duty without a day is no line among the breaches; it has its own, with the day on which it was done, if it was.
    """
    usual = replace(life(), breaches=tuple(replace(each, undated=False) for each in life().breaches))
    rule = usual.breaches[0].rule
    owed = replace(usual, breaches=tuple(replace(each, undated=each.rule == rule) for each in usual.breaches))

    assert rule in section(page(usual), "违反")
    assert "应办而条文没有写期限" not in page(usual)
    assert rule not in section(page(owed), "违反")
    assert rule in section(page(owed), "应办而条文没有写期限")


@pytest.mark.parametrize(
    ("became", "mark", "words"),
    [("met", "✓", "起不再违反"), ("not_applicable", "✓", "起不再适用"), ("unknown", "?", "起不能判断")],
)
def test_how_a_breach_ended(became: str, mark: str, words: str) -> None:
    """
    What can no longer be judged is not called mended, nor what binds no more.
    """
    breach = replace(life().breaches[0], cured_on=date(2024, 2, 1), became=became)
    told = section(page(replace(life(), breaches=(breach,))), "违反")

    assert told.lstrip().startswith(mark)
    assert f"2024-02-01 {words}" in told


def test_a_record_without_oddities_has_no_such_section() -> None:
    """
    Where nothing is odd, nothing is said of oddities.
    """
    assert "记录中的问题" not in page(tracked(START, as_of="2023-08-02"))


# ---------------------------------------------------------------------------------------------------------------------
# Layout


def life() -> Track:
    records = read_events((ROOT / "tests" / "lives" / "tracked.jsonl").read_bytes(), PACK)
    return track(records, PACK, as_of=date(2024, 6, 20))


@pytest.mark.parametrize("width", [50, 60, 80, 100, 160])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_line_is_wider_than_the_page(width: int, lang: str) -> None:
    """
    Lines keep within the width, in both languages, on narrow pages, too.
    """
    lines = text(life(), Layout(lang=lang, width=width)).splitlines()

    assert [line for line in lines if display_width(line) > width] == []


def test_colours_change_nothing_else() -> None:
    """
    Without its colours, the coloured page is the plain one.
    """
    plain, coloured = (text(life(), Layout(width=100, colour=colour)) for colour in (False, True))

    assert re.sub(r"\x1b\[\d+m", "", coloured) == plain
    assert "\x1b" in coloured


def test_what_users_wrote_does_not_steer_the_terminal() -> None:
    """
    Control characters and line ends in names, actors and events are not sent.
    """
    evil = "\x1b[2J坏\u202e\n"
    found = tracked(
        {**START, "facts": {**FACTS, "name": evil}},
        {"date": "2023-08-05", "event": f"开{evil}工", "actor": evil},
        as_of="2023-08-06",
    )

    for told in (page(found), page(found, "en"), overview([OverviewRow(evil, found)], Layout())):
        assert "\x1b" not in told
        assert "\u202e" not in told
        assert not any(line.startswith("工") for line in told.splitlines())


# ---------------------------------------------------------------------------------------------------------------------
# Many projects, and the events of a pack


class TestOverview:
    """
    A line for each project.
    """

    def rows(self) -> list[OverviewRow]:
        early = tracked(START, {"date": "2023-08-10", "event": "书面申报"}, as_of="2023-08-11")
        broken = tracked(START, {"date": "2023-08-10", "event": "开工"}, as_of="2023-08-11")
        gone = tracked({**START, "facts": {"owner": {"level": "county"}}}, as_of="2023-08-11")
        return [OverviewRow("丙", gone), OverviewRow("乙", broken), OverviewRow("甲", early)]

    def test_what_a_line_says(self) -> None:
        """
        City, project, state, conclusion, breaches not mended, the day next due with clause and whose.
        """
        told = overview(self.rows(), Layout()).splitlines()

        assert told[0].split() == ["城市", "项目", "状态", "合规意见", "未纠正", "最近到期", "条款和谁的"]
        assert re.search(r"^跟踪市  丙 +拟议 +未发现不符合 +0 +-$", told[1])
        due = self.rows()[1].next_due
        assert due is not None
        clause = f"{re.escape(due.article)} {due.title} ─ {due.bearer}"
        assert re.search(rf"^跟踪市  乙 +建设中 +不符合 +1 +{due.due_on}  {clause}$", told[2])
        assert re.search(r"^跟踪市  甲 +已申报 +\S+ +\d +2023-08-17  第二条第\(二\)项 .* ─ 主管部门（机关）$", told[3])
        assert "主管部门 (authority)" in overview(self.rows(), Layout(lang="en"))

    def test_what_falls_due_first_comes_first(self) -> None:
        """
        Overviews are sorted by the day next due; projects with nothing due come last.
        """
        assert [row.name for row in sorted(self.rows(), key=lambda row: row.order)] == ["甲", "乙", "丙"]

    def test_columns_are_aligned(self) -> None:
        """
        The fourth column begins at the same place in each line.
        """
        lines = overview(self.rows(), Layout()).splitlines()
        words = ("合规意见", *(CONCLUSIONS[row.track.exit_code][0] for row in self.rows()))

        assert len({display_width(line[: line.index(word)]) for line, word in zip(lines, words, strict=True)}) == 1

    def test_breaches_that_do_not_count_are_not_counted(self) -> None:
        """
        Mended breaches and an authority's own are not among those not mended.
        """
        found = tracked(START, {"date": "2023-08-10", "event": "书面申报"}, as_of="2023-08-31")

        assert any(not breach.binding for breach in found.breaches)
        assert OverviewRow("甲", found).open_breaches == sum(each.binding for each in found.breaches)


class TestEvents:
    """
    What a record may name.
    """

    def test_what_is_said_of_an_event(self) -> None:
        """
        Name, other names, by whom, what it makes true, which documents it knows, and the states.
        """
        told = event_table(PACK, Layout(width=200))

        assert (
            "书面申报  也叫 申报\n    由谁：申报单位\n    记为：申报日期 = 当天\n    材料：已提交申报材料（项目申报（申请）表"
            in told
        )
        assert "    documents: Application documents (项目" in event_table(PACK, Layout(lang="en", width=200))
        assert "    状态：拟议 → 已申报  第二条第(一)项" in told
        assert "    记为：立项状态 = 已批准\n    状态：已申报 → 已立项（有条件）" in told
        assert "    记为：已报进度的月份 = 加上当月" in told
        assert "补充资料  也叫 资料更新" in told

    @pytest.mark.parametrize("city", [None, *shipped_packs()])
    def test_every_event_is_named(self, city: str | None) -> None:
        """
        Text in both languages and data name every event that the pack declares.
        """
        pack = PACK if city is None else load_pack(city)
        assert pack.lifecycle is not None
        names = list(pack.lifecycle.events)

        assert [each["event"] for each in event_data(pack)] == names
        assert json.loads(json.dumps(event_data(pack))) == event_data(pack)
        for lang in ("zh", "en"):
            told = unwrapped(event_table(pack, Layout(lang=lang, width=100)))
            assert [name for name in names if unwrapped(name) not in told] == []

    def test_data_has_what_is_set(self) -> None:
        """
        The data say what an event sets: a value, or what its day gives.
        """
        sets = {each["event"]: each["sets"] for each in event_data(PACK)}

        assert sets["验收合格"] == {"acceptance.completed_on": "day", "acceptance.result": "passed"}
        assert sets["报送月报"] == {"construction.progress_report_months": "month"}
        assert sets["补充资料"] == {}


def test_days_are_counted_to_the_day_due() -> None:
    """
    On the day before, one day is left; on the day itself it falls due; on the day after it is one day late.
    """
    due = date(2024, 5, 16)
    told = [
        standing_of(deadline(status=status), due + timedelta(days=n))[0]
        for n, status in ((-1, "running"), (0, "running"), (1, "missed"))
    ]

    assert told == ["还有 1 天", "今天到期", "逾期 1 天"]


if __name__ == "__main__" and "--write" in sys.argv:
    GOLDEN.mkdir(exist_ok=True)
    for each in lives():
        for file_name, golden in outputs(*each).items():
            (GOLDEN / file_name).write_text(golden, encoding="utf-8")
