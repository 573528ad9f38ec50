"""
What faults in a city's lifecycle its histories notice.

    python benchmarks/lifecycle_faults.py CITY… [--jobs 1] [-k WORD]

One fault at a time is planted in the ``lifecycle`` of the pack: an effect, the documents or another name of an event is
dropped; a transition is dropped, leads nowhere, or has its condition turned round or taken away; the stage of a state,
a clock, a value for what is not recorded, or what begins anew each year is dropped. Then the histories in
tests/histories that the fault can reach are run. A fault that none of them notices is printed; so is the count. Exit
code 1 if any survives.
"""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import test_histories
from govit_rules import load_pack
from govit_rules.conditions import ALWAYS, Not
from govit_rules.lifecycle import Tracker
from govit_rules.machine import Machine, ahead

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govit_rules.packs import Lifecycle, LifecycleEvent


@dataclass(frozen=True)
class Fault:
    """
    A lifecycle with one fault; ``names`` are the events it can touch, None: any.
    """

    what: str
    lifecycle: Lifecycle
    names: frozenset[str] | None


def faults(lifecycle: Lifecycle) -> Iterator[Fault]:
    """
    The faults that can be planted in a lifecycle.
    """
    for event in lifecycle.events.values():
        names = frozenset((event.name, *event.also))
        for what, wrong in _wrong_events(event):
            yield Fault(f"{event.name}: {what}", _with(lifecycle, event, wrong), names)
    for i, each in enumerate(lifecycle.transitions):
        event = lifecycle.events[each.event]
        names = frozenset((event.name, *event.also))
        others = (*lifecycle.transitions[:i], *lifecycle.transitions[i + 1 :])
        where = f"{each.origin} ─{each.event}→ {each.target}"
        yield Fault(f"{where}: dropped", replace(lifecycle, transitions=others), None)
        wrong = [("leads nowhere", replace(each, target=each.origin))] if each.target != each.origin else []
        if each.when != ALWAYS:
            wrong.append(("condition turned round", replace(each, when=Not(each.when))))
            wrong.append(("without its condition", replace(each, when=ALWAYS)))
        for what, other in wrong:
            put = (*lifecycle.transitions[:i], other, *lifecycle.transitions[i + 1 :])
            yield Fault(f"{where}: {what}", replace(lifecycle, transitions=put), names)
    for state in lifecycle.stages:
        left = {name: stage for name, stage in lifecycle.stages.items() if name != state}
        yield Fault(f"state {state}: no stage", replace(lifecycle, stages=left), None)
    for part in ("unrecorded", "clocks", "yearly"):
        listed = getattr(lifecycle, part)
        for i, each in enumerate(listed):
            what = getattr(each, "fact", None) or f"no. {i + 1}"
            left = replace(lifecycle, **{part: (*listed[:i], *listed[i + 1 :])})
            yield Fault(f"{part} {what}: dropped", left, None)
    for i, yearly in enumerate(lifecycle.yearly):
        for j, setting in enumerate(yearly.resets):
            wrong_year = replace(yearly, resets=(*yearly.resets[:j], *yearly.resets[j + 1 :]))
            put = (*lifecycle.yearly[:i], wrong_year, *lifecycle.yearly[i + 1 :])
            yield Fault(f"yearly {setting.fact}: dropped", replace(lifecycle, yearly=put), None)


def _wrong_events(event: LifecycleEvent) -> Iterator[tuple[str, LifecycleEvent]]:
    for i, setting in enumerate(event.sets):
        yield f"does not set {setting.fact}", replace(event, sets=(*event.sets[:i], *event.sets[i + 1 :]))
    if event.documents:
        yield f"documents do not go to {event.documents}", replace(event, documents=None)
    for name in event.also:
        yield f"is not called {name}", replace(event, also=tuple(each for each in event.also if each != name))


def _with(lifecycle: Lifecycle, event: LifecycleEvent, wrong: LifecycleEvent) -> Lifecycle:
    return replace(lifecycle, events={**lifecycle.events, event.name: wrong})


def noticed(city: str, fault: Fault, tracker: Tracker) -> bool:
    """
    Whether a history of a city fails on a faulty lifecycle. The tables of the pack stay: its rules are the same.
    """
    tracker.lifecycle, tracker.ahead = fault.lifecycle, ahead(fault.lifecycle)
    tracker.machine = Machine(fault.lifecycle)
    for history in (case.values[1] for case in test_histories.histories() if case.values[0] == city):
        if fault.names is None or any(event["event"] in fault.names for event in history["events"]):
            try:
                test_histories.test_history(city, history)
            except Exception:  # a fault may well break the tracker: that is noticing it
                return True
    return False


def survivors(city: str, word: str | None) -> tuple[str, int, list[str]]:
    """
    How many faults were planted in a city's lifecycle, and which no history notices.
    """
    tracker = Tracker(load_pack(city))
    given: Any = tracker.lifecycle
    test_histories.tracker = lambda _city: tracker  # type: ignore[assignment]
    if noticed(city, Fault("none", given, None), tracker):
        raise SystemExit(f"{city}: a history fails without any fault")
    planted = [fault for fault in faults(given) if word is None or word in fault.what]
    left = []
    for i, fault in enumerate(planted, 1):
        if not noticed(city, fault, tracker):
            left.append(fault.what)
        if sys.stderr.isatty():
            print(f"\r{city} {i}/{len(planted)}", end="\n" * (i == len(planted)), file=sys.stderr)
    return city, len(planted), left


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cities", nargs="+", metavar="CITY")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("-k", dest="word", help="only faults whose description has this")
    options: Any = parser.parse_args(arguments)
    failed = False
    with ProcessPoolExecutor(options.jobs) as pool:
        for city, planted, left in pool.map(survivors, options.cities, [options.word] * len(options.cities)):
            print(f"{city}: {planted} faults planted, {len(left)} not noticed", flush=True)
            for what in left:
                print(f"    {what}")
            failed |= bool(left)
    return 1 if failed else 0


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main())
