"""
Commands on packs themselves: ``lint``, ``coverage``, and ``diff`` for what changed between two.

Imports: terminal, options, files, inputs; the library inside the commands.
"""

from __future__ import annotations

import contextlib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from govit_rules.cli.files import read, shown
from govit_rules.cli.inputs import about, pack_named, packs_of, projects_in
from govit_rules.cli.options import (
    OneOfBoth,
    as_of_option,
    city_option,
    format_option,
    kind_names,
    lang_option,
    pack_option,
)
from govit_rules.cli.terminal import WRONG_QUESTION, WrongQuestion, layout_for, progress, write, write_json
from govit_rules.errors import Defect, PackError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from govit_rules.coverage import ArticleRow, Coverage
    from govit_rules.packs import Pack


@click.command(short_help="检查规则包文件。Check pack files.")
@click.argument("files", metavar="[FILE]...", nargs=-1)
def lint(files: Sequence[str]) -> int:
    """
    检查规则包文件，列出每一处错误的文件、行、列和改法；不写 FILE 即检查自带的全部规则包。

    Check pack files: every defect with file, line, column and how to mend it. Without FILE: all shipped packs.
    """
    from govit_rules.library import shipped_packs

    shipped = {path.resolve(): path for path in shipped_packs().values()}
    names = list(files) or [str(path) for path in shipped.values()]
    defective = 0
    for name in names:
        defects, told = _lint(name, shipped=name != "-" and Path(name).resolve() in shipped)
        defective += bool(defects)
        for line in [str(defect) for defect in defects] or [told]:
            write(line)
    if defective:
        write(f"{len(names)} 个文件，{defective} 个有错 · {defective} of {len(names)} files are defective")
    return WRONG_QUESTION if defective else 0


def _lint(name: str, *, shipped: bool) -> tuple[Sequence[Defect], str]:
    """
    The defects of a pack file; and what to say if there are none.
    """
    from govit_rules.pack_reader import read_pack
    from govit_rules.sources import MAX_BYTES

    try:
        content = read(name, MAX_BYTES, "规则包")
        pack = read_pack(content, shown(name))
    except PackError as error:
        return error.defects, ""
    except WrongQuestion as error:
        return [Defect("", error.message)], ""
    counts = f"{len(pack.rules)} 条规则、{len(pack.path)} 个环节、{len(pack.facts)} 个本市事实"
    told = f"{shown(name)}: OK  {pack.name['zh']}《{pack.regulation.title}》 {counts}"
    return _clashes(pack, content, name) if shipped else (), told


def _clashes(pack: Pack, content: bytes, name: str) -> Sequence[Defect]:
    """
    The names of a shipped pack that another shipped pack has, too; and a city that is not the file's name.
    """
    from govit_rules.library import load_pack, shipped_packs
    from govit_rules.sources import read_yaml

    source = read_yaml(content, name)
    mine = _places(pack)
    if pack.city != Path(name).stem:
        source.report(("city",), f"city {pack.city!r} 与文件名不同", f"写成 city: {Path(name).stem}，或改文件名")
    for city in shipped_packs():
        if city == Path(name).stem:
            continue
        with contextlib.suppress(PackError):  # what is wrong with the other is told when it is checked itself
            for shared in mine.keys() & _places(load_pack(city)).keys():
                source.report(
                    mine[shared], f"{shared} 在 {city} 的规则包里也有", "换一个名字，自带的规则包之间不能重名"
                )
    return sorted(source.defects, key=lambda defect: (defect.line, defect.column))


def _places(pack: Pack) -> dict[str, tuple[str, ...]]:
    """
    The names that no two shipped packs may share, with their places in the file.
    """
    return {
        f"代码 {pack.division_code}": ("division_code",),
        **{fact: ("facts", fact.removeprefix("local.")) for fact in pack.facts},
        **{rule: ("rules", rule) for rule in pack.rules},
        **{step: ("path", step) for step in pack.path},
        **{norm: ("articles", article, norm) for article, norms in pack.reasons.items() for norm in norms},
    }


@click.command(cls=OneOfBoth, short_help="规则包覆盖了全部条款没有。What the packs cover.")
@city_option("只看这个城市；默认看全部。Of this city only.")
@pack_option
@click.option(
    "--cases",
    "cases",
    metavar="文件夹",
    help="用例所在的文件夹，默认 tests/cases(有的话)。Where the cases are.",
)
@format_option
def coverage(city: str | None, pack: str | None, cases: str | None, form: str) -> int:
    """
    逐条列出: 条款、规则、性质、用例数；有条款或规范没有着落时退出码为 1。

    Article by article: rules, kinds, cases. Fails with 1 where an article or a norm is left out.
    """
    from govit_rules.coverage import coverage_of

    folder = _cases_folder(cases)
    found = [coverage_of(each, folder) for each in packs_of(city, pack)]
    if form == "json":
        write_json([each.as_dict() for each in found])
    else:
        write("\n\n".join(map(_coverage_text, found)))
    return 0 if all(each.complete for each in found) else 1


def _cases_folder(named: str | None) -> Path | None:
    folder = Path("tests", "cases") if named is None else Path(named)
    if folder.is_dir():
        return folder
    if named is not None:
        raise WrongQuestion(f"{named}: 没有这个文件夹\n    → 写用例所在的文件夹，其下每个城市一个文件夹")
    return None


def _coverage_text(found: Coverage) -> str:
    from govit_rules.formats import table

    kinds = kind_names()
    head = ("条款", "规则", "性质", "用例", "不成规则的规范")
    listed = table(head, [line for row in found.rows for line in _coverage_lines(row, kinds)])
    by_kind = "  ".join(f"{kinds[kind]} {found.kinds[kind]}" for kind in kinds if kind in found.kinds)
    lines = [found.title, "", listed, "", f"规则 {sum(found.kinds.values())} 条: {by_kind}"]
    if found.cases is not None:
        lines.append(f"用例 {found.cases} 个；没有用例的规则: {'、'.join(found.untested) or '没有'}")
    if found.articles is None or found.norms is None:
        lines.append("规则包没有写全 regulation.articles 和 regulation.norms，不能说没有遗漏")
    lines.append(f"{'全部有着落' if found.complete else '有遗漏'}: {found.sentence}")
    return "\n".join(lines)


def _coverage_lines(row: ArticleRow, kinds: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """
    The lines of the table for one article: four rules a line, the norms that are none wrapped beside them.
    """
    from itertools import zip_longest

    from govit_rules.formats import wrap

    rules = [" ".join(row.rules[i : i + 4]) for i in range(0, len(row.rules), 4)]
    counted = " ".join(f"{kinds[kind]}{f' {n}' if n > 1 else ''}" for kind, n in row.kinds.items())
    reasons = [line for norm, reason in row.reasons.items() for line in wrap(f"{norm} {reason}", 60, "  ", "")]
    cases = "" if row.cases is None else str(row.cases)
    columns = ([row.article], rules if row.accounted_for else ["（没有）"], [counted], [cases], reasons)
    yield from zip_longest(*columns, fillvalue="")


@click.command(short_help="两个规则包之间改了什么。What changed between packs.")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.argument("files", metavar="[FILE]...", nargs=-1)
@click.option(
    "--projects",
    "projects",
    metavar="FILE",
    multiple=True,
    help="再看对这些项目的影响，写在 OLD NEW 之后；JSON，或一行一个的 JSONL。Effects on these projects.",
)
@as_of_option
@format_option
@lang_option
def diff(
    old: str, new: str, files: Sequence[str], projects: Sequence[str], as_of: date | None, form: str, lang: str
) -> int:
    """
    两个规则包之间，办法改了什么；再写项目文件，就说出每个项目的结论、路径、材料、期限因哪一处而变。

    What changed between two packs, as law, and by which change projects come out otherwise. OLD, NEW: file or city.

    退出码 exit codes: 0 没有变化 · 1 有变化 · 2 提问有误。

    例 example: govit-rules diff old.yaml new.yaml --projects 项目.json --as-of 2027-01-01
    """
    from govit_rules.amendment import amendment_of
    from govit_rules.amendment_text import amendment_text, effects_text
    from govit_rules.effect import Effects

    if [old, new, *projects, *files].count("-") > 1:
        raise WrongQuestion("- 只能写一次\n    → 标准输入只有一个，其余的写文件名")
    amendment = amendment_of(pack_named(old), pack_named(new), as_of=as_of or date.today())
    effects = Effects(amendment)
    found = []
    with progress(projects_in([*projects, *files]), "项目") as given:
        for where, project in given:
            with about(where):
                found.append(effects.on(project, where))
    if form == "json":
        told = {"projects": len(found), "effects": [effect.as_dict() for effect in found]}
        write_json({**amendment.as_dict(lang), **told})
    else:
        layout = layout_for(lang, explain=False, everything=False)
        text = amendment_text(amendment, layout, (shown(old), shown(new)))
        if found:
            text += effects_text(amendment, [effect for effect in found if effect], len(found), layout)
        write(text)
    return 1 if amendment else 0
