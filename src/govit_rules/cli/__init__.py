"""
The command line, ``govit-rules``.

    0    no binding rule is broken
    1    a binding rule is broken (`coverage`: something is left out; `test`: a case failed; `diff`: the packs
         differ; `track verify`: the log was changed)
    2    the question is wrong: usage, file, project, pack, city; the message says where, what, and how to mend it
    3    it cannot be judged, for want of facts
    130  interrupted

    terminal    what the tool says, in any encoding; `WrongQuestion`
    options     the options that commands share
    files       files that are read and written
    inputs      the projects and packs that are asked about
    records     the events of a project, in a file or a log
    judging     check, compare, explain
    listing     cities, rules, facts
    packs       lint, coverage, diff
    proving     test, mutate, properties
    tracking    track
    publishing  docs, new-city, schema, completion

Only click and the errors are imported at the top, all else inside the commands that need it, so that ``--help`` and
completion are quick. Only this package reads the clock. Imports: everything; a module of it, only those listed above.
New command: a function in the module of its theme, its place in `COMMANDS`, its section in docs/cli.md, its row in
tests/test_cli.py.
"""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

import click

from govit_rules.cli.judging import check, compare, explain
from govit_rules.cli.listing import cities, facts, rules
from govit_rules.cli.packs import coverage, diff, lint
from govit_rules.cli.proving import mutate, properties, test
from govit_rules.cli.publishing import completion, docs, new_city, schema
from govit_rules.cli.terminal import WRONG_QUESTION, complain, make_safe, write
from govit_rules.cli.tracking import track
from govit_rules.errors import GovitRulesError

if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED: Final = 130
OUR_FAULT: Final = 70

# Every command there is.
COMMANDS: Final = (
    *(check, track, compare, diff),
    *(cities, rules, facts, explain),
    *(lint, coverage, test, mutate, properties),
    *(docs, new_city, schema, completion),
)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """
    Run one command and leave with its exit code. No error shows a traceback.
    """
    for stream in (sys.stdout, sys.stderr):
        make_safe(stream)
    try:
        answer = commands.main(arguments, prog_name="govit-rules", standalone_mode=False)
        code = answer if isinstance(answer, int) else 0
    except click.ClickException as error:
        with contextlib.suppress(OSError):  # nobody may be reading; the exit code is the same
            error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        code = INTERRUPTED
    except GovitRulesError as error:
        complain(str(error))
        code = WRONG_QUESTION
    except Exception as error:
        complain(_unexpected(error))
        code = OUR_FAULT
    sys.exit(code)


def _unexpected(error: Exception) -> str:
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    place = f"{Path(at.tb_frame.f_code.co_filename).name}:{at.tb_lineno}" if at else "?"
    told = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return f"程序出错，不是您的输入有误（{place} {told[:300]}）\n    → 请把这句话和所用的命令报告给维护者"


def _version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if wanted:
        from govit_rules import __version__

        write(f"govit-rules {__version__}")
        ctx.exit()


@click.group(commands=COMMANDS, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="版本号。Print the version."
)
def commands() -> None:
    """
    按城市的管理办法检查政府信息化项目，给出合规意见。

    Check government IT projects against municipal regulations.

    退出码 exit codes: 0 未发现不符合 · 1 不符合 · 2 提问有误 · 3 不能判断。详见 docs/cli.md。
    """
