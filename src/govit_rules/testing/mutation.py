"""
How much of what people get wrong in law the cases of a pack would see: mutation testing.

Faults are planted one at a time (`mutants`) and each is tried: does the pack still read (lint), does it still stand
where a list kept by hand has it (inventory), does it still say what the cases demand? A fault that nothing sees has
survived, unless the two packs are proved to say the same (`equivalence`). `mutate` does it; the report has a score for
each rule, step, definition and figure: killed of all that are not equivalent.

Only what a fault can change is judged again: the rules and steps that differ from the pack's own, and of each case what
it demands of those. Projects that are alike in the facts that a rule reads are judged once.

Imports: `decision`, `errors`, `evaluate`, `formats`, `judge`, `pack_reader`, `packs`, `project`, `sources`, and
`cases`, `equivalence`, `mutants` beside it.
"""

from __future__ import annotations

import json
import multiprocessing
import os
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from govit_rules.conditions import facts_in
from govit_rules.decision import Decision
from govit_rules.errors import CaseError, Defect, PackError, ProjectError
from govit_rules.evaluate import read_local
from govit_rules.formats import table
from govit_rules.judge import Judge
from govit_rules.pack_reader import pack_of, read_pack
from govit_rules.packs import Rule, Step
from govit_rules.project import Project
from govit_rules.sources import Source, read_yaml
from govit_rules.testing.cases import decide, failures, with_figures
from govit_rules.testing.equivalence import conditions_of, equivalent
from govit_rules.testing.mutants import KINDS, Mutant, mutants_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from govit_rules.conditions import Condition
    from govit_rules.packs import Pack
    from govit_rules.testing.cases import Case

_BINDING: Final = frozenset(("blocking", "mandatory"))
_APPLIES: Final = {True: "yes", False: "no", "yes": "yes", "no": "no", "unknown": "unknown"}
_OF_RULES: Final = ("expect", "needs", "due", "reading")
_OF_STEPS: Final = ("path", "done")
# What of a rule or step no case can see: its outcome does not turn on it.
_UNSEEN_OF_RULE: Final = {"article": "", "bearer": "", "in_principle": False}
_UNSEEN_OF_STEP: Final = {"actor": "", "articles": ()}
_INVENTORY_SECTIONS: Final = frozenset(("bearers", "in_principle", "path"))
_ALONE: Final = 40  # so few mutants are tried without starting other processes
_CHUNK: Final = 8


@dataclass(frozen=True, slots=True)
class Result:
    """
    What became of a mutant: ``killed``, ``equivalent`` or ``survived``.

    ``by`` says what killed it: ``lint``, ``inventory`` or ``case``; ``witness`` which defect, entry or case.
    """

    mutant: Mutant
    outcome: str
    by: str = ""
    witness: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """
    Mutants counted: all, and what became of them.
    """

    part: str
    mutants: int
    killed: int
    equivalent: int
    survived: int

    @property
    def score(self) -> float:
        """
        The share killed of those that are not equivalent, 0 to 1; 1 where there are none.
        """
        live = self.mutants - self.equivalent
        return self.killed / live if live else 1.0

    def as_dict(self) -> dict[str, Any]:
        """
        The same as plain data.
        """
        counts = {"mutants": self.mutants, "killed": self.killed, "equivalent": self.equivalent}
        return {"part": self.part, **counts, "survived": self.survived, "score": round(self.score, 4)}


@dataclass(frozen=True)
class MutationReport:
    """
    What became of every mutant of a pack, in the order of its lines.
    """

    name: str
    results: tuple[Result, ...]

    @cached_property
    def total(self) -> Tally:
        """
        All mutants.
        """
        return _tally("", self.results)

    @property
    def score(self) -> float:
        """
        The share killed of all mutants that are not equivalent, 0 to 1.
        """
        return self.total.score

    @cached_property
    def parts(self) -> tuple[Tally, ...]:
        """
        The mutants of each figure, definition, rule and step, in the order of the pack.
        """
        by_part: dict[str, list[Result]] = defaultdict(list)
        for result in self.results:
            by_part[result.mutant.part].append(result)
        return tuple(_tally(part, results) for part, results in by_part.items())

    @property
    def survivors(self) -> tuple[Mutant, ...]:
        """
        The mutants that nothing saw.
        """
        return tuple(result.mutant for result in self.results if result.outcome == "survived")

    def as_dict(self, lang: str = "zh") -> dict[str, Any]:
        """
        The report as plain data.
        """
        total = self.total.as_dict()
        del total["part"]
        killers = Counter(result.by for result in self.results if result.outcome == "killed")
        return {
            "pack": self.name,
            **total,
            "killed_by": {by: killers[by] for by in ("lint", "inventory", "case")},
            "parts": [part.as_dict() for part in self.parts],
            "mutants_tried": [
                {
                    "line": result.mutant.line,
                    "part": result.mutant.part,
                    "kind": result.mutant.kind,
                    "fault": result.mutant.describe(lang),
                    "outcome": result.outcome,
                    "by": result.by or None,
                    "witness": result.witness or None,
                }
                for result in self.results
            ],
        }


def _tally(part: str, results: Sequence[Result]) -> Tally:
    outcomes = Counter(result.outcome for result in results)
    return Tally(part, len(results), outcomes["killed"], outcomes["equivalent"], outcomes["survived"])


def mutate(
    pack_text: str,
    cases: Sequence[Case],
    *,
    name: str,
    jobs: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    inventory: Mapping[str, Any] | None = None,
    only: str | None = None,
) -> MutationReport:
    """
    Plant every fault in a pack, one at a time, and find out what sees it.

    Args:
        pack_text: The pack as YAML.
        cases: What its regulation demands, from `read_cases`; the pack itself must satisfy all of it.
        name: What the pack is called in defects and in the report.
        jobs: How many processes to use; by default as many as there are processors.
        progress: Is told how many mutants have been tried, and of how many.
        inventory: What the text fixes beside the outcomes. A norm has ``[article, stage, severity]``, with ``own``
            behind it where the duty is an authority's own, or only ``[article]`` where it is no rule; ``bearers`` is a
            mapping from rule to bearer, ``in_principle`` a list of rules, ``path`` a mapping, in order, from step to
            actor. The articles of a step are held to be those of its norms.
        only: Try only the faults of this rule, step, ``def.NAME`` or ``$figure``.

    Raises:
        PackError: The pack cannot be read.
        CaseError: The pack does not satisfy a case or the inventory, or there is nothing called ``only``.
    """
    _check_inventory(inventory or {}, name)
    bench = _Bench(pack_text, name, cases, inventory)
    bench.refuse()
    mutants = [mutant for mutant in mutants_of(bench.source, bench.pack) if only is None or mutant.part == only]
    if only is not None and not mutants:
        raise CaseError([Defect(name, f"没有叫 {only} 的规则、环节、定义或数额，或者里面没有可改的", "查编号")])
    jobs = max(1, jobs or os.cpu_count() or 1)
    found: list[Result] = []
    for result in _tried(bench, mutants, jobs, (pack_text, name, cases, inventory)):
        found.append(result)
        if progress is not None:
            progress(len(found), len(mutants))
    return MutationReport(name, tuple(found))


def _tried(bench: _Bench, mutants: Sequence[Mutant], jobs: int, setting: tuple[Any, ...]) -> Iterator[Result]:
    """
    The result of each mutant, in order.
    """
    if jobs == 1 or len(mutants) <= _ALONE:
        yield from map(bench.result, mutants)
        return
    with multiprocessing.get_context("spawn").Pool(jobs, _set_up, setting) as pool:
        yield from pool.imap(_result, mutants, _CHUNK)


_bench: _Bench | None = None


def _set_up(*setting: Any) -> None:
    global _bench  # one bench a process, read once
    _bench = _Bench(*setting)


def _result(mutant: Mutant) -> Result:
    if _bench is None:
        raise RuntimeError("no bench in this process")
    return _bench.result(mutant)


# ---------------------------------------------------------------------------------------------------------------------
# Cases, ready to be tried again and again


@dataclass(frozen=True, slots=True)
class _Trial:
    """
    A case with its project read: ``known`` are the facts as the pack reads them, ``moment`` its day and figures.
    """

    case: Case
    project: Project
    local: Mapping[str, Any]
    stage: str | None
    known: Mapping[str, Any]

    @property
    def moment(self) -> tuple[date, str]:
        return self.case.as_of, repr(self.case.figures) if self.case.figures else ""

    def names(self, keys: Iterable[str]) -> Iterator[str]:
        """
        The rules or steps of which the case demands something under some keys.
        """
        for key in keys:
            yield from self.case.demanded.get(key) or ()


class _Answers:
    """
    What a pack says of cases, of some of its rules and steps; equal questions are answered once.
    """

    def __init__(self, pack: Pack, rules: Iterable[str], steps: Iterable[str]) -> None:
        kept_rules = {key: pack.rules[key] for key in rules}
        kept_steps = {key: pack.path[key] for key in steps}
        self.pack = replace(pack, rules=kept_rules, path=kept_steps, _judges={})
        self.places = {key: i for i, key in enumerate(kept_rules)} | {key: i for i, key in enumerate(kept_steps)}
        self._judges: dict[Any, Judge] = {}
        self._memo: dict[Any, Any] = {}
        self._read: dict[str, tuple[str, ...]] = {}

    def judge(self, trial: _Trial) -> Judge:
        judge = self._judges.get(trial.moment)
        if judge is None:
            filled = with_figures(self.pack, trial.case.figures)
            judge = self._judges[trial.moment] = Judge(filled, trial.case.as_of)
        return judge

    def applies(self, trial: _Trial) -> str:
        """
        Whether the regulation applies: yes, no or unknown.
        """
        return self._scope(self.pack.applies, trial).state  # type: ignore[no-any-return]

    def outcome(self, rule: str, trial: _Trial) -> str:
        """
        The outcome of a rule.
        """
        return self._verdict(rule, trial).outcome  # type: ignore[no-any-return]

    def of_rule(self, key: str, rule: str, trial: _Trial) -> Any:
        """
        What a case can demand of a rule: its outcome (``expect``), ``needs``, ``due`` day or other ``reading``.
        """
        if key == "expect":
            return self._verdict(rule, trial).outcome
        if key == "needs":
            return sorted(self._verdict(rule, trial).needs)
        return self._due_on(rule, trial) if key == "due" else self._reading(rule, trial)

    def of_step(self, key: str, step: str, trial: _Trial) -> Any:
        """
        What a case can demand of a step: its status (``path``), or whether it is ``done``.
        """
        judge, place, source = self.judge(trial), self.places[step], self.pack.path[step]
        if key == "done":
            return self._once(("done", step), trial, lambda: judge.done(place, trial.known), source)
        scope = self._scope(self.pack.scope_of(source), trial)
        return self._once(("step", step), trial, lambda: judge.step(place, scope, trial.known).status, source)

    def _scope(self, condition: Condition, trial: _Trial) -> Any:
        judge = self.judge(trial)
        index = judge.scope_index[condition]
        return self._once(("scope", index), trial, lambda: judge.scope(index, trial.known), condition)

    def _verdict(self, rule: str, trial: _Trial) -> Any:
        judge, place, source = self.judge(trial), self.places[rule], self.pack.rules[rule]
        scope = self._scope(self.pack.scope_of(source), trial)
        return self._once(("rule", rule), trial, lambda: judge.verdict(place, scope, trial.known), source)

    def _reading(self, rule: str, trial: _Trial) -> str | None:
        judge, place = self.judge(trial), self.places[rule]
        other = judge.other_outcome(place, trial.known, {})
        return None if other == self.outcome(rule, trial) else other

    def _due_on(self, rule: str, trial: _Trial) -> str | None:
        if self.outcome(rule, trial) != "pending":
            return None
        alone = replace(self.pack, rules={rule: self.pack.rules[rule]}, path={}, _judges={})
        judge = Judge(with_figures(alone, trial.case.figures), trial.case.as_of)
        day = Decision(judge, trial.project, trial.local, trial.stage, (), "compiled")[rule].due_on
        return None if day is None else day.isoformat()

    def _once(self, what: tuple[str, Any], trial: _Trial, answer: Callable[[], Any], asked: Any) -> Any:
        """
        An answer, kept for all cases that are alike in the facts that it reads.
        """
        read = self._read.get(str(what))
        if read is None:
            read = self._read[str(what)] = self._facts_of(asked)
        known = trial.known
        key = (what, trial.moment, tuple(known.get(name) for name in read))
        if key not in self._memo:
            self._memo[key] = answer()
        return self._memo[key]

    def _facts_of(self, asked: Any) -> tuple[str, ...]:
        """
        The facts that a condition, rule or step reads; a rule's outcome turns on the stage too.
        """
        if not isinstance(asked, Rule | Step):
            return facts_in(asked)
        conditions = (self.pack.scope_of(asked), *conditions_of(asked))
        return tuple(dict.fromkeys(("stage", *(name for condition in conditions for name in facts_in(condition)))))


class _Bench:
    """
    A pack, its cases and its inventory, on which mutants are tried.
    """

    def __init__(self, text: str, name: str, cases: Sequence[Case], inventory: Mapping[str, Any] | None) -> None:
        self.source = read_yaml(text, name)
        self.pack = read_pack(text, name)
        self.inventory = inventory or {}
        self.answers = _Answers(self.pack, self.pack.rules, self.pack.path)
        self.trials = [self._trial(case) for case in cases]
        self.by_name: dict[str, list[_Trial]] = defaultdict(list)
        for trial in self.trials:
            for part in dict.fromkeys(trial.names((*_OF_RULES, *_OF_STEPS))):
                self.by_name[part].append(trial)
        self.of_all = [trial for trial in self.trials if not {"exit", "violations"}.isdisjoint(trial.case.demanded)]
        self.of_applies = [trial for trial in self.trials if "applies" in trial.case.demanded]
        self._outcomes: dict[int, dict[str, str]] = {}

    def _trial(self, case: Case) -> _Trial:
        try:
            project = Project.model_validate_json(json.dumps(case.facts, ensure_ascii=False))
            local, _ = read_local(project.local, self.pack) if project.local else ({}, ())
            stage = case.stage or project.stage
            trial = _Trial(case, project, local, stage, {})
            trial = replace(trial, known=self.answers.judge(trial).known(project, local, stage))
        except (ProjectError, KeyError, ValueError):
            decide(case, self.pack)  # which says what is wrong with the case
            raise
        wrong = (
            set(trial.names(_OF_RULES)) - self.pack.rules.keys(),
            set(trial.names(_OF_STEPS)) - self.pack.path.keys(),
        )
        if any(wrong):
            decide(case, self.pack)
        return trial

    def refuse(self) -> None:
        """
        Raise what the pack itself gets wrong: with it every mutant would count as killed.

        Raises:
            CaseError: With every case and every entry of the inventory that the pack does not satisfy.
        """
        defects = [
            Defect(f"{self.source.name} {what}", "规则包和清单不一致", "先改规则包或清单，再种错")
            for what in inventory_differences(self.pack, self.inventory)
        ]
        everything = _Changes(set(self.pack.rules), set(self.pack.path), applies=True)
        for trial in self.trials:
            if self._differs(trial, self.answers, everything):
                found = "；".join(map(str, failures(trial.case, self.pack)))
                defects.append(Defect(trial.case.place, f"规则包原样就不合这个用例: {found}", "先让用例全部通过"))
        if defects:
            raise CaseError(defects)

    def result(self, mutant: Mutant) -> Result:
        """
        What becomes of a mutant.
        """
        data = mutant.planted(self.source.data)
        try:
            pack = pack_of(Source(self.source.name, self.source.text, data, self.source.places), "")
        except PackError as error:
            return Result(mutant, "killed", "lint", error.defects[0].what)
        if (entry := next(inventory_differences(pack, self.inventory), None)) is not None:
            return Result(mutant, "killed", "inventory", entry)
        if (case := self._seen_by(pack)) is not None:
            return Result(mutant, "killed", "case", str(case))
        return Result(mutant, "equivalent" if equivalent(self.pack, pack) else "survived")

    def _seen_by(self, pack: Pack) -> Case | None:
        """
        The first case that a pack gets wrong.
        """
        changes = _changes(self.pack, pack)
        answers = _Answers(pack, changes.rules, changes.steps)
        likely: dict[int, _Trial] = {}
        for part in (*changes.rules, *changes.steps):
            likely.update((id(trial), trial) for trial in self.by_name.get(part, ()))
        for group in (
            self.of_applies if changes.applies else (),
            self.of_all if changes.rules or changes.applies else (),
        ):
            likely.update((id(trial), trial) for trial in group)
        return next((trial.case for trial in likely.values() if self._differs(trial, answers, changes)), None)

    def _differs(self, trial: _Trial, answers: _Answers, changes: _Changes) -> bool:
        """
        Whether a case demands otherwise of what has changed.
        """
        wanted = trial.case.demanded
        for key in _OF_RULES:
            for rule, expected in (wanted.get(key) or {}).items():
                if rule in changes.rules and _plain(key, expected) != answers.of_rule(key, rule, trial):
                    return True
        for key in _OF_STEPS:
            for step, expected in (wanted.get(key) or {}).items():
                if step in changes.steps and expected != answers.of_step(key, step, trial):
                    return True
        if "applies" in wanted and changes.applies and _APPLIES.get(wanted["applies"]) != answers.applies(trial):
            return True
        return ("exit" in wanted or "violations" in wanted) and self._whole_differs(trial, answers, changes)

    def _whole_differs(self, trial: _Trial, answers: _Answers, changes: _Changes) -> bool:
        changed = {rule: answers.outcome(rule, trial) for rule in changes.rules}
        outcomes = {**self._own_outcomes(trial), **changed}
        rules = {**self.pack.rules, **answers.pack.rules}
        binding = [rule for rule in rules.values() if rule.counts and rule.severity in _BINDING and not rule.classifies]
        broken = sorted(rule.id for rule in binding if outcomes[rule.id] == "violated")
        wanted = trial.case.demanded
        if wanted.get("violations") is not None and sorted(wanted["violations"]) != broken:
            return True
        if "exit" not in wanted:
            return False
        applies = (answers if changes.applies else self.answers).applies(trial)
        open_ = applies == "unknown" or any(outcomes[rule.id] == "unknown" for rule in binding)
        return bool(wanted["exit"] != (1 if broken else 3 if open_ else 0))

    def _own_outcomes(self, trial: _Trial) -> dict[str, str]:
        outcomes = self._outcomes.get(id(trial))
        if outcomes is None:
            outcomes = {rule: self.answers.outcome(rule, trial) for rule in self.pack.rules}
            self._outcomes[id(trial)] = outcomes
        return outcomes


def _plain(key: str, expected: Any) -> Any:
    if key == "needs":
        return sorted(expected)
    return str(expected) if key == "due" and expected else expected


# ---------------------------------------------------------------------------------------------------------------------
# What a fault changes


@dataclass(frozen=True, slots=True)
class _Changes:
    """
    The rules and steps that two packs can answer differently, those in which the fault itself lies first.
    """

    rules: Any
    steps: Any
    applies: bool


def _changes(old: Pack, new: Pack) -> _Changes:
    figures = {f"${name}" for name, p in old.parameters.items() if p.values != new.parameters[name].values}
    scope = _moved(old.scope, new.scope, figures)
    return _Changes(
        _changed(old.rules, new.rules, figures, _UNSEEN_OF_RULE, scope=scope),
        _changed(old.path, new.path, figures, _UNSEEN_OF_STEP, scope=scope),
        _moved(old.applies, new.applies, figures),
    )


def _changed(
    old: Mapping[str, Any], new: Mapping[str, Any], figures: set[str], unseen: Mapping[str, Any], *, scope: bool
) -> dict[str, None]:
    own: dict[str, None] = {}
    through_scope: dict[str, None] = {}
    for key, part in old.items():
        other = new[key]
        differs = part != other and replace(part, **unseen) != replace(other, **unseen)
        if differs or (figures and any(not figures.isdisjoint(facts_in(c)) for c in conditions_of(part))):
            own[key] = None
        elif scope and part.scope is None:
            through_scope[key] = None
    return {**own, **through_scope}


def _moved(old: Condition, new: Condition, figures: set[str]) -> bool:
    return old != new or (bool(figures) and not figures.isdisjoint(facts_in(old)))


def inventory_differences(pack: Pack, inventory: Mapping[str, Any]) -> Iterator[str]:
    """
    The entries of an inventory with which a pack does not agree, by rule or step.

    Args:
        pack: The pack.
        inventory: As `mutate` takes it.
    """
    for key, entry in inventory.items():
        if key == "path":
            yield from _differing_path(pack, entry)
        elif key == "bearers":
            yield from (
                rule for rule, bearer in entry.items() if getattr(pack.rules.get(rule), "bearer", None) != bearer
            )
        elif key == "in_principle":
            yield from (rule for rule in pack.rules if pack.rules[rule].in_principle != (rule in entry))
        elif len(entry) >= 3:  # shorter ones are norms that are no rules
            rule = pack.rules.get(key)
            fixed = rule and [rule.article, rule.stage, rule.severity]
            if rule is None or fixed != entry[:3] or rule.counts == ("own" in entry[3:]):
                yield key
    norms = {key: entry[0] for key, entry in inventory.items() if key not in _INVENTORY_SECTIONS and entry}
    yield from (key for key, step in pack.path.items() if not _cites_its_norms(step, norms))


def _check_inventory(inventory: Any, name: str) -> None:
    """
    Refuse an inventory that is not of the form that `mutate` describes.

    Raises:
        CaseError: With every entry that is not.
    """
    if not isinstance(inventory, dict):
        raise CaseError([Defect(name, "清单应是一组键值", "每条规范一行: 编号: [条款, 阶段, 力度]")])
    forms = {
        "bearers": (dict, "{规则编号: 主体}"),
        "in_principle": (list, "[规则编号]"),
        "path": (dict, "{环节编号: 主体}"),
    }
    defects = []
    for key, entry in inventory.items():
        kind, form = forms.get(key, (list, "[条款, 阶段, 力度]，不是规则的只写 [条款]"))
        if not isinstance(entry, kind) or not all(isinstance(item, str) for item in _leaves(entry)):
            defects.append(Defect(name, f"清单里的 {key} 写法不对", f"写成 {key}: {form}"))
    if defects:
        raise CaseError(defects)


def _leaves(entry: Any) -> Iterable[Any]:
    return entry.values() if isinstance(entry, dict) else entry


def _differing_path(pack: Pack, actors: Mapping[str, str]) -> Iterator[str]:
    for (step, actor), present in zip(actors.items(), pack.path.values(), strict=False):
        if step != present.id or actor != present.actor:
            yield step
    if len(actors) != len(pack.path):
        yield "path"


def _cites_its_norms(step: Step, articles: Mapping[str, str]) -> bool:
    """
    Whether a step names the articles of its norms, and no others; one may be named by its beginning.
    """
    own = [articles[norm] for norm in step.norms if norm in articles]
    if len(own) < len(step.norms):
        return True
    cited = step.articles
    return all(any(article.startswith(name) for article in own) for name in cited) and all(
        any(article.startswith(name) for name in cited) for article in own
    )


# ---------------------------------------------------------------------------------------------------------------------
# Shown


def mutation_table(report: MutationReport, lang: str = "zh") -> str:
    """
    The report as text: a line for each rule, step, definition and figure, the total, and the survivors.
    """
    zh = lang == "zh"
    head = (
        ["规则、环节", "种错", "杀死", "等价", "存活", "得分"]
        if zh
        else ["part", "mutants", "killed", "equivalent", "survived", "score"]
    )
    total = replace(report.total, part="合计" if zh else "total")
    lines = [table(head, [_row(tally) for tally in (*report.parts, total)])]
    killers = Counter(result.by for result in report.results if result.by)
    by = {"lint": "包读不通", "inventory": "清单", "case": "用例"} if zh else {key: key for key in _KILLERS}
    lines.append(("杀死者" if zh else "killed by") + ": " + "  ".join(f"{by[key]} {killers[key]}" for key in _KILLERS))
    if report.survivors:
        lines.append(f"\n存活的 {len(report.survivors)} 个:" if zh else f"\n{len(report.survivors)} survived:")
        rows = [[f"{report.name}:{m.line}", m.part, m.describe(lang)] for m in report.survivors]
        lines.append(table(["行", "规则、环节", "错误"] if zh else ["line", "part", "fault"], rows))
    return "\n".join(lines) + "\n"


_KILLERS: Final = ("lint", "inventory", "case")


def _row(tally: Tally) -> list[str]:
    counts = (tally.mutants, tally.killed, tally.equivalent, tally.survived)
    return [tally.part, *map(str, counts), f"{tally.score * 100:.1f}%"]


__all__ = ["KINDS", "Mutant", "MutationReport", "Result", "Tally", "mutate", "mutation_table"]
