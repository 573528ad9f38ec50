"""
The packs there are: those that come with this library, by city, and files of one's own.

Imports: `errors`, `facts`, `pack_cache`, `pack_reader`, `packs`, `sources`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from govit_rules.errors import UnknownCity
from govit_rules.facts import nearest
from govit_rules.pack_cache import cached_pack

if TYPE_CHECKING:
    from govit_rules.packs import Pack


def packs_folder() -> Path:
    """
    Where the shipped packs are: in the installed package, else in the checkout it was installed from.
    """
    beside = Path(__file__).parent / "rules"
    return beside if beside.is_dir() else Path(__file__).parents[2] / "rules"


def shipped_packs() -> dict[str, Path]:
    """
    The files of the shipped packs by city.
    """
    return {path.stem: path for path in sorted(packs_folder().glob("*.yaml"))}


def cities() -> tuple[dict[str, str], ...]:
    """
    The cities that have a shipped pack: ``city``, ``zh``, ``en``, ``division_code``, read from the heads of the files.
    """
    return tuple(_head(path) for path in shipped_packs().values())


def _head(path: Path) -> dict[str, str]:
    with path.open(encoding="utf-8") as file:
        text = file.read(2_000)
    zh = re.search(r"^name:\s*\{zh:\s*([^,}]+?)\s*,\s*en:\s*([^}]+?)\s*\}", text, re.MULTILINE)
    code = re.search(r"^division_code:\s*[\"']?(\d+)", text, re.MULTILINE)
    return {
        "city": path.stem,
        "zh": zh[1] if zh else path.stem,
        "en": zh[2] if zh else path.stem,
        "division_code": code[1] if code else "",
    }


def find_city(name: str) -> str:
    """
    The key of a city by its key, Chinese name (with or without 市), English name or division code.

    Raises:
        UnknownCity: There is no pack for it.
    """
    wanted = name.strip().lower()
    if wanted in shipped_packs():
        return wanted
    known = cities()
    for head in known:
        names = {head["zh"], head["zh"].removesuffix("市"), head["en"].lower(), head["division_code"]}
        if wanted in names:
            return head["city"]
    listed = "、".join(f"{head['city']}({head['zh']})" for head in known)
    near = nearest(wanted, [head["city"] for head in known])
    raise UnknownCity(f"没有城市 {name!r} 的规则包" + (f",是不是 {near}?" if near else "") + f" 现有: {listed}")


_LOADED: dict[str, Pack] = {}


def load_pack(city: str) -> Pack:
    """
    The shipped pack of a city, read and checked once in a process.

    Args:
        city: Its key (the pack's file name), Chinese name (with or without 市), English name or division code.

    Raises:
        UnknownCity: There is no pack for it.
        PackError: The file is wrong.
    """
    key = find_city(city)
    if key not in _LOADED:
        path = shipped_packs()[key]
        _LOADED[key] = cached_pack(path.read_bytes(), f"{path.parent.name}/{path.name}")
    return _LOADED[key]


def load_pack_file(path: str | Path) -> Pack:
    """
    A pack from a file of one's own.

    Raises:
        PackError: The file is wrong.
        OSError: It cannot be read.
    """
    from govit_rules.pack_reader import read_pack
    from govit_rules.sources import MAX_BYTES

    with Path(path).open("rb") as file:
        return read_pack(file.read(MAX_BYTES + 1), str(path))
