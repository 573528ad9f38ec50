"""
What happened to a project: events as they are recorded, one JSON object a line.

    {"date": "2024-03-01", "event": "验收合格", "actor": "市教育局", "documents": ["验收报告"],
     "facts": {"acceptance": {"organizer": "third_party"}}}

``facts`` have the form of a project file and state what became known with the event. What an event means, the
`lifecycle` says; here records are read, each defect with its line. Imports: `errors`, `evaluate`, `facts`, `packs`
(for types), `project`, `values`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from govit_rules.errors import Defect, EventError, ProjectError
from govit_rules.evaluate import read_local
from govit_rules.facts import encodable, nearest, shown
from govit_rules.project import SECTIONS, Project, read_json, repeated_keys
from govit_rules.values import parse_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from govit_rules.packs import Pack

MAX_EVENT_BYTES: Final = 64 * 1024
MAX_EVENTS: Final = 100_000
MAX_FILE_BYTES: Final = 64 * 1024 * 1024
MAX_DEFECTS: Final = 100
_NAME_MAX: Final = 200
_DOCUMENTS_MAX: Final = 500
_KEYS: Final = ("date", "event", "actor", "documents", "facts", "withdraws", "note", "project", "city")


@dataclass(frozen=True, slots=True)
class EventRecord:
    """
    One recorded event; ``line`` is its place in the record, from 1.

    ``facts`` gives what became known with it by fact path, as Python values; None takes a fact back. ``withdraws`` is
    the day and the name of earlier entries that were wrong. ``data`` is the record as it was written.
    """

    line: int
    day: date
    event: str
    actor: str | None
    documents: tuple[str, ...]
    facts: Mapping[str, Any]
    note: str | None
    project: str | None
    city: str | None
    data: Mapping[str, Any]
    withdraws: tuple[date, str] | None = None

    @property
    def content(self) -> tuple[Any, ...]:
        """
        All that was recorded, for comparing two records; not the place.
        """
        facts = tuple(self.facts.items())
        return (self.day, self.event, self.actor, self.documents, facts, self.withdraws, self.note)


def read_events(content: bytes | str, pack: Pack) -> list[EventRecord]:
    """
    The events of a JSONL text, in the order of its lines. Empty lines are passed over.

    Raises:
        EventError: With every defect of every line.
    """
    size = len(content)
    if size > MAX_FILE_BYTES:
        raise EventError([Defect("", f"事件文件有 {size} 字节，至多 {MAX_FILE_BYTES} 字节", "分成几个文件")])
    try:
        text = content.decode("utf-8-sig") if isinstance(content, bytes) else content.removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise EventError(
            [Defect("", f"文件不是 UTF-8 编码（第 {error.start + 1} 个字节起）", "另存为 UTF-8 编码")]
        ) from None
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if len(lines) > MAX_EVENTS:
        raise EventError([Defect("", f"有 {len(lines)} 个事件，至多 {MAX_EVENTS} 个", "分成几个文件")])
    return _all_good(_line(number, line, pack) for number, line in lines)


def records_of(items: Iterable[Mapping[str, Any]], pack: Pack) -> list[EventRecord]:
    """
    Events from mappings of the same form, numbered from 1.

    Raises:
        EventError: With every defect.
    """
    return _all_good(_record(number, item, pack) for number, item in enumerate(items, 1))


def _all_good(found: Iterable[EventRecord | Sequence[Defect]]) -> list[EventRecord]:
    records: list[EventRecord] = []
    defects: list[Defect] = []
    for item in found:
        if isinstance(item, EventRecord):
            records.append(item)
        else:
            defects.extend(item)
    if len(defects) > MAX_DEFECTS:
        defects[MAX_DEFECTS:] = [Defect("", f"还有别的错误，只列出前 {MAX_DEFECTS} 处", "改正以上各处后再试")]
    if defects:
        raise EventError(defects)
    return records


def _line(number: int, line: str, pack: Pack) -> EventRecord | Sequence[Defect]:
    if len(line.encode("utf-8", "surrogatepass")) > MAX_EVENT_BYTES:
        return [_at(number, f"一个事件超过 {MAX_EVENT_BYTES} 字节", "材料只写名称或编号，不写内容")]
    data = read_json(line)
    if isinstance(data, Defect):
        return [
            _at(number, data.what.replace("项目写完", "事件写完"), "一行写一个事件：{…}", data.column, data.excerpt)
        ]
    return _record(number, data, pack)


def _at(number: int, what: str, mend: str, column: int = 0, excerpt: str = "") -> Defect:
    return Defect(f"第 {number} 行", what, mend, line=number, column=column, excerpt=excerpt)


def _record(number: int, data: object, pack: Pack) -> EventRecord | Sequence[Defect]:
    if not isinstance(data, dict):
        return [_at(number, f"事件应是一组键值，而这里是{shown(data)}", '写成 {"date": …, "event": …}')]
    repeats = (*repeated_keys("", data), *repeated_keys("withdraws", data.get("withdraws")))
    defects = [_at(number, f"{defect.where}: {defect.what}", defect.mend) for defect in repeats]
    defects.extend(_at(number, *wrong) for wrong in _wrong_keys(data))
    defects.extend(_at(number, *wrong) for wrong in _wrong_texts(data))
    day = None
    try:
        day = parse_day(data.get("date"))
    except ValueError as error:
        defects.append(_at(number, f"date：{error}" if "date" in data else "缺 date", '写成 "date": "2024-03-01"'))
    withdraws = _withdrawn(data.get("withdraws"))
    if isinstance(withdraws, str):
        defects.append(_at(number, withdraws, '写成 "withdraws": {"date": "2024-03-01", "event": "验收合格"}'))
    facts: Mapping[str, Any] = {}
    try:
        facts = read_facts(data.get("facts"), pack)
    except ProjectError as error:
        defects.extend(
            _at(number, f"{'.'.join(filter(None, ('facts', defect.where)))}: {defect.what}", defect.mend)
            for defect in error.defects
        )
    if defects or day is None or isinstance(withdraws, str):
        return defects
    return EventRecord(
        line=number,
        day=day,
        event=data["event"].strip(),
        actor=data.get("actor"),
        documents=tuple(data.get("documents") or ()),
        facts=facts,
        note=data.get("note"),
        project=data.get("project"),
        city=data.get("city"),
        data=data,
        withdraws=withdraws,
    )


def _withdrawn(data: object) -> tuple[date, str] | str | None:
    """
    Day and name of the entries that are withdrawn; or, as text, what is wrong.
    """
    if data is None:
        return None
    if not isinstance(data, dict) or set(data) != {"date", "event"} or not isinstance(data["event"], str):
        return f"withdraws 应写明撤回哪一天的哪个事件，而这里是{shown(data)}"
    try:
        return parse_day(data["date"]), data["event"].strip()
    except ValueError as error:
        return f"withdraws.date：{error}"


def _wrong_keys(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key in data:
        if key not in _KEYS:
            near = nearest(key, _KEYS)
            mend = f"是不是 {near}？" if near else f"可用：{'、'.join(_KEYS)}；事实写在 facts 之下"
            yield f"没有名为 {shown(key)} 的键", mend


def _wrong_texts(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if not isinstance(data.get("event"), str) or not data["event"].strip():
        yield "缺 event，或不是文字", '写成 "event": "验收合格"'
    for key in ("event", "actor", "note", "project", "city"):
        value = data.get(key)
        if value is None or (key == "event" and not isinstance(value, str)):
            continue
        if not isinstance(value, str) or not encodable(value):
            yield f"{key} 应是文字，而这里是{shown(value)}", "写成文字，或删去"
        elif len(value) > (2_000 if key == "note" else _NAME_MAX):
            yield f"{key} 太长", f"至多 {2_000 if key == 'note' else _NAME_MAX} 个字"
    documents = data.get("documents")
    if documents is not None and not _is_list_of_names(documents):
        yield "documents 应是一列材料的名称或编号", '写成 ["验收报告", "…"]'


def _is_list_of_names(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= _DOCUMENTS_MAX
        and all(isinstance(item, str) and 0 < len(item) <= _NAME_MAX and encodable(item) for item in value)
    )


def read_facts(data: object, pack: Pack) -> dict[str, Any]:
    """
    Facts in the form of a project file, by their paths; a fact given as null is kept as None.

    Raises:
        ProjectError: With every fact that is wrong. The stage is among them: it follows from the state.
    """
    if data is None:
        return {}
    if not isinstance(data, Mapping):
        raise ProjectError(
            [Defect("", f"应是一组键值，而这里是{shown(data)}", '写成 {"review": {"result": "passed"}}')]
        )
    sections = [(str(name), value) for name, value in data.items() if isinstance(value, Mapping)]
    if repeats := [defect for group in (("", data), *sections) for defect in repeated_keys(*group)]:
        raise ProjectError(repeats)
    if data.get("stage") is not None:
        raise ProjectError([Defect("stage", "阶段由项目的状态得出，事件里不写", "删去 stage")])
    project = Project.model_validate(data)
    found: dict[str, Any] = {}
    for name in project.model_fields_set - {"local", "stage", "editor_schema"}:
        value = getattr(project, name)
        if name in SECTIONS:
            found |= {} if value is None else {f"{name}.{key}": getattr(value, key) for key in value.model_fields_set}
        else:
            found[name] = value
    given = project.local or {}
    local, _ignored = read_local(given, pack)
    found |= {f"local.{name}": local.get(name) for name in given if f"local.{name}" in pack.facts}
    return dict(sorted(found.items()))


__all__ = ["MAX_EVENT_BYTES", "EventRecord", "read_events", "read_facts", "records_of"]
