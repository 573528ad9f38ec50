"""
Where a project stands and how it came there, as text for people.

Clause first, in columns of a terminal where a Chinese character takes two; nothing is said by colour alone, and no
approval is given. `text` is the page of one project, `overview` a line for each of many, `event_table` what a record
may name. Imports: `conditions`, `deadlines`, `decision`, `explain`, `handbook`, `packs`, `pages`, and `lifecycle` (for
types).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from govit_rules.conditions import ALWAYS
from govit_rules.deadlines import STATUS_ZH
from govit_rules.decision import CONCLUSIONS
from govit_rules.explain import label_of, money_in, shown_value, stage_name
from govit_rules.handbook import condition_in_words
from govit_rules.packs import SEVERITIES
from govit_rules.pages import COLOUR_OF_EXIT, Page, display_width, one_line, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from govit_rules.deadlines import Deadline
    from govit_rules.lifecycle import Breach, NextEvent, Passage, Track
    from govit_rules.packs import LifecycleEvent, Pack, Setting
    from govit_rules.pages import Layout

STATUS_EN: Final = {
    "running": "running",
    "met": "done",
    "missed": "missed",
    "unknown": "cannot be judged",
    "ended": "fell away",
}
_OF_STATUS: Final = {"missed": "bad", "unknown": "open", "running": "strong"}
# What became of an event: its mark, and the words of the legend.
_HOW: Final[Mapping[str, tuple[str, str, str]]] = {
    "regular": ("✓", "照规定", "as provided for"),
    "irregular": ("!", "不照规定", "not as provided for"),
    "recorded": ("·", "只记录", "recorded only"),
    "not_counted": ("-", "不算", "not counted"),
}
_GUARDS: Final = {"true": "✓", "unknown": "?", "false": "✗"}
_TAKEN: Final = {
    "day": ("当天", "its day"),
    "year": ("当年", "its year"),
    "month": ("加上当月", "its month, added"),
    "unknown": ("不知道", "unknown"),
    "unrecorded": ("当作没有记录过", "as if never recorded"),
}
_LEAST_LAST_COLUMN: Final = 20
_NEEDS_TOLD: Final = 12
_RULES_NAMED: Final = 4


def articles_of(pack: Pack, norms: Iterable[str]) -> tuple[str, ...]:
    """
    The clauses that some norms stand in, each once; norms that are no rules are looked up among the reasons.
    """
    unruled = {norm: article for article, listed in pack.reasons.items() for norm in listed}
    found = (pack.rules[norm].article if norm in pack.rules else unruled.get(norm, "") for norm in norms)
    return tuple(dict.fromkeys(filter(None, found)))


def text(track: Track, layout: Layout, *, within: int = 30, name: str | None = None) -> str:
    """
    The page of one project.

    Args:
        track: From `lifecycle.track`.
        layout: Language, width and colour.
        within: What falls due in so many days is listed by itself.
        name: What the project is called where its facts do not say.
    """
    page = _TrackPage(track, layout, name)
    page.head()
    page.state()
    page.next()
    page.breaches()
    page.missing()
    page.deadlines()
    page.due(within)
    page.passages()
    page.notices()
    return "\n".join(page.lines) + "\n"


class _TrackPage(Page):
    """
    What the page of a project consists of.
    """

    def __init__(self, track: Track, layout: Layout, name: str | None) -> None:
        super().__init__(layout)
        self.track, self.pack, self.name = track, track.pack, name
        self.second = layout.lang != "zh"

    def title(self, text: str) -> None:
        self.lines.append("")
        self.add(text, first="", hang=2, colour="strong")

    def spread(self, left: str, right: str) -> None:
        """
        Two texts at the ends of a line, or one below the other where there is no room.
        """
        if gap := self.gap(left, right):
            self.lines.append(left + gap + right)
        else:
            self.add(left)
            self.add(right)

    def columns(self, rows: Sequence[Sequence[str]], below: Sequence[tuple[str, str]], colours: Sequence[str]) -> None:
        """
        Aligned columns, the last one wrapped; below each row a text, with a name at its end, if it has one.

        Where the last column has no room, it stands below, too.
        """
        widths = [max(display_width(row[i]) for row in rows) for i in range(len(rows[0]) - 1)]
        roomy = self.layout.width - sum(widths) - 2 * len(rows[0]) >= _LEAST_LAST_COLUMN
        for (*cells, last), (detail, end), colour in zip(rows, below, colours, strict=True):
            padded = (cell + " " * (width - display_width(cell)) for cell, width in zip(cells, widths, strict=True))
            line = "  " + "  ".join(padded)
            if roomy:
                self.add(last, first=line + "  ", hang=display_width(line) + 2, colour=colour)
            else:
                self.add(line.strip(), first="  ", hang=6, colour=colour)
                self.add(last, first=" " * 6, hang=6)
            if detail:
                self.add(detail, first=" " * 6, hang=6, end=end)

    # -- where it stands

    def head(self) -> None:
        track, regulation = self.track, self.pack.regulation
        title = " ".join(filter(None, (regulation.title, regulation.doc_number)))
        self.spread(title, self.say(f"判定日 {track.as_of}", f"as of {track.as_of}"))
        name = one_line(track.project.name or self.name or "") or self.say("（没有填项目名称）", "(no project name)")
        funding = track.project.funding
        total = funding.total_investment if funding else None
        amount = self.say("总投资 ", "total investment ") + money_in(total, self.lang) if total is not None else ""
        self.add("  ".join(filter(None, (name, amount))))
        if track.partial:
            zh, en = (
                "记录不全：没有记录的事件按不知道处理",
                "The record may lack events: what it does not have is unknown",
            )
        else:
            zh, en = (
                "记录当作完整：没有记录的事件按没有发生处理",
                "The record counts as complete: what it lacks has not happened",
            )
        self.add(self.say(zh, en))

    def state(self) -> None:
        track = self.track
        stage = self.pack.lifecycle and self.pack.lifecycle.stages.get(track.state)
        told = self.say("阶段 ", "stage ") + stage_name(stage, self.lang) if stage else self.say("没有阶段", "no stage")
        self.lines.append("")
        self.add(
            self.say(f"状态：{track.state_label}（{told}）", f"State: {track.state_label} ({told})"), colour="strong"
        )
        conclusion = CONCLUSIONS[track.exit_code][self.second]
        self.add(self.say("合规意见：", "Opinion: ") + conclusion, colour=COLOUR_OF_EXIT[track.exit_code])
        self.add(self._counts())

    def _counts(self) -> str:
        track = self.track
        still = [breach.undated for breach in track.breaches if breach.binding and breach.cured_on is None]
        status = [deadline.status for deadline in track.deadlines if deadline.counts]
        counts = [
            (self.say("违反而未纠正", "breaches not mended"), len(still)),
            (self.say("待核", "rules that cannot be judged"), track.decision.summary["unknown"]),
            (self.say("进行中的期限", "deadlines running"), status.count("running")),
            (self.say("逾期", "missed"), status.count("missed")),
        ]
        if owed := still.count(True):
            counts.insert(1, (self.say("其中应办未办", "of these owed"), owed))
        return "  ".join(f"{word} {count}" for word, count in counts)

    # -- what comes next

    def next(self) -> None:
        self.title(
            self.say(
                "接下来可以发生的事件   ✓ 条件成立  ? 不能判断  ✗ 条件不成立",
                "What can happen next   ✓ its condition holds  ? cannot be judged  ✗ does not hold",
            )
        )
        if not self.track.next:
            self.add(
                self.say("这个状态之后没有规定事件", "no event is provided for after this state"), first="  ", hang=2
            )
        for event in self.track.next:
            self._next(event)

    def _next(self, event: NextEvent) -> None:
        by = self.listed(event.by) or self.say("由谁办没有规定", "by whom is not said")
        leads_to = self.pack.lifecycle.states[event.target] if self.pack.lifecycle else event.target
        if event.target == self.track.state:
            leads_to = self.say("状态不变", "state unchanged")
        self.add(f"{event.event} ─ {by} → {leads_to}", first=f"  {_GUARDS[event.guard]} ", hang=4)
        if event.guard != "true":
            self._guard(event)
        details = [event.note or ""]
        if event.norms:
            clauses = self.listed(articles_of(self.pack, event.norms))
            details.append(self.say("依据：", "by: ") + f"{clauses} ({self.listed(event.norms)})".strip())
        if told := self.joined(details):
            self.add(told, first="    ", hang=4)

    def _guard(self, event: NextEvent) -> None:
        """
        The condition of an event that does not hold, or of which it is not known; and what is missing.
        """
        told = {
            "false": self.say("条件现在不成立", "its condition does not hold now"),
            "unknown": self.say("条件不能判断", "its condition cannot be judged"),
        }[event.guard]
        if event.guard == "unknown" and event.needs:
            told += self.say("，缺 ", ", missing: ")
            told += self.listed(label_of(self.pack, need, self.lang) for need in event.needs)
        whens = [
            each.when
            for each in (self.pack.lifecycle.leaving(self.track.state) if self.pack.lifecycle else ())
            if (each.event, each.target, each.norms) == (event.event, event.target, event.norms)
        ]
        asked = condition_in_words(whens[0], self.pack, self.track.as_of, self.lang) if whens else []
        alone = self.say("：", ": ") + asked[0].strip() if len(asked) == 1 else ""
        self.add(told + alone, first="    ", hang=4)
        for line in asked if len(asked) > 1 else ():
            depth = 6 + len(line) - len(line.lstrip())
            self.add(line.lstrip(), first=" " * depth, hang=depth + 2)

    # -- what was broken

    def breaches(self) -> None:
        breaches = sorted(self.track.breaches, key=lambda each: (each.cured_on is not None, each.on))
        dated = [breach for breach in breaches if not breach.undated]
        self.title(
            self.say("违反   ✗ 未纠正  ✓ 已纠正  ? 后来不能判断", "Breaches   ✗ not mended  ✓ mended  ? later unclear")
        )
        if not dated:
            self.add(self.say("没有", "none"), first="  ")
        for breach in dated:
            self._breach(breach)
        if len(dated) < len(breaches):
            self.title(
                self.say("应办而条文没有写期限   ✗ 未办  ✓ 已办", "Owed, the text sets no day   ✗ not done  ✓ done")
            )
        for breach in breaches:
            if breach.undated:
                self._breach(breach)

    def _breach(self, breach: Breach) -> None:
        cured = breach.cured_on is not None
        doubtful = breach.became in ("unknown", "review")
        force = f" [{self.say(SEVERITIES[breach.severity], breach.severity)}]" if breach.severity != "mandatory" else ""
        head = f"{breach.article}{force}  {self.say(breach.title, breach.title_en)}"
        colour = "" if cured or not breach.binding else "bad"
        self.add(
            head,
            first=f"  {'?' if doubtful else '✓' if cured else '✗'} {breach.on}  ",
            hang=16,
            end=breach.rule,
            colour=colour,
        )
        self.add(self.say(breach.message, breach.message_en), first="    ", hang=4)
        details = [self._cause(breach)]
        if cured:
            zh, en = ("已办", "done") if breach.undated else ("起不再违反", "no longer violated from")
            if breach.became == "not_applicable":
                zh, en = "起不再适用", "binds no more from"
            elif doubtful:
                zh, en = "起不能判断", "cannot be judged from"
            details.append(self.say(f"{breach.cured_on} {zh}", f"{en} {breach.cured_on}"))
        if not breach.counts:
            who = breach.bearer
            details.append(
                self.say(
                    f"机关的职责（{who}），不计入项目", f"an authority's duty ({who}), not counted against the project"
                )
            )
        elif not breach.binding:
            details.append(self.say("不影响结论", "does not change the opinion"))
        self.add(self.joined(details), first="    ", hang=4)

    def _cause(self, breach: Breach) -> str:
        """
        By which event a rule was broken; without one, time ran out, unless it was so from the start.
        """
        if breach.line is None:
            if breach.on <= self._first_day():
                return self.say("一开始就是如此", "so from the start")
            return self.say("时限已过", "time ran out")
        record = next(passage.record for passage in self.track.passages if passage.record.line == breach.line)
        name = one_line(record.event)
        return self.say(f"由第 {breach.line} 行“{name}”引起", f"by line {breach.line}, “{name}”")

    def _first_day(self) -> date:
        counted = (each.record.day for each in self.track.passages if each.how != "not_counted")
        return min(counted, default=self.track.as_of)

    # -- what cannot be judged

    def missing(self) -> None:
        """
        The facts for want of which rules cannot be judged, those that decide most first.
        """
        needs = [(need["fact"], need["rules"]) for need in self.track.decision.needs if need["rules"]]
        if not needs:
            return
        self.title(self.say("不能判断，缺的事实", "Cannot be judged: missing facts"))
        for fact, rules in needs[:_NEEDS_TOLD]:
            told = f"{label_of(self.pack, fact, self.lang)} ({fact})"
            which = (
                self.listed(rules)
                if len(rules) <= _RULES_NAMED
                else self.say(f"{len(rules)} 条", f"{len(rules)} rules")
            )
            self.add(self.say(f"{told}：关系到 {which}", f"{told}: decides {which}"), first="  ? ", hang=4)
        if (left := len(needs) - _NEEDS_TOLD) > 0:
            self.add(self.say(f"另有 {left} 项", f"{left} more"), first="  ", hang=4)

    # -- deadlines

    def deadlines(self) -> None:
        present, past = self.track.deadlines, self.track.past
        self.title(self.say("期限", "Deadlines"))
        if not present and not past:
            self.add(self.say("没有", "none"), first="  ")
        if present:
            self._deadline_table(present)
        if past:
            self.add(self.say("已经过去的：", "Past ones:"), first="  ")
            self._deadline_table(past)

    def _deadline_table(self, deadlines: Sequence[Deadline]) -> None:
        opens = any(deadline.opens_on for deadline in deadlines)
        head = [self.say(*words) for words in _DEADLINE_HEAD if opens or words != _OPENS]
        rows = [head, *(self._deadline_row(each, opens=opens) for each in deadlines)]
        several = {rule for rule, n in Counter(each.rule for each in deadlines).items() if n > 1}
        below = [("", ""), *((self._what_is_due(each, named=each.rule in several), each.rule) for each in deadlines)]
        colours = ["", *(_OF_STATUS.get(each.status, "") if each.counts else "" for each in deadlines)]
        self.columns(rows, below, colours)

    def _what_is_due(self, deadline: Deadline, *, named: bool) -> str:
        """
        What must be done; where a rule has several time limits, by which fact this one is met.
        """
        title = self.say(deadline.title, deadline.title_en)
        if not named or deadline.event is None:
            return title
        return f"{title} ─ {label_of(self.pack, deadline.event, self.lang)}"

    def _deadline_row(self, deadline: Deadline, *, opens: bool) -> list[str]:
        first = [_day(deadline.opens_on)] if opens else []
        standing, bearer = self.say(*standing_of(deadline, self.track.as_of)), bearer_of(deadline, self.lang)
        return [deadline.article, _day(deadline.since), *first, _day(deadline.due_on), standing, bearer]

    def due(self, within: int) -> None:
        self.title(self.say(f"今后 {within} 天到期", f"Due in the next {_days_en(within)}"))
        due = self.track.due_within(within)
        if not due:
            self.add(self.say("没有", "none"), first="  ")
        for each in due:
            what = f"{each.article}  {self.say(each.title, each.title_en)} ─ {bearer_of(each, self.lang)}"
            standing = self.say(*standing_of(each, self.track.as_of))
            self.add(self.joined((what, standing)), first=f"  {each.due_on}  ", hang=14, end=each.rule)

    # -- how it came there

    def passages(self) -> None:
        passages = self.track.passages
        legend = "  ".join(f"{mark} {self.say(zh, en)}" for mark, zh, en in _HOW.values())
        self.title(self.say(f"经过   {legend}", f"Events   {legend}"))
        if not passages:
            self.add(self.say("没有事件", "no events"), first="  ")
            return
        rows = [[str(each.record.line), str(each.record.day), _HOW[each.how][0], self._what(each)] for each in passages]
        width = max(len(row[0]) for row in rows)
        rows = [[row[0].rjust(width), *row[1:]] for row in rows]
        below = [(self._where(each), "") for each in passages]
        self.columns(rows, below, ["open" if each.how == "irregular" else "" for each in passages])

    def _what(self, passage: Passage) -> str:
        record = passage.record
        name = one_line(record.event)
        if passage.event is not None and passage.event != record.event:
            name += self.say(f"（作“{passage.event}”）", f" (taken as “{passage.event}”)")
        return f"{name} ─ {one_line(record.actor)}" if record.actor else name

    def _where(self, passage: Passage) -> str:
        """
        From which state to which, if it changed; and what was passed over.
        """
        states = self.pack.lifecycle.states if self.pack.lifecycle else {}
        moved = passage.origin != passage.target
        way = f"{states[passage.origin]} → {states[passage.target]}" if moved else ""
        skipped = self.say("越过 ", "passing over ") + self.listed(passage.skipped) if passage.skipped else ""
        return self.joined((way, skipped))

    def notices(self) -> None:
        if not self.track.notices:
            return
        self.title(self.say("记录中的问题", "Oddities in the record"))
        for notice in self.track.notices:
            line = self.say(f"第 {notice.line} 行：", f"line {notice.line}: ")
            self.add(line + one_line(notice.text(self.lang)), first="  ", hang=4)


_OPENS: Final = ("首日", "first day")
_DEADLINE_HEAD: Final = (
    ("条款", "clause"),
    ("起算", "since"),
    _OPENS,
    ("到期", "due"),
    ("状态", "status"),
    ("谁的", "whose"),
)


def _day(day: date | None) -> str:
    return "-" if day is None else day.isoformat()


def bearer_of(deadline: Deadline, lang: str) -> str:
    """
    Whose duty a deadline is; an authority's own is marked.
    """
    return deadline.bearer if deadline.counts else deadline.bearer + (" (authority)" if lang == "en" else "（机关）")


def standing_of(deadline: Deadline, as_of: date) -> tuple[str, str]:
    """
    Where a deadline stands on a day, in Chinese and English: days left, days late, or the day on which it was done.
    """
    done, status = deadline.done_on, deadline.status
    if status == "running":
        return _running(deadline, as_of)
    if status == "met" and done is not None and done <= deadline.due_on:
        return f"{done} 已按时办", f"done in time on {done}"
    if status == "missed":
        return _missed(deadline, as_of)
    return STATUS_ZH[status], STATUS_EN[status]


def _running(deadline: Deadline, as_of: date) -> tuple[str, str]:
    left = (deadline.due_on - as_of).days
    if left < 0:  # the duty's own stage or day still gives it time
        return f"已过 {-left} 天，还不算逾期", f"{_days_en(-left)} past, not yet missed"
    if left == 0:
        return "今天到期", "due today"
    if deadline.opens_on is not None and as_of < deadline.opens_on:
        days = (deadline.opens_on - as_of).days
        return f"还有 {left} 天，{days} 天后才可办", f"{_days_en(left)} left, opens in {days}"
    return f"还有 {left} 天", f"{_days_en(left)} left"


def _days_en(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"


def _missed(deadline: Deadline, as_of: date) -> tuple[str, str]:
    done, opens = deadline.done_on, deadline.opens_on
    if done is not None and opens is not None and done < opens:
        early = (opens - done).days
        return f"{done} 办，早了 {early} 天", f"done on {done}, {_days_en(early)} too early"
    if done is not None and done > deadline.due_on:
        late = (done - deadline.due_on).days
        return f"{done} 办，逾期 {late} 天", f"done on {done}, {_days_en(late)} late"
    late = (as_of - deadline.due_on).days
    return (f"逾期 {late} 天", f"{_days_en(late)} late") if late > 0 else (STATUS_ZH["missed"], STATUS_EN["missed"])


# ---------------------------------------------------------------------------------------------------------------------
# Many projects


@dataclass(frozen=True, slots=True)
class OverviewRow:
    """
    One project of an overview, ``name`` as the log has it.
    """

    name: str
    track: Track

    @property
    def open_breaches(self) -> int:
        """
        How many binding rules are broken and not mended.
        """
        return sum(breach.binding and breach.cured_on is None for breach in self.track.breaches)

    @property
    def next_due(self) -> Deadline | None:
        """
        The running deadline that falls due first, an authority's own or not.
        """
        running = (each for each in self.track.deadlines if each.status == "running")
        return min(running, key=lambda each: (each.due_on, each.rule), default=None)

    @property
    def order(self) -> tuple[bool, str, str, str]:
        """
        What overviews are sorted by: the day next due, then city and name; what has none comes last.
        """
        due = self.next_due
        return due is None, due.due_on.isoformat() if due else "", self.track.pack.city, self.name


def overview(rows: Sequence[OverviewRow], layout: Layout) -> str:
    """
    A line for each project: city, name, state, conclusion, breaches not mended, what falls due next.
    """
    second = layout.lang != "zh"
    heads = (
        *(("城市", "city"), ("项目", "project"), ("状态", "state"), ("合规意见", "opinion")),
        *(("未纠正", "not mended"), ("最近到期", "next due"), ("条款和谁的", "clause and whose")),
    )
    lines = [_overview_line(row, second=second) for row in rows]
    return table([head[second] for head in heads], lines) + "\n"


def _overview_line(row: OverviewRow, *, second: bool) -> tuple[str, ...]:
    track, due = row.track, row.next_due
    what = ""
    if due is not None:
        bearer = bearer_of(due, "en" if second else "zh")
        what = f"{due.article} {due.title_en if second else due.title} ─ {bearer}"
    return (
        track.pack.name["en" if second else "zh"],
        one_line(row.name),
        track.state_label,
        CONCLUSIONS[track.exit_code][second],
        str(row.open_breaches),
        _day(due.due_on if due else None),
        what,
    )


# ---------------------------------------------------------------------------------------------------------------------
# What a record may name


def event_table(pack: Pack, layout: Layout) -> str:
    """
    The events of a pack: names, by whom, what they make true, which documents are taken, from which state to which.

    A pack without a lifecycle has none.
    """
    page = Page(layout)
    lifecycle = pack.lifecycle
    for event in lifecycle.events.values() if lifecycle else ():
        also = page.say("也叫 ", "also ") + page.listed(event.also) if event.also else ""
        page.add("  ".join(filter(None, (event.name, also))), first="", hang=4, colour="strong")
        for label, told in _event_lines(pack, event, page):
            page.add(f"{label}{page.say('：', ': ')}{told}", first="    ", hang=8)
    return "\n".join(page.lines) + "\n"


def _event_lines(pack: Pack, event: LifecycleEvent, page: Page) -> Iterator[tuple[str, str]]:
    if event.by:
        yield page.say("由谁", "by"), page.listed(event.by)
    if event.sets:
        yield page.say("记为", "makes true"), page.joined(_setting(pack, each, page) for each in event.sets)
    if event.documents:
        fact = pack.fact(event.documents)
        known = page.listed(((fact and fact.values) or {}).values())
        label = label_of(pack, event.documents, page.lang)
        yield page.say("材料", "documents"), label + page.say(f"（{known}）", f" ({known})")
    states = pack.lifecycle.states if pack.lifecycle else {}
    for each in pack.lifecycle.transitions if pack.lifecycle else ():
        if each.event == event.name:
            if_so = page.say("（有条件）", " (if)") if each.when != ALWAYS else ""
            clauses = page.listed(articles_of(pack, each.norms))
            yield page.say("状态", "state"), f"{states[each.origin]} → {states[each.target]}{if_so}  {clauses}".rstrip()
    if event.note:
        yield page.say("说明", "note"), event.note


def _setting(pack: Pack, setting: Setting, page: Page) -> str:
    label = label_of(pack, setting.fact, page.lang)
    if setting.taken != "value":
        value = page.say(*_TAKEN[setting.taken])
    elif isinstance(setting.value, bool):
        value = page.say(*(("是", "yes") if setting.value else ("否", "no")))
    else:
        value = shown_value(pack, setting.fact, setting.value, page.lang)
    return f"{label} = {value}"


def event_data(pack: Pack) -> list[dict[str, Any]]:
    """
    The same as plain data; ``sets`` gives the value, or ``day``, ``year``, ``month``: that of the event.
    """
    if pack.lifecycle is None:
        return []
    return [
        {
            "event": event.name,
            "also": list(event.also),
            "by": list(event.by),
            "sets": {each.fact: _set_value(each) for each in event.sets},
            "documents": event.documents,
            "transitions": [
                {"from": each.origin, "to": each.target, "norms": list(each.norms), "conditional": each.when != ALWAYS}
                for each in pack.lifecycle.transitions
                if each.event == event.name
            ],
            "note": event.note,
        }
        for event in pack.lifecycle.events.values()
    ]


def _set_value(setting: Setting) -> Any:
    if setting.taken != "value":
        return setting.taken
    value = setting.value
    if isinstance(value, frozenset):
        return sorted(value)
    return value if isinstance(value, bool | int | str) else str(value)


__all__ = [
    "STATUS_EN",
    "OverviewRow",
    "articles_of",
    "bearer_of",
    "event_data",
    "event_table",
    "overview",
    "standing_of",
    "text",
]
