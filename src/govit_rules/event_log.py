"""
The log of what happened to projects: events are appended to one SQLite file, and nothing in it is changed again.

    hash     = sha256 of the JSON array [seq, city, project, recorded_at, event, previous], as UTF-8
    previous = the hash of the entry before; of the first, GENESIS

An entry that `EventLog.append` has returned is on the disk: one transaction an event, a write-ahead log,
``synchronous=FULL``. It takes the lock before it reads the last entry, so processes may append at once. Triggers refuse
changes; whoever goes round them breaks the chain of hashes, and `log_verification` says where. A chain made anew from
some entry on, or cut off at its end, is sound in itself: it is found only with a hash that was kept elsewhere.

While a log is open, the files ``-wal`` and ``-shm`` beside it are part of it: what was appended last may stand there
only, so copy all three, or none before the log is closed. The last one to close folds them into the log. After a crash
they stay, and the next to open reads them. They lie beside the file itself, not beside a symbolic link to it. The file
must be on a local disk: SQLite's locks do not hold over networks.

There is one table and no index, so that the file is just what its entries make it: `log_verification` makes it again
and compares the bytes.

The clock is not read: the caller says when an entry is recorded. Imports: `errors`, `events`, `facts`.
"""

from __future__ import annotations

import errno
import hashlib
import json
import math
import os
import sqlite3
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from govit_rules.errors import Defect, LogError
from govit_rules.events import MAX_EVENT_BYTES
from govit_rules.facts import encodable, shown

if TYPE_CHECKING:
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
    "canonical_event",
    "check_names",
    "open_log",
]

APPLICATION: Final = 0x47564C47  # "GVLG"
FORMAT: Final = 1
GENESIS: Final = f"govit-rules event log {FORMAT}"
MAX_DEPTH: Final = 32
MAX_NAME: Final = 200
MAX_DEFECTS: Final = 100
PAGE_BYTES: Final = 4096

_BATCH: Final = 1000
_OLDEST_SQLITE: Final = (3, 37, 0)  # STRICT tables
_INT_LIMIT: Final = 2**63

COLUMNS: Final = "seq, city, project, event, recorded_at, previous, hash"
INSERT: Final = "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)"
ROWS: Final = f"SELECT {COLUMNS} FROM entry ORDER BY seq"  # noqa: S608 - constants
_LAST: Final = f"{ROWS} DESC LIMIT 1"
# The trigger on INSERT is there for REPLACE, too, which deletes without the one on DELETE.
SCHEMA: Final = {
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
    sqlite3.SQLITE_READONLY: ("日志或其所在文件夹只读，不能写入", "连同旁边的 -wal 和 -shm 改为可写，或另用文件夹"),
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
        if seen > MAX_EVENT_BYTES or _is_longer_than_any_event(value):
            yield _TOO_LONG
            return
        if depth > MAX_DEPTH and isinstance(value, (Mapping, list, tuple)):
            yield Defect(where[:MAX_NAME], f"嵌套超过 {MAX_DEPTH} 层", "减少嵌套")
            return
        if defect := _value_defect(where, value):
            found += 1
            yield defect
        elif isinstance(value, Mapping):
            for key in value:
                if not isinstance(key, str) or len(key) > MAX_NAME or not encodable(key):
                    found += 1
                    yield Defect(where, f"键 {shown(key)} 不能使用", f"键用文本，不超过 {MAX_NAME} 个字")
                else:
                    waiting.append((f"{where}.{key}"[:MAX_NAME], value[key], depth + 1))
        elif isinstance(value, (list, tuple)):
            waiting += ((f"{where}[{index}]"[:MAX_NAME], inner, depth + 1) for index, inner in enumerate(value))


def _is_longer_than_any_event(value: object) -> bool:
    return isinstance(value, (str, Mapping, list, tuple)) and len(value) > MAX_EVENT_BYTES


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


def check_names(city: object, project: object) -> None:
    """
    Refuse what `EventLog.append` would refuse as the name of a city or project.

    Raises:
        LogError: With every name that cannot be logged.
    """
    found = [defect for pair in (("city", city), ("project", project)) if (defect := _name_defect(*pair))]
    if found:
        raise LogError(found)


def _utc(moment: object) -> str:
    if not isinstance(moment, datetime) or moment.tzinfo is None or moment.utcoffset() is None:
        raise LogError([Defect("recorded_at", f"{shown(moment)} 不是带时区的时刻", "给出带时区的 datetime")])
    try:
        return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    except OverflowError:
        raise LogError([Defect("recorded_at", "时刻超出公元 1 至 9999 年", "核对时刻")]) from None


# ------------------------------------------------------------------------------------------------------- the file


@contextmanager
def telling(path: Path) -> Iterator[None]:
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


def connect(path: Path, timeout: float) -> sqlite3.Connection:
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


def lay_out(connection: sqlite3.Connection) -> None:
    """
    Make the empty log: always the same bytes.
    """
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA encoding = 'UTF-8'")
    connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    connection.execute("PRAGMA auto_vacuum = NONE")
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    connection.execute(f"PRAGMA user_version = {FORMAT}")
    for statement in SCHEMA.values():
        connection.execute(statement)


def _create(path: Path) -> None:
    """
    Make a new log apart and put it in its place as a whole, so that nobody ever meets half a log.
    """
    with tempfile.TemporaryDirectory(prefix=".govit-log-", dir=path.parent) as apart:
        made = Path(apart, "new")
        with closing(sqlite3.connect(made, isolation_level=None)) as connection:
            lay_out(connection)
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


def check_file(path: Path) -> None:
    """
    Refuse what cannot be a log before SQLite sees it. An empty file would pass for a new log.

    Raises:
        LogError: There is none, or it is no file, or empty.
    """
    with telling(path):
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
    with telling(place):
        if create and not place.exists():
            _check_version()
            _create(place)
        check_file(place)
        connection = connect(place, timeout)
        try:
            _check_ours(connection, place)
        except BaseException:
            connection.close()
            raise
    return EventLog(connection, place)


def _check_ours(connection: sqlite3.Connection, path: Path) -> None:
    where = str(path)
    if number(connection, "application_id") != APPLICATION:
        raise LogError([Defect(where, "是别的程序的数据库，不是本程序的日志", "核对文件名，或另起一个日志")])
    if (version := number(connection, "user_version")) != FORMAT:
        raise LogError([Defect(where, f"日志格式是 {version}，本程序只认 {FORMAT}", "升级 govit-rules")])
    if list(changed_tables(connection)):
        mend = "运行 `govit-rules track verify` 查看，并从备份恢复"
        raise LogError([Defect(where, "日志的表或触发器被改过", mend)])


def changed_tables(connection: sqlite3.Connection) -> Iterator[str]:
    """
    The names of tables, triggers and indexes that a log has and should not, lacks, or has otherwise.
    """
    rows = connection.execute("SELECT CAST(name AS BLOB), CAST(sql AS BLOB) FROM sqlite_schema LIMIT 100")
    found = {decoded(name): decoded(sql) for name, sql in rows}
    for name in {**SCHEMA, **found}:
        if found.get(name) != SCHEMA.get(name):
            yield name


def decoded(value: object) -> str:
    """
    The text of bytes that should be UTF-8, whatever they are; empty for what is no bytes.
    """
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else ""


def number(connection: sqlite3.Connection, pragma: str) -> int:
    """
    The value of a PRAGMA that is a number.
    """
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
        with telling(self.path):
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
        check_names(city, project)
        text, moment = canonical_event(event), _utc(recorded_at)
        with telling(self.path), self._writing():
            if once and (known := self._lookup(city, project, text)):
                return known
            last = self._last()
            draft = Entry(last.seq + 1 if last else 1, city, project, text, moment, last.hash if last else GENESIS, "")
            entry = replace(draft, hash=draft.hash_of_content())
            self._connection.execute(INSERT, astuple(entry))
        return entry

    def find(self, city: str, project: str, event: Mapping[str, Any]) -> Entry | None:
        """
        The first entry of a project that is the very same event, if there is one.

        Raises:
            LogError: As `append`.
        """
        check_names(city, project)
        with telling(self.path):
            return self._lookup(city, project, canonical_event(event))

    def entries(self, city: str | None = None, project: str | None = None) -> Iterator[Entry]:
        """
        The entries there are now, oldest first; those of a city or project only, if they are named.

        Each is checked by its own hash. That none is missing only `verify_log` can say.

        Raises:
            LogError: One was changed, or the log cannot be read.
        """
        with telling(self.path):
            last = self._last()
        at, end = 0, last.seq if last else 0
        query = (
            f"SELECT {COLUMNS} FROM entry WHERE seq > ?1 AND seq <= ?2"  # noqa: S608 - constants
            " AND (?3 IS NULL OR city = ?3) AND (?4 IS NULL OR project = ?4) ORDER BY seq LIMIT ?5"
        )
        while True:
            # In batches, each read to its end, so that the caller may append in between.
            with telling(self.path):
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
        with telling(self.path):
            return [LoggedProject(*row) for row in self._connection.execute(query)]

    @property
    def head(self) -> Entry | None:
        """
        The last entry. Its hash, kept elsewhere, shows later that nothing was cut off or made anew: `verify_log`.
        """
        with telling(self.path):
            return self._last()

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
        query = f"SELECT {COLUMNS} FROM entry WHERE seq > ? ORDER BY seq"  # noqa: S608 - constants
        for row in self._connection.execute(query, (self._seen_to,)):
            entry = self._checked(row)
            self._seen.setdefault(_digest(entry.city, entry.project, entry.event), entry.seq)
            self._seen_to = entry.seq
        seq = self._seen.get(_digest(city, project, text))
        if seq is None:
            return None
        row = self._connection.execute(f"SELECT {COLUMNS} FROM entry WHERE seq = ?", (seq,)).fetchone()  # noqa: S608 - constants
        return self._checked(row) if row else None


def _digest(*content: str) -> bytes:
    return hashlib.sha256(json.dumps(content).encode()).digest()
