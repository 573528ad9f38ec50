"""
JSON Schemas (draft 2020-12) by which editors complete and check project files and rule packs.

The schema of a pack is a guide for writing: names, kinds, codes and the form of every test. What only the whole file
shows (a parameter that nobody declared, an article left out) is for `pack_reader`, and ``govit-rules lint``, to say.
``docs/project.schema.json`` and ``docs/pack.schema.json`` are printed from here by ``govit-rules schema``.

Imports: `facts`, `packs`, `project`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from govit_rules.facts import STAGE_ZH, STAGES, Fact
from govit_rules.packs import KINDS, SEVERITIES
from govit_rules.project import CORE_FACTS, project_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["SCHEMAS", "pack_schema", "project_schema"]

_Schema = dict[str, Any]

_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_DATE: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_NAME: Final = "^[a-z][a-z0-9_]*$"
_RULE_ID: Final = "^[A-Za-z][A-Za-z0-9.*_-]{0,40}$"
_SPAN: Final = "[0-9]{1,4}(d|wd|mo|y)"
_COMPARISON: Final = r"^\s*(>=|<=|>|<)\s*\S"
_WITHIN: Final = rf"^\s*within\s+{_SPAN}\.\.{_SPAN}\s+after\s+\S"
_ANY_STAGE: Final = {"any": "任何阶段", **STAGE_ZH}
_LOCAL_TYPES: Final = {
    "bool": "是或否",
    "enum": "若干代码之一",
    "enum_list": "若干代码的列表",
    "money": "金额",
    "int": "不小于零的整数",
    "year": "年份",
    "date": "日期",
    "event_date": "事件日期，或 false(尚未发生)",
    "due_date": "他人定的日期，或 false(没有定)",
    "month_list": "月份的列表",
    "text": "文字；不能用在条件里",
}
_WHO: Final = {"owner": "项目单位", "authority": "主管部门", "expert": "专家"}
_PARAMETER_TYPES: Final = {
    "money": "金额",
    "int": "整数",
    "year": "年份",
    "date": "日期",
    "text": "文字",
    "enum_list": "代码的列表",
}
_SEVERITY_ZH: Final = {
    "blocking": "条文写明不予受理、不得立项之类的后果",
    "mandatory": "应当、不得，没有写明拦截",
    "advisory": "鼓励、原则，不影响结论",
}
_DOCUMENT_KINDS: Final = {"material": "提交的材料", "output": "办理产生的文书", "cited": "条文引用的文件"}


def pack_schema() -> _Schema:
    """
    The JSON Schema of a pack file (``rules/<city>.yaml``).
    """
    return {
        "$schema": _DRAFT,
        "title": "规则包",
        "description": "一个城市的一部办法，写成数据。写法见 docs/packs.md。",
        **_object(_top(), needed=("city", "name", "division_code", "regulation", "applies", "rules", "articles")),
        "$defs": {
            "condition": _condition(),
            "item": {
                "description": "all、any、in_order 的一项：条件，或 def.名称、rule.编号",
                "anyOf": [{"type": "object", "$ref": "#/$defs/condition"}, _text(pattern=r"^(def|rule)\.")],
            },
            "regulation": _regulation(),
            "parameter": _parameter(),
            "fact": _fact(),
            "rule": _rule(),
            "reading": _reading(),
            "step": _step(),
            "document": _document(),
            "agency": _agency(),
            "lifecycle": _lifecycle(),
            "transition": _transition(),
            "event": _event(),
            "clock": _clock(),
            "yearly": _yearly(),
            **_TESTS,
        },
    }


# ---------------------------------------------------------------------------------------------------------------------
# Small parts


def _ref(name: str, description: str = "") -> _Schema:
    return {"$ref": f"#/$defs/{name}", **_about(description)}


def _about(description: str) -> _Schema:
    return {"description": description} if description else {}


def _text(description: str = "", *, pattern: str | None = None) -> _Schema:
    return {"type": "string", "minLength": 1, **({"pattern": pattern} if pattern else {}), **_about(description)}


def _wording(description: str = "") -> _Schema:
    """
    Text, for which YAML may also give a whole number.
    """
    return {"type": ["string", "integer"], **_about(description)}


def _optional(description: str = "") -> _Schema:
    return {"type": ["string", "integer", "null"], **_about(description)}


def _flag(description: str) -> _Schema:
    return {"type": "boolean", **_about(description)}


def _day(description: str = "") -> _Schema:
    return {"type": ["string", "null"], "pattern": _DATE, **_about(description)}


def _list_of(items: _Schema, description: str = "", *, least: int = 0) -> _Schema:
    return {"type": "array", "items": items, **({"minItems": least} if least else {}), **_about(description)}


def _code(labels: Mapping[str, str], description: str = "") -> _Schema:
    meanings = "；".join(f"{code} = {meaning}" for code, meaning in labels.items())
    return {"enum": list(labels), "description": f"{description}：{meanings}" if description else meanings}


def _table_of(entry: _Schema, description: str = "", *, names: str | None = None) -> _Schema:
    """
    A mapping whose names are the writer's own.
    """
    named = {"propertyNames": {"pattern": names}} if names else {}
    return {"type": "object", **named, "additionalProperties": entry, **_about(description)}


def _object(properties: _Schema, *, needed: Iterable[str] = (), description: str = "") -> _Schema:
    required = {"required": list(needed)} if needed else {}
    return {
        "type": "object",
        **_about(description),
        "properties": properties,
        **required,
        "additionalProperties": False,
    }


def _bilingual(description: str) -> _Schema:
    both = _object({"zh": _wording("中文"), "en": _wording("英文")}, needed=("zh", "en"))
    return {"anyOf": [both, _text()], **_about(description)}


# ---------------------------------------------------------------------------------------------------------------------
# The parts of a pack, in the order of the file


def _top() -> _Schema:
    codes = {kind: _code({"stage": "到这一阶段", "end_of_stage": "这一阶段结束"}, zh) for kind, zh in KINDS.items()}
    return {
        "city": _text("城市的键：小写拼音，与文件名相同", pattern=_NAME),
        "name": _bilingual("城市的名称"),
        "division_code": _text("六位行政区划代码，加引号", pattern="^[0-9]{6}$"),
        "regulation": _ref("regulation", "所依据的办法"),
        "parameters": _table_of(_ref("parameter"), "条文里的数额和日期，每个一次，条件里写作 $名称", names=_NAME),
        "facts": _table_of(_ref("fact"), "只有本市才问的事实，条件里写作 local.名称", names=_NAME),
        "definitions": _table_of(_ref("condition"), "起了名的条件，别处写作 def.名称"),
        "applies": _ref("condition", "办法何时适用：只用 rule.编号"),
        "scope": _ref("condition", "各规则、各环节共同的前提；不写即 applies"),
        "due": _object(codes, description="各性质的规则默认何时到期"),
        "rules": _table_of(_ref("rule"), "规则，键是规范的编号", names=_RULE_ID),
        "path": _table_of(_ref("step"), "审批路径的环节，按条文的先后"),
        "articles": _table_of(_table_of(_wording("它为什么不是规则")), "没有写成规则的规范：条款 → 编号 → 理由"),
        "documents": _table_of(_ref("document"), "办法里的材料和文书"),
        "agencies": _table_of(_ref("agency"), "办法里的机关"),
        "lifecycle": _ref("lifecycle", "项目的状态和事件"),
    }


def _regulation() -> _Schema:
    return _object(
        {
            "title": _wording("办法的全称"),
            "doc_number": _optional("文号"),
            "issuer": _optional("制定机关"),
            "issued": _day("成文或印发之日"),
            "effective": _day("施行之日"),
            "articles": {
                "anyOf": [{"type": ["integer", "null"], "minimum": 1}, _list_of(_text(), "各条的名称", least=1)],
                "description": "全文的条数；条文不编号的，写各条的名称",
            },
            "norms": {"type": ["integer", "null"], "minimum": 1, "description": "规则与不成规则的规范合计"},
            "notes": _list_of(_wording(), "读者应知道的几句话"),
            "repeals": _optional("由它废止的文件"),
            "source": _optional("全文的出处"),
        },
        needed=("title",),
    )


def _parameter() -> _Schema:
    value = {"type": ["string", "integer", "array", "null"], "description": "如 1000万元；尚未公布写 null"}
    return _object(
        {
            "article": _text("所在条款"),
            "zh": _wording("中文名称，写明含或不含"),
            "en": _wording("英文名称"),
            "type": _code(_PARAMETER_TYPES, "值全是 null 时必填"),
            "values": {**_table_of(value, "起算日期: 值", names=_DATE), "minProperties": 1},
        },
        needed=("article", "zh", "values"),
    )


def _fact() -> _Schema:
    return _object(
        {
            "type": _code(_LOCAL_TYPES, "类型"),
            "zh": _wording("中文名称"),
            "en": _wording("英文名称"),
            "help": _wording("填表人看的说明"),
            "who": _code(_WHO, "谁能回答"),
            "stage": _code(STAGE_ZH, "从哪个阶段起能知道"),
            "unit": _optional("数的单位"),
            "values": {**_table_of(_wording()), "minProperties": 1, "description": "代码: 中文"},
            "claim": _flag("主张了才算的例外；不填即没有主张"),
        },
        needed=("type", "zh", "who", "stage"),
    )


def _rule() -> _Schema:
    return _object(
        {
            "kind": _code(KINDS, "性质"),
            "article": _text("依据的条款，照全文的写法"),
            "stage": _code(_ANY_STAGE, "属于哪个阶段"),
            "severity": _code({severity: _SEVERITY_ZH[severity] for severity in SEVERITIES}, "力度"),
            "scope": _ref("condition", "前提；不写即规则包的 scope，true 为没有前提"),
            "when": _ref("condition", "何时管到这个项目"),
            "require": _ref("condition", "要求什么；不写即归类规则"),
            "due": {
                "description": "何时到期：stage、end_of_stage 或某一天；null 为取消默认",
                "anyOf": [{"enum": ["stage", "end_of_stage", None]}, _text()],
            },
            "judged_by": _optional("由谁判断"),
            "bearer": _wording("谁的义务"),
            "counts": _flag("false：机关自己的义务，不算在项目头上"),
            "in_principle": _flag("条文写的是“原则上”"),
            "reading": _ref("reading", "条文有几种读法时"),
            "suspect": _optional("条文本身可疑之处"),
            "from": _day("有效的第一天"),
            "until": _day("不再有效的第一天"),
            "phrases": _list_of(_text(), "条文里的原词，供核对"),
            "zh": _words("中文"),
            "en": _words("英文"),
        },
        needed=("kind", "article", "stage", "severity", "bearer", "zh", "en"),
    )


def _words(language: str) -> _Schema:
    properties = {"title": _wording("规则说的是什么"), "fix": _wording("违反了怎样改；归类规则可以不写")}
    return _object(properties, needed=("title",), description=f"{language}的说法")


def _reading() -> _Schema:
    other = {"when": _ref("condition", "按另一读法的 when"), "require": _ref("condition", "按另一读法的 require")}
    return _object(
        {
            "chosen": _wording("采用的读法"),
            "other": _wording("另一种读法"),
            "why": _wording("为什么这样取"),
            "instead": {**_object(other, description="另一读法的条件；写了就只在结论不同时提示"), "minProperties": 1},
        },
        needed=("chosen", "other", "why"),
    )


def _step() -> _Schema:
    names = _list_of(_wording())
    return _object(
        {
            "name": _wording("环节的名称"),
            "en": _wording("英文名称"),
            "actor": _wording("由谁办"),
            "co_actors": {**names, "description": "会同谁"},
            "documents": {**names, "description": "材料和文书"},
            "scope": _ref("condition", "前提；不写即规则包的 scope"),
            "when": _ref("condition", "何时要走这一步"),
            "done_when": _ref("condition", "怎样算办完；不写即看不出"),
            "time_limit": _optional("时限，照条文；null 为未规定"),
            "articles": _list_of(_text(), "依据的条款", least=1),
            "norms": _list_of(_text(), "依据的规范编号", least=1),
            "outcome": _optional("办完得到什么"),
            "if_fails": _optional("没有通过怎么办"),
            "note": _optional("说明"),
        },
        needed=("name", "actor", "articles", "norms"),
    )


def _document() -> _Schema:
    return _object(
        {
            "kind": _code(_DOCUMENT_KINDS, "类别"),
            "stage": _code(_ANY_STAGE, "属于哪个阶段"),
            "prepared_by": _optional("由谁编制"),
            "submitted_to": _optional("交给谁"),
            "norms": _list_of(_text(), "依据的规范编号"),
            "note": _optional("说明"),
        },
        needed=("kind",),
    )


def _agency() -> _Schema:
    return _object(
        {
            "also_called": _list_of(_wording(), "别称"),
            "role": _wording("管什么"),
            "norms": _list_of(_text(), "依据的规范编号"),
            "note": _optional("说明"),
        },
        needed=("role",),
    )


def _lifecycle() -> _Schema:
    state = {"anyOf": [_wording(), _object({"zh": _wording("中文"), "stage": {"enum": list(STAGES)}}, needed=("zh",))]}
    return _object(
        {
            "initial": _text("起始的状态"),
            "states": {**_table_of(state), "description": "状态: 中文，或 {zh: 中文, stage: 处在该状态时的项目阶段}"},
            "events": {**_table_of(_ref("event")), "description": "事件: 谁办、使哪些事实成立"},
            "unrecorded": {"type": "object", "description": "没有事件说及时，事实取什么值"},
            "clocks": _list_of(_ref("clock"), "两个事件之间按工作日计的期限"),
            "yearly": _list_of(_ref("yearly"), "处在某些状态时每年重来的事实"),
            "undated": _list_of(_text(), "条文没有写期限的职责：规则编号，随事件而来，未办是应办，不是逾期"),
            "transitions": _list_of(_ref("transition"), "什么事件使项目从哪个状态到哪个状态"),
            "notes": _list_of(_wording(), "说明"),
        },
        needed=("initial", "states", "transitions"),
    )


def _event() -> _Schema:
    event = _object(
        {
            "also": _list_of(_wording(), "别称"),
            "by": _list_of(_wording(), "由谁办"),
            "sets": {
                "type": "object",
                "description": "事实: 事件发生后的值；另有 day、year、month、unknown、unrecorded",
            },
            "documents": _text("随事件记下的材料归入哪个列表事实"),
            "note": _optional("说明"),
        }
    )
    return {**event, "type": ["object", "null"]}


def _clock() -> _Schema:
    return _object(
        {
            "rule": _text("期限所属的规则"),
            "from": _text("从哪个事件起算（当天不算）"),
            "until": _text("到哪个事件为止"),
            "fact": _text("记工作日数的事实"),
            "limit": _text("工作日数上限的参数，如 $review_days"),
            "note": _optional("说明"),
        },
        needed=("rule", "from", "until", "fact", "limit"),
    )


def _yearly() -> _Schema:
    return _object(
        {
            "states": _list_of(_text(), "处在哪些状态"),
            "year": _text("记年份的事实"),
            "resets": {"type": "object", "description": "事实: 每年1月1日起的值"},
        },
        needed=("states", "resets"),
    )


def _transition() -> _Schema:
    return _object(
        {
            "from": _text("原来的状态"),
            "event": _text("事件"),
            "to": _text("新的状态"),
            "when": _ref("condition", "事件须满足的条件"),
            "norms": _list_of(_text(), "依据的规范编号"),
            "note": _optional("说明"),
        },
        needed=("from", "event", "to"),
    )


# ---------------------------------------------------------------------------------------------------------------------
# Conditions and tests


def _condition() -> _Schema:
    items = _list_of(_ref("item"), least=1)
    properties: _Schema = {
        "all": {**items, "description": "每一项都成立"},
        "any": {**items, "description": "至少一项成立"},
        "in_order": {**items, "description": "前一项不成立时，后一项也不成立"},
        "not": _ref("condition", "不成立"),
        "unpublished": _text("条文定了而我们没有的数额：参数名", pattern=_NAME),
        "judgement": _text("留给 judged_by 所写的人判断的一句话"),
        "as_of": _ref("test_of_day", "判定日"),
        **{path: _test_of(fact) for path, fact in CORE_FACTS.items() if fact.type != "text"},
    }
    tree = {
        **_object(properties),
        "minProperties": 1,
        "patternProperties": {
            r"^(def|rule)\.": _flag("定义或归类规则成立(true)，或不成立(false)"),
            r"^local\.[a-z][a-z0-9_]*$": _ref("test_of_local_fact", "本市的事实"),
        },
    }
    named = _text(pattern=r"^(def|rule)\.")
    return {"description": "条件：各行都成立才成立", "anyOf": [{"type": "boolean"}, tree, named]}


def _test_of(fact: Fact) -> _Schema:
    about = f"{fact.zh}：{fact.help}"
    if fact.type in ("enum", "enum_list"):
        codes = _code(fact.values or {})
        about = f"{about} {codes.pop('description')}"
        test = _test_of_enum(codes) if fact.type == "enum" else _test_of_list(codes)
        if fact.path == "stage":
            ordered = rf"^\s*(>=|<=|>|<)\s*({'|'.join(STAGES)})\s*$"
            test = {"anyOf": [*test["anyOf"], {"type": "string", "pattern": ordered}]}
        return {**test, "description": about}
    return _ref(_TEST_BY_TYPE[fact.type], about)


def _test_of_enum(code: _Schema) -> _Schema:
    none_of = _object({"none_of": _list_of(code, least=1)}, needed=("none_of",))
    return {"anyOf": [code, _list_of(code, least=1), none_of]}


def _test_of_list(code: _Schema) -> _Schema:
    quantified = {name: _list_of(code, least=1) for name in ("any_of", "all_of", "none_of")}
    return {**_object(quantified), "minProperties": 1, "maxProperties": 1}


_TEST_BY_TYPE: Final = {
    "bool": "test_of_bool",
    "money": "test_of_money",
    "int": "test_of_number",
    "year": "test_of_number",
    "date": "test_of_day",
    "event_date": "test_of_event",
    "due_date": "test_of_due_day",
    "month_list": "test_of_months",
}
_DAYS: Final = [{"type": "string", "pattern": _COMPARISON}, {"type": "string", "pattern": _WITHIN}]
_DAY_FORMS: Final = '如 ">= 2024-09-09"、"<= contract.signed_on + 15d"、"within 3mo..6mo after 某日"'
_TESTS: Final[_Schema] = {
    "test_of_bool": _flag("true 或 false"),
    "test_of_money": {
        "type": "string",
        "pattern": r"^\s*(>=|<=|>|<)\s*([0-9][0-9.,]*\s*(元|万元|亿元|万|亿)|\$[a-z]|[a-z])",
        "description": '如 "> 20万元"、">= $参数"、"<= 另一事实"',
    },
    "test_of_number": {"type": "string", "pattern": _COMPARISON, "description": '如 ">= 3"、">= year of as_of - 1"'},
    "test_of_day": {"anyOf": _DAYS, "description": _DAY_FORMS},
    "test_of_event": {
        "anyOf": [{"enum": ["happened", False]}, *_DAYS],
        "description": f"happened、false(尚未发生)，或 {_DAY_FORMS}",
    },
    "test_of_due_day": {"anyOf": [{"const": False}, *_DAYS], "description": f"false(没有定)，或 {_DAY_FORMS}"},
    "test_of_months": {
        "type": "string",
        "pattern": r"^\s*covers months from\s+\S.*\s+until\s+\S",
        "description": '"covers months from 某日 until 某日"',
    },
    "test_of_local_fact": {
        "description": "按它的类型写",
        "anyOf": [
            {"type": ["boolean", "string"]},
            _list_of(_text(), least=1),
            {
                **_object({name: _list_of(_text(), least=1) for name in ("any_of", "all_of", "none_of")}),
                "minProperties": 1,
                "maxProperties": 1,
            },
        ],
    },
}

SCHEMAS: Final = {"project": project_schema, "pack": pack_schema}
