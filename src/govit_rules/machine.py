"""
The state machine of a lifecycle: which transitions an event can take from a state.

`Machine` matches state, event and guards itself; the second engine has one of its own that must agree. Which of the
transitions that match is taken, `choice` says for both. Imports: `packs` (for types).
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from govit_rules.packs import Lifecycle

# Whether the guard of a transition holds, the best first.
Guard = Literal["true", "unknown", "false"]
GUARDS: Final[tuple[Guard, ...]] = ("true", "unknown", "false")


class Machine:
    """
    The transitions of a lifecycle, by number.
    """

    def __init__(self, lifecycle: Lifecycle) -> None:
        self.lifecycle = lifecycle

    def matching(self, state: str, events: Iterable[str], guards: Mapping[int, Guard]) -> dict[int, Guard]:
        """
        The transitions out of a state for some events, with what their guards are.

        Args:
            state: The present state.
            events: The names that what happened can have.
            guards: Of every transition for such an event, whether its guard holds.
        """
        wanted = set(events)
        transitions = enumerate(self.lifecycle.transitions)
        return {i: guards[i] for i, each in transitions if each.origin == state and each.event in wanted}


def best(matching: Mapping[int, Guard]) -> tuple[int, ...]:
    """
    The transitions whose guards hold; if none do, those of which it is not known; else those of which they fail.
    """
    for guard in GUARDS:
        found = tuple(i for i, held in sorted(matching.items()) if held == guard)
        if found:
            return found
    return ()


def ahead(lifecycle: Lifecycle) -> dict[str, frozenset[str]]:
    """
    The states that can be reached from each state, whatever the guards.
    """
    following: dict[str, set[str]] = defaultdict(set)
    for transition in lifecycle.transitions:
        following[transition.origin].add(transition.target)
    return {state: _reached(state, following) for state in lifecycle.states}


def _reached(state: str, following: Mapping[str, set[str]]) -> frozenset[str]:
    seen: set[str] = set()
    todo = [state]
    while todo:
        for target in following.get(todo.pop(), ()):
            if target not in seen:
                seen.add(target)
                todo.append(target)
    return frozenset(seen)


__all__ = ["GUARDS", "Guard", "Machine", "ahead", "best"]
