"""
One project under the regulations of several cities, side by side.

Each city judges by its own pack; nothing is weighed against anything, and a fact that only one city asks about stays
missing in that city. Imports: `conditions`, `evaluate`, `explain`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from govit_rules.conditions import (
    ALWAYS,
    Compare,
    Condition,
    NumberFact,
    NumberLiteral,
    NumberParameter,
    atoms,
)
from govit_rules.evaluate import evaluate
from govit_rules.explain import explain_condition

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from govit_rules.conditions import Number
    from govit_rules.decision import Decision
    from govit_rules.explain import Explanation
    from govit_rules.packs import Pack
    from govit_rules.path import PathStep
    from govit_rules.project import Project


@dataclass(frozen=True, slots=True)
class AmountTest:
    """
    An amount of the project held against a figure of the text: by which rules, and how it comes out.

    ``explanation`` has the figure, whether it is inclusive (含), the project's amount and the truth.
    """

    articles: tuple[str, ...]
    rules: tuple[str, ...]
    explanation: Explanation

    def as_dict(self, lang: str = "zh") -> dict[str, Any]:
        """
        The test as plain data.
        """
        told = self.explanation.as_dict(lang)
        shown = {name: told[name] for name in ("text", "truth", "operands", "threshold")}
        return {"articles": list(self.articles), "rules": list(self.rules), **shown}


@dataclass(frozen=True, slots=True)
class CityAnswer:
    """
    What one city's regulation says of the project.
    """

    decision: Decision

    @property
    def pack(self) -> Pack:
        """
        The city's pack.
        """
        return self.decision.pack

    def steps(self, status: str) -> tuple[PathStep, ...]:
        """
        The steps that are required, not_required or unknown.
        """
        return tuple(step for step in self.decision.path if step.status == status)

    def documents(self, status: str = "required") -> tuple[str, ...]:
        """
        The documents of the required (or unknown) steps, in the order of the path, each once.
        """
        return tuple(dict.fromkeys(name for step in self.steps(status) for name in step.documents))

    @property
    def amounts(self) -> tuple[AmountTest, ...]:
        """
        Every amount that the rules and steps hold against a figure, in the order of the pack.
        """
        decision = self.decision
        return tuple(
            AmountTest(
                tuple(dict.fromkeys(article for article, _ in places)),
                tuple(dict.fromkeys(name for _, name in places)),
                explain_condition(test, decision.known, self.pack, decision.as_of),
            )
            for test, places in _amount_tests(self.pack).items()
        )

    def as_dict(self, lang: str = "zh") -> dict[str, Any]:
        """
        The answer as plain data.
        """
        decision, regulation = self.decision, self.pack.regulation
        needs = [{name: need[name] for name in ("fact", "label", "who")} for need in decision.needs]
        return {
            "city": self.pack.city,
            "name": self.pack.name[lang],
            "title": regulation.title,
            "doc_number": regulation.doc_number,
            "digest": self.pack.digest,
            "applies": decision.applies,
            "applies_because": list(decision.applies_because),
            "exit_code": decision.exit_code,
            "summary": decision.summary,
            "violations": [_violation(finding, lang) for finding in decision.violations],
            "path": [_step(step, lang) for step in decision.path if step.status != "not_required"],
            "documents": list(self.documents()),
            "documents_open": [name for name in self.documents("unknown") if name not in self.documents()],
            "thresholds": [test.as_dict(lang) for test in self.amounts],
            "needs": needs,
            "ignored": list(decision.ignored),
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    One project under several regulations on one day. Made by `compare`.
    """

    project: Project
    as_of: date
    stage: str | None
    answers: tuple[CityAnswer, ...]

    def as_dict(self, lang: str = "zh") -> dict[str, Any]:
        """
        The comparison as plain data, in the form that docs/cli.md gives.
        """
        return {
            "project": {"name": self.project.name, "digest": self.project.digest},
            "as_of": self.as_of.isoformat(),
            "stage": self.stage,
            "cities": [answer.as_dict(lang) for answer in self.answers],
        }


def compare(project: Project, packs: Iterable[Pack], *, as_of: date, stage: str | None = None) -> Comparison:
    """
    Judge a project by each of several packs, as if it were a project of that city.

    Args:
        project: What is known of it; local facts that a city does not ask about are ignored there.
        packs: The cities' packs, in the order of the answers.
        as_of: The day of judging, the same for all.
        stage: Where the project stands; by default its own ``stage``.

    Raises:
        ProjectError: A local fact is wrong, or no pack knows it.
        ValueError: No such stage.
    """
    decisions = [evaluate(project, pack, as_of=as_of, stage=stage) for pack in packs]
    return Comparison(project, as_of, stage or project.stage, tuple(map(CityAnswer, decisions)))


def _violation(finding: Any, lang: str) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "article": finding.article,
        "severity": finding.severity,
        "title": finding.definition.title[lang],
        "message": finding.message_in(lang),
    }


def _step(step: PathStep, lang: str) -> dict[str, Any]:
    told = step.as_dict(lang)
    names = ("step", "name", "status", "done", "actor", "co_actors", "documents", "time_limit", "articles", "needs")
    return {name: told[name] for name in names}


def _amount_tests(pack: Pack) -> dict[Compare, list[tuple[str, str]]]:
    """
    The tests of amounts against figures, each with the articles and the rules or steps that it stands in.
    """
    found: dict[Compare, list[tuple[str, str]]] = {}
    for rule in pack.rules.values():
        for test in _amounts_in((rule.scope, rule.when, rule.require)):
            found.setdefault(test, []).append((rule.article, rule.id))
    for step in pack.path.values():
        for test in _amounts_in((step.scope, step.when, step.done_when)):
            found.setdefault(test, []).extend((article, step.id) for article in step.articles)
    return found


def _amounts_in(conditions: Iterable[Condition | None]) -> Iterator[Compare]:
    for condition in conditions:
        for test in atoms(condition or ALWAYS):
            if isinstance(test, Compare) and isinstance(test.left, NumberFact) and _is_figure(test.right):
                yield test


def _is_figure(number: Number) -> bool:
    """
    Whether a number is an amount that the text sets; nought only asks whether there is any money.
    """
    match number:
        case NumberParameter(_, "money"):
            return True
        case NumberLiteral(value, "money"):
            return value > 0
    return False
