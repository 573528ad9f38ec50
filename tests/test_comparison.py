"""
One project under the regulations of several cities.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from govit_rules import Project, evaluate, load_pack
from govit_rules.comparison import compare
from govit_rules.errors import ProjectError
from govit_rules.formats import Layout, comparison_text, display_width
from govit_rules.library import load_pack_file, shipped_packs

DAY = date(2026, 11, 21)
DEMO = load_pack_file(Path(__file__).parent / "packs" / "demo.yaml")
LUZHOU = load_pack("luzhou")
FACTS: dict[str, Any] = {
    "name": "停车平台",
    "city": "luzhou",
    "stage": "approval",
    "classified": False,
    "owner": {"level": "municipal", "type": "administrative_organ"},
    "funding": {"total_investment": "3200万元", "municipal_fiscal": "1200万元", "sources": ["municipal_fiscal"]},
    "content": {"it_based": True, "category": "application_system", "delivery_mode": "construction"},
    "planning": {"applied_on": "2026-08-01"},
    "approval": {"initiation": "requested"},
    "local": {"standing_meeting_approved": False},
}


def project(**facts: Any) -> Project:
    return Project.model_validate({**FACTS, **facts})


def test_each_city_answers_as_it_would_alone() -> None:
    """
    A city's answer is its own decision on the project, whatever stands beside it.
    """
    found = compare(project(), [LUZHOU, *map(load_pack, shipped_packs())], as_of=DAY, stage="review")

    for answer in found.answers:
        alone = evaluate(project(), answer.pack, as_of=DAY, stage="review")
        assert answer.decision.model_dump() == alone.model_dump()
        assert answer.as_dict()["exit_code"] == alone.exit_code


def test_a_fact_that_another_city_asks_is_no_answer_here() -> None:
    """
    What only one city asks about is missing in another, and listed there as not used.
    """
    theirs = next(city for city in (*shipped_packs(), "demo") if city != "luzhou")
    other = DEMO if theirs == "demo" else load_pack(theirs)
    answer = compare(project(), [other], as_of=DAY).answers[0].as_dict()

    assert answer["ignored"] == ["local.standing_meeting_approved"]
    assert not any(need["fact"] == "local.standing_meeting_approved" for need in answer["needs"])
    assert answer["needs"]


def test_amounts_are_held_against_the_figures_of_each_text() -> None:
    """
    Each figure of money stands once, with its clauses, 含 or 不含, the project's amount and how it comes out.
    """
    told = compare(project(), [LUZHOU], as_of=DAY).answers[0].as_dict()["thresholds"]
    amounts = {(test["operands"][0]["fact"], test["threshold"]["value"]): test for test in told}

    floor = amounts["funding.total_investment", "20万元"]
    meeting = amounts["funding.municipal_fiscal", "1000万元"]
    assert [meeting["articles"], meeting["truth"], meeting["threshold"]["inclusive"]] == [
        ["第十四条第(四)项"],
        "true",
        True,
    ]
    assert "LZ-14.4-d" in meeting["rules"]
    assert "LZ-P06" in meeting["rules"]
    assert floor["operands"][0]["value"] == "3200万元"
    # 第二十八条 is the other side of the same figure: both stand there, each with its own clause.
    assert {tuple(test["articles"]) for test in told} >= {("第四条",), ("第二十八条",)}


def test_documents_of_required_and_of_open_steps_are_apart() -> None:
    """
    Documents are those of the steps that must be taken; what only open steps ask is named apart.
    """
    answer = compare(
        project(special_or_urgent=True, planning={"applied_on": "2026-08-01"}), [LUZHOU], as_of=DAY
    ).answers[0]
    told = answer.as_dict()

    assert {step["status"] for step in told["path"]} == {"required", "unknown"}
    assert told["documents"] == list(answer.documents("required"))
    assert not set(told["documents"]) & set(told["documents_open"])


def test_a_wrong_local_fact_is_refused() -> None:
    """
    A local name that no shipped city knows is an error, as in a check.
    """
    with pytest.raises(ProjectError):
        compare(project(local={"nothing_of_the_kind": True}), [LUZHOU], as_of=DAY)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_table_is_aligned(lang: str) -> None:
    """
    The columns of the cities begin at the same place in every row, wide characters counted as two.
    """
    packs = [replace(LUZHOU, name={"zh": name, "en": name}, _judges={}) for name in ("甲市", "很长的名字市")]
    text = comparison_text(compare(project(), packs, as_of=DAY), Layout(lang=lang))
    rows = text.split("\n\n")[1].splitlines()
    starts = [display_width(row[: len(row.rstrip()) - len(row.split()[-1])]) for row in rows[-9:]]

    assert "甲市" in rows[0]
    assert len(set(starts)) == 1
    assert all(len(row.split()) >= 3 for row in rows[-9:])


def test_text_names_what_is_broken_and_what_is_missing() -> None:
    """
    For each city the text gives the clause broken, the amounts, the steps and the missing facts.
    """
    text = comparison_text(compare(project(), [LUZHOU], as_of=DAY))

    assert "✗ 第十四条第(四)项" in text
    assert "1200万元 ≥ 1000万元（含）：成立" in text.replace("\n    ", "")
    assert "须走的环节：项目申报 → " in text
    assert "缺的事实：" in text
