"""
A pack leaves no norm of its text out, and says of each where it stands, when it is due and how strongly it binds.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from govit_rules import load_pack

if TYPE_CHECKING:
    from govit_rules.packs import Rule

INVENTORY = Path(__file__).parent / "inventory"
CITIES = sorted(path.stem for path in INVENTORY.glob("*.yaml"))


def inventory(city: str) -> dict[str, list[str]]:
    return yaml.safe_load((INVENTORY / f"{city}.yaml").read_text(encoding="utf-8"))


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
def test_every_other_norm_has_its_reason(city: str) -> None:
    """
    A norm that is no rule stands under its article, with the reason.
    """
    expected = {norm: entry[0] for norm, entry in inventory(city).items() if len(entry) == 1}
    found = {norm: article for article, norms in load_pack(city).reasons.items() for norm in norms}

    assert found == expected
    assert all(reason for norms in load_pack(city).reasons.values() for reason in norms.values())
