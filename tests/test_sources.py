"""
Reading YAML: what is read, where each value stands, and that a hostile text costs no more than reading it.
"""

from __future__ import annotations

import time
from datetime import date
from typing import Any

import pytest

from govit_rules.errors import PackError
from govit_rules.library import load_pack_file
from govit_rules.pack_reader import read_pack
from govit_rules.sources import MAX_BYTES, MAX_DEPTH, MAX_VALUES, read_yaml

# Defects that need a text too large, too deep or too strange for a file: (name, text, line, column, what is said).
GENERATED: list[tuple[str, bytes | str, int, int, str]] = [
    ("too-long", "# " + "a" * MAX_BYTES, 0, 0, "文件太大"),
    ("too-long-in-Chinese", "# " + "长" * MAX_BYTES, 0, 0, "文件太大"),
    ("too-deep", "[" * (MAX_DEPTH + 2) + "]" * (MAX_DEPTH + 2), 1, MAX_DEPTH + 2, "太多或太深"),
    ("too-deep-in-blocks", "\n".join(" " * n + "a:" for n in range(MAX_DEPTH + 2)), MAX_DEPTH + 2, 0, "太多或太深"),
    ("too-many", "[" + "1," * MAX_VALUES + "]", 1, 2 * MAX_VALUES, "太多或太深"),
    (
        "gbk",
        "city: 泸州市的项目管理办法".encode("gb18030"),
        0,
        0,
        "不是 UTF-8 编码(第 7 个字节起),看起来是 GBK/GB18030",
    ),
    ("utf-16", "city: demo".encode("utf-16-le"), 1, 1, "有不可见的控制字符 U+0000"),
    ("no-encoding", b"city: \xff\xff", 0, 0, "不是 UTF-8 编码(第 7 个字节起)"),
    ("null-character", "city: demo\nname: a\x00b\n", 2, 1, "有不可见的控制字符 U+0000"),
    ("escape-sequence", "city: \x1b[31mdemo\n", 1, 1, "有不可见的控制字符 U+001B"),
    ("escape-in-quotes", 'city: "\\e[31mdemo"\n', 1, 7, "有不可见的控制字符 U+001B"),
    ("escape-in-a-key", 'city: demo\n"\\x07": 1\n', 2, 1, "有不可见的控制字符 U+0007"),
    ("order-mark-inside", "city: demo\nname: a\ufeffb\n", 2, 1, "有不可见的控制字符 U+FEFF"),
    ("half-a-surrogate-pair", "city: \ud800\n", 1, 1, "有不可见的控制字符 U+D800"),
]


@pytest.mark.parametrize(
    ("text", "line", "column", "what"), [entry[1:] for entry in GENERATED], ids=[entry[0] for entry in GENERATED]
)
def test_refuses(text: bytes | str, line: int, column: int, what: str) -> None:
    """
    What is too long, too deep, too many-valued or not plain text is refused in one sentence, with its place.
    """
    with pytest.raises(PackError) as refusal:
        read_yaml(text, "x.yaml")

    (defect,) = refusal.value.defects
    assert what in defect.what
    assert defect.mend
    assert line in (defect.line, 0)
    assert column in (defect.column, 0)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "{a: " * 100_000,
        "- " * 100_000,
        "a: &a [x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n",
        "a: &a\n  <<: *a\n",
        "!!python/object/apply:os.system [id]\n",
        "a: !!binary aGk=\n",
        "? " * 50_000,
        "'" * 1_000_001,
        "a: |" + "\n  b" * 300_000,
        "\n" * 1_000_000 + "a: [",
    ],
    ids=["brackets", "braces", "dashes", "alias-bomb", "merge", "object", "binary", "keys", "quotes", "block", "blank"],
)
def test_hostile_texts_are_cheap(text: str) -> None:
    """
    A hostile text is refused, or read as text, in about the time that reading it takes; nothing is expanded or built.
    """
    start = time.perf_counter()
    with pytest.raises(PackError):
        read_pack(text, "x.yaml")

    assert time.perf_counter() - start < 5


def test_limits_are_generous() -> None:
    """
    What stays just within the limits of depth and number is read.
    """
    depth = MAX_DEPTH - 1
    many = MAX_VALUES - 2

    assert read_yaml("[" * depth + "]" * depth, "x.yaml").data
    assert len(read_yaml("[" + "1," * many + "]", "x.yaml").data) == many


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("甲", "甲"),
        ("20万元", "20万元"),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("-12", -12),
        ("+7", 7),
        ("2024-02-29", date(2024, 2, 29)),
        ('"2024-02-29"', "2024-02-29"),
        ("'true'", "true"),
        ('"12"', "12"),
        ("yes", "yes"),
        ("No", "No"),
        ("on", "on"),
        ("True", "True"),
        ("NULL", "NULL"),
        ("010", "010"),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
        ("1.50", "1.50"),
        ("1e3", "1e3"),
        ("12:30", "12:30"),
        ("1234567890123456789", "1234567890123456789"),
        ("2024-2-9", "2024-2-9"),
        ("2024-02-09T00:00:00", "2024-02-09T00:00:00"),
        ("<<", "<<"),
        ("=", "="),
        ("[1, [二, true]]", [1, ["二", True]]),
        ("{甲: {乙: 1}}", {"甲": {"乙": 1}}),
        ("{1: a, true: b, 2019-08-27: c}", {"1": "a", "true": "b", "2019-08-27": "c"}),
    ],
)
def test_reads(text: str, value: Any) -> None:
    """
    Only text, whole numbers, true, false, null and ISO dates are told apart: no yes for true, no octal, no floats.
    """
    read = read_yaml(f"a: {text}\n", "x.yaml").data["a"]

    assert read == value
    assert type(read) is type(value)


def test_a_byte_order_mark_is_no_text() -> None:
    """
    A mark at the start of a file, as some editors put it, is passed over, in bytes and in text.
    """
    for content in ("\ufeffcity: demo", "\ufeffcity: demo".encode()):
        source = read_yaml(content, "x.yaml")

        assert source.data == {"city": "demo"}
        assert source.places["city",] == (1, 1)


def test_every_value_has_its_place() -> None:
    """
    Line and column, from 1, of each value; of an entry of a mapping, those of its key. Columns count characters.
    """
    source = read_yaml("甲: {乙: 1,\n     丙: [二, 三]}\nd:\n- e\n", "x.yaml")

    assert source.places == {
        (): (1, 1),
        ("甲",): (1, 1),
        ("甲", "乙"): (1, 5),
        ("甲", "丙"): (2, 6),
        ("甲", "丙", 0): (2, 10),
        ("甲", "丙", 1): (2, 13),
        ("d",): (3, 1),
        ("d", 0): (4, 3),
    }


def test_windows_and_old_line_ends() -> None:
    """
    Line ends of any system count as one line each.
    """
    for end in ("\n", "\r\n", "\r"):
        assert read_yaml(end.join(["a: 1", "", "b: 2", ""]), "x.yaml").places["b",] == (3, 1)


def test_repeated_keys_are_all_named() -> None:
    """
    Every repeated key of a text is reported, at its second place, and so is an impossible date.
    """
    with pytest.raises(PackError) as refusal:
        read_yaml("a: 1\na: 2\nb: {c: 2026-02-30, d: 1, d: 2}\na: 3\n", "x.yaml")

    assert [(defect.line, defect.column, defect.what) for defect in refusal.value.defects] == [
        (2, 1, "重复的键 'a'"),
        (3, 5, "没有 2026-02-30 这一天"),
        (3, 26, "重复的键 'd'"),
        (4, 1, "重复的键 'a'"),
    ]


def test_a_huge_file_is_not_read_whole(tmp_path: Any) -> None:
    """
    A file of one's own that is far too large is refused after the first megabytes.
    """
    file = tmp_path / "huge.yaml"
    with file.open("wb") as stream:
        stream.truncate(50 * MAX_BYTES)

    with pytest.raises(PackError, match="文件太大"):
        load_pack_file(file)


def test_reading_order_of_defects() -> None:
    """
    The text of the error lists the defects in the order of the file, each with file, line, column, excerpt and mend.
    """
    with pytest.raises(PackError) as refusal:
        read_yaml("甲: 1\n乙: {丙: 2026-13-01}\n甲: 2\n", "rules/x.yaml")

    assert str(refusal.value) == (
        "rules/x.yaml:2:5: 没有 2026-13-01 这一天\n"
        "    乙: {丙: 2026-13-01}\n"
        "         ^\n"
        "    → 查月份和日期\n"
        "rules/x.yaml:3:1: 重复的键 '甲'\n"
        "    甲: 2\n"
        "    ^\n"
        "    → YAML 里后写的会悄悄盖过先写的:删去一个,或并到 all: 之下"
    )


def test_long_lines_are_cut() -> None:
    """
    An excerpt shows no more than fits on a screen.
    """
    with pytest.raises(PackError) as refusal:
        read_yaml("a: " + "长" * 500 + "\na: 1\na: '" + "长" * 500 + "'\n", "x.yaml")

    assert all(len(line) <= 170 for line in str(refusal.value).splitlines())
