"""
The facts of a project: the model that reads them, refuses what is wrong, and says what each of them means.

A fact left out, or given as ``null``, is *unknown*; nothing has a default. Sections group the facts
(``funding.total_investment``); facts that only one city asks about stand under ``local`` and are checked by that
city's pack. The model is the vocabulary: labels, codes, who can answer and from which stage stand in its fields, and
`CORE_FACTS` and `project_schema` are read off them.

Reading is split in two. Pydantic's core reads the JSON text in one pass, for speed; only when it refuses does
`_defects` walk the same data with `Fact.parse` and say in Chinese, for every defect at once, where it is, what it is
and how to mend it.

New fact: one entry in its section, then the tables of the documentation. Imports: `errors`, `facts`, `values`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import islice
from operator import attrgetter, itemgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeAlias, cast, get_args

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, ValidationError
from pydantic_core import core_schema as core

from govit_rules.errors import Defect, ProjectError
from govit_rules.facts import (
    COUNT_MAX,
    LIST_MAX,
    MONTH_PATTERN,
    STAGE_ZH,
    TEXT_MAX,
    YEAR_MAX,
    YEAR_MIN,
    Fact,
    FactType,
    Who,
    WrongValue,
    encodable,
    nearest,
    shown,
)
from govit_rules.values import parse_day, parse_event, parse_money

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.fields import FieldInfo
    from pydantic.json_schema import JsonSchemaValue

__all__ = [
    "CORE_FACTS",
    "MAX_DEFECTS",
    "MAX_DEPTH",
    "MAX_LOCAL",
    "MAX_PROJECT_BYTES",
    "SECTIONS",
    "Acceptance",
    "Approval",
    "Assets",
    "Construction",
    "Content",
    "Contract",
    "DataSharing",
    "Evaluation",
    "Funding",
    "Infrastructure",
    "Operation",
    "Owner",
    "Planning",
    "Procurement",
    "Project",
    "Review",
    "Security",
    "Supervision",
    "project_schema",
]

MAX_PROJECT_BYTES: Final = 2_000_000
MAX_DEPTH: Final = 20
MAX_LOCAL: Final = 1000
MAX_DEFECTS: Final = 100

YUAN: Final = "CNY yuan"
MONEY_PATTERN: Final = r"^\s*([0-9]+|[1-9][0-9]{0,2}(,[0-9]{3})+)(\.[0-9]+)?\s*(元|万元|万|亿元|亿)\s*$"
DAY_MIN: Final = date(1900, 1, 1)  # as `parse_day` has it
DAY_MAX: Final = date(2199, 12, 31)
DATE_PATTERN: Final = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


# The types of facts, each with the core schema that reads it: Pydantic then has nothing to derive, and reads JSON
# without calling Python, but for amounts that are not a number of whole yuan.


class _Reads:
    def __init__(self, fact_type: FactType | None, schema: core.CoreSchema) -> None:
        self.fact_type = fact_type
        self.schema = core.nullable_schema(schema)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core.CoreSchema:
        return self.schema


def _as_number(amount: Decimal) -> int | float:
    # Amounts are below 10**13 yuan and of whole fen: fifteen digits, which a float keeps.
    return int(amount) if amount == int(amount) else float(amount)


# Core alone would take "1769817600" for a date, a timestamp, and 0 for false: hence the pattern, and the strict bool.
_JSON_DAY: Final = core.chain_schema(
    [core.str_schema(strict=True, pattern=DATE_PATTERN), core.date_schema(ge=DAY_MIN, le=DAY_MAX)]
)
_DAY: Final = core.json_or_python_schema(_JSON_DAY, core.no_info_plain_validator_function(parse_day))
_JSON_NOT_YET: Final = core.chain_schema([core.bool_schema(strict=True), core.literal_schema([False])])
_EVENT: Final = core.json_or_python_schema(
    core.union_schema([_JSON_DAY, _JSON_NOT_YET], mode="left_to_right"),
    core.no_info_plain_validator_function(parse_event),
)
_WHOLE_YUAN: Final = core.chain_schema(
    [core.int_schema(strict=True, ge=0, lt=10**12), core.no_info_plain_validator_function(Decimal)]
)
_MONEY: Final = core.union_schema(
    [_WHOLE_YUAN, core.no_info_plain_validator_function(parse_money)],
    mode="left_to_right",
    serialization=core.plain_serializer_function_ser_schema(_as_number, when_used="json-unless-none"),
)
_MONTHS: Final = core.frozenset_schema(
    core.str_schema(strict=True, pattern=MONTH_PATTERN),
    max_length=LIST_MAX,
    serialization=core.plain_serializer_function_ser_schema(sorted, when_used="json-unless-none"),
)

Text: TypeAlias = Annotated[str | None, _Reads("text", core.str_schema(strict=True, max_length=TEXT_MAX))]
Flag: TypeAlias = Annotated[bool | None, _Reads("bool", core.bool_schema(strict=True))]
Count: TypeAlias = Annotated[int | None, _Reads("int", core.int_schema(strict=True, ge=0, le=COUNT_MAX))]
Year: TypeAlias = Annotated[int | None, _Reads("year", core.int_schema(strict=True, ge=YEAR_MIN, le=YEAR_MAX))]
Day: TypeAlias = Annotated[date | None, _Reads("date", _DAY)]
Event: TypeAlias = Annotated[date | Literal[False] | None, _Reads("event_date", _EVENT)]
Money: TypeAlias = Annotated[Decimal | None, _Reads("money", _MONEY)]
Months: TypeAlias = Annotated[frozenset[str] | None, _Reads("month_list", _MONTHS)]

# Of `local` the model knows the form only. The editor's ``$schema`` is taken and forgotten.
_OWN_TYPES: Final = frozenset({bool, str, type(None)})


def _local(data: dict[str, object]) -> dict[str, object]:
    if len(data) <= MAX_LOCAL and _OWN_TYPES.issuperset(map(type, data.values())):
        return data
    return _checked_local(data)


def _checked_local(data: object) -> dict[str, object]:
    if defect := next(_local_defects(data), None):
        raise ValueError(str(defect))
    given = cast("Mapping[str, object]", data)
    return {name: list(value) if isinstance(value, (list, tuple)) else value for name, value in given.items()}


_LOCAL: Final = _Reads(
    None,
    core.json_or_python_schema(
        core.no_info_after_validator_function(_local, core.dict_schema(core.str_schema(), core.any_schema())),
        core.no_info_plain_validator_function(_checked_local),
    ),
)
_FORGOTTEN: Final = _Reads(None, core.no_info_after_validator_function(lambda _: None, core.str_schema(strict=True)))

SORTED: Final = PlainSerializer(sorted, when_used="json-unless-none")

Assessment: TypeAlias = Literal["done", "not_done", "not_required"]
ASSESSMENT_ZH: Final[Mapping[str, str]] = {"done": "已完成", "not_done": "未完成", "not_required": "依规定不需要"}


def fact(
    zh: str,
    meaning: str,
    *,
    en: str,
    who: Who,
    stage: str,
    unit: str | None = None,
    values: Mapping[str, str] | None = None,
    claim: bool = False,
) -> Any:
    """
    One entry of the vocabulary: a field that may be left out, with all that is said about it.
    """
    about = {"en": en, "who": who, "stage": stage, "unit": unit, "values": values, "claim": claim}
    return Field(default=None, title=zh, description=meaning, json_schema_extra=about)  # type: ignore[arg-type]


def section(zh: str) -> Any:
    """
    A group of facts under one key.
    """
    return Field(default=None, title=zh)


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: core.CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return _object_schema(cls)


# The vocabulary, set as a table: one fact after another, each on as few lines as it needs.

# fmt: off


class Owner(_Facts):
    """
    The unit that builds the project: who it is and where it belongs.
    """

    name: Text = fact("项目单位名称", "项目建设（业主）单位全称。", en="Owner name", who="owner", stage="planning")
    level: Literal["municipal", "county", "development_zone", "superior", "other"] | None = fact(
        "项目单位层级", "项目建设（业主）单位的隶属层级；县（区）与开发区、园区分列。",
        en="Owner level", who="owner", stage="planning",
        values={"municipal": "市级", "county": "县（市、区）级", "development_zone": "开发区、园区、功能区",
                "superior": "中央、省属或上级垂直管理", "other": "其他"})
    type: Literal["party_organ", "peoples_congress", "administrative_organ", "cppcc", "supervisory_organ", "court",
        "procuratorate", "mass_organization", "public_institution", "social_organization", "state_owned_enterprise",
        "enterprise", "vertical_department", "superior_resident_unit", "other"] | None = fact(
        "项目单位类型", "项目建设（业主）单位的性质；是否财政拨款另填。",
        en="Owner type", who="owner", stage="planning",
        values={"party_organ": "党的机关", "peoples_congress": "人大机关", "administrative_organ": "行政机关",
                "cppcc": "政协机关", "supervisory_organ": "监察机关", "court": "审判机关",
                "procuratorate": "检察机关", "mass_organization": "群团组织", "public_institution": "事业单位",
                "social_organization": "社会团体", "state_owned_enterprise": "国有企业", "enterprise": "其他企业",
                "vertical_department": "垂直管理部门", "superior_resident_unit": "中央、省属驻市单位",
                "other": "其他"})
    fiscally_funded: Flag = fact("财政拨款单位", "事业单位、社会团体是否由财政拨款；机关不必填。",
        en="Fiscally funded", who="owner", stage="planning")


class Funding(_Facts):
    """
    The money: how much, from which sources, how far arranged. Amounts in yuan.
    """

    total_investment: Money = fact("项目总投资", "全部来源合计，以元计；不是市级财政性资金，也不是合同额。",
        en="Total investment", who="owner", stage="planning", unit=YUAN)
    fiscal: Money = fact("财政资金数额", "各级财政资金合计，含上级补助，以元计；没有则填0。",
        en="Fiscal funds (all levels)", who="owner", stage="planning", unit=YUAN)
    municipal_fiscal: Money = fact("市级财政性资金", "其中由市级财政安排的资金，以元计，不大于总投资；没有则填0。",
        en="Municipal fiscal funds", who="owner", stage="planning", unit=YUAN)
    sources: Annotated[frozenset[Literal["municipal_fiscal", "superior_fiscal", "other_fiscal",
        "informatization_special_fund", "government_financing", "self_raised", "social_capital",
        "other"]] | None, SORTED] = fact(
        "资金来源", "列出即有，未列即无。",
        en="Funding sources", who="owner", stage="planning",
        values={"municipal_fiscal": "市级（本级）财政资金", "superior_fiscal": "国家、省级（上级）财政资金",
                "other_fiscal": "其他财政资金", "informatization_special_fund": "信息化专项经费",
                "government_financing": "政府融资出资", "self_raised": "单位自筹",
                "social_capital": "社会资本（含企业投资）", "other": "其他"})
    in_annual_budget: Flag = fact("已列入财政预算", "项目是否已列入（纳入）年度财政预算。",
        en="In annual budget", who="owner", stage="planning")
    arrangement: Literal["none", "requested", "arranged"] | None = fact(
        "资金安排状态", "向财政申请安排或拨付该项目资金的进展；已安排即已下达或拨付。",
        en="Funding arrangement", who="owner", stage="approval",
        values={"none": "未申请", "requested": "已申请", "arranged": "已安排"})
    approved_estimate: Money = fact("批复概算", "审批部门批复（核定）的投资概算，以元计。",
        en="Approved estimate", who="authority", stage="approval", unit=YUAN)
    actual_investment: Money = fact("实际投资", "实际投资额，未决算的取合同总额加已知追加，以元计。",
        en="Actual investment", who="owner", stage="construction", unit=YUAN)


class Content(_Facts):
    """
    What is built, and how it is supplied.
    """

    it_based: Flag = fact("信息化项目", "是否以信息技术为主要手段的工程或服务（有的办法称数字化项目）。",
        en="IT-based project", who="owner", stage="planning")
    category: Literal["infrastructure", "network", "application_system", "information_resource", "security",
        "smart_city", "consulting", "maintenance", "outsourcing", "other", "non_it"] | None = fact(
        "主要建设内容", "按主要内容选一类；多种内容的取投资最大的一类。",
        en="Main content", who="owner", stage="planning",
        values={"infrastructure": "信息基础设施", "network": "信息网络", "application_system": "应用系统（信息系统）",
                "information_resource": "信息资源开发利用", "security": "网络和信息安全",
                "smart_city": "新型智慧城市", "consulting": "咨询评估", "maintenance": "信息化项目维护",
                "outsourcing": "信息化服务外包", "other": "其他信息化内容", "non_it": "非信息化"})
    components: Annotated[frozenset[Literal["application_system", "big_data", "information_resource", "network",
        "machine_room", "cloud_platform", "data_center", "security", "other"]] | None, SORTED] = fact(
        "建设内容构成", "项目含有的内容，列出即有，未列即无；空列表为所列都没有。",
        en="Content components", who="owner", stage="planning",
        values={"application_system": "应用系统", "big_data": "大数据", "information_resource": "信息资源",
                "network": "网络", "machine_room": "机房", "cloud_platform": "云平台", "data_center": "实体数据中心",
                "security": "信息安全", "other": "其他"})
    construction_nature: Literal["new", "continued", "expansion", "reconstruction", "none"] | None = fact(
        "建设性质", "改造、升级改造记为改建；单纯运维等不涉及建设的填“不涉及”。",
        en="Construction nature", who="owner", stage="planning",
        values={"new": "新建", "continued": "续建", "expansion": "扩建", "reconstruction": "改建（含升级改造）",
                "none": "不涉及"})
    delivery_mode: Literal["construction", "purchased_service", "operation_maintenance", "other"] | None = fact(
        "供给方式", "以建设、购买服务还是运行维护的方式实施。",
        en="Delivery mode", who="owner", stage="planning",
        values={"construction": "建设", "purchased_service": "购买服务", "operation_maintenance": "运行维护",
                "other": "其他（如单纯货物采购）"})
    includes_information_system: Flag = fact("成果含信息系统", "项目成果中有没有信息系统。",
        en="Includes information system", who="owner", stage="planning")
    joint_build: Flag = fact("共建共享项目", "是否跨部门、跨地域或跨层级共建共享。",
        en="Jointly built", who="owner", stage="planning")


class Planning(_Facts):
    """
    Planning and application: the annual plan and what was handed in.
    """

    build_mode: Literal["unified", "self_built"] | None = fact(
        "建设主体方式", "由市数据主管部门统一建设，还是单位自行建设。",
        en="Build mode", who="owner", stage="planning",
        values={"unified": "统一建设", "self_built": "单位自行建设"})
    applied_on: Event = fact("申报日期", "向主管部门正式申报（报送）之日；false 为尚未申报。",
        en="Applied on", who="owner", stage="application")
    plan_year: Year = fact("计划年度", "申请列入哪一年的年度计划，填公历年份。",
        en="Plan year", who="owner", stage="application")
    documents: Annotated[frozenset[Literal["application_form", "basic_report", "construction_plan",
        "preliminary_plan", "investment_estimate", "resource_catalog"]] | None, SORTED] = fact(
        "已提交申报材料", "列出即已提交，未列即未提交；整项不填才算未知。",
        en="Application documents", who="owner", stage="application",
        values={"application_form": "项目申报（申请）表", "basic_report": "项目基本情况报告",
                "construction_plan": "项目建设（运维）方案", "preliminary_plan": "初步方案",
                "investment_estimate": "投资估算明细", "resource_catalog": "预编的信息资源目录"})
    in_annual_plan: Flag = fact("已列入年度计划",
        "是否列入本市信息化（数字化）项目年度（实施）计划；政府投资年度计划不算。",
        en="In annual plan", who="authority", stage="approval")
    applied_to_superior_on: Event = fact("向上级申报日期", "向国家、省有关部门申报之日；false 为没有向上级申报。",
        en="Applied to superior on", who="owner", stage="application")


class Review(_Facts):
    """
    Review of the plan by experts or the authority.
    """

    result: Literal["not_reviewed", "pending", "passed", "failed"] | None = fact(
        "评审结果", "主管部门组织的专家（技术）评审、论证的结论。",
        en="Review result", who="expert", stage="review",
        values={"not_reviewed": "未评审", "pending": "评审中", "passed": "通过", "failed": "未通过"})
    passed_on: Event = fact("评审通过日期", "评审、论证通过之日；false 为尚未通过。",
        en="Review passed on", who="authority", stage="review")
    duplicates_existing: Flag = fact("与已有系统重复", "评审认定与已有或在建项目重复投资、重复建设。",
        en="Duplicates an existing system", who="expert", stage="review")


class Approval(_Facts):
    """
    Approval: initiation, feasibility report, design and estimate.
    """

    initiation: Literal["none", "requested", "approved"] | None = fact(
        "立项状态", "立项审批的进展。",
        en="Project initiation status", who="authority", stage="approval",
        values={"none": "未申请", "requested": "已申请", "approved": "已批准"})
    special_approval: Literal["not_requested", "pending", "approved", "rejected"] | None = fact(
        "特殊项目审批结果", "特殊或紧急项目（“一事一议”）报市政府审批的结果。",
        en="Special approval result", who="authority", stage="approval",
        values={"not_requested": "未报", "pending": "审批中", "approved": "同意", "rejected": "不同意"})
    superior_approved: Flag = fact("上级部门已批复", "国家、省有关部门是否已审批（批复）本项目。",
        en="Approved by superior authority", who="authority", stage="approval")
    feasibility_prepared: Flag = fact("可研报告已编制", "可行性研究报告是否编制完成。",
        en="Feasibility report prepared", who="owner", stage="approval")
    feasibility_submitted: Flag = fact("可研报告已报批", "可行性研究报告是否已报审批部门审批。",
        en="Feasibility report submitted", who="owner", stage="approval")
    feasibility_approved_on: Event = fact("可研批复日期", "可行性研究报告获批复之日；false 为尚未批复。",
        en="Feasibility report approved on", who="authority", stage="approval")
    design_submitted: Flag = fact("初步设计已报审", "初步设计方案等是否已报审查部门。",
        en="Preliminary design submitted", who="owner", stage="approval")
    design_approved_on: Event = fact("初步设计批复日期", "初步设计评审批复意见出具之日；false 为尚未批复。",
        en="Preliminary design approved on", who="authority", stage="approval")
    estimate_approved: Flag = fact("投资概算已核定", "投资概算是否已核定（或初步设计及概算已获批）。",
        en="Estimate approved", who="authority", stage="approval")


class Infrastructure(_Facts):
    """
    Where it runs: cloud, machine rooms, networks, hardware.
    """

    hosting: Literal["municipal_cloud", "migrating_to_municipal_cloud", "provincial_cloud", "national_cloud",
        "industry_cloud", "county_cloud", "own_machine_room", "other", "undetermined",
        "not_applicable"] | None = fact(
        "部署位置", "系统（将）部署在哪里、由谁提供计算和存储；设计阶段按方案填。",
        en="Hosting", who="owner", stage="planning",
        values={"municipal_cloud": "市政务云（全市云平台）", "migrating_to_municipal_cloud": "正在迁往市政务云",
                "provincial_cloud": "省级云", "national_cloud": "国家部委云", "industry_cloud": "行业云",
                "county_cloud": "县（区）自有政务云", "own_machine_room": "自有机房",
                "other": "其他（含商业云、外地云）", "undetermined": "未定", "not_applicable": "没有可部署的系统"})
    cloud_needs_specified: Flag = fact("云资源需求已明确", "是否已写明所需计算、存储资源。",
        en="Cloud needs specified", who="owner", stage="application")
    cloud_resources_applied: Flag = fact("云资源已申请", "是否已按云服务目录向主管部门申请计算、存储资源。",
        en="Cloud resources applied", who="owner", stage="application")
    machine_room_work: Literal["none", "new", "expansion", "reconstruction"] | None = fact(
        "机房建设内容", "项目中机房（含中心机房）的建设内容。",
        en="Machine room work", who="owner", stage="planning",
        values={"none": "无", "new": "新建", "expansion": "扩建", "reconstruction": "改建"})
    buys_compute_or_storage: Flag = fact("采购计算存储硬件", "项目含采购服务器、存储阵列一类计算、存储硬件。",
        en="Buys compute or storage", who="owner", stage="planning")
    builds_private_network: Flag = fact("建设专网", "项目含建设业务专网。",
        en="Builds private network", who="owner", stage="planning")
    on_government_extranet: Flag = fact("依托政务外网", "项目依托政务外网建设。",
        en="On government extranet", who="owner", stage="planning")


class DataSharing(_Facts):
    """
    Data: catalogues, the sharing platform, collection.
    """

    connected_to_platform: Flag = fact("已接入共享平台",
        "系统已（或方案确定）接入本市统一的数据共享交换（数据资源管理服务）平台。",
        en="Connected to sharing platform", who="owner", stage="planning")
    exchanges_via_platform: Flag = fact("经统一平台交换",
        "与其他部门的数据交换、共享经本市统一的数据共享交换平台进行。",
        en="Exchanges via sharing platform", who="owner", stage="construction")
    catalog_prepared: Flag = fact("信息资源目录已编制", "与项目同步编制政务信息资源目录。",
        en="Catalog prepared", who="owner", stage="application")
    catalog_registered: Flag = fact("已纳入数据资源目录",
        "项目的信息资源已登入本市数据资源目录（共享平台目录管理系统）。",
        en="Catalog registered", who="owner", stage="acceptance")
    data_aggregated: Flag = fact("数据已统一归集", "项目产生的数据已按要求完成统一归集。",
        en="Data aggregated", who="owner", stage="acceptance")
    shared_as_required: Flag = fact("按要求共享数据", "信息系统按要求共享数据资源。",
        en="Shared as required", who="owner", stage="operation")
    collects_duplicate_data: Flag = fact("重复采集数据", "信息系统有重复采集数据的情形。",
        en="Collects duplicate data", who="owner", stage="operation")


class Security(_Facts):
    """
    Security: protection of the network, cryptography, data and personal information.
    """

    cybersecurity_compliant: Flag = fact("符合网络安全要求", "建设和运行遵守网络安全法、符合网络安全要求。",
        en="Cybersecurity compliant", who="owner", stage="planning")
    rules_established: Flag = fact("网络安全制度已建立", "已建立健全网络安全责任和管理制度。",
        en="Security rules established", who="owner", stage="construction")
    mlps_implemented: Flag = fact("落实等级保护", "符合网络安全等级保护制度要求。",
        en="MLPS implemented", who="owner", stage="planning")
    protection_level_determined: Flag = fact("保护等级已认定", "已组织信息系统安全保护等级认定。",
        en="Protection level determined", who="owner", stage="acceptance")
    mlps_assessment: Assessment | None = fact("等保测评",
        "网络安全等级保护测评（或同类合规流程）的状态；依规定不需要的填“不需要”。",
        en="MLPS assessment", who="owner", stage="acceptance", values=ASSESSMENT_ZH)
    crypto_assessment: Assessment | None = fact("密码应用安全评估",
        "密码应用安全性评估的状态；依规定不需要的填“不需要”。",
        en="Crypto assessment", who="owner", stage="acceptance", values=ASSESSMENT_ZH)
    risk_assessment: Assessment | None = fact("安全风险评估", "安全风险评估的状态；依规定不需要的填“不需要”。",
        en="Risk assessment", who="owner", stage="acceptance", values=ASSESSMENT_ZH)
    assessment_result: Literal["not_done", "pending", "passed", "failed"] | None = fact(
        "安全测评结果", "投入使用前安全测评（评测认证）的结论。",
        en="Security assessment result", who="expert", stage="acceptance",
        values={"not_done": "未测评", "pending": "测评中", "passed": "合格", "failed": "不合格"})
    assessment_passed_on: Event = fact("安全测评通过日期", "安全测评合格之日；false 为尚未合格。",
        en="Security assessment passed on", who="expert", stage="acceptance")
    assessor_qualified: Flag = fact("测评机构有资质", "测评机构具有国家相关技术资质和安全资质。",
        en="Assessor qualified", who="owner", stage="acceptance")
    crypto_compliant: Flag = fact("符合密码应用要求", "落实国家密码管理法律法规和标准规范要求。",
        en="Crypto compliant", who="owner", stage="planning")
    trusted_products_used: Flag = fact("采用安全可靠产品", "采用安全可靠的软硬件产品。",
        en="Trusted products used", who="owner", stage="construction")
    synchronized: Flag = fact("安全三同步", "安全保密防护与系统同步规划、同步建设、同步运行。",
        en="Security built in sync", who="owner", stage="planning")
    regular_assessment: Flag = fact("定期安全检测评估", "定期开展网络安全检测与风险评估。",
        en="Regular assessment", who="owner", stage="operation")
    regular_crypto_assessment: Flag = fact("定期密码应用评估", "定期开展密码应用安全性评估。",
        en="Regular crypto assessment", who="owner", stage="operation")
    data_lifecycle_protected: Flag = fact("数据全周期安全", "落实数据全生命周期安全措施。",
        en="Data lifecycle protected", who="owner", stage="construction")
    personal_information_protected: Flag = fact("个人信息保护", "落实个人信息保护措施。",
        en="Personal information protected", who="owner", stage="construction")


class Procurement(_Facts):
    """
    Procurement: method, budget, participants. Amounts in yuan.
    """

    compliant: Flag = fact("采购依法合规", "按招标投标、政府采购等规定组织采购。",
        en="Procurement compliant", who="owner", stage="procurement")
    method: Literal["open_tender", "invited_tender", "competitive_negotiation", "competitive_consultation", "inquiry",
        "single_source", "framework_agreement", "direct_award", "other"] | None = fact(
        "采购方式", "实际（拟）采用的采购方式；公开招标和邀请招标为招标形式。",
        en="Procurement method", who="owner", stage="procurement",
        values={"open_tender": "公开招标", "invited_tender": "邀请招标", "competitive_negotiation": "竞争性谈判",
                "competitive_consultation": "竞争性磋商", "inquiry": "询价", "single_source": "单一来源",
                "framework_agreement": "框架协议", "direct_award": "直接委托", "other": "其他"})
    started_on: Event = fact("采购启动日期", "启动招投标（政府采购）之日；false 为尚未启动。",
        en="Procurement started on", who="owner", stage="procurement")
    amount: Money = fact("采购预算金额", "采购预算金额，以元计。",
        en="Procurement amount", who="owner", stage="procurement", unit=YUAN)
    in_government_procurement: Flag = fact("纳入政府采购", "是否纳入政府采购管理。",
        en="In government procurement", who="owner", stage="procurement")
    matches_approved_content: Flag = fact("采购与批复一致", "采购内容与批准的建设内容一致。",
        en="Matches approved content", who="owner", stage="procurement")
    fiscal_review_followed: Flag = fact("执行财政投资评审", "已执行财政投资评审制度。",
        en="Fiscal review followed", who="owner", stage="procurement")
    awarded: Flag = fact("已产生中标结果", "已产生中标（成交）结果、确定承揽单位。",
        en="Contract awarded", who="owner", stage="procurement")
    participants_qualified: Flag = fact("参建单位有资质", "设计、施工、监理单位具备相应资质。",
        en="Participants qualified", who="owner", stage="procurement")
    participants_within_grade: Flag = fact("未超越资质等级", "设计、施工、监理单位没有超越资质等级承揽。",
        en="Participants within grade", who="owner", stage="procurement")


class Contract(_Facts):
    """
    The contract: signing, content, rights, warranty. Amounts in yuan, periods in months.
    """

    signed_on: Event = fact("合同签订日期", "采购（建设）合同签订之日；false 为尚未签订。",
        en="Contract signed on", who="owner", stage="procurement")
    filed_on: Event = fact("合同报送日期", "合同报送主管部门之日；false 为尚未报送。",
        en="Contract filed on", who="owner", stage="procurement")
    amount: Money = fact("合同金额", "同一项目有几份建设合同的取合计，以元计。",
        en="Contract amount", who="owner", stage="procurement", unit=YUAN)
    ip_owner: Literal["owner", "joint", "contractor", "unspecified"] | None = fact(
        "成果知识产权归属", "合同约定的系统、组件、文档等成果的知识产权归属。",
        en="IP owner", who="owner", stage="procurement",
        values={"owner": "建设单位", "joint": "共同所有", "contractor": "承建单位", "unspecified": "没有约定"})
    data_owner: Literal["owner", "demand_unit", "contractor", "joint_with_contractor", "unspecified"] | None = fact(
        "数据归属", "合同约定的数据及衍生数据归属。",
        en="Data owner", who="owner", stage="procurement",
        values={"owner": "建设单位", "demand_unit": "需求单位", "contractor": "承建单位",
                "joint_with_contractor": "与承建单位共有", "unspecified": "没有约定"})
    ip_liability_stated: Flag = fact("写明知识产权责任", "合同写明违反知识产权条款的责任。",
        en="IP liability stated", who="owner", stage="procurement")
    warranty_scope_stated: Flag = fact("写明质保范围", "合同写明质保范围。",
        en="Warranty scope stated", who="owner", stage="procurement")
    warranty_liability_stated: Flag = fact("写明质保责任", "合同写明质保责任。",
        en="Warranty liability stated", who="owner", stage="procurement")
    warranty_period_stated: Flag = fact("写明质保期限", "合同写明质保期限。",
        en="Warranty period stated", who="owner", stage="procurement")
    warranty_months: Count = fact("质保期月数", "合同约定的质保（保修）期，以月计；起算点另填。",
        en="Warranty period", who="owner", stage="procurement", unit="months")
    warranty_starts_from: Literal["acceptance_passed", "delivery", "contract_signing", "other"] | None = fact(
        "质保起算点", "质保（保修）期从何时起算。",
        en="Warranty starts from", who="owner", stage="procurement",
        values={"acceptance_passed": "竣工验收合格之日", "delivery": "交付", "contract_signing": "合同签订",
                "other": "其他"})
    warranty_ends_on: Day = fact("质保届满日期", "质保（保修）期届满之日。",
        en="Warranty ends on", who="owner", stage="procurement")
    warranty_performed: Flag = fact("质保责任已履行", "承建（承揽）单位履行了质保（保修）责任。",
        en="Warranty performed", who="owner", stage="operation")
    free_maintenance_months: Count = fact("免费运维期", "承诺的免费运维服务期，以月计；与质保期不是一回事。",
        en="Free maintenance period", who="owner", stage="application", unit="months")
    termination_terms_stated: Flag = fact("写明终止机制", "合同写明项目终止机制。",
        en="Termination terms stated", who="owner", stage="procurement")
    fulfilled: Flag = fact("合同内容已完成", "合同约定的内容全部完成。",
        en="Contract fulfilled", who="owner", stage="acceptance")
    balance_paid: Flag = fact("尾款已支付", "项目剩余款项是否已支付。",
        en="Balance paid", who="owner", stage="acceptance")


class Construction(_Facts):
    """
    Construction: organisation, reports, changes.
    """

    started_on: Event = fact("开工日期", "开工（项目实施开始）之日；false 为尚未开工。",
        en="Construction started on", who="owner", stage="construction")
    completed_on: Event = fact("建成日期", "项目实施完成（竣工、建成）之日；false 为尚未建成；不是验收日期。",
        en="Construction completed on", who="owner", stage="construction")
    implementing_body_named: Flag = fact("已确定实施机构", "已确定项目实施机构。",
        en="Implementing body named", who="owner", stage="construction")
    responsible_person_named: Flag = fact("已确定项目负责人", "已确定项目责任人（负责人）。",
        en="Responsible person named", who="owner", stage="construction")
    management_rules_established: Flag = fact("项目管理制度已建立", "已建立健全项目管理制度。",
        en="Management rules established", who="owner", stage="construction")
    meets_mandatory_standards: Flag = fact("符合强制性标准", "符合国家、行业和本市的强制性标准。",
        en="Meets mandatory standards", who="owner", stage="planning")
    follows_approved_design: Flag = fact("按批复设计建设", "按批复的设计方案建设。",
        en="Follows approved design", who="owner", stage="construction")
    supervisor_engaged: Flag = fact("已委托监理", "已委托监理单位。",
        en="Supervisor engaged", who="owner", stage="construction")
    progress_report_months: Months = fact("已报进度的月份", "已向主管部门报送项目实施情况的月份(YYYY-MM)。",
        en="Progress report months", who="owner", stage="construction")
    fund_report_months: Months = fact("已报资金的月份", "已向主管部门报送资金使用情况的月份(YYYY-MM)。",
        en="Fund report months", who="owner", stage="construction")
    changed: Flag = fact("发生变更", "实施中发生了变更。",
        en="Changed during construction", who="owner", stage="construction")
    major_change: Flag = fact("发生重大变更", "发生了重大事项变更。",
        en="Major change", who="owner", stage="construction")
    major_change_reported: Flag = fact("重大变更已上报", "重大变更的事项和理由已报主管部门。",
        en="Major change reported", who="owner", stage="construction")
    major_change_approved: Flag = fact("重大变更已批准", "重大变更已获批准。",
        en="Major change approved", who="authority", stage="construction")
    change_implemented: Flag = fact("已按变更后执行", "已按变更后的内容执行。",
        en="Change implemented", who="owner", stage="construction")
    terminated_abnormally: Flag = fact("非正常终止", "建设（或运维）非正常终止。",
        en="Terminated abnormally", who="owner", stage="construction")


class Acceptance(_Facts):
    """
    Trial run and acceptance, up to the filing of its documents.
    """

    applied_on: Event = fact("验收申请日期", "提出验收申请之日；false 为尚未申请。",
        en="Acceptance applied for on", who="owner", stage="acceptance")
    trial_run_started_on: Day = fact("试运行开始日期", "试运行开始之日。",
        en="Trial run started on", who="owner", stage="construction")
    trial_run_ended_on: Day = fact("试运行结束日期", "试运行结束之日；仍在试运行的填判断日。",
        en="Trial run ended on", who="owner", stage="construction")
    trial_run_passed: Flag = fact("试运行合格", "试运行是否合格。",
        en="Trial run passed", who="owner", stage="construction")
    trial_run_report_provided: Flag = fact("试运行资料已提供", "已提供试运行情况和相关数据资料。",
        en="Trial run report provided", who="owner", stage="acceptance")
    system_test_passed: Flag = fact("系统测试合格", "系统测试是否合格。",
        en="System test passed", who="owner", stage="construction")
    third_party_test_done: Flag = fact("第三方验收测评", "已选定第三方机构完成验收测评。",
        en="Third party test done", who="owner", stage="acceptance")
    initial_completed: Flag = fact("已完成初验", "已完成初步验收。",
        en="Initial acceptance completed", who="owner", stage="acceptance")
    initial_organizer: Literal["owner", "other"] | None = fact(
        "初验组织者", "谁组织初验。",
        en="Initial acceptance organizer", who="owner", stage="acceptance",
        values={"owner": "项目建设（业主）单位", "other": "其他"})
    completed_on: Event = fact("竣工验收日期",
        "竣工（最终、履约）验收完成之日，合格与否看验收结果，合格的即通过验收之日；几次验收的取最近一次；"
        "false 为尚未验收。",
        en="Final acceptance completed on", who="owner", stage="acceptance")
    result: Literal["not_held", "pending", "passed", "failed"] | None = fact(
        "验收结果", "最近一次竣工（履约）验收的结论。",
        en="Acceptance result", who="authority", stage="acceptance",
        values={"not_held": "未验收", "pending": "验收中", "passed": "合格", "failed": "不合格"})
    organizer: Literal["owner", "contractor", "authority", "expert_group", "third_party", "other"] | None = fact(
        "验收组织者", "谁组织竣工（履约）验收。",
        en="Acceptance organizer", who="owner", stage="acceptance",
        values={"owner": "项目建设（业主）单位", "contractor": "承建单位", "authority": "主管部门",
                "expert_group": "外部专家组", "third_party": "第三方机构", "other": "其他"})
    based_on_contract: Flag = fact("以合同为验收依据", "验收以采购合同约定为依据。",
        en="Acceptance based on contract", who="owner", stage="acceptance")
    compliant: Flag = fact("验收按规定进行", "验收是否按规定进行。",
        en="Acceptance compliant", who="owner", stage="acceptance")
    due_on: Day = fact("应验收日期", "按期应当完成竣工验收的日期。",
        en="Acceptance due on", who="owner", stage="construction")
    filed_on: Event = fact("验收材料报送日期", "验收资料报送主管部门（备案）之日；false 为尚未报送。",
        en="Acceptance filed on", who="owner", stage="acceptance")
    filed_documents: Annotated[frozenset[Literal["initial_acceptance_opinion", "final_acceptance_report",
        "related_materials"]] | None, SORTED] = fact(
        "已报验收材料", "列出即已报，未列即未报。",
        en="Acceptance documents filed", who="owner", stage="acceptance",
        values={"initial_acceptance_opinion": "初验意见", "final_acceptance_report": "竣工验收报告",
                "related_materials": "相关材料"})
    failed_on: Event = fact("验收未通过日期", "（曾）未通过验收之日；false 为从未不通过。",
        en="Acceptance failed on", who="authority", stage="acceptance")
    rectification_ordered: Flag = fact("已督促限期整改", "未通过验收后已督促承建单位限期整改。",
        en="Rectification ordered after failure", who="owner", stage="acceptance")
    rectified_on: Event = fact("整改完成日期", "未通过验收后完成整改之日；false 为尚未完成。",
        en="Acceptance rectified on", who="owner", stage="acceptance")
    reacceptance_held: Flag = fact("已重新验收", "整改后已重新组织验收。",
        en="Reacceptance held", who="owner", stage="acceptance")


class Operation(_Facts):
    """
    Use and maintenance.
    """

    in_use_on: Event = fact("投入使用日期",
        "投入使用或交付使用之日，系统开始承担真实业务即是，单纯测试、试用不算；false 为尚未投用。"
        "与“正式投入运行”（operation.started_on）不同。",
        en="In use since", who="owner", stage="operation")
    started_on: Event = fact("正式运行日期", "正式投入运行之日；false 为尚未正式运行；只知道月份的填该月1日。",
        en="In regular operation since", who="owner", stage="operation")
    existing_system: Flag = fact("存量在用系统", "检查对象是已建成并投入使用的系统。",
        en="Existing system in use", who="owner", stage="operation")
    maintenance_rules_established: Flag = fact("运维制度已建立", "已建立项目运行维护管理制度。",
        en="Maintenance rules established", who="owner", stage="operation")


class Evaluation(_Facts):
    """
    Evaluation of performance, before, during and after.
    """

    pre_evaluation_prepared: Flag = fact("事前绩效评估", "已编制事前绩效评估报告。",
        en="Ex-ante evaluation prepared", who="owner", stage="approval")
    targets_set: Flag = fact("绩效指标已设定", "预算申请时设定了绩效指标和指标值。",
        en="Performance targets set", who="owner", stage="application")
    deviation_found: Flag = fact("偏离绩效目标", "实施中发现偏离绩效目标。",
        en="Deviation from targets found", who="owner", stage="construction")
    deviation_rectified: Flag = fact("绩效偏离已整改", "偏离绩效目标已及时整改。",
        en="Deviation rectified", who="owner", stage="construction")
    annual_evaluation_done: Flag = fact("年度绩效评价", "年度预算执行完毕后已组织（或委托）绩效评价。",
        en="Annual evaluation done", who="owner", stage="evaluation")
    self_evaluated_on: Event = fact("自评价日期", "开展自评价之日；false 为尚未开展。",
        en="Self evaluated on", who="owner", stage="evaluation")
    self_report_filed_on: Event = fact("自评报告报送日期", "自评报告报送主管部门之日；false 为尚未报送。",
        en="Self-evaluation report filed on", who="owner", stage="evaluation")
    post_evaluated_on: Event = fact("后评价日期", "实施后评价之日；false 为尚未实施。",
        en="Post evaluated on", who="authority", stage="evaluation")


class Assets(_Facts):
    """
    Assets and archives.
    """

    registered: Flag = fact("资产已登记", "已完成项目（固定）资产登记。",
        en="Assets registered", who="owner", stage="acceptance")
    owner: Literal["government", "enterprise"] | None = fact(
        "资产产权人", "项目资产（设施）的产权归谁。",
        en="Asset owner", who="owner", stage="operation",
        values={"government": "政府（国有）", "enterprise": "企业"})
    ledger_established: Flag = fact("资产台账已建立", "已建立资产台账。",
        en="Asset ledger established", who="owner", stage="operation")
    custodian_named: Flag = fact("资产专人管理", "设专人日常管理资产。",
        en="Asset custodian named", who="owner", stage="operation")
    inventory_done: Flag = fact("定期财产清查", "定期开展财产清查。",
        en="Asset inventory done", who="owner", stage="operation")
    records_consistent: Flag = fact("账实相符", "原始记录和账务及时、账实相符。",
        en="Asset records consistent", who="owner", stage="operation")
    archives_managed: Flag = fact("档案管理到位", "按规定做好项目档案管理。",
        en="Archives managed", who="owner", stage="planning")
    archives_backed_up: Flag = fact("档案保管和备份", "建立档案安全保管和备份制度。",
        en="Archives backed up", who="owner", stage="planning")


class Supervision(_Facts):
    """
    Supervision: co-operation, problems found and put right.
    """

    cooperates: Flag = fact("配合监督", "接受监督检查并配合验收、绩效评价、审计。",
        en="Cooperates with supervision", who="owner", stage="planning")
    information_truthful: Flag = fact("如实提供资料", "如实提供项目资料和情况。",
        en="Information truthful", who="owner", stage="planning")
    refused_or_concealed: Flag = fact("拒绝隐匿瞒报", "有拒绝、隐匿、瞒报的情形。",
        en="Refused or concealed", who="authority", stage="planning")
    problem_found: Flag = fact("检查发现问题", "监督检查发现了问题。",
        en="Problem found on inspection", who="authority", stage="planning")
    problem_rectified: Flag = fact("问题已整改到位", "监督检查发现的问题已整改到位。",
        en="Inspection problem rectified", who="authority", stage="planning")
    rectification_reported: Flag = fact("整改结果已上报", "整改结果已报有关部门。",
        en="Rectification reported", who="owner", stage="planning")
    rectification_ordered: Flag = fact("被要求限期整改", "监管部门要求限期整改。",
        en="Rectification ordered", who="authority", stage="planning")
    rectification_met: Flag = fact("限期整改已达标", "已按期整改并符合要求。",
        en="Rectification met", who="authority", stage="planning")

# fmt: on


class Project(_Facts):
    """
    All that is known of one project. Every fact may be left out; what is left out, or ``null``, is unknown.

    `model_validate_json` and `model_validate` raise `ProjectError` with every defect at once. Calling the class (or a
    section) does the same checks and raises Pydantic's own ``ValidationError``, in English.
    """

    # fmt: off
    name: Text = fact("项目名称", "立项申报时使用的项目全称。", en="Project name", who="owner", stage="planning")
    code: Text = fact("项目代码", "投资项目统一代码或本级项目编号。",
        en="Project code", who="owner", stage="planning")
    city: Text = fact("所在城市", "按哪个城市的办法判断；规则包的键、城市中文名（带不带“市”都行）或行政区划代码。",
        en="Project city", who="owner", stage="planning")
    level: Literal["municipal", "county", "development_zone"] | None = fact(
        "项目层级", "项目按哪一级管理；与单位自身层级不是一回事（省属驻市单位的项目可以是市级项目）。",
        en="Project level", who="owner", stage="planning",
        values={"municipal": "市级", "county": "县（市、区）级", "development_zone": "开发区、园区、功能区"})
    stage: Literal["planning", "application", "review", "approval", "procurement", "construction", "acceptance",
        "operation", "evaluation"] | None = fact(
        "当前阶段", "项目此刻所处的阶段；试运行算建设阶段。",
        en="Project stage", who="owner", stage="planning", values=STAGE_ZH)
    classified: Flag = fact("涉密项目",
        "项目整体是否涉及国家秘密、按涉密项目管理；涉密与否决定办法是否适用，不能留空推定。",
        en="Classified (state secrets)", who="authority", stage="planning")
    special_or_urgent: Flag = fact("特殊或紧急项目",
        "是否作为个别特殊、紧急、确需建设的项目办理（应急、计划外办理的也在此）。",
        en="Special or urgent", who="owner", stage="planning", claim=True)

    owner: Owner | None = section("项目单位")
    funding: Funding | None = section("资金")
    content: Content | None = section("建设内容")
    planning: Planning | None = section("谋划与申报")
    review: Review | None = section("评审")
    approval: Approval | None = section("审批立项")
    infrastructure: Infrastructure | None = section("基础设施")
    data_sharing: DataSharing | None = section("数据共享")
    security: Security | None = section("安全")
    procurement: Procurement | None = section("采购")
    contract: Contract | None = section("合同")
    construction: Construction | None = section("建设")
    acceptance: Acceptance | None = section("验收")
    operation: Operation | None = section("运行")
    evaluation: Evaluation | None = section("绩效评价")
    assets: Assets | None = section("资产与档案")
    supervision: Supervision | None = section("监督")
    local: Annotated[dict[str, Any] | None, _LOCAL] = Field(
        default=None, title="城市特有的事实", description="只有某一城市的办法问到的事实，由该城市的规则包声明。")
    editor_schema: Annotated[str | None, _FORGOTTEN] = Field(
        default=None, alias="$schema", exclude=True, repr=False,
        title="JSON Schema", description="供编辑器使用，读后不留。")
    # fmt: on

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:
        """
        Read a project from JSON text.

        A byte order mark is passed over. Keys may not repeat.

        Args:
            json_data: Text, or bytes in UTF-8, of at most `MAX_PROJECT_BYTES`.

            options: Those of `pydantic.BaseModel.model_validate_json`.

        Raises:
            ProjectError: With every defect of the text, up to `MAX_DEFECTS`.
        """
        text = _measured(json_data)
        try:
            project = super().model_validate_json(text, **options)
        except ValidationError as error:
            raise ProjectError(_text_defects(text, error)) from None
        colons = text.count(":") if isinstance(text, str) else text.count(b":")
        # Each key in the text has its colon: as many colons as keys read means that no key was read over another.
        if colons != project._keys_given() and (repeats := _repeats_in(text)):
            raise ProjectError(repeats)
        return project

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """
        Read a project from a mapping of JSON values, or of the Python values they stand for.

        Raises:
            ProjectError: With every defect, up to `MAX_DEFECTS`.
        """
        try:
            return super().model_validate(obj, **options)
        except ValidationError as error:
            raise ProjectError(_first(_defects(obj)) or _as_reported(error)) from None

    @property
    def digest(self) -> str:
        """
        ``sha256:`` and the hash of what is known, as JSON with sorted keys: equal for equal facts, however written.
        """
        import hashlib

        data = self.model_dump(mode="json", exclude_none=True)
        if local := data.get("local"):
            data["local"] = {name: value for name, value in local.items() if value is not None}
        text = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"

    def get(self, path: str) -> object | None:
        """
        The value of a fact by its dotted path (``funding.sources``, ``local.x``), ``None`` when it is unknown.

        Raises:
            KeyError: There is no such core fact.
        """
        group, _, name = path.rpartition(".")
        if group == "local":
            return (self.local or {}).get(name)
        if path not in CORE_FACTS:
            raise KeyError(path)
        holder = getattr(self, group) if group else self
        return getattr(holder, name, None)

    def _keys_given(self) -> int:
        sections = filter(None, _SECTIONS_OF(self.__dict__))
        return len(self.__pydantic_fields_set__) + len(self.local or ()) + sum(map(len, map(_KEYS_OF, sections)))


def _core_facts() -> Iterator[Fact]:
    for name, field in Project.model_fields.items():
        if name in SECTIONS:
            for leaf, inner in _section_model(name).model_fields.items():
                yield _fact_of(f"{name}.{leaf}", inner)
        elif field.json_schema_extra:
            yield _fact_of(name, field)


def _section_model(name: str) -> type[_Facts]:
    model: type[_Facts] = get_args(Project.model_fields[name].annotation)[0]
    return model


def _fact_of(path: str, field: FieldInfo) -> Fact:
    about: Any = field.json_schema_extra
    return Fact(path=path, type=_type_of(field), zh=field.title or "", help=field.description or "", **about)


def _type_of(field: FieldInfo) -> FactType:
    for mark in field.metadata:
        if isinstance(mark, _Reads) and mark.fact_type:
            return mark.fact_type
    return "enum_list" if SORTED in field.metadata else "enum"


SECTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        name: field.title or ""
        for name, field in Project.model_fields.items()
        if field.json_schema_extra is None and not field.metadata
    }
)
_SECTIONS_OF: Final = itemgetter(*SECTIONS)
_KEYS_OF: Final = attrgetter("__pydantic_fields_set__")
CORE_FACTS: Final[Mapping[str, Fact]] = MappingProxyType({known.path: known for known in _core_facts()})


# What is wrong with a project that core refused. Order of the defects: that of the input.


class _Object(dict[str, object]):
    """
    A JSON object that remembers which of its keys were given more than once.
    """

    def __init__(self, pairs: Sequence[tuple[str, object]]) -> None:
        super().__init__(pairs)
        self.repeated: list[str] = []
        if len(self) < len(pairs):
            self.repeated = [key for key, times in Counter(key for key, _ in pairs).items() if times > 1]


def _measured(data: str | bytes | bytearray) -> str | bytes | bytearray:
    if not isinstance(data, (str, bytes, bytearray)):
        raise ProjectError([Defect("", f"项目应是 JSON 文本，而这里是{shown(data)}", "用 model_validate 读取键值")])
    size = len(data)
    if isinstance(data, str) and size <= MAX_PROJECT_BYTES < 4 * size:
        size = len(data.encode("utf-8", "surrogatepass"))
    if size > MAX_PROJECT_BYTES:
        raise ProjectError([Defect("", f"项目文件超过 {MAX_PROJECT_BYTES} 字节", "删去与项目事实无关的内容")])
    if isinstance(data, str):
        return data.removeprefix("\ufeff")
    return data.removeprefix(b"\xef\xbb\xbf")


def _text_defects(text: str | bytes | bytearray, error: ValidationError) -> list[Defect]:
    try:
        data = read_json(text if isinstance(text, str) else text.decode())
    except UnicodeDecodeError as reason:
        return [_not_utf8(reason)]
    if isinstance(data, Defect):
        return [data]
    return _first(_defects(data)) or _as_reported(error)


def _repeats_in(text: str | bytes | bytearray) -> list[Defect]:
    data = json.loads(text, object_pairs_hook=_Object)
    objects = {"": data} | {name: value for name, value in data.items() if isinstance(value, _Object)}
    return _first(defect for path, value in objects.items() for defect in repeated_keys(path, value))


def _first(defects: Iterator[Defect]) -> list[Defect]:
    found = list(islice(defects, MAX_DEFECTS))
    if len(found) == MAX_DEFECTS and next(defects, None):
        found.append(Defect("", f"还有别的错误，只列出前 {MAX_DEFECTS} 处", "改正以上各处后再检查"))
    return found


def _as_reported(error: ValidationError) -> list[Defect]:
    """
    What core says, for the rare text that it alone refuses (half a surrogate pair in a key, say).
    """
    return [
        Defect(".".join(map(str, item["loc"])), f"不能读取：{item['msg']}", "检查这一处的写法")
        for item in error.errors(include_url=False, include_context=False, include_input=False)[:MAX_DEFECTS]
    ]


def _not_utf8(reason: UnicodeDecodeError) -> Defect:
    try:
        reason.object.decode("gb18030")
    except UnicodeDecodeError:
        looks = ""
    else:
        looks = "，看起来是 GBK（GB18030）编码"
    return Defect("", f"文件不是 UTF-8 编码（第 {reason.start + 1} 个字节起）{looks}", "另存为 UTF-8 编码")


_JSON_TROUBLE: Final[Mapping[str, tuple[str, str]]] = {
    "Expecting property name enclosed in double quotes": (
        "这里应是用双引号括起的名字",
        "检查前面是否多了一个逗号，引号是否是英文双引号",
    ),
    "Illegal trailing comma before end of object": ("最后一项后面多了一个逗号", "删去这个逗号"),
    "Illegal trailing comma before end of array": ("最后一项后面多了一个逗号", "删去这个逗号"),
    "Expecting ':' delimiter": ("名字后面缺英文冒号", '写成 "名字": 值'),
    "Expecting ',' delimiter": ("这里缺英文逗号或右括号", "在两项之间加逗号，在末尾补上括号"),
    "Expecting value": ("这里缺一个值", "填上值（文字用英文双引号括起，是否用 true、false），不知道就填 null"),
    "Extra data": ("项目写完之后还有别的内容", "删去后面的内容，一个文件只写一个项目"),
    "Unterminated string starting at": ("这里开始的文字没有右引号", "补上英文双引号"),
    "Invalid control character at": ("文字里有换行或控制字符", r"文字写在一行里，换行写成 \n"),
    "Invalid \\escape": ("反斜杠后面的字符不对", r"反斜杠本身写成 \\"),
    "Invalid \\uXXXX escape": (r"\u 后面应是四位十六进制数", "改正，或直接写这个字"),
}


def read_json(text: str) -> object:
    """
    The data of a JSON text, or the one defect for which it is none.
    """
    if _too_deep(text):
        return Defect("", f"括号嵌套超过 {MAX_DEPTH} 层", "项目只有两层：各组，和组里的事实")
    try:
        return json.loads(text, object_pairs_hook=_Object)
    except json.JSONDecodeError as error:
        return _not_json(error)
    except ValueError:  # Python reads no whole number of more than 4300 digits
        return Defect("", "有一个数的位数过多", "改正这个数")


def _not_json(error: json.JSONDecodeError) -> Defect:
    what, mend = _JSON_TROUBLE.get(error.msg.partition(":")[0] if "trailing" in error.msg else error.msg, ("", ""))
    line = error.doc.splitlines()[error.lineno - 1 : error.lineno] or [""]
    return Defect(
        where=f"第 {error.lineno} 行第 {error.colno} 列",
        what=f"不是合格的 JSON：{what or error.msg}",
        mend=mend or "改正这一处的写法",
        line=error.lineno,
        column=error.colno,
        excerpt=line[0][max(0, error.colno - 40) : error.colno + 40].encode("utf-8", "backslashreplace").decode(),
    )


_BRACKETS: Final = re.compile(r'"(?:[^"\\]++|\\.?)*+"?|([\[{])|[\]}]', re.DOTALL)


def _too_deep(text: str) -> bool:
    depth = 0
    for token in _BRACKETS.finditer(text):
        if token[1]:
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif token[0][0] != '"':
            depth -= 1
    return False


def _defects(data: object) -> Iterator[Defect]:
    if not isinstance(data, Mapping):
        mend = "用 model_validate_json 读取 JSON 文本" if isinstance(data, (str, bytes)) else "写成 {…}"
        yield Defect("", f"项目应是一组键值，而这里是{shown(data)}", mend)
        return
    yield from repeated_keys("", data)
    for key, value in data.items():
        if key == "$schema":
            if value is not None and not isinstance(value, str):
                yield Defect(key, f"$schema 应是文字，而这里是{shown(value)}", "删去这一项")
        elif key == "local":
            yield from _local_defects(value)
        elif key in SECTIONS:
            yield from _section_defects(key, value)
        else:
            yield from _fact_defects("", key, value)


def _section_defects(name: str, data: object) -> Iterator[Defect]:
    if isinstance(data, Mapping):
        yield from repeated_keys(name, data)
        for key, value in data.items():
            yield from _fact_defects(name, key, value)
    elif data is not None and not isinstance(data, _section_model(name)):
        some = next(path for path in CORE_FACTS if path.startswith(f"{name}."))
        what = f"{SECTIONS[name]}应是一组键值，而这里是{shown(data)}"
        yield Defect(name, what, f'写成 {{"{some.partition(".")[2]}": …}} 的样子；不知道就删去，或填 null')


def _fact_defects(group: str, key: object, value: object) -> Iterator[Defect]:
    path = f"{group}.{key}" if group else f"{key}"
    known = CORE_FACTS.get(path) if isinstance(key, str) and "." not in key else None
    if known is None:
        where = path[:100].encode("utf-8", "backslashreplace").decode()
        yield Defect(where, "没有这个名字的事实", _right_name(group, str(key)))
        return
    try:
        known.parse(value)
    except WrongValue as error:
        yield Defect(path, error.what, error.mend)


def repeated_keys(group: str, data: object) -> Iterator[Defect]:
    """
    A defect for each key that `read_json` found more than once in an object.
    """
    for key in data.repeated if isinstance(data, _Object) else ():
        where = f"{group}.{key}" if group else key
        yield Defect(
            where[:100].encode("utf-8", "backslashreplace").decode(), "这个名字写了不止一次", "只留一处，删去其余的"
        )


def _right_name(group: str, key: str) -> str:
    names = _paths_meant(group, key)
    if not names:
        return "删去；核心事实的名字见 docs/facts.md，只有某一城市才问的事实写在 local 之下"
    return "写成 " + " 或 ".join(_place(path, group) for path in names)


def _place(path: str, group: str) -> str:
    section_name, _, name = path.rpartition(".")
    if section_name == group:
        return path
    if not section_name:
        return f"{path}（在最外层，不在 {group} 之下）"
    return f'{path}（即 "{section_name}": {{"{name}": …}}）'


def _paths_meant(group: str, key: str) -> list[str]:
    """
    The facts, or the section, that a wrong name stands for: by path, by label, in another section, or nearly right.
    """
    book = _names()
    if exact := book.get(key.strip()):
        return exact
    if key.startswith("local."):
        return [key]
    here = {path.rpartition(".")[2]: path for path in _siblings(group)}
    if near := nearest(key, here):
        return [here[near]]
    near = nearest(key, book)
    return book[near] if near else []


def _siblings(group: str) -> Iterator[str]:
    yield from (path for path in CORE_FACTS if path.rpartition(".")[0] == group)
    if not group:
        yield from SECTIONS


@cache
def _names() -> dict[str, list[str]]:
    """
    Every name under which people may look for a fact or a section: its path, its last part, its Chinese label.
    """
    names: dict[str, list[str]] = {}
    for known in CORE_FACTS.values():
        for name in {known.path, known.path.rpartition(".")[2], known.zh}:
            names.setdefault(name, []).append(known.path)
    for section_name, zh in SECTIONS.items():
        names.setdefault(section_name, [section_name])
        names.setdefault(zh, [section_name])
    return names


_SCALARS: Final = frozenset({str, bool, int, float, type(None), date, Decimal})


def _local_defects(data: object) -> Iterator[Defect]:
    if data is None:
        return
    if not isinstance(data, Mapping):
        yield Defect("local", f"local 应是一组键值，而这里是{shown(data)}", '写成 {"名字": 值} 的样子')
        return
    yield from repeated_keys("local", data)
    if len(data) > MAX_LOCAL:
        yield Defect("local", f"local 有 {len(data)} 项，至多 {MAX_LOCAL} 项", "删去各城市规则包都没有声明的事实")
    for key, value in data.items():
        items = value if isinstance(value, (list, tuple)) else (value,)
        if not (isinstance(key, str) and _storable(key) and all(map(_storable, items))):
            where = f"local.{key}"[:100].encode("utf-8", "backslashreplace").decode()
            what = f"应是文字、数、true、false，或由它们组成的列表，而这里是{shown(value)}"
            yield Defect(where, what, "改写成一个值")


def _storable(value: object) -> bool:
    if type(value) not in _SCALARS:
        return False
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, Decimal) and not value.is_finite():
        return False
    return not isinstance(value, (int, float, Decimal)) or -(10**30) < value < 10**30


# The published JSON Schema.

_NULL: Final = {"type": "null"}
_DAY_TEXT: Final = {"type": "string", "format": "date", "pattern": DATE_PATTERN}
_SCALAR_TYPES: Final = ["string", "number", "boolean", "null"]


def project_schema() -> dict[str, Any]:
    """
    The JSON Schema (draft 2020-12) of a project file, for editors and other systems.

    It knows the form of ``local`` only; what a city asks there, its pack declares.
    """
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_object_schema(Project)}


def _object_schema(model: type[_Facts]) -> dict[str, Any]:
    properties = {field.alias or name: _property_schema(name, field) for name, field in model.model_fields.items()}
    title = "项目" if model is Project else model.__name__
    return {"title": title, "type": "object", "properties": properties, "additionalProperties": False}


def _property_schema(name: str, field: FieldInfo) -> dict[str, Any]:
    about = {"title": field.title, "description": field.description or field.title}
    if field.json_schema_extra is not None:
        return _fact_schema(_fact_of(name, field))
    if name in SECTIONS:
        return {**_object_schema(_section_model(name)), **about, "type": ["object", "null"]}
    if name == "local":
        scalars = {"type": _SCALAR_TYPES}
        values = {"anyOf": [scalars, {"type": "array", "items": scalars}]}
        return {**about, "type": ["object", "null"], "maxProperties": MAX_LOCAL, "additionalProperties": values}
    return {**about, "type": ["string", "null"]}


def _fact_schema(known: Fact) -> dict[str, Any]:
    meanings = "；".join(f"{code} = {meaning}" for code, meaning in (known.values or {}).items())
    description = f"{known.zh}：{known.help}" + (f" 取值：{meanings}。" if meanings else "")
    return {"title": known.zh, "description": description, **_value_schema(known)}


def _value_schema(known: Fact) -> dict[str, Any]:
    codes = list(known.values or ())
    table: dict[FactType, dict[str, Any]] = {
        "text": {"type": ["string", "null"], "maxLength": TEXT_MAX},
        "bool": {"type": ["boolean", "null"]},
        "enum": {"enum": [*codes, None]},
        "enum_list": {"type": ["array", "null"], "items": {"enum": codes}},
        "month_list": {"type": ["array", "null"], "items": {"type": "string", "pattern": MONTH_PATTERN}},
        "int": {"type": ["integer", "null"], "minimum": 0, "maximum": COUNT_MAX},
        "year": {"type": ["integer", "null"], "minimum": YEAR_MIN, "maximum": YEAR_MAX},
        "money": {
            "anyOf": [
                {"type": "number", "minimum": 0, "exclusiveMaximum": 10**13},
                {"type": "string", "pattern": MONEY_PATTERN},
                _NULL,
            ]
        },
        "date": {"anyOf": [_DAY_TEXT, _NULL]},
        "event_date": {"anyOf": [_DAY_TEXT, {"const": False}, _NULL]},
        "due_date": {"anyOf": [_DAY_TEXT, {"const": False}, _NULL]},
    }
    return table[known.type]
