"""
What a command is asked about: projects in files, and packs by file or by city.

Imports: terminal, files; the readers inside the functions.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from govit_rules.cli.files import read, shown
from govit_rules.cli.terminal import WrongQuestion
from govit_rules.errors import ProjectError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from govit_rules.packs import Pack
    from govit_rules.project import Project

T = TypeVar("T")

_FILES_TOLD: Final = 20
_MAX_LIST_BYTES: Final = 100_000_000


@contextlib.contextmanager
def about(name: str) -> Iterator[None]:
    """
    Defects of a project are told with the file they are in.
    """
    try:
        yield
    except ProjectError as error:
        count = len(error.defects)
        raise WrongQuestion(f"{shown(name)}: 有 {count} 处要改\n{error}") from None


def about_project(file: str, judge: Callable[[Project], T]) -> T:
    """
    What a judge says of the project in a file.
    """
    from govit_rules.project import MAX_PROJECT_BYTES, Project

    content = read(file, MAX_PROJECT_BYTES, "项目文件")
    with about(file):
        return judge(Project.model_validate_json(content))


def projects_in(names: Sequence[str]) -> list[tuple[str, Project]]:
    """
    The projects in some files, each with where it stands. All that is wrong with any of them is told at once.
    """
    from govit_rules.project import Project

    found, wrong = [], []
    for where, content in (each for name in names for each in _project_texts(name)):
        try:
            with about(where):
                found.append((where, Project.model_validate_json(content)))
        except WrongQuestion as error:
            wrong.append(error.message)
    if wrong:
        left = len(wrong) - _FILES_TOLD
        raise WrongQuestion("\n".join(wrong[:_FILES_TOLD] + ([f"另有 {left} 个项目要改"] if left > 0 else [])))
    return found


def _project_texts(name: str) -> Iterator[tuple[str, bytes]]:
    """
    The projects of a file: the one that it is, or those of its lines, if its first line is one by itself.
    """
    import json

    content = read(name, _MAX_LIST_BYTES, "项目文件")
    lines = [(number, line) for number, line in enumerate(content.splitlines(), 1) if line.strip()]
    try:
        several = name.endswith((".jsonl", ".ndjson")) or (len(lines) > 1 and isinstance(json.loads(lines[0][1]), dict))
    except (ValueError, RecursionError):
        several = False
    if several:
        yield from ((f"{shown(name)}:{number}", line) for number, line in lines)
    else:
        yield name, content


def pack_for(named: str | None, city: str | None, pack: str | None) -> Pack:
    """
    The pack to judge by: that in a file, else that of a city, else that of the city that the project has ``named``.
    """
    if pack is not None:
        return pack_file(pack)
    if city is None and named is None:
        raise WrongQuestion(
            '没有指明城市\n    → 加上 --city 城市，或在项目、事件里写 "city"；用 `govit-rules cities` 看有哪些城市'
        )
    from govit_rules.library import load_pack

    return load_pack(city if city is not None else named or "")


def packs_of(city: str | None, pack: str | None) -> list[Pack]:
    """
    The packs that are meant: the one in a file, else that of a city, else all that are shipped.
    """
    from govit_rules.library import load_pack, shipped_packs

    if pack is not None:
        return [pack_file(pack)]
    return [load_pack(key) for key in ([city] if city is not None else shipped_packs())]


def pack_named(name: str) -> Pack:
    """
    The pack in a file, or else that of a city.
    """
    from govit_rules.errors import UnknownCity
    from govit_rules.library import load_pack

    path = Path(name)
    if name == "-" or path.suffix in (".yaml", ".yml") or (path.exists() and not path.is_dir()):
        return pack_file(name)
    try:
        return load_pack(name)
    except UnknownCity as error:
        raise WrongQuestion(f"{name}: 没有这个文件，{error}\n    → 写规则包文件的名字，或城市的键") from None


def pack_file(name: str) -> Pack:
    """
    The pack in a file. Raises `PackError` with every defect.
    """
    from govit_rules.pack_reader import read_pack
    from govit_rules.sources import MAX_BYTES

    return read_pack(read(name, MAX_BYTES, "规则包"), shown(name))


def city_key(named: str | None) -> str | None:
    """
    The key of a city, which may be named in any form; None for none. Raises `UnknownCity`.
    """
    from govit_rules.library import find_city

    return None if named is None else find_city(named)
