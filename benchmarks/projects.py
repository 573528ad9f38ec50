"""
Luzhou projects to measure with: real-looking JSON texts, the same ones on every run.

A project stands at some stage and tells the facts that can be known by then; each of them is missing one time in ten,
half of these as ``null``. Amounts lie around the regulation's two thresholds, 20万元 and 1000万元. Most things are in
order, as in life. `complete_texts` tells every fact that the pack reads; `mixed_texts` puts sections together at
random, facts drawn evenly, so that as many combinations as possible come up.
"""

# ruff: noqa: S311 - nothing here is secret

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from govit_rules import load_pack
from govit_rules.facts import STAGES
from govit_rules.project import CORE_FACTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govit_rules.facts import Fact

AS_OF: Final = "2026-11-21"

_UNITS: Final = ("市数字经济发展局", "市公安局", "市卫生健康委", "市教育局", "市应急管理局", "市档案馆", "市交通运输局")
_SYSTEMS: Final = ("智慧停车平台", "应急指挥系统", "电子病历共享平台", "视频会议系统", "数字档案馆", "政务数据治理")
_AMOUNTS: Final = (
    *(80_000, 199_999, 200_000, 200_000.01, 200_001, 250_000, 480_000, 960_000, 1_500_000, 2_300_000),
    *(4_800_000, 7_250_000, 9_999_999, 10_000_000, 10_000_000.5, 10_000_001, 12_000_000, 32_000_000, 68_500_000),
)
# Most projects are checked before they are submitted or approved.
_STANDING: Final = (*STAGES, *(stage for stage in STAGES[:4] for _ in range(4)))
_HOSTING: Final = ("municipal_cloud",) * 8 + ("migrating_to_municipal_cloud", "own_machine_room", "other")


def texts(count: int, *, seed: int = 1, amounts: str = "numbers") -> list[str]:
    """
    Projects at their stages, each fact missing one time in ten; ``amounts`` as ``numbers`` of yuan or as ``text``.
    """
    return [_text(_told(random.Random(f"{seed}:{i}")), amounts) for i in range(count)]


def complete_texts(count: int, *, seed: int = 1) -> list[str]:
    """
    Projects that tell every fact that the pack reads.
    """
    return [_text(_values(random.Random(f"{seed}:{i}")), "numbers") for i in range(count)]


def mixed_texts(count: int, *, seed: int = 1, pool: int = 400) -> Iterator[str]:
    """
    Projects whose sections are drawn apart from each other, and whose facts are drawn evenly.
    """
    rng = random.Random(f"mixed {seed}")
    pools: dict[str, list[str]] = {}
    for _ in range(pool):
        told = {path: value for path, value in _even(rng).items() if rng.random() >= 0.1}
        for key, value in _nested(told).items():
            pools.setdefault(key, []).append(json.dumps({key: value}, ensure_ascii=False)[1:-1])
    choices = tuple(pools.values())
    for _ in range(count):
        yield "{" + ", ".join(map(rng.choice, choices)) + "}"


@cache
def _facts_read() -> dict[str, Fact]:
    pack = load_pack("luzhou")
    return {path: fact for path in sorted(pack.facts_read) if (fact := pack.fact(path)) is not None}


def _told(rng: random.Random) -> dict[str, Any]:
    values, read = _values(rng), _facts_read()
    now = STAGES.index(values["stage"])
    told: dict[str, Any] = {}
    for path, value in values.items():
        stage = (read.get(path) or CORE_FACTS[path]).stage
        if STAGES.index(stage) > now:
            continue
        chance = rng.random()
        if chance >= 0.05:
            told[path] = None if chance < 0.1 else value
    return told


def _text(values: dict[str, Any], amounts: str) -> str:
    if amounts == "text":
        read = _facts_read()
        values = {p: _written(v) if p in read and read[p].type == "money" else v for p, v in values.items()}
    return json.dumps(_nested(values), ensure_ascii=False, separators=(",", ":"))


def _written(amount: float | None) -> str | None:
    if amount is None:
        return None
    return f"{amount / 10_000:g}万元" if amount % 100 == 0 else f"{amount:,}元"


def _nested(values: dict[str, Any]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for path, value in values.items():
        section, _, leaf = path.rpartition(".")
        (nested.setdefault(section, {}) if section else nested)[leaf] = value
    return nested


def _even(rng: random.Random) -> dict[str, Any]:
    drawn: dict[str, Any] = {}
    for path, fact in _facts_read().items():
        codes = list(fact.values or ())
        match fact.type:
            case "bool":
                drawn[path] = rng.random() < 0.5
            case "enum":
                drawn[path] = rng.choice(codes)
            case "enum_list":
                drawn[path] = [code for code in codes if rng.random() < 0.7]
            case "money":
                drawn[path] = rng.choice(_AMOUNTS)
            case "year":
                drawn[path] = rng.choice((2025, 2026, 2027, 2028))
            case _:
                drawn[path] = False if rng.random() < 0.3 else _day(rng, 2_800)
    drawn |= {"content.it_based": True, "content.category": "smart_city", "content.delivery_mode": "construction"}
    return drawn | {"classified": False, "owner.level": "municipal", "owner.type": "administrative_organ"}


def _day(rng: random.Random, back: int, ahead: int = 0) -> str:
    return (date.fromisoformat(AS_OF) - timedelta(rng.randint(-ahead, back))).isoformat()


def _values(rng: random.Random) -> dict[str, Any]:
    """
    One project, every fact told; what comes after its stage has not happened.
    """

    def mostly(chance: float = 0.9) -> bool:
        return rng.random() < chance

    def happened(from_stage: str, back: int) -> Any:
        return _day(rng, back) if now >= STAGES.index(from_stage) and mostly(0.95) else False

    stage = rng.choice(_STANDING)
    now = STAGES.index(stage)
    total = rng.choice(_AMOUNTS)
    municipal = total if mostly(0.6) else rng.choice((0, round(total * 0.4, 2), total))
    unit = "administrative_organ"
    if not mostly(0.6):
        unit = rng.choice(
            ("party_organ", "public_institution", "vertical_department", "state_owned_enterprise", "court")
        )
    special, system = not mostly(0.93), mostly(0.8)
    approved, changed, major = now >= STAGES.index("approval"), not mostly(0.85), not mostly(0.85)
    return {
        "name": f"泸州{rng.choice(_UNITS)}{rng.choice(_SYSTEMS)}",
        "city": "luzhou",
        "stage": stage,
        "classified": not mostly(0.97),
        "special_or_urgent": special,
        "owner.name": f"泸州{rng.choice(_UNITS)}",
        "owner.level": "municipal" if mostly(0.95) else rng.choice(("county", "development_zone", "superior")),
        "owner.type": unit,
        "owner.fiscally_funded": mostly(),
        "funding.total_investment": total,
        "funding.municipal_fiscal": municipal,
        "funding.sources": ["municipal_fiscal", "self_raised"] if mostly(0.3) else ["municipal_fiscal"],
        "funding.in_annual_budget": approved and mostly(),
        "funding.arrangement": "arranged" if approved and mostly() else rng.choice(("none", "requested")),
        "content.it_based": mostly(0.98),
        "content.category": rng.choice(("application_system", "smart_city", "infrastructure", "security", "non_it"))
        if not mostly(0.7)
        else "application_system",
        "content.delivery_mode": "construction" if mostly(0.8) else "purchased_service",
        "content.includes_information_system": system,
        "planning.applied_on": happened("application", 900),
        "planning.plan_year": rng.choice((2026, 2027)),
        "planning.documents": ["application_form", "basic_report", "investment_estimate", "resource_catalog"][
            : 4 if mostly(0.8) else 3
        ],
        "planning.in_annual_plan": approved and mostly() and not special,
        "planning.applied_to_superior_on": False if mostly() else _day(rng, 600, 60),
        "review.result": ("passed" if mostly() else "failed") if now >= STAGES.index("review") else "not_reviewed",
        "approval.initiation": ("approved" if mostly(0.8) else "requested") if approved else "none",
        "approval.special_approval": "approved" if special and mostly(0.8) else "not_requested",
        "infrastructure.hosting": rng.choice(_HOSTING),
        "data_sharing.connected_to_platform": mostly(),
        "data_sharing.catalog_registered": mostly(),
        "security.cybersecurity_compliant": mostly(0.97),
        "security.mlps_implemented": mostly(0.95),
        "security.mlps_assessment": rng.choice(("done", "done", "done", "not_done", "not_required")),
        "procurement.compliant": mostly(0.95),
        "construction.started_on": happened("construction", 500),
        "construction.completed_on": happened("acceptance", 200),
        "construction.implementing_body_named": mostly(),
        "construction.responsible_person_named": mostly(),
        "construction.management_rules_established": mostly(),
        "construction.major_change": major,
        "construction.major_change_reported": major and mostly(0.7),
        "construction.major_change_approved": major and mostly(0.6),
        "construction.change_implemented": major and mostly(0.6),
        "acceptance.completed_on": happened("acceptance", 120),
        "acceptance.result": rng.choice(("passed", "passed", "passed", "failed", "pending")),
        "acceptance.organizer": "owner" if mostly() else "third_party",
        "acceptance.based_on_contract": mostly(),
        "acceptance.compliant": mostly(),
        "acceptance.filed_on": happened("operation", 90),
        "operation.in_use_on": happened("operation", 90),
        "supervision.cooperates": mostly(0.95),
        **{f"local.{name}": value for name, value in _local(rng, now, special=special, changed=changed).items()},
    }


def _local(rng: random.Random, now: int, *, special: bool, changed: bool) -> dict[str, Any]:
    def mostly(chance: float = 0.9) -> bool:
        return rng.random() < chance

    located, suits, doubts, superior = (not mostly(chance) for chance in (0.7, 0.7, 0.75, 0.9))
    reviewed, approved = now >= STAGES.index("review"), now >= STAGES.index("approval")
    items = ["materials", "contract_and_bidding", "function_performance_security", "other_contract_terms"]
    return {
        "located_in_city": True,
        "administrative_or_public_service": mostly(),
        "sharing_measures_followed": mostly(0.95),
        "cloud_notice_followed": mostly(),
        "cloud_suitable": mostly(0.8),
        "wutong_plan_followed": mostly(),
        "unified_services": ["yihaotong", "yiwangtong"][: rng.randint(0, 2)],
        "connects_unified_platform": mostly(0.8),
        "builds_standalone_portal": not mostly(),
        "has_location_service": located,
        "connects_beidou_sichuan": located and mostly(0.7),
        "scale_deployment_followed": mostly(),
        "builds_scale_deployment_demo": not mostly(0.7),
        "suits_5g": suits,
        "builds_5g_demo": suits and mostly(0.5),
        "first_level_budget_unit": mostly(0.8),
        "applied_by_supervising_unit": mostly(0.5),
        "applied_in_writing": mostly(0.95),
        "basic_report_has_security_topic": mostly(0.95),
        "budget_submission_due_on": False if mostly(0.7) else rng.choice(("2025-09-15", "2026-10-20", "2026-12-10")),
        "arranged_by_superior": superior,
        "funded_by_superior": superior and mostly(0.7),
        "application_copied_to_bureau": superior and mostly(0.6),
        "review_has_doubts": doubts,
        "clarification_held": doubts and mostly(),
        "clarification_confirmed": doubts and mostly(0.8),
        "entered_joint_review": reviewed and mostly(),
        "annual_plan_approved": approved and mostly(),
        "special_bureau_reviewed": special and mostly(0.8),
        "standing_meeting_approved": approved and mostly(0.7),
        "task_book_signed": approved and mostly(0.8),
        "task_book_followed": mostly(),
        "standard_or_scale_changed": changed,
        "change_follows_requirement": changed and mostly(0.5),
        "standard_scale_change_approved": changed and mostly(0.5),
        "security_designed_in_sync": mostly(),
        "security_built_in_sync": mostly(),
        "security_accepted_in_sync": mostly(),
        "leader_accountable": mostly(0.95),
        "acceptance_items": items[: 4 if mostly(0.8) else 3],
        "selected_for_audit": not mostly(),
    }
