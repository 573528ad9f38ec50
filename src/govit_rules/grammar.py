"""
How a condition is written in a pack.

    condition  = {fact: test, …}                 all of them
               | {all: […]} | {any: […]} | {not: condition} | {in_order: […]}
               | {def.NAME: true|false} | {rule.ID: true|false}
               | {unpublished: PARAMETER} | {judgement: TEXT}

A test is written by the type of its fact: one row of TESTS for each type (docs/packs.md shows them all). Text is
parsed by hand into the tree of `conditions`; it is never evaluated. Every defect is reported with its place, and
parsing goes on. Imports: `conditions`, `facts`, `values`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar, cast

from govit_rules.conditions import (
    ALWAYS,
    NEVER,
    AllOf,
    AnyOf,
    AsOf,
    Compare,
    CompareDays,
    Condition,
    CoversMonths,
    Day,
    DayFact,
    DayLiteral,
    DayOfYear,
    DayParameter,
    FigureSpan,
    FirstSet,
    Happened,
    InOrder,
    Is,
    Judgement,
    Later,
    Lists,
    Named,
    Not,
    Number,
    NumberFact,
    NumberLiteral,
    NumberParameter,
    OneOf,
    Plus,
    Shift,
    StartOf,
    Unpublished,
    Within,
    YearOf,
    conjunction,
    operands,
)
from govit_rules.facts import STAGES, Fact, nearest
from govit_rules.values import Span, parse_money, parse_span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from govit_rules.values import Unit

Path = tuple[str | int, ...]
T = TypeVar("T")

_DATED = frozenset({"date", "event_date", "due_date"})


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """
    What a condition may name: facts by path, parameters by name with their type, and how to find a definition or rule.
    """

    facts: Mapping[str, Fact]
    parameters: Mapping[str, str]
    named: Callable[[str, Path], Condition | None]


class Parser:
    """
    Parses conditions out of plain data; reports every defect through ``report(path, what, mend)`` and goes on.

    ``used`` collects the names (facts, ``$parameters``, ``def.NAME``, ``rule.ID``) that were read.
    """

    def __init__(self, vocabulary: Vocabulary, report: Callable[[Path, str, str], None]) -> None:
        self.vocabulary = vocabulary
        self.report = report
        self.used: set[str] = set()

    # -- structure

    def condition(self, data: Any, path: Path) -> Condition:
        """
        A condition from a mapping, a name (``def.NAME``, ``rule.ID``) or a boolean.
        """
        if isinstance(data, bool):
            return ALWAYS if data else NEVER
        if isinstance(data, str):
            return self._named(data, path)
        if not isinstance(data, dict):
            return self._wrong(
                path, f"条件应是映射,这里是 {_kind(data)}", "写成 `事实: 测试`,或 `all:`、`any:`、`not:`"
            )
        if not data:
            return self._wrong(path, "条件是空的", "没有条件就整行删去")
        return conjunction(*(self._entry(key, value, (*path, key)) for key, value in data.items()))

    def _entry(self, key: str, value: Any, path: Path) -> Condition:
        if key in _GROUPS:
            return self._group(key, value, path)
        if key == "not":
            return Not(self.condition(value, path))
        if key == "unpublished":
            return self._unpublished(value, path)
        if key == "judgement":
            if isinstance(value, str) and value:
                return Judgement(value)
            return self._wrong(path, "judgement 后应是一句话", "写明由人判断什么")
        if key.startswith(("def.", "rule.")):
            if not isinstance(value, bool):
                return self._wrong(path, f"{key} 只能是 true 或 false", "写成 true 或 false")
            named = self._named(key, path)
            return named if value else Not(named)
        return self._test(key, value, path)

    def _group(self, key: str, value: Any, path: Path) -> Condition:
        if not isinstance(value, list) or not value:
            return self._wrong(path, f"{key} 后应是非空的列表", "每项一个条件,前面加 “- ”")
        items = tuple(self.condition(item, (*path, index)) for index, item in enumerate(value))
        return _GROUPS[key](items)

    def _named(self, name: str, path: Path) -> Condition:
        if not name.startswith(("def.", "rule.")):
            return self._wrong(path, f"不认识的条件 {name!r}", "列表里只能写映射、def.名称 或 rule.编号")
        self.used.add(name)
        item = self.vocabulary.named(name, path)
        return NEVER if item is None else Named(name, item)

    def _unpublished(self, name: Any, path: Path) -> Condition:
        if not isinstance(name, str) or name not in self.vocabulary.parameters:
            return self._unknown_parameter(str(name), path)
        self.used.add(f"${name}")
        return Unpublished(name)

    # -- tests

    def _test(self, name: str, test: Any, path: Path) -> Condition:
        if name == "as_of":
            return self._days(AsOf(), name, test, path)
        fact = self.vocabulary.facts.get(name)
        if fact is None:
            near = nearest(name, self.vocabulary.facts)
            mend = f"是不是 {near}?" if near else "在 facts: 下声明,或用 `govit-rules facts` 查现有的事实"
            return self._wrong(path, f"没有声明过的事实 {name!r}", mend)
        self.used.add(name)
        return TESTS[fact.type](self, fact, test, path)

    def _bool(self, fact: Fact, test: Any, path: Path) -> Condition:
        if isinstance(test, bool):
            return Is(fact.path, test)
        return self._mismatch(fact, test, path, "true 或 false")

    def _enum(self, fact: Fact, test: Any, path: Path) -> Condition:
        if isinstance(test, str) and fact.path == "stage" and (match := _COMPARISON.fullmatch(test)):
            return self._stage_order(fact, match[1], match[2], path)
        negated = isinstance(test, dict) and set(test) == {"none_of"}
        values = test["none_of"] if negated else test
        listed = values if isinstance(values, list) else [values]
        if not listed or not all(isinstance(value, str) for value in listed) or (negated and values is not listed):
            return self._mismatch(fact, test, path, "一个值、一列值,或 {none_of: [值, …]}")
        return self._checked(fact, listed, path) or OneOf(fact.path, tuple(listed), negated)

    def _stage_order(self, fact: Fact, operator: str, value: str, path: Path) -> Condition:
        if value not in STAGES:
            return self._checked(fact, [value], path) or NEVER
        at = STAGES.index(value)
        kept = {
            ">=": STAGES[at:],
            ">": STAGES[at + 1 :],
            "<=": STAGES[: at + 1],
            "<": STAGES[:at],
        }[operator]
        return OneOf(fact.path, tuple(kept))

    def _enum_list(self, fact: Fact, test: Any, path: Path) -> Condition:
        if isinstance(test, dict) and len(test) == 1:
            (quantifier, values), *_ = test.items()
            known = quantifier in ("any_of", "all_of", "none_of")
            if known and isinstance(values, list) and values and all(isinstance(value, str) for value in values):
                return self._checked(fact, values, path) or Lists(fact.path, quantifier, tuple(values))
        return self._mismatch(fact, test, path, "{any_of: […]}、{all_of: […]} 或 {none_of: […]}")

    def _checked(self, fact: Fact, values: Iterable[Any], path: Path) -> Condition | None:
        """
        None if the fact has all these values; else the defect is reported.
        """
        allowed = fact.values or {}
        for value in values:
            if value not in allowed:
                near = nearest(str(value), allowed)
                mend = f"是不是 {near}?" if near else f"可用的值: {'、'.join(allowed)}"
                return self._wrong(path, f"{fact.path} 没有值 {value!r}", mend)
        return None

    def _number_test(self, fact: Fact, test: Any, path: Path) -> Condition:
        if isinstance(test, str) and (match := _COMPARISON.fullmatch(test)):
            right = self._number(match[2], fact.type, path)
            if right is None:
                return NEVER
            if fact.path in operands(right):
                return self._wrong(path, f"{fact.path} 与自己比较", "换成另一个事实或数额")
            return Compare(NumberFact(fact.path, fact.type), match[1], right)  # type: ignore[arg-type]
        return self._mismatch(fact, test, path, '比较,如 ">= 20万元"、">= $参数"、"<= 另一事实"')

    def _dated(self, fact: Fact, test: Any, path: Path) -> Condition:
        if fact.type != "date" and test is False:
            return Happened(fact.path, expected=False)
        if fact.type == "event_date" and test == "happened":
            return Happened(fact.path, expected=True)
        return self._days(DayFact(fact.path, fact.type), fact.path, test, path)

    def _days(self, left: Day, name: str, test: Any, path: Path) -> Condition:
        if isinstance(test, str):
            if match := _WITHIN.fullmatch(test):
                right = self._day(match[3], path)
                least, most = parse_span(match[1]), parse_span(match[2])
                if least.unit == most.unit and least.n > most.n:
                    return self._wrong(path, f"{match[1]}..{match[2]} 先大后小", "小的写在前面")
                if right is not None and name in operands(right):
                    return self._wrong(path, f"{name} 与自己比较", "换成另一个日期")
                return NEVER if right is None else Within(left, least, most, right)
            if match := _COMPARISON.fullmatch(test):
                right = self._day(match[2], path)
                if right is None:
                    return NEVER
                if name in operands(right):
                    return self._wrong(path, f"{name} 与自己比较", "换成另一个日期")
                return CompareDays(left, match[1], right)  # type: ignore[arg-type]
        return self._wrong(
            path,
            f"{name} 不能用 {_kind(test)} 测试",
            '写成 ">= 2024-09-09"、"<= 日期 + 15d"、"within 3mo..6mo after 日期"',
        )

    def _month_list(self, fact: Fact, test: Any, path: Path) -> Condition:
        match = _COVERS.fullmatch(test) if isinstance(test, str) else None
        if match is None:
            return self._mismatch(fact, test, path, '"covers months from 日期 until 日期"')
        start, end = self._day(match[1], path), self._day(match[2], path)
        return NEVER if start is None or end is None else CoversMonths(fact.path, start, end)

    def _text(self, fact: Fact, _test: Any, path: Path) -> Condition:
        return self._wrong(path, f"{fact.path} 是文字,不能测试", "改用布尔或枚举的事实")

    # -- operands

    def _number(self, text: str, kind: str, path: Path) -> Number | None:
        return _Operands(self, text, path).number(kind)

    def _day(self, text: str, path: Path) -> Day | None:
        return _Operands(self, text, path).whole_day()

    def day(self, data: Any, path: Path) -> Day | None:
        """
        A day from text (``09-30 of planning.plan_year - 1``) or a YAML date.
        """
        if isinstance(data, date):
            return DayLiteral(data)
        if isinstance(data, str):
            return self._day(data, path)
        self._wrong(
            path, f"这里应是日期,不是 {_kind(data)}", "写成 2024-09-09、某个日期事实,或它加减 15d、5wd、3mo、2y"
        )
        return None

    # -- defects

    def _unknown_parameter(self, name: str, path: Path) -> Condition:
        near = nearest(name, self.vocabulary.parameters)
        return self._wrong(
            path, f"没有声明过的参数 ${name}", f"是不是 ${near}?" if near else "在 parameters: 下声明,带条款和日期"
        )

    def _mismatch(self, fact: Fact, test: Any, path: Path, wanted: str) -> Condition:
        return self._wrong(path, f"{fact.path}({fact.type})不能用 {_kind(test)} 测试", f"写成 {wanted}")

    def _wrong(self, path: Path, what: str, mend: str) -> Condition:
        self.report(path, what, mend)
        return NEVER


class _Operands:
    """
    A recursive-descent parser of one operand: a day, or a number of a given type.
    """

    def __init__(self, parser: Parser, text: str, path: Path) -> None:
        self.parser, self.text, self.path = parser, text, path
        self.tokens = [match[0] for match in _TOKEN.finditer(text) if not match[0].isspace()]
        self.at = 0
        if len(self.tokens) > _MAX_TOKENS:  # a pack may come from anybody, and parsing is recursive
            self.tokens = ["…"]

    def number(self, kind: str) -> Number | None:
        """
        The number that the whole text names; None if it names none, which is then reported.
        """
        if kind == "money" and _AMOUNT.fullmatch(self.text):
            return self._whole(self._amount, to_the_end=False)
        return self._whole(self._year if kind == "year" else lambda: self._plain_number(kind))

    def whole_day(self) -> Day | None:
        """
        The day that the whole text names; None if it names none, which is then reported.
        """
        return self._whole(self._day)

    def _whole(self, parse: Callable[[], T], *, to_the_end: bool = True) -> T | None:
        try:
            result = parse()
            if to_the_end and self.at < len(self.tokens):
                raise _Unreadable(f"看不懂 {' '.join(self.tokens[self.at :])!r}")
        except _Unreadable as error:
            self.parser.report(self.path, f"{self.text!r}: {error.what}", "比较的写法见 docs/packs.md “测试”一节")
            return None
        return result

    def _amount(self) -> Number:
        try:
            return NumberLiteral(parse_money(self.text), "money")
        except ValueError as error:
            raise _Unreadable(str(error)) from None

    def _peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def _take(self, *expected: str) -> str:
        token = self._peek()
        if not token or (expected and token not in expected):
            raise _Unreadable(f"此处应是 {expected[0]!r}" if expected else "不完整")
        self.at += 1
        return token

    def _words(self, *words: str) -> bool:
        if self.tokens[self.at : self.at + len(words)] == list(words):
            self.at += len(words)
            return True
        return False

    def _day(self) -> Day:
        day = self._primary_day()
        while self._peek() in ("+", "-") and _LENGTH.fullmatch(self._peek_after()):
            sign: Literal[1, -1] = 1 if self._take() == "+" else -1
            day = Shift(day, self._span(), sign)
        return day

    def _span(self) -> Span | FigureSpan:
        token = self._take()
        if not token.startswith("$"):
            return parse_span(token)
        self._parameter(token[1:], ("int",))
        return FigureSpan(token[1:], cast("Unit", self._take("d", "wd", "mo", "y")))

    def _peek_after(self) -> str:
        return self.tokens[self.at + 1] if self.at + 1 < len(self.tokens) else ""

    def _primary_day(self) -> Day:
        if self._words("start", "of", "month", "of"):
            return StartOf("month", self._primary_day())
        if self._words("start", "of", "year", "of"):
            return StartOf("year", self._primary_day())
        if self._words("as_of"):
            return AsOf()
        if self._words("later"):
            return Later(*self._pair())
        if self._words("first_set"):
            return FirstSet(*self._pair())
        token = self._take()
        if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", token):
            return DayLiteral(_iso(token))
        if re.fullmatch("[0-9]{2}-[0-9]{2}", token):
            self._take("of")
            month, day = int(token[:2]), int(token[3:])
            _iso(f"2000-{token}")
            return DayOfYear(month, day, self._year())
        if token.startswith("$"):
            self._parameter(token[1:], ("date",))
            return DayParameter(token[1:])
        fact = self._fact(token, _DATED)
        return DayFact(fact.path, fact.type)

    def _pair(self) -> tuple[Day, Day]:
        self._take("(")
        first = self._day()
        self._take(",")
        second = self._day()
        self._take(")")
        return first, second

    def _year(self) -> Number:
        number: Number
        number = YearOf(self._primary_day()) if self._words("year", "of") else self._plain_number("year")
        while self._peek() in ("+", "-") and _WHOLE.fullmatch(self._peek_after()):
            sign = 1 if self._take() == "+" else -1
            number = Plus(number, sign * int(self._take()))
        return number

    def _plain_number(self, kind: str) -> Number:
        token = self._take()
        if _WHOLE.fullmatch(token):
            if kind == "money":
                raise _Unreadable("金额要写单位")
            return NumberLiteral(int(token), kind)
        if token.startswith("$"):
            self._parameter(token[1:], (kind,))
            return NumberParameter(token[1:], kind)
        return NumberFact(self._fact(token, frozenset({kind})).path, kind)

    def _parameter(self, name: str, kinds: tuple[str, ...]) -> None:
        kind = self.parser.vocabulary.parameters.get(name)
        if kind is None:
            near = nearest(name, self.parser.vocabulary.parameters)
            raise _Unreadable(f"没有声明过的参数 ${name}" + (f",是不是 ${near}?" if near else ""))
        if kind not in kinds:
            raise _Unreadable(f"参数 ${name} 的类型是 {kind},这里要 {'、'.join(kinds)}")
        self.parser.used.add(f"${name}")

    def _fact(self, name: str, kinds: frozenset[str]) -> Fact:
        fact = self.parser.vocabulary.facts.get(name)
        if fact is None:
            near = nearest(name, self.parser.vocabulary.facts)
            raise _Unreadable(f"没有声明过的事实 {name}" + (f",是不是 {near}?" if near else ""))
        if fact.type not in kinds:
            raise _Unreadable(f"{name} 的类型是 {fact.type},不能这样比较")
        self.parser.used.add(name)
        return fact


class _Unreadable(Exception):
    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def _iso(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _Unreadable(f"没有 {text} 这一天") from None


def _kind(data: Any) -> str:
    names = {dict: "映射", list: "列表", bool: "布尔值", type(None): "空值", date: "日期"}
    return names.get(type(data)) or repr(data)


_GROUPS: Final[Mapping[str, Callable[[tuple[Condition, ...]], Condition]]] = {
    "all": AllOf,
    "any": AnyOf,
    "in_order": InOrder,
}
_COMPARISON = re.compile(r"\s*(>=|<=|>|<)\s*(.+?)\s*")
_WITHIN = re.compile(r"\s*within\s+([0-9]{1,4}(?:d|wd|mo|y))\.\.([0-9]{1,4}(?:d|wd|mo|y))\s+after\s+(.+?)\s*")
_COVERS = re.compile(r"\s*covers months from\s+(.+?)\s+until\s+(.+?)\s*")
_MAX_TOKENS: Final = 100
_WHOLE = re.compile("[0-9]{1,9}")
_LENGTH = re.compile(r"[0-9]{1,4}(?:d|wd|mo|y)|\$[a-z]\w*")
_AMOUNT = re.compile(r"[\d.,]+\s*(?:元|万元|亿元|万|亿)")
_TOKEN = re.compile(
    r"\s+|[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{2}-[0-9]{2}(?![0-9])|[0-9]+(?:wd|mo|d|y)\b|[0-9]+|\$?[A-Za-z_][\w.]*|[()+,-]|."
)

TESTS: Final[Mapping[str, Callable[[Parser, Fact, Any, Path], Condition]]] = {
    "bool": Parser._bool,
    "enum": Parser._enum,
    "enum_list": Parser._enum_list,
    "money": Parser._number_test,
    "int": Parser._number_test,
    "year": Parser._number_test,
    "date": Parser._dated,
    "event_date": Parser._dated,
    "due_date": Parser._dated,
    "month_list": Parser._month_list,
    "text": Parser._text,
}
