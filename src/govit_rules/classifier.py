"""
The generated function that answers a pack's questions for one project.

It reads every fact once into a local variable, turns each test that compares into one local, and looks each question
up by the values of its tests: ``v7 = T7((s0, f3, c5)) or miss(7, …)``. A combination not met before is worked out by
`diagram` through the judge and kept. The code is built from the condition trees; it contains names and positions made
here, never text of a pack. Imports: `conditions`, `judge` (for types), `packs`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from govit_rules.conditions import (
    ALWAYS,
    Atom,
    CalendarNeeded,
    Compare,
    CompareDays,
    Condition,
    DayFact,
    Happened,
    Has,
    Is,
    NumberFact,
    OneOf,
    atom_level,
    atoms,
    fact_of,
    number_range,
    only_day,
    operands,
    variables,
)
from govit_rules.facts import STAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from govit_rules.judge import Judge, Scope
    from govit_rules.packs import Rule

_LIMIT: Final = 4_000


class _AtomTable(dict[tuple[Any, ...], Any]):
    """
    What a test over several facts comes to, by their values; where one is missing, the values themselves.
    """

    def __init__(self, atom: Atom, facts: tuple[str, ...], judge: Judge) -> None:
        super().__init__()
        self.atom, self.facts, self.judge = atom, facts, judge

    def __missing__(self, key: tuple[Any, ...]) -> Any:
        if len(self) >= _LIMIT:
            self.clear()
        self[key] = result = self._level(key)
        return result

    def _level(self, key: tuple[Any, ...]) -> Any:
        if None in key:
            return key
        values = {**self.judge.parameters, **dict(zip(self.facts, key, strict=True))}
        try:
            return atom_level(self.atom, values, self.judge.as_of)
        except (CalendarNeeded, KeyError):
            return key


class _Table(dict[tuple[Any, ...], Any]):
    """
    The answers to one question; emptied when it grows past its limit.
    """

    def keep(self, key: tuple[Any, ...], answer: Any) -> Any:
        if len(self) >= _LIMIT:
            self.clear()
        self[key] = answer
        return answer


class _Code:
    """
    Collects the lines of one function and the objects that they name.
    """

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self.objects: dict[str, Any] = {}
        self.facts: dict[str, str] = {}
        self.terms: dict[Any, str] = {}
        self.lines: list[str] = []

    def fact(self, path: str) -> str:
        """
        The local variable of a fact.
        """
        return self.facts.setdefault(path, "stage" if path == "stage" else f"f{len(self.facts)}")

    def name(self, thing: Any, prefix: str) -> str:
        """
        The name under which the function can use an object.
        """
        name = f"{prefix}{len(self.objects)}"
        self.objects[name] = thing
        return name

    def term(self, atom: Atom) -> str | None:
        """
        The local variable that holds all that matters of a test; None if it turns on no fact.
        """
        match atom:
            case Is(fact) | OneOf(fact):
                return self.fact(fact)
            case Happened(fact):
                return self._local(("happened", fact), "None if {0} is None else {0} is not False", fact)
            case Has(fact, value):
                held = self.name(value, "K")
                return self._local(("has", fact, value), f"None if {{0}} is None else {held} in {{0}}", fact)
            case Compare(NumberFact(fact), operator, right) if (bound := self._number(right)) is not None:
                return self._compared(atom, fact, operator, bound)
            case CompareDays(DayFact(fact), operator, right) if (bound := self._day(right)) is not None:
                return self._compared(atom, fact, operator, bound)
        facts = tuple(name for name in map(fact_of, variables(atom)) if name[0] != "$" and ":" not in name)
        if not facts:
            return None
        table = self.name(_AtomTable(atom, facts, self.judge), "A")
        holes = ", ".join(f"{{{i}}}" for i in range(len(facts)))
        return self._local(atom, f"{table}[{holes},]", *facts)

    def _compared(self, atom: Atom, fact: str, operator: str, bound: Any) -> str:
        limit = self.name(bound, "K")
        text = f"None if {{0}} is None else 'n' if {{0}} is False else {{0}} {operator} {limit}"
        return self._local(atom, text, fact)

    def _number(self, term: Any) -> Any:
        if any(not name.startswith("$") for name in operands(term)):
            return None
        try:
            bounds = number_range(term, self.judge.parameters, self.judge.as_of)
        except KeyError:
            return None
        return bounds[0] if bounds is not None and bounds[0] == bounds[1] else None

    def _day(self, term: Any) -> Any:
        if any(not name.startswith("$") for name in operands(term)):
            return None
        try:
            return only_day(term, self.judge.parameters, self.judge.as_of)
        except (KeyError, CalendarNeeded):
            return None

    def _local(self, key: Any, text: str, *facts: str) -> str:
        name = self.terms.get(key)
        if name is None:
            name = self.terms[key] = f"c{len(self.terms)}"
            self.lines.append(f"    {name} = {text.format(*map(self.fact, facts))}")
        return name

    def key(self, conditions: Iterable[Condition], *first: str) -> str:
        """
        The tuple of all terms of some conditions, as text.
        """
        terms = (self.term(atom) for condition in conditions for atom in atoms(condition))
        names = dict.fromkeys((*first, *(term for term in terms if term is not None)))
        return f"({', '.join(names)},)" if names else "()"

    def ask(self, answer: str, key: str, work_out: Callable[[tuple[Any, ...], Mapping[str, Any]], Any]) -> None:
        """
        One question: look it up, else work it out from the local variables.
        """
        table = _Table()
        get, miss = self.name(table.get, "T"), self.name(_missed(table, work_out, self), "M")
        self.lines.append(f"    {answer} = {get}({key}) or {miss}({key}, locals())")

    def function(self, result: str) -> Callable[..., Any]:
        """
        The finished function of (project, local facts, stage, day of judging).
        """
        head = ["def classify(project, local, stage, as_of):", *self._reads()]
        source = "\n".join((*head, *self.lines, f"    return {result}"))
        namespace = dict(self.objects)
        exec(compile(source, "<classifier>", "exec"), namespace)  # noqa: S102 - made above from the typed tree
        return namespace["classify"]  # type: ignore[no-any-return]

    def _reads(self) -> Iterable[str]:
        sections: dict[str, list[tuple[str, str]]] = {}
        for path, variable in self.facts.items():
            section, _, leaf = path.rpartition(".")
            if path != "stage":
                sections.setdefault(section, []).append((leaf, variable))
        for section, leaves in sections.items():
            yield from _section_reads(section, leaves)
        for path, variable in self.facts.items():
            fact = self.judge.pack.fact(path)
            if fact and fact.type == "event_date":
                yield f"    if {variable} and {variable} > as_of: {variable} = False"
            if fact and fact.claim:
                yield f"    if {variable} is None: {variable} = False"


def _section_reads(section: str, leaves: list[tuple[str, str]]) -> Iterable[str]:
    if section == "local":
        for leaf, variable in leaves:
            yield f"    {variable} = local.get({leaf!r})"
    elif not section:
        for leaf, variable in leaves:
            yield f"    {variable} = project.{leaf}"
    else:
        yield f"    section = project.{section}"
        yield f"    if section is None: {' = '.join(variable for _, variable in leaves)} = None"
        yield "    else:"
        for leaf, variable in leaves:
            yield f"        {variable} = section.{leaf}"


def _missed(
    table: _Table, work_out: Callable[[tuple[Any, ...], Mapping[str, Any]], Any], code: _Code
) -> Callable[[tuple[Any, ...], Mapping[str, Any]], Any]:
    def missed(key: tuple[Any, ...], variables: Mapping[str, Any]) -> Any:
        known = {path: variables[name] for path, name in code.facts.items() if variables.get(name) is not None}
        return table.keep(key, work_out(key, known))

    return missed


def build_rules(judge: Judge) -> Callable[..., Any]:
    """
    The function that answers with (applicability, verdicts).
    """
    code = _Code(judge)
    scopes = _ask_scopes(code, (judge.pack.applies, *(judge.pack.scope_of(rule) for rule in judge.rules)))
    for index, rule in enumerate(judge.rules):
        scope = scopes[judge.pack.scope_of(rule)]
        later = _later_than(code, rule)
        key = code.key(judge.questions[index].conditions, *filter(None, (scope, later)))
        code.ask(f"v{index}", key, _rule_answer(judge, index, has_scope=scope is not None))
    verdicts = "".join(f"v{index}, " for index in range(len(judge.rules)))
    return code.function(f"{scopes[judge.pack.applies] or 'None'}, ({verdicts})")


def build_path(judge: Judge) -> Callable[..., Any]:
    """
    The function that answers with (step verdicts, whether each is done).
    """
    code = _Code(judge)
    scopes = _ask_scopes(code, [judge.pack.scope_of(step) for step in judge.steps])
    for index, step in enumerate(judge.steps):
        scope = scopes[judge.pack.scope_of(step)]
        key = code.key((step.when,), *filter(None, (scope,)))
        code.ask(f"v{index}", key, _step_answer(judge, index, has_scope=scope is not None))
        code.ask(f"d{index}", code.key((step.done_when or ALWAYS,)), _done_answer(judge, index))
    verdicts = "".join(f"v{index}, " for index in range(len(judge.steps)))
    done = "".join(f"d{index}[0], " for index in range(len(judge.steps)))
    return code.function(f"({verdicts}), ({done})")


def _ask_scopes(code: _Code, conditions: Iterable[Condition]) -> dict[Condition, str | None]:
    scopes: dict[Condition, str | None] = {}
    for condition in conditions:
        if condition in scopes:
            continue
        if condition == ALWAYS:
            scopes[condition] = None
            continue
        name = scopes[condition] = f"s{len(scopes)}"
        code.ask(name, code.key((condition,)), _scope_answer(code.judge, condition))
    return scopes


def _later_than(code: _Code, rule: Rule) -> str | None:
    """
    The local that says that the rule's stage lies ahead of the project.
    """
    if rule.classifies or rule.stage in ("any", STAGES[0]):
        return None
    earlier = code.name(frozenset(STAGES[: STAGES.index(rule.stage)]), "K")
    return code._local(("later", rule.stage), f"{{0}} in {earlier}", "stage")


def _scope_answer(judge: Judge, condition: Condition) -> Callable[[tuple[Any, ...], Mapping[str, Any]], Scope]:
    index = judge.scope_index[condition]
    return lambda _key, known: judge.scope(index, known)


def _rule_answer(judge: Judge, index: int, *, has_scope: bool) -> Callable[[tuple[Any, ...], Mapping[str, Any]], Any]:
    if has_scope:
        return lambda key, known: judge.verdict(index, key[0], known, key[1:])
    return lambda key, known: judge.verdict(index, judge.everywhere, known, key)


def _step_answer(judge: Judge, index: int, *, has_scope: bool) -> Callable[[tuple[Any, ...], Mapping[str, Any]], Any]:
    return lambda key, known: judge.step(index, key[0] if has_scope else judge.everywhere, known)


def _done_answer(judge: Judge, index: int) -> Callable[[tuple[Any, ...], Mapping[str, Any]], tuple[bool | None]]:
    return lambda _key, known: (judge.done(index, known),)


__all__ = ["build_path", "build_rules"]
