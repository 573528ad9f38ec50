"""
What a new city starts from: a pack with a comment on every key, its cases and a project, which hold together.

The texts are the files of the folder ``starter`` beside this module. They are a city of their own, xincheng (某市), and
lint, check and test as they stand; a new city gets them with its names in the place of those. Imports: `errors`,
`library`.
New text: a file in the folder and its row in _FILES.
"""

from __future__ import annotations

import re
import tempfile
from errno import EEXIST
from pathlib import Path
from typing import TYPE_CHECKING, Final

from govit_rules.errors import Defect, PackError
from govit_rules.library import cities

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SOMEWHERE: Final = "某市"
SOME_CODE: Final = "990000"

# Where each text goes, from the new city's folder.
_FILES: Final[Mapping[str, str]] = {
    "pack.yaml": "{city}.yaml",
    "base.yaml": "cases/base.yaml",
    "first.yaml": "cases/first.yaml",
    "example.json": "{city}-example.json",
}
_KEY: Final = re.compile("[a-z][a-z0-9_]{1,39}")
_CHINESE: Final = re.compile("[㐀-鿿]{2,30}")
_CODE: Final = re.compile("[0-9]{6}")
_SYLLABLE: Final = re.compile("(?:[zcs]h|[b-df-hj-np-tw-z])?[aeiouv]+(?:(?:ng?|r)(?![aeiouv]))?")


def starter_files(city: str, zh: str = SOMEWHERE, code: str = SOME_CODE) -> dict[str, str]:
    """
    The texts that a new city starts from, by their place in its folder.

    Args:
        city: Its key, in pinyin, as ``binhai`` or ``binhai_bei``.
        zh: Its Chinese name.
        code: Its division code, six digits.

    Raises:
        PackError: The key, name or code is none, or is that of a city which has a pack.
    """
    defects = [*_out_of_form(city, zh, code), *_taken(city, zh, code)]
    if defects:
        raise PackError(defects)
    names = {
        "xincheng": city,
        "Xincheng": city.capitalize(),
        SOMEWHERE: zh,
        SOME_CODE: code,
        "XC-": f"{_letters(city)}-",
    }
    ours = re.compile("|".join(names))
    folder = Path(__file__).parent / "starter"
    return {
        place.format(city=city): ours.sub(lambda match: names[match[0]], (folder / name).read_text(encoding="utf-8"))
        for name, place in _FILES.items()
    }


def write_starter(folder: Path, city: str, zh: str = SOMEWHERE, code: str = SOME_CODE) -> list[Path]:
    """
    Write the texts that a new city starts from into a new folder ``folder/city``: all of them, or none.

    Returns:
        The files, the pack first.

    Raises:
        PackError: As `starter_files`.
        FileExistsError: There is something of that name.
        OSError: They cannot be written.
    """
    files = starter_files(city, zh, code)
    home = folder / city
    if home.exists() or home.is_symlink():
        raise FileExistsError(EEXIST, "File exists", str(home))
    folder.mkdir(parents=True, exist_ok=True)
    # Made apart and moved as a whole. Should the name be taken meanwhile, moving fails and nothing is lost.
    with tempfile.TemporaryDirectory(prefix=f".{city}-", dir=folder) as apart:
        made = Path(apart, city)
        for place, text in files.items():
            (made / place).parent.mkdir(parents=True, exist_ok=True)
            (made / place).write_text(text, encoding="utf-8", newline="\n")
        made.rename(home)
    return [home / place for place in files]


def _out_of_form(city: str, zh: str, code: str) -> Iterator[Defect]:
    if not _KEY.fullmatch(city):
        yield Defect("NAME", f"{city!r} 不是城市的键", "用小写拼音，如 binhai；重名的加下划线，如 binhai_bei")
    if not _CHINESE.fullmatch(zh):
        yield Defect("--zh", f"{zh!r} 不是城市的中文名", "写成 --zh 某市，只用汉字")
    if not _CODE.fullmatch(code):
        yield Defect("--code", f"{code!r} 不是行政区划代码", "写六位数字，如 --code 990000")


def _taken(city: str, zh: str, code: str) -> Iterator[Defect]:
    """
    What is said of the new city that is said of one which has a pack already.
    """
    for head in cities():
        other = f"{head['zh']}({head['city']})"
        if head["city"] == city:
            yield Defect("NAME", f"{other} 已经有规则包", f"看 `govit-rules rules --city {city}`，或换一个名字")
        if head["zh"].removesuffix("市") == zh.removesuffix("市"):
            yield Defect("--zh", f"{other} 已经有规则包", "写新城市的中文名")
        if head["division_code"] == code:
            yield Defect("--code", f"{code} 是 {other} 的行政区划代码", "写新城市的代码")


def _letters(city: str) -> str:
    """
    What the ids of a city's norms begin with: the initials of its syllables, ``BH`` of ``binhai``; else two letters.
    """
    word = re.split("[^a-z]", city)[0]
    syllables = _SYLLABLE.findall(word)
    spelt = len(syllables) > 1 and "".join(syllables) == word
    return "".join(syllable[0] for syllable in syllables).upper() if spelt else city[:2].strip("_").upper()
