"""
Chinese municipal regulations on government IT projects as executable policy.

    decision = evaluate(Project.model_validate_json(text), load_pack(city), as_of=date(2026, 11, 21))

A decision depends on three things only, a pack, the facts, and a day; and a fact that nobody gave is unknown, not
false.
"""

from __future__ import annotations

from govit_rules.decision import Decision, Finding
from govit_rules.errors import (
    CaseError,
    Defect,
    EngineFailure,
    EngineUnavailable,
    EventError,
    GovitRulesError,
    LogError,
    PackError,
    ProjectError,
    PropertyError,
    UnknownCity,
)
from govit_rules.evaluate import evaluate
from govit_rules.library import cities, load_pack, load_pack_file
from govit_rules.packs import Pack
from govit_rules.path import PathStep
from govit_rules.project import Project

__version__ = "0.1.0"

__all__ = [
    "CaseError",
    "Decision",
    "Defect",
    "EngineFailure",
    "EngineUnavailable",
    "EventError",
    "Finding",
    "GovitRulesError",
    "LogError",
    "Pack",
    "PackError",
    "PathStep",
    "Project",
    "ProjectError",
    "PropertyError",
    "UnknownCity",
    "cities",
    "evaluate",
    "load_pack",
    "load_pack_file",
]
