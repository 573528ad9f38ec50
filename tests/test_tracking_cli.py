"""
``govit-rules track`` and its commands, from the question to the exit code.

Most calls run in this process; those that are about processes, in their own.
"""

from __future__ import annotations

import io
import json
import os
import re
import sqlite3
import subprocess
import sys
from dataclasses import astuple, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import icalendar
import pytest

from govit_rules import Project, cities, evaluate, load_pack
from govit_rules.cli import main, records
from govit_rules.errors import Defect, LogError
from govit_rules.event_log import INSERT, EventLog, open_log
from govit_rules.library import load_pack_file
from govit_rules.log_verification import verify_log

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT = Path(__file__).parent.parent
LIFE = ROOT / "tests" / "lives" / "tracked.jsonl"
OWN = ROOT / "tests" / "packs" / "tracked.yaml"
PACK = ("--pack", str(OWN))
DAY = ("--as-of", "2024-06-20")
COMPILED = ("--engine", "compiled")
ASKED = (*PACK, *DAY, *COMPILED)
CITY = min(head["city"] for head in cities())
FACTS = {"date": "2023-08-01", "event": "补充资料", "facts": {"owner": {"level": "municipal"}}}
APPLIED = {"date": "2023-08-10", "event": "书面申报", "actor": "申报单位"}


class Done(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """
    One call of the tool in this process, on a page of 100 columns.
    """
    monkeypatch.setenv("COLUMNS", "100")

    def call(*arguments: str | Path, text: str | bytes = b"") -> Done:
        content = text.encode() if isinstance(text, str) else text
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        capsysbinary.readouterr()
        with pytest.raises(SystemExit) as left:
            main(list(map(str, arguments)))
        out, err = capsysbinary.readouterr()
        assert b"Traceback" not in err
        return Done(int(left.value.code or 0), out.decode(), err.decode())

    return call


def refusal(done: Done) -> str:
    """
    The message of a call that was refused: exit code 2, nothing on standard output, what it is and how to mend it.
    """
    assert (done.code, done.out) == (2, "")
    assert "→" in done.err
    return done.err


def lines(*events: dict[str, Any]) -> str:
    return "".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events)


def put(path: Path, *events: dict[str, Any]) -> Path:
    path.write_text(lines(*events), encoding="utf-8")
    return path


def kept(log: Path) -> list[tuple[str, str, dict[str, Any]]]:
    with open_log(log, create=False) as opened:
        return [(entry.city, entry.project, json.loads(entry.event)) for entry in opened.entries()]


class TestFile:
    """
    ``track EVENTS.jsonl``.
    """

    def test_text(self, run: Any) -> None:
        """
        The page of the project is printed, and the exit code is that of the decision.
        """
        done = run("track", LIFE, *ASKED)

        assert (done.code, done.err) == (1, "")
        assert done.out == (ROOT / "tests" / "golden_lives" / "tracked-life.zh.txt").read_text(encoding="utf-8")

    def test_english(self, run: Any) -> None:
        """
        ``--lang en`` prints the page in English.
        """
        done = run("track", LIFE, *ASKED, "--lang", "en")

        assert done.out == (ROOT / "tests" / "golden_lives" / "tracked-life.en.txt").read_text(encoding="utf-8")

    def test_json(self, run: Any) -> None:
        """
        ``--format json`` prints the same as data; the project is called as its file where the record does not name it.
        """
        told = json.loads(run("track", LIFE, *ASKED, "--format", "json").out)

        assert (told["name"], told["state"]["id"], told["exit_code"]) == ("tracked", "in_use", 1)

    def test_standard_input(self, run: Any) -> None:
        """
        ``-`` reads standard input, with or without a byte order mark.
        """
        done = run("track", "-", *ASKED, text=b"\xef\xbb\xbf" + LIFE.read_bytes())

        assert done.out == run("track", LIFE, *ASKED).out

    @pytest.mark.parametrize(("facts", "code"), [({"level": "municipal"}, 0), ({"level": "county"}, 0), ({}, 3)])
    def test_exit_codes(self, run: Any, facts: dict[str, Any], code: int) -> None:
        """
        0 where nothing was found, 3 where it cannot be judged; 1 is seen above.
        """
        done = run("track", "-", *ASKED, text=lines({**FACTS, "facts": {"owner": facts}}))

        assert done.code == code

    def test_what_is_due(self, run: Any) -> None:
        """
        ``--due`` says how many days ahead are looked at.
        """
        assert "2024-07-10  第五条第(一)项" in run("track", LIFE, *ASKED, "--due", "20d").out
        assert "今后 19 天到期\n  没有" in run("track", LIFE, *ASKED, "--due", "19").out
        assert "'20w' 不是天数，写成 30d" in run("track", LIFE, *ASKED, "--due", "20w").err

    def test_the_facts_feed_check(self, run: Any, tmp_path: Path) -> None:
        """
        What ``--facts`` writes, ``check`` judges as the tracker does.
        """
        file = tmp_path / "项目.json"
        told = json.loads(run("track", LIFE, *ASKED, "--facts", file, "--format", "json").out)
        checked = json.loads(run("check", file, *PACK, *DAY, "--format", "json").out)

        assert checked["summary"] == told["decision"]["summary"]
        assert checked["project"]["digest"] == told["decision"]["digest"]
        assert json.loads(file.read_text(encoding="utf-8")) == told["project"]

    def test_given_facts_come_first(self, run: Any, tmp_path: Path) -> None:
        """
        ``--given`` are facts known before any event; what is wrong in them is told with their file.
        """
        given = tmp_path / "given.json"
        given.write_text(
            '{"owner": {"level": "municipal"}, "funding": {"total_investment": "20万元"}}', encoding="utf-8"
        )
        told = json.loads(run("track", "-", *ASKED, "--given", given, "--format", "json", text=lines(APPLIED)).out)
        given.write_text('{"owner": {"levle": "municipal"}}', encoding="utf-8")

        assert told["project"]["funding"] == {"total_investment": 200000}
        assert f"{given}: 有 1 处要改" in refusal(run("track", "-", *ASKED, "--given", given, text=lines(APPLIED)))

    def test_a_record_may_be_partial(self, run: Any) -> None:
        """
        ``--partial`` reads what is not recorded as unknown.
        """
        events = lines(FACTS, APPLIED)
        whole, part = (
            json.loads(run("track", "-", *ASKED, *how, "--format", "json", text=events).out)
            for how in ((), ("--partial",))
        )

        assert (whole["partial"], part["partial"]) == (False, True)
        assert "answered_on" in whole["project"]["local"]
        assert "answered_on" not in part["project"].get("local", {})

    def test_the_city_of_the_events(self, run: Any) -> None:
        """
        Without ``--city`` the city is the one that the first event names.
        """
        done = run("track", "-", *DAY, *COMPILED, "--format", "json", text=lines({**FACTS, "city": CITY}))

        assert json.loads(done.out)["city"] == CITY

    def test_the_day_is_today_unless_given(self, run: Any) -> None:
        """
        Without ``--as-of`` the day of judging is today.
        """
        before = date.today()
        told = json.loads(run("track", LIFE, *PACK, *COMPILED, "--format", "json").out)

        assert before.isoformat() <= told["as_of"] <= date.today().isoformat()


class TestSeveralProjects:
    """
    A file may have the events of several projects.
    """

    def test_one_is_chosen(self, run: Any) -> None:
        """
        ``--project`` takes the events of one; their lines are those of the file.
        """
        events = lines(*({**event, "project": name} for event in (FACTS, APPLIED) for name in ("甲", "乙")))
        told = json.loads(run("track", "-", *ASKED, "--project", "乙", "--format", "json", text=events).out)

        assert told["name"] == "乙"
        assert [event["line"] for event in told["events"]] == [2, 4]

    def test_events_without_a_project_belong_to_the_one(self, run: Any) -> None:
        """
        Where only one project is named, events without a name are its own.
        """
        told = json.loads(
            run("track", "-", *ASKED, "--format", "json", text=lines(FACTS, {**APPLIED, "project": "甲"})).out
        )

        assert (told["name"], len(told["events"])) == ("甲", 2)

    @pytest.mark.parametrize(
        ("names", "chosen", "words"),
        [
            (("甲", "乙"), None, "有几个项目：甲、乙"),
            (("甲", "乙"), "丙", "没有项目 丙 的事件\n    → 文件里有几个项目：甲、乙"),
            (("甲",), "丙", "没有项目 丙 的事件\n    → 文件里有项目：甲"),
            (("智慧停车", "乙"), "智慧停東", "是不是 智慧停车？"),
            (("甲", "乙", None), "甲", "标准输入:3: 有几个项目，而第 3 行没有写是哪个"),
        ],
    )
    def test_which_is_meant_must_be_clear(self, run: Any, names: Sequence[str], chosen: str | None, words: str) -> None:
        """
        Several projects and none chosen, one that is not there, or events of nobody: refused, with what there is.
        """
        events = lines(*({**FACTS, "project": name} if name else FACTS for name in names))
        option = ("--project", chosen) if chosen else ()

        assert words in refusal(run("track", "-", *ASKED, *option, text=events))

    def test_many_are_not_all_listed(self, run: Any) -> None:
        """
        Of a thousand projects the first are named.
        """
        message = refusal(run("track", "-", *ASKED, text=lines(*({**FACTS, "project": f"p{n}"} for n in range(1000)))))

        assert "p19 等 1000 个" in message
        assert "p20" not in message


class TestWrongQuestions:
    """
    What cannot be answered gives exit code 2, and a message that says where, what, and how to mend it.
    """

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            ('{"date": "2023-08-01", "event": "申报"}\n{"date": "2023-02-30", "event": "申报"}', "标准输入:2: date："),
            ('{"event": "申报"}', "标准输入:1: 缺 date"),
            ('{"date": "2023-08-01", "evnt": "申报"}', "是不是 event？"),
            ('{"date": "2023-08-01", "event": "申报"', "标准输入:1: 不是合格的 JSON"),
            (
                '{"date": "2023-08-01", "event": "申报", "facts": {"owner": {"levl": 1}}}',
                "标准输入:1: facts.owner.levl",
            ),
            ('{"date": "2023-08-01", "event": "申报", "city": "别处"}', "标准输入:1: 事件属于城市 别处"),
            ("[" * 100_000, "标准输入:1: "),
            (b"\xff\xfe", "标准输入: 文件不是 UTF-8 编码"),
        ],
    )
    def test_bad_events(self, run: Any, content: str | bytes, words: str) -> None:
        """
        Defects of events are told with file and line.
        """
        message = refusal(run("track", "-", *ASKED, text=content))

        assert words in message
        assert "处要改" in message

    def test_every_defect_at_once(self, run: Any) -> None:
        """
        All lines that are wrong are told together, up to a hundred.
        """
        message = refusal(run("track", "-", *ASKED, text=lines(*({**FACTS, "city": "别处"} for _ in range(150)))))

        assert "标准输入: 有 150 处要改" in message
        assert message.count("事件属于城市") == 100
        assert "另有 50 处要改" in message

    def test_where_reading_stops(self, run: Any) -> None:
        """
        Of more wrong lines than are read on, none is counted that was not seen.
        """
        message = refusal(run("track", "-", *ASKED, text=lines(*({**FACTS, "date": "x"} for _ in range(150)))))

        assert "标准输入: 有 100 处以上要改" in message
        assert message.count("date：") == 100
        assert "还有别的错误，只列出前 100 处" in message
        assert "另有" not in message

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ((), "没有给出事件"),
            (("nowhere.jsonl", *PACK), "没有这个文件"),
            (("-",), "没有指明城市"),
            (("-", "--city", "luzhuo"), "luzhou"),
            (("-", *PACK, "--given", "nowhere.json"), "没有这个文件"),
            (("-", *PACK, "--engine", "steam"), "steam"),
            (("-", *PACK, "--city", "luzhou"), "只能用一个"),
            (("list",), "--log"),
            (("events",), "没有指明城市"),
            (("verify", "--log", "nowhere.db"), "没有这个日志"),
            (("verify", "--log", "README.md"), ""),
            (("list", "--log", "nowhere.db"), "没有这个日志"),
            (("list", "--log", "README.md"), "SQLite"),
            (("--log", "nowhere.db", "--project", "甲"), "没有这个日志"),
            (("export",), "没有给出事件"),
            (("-", *PACK, "--log", "no/such/folder/p.db", "--project", "甲"), "所在文件夹不存在"),
        ],
    )
    def test_bad_usage(self, run: Any, arguments: Sequence[str], words: str) -> None:
        """
        A question that is wrong is refused, and the message helps.
        """
        done = run("track", *arguments, text=lines(FACTS))

        assert done.code in ((1, 2) if "verify" in arguments else (2,))
        assert words in done.err + done.out

    def test_a_pack_without_a_lifecycle(self, run: Any, tmp_path: Path) -> None:
        """
        A pack without a lifecycle cannot track, and that is said.
        """
        text = OWN.read_text(encoding="utf-8")
        (tmp_path / "own.yaml").write_text(text[: text.index("\nlifecycle:")], encoding="utf-8")

        assert "没有 lifecycle" in refusal(run("track", LIFE, "--pack", tmp_path / "own.yaml", *COMPILED))

    def test_a_name_that_is_too_long(self, run: Any) -> None:
        """
        A file name that the system does not take is a wrong question.
        """
        assert "读不出来" in refusal(run("track", "长" * 300 + ".jsonl", *PACK))

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may read everywhere")
    def test_a_folder_that_may_not_be_looked_into(self, run: Any, tmp_path: Path) -> None:
        """
        A file in a folder that is closed to the user is refused as one that may not be read.
        """
        file = put(tmp_path / "a.jsonl", FACTS)
        tmp_path.chmod(0o600)
        try:
            assert "没有读取的权限" in refusal(run("track", file, *ASKED))
        finally:
            tmp_path.chmod(0o700)

    def test_a_city_may_be_named_in_the_events(self, run: Any) -> None:
        """
        Where no city is named, the message says where one may be.
        """
        assert '在项目、事件里写 "city"' in refusal(run("track", "-", text=lines(FACTS)))


class TestEngine:
    """
    ``--engine``: which matches states and events.
    """

    def test_durable_unless_it_is_missing(self, run: Any) -> None:
        """
        By default durable-rules is used where it can be, and nothing is said.
        """
        pytest.importorskip("durable")
        done = run("track", LIFE, *PACK, *DAY, "--format", "json")

        assert (json.loads(done.out)["machine"], done.err) == ("durable", "")

    @pytest.mark.parametrize("command", [(), ("export",)])
    def test_compiled_with_a_word(self, command: Sequence[str]) -> None:
        """
        Where durable-rules is missing, the other engine is used, one sentence says so, and the answer is the same.
        """
        done = without_durable("track", *command, str(LIFE), *PACK, *DAY, "--format", "json")

        assert json.loads(done.stdout)["machine"] == "compiled"
        assert done.stderr.decode() == "没有 durable-rules，状态机改用 compiled 引擎，结果相同。\n"

    def test_asked_for_and_missing(self) -> None:
        """
        Durable-rules asked for by name and missing: exit code 2, and what to do.
        """
        done = without_durable("track", str(LIFE), *PACK, "--engine", "durable")

        assert (done.returncode, done.stdout) == (2, b"")
        assert "pip install" in done.stderr.decode()
        assert b"Traceback" not in done.stderr


def without_durable(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    code = "import sys; sys.modules['durable'] = None; from govit_rules.cli import main; main(sys.argv[1:])"
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, cwd=ROOT)


class TestLog:
    """
    ``track --log``: the events are kept, and what is tracked is the whole record.
    """

    def test_events_are_kept_as_they_were_written(self, run: Any, tmp_path: Path) -> None:
        """
        Each event becomes an entry with city and project, as it was written, and the page is that of the file.
        """
        log = tmp_path / "p.db"
        done = run("track", put(tmp_path / "水务.jsonl", FACTS, APPLIED), *ASKED, "--log", log)

        assert kept(log) == [("tracked", "水务", FACTS), ("tracked", "水务", APPLIED)]
        assert done.err == f"{log}: 新记入 2 个事件，已有 0 个。\n"
        assert done.out == run("track", tmp_path / "水务.jsonl", *ASKED).out

    def test_only_what_is_new_is_appended(self, run: Any, tmp_path: Path) -> None:
        """
        A file that has grown is read again: what the log has is not appended anew, and all of it is tracked.
        """
        log, file = tmp_path / "p.db", tmp_path / "水务.jsonl"
        run("track", put(file, FACTS), *ASKED, "--log", log)
        done = run("track", put(file, FACTS, APPLIED), *ASKED, "--log", log, "--format", "json")
        other = run(
            "track", put(tmp_path / "b.jsonl", {**FACTS, "project": "水务", "note": "又"}), *ASKED, "--log", log
        )

        assert "新记入 1 个事件，已有 1 个。" in done.err
        assert "新记入 1 个事件，已有 0 个。" in other.err
        assert [event["line"] for event in json.loads(done.out)["events"]] == [1, 2]
        assert " 3  2023-08-01" in other.out

    def test_the_same_line_twice(self, run: Any, tmp_path: Path) -> None:
        """
        A line that stands twice in a file is kept once, and its number is told.
        """
        log = tmp_path / "p.db"
        done = run("track", put(tmp_path / "a.jsonl", FACTS, APPLIED, FACTS), *ASKED, "--log", log)

        assert "新记入 2 个事件，已有 0 个。与前面相同、没有重记的：第 3 行。" in done.err
        assert len(kept(log)) == 2

    def test_what_the_project_is_called(self, run: Any, tmp_path: Path) -> None:
        """
        By --project, else by the events, else by the file; standard input has no name.
        """
        log, named = tmp_path / "p.db", {**FACTS, "project": "乙"}
        run("track", "-", *ASKED, "--log", log, "--project", "甲", text=lines(FACTS))
        run("track", "-", *ASKED, "--log", log, text=lines(named))
        run("track", put(tmp_path / "丙.jsonl", FACTS), *ASKED, "--log", log)

        assert [project for _, project, _ in kept(log)] == ["甲", "乙", "丙"]
        assert "不知道这些事件属于哪个项目" in refusal(run("track", "-", *ASKED, "--log", log, text=lines(FACTS)))

    def test_only_showing(self, run: Any, tmp_path: Path) -> None:
        """
        Without EVENTS the log is only read: the one project it has, or the one that is named.
        """
        log = tmp_path / "p.db"
        shown = run("track", LIFE, *ASKED, "--log", log, "--project", "甲").out
        before = log.read_bytes()

        assert run("track", *ASKED, "--log", log).out == shown
        assert run("track", *ASKED, "--log", log, "--project", "甲").out == shown
        assert log.read_bytes() == before

    def test_a_pack_from_standard_input(self, run: Any, tmp_path: Path) -> None:
        """
        The pack is read once, so it may come from standard input.
        """
        log = tmp_path / "p.db"
        shown = run("track", LIFE, *ASKED, "--log", log).out
        again = run("track", "--log", log, "--pack", "-", *DAY, *COMPILED, text=OWN.read_bytes())

        assert again.out == shown

    def test_which_project_is_meant(self, run: Any, tmp_path: Path) -> None:
        """
        Several projects and none named, one that is not there, or an empty log: refused, with what there is.
        """
        log = tmp_path / "p.db"
        open_log(log).close()
        empty = refusal(run("track", "--log", log, *COMPILED))
        of_a_city = refusal(run("track", "--log", log, *COMPILED, "--city", CITY))
        for name in ("智慧停车", "乙"):
            run("track", "-", *ASKED, "--log", log, "--project", name, text=lines(FACTS))

        assert "还没有项目" in empty
        assert f"还没有{load_pack(CITY).name['zh']}的项目" in of_a_city
        assert "有几个项目：智慧停车、乙" in refusal(run("track", "--log", log, *PACK))
        assert "是不是 智慧停车？" in refusal(run("track", "--log", log, *PACK, "--project", "智慧停东"))
        assert "用 `govit-rules track list`" in refusal(run("track", "--log", log, *PACK, "--project", "q"))

    def test_two_cities(self, run: Any, tmp_path: Path) -> None:
        """
        One log keeps projects of several cities; the city is that of the project, unless both have one of that name.
        """
        log = tmp_path / "p.db"
        for how in (PACK, ("--city", CITY)):
            run("track", "-", *how, *DAY, *COMPILED, "--log", log, "--project", "甲", text=lines(FACTS))
        run("track", "-", "--city", CITY, *COMPILED, "--log", log, "--project", "乙", text=lines(FACTS))
        told = json.loads(run("track", "--log", log, "--project", "乙", *DAY, *COMPILED, "--format", "json").out)
        ours = json.loads(run("track", "--log", log, "--project", "甲", *ASKED, "--format", "json").out)

        assert told["city"] == CITY
        assert (ours["city"], len(ours["events"])) == ("tracked", 1)
        assert f"tracked、{CITY} 都有项目 甲" in refusal(run("track", "--log", log, "--project", "甲", *COMPILED))

    @pytest.mark.parametrize(
        ("bad", "words"),
        [
            ({"date": "2023-13-01", "event": "申报"}, ":2: date"),
            ({**APPLIED, "city": "别处"}, ":2: 事件属于城市"),
            ({**APPLIED, "facts": {"planning": {"plan_year": 10**30}}}, ":2: "),
            ({**APPLIED, "note": "长" * 3000}, ":2: note 太长"),
        ],
    )
    def test_a_bad_file_leaves_no_trace(self, run: Any, tmp_path: Path, bad: dict[str, Any], words: str) -> None:
        """
        Where one line is wrong, none is kept, and no log is made.
        """
        log, file = tmp_path / "p.db", put(tmp_path / "a.jsonl", FACTS, bad)

        assert f"{file}{words}" in refusal(run("track", file, *ASKED, "--log", log))
        assert not log.exists()

    def test_what_a_log_cannot_keep_is_told_with_its_line(
        self, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        An event that can be read but not kept is refused before the first is appended.
        """
        log, file = tmp_path / "p.db", put(tmp_path / "a.jsonl", FACTS, APPLIED)

        def refuse(event: dict[str, Any]) -> str:
            if event["event"] == "书面申报":
                raise LogError([Defect("event.actor", "不能记入", "改写")])
            return ""

        monkeypatch.setattr("govit_rules.event_log.canonical_event", refuse)

        assert f"{file}:2: event.actor: 不能记入" in refusal(run("track", file, *ASKED, "--log", log))
        assert not log.exists()

    def test_a_name_that_a_log_cannot_keep(self, run: Any, tmp_path: Path) -> None:
        """
        A project that cannot be called so is refused before a log is made.
        """
        log = tmp_path / "p.db"
        message = refusal(run("track", "-", *ASKED, "--log", log, "--project", "甲\n乙", text=lines(FACTS)))

        assert "含有控制字符" in message
        assert "已经记入" not in message
        assert not log.exists()

    def test_what_was_kept_stays_kept(self, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """
        Where the disk is full half-way, it is said how many were kept; the next run goes on from there.
        """
        log, file = tmp_path / "p.db", put(tmp_path / "a.jsonl", FACTS, APPLIED)
        append = EventLog.append

        def full(self: EventLog, city: str, project: str, event: Any, **how: Any) -> Any:
            if event["event"] == "书面申报":
                raise LogError([Defect(str(log), "磁盘已满", "腾出空间")])
            return append(self, city, project, event, **how)

        with monkeypatch.context() as patch:
            patch.setattr(EventLog, "append", full)
            message = refusal(run("track", file, *ASKED, "--log", log))
        again = run("track", file, *ASKED, "--log", log)

        assert "前 1 个事件已经记入，其余的没有" in message
        assert "新记入 1 个事件，已有 1 个。" in again.err

    def test_an_event_that_the_pack_no_longer_reads(self, run: Any, tmp_path: Path) -> None:
        """
        An entry that cannot be read any more is told by project and number; `list` shows the others all the same.
        """
        log = tmp_path / "p.db"
        run("track", "-", *ASKED, "--log", log, "--project", "好", text=lines(FACTS))
        with open_log(log) as opened:
            opened.append("tracked", "坏", {"date": "never"}, recorded_at=moment())
        listed = run("track", "list", "--log", log, *ASKED)

        assert f"{log}: 坏 第 1 个事件: " in refusal(run("track", "--log", log, *ASKED, "--project", "坏"))
        assert listed.code == 2
        assert " 好 " in listed.out
        assert f"{log}: 坏 第 1 个事件: " in listed.err

    @pytest.mark.parametrize("text", ["not json", "[" * 5000, '{"n": ' + "9" * 5000 + "}", "null", '"甲"'])
    def test_an_entry_that_is_no_event(self, run: Any, tmp_path: Path, text: str) -> None:
        """
        An entry that something else put into the log, its hash in order, is told like one that cannot be read.
        """
        log = tmp_path / "p.db"
        run("track", "-", *ASKED, "--log", log, "--project", "好", text=lines(FACTS))
        with open_log(log) as opened:
            last = opened.head
            assert last is not None
            forged = replace(last, seq=2, project="坏", event=text, previous=last.hash)
            opened._connection.execute(INSERT, astuple(replace(forged, hash=forged.hash_of_content())))
        listed = run("track", "list", "--log", log, *ASKED)

        assert f"{log}: 坏 第 1 个事件: " in refusal(run("track", "--log", log, *ASKED, "--project", "坏"))
        assert listed.code == 2
        assert " 好 " in listed.out

    @pytest.mark.parametrize("gone", [True, False])
    def test_a_reader_of_remarks_that_goes_away(self, tmp_path: Path, gone: bool) -> None:
        """
        When nobody reads standard error, or its disk is full, page and exit code are the same.
        """
        if not gone and not Path("/dev/full").exists():
            pytest.skip("no device that is always full")
        command = [sys.executable, "-m", "govit_rules", "track", str(LIFE), *ASKED, "--log", str(tmp_path / "p.db")]
        reading, writing = os.pipe() if gone else (os.open(os.devnull, os.O_RDONLY), os.open("/dev/full", os.O_WRONLY))
        os.close(reading)
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=writing, cwd=ROOT)
        os.close(writing)

        assert done.returncode == 1
        assert "合规意见：不符合" in done.stdout.decode()

    def test_processes_may_append_at_once(self, tmp_path: Path) -> None:
        """
        Four processes that read two files into one log at once: every event is kept once, and the log is sound.
        """
        log = tmp_path / "p.db"
        files = [
            put(tmp_path / f"{name}.jsonl", FACTS, *({**APPLIED, "note": f"{name}{n}"} for n in range(12)))
            for name in ("甲", "乙")
        ]
        command = [sys.executable, "-m", "govit_rules", "track", *ASKED, "--format", "json", "--log", str(log)]
        started = [subprocess.Popen([*command, str(file)], stdout=subprocess.PIPE, cwd=ROOT) for file in files * 2]
        answers = [json.loads(process.communicate()[0]) for process in started]
        entries = kept(log)

        assert [process.returncode for process in started] == [answer["exit_code"] for answer in answers]
        assert len(entries) == 26
        for file in files:
            events = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
            assert [event for _, project, event in entries if project == file.stem] == events
        assert verify_log(log).sound


def moment() -> Any:
    from datetime import UTC, datetime

    return datetime(2026, 11, 21, tzinfo=UTC)


class TestVerify:
    """
    ``track verify``: exit code 0 sound, 1 damaged, 2 cannot be looked at.
    """

    @pytest.fixture
    def log(self, run: Any, tmp_path: Path) -> Path:
        run("track", LIFE, *ASKED, "--log", tmp_path / "p.db")
        return tmp_path / "p.db"

    def test_a_sound_log(self, run: Any, log: Path) -> None:
        """
        Count and head are printed; with --head, how many came after it.
        """
        with open_log(log) as opened:
            first, *_, last = opened.entries()
        done, english = run("track", "verify", "--log", log), run("track", "verify", "--log", log, "--lang", "en")
        since = run("track", "verify", "--log", log, "--head", first.hash)

        assert (done.code, english.code, since.code) == (0, 0, 0)
        assert done.out.splitlines()[:2] == [f"{log}: 完好，{last.seq} 条", f"末条的哈希 {last.hash}"]
        assert "保存在别处" in done.out
        assert english.out.splitlines()[0] == f"{log}: sound, {last.seq} entries"
        assert f"--head 之后又记了 {last.seq - 1} 条" in since.out

    def test_a_damaged_log(self, run: Any, log: Path) -> None:
        """
        A changed entry gives 1 and its number; so does a head that is not there.
        """
        cut = run("track", "verify", "--log", log, "--head", "0" * 64)
        with sqlite3.connect(log) as connection:
            connection.execute("DROP TRIGGER entry_unchanged")
            connection.execute("UPDATE entry SET event = '{}' WHERE seq = 3")
        connection.close()
        done = run("track", "verify", "--log", log)

        assert (done.code, cut.code) == (1, 1)
        assert f"{log}: 第 3 条: " in done.out
        assert f"{log}: 有损坏" in done.out
        assert "末尾被截去，或日志是重新做的" in cut.out

    def test_json(self, run: Any, log: Path) -> None:
        """
        ``--format json`` has count, head, soundness and defects.
        """
        sound = json.loads(run("track", "verify", "--log", log, "--format", "json").out)
        cut = json.loads(run("track", "verify", "--log", log, "--format", "json", "--head", "0" * 64).out)

        assert (sound["sound"], sound["count"], sound["after"], sound["defects"]) == (True, 13, None, [])
        assert len(sound["head"]) == 64
        assert not cut["sound"]
        assert set(cut["defects"][0]) == {"where", "what", "mend"}

    def test_one_entry(self, run: Any, tmp_path: Path) -> None:
        """
        English has a singular.
        """
        run("track", "-", *ASKED, "--log", tmp_path / "p.db", "--project", "甲", text=lines(FACTS))
        done = run("track", "verify", "--log", tmp_path / "p.db", "--lang", "en")

        assert done.out.splitlines()[0].endswith("p.db: sound, 1 entry")

    def test_what_is_no_log(self, run: Any, tmp_path: Path) -> None:
        """
        For a file that SQLite does not know, the name is to be checked first.
        """
        (tmp_path / "a.txt").write_text("x" * 200)
        done = run("track", "verify", "--log", tmp_path / "a.txt")
        english = run("track", "verify", "--log", tmp_path / "a.txt", "--lang", "en")

        assert (done.code, english.code) == (1, 1)
        assert "不是 SQLite 文件，或文件头已损坏\n    → 核对文件名" in done.out
        assert "is no SQLite file, or its header is damaged\n    → check the name" in english.out

    def test_a_damage_runs_nothing_in_the_terminal(self, run: Any, log: Path) -> None:
        """
        What a damaged log says is shown, not sent.
        """
        with sqlite3.connect(log) as connection:
            connection.execute('CREATE TABLE "\x1b[2J\x9b" (a)')
        connection.close()
        done = run("track", "verify", "--log", log)

        assert r"“\x1b[2J\x9b” 被改过" in done.out
        assert not {"\x1b", "\x9b"} & set(done.out)

    def test_what_is_no_hash(self, run: Any, log: Path) -> None:
        """
        A head that is no hash is a wrong question.
        """
        assert "不是哈希值" in refusal(run("track", "verify", "--log", log, "--head", "abc"))


class TestExport:
    """
    ``track export``.
    """

    def test_json(self, run: Any, tmp_path: Path) -> None:
        """
        JSON is that of `track`; the exit code is 0 whatever the decision; --out writes a file.
        """
        shown = run("track", "export", LIFE, *ASKED)
        written = run("track", "export", LIFE, *ASKED, "--out", tmp_path / "a.json")

        assert (shown.code, written.code, written.out) == (0, 0, "")
        assert shown.out == run("track", LIFE, *ASKED, "--format", "json").out
        assert (tmp_path / "a.json").read_text(encoding="utf-8") == shown.out

    def test_csv(self, run: Any, tmp_path: Path) -> None:
        """
        CSV begins with a byte order mark, into a file and into a pipe, and has a row for each deadline.
        """
        shown = run("track", "export", LIFE, *ASKED, "--format", "csv")
        run("track", "export", LIFE, *ASKED, "--format", "csv", "--out", tmp_path / "a.csv")

        assert shown.out.startswith("\ufeff城市,项目,规则")
        told = json.loads(run("track", LIFE, *ASKED, "--format", "json").out)
        assert shown.out.count("\r\n") == 1 + len(told["deadlines"]) + len(told["past"])
        assert (tmp_path / "a.csv").read_bytes() == shown.out.encode()

    def test_calendar(self, run: Any, tmp_path: Path) -> None:
        """
        A calendar from a log, by the project's name in it.
        """
        run("track", LIFE, *ASKED, "--log", tmp_path / "p.db", "--project", "水务-01")
        shown = run("track", "export", *ASKED, "--log", tmp_path / "p.db", "--project", "水务-01", "--format", "ics")
        run("track", "export", *ASKED, "--log", tmp_path / "p.db", "--format", "ics", "--out", tmp_path / "a.ics")
        (entry,) = icalendar.Calendar.from_ical(shown.out).walk("VEVENT")

        assert entry["DTSTART"].dt == date(2024, 7, 10)
        assert "水务-01" in entry["SUMMARY"]
        assert (tmp_path / "a.ics").read_bytes() == shown.out.encode()

    def test_a_hyphen_prints(self, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """
        ``--out -`` prints, and makes no file of that name.
        """
        monkeypatch.chdir(tmp_path)

        assert run("track", "export", LIFE, *ASKED, "--out", "-").out == run("track", "export", LIFE, *ASKED).out
        assert not (tmp_path / "-").exists()

    @pytest.mark.skipif(sys.platform == "win32", reason="no named pipes")
    def test_a_pipe_is_written_into(self, run: Any, tmp_path: Path) -> None:
        """
        A pipe stays one: what is written goes through it.
        """
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        try:
            done = run("track", "export", LIFE, *ASKED, "--format", "ics", "--out", pipe)
            assert done.code == 0
            assert pipe.is_fifo()
            assert os.read(reading, 15) == b"BEGIN:VCALENDAR"
        finally:
            os.close(reading)

    @pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
    def test_a_link_stays_one(self, run: Any, tmp_path: Path) -> None:
        """
        Through a link, the file to which it leads is written.
        """
        (tmp_path / "到").mkdir()
        file, link = tmp_path / "到" / "a.json", tmp_path / "link.json"
        file.write_text("old")
        link.symlink_to(file)
        run("track", "export", LIFE, *ASKED, "--out", link)

        assert link.is_symlink()
        assert json.loads(file.read_text(encoding="utf-8"))["city"] == "tracked"
        assert [path.name for path in file.parent.iterdir()] == ["a.json"]

    def test_a_file_name_that_is_no_text(self, run: Any, tmp_path: Path) -> None:
        """
        The name of a file of events may be what UTF-8 cannot hold: it is escaped, and the file is JSON all the same.
        """
        try:
            file = put(tmp_path / "\udcff.jsonl", FACTS)
        except (OSError, UnicodeError):
            pytest.skip("this file system has no such names")
        done = run("track", "export", file, *ASKED, "--out", tmp_path / "a.json")

        assert (done.code, done.err) == (0, "")
        assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["name"] == "\udcff"
        assert not list(tmp_path.glob(".*"))

    def test_a_place_that_cannot_be_written(self, run: Any, tmp_path: Path) -> None:
        """
        A file that cannot be written is told by name.
        """
        assert "写不进去" in refusal(run("track", "export", LIFE, *ASKED, "--out", tmp_path))


class TestList:
    """
    ``track list``: a line for each project.
    """

    @pytest.fixture
    def log(self, run: Any, tmp_path: Path) -> Path:
        log = tmp_path / "p.db"
        run("track", LIFE, *ASKED, "--log", log, "--project", "用着的")
        run("track", "-", *ASKED, "--log", log, "--project", "没事的", text=lines(FACTS))
        late = {**APPLIED, "date": "2024-06-19"}
        run("track", "-", *ASKED, "--log", log, "--project", "刚报的", text=lines(FACTS, late))
        return log

    def test_what_falls_due_first_comes_first(self, run: Any, log: Path) -> None:
        """
        Every project has a line, those with nothing due last.
        """
        done = run("track", "list", "--log", log, *ASKED)
        names = [line.split()[1] for line in done.out.splitlines()[1:-1]]

        assert (done.code, done.err) == (0, "")
        assert names == ["刚报的", "用着的", "没事的"]
        assert done.out.splitlines()[-1] == "共 3 个项目"

    def test_only_what_falls_due(self, run: Any, log: Path) -> None:
        """
        ``--due`` leaves out what has nothing due in so many days, and says how many that are.
        """
        done = run("track", "list", "--log", log, *ASKED, "--due", "10d")
        english = run("track", "list", "--log", log, *ASKED, "--due", "10d", "--lang", "en")

        assert [line.split()[1] for line in done.out.splitlines()[1:-2]] == ["刚报的"]
        assert done.out.splitlines()[-2:] == ["共 1 个项目", "另有 2 个今后 10 天没有到期的"]
        assert english.out.splitlines()[-2:] == ["1 project", "2 more with nothing due in the next 10 days"]

    def test_json(self, run: Any, log: Path) -> None:
        """
        ``--format json`` has the same projects as data.
        """
        told = json.loads(run("track", "list", "--log", log, *ASKED, "--format", "json").out)

        assert [each["project"] for each in told["projects"]] == ["刚报的", "用着的", "没事的"]
        assert [each["exit_code"] for each in told["projects"]][1:] == [1, 0]
        assert told["projects"][2]["next_due"] is None
        assert (told["as_of"], told["failed"]) == ("2024-06-20", [])

    def test_of_two_cities(self, run: Any, log: Path) -> None:
        """
        Projects of cities with a pack are listed by it; ``--city`` leaves the others out; a city without a pack is told.
        """
        run("track", "-", "--city", CITY, *COMPILED, "--log", log, "--project", "外地的", text=lines(FACTS))
        done = run("track", "list", "--log", log, *DAY, *COMPILED)
        one = run("track", "list", "--log", log, *DAY, *COMPILED, "--city", CITY)

        assert done.code == 2
        assert done.out.splitlines()[-1] == "共 1 个项目"
        assert len(re.findall("没有城市 'tracked' 的规则包", done.err)) == 3
        assert (one.code, one.err) == (0, "")
        assert "外地的" in one.out

    def test_an_engine_that_there_is_not(self, run: Any, tmp_path: Path) -> None:
        """
        An engine that is not there is no fault of any project: nothing is listed.
        """
        log = tmp_path / "c.db"
        run("track", "-", "--city", CITY, *COMPILED, "--log", log, "--project", "甲", text=lines(FACTS))
        done = run("track", "list", "--log", log, "--engine", "steam")

        assert (done.code, done.out) == (2, "")
        assert done.err.startswith("错误: 没有引擎 'steam'；可用：")

    def test_one_day(self, run: Any, log: Path) -> None:
        """
        English has a singular.
        """
        done = run("track", "list", "--log", log, *ASKED, "--due", "1d", "--lang", "en")

        assert done.out.splitlines()[-1] == "3 more with nothing due in the next 1 day"

    def test_each_line_is_what_track_says(self, run: Any, log: Path) -> None:
        """
        State, exit code and breaches of a line are those of `track` on the project.
        """
        told = json.loads(run("track", "list", "--log", log, *ASKED, "--format", "json").out)

        for each in told["projects"]:
            alone = run("track", "--log", log, *ASKED, "--project", each["project"], "--format", "json")
            one = json.loads(alone.out)
            still = [breach for breach in one["breaches"] if breach["cured_on"] is None]
            binding = [b for b in still if b["counts"] and b["severity"] in ("blocking", "mandatory")]
            assert each["state"]["id"] == one["state"]["id"]
            assert each["exit_code"] == one["exit_code"] == alone.code
            assert each["open_breaches"] == len(binding)


class TestEvents:
    """
    ``track events``: what a record may name.
    """

    def test_text_and_json(self, run: Any) -> None:
        """
        The events of a pack in words, and as data.
        """
        told = json.loads(run("track", "events", *PACK, "--format", "json").out)
        names = [event["event"] for event in told["events"]]

        assert "书面申报  也叫 申报" in run("track", "events", *PACK).out
        assert "书面申报  also 申报" in run("track", "events", *PACK, "--lang", "en").out
        assert names == list(load_pack_file(OWN).lifecycle.events)  # type: ignore[union-attr]

    def test_of_a_city(self, run: Any) -> None:
        """
        A city is named in any of its forms.
        """
        told = json.loads(run("track", "events", "--city", load_pack(CITY).name["zh"], "--format", "json").out)

        assert told["city"] == CITY

    def test_a_pack_without_a_lifecycle(self, run: Any, tmp_path: Path) -> None:
        """
        A pack without a lifecycle has no events, and that is said.
        """
        text = OWN.read_text(encoding="utf-8")
        (tmp_path / "own.yaml").write_text(text[: text.index("\nlifecycle:")], encoding="utf-8")

        assert "没有 lifecycle" in refusal(run("track", "events", "--pack", tmp_path / "own.yaml"))


class TestHelp:
    """
    What the group says of itself.
    """

    def test_the_group_names_its_commands(self, run: Any) -> None:
        """
        ``track --help`` has the options of following a record, and the commands.
        """
        said = run("track", "--help").out

        assert said.startswith("Usage: govit-rules track [OPTIONS] [EVENTS]\n")
        assert all(f"\n  {command} " in said for command in ("events", "export", "list", "verify"))
        assert "--partial" in said

    @pytest.mark.parametrize("command", ["events", "export", "list", "verify"])
    def test_every_command_has_its_help(self, run: Any, command: str) -> None:
        """
        Each is Chinese first, with English, and has its section in docs/cli.md.
        """
        said = run("track", command, "--help").out
        chinese, _, english, *_ = said.splitlines()[2:]

        assert said.startswith(f"Usage: govit-rules track {command} ")
        assert chinese.strip()[0] > "一"
        assert english.strip()[0] < "z"
        assert f"### track {command}\n" in (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")

    def test_a_file_of_the_name_of_a_command(self, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """
        A file called ``list`` is read when it is written ``./list``.
        """
        monkeypatch.chdir(tmp_path)
        put(tmp_path / "list", FACTS)

        assert json.loads(run("track", "./list", *ASKED, "--format", "json").out)["name"] == "list"

    def test_completion(self) -> None:
        """
        The shell is told the commands, and the options of each.
        """
        asked = {
            "govit-rules track ver": "verify",
            "govit-rules track --par": "--partial",
            "govit-rules track verify --he": "--head",
            f"govit-rules track export --city {CITY[:3]}": CITY,
        }
        for words, answer in asked.items():
            env = {
                "_GOVIT_RULES_COMPLETE": "bash_complete",
                "COMP_WORDS": words,
                "COMP_CWORD": str(len(words.split()) - 1),
            }
            command = [sys.executable, "-m", "govit_rules"]
            done = subprocess.run(command, capture_output=True, env={**os.environ, **env}, cwd=ROOT)
            assert answer in done.stdout.decode()


def test_in_a_process_of_its_own() -> None:
    """
    Into a pipe in the C locale the page is UTF-8, and the exit code that of the decision.
    """
    env = {**os.environ, "LANG": "C", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "govit_rules", "track", str(LIFE), *ASKED]
    done = subprocess.run(command, capture_output=True, env=env, cwd=ROOT)

    assert (done.returncode, done.stderr) == (1, b"")
    assert "合规意见：不符合" in done.stdout.decode()


def test_data_run_nothing_in_the_terminal(run: Any) -> None:
    """
    In JSON, too, a control character is escaped, and is the same when read.
    """
    event = {**APPLIED, "actor": "\x9b2J\x7f"}
    done = run("track", "-", *ASKED, "--format", "json", text=lines(event))

    assert not {"\x9b", "\x7f"} & set(done.out)
    assert json.loads(done.out)["events"][0]["recorded"] == event


def test_the_facts_that_are_written_are_a_project(run: Any, tmp_path: Path) -> None:
    """
    The library judges the project that ``--facts`` writes as the exit code says.
    """
    code = run("track", LIFE, *ASKED, "--facts", tmp_path / "f.json").code
    project = Project.model_validate_json((tmp_path / "f.json").read_bytes())

    assert evaluate(project, load_pack_file(OWN), as_of=date(2024, 6, 20)).exit_code == code


def test_progress_is_told_on_a_terminal_only(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Appending and listing go through `progress`, which shows a bar on a terminal.
    """
    labels = []
    progress = records.progress

    def told(steps: Any, label: str) -> Any:
        labels.append(label)
        return progress(steps, label)

    monkeypatch.setattr("govit_rules.cli.records.progress", told)
    monkeypatch.setattr("govit_rules.cli.tracking.progress", told)
    run("track", LIFE, *ASKED, "--log", tmp_path / "p.db")
    run("track", "list", "--log", tmp_path / "p.db", *ASKED)

    assert labels == ["记入", "项目"]
