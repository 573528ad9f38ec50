"""
What the benchmarks share: interleaved timing, and tables of medians.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final

Clock = Callable[[], int]
Call = Callable[[Any], Any]

# CPU time of the thread leaves out what other work on the machine takes; the time on the wall has it in.
CLOCKS: Final[dict[str, Clock]] = {"cpu": time.thread_time_ns, "wall": time.perf_counter_ns}


def interleaved(
    cases: dict[str, Call], inputs: Sequence[Any], *, rounds: int, clock: Clock, block: int = 100
) -> dict[str, list[list[float]]]:
    """
    Microseconds of every call, as samples[case][input][round].

    The cases take turns on every block of inputs, so that what slows the machine down slows them all.
    """
    order = list(cases)
    samples: dict[str, list[list[float]]] = {name: [[] for _ in inputs] for name in order}
    cost = min(_tick(clock) for _ in range(1_000))
    for turn in range(rounds):
        for start in range(0, len(inputs), block):
            first = (turn + start // block) % len(order)
            for name in order[first:] + order[:first]:
                call, kept = cases[name], samples[name]
                for index in range(start, min(start + block, len(inputs))):
                    item = inputs[index]
                    begun = clock()
                    call(item)
                    kept[index].append((clock() - begun - cost) / 1_000)
    return samples


def _tick(clock: Clock) -> int:
    begun = clock()
    return clock() - begun


def summary(samples: list[list[float]]) -> tuple[float, float, float]:
    """
    The median and 99th percentile of all calls, and the 99th percentile of the inputs (each by its median).
    """
    every = [sample for of_input in samples for sample in of_input]
    return median(every), percentile_99(every), percentile_99([median(of_input) for of_input in samples])


def percentile_99(numbers: Iterable[float]) -> float:
    """
    The value that one in a hundred exceeds.
    """
    return quantiles(numbers, n=100)[98]


def machine() -> str:
    """
    What it runs on, as one line.
    """
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    name = f"{len(models)} × {models[0]}" if models else platform.machine()
    return f"{name}, {platform.system()}, {platform.python_implementation()} {platform.python_version()}"
