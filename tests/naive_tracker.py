"""
A second opinion on the tracker: what a record of events comes to, worked out slowly and plainly.

It shares with the tracker the pack, its judge (`evaluate`) and nothing else. After every event all facts are told anew
from the first event on; time passes one day after another, and the first day on which a rule is violated is found by
asking every day; due days are counted here, month by month, and working days by the calendar of `holidays`.

The readings that are fixed here:

- Events are taken in the order of their days, those of one day as recorded. One that equals an earlier one in all that
  was recorded is not counted; nor is one after the day of judging.
- A fact is what was said of it last. An event says what its pack says, unless what was recorded with it says more
  exactly: another day, year or month, or a list with more in it. If it says otherwise, the fact is unknown.
- Where the record is not complete, an event adds nothing to a list that nobody has stated.
- An event that comes once more, where the state provides for no second one, leaves unknown what it says otherwise than
  before.
- A rule is broken by an event if it is violated after it and was not before; else on the first day on which it is
  violated. What one event of a day breaks and another mends on that day is not broken.
"""

from __future__ import annotations

import json
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from holidays import country_holidays

from govit_rules import Project, evaluate
from govit_rules.conditions import (
    ALWAYS,
    AllOf,
    AnyOf,
    AsOf,
    CompareDays,
    CoversMonths,
    DayFact,
    DayLiteral,
    DayOfYear,
    DayParameter,
    FigureSpan,
    FirstSet,
    Happened,
    Later,
    Named,
    NumberFact,
    NumberLiteral,
    NumberParameter,
    Plus,
    Shift,
    StartOf,
    Within,
    YearOf,
    walk,
)
from govit_rules.facts import nearest
from govit_rules.packs import LifecycleEvent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from govit_rules.packs import Clock, Pack, Rule

ONE_DAY: Final = timedelta(days=1)
KEPT: Final = 200_000  # answers, before all are forgotten


class Broken(NamedTuple):
    """
    A breach: by which line (None: time ran out), and the day from which it was none any more.
    """

    rule: str
    on: date
    line: int | None
    cured_on: date | None


class DueDay(NamedTuple):
    """
    A time limit.
    """

    rule: str
    due_on: date
    opens_on: date | None
    status: str


class Story(NamedTuple):
    """
    What a record of events comes to: the state after each line that counts, breaches, time limits.
    """

    states: tuple[tuple[int, str], ...]
    state: str
    breaches: tuple[Broken, ...]
    deadlines: tuple[DueDay, ...]


@dataclass(frozen=True)
class Telling:
    """
    An event as it is taken: ``event`` is None where it can be any of ``choices``.

    ``new_year`` is the year that begins, in a state in which something is then asked anew.
    """

    day: date
    line: int = 0
    event: LifecycleEvent | None = None
    stated: Mapping[str, Any] | None = None
    documents: tuple[str, ...] = ()
    choices: tuple[LifecycleEvent, ...] = ()
    again: bool = False
    new_year: int | None = None
    state: str = ""


class NaiveTracker:
    """
    Works out stories by one pack. ``every_day``: all rules are asked on every day, not only those that have changed.
    """

    def __init__(self, pack: Pack, *, every_day: bool = False) -> None:
        assert pack.lifecycle is not None
        self.pack, self.lifecycle, self.every_day = pack, pack.lifecycle, every_day
        self.law = Law(pack)

    def story(
        self,
        events: Sequence[Mapping[str, Any]],
        *,
        as_of: date,
        given: Mapping[str, Any] | None = None,
        partial: bool = False,
    ) -> Story:
        """
        What events, as they stand in a file, come to by a day.
        """
        return _Telling(self, as_of, flat(given or {}, self.pack), partial=partial).of(events)


# ---------------------------------------------------------------------------------------------------------------------
# Facts


def flat(nested: Mapping[str, Any], pack: Pack) -> dict[str, Any]:
    """
    Facts as they stand in a file, by their paths.
    """
    found = {}
    for name, value in nested.items():
        inner = {f"{name}.{key}": item for key, item in value.items()} if isinstance(value, dict) else {name: value}
        for path, item in inner.items():
            fact = pack.fact(path)
            assert fact is not None, path
            found[path] = fact.parse(item)
    return found


def nested(facts: Mapping[str, Any], stage: str | None) -> dict[str, Any]:
    """
    Facts in the form of a project; what is not known is left out.
    """
    data: dict[str, Any] = {} if stage is None else {"stage": stage}
    for path, value in facts.items():
        *section, name = path.split(".")
        inner = data.setdefault(section[0], {}) if section else data
        inner[name] = sorted(value) if isinstance(value, frozenset) else value
    return data


def nothing_done(pack: Pack) -> dict[str, Any]:
    """
    What holds while nothing has happened, where the record is complete.
    """
    assert pack.lifecycle is not None
    undone: dict[str, Any] = {}
    for event in pack.lifecycle.events.values():
        for setting in event.sets:
            fact = pack.fact(setting.fact)
            assert fact is not None
            if setting.taken not in ("unknown", "unrecorded") and (fact.type == "event_date" or setting.value is True):
                undone[setting.fact] = False
    return undone | {setting.fact: setting.value for setting in pack.lifecycle.unrecorded}


def says(
    event: LifecycleEvent, telling: Telling, before: Mapping[str, Any], pack: Pack, *, partial: bool
) -> dict[str, Any]:
    """
    What an event makes true by its name. Where the record is not complete, nothing can be added to an unknown list.
    """
    said: dict[str, Any] = {}
    for setting in event.sets:
        held = before.get(setting.fact) or frozenset()
        if setting.taken == "day":
            said[setting.fact] = telling.day
        elif setting.taken == "year":
            said[setting.fact] = telling.day.year
        elif setting.taken == "unknown":
            said[setting.fact] = None
        elif setting.taken == "unrecorded":
            said[setting.fact] = None if partial else nothing_done(pack).get(setting.fact)
        elif setting.taken == "month":
            said[setting.fact] = held | {telling.day.isoformat()[:7]}
        elif isinstance(setting.value, frozenset):
            said[setting.fact] = held | setting.value
        else:
            said[setting.fact] = setting.value
    if event.documents:
        fact = pack.fact(event.documents)
        assert fact is not None
        labels = {label: code for code, label in (fact.values or {}).items()}
        codes = {labels.get(name, name) for name in telling.documents} & set(fact.values or {})
        if codes:
            said[event.documents] = (before.get(event.documents) or frozenset()) | codes
    if partial:
        lists = [path for path, value in said.items() if isinstance(value, frozenset) and before.get(path) is None]
        for path in lists:
            del said[path]
    return said


def counts(line: int, events: Sequence[Mapping[str, Any]]) -> bool:
    """
    Whether no later entry that counts withdraws one.
    """
    own = events[line - 1]
    named = {"date": own["date"], "event": own["event"].strip()}
    later = range(line + 1, len(events) + 1)
    return not any(events[other - 1].get("withdraws") == named and counts(other, events) for other in later)


def disputed(event: LifecycleEvent, stated: Mapping[str, Any]) -> set[str]:
    """
    The facts of which what was recorded with an event says otherwise than its name.
    """
    wrong = set()
    for setting in event.sets:
        if setting.taken == "value" and setting.fact in stated:
            told = stated[setting.fact]
            if isinstance(setting.value, frozenset):
                right = told is not None and setting.value <= told
            else:
                right = told == setting.value
            if not right:
                wrong.add(setting.fact)
    return wrong


def working_days(start: date, end: date, limit: int | None) -> int | None:
    """
    The working days after one day, up to and with another.

    Where a calendar is not published: those that are known, if they alone are more than a limit; else None.
    """
    days = [start + n * ONE_DAY for n in range(1, (end - start).days + 1)]
    known = sum(published(day.year) and works(day) for day in days)
    if all(published(day.year) for day in days) or (limit is not None and known > limit):
        return known
    return None


@cache
def published(year: int) -> bool:
    """
    Whether the holidays of a year are published: then it has days that are worked in place of others.
    """
    return year >= 2001 and any(day.year == year for day in country_holidays("CN", years=year).weekend_workdays)


@cache
def works(day: date) -> bool:
    """
    Whether a day is worked.
    """
    calendar = country_holidays("CN", years=day.year)
    return day in calendar.weekend_workdays or (day.weekday() < 5 and day not in calendar)


# ---------------------------------------------------------------------------------------------------------------------
# The law: `evaluate`, and its answers kept


class Law:
    """
    What `evaluate` says of a pack's rules, of single rules, of guards, and of what a rule requires by itself.
    """

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        some = next(iter(pack.rules.values()))
        self.bare = replace(some, scope=ALWAYS, when=ALWAYS, due=None, judged_by=None, reading=None, stage="any")
        self.bare = replace(self.bare, start=None, until=None, counts=True)
        assert pack.lifecycle is not None
        self.guards = self._only(
            {
                f"guard-{i}": replace(self.bare, id=f"guard-{i}", when=each.when, require=None)
                for i, each in enumerate(pack.lifecycle.transitions)
            }
        )
        self.single = {name: self._only({name: rule}) for name, rule in pack.rules.items()}
        self.required = {
            name: self._only({name: replace(self.bare, id=name, require=rule.require)})
            for name, rule in pack.rules.items()
            if rule.require is not None
        }
        self._read: dict[int, frozenset[str]] = {}
        self._answers: dict[Any, dict[str, str]] = {}

    def _only(self, rules: Mapping[str, Rule]) -> Pack:
        return replace(self.pack, rules=rules, path={}, _judges={})

    def outcomes(self, pack: Pack, facts: Mapping[str, Any], stage: str | None, day: date) -> dict[str, str]:
        """
        The outcome of every rule of a pack.
        """
        read = self._read.get(id(pack))
        if read is None:
            read = self._read[id(pack)] = pack.facts_read
        known = {path: value for path, value in facts.items() if value is not None and path in read}
        key = (id(pack), stage, day, frozenset(known.items()))
        found = self._answers.get(key)
        if found is None:
            decision = evaluate(Project.model_validate(nested(known, stage)), pack, as_of=day)
            found = {verdict.rule: verdict.outcome for verdict in decision.verdicts}
            if len(self._answers) > KEPT:
                self._answers.clear()
            self._answers[key] = found
        return found

    def forget(self) -> None:
        """
        Forget all answers.
        """
        self._answers.clear()

    def violated(self, facts: Mapping[str, Any], stage: str | None, day: date) -> set[str]:
        """
        The rules that are violated.
        """
        return {rule for rule, outcome in self.outcomes(self.pack, facts, stage, day).items() if outcome == "violated"}

    def is_violated(self, rule: str, facts: Mapping[str, Any], stage: str | None, day: date) -> bool:
        """
        Whether one rule is violated.
        """
        return self.outcomes(self.single[rule], facts, stage, day)[rule] == "violated"

    def guard(self, number: int, facts: Mapping[str, Any], stage: str | None, day: date) -> str:
        """
        Whether the guard of a transition holds: true, false or unknown.
        """
        outcome = self.outcomes(self.guards, facts, stage, day)[f"guard-{number}"]
        return {"met": "true", "not_applicable": "false"}.get(outcome, "unknown")


# ---------------------------------------------------------------------------------------------------------------------
# One story


class _Telling:
    """
    One record on one day of judging. ``told`` is what has happened so far.
    """

    def __init__(self, tracker: NaiveTracker, as_of: date, given: Mapping[str, Any], *, partial: bool) -> None:
        self.pack, self.lifecycle, self.law = tracker.pack, tracker.lifecycle, tracker.law
        self.every_day, self.as_of, self.given, self.partial = tracker.every_day, as_of, given, partial
        self.told: list[Telling] = []
        self.state = self.lifecycle.initial
        self.day: date | None = None
        self.wrong: set[str] = set()  # what is violated
        self.breaches: list[Broken] = []

    def of(self, events: Sequence[Mapping[str, Any]]) -> Story:
        """
        The whole story.
        """
        states = []
        for telling, name in self._in_order(events):
            self._pass_time(telling.day)
            self._happen(telling, name)
            states.append((telling.line, self.state))
        self._pass_time(self.as_of)
        if not self.told and not self.given:
            self._judge(self.as_of, None)
        deadlines = DueDays(self).all()
        return Story(tuple(sorted(states)), self.state, tuple(sorted(self.breaches, key=str)), tuple(deadlines))

    def _in_order(self, events: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Telling, str]]:
        kept = {line for line in range(1, len(events) + 1) if counts(line, events)}
        numbered = sorted(enumerate(events, 1), key=lambda each: each[1]["date"])
        numbered = [(line, raw) for line, raw in numbered if line in kept]
        seen = []
        for line, raw in numbered:
            stated = flat(raw.get("facts") or {}, self.pack)
            documents = tuple(raw.get("documents") or ())
            name = raw["event"].strip()
            content = (raw["date"], name, raw.get("actor"), documents, stated, raw.get("withdraws"), raw.get("note"))
            day = date.fromisoformat(raw["date"])
            if day <= self.as_of and content not in seen:
                seen.append(content)
                yield Telling(day, line, stated=stated, documents=documents), name

    # -- facts

    @property
    def stage(self) -> str | None:
        return self.lifecycle.stages.get(self.state)

    def facts(self, day: date) -> dict[str, Any]:
        """
        All facts on a day, told anew from the beginning.
        """
        facts: dict[str, Any] = dict(self.given)
        started: dict[int, date] = {}
        for telling in self.told:
            if telling.new_year is not None:
                facts |= self._begun_anew(telling.new_year, telling.state)
            else:
                facts |= self._told_by(telling, facts)
                facts |= self._clocks_stopped(telling, started)
        for number, start in started.items():
            facts |= self._clock_running(self.lifecycle.clocks[number], start, day)
        return {**({} if self.partial else nothing_done(self.pack)), **facts}

    def _told_by(self, telling: Telling, before: Mapping[str, Any]) -> dict[str, Any]:
        stated = dict(telling.stated or {})
        if telling.choices:
            return self._told_by_any_of(telling, before) | stated
        if telling.event is None:
            return stated
        said = says(telling.event, telling, before, self.pack, partial=self.partial)
        facts = said | stated
        facts |= dict.fromkeys(disputed(telling.event, stated))
        for path, value in said.items():
            differs = (
                value is not None and path in before and before[path] != value and not isinstance(value, frozenset)
            )
            if telling.again and differs and path not in stated:
                facts[path] = None
        return facts

    def _told_by_any_of(self, telling: Telling, before: Mapping[str, Any]) -> dict[str, Any]:
        """
        Each of the events that it can be gives an account; what they do not agree on is not known.
        """
        held = {**({} if self.partial else nothing_done(self.pack)), **before}
        accounts = [held | says(each, telling, before, self.pack, partial=self.partial) for each in telling.choices]
        touched = {path for account in accounts for path, value in account.items() if value != held.get(path)}
        facts: dict[str, Any] = {}
        for path in touched:
            told = [account.get(path) for account in accounts]
            facts[path] = told[0] if told.count(told[0]) == len(told) else None
        return facts

    def _begun_anew(self, year: int, state: str) -> dict[str, Any]:
        facts: dict[str, Any] = {}
        for yearly in self.lifecycle.yearly:
            if state in yearly.states:
                facts |= {setting.fact: None if self.partial else setting.value for setting in yearly.resets}
                facts |= {yearly.year: year} if yearly.year else {}
        return facts

    # -- clocks

    def _clocks_stopped(self, telling: Telling, started: dict[int, date]) -> dict[str, Any]:
        """
        What the clocks say that an event stops; those that it starts are added to ``started``.
        """
        facts: dict[str, Any] = {}
        name = telling.event.name if telling.event else None
        for number, clock in enumerate(self.lifecycle.clocks):
            if clock.end in {event.name for event in telling.choices} and number in started:
                del started[number]
                facts[clock.fact] = (telling.stated or {}).get(clock.fact)
            if clock.end == name and number in started:
                limit = self.figure(clock.limit, telling.day)
                taken = working_days(started.pop(number), telling.day, limit)
                stated = (telling.stated or {}).get(clock.fact, taken)
                in_dispute = taken is not None and stated is not None and stated != taken
                facts[clock.fact] = None if in_dispute else stated
            if clock.start == name:
                started[number] = telling.day
        return facts

    def _clock_running(self, clock: Clock, start: date, day: date) -> dict[str, Any]:
        """
        A clock that runs has taken too long as soon as it is past its limit; before, nothing is known.
        """
        limit = self.figure(clock.limit, day)
        taken = working_days(start, day, limit)
        late = taken is not None and limit is not None and taken > limit and not self.partial
        return {clock.fact: taken if late else None}

    def figure(self, name: str, day: date) -> Any:
        """
        A figure of the text as it is on a day.
        """
        held = [value for start, value in self.pack.parameters[name].values if start <= day]
        return held[-1] if held else None

    # -- time

    def _pass_time(self, until: date) -> None:
        """
        Let the days go by up to a day, and note what runs out on them.
        """
        if self.day is None:
            if self.given:
                self._judge(until, None)
            self.day = until
            return
        while self.day < until:
            asked_anew = any(self.state in yearly.states for yearly in self.lifecycle.yearly)
            new_year = date(self.day.year + 1, 1, 1)
            self._wait(min(new_year, until) if asked_anew else until)
            if asked_anew and self.day == new_year:  # what was due by the end of the year is late by now
                self.told.append(Telling(new_year, new_year=new_year.year, state=self.state))
                self._judge(new_year, None)

    def _wait(self, until: date) -> None:
        """
        Days go by on which nothing happens.
        """
        assert self.day is not None
        asked = None
        if not self.every_day:
            asked = self.wrong ^ self.law.violated(self.facts(until), self.stage, until)
        moving = any(self._runs(clock) for clock in self.lifecycle.clocks)
        facts = self.facts(until)
        while self.day < until:
            self.day += ONE_DAY
            if asked is None:
                self._judge(self.day, None)
                continue
            if moving:
                facts = self.facts(self.day)
            for rule in sorted(asked):
                if self.law.is_violated(rule, facts, self.stage, self.day) != (rule in self.wrong):
                    self._turned(rule, self.day, None)
                    asked.discard(rule)
            if not asked:
                self.day = until

    def _runs(self, clock: Clock) -> bool:
        names = [telling.event.name for telling in self.told if telling.event]
        begun = [i for i, name in enumerate(names) if name == clock.start]
        return bool(begun) and clock.end not in names[begun[-1] + 1 :]

    def _judge(self, day: date, line: int | None) -> None:
        """
        What is violated on a day and was not before, and the other way round.
        """
        for rule in sorted(self.wrong ^ self.law.violated(self.facts(day), self.stage, day)):
            self._turned(rule, day, line)

    def _turned(self, rule: str, day: date, line: int | None) -> None:
        if rule not in self.wrong:
            self.wrong.add(rule)
            self.breaches.append(Broken(rule, day, line, None))
            return
        self.wrong.discard(rule)
        (breach,) = (each for each in self.breaches if each.rule == rule and each.cured_on is None)
        self.breaches.remove(breach)
        binds_not = self.law.outcomes(self.pack, self.facts(day), self.stage, day)[rule] == "not_applicable"
        if breach.on != day or (breach.line is None and not binds_not):
            self.breaches.append(breach._replace(cured_on=day))

    # -- events

    def _happen(self, telling: Telling, name: str) -> None:
        choices, target = self._taken(telling, name)
        event = choices[0] if len(choices) == 1 else None
        again = (
            event is not None
            and any(earlier.event is not None and earlier.event.name == event.name for earlier in self.told)
            and any(each.event == event.name for each in self.lifecycle.transitions)
            and not any(each.event == event.name and each.origin == self.state for each in self.lifecycle.transitions)
        )
        self.told.append(replace(telling, event=event, choices=choices if event is None else (), again=again))
        self.state = target
        self._judge(telling.day, telling.line)

    def _taken(self, telling: Telling, name: str) -> tuple[tuple[LifecycleEvent, ...], str]:
        """
        As which event a name is taken, or which ones it can be, and to which state it leads.
        """
        stated = telling.stated or {}
        called = [event for event in self.lifecycle.events.values() if event.name == name]
        called = called or [event for event in self.lifecycle.events.values() if name in event.also]
        called = [event for event in called if not disputed(event, stated)] or called
        if not called:
            every = self.lifecycle.events.values()
            near = nearest(name, [each for event in every for each in (event.name, *event.also)])
            like = [event for event in every if event.name == near] or [event for event in every if near in event.also]
            return (LifecycleEvent("none of them"), *like), self.state
        guards = {event.name: self._guards(event, telling) for event in called}
        here = self._best(
            [(event, i) for event in called for i in guards[event.name] if self._from(i) == self.state], guards
        )
        if here:
            leads = {(event.name, self._to(i)) for event, i in here}
            names = {event.name for event, _ in here}
            some = tuple(event for event in called if event.name in names)
            return some, self._to(here[0][1]) if len(leads) == 1 else self.state
        ahead = self._ahead() - {self.state}
        if len(called) > 1:
            onward = [
                (event, i) for event in called for i in guards[event.name] if {self._from(i), self._to(i)} <= ahead
            ]
            likely = {event.name for event, _ in self._best(onward, guards)}
            called = [event for event in called if event.name in likely] or called
            if len(called) > 1:
                return tuple(called), self.state
        event = called[0]
        jumps = [(event, i) for i in guards[event.name] if {self._from(i), self._to(i)} <= ahead]
        targets = {self._to(i) for _, i in self._best(jumps, guards)}
        return (event,), targets.pop() if len(targets) == 1 else self.state

    def _from(self, number: int) -> str:
        return self.lifecycle.transitions[number].origin

    def _to(self, number: int) -> str:
        return self.lifecycle.transitions[number].target

    @staticmethod
    def _best(
        ways: Iterable[tuple[LifecycleEvent, int]], guards: Mapping[str, Mapping[int, str]]
    ) -> list[tuple[LifecycleEvent, int]]:
        """
        The transitions whose guards hold; else those of which nobody knows; else the others.
        """
        ways = list(ways)
        for wanted in ("true", "unknown", "false"):
            found = [(event, i) for event, i in ways if guards[event.name][i] == wanted]
            if found:
                return sorted(found, key=lambda way: way[1])
        return []

    def _guards(self, event: LifecycleEvent, telling: Telling) -> dict[int, str]:
        """
        Whether the guards of an event's transitions hold once it has happened.
        """
        before = self.facts(telling.day)
        said = says(event, telling, before, self.pack, partial=self.partial)
        after = before | said | dict(telling.stated or {})
        return {
            i: self.law.guard(i, after, self.stage, telling.day)
            for i, each in enumerate(self.lifecycle.transitions)
            if each.event == event.name
        }

    def _ahead(self) -> set[str]:
        """
        The states that can be reached from the present one.
        """
        reached: set[str] = set()
        while True:
            more = {
                each.target
                for each in self.lifecycle.transitions
                if each.origin in reached or each.origin == self.state
            }
            if more <= reached:
                return reached
            reached |= more


# ---------------------------------------------------------------------------------------------------------------------
# Due days


class Unknown(Exception):
    """
    A day turns on what is not known.
    """


class NotYet(Exception):
    """
    A day is counted from something that has not happened.
    """


class DueDays:
    """
    The time limits on the day of judging.
    """

    def __init__(self, telling: _Telling) -> None:
        self.telling, self.pack, self.as_of = telling, telling.pack, telling.as_of
        self.facts = telling.facts(self.as_of)
        self.outcomes = telling.law.outcomes(self.pack, self.facts, telling.stage, self.as_of)

    def all(self) -> list[DueDay]:
        """
        Those of all rules that bind or may bind.
        """
        found: set[DueDay] = set()
        for name, rule in self.pack.rules.items():
            if rule.require is not None and self.outcomes[name] != "not_applicable":
                tests = [test for test in asked(rule.require) if is_limit(test)]
                for test in tests:
                    found |= set(self._of_test(rule, test))
                if not tests and rule.due is not None and not isinstance(rule.due, str | DayFact):
                    found |= set(self._of_due(rule))
        found |= set(self._of_clocks())
        return sorted(found, key=str)

    # -- kinds

    def _of_test(self, rule: Rule, test: Any) -> Iterator[DueDay]:
        match test:
            case CoversMonths():
                yield from self._months(rule, test)
            case Within(DayFact(event), least, most, after):
                yield from self._window(rule, event, Shift(after, most, 1), Shift(after, least, 1))
            case CompareDays(DayFact(event), "<=" | "<" as operator, bound):
                yield from self._window(rule, event, bound, None, less=operator == "<")
            case CompareDays(bound, _, DayFact(event)):
                yield from self._window(rule, event, bound, None, less=test.operator == ">")

    def _window(self, rule: Rule, event: str, closes: Any, opens: Any, *, less: bool = False) -> Iterator[DueDay]:
        try:
            due_on = self.day(closes)
            opens_on = None if opens is None else self.day(opens)
        except (Unknown, NotYet):
            return
        if due_on is None:
            return
        due_on -= less * ONE_DAY
        done = self.facts.get(event)
        if done is not None and done is not False and done > self.as_of:
            done = False
        if done is None:
            status = "running" if self.as_of <= due_on else "unknown"
        elif done is False:
            status = "running" if self.as_of <= due_on else "missed"
        else:
            status = "met" if done <= due_on and (opens_on is None or opens_on <= done) else "missed"
        if status == "missed" and self._still_due(rule):
            status = "running"
        yield from self._settled(rule, due_on, opens_on, status)

    def _of_due(self, rule: Rule) -> Iterator[DueDay]:
        try:
            due_on = self.day(rule.due)
        except (Unknown, NotYet):
            return
        if due_on is None:
            return
        required = self.telling.law.required[rule.id]
        done = self.telling.law.outcomes(required, self.facts, self.telling.stage, self.as_of)[rule.id]
        if self.outcomes[rule.id] == "met" and any(isinstance(part, AsOf) for part in walk(rule.require)):
            yield from self._again(rule)
            return
        status = "met" if done == "met" else "running"
        if done not in ("met", "pending") and self.as_of > due_on:
            status = "missed" if self.outcomes[rule.id] == "violated" else "unknown"
        yield from self._settled(rule, due_on, None, status)

    def _again(self, rule: Rule) -> Iterator[DueDay]:
        """
        What is done, and will be asked again: until the day before it will not do any more. Looked for month by month.
        """
        required = self.telling.law.required[rule.id]
        facts = dict(self.facts)
        for path, value in self.facts.items():
            fact = self.pack.fact(path)
            if fact is not None and fact.type == "event_date" and value and value > self.as_of:
                facts[path] = False

        def will_do(day: date) -> bool:
            return self.telling.law.outcomes(required, facts, self.telling.stage, day)[rule.id] == "met"

        good, last = self.as_of, self.as_of + 800 * ONE_DAY
        if will_do(last):
            return
        while (following := last_of(good) + ONE_DAY) <= last and will_do(following):
            good = following
        while will_do(good + ONE_DAY):
            good += ONE_DAY
        yield DueDay(rule.id, good, None, "running")

    def _months(self, rule: Rule, test: CoversMonths) -> Iterator[DueDay]:
        try:
            start = self.day(test.start)
        except (Unknown, NotYet):
            return
        try:
            end = self.day(test.end)
        except NotYet:
            end = None
        except Unknown:
            return
        if start is None or start > self.as_of:
            return
        over = end is not None and end <= self.as_of
        first = start if start.day == 1 else last_of(start) + ONE_DAY
        months = whole_months(first, end if over and end else last_of(max(first, self.as_of)))
        if not months:
            return
        listed = self.facts.get(test.fact)
        missing = [month for month in months if last_of(month) < self.as_of and f"{month:%Y-%m}" not in (listed or ())]
        due_on = last_of(missing[0] if missing else months[-1])
        if listed is None:
            status = "running" if self.as_of <= due_on else "unknown"
        elif missing:
            status = "missed"
        else:
            status = "running" if self.as_of <= due_on else "met"
        if self.outcomes[rule.id] == "met" and status == "running":
            yield DueDay(rule.id, due_on, None, status)
        else:
            yield from self._settled(rule, due_on, None, status)

    def _of_clocks(self) -> Iterator[DueDay]:
        for clock in self.telling.lifecycle.clocks:
            limit = self.telling.figure(clock.limit, self.as_of)
            start, end = self._run_of(clock)
            outcome = self.outcomes[clock.rule]
            if start is None or limit is None or outcome == "not_applicable":
                continue
            due_on, until = counted(start, limit), end or self.as_of
            taken = working_days(start, until, limit)
            status = "met" if end else "running"
            if until > due_on if taken is None else taken > limit:
                status = "missed" if outcome == "violated" else "unknown"
            yield DueDay(clock.rule, due_on, None, status)

    def _run_of(self, clock: Clock) -> tuple[date | None, date | None]:
        """
        When a clock was last started, and when it was stopped; neither, if nobody knows whether it was.
        """
        start: date | None = None
        end: date | None = None
        for telling in self.telling.told:
            name = telling.event.name if telling.event else None
            if end is None and clock.end in {event.name for event in telling.choices}:
                start = None
            if name == clock.end and start is not None and end is None:
                end = telling.day
            if name == clock.start:
                start, end = telling.day, None
        return start, end

    def _still_due(self, rule: Rule) -> bool:
        if rule.due is None or isinstance(rule.due, str):
            return False
        try:
            day = self.day(rule.due)
        except (Unknown, NotYet):
            return True
        return day is None or self.as_of <= day

    def _settled(self, rule: Rule, due_on: date, opens_on: date | None, status: str) -> Iterator[DueDay]:
        """
        A time limit, so that it says no other than the judge: a duty that is met in another way has none.
        """
        outcome = self.outcomes[rule.id]
        if outcome == "met" and status != "met":
            return
        if status in ("missed", "unknown") and outcome == "pending":
            status = "running"  # its stage still gives it time
        if status == "missed" and outcome != "violated":
            status = "unknown"
        yield DueDay(rule.id, due_on, opens_on, status)

    # -- days

    def day(self, term: Any) -> date | None:
        """
        The day that an operand names, the earliest where a calendar is missing; None where nobody set one.
        """
        match term:
            case DayLiteral(day):
                return day
            case AsOf():
                return self.as_of
            case DayParameter(name):
                return self._figure(name)
            case DayFact(fact, kind):
                value = self._fact(fact)
                if kind == "event_date" and (value is False or value > self.as_of):
                    raise NotYet
                return None if value is False else value
            case Later(first, second):
                return max((day for day in (self.day(first), self.day(second)) if day), default=None)
            case FirstSet(first, second):
                return self.day(first) or self.day(second)
            case DayOfYear(month, day_of_month, year):
                number = self._number(year)
                return None if number is None else date(number, month, min(day_of_month, monthrange(number, month)[1]))
            case StartOf(unit, inner):
                start = self.day(inner)
                return start and date(start.year, start.month if unit == "month" else 1, 1)
            case Shift(inner, span, sign):
                start = self.day(inner)
                return start and self._moved(start, span, sign)
        raise TypeError(term)

    def _moved(self, day: date, span: Any, sign: int) -> date:
        number = self._figure(span.parameter) if isinstance(span, FigureSpan) else span.n
        if span.unit == "d":
            return day + sign * number * ONE_DAY
        if span.unit == "wd":
            return counted(day, number, sign)
        months = day.year * 12 + day.month - 1 + sign * number * (12 if span.unit == "y" else 1)
        year, month = months // 12, months % 12 + 1
        return date(year, month, min(day.day, monthrange(year, month)[1]))

    def _fact(self, name: str) -> Any:
        value = self.facts.get(name)
        if value is None:
            raise Unknown
        return value

    def _figure(self, name: str) -> Any:
        value = self.telling.figure(name, self.as_of)
        if value is None:
            raise Unknown
        return value

    def _number(self, term: Any) -> int | None:
        match term:
            case NumberLiteral(value, _):
                return int(value)
            case NumberFact(fact, _):
                return int(self._fact(fact))
            case NumberParameter(name, _):
                return int(self._figure(name))
            case YearOf(day):
                found = self.day(day)
                return None if found is None else found.year
            case Plus(inner, by):
                number = self._number(inner)
                return None if number is None else number + by
        raise TypeError(term)


def asked(condition: Any) -> Iterator[Any]:
    """
    The comparisons that a requirement is made of, all or some of which must hold.
    """
    match condition:
        case AllOf(items) | AnyOf(items):
            for item in items:
                yield from asked(item)
        case Named(_, item):
            yield from asked(item)
        case Within() | CompareDays() | CoversMonths() | Happened():
            yield condition


def is_limit(test: Any) -> bool:
    """
    Whether a comparison says until when an event must have happened, by a day that can be told before it has come.
    """
    match test:
        case CoversMonths() | Within(DayFact(_, "event_date")):
            return True
        case CompareDays(DayFact(_, "event_date"), "<=" | "<", bound) | CompareDays(
            bound, ">=" | ">", DayFact(_, "event_date")
        ):
            return not (isinstance(bound, DayFact) and bound.type == "event_date") and "AsOf()" not in repr(bound)
    return False


def counted(start: date, number: int, sign: int = 1) -> date:
    """
    The n-th working day from a day. Of a year that is not published every day is worked.
    """
    day = start
    while number:
        day += sign * ONE_DAY
        if not published(day.year) or works(day):
            number -= 1
    return day


def whole_months(start: date, until: date) -> list[date]:
    """
    The first days of the calendar months that lie wholly between two days.
    """
    month = start if start.day == 1 else last_of(start) + ONE_DAY
    found = []
    while last_of(month) <= until:
        found.append(month)
        month = last_of(month) + ONE_DAY
    return found


def last_of(day: date) -> date:
    """
    The last day of a month.
    """
    return day.replace(day=monthrange(day.year, day.month)[1])


# ---------------------------------------------------------------------------------------------------------------------
# The tracker's own account, in the same words


def as_story(track: Any) -> Story:
    """
    What the tracker says, in the form of a story.
    """
    counted_lines = [passage for passage in track.passages if passage.how != "not_counted"]
    breaches = [Broken(each.rule, each.on, each.line, each.cured_on) for each in track.breaches]
    deadlines = {DueDay(each.rule, each.due_on, each.opens_on, each.status) for each in track.deadlines}
    return Story(
        tuple(sorted((passage.record.line, passage.target) for passage in counted_lines)),
        track.state,
        tuple(sorted(breaches, key=str)),
        tuple(sorted(deadlines, key=str)),
    )


def differences(naive: Story, tracker: Story) -> dict[str, Any]:
    """
    Where two stories differ: of each part what only the one and only the other says.
    """
    return {
        part: {"naive": only(getattr(naive, part), getattr(tracker, part)), "tracker": only(getattr(tracker, part), getattr(naive, part))}
        for part in Story._fields
        if getattr(naive, part) != getattr(tracker, part)
    }  # fmt: skip


def only(these: Any, those: Any) -> Any:
    """
    What stands in one of two lists and not in the other, as JSON has it.
    """
    if isinstance(these, str):
        return these
    return json.loads(json.dumps([each for each in these if each not in those], default=str))
