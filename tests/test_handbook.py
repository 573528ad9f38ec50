"""
Packs as pages: one rule in words, a city's page, the atlas.

    python tests/test_handbook.py --write      writes docs/cities and docs/atlas.md anew
"""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from govit_rules.conditions import AllOf, AnyOf, Is, Named, Not
from govit_rules.deadlines import time_limits
from govit_rules.errors import PackError
from govit_rules.handbook import atlas_page, city_page, rule_in_words
from govit_rules.library import load_pack, load_pack_file, shipped_packs
from test_packs import pack_of_the_manual

if TYPE_CHECKING:
    from govit_rules.packs import Pack

ROOT = Path(__file__).parent.parent
DAY = date(2026, 11, 21)
DEMO = load_pack_file(ROOT / "tests" / "packs" / "demo.yaml")
ATLAS = ROOT / "docs" / "atlas.yaml"


def pages() -> dict[Path, str]:
    """
    The generated pages of docs, as they should be.
    """
    packs = {city: load_pack(city) for city in shipped_packs()}
    found = {ROOT / "docs" / "cities" / f"{city}.md": city_page(pack, DAY) for city, pack in packs.items()}
    topics = yaml.safe_load(ATLAS.read_text(encoding="utf-8"))
    return {**found, ROOT / "docs" / "atlas.md": atlas_page(topics, packs, DAY)}


@pytest.mark.parametrize("city", [*shipped_packs(), "atlas"])
def test_the_pages_are_fresh(city: str) -> None:
    """
    docs/cities/<city>.md and docs/atlas.md are what the packs say now.
    """
    for path, page in pages().items():
        if path.stem == city:
            assert path.read_text(encoding="utf-8") == page


@pytest.mark.parametrize("city", shipped_packs())
def test_a_page_leaves_nothing_out(city: str) -> None:
    """
    A city's page names every rule with its article, every norm that is none, every step, figure and reading.
    """
    pack, page = load_pack(city), city_page(load_pack(city), DAY)

    for rule in pack.rules.values():
        assert f"**{rule.id}** {rule.title['zh']}" in page
        assert f"### {rule.article}\n" in page
        assert rule.reading is None or rule.reading.why in page
    for norms in pack.reasons.values():
        assert all(f"| {norm} | {reason.replace('|', chr(92) + '|')} |" in page for norm, reason in norms.items())
    assert all(f"| {step} | " in page for step in pack.path)
    assert page.count("flowchart TD") == 1
    assert all(f"`${name}`" in page for name in pack.parameters)


def test_no_project_is_at_hand() -> None:
    """
    A page says what the text asks, and calls no fact missing.
    """
    assert "没有填" not in city_page(DEMO, DAY)


def test_a_figure_not_published_is_said_to_be_so() -> None:
    """
    A figure that we do not have is shown as 没有公布, one that has changed with its days.
    """
    page = city_page(DEMO, DAY)

    assert "没有公布" in page
    assert " 起）" in page


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_rule_can_be_said(lang: str) -> None:
    """
    Each rule of each pack can be put into words, with its article and title.
    """
    for pack in (DEMO, *map(load_pack, shipped_packs())):
        for rule in pack.rules.values():
            said = rule_in_words(pack, rule, DAY, lang)
            assert rule.article in said
            assert rule.title[lang] in said


# -- the lifecycle

MANUAL = pack_of_the_manual()[0]
# What a line of a state diagram can be, of all that Mermaid's own grammar takes (its stateDiagram.jison).
_LABEL = r"(?:[^\W\n]|[ .,()/+\-\u2010-\u2040\u3000-\u303f\uff00-\uffef]|#[0-9]+;)+"
_LINES = {
    "state": re.compile(rf'    state "({_LABEL})" as (s[0-9]+)'),
    "transition": re.compile(rf"    (s[0-9]+) --> (s[0-9]+) : ({_LABEL})"),
    "start": re.compile(r"    \[\*\] --> (s[0-9]+)"),
    "end": re.compile(r"    (s[0-9]+) --> \[\*\]"),
}
# Words that Mermaid takes for its own in the middle of a line: its lexer looks for them from the line's beginning.
_ITS_OWN = re.compile("(?i)direction\\s+(TB|BT|LR|RL)|<<|\\[\\[")


def diagram_of(page: str) -> tuple[dict[str, str], set[tuple[str, str, str]], list[str], list[str]]:
    """
    The state diagram of a page: states with their labels, transitions, where it starts, and where it ends.
    """
    (block,) = re.findall("```mermaid\nstateDiagram-v2\n(.*?)\n```", page, re.DOTALL)
    states: dict[str, str] = {}
    transitions: set[tuple[str, str, str]] = set()
    ends: dict[str, list[str]] = {"start": [], "end": []}
    for line in block.split("\n"):
        assert not _ITS_OWN.search(line)
        ((kind, found),) = [(kind, match) for kind, form in _LINES.items() if (match := form.fullmatch(line))]
        if kind == "state":
            assert found[2] not in states
            states[found[2]] = decoded(found[1])
        elif kind == "transition":
            assert {found[1], found[2]} <= states.keys()
            transitions.add((found[1], found[2], decoded(found[3])))
        else:
            ends[kind].append(found[1])
    return states, transitions, ends["start"], ends["end"]


def decoded(label: str) -> str:
    """
    A label as Mermaid shows it.
    """
    return re.sub("#([0-9]+);", lambda found: chr(int(found[1])), label)


@pytest.mark.parametrize("pack", [DEMO, MANUAL, *map(load_pack, shipped_packs())], ids=lambda pack: pack.city)
def test_the_diagram_is_the_lifecycle(pack: Pack) -> None:
    """
    The diagram has each state with its label and each transition once, starts in the initial state, and ends where no
    transition leads on; every line of it is one that Mermaid takes.
    """
    lifecycle = pack.lifecycle
    assert lifecycle is not None
    states, transitions, start, end = diagram_of(city_page(pack, DAY))

    assert list(states.values()) == list(lifecycle.states.values())
    codes = dict(zip(states, lifecycle.states, strict=True))
    assert [codes[node] for node in start] == [lifecycle.initial]
    assert {codes[node] for node in end} == {state for state in lifecycle.states if not lifecycle.leaving(state)}
    drawn = {(codes[origin], codes[target]): label for origin, target, label in transitions}
    assert len(drawn) == len(transitions)
    assert drawn.keys() == {(each.origin, each.target) for each in lifecycle.transitions}
    for each in lifecycle.transitions:
        assert each.event[:13] in drawn[each.origin, each.target]


@settings(max_examples=50, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(str.strip))
@pytest.mark.parametrize("word", ["", "direction TB", '"', "%%", "1. ", "a: b; c", "<<fork>>", "#quot;", "]] --> s1"])
def test_no_label_breaks_a_diagram(word: str, text: str) -> None:
    """
    Whatever a state or an event is called, the diagram keeps its form, and shows the very name.
    """
    lifecycle = MANUAL.lifecycle
    assert lifecycle is not None
    name = word + text
    states = dict.fromkeys(lifecycle.states, name)
    transitions = tuple(replace(each, event=name[:13]) for each in lifecycle.transitions)
    pack = replace(MANUAL, lifecycle=replace(lifecycle, states=states, transitions=transitions), _judges={})
    found, drawn, _, _ = diagram_of(city_page(pack, DAY))

    assert set(found.values()) == {" ".join(name.split())}
    assert {label for _, _, label in drawn} <= {" ".join(name[:13].split())}


@pytest.mark.parametrize("pack", [MANUAL, *map(load_pack, shipped_packs())], ids=lambda pack: pack.city)
def test_the_tables_leave_nothing_out(pack: Pack) -> None:
    """
    The page names every event with its other names, who does it, what it makes true and its note; every transition with
    its clauses and note; and every time limit with its clause and bearer.
    """
    page = city_page(pack, DAY).partition("## 生命周期")[2].partition("\n## ")[0]
    rows = [line[2:-2].split(" | ") for line in page.splitlines() if line.startswith("| ")]
    lifecycle = pack.lifecycle
    assert lifecycle is not None
    for event in lifecycle.events.values():
        (row, *_) = [row for row in rows if row[0] == event.name and len(row) == 7]
        assert row[1:3] == ["；".join(event.also), "、".join(event.by)]
        for setting in event.sets:
            fact = pack.fact(setting.fact)
            assert fact is not None
            assert any(row[0] == event.name and f"{fact.zh}：" in row[1] for row in rows)
        assert event.note is None or event.note in page
    for each in lifecycle.transitions:
        course = f"{lifecycle.states[each.origin]} → {lifecycle.states[each.target]}"
        said = [" | ".join(row) for row in rows if row[0] == each.event and course in row]
        assert any(all(norm in text for norm in each.norms) and (each.note or "") in text for text in said)
    timed = [limit.rule for limit in time_limits(pack)] + [pack.rules[clock.rule] for clock in lifecycle.clocks]
    for rule in (*timed, *(pack.rules[name] for name in lifecycle.undated)):
        assert any(row[:2] == [rule.article, rule.id] and row[-1].startswith(rule.bearer) for row in rows)
    assert not {rule.id for rule in timed} & set(lifecycle.undated)


def test_a_lifecycle_in_words() -> None:
    """
    Days, working days, years and lists that an event gives, and what is asked anew, stand on the page in words.
    """
    page = city_page(MANUAL, DAY)

    for line in (
        "| 第三条 | DM-3-a | 方案备案日期 | 申报日期 | 不晚于 申报日期 后15日 | 项目单位 |",
        "| 第三条 | DM-3-b | 答复备案 | 事件“报送方案备案” | 8个工作日以内 | 市数据局（不算在项目头上） |",
        "| 第四条 | DM-4-c | 本年年报报送日期 |  | 不晚于 年报的年份12月20日 | 项目单位 |",
        "| 书面申报 | 申报日期：当日；已提交申报材料：加上所记的材料 |  |",
        "| 投入使用 | 年报的年份：当年 |  |",
        "| 评审通过 | 评审 | 专家 | 已申报 → 已评审 | 评审结果是 通过 | 第二条 DM-2-a |  |",
        "| 报送年报 |  | 项目单位 | 状态不变 |  |  |  |",
        "| 不属任何阶段 | 不适用本办法 |",
        "- 没有事件说及的，按 评审结果：未评审；立项状态：未申请；由事件得出的日期和是否，按尚未发生、否",
        "- 处在 使用中 的，每年1月1日起 年报的年份 为当年；本年年报报送日期：尚未发生",
    ):
        assert line in page.splitlines()


def test_a_condition_on_one_line() -> None:
    """
    Alternatives are joined by 或, also under a name, and what is joined by 且 among them is bracketed; a rule that is
    named stands by its title.
    """
    a, b, c = (Is(name, expected=True) for name in ("classified", "special_or_urgent", "content.it_based"))
    either = Named("def.x", AnyOf((a, Named("def.y", AllOf((b, c))))))
    rule = next(iter(MANUAL.rules.values()))
    when = AllOf((either, Not(Named(f"rule.{rule.id}", c))))
    lifecycle = MANUAL.lifecycle
    assert lifecycle is not None
    transitions = (replace(lifecycle.transitions[0], when=when), *lifecycle.transitions[1:])
    page = city_page(replace(MANUAL, lifecycle=replace(lifecycle, transitions=transitions), _judges={}), DAY)

    said = "（涉密项目为“是”或（特殊或紧急项目为“是”，且信息化项目为“是”））"
    assert f"| {said}，且并非（{rule.title['zh']}（{rule.article} {rule.id}）） |" in page


def topics_of(**cities: object) -> dict[str, object]:
    return {"topics": [{"zh": "题", "en": "Topic", "cities": cities}]}


def test_the_atlas_names_clause_and_value() -> None:
    """
    A row of the atlas is a rule with its title, a figure with its value, a step with its time limit, or 没有规定.
    """
    packs = {"luzhou": load_pack("luzhou"), "demo": DEMO}
    page = atlas_page(topics_of(luzhou=["LZ-14.4-d", "$project_floor", "LZ-P01"], demo=[]), packs, DAY)

    assert "| 第十四条第(四)项 | LZ-14.4-d |" in page
    assert "20万元 | 第四条 | `$project_floor` |" in page
    assert "LZ-P01 |" in page
    assert "| 样例市 | 所据文本没有规定 |" in page


@pytest.mark.parametrize(
    "topics",
    [topics_of(), topics_of(luzhou=["LZ-0-z"]), topics_of(luzhou=["$nothing"]), topics_of(luzhou=[], other=[]), {}, []],
    ids=str,
)
def test_a_wrong_atlas_is_refused(topics: object) -> None:
    """
    An atlas that leaves a city out, or names what no pack has, is refused.
    """
    with pytest.raises(PackError):
        atlas_page(topics, {"luzhou": load_pack("luzhou")}, DAY)


def test_the_atlas_has_every_figure() -> None:
    """
    Every figure of every pack stands under some topic of the atlas.
    """
    topics = yaml.safe_load(ATLAS.read_text(encoding="utf-8"))["topics"]
    named = {(city, item) for topic in topics for city, items in topic["cities"].items() for item in items}

    assert {(city, f"${name}") for city in shipped_packs() for name in load_pack(city).parameters} <= named


def write() -> None:
    """
    Write the generated pages anew.
    """
    for path, page in pages().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(page, encoding="utf-8")


if __name__ == "__main__" and "--write" in sys.argv:
    write()
