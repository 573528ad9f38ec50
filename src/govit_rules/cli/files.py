"""
The files that a command names: read up to a limit, written as a whole; what is wrong with one, and how to mend it.

Imports: terminal.
"""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

from govit_rules.cli.terminal import WrongQuestion


def read(name: str, limit: int, what: str) -> bytes:
    """
    The content of a file (``-``: of standard input), of which no more than ``limit`` bytes are read.
    """
    try:
        if name == "-":
            if sys.stdin is None:
                raise WrongQuestion("标准输入: 没有打开\n    → 给出文件名，或用管道送入内容")
            content: bytes = sys.stdin.buffer.read(limit + 1)
        else:
            with Path(name).open("rb") as file:
                content = file.read(limit + 1)
    except (OSError, ValueError) as error:
        raise WrongQuestion(f"{shown(name)}: {_trouble(error, name)}") from None
    if len(content) > limit:
        raise WrongQuestion(f"{shown(name)}: {what}太大，上限是 {limit:,} 字节\n    → 删去无关的内容")
    return content


def shown(name: str) -> str:
    """
    A file's name as messages have it.
    """
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


def put(file: Path, page: str) -> None:
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
