"""
What an amendment does to projects: what comes out otherwise by the new pack, and by which of the changes.

A change is named as the cause of what it brings about by itself: the project is judged by the old pack with this one
change taken over. Where none does, those are named that move it at all; where none moves it alone, those without which
it would come out otherwise. Imports: `amendment`, `conditions`, `errors`, `evaluate`, `packs`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final

from govit_rules.amendment import moved_names, names_in
from govit_rules.conditions import AllOf, AnyOf, Condition, InOrder, Named, Not
from govit_rules.errors import Defect, ProjectError
from govit_rules.evaluate import evaluate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from govit_rules.amendment import Amendment, Key
    from govit_rules.decision import Decision, Finding
    from govit_rules.packs import Pack, Rule, Step
    from govit_rules.path import PathStep
    from govit_rules.project import Project

_DECIDED: Final = frozenset(("violated", "unknown"))
# Beyond so many changes that can matter to one finding, all of them are named.
_MOST_TRIED: Final = 24


@dataclass(frozen=True, slots=True)
class Turn:
    """
    One thing that comes out otherwise, as plain data before and after, and the changes by which (their keys).

    ``what`` is applies, exit_code, finding, step, order (of the required steps), present_step or documents; ``name``
    is the rule or step. None stands for a rule that the pack does not have, and for a step that is not to be taken.
    ``follows``: it turned for no other reason than that the regulation's applicability did.
    """

    what: str
    name: str
    before: Any
    after: Any
    causes: tuple[Key, ...]
    follows: bool = False

    def as_dict(self) -> dict[str, Any]:
        """
        The turn as plain data.
        """
        causes = [{"part": part, "name": name} for part, name in self.causes]
        told = {"what": self.what, "name": self.name, "before": self.before, "after": self.after}
        return {**told, "causes": causes, "follows": self.follows}


@dataclass(frozen=True, slots=True)
class Effect:
    """
    What the amendment does to one project; ``where`` says where the project was read.

    A pack that cannot judge it (a local fact of another type) has its defects in ``refused_before`` or
    ``refused_after``.
    """

    where: str
    name: str | None
    digest: str
    exit_codes: tuple[int | None, int | None]
    turns: tuple[Turn, ...]
    refused_before: tuple[Defect, ...] = ()
    refused_after: tuple[Defect, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.turns or self.refused_before or self.refused_after)

    def as_dict(self) -> dict[str, Any]:
        """
        The effect as plain data.
        """
        return {
            "where": self.where,
            "project": {"name": self.name, "digest": self.digest},
            "changed": bool(self),
            "exit_code": {"before": self.exit_codes[0], "after": self.exit_codes[1]},
            "turns": [turn.as_dict() for turn in self.turns],
            "refused": {
                "before": [str(defect) for defect in self.refused_before],
                "after": [str(defect) for defect in self.refused_after],
            },
        }


class Effects:
    """
    Judges projects by both packs of an amendment on its day, and traces what comes out otherwise to its causes.
    """

    def __init__(self, amendment: Amendment) -> None:
        self.amendment, self.as_of = amendment, amendment.as_of
        self._mixed: dict[frozenset[Key], Pack] = {}
        self._alone: dict[tuple[frozenset[Key], Key], Pack] = {}
        self._candidates: dict[Key, tuple[Key, ...]] = {}

    def on(self, project: Project, where: str = "") -> Effect:
        """
        What the amendment does to a project.

        Raises:
            ProjectError: Neither pack can judge the project.
        """
        old, new = self.amendment.old, self.amendment.new
        before, refused_before = self._judged(project, old, new)
        after, refused_after = self._judged(project, new, old)
        if before is None and after is None:
            raise ProjectError(refused_before)
        codes = (None if before is None else before.exit_code, None if after is None else after.exit_code)
        turns: tuple[Turn, ...] = ()
        if before is not None and after is not None and self.amendment:
            turns = tuple(_Tracing(self, project, before, after).turns())
        return Effect(where, project.name, project.digest, codes, turns, refused_before, refused_after)

    def _judged(self, project: Project, pack: Pack, other: Pack) -> tuple[Decision | None, tuple[Defect, ...]]:
        """
        The decision of a pack on what it can know of the project: what only the other declares is left out.
        """
        local = project.local or {}
        foreign = {name for name in local if (path := f"local.{name}") in other.facts and path not in pack.facts}
        if foreign:
            kept = {name: value for name, value in local.items() if name not in foreign}
            project = project.model_copy(update={"local": kept})
        try:
            return evaluate(project, pack, as_of=self.as_of), ()
        except ProjectError as error:
            return None, error.defects

    # -- what can be a cause

    def candidates(self, part: Key) -> tuple[Key, ...]:
        """
        The changes that can matter to a rule, a step or (``applicability``, ``applies``) applicability.
        """
        if part not in self._candidates:
            packs = (self.amendment.old, self.amendment.new)
            read = {name for pack in packs for condition in _read_for(pack, part) for name in names_in(condition)}
            keys = {part, *(_key(name) for name in read), *self._scopes(part)}
            self._candidates[part] = tuple(key for key in self.amendment.by_key if key in keys)
        return self._candidates[part]

    def own(self, part: Key) -> bool:
        """
        Whether anything that changed matters to a rule or step apart from the pack's scope.
        """
        packs = (self.amendment.old, self.amendment.new)
        read = {name for pack in packs for condition in _own_conditions(pack, part) for name in names_in(condition)}
        return part in self.amendment.by_key or any(_key(name) in self.amendment.by_key for name in read)

    def _scopes(self, part: Key) -> Iterator[Key]:
        for pack in (self.amendment.old, self.amendment.new):
            found = _part(pack, part)
            if found is None or found.scope is None:
                yield ("applicability", "scope" if pack.scope != pack.applies else "applies")

    def mixed(self, taken: frozenset[Key], part: Key) -> Pack:
        """
        The old pack with some changes taken over, cut down to one rule or step.
        """
        known = self._alone.get((taken, part))
        if known is None:
            if taken not in self._mixed:
                self._mixed[taken] = _Mixture(self.amendment, taken).pack()
            whole = self._mixed[taken]
            kind, name = part
            rules = {name: whole.rules[name]} if kind == "rule" and name in whole.rules else {}
            path = {name: whole.path[name]} if kind == "step" and name in whole.path else {}
            known = self._alone[taken, part] = replace(whole, rules=rules, path=path, _judges={})
        return known

    @cached_property
    def retyped(self) -> bool:
        """
        Whether a fact or figure changed its type, so that conditions of one pack make no sense in the other.
        """
        parts = ("fact", "figure")
        return any(each.field == "type" for c in self.amendment.changes if c.part in parts for each in c.differences)


def _key(name: str) -> Key:
    """
    The change that something a condition reads would be known by.
    """
    if name.startswith("rule."):
        return "rule", name[5:]
    if name.startswith("$"):
        return "figure", name
    return ("definition" if name.startswith("def.") else "fact"), name


def _part(pack: Pack, part: Key) -> Rule | Step | None:
    table: Mapping[str, Rule | Step] = {"rule": pack.rules, "step": pack.path}.get(part[0], {})  # type: ignore[assignment]
    return table.get(part[1])


def _own_conditions(pack: Pack, part: Key) -> Iterator[Condition]:
    kind, name = part
    if kind == "rule" and name in pack.rules:
        rule = pack.rules[name]
        yield from filter(None, (rule.scope, rule.when, rule.require, rule.still_due))
    if kind == "step" and name in pack.path:
        step = pack.path[name]
        yield from filter(None, (step.scope, step.when, step.done_when))


def _read_for(pack: Pack, part: Key) -> Iterator[Condition]:
    """
    All conditions that a part depends on.
    """
    if part[0] == "applicability":
        yield pack.applies
        return
    yield from _own_conditions(pack, part)
    found = _part(pack, part)
    if found is None or found.scope is None:
        yield pack.scope


# ---------------------------------------------------------------------------------------------------------------------
# The old pack with some of the changes


class _Mixture:
    """
    Makes the old pack with some of the changes: what is not taken over stays, and conditions read what stands there.
    """

    def __init__(self, amendment: Amendment, taken: frozenset[Key]) -> None:
        self.old, self.new, self.taken = amendment.old, amendment.new, taken
        self.changed = amendment.by_key.keys()
        self.named: dict[str, Condition] = {}
        self.open: set[str] = set()
        self.rules = self.pick("rule", "", self.old.rules, self.new.rules)
        self.definitions = self.pick("definition", "def.", self.old.definitions, self.new.definitions)

    def pick(self, part: str, prefix: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
        """
        Of a table of both packs the entries that hold, in the new order.
        """
        found = {}
        for name in dict.fromkeys((*after, *before)):
            key = (part, prefix + name)
            table = after if key in self.taken else before
            if name in table:
                found[name] = table[name]
            elif key not in self.changed:
                found[name] = after[name]
        return found

    def pack(self) -> Pack:
        old, new = self.old, self.new
        applies, scope = ((new if ("applicability", name) in self.taken else old) for name in ("applies", "scope"))
        applied = self.linked(applies.applies)
        steps = self.pick("step", "", old.path, new.path)
        return replace(
            old,
            # What a condition may still read stays, taken over or not.
            parameters={**new.parameters, **old.parameters, **self.pick("figure", "$", old.parameters, new.parameters)},
            facts={**new.facts, **old.facts, **self.pick("fact", "", old.facts, new.facts)},
            applies=applied,
            scope=applied if scope.scope == scope.applies else self.linked(scope.scope),
            rules={name: self.rule(rule) for name, rule in self.rules.items()},
            path={name: self.step(step) for name, step in steps.items()},
            _judges={},
        )

    def rule(self, rule: Rule) -> Rule:
        scope, require = (None if each is None else self.linked(each) for each in (rule.scope, rule.require))
        return replace(rule, scope=scope, when=self.linked(rule.when), require=require)

    def step(self, step: Step) -> Step:
        scope, done_when = (None if each is None else self.linked(each) for each in (step.scope, step.done_when))
        return replace(step, scope=scope, when=self.linked(step.when), done_when=done_when)

    def linked(self, condition: Condition) -> Condition:
        """
        A condition in which every name stands for what it is in the mixture.
        """
        match condition:
            case Named(name, item):
                return Named(name, self.found(name, item))
            case AllOf(items) | AnyOf(items) | InOrder(items):
                return type(condition)(tuple(map(self.linked, items)))
            case Not(item):
                return Not(self.linked(item))
        return condition

    def found(self, name: str, item: Condition) -> Condition:
        if name in self.open:  # the two packs, each sound, can go in a circle together
            return item
        if name not in self.named:
            self.open.add(name)
            kind, _, key = name.partition(".")
            here = self.definitions.get(key) if kind == "def" else getattr(self.rules.get(key), "when", None)
            self.named[name] = self.linked(item if here is None else here)
            self.open.discard(name)
        return self.named[name]


# ---------------------------------------------------------------------------------------------------------------------
# One project


class _Tracing:
    def __init__(self, effects: Effects, project: Project, before: Decision, after: Decision) -> None:
        self.effects, self.project = effects, project
        self.before, self.after = before, after
        self.scope_causes: tuple[Key, ...] | None = None

    def turns(self) -> Iterator[Turn]:
        applies, findings = tuple(self.applicability()), tuple(self.findings())
        steps = (*self.steps(), *self.order())
        deciding = _causes_of((*applies, *filter(_binds, findings)))
        walked = _causes_of(turn for turn in steps if _differs(turn, "status", "done"))
        asked = _causes_of(turn for turn in steps if turn.what == "step" and _differs(turn, "status", "documents"))
        judged = (self.before, self.after)
        yield from applies
        yield from _turn("exit_code", [each.exit_code for each in judged], deciding)
        yield from (*findings, *steps)
        yield from _turn("present_step", [(step := each.present_step) and step.step for each in judged], walked)
        documents = [*map(_documents, judged)]
        if set(documents[0]) != set(documents[1]):
            yield from _turn("documents", documents, asked)

    def applicability(self) -> Iterator[Turn]:
        part = ("applicability", "applies")
        states = _applicability(self.before), _applicability(self.after)
        if states[0] != states[1]:
            self.scope_causes = self.causes(part, *states, _applicability)
            yield Turn("applies", "", *states, self.scope_causes)

    def findings(self) -> Iterator[Turn]:
        befores, afters = ({finding.rule: finding for finding in each} for each in (self.before, self.after))
        for rule in dict.fromkeys((*afters, *befores)):
            before, after = befores.get(rule), afters.get(rule)
            states = _outcome(before), _outcome(after)
            if _alike(*states):
                continue
            key, was, now = ("rule", rule), *map(_course, states)
            causes = (key,) if was == now else self.causes(key, was, now, partial(_course_of, rule))
            yield Turn("finding", rule, *states, causes, self.follows(key))

    def steps(self) -> Iterator[Turn]:
        befores, afters = ({step.step: step for step in each.path} for each in (self.before, self.after))
        for step in dict.fromkeys((*afters, *befores)):
            states = _step(befores.get(step)), _step(afters.get(step))
            if states[0] == states[1]:
                continue
            key = ("step", step)
            yield Turn("step", step, *states, self.causes(key, *states, partial(_step_of, step)), self.follows(key))

    def order(self) -> Iterator[Turn]:
        before, after = (
            [step.step for step in each.path if step.status == "required"] for each in (self.before, self.after)
        )
        moved = moved_names(before, after)
        if moved:
            causes = [key for key in self.effects.amendment.by_key if key[0] == "step" and self._is_moved(key)]
            yield Turn("order", "", before, after, tuple(causes))

    def _is_moved(self, key: Key) -> bool:
        return any(each.field == "order" for each in self.effects.amendment.by_key[key].differences)

    def causes(self, part: Key, before: Any, after: Any, state: Callable[[Decision], Any]) -> tuple[Key, ...]:
        """
        The changes by which a part comes out otherwise.
        """
        effects = self.effects
        if self.scope_causes is not None and self.follows(part):
            return self.scope_causes
        candidates = effects.candidates(part)
        if len(candidates) < 2 or len(candidates) > _MOST_TRIED or effects.retyped:
            return candidates

        def judged(taken: Iterable[Key]) -> Any:
            pack = effects.mixed(frozenset(taken), part)
            return state(evaluate(self.project, pack, as_of=effects.as_of))

        by_itself = {key: judged((key,)) for key in candidates}
        whole = tuple(key for key, found in by_itself.items() if found == after)
        part_way = whole or tuple(key for key, found in by_itself.items() if found != before)
        needed = part_way or tuple(key for key in candidates if judged(c for c in candidates if c != key) != after)
        return needed or candidates

    def follows(self, part: Key) -> bool:
        """
        Whether a rule or step can turn only because the regulation's applicability did, and that did.
        """
        if self.scope_causes is None or part[0] == "applicability" or self.effects.own(part):
            return False
        return all(pack.scope == pack.applies for pack in (self.before.pack, self.after.pack))


def _turn(what: str, states: Sequence[Any], causes: tuple[Key, ...]) -> Iterator[Turn]:
    before, after = states
    if before != after:
        yield Turn(what, "", before, after, causes)


def _causes_of(turns: Iterable[Turn]) -> tuple[Key, ...]:
    return tuple(dict.fromkeys(key for turn in turns for key in turn.causes))


def _differs(turn: Turn, *fields: str) -> bool:
    """
    Whether a step turned in one of some fields, or steps turned their order.
    """
    if turn.what == "order" or turn.before is None or turn.after is None:
        return True
    return any(turn.before[field] != turn.after[field] for field in fields)


def _binds(turn: Turn) -> bool:
    """
    Whether a turn can be why the opinion changed.
    """
    states = [state for state in (turn.before, turn.after) if state is not None]
    return any(state["outcome"] in _DECIDED and state["counts"] and state["severity"] != "advisory" for state in states)


def _applicability(decision: Decision) -> dict[str, Any]:
    return {"applies": decision.applies, "needs": list(decision.scope.needs) if decision.applies == "unknown" else []}


def _outcome(finding: Finding | None) -> dict[str, Any] | None:
    if finding is None:
        return None
    due_on = finding.due_on
    return {
        "outcome": finding.outcome,
        "severity": finding.severity,
        "counts": finding.counts,
        "due_on": due_on and due_on.isoformat(),
        "needs": list(finding.needs),
    }


def _course(state: Mapping[str, Any] | None) -> tuple[Any, ...] | None:
    """
    Of an outcome what depends on the project.
    """
    return None if state is None else (state["outcome"], state["due_on"], state["needs"])


def _course_of(rule: str, decision: Decision) -> tuple[Any, ...] | None:
    return _course(_outcome(decision[rule] if rule in decision.pack.rules else None))


def _alike(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> bool:
    """
    Whether two outcomes are the same to a project. A rule that does not apply does as little as one that is not there.
    """
    told = [state["outcome"] if state else "not_applicable" for state in (before, after)]
    outcomes = [None if outcome == "not_applicable" else outcome for outcome in told]
    if outcomes[0] != outcomes[1] or before is None or after is None:
        return outcomes[0] == outcomes[1]
    same = before["due_on"] == after["due_on"] and before["needs"] == after["needs"]
    return same and not (outcomes[0] in _DECIDED and _regraded(before, after))


def _regraded(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return any(before[name] != after[name] for name in ("severity", "counts"))


def _step(step: PathStep | None) -> dict[str, Any] | None:
    """
    What a step asks of the project; None where it does not have to be taken.
    """
    if step is None or step.status == "not_required":
        return None
    told = step.as_dict()
    names = ("status", "done", "actor", "co_actors", "documents", "time_limit", "needs")
    return {name: told[name] for name in names}


def _step_of(name: str, decision: Decision) -> dict[str, Any] | None:
    return _step(next((step for step in decision.path if step.step == name), None))


def _documents(decision: Decision) -> list[str]:
    required = (step for step in decision.path if step.status == "required")
    return list(dict.fromkeys(name for step in required for name in step.documents))
