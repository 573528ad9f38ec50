"""
The log of what happened to projects: events are appended to one SQLite file, and nothing in it is changed again.

    hash     = sha256 of the JSON array [seq, city, project, recorded_at, event, previous], as UTF-8
    previous = the hash of the entry before; of the first, GENESIS

An entry that `EventLog.append` has returned is on the disk: one transaction an event, a write-ahead log,
``synchronous=FULL``. It takes the lock before it reads the last entry, so processes may append at once. Triggers refuse
changes; whoever goes round them breaks the chain of hashes, and `verify_log` says where. A chain made anew from some
entry on, or cut off at its end, is sound in itself: it is found only with a hash that was kept elsewhere.

While a log is open, the files ``-wal`` and ``-shm`` beside it are part of it: what was appended last may stand there
only, so copy all three, or none before the log is closed. The last one to close folds them into the log. After a crash
they stay, and the next to open reads them. They lie beside the file itself, not beside a symbolic link to it. The file
must be on a local disk: SQLite's locks do not hold over networks.

There is one table and no index, so that the file is just what its entries make it: `verify_log` makes it again and
compares the bytes. Not compared are the version number of the SQLite that wrote last, four bytes, and, in logs of more
than some 400 pages, what is unused in the inner nodes of the tree.

The clock is not read: the caller says when an entry is recorded. Imports: `errors`, `facts`.
New kind of damage: a row in _DAMAGES, which has both languages, and a check that yields it.
"""

from __future__ import annotations

import errno
import hashlib
import json
import math
import os
import re
import sqlite3
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from govit_rules.errors import Defect, LogError
from govit_rules.facts import encodable, shown

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType
    from typing import Self

__all__ = [
    "FORMAT",
    "GENESIS",
    "MAX_DEPTH",
    "MAX_EVENT_BYTES",
    "MAX_NAME",
    "Entry",
    "EventLog",
    "LoggedProject",
    "Verification",
    "canonical_event",
    "open_log",
    "verify_log",
]

Lang = Literal["zh", "en"]

APPLICATION: Final = 0x47564C47  # "GVLG"
FORMAT: Final = 1
GENESIS: Final = f"govit-rules event log {FORMAT}"
MAX_EVENT_BYTES: Final = 64 * 1024
MAX_DEPTH: Final = 32
MAX_NAME: Final = 200
MAX_DEFECTS: Final = 100
MAX_COMPARED_BYTES: Final = 512 * 1024 * 1024  # larger logs are not made again in memory

_PAGE: Final = 4096
_SQLITE_NUMBER: Final = sum(part * 1000**place for place, part in enumerate(reversed(sqlite3.sqlite_version_info)))
_INNER_NODE: Final = 5  # how such a page begins, https://www.sqlite.org/fileformat.html
_BATCH: Final = 1000
_OLDEST_SQLITE: Final = (3, 37, 0)  # STRICT tables
_INT_LIMIT: Final = 2**63
_HASH: Final = re.compile("[0-9a-f]{64}")

_COLUMNS: Final = "seq, city, project, event, recorded_at, previous, hash"
_INSERT: Final = "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)"
_ROWS: Final = f"SELECT {_COLUMNS} FROM entry ORDER BY seq"  # noqa: S608 - constants
_LAST: Final = f"{_ROWS} DESC LIMIT 1"
# The trigger on INSERT is there for REPLACE, too, which deletes without the one on DELETE.
_SCHEMA: Final = {
    "entry": """CREATE TABLE entry (
    seq INTEGER PRIMARY KEY,
    city TEXT NOT NULL,
    project TEXT NOT NULL,
    event TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT""",
    "entry_unchanged": """CREATE TRIGGER entry_unchanged BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'an entry is never changed'); END""",
    "entry_undeleted": """CREATE TRIGGER entry_undeleted BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'an entry is never deleted'); END""",
    "entry_follows": f"""CREATE TRIGGER entry_follows BEFORE INSERT ON entry
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM entry)
  OR NEW.previous <> coalesce((SELECT hash FROM entry ORDER BY seq DESC LIMIT 1), '{GENESIS}')
BEGIN SELECT RAISE(ABORT, 'an entry follows the last one'); END""",  # noqa: S608 - constants
}

# What SQLite reports, by its primary code: what it means here, and what to do.
_MENDS: Final[Mapping[int, tuple[str, str]]] = {
    sqlite3.SQLITE_NOTADB: ("不是 SQLite 文件，或文件头已损坏", "核对文件名；确是日志的，从备份恢复"),
    sqlite3.SQLITE_CORRUPT: ("日志文件已损坏", "运行 `govit-rules track verify` 查看损坏之处，并从备份恢复"),
    sqlite3.SQLITE_BUSY: ("日志正被别的进程占用，等候超时", "稍后再试，或结束占用它的进程"),
    sqlite3.SQLITE_LOCKED: ("日志正被别的进程占用，等候超时", "稍后再试，或结束占用它的进程"),
    sqlite3.SQLITE_FULL: ("磁盘已满，事件没有记入", "腾出空间后再试"),
    sqlite3.SQLITE_READONLY: ("日志或其所在文件夹只读，不能写入", "改为可写，或另用一个文件夹"),
    sqlite3.SQLITE_CANTOPEN: ("日志打不开", "核对路径，并确认文件及其所在文件夹可读可写"),
    sqlite3.SQLITE_PERM: ("没有读写日志的权限", "核对文件及其所在文件夹的权限"),
    sqlite3.SQLITE_IOERR: ("读写磁盘出错", "检查磁盘；日志须放在本机磁盘上，不放网络盘"),
    sqlite3.SQLITE_CONSTRAINT: ("日志拒绝了这一条", "只用本程序写日志"),
    sqlite3.SQLITE_ERROR: ("不是本程序的日志，或已损坏", "核对文件名；确是日志的，从备份恢复"),
}
_ELSE: Final = ("日志不能使用", "核对文件；确是日志的，从备份恢复")
_FILE_MENDS: Final[Mapping[int, tuple[str, str]]] = {
    errno.ENOENT: ("所在文件夹不存在", "先建文件夹，或改路径"),
    errno.ENOTDIR: ("所在路径不是文件夹", "改路径"),
    errno.EACCES: _MENDS[sqlite3.SQLITE_PERM],
    errno.EPERM: _MENDS[sqlite3.SQLITE_PERM],
    errno.EROFS: _MENDS[sqlite3.SQLITE_READONLY],
    errno.ENOSPC: _MENDS[sqlite3.SQLITE_FULL],
    errno.EDQUOT: _MENDS[sqlite3.SQLITE_FULL],
    errno.ENAMETOOLONG: ("文件名过长", "改短文件名"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One event as it stands in the log.

    ``seq`` counts from 1 without gaps; ``event`` is JSON text (`canonical_event`); ``recorded_at`` is UTC,
    ``2026-11-21T08:00:00.000000Z``; ``previous`` and ``hash`` chain the entries.
    """

    seq: int
    city: str
    project: str
    event: str
    recorded_at: str
    previous: str
    hash: str

    def hash_of_content(self) -> str:
        """
        The hash that belongs to the other columns; ``hash`` itself, unless something was changed.
        """
        content = [self.seq, self.city, self.project, self.recorded_at, self.event, self.previous]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


class LoggedProject(NamedTuple):
    """
    A project that the log knows: how many entries it has, and the hash of its last.
    """

    city: str
    project: str
    entries: int
    last: str


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


# ------------------------------------------------------------------------------------------------ what is taken in


def canonical_event(event: Mapping[str, Any]) -> str:
    """
    The one JSON text of an event: keys sorted, no spaces, Chinese as it is. Equal events have equal texts.

    Raises:
        LogError: It holds what JSON cannot (NaN, dates, keys that are not text), an integer of more than 64 bits, or
            half a character; it is nested more than 32 deep, or its text is longer than 64 KiB.
    """
    defects = list(_event_defects(event))
    if not defects:
        text = json.dumps(_plain(event), ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
        if len(text.encode()) <= MAX_EVENT_BYTES:
            return text
        defects.append(_TOO_LONG)
    raise LogError(defects)


_TOO_LONG: Final = Defect("event", "事件超过 64 KiB", "只记要点，文件另存，以文号或编号引用")


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def _event_defects(event: object) -> Iterator[Defect]:
    """
    What keeps an event from being logged; ends early where it is too large, so that nothing given takes long.
    """
    if not isinstance(event, Mapping):
        yield Defect("event", f"{shown(event)} 不是事件", '事件是一个对象，如 {"event": "…", "date": "…"}')
        return
    waiting: list[tuple[str, object, int]] = [("event", event, 1)]
    seen = found = 0
    while waiting and found < MAX_DEFECTS:
        where, value, depth = waiting.pop()
        seen += 1
        if seen > MAX_EVENT_BYTES or (isinstance(value, str) and len(value) > MAX_EVENT_BYTES):
            yield _TOO_LONG
            return
        if depth > MAX_DEPTH and isinstance(value, (Mapping, list, tuple)):
            yield Defect(where[:MAX_NAME], f"嵌套超过 {MAX_DEPTH} 层", "减少嵌套")
            return
        if defect := _value_defect(where, value):
            found += 1
            yield defect
        elif isinstance(value, Mapping):
            if len(value) > MAX_EVENT_BYTES:
                yield _TOO_LONG
                return
            for key in value:
                if not isinstance(key, str) or len(key) > MAX_NAME or not encodable(key):
                    found += 1
                    yield Defect(where, f"键 {shown(key)} 不能使用", f"键用文本，不超过 {MAX_NAME} 个字")
                else:
                    waiting.append((f"{where}.{key}"[:MAX_NAME], value[key], depth + 1))
        elif isinstance(value, (list, tuple)):
            if len(value) > MAX_EVENT_BYTES:
                yield _TOO_LONG
                return
            waiting += ((f"{where}[{index}]"[:MAX_NAME], inner, depth + 1) for index, inner in enumerate(value))


def _value_defect(where: str, value: object) -> Defect | None:
    if isinstance(value, str):
        return None if encodable(value) else Defect(where, f"{shown(value)} 含有半个字符", "改正编码")
    if isinstance(value, float):
        return None if math.isfinite(value) else Defect(where, "不是有限的数", "写出数值；不知道的，不写这一项")
    if isinstance(value, int):  # bool, too
        return None if abs(value) < _INT_LIMIT else Defect(where, "整数过大", "写成文本")
    if value is None or isinstance(value, (Mapping, list, tuple)):
        return None
    return Defect(where, f"{type(value).__name__} 不能记入日志", "用文本、数、true、false、列表或对象；日期写成文本")


def _name_defect(where: str, name: object) -> Defect | None:
    if not isinstance(name, str) or not name.strip() or len(name) > MAX_NAME or not encodable(name):
        return Defect(where, f"{shown(name)} 不能作名称", f"用 1 至 {MAX_NAME} 个字的文本")
    if any(unicodedata.category(sign) == "Cc" for sign in name):
        return Defect(where, f"{shown(name)} 含有控制字符", "去掉换行、制表等控制字符")
    return None


def _utc(moment: object) -> str:
    if not isinstance(moment, datetime) or moment.tzinfo is None or moment.utcoffset() is None:
        raise LogError([Defect("recorded_at", f"{shown(moment)} 不是带时区的时刻", "给出带时区的 datetime")])
    try:
        return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    except OverflowError:
        raise LogError([Defect("recorded_at", "时刻超出公元 1 至 9999 年", "核对时刻")]) from None


# ------------------------------------------------------------------------------------------------------- the file


@contextmanager
def _telling(path: Path) -> Iterator[None]:
    """
    Turn what SQLite and the system report into a `LogError` that says what to do.
    """
    try:
        yield
    except sqlite3.ProgrammingError as error:  # closed, or another thread's
        said = Defect(str(path), f"日志已关闭，或由别的线程打开 ({error})", "每个线程自己打开日志，用完再关闭")
        raise LogError([said]) from error
    except (sqlite3.Error, UnicodeDecodeError) as error:  # the latter where SQLite quotes damaged bytes
        what, mend = _MENDS.get(getattr(error, "sqlite_errorcode", -1) & 0xFF, _ELSE)
        raise LogError([Defect(str(path), f"{what} ({error})", mend)]) from error
    except OSError as error:
        what, mend = _FILE_MENDS.get(error.errno or 0, _ELSE)
        raise LogError([Defect(str(path), f"{what} ({error.strerror})", mend)]) from error


def _connect(path: Path, timeout: float) -> sqlite3.Connection:
    """
    A connection to a file that is there; where its folder cannot be written, one that reads only.
    """
    address = path.resolve().as_uri()
    try:
        return _settled(sqlite3.connect(f"{address}?mode=rw", uri=True, isolation_level=None, timeout=timeout))
    except sqlite3.OperationalError as error:
        # An archived copy in a folder that is read-only: without -wal nothing is missing, and nobody can write.
        beside = Path(f"{path.resolve()}-wal")
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise
        if os.access(path.resolve().parent, os.W_OK) or beside.exists():
            raise
    return _settled(sqlite3.connect(f"{address}?mode=ro&immutable=1", uri=True, isolation_level=None))


def _settled(connection: sqlite3.Connection) -> sqlite3.Connection:
    try:
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA synchronous = FULL")
        # What was moved within the file leaves nothing behind: the same bytes, however SQLite was built.
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA fullfsync = ON")  # of use on macOS only
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # reads the file for the first time
    except BaseException:
        connection.close()
        raise
    return connection


def _lay_out(connection: sqlite3.Connection) -> None:
    """
    Make the empty log: always the same bytes.
    """
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA encoding = 'UTF-8'")
    connection.execute(f"PRAGMA page_size = {_PAGE}")
    connection.execute("PRAGMA auto_vacuum = NONE")
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    connection.execute(f"PRAGMA user_version = {FORMAT}")
    for statement in _SCHEMA.values():
        connection.execute(statement)


def _create(path: Path) -> None:
    """
    Make a new log apart and put it in its place as a whole, so that nobody ever meets half a log.
    """
    with tempfile.TemporaryDirectory(prefix=".govit-log-", dir=path.parent) as apart:
        made = Path(apart, "new")
        with closing(sqlite3.connect(made, isolation_level=None)) as connection:
            _lay_out(connection)
            connection.execute("PRAGMA journal_mode = WAL")
        _place(made, path)
    _sync_folder(path.parent)


def _place(made: Path, path: Path) -> None:
    try:
        try:
            path.hardlink_to(made)
        except FileExistsError:
            raise
        except OSError:  # a file system that has no second names
            with path.open("xb") as stream:
                stream.write(made.read_bytes())
                stream.flush()
                os.fsync(stream.fileno())
    except FileExistsError:
        return  # another process was first: its log is as good


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _existing(path: Path) -> None:
    """
    Refuse what cannot be a log before SQLite sees it. An empty file would pass for a new log.

    Raises:
        LogError: There is none, or it is no file, or empty.
    """
    with _telling(path):
        if not path.exists():
            raise LogError([Defect(str(path), "没有这个日志", "核对路径；新日志由第一次记入事件时建立")])
        if not path.is_file():
            raise LogError([Defect(str(path), "不是文件", "给出日志文件的路径")])
        if path.stat().st_size == 0:
            raise LogError([Defect(str(path), "是空文件，不是日志", "原是日志的，从备份恢复；否则删去它再试")])
    _check_version()


def _check_version() -> None:
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise LogError([Defect("SQLite", f"版本 {sqlite3.sqlite_version} 过旧", "日志需要 SQLite 3.37 或更新的版本")])


def open_log(path: str | os.PathLike[str], *, create: bool = True, timeout: float = 10.0) -> EventLog:
    """
    Open a log; one that is not there is made, unless ``create`` is false.

    Args:
        path: The file. Its folder must be there, and on a local disk.
        create: Whether to make it.
        timeout: Seconds to wait for other processes that write.

    Raises:
        LogError: There is no such file or folder; it is not a log, or another application's; its tables were changed;
            a newer version wrote it; it cannot be read.
    """
    place = Path(path)
    with _telling(place):
        if create and not place.exists():
            _check_version()
            _create(place)
        _existing(place)
        connection = _connect(place, timeout)
        try:
            _check_ours(connection, place)
        except BaseException:
            connection.close()
            raise
    return EventLog(connection, place)


def _check_ours(connection: sqlite3.Connection, path: Path) -> None:
    where = str(path)
    if _number(connection, "application_id") != APPLICATION:
        raise LogError([Defect(where, "是别的程序的数据库，不是本程序的日志", "核对文件名，或另起一个日志")])
    if (version := _number(connection, "user_version")) != FORMAT:
        raise LogError([Defect(where, f"日志格式是 {version}，本程序只认 {FORMAT}", "升级 govit-rules")])
    if list(_schema_damages(connection)):
        mend = "运行 `govit-rules track verify` 查看，并从备份恢复"
        raise LogError([Defect(where, "日志的表或触发器被改过", mend)])


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])


class EventLog:
    """
    An open log. It belongs to the thread that opened it; other threads and processes open their own.

        with open_log(path) as log:
            log.append(city, project, event, recorded_at=now)
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.path = path
        self._connection = connection
        self._seen: dict[bytes, int] = {}  # the entry of each event that was met so far, for `find`
        self._seen_to = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """
        Close the log; the last one to close folds the files beside it into it. Closing twice does nothing.
        """
        with _telling(self.path):
            self._connection.close()

    def append(
        self, city: str, project: str, event: Mapping[str, Any], *, recorded_at: datetime, once: bool = False
    ) -> Entry:
        """
        Append one event. When this returns, the entry is on the disk.

        Args:
            city: The key of the pack.
            project: The project's name or number; 200 characters at most.
            event: What JSON can hold; see `canonical_event`.
            recorded_at: When it is recorded, with its time zone.
            once: Append nothing if this project has the very same event already, and return that entry: so a file of
                events may be read again.

        Raises:
            LogError: The event, a name or the time cannot be logged; the log cannot be written; its last entry was
                changed. Nothing is appended then.
        """
        _check_names(city, project)
        text, moment = canonical_event(event), _utc(recorded_at)
        with _telling(self.path), self._writing():
            if once and (known := self._lookup(city, project, text)):
                return known
            last = self._last()
            draft = Entry(last.seq + 1 if last else 1, city, project, text, moment, last.hash if last else GENESIS, "")
            entry = replace(draft, hash=draft.hash_of_content())
            self._connection.execute(_INSERT, astuple(entry))
        return entry

    def find(self, city: str, project: str, event: Mapping[str, Any]) -> Entry | None:
        """
        The first entry of a project that is the very same event, if there is one.

        Raises:
            LogError: As `append`.
        """
        _check_names(city, project)
        with _telling(self.path):
            return self._lookup(city, project, canonical_event(event))

    def entries(self, city: str | None = None, project: str | None = None) -> Iterator[Entry]:
        """
        The entries there are now, oldest first; those of a city or project only, if they are named.

        Each is checked by its own hash. That none is missing only `verify` can say.

        Raises:
            LogError: One was changed, or the log cannot be read.
        """
        with _telling(self.path):
            last = self._last()
        at, end = 0, last.seq if last else 0
        query = (
            f"SELECT {_COLUMNS} FROM entry WHERE seq > ?1 AND seq <= ?2"  # noqa: S608 - constants
            " AND (?3 IS NULL OR city = ?3) AND (?4 IS NULL OR project = ?4) ORDER BY seq LIMIT ?5"
        )
        while True:
            # In batches, each read to its end, so that the caller may append in between.
            with _telling(self.path):
                rows = self._connection.execute(query, (at, end, city, project, _BATCH)).fetchall()
            for row in rows:
                yield self._checked(row)
            if len(rows) < _BATCH:
                return
            at = rows[-1][0]

    def projects(self) -> list[LoggedProject]:
        """
        The projects that have entries, in the order of their first.

        Raises:
            LogError: The log cannot be read.
        """
        query = (
            "SELECT entry.city, entry.project, own.number, entry.hash FROM entry JOIN"
            " (SELECT count(*) AS number, min(seq) AS first, max(seq) AS last FROM entry GROUP BY city, project) AS own"
            " ON entry.seq = own.last ORDER BY own.first"
        )
        with _telling(self.path):
            return [LoggedProject(*row) for row in self._connection.execute(query)]

    @property
    def head(self) -> Entry | None:
        """
        The last entry. Its hash, kept elsewhere, shows later that nothing was cut off or made anew: `verify`.
        """
        with _telling(self.path):
            return self._last()

    def verify(self, head: str | None = None, *, lang: Lang = "zh") -> Verification:
        """
        `verify_log` of this log; entries that others append meanwhile do not disturb it.
        """
        return verify_log(self.path, head, lang=lang)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        # IMMEDIATE: the lock comes before the last entry is read, so nobody appends in between.
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def _last(self) -> Entry | None:
        row = self._connection.execute(_LAST).fetchone()
        return self._checked(row) if row else None

    def _checked(self, row: tuple[Any, ...]) -> Entry:
        entry = Entry(*row)
        # A damaged file may give what the table would not take.
        if not all(isinstance(text, str) for text in row[1:]) or entry.hash_of_content() != entry.hash:
            where = f"{self.path}: 第 {entry.seq} 条"
            raise LogError([Defect(where, "记入后被改过", "运行 `govit-rules track verify`，并从备份恢复")])
        return entry

    def _lookup(self, city: str, project: str, text: str) -> Entry | None:
        query = f"SELECT {_COLUMNS} FROM entry WHERE seq > ? ORDER BY seq"  # noqa: S608 - constants
        for row in self._connection.execute(query, (self._seen_to,)):
            entry = self._checked(row)
            self._seen.setdefault(_digest(entry.city, entry.project, entry.event), entry.seq)
            self._seen_to = entry.seq
        seq = self._seen.get(_digest(city, project, text))
        if seq is None:
            return None
        row = self._connection.execute(f"SELECT {_COLUMNS} FROM entry WHERE seq = ?", (seq,)).fetchone()  # noqa: S608 - constants
        return self._checked(row) if row else None


def _check_names(city: object, project: object) -> None:
    found = [defect for pair in (("city", city), ("project", project)) if (defect := _name_defect(*pair))]
    if found:
        raise LogError(found)


def _digest(*content: str) -> bytes:
    return hashlib.sha256(json.dumps(content).encode()).digest()


# --------------------------------------------------------------------------------------------------- verification

# What can be wrong: what is said of it, and how to mend it, in both languages.
_RESTORE: Final = {"zh": "保存此文件作证据，从备份恢复", "en": "keep this file as evidence, restore a backup"}
_ASK: Final = {"zh": "查明谁改过此文件；条目本身完好", "en": "find out who wrote to the file; the entries are sound"}
_DAMAGES: Final[Mapping[str, tuple[str, str, Mapping[str, str]]]] = {
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
    with _telling(place):
        if place.is_file() and place.stat().st_size == 0:
            walk.damages.append(_Damage("unreadable", details=("0 bytes",)))
        else:
            _existing(place)
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
    with _noting(walk), closing(_connect(path, 10.0)) as connection:
        connection.text_factory = bytes  # what is not UTF-8 is a damage of its entry
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA cell_size_check = ON")
        connection.execute("BEGIN")
        for check in (_mark_damages, _schema_damages, _integrity_damages):
            with _noting(walk):
                walk.damages += check(connection)
        with _noting(walk):
            for row in connection.execute(_ROWS):
                walk.damages += _entry_damages(row, walk)
        if not walk.damages:
            with _noting(walk):
                walk.damages += _byte_damages(connection, size, walk)


@contextmanager
def _noting(walk: _Walk) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, ValueError, OverflowError) as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _OUT_OF_REACH:
            raise
        damage = _Damage("unreadable", walk.seq + 1 if walk.seq else 0, (str(error),))
        if damage not in walk.damages:  # several checks may stop at the same place
            walk.damages.append(damage)


def _mark_damages(connection: sqlite3.Connection) -> Iterator[_Damage]:
    if _number(connection, "application_id") != APPLICATION:
        yield _Damage("application")
    if (version := _number(connection, "user_version")) != FORMAT:
        yield _Damage("format", details=(version, FORMAT))


def _schema_damages(connection: sqlite3.Connection) -> Iterator[_Damage]:
    rows = connection.execute("SELECT CAST(name AS BLOB), CAST(sql AS BLOB) FROM sqlite_schema LIMIT 100")
    found = {_text(name): _text(sql) for name, sql in rows}
    for name in {**_SCHEMA, **found}:
        if found.get(name) != _SCHEMA.get(name):
            yield _Damage("schema", details=(shown(name),))


def _text(value: object) -> str:
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else ""


def _integrity_damages(connection: sqlite3.Connection) -> Iterator[_Damage]:
    for (line,) in connection.execute("PRAGMA integrity_check(10)").fetchall():
        if line != b"ok":
            yield _Damage("integrity", details=(_text(line).replace("\n", " ")[:MAX_NAME],))


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
    names = _COLUMNS.split(", ")[1:]
    malformed = [name for name, value in zip(names, row[1:], strict=True) if not _is_text(value)]
    entry = Entry(row[0], *(_text(value) for value in row[1:]))
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
    pages = _number(connection, "page_count")
    if size > pages * _PAGE:
        yield _Damage("longer", details=(size - pages * _PAGE,))
    if pages * _PAGE > MAX_COMPARED_BYTES or not hasattr(connection, "serialize"):
        return
    actual = bytearray(connection.serialize())
    expected = bytearray(_made_again(connection.execute(_ROWS)))
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
    for page in range(2 * _PAGE, len(content), _PAGE):
        if content[page] == _INNER_NODE:
            cells = int.from_bytes(content[page + 3 : page + 5])
            free, used = page + 12 + 2 * cells, page + int.from_bytes(content[page + 5 : page + 7])
            if free < used <= page + _PAGE:
                content[free:used] = bytes(used - free)


def _made_again(rows: Iterable[tuple[Any, ...]]) -> bytes:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        _lay_out(fresh)
        fresh.execute("BEGIN")
        fresh.executemany(_INSERT, ((seq, *map(_text, texts)) for seq, *texts in rows))
        fresh.execute("COMMIT")
        return fresh.serialize()
