"""
``track``: a project through time, by its events in a file or in a log; and ``track verify``, ``export``, ``list``.

Imports: terminal, options, files, inputs, records; the library inside the commands.
"""

from __future__ import annotations

import os
import re
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from govit_rules.cli.files import put
from govit_rules.cli.inputs import pack_for, packs_of
from govit_rules.cli.options import OneOfBoth, as_of_option, city_option, format_option, lang_option, pack_option
from govit_rules.cli.records import (
    Asked,
    as_records,
    engine_option,
    followed,
    partial_option,
    record_options,
    tracker_for,
    usable_engine,
)
from govit_rules.cli.terminal import WrongQuestion, escaped, harmless, layout_for, progress, write, write_json
from govit_rules.errors import EngineUnavailable, GovitRulesError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from govit_rules.lifecycle import Track, Tracker
    from govit_rules.log_verification import Verification
    from govit_rules.packs import Pack
    from govit_rules.track_text import OverviewRow

_MOST_DAYS: Final = 36_600
_DAYS: Final = re.compile(r"(\d{1,6})\s*(?:d|天|日)?")


class Days(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions of click only
    """
    A number of days, as 30d.
    """

    name = "天数"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """
        The number that is meant.
        """
        match = value if isinstance(value, int) else _DAYS.fullmatch(str(value).strip())
        days = match if isinstance(match, int) else int(match[1]) if match else -1
        if not 0 <= days <= _MOST_DAYS:
            return self.fail(f"{value!r} 不是天数，写成 30d，至多 {_MOST_DAYS}d", param, ctx)
        return days


class _Tracks(OneOfBoth, click.Group):
    """
    A command that has commands of its own: if the first word names none of them, it is itself meant.
    """

    allow_extra_args = False
    allow_interspersed_args = True

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """
        The context of the inner command that is named, else of this one.
        """
        if args and args[0] in self.commands:
            return self.commands[args[0]].make_context(f"{info_name} {args[0]}", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)


_log_option = click.option(
    "--log", metavar="文件.db", required=True, help="记录事件的日志。The log that keeps the events."
)


@click.group(
    cls=_Tracks, invoke_without_command=True, subcommand_metavar="", short_help="跟踪一个项目。Track a project."
)
@record_options
@click.option(
    "--due",
    type=Days(),
    metavar="30d",
    default=30,
    help="列出今后多少天到期的，默认 30d。What falls due in so many days.",
)
@click.option("--facts", metavar="项目.json", help="把得出的事实写成项目文件，供 check 用。Write the facts for check.")
@format_option
@lang_option
def track(due: int, facts: str | None, form: str, lang: str, **asked: Any) -> int:
    """
    从事件的记录看一个项目走到哪一步、违反了什么、何时到期，EVENTS 是一行一个事件的 JSONL，- 为标准输入。

    Where a project stands by its events, what was broken, what falls due. EVENTS: one JSON event a line.

    退出码 exit codes: 同 check，as of check.

    例 example: govit-rules track 事件.jsonl --city luzhou --as-of 2026-11-21 --log projects.db
    """
    from govit_rules.track_export import as_data, project_data
    from govit_rules.track_text import text

    name, found = followed(Asked(**asked))
    if facts is not None:
        put(Path(facts), _json(project_data(found)))
    if form == "json":
        write_json(as_data(found, name=name, lang=lang))
    else:
        write(text(found, layout_for(lang, explain=False, everything=False), within=due, name=name))
    return found.exit_code


# ---------------------------------------------------------------------------------------------------------------------
# track verify


@track.command(short_help="查日志有没有被改动。Whether a log was changed.")
@_log_option
@click.option("--head", metavar="哈希", help="另处保存的末条哈希，应还在日志里。A hash kept elsewhere.")
@format_option
@lang_option
def verify(log: str, head: str | None, form: str, lang: str) -> int:
    """
    逐条核对日志的哈希、编号和内容；末尾被截去或整个重做，要有另处保存的哈希(--head)才查得出。

    Whether anything in a log was changed; a cut end shows only against a hash that was kept elsewhere.

    退出码 exit codes: 0 完好 · 1 有损坏 · 2 不能检查。
    """
    from govit_rules.log_verification import verify_log

    found = verify_log(log, head, lang="en" if lang == "en" else "zh")
    if form == "json":
        defects = [{"where": each.where, "what": each.what, "mend": each.mend} for each in found.defects]
        told = {name: getattr(found, name) for name in ("sound", "count", "head", "after", "compared")}
        write_json({**told, "defects": defects})
    else:
        for each in found.defects:
            write(harmless(str(each)))
        for zh, en in _verified(log, found):
            write(en if lang == "en" else zh)
    return 0 if found.sound else 1


def _verified(log: str, found: Verification) -> Iterator[tuple[str, str]]:
    if found.sound:
        yield f"{log}: 完好，{found.count} 条", f"{log}: sound, {_entries(found.count)}"
    else:
        yield f"{log}: 有损坏，读到 {found.count} 条", f"{log}: damaged, {_entries(found.count)} could be read"
    if found.head is not None:
        yield f"末条的哈希 {found.head}", f"hash of the last entry {found.head}"
    if found.after is not None:
        yield f"--head 之后又记了 {found.after} 条", f"appended after --head: {_entries(found.after)}"
    elif found.sound and found.head is not None:
        yield "把它保存在别处，下次用 --head 核对，才查得出末尾被截去", "keep it elsewhere: only --head shows a cut end"
    if found.sound and not found.compared:
        yield "文件中不属于任何一条的字节没有核对", "bytes that belong to no entry were not compared"


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"


# ---------------------------------------------------------------------------------------------------------------------
# track export


def _json(data: Any) -> str:
    import json

    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _export_json(found: Track, name: str, lang: str) -> str:
    from govit_rules.track_export import as_data

    return _json(as_data(found, name=name, lang=lang))


def _export_csv(found: Track, name: str, lang: str) -> str:
    from govit_rules.track_export import as_csv

    return as_csv(found, name=name, lang=lang)


def _export_ics(found: Track, name: str, lang: str) -> str:
    from govit_rules.track_export import as_calendar

    return as_calendar(found, name=name, lang=lang).decode()


_EXPORTS: Final[Mapping[str, Callable[[Track, str, str], str]]] = {
    "json": _export_json,
    "csv": _export_csv,
    "ics": _export_ics,
}


@track.command(cls=OneOfBoth, short_help="导出为 JSON、CSV 或日历。As JSON, CSV or a calendar.")
@record_options
@click.option(
    "--format",
    "form",
    type=click.Choice(list(_EXPORTS)),
    default="json",
    help="json 全部；csv 期限表；ics 期限的日历。All; the deadlines as a table; as a calendar.",
)
@click.option("--out", metavar="文件", help="写进文件，不写或写 - 就打印。Write to a file; - prints.")
@lang_option
def export(form: str, out: str | None, lang: str, **asked: Any) -> None:
    """
    把一个项目的状态、违反和期限写给别的程序：JSON、电子表格的 CSV、日历的 .ics。

    A project's state, breaches and deadlines for other programs. EVENTS and --log as for `track`.

    例 example: govit-rules track export --log projects.db --project 智慧停车 --format ics --out 期限.ics
    """
    name, found = followed(Asked(**asked))
    content = _EXPORTS[form](found, name, lang)
    if os.linesep == "\r\n":  # text files and streams make them of line feeds here
        content = content.replace("\r\n", "\n")
    if out is not None and out != "-":
        put(Path(out), f"\ufeff{content}" if form == "csv" else content)
    elif form == "json":
        write(escaped(content))
    else:
        write(f"\ufeff{content}" if form == "csv" and _into_a_file() else content)


def _into_a_file() -> bool:
    """
    Whether what is printed goes into a file or pipe as UTF-8, where a byte order mark helps spreadsheets.
    """
    stream = sys.stdout
    return stream is not None and not stream.isatty() and (stream.encoding or "").lower().replace("-", "") == "utf8"


# ---------------------------------------------------------------------------------------------------------------------
# track list


@track.command("list", cls=OneOfBoth, short_help="日志里的全部项目。All projects of a log.")
@_log_option
@city_option("只列这个城市的。Of this city only.")
@pack_option
@as_of_option
@click.option(
    "--due", type=Days(), metavar="30d", help="只列今后多少天内有到期的。Only what falls due in so many days."
)
@partial_option
@engine_option
@format_option
@lang_option
def list_(
    log: str,
    city: str | None,
    pack: str | None,
    as_of: date | None,
    due: int | None,
    engine: str | None,
    form: str,
    lang: str,
    *,
    partial: bool,
) -> int:
    """
    日志里的项目一个一行：城市、项目、状态、合规意见、未纠正的违反、最近到期的一项，先到期的在前。

    A line for each project of a log, by what falls due first.
    """
    from govit_rules.track_text import overview

    only = pack_for(None, city, pack) if city is not None or pack is not None else None
    day = as_of or date.today()
    found, failed = _tracked(log, only, engine, day, partial=partial)
    shown_rows = [row for row in found if due is None or row.track.due_within(due)]
    if form == "json":
        write_json(_overview_data(shown_rows, failed, day, lang))
    else:
        write(overview(shown_rows, layout_for(lang, explain=False, everything=False)))
        for zh, en in _overview_counts(len(shown_rows), len(found), due):
            write(en if lang == "en" else zh)
    if failed:
        raise WrongQuestion("\n".join(failed))
    return 0


def _tracked(
    path: str, only: Pack | None, engine: str | None, day: date, *, partial: bool
) -> tuple[list[OverviewRow], list[str]]:
    """
    The projects of a log, tracked; and what is to be said of those that cannot be.
    """
    from govit_rules.event_log import open_log
    from govit_rules.track_text import OverviewRow

    events: dict[tuple[str, str], list[str]] = {}
    with open_log(path, create=False) as log:
        for entry in log.entries(only.city if only else None):
            events.setdefault((entry.city, entry.project), []).append(entry.event)
    machine = engine or usable_engine()
    trackers: dict[str, Tracker] = {only.city: tracker_for(only, machine)} if only else {}
    found, failed = [], []
    with progress(list(events.items()), "项目") as steps:
        for (city, name), told in steps:
            try:
                if city not in trackers:
                    trackers[city] = tracker_for(pack_for(city, None, None), machine)
                records = as_records(told, trackers[city].pack, f"{path}: {name}")
                found.append(OverviewRow(name, trackers[city].track(records, as_of=day, partial=partial)))
            except EngineUnavailable:  # no project can be tracked
                raise
            except GovitRulesError as error:
                failed.append(f"{path}: {city} {name}: {error}")
            except WrongQuestion as error:
                failed.append(error.message)
    return sorted(found, key=lambda row: row.order), failed


def _overview_counts(shown_count: int, count: int, due: int | None) -> Iterator[tuple[str, str]]:
    yield f"共 {shown_count} 个项目", f"{shown_count} project{'' if shown_count == 1 else 's'}"
    if due is not None and count > shown_count:
        left = count - shown_count
        days = f"{due} day{'' if due == 1 else 's'}"
        yield f"另有 {left} 个今后 {due} 天没有到期的", f"{left} more with nothing due in the next {days}"


def _overview_data(rows: Sequence[OverviewRow], failed: Sequence[str], day: date, lang: str) -> dict[str, Any]:
    from govit_rules.track_export import overview_data

    return {"as_of": day.isoformat(), "projects": [overview_data(row, lang) for row in rows], "failed": list(failed)}


# ---------------------------------------------------------------------------------------------------------------------
# track events


@track.command(cls=OneOfBoth, short_help="记录里可以写的事件。The events a record may name.")
@city_option("哪个城市的事件。Of which city.")
@pack_option
@format_option
@lang_option
def events(city: str | None, pack: str | None, form: str, lang: str) -> None:
    """
    列出记录里可以写的事件：名称、别的名称、由谁、使什么成为事实、认得的材料、从哪个状态到哪个状态。

    The events that a record may name: names, by whom, what they make true, documents, states.
    """
    from govit_rules.track_text import event_data, event_table

    if city is None and pack is None:
        raise WrongQuestion("没有指明城市\n    → 加上 --city 城市；用 `govit-rules cities` 看有哪些城市")
    (holder,) = packs_of(city, pack)
    if holder.lifecycle is None:
        raise WrongQuestion(f"{holder.name['zh']}的规则包没有 lifecycle\n    → 在规则包里写上状态和事件")
    if form == "json":
        write_json({"city": holder.city, "events": event_data(holder)})
    else:
        write(event_table(holder, layout_for(lang, explain=False, everything=False)))
