"""
Packs as pages: one rule in words, a city's page, the atlas.

    python tests/test_handbook.py --write      writes docs/cities and docs/atlas.md anew
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest
import yaml

from govit_rules.errors import PackError
from govit_rules.handbook import atlas_page, city_page, rule_in_words
from govit_rules.library import load_pack, load_pack_file, shipped_packs

ROOT = Path(__file__).parent.parent
DAY = date(2026, 11, 21)
DEMO = load_pack_file(ROOT / "tests" / "packs" / "demo.yaml")
ATLAS = ROOT / "docs" / "atlas.yaml"


def pages() -> dict[Path, str]:
    """
    The generated pages of docs, as they should be.
    """
    packs = {city: load_pack(city) for city in shipped_packs()}
    found = {ROOT / "docs" / "cities" / f"{city}.md": city_page(pack, DAY) for city, pack in packs.items()}
    topics = yaml.safe_load(ATLAS.read_text(encoding="utf-8"))
    return {**found, ROOT / "docs" / "atlas.md": atlas_page(topics, packs, DAY)}


@pytest.mark.parametrize("city", [*shipped_packs(), "atlas"])
def test_the_pages_are_fresh(city: str) -> None:
    """
    docs/cities/<city>.md and docs/atlas.md are what the packs say now.
    """
    for path, page in pages().items():
        if path.stem == city:
            assert path.read_text(encoding="utf-8") == page


@pytest.mark.parametrize("city", shipped_packs())
def test_a_page_leaves_nothing_out(city: str) -> None:
    """
    A city's page names every rule with its article, every norm that is none, every step, figure and reading.
    """
    pack, page = load_pack(city), city_page(load_pack(city), DAY)

    for rule in pack.rules.values():
        assert f"**{rule.id}** {rule.title['zh']}" in page
        assert f"### {rule.article}\n" in page
        assert rule.reading is None or rule.reading.why in page
    for norms in pack.reasons.values():
        assert all(f"| {norm} | {reason.replace('|', chr(92) + '|')} |" in page for norm, reason in norms.items())
    assert all(f"| {step} | " in page for step in pack.path)
    assert page.count("flowchart TD") == 1
    assert all(f"`${name}`" in page for name in pack.parameters)


def test_no_project_is_at_hand() -> None:
    """
    A page says what the text asks, and calls no fact missing.
    """
    assert "没有填" not in city_page(DEMO, DAY)


def test_a_figure_not_published_is_said_to_be_so() -> None:
    """
    A figure that we do not have is shown as 没有公布, one that has changed with its days.
    """
    page = city_page(DEMO, DAY)

    assert "没有公布" in page
    assert " 起）" in page


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_rule_can_be_said(lang: str) -> None:
    """
    Each rule of each pack can be put into words, with its article and title.
    """
    for pack in (DEMO, *map(load_pack, shipped_packs())):
        for rule in pack.rules.values():
            said = rule_in_words(pack, rule, DAY, lang)
            assert rule.article in said
            assert rule.title[lang] in said


def topics_of(**cities: object) -> dict[str, object]:
    return {"topics": [{"zh": "题", "en": "Topic", "cities": cities}]}


def test_the_atlas_names_clause_and_value() -> None:
    """
    A row of the atlas is a rule with its title, a figure with its value, a step with its time limit, or 没有规定.
    """
    packs = {"luzhou": load_pack("luzhou"), "demo": DEMO}
    page = atlas_page(topics_of(luzhou=["LZ-14.4-d", "$project_floor", "LZ-P01"], demo=[]), packs, DAY)

    assert "| 第十四条第(四)项 | LZ-14.4-d |" in page
    assert "20万元 | 第四条 | `$project_floor` |" in page
    assert "LZ-P01 |" in page
    assert "| 样例市 | 所据文本没有规定 |" in page


@pytest.mark.parametrize(
    "topics",
    [topics_of(), topics_of(luzhou=["LZ-0-z"]), topics_of(luzhou=["$nothing"]), topics_of(luzhou=[], other=[]), {}, []],
    ids=str,
)
def test_a_wrong_atlas_is_refused(topics: object) -> None:
    """
    An atlas that leaves a city out, or names what no pack has, is refused.
    """
    with pytest.raises(PackError):
        atlas_page(topics, {"luzhou": load_pack("luzhou")}, DAY)


def test_the_atlas_has_every_figure() -> None:
    """
    Every figure of every pack stands under some topic of the atlas.
    """
    topics = yaml.safe_load(ATLAS.read_text(encoding="utf-8"))["topics"]
    named = {(city, item) for topic in topics for city, items in topic["cities"].items() for item in items}

    assert {(city, f"${name}") for city in shipped_packs() for name in load_pack(city).parameters} <= named


def write() -> None:
    """
    Write the generated pages anew.
    """
    for path, page in pages().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(page, encoding="utf-8")


if __name__ == "__main__" and "--write" in sys.argv:
    write()
