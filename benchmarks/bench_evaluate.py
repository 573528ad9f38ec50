"""
JSON text in, every finding out: the library against its floors, in one process and by turns.

    python benchmarks/bench_evaluate.py [--rounds 15] [--projects 2000] [--clock cpu|wall]

The floors are `json.loads`, `Project.model_validate_json`, and the same rules as one function written by hand over
`json.loads` (handwritten_luzhou.py). The aims: median ≤ 1.5 × (validation + that function), 99th percentile ≤ 5 × it.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parent))

from govit_rules import Project, evaluate, load_pack
from handwritten_luzhou import judge
from projects import AS_OF, texts
from timing import CLOCKS, interleaved, machine, percentile_99, summary

if TYPE_CHECKING:
    from timing import Call, Clock

DAY = date.fromisoformat(AS_OF)
PACK = load_pack("luzhou")


def findings(text: str, day: date = DAY) -> list[tuple[str, str, str, str, tuple[str, ...]]]:
    """
    The full path: what a program that embeds the library does for one project.
    """
    decision = evaluate(Project.model_validate_json(text), PACK, as_of=day)
    return [(v.rule, v.outcome, v.severity, v.article, v.needs) for v in decision.verdicts]


def cases(made: list[str], as_numbers: list[str]) -> dict[str, Call]:
    """
    What is timed, each as a function of one text. The handwritten function is given amounts as numbers.
    """
    numbers = dict(zip(made, as_numbers, strict=True))
    read = {text: json.loads(numbers[text]) for text in made}
    valid = {text: Project.model_validate_json(text) for text in made}
    return {
        "json.loads": json.loads,
        "Project.model_validate_json": Project.model_validate_json,
        "handwritten, parsed": lambda text: judge(read[text], AS_OF),
        "json.loads + handwritten": lambda text: judge(json.loads(numbers[text]), AS_OF),
        "evaluate, validated": lambda text: evaluate(valid[text], PACK, as_of=DAY),
        "full path": findings,
    }


def report(title: str, made: list[str], as_numbers: list[str], rounds: int, clock: Clock) -> None:
    """
    Time all cases over some texts, tables warm, and print them against the floors.
    """
    for text in made:
        findings(text)
    samples = interleaved(cases(made, as_numbers), made, rounds=rounds, clock=clock)
    found = {name: summary(kept) for name, kept in samples.items()}
    loads = found["json.loads"][0]
    floor = found["Project.model_validate_json"][0] + found["handwritten, parsed"][0]
    print(f"\n{title}: {len(made)} texts, {sum(len(t.encode()) for t in made) / len(made):.0f} bytes on average")
    print(f"{'':30}{'median':>9}{'p99':>9}{'p99 of':>9}{'median ÷':>12}{'median ÷':>10}{'p99 ÷':>8}")
    print(f"{'':30}{'µs':>9}{'µs':>9}{'texts':>9}{'json.loads':>12}{'floor':>10}{'floor':>8}")
    for name, (middle, late, late_texts) in found.items():
        row = f"{name:30}{middle:9.1f}{late:9.1f}{late_texts:9.1f}{middle / loads:12.2f}"
        print(f"{row}{middle / floor:10.2f}{late_texts / floor:8.2f}")
    print(f"floor = validation + handwritten, parsed = {floor:.1f} µs")


def report_whole_decision(made: list[str], rounds: int, clock: Clock) -> None:
    """
    Time the path that ends in the JSON decision, with messages and explanations.
    """

    def written(text: str) -> str:
        return evaluate(Project.model_validate_json(text), PACK, as_of=DAY).model_dump_json()

    samples = interleaved({"written": written}, made, rounds=rounds, clock=clock)
    middle, late, _ = summary(samples["written"])
    print(f"\nfull path with model_dump_json: median {middle / 1_000:.2f} ms, p99 {late / 1_000:.2f} ms")


def report_cold(clock: Clock, count: int) -> None:
    """
    A judge whose tables are empty, on projects that it has not seen: a first pass, a second, then other projects.
    """
    day = DAY - timedelta(1)  # another day, another judge
    starting, seen, unseen = texts(2, seed=7), texts(count, seed=8), texts(count, seed=9)
    print("\ncold tables, full path")
    for name, text in zip(("first project", "second (generates the code)"), starting, strict=True):
        begun = clock()
        findings(text, day)
        print(f"{name:38}{(clock() - begun) / 1_000_000:9.1f} ms")
    passes = (("first pass", seen), ("second pass, the same", seen), ("then unseen ones", unseen))
    print(f"{'':30}{'median µs':>12}{'p90':>9}{'p99':>9}{'mean':>9}")
    for name, made in passes:
        taken = [_once(text, day, clock) for text in made]
        tenth = sorted(taken)[len(taken) * 9 // 10]
        row = f"{name:30}{median(taken):12.1f}{tenth:9.1f}"
        print(f"{row}{percentile_99(taken):9.1f}{sum(taken) / len(taken):9.1f}")


def _once(text: str, day: date, clock: Clock) -> float:
    begun = clock()
    findings(text, day)
    return (clock() - begun) / 1_000


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--projects", type=int, default=2_000)
    parser.add_argument("--clock", choices=sorted(CLOCKS), default="cpu")
    options: Any = parser.parse_args(arguments)
    clock = CLOCKS[options.clock]
    print(machine(), f"({options.clock} time, {options.rounds} rounds)")
    numbers, written = texts(options.projects), texts(options.projects, amounts="text")
    report("amounts as numbers", numbers, numbers, options.rounds, clock)
    report("amounts as text", written, numbers, options.rounds, clock)
    report_whole_decision(numbers[:200], 3, clock)
    report_cold(clock, options.projects)


if __name__ == "__main__":
    main()
