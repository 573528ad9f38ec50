"""
How a condition is written: every form of test and operand gives the tree that docs/packs.md says, and nothing else does.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, get_args

import pytest

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
    DayFact,
    DayLiteral,
    DayOfYear,
    DayParameter,
    FirstSet,
    Happened,
    InOrder,
    Is,
    Judgement,
    Later,
    Lists,
    Named,
    Not,
    NumberFact,
    NumberLiteral,
    NumberParameter,
    OneOf,
    Operator,
    Plus,
    Shift,
    StartOf,
    Unpublished,
    Within,
    YearOf,
)
from govit_rules.facts import STAGES, Fact, FactType
from govit_rules.grammar import TESTS, Parser, Vocabulary
from govit_rules.values import Span

COLOURS = {"red": "红", "green": "绿", "blue": "蓝"}
KINDS: dict[str, FactType] = {
    "flag": "bool",
    "colour": "enum",
    "colours": "enum_list",
    "amount": "money",
    "other_amount": "money",
    "count": "int",
    "other_count": "int",
    "year": "year",
    "other_year": "year",
    "signed_on": "event_date",
    "filed.on": "event_date",
    "ends_on": "date",
    "set_for": "due_date",
    "months": "month_list",
    "words": "text",
    "stage": "enum",
}


def fact(path: str, kind: FactType) -> Fact:
    values = dict.fromkeys(STAGES, "阶段") if path == "stage" else COLOURS if kind.startswith("enum") else None
    return Fact(path=path, type=kind, zh="某项", en="X", help="", who="owner", stage="planning", values=values)


FACTS = {path: fact(path, kind) for path, kind in KINDS.items()}
PARAMETERS = {"floor": "money", "least": "int", "since": "year", "day": "date", "wording": "text"}
NAMED: dict[str, Condition] = {"def.plain": Is("flag", expected=True), "rule.DM-1.2-a": OneOf("colour", ("red",))}

FLAG = Is("flag", expected=True)
SIGNED = DayFact("signed_on", "event_date")
FILED = DayFact("filed.on", "event_date")
ENDS = DayFact("ends_on", "date")
SET = DayFact("set_for", "due_date")
YEAR = NumberFact("year", "year")


def parse(data: Any) -> tuple[Condition, list[tuple[str, str]], Parser]:
    """
    The condition read, the defects reported (place, sentence), and the parser.
    """
    defects: list[tuple[str, str]] = []

    def report(path: tuple[str | int, ...], what: str, mend: str) -> None:
        assert mend
        defects.append((".".join(map(str, path)), what))

    parser = Parser(Vocabulary(FACTS, PARAMETERS, lambda name, _path: NAMED.get(name)), report)
    return parser.condition(data, ("when",)), defects, parser


def check(data: Any, tree: Condition) -> None:
    read, defects, _ = parse(data)

    assert defects == []
    assert read == tree


# -- structure


@pytest.mark.parametrize(
    ("data", "tree"),
    [
        (True, ALWAYS),
        (False, NEVER),
        ({"flag": True}, FLAG),
        ({"flag": True, "colour": "red"}, AllOf((FLAG, OneOf("colour", ("red",))))),
        ({"all": [{"flag": True}, {"colour": "red"}]}, AllOf((FLAG, OneOf("colour", ("red",))))),
        ({"any": [{"flag": True}, {"colour": "red"}]}, AnyOf((FLAG, OneOf("colour", ("red",))))),
        (
            {"any": [{"flag": True, "count": "> 1"}]},
            AnyOf((AllOf((FLAG, Compare(NumberFact("count", "int"), ">", NumberLiteral(1, "int")))),)),
        ),
        (
            {"in_order": [{"flag": True}, {"signed_on": "happened"}]},
            InOrder((FLAG, Happened("signed_on", expected=True))),
        ),
        ({"not": {"flag": True}}, Not(FLAG)),
        ({"not": {"not": {"flag": True}}}, Not(Not(FLAG))),
        ({"not": {"flag": True, "colour": "red"}}, Not(AllOf((FLAG, OneOf("colour", ("red",)))))),
        (
            {"flag": True, "any": [{"flag": False}, {"flag": True}]},
            AllOf((FLAG, AnyOf((Is("flag", expected=False), FLAG)))),
        ),
        ({"any": [{"all": [{"not": {"flag": True}}]}]}, AnyOf((AllOf((Not(FLAG),)),))),
        ({"def.plain": True}, Named("def.plain", FLAG)),
        ({"def.plain": False}, Not(Named("def.plain", FLAG))),
        ({"rule.DM-1.2-a": True}, Named("rule.DM-1.2-a", OneOf("colour", ("red",)))),
        ({"rule.DM-1.2-a": False}, Not(Named("rule.DM-1.2-a", OneOf("colour", ("red",))))),
        (
            {"any": ["def.plain", "rule.DM-1.2-a"]},
            AnyOf((Named("def.plain", FLAG), Named("rule.DM-1.2-a", OneOf("colour", ("red",))))),
        ),
        ("def.plain", Named("def.plain", FLAG)),
        ({"unpublished": "wording"}, Unpublished("wording")),
        ({"unpublished": "floor"}, Unpublished("floor")),
        ({"judgement": "投资是否必要"}, Judgement("投资是否必要")),
        ({"all": [True, {"flag": True}]}, AllOf((ALWAYS, FLAG))),
    ],
    ids=str,
)
def test_structure(data: Any, tree: Condition) -> None:
    """
    A mapping is all of its entries; all, any, not and in_order nest; def.NAME and rule.ID stand in a list or before true
    or false.
    """
    check(data, tree)


def test_a_mapping_keeps_its_order() -> None:
    """
    The parts of a condition come in the order in which they are written.
    """
    read, _, _ = parse({"colour": "red", "flag": True, "count": ">= 1", "signed_on": "happened"})

    assert isinstance(read, AllOf)
    assert [type(item).__name__ for item in read.items] == ["OneOf", "Is", "Compare", "Happened"]


# -- tests, by the type of the fact


@pytest.mark.parametrize(
    ("name", "test", "tree"),
    [
        ("flag", True, Is("flag", expected=True)),
        ("flag", False, Is("flag", expected=False)),
        ("colour", "red", OneOf("colour", ("red",))),
        ("colour", ["red", "blue"], OneOf("colour", ("red", "blue"))),
        ("colour", {"none_of": ["red", "blue"]}, OneOf("colour", ("red", "blue"), negated=True)),
        ("colours", {"any_of": ["red"]}, Lists("colours", "any_of", ("red",))),
        ("colours", {"all_of": ["red", "blue"]}, Lists("colours", "all_of", ("red", "blue"))),
        ("colours", {"none_of": ["green"]}, Lists("colours", "none_of", ("green",))),
        ("stage", "approval", OneOf("stage", ("approval",))),
        ("stage", ["planning", "approval"], OneOf("stage", ("planning", "approval"))),
        ("stage", ">= operation", OneOf("stage", ("operation", "evaluation"))),
        ("stage", "> operation", OneOf("stage", ("evaluation",))),
        ("stage", "<= application", OneOf("stage", ("planning", "application"))),
        ("stage", "< application", OneOf("stage", ("planning",))),
        ("stage", ">= planning", OneOf("stage", STAGES)),
        ("signed_on", "happened", Happened("signed_on", expected=True)),
        ("signed_on", False, Happened("signed_on", expected=False)),
        ("set_for", False, Happened("set_for", expected=False)),
        ("months", "covers months from signed_on until filed.on", CoversMonths("months", SIGNED, FILED)),
        (
            "months",
            "covers months from signed_on + 1mo until as_of",
            CoversMonths("months", Shift(SIGNED, Span(1, "mo"), 1), AsOf()),
        ),
        (
            "months",
            "  covers months from start of month of signed_on  until  later(filed.on, ends_on) ",
            CoversMonths("months", StartOf("month", SIGNED), Later(FILED, ENDS)),
        ),
    ],
    ids=str,
)
def test_by_type(name: str, test: Any, tree: Condition) -> None:
    """
    Yes or no; a value, a list (one of), none_of; any_of, all_of, none_of; stages in their order; happened and false;
    whole calendar months.
    """
    check({name: test}, tree)


@pytest.mark.parametrize("operator", get_args(Operator))
@pytest.mark.parametrize("space", ["", " ", "   "])
def test_operators(operator: Operator, space: str) -> None:
    """
    The four orders, of numbers and of days, with or without a space behind the sign.
    """
    amount = NumberFact("amount", "money")

    check({"amount": f"{operator}{space}20万元"}, Compare(amount, operator, NumberLiteral(Decimal(200000), "money")))
    check({"ends_on": f"{operator}{space}2024-09-09"}, CompareDays(ENDS, operator, DayLiteral(date(2024, 9, 9))))


@pytest.mark.parametrize(
    ("name", "operand", "tree"),
    [
        ("amount", "20万元", NumberLiteral(Decimal(200000), "money")),
        ("amount", "20万", NumberLiteral(Decimal(200000), "money")),
        ("amount", "0.3亿元", NumberLiteral(Decimal(30000000), "money")),
        ("amount", "1,200,000元", NumberLiteral(Decimal(1200000), "money")),
        ("amount", "0元", NumberLiteral(Decimal(0), "money")),
        ("amount", "20 万元", NumberLiteral(Decimal(200000), "money")),
        ("amount", "$floor", NumberParameter("floor", "money")),
        ("amount", "other_amount", NumberFact("other_amount", "money")),
        ("count", "12", NumberLiteral(12, "int")),
        ("count", "$least", NumberParameter("least", "int")),
        ("count", "other_count", NumberFact("other_count", "int")),
        ("year", "2024", NumberLiteral(2024, "year")),
        ("year", "$since", NumberParameter("since", "year")),
        ("year", "other_year", NumberFact("other_year", "year")),
        ("year", "other_year - 1", Plus(NumberFact("other_year", "year"), -1)),
        ("year", "other_year + 2", Plus(NumberFact("other_year", "year"), 2)),
        ("year", "other_year-1", Plus(NumberFact("other_year", "year"), -1)),
        ("year", "year of as_of", YearOf(AsOf())),
        ("year", "year of as_of - 1", Plus(YearOf(AsOf()), -1)),
        ("year", "year of as_of - 1 + 3", Plus(Plus(YearOf(AsOf()), -1), 3)),
        ("year", "year of signed_on", YearOf(SIGNED)),
        ("year", "year of $day + 1", Plus(YearOf(DayParameter("day")), 1)),
        ("year", "year of 2024-09-09", YearOf(DayLiteral(date(2024, 9, 9)))),
        ("year", "year of later(signed_on, filed.on)", YearOf(Later(SIGNED, FILED))),
        ("year", "2024 + 1", Plus(NumberLiteral(2024, "year"), 1)),
    ],
    ids=str,
)
def test_numbers(name: str, operand: str, tree: Any) -> None:
    """
    An amount with its unit, a count, a year, a parameter, another fact of the same type; years also year of D, + and - N.
    """
    check({name: f">= {operand}"}, Compare(NumberFact(name, KINDS[name]), ">=", tree))


def shifted(day: Any, n: int, unit: Any, sign: Any = 1) -> Shift:
    return Shift(day, Span(n, unit), sign)


DAYS: list[tuple[str, Any]] = [
    ("2024-09-09", DayLiteral(date(2024, 9, 9))),
    ("as_of", AsOf()),
    ("signed_on", SIGNED),
    ("filed.on", FILED),
    ("set_for", SET),
    ("$day", DayParameter("day")),
    ("later(signed_on, filed.on)", Later(SIGNED, FILED)),
    ("later( signed_on ,filed.on )", Later(SIGNED, FILED)),
    ("first_set(set_for, filed.on)", FirstSet(SET, FILED)),
    ("start of month of signed_on", StartOf("month", SIGNED)),
    ("start of year of as_of", StartOf("year", AsOf())),
    ("start of year of start of month of signed_on", StartOf("year", StartOf("month", SIGNED))),
    ("09-30 of year", DayOfYear(9, 30, YEAR)),
    ("09-30 of 2024", DayOfYear(9, 30, NumberLiteral(2024, "year"))),
    ("09-30 of $since", DayOfYear(9, 30, NumberParameter("since", "year"))),
    ("02-29 of year", DayOfYear(2, 29, YEAR)),
    ("09-30 of year of signed_on", DayOfYear(9, 30, YearOf(SIGNED))),
    ("09-30 of year of start of month of signed_on", DayOfYear(9, 30, YearOf(StartOf("month", SIGNED)))),
    ("signed_on + 15d", shifted(SIGNED, 15, "d")),
    ("signed_on - 15d", shifted(SIGNED, 15, "d", -1)),
    ("signed_on+5wd", shifted(SIGNED, 5, "wd")),
    ("signed_on + 3mo", shifted(SIGNED, 3, "mo")),
    ("signed_on -2y", shifted(SIGNED, 2, "y", -1)),
    ("2024-09-09 + 0d", shifted(DayLiteral(date(2024, 9, 9)), 0, "d")),
    ("$day + 9999d", shifted(DayParameter("day"), 9999, "d")),
]
# What + and - bind to.
BINDING: list[tuple[str, Any]] = [
    ("signed_on + 1mo - 1d", shifted(shifted(SIGNED, 1, "mo"), 1, "d", -1)),
    ("signed_on - 1d + 1mo", shifted(shifted(SIGNED, 1, "d", -1), 1, "mo")),
    ("start of month of signed_on + 1mo", shifted(StartOf("month", SIGNED), 1, "mo")),
    (
        "start of year of start of month of signed_on - 1d",
        shifted(StartOf("year", StartOf("month", SIGNED)), 1, "d", -1),
    ),
    ("later(signed_on, filed.on) + 5wd", shifted(Later(SIGNED, FILED), 5, "wd")),
    ("later(signed_on + 1d, filed.on - 1d)", Later(shifted(SIGNED, 1, "d"), shifted(FILED, 1, "d", -1))),
    ("later(later(signed_on, filed.on), ends_on + 1y)", Later(Later(SIGNED, FILED), shifted(ENDS, 1, "y"))),
    ("first_set(set_for, 09-30 of year - 1)", FirstSet(SET, DayOfYear(9, 30, Plus(YEAR, -1)))),
    ("first_set(set_for + 1d, signed_on) + 2d", shifted(FirstSet(shifted(SET, 1, "d"), SIGNED), 2, "d")),
    ("start of month of later(signed_on, filed.on)", StartOf("month", Later(SIGNED, FILED))),
    (
        "start of month of later(signed_on, filed.on + 1mo) + 1d",
        shifted(StartOf("month", Later(SIGNED, shifted(FILED, 1, "mo"))), 1, "d"),
    ),
    ("09-30 of year - 1", DayOfYear(9, 30, Plus(YEAR, -1))),
    ("09-30 of year - 1 + 5d", shifted(DayOfYear(9, 30, Plus(YEAR, -1)), 5, "d")),
    ("09-30 of year + 5d", shifted(DayOfYear(9, 30, YEAR), 5, "d")),
    ("09-30 of 2024 - 1 - 5d", shifted(DayOfYear(9, 30, Plus(NumberLiteral(2024, "year"), -1)), 5, "d", -1)),
    ("09-30 of year of signed_on + 1", DayOfYear(9, 30, Plus(YearOf(SIGNED), 1))),
    ("09-30 of year of signed_on + 1 - 15d", shifted(DayOfYear(9, 30, Plus(YearOf(SIGNED), 1)), 15, "d", -1)),
    ("09-30 of year of signed_on + 15d", shifted(DayOfYear(9, 30, YearOf(SIGNED)), 15, "d")),
    ("09-30 of year of 12-31 of year - 1", DayOfYear(9, 30, YearOf(DayOfYear(12, 31, Plus(YEAR, -1))))),
]


@pytest.mark.parametrize(("operand", "tree"), DAYS, ids=str)
def test_days(operand: str, tree: Any) -> None:
    """
    A day is a date, a dated fact, as_of, a parameter, later, first_set, 09-30 of a year, the start of a month or year.
    """
    check({"ends_on": f"<= {operand}"}, CompareDays(ENDS, "<=", tree))


@pytest.mark.parametrize(("operand", "tree"), BINDING, ids=str)
def test_what_plus_and_minus_bind_to(operand: str, tree: Any) -> None:
    """
    Spans move the whole day to their left, one after the other; a bare number moves the year to its left.
    """
    check({"as_of": f"<= {operand}"}, CompareDays(AsOf(), "<=", tree))


@pytest.mark.parametrize(("operand", "tree"), [*DAYS, *BINDING], ids=str)
def test_a_day_reads_the_same_everywhere(operand: str, tree: Any) -> None:
    """
    A rule's due day, a comparison, a within and a covers read a day in the same way.
    """
    _, defects, parser = parse(data=True)

    assert parser.day(operand, ("due",)) == tree
    check({"as_of": f"within 3mo..6mo after {operand}"}, Within(AsOf(), Span(3, "mo"), Span(6, "mo"), tree))
    check({"months": f"covers months from {operand} until {operand}"}, CoversMonths("months", tree, tree))
    assert defects == []


def test_within() -> None:
    """
    A window has a least and a most, each with its unit.
    """
    check({"signed_on": "within 0d..30wd after filed.on"}, Within(SIGNED, Span(0, "d"), Span(30, "wd"), FILED))
    check(
        {"ends_on": " within  1y..2y  after  $day - 1d "},
        Within(ENDS, Span(1, "y"), Span(2, "y"), shifted(DayParameter("day"), 1, "d", -1)),
    )


def test_a_due_day_may_be_a_date() -> None:
    """
    A due day may be a plain YAML date.
    """
    _, _, parser = parse(data=True)

    assert parser.day(date(2024, 9, 9), ("due",)) == DayLiteral(date(2024, 9, 9))


def test_every_type_has_its_test() -> None:
    """
    There is a row of TESTS for each type of fact.
    """
    assert set(TESTS) == set(get_args(FactType))


def test_names_read_are_kept() -> None:
    """
    The parser keeps the names that conditions read, so that the unused are found.
    """
    _, _, parser = parse(
        {
            "def.plain": True,
            "amount": ">= $floor",
            "unpublished": "wording",
            "signed_on": "<= first_set(set_for, 09-30 of year - 1)",
            "months": "covers months from filed.on until $day",
        }
    )

    assert parser.used == {
        "def.plain",
        "amount",
        "$floor",
        "$wording",
        "signed_on",
        "set_for",
        "year",
        "months",
        "filed.on",
        "$day",
    }


# -- refusals


@pytest.mark.parametrize(
    ("data", "place", "what"),
    [
        (None, "when", "条件应是映射,这里是 空值"),
        (5, "when", "条件应是映射,这里是 5"),
        ([{"flag": True}], "when", "条件应是映射,这里是 列表"),
        ("flag", "when", "不认识的条件 'flag'"),
        ({}, "when", "条件是空的"),
        ({"any": []}, "when.any", "any 后应是非空的列表"),
        ({"all": {"flag": True}}, "when.all", "all 后应是非空的列表"),
        ({"in_order": None}, "when.in_order", "in_order 后应是非空的列表"),
        ({"any": ["flag"]}, "when.any.0", "不认识的条件 'flag'"),
        ({"any": [{"flag": True}, {}]}, "when.any.1", "条件是空的"),
        ({"not": [{"flag": True}]}, "when.not", "条件应是映射,这里是 列表"),
        ({"def.plain": "yes"}, "when.def.plain", "def.plain 只能是 true 或 false"),
        ({"unpublished": "nothing_such"}, "when.unpublished", "没有声明过的参数 $nothing_such"),
        ({"unpublished": None}, "when.unpublished", "没有声明过的参数"),
        ({"judgement": ""}, "when.judgement", "judgement 后应是一句话"),
        ({"judgement": True}, "when.judgement", "judgement 后应是一句话"),
        ({"colur": "red"}, "when.colur", "没有声明过的事实 'colur'"),
        ({"known": True}, "when.known", "没有声明过的事实 'known'"),
        ({"flag": "true"}, "when.flag", "flag(bool)不能用 'true' 测试"),
        ({"flag": 1}, "when.flag", "flag(bool)不能用 1 测试"),
        ({"flag": None}, "when.flag", "flag(bool)不能用 空值 测试"),
        ({"flag": [True, False]}, "when.flag", "flag(bool)不能用 列表 测试"),
        ({"colour": "rot"}, "when.colour", "colour 没有值 'rot'"),
        ({"colour": ["red", "rot"]}, "when.colour", "colour 没有值 'rot'"),
        ({"colour": []}, "when.colour", "colour(enum)不能用 列表 测试"),
        ({"colour": [["red"]]}, "when.colour", "colour(enum)不能用 列表 测试"),
        ({"colour": {"none_of": "red"}}, "when.colour", "colour(enum)不能用 映射 测试"),
        ({"colour": {"any_of": ["red"]}}, "when.colour", "colour(enum)不能用 映射 测试"),
        ({"colour": True}, "when.colour", "colour(enum)不能用 布尔值 测试"),
        ({"colour": ">= red"}, "when.colour", "colour 没有值 '>= red'"),
        ({"colours": ["red"]}, "when.colours", "colours(enum_list)不能用 列表 测试"),
        ({"colours": "red"}, "when.colours", "colours(enum_list)不能用 'red' 测试"),
        ({"colours": {"any_of": []}}, "when.colours", "colours(enum_list)不能用 映射 测试"),
        ({"colours": {"any_of": ["red"], "none_of": ["blue"]}}, "when.colours", "colours(enum_list)不能用 映射 测试"),
        ({"colours": {"any_of": [["red"]]}}, "when.colours", "colours(enum_list)不能用 映射 测试"),
        ({"unpublished": ["floor"]}, "when.unpublished", "没有声明过的参数"),
        ({"colours": {"some_of": ["red"]}}, "when.colours", "colours(enum_list)不能用 映射 测试"),
        ({"colours": {"all_of": ["red", "rot"]}}, "when.colours", "colours 没有值 'rot'"),
        ({"stage": ">= opening"}, "when.stage", "stage 没有值 'opening'"),
        ({"amount": 200000}, "when.amount", "amount(money)不能用 200000 测试"),
        ({"amount": "20万元"}, "when.amount", "amount(money)不能用 '20万元' 测试"),
        ({"amount": "== 20万元"}, "when.amount", "amount(money)不能用 '== 20万元' 测试"),
        ({"amount": ">= 200000"}, "when.amount", "金额要写单位"),
        ({"amount": ">= -5元"}, "when.amount", "-5元"),
        ({"amount": ">= 0.001元"}, "when.amount", "金额最小到分"),
        ({"amount": ">= 2024-09-09"}, "when.amount", "2024-09-09"),
        ({"amount": ">= $day"}, "when.amount", "参数 $day 的类型是 date,这里要 money"),
        ({"amount": ">= $least"}, "when.amount", "参数 $least 的类型是 int,这里要 money"),
        ({"amount": ">= count"}, "when.amount", "count 的类型是 int,不能这样比较"),
        ({"amount": ">= signed_on"}, "when.amount", "signed_on 的类型是 event_date,不能这样比较"),
        ({"amount": ">= amount"}, "when.amount", "amount 与自己比较"),
        ({"amount": ">= other_amount + 1"}, "when.amount", "看不懂 '+ 1'"),
        ({"amount": ">="}, "when.amount", "没有声明过的事实 ="),
        ({"count": "> 1.5"}, "when.count", "看不懂"),
        ({"count": "> 20万元"}, "when.count", "看不懂"),
        ({"count": "> 12345678901"}, "when.count", "12345678901"),
        ({"year": ">= year of"}, "when.year", "不完整"),
        ({"year": ">= year of count"}, "when.year", "count 的类型是 int,不能这样比较"),
        ({"year": ">= other_year - 1y"}, "when.year", "看不懂 '- 1y'"),
        ({"year": ">= year + 1"}, "when.year", "year 与自己比较"),
        ({"year": ">= count"}, "when.year", "count 的类型是 int,不能这样比较"),
        ({"ends_on": False}, "when.ends_on", "ends_on 不能用 布尔值 测试"),
        ({"ends_on": "happened"}, "when.ends_on", "ends_on 不能用 'happened' 测试"),
        ({"set_for": "happened"}, "when.set_for", "set_for 不能用 'happened' 测试"),
        ({"signed_on": True}, "when.signed_on", "signed_on 不能用 布尔值 测试"),
        ({"signed_on": date(2024, 9, 9)}, "when.signed_on", "signed_on 不能用 日期 测试"),
        ({"signed_on": "2024-09-09"}, "when.signed_on", "signed_on 不能用 '2024-09-09' 测试"),
        ({"signed_on": "< signed_on + 1d"}, "when.signed_on", "signed_on 与自己比较"),
        ({"signed_on": "< 2024-02-30"}, "when.signed_on", "没有 2024-02-30 这一天"),
        ({"signed_on": "< 13-01 of year"}, "when.signed_on", "没有 2000-13-01 这一天"),
        ({"signed_on": "< 09-30 of"}, "when.signed_on", "不完整"),
        ({"signed_on": "< 09-30"}, "when.signed_on", "此处应是 'of'"),
        ({"signed_on": "< 09-30 of count"}, "when.signed_on", "count 的类型是 int,不能这样比较"),
        ({"signed_on": "< filed.on + 15"}, "when.signed_on", "看不懂 '+ 15'"),
        ({"signed_on": "< filed.on + 15w"}, "when.signed_on", "看不懂"),
        ({"signed_on": "< filed.on 15d"}, "when.signed_on", "看不懂 '15d'"),
        ({"signed_on": "< filed.on + 10000d"}, "when.signed_on", "看不懂"),
        ({"signed_on": "< later(filed.on)"}, "when.signed_on", "此处应是 ','"),
        ({"signed_on": "< later(filed.on, as_of"}, "when.signed_on", "此处应是 ')'"),
        ({"signed_on": "< later filed.on"}, "when.signed_on", "此处应是 '('"),
        ({"signed_on": "< earlier(filed.on, as_of)"}, "when.signed_on", "没有声明过的事实 earlier"),
        ({"signed_on": "< start of week of as_of"}, "when.signed_on", "没有声明过的事实 start"),
        ({"signed_on": "< end of month of as_of"}, "when.signed_on", "没有声明过的事实 end"),
        ({"signed_on": "< $floor"}, "when.signed_on", "参数 $floor 的类型是 money,这里要 date"),
        ({"signed_on": "< $nothing_such"}, "when.signed_on", "没有声明过的参数 $nothing_such"),
        ({"signed_on": "< 今天"}, "when.signed_on", "今天"),
        ({"signed_on": "within 6mo..3mo after filed.on"}, "when.signed_on", "6mo..3mo 先大后小"),
        ({"signed_on": "within 3mo..6mo after signed_on"}, "when.signed_on", "signed_on 与自己比较"),
        ({"signed_on": "within 3mo after filed.on"}, "when.signed_on", "signed_on 不能用"),
        ({"signed_on": "within 3..6mo after filed.on"}, "when.signed_on", "signed_on 不能用"),
        ({"signed_on": "within 3mo..6mo after count"}, "when.signed_on", "count 的类型是 int,不能这样比较"),
        ({"as_of": "happened"}, "when.as_of", "as_of 不能用 'happened' 测试"),
        ({"as_of": False}, "when.as_of", "as_of 不能用 布尔值 测试"),
        ({"months": ["2026-01"]}, "when.months", "months(month_list)不能用 列表 测试"),
        ({"months": "covers months from signed_on"}, "when.months", "months(month_list)不能用"),
        ({"months": "covers months from count until as_of"}, "when.months", "count 的类型是 int,不能这样比较"),
        ({"words": "甲"}, "when.words", "words 是文字,不能测试"),
        ({"__import__": "os"}, "when.__import__", "没有声明过的事实"),
        ({"signed_on": "< __import__('os').system('id')"}, "when.signed_on", "没有声明过的事实 __import__"),
    ],
    ids=str,
)
def test_refuses(data: Any, place: str, what: str) -> None:
    """
    What is no test of the fact's type is refused in one sentence, at the entry where it stands; no text is evaluated.
    """
    _, defects, _ = parse(data)

    assert len(defects) == 1, defects
    assert defects[0][0] == place
    assert what in defects[0][1]


def test_goes_on_after_a_defect() -> None:
    """
    One wrong entry does not hide the next.
    """
    _, defects, _ = parse({"flag": 1, "any": [{"colour": "rot"}, {"amount": "> 5"}], "ends_on": "< yesterday"})

    assert [place for place, _ in defects] == ["when.flag", "when.any.0.colour", "when.any.1.amount", "when.ends_on"]


@pytest.mark.parametrize(
    "operand",
    [
        "later(" * 5000,
        "start of month of " * 5000 + "as_of",
        "signed_on" + " + 1d" * 5000,
        "later(as_of, " * 300 + "as_of" + ")" * 300,
    ],
    ids=["brackets", "starts", "spans", "closed"],
)
def test_endless_operands(operand: str) -> None:
    """
    An operand that never ends is refused, and does not exhaust the interpreter.
    """
    _, defects, _ = parse({"ends_on": f"<= {operand}"})

    assert len(defects) == 1
