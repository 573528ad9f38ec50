"""
durable-rules, behind one small door: `RuleSet.run` gives facts to some rules and returns what they recorded.

This is the only module that imports ``durable``, a C extension with many traps (docs/decisions.md lists them). It is
used at its lowest level, the functions of its C module: so there are no timer threads, no clock, no limit of ten
seconds, and what an action raises comes out as it is. Every use is bounded: small facts of whole numbers, booleans and
short text; few conditions in a rule set; one state at a time, deleted after each run.

Whatever goes wrong in the engine is an `EngineFailure`; where it is not installed, or cannot be loaded, an
`EngineUnavailable` says what to do. Safe under threads: one run at a time. Imports: `errors`, `machine`.
"""

from __future__ import annotations

import json
import threading
import warnings
import weakref
from collections import OrderedDict
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from govit_rules.errors import EngineFailure, EngineUnavailable
from govit_rules.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence

    from govit_rules.machine import Guard
    from govit_rules.packs import Lifecycle

Value = int | bool | str
Fact = dict[str, Value]
Pattern = dict[str, Any]  # a condition on one fact, in the engine's own form: {"open": True}, {"$and": […]}

# The engine loses its way at 64 conditions that match one fact, at 16 facts joined by one rule (it writes past its
# memory), and at some 512 conditions in all. We stay far below.
MOST_CONDITIONS: Final = 40
MOST_JOINED: Final = 8
MOST_FACTS: Final = 2_000  # of one run, derived ones included
MOST_TEXT: Final = 200
_MOST_NUMBER: Final = 10**18  # the engine's numbers have 64 bits

_INSTALL: Final = (
    "安装: pip install 'govit-rules[durable]'（要有 C 编译器）；Python 3.13 及以后: "
    "CPPFLAGS=-DPyEval_CallObject=PyObject_CallObject pip install --no-cache-dir durable-rules；"
    "或者改用 compiled 引擎，其他功能都不需要它"
)

# One state at a time: the engine keeps states by a hash of their names, and two may collide.
_STATE: Final = "s"
_RESERVED: Final = ("sid", "id", "begin_", "never_")
_LOCK: Final = threading.RLock()
_loaded: list[Any] = []


def failure(what: str) -> EngineFailure:
    """
    The error that says what failed, and what to do.
    """
    return EngineFailure(f"{what}\n    → 改用 compiled 引擎，并报告这个错误")


# ---------------------------------------------------------------------------------------------------------------------
# Is it there?


def _engine() -> Any:
    """
    The engine's C module, loaded when first needed.

    Raises:
        EngineUnavailable: It is not installed, or cannot be loaded.
    """
    if not _loaded:
        with _LOCK, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it is of 2020; what it warns of concerns nobody here
            try:
                from durable.engine import durable_rules_engine
            except ImportError as error:
                raise EngineUnavailable(f"没有安装 durable-rules（{error}）\n    → {_INSTALL}") from error
            except Exception as error:
                raise EngineUnavailable(f"durable-rules 不能使用（{error!r}）\n    → {_INSTALL}") from error
        _loaded.append(durable_rules_engine)
    return _loaded[0]


def require() -> None:
    """
    Load the engine, if it is not loaded yet.

    Raises:
        EngineUnavailable: It is not installed, or cannot be loaded.
    """
    _engine()


def available() -> bool:
    """
    Whether the engine can be used here.
    """
    try:
        _engine()
    except EngineUnavailable:
        return False
    return True


# ---------------------------------------------------------------------------------------------------------------------
# Rule sets


@dataclass(frozen=True, slots=True)
class Rule:
    """
    When facts match all the patterns, one fact for each, the effect is called, once for each such combination.

    Patterns are named ``m0``, ``m1`` … in order, so that a later one can refer to an earlier: ``{"day": {"$gt": {"m0":
    "day"}}}``. An effect may record and derive, and look at the facts that matched; nothing else.
    """

    patterns: tuple[Pattern, ...]
    effect: Callable[[Firing], None]


class Firing:
    """
    One rule fired: ``facts`` are those that matched, in the order of the rule's patterns.
    """

    __slots__ = ("_run", "facts")

    def __init__(self, facts: tuple[Fact, ...], run: _Run) -> None:
        self.facts, self._run = facts, run

    def record(self, item: Any) -> None:
        """
        Add something to what `RuleSet.run` returns.
        """
        self._run.recorded.append(item)

    def derive(self, fact: Mapping[str, Value]) -> None:
        """
        Give the rules one more fact; one that they have already changes nothing.
        """
        self._run.give(fact)


class RuleSet:
    """
    Some rules, made ready for the engine. Freed, with all the memory it took, when nobody holds it any more.

    Raises:
        EngineFailure: There are too many conditions, or the engine refuses them.
        EngineUnavailable: The engine is not installed, or cannot be loaded.
    """

    def __init__(self, name: str, rules: Sequence[Rule]) -> None:
        self.name = name
        self.conditions = sum(len(rule.patterns) for rule in rules)
        joined = max((len(rule.patterns) for rule in rules), default=0)
        if self.conditions > MOST_CONDITIONS or not 1 <= joined <= MOST_JOINED:
            raise failure(
                f"规则组 {name} 有 {self.conditions} 个条件，一条规则最多 {joined} 个；"
                f"上限 {MOST_CONDITIONS} 和 {MOST_JOINED}"
            )
        self.effects = {f"r{i}": rule.effect for i, rule in enumerate(rules)}
        self._definition = json.dumps(_definition(rules))
        self._running = False
        self._create()

    def _create(self) -> None:
        engine = _engine()
        self._handle = _called(engine.create_ruleset, self.name, self._definition)
        self._freed = weakref.finalize(self, engine.delete_ruleset, self._handle)
        self._freed.atexit = False

    def run(self, facts: Iterable[Mapping[str, Value]]) -> list[Any]:
        """
        What the rules record when they are given some facts, in the order of the firings.

        Nothing is kept: the next run begins with no facts. A fact that no rule looks at is nothing wrong.

        Raises:
            EngineFailure: Something went wrong in the engine or in an effect, or a fact is not fit for it.
        """
        with _LOCK:
            if self._running:
                raise failure(f"规则组 {self.name} 正在运行，不能在它的结果里再运行它")
            self._running = True
            try:
                return self._run(facts)
            except EngineFailure:
                raise
            except Exception as error:
                raise failure(f"durable-rules 出错: {error!r}") from error
            finally:
                self._running = False

    def _run(self, facts: Iterable[Mapping[str, Value]]) -> list[Any]:
        engine, handle, begun = _engine(), self._handle, False
        try:
            # Deleting a state in which nothing has fired reads memory that was never set, so something fires first.
            state = _asserted(engine, handle, _BEGIN)
            begun = bool(_called(engine.start_action_for_state, handle, state))
            if not begun or _called(engine.complete_and_start_action, handle, state):
                raise failure(f"durable-rules 没有开始规则组 {self.name}")
            run = _Run(engine, handle)
            for fact in facts:
                run.give(fact)
            for name, matched in _firings(engine, handle, state):
                self.effects[name](Firing(matched, run))
            return run.recorded
        finally:
            if begun:
                _called(engine.delete_state, handle, _STATE)
            else:  # a state that cannot be deleted goes with its rule set
                self._freed()
                self._create()


class _Run:
    """
    The facts of one run, and what has been recorded.
    """

    def __init__(self, engine: Any, handle: int) -> None:
        self.engine, self.handle = engine, handle
        self.recorded: list[Any] = []
        self.given: set[frozenset[tuple[str, Value]]] = set()

    def give(self, fact: Mapping[str, Value]) -> None:
        checked = _checked(fact)
        key = frozenset(checked.items())
        if key in self.given:
            return
        self.given.add(key)
        if len(self.given) > MOST_FACTS:
            raise failure(f"一次给 durable-rules 的事实多于 {MOST_FACTS} 个")
        # Numbered by us: ids that the engine makes are hashes of 32 bits, and may fall together.
        _asserted(self.engine, self.handle, json.dumps({**checked, "sid": _STATE, "id": f"f{len(self.given)}"}))


_BEGIN: Final = json.dumps({"begin_": True, "sid": _STATE, "id": "begin"})


def _definition(rules: Sequence[Rule]) -> dict[str, Any]:
    """
    Rules in the engine's own form, with one that fires first and one that never does.

    That one looks at every fact: a fact at which no rule looks would be refused, in words that fit other faults too.
    """
    made: dict[str, Any] = {"begin": {"all": [{"m": {"begin_": True}}]}}
    for i, rule in enumerate(rules):
        made[f"r{i}"] = {"all": [{f"m{j}": pattern} for j, pattern in enumerate(rule.patterns)]}
    made["never"] = {"all": [{"m0": {"$ex": {"sid": 1}}}, {"m1": {"never_": True}}]}
    return made


def _checked(fact: Mapping[str, Value]) -> Fact:
    """
    A fact of which the engine makes no mistake: it compares across types in silence, and knows no null or fraction.
    """
    for name, value in fact.items():
        fits = isinstance(name, str) and name.isidentifier() and name not in _RESERVED
        if isinstance(value, str):
            fits = fits and len(value) <= MOST_TEXT
        else:
            fits = fits and isinstance(value, int) and abs(value) <= _MOST_NUMBER
        if not fits:
            raise failure(f"事实 {name!r}: {value!r} 不能交给 durable-rules")
    return dict(fact)


def _called(function: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return function(*arguments)
    except Exception as error:  # the C module raises its own error, plain Exception and MemoryError
        raise failure(f"durable-rules 出错: {error}") from error


def _asserted(engine: Any, handle: int, fact: str) -> int:
    """
    Assert one fact; the state it is in. (The engine's call for many at once passes over errors and an empty list.)
    """
    code, state = _called(engine.assert_fact, handle, fact)
    if code != 0:
        raise failure(f"durable-rules 没有接受事实 {fact}（{code}）")
    return int(state)


def _firings(engine: Any, handle: int, state: int) -> Iterator[tuple[str, tuple[Fact, ...]]]:
    """
    The rules that fire, one by one, each with the facts that matched; facts may be asserted in between.
    """
    started = _called(engine.start_action_for_state, handle, state)
    message = started[1] if started else None
    while message:
        ((name, matched),) = json.loads(message).items()
        yield name, tuple(_plain(matched[f"m{i}"]) for i in range(len(matched)))
        message = _called(engine.complete_and_start_action, handle, state)


def _plain(fact: Fact) -> Fact:
    return {name: value for name, value in fact.items() if name not in _RESERVED}


Key = TypeVar("Key", bound="Hashable")


class RuleSets(Generic[Key]):
    """
    Rule sets by a key, made when first asked for; of more than ``most`` the one not used for longest is given up.
    """

    def __init__(self, make: Callable[[Key], RuleSet], most: int) -> None:
        self.make, self.most = make, most
        self.kept: OrderedDict[Key, RuleSet] = OrderedDict()

    def __getitem__(self, key: Key) -> RuleSet:
        with _LOCK:
            found = self.kept.get(key)
            if found is None:
                found = self.kept[key] = self.make(key)
                while len(self.kept) > self.most:
                    self.kept.popitem(last=False)
            else:
                self.kept.move_to_end(key)
            return found


# ---------------------------------------------------------------------------------------------------------------------
# The state machine of a lifecycle


class DurableMachine(Machine):
    """
    A `Machine` in which state, event and guards are matched by rules of the engine.
    """

    def __init__(self, lifecycle: Lifecycle) -> None:
        super().__init__(lifecycle)
        leaving: dict[str, list[int]] = {}
        for i, transition in enumerate(lifecycle.transitions):
            leaving.setdefault(transition.origin, []).append(i)
        self._leaving = {state: tuple(self._rule_sets(numbers)) for state, numbers in leaving.items()}

    def _rule_sets(self, numbers: Sequence[int]) -> Iterator[tuple[tuple[int, ...], RuleSet]]:
        """
        The transitions out of one state, as many in a rule set as it can hold.
        """
        rest = iter(numbers)
        while some := tuple(islice(rest, MOST_CONDITIONS // 3)):
            yield some, RuleSet("lifecycle", [self._rule(i) for i in some])

    def _rule(self, number: int) -> Rule:
        transition = self.lifecycle.transitions[number]
        guard = f"guard{number}"
        patterns = ({"state": transition.origin}, {"event": transition.event}, {"$ex": {guard: 1}})
        return Rule(patterns, lambda firing: firing.record((number, firing.facts[2][guard])))

    def matching(self, state: str, events: Iterable[str], guards: Mapping[int, Guard]) -> dict[int, Guard]:
        """
        The transitions out of a state for some events, with what their guards are.

        Raises:
            EngineFailure: Something went wrong in the engine.
        """
        happened: list[Fact] = [{"state": state}]
        happened += [{"event": name} for name in events]
        found: dict[int, Guard] = {}
        for numbers, rule_set in self._leaving.get(state, ()):
            given: list[Fact] = [{f"guard{i}": guards[i]} for i in numbers if i in guards]
            found.update(rule_set.run([*happened, *given]))
        return dict(sorted(found.items()))


__all__ = ["DurableMachine", "Firing", "Rule", "RuleSet", "RuleSets", "available", "failure", "require"]
