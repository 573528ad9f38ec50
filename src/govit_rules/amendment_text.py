"""
Amendments, and what they do to projects, as text for people.

Laid out in columns of a terminal as `formats` lays out decisions, with ``+``, ``-`` and ``~`` before what was added,
removed and changed; nothing is said by colour alone.
Imports: `decision`, `explain`, `formats`, `pages`, `amendment`, `effect`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from govit_rules.amendment import PARTS, moved_names
from govit_rules.decision import CONCLUSIONS, OUTCOME_ZH
from govit_rules.explain import label_of
from govit_rules.formats import display_width, table, wrap
from govit_rules.packs import SEVERITIES
from govit_rules.pages import Page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from govit_rules.amendment import Amendment, Change, Difference, Key
    from govit_rules.effect import Effect, Turn
    from govit_rules.formats import Layout

_MARKS: Final = {"added": "+", "removed": "-", "changed": "~"}
_COLOURS: Final = {"+": "good", "-": "bad", "~": "open"}
# Of what was added these stand in its heading, or go without saying.
_IN_THE_HEADING: Final = frozenset(
    ("title.zh", "title.en", "name.zh", "name.en", "zh", "en", "article", "articles", "norms", "phrases", "label")
)
# One change of a part, where `PARTS` names many.
_ONE: Final = {
    "figure": ("数额", "figure"),
    "definition": ("定义", "definition"),
    "rule": ("规则", "rule"),
    "step": ("环节", "step"),
    "fact": ("事实", "fact"),
}
_APPLIES: Final = {
    "yes": ("适用", "applies"),
    "no": ("不适用", "does not apply"),
    "unknown": ("不能判断", "cannot be judged"),
}
_STATUSES: Final = {"required": ("要走", "required"), "unknown": ("待定", "open"), None: ("不走", "not required")}
_DONE: Final = {True: ("已办", "done"), False: ("未办", "not done"), None: ("办否不明", "not told")}
_PROJECTS_SHOWN: Final = 20
_NAMES_SHOWN: Final = 8
_CAUSES_SHOWN: Final = 6


class _Page(Page):
    """
    What an amendment changes, and what it does to projects.
    """

    def __init__(self, amendment: Amendment, layout: Layout) -> None:
        super().__init__(layout)
        self.amendment = amendment
        self.second = layout.lang != "zh"

    def entry(self, text: str, *, indent: int = 0, hang: int = 2, mark: str = "", end: str = "") -> None:
        """
        A text with a mark before it, its further lines hanging; and a name at the end of its last line.
        """
        first = " " * indent + (f"{mark} " if mark else "")
        self.add(text, first=first, hang=indent + hang, end=end, colour=_COLOURS.get(mark, ""))

    def title(self, text: str) -> None:
        self.lines.extend(("", self.paint(text, "strong")))

    @property
    def colon(self) -> str:
        return self.say("：", ": ")

    def listed(self, names: Iterable[str], most: int = _NAMES_SHOWN) -> str:
        """
        Names in a row; where there are many, the first and how many there are in all.
        """
        found = list(names)
        text = self.say("、", ", ").join(found[:most])
        return text if len(found) <= most else text + self.say(f" 等 {len(found)} 项", f" … ({len(found)} in all)")

    # -- what changed

    def head(self, names: Sequence[str]) -> None:
        amendment = self.amendment
        packs = (amendment.old, amendment.new)
        sides = ((self.say("旧", "old"), packs[0]), (self.say("新", "new"), packs[1]))
        rows = [
            (side, name, " ".join(filter(None, (pack.regulation.title, pack.regulation.doc_number))), pack.digest[:19])
            for (side, pack), name in zip(sides, names, strict=True)
        ]
        self.lines.extend(table(("", "", "", ""), rows).splitlines()[1:])
        self.lines.append("")
        if not amendment:
            same = packs[0].digest == packs[1].digest
            otherwise = self.say("（文件的写法不同，意思相同）", " (the files differ, but say the same)")
            self.lines.append(self.say("没有变化", "nothing changed") + ("" if same else otherwise))
            return
        total = len(amendment.changes)
        counts = "  ".join(f"{PARTS[part][self.second]} {n}" for part, n in amendment.counts.items())
        changed = self.say("处变化", "change" if total == 1 else "changes")
        self.entry(f"{total} {changed}{self.colon}{counts}")

    def changes(self) -> None:
        part = None
        for change in self.amendment.changes:
            if change.part != part:
                part = change.part
                self.title(PARTS[part][self.second])
            self.change(change)

    def change(self, change: Change) -> None:
        label = change.label[self.layout.lang]
        heading = "  ".join(filter(None, (label if label != change.name else "", self.listed(change.articles, 3))))
        if heading:
            self.entry(heading, indent=2, mark=_MARKS[change.how], end=change.name)
        else:
            self.entry(change.name, indent=2, mark=_MARKS[change.how])
        for each in () if change.how == "removed" else change.differences:
            if change.how != "added" or (each.field not in _IN_THE_HEADING and each.after not in (True, False)):
                self.difference(each, added=change.how == "added")
        if change.touches:
            self.entry(self.say("读它的", "read by") + self.colon + self.readers(change), indent=6)

    def difference(self, each: Difference, *, added: bool) -> None:
        before, after = (text[self.layout.lang] for text in (each.before_text, each.after_text))
        label = self.label(each)
        nothing = self.say("（没有）", "(nothing)")
        was, now = (text[0] if text else nothing for text in (before, after))
        short = f"{label}{now}" if added else f"{label}{was} → {now}"
        if max(len(before), len(after)) <= 1 and (added or display_width(short) < self.layout.width):
            self.entry(short, indent=6)
        elif added:
            self.entry(label.rstrip(), indent=6)
            for line in after:
                self.line(line, " ")
        else:
            self.entry(label.rstrip(), indent=6)
            for mark, line in _joined(each, before, after):
                self.line(line, mark)

    def line(self, line: str, mark: str) -> None:
        inner = len(line) - len(line.lstrip())
        first = f"{' ' * 8}{mark} {' ' * inner}"
        lines = wrap(line.strip(), self.layout.width, " " * (12 + inner), first)
        self.lines.extend(self.paint(each, _COLOURS.get(mark, "")) for each in lines)

    def label(self, each: Difference) -> str:
        if each.since is None:
            return each.label(self.layout.lang) + self.colon
        if each.until is None:
            return self.say(f"{each.since} 起：", f"from {each.since}: ")
        return self.say(f"{each.since} 起，{each.until} 之前：", f"from {each.since} until {each.until}: ")

    def readers(self, change: Change) -> str:
        words = {
            "rule": ("规则", "rules"),
            "step": ("环节", "steps"),
            "transition": ("生命周期的迁移", "transitions of the lifecycle"),
        }
        told = [self.say("办法是否适用", "whether the regulation applies")] if "applicability" in change.touches else []
        for part, names in change.touches.items():
            if part == "transition":
                told.append(f"{words[part][self.second]} {len(names)}")
            elif part in words:
                told.append(f"{words[part][self.second]} {self.listed(names)}")
        return self.say("；", "; ").join(told)

    def ahead(self) -> None:
        days = self.amendment.days_ahead
        if days:
            listed = self.listed(map(str, days))
            zh = f"判定日 {self.amendment.as_of} 还看不到的变化从 {listed} 起；看那一天的影响用 --as-of {days[0]}"
            en = f"Not yet to be seen on {self.amendment.as_of}: changes from {listed}; use --as-of {days[0]}"
            self.lines.append("")
            self.entry(self.say(zh, en))

    # -- what it does to projects

    def effects(self, found: Sequence[Effect], projects: int) -> None:
        day = self.amendment.as_of
        self.title(self.say(f"对项目的影响  判定日 {day}", f"Effects on projects  as of {day}"))
        counted = self.say(
            f"{projects} 个项目，{len(found)} 个有变化",
            f"{projects} projects, of which {len(found)} come out otherwise",
        )
        self.entry(counted, indent=2)
        for effect in found[:_PROJECTS_SHOWN]:
            self.effect(effect)
        left = len(found) - _PROJECTS_SHOWN
        if left > 0:
            zh = f"另有 {left} 个项目有变化，逐个的见 --format json"
            self.lines.append("")
            self.entry(self.say(zh, f"{left} more projects come out otherwise: see --format json"), indent=2)
        if len(found) > 1:
            self.summary(found)

    def effect(self, effect: Effect) -> None:
        self.lines.append("")
        name = _visible(effect.name or "") or self.say("（没有填项目名称）", "(no project name)")
        self.entry("  ".join(filter(None, (effect.where, name))), indent=2)
        sides = ((effect.refused_before, ("旧", "old")), (effect.refused_after, ("新", "new")))
        for defects, side in sides:
            for defect in defects:
                zh, en = f"按{side[0]}的规则包不能判", f"cannot be judged by the {side[1]} pack"
                self.entry(f"{self.say(zh, en)}{self.colon}{defect.where} {defect.what}", indent=4, mark="-")
        for turn in effect.turns:
            if not turn.follows:
                self.turn(turn)
        self.following([turn for turn in effect.turns if turn.follows])

    def turn(self, turn: Turn) -> None:
        text = {
            "applies": self._applies,
            "exit_code": self._opinion,
            "finding": self._finding,
            "step": self._step,
            "order": self._order,
            "present_step": self._present,
            "documents": self._documents,
        }[turn.what](turn)
        self.entry(text, indent=4, mark="~")
        self.entry(self.say("因 ", "by ") + self.causes(turn.causes), indent=8)

    def following(self, along: Sequence[Turn]) -> None:
        """
        The rules and steps that only follow the regulation's applicability, by how they turned.
        """
        groups: dict[str, list[str]] = {}
        for turn in along:
            groups.setdefault(f"{self.kind(turn)} {self.course(turn)}", []).append(turn.name)
        if groups:
            self.entry(self.say("随之变化的：", "Along with it:"), indent=4)
        for course, names in groups.items():
            self.entry(f"{course}{self.colon}{self.listed(names)}", indent=6)

    def kind(self, turn: Turn) -> str:
        return self.say("规则", "rules") if turn.what == "finding" else self.say("环节", "steps")

    def course(self, turn: Turn) -> str:
        told = self.outcome if turn.what == "finding" else self.status
        was, now = told(turn.before), told(turn.after)
        return f"{was} → {now}" if was != now else f"{was}{self.say('，内容变了', ', in another way')}"

    def outcome(self, state: Any) -> str:
        if state is None:
            return self.say("没有这条", "no such rule")
        outcome = state["outcome"]
        return outcome.replace("_", " ") if self.second else OUTCOME_ZH[outcome]

    def status(self, state: Any) -> str:
        return _STATUSES[state and state["status"]][self.second]

    def _applies(self, turn: Turn) -> str:
        was, now = (_APPLIES[state["applies"]][self.second] for state in (turn.before, turn.after))
        if was == now:
            return self.say("办法是否适用，要知道的变了", "what decides whether the regulation applies changed")
        return f"{self.say('办法', 'the regulation')}{self.colon}{was} → {now}"

    def _opinion(self, turn: Turn) -> str:
        was, now = (f"{CONCLUSIONS[code][self.second]} ({code})" for code in (turn.before, turn.after))
        return f"{self.say('合规意见', 'opinion')}{self.colon}{was} → {now}"

    def _finding(self, turn: Turn) -> str:
        pack = self.amendment.new if turn.name in self.amendment.new.rules else self.amendment.old
        rule = pack.rules[turn.name]
        details = []
        was, now = turn.before or {}, turn.after or {}
        if was and now:
            if was["severity"] != now["severity"]:
                details.append(" → ".join(self.severity(state["severity"]) for state in (was, now)))
            if was["counts"] != now["counts"]:
                words = {True: ("算在项目头上", "counts"), False: ("不算在项目头上", "does not count")}
                details.append(words[now["counts"]][self.second])
        due = [state.get("due_on") or self.say("没有", "none") for state in (was, now)]
        if due[0] != due[1]:
            details.append(f"{self.say('最后一天', 'last day')} {' → '.join(due)}")
        if "unknown" in (was.get("outcome"), now.get("outcome")) or was.get("outcome") == now.get("outcome"):
            details.extend(self.needs(was.get("needs", ()), now.get("needs", ())))
        aside = self.say("；", "; ").join(details)
        course = (
            self.course(turn) if self.outcome(turn.before) != self.outcome(turn.after) else self.outcome(turn.after)
        )
        text = f"{turn.name} {rule.article} {rule.title[self.layout.lang]}{self.colon}{course}"
        return text + (self.say(f"（{aside}）", f" ({aside})") if aside else "")

    def severity(self, code: str) -> str:
        return code if self.second else SEVERITIES[code]

    def needs(self, before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
        for words, names, others, pack in (
            (("另缺", "needs also"), after, before, self.amendment.new),
            (("不再缺", "no longer needs"), before, after, self.amendment.old),
        ):
            found = [label_of(pack, name, self.layout.lang) for name in names if name not in others]
            if found:
                yield f"{words[self.second]} {self.listed(found)}"

    def _step(self, turn: Turn) -> str:
        details = []
        was, now = turn.before, turn.after
        if was and now:
            fields = {"actor": ("谁办", "actor"), "time_limit": ("时限", "time limit")}
            for field, words in fields.items():
                if was[field] != now[field]:
                    unset = self.say("未规定", "none set")
                    details.append(f"{words[self.second]} {was[field] or unset} → {now[field] or unset}")
            if was["co_actors"] != now["co_actors"]:
                details.append(self.say("会同 ", "with ") + self.gained(was["co_actors"], now["co_actors"]))
            if was["documents"] != now["documents"]:
                details.append(self.say("材料 ", "documents ") + self.gained(was["documents"], now["documents"]))
            if was["done"] != now["done"]:
                details.append(" → ".join(_DONE[state["done"]][self.second] for state in (was, now)))
            details.extend(self.needs(was["needs"], now["needs"]))
        course = [self.course(turn)] if self.status(was) != self.status(now) else []
        said = self.say("；", "; ").join((*course, *details))
        return f"{self.say('环节', 'step')} {turn.name} {self.step_name(turn.name)}{self.colon}{said}"

    def gained(self, before: Sequence[str], after: Sequence[str]) -> str:
        """
        What a list gained and lost; that only its order changed.
        """
        more, less = ([name for name in a if name not in b] for a, b in ((after, before), (before, after)))
        told = [f"{mark} {self.listed(names)}" for mark, names in (("+", more), ("-", less)) if names]
        return self.say("；", "; ").join(told) or self.say("先后变了", "in another order")

    def step_name(self, name: str | None) -> str:
        if name is None:
            return self.say("没有", "none")
        pack = self.amendment.new if name in self.amendment.new.path else self.amendment.old
        return pack.path[name].name[self.layout.lang]

    def _order(self, turn: Turn) -> str:
        told = []
        for name in moved_names(turn.before, turn.after):
            place = turn.after.index(name)
            before = self.step_name(turn.after[place - 1]) if place else ""
            zh = f"{self.step_name(name)} 改在“{before}”之后" if before else f"{self.step_name(name)} 改在最先"
            en = f"{self.step_name(name)} now {f'after “{before}”' if before else 'first'}"
            told.append(self.say(zh, en))
        return self.say("环节的先后：", "order of steps: ") + self.say("；", "; ").join(told)

    def _present(self, turn: Turn) -> str:
        was, now = map(self.step_name, (turn.before, turn.after))
        return f"{self.say('现在的环节', 'present step')}{self.colon}{was} → {now}"

    def _documents(self, turn: Turn) -> str:
        return self.say("材料和文书：", "documents: ") + self.gained(turn.before, turn.after)

    def causes(self, keys: Sequence[Key]) -> str:
        told = [self.cause(self.amendment.by_key[key]) for key in keys[:_CAUSES_SHOWN]]
        left = len(keys) - len(told)
        told += [self.say(f"另 {left} 处变化", f"{left} more changes")] if left else []
        return self.say("；", "; ").join(told)

    def cause(self, change: Change) -> str:
        """
        A change in short: its part, name, what became of it, and its clause.
        """
        lang = self.layout.lang
        label = change.label[lang]
        text = f"{_ONE.get(change.part, PARTS[change.part])[self.second]} {change.name}"
        if label != change.name:
            text += f" {label}"
        if change.how != "changed":
            text += self.say("（新增）", " (added)") if change.how == "added" else self.say("（删去）", " (removed)")
        spans = [each for each in change.differences if each.since and each.since <= self.amendment.as_of]
        if spans and change.how == "changed":
            was, now = (side[lang][0] for side in (spans[-1].before_text, spans[-1].after_text))
            text += f" {was} → {now}"
        return text + (f" {self.listed(change.articles, 2)}" if change.articles else "")

    # -- many projects

    def summary(self, found: Sequence[Effect]) -> None:
        counted: Counter[tuple[int, str, str]] = Counter()
        for effect in found:
            for turn in effect.turns:
                if turn.what in ("applies", "exit_code"):
                    told = self._applies(turn) if turn.what == "applies" else self._opinion(turn)
                    what, _, course = told.partition(self.colon)
                    counted[0, what, course] += 1
                elif turn.what in ("finding", "step") and not turn.follows:
                    counted[1 + (turn.what == "step"), f"{self.kind(turn)} {turn.name}", self.course(turn)] += 1
        ranked = sorted(counted.items(), key=lambda item: (item[0][0], -item[1]))
        rows = [(str(count), what, course) for (_, what, course), count in ranked]
        self.title(self.say("汇总", "In all"))
        head = (self.say("  项目数", "  projects"), "", self.say("从 → 到", "from → to"))
        cut = [(f"  {count}", what, course) for count, what, course in rows[:_PROJECTS_SHOWN]]
        self.lines.extend(table(head, cut).splitlines())
        if len(rows) > len(cut):
            self.entry(self.say(f"另 {len(rows) - len(cut)} 行", f"{len(rows) - len(cut)} more"), indent=2)


def _joined(each: Difference, before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str, str]]:
    """
    Both sides as one text: what was dropped (``-``), what is new (``+``), and above it what it stands under.
    """
    merged: list[tuple[str, str]] = []
    at = 0, 0
    for i, j in (*each.kept, (len(before), len(after))):
        merged.extend(("-", line) for line in before[at[0] : i])
        merged.extend(("+", line) for line in after[at[1] : j])
        if i < len(before):
            merged.append((" ", after[j]))
        at = i + 1, j + 1
    shown = {place for place, (mark, _) in enumerate(merged) if mark != " "}
    for place in sorted(shown):
        depth = _depth(merged[place][1])
        for above in range(place - 1, -1, -1):
            if _depth(merged[above][1]) < depth:
                shown.add(above)
                depth = _depth(merged[above][1])
    skipped = False
    for place, line in enumerate(merged):
        if place in shown:
            yield line
        elif not skipped:
            yield " ", f"{' ' * _depth(line[1])}…"
        skipped = place not in shown


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def _visible(text: str) -> str:
    return "".join(char if char.isprintable() else "�" for char in text).strip()


def amendment_text(amendment: Amendment, layout: Layout, names: Sequence[str]) -> str:
    """
    What changed, for people. ``names`` are those by which the two packs were asked for.
    """
    page = _Page(amendment, layout)
    page.head(names)
    page.changes()
    page.ahead()
    return "\n".join(page.lines) + "\n"


def effects_text(amendment: Amendment, found: Sequence[Effect], projects: int, layout: Layout) -> str:
    """
    What it does to projects, for people. ``found`` are those that come out otherwise, of so many ``projects``.
    """
    page = _Page(amendment, layout)
    page.effects(found, projects)
    return "\n".join(page.lines) + "\n"
