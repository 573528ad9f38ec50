"""
Plants faults in a pack, one at a time, and counts how many the cases and the inventory of its city see.

    python tests/mutants.py CITY [--list]

The faults are those that people make in law: a figure off by a hundredth, 元 for 万元, 日 for 工作日, a span one too
long, 以上 for 超过, a condition or a listed value left out, a yes for a no, 且 for 或, a neighbouring article or stage,
another severity. Each changes one place of the YAML text. A fault that leaves the pack unreadable counts as seen.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from govit_rules import PackError
from govit_rules.articles import article_number, chinese_number
from govit_rules.errors import CaseError
from govit_rules.facts import STAGES
from govit_rules.pack_reader import read_pack
from govit_rules.testing.cases import Case, failures
from test_cases import cases
from test_inventory import entry_of, inventory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govit_rules.packs import Pack


@dataclass(frozen=True)
class Mutant:
    """
    A pack text with one fault.
    """

    line: int
    kind: str
    text: str
    part: str

    def __str__(self) -> str:
        return f"line {self.line} ({self.part}): {self.kind}"


def mutants(text: str) -> Iterator[Mutant]:
    """
    All faults that this script knows to plant in a text.
    """
    lines = text.splitlines(keepends=True)
    start = next(i for i, line in enumerate(lines) if line.startswith("parameters:"))
    end = next(i for i, line in enumerate(lines) if line.startswith("articles:"))
    for i in range(start, end):
        if lines[i].startswith("facts:"):
            continue
        for kind, changed in _line_faults(lines, i):
            yield Mutant(i + 1, kind, "".join([*lines[:i], changed, *lines[i + 1 :]]), _part(lines, i))


_SKIPPED = re.compile(r"^\s*(#|zh:|en:|title:|fix:|chosen:|other:|why:|phrases:|name:|note:|norms:|outcome:|if_fails:)")


def _line_faults(lines: list[str], i: int) -> Iterator[tuple[str, str]]:
    line = lines[i]
    section = _section(lines, i)
    if _SKIPPED.match(line) or section == "facts" or _in_reading(lines, i):
        return
    code = line.split(" #")[0]
    yield from _figure_faults(line, code)
    for match in re.finditer(r"([<>]=?)(?= ?[\w$])", code):
        other = {">=": ">", ">": ">=", "<=": "<", "<": "<="}[match[1]]
        yield f"{match[1]} made {other}", line[: match.start()] + other + line[match.end() :]
    for match in re.finditer(r"(?<=: )(true|false)\b", code):
        key = code[: match.start()].rstrip(": ").split()[-1].strip("{,")
        if key not in ("scope", "counts", "in_principle", "claim"):
            other = "false" if match[1] == "true" else "true"
            yield f"{key} made {other}", line[: match.start()] + other + line[match.end() :]
    yield from _list_faults(line, code)
    yield from _entry_faults(line, code)
    if section == "rules":
        yield from _clause_faults(line, code)


def _figure_faults(line: str, code: str) -> Iterator[tuple[str, str]]:
    for match in re.finditer(r"(?<![\w.])(\d+)万元", code):
        for off in (-0.01, 0.01):
            yield (
                f"{match[0]} off by {off}",
                line[: match.start(1)] + f"{int(match[1]) + off:.2f}" + line[match.end(1) :],
            )
        yield f"{match[0]} made 元", line[: match.end(1)] + "元" + line[match.end() :]
    for match in re.finditer(r"(?<![\w.])([1-9]\d*)(d|wd|mo|y)\b", code):
        yield f"{match[0]} one more", line[: match.start()] + f"{int(match[1]) + 1}{match[2]}" + line[match.end() :]
        other = {"wd": "d", "d": "wd", "mo": "wd", "y": "mo"}[match[2]]
        yield f"{match[0]} made {match[1]}{other}", line[: match.start(2)] + other + line[match.end() :]
    for match in re.finditer(r"(\d\d)-(\d\d) of", code):
        day = int(match[2]) - 1
        yield f"{match[0]} a day early", line[: match.start(2)] + f"{day:02}" + line[match.end(2) :]
    for match in re.finditer(r"(?<=: )(\d{4}-\d\d-)(\d\d)(?=\})", code):
        yield f"{match[0]} a day late", line[: match.start(2)] + f"{int(match[2]) + 1:02}" + line[match.end(2) :]
    for match in re.finditer(r"plan_year - 1", code):
        yield "plan year not moved", line[: match.start()] + "plan_year - 0" + line[match.end() :]


def _list_faults(line: str, code: str) -> Iterator[tuple[str, str]]:
    for match in re.finditer(r"(?<!phrases: )(?<!norms: )\[([a-z_0-9]+(?:, [a-z_0-9]+)+)\]", code):
        values = match[1].split(", ")
        for value in values:
            rest = ", ".join(other for other in values if other != value)
            yield f"{value} left out", line[: match.start(1)] + rest + line[match.end(1) :]
    if match := re.fullmatch(r"(\s*- )([a-z_]+|def\.\w+|\{.*\}|rule\.[\w.-]+)\s*", code):
        yield f"{match[2][:40]} left out", "\n"
    for match in re.finditer(r"(?<=[\[ ])((?:def|rule)\.[\w.-]+), ", code):
        if ": [" in code and "norms" not in code:
            yield f"{match[1]} left out", line[: match.start()] + line[match.end() :]
    for old, new in (("any_of", "all_of"), ("all_of", "any_of"), ("none_of", "any_of")):
        single = re.search(r"_of: \[[^,\]]*\]", code) is not None  # of one value, any is all
        if f"{old}:" in code and not (single and new != "none_of" and old != "none_of"):
            yield f"{old} made {new}", line.replace(f"{old}:", f"{new}:", 1)
    if re.match(r"\s+any:", code):
        yield "any made all", line.replace("any:", "all:", 1)


def _entry_faults(line: str, code: str) -> Iterator[tuple[str, str]]:
    """
    One entry of a condition left out: a line of a block, or an entry of a flow mapping.
    """
    if re.fullmatch(r"\s+(?:[a-z_]+\.[a-z_]+|special_or_urgent|classified|def\.\w+|rule\.[\w.-]+): [^{\[].*\s*", code):
        yield f"{code.strip()[:40]} left out", "\n"
    if match := re.match(r"\s+(?:when|require|done_when): \{(.+)\}\s*$", code):
        entries = _entries(match[1])
        for entry in entries if len(entries) > 1 else ():
            rest = ", ".join(other for other in entries if other is not entry)
            yield f"{entry[:40]} left out", line[: match.start(1)] + rest + line[match.end(1) :]
    if re.match(r"\s+due: ", code):
        yield "due left out", "\n"


def _entries(text: str) -> list[str]:
    entries, depth, current = [], 0, ""
    for char in text:
        depth += (char in "{[(") - (char in "}])")
        if char == "," and not depth:
            entries.append(current.strip())
            current = ""
        else:
            current += char
    return [*entries, current.strip()]


def _clause_faults(line: str, code: str) -> Iterator[tuple[str, str]]:
    if match := re.match(r"\s+article: (\S+)", code):
        number = article_number(match[1]) or 1
        near = f"第{chinese_number(number + 1 if number < 20 else number - 1)}条"
        yield "neighbouring article", line.replace(f"第{chinese_number(number)}条", near, 1)
    if (match := re.match(r"\s+stage: (\w+)", code)) and match[1] in STAGES:
        yield "stage shifted", line.replace(match[1], STAGES[(STAGES.index(match[1]) + 1) % len(STAGES)])
    if match := re.match(r"\s+severity: (\w+)", code):
        other = {"blocking": "mandatory", "mandatory": "advisory", "advisory": "mandatory"}[match[1]]
        yield f"severity made {other}", line.replace(match[1], other)
    if "counts: false" in code:
        yield "counts left out", "\n"


def _part(lines: list[str], i: int) -> str:
    """
    The rule, step, definition or figure that a line belongs to.
    """
    return next((match[1] for line in reversed(lines[: i + 1]) if (match := re.match(r"  ([\w.*-]+):", line))), "")


def _section(lines: list[str], i: int) -> str:
    return next((line.split(":")[0] for line in reversed(lines[: i + 1]) if re.match(r"[a-z]", line)), "")


def _in_reading(lines: list[str], i: int) -> bool:
    """
    Whether a line belongs to a rule's reading, which says what the rule is not.
    """
    indent = len(lines[i]) - len(lines[i].lstrip())
    for line in reversed(lines[:i]):
        here = len(line) - len(line.lstrip())
        if line.strip() and here < indent and not line.strip().startswith("#"):
            if line.strip().startswith("reading:"):
                return True
            indent = here
    return False


def seen(pack: Pack, part: str, known: list[Case], listed: dict[str, list[str]]) -> str | None:
    """
    The first case or inventory entry that a pack gets wrong.
    """
    for rule in pack.rules.values():
        if listed.get(rule.id) != entry_of(rule):
            return f"inventory {rule.id}"
    likely = sorted(
        known, key=lambda case: part not in {**(case.demanded.get("expect") or {}), **(case.demanded.get("path") or {})}
    )
    return next((str(case) for case in likely if _differs(case, pack)), None)


def _differs(case: Case, pack: Pack) -> bool:
    try:
        return bool(failures(case, pack))
    except CaseError:
        return True


def main(city: str, *, list_all: bool) -> int:
    """
    Run all mutants of a city; print the survivors and the score.
    """
    text = (Path(__file__).parent.parent / "rules" / f"{city}.yaml").read_text(encoding="utf-8")
    known, listed = cases(city), inventory(city)
    total, killed, survivors = 0, 0, []
    original = yaml.safe_load(text)
    for mutant in mutants(text):
        if _same(mutant.text, original):
            continue
        total += 1
        try:
            cause = seen(read_pack(mutant.text, "mutant.yaml"), mutant.part, known, listed)
        except PackError as error:
            cause = f"unreadable: {error.defects[0].what}"
        if cause is None:
            survivors.append(mutant)
        killed += cause is not None
        if list_all:
            print(mutant, "->", cause)
    for mutant in survivors:
        print("survived:", mutant)
    print(f"{killed} of {total} mutants of {city} seen, {len(survivors)} survived")
    return 1 if survivors else 0


def _same(text: str, original: Any) -> bool:
    try:
        return yaml.safe_load(text) == original
    except yaml.YAMLError:
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], list_all="--list" in sys.argv))
