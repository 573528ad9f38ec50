"""
The rules of rules/luzhou.yaml as one function written by hand: what a team would have without this library.

`judge` reads a dict straight from `json.loads`, unvalidated, and gives ids, outcomes, severities, articles and missing
facts. It is the floor of the benchmarks: every fact is read once, every rule is a few plain comparisons, every settled
answer is a constant. On complete projects its outcomes are those of `evaluate`; run as a script, this file compares
them. Where facts are missing it reasons in Kleene's logic, rule by rule: it may say unknown where all
completions agree, and its missing facts are those that were not given, not only those that matter.

Amounts are numbers of yuan, days ISO text. Written for days of judging from 2019-08-27 on.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any, Final

Found = tuple[str, str, str, str, tuple[str, ...]]

STAGES: Final = {
    "planning": 0,
    "application": 1,
    "review": 2,
    "approval": 3,
    "procurement": 4,
    "construction": 5,
    "acceptance": 6,
    "operation": 7,
    "evaluation": 8,
}
CLASSED: Final = {True: "met", False: "not_applicable", None: "unknown"}
COMMENCEMENT: Final = "2019-08-27"
ORGANS: Final = frozenset(
    (
        "party_organ",
        "peoples_congress",
        "administrative_organ",
        "cppcc",
        "supervisory_organ",
        "court",
        "procuratorate",
        "mass_organization",
    )
)
LISTED_MONEY: Final = frozenset(
    (
        "municipal_fiscal",
        "superior_fiscal",
        "other_fiscal",
        "informatization_special_fund",
        "government_financing",
        "self_raised",
        "social_capital",
    )
)
AUTHORITY_ONLY: Final = ((), ("classified",))
NOTHING: Final[dict[str, Any]] = {}

# What is said of every rule that presupposes the regulation, where it does not apply.
OUT_OF_SCOPE: Final[tuple[Found, ...]] = (
    ("LZ-5-a", "not_applicable", "advisory", "第五条", ()),
    ("LZ-6-a", "not_applicable", "mandatory", "第六条", ()),
    ("LZ-6-b", "not_applicable", "mandatory", "第六条", ()),
    ("LZ-7-a", "not_applicable", "mandatory", "第七条", ()),
    ("LZ-7-b", "not_applicable", "advisory", "第七条", ()),
    ("LZ-8-a", "not_applicable", "mandatory", "第八条", ()),
    ("LZ-8-b", "not_applicable", "mandatory", "第八条", ()),
    ("LZ-9-a", "not_applicable", "mandatory", "第九条", ()),
    ("LZ-9-b", "not_applicable", "mandatory", "第九条", ()),
    ("LZ-9-c", "not_applicable", "mandatory", "第九条", ()),
    ("LZ-9-d", "not_applicable", "advisory", "第九条", ()),
    ("LZ-10-a", "not_applicable", "advisory", "第十条", ()),
    ("LZ-10-b", "not_applicable", "mandatory", "第十条", ()),
    ("LZ-10-c", "not_applicable", "mandatory", "第十条", ()),
    ("LZ-10-d", "not_applicable", "advisory", "第十条", ()),
    ("LZ-10-e", "not_applicable", "advisory", "第十条", ()),
    ("LZ-11-a", "not_applicable", "mandatory", "第十一条", ()),
    ("LZ-11-b", "not_applicable", "mandatory", "第十一条", ()),
    ("LZ-12-b", "not_applicable", "blocking", "第十二条", ()),
    ("LZ-12-c", "not_applicable", "blocking", "第十二条", ()),
    ("LZ-12-d", "not_applicable", "mandatory", "第十二条", ()),
    ("LZ-12-e", "not_applicable", "mandatory", "第十二条", ()),
    ("LZ-13-a", "not_applicable", "mandatory", "第十三条", ()),
    ("LZ-14.1-a", "not_applicable", "mandatory", "第十四条第(一)项(并见第十一条)", ()),
    ("LZ-14.1-b", "not_applicable", "mandatory", "第十四条第(一)项(并见第十一条)", ()),
    ("LZ-14.1-c", "not_applicable", "mandatory", "第十四条第(一)项(并见第十一条)", ()),
    ("LZ-14.1-d", "not_applicable", "mandatory", "第十四条第(一)项", ()),
    ("LZ-14.1-e", "not_applicable", "mandatory", "第十四条第(一)项", ()),
    ("LZ-14.1-f", "not_applicable", "advisory", "第十四条第(一)项", ()),
    ("LZ-14.2-a", "not_applicable", "mandatory", "第十四条第(二)项", ()),
    ("LZ-14.2-c", "not_applicable", "mandatory", "第十四条第(二)项", ()),
    ("LZ-14.2-d", "not_applicable", "mandatory", "第十四条第(二)项", ()),
    ("LZ-14.3-a", "not_applicable", "mandatory", "第十四条第(三)项", ()),
    ("LZ-14.3-b", "not_applicable", "mandatory", "第十四条第(三)项", ()),
    ("LZ-14.4-a", "not_applicable", "mandatory", "第十四条第(四)项", ()),
    ("LZ-14.4-d", "not_applicable", "blocking", "第十四条第(四)项", ()),
    ("LZ-14.5-a", "not_applicable", "mandatory", "第十四条第(五)项", ()),
    ("LZ-14.5-b", "not_applicable", "mandatory", "第十四条第(五)项", ()),
    ("LZ-15-a", "not_applicable", "mandatory", "第十五条", ()),
    ("LZ-15-b", "not_applicable", "mandatory", "第十五条", ()),
    ("LZ-15-c", "not_applicable", "mandatory", "第十五条", ()),
    ("LZ-15-d", "not_applicable", "mandatory", "第十五条", ()),
    ("LZ-15-e", "not_applicable", "mandatory", "第十五条", ()),
    ("LZ-15-f", "not_applicable", "mandatory", "第十五条", ()),
    ("LZ-15-g", "not_applicable", "mandatory", "第十五条", ()),
    ("LZ-15-h", "not_applicable", "mandatory", "第十五条", ()),
    ("LZ-15-i", "not_applicable", "blocking", "第十五条", ()),
    ("LZ-15-j", "not_applicable", "mandatory", "第十五条", ()),
    ("LZ-16-a", "not_applicable", "mandatory", "第十六条", ()),
    ("LZ-17.1-a", "not_applicable", "mandatory", "第十七条第一款第(一)项", ()),
    ("LZ-17.2-a", "not_applicable", "mandatory", "第十七条第一款第(二)项", ()),
    ("LZ-17.3-a", "not_applicable", "mandatory", "第十七条第一款第(三)项", ()),
    ("LZ-17.4-a", "not_applicable", "mandatory", "第十七条第一款第(四)项", ()),
    ("LZ-18-a", "not_applicable", "mandatory", "第十八条", ()),
    ("LZ-18-b", "not_applicable", "mandatory", "第十八条", ()),
    ("LZ-18-c", "not_applicable", "mandatory", "第十八条", ()),
    ("LZ-19-a", "not_applicable", "blocking", "第十九条", ()),
    ("LZ-20-a", "not_applicable", "mandatory", "第二十条", ()),
    ("LZ-20-b", "not_applicable", "mandatory", "第二十条", ()),
    ("LZ-20-c", "not_applicable", "mandatory", "第二十条", ()),
    ("LZ-20-d", "not_applicable", "mandatory", "第二十条", ()),
    ("LZ-21-a", "not_applicable", "mandatory", "第二十一条(并见第十四条第(五)项)", ()),
    ("LZ-21-b", "not_applicable", "mandatory", "第二十一条", ()),
    ("LZ-21-c", "not_applicable", "mandatory", "第二十一条", ()),
    ("LZ-22-c", "not_applicable", "mandatory", "第二十二条", ()),
    ("LZ-26-a", "not_applicable", "mandatory", "第二十六条", ()),
)


def missing(*facts: tuple[str, Any]) -> tuple[str, ...]:
    """
    The names of the facts that are not given.
    """
    return tuple([name for name, value in facts if value is None])


def doubt(
    rule: str, outcome: str, severity: str, article: str, open_scope: tuple[str, ...], *facts: tuple[str, Any]
) -> Found:
    """
    What is said of a rule that is not settled.
    """
    needs = [name for name, value in facts if value is None]
    return (rule, outcome, severity, article, (*open_scope, *needs))


def judge(project: dict[str, Any], as_of: str) -> list[Found]:
    """
    (rule, outcome, severity, article, missing facts) of all rules, in the order of the pack.
    """
    get = project.get
    owner = get("owner") or NOTHING
    funding = get("funding") or NOTHING
    content = get("content") or NOTHING
    planning = get("planning") or NOTHING
    review = get("review") or NOTHING
    approval = get("approval") or NOTHING
    security = get("security") or NOTHING
    data_sharing = get("data_sharing") or NOTHING
    procurement = get("procurement") or NOTHING
    construction = get("construction") or NOTHING
    acceptance = get("acceptance") or NOTHING
    supervision = get("supervision") or NOTHING
    local = get("local") or NOTHING
    special = get("special_or_urgent")  # a claim: not made is false

    # Events that lie ahead have not happened.
    applied = planning.get("applied_on")
    if applied and applied > as_of:
        applied = False
    applied_above = planning.get("applied_to_superior_on")
    if applied_above and applied_above > as_of:
        applied_above = False
    started = construction.get("started_on")
    if started and started > as_of:
        started = False
    completed = construction.get("completed_on")
    if completed and completed > as_of:
        completed = False
    accepted = acceptance.get("completed_on")
    if accepted and accepted > as_of:
        accepted = False
    filed = acceptance.get("filed_on")
    if filed and filed > as_of:
        filed = False
    in_use = (get("operation") or NOTHING).get("in_use_on")
    if in_use and in_use > as_of:
        in_use = False

    # 第三条、第四条、第二十七条至第二十九条: what the regulation covers
    it_based = content.get("it_based")
    category = content.get("category")
    mode = content.get("delivery_mode")
    level = owner.get("level")
    unit_type = owner.get("type")
    funded = owner.get("fiscally_funded")
    sources = funding.get("sources")
    total = funding.get("total_investment")
    municipal_money = funding.get("municipal_fiscal")
    classified = get("classified")
    in_city = local.get("located_in_city")
    serves_public = local.get("administrative_or_public_service")

    # True, False, or None where facts are missing.
    it_project: bool | None
    fiscal_unit: bool | None
    municipal: bool | None
    vertical: bool | None
    enterprise: bool | None
    named: bool | None
    covered: bool | None
    applies: bool | None
    if it_based is False or category == "non_it":
        it_project = False
    else:
        it_project = True if it_based and category is not None else None
    bought_or_built = None if mode is None else mode in ("construction", "purchased_service")
    listed = None if sources is None else not LISTED_MONEY.isdisjoint(sources)
    if unit_type in ORGANS:
        fiscal_unit = True
    elif unit_type in ("public_institution", "social_organization"):
        fiscal_unit = funded
    else:
        fiscal_unit = None if unit_type is None else False
    if level not in (None, "municipal") or fiscal_unit is False or listed is False or bought_or_built is False:
        municipal = False
    else:
        municipal = True if level and fiscal_unit and listed and bought_or_built else None
    if unit_type not in (None, "vertical_department") or municipal_money == 0 or bought_or_built is False:
        vertical = False
    else:
        vertical = True if unit_type and municipal_money is not None and bought_or_built else None
    if (
        unit_type not in (None, "state_owned_enterprise")
        or level not in (None, "municipal", "county", "development_zone")
        or in_city is False
        or mode not in (None, "construction")
        or serves_public is False
    ):
        enterprise = False
    else:
        enterprise = True if unit_type and level and in_city and mode and serves_public else None
    in_force = None if applied is None else (applied or as_of) >= COMMENCEMENT
    above = None if total is None else total > 200_000
    if municipal or vertical or enterprise:
        named = True
    else:
        named = False if municipal is False and vertical is False and enterprise is False else None
    if it_project is False or named is False or classified or in_force is False:
        covered = False
    else:
        covered = True if it_project and named and classified is False and in_force else None
    applies = None
    if covered is False or above is False:
        applies = False
    elif covered and above:
        applies = True
    small = False if covered is False or above else (True if covered and above is False else None)

    if applies:
        open_scope: tuple[str, ...] = ()
    else:
        open_scope = missing(
            ("content.it_based", it_based),
            ("content.category", category),
            ("content.delivery_mode", mode),
            ("owner.level", level),
            ("owner.type", unit_type),
            ("owner.fiscally_funded", funded if unit_type in ("public_institution", "social_organization") else False),
            ("funding.sources", sources),
            ("funding.municipal_fiscal", municipal_money if unit_type == "vertical_department" else 0),
            ("local.located_in_city", in_city if enterprise is None else False),
            ("local.administrative_or_public_service", serves_public if enterprise is None else False),
            ("classified", classified),
            ("planning.applied_on", applied),
            ("funding.total_investment", total),
        )

    found: list[Found] = [
        ("LZ-3-a", CLASSED[it_project], "mandatory", "第三条", () if it_project is not None else open_scope),
        ("LZ-4-a", CLASSED[municipal], "mandatory", "第四条", () if municipal is not None else open_scope),
        ("LZ-4-b", CLASSED[vertical], "mandatory", "第四条", () if vertical is not None else open_scope),
        ("LZ-4-c", CLASSED[above], "mandatory", "第四条", () if above is not None else ("funding.total_investment",)),
        ("LZ-4-d", CLASSED[classified], "mandatory", "第四条", () if classified is not None else ("classified",)),
    ]
    add = found.append
    last: tuple[Found, ...] = (
        ("LZ-27-a", CLASSED[enterprise], "mandatory", "第二十七条", () if enterprise is not None else open_scope),
        ("LZ-28-a", CLASSED[small], "mandatory", "第二十八条", () if small is not None else open_scope),
        ("LZ-29-a", CLASSED[in_force], "mandatory", "第二十九条", missing(("planning.applied_on", in_force))),
    )
    if applies is False:
        found += OUT_OF_SCOPE
        found += last
        return found

    # Not to be decided yet, where the rule's stage lies ahead.
    stage = STAGES.get(get("stage") or "", 8)
    unsure_application = "pending" if stage < 1 else "unknown"
    unsure_review = "pending" if stage < 2 else "unknown"
    unsure_approval = "pending" if stage < 3 else "unknown"
    unsure_procurement = "pending" if stage < 4 else "unknown"
    unsure_construction = "pending" if stage < 5 else "unknown"
    unsure_acceptance = "pending" if stage < 6 else "unknown"
    unsure_operation = "pending" if stage < 7 else "unknown"
    unsure_evaluation = "pending" if stage < 8 else "unknown"
    # Questions for experts or authorities, as long as all that is missing is theirs to answer.
    asked = "review" if open_scope in AUTHORITY_ONLY else "unknown"
    asked_review = "pending" if stage < 2 else asked

    cybersecurity = security.get("cybersecurity_compliant")
    protected = security.get("mlps_implemented")
    sharing_followed = local.get("sharing_measures_followed")
    cloud_followed = local.get("cloud_notice_followed")
    cloud_suitable = local.get("cloud_suitable")
    hosting = (get("infrastructure") or NOTHING).get("hosting")
    wutong_followed = local.get("wutong_plan_followed")
    services = local.get("unified_services")
    connected = local.get("connects_unified_platform")
    portal = local.get("builds_standalone_portal")
    located_service = local.get("has_location_service")
    beidou = local.get("connects_beidou_sichuan")
    scale_followed = local.get("scale_deployment_followed")
    scale_demo = local.get("builds_scale_deployment_demo")
    suits_5g = local.get("suits_5g")
    demo_5g = local.get("builds_5g_demo")
    in_writing = local.get("applied_in_writing")

    # One rule after another, each on as few lines as it needs.
    # fmt: off

    # 第五条至第十条
    add(("LZ-5-a", asked, "advisory", "第五条", open_scope))
    if cybersecurity:
        add(("LZ-6-a", "met", "mandatory", "第六条", ()))
    elif cybersecurity is None:
        add(("LZ-6-a", "unknown", "mandatory", "第六条", (*open_scope, "security.cybersecurity_compliant")))
    elif applies:
        add(("LZ-6-a", "violated", "mandatory", "第六条", ()))
    else:
        add(("LZ-6-a", "unknown", "mandatory", "第六条", open_scope))
    if protected:
        add(("LZ-6-b", "met", "mandatory", "第六条", ()))
    elif protected is None:
        add(("LZ-6-b", "unknown", "mandatory", "第六条", (*open_scope, "security.mlps_implemented")))
    elif applies:
        add(("LZ-6-b", "violated", "mandatory", "第六条", ()))
    else:
        add(("LZ-6-b", "unknown", "mandatory", "第六条", open_scope))
    if sharing_followed:
        add(("LZ-7-a", "met", "mandatory", "第七条", ()))
    elif sharing_followed is None:
        add(("LZ-7-a", "unknown", "mandatory", "第七条", (*open_scope, "local.sharing_measures_followed")))
    elif applies:
        add(("LZ-7-a", "violated", "mandatory", "第七条", ()))
    else:
        add(("LZ-7-a", "unknown", "mandatory", "第七条", open_scope))
    add(("LZ-7-b", asked, "advisory", "第七条", open_scope))
    if cloud_followed:
        add(("LZ-8-a", "met", "mandatory", "第八条", ()))
    elif cloud_followed is None:
        add(("LZ-8-a", "unknown", "mandatory", "第八条", (*open_scope, "local.cloud_notice_followed")))
    elif applies:
        add(("LZ-8-a", "violated", "mandatory", "第八条", ()))
    else:
        add(("LZ-8-a", "unknown", "mandatory", "第八条", open_scope))
    if cloud_suitable is False or hosting in ("undetermined", "not_applicable"):
        add(("LZ-8-b", "not_applicable", "mandatory", "第八条", ()))
    elif hosting in ("municipal_cloud", "migrating_to_municipal_cloud"):
        add(("LZ-8-b", "met", "mandatory", "第八条", ()))
    elif applies and cloud_suitable and hosting is not None:
        add(("LZ-8-b", "violated", "mandatory", "第八条", ()))
    else:
        add(doubt("LZ-8-b", "unknown", "mandatory", "第八条", open_scope,
            ("local.cloud_suitable", cloud_suitable), ("infrastructure.hosting", hosting)))
    if wutong_followed:
        add(("LZ-9-a", "met", "mandatory", "第九条", ()))
    elif wutong_followed is None:
        add(("LZ-9-a", "unknown", "mandatory", "第九条", (*open_scope, "local.wutong_plan_followed")))
    elif applies:
        add(("LZ-9-a", "violated", "mandatory", "第九条", ()))
    else:
        add(("LZ-9-a", "unknown", "mandatory", "第九条", open_scope))
    if services is not None and not services:
        add(("LZ-9-b", "not_applicable", "mandatory", "第九条", ()))
    elif connected:
        add(("LZ-9-b", "met", "mandatory", "第九条", ()))
    elif applies and services and connected is False:
        add(("LZ-9-b", "violated", "mandatory", "第九条", ()))
    else:
        add(doubt("LZ-9-b", "unknown", "mandatory", "第九条", open_scope,
            ("local.unified_services", services), ("local.connects_unified_platform", connected)))
    if services is not None and not services:
        add(("LZ-9-c", "not_applicable", "mandatory", "第九条", ()))
    elif portal is False:
        add(("LZ-9-c", "met", "mandatory", "第九条", ()))
    elif applies and services and portal:
        add(("LZ-9-c", "violated", "mandatory", "第九条", ()))
    else:
        add(doubt("LZ-9-c", "unknown", "mandatory", "第九条", open_scope,
            ("local.unified_services", services), ("local.builds_standalone_portal", portal)))
    if services is not None and not services:
        add(("LZ-9-d", "not_applicable", "advisory", "第九条", ()))
    elif services:
        add(("LZ-9-d", asked, "advisory", "第九条", open_scope))
    else:
        add(("LZ-9-d", "unknown", "advisory", "第九条", (*open_scope, "local.unified_services")))
    add(("LZ-10-a", asked, "advisory", "第十条", open_scope))
    if located_service is False:
        add(("LZ-10-b", "not_applicable", "mandatory", "第十条", ()))
    elif beidou:
        add(("LZ-10-b", "met", "mandatory", "第十条", ()))
    elif applies and located_service and beidou is False:
        add(("LZ-10-b", "violated", "mandatory", "第十条", ()))
    else:
        add(doubt("LZ-10-b", "unknown", "mandatory", "第十条", open_scope,
            ("local.has_location_service", located_service), ("local.connects_beidou_sichuan", beidou)))
    if scale_followed:
        add(("LZ-10-c", "met", "mandatory", "第十条", ()))
    elif scale_followed is None:
        add(("LZ-10-c", "unknown", "mandatory", "第十条", (*open_scope, "local.scale_deployment_followed")))
    elif applies:
        add(("LZ-10-c", "violated", "mandatory", "第十条", ()))
    else:
        add(("LZ-10-c", "unknown", "mandatory", "第十条", open_scope))
    if scale_demo:
        add(("LZ-10-d", "met", "advisory", "第十条", ()))
    elif scale_demo is None:
        add(("LZ-10-d", "unknown", "advisory", "第十条", (*open_scope, "local.builds_scale_deployment_demo")))
    elif applies:
        add(("LZ-10-d", "violated", "advisory", "第十条", ()))
    else:
        add(("LZ-10-d", "unknown", "advisory", "第十条", open_scope))
    if suits_5g is False:
        add(("LZ-10-e", "not_applicable", "advisory", "第十条", ()))
    elif demo_5g:
        add(("LZ-10-e", "met", "advisory", "第十条", ()))
    elif applies and suits_5g and demo_5g is False:
        add(("LZ-10-e", "violated", "advisory", "第十条", ()))
    else:
        add(doubt("LZ-10-e", "unknown", "advisory", "第十条", open_scope,
            ("local.suits_5g", suits_5g), ("local.builds_5g_demo", demo_5g)))

    # 第十一条
    due_on = local.get("budget_submission_due_on")
    plan_year = planning.get("plan_year")
    limit = due_on
    if due_on is False:
        limit = None if plan_year is None else f"{plan_year - 1}-09-30"
    if special:
        add(("LZ-11-a", "not_applicable", "mandatory", "第十一条", ()))
    elif applied and limit is not None and applied <= limit:
        add(("LZ-11-a", "met", "mandatory", "第十一条", ()))
    elif not applied and limit is not None and as_of <= limit:
        add(("LZ-11-a", "pending", "mandatory", "第十一条", ()))
    elif applies and applied is not None and limit is not None:
        add(("LZ-11-a", "violated", "mandatory", "第十一条", ()))
    else:
        add(doubt("LZ-11-a", unsure_application, "mandatory", "第十一条", open_scope,
            ("planning.applied_on", applied), ("local.budget_submission_due_on", due_on),
            ("planning.plan_year", due_on or plan_year)))
    if special:
        add(("LZ-11-b", "not_applicable", "mandatory", "第十一条", ()))
    elif applied:
        add(("LZ-11-b", "met", "mandatory", "第十一条", ()))
    elif not applied and limit is not None and as_of <= limit:
        add(("LZ-11-b", "pending", "mandatory", "第十一条", ()))
    elif applies and applied is False and limit is not None:
        add(("LZ-11-b", "violated", "mandatory", "第十一条", ()))
    else:
        add(doubt("LZ-11-b", unsure_application, "mandatory", "第十一条", open_scope,
            ("planning.applied_on", applied), ("local.budget_submission_due_on", due_on),
            ("planning.plan_year", due_on or plan_year)))

    # 第十二条
    in_plan = planning.get("in_annual_plan")
    initiation = approval.get("initiation")
    arrangement = funding.get("arrangement")
    reviewed_by_bureau = local.get("special_bureau_reviewed")
    special_approval = approval.get("special_approval")
    special_approved: bool | None
    if not special or reviewed_by_bureau is False or special_approval not in (None, "approved"):
        special_approved = False
    else:
        special_approved = True if reviewed_by_bureau and special_approval else None
    special_facts = (
        ("planning.in_annual_plan", in_plan),
        ("local.special_bureau_reviewed", reviewed_by_bureau if special else False),
        ("approval.special_approval", special_approval if special else False),
    )
    if in_plan or special_approved:
        add(("LZ-12-b", "not_applicable", "blocking", "第十二条", ()))
    elif initiation == "none":
        add(("LZ-12-b", "met", "blocking", "第十二条", ()))
    elif applies and in_plan is False and special_approved is False and initiation is not None:
        add(("LZ-12-b", "violated", "blocking", "第十二条", ()))
    else:
        add(doubt("LZ-12-b", unsure_approval, "blocking", "第十二条", open_scope,
            *special_facts, ("approval.initiation", initiation)))
    if in_plan or special_approved:
        add(("LZ-12-c", "not_applicable", "blocking", "第十二条", ()))
    elif arrangement == "none":
        add(("LZ-12-c", "met", "blocking", "第十二条", ()))
    elif applies and in_plan is False and special_approved is False and arrangement is not None:
        add(("LZ-12-c", "violated", "blocking", "第十二条", ()))
    else:
        add(doubt("LZ-12-c", unsure_approval, "blocking", "第十二条", open_scope,
            *special_facts, ("funding.arrangement", arrangement)))
    channel = in_plan if in_plan is None else not in_plan  # the special channel: only where special or urgent
    if not special:
        channel = False
    going_on: bool | None
    if initiation in ("requested", "approved") or arrangement in ("requested", "arranged"):
        going_on = True
    else:
        going_on = None if initiation is None or arrangement is None else False
    if channel is False or going_on is False:
        add(("LZ-12-d", "not_applicable", "mandatory", "第十二条", ()))
    elif reviewed_by_bureau:
        add(("LZ-12-d", "met", "mandatory", "第十二条", ()))
    elif applies and channel and going_on and reviewed_by_bureau is False:
        add(("LZ-12-d", "violated", "mandatory", "第十二条", ()))
    else:
        add(doubt("LZ-12-d", unsure_approval, "mandatory", "第十二条", open_scope,
            ("planning.in_annual_plan", in_plan), ("approval.initiation", initiation),
            ("funding.arrangement", arrangement), ("local.special_bureau_reviewed", reviewed_by_bureau)))
    if channel is False or going_on is False:
        add(("LZ-12-e", "not_applicable", "mandatory", "第十二条", ()))
    elif special_approval == "approved":
        add(("LZ-12-e", "met", "mandatory", "第十二条", ()))
    elif applies and channel and going_on and special_approval is not None:
        add(("LZ-12-e", "violated", "mandatory", "第十二条", ()))
    else:
        add(doubt("LZ-12-e", unsure_approval, "mandatory", "第十二条", open_scope,
            ("planning.in_annual_plan", in_plan), ("approval.initiation", initiation),
            ("funding.arrangement", arrangement), ("approval.special_approval", special_approval)))

    # 第十三条
    arranged = local.get("arranged_by_superior")
    paid = local.get("funded_by_superior")
    copied = local.get("application_copied_to_bureau")
    if arranged is False or paid is False or applied_above is False:
        add(("LZ-13-a", "not_applicable", "mandatory", "第十三条", ()))
    elif copied:
        add(("LZ-13-a", "met", "mandatory", "第十三条", ()))
    elif applies and arranged and paid and applied_above and copied is False:
        add(("LZ-13-a", "violated", "mandatory", "第十三条", ()))
    else:
        add(doubt("LZ-13-a", unsure_application, "mandatory", "第十三条", open_scope,
            ("local.arranged_by_superior", arranged), ("local.funded_by_superior", paid),
            ("planning.applied_to_superior_on", applied_above), ("local.application_copied_to_bureau", copied)))

    # 第十四条
    documents = planning.get("documents")
    if applied is False:
        add(("LZ-14.1-a", "not_applicable", "mandatory", "第十四条第(一)项(并见第十一条)", ()))
    elif documents is not None and "application_form" in documents:
        add(("LZ-14.1-a", "met", "mandatory", "第十四条第(一)项(并见第十一条)", ()))
    elif applies and applied and documents is not None:
        add(("LZ-14.1-a", "violated", "mandatory", "第十四条第(一)项(并见第十一条)", ()))
    else:
        add(doubt("LZ-14.1-a", unsure_application, "mandatory", "第十四条第(一)项(并见第十一条)", open_scope,
            ("planning.applied_on", applied), ("planning.documents", documents)))
    if applied is False:
        add(("LZ-14.1-b", "not_applicable", "mandatory", "第十四条第(一)项(并见第十一条)", ()))
    elif documents is not None and "basic_report" in documents:
        add(("LZ-14.1-b", "met", "mandatory", "第十四条第(一)项(并见第十一条)", ()))
    elif applies and applied and documents is not None:
        add(("LZ-14.1-b", "violated", "mandatory", "第十四条第(一)项(并见第十一条)", ()))
    else:
        add(doubt("LZ-14.1-b", unsure_application, "mandatory", "第十四条第(一)项(并见第十一条)", open_scope,
            ("planning.applied_on", applied), ("planning.documents", documents)))
    if applied is False:
        add(("LZ-14.1-c", "not_applicable", "mandatory", "第十四条第(一)项(并见第十一条)", ()))
    elif documents is not None and "investment_estimate" in documents:
        add(("LZ-14.1-c", "met", "mandatory", "第十四条第(一)项(并见第十一条)", ()))
    elif applies and applied and documents is not None:
        add(("LZ-14.1-c", "violated", "mandatory", "第十四条第(一)项(并见第十一条)", ()))
    else:
        add(doubt("LZ-14.1-c", unsure_application, "mandatory", "第十四条第(一)项(并见第十一条)", open_scope,
            ("planning.applied_on", applied), ("planning.documents", documents)))
    if applied is False:
        add(("LZ-14.1-d", "not_applicable", "mandatory", "第十四条第(一)项", ()))
    elif documents is not None and "resource_catalog" in documents:
        add(("LZ-14.1-d", "met", "mandatory", "第十四条第(一)项", ()))
    elif applies and applied and documents is not None:
        add(("LZ-14.1-d", "violated", "mandatory", "第十四条第(一)项", ()))
    else:
        add(doubt("LZ-14.1-d", unsure_application, "mandatory", "第十四条第(一)项", open_scope,
            ("planning.applied_on", applied), ("planning.documents", documents)))
    if applied is False:
        add(("LZ-14.1-e", "not_applicable", "mandatory", "第十四条第(一)项", ()))
    elif in_writing:
        add(("LZ-14.1-e", "met", "mandatory", "第十四条第(一)项", ()))
    elif applies and applied and in_writing is False:
        add(("LZ-14.1-e", "violated", "mandatory", "第十四条第(一)项", ()))
    else:
        add(doubt("LZ-14.1-e", unsure_application, "mandatory", "第十四条第(一)项", open_scope,
            ("planning.applied_on", applied), ("local.applied_in_writing", in_writing)))
    add(("LZ-14.1-f", asked, "advisory", "第十四条第(一)项", open_scope))
    result = review.get("result")
    if applied is False or channel or result == "pending":
        add(("LZ-14.2-a", "not_applicable", "mandatory", "第十四条第(二)项", ()))
    elif result in ("passed", "failed"):
        add(("LZ-14.2-a", "met", "mandatory", "第十四条第(二)项", ()))
    elif applies and applied and channel is False and result is not None:
        add(("LZ-14.2-a", "violated", "mandatory", "第十四条第(二)项", ()))
    elif applied and not open_scope:
        theirs = missing(("planning.in_annual_plan", in_plan), ("review.result", result))
        add(("LZ-14.2-a", asked_review, "mandatory", "第十四条第(二)项", theirs))
    else:
        add(doubt("LZ-14.2-a", unsure_review, "mandatory", "第十四条第(二)项", open_scope,
            ("planning.applied_on", applied), ("planning.in_annual_plan", in_plan), ("review.result", result)))
    doubts = local.get("review_has_doubts")
    clarified = local.get("clarification_held")
    entered = local.get("entered_joint_review")
    confirmed = local.get("clarification_confirmed")
    if doubts is False or entered is False:
        add(("LZ-14.2-c", "not_applicable", "mandatory", "第十四条第(二)项", ()))
    elif clarified:
        add(("LZ-14.2-c", "met", "mandatory", "第十四条第(二)项", ()))
    elif applies and doubts and entered and clarified is False:
        add(("LZ-14.2-c", "violated", "mandatory", "第十四条第(二)项", ()))
    else:
        add(doubt("LZ-14.2-c", unsure_review, "mandatory", "第十四条第(二)项", open_scope,
            ("local.review_has_doubts", doubts), ("local.entered_joint_review", entered),
            ("local.clarification_held", clarified)))
    if doubts is False or entered is False or clarified is False:
        add(("LZ-14.2-d", "not_applicable", "mandatory", "第十四条第(二)项", ()))
    elif confirmed:
        add(("LZ-14.2-d", "met", "mandatory", "第十四条第(二)项", ()))
    elif applies and doubts and entered and clarified and confirmed is False:
        add(("LZ-14.2-d", "violated", "mandatory", "第十四条第(二)项", ()))
    else:
        add(doubt("LZ-14.2-d", unsure_review, "mandatory", "第十四条第(二)项", open_scope,
            ("local.review_has_doubts", doubts), ("local.entered_joint_review", entered),
            ("local.clarification_held", clarified), ("local.clarification_confirmed", confirmed)))
    if entered is False:
        add(("LZ-14.3-a", "not_applicable", "mandatory", "第十四条第(三)项", ()))
    elif result == "passed":
        add(("LZ-14.3-a", "met", "mandatory", "第十四条第(三)项", ()))
    elif applies and entered and result is not None:
        add(("LZ-14.3-a", "violated", "mandatory", "第十四条第(三)项", ()))
    else:
        add(doubt("LZ-14.3-a", unsure_review, "mandatory", "第十四条第(三)项", open_scope,
            ("local.entered_joint_review", entered), ("review.result", result)))
    if channel or result not in (None, "passed"):
        add(("LZ-14.3-b", "not_applicable", "mandatory", "第十四条第(三)项", ()))
    else:
        add(doubt("LZ-14.3-b", asked_review, "mandatory", "第十四条第(三)项", open_scope,
            ("review.result", result), ("planning.in_annual_plan", in_plan if special else True)))
    plan_approved = local.get("annual_plan_approved")
    standing_meeting = local.get("standing_meeting_approved")
    if in_plan is False or initiation == "none":
        add(("LZ-14.4-a", "not_applicable", "mandatory", "第十四条第(四)项", ()))
    elif plan_approved:
        add(("LZ-14.4-a", "met", "mandatory", "第十四条第(四)项", ()))
    elif applies and in_plan and initiation is not None and plan_approved is False:
        add(("LZ-14.4-a", "violated", "mandatory", "第十四条第(四)项", ()))
    else:
        add(doubt("LZ-14.4-a", unsure_approval, "mandatory", "第十四条第(四)项", open_scope,
            ("planning.in_annual_plan", in_plan), ("approval.initiation", initiation),
            ("local.annual_plan_approved", plan_approved)))
    if (municipal_money is not None and municipal_money < 10_000_000) or initiation == "none":
        add(("LZ-14.4-d", "not_applicable", "blocking", "第十四条第(四)项", ()))
    elif standing_meeting:
        add(("LZ-14.4-d", "met", "blocking", "第十四条第(四)项", ()))
    elif applies and municipal_money is not None and initiation is not None and standing_meeting is False:
        add(("LZ-14.4-d", "violated", "blocking", "第十四条第(四)项", ()))
    else:
        add(doubt("LZ-14.4-d", unsure_approval, "blocking", "第十四条第(四)项", open_scope,
            ("funding.municipal_fiscal", municipal_money), ("approval.initiation", initiation),
            ("local.standing_meeting_approved", standing_meeting)))
    signed = local.get("task_book_signed")
    budgeted = funding.get("in_annual_budget")
    if signed is False:
        add(("LZ-14.5-a", "not_applicable", "mandatory", "第十四条第(五)项", ()))
    elif budgeted and initiation == "approved":
        add(("LZ-14.5-a", "met", "mandatory", "第十四条第(五)项", ()))
    elif applies and signed and (budgeted is False or initiation not in (None, "approved")):
        add(("LZ-14.5-a", "violated", "mandatory", "第十四条第(五)项", ()))
    else:
        add(doubt("LZ-14.5-a", unsure_approval, "mandatory", "第十四条第(五)项", open_scope,
            ("local.task_book_signed", signed), ("funding.in_annual_budget", budgeted),
            ("approval.initiation", initiation)))
    if started is False:
        add(("LZ-14.5-b", "not_applicable", "mandatory", "第十四条第(五)项", ()))
    elif signed:
        add(("LZ-14.5-b", "met", "mandatory", "第十四条第(五)项", ()))
    elif applies and started and signed is False:
        add(("LZ-14.5-b", "violated", "mandatory", "第十四条第(五)项", ()))
    else:
        add(doubt("LZ-14.5-b", unsure_construction, "mandatory", "第十四条第(五)项", open_scope,
            ("construction.started_on", started), ("local.task_book_signed", signed)))

    # 第十五条、第十六条
    organizer = acceptance.get("organizer")
    by_contract = acceptance.get("based_on_contract")
    items = local.get("acceptance_items")
    if accepted is False:
        add(("LZ-15-a", "not_applicable", "mandatory", "第十五条", ()))
    elif organizer == "owner":
        add(("LZ-15-a", "met", "mandatory", "第十五条", ()))
    elif applies and accepted and organizer is not None:
        add(("LZ-15-a", "violated", "mandatory", "第十五条", ()))
    else:
        add(doubt("LZ-15-a", unsure_acceptance, "mandatory", "第十五条", open_scope,
            ("acceptance.completed_on", accepted), ("acceptance.organizer", organizer)))
    if accepted is False:
        add(("LZ-15-b", "not_applicable", "mandatory", "第十五条", ()))
    elif by_contract:
        add(("LZ-15-b", "met", "mandatory", "第十五条", ()))
    elif applies and accepted and by_contract is False:
        add(("LZ-15-b", "violated", "mandatory", "第十五条", ()))
    else:
        add(doubt("LZ-15-b", unsure_acceptance, "mandatory", "第十五条", open_scope,
            ("acceptance.completed_on", accepted), ("acceptance.based_on_contract", by_contract)))
    if accepted is False:
        add(("LZ-15-c", "not_applicable", "mandatory", "第十五条", ()))
    elif items is not None and "materials" in items:
        add(("LZ-15-c", "met", "mandatory", "第十五条", ()))
    elif applies and accepted and items is not None:
        add(("LZ-15-c", "violated", "mandatory", "第十五条", ()))
    else:
        add(doubt("LZ-15-c", unsure_acceptance, "mandatory", "第十五条", open_scope,
            ("acceptance.completed_on", accepted), ("local.acceptance_items", items)))
    if accepted is False:
        add(("LZ-15-d", "not_applicable", "mandatory", "第十五条", ()))
    elif items is not None and "contract_and_bidding" in items:
        add(("LZ-15-d", "met", "mandatory", "第十五条", ()))
    elif applies and accepted and items is not None:
        add(("LZ-15-d", "violated", "mandatory", "第十五条", ()))
    else:
        add(doubt("LZ-15-d", unsure_acceptance, "mandatory", "第十五条", open_scope,
            ("acceptance.completed_on", accepted), ("local.acceptance_items", items)))
    if accepted is False:
        add(("LZ-15-e", "not_applicable", "mandatory", "第十五条", ()))
    elif items is not None and "function_performance_security" in items:
        add(("LZ-15-e", "met", "mandatory", "第十五条", ()))
    elif applies and accepted and items is not None:
        add(("LZ-15-e", "violated", "mandatory", "第十五条", ()))
    else:
        add(doubt("LZ-15-e", unsure_acceptance, "mandatory", "第十五条", open_scope,
            ("acceptance.completed_on", accepted), ("local.acceptance_items", items)))
    if accepted is False:
        add(("LZ-15-f", "not_applicable", "mandatory", "第十五条", ()))
    elif items is not None and "other_contract_terms" in items:
        add(("LZ-15-f", "met", "mandatory", "第十五条", ()))
    elif applies and accepted and items is not None:
        add(("LZ-15-f", "violated", "mandatory", "第十五条", ()))
    else:
        add(doubt("LZ-15-f", unsure_acceptance, "mandatory", "第十五条", open_scope,
            ("acceptance.completed_on", accepted), ("local.acceptance_items", items)))
    has_system = content.get("includes_information_system")
    platform = data_sharing.get("connected_to_platform")
    registered = data_sharing.get("catalog_registered")
    if has_system is False or completed is False:
        add(("LZ-15-g", "not_applicable", "mandatory", "第十五条", ()))
    elif platform:
        add(("LZ-15-g", "met", "mandatory", "第十五条", ()))
    elif applies and has_system and completed and platform is False:
        add(("LZ-15-g", "violated", "mandatory", "第十五条", ()))
    else:
        add(doubt("LZ-15-g", unsure_acceptance, "mandatory", "第十五条", open_scope,
            ("content.includes_information_system", has_system), ("construction.completed_on", completed),
            ("data_sharing.connected_to_platform", platform)))
    if has_system is False or completed is False:
        add(("LZ-15-h", "not_applicable", "mandatory", "第十五条", ()))
    elif registered:
        add(("LZ-15-h", "met", "mandatory", "第十五条", ()))
    elif applies and has_system and completed and registered is False:
        add(("LZ-15-h", "violated", "mandatory", "第十五条", ()))
    else:
        add(doubt("LZ-15-h", unsure_acceptance, "mandatory", "第十五条", open_scope,
            ("content.includes_information_system", has_system), ("construction.completed_on", completed),
            ("data_sharing.catalog_registered", registered)))
    passed = acceptance.get("result")
    used_rightly: bool | None
    if passed not in (None, "passed") or (in_use and accepted is not None and (not accepted or in_use < accepted)):
        used_rightly = False
    else:
        used_rightly = True if passed and in_use and accepted else None
    if in_use is False:
        add(("LZ-15-i", "not_applicable", "blocking", "第十五条", ()))
    elif used_rightly:
        add(("LZ-15-i", "met", "blocking", "第十五条", ()))
    elif applies and in_use and used_rightly is False:
        add(("LZ-15-i", "violated", "blocking", "第十五条", ()))
    else:
        add(doubt("LZ-15-i", unsure_operation, "blocking", "第十五条", open_scope,
            ("operation.in_use_on", in_use), ("acceptance.result", passed), ("acceptance.completed_on", accepted)))
    if passed not in (None, "passed"):
        add(("LZ-15-j", "not_applicable", "mandatory", "第十五条", ()))
    elif filed:
        add(("LZ-15-j", "met", "mandatory", "第十五条", ()))
    elif applies and passed and filed is False:
        add(("LZ-15-j", "violated", "mandatory", "第十五条", ()))
    else:
        add(doubt("LZ-15-j", unsure_acceptance, "mandatory", "第十五条", open_scope,
            ("acceptance.result", passed), ("acceptance.filed_on", filed)))
    assessment = security.get("mlps_assessment")
    if completed is False or assessment == "not_required":
        add(("LZ-16-a", "not_applicable", "mandatory", "第十六条", ()))
    elif assessment == "done":
        add(("LZ-16-a", "met", "mandatory", "第十六条", ()))
    elif applies and completed and assessment is not None:
        add(("LZ-16-a", "violated", "mandatory", "第十六条", ()))
    else:
        add(doubt("LZ-16-a", unsure_acceptance, "mandatory", "第十六条", open_scope,
            ("construction.completed_on", completed), ("security.mlps_assessment", assessment)))

    # 第十七条至第十九条
    if started is False:
        add(("LZ-17.1-a", "not_applicable", "mandatory", "第十七条第一款第(一)项", ()))
    elif initiation == "approved":
        add(("LZ-17.1-a", "met", "mandatory", "第十七条第一款第(一)项", ()))
    elif applies and started and initiation is not None:
        add(("LZ-17.1-a", "violated", "mandatory", "第十七条第一款第(一)项", ()))
    else:
        add(doubt("LZ-17.1-a", unsure_construction, "mandatory", "第十七条第一款第(一)项", open_scope,
            ("construction.started_on", started), ("approval.initiation", initiation)))
    changed = local.get("standard_or_scale_changed")
    as_required = local.get("change_follows_requirement")
    change_allowed = local.get("standard_scale_change_approved")
    if changed is False:
        add(("LZ-17.2-a", "not_applicable", "mandatory", "第十七条第一款第(二)项", ()))
    elif as_required or change_allowed:
        add(("LZ-17.2-a", "met", "mandatory", "第十七条第一款第(二)项", ()))
    elif applies and changed and as_required is False and change_allowed is False:
        add(("LZ-17.2-a", "violated", "mandatory", "第十七条第一款第(二)项", ()))
    else:
        add(doubt("LZ-17.2-a", unsure_construction, "mandatory", "第十七条第一款第(二)项", open_scope,
            ("local.standard_or_scale_changed", changed), ("local.change_follows_requirement", as_required),
            ("local.standard_scale_change_approved", change_allowed)))
    procured = procurement.get("compliant")
    if procured:
        add(("LZ-17.3-a", "met", "mandatory", "第十七条第一款第(三)项", ()))
    elif procured is None:
        needs = (*open_scope, "procurement.compliant")
        add(("LZ-17.3-a", unsure_procurement, "mandatory", "第十七条第一款第(三)项", needs))
    elif applies:
        add(("LZ-17.3-a", "violated", "mandatory", "第十七条第一款第(三)项", ()))
    else:
        add(("LZ-17.3-a", unsure_procurement, "mandatory", "第十七条第一款第(三)项", open_scope))
    properly = acceptance.get("compliant")
    if in_use is False:
        add(("LZ-17.4-a", "not_applicable", "mandatory", "第十七条第一款第(四)项", ()))
    elif properly and used_rightly:
        add(("LZ-17.4-a", "met", "mandatory", "第十七条第一款第(四)项", ()))
    elif applies and in_use and (properly is False or used_rightly is False):
        add(("LZ-17.4-a", "violated", "mandatory", "第十七条第一款第(四)项", ()))
    else:
        add(doubt("LZ-17.4-a", unsure_operation, "mandatory", "第十七条第一款第(四)项", open_scope,
            ("operation.in_use_on", in_use), ("acceptance.compliant", properly), ("acceptance.result", passed),
            ("acceptance.completed_on", accepted)))
    designed = local.get("security_designed_in_sync")
    built_in_sync = local.get("security_built_in_sync")
    accepted_in_sync = local.get("security_accepted_in_sync")
    security_topic = local.get("basic_report_has_security_topic")
    if started is False:
        add(("LZ-18-a", "not_applicable", "mandatory", "第十八条", ()))
    elif designed:
        add(("LZ-18-a", "met", "mandatory", "第十八条", ()))
    elif applies and started and designed is False:
        add(("LZ-18-a", "violated", "mandatory", "第十八条", ()))
    else:
        add(doubt("LZ-18-a", unsure_construction, "mandatory", "第十八条", open_scope,
            ("construction.started_on", started), ("local.security_designed_in_sync", designed)))
    if started is False:
        add(("LZ-18-b", "not_applicable", "mandatory", "第十八条", ()))
    elif built_in_sync:
        add(("LZ-18-b", "met", "mandatory", "第十八条", ()))
    elif applies and started and built_in_sync is False:
        add(("LZ-18-b", "violated", "mandatory", "第十八条", ()))
    else:
        add(doubt("LZ-18-b", unsure_construction, "mandatory", "第十八条", open_scope,
            ("construction.started_on", started), ("local.security_built_in_sync", built_in_sync)))
    if accepted is False:
        add(("LZ-18-c", "not_applicable", "mandatory", "第十八条", ()))
    elif accepted_in_sync:
        add(("LZ-18-c", "met", "mandatory", "第十八条", ()))
    elif applies and accepted and accepted_in_sync is False:
        add(("LZ-18-c", "violated", "mandatory", "第十八条", ()))
    else:
        add(doubt("LZ-18-c", unsure_acceptance, "mandatory", "第十八条", open_scope,
            ("acceptance.completed_on", accepted), ("local.security_accepted_in_sync", accepted_in_sync)))
    if applied is False:
        add(("LZ-19-a", "not_applicable", "blocking", "第十九条", ()))
    elif security_topic:
        add(("LZ-19-a", "met", "blocking", "第十九条", ()))
    elif applies and applied and security_topic is False:
        add(("LZ-19-a", "violated", "blocking", "第十九条", ()))
    else:
        add(doubt("LZ-19-a", unsure_application, "blocking", "第十九条", open_scope,
            ("planning.applied_on", applied), ("local.basic_report_has_security_topic", security_topic)))

    # 第二十条至第二十二条
    leader = local.get("leader_accountable")
    body_named = construction.get("implementing_body_named")
    person_named = construction.get("responsible_person_named")
    rules_made = construction.get("management_rules_established")
    book_followed = local.get("task_book_followed")
    major = construction.get("major_change")
    reported = construction.get("major_change_reported")
    change_approved = construction.get("major_change_approved")
    carried_out = construction.get("change_implemented")
    cooperates = supervision.get("cooperates")
    if started is False:
        add(("LZ-20-a", "not_applicable", "mandatory", "第二十条", ()))
    elif leader:
        add(("LZ-20-a", "met", "mandatory", "第二十条", ()))
    elif applies and started and leader is False:
        add(("LZ-20-a", "violated", "mandatory", "第二十条", ()))
    else:
        add(doubt("LZ-20-a", unsure_construction, "mandatory", "第二十条", open_scope,
            ("construction.started_on", started), ("local.leader_accountable", leader)))
    if started is False:
        add(("LZ-20-b", "not_applicable", "mandatory", "第二十条", ()))
    elif body_named:
        add(("LZ-20-b", "met", "mandatory", "第二十条", ()))
    elif applies and started and body_named is False:
        add(("LZ-20-b", "violated", "mandatory", "第二十条", ()))
    else:
        add(doubt("LZ-20-b", unsure_construction, "mandatory", "第二十条", open_scope,
            ("construction.started_on", started), ("construction.implementing_body_named", body_named)))
    if started is False:
        add(("LZ-20-c", "not_applicable", "mandatory", "第二十条", ()))
    elif person_named:
        add(("LZ-20-c", "met", "mandatory", "第二十条", ()))
    elif applies and started and person_named is False:
        add(("LZ-20-c", "violated", "mandatory", "第二十条", ()))
    else:
        add(doubt("LZ-20-c", unsure_construction, "mandatory", "第二十条", open_scope,
            ("construction.started_on", started), ("construction.responsible_person_named", person_named)))
    if started is False:
        add(("LZ-20-d", "not_applicable", "mandatory", "第二十条", ()))
    elif rules_made:
        add(("LZ-20-d", "met", "mandatory", "第二十条", ()))
    elif applies and started and rules_made is False:
        add(("LZ-20-d", "violated", "mandatory", "第二十条", ()))
    else:
        add(doubt("LZ-20-d", unsure_construction, "mandatory", "第二十条", open_scope,
            ("construction.started_on", started), ("construction.management_rules_established", rules_made)))
    if started is False:
        add(("LZ-21-a", "not_applicable", "mandatory", "第二十一条(并见第十四条第(五)项)", ()))
    elif book_followed:
        add(("LZ-21-a", "met", "mandatory", "第二十一条(并见第十四条第(五)项)", ()))
    elif applies and started and book_followed is False:
        add(("LZ-21-a", "violated", "mandatory", "第二十一条(并见第十四条第(五)项)", ()))
    else:
        add(doubt("LZ-21-a", unsure_construction, "mandatory", "第二十一条(并见第十四条第(五)项)", open_scope,
            ("construction.started_on", started), ("local.task_book_followed", book_followed)))
    if major is False:
        add(("LZ-21-b", "not_applicable", "mandatory", "第二十一条", ()))
    elif reported:
        add(("LZ-21-b", "met", "mandatory", "第二十一条", ()))
    elif applies and major and reported is False:
        add(("LZ-21-b", "violated", "mandatory", "第二十一条", ()))
    else:
        add(doubt("LZ-21-b", unsure_construction, "mandatory", "第二十一条", open_scope,
            ("construction.major_change", major), ("construction.major_change_reported", reported)))
    if major is False or carried_out is False:
        add(("LZ-21-c", "not_applicable", "mandatory", "第二十一条", ()))
    elif change_approved:
        add(("LZ-21-c", "met", "mandatory", "第二十一条", ()))
    elif applies and major and carried_out and change_approved is False:
        add(("LZ-21-c", "violated", "mandatory", "第二十一条", ()))
    else:
        add(doubt("LZ-21-c", unsure_construction, "mandatory", "第二十一条", open_scope,
            ("construction.major_change", major), ("construction.change_implemented", carried_out),
            ("construction.major_change_approved", change_approved)))
    if cooperates:
        add(("LZ-22-c", "met", "mandatory", "第二十二条", ()))
    elif cooperates is None:
        add(("LZ-22-c", unsure_evaluation, "mandatory", "第二十二条", (*open_scope, "supervision.cooperates")))
    elif applies:
        add(("LZ-22-c", "violated", "mandatory", "第二十二条", ()))
    else:
        add(("LZ-22-c", unsure_evaluation, "mandatory", "第二十二条", open_scope))

    # 第二十六条
    first_level = local.get("first_level_budget_unit")
    by_superior = local.get("applied_by_supervising_unit")
    if applied is False or fiscal_unit is False or first_level:
        add(("LZ-26-a", "not_applicable", "mandatory", "第二十六条", ()))
    elif by_superior:
        add(("LZ-26-a", "met", "mandatory", "第二十六条", ()))
    elif applies and applied and fiscal_unit and first_level is False and by_superior is False:
        add(("LZ-26-a", "violated", "mandatory", "第二十六条", ()))
    else:
        add(doubt("LZ-26-a", unsure_application, "mandatory", "第二十六条", open_scope,
            ("planning.applied_on", applied), ("owner.type", unit_type),
            ("local.first_level_budget_unit", first_level), ("local.applied_by_supervising_unit", by_superior)))
    # fmt: on

    found += last
    return found


def compare(count: int = 2_000) -> None:
    """
    Outcomes of `judge` against those of `evaluate`: on complete projects they must be equal.
    """
    from govit_rules import Project, evaluate, load_pack
    from projects import AS_OF, complete_texts, texts

    pack = load_pack("luzhou")
    for title, made in (("complete", complete_texts(count)), ("one fact in ten missing", texts(count))):
        outcomes = differing = 0
        rules: dict[str, int] = {}
        for text in made:
            exact = evaluate(Project.model_validate_json(text), pack, as_of=date.fromisoformat(AS_OF)).verdicts
            plain = judge(json.loads(text), AS_OF)
            assert [found[0] for found in plain] == [verdict.rule for verdict in exact]
            assert all(f[2:4] == (v.severity, v.article) for f, v in zip(plain, exact, strict=True))
            for found, verdict in zip(plain, exact, strict=True):
                outcomes += 1
                if found[1] != verdict.outcome:
                    differing += 1
                    rules[verdict.rule] = rules.get(verdict.rule, 0) + 1
        print(f"{title}: {len(made)} projects, {outcomes} outcomes, {differing} differ", rules or "")
        assert title != "complete" or not differing


if __name__ == "__main__":
    compare()
