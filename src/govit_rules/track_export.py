"""
Where a project stands, for other programs: JSON data, a CSV table and a calendar of deadlines.

The clock is not read: the same track gives the same bytes, always. Imports: `deadlines`, `decision`, `packs`,
`pages`, `track_text`, and `chronicle` and `lifecycle` (for types); icalendar inside `as_calendar` only.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from govit_rules.deadlines import STATUS_ZH
from govit_rules.decision import CONCLUSIONS
from govit_rules.packs import SEVERITIES
from govit_rules.pages import one_line
from govit_rules.track_text import STATUS_EN, articles_of, bearer_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from govit_rules.chronicle import Notice
    from govit_rules.deadlines import Deadline
    from govit_rules.lifecycle import Breach, NextEvent, Passage, Track
    from govit_rules.track_text import OverviewRow

_ALARM: Final = timedelta(days=-7)
_PRODUCT: Final = "-//govit-rules//deadlines//ZH"
# What a spreadsheet would take for a formula.
_FORMULA: Final = tuple("=+-@＝＋－＠")

# The columns of the CSV: heading in Chinese and English.
_COLUMNS: Final = (
    ("城市", "city"),
    ("项目", "project"),
    ("规则", "rule"),
    ("条款", "article"),
    ("事项", "title"),
    ("义务人", "bearer"),
    ("计入项目", "counts"),
    ("力度", "severity"),
    ("起算日", "since"),
    ("首日", "opens_on"),
    ("到期日", "due_on"),
    ("办理日", "done_on"),
    ("状态", "status"),
    ("剩余天数", "days_left"),
    ("起于第几行", "began"),
    ("止于第几行", "stopped"),
)


def project_name(track: Track, name: str | None = None) -> str:
    """
    What a project is called: ``name``, as its record has it, else what its facts call it.
    """
    return name or track.project.name or ""


def project_data(track: Track) -> dict[str, Any]:
    """
    The facts that the events tell, as a project file: `check` judges it as the tracker does.
    """
    return track.project.model_dump(mode="json", by_alias=True, exclude_none=True)


# ---------------------------------------------------------------------------------------------------------------------
# JSON


def as_data(track: Track, *, name: str | None = None, lang: str = "zh") -> dict[str, Any]:
    """
    The track as plain data, in the form that docs/cli.md fixes; days are text.

    Args:
        track: From `lifecycle.track`.
        name: What the project is called in its record.
        lang: The language of the sentences, ``zh`` or ``en``. Keys and codes are the same in both.
    """
    decision, regulation = track.decision, track.pack.regulation
    stages = track.pack.lifecycle.stages if track.pack.lifecycle else {}
    return {
        "city": track.pack.city,
        "as_of": track.as_of.isoformat(),
        "name": project_name(track, name),
        "state": {"id": track.state, "label": track.state_label, "stage": stages.get(track.state)},
        "partial": track.partial,
        "exit_code": track.exit_code,
        "conclusion": CONCLUSIONS[track.exit_code][lang == "en"],
        "project": project_data(track),
        "events": [_event(passage) for passage in track.passages],
        "notices": [_notice(notice, lang) for notice in track.notices],
        "breaches": [_breach(breach, lang) for breach in track.breaches],
        "deadlines": [_deadline(deadline, track, lang) for deadline in track.deadlines],
        "past": [_deadline(deadline, track, lang) for deadline in track.past],
        "next": [_next(event, track) for event in track.next],
        "decision": {
            "applies": decision.applies,
            "summary": decision.summary,
            "violations": [finding.rule for finding in decision.violations],
            "needs": {need["fact"]: list(need["rules"]) for need in decision.needs if need["rules"]},
            "digest": track.project.digest,
        },
        "pack": {"title": regulation.title, "doc_number": regulation.doc_number, "digest": track.pack.digest},
        "machine": track.machine,
    }


def _event(passage: Passage) -> dict[str, Any]:
    return {
        "line": passage.record.line,
        "date": passage.record.day.isoformat(),
        "recorded": dict(passage.record.data),
        "event": passage.event,
        "from": passage.origin,
        "to": passage.target,
        "how": passage.how,
        "norms": list(passage.norms),
        "skipped": list(passage.skipped),
    }


def _notice(notice: Notice, lang: str) -> dict[str, Any]:
    return {"kind": notice.kind, "line": notice.line, "text": notice.text(lang)}


def _breach(breach: Breach, lang: str) -> dict[str, Any]:
    return {
        "rule": breach.rule,
        "article": breach.article,
        "title": breach.title_en if lang == "en" else breach.title,
        "message": breach.message_en if lang == "en" else breach.message,
        "severity": breach.severity,
        "bearer": breach.bearer,
        "counts": breach.counts,
        "on": breach.on.isoformat(),
        "line": breach.line,
        "undated": breach.undated,
        "cured_on": breach.cured_on and breach.cured_on.isoformat(),
        "became": breach.became,
    }


def _deadline(deadline: Deadline, track: Track, lang: str) -> dict[str, Any]:
    days = {name: getattr(deadline, name) for name in ("since", "opens_on", "due_on", "done_on")}
    return {
        "rule": deadline.rule,
        "article": deadline.article,
        "title": deadline.title_en if lang == "en" else deadline.title,
        "bearer": deadline.bearer,
        "counts": deadline.counts,
        "severity": deadline.severity,
        "fact": deadline.event,
        **{name: day and day.isoformat() for name, day in days.items()},
        "status": deadline.status,
        "days_left": days_left(deadline, track),
        "began": deadline.began,
        "stopped": deadline.stopped,
    }


def days_left(deadline: Deadline, track: Track) -> int | None:
    """
    The days until a deadline that is not done, below zero when it is past; None for one that is over.
    """
    over = deadline.done_on is not None or deadline.status not in ("running", "missed")
    return None if over else (deadline.due_on - track.as_of).days


def _next(event: NextEvent, track: Track) -> dict[str, Any]:
    return {
        "event": event.event,
        "by": list(event.by),
        "to": event.target,
        "guard": event.guard,
        "needs": list(event.needs),
        "norms": list(event.norms),
        "articles": list(articles_of(track.pack, event.norms)),
        "note": event.note,
    }


def overview_data(row: OverviewRow, lang: str = "zh") -> dict[str, Any]:
    """
    One project of an overview as plain data.
    """
    track, due = row.track, row.next_due
    return {
        "city": track.pack.city,
        "project": row.name,
        "events": len(track.passages),
        "state": {"id": track.state, "label": track.state_label},
        "exit_code": track.exit_code,
        "conclusion": CONCLUSIONS[track.exit_code][lang == "en"],
        "open_breaches": row.open_breaches,
        "next_due": due and _deadline(due, track, lang),
    }


# ---------------------------------------------------------------------------------------------------------------------
# CSV


def as_csv(track: Track, *, name: str | None = None, lang: str = "zh") -> str:
    """
    The deadlines as a table, present ones first; write it as ``utf-8-sig``, by which spreadsheets know its encoding.

    No cell can be taken for a formula: one that begins like one gets an apostrophe before it.
    """
    page = io.StringIO()
    table = csv.writer(page, lineterminator="\r\n")
    table.writerow(heading[lang == "en"] for heading in _COLUMNS)
    for deadline in (*track.deadlines, *track.past):
        told = {"city": track.pack.city, "project": project_name(track, name), **_deadline(deadline, track, lang)}
        told["status"] = (STATUS_EN if lang == "en" else STATUS_ZH)[deadline.status]
        told["severity"] = deadline.severity if lang == "en" else SEVERITIES[deadline.severity]
        told["counts"] = ("yes" if deadline.counts else "no") if lang == "en" else "是" if deadline.counts else "否"
        table.writerow(_cell(told[column]) for _, column in _COLUMNS)
    return page.getvalue()


def _cell(value: object) -> object:
    """
    A cell: numbers as they are, text on one line and never a formula.
    """
    if value is None or isinstance(value, int):
        return value
    shown = one_line(str(value))
    return f"'{shown}" if shown.startswith(_FORMULA) else shown


# ---------------------------------------------------------------------------------------------------------------------
# Calendar


def as_calendar(track: Track, *, name: str | None = None, lang: str = "zh") -> bytes:
    """
    A calendar (RFC 5545) of the deadlines that run: each a whole day, with an alarm a week before.

    A deadline keeps its UID from one export to the next, so a calendar takes in what changed and nothing twice.
    """
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    for deadline in track.deadlines:
        if deadline.status == "running":
            calendar.add_component(_entry(deadline, track, project_name(track, name), lang))
    return bytes(calendar.to_ical())


def _entry(deadline: Deadline, track: Track, name: str, lang: str) -> Any:
    from icalendar import Alarm, Event

    title = deadline.title_en if lang == "en" else deadline.title
    project = one_line(name)
    summary = " ".join(filter(None, (f"{deadline.article} {title}", project and f"({project})")))
    entry = Event()
    entry.add("uid", _uid(track.pack.city, name, deadline))
    entry.add("dtstamp", datetime.combine(track.as_of, time(), UTC))
    entry.add("dtstart", deadline.due_on)
    entry.add("dtend", deadline.due_on + timedelta(days=1))
    entry.add("summary", summary)
    entry.add("description", "\n".join(_description(deadline, track, lang)))
    entry.add("categories", [deadline.rule])
    entry.add("transp", "TRANSPARENT")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", summary)
    alarm.add("trigger", _ALARM)
    entry.add_component(alarm)
    return entry


def _uid(city: str, name: str, deadline: Deadline) -> str:
    content = json.dumps([city, name, deadline.rule, deadline.event, deadline.due_on.isoformat()])
    return f"{hashlib.sha256(content.encode()).hexdigest()[:32]}@govit-rules"


def _description(deadline: Deadline, track: Track, lang: str) -> list[str]:
    words: Mapping[str, tuple[str, str]] = {
        "clause": ("依据", "by"),
        "whose": ("义务人", "whose duty"),
        "since": ("起算日", "counted from"),
        "opens": ("首日", "first day in time"),
    }
    regulation = track.pack.regulation
    title = " ".join(filter(None, (regulation.title, regulation.doc_number)))
    told = {
        "clause": f"{title} {deadline.article} ({deadline.rule})",
        "whose": bearer_of(deadline, lang),
        "since": deadline.since and deadline.since.isoformat(),
        "opens": deadline.opens_on and deadline.opens_on.isoformat(),
    }
    colon = ": " if lang == "en" else "："
    return [f"{words[key][lang == 'en']}{colon}{value}" for key, value in told.items() if value]


__all__ = ["as_calendar", "as_csv", "as_data", "days_left", "overview_data", "project_data", "project_name"]
