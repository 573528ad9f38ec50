"""
The tracker: how a record of events is read, what it makes known, where it takes a project, what it breaks and what
falls due. Told on the pack of a city that does not exist (packs/life.yaml), which has everything a lifecycle can say.
"""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govit_rules import evaluate, events
from govit_rules.chronicle import NOTICES
from govit_rules.conditions import CoversMonths
from govit_rules.deadlines import time_limits
from govit_rules.durable_engine import available
from govit_rules.errors import EngineUnavailable, EventError, ProjectError
from govit_rules.event_log import canonical_event
from govit_rules.events import EventRecord, read_events, read_facts, records_of
from govit_rules.library import load_pack_file
from govit_rules.lifecycle import Track, Tracker, track
from govit_rules.machine import Machine, ahead, best
from govit_rules.packs import Setting
from naive_tracker import NaiveTracker, as_story, differences

PACK = load_pack_file(Path(__file__).parent / "packs" / "life.yaml")
LIFECYCLE = PACK.lifecycle
assert LIFECYCLE is not None
TRACKER = Tracker(PACK)
NAIVE = NaiveTracker(PACK)

GOOD = '{"date": "2024-03-01", "event": "申报"}'


def told(day: str, event: str, /, *, documents: list[str] | None = None, actor: str | None = None, **facts: Any) -> Any:
    """
    An event as it stands in a file; ``review__result="passed"`` is a fact.
    """
    recorded: dict[str, Any] = {"date": day, "event": event}
    if documents is not None:
        recorded["documents"] = documents
    if actor is not None:
        recorded["actor"] = actor
    for path, value in facts.items():
        section, _, name = path.rpartition("__")
        facts_ = recorded.setdefault("facts", {})
        (facts_.setdefault(section, {}) if section else facts_)[name] = value
    return recorded


def follow(*recorded: dict[str, Any], as_of: str, **about: Any) -> Track:
    return TRACKER.track(records_of(recorded, PACK), as_of=date.fromisoformat(as_of), **about)


def states(found: Track) -> list[str]:
    return [passage.target for passage in found.passages]


def notices(found: Track) -> list[tuple[str, int]]:
    return [(notice.kind, notice.line) for notice in found.notices]


def broken(found: Track, rule: str) -> list[tuple[str, int | None, str | None]]:
    """
    The breaches of a rule: on which day, by which line, until when.
    """
    breaches = [each for each in found.breaches if each.rule == rule]
    return [(str(each.on), each.line, str(each.cured_on) if each.cured_on else None) for each in breaches]


def due(found: Track, rule: str) -> list[tuple[str, str]]:
    return [(str(each.due_on), each.status) for each in found.deadlines if each.rule == rule]


# ---------------------------------------------------------------------------------------------------------------------
# Reading events

LONG = "长" * 201
WRONG_LINES = {
    "not JSON": ("{", "不是合格的 JSON"),
    "more after the end": (GOOD + " {}", "事件写完之后还有别的内容"),
    "nested too deep": ('{"facts": ' + '{"a":' * 30 + "1" + "}" * 31, "括号嵌套超过"),
    "a list": ("[1]", "事件应是一组键值，而这里是一个列表"),
    "null": ("null", "事件应是一组键值，而这里是null"),
    "a key nobody knows": ('{"date": "2024-03-01", "event": "申报", "evnt": 1}', "没有名为 “evnt” 的键"),
    "a key twice": ('{"date": "2024-03-01", "date": "2024-03-02", "event": "申报"}', "date: 这个名字写了不止一次"),
    "no date": ('{"event": "申报"}', "缺 date"),
    "another form of date": ('{"date": "2024/3/1", "event": "申报"}', "date：看不懂日期 '2024/3/1'"),
    "no such day": ('{"date": "2024-02-30", "event": "申报"}', "date：没有 2024-02-30 这一天"),
    "a day beyond the calendar": ('{"date": "1850-01-01", "event": "申报"}', "不在1900年至2199年之间"),
    "a number for a date": ('{"date": 20240301, "event": "申报"}', "date：日期不能是数字"),
    "no event": ('{"date": "2024-03-01"}', "缺 event"),
    "a blank event": ('{"date": "2024-03-01", "event": " "}', "缺 event"),
    "a number for an event": ('{"date": "2024-03-01", "event": 3}', "event"),
    "a long event": (json.dumps({"date": "2024-03-01", "event": LONG}), "event 太长"),
    "a number for an actor": ('{"date": "2024-03-01", "event": "申报", "actor": 3}', "actor 应是文字，而这里是3"),
    "half a character": ('{"date": "2024-03-01", "event": "申报", "actor": "\\ud800"}', "actor 应是文字"),
    "a long actor": (json.dumps({"date": "2024-03-01", "event": "申报", "actor": LONG}), "actor 太长"),
    "a long note": (json.dumps({"date": "2024-03-01", "event": "申报", "note": LONG * 10}), "note 太长"),
    "a number for a project": ('{"date": "2024-03-01", "event": "申报", "project": 3}', "project 应是文字"),
    "one text for the documents": (
        '{"date": "2024-03-01", "event": "申报", "documents": "申报表"}',
        "documents 应是一列",
    ),
    "a number among the documents": ('{"date": "2024-03-01", "event": "申报", "documents": [1]}', "documents 应是一列"),
    "a nameless document": ('{"date": "2024-03-01", "event": "申报", "documents": [""]}', "documents 应是一列"),
    "too many documents": (
        json.dumps({"date": "2024-03-01", "event": "申报", "documents": ["x"] * 501}),
        "documents 应是一列",
    ),
    "a line number for what is withdrawn": (
        '{"date": "2024-03-01", "event": "补充资料", "withdraws": 3}',
        "withdraws 应写明撤回哪一天的哪个事件，而这里是3",
    ),
    "an event without its day for what is withdrawn": (
        '{"date": "2024-03-01", "event": "补充资料", "withdraws": {"event": "申报"}}',
        "withdraws 应写明撤回哪一天的哪个事件",
    ),
    "no such day to be withdrawn": (
        '{"date": "2024-03-01", "event": "补充资料", "withdraws": {"date": "2024-02-30", "event": "申报"}}',
        "withdraws.date：没有 2024-02-30 这一天",
    ),
    "two days to be withdrawn": (
        '{"date": "2024-03-01", "event": "申报", "withdraws": {"date": "2024-02-01", "date": "2024-02-02", "event": "甲"}}',
        "withdraws.date: 这个名字写了不止一次",
    ),
    "a fact nobody knows": (
        '{"date": "2024-03-01", "event": "申报", "facts": {"classifed": true}}',
        "facts.classifed: 没有这个名字的事实",
    ),
    "a local fact nobody knows": (
        '{"date": "2024-03-01", "event": "申报", "facts": {"local": {"rsk": "low"}}}',
        "facts.local.rsk: 长河市没有名为 'rsk' 的事实",
    ),
    "a wrong value": (
        '{"date": "2024-03-01", "event": "申报", "facts": {"classified": "true"}}',
        "facts.classified: 涉密项目应填 true 或 false",
    ),
    "a wrong local value": (
        '{"date": "2024-03-01", "event": "申报", "facts": {"local": {"risk": "mid"}}}',
        "facts.local.risk: 风险等级应填以下代码之一",
    ),
    "a fact twice": (
        '{"date": "2024-03-01", "event": "申报", "facts": {"review": {"result": "passed", "result": "failed"}}}',
        "result: 这个名字写了不止一次",
    ),
    "a local fact twice": (
        '{"date": "2024-03-01", "event": "申报", "facts": {"local": {"risk": "low", "risk": "high"}}}',
        "risk: 这个名字写了不止一次",
    ),
    "a stage": (
        '{"date": "2024-03-01", "event": "申报", "facts": {"stage": "review"}}',
        "facts.stage: 阶段由项目的状态得出",
    ),
    "facts that are a list": (
        '{"date": "2024-03-01", "event": "申报", "facts": [1]}',
        "应是一组键值，而这里是一个列表",
    ),
    "a long line": (
        json.dumps({"date": "2024-03-01", "event": "申报", "note": "长" * 22_000}),
        "一个事件超过 65536 字节",
    ),
}


@pytest.mark.parametrize("name", WRONG_LINES)
def test_a_wrong_line_is_refused_with_its_number(name: str) -> None:
    """
    A line that is no event is refused: the defect names the line, says what is wrong there and how to mend it.
    """
    line, what = WRONG_LINES[name]
    with pytest.raises(EventError) as caught:
        read_events(f"{GOOD}\n\n{line}\n{GOOD}", PACK)

    assert {defect.where for defect in caught.value.defects} == {"第 3 行"}
    assert {defect.line for defect in caught.value.defects} == {3}
    assert any(what in defect.what for defect in caught.value.defects), caught.value.defects
    assert all(defect.mend for defect in caught.value.defects)


def test_every_wrong_line_is_reported() -> None:
    """
    All wrong lines are reported at once in their order, and all that is wrong with one of them.
    """
    wrong = '{"date": "2024", "actor": 3}'
    with pytest.raises(EventError) as caught:
        read_events(f"{wrong}\n{GOOD}\n{{\n", PACK)

    assert [defect.line for defect in caught.value.defects] == [1, 1, 1, 3]


def test_no_more_defects_than_can_be_read() -> None:
    """
    Of very many defects the first hundred are listed, and it is said that there are more.
    """
    with pytest.raises(EventError) as caught:
        read_events("[]\n" * 150, PACK)

    assert [defect.line for defect in caught.value.defects[:100]] == list(range(1, 101))
    assert "还有别的错误" in caught.value.defects[100].what
    assert len(caught.value.defects) == 101


def test_files_that_are_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A file that is not UTF-8, or too large, or has too many events, is refused as a whole.
    """
    with pytest.raises(EventError, match="不是 UTF-8"):
        read_events(GOOD.encode("gb18030"), PACK)
    monkeypatch.setattr(events, "MAX_EVENTS", 2)
    with pytest.raises(EventError, match="有 3 个事件"):
        read_events("\n".join([GOOD] * 3), PACK)
    monkeypatch.setattr(events, "MAX_FILE_BYTES", 10)
    with pytest.raises(EventError, match="至多 10 字节"):
        read_events(GOOD, PACK)


WINDOWS = f"\ufeff{GOOD}\r\n\r\n \t\r\n{GOOD}\r\n"


@pytest.mark.parametrize("content", [WINDOWS, WINDOWS.encode()])
def test_files_as_other_programs_write_them(content: str | bytes) -> None:
    """
    A byte order mark, CR before LF and empty lines are no defects, and lines are counted with the empty ones.
    """
    assert [record.line for record in read_events(content, PACK)] == [1, 4]


def test_only_line_feeds_end_a_line() -> None:
    """
    A separator of Unicode within a text does not end the line.
    """
    (record,) = read_events('{"date": "2024-03-01", "event": "申报", "note": "甲\u2028乙\x85丙"}', PACK)

    assert record.note == "甲\u2028乙\x85丙"


def test_what_a_record_holds() -> None:
    """
    An event is read with its place, its day, its name without spaces, and its facts as values.
    """
    line = (
        '{"date": "2024-03-01", "event": " 申报 ", "actor": "市教育局", "documents": ["申报表"], "note": "补记", '
        '"project": "甲", "city": "life", "facts": {"funding": {"total_investment": "20万元"}, "classified": null, '
        '"local": {"papers": ["form"], "mend_due_on": false, "risk": null}}}'
    )
    (record,) = read_events(line, PACK)

    assert (record.line, record.day, record.event, record.actor) == (1, date(2024, 3, 1), "申报", "市教育局")
    assert (record.documents, record.note, record.project, record.city) == (("申报表",), "补记", "甲", "life")
    assert record.facts == {
        "classified": None,
        "funding.total_investment": 200_000,
        "local.mend_due_on": False,
        "local.papers": frozenset({"form"}),
        "local.risk": None,
    }


def test_facts_of_another_city_are_passed_over() -> None:
    """
    A local fact that only a shipped pack declares is no defect, and no fact.
    """
    assert read_facts({"local": {"standing_meeting_approved": True, "risk": "low"}}, PACK) == {"local.risk": "low"}


def test_records_from_mappings_are_numbered() -> None:
    """
    Mappings are read as lines are, and numbered from 1.
    """
    assert [record.line for record in records_of([json.loads(GOOD)] * 2, PACK)] == [1, 2]
    with pytest.raises(EventError) as caught:
        records_of([json.loads(GOOD), {"event": "申报"}], PACK)

    assert caught.value.defects[0].where == "第 2 行"


def test_one_text_for_a_record() -> None:
    """
    Records that differ in the order of their keys only have the same canonical text.
    """
    assert canonical_event({"b": 1, "a": "申报"}) == canonical_event({"a": "申报", "b": 1}) == '{"a":"申报","b":1}'


# ---------------------------------------------------------------------------------------------------------------------
# What events make known


def test_an_event_makes_true_what_its_pack_says() -> None:
    """
    A value, the event's day, its year, its month added to a list, a list added to a list, documents by code and label.
    """
    found = follow(
        told("2024-03-01", "书面申报", documents=["申报表", "plan", "别的"]),
        told("2024-03-02", "完成调研"),
        told("2024-03-03", "完成设计"),
        told("2024-03-31", "报送月报"),
        told("2024-04-30", "报送月报"),
        told("2024-05-01", "投入使用"),
        as_of="2024-05-01",
    )

    project = found.project.model_dump()
    assert project["planning"]["applied_on"] == date(2024, 3, 1)
    assert project["classified"] is False
    assert project["construction"]["progress_report_months"] == {"2024-03", "2024-04"}
    assert project["local"]["report_year"] == 2024
    assert set(project["local"]["papers"]) == {"form", "plan"}
    assert set(project["local"]["steps_done"]) == {"survey", "design"}


def test_what_a_complete_record_lacks_has_not_happened() -> None:
    """
    Events that some event of the pack dates, and flags that one sets, are false until then; `unrecorded` holds.
    """
    project = follow(told("2024-03-01", "书面申报"), as_of="2024-03-01").project.model_dump()

    assert project["contract"]["signed_on"] is False
    assert project["local"]["meeting_approved"] is False
    assert project["review"]["result"] == "pending"
    assert project["construction"]["progress_report_months"] == frozenset()
    assert project["assets"] is None  # nothing in the pack tells of them


def test_what_a_partial_record_lacks_is_unknown() -> None:
    """
    Of a partial record only what was recorded is known.
    """
    found = follow(told("2024-03-01", "书面申报"), as_of="2024-03-01", partial=True)
    project = found.project.model_dump(exclude_none=True)

    assert project == {
        "stage": "application",
        "classified": False,
        "planning": {"applied_on": date(2024, 3, 1)},
    }
    assert found.partial


def test_a_partial_record_adds_only_to_a_list_that_it_states() -> None:
    """
    One report does not say that there were no others; where the list was stated, it is added to.
    """
    started = told("2024-05-20", "开工", classified=False, construction__completed_on=False)
    reported = told("2024-07-31", "报送月报")
    stated = told("2024-06-01", "补充资料", construction__progress_report_months=["2024-06"])
    unknown = follow(started, reported, as_of="2024-08-01", partial=True)
    known = follow(started, stated, reported, as_of="2024-08-01", partial=True)

    assert unknown.project.get("construction.progress_report_months") is None
    assert broken(unknown, "LF-3-b") == []
    assert known.project.get("construction.progress_report_months") == {"2024-06", "2024-07"}
    assert due(known, "LF-3-b") == [("2024-08-31", "running")]


def test_facts_recorded_with_an_event_win() -> None:
    """
    A day, or a longer list, recorded with an event is taken instead of the event's own; null takes a fact back.
    """
    found = follow(
        told("2024-03-01", "书面申报", planning__applied_on="2024-02-20", documents=["form"], local__papers=["budget"]),
        told("2024-03-02", "完成调研", local__steps_done=["survey", "design"]),
        told("2024-03-03", "补充资料", classified=None),
        as_of="2024-03-03",
    )

    assert found.project.planning is not None
    assert found.project.planning.applied_on == date(2024, 2, 20)
    assert found.project.local is not None
    assert set(found.project.local["papers"]) == {"budget"}
    assert set(found.project.local["steps_done"]) == {"survey", "design"}
    assert found.project.classified is None
    assert notices(found) == [("changed", 3)]


def test_a_fact_that_contradicts_its_event_is_unknown() -> None:
    """
    What was recorded against the name of an event leaves the fact unknown, until a later entry settles it.
    """
    signed = (told("2024-03-01", "立项", approval__initiation="none"),)
    found = follow(*signed, as_of="2024-03-09")
    settled = follow(*signed, told("2024-03-02", "补充资料", approval__initiation="approved"), as_of="2024-03-09")

    assert found.project.get("approval.initiation") is None
    assert notices(found) == [("out_of_order", 1), ("contradiction", 1), ("guard_unknown", 1)]
    assert "与第 1 行矛盾" in found.notices[1].text()
    assert settled.project.get("approval.initiation") == "approved"


@pytest.mark.parametrize("partial", [False, True])
def test_a_shorter_list_contradicts_its_event(partial: bool) -> None:
    """
    A list recorded with an event that lacks what the event adds to it is a contradiction, in a partial record too.
    """
    found = follow(told("2024-03-01", "完成调研", local__steps_done=["design"]), as_of="2024-03-09", partial=partial)

    assert notices(found) == [("contradiction", 1)]
    assert found.project.get("local.steps_done") is None


def test_an_event_recorded_twice_on_two_days_leaves_its_day_unknown() -> None:
    """
    An event that the state does not provide for anew contradicts the first; a third does not settle it, a fact does.
    """
    twice = (told("2024-03-01", "签约"), told("2024-03-05", "签约"))
    third = told("2024-03-09", "签约")
    fact = told("2024-03-10", "补充资料", contract__signed_on="2024-03-05")

    assert follow(*twice, as_of="2024-03-31").project.get("contract.signed_on") is None
    assert ("contradiction", 2) in notices(follow(*twice, as_of="2024-03-31"))
    assert follow(*twice, third, as_of="2024-03-31").project.get("contract.signed_on") is None
    assert follow(*twice, third, fact, as_of="2024-03-31").project.get("contract.signed_on") == date(2024, 3, 5)


def test_an_event_that_the_state_provides_for_anew_is_no_contradiction() -> None:
    """
    A second application after a review that failed has a day of its own; so has an event without transitions.
    """
    found = follow(
        told("2024-03-01", "书面申报"),
        told("2024-03-05", "评审未通过"),
        told("2024-03-09", "书面申报"),
        told("2024-03-10", "年度考核"),
        told("2024-03-11", "年度考核"),
        as_of="2024-03-31",
    )

    assert found.project.get("planning.applied_on") == date(2024, 3, 9)
    assert found.project.get("local.assessed_on") == date(2024, 3, 11)
    assert notices(found) == []


def test_what_was_known_from_the_start() -> None:
    """
    Given facts hold from the start, are judged before the first event, and are changed by events.
    """
    given_facts = {"classified": False, "operation": {"in_use_on": "2024-01-01"}}
    found = follow(
        told("2024-03-01", "书面申报"), told("2024-03-02", "投入使用"), as_of="2024-03-31", given=given_facts
    )

    assert broken(found, "LF-4-a") == [("2024-03-01", None, None)]
    assert found.project.get("operation.in_use_on") == date(2024, 3, 2)
    with pytest.raises(ProjectError):
        follow(as_of="2024-03-31", given={"stage": "review"})


# ---------------------------------------------------------------------------------------------------------------------
# The machine


def test_the_transitions_that_match() -> None:
    """
    Those out of the present state for one of the names, each with its guard.
    """
    guards: dict[int, Any] = dict.fromkeys(range(len(LIFECYCLE.transitions)), "true")
    found = Machine(LIFECYCLE).matching("filed", ["评审通过", "评审未通过", "建成"], guards)

    assert [LIFECYCLE.transitions[i].target for i in found] == ["reviewed", "rejected"]


@pytest.mark.parametrize(
    ("guards", "chosen"),
    [
        ({}, ()),
        ({1: "false", 2: "true", 3: "unknown", 4: "true"}, (2, 4)),
        ({1: "false", 2: "unknown"}, (2,)),
        ({3: "false", 1: "false"}, (1, 3)),
    ],
)
def test_the_best_guards(guards: Any, chosen: tuple[int, ...]) -> None:
    """
    Guards that hold come before those nobody knows, and these before those that fail; all of a kind, in order.
    """
    assert best(guards) == chosen


def test_the_states_ahead() -> None:
    """
    All that can be reached; a state is ahead of itself only where a way leads back.
    """
    reached = ahead(LIFECYCLE)

    assert reached["not_covered"] == frozenset()
    assert reached["in_use"] == {"accepted", "in_use"}
    assert "filed" in reached["filed"]
    assert "proposed" not in reached["proposed"]


# ---------------------------------------------------------------------------------------------------------------------
# From state to state

REGULAR = (
    told("2024-03-01", "书面申报", documents=["申报表", "方案"], funding__total_investment="300万元"),
    told("2024-03-06", "答复"),
    told("2024-03-07", "评审通过", local__risk="low"),
    told("2024-04-01", "立项"),
    told("2024-05-01", "签约"),
    told("2024-05-16", "报送合同"),
    told("2024-06-03", "开工", construction__supervisor_engaged=True),
    told("2024-07-10", "建成"),
    told("2024-08-01", "验收合格"),
    told("2024-08-16", "报送验收资料"),
    told("2024-09-01", "投入使用"),
)


def test_a_regular_life() -> None:
    """
    Each event leads on, irregular in nothing.
    """
    found = follow(*REGULAR, as_of="2024-09-01")

    assert states(found) == [
        *("filed", "filed", "reviewed", "approved", "contracted", "contracted"),
        *("building", "built", "accepted", "accepted", "in_use"),
    ]
    recorded = {2, 6, 10}
    assert all(
        passage.how == ("recorded" if passage.record.line in recorded else "regular") for passage in found.passages
    )
    assert (found.state, found.state_label, found.notices) == ("in_use", "运行中", ())
    assert found.passages[3].norms == ("LF-2-f",)


def test_events_are_taken_in_the_order_of_their_days() -> None:
    """
    An entry that came late is taken on its day, and reported; those of one day are taken as recorded.
    """
    late = told("2024-03-01", "书面申报")
    found = follow(told("2024-03-10", "评审通过"), late, as_of="2024-03-31")
    assert found.state == "reviewed"
    assert notices(found) == [("late_entry", 2)]
    assert found.notices[0].about["other"] == 1

    same_day = follow(told("2024-03-01", "评审通过"), late, as_of="2024-03-31")
    assert same_day.state == "reviewed"
    assert states(same_day) == ["reviewed", "reviewed"]


def test_a_duplicate_counts_once() -> None:
    """
    An entry equal to an earlier one changes nothing; one that differs in anything recorded is another.
    """
    found = follow(REGULAR[0], REGULAR[0], as_of="2024-03-31")
    other = follow(REGULAR[0], {**REGULAR[0], "actor": "市教育局"}, as_of="2024-03-31")

    assert notices(found) == [("duplicate", 2)]
    assert found.passages[1].how == "not_counted"
    assert found.project == follow(REGULAR[0], as_of="2024-03-31").project
    assert ("duplicate", 2) not in notices(other)


def test_an_amount_written_otherwise_is_the_same() -> None:
    """
    Entries are compared by their values, not by how these are written.
    """
    again = told("2024-03-01", "书面申报", documents=["申报表", "方案"], funding__total_investment=3_000_000)

    assert notices(follow(REGULAR[0], again, as_of="2024-03-31")) == [("duplicate", 2)]


def withdrawing(day: str, event: str, what: tuple[str, str], **facts: Any) -> Any:
    return {**told(day, event, **facts), "withdraws": dict(zip(("date", "event"), what, strict=True))}


def test_a_withdrawn_entry_never_counted() -> None:
    """
    Acceptance was recorded by mistake: without it the project is still built, on whatever day it is judged; the entry
    stays in the record.
    """
    mended = withdrawing("2024-08-10", "补充资料", ("2024-08-01", "验收合格"))
    for as_of in ("2024-08-05", "2024-08-10", "2024-09-01"):
        found = follow(*REGULAR[:9], mended, as_of=as_of)

        assert found.state == "built"
        assert found.project.get("acceptance.completed_on") is False
        assert ("withdrawn", 9) in notices(found)
        assert [passage.how for passage in found.passages if passage.record.line == 9] == ["not_counted"]


def test_an_entry_takes_the_place_of_a_wrong_one() -> None:
    """
    Acceptance failed, and was recorded as passed: the entry that says so withdraws the other.
    """
    right = withdrawing("2024-08-01", "验收不合格", ("2024-08-01", "验收合格"))
    found = follow(*REGULAR[:9], right, as_of="2024-08-31")

    assert found.state == "failed"
    assert found.project.get("acceptance.completed_on") is False
    assert [kind for kind, _line in notices(found)] == ["withdrawn"]


def test_only_what_stands_before_is_withdrawn() -> None:
    """
    Another day, another name, or an entry that follows: nothing is withdrawn, and that is said.
    """
    filed = told("2024-03-01", "书面申报")
    for what in (("2024-03-02", "书面申报"), ("2024-03-01", "申报")):
        found = follow(filed, withdrawing("2024-03-05", "补充资料", what), as_of="2024-04-01")
        assert (found.state, notices(found)) == ("filed", [("nothing_withdrawn", 2)])
    found = follow(withdrawing("2024-03-05", "补充资料", ("2024-03-01", "书面申报")), filed, as_of="2024-04-01")
    assert (found.state, ("nothing_withdrawn", 1) in notices(found)) == ("filed", True)


def test_a_withdrawal_can_be_withdrawn() -> None:
    """
    Then what it withdrew counts again; and what was withdrawn can be recorded anew.
    """
    filed = told("2024-03-01", "书面申报")
    wrong = withdrawing("2024-03-05", "补充资料", ("2024-03-01", "书面申报"))
    again = withdrawing("2024-03-06", "补充资料", ("2024-03-05", "补充资料"))

    assert follow(filed, wrong, as_of="2024-04-01").state == "proposed"
    assert follow(filed, wrong, again, as_of="2024-04-01").state == "filed"
    assert notices(follow(filed, wrong, filed, as_of="2024-04-01")) == [("withdrawn", 1), ("late_entry", 3)]


def test_an_event_after_the_day_of_judging_is_not_counted() -> None:
    """
    It is listed and reported.
    """
    found = follow(*REGULAR[:3], as_of="2024-03-06")

    assert found.state == "filed"
    assert notices(found) == [("ahead", 3)]
    assert found.passages[2].how == "not_counted"
    assert found.project.get("review.passed_on") is False


def test_of_a_misspelt_event_nobody_is_told_that_it_did_not_happen() -> None:
    """
    验收合各 may be 验收合格: whether the project was accepted is then not known, and its use no breach; a word that is
    like no event says nothing of any.
    """
    slip = (*REGULAR[:8], told("2024-08-01", "验收合各"), told("2024-09-01", "投入使用"))
    other = (*REGULAR[:8], told("2024-08-01", "剪彩"), told("2024-09-01", "投入使用"))
    spelt, ribbon = (follow(*record, as_of="2024-09-01") for record in (slip, other))

    assert ("unknown_event", 9) in notices(spelt)
    assert ("unknown_event", 9) in notices(ribbon)
    assert broken(spelt, "LF-4-a") == []
    assert spelt.decision["LF-4-a"].outcome == "unknown"
    assert broken(ribbon, "LF-4-a") == [("2024-09-01", 10, None)]


def test_an_unknown_event_gives_its_facts_only() -> None:
    """
    It is reported with the name it may be meant for, and its facts are taken.
    """
    found = follow(told("2024-03-01", "书面申请", classified=True), as_of="2024-03-31")

    assert (found.state, notices(found)) == ("proposed", [("unknown_event", 1)])
    assert "书面申报" in found.notices[0].text()
    assert found.project.get("classified") is True
    assert found.passages[0].event is None


@pytest.mark.parametrize(
    ("before", "facts", "event"),
    [
        (REGULAR[:1], {"review__result": "failed"}, "评审未通过"),
        (REGULAR[:1], {"review__result": "passed"}, "评审通过"),
    ],
)
def test_a_common_word_means_the_event_that_its_facts_allow(before: Any, facts: Any, event: str) -> None:
    """
    Of the events called so, the one that what was recorded does not contradict.
    """
    found = follow(*before, told("2024-03-10", "评审", **facts), as_of="2024-03-31")

    assert found.passages[-1].event == event
    assert found.passages[-1].how == "regular"


def test_a_common_word_means_the_event_that_the_state_provides_for() -> None:
    """
    报送 after the acceptance, where the contract can be filed in any state too, cannot be told.
    """
    unclear = follow(told("2024-03-10", "报送"), as_of="2024-03-31")

    assert unclear.passages[0].event is None
    assert notices(unclear) == [("ambiguous", 1)]
    assert "报送合同" in unclear.notices[0].text()
    assert "报送验收资料" in unclear.notices[0].text()


def test_a_common_word_that_means_two_outcomes_is_not_decided() -> None:
    """
    Where the guards of both allow it, neither is taken: the state stays, and what only one of them says is not known,
    so that nobody is told that no review took place. The facts recorded with it are taken.
    """
    found = follow(REGULAR[0], told("2024-03-10", "评审", local__risk="low"), as_of="2024-03-31")

    assert (found.state, notices(found)) == ("filed", [("ambiguous", 2)])
    assert found.project.get("review.result") is None
    assert found.project.get("review.passed_on") is None
    assert found.project.get("local.risk") == "low"


def with_events(**changed: Any) -> Any:
    """
    The pack with some of its events otherwise.
    """
    assert LIFECYCLE is not None
    changed = {name: replace(LIFECYCLE.events[name], **fields) for name, fields in changed.items()}
    return replace(PACK, lifecycle=replace(LIFECYCLE, events={**LIFECYCLE.events, **changed}), _judges={})


def test_what_all_meanings_of_a_common_word_have_in_common_is_so() -> None:
    """
    Were both outcomes of a review to set its day, the day would be known, whichever it was.
    """
    failed = (Setting("review.result", "value", "failed"), Setting("review.passed_on", "day"))
    pack = with_events(评审未通过={"sets": failed})
    recorded = records_of((REGULAR[0], told("2024-03-10", "评审")), pack)
    found = track(recorded, pack, as_of=date(2024, 3, 31))

    assert found.project.get("review.result") is None
    assert found.project.get("review.passed_on") == date(2024, 3, 10)


def test_an_event_may_leave_a_fact_unknown() -> None:
    """
    Whatever was so before, and whatever a complete record lacks; what is recorded with the event is known.
    """
    pack = with_events(完成设计={"sets": (Setting("review.result", "unknown"),)})

    def result(*more: Any) -> Any:
        recorded = records_of((*REGULAR[:3], *more), pack)
        return track(recorded, pack, as_of=date(2024, 6, 1)).project.get("review.result")

    assert result() == "passed"
    assert result(told("2024-05-01", "完成设计")) is None
    assert result(told("2024-05-01", "完成设计", review__result="failed")) == "failed"
    assert track([], pack, as_of=date(2024, 6, 1)).project.get("review.result") == "pending"


def test_a_clock_that_a_common_word_may_have_stopped_counts_no_further() -> None:
    """
    Nobody knows in how many days it was answered: that is no breach, and no deadline.
    """
    pack = with_events(答复={"also": ("回复", "回函")}, 判为涉密={"also": ("回函",)})
    recorded = records_of((REGULAR[0], told("2024-03-04", "回函")), pack)
    found = track(recorded, pack, as_of=date(2024, 6, 1))

    assert [kind for kind, _line in notices(found)] == ["ambiguous"]
    assert broken(found, "LF-2-b") == []
    assert due(found, "LF-2-b") == []


def test_of_two_ways_the_one_whose_guard_holds() -> None:
    """
    An acceptance leads to where the risk says; where it is not known, nowhere.
    """
    at = told("2024-08-01", "验收合格")
    built = (*REGULAR[:2], *REGULAR[3:8])

    def accepted(**facts: Any) -> Track:
        return follow(*built, told("2024-07-20", "补充资料", **facts), at, as_of="2024-08-31")

    assert accepted(local__risk="low").state == "accepted"
    assert accepted(local__risk="high", acceptance__trial_run_passed=False).state == "built"
    assert accepted(acceptance__trial_run_passed=True).passages[-1].how == "irregular"
    assert ("ambiguous", 9) in notices(accepted(acceptance__organizer="owner"))


def test_an_event_out_of_order_leads_to_where_it_leads_if_that_lies_ahead() -> None:
    """
    The state jumps, which is reported with the events passed over; an event of what lies behind is only recorded.
    """
    jump = follow(REGULAR[0], told("2024-05-01", "开工"), as_of="2024-05-31")
    back = follow(REGULAR[0], told("2024-05-01", "开工"), told("2024-05-02", "签约"), as_of="2024-05-31")

    assert jump.state == "building"
    assert notices(jump) == [("out_of_order", 2)]
    assert jump.passages[1].how == "irregular"
    assert jump.passages[1].skipped == ("评审通过", "立项", "签约")
    assert "越过 评审通过、立项、签约" in jump.notices[0].text()
    assert back.state == "building"
    assert back.passages[2].how == "recorded"
    assert back.project.get("contract.signed_on") == date(2024, 5, 2)


def test_an_event_whose_guard_fails_happened_all_the_same() -> None:
    """
    The state follows, and the guard is reported: as failing, or as not known for want of what.
    """
    big = told("2024-03-01", "书面申报", funding__total_investment="2000万元")
    fails = follow(big, REGULAR[2], told("2024-04-01", "立项"), as_of="2024-04-30")
    unknown = follow(*(told("2024-03-01", "书面申报"), REGULAR[2], told("2024-04-01", "立项")), as_of="2024-04-30")

    assert (fails.state, fails.passages[2].how, notices(fails)) == ("approved", "irregular", [("guard_fails", 3)])
    assert broken(fails, "LF-2-f") == [("2024-04-01", 3, None)]
    assert (unknown.state, notices(unknown)) == ("approved", [("guard_unknown", 3)])
    assert "总投资" in unknown.notices[0].text()


def test_a_guard_is_tested_by_the_figures_of_the_day() -> None:
    """
    The floor of 2024 does not bind 5,000,000 yuan, that of 2025 does.
    """
    given_facts = {"funding": {"total_investment": "500万元"}}
    before, after = (
        follow(told(day, "书面申报"), told(day, "评审通过"), told(day, "立项"), as_of=day, given=given_facts)
        for day in ("2024-12-31", "2025-01-01")
    )

    assert before.passages[2].how == "regular"
    assert after.passages[2].how == "irregular"


def test_an_event_without_transitions_is_recorded_in_any_state() -> None:
    """
    It changes facts and no state, and is irregular nowhere.
    """
    found = follow(told("2024-03-01", "拨付尾款"), as_of="2024-03-31")

    assert (found.state, found.passages[0].how, notices(found)) == ("proposed", "recorded", [])
    assert found.project.get("local.tail_paid") is True


def test_what_can_happen_next() -> None:
    """
    The events that the state provides for, who does them, where they lead, and whether their guards would hold.
    """
    found = follow(*REGULAR[:3], as_of="2024-03-31")
    small = [(each.event, each.by, each.target, each.guard, each.needs) for each in found.next]
    unknown = follow(told("2024-03-01", "书面申报"), REGULAR[2], as_of="2024-03-31").next[0]

    assert small == [("立项", ("主管部门",), "approved", "true", ())]
    assert (unknown.guard, unknown.needs) == ("unknown", ("funding.total_investment",))
    assert follow(told("2024-03-01", "判为涉密"), as_of="2024-03-31").next == ()


def test_every_kind_of_notice_has_a_sentence_in_both_languages() -> None:
    """
    Each kind occurs, and its sentences take what the tracker says about it.
    """
    odd = follow(
        told("2024-03-05", "书面申报"),
        told("2024-03-05", "书面申报"),
        told("2024-03-01", "剪彩"),
        told("2024-03-06", "评审"),
        told("2024-03-07", "补充资料", planning__applied_on="2024-03-04"),
        told("2024-03-08", "立项", approval__initiation="none"),
        told("2024-03-09", "验收不合格", acceptance__result="passed"),
        told("2024-04-09", "建成"),
        told("2024-03-10", "答复"),
        withdrawing("2024-03-11", "补充资料", ("2024-03-10", "答复")),
        withdrawing("2024-03-12", "补充资料", ("2024-03-09", "答复")),
        as_of="2024-03-31",
    )
    guards = follow(
        told("2024-03-01", "书面申报", funding__total_investment="2000万元"), REGULAR[2], REGULAR[3], as_of="2024-04-30"
    )
    unknown = follow(told("2024-03-01", "书面申报"), REGULAR[2], REGULAR[3], as_of="2024-04-30")
    seen = {notice.kind: notice for found in (odd, guards, unknown) for notice in found.notices}

    assert seen.keys() == NOTICES.keys()
    for notice in seen.values():
        assert "{" not in notice.text()
        assert notice.text("en").isascii() or "“" in notice.text("en") or notice.kind in ("contradiction", "changed")
        assert notice.text() != notice.text("en")


def test_a_pack_without_a_lifecycle_tracks_nothing() -> None:
    """
    It is an error that says so; so is an engine that there is not.
    """
    with pytest.raises(EventError, match="没有 lifecycle"):
        track([], replace(PACK, lifecycle=None), as_of=date(2024, 1, 1))
    with pytest.raises(EngineUnavailable, match="其他"):
        track([], PACK, as_of=date(2024, 1, 1), engine="其他")


# ---------------------------------------------------------------------------------------------------------------------
# What is broken


def test_an_event_breaks_a_rule() -> None:
    """
    开工 before the approval breaks its clause on its day; what is done about it later puts it right.
    """
    found = follow(*REGULAR[:1], told("2024-05-01", "开工"), as_of="2024-06-30")
    righted = follow(
        *(*REGULAR[:1], told("2024-05-01", "开工"), told("2024-05-03", "立项"), told("2024-05-04", "签约")),
        as_of="2024-06-30",
    )

    assert broken(found, "LF-3-a") == [("2024-05-01", 2, None)]
    assert next(each for each in found.breaches if each.rule == "LF-3-a").binding
    assert broken(righted, "LF-3-a") == [("2024-05-01", 2, "2024-05-04")]


def test_a_regular_life_breaks_nothing_until_its_time_runs_out() -> None:
    """
    No rule that binds the project is broken by a regular life.
    """
    given_facts = {"local": {"steps_done": ["survey", "design"]}, "planning": {"plan_year": 2025}}
    found = follow(*REGULAR, as_of="2024-09-01", given=given_facts)

    assert [each.rule for each in found.breaches if each.binding] == []


@pytest.mark.parametrize(("as_of", "expected"), [("2024-05-16", []), ("2024-05-17", [("2024-05-17", None, None)])])
def test_time_breaks_a_rule_on_the_first_day_that_is_late(as_of: str, expected: Any) -> None:
    """
    Fifteen days from 1 May are in time on the sixteenth, and late on the seventeenth, by no event.
    """
    found = follow(*REGULAR[:5], as_of=as_of)

    assert broken(found, "LF-3-c") == expected


def test_what_ran_out_is_not_the_fault_of_the_event_that_followed() -> None:
    """
    An event after the day on which a time limit ran out did not break it.
    """
    found = follow(*REGULAR[:5], told("2024-06-20", "补充资料", local__risk="low"), as_of="2024-06-20")
    late = follow(*REGULAR[:5], told("2024-06-20", "报送合同"), as_of="2024-06-20")

    assert broken(found, "LF-3-c") == [("2024-05-17", None, None)]
    assert broken(late, "LF-3-c") == [("2024-05-17", None, None)]


def test_what_one_event_of_a_day_breaks_and_another_mends_was_not_broken() -> None:
    """
    The law counts days: an order within a day breaks nothing, if by the end of the day all is well.
    """
    start = (*REGULAR[:3], told("2024-05-01", "开工"))
    same_day = follow(*start, told("2024-05-01", "立项"), told("2024-05-01", "签约"), as_of="2024-05-01")
    next_day = follow(*start, told("2024-05-02", "立项"), told("2024-05-02", "签约"), as_of="2024-05-02")

    assert broken(same_day, "LF-3-a") == []
    assert broken(next_day, "LF-3-a") == [("2024-05-01", 4, "2024-05-02")]


def test_what_time_alone_puts_right_is_dated_to_the_day() -> None:
    """
    A rule that is repealed is violated up to the day before; one that comes into force, from its first day.
    """
    started = told(
        "2024-12-20", "开工", construction__supervisor_engaged=False, construction__responsible_person_named=True
    )
    found = follow(started, told("2025-06-01", "建成"), as_of="2025-06-01")

    assert broken(found, "LF-3-f") == [("2024-12-20", 1, "2025-03-01")]
    assert broken(found, "LF-3-g") == [("2025-03-01", None, None)]


def test_a_payment_after_a_failed_acceptance() -> None:
    """
    拨付尾款 after 验收不合格 breaks its clause, whatever the state; getting it back puts it right.
    """
    found = follow(
        *REGULAR[:8],
        told("2024-08-01", "验收不合格"),
        told("2024-08-05", "拨付尾款"),
        told("2024-08-09", "补充资料", local__tail_paid=False),
        as_of="2024-08-31",
    )

    assert broken(found, "LF-4-c") == [("2024-08-05", 10, "2024-08-09")]


# ---------------------------------------------------------------------------------------------------------------------
# Clocks and years


@pytest.mark.parametrize(
    ("answered", "days", "breach"),
    [
        ("2024-03-08", 5, []),
        ("2024-03-10", 5, []),  # a Sunday
        ("2024-03-11", 6, [("2024-03-11", None, None)]),
        ("2024-03-12", 7, [("2024-03-11", None, None)]),
    ],
)
def test_a_clock_counts_working_days(answered: str, days: int, breach: Any) -> None:
    """
    From the day after one event to the other; days off are not counted, and the rule is late when they are too many.
    """
    found = follow(told("2024-03-01", "书面申报"), told(answered, "答复"), as_of="2024-04-01")

    assert found.project.get("local.answered_in") == days
    assert broken(found, "LF-2-b") == breach
    assert due(found, "LF-2-b") == [("2024-03-08", "missed" if breach else "met")]


@pytest.mark.parametrize(
    ("as_of", "status", "late"),
    [("2024-03-08", "running", False), ("2024-03-10", "running", False), ("2024-03-11", "missed", True)],
)
def test_a_clock_that_runs(as_of: str, status: str, late: bool) -> None:
    """
    How long it will take is not known; when it is past its limit, that is.
    """
    found = follow(told("2024-03-01", "书面申报"), as_of=as_of)

    assert due(found, "LF-2-b") == [("2024-03-08", status)]
    assert (found.project.get("local.answered_in") is not None) is late
    assert (broken(found, "LF-2-b") != []) is late


def test_a_clock_of_a_partial_record_states_nothing_while_it_runs() -> None:
    """
    Whether there was an answer is not known; how long one took that there was, is.
    """
    running = follow(told("2024-03-01", "书面申报"), as_of="2024-06-01", partial=True)
    stopped = follow(told("2024-03-01", "书面申报"), told("2024-03-12", "答复"), as_of="2024-06-01", partial=True)

    assert broken(running, "LF-2-b") == []
    assert due(running, "LF-2-b") == [("2024-03-08", "unknown")]
    assert stopped.project.get("local.answered_in") == 7


def test_a_clock_past_the_last_calendar() -> None:
    """
    What was late in a year whose holidays are published stays late in the next; what was not, is not known.
    """
    late = follow(told("2026-12-20", "书面申报"), as_of="2027-02-01")
    unknown = follow(told("2026-12-30", "书面申报"), as_of="2027-02-01")

    assert broken(late, "LF-2-b") == [("2026-12-24", None, None)]
    assert broken(unknown, "LF-2-b") == []
    assert due(unknown, "LF-2-b")[0][1] == "unknown"


def test_a_count_that_contradicts_its_clock_is_unknown() -> None:
    """
    What was recorded with the answer must be what the days say; else it is reported and unknown.
    """
    found = follow(told("2024-03-01", "书面申报"), told("2024-03-06", "答复", local__answered_in=2), as_of="2024-04-01")
    right = follow(told("2024-03-01", "书面申报"), told("2024-03-06", "答复", local__answered_in=3), as_of="2024-04-01")

    assert notices(found) == [("contradiction", 2)]
    assert found.project.get("local.answered_in") is None
    assert notices(right) == []


def test_a_clock_starts_anew() -> None:
    """
    A second application is answered in its own time.
    """
    found = follow(
        told("2024-03-01", "书面申报"),
        told("2024-03-05", "答复"),
        told("2024-03-06", "评审未通过"),
        told("2024-04-01", "书面申报"),
        as_of="2024-04-02",
    )

    assert [each.due_on for each in found.deadlines if each.rule == "LF-2-b"] == [date(2024, 4, 9)]
    assert due(found, "LF-2-b")[0][1] == "running"
    assert [(each.due_on, each.status) for each in found.past if each.rule == "LF-2-b"] == [(date(2024, 3, 8), "met")]


def test_a_duty_without_a_day_is_owed_and_not_late() -> None:
    """
    Of a rule for which the text sets no day, the breach says so; it is as binding as any, and `check` as strict.
    """
    assert LIFECYCLE is not None
    pack = replace(PACK, lifecycle=replace(LIFECYCLE, undated=("LF-3-a",)), _judges={})
    recorded = records_of((*REGULAR[:1], told("2024-05-01", "开工"), told("2024-05-03", "立项")), pack)
    found, usual = (track(recorded, each, as_of=date(2024, 6, 30)) for each in (pack, PACK))

    assert {each.rule for each in found.breaches if each.undated} == {"LF-3-a"}
    assert [replace(each, undated=False) for each in found.breaches] == list(usual.breaches)
    assert found.exit_code == usual.exit_code


def test_each_year_is_asked_anew() -> None:
    """
    In its states the year rolls on 1 January; what was missed stays a breach of its year, from the day after its day.
    """
    found = follow(*REGULAR, told("2025-11-01", "年度考核"), as_of="2026-12-31")

    assert found.project.get("local.report_year") == 2026
    assert broken(found, "LF-4-e") == [
        ("2024-12-21", None, "2025-01-01"),
        ("2026-12-21", None, None),
    ]
    assert due(found, "LF-4-e") == [("2026-12-20", "missed")]
    met = [(each.due_on, each.status) for each in found.past if each.rule == "LF-4-e"]
    assert (date(2025, 12, 20), "met") in met
    assert (date(2024, 12, 20), "missed") in met


def test_no_year_rolls_in_other_states() -> None:
    """
    A project taken out of use is asked for no further year.
    """
    found = follow(*REGULAR, told("2024-12-31", "停用"), as_of="2026-12-31")

    assert found.project.get("local.report_year") == 2024


def test_a_year_of_a_partial_record_begins_unknown() -> None:
    """
    Whether it was done in the new year is then not known.
    """
    found = follow(*REGULAR, told("2024-11-01", "年度考核"), as_of="2025-06-01", partial=True)

    assert found.project.get("local.report_year") == 2025
    assert found.project.get("local.assessed_on") is None


# ---------------------------------------------------------------------------------------------------------------------
# Deadlines


def test_the_time_limits_of_the_pack() -> None:
    """
    Every day by which something must be done, with the fact that dates it; prohibitions of order have none.
    """
    found = [(limit.rule.id, limit.event) for limit in time_limits(PACK)]

    assert found == [
        ("LF-2-c", "planning.applied_on"),
        ("LF-2-d", "review.passed_on"),
        ("LF-3-b", None),
        ("LF-3-c", "contract.filed_on"),
        ("LF-3-d", "acceptance.applied_on"),
        ("LF-3-e", "acceptance.completed_on"),
        ("LF-4-b", "evaluation.self_evaluated_on"),
        ("LF-4-d", "acceptance.filed_on"),
        ("LF-4-e", "local.assessed_on"),
        ("LF-4-g", None),
        ("LF-4-h", None),
    ]
    (monthly,) = (limit for limit in time_limits(PACK) if limit.monthly)
    assert isinstance(monthly.monthly, CoversMonths)


def test_a_rule_with_a_limit_has_no_other_by_its_due_day() -> None:
    """
    A day by which a rule is due is a limit of its own only where what it requires has none.
    """
    contract, apply = PACK.rules["LF-3-c"], PACK.rules["LF-2-c"]
    rules = {"LF-3-c": replace(contract, due=apply.due), "LF-2-c": apply}

    assert [limit.rule.id for limit in time_limits(replace(PACK, rules=rules))] == ["LF-3-c", "LF-2-c"]


# What sets a limit going, by what it is met, its rule, the last day in time, and the first (None: any).
LIMITS = {
    "days": ([told("2024-05-01", "签约")], "报送合同", "LF-3-c", "2024-05-16", None),
    "less than, in working days": ([told("2024-03-01", "书面申报")], "评审通过", "LF-2-d", "2024-03-12", None),
    "months": ([told("2023-12-31", "建成", local__mend_due_on=False)], "申请验收", "LF-3-d", "2024-02-29", None),
    "months after the later day": (
        [told("2023-12-31", "建成", local__mend_due_on="2024-01-31")],
        *("申请验收", "LF-3-d", "2024-03-31", None),
    ),
    "a figure of the text": (
        [told("2024-06-01", "建成", local__risk="high", acceptance__trial_run_passed=False)],
        "验收合格",
        "LF-3-e",
        "2024-07-01",
        None,
    ),
    "from month to month": ([told("2024-08-31", "验收合格")], "自评价", "LF-4-b", "2025-02-28", "2024-11-30"),
    "a day of a year": (
        [told("2024-01-05", "补充资料", planning__plan_year=2025, local__pressed=False, classified=False)],
        *("书面申报", "LF-2-c", "2024-09-30", None),
    ),
}


# Of a duty with a day of its own what was done late was done: the duty ends.
LATE = {"a day of a year": "met"}


@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_runs_to_its_last_day(name: str) -> None:
    """
    On its last day it runs, and on the next it is missed, if the project's stage is no excuse; done on the last day, or
    on the first, it is met, and a day later or earlier it is missed.
    """
    begun, act, rule, last, first = LIMITS[name]
    last_day = date.fromisoformat(last)
    before, after = str(last_day - timedelta(days=1)), str(last_day + timedelta(days=1))
    in_use = {"facts": {"classified": False}, "date": begun[0]["date"], "event": "补充资料"}
    begun = [in_use, *begun]

    def status(*more: Any, as_of: str) -> Any:
        return [each[1] for each in due(follow(*begun, *more, as_of=as_of), rule) if each[0] == last]

    assert status(as_of=before) == status(as_of=last) == ["running"]
    assert status(as_of=after) == ["missed"]
    assert status(told(last, act), as_of="2026-01-01") == ["met"]
    assert status(told(after, act), as_of="2026-01-01") == [LATE.get(name, "missed")]
    if first is not None:
        opens = date.fromisoformat(first)
        (deadline,) = (each for each in follow(*begun, as_of=last).deadlines if each.rule == rule)
        assert deadline.opens_on == opens
        assert status(told(first, act), as_of="2026-01-01") == ["met"]
        assert status(told(str(opens - timedelta(days=1)), act), as_of="2026-01-01") == ["missed"]


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2024-06-30", ("2024-06-30", "running")),
        ("2024-07-31", ("2024-07-31", "running")),
        ("2024-08-01", ("2024-07-31", "missed")),
    ],
)
def test_months_are_due_one_after_another(as_of: str, expected: tuple[str, str]) -> None:
    """
    A month is due on its last day, and missed on the day after; a month that began before the start is not asked.
    """
    found = follow(told("2024-05-20", "开工"), told("2024-06-25", "报送月报"), as_of=as_of, given={"classified": False})

    assert due(found, "LF-3-b") == [expected]


def test_months_end_with_what_they_report_on() -> None:
    """
    After the end no further month is asked, and all reported is met.
    """
    found = follow(
        *(told("2024-05-20", "开工"), told("2024-06-25", "报送月报"), told("2024-07-10", "建成")),
        as_of="2024-10-01",
        given={"classified": False},
    )

    assert due(found, "LF-3-b") == [("2024-06-30", "met")]


def test_a_duty_met_in_another_way_has_no_deadline() -> None:
    """
    High risks are accepted in time, or pass a trial run.
    """
    begun = told("2024-06-01", "建成", classified=False, local__risk="high")
    trial = told("2024-06-20", "补充资料", acceptance__trial_run_passed=True)

    assert due(follow(begun, as_of="2024-06-20"), "LF-3-e") == [("2024-07-01", "running")]
    found = follow(begun, trial, as_of="2024-06-20")
    assert due(found, "LF-3-e") == []
    assert [(each.rule, each.status) for each in found.past if each.rule == "LF-3-e"] == [("LF-3-e", "ended")]


def test_a_deadline_says_no_other_than_its_rule() -> None:
    """
    Of a duty that has two parts, one undone and one unknown, the day is missed as the rule is violated; where only
    authorities can say, or whether it binds is not known, it is unknown; where its stage lies ahead, it runs.
    """
    begun = told("2024-12-20", "投入使用", classified=False, assets__ledger_established=False)
    reviewed = told("2024-06-01", "建成", classified=False, local__meeting_approved=True)

    assert due(follow(begun, as_of="2025-03-24"), "LF-4-g") == [("2025-01-06", "missed")]
    found = follow(reviewed, told("2024-07-01", "投入使用"), as_of="2024-07-10")
    assert found.decision["LF-4-h"].outcome in ("review", "unknown")
    assert due(found, "LF-4-h") == [("2024-06-11", "unknown")]
    built = told("2024-06-01", "建成", classified=False, acceptance__trial_run_passed=False)
    assert due(follow(built, as_of="2024-07-10"), "LF-3-e") == [("2024-07-01", "unknown")]
    early = told("2024-12-20", "签约", classified=False, operation__started_on="2024-12-20")
    found = follow(early, as_of="2025-03-24", partial=True)
    assert found.decision["LF-4-g"].outcome == "pending"
    assert due(found, "LF-4-g") == [("2025-01-06", "running")]


def test_whose_clock_it_is_and_which_events_set_and_stopped_it() -> None:
    """
    A deadline names its bearer, the day it is counted from, and the lines that began and ended it.
    """
    found = follow(*REGULAR, as_of="2024-09-01")
    contract = next(each for each in found.deadlines if each.rule == "LF-3-c")

    assert (contract.bearer, contract.counts, contract.since) == ("建设单位", True, date(2024, 5, 1))
    assert (contract.began, contract.stopped, contract.done_on) == (5, 6, date(2024, 5, 16))
    answer = next(each for each in found.deadlines if each.rule == "LF-2-b")
    assert (answer.bearer, answer.counts, answer.began, answer.stopped) == ("主管部门", False, 1, 2)


def test_what_is_due_soon() -> None:
    """
    Deadlines that run and end within so many days, the day of judging and the last included.
    """
    found = follow(*REGULAR[:5], as_of="2024-05-06")

    assert [each.rule for each in found.due_within(9)] == []
    assert [each.rule for each in found.due_within(10)] == ["LF-3-c"]
    assert [each.rule for each in follow(*REGULAR[:5], as_of="2024-05-16").due_within(0)] == ["LF-3-c"]


# ---------------------------------------------------------------------------------------------------------------------
# Laws

DAYS = [date(2024, 3, 1), date(2024, 3, 8), date(2024, 3, 16), date(2024, 12, 30), date(2025, 1, 2)]
NAMES = [*LIFECYCLE.events, "申报", "评审", "验收", "报送", "剪彩"]
FACTS = [
    {},
    {},
    {},
    {"local": {"risk": "low"}},
    {"local": {"risk": "high"}, "acceptance": {"trial_run_passed": False}},
    {"review": {"result": "failed"}},
    {"funding": {"total_investment": "800万元"}},
    {"contract": {"signed_on": "2024-03-01"}},
    {"planning": {"plan_year": 2024}, "local": {"pressed": None}},
    {"acceptance": {"completed_on": False}},
    {"local": {"steps_done": ["survey", "design"], "papers": []}},
]
GIVEN = [
    {},
    {"classified": False},
    {"classified": False, "local": {"risk": "low"}, "operation": {"in_use_on": "2024-03-08"}},
]


def _walk(seed: int, *, withdraw: bool = False) -> list[dict[str, Any]]:
    """
    Events that mostly follow the transitions; some may withdraw others.
    """
    rng = random.Random(seed)  # noqa: S311  # nothing here is secret
    state, found = LIFECYCLE.initial, []
    for _ in range(rng.randint(0, 9)):
        leaving = LIFECYCLE.leaving(state)
        if leaving and rng.random() < 0.7:
            transition = rng.choice(leaving)
            name, state = transition.event, transition.target
        else:
            name = rng.choice(NAMES)
        found.append({"date": str(rng.choice(DAYS[:4])), "event": name, "facts": rng.choice(FACTS)})
        if withdraw and rng.random() < 0.2:
            found[-1]["withdraws"] = {key: rng.choice(found)[key] for key in ("date", "event")}
    if rng.random() < 0.8:
        found.sort(key=lambda event: event["date"])
    return found


RECORDS = st.integers(0, 10**6).map(_walk)
MENDED = st.integers(0, 10**6).map(lambda seed: _walk(seed, withdraw=True))
LOOKS = st.fixed_dictionaries(
    {"as_of": st.sampled_from(DAYS), "given": st.sampled_from(GIVEN), "partial": st.booleans()}
)


def look(recorded: list[dict[str, Any]] | list[EventRecord], **about: Any) -> Track:
    records = [each if isinstance(each, EventRecord) else None for each in recorded]
    return TRACKER.track(recorded if all(records) else records_of(recorded, PACK), **about)  # type: ignore[arg-type]


def outcome(found: Track, *, lines: bool = True) -> Any:
    """
    All that a track comes to but what it says of single lines; without ``lines``, not which line did it either.
    """
    breaches = sorted((each.rule, each.on, (each.line or 0) if lines else each.line is None) for each in found.breaches)
    deadlines = [(each.rule, each.opens_on, each.due_on, each.done_on, each.status) for each in found.deadlines]
    return found.state, found.project, breaches, deadlines, found.next, found.decision.model_dump()


@given(RECORDS | MENDED, LOOKS)
@settings(max_examples=150)
def test_the_naive_tracker_agrees(recorded: list[dict[str, Any]], about: dict[str, Any]) -> None:
    """
    An account worked out anew after each event and day by day has the same states, breaches and due days.
    """
    assert differences(NAIVE.story(recorded, **about), as_story(look(recorded, **about))) == {}


@given(RECORDS, LOOKS, st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_the_order_of_lines_does_not_matter(recorded: Any, about: Any, rng: random.Random) -> None:
    """
    Entries of several days in whatever order come to the same, if those of one day keep theirs.
    """
    order = sorted(range(len(recorded)), key=lambda _: rng.random())
    of_a_day = {day: [each for each in recorded if each["date"] == str(day)] for day in DAYS}
    days = [date.fromisoformat(recorded[i]["date"]) for i in order]
    shuffled = [of_a_day[day].pop(0) for day in days]

    assert outcome(look(shuffled, **about), lines=False) == outcome(look(recorded, **about), lines=False)


@given(RECORDS, LOOKS, st.sampled_from(DAYS[:4]))
@settings(max_examples=40)
def test_what_was_is_not_changed_by_what_comes(recorded: Any, about: Any, until: date) -> None:
    """
    What a record says up to a day is the beginning of what it says later: the same passages, and the same breaches.
    """
    recorded = sorted(recorded, key=lambda event: event["date"])
    whole = look(recorded, **{**about, "as_of": DAYS[-1]})
    past = [each for each in recorded if each["date"] <= str(until)]
    if not past:
        return  # what is wrong from the start is dated to the first day that something is known of
    part = look(past, **{**about, "as_of": until})

    assert part.passages == whole.passages[: len(part.passages)]
    begun = {(each.rule, each.on, each.line) for each in whole.breaches if each.on <= until}
    assert begun == {(each.rule, each.on, each.line) for each in part.breaches}


@given(RECORDS, LOOKS)
@settings(max_examples=40)
def test_what_lies_ahead_changes_nothing(recorded: Any, about: Any) -> None:
    """
    Entries after the day of judging are reported, one notice each, and nothing else comes of them.
    """
    recorded = sorted(recorded, key=lambda event: event["date"])
    past = [each for each in recorded if each["date"] <= str(about["as_of"])]
    whole, part = look(recorded, **about), look(past, **about)

    assert outcome(whole) == outcome(part)
    assert [each for each in whole.notices if each.kind != "ahead"] == list(part.notices)
    assert sum(each.kind == "ahead" for each in whole.notices) == len(recorded) - len(past)


@given(MENDED, LOOKS)
@settings(max_examples=40)
def test_what_is_withdrawn_might_as_well_not_stand_there(recorded: Any, about: Any) -> None:
    """
    Without the entries that are withdrawn, and without the word that withdraws them, all comes to the same.
    """
    whole = look(recorded, **about)
    gone = {notice.line for notice in whole.notices if notice.kind == "withdrawn"}
    left = [
        {key: value for key, value in event.items() if key != "withdraws"} | {"note": str(line)}
        for line, event in enumerate(recorded, 1)
        if line not in gone
    ]
    noted = [{**event, "note": str(line)} for line, event in enumerate(recorded, 1)]

    assert outcome(look(noted, **about), lines=False) == outcome(look(left, **about), lines=False)


@given(RECORDS, LOOKS, st.data())
@settings(max_examples=40)
def test_a_duplicate_changes_nothing(recorded: Any, about: Any, data: st.DataObject) -> None:
    """
    An entry once more, at the end, is reported if it counts at all, and nothing else comes of it.
    """
    if not recorded:
        return
    again = data.draw(st.sampled_from(recorded))
    once, twice = look(recorded, **about), look([*recorded, again], **about)

    assert outcome(twice) == outcome(once)
    expected = "duplicate" if again["date"] <= str(about["as_of"]) else "ahead"
    assert (expected, len(recorded) + 1) in notices(twice)


@given(RECORDS, LOOKS)
@settings(max_examples=60)
def test_track_and_check_never_disagree(recorded: Any, about: Any) -> None:
    """
    The tracker's decision is that of `evaluate` on its project; what is broken and not put right is what is violated.
    """
    found = look(recorded, **about)
    decision = evaluate(found.project, PACK, as_of=about["as_of"])

    assert decision.model_dump() == found.decision.model_dump()
    violated = sorted(finding.rule for finding in decision if finding.outcome == "violated")
    assert sorted(each.rule for each in found.breaches if each.cured_on is None) == violated
    for deadline in found.deadlines:
        assert deadline.status != "missed" or deadline.rule in violated
    assert len(found.passages) == len(recorded)


@given(RECORDS, LOOKS)
@settings(max_examples=40)
def test_a_complete_record_settles_no_otherwise_than_a_partial_one(recorded: Any, about: Any) -> None:
    """
    What a partial record settles is so where the record is complete, if the project came the same way.
    """
    whole, part = (look(recorded, **{**about, "partial": partial}) for partial in (False, True))
    if [each.target for each in whole.passages] != [each.target for each in part.passages]:
        return
    known = dict(part.project.model_dump(exclude_none=True))
    if any(whole.project.get(path) != part.project.get(path) for path in _paths(known)):
        return  # a year that began anew
    for finding in part.decision:
        if finding.outcome == "violated":
            assert whole.decision[finding.rule].outcome == "violated"


def _paths(data: dict[str, Any]) -> list[str]:
    return [
        path
        for name, value in data.items()
        for path in ([f"{name}.{inner}" for inner in value] if isinstance(value, dict) else [name])
    ]


@given(RECORDS, LOOKS)
@settings(max_examples=40)
def test_the_same_record_always_comes_to_the_same(recorded: Any, about: Any) -> None:
    """
    A tracker keeps nothing from one project to the next.
    """
    fresh = Tracker(PACK).track(records_of(recorded, PACK), **about)

    assert outcome(fresh) == outcome(look(recorded, **about))
    assert fresh.notices == look(recorded, **about).notices


@pytest.mark.skipif(not available(), reason="durable-rules is not installed")
@given(RECORDS, LOOKS)
@settings(max_examples=40)
def test_both_machines_agree(recorded: Any, about: Any) -> None:
    """
    The second engine takes the same transitions.
    """
    durable = Tracker(PACK, engine="durable").track(records_of(recorded, PACK), **about)
    compiled = look(recorded, **about)

    assert replace(durable, machine="", decision=compiled.decision) == replace(
        compiled, machine="", decision=compiled.decision
    )
