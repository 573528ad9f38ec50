"""
Facts changed so that a condition is true of a project: how projects of some kind are found without many tries.

Imports: `conditions`, `edges`, `judge`.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from govit_rules.conditions import (
    FALSE,
    TRUE,
    AllOf,
    AnyOf,
    Atom,
    CalendarNeeded,
    Compare,
    CompareDays,
    Condition,
    Constant,
    DayFact,
    InOrder,
    Lists,
    Named,
    Not,
    NumberFact,
    Within,
    atom_level,
    fact_of,
    level,
    number_range,
    only_day,
    variables,
)
from govit_rules.judge import judge_for
from govit_rules.testing.edges import boundaries, distinct, values_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from govit_rules.packs import Pack
    from govit_rules.testing.edges import Facts


class Fitting:
    """
    Changes facts so that a condition comes true, choosing where there is a choice; what is true already stays.
    """

    def __init__(
        self,
        pack: Pack,
        as_of: date,
        table: Mapping[str, list[Any]],
        frozen: frozenset[str],
        pick: Callable[[Sequence[Any]], Any],
    ) -> None:
        self.pack, self.as_of, self.table, self.frozen, self.pick = pack, as_of, table, frozen, pick
        self.parameters = judge_for(pack, as_of).parameters

    def aim(self, condition: Condition, aims: Sequence[Condition], facts: Facts) -> None:
        """
        Make a condition true, and before it, now and then, one of some others.
        """
        if aims and self.pick((False, True, True, True)):
            self.make(self.pick(aims), facts)
        self.make(condition, facts)

    def make(self, condition: Condition, facts: Facts, *, wanted: bool = True) -> None:
        """
        Make a condition true, or false; where that cannot be done facts are left as they have come to be.
        """
        for _ in range(3):  # what one part asks, another may have changed
            if self._level(condition, facts) == (TRUE if wanted else FALSE):
                return
            self._make(condition, facts, wanted=wanted)

    def _level(self, condition: Condition, facts: Facts) -> int | None:
        known = {**self.parameters, **values_of(facts, self.pack, self.as_of)}
        try:
            return level(condition, known, self.as_of)
        except (KeyError, CalendarNeeded):
            return None

    def _make(self, condition: Condition, facts: Facts, *, wanted: bool) -> None:
        match condition:
            case Constant():
                return
            case Named(_, item):
                self._make(item, facts, wanted=wanted)
            case Not(item):
                self._make(item, facts, wanted=not wanted)
            case AllOf(items) | AnyOf(items):
                self._join(items, facts, every=isinstance(condition, AllOf) is wanted, wanted=wanted)
            case Within():
                self._join(condition.bounds, facts, every=wanted, wanted=wanted)
            case InOrder(items):
                held = self.pick(range(len(items) + 1 if wanted else len(items) - 1))
                for at, item in enumerate(items):
                    self._make(item, facts, wanted=at < held if wanted else at > held)
            case Lists():
                self._list(condition, facts, wanted=wanted)
            case _:
                self._test(condition, facts, wanted=wanted)

    def _join(self, items: tuple[Condition, ...], facts: Facts, *, every: bool, wanted: bool) -> None:
        if every:
            for item in items:
                self._make(item, facts, wanted=wanted)
        elif not any(self._level(item, facts) == (TRUE if wanted else FALSE) for item in items):
            self._make(self.pick(items), facts, wanted=wanted)

    def _list(self, condition: Lists, facts: Facts, *, wanted: bool) -> None:
        if condition.fact in self.frozen:
            return
        listed, named = list(facts.get(condition.fact) or ()), condition.values
        quantifier = condition.quantifier
        if (quantifier == "none_of") is wanted and quantifier != "all_of":
            listed = [code for code in listed if code not in named]
        elif quantifier == "all_of" and not wanted:
            listed.remove(left_out) if (left_out := self.pick(named)) in listed else None
        else:
            added = named if quantifier == "all_of" else [self.pick(named)]
            listed += [code for code in added if code not in listed]
        facts[condition.fact] = listed

    def _test(self, atom: Atom, facts: Facts, *, wanted: bool) -> None:
        target = TRUE if wanted else FALSE
        if self._atom_level(atom, facts) == target:
            return
        names = [name for name in dict.fromkeys(map(fact_of, variables(atom))) if self.pack.fact(name) is not None]
        for name in names[1:]:
            if facts.get(name) is None and name not in self.frozen:
                facts[name] = self.pick(self._candidates(name))
        for name in names:
            if name not in self.frozen:
                options = (*self._beside(atom, name, facts), *self._candidates(name))
                fits = [option for option in options if self._atom_level(atom, {**facts, name: option}) == target]
                if fits:
                    facts[name] = self.pick(fits)
                    return

    def _atom_level(self, atom: Atom, facts: Facts) -> int | None:
        names = {fact_of(name) for name in variables(atom)}
        given = {name: facts[name] for name in names if name in facts}
        try:
            return atom_level(atom, {**self.parameters, **values_of(given, self.pack, self.as_of)}, self.as_of)
        except (KeyError, CalendarNeeded):
            return None

    def _candidates(self, name: str) -> list[Any]:
        if name not in self.table:
            return distinct(boundaries(self.pack, self.as_of, (name,)))[name]
        return self.table[name]

    def _beside(self, atom: Atom, name: str, facts: Facts) -> list[Any]:
        """
        The values around the one that a fact is compared with.
        """
        known = {**self.parameters, **values_of(facts, self.pack, self.as_of)}
        try:
            match atom:
                case CompareDays(DayFact(fact, _), _, right) if fact == name:
                    day = only_day(right, known, self.as_of)
                    return [] if day is None else [(day + timedelta(step)).isoformat() for step in (-1, 0, 1)]
                case Compare(NumberFact(fact, "money"), _, right) if fact == name:
                    around = number_range(right, known, self.as_of)
                    edge = Decimal(around[0] if around else 0)
                    return [f"{max(edge + step, Decimal(0))}元" for step in (Decimal("-0.01"), 0, Decimal("0.01"))]
        except (KeyError, CalendarNeeded, OverflowError):
            pass
        return []
