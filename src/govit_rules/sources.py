"""
A YAML text as plain data, with the place of every value.

Only what a pack needs is read: mappings, lists, text, whole numbers, true/false, null, ISO dates. Tags, anchors,
aliases, repeated keys, several documents, and texts that are too long, too deep or too many-valued are refused, so
that a hostile file costs no more than reading it. Imports: `errors`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from govit_rules.errors import Defect, PackError

if TYPE_CHECKING:
    from collections.abc import Iterator

Path = tuple[str | int, ...]

MAX_BYTES: Final = 2_000_000
MAX_DEPTH: Final = 40
MAX_VALUES: Final = 200_000

_INTEGER = re.compile("[-+]?(?:0|[1-9][0-9]{0,17})")
_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass
class Source:
    """
    Data read from a text, and where each value stands in it: ``places[path]`` is line and column, from 1.
    """

    name: str
    text: str
    data: Any = None
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)
    defects: list[Defect] = field(default_factory=list)

    def report(self, path: Path, what: str, mend: str = "") -> None:
        """
        Add a defect at the place of a value, or of the nearest value around it.
        """
        at = path
        while at and at not in self.places:
            at = at[:-1]
        line, column = self.places.get(at, (1, 1))
        self.add(line, column, what, mend)

    def add(self, line: int, column: int, what: str, mend: str = "") -> None:
        """
        Add a defect at a line and column.
        """
        where = f"{self.name}:{line}:{column}"
        self.defects.append(Defect(where, what, mend, line, column, self._excerpt(line, column)))

    def _excerpt(self, line: int, column: int) -> str:
        lines = self.text.splitlines()
        if not 1 <= line <= len(lines):
            return ""
        text = lines[line - 1]
        before = text[: column - 1]
        shown = text if len(text) <= 160 else text[:157] + "..."
        return f"    {shown}\n    {' ' * sum(2 if ord(char) > 0x2E7F else 1 for char in before)}^"

    def refuse(self) -> None:
        """
        Raise all defects found so far, in the order of the text, if there are any.
        """
        if self.defects:
            raise PackError(sorted(self.defects, key=lambda defect: (defect.line, defect.column)))


def read_yaml(content: bytes | str, name: str) -> Source:
    """
    Read a YAML text into plain data.

    Raises:
        PackError: The text is not the YAML that is read here; every defect that can be told apart is listed.
    """
    source = Source(name, _decoded(content, name))
    _check_size(source)
    _Builder(source).build()
    source.refuse()
    return source


def _decoded(content: bytes | str, name: str) -> str:
    if len(content) > MAX_BYTES:
        what = f"文件太大(上限 {MAX_BYTES:,} 字节)"
        raise PackError([Defect(name, what, "一个规则包是一个城市的一部办法,删去无关内容")])
    if isinstance(content, str):
        return content.removeprefix("\ufeff")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = f"不是 UTF-8 编码(第 {error.start + 1} 个字节起)"
        try:
            content.decode("gb18030")
            what += ",看起来是 GBK/GB18030"
        except UnicodeDecodeError:
            pass
        raise PackError([Defect(name, what, "另存为 UTF-8 再试")]) from None


_INVISIBLE: Final = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def _check_size(source: Source) -> None:
    if bad := _INVISIBLE.search(source.text):
        line = source.text.count("\n", 0, bad.start()) + 1
        source.add(line, 1, f"有不可见的控制字符 U+{ord(bad[0]):04X}", "删去它")
    source.refuse()


class _Builder:
    """
    Builds plain data from the parser's events, so that nothing is built that was not checked.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.count = 0

    def build(self) -> None:
        import yaml

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            self.events: Iterator[Any] = yaml.parse(self.source.text, Loader=loader)
            self._next()
            if type(self._next()).__name__ == "StreamEndEvent":
                self._stop(1, 1, "文件是空的", "写入规则包")
            self.source.data = self._value(self._next(), (), 0)
            self._next()
            if type(extra := self._next()).__name__ != "StreamEndEvent":
                self._stop(extra.start_mark.line + 1, 1, "一个文件里有几份 YAML 文档", "删去多余的 “---”")
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            self.source.add(
                line, column, f"YAML 写法有误: {error.problem or error.context}", "查这一行及上一行的缩进、冒号和引号"
            )
        except yaml.YAMLError as error:
            self.source.add(1, 1, f"YAML 写法有误: {error}", "查缩进、冒号和引号")

    def _stop(self, line: int, column: int, what: str, mend: str) -> None:
        self.source.add(line, column, what, mend)
        self.source.refuse()

    def _next(self) -> Any:
        return next(self.events)

    def _value(self, event: Any, path: Path, depth: int) -> Any:
        mark = event.start_mark
        line, column = mark.line + 1, mark.column + 1
        self.source.places.setdefault(path, (line, column))
        self.count += 1
        if self.count > MAX_VALUES or depth > MAX_DEPTH:
            self._stop(line, column, f"太多或太深(上限 {MAX_VALUES:,} 个值、{MAX_DEPTH} 层)", "规则包用不了这么多层")
        kind = type(event).__name__
        if kind == "AliasEvent" or event.anchor is not None:
            self._stop(line, column, "不能用锚点和别名(& 和 *)", "把内容照写一遍,或写成 definitions")
        if event.tag not in (None, "!"):
            self._stop(line, column, f"不能用标签 {event.tag}", "删去标签")
        if kind == "ScalarEvent":
            self._check_escapes(event)
            return self._scalar(event, path)
        return self._mapping(path, depth) if kind == "MappingStartEvent" else self._list(path, depth)

    def _mapping(self, path: Path, depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        while type(event := self._next()).__name__ != "MappingEndEvent":
            line, column = event.start_mark.line + 1, event.start_mark.column + 1
            if type(event).__name__ != "ScalarEvent" or event.anchor is not None or event.tag not in (None, "!"):
                self._stop(line, column, "键必须是普通文字", "把键写成文字")
            self._check_escapes(event)
            key = event.value
            if key in result:
                self.source.add(
                    line, column, f"重复的键 {key!r}", "YAML 里后写的会悄悄盖过先写的:删去一个,或并到 all: 之下"
                )
            self.source.places[(*path, key)] = (line, column)
            result[key] = self._value(self._next(), (*path, key), depth + 1)
        return result

    def _list(self, path: Path, depth: int) -> list[Any]:
        result: list[Any] = []
        while type(event := self._next()).__name__ != "SequenceEndEvent":
            result.append(self._value(event, (*path, len(result)), depth + 1))
        return result

    def _check_escapes(self, event: Any) -> None:
        r"""
        Refuse what stands nowhere in the text, and an escape in double quotes would make: "\e[2J".
        """
        if event.style == '"' and (bad := _INVISIBLE.search(event.value)):
            mark = event.start_mark
            self.source.add(mark.line + 1, mark.column + 1, f"有不可见的控制字符 U+{ord(bad[0]):04X}", "删去它")

    def _scalar(self, event: Any, path: Path) -> Any:
        text: str = event.value
        if event.style is not None and event.style != "":
            return text
        if text in ("", "null", "~"):
            return None
        if text in ("true", "false"):
            return text == "true"
        if _INTEGER.fullmatch(text):
            return int(text)
        if _DATE.fullmatch(text):
            try:
                return date.fromisoformat(text)
            except ValueError:
                self.source.report(path, f"没有 {text} 这一天", "查月份和日期")
        return text
