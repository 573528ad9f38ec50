"""
A pack on one day: every question of the pack answered for a project, exactly and fast.

The pack's questions (its scopes, its applicability, one for each rule, two for each step) are answered by `diagram`.
An answer depends only on how the question's tests come out for the facts that are given, and on which are missing; so
it is worked out once for each such combination and kept in a table. `classifier` generates the function that reads
every fact once and looks the answers up. The first few projects of a day are answered without it: for them it would
not pay.

Nothing here reads the clock. Tables are bounded and safe under threads: two threads may work out one answer twice.
Imports: `classifier`, `conditions`, `diagram`, `facts`, `packs`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from govit_rules.conditions import Condition, conjunction, fact_of, facts_in
from govit_rules.diagram import INAPPLICABLE, MET, PENDING, VIOLATED, Domain, Question, Solution, domain_of, solve
from govit_rules.facts import STAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from govit_rules.facts import Fact
    from govit_rules.packs import Pack, Rule, Step
    from govit_rules.project import Project

_OWN_LIMIT: Final = 2_000
# A few projects of a day are answered without the generated classifier: to make it takes as long as two or three.
DIRECT: Final = 3


class Scope:
    """
    Whether a scope holds for a project: ``state`` is yes, no or unknown.

    Scopes are compared by identity: two that are settled alike are one object.
    """

    __slots__ = ("known", "needs", "solution", "state")

    def __init__(self, state: str, solution: Solution, known: Mapping[str, Any]) -> None:
        self.state = state
        self.solution = solution
        self.needs = facts_needed(solution.needs)
        self.known = known


class Verdict:
    """
    The outcome of one rule, shared by all projects for which it comes out alike.

    The fields are those of a finding that do not depend on the project's values.
    """

    __slots__ = ("article", "bearer", "counts", "needs", "outcome", "rule", "severity", "source", "stage")

    def __init__(self, source: Rule, outcome: str, needs: tuple[str, ...]) -> None:
        self.source = source
        self.rule = source.id
        self.outcome = outcome
        self.severity = source.severity
        self.stage = source.stage
        self.article = source.article
        self.bearer = source.bearer
        self.counts = source.counts
        self.needs = needs

    def __repr__(self) -> str:
        return f"<{self.rule} {self.outcome}{' needs ' + ', '.join(self.needs) if self.needs else ''}>"


class StepVerdict:
    """
    Whether a step is required, shared like `Verdict`.
    """

    __slots__ = ("needs", "source", "status", "step")

    def __init__(self, source: Step, status: str, needs: tuple[str, ...]) -> None:
        self.source = source
        self.step = source.id
        self.status = status
        self.needs = needs


def facts_needed(names: tuple[str, ...]) -> tuple[str, ...]:
    """
    Variables as a reader knows them: list entries by their fact, judgements left out, each once.
    """
    return tuple(dict.fromkeys(fact_of(name) for name in names if not name.startswith("judgement:")))


class Judge:
    """
    A pack as it stands on one day. Made by `judge_for`.
    """

    most_shared: ClassVar[int] = 50_000

    def __init__(self, pack: Pack, as_of: date) -> None:
        self.pack, self.as_of = pack, as_of
        self.parameters = {
            f"${name}": value
            for name, parameter in pack.parameters.items()
            if (value := parameter.at(as_of)) is not None and parameter.type != "text"
        }
        self.rules = tuple(pack.rules.values())
        self.steps = tuple(pack.path.values())
        self.scopes = pack.scopes
        self.scope_index = {condition: i for i, condition in enumerate(self.scopes)}
        self.questions = tuple(rule_question(rule) for rule in self.rules)
        self._own: list[dict[tuple[Any, ...], Solution]] = [{} for _ in self.rules]
        self._settled: dict[str, Scope] = {}
        self.everywhere = self._settled.setdefault("yes", Scope("yes", Solution(frozenset((MET,))), {}))
        self._verdicts: dict[tuple[str, str, tuple[str, ...]], Any] = {}
        self._rules: Callable[..., Any] | None = None
        self._path: Callable[..., Any] | None = None
        self._asked = self._path_asked = 0
        self.facts = {path: fact for path in sorted(pack.facts_read) if (fact := pack.fact(path)) is not None}

    # -- answering

    def verdicts(
        self, project: Project, local: Mapping[str, Any], stage: str | None
    ) -> tuple[Scope, tuple[Verdict, ...]]:
        """
        Applicability, and the verdict of every rule: the first few times directly, then through the classifier.
        """
        if self._rules is None:
            self._asked += 1
            if self._asked <= DIRECT:
                return self.direct_verdicts(self.known(project, local, stage))
            from govit_rules.classifier import build_rules

            self._rules = build_rules(self)
        applies, found = self._rules(project, local, stage, self.as_of)
        return applies or self.everywhere, found

    def steps_of(
        self, project: Project, local: Mapping[str, Any], stage: str | None
    ) -> tuple[tuple[StepVerdict, ...], tuple[bool | None, ...]]:
        """
        Whether every step is required, and whether it is done; answered as `verdicts` is.
        """
        if self._path is None:
            self._path_asked += 1
            if self._path_asked <= DIRECT:
                return self.direct_steps(self.known(project, local, stage))
            from govit_rules.classifier import build_path

            self._path = build_path(self)
        return self._path(project, local, stage, self.as_of)  # type: ignore[no-any-return]

    def direct_verdicts(self, known: Mapping[str, Any]) -> tuple[Scope, tuple[Verdict, ...]]:
        """
        Applicability, and the verdict of every rule, each question asked by itself.
        """
        scopes = [self.scope(i, known) for i in range(len(self.scopes))]
        of_rules, _ = self.pack.scope_numbers
        return scopes[0], tuple(self.verdict(i, scopes[number], known) for i, number in enumerate(of_rules))

    def direct_steps(self, known: Mapping[str, Any]) -> tuple[tuple[StepVerdict, ...], tuple[bool | None, ...]]:
        """
        Whether every step is required, and whether it is done, each question asked by itself.
        """
        scopes = [self.scope(i, known) for i in range(len(self.scopes))]
        _, of_steps = self.pack.scope_numbers
        found = tuple(self.step(i, scopes[number], known) for i, number in enumerate(of_steps))
        return found, tuple(self.done(i, known) for i in range(len(self.steps)))

    def known(self, project: Project, local: Mapping[str, Any], stage: str | None) -> dict[str, Any]:
        """
        The facts that the pack reads and that are given, as it reads them: claims and events that lie ahead as False.
        """
        known: dict[str, Any] = {} if stage is None else {"stage": stage}
        for path, fact in self.facts.items():
            value: Any = local.get(path[6:]) if path.startswith("local.") else project.get(path)
            value = self.read(fact, value)
            if value is not None and path != "stage":
                known[path] = value
        return known

    def read(self, fact: Fact, value: Any) -> Any:
        """
        A fact as it is read on the day: a claim not made, and an event that lies ahead, as False; None is unknown.
        """
        if value is None:
            return False if fact.claim else None
        return False if fact.type == "event_date" and value is not False and value > self.as_of else value

    # -- the questions

    def scope(self, index: int, known: Mapping[str, Any]) -> Scope:
        """
        Whether a scope holds.
        """
        condition = self.scopes[index]
        solution = self._solve(Question(condition), known)
        if solution.reached == {MET}:
            return self._settled.setdefault("yes", Scope("yes", solution, {}))
        if MET not in solution.reached:
            return self._settled.setdefault("no", Scope("no", solution, {}))
        facts = facts_in(condition)
        return Scope("unknown", solution, {name: known[name] for name in facts if name in known})

    def verdict(
        self, index: int, scope: Scope, known: Mapping[str, Any], own_key: tuple[Any, ...] | None = None
    ) -> Verdict:
        """
        The outcome of a rule within its scope. Under ``own_key`` the rule's solution, its scope aside, is kept.
        """
        rule = self.rules[index]
        if scope.state == "no" or not rule.in_force(self.as_of):
            return self._shared_verdict(rule, "not_applicable", ())
        own = self._own_solution(index, known, own_key)
        solution = self._within(scope, self.pack.scope_of(rule), self.questions[index], own, known)
        needs = facts_needed(solution.needs)
        return self._shared_verdict(rule, *self._outcome(rule, solution, needs, known.get("stage")))

    def _outcome(
        self, rule: Rule, solution: Solution, needs: tuple[str, ...], stage: str | None
    ) -> tuple[str, tuple[str, ...]]:
        reached = solution.reached
        if rule.classifies:
            if reached == {MET}:
                return "met", ()
            if MET not in reached:
                return "not_applicable", ()
        else:
            if reached == {INAPPLICABLE}:
                return "not_applicable", ()
            if reached == {VIOLATED}:
                return "violated", ()
            if VIOLATED not in reached:
                return ("pending" if PENDING in reached else "met"), ()
            if stage is not None and rule.stage != "any" and STAGES.index(rule.stage) > STAGES.index(stage):
                return "pending", needs
        if rule.judged_by is not None and all(self.who(name) in ("authority", "expert") for name in needs):
            return "review", needs
        return "unknown", needs

    def step(self, index: int, scope: Scope, known: Mapping[str, Any]) -> StepVerdict:
        """
        Whether a step is required.
        """
        step = self.steps[index]
        if scope.state == "no":
            return self._shared_step(step, "not_required", ())
        question = Question(step.when)
        own = self._solve(question, known)
        solution = self._within(scope, self.pack.scope_of(step), question, own, known)
        if solution.reached == {MET}:
            return self._shared_step(step, "required", ())
        if MET not in solution.reached:
            return self._shared_step(step, "not_required", ())
        return self._shared_step(step, "unknown", facts_needed(solution.needs))

    def done(self, index: int, known: Mapping[str, Any]) -> bool | None:
        """
        Whether a step is done; None where the facts do not show it.
        """
        condition = self.steps[index].done_when
        if condition is None:
            return None
        reached = self._solve(Question(condition), known).reached
        return True if reached == {MET} else None if MET in reached else False

    def other_outcome(self, index: int, known: Mapping[str, Any], scopes: dict[Condition, Scope]) -> str | None:
        """
        The outcome of a rule under its other reading; None if that reading is not one that facts decide.

        ``scopes`` keeps the scopes already answered for these facts.
        """
        rule = self.rules[index]
        reading = rule.reading
        if reading is None or not reading.expressible:
            return None
        condition = self.pack.scope_of(rule)
        scope = scopes.get(condition)
        if scope is None:
            scope = scopes[condition] = self.scope(self.scope_index[condition], known)
        if scope.state == "no" or not rule.in_force(self.as_of):
            return "not_applicable"
        require = rule.require if reading.require is None else reading.require
        question = Question(reading.when or rule.when, require, self.questions[index].still_due)
        solution = self._within(scope, condition, question, self._solve(question, known), known)
        return self._outcome(rule, solution, facts_needed(solution.needs), known.get("stage"))[0]

    # -- solving

    def _own_solution(self, index: int, known: Mapping[str, Any], key: tuple[Any, ...] | None) -> Solution:
        if key is None:
            return self._solve(self.questions[index], known)
        kept = self._own[index]
        solution = kept.get(key)
        if solution is None:
            if len(kept) >= _OWN_LIMIT:
                kept.clear()
            solution = kept[key] = self._solve(self.questions[index], known)
        return solution

    def _within(
        self, scope: Scope, condition: Condition, question: Question, own: Solution, known: Mapping[str, Any]
    ) -> Solution:
        """
        A question whose `when` is joined with a scope, from its ``own`` solution.

        Where the two miss different variables their solutions simply combine; else the joint question is solved.
        """
        if scope.state == "yes":
            return own
        if scope.solution.missing & own.missing:
            return self._solve(self._joint(condition, question), {**scope.known, **known})
        turning = MET if question.require is None else VIOLATED
        needs = tuple(dict.fromkeys((*scope.solution.needs, *own.needs))) if turning in own.reached else ()
        return Solution(own.reached | {INAPPLICABLE}, needs, own.missing | scope.solution.missing)

    def _joint(self, condition: Condition, question: Question) -> Question:
        return Question(conjunction(condition, question.when), question.require, question.still_due)

    def _solve(self, question: Question, known: Mapping[str, Any]) -> Solution:
        return solve(question, {**self.parameters, **known}, self.domain, self.as_of)

    def domain(self, name: str) -> Domain:
        """
        The values that a missing fact or figure can take.
        """
        if name.startswith("$"):
            return domain_of(self.pack.parameters[name[1:]].type, (), self.as_of)
        fact = self.pack.fact(name)
        if fact is None:
            raise LookupError(name)
        return domain_of(fact.type, fact.values or (), self.as_of)

    def who(self, name: str) -> str:
        """
        Who can answer what is missing: owner, authority, expert, or (figures, calendars) publisher.
        """
        fact = self.pack.fact(name)
        return fact.who if fact else "publisher"

    def _shared_verdict(self, rule: Rule, outcome: str, needs: tuple[str, ...]) -> Verdict:
        key = (rule.id, outcome, needs)
        return self._shared(key, lambda: Verdict(rule, outcome, needs))  # type: ignore[no-any-return]

    def _shared_step(self, step: Step, status: str, needs: tuple[str, ...]) -> StepVerdict:
        key = (f"path:{step.id}", status, needs)
        return self._shared(key, lambda: StepVerdict(step, status, needs))  # type: ignore[no-any-return]

    def _shared(self, key: tuple[str, str, tuple[str, ...]], make: Callable[[], Any]) -> Any:
        """
        The one object for a key; all are forgotten when there are too many.
        """
        found = self._verdicts.get(key)
        if found is None:
            if len(self._verdicts) >= self.most_shared:
                self._verdicts.clear()
            found = self._verdicts.setdefault(key, make())
        return found


def rule_question(rule: Rule) -> Question:
    """
    A rule as a question, its scope aside.
    """
    return Question(rule.when, rule.require, rule.still_due)


def judge_for(pack: Pack, as_of: date, kind: type[Judge] = Judge) -> Judge:
    """
    The judge of a pack on a day; of each kind, the last few days asked for are kept.
    """
    judges = pack._judges.setdefault(kind, {})
    judge: Judge | None = judges.get(as_of)
    if judge is None:
        if len(judges) >= 8:
            judges.clear()
        judge = judges.setdefault(as_of, kind(pack, as_of))
    return judge


__all__ = ["DIRECT", "Judge", "Scope", "StepVerdict", "Verdict", "facts_needed", "judge_for", "rule_question"]
