"""
Packs: every defect that the loader knows has a file in bad_packs/ that shows it, and the shipped packs have none.
"""

from __future__ import annotations

import ast
import contextlib
import re
import sys
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import govit_rules
from govit_rules import PackError, Project, UnknownCity, cities, evaluate, load_pack
from govit_rules.conditions import facts_in
from govit_rules.library import find_city, load_pack_file, shipped_packs
from govit_rules.pack_reader import read_pack
from test_sources import GENERATED

if TYPE_CHECKING:
    from types import FrameType

    from govit_rules.packs import Pack

SOURCE = Path(govit_rules.__file__).parent
BAD = sorted((Path(__file__).parent / "bad_packs").glob("*.yaml"))
CHINESE = re.compile("[\u4e00-\u9fff]")

# Checks that are still to be written: what the loader says or does today.
TO_DO: dict[str, str] = {}

# Places of the source that report a defect, and that no text reaches: (module, function, start of the call) and why.
EXCLUDED = {
    (
        "sources",
        "build",
        "self.source.add(1, 1, f'YAML",
    ): "libyaml gives a place to all it refuses; another reader may not",
}


def expected(path: Path) -> list[tuple[int, int, str]]:
    """
    What the first lines of a bad pack say of it: ``# expect: LINE:COLUMN: PART OF THE MESSAGE``.
    """
    text = path.read_text(encoding="utf-8")
    return [
        (int(line), int(column), what)
        for line, column, what in re.findall(r"^# expect: (\d+):(\d+): (.+)$", text, re.MULTILINE)
    ]


def bad_packs() -> list[Any]:
    """
    The bad packs, with those marked that the loader does not refuse as it should.
    """
    return [
        pytest.param(
            path, id=path.stem, marks=[pytest.mark.xfail(reason=TO_DO[path.stem])] if path.stem in TO_DO else []
        )
        for path in BAD
    ]


@pytest.mark.parametrize("path", bad_packs())
def test_bad_pack(path: Path) -> None:
    """
    A bad pack is refused for just the defect that its first line names, at its place, in Chinese, with a mend.
    """
    with pytest.raises(PackError) as refusal:
        load_pack_file(path)

    defects = refusal.value.defects
    wanted = expected(path)
    assert [(defect.line, defect.column) for defect in defects] == [place[:2] for place in wanted], str(refusal.value)
    for defect, (line, column, what) in zip(defects, wanted, strict=True):
        assert what in defect.what
        assert defect.where == f"{path}:{line}:{column}"
        assert CHINESE.search(defect.what)
        assert CHINESE.search(defect.mend)
        assert not re.search(r"None|Constant|object at|Error|<class", defect.what), "a word of Python's"


@pytest.mark.parametrize("path", [path for path in BAD if path.stem not in TO_DO], ids=lambda path: path.stem)
def test_the_line_is_shown_with_a_mark(path: Path) -> None:
    """
    Under the line of the file stands a mark, below the very character; Chinese characters are two columns wide.
    """
    with pytest.raises(PackError) as refusal:
        load_pack_file(path)

    lines = path.read_text(encoding="utf-8").splitlines()
    for defect in refusal.value.defects:
        shown, mark = defect.excerpt.split("\n") if defect.excerpt else ("", "^")
        line = lines[defect.line - 1] if defect.line <= len(lines) else ""
        assert shown.strip().removesuffix("...") in line
        width = sum(2 if ord(char) > 0x2E7F else 1 for char in line[: defect.column - 1])
        assert mark.rstrip() == " " * (4 + width if shown else 0) + "^"
        assert mark.index("^") >= 0
        assert defect.mend in str(refusal.value)


def test_bad_packs_say_what_they_show() -> None:
    """
    Every bad pack begins with what is expected, every mark of a check to come has its pack, and no two are alike.
    """
    texts = [path.read_text(encoding="utf-8").partition("\n")[2] for path in BAD]

    assert [path.name for path in BAD if not expected(path)] == []
    assert set(TO_DO) <= {path.stem for path in BAD}
    assert len(texts) == len(set(texts))


# -- definitions of definitions


def defined(definitions: list[str], named: int = -1) -> str:
    """
    A pack with one rule, which turns on one of some definitions.
    """
    lines = "".join(f"  d{i}: {condition}\n" for i, condition in enumerate(definitions))
    return f"""\
city: demo
name: {{zh: 样例市, en: Demo}}
division_code: "990000"
regulation: {{title: 样例办法}}
definitions:
{lines}applies: {{rule.DM-1: true}}
rules:
  DM-1: {{kind: scope, article: 第一条, stage: any, scope: true, severity: mandatory, bearer: 甲, zh: {{title: 甲}}, en: {{title: A}},
    when: {{def.d{range(len(definitions))[named]}: true}}}}
articles: {{}}
"""


def chain(links: int, *, upwards: bool) -> str:
    """
    Definitions that each name the next one below, or the one above.
    """
    last = "{classified: false}"
    if upwards:
        return defined([last, *(f"{{def.d{i}: true}}" for i in range(links - 1))])
    return defined([*(f"{{def.d{i + 1}: true}}" for i in range(links - 1)), last], 0)


def doubling(times: int) -> str:
    """
    Definitions that each name the one before it twice.
    """
    return defined(["{classified: false}", *(f"{{all: [def.d{i}, def.d{i}]}}" for i in range(times))])


LONG_CHAINS = [chain(1000, upwards=False), doubling(50)]


@pytest.mark.parametrize("text", [*LONG_CHAINS, doubling(1000)], ids=["chain", "bomb", "long-bomb"])
def test_definitions_cannot_exhaust_the_reader(text: str) -> None:
    """
    A long chain of definitions, and one that doubles with each (an alias bomb by another name), are refused at once.
    """
    start = time.perf_counter()
    with pytest.raises(PackError) as refusal:
        read_pack(text, "x.yaml")

    assert time.perf_counter() - start < 5
    assert all("定义" in defect.what or "写开后" in defect.what for defect in refusal.value.defects)


@pytest.mark.parametrize("upwards", [True, False])
@pytest.mark.parametrize("links", [2, 10, 50])
def test_definitions_may_build_on_each_other(links: int, *, upwards: bool) -> None:
    """
    Chains as long as anybody writes are read, in whichever order they stand, and can be judged by.
    """
    pack = read_pack(chain(links, upwards=upwards), "x.yaml")

    assert evaluate(Project(classified=False), pack, as_of=date(2026, 1, 1)).applies == "yes"


@pytest.mark.parametrize("links", [59, 60, 61, 200, 1000])
def test_what_is_read_can_be_judged_by(links: int) -> None:
    """
    However long a chain is, in the order that is read first to last it is refused, or else it can be judged by.
    """
    try:
        pack = read_pack(chain(links, upwards=True), "x.yaml")
    except PackError:
        return
    assert evaluate(Project(classified=False), pack, as_of=date(2026, 1, 1)).applies == "yes"


# -- completeness


def reporting_calls(module: str) -> dict[int, tuple[str, str, str]]:
    """
    The calls of a module that report a defect, by line: (module, function, source of the call).
    """
    tree = ast.parse((SOURCE / f"{module}.py").read_text(encoding="utf-8"))
    return {
        call.lineno: (module, function.name, ast.unparse(call))
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and _reports(call.func)
    }


def _reports(callee: ast.expr) -> bool:
    if isinstance(callee, ast.Name):
        return callee.id in ("_Unreadable", "Defect")
    if not isinstance(callee, ast.Attribute):
        return False
    if callee.attr == "add":
        return ast.unparse(callee.value) in ("self", "source", "self.source")
    return callee.attr in ("report", "_stop", "_wrong", "_mismatch", "_fail")


def lines_run(texts: list[bytes | str]) -> set[tuple[str, int]]:
    """
    The lines of the loader that run while some texts are read: (module, line).
    """
    seen: set[tuple[str, int]] = set()

    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        path = Path(frame.f_code.co_filename)
        if path.parent != SOURCE:
            return None
        if event == "line":
            seen.add((path.stem, frame.f_lineno))
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        for text in texts:
            _read(text)
    finally:
        sys.settrace(before)
    return seen


def _read(text: bytes | str) -> None:
    with contextlib.suppress(Exception):  # what is wrong with it is another test's question
        read_pack(text, "x.yaml")


def test_every_message_has_a_bad_pack() -> None:
    """
    Each call that reports a defect is reached by a bad pack, or by a text too large for a file.
    """
    generated = [text for name, text, *_ in GENERATED if not name.startswith("too-many")]
    texts: list[bytes | str] = [*generated, *LONG_CHAINS, *(path.read_bytes() for path in BAD)]
    calls = {
        (module, line): call
        for module in ("sources", "entries", "lifecycle_reader", "pack_reader", "grammar")
        for line, call in reporting_calls(module).items()
    }
    excluded = {
        call for call in calls.values() for start in EXCLUDED if call[:2] == start[:2] and call[2].startswith(start[2])
    }

    seen = lines_run(texts)

    unseen = [call for place, call in calls.items() if place not in seen and call not in excluded]
    assert len(calls) > 50
    assert unseen == []
    assert len(excluded) == len(EXCLUDED)


# -- the manual


def test_the_packs_of_the_manual_can_be_read() -> None:
    """
    The whole pack of docs/packs.md has no defect, and none with what its section on the lifecycle adds.
    """
    from govit_rules.lifecycle_reader import _CLOCK, _EVENT, _LIFECYCLE, _YEARLY

    pack, added = pack_of_the_manual()

    assert pack.lifecycle is not None
    assert {each.origin for each in pack.lifecycle.transitions} > {pack.lifecycle.initial}
    assert set(_LIFECYCLE) - {"notes"} == set(added["lifecycle"])
    assert set(_EVENT) - {"note"} == {key for event in added["lifecycle"]["events"].values() for key in event}
    assert set(_CLOCK) - {"note"} == {key for clock in added["lifecycle"]["clocks"] for key in clock}
    assert set(_YEARLY) == {key for yearly in added["lifecycle"]["yearly"] for key in yearly}


def pack_of_the_manual() -> tuple[Pack, Any]:
    """
    The pack of docs/packs.md with the section on the lifecycle added, and that section as data.
    """
    manual = (SOURCE.parent.parent / "docs" / "packs.md").read_text(encoding="utf-8")
    blocks = re.findall("```yaml\n(.*?)```", manual, re.DOTALL)
    whole = next(yaml.safe_load(block) for block in blocks if block.startswith("city:") and "rules:" in block)
    added = next(yaml.safe_load(block) for block in blocks if "clocks:" in block)
    assert read_pack(yaml.safe_dump(whole, allow_unicode=True, sort_keys=False), "whole.yaml").rules
    for section, entries in added.items():
        whole[section] = entries if section == "lifecycle" else {**whole[section], **entries}
    return read_pack(yaml.safe_dump(whole, allow_unicode=True, sort_keys=False), "lifecycle.yaml"), added


# -- several defects


def test_all_defects_at_once() -> None:
    """
    A pack that is wrong in many places gives all of them at once, in the order of the file.
    """
    text = """\
city: demo
name: {zh: 样例市, en: Demo}
division_code: "990000"
regulation: {title: 样例办法, issued: 2020-01-01, effective: 2019-01-01}
colour: red
parameters:
  floor: {article: 第一条, zh: 甲, values: {2020-01-01: 20万元, 2019-01-01: 30万元}}
definitions:
  idle: {classified: true}
applies: {rule.DM-1: true}
rules:
  DM-1: {kind: scope, article: 第一条, stage: any, scope: true, severity: mandatory, bearer: 甲, zh: {title: 甲}, en: {title: A},
    when: {clasified: false, funding.total_investment: "> 20", owner.level: [county, villag]}}
  DM-2: {kind: prohibition, article: 第二条, stage: opening, severity: mandatory, bearer: 甲, zh: {title: 乙}, en: {title: B}}
path:
  S1: {name: 甲, actor: 乙, articles: [第一条], norms: [DM-7]}
articles: {}
"""
    with pytest.raises(PackError) as refusal:
        read_pack(text, "x.yaml")

    assert [(defect.line, defect.what) for defect in refusal.value.defects] == [
        (4, "施行日期早于发布日期"),
        (5, "没有名为 'colour' 的键"),
        (7, "floor 没有用到"),
        (7, "日期 2019-01-01 不在前一个之后"),
        (9, "idle 没有用到"),
        (13, "没有声明过的事实 'clasified'"),
        (13, "'20': 金额要写单位"),
        (13, "owner.level 没有值 'villag'"),
        (14, "禁止没有 require"),
        (14, "stage 没有值 'opening'"),
        (16, "没有编号 DM-7"),
    ]
    columns = [(defect.line, defect.column) for defect in refusal.value.defects]
    assert columns == sorted(columns)


def test_defects_travel() -> None:
    """
    A refusal can be sent to another process with all that it says.
    """
    import pickle

    with pytest.raises(PackError) as refusal:
        read_pack("city: demo\n", "x.yaml")

    copied = pickle.loads(pickle.dumps(refusal.value))  # noqa: S301 - made two words ago
    assert copied.defects == refusal.value.defects
    assert str(copied) == str(refusal.value)


@pytest.mark.parametrize("line", range(1, 30))
def test_broken_off_files(line: int) -> None:
    """
    A pack that breaks off in the middle, as after a bad copy, is refused.
    """
    city = next(iter(shipped_packs()))
    lines = shipped_packs()[city].read_text(encoding="utf-8").splitlines(keepends=True)
    kept = lines[: len(lines) * line // 40]

    with pytest.raises(PackError):
        read_pack("".join(kept), "x.yaml")


# -- the shipped packs


@pytest.fixture(params=sorted(shipped_packs()))
def pack(request: pytest.FixtureRequest) -> Pack:
    return load_pack(request.param)


def test_a_pack_is_named_as_its_file(pack: Pack) -> None:
    """
    The city of a shipped pack is the name of its file, and the head that `cities` reads says the same as the pack.
    """
    (head,) = [entry for entry in cities() if entry["city"] == pack.city]

    assert pack.city in shipped_packs()
    assert head == {"city": pack.city, **pack.name, "division_code": pack.division_code}
    assert re.fullmatch("[0-9]{6}", pack.division_code)


def test_a_city_is_found_by_any_of_its_names(pack: Pack) -> None:
    """
    Key, Chinese name with or without 市, English name in any case, and division code find the same pack, read once.
    """
    zh, en = pack.name["zh"], pack.name["en"]
    names = [pack.city, zh, zh.removesuffix("市"), en, en.upper(), f" {en} ", pack.division_code]

    assert {find_city(name) for name in names} == {pack.city}
    assert all(load_pack(name) is pack for name in names)


@pytest.mark.parametrize("name", ["", "atlantis", "市", "../luzhou", "luzhou.yaml", "0", "泸", "5105"])
def test_an_unknown_city(name: str) -> None:
    """
    A name that is no city's is refused, and the cities that there are are named.
    """
    with pytest.raises(UnknownCity) as refusal:
        find_city(name)

    assert all(head["city"] in str(refusal.value) and head["zh"] in str(refusal.value) for head in cities())


def test_a_city_much_like_the_name_is_proposed() -> None:
    """
    A misspelt city is met with the one that is meant.
    """
    with pytest.raises(UnknownCity, match=r"是不是 luzhou\?"):
        load_pack("luzhuo")


def test_no_two_packs_share_a_name() -> None:
    """
    Rule ids, norms and local facts are each one city's own, so that a name says which city is meant.
    """
    packs = [load_pack(city) for city in shipped_packs()]
    names = [
        name
        for each in packs
        for name in (*each.rules, *each.path, *each.facts, *(norm for entry in each.reasons.values() for norm in entry))
    ]

    assert sorted(names) == sorted(set(names))
    assert len({each.division_code for each in packs}) == len(packs)


def test_what_an_event_states_is_read(pack: Pack) -> None:
    """
    Every fact that an event of a shipped pack makes true, or that holds until one does, some rule, step or transition
    reads: else the event states another fact than the one that the rule asks for.
    """
    lifecycle = pack.lifecycle
    assert lifecycle is not None
    settings = [setting for event in lifecycle.events.values() for setting in event.sets]
    stated = {setting.fact for setting in (*settings, *lifecycle.unrecorded)}
    stated |= {event.documents for event in lifecycle.events.values() if event.documents}
    stated |= {setting.fact for yearly in lifecycle.yearly for setting in yearly.resets}
    guards = {name for transition in lifecycle.transitions for name in facts_in(transition.when)}

    assert stated - pack.facts_read - guards == set()


def test_bytes_and_text_are_one_pack(pack: Pack) -> None:
    """
    A pack read from bytes or from text is the same; its digest is that of the file.
    """
    import hashlib

    content = shipped_packs()[pack.city].read_bytes()
    from_text = read_pack(content.decode(), "x.yaml", shipped=True)

    assert from_text == read_pack(content, "x.yaml", shipped=True) == pack
    assert pack.digest == f"sha256:{hashlib.sha256(content).hexdigest()}"


def test_a_file_of_ones_own_may_share_names(pack: Pack, tmp_path: Path) -> None:
    """
    A copy of a shipped pack loads from anywhere, and is not taken for the shipped one.
    """
    copy = tmp_path / "copy.yaml"
    copy.write_bytes(shipped_packs()[pack.city].read_bytes())

    own = load_pack_file(copy)

    assert not own.shipped
    assert own.rules == pack.rules
    assert own.digest == pack.digest
