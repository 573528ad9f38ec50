"""
Packs made wrong on purpose: each mistake is one that people make in law, and lint, a case or a property refuses it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from govit_rules.errors import CaseError, PackError
from govit_rules.library import shipped_packs
from govit_rules.pack_reader import read_pack
from govit_rules.testing.cases import Case, case_files, failures, read_cases
from govit_rules.testing.properties import check_property, shipped_properties

CASES = Path(__file__).parent / "cases"

# City, what is wrong, what stands in the pack, what is written for it, and what must refuse it.
WRONG = [
    ("luzhou", "以上 for 超过", '"> $project_floor"', '">= $project_floor"', "case"),
    ("luzhou", "the floor is 2万元", "values: {2019-08-27: 20万元}", "values: {2019-08-27: 2万元}", "case"),
    ("luzhou", "a figure without a unit", "{2019-08-27: 1000万元}", "{2019-08-27: 1000}", "lint"),
    ("luzhou", "classified projects are covered", "  rule.LZ-4-d: false\n", "", "property classified"),
    ("luzhou", "the meeting leaves the path", "  LZ-P06:\n", "  LZ-P99:\n", "case"),
    ("luzhou", "the norm is cited from 第三十条", "article: 第二十九条\n    stage: any", "article: 第三十条\n    stage: any", "lint"),
    ("luzhou", "a fact misspelt", "classified: true", "clasified: true", "lint"),
    ("nanchang", "30万元 itself may be self-supervised", '"< $self_supervision_ceiling"', '"<= $self_supervision_ceiling"', "case"),
    ("nanchang", "half a month is fifteen working days", "acceptance.completed_on + 15d", "acceptance.completed_on + 15wd", "case"),
    ("nanchang", "four months for the mending", "+ 3mo", "+ 4mo", "case"),
    ("nanchang", "a year's free maintenance is enough", "values: {2020-10-22: 36}", "values: {2020-10-22: 12}", "case"),
    ("nanchang", "self-evaluation from the day of acceptance", "within 3mo..6mo", "within 0mo..6mo", "case"),
    ("xianyang", "major above 100万元 only", '">= $major_floor"', '"> $major_floor"', "case"),
    ("xianyang", "the county's tender from 100万元 on", '"> $county_tender_floor"', '">= $county_tender_floor"', "case"),
    ("xianyang", "five calendar days for the recheck", "recheck_requested_on + 5wd", "recheck_requested_on + 5d", "case"),
    ("suqian", "approval alone excuses", "any: [{classified: true}, {local.superior_vertical_deployment: true}]\n", "any: [{classified: true}, {classified: false}]\n", "case"),
    ("suqian", "a figure of another city filled in", "trial_run_min_days:", "trial_run_min_days_2:", "lint"),
    ("shuangyashan", "third-party tests above 100万元 only", '">= $third_party_test_floor"', '"> $third_party_test_floor"', "case"),
    ("shuangyashan", "twelve months of warranty", "values: {2024-09-09: 24}", "values: {2024-09-09: 12}", "case"),
    ("xianyang", "the bureau's lateness counts", "    counts: false\n    when: {local.data_error_found", "    when: {local.data_error_found", "case"),
    ("shuangyashan", "a rule of another city", "  SY-41-a:\n", "  LZ-41-a:\n", "lint"),
]  # fmt: skip


@cache
def cases_of(city: str) -> tuple[Case, ...]:
    return tuple(case for file in case_files([CASES / city]) for case in read_cases(file))


def refused_by(text: str, city: str, expected: str) -> str:
    """
    What refuses a pack: ``lint``, ``case``, or the property that was asked for; empty if nothing does.
    """
    try:
        pack = read_pack(text, "wrong.yaml")
    except PackError:
        return "lint"
    kind, _, name = expected.partition(" ")
    if kind == "property":
        prop = next(each for each in shipped_properties(city) if each.id == name)
        return expected if not check_property(prop, pack, examples=100).holds else ""
    try:
        return "case" if any(failures(case, pack) for case in cases_of(city)) else ""
    except CaseError:
        return "case"


@pytest.mark.parametrize(("city", "wrong", "right", "written", "by"), WRONG, ids=[f"{w[0]}-{w[1]}" for w in WRONG])
def test_a_wrong_pack_is_refused(city: str, wrong: str, right: str, written: str, by: str) -> None:
    """
    A pack with this mistake is refused by lint, by a case or by a property, as named.
    """
    text = shipped_packs()[city].read_text(encoding="utf-8")
    assert right in text, wrong

    assert refused_by(text.replace(right, written, 1), city, by) == by


def test_the_packs_themselves_are_not_refused() -> None:
    """
    As they are, none of the packs is refused by the property used above.
    """
    prop = next(each for each in shipped_properties("luzhou") if each.id == "classified")

    assert check_property(prop, examples=100).holds
