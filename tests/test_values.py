"""
Amounts, days, spans of time and working days: what is read, what is refused, and how days are counted.
"""

from __future__ import annotations

import math
import re
import subprocess
import sys
from bisect import bisect_left, bisect_right
from calendar import monthrange
from datetime import date, datetime, timedelta
from decimal import Decimal, localcontext
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import holidays
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from govit_rules.values import (
    DayRange,
    Span,
    format_money,
    is_working_day,
    last_published_year,
    months_between,
    parse_day,
    parse_event,
    parse_money,
    parse_span,
    shift,
)

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
DAYS = st.dates(FIRST_DAY, LAST_DAY)
SIGNS = st.sampled_from([1, -1])
SPANS = st.builds(Span, st.integers(0, 9999), st.sampled_from(["d", "wd", "mo", "y"]))

FEN_MAX = 10**15 - 1
FEN = st.one_of(
    st.integers(0, FEN_MAX),
    st.integers(0, 10**7),
    st.builds(lambda n, power: min(n * 10**power, FEN_MAX), st.integers(0, 10**5), st.integers(0, 10)),
)
AMOUNTS = FEN.map(lambda fen: Decimal(fen).scaleb(-2))
POWERS_IN_FEN = {"元": 2, "万": 6, "万元": 6, "亿": 10, "亿元": 10}
FULL_WIDTH = str.maketrans("0123456789,.", "０１２３４５６７８９，．")


def refusal(parse: Callable[[Any], object], value: object) -> str:
    """
    The sentence with which a value is refused: Chinese, saying what is wrong and, after a colon, how to mend it.
    """
    with pytest.raises(ValueError, match=r"[一-鿿].*：.*[一-鿿]") as refused:
        parse(value)
    message = str(refused.value)
    message.encode()
    return message


@st.composite
def written_amounts(draw: st.DrawFn) -> tuple[int, str]:
    """
    An amount in fen, and one of the ways to write it.
    """
    fen, unit = draw(FEN), draw(st.sampled_from(sorted(POWERS_IN_FEN)))
    whole, decimals = divmod(fen, 10 ** POWERS_IN_FEN[unit])
    fraction = f"{decimals:0{POWERS_IN_FEN[unit]}}"
    if draw(st.booleans()):
        fraction = fraction.rstrip("0")
    number = (f"{whole:,}" if draw(st.booleans()) else f"{whole}") + (f".{fraction}" if fraction else "")
    if draw(st.booleans()):
        number = number.translate(FULL_WIDTH)
    before, between, after = (draw(st.sampled_from(["", " ", "　"])) for _ in range(3))
    return fen, f"{before}{number}{between}{unit}{after}"


class TestMoney:
    """
    An amount is whole fen, written in any of several ways.
    """

    @pytest.mark.parametrize(
        ("written", "yuan"),
        [
            ("20万元", "200000"),
            ("20万", "200000"),
            ("0.3亿元", "30000000"),
            ("1.5亿", "150000000"),
            ("1,200,000元", "1200000"),
            ("1200.50元", "1200.50"),
            ("1200.500元", "1200.50"),
            ("０．３亿元", "30000000"),
            ("１，２００，０００元", "1200000"),
            ("　20 万元 ", "200000"),
            ("0元", "0"),
            ("0.000001万元", "0.01"),
            ("9999999999999.99元", "9999999999999.99"),
            (200000, "200000"),
            (0, "0"),
            (-0.0, "0"),
            (0.1, "0.10"),
            (1e5, "100000"),
            (9999999999999, "9999999999999"),
            (Decimal("1E+5"), "100000"),
            (Decimal("0E-99"), "0"),
            pytest.param(Decimal("1." + "0" * 5000), "1", id="5000 zero decimals"),
        ],
    )
    def test_written(self, written: object, yuan: str) -> None:
        """
        Numbers are yuan, text says its unit; the result is whole yuan, or yuan with two decimals.
        """
        assert str(parse_money(written)) == yuan

    @given(amount=AMOUNTS)
    def test_round_trip(self, amount: Decimal) -> None:
        """
        What is written for people is read back as the same amount.
        """
        assert parse_money(format_money(amount)) == amount

    @given(amount=AMOUNTS)
    def test_numbers(self, amount: Decimal) -> None:
        """
        A Decimal, and the float that prints like it, are the amount itself.
        """
        assert parse_money(amount) == amount
        assert parse_money(float(amount)) == amount

    @given(written=written_amounts())
    def test_every_way_of_writing(self, written: tuple[int, str]) -> None:
        """
        Unit, grouping, closing zeros, full-width digits and spaces do not change the amount.
        """
        fen, text = written

        assert parse_money(text) * 100 == fen
        assert str(parse_money(text)) == str(parse_money(Decimal(fen).scaleb(-2)))

    @given(one=written_amounts(), other=written_amounts())
    def test_order(self, one: tuple[int, str], other: tuple[int, str]) -> None:
        """
        Amounts read from text stand in the order of the amounts that were written.
        """
        assert (parse_money(one[1]) < parse_money(other[1])) == (one[0] < other[0])
        assert (parse_money(one[1]) == parse_money(other[1])) == (one[0] == other[0])

    @pytest.mark.parametrize(
        ("yuan", "text"),
        [
            ("0", "0元"),
            ("0.01", "0.01元"),
            ("9999.99", "9999.99元"),
            ("1200.50", "1200.5元"),
            ("10000", "1万元"),
            ("205000", "20.5万元"),
            ("200000.01", "20.000001万元"),
            ("12000000", "1200万元"),
            ("99999999.99", "9999.999999万元"),
            ("100000000", "1亿元"),
            ("150000000", "1.5亿元"),
            ("100010000", "1.0001亿元"),
            ("100001000", "10000.1万元"),
            ("100010000.01", "10001.000001万元"),
            ("9999999999999.99", "999999999.999999万元"),
        ],
    )
    def test_for_people(self, yuan: str, text: str) -> None:
        """
        亿元 with at most four decimals, else 万元 with at most six, else 元; never rounded.
        """
        assert format_money(Decimal(yuan)) == text

    @given(amount=AMOUNTS)
    def test_decimals_are_few(self, amount: Decimal) -> None:
        """
        No number for people ends in a zero decimal, or has more decimals than its unit allows.
        """
        number, unit = re.fullmatch(r"([0-9.]+)(亿元|万元|元)", format_money(amount)).groups()  # type: ignore[union-attr]
        decimals = number.partition(".")[2]

        assert len(decimals) <= {"亿元": 4, "万元": 6, "元": 2}[unit]
        assert not decimals.endswith("0")

    @given(amount=AMOUNTS)
    def test_no_context(self, amount: Decimal) -> None:
        """
        The precision that the caller has set for Decimal arithmetic changes nothing.
        """
        text = format_money(amount)
        with localcontext(prec=1):
            assert format_money(amount) == text
            assert str(parse_money(text)) == str(parse_money(amount))
            assert parse_money(text) == amount

    @pytest.mark.parametrize(
        ("value", "hint"),
        [
            ("200000", "单位"),
            ("1,200,000", "单位"),
            ("２０", "元或万元"),
            ("-3元", "负数"),
            ("－3元", "负数"),
            (-1, "负数"),
            (-0.01, "负数"),
            (Decimal("-1E-99"), "负数"),
            (math.nan, "有限"),
            (math.inf, "有限"),
            (Decimal("NaN"), "有限"),
            (Decimal("sNaN"), "有限"),
            (Decimal("-Infinity"), "有限"),
            ("0.001元", "分"),
            ("0.0000001万元", "分"),
            (0.001, "分"),
            (0.1 + 0.2, "分"),
            (Decimal("1E-999999"), "分"),
            (10**13, "10万亿元"),
            pytest.param(10**10000, "10万亿元", id="a number of 10001 digits"),
            (1e300, "10万亿元"),
            (Decimal("1E+999999"), "10万亿元"),
            ("100000亿元", "10万亿元"),
            pytest.param("1" * 10000 + "元", "10万亿元", id="text of 10000 digits"),
            ("1,20元", "逗号"),
            ("1,2000元", "逗号"),
            ("12,00,000元", "逗号"),
            (",200元", "逗号"),
            ("0,200元", "逗号"),
            ("1，20元", "逗号"),
            ("二十万元", "看不懂"),
            ("20万美元", "看不懂"),
            ("1.2.3元", "看不懂"),
            (".5元", "看不懂"),
            ("5.元", "看不懂"),
            ("1.200,000元", "逗号"),
            ("1e5元", "看不懂"),
            ("1_000元", "看不懂"),
            ("٣元", "看不懂"),
            ("20万元20万元", "看不懂"),
            ("元", "看不懂"),
            ("", "看不懂"),
            ("\ud800", "看不懂"),
            (True, "真假值"),
            (False, "真假值"),
            (None, "空值"),
            ([1], "列表"),
            ({}, "对象"),
            (1j, "这种值"),
        ],
    )
    def test_refused(self, value: object, hint: str) -> None:
        """
        What is no amount of whole fen is refused with a Chinese sentence that says why and what to write.
        """
        assert hint in refusal(parse_money, value)

    @given(text=st.text() | st.text("0123456789,.元万亿- ０，"))
    def test_any_text(self, text: str) -> None:
        """
        Any text is an amount from nothing up to 10万亿元, or refused with a Chinese sentence.
        """
        try:
            amount = parse_money(text)
        except ValueError:
            refusal(parse_money, text)
        else:
            assert 0 <= amount < 10**13
            assert amount * 100 % 1 == 0


class TestDay:
    """
    A day is ISO text or a date, from 1900 to 2199; an event may also not have happened.
    """

    @given(day=DAYS)
    def test_read(self, day: date) -> None:
        """
        A date, its ISO text, and an event on it are that day.
        """
        assert parse_day(day) == parse_day(day.isoformat()) == parse_event(day.isoformat()) == day

    def test_not_happened(self) -> None:
        """
        False says that an event has not happened.
        """
        assert parse_event(False) is False

    @pytest.mark.parametrize("parse", [parse_day, parse_event])
    @pytest.mark.parametrize(
        ("value", "hint"),
        [
            ("2026/1/31", '"2026-01-31"'),
            ("2024年2月29日", '"2024-02-29"'),
            ("20251231", '"2025-12-31"'),
            ("2025-1-2", '"2025-01-02"'),
            (" 2025-01-02", '"2025-01-02"'),
            ("2025/2/30", "年-月-日"),
            ("2026-02-30", "没有 2026-02-30"),
            ("2026-13-01", "没有"),
            ("0000-01-01", "没有"),
            ("1899-12-31", "1900年"),
            ("2200-01-01", "2199年"),
            (date(1899, 12, 31), "1900年"),
            (date(2200, 1, 1), "2199年"),
            ("2026-01-31T00:00:00", "看不懂"),
            ("2026-01-31\n", "看不懂"),
            ("２０２６-01-31", "看不懂"),
            ("1769817600", "看不懂"),
            ("", "看不懂"),
            ("\ud800", "看不懂"),
            (datetime(2026, 1, 31), "时刻"),
            (20260131, "数字"),
            (0, "数字"),
            (0.0, "数字"),
            (None, "空值"),
            ([], "列表"),
            (Decimal(0), "这种值"),
        ],
    )
    def test_refused(self, parse: Callable[[object], object], value: object, hint: str) -> None:
        """
        Anything else is refused, with the day that was probably meant where there is one.
        """
        assert hint in refusal(parse, value)

    @pytest.mark.parametrize("value", [True, False])
    def test_a_day_is_no_boolean(self, value: bool) -> None:
        """
        A day that is not an event's is neither true nor false.
        """
        assert "真假值" in refusal(parse_day, value)

    @pytest.mark.parametrize(("value", "hint"), [(True, "日期"), ("false", "不加引号"), ("False", "不加引号")])
    def test_an_event_that_happened_has_a_day(self, value: object, hint: str) -> None:
        """
        An event is not just true, and not the word "false".
        """
        assert hint in refusal(parse_event, value)

    @given(text=st.text() | st.text("0123456789-/年月日", max_size=12))
    def test_any_text(self, text: str) -> None:
        """
        Text is the day that prints like it, or refused with a Chinese sentence.
        """
        try:
            assert str(parse_day(text)) == text
        except ValueError:
            refusal(parse_day, text)


class TestSpan:
    """
    A span is a whole number of days, working days, months or years.
    """

    @given(span=SPANS)
    def test_round_trip(self, span: Span) -> None:
        """
        A span is read back from its text.
        """
        assert parse_span(str(span)) == span

    @pytest.mark.parametrize(
        ("text", "zh", "en"),
        [
            ("15d", "15日", "15 days"),
            ("1d", "1日", "1 day"),
            ("5wd", "5个工作日", "5 working days"),
            ("3mo", "3个月", "3 months"),
            ("1mo", "1个月", "1 month"),
            ("2y", "2年", "2 years"),
            ("0wd", "0个工作日", "0 working days"),
            ("007d", "7日", "7 days"),
        ],
    )
    def test_words(self, text: str, zh: str, en: str) -> None:
        """
        A span has words in Chinese and in English.
        """
        assert (parse_span(text).zh, parse_span(text).en) == (zh, en)

    @pytest.mark.parametrize(
        "text", ["", "5", "d", "-1d", "1.5d", "5 d", "5w", "5m", "10000d", "５d", "5D", "5d\n", "\ud800"]
    )
    def test_refused(self, text: str) -> None:
        """
        Other text is refused with a Chinese sentence.
        """
        refusal(parse_span, text)

    @pytest.mark.parametrize(("n", "unit"), [(-1, "d"), (10000, "wd"), (1, "w")])
    def test_out_of_bounds(self, n: int, unit: Any) -> None:
        """
        No span is built that has no text.
        """
        refusal(lambda n: Span(n, unit), n)


def moved(day: date, text: str, sign: Any = 1) -> date:
    """
    The one day that a span leads to.
    """
    result = shift(day, parse_span(text), sign)
    assert result == DayRange(result.first, result.first)
    return result.first


class TestCalendarShift:
    """
    Days, months and years lead to one day.
    """

    @pytest.mark.parametrize(
        ("day", "span", "sign", "result"),
        [
            ("2026-03-01", "15d", 1, "2026-03-16"),
            ("2026-03-01", "1d", -1, "2026-02-28"),
            ("2026-01-31", "1mo", 1, "2026-02-28"),
            ("2024-01-31", "1mo", 1, "2024-02-29"),
            ("2026-02-28", "1mo", 1, "2026-03-28"),
            ("2026-03-31", "1mo", -1, "2026-02-28"),
            ("2025-12-15", "1mo", 1, "2026-01-15"),
            ("2026-01-15", "1mo", -1, "2025-12-15"),
            ("2024-02-29", "1y", 1, "2025-02-28"),
            ("2024-02-29", "4y", 1, "2028-02-29"),
            ("2024-02-29", "1y", -1, "2023-02-28"),
            ("2199-12-31", "1d", 1, "2199-12-31"),
            ("2199-12-01", "1mo", 1, "2199-12-31"),
            ("1900-01-31", "1mo", -1, "1900-01-01"),
            ("1900-01-01", "9999y", -1, "1900-01-01"),
        ],
    )
    def test_examples(self, day: str, span: str, sign: int, result: str) -> None:
        """
        The day counted from is not counted; a day that a month lacks is its last; the calendar ends with 2199.
        """
        assert str(moved(date.fromisoformat(day), span, sign)) == result

    @given(day=DAYS, n=st.integers(0, 9999), sign=SIGNS)
    def test_days(self, day: date, n: int, sign: int) -> None:
        """
        Calendar days are added as such, within 1900 to 2199.
        """
        assert moved(day, f"{n}d", sign) == min(max(day + timedelta(sign * n), FIRST_DAY), LAST_DAY)

    @given(day=st.dates(date(1950, 1, 1), date(2149, 12, 31)), n=st.integers(0, 600), sign=SIGNS)
    def test_end_of_month(self, day: date, n: int, sign: int) -> None:
        """
        The month is n months away, and the day the same, or the last of its month and earlier than the original.
        """
        result = moved(day, f"{n}mo", sign)

        assert (result.year - day.year) * 12 + result.month - day.month == sign * n
        assert result.day == min(day.day, monthrange(result.year, result.month)[1])
        assert result.day <= day.day

    @given(day=DAYS, n=st.integers(0, 9999), sign=SIGNS)
    def test_years(self, day: date, n: int, sign: int) -> None:
        """
        A year is twelve months.
        """
        assume(12 * n <= 9999)

        assert moved(day, f"{n}y", sign) == moved(day, f"{12 * n}mo", sign)

    @given(days=st.tuples(DAYS, DAYS).map(sorted), span=SPANS, sign=SIGNS)
    def test_monotone(self, days: list[date], span: Span, sign: Any) -> None:
        """
        Counting the same span from a later day never leads to an earlier one, nor a range that begins or ends earlier.
        """
        early, late = (shift(day, span, sign) for day in days)

        assert early.first <= late.first
        assert early.last <= late.last

    @given(day=st.dates(), span=SPANS, sign=SIGNS)
    def test_never_leaves_the_calendar(self, day: date, span: Span, sign: Any) -> None:
        """
        From any day whatever, the result is a range within 1900 to 2199.
        """
        result = shift(day, span, sign)

        assert FIRST_DAY <= result.first <= result.last <= LAST_DAY
        assert (result.unpublished is None) == (result.first == result.last)


PUBLISHED = [date(2010, 1, 1) + timedelta(n) for n in range((date(2026, 12, 31) - date(2010, 1, 1)).days + 1)]
CALENDAR = holidays.country_holidays("CN", years=range(2000, 2027))
WORKED = {
    day
    for day in (date(2001, 1, 1) + timedelta(n) for n in range((date(2027, 1, 1) - date(2001, 1, 1)).days))
    if day in CALENDAR.weekend_workdays or (day.weekday() < 5 and day not in CALENDAR)
}


def counted(day: date, n: int, sign: int, works: Callable[[date], bool]) -> date:
    """
    The n-th working day from a day, found by looking at each day.
    """
    while n:
        day += timedelta(sign)
        n -= works(day)
    return day


class TestPublishedWorkingDays:
    """
    Where the calendar is published, a count of working days leads to one day.
    """

    @pytest.mark.parametrize(
        ("day", "span", "sign", "result"),
        [
            ("2025-09-30", "1wd", 1, "2025-10-09"),  # National Day and Mid-Autumn, 1 to 8 October
            ("2025-09-26", "1wd", 1, "2025-09-28"),  # that Sunday was a make-up day
            ("2025-10-12", "1wd", -1, "2025-10-11"),  # and so was that Saturday
            ("2024-09-13", "1wd", 1, "2024-09-14"),
            ("2023-12-29", "1wd", 1, "2024-01-02"),
            ("2026-03-02", "5wd", 1, "2026-03-09"),
            ("2026-03-09", "5wd", -1, "2026-03-02"),
            ("2026-03-07", "0wd", 1, "2026-03-07"),
            ("2027-01-01", "1wd", -1, "2026-12-31"),
            ("2000-12-31", "1wd", 1, "2001-01-02"),
        ],
    )
    def test_examples(self, day: str, span: str, sign: int, result: str) -> None:
        """
        Holidays and ordinary weekends do not count, make-up days do; a span of 0 is the day itself, worked or not.
        """
        assert str(moved(date.fromisoformat(day), span, sign)) == result

    @given(day=st.sampled_from(PUBLISHED), n=st.integers(0, 300), sign=SIGNS)
    def test_against_a_plain_count(self, day: date, n: int, sign: int) -> None:
        """
        From 2010 to 2026 the count, either way, is that of going from day to day.
        """
        left = sum(
            PUBLISHED[0] <= worked <= PUBLISHED[-1] and (worked > day) == (sign == 1) for worked in WORKED - {day}
        )
        n = min(n, left)

        assert moved(day, f"{n}wd", sign) == counted(day, n, sign, WORKED.__contains__)

    @pytest.mark.parametrize("n", [1, 5, 15])
    def test_every_day(self, n: int) -> None:
        """
        From each day of 2010 to 2026 the n-th working day is found, either way.
        """
        worked = sorted(WORKED)
        for day in PUBLISHED:
            before, after = bisect_left(worked, day), bisect_right(worked, day)
            assert moved(day, f"{n}wd", -1) == worked[before - n]
            if after + n <= len(worked):
                assert moved(day, f"{n}wd") == worked[after + n - 1]

    def test_is_working_day(self) -> None:
        """
        Each day of 2010 to 2026 is a working day or not; of a year that is not published it is not known.
        """
        assert [day for day in PUBLISHED if is_working_day(day)] == [day for day in PUBLISHED if day in WORKED]
        assert {is_working_day(day) for day in PUBLISHED} == {True, False}
        assert is_working_day(date(last_published_year() + 1, 3, 1)) is None
        assert is_working_day(date(2000, 12, 31)) is None
        assert is_working_day(date.min) is is_working_day(date.max) is None

    def test_published_years_have_make_up_days(self) -> None:
        """
        The years that count as published are those in which the calendar has weekends worked, from 2001 without a gap.
        """
        last = last_published_year()
        made_up = holidays.country_holidays("CN", years=range(1990, last + 10)).weekend_workdays

        assert last >= 2026
        assert sorted({day.year for day in made_up}) == list(range(2001, last + 1))

    def test_few_weekdays_are_off(self) -> None:
        """
        No published year has more than 23 weekdays off: 24 is a safe bound for those to come.
        """
        last = last_published_year()
        off = [day.year for day in holidays.country_holidays("CN", years=range(2001, last + 1)) if day.weekday() < 5]

        assert max(off.count(year) for year in range(2001, last + 1)) == 23


@st.composite
def calendars(draw: st.DrawFn) -> Callable[[date], bool]:
    """
    Calendars that may yet be published: up to 24 weekdays off a year, wherever, and any weekends worked.
    """
    off: dict[int, set[int]] = {}
    number, start, step = draw(st.integers(0, 24)), draw(st.integers(0, 260)), draw(st.integers(1, 11))
    made_up = draw(st.integers(1, 60))

    def works(day: date) -> bool:
        if 2001 <= day.year <= last_published_year():
            return bool(is_working_day(day))
        if day.weekday() >= 5:
            return made_up < 50 and day.toordinal() % made_up == 0
        if day.year not in off:
            new_year = date(day.year, 1, 1).toordinal()
            weekdays = [n for n in range(new_year, new_year + 365) if date.fromordinal(n).weekday() < 5]
            off[day.year] = {weekdays[(start + step * i) % len(weekdays)] for i in range(number)}
        return day.toordinal() not in off[day.year]

    return works


def near_the_end() -> st.SearchStrategy[date]:
    """
    Days around the end of the last published year, and years later.
    """
    end = date(last_published_year(), 12, 31)
    return st.one_of(
        st.dates(end - timedelta(60), end + timedelta(60)), st.dates(end - timedelta(400), end + timedelta(2500))
    )


class TestUnpublishedWorkingDays:
    """
    Past the last published year, and before the first, a count of working days leads to a range.
    """

    @pytest.mark.parametrize(
        ("day", "span", "sign", "result"),
        [
            # one working day is left in 2026; then 4 days, or 28 weekdays of 2027
            ("2026-12-30", "5wd", 1, DayRange(date(2027, 1, 4), date(2027, 2, 9), 2027)),
            ("2026-12-30", "1wd", 1, DayRange(date(2026, 12, 31), date(2026, 12, 31))),
            # the two weekdays left in 2027 may be off, and 24 more in 2028
            ("2027-12-29", "1wd", 1, DayRange(date(2027, 12, 30), date(2028, 2, 4), 2027)),
            ("2027-12-31", "1wd", 1, DayRange(date(2028, 1, 1), date(2028, 2, 4), 2028)),
            # the two working days of January may be off: back in 2026 the calendar is known
            ("2027-01-05", "2wd", -1, DayRange(date(2026, 12, 30), date(2027, 1, 3), 2027)),
            ("2000-12-28", "1wd", 1, DayRange(date(2000, 12, 29), date(2001, 1, 2), 2000)),
            ("2027-03-01", "0wd", 1, DayRange(date(2027, 3, 1), date(2027, 3, 1))),
            ("2199-12-31", "1wd", 1, DayRange(date(2199, 12, 31), date(2199, 12, 31))),
            ("1900-01-01", "1wd", -1, DayRange(date(1900, 1, 1), date(1900, 1, 1))),
        ],
    )
    @pytest.mark.skipif(last_published_year() != 2026, reason="the figures are those of a calendar that ends with 2026")
    def test_examples(self, day: str, span: str, sign: Any, result: DayRange) -> None:
        """
        The range begins as if all days were worked, ends as if 24 weekdays a year were off where it delays most.
        """
        assert shift(date.fromisoformat(day), parse_span(span), sign) == result

    @given(day=near_the_end(), n=st.integers(0, 600), sign=SIGNS, works=calendars())
    def test_holds_the_truth(self, day: date, n: int, sign: Any, works: Callable[[date], bool]) -> None:
        """
        Whatever calendar is published, the day that it gives lies in the range.
        """
        result = shift(day, Span(n, "wd"), sign)

        assert result.first <= counted(day, n, sign, works) <= result.last

    @given(day=st.dates(date(1998, 1, 1), date(2002, 12, 31)), n=st.integers(0, 300), sign=SIGNS, works=calendars())
    def test_holds_the_truth_of_the_past(self, day: date, n: int, sign: Any, works: Callable[[date], bool]) -> None:
        """
        So also before the first published year, either way.
        """
        result = shift(day, Span(n, "wd"), sign)

        assert result.first <= counted(day, n, sign, works) <= result.last

    @given(day=near_the_end(), n=st.integers(1, 600), sign=SIGNS)
    def test_no_wider_than_it_must_be(self, day: date, n: int, sign: Any) -> None:
        """
        Both ends of the range are reached by some calendar with at most 24 weekdays off a year.
        """
        result = shift(day, Span(n, "wd"), sign)
        off: dict[int, int] = {}

        def every_day(day: date) -> bool:
            known = is_working_day(day)
            return True if known is None else known

        def fewest(day: date) -> bool:
            known = is_working_day(day)
            if known is not None or day.weekday() >= 5:
                return bool(known)
            off[day.year] = off.get(day.year, 0) + 1
            return off[day.year] > 24

        ends = {counted(day, n, sign, every_day), counted(day, n, sign, fewest)}

        assert {result.first, result.last} == ends

    @given(day=near_the_end(), n=st.integers(1, 600), sign=SIGNS)
    def test_names_the_year(self, day: date, n: int, sign: Any) -> None:
        """
        A range names the first year without calendar that the count comes to, going from day to day.
        """
        result = shift(day, Span(n, "wd"), sign)
        step = day + timedelta(sign)
        while is_working_day(step) is not None and (step <= result.last if sign == 1 else step >= result.first):
            step += timedelta(sign)

        assert result.unpublished == (None if result.first == result.last else step.year)

    def test_adjoining_counts(self) -> None:
        """
        One working day more never moves a range back.
        """
        day = date(last_published_year(), 12, 1)
        ranges = [shift(day, Span(n, "wd")) for n in range(700)]

        assert all(one.first < more.first and one.last < more.last for one, more in pairwise(ranges))


class TestMonthsBetween:
    """
    The whole months between two days, both included.
    """

    @pytest.mark.parametrize(
        ("first", "last", "months"),
        [
            ("2026-01-01", "2026-03-31", ("2026-01", "2026-02", "2026-03")),
            ("2026-01-02", "2026-03-30", ("2026-02",)),
            ("2025-11-15", "2026-01-31", ("2025-12", "2026-01")),
            ("2024-02-01", "2024-02-28", ()),
            ("2024-02-01", "2024-02-29", ("2024-02",)),
            ("2026-01-02", "2026-01-31", ()),
            ("2026-05-01", "2026-04-30", ()),
            ("2026-05-01", "2024-04-30", ()),
            ("2026-01-31", "2026-02-01", ()),
        ],
    )
    def test_examples(self, first: str, last: str, months: tuple[str, ...]) -> None:
        """
        A month counts if its first and its last day do.
        """
        assert months_between(date.fromisoformat(first), date.fromisoformat(last)) == months

    @given(first=DAYS, length=st.integers(-40, 800))
    def test_against_a_plain_count(self, first: date, length: int) -> None:
        """
        They are the months all of whose days lie between the two.
        """
        days: dict[str, int] = {}
        for n in range(length):
            month = f"{first + timedelta(n):%Y-%m}"
            days[month] = days.get(month, 0) + 1
        whole = tuple(month for month, n in days.items() if n == monthrange(int(month[:4]), int(month[5:]))[1])

        assert months_between(first, first + timedelta(length - 1)) == whole


def test_import_is_light() -> None:
    """
    The holiday calendars are loaded by the first count of working days, and not before.
    """
    code = "import sys, govit_rules.values as v; v.parse_money('20万元'); print('holidays' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout.strip() == "False"
