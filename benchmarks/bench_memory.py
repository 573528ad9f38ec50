"""
Whether memory stays flat: the resident set over a million evaluations of sections put together at random.

    python benchmarks/bench_memory.py [--evaluations 1000000] [--pool 8]

The tables of answers are bounded; once they are full the resident set must not grow. A larger ``--pool`` (different
texts of each section) makes more combinations that no table has met: 400 empties the tables again and again.
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from govit_rules import Project, evaluate, load_pack
from projects import AS_OF, mixed_texts
from timing import machine


def resident() -> float:
    """
    Megabytes of the process in memory now (Linux).
    """
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1_024
    raise OSError("no VmRSS in /proc/self/status")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--evaluations", type=int, default=1_000_000)
    parser.add_argument("--every", type=int, default=100_000)
    parser.add_argument("--pool", type=int, default=8)
    options: Any = parser.parse_args(arguments)
    pack, day = load_pack("luzhou"), date.fromisoformat(AS_OF)
    print(machine())
    print(f"{'evaluations':>12}{'RSS MB':>10}{'since last':>12}{'µs each':>10}")
    last, begun = resident(), time.perf_counter()
    print(f"{0:12,}{last:10.1f}")
    for number, text in enumerate(mixed_texts(options.evaluations, pool=options.pool), 1):
        decision = evaluate(Project.model_validate_json(text), pack, as_of=day)
        if number % 16 == 0:
            assert len(decision.path) == len(pack.path)
        if number % options.every == 0:
            now, taken = resident(), time.perf_counter() - begun
            print(f"{number:12,}{now:10.1f}{now - last:+12.1f}{taken / options.every * 1e6:10.1f}", flush=True)
            last, begun = now, time.perf_counter()


if __name__ == "__main__":
    main()
