"""
Commands on a project: ``check``, ``compare``, and ``explain`` for one rule.

Imports: terminal, options, inputs; the library inside the commands.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

import click

from govit_rules.cli.inputs import about_project, pack_for, packs_of
from govit_rules.cli.options import (
    Code,
    OneOfBoth,
    as_of_option,
    city_option,
    format_option,
    lang_option,
    pack_option,
    stage_option,
)
from govit_rules.cli.terminal import WrongQuestion, escaped, layout_for, write, write_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from govit_rules.decision import Decision
    from govit_rules.packs import Pack
    from govit_rules.project import Project

_CITY_FORMS: Final = "键、中文名(带不带“市”都行)或行政区划代码"


def _formats() -> Mapping[str, str]:
    from govit_rules.formats import FORMATS

    return {name: name for name in FORMATS}


@click.command(cls=OneOfBoth, short_help="检查一个项目。Check one project.")
@click.argument("file", metavar="FILE")
@city_option(f"城市: {_CITY_FORMS}；默认取项目自己的 city。Which city's regulation.")
@pack_option
@as_of_option
@stage_option
@click.option(
    "--format",
    "form",
    type=Code("输出形式", _formats),
    metavar="text|json",
    default="text",
    help="输出的形式，默认 text。Form of the output.",
)
@lang_option
@click.option("--explain", is_flag=True, help="写出每条结论的理由。Give the reasons of every finding.")
@click.option("--all", "everything", is_flag=True, help="也列出符合和不适用的规则。List the rules that are met, too.")
@click.option(
    "--without-suspect", is_flag=True, help="不判断条文本身存疑的规则。Leave out rules whose text itself is in doubt."
)
@click.option(
    "--engine",
    metavar="引擎",
    default="compiled",
    help="用哪个引擎: compiled（默认）或 durable，结论相同。Which engine decides.",
)
def check(
    file: str,
    city: str | None,
    pack: str | None,
    as_of: date | None,
    stage: str | None,
    form: str,
    lang: str,
    engine: str,
    *,
    explain: bool,
    everything: bool,
    without_suspect: bool,
) -> int:
    """
    检查一个项目，FILE 是项目的 JSON 文件，- 为标准输入。

    Check one project: FILE is its JSON, - reads standard input.

    例 example: govit-rules check 项目.json --as-of 2026-11-21
    """
    from govit_rules.formats import FORMATS

    def find(named: str | None) -> Pack:
        found = pack_for(named, city, pack)
        return found.without_suspect if without_suspect else found

    decision = _decide(file, find, as_of, stage, engine)
    answer = FORMATS[form](decision, layout_for(lang, explain=explain, everything=everything))
    write(escaped(answer) if form == "json" else answer)
    return decision.exit_code


@click.command(short_help="一个项目对照几个城市的办法。Compare cities.")
@click.argument("file", metavar="FILE")
@click.option(
    "--cities",
    "named",
    metavar="城市,城市",
    help="对照哪些城市，逗号隔开；默认全部。Which cities, by default all.",
)
@as_of_option
@stage_option
@format_option
@lang_option
def compare(file: str, named: str | None, as_of: date | None, stage: str | None, form: str, lang: str) -> None:
    """
    把一个项目分别按几个城市的办法判断，并排列出结论、门槛、环节、材料和缺的事实。

    Judge one project by several cities' regulations, side by side. The exit code is 0 whatever they say.
    """
    from govit_rules.comparison import compare as compare_cities
    from govit_rules.formats import comparison_text
    from govit_rules.library import load_pack, shipped_packs

    wanted = shipped_packs() if named is None else [name for name in re.split("[,，、]", named) if name.strip()]
    packs = list({pack.city: pack for pack in map(load_pack, wanted)}.values())
    if not packs:
        raise WrongQuestion(
            "--cities 里没有城市\n    → 写成 --cities luzhou,nanchang；用 `govit-rules cities` 看有哪些城市"
        )
    day = as_of or date.today()
    found = about_project(file, lambda project: compare_cities(project, packs, as_of=day, stage=stage))
    if form == "json":
        write_json(found.as_dict(lang))
    else:
        write(comparison_text(found, layout_for(lang, explain=False, everything=False)))


def _decide(
    file: str,
    find_pack: Callable[[str | None], Pack],
    as_of: date | None,
    stage: str | None,
    engine: str = "compiled",
) -> Decision:
    """
    The decision on the project in a file, by the pack that ``find_pack`` gives for the project's own city.
    """
    from govit_rules.evaluate import evaluate

    def decide(project: Project) -> Decision:
        return evaluate(project, find_pack(project.city), as_of=as_of or date.today(), stage=stage, engine=engine)

    return about_project(file, decide)


@click.command(cls=OneOfBoth, short_help="把一条规则说成话，或说明结论的理由。Explain a rule.")
@click.argument("rule", metavar="RULE")
@click.argument("file", metavar="[FILE]", required=False)
@city_option("在这个城市里找；默认在全部城市里找。Look in this city only.")
@pack_option
@as_of_option
@stage_option
@lang_option
def explain(
    rule: str,
    file: str | None,
    city: str | None,
    pack: str | None,
    as_of: date | None,
    stage: str | None,
    lang: str,
) -> None:
    """
    把一条规则说成话；给出项目文件 FILE，就说明它对这个项目为什么有这个结论。

    A rule in words; with a project FILE, why it came out so. RULE is its id, as in LZ-14.4-d.
    """
    from govit_rules.handbook import finding_in_words, rule_in_words

    holder, norm = _find_norm(rule, packs_of(city, pack))
    if norm not in holder.rules:
        write(_reason_in_words(holder, norm))
    elif file is None:
        write(rule_in_words(holder, holder.rules[norm], as_of or date.today(), lang))
    else:
        decision = _decide(file, lambda _: holder, as_of, stage)
        write(finding_in_words(decision[norm], lang))


def _find_norm(wanted: str, packs: Sequence[Pack]) -> tuple[Pack, str]:
    """
    The pack that has a rule, or a norm that is none, of this id (in capitals or not), and the id as it is written.
    """
    from govit_rules.facts import nearest

    known = {}
    for pack in reversed(packs):  # where two have it, the first is meant
        norms = (norm for listed in pack.reasons.values() for norm in listed)
        known.update({norm.upper(): (pack, norm) for norm in (*norms, *pack.rules)})
    if wanted.upper() in known:
        return known[wanted.upper()]
    near = nearest(wanted.upper(), known)
    mend = f"是不是 {known[near][1]}？" if near else "用 `govit-rules rules` 看有哪些规则"
    raise WrongQuestion(f"没有规则 {wanted}\n    → {mend}")


def _reason_in_words(pack: Pack, norm: str) -> str:
    article = next(article for article, norms in pack.reasons.items() if norm in norms)
    return f"{norm}  {article}\n没有写成规则: {pack.reasons[article][norm]}"
