"""
How long a pack takes to be ready: from YAML, as kept by the cache, and the judge made of it.

    python benchmarks/bench_packs.py [--city luzhou] [--rounds 15]

Aims: from YAML ≤ 150 ms, as kept ≤ 5 ms. Beside them the floors: PyYAML alone on the same bytes, and unpickling alone.
"""

from __future__ import annotations

import argparse
import os
import pickle
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parent))

import yaml

from govit_rules import Project, evaluate
from govit_rules.library import shipped_packs
from govit_rules.pack_cache import cached_pack
from govit_rules.pack_reader import read_pack
from projects import AS_OF, texts
from timing import CLOCKS, machine

if TYPE_CHECKING:
    from collections.abc import Callable

    from govit_rules import Pack
    from timing import Clock

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def steps(content: bytes, name: str) -> dict[str, Callable[[], object]]:
    """
    What is timed for one pack.
    """
    pack = read_pack(content, name, shipped=True)
    kept = pickle.dumps(pack, protocol=pickle.HIGHEST_PROTOCOL)
    project = Project.model_validate_json(texts(1)[0])
    days = (date.fromisoformat(AS_OF) - timedelta(back) for back in range(1_000_000))

    def judged(times: int) -> None:
        # A day not asked for before has a judge of its own; its second project generates the code.
        day = next(days)
        for _ in range(times):
            evaluate(project, pack, as_of=day)

    return {
        f"PyYAML {LOADER.__name__} alone": lambda: yaml.load(content, LOADER),  # noqa: S506 - a safe loader
        "read from YAML, checked": lambda: read_pack(content, name, shipped=True),
        "pickle.loads alone": lambda: pickle.loads(kept),  # noqa: S301 - made above
        "as kept by the cache": lambda: cached_pack(content, name),
        "new judge, one project": lambda: judged(1),
        "new judge, two projects": lambda: judged(2),
    }


def timed(step: Callable[[], object], clock: Clock) -> float:
    """
    Milliseconds of one call.
    """
    begun = clock()
    step()
    return (clock() - begun) / 1_000_000


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--city", default="luzhou", choices=sorted(shipped_packs()))
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--clock", choices=sorted(CLOCKS), default="cpu")
    options: Any = parser.parse_args(arguments)
    path = shipped_packs()[options.city]
    content = path.read_bytes()
    print(machine(), f"({options.clock} time, {options.rounds} rounds)")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["GOVIT_RULES_CACHE"] = folder
        taken = steps(content, path.name)
        samples: dict[str, list[float]] = {name: [] for name in taken}
        for _ in range(options.rounds):
            for name, step in taken.items():
                samples[name].append(timed(step, CLOCKS[options.clock]))
    report(options.city, content, samples)


def report(city: str, content: bytes, samples: dict[str, list[float]]) -> None:
    """
    Print the medians and the slowest rounds.
    """
    pack: Pack = read_pack(content, city, shipped=True)
    print(f"\n{city}: {len(content) / 1_000:.0f} kB, {len(pack.rules)} rules, {len(pack.path)} steps")
    print(f"{'':30}{'median ms':>12}{'slowest':>10}")
    for name, kept in samples.items():
        print(f"{name:30}{median(kept):12.2f}{max(kept):10.2f}")


if __name__ == "__main__":
    main()
