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
    if isinstance(error, IsADirectoryError) or _is_folder(name):
        return "这是文件夹，不是文件\n    → 写出其中一个文件的名字"
    if isinstance(error, PermissionError):
        return "没有读取的权限\n    → 改文件的权限，或换个用户"
    return f"读不出来（{getattr(error, 'strerror', None) or error}）\n    → 查文件名和磁盘"


def _is_folder(name: str) -> bool:
    try:
        return Path(name).is_dir()
    except (OSError, ValueError):  # it cannot even be looked at
        return False


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
    Write a file as a whole: what was there stays until the new one is complete. Pipes and devices are written into.
    """
    if not file.name:
        raise WrongQuestion(f"{file}: 写不进去（这是文件夹）\n    → 写出文件的名字")
    half: Path | None = None
    try:
        if file.exists() and not file.is_file() and not file.is_dir():
            file.write_text(page, encoding="utf-8", errors="backslashreplace")
            return
        target = file.resolve() if file.is_symlink() and file.is_file() else file
        target.parent.mkdir(parents=True, exist_ok=True)
        half = target.with_name(f".{target.name}.part")
        half.write_text(page, encoding="utf-8", errors="backslashreplace")  # as streams do
        half.replace(target)
    except OSError as error:
        if half is not None:
            with contextlib.suppress(OSError):
                half.unlink(missing_ok=True)
        raise WrongQuestion(f"{file}: 写不进去（{error.strerror}）\n    → 查文件夹的权限和磁盘空间") from None
