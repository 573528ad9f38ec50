"""
Why a condition came out as it did: a typed tree, and the same as sentences. (To be completed.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Explanation:
    text: str

    def as_dict(self, lang: str = "zh") -> dict[str, Any]:
        return {"text": self.text}


def explain_rule(rule: Any, scope: Any, known: Any, pack: Any, as_of: Any, outcome: str) -> Explanation:
    return Explanation("")


def message_of(explanation: Any, rule: Any, outcome: str, needs: Any, pack: Any, lang: str) -> str:
    return str(rule.title[lang])
