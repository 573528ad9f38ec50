"""
The three laws that hold for every pack, and a machine that looks for a project that breaks one.

    unsettled    what was settled and, when more became known, said otherwise
    broken_laws  what is unknown and cannot go either way; what is decided otherwise the second time
    pack_machine a project that comes to be known fact by fact, while days and stages pass

Hypothesis is needed, and imported, only by the machine.
Imports: `conditions`, `diagram`, `evaluate`, `facts`, `judge`, `strategies`.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from govit_rules.conditions import conjunction
from govit_rules.diagram import INAPPLICABLE, MET, PENDING, VIOLATED, Question, completion
from govit_rules.evaluate import evaluate
from govit_rules.facts import STAGES
from govit_rules.judge import judge_for
from govit_rules.testing.strategies import as_json, boundaries, facts_of, judging_days, project_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from govit_rules.decision import Decision, Finding
    from govit_rules.packs import Pack
    from govit_rules.testing.strategies import Facts


def settled(decision: Decision) -> dict[str, str]:
    """
    What a decision says for good: outcomes of rules and status of steps that need no fact, and applicability.
    """
    said = {finding.rule: finding.outcome for finding in decision if not finding.needs}
    said |= {step.step: step.status for step in decision.path if step.status != "unknown"}
    return said if decision.applies == "unknown" else {**said, "applies": decision.applies}


def unsettled(before: Decision, after: Decision) -> Iterator[str]:
    """
    What the first decision settled and the second, of the same project with more facts known, says otherwise.
    """
    now = {finding.rule: finding.outcome for finding in after} | {step.step: step.status for step in after.path}
    now["applies"] = after.applies
    rules = before.pack.rules
    for name, said in settled(before).items():
        says = now[name]
        kept = says == said
        if name in rules and not rules[name].classifies:
            kept = (says == "violated") == (said == "violated") and says not in ("unknown", "review")
        if not kept and said != "review":
            yield f"{name}: {said} became {says} when facts were revealed"


def one_sided(finding: Finding, decision: Decision) -> Iterator[str]:
    """
    For an outcome with needs: of the two projects that complete it, one violated and one not, those that are neither.

    Nothing is said where completing it takes more than facts: a figure, a holiday calendar, a judgement.
    """
    pack, as_of = decision.pack, decision.as_of
    judge = judge_for(pack, as_of)
    rule = finding.definition
    when = conjunction(pack.scope_of(rule), rule.when)
    question = Question(when, rule.require, rule.still_due)
    turned, turning = ("met", MET) if rule.classifies else ("violated", VIOLATED)
    for verdicts, expected in (((turning,), True), ((INAPPLICABLE, MET, PENDING), False)):
        reached = (
            completion(question, decision.values, judge.domain, as_of, verdict)
            for verdict in verdicts
            if expected or verdict != turning
        )
        found = next((made for made in reached if made is not None), None)
        if found is None:
            yield f"{finding.rule}: unknown, and no completion is {'' if expected else 'not '}{turned}"
        elif not any(name.startswith(("$", "judgement:", "holidays.")) for name in found):
            facts = {**facts_of(decision.project), **_as_facts(found, as_of)}
            stage = facts.pop("stage", None) if decision.stage is None else decision.stage
            said = evaluate(project_of(facts), pack, as_of=as_of, stage=stage)[finding.rule].outcome
            if (said == turned) is not expected:
                yield f"{finding.rule}: unknown, and completed by {found} it is {said}"


def _as_facts(found: Mapping[str, Any], as_of: date) -> Facts:
    facts: Facts = {}
    for name, value in found.items():
        path, _, code = name.partition("#")
        if code:
            facts.setdefault(path, []).extend([code] if value else [])
        elif hasattr(value, "__contains__") and not isinstance(value, str):
            years = range(as_of.year - 70, as_of.year + 1)  # of months: none, some, or every one
            every = [f"{year}-{month:02}" for year in years for month in range(1, 13)]
            facts[path] = [month for month in every if month in value]
        else:
            facts[path] = as_json(value)
    return facts


def broken_laws(decision: Decision, *, rules: Iterable[str] | None = None) -> Iterator[str]:
    """
    Where a decision breaks the second or third law: it can go either way, and the same arguments decide the same.

    The first is `unsettled`, of two decisions. ``rules`` limits the second law, which takes its time, to some.
    """
    named = None if rules is None else set(rules)
    for finding in decision:
        if finding.needs and (named is None or finding.rule in named):
            yield from one_sided(finding, decision)
    facts = dict(reversed(facts_of(decision.project).items()))
    again = evaluate(project_of(facts), decision.pack, as_of=decision.as_of, stage=decision.stage)
    if _answers(again) != _answers(decision):
        yield "the same facts in another order are decided otherwise"


def _answers(decision: Decision) -> list[Any]:
    found: list[Any] = [decision.applies, *((finding.rule, finding.outcome, finding.needs) for finding in decision)]
    return found + [(step.step, step.status, step.done, step.needs) for step in decision.path]


def pack_machine(pack: Pack, *, days: Sequence[date] | None = None, known: Mapping[str, Any] | None = None) -> Any:
    """
    A state machine for a pack: facts are revealed one by one, days and stages pass, and the laws hold at each step.

    Returns a class of Hypothesis's ``RuleBasedStateMachine``; ``pack_machine(pack).TestCase`` is a test for pytest or
    unittest. Its ``settings`` are those of a quick run, and can be set.

    Args:
        pack: The pack to test.
        days: The days on which a project can be begun; by default `judging_days`.
        known: Facts by path that are known from the beginning.
    """
    from hypothesis import HealthCheck, Phase, settings
    from hypothesis import strategies as st
    from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

    beginnings = tuple(days or judging_days(pack))
    paths = sorted(
        {path for path in pack.facts_read if path != "stage" and not getattr(pack.fact(path), "claim", False)}
    )

    class PackMachine(RuleBasedStateMachine):
        """
        One project that comes to be known.
        """

        def __init__(self) -> None:
            super().__init__()
            self.facts: Facts = dict(known or {})
            self.stage: str | None = None
            self.as_of = beginnings[0]
            self.steps = 0
            self.decision: Decision | None = None

        @initialize(as_of=st.sampled_from(beginnings))
        def begin(self, as_of: date) -> None:
            self.as_of = as_of
            self._decide()

        def _decide(self, *, more_is_known: bool = False) -> None:
            before = self.decision
            self.decision = evaluate(project_of(self.facts), pack, as_of=self.as_of, stage=self.stage)
            if before is not None and more_is_known:
                assert list(unsettled(before, self.decision)) == []  # noqa: S101

        @rule(data=st.data())
        def reveal(self, data: Any) -> None:
            hidden = [path for path in paths if path not in self.facts]
            if hidden:
                path = data.draw(st.sampled_from(hidden), label="fact")
                edges = boundaries(pack, self.as_of, (path,))[path]
                self.facts[path] = data.draw(st.sampled_from(edges), label="value")
                self._decide(more_is_known=True)

        @rule(ahead=st.sampled_from((1, 15, 31, 92, 366)))
        def pass_days(self, ahead: int) -> None:
            self.as_of += timedelta(ahead)
            self._decide()

        @rule()
        def pass_stage(self) -> None:
            at = -1 if self.stage is None else STAGES.index(self.stage)
            known = self.stage is not None
            self.stage = STAGES[min(at + 1, len(STAGES) - 1)]
            self._decide(more_is_known=not known)

        @invariant()
        def laws_hold(self) -> None:
            if self.decision is not None:
                self.steps += 1
                open_rules = [finding.rule for finding in self.decision if finding.needs]
                tried = [open_rules[(self.steps * 7 + i) % len(open_rules)] for i in range(3)] if open_rules else []
                assert list(broken_laws(self.decision, rules=tried)) == []  # noqa: S101

    PackMachine.TestCase.settings = settings(
        max_examples=10,
        stateful_step_count=15,
        phases=[Phase.generate],  # shrinking runs of a large pack takes minutes: they are short to begin with
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    return PackMachine
