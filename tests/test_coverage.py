"""
What a pack makes of every article of its regulation.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from govit_rules.articles import article_names
from govit_rules.coverage import coverage_of
from govit_rules.errors import PackError
from govit_rules.library import load_pack

PACK = load_pack("luzhou")
CASES = Path(__file__).parent / "cases"


def with_totals(**totals: int | None) -> object:
    return replace(PACK, regulation=replace(PACK.regulation, **totals))


@pytest.mark.parametrize("city", [path.stem for path in CASES.glob("*") if any(path.glob("*.yaml"))])
def test_shipped_packs_are_complete(city: str) -> None:
    """
    Every article and every norm of a shipped pack is accounted for.
    """
    found = coverage_of(load_pack(city), CASES)

    assert found.complete
    assert found.cases


def test_rows_hold_every_rule_and_reason_once() -> None:
    """
    The rows are the articles in order; together they name each rule and each norm that is none.
    """
    found = coverage_of(PACK, None)

    assert [row.article for row in found.rows] == list(article_names(29))
    assert sorted(rule for row in found.rows for rule in row.rules) == sorted(PACK.rules)
    assert sum(len(row.reasons) for row in found.rows) == sum(map(len, PACK.reasons.values()))
    assert sum(found.kinds.values()) == len(PACK.rules)
    assert found.sentence == "29 of 29 articles, 101 of 101 norms accounted for"


@pytest.mark.parametrize(
    "totals",
    [{"articles": 30}, {"articles": 28}, {"norms": 102}, {"norms": 100}, {"articles": None}, {"norms": None}],
    ids=str,
)
def test_other_totals_are_not_complete(totals: dict[str, int | None]) -> None:
    """
    An article or norm too many, too few, or not counted at all: not complete.
    """
    assert not coverage_of(with_totals(**totals), None).complete  # type: ignore[arg-type]


def test_an_article_without_anything() -> None:
    """
    An article with neither rule nor reason is a row with nothing in it, and the sentence counts one less.
    """
    found = coverage_of(with_totals(articles=30), None)  # type: ignore[arg-type]

    assert not found.rows[-1].accounted_for
    assert found.sentence.startswith("29 of 30 articles")


def test_without_a_folder_no_cases_are_counted() -> None:
    """
    None is not zero: without cases nothing is said of them, and no rule is called untested.
    """
    found = coverage_of(PACK, None)

    assert found.cases is None
    assert {row.cases for row in found.rows} == {None}
    assert found.untested == ()


def test_a_case_counts_for_the_articles_of_its_rules(tmp_path: Path) -> None:
    """
    A case counts once for each article of which it expects something; rules that no case names are untested.
    """
    folder = tmp_path / "luzhou"
    folder.mkdir()
    (folder / "base.yaml").write_text("classified: false\n")
    (folder / "a.yaml").write_text(
        "cases:\n"
        "  - {id: one, expect: {LZ-4-a: met, LZ-4-b: met, LZ-14.4-d: met}}\n"
        "  - {id: two, needs: {LZ-14.4-d: []}}\n"
        "  - {id: three, applies: 'yes'}\n"
    )

    found = coverage_of(PACK, tmp_path)

    assert found.cases == 3
    assert {row.article: row.cases for row in found.rows if row.cases} == {"第四条": 1, "第十四条": 2}
    assert set(PACK.rules) - set(found.untested) == {"LZ-4-a", "LZ-4-b", "LZ-14.4-d"}


@pytest.mark.parametrize("text", ["- one\n", "cases: 3\n", "cases: [one]\n", "cases: [\n", "\x00"], ids=repr)
def test_files_that_are_no_cases(text: str, tmp_path: Path) -> None:
    """
    A file that holds no cases is refused by name.
    """
    folder = tmp_path / "luzhou"
    folder.mkdir()
    (folder / "a.yaml").write_text(text)

    with pytest.raises(PackError, match=r"a\.yaml"):
        coverage_of(PACK, tmp_path)
