"""
Which cases are meant: an expression of parts of their names.

    expression  = conjunction {"or" conjunction}
    conjunction = negation {"and" negation}
    negation    = "not" negation | "(" expression ")" | part
    part        = a word, or anything in quotes

A part holds for a case if it stands somewhere in ``city/file:id`` or in the article, whatever its capitals. A bracket
that belongs to a word is part of it, as in 第十四条第(四)项. Imports: `errors`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from govit_rules.errors import CaseError, Defect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from govit_rules.testing.cases import Case

    Test = Callable[[str], bool]

_MAX_TOKENS: Final = 200
_OPERATORS: Final = ("and", "or", "not", "(", ")")
_END: Final = ("", "")


def selector(expression: str) -> Callable[[Case], bool]:
    """
    Whether a case is among those that an expression means.

    Raises:
        CaseError: It is no such expression.
    """
    tokens = list(_tokens(expression))
    if not tokens or len(tokens) > _MAX_TOKENS:
        raise _wrong(expression, "是空的" if not tokens else f"超过 {_MAX_TOKENS} 个词")
    test = _Parser(expression, tokens).whole()
    return lambda case: test(f"{case}\n{case.article}".lower())


def _wrong(expression: str, what: str) -> CaseError:
    mend = "写成 -k 'article-11 and not (year or 第十四条)'；有空格的部分加引号"
    return CaseError([Defect(f"-k {expression!r}", what, mend)])


def _tokens(expression: str) -> Iterator[tuple[str, str]]:
    """
    The tokens, each with its kind: an operator, or ``part``.
    """
    at = 0
    while at < len(expression):
        char = expression[at]
        if char.isspace():
            at += 1
        elif char in "()":
            yield char, char
            at += 1
        elif char in "'\"":
            end = expression.find(char, at + 1)
            if end < 0:
                raise _wrong(expression, "引号没有成对")
            yield "part", expression[at + 1 : end].lower()
            at = end + 1
        else:
            word = _word(expression, at)
            yield (word if word in _OPERATORS else "part"), word.lower()
            at += len(word)


def _word(expression: str, start: int) -> str:
    """
    The word that begins at a place: up to a space, or to a bracket that closes what was opened before it.
    """
    depth = 0
    for at in range(start, len(expression)):
        char = expression[at]
        depth += (char == "(") - (char == ")")
        if char.isspace() or depth < 0:
            return expression[start:at]
    return expression[start:]


class _Parser:
    """
    Reads the tokens of one expression into a test of a text.
    """

    def __init__(self, expression: str, tokens: list[tuple[str, str]]) -> None:
        self.expression, self.tokens, self.at = expression, [*tokens, _END], 0

    def whole(self) -> Test:
        test = self.either()
        if self.tokens[self.at] != _END:
            told = self.tokens[self.at][1]
            raise _wrong(self.expression, "多了一个 )" if told == ")" else f"{told!r} 之前缺 and 或 or")
        return test

    def either(self) -> Test:
        tests = [self.both()]
        while self.took("or"):
            tests.append(self.both())
        return tests[0] if len(tests) == 1 else lambda text: any(test(text) for test in tests)

    def both(self) -> Test:
        tests = [self.one()]
        while self.took("and"):
            tests.append(self.one())
        return tests[0] if len(tests) == 1 else lambda text: all(test(text) for test in tests)

    def one(self) -> Test:
        if self.took("not"):
            denied = self.one()
            return lambda text: not denied(text)
        if self.took("("):
            test = self.either()
            if not self.took(")"):
                raise _wrong(self.expression, "缺一个 )")
            return test
        kind, part = self.tokens[self.at]
        if kind != "part":
            raise _wrong(self.expression, f"{part!r} 之前缺一个词" if kind else "末尾缺一个词")
        self.at += 1
        return lambda text: part in text

    def took(self, kind: str) -> bool:
        found = self.tokens[self.at][0] == kind
        self.at += found
        return found


__all__ = ["selector"]
