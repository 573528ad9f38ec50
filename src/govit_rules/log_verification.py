"""
Whether anything in an event log was changed: `verify_log`.

Entries are read one after the other, each hash, number and link compared with the one before; the log's tables and
marks, and SQLite's own check, come first. Where nothing is wrong so far, the log is made again from its entries and the
bytes are compared.

Not compared are the version number of the SQLite that wrote last, four bytes, and, in logs of more than some 400 pages,
what is unused in the inner nodes of the tree.

Imports: `errors`, `event_log`, `facts`.
New kind of damage: a row in _DAMAGES, which has both languages, and a check that yields it.
"""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from govit_rules.errors import Defect, LogError
from govit_rules.event_log import (
    APPLICATION,
    COLUMNS,
    FORMAT,
    GENESIS,
    INSERT,
    MAX_DEFECTS,
    MAX_EVENT_BYTES,
    MAX_NAME,
    PAGE_BYTES,
    ROWS,
    Entry,
    canonical_event,
    changed_tables,
    check_file,
    connect,
    decoded,
    lay_out,
    number,
    telling,
)
from govit_rules.facts import shown

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["Verification", "verify_log"]

Lang = Literal["zh", "en"]

MAX_COMPARED_BYTES: Final = 512 * 1024 * 1024  # larger logs are not made again in memory

_SQLITE_NUMBER: Final = sum(part * 1000**place for place, part in enumerate(reversed(sqlite3.sqlite_version_info)))
_INNER_NODE: Final = 5  # how such a page begins, https://www.sqlite.org/fileformat.html
_HASH: Final = re.compile("[0-9a-f]{64}")

# What can be wrong: what is said of it, and how to mend it, in both languages.
_RESTORE: Final = {"zh": "保存此文件作证据，从备份恢复", "en": "keep this file as evidence, restore a backup"}
_ASK: Final = {"zh": "查明谁改过此文件；条目本身完好", "en": "find out who wrote to the file; the entries are sound"}
_DAMAGES: Final[Mapping[str, tuple[str, str, Mapping[str, str]]]] = {
    "foreign": (
        "不是 SQLite 文件，或文件头已损坏",
        "is no SQLite file, or its header is damaged",
        {"zh": "核对文件名；确是日志的，从备份恢复", "en": "check the name; if it is a log, restore a backup"},
    ),
    "unreadable": ("文件读不下去: {}", "the file cannot be read further: {}", _RESTORE),
    "application": (
        "不带本程序日志的标记",
        "not marked as a log of this program",
        {"zh": "核对文件名；确是日志的，从备份恢复", "en": "check the name; if it is a log, restore a backup"},
    ),
    "format": (
        "格式是 {}，本程序只认 {}",
        "has format {}; this program knows {} only",
        {"zh": "升级 govit-rules；没有新版本的，从备份恢复", "en": "upgrade govit-rules; else restore a backup"},
    ),
    "schema": ("{} 被改过、去掉或添加", "{} was changed, removed or added", _RESTORE),
    "integrity": ("SQLite 的检查不通过: {}", "SQLite's own check fails: {}", _RESTORE),
    "missing": ("缺第 {} 至 {} 条", "entries {} to {} are missing", _RESTORE),
    "order": ("编号不接上一条", "its number does not follow the one before", _RESTORE),
    "form": ("{} 不成形", "{} is malformed", _RESTORE),
    "changed": ("内容与其哈希值不符，记入后被改过", "does not fit its hash: changed after it was recorded", _RESTORE),
    "link": ("不接上一条的哈希值", "does not link to the hash of the one before", _RESTORE),
    "head": (
        "没有哈希值为 {} 的条目: 末尾被截去，或日志是重新做的",
        "no entry has the hash {}: the end was cut off, or the log was made anew",
        _RESTORE,
    ),
    "longer": ("文件末尾多出 {} 字节", "the file has {} bytes too many at its end", _ASK),
    "layout": ("第 {} 字节起与条目应成的文件不同", "differs from byte {} on from the file that its entries make", _ASK),
    "more": ("此外还有 {} 处", "and {} more", _RESTORE),
}


@dataclass(frozen=True, slots=True)
class Verification:
    """
    What `verify_log` found.

    ``count`` entries could be read, the last of them has the hash ``head`` (``None``: there is none); ``after`` is how
    many stand after the hash that was asked for, ``None`` if none was or it is not there. ``compared`` says whether the
    file's unused bytes were compared, too: they are not where something is wrong already, nor in logs of more than
    512 MB, nor where they differ but another version of SQLite wrote last.
    """

    count: int
    head: str | None
    after: int | None
    compared: bool
    defects: tuple[Defect, ...]

    @property
    def sound(self) -> bool:
        """
        Whether nothing is wrong.
        """
        return not self.defects


class _Damage(NamedTuple):
    kind: str
    entry: int = 0  # 0: the file
    details: tuple[object, ...] = ()

    def defect(self, path: Path, lang: Lang) -> Defect:
        zh, en, mend = _DAMAGES[self.kind]
        entry = ({"zh": f": 第 {self.entry} 条", "en": f": entry {self.entry}"})[lang] if self.entry else ""
        return Defect(f"{path}{entry}", {"zh": zh, "en": en}[lang].format(*self.details), mend[lang])


@dataclass(slots=True)
class _Walk:
    """
    What is known after the entries read so far.
    """

    wanted: str | None
    seq: int = 0
    count: int = 0
    head: str | None = None
    after: int | None = None
    compared: bool = False
    damages: list[_Damage] = field(default_factory=list)


def verify_log(path: str | os.PathLike[str], head: str | None = None, *, lang: Lang = "zh") -> Verification:
    """
    Look for any change in a log: every hash, number and link, the tables, and the bytes around the entries.

    Damage never raises: it is a defect that says which entry, and what. What was appended but is not yet folded into
    the file is read from the ``-wal`` beside it; damage there looks like a log that ends early, and is found by
    ``head`` only.

    Args:
        path: The log.
        head: A hash that some entry had once (64 hexadecimal digits, kept elsewhere): it must still be there. Without
            it, a log that was cut at its end or made anew looks sound.
        lang: The language of the defects, ``zh`` or ``en``.

    Raises:
        LogError: There is no such file, or it may not be read, or others lock it; or ``head`` is not a hash.
    """
    place = Path(path)
    wanted = head.strip().lower() if head is not None else None
    if wanted is not None and not _HASH.fullmatch(wanted):
        raise LogError([Defect("head", f"{shown(head)} 不是哈希值", "给出 64 位十六进制的完整哈希值")])
    walk = _Walk(wanted)
    with telling(place):
        if place.is_file() and place.stat().st_size == 0:
            walk.damages.append(_Damage("unreadable", details=("0 bytes",)))
        else:
            check_file(place)
            _read_through(place, walk)
    if wanted and walk.after is None:
        walk.damages.append(_Damage("head", details=(wanted,)))
    return Verification(walk.count, walk.head, walk.after, walk.compared, _told(walk.damages, place, lang))


def _told(damages: list[_Damage], path: Path, lang: Lang) -> tuple[Defect, ...]:
    told = damages[:MAX_DEFECTS]
    if len(damages) > MAX_DEFECTS:
        told.append(_Damage("more", details=(len(damages) - MAX_DEFECTS,)))
    return tuple(damage.defect(path, lang) for damage in told)


# These say that a file cannot be reached, not that it is damaged.
_OUT_OF_REACH: Final = frozenset(
    (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOMEM)
)


def _read_through(path: Path, walk: _Walk) -> None:
    """
    All checks, in one reading transaction; where one cannot read on, that is a damage, and the next is tried.
    """
    size = path.stat().st_size  # before the transaction: others only make the file longer
    with _noting(walk), closing(connect(path, 10.0)) as connection:
        connection.text_factory = bytes  # what is not UTF-8 is a damage of its entry
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA cell_size_check = ON")
        connection.execute("BEGIN")
        for check in (_mark_damages, _schema_damages, _integrity_damages):
            with _noting(walk):
                walk.damages += check(connection)
        with _noting(walk):
            for row in connection.execute(ROWS):
                walk.damages += _entry_damages(row, walk)
        if not walk.damages:
            with _noting(walk):
                walk.damages += _byte_damages(connection, size, walk)


@contextmanager
def _noting(walk: _Walk) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, ValueError, OverflowError) as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in _OUT_OF_REACH:
            raise
        entry = walk.seq + 1 if walk.seq else 0
        damage = _Damage("foreign" if code == sqlite3.SQLITE_NOTADB else "unreadable", entry, (str(error),))
        if damage not in walk.damages:  # several checks may stop at the same place
            walk.damages.append(damage)


def _mark_damages(connection: sqlite3.Connection) -> Iterator[_Damage]:
    if number(connection, "application_id") != APPLICATION:
        yield _Damage("application")
    if (version := number(connection, "user_version")) != FORMAT:
        yield _Damage("format", details=(version, FORMAT))


def _schema_damages(connection: sqlite3.Connection) -> Iterator[_Damage]:
    for name in changed_tables(connection):
        yield _Damage("schema", details=(shown(name),))


def _integrity_damages(connection: sqlite3.Connection) -> Iterator[_Damage]:
    for (line,) in connection.execute("PRAGMA integrity_check(10)").fetchall():
        if line != b"ok":
            yield _Damage("integrity", details=(decoded(line).replace("\n", " ")[:MAX_NAME],))


def _entry_damages(row: tuple[Any, ...], walk: _Walk) -> Iterator[_Damage]:
    """
    What is wrong with the next entry; the walk goes on from the hash that it bears, so that one change is one damage.
    """
    seq, previous, before = row[0], walk.head or GENESIS, walk.seq
    if not isinstance(seq, int) or seq <= before:
        yield _Damage("order", before + 1)
        return
    walk.seq, walk.count = seq, walk.count + 1
    if seq > before + 1:
        yield _Damage("missing", details=(before + 1, seq - 1))
    entry, malformed = _read_entry(row)
    walk.head = entry.hash
    if walk.wanted is not None:
        if walk.after is not None:
            walk.after += 1
        elif entry.hash == walk.wanted:
            walk.after = 0
    if malformed:
        yield _Damage("form", seq, (malformed,))
    elif entry.hash_of_content() != entry.hash:
        yield _Damage("changed", seq)
    elif seq == before + 1 and entry.previous != previous:
        yield _Damage("link", seq)


def _read_entry(row: tuple[Any, ...]) -> tuple[Entry, str]:
    """
    An entry from the bytes of its columns, and the name of the first one that is malformed, or nothing.
    """
    names = COLUMNS.split(", ")[1:]
    malformed = [name for name, value in zip(names, row[1:], strict=True) if not _is_text(value)]
    entry = Entry(row[0], *(decoded(value) for value in row[1:]))
    if not malformed and not _HASH.fullmatch(entry.hash):
        malformed = ["hash"]
    if not malformed and not _is_canonical(entry.event):
        # Whoever reads the log relies on it. A text that was never so can only have come from elsewhere.
        malformed = ["event"]
    return entry, next(iter(malformed), "")


def _is_text(value: object) -> bool:
    try:
        return isinstance(value, bytes) and value.decode() is not None
    except UnicodeDecodeError:
        return False


def _is_canonical(text: str) -> bool:
    try:
        return len(text) <= MAX_EVENT_BYTES and canonical_event(json.loads(text)) == text
    except (ValueError, RecursionError):
        return False


def _byte_damages(connection: sqlite3.Connection, size: int, walk: _Walk) -> Iterator[_Damage]:
    """
    Where the file differs from the one that its entries make when they are appended to a new log.

    Appending to a table without an index fills page after page, in the same way in all versions of SQLite that were
    tried. Should one do it otherwise, a file last written by another version is left uncompared.
    """
    pages = number(connection, "page_count")
    if size > pages * PAGE_BYTES:
        yield _Damage("longer", details=(size - pages * PAGE_BYTES,))
    if pages * PAGE_BYTES > MAX_COMPARED_BYTES or not hasattr(connection, "serialize"):
        return
    actual = bytearray(connection.serialize())
    expected = bytearray(_made_again(connection.execute(ROWS)))
    expected[18:20] = b"\2\2"  # a write-ahead log, which memory has not
    writer = int.from_bytes(actual[96:100])
    for content in (actual, expected):
        _blank(content)
    walk.compared = actual == expected or writer == _SQLITE_NUMBER
    if walk.compared and actual != expected:
        at = next((i for i, (one, other) in enumerate(zip(actual, expected, strict=False)) if one != other), 0)
        yield _Damage("layout", details=(at + 1,))


def _blank(content: bytearray) -> None:
    """
    Overwrite what entries do not settle.

    That is the count of changes, if its two copies agree, the version of the writer, and free space in inner nodes but
    the root (page 2), where versions of SQLite leave different remains. Below some 400 pages there are no such nodes,
    and above, they are one page in some hundreds.
    """
    if content[24:28] == content[92:96]:
        content[24:28] = content[92:96] = bytes(4)
    content[96:100] = bytes(4)
    for page in range(2 * PAGE_BYTES, len(content), PAGE_BYTES):
        if content[page] == _INNER_NODE:
            cells = int.from_bytes(content[page + 3 : page + 5])
            free, used = page + 12 + 2 * cells, page + int.from_bytes(content[page + 5 : page + 7])
            if free < used <= page + PAGE_BYTES:
                content[free:used] = bytes(used - free)


def _made_again(rows: Iterable[tuple[Any, ...]]) -> bytes:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        lay_out(fresh)
        fresh.execute("BEGIN")
        fresh.executemany(INSERT, ((seq, *map(decoded, texts)) for seq, *texts in rows))
        fresh.execute("COMMIT")
        return fresh.serialize()
