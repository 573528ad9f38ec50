"""
What a rule pack is: one regulation, ready to be judged by, as frozen objects.

`pack_reader` makes packs out of YAML and checks them, `library` finds them. Nothing here judges a project.
Imports: `conditions`, `facts`, `project`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal

from govit_rules.conditions import ALWAYS, Condition, Day, Named, Not, OneOf, StillDue, children, facts_in
from govit_rules.facts import STAGES, Fact
from govit_rules.project import CORE_FACTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

KINDS: Final = {
    "obligation": "义务",
    "prohibition": "禁止",
    "document": "材料",
    "step": "环节",
    "deadline": "期限",
    "threshold": "门槛",
    "scope": "适用范围",
    "definition": "定义",
    "exclusion": "除外",
    "permission": "许可",
    "principle": "原则",
    "sanction": "后果",
    "role": "职责",
    "delegation": "授权",
}
SEVERITIES: Final = {"blocking": "拦截", "mandatory": "必须", "advisory": "提示"}


@dataclass(frozen=True, slots=True)
class Regulation:
    """
    The text that a pack encodes; ``articles`` and ``norms`` say how many it has, so that none is left out.

    ``articles`` is the number of the last, or, where the text does not number them, their names.
    """

    title: str
    doc_number: str | None = None
    issuer: str | None = None
    issued: date | None = None
    effective: date | None = None
    articles: int | tuple[str, ...] | None = None
    norms: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def article_count(self) -> int | None:
        """
        How many articles the text has; None where the pack does not say.
        """
        return len(self.articles) if isinstance(self.articles, tuple) else self.articles


@dataclass(frozen=True, slots=True)
class Parameter:
    """
    A figure of the text, with the values it has had; ``None`` stands for a figure that we do not have.
    """

    name: str
    type: str
    article: str
    zh: str
    en: str
    values: tuple[tuple[date, Any], ...]

    def at(self, day: date) -> Any:
        """
        The value in force on a day; None before the first and where the figure is not published.
        """
        held = None
        for start, value in self.values:
            if start <= day:
                held = value
        return held


@dataclass(frozen=True, slots=True)
class Reading:
    """
    The reading chosen where a text is open, the other, and what the rule would say under it (``when``, ``require``).
    """

    chosen: str
    other: str
    why: str
    when: Condition | None = None
    require: Condition | None = None

    @property
    def expressible(self) -> bool:
        """
        Whether the other reading can be judged, so that it is shown only where it changes the outcome.
        """
        return self.when is not None or self.require is not None


Due = Literal["stage", "end_of_stage"] | Day


@dataclass(frozen=True, slots=True)
class Rule:
    """
    One norm that a project can meet or break, or (without ``require``) a classification of the project.

    ``scope`` is None where the pack's own scope holds. ``counts`` is false for a duty that is an authority's own.
    """

    id: str
    kind: str
    article: str
    stage: str
    severity: str
    scope: Condition | None
    when: Condition
    require: Condition | None
    due: Due | None
    judged_by: str | None
    bearer: str
    counts: bool
    in_principle: bool
    reading: Reading | None
    suspect: str | None
    start: date | None
    until: date | None
    phrases: tuple[str, ...]
    title: Mapping[str, str]
    fix: Mapping[str, str]

    @property
    def classifies(self) -> bool:
        """
        Whether the rule only says what a project is.
        """
        return self.require is None

    def in_force(self, day: date) -> bool:
        """
        Whether the rule holds on a day: its first day counts, the day of repeal does not.
        """
        return (self.start is None or self.start <= day) and (self.until is None or day < self.until)

    @property
    def still_due(self) -> Condition:
        """
        The condition under which what is not done is not yet late.
        """
        if self.due is None or self.require is None:
            return Not(ALWAYS)
        if self.due == "stage" or self.due == "end_of_stage":
            if self.stage == "any":
                return Not(ALWAYS)
            at = STAGES.index(self.stage) + (self.due == "end_of_stage")
            return OneOf("stage", STAGES[:at])
        return StillDue(self.due)


@dataclass(frozen=True, slots=True)
class Step:
    """
    One step of the approval path: who acts, on which documents, in what time (None: the text sets none).
    """

    id: str
    name: Mapping[str, str]
    actor: str
    co_actors: tuple[str, ...]
    documents: tuple[str, ...]
    scope: Condition | None
    when: Condition
    done_when: Condition | None
    time_limit: str | None
    articles: tuple[str, ...]
    norms: tuple[str, ...]
    outcome: str | None
    if_fails: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Transition:
    """
    An event that takes a project from one state to another.
    """

    origin: str
    event: str
    target: str
    when: Condition
    norms: tuple[str, ...]
    note: str | None


@dataclass(frozen=True, slots=True)
class Setting:
    """
    What an event makes true of a project: a fact takes a ``value``, or what the event's ``day`` gives it.

    ``taken`` is ``value``; ``day``, ``year``; ``month``, which adds the month of the day to a list of months; or
    ``unknown``: after the event nobody knows the fact; or ``unrecorded``: as if nothing had been recorded of it. A list
    is added to what the fact lists already.
    """

    fact: str
    taken: Literal["value", "day", "year", "month", "unknown", "unrecorded"]
    value: Any = None


@dataclass(frozen=True, slots=True)
class LifecycleEvent:
    """
    Something that happens to a project: who does it, and what it makes true.

    ``also`` are other names under which it is recorded. ``documents`` is the list fact to which the documents recorded
    with it are added.
    """

    name: str
    also: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    sets: tuple[Setting, ...] = ()
    documents: str | None = None
    note: str | None = None


# The event that carries facts only; every lifecycle has it.
FACTS_ONLY: Final = LifecycleEvent("补充资料", also=("资料更新",))


@dataclass(frozen=True, slots=True)
class Clock:
    """
    A time limit of ``limit`` (a parameter) working days between two events, kept in a ``fact`` that counts them.
    """

    rule: str
    start: str
    end: str
    fact: str
    limit: str
    note: str | None


@dataclass(frozen=True, slots=True)
class Yearly:
    """
    What is asked anew on 1 January while a project is in some states: facts that begin again, and the year they are of.
    """

    states: tuple[str, ...]
    year: str | None
    resets: tuple[Setting, ...]


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """
    The states of a project and the events between them.

    ``states`` gives their Chinese labels, ``stages`` the project's stage in those that have one. ``unrecorded`` is what
    holds as long as no event says otherwise, beside events and flags, which are False. ``undated`` are rules whose duty
    comes with an event and for which the text sets no day: not done yet, it is owed, and not late.
    """

    initial: str
    states: Mapping[str, str]
    transitions: tuple[Transition, ...]
    stages: Mapping[str, str] = field(default_factory=dict)
    events: Mapping[str, LifecycleEvent] = field(default_factory=dict)
    unrecorded: tuple[Setting, ...] = ()
    clocks: tuple[Clock, ...] = ()
    yearly: tuple[Yearly, ...] = ()
    undated: tuple[str, ...] = ()

    def leaving(self, state: str) -> tuple[Transition, ...]:
        """
        The transitions out of a state, in the order of the pack.
        """
        return tuple(transition for transition in self.transitions if transition.origin == state)

    def named(self, name: str) -> tuple[LifecycleEvent, ...]:
        """
        The events that a recorded name can mean: the one of that name, else those that are also called so.
        """
        exact = self.events.get(name)
        return (exact,) if exact else tuple(event for event in self.events.values() if name in event.also)


@dataclass(frozen=True)
class Pack:
    """
    One regulation, ready to be judged by. Made by `load_pack` and `read_pack` only.

    ``reasons`` maps an article to its norms that are no rules, each with the reason. ``digest`` is that of the file.
    ``rules_left_out`` and ``steps_left_out`` are what `without_suspect` has taken away.
    """

    city: str
    name: Mapping[str, str]
    division_code: str
    regulation: Regulation
    parameters: Mapping[str, Parameter]
    facts: Mapping[str, Fact]
    definitions: Mapping[str, Condition]
    applies: Condition
    scope: Condition
    rules: Mapping[str, Rule]
    path: Mapping[str, Step]
    reasons: Mapping[str, Mapping[str, str]]
    documents: Mapping[str, Mapping[str, Any]]
    agencies: Mapping[str, Mapping[str, Any]]
    lifecycle: Lifecycle | None
    digest: str
    shipped: bool = False
    rules_left_out: tuple[str, ...] = ()
    steps_left_out: tuple[str, ...] = ()
    _judges: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    def fact(self, path: str) -> Fact | None:
        """
        A core or local fact by its path.
        """
        return self.facts.get(path) or CORE_FACTS.get(path)

    def scope_of(self, part: Rule | Step) -> Condition:
        """
        What a rule or step presupposes: its own scope, else the pack's.
        """
        return self.scope if part.scope is None else part.scope

    @cached_property
    def without_suspect(self) -> Pack:
        """
        The pack without the rules whose text itself is in doubt (``suspect``), and the steps that rest on such alone.
        """
        doubted = {rule.id for rule in self.rules.values() if rule.suspect}
        doubted -= {name for condition in self.conditions() for name in _rules_named(condition)}
        rules = {norm: rule for norm, rule in self.rules.items() if norm not in doubted}
        path = {key: step for key, step in self.path.items() if not _rests_on(step, doubted, rules)}
        return replace(
            self,
            rules=rules,
            path=path,
            rules_left_out=tuple(norm for norm in self.rules if norm in doubted),
            steps_left_out=tuple(key for key in self.path if key not in path),
            _judges={},
        )

    def conditions(self) -> Iterator[Condition]:
        """
        Every condition of the pack: of its scope, rules, readings and steps.
        """
        yield from (self.applies, self.scope)
        for rule in self.rules.values():
            other = () if rule.reading is None else (rule.reading.when, rule.reading.require)
            yield from filter(None, (rule.scope, rule.when, rule.require, rule.still_due, *other))
        for step in self.path.values():
            yield from filter(None, (step.scope, step.when, step.done_when))

    @cached_property
    def facts_read(self) -> frozenset[str]:
        """
        The paths of all facts that some rule or step reads.
        """
        found = {name for condition in self.conditions() for name in facts_in(condition)}
        return frozenset(name for name in found if not name.startswith("$"))

    @cached_property
    def scopes(self) -> tuple[Condition, ...]:
        """
        What is presupposed somewhere in the pack, each condition once; the first is whether the regulation applies.
        """
        parts: tuple[Rule | Step, ...] = (*self.rules.values(), *self.path.values())
        return tuple(dict.fromkeys((self.applies, *map(self.scope_of, parts))))

    @cached_property
    def scope_numbers(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """
        Which of `scopes` each rule, and each step, presupposes, in their order: to compare conditions takes long.
        """
        number = {condition: i for i, condition in enumerate(self.scopes)}
        of = [
            tuple(number[self.scope_of(part)] for part in parts) for parts in (self.rules.values(), self.path.values())
        ]
        return of[0], of[1]

    def __getstate__(self) -> dict[str, Any]:
        """
        All but what was worked out from the rest.
        """
        worked_out = {name for name, value in vars(type(self)).items() if isinstance(value, cached_property)}
        state = {name: value for name, value in self.__dict__.items() if name not in worked_out}
        return {**state, "_judges": {}}


def _rules_named(condition: Condition) -> Iterator[str]:
    if isinstance(condition, Named) and condition.name.startswith("rule."):
        yield condition.name[5:]
    for part in children(condition):
        yield from _rules_named(part)


def _rests_on(step: Step, doubted: set[str], kept: Mapping[str, Rule]) -> bool:
    norms = set(step.norms)
    return bool(norms & doubted) and not norms & kept.keys()
