"""
The tutorial, followed word by word: its files are written as it says, its commands run, its outputs compared.

    python tests/test_tutorial.py --write      puts the present outputs into docs/tutorial.md and docs/tutorial.en.md
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
import yaml

from govit_rules.cli import commands, main

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).parent.parent / "docs"
PAGES = ("tutorial.md", "tutorial.en.md")

# What the line before a block asks the reader to do with it; the file's name stands in backticks.
REPLACE_ALL = re.compile(r"把 `(\S+)` 全部换成：$|Replace all of `(\S+)` with:$")
NEW = re.compile(r"存成 `(\S+)`：$|Save it as `(\S+)`:$")
APPEND = re.compile(r"加到 `(\S+)` 的末尾：$|Append to `(\S+)`:$")
CHANGE = re.compile(r"在 `(\S+)` 里，把这一行$|In `(\S+)`, change this line$")
INTO = re.compile(r"改成：$|to:$")
CODE = re.compile(r"退出码是 (\d)|exit code is (\d)")
SECONDS = re.compile(r"\d+\.\d+(?= 秒$| s$)", re.MULTILINE)


class Block(NamedTuple):
    """
    A fenced block of a page: the line of text before it, its language, its lines, and where they begin and end.
    """

    lead: str
    kind: str
    body: str
    start: int
    end: int


class Asked(NamedTuple):
    """
    What a page shows of some commands, and what came of them.
    """

    commands: str
    block: Block
    shown_code: int
    output: str
    code: int


def blocks(page: str) -> Iterator[Block]:
    """
    The fenced blocks of a page, in order.
    """
    before = 0
    for match in re.finditer(r"^```(\w+)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        lead = page[before : match.start()].strip().rpartition("\n")[2]
        yield Block(lead, match[1], match[2], match.start(2), match.end(2))
        before = match.end()


def named(match: re.Match[str]) -> str:
    """
    What a phrase names, in whichever language it is.
    """
    return next(group for group in match.groups() if group is not None)


def follow(page: str, folder: Path) -> list[Asked]:
    """
    Do in a folder all that a page says, and answer what its commands print.
    """
    asked: list[Asked] = []
    ran: tuple[str, int, str, int] | None = None
    changed: tuple[Path, str] | None = None
    for block in blocks(page):
        if found := REPLACE_ALL.search(block.lead):
            file = folder / named(found)
            assert file.is_file()
            file.write_text(block.body, encoding="utf-8")
        elif found := NEW.search(block.lead):
            with (folder / named(found)).open("x", encoding="utf-8") as stream:
                stream.write(block.body)
        elif found := APPEND.search(block.lead):
            with (folder / named(found)).open("a", encoding="utf-8") as stream:
                stream.write(block.body)
        elif found := CHANGE.search(block.lead):
            changed = folder / named(found), block.body
        elif INTO.search(block.lead):
            assert changed is not None
            (file, line), changed = changed, None
            text = file.read_text(encoding="utf-8")
            assert text.count(line) == 1
            file.write_text(text.replace(line, block.body), encoding="utf-8")
        elif block.kind == "sh":
            assert ran is None, f"no output is shown of {ran}"
            code = CODE.search(block.lead)
            output, left = run(block.body, folder)
            ran = (block.body, int(named(code)) if code else 0, output, left)
            if block.body.startswith("cp "):
                ran = None
        else:
            assert block.kind == "text"
            assert ran is not None
            asked.append(Asked(ran[0], block, ran[1], ran[2], ran[3]))
            ran = None
    assert ran is None
    assert changed is None
    return asked


def run(lines: str, folder: Path) -> tuple[str, int]:
    """
    What some commands print in a folder, up to the first that fails, and the exit code of the last.
    """
    printed, code = io.StringIO(), 0
    with contextlib.chdir(folder), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        for line in lines.splitlines():
            if code:
                break
            program, *arguments = shlex.split(line)
            if program == "cp":
                shutil.copyfile(*arguments)
                continue
            assert program == "govit-rules"
            try:
                main(arguments)
            except SystemExit as left:
                code = int(left.code or 0)
    return printed.getvalue(), code


def timeless(output: str) -> str:
    """
    An output without the time it took, and without blank lines at its end.
    """
    return SECONDS.sub("0.0", output).rstrip("\n") + "\n"


def wrong(page: str, folder: Path) -> list[str]:
    """
    The commands of a page whose output or exit code is otherwise than it shows.
    """
    return [
        each.commands
        for each in follow(page, folder)
        if (each.block.body, each.shown_code) != (timeless(each.output), each.code)
    ]


def text_of(name: str) -> str:
    """
    A page.
    """
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def _as_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")


@pytest.mark.parametrize("name", PAGES)
def test_followed_word_by_word_it_prints_what_it_shows(name: str, tmp_path: Path) -> None:
    """
    Every command of the tutorial, run after what stands above it, prints what stands below it, with the exit code told.
    """
    asked = follow(text_of(name), tmp_path)

    assert {each.commands.split()[1] for each in asked} >= {"new-city", "lint", "test", "check", "explain", "coverage"}
    assert "govit-rules diff " in "".join(each.commands for each in asked)
    for each in asked:
        assert each.block.body == timeless(each.output), each.commands
        assert each.shown_code == each.code, each.commands


@pytest.mark.parametrize("name", PAGES)
def test_it_ends_with_a_city_that_passes(name: str, tmp_path: Path) -> None:
    """
    After the last line the new city's pack lints clean, leaves nothing out, and passes its cases.
    """
    follow(text_of(name), tmp_path)

    for command in ("lint haibin/haibin.yaml", "coverage --pack haibin/haibin.yaml"):
        assert run(f"govit-rules {command}", tmp_path)[1] == 0
    assert run("govit-rules test haibin/cases --pack haibin/haibin.yaml", tmp_path)[1] == 0


@pytest.mark.parametrize(
    ("right", "slip"),
    [
        ("2027-01-01: 30万元", "2027-01-01: 31万元"),
        ("2027-01-01: 30万元", "2026-12-31: 30万元"),
        ('contract.signed_on + 10wd"', 'contract.signed_on + 10d"'),
        ('      funding.total_investment: ">= $project_floor"', '      funding.total_investment: ">= $review_floor"'),
        ("as_of: 2026-12-31", "as_of: 2027-01-01"),
    ],
)
def test_a_slip_in_the_tutorial_is_seen(right: str, slip: str, tmp_path: Path) -> None:
    """
    A figure, a day, a span or a case other than it should be shows in an output.
    """
    page = text_of("tutorial.md")
    assert right in page

    assert wrong(page.replace(right, slip), tmp_path) != []


def test_both_languages_do_the_same(tmp_path: Path) -> None:
    """
    The commands of both pages are the same but for the language asked for, and so are their files but for remarks.
    """
    done, files = [], []
    for name in PAGES:
        folder = tmp_path / name
        folder.mkdir()
        asked = follow(text_of(name), folder)
        done.append([each.commands.replace(" --lang en", "") for each in asked])
        files.append({str(file.relative_to(folder)): data(file) for file in folder.rglob("*.*") if file.is_file()})

    assert done[0] == done[1]
    assert files[0] == files[1]


def data(file: Path) -> object:
    """
    What a file holds, without what its cases say for a reader.
    """
    held = yaml.safe_load(file.read_text(encoding="utf-8"))
    for case in held.get("cases", []):
        case.pop("why", None)
    return held


def test_every_command_it_names_is_a_command() -> None:
    """
    No page of the tutorial names a command that does not exist.
    """
    said = {command for name in PAGES for command in re.findall(r"govit-rules ([a-z][a-z-]+)", text_of(name))}

    assert said <= set(commands.commands)


def test_the_way_to_it_is_shown() -> None:
    """
    The README files and the page on packs name the tutorial.
    """
    readme, chinese = (DOCS.parent / name for name in ("README.md", "README.zh-CN.md"))

    assert "(docs/tutorial.en.md)" in readme.read_text(encoding="utf-8")
    assert "(docs/tutorial.md)" in chinese.read_text(encoding="utf-8")
    assert "(tutorial.md)" in text_of("packs.md")


def write() -> None:
    """
    Put the present outputs into the pages.
    """
    os.environ["COLUMNS"] = "100"
    for name in PAGES:
        page = text_of(name)
        with tempfile.TemporaryDirectory() as folder:
            asked = follow(page, Path(folder))
        for each in reversed(asked):
            page = page[: each.block.start] + timeless(each.output) + page[each.block.end :]
            if each.shown_code != each.code:
                sys.stderr.write(f"{name}: {each.commands.strip()}: {each.shown_code} is told, {each.code} it is\n")
        (DOCS / name).write_text(page, encoding="utf-8")


if __name__ == "__main__" and "--write" in sys.argv:
    write()
