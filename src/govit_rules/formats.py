"""
Decisions for readers: text for people, JSON for programs.

    FORMATS: name → function (decision, layout) → text

Text puts the opinion and the counts first, then what is violated, what is missing and who knows it, what waits, the
path, and what was assumed. It is laid out in columns of a terminal, where a Chinese character takes two, and says
everything without colour. It gives an opinion (合规意见) and never approves.
New format: a function and a row in FORMATS; `check --format` then offers it, and the tests ask for a golden file.
How lines are laid out is in `pages`; its names that callers need are offered here, too.
Imports: `decision`, `explain`, `packs`, `pages`, `path`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from govit_rules.decision import CONCLUSIONS, OUTCOME_ZH, OUTCOMES
from govit_rules.explain import WHO_EN, WHO_ZH, label_of, money_in, stage_name
from govit_rules.packs import SEVERITIES
from govit_rules.pages import COLOUR_OF_EXIT, Layout, Page, display_width, one_line, table, wrap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from govit_rules.comparison import CityAnswer, Comparison
    from govit_rules.decision import Decision, Finding
    from govit_rules.path import PathStep

_PLAIN: Final = Layout()

# ---------------------------------------------------------------------------------------------------------------------
# Text

_OUTCOME_EN: Final = {
    "met": "met",
    "violated": "violated",
    "unknown": "cannot be judged",
    "pending": "not yet due",
    "review": "for judgement",
    "not_applicable": "not applicable",
}
_MARKS: Final = {"met": "✓", "violated": "✗", "unknown": "?", "pending": "…", "review": "○", "not_applicable": "-"}


class _DecisionPage(Page):
    """
    What the text of a decision consists of.
    """

    def __init__(self, decision: Decision, layout: Layout) -> None:
        super().__init__(layout)
        self.decision = decision

    def title(self, text: str) -> None:
        self.lines.extend(("", self.paint(text, "strong")))

    def spread(self, left: str, right: str) -> None:
        """
        Two texts at the ends of a line, or on two lines where they do not fit.
        """
        if gap := self.gap(left, right):
            self.lines.append(left + gap + right)
        else:
            self.add(left)
            self.lines.append(" " * max(self.layout.width - display_width(right), 0) + right)

    # -- parts

    def head(self) -> None:
        decision, regulation = self.decision, self.decision.pack.regulation
        name = " ".join(filter(None, (regulation.title, regulation.doc_number)))
        stage = stage_name(decision.stage, self.lang) if decision.stage else self.say("没有填", "not given")
        when = self.say(f"判定日 {decision.as_of}  阶段 {stage}", f"as of {decision.as_of}  stage {stage}")
        self.spread(name, when)
        project = one_line(decision.project.name or "") or self.say("（没有填项目名称）", "(no project name)")
        self.add(" ".join((project, self._money())).rstrip())

    def _money(self) -> str:
        funding = self.decision.project.funding
        total = funding.total_investment if funding else None
        municipal = funding.municipal_fiscal if funding else None
        parts = []
        if total is not None:
            amount = money_in(total, self.lang)
            parts.append(self.say(f"总投资 {amount}", f"total investment {amount}"))
        if municipal is not None:
            amount = money_in(municipal, self.lang)
            parts.append(self.say(f"其中市级财政性资金 {amount}", f"of it municipal fiscal {amount}"))
        return self.say("，", ", ").join(parts)

    def opinion(self) -> None:
        decision = self.decision
        (zh, en), colour = CONCLUSIONS[decision.exit_code], COLOUR_OF_EXIT[decision.exit_code]
        if decision.applies == "no" and decision.exit_code == 0:
            zh, en = f"{zh}（本办法不适用）", f"{en} (the regulation does not apply)"
        self.lines.append("")
        self.add(self.say(f"合规意见：{zh}", f"Opinion: {en}"), colour=colour)
        self.add(self._counts())
        self.add(self._because())

    def _counts(self) -> str:
        decision = self.decision
        summary = decision.summary
        broken = decision.violations
        blocking = sum(finding.severity == "blocking" for finding in broken)
        counts = [
            (self.say("拦截", "blocking"), blocking),
            (self.say("违反", "violated"), len(broken) - blocking),
            (self.say("待核", "unknown"), summary["unknown"]),
            (self.say("人工判断", "for judgement"), summary["review"]),
            (self.say("未到期", "not yet due"), summary["pending"]),
            (self.say("符合", "met"), summary["met"]),
            (self.say("不适用", "not applicable"), summary["not_applicable"]),
        ]
        apart = summary["violated"] - len(broken)
        if apart:
            counts.insert(2, (self.say("另列", "apart"), apart))
        return "  ".join(f"{word} {count}" for word, count in counts)

    def _because(self) -> str:
        decision = self.decision
        words = {
            "yes": ("适用本办法", "the regulation applies"),
            "no": ("不适用本办法", "the regulation does not apply"),
            "unknown": ("是否适用本办法不能判断", "whether the regulation applies cannot be judged"),
        }[decision.applies]
        rules = [decision.pack.rules[rule] for rule in decision.applies_because]
        reasons = self.joined(f"{rule.article} {rule.title[self.lang]}" for rule in rules)
        bar = {"yes": ("依据", "by"), "no": ("因", "by"), "unknown": ("待定的是", "open")}[decision.applies]
        return f"{self.say(*words)}{self.say('，', ', ')}{self.say(*bar)} {reasons}"

    def finding(self, finding: Finding, *, mend: bool = True) -> None:
        """
        A finding: clause, message, mend, and its other reading.
        """
        layout = self.layout
        mark = _MARKS[finding.outcome]
        force = (
            f" [{self.say(SEVERITIES[finding.severity], finding.severity)}]" if finding.severity != "mandatory" else ""
        )
        colour = {"violated": "bad", "unknown": "open"}.get(finding.outcome, "")
        self.add(
            f"{finding.article}{force}  {finding.definition.title[layout.lang]}",
            hang=2,
            first=f"{mark} ",
            colour=colour,
        )
        self.add(finding.message_in(layout.lang), hang=4)
        if mend and finding.definition.fix[layout.lang]:
            self.add(self.say("怎样改：", "To mend: ") + finding.definition.fix[layout.lang], hang=4)
        if not finding.counts or finding.outcome == "violated":
            self.add(self.say("义务人：", "Whose duty: ") + finding.bearer, hang=4)
        self.reading(finding)
        if finding.definition.suspect:
            self.add(self.say("条文存疑：", "Doubtful text: ") + finding.definition.suspect, hang=4)
        self.explanation(finding)
        self.lines.append(self.ending(self.lines.pop(), finding.rule))

    def ending(self, line: str, mark: str) -> str:
        """
        A line with a mark at its end, or on a line of its own where there is no room.
        """
        marked = self.paint(mark, "faint")
        if gap := self.gap(line, mark):
            return line + gap + marked
        return f"{line}\n{' ' * max(self.layout.width - display_width(mark), 0)}{marked}"

    def reading(self, finding: Finding) -> None:
        reading = finding.reading
        if reading is None:
            return
        text = self.say(
            f"读法：{reading['chosen']}；另一读法：{reading['other']}",
            f"Reading: {reading['chosen']}; other: {reading['other']}",
        )
        other = reading["other_outcome"]
        if other is not None:
            text += self.say(f"（结论即为“{OUTCOME_ZH[other]}”）", f" (then: {_OUTCOME_EN[other]})")
        self.add(text, hang=4)

    def explanation(self, finding: Finding) -> None:
        if not self.layout.explain:
            return
        for part in finding.explanation.parts:
            for line in part.lines(self.lang, 2):
                depth = len(line) - len(line.lstrip())
                self.add(line.lstrip(), hang=depth + 2, first=" " * depth)

    def section(self, title: str, findings: Iterable[Finding], *, mend: bool = True) -> None:
        findings = list(findings)
        if findings:
            self.title(title)
            for finding in findings:
                self.finding(finding, mend=mend)

    def violations(self) -> None:
        decision = self.decision
        self.section(self.say("违反的条款", "Violated"), decision.violations)
        counted = set(decision.violations)
        apart = [f for f in decision.findings if f.outcome == "violated" and f not in counted]
        self.section(
            self.say("提示（不影响结论）", "Advice (does not change the opinion)"), [f for f in apart if f.counts]
        )
        self.section(
            self.say("机关的职责（不计入项目）", "Duties of authorities (not counted against the project)"),
            [f for f in apart if not f.counts],
        )

    def missing(self) -> None:
        """
        What is missing, by who can answer it; the facts that decide most come first.
        """
        needs = self.decision.needs
        if not needs:
            return
        self.title(self.say("缺的事实", "Missing facts"))
        for who in ("owner", "authority", "expert", "publisher"):
            entries = [need for need in needs if need["who"] == who]
            if not entries:
                continue
            self.add(self.say(WHO_ZH[who], WHO_EN[who]))
            for need in entries:
                self._need(need)

    def _need(self, need: Mapping[str, Any]) -> None:
        names = [*need["rules"], *need["steps"]]
        listed = self.listed(names[:4])
        if len(names) > 4:
            listed = self.say(f"{len(names)} 条规则和环节", f"{len(names)} rules and steps")
        label = label_of(self.decision.pack, need["fact"], self.lang)
        text = self.say(f"{label}（{need['fact']}）：关系到 {listed}", f"{label} ({need['fact']}): decides {listed}")
        self.add(text, hang=4, first="  ? ")

    def waiting(self) -> None:
        pending = [finding for finding in self.decision.findings if finding.outcome == "pending"]
        dated = sorted((f for f in pending if f.due_on is not None), key=lambda f: str(f.due_on))
        self.section(self.say("有期限的", "With a last day"), dated, mend=True)
        rest = [finding for finding in pending if finding.due_on is None]
        if rest:
            stages = dict.fromkeys(finding.stage for finding in rest)
            listed = self.joined(
                f"{stage_name(stage, self.lang)} {sum(f.stage == stage for f in rest)}" for stage in stages
            )
            self.title(self.say("到后面的阶段再看", "For later stages"))
            self.add(listed, hang=2)

    def reviews(self) -> None:
        reviews = [finding for finding in self.decision.findings if finding.outcome == "review"]
        if not reviews:
            return
        self.title(self.say("由人判断的（程序没有判断）", "For people to judge (not judged here)"))
        for finding in reviews:
            judged_by = finding.definition.judged_by or ""
            text = f"{finding.article}  {finding.definition.title[self.lang]} ─ {judged_by}"
            self.add(text, hang=4, first="  ○ ")

    def path(self) -> None:
        decision = self.decision
        steps = [step for step in decision.path if step.status != "not_required"]
        self.title(
            self.say(
                "审批路径   ✓ 已办  – 办否未填  ▶ 现在  · 以后  ? 待定",
                "Path   ✓ done  – not told  ▶ now  · later  ? open",
            )
        )
        if not steps:
            self.add(self.say("没有须走的环节", "no step is required"), hang=2)
        present = decision.present_step
        reached = steps.index(present) if present is not None else len(steps)
        for i, step in enumerate(steps):
            self._step(step, "▶" if i == reached else "–" if i < reached else "·")

    def _step(self, step: PathStep, mark: str) -> None:
        """
        A step with its mark, if the step itself does not say what it is.
        """
        if step.status == "unknown" or step.done:
            mark = "?" if step.status == "unknown" else "✓"
        actors = "、".join((step.actor, *step.co_actors))
        name = step.name if self.lang == "zh" else step.name_en
        self.add(f"{name} ─ {actors}", hang=6, first=f"  {mark} ", colour="strong" if mark == "▶" else "")
        details = []
        if step.documents:
            details.append(self.say("材料：", "documents: ") + "、".join(step.documents))
        details.append(self.say("时限：", "time limit: ") + (step.time_limit or self.say("未规定", "none set")))
        details.append(self.say("依据：", "by: ") + "、".join(step.articles))
        if step.needs:
            labels = self.listed(label_of(self.decision.pack, name, self.lang) for name in step.needs)
            details.append(self.say("待定，缺：", "open, needs: ") + labels)
        self.add(self.joined(details), hang=6)

    def everything(self) -> None:
        if not self.layout.all:
            return
        self.title(self.say("全部规则", "All rules"))
        for finding in self.decision.findings:
            outcome = OUTCOME_ZH[finding.outcome] if self.lang == "zh" else _OUTCOME_EN[finding.outcome]
            title = finding.definition.title[self.lang]
            text = f"{finding.rule} {finding.article} {title}{self.say('：', ': ')}{outcome}"
            self.add(text, hang=4, first=f"  {_MARKS[finding.outcome]} ")

    def readings(self) -> None:
        """
        Readings that would change an outcome which is not shown above.
        """
        shown = {"violated"}
        turned = [
            finding
            for finding in self.decision.findings
            if finding.outcome not in shown and (reading := finding.reading) and reading["other_outcome"] is not None
        ]
        if turned:
            self.title(self.say("换一种读法，结论会变的", "Would come out otherwise under another reading"))
            for finding in turned:
                outcome = OUTCOME_ZH[finding.outcome] if self.lang == "zh" else _OUTCOME_EN[finding.outcome]
                head = f"{finding.article}  {finding.definition.title[self.lang]}{self.say('：', ': ')}{outcome}"
                self.add(head, hang=4, first="  ⚖ ")
                self.reading(finding)

    def foot(self) -> None:
        decision = self.decision
        if decision.assumed:
            self.lines.append("")
            zh, en = "按没有处理（没有主张，或日期在判定日之后）：", "Read as not so (not claimed, or after the day): "
            labels = (label_of(decision.pack, item["fact"], self.lang) for item in decision.assumed)
            self.add(self.say(zh, en) + self.listed(labels), hang=2, first="")
        self.left_out()
        if decision.ignored:
            text = self.say("没有用到（其他城市的事实）：", "Not used (facts of other cities): ")
            self.add(text + self.listed(decision.ignored), hang=2, first="")

    def left_out(self) -> None:
        """
        How many rules and steps were not asked, because their text is in doubt.
        """
        rules, steps = len(self.decision.pack.rules_left_out), len(self.decision.pack.steps_left_out)
        if not rules:
            return
        zh = f"没有判断条文存疑的规则 {rules} 条、只凭它们的环节 {steps} 个"
        en = f"Not judged, their text being in doubt: {rules} rules, and {steps} steps that rest on them alone"
        self.lines.append("")
        self.add(self.say(zh, en), hang=2, first="")


def text(decision: Decision, layout: Layout = _PLAIN) -> str:
    """
    A decision as text for people.
    """
    page = _DecisionPage(decision, layout)
    page.head()
    page.opinion()
    page.violations()
    page.missing()
    page.waiting()
    page.readings()
    page.path()
    page.reviews()
    page.everything()
    page.foot()
    return "\n".join(page.lines) + "\n"


def comparison_text(comparison: Comparison, layout: Layout = _PLAIN) -> str:
    """
    A comparison for people: one table of all cities, then what each asks.
    """
    zh = layout.lang == "zh"
    answers = comparison.answers
    head = ("", *(answer.pack.name[layout.lang] for answer in answers))
    columns = [_in_short(answer, zh=zh) for answer in answers]
    rows = [(label, *(column[label] for column in columns)) for label in columns[0]] if columns else []
    name = one_line(comparison.project.name or "") or ("（没有填项目名称）" if zh else "(no project name)")
    stage = comparison.stage and stage_name(comparison.stage, layout.lang)
    day = f"判定日 {comparison.as_of}" if zh else f"as of {comparison.as_of}"
    lines = ["  ".join(filter(None, (name, day, stage))), "", table(head, rows)]
    for answer in answers:
        lines += ["", *_in_detail(answer, layout)]
    return "\n".join(lines) + "\n"


def _in_short(answer: CityAnswer, *, zh: bool) -> dict[str, str]:
    decision = answer.decision
    applies = {"yes": ("适用", "applies"), "no": ("不适用", "does not"), "unknown": ("不能判断", "open")}
    blocking = sum(finding.severity == "blocking" for finding in decision.violations)
    opinion = CONCLUSIONS[decision.exit_code]
    short = {
        ("本办法", "the regulation"): applies[decision.applies][not zh],
        ("合规意见", "opinion"): opinion[0 if zh else 1],
        ("拦截", "blocking"): blocking,
        ("违反", "violated"): len(decision.violations) - blocking,
        ("待核", "unknown"): decision.summary["unknown"],
        ("人工判断", "for judgement"): decision.summary["review"],
        ("未到期", "not yet due"): decision.summary["pending"],
        ("须走的环节", "required steps"): len(answer.steps("required")),
        ("待定的环节", "open steps"): len(answer.steps("unknown")),
        ("材料和文书", "documents"): len(answer.documents()),
        ("缺的事实", "missing facts"): len(decision.needs),
    }
    return {label[not zh]: str(value) for label, value in short.items()}


def _in_detail(answer: CityAnswer, layout: Layout) -> Iterator[str]:
    decision, pack, zh = answer.decision, answer.pack, layout.lang == "zh"
    regulation = pack.regulation
    page = _DecisionPage(decision, layout)
    title = f"{pack.name[layout.lang]}  {regulation.title} {regulation.doc_number or ''}".rstrip()
    yield page.paint(title, "strong")
    page.add(page._because(), hang=2)
    for finding in decision.violations:
        text = f"{finding.article}  {finding.definition.title[layout.lang]}  {finding.rule}"
        page.add(text, hang=4, first="  ✗ ", colour="bad")
    for label, told in _particulars(answer, zh=zh):
        if told:
            page.add(f"{label}{'：' if zh else ': '}{told}", hang=4, first="  ")
    yield from page.lines


def _particulars(answer: CityAnswer, *, zh: bool) -> Iterator[tuple[str, str]]:
    decision, lang = answer.decision, "zh" if zh else "en"
    semicolon, comma, arrow = ("；", "、", " → ") if zh else ("; ", ", ", " → ")
    figures = [
        f"{test.explanation.sentence(lang)}{'，' if zh else ', '}{comma.join(test.articles)}" for test in answer.amounts
    ]
    yield ("金额的门槛" if zh else "amounts"), semicolon.join(figures)
    named = {
        status: [step.name if zh else step.name_en for step in answer.steps(status)]
        for status in ("required", "unknown")
    }
    yield ("须走的环节" if zh else "required steps"), arrow.join(named["required"])
    yield ("待定的环节" if zh else "open steps"), comma.join(named["unknown"])
    yield ("材料和文书" if zh else "documents"), comma.join(answer.documents())
    labels = [label_of(answer.pack, need["fact"], lang) for need in decision.needs]
    more = len(labels) - _NEEDS_NAMED
    rest = (f"，另 {more} 项" if zh else f" and {more} more") if more > 0 else ""
    yield ("缺的事实" if zh else "missing facts"), comma.join(labels[:_NEEDS_NAMED]) + rest
    if decision.ignored:
        count = len(decision.ignored)
        yield (
            ("没有用到" if zh else "not used"),
            f"别的城市才问的事实 {count} 项" if zh else f"{count} facts that only other cities ask",
        )


_NEEDS_NAMED: Final = 12


def json_text(decision: Decision, layout: Layout = _PLAIN) -> str:
    """
    A decision as JSON text.
    """
    return decision.model_dump_json(indent=2, lang=layout.lang) + "\n"


FORMATS: Final[Mapping[str, Callable[[Decision, Layout], str]]] = {"text": text, "json": json_text}

__all__ = ["FORMATS", "OUTCOMES", "Layout", "comparison_text", "display_width", "json_text", "table", "text", "wrap"]
