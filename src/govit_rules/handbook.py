"""
A pack as pages for readers: one rule in words, a city's page, and the atlas of all cities, figure by figure.

Pages are Markdown in Chinese, with English beside the titles. They say nothing that is not in the pack; the atlas takes
from a file which clauses of the cities answer to one another. Imports: `conditions`, `deadlines`, `decision`, `errors`,
`explain`, `facts`, `formats`, `packs`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from govit_rules.conditions import ALWAYS, AllOf, AnyOf, InOrder, Named, Not
from govit_rules.deadlines import time_limits
from govit_rules.decision import OUTCOME_ZH
from govit_rules.errors import Defect, PackError
from govit_rules.explain import (
    day_in_words,
    explain_condition,
    explain_rule,
    label_of,
    shown_value,
    stage_name,
)
from govit_rules.facts import STAGES
from govit_rules.formats import table
from govit_rules.packs import KINDS, SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from govit_rules.conditions import Condition, Day
    from govit_rules.deadlines import TimeLimit
    from govit_rules.decision import Finding
    from govit_rules.explain import Explanation
    from govit_rules.packs import Clock, Lifecycle, LifecycleEvent, Pack, Rule, Setting, Step, Transition, Yearly

# ---------------------------------------------------------------------------------------------------------------------
# A rule in words

_PARTS: Final = {
    "zh": {
        "scope": "前提",
        "when": "何时管到",
        "require": "要求",
        "due": "期限",
        "fix": "怎样改",
        "bearer": "谁的义务",
        "judged_by": "由谁判断",
        "force": "有效期",
        "notes": "注意",
        "reading": "读法",
    },
    "en": {
        "scope": "presupposed",
        "when": "applies where",
        "require": "requires",
        "due": "due",
        "fix": "to mend it",
        "bearer": "whose duty",
        "judged_by": "judged by",
        "force": "in force",
        "notes": "note",
        "reading": "reading",
    },
}


def rule_in_words(pack: Pack, rule: Rule, as_of: date, lang: str) -> str:
    """
    All that a rule says, with the figures in force on a day.
    """
    groups = {part.kind: part for part in explain_rule(rule, pack.scope_of(rule), {}, pack, as_of, "unknown").parts}
    said = {kind: list(_asked(group.parts, lang)) for kind, group in groups.items()}
    zh = lang == "zh"
    if rule.scope is None and pack.scope == pack.applies:
        said["scope"] = ["办法适用于该项目" if zh else "the regulation applies to the project"]
    said.setdefault("scope", ["没有" if zh else "nothing"])
    said.setdefault("when", ["总是" if zh else "always"])
    if rule.require is None:
        said["require"] = ["没有: 只作归类" if zh else "nothing: it classifies the project"]
    if isinstance(rule.due, str):
        said["due"] = [_due_in_words(rule, lang)]
    said["fix"] = [rule.fix[lang]] if rule.fix[lang] else []
    said["bearer"] = [rule.bearer + ("" if rule.counts else "（不算在项目头上）" if zh else " (not the project's)")]
    said["judged_by"] = [rule.judged_by] if rule.judged_by else []
    said["force"] = [f"{rule.start or '…'} – {rule.until or '…'}"] if rule.start or rule.until else []
    said["notes"] = [
        *(["原则上" if zh else "in principle"] if rule.in_principle else []),
        *filter(None, [rule.suspect]),
    ]
    said["reading"] = _reading_in_words(rule, lang)
    labels = _PARTS[lang]
    return "\n".join([*_heading(rule, lang), "", *_labelled((labels[part], said.get(part, [])) for part in labels)])


def _heading(rule: Rule, lang: str) -> list[str]:
    if lang == "en":
        return [f"{rule.id}  {rule.article}  {rule.kind}  {rule.severity}  {rule.stage}", rule.title[lang]]
    kind, stage, severity = KINDS[rule.kind], stage_name(rule.stage), SEVERITIES[rule.severity]
    return [f"{rule.id}  {rule.article}  {kind}  {severity}  {stage}", rule.title[lang]]


def _asked(parts: Iterable[Explanation], lang: str, depth: int = 0) -> Iterator[str]:
    """
    What conditions ask, those they are made of indented below.
    """
    for part in parts:
        text = part.zh if lang == "zh" else part.en
        yield "  " * depth + without_values(text)
        yield from _asked(part.parts, lang, depth + 1)


def without_values(text: str) -> str:
    """
    What a condition asks, where no project is at hand and so no value is missing.
    """
    return re.sub("（没有填）| 没有填| \\(not given\\)| not given", "", text)


def condition_in_words(condition: Condition, pack: Pack, as_of: date, lang: str) -> list[str]:
    """
    What a condition asks, with the figures in force on a day; those it is made of follow it, indented by two.
    """
    return list(_asked([explain_condition(condition, {}, pack, as_of)], lang))


def _due_in_words(rule: Rule, lang: str) -> str:
    if lang == "en":
        return f"{'before the end of' if rule.due == 'end_of_stage' else 'by'} the stage {rule.stage}"
    return f"“{stage_name(rule.stage)}”阶段" + ("结束之前" if rule.due == "end_of_stage" else "之前做到")


def _reading_in_words(rule: Rule, lang: str) -> list[str]:
    reading = rule.reading
    if reading is None:
        return []
    chosen, other, why = ("采用", "另一读法", "理由") if lang == "zh" else ("chosen", "other", "why")
    return [f"{chosen}: {reading.chosen}", f"{other}: {reading.other}", f"{why}: {reading.why}"]


def finding_in_words(finding: Finding, lang: str) -> str:
    """
    How a rule came out for a project, and why.
    """
    reading = finding.reading
    lines = [*_heading(finding.definition, lang), "", finding.message_in(lang), "", finding.explanation.text(lang)]
    if finding.outcome == "violated":
        lines += ["", f"{_PARTS[lang]['fix']}: {finding.definition.fix[lang]}"]
    if reading is not None:
        lines += ["", *_reading_in_words(finding.definition, lang)]
        if reading["other_outcome"]:
            outcome = reading["other_outcome"]
            lines.append(f"按另一读法: {OUTCOME_ZH[outcome]}" if lang == "zh" else f"by the other reading: {outcome}")
    return "\n".join(lines)


def _labelled(parts: Iterable[tuple[str, Sequence[str]]]) -> list[str]:
    """
    Lines behind their label; labels are padded to one width, and parts without lines left out.
    """
    rows = [("" if i else label, line) for label, lines in parts for i, line in enumerate(lines)]
    return table(("", ""), rows).splitlines()[1:]


# ---------------------------------------------------------------------------------------------------------------------
# A city's page


def city_page(pack: Pack, as_of: date) -> str:
    """
    A pack as a page of Markdown: scope, figures, path, lifecycle, every rule, readings, and what is no rule.

    Args:
        pack: Any pack.
        as_of: The day whose figures are shown in the rules.
    """
    regulation = pack.regulation
    issued = [str(day) if day else "没有载明" for day in (regulation.issued, regulation.effective)]
    about = [
        ("文号", regulation.doc_number or "没有载明"),
        ("制定机关", regulation.issuer or "没有载明"),
        ("印发", issued[0]),
        ("施行", issued[1]),
        (
            "条文",
            f"{regulation.article_count or '?'} 条，规范 {regulation.norms or '?'} 条，其中规则 {len(pack.rules)} 条",
        ),
    ]
    parts = [
        f"# {pack.name['zh']} · {pack.name['en']}",
        f"《{regulation.title}》",
        _markdown_table(("", ""), about),
        "本页由 `govit-rules docs` 从规则包写出，不要手改。*Written by `govit-rules docs` from the pack.*",
    ]
    if regulation.notes:
        parts += ["## 读者须知 · Notes", "\n".join(f"- {note}" for note in regulation.notes)]
    parts += ["## 适用范围 · Scope", *_scope_section(pack, as_of)]
    if pack.parameters:
        parts += ["## 数额和日期 · Figures", _figures(pack)]
    if pack.path:
        parts += ["## 审批路径 · Path", _diagram(pack.path.values()), _steps(pack, as_of)]
    if pack.lifecycle:
        parts += ["## 生命周期 · Lifecycle", *_lifecycle_section(pack, pack.lifecycle, as_of)]
    parts += ["## 规则 · Rules", *_rules_section(pack, as_of)]
    if any(rule.reading for rule in pack.rules.values()):
        parts += ["## 采用的读法 · Readings", _readings(pack)]
    if pack.reasons:
        parts += ["## 没有写成规则的规范 · Norms that are no rules", _reasons(pack)]
    return "\n\n".join(parts) + "\n"


def _scope_section(pack: Pack, as_of: date) -> Iterator[str]:
    told = explain_condition(pack.applies, {}, pack, as_of)
    yield f"本办法何时适用：\n\n{_bullets([told])}"
    if pack.scope != pack.applies:
        yield f"各规则、各环节共同的前提：\n\n{_bullets([explain_condition(pack.scope, {}, pack, as_of)])}"


def _bullets(parts: Iterable[Explanation], depth: int = 0) -> str:
    return "\n".join("  " * (depth + _depth(line)) + f"- {line.strip()}" for line in _asked(parts, "zh"))


def _depth(line: str) -> int:
    return (len(line) - len(line.lstrip())) // 2


def _figures(pack: Pack) -> str:
    rows = []
    for name, parameter in pack.parameters.items():
        values = [_figure(pack, name, start, value, len(parameter.values)) for start, value in parameter.values]
        rows.append((parameter.zh, "；".join(values), parameter.article, f"`${name}`"))
    return _markdown_table(("数额或日期", "值", "条款", "名称"), rows)


def _figure(pack: Pack, name: str, start: date, value: Any, values: int) -> str:
    shown = "没有公布" if value is None else shown_value(pack, f"${name}", value)
    return shown if values == 1 else f"{shown}（{start} 起）"


def _diagram(steps: Iterable[Step]) -> str:
    """
    The path as a Mermaid flowchart; steps that only some projects must take are hexagons on dotted lines.
    """
    lines, before = ["```mermaid", "flowchart TD"], None
    for number, step in enumerate(steps, 1):
        text = f"{step.name['zh']}<br/>{step.actor}".replace('"', "#quot;")
        node = f"s{number}"
        conditional = step.when != ALWAYS
        lines.append(f'    {node}{{{{"{text}"}}}}' if conditional else f'    {node}["{text}"]')
        if before is not None:
            lines.append(f"    {before} {'-.->' if conditional else '-->'} {node}")
        before = node
    return (
        "\n".join([*lines, "```"]) + "\n\n六角框是有条件的环节，条件见下表。*Hexagons are taken by some projects only.*"
    )


def _steps(pack: Pack, as_of: date) -> str:
    rows = []
    for step in pack.path.values():
        when = "" if step.when == ALWAYS else _in_a_cell(step.when, pack, as_of)
        actors = "、".join((step.actor, *step.co_actors))
        documents = "、".join(step.documents)
        cells = (
            step.id,
            step.name["zh"],
            actors,
            when,
            documents,
            step.time_limit or "未规定",
            "、".join(step.articles),
        )
        rows.append(cells)
    return _markdown_table(("环节", "名称", "谁办", "何时须走", "材料和文书", "时限", "条款"), rows)


def _in_a_cell(condition: Condition, pack: Pack, as_of: date) -> str:
    """
    A condition on one line; a rule that it names stands by its title.
    """
    match condition:
        case Named(name, _) if name.startswith("rule."):
            rule = pack.rules[name.removeprefix("rule.")]
            return f"{rule.title['zh']}（{rule.article} {rule.id}）"
        case Named(_, item):
            return _in_a_cell(item, pack, as_of)
        case AllOf(items):
            return "，且".join(_in_a_cell(item, pack, as_of) for item in items)
        case AnyOf(items):
            said = [(_in_a_cell(item, pack, as_of), _is_joined(item)) for item in items]
            return f"（{'或'.join(f'（{text}）' if joined else text for text, joined in said)}）"
        case Not(item):
            return f"并非（{_in_a_cell(item, pack, as_of)}）"
        case InOrder(items):
            return f"依次{'、'.join(f'（{_in_a_cell(item, pack, as_of)}）' for item in items)}"
    return without_values(explain_condition(condition, {}, pack, as_of).zh)


def _is_joined(condition: Condition) -> bool:
    """
    Whether a condition is said as several joined ones.
    """
    while isinstance(condition, Named) and not condition.name.startswith("rule."):
        condition = condition.item
    return isinstance(condition, AllOf) and (len(condition.items) > 1 or any(map(_is_joined, condition.items)))


def _rules_section(pack: Pack, as_of: date) -> Iterator[str]:
    article = None
    for rule in pack.rules.values():
        if rule.article != article:
            article = rule.article
            yield f"### {article}"
        yield _rule_entry(pack, rule, as_of)


def _rule_entry(pack: Pack, rule: Rule, as_of: date) -> str:
    marks = [KINDS[rule.kind], SEVERITIES[rule.severity], stage_name(rule.stage), rule.bearer]
    marks += [] if rule.counts else ["不算在项目头上"]
    marks += [f"由{rule.judged_by}判断"] if rule.judged_by else []
    marks += ["原则上"] if rule.in_principle else []
    lines = [f"**{rule.id}** {rule.title['zh']} · *{rule.title['en']}*", "", f"- {' · '.join(marks)}"]
    for group in explain_rule(rule, pack.scope_of(rule), {}, pack, as_of, "unknown").parts:
        if group.kind != "scope" or rule.scope is not None:
            lines += [f"- {_PARTS['zh'][group.kind]}：", _bullets(group.parts, 1)]
    if isinstance(rule.due, str) and rule.require is not None:
        lines.append(f"- 期限：{_due_in_words(rule, 'zh')}")
    if rule.fix["zh"]:
        lines.append(f"- 怎样改：{rule.fix['zh']}")
    if rule.suspect:
        lines.append(f"- 条文存疑：{rule.suspect}")
    return "\n".join(lines)


def _readings(pack: Pack) -> str:
    rows = [
        (rule.article, rule.id, rule.reading.chosen, rule.reading.other, rule.reading.why)
        for rule in pack.rules.values()
        if rule.reading is not None
    ]
    return _markdown_table(("条款", "规则", "采用的读法", "另一读法", "理由"), rows)


def _reasons(pack: Pack) -> str:
    rows = [(article, norm, reason) for article, norms in pack.reasons.items() for norm, reason in norms.items()]
    return _markdown_table(("条款", "编号", "理由"), rows)


def _markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |" for line in lines
    )


# ---------------------------------------------------------------------------------------------------------------------
# The lifecycle

_EVENT_SHOWN: Final = 14  # characters of an event's name in the diagram; the table has all of them
# What a label of Mermaid's may hold as it is. Full-width punctuation ends no statement; ASCII may, or may be markup.
_PLAIN: Final = re.compile(r"[\w\s.,()/+\-\u2010-\u2040\u3000-\u303f\uff00-\uffef]")
_TAKEN: Final = {
    "day": ("当日", "the day of the event"),
    "year": ("当年", "the year of the event"),
    "month": ("加上当月", "the month of the event"),
    "unknown": ("不知道", "unknown"),
    "unrecorded": ("当作没有记录过", "as if never recorded"),
}


def _lifecycle_section(pack: Pack, lifecycle: Lifecycle, as_of: date) -> Iterator[str]:
    yield _state_diagram(lifecycle)
    yield "状态，按项目所处的阶段：*States by stage:*"
    yield _markdown_table(("阶段", "状态"), _states_by_stage(lifecycle))
    yield "事件，和它们使状态怎样变；状态不变的在任何状态下都可以记。*Events, and how they change the state.*"
    head = ("事件", "又称", "由谁", "从 → 到", "条件", "条款", "说明")
    yield _markdown_table(head, _event_rows(pack, lifecycle, as_of))
    yield "事件使之成立的事实。*What an event makes true.*"
    yield _markdown_table(("事件", "使之成立", "说明"), _settings_of_events(pack, lifecycle))
    kept = [*_unrecorded(pack, lifecycle), *(_anew_each_year(pack, each) for each in lifecycle.yearly)]
    if kept:
        yield "\n".join(f"- {line}" for line in kept)
    limits = [_limit_row(pack, limit, as_of) for limit in time_limits(pack)]
    limits += [_clock_row(pack, clock, as_of) for clock in lifecycle.clocks]
    if limits:
        yield "### 期限 · Time limits"
        yield _markdown_table(("条款", "规则", "办什么", "从何时起算", "期限", "谁的期限"), limits)
    if lifecycle.undated:
        yield "随事件而来、条文没有写期限的职责，晚办也是办。*Duties that come with an event and have no day.*"
        rules = [pack.rules[name] for name in lifecycle.undated]
        yield _markdown_table(("条款", "规则", "办什么", "谁的职责"), [_row_of_duty(rule) for rule in rules])


def _state_diagram(lifecycle: Lifecycle) -> str:
    """
    The states and events as a Mermaid state diagram; events that lead alike share a line.
    """
    nodes = {state: f"s{number}" for number, state in enumerate(lifecycle.states, 1)}
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{_mermaid(label)}" as {nodes[state]}' for state, label in lifecycle.states.items()]
    lines.append(f"    [*] --> {nodes[lifecycle.initial]}")
    between: dict[tuple[str, str], list[str]] = {}
    for each in lifecycle.transitions:
        between.setdefault((each.origin, each.target), []).append(_mermaid(_shortened(each.event)))
    for (origin, target), events in between.items():
        lines.append(f"    {nodes[origin]} --> {nodes[target]} : {'、'.join(dict.fromkeys(events))}")
    lines += [f"    {node} --> [*]" for state, node in nodes.items() if not lifecycle.leaving(state)]
    return "\n".join([*lines, "```"])


def _shortened(name: str) -> str:
    return name if len(name) <= _EVENT_SHOWN else f"{name[: _EVENT_SHOWN - 1]}…"


def _mermaid(text: str) -> str:
    """
    A label as Mermaid can take it: on one line, and with all that could end or mark it up written as its number.
    """
    text = "".join(char if _PLAIN.match(char) else f"#{ord(char)};" for char in " ".join(text.split()))
    # These it reads as its own wherever they stand on a line.
    text = re.sub("(?i)(directio)(n)", lambda found: f"{found[1]}#{ord(found[2])};", text)
    return re.sub(r"^(\d+)\.", r"\1#46;", text)  # no numbered list


def _states_by_stage(lifecycle: Lifecycle) -> Iterator[tuple[str, str]]:
    for stage in (*STAGES, None):
        states = [label for state, label in lifecycle.states.items() if lifecycle.stages.get(state) == stage]
        if states:
            yield "不属任何阶段" if stage is None else stage_name(stage), "、".join(states)


def _event_rows(pack: Pack, lifecycle: Lifecycle, as_of: date) -> Iterator[tuple[str, ...]]:
    for event in lifecycle.events.values():
        named = (event.name, "；".join(event.also), "、".join(event.by))
        transitions = [each for each in lifecycle.transitions if each.event == event.name]
        for each in transitions:
            yield *named, *_transition_cells(pack, lifecycle, each, as_of)
            named = (event.name, "", "")
        if not transitions:
            yield *named, "状态不变", "", "", ""


def _transition_cells(pack: Pack, lifecycle: Lifecycle, each: Transition, as_of: date) -> tuple[str, ...]:
    course = f"{lifecycle.states[each.origin]} → {lifecycle.states[each.target]}"
    when = "" if each.when == ALWAYS else _in_a_cell(each.when, pack, as_of)
    return course, when, _clauses(pack, each.norms), each.note or ""


def _clauses(pack: Pack, norms: Iterable[str]) -> str:
    """
    Articles, with the norms of each.
    """
    articles = {norm: article for article, listed in pack.reasons.items() for norm in listed}
    articles |= {norm: rule.article for norm, rule in pack.rules.items()}
    grouped: dict[str, list[str]] = {}
    for norm in norms:
        grouped.setdefault(articles[norm], []).append(norm)
    return "；".join(f"{article} {'、'.join(listed)}" for article, listed in grouped.items())


def _settings_of_events(pack: Pack, lifecycle: Lifecycle) -> Iterator[tuple[str, str, str]]:
    for event in lifecycle.events.values():
        facts = _made_true(pack, event)
        if facts or event.note:
            yield event.name, "；".join(facts), event.note or ""


def _made_true(pack: Pack, event: LifecycleEvent) -> list[str]:
    found = [setting_in_words(pack, setting) for setting in event.sets]
    return found + ([f"{label_of(pack, event.documents)}：加上所记的材料"] if event.documents else [])


def setting_in_words(pack: Pack, setting: Setting, lang: str = "zh") -> str:
    """
    A fact and what it becomes.
    """
    zh = lang == "zh"
    if setting.taken != "value":
        value = _TAKEN[setting.taken][not zh]
    elif setting.value is None:
        value = "不知道" if zh else "unknown"
    else:
        value = shown_value(pack, setting.fact, setting.value, lang)
        if isinstance(setting.value, frozenset):
            value = f"加上 {value}" if zh else f"also {value}"
    return f"{label_of(pack, setting.fact, lang)}{'：' if zh else ': '}{value}"


def _unrecorded(pack: Pack, lifecycle: Lifecycle) -> Iterator[str]:
    if lifecycle.unrecorded:
        values = (setting_in_words(pack, each) for each in lifecycle.unrecorded)
        yield f"没有事件说及的，按 {'；'.join(values)}；由事件得出的日期和是否，按尚未发生、否"


def _anew_each_year(pack: Pack, yearly: Yearly) -> str:
    assert pack.lifecycle is not None  # noqa: S101  # it is the lifecycle's own
    states = "、".join(pack.lifecycle.states[state] for state in yearly.states)
    year = f"{label_of(pack, yearly.year)} 为当年；" if yearly.year else ""
    return f"处在 {states} 的，每年1月1日起 {year}{'；'.join(setting_in_words(pack, each) for each in yearly.resets)}"


def _limit_row(pack: Pack, limit: TimeLimit, as_of: date) -> tuple[str, ...]:
    return _row_of_limit(
        limit.rule,
        label_of(pack, limit.event) if limit.event else limit.rule.title["zh"],
        _day_words(limit.counts_from, pack, as_of),
        _span_words(limit, pack, as_of),
    )


def _span_words(limit: TimeLimit, pack: Pack, as_of: date) -> str:
    if limit.monthly is not None:
        return f"每月一次，到 {_day_words(limit.monthly.end, pack, as_of)} 为止"
    opens, closes = (_day_words(day, pack, as_of) for day in (limit.opens, limit.closes))
    if limit.recurs:
        return f"办了以后还要再办，判定日以前最近一次不晚于 {closes}"
    return f"{opens} 至 {closes}" if opens else f"不晚于 {closes}"


def _clock_row(pack: Pack, clock: Clock, as_of: date) -> tuple[str, ...]:
    name = f"${clock.limit}"
    days = pack.parameters[clock.limit].at(as_of)
    shown = label_of(pack, name) if days is None else f"{shown_value(pack, name, days)}个工作日"
    return _row_of_limit(pack.rules[clock.rule], clock.end, f"事件“{clock.start}”", f"{shown}以内")


def _row_of_limit(rule: Rule, what: str, since: str, span: str) -> tuple[str, ...]:
    return rule.article, rule.id, what, since, span, _bearer(rule)


def _row_of_duty(rule: Rule) -> tuple[str, ...]:
    return rule.article, rule.id, rule.title["zh"], _bearer(rule)


def _bearer(rule: Rule) -> str:
    return rule.bearer + ("" if rule.counts else "（不算在项目头上）")


def _day_words(day: Day | None, pack: Pack, as_of: date) -> str:
    return "" if day is None else without_values(day_in_words(day, pack, as_of)).strip()


# ---------------------------------------------------------------------------------------------------------------------
# The atlas


def atlas_page(topics: Any, packs: Mapping[str, Pack], as_of: date) -> str:
    """
    Cities compared figure by figure.

    Args:
        topics: ``{"topics": [{"zh": …, "en": …, "cities": {city: [id, …]}}]}``; an id is a rule, a norm, a step or
            ``$figure`` of that city's pack, and an empty list says that its text has nothing on the topic.
        packs: All packs by city; each topic must name every one of them.
        as_of: The day whose figures are shown.

    Raises:
        PackError: The topics are not of this form, or name what no pack has.
    """
    defects: list[Defect] = []
    parts = [
        "# 五市对照 · Atlas" if len(packs) == 5 else "# 各市对照 · Atlas",
        "本页由 `govit-rules docs` 从规则包和 `atlas.yaml` 写出，不要手改。*Written by `govit-rules docs`.*",
    ]
    for topic in _topics(topics, defects):
        parts += [
            f"## {topic['zh']} · {topic['en']}",
            _markdown_table(("城市", "数额或要求", "条款", "编号"), _compared(topic, packs, as_of, defects)),
        ]
    if defects:
        raise PackError(defects)
    return "\n\n".join(parts) + "\n"


def _topics(topics: Any, defects: list[Defect]) -> Iterator[Mapping[str, Any]]:
    listed = topics.get("topics") if isinstance(topics, dict) else None
    if not isinstance(listed, list):
        defects.append(Defect("topics", "没有题目的列表", "写成 topics: [{zh: …, en: …, cities: {luzhou: [LZ-4-c]}}]"))
        return
    for number, topic in enumerate(listed, 1):
        wanted = isinstance(topic, dict) and all(isinstance(topic.get(key), str) for key in ("zh", "en"))
        if wanted and isinstance(topic.get("cities"), dict):
            yield topic
        else:
            defects.append(Defect(f"topics[{number}]", "题目不全", "写明 zh、en 和 cities"))


def _compared(
    topic: Mapping[str, Any], packs: Mapping[str, Pack], as_of: date, defects: list[Defect]
) -> Iterator[tuple[str, ...]]:
    cities = topic["cities"]
    for city in (*packs, *(city for city in cities if city not in packs)):
        if city not in packs or not isinstance(cities.get(city), list):
            mend = "删去它，或查城市的键" if city not in packs else "写上它；条文没有规定的写 []"
            defects.append(Defect(f"{topic['zh']}.{city}", "每个城市各写一个列表", mend))
            continue
        pack = packs[city]
        named = pack.name["zh"]
        if not cities[city]:
            yield named, "所据文本没有规定", "", ""
        for item in cities[city]:
            row = _said(pack, str(item), as_of)
            if row is None:
                defects.append(Defect(f"{topic['zh']}.{city}", f"规则包里没有 {item}", "写规范、环节的编号或 $数额"))
            else:
                yield (named, *row)


def _said(pack: Pack, item: str, as_of: date) -> tuple[str, str, str] | None:
    if item.removeprefix("$") in pack.parameters and item.startswith("$"):
        parameter = pack.parameters[item[1:]]
        value = parameter.at(as_of)
        shown = "没有公布" if value is None else shown_value(pack, item, value)
        return f"{parameter.zh}：{shown}", parameter.article, f"`{item}`"
    if item in pack.rules:
        return pack.rules[item].title["zh"], pack.rules[item].article, item
    if item in pack.path:
        step = pack.path[item]
        return f"{step.name['zh']}：{step.time_limit or '时限未规定'}", "、".join(step.articles), item
    reasons = ((reason[item], article) for article, reason in pack.reasons.items() if item in reason)
    return next(((reason, article, item) for reason, article in reasons), None)
