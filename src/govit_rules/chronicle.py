"""
What a record of events makes known of a project, from event to event.

An event makes true what its pack says (``sets``) and what was recorded with it (``facts``). A record is taken to be
complete: an event that it does not have has not happened. A ``partial`` one is not: what it does not have is unknown.
Two entries that contradict each other leave the fact unknown, until a later one settles it.

Imports: `events`, `packs`, `project`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from govit_rules.project import Project

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

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
        "there is no event “{event}”{near}; only the facts recorded with it are taken",
    ),
    "ambiguous": (
        "“{event}”可以是 {choices}，不能确定是哪一个；只取随它记下的事实",
        "“{event}” can be {choices}; only the facts recorded with it are taken",
    ),
    "out_of_order": (
        "状态“{state}”之下没有规定事件“{event}”{skipped}",
        "no event “{event}” is provided for in the state “{state}”{skipped}",
    ),
    "guard_fails": (
        "事件“{event}”所需的条件不成立",
        "the condition of the event “{event}” does not hold",
    ),
    "guard_unknown": (
        "事件“{event}”所需的条件不能判断，缺 {needs}",
        "the condition of the event “{event}” cannot be judged without {needs}",
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


def made_true(
    event: LifecycleEvent, record: EventRecord, facts: Mapping[str, Any], pack: Pack
) -> Iterator[tuple[str, Any, bool]]:
    """
    What an event makes true by its name: fact, value, and whether the value comes from the event's day.
    """
    for setting in event.sets:
        match setting.taken:
            case "day":
                yield setting.fact, record.day, True
            case "year":
                yield setting.fact, record.day.year, True
            case "month":
                yield setting.fact, _listed(facts, setting.fact) | {f"{record.day:%Y-%m}"}, True
            case _:
                added = isinstance(setting.value, frozenset)
                yield setting.fact, _listed(facts, setting.fact) | setting.value if added else setting.value, False
    if event.documents and (named := _codes(record.documents, event.documents, pack)):
        yield event.documents, _listed(facts, event.documents) | named, True


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

    def after(self, event: LifecycleEvent | None, record: EventRecord) -> dict[str, Any]:
        """
        The facts as they would be after an event; nothing is changed.
        """
        made = (
            {} if event is None else {path: value for path, value, _ in made_true(event, record, self.facts, self.pack)}
        )
        return {**self.facts, **made, **record.facts}

    def contradicts(self, event: LifecycleEvent, record: EventRecord) -> bool:
        """
        Whether what was recorded with an event is not what its name says.
        """
        made = made_true(event, record, self.facts, self.pack)
        return any(path in record.facts and record.facts[path] != value and not dated for path, value, dated in made)

    def enter(self, event: LifecycleEvent | None, record: EventRecord, *, again: bool) -> list[Notice]:
        """
        Take in an event. ``again``: it was recorded before, and the state does not provide for it anew.
        """
        before, notices = dict(self.facts), []
        made: dict[str, Any] = {}
        for path, value, dated in () if event is None else made_true(event, record, before, self.pack):
            made[path] = value
            stated = record.facts.get(path, value)
            if not dated and stated != value:
                made[path] = None
                notices.append(self._notice("contradiction", record.line, path, value, stated, record.line))
            elif (
                again
                and not isinstance(value, frozenset)
                and before.get(path, value) != value
                and path not in record.facts
            ):
                made[path] = None
                notices.append(
                    self._notice("contradiction", record.line, path, before[path], value, self.lines.get(path, 0))
                )
        for path, value in record.facts.items():
            if made.get(path, value) is None and path in made:
                continue  # contradicted by the event's own name
            made[path] = value
            known = before.get(path)
            if path in self.lines and known is not None and known != value and not isinstance(value, frozenset):
                notices.append(self._notice("changed", record.line, path, known, value, self.lines[path]))
        self.put(made, record.line)
        return notices

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
            if isinstance(value, frozenset):
                value = sorted(value)  # as JSON has it; the form of local facts is not known to `Project`
            (data.setdefault(group, {}) if group else data)[name] = value
        if stage := self.lifecycle.stages.get(state):
            data["stage"] = stage
        return Project.model_validate(data)


def _undone(pack: Pack, lifecycle: Lifecycle) -> Iterator[tuple[str, Any]]:
    """
    What holds of a project to which nothing has happened yet.
    """
    for event in lifecycle.events.values():
        for setting in event.sets:
            fact = pack.fact(setting.fact)
            if setting.value is True or (fact is not None and fact.type == "event_date"):
                yield setting.fact, False
    for setting in lifecycle.unrecorded:
        yield setting.fact, setting.value


def _shown(fact: Fact | None, value: Any) -> str:
    if value is None:
        return "不知道"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, frozenset):
        return "、".join(sorted(value))
    labels = (fact and fact.values) or {}
    return labels.get(value, value) if isinstance(value, str) else str(value)


__all__ = ["NOTICES", "Chronicle", "Notice", "made_true"]
