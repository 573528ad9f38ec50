"""
The approval path of a project: all steps that the text knows, in its order, and where the project stands.

Imports: `judge` (types), `packs` (types).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from govit_rules.judge import StepVerdict


@dataclass(frozen=True, slots=True)
class PathStep:
    """
    One step: whether this project must take it, whether it has, who acts, on what, in what time (None: 未规定).

    ``status`` is required, not_required or unknown; ``done`` is None where the facts do not show it.
    """

    step: str
    name: str
    name_en: str
    status: str
    done: bool | None
    actor: str
    co_actors: tuple[str, ...]
    documents: tuple[str, ...]
    time_limit: str | None
    articles: tuple[str, ...]
    needs: tuple[str, ...]
    outcome: str | None
    if_fails: str | None
    note: str | None

    def as_dict(self, lang: str = "zh") -> dict[str, Any]:
        """
        The step in the form of the JSON decision.
        """
        return {
            "step": self.step,
            "name": self.name if lang == "zh" else self.name_en,
            "status": self.status,
            "done": self.done,
            "actor": self.actor,
            "co_actors": list(self.co_actors),
            "documents": list(self.documents),
            "time_limit": self.time_limit,
            "articles": list(self.articles),
            "needs": list(self.needs),
            "outcome": self.outcome,
            "if_fails": self.if_fails,
            "note": self.note,
        }


def path_of(verdicts: Iterable[StepVerdict], done: Iterable[bool | None]) -> tuple[PathStep, ...]:
    """
    The path from the answers of a judge.
    """
    return tuple(_step(verdict, is_done) for verdict, is_done in zip(verdicts, done, strict=True))


def _step(verdict: StepVerdict, done: bool | None) -> PathStep:
    step = verdict.source
    return PathStep(
        step=step.id,
        name=step.name["zh"],
        name_en=step.name["en"],
        status=verdict.status,
        done=done,
        actor=step.actor,
        co_actors=step.co_actors,
        documents=step.documents,
        time_limit=step.time_limit,
        articles=step.articles,
        needs=verdict.needs,
        outcome=step.outcome,
        if_fails=step.if_fails,
        note=step.note,
    )


def present_step(path: Iterable[PathStep]) -> PathStep | None:
    """
    Where the project stands: the first required step that is not done.

    A step of which no fact tells counts as gone through where a later one is known to be done.
    """
    required = [step for step in path if step.status == "required"]
    last_done = max((i for i, step in enumerate(required) if step.done), default=-1)
    gone_through = (step.done or (step.done is None and i < last_done) for i, step in enumerate(required))
    return next((step for step, gone in zip(required, gone_through, strict=True) if not gone), None)
