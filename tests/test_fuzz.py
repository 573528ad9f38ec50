"""
Whatever is given as a pack or as a project is read or refused with this library's own errors; nothing else is raised.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from govit_rules import Pack, PackError, Project, ProjectError, evaluate, load_pack
from govit_rules.library import shipped_packs
from govit_rules.pack_reader import read_pack
from govit_rules.project import CORE_FACTS, SECTIONS

DAY = date(2026, 11, 21)
CITY, FILE = next(iter(shipped_packs().items()))
LINES = FILE.read_text(encoding="utf-8").splitlines(keepends=True)
PACK = load_pack(CITY)

# A pack that has a little of everything.
SMALL: dict[str, Any] = {
    "city": "demo",
    "name": {"zh": "样例市", "en": "Demo"},
    "division_code": "990000",
    "regulation": {
        "title": "样例办法",
        "issued": date(2019, 8, 27),
        "effective": date(2019, 9, 1),
        "articles": 3,
        "norms": 5,
        "notes": ["甲"],
    },
    "parameters": {
        "floor": {"article": "第一条", "zh": "下限", "values": {"2019-08-27": "20万元", "2021-01-01": "30万元"}},
        "day": {"article": "第一条", "zh": "施行日", "type": "date", "values": {"2019-08-27": date(2019, 8, 27)}},
        "days": {"article": "第二条", "zh": "日数", "values": {"2019-08-27": 15}},
        "wording": {"article": "第一条", "zh": "另行公布", "type": "text", "values": {"2019-08-27": None}},
    },
    "facts": {
        "channel": {
            "type": "enum",
            "zh": "渠道",
            "who": "owner",
            "stage": "planning",
            "values": {"a": "甲", "b": "乙"},
        },
        "tags": {
            "type": "enum_list",
            "zh": "标签",
            "who": "expert",
            "stage": "review",
            "values": {"a": "甲", "b": "乙"},
        },
        "told_on": {"type": "event_date", "zh": "告知", "who": "authority", "stage": "review"},
        "took": {"type": "int", "zh": "天数", "who": "authority", "stage": "review"},
        "set_for": {"type": "due_date", "zh": "另定", "who": "authority", "stage": "review", "claim": True},
    },
    "definitions": {
        "big": {"funding.total_investment": "> $floor"},
        "old": {"not": {"planning.applied_on": ">= $day"}},
    },
    "applies": {"rule.DM-1": True, "any": ["rule.DM-2"]},
    "scope": {"def.big": True},
    "due": {"step": "end_of_stage"},
    "rules": {
        "DM-1": {
            "kind": "scope",
            "article": "第一条",
            "stage": "any",
            "severity": "mandatory",
            "scope": True,
            "bearer": "甲",
            "when": {"all": ["def.big", {"def.old": False}], "stage": "< operation"},
            "zh": {"title": "甲"},
            "en": {"title": "A"},
        },
        "DM-2": {
            "kind": "exclusion",
            "article": "第一条",
            "stage": "any",
            "severity": "mandatory",
            "scope": True,
            "bearer": "甲",
            "when": {"unpublished": "wording", "owner.level": {"none_of": ["county"]}},
            "reading": {"chosen": "甲", "other": "乙", "why": "丙", "instead": {"when": {"classified": True}}},
            "zh": {"title": "甲"},
            "en": {"title": "A"},
        },
        "DM-3": {
            "kind": "deadline",
            "article": "第二条第(一)项",
            "stage": "review",
            "severity": "blocking",
            "bearer": "乙",
            "counts": False,
            "judged_by": "专家",
            "phrases": ["甲乙"],
            "when": {
                "local.channel": ["a", "b"],
                "in_order": [{"classified": False}, {"planning.applied_on": "happened"}],
            },
            "require": {
                "local.told_on": "<= first_set(local.set_for, 09-30 of planning.plan_year - 1) + 5d",
                "acceptance.completed_on": "within 3mo..6mo after later($day, as_of)",
                "construction.progress_report_months": "covers months from start of month of local.told_on until as_of",
                "planning.plan_year": ">= year of as_of - 1",
                "judgement": "必要",
            },
            "due": "local.told_on + 15d",
            "from": date(2019, 8, 27),
            "until": date(2030, 1, 1),
            "zh": {"title": "乙", "fix": "乙"},
            "en": {"title": "B", "fix": "B"},
        },
        "DM-4": {
            "kind": "step",
            "article": "第二条",
            "stage": "review",
            "severity": "advisory",
            "bearer": "乙",
            "when": {"local.took": "<= $days"},
            "require": {"local.tags": {"all_of": ["a"]}, "any": [{"not": {"local.tags": {"any_of": ["b"]}}}]},
            "zh": {"title": "丙", "fix": "丙"},
            "en": {"title": "C", "fix": "C"},
        },
    },
    "path": {
        "S1": {
            "name": "初审",
            "actor": "乙",
            "articles": ["第二条"],
            "norms": ["DM-3", "DM-4"],
            "done_when": {"local.told_on": "happened"},
        }
    },
    "articles": {"第三条": {"DM-5": "授权"}},
    "documents": {"申报表": {"kind": "material", "stage": "application", "prepared_by": "甲", "norms": ["DM-4"]}},
    "agencies": {"市财政局": {"role": "出资", "norms": ["DM-3"]}},
    "lifecycle": {
        "initial": "a",
        "states": {"a": {"zh": "甲", "stage": "planning"}, "b": "乙"},
        "events": {
            "申报": {"also": ["报"], "by": ["甲"], "sets": {"planning.applied_on": "day", "local.tags": ["a"]}},
            "告知": {"sets": {"local.told_on": "day", "planning.plan_year": "year"}, "note": "丁"},
            "月报": {"sets": {"construction.progress_report_months": "month"}, "documents": "local.tags"},
        },
        "unrecorded": {"local.channel": "a", "planning.documents": []},
        "clocks": [{"rule": "DM-4", "from": "申报", "until": "告知", "fact": "local.took", "limit": "$days"}],
        "yearly": [{"states": ["b"], "year": "planning.plan_year", "resets": {"local.told_on": False}}],
        "transitions": [{"from": "a", "event": "申报", "to": "b", "when": {"def.big": True}, "norms": ["DM-3"]}],
    },
}

# -- what may stand in a pack

_words = [
    *(
        "true",
        "false",
        "null",
        "happened",
        "a",
        "b",
        "def.big",
        "rule.DM-1",
        "rule.DM-3",
        "stage",
        "> 20万元",
        ">= $floor",
        "<= as_of + 15d",
    ),
    *(
        "within 3mo..6mo after local.told_on",
        "<= later(as_of, $day)",
        "09-30 of planning.plan_year - 1",
        "第二条",
        "DM-3",
        ">= operation",
    ),
    *("day", "year", "month", "申报", "补充资料", "资料更新", "local.took", "$days"),
    *(
        "planning",
        "enum",
        "money",
        "obligation",
        "blocking",
        "2019-08-27",
        "第九十九条",
        "20万元",
        "-5元",
        "end_of_stage",
        "<= 2026-02-30",
    ),
]
_keys = [
    *(
        "all",
        "any",
        "not",
        "in_order",
        "unpublished",
        "judgement",
        "any_of",
        "none_of",
        "as_of",
        "stage",
        "def.big",
        "rule.DM-2",
        "when",
    ),
    *(
        "require",
        "zh",
        "en",
        "title",
        "values",
        "type",
        "articles",
        "norms",
        "instead",
        "local.tags",
        "local.told_on",
        "classified",
    ),
    *("申报", "补充资料", "sets", "also", "by", "events", "states", "resets", "year", "limit"),
    *(
        "funding.total_investment",
        "owner.level",
        "planning.plan_year",
        "acceptance.due_on",
        "construction.progress_report_months",
    ),
]
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.dates()
    | st.sampled_from(_words)
    | st.text(max_size=20)
    | st.sampled_from([0.5, float("inf"), "", " ", "~", "<<", "=", "\u202e", "\ufeff"])
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_keys) | st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


def read(content: bytes | str) -> Pack | None:
    """
    The pack, or None if it was refused: with defects that have a place in the text, and a mend.
    """
    try:
        pack = read_pack(content, "x.yaml")
    except PackError as error:
        assert error.defects
        lines = content.count(b"\n" if isinstance(content, bytes) else "\n") + 2  # type: ignore[arg-type]
        for defect in error.defects:
            assert defect.what
            assert defect.mend
            assert 0 <= defect.line <= max(lines, len(str(content).splitlines()) + 1)
        return None
    assert isinstance(pack, Pack)
    return pack


def judge(pack: Pack) -> None:
    """
    What was read can judge a project, before its figures are in force and after.
    """
    project = Project.model_validate({"classified": False, "stage": "review", "planning": {"applied_on": False}})
    for day in (date(2000, 2, 29), DAY):
        json.loads(evaluate(project, pack, as_of=day).model_dump_json())


def test_the_small_pack_is_read() -> None:
    """
    What is mutated below is a pack.
    """
    pack = read(written(SMALL))

    assert pack is not None
    judge(pack)


def written(data: Any) -> str:
    return yaml.dump(data, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper), allow_unicode=True, sort_keys=False)


# -- packs


@given(text=st.text() | st.binary())
@example(text="")
@example(text="---")
@example(text="\x85")
@example(text="a: \u2028b")
@settings(max_examples=300)
def test_any_text(text: bytes | str) -> None:
    """
    Arbitrary text and bytes are no pack, and are refused as such.
    """
    assert read(text) is None


@given(text=st.text(alphabet="ab: -[]{}&*!?|>'\"#%@,\n\t~<甲1", max_size=60))
@settings(max_examples=500)
def test_text_that_looks_like_yaml(text: str) -> None:
    """
    Text made of YAML's own signs is refused, and not misread.
    """
    assert read(text) is None


@given(data=values)
@settings(max_examples=200)
def test_any_structure(data: Any) -> None:
    """
    Arbitrary structures are no pack.
    """
    assert read(written(data)) is None


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """
    The paths of all values of a structure.
    """
    if isinstance(data, dict):
        inner = [place for key, value in data.items() for place in places(value, (*path, key))]
    elif isinstance(data, list):
        inner = [place for i, value in enumerate(data) for place in places(value, (*path, i))]
    else:
        inner = []
    return [path, *inner] if path else inner


PLACES = places(SMALL)
_LEFT_OUT = "left out"


def changed(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    """
    A copy with another value at a path, or without it.
    """
    copy: Any = dict(data) if isinstance(data, dict) else list(data)
    if len(path) > 1:
        if isinstance(copy, dict) and path[0] not in copy:
            return copy
        inner = copy[path[0]]
        if isinstance(inner, dict | list):
            copy[path[0]] = changed(inner, path[1:], value)
    elif value is _LEFT_OUT:
        if isinstance(copy, dict):
            copy.pop(path[0], None)
        else:
            del copy[path[0]]
    elif isinstance(copy, dict) or isinstance(path[0], int):
        copy[path[0]] = value
    else:
        copy.append({path[0]: value})
    return copy


@given(path=st.sampled_from(PLACES), value=values | st.just(_LEFT_OUT))
@settings(max_examples=600)
def test_one_place_changed(path: tuple[Any, ...], value: Any) -> None:
    """
    A pack with anything at one place is read or refused; and what is read can judge.
    """
    pack = read(written(changed(SMALL, path, value)))

    if pack is not None:
        judge(pack)


@given(path=st.sampled_from(PLACES), key=st.sampled_from(_keys) | st.text(max_size=5), value=values)
@settings(max_examples=250)
def test_one_key_more(path: tuple[Any, ...], key: str, value: Any) -> None:
    """
    A pack with one more entry anywhere is read or refused; and what is read can judge.
    """
    pack = read(written(changed(SMALL, (*path, key), value)))

    if pack is not None:
        judge(pack)


_OPERATIONS = ("delete", "duplicate", "swap", "indent", "outdent", "cut", "join")


@given(
    edits=st.lists(
        st.tuples(st.sampled_from(_OPERATIONS), st.integers(0, len(LINES) - 1), st.integers(0, len(LINES) - 1)),
        min_size=1,
        max_size=3,
    )
)
@settings(max_examples=200)
def test_a_real_pack_with_lines_changed(edits: list[tuple[str, int, int]]) -> None:
    """
    A real pack of which lines were lost, doubled, moved, shifted or cut is read or refused.
    """
    lines = list(LINES)
    for operation, i, j in edits:
        line = lines[i % len(lines)]
        lines[i % len(lines)] = {
            "delete": "",
            "duplicate": line + line,
            "swap": lines[j % len(lines)],
            "indent": "  " + line,
            "outdent": line.removeprefix("  "),
            "cut": line[: j % (len(line) + 1)],
            "join": line.rstrip("\n"),
        }[operation]

    read("".join(lines))


@given(
    index=st.integers(0, len(LINES) - 1),
    word=st.integers(0, 30),
    value=st.sampled_from([*_words, "[]", "{}", "5", "''", "[a, [b]]", "&a", "*a", "!!int 5", "2026-02-30", "\t"])
    | st.text(max_size=8),
)
@settings(max_examples=300)
def test_a_real_pack_with_a_word_changed(index: int, word: int, value: str) -> None:
    """
    A real pack with another word at one place is read or refused.
    """
    lines = list(LINES)
    words = lines[index].split(" ")
    words[word % len(words)] = value
    lines[index] = " ".join(words)

    read("".join(lines))


# -- projects

names = st.sampled_from(
    [*SECTIONS, *(path.rpartition(".")[2] for path in CORE_FACTS), "local", "$schema", "city", "stage"]
) | st.text(max_size=8)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=10)
    | st.sampled_from(["20万元", "2026-01-31", "approval", "requested"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=5),
    max_leaves=20,
)


def project_of(text: bytes | str) -> Project | None:
    """
    The project, or None if it was refused with defects.
    """
    try:
        return Project.model_validate_json(text)
    except ProjectError as error:
        assert error.defects
        assert str(error)
        return None


@given(data=json_values)
@settings(max_examples=500)
def test_any_json(data: Any) -> None:
    """
    Arbitrary JSON is read as a project or refused; what is read reads again the same.
    """
    project = project_of(json.dumps(data))

    if project is not None:
        assert Project.model_validate_json(project.model_dump_json()) == project


@given(text=st.text() | st.binary() | st.text(alphabet='{}[]":,\\u0123456789ename.-+ \n', max_size=40))
@example(text="[" * 10_000)
@example(text='{"a":' * 10_000)
@example(text="1" * 5_000)
@example(text='{"name": "\\ud800"}')
@example(text='{"funding": {"total_investment": 1e999}}')
@settings(max_examples=500)
def test_any_text_as_json(text: bytes | str) -> None:
    """
    Arbitrary text is read as a project or refused.
    """
    project_of(text)


@given(path=st.sampled_from(sorted(CORE_FACTS)), value=json_values)
@settings(max_examples=700)
def test_any_value_of_a_fact(path: str, value: Any) -> None:
    """
    Whatever stands for one fact is read or refused, and what is read can be judged.
    """
    section, _, name = path.rpartition(".")
    project = project_of(json.dumps({section: {name: value}} if section else {name: value}))

    if project is not None:
        assert evaluate(project, PACK, as_of=DAY).findings


@given(
    local=st.dictionaries(
        st.sampled_from([path.removeprefix("local.") for path in PACK.facts]) | st.text(max_size=10),
        json_values,
        max_size=4,
    )
)
@settings(max_examples=700)
def test_any_local_facts(local: dict[str, Any]) -> None:
    """
    Arbitrary local facts are judged or refused as facts of the project.
    """
    try:
        decision = evaluate(Project.model_validate({"local": local}), PACK, as_of=DAY)
    except ProjectError as error:
        assert all(defect.what and defect.mend for defect in error.defects)
        return
    assert len(decision.findings) == len(PACK.rules)


@given(day=st.dates(), stage=st.none() | st.text(max_size=12) | st.sampled_from(["planning", "evaluation"]))
@settings(max_examples=40)
def test_any_day_and_stage(day: date, stage: str | None) -> None:
    """
    Any day of the calendar can be the day of judging; a stage that is none is refused.
    """
    try:
        assert evaluate(Project(), PACK, as_of=day, stage=stage).findings
    except ValueError as error:
        assert stage is not None
        assert stage in str(error) or repr(stage) in str(error)
