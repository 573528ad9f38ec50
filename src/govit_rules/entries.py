"""
Small readers of the entries of a YAML file, each reporting what is wrong to the file's source and going on.

What is wrong is read as a harmless stand-in, so that every defect of a file is found in one pass.
Imports: `facts`, `sources` (for types).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from govit_rules.facts import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from govit_rules.sources import Path, Source


class EntryReader:
    """
    Reads mappings, texts, lists and dates; what it is given stands at a path of ``source``.
    """

    def __init__(self, source: Source) -> None:
        self.source = source

    def _mapping(
        self, data: Any, path: Path, allowed: Iterable[str] | None = None, required: Iterable[str] = ()
    ) -> Any:
        if not isinstance(data, dict):
            self.source.report(path, f"{_title(path)}应是映射", "每行写成 `键: 值`")
            return {}
        allowed = None if allowed is None else tuple(allowed)
        for key in data:
            if allowed is not None and key not in allowed:
                near = nearest(key, allowed)
                self.source.report(
                    (*path, key), f"没有名为 {key!r} 的键", f"是不是 {near}?" if near else f"可用: {'、'.join(allowed)}"
                )
        for key in required:
            if data.get(key) is None:
                self.source.report(path, f"{_title(path)}缺 {key}", f"补上 `{key}:`")
        return data

    def _text(self, data: Any, path: Path, default: str = "") -> str:
        value = self._optional_text(data, path)
        return default if value is None else value

    def _optional_text(self, data: Any, path: Path) -> str | None:
        if data is None:
            return None
        if isinstance(data, str) and data.strip():
            return data
        if isinstance(data, int) and not isinstance(data, bool):
            return str(data)
        self.source.report(path, f"{_title(path)}应是文字", "写一句话;含冒号或 # 时加引号")
        return None

    def _texts(self, data: Any, path: Path) -> tuple[str, ...]:
        if data is None:
            return ()
        if not isinstance(data, list):
            self.source.report(path, f"{path[-1]} 应是列表", "写成 [甲, 乙]")
            return ()
        for i, item in enumerate(data):
            if item is None:
                self.source.report((*path, i), f"{_title(path)}里有空的一项", "删去它,或写上文字")
        return tuple(self._text(item, (*path, i)) for i, item in enumerate(data))

    def _choice(self, data: Any, path: Path, allowed: Iterable[str], default: str) -> str:
        allowed = tuple(allowed)
        if isinstance(data, str) and data in allowed:
            return data
        if data is None:  # what must not be missing is reported as missing
            return default
        near = nearest(str(data), allowed)
        self.source.report(
            path, f"{_title(path)}没有值 {data!r}", f"是不是 {near}?" if near else f"可用: {'、'.join(allowed)}"
        )
        return default

    def _flag(self, data: Any, path: Path, *, default: bool) -> bool:
        if data is None or isinstance(data, bool):
            return default if data is None else data
        self.source.report(path, f"{path[-1]} 应是 true 或 false", "写成 true 或 false")
        return default

    def _date(self, data: Any, path: Path) -> date | None:
        if data is None or isinstance(data, date):
            return data
        self.source.report(path, f"{path[-1]} 应是日期", "写成 2024-09-09")
        return None

    def _bilingual(self, data: Any, path: Path) -> dict[str, str]:
        if data is None or isinstance(data, str):
            return {"zh": data or "", "en": data or ""}
        data = self._mapping(data, path, ("zh", "en"), ("zh", "en"))
        return {lang: self._text(data.get(lang), (*path, lang)) for lang in ("zh", "en")}

    def _labels(self, data: Any, path: Path) -> dict[str, str]:
        """
        Codes with their Chinese meaning, none of them empty.
        """
        labels = {}
        for code, meaning in self._mapping(data, path).items():
            if meaning is None:
                self.source.report((*path, code), f"{code} 没有中文含义", "写成 代码: 中文")
            labels[code] = self._text(meaning, (*path, code), code)
        return labels


def _title(path: Path) -> str:
    """
    What stands at a place, by its key; items of a list are counted from 1.
    """
    if not path:
        return "规则包"
    return f"第 {path[-1] + 1} 项" if isinstance(path[-1], int) else f"{path[-1]} "


__all__ = ["EntryReader"]
