"""
A tracked project as JSON data, as a CSV table and as a calendar of its deadlines.
"""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import icalendar
import pytest

from govit_rules import Project, evaluate
from govit_rules.events import read_events, records_of
from govit_rules.library import load_pack_file
from govit_rules.lifecycle import Track, track
from govit_rules.track_export import as_calendar, as_csv, as_data, days_left, overview_data, project_data
from govit_rules.track_text import OverviewRow

ROOT = Path(__file__).parent.parent
PACK = load_pack_file(ROOT / "tests" / "packs" / "tracked.yaml")
LIFE = read_events((ROOT / "tests" / "lives" / "tracked.jsonl").read_bytes(), PACK)
DAY = date(2024, 5, 1)
START: dict[str, Any] = {
    "date": "2023-08-01",
    "event": "补充资料",
    "facts": {"owner": {"level": "municipal"}, "planning": {"plan_year": 2024}},
}


def life(day: date = DAY) -> Track:
    return track(LIFE, PACK, as_of=day)


def tracked(*events: dict[str, Any], as_of: str) -> Track:
    return track(records_of(events, PACK), PACK, as_of=date.fromisoformat(as_of))


def rows(found: Track, **how: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(as_csv(found, **how), newline="")))


def entries(found: Track, **how: Any) -> list[Any]:
    return list(icalendar.Calendar.from_ical(as_calendar(found, **how)).walk("VEVENT"))


class TestData:
    """
    The track as JSON data.
    """

    def test_the_keys_are_fixed(self) -> None:
        """
        The parts are those that docs/cli.md names.
        """
        manual = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
        manual = manual[manual.index("## track\n") : manual.index("## diff\n")]
        told = as_data(life())
        applied = as_data(tracked(START, {"date": "2023-08-10", "event": "书面申报"}, as_of="2023-08-11"))
        inner = (told["events"], told["notices"], told["breaches"], told["deadlines"], applied["next"])

        assert list(told) == [
            *("city", "as_of", "name", "state", "partial", "exit_code", "conclusion", "project", "events", "notices"),
            *("breaches", "deadlines", "past", "next", "decision", "pack", "machine"),
        ]
        for part in (told, told["state"], told["decision"], told["pack"], *(listed[0] for listed in inner)):
            assert [key for key in part if f"`{key}`" not in manual] == []

    def test_it_is_json(self) -> None:
        """
        The data are what JSON can hold, and the same each time.
        """
        told = as_data(life())

        assert json.loads(json.dumps(told)) == told
        assert as_data(life()) == told

    def test_where_it_stands(self) -> None:
        """
        City, day, state with label and stage, exit code and conclusion.
        """
        told, english = as_data(life()), as_data(life(), lang="en")

        assert (told["city"], told["as_of"]) == ("tracked", "2024-05-01")
        assert told["state"] == {"id": "in_use", "label": "使用中", "stage": "operation"}
        assert (told["exit_code"], told["conclusion"], english["conclusion"]) == (1, "不符合", "not compliant")
        assert told["machine"] == "compiled"
        assert english["deadlines"][0]["title"] == "Answer within 5 working days"

    def test_every_event_as_it_was_recorded(self) -> None:
        """
        Every line of the record is there as it was written, with what became of it.
        """
        told = as_data(life())["events"]

        assert [each["recorded"] for each in told] == [dict(record.data) for record in LIFE]
        assert [each["line"] for each in told] == list(range(1, 15))
        assert (told[5]["how"], told[5]["from"], told[5]["to"], told[5]["skipped"]) == (
            *("irregular", "applied", "under_construction"),
            ["立项"],
        )

    def test_breaches_and_deadlines(self) -> None:
        """
        Breaches have their line and the day they were mended, deadlines the days that are left.
        """
        told = as_data(life())
        broken = {each["rule"]: each for each in told["breaches"]}
        due = {each["rule"]: each for each in told["deadlines"]}

        assert (broken["TR-3-a"]["line"], broken["TR-3-a"]["cured_on"]) == (6, "2023-09-10")
        assert (broken["TR-4-a"]["line"], broken["TR-4-a"]["on"]) == (None, "2023-12-06")
        assert (due["TR-5-a"]["due_on"], due["TR-5-a"]["days_left"]) == ("2024-07-10", 70)
        assert due["TR-4-a"]["days_left"] is None
        assert due["TR-3-b"]["days_left"] == (date(2023, 9, 30) - DAY).days

    def test_what_can_happen_next(self) -> None:
        """
        The events that can come next have their clauses and what their condition wants.
        """
        found = tracked(START, {"date": "2023-08-10", "event": "书面申报"}, as_of="2023-08-11")
        (told,) = as_data(found)["next"]

        assert (told["event"], told["to"], told["articles"]) == ("立项", "approved", ["第三条第(一)项"])
        assert told["guard"] in ("false", "unknown")

    def test_the_name_is_that_of_the_record(self) -> None:
        """
        What the record calls the project goes before what its facts call it.
        """
        assert as_data(life())["name"] == "智慧水务"
        assert as_data(life(), name="水务-01")["name"] == "水务-01"

    @pytest.mark.parametrize("day", [date(2023, 8, 15), date(2023, 10, 1), date(2024, 1, 20), date(2025, 1, 1)])
    def test_check_judges_the_project_as_the_tracker_does(self, day: date) -> None:
        """
        The project that is written out, read again, has the same digest and the same decision.
        """
        found = life(day)
        project = Project.model_validate_json(json.dumps(project_data(found)))

        assert project.digest == found.project.digest
        assert evaluate(project, PACK, as_of=day).model_dump() == found.decision.model_dump()

    def test_a_project_of_an_overview(self) -> None:
        """
        A row has state, conclusion, breaches not mended, and the deadline that comes first.
        """
        told = overview_data(OverviewRow("水务-01", life()))

        assert (told["project"], told["events"], told["open_breaches"], told["exit_code"]) == ("水务-01", 14, 2, 1)
        assert told["next_due"]["rule"] == "TR-5-a"
        assert overview_data(OverviewRow("无", tracked(START, as_of="2025-01-01")))["next_due"] is None


class TestTable:
    """
    The deadlines as CSV.
    """

    def test_a_row_for_each_deadline(self) -> None:
        """
        Present and past deadlines have a row each, with the same days as the data.
        """
        found = life()
        found = replace(found, past=(found.deadlines[0],))
        told = rows(found)

        assert [row["规则"] for row in told] == [each.rule for each in (*found.deadlines, *found.past)]
        assert [row["到期日"] for row in told] == [each.due_on.isoformat() for each in (*found.deadlines, *found.past)]
        assert {row["计入项目"] for row in told} == {"是", "否"}
        assert {"逾期", "已办", "进行中"} <= {row["状态"] for row in told}
        assert {row["力度"] for row in told} == {"必须"}

    def test_in_english(self) -> None:
        """
        Headings and statuses have English words.
        """
        told = rows(life(), lang="en")

        assert {row["status"] for row in told} == {"missed", "done", "running"}
        assert {row["counts"] for row in told} == {"yes", "no"}
        assert {row["severity"] for row in told} == {"mandatory"}

    @pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-1", "@x", "＝1", " \t=1"])
    def test_no_cell_is_a_formula(self, name: str) -> None:
        """
        A text that a spreadsheet would run has an apostrophe before it.
        """
        told = rows(life(), name=name)

        assert {row["项目"] for row in told} == {f"'{name.strip()}"}

    def test_names_stay_in_their_cells(self) -> None:
        """
        Commas, quotes and line ends do not part a cell or a row.
        """
        told = rows(life(), name='甲,"乙"\r\n丙')

        assert {row["项目"] for row in told} == {'甲,"乙"  丙'}
        assert len(told) == len(life().deadlines)


class TestCalendar:
    """
    The running deadlines as a calendar.
    """

    def test_an_entry_for_each_running_deadline(self) -> None:
        """
        A running deadline is a whole day on its due day, with clause, whose duty, and an alarm a week before; one that
        is over has none.
        """
        (entry,) = entries(life())
        (alarm,) = entry.walk("VALARM")

        assert entry["DTSTART"].dt == date(2024, 7, 10)
        assert entry["DTEND"].dt == date(2024, 7, 11)
        assert entry["DTSTAMP"].dt == datetime(2024, 5, 1, tzinfo=UTC)
        assert entry["SUMMARY"] == "第五条第(一)项 投入使用3至6个月内自评价 (智慧水务)"
        assert entry["DESCRIPTION"].splitlines() == [
            "依据：跟踪市信息化项目办法 跟府办〔2020〕2号 第五条第(一)项 (TR-5-a)",
            "义务人：项目单位",
            "起算日：2024-01-10",
            "首日：2024-04-10",
        ]
        assert alarm["TRIGGER"].dt == timedelta(days=-7)

    def test_in_english(self) -> None:
        """
        In English, too; an authority's own is marked.
        """
        found = tracked(START, {"date": "2023-08-10", "event": "书面申报"}, as_of="2023-08-11")
        told = {str(entry["CATEGORIES"].to_ical(), "utf-8"): entry for entry in entries(found, lang="en")}

        assert told["TR-2-b"]["SUMMARY"] == "第二条第(二)项 Answer within 5 working days"
        assert "whose duty: 主管部门 (authority)" in told["TR-2-b"]["DESCRIPTION"]

    def test_the_same_track_gives_the_same_bytes(self) -> None:
        """
        The clock is not read: two exports are equal, in another process as well.
        """
        code = (
            "import sys; sys.path.insert(0, 'tests'); import test_track_export as t;"
            "sys.stdout.buffer.write(t.as_calendar(t.life()))"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT, check=True)

        assert done.stdout == as_calendar(life()) == as_calendar(life())

    def test_a_deadline_keeps_its_uid(self) -> None:
        """
        The UID stays from day to day, and differs between projects and between deadlines.
        """
        (one,), (later,), (other,) = (
            entries(life(), name="甲"),
            entries(life(DAY + timedelta(9)), name="甲"),
            entries(life(), name="乙"),
        )
        found = tracked(START, {"date": "2023-08-10", "event": "书面申报"}, as_of="2023-08-11")
        uids = [entry["UID"] for entry in entries(found)]

        assert one["UID"] == later["UID"] != other["UID"]
        assert one["DTSTAMP"].dt < later["DTSTAMP"].dt
        assert len(uids) == len(set(uids)) > 1

    def test_lines_are_folded(self) -> None:
        """
        No line is longer than 75 bytes, and each ends as the format wants (RFC 5545, 3.1).
        """
        content = as_calendar(life(), name="很长的名称" * 20)

        assert content.endswith(b"\r\n")
        assert max(map(len, content.split(b"\r\n"))) <= 75
        assert b"\n" not in content.replace(b"\r\n", b"")

    def test_a_name_adds_no_lines(self) -> None:
        """
        Whatever a project is called, it stays within its entry.
        """
        (entry,) = entries(life(), name="甲\r\nEND:VEVENT\x00\x1b,;乙")

        assert "END:VEVENT" in entry["SUMMARY"]
        assert "\x1b" not in entry["SUMMARY"]
        assert entry["SUMMARY"].endswith(",;乙)")

    def test_nothing_due_is_an_empty_calendar(self) -> None:
        """
        Without running deadlines the calendar has no entries, and is one all the same.
        """
        assert entries(tracked(START, as_of="2025-01-01")) == []


def test_days_left_of_what_is_over() -> None:
    """
    A deadline that was kept, done late, or fell away has no days left.
    """
    found = life()
    running = next(each for each in found.deadlines if each.status == "running")

    assert days_left(running, found) == 70
    for status in ("met", "unknown", "ended"):
        assert days_left(replace(running, status=status), found) is None
    assert days_left(replace(running, status="missed", done_on=DAY), found) is None


def test_the_calendar_library_is_loaded_late() -> None:
    """
    Importing the module does not load icalendar.
    """
    code = "import sys, govit_rules.track_export; print('icalendar' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"
