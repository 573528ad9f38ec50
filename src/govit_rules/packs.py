"""
Rule packs: one regulation as one YAML file, read, checked whole, and turned into frozen objects.

`load_pack` finds a pack of the wheel (or of the checkout), `read_pack` reads any text. A pack is checked completely
before it is used; a `PackError` lists every defect with file, line, column and how to mend it. Nothing here judges a
project. Imports: `conditions`, `errors`, `facts`, `grammar`, `project`, `sources`, `values`.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, Final, Literal

from govit_rules.conditions import (
    ALWAYS,
    Condition,
    Day,
    Judgement,
    Named,
    Not,
    OneOf,
    StillDue,
    Unpublished,
    atoms,
    children,
    facts_in,
    operands,
)
from govit_rules.errors import UnknownCity
from govit_rules.facts import STAGES, Fact, nearest
from govit_rules.grammar import Parser, Vocabulary
from govit_rules.project import CORE_FACTS
from govit_rules.sources import Path, Source, read_yaml
from govit_rules.values import parse_money

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

KINDS: Final = {
    "obligation": "义务",
    "prohibition": "禁止",
    "document": "材料",
    "step": "环节",
    "deadline": "期限",
    "threshold": "门槛",
    "scope": "适用范围",
    "definition": "定义",
    "exclusion": "除外",
    "permission": "许可",
    "principle": "原则",
    "sanction": "后果",
    "role": "职责",
    "delegation": "授权",
}
SEVERITIES: Final = ("blocking", "mandatory", "advisory")
_BINDING_KINDS: Final = frozenset({"prohibition", "document", "deadline"})
_PARAMETER_TYPES: Final = frozenset({"money", "int", "year", "date", "text", "enum_list"})
_LOCAL_TYPES: Final = frozenset(
    {"text", "enum", "bool", "money", "enum_list", "event_date", "year", "date", "int", "month_list", "due_date"}
)


@dataclass(frozen=True, slots=True)
class Regulation:
    """
    The text that a pack encodes; ``articles`` and ``norms`` say how many it has, so that none is left out.
    """

    title: str
    doc_number: str | None = None
    issuer: str | None = None
    issued: date | None = None
    effective: date | None = None
    articles: int | None = None
    norms: int | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parameter:
    """
    A figure of the text, with the values it has had; ``None`` stands for a figure that we do not have.
    """

    name: str
    type: str
    article: str
    zh: str
    en: str
    values: tuple[tuple[date, Any], ...]

    def at(self, day: date) -> Any:
        """
        The value in force on a day; None before the first and where the figure is not published.
        """
        held = None
        for start, value in self.values:
            if start <= day:
                held = value
        return held


@dataclass(frozen=True, slots=True)
class Reading:
    """
    The reading chosen where a text is open, the other, and what the rule would say under it (``when``, ``require``).
    """

    chosen: str
    other: str
    why: str
    when: Condition | None = None
    require: Condition | None = None

    @property
    def expressible(self) -> bool:
        """
        Whether the other reading can be judged, so that it is shown only where it changes the outcome.
        """
        return self.when is not None or self.require is not None


Due = Literal["stage", "end_of_stage"] | Day


@dataclass(frozen=True, slots=True)
class Rule:
    """
    One norm that a project can meet or break, or (without ``require``) a classification of the project.

    ``scope`` is None where the pack's own scope holds. ``counts`` is false for a duty that is an authority's own.
    """

    id: str
    kind: str
    article: str
    stage: str
    severity: str
    scope: Condition | None
    when: Condition
    require: Condition | None
    due: Due | None
    judged_by: str | None
    bearer: str
    counts: bool
    in_principle: bool
    reading: Reading | None
    suspect: str | None
    start: date | None
    until: date | None
    phrases: tuple[str, ...]
    title: Mapping[str, str]
    fix: Mapping[str, str]

    @property
    def classifies(self) -> bool:
        """
        Whether the rule only says what a project is.
        """
        return self.require is None

    def in_force(self, day: date) -> bool:
        """
        Whether the rule holds on a day: its first day counts, the day of repeal does not.
        """
        return (self.start is None or self.start <= day) and (self.until is None or day < self.until)

    @property
    def still_due(self) -> Condition:
        """
        The condition under which what is not done is not yet late.
        """
        if self.due is None or self.require is None:
            return Not(ALWAYS)
        if self.due == "stage" or self.due == "end_of_stage":
            if self.stage == "any":
                return Not(ALWAYS)
            at = STAGES.index(self.stage) + (self.due == "end_of_stage")
            return OneOf("stage", STAGES[:at])
        return StillDue(self.due)


@dataclass(frozen=True, slots=True)
class Step:
    """
    One step of the approval path: who acts, on which documents, in what time (None: the text sets none).
    """

    id: str
    name: Mapping[str, str]
    actor: str
    co_actors: tuple[str, ...]
    documents: tuple[str, ...]
    scope: Condition | None
    when: Condition
    done_when: Condition | None
    time_limit: str | None
    articles: tuple[str, ...]
    norms: tuple[str, ...]
    outcome: str | None
    if_fails: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Transition:
    """
    An event that takes a project from one state to another.
    """

    origin: str
    event: str
    target: str
    when: Condition
    norms: tuple[str, ...]
    note: str | None


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """
    The states of a project and the events between them.
    """

    initial: str
    states: Mapping[str, str]
    transitions: tuple[Transition, ...]


@dataclass(frozen=True)
class Pack:
    """
    One regulation, ready to be judged by. Made by `load_pack` and `read_pack` only.

    ``reasons`` maps an article to its norms that are no rules, each with the reason. ``digest`` is that of the file.
    """

    city: str
    name: Mapping[str, str]
    division_code: str
    regulation: Regulation
    parameters: Mapping[str, Parameter]
    facts: Mapping[str, Fact]
    definitions: Mapping[str, Condition]
    applies: Condition
    scope: Condition
    rules: Mapping[str, Rule]
    path: Mapping[str, Step]
    reasons: Mapping[str, Mapping[str, str]]
    documents: Mapping[str, Mapping[str, Any]]
    agencies: Mapping[str, Mapping[str, Any]]
    lifecycle: Lifecycle | None
    digest: str
    shipped: bool = False
    _judges: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    def fact(self, path: str) -> Fact | None:
        """
        A core or local fact by its path.
        """
        return self.facts.get(path) or CORE_FACTS.get(path)

    def scope_of(self, part: Rule | Step) -> Condition:
        """
        What a rule or step presupposes: its own scope, else the pack's.
        """
        return self.scope if part.scope is None else part.scope

    def facts_read(self) -> frozenset[str]:
        """
        The paths of all facts that some rule or step reads.
        """
        found: set[str] = set(facts_in(self.applies)) | set(facts_in(self.scope))
        for rule in self.rules.values():
            other = () if rule.reading is None else (rule.reading.when or ALWAYS, rule.reading.require or ALWAYS)
            for condition in (rule.scope or ALWAYS, rule.when, rule.require or ALWAYS, rule.still_due, *other):
                found.update(facts_in(condition))
        for step in self.path.values():
            for condition in (step.scope or ALWAYS, step.when, step.done_when or ALWAYS):
                found.update(facts_in(condition))
        return frozenset(name for name in found if not name.startswith("$"))

    def __getstate__(self) -> dict[str, Any]:
        """
        All but what was worked out for days of judging.
        """
        return {**self.__dict__, "_judges": {}}


# ---------------------------------------------------------------------------------------------------------------------
# Finding packs


def packs_folder() -> FilePath:
    """
    Where the shipped packs are: in the installed package, else in the checkout it was installed from.
    """
    beside = FilePath(__file__).parent / "rules"
    return beside if beside.is_dir() else FilePath(__file__).parents[2] / "rules"


def shipped_packs() -> dict[str, FilePath]:
    """
    The files of the shipped packs by city.
    """
    return {path.stem: path for path in sorted(packs_folder().glob("*.yaml"))}


def cities() -> tuple[dict[str, str], ...]:
    """
    The cities that have a shipped pack: ``city``, ``zh``, ``en``, ``division_code``, read from the heads of the files.
    """
    return tuple(_head(path) for path in shipped_packs().values())


def _head(path: FilePath) -> dict[str, str]:
    with path.open(encoding="utf-8") as file:
        text = file.read(2_000)
    zh = re.search(r"^name:\s*\{zh:\s*([^,}]+?)\s*,\s*en:\s*([^}]+?)\s*\}", text, re.MULTILINE)
    code = re.search(r"^division_code:\s*[\"']?(\d+)", text, re.MULTILINE)
    return {
        "city": path.stem,
        "zh": zh[1] if zh else path.stem,
        "en": zh[2] if zh else path.stem,
        "division_code": code[1] if code else "",
    }


def find_city(name: str) -> str:
    """
    The key of a city by its key, Chinese name (with or without 市), English name or division code.

    Raises:
        UnknownCity: There is no pack for it.
    """
    wanted = name.strip().lower()
    if wanted in shipped_packs():
        return wanted
    known = cities()
    for head in known:
        names = {head["zh"], head["zh"].removesuffix("市"), head["en"].lower(), head["division_code"]}
        if wanted in names:
            return head["city"]
    listed = "、".join(f"{head['city']}({head['zh']})" for head in known)
    near = nearest(wanted, [head["city"] for head in known])
    raise UnknownCity(f"没有城市 {name!r} 的规则包" + (f",是不是 {near}?" if near else "") + f" 现有: {listed}")


_LOADED: dict[str, Pack] = {}


def load_pack(city: str) -> Pack:
    """
    The shipped pack of a city, read and checked once in a process.

    Args:
        city: Its key (the pack's file name), Chinese name (with or without 市), English name or division code.

    Raises:
        UnknownCity: There is no pack for it.
        PackError: The file is wrong.
    """
    from govit_rules.pack_cache import cached_pack

    key = find_city(city)
    if key not in _LOADED:
        path = shipped_packs()[key]
        _LOADED[key] = cached_pack(path.read_bytes(), f"{path.parent.name}/{path.name}")
    return _LOADED[key]


def load_pack_file(path: str | FilePath) -> Pack:
    """
    A pack from a file of one's own.

    Raises:
        PackError: The file is wrong.
        OSError: It cannot be read.
    """
    from govit_rules.sources import MAX_BYTES

    with FilePath(path).open("rb") as file:
        return read_pack(file.read(MAX_BYTES * 4 + 1), str(path))


def read_pack(content: bytes | str, name: str, *, shipped: bool = False) -> Pack:
    """
    A pack from the content of a file; ``name`` stands in error messages.

    Raises:
        PackError: With every defect of the file.
    """
    source = read_yaml(content, name)
    raw = content.encode() if isinstance(content, str) else content
    pack = _PackReader(source).pack(f"sha256:{hashlib.sha256(raw).hexdigest()}", shipped=shipped)
    source.refuse()
    return pack


# ---------------------------------------------------------------------------------------------------------------------
# Reading

_TOP: Final = (
    *("city", "name", "division_code", "regulation", "parameters", "facts", "definitions", "applies", "scope", "due"),
    *("rules", "path", "articles", "documents", "agencies", "lifecycle"),
)
_TOP_NEEDED: Final = ("city", "name", "division_code", "regulation", "applies", "rules", "articles")
_REGULATION: Final = (
    *("title", "doc_number", "issuer", "issued", "effective", "articles", "norms", "notes", "repeals", "source"),
)
_FACT: Final = ("type", "zh", "en", "help", "who", "stage", "unit", "values", "claim")
_RULE: Final = (
    *("kind", "article", "stage", "severity", "scope", "when", "require", "due", "judged_by", "bearer", "counts"),
    *("in_principle", "reading", "suspect", "from", "until", "phrases", "zh", "en"),
)
_STEP: Final = (
    *("name", "en", "actor", "co_actors", "documents", "scope", "when", "done_when", "time_limit", "articles"),
    *("norms", "outcome", "if_fails", "note"),
)


class _PackReader:
    """
    Reads a pack out of plain data, reporting every defect to its source.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.data: dict[str, Any] = source.data if isinstance(source.data, dict) else {}
        if not isinstance(source.data, dict):
            source.report((), "规则包应是映射", "从 `city:` 写起,样子见 docs/packs.md")
        self.facts = self._local_facts()
        self.parameters = self._parameters()
        self.named: dict[str, Condition | None] = {}
        vocabulary = Vocabulary(
            {**CORE_FACTS, **self.facts}, {p.name: p.type for p in self.parameters.values()}, self._find_named
        )
        self.parser = Parser(vocabulary, source.report)

    # -- small readers

    def _mapping(
        self, data: Any, path: Path, allowed: Iterable[str] | None = None, required: Iterable[str] = ()
    ) -> Any:
        if not isinstance(data, dict):
            self.source.report(path, f"{path[-1] if path else '规则包'} 应是映射", "每行写成 `键: 值`")
            return {}
        allowed = None if allowed is None else tuple(allowed)
        for key in data:
            if allowed is not None and key not in allowed:
                near = nearest(key, allowed)
                self.source.report(
                    (*path, key), f"没有名为 {key!r} 的键", f"是不是 {near}?" if near else f"可用: {'、'.join(allowed)}"
                )
        for key in required:
            if data.get(key) is None:
                self.source.report(path, f"{_title(path)}缺 {key}", f"补上 `{key}:`")
        return data

    def _text(self, data: Any, path: Path, default: str = "") -> str:
        value = self._optional_text(data, path)
        return default if value is None else value

    def _optional_text(self, data: Any, path: Path) -> str | None:
        if data is None:
            return None
        if isinstance(data, str) and data.strip():
            return data
        if isinstance(data, int) and not isinstance(data, bool):
            return str(data)
        self.source.report(path, f"{path[-1]} 应是文字", "写一句话;含冒号或 # 时加引号")
        return None

    def _texts(self, data: Any, path: Path) -> tuple[str, ...]:
        if data is None:
            return ()
        if not isinstance(data, list):
            self.source.report(path, f"{path[-1]} 应是列表", "写成 [甲, 乙]")
            return ()
        return tuple(self._text(item, (*path, i)) for i, item in enumerate(data))

    def _choice(self, data: Any, path: Path, allowed: Iterable[str], default: str) -> str:
        allowed = tuple(allowed)
        if data in allowed:
            return str(data)
        near = nearest(str(data), allowed)
        self.source.report(
            path, f"{path[-1]} 没有值 {data!r}", f"是不是 {near}?" if near else f"可用: {'、'.join(allowed)}"
        )
        return default

    def _flag(self, data: Any, path: Path, *, default: bool) -> bool:
        if data is None or isinstance(data, bool):
            return default if data is None else data
        self.source.report(path, f"{path[-1]} 应是 true 或 false", "写成 true 或 false")
        return default

    def _date(self, data: Any, path: Path) -> date | None:
        if data is None or isinstance(data, date):
            return data
        self.source.report(path, f"{path[-1]} 应是日期", "写成 2024-09-09")
        return None

    def _bilingual(self, data: Any, path: Path) -> dict[str, str]:
        if isinstance(data, str):
            return {"zh": data, "en": data}
        data = self._mapping(data, path, ("zh", "en"), ("zh", "en"))
        return {lang: self._text(data.get(lang), (*path, lang)) for lang in ("zh", "en")}

    # -- facts and parameters

    def _local_facts(self) -> dict[str, Fact]:
        facts = {}
        for name, data in self._mapping(self.data.get("facts") or {}, ("facts",)).items():
            path: Path = ("facts", name)
            if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
                self.source.report(path, f"事实名 {name!r} 不合规矩", "只用小写字母、数字和下划线")
            data = self._mapping(
                data,
                path,
                ["type", "zh", "en", "help", "who", "stage", "unit", "values", "claim"],
                ["type", "zh", "who", "stage"],
            )
            kind = self._choice(data.get("type"), (*path, "type"), sorted(_LOCAL_TYPES), "bool")
            values = data.get("values")
            if (kind in ("enum", "enum_list")) != isinstance(values, dict) or values == {}:
                self.source.report(path, f"{name} 是 {kind}", "enum、enum_list 要有 values: {代码: 中文},其他类型没有")
            facts[f"local.{name}"] = Fact(
                path=f"local.{name}",
                type=kind,  # type: ignore[arg-type]  # one of _LOCAL_TYPES
                zh=self._text(data.get("zh"), (*path, "zh"), name),
                en=self._text(data.get("en"), (*path, "en"), name),
                help=self._text(data.get("help"), (*path, "help")),
                who=self._choice(data.get("who"), (*path, "who"), ("owner", "authority", "expert"), "owner"),  # type: ignore[arg-type]
                stage=self._choice(data.get("stage"), (*path, "stage"), STAGES, "planning"),
                unit=self._optional_text(data.get("unit"), (*path, "unit")),
                values=values if isinstance(values, dict) else None,
                claim=self._flag(data.get("claim"), (*path, "claim"), default=False),
            )
        return facts

    def _parameters(self) -> dict[str, Parameter]:
        parameters = {}
        for name, data in self._mapping(self.data.get("parameters") or {}, ("parameters",)).items():
            path: Path = ("parameters", name)
            data = self._mapping(data, path, ["article", "zh", "en", "type", "values"], ["article", "zh", "values"])
            values = self._dated_values(data.get("values"), (*path, "values"), data.get("type"))
            kinds = {kind for _, kind, _ in values if kind}
            kind = data.get("type") or (min(kinds) if kinds else None)
            if kind not in _PARAMETER_TYPES or (kinds - {kind}):
                self.source.report(
                    path, f"参数 {name} 的类型不明或不一致", f"写 type: 其中之一 {'、'.join(sorted(_PARAMETER_TYPES))}"
                )
                kind = "text"
            parameters[name] = Parameter(
                name,
                str(kind),
                self._text(data.get("article"), (*path, "article")),
                self._text(data.get("zh"), (*path, "zh")),
                self._text(data.get("en"), (*path, "en"), name),
                tuple((day, value) for day, _, value in values),
            )
        return parameters

    def _dated_values(self, data: Any, path: Path, kind: str | None) -> list[tuple[date, str | None, Any]]:
        values: list[tuple[date, str | None, Any]] = []
        for key, value in self._mapping(data if data is not None else {}, path).items():
            at = (*path, key)
            try:
                day = date.fromisoformat(key)
            except ValueError:
                self.source.report(at, f"{key!r} 不是日期", "参数的值写成 `起算日期: 值`,如 `2019-08-27: 1000万元`")
                continue
            if values and day <= values[-1][0]:
                self.source.report(at, f"日期 {key} 不在前一个之后", "按先后排列,每个日期一次")
            values.append((day, *self._typed_value(value, at, kind)))
        return values

    def _typed_value(self, value: Any, path: Path, kind: str | None) -> tuple[str | None, Any]:
        if value is None:
            return None, None
        if isinstance(value, date):
            return "date", value
        if isinstance(value, list):
            return "enum_list", tuple(map(str, value))
        if isinstance(value, int) and not isinstance(value, bool):
            return (kind, Decimal(value)) if kind == "money" else (kind or "int", value)
        if isinstance(value, str) and kind != "text":
            try:
                return "money", parse_money(value)
            except ValueError as error:
                self.source.report(path, str(error), "金额写成 1000万元,日期写成 2024-09-09,尚未公布写 null")
        return "text", value

    # -- conditions

    def _find_named(self, name: str, path: Path) -> Condition | None:
        """
        The condition of a definition or classifying rule, parsed when it is first named.
        """
        if name in self.named:
            if self.named[name] is None:
                self.source.report(path, f"{name} 绕回到自己", "断开这个循环")
            return self.named[name]
        kind, _, key = name.partition(".")
        table = self.data.get("definitions" if kind == "def" else "rules")
        if not isinstance(table, dict) or key not in table:
            near = nearest(key, table if isinstance(table, dict) else ())
            self.source.report(path, f"没有 {name}", f"是不是 {kind}.{near}?" if near else "先声明它,或查拼写")
            return None
        self.named[name] = None
        self.named[name] = self._definition(key) if kind == "def" else self._classifying(key, name, path)
        return self.named[name]

    def _definition(self, key: str) -> Condition:
        return self.parser.condition(self.data["definitions"][key], ("definitions", key))

    def _classifying(self, key: str, name: str, path: Path) -> Condition:
        rule = self.data["rules"][key]
        if not isinstance(rule, dict) or rule.get("require") is not None or rule.get("scope") is not True:
            self.source.report(
                path, f"{name} 不是 scope: true 的归类规则", "只能引用没有 require、scope 为 true 的规则"
            )
            return ALWAYS
        return self._condition(rule, "when", ("rules", key))

    def _condition(self, data: Mapping[str, Any], key: str, path: Path) -> Condition:
        return self.parser.condition(data[key], (*path, key)) if data.get(key) is not None else ALWAYS

    # -- the pack

    def pack(self, digest: str, *, shipped: bool) -> Pack:
        data = self._mapping(self.data, (), _TOP, _TOP_NEEDED)
        definitions = {
            name: self._find_named(f"def.{name}", ("definitions", name)) or ALWAYS
            for name in self._mapping(data.get("definitions") or {}, ("definitions",))
        }
        applies = self._condition(data, "applies", ())
        rules = {
            key: self._rule(key, value) for key, value in self._mapping(data.get("rules") or {}, ("rules",)).items()
        }
        path = {key: self._step(key, value) for key, value in self._mapping(data.get("path") or {}, ("path",)).items()}
        reasons = self._reasons(data.get("articles") or {})
        pack = Pack(
            city=self._text(data.get("city"), ("city",)),
            name=self._bilingual(data.get("name") or {}, ("name",)),
            division_code=self._text(data.get("division_code"), ("division_code",)),
            regulation=self._regulation(data.get("regulation") or {}),
            parameters=self.parameters,
            facts=self.facts,
            definitions=definitions,
            applies=applies,
            scope=self._condition(data, "scope", ()) if data.get("scope") is not None else applies,
            rules=rules,
            path=path,
            reasons=reasons,
            documents=self._catalogue(data.get("documents") or {}, "documents"),
            agencies=self._catalogue(data.get("agencies") or {}, "agencies"),
            lifecycle=self._lifecycle(data.get("lifecycle")),
            digest=digest,
            shipped=shipped,
        )
        self._check_applies(pack)
        self._check_unused(pack)
        self._check_articles(pack)
        return pack

    def _regulation(self, data: Any) -> Regulation:
        path: Path = ("regulation",)
        allowed = [
            "title",
            "doc_number",
            "issuer",
            "issued",
            "effective",
            "articles",
            "norms",
            "notes",
            "repeals",
            "source",
        ]
        data = self._mapping(data, path, allowed, ("title",))
        issued, effective = (self._date(data.get(key), (*path, key)) for key in ("issued", "effective"))
        if issued and effective and effective < issued:
            self.source.report((*path, "effective"), "施行日期早于发布日期", "查两个日期")
        counts = {}
        for key in ("articles", "norms"):
            counts[key] = data.get(key)
            if counts[key] is not None and (not isinstance(counts[key], int) or counts[key] < 1):
                self.source.report((*path, key), f"{key} 应是正整数", "写条文(规范)的总数")
                counts[key] = None
        return Regulation(
            title=self._text(data.get("title"), (*path, "title")),
            doc_number=self._optional_text(data.get("doc_number"), (*path, "doc_number")),
            issuer=self._optional_text(data.get("issuer"), (*path, "issuer")),
            issued=issued,
            effective=effective,
            articles=counts["articles"],
            norms=counts["norms"],
            notes=self._texts(data.get("notes"), (*path, "notes")),
        )

    def _rule(self, key: str, data: Any) -> Rule:
        path: Path = ("rules", key)
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9.*_-]*", key):
            self.source.report(path, f"规则编号 {key!r} 不合规矩", "用字母、数字、点和连字符,如 LZ-14.4-d")
        data = self._mapping(data, path, _RULE, ["kind", "article", "stage", "severity", "bearer", "zh", "en"])
        named = self.named.get(f"rule.{key}")
        when = named if named is not None else self._condition(data, "when", path)
        require = self._condition(data, "require", path) if data.get("require") is not None else None
        start, until = self._date(data.get("from"), (*path, "from")), self._date(data.get("until"), (*path, "until"))
        if start and until and until <= start:
            self.source.report((*path, "until"), "until 不在 from 之后", "until 是不再有效的第一天")
        zh, en = (self._wording(data.get(lang) or {}, (*path, lang), require) for lang in ("zh", "en"))
        rule = Rule(
            id=key,
            kind=self._choice(data.get("kind"), (*path, "kind"), KINDS, "obligation"),
            article=self._text(data.get("article"), (*path, "article")),
            stage=self._choice(data.get("stage"), (*path, "stage"), ("any", *STAGES), "any"),
            severity=self._choice(data.get("severity"), (*path, "severity"), SEVERITIES, "mandatory"),
            scope=self._scope(data, path),
            when=when,
            require=require,
            due=self._due(data, path, require),
            judged_by=self._optional_text(data.get("judged_by"), (*path, "judged_by")),
            bearer=self._text(data.get("bearer"), (*path, "bearer")),
            counts=self._flag(data.get("counts"), (*path, "counts"), default=True),
            in_principle=self._flag(data.get("in_principle"), (*path, "in_principle"), default=False),
            reading=self._reading(data.get("reading"), (*path, "reading")),
            suspect=self._optional_text(data.get("suspect"), (*path, "suspect")),
            start=start,
            until=until,
            phrases=self._texts(data.get("phrases"), (*path, "phrases")),
            title={"zh": zh[0], "en": en[0]},
            fix={"zh": zh[1], "en": en[1]},
        )
        self._check_rule(rule, path)
        return rule

    def _wording(self, data: Any, path: Path, require: Condition | None) -> tuple[str, str]:
        needed = ("title",) if require is None else ("title", "fix")
        data = self._mapping(data, path, ("title", "fix"), needed)
        return self._text(data.get("title"), (*path, "title")), self._text(data.get("fix"), (*path, "fix"))

    def _scope(self, data: Mapping[str, Any], path: Path) -> Condition | None:
        return None if data.get("scope") is None else self._condition(data, "scope", path)

    def _due(self, data: Mapping[str, Any], path: Path, require: Condition | None) -> Due | None:
        if require is None and data.get("due") is not None:
            self.source.report((*path, "due"), "归类规则没有期限", "删去 due,或补上 require")
        due = data["due"] if "due" in data else self._default_due(data)
        if due is None or require is None:
            return None
        if due in ("stage", "end_of_stage"):
            return due  # type: ignore[no-any-return]
        return self.parser.day(due, (*path, "due"))

    def _default_due(self, data: Mapping[str, Any]) -> Any:
        defaults = self.data.get("due") or {}
        if not isinstance(defaults, dict):
            return None
        return defaults.get(data.get("kind"))

    def _reading(self, data: Any, path: Path) -> Reading | None:
        if data is None:
            return None
        data = self._mapping(data, path, ["chosen", "other", "why", "instead"], ["chosen", "other", "why"])
        instead: dict[str, Any] = {}
        if data.get("instead") is not None:
            instead = self._mapping(data["instead"], (*path, "instead"), ("when", "require"))
        other = {
            key: self.parser.condition(instead[key], (*path, "instead", key))
            for key in ("when", "require")
            if key in instead
        }
        return Reading(
            chosen=self._text(data.get("chosen"), (*path, "chosen")),
            other=self._text(data.get("other"), (*path, "other")),
            why=self._text(data.get("why"), (*path, "why")),
            when=other.get("when"),
            require=other.get("require"),
        )

    def _check_rule(self, rule: Rule, path: Path) -> None:
        if rule.require is None and rule.kind in _BINDING_KINDS:
            self.source.report(path, f"{KINDS[rule.kind]}没有 require", "补上 require;只作归类的规则另选 kind")
        for part in (rule.when, rule.require or ALWAYS):
            if rule.judged_by is None and any(isinstance(atom, Judgement) for atom in atoms(part)):
                self.source.report(path, f"{rule.id} 有 judgement 而没有 judged_by", "写明由谁判断")

    def _step(self, key: str, data: Any) -> Step:
        path: Path = ("path", key)
        data = self._mapping(data, path, _STEP, ["name", "actor", "articles"])
        name = self._text(data.get("name"), (*path, "name"))
        return Step(
            id=key,
            name={"zh": name, "en": self._text(data.get("en"), (*path, "en"), name)},
            actor=self._text(data.get("actor"), (*path, "actor")),
            co_actors=self._texts(data.get("co_actors"), (*path, "co_actors")),
            documents=self._texts(data.get("documents"), (*path, "documents")),
            scope=self._scope(data, path),
            when=self._condition(data, "when", path),
            done_when=self._condition(data, "done_when", path) if data.get("done_when") is not None else None,
            time_limit=self._optional_text(data.get("time_limit"), (*path, "time_limit")),
            articles=self._texts(data.get("articles"), (*path, "articles")),
            norms=self._texts(data.get("norms"), (*path, "norms")),
            outcome=self._optional_text(data.get("outcome"), (*path, "outcome")),
            if_fails=self._optional_text(data.get("if_fails"), (*path, "if_fails")),
            note=self._optional_text(data.get("note"), (*path, "note")),
        )

    def _reasons(self, data: Any) -> dict[str, dict[str, str]]:
        reasons: dict[str, dict[str, str]] = {}
        for article, norms in self._mapping(data, ("articles",)).items():
            path: Path = ("articles", article)
            reasons[article] = {
                key: self._text(value, (*path, key)) for key, value in self._mapping(norms, path).items()
            }
        return reasons

    def _catalogue(self, data: Any, section: str) -> dict[str, dict[str, Any]]:
        return {name: self._mapping(entry, (section, name)) for name, entry in self._mapping(data, (section,)).items()}

    def _lifecycle(self, data: Any) -> Lifecycle | None:
        if data is None:
            return None
        path: Path = ("lifecycle",)
        data = self._mapping(
            data, path, ["initial", "states", "transitions", "notes"], ["initial", "states", "transitions"]
        )
        states = self._mapping(data.get("states") or {}, (*path, "states"))
        self._choice(data.get("initial"), (*path, "initial"), states, "")
        listed = data.get("transitions") if isinstance(data.get("transitions"), list) else []
        transitions = tuple(self._transition(item, (*path, "transitions", i), states) for i, item in enumerate(listed))
        return Lifecycle(str(data.get("initial")), states, transitions)

    def _transition(self, data: Any, path: Path, states: Mapping[str, str]) -> Transition:
        data = self._mapping(data, path, ["from", "event", "to", "when", "norms", "note"], ["from", "event", "to"])
        for key in ("from", "to"):
            self._choice(data.get(key), (*path, key), states, "")
        return Transition(
            origin=str(data.get("from")),
            event=self._text(data.get("event"), (*path, "event")),
            target=str(data.get("to")),
            when=self._condition(data, "when", path),
            norms=self._texts(data.get("norms"), (*path, "norms")),
            note=self._optional_text(data.get("note"), (*path, "note")),
        )

    # -- checks of the whole

    def _check_applies(self, pack: Pack) -> None:
        for part in _outer_tests(pack.applies):
            self.source.report(
                ("applies",),
                f"applies 里有不属于归类规则的条件 {part}",
                "只写 rule.编号,把条件写进一条 scope: true 的规则",
            )
        defaults = self._mapping(self.data.get("due") or {}, ("due",), KINDS)
        for kind, value in defaults.items():
            self._choice(value, ("due", kind), ("stage", "end_of_stage"), "stage")

    def _check_unused(self, pack: Pack) -> None:
        used = self.parser.used
        tables: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
            ("definitions", "def.", pack.definitions),
            ("parameters", "$", pack.parameters),
            ("facts", "", pack.facts),
        )
        for section, prefix, table in tables:
            for name in table:
                if f"{prefix}{name}" not in used:
                    self.source.report(
                        (section, name.removeprefix("local.")), f"{name} 没有用到", "删去它,或在规则里用它"
                    )

    def _check_articles(self, pack: Pack) -> None:
        norms = {norm for entry in pack.reasons.values() for norm in entry}
        known = norms | set(pack.rules)
        for norm in sorted(norms & set(pack.rules)):
            self.source.report(("rules", norm), f"{norm} 既是规则又列在 articles 下", "留一处")
        for key, step in pack.path.items():
            self._check_norms(step.norms, ("path", key), known)
            if not step.articles or not step.norms:
                self.source.report(("path", key), f"环节 {key} 没有条文依据", "写明 articles 和 norms")
        for section, table in (("documents", pack.documents), ("agencies", pack.agencies)):
            for name, entry in table.items():
                self._check_norms(self._texts(entry.get("norms"), (section, name, "norms")), (section, name), known)
        for i, transition in enumerate(pack.lifecycle.transitions if pack.lifecycle else ()):
            self._check_norms(transition.norms, ("lifecycle", "transitions", i), known)
        if pack.regulation.norms is not None and len(known) != pack.regulation.norms:
            self.source.report(
                ("regulation", "norms"),
                f"规范应有 {pack.regulation.norms} 条,包里有 {len(known)} 条",
                "补上漏的,或更正总数",
            )
        self._check_coverage(pack)

    def _check_norms(self, norms: Iterable[str], path: Path, known: set[str]) -> None:
        for norm in norms:
            if norm not in known:
                near = nearest(norm, known)
                self.source.report(
                    path, f"没有编号 {norm}", f"是不是 {near}?" if near else "它既不是规则,也不在 articles 下"
                )

    def _check_coverage(self, pack: Pack) -> None:
        if pack.regulation.articles is None:
            return
        covered = {article_number(rule.article) for rule in pack.rules.values()}
        covered |= {article_number(article) for article in pack.reasons}
        for number in range(1, pack.regulation.articles + 1):
            if number not in covered:
                self.source.report(
                    ("articles",),
                    f"第{chinese_number(number)}条既没有规则也没有理由",
                    "补一条规则,或在 articles 下写明理由",
                )
        for path, article in _citations(pack):
            number_cited = article_number(article)
            if number_cited is None or number_cited > pack.regulation.articles:
                self.source.report(
                    path,
                    f"条款 {article!r} 不在第一条至第{chinese_number(pack.regulation.articles)}条之内",
                    "查条号,写成 第十四条第(四)项",
                )


def _citations(pack: Pack) -> Iterable[tuple[Path, str]]:
    for key, rule in pack.rules.items():
        yield ("rules", key, "article"), rule.article
    for article in pack.reasons:
        yield ("articles", article), article
    for key, parameter in pack.parameters.items():
        yield ("parameters", key, "article"), parameter.article
    for key, step in pack.path.items():
        for article in step.articles:
            yield ("path", key, "articles"), article


def _outer_tests(condition: Condition) -> Iterable[str]:
    """
    The tests of a condition that stand outside every ``rule.ID``.
    """
    if isinstance(condition, Named) and condition.name.startswith("rule."):
        return
    parts = children(condition)
    if parts and not isinstance(condition, Unpublished):
        for part in parts:
            yield from _outer_tests(part)
    elif condition != ALWAYS:
        yield ", ".join(facts_in(condition)) or type(condition).__name__


def _title(path: Path) -> str:
    return f"{path[-1]} " if path else "规则包"


# ---------------------------------------------------------------------------------------------------------------------
# Article numbers

_DIGITS: Final = "零一二三四五六七八九"


def chinese_number(number: int) -> str:
    """
    1 to 199 as a Chinese numeral.

    >>> chinese_number(14), chinese_number(20), chinese_number(103)
    ('十四', '二十', '一百零三')
    """
    if number >= 100:
        rest = number - 100
        return "一百" + (("零" if rest < 10 else "一" if rest < 20 else "") + chinese_number(rest) if rest else "")
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else _DIGITS[tens] + "十"
    return head + (_DIGITS[ones] if ones or not tens else "")


_ARTICLE_NUMBERS: Final[Callable[[str], int | None]] = {chinese_number(n): n for n in range(1, 200)}.get


def article_number(article: str) -> int | None:
    """
    The number of the article that a citation begins with (``第十四条第(四)项`` → 14).
    """
    match = re.match(r"第([零一二三四五六七八九十百]+)条", article)
    return _ARTICLE_NUMBERS(match[1]) if match else None


__all__ = [
    "KINDS",
    "SEVERITIES",
    "Lifecycle",
    "Pack",
    "Parameter",
    "Reading",
    "Regulation",
    "Rule",
    "Step",
    "Transition",
    "article_number",
    "chinese_number",
    "cities",
    "find_city",
    "load_pack",
    "load_pack_file",
    "operands",
    "packs_folder",
    "read_pack",
    "shipped_packs",
]
