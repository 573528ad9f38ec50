"""
How long a process takes that checks one project: from start to end, cold, against what it cannot do without.

    python benchmarks/bench_cold.py [--rounds 21] [--file examples/luzhou-clean.json]

The floor imports pydantic, click and yaml and uses one model. The aim: `govit-rules check` ≤ 1.25 × the floor.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles
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


def started(command: list[str]) -> float:
    """
    Milliseconds from start to end of a process.
    """
    begun = time.perf_counter()
    done = subprocess.run(command, capture_output=True, check=False)
    taken = (time.perf_counter() - begun) * 1_000
    assert done.returncode in (0, 1, 3), done.stderr.decode()
    return taken


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
        samples: dict[str, list[float]] = {name: [] for name in commands(file)}
        for turn in range(options.rounds + 1):
            for name, command in commands(file).items():
                taken = started(command)
                if turn:  # the first turn fills the caches of files and packs
                    samples[name].append(taken)
    report(samples)


def report(samples: dict[str, list[float]]) -> None:
    """
    Print the medians and what they are of the floor.
    """
    floor = median(next(kept for name, kept in samples.items() if name.startswith("floor")))
    bare = median(samples["python -c pass"])
    print(machine())
    print(f"{'':42}{'median ms':>10}{'quarter':>9}{'÷ bare':>9}{'÷ floor':>9}")
    for name, kept in samples.items():
        middle = median(kept)
        print(f"{name:42}{middle:10.1f}{quantiles(kept, n=4)[0]:9.1f}{middle / bare:9.2f}{middle / floor:9.2f}")


if __name__ == "__main__":
    main()
