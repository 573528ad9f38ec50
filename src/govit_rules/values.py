"""
The values that facts and rules are made of: amounts, days, spans of time, working days.

    amount   "20万元", "0.3亿元", "1,200,000元", 200000      Decimal yuan, whole fen, 0 up to 10万亿元 (not included)
    day      "2026-01-31"                                  date, 1900-01-01 to 2199-12-31
    event    a day; false: has not happened                date | False
    span     "15d", "5wd", "3mo", "2y"                     Span, 0 to 9999 of its unit

Working days follow the yearly notice of the State Council, as the package `holidays` records it. A year counts as
published when it has make-up days (weekends worked): 2001 to `last_published_year`. For other years that package
only estimates, so nothing of it is used, and a count that runs into one gives a range of days (`shift`).

No clock is read, and `holidays` is imported by the first count of working days only. Imports nothing of ours.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias, cast

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "DayRange",
    "Span",
    "Unit",
    "format_money",
    "is_working_day",
    "last_published_year",
    "months_between",
    "parse_day",
    "parse_event",
    "parse_money",
    "parse_span",
    "shift",
]

# -- amounts

_MONEY_LIMIT: Final = 10**13
_POWERS: Final = {"元": 0, "万": 4, "万元": 4, "亿": 8, "亿元": 8}
_AMOUNT: Final = re.compile(r"([0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+)((?:\.[0-9]+)?)\s*(元|万元|万|亿元|亿)")
_BARE_NUMBER: Final = re.compile(r"[0-9][0-9,]*(?:\.[0-9]+)?")
_HALF_WIDTH: Final = str.maketrans("０１２３４５６７８９，．－−", "0123456789,.--")
_MONEY_FORMS: Final = '"20万元"、"0.3亿元" 或 "1,200,000元"'
_KINDS: Final = {
    bool: "真假值",
    type(None): "空值",
    list: "列表",
    dict: "对象",
    int: "数字",
    float: "数字",
    str: "文字",
}


def _kind(value: object) -> str:
    return "带时刻的日期" if isinstance(value, datetime) else _KINDS.get(type(value), "这种值")


def _quoted(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:39] + "…")


def parse_money(value: object) -> Decimal:
    """
    Read an amount of money, in yuan.

    However an amount is written, the result is the same: whole yuan without decimals, else with two.

    Args:
        value: A number of yuan, or text with its unit (元, 万元, 亿元). Text without a unit is refused.

    Raises:
        ValueError: Not an amount, negative, not finite, finer than a fen, or 10万亿元 and more; says how to mend it.

    >>> parse_money("20.5万元")
    Decimal('205000')
    """
    if isinstance(value, str):
        return _whole_fen(_amount_in(value))
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError(f"金额不能是{_kind(value)}：写成以元为单位的数字，或 {_MONEY_FORMS}")
    return _whole_fen(Decimal(float.__repr__(value) if isinstance(value, float) else value))


def _amount_in(written: str) -> Decimal:
    text = written.translate(_HALF_WIDTH).strip()
    if match := _AMOUNT.fullmatch(text):
        return Decimal(f"{match[1].replace(',', '')}{match[2]}E{_POWERS[match[3]]}")
    if _BARE_NUMBER.fullmatch(text):
        raise ValueError(f"金额 {_quoted(written)} 没有写单位：补上单位（元或万元），如 {_MONEY_FORMS}")
    if text.startswith(("-", "负")):
        raise ValueError(f"金额 {_quoted(written)} 是负数：写成不小于 0 的数额")
    if "," in text and _AMOUNT.fullmatch(text.replace(",", "")):
        raise ValueError(f"金额 {_quoted(written)} 的逗号位置不对：每三位一个，如 1,200,000元，或者不写逗号")
    raise ValueError(f"看不懂金额 {_quoted(written)}：写成 {_MONEY_FORMS}")


def _whole_fen(amount: Decimal) -> Decimal:
    # The digits are taken apart by hand: Decimal arithmetic would round to the precision of the caller's context.
    if not amount.is_finite():
        raise ValueError("金额必须是有限的数：不能写无穷大或非数值，改为实际数额")
    if amount < 0:
        raise ValueError("金额不能是负数：写成不小于 0 的数额")
    if amount >= _MONEY_LIMIT:
        raise ValueError("金额须小于10万亿元：核对数额和单位")
    _, digits, exponent = amount.as_tuple()
    written = "".join(map(str, digits))
    kept = written.rstrip("0") or "0"
    scale = 2 if kept == "0" else cast("int", exponent) + len(written) - len(kept) + 2
    if scale < 0:
        raise ValueError("金额最小到分：保留至多两位小数（以元计）")
    yuan, fen = divmod(int(kept) * 10**scale, 100)
    return Decimal(f"{yuan}.{fen:02}" if fen else yuan)


def format_money(amount: Decimal) -> str:
    """
    Write an amount for people, exactly, in the greatest unit that suits it. `parse_money` reads it back.

    亿元 from 1亿元 on, if four decimals are enough; else 万元 from 1万元 on (six decimals always are); else 元.

    Args:
        amount: Yuan, such as `parse_money` returns.

    Raises:
        ValueError: It is no amount that `parse_money` takes.

    >>> format_money(Decimal("200000.01"))
    '20.000001万元'
    """
    whole, _, fen = str(parse_money(amount)).partition(".")
    yuan = int(whole)
    power, unit = 0, "元"
    if yuan >= 10**8 and yuan % 10**4 == 0 and not fen:
        power, unit = 8, "亿元"
    elif yuan >= 10**4:
        power, unit = 4, "万元"
    point = len(whole) - power
    decimals = (whole[point:] + fen).rstrip("0")
    return f"{whole[:point]}{'.' if decimals else ''}{decimals}{unit}"


# -- days and events

_FIRST_DAY: Final = date(1900, 1, 1)
_LAST_DAY: Final = date(2199, 12, 31)
_DAY: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_LOOSE_DAY: Final = re.compile(
    r"\s*([0-9]{4})[^0-9]([0-9]{1,2})[^0-9]([0-9]{1,2})[^0-9]?\s*|([0-9]{4})([0-9]{2})([0-9]{2})"
)


def parse_day(value: object) -> date:
    """
    Read a day: text YYYY-MM-DD, or a `date` without a time of day; 1900-01-01 to 2199-12-31.

    Raises:
        ValueError: Not such a day; says how to mend it.
    """
    if isinstance(value, date) and not isinstance(value, datetime):
        return _in_calendar(value)
    if not isinstance(value, str):
        raise ValueError(f'日期不能是{_kind(value)}：写成 "2026-01-31" 这样的文字')
    match = _DAY.fullmatch(value)
    if match is None:
        raise ValueError(f"看不懂日期 {_quoted(value)}：写成{_meant_day(value)}")
    day = _day_of(*match.groups())
    if day is None:
        raise ValueError(f"没有 {value} 这一天：核对年、月、日")
    return _in_calendar(day)


def _in_calendar(day: date) -> date:
    if _FIRST_DAY <= day <= _LAST_DAY:
        return day
    raise ValueError(f"日期 {day} 不在1900年至2199年之间：核对年份")


def _day_of(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _meant_day(text: str) -> str:
    match = _LOOSE_DAY.fullmatch(text)
    meant = match and _day_of(*(part for part in match.groups() if part is not None))
    return f' "{meant}"' if meant else '年-月-日，如 "2026-01-31"'


def parse_event(value: object) -> date | Literal[False]:
    """
    Read the day of an event; ``False`` (and not 0) says that it has not happened.

    Raises:
        ValueError: Neither a day nor ``False``; says how to mend it.
    """
    if value is False:
        return False
    if value is True:
        raise ValueError('事件不能只写 true：已发生的写日期，如 "2026-01-31"；没有发生的写 false')
    if isinstance(value, str) and value.strip().lower() == "false":
        raise ValueError(f"{_quoted(value)} 是文字：没有发生的写 false，不加引号")
    try:
        return parse_day(value)
    except ValueError as error:
        raise ValueError(f"{error}；没有发生的写 false") from None


# -- spans

Unit: TypeAlias = Literal["d", "wd", "mo", "y"]

_SPAN: Final = re.compile(r"([0-9]{1,4})(d|wd|mo|y)")
LONGEST: Final = 9999
_UNITS_ZH: Final[dict[Unit, str]] = {"d": "日", "wd": "个工作日", "mo": "个月", "y": "年"}
_UNITS_EN: Final[dict[Unit, str]] = {"d": "day", "wd": "working day", "mo": "month", "y": "year"}


@dataclass(frozen=True, slots=True)
class Span:
    """
    A length of time: ``n`` (0 to 9999) calendar days, working days, months or years.

    Spans have no order: whether 30 days are less than a month depends on the month.

    Raises:
        ValueError: ``n`` or ``unit`` is not one of these.
    """

    n: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.unit not in _UNITS_ZH or not 0 <= self.n <= LONGEST:
            raise ValueError("时长须是0至9999个日（d）、工作日（wd）、月（mo）或年（y）：改为其中之一")

    def __str__(self) -> str:
        return f"{self.n}{self.unit}"

    @property
    def zh(self) -> str:
        """
        The span in Chinese: 15日, 5个工作日, 3个月, 2年.
        """
        return f"{self.n}{_UNITS_ZH[self.unit]}"

    @property
    def en(self) -> str:
        """
        The span in English: 15 days, 5 working days, 1 month.
        """
        return f"{self.n} {_UNITS_EN[self.unit]}{'' if self.n == 1 else 's'}"


def parse_span(text: str) -> Span:
    """
    Read a span: a whole number up to 9999 and its unit, ``15d``, ``5wd``, ``3mo`` or ``2y``.

    Raises:
        ValueError: Not a span; says how to mend it.
    """
    match = _SPAN.fullmatch(text)
    if match is None:
        raise ValueError(
            f'看不懂时长 {_quoted(text)}：写成 "15d"（日）、"5wd"（工作日）、"3mo"（月）或 "2y"（年），数字不超过9999'
        )
    return Span(int(match[1]), cast("Unit", match[2]))


@dataclass(frozen=True, slots=True)
class DayRange:
    """
    The days among which a counted day lies, both ends included: one day, unless a holiday calendar is missing.

    ``unpublished`` is the year whose calendar is missing, the first that the count comes to; None if the day is exact.
    """

    first: date
    last: date
    unpublished: int | None = None


def shift(day: date, span: Span, sign: Literal[1, -1] = 1) -> DayRange:
    """
    Count a span forward (``sign`` 1) or back (-1) from a day, which is itself not counted; a span of 0 is that day.

    A month later is the same day of the next month, else its last day; years likewise. Results outside 1900 to 2199
    become the first or last day of those years.

    Working days of an unpublished year lie between two extremes: every day is worked, weekends being made up; or
    Mondays to Fridays only, less 24 a year taken off where it delays most (no published year has more than 23). The
    range holds the result of every calendar between them, and no day of it comes earlier when ``day`` is later.
    """
    if span.unit == "wd":
        return _shift_working(day, span.n, sign)
    if span.unit == "d":
        moved = _clamped(day.toordinal() + sign * span.n)
    else:
        moved = _shift_months(day, sign * span.n * (12 if span.unit == "y" else 1))
    return DayRange(moved, moved)


def _clamped(ordinal: int) -> date:
    return date.fromordinal(min(max(ordinal, _FIRST_DAY.toordinal()), _LAST_DAY.toordinal()))


def _shift_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year < _FIRST_DAY.year:
        return _FIRST_DAY
    if year > _LAST_DAY.year:
        return _LAST_DAY
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def months_between(first: date, last: date) -> tuple[str, ...]:
    """
    The calendar months, as YYYY-MM, that lie wholly between two days, both days included.
    """
    begin = first.year * 12 + first.month - (first.day == 1)
    end = last.year * 12 + last.month - (last.day < monthrange(last.year, last.month)[1])
    return tuple(f"{month // 12:04}-{month % 12 + 1:02}" for month in range(begin, end))


# -- working days

_FIRST_PUBLISHED: Final = 2001  # the first year that `holidays` takes from a notice
_PUBLISHED_AT_LEAST: Final = 2026  # by `holidays` 0.109, the oldest release that the package metadata allows
_MOST_WEEKDAYS_OFF: Final = 24


class _Year(NamedTuple):
    """
    The days, as ordinals, that may be worked in a year, and how many of them may be off after all.
    """

    days: Sequence[int]
    off: int = 0


@lru_cache(maxsize=1)
def last_published_year() -> int:
    """
    The last year whose holidays and make-up days are published, as far as the installed `holidays` knows.
    """
    year = _PUBLISHED_AT_LEAST
    while year < _LAST_DAY.year and _notice(year + 1)[1]:
        year += 1
    return year


def is_working_day(day: date) -> bool | None:
    """
    Whether a day is a working day by the State Council's calendar; None if that of its year is not published.
    """
    if not _published(day.year):
        return None
    return day.toordinal() in _published_year(day.year).days


def _published(year: int) -> bool:
    return _FIRST_PUBLISHED <= year <= last_published_year()


@lru_cache(maxsize=512)
def _notice(year: int) -> tuple[frozenset[date], frozenset[date]]:
    """
    The holidays and the make-up days of a year; no make-up days if it is not published.
    """
    from holidays import country_holidays  # a tenth of a second, which only working days are worth

    calendar = country_holidays("CN", years=year)
    made_up = calendar.weekend_workdays  # of some other years too, whichever year is asked for
    return frozenset(calendar), frozenset(day for day in made_up if day.year == year)


@lru_cache(maxsize=512)
def _published_year(year: int) -> _Year:
    off, made_up = _notice(year)
    days = map(date.fromordinal, _ordinals(year))
    return _Year(tuple(day.toordinal() for day in days if day in made_up or (day.weekday() < 5 and day not in off)))


@lru_cache(maxsize=512)
def _fewest_worked(year: int) -> _Year:
    return _Year(tuple(n for n in _ordinals(year) if date.fromordinal(n).weekday() < 5), _MOST_WEEKDAYS_OFF)


def _ordinals(year: int) -> range:
    return range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1)


def _shift_working(day: date, n: int, sign: Literal[1, -1]) -> DayRange:
    start = min(max(day, _FIRST_DAY), _LAST_DAY)
    if n == 0:
        return DayRange(start, start)
    near, unpublished = _count(start, n, sign, every_day=True)
    if unpublished is None:
        return DayRange(near, near)
    far, _ = _count(start, n, sign, every_day=False)
    if near == far:  # both at the end of the calendar
        return DayRange(near, near)
    return DayRange(min(near, far), max(near, far), unpublished)


def _count(day: date, n: int, sign: Literal[1, -1], *, every_day: bool) -> tuple[date, int | None]:
    """
    The n-th working day from a day, and the first unpublished year on the way, in which all or the fewest are worked.
    """
    start, unpublished = day.toordinal(), None
    year = date.fromordinal(start + sign).year
    while _FIRST_DAY.year <= year <= _LAST_DAY.year:
        if _published(year):
            days, off = _published_year(year)
        else:
            unpublished = unpublished or year
            days, off = _Year(_ordinals(year)) if every_day else _fewest_worked(year)
        ahead = days[bisect_right(days, start) :] if sign == 1 else days[: bisect_left(days, start)][::-1]
        if len(ahead) >= n + off:
            return date.fromordinal(ahead[n + off - 1]), unpublished
        n -= max(0, len(ahead) - off)
        year += sign
    return (_LAST_DAY if sign == 1 else _FIRST_DAY), unpublished
