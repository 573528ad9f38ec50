"""
Whether the log keeps what it acknowledged: processes that append are killed with SIGKILL at random moments.

    python benchmarks/sigkill.py [--kills 200] [--writers 2] [--appends 2000] [--flips]

Each writer prints the number and hash of every entry after `append` has returned. After each kill all of these must
stand in the log, and `verify` must pass. A killed process shows that nothing is kept back in the process; that what
SQLite has synced outlives a loss of power, only a loss of power can show. ``--flips`` then flips every byte of a small
log in turn, three ways, and prints which bytes nobody misses. Last, appends per second of one process.
"""

# ruff: noqa: S311 - nothing here is secret

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parent))

from govit_rules.event_log import open_log
from govit_rules.log_verification import verify_log
from timing import machine

NOW: Final = datetime(2026, 11, 21, 8, tzinfo=UTC)
LONGEST: Final = 0.2  # seconds from when a writer is usually at work to the kill


def write(path: Path) -> None:
    """
    Append for ever, and print each entry when it is acknowledged.
    """
    with open_log(path) as log:
        for number in count():
            event = {"event": "commenced", "writer": os.getpid(), "n": number, "text": "开工" * (number % 200)}
            entry = log.append("demo", f"项目{number % 5}", event, recorded_at=NOW)
            print(entry.seq, entry.hash, flush=True)


def start(path: Path) -> subprocess.Popen[str]:
    """
    A process that writes to the log.
    """
    return subprocess.Popen([sys.executable, __file__, "--write", str(path)], stdout=subprocess.PIPE, text=True)


def killed(writer: subprocess.Popen[str]) -> list[tuple[int, str]]:
    """
    Kill a writer, and take all the entries that it has acknowledged.
    """
    writer.send_signal(signal.SIGKILL)
    told, _ = writer.communicate()
    assert writer.returncode == -signal.SIGKILL, f"the writer ended by itself: {writer.returncode}"
    # What was being printed at that moment has no end yet; its entry is in the log all the same.
    lines = [line.split() for line in told.splitlines(keepends=True) if line.endswith("\n")]
    return [(int(seq), digest) for seq, digest in lines]


def time_to_first(path: Path) -> float:
    """
    Seconds from the start of a writer to its first entry, in another log.
    """
    begun = time.perf_counter()
    writer = start(path.with_name("first.db"))
    assert writer.stdout is not None
    writer.stdout.readline()
    taken = time.perf_counter() - begun
    killed(writer)
    return taken


def kill_often(path: Path, kills: int, writers: int, rng: random.Random) -> bool:
    """
    The rounds of kills, and what they came to.
    """
    acknowledged: dict[int, str] = {}
    usual = time_to_first(path)
    unsound = twice = done = idle = rounds = 0
    while done < kills:
        rounds += 1
        running = [start(path) for _ in range(min(writers, kills - done))]
        time.sleep(rng.random() * LONGEST + usual)
        for writer in running:
            time.sleep(rng.random() * LONGEST)
            told = killed(writer)
            idle += not told
            twice += sum(seq in acknowledged for seq, _ in told)
            acknowledged |= dict(told)
            done += 1
        unsound += not verify_log(path).sound
    with open_log(path, create=False) as log:
        kept = {entry.seq: entry.hash for entry in log.entries()}
    lost = sum(kept.get(seq) != digest for seq, digest in acknowledged.items())
    print(
        f"{done} kills of {writers} at a time, {idle} before the first entry; {len(acknowledged)} acknowledged entries"
    )
    print(f"lost {lost}, acknowledged twice {twice}, kept but not acknowledged {len(kept) - len(acknowledged) + lost}")
    print(f"verify failed after {unsound} of {rounds} rounds; now {verify_log(path)}")
    return not (lost or twice or unsound)


def flip_all(path: Path) -> None:
    """
    Flip every byte of a small log in turn.
    """
    with open_log(path) as log:
        for number in range(12):
            event = {"event": "commenced", "n": number, "text": "开工" * (1000 if number == 5 else 3)}
            log.append("demo", f"项目{number % 3}", event, recorded_at=NOW)
    whole = path.read_bytes()
    for mask in (0xFF, 0x01, 0x80):
        missed = []
        for at in range(len(whole)):
            path.write_bytes(bytes((*whole[:at], whole[at] ^ mask, *whole[at + 1 :])))
            if verify_log(path).sound:
                missed.append(at)
        print(f"each of {len(whole)} bytes flipped by {mask:#04x}: {len(missed)} not found, at {missed[:8]}")


def speed(path: Path, appends: int) -> None:
    """
    Appends per second, each on the disk before the next.
    """
    with open_log(path) as log:
        begun = time.perf_counter()
        for number in range(appends):
            log.append("demo", "项目", {"event": "commenced", "date": "2026-11-21", "n": number}, recorded_at=NOW)
        taken = time.perf_counter() - begun
        begun = time.perf_counter()
        verify_log(log.path)
        checked = time.perf_counter() - begun
    print(f"{appends / taken:.0f} appends per second; verify {appends / checked:.0f} entries per second")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--writers", type=int, default=2)
    parser.add_argument("--appends", type=int, default=2000)
    parser.add_argument("--flips", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    options: Any = parser.parse_args(arguments)
    if options.write:
        write(options.write)
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        good = kill_often(Path(folder, "kills.db"), options.kills, options.writers, random.Random(options.seed))
        if options.flips:
            flip_all(Path(folder, "flips.db"))
        speed(Path(folder, "speed.db"), options.appends)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
