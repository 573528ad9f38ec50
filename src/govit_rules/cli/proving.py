"""
Commands that prove packs: ``test``, ``mutate``, ``properties``.

Imports: terminal, options, files, inputs; the kit (`govit_rules.testing`) inside the commands.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from govit_rules.cli.files import put, read
from govit_rules.cli.inputs import city_key, pack_file
from govit_rules.cli.options import OneOfBoth, city_option, format_option, lang_option, pack_option
from govit_rules.cli.terminal import WrongQuestion, progress, write, write_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from govit_rules.decision import Decision
    from govit_rules.packs import Pack
    from govit_rules.testing.cases import Case
    from govit_rules.testing.mutation import MutationReport
    from govit_rules.testing.outcomes import OutcomeCoverage


@click.command(cls=OneOfBoth, short_help="运行用例。Run case files.")
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@city_option("只运行这个城市的用例。Only the cases of this city.")
@pack_option
@click.option(
    "-k",
    "expression",
    metavar="式子",
    help="只运行名字(城市/文件:编号)或条款里有这些字的，可以用 and、or、not 和括号。Only cases named so.",
)
@click.option("--junit", metavar="文件.xml", help="另写一份 JUnit XML。Write JUnit XML, too.")
@click.option(
    "--coverage", "covered", is_flag=True, help="列出用例还没有显示的结论、条件、环节和数额。What no case shows."
)
@click.option("--html", metavar="文件.html", help="把覆盖写成一个网页。Write the coverage as a page.")
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    metavar="百分数",
    help="覆盖低于它就以 1 退出。Exit with 1 below this coverage.",
)
@format_option
@lang_option
def test(
    paths: Sequence[str],
    city: str | None,
    pack: str | None,
    expression: str | None,
    junit: str | None,
    html: str | None,
    fail_under: float | None,
    form: str,
    lang: str,
    *,
    covered: bool,
) -> int:
    """
    运行用例文件，PATH 是文件或文件夹，默认 tests/cases 或 cases；失败的写出应为、实为和理由。

    Run case files, by default those in tests/cases, else cases. 1: a case failed; 2: a case file is wrong.

    例 example: govit-rules test -k 'article-11 and not year' --junit result.xml
    """
    from govit_rules.testing.runner import Report, gather, junit_xml, report_text, run
    from govit_rules.testing.selection import selector

    given = {} if pack is None else {own.city: own for own in [pack_file(pack)]}
    wanted = None if expression is None else selector(expression)
    found = gather(_case_paths(paths), city=next(iter(given), None) or city_key(city), wanted=wanted)
    if not found.cases and not found.wrong:
        raise WrongQuestion(f"没有选中用例（未选 {found.left_out} 个）\n    → 查 PATH、--city 和 -k")
    judged: dict[str, list[tuple[Case, Decision]]] = {}
    with progress(found.cases, "用例") as cases:
        each = lambda case, decision: judged.setdefault(case.city, []).append((case, decision))  # noqa: E731
        report = Report.of(found, run(cases, given, lang=lang, each=each))
    if junit is not None:
        put(Path(junit), junit_xml(report, lang))
    shown = _outcome_coverage(judged, given) if covered or html is not None or fail_under is not None else []
    if html is not None:
        from govit_rules.testing.outcomes import coverage_html

        put(Path(html), coverage_html(shown, lang))
    if form == "json":
        write_json({**report.as_dict(), **({"coverage": [each.as_dict(lang) for each in shown]} if shown else {})})
    else:
        from govit_rules.testing.outcomes import coverage_table

        write("\n\n".join([report_text(report, lang).rstrip(), *(coverage_table(each, lang) for each in shown)]))
    too_little = fail_under is not None and any(each.percent < fail_under for each in shown)
    return report.exit_code or int(too_little)


def _outcome_coverage(
    judged: Mapping[str, list[tuple[Case, Decision]]], given: Mapping[str, Pack]
) -> list[OutcomeCoverage]:
    from govit_rules.library import load_pack
    from govit_rules.testing.outcomes import outcome_coverage

    with progress(sorted(judged), "覆盖") as cities:
        return [outcome_coverage(given.get(city) or load_pack(city), judged[city]) for city in cities]


def _case_paths(named: Sequence[str]) -> list[Path]:
    if named:
        return [Path(name) for name in named]
    for folder in (Path("tests", "cases"), Path("cases")):
        if folder.is_dir():
            return [folder]
    raise WrongQuestion("这里没有 tests/cases 或 cases 文件夹\n    → 写出用例文件，或它们所在的文件夹")


@click.command(cls=OneOfBoth, short_help="在规则包里种错，看用例看不看得出。Plant faults in packs.")
@click.argument("paths", metavar="[CASES]...", nargs=-1)
@city_option("只种这个城市的；默认全部。In this city's pack only.")
@pack_option
@click.option("--part", metavar="编号", help="只种在这条规则、环节、def.定义 或 $数额 里。Only in this rule or step.")
@click.option(
    "--inventory", metavar="文件.yaml", help="条款、阶段、力度的清单，也拿来对照。What the text fixes besides."
)
@click.option("--jobs", type=click.IntRange(1, 64), metavar="数", help="用几个进程，默认与处理器同数。Processes.")
@click.option(
    "--fail-under", type=click.FloatRange(0, 100), metavar="百分数", help="得分低于它就以 1 退出。Exit with 1 below."
)
@format_option
@lang_option
def mutate(
    paths: Sequence[str],
    city: str | None,
    pack: str | None,
    part: str | None,
    inventory: str | None,
    jobs: int | None,
    fail_under: float | None,
    form: str,
    lang: str,
) -> int:
    """
    照人在法条上常犯的错改规则包，一次一处，看用例看不看得出；列出没有看出的。

    Plant the faults that people make in law, one at a time, and list those that no case sees.
    """
    from govit_rules.testing.mutation import mutation_table

    reports = []
    for name, text, cases, listed in _mutated(paths, city, pack, inventory):
        reports.append(_mutate(text, cases, name=name, jobs=jobs, inventory=listed, only=part))
    if form == "json":
        write_json([report.as_dict(lang) for report in reports])
    else:
        write("\n\n".join(mutation_table(report, lang) for report in reports))
    return int(fail_under is not None and any(report.score * 100 < fail_under for report in reports))


def _mutated(
    paths: Sequence[str], city: str | None, pack: str | None, inventory: str | None
) -> Iterator[tuple[str, str, list[Case], Any]]:
    """
    The packs to plant faults in: name, text, cases, and the inventory beside the cases, if there is one.
    """
    from govit_rules.library import shipped_packs
    from govit_rules.sources import MAX_BYTES, read_yaml
    from govit_rules.testing.runner import gather

    if pack is not None:
        own = pack_file(pack)
        files = {own.city: Path(pack)}
    else:
        key = city_key(city)
        files = {name: file for name, file in shipped_packs().items() if key in (None, name)}
    for name, file in files.items():
        found = gather(_case_paths(paths), city=name)
        if found.wrong:
            raise WrongQuestion("\n".join(str(defect) for defect in found.wrong))
        beside = Path(inventory) if inventory is not None else Path("tests", "inventory", f"{name}.yaml")
        listed = None
        if inventory is not None or beside.is_file():
            listed = read_yaml(read(str(beside), MAX_BYTES, "清单"), str(beside)).data
        yield file.name, read(str(file), MAX_BYTES, "规则包").decode("utf-8"), list(found.cases), listed


def _mutate(text: str, cases: list[Case], *, name: str, **options: Any) -> MutationReport:
    from govit_rules.testing.mutation import mutate as mutate_pack

    if sys.stderr is None or not sys.stderr.isatty():
        return mutate_pack(text, cases, name=name, **options)
    with click.progressbar(length=1, label=name, file=sys.stderr, show_pos=True) as bar:

        def tell(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        return mutate_pack(text, cases, name=name, progress=tell, **options)


@click.command(cls=OneOfBoth, short_help="检查规则包的性质。Check properties of packs.")
@click.argument("files", metavar="[FILE]...", nargs=-1)
@city_option("只查这个城市自带的；默认全部城市的。Those that come with this city.")
@pack_option
@click.option(
    "--examples", type=click.IntRange(1, 100_000), default=200, metavar="数", help="每条试多少个项目，默认 200。"
)
@click.option("--seed", type=int, default=0, metavar="数", help="换一批项目。Another set of projects.")
@click.option("--save", metavar="文件夹", help="把反例存成项目文件，供 check 用。Save counterexamples as projects.")
@lang_option
def properties(
    files: Sequence[str],
    city: str | None,
    pack: str | None,
    examples: int,
    seed: int,
    save: str | None,
    lang: str,
) -> int:
    """
    检查性质文件里的每一条：造许多项目来试，不成立的给出最小的反例；有反例时退出码是 1。

    Check the properties in files (by default those that come with the packs) on many projects. 1: one is refuted.
    """
    from govit_rules.library import shipped_packs
    from govit_rules.testing.properties import check_property, property_text, read_properties, shipped_properties

    own = None if pack is None else pack_file(pack)
    if files:
        asked = [prop for file in files for prop in read_properties(file, pack=own)]
    else:
        keys = [own.city] if own is not None else [city_key(city)] if city is not None else shipped_packs()
        asked = [prop for key in keys if key for prop in shipped_properties(key, pack=own)]
    if not asked:
        raise WrongQuestion("没有性质可查\n    → 写出性质文件，样子见 docs/testing.md")
    refuted = 0
    with progress(asked, "性质") as listed:
        for prop in listed:
            verdict = check_property(prop, own, examples=examples, seed=seed)
            write(property_text(verdict, lang))
            refuted += not verdict.holds
            if save is not None and verdict.counterexample is not None:
                put(Path(save, f"{prop.city}-{prop.id}.json"), verdict.counterexample.project_json() + "\n")
    write(f"{len(asked)} 条性质，{refuted} 条不成立" if lang == "zh" else f"{len(asked)} properties, {refuted} refuted")
    return int(bool(refuted))
