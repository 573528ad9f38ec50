"""
Commands that list what there is: ``cities``, ``rules``, ``facts``.

Imports: terminal, options, inputs; the library inside the commands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from govit_rules.cli.inputs import packs_of
from govit_rules.cli.options import (
    Code,
    OneOfBoth,
    city_option,
    format_option,
    kind_names,
    lang_option,
    pack_option,
    rule_stage_names,
    severity_names,
    stage_names,
)
from govit_rules.cli.terminal import write, write_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from govit_rules.facts import Fact
    from govit_rules.packs import Rule

_WHO_ZH: Final = {"owner": "项目单位", "authority": "主管部门", "expert": "专家"}


@click.command(short_help="列出有规则包的城市。List the cities there are.")
@format_option
def cities(form: str) -> None:
    """
    列出有规则包的城市。

    List the cities that have a pack.
    """
    from govit_rules.formats import table
    from govit_rules.library import cities as known_cities

    heads = known_cities()
    if form == "json":
        write_json([dict(head) for head in heads])
    else:
        names = [(head["city"], head["zh"], head["en"], head["division_code"]) for head in heads]
        write(table(("键", "城市", "English", "行政区划代码"), names))


@click.command(cls=OneOfBoth, short_help="列出规则。List the rules.")
@city_option("只列这个城市的；默认列全部。Of this city only.")
@pack_option
@click.option(
    "--kind", type=Code("性质", kind_names), metavar="性质", multiple=True, help="只列这些性质的。Of these kinds."
)
@click.option(
    "--stage",
    type=Code("阶段", rule_stage_names),
    metavar="阶段",
    multiple=True,
    help="只列这些阶段的。Of these stages.",
)
@click.option(
    "--severity",
    type=Code("力度", severity_names),
    metavar="力度",
    multiple=True,
    help="只列这些力度的。Of these severities.",
)
@format_option
@lang_option
def rules(
    city: str | None,
    pack: str | None,
    kind: Sequence[str],
    stage: Sequence[str],
    severity: Sequence[str],
    form: str,
    lang: str,
) -> None:
    """
    列出规则: 编号、条款、性质、阶段、力度、标题。同一选项可以写几次。

    List the rules: id, article, kind, stage, severity, title. Options may be repeated.
    """
    from govit_rules.formats import table

    wanted = {"kind": kind, "stage": stage, "severity": severity}
    found = [
        (holder, rule)
        for holder in packs_of(city, pack)
        for rule in holder.rules.values()
        if all(not values or getattr(rule, name) in values for name, values in wanted.items())
    ]
    if form == "json":
        write_json([{"city": holder.city, **_rule_data(rule)} for holder, rule in found])
    else:
        write(table(("编号", "条款", "性质", "阶段", "力度", "标题"), [_rule_row(rule, lang) for _, rule in found]))
        write(f"共 {len(found)} 条 · {len(found)} rules")


def _rule_row(rule: Rule, lang: str) -> tuple[str, ...]:
    stage, severity = rule_stage_names()[rule.stage], severity_names()[rule.severity]
    return rule.id, rule.article, kind_names()[rule.kind], stage, severity, rule.title[lang]


def _rule_data(rule: Rule) -> dict[str, Any]:
    return {
        "rule": rule.id,
        "kind": rule.kind,
        "article": rule.article,
        "stage": rule.stage,
        "severity": rule.severity,
        "bearer": rule.bearer,
        "counts": rule.counts,
        "classifies": rule.classifies,
        "judged_by": rule.judged_by,
        "in_principle": rule.in_principle,
        "suspect": rule.suspect,
        "from": rule.start and rule.start.isoformat(),
        "until": rule.until and rule.until.isoformat(),
        "title": dict(rule.title),
        "fix": dict(rule.fix),
        "reading": rule.reading
        and {"chosen": rule.reading.chosen, "other": rule.reading.other, "why": rule.reading.why},
    }


def _who() -> Mapping[str, str]:
    return _WHO_ZH


def _filter(name: str, code: Code, text: str) -> Callable[[Any], Any]:
    return click.option(name, type=code, metavar=code.name, multiple=True, help=text)


@click.command(cls=OneOfBoth, short_help="列出事实。List the facts.")
@city_option("只列这个城市的规则要问的；默认列全部通用的。Only what this city's rules ask.")
@pack_option
@_filter("--stage", Code("阶段", stage_names), "只列从这些阶段起能知道的。Known from these stages on.")
@_filter("--who", Code("填报人", _who), "只列由谁填的。Answered by whom.")
@format_option
def facts(city: str | None, pack: str | None, stage: Sequence[str], who: Sequence[str], form: str) -> None:
    """
    列出项目文件里可以填的事实: 路径、名称、类型、单位、谁填、阶段、说明。

    List the facts that a project file may give.
    """
    from govit_rules.formats import table
    from govit_rules.project import CORE_FACTS

    known: Iterable[Fact | None] = CORE_FACTS.values()
    if city is not None or pack is not None:
        asked = packs_of(city, pack)[0]
        read = asked.facts_read
        known = [asked.fact(path) for path in (*CORE_FACTS, *asked.facts) if path in read]
    found = [
        fact
        for fact in known
        if fact is not None and (not stage or fact.stage in stage) and (not who or fact.who in who)
    ]
    if form == "json":
        write_json([_fact_data(fact) for fact in found])
    else:
        write(table(("路径", "名称", "类型", "单位", "谁填", "阶段", "说明"), [_fact_row(fact) for fact in found]))


def _fact_row(fact: Fact) -> tuple[str, ...]:
    codes = "、".join(f"{code}={meaning}" for code, meaning in (fact.values or {}).items())
    about = fact.help + (f" 取值: {codes}" if codes else "") + (" 主张了才算。" if fact.claim else "")
    return fact.path, fact.zh, fact.type, fact.unit or "", _WHO_ZH[fact.who], stage_names()[fact.stage], about


def _fact_data(fact: Fact) -> dict[str, Any]:
    names = ("path", "type", "zh", "en", "help", "who", "stage", "unit", "values", "claim")
    data = {name: getattr(fact, name) for name in names}
    return {**data, "values": fact.values and dict(fact.values)}
