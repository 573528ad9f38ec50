"""
The record of a project that a command is asked about: events in a file, or in a log, which may take them in first.

Imports: terminal, options, files, inputs; the library inside the functions.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from govit_rules.cli.files import read, shown
from govit_rules.cli.inputs import about, pack_for
from govit_rules.cli.options import as_of_option, city_option, pack_option
from govit_rules.cli.terminal import WrongQuestion, progress, remark
from govit_rules.errors import Defect, EventError, LogError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from click.shell_completion import CompletionItem

    from govit_rules.event_log import EventLog
    from govit_rules.events import EventRecord
    from govit_rules.lifecycle import Track, Tracker
    from govit_rules.packs import Pack

_NAMES_TOLD: Final = 20
_DEFECTS_TOLD: Final = 100
_FIRST_LINE: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Asked:
    """
    Which record is asked about, and how it is to be read: the options that `record_options` adds.
    """

    events: str | None
    city: str | None
    pack: str | None
    log: str | None
    project: str | None
    as_of: date | None
    given: str | None
    partial: bool
    engine: str | None

    @property
    def day(self) -> date:
        """
        The day of judging.
        """
        return self.as_of or date.today()

    @property
    def stem(self) -> str | None:
        """
        What the file of events is called, without its folder and ending.
        """
        return None if self.events in (None, "-") else Path(self.events or "").stem


partial_option = click.option(
    "--partial", is_flag=True, help="记录不全，没有记录的按不知道处理。The record may lack events."
)
engine_option = click.option(
    "--engine",
    metavar="durable|compiled",
    help="状态机用哪个引擎，默认 durable，没有就用 compiled。What matches states and events.",
)


def _complete_events(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """
    Files; and, where the command has commands of its own, those that begin so.
    """
    from click.shell_completion import CompletionItem

    inner = ctx.command.commands if isinstance(ctx.command, click.Group) else {}
    named = [CompletionItem(name, help=each.short_help) for name, each in inner.items() if name.startswith(incomplete)]
    return [*named, CompletionItem(incomplete, type="file")]


def record_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """
    What a command takes that follows one project.
    """
    options = (
        click.argument("events", metavar="[EVENTS]", required=False, shell_complete=_complete_events),
        city_option("城市: 键、中文名或行政区划代码；默认取事件或日志里的。Which city's regulation."),
        pack_option,
        click.option(
            "--log", metavar="文件.db", help="记入这个日志，并看日志里的全部记录。Append to this log, and track it."
        ),
        click.option("--project", metavar="项目", help="记录里有几个项目时，看哪一个。Which project."),
        as_of_option,
        click.option("--given", metavar="项目.json", help="一开始就知道的事实。Facts known from the start."),
        partial_option,
        engine_option,
    )
    for option in reversed(options):
        command = option(command)
    return command


def followed(asked: Asked) -> tuple[str, Track]:
    """
    What the project is called, and how it stands. What is to be kept is kept when all that was given has been read.
    """
    if asked.events is None:
        return _from_log(asked)
    content = _content_of(asked.events)
    pack = pack_for(_city_named(content), asked.city, asked.pack)
    tracker = tracker_for(pack, asked.engine)
    given = _given(asked.given, pack)
    records, name = _read(asked, content, pack)
    if asked.log is not None:
        from govit_rules.event_log import check_names, open_log

        _check_loggable(records, asked.events)
        if name is None:
            raise WrongQuestion("不知道这些事件属于哪个项目\n    → 加上 --project 项目，或在事件里写 project")
        check_names(pack.city, name)
        with open_log(asked.log) as log:
            _append(log, pack.city, name, records)
            records = _records_in(log, pack, name)
    return name or asked.stem or "", tracker.track(records, as_of=asked.day, given=given, partial=asked.partial)


def _from_log(asked: Asked) -> tuple[str, Track]:
    """
    The project that a log knows; nothing is appended.
    """
    from govit_rules.event_log import open_log

    if asked.log is None:
        raise WrongQuestion(
            "没有给出事件\n    → 写事件文件，或 --log 日志.db --project 项目；用法见 govit-rules track -h"
        )
    only = None if asked.city is None and asked.pack is None else pack_for(None, asked.city, asked.pack)
    with open_log(asked.log, create=False) as log:
        city, name = _logged(log, asked.project, only)
        pack = only or pack_for(city, None, None)
        tracker = tracker_for(pack, asked.engine)
        given = _given(asked.given, pack)
        records = _records_in(log, pack, name)
    return name, tracker.track(records, as_of=asked.day, given=given, partial=asked.partial)


def _logged(log: EventLog, project: str | None, only: Pack | None) -> tuple[str, str]:
    """
    City and name of the project that is meant, of those in a log, or of those of one city.
    """
    from govit_rules.facts import nearest

    there = [each for each in log.projects() if only is None or each.city == only.city]
    found = [each for each in there if project in (None, each.project)]
    if len(found) == 1:
        return found[0].city, found[0].project
    if found and project is not None:
        listed = "、".join(each.city for each in found)
        raise WrongQuestion(f"{log.path}: {listed} 都有项目 {project}\n    → 加上 --city 城市")
    names = [each.project for each in there]
    if project is None and names:
        raise WrongQuestion(f"{log.path}: {_listed(names)}\n    → 加上 --project 项目")
    if project is None:
        whose = "" if only is None else only.name["zh"] + "的"
        mend = "先记入事件：govit-rules track 事件.jsonl --log 日志.db"
        raise WrongQuestion(f"{log.path}: 还没有{whose}项目\n    → {mend}")
    near = nearest(project, names)
    mend = f"是不是 {near}？" if near else "用 `govit-rules track list` 看有哪些项目"
    raise WrongQuestion(f"{log.path}: 没有项目 {project}\n    → {mend}")


def _listed(names: Sequence[str]) -> str:
    several = "几个" if len(names) > 1 else ""
    more = f" 等 {len(names)} 个" if len(names) > _NAMES_TOLD else ""
    return f"有{several}项目：{'、'.join(names[:_NAMES_TOLD])}{more}"


def tracker_for(pack: Pack, engine: str | None) -> Tracker:
    """
    The tracker of a pack, on the engine that is named, else on a usable one.
    """
    from govit_rules.lifecycle import Tracker

    return Tracker(pack, engine=engine or usable_engine())


def usable_engine() -> str:
    """
    ``durable`` where it can be used; else ``compiled``, and that is said.
    """
    from govit_rules.durable_engine import available

    if available():
        return "durable"
    remark("没有 durable-rules，状态机改用 compiled 引擎，结果相同。")
    return "compiled"


def _given(name: str | None, pack: Pack) -> Mapping[str, Any] | None:
    """
    The facts in a project file, as they are known before any event.
    """
    from govit_rules.events import read_facts
    from govit_rules.project import MAX_PROJECT_BYTES, Project

    if name is None:
        return None
    content = read(name, MAX_PROJECT_BYTES, "项目文件")
    with about(name):
        project = Project.model_validate_json(content)
        data = project.model_dump(mode="json", by_alias=True, exclude_unset=True)
        read_facts(data, pack)
    return data


# -- a file of events


def _content_of(name: str) -> bytes:
    from govit_rules.events import MAX_FILE_BYTES

    return read(name, MAX_FILE_BYTES, "事件文件")


def _city_named(content: bytes) -> str | None:
    """
    The city that the first event names; whether the others agree is seen when they are read.
    """
    from io import BytesIO

    from govit_rules.project import read_json

    first = next((line for line in BytesIO(content.removeprefix(b"\xef\xbb\xbf")) if line.strip()), b"")
    data = read_json(first[:_FIRST_LINE].decode("utf-8", "replace"))
    city = data.get("city") if isinstance(data, dict) else None
    return city if isinstance(city, str) else None


def _read(asked: Asked, content: bytes, pack: Pack) -> tuple[list[EventRecord], str | None]:
    """
    The events of the project that is meant, and what it is called: by --project, the events, or the file.
    """
    from govit_rules.events import read_events

    where = asked.events or ""
    with _about_events(lambda line: f"{shown(where)}:{line}" if line else shown(where), shown(where)):
        records = read_events(content, pack)
        _check_city(records, pack)
    names = list(dict.fromkeys(name for record in records if (name := _name_in(record))))
    wanted = _project_meant(asked, names)
    unnamed = [record.line for record in records if not _name_in(record)]
    if len(names) > 1 and unnamed:
        lines = "、".join(map(str, unnamed[:_NAMES_TOLD]))
        raise WrongQuestion(f"{shown(where)}:{unnamed[0]}: 有几个项目，而第 {lines} 行没有写是哪个\n    → 补上 project")
    chosen = [record for record in records if _name_in(record) in ("", wanted)] if names else records
    return chosen, wanted or asked.stem


def _name_in(record: EventRecord) -> str:
    return (record.project or "").strip()


def _project_meant(asked: Asked, names: Sequence[str]) -> str | None:
    from govit_rules.facts import nearest

    if asked.project is None and len(names) > 1:
        raise WrongQuestion(f"{shown(asked.events or '')}: {_listed(names)}\n    → 加上 --project 项目")
    if asked.project is not None and names and asked.project not in names:
        near = nearest(asked.project, names)
        mend = f"是不是 {near}？" if near else f"文件里{_listed(names)}"
        raise WrongQuestion(f"{shown(asked.events or '')}: 没有项目 {asked.project} 的事件\n    → {mend}")
    return asked.project or next(iter(names), None)


def _check_city(records: Sequence[EventRecord], pack: Pack) -> None:
    """
    Refuse events that name another city than that of the pack.
    """
    zh = pack.name["zh"]
    own = {pack.city, zh, zh.removesuffix("市"), pack.name["en"].lower(), pack.division_code}
    wrong = [
        Defect("", f"事件属于城市 {record.city}，而规则包是{zh}的", "分成几个文件，或改 --city", line=record.line)
        for record in records
        if record.city is not None and record.city.strip().lower() not in own
    ]
    if wrong:
        raise EventError(wrong)


@contextlib.contextmanager
def _about_events(place: Callable[[int], str], what: str) -> Iterator[None]:
    """
    Defects of events are told with file and line.
    """
    try:
        yield
    except (EventError, LogError) as error:
        told = [str(replace(each, where=place(each.line))) for each in error.defects[:_DEFECTS_TOLD]]
        rest = error.defects[_DEFECTS_TOLD:]
        count, more = f"{len(error.defects)} 处", [f"另有 {len(rest)} 处要改"] if rest else []
        if rest and not rest[-1].line:  # where reading stopped, it says so, and nobody knows how many there are
            count, more = f"{_DEFECTS_TOLD} 处以上", [str(rest[-1])]
        raise WrongQuestion("\n".join([f"{what}: 有 {count}要改", *told, *more])) from None


# -- a log


def _check_loggable(records: Sequence[EventRecord], where: str) -> None:
    """
    Refuse, before anything is appended, what a log cannot keep.
    """
    from govit_rules.event_log import canonical_event

    wrong: list[Defect] = []
    for record in records:
        try:
            canonical_event(record.data)
        except LogError as error:
            wrong += (replace(each, what=f"{each.where}: {each.what}", line=record.line) for each in error.defects)
    if wrong:
        with _about_events(lambda line: f"{shown(where)}:{line}", shown(where)):
            raise LogError(wrong)


def _append(log: EventLog, city: str, name: str, records: Sequence[EventRecord]) -> None:
    """
    Append the events that a log does not have; each is kept by itself, so that what was kept stays kept.
    """
    last = log.head
    before = last.seq if last else 0
    lines: dict[int, int] = {}  # of each entry, the line that was first kept as it
    twice: list[str] = []
    try:
        with progress(records, "记入") as steps:
            for record in steps:
                entry = log.append(city, name, record.data, recorded_at=datetime.now(UTC), once=True)
                if lines.setdefault(entry.seq, record.line) != record.line:
                    twice.append(str(record.line))
    except LogError as error:
        kept = len(lines) + len(twice)
        done = f"前 {kept} 个事件已经记入，其余的没有" if kept else "一个事件也没有记入"
        told = f"{done}；改好后再运行一次，已有的不会重记"
        raise WrongQuestion(f"{error}\n{told}") from None
    new = sum(seq > before for seq in lines)
    remark(f"{log.path}: 新记入 {new} 个事件，已有 {len(lines) - new} 个。{_repeated(twice)}")


def _repeated(lines: Sequence[str]) -> str:
    if not lines:
        return ""
    more = " 等" if len(lines) > _NAMES_TOLD else ""
    return f"与前面相同、没有重记的：第 {'、'.join(lines[:_NAMES_TOLD])}{more} 行。"


def _records_in(log: EventLog, pack: Pack, name: str) -> list[EventRecord]:
    """
    The whole record of a project, its events numbered in the order of the log.
    """
    return as_records([entry.event for entry in log.entries(pack.city, name)], pack, f"{log.path}: {name}")


def as_records(events: Sequence[str], pack: Pack, where: str) -> list[EventRecord]:
    """
    Events as they stand in a log, read by a pack; ``where`` is what its defects are told of.
    """
    from govit_rules.events import records_of

    with _about_events(lambda line: f"{where} 第 {line} 个事件", where):
        return records_of(_logged_data(events), pack)


def _logged_data(events: Sequence[str]) -> list[Any]:
    """
    What the texts of entries say. One that is not JSON can only have been put into the log by something else.
    """
    from govit_rules.project import read_json

    found = [read_json(event) for event in events]
    mend = "运行 `govit-rules track verify` 查看，并从备份恢复"
    wrong = [Defect("", each.what, mend, line=n) for n, each in enumerate(found, 1) if isinstance(each, Defect)]
    if wrong:
        raise EventError(wrong)
    return found
