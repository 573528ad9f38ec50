"""
The options that commands share, and the kinds of values they take. What a code may be is looked up when it is needed.

Imports: click only; the library inside the functions.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from click.shell_completion import CompletionItem


class Day(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions of click only
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


class Code(click.ParamType):  # type: ignore[type-arg]  # as above
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


def stage_names() -> Mapping[str, str]:
    """
    The stages of a project, each with its Chinese name.
    """
    from govit_rules.facts import STAGE_ZH

    return STAGE_ZH


def rule_stage_names() -> Mapping[str, str]:
    """
    The stages of a rule, each with its Chinese name.
    """
    return {"any": "任何阶段", **stage_names()}


def kind_names() -> Mapping[str, str]:
    """
    The kinds of rules, each with its Chinese name.
    """
    from govit_rules.packs import KINDS

    return KINDS


def severity_names() -> Mapping[str, str]:
    """
    The severities of rules, each with its Chinese name.
    """
    from govit_rules.packs import SEVERITIES

    return SEVERITIES


def _complete_city(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from govit_rules.library import cities

    return [CompletionItem(head["city"], help=head["zh"]) for head in cities() if head["city"].startswith(incomplete)]


def city_option(text: str) -> Callable[[Any], Any]:
    """
    ``--city``, with what it means to this command.
    """
    return click.option("--city", metavar="城市", shell_complete=_complete_city, help=text)


pack_option = click.option(
    "--pack", metavar="文件.yaml", help="用自己的规则包文件，不用 --city。Judge by a pack file of one's own."
)
format_option = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="输出的形式。Form of the output."
)
lang_option = click.option(
    "--lang", type=click.Choice(["zh", "en"]), default="zh", help="输出的语言。Language of the output."
)
as_of_option = click.option(
    "--as-of", type=Day(), metavar="日期", help="判定日，默认今天。Day of judging, by default today."
)
stage_option = click.option(
    "--stage",
    type=Code("阶段", stage_names),
    metavar="阶段",
    help="项目所处阶段，默认取项目自己的。The project's stage.",
)


class OneOfBoth(click.Command):
    """
    A command that takes ``--city`` or ``--pack``, and not both.
    """

    def invoke(self, ctx: click.Context) -> Any:
        """
        Run it, unless both are given.
        """
        if ctx.params.get("city") is not None and ctx.params.get("pack") is not None:
            raise click.UsageError("--city 和 --pack 只能用一个", ctx)
        return super().invoke(ctx)
