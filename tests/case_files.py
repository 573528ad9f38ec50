"""
Case files: what a regulation demands of a project, as data (tests/cases/<city>/*.yaml), held against a pack.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from govit_rules import Decision, Pack, Project, evaluate
from govit_rules.values import parse_money

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
CASES = ROOT / "tests" / "cases"
EXAMPLES = ROOT / "examples"
_KEYS = frozenset(
    (
        *("id", "why", "facts", "without", "figures", "project", "stage", "as_of"),
        *("expect", "needs", "due", "reading", "applies", "path", "done", "exit", "violations"),
    )
)


@dataclass(frozen=True)
class Case:
    """
    One project and what the text demands of it.
    """

    city: str
    file: str
    id: str
    article: str
    facts: dict[str, Any]
    as_of: date
    stage: str | None
    wanted: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.city}/{self.file}:{self.id}"


def cases(city: str) -> Iterator[Case]:
    """
    All cases of a city, in the order of their files.
    """
    for path in sorted((CASES / city).glob("*.yaml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        if "cases" in data:
            yield from _cases(path, data)


def _cases(path: Path, data: dict[str, Any]) -> Iterator[Case]:
    base = data.get("base") or {}
    if isinstance(base, str):
        base = yaml.safe_load((path.parent / base).read_text(encoding="utf-8"))
    for entry in data["cases"]:
        unknown = set(entry) - _KEYS
        if unknown:
            raise ValueError(f"{path.name}: {entry.get('id')}: no such keys: {sorted(unknown)}")
        facts = _flat(_project(entry["project"]) if "project" in entry else base)
        for name in entry.get("without") or ():
            facts = {key: value for key, value in facts.items() if key != name and not key.startswith(f"{name}.")}
        facts.update(_flat(entry.get("facts") or {}))
        yield Case(
            city=data["city"],
            file=path.stem,
            id=str(entry["id"]),
            article=str(data.get("article", "")),
            facts=_nested(facts),
            as_of=_day(entry.get("as_of") or data["as_of"]),
            stage=entry.get("stage") or data.get("stage"),
            wanted=entry,
        )


def _project(name: str) -> dict[str, Any]:
    return json.loads((EXAMPLES / name).read_text(encoding="utf-8"))


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def _flat(data: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in data.items():
        if isinstance(value, dict):
            flat.update(_flat(value, f"{prefix}{key}."))
        else:
            flat[f"{prefix}{key}"] = _plain(value)
    return flat


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _nested(flat: dict[str, Any]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for path, value in flat.items():
        section, _, leaf = path.rpartition(".")
        (nested.setdefault(section, {}) if section else nested)[leaf] = value
    return nested


def decide(case: Case, pack: Pack) -> Decision:
    project = Project.model_validate_json(json.dumps(case.facts, ensure_ascii=False))
    return evaluate(project, pack, as_of=case.as_of, stage=case.stage)


def with_figures(pack: Pack, figures: dict[str, Any]) -> Pack:
    """
    A pack in which figures that are not published are filled in, as if they had always been known.
    """
    if not figures:
        return pack
    filled = dict(pack.parameters)
    for name, value in figures.items():
        known = parse_money(value) if filled[name].type == "money" else value
        filled[name] = replace(filled[name], values=((date(1900, 1, 1), known),))
    return replace(pack, parameters=filled, _judges={})


def differences_from(case: Case, pack: Pack) -> list[str]:
    """
    What a pack says otherwise than a case, in words.
    """
    decision, wanted = decide(case, with_figures(pack, case.wanted.get("figures") or {})), case.wanted
    found: list[str] = []

    def compare(what: str, expected: Any, got: Any) -> None:
        if expected != got:
            found.append(f"{what}: the text demands {expected}, the pack says {got}")

    for rule, outcome in (wanted.get("expect") or {}).items():
        compare(rule, outcome, decision[rule].outcome)
    for rule, needs in (wanted.get("needs") or {}).items():
        compare(f"needs of {rule}", sorted(needs), sorted(decision[rule].needs))
    for rule, day in (wanted.get("due") or {}).items():
        due_on = decision[rule].due_on
        compare(f"due day of {rule}", day and str(day), due_on and due_on.isoformat())
    for rule, outcome in (wanted.get("reading") or {}).items():
        reading = decision[rule].reading
        compare(f"other reading of {rule}", outcome, reading and reading["other_outcome"])
    steps = {step.step: step for step in decision.path}
    for step, status in (wanted.get("path") or {}).items():
        compare(f"step {step}", status, steps[step].status)
    for step, done in (wanted.get("done") or {}).items():
        compare(f"step {step} done", done, steps[step].done)
    if "applies" in wanted:
        compare("applies", {True: "yes", False: "no"}.get(wanted["applies"], wanted["applies"]), decision.applies)
    if "exit" in wanted:
        compare("exit code", wanted["exit"], decision.exit_code)
    if "violations" in wanted:
        compare("violations", sorted(wanted["violations"]), sorted(f.rule for f in decision.violations))
    return found
