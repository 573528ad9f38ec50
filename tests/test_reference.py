"""
The engine against the second opinion (`reference`): the same outcomes, needs and path on projects made of a pack.

By hand, for long runs: ``python tests/test_reference.py CITY N [SEED]``, CITY being ``demo`` or a shipped pack.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from govit_rules import evaluate
from govit_rules.conditions import DayFact, atom_level
from govit_rules.judge import DIRECT, Judge, judge_for
from govit_rules.library import load_pack, load_pack_file, shipped_packs
from govit_rules.testing.strategies import boundaries, judging_days, project_of, projects
from govit_rules.values import last_published_year
from reference import Reference, differences, walk
from strategies import days_known, single_tests

if TYPE_CHECKING:
    from govit_rules import Decision
    from govit_rules.packs import Pack

DEMO = Path(__file__).parent / "packs" / "demo.yaml"
CITIES = ("demo", *shipped_packs())


@cache
def pack_of(city: str) -> Pack:
    return load_pack_file(DEMO) if city == "demo" else load_pack(city)


@cache
def reference_of(city: str, as_of: date, limit: int = 3_000, draws: int = 150) -> Reference:
    return Reference(pack_of(city), as_of, limit=limit, draws=draws)


def compared(city: str, as_of: date, facts: dict[str, Any], reference: Reference | None = None) -> list[str]:
    """
    Where engine and reference disagree on a project.
    """
    decision = evaluate(project_of(facts), pack_of(city), as_of=as_of)
    return list(differences(reference or reference_of(city, as_of), decision))


@pytest.mark.parametrize("city", CITIES)
class TestReference:
    @settings(max_examples=35)
    @given(data=st.data())
    def test_much_known(self, city: str, data: st.DataObject) -> None:
        """
        With few facts missing the engine decides as the reference does.
        """
        as_of = data.draw(st.sampled_from(judging_days(pack_of(city))))
        facts = data.draw(projects(pack_of(city), as_of, given=data.draw(st.sampled_from((0.93, 1.0)))))

        assert compared(city, as_of, facts) == []

    @settings(max_examples=12)
    @given(data=st.data())
    def test_much_missing(self, city: str, data: st.DataObject) -> None:
        """
        With many facts missing the engine decides as the reference does, or as no completion that it tried gainsays.
        """
        as_of = data.draw(st.sampled_from(judging_days(pack_of(city))))
        facts = data.draw(projects(pack_of(city), as_of, given=data.draw(st.sampled_from((0.0, 0.3, 0.7)))))

        assert compared(city, as_of, facts) == []

    @settings(max_examples=35)
    @given(data=st.data())
    def test_both_ways_of_answering_agree(self, city: str, data: st.DataObject) -> None:
        """
        The first few projects of a day are answered directly, the others through generated code: alike.
        """
        pack = pack_of(city)
        as_of = data.draw(st.sampled_from(judging_days(pack)[:4]))
        project = project_of(data.draw(projects(pack, as_of)))
        for _ in range(DIRECT):
            evaluate(project, pack, as_of=as_of)

        decision = evaluate(project, pack, as_of=as_of)

        assert judge_for(pack, as_of)._rules is not None
        assert answers(decision) == direct_answers(pack, as_of, decision)


# 样例 within scope, and the facts on which scope turns.
IN_SCOPE: dict[str, Any] = {
    "owner.level": "municipal",
    "owner.type": "public_institution",
    "funding.total_investment": "300万元",
    "classified": False,
    "content.category": "network",
    "planning.applied_on": "2026-12-30",
}


@pytest.mark.skipif(last_published_year() > 2026, reason="the calendar of 2027 is published")
@pytest.mark.parametrize(
    ("answered_on", "outcome", "needs"),
    [
        ("2027-01-04", "met", ()),
        ("2027-01-05", "unknown", ("holidays.2027",)),
        ("2027-01-11", "unknown", ("holidays.2027",)),
        (False, "unknown", ("holidays.2027",)),
    ],
)
def test_calendars_not_published(answered_on: Any, outcome: str, needs: tuple[str, ...]) -> None:
    """
    Past the last published year a deadline is a range; between its first and last day it is unknown.
    """
    facts, as_of = {**IN_SCOPE, "local.answered_on": answered_on}, date(2027, 1, 11)
    finding = evaluate(project_of(facts), pack_of("demo"), as_of=as_of)["DM-2-e"]

    assert (finding.outcome, finding.needs) == (outcome, needs)
    assert compared("demo", as_of, facts) == []


@settings(max_examples=400)
@given(data=st.data())
def test_single_tests(data: st.DataObject) -> None:
    """
    A test is true or false if it is so on every later day on which what has not happened may happen, else open.
    """
    as_of = data.draw(st.sampled_from((date(2025, 3, 17), date(2026, 3, 31), date(2026, 2, 1))))
    test = data.draw(single_tests(as_of))
    assume(not names_one_event_twice(test))
    values = data.draw(days_known(as_of))

    assert atom_level(test, values, as_of) == reference_of("demo", as_of).test(test, values)


def names_one_event_twice(test: Any) -> bool:
    """
    Then its two sides move together, which no pack needs and the engine does not look into.
    """
    named = [part.fact for part in walk(test) if isinstance(part, DayFact)]
    return len(named) > len(set(named))


def answers(decision: Decision) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = [(decision.applies,)]
    found += [(finding.rule, finding.outcome, finding.needs) for finding in decision]
    for _ in range(DIRECT):
        evaluate(decision.project, decision.pack, as_of=decision.as_of).path  # noqa: B018  # these are answered directly
    again = evaluate(decision.project, decision.pack, as_of=decision.as_of)
    return found + [(step.step, step.status, step.done, step.needs) for step in again.path]


def direct_answers(pack: Pack, as_of: date, decision: Decision) -> list[tuple[Any, ...]]:
    judge = Judge(pack, as_of)
    given = (decision.project, decision._local, decision.stage)
    scope, verdicts = judge.verdicts(*given)
    found: list[tuple[Any, ...]] = [(scope.state,)]
    found += [(verdict.rule, verdict.outcome, verdict.needs) for verdict in verdicts]
    steps, done = judge.steps_of(*given)
    assert judge._rules is None
    return found + [(s.step, s.status, is_done, s.needs) for s, is_done in zip(steps, done, strict=True)]


def main(city: str, number: int, seed: int = 0) -> int:
    """
    Compare many projects; print what was compared and every difference, with a project that shows it.
    """
    lot = random.Random(seed)  # noqa: S311  # projects to test with
    pack, began = pack_of(city), time.monotonic()
    days = judging_days(pack)
    tables = {day: boundaries(pack, day) for day in days}
    references = {day: Reference(pack, day, limit=4_000, draws=100) for day in days}
    outcomes: Counter[str] = Counter()
    found: dict[str, tuple[date, dict[str, Any]]] = {}
    disagreeing = 0
    for _ in range(number):
        day = lot.choice(days)
        share = lot.choices((0.3, 0.8, 0.9, 0.97, 1.0), (1, 9, 20, 30, 40))[0]  # the fewer given, the slower
        facts = {path: lot.choice(edges) for path, edges in tables[day].items() if lot.random() < share}
        decision = evaluate(project_of(facts), pack, as_of=day)
        outcomes.update(finding.outcome for finding in decision)
        problems = list(differences(references[day], decision))
        disagreeing += bool(problems)
        for problem in problems:
            if problem not in found or len(facts) < len(found[problem][1]):
                found[problem] = (day, facts)
    for problem, (day, facts) in list(found.items())[:40]:
        print(f"{problem}\n    as_of {day}: {smallest(city, day, facts, problem)}")
    print(
        f"{city}: {number} projects × {len(pack.rules)} rules and {len(pack.path)} steps in {time.monotonic() - began:.0f} s"
    )
    print(f"outcomes: {dict(outcomes)}")
    print(f"projects with differences: {disagreeing}; different differences: {len(found)}")
    return 1 if found else 0


def smallest(city: str, day: date, facts: dict[str, Any], problem: str) -> dict[str, Any]:
    """
    As few facts as still show a problem.
    """
    reference = Reference(pack_of(city), day, limit=20_000, draws=300)
    for path in list(facts):
        fewer = {name: value for name, value in facts.items() if name != path}
        if problem in compared(city, day, fewer, reference):
            facts = fewer
    return facts


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), *(int(text) for text in sys.argv[3:4])))
