"""
Text laid out in columns of a terminal, where a Chinese character takes two.

Widths, wrapping, tables, and `Page`, the lines of a report. What users wrote goes through `one_line` first. Imports
nothing of the package.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["COLOUR_OF_EXIT", "Layout", "Page", "display_width", "one_line", "table", "wrap"]

_COLOURS: Final = {"bad": "31", "open": "33", "good": "32", "faint": "2", "strong": "1"}
# The colour of an opinion, by the exit code.
COLOUR_OF_EXIT: Final = {1: "bad", 3: "open", 0: "good"}


@dataclass(frozen=True, slots=True)
class Layout:
    """
    How text is laid out: ``lang`` zh or en, ``width`` in columns, ``colour``, explanations, ``all`` rules.
    """

    lang: str = "zh"
    width: int = 80
    colour: bool = False
    explain: bool = False
    all: bool = False


def display_width(text: str) -> int:
    """
    The columns that a text takes on a terminal: two for a wide character, none for a combining one.
    """
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if char < "\u0300":
        return 1
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me"):  # not all of these have a class
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WFA" and char not in "─·▶✓✗…“”�" else 1


# What may be parted: a Latin word with what hangs on it, or a wide character; marks stay with what they open or close.
_PIECES = re.compile(r"\s+|[!-~\u00a0-\u024f¥]+|.", re.DOTALL)
_CLOSING: Final = frozenset("，。；：、）”》」』！？,.;:)")
_OPENING: Final = frozenset("（“《「『(")


def wrap(text: str, width: int, indent: str = "", first: str | None = None) -> list[str]:
    """
    A text in lines no wider than ``width`` columns, all but the first begun with ``indent``.

    A piece that is wider than a line by itself is left whole.
    """
    lines, line, used = [], first if first is not None else indent, 0
    used = display_width(line)
    start = used
    for piece in _pieces(text):
        columns = display_width(piece)
        if used + columns > width and used > start:
            lines.append(line.rstrip())
            line, used = indent, display_width(indent)
            start = used
            if piece.isspace():
                continue
        line += piece
        used += columns
    lines.append(line.rstrip())
    return lines


def _pieces(text: str) -> Iterator[str]:
    held = ""
    for match in _PIECES.finditer(text):
        piece = match[0]
        if held and piece not in _CLOSING and held[-1] not in _OPENING:
            yield held
            held = ""
        held += piece
    if held:
        yield held


def one_line(text: str) -> str:
    """
    A text given by a user on one line, without characters that would steer a terminal.
    """
    shown = "".join(" " if char.isspace() else char for char in text)
    return "".join("�" if unicodedata.category(char) in ("Cc", "Cf", "Cs") else char for char in shown).strip()


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """
    Columns aligned for wide characters; the last one may be as long as it likes.
    """
    lines = [head, *rows]
    widths = [max(display_width(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell + " " * (width - display_width(cell)) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


class Page:
    """
    The lines of a text, in one language and layout.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout, self.lang = layout, layout.lang
        self.lines: list[str] = []

    def say(self, zh: str, en: str) -> str:
        """
        The one of two texts that is in the language of the page.
        """
        return zh if self.lang == "zh" else en

    def joined(self, parts: Iterable[str]) -> str:
        """
        Parts of a sentence in a row, without those that are empty.
        """
        return self.say("；", "; ").join(filter(None, parts))

    def listed(self, names: Iterable[str]) -> str:
        """
        Names in a row.
        """
        return self.say("、", ", ").join(names)

    def paint(self, text: str, colour: str) -> str:
        """
        A text in a colour (bad, open, good, faint, strong), if there is one and the layout has colours.
        """
        return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m" if self.layout.colour and colour and text else text

    def gap(self, left: str, right: str) -> str:
        """
        The space between two texts at the ends of a line; empty where less than two columns would be left.
        """
        columns = self.layout.width - display_width(left) - display_width(right)
        return " " * columns if columns >= 2 else ""

    def add(self, text: str, *, first: str | None = None, hang: int = 0, end: str = "", colour: str = "") -> None:
        """
        Add a text in lines.

        Args:
            text: What to add.
            first: What stands before it; as many spaces as the further lines have, unless given.
            hang: By how many columns its further lines are indented.
            end: A name at the right end of its last line, or on a line of its own where there is no room.
            colour: One that `paint` knows, for all of it.
        """
        indent = " " * hang
        lines = wrap(text, self.layout.width, indent, first)
        if end:
            gap = self.gap(lines[-1], end)
            lines[-1:] = [lines[-1] + gap + end] if gap else [lines[-1], indent + end]
        self.lines.extend(self.paint(line, colour) for line in lines)
