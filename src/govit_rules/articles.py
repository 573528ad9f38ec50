"""
How a Chinese regulation numbers its articles. Imports nothing of ours.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_DIGITS: Final = "零一二三四五六七八九"


def chinese_number(number: int) -> str:
    """
    1 to 199 as a Chinese numeral.

    >>> chinese_number(14), chinese_number(20), chinese_number(103)
    ('十四', '二十', '一百零三')
    """
    if number >= 100:
        rest = number - 100
        return "一百" + (("零" if rest < 10 else "一" if rest < 20 else "") + chinese_number(rest) if rest else "")
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else _DIGITS[tens] + "十"
    return head + (_DIGITS[ones] if ones or not tens else "")


_ARTICLE_NUMBERS: Final[Callable[[str], int | None]] = {chinese_number(n): n for n in range(1, 200)}.get


def article_number(article: str) -> int | None:
    """
    The number of the article that a citation begins with (``第十四条第(四)项`` → 14).
    """
    match = re.match(r"第([零一二三四五六七八九十百]+)条", article)
    return _ARTICLE_NUMBERS(match[1]) if match else None


def article_names(articles: int | Iterable[str] | None) -> tuple[str, ...]:
    """
    The articles of a text by name: 第一条 to the last where they are numbered, else as they are listed.
    """
    if isinstance(articles, int):
        return tuple(f"第{chinese_number(number)}条" for number in range(1, articles + 1))
    return tuple(articles or ())


def article_of(citation: str, names: Iterable[str]) -> str | None:
    """
    Which of some articles a citation is about: the longest name that it begins with.

    >>> article_of("解读二(五)", ["解读二", "解读二(五)"]), article_of("第三条第(一)项", ["第三条"])
    ('解读二(五)', '第三条')
    """
    return max((name for name in names if citation.startswith(name)), key=len, default=None)
