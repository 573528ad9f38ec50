"""
The command line, ``govit-rules``.

    0    no binding rule is broken
    1    a binding rule is broken (`coverage`: something is left out; `test`: a case failed; `diff`: the packs differ)
    2    the question is wrong: usage, file, project, pack, city; the message says where, what, and how to mend it
    3    it cannot be judged, for want of facts
    130  interrupted

Only click and the errors are imported at the top, all else inside the commands that need it, so that ``--help`` and
completion are quick. This is the only module that reads the clock. Imports: everything.
New command: a function under ``@commands.command``, its section in docs/cli.md, its row in tests/test_cli.py.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

import click

from govit_rules.errors import Defect, GovitRulesError, PackError, ProjectError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from click.shell_completion import CompletionItem

    from govit_rules.coverage import ArticleRow, Coverage
    from govit_rules.decision import Decision
    from govit_rules.facts import Fact
    from govit_rules.formats import Layout
    from govit_rules.packs import Pack, Rule
    from govit_rules.project import Project
    from govit_rules.testing.cases import Case
    from govit_rules.testing.mutation import MutationReport
    from govit_rules.testing.outcomes import OutcomeCoverage

T = TypeVar("T")

WRONG_QUESTION: Final = 2
INTERRUPTED: Final = 130
OUR_FAULT: Final = 70

_COMPLETE_VARIABLE: Final = "_GOVIT_RULES_COMPLETE"


class WrongQuestion(click.ClickException):
    """
    What was asked cannot be answered; the message says where, what, and how to mend it.
    """

    exit_code = WRONG_QUESTION

    def show(self, file: Any = None) -> None:  # noqa: ARG002 - as click has it
        """
        Print the message to standard error.
        """
        _complain(self.message)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """
    Run one command and leave with its exit code. No error shows a traceback.
    """
    for stream in (sys.stdout, sys.stderr):
        _make_safe(stream)
    try:
        answer = commands.main(arguments, prog_name="govit-rules", standalone_mode=False)
        code = answer if isinstance(answer, int) else 0
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        code = INTERRUPTED
    except GovitRulesError as error:
        _complain(str(error))
        code = WRONG_QUESTION
    except Exception as error:
        _complain(_unexpected(error))
        code = OUR_FAULT
    sys.exit(code)


def _unexpected(error: Exception) -> str:
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    place = f"{Path(at.tb_frame.f_code.co_filename).name}:{at.tb_lineno}" if at else "?"
    told = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return f"程序出错，不是您的输入有误（{place} {told[:300]}）\n    → 请把这句话和所用的命令报告给维护者"


# ---------------------------------------------------------------------------------------------------------------------
# Reading and writing


def _make_safe(stream: Any) -> None:
    """
    Let a stream take every character: UTF-8 into files and pipes, escapes where a terminal lacks the character.
    """
    if not hasattr(stream, "reconfigure"):
        return
    wished = os.environ.get("PYTHONIOENCODING") or stream.isatty()
    stream.reconfigure(encoding=None if wished else "utf-8", errors="backslashreplace")


def _write(text: str) -> None:
    """
    Print an answer. A reader that has gone away (``| head``) is no error, and changes no exit code.
    """
    stream = sys.stdout
    if stream is None:
        return
    try:
        stream.write(text if text.endswith("\n") else text + "\n")
        stream.flush()
    except BrokenPipeError:
        _discard(stream)
    except OSError as error:
        _discard(stream)
        raise WrongQuestion(f"标准输出: 写不进去（{error.strerror}）\n    → 查磁盘空间，或换个地方写") from None


def _discard(stream: Any) -> None:
    # What is still in the buffer would fail again when Python leaves.
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _write_json(data: Any) -> None:
    import json

    _write(_escaped(json.dumps(data, ensure_ascii=False, indent=2)))


def _escaped(text: str) -> str:
    r"""
    JSON as the terminal can take it: ``\uXXXX`` for what its encoding lacks.
    """
    import json

    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return re.sub("[^\x00-\x7f]", lambda match: json.dumps(match[0])[1:-1], text)
    return text


def _complain(message: str) -> None:
    # What the input says is shown, and never runs in the reader's terminal.
    safe = re.sub("[\x00-\x08\x0b-\x1f\x7f-\x9f]", lambda match: f"\\x{ord(match[0]):02x}", message)
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(f"错误: {safe}\n")
        sys.stderr.flush()


def _read(name: str, limit: int, what: str) -> bytes:
    """
    The content of a file (``-``: of standard input), of which no more than ``limit`` bytes are read.
    """
    shown = _shown(name)
    try:
        if name == "-":
            if sys.stdin is None:
                raise WrongQuestion("标准输入: 没有打开\n    → 给出文件名，或用管道送入内容")
            content: bytes = sys.stdin.buffer.read(limit + 1)
        else:
            with Path(name).open("rb") as file:
                content = file.read(limit + 1)
    except (OSError, ValueError) as error:
        raise WrongQuestion(f"{shown}: {_trouble(error, name)}") from None
    if len(content) > limit:
        raise WrongQuestion(f"{shown}: {what}太大，上限是 {limit:,} 字节\n    → 删去无关的内容")
    return content


def _shown(name: str) -> str:
    return "标准输入" if name == "-" else name


def _trouble(error: OSError | ValueError, name: str) -> str:
    if isinstance(error, FileNotFoundError):
        near = _near_file(Path(name))
        return f"没有这个文件\n    → {f'是不是 {near}？' if near else '查路径和文件名；从标准输入读写作 -'}"
    if isinstance(error, IsADirectoryError) or Path(name).is_dir():
        return "这是文件夹，不是文件\n    → 写出其中一个文件的名字"
    if isinstance(error, PermissionError):
        return "没有读取的权限\n    → 改文件的权限，或换个用户"
    return f"读不出来（{getattr(error, 'strerror', None) or error}）\n    → 查文件名和磁盘"


def _near_file(path: Path) -> str | None:
    from itertools import islice

    from govit_rules.facts import nearest

    try:
        names = [entry.name for entry in islice(path.parent.iterdir(), 1000) if entry.is_file()]
    except (OSError, ValueError):
        return None
    near = nearest(path.name, names)
    return str(path.with_name(near)) if near else None


@contextlib.contextmanager
def _about(name: str) -> Iterator[None]:
    """
    Defects of a project are told with the file they are in.
    """
    try:
        yield
    except ProjectError as error:
        count = len(error.defects)
        raise WrongQuestion(f"{_shown(name)}: 有 {count} 处要改\n{error}") from None


# ---------------------------------------------------------------------------------------------------------------------
# Options


class _Day(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions of click only
    """
    A day as 2026-11-21.
    """

    name = "日期"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """
        The day that is meant.
        """
        from govit_rules.values import parse_day

        if isinstance(value, date):
            return value
        try:
            return parse_day(value)
        except ValueError as error:
            return self.fail(f"{error}；写成 2026-11-21", param, ctx)


class _Code(click.ParamType):  # type: ignore[type-arg]  # as above
    """
    One of some codes, which are looked up when they are needed; their Chinese names will do as well.
    """

    def __init__(self, name: str, codes: Callable[[], Mapping[str, str]]) -> None:
        self.name, self.codes = name, codes

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """
        The code that is meant.
        """
        from govit_rules.facts import nearest

        codes = self.codes()
        by_label = {label: code for code, label in codes.items()}
        if value in codes or value in by_label:
            return str(by_label.get(value, value))
        near = nearest(str(value).lower(), codes) or by_label.get(nearest(str(value), by_label) or "")
        listed = "、".join(code if code == label else f"{code}（{label}）" for code, label in codes.items())
        hint = f"，是不是 {near}？" if near else f"；可用: {listed}"
        return self.fail(f"没有{self.name} {value!r}{hint}", param, ctx)

    def shell_complete(self, _ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """
        The codes that begin so, with their Chinese names.
        """
        from click.shell_completion import CompletionItem

        return [CompletionItem(c, help=label) for c, label in self.codes().items() if c.startswith(incomplete)]


def _stages() -> Mapping[str, str]:
    from govit_rules.facts import STAGE_ZH

    return STAGE_ZH


def _rule_stages() -> Mapping[str, str]:
    return {"any": "任何阶段", **_stages()}


def _kinds() -> Mapping[str, str]:
    from govit_rules.packs import KINDS

    return KINDS


def _severities() -> Mapping[str, str]:
    from govit_rules.packs import SEVERITIES

    return SEVERITIES


def _formats() -> Mapping[str, str]:
    from govit_rules.formats import FORMATS

    return {name: name for name in FORMATS}


def _who() -> Mapping[str, str]:
    return _WHO_ZH


_WHO_ZH: Final = {"owner": "项目单位", "authority": "主管部门", "expert": "专家"}


def _complete_city(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from govit_rules.library import cities

    return [CompletionItem(head["city"], help=head["zh"]) for head in cities() if head["city"].startswith(incomplete)]


def _city_option(text: str) -> Callable[[Any], Any]:
    return click.option("--city", metavar="城市", shell_complete=_complete_city, help=text)


def _filter(name: str, code: _Code, text: str) -> Callable[[Any], Any]:
    return click.option(name, type=code, metavar=code.name, multiple=True, help=text)


_CITY_FORMS: Final = "键、中文名(带不带“市”都行)或行政区划代码"
_pack_option = click.option(
    "--pack", metavar="文件.yaml", help="用自己的规则包文件，不用 --city。Judge by a pack file of one's own."
)
_format_option = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="输出的形式。Form of the output."
)
_lang_option = click.option(
    "--lang", type=click.Choice(["zh", "en"]), default="zh", help="输出的语言。Language of the output."
)
_as_of_option = click.option(
    "--as-of", type=_Day(), metavar="日期", help="判定日，默认今天。Day of judging, by default today."
)
_stage_option = click.option(
    "--stage", type=_Code("阶段", _stages), metavar="阶段", help="项目所处阶段，默认取项目自己的。The project's stage."
)


class _OneOfBoth(click.Command):
    """
    A command that takes ``--city`` or ``--pack``, and not both.
    """

    def invoke(self, ctx: click.Context) -> Any:
        if ctx.params.get("city") is not None and ctx.params.get("pack") is not None:
            raise click.UsageError("--city 和 --pack 只能用一个", ctx)
        return super().invoke(ctx)


def _version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if wanted:
        from govit_rules import __version__

        _write(f"govit-rules {__version__}")
        ctx.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="版本号。Print the version."
)
def commands() -> None:
    """
    按城市的管理办法检查政府信息化项目，给出合规意见。

    Check government IT projects against municipal regulations.

    退出码 exit codes: 0 未发现不符合 · 1 不符合 · 2 提问有误 · 3 不能判断。详见 docs/cli.md。
    """


# ---------------------------------------------------------------------------------------------------------------------
# check


@commands.command(cls=_OneOfBoth, short_help="检查一个项目。Check one project.")
@click.argument("file", metavar="FILE")
@_city_option(f"城市: {_CITY_FORMS}；默认取项目自己的 city。Which city's regulation.")
@_pack_option
@_as_of_option
@_stage_option
@click.option(
    "--format",
    "form",
    type=_Code("输出形式", _formats),
    metavar="text|json",
    default="text",
    help="输出的形式，默认 text。Form of the output.",
)
@_lang_option
@click.option("--explain", is_flag=True, help="写出每条结论的理由。Give the reasons of every finding.")
@click.option("--all", "everything", is_flag=True, help="也列出符合和不适用的规则。List the rules that are met, too.")
@click.option(
    "--without-suspect", is_flag=True, help="不判断条文本身存疑的规则。Leave out rules whose text itself is in doubt."
)
@click.option("--engine", metavar="引擎", default="compiled", help="用哪个引擎，默认 compiled。Which engine decides.")
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
        found = _pack_for(named, city, pack)
        return found.without_suspect if without_suspect else found

    decision = _decide(file, find, as_of, stage, engine)
    answer = FORMATS[form](decision, _layout(lang, explain=explain, everything=everything))
    _write(_escaped(answer) if form == "json" else answer)
    return decision.exit_code


@commands.command(short_help="一个项目对照几个城市的办法。Compare cities.")
@click.argument("file", metavar="FILE")
@click.option(
    "--cities",
    "named",
    metavar="城市,城市",
    help="对照哪些城市，逗号隔开；默认全部。Which cities, by default all.",
)
@_as_of_option
@_stage_option
@_format_option
@_lang_option
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
    found = _about_project(file, lambda project: compare_cities(project, packs, as_of=day, stage=stage))
    if form == "json":
        _write_json(found.as_dict(lang))
    else:
        _write(comparison_text(found, _layout(lang, explain=False, everything=False)))


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

    return _about_project(file, decide)


def _about_project(file: str, judge: Callable[[Project], T]) -> T:
    """
    What a judge says of the project in a file.
    """
    from govit_rules.project import MAX_PROJECT_BYTES, Project

    content = _read(file, MAX_PROJECT_BYTES, "项目文件")
    with _about(file):
        return judge(Project.model_validate_json(content))


def _pack_for(named: str | None, city: str | None, pack: str | None) -> Pack:
    if pack is not None:
        return _pack_file(pack)
    if city is None and named is None:
        raise WrongQuestion(
            '没有指明城市\n    → 加上 --city 城市，或在项目里写 "city"；用 `govit-rules cities` 看有哪些城市'
        )
    from govit_rules.library import load_pack

    return load_pack(city if city is not None else named or "")


def _pack_file(name: str) -> Pack:
    from govit_rules.pack_reader import read_pack
    from govit_rules.sources import MAX_BYTES

    return read_pack(_read(name, MAX_BYTES, "规则包"), _shown(name))


def _layout(lang: str, *, explain: bool, everything: bool) -> Layout:
    import shutil

    from govit_rules.formats import Layout

    terminal = sys.stdout is not None and sys.stdout.isatty()
    colour = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    width = max(40, shutil.get_terminal_size((100, 24)).columns)
    return Layout(lang=lang, width=width, colour=colour, explain=explain, all=everything)


# ---------------------------------------------------------------------------------------------------------------------
# diff


@commands.command(short_help="两个规则包之间改了什么。What changed between packs.")
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
@_as_of_option
@_format_option
@_lang_option
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
    amendment = amendment_of(_pack_named(old), _pack_named(new), as_of=as_of or date.today())
    effects = Effects(amendment)
    found = []
    with _progress(_projects_in([*projects, *files]), "项目") as given:
        for where, project in given:
            with _about(where):
                found.append(effects.on(project, where))
    if form == "json":
        told = {"projects": len(found), "effects": [effect.as_dict() for effect in found]}
        _write_json({**amendment.as_dict(lang), **told})
    else:
        layout = _layout(lang, explain=False, everything=False)
        text = amendment_text(amendment, layout, (_shown(old), _shown(new)))
        if found:
            text += effects_text(amendment, [effect for effect in found if effect], len(found), layout)
        _write(text)
    return 1 if amendment else 0


def _pack_named(name: str) -> Pack:
    """
    The pack in a file, or else that of a city.
    """
    from govit_rules.errors import UnknownCity
    from govit_rules.library import load_pack

    path = Path(name)
    if name == "-" or path.suffix in (".yaml", ".yml") or (path.exists() and not path.is_dir()):
        return _pack_file(name)
    try:
        return load_pack(name)
    except UnknownCity as error:
        raise WrongQuestion(f"{name}: 没有这个文件，{error}\n    → 写规则包文件的名字，或城市的键") from None


def _projects_in(names: Sequence[str]) -> list[tuple[str, Project]]:
    """
    The projects in some files, each with where it stands. All that is wrong with any of them is told at once.
    """
    from govit_rules.project import Project

    found, wrong = [], []
    for where, content in (each for name in names for each in _project_texts(name)):
        try:
            with _about(where):
                found.append((where, Project.model_validate_json(content)))
        except WrongQuestion as error:
            wrong.append(error.message)
    if wrong:
        left = len(wrong) - _FILES_TOLD
        raise WrongQuestion("\n".join(wrong[:_FILES_TOLD] + ([f"另有 {left} 个项目要改"] if left > 0 else [])))
    return found


_FILES_TOLD: Final = 20
_MAX_LIST_BYTES: Final = 100_000_000


def _project_texts(name: str) -> Iterator[tuple[str, bytes]]:
    """
    The projects of a file: the one that it is, or those of its lines, if its first line is one by itself.
    """
    import json

    content = _read(name, _MAX_LIST_BYTES, "项目文件")
    lines = [(number, line) for number, line in enumerate(content.splitlines(), 1) if line.strip()]
    try:
        several = name.endswith((".jsonl", ".ndjson")) or (len(lines) > 1 and isinstance(json.loads(lines[0][1]), dict))
    except (ValueError, RecursionError):
        several = False
    if several:
        yield from ((f"{_shown(name)}:{number}", line) for number, line in lines)
    else:
        yield name, content


# ---------------------------------------------------------------------------------------------------------------------
# What there is: cities, rules, facts


@commands.command(short_help="列出有规则包的城市。List the cities there are.")
@_format_option
def cities(form: str) -> None:
    """
    列出有规则包的城市。

    List the cities that have a pack.
    """
    from govit_rules.formats import table
    from govit_rules.library import cities as known_cities

    heads = known_cities()
    if form == "json":
        _write_json([dict(head) for head in heads])
    else:
        names = [(head["city"], head["zh"], head["en"], head["division_code"]) for head in heads]
        _write(table(("键", "城市", "English", "行政区划代码"), names))


@commands.command(cls=_OneOfBoth, short_help="列出规则。List the rules.")
@_city_option("只列这个城市的；默认列全部。Of this city only.")
@_pack_option
@click.option(
    "--kind", type=_Code("性质", _kinds), metavar="性质", multiple=True, help="只列这些性质的。Of these kinds."
)
@click.option(
    "--stage", type=_Code("阶段", _rule_stages), metavar="阶段", multiple=True, help="只列这些阶段的。Of these stages."
)
@click.option(
    "--severity",
    type=_Code("力度", _severities),
    metavar="力度",
    multiple=True,
    help="只列这些力度的。Of these severities.",
)
@_format_option
@_lang_option
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
        for holder in _packs(city, pack)
        for rule in holder.rules.values()
        if all(not values or getattr(rule, name) in values for name, values in wanted.items())
    ]
    if form == "json":
        _write_json([{"city": holder.city, **_rule_data(rule)} for holder, rule in found])
    else:
        _write(table(("编号", "条款", "性质", "阶段", "力度", "标题"), [_rule_row(rule, lang) for _, rule in found]))
        _write(f"共 {len(found)} 条 · {len(found)} rules")


def _packs(city: str | None, pack: str | None) -> list[Pack]:
    from govit_rules.library import load_pack, shipped_packs

    if pack is not None:
        return [_pack_file(pack)]
    return [load_pack(key) for key in ([city] if city is not None else shipped_packs())]


def _rule_row(rule: Rule, lang: str) -> tuple[str, ...]:
    stage, severity = _rule_stages()[rule.stage], _severities()[rule.severity]
    return rule.id, rule.article, _kinds()[rule.kind], stage, severity, rule.title[lang]


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


@commands.command(cls=_OneOfBoth, short_help="列出事实。List the facts.")
@_city_option("只列这个城市的规则要问的；默认列全部通用的。Only what this city's rules ask.")
@_pack_option
@_filter("--stage", _Code("阶段", _stages), "只列从这些阶段起能知道的。Known from these stages on.")
@_filter("--who", _Code("填报人", _who), "只列由谁填的。Answered by whom.")
@_format_option
def facts(city: str | None, pack: str | None, stage: Sequence[str], who: Sequence[str], form: str) -> None:
    """
    列出项目文件里可以填的事实: 路径、名称、类型、单位、谁填、阶段、说明。

    List the facts that a project file may give.
    """
    from govit_rules.formats import table
    from govit_rules.project import CORE_FACTS

    known: Iterable[Fact | None] = CORE_FACTS.values()
    if city is not None or pack is not None:
        asked = _packs(city, pack)[0]
        read = asked.facts_read()
        known = [asked.fact(path) for path in (*CORE_FACTS, *asked.facts) if path in read]
    found = [
        fact
        for fact in known
        if fact is not None and (not stage or fact.stage in stage) and (not who or fact.who in who)
    ]
    if form == "json":
        _write_json([_fact_data(fact) for fact in found])
    else:
        _write(table(("路径", "名称", "类型", "单位", "谁填", "阶段", "说明"), [_fact_row(fact) for fact in found]))


def _fact_row(fact: Fact) -> tuple[str, ...]:
    codes = "、".join(f"{code}={meaning}" for code, meaning in (fact.values or {}).items())
    about = fact.help + (f" 取值: {codes}" if codes else "") + (" 主张了才算。" if fact.claim else "")
    return fact.path, fact.zh, fact.type, fact.unit or "", _WHO_ZH[fact.who], _stages()[fact.stage], about


def _fact_data(fact: Fact) -> dict[str, Any]:
    names = ("path", "type", "zh", "en", "help", "who", "stage", "unit", "values", "claim")
    data = {name: getattr(fact, name) for name in names}
    return {**data, "values": fact.values and dict(fact.values)}


# ---------------------------------------------------------------------------------------------------------------------
# explain


@commands.command(cls=_OneOfBoth, short_help="把一条规则说成话，或说明结论的理由。Explain a rule.")
@click.argument("rule", metavar="RULE")
@click.argument("file", metavar="[FILE]", required=False)
@_city_option("在这个城市里找；默认在全部城市里找。Look in this city only.")
@_pack_option
@_as_of_option
@_stage_option
@_lang_option
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

    holder, norm = _find_norm(rule, _packs(city, pack))
    if norm not in holder.rules:
        _write(_reason_in_words(holder, norm))
    elif file is None:
        _write(rule_in_words(holder, holder.rules[norm], as_of or date.today(), lang))
    else:
        decision = _decide(file, lambda _: holder, as_of, stage)
        _write(finding_in_words(decision[norm], lang))


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


# ---------------------------------------------------------------------------------------------------------------------
# lint


@commands.command(short_help="检查规则包文件。Check pack files.")
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
            _write(line)
    if defective:
        _write(f"{len(names)} 个文件，{defective} 个有错 · {defective} of {len(names)} files are defective")
    return WRONG_QUESTION if defective else 0


def _lint(name: str, *, shipped: bool) -> tuple[Sequence[Defect], str]:
    """
    The defects of a pack file; and what to say if there are none.
    """
    from govit_rules.pack_reader import read_pack
    from govit_rules.sources import MAX_BYTES

    try:
        content = _read(name, MAX_BYTES, "规则包")
        pack = read_pack(content, _shown(name))
    except PackError as error:
        return error.defects, ""
    except WrongQuestion as error:
        return [Defect("", error.message)], ""
    counts = f"{len(pack.rules)} 条规则、{len(pack.path)} 个环节、{len(pack.facts)} 个本市事实"
    told = f"{_shown(name)}: OK  {pack.name['zh']}《{pack.regulation.title}》 {counts}"
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


# ---------------------------------------------------------------------------------------------------------------------
# coverage


@commands.command(cls=_OneOfBoth, short_help="规则包覆盖了全部条款没有。What the packs cover.")
@_city_option("只看这个城市；默认看全部。Of this city only.")
@_pack_option
@click.option(
    "--cases",
    "cases",
    metavar="文件夹",
    help="用例所在的文件夹，默认 tests/cases(有的话)。Where the cases are.",
)
@_format_option
def coverage(city: str | None, pack: str | None, cases: str | None, form: str) -> int:
    """
    逐条列出: 条款、规则、性质、用例数；有条款或规范没有着落时退出码为 1。

    Article by article: rules, kinds, cases. Fails with 1 where an article or a norm is left out.
    """
    from govit_rules.coverage import coverage_of

    folder = _cases_folder(cases)
    found = [coverage_of(each, folder) for each in _packs(city, pack)]
    if form == "json":
        _write_json([each.as_dict() for each in found])
    else:
        _write("\n\n".join(map(_coverage_text, found)))
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

    kinds = _kinds()
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


# ---------------------------------------------------------------------------------------------------------------------
# test


@commands.command(cls=_OneOfBoth, short_help="运行用例。Run case files.")
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@_city_option("只运行这个城市的用例。Only the cases of this city.")
@_pack_option
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
@_format_option
@_lang_option
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

    given = {} if pack is None else {own.city: own for own in [_pack_file(pack)]}
    wanted = None if expression is None else selector(expression)
    found = gather(_case_paths(paths), city=next(iter(given), None) or _city_key(city), wanted=wanted)
    if not found.cases and not found.wrong:
        raise WrongQuestion(f"没有选中用例（未选 {found.left_out} 个）\n    → 查 PATH、--city 和 -k")
    judged: dict[str, list[tuple[Case, Decision]]] = {}
    with _progress(found.cases, "用例") as cases:
        each = lambda case, decision: judged.setdefault(case.city, []).append((case, decision))  # noqa: E731
        report = Report.of(found, run(cases, given, lang=lang, each=each))
    if junit is not None:
        _put(Path(junit), junit_xml(report, lang))
    shown = _outcome_coverage(judged, given) if covered or html is not None or fail_under is not None else []
    if html is not None:
        from govit_rules.testing.outcomes import coverage_html

        _put(Path(html), coverage_html(shown, lang))
    if form == "json":
        _write_json({**report.as_dict(), **({"coverage": [each.as_dict(lang) for each in shown]} if shown else {})})
    else:
        from govit_rules.testing.outcomes import coverage_table

        _write("\n\n".join([report_text(report, lang).rstrip(), *(coverage_table(each, lang) for each in shown)]))
    too_little = fail_under is not None and any(each.percent < fail_under for each in shown)
    return report.exit_code or int(too_little)


def _outcome_coverage(
    judged: Mapping[str, list[tuple[Case, Decision]]], given: Mapping[str, Pack]
) -> list[OutcomeCoverage]:
    from govit_rules.library import load_pack
    from govit_rules.testing.outcomes import outcome_coverage

    with _progress(sorted(judged), "覆盖") as cities:
        return [outcome_coverage(given.get(city) or load_pack(city), judged[city]) for city in cities]


def _case_paths(named: Sequence[str]) -> list[Path]:
    if named:
        return [Path(name) for name in named]
    for folder in (Path("tests", "cases"), Path("cases")):
        if folder.is_dir():
            return [folder]
    raise WrongQuestion("这里没有 tests/cases 或 cases 文件夹\n    → 写出用例文件，或它们所在的文件夹")


def _city_key(named: str | None) -> str | None:
    from govit_rules.library import find_city

    return None if named is None else find_city(named)


@contextlib.contextmanager
def _progress(steps: Sequence[T], label: str) -> Iterator[Iterable[T]]:
    """
    Some steps, with a bar on standard error that tells how far they are; without one if it is no terminal.
    """
    if sys.stderr is None or not sys.stderr.isatty():
        yield steps
        return
    with click.progressbar(steps, label=label, file=sys.stderr, show_pos=True, update_min_steps=10) as bar:
        yield bar


# ---------------------------------------------------------------------------------------------------------------------
# mutate, properties


@commands.command(cls=_OneOfBoth, short_help="在规则包里种错，看用例看不看得出。Plant faults in packs.")
@click.argument("paths", metavar="[CASES]...", nargs=-1)
@_city_option("只种这个城市的；默认全部。In this city's pack only.")
@_pack_option
@click.option("--part", metavar="编号", help="只种在这条规则、环节、def.定义 或 $数额 里。Only in this rule or step.")
@click.option(
    "--inventory", metavar="文件.yaml", help="条款、阶段、力度的清单，也拿来对照。What the text fixes besides."
)
@click.option("--jobs", type=click.IntRange(1, 64), metavar="数", help="用几个进程，默认与处理器同数。Processes.")
@click.option(
    "--fail-under", type=click.FloatRange(0, 100), metavar="百分数", help="得分低于它就以 1 退出。Exit with 1 below."
)
@_format_option
@_lang_option
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
        _write_json([report.as_dict(lang) for report in reports])
    else:
        _write("\n\n".join(mutation_table(report, lang) for report in reports))
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
        own = _pack_file(pack)
        files = {own.city: Path(pack)}
    else:
        key = _city_key(city)
        files = {name: file for name, file in shipped_packs().items() if key in (None, name)}
    for name, file in files.items():
        found = gather(_case_paths(paths), city=name)
        if found.wrong:
            raise WrongQuestion("\n".join(str(defect) for defect in found.wrong))
        beside = Path(inventory) if inventory is not None else Path("tests", "inventory", f"{name}.yaml")
        listed = None
        if inventory is not None or beside.is_file():
            listed = read_yaml(_read(str(beside), MAX_BYTES, "清单"), str(beside)).data
        yield file.name, _read(str(file), MAX_BYTES, "规则包").decode("utf-8"), list(found.cases), listed


def _mutate(text: str, cases: list[Case], *, name: str, **options: Any) -> MutationReport:
    from govit_rules.testing.mutation import mutate as mutate_pack

    if sys.stderr is None or not sys.stderr.isatty():
        return mutate_pack(text, cases, name=name, **options)
    with click.progressbar(length=1, label=name, file=sys.stderr, show_pos=True) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        return mutate_pack(text, cases, name=name, progress=progress, **options)


@commands.command(cls=_OneOfBoth, short_help="检查规则包的性质。Check properties of packs.")
@click.argument("files", metavar="[FILE]...", nargs=-1)
@_city_option("只查这个城市自带的；默认全部城市的。Those that come with this city.")
@_pack_option
@click.option(
    "--examples", type=click.IntRange(1, 100_000), default=200, metavar="数", help="每条试多少个项目，默认 200。"
)
@click.option("--seed", type=int, default=0, metavar="数", help="换一批项目。Another set of projects.")
@click.option("--save", metavar="文件夹", help="把反例存成项目文件，供 check 用。Save counterexamples as projects.")
@_lang_option
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

    own = None if pack is None else _pack_file(pack)
    if files:
        asked = [prop for file in files for prop in read_properties(file, pack=own)]
    else:
        keys = [own.city] if own is not None else [_city_key(city)] if city is not None else shipped_packs()
        asked = [prop for key in keys if key for prop in shipped_properties(key, pack=own)]
    if not asked:
        raise WrongQuestion("没有性质可查\n    → 写出性质文件，样子见 docs/testing.md")
    refuted = 0
    with _progress(asked, "性质") as listed:
        for prop in listed:
            verdict = check_property(prop, own, examples=examples, seed=seed)
            _write(property_text(verdict, lang))
            refuted += not verdict.holds
            if save is not None and verdict.counterexample is not None:
                _put(Path(save, f"{prop.city}-{prop.id}.json"), verdict.counterexample.project_json() + "\n")
    _write(
        f"{len(asked)} 条性质，{refuted} 条不成立" if lang == "zh" else f"{len(asked)} properties, {refuted} refuted"
    )
    return int(bool(refuted))


# ---------------------------------------------------------------------------------------------------------------------
# docs


@commands.command(cls=_OneOfBoth, short_help="把规则包写成网页文档。Write a pack as a page.")
@_city_option("只写这个城市的；默认全部。Of this city only.")
@_pack_option
@_as_of_option
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
    packs = {found.city: found for found in _packs(city, pack)}
    pages = {f"cities/{key}.md": city_page(found, day) for key, found in packs.items()}
    if out is None:
        _write("\n".join(pages.values()))
        return
    topics = Path(out, "atlas.yaml")
    if city is None and pack is None and topics.is_file():
        pages["atlas.md"] = atlas_page(_topics(str(topics)), packs, day)
    for name, page in pages.items():
        _put(Path(out, name), page)
        _write(str(Path(out, name)))


def _topics(name: str) -> Any:
    from govit_rules.sources import MAX_BYTES, read_yaml

    source = read_yaml(_read(name, MAX_BYTES, "题目"), name)
    source.refuse()
    return source.data


def _put(file: Path, page: str) -> None:
    """
    Write a file as a whole: what was there stays until the new one is complete.
    """
    if not file.name:
        raise WrongQuestion(f"{file}: 写不进去（这是文件夹）\n    → 写出文件的名字")
    half = file.with_name(f".{file.name}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        half.write_text(page, encoding="utf-8")
        half.replace(file)
    except OSError as error:
        with contextlib.suppress(OSError):
            half.unlink(missing_ok=True)
        raise WrongQuestion(f"{file}: 写不进去（{error.strerror}）\n    → 查文件夹的权限和磁盘空间") from None


# ---------------------------------------------------------------------------------------------------------------------
# new-city


@commands.command("new-city", short_help="为一个新城市写出起步的文件。Start a new city.")
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
    _write("\n".join(lines))


# ---------------------------------------------------------------------------------------------------------------------
# schema, completion


@commands.command(short_help="打印 JSON Schema。Print a JSON Schema.")
@click.argument("which", metavar="project|pack", type=click.Choice(["project", "pack"]))
def schema(which: str) -> None:
    """
    打印项目文件或规则包的 JSON Schema(2020-12)，供编辑器补全和检查。

    Print the JSON Schema of project files or packs, for editors.
    """
    from govit_rules.schemas import SCHEMAS

    _write_json(SCHEMAS[which]())


@commands.command(short_help="打印命令补全的脚本。Print a completion script.")
@click.argument("shell", metavar="bash|zsh|fish", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """
    打印命令补全的脚本，如 eval "$(govit-rules completion bash)"。

    Print the completion script of a shell.
    """
    from click.shell_completion import ShellComplete, get_completion_class

    made_for = get_completion_class(shell)
    if made_for is None:  # the shells are those that click knows
        raise WrongQuestion(f"没有 {shell} 的补全脚本\n    → 用 bash、zsh 或 fish")
    # The script itself: `BashComplete.source` would first start a bash to ask its version.
    _write(ShellComplete.source(made_for(commands, {}, "govit-rules", _COMPLETE_VARIABLE)))
