"""
The log keeps what it acknowledged, and refuses what it cannot keep.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govit_rules import event_log
from govit_rules.errors import LogError
from govit_rules.event_log import (
    GENESIS,
    MAX_DEPTH,
    MAX_EVENT_BYTES,
    MAX_NAME,
    Entry,
    EventLog,
    canonical_event,
    open_log,
)
from govit_rules.log_verification import verify_log

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
TRIGGERS = [name for name in event_log.SCHEMA if name != "entry"]

# A writer: it prints the number and hash of each entry after `append` has returned.
WRITER = """
import sys
from datetime import datetime, UTC
from govit_rules.event_log import open_log
path, name, times = sys.argv[1], sys.argv[2], int(sys.argv[3])
with open_log(path) as log:
    for number in range(times):
        event = {"event": "commenced", "writer": name, "n": number, "text": "开工" * (number % 150)}
        entry = log.append("demo", f"项目{number % 3}", event, recorded_at=datetime(2026, 11, 21, tzinfo=UTC))
        print(entry.seq, entry.hash, flush=True)
"""


def event(number: int, **more: Any) -> dict[str, Any]:
    return {"event": "filed", "date": "2026-11-21", "n": number, **more}


def filled(path: Path, count: int = 10, *, start: int = 0) -> list[Entry]:
    """
    A log of some entries, of two projects, closed; one of them needs pages of its own.
    """
    with open_log(path) as log:
        return [
            log.append("demo", f"项目{n % 2}", event(n, text="申报" * (1500 if n == 5 else 4)), recorded_at=NOW)
            for n in range(start, start + count)
        ]


def outside(path: Path, *statements: str | tuple[str, tuple[Any, ...]], triggers: bool = True) -> None:
    """
    What somebody does who goes round the triggers, and puts them back.
    """
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for name in TRIGGERS if triggers else ():
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(*((statement,) if isinstance(statement, str) else statement))
        for name in TRIGGERS if triggers else ():
            connection.execute(event_log.SCHEMA[name])


def refusal(act: Callable[[], object]) -> str:
    """
    The text of the error; each defect of it says how to mend it.
    """
    with pytest.raises(LogError) as caught:
        act()
    assert all(one.where and one.what and one.mend for one in caught.value.defects)
    return str(caught.value)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "项目 #1?.db"


# ------------------------------------------------------------------------------------------------------ keeping


def test_replay_gives_what_was_appended(path: Path) -> None:
    """
    A log that is opened again gives the same entries, in their order, by project, too; and it is sound.
    """
    entries = filled(path, 2100)
    with open_log(path, create=False) as log:
        assert list(log.entries()) == entries
        assert list(log.entries("demo", "项目1")) == entries[1::2]
        assert list(log.entries(project="项目0")) == entries[::2]
        assert list(log.entries("other")) == []
        assert log.head == entries[-1]
        assert log.projects() == [
            ("demo", "项目0", 1050, entries[-2].hash),
            ("demo", "项目1", 1050, entries[-1].hash),
        ]
        found = verify_log(log.path)

    assert [json.loads(entry.event)["n"] for entry in entries] == list(range(2100))
    assert found.sound
    assert found.compared
    assert (found.count, found.head, found.after) == (2100, entries[-1].hash, None)


def test_entries_are_chained(path: Path) -> None:
    """
    Numbers count from 1, each entry names the hash of the one before, and the first the format.
    """
    entries = filled(path)

    assert [entry.seq for entry in entries] == list(range(1, 11))
    assert [entry.previous for entry in entries] == [GENESIS, *(entry.hash for entry in entries[:-1])]
    assert all(entry.hash == entry.hash_of_content() for entry in entries)


def test_the_hash_is_of_every_column() -> None:
    """
    No two entries that differ in a column have one hash, even where text moves from one column to the next.
    """
    base = Entry(1, "ab", "c", "{}", "t", GENESIS, "")
    others = [
        replace(base, seq=2),
        replace(base, city="a", project="bc"),
        replace(base, city='ab","c', project=""),
        replace(base, event="{ }"),
        replace(base, recorded_at="t{}", event=""),
        replace(base, previous="x"),
    ]

    assert len({entry.hash_of_content() for entry in [base, *others]}) == 7


def test_the_hash_is_this_one() -> None:
    """
    The format does not change unnoticed: a log of today is sound tomorrow.
    """
    entry = Entry(1, "demo", "项目", '{"event":"filed"}', "2026-11-21T08:00:00.000000Z", GENESIS, "")

    assert entry.hash_of_content() == "4abcbfaa95ee9c389ec585c5e8e2153e48166f51c4c1732a98a78f1268343c3b"


def test_the_same_event_once(path: Path) -> None:
    """
    With ``once`` an event that the project has already is not appended again, whatever its spelling and whoever
    appended it; without, or for another project, it is.
    """
    first = {"event": "filed", "n": 1.5, "documents": ["a"]}
    with open_log(path) as log, open_log(path) as other:
        entry = log.append("demo", "甲", first, recorded_at=NOW)
        later = {"recorded_at": NOW + timedelta(1), "once": True}

        assert other.append("demo", "甲", dict(reversed(first.items())), **later) == entry
        assert other.append("demo", "乙", first, **later).seq == 2
        assert log.append("demo", "乙", first, **later).seq == 2
        assert log.append("elsewhere", "乙", first, **later).seq == 3
        assert other.append("elsewhere", "乙", first, recorded_at=NOW).seq == 4
        assert log.find("demo", "甲", first) == entry
        assert log.find("demo", "丙", first) is None
        assert [found.seq for found in log.entries()] == [1, 2, 3, 4]

        assert other.append("demo", "甲", event(5), recorded_at=NOW).seq == 5
        assert log.append("demo", "甲", event(5), **later).seq == 5


def test_appending_while_reading(path: Path) -> None:
    """
    Whoever reads entries may append in between; the reading ends with what was there when it began.
    """
    filled(path, 3)
    with open_log(path) as log:
        for entry in log.entries():
            log.append("demo", "项目", event(100 + entry.seq), recorded_at=NOW)

        assert log.head is not None
        assert log.head.seq == 6


def test_times_are_kept_as_utc(path: Path) -> None:
    """
    A moment is kept as UTC whatever its zone; one without a zone is refused.
    """
    with open_log(path) as log:
        beijing = datetime(2026, 11, 21, 16, tzinfo=timezone(timedelta(hours=8)))

        assert log.append("demo", "p", event(1), recorded_at=beijing).recorded_at == "2026-11-21T08:00:00.000000Z"
        assert "不是带时区的时刻" in refusal(
            lambda: log.append("demo", "p", event(2), recorded_at=datetime(2026, 11, 21))
        )
        assert "不是带时区的时刻" in refusal(lambda: log.append("demo", "p", event(2), recorded_at="今天"))  # type: ignore[arg-type]
        assert "公元" in refusal(
            lambda: log.append("demo", "p", event(2), recorded_at=datetime.min.replace(tzinfo=beijing.tzinfo))
        )


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=9), inner, max_size=4)
    ),
    max_leaves=20,
)


@settings(max_examples=60, deadline=None)
@given(content=st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=9), JSON, max_size=5))
def test_an_event_has_one_text(content: dict[str, Any]) -> None:
    """
    The text of an event reads back as the event, in whatever order its keys were given, and its text is the same.
    """
    text = canonical_event(content)

    assert json.loads(text) == content
    assert canonical_event(json.loads(text)) == text
    assert canonical_event(dict(reversed(content.items()))) == text


def nested(depth: int) -> dict[str, Any]:
    inner: dict[str, Any] = {}
    for _ in range(depth - 1):
        inner = {"a": inner}
    return inner


def bomb() -> dict[str, Any]:
    inner: list[Any] = [0] * 10
    for _ in range(25):
        inner = [inner] * 10
    return {"a": inner}


def cycle() -> dict[str, Any]:
    inner: dict[str, Any] = {}
    inner["a"] = inner
    return inner


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"a": {"b": [1, float("nan")]}}, "event.a.b[1]: 不是有限的数"),
        ({"a": float("inf")}, "event.a: 不是有限的数"),
        ({1: 2}, "event: 键 1 不能使用"),
        ({"a": {None: 2}}, "event.a: 键 null 不能使用"),
        ({"a" * (MAX_NAME + 1): 2}, "不能使用"),
        ({"a": "\ud800"}, "event.a: “\\ud800” 含有半个字符"),
        ({"a": 2**63}, "event.a: 整数过大"),
        ({"a": NOW}, "event.a: datetime 不能记入日志"),
        ({"a": {1, 2}}, "event.a: set 不能记入日志"),
        ({"a": b"x"}, "event.a: bytes 不能记入日志"),
        ([1], "event: 一个列表 不是事件"),
        (nested(MAX_DEPTH + 1), f"嵌套超过 {MAX_DEPTH} 层"),
        (nested(100_000), f"嵌套超过 {MAX_DEPTH} 层"),
        (cycle(), f"嵌套超过 {MAX_DEPTH} 层"),
        (bomb(), "事件超过 64 KiB"),
        ({"a": "x" * MAX_EVENT_BYTES}, "事件超过 64 KiB"),
        ({"a": "字" * (MAX_EVENT_BYTES // 3)}, "事件超过 64 KiB"),
        ({"a": [0] * MAX_EVENT_BYTES}, "事件超过 64 KiB"),
        ({str(n): 0 for n in range(MAX_EVENT_BYTES + 1)}, "事件超过 64 KiB"),
    ],
    ids=range(19),
)
def test_what_cannot_be_kept_is_refused(path: Path, given: Any, said: str) -> None:
    """
    An event that has no one text, or is too deep or too large, is refused with its place, and nothing is appended.
    """
    with open_log(path) as log:
        assert said in refusal(lambda: log.append("demo", "p", given, recorded_at=NOW))
        assert log.head is None


def test_the_limits_themselves_are_in(path: Path) -> None:
    """
    An event of just 64 KiB, or just 32 deep, and a name of just 200 characters can be kept.
    """
    whole = {"a": "x" * (MAX_EVENT_BYTES - len('{"a":""}'))}
    with open_log(path) as log:
        assert len(log.append("demo", "字" * MAX_NAME, whole, recorded_at=NOW).event) == MAX_EVENT_BYTES
        assert log.append("demo", "p", nested(MAX_DEPTH), recorded_at=NOW).seq == 2
        assert verify_log(log.path).sound


@pytest.mark.parametrize("name", ["", "  ", "字" * (MAX_NAME + 1), "a\nb", "a\0b", "\ud800", 7, None])
def test_names_that_cannot_be_kept_are_refused(path: Path, name: Any) -> None:
    """
    City and project are texts of 1 to 200 characters without control characters; both defects are told at once.
    """
    with open_log(path) as log:
        said = refusal(lambda: log.append(name, name, event(1), recorded_at=NOW))

        assert "city: " in said
        assert "project: " in said


# ------------------------------------------------------------------------------------------- several processes


def writer(path: Path, name: str, times: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(path), name, str(times)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8")


def acknowledged(lines: str) -> list[tuple[int, str]]:
    # The last line may have been cut.
    told = [line.split() for line in lines.splitlines(keepends=True) if line.endswith("\n")]
    return [(int(seq), digest) for seq, digest in told]


def test_two_processes_append_at_once(path: Path) -> None:
    """
    Two processes that append 200 each to one new log make 400 entries and one sound chain.
    """
    writers = [writer(path, name, 200) for name in "ab"]
    told = [acknowledged(one.communicate(timeout=60)[0]) for one in writers]
    with open_log(path) as log:
        entries = list(log.entries())
        found = verify_log(log.path)

    assert [one.returncode for one in writers] == [0, 0]
    assert sorted(told[0] + told[1]) == [(entry.seq, entry.hash) for entry in entries]
    assert len(entries) == 400
    assert found.sound
    assert found.compared


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="SIGKILL is of Unix")
def test_no_acknowledged_entry_is_lost_when_killed(path: Path) -> None:
    """
    A process killed at any moment leaves a log that has every entry it acknowledged, and that is sound.
    """
    rng = random.Random(5)  # noqa: S311 - nothing here is secret
    told: list[tuple[int, str]] = []
    for turn in range(5):
        one = writer(path, str(turn), 1_000_000)
        assert one.stdout is not None
        first = one.stdout.readline()
        time.sleep(rng.random() * 0.05)
        one.kill()
        told += acknowledged(first + one.communicate()[0])
        with open_log(path) as log:
            kept = [(entry.seq, entry.hash) for entry in log.entries()]
        found = verify_log(path)

        assert one.returncode == -signal.SIGKILL
        assert set(told) <= set(kept)
        assert found.defects == ()
        assert found.compared
    assert len(told) >= 5


def interrupted(log: EventLog) -> None:
    assert log.head is not None
    with log._writing():
        log._connection.execute(event_log.INSERT, (2, "c", "p", "{}", "t", log.head.hash, "h"))
        raise KeyboardInterrupt


def test_what_is_returned_is_in_the_file(path: Path) -> None:
    """
    Another connection sees an entry as soon as `append` has returned it, and none whose transaction failed.
    """
    with open_log(path) as log, open_log(path) as other:
        assert log.append("demo", "p", event(1), recorded_at=NOW) == other.head
        with pytest.raises(KeyboardInterrupt):
            interrupted(log)

        assert [entry.seq for entry in other.entries()] == [1]
        assert log.append("demo", "p", event(2), recorded_at=NOW).seq == 2


def test_the_disk_is_asked_to_keep_it(path: Path) -> None:
    """
    A log is written ahead and synced at every commit.
    """
    with open_log(path) as log:
        assert log._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert log._connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert log._connection.execute("PRAGMA secure_delete").fetchone() == (1,)
        log.append("demo", "p", event(1), recorded_at=NOW)

        assert Path(f"{path}-wal").exists()
    assert [file.name for file in path.parent.iterdir()] == [path.name]


# ------------------------------------------------------------------------------------------------------ refusing


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET city = 'x' WHERE seq = 3",
        "UPDATE OR REPLACE entry SET seq = 4 WHERE seq = 3",
        "DELETE FROM entry",
        "DELETE FROM entry WHERE seq = 10",
        "REPLACE INTO entry SELECT seq, 'x', project, event, recorded_at, previous, hash FROM entry WHERE seq = 10",
        "INSERT INTO entry SELECT 12, city, project, event, recorded_at, hash, 'x' FROM entry WHERE seq = 10",
        "INSERT INTO entry SELECT 11, city, project, event, recorded_at, previous, 'x' FROM entry WHERE seq = 10",
        "INSERT INTO entry SELECT NULL, city, project, event, recorded_at, hash, 'x' FROM entry WHERE seq = 10",
    ],
)
def test_the_file_itself_refuses_changes(path: Path, statement: str) -> None:
    """
    Without dropping the triggers, nobody changes, deletes or replaces an entry, nor puts one where it does not follow.
    """
    entries = filled(path)
    with pytest.raises(sqlite3.IntegrityError, match="an entry"):
        outside(path, statement, triggers=False)
    with open_log(path) as log:
        assert list(log.entries()) == entries
    assert verify_log(path).sound


# ------------------------------------------------------------------------------------------------------- errors


def other_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (x)")


def newer_format(path: Path) -> None:
    filled(path, 1)
    outside(path, "PRAGMA user_version = 2", triggers=False)


def changed_tables(path: Path) -> None:
    filled(path, 1)
    outside(path, "CREATE TRIGGER t AFTER INSERT ON entry BEGIN SELECT 1; END", triggers=False)


REFUSED: dict[str, Callable[[Path], object]] = {
    "不是 SQLite 文件": lambda path: path.write_text("日志" * 500),
    "是空文件，不是日志": lambda path: path.touch(),
    "不是文件": lambda path: path.mkdir(),
    "是别的程序的数据库": other_database,
    "日志格式是 2，本程序只认 1": newer_format,
    "日志的表或触发器被改过": changed_tables,
}


@pytest.mark.parametrize("said", REFUSED)
def test_what_is_no_log_of_ours_is_refused(path: Path, said: str) -> None:
    """
    A file that is not a log, or a log that cannot be trusted, is refused and left as it is.
    """
    REFUSED[said](path)
    before = path.read_bytes() if path.is_file() else b""

    assert said in refusal(lambda: open_log(path))
    assert (path.read_bytes() if path.is_file() else b"") == before


def test_what_is_not_there_is_said(path: Path) -> None:
    """
    A log that is not there is not made where it is only read; nor is a folder ever made.
    """
    assert "没有这个日志" in refusal(lambda: open_log(path, create=False))
    assert "没有这个日志" in refusal(lambda: verify_log(path))
    assert "所在文件夹不存在" in refusal(lambda: open_log(path / "a.db"))
    assert "文件名过长" in refusal(lambda: open_log(path.parent / ("a" * 300)))
    assert list(path.parent.iterdir()) == []


def test_a_locked_log_is_said(path: Path) -> None:
    """
    A log that another process writes to for longer than the time given is an error, and nothing is appended.
    """
    filled(path, 1)
    with closing(sqlite3.connect(path, isolation_level=None)) as other, open_log(path, timeout=0.05) as log:
        other.execute("BEGIN IMMEDIATE")
        assert "等候超时" in refusal(lambda: log.append("demo", "p", event(1), recorded_at=NOW))
        other.execute("ROLLBACK")

        assert log.append("demo", "p", event(1), recorded_at=NOW).seq == 2


def test_a_full_disk_is_said(path: Path) -> None:
    """
    Where there is no room the event is not acknowledged; with room again, appending goes on.
    """
    filled(path, 2)
    with open_log(path) as log:
        pages = log._connection.execute("PRAGMA page_count").fetchone()[0]
        log._connection.execute(f"PRAGMA max_page_count = {pages}")
        assert "磁盘已满" in refusal(lambda: log.append("demo", "p", event(1, a="x" * 9000), recorded_at=NOW))
        log._connection.execute("PRAGMA max_page_count = 100000")

        assert log.append("demo", "p", event(1), recorded_at=NOW).seq == 3
    assert verify_log(path).sound


def test_a_log_that_may_only_be_read_is_said(path: Path) -> None:
    """
    Appending where it is not allowed is an error that says so, and what else must be writable.
    """
    filled(path, 1)
    with open_log(path) as log:
        log._connection.execute("PRAGMA query_only = ON")

        said = refusal(lambda: log.append("demo", "p", event(1), recorded_at=NOW))

    assert "只读，不能写入" in said
    assert "连同旁边的 -wal 和 -shm" in said  # one who could only read leaves them so


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write everywhere")
def test_an_archived_log_can_be_read(path: Path) -> None:
    """
    In a folder that is read-only a closed log can be read and verified, but not appended to; nor is one made there.
    """
    entries = filled(path)
    path.parent.chmod(0o500)
    try:
        with open_log(path) as log:
            assert list(log.entries()) == entries
            assert "只读" in refusal(lambda: log.append("demo", "p", event(1), recorded_at=NOW))
        assert verify_log(path).sound
        assert "权限" in refusal(lambda: open_log(path.with_name("new.db")))
    finally:
        path.parent.chmod(0o700)


def test_nothing_is_appended_to_a_changed_entry(path: Path) -> None:
    """
    Where the last entry does not fit its hash, nothing is built upon it; nor is a changed entry given out.
    """
    filled(path, 3)
    outside(path, "UPDATE entry SET city = 'x' WHERE seq = 3")
    with open_log(path) as log:
        assert "第 3 条: 记入后被改过" in refusal(lambda: log.append("demo", "p", event(1), recorded_at=NOW))
        assert "第 3 条: 记入后被改过" in refusal(lambda: list(log.entries()))


def test_a_log_that_is_closed_or_another_threads_is_said(path: Path) -> None:
    """
    A log is used by the thread that opened it, until it is closed; closing twice is no mistake.
    """
    said: list[str] = []
    log = open_log(path)
    thread = threading.Thread(target=lambda: said.append(refusal(lambda: log.head)))
    thread.start()
    thread.join()
    log.close()
    log.close()

    assert "由别的线程打开" in said[0]
    assert "日志已关闭" in refusal(lambda: log.append("demo", "p", event(1), recorded_at=NOW))


def test_an_old_sqlite_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    SQLite before 3.37 has no strict tables; that is said before a file is made.
    """
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 36, 0))

    assert "过旧" in refusal(lambda: open_log(path))
    assert not path.exists()


def test_a_log_is_made_where_files_have_one_name_only(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    On a file system without hard links a log is made all the same.
    """

    def refused(self: Path, target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refused)
    filled(path, 3)

    assert verify_log(path).compared
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_whoever_comes_second_uses_the_log_of_the_first(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Two that make the same log at once: the later one does not write over the first one's.
    """
    filled(path, 3)
    event_log._create(path)

    assert verify_log(path).count == 3


def test_a_link_leads_to_the_log(path: Path) -> None:
    """
    Through a symbolic link and by its own name, it is one log.
    """
    filled(path, 3)
    folder = path.parent / "elsewhere"
    folder.mkdir()
    link = folder / "link.db"
    link.symlink_to(path)
    with open_log(link) as log, open_log(path) as same:
        entry = log.append("demo", "p", event(3), recorded_at=NOW)

        assert same.head == entry
        assert list(folder.iterdir()) == [link]
