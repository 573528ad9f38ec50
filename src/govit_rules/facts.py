"""
What a fact is: its name and labels, its type, who can answer it, and which values it takes.

    type         JSON                                   Python
    text         text                                   str
    enum         one of the codes                       str
    bool         true, false                            bool
    money        number of yuan, or text with a unit    Decimal
    int          whole number, not negative             int
    year         whole number, 1949–2099                int
    date         "2026-01-31"                           date
    event_date   a date; false: has not happened        date | False
    due_date     a date; false: none was set            date | False
    enum_list    list of codes                          frozenset[str]
    month_list   list of "2026-01"                      frozenset[str]

One `Fact` describes a core fact (`project.CORE_FACTS`) as well as one that a single city's pack declares; both are
validated equally strictly. ``null`` is unknown for every type, and is no value.

New type: one row in ``_PARSERS``, one in ``_FORMS``; the tests list what is still to do. Imports: `values` only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, TypeVar

from govit_rules.values import parse_day, parse_event, parse_money

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = [
    "COUNT_MAX",
    "LIST_MAX",
    "MONTH_PATTERN",
    "STAGES",
    "STAGE_EN",
    "STAGE_ZH",
    "TEXT_MAX",
    "YEAR_MAX",
    "YEAR_MIN",
    "Fact",
    "FactType",
    "Who",
    "WrongValue",
    "encodable",
    "nearest",
    "shown",
]

FactType = Literal[
    "text", "enum", "bool", "money", "enum_list", "event_date", "year", "date", "int", "month_list", "due_date"
]
Who = Literal["owner", "authority", "expert"]

STAGE_ZH: Final[Mapping[str, str]] = {
    "planning": "谋划",
    "application": "申报",
    "review": "评审",
    "approval": "审批立项",
    "procurement": "采购",
    "construction": "建设",
    "acceptance": "验收",
    "operation": "运行",
    "evaluation": "评价",
}
STAGES: Final[tuple[str, ...]] = tuple(STAGE_ZH)
STAGE_EN: Final[Mapping[str, str]] = {stage: stage.capitalize() for stage in STAGES}

TEXT_MAX: Final = 2000
LIST_MAX: Final = 1000
COUNT_MAX: Final = 1_000_000_000
YEAR_MIN: Final = 1949
YEAR_MAX: Final = 2099
MONTH_PATTERN: Final = "^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$"
_MONTH: Final = re.compile(MONTH_PATTERN.removesuffix("$") + r"\Z")

T = TypeVar("T")
Value: TypeAlias = "str | bool | int | date | Decimal | frozenset[str]"


class WrongValue(ValueError):
    """
    A value that its fact does not take: ``what`` is wrong, and how to ``mend`` it.
    """

    def __init__(self, what: str, mend: str) -> None:
        self.what = what
        self.mend = mend
        super().__init__(what, mend)

    def __str__(self) -> str:
        return f"{self.what}；{self.mend}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """
    One thing that can be known about a project.

    ``path`` is its dotted name, ``values`` the codes of an enumeration with their Chinese meaning, ``unit`` what its
    numbers count, ``stage`` the stage from which it can be known. A ``claim`` is an exception that counts only when
    claimed: left out, it is taken as not claimed.
    """

    path: str
    type: FactType
    zh: str
    en: str
    help: str
    who: Who
    stage: str
    unit: str | None = None
    values: Mapping[str, str] | None = None
    claim: bool = False

    def parse(self, value: object) -> object:
        """
        Read one JSON value (or the Python value it stands for) strictly.

        Money comes back as `Decimal` yuan, days as `date`, an event or a due day as `date` or ``False``, lists as
        frozensets; ``None``, the unknown, as ``None``.

        Raises:
            WrongValue: A `ValueError` whose Chinese sentence says what is wrong and which values are right.
        """
        return None if value is None else _PARSERS[self.type](self, value)

    @property
    def form(self) -> str:
        """
        How its value is written, in Chinese: the end of a sentence that begins with 应填.
        """
        if self.values is None:
            return _FORMS[self.type]
        codes = "、".join(f"{code}（{meaning}）" for code, meaning in self.values.items())
        return f"{_FORMS[self.type]}：{codes}"


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """
    The candidate most like ``name``, or ``None`` when none is much like it.
    """
    if len(name) > 100:  # comparing takes time by the product of the lengths
        return None
    import difflib  # only for those who erred

    return next(iter(difflib.get_close_matches(name, candidates, n=1, cutoff=0.6)), None)


def shown(value: object) -> str:
    """
    A value as the reader typed it, cut to a length that fits into a sentence.
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        text = value[:40].encode("utf-8", "backslashreplace").decode()
        return f"“{text}”" if len(value) <= 40 else f"“{text}…”"
    if isinstance(value, int):
        return str(value) if abs(value) < 10**20 else "过大的整数"
    if isinstance(value, (float, Decimal, date)):
        return str(value)[:40]
    if isinstance(value, (list, tuple, set, frozenset)):
        return "一个列表"
    return "一组键值" if isinstance(value, Mapping) else f"{type(value).__name__} 类型的值"


def _wrong(fact: Fact, value: object, mend: str = "") -> WrongValue:
    return WrongValue(
        f"{fact.zh}应填{fact.form}，而这里是{shown(value)}", mend or "改正；不知道就删去这一项，或填 null"
    )


def _text(fact: Fact, value: object) -> str:
    if not isinstance(value, str):
        raise _wrong(fact, value)
    if len(value) > TEXT_MAX:
        raise WrongValue(f"{fact.zh}有 {len(value)} 个字，至多 {TEXT_MAX} 个", "缩短文字")
    if not encodable(value):
        raise WrongValue(f"{fact.zh}里有不能存为 UTF-8 的半个字符", "重新输入这段文字")
    return value


def encodable(text: str) -> bool:
    """
    Whether a text can be stored as UTF-8: half a surrogate pair cannot.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


_WORDS_FOR_BOOL: Final = {
    "true": "true",
    "yes": "true",
    "1": "true",
    "是": "true",
    "有": "true",
    "false": "false",
    "no": "false",
    "0": "false",
    "否": "false",
    "无": "false",
    "没有": "false",
}


def _bool(fact: Fact, value: object) -> bool:
    if isinstance(value, bool):
        return value
    meant = _WORDS_FOR_BOOL.get(str(value).strip().lower()) if isinstance(value, str) or value in (0, 1) else None
    raise _wrong(fact, value, f"写成 {meant}，不加引号" if meant else "")


def _enum(fact: Fact, value: object) -> str:
    codes = fact.values or {}
    if isinstance(value, str) and value in codes:
        return value
    meant = _code_meant(value, codes) if isinstance(value, str) else None
    raise _wrong(fact, value, f'写成 "{meant}"（{codes[meant]}）' if meant else "")


def _code_meant(text: str, codes: Mapping[str, str]) -> str | None:
    by_label = {meaning: code for code, meaning in codes.items()}
    if text in by_label:
        return by_label[text]
    close = nearest(text.strip().lower(), codes)
    if close is None and (label := nearest(text, by_label)):
        return by_label[label]
    return close


def _money(fact: Fact, value: object) -> Decimal:
    return _read(parse_money, fact, value)


def _day(fact: Fact, value: object) -> date:
    return _read(parse_day, fact, value)


def _event(fact: Fact, value: object) -> date | Literal[False]:
    return _read(parse_event, fact, value)


def _read(parse: Callable[[object], T], fact: Fact, value: object) -> T:
    try:
        return parse(value)
    except ValueError as error:
        raise WrongValue(f"{fact.zh}：{error}", f"应填{fact.form}；不知道就删去这一项，或填 null") from None


def _count(fact: Fact, value: object) -> int:
    return _whole(fact, value, 0, COUNT_MAX)


def _year(fact: Fact, value: object) -> int:
    return _whole(fact, value, YEAR_MIN, YEAR_MAX)


def _whole(fact: Fact, value: object, least: int, most: int) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
        return value
    digits = value.strip() if isinstance(value, str) else ""
    right = digits.isascii() and digits.isdigit() and len(digits) < 10 and least <= int(digits) <= most
    raise _wrong(fact, value, f"写成 {int(digits)}，不加引号" if right else "")


def _enum_list(fact: Fact, value: object) -> frozenset[str]:
    return frozenset(_enum(fact, item) for item in _items(fact, value))


def _month_list(fact: Fact, value: object) -> frozenset[str]:
    months = frozenset(_month(fact, item) for item in _items(fact, value))
    if len(months) > LIST_MAX:
        raise WrongValue(f"{fact.zh}有 {len(months)} 个月，至多 {LIST_MAX} 个", "删去多余的月份")
    return months


def _month(fact: Fact, value: object) -> str:
    if isinstance(value, str) and _MONTH.match(value):
        return value
    raise _wrong(fact, value)


def _items(fact: Fact, value: object) -> list[object]:
    if not isinstance(value, (list, tuple, set, frozenset)):
        raise _wrong(fact, value, "用方括号括起来写成列表，一项也写成列表；都没有就写 []")
    return list(value)


_PARSERS: Final[Mapping[FactType, Callable[[Fact, object], Value]]] = {
    "text": _text,
    "enum": _enum,
    "bool": _bool,
    "money": _money,
    "enum_list": _enum_list,
    "event_date": _event,
    "year": _year,
    "date": _day,
    "int": _count,
    "month_list": _month_list,
    "due_date": _event,
}

_FORMS: Final[Mapping[FactType, str]] = {
    "text": f"不超过 {TEXT_MAX} 字的文字",
    "enum": "以下代码之一",
    "bool": " true 或 false",
    "money": '以元计的数，或带单位的文字（如 "20万元"）',
    "enum_list": "以下代码的列表",
    "event_date": '日期（如 "2026-01-31"），或 false（尚未发生）',
    "year": f" {YEAR_MIN} 至 {YEAR_MAX} 的年份",
    "date": '日期（如 "2026-01-31"）',
    "int": f" 0 至 {COUNT_MAX} 的整数",
    "month_list": '月份的列表（如 ["2026-01", "2026-02"]）',
    "due_date": '日期（如 "2026-01-31"），或 false（没有定）',
}
