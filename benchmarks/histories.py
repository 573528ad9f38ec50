"""
Whether the tracker and the naive re-computation of the tests agree, on histories drawn at random.

    python benchmarks/histories.py CITY… [--histories 20000] [--seed 1] [--jobs 2] [--partial 0.3] [--every-day]

CITY is a city or a pack file. Histories mostly follow the transitions of the pack, with skips, repeats, wrong orders,
unknown names, duplicates, late entries, withdrawals and contradictions, and with facts that decide guards and rules.
Their days are few in each batch, since a judge is made for each day: one to start from, those one before, at and after
the ends of time limits, the turn of a year. Compared are the state after every event, the breaches (rule, day, line,
day of cure) and the time limits (rule, first and last day, status). Prints how many differ, and the first of these as
JSON, made as short as they still differ. Exit code 1 if any differ.

``--every-day`` has the naive side ask every rule on every day, which is slow: else only those that have changed between
two events are asked day by day.
"""

# ruff: noqa: S311 - nothing here is secret

from __future__ import annotations

import argparse
import json
import operator
import random
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from govit_rules import load_pack
from govit_rules.conditions import DayFact, FigureSpan, Happened, Is, Lists, NumberLiteral, OneOf, walk
from govit_rules.events import records_of
from govit_rules.library import load_pack_file
from govit_rules.lifecycle import Tracker
from govit_rules.values import Span, shift
from naive_tracker import NaiveTracker, as_story, differences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govit_rules.packs import Pack, Transition
    from naive_tracker import Story

JUDGES: Final = 8  # of the last days that a pack keeps
CASES: Final = Path(__file__).parents[1] / "tests" / "cases"
_UNKNOWN: Final = ("剪彩", "申请", "盖章", "验收合", "补充资料", "资料更新")


@dataclass
class History:
    """
    A record of events and how it is looked at; ``events`` are as they stand in a file.
    """

    events: list[dict[str, Any]]
    as_of: date
    given: dict[str, Any] = field(default_factory=dict)
    partial: bool = False

    def shown(self) -> dict[str, Any]:
        """
        As JSON has it.
        """
        return {"events": self.events, "as_of": str(self.as_of), "given": self.given, "partial": self.partial}


# ---------------------------------------------------------------------------------------------------------------------
# Drawing


class Drawer:
    """
    Draws histories of one pack; `new_days` chooses the days of a batch.
    """

    def __init__(self, pack: Pack, rng: random.Random, partial: float) -> None:
        assert pack.lifecycle is not None
        self.pack, self.lifecycle, self.rng, self.partial = pack, pack.lifecycle, rng, partial
        parts = list(walk(tuple(pack.conditions()))) + list(
            walk(tuple(each.when for each in self.lifecycle.transitions))
        )
        self.spans = _spans(pack, parts)
        self.amounts = {part.value for part in parts if isinstance(part, NumberLiteral) and part.type == "money"}
        self.amounts |= {
            value for each in pack.parameters.values() if each.type == "money" for _, value in each.values if value
        }
        self.counts = {part.value for part in parts if isinstance(part, NumberLiteral) and part.type == "int"}
        self.counts |= {
            value for each in pack.parameters.values() if each.type == "int" for _, value in each.values if value
        }
        guards = {name for each in self.lifecycle.transitions for name in _facts(each.when)}
        self.read = sorted((pack.facts_read | guards) - {"stage"})
        self.told = {setting.fact for event in self.lifecycle.events.values() for setting in event.sets}
        self.deciding = {name for name in _facts(pack.applies) if not name.startswith("$")}
        self.limits = [rule for rule in pack.rules.values() if _spans_in((rule.require, rule.due), pack)]
        self.setters = {
            setting.fact: event.name
            for event in self.lifecycle.events.values()
            for setting in event.sets
            if setting.taken == "day"
        }
        self.span = Span(1, "y")
        self.plain = [
            name for name in self.lifecycle.events if not any(t.event == name for t in self.lifecycle.transitions)
        ]
        self.base = _base(pack)
        self.days: list[date] = []

    def new_days(self) -> None:
        """
        Other days: a start, and days about the ends of one or two time limits that run from it.
        """
        rng = self.rng
        regulation = self.pack.regulation
        begin = max(regulation.effective or regulation.issued or date(2020, 1, 1), date(2020, 1, 1))
        start = begin + timedelta(days=rng.randrange(-2, (date(2026, 6, 1) - begin).days))
        if rng.random() < 0.25:
            start = date(start.year, 12, 31) - timedelta(days=rng.choice((0, 0, 1, 11, 20)))
        self.span = rng.choice(self.spans)
        end = shift(start, self.span).first
        about = [end + timedelta(days=n) for n in (0, 1, -1)]
        days = [start, *(day for day in about if day < date(2040, 1, 1))]
        if rng.random() < 0.6:
            days.append(shift(end, rng.choice(self.spans)).first + timedelta(days=rng.choice((-1, 0, 1))))
        while len(days) + 2 * self._years(days) > JUDGES and len(days) > 2:
            del days[-1]
        self.days = sorted(set(days))

    def _years(self, days: list[date]) -> int:
        """
        How often a year turns on which something is asked anew: then there are two more days to judge on.
        """
        return max(days).year - min(days).year if self.lifecycle.yearly else 0

    def history(self) -> History:
        """
        One history.
        """
        rng = self.rng
        events = list(self._events(rng.randint(1, 12)))
        for _ in range(rng.choice((0, 0, 1, 1, 2))):
            events = self._about_a_limit(events)
        days = sorted(rng.choice(self.days) for _ in events)
        if rng.random() < 0.15:
            rng.shuffle(days)
        for event, day in zip(events, days, strict=True):
            event["date"] = day.isoformat()
            self._date_facts(event, day)
        for _ in range(2):
            if rng.random() < 0.08:
                events.insert(rng.randint(0, len(events)), json.loads(json.dumps(rng.choice(events))))
            if rng.random() < 0.06:
                self._withdraw(events)
        as_of = self.days[-1] if rng.random() < 0.6 else rng.choice(self.days)
        return History(events, as_of, self._given(), rng.random() < self.partial)

    def _withdraw(self, events: list[dict[str, Any]]) -> None:
        """
        An entry withdraws another, mostly one that stands before it; by itself, or in its place.
        """
        wrong, right = sorted(self.rng.choices(range(len(events)), k=2), reverse=self.rng.random() < 0.1)
        told = {key: events[wrong][key] for key in ("date", "event")}
        if self.rng.random() < 0.5:
            events[right]["withdraws"] = told
        else:
            day = self.rng.choice(self.days).isoformat()
            events.insert(right + 1, {"date": day, "event": "补充资料", "withdraws": told})

    def _events(self, number: int) -> Iterator[dict[str, Any]]:
        state, names = self.lifecycle.initial, [""]
        if self.rng.random() < 0.5:  # a life is long: in the midst of it
            state = self.rng.choice(self.lifecycle.transitions).origin
        for _ in range(number):
            chance, transition = self.rng.random(), None
            leaving = self.lifecycle.leaving(state)
            if chance < 0.68 and leaving:
                onward = [each for each in leaving if self.lifecycle.leaving(each.target)]
                transition = self.rng.choice(onward if onward and self.rng.random() < 0.85 else leaving)
                name = transition.event
            elif chance < 0.76:
                transition = self.rng.choice(self.lifecycle.transitions)
                name = transition.event
            elif chance < 0.82 and len(names) > 1:
                name = self.rng.choice(names[1:])
            elif chance < 0.94 and self.plain:
                name = self.rng.choice(self.plain)
            elif chance < 0.97:
                name = self.rng.choice(sorted(self.lifecycle.events))
            else:
                name = self.rng.choice(_UNKNOWN)
            if transition is not None:
                state = transition.target
            names.append(name)
            yield self._event(name, transition)

    def _event(self, name: str, transition: Transition | None) -> dict[str, Any]:
        rng = self.rng
        event = self.lifecycle.events.get(name)
        facts: dict[str, Any] = {}
        if transition is not None and rng.random() < 0.7:
            facts |= self._deciding(transition)
        for path in rng.sample(self.read, min(len(self.read), rng.choice((0, 0, 0, 1, 1, 2, 4)))):
            facts[path] = self._value(path)
        if event is not None and event.sets and rng.random() < 0.06:  # a contradiction, or the same once more
            setting = rng.choice(event.sets)
            facts[setting.fact] = self._value(setting.fact)
        for path in self.deciding & set(facts):  # where nothing applies, nothing is tried
            if rng.random() < 0.9:
                del facts[path]
        if facts and rng.random() < 0.03:
            facts[rng.choice(sorted(facts))] = None
        recorded: dict[str, Any] = {"date": "", "event": name}
        if event is not None and event.also and rng.random() < 0.3:
            recorded["event"] = rng.choice(event.also)
        if event is not None and event.documents and rng.random() < 0.6:
            values = self.pack.fact(event.documents).values or {}  # type: ignore[union-attr]
            recorded["documents"] = rng.sample(sorted(values), rng.randint(0, len(values)))
        return recorded | ({"facts": _nested(facts)} if facts else {})

    def _about_a_limit(self, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """
        The events on which a time limit turns, put in among others.
        """
        rng = self.rng
        rules = [rule for rule in self.limits if self.span in _spans_in((rule.require, rule.due), self.pack)]
        rule = rng.choice(rules if rules and rng.random() < 0.8 else self.limits or list(self.pack.rules.values()))
        dated = [part for part in walk((rule.require, rule.due)) if isinstance(part, DayFact)]
        facts = list(dict.fromkeys(part.fact for part in reversed(dated)))
        if rng.random() < 0.15:
            rng.shuffle(facts)
        for i, path in enumerate(facts):
            if path in self.setters and rng.random() < 0.8:
                told = {"date": "", "event": self.setters[path]}
            else:
                told = {"date": "", "event": "补充资料", "facts": _nested({path: self._value(path)})}
            if i == 0 and rng.random() < 0.7 and (holding := self._holding(rule.when)):
                told["facts"] = _nested({**dict(_paths(told.get("facts") or {})), **holding})
            if rng.random() < 0.9:
                events.insert(rng.randint(min(i, len(events)), len(events)), told)
        return events[:14]

    def _deciding(self, transition: Transition) -> dict[str, Any]:
        """
        Facts that make a guard true, mostly.
        """
        facts = self._holding(transition.when)
        for path in list(facts):
            if self.rng.random() < 0.12:
                facts[path] = self._value(path)
            elif path in self.told and self.rng.random() < 0.5:
                del facts[path]
        return facts

    def _holding(self, condition: Any) -> dict[str, Any]:
        """
        Facts that make the tests of a condition true.
        """
        facts: dict[str, Any] = {}
        for part in walk(condition):
            match part:
                case Is(fact, expected):
                    facts[fact] = expected
                case OneOf(fact, values, negated):
                    codes = set(self.pack.fact(fact).values or ()) - set(values) if negated else values  # type: ignore[union-attr]
                    facts[fact] = self.rng.choice(sorted(codes))
                case Lists(fact, quantifier, values):
                    facts[fact] = [] if quantifier == "none_of" else list(values)
                case Happened(fact, expected):
                    facts[fact] = self._value(fact) if expected else False
        facts.pop("stage", None)
        return facts

    def _value(self, path: str) -> Any:
        rng, fact = self.rng, self.pack.fact(path)
        assert fact is not None, path
        codes = sorted(fact.values or ())
        match fact.type:
            case "bool":
                return rng.random() < 0.6
            case "enum":
                return rng.choice(codes)
            case "enum_list":
                return rng.sample(codes, rng.choice((0, len(codes), rng.randint(0, len(codes)))))
            case "money":
                amount = rng.choice(sorted(self.amounts)) if self.amounts else Decimal(1_000_000)
                return float(max(Decimal(0), amount + rng.choice((0, 0, Decimal("0.01"), Decimal("-0.01")))))
            case "int":
                return max(0, (rng.choice(sorted(self.counts)) if self.counts else 3) + rng.choice((-1, 0, 1)))
            case "year":
                return rng.choice(self.days).year + rng.choice((-1, 0, 0, 1))
            case "month_list":
                return sorted({f"{rng.choice(self.days):%Y-%m}" for _ in range(rng.randint(0, 3))})
            case "text":
                return "文字"
            case "date":
                return rng.choice(self.days).isoformat()
        return (
            False if rng.random() < 0.15 else rng.choice((*self.days, self.days[-1] + timedelta(days=40))).isoformat()
        )

    def _date_facts(self, event: dict[str, Any], day: date) -> None:
        """
        Dates recorded with an event are mostly its own.
        """
        for section in (event.get("facts") or {}).values():
            for name, value in section.items() if isinstance(section, dict) else ():
                if isinstance(value, str) and value[:2] == "20" and len(value) == 10 and self.rng.random() < 0.5:
                    section[name] = day.isoformat()

    def _given(self) -> dict[str, Any]:
        """
        Nothing; or the project of the city's cases, mostly with all that it leaves open, some of it otherwise.
        """
        rng = self.rng
        if rng.random() < 0.1:
            return {}
        facts = {path: value for path, value in self.base.items() if path not in self.told or rng.random() < 0.1}
        if rng.random() < 0.7:
            facts |= {path: self._value(path) for path in self.read if path not in facts and path not in self.told}
        elif rng.random() < 0.5:
            facts = {path: value for path, value in facts.items() if rng.random() < 0.9}
        for path in rng.sample(self.read, min(len(self.read), rng.choice((0, 0, 1, 3)))):
            if path not in self.deciding or rng.random() < 0.1:
                facts[path] = self._value(path)
        return _nested(facts)


def _spans(pack: Pack, parts: Any) -> list[Span]:
    """
    The lengths of time in a pack, and two others.
    """
    clocks = [FigureSpan(clock.limit, "wd") for clock in (pack.lifecycle.clocks if pack.lifecycle else ())]
    return sorted({Span(31, "d"), Span(1, "y")} | _spans_in((tuple(parts), tuple(clocks)), pack), key=str)


def _spans_in(node: Any, pack: Pack) -> set[Span]:
    """
    The lengths of time that something names, of whatever figure.
    """
    spans = set()
    for part in walk(node):
        if isinstance(part, FigureSpan):
            spans |= {Span(value, part.unit) for _, value in pack.parameters[part.parameter].values if value}
        elif isinstance(part, Span) and part.n:
            spans.add(part)
    return spans


def _facts(condition: Any) -> set[str]:
    return {part.fact for part in walk(condition) if hasattr(part, "fact")}


@cache
def _yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _base(pack: Pack) -> dict[str, Any]:
    """
    The project to which the cases of a city add; of a pack without cases, one that is not classified.
    """
    path = CASES / pack.city / "base.yaml"
    facts: dict[str, Any] = {}
    for name, value in _paths(_yaml(path) if path.exists() else {"classified": False}):
        facts[name] = value.isoformat() if isinstance(value, date) else value
    facts.pop("stage", None)
    return facts


def _paths(nested: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in nested.items():
        if isinstance(value, dict):
            yield from ((f"{name}.{key}", item) for key, item in value.items())
        else:
            yield name, value


def _nested(facts: dict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for path, value in facts.items():
        section, _, name = path.rpartition(".")
        (data.setdefault(section, {}) if section else data)[name] = value
    return data


# ---------------------------------------------------------------------------------------------------------------------
# Comparing


class Comparison:
    """
    Both trackers of one pack, and the CPU seconds that each has taken.
    """

    def __init__(self, pack: Pack, *, every_day: bool = False) -> None:
        self.pack, self.tracker, self.naive = pack, Tracker(pack), NaiveTracker(pack, every_day=every_day)
        self.seconds: Counter[str] = Counter()

    def compare(self, history: History) -> tuple[dict[str, Any], Story | None]:
        """
        In what the two differ (empty: in nothing), and what the naive one says. A tracker that fails differs.
        """
        about: dict[str, Any] = {"as_of": history.as_of, "given": history.given, "partial": history.partial}
        began = time.process_time()
        try:
            track = self.tracker.track(records_of(history.events, self.pack), **about)
        except Exception as error:
            return {"tracker raised": repr(error)[:500]}, None
        between = time.process_time()
        story = self.naive.story(history.events, **about)
        self.seconds += Counter({"tracker": between - began, "naive": time.process_time() - between})  # type: ignore[dict-item]
        return differences(story, as_story(track)), story

    def shortest(self, history: History) -> History:
        """
        A part of a history on which they still differ, without whatever can be left out.
        """
        parts = set(self.compare(history)[0])
        shorter = True
        while shorter:
            shorter = False
            for smaller in _smaller(history):
                if parts & set(self.compare(smaller)[0]):
                    history, shorter = smaller, True
                    break
        return history


def _smaller(history: History) -> Iterator[History]:
    def less(**changed: Any) -> History:
        return History(**{**vars(history), **changed})

    for i in range(len(history.events)):
        if len(history.events) > 1:
            yield less(events=history.events[:i] + history.events[i + 1 :])
    for given in _less_facts(history.given):
        yield less(given=given)
    for i, event in enumerate(history.events):
        for facts in _less_facts(event.get("facts") or {}):
            changed = {**event, "facts": facts} if facts else {k: v for k, v in event.items() if k != "facts"}
            yield less(events=[*history.events[:i], changed, *history.events[i + 1 :]])
        if "documents" in event:
            changed = {key: value for key, value in event.items() if key != "documents"}
            yield less(events=[*history.events[:i], changed, *history.events[i + 1 :]])
    if history.partial:
        yield less(partial=False)


def _less_facts(facts: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name, value in facts.items():
        yield {key: item for key, item in facts.items() if key != name}
        if isinstance(value, dict) and len(value) > 1:
            for inner in value:
                yield {**facts, name: {key: item for key, item in value.items() if key != inner}}


# ---------------------------------------------------------------------------------------------------------------------
# Running


@dataclass
class Result:
    """
    What some batches came to; ``tally`` counts what the histories have in them.
    """

    shown: int
    histories: int = 0
    different: list[dict[str, Any]] = field(default_factory=list)
    differing: int = 0
    tally: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)

    def add(self, other: Result) -> None:
        """
        Add another's.
        """
        self.histories += other.histories
        self.differing += other.differing
        self.different = (self.different + other.different)[: self.shown]
        self.tally += other.tally
        self.seconds += other.seconds


@cache
def comparison(city: str, every_day: bool) -> Comparison:
    """
    The two trackers of a city, or of a pack file; made once in a process.
    """
    return Comparison(load_pack_file(city) if city.endswith(".yaml") else load_pack(city), every_day=every_day)


def run_batch(city: str, seed: str, number: int, options: argparse.Namespace) -> Result:
    """
    One batch of histories, on the same days.
    """
    both = comparison(city, options.every_day)
    spent = both.seconds.copy()
    drawer = Drawer(both.pack, random.Random(seed), options.partial)
    drawer.new_days()
    result = Result(options.show)
    for _ in range(number):
        history = drawer.history()
        found, story = both.compare(history)
        result.histories += 1
        result.tally += tally(history, story)
        result.differing += bool(found)
        if found and len(result.different) < options.show:
            history = both.shortest(history)
            result.different.append({**history.shown(), "differences": both.compare(history)[0]})
    result.seconds = both.seconds - spent
    both.naive.law.forget()
    return result


def tally(history: History, story: Story | None) -> Counter[str]:
    """
    What a history has in it: a count of it shows whether the drawing tries what it should.
    """
    if story is None:
        return Counter()
    states = [state for _, state in story.states]
    found = Counter({"events": len(history.events), "changes of state": sum(map(operator.ne, states, states[1:]))})
    found["breaches by an event"] = sum(each.line is not None for each in story.breaches)
    found["breaches by time"] = sum(each.line is None for each in story.breaches)
    found["breaches put right"] = sum(each.cured_on is not None for each in story.breaches)
    found.update(f"deadlines {each.status}" for each in story.deadlines)
    return found


def run(city: str, options: argparse.Namespace) -> Result:
    """
    All batches of a city.
    """
    full, rest = divmod(options.histories, options.batch)
    sizes = [options.batch] * full + [rest] * bool(rest)
    seeds = [f"{options.seed}:{Path(city).stem}:{i}" for i in range(len(sizes))]
    result = Result(options.show)
    with ProcessPoolExecutor(options.jobs) if options.jobs > 1 else nullcontext() as pool:
        each = pool.map if pool else map
        for done in each(run_batch, repeat(city), seeds, sizes, repeat(options)):
            result.add(done)
            if sys.stderr.isatty():
                print(f"\r{city} {result.histories} {result.differing} different", end="", file=sys.stderr)
    return result


def main() -> int:
    parser = argparse.ArgumentParser(description="The tracker and the naive re-computation on random histories.")
    parser.add_argument("cities", nargs="+", metavar="CITY")
    parser.add_argument("--histories", type=int, default=20_000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--batch", type=int, default=250, help="histories on the same days")
    parser.add_argument("--partial", type=float, default=0.3, help="how many of the records are not complete")
    parser.add_argument("--show", type=int, default=3, help="how many that differ are printed")
    parser.add_argument("--every-day", action="store_true", help="ask every rule on every day")
    options = parser.parse_args()
    differing = 0
    for city in options.cities:
        began = time.perf_counter()
        result = run(city, options)
        spent = time.perf_counter() - began
        equal = result.histories - result.differing
        times = ", ".join(f"{side} {seconds:.0f}" for side, seconds in result.seconds.items())
        print(f"{city}: {result.histories} histories, {equal} equal, {result.differing} different", end="; ")
        print(f"{spent:.0f} s ({times})")
        print("    " + ", ".join(f"{number} {kind}" for kind, number in sorted(result.tally.items())))
        for example in result.different:
            print(json.dumps(example, ensure_ascii=False))
        differing += result.differing
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
