"""
The packs say of a project what the regulations say of it: every case file of every city.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from case_files import CASES, Case, cases
from govit_rules import Decision, Pack, Project, evaluate, load_pack

CITIES = sorted(folder.name for folder in CASES.iterdir() if folder.is_dir())
ALL = [case for city in CITIES for case in cases(city)]


def decide(case: Case, pack: Pack) -> Decision:
    project = Project.model_validate_json(json.dumps(case.facts, ensure_ascii=False))
    return evaluate(project, pack, as_of=case.as_of, stage=case.stage)


def differences_from(case: Case, pack: Pack) -> list[str]:
    """
    What a pack says otherwise than a case, in words.
    """
    decision, wanted = decide(case, pack), case.wanted
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


@pytest.mark.parametrize("case", ALL, ids=str)
def test_case(case: Case) -> None:
    """
    The pack says of the project what the article says of it.
    """
    assert differences_from(case, load_pack(case.city)) == []


@pytest.mark.parametrize("city", CITIES)
def test_cases_have_names_of_their_own(city: str) -> None:
    """
    No two cases of a file share an id, so that a failure points at one place.
    """
    names = [str(case) for case in cases(city)]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("city", CITIES)
def test_every_rule_has_cases(city: str) -> None:
    """
    No rule of a pack is without a case.
    """
    named = {rule for case in cases(city) for rule in case.wanted.get("expect") or ()}

    assert set(load_pack(city).rules) - named == set()


@pytest.mark.parametrize("city", CITIES)
def test_every_step_has_cases(city: str) -> None:
    """
    No step of a path is without a case.
    """
    named = {step for case in cases(city) for step in case.wanted.get("path") or ()}

    assert set(load_pack(city).path) - named == set()
