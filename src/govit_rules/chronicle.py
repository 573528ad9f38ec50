"""
What a record of events makes known of a project, from event to event.

An event makes true what its pack says (``sets``) and what was recorded with it (``facts``). A record is taken to be
complete: an event that it does not have has not happened. A ``partial`` one is not: what it does not have is unknown.
Two entries that contradict each other leave the fact unknown, until a later one settles it. An entry that a later one
withdraws never counted.

Imports: `events`, `packs`, `project`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from govit_rules.packs import FACTS_ONLY
from govit_rules.project import Project

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from govit_rules.events import EventRecord
    from govit_rules.facts import Fact
    from govit_rules.packs import Lifecycle, LifecycleEvent, Pack

# What can be odd about an entry: the sentence in Chinese and English. {…} are named in `Notice.about`.
NOTICES: Final[Mapping[str, tuple[str, str]]] = {
    "late_entry": (
        "记在第 {other} 行之后，而日期在它之前；按日期排进来",
        "entered after line {other}, dated before it; taken in the order of days",
    ),
    "duplicate": ("与第 {other} 行相同，只算一次", "the same as line {other}; counted once"),
    "contradiction": (
        "{fact} 与第 {other} 行矛盾（{before} 与 {after}），按不知道处理；请补记更正",
        "{fact} contradicts line {other} ({before} against {after}): taken as unknown; record which is right",
    ),
    "unknown_event": (
        "没有名为“{event}”的事件{near}；只取随它记下的事实",
        "there is no event “{event}”{near_en}; only the facts recorded with it are taken",
    ),
    "ambiguous": (
        "“{event}”可以是 {choices}，不能确定是哪一个；状态不变，它们说法不一的事实按不知道处理",
        "“{event}” can be {choices}: the state stays, and the facts on which they differ are taken as unknown",
    ),
    "out_of_order": (
        "状态“{state}”之下没有规定事件“{event}”{skipped}",
        "no event “{event}” is provided for in the state “{state}”{skipped_en}",
    ),
    "guard_fails": (
        "事件“{event}”所需的条件不成立",
        "the condition of the event “{event}” does not hold",
    ),
    "guard_unknown": (
        "事件“{event}”所需的条件不能判断，缺 {needs}",
        "the condition of the event “{event}” cannot be judged without {needs_en}",
    ),
    "withdrawn": ("由第 {other} 行撤回，不算", "withdrawn by line {other}; not counted"),
    "nothing_withdrawn": (
        "前面没有 {day} 的“{event}”，什么也没有撤回",
        "no “{event}” of {day} stands before it: nothing is withdrawn",
    ),
    "ahead": ("在判定日 {as_of} 之后，还没有算", "after the day of judging {as_of}; not counted yet"),
    "changed": (
        "{fact} 由 {before}（第 {other} 行）改为 {after}",
        "{fact} changed from {before} (line {other}) to {after}",
    ),
}


@dataclass(frozen=True, slots=True)
class Notice:
    """
    Something odd about an entry; ``kind`` is a key of `NOTICES`, ``about`` fills in its sentence.
    """

    kind: str
    line: int
    about: Mapping[str, Any]

    def text(self, lang: str = "zh") -> str:
        """
        The sentence, in ``zh`` or ``en``.
        """
        return NOTICES[self.kind][lang == "en"].format(**self.about)


def _said(
    event: LifecycleEvent, record: EventRecord, facts: Mapping[str, Any], undone: Mapping[str, Any], pack: Pack
) -> Iterator[tuple[str, Any]]:
    for setting in event.sets:
        match setting.taken:
            case "day":
                yield setting.fact, record.day
            case "year":
                yield setting.fact, record.day.year
            case "unknown":
                yield setting.fact, None
            case "unrecorded":
                yield setting.fact, undone.get(setting.fact)
            case "month":
                yield setting.fact, _listed(facts, setting.fact) | {f"{record.day:%Y-%m}"}
            case _:
                added = isinstance(setting.value, frozenset)
                yield setting.fact, _listed(facts, setting.fact) | setting.value if added else setting.value
    if event.documents and (named := _codes(record.documents, event.documents, pack)):
        yield event.documents, _listed(facts, event.documents) | named


def disputed(event: LifecycleEvent, record: EventRecord) -> dict[str, Any]:
    """
    What an event says by its name, where what was recorded with it denies that. Another day, and a longer list, do not.
    """
    found = {}
    for setting in event.sets:
        if setting.taken == "value" and setting.fact in record.facts:
            stated = record.facts[setting.fact]
            more = isinstance(setting.value, frozenset) and isinstance(stated, frozenset) and setting.value <= stated
            if stated != setting.value and not more:
                found[setting.fact] = setting.value
    return found


def _differs(before: Mapping[str, Any], path: str, value: Any) -> bool:
    return value is not None and path in before and before[path] != value and not isinstance(value, frozenset)


def _listed(facts: Mapping[str, Any], path: str) -> frozenset[str]:
    held = facts.get(path)
    return held if isinstance(held, frozenset) else frozenset()


def _codes(documents: Iterable[str], path: str, pack: Pack) -> frozenset[str]:
    """
    The documents that are values of a list fact, by code or Chinese label.
    """
    fact = pack.fact(path)
    by_name = {name: code for code, label in ((fact and fact.values) or {}).items() for name in (code, label)}
    return frozenset(by_name[name] for name in documents if name in by_name)


def withdrawals(records: Sequence[EventRecord]) -> tuple[dict[int, int], list[Notice]]:
    """
    Of each entry that a later one withdraws, by which line; and a notice for each that finds nothing to withdraw.

    An entry that is itself withdrawn withdraws nothing. ``records`` stand as they were recorded.
    """
    first: dict[tuple[date, str], int] = {}  # the first line of each day and name
    for record in records:
        first.setdefault((record.day, record.event), record.line)
    withdrawn: dict[int, int] = {}
    notices = []
    wrong: dict[tuple[date, str], int] = {}  # what is withdrawn of all that stands before here, by which line
    for record in reversed(records):
        if (line := wrong.get((record.day, record.event))) is not None:
            withdrawn[record.line] = line
        elif record.withdraws is not None:
            day, event = record.withdraws
            if first.get(record.withdraws, record.line) < record.line:
                wrong.setdefault(record.withdraws, record.line)
            else:
                notices.append(Notice("nothing_withdrawn", record.line, {"day": day, "event": event}))
    return withdrawn, notices


class Chronicle:
    """
    The facts of one project as its record tells them.

    ``facts`` are those that were stated or made true; ``lines`` the line that said so (0: known from the start).
    """

    def __init__(self, pack: Pack, lifecycle: Lifecycle, given: Mapping[str, Any], *, partial: bool) -> None:
        self.pack, self.lifecycle, self.partial = pack, lifecycle, partial
        self.undone = {} if partial else dict(_undone(pack, lifecycle))
        self.facts: dict[str, Any] = dict(given)
        self.lines: dict[str, int] = dict.fromkeys(given, 0)

    def after(self, event: LifecycleEvent, record: EventRecord) -> dict[str, Any]:
        """
        The facts as they would be after an event; nothing is changed.
        """
        return {**self.facts, **dict(self._made_true(event, record)), **record.facts}

    def _made_true(self, event: LifecycleEvent, record: EventRecord) -> Iterator[tuple[str, Any]]:
        """
        What an event makes true by its name. To a list that a partial record does not state, it can add nothing.
        """
        for path, value in _said(event, record, self.facts, self.undone, self.pack):
            if not (self.partial and isinstance(value, frozenset) and self.facts.get(path) is None):
                yield path, value

    def contradicts(self, event: LifecycleEvent, record: EventRecord) -> bool:
        """
        Whether what was recorded with an event is not what its name says.
        """
        return bool(disputed(event, record))

    def enter(self, event: LifecycleEvent, record: EventRecord, *, again: bool) -> list[Notice]:
        """
        Take in an event. ``again``: it was recorded before, and the state does not provide for it anew.
        """
        before, notices = dict(self.facts), []
        told_only = event.name == FACTS_ONLY.name  # an event may well change what was so before it
        denied = disputed(event, record)
        made: dict[str, Any] = dict.fromkeys(denied)
        for path, value in denied.items():
            notices.append(self._notice("contradiction", record.line, path, value, record.facts[path], record.line))
        for path, value in self._made_true(event, record):
            if path in denied:
                continue
            made[path] = value
            if again and path not in record.facts and _differs(before, path, value):
                made[path] = None
                other = self.lines.get(path, 0)
                notices.append(self._notice("contradiction", record.line, path, before[path], value, other))
        for path, value in record.facts.items():
            if path in denied:
                continue
            made[path] = value
            known = before.get(path)
            if (
                told_only
                and path in self.lines
                and known is not None
                and known != value
                and not isinstance(value, frozenset)
            ):
                notices.append(self._notice("changed", record.line, path, known, value, self.lines[path]))
        self.put(made, record.line)
        return notices

    def enter_undecided(self, events: Iterable[LifecycleEvent], record: EventRecord) -> None:
        """
        Take in an entry that can be any of several events: what all of them would leave alike is so, the rest unknown.
        """
        before = self.known()
        ways = [dict(self._made_true(event, record)) for event in events]
        made: dict[str, Any] = {}
        for path in (path for way in ways for path in way):
            held = before.get(path)
            values = [way.get(path, held) for way in ways]
            if any(value != held for value in values):
                made[path] = values[0] if all(value == values[0] for value in values) else None
        self.put({**made, **record.facts}, record.line)

    def put(self, facts: Mapping[str, Any], line: int) -> None:
        """
        State facts.
        """
        self.facts |= facts
        self.lines |= dict.fromkeys(facts, line)

    def _notice(self, kind: str, line: int, path: str, before: Any, after: Any, other: int) -> Notice:
        fact = self.pack.fact(path)
        shown = {"before": _shown(fact, before), "after": _shown(fact, after)}
        return Notice(kind, line, {"fact": fact.zh if fact else path, "path": path, "other": other, **shown})

    def known(self, facts: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """
        The facts with what a complete record lacks: events that have not happened.
        """
        known = {**self.undone, **(self.facts if facts is None else facts)}
        return {path: value for path, value in known.items() if value is not None}

    def project(self, state: str, facts: Mapping[str, Any] | None = None) -> Project:
        """
        The project as `evaluate` takes it; its stage is that of the state.
        """
        data: dict[str, Any] = {}
        for path, value in self.known(facts).items():
            group, _, name = path.rpartition(".")
            (data.setdefault(group, {}) if group else data)[name] = _plain(value) if group == "local" else value
        if stage := self.lifecycle.stages.get(state):
            data["stage"] = stage
        return Project.model_validate(data)


def _undone(pack: Pack, lifecycle: Lifecycle) -> Iterator[tuple[str, Any]]:
    """
    What holds of a project to which nothing has happened yet.
    """
    for event in lifecycle.events.values():
        for setting in (each for each in event.sets if each.taken not in ("unknown", "unrecorded")):
            fact = pack.fact(setting.fact)
            if setting.value is True or (fact is not None and fact.type == "event_date"):
                yield setting.fact, False
    for setting in lifecycle.unrecorded:
        yield setting.fact, setting.value


def _plain(value: Any) -> Any:
    """
    A local fact as JSON has it: `Project` keeps these as they are given, and does not know their types.
    """
    if isinstance(value, frozenset):
        return sorted(value)
    return f"{value}元" if isinstance(value, Decimal) else value


def _shown(fact: Fact | None, value: Any) -> str:
    if value is None:
        return "不知道"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, frozenset):
        return "、".join(sorted(value))
    labels = (fact and fact.values) or {}
    return labels.get(value, value) if isinstance(value, str) else str(value)


__all__ = ["NOTICES", "Chronicle", "Notice", "disputed", "withdrawals"]
