"""
Any change in a log is found, and said in both languages.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import astuple, replace
from typing import TYPE_CHECKING, Any

import pytest

from govit_rules import event_log, log_verification
from govit_rules.errors import LogError
from govit_rules.event_log import GENESIS, Entry, open_log
from govit_rules.log_verification import verify_log
from test_event_log import NOW, event, filled, outside, refusal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def whats(path: Path, head: str | None = None) -> list[str]:
    """
    The defects of a log, as the entry and what is wrong with it.
    """
    found = verify_log(path, head).defects
    return [f"{one.where.removeprefix(str(path)).removeprefix(': ')}|{one.what}" for one in found]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "项目 #1?.db"


CHANGES = {
    "city": ("'other'", ["第 4 条|内容与其哈希值不符，记入后被改过"]),
    "project": ("'项目'", ["第 4 条|内容与其哈希值不符，记入后被改过"]),
    "event": ("""'{"event":"x"}'""", ["第 4 条|内容与其哈希值不符，记入后被改过"]),
    "recorded_at": ("'2026-11-21T08:00:00.000001Z'", ["第 4 条|内容与其哈希值不符，记入后被改过"]),
    "previous": (f"'{'0' * 64}'", ["第 4 条|内容与其哈希值不符，记入后被改过"]),
    "hash": (
        f"'{'0' * 64}'",
        ["第 4 条|内容与其哈希值不符，记入后被改过", "第 5 条|不接上一条的哈希值"],
    ),
    "seq": ("40", ["缺第 4 至 4 条", "缺第 11 至 39 条", "第 40 条|内容与其哈希值不符，记入后被改过"]),
}


@pytest.mark.parametrize("column", CHANGES)
def test_a_change_of_any_column_is_found(path: Path, column: str) -> None:
    """
    Whoever changes one column of one entry, past the triggers, is found, with the number of the entry.
    """
    filled(path)
    value, said = CHANGES[column]
    outside(path, f"UPDATE entry SET {column} = {value} WHERE seq = 4")  # noqa: S608 - of the table above

    assert [one.removeprefix("|") for one in whats(path)] == said
    assert set(CHANGES) == {name.strip() for name in event_log.COLUMNS.split(",")}


def rechained(entries: Iterable[Entry], previous: str = GENESIS) -> list[tuple[Any, ...]]:
    """
    What a forger writes: the entries, numbered and hashed anew.
    """
    rows = []
    for seq, entry in enumerate(entries, 1):
        draft = replace(entry, seq=seq, previous=previous)
        forged = replace(draft, hash=draft.hash_of_content())
        previous = forged.hash
        rows.append(astuple(forged))
    return rows


def test_a_changed_entry_with_its_hash_made_anew_is_found(path: Path) -> None:
    """
    Whoever makes the changed entry's hash anew breaks the link of the next.
    """
    entries = filled(path)
    draft = replace(entries[3], city="other")
    outside(path, ("UPDATE entry SET city = ?, hash = ? WHERE seq = 4", (draft.city, draft.hash_of_content())))

    assert whats(path) == ["第 5 条|不接上一条的哈希值"]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DELETE FROM entry WHERE seq = 4", "|缺第 4 至 4 条"),
        ("DELETE FROM entry WHERE seq BETWEEN 3 AND 5", "|缺第 3 至 5 条"),
        ("DELETE FROM entry WHERE seq = 1", "|缺第 1 至 1 条"),
    ],
)
def test_a_gap_is_found(path: Path, statement: str, said: str) -> None:
    """
    Entries taken out of the log are named.
    """
    filled(path)
    outside(path, statement)

    assert whats(path) == [said]


def test_a_gap_that_was_closed_up_is_found(path: Path) -> None:
    """
    Numbering the later entries anew hides no gap: their hashes are of their numbers.
    """
    filled(path, 6)
    outside(path, "DELETE FROM entry WHERE seq = 3", "UPDATE entry SET seq = seq - 1 WHERE seq > 3")

    assert whats(path) == [f"第 {n} 条|内容与其哈希值不符，记入后被改过" for n in (3, 4, 5)]


def test_another_order_is_found(path: Path) -> None:
    """
    Two entries that changed places are both found, and so is the next, which now follows another.
    """
    filled(path)
    outside(
        path,
        "UPDATE entry SET seq = 99 WHERE seq = 4",
        "UPDATE entry SET seq = 4 WHERE seq = 5",
        "UPDATE entry SET seq = 5 WHERE seq = 99",
    )

    assert whats(path) == [
        "第 4 条|内容与其哈希值不符，记入后被改过",
        "第 5 条|内容与其哈希值不符，记入后被改过",
        "第 6 条|不接上一条的哈希值",
    ]


def test_a_cut_tail_is_found_by_the_head(path: Path) -> None:
    """
    A log cut at its end is sound in itself; a hash kept elsewhere shows it. A hash that is there counts what follows.
    """
    entries = filled(path)
    assert [verify_log(path, entry.hash).after for entry in entries] == list(range(9, -1, -1))
    assert verify_log(path, f" {entries[7].hash.upper()}\n").after == 2

    outside(path, "DELETE FROM entry WHERE seq > 8")
    cut = verify_log(path, entries[9].hash)

    assert [one.what for one in cut.defects][-1].startswith(f"没有哈希值为 {entries[9].hash} 的条目: 末尾被截去")
    assert cut.after is None
    assert verify_log(path, entries[7].hash).after == 0


def test_a_log_made_anew_is_found_by_the_head(path: Path) -> None:
    """
    A forger who makes all hashes anew, or the whole file, is found by a hash kept elsewhere, and only by it.
    """
    head = filled(path)[-1].hash
    with open_log(path) as log:
        forged = [replace(entry, event='{"event":"x"}') if entry.seq == 4 else entry for entry in log.entries()]
    anew = path.with_name("anew.db")
    open_log(anew).close()
    with closing(sqlite3.connect(anew, isolation_level=None)) as connection:
        connection.executemany(event_log.INSERT, rechained(forged))

    assert verify_log(anew).sound
    assert len(whats(anew, head)) == 1
    assert "或日志是重新做的" in whats(anew, head)[0]


def test_an_empty_log_has_no_head(path: Path) -> None:
    """
    An empty log is sound, but not where a hash says that it had entries.
    """
    head = filled(path.with_name("other.db"))[-1].hash
    open_log(path).close()

    assert verify_log(path).sound
    assert verify_log(path).head is None
    assert len(whats(path, head)) == 1


@pytest.mark.parametrize("head", ["", "abc", "0" * 63, "0" * 65, "g" * 64, GENESIS])
def test_a_head_that_is_no_hash_is_refused(path: Path, head: str) -> None:
    """
    A head that is not a whole hash is a wrong question, and not a damage.
    """
    filled(path, 1)

    assert "不是哈希值" in refusal(lambda: verify_log(path, head))


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DROP TRIGGER entry_undeleted", "“entry_undeleted” 被改过、去掉或添加"),
        ("CREATE TABLE more (x)", "“more” 被改过、去掉或添加"),
        ("CREATE INDEX more ON entry (city)", "“more” 被改过、去掉或添加"),
        ("CREATE TRIGGER more AFTER INSERT ON entry BEGIN SELECT 1; END", "“more” 被改过、去掉或添加"),
        ("ALTER TABLE entry ADD COLUMN more TEXT", "“entry” 被改过、去掉或添加"),
        ("PRAGMA user_version = 0", "格式是 0，本程序只认 1"),
        ("PRAGMA application_id = 5", "不带本程序日志的标记"),
        ("PRAGMA journal_mode = DELETE", "第 19 字节起与条目应成的文件不同"),
    ],
)
def test_a_change_of_the_tables_is_found(path: Path, statement: str, said: str) -> None:
    """
    What is not an entry is verified, too: tables, triggers, marks.
    """
    filled(path)
    outside(path, statement, triggers=False)

    assert said in "\n".join(whats(path))


@pytest.mark.parametrize("text", ["[1]", "x", '{"b":1,"a":2}', '{"a": 1}', '{"a":NaN}', "[" * 30_000, '{"a":1,"a":1}'])
def test_a_text_that_is_no_event_is_found(path: Path, text: str) -> None:
    """
    An entry appended past this library whose text is not the one text of an event is found, though it fits its hash.
    """
    [entry] = filled(path, 1)
    draft = replace(entry, seq=2, event=text, previous=entry.hash)
    outside(path, (event_log.INSERT, astuple(replace(draft, hash=draft.hash_of_content()))), triggers=False)

    assert whats(path) == ["第 2 条|event 不成形"]


def test_every_defect_is_told_in_english(path: Path) -> None:
    """
    With ``lang`` the report is in English, mends and places as well; damages are told up to a hundred.
    """
    filled(path, 150)
    outside(path, "UPDATE entry SET city = 'x'", "DELETE FROM entry WHERE seq = 7")
    found = verify_log(path, "0" * 64, lang="en").defects

    assert len(found) == 101
    assert str(found[0]) == (
        f"{path}: entry 1: does not fit its hash: changed after it was recorded\n"
        "    → keep this file as evidence, restore a backup"
    )
    assert found[-1].what == "and 51 more"
    assert all(f"{one.where}{one.what}{one.mend}".removeprefix(str(path)).isascii() for one in found)


def test_every_kind_of_damage_has_both_languages() -> None:
    """
    No row of the table of damages lacks a language.
    """
    for zh, en, mend in log_verification._DAMAGES.values():
        assert en.isascii()
        assert not zh.isascii()
        assert mend["en"].isascii()
        assert not mend["zh"].isascii()
        assert zh.count("{}") == en.count("{}")


def test_a_flipped_byte_is_found(path: Path) -> None:
    """
    A byte flipped anywhere in a closed log is found, but for the four that name the version of SQLite; whatever is
    flipped, reading and appending either do as before or say what is wrong.
    """
    entries = filled(path, 8)
    whole = path.read_bytes()
    missed = []
    for at in {*range(100), *range(100, len(whole), 41)}:
        path.write_bytes(bytes((*whole[:at], whole[at] ^ (0xFF, 0x01, 0x80)[at % 3], *whole[at + 1 :])))
        if verify_log(path).sound:
            missed.append(at)
        if at % 5 == 0:
            try:
                with open_log(path) as log:
                    assert list(log.entries()) == entries
                    assert (
                        log.append("demo", "项目0", json.loads(entries[0].event), recorded_at=NOW, once=True).seq == 1
                    )
            except LogError:
                pass

    assert set(missed) <= set(range(96, 100))


@pytest.mark.parametrize("keep", [0, 1, 50, 100, 4095, 4096, 8192, 8193, -1])
def test_a_shortened_file_is_found(path: Path, keep: int) -> None:
    """
    A file that was cut, to nothing even, is a damaged log, and never passes for a new one.
    """
    filled(path, 8)
    path.write_bytes(path.read_bytes()[:keep])

    assert whats(path)
    with pytest.raises(LogError), open_log(path) as log:
        list(log.entries())
    assert len(path.read_bytes()) < 8192 * 4


def test_bytes_put_behind_the_log_are_found(path: Path) -> None:
    """
    What is added behind the last page is found.
    """
    filled(path, 8)
    with path.open("ab") as stream:
        stream.write(b"x" * 4096)

    assert whats(path) == ["|文件末尾多出 4096 字节"]


def test_verifying_while_another_writes(path: Path) -> None:
    """
    A log may be verified while others append: what is not folded into the file yet counts.
    """
    with open_log(path) as log:
        entries = [log.append("demo", "p", event(n), recorded_at=NOW) for n in range(50)]
        found = verify_log(path, entries[20].hash)

        assert found.sound
        assert found.compared
        assert (found.count, found.after) == (50, 29)


def gaps(whole: bytes, kind: int) -> list[int]:
    """
    Where the free space begins on the pages of one kind that have some: 5 inner nodes, 13 leaves.
    """
    found = []
    for page in range(4096, len(whole), 4096):
        cells, used = (int.from_bytes(whole[page + at : page + at + 2]) for at in (3, 5))
        begin = (12 if kind == 5 else 8) + 2 * cells
        if whole[page] == kind and begin < used:
            found.append(page + begin)
    return found


def test_logs_of_many_pages_are_compared(path: Path) -> None:
    """
    A log that has inner nodes is the file that its entries make, too. A byte flipped between entries is found; in the
    free space of an inner node below the root, where versions of SQLite differ, it is not.
    """
    with open_log(path) as log:
        log._connection.execute("PRAGMA synchronous = OFF")
        for n in range(600):
            log.append("demo", "p", event(n, text="x" * (2500 + 20 * (n % 60))), recorded_at=NOW)
    whole = path.read_bytes()

    def after_flipping(at: int) -> list[str]:
        path.write_bytes(bytes((*whole[:at], whole[at] ^ 1, *whole[at + 1 :])))
        return whats(path)

    assert verify_log(path).sound
    assert verify_log(path).compared
    root, inner = gaps(whole, 5)[:2]
    for at in (gaps(whole, 13)[0], root):
        assert after_flipping(at) == [f"|第 {at + 1} 字节起与条目应成的文件不同"]
    assert after_flipping(inner) == []
