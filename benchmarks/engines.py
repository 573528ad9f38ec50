"""
Whether both engines decide alike: generated projects, each judged by the one and by the other.

    python benchmarks/engines.py [CITY …] [--projects 20000] [--seed 1] [--jobs 1] [--whole 10]

A project has values at the edges of what the pack compares; three in four are changed so that the regulation applies
and, mostly, some rule bears; then from none to all of the facts are given. Compared are, of every project,
applicability, the outcome and needs of every rule, the status, completion and needs of every step, and the exit code;
of one in ``--whole``, the decision as JSON, with messages, explanations, readings and due days, apart from the engine's
name. Each city runs in a process of its own, so that its memory can be read; with ``--only durable`` it is that of the
second engine alone, and nothing is compared. Exit code 1 if any decision differs.
"""

# ruff: noqa: S311 - nothing here is secret

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

sys.path.insert(0, str(Path(__file__).parent))

from govit_rules import evaluate, load_pack
from govit_rules.evaluate import ENGINES
from govit_rules.facts import STAGES
from govit_rules.library import shipped_packs
from govit_rules.testing.edges import boundaries, distinct, judging_days, project_of
from govit_rules.testing.fitting import Fitting
from timing import machine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from govit_rules import Decision, Pack, Project

_MOST_DAYS: Final = 5  # a pack keeps the tables of eight
_SHOWN: Final = 5
# How many of its facts a project gives, and how often that comes up.
_SHARES: Final = (0.0, 0.1, 0.3, 0.6, 0.8, 0.9, 0.97, 1.0)
_OFTEN: Final = (1, 1, 3, 5, 15, 20, 25, 30)


@dataclass
class Report:
    """
    What one city came to.
    """

    city: str
    projects: int = 0
    whole: int = 0
    different: int = 0
    shown: list[str] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    memory: list[float] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        counts = zip(
            (self.projects, self.projects - self.different, self.different, self.whole), (9, 9, 11, 8), strict=True
        )
        row = f"{self.city:14}" + "".join(f"{count:>{width},}" for count, width in counts)
        taken = (self.seconds.get(engine, float("nan")) for engine in ENGINES)
        row += "".join(f"{1_000 * seconds / max(self.projects, 1):>10.2f}" for seconds in taken)
        return row + "".join(f"{megabytes:>8.0f}" for megabytes in self.memory)


def generated(pack: Pack, number: int, seed: int) -> Iterator[tuple[Project, date, str | None]]:
    """
    Projects with a day of judging and a stage (None: the project's own, if it gives one); the same for the same seed.
    """
    lot = random.Random(f"{pack.city} {seed}")
    days = judging_days(pack)[::2][:_MOST_DAYS]
    edges = {day: boundaries(pack, day) for day in days}
    fitting = {day: Fitting(pack, day, distinct(edges[day]), frozenset(), lot.choice) for day in days}
    aims = [rule.when for rule in pack.rules.values()]
    for _ in range(number):
        day, share = lot.choice(days), lot.choices(_SHARES, _OFTEN)[0]
        facts = {path: lot.choice(values) for path, values in edges[day].items()}
        if lot.random() < 0.75:
            fitting[day].aim(pack.applies, aims, facts)
        told = {path: value for path, value in facts.items() if lot.random() < share}
        yield project_of(told), day, lot.choice(STAGES) if lot.random() < 0.2 else None


def resident() -> float:
    """
    Megabytes of the process in memory now (Linux; elsewhere nan).
    """
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1_024 for line in lines if line.startswith("VmRSS:")), float("nan"))


def said(decision: Decision) -> dict[str, Any]:
    """
    What a decision says, in short.
    """
    found: dict[str, Any] = {"applies": decision.applies, "exit code": decision.exit_code}
    found |= {verdict.rule: (verdict.outcome, verdict.needs) for verdict in decision.verdicts}
    return found | {step.step: (step.status, step.done, step.needs) for step in decision.path}


def whole(decision: Decision) -> dict[str, Any]:
    """
    All that a decision says, but for the engine's name.
    """
    dumped = decision.model_dump()
    dumped["engine"].pop("name")
    return dumped


def differences(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """
    Where two dictionaries differ.
    """
    return [f"{key}: {one.get(key)} ≠ {other.get(key)}" for key in {**one, **other} if one.get(key) != other.get(key)]


def compared(city: str, number: int, seed: int, every: int, engines: tuple[str, ...]) -> Report:
    """
    Judge projects of a city by each engine, and compare what they say.
    """
    pack, report = load_pack(city), Report(city, seconds=dict.fromkeys(engines, 0.0))
    marks = {1, number // 4, number // 2, number}
    for project, day, stage in generated(pack, number, seed):
        decisions = []
        for engine in report.seconds:
            begun = time.process_time()
            decision = evaluate(project, pack, as_of=day, stage=stage, engine=engine)
            decision.path  # noqa: B018 - worked out when first asked for
            report.seconds[engine] += time.process_time() - begun
            decisions.append(decision)
        found = differences(said(decisions[0]), said(decisions[-1]))
        report.outcomes.update(verdict.outcome for verdict in decisions[0].verdicts)
        if report.projects % every == 0:
            report.whole += 1
            found = found or differences(whole(decisions[0]), whole(decisions[-1]))
        report.projects += 1
        if found:
            report.different += 1
            if len(report.shown) < _SHOWN:
                facts = json.dumps(project.model_dump(mode="json", exclude_none=True), ensure_ascii=False)
                report.shown.append(f"{'; '.join(found[:3])}\n    as_of {day} stage {stage}: {facts}")
        if report.projects in marks:
            report.memory.append(resident())
        if report.projects % 100 == 0 and sys.stderr.isatty():
            print(f"\r{city} {report.projects:,}/{number:,}", end="\n" * (report.projects == number), file=sys.stderr)
    return report


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cities", nargs="*", metavar="CITY", default=list(shipped_packs()))
    parser.add_argument("--projects", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--whole", type=int, default=10, metavar="N", help="compare every Nth decision as JSON")
    parser.add_argument("--only", choices=ENGINES, help="one engine alone, to read its memory")
    options: Any = parser.parse_args(arguments)
    print(machine())
    print(f"{'':56}{'CPU ms each':>15}{'RSS MB after':>32}")
    print(
        f"{'city':14}{'projects':>9}{'equal':>9}{'different':>11}{'as JSON':>8}{'compiled':>10}{'durable':>10}", end=""
    )
    print(f"{'1':>8}{'1/4':>8}{'1/2':>8}{'all':>8}", flush=True)
    different = 0
    apart = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.jobs, mp_context=apart, max_tasks_per_child=1) as pool:
        engines = (options.only,) if options.only else ENGINES
        given = [[value] * len(options.cities) for value in (options.projects, options.seed, options.whole, engines)]
        for report in pool.map(compared, options.cities, *given):
            print(report, flush=True)
            print(f"    {dict(report.outcomes.most_common())}")
            for text in report.shown:
                print(f"    {text}")
            different += report.different
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
