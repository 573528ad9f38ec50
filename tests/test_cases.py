"""
The packs say of a project what the regulations say of it: every case file of every city.
"""

from __future__ import annotations

import pytest

from case_files import CASES, Case, cases, differences_from
from govit_rules import load_pack

CITIES = sorted(folder.name for folder in CASES.iterdir() if folder.is_dir())
ALL = [case for city in CITIES for case in cases(city)]


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
