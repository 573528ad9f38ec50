"""
Which cases an expression means.
"""

from __future__ import annotations

from datetime import date
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govit_rules.errors import CaseError
from govit_rules.testing.cases import Case
from govit_rules.testing.selection import selector


def case(name: str, article: str = "", file: str = "article-14") -> Case:
    """
    A case of the city ``demo``.
    """
    return Case(
        city="demo",
        file=Path(f"{file}.yaml"),
        line=1,
        id=name,
        why="",
        article=article,
        text="",
        facts={},
        figures={},
        as_of=date(2026, 1, 1),
        stage=None,
        demanded={"applies": "yes"},
    )


MEANT = [
    ("below", True),
    ("BELOW", True),
    ("demo/article-14:just", True),
    ("above", False),
    ("not above", True),
    ("not not below", True),
    ("below and year", False),
    ("below or year", True),
    ("year or above and below", False),
    ("below or above and year", True),  # `and` binds closer
    ("(below or above) and year", False),
    ("not year and below", True),  # `not` binds closest
    ("not (year or above)", True),
    ("第十四条", True),
    ("第十四条第(四)项", True),  # the brackets of a word are its own
    ("第十四条第(五)项", False),
    ("(第十四条第(四)项)", True),
    ("(第十四条第(四)项 or year) and (not above)", True),
    ("'第(四)项' and \"just-below\"", True),
    ("'and' or below", True),
    ("'just below'", False),
    ("(below) and (just)", True),
]


@pytest.mark.parametrize(("expression", "meant"), MEANT)
def test_expressions(expression: str, meant: bool) -> None:
    """
    Parts stand anywhere in city/file:id or in the article; `not` binds closer than `and`, and that closer than `or`.
    """
    assert selector(expression)(case("just-below", "第十四条第(四)项")) is meant


WRONG = [
    ("", "是空的"),
    ("  ", "是空的"),
    ("a b", "'b' 之前缺 and 或 or"),
    ("a and", "末尾缺一个词"),
    ("and a", "'and' 之前缺一个词"),
    ("a or or b", "'or' 之前缺一个词"),
    ("not", "末尾缺一个词"),
    ("()", "')' 之前缺一个词"),
    ("(a", "缺一个 )"),
    ("a )", "多了一个 )"),
    ("'a", "引号没有成对"),
    ("not " * 300 + "a", "超过 200 个词"),
]


@pytest.mark.parametrize(("expression", "what"), WRONG, ids=range(len(WRONG)))
def test_wrong_expressions(expression: str, what: str) -> None:
    """
    What is no expression is refused with what is missing, and how it is written.
    """
    with pytest.raises(CaseError) as refusal:
        selector(expression)

    (defect,) = refusal.value.defects
    assert what in defect.what
    assert "-k '" in defect.mend


def expressions() -> st.SearchStrategy[str]:
    """
    Expressions of the parts p, q, r, in Python's own notation with brackets around every operation.
    """
    parts = st.sampled_from("pqr")
    return st.recursive(
        parts,
        lambda inner: st.one_of(
            inner.map(lambda a: f"(not {a})"),
            st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda t: f"({' '.join(t)})"),
            st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(" ".join),
        ),
        max_leaves=8,
    )


@given(expressions())
def test_an_expression_means_what_it_means_in_python(expression: str) -> None:
    """
    `and`, `or`, `not` and brackets bind as in Python.
    """
    wanted = selector(expression)
    for held in product((False, True), repeat=3):
        names = dict(zip("pqr", held, strict=True))
        there = "".join(name for name, holds in names.items() if holds)
        expected = eval(expression, {}, names)  # noqa: S307 - of our own making

        assert wanted(case(there, file="f")) is expected
