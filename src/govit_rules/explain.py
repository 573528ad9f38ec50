"""
Why a condition came out as it did: a typed tree of conditions with their operands, and the same as sentences.

A sentence names facts, figures and values as people call them, never as the pack writes them; a comparison says
whether its bound is included (含) or not. Nothing here decides: outcomes come from `judge`, truths are shown as far as
the given facts carry them (an ``unknown`` part turns on a fact that is not given).
Imports: `conditions`, `facts`, `values`, `packs` (types).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, cast

from govit_rules.conditions import (
    ALWAYS,
    FALSE,
    OPEN,
    TRUE,
    AllOf,
    AnyOf,
    AsOf,
    CalendarNeeded,
    Compare,
    CompareDays,
    Condition,
    Constant,
    CoversMonths,
    Day,
    DayFact,
    DayLiteral,
    DayOfYear,
    DayParameter,
    FigureSpan,
    FirstSet,
    Happened,
    Has,
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
    StillDue,
    Unpublished,
    Within,
    YearOf,
    children,
    facts_in,
    last_day,
    length_of,
    level,
    only_day,
)
from govit_rules.facts import STAGE_EN, STAGE_ZH, Fact
from govit_rules.values import format_money

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from govit_rules.conditions import Operator
    from govit_rules.packs import Pack, Rule
    from govit_rules.values import Span

_TRUTHS: Final = {FALSE: "false", OPEN: "open", TRUE: "true", None: "unknown"}
_TRUTH_WORDS: Final = {
    "zh": {"true": "成立", "false": "不成立", "open": "尚可做到", "unknown": "不能判断"},
    "en": {"true": "holds", "false": "does not hold", "open": "still open", "unknown": "cannot be judged"},
}
WHO_ZH: Final = {"owner": "项目单位填报", "authority": "主管部门认定", "expert": "专家认定", "publisher": "待公布"}
WHO_EN: Final = {
    "owner": "given by the owner",
    "authority": "determined by the authority",
    "expert": "determined by experts",
    "publisher": "not published",
}
# (sign, words before the bound, whether the bound itself is included)
_ORDERS: Final = {
    "zh": {
        ">=": ("≥", "达到", "含"),
        ">": (">", "超过", "不含"),
        "<=": ("≤", "不超过", "含"),
        "<": ("<", "低于", "不含"),
    },
    "en": {
        ">=": ("≥", "reaches", "inclusive"),
        ">": (">", "exceeds", "exclusive"),
        "<=": ("≤", "is at most", "inclusive"),
        "<": ("<", "is below", "exclusive"),
    },
}
_DAY_ORDERS: Final = {
    "zh": {">=": "不早于", ">": "晚于", "<=": "不晚于", "<": "早于"},
    "en": {">=": "not before", ">": "after", "<=": "not after", "<": "before"},
}
_REVERSED: Final[Mapping[Operator, Operator]] = {">": "<=", ">=": "<", "<": ">=", "<=": ">"}
_NAMED_AT_MOST: Final = 6


@dataclass(frozen=True, slots=True)
class Operand:
    """
    A fact or figure that a condition reads: its path (``$name`` of a figure), label, and value as people write it.
    """

    fact: str
    label: str
    label_en: str
    value: str | None
    value_en: str | None

    def as_dict(self, lang: str = "zh") -> dict[str, Any]:
        """
        The operand as plain data; ``value`` is null where it is not given.
        """
        label, value = (self.label, self.value) if lang == "zh" else (self.label_en, self.value_en)
        return {"fact": self.fact, "label": label, "value": value}


@dataclass(frozen=True, slots=True)
class Threshold:
    """
    What a number or day is held against, as people write it, and whether it lies within itself (含) or not (不含).
    """

    zh: str
    en: str
    inclusive: bool

    def as_dict(self, lang: str = "zh") -> dict[str, Any]:
        """
        The threshold as plain data.
        """
        return {"value": self.zh if lang == "zh" else self.en, "inclusive": self.inclusive}


@dataclass(frozen=True, slots=True)
class Explanation:
    """
    One condition: what it asks, with the project's values (``zh``, ``en``), its truth, and the parts it is made of.

    ``truth`` is true, false, open (it can still come true) or unknown (a fact it turns on is not given).
    """

    kind: str
    truth: str
    zh: str
    en: str
    operands: tuple[Operand, ...] = ()
    parts: tuple[Explanation, ...] = ()
    threshold: Threshold | None = None

    def sentence(self, lang: str = "zh") -> str:
        """
        What it asks and whether it holds, in one sentence.
        """
        text, colon = (self.zh, "：") if lang == "zh" else (self.en, ": ")
        return f"{text}{colon}{_TRUTH_WORDS[lang][self.truth]}"

    def lines(self, lang: str = "zh", depth: int = 0) -> Iterator[str]:
        """
        The sentences of the tree, those of the parts indented below.
        """
        yield "  " * depth + self.sentence(lang)
        for part in self.parts:
            yield from part.lines(lang, depth + 1)

    def text(self, lang: str = "zh") -> str:
        """
        All sentences, one a line.
        """
        return "\n".join(self.lines(lang))

    def as_dict(self, lang: str = "zh") -> dict[str, Any]:
        """
        The tree as plain data.
        """
        return {
            "kind": self.kind,
            "truth": self.truth,
            "text": self.zh if lang == "zh" else self.en,
            "operands": [operand.as_dict(lang) for operand in self.operands],
            "threshold": self.threshold and self.threshold.as_dict(lang),
            "parts": [part.as_dict(lang) for part in self.parts],
        }


# ---------------------------------------------------------------------------------------------------------------------
# Names and values as people write them


def label_of(pack: Pack, name: str, lang: str = "zh") -> str:
    """
    What a reader calls a fact, a figure (``$name``) or a holiday calendar.
    """
    if name.startswith("$"):
        parameter = pack.parameters[name[1:]]
        return parameter.zh if lang == "zh" else parameter.en
    if name.startswith("holidays."):
        year = name.partition(".")[2]
        return f"{year}年放假安排" if lang == "zh" else f"holiday calendar of {year}"
    fact = pack.fact(name)
    if fact is None:
        return name
    return fact.zh if lang == "zh" else fact.en


def shown_value(pack: Pack, name: str, value: Any, lang: str = "zh") -> str:
    """
    A value of a fact or figure as people write it.
    """
    fact = None if name.startswith("$") else pack.fact(name)
    if value is False and fact is not None and fact.type in ("event_date", "due_date"):
        words = {"event_date": ("尚未发生", "not yet"), "due_date": ("没有另定", "none set")}[fact.type]
        return words[lang != "zh"]
    if isinstance(value, bool):
        return ("是" if value else "否") if lang == "zh" else ("yes" if value else "no")
    if isinstance(value, Decimal):
        return money_in(value, lang)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset | tuple | list):
        return _listed(fact, value, lang)
    return _code(fact, value, lang)


def money_in(amount: Decimal, lang: str = "zh") -> str:
    """
    An amount of yuan as people write it: 1200万元; in English CNY 12,000,000.
    """
    return format_money(amount) if lang == "zh" else f"CNY {amount:,}"


def _listed(fact: Fact | None, codes: Iterable[str], lang: str) -> str:
    """
    The values of a list in the order of the vocabulary.
    """
    order = list(fact.values) if fact is not None and fact.values else []
    named = sorted(codes, key=lambda code: (order.index(code) if code in order else len(order), code))
    joined = ("、" if lang == "zh" else ", ").join(_code(fact, code, lang) for code in named)
    return joined or ("无" if lang == "zh" else "none")


def _code(fact: Fact | None, code: Any, lang: str) -> str:
    # The vocabulary has no English meanings: the codes are English words.
    if lang != "zh":
        return str(code).replace("_", " ")
    return str((fact.values or {}).get(code, code) if fact is not None else code)


def stage_name(stage: str, lang: str = "zh") -> str:
    """
    A stage as people call it.
    """
    return {**STAGE_ZH, "any": "任何阶段"}[stage] if lang == "zh" else {**STAGE_EN, "any": "any stage"}[stage]


# ---------------------------------------------------------------------------------------------------------------------
# Conditions in words


class _Words:
    """
    Says conditions in one language, for the values that are given.
    """

    def __init__(self, pack: Pack, values: Mapping[str, Any], as_of: date, lang: str) -> None:
        self.pack, self.values, self.as_of, self.lang = pack, values, as_of, lang
        self.zh = lang == "zh"

    def either(self, zh: str, en: str) -> str:
        return zh if self.zh else en

    def label(self, name: str) -> str:
        return label_of(self.pack, name, self.lang)

    def value(self, name: str, value: Any) -> str:
        return shown_value(self.pack, name, value, self.lang)

    def given(self, name: str) -> str:
        """
        The value of a fact, or that it is not given.
        """
        if self.values.get(name) is None:
            return self.either("没有填", "not given")
        return self.value(name, self.values[name])

    def quoted(self, name: str) -> str:
        given = self.values.get(name) is not None
        text = self.given(name)
        return text if not given else self.either(f"填的是“{text}”", f"given as “{text}”")

    def aside(self, text: str) -> str:
        return self.either(f"（{text}）", f" ({text})")

    def condition(self, condition: Condition) -> str:
        """
        What a condition asks.
        """
        match condition:
            case Constant(value):
                return self.either("始终" if value else "从不", "always" if value else "never")
            case AllOf():
                return self.either("以下各项都成立", "all of the following")
            case AnyOf():
                return self.either("以下至少一项成立", "at least one of the following")
            case InOrder():
                return self.either("以下各项依次进行", "the following in this order")
            case Not(item):
                return self.either(f"并非：{self.condition(item)}", f"not: {self.condition(item)}")
            case Named(name, item):
                return self.named(name, item)
            case Is(fact, expected):
                wanted = self.value(fact, expected)
                return self.either(f"{self.label(fact)}为“{wanted}”", f"{self.label(fact)} is “{wanted}”") + self.aside(
                    self.quoted(fact)
                )
            case Happened(fact, expected):
                return self.happened(fact, expected=expected)
            case OneOf(fact, allowed, negated):
                return self.one_of(fact, allowed, negated=negated)
            case Has(fact, code):
                name = self.value(fact, frozenset((code,)))
                return self.either(f"{self.label(fact)}含“{name}”", f"{self.label(fact)} include “{name}”")
            case Lists():
                return self.lists(condition)
            case Compare(left, operator, right):
                return self.compare(left, operator, right)
            case CompareDays(day, operator, other):
                return f"{self.day(day)} {_DAY_ORDERS[self.lang][operator]} {self.day(other)}"
            case Within(day, least, most, after):
                spans = (least.zh, most.zh) if self.zh else (least.en, most.en)
                return self.either(
                    f"{self.day(day)} 在 {self.day(after)} 之后{spans[0]}至{spans[1]}之间",
                    f"{self.day(day)} is {spans[0]} to {spans[1]} after {self.day(after)}",
                )
            case CoversMonths(fact, start, end):
                return self.either(
                    f"{self.label(fact)}涵盖 {self.day(start)} 至 {self.day(end)} 之间各个完整月份",
                    f"{self.label(fact)} cover every whole month from {self.day(start)} until {self.day(end)}",
                ) + self.aside(self.quoted(fact))
            case Unpublished(parameter):
                name = self.label(f"${parameter}")
                return self.either(f"{name}（尚未公布）", f"{name} (not published)")
            case Judgement(text):
                return self.either(f"由人判断：{text}", f"for judgement: {text}")
            case StillDue(day):
                return self.either(f"判定日不晚于 {self.day(day)}", f"the day of judging is not after {self.day(day)}")
        raise TypeError(condition)

    def named(self, name: str, item: Condition) -> str:
        kind, _, key = name.partition(".")
        if kind == "rule":
            rule = self.pack.rules[key]
            return f"{rule.article} {rule.title[self.lang]}"
        facts = self.either("、", ", ").join(self.label(fact) for fact in facts_in(item)[:_NAMED_AT_MOST])
        return self.either(f"看 {facts}", f"by {facts}")

    def happened(self, fact: str, *, expected: bool) -> str:
        kind = self.pack.fact(fact)
        if kind is not None and kind.type == "due_date":
            text = self.either("没有另定", "is not set") if not expected else self.either("已另定", "is set")
        else:
            text = self.either("已发生", "has happened") if expected else self.either("尚未发生", "has not happened")
        given = self.given(fact)
        return f"{self.label(fact)}{'' if self.zh else ' '}{text}{self.aside(given)}"

    def one_of(self, fact: str, allowed: Iterable[str], *, negated: bool) -> str:
        if fact == "stage":
            names = [stage_name(stage, self.lang) for stage in allowed]
        else:
            names = [self.value(fact, code) for code in allowed]
        listed = self.either("、", ", ").join(names)
        if negated:
            text = self.either(f"{self.label(fact)}不是 {listed}", f"{self.label(fact)} is not {listed}")
        elif len(names) == 1:
            text = self.either(f"{self.label(fact)}是 {listed}", f"{self.label(fact)} is {listed}")
        else:
            text = self.either(f"{self.label(fact)}是 {listed} 之一", f"{self.label(fact)} is one of {listed}")
        return text + self.aside(self.quoted(fact))

    def lists(self, condition: Lists) -> str:
        names = self.value(condition.fact, frozenset(condition.values))
        words = {
            "any_of": (f"含 {names} 之一", f"include one of {names}"),
            "all_of": (f"含 {names}", f"include {names}"),
            "none_of": (f"不含 {names}", f"include none of {names}"),
        }[condition.quantifier]
        text = f"{self.label(condition.fact)}{'' if self.zh else ' '}{self.either(*words)}"
        return text + self.aside(self.quoted(condition.fact))

    def compare(self, left: Number, operator: str, right: Number) -> str:
        sign, _, bound = _ORDERS[self.lang][operator]
        return f"{self.number(left)} {sign} {self.number(right)}{self.aside(bound)}"

    def reached(self, condition: Compare, *, holds: bool = True) -> str:
        """
        A comparison as prose: the value, and the bound that it reaches or, where it fails, does not reach.
        """
        _, words, bound = _ORDERS[self.lang][condition.operator if holds else _REVERSED[condition.operator]]
        bound_text = f"{words} {self.number(condition.right)}{self.aside(bound)}"
        return self.either("，", ", ").join((self.number(condition.left), bound_text))

    def ordered(self, condition: CompareDays, *, holds: bool = True) -> str:
        """
        Two days as prose; an event that has not happened stands in no order yet.
        """
        days = (condition.left, condition.right)
        left, right = map(self.day, days)
        if not holds and any(isinstance(day, DayFact) and self.values.get(day.fact) is False for day in days):
            return self.either("，", ", ").join((left, right))
        order = condition.operator if holds else _REVERSED[condition.operator]
        return self.either("，", ", ").join((left, f"{_DAY_ORDERS[self.lang][order]} {right}"))

    def number(self, term: Number) -> str:
        match term:
            case NumberLiteral(value, kind):
                return money_in(Decimal(value), self.lang) if kind == "money" else str(value)
            case NumberFact(fact, _):
                return f"{self.label(fact)} {self.given(fact)}"
            case NumberParameter(name, _):
                figure = self.values.get(f"${name}")
                if figure is None:
                    return self.either(
                        f"{self.label(f'${name}')}（未公布）", f"{self.label(f'${name}')} (not published)"
                    )
                return self.value(f"${name}", figure)
            case YearOf(day):
                return self.either(f"{self.day(day)} 的年份", f"the year of {self.day(day)}")
            case Plus(number, by):
                near = {-1: ("的上一年", "the year before"), 1: ("的下一年", "the year after")}.get(by)
                if near is not None:
                    return self.either(f"{self.number(number)} {near[0]}", f"{near[1]} {self.number(number)}")
                return f"{self.number(number)} {'+' if by >= 0 else '-'} {abs(by)}"
        raise TypeError(term)

    def day(self, term: Day) -> str:
        """
        A day in words, with the day itself where the facts settle it.
        """
        text = self._day(term)
        if isinstance(term, DayLiteral | DayFact | DayParameter):
            return text
        try:
            day = only_day(term, self.values, self.as_of)
        except CalendarNeeded as needed:
            early = last_day(term, self.values, self.as_of)
            why = self.either(f"；{needed.year}年放假安排未公布", f"; the holidays of {needed.year} are not published")
            return f"{self.either('最早 ', 'at the earliest ')}{early}{self.aside(text + why)}"
        except KeyError:
            return text
        return text if day is None else f"{day.isoformat()}{self.aside(text)}"

    def _day(self, term: Day) -> str:
        match term:
            case DayLiteral(day):
                return day.isoformat()
            case DayFact(fact, _):
                return f"{self.label(fact)} {self.given(fact)}"
            case AsOf():
                return self.either("判定日", "the day of judging")
            case DayParameter(name):
                value = self.values.get(f"${name}")
                return self.label(f"${name}") if value is None else self.value(f"${name}", value)
            case Later(first, second):
                names = self._day(first), self._day(second)
                return self.either(f"{names[0]} 与 {names[1]} 中较晚的一日", f"the later of {names[0]} and {names[1]}")
            case FirstSet(first, second):
                names = self._day(first), self._day(second)
                return self.either(f"{names[0]}，没有的为 {names[1]}", f"{names[0]}, or else {names[1]}")
            case DayOfYear(month, day_of_month, year):
                number = self.number(year)
                return self.either(f"{number}{month}月{day_of_month}日", f"{month:02}-{day_of_month:02} of {number}")
            case StartOf(unit, inner):
                zh = "当月首日" if unit == "month" else "当年首日"
                return self.either(f"{self._day(inner)} {zh}", f"the first day of the {unit} of {self._day(inner)}")
            case Shift(inner, span, sign):
                moved = f"{self._day(inner)} {'后' if sign > 0 else '前'}{self.length(span)}"
                return self.either(moved, f"{self.length(span)} {'after' if sign > 0 else 'before'} {self._day(inner)}")
        raise TypeError(term)

    def length(self, span: Span | FigureSpan) -> str:
        """
        A length of time; where its number is not published, by the name of the figure.
        """
        try:
            length = length_of(span, self.values)
        except KeyError:
            return self.label(f"${cast('FigureSpan', span).parameter}")
        return self.either(length.zh, length.en)


# ---------------------------------------------------------------------------------------------------------------------
# The tree


class _Explainer:
    def __init__(self, pack: Pack, values: Mapping[str, Any], as_of: date) -> None:
        self.pack, self.values, self.as_of = pack, values, as_of
        self.zh, self.en = (_Words(pack, values, as_of, lang) for lang in ("zh", "en"))
        self._truths: dict[int, tuple[Condition, int | None]] = {}  # by identity; the condition is kept alive

    def truth(self, condition: Condition) -> int | None:
        """
        The level of a condition as far as the given facts carry it (three-valued, part by part).
        """
        known = self._truths
        key = id(condition)
        if key not in known:
            known[key] = (condition, self._truth(condition))
        return known[key][1]

    def _truth(self, condition: Condition) -> int | None:
        match condition:
            case Named(_, item):
                return self.truth(item)
            case Not(item):
                inner = self.truth(item)
                return None if inner is None else TRUE - inner
            case AllOf(items):
                return _least([self.truth(item) for item in items])
            case AnyOf(items):
                inner = _least([None if t is None else TRUE - t for t in map(self.truth, items)])
                return None if inner is None else TRUE - inner
        try:
            return level(condition, self.values, self.as_of)
        except (KeyError, CalendarNeeded):
            return None

    def node(self, condition: Condition) -> Explanation:
        """
        The explanation of a condition; a test of a list, or of a span of days, is one sentence.
        """
        if isinstance(condition, Named) and condition.name.startswith("def.") and not _joins(condition.item):
            return self.node(condition.item)
        whole = isinstance(condition, Lists | Within) or not children(condition)
        parts = () if whole else tuple(self.node(part) for part in children(condition))
        if isinstance(condition, Named) and _joins(condition.item):
            parts = tuple(self.node(part) for part in children(condition.item))
        return Explanation(
            kind=type(condition).__name__.lower(),
            truth=_TRUTHS[self.truth(condition)],
            zh=self.zh.condition(condition),
            en=self.en.condition(condition),
            operands=tuple(self.operand(name) for name in facts_in(condition)) if whole else (),
            parts=parts,
            threshold=self.threshold(condition),
        )

    def threshold(self, condition: Condition) -> Threshold | None:
        """
        What a comparison holds its left side against.
        """
        match condition:
            case Compare(_, operator, right):
                return Threshold(self.zh.number(right), self.en.number(right), "=" in operator)
            case CompareDays(_, operator, right):
                return Threshold(self.zh.day(right), self.en.day(right), "=" in operator)
        return None

    def operand(self, name: str) -> Operand:
        value = self.values.get(name)
        zh, en = (None if value is None else words.value(name, value) for words in (self.zh, self.en))
        return Operand(name, self.zh.label(name), self.en.label(name), zh, en)

    def group(self, kind: str, zh: str, en: str, condition: Condition, *, opened: bool = True) -> Explanation:
        truth = self.truth(condition)
        parts = (self.node(condition),) if opened else ()
        return Explanation(kind, _TRUTHS[truth], zh, en, (), parts)


def _joins(condition: Condition) -> bool:
    return isinstance(condition, AllOf | AnyOf | InOrder)


def _least(levels: list[int | None]) -> int | None:
    if FALSE in levels:
        return FALSE
    return None if None in levels else min(known for known in levels if known is not None)


def _explainer(pack: Pack, known: Mapping[str, Any], as_of: date) -> _Explainer:
    """
    An explainer of what is known, with the figures in force.
    """
    figures = {f"${name}": value for name, figure in pack.parameters.items() if (value := figure.at(as_of)) is not None}
    return _Explainer(pack, {**figures, **known}, as_of)


def explain_condition(condition: Condition, values: Mapping[str, Any], pack: Pack, as_of: date) -> Explanation:
    """
    A condition explained for some values, with the figures in force.
    """
    return _explainer(pack, values, as_of).node(condition)


def day_in_words(term: Day, pack: Pack, as_of: date, lang: str = "zh") -> str:
    """
    A day in words, with the figures in force; of facts it says that they are not given.
    """
    return _Words(pack, _explainer(pack, {}, as_of).values, as_of, lang).day(term)


def explain_rule(
    rule: Rule, scope: Condition, known: Mapping[str, Any], pack: Pack, as_of: date, outcome: str
) -> Explanation:
    """
    Why a rule came out so: its scope, trigger, requirement and day.

    The scope is opened up only if it is the rule's own and does not hold: that of the pack is the same for all rules.

    Args:
        rule: The rule.
        scope: What it presupposes.
        known: The facts as the pack reads them.
        pack: The rule's pack.
        as_of: The day of judging.
        outcome: What the judge found.
    """
    explainer = _explainer(pack, known, as_of)
    groups = []
    if scope != ALWAYS:
        opened = rule.scope is not None and explainer.truth(scope) != TRUE
        groups.append(explainer.group("scope", "适用前提", "presupposed", scope, opened=opened))
    if rule.when != ALWAYS:
        groups.append(explainer.group("when", "触发条件", "applies where", rule.when))
    if rule.require is not None:
        groups.append(explainer.group("require", "要求", "requires", rule.require))
    if rule.due is not None and not isinstance(rule.due, str):
        groups.append(explainer.group("due", "期限", "due", StillDue(rule.due)))
    zh, en = (f"{rule.article} {rule.title[lang]}" for lang in ("zh", "en"))
    return Explanation("rule", outcome, zh, en, (), tuple(groups))


_OUTCOMES: Final = {
    "met": ("符合", "met"),
    "violated": ("违反", "violated"),
    "unknown": ("不能判断", "cannot be judged"),
    "pending": ("未到期", "not yet due"),
    "review": ("由人判断", "for judgement"),
    "not_applicable": ("不适用", "does not apply"),
}
for _lang, _i in (("zh", 0), ("en", 1)):
    _TRUTH_WORDS[_lang].update({outcome: words[_i] for outcome, words in _OUTCOMES.items()})


# ---------------------------------------------------------------------------------------------------------------------
# Messages


def message_of(
    rule: Rule,
    scope: Condition,
    outcome: str,
    needs: tuple[str, ...],
    due_on: date | None,
    known: Mapping[str, Any],
    pack: Pack,
    as_of: date,
    lang: str,
) -> str:
    """
    The outcome of a rule in one sentence: deciding values against their bounds, or what is missing and who knows it.
    """
    explainer = _explainer(pack, known, as_of)
    words = explainer.zh if lang == "zh" else explainer.en
    say = words.either
    match outcome:
        case "violated":
            return _violated(rule, explainer, words)
        case "unknown":
            return say("不能判断：缺 ", "cannot be judged: needs ") + _missing(needs, pack, lang)
        case "pending":
            return _pending(rule, needs, due_on, explainer, words)
        case "review":
            who = rule.judged_by or ""
            text = say(f"须由 {who} 判断：", f"for {who} to judge: ") + rule.title[lang]
            return text + (say("；缺 ", "; needs ") + _missing(needs, pack, lang) if needs else "")
        case "met":
            return _met(rule, explainer, words)
    return _not_applicable(rule, scope, explainer, words)


def _not_applicable(rule: Rule, scope: Condition, explainer: _Explainer, words: _Words) -> str:
    if not rule.in_force(explainer.as_of):
        return words.either("判定日不在本条施行期间", "this article is not in force on the day of judging")
    failing = dict.fromkeys(_as_fact(atom, words, holds=False) for atom in _deciding(rule.when, FALSE, explainer))
    if explainer.truth(scope) == FALSE or (not failing and explainer.truth(scope) != TRUE):
        return _outside(rule, scope, explainer, words)
    if not failing:
        return words.either("不涉及", "not concerned")
    head = (
        words.either("不成立：", "does not hold: ") if rule.classifies else words.either("不触发：", "not triggered: ")
    )
    return head + words.either("；", "; ").join(failing)


def _outside(rule: Rule, scope: Condition, explainer: _Explainer, words: _Words) -> str:
    reasons = dict.fromkeys(_as_fact(atom, words, holds=False) for atom in _deciding(scope, FALSE, explainer))
    if not reasons or (rule.scope is None and explainer.pack.scope == explainer.pack.applies):
        return words.either("本办法不适用于该项目", "the regulation does not apply to this project")
    return words.either("不在本条范围内：", "outside the scope: ") + words.either("；", "; ").join(reasons)


def _violated(rule: Rule, explainer: _Explainer, words: _Words) -> str:
    triggers = [_as_fact(atom, words) for atom in _deciding(rule.when, TRUE, explainer)]
    failing = [_as_fault(atom, words) for atom in _deciding(rule.require or ALWAYS, FALSE, explainer)]
    told = [trigger for trigger in triggers if not any(fault.startswith(trigger) for fault in failing)]
    text = words.either("；", "; ").join(dict.fromkeys((*told, *failing))) or rule.title[words.lang]
    if rule.in_principle and (rule.reading is None or rule.reading.expressible):
        text += words.either("（原则上的要求，条文没有列出例外）", " (in principle; the text names no exception)")
    return text


def _met(rule: Rule, explainer: _Explainer, words: _Words) -> str:
    condition = rule.when if rule.require is None else rule.require
    facts = [_as_fact(atom, words) for atom in _deciding(condition, TRUE, explainer)]
    return words.either("；", "; ").join(dict.fromkeys(facts)) or words.either("没有违反", "not violated")


def _pending(rule: Rule, needs: tuple[str, ...], due_on: date | None, explainer: _Explainer, words: _Words) -> str:
    say, stage = words.either, stage_name(rule.stage, words.lang)
    if needs:
        text = say(f"未到期：到“{stage}”阶段才判断", f"not yet due: judged at the stage “{stage}”")
        return text + say("，届时需要 ", "; will need ") + _missing(needs, explainer.pack, words.lang)
    if due_on is not None:
        text = say(f"未到期：最后一天是 {due_on.isoformat()}", f"not yet due: last day {due_on.isoformat()}")
    elif rule.due == "end_of_stage":
        text = say(f"未到期：“{stage}”阶段结束以前办", f"not yet due: by the end of the stage “{stage}”")
    elif rule.due == "stage":
        text = say(f"未到期：到“{stage}”阶段才判断", f"not yet due: judged at the stage “{stage}”")
    else:
        text = say("未到期", "not yet due")
    lacking = [
        _as_fact(atom, words, holds=wanted == OPEN)
        for wanted in (OPEN, FALSE)
        for atom in _deciding(rule.require or ALWAYS, wanted, explainer)
    ]
    return say("；", "; ").join(dict.fromkeys((text, *lacking)))


def _missing(needs: tuple[str, ...], pack: Pack, lang: str) -> str:
    zh = lang == "zh"
    names = []
    for name in needs[:_NAMED_AT_MOST]:
        fact = pack.fact(name)
        who = (WHO_ZH if zh else WHO_EN)[fact.who if fact else "publisher"]
        names.append(f"{label_of(pack, name, lang)}（{who}）" if zh else f"{label_of(pack, name, lang)} ({who})")
    text = ("、" if zh else ", ").join(names)
    if len(needs) > _NAMED_AT_MOST:
        text += f"等 {len(needs)} 项" if zh else f" and {len(needs) - _NAMED_AT_MOST} more"
    return text


def _deciding(condition: Condition, wanted: int, explainer: _Explainer) -> Iterator[Condition]:
    """
    The tests by which a condition is true, open or false: of an alternative that holds, or that fail in a conjunction.
    """
    match condition:
        case Constant():
            return
        case Named(_, item):
            yield from _deciding(item, wanted, explainer)
        case Not(item) if isinstance(item, Named | AllOf | AnyOf | Not):
            yield from _denied(item, wanted, explainer)
        case AllOf(items) | AnyOf(items):
            alternatives = isinstance(condition, AnyOf)
            for item in _nearest(items, explainer) if alternatives and wanted == FALSE else items:
                if explainer.truth(item) == wanted:
                    yield from _deciding(item, wanted, explainer)
                    if alternatives and wanted == TRUE:
                        return
        case _:
            if explainer.truth(condition) == wanted:
                yield condition


def _nearest(items: tuple[Condition, ...], explainer: _Explainer) -> Iterable[Condition]:
    """
    Of alternatives that all fail those that hold in part, for they are what was tried; if there are none, all.
    """
    return [item for item in items if _holds_in_part(item, explainer)] or items


def _holds_in_part(condition: Condition, explainer: _Explainer) -> bool:
    match condition:
        case Named(_, item):
            return _holds_in_part(item, explainer)
        case AllOf(items):
            return any(explainer.truth(item) == TRUE for item in items)
    return False


def _denied(item: Condition, wanted: int, explainer: _Explainer) -> Iterator[Condition]:
    """
    The tests that decide a negation, each as a test of its own.
    """
    for atom in _deciding(item, TRUE - wanted, explainer):
        yield atom.item if isinstance(atom, Not) else Not(atom)


def _as_fact(condition: Condition, words: _Words, *, holds: bool = True) -> str:
    """
    A test that holds, or fails, said as the fact it rests on.
    """
    match condition:
        case Not(item):
            return _as_fact(item, words, holds=not holds)
        case Is(fact) | OneOf(fact) | Happened(fact) | Lists(fact, "any_of"):
            return f"{words.label(fact)}{words.either('：', ': ')}{words.given(fact)}"
        case Lists(fact, quantifier, values):
            return _as_list(fact, quantifier, values, words, holds=holds)
        case Compare():
            return words.reached(condition, holds=holds)
        case CompareDays():
            return words.ordered(condition, holds=holds)
    return words.condition(condition if holds else Not(condition))


def _as_list(fact: str, quantifier: str, values: tuple[str, ...], words: _Words, *, holds: bool) -> str:
    held = words.values.get(fact) or ()
    has = quantifier == "all_of" if holds else quantifier == "none_of"
    names = words.value(fact, frozenset(value for value in values if (value in held) is has))
    verb = words.either("有" if has else "缺", "include" if has else "lack")
    if holds and not has:
        verb = words.either("没有", "include none of")
    return f"{words.label(fact)}{words.either('', ' ')}{verb} {names}"


def _as_fault(condition: Condition, words: _Words) -> str:
    """
    A requirement that fails, said as what is and, where that does not go without saying, what should be.
    """
    text = _as_fact(condition, words, holds=False)
    match condition:
        case Is(fact, expected):
            wanted = words.value(fact, expected)
            return text + words.aside(words.either(f"应为“{wanted}”", f"should be “{wanted}”"))
        case OneOf(fact, allowed, negated):
            wanted = words.either(" 或 ", " or ").join(f"“{words.value(fact, code)}”" for code in allowed)
            zh, en = ("不应为", "should not be") if negated else ("应为", "should be")
            return text + words.aside(words.either(f"{zh}{wanted}", f"{en} {wanted}"))
        case Lists(_, "any_of"):
            return text + words.aside(words.either("未满足：", "not met: ") + words.condition(condition))
    return text
