"""
What a fact takes, and what is said when it does not.
"""

from __future__ import annotations

import math
from datetime import date, datetime
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govit_rules.facts import COUNT_MAX, STAGE_EN, STAGE_ZH, STAGES, Fact, FactType, WrongValue, nearest, shown

CODES = {"none": "未申请", "requested": "已申请", "arranged": "已安排"}
TYPES: tuple[FactType, ...] = get_args(FactType)


def fact(kind: FactType, **more: Any) -> Fact:
    values = CODES if kind.startswith("enum") else None
    return Fact(
        path="local.x",
        type=kind,
        zh="某项",
        en="X",
        help="说明。",
        who="owner",
        stage="planning",
        values=values,
        **more,
    )


@pytest.mark.parametrize(
    ("kind", "value", "read"),
    [
        ("text", "样例", "样例"),
        ("text", "", ""),
        ("text", "长" * 2000, "长" * 2000),
        ("enum", "requested", "requested"),
        ("bool", True, True),
        ("bool", False, False),
        ("money", 200000, Decimal(200000)),
        ("money", "20万元", Decimal(200000)),
        ("money", "0.3亿元", Decimal(30000000)),
        ("money", "1,200,000元", Decimal(1200000)),
        ("money", 0, Decimal(0)),
        ("money", 0.01, Decimal("0.01")),
        ("enum_list", ["none", "requested", "none"], frozenset({"none", "requested"})),
        ("enum_list", [], frozenset()),
        ("event_date", "2026-01-31", date(2026, 1, 31)),
        ("event_date", date(2026, 1, 31), date(2026, 1, 31)),
        ("event_date", False, False),
        ("due_date", "2027-01-31", date(2027, 1, 31)),
        ("due_date", False, False),
        ("date", "2024-02-29", date(2024, 2, 29)),
        ("year", 1949, 1949),
        ("year", 2099, 2099),
        ("int", 0, 0),
        ("int", COUNT_MAX, COUNT_MAX),
        ("month_list", ["2026-12", "2026-01"], frozenset({"2026-01", "2026-12"})),
        ("month_list", [], frozenset()),
    ],
)
def test_takes(kind: FactType, value: object, read: object) -> None:
    """
    Every type takes the JSON forms named for it, and gives back one Python value.
    """
    answer = fact(kind).parse(value)

    assert answer == read
    assert type(answer) is type(read)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", [1]),
        ("text", 1),
        ("text", "长" * 2001),
        ("text", "\ud800"),
        ("enum", "no_such_value"),
        ("enum", "已申请"),
        ("enum", ["none"]),
        ("enum", 1),
        ("bool", "maybe"),
        ("bool", "true"),
        ("bool", 0),
        ("bool", 1),
        ("bool", 2),
        ("money", -1),
        ("money", "二十块"),
        ("money", True),
        ("money", 0.001),
        ("money", math.nan),
        ("money", math.inf),
        ("money", [1]),
        ("enum_list", ["no_such_value"]),
        ("enum_list", "none"),
        ("enum_list", {"none": True}),
        ("enum_list", [["none"]]),
        ("event_date", True),
        ("event_date", 0),
        ("event_date", "2026-02-30"),
        ("event_date", "false"),
        ("due_date", True),
        ("date", False),
        ("date", 20260131),
        ("date", "20260131"),
        ("date", "1769817600"),
        ("date", "2026-01-31T00:00:00"),
        ("date", datetime(2026, 1, 31)),
        ("date", "2026-02-30"),
        ("year", 1948),
        ("year", 2100),
        ("year", 20260),
        ("year", "2026"),
        ("year", True),
        ("year", 2026.0),
        ("int", -1),
        ("int", 1.5),
        ("int", "x"),
        ("int", True),
        ("int", COUNT_MAX + 1),
        ("month_list", "2026-01"),
        ("month_list", ["2026-13"]),
        ("month_list", ["2026-00"]),
        ("month_list", ["2026-1"]),
        ("month_list", ["2026-01\n"]),
        ("month_list", ["２０２６-01"]),
        ("month_list", [f"{year}-{month:02}" for year in range(1900, 2000) for month in range(1, 12)]),
    ],
)
def test_refuses(kind: FactType, value: object) -> None:
    """
    What is not of the type is refused, and not made to fit.
    """
    with pytest.raises(ValueError, match="某项") as refusal:
        fact(kind).parse(value)

    assert isinstance(refusal.value, WrongValue)
    assert refusal.value.mend


@pytest.mark.parametrize("kind", TYPES)
def test_null_is_unknown(kind: FactType) -> None:
    """
    ``null`` is unknown for every type, and no error.
    """
    assert fact(kind).parse(None) is None


@pytest.mark.parametrize("kind", TYPES)
@given(value=st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists) | st.dates())
def test_any_value_is_read_or_refused(kind: FactType, value: object) -> None:
    """
    Whatever is given is read or refused in one sentence; nothing else is raised, and what was read reads again.
    """
    try:
        answer = fact(kind).parse(value)
    except WrongValue:
        return
    assert fact(kind).parse(answer) == answer


@pytest.mark.parametrize(
    ("kind", "value", "mend"),
    [
        ("enum", "已申请", "requested"),
        ("enum", "requsted", "requested"),
        ("enum", "Requested", "requested"),
        ("enum_list", ["已安排"], "arranged"),
        ("bool", "是", "true"),
        ("bool", 1, "true"),
        ("bool", "否", "false"),
        ("year", "2026", "2026"),
        ("int", "24", "24"),
        ("enum_list", "none", "[]"),
    ],
)
def test_says_what_was_meant(kind: FactType, value: object, mend: str) -> None:
    """
    Where the right value can be guessed, it is named.
    """
    with pytest.raises(WrongValue) as refusal:
        fact(kind).parse(value)

    assert mend in refusal.value.mend


def test_lists_the_codes_with_their_meaning() -> None:
    """
    The refusal of a code lists all codes that there are, each with its Chinese meaning.
    """
    with pytest.raises(WrongValue) as refusal:
        fact("enum").parse("zzz")

    for code, meaning in CODES.items():
        assert f"{code}（{meaning}）" in str(refusal.value)


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_says_how_it_is_written(kind: FactType) -> None:
    """
    Each type has a sentence for how its values are written.
    """
    assert fact(kind).form


def test_stages() -> None:
    """
    The nine stages, in their order, each with a name in both languages.
    """
    assert STAGES == (
        "planning",
        "application",
        "review",
        "approval",
        "procurement",
        "construction",
        "acceptance",
        "operation",
        "evaluation",
    )
    assert set(STAGE_ZH) == set(STAGE_EN) == set(STAGES)


@pytest.mark.parametrize(
    ("name", "found"),
    [("nmae", "name"), ("总投入", "总投资"), ("zzzz", None), ("", None), ("name" * 1000, None)],
)
def test_nearest(name: str, found: str | None) -> None:
    """
    The nearest name is found for Latin and Chinese names, and none where nothing is near.
    """
    assert nearest(name, ["name", "code", "总投资"]) == found


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        ("样例", "“样例”"),
        ("长" * 50, "“" + "长" * 40 + "…”"),
        pytest.param(10**5000, "过大的整数", id="huge"),
        (1.5, "1.5"),
        ([1], "一个列表"),
        ({}, "一组键值"),
        (b"x", "bytes 类型的值"),
        ("\ud800", r"“\ud800”"),
    ],
)
def test_shown(value: object, text: str) -> None:
    """
    A value is shown as it would be typed, short enough for a sentence, and always printable.
    """
    assert shown(value) == text
    shown(value).encode()
