"""
How long a process takes that checks one project: from start to end, cold, against what it cannot do without.

    python benchmarks/bench_cold.py [--rounds 21] [--file examples/luzhou-clean.json]

The floor imports pydantic, click and yaml and uses one model. The aim: `govit-rules check` ≤ 1.25 × the floor.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parent))

from projects import AS_OF, complete_texts
from timing import machine

FLOOR: Final = "import pydantic, click, yaml\nclass M(pydantic.BaseModel):\n    a: int\nM(a=1)"
EXAMPLE: Final = Path(__file__).parents[1] / "examples" / "luzhou-clean.json"


def commands(file: Path) -> dict[str, list[str]]:
    """
    What is started.
    """
    python = [sys.executable]
    script = Path(sys.executable).with_name("govit-rules")
    cli = [str(script)] if script.exists() else [*python, "-m", "govit_rules"]
    check = [*cli, "check", str(file), "--city", "luzhou", "--as-of", AS_OF]
    return {
        "python -c pass": [*python, "-c", "pass"],
        "floor: pydantic, click, yaml, one model": [*python, "-c", FLOOR],
        "import govit_rules": [*python, "-c", "import govit_rules"],
        "govit-rules --version": [*cli, "--version"],
        "govit-rules check": check,
        "govit-rules check --format json": [*check, "--format", "json"],
    }


def environment(folder: Path) -> dict[str, str]:
    """
    What the processes see: bytecode and packs are kept, as on any machine where the library was used before.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(folder / "bytecode"), "GOVIT_RULES_CACHE": str(folder / "packs")}


def started(command: list[str], seen: dict[str, str]) -> tuple[float, float]:
    """
    Milliseconds of a process: on the wall from start to end, and of the processor (which other work does not change).
    """
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=seen)
    _, status, used = os.wait4(process.pid, 0)
    taken = (time.perf_counter() - begun) * 1_000
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in (0, 1, 3), command
    return taken, (used.ru_utime + used.ru_stime) * 1_000


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--file", type=Path, default=EXAMPLE)
    options: Any = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        file = options.file
        if not file.exists():
            file = Path(folder) / "project.json"
            file.write_text(complete_texts(1)[0], encoding="utf-8")
        seen = environment(Path(folder))
        samples: dict[str, list[tuple[float, float]]] = {name: [] for name in commands(file)}
        for turn in range(options.rounds + 1):
            for name, command in commands(file).items():
                taken = started(command, seen)
                if turn:  # the first turn fills the caches of files and packs
                    samples[name].append(taken)
    report(samples)


def report(samples: dict[str, list[tuple[float, float]]]) -> None:
    """
    Print the medians, and what of the floor's they are.
    """
    middles = {name: [median(times) for times in zip(*kept, strict=True)] for name, kept in samples.items()}
    bare, floor = (middles[name] for name in list(middles)[:2])
    print(machine())
    print(f"{'':42}{'wall ms':>9}{'÷ floor':>9}{'CPU ms':>10}{'÷ bare':>9}{'÷ floor':>9}")
    for name, (wall, cpu) in middles.items():
        row = f"{name:42}{wall:9.1f}{wall / floor[0]:9.2f}"
        print(f"{row}{cpu:10.1f}{cpu / bare[1]:9.2f}{cpu / floor[1]:9.2f}")


if __name__ == "__main__":
    main()
