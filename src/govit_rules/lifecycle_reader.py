"""
Reads the ``lifecycle`` of a pack: states, events and what they make true, transitions, clocks.

Imports: `entries`, `facts`, `grammar` (for types), `packs`.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from govit_rules.conditions import ALWAYS
from govit_rules.entries import EntryReader
from govit_rules.facts import STAGES, Fact, WrongValue, nearest
from govit_rules.packs import Clock, Lifecycle, LifecycleEvent, Setting, Transition, Yearly

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from govit_rules.grammar import Parser
    from govit_rules.packs import Parameter
    from govit_rules.sources import Path, Source

_NEEDED: Final = ("initial", "states", "transitions")
_LIFECYCLE: Final = ("initial", "states", "events", "unrecorded", "clocks", "yearly", "transitions", "notes")
_EVENT: Final = ("also", "by", "sets", "documents", "note")
_CLOCK: Final = ("rule", "from", "until", "fact", "limit", "note")
_YEARLY: Final = ("states", "year", "resets")
_TRANSITION: Final = ("from", "event", "to", "when", "norms", "note")

# What an event's day can give a fact, by the word for it: the types of fact that take it.
_TAKEN: Final[Mapping[str, tuple[str, ...]]] = {
    "day": ("event_date", "date", "due_date"),
    "year": ("year",),
    "month": ("month_list",),
}
# The event that carries facts only; every pack has it.
FACTS_ONLY: Final = LifecycleEvent("补充资料", also=("资料更新",))


class LifecycleReader(EntryReader):
    """
    Reads one lifecycle; conditions are parsed by the pack's parser.
    """

    def __init__(self, source: Source, parser: Parser, parameters: Mapping[str, Parameter]) -> None:
        super().__init__(source)
        self.parser, self.parameters = parser, parameters
        self.facts = parser.vocabulary.facts

    def lifecycle(self, data: Any) -> Lifecycle | None:
        """
        The lifecycle that stands under ``lifecycle``; None where the pack has none.
        """
        if data is None:
            return None
        path: Path = ("lifecycle",)
        data = self._mapping(data, path, _LIFECYCLE, _NEEDED)
        states, stages = self._states(data.get("states"), (*path, "states"))
        self._choice(data.get("initial"), (*path, "initial"), states, "")
        transitions = tuple(
            self._transition(item, place, states) for item, place in self._items(data, "transitions", path)
        )
        events = self._events(data.get("events"), transitions)
        clocks = (self._clock(item, place, events) for item, place in self._items(data, "clocks", path))
        yearly = (self._yearly(item, place, states) for item, place in self._items(data, "yearly", path))
        return Lifecycle(
            initial=str(data.get("initial")),
            states=states,
            transitions=transitions,
            stages=stages,
            events=events,
            unrecorded=self._settings(data.get("unrecorded"), (*path, "unrecorded"), taken=False),
            clocks=tuple(clocks),
            yearly=tuple(yearly),
        )

    def _items(self, data: Mapping[str, Any], key: str, path: Path) -> Iterable[tuple[Any, Path]]:
        listed = data.get(key)
        if listed is not None and not isinstance(listed, list):
            self.source.report((*path, key), f"{key} 应是列表", "每项前面加 “- ”，一项一行")
        for i, item in enumerate(listed if isinstance(listed, list) else ()):
            yield item, (*path, key, i)

    def _states(self, data: Any, path: Path) -> tuple[dict[str, str], dict[str, str]]:
        labels: dict[str, str] = {}
        stages: dict[str, str] = {}
        for name, entry in ({} if data is None else self._mapping(data, path)).items():
            if isinstance(entry, dict):
                entry = self._mapping(entry, (*path, name), ("zh", "stage"), ("zh",))
                stage = self._choice(entry.get("stage"), (*path, name, "stage"), STAGES, "")
                if stage:
                    stages[name] = stage
                entry = entry.get("zh", name)
            if entry is None:
                self.source.report((*path, name), f"{name} 没有中文含义", "写成 代码: 中文")
            labels[name] = self._text(entry, (*path, name), name)
        return labels, stages

    def _transition(self, data: Any, path: Path, states: Mapping[str, str]) -> Transition:
        data = self._mapping(data, path, _TRANSITION, ("from", "event", "to"))
        for key in ("from", "to"):
            self._choice(data.get(key), (*path, key), states, "")
        when = data.get("when")
        return Transition(
            origin=str(data.get("from")),
            event=self._text(data.get("event"), (*path, "event")),
            target=str(data.get("to")),
            when=ALWAYS if when is None else self.parser.condition(when, (*path, "when")),
            norms=self._texts(data.get("norms"), (*path, "norms")),
            note=self._optional_text(data.get("note"), (*path, "note")),
        )

    # -- events

    def _events(self, data: Any, transitions: Iterable[Transition]) -> dict[str, LifecycleEvent]:
        named = [transition.event for transition in transitions]
        if data is None:  # a pack may leave it at the names
            return {name: LifecycleEvent(name) for name in (*named, FACTS_ONLY.name)} | {FACTS_ONLY.name: FACTS_ONLY}
        path: Path = ("lifecycle", "events")
        events = {
            name: self._event(name, {} if entry is None else entry, (*path, name))
            for name, entry in self._mapping(data, path).items()
        }
        for i, name in enumerate(named):
            if name and name not in events:
                near = nearest(name, events)
                mend = f"是不是 {near}?" if near else "在 lifecycle.events 下写上它"
                self.source.report(("lifecycle", "transitions", i, "event"), f"没有声明过的事件 {name!r}", mend)
        self._check_event_names(events)
        return {**events, FACTS_ONLY.name: FACTS_ONLY}

    def _check_event_names(self, events: Mapping[str, LifecycleEvent]) -> None:
        for name, event in events.items():
            path = ("lifecycle", "events", name)
            if name in (FACTS_ONLY.name, *FACTS_ONLY.also):
                self.source.report(path, f"事件 {name} 各包都有，不必声明", "删去它")
            for other in event.also:
                if other in events or other in (FACTS_ONLY.name, *FACTS_ONLY.also):
                    self.source.report((*path, "also"), f"{other} 是另一个事件的名称", "换一个别称，或删去")

    def _event(self, name: str, data: Any, path: Path) -> LifecycleEvent:
        data = self._mapping(data, path, _EVENT)
        documents = data.get("documents")
        if documents is not None:
            self._fact(documents, (*path, "documents"), ("enum_list",))
        return LifecycleEvent(
            name=name,
            also=self._texts(data.get("also"), (*path, "also")),
            by=self._texts(data.get("by"), (*path, "by")),
            sets=self._settings(data.get("sets"), (*path, "sets"), taken=True),
            documents=documents if isinstance(documents, str) else None,
            note=self._optional_text(data.get("note"), (*path, "note")),
        )

    def _settings(self, data: Any, path: Path, *, taken: bool) -> tuple[Setting, ...]:
        entries = {} if data is None else self._mapping(data, path)
        found = (self._setting(name, value, (*path, name), taken=taken) for name, value in entries.items())
        return tuple(setting for setting in found if setting is not None)

    def _setting(self, name: str, value: Any, path: Path, *, taken: bool) -> Setting | None:
        fact = self._fact(name, path)
        if fact is None:
            return None
        if taken and isinstance(value, str) and value in _TAKEN and fact.type != "text":
            if fact.type not in _TAKEN[value]:
                self.source.report(path, f"{name} 是 {fact.type}，不能取事件的 {value}", "写一个值")
                return None
            return Setting(name, value)  # type: ignore[arg-type]  # a key of _TAKEN
        if value is None:
            self.source.report(path, f"{name} 没有值", "写上事件发生后它是什么")
            return None
        try:
            return Setting(name, "value", fact.parse(value.isoformat() if isinstance(value, date) else value))
        except WrongValue as error:
            self.source.report(path, error.what, error.mend)
            return None

    # -- clocks

    def _clock(self, data: Any, path: Path, events: Mapping[str, LifecycleEvent]) -> Clock:
        data = self._mapping(data, path, _CLOCK, ("rule", "from", "until", "fact", "limit"))
        for key in ("from", "until"):
            self._choice(data.get(key), (*path, key), events, "")
        self._fact(data.get("fact"), (*path, "fact"), ("int",))
        limit = str(data.get("limit")).removeprefix("$")
        self._choice(
            limit, (*path, "limit"), (name for name, figure in self.parameters.items() if figure.type == "int"), ""
        )
        return Clock(
            rule=self._text(data.get("rule"), (*path, "rule")),
            start=str(data.get("from")),
            end=str(data.get("until")),
            fact=str(data.get("fact")),
            limit=limit,
            note=self._optional_text(data.get("note"), (*path, "note")),
        )

    def _yearly(self, data: Any, path: Path, states: Mapping[str, str]) -> Yearly:
        data = self._mapping(data, path, _YEARLY, ("states", "resets"))
        listed = self._texts(data.get("states"), (*path, "states"))
        for i, state in enumerate(listed):
            self._choice(state, (*path, "states", i), states, "")
        year = data.get("year")
        if year is not None:
            self._fact(year, (*path, "year"), ("year",))
        resets = self._settings(data.get("resets"), (*path, "resets"), taken=False)
        return Yearly(listed, year if isinstance(year, str) else None, resets)

    def _fact(self, name: Any, path: Path, types: tuple[str, ...] = ()) -> Fact | None:
        """
        A fact by its name, of one of some types.
        """
        fact = self.facts.get(name) if isinstance(name, str) else None
        if fact is None:
            near = nearest(str(name), self.facts)
            mend = f"是不是 {near}?" if near else "在 facts: 下声明,或用 `govit-rules facts` 查现有的事实"
            self.source.report(path, f"没有声明过的事实 {name!r}", mend)
            return None
        self.parser.used.add(fact.path)
        if types and fact.type not in types:
            self.source.report(path, f"{name} 是 {fact.type}，这里要 {'、'.join(types)}", "换一个事实")
        return fact


__all__ = ["FACTS_ONLY", "LifecycleReader"]
