"""
What a property can demand of a project, and where a pack's answers fall short of it.

`Answers` are what a pack says of one project, each worked out when it is asked for. DEMANDS has one row for each key of
``then``; a row that compares two projects looks only at what the facts that changed can change.
Imports: `conditions`, `decision`, `judge`, `packs`, `strategies`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from govit_rules.conditions import ALWAYS, Condition, Not, conjunction, facts_in
from govit_rules.decision import OUTCOMES
from govit_rules.judge import judge_for
from govit_rules.packs import Rule, Step
from govit_rules.testing.strategies import values_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from datetime import date

    from govit_rules.judge import Scope
    from govit_rules.packs import Pack

Part = Rule | Step
# What is demanded of a rule, a step, ``applies`` or ``exit``: its name, the words it may be, the word it is.
Told = tuple[str, frozenset[Any], Any]


class Answers:
    """
    What a pack says of a project on a day, as `evaluate` says it, each answer worked out when it is asked for.
    """

    def __init__(self, pack: Pack, facts: Mapping[str, Any], as_of: date) -> None:
        self.pack, self.judge = pack, judge_for(pack, as_of)
        values = values_of(facts, pack, as_of)
        self.known = {path: value for path, value in values.items() if path in self.judge.facts or path == "stage"}
        self.scopes: dict[Condition, Scope] = {}
        self.said: dict[str, str] = {}
        self.at = {rule.id: at for at, rule in enumerate(self.judge.rules)}
        self.at |= {step.id: at for at, step in enumerate(self.judge.steps)}

    def of(self, part: Part) -> str:
        """
        The outcome of a rule, or the status of a step.
        """
        if part.id not in self.said:
            scope, at = self.scope(self.pack.scope_of(part)), self.at[part.id]
            if isinstance(part, Rule):
                self.said[part.id] = self.judge.verdict(at, scope, self.known).outcome
            else:
                self.said[part.id] = self.judge.step(at, scope, self.known).status
        return self.said[part.id]

    def scope(self, condition: Condition) -> Scope:
        """
        Whether a scope of the pack holds.
        """
        if condition not in self.scopes:
            self.scopes[condition] = self.judge.scope(self.judge.scope_index[condition], self.known)
        return self.scopes[condition]

    @property
    def applies(self) -> str:
        """
        Whether the regulation applies: yes, no or unknown.
        """
        return self.scope(self.pack.applies).state

    @property
    def exit_code(self) -> int:
        """
        The exit code of a check. What was asked before is looked at first: one violation settles it.
        """
        rules = sorted(filter(binds, self.pack.rules.values()), key=lambda rule: rule.id not in self.said)
        if any(self.of(rule) == "violated" for rule in rules):
            return 1
        return 3 if self.applies == "unknown" or any(self.of(rule) == "unknown" for rule in rules) else 0


def binds(rule: Rule) -> bool:
    """
    Whether a violation of the rule counts against the project.
    """
    return rule.counts and rule.severity != "advisory" and not rule.classifies


def aims_of(part: Part, pack: Pack) -> tuple[Condition, Condition]:
    """
    Conditions under which a rule is broken, and is met; or a step must be taken, and need not.
    """
    scope = pack.scope_of(part)
    bears = conjunction(scope, part.when)
    if isinstance(part, Step) or part.require is None:
        return bears, conjunction(scope, Not(part.when))
    return conjunction(bears, Not(part.require), Not(part.still_due)), conjunction(bears, part.require)


def own_facts(part: Part) -> frozenset[str]:
    """
    The facts that a rule or step reads itself, its scope aside.
    """
    read: tuple[Condition, ...] = (part.when,)
    if isinstance(part, Rule):
        read = (part.when, part.require or ALWAYS, part.still_due)
    return frozenset(name for condition in read for name in facts_in(condition) if name[0] != "$")


def facts_behind(part: Part, pack: Pack) -> frozenset[str]:
    """
    The facts on which the outcome of a rule, or the status of a step, turns; a rule may turn on the stage as such.
    """
    staged = isinstance(part, Rule) and part.stage != "any" and not part.classifies
    scope = frozenset(name for name in facts_in(pack.scope_of(part)) if name[0] != "$")
    return own_facts(part) | scope | (frozenset(("stage",)) if staged else frozenset())


# ---------------------------------------------------------------------------------------------------------------------
# One row for each key of `then`


@dataclass(frozen=True, slots=True)
class Demand:
    """
    One thing that can be demanded.

    ``form`` is how it is written (a method of the reader of properties), ``parts`` the rules and steps it is about,
    given what is demanded, the pack and the facts that change; ``check`` tells where answers before and now fall short.
    ``aims`` are those of `aims_of` under which it fails most likely.
    """

    form: str
    parts: Callable[[Any, Pack, Collection[str]], tuple[Part, ...]]
    check: Callable[[Any, tuple[Part, ...], Answers, Answers], Iterator[Told]]
    between: bool = False
    aims: tuple[int, ...] = (0, 1)


def _named_rules(wanted: Mapping[str, Any], pack: Pack, _moved: Collection[str]) -> tuple[Part, ...]:
    return tuple(pack.rules[name] for name in wanted)


def _named_steps(wanted: Mapping[str, Any], pack: Pack, _moved: Collection[str]) -> tuple[Part, ...]:
    return tuple(pack.path[name] for name in wanted)


def _chosen(choice: Mapping[str, Any], pack: Pack, _moved: Collection[str]) -> tuple[Part, ...]:
    asked = [key for key in choice if key not in ("except", "outcome")]
    excepted = choice.get("except", ())
    rules = (rule for rule in pack.rules.values() if rule.id not in excepted)
    return tuple(rule for rule in rules if all(getattr(rule, key) in choice[key] for key in asked))


def _behind_the_exit(wanted: frozenset[int], pack: Pack, _moved: Collection[str]) -> tuple[Part, ...]:
    # Where a violation is demanded, what is given must make it: more facts could only help.
    return () if wanted == {1} else tuple(rule for rule in pack.rules.values() if binds(rule))


def _none(_wanted: Any, _pack: Pack, _moved: Collection[str]) -> tuple[Part, ...]:
    return ()


def _touched(kind: type) -> Callable[[Collection[str], Pack, Collection[str]], tuple[Part, ...]]:
    """
    The rules or steps that facts can change, but for those excepted; where only violations matter, those that count.
    """

    def parts(excepted: Collection[str], pack: Pack, moved: Collection[str]) -> tuple[Part, ...]:
        every: tuple[Part, ...] = (*filter(binds, pack.rules.values()), *pack.path.values())
        if kind is object:
            every = (*pack.rules.values(), *pack.path.values())
        moved = frozenset(moved)
        return tuple(
            part
            for part in every
            if isinstance(part, kind) and part.id not in excepted and moved & facts_behind(part, pack)
        )

    return parts


def _as_named(
    wanted: Mapping[str, frozenset[str]], parts: tuple[Part, ...], _: Answers, now: Answers
) -> Iterator[Told]:
    yield from ((part.id, wanted[part.id], now.of(part)) for part in parts if now.of(part) not in wanted[part.id])


def _applies(wanted: frozenset[str], _parts: tuple[Part, ...], _before: Answers, now: Answers) -> Iterator[Told]:
    if now.applies not in wanted:
        yield "applies", wanted, now.applies


def _exit(wanted: frozenset[int], _parts: tuple[Part, ...], _before: Answers, now: Answers) -> Iterator[Told]:
    if now.exit_code not in wanted:
        yield "exit", wanted, now.exit_code


def _no_rule(choice: Mapping[str, Any], parts: tuple[Part, ...], _before: Answers, now: Answers) -> Iterator[Told]:
    allowed = frozenset(OUTCOMES) - choice["outcome"]
    yield from ((part.id, allowed, now.of(part)) for part in parts if now.of(part) not in allowed)


def _only_grow(_: Any, parts: tuple[Part, ...], before: Answers, now: Answers) -> Iterator[Told]:
    for part in parts:
        if before.of(part) in ("required", "violated") and now.of(part) != before.of(part):
            yield part.id, frozenset((before.of(part),)), now.of(part)


def _only_shrink(_: Any, parts: tuple[Part, ...], before: Answers, now: Answers) -> Iterator[Told]:
    for part in parts:
        if now.of(part) in ("required", "violated") and now.of(part) != before.of(part):
            yield part.id, frozenset((before.of(part),)), now.of(part)


def _the_same(_: Any, parts: tuple[Part, ...], before: Answers, now: Answers) -> Iterator[Told]:
    if before.applies != now.applies:
        yield "applies", frozenset((before.applies,)), now.applies
    yield from (
        (part.id, frozenset((before.of(part),)), now.of(part)) for part in parts if before.of(part) != now.of(part)
    )


DEMANDS: Final[Mapping[str, Demand]] = {
    "rules": Demand("rules", _named_rules, _as_named),
    "path": Demand("steps", _named_steps, _as_named),
    "applies": Demand("applies", _none, _applies),
    "no_rule": Demand("choice", _chosen, _no_rule),
    "exit": Demand("exits", _behind_the_exit, _exit),
    "steps_only_grow": Demand("whole", _touched(Step), _only_grow, between=True, aims=(0,)),
    "steps_only_shrink": Demand("whole", _touched(Step), _only_shrink, between=True, aims=(1,)),
    "violations_only_grow": Demand("whole", _touched(Rule), _only_grow, between=True, aims=(0,)),
    "violations_only_shrink": Demand("whole", _touched(Rule), _only_shrink, between=True, aims=(1,)),
    "nothing_changes": Demand("whole", _touched(object), _the_same, between=True),
}
