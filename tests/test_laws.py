"""
The three laws that hold for every pack: what is settled stays settled, what is unknown can go either way, and the same
arguments give the same decision.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govit_rules import evaluate
from govit_rules.library import load_pack_file
from govit_rules.testing.strategies import boundaries, judging_days, project_of, projects
from test_reference import CITIES, DEMO, pack_of, reference_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from govit_rules import Decision
    from govit_rules.packs import Pack


def drawn(data: st.DataObject, pack: Pack, given: tuple[float, ...]) -> tuple[date, dict[str, Any]]:
    as_of = data.draw(st.sampled_from(judging_days(pack)))
    return as_of, data.draw(projects(pack, as_of, given=data.draw(st.sampled_from(given))))


def settled(decision: Decision) -> dict[str, str]:
    """
    What a decision says for good: rules, steps and applicability that need no fact.
    """
    said = {finding.rule: finding.outcome for finding in decision if not finding.needs}
    said |= {step.step: step.status for step in decision.path if step.status != "unknown"}
    return said if decision.applies == "unknown" else {**said, "applies": decision.applies}


@pytest.mark.parametrize("city", CITIES)
class TestSettled:
    @settings(max_examples=30)
    @given(data=st.data())
    def test_facts_revealed_do_not_unsettle(self, city: str, data: st.DataObject) -> None:
        """
        An outcome with empty needs is settled: revealing a fact never turns it into violated or out of it.
        """
        pack = pack_of(city)
        as_of, facts = drawn(data, pack, (0.4, 0.8, 0.95))
        decision = evaluate(project_of(facts), pack, as_of=as_of)
        hidden = [path for path in sorted(pack.facts_read) if facts.get(path) is None and not is_claim(pack, path)]
        edges = boundaries(pack, as_of)
        revealed = {path: data.draw(st.sampled_from(edges[path])) for path in data.draw(some_of(hidden))}

        later = evaluate(project_of({**facts, **revealed}), pack, as_of=as_of)

        after = {
            **{f.rule: f.outcome for f in later},
            **{s.step: s.status for s in later.path},
            "applies": later.applies,
        }
        for name, said in settled(decision).items():
            assert (after[name] == "violated") == (said == "violated"), name
            if name not in pack.rules or (pack.rules[name].classifies and said != "review"):
                assert after[name] == said, name
            elif said != "review":
                assert after[name] not in ("unknown", "review"), name


def is_claim(pack: Pack, path: str) -> bool:
    fact = pack.fact(path)
    return fact is not None and fact.claim


def some_of(paths: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(paths), max_size=8, unique=True) if paths else st.just([])


@pytest.mark.parametrize("city", CITIES)
class TestUnknown:
    @settings(max_examples=12)
    @given(data=st.data())
    def test_it_can_go_either_way(self, city: str, data: st.DataObject) -> None:
        """
        Each unknown can show two completions, one violated and one not; of a classifying rule, one true and one false.
        """
        pack = pack_of(city)
        as_of, facts = drawn(data, pack, (0.0, 0.4, 0.8, 0.95))
        decision = evaluate(project_of(facts), pack, as_of=as_of)
        reference = reference_of(city, as_of)
        known = reference.known(decision.project)
        for finding in decision:
            if finding.outcome in ("unknown", "review") or finding.needs:
                pair = reference.two_completions(finding.definition, known)
                assert pair is not None, finding
                turned = "met" if finding.definition.classifies else "violated"
                for completion, expected in zip(pair, (True, False), strict=True):
                    if (complete := completed(facts, completion, known)) is not None:
                        outcome = evaluate(project_of(complete), pack, as_of=as_of)[finding.rule].outcome
                        assert (outcome == turned) is expected, (finding, complete)


def completed(
    facts: Mapping[str, Any], completion: Mapping[str, Any], known: Mapping[str, Any]
) -> dict[str, Any] | None:
    """
    The facts of a project with those of a completion; None if it is one of figures, calendars or judgements as well.
    """
    added = {name: value for name, value in completion.items() if name not in known and value is not None}
    figures = {name for name in added if name.startswith("$")}
    if any(name.startswith(("judgement:", "unpublished:", "holidays.")) for name in added):
        return None
    return None if figures else {**facts, **{name: as_json(value) for name, value in added.items()}}


def as_json(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Decimal):
        return f"{value}元"
    return value.isoformat() if isinstance(value, date) else value


@pytest.mark.parametrize("city", CITIES)
class TestTheSame:
    @settings(max_examples=8)  # a decision as JSON has all its explanations, and takes its time
    @given(data=st.data())
    def test_in_whatever_order_and_after_whatever(self, city: str, data: st.DataObject) -> None:
        """
        The same arguments give the same decision, however the facts are ordered and whatever was decided before.
        """
        pack = pack_of(city)
        as_of, facts = drawn(data, pack, (0.4, 0.8, 1.0))
        first = evaluate(project_of(facts), pack, as_of=as_of).model_dump_json()
        evaluate(project_of(data.draw(projects(pack, as_of))), pack, as_of=as_of).model_dump_json()
        at = data.draw(st.integers(0, len(facts)))
        shuffled = dict([*list(facts.items())[at:], *reversed(list(facts.items())[:at])])

        assert evaluate(project_of(shuffled), pack, as_of=as_of).model_dump_json() == first


@settings(max_examples=8)
@given(data=st.data())
def test_a_pack_just_read_decides_as_one_long_used(data: st.DataObject) -> None:
    """
    What a pack has worked out for other projects does not change what it says.
    """
    used = pack_of("demo")
    as_of, facts = drawn(data, used, (0.4, 0.9))
    evaluate(project_of(data.draw(projects(used, as_of))), used, as_of=as_of)

    expected = evaluate(project_of(facts), load_pack_file(DEMO), as_of=as_of).model_dump_json()

    assert evaluate(project_of(facts), used, as_of=as_of).model_dump_json() == expected


@settings(max_examples=60)
@given(data=st.data())
def test_due_on_is_the_last_day_in_time(data: st.DataObject) -> None:
    """
    What is pending with a last day is not violated on that day and is on the next, if nothing happens until then.
    """
    pack = pack_of("demo")
    as_of, facts = drawn(data, pack, (1.0,))
    facts |= {path: False for path in facts if is_ahead(pack, path, facts[path], as_of)}
    decision = evaluate(project_of(facts), pack, as_of=as_of)
    for finding in decision:
        if finding.due_on is None or finding.needs or isinstance(finding.definition.due, str):
            continue
        last, next_day = (evaluate(project_of(facts), pack, as_of=finding.due_on + timedelta(days)) for days in (0, 1))
        assert as_of <= last.as_of, finding
        assert last[finding.rule].outcome != "violated", finding
        if next_day.applies == "yes":  # the figures may have changed, and with them what it applies to
            outcome = next_day[finding.rule]
            assert outcome.outcome == "violated" or set(outcome.needs) <= {f"holidays.{next_day.as_of.year}"}, finding
            assert outcome.outcome not in ("met", "not_applicable"), finding


def is_ahead(pack: Pack, path: str, value: Any, as_of: date) -> bool:
    fact = pack.fact(path)
    return fact is not None and fact.type == "event_date" and bool(value) and date.fromisoformat(value) > as_of
