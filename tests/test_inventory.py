"""
A pack leaves no norm of its text out, and says of each where it stands, when it is due and how strongly it binds.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from govit_rules import load_pack

if TYPE_CHECKING:
    from govit_rules.packs import Rule

INVENTORY = Path(__file__).parent / "inventory"
CITIES = sorted(path.stem for path in INVENTORY.glob("*.yaml"))


SECTIONS = ("bearers", "in_principle", "path")


def whole_inventory(city: str) -> dict[str, Any]:
    return yaml.safe_load((INVENTORY / f"{city}.yaml").read_text(encoding="utf-8"))


def inventory(city: str) -> dict[str, list[str]]:
    """
    The norms of a city, each with what is fixed of it.
    """
    return {norm: entry for norm, entry in whole_inventory(city).items() if norm not in SECTIONS}


def entry_of(rule: Rule) -> list[str]:
    """
    What a pack says of a rule, in the form of the inventory.
    """
    return [rule.article, rule.stage, rule.severity, *(() if rule.counts else ("own",))]


@pytest.mark.parametrize("city", CITIES)
def test_every_rule_stands_where_the_text_has_it(city: str) -> None:
    """
    The rules of a pack are the norms of its text, with their article, stage and severity, and whose own duty they are.
    """
    expected = {norm: entry for norm, entry in inventory(city).items() if len(entry) >= 3}
    found = {rule.id: entry_of(rule) for rule in load_pack(city).rules.values()}

    assert found == expected


@pytest.mark.parametrize("city", CITIES)
def test_every_duty_is_whose_the_text_says(city: str) -> None:
    """
    A rule names the bearer that the text names, and says 原则上 where the text does.
    """
    listed, rules = whole_inventory(city), load_pack(city).rules

    assert {norm: rules[norm].bearer for norm in listed["bearers"]} == listed["bearers"]
    assert [norm for norm, rule in rules.items() if rule.in_principle] == listed["in_principle"]


@pytest.mark.parametrize("city", CITIES)
def test_the_path_is_the_order_of_the_text(city: str) -> None:
    """
    The steps come in the order of the text, each with whoever takes it, and cite the articles of their norms.
    """
    listed, norms = whole_inventory(city)["path"], inventory(city)
    path = load_pack(city).path

    assert [(key, step.actor) for key, step in path.items()] == list(listed.items())
    for step in path.values():
        articles = [norms[norm][0] for norm in step.norms]
        assert [name for name in step.articles if not any(article.startswith(name) for article in articles)] == []
        assert [article for article in articles if not article.startswith(step.articles)] == []


@pytest.mark.parametrize("city", CITIES)
def test_every_other_norm_has_its_reason(city: str) -> None:
    """
    A norm that is no rule stands under its article, with the reason.
    """
    expected = {norm: entry[0] for norm, entry in inventory(city).items() if len(entry) == 1}
    found = {norm: article for article, norms in load_pack(city).reasons.items() for norm in norms}

    assert found == expected
    assert all(reason for norms in load_pack(city).reasons.values() for reason in norms.values())
