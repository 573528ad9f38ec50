"""
Lives of projects, told as histories by articles of the regulations: tests/histories/<city>.yaml.

Each history states a sentence of its regulation: the state the project comes to, the clauses it breaks and on which
day, and the time limits that run, were kept or were missed; and, where ``facts`` says so, what is then known.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from govit_rules import Project, evaluate, load_pack
from govit_rules.events import records_of
from govit_rules.lifecycle import Tracker

if TYPE_CHECKING:
    from govit_rules.lifecycle import Track

FOLDER = Path(__file__).parent / "histories"
KEYS = {
    "history", "article", "partial", "project", "events", "as_of", "state", "breaches", "deadlines", "next", "notices",
    "facts",
}  # fmt: skip


def histories() -> list[Any]:
    return [
        pytest.param(file.stem, history, id=f"{file.stem}: {history['history']}")
        for file in sorted(FOLDER.glob("*.yaml"))
        for history in yaml.safe_load(file.read_text(encoding="utf-8"))
    ]


@cache
def tracker(city: str) -> Tracker:
    return Tracker(load_pack(city))


def tracked(city: str, history: dict[str, Any]) -> Track:
    events = [{**event, "date": str(event["date"])} for event in history["events"]]
    records = records_of(jsonable(events), load_pack(city))
    return tracker(city).track(
        records,
        as_of=history["as_of"],
        given=jsonable(history.get("project") or {}),
        partial=history.get("partial", False),
    )


def jsonable(value: Any) -> Any:
    """
    YAML's dates as JSON has them.
    """
    if isinstance(value, dict):
        return {key: jsonable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [jsonable(item) for item in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


@pytest.mark.parametrize(("city", "history"), histories())
def test_history(city: str, history: dict[str, Any]) -> None:
    """
    A project that lived so stands where the regulation says, and has broken and missed what it says; `check` agrees.
    """
    assert set(history) <= KEYS
    found = tracked(city, history)

    assert found.state == history["state"], shown(found)
    if "breaches" in history:
        assert breaches(found, history) == expected_breaches(history), shown(found)
    for wanted in history.get("deadlines") or ():
        matching = [each for each in (*found.deadlines, *found.past) if each.rule == wanted["rule"]]
        told = [{key: getattr(each, key) for key in wanted} for each in matching]
        assert wanted in told, f"{told}\n{shown(found)}"
    for name in history.get("next") or ():
        assert name in {each.event for each in found.next}, shown(found)
    assert lacking(found.project.model_dump(mode="json"), jsonable(history.get("facts") or {})) == {}
    assert_check_agrees(found)
    if history.get("notices") == []:
        assert found.notices == (), shown(found)
    for wanted in history.get("notices") or ():
        assert (wanted["kind"], wanted["event"]) in {(each.kind, each.line) for each in found.notices}, shown(found)


def assert_check_agrees(found: Track) -> None:
    """
    What `check` says of the tracker's facts is the tracker's decision, and no deadline says other than its rule.
    """
    project = Project.model_validate_json(found.project.model_dump_json(exclude_none=True))
    decision = evaluate(project, found.pack, as_of=found.as_of)

    assert [repr(verdict) for verdict in decision.verdicts] == [repr(verdict) for verdict in found.decision.verdicts]
    for deadline in found.deadlines:
        outcome = decision[deadline.rule].outcome
        assert deadline.status != "missed" or outcome == "violated", deadline
        assert deadline.status != "running" or outcome != "not_applicable", deadline
    still = {each.rule for each in found.breaches if each.cured_on is None}
    assert still == {finding.rule for finding in decision if finding.outcome == "violated"}


def lacking(facts: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """
    The wanted facts that are otherwise, with what they are; null is wanted of one that is not known.
    """
    found = {}
    for name, value in wanted.items():
        held = facts.get(name)
        if isinstance(value, dict):
            found |= {f"{name}.{key}": told for key, told in lacking(held or {}, value).items()}
        elif (sorted(held) if isinstance(held, list) else held) != (
            sorted(value) if isinstance(value, list) else value
        ):
            found[name] = held
    return found


def breaches(found: Track, history: dict[str, Any]) -> list[tuple[Any, ...]]:
    """
    What was broken, in the form of what is wanted: line, day of cure and what then became of the rule only where the
    history names them.
    """
    asked = {(each["rule"], each["on"]): each for each in history["breaches"]}
    told = []
    for each in (each for each in found.breaches if each.binding):
        wanted = asked.get((each.rule, each.on), {})
        line, cured = (each.line if "event" in wanted else 0), (each.cured_on if "cured_on" in wanted else "")
        told.append((each.rule, each.on, line, str(cured), each.became if "became" in wanted else ""))
    return sorted(told)


def expected_breaches(history: dict[str, Any]) -> list[tuple[Any, ...]]:
    return sorted(
        (each["rule"], each["on"], each.get("event", 0), str(each.get("cured_on", "")), each.get("became", ""))
        for each in history["breaches"]
    )


def shown(found: Track) -> str:
    return "\n".join(
        [
            f"state {found.state}",
            *(
                f"{each.record.line} {each.record.day} {each.event} {each.how} → {each.target}"
                for each in found.passages
            ),
            *(
                f"breach {each.rule} on {each.on} line {each.line} cured {each.cured_on}: {each.message}"
                for each in found.breaches
            ),
            *(f"deadline {each}" for each in (*found.deadlines, *found.past)),
            *(f"notice {each.kind} {each.line} {each.text()}" for each in found.notices),
        ]
    )
