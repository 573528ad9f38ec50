"""
A decision: what a pack says of one project on one day.

It is immutable. The outcomes are settled when it is made; messages, explanations, readings and the path are worked out
when they are first asked for. Imports: `conditions`, `explain`, `judge`, `packs`, `path`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NoReturn

from govit_rules.conditions import (
    OPEN,
    TRUE,
    AllOf,
    AnyOf,
    Condition,
    EarlyCalendars,
    Named,
    Not,
    last_day,
    last_day_in_time,
    level,
)
from govit_rules.explain import Explanation, explain_rule, label_of, message_of
from govit_rules.path import PathStep, path_of, present_step

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from govit_rules.conditions import Day
    from govit_rules.judge import Judge, Scope, Verdict
    from govit_rules.packs import Pack, Rule
    from govit_rules.project import Project

OUTCOMES: Final = ("met", "violated", "unknown", "pending", "review", "not_applicable")
OUTCOME_ZH: Final = {
    "met": "符合",
    "violated": "违反",
    "unknown": "不能判断",
    "pending": "未到期",
    "review": "人工判断",
    "not_applicable": "不适用",
}
# What it comes to, in Chinese and English, by the exit code.
CONCLUSIONS: Final = {
    1: ("不符合", "not compliant"),
    3: ("不能判断", "cannot be judged"),
    0: ("未发现不符合", "no violation found"),
}
_BINDING: Final = frozenset(("blocking", "mandatory"))


class Finding:
    """
    One rule's outcome for one project.
    """

    __slots__ = ("_decision", "_index", "verdict")

    def __init__(self, decision: Decision, index: int, verdict: Verdict) -> None:
        self._decision, self._index, self.verdict = decision, index, verdict

    def __repr__(self) -> str:
        return f"<Finding {self.verdict!r}>"

    @property
    def rule(self) -> str:
        """
        The rule's id.
        """
        return self.verdict.rule

    @property
    def outcome(self) -> str:
        """
        met, violated, unknown, pending, review or not_applicable.
        """
        return self.verdict.outcome

    @property
    def severity(self) -> str:
        """
        blocking, mandatory or advisory.
        """
        return self.verdict.severity

    @property
    def stage(self) -> str:
        """
        The stage that the rule belongs to, or ``any``.
        """
        return self.verdict.stage

    @property
    def article(self) -> str:
        """
        The clause, as the text numbers it.
        """
        return self.verdict.article

    @property
    def bearer(self) -> str:
        """
        Whose duty it is.
        """
        return self.verdict.bearer

    @property
    def counts(self) -> bool:
        """
        Whether it counts for or against the project; False for a duty that is an authority's own.
        """
        return self.verdict.counts

    @property
    def needs(self) -> tuple[str, ...]:
        """
        The facts that decide it and are not given.
        """
        return self.verdict.needs

    @property
    def definition(self) -> Rule:
        """
        The rule itself.
        """
        return self.verdict.source

    @property
    def title(self) -> str:
        """
        What the rule says, in Chinese.
        """
        return self.verdict.source.title["zh"]

    @property
    def fix(self) -> str:
        """
        What would mend a violation, in Chinese.
        """
        return self.verdict.source.fix["zh"]

    @property
    def message(self) -> str:
        """
        The outcome with the project's values against the thresholds, in Chinese.
        """
        return self.message_in("zh")

    def message_in(self, lang: str) -> str:
        """
        `message` in ``zh`` or ``en``.
        """
        decision, rule = self._decision, self.verdict.source
        scope = decision.pack.scope_of(rule)
        return message_of(
            rule, scope, self.outcome, self.needs, self.due_on, decision.known, decision.pack, decision.as_of, lang
        )

    @property
    def explanation(self) -> Explanation:
        """
        Why: the conditions of the rule with their operands and truths.
        """
        decision = self._decision
        scope = decision.pack.scope_of(self.verdict.source)
        return explain_rule(self.verdict.source, scope, decision.known, decision.pack, decision.as_of, self.outcome)

    @property
    def due_on(self) -> date | None:
        """
        The last day in time of what is pending; None if there is none, or it is not settled.
        """
        if self.outcome != "pending":
            return None
        decision, rule = self._decision, self.verdict.source
        try:
            if isinstance(rule.due, str) and level(rule.still_due, decision.values, decision.as_of) == TRUE:
                return None  # open as long as the stage lasts, whatever the day
            days = [] if rule.due is None or isinstance(rule.due, str) else [self._last(rule.due)]
            # What is open is open where the events that are not given have not happened.
            ahead = {path: False for path, fact in decision.judge.facts.items() if fact.type == "event_date"}
            values = EarlyCalendars({**ahead, **decision.values})
            if rule.require is not None and level(rule.require, values, decision.as_of) == OPEN:
                days.append(last_day_in_time(rule.require, values, decision.as_of))
        except KeyError:
            return None
        return max((day for day in days if day is not None and day >= decision.as_of), default=None)

    def _last(self, day: Day) -> date | None:
        return last_day(day, self._decision.values, self._decision.as_of)

    @property
    def reading(self) -> dict[str, str | None] | None:
        """
        Where the text is open: the reading chosen, the other, and the outcome under the other if it differs.
        """
        reading = self.verdict.source.reading
        if reading is None:
            return None
        other: str | None = None
        if reading.expressible:
            decision = self._decision
            scopes = decision._once("scopes", lambda: {decision.pack.applies: decision.scope})
            other = decision.judge.other_outcome(self._index, decision.known, scopes)
            if other == self.outcome:
                return None
        return {"chosen": reading.chosen, "other": reading.other, "other_outcome": other}

    def as_dict(self, lang: str = "zh") -> dict[str, Any]:
        """
        The finding in the form of the JSON decision.
        """
        rule, due_on = self.verdict.source, self.due_on
        return {
            "rule": self.rule,
            "outcome": self.outcome,
            "severity": self.severity,
            "stage": self.stage,
            "article": self.article,
            "title": rule.title[lang],
            "message": self.message_in(lang),
            "fix": rule.fix[lang],
            "bearer": self.bearer,
            "counts": self.counts,
            "needs": list(self.needs),
            "due_on": due_on and due_on.isoformat(),
            "reading": self.reading,
            "explanation": self.explanation.as_dict(lang),
            "kind": rule.kind,
            "judged_by": rule.judged_by,
            "in_principle": rule.in_principle,
            "suspect": rule.suspect,
        }


class Decision:
    """
    What a pack says of one project on one day. Made by `evaluate`.

    ``applies`` is yes, no or unknown; ``decision["LZ-14.4-d"]`` is a rule's finding; iteration gives all findings in
    the order of the pack. ``verdicts`` are the findings without what depends on the project's values: the fast way to
    ids, outcomes, severities, articles and needs of all rules.
    """

    __slots__ = ("_local", "_memo", "as_of", "engine", "ignored", "judge", "project", "scope", "stage", "verdicts")

    as_of: date
    engine: str
    ignored: tuple[str, ...]
    judge: Judge
    project: Project
    scope: Scope
    stage: str | None
    verdicts: tuple[Verdict, ...]
    _local: Mapping[str, Any]
    _memo: dict[str, Any]

    def __init__(
        self,
        judge: Judge,
        project: Project,
        local: Mapping[str, Any],
        stage: str | None,
        ignored: tuple[str, ...],
        engine: str,
    ) -> None:
        fix = object.__setattr__
        scope, verdicts = judge.verdicts(project, local, stage)
        fix(self, "judge", judge)
        fix(self, "project", project)
        fix(self, "_local", local)
        fix(self, "stage", stage)
        fix(self, "ignored", ignored)
        fix(self, "engine", engine)
        fix(self, "scope", scope)
        fix(self, "verdicts", verdicts)
        fix(self, "as_of", judge.as_of)
        fix(self, "_memo", {})

    def __setattr__(self, name: str, _value: object) -> NoReturn:
        raise AttributeError(f"a decision is immutable: {name} cannot be set")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a decision is immutable: {name} cannot be deleted")

    def __repr__(self) -> str:
        return f"<Decision {self.city} {self.as_of} applies={self.applies} {self.summary}>"

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __getitem__(self, rule: str) -> Finding:
        by_rule: dict[str, Finding] = self._once("by_rule", lambda: {f.rule: f for f in self.findings})
        return by_rule[rule]

    def _once(self, name: str, make: Any) -> Any:
        memo = self._memo
        if name not in memo:
            memo[name] = make()
        return memo[name]

    # -- who, what, when

    @property
    def pack(self) -> Pack:
        """
        The pack that decided.
        """
        return self.judge.pack

    @property
    def city(self) -> str:
        """
        The pack's city.
        """
        return self.pack.city

    @property
    def known(self) -> dict[str, Any]:
        """
        The facts as the pack read them: given ones, claims not made and events ahead as False.
        """
        return self._once("known", lambda: self.judge.known(self.project, self._local, self.stage))  # type: ignore[no-any-return]

    @property
    def values(self) -> dict[str, Any]:
        """
        `known`, with the figures in force.
        """
        return self._once("values", lambda: {**self.judge.parameters, **self.known})  # type: ignore[no-any-return]

    # -- the answer

    @property
    def applies(self) -> str:
        """
        Whether the regulation applies: yes, no or unknown.
        """
        return self.scope.state

    @property
    def applies_because(self) -> tuple[str, ...]:
        """
        The rules that carry it (yes), bar it (no) or are themselves unknown (unknown).
        """
        return self._once("because", lambda: _because(self))  # type: ignore[no-any-return]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """
        One finding for each rule, in the order of the pack.
        """
        make = lambda: tuple(Finding(self, i, verdict) for i, verdict in enumerate(self.verdicts))  # noqa: E731
        return self._once("findings", make)  # type: ignore[no-any-return]

    @property
    def violations(self) -> tuple[Finding, ...]:
        """
        The binding rules that the project breaks: blocking first, then mandatory.

        Advisory rules and duties that are an authority's own are not among them.
        """
        broken = [f for f in self.findings if f.outcome == "violated" and f.counts and f.severity in _BINDING]
        return tuple(sorted(broken, key=lambda finding: finding.severity != "blocking"))

    @property
    def summary(self) -> dict[str, int]:
        """
        How many rules have each outcome.
        """
        counts = dict.fromkeys(OUTCOMES, 0)
        for verdict in self.verdicts:
            counts[verdict.outcome] += 1
        return counts

    @property
    def path(self) -> tuple[PathStep, ...]:
        """
        Every step of the pack, in the order of the text.
        """
        return self._once("path", lambda: path_of(*self.judge.steps_of(self.project, self._local, self.stage)))  # type: ignore[no-any-return]

    @property
    def present_step(self) -> PathStep | None:
        """
        The first required step that is not done.
        """
        return present_step(self.path)

    @property
    def needs(self) -> tuple[dict[str, Any], ...]:
        """
        What is missing for the unknown rules and steps: fact, label, who can answer, and what it would decide.
        """
        return self._once("needs", lambda: _needs(self))  # type: ignore[no-any-return]

    @property
    def assumed(self) -> tuple[dict[str, Any], ...]:
        """
        Claims that were not made, and events dated after the day of judging: both were read as False.
        """
        return self._once("assumed", lambda: _assumed(self))  # type: ignore[no-any-return]

    @property
    def exit_code(self) -> int:
        """
        1: a binding rule that counts is violated. 3: applicability, or such a rule, cannot be judged. 0: neither.
        """
        binding = [v for v in self.verdicts if v.counts and v.severity in _BINDING and not v.source.classifies]
        if any(verdict.outcome == "violated" for verdict in binding):
            return 1
        return 3 if self.applies == "unknown" or any(v.outcome == "unknown" for v in binding) else 0

    # -- as data

    def model_dump(self, *, lang: str = "zh") -> dict[str, Any]:
        """
        The decision as plain data, in the form that docs/cli.md fixes.
        """
        from govit_rules import __version__

        regulation = self.pack.regulation
        return {
            "city": self.city,
            "as_of": self.as_of.isoformat(),
            "stage": self.stage,
            "applies": self.applies,
            "applies_because": list(self.applies_because),
            "pack": {"title": regulation.title, "doc_number": regulation.doc_number, "digest": self.pack.digest},
            "engine": {"name": self.engine, "version": __version__},
            "project": {"name": self.project.name, "digest": self.project.digest},
            "summary": self.summary,
            "findings": [finding.as_dict(lang) for finding in self.findings],
            "path": [step.as_dict(lang) for step in self.path],
            "needs": [dict(need) for need in self.needs],
            "assumed": [dict(item) for item in self.assumed],
            "ignored": list(self.ignored),
            "left_out": {"rules": list(self.pack.rules_left_out), "steps": list(self.pack.steps_left_out)},
        }

    def model_dump_json(self, *, indent: int | None = None, lang: str = "zh") -> str:
        """
        `model_dump` as JSON text, with Chinese characters as they are.
        """
        return json.dumps(self.model_dump(lang=lang), ensure_ascii=False, indent=indent)


def _needs(decision: Decision) -> tuple[dict[str, Any], ...]:
    found: dict[str, dict[str, Any]] = {}

    def entry(name: str) -> dict[str, Any]:
        return found.setdefault(
            name,
            {
                "fact": name,
                "label": label_of(decision.pack, name),
                "who": decision.judge.who(name),
                "rules": [],
                "steps": [],
            },
        )

    for verdict in decision.verdicts:
        if verdict.outcome == "unknown":
            for name in verdict.needs:
                entry(name)["rules"].append(verdict.rule)
    for step in decision.path:
        for name in step.needs:
            entry(name)["steps"].append(step.step)
    return tuple(sorted(found.values(), key=lambda item: -len(item["rules"]) - len(item["steps"])))


def _assumed(decision: Decision) -> tuple[dict[str, Any], ...]:
    assumed = []
    for path, fact in decision.judge.facts.items():
        given = decision._local.get(path[6:]) if path.startswith("local.") else decision.project.get(path)
        not_claimed = fact.claim and given is None
        ahead = fact.type == "event_date" and given not in (None, False) and given > decision.as_of  # type: ignore[operator]
        if not_claimed or ahead:
            assumed.append({"fact": path, "value": False, "label": fact.zh})
    return tuple(assumed)


# ---------------------------------------------------------------------------------------------------------------------
# Why it applies

_TRUTHS: Final = {"met": True, "not_applicable": False}


def _because(decision: Decision) -> tuple[str, ...]:
    outcomes = {verdict.rule: verdict.outcome for verdict in decision.verdicts}
    truths = {rule: _TRUTHS.get(outcome) for rule, outcome in outcomes.items()}
    condition, state = decision.pack.applies, decision.applies
    wanted = {"yes": True, "no": False, "unknown": None}[state]
    found = tuple(dict.fromkeys(_turning(condition, wanted, truths)))
    # Settled only by several rules together, each unknown by itself: they are named, all of them.
    return found or tuple(dict.fromkeys(_turning(condition, None, truths)))


def _truth(condition: Condition, truths: Mapping[str, bool | None]) -> bool | None:
    match condition:
        case Named(name, item):
            return truths[name[5:]] if name.startswith("rule.") else _truth(item, truths)
        case Not(item):
            inner = _truth(item, truths)
            return None if inner is None else not inner
        case AllOf(items) | AnyOf(items):
            deciding = isinstance(condition, AnyOf)
            inner_truths = [_truth(item, truths) for item in items]
            if deciding in inner_truths:
                return deciding
            return None if None in inner_truths else not deciding
    return None


def _turning(condition: Condition, wanted: bool | None, truths: Mapping[str, bool | None]) -> Iterator[str]:
    """
    The rules by which a condition has the wanted truth. An exclusion that does not bar is not named for *yes*.
    """
    match condition:
        case Named(name, _) if name.startswith("rule."):
            if truths[name[5:]] is wanted:
                yield name[5:]
        case Named(_, item):
            yield from _turning(item, wanted, truths)
        case Not(item):
            if wanted is not True:
                yield from _turning(item, None if wanted is None else True, truths)
        case AllOf(items) | AnyOf(items):
            for item in items:
                if _truth(item, truths) is wanted:
                    yield from _turning(item, wanted, truths)
