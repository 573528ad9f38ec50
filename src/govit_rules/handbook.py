"""
A pack as pages for readers: one rule in words, a city's page, and the atlas of all cities, figure by figure.

Pages are Markdown in Chinese, with English beside the titles. They say nothing that is not in the pack; the atlas takes
from a file which clauses of the cities answer to one another. Imports: `articles`, `conditions`, `decision`, `errors`,
`explain`, `formats`, `packs`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from govit_rules.conditions import ALWAYS
from govit_rules.decision import OUTCOME_ZH
from govit_rules.errors import Defect, PackError
from govit_rules.explain import explain_condition, explain_rule, shown_value, stage_name
from govit_rules.formats import table
from govit_rules.packs import KINDS, SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from govit_rules.conditions import Condition
    from govit_rules.decision import Finding
    from govit_rules.explain import Explanation
    from govit_rules.packs import Pack, Rule, Step

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
    A pack as a page of Markdown: scope, figures, path, every rule, the readings chosen, and what is no rule.

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
        when = "" if step.when == ALWAYS else _in_a_cell(explain_condition(step.when, {}, pack, as_of))
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


def _in_a_cell(told: Explanation) -> str:
    """
    A condition on one line.
    """
    if not told.parts:
        return without_values(told.zh)
    joint = "或" if told.kind == "anyof" else "，且"
    inner = joint.join(_in_a_cell(part) for part in told.parts)
    return f"（{inner}）" if told.kind == "anyof" else f"并非（{inner}）" if told.kind == "not" else inner


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
