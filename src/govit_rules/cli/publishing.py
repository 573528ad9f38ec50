"""
Commands that write something to keep: ``docs``, ``new-city``, ``schema``, ``completion``.

Imports: terminal, options, files, inputs; the library inside the commands.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Final

import click

from govit_rules.cli.files import put, read
from govit_rules.cli.inputs import packs_of
from govit_rules.cli.options import OneOfBoth, as_of_option, city_option, pack_option
from govit_rules.cli.terminal import WrongQuestion, write, write_json

_COMPLETE_VARIABLE: Final = "_GOVIT_RULES_COMPLETE"


@click.command(cls=OneOfBoth, short_help="把规则包写成网页文档。Write a pack as a page.")
@city_option("只写这个城市的；默认全部。Of this city only.")
@pack_option
@as_of_option
@click.option(
    "--out",
    metavar="文件夹",
    help="写进 文件夹/cities/城市.md；有 文件夹/atlas.yaml 的另写 atlas.md。默认打印出来。Where to write.",
)
def docs(city: str | None, pack: str | None, as_of: date | None, out: str | None) -> None:
    """
    把规则包写成 Markdown: 适用范围、数额、路径图、每条规则、采用的读法。

    Write packs as Markdown pages: scope, figures, path, every rule, readings.
    """
    from govit_rules.handbook import atlas_page, city_page

    day = as_of or date.today()
    packs = {found.city: found for found in packs_of(city, pack)}
    pages = {f"cities/{key}.md": city_page(found, day) for key, found in packs.items()}
    if out is None:
        write("\n".join(pages.values()))
        return
    topics = Path(out, "atlas.yaml")
    if city is None and pack is None and topics.is_file():
        pages["atlas.md"] = atlas_page(_topics(str(topics)), packs, day)
    for name, page in pages.items():
        put(Path(out, name), page)
        write(str(Path(out, name)))


def _topics(name: str) -> Any:
    from govit_rules.sources import MAX_BYTES, read_yaml

    source = read_yaml(read(name, MAX_BYTES, "题目"), name)
    source.refuse()
    return source.data


@click.command("new-city", short_help="为一个新城市写出起步的文件。Start a new city.")
@click.argument("name", metavar="NAME")
@click.option("--zh", metavar="某市", default="某市", help="城市的中文名。The city's Chinese name.")
@click.option("--code", metavar="990000", default="990000", help="六位行政区划代码。Its division code.")
@click.option("--out", metavar="文件夹", default=".", help="写进 文件夹/NAME，默认写进 ./NAME。Where to write.")
def new_city(name: str, zh: str, code: str, out: str) -> None:
    """
    写出一个加了注释的规则包、它的用例和一个示例项目，NAME 是城市的键(小写拼音)。已经有的文件不动。

    Write a commented pack, its cases and a project for a new city. NAME is its key, in pinyin.

    例 example: govit-rules new-city binhai --zh 滨海市 --code 990100
    """
    import shlex

    from govit_rules.formats import table
    from govit_rules.starter import write_starter

    try:
        pack, base, first, project = map(str, write_starter(Path(out), name, zh, code))
    except FileExistsError as error:
        raise WrongQuestion(f"{error.filename}: 已经有了，没有动它\n    → 换一个 NAME，或用 --out 写到别处") from None
    except OSError as error:
        raise WrongQuestion(f"{out}: 写不进去（{error.strerror}）\n    → 查文件夹的名字、权限和磁盘空间") from None
    about = {pack: "规则包", base: "各用例共同的事实", first: "用例", project: "示例项目"}
    following = (
        shlex.join(["govit-rules", "lint", pack]),
        shlex.join(["govit-rules", "test", str(Path(first).parent), "--pack", pack]),
        shlex.join(["govit-rules", "check", project, "--pack", pack]),
    )
    lines = [
        *(f"{zh}的文件写好了，里面的条文是虚构的：", ""),
        *(table(("文件", "是什么"), list(about.items())), ""),
        *("接下来运行：", *(f"  {command}" for command in following), ""),
        "都没有错误，就把条文一条一条换成本市的。怎样写：docs/tutorial.md、docs/packs.md",
    ]
    write("\n".join(lines))


@click.command(short_help="打印 JSON Schema。Print a JSON Schema.")
@click.argument("which", metavar="project|pack", type=click.Choice(["project", "pack"]))
def schema(which: str) -> None:
    """
    打印项目文件或规则包的 JSON Schema(2020-12)，供编辑器补全和检查。

    Print the JSON Schema of project files or packs, for editors.
    """
    from govit_rules.schemas import SCHEMAS

    write_json(SCHEMAS[which]())


@click.command(short_help="打印命令补全的脚本。Print a completion script.")
@click.argument("shell", metavar="bash|zsh|fish", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """
    打印命令补全的脚本，如 eval "$(govit-rules completion bash)"。

    Print the completion script of a shell.
    """
    from click.shell_completion import ShellComplete, get_completion_class

    made_for = get_completion_class(shell)
    if made_for is None:  # the shells are those that click knows
        raise WrongQuestion(f"没有 {shell} 的补全脚本\n    → 用 bash、zsh 或 fish")
    # The script itself: `BashComplete.source` would first start a bash to ask its version.
    write(ShellComplete.source(made_for(ctx.find_root().command, {}, "govit-rules", _COMPLETE_VARIABLE)))
