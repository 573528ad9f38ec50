"""
Text in columns of a terminal: widths, wrapping, and where a page puts what it is given.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govit_rules.pages import Layout, Page, display_width, one_line, wrap


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("", 0),
        ("abc", 3),
        ("泸州", 4),
        ("1200万元（含）", 14),
        ("e\u0301", 1),
        ("⚠\ufe0f", 1),
        ("�", 1),
        ("ก็", 1),
        ("a\u20dd", 1),
        ("✗ 第四条", 8),
        ("─", 1),
        ("“是”", 4),
    ],
)
def test_wide_characters_take_two(text: str, columns: int) -> None:
    """
    A Chinese character takes two columns, a combining one none.
    """
    assert display_width(text) == columns


@given(st.text("第四条，。（）“”含1000万元 abc-d", max_size=120), st.integers(12, 100))
def test_no_line_is_wider(text: str, width: int) -> None:
    """
    No line is wider than asked for, save one that cannot be parted; nothing but blanks is lost.
    """
    lines = wrap(text, width, indent="  ", first="✗ ")

    assert "".join("".join(lines).split()) == "".join(f"✗ {text}".split())
    for line in lines:
        unbroken = re.fullmatch(r"\S+", line.strip().removeprefix("✗ "))
        assert display_width(line) <= width or unbroken


def test_hanging_indents() -> None:
    """
    Lines after the first are indented; a closing mark never begins a line.
    """
    lines = wrap("市级财政性资金 1200万元，达到 1000万元（含）", 20, indent="    ", first="✗ ")

    assert lines[0].startswith("✗ ")
    assert all(line.startswith("    ") for line in lines[1:])
    assert not any(line.strip().startswith(("，", "）")) for line in lines)


@pytest.mark.parametrize(
    ("given", "shown"),
    [(" 停车\n平台\t", "停车 平台"), ("a\x1b[2Jb", "a�[2Jb"), ("a\u202eb\ud800", "a�b�"), ("\n", "")],
)
def test_a_text_of_a_user_is_one_line(given: str, shown: str) -> None:
    """
    Whatever parts lines becomes a blank, what steers a terminal or is half a character a mark in its place.
    """
    assert one_line(given) == shown


def test_what_stands_before_a_text() -> None:
    """
    The first line begins with ``first``, or as far in as the others if it is not given.
    """
    page = Page(Layout(width=14))
    page.add("市级财政性资金", first="✗ ", hang=4)
    page.add("市级财政性资金", hang=4)
    page.add("市级财政性资金", first="", hang=4)

    assert page.lines == ["✗ 市级财政性资", "    金", "    市级财政性", "    资金", "市级财政性资金"]


@pytest.mark.parametrize(
    ("width", "lines"),
    [(14, ["✗ 条款     A-1"]), (11, ["✗ 条款  A-1"]), (10, ["✗ 条款", "  A-1"])],
)
def test_a_name_at_the_end_of_a_line(width: int, lines: list[str]) -> None:
    """
    A name stands at the right end of the last line, two columns from it at least, or else on the next.
    """
    page = Page(Layout(width=width))
    page.add("条款", first="✗ ", hang=2, end="A-1")

    assert page.lines == lines


def test_colours_only_where_they_are_wanted() -> None:
    """
    Each line of a text is painted by itself; nothing is painted without a colour, a text, or colours in the layout.
    """
    page = Page(Layout(width=6, colour=True))
    page.add("条款条款", colour="bad")

    assert page.lines == ["\x1b[31m条款条\x1b[0m", "\x1b[31m款\x1b[0m"]
    assert (page.paint("", "bad"), page.paint("条", "")) == ("", "条")
    assert Page(Layout()).paint("条", "bad") == "条"


def test_a_page_speaks_one_language() -> None:
    """
    Words, names in a row and parts of a sentence are those of the layout's language; empty parts are left out.
    """
    told = {
        lang: (page.say("条", "clause"), page.listed("ab"), page.joined(("a", "", "b")))
        for lang in ("zh", "en")
        for page in [Page(Layout(lang=lang))]
    }

    assert told == {"zh": ("条", "a、b", "a；b"), "en": ("clause", "a, b", "a; b")}
