"""
The door to durable-rules: each trap of the engine that the library relies on avoiding, shown and avoided; and what is
said where the engine is missing.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from govit_rules import durable_engine
from govit_rules.durable_engine import (
    MOST_CONDITIONS,
    MOST_FACTS,
    MOST_JOINED,
    DurableMachine,
    Rule,
    RuleSet,
    RuleSets,
    available,
)
from govit_rules.errors import EngineFailure
from govit_rules.library import load_pack, shipped_packs
from govit_rules.machine import GUARDS, Machine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from govit_rules.durable_engine import Firing

ROOT = Path(__file__).parent.parent
STATUS = Path("/proc/self/status")

with_engine = pytest.mark.skipif(not available(), reason="durable-rules is not installed, or cannot be loaded")


def records(item: Any) -> Callable[[Firing], None]:
    return lambda firing: firing.record(item)


def derives(**fact: Any) -> Callable[[Firing], None]:
    return lambda firing: firing.derive(fact)


def fails(error: BaseException) -> Callable[[Firing], None]:
    def effect(_: Firing) -> None:
        raise error

    return effect


def both() -> RuleSet:
    """
    ``c`` follows from ``a`` and ``b``.
    """
    rules = [Rule(({"a": True}, {"b": True}), derives(c=True)), Rule(({"c": True},), records("c"))]
    return RuleSet("both", rules)


def live_states(rule_set: RuleSet) -> int:
    """
    How many states the engine holds for a rule set: ours has one name only.
    """
    try:
        durable_engine._engine().get_state(rule_set._handle, durable_engine._STATE)
    except Exception:
        return 0
    return 1


def resident() -> float:
    lines = STATUS.read_text().splitlines()
    return next(int(line.split()[1]) / 1_024 for line in lines if line.startswith("VmRSS:"))


@pytest.fixture
def bare() -> Iterator[Any]:
    """
    The engine's own Host, with no timers; what it warns of is of no interest.
    """
    pytest.importorskip("durable.engine", reason="durable-rules is not installed")
    from durable import engine

    class Host(engine.Host):  # type: ignore[misc]
        def _run(self) -> None:
            pass

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield Host()


@with_engine
class TestTraps:
    """
    What the engine does by itself, and what it does behind our door.
    """

    def test_timer_threads(self) -> None:
        """
        A Host starts threads that run rules; we start none.
        """
        from durable import engine

        before = threading.active_count()
        host = engine.Host()
        started = threading.active_count() - before
        host._d_timer.cancel()
        host._t_timer.cancel()
        host._d_timer.join()
        host._t_timer.join()
        both().run([{"a": True}, {"b": True}])

        assert started == 2
        assert threading.active_count() == before

    def test_errors_of_actions(self, bare: Any) -> None:
        """
        What an action raises ends up as text in a state that nobody reads; here it comes out.
        """

        def wrong(_: Any) -> None:
            raise ZeroDivisionError("in the action")

        bare.register_rulesets({"r": {"one": {"all": [{"m": {"a": True}}], "run": wrong}}})
        state = bare.assert_fact("r", {"a": True, "sid": "1"})
        ours = RuleSet("ours", [Rule(({"a": True},), fails(ZeroDivisionError("in the effect")))])
        with pytest.raises(EngineFailure, match="in the effect") as caught:
            ours.run([{"a": True}])

        assert "in the action" in state["exception"]
        assert isinstance(caught.value.__cause__, ZeroDivisionError)
        assert ours.run([{"a": False}]) == []

    def test_interrupts(self) -> None:
        """
        An interrupt is not an error of the engine: it comes out as it is, and the rule set can be used again.
        """
        ours = RuleSet("ours", [Rule(({"a": True},), fails(KeyboardInterrupt())), Rule(({"b": True},), records("b"))])
        with pytest.raises(KeyboardInterrupt):
            ours.run([{"a": True}])

        assert live_states(ours) == 0
        assert ours.run([{"b": True}]) == ["b"]

    def test_facts_that_no_rule_looks_at(self, bare: Any) -> None:
        """
        Such a fact is refused with the words of other faults, and keeps all rules from firing; here it is nothing wrong.
        """
        bare.register_rulesets({"r": {"one": {"all": [{"m": {"a": True}}], "run": lambda _: None}}})
        with pytest.raises(Exception) as refused:  # noqa: PT011 - the engine's own
            bare.assert_facts("r", [{"z": 1, "sid": "1"}, {"a": True, "sid": "1"}])

        assert type(refused.value).__name__ == "MessageNotHandledException"
        assert both().run([{"z": 1}, {"a": True}, {"b": True}]) == ["c"]

    def test_facts_given_twice(self, bare: Any) -> None:
        """
        A fact given again is an error; here it changes nothing, given or derived.
        """
        bare.register_rulesets({"r": {"one": {"all": [{"m": {"a": True}}], "run": lambda _: None}}})
        bare.assert_fact("r", {"a": True, "sid": "1"})
        with pytest.raises(Exception) as refused:  # noqa: PT011 - the engine's own
            bare.assert_fact("r", {"a": True, "sid": "1"})
        rules = [Rule(({"a": True},), derives(c=True)), Rule(({"b": True},), derives(c=True))]
        ours = RuleSet("ours", [*rules, Rule(({"c": True},), records("c"))])

        assert type(refused.value).__name__ == "MessageObservedException"
        assert ours.run([{"a": True}, {"b": True}, {"a": True}, {"c": True}]) == ["c"]

    def test_many_facts_at_once(self) -> None:
        """
        The engine's call for many facts passes over what it cannot read; we give them one by one, and see it.
        """
        engine, ours = durable_engine._engine(), both()
        code, _ = engine.assert_facts(ours._handle, '[{"a": 1e-05, "sid": "s"}]')
        with pytest.raises(EngineFailure):
            durable_engine._asserted(engine, ours._handle, '{"a": 1e-05, "sid": "s"}')

        assert code == 0

    def test_types_of_facts(self, bare: Any) -> None:
        """
        The engine compares across types in silence; only whole numbers, booleans and short text are let through.
        """
        fired: list[Any] = []
        rule = {"all": [{"m": {"$gte": {"a": 10_000_000}}}], "run": lambda c: fired.append(c.m.a)}
        bare.register_rulesets({"r": {"one": rule}})
        bare.assert_fact("r", {"a": "5", "sid": "1"})
        wrong: list[Any] = [None, 1.5, float("nan"), float("inf"), [1], {"b": 1}, 10**19, "x" * 1_000, b"a"]
        for value in wrong:
            with pytest.raises(EngineFailure, match="不能交给"):
                both().run([{"a": value}])
        for name in ("sid", "id", "$s", "begin_", "never_", "a.b", "", 3):
            with pytest.raises(EngineFailure, match="不能交给"):
                both().run([{name: True}])  # type: ignore[dict-item]

        assert fired == ["5"]

    def test_many_conditions_on_one_fact(self) -> None:
        """
        More than 64 conditions that match one fact are an error of the engine; more than 40 in a rule set are refused.
        """
        engine = durable_engine._engine()
        rules = {f"r{i}": {"all": [{"m": {"$gte": {"a": i}}}]} for i in range(70)}
        handle = engine.create_ruleset("many", json.dumps(rules))
        with pytest.raises(Exception, match="303"):
            engine.assert_fact(handle, '{"a": 100, "sid": "s"}')
        engine.delete_ruleset(handle)
        most = RuleSet("most", [Rule(({"$gte": {"a": i}},), records(i)) for i in range(MOST_CONDITIONS)])
        with pytest.raises(EngineFailure, match="上限"):
            RuleSet("more", [Rule(({"a": i},), records(i)) for i in range(MOST_CONDITIONS + 1)])

        assert sorted(most.run([{"a": 1_000}])) == list(range(MOST_CONDITIONS))

    def test_many_facts_joined(self) -> None:
        """
        A rule may join eight facts, not more: the engine has room for sixteen, and does not look.
        """
        wide = RuleSet("wide", [Rule(tuple({f"a{i}": True} for i in range(MOST_JOINED)), records("all"))])
        with pytest.raises(EngineFailure, match="上限"):
            RuleSet("wider", [Rule(tuple({f"a{i}": True} for i in range(MOST_JOINED + 1)), records("all"))])
        with pytest.raises(EngineFailure, match="上限"):
            RuleSet("none", [])
        facts = [{f"a{i}": True} for i in range(MOST_JOINED)]

        assert wide.run(facts) == wide.run(facts[::-1]) == ["all"]
        assert wide.run(facts[1:]) == []

    def test_states_are_deleted(self) -> None:
        """
        A rule set keeps no state, and so can be run more often than the 1,024 states that the engine has room for.
        """
        ours = both()
        found = {tuple(ours.run([{"a": True}, {"b": number % 2 == 0}])) for number in range(2_000)}
        looking = RuleSet("looking", [Rule(({"a": True},), lambda firing: firing.record(live_states(looking)))])

        assert live_states(ours) == 0
        assert looking.run([{"a": True}]) == [1]
        assert found == {("c",), ()}

    def test_a_run_knows_nothing_of_the_last(self) -> None:
        """
        Facts of one run are gone in the next, also after a run that failed.
        """
        ours = RuleSet(
            "ours", [Rule(({"a": True}, {"b": True}), records("both")), Rule(({"c": True},), fails(OSError()))]
        )
        assert ours.run([{"a": True}]) == []
        assert ours.run([{"b": True}]) == []
        with pytest.raises(EngineFailure):
            ours.run([{"a": True}, {"c": True}])

        assert ours.run([{"b": True}]) == []
        assert live_states(ours) == 0

    def test_ids_do_not_fall_together(self) -> None:
        """
        The engine tells facts apart by a hash of 32 bits of their ids; of those that we give no two have the same.
        """

        def hashed(text: str) -> int:
            value = 2_166_136_261
            for byte in text.encode():
                value = (value * 16_777_619 & 0xFFFFFFFF) ^ byte
            return value

        ids = ["begin", f"sid-{durable_engine._STATE}", *(f"f{i}" for i in range(1, MOST_FACTS + 2))]

        assert len({hashed(name) for name in ids}) == len(ids)

    def test_as_many_facts_as_may_be(self) -> None:
        """
        A run takes as many facts as it says, and not one more.
        """
        ours = RuleSet("ours", [Rule(({"$gte": {"a": MOST_FACTS - 1}},), records("last"))])

        assert ours.run({"a": i} for i in range(MOST_FACTS)) == ["last"]
        with pytest.raises(EngineFailure, match=str(MOST_FACTS)):
            ours.run({"a": i} for i in range(MOST_FACTS + 1))

    def test_a_run_within_a_run(self) -> None:
        """
        An effect may run another rule set, but not its own.
        """
        other = both()
        ours = RuleSet(
            "ours", [Rule(({"a": True},), lambda firing: firing.record(other.run([{"a": True}, {"b": True}])))]
        )
        own = RuleSet("own", [Rule(({"a": True},), lambda _: own.run([{"a": True}]) and None)])

        assert ours.run([{"a": True}]) == [["c"]]
        with pytest.raises(EngineFailure, match="正在运行"):
            own.run([{"a": True}])

    def test_a_state_that_cannot_be_begun(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """
        To delete a state in which nothing fired could bring the process down; its rule set is made anew instead.
        """
        ours = both()
        handle = ours._handle
        with monkeypatch.context() as patch:
            patch.setattr(durable_engine, "_BEGIN", '{"other": true, "sid": "s", "id": "begin"}')
            with pytest.raises(EngineFailure):
                ours.run([{"a": True}])

        assert ours._handle != handle
        assert ours.run([{"a": True}, {"b": True}]) == ["c"]

    @pytest.mark.parametrize("error", [MemoryError(), Exception("error code: 303"), OSError("broken")])
    def test_every_error_is_ours(self, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
        """
        Whatever the engine raises becomes an EngineFailure that says what to do.
        """
        ours, real = both(), durable_engine._engine()

        class Broken:
            def __getattr__(self, name: str) -> Any:
                return getattr(real, name)

            def complete_and_start_action(self, *_: Any) -> Any:
                raise error

        monkeypatch.setattr(durable_engine, "_loaded", [Broken()])
        with pytest.raises(EngineFailure, match="compiled"):
            ours.run([{"a": True}, {"b": True}])

    @pytest.mark.skipif(not STATUS.exists(), reason="no /proc here to read the memory from")
    def test_memory_of_rule_sets_comes_back(self) -> None:
        """
        Of many rule sets only the last are kept, and the others' memory is used again.
        """
        kept = RuleSets(lambda key: RuleSet("set", [Rule(({f"a{i}": key},), records(i)) for i in range(20)]), 20)
        for key in range(100):
            kept[key].run([{"a0": key}])
        before = resident()
        for key in range(100, 1_600):
            assert kept[key].run([{"a0": key}]) == [0]

        assert len(kept.kept) == 20
        assert resident() - before < 60  # 1,500 of them hold some 200 MB

    def test_threads(self) -> None:
        """
        Eight threads on one rule set get what one gets.
        """
        ours = both()

        def run(number: int) -> list[Any]:
            return ours.run([{"a": True}, {"b": number % 3 == 0}])

        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(run, range(1_200)))

        assert found == [["c"] if number % 3 == 0 else [] for number in range(1_200)]


@with_engine
class TestMachine:
    """
    The state machine on the engine.
    """

    @pytest.mark.parametrize("city", shipped_packs())
    def test_both_machines_agree(self, city: str) -> None:
        """
        For any state, events and guards the transitions that match are those of the other machine, in its order.
        """
        lifecycle = load_pack(city).lifecycle
        assert lifecycle is not None
        plain, ours, lot = Machine(lifecycle), DurableMachine(lifecycle), random.Random(city)  # noqa: S311
        events = sorted({transition.event for transition in lifecycle.transitions})
        states = sorted({transition.origin for transition in lifecycle.transitions})
        matched = 0
        for _ in range(400):
            state, happened = lot.choice([*states, "no such state"]), lot.sample(events, lot.choice((1, 1, 2, 5)))
            named = (i for i, transition in enumerate(lifecycle.transitions) if transition.event in happened)
            guards = {i: lot.choice(GUARDS) for i in named}
            expected = plain.matching(state, happened, guards)
            found = ours.matching(state, happened, guards)
            matched += bool(expected)

            assert (found, list(found)) == (expected, list(expected))
        assert matched > 20

    def test_many_ways_out_of_a_state(self) -> None:
        """
        A state may have more transitions than a rule set has room for.
        """
        lifecycle = load_pack("luzhou").lifecycle
        assert lifecycle is not None
        first = lifecycle.transitions[0]
        many = replace(lifecycle, transitions=tuple(replace(first, event=f"event {i % 30}") for i in range(60)))
        guards = dict.fromkeys(range(60), GUARDS[0])

        found = DurableMachine(many).matching(first.origin, ["event 7", "event 29"], guards)

        assert list(found) == [7, 29, 37, 59]


class TestMissing:
    """
    A machine on which the engine is not installed, or is of no use.
    """

    def run(self, tmp_path: Path, stub: str, *command: str) -> subprocess.CompletedProcess[str]:
        folder = tmp_path / "stub" / "durable"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "__init__.py").write_text(stub)
        (folder / "engine.py").write_text("")
        where = {**os.environ, "PYTHONPATH": str(folder.parent), "PYTHONIOENCODING": "utf-8"}
        return subprocess.run([sys.executable, *command], capture_output=True, text=True, env=where, encoding="utf-8")

    @pytest.mark.parametrize(
        ("stub", "said"),
        [
            ('raise ModuleNotFoundError("No module named durable")', "没有安装 durable-rules"),
            ('raise ImportError("rules.so: undefined symbol: PyEval_CallObject")', "PyEval_CallObject"),
            ('raise SystemError("a broken library")', "durable-rules 不能使用"),
            ("", "没有安装 durable-rules"),
        ],
    )
    def test_what_is_said(self, tmp_path: Path, stub: str, said: str) -> None:
        """
        The sentence says that it is missing and how to install it, and the exit code is 2, without a traceback.
        """
        file = str(ROOT / "examples" / "luzhou-clean.json")
        command = ("-m", "govit_rules", "check", file, "--as-of", "2026-11-21")
        missing = self.run(tmp_path, stub, *command, "--engine", "durable")
        without = self.run(tmp_path, stub, *command)

        assert missing.returncode == 2
        assert missing.stdout == ""
        assert said in missing.stderr
        assert "pip install 'govit-rules[durable]'" in missing.stderr
        assert (
            "CPPFLAGS=-DPyEval_CallObject=PyObject_CallObject pip install --no-cache-dir durable-rules"
            in missing.stderr
        )
        assert "Traceback" not in missing.stderr
        assert without.returncode in (0, 3)

    def test_available(self, tmp_path: Path) -> None:
        """
        ``available`` says whether it can be used, and raises nothing.
        """
        code = "from govit_rules.durable_engine import available; print(available())"

        assert self.run(tmp_path, "raise SystemError", "-c", code).stdout == "False\n"
