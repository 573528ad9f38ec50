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
from govit_rules.packs import FACTS_ONLY, Clock, Lifecycle, LifecycleEvent, Setting, Transition, Yearly

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from govit_rules.conditions import Condition
    from govit_rules.grammar import Parser
    from govit_rules.packs import Parameter
    from govit_rules.sources import Path, Source

_NEEDED: Final = ("initial", "states", "transitions")
_LIFECYCLE: Final = ("initial", "states", "events", "unrecorded", "clocks", "yearly", "undated", "transitions", "notes")
_EVENT: Final = ("also", "by", "sets", "documents", "note")
_CLOCK: Final = ("rule", "from", "until", "fact", "limit", "note")
_YEARLY: Final = ("states", "year", "resets")
_TRANSITION: Final = ("from", "event", "to", "when", "norms", "note")

# What an event can give a fact, by the word for it: the types of fact that take it; none: all.
_TAKEN: Final[Mapping[str, tuple[str, ...]]] = {
    "unknown": (),
    "unrecorded": (),
    "day": ("event_date", "date", "due_date"),
    "year": ("year",),
    "month": ("month_list",),
}
_BUILT_IN: Final = (FACTS_ONLY.name, *FACTS_ONLY.also)


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
        initial = self._choice(data.get("initial"), (*path, "initial"), states, "")
        transitions = tuple(
            self._transition(item, place, states) for item, place in self._items(data, "transitions", path)
        )
        self._check_transitions(initial, states, transitions)
        events = self._events(data.get("events"), transitions)
        clocks = [self._clock(item, place, events) for item, place in self._items(data, "clocks", path)]
        self._check_clocks(clocks)
        yearly = (self._yearly(item, place, states) for item, place in self._items(data, "yearly", path))
        return Lifecycle(
            initial=initial,
            states=states,
            transitions=transitions,
            stages=stages,
            events=events,
            unrecorded=self._unrecorded(data.get("unrecorded"), (*path, "unrecorded")),
            clocks=tuple(clocks),
            yearly=tuple(yearly),
            undated=self._texts(data.get("undated"), (*path, "undated")),
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

    def _check_transitions(self, initial: str, states: Mapping[str, str], transitions: Sequence[Transition]) -> None:
        if initial and all(end in states for each in transitions for end in (each.origin, each.target)):
            reached = _reached(initial, transitions)
            for state in (each for each in states if each not in reached):
                what = f"从起始状态 {initial} 到不了状态 {state}"
                self.source.report(("lifecycle", "states", state), what, "补上到它的迁移，或删去它")
        before: dict[tuple[str, str, Condition], int] = {}
        for i, each in enumerate(transitions):
            first = before.setdefault((each.origin, each.event, each.when), i)
            if first != i and each.event:
                what = f"与第 {first + 1} 项的 from、event、when 都相同，分不清走哪一项"
                self.source.report(("lifecycle", "transitions", i), what, "各写各的 when，或删去一项")

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
        self._check_event_names(events)
        for i, name in enumerate(named):
            if name in _BUILT_IN:
                what = f"事件 {name} 只带事实，不改变状态"
                self.source.report(("lifecycle", "transitions", i, "event"), what, "换成使状态改变的事件")
            elif name and name not in events:
                near = nearest(name, events)
                mend = f"是不是 {near}?" if near else "在 lifecycle.events 下写上它"
                self.source.report(("lifecycle", "transitions", i, "event"), f"没有声明过的事件 {name!r}", mend)
        return {**events, FACTS_ONLY.name: FACTS_ONLY}

    def _check_event_names(self, events: Mapping[str, LifecycleEvent]) -> None:
        for name, event in events.items():
            path = ("lifecycle", "events", name)
            if name in _BUILT_IN:
                self.source.report(path, f"事件 {name} 各包都有，不必声明", "删去它")
            for i, other in enumerate(event.also):
                if other in event.also[:i] or other == name:
                    self.source.report((*path, "also", i), f"{name} 的名称 {other} 写了两次", "留一处")
                elif other in events or other in _BUILT_IN:
                    self.source.report((*path, "also", i), f"{other} 是另一个事件的名称", "换一个别称，或删去")

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

    def _unrecorded(self, data: Any, path: Path) -> tuple[Setting, ...]:
        """
        What holds as long as no event says otherwise; null: it is not known.
        """
        entries = {} if data is None else self._mapping(data, path)
        unknown = [name for name, value in entries.items() if value is None and self._fact(name, (*path, name))]
        stated = {name: value for name, value in entries.items() if value is not None}
        return (*(Setting(name, "value") for name in unknown), *self._settings(stated, path, taken=False))

    def _setting(self, name: str, value: Any, path: Path, *, taken: bool) -> Setting | None:
        fact = self._fact(name, path)
        if fact is None:
            return None
        if fact.path == "stage":
            self.source.report(path, "阶段由状态得出，事件不能改变它", "在 states 下写明各状态的 stage")
            return None
        if taken and _is_taken(value, fact):
            if _TAKEN[value] and fact.type not in _TAKEN[value]:
                self.source.report(path, f"{name} 是 {fact.type}，不能取事件的 {value}", "写一个值")
                return None
            return Setting(name, value)  # a key of _TAKEN
        if value is None:
            self.source.report(path, f"{name} 没有值", "写上事件发生后它是什么")
            return None
        try:
            return Setting(name, "value", fact.parse(value.isoformat() if isinstance(value, date) else value))
        except WrongValue as error:
            self.source.report(path, error.what, error.mend)
            return None

    # -- clocks and years

    def _clock(self, data: Any, path: Path, events: Mapping[str, LifecycleEvent]) -> Clock:
        data = self._mapping(data, path, _CLOCK, ("rule", "from", "until", "fact", "limit"))
        for key in ("from", "until"):
            self._choice(data.get(key), (*path, key), events, "")
        fact = None if data.get("fact") is None else self._fact(data["fact"], (*path, "fact"), ("int",))
        figures = [f"${name}" for name, figure in self.parameters.items() if figure.type == "int"]
        limit = self._choice(data.get("limit"), (*path, "limit"), figures, "")
        return Clock(
            rule=self._text(data.get("rule"), (*path, "rule")),
            start=str(data.get("from")),
            end=str(data.get("until")),
            fact="" if fact is None else fact.path,
            limit=limit.removeprefix("$"),
            note=self._optional_text(data.get("note"), (*path, "note")),
        )

    def _check_clocks(self, clocks: Sequence[Clock]) -> None:
        counted: dict[str, int] = {}
        for i, clock in enumerate(clocks):
            path: Path = ("lifecycle", "clocks", i)
            if clock.start == clock.end:
                self.source.report((*path, "until"), f"从 {clock.start} 起、到它为止的期限没有长短", "写另一个事件")
            if clock.fact and counted.setdefault(clock.fact, i) != i:
                what = f"{clock.fact} 已由第 {counted[clock.fact] + 1} 项计数"
                self.source.report((*path, "fact"), what, "一个事实只记一个期限，另声明一个")

    def _yearly(self, data: Any, path: Path, states: Mapping[str, str]) -> Yearly:
        data = self._mapping(data, path, _YEARLY, ("states", "resets"))
        for key in ("states", "resets"):
            if data.get(key) in ([], {}):
                self.source.report((*path, key), f"{key} 是空的", "写上；不须每年重来的，删去这一项")
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
            return None
        return fact


def _is_taken(value: Any, fact: Fact) -> bool:
    """
    Whether a value is a word for what the event gives, and not itself a text or code that the fact takes.
    """
    return isinstance(value, str) and value in _TAKEN and fact.type != "text" and value not in (fact.values or ())


def _reached(initial: str, transitions: Sequence[Transition]) -> frozenset[str]:
    """
    The states that can be reached, whatever the guards.
    """
    seen, todo = {initial}, [initial]
    while todo:
        state = todo.pop()
        further = {each.target for each in transitions if each.origin == state} - seen
        seen |= further
        todo.extend(further)
    return frozenset(seen)


__all__ = ["LifecycleReader"]
