"""
The packs say of a project what the regulations say of it: every case file of every city.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from govit_rules import load_pack
from govit_rules.testing.cases import Case, case_files, failures, read_cases

CASES = Path(__file__).parent / "cases"
CITIES = sorted(folder.name for folder in CASES.iterdir() if folder.is_dir())


def cases(city: str) -> list[Case]:
    """
    All cases of a city, in the order of their files.
    """
    return [case for file in case_files([CASES / city]) for case in read_cases(file)]


ALL = [case for city in CITIES for case in cases(city)]


@pytest.mark.parametrize("case", ALL, ids=str)
def test_case(case: Case) -> None:
    """
    The pack says of the project what the article says of it.
    """
    assert [str(failure) for failure in failures(case, load_pack(case.city))] == []


@pytest.mark.parametrize("city", CITIES)
def test_every_rule_has_cases(city: str) -> None:
    """
    No rule of a pack is without a case.
    """
    named = {rule for case in cases(city) for rule in case.demanded.get("expect") or ()}

    assert set(load_pack(city).rules) - named == set()


@pytest.mark.parametrize("city", CITIES)
def test_every_step_has_cases(city: str) -> None:
    """
    No step of a path is without a case.
    """
    named = {step for case in cases(city) for step in case.demanded.get("path") or ()}

    assert set(load_pack(city).path) - named == set()
