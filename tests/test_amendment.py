"""
What changed between two packs, and what it does to projects.
"""

from __future__ import annotations

import json
import re
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from govit_rules import Project, evaluate, load_pack
from govit_rules.amendment import amendment_of, meaning, moved_names
from govit_rules.amendment_text import amendment_text, effects_text
from govit_rules.cli import commands
from govit_rules.conditions import NEVER, AllOf, AnyOf, Is, Named, Not, OneOf
from govit_rules.effect import Effects, _Mixture
from govit_rules.errors import ProjectError
from govit_rules.formats import Layout, display_width
from govit_rules.library import load_pack_file, shipped_packs
from govit_rules.pack_reader import read_pack
from govit_rules.packs import Clock, LifecycleEvent, Reading, Setting
from test_packs import pack_of_the_manual

ROOT = Path(__file__).parent.parent
DAY = date(2027, 3, 1)
TEXT = (ROOT / "rules" / "luzhou.yaml").read_text(encoding="utf-8")
LUZHOU = load_pack("luzhou")
DEMO = load_pack_file(ROOT / "tests" / "packs" / "demo.yaml")

# Amendments as an analyst makes them: what stands in the file, and what is to stand there.
FLOOR = (
    "(exclusive)\n    values: {2019-08-27: 20万元}",
    "(exclusive)\n    values: {2019-08-27: 20万元, 2027-01-01: 50万元}",
)
MEETING = ("values: {2019-08-27: 1000万元}", "values: {2019-08-27: 1000万元, 2027-01-01: 1500万元}")
BODIES = ("    owner.type:\n      - party_organ\n      - peoples_congress\n", "    owner.type:\n      - party_organ\n")
DOCUMENT = (
    "documents: [项目计划任务书]\n    done_when",
    "documents: [项目计划任务书, 年度审计计划]\n    done_when",
)
_DUE = "    due: first_set(local.budget_submission_due_on, "
FILING_DAY = (f"{_DUE}09-30 of planning.plan_year - 1)", f"{_DUE}08-31 of planning.plan_year - 1)")
CEILING = ("(inclusive)\n    values: {2019-08-27: 20万元}", "(inclusive)\n    values: {2019-08-27: 5000万元}")


def severity(rule: str) -> tuple[str, str]:
    """
    The edit that makes a blocking rule a mandatory one.
    """
    head = re.search(rf"^  {re.escape(rule)}:\n(?:    (?!severity).*\n)*", TEXT, re.MULTILINE)
    assert head is not None
    return f"{head[0]}    severity: blocking", f"{head[0]}    severity: mandatory"


def swapped(first: str, second: str) -> tuple[str, str]:
    """
    The edit that makes two steps, one after the other in the file, change places.
    """
    blocks = [re.search(rf"^  {name}:\n(?:    .*\n)*", TEXT, re.MULTILINE) for name in (first, second)]
    one, other = (block[0] for block in blocks if block is not None)
    return one + other, other + one


def amended(*edits: tuple[str, str], text: str = TEXT) -> Any:
    """
    The pack with some edits of its file.
    """
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return read_pack(text, "new.yaml")


def changes(new: Any, old: Any = LUZHOU) -> Any:
    return amendment_of(old, new, as_of=DAY).changes


def example(name: str) -> Project:
    return Project.model_validate_json((ROOT / "examples" / f"{name}.json").read_bytes())


_MONEY = {"total_investment": "30万元", "municipal_fiscal": "30万元", "sources": ["municipal_fiscal"]}
# In use, with faults, and of 30万元.
SMALL = example("luzhou-acceptance-faults").model_copy(
    update={"funding": Project.model_validate({"funding": _MONEY}).funding}
)


def turns(edits: tuple[tuple[str, str], ...], project: Project) -> dict[tuple[str, str], Any]:
    effect = Effects(amendment_of(LUZHOU, amended(*edits), as_of=DAY)).on(project)
    return {(turn.what, turn.name): turn for turn in effect.turns}


class TestNothingChanged:
    """
    What says the same by law is no change.
    """

    @pytest.mark.parametrize("city", shipped_packs())
    def test_a_pack_and_itself(self, city: str) -> None:
        """
        Between a shipped pack and the same file read again nothing changed.
        """
        assert changes(read_pack(shipped_packs()[city].read_bytes(), "again.yaml"), load_pack(city)) == ()

    @pytest.mark.parametrize(
        "edit",
        [
            pytest.param(("\nparameters:", "\n# 注释\nparameters:"), id="comment"),
            pytest.param(
                (
                    "    when: {local.arranged_by_superior: true, local.funded_by_superior: true}\n    done_when",
                    "    when: {local.funded_by_superior: true, local.arranged_by_superior: true}\n    done_when",
                ),
                id="order-of-a-conjunction",
            ),
            pytest.param(
                ("      - party_organ\n      - peoples_congress\n", "      - peoples_congress\n      - party_organ\n"),
                id="order-of-values",
            ),
            pytest.param(
                (
                    "  municipal_unit:                     # 第四条\n    owner.level: municipal\n    def.fiscal_unit: true",
                    "  municipal_unit:\n    all: [{def.fiscal_unit: true}, {owner.level: municipal}]",
                ),
                id="nested-conjunction",
            ),
        ],
    )
    def test_another_way_of_writing(self, edit: tuple[str, str]) -> None:
        """
        Comments, the order of joined conditions and values, nesting: the law is the same.
        """
        assert changes(amended(edit)) == ()

    def test_a_definition_of_another_name(self) -> None:
        """
        A definition that is renamed, and one that is written out where it is used, leave the law as it was.
        """
        renamed = TEXT.replace("special_channel", "fast_lane")
        said = "{approval.initiation: [requested, approved]}"
        written_out = (
            TEXT.replace(f"  initiation_sought: {said}\n", "")
            .replace("[def.initiation_sought, ", f"[{said}, ")
            .replace("def.initiation_sought: true", f"all: [{said}]")
        )

        for text in (renamed, written_out):
            assert text != TEXT
            assert changes(read_pack(text, "new.yaml")) == ()

    def test_meanings(self) -> None:
        """
        Joined conditions are equal in any order and nesting; ``and`` is not ``or``, a name is not what it stands for.
        """
        a, b, c = (Is(f"local.{name}", expected=True) for name in "abc")

        assert meaning(AllOf((a, AllOf((b, c))))) == meaning(AllOf((c, a, b, a)))
        assert meaning(AllOf((a, AnyOf((b, c))))) != meaning(AllOf((a, AllOf((b, c)))))
        assert meaning(Not(Not(a))) == meaning(a) != meaning(Not(a))
        assert meaning(Named("def.x", a)) == meaning(a)
        assert meaning(Named("def.x", a), ("def.",)) == meaning(Named("def.x", b), ("def.",)) != meaning(a, ("def.",))
        assert (
            meaning(OneOf("stage", ("x", "y")))
            == meaning(OneOf("stage", ("y", "x")))
            != meaning(OneOf("stage", ("x",)))
        )


class TestChanges:
    """
    Each change is told once, with all that belongs to it and nothing else.
    """

    def test_a_figure_from_a_day_on(self) -> None:
        """
        20万元 becomes 50万元 from a day: the figure, its clause, from when, and who reads it.
        """
        (change,) = changes(amended(FLOOR))

        (difference,) = change.differences
        assert (change.key, change.how, change.articles) == (("figure", "$project_floor"), "changed", ("第四条",))
        assert (difference.before, difference.after) == (Decimal(200_000), Decimal(500_000))
        assert (difference.since, difference.until) == (date(2027, 1, 1), None)
        assert (difference.before_text["zh"], difference.after_text["zh"]) == (("20万元",), ("50万元",))
        assert dict(change.touches) == {"applicability": ("applies",), "rule": ("LZ-4-c",)}

    def test_a_figure_for_a_time(self) -> None:
        """
        A figure that goes back to what it was differs for that time only; a date that changes nothing is no difference.
        """
        until = (FLOOR[0], FLOOR[1].replace("50万元}", "50万元, 2028-01-01: 20万元}"))
        idle = (FLOOR[0], FLOOR[1].replace("50万元}", "20万元}"))
        again = (FLOOR[0], FLOOR[1].replace("50万元}", "50万元, 2028-01-01: 50万元}"))

        (change,) = changes(amended(until))
        assert [(each.since, each.until) for each in change.differences] == [(date(2027, 1, 1), date(2028, 1, 1))]
        assert changes(amended(idle)) == ()
        assert changes(amended(again)) == changes(amended(FLOOR))

    def test_a_severity(self) -> None:
        """
        Of a rule whose severity changed only the severity is told.
        """
        (change,) = changes(amended(severity("LZ-14.4-d")))

        assert (change.key, [each.field for each in change.differences]) == (("rule", "LZ-14.4-d"), ["severity"])
        assert change.differences[0].as_dict()["before_text"] == ["拦截"]
        assert change.differences[0].as_dict()["after"] == "mandatory"
        assert change.touches == {}

    def test_steps_that_change_places(self) -> None:
        """
        Of two neighbours that change places one is told, with the step that it now follows.
        """
        (change,) = changes(amended(swapped("LZ-P04", "LZ-P05")))

        (difference,) = change.differences
        assert (change.part, difference.field) == ("step", "order")
        assert change.name in ("LZ-P04", "LZ-P05")
        assert difference.before_text["zh"] != difference.after_text["zh"]

    def test_a_document_of_a_step(self) -> None:
        """
        A document that a step asks for in addition is told as one line that is new.
        """
        (change,) = changes(amended(DOCUMENT))

        (difference,) = change.differences
        assert (change.key, difference.field, difference.kept) == (("step", "LZ-P09"), "documents", ((0, 0),))
        assert difference.after_text["zh"] == ("项目计划任务书", "年度审计计划")

    def test_a_definition(self) -> None:
        """
        A definition is told once, with the rules, steps and scopes whose meaning it changes; they are not told again.
        """
        (change,) = changes(amended(BODIES))

        assert change.key == ("definition", "def.party_state_or_mass_organ")
        assert "LZ-4-a" in change.touches["rule"]
        assert change.touches["applicability"] == ("applies",)
        assert "人大机关" in change.differences[0].before_text["zh"][0]
        assert "人大机关" not in change.differences[0].after_text["zh"][0]

    def test_a_condition_in_words(self) -> None:
        """
        Conditions are told in words; of the lines of both sides those that say the same are paired.
        """
        edit = (
            '      funding.municipal_fiscal: ">= $standing_meeting_floor"\n      def.initiation_sought: true',
            '      funding.municipal_fiscal: "> $standing_meeting_floor"\n      def.initiation_sought: true',
        )
        (change,) = changes(amended(edit))

        (difference,) = change.differences
        before, after = difference.before_text["zh"], difference.after_text["zh"]
        assert "  市级财政性资金 ≥ 1000万元（含）" in before
        assert "  市级财政性资金 > 1000万元（不含）" in after
        assert [before[i] for i, _ in difference.kept] == [line for line in before if "≥" not in line]

    def test_a_condition_whose_figure_changed_too(self) -> None:
        """
        A line that only shows another value of a figure is not a line that changed.
        """
        edit = (
            '      funding.municipal_fiscal: ">= $standing_meeting_floor"\n      def.initiation_sought: true',
            '      funding.municipal_fiscal: ">= $standing_meeting_floor"\n      classified: false\n      def.initiation_sought: true',
        )
        figure, rule = changes(amended(edit, MEETING))

        (difference,) = rule.differences
        lines = difference.after_text["zh"]
        assert figure.key == ("figure", "$standing_meeting_floor")
        assert [lines[j] for j in range(len(lines)) if j not in {j for _, j in difference.kept}] == ["  涉密项目为“否”"]

    def test_a_rule_that_comes_and_one_that_goes(self) -> None:
        """
        Rules that only one pack has are added or removed, with what they say.
        """
        new = replace(LUZHOU, rules={key: rule for key, rule in LUZHOU.rules.items() if key != "LZ-14.1-e"}, _judges={})

        (removed,), (added,) = changes(new), changes(LUZHOU, new)
        assert (removed.key, removed.how, added.key, added.how) == (
            added.key,
            "removed",
            ("rule", "LZ-14.1-e"),
            "added",
        )
        told = {each.field: each for each in added.differences}
        assert {"article", "severity", "stage", "bearer", "when", "require"} <= told.keys()
        assert all(each.before is None and each.before_text["zh"] == () for each in told.values())

    @given(st.permutations(list("abcdefg")), st.sets(st.sampled_from("abcdefg")))
    def test_moved_names_are_few_and_enough(self, after: list[str], gone: set[str]) -> None:
        """
        Without the moved names both orders agree, and no name could be left out of them: none moves if none need.
        """
        before = [name for name in "abcdefg" if name not in gone]
        moved = moved_names(before, after)

        kept = [name for name in after if name in before and name not in moved]
        assert kept == sorted(kept)
        assert all(sorted([*kept, name]) != [n for n in after if n in kept or n == name] for name in moved)

    # -- nothing is left out

    @staticmethod
    def other(name: str, value: Any) -> Any:
        """
        What stands for another value of a field.
        """
        if value is None and name in ("scope", "require", "done_when"):
            return NEVER
        match value:
            case None:
                return {"reading": Reading("甲", "乙", "丙"), "due": "stage", "start": DAY, "until": DAY}.get(
                    name, "甲"
                )
            case bool():
                return not value
            case int():
                return value + 1
            case str():
                coded = {"severity": "advisory", "stage": "operation", "who": "authority", "kind": "sanction"}
                return coded.get(name, f"{value}甲")
            case date():
                return date(2031, 1, 1)
            case tuple():
                return (*value, "甲")
            case dict():
                return {**value, "zh": "甲", "en": "x"}
            case Reading():
                return replace(value, why="甲")
        return NEVER

    @pytest.mark.parametrize("part", ["rules", "path", "parameters", "facts"])
    def test_every_field_of_a_part_is_looked_at(self, part: str) -> None:
        """
        Whichever field of a rule, step, figure or fact becomes another, just that part is told as changed.
        """
        identity = {"rules": {"id"}, "path": {"id"}, "parameters": {"name", "values"}, "facts": {"path"}}[part]
        table = getattr(DEMO, part)
        key, entry = next(iter(table.items()))
        for field in fields(entry):
            if field.name not in identity:
                fresh = replace(entry, **{field.name: self.other(field.name, getattr(entry, field.name))})
                (change,) = changes(replace(DEMO, **{part: {**table, key: fresh}}, _judges={}), DEMO)
                assert {each.field.partition(".")[0] for each in change.differences} == {field.name}

    def test_every_field_of_the_pack_is_looked_at(self) -> None:
        """
        Whatever else of a pack becomes another is told; only what says how it was made is not.
        """
        state = next(iter(LUZHOU.lifecycle.states))
        transition = LUZHOU.lifecycle.transitions[0]
        new = {
            "city": "x", "name": {"zh": "甲", "en": "x"}, "division_code": "1", "applies": NEVER, "scope": NEVER,
            "regulation": replace(LUZHOU.regulation, title="甲"), "reasons": {}, "documents": {}, "agencies": {},
            "definitions": {**LUZHOU.definitions, "special_channel": NEVER},
            "parameters": {}, "facts": {}, "rules": {}, "path": {},
            "lifecycle": replace(LUZHOU.lifecycle, states={**LUZHOU.lifecycle.states, state: "甲"}),
        }  # fmt: skip
        made = {"digest", "shipped", "rules_left_out", "steps_left_out", "_judges"}

        assert {field.name for field in fields(LUZHOU)} == new.keys() | made
        for name, value in new.items():
            assert changes(replace(LUZHOU, **{name: value}, _judges={})), name
        for field in fields(LUZHOU.regulation):
            value = getattr(LUZHOU.regulation, field.name) or "甲"
            regulation = replace(LUZHOU.regulation, **{field.name: self.other(field.name, value)})
            (change,) = changes(replace(LUZHOU, regulation=regulation, _judges={}))
            assert [each.field for each in change.differences] == [field.name]
        for field in fields(transition):
            fresh = replace(transition, **{field.name: self.other(field.name, getattr(transition, field.name))})
            lifecycle = replace(LUZHOU.lifecycle, transitions=(fresh, *LUZHOU.lifecycle.transitions[1:]))
            assert changes(replace(LUZHOU, lifecycle=lifecycle, _judges={})), field.name


MANUAL = pack_of_the_manual()[0]
LIFECYCLE = MANUAL.lifecycle
assert LIFECYCLE is not None


def lived(**parts: Any) -> Any:
    """
    What is told of a pack whose lifecycle has some other parts.
    """
    return changes(replace(MANUAL, lifecycle=replace(LIFECYCLE, **parts), _judges={}), MANUAL)


class TestLifecycle:
    """
    States, events, clocks and years of a lifecycle are compared like all else.
    """

    OTHERS: ClassVar[dict[str, Any]] = {
        "also": ("甲",),
        "by": ("甲",),
        "sets": (Setting("classified", "value", value=True),),
        "documents": "acceptance.contents",
        "note": "甲",
        "rule": "DM-4-c",
        "start": "投入使用",
        "end": "投入使用",
        "limit": "floor",
        "states": ("reviewed",),
        "year": "planning.plan_year",
    }

    def test_every_part_is_looked_at(self) -> None:
        """
        Whichever part of a lifecycle is taken away, all that stood in it is told.
        """
        assert LIFECYCLE is not None
        gone: dict[str, tuple[Any, str, int]] = {
            "initial": ("applied", "state", 2),
            "states": ({**LIFECYCLE.states, "in_use": "甲"}, "state", 1),
            "stages": ({}, "state", len(LIFECYCLE.stages)),
            "transitions": ((), "transition", len(LIFECYCLE.transitions)),
            "events": ({}, "event", len(LIFECYCLE.events)),
            "unrecorded": ((), "unrecorded", len(LIFECYCLE.unrecorded)),
            "clocks": ((), "clock", len(LIFECYCLE.clocks)),
            "yearly": ((), "yearly", len(LIFECYCLE.yearly)),
            "undated": ((), "undated", len(LIFECYCLE.undated)),
        }

        assert gone.keys() == {field.name for field in fields(LIFECYCLE)}
        for name, (value, part, count) in gone.items():
            assert [change.part for change in lived(**{name: value})] == [part] * count

    @pytest.mark.parametrize("name", [field.name for field in fields(LifecycleEvent) if field.name != "name"])
    def test_every_field_of_an_event_is_looked_at(self, name: str) -> None:
        """
        Whatever else an event is called, whoever does it, whatever it makes true: just that is told.
        """
        assert LIFECYCLE is not None
        fresh = replace(LIFECYCLE.events["书面申报"], **{name: self.OTHERS[name]})
        (change,) = lived(events={**LIFECYCLE.events, "书面申报": fresh})

        assert (change.key, [each.field for each in change.differences]) == (("event", "书面申报"), [name])

    @pytest.mark.parametrize("name", [field.name for field in fields(Clock) if field.name != "fact"])
    def test_every_field_of_a_clock_is_looked_at(self, name: str) -> None:
        """
        From when, until when, how long: just that is told, under the fact that counts the days.
        """
        assert LIFECYCLE is not None
        fresh = replace(LIFECYCLE.clocks[0], **{name: self.OTHERS[name]})
        (change,) = lived(clocks=(fresh,))

        assert change.key == ("clock", "local.reply_working_days")
        assert [each.field.removesuffix("_event") for each in change.differences] == [
            {"start": "from", "end": "until"}.get(name, name)
        ]

    def test_every_field_of_what_is_asked_anew_is_looked_at(self) -> None:
        """
        In which states, of which year, with which value: just that is told; other facts are another thing asked anew.
        """
        assert LIFECYCLE is not None
        (yearly,) = LIFECYCLE.yearly
        (setting,) = yearly.resets
        values = {
            "states": self.OTHERS["states"],
            "year": None,
            "resets": (replace(setting, value=date(2026, 1, 1)),),
        }

        assert values.keys() == {field.name for field in fields(yearly)}
        for name, value in values.items():
            (change,) = lived(yearly=(replace(yearly, **{name: value}),))
            assert change.key == ("yearly", "local.report_filed_on")
            assert [each.field for each in change.differences] == [name]
        assert [
            change.how for change in lived(yearly=(replace(yearly, resets=(*yearly.resets, *self.OTHERS["sets"])),))
        ]

    @pytest.mark.parametrize("name", [field.name for field in fields(Setting) if field.name != "fact"])
    def test_every_field_of_what_holds_unless_recorded_is_looked_at(self, name: str) -> None:
        """
        What a fact is taken to be where no event says otherwise.
        """
        assert LIFECYCLE is not None
        first, *others = LIFECYCLE.unrecorded
        fresh = replace(first, **{name: {"taken": "day", "value": "pending"}[name]})
        (change,) = lived(unrecorded=(fresh, *others))

        assert (change.key, [each.field for each in change.differences]) == (("unrecorded", "review.result"), ["value"])

    def test_the_order_of_what_has_none_is_no_change(self) -> None:
        """
        In which order facts are set, or states and names listed, says nothing.
        """
        assert LIFECYCLE is not None
        event = LIFECYCLE.events["书面申报"]
        two = replace(event, also=("申报", "甲"), sets=(*event.sets, *self.OTHERS["sets"]))
        other = replace(event, also=("甲", "申报"), sets=(*self.OTHERS["sets"], *event.sets))
        packs = [
            replace(
                MANUAL, _judges={}, lifecycle=replace(LIFECYCLE, events={**LIFECYCLE.events, "书面申报": each}, **rest)
            )
            for each, rest in ((two, {}), (other, {"unrecorded": LIFECYCLE.unrecorded[::-1]}))
        ]

        assert changes(*packs) == ()

    @pytest.mark.parametrize(
        ("lang", "lines"),
        [
            (
                "zh",
                (
                    "生命周期的状态 1  生命周期的事件 1  没有记的按什么算 1  两个事件之间的期限 1  每年重新要求的 1",
                    "  ~ 使用中  in_use",
                    "      阶段：运行 → 评价",
                    "  ~ 书面申报",
                    "      又称：申报 → （没有）",
                    "      由谁：项目单位 → 市数据局",
                    "      使之成立",
                    "        + 涉密项目：是",
                    "        + 资金来源：加上 其他",
                    "      材料和文书：已提交申报材料 → （没有）",
                    "  ~ 评审结果  review.result",
                    "      值：未评审 → 评审中",
                    "  ~ 答复备案用了几个工作日  local.reply_working_days",
                    "      从哪个事件起：报送方案备案 → 书面申报",
                    "  ~ 本年年报报送日期  local.report_filed_on",
                    "      年份：年报的年份 → （没有）",
                    "      处在哪些状态：使用中 → 已评审",
                ),
            ),
            (
                "en",
                (
                    "      stage: Operation → Evaluation",
                    "      also called: 申报 → (nothing)",
                    "        + Classified (state secrets): yes",
                    "        + Funding sources: also other",
                    "      from the event: 报送方案备案 → 书面申报",
                    "      in the states: 使用中 → 已评审",
                ),
            ),
        ],
    )
    def test_what_it_says(self, lang: str, lines: tuple[str, ...]) -> None:
        """
        All is told in words: facts by their names, codes by their meaning, states by their labels.
        """
        assert LIFECYCLE is not None
        event = LIFECYCLE.events["书面申报"]
        sets = (
            *event.sets,
            *self.OTHERS["sets"],
            Setting("funding.sources", "value", frozenset({"other"})),
        )
        new = replace(
            LIFECYCLE,
            stages={**LIFECYCLE.stages, "in_use": "evaluation"},
            events={
                **LIFECYCLE.events,
                "书面申报": replace(event, also=(), by=("市数据局",), sets=sets, documents=None),
            },
            unrecorded=(replace(LIFECYCLE.unrecorded[0], value="pending"), *LIFECYCLE.unrecorded[1:]),
            clocks=(replace(LIFECYCLE.clocks[0], start="书面申报"),),
            yearly=(replace(LIFECYCLE.yearly[0], year=None, states=("reviewed",)),),
        )
        amendment = amendment_of(MANUAL, replace(MANUAL, lifecycle=new, _judges={}), as_of=DAY)
        text = amendment_text(amendment, Layout(width=200, lang=lang), ("旧", "新"))

        said = [re.sub("  +(?=[^ ])", "  ", line) if line[2:3] in "~+" else line for line in text.splitlines()]
        for line in lines:
            assert any(line in each for each in said), line
        json.dumps(amendment.as_dict(lang))


class TestEffects:
    """
    What comes out otherwise for a project, and by which change.
    """

    def test_unchanged_packs_change_nothing(self) -> None:
        """
        Between two packs that say the same no project turns.
        """
        effects = Effects(amendment_of(LUZHOU, amended(), as_of=DAY))

        assert not any(effects.on(example(path.stem)) for path in (ROOT / "examples").glob("luzhou-*.json"))

    def test_a_figure_takes_a_project_out(self) -> None:
        """
        A project of 30万元 falls out when the floor rises to 50万元: applicability, opinion, rules, path, by the figure.
        """
        found = turns((FLOOR,), SMALL)

        applies = found["applies", ""]
        assert (applies.before["applies"], applies.after["applies"]) == ("yes", "no")
        assert ("exit_code", "") in found
        assert ("documents", "") in found
        assert not found["finding", "LZ-4-c"].follows
        assert all(turn.follows for key, turn in found.items() if key[0] == "finding" and key[1] != "LZ-4-c")
        assert {turn.causes for turn in found.values()} == {(("figure", "$project_floor"),)}

    def test_what_changed_itself_follows_nothing(self) -> None:
        """
        A rule that changed itself is told apart from those that only follow applicability, though by the same cause.
        """
        found = turns((FLOOR, severity("LZ-15-i")), SMALL)

        assert not found["finding", "LZ-15-i"].follows
        assert {turn.causes for turn in found.values()} == {(("figure", "$project_floor"),)}

    def test_before_its_day_it_changes_nothing(self) -> None:
        """
        The same amendment does nothing to the project the day before, and the day from which it does is told.
        """
        new = amended(FLOOR)
        before, after = (amendment_of(LUZHOU, new, as_of=day) for day in (date(2026, 12, 31), date(2027, 1, 1)))

        assert not Effects(before).on(SMALL)
        assert before.days_ahead == (date(2027, 1, 1),)
        assert Effects(after).on(SMALL)
        assert after.days_ahead == ()

    def test_of_several_changes_the_right_one_is_named(self) -> None:
        """
        Each thing that turns is laid to the change that turns it, whatever else changed with it.
        """
        edits = (FLOOR, MEETING, BODIES, DOCUMENT, severity("LZ-12-b"), swapped("LZ-P04", "LZ-P05"))
        found = turns(edits, example("luzhou-smart-parking-1200"))

        causes = {key: turn.causes for key, turn in found.items() if key[0] != "order"}
        meeting, task_book = (("figure", "$standing_meeting_floor"),), (("step", "LZ-P09"),)
        assert causes["finding", "LZ-14.4-d"] == meeting
        assert causes["step", "LZ-P06"] == meeting
        assert causes["step", "LZ-P09"] == task_book
        assert causes["exit_code", ""] == meeting
        assert causes["documents", ""] == (*meeting, *task_book)
        assert found["order", ""].causes[0][0] == "step"
        assert ("applies", "") not in found

    def test_two_changes_that_need_each_other(self) -> None:
        """
        Where no change does it alone, all are named without which it would not be so.
        """
        rule = "{planning.applied_on: happened}\n    require: {planning.documents: {all_of: [basic_report]}}"
        either = '{any: [{funding.total_investment: "> $simplified_ceiling"}, {funding.municipal_fiscal: ">= $standing_meeting_floor"}]}'
        text = TEXT.replace(rule, rule.replace("{planning.applied_on: happened}", either))
        amendment = amendment_of(read_pack(text, "old.yaml"), amended(CEILING, MEETING, text=text), as_of=DAY)

        effect = Effects(amendment).on(example("luzhou-smart-parking-1200"))
        (turn,) = (turn for turn in effect.turns if turn.name == "LZ-14.1-b")
        assert set(turn.causes) == {("figure", "$simplified_ceiling"), ("figure", "$standing_meeting_floor")}
        assert turn.after["outcome"] == "not_applicable" != turn.before["outcome"]

    def test_a_severity_counts_where_the_rule_is_broken(self) -> None:
        """
        That a rule became milder concerns the projects that break it, and no others.
        """
        edit = (severity("LZ-14.4-d"),)

        (turn,) = turns(edit, example("luzhou-smart-parking-1200")).values()
        assert (turn.what, turn.before["severity"], turn.after["severity"]) == ("finding", "blocking", "mandatory")
        assert turn.causes == (("rule", "LZ-14.4-d"),)
        assert turns(edit, example("luzhou-clean")) == {}

    def test_a_last_day(self) -> None:
        """
        A duty that falls due earlier turns the last day, by the rule.
        """
        facts = example("luzhou-exactly-200k").model_dump(mode="json", exclude_none=True)
        facts["funding"]["total_investment"] = "2000000"
        facts["planning"] = {"plan_year": 2028, "applied_on": False}
        facts["local"] = {"budget_submission_due_on": False}
        facts = json.loads(json.dumps(facts).replace('"2000000"', "2000000"))

        found = turns((FILING_DAY,), Project.model_validate(facts))
        assert {name for what, name in found if what == "finding"} == {"LZ-11-b"}
        turn = found["finding", "LZ-11-b"]
        assert (turn.before["due_on"], turn.after["due_on"]) == ("2027-09-30", "2027-08-31")
        assert turn.causes == (("rule", "LZ-11-b"),)

    def test_a_fact_that_only_the_new_pack_asks(self) -> None:
        """
        A fact that only one of the packs knows is left out for the other; one that neither knows is refused.
        """
        fact = "  applied_in_writing: {type: bool,"
        new = read_pack(
            TEXT.replace("local.applied_in_writing", "local.applied_on_paper").replace(
                fact, fact.replace("in_writing", "on_paper")
            ),
            "new.yaml",
        )
        effects = Effects(amendment_of(LUZHOU, new, as_of=DAY))
        project = example("luzhou-clean")

        both = project.model_copy(update={"local": {"applied_on_paper": True, "applied_in_writing": True}})
        effect = effects.on(both)
        assert (effect.refused_before, effect.refused_after) == ((), ())
        with pytest.raises(ProjectError):
            effects.on(project.model_copy(update={"local": {"applied_by_pigeon": True}}))

    def test_a_fact_of_another_type(self) -> None:
        """
        A project that one of the packs cannot judge is told with what that pack says of it.
        """
        fact = "  applied_in_writing: {type: bool, zh: 以书面形式申报"
        edits = (fact, fact.replace("type: bool", "type: enum, values: {paper: 纸质, mail: 邮件}"))
        text = TEXT.replace("local.applied_in_writing: true", "local.applied_in_writing: paper")
        text = text.replace("local.applied_in_writing: false", "local.applied_in_writing: mail")
        effects = Effects(amendment_of(LUZHOU, amended(edits, text=text), as_of=DAY))

        effect = effects.on(example("luzhou-clean").model_copy(update={"local": {"applied_in_writing": True}}))
        assert effect.refused_before == ()
        assert [defect.where for defect in effect.refused_after] == ["local.applied_in_writing"]
        assert effect
        assert effect.as_dict()["exit_code"]["after"] is None

    def test_all_changes_together_make_the_new_pack(self) -> None:
        """
        The old pack with all changes judges as the new, and with none as the old.
        """
        edits = (FLOOR, MEETING, BODIES, severity("LZ-12-b"), swapped("LZ-P04", "LZ-P05"), DOCUMENT)
        amendment = amendment_of(LUZHOU, amended(*edits), as_of=DAY)
        everything = _Mixture(amendment, frozenset(amendment.by_key)).pack()
        nothing = _Mixture(amendment, frozenset()).pack()

        projects = [example(path.stem) for path in sorted((ROOT / "examples").glob("*.json"))]
        owner = Project.model_validate({"owner": {"level": "municipal", "type": "peoples_congress"}}).owner
        for project in (*projects, SMALL, SMALL.model_copy(update={"owner": owner})):
            for mixed, pure in ((everything, amendment.new), (nothing, amendment.old)):
                mine, theirs = (evaluate(project, pack, as_of=DAY) for pack in (mixed, pure))
                assert [(f.rule, f.outcome, f.needs) for f in mine] == [(f.rule, f.outcome, f.needs) for f in theirs]
                assert sorted(map(str, mine.path)) == sorted(map(str, theirs.path))


EVERYTHING = (FLOOR, MEETING, BODIES, DOCUMENT, severity("LZ-12-b"), swapped("LZ-P04", "LZ-P05"))


class TestText:
    """
    The text for people.
    """

    @pytest.mark.parametrize("lang", ["zh", "en"])
    @pytest.mark.parametrize("width", [60, 100])
    def test_lines_fit_and_colour_says_nothing_more(self, lang: str, width: int) -> None:
        """
        No line is wider than the terminal, wide characters counted twice; without colour the text is the same.
        """
        amendment = amendment_of(LUZHOU, amended(*EVERYTHING), as_of=DAY)
        effect = Effects(amendment).on(SMALL, "项目.json")

        texts = [
            amendment_text(amendment, layout, ("旧", "新")) + effects_text(amendment, [effect], 3, layout)
            for layout in (Layout(lang=lang, width=width, colour=colour) for colour in (False, True))
        ]
        assert re.sub("\x1b\\[[0-9]*m", "", texts[1]) == texts[0] != texts[1]
        heads = 2  # names of files and regulations stand on one line each, as in any table
        assert [line for line in texts[0].splitlines()[heads:] if display_width(line) > width] == []

    def test_what_it_says(self) -> None:
        """
        Figure, day and clause; the lines of a condition that changed; what turned, and why.
        """
        amendment = amendment_of(LUZHOU, amended(*EVERYTHING), as_of=DAY)
        text = amendment_text(amendment, Layout(width=200), ("旧", "新"))
        text += effects_text(amendment, [Effects(amendment).on(SMALL, "项目.json")], 1, Layout(width=200))

        for words in (
            "2027-01-01 起：20万元 → 50万元",
            "读它的：办法是否适用；规则 LZ-4-c",
            "力度：拦截 → 必须",
            "+ 年度审计计划",
            "1 个项目，1 个有变化",
            "~ 办法：适用 → 不适用",
            "因 数额 $project_floor 适用本办法的总投资下限(不含) 20万元 → 50万元 第四条",
        ):
            assert words in text

    def test_names_steer_no_terminal(self) -> None:
        """
        A project's name with control characters is shown without them.
        """
        amendment = amendment_of(LUZHOU, amended(FLOOR), as_of=DAY)
        effect = Effects(amendment).on(SMALL.model_copy(update={"name": "甲\x1b[31m"}), "a")

        assert "\x1b" not in effects_text(amendment, [effect], 1, Layout())


class TestCommand:
    """
    ``govit-rules diff``.
    """

    @pytest.fixture
    def new(self, tmp_path: Path) -> Path:
        """
        A file of the pack with an amendment.
        """
        file = tmp_path / "new.yaml"
        file.write_text(TEXT.replace(*FLOOR), encoding="utf-8")
        return file

    @staticmethod
    def run(*arguments: Any, text: str | None = None) -> Any:
        return CliRunner().invoke(commands, ["diff", *map(str, arguments)], input=text, standalone_mode=False)

    def test_the_same_pack_gives_0(self) -> None:
        """
        A city and itself, by any of its names: nothing changed, 0.
        """
        done = self.run("luzhou", "泸州")

        assert (done.return_value, "没有变化" in done.output) == (0, True)

    def test_a_difference_gives_1(self, new: Path) -> None:
        """
        A file that differs: what changed, and 1; what is not yet in force on the day is pointed to.
        """
        done = self.run("luzhou", new, "--as-of", "2026-11-21")

        assert done.return_value == 1
        assert "20万元 → 50万元" in done.output
        assert "--as-of 2027-01-01" in " ".join(done.output.split())

    def test_json_is_complete(self, new: Path, tmp_path: Path) -> None:
        """
        JSON has every change and every project, of JSON and of lines of JSON, with the place of each.
        """
        many = tmp_path / "many.jsonl"
        many.write_text("{}\n\n" + SMALL.model_dump_json(exclude_none=True) + "\n", encoding="utf-8")
        one = ROOT / "examples" / "luzhou-clean.json"

        done = self.run("luzhou", new, "--as-of", DAY, "--format", "json", "--projects", one, many)

        told = json.loads(done.output)
        assert done.return_value == 1
        assert [change["name"] for change in told["changes"]] == ["$project_floor"]
        assert [effect["where"] for effect in told["effects"]] == [str(one), f"{many}:1", f"{many}:3"]
        assert [effect["changed"] for effect in told["effects"]][::2] == [False, True]
        assert told["effects"][2]["turns"][0]["causes"] == [{"part": "figure", "name": "$project_floor"}]

    @pytest.mark.parametrize(
        ("arguments", "text", "said"),
        [
            pytest.param(["luzhou", "luzhuo"], "", "luzhou", id="no-such-pack"),
            pytest.param(["luzhou", "nowhere.yaml"], "", "没有这个文件", id="no-such-file"),
            pytest.param(["luzhou", "README.md"], "", "README.md:", id="not-a-pack"),
            pytest.param(["-", "-"], "", "只能写一次", id="one-standard-input"),
            pytest.param(
                ["luzhou", "luzhou", "--projects", "-"], '{}\n{"nmae": 1}\n{"x": 2}\n', ":3", id="all-bad-lines"
            ),
            pytest.param(["luzhou", "luzhou", "-"], '{"local": {"nothing": 1}}', "nothing", id="unknown-fact"),
        ],
    )
    def test_wrong_questions(self, arguments: list[str], text: str, said: str, monkeypatch: Any) -> None:
        """
        What is no pack and no project is refused with its place.
        """
        from govit_rules.errors import GovitRulesError

        monkeypatch.chdir(ROOT)
        done = self.run(*arguments, text=text)

        assert isinstance(done.exception, GovitRulesError) or getattr(done.exception, "exit_code", None) == 2
        assert said in (getattr(done.exception, "message", None) or str(done.exception))
