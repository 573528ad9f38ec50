"""
Reads a pack out of YAML and checks it whole.

A `PackError` lists every defect of the file with line, column and how to mend it; a pack that is read has none.
Imports: `articles`, `conditions`, `entries`, `facts`, `grammar`, `lifecycle_reader`, `packs`, `project`, `sources`,
`values`.
"""

from __future__ import annotations

import hashlib
import re
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from govit_rules.articles import article_names, article_of
from govit_rules.conditions import (
    ALWAYS,
    Condition,
    Constant,
    Judgement,
    Named,
    atoms,
    children,
    facts_in,
)
from govit_rules.entries import EntryReader
from govit_rules.facts import STAGES, Fact, nearest
from govit_rules.grammar import Parser, Vocabulary
from govit_rules.lifecycle_reader import LifecycleReader
from govit_rules.packs import (
    KINDS,
    SEVERITIES,
    Due,
    Lifecycle,
    Pack,
    Parameter,
    Reading,
    Regulation,
    Rule,
    Step,
)
from govit_rules.project import CORE_FACTS
from govit_rules.sources import Path, Source, read_yaml
from govit_rules.values import parse_day, parse_money

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_BINDING_KINDS: Final = frozenset({"prohibition", "document", "deadline"})


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("应是不小于零的整数")
    return value


def _year(value: Any) -> int:
    if type(value) is not int or not 1949 <= value <= 2099:
        raise ValueError("年份应在 1949 至 2099 之间")
    return value


def _wording(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("应是文字")
    return value


def _codes(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise ValueError("应是一列代码")
    return tuple(value)


# How the value of a parameter is read, by its type; and the type that its form in YAML says.
_PARAMETER_TYPES: Final[Mapping[str, Callable[[Any], Any]]] = {
    "money": parse_money,
    "int": _count,
    "year": _year,
    "date": parse_day,
    "text": _wording,
    "enum_list": _codes,
}
_PARAMETER_FORMS: Final = {str: "money", int: "int", date: "date", list: "enum_list"}
_LOCAL_TYPES: Final = frozenset(
    {"text", "enum", "bool", "money", "enum_list", "event_date", "year", "date", "int", "month_list", "due_date"}
)


def read_pack(content: bytes | str, name: str, *, shipped: bool = False) -> Pack:
    """
    A pack from the content of a file; ``name`` stands in error messages.

    Raises:
        PackError: With every defect of the file.
    """
    source = read_yaml(content, name)
    raw = content.encode() if isinstance(content, str) else content
    return pack_of(source, f"sha256:{hashlib.sha256(raw).hexdigest()}", shipped=shipped)


def pack_of(source: Source, digest: str, *, shipped: bool = False) -> Pack:
    """
    A pack from data that were read already.

    Raises:
        PackError: With every defect of the data.
    """
    pack = _PackReader(source).pack(digest, shipped=shipped)
    source.refuse()
    return pack


_TOP: Final = (
    *("city", "name", "division_code", "regulation", "parameters", "facts", "definitions", "applies", "scope", "due"),
    *("rules", "path", "articles", "documents", "agencies", "lifecycle"),
)
_TOP_NEEDED: Final = ("city", "name", "division_code", "regulation", "applies", "rules", "articles")
_REGULATION: Final = (
    *("title", "doc_number", "issuer", "issued", "effective", "articles", "norms", "notes", "repeals", "source"),
)
_FACT: Final = ("type", "zh", "en", "help", "who", "stage", "unit", "values", "claim")
_PARAMETER: Final = ("article", "zh", "en", "type", "values")
_RULE: Final = (
    *("kind", "article", "stage", "severity", "scope", "when", "require", "due", "judged_by", "bearer", "counts"),
    *("in_principle", "reading", "suspect", "from", "until", "phrases", "zh", "en"),
)
_RULE_NEEDED: Final = ("kind", "article", "stage", "severity", "bearer", "zh", "en")
_STEP: Final = (
    *("name", "en", "actor", "co_actors", "documents", "scope", "when", "done_when", "time_limit", "articles"),
    *("norms", "outcome", "if_fails", "note"),
)
_DOCUMENT: Final = ("kind", "stage", "prepared_by", "submitted_to", "norms", "note")
_DOCUMENT_KINDS: Final = ("material", "output", "cited")
_AGENCY: Final = ("also_called", "role", "norms", "note")
_MAX_CHAIN: Final = 60  # definitions that name definitions
_MAX_TESTS: Final = 5_000  # tests of one condition, its definitions written out
_MAX_DEPTH: Final = 120


class _PackReader(EntryReader):
    """
    Reads a pack out of plain data, reporting every defect to its source.
    """

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.data: dict[str, Any] = source.data if isinstance(source.data, dict) else {}
        if not isinstance(source.data, dict):
            source.report((), "规则包应是映射", "从 `city:` 写起,样子见 docs/packs.md")
            source.refuse()
        self.facts = self._local_facts()
        self.parameters = self._parameters()
        self.named: dict[str, Condition | None] = {}
        self.extents: dict[str, tuple[int, int]] = {}
        self.open: list[str] = []
        self.defaults = self._due_defaults()
        vocabulary = Vocabulary(
            {**CORE_FACTS, **self.facts}, {p.name: p.type for p in self.parameters.values()}, self._find_named
        )
        self.parser = Parser(vocabulary, source.report)

    # -- facts and parameters

    def _section(self, name: str) -> dict[str, Any]:
        """
        A section of the pack; an absent one is empty.
        """
        data = self.data.get(name)
        return {} if data is None else self._mapping(data, (name,))

    def _local_facts(self) -> dict[str, Fact]:
        facts = {}
        for name, data in self._section("facts").items():
            path: Path = ("facts", name)
            if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
                self.source.report(path, f"事实名 {name!r} 不合规矩", "只用小写字母、数字和下划线")
            data = self._mapping(data, path, _FACT, ("type", "zh", "who", "stage"))
            kind = self._choice(data.get("type"), (*path, "type"), sorted(_LOCAL_TYPES), "bool")
            values = data.get("values")
            if (kind in ("enum", "enum_list")) != (values is not None) or values == {}:
                self.source.report(path, f"{name} 是 {kind}", "enum、enum_list 要有 values: {代码: 中文},其他类型没有")
            if values is not None:
                values = self._labels(values, (*path, "values"))
            facts[f"local.{name}"] = Fact(
                path=f"local.{name}",
                type=kind,  # type: ignore[arg-type]  # one of _LOCAL_TYPES
                zh=self._text(data.get("zh"), (*path, "zh"), name),
                en=self._text(data.get("en"), (*path, "en"), name),
                help=self._text(data.get("help"), (*path, "help")),
                who=self._choice(data.get("who"), (*path, "who"), ("owner", "authority", "expert"), "owner"),  # type: ignore[arg-type]
                stage=self._choice(data.get("stage"), (*path, "stage"), STAGES, "planning"),
                unit=self._optional_text(data.get("unit"), (*path, "unit")),
                values=values,
                claim=self._flag(data.get("claim"), (*path, "claim"), default=False),
            )
        return facts

    def _parameters(self) -> dict[str, Parameter]:
        parameters = {}
        for name, data in self._section("parameters").items():
            path: Path = ("parameters", name)
            data = self._mapping(data, path, _PARAMETER, ("article", "zh", "values"))
            declared = self._choice(data.get("type"), (*path, "type"), sorted(_PARAMETER_TYPES), "") or None
            values = self._dated_values(data.get("values"), (*path, "values"), declared)
            kinds = {kind for _, kind, _ in values if kind}
            kind = declared or (min(kinds) if kinds else None)
            told = data.get("values") is None or (data.get("type") is not None and declared is None)
            if not told and (kind is None or kinds - {kind}):
                self.source.report(
                    path, f"参数 {name} 的类型不明或不一致", f"写 type: 其中之一 {'、'.join(sorted(_PARAMETER_TYPES))}"
                )
            parameters[name] = Parameter(
                name,
                kind or "text",
                self._text(data.get("article"), (*path, "article")),
                self._text(data.get("zh"), (*path, "zh")),
                self._text(data.get("en"), (*path, "en"), name),
                tuple((day, value) for day, _, value in values),
            )
        return parameters

    def _dated_values(self, data: Any, path: Path, kind: str | None) -> list[tuple[date, str | None, Any]]:
        values: list[tuple[date, str | None, Any]] = []
        for key, value in self._mapping(data, path).items() if data is not None else ():
            at = (*path, key)
            try:
                day = parse_day(key)
            except ValueError:
                self.source.report(at, f"{key!r} 不是日期", "参数的值写成 `起算日期: 值`,如 `2019-08-27: 1000万元`")
                continue
            if values and day <= values[-1][0]:
                self.source.report(at, f"日期 {key} 不在前一个之后", "按先后排列,每个日期一次")
            values.append((day, *self._typed_value(value, at, kind)))
        if data == {}:
            self.source.report(path, "values 是空的", "写上 `起算日期: 值`;尚未公布的值写 null")
        return values

    def _typed_value(self, value: Any, path: Path, kind: str | None) -> tuple[str | None, Any]:
        """
        A value with its type, by the declared type or else by its form; (None, None) where it is not published.
        """
        if value is None:
            return None, None
        kind = kind or _PARAMETER_FORMS.get(type(value), "")
        try:
            return kind, _PARAMETER_TYPES[kind](value)
        except (KeyError, ValueError, TypeError) as error:
            reason = error if isinstance(error, ValueError) else f"不能是 {value!r}"
            self.source.report(path, f"参数的值: {reason}", "金额写成 1000万元,日期写成 2024-09-09,尚未公布写 null")
            return kind or None, None

    # -- conditions

    def _find_named(self, name: str, path: Path) -> Condition | None:
        """
        The condition of a definition or classifying rule, parsed when it is first named.
        """
        if name in self.open:
            self.source.report(path, f"{name} 绕回到自己", "断开这个循环")
            return None
        if name in self.named:
            return self.named[name]
        kind, _, key = name.partition(".")
        table = self.data.get("definitions" if kind == "def" else "rules")
        if not isinstance(table, dict) or key not in table:
            near = nearest(key, table if isinstance(table, dict) else ())
            self.source.report(path, f"没有 {name}", f"是不是 {kind}.{near}?" if near else "先声明它,或查拼写")
            return None
        if len(self.open) >= _MAX_CHAIN:
            self.source.report(path, f"{name} 前面已有 {_MAX_CHAIN} 层定义", "把定义写得扁平些")
            return None
        self.open.append(name)
        condition = self._definition(key) if kind == "def" else self._classifying(key, name, path)
        self.open.pop()
        if condition is not None:
            tests, depth = self._extent(condition)
            if tests > _MAX_TESTS or depth > _MAX_DEPTH:
                what = f"{name} 写开后超过 {_MAX_TESTS:,} 个条件或 {_MAX_DEPTH} 层"
                self.source.report(path, what, "把定义写得简短、扁平些")
                condition = None
        self.named[name] = condition
        return condition

    def _extent(self, condition: Condition) -> tuple[int, int]:
        """
        How many tests a condition has, and how deep it is, with its definitions written out.
        """
        if isinstance(condition, Named):
            if condition.name not in self.extents:
                tests, depth = self._extent(condition.item)
                self.extents[condition.name] = tests, depth + 1
            return self.extents[condition.name]
        parts = [self._extent(part) for part in children(condition)]
        return sum(tests for tests, _ in parts) or 1, 1 + max((depth for _, depth in parts), default=0)

    def _definition(self, key: str) -> Condition:
        return self.parser.condition(self.data["definitions"][key], ("definitions", key))

    def _classifying(self, key: str, name: str, path: Path) -> Condition | None:
        rule = self.data["rules"][key]
        if not isinstance(rule, dict) or rule.get("require") is not None or rule.get("scope") is not True:
            self.source.report(
                path, f"{name} 不是 scope: true 的归类规则", "只能引用没有 require、scope 为 true 的规则"
            )
            return None
        return self._condition(rule, "when", ("rules", key))

    def _condition(self, data: Mapping[str, Any], key: str, path: Path) -> Condition:
        return self.parser.condition(data[key], (*path, key)) if data.get(key) is not None else ALWAYS

    # -- the pack

    def pack(self, digest: str, *, shipped: bool) -> Pack:
        data = self._mapping(self.data, (), _TOP, _TOP_NEEDED)
        definitions = {
            name: self._find_named(f"def.{name}", ("definitions", name)) or ALWAYS
            for name in self._section("definitions")
        }
        before = len(self.source.defects)
        applies = self._condition(data, "applies", ())
        if before == len(self.source.defects):
            self._check_applies(applies)
        rules = {key: self._rule(key, value) for key, value in self._section("rules").items()}
        path = {key: self._step(key, value) for key, value in self._section("path").items()}
        reasons = self._reasons()
        pack = Pack(
            city=self._text(data.get("city"), ("city",)),
            name=self._bilingual(data.get("name"), ("name",)),
            division_code=self._text(data.get("division_code"), ("division_code",)),
            regulation=self._regulation(data.get("regulation")),
            parameters=self.parameters,
            facts=self.facts,
            definitions=definitions,
            applies=applies,
            scope=self._condition(data, "scope", ()) if data.get("scope") is not None else applies,
            rules=rules,
            path=path,
            reasons=reasons,
            documents=self._catalogue("documents", _DOCUMENT, ("kind",)),
            agencies=self._catalogue("agencies", _AGENCY, ("role",)),
            lifecycle=LifecycleReader(self.source, self.parser, self.parameters).lifecycle(data.get("lifecycle")),
            digest=digest,
            shipped=shipped,
        )
        self._check_names(pack)
        self._check_unused(pack)
        self._check_articles(pack)
        return pack

    def _regulation(self, data: Any) -> Regulation:
        path: Path = ("regulation",)
        data = {} if data is None else self._mapping(data, path, _REGULATION, ("title",))
        issued, effective = (self._date(data.get(key), (*path, key)) for key in ("issued", "effective"))
        if issued and effective and effective < issued:
            self.source.report((*path, "effective"), "施行日期早于发布日期", "查两个日期")
        articles = data.get("articles")

        def count(key: str) -> int | None:
            number = data.get(key)
            if number is None or (type(number) is int and number >= 1):
                return number
            mend = "写条文的总数；条文不编号的，写成各条名称的列表" if key == "articles" else "写规范的总数"
            self.source.report((*path, key), f"{key} 应是正整数", mend)
            return None

        return Regulation(
            title=self._text(data.get("title"), (*path, "title")),
            doc_number=self._optional_text(data.get("doc_number"), (*path, "doc_number")),
            issuer=self._optional_text(data.get("issuer"), (*path, "issuer")),
            issued=issued,
            effective=effective,
            articles=self._texts(articles, (*path, "articles")) if isinstance(articles, list) else count("articles"),
            norms=count("norms"),
            notes=self._texts(data.get("notes"), (*path, "notes")),
        )

    def _rule(self, key: str, data: Any) -> Rule:
        path: Path = ("rules", key)
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9.*_-]{0,40}", key):
            self.source.report(path, f"规则编号 {key!r} 不合规矩", "用字母、数字、点和连字符,如 LZ-14.4-d")
        data = self._mapping(data, path, _RULE, _RULE_NEEDED)
        named = self.named.get(f"rule.{key}")
        when = named if named is not None else self._condition(data, "when", path)
        require = self._condition(data, "require", path) if data.get("require") is not None else None
        start, until = self._date(data.get("from"), (*path, "from")), self._date(data.get("until"), (*path, "until"))
        if start and until and until <= start:
            self.source.report((*path, "until"), "until 不在 from 之后", "until 是不再有效的第一天")
        zh, en = (self._wording(data.get(lang), (*path, lang), require) for lang in ("zh", "en"))
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
        if data is None:
            return "", ""
        needed = ("title",) if require is None else ("title", "fix")
        data = self._mapping(data, path, ("title", "fix"), needed)
        return self._text(data.get("title"), (*path, "title")), self._text(data.get("fix"), (*path, "fix"))

    def _scope(self, data: Mapping[str, Any], path: Path) -> Condition | None:
        return None if data.get("scope") is None else self._condition(data, "scope", path)

    def _due(self, data: Mapping[str, Any], path: Path, require: Condition | None) -> Due | None:
        if require is None and data.get("due") is not None:
            self.source.report((*path, "due"), "归类规则没有期限", "删去 due,或补上 require")
        due: Any = data["due"] if "due" in data else self.defaults.get(str(data.get("kind")))
        if due is None or require is None:
            return None
        if due != "stage" and due != "end_of_stage":
            return self.parser.day(due, (*path, "due"))
        if "due" in data and data.get("stage") == "any":
            self.source.report((*path, "due"), "stage: any 的规则没有可等的阶段", "删去 due,或写明阶段")
        return due  # type: ignore[no-any-return]

    def _due_defaults(self) -> dict[str, str]:
        data = self.data.get("due")
        if data is None:
            return {}
        kinds = self._mapping(data, ("due",), KINDS)
        choices = ("stage", "end_of_stage")
        return {kind: self._choice(value, ("due", kind), choices, "stage") for kind, value in kinds.items()}

    def _reading(self, data: Any, path: Path) -> Reading | None:
        if data is None:
            return None
        data = self._mapping(data, path, ["chosen", "other", "why", "instead"], ["chosen", "other", "why"])
        instead: dict[str, Any] = {}
        if data.get("instead") is not None:
            instead = self._mapping(data["instead"], (*path, "instead"), ("when", "require"))
            if not instead:
                self.source.report((*path, "instead"), "instead 是空的", "写 when 或 require;没有另读的条件就删去它")
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
        reading = rule.reading
        if reading is not None and reading.require is not None and rule.require is None:
            self.source.report((*path, "reading", "instead"), "归类规则没有 require 可换", "只写 when")
        other = () if reading is None else (reading.when or ALWAYS, reading.require or ALWAYS)
        judged = (rule.scope or ALWAYS, rule.when, rule.require or ALWAYS, *other)
        if rule.judged_by is None and any(map(_asks_judgement, judged)):
            self.source.report(path, f"{rule.id} 有 judgement 而没有 judged_by", "写明由谁判断")

    def _step(self, key: str, data: Any) -> Step:
        path: Path = ("path", key)
        if not isinstance(data, dict):
            data = {**self._mapping(data, path), "name": key, "actor": key, "articles": [key], "norms": []}
        data = self._mapping(data, path, _STEP, ("name", "actor"))
        name = self._text(data.get("name"), (*path, "name"))
        step = Step(
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
        if any(map(_asks_judgement, (step.scope or ALWAYS, step.when, step.done_when or ALWAYS))):
            self.source.report(path, f"环节 {key} 里有 judgement", "环节只看事实;由人判断的写成 judged_by 规则")
        return step

    def _reasons(self) -> dict[str, dict[str, str]]:
        reasons: dict[str, dict[str, str]] = {}
        placed: dict[str, str] = {}
        for article, norms in self._section("articles").items():
            reasons[article] = {}
            for key, value in self._mapping(norms, ("articles", article)).items():
                path: Path = ("articles", article, key)
                if value is None:
                    self.source.report(path, f"{key} 没有写理由", "写明它为什么不是规则")
                if key in placed:
                    self.source.report(path, f"{key} 已列在 {placed[key]} 下", "留一处")
                placed[key] = article
                reasons[article][key] = self._text(value, path)
        return reasons

    def _catalogue(self, section: str, allowed: tuple[str, ...], needed: tuple[str, ...]) -> dict[str, dict[str, Any]]:
        table: dict[str, dict[str, Any]] = {}
        for name, entry in self._section(section).items():
            path: Path = (section, name)
            table[name] = self._mapping(entry, path, allowed, needed)
            if "kind" in allowed:
                self._choice(table[name].get("kind"), (*path, "kind"), _DOCUMENT_KINDS, "material")
                self._choice(table[name].get("stage"), (*path, "stage"), ("any", *STAGES), "any")
        return table

    # -- checks of the whole

    def _check_applies(self, applies: Condition) -> None:
        for part in _outer_tests(applies):
            self.source.report(
                ("applies",),
                f"applies 里有不属于归类规则的条件 {part}",
                "只写 rule.编号,把条件写进一条 scope: true 的规则",
            )

    def _check_names(self, pack: Pack) -> None:
        if pack.city and not re.fullmatch("[a-z][a-z0-9_]*", pack.city):
            self.source.report(("city",), f"city {pack.city!r} 不合规矩", "用小写拼音,如文件名")
        if pack.division_code and not re.fullmatch("[0-9]{6}", pack.division_code):
            self.source.report(("division_code",), f"{pack.division_code!r} 不是行政区划代码", "写六位数字,加引号")

    def _check_unused(self, pack: Pack) -> None:
        used = self.parser.used
        tables: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
            ("definitions", "def.", pack.definitions),
            ("parameters", "$", pack.parameters),
            ("facts", "", pack.facts),
        )
        for section, prefix, table in tables:
            for name, entry in table.items():
                # A text is for people to read: no condition can test it.
                readable = section == "facts" and entry.type == "text"
                if f"{prefix}{name}" not in used and not readable:
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
        if pack.lifecycle:
            self._check_lifecycle(pack.lifecycle, pack.rules, known)
        if pack.regulation.norms is not None and len(known) != pack.regulation.norms:
            self.source.report(
                ("regulation", "norms"),
                f"规范应有 {pack.regulation.norms} 条,包里有 {len(known)} 条",
                "补上漏的,或更正总数",
            )
        self._check_coverage(pack)

    def _check_lifecycle(self, lifecycle: Lifecycle, rules: Mapping[str, Rule], known: set[str]) -> None:
        for i, transition in enumerate(lifecycle.transitions):
            self._check_norms(transition.norms, ("lifecycle", "transitions", i), known)
        for i, clock in enumerate(lifecycle.clocks):
            path: Path = ("lifecycle", "clocks", i)
            rule = rules.get(self._choice(clock.rule, (*path, "rule"), rules, ""))
            read = {name for part in (rule.when, rule.require) if part for name in facts_in(part)} if rule else set()
            for key, name in (("fact", clock.fact), ("limit", clock.limit and f"${clock.limit}")):
                if rule and name and name not in read:
                    what = f"规则 {rule.id} 不读 {name}"
                    self.source.report((*path, key), what, "写规则里计工作日数的事实和参数，或改 rule")
        self._check_undated(lifecycle, rules)

    def _check_undated(self, lifecycle: Lifecycle, rules: Mapping[str, Rule]) -> None:
        timed = {clock.rule for clock in lifecycle.clocks}
        for i, name in enumerate(lifecycle.undated):
            path: Path = ("lifecycle", "undated", i)
            rule = rules.get(self._choice(name, path, rules, ""))
            if rule and name in lifecycle.undated[:i]:
                self.source.report(path, f"{name} 写了两次", "留一处")
            elif rule and (rule.require is None or name in timed or not isinstance(rule.due, str | None)):
                what = f"规则 {name} {'有期限' if rule.require else '没有要求'}"
                self.source.report(path, what, "只列条文没有写期限的职责；删去这一项")

    def _check_norms(self, norms: Iterable[str], path: Path, known: set[str]) -> None:
        for norm in norms:
            if norm not in known:
                near = nearest(norm, known)
                self.source.report(
                    path, f"没有编号 {norm}", f"是不是 {near}?" if near else "它既不是规则,也不在 articles 下"
                )

    def _check_coverage(self, pack: Pack) -> None:
        names = article_names(pack.regulation.articles)
        if not names:
            return
        cited = (*(rule.article for rule in pack.rules.values()), *pack.reasons)
        covered = {article_of(citation, names) for citation in cited}
        for name in names:
            if name not in covered:
                self.source.report(("articles",), f"{name}既没有规则也没有理由", "补一条规则,或在 articles 下写明理由")
        for path, article in _citations(pack):
            if article_of(article, names) is None:
                last = names[-1]
                self.source.report(path, f"条款 {article!r} 不在{names[0]}至{last}之内", "查条号,写成 第十四条第(四)项")


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
    for part in parts:
        yield from _outer_tests(part)
    if not parts:
        yield "true 或 false" if isinstance(condition, Constant) else "、".join(facts_in(condition)) or "judgement"


def _asks_judgement(condition: Condition) -> bool:
    return any(isinstance(atom, Judgement) for atom in atoms(condition))
