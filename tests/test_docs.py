"""
What the documentation shows is what the program does: outputs, cities, facts.

    python tests/test_docs.py --write      puts the present outputs into docs/examples.md, docs/lives.md and the READMEs
"""

from __future__ import annotations

import re
import sys
from datetime import date
from pathlib import Path

import pytest

from govit_rules import Project, evaluate, load_pack
from govit_rules.chronicle import NOTICES
from govit_rules.deadlines import STATUS_ZH
from govit_rules.events import read_events
from govit_rules.formats import FORMATS, Layout
from govit_rules.library import shipped_packs
from govit_rules.lifecycle import track
from govit_rules.track_text import text as page_of_track

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "docs" / "examples.md"
LIVES = ROOT / "docs" / "lives.md"
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
DAY = date(2026, 11, 21)
# A command of a page, whatever stands between, and the output that the page shows below it.
SHOWN = re.compile(r"(govit-rules check (examples/[\w-]+\.json)([^\n]*)\n.*?```text\n)(.*?)(```)", re.DOTALL)


def output(project: str, options: str) -> str:
    """
    What a command of a page prints into a pipe.
    """
    lang = "en" if "--lang en" in options else "zh"
    facts = Project.model_validate_json((ROOT / project).read_text(encoding="utf-8"))
    decision = evaluate(facts, load_pack(facts.city or ""), as_of=DAY)
    return FORMATS["text"](decision, Layout(lang=lang, width=100))


def lives() -> str:
    """
    The page of lives: of each city a project's events, followed to the day of the last.
    """
    parts = [
        "# 五个项目的一生 · Five lives\n",
        "`examples/*-life.jsonl` 里的项目都是虚构的，一行一个事件，从申报到最后一个状态。每个项目下面先是命令，再是它的输出和退出码。",
        "*Fictional projects, one event a line, from application to the last state: the command, its exit code, its output.*",
    ]
    for path in sorted((ROOT / "examples").glob("*-life.jsonl")):
        city = path.stem.removesuffix("-life")
        pack = load_pack(city)
        records = read_events(path.read_bytes(), pack)
        found = track(records, pack, as_of=max(record.day for record in records))
        command = f"govit-rules track examples/{path.name} --city {city} --as-of {found.as_of}"
        told = page_of_track(found, Layout(width=100), name=path.stem).rstrip()
        parts.append(f"\n## {pack.name['zh']} {pack.name['en']}\n\n```sh\n{command}\n```\n")
        parts.append(f"退出码 exit code: {found.exit_code}\n\n```text\n{told}\n```")
    return "\n".join(parts) + "\n"


def test_lives_are_shown_as_they_are_tracked() -> None:
    """
    Each life of docs/lives.md is what `track` prints now.
    """
    assert LIVES.read_text(encoding="utf-8") == lives()


def exit_code(project: str) -> int:
    """
    The exit code of a check of a project.
    """
    facts = Project.model_validate_json((ROOT / project).read_text(encoding="utf-8"))
    return evaluate(facts, load_pack(facts.city or ""), as_of=DAY).exit_code


def test_examples_are_shown_as_they_are_printed() -> None:
    """
    Below each command of docs/examples.md stands what it prints.
    """
    shown = [(match[2], match[3], match[4]) for match in SHOWN.finditer(EXAMPLES.read_text(encoding="utf-8"))]

    assert {f"examples/{path.name}" for path in (ROOT / "examples").glob("*.json")} <= {name for name, _, _ in shown}
    for project, options, text in shown:
        assert text == output(project, options)


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_the_readme_shows_the_beginning_of_its_output(page: Path) -> None:
    """
    The output below README's first command is the beginning of what it prints.
    """
    match = SHOWN.search(page.read_text(encoding="utf-8"))

    assert match is not None
    assert match[4].count("\n") > 10
    assert output(match[2], match[3]).startswith(match[4])


def test_the_page_on_the_lifecycle_names_every_outcome() -> None:
    """
    docs/lifecycle.md has every kind of notice and every status of a deadline in its tables, and no other.
    """
    page = (ROOT / "docs" / "lifecycle.md").read_text(encoding="utf-8")
    notices, statuses = (page.partition(head)[2].partition("\n\n")[0] for head in ("| `kind` |", "| `status` |"))

    assert set(re.findall(r"`(\w+)`", re.sub(r" \|[^|]*\|$", "", notices, flags=re.MULTILINE))) == set(NOTICES)
    assert dict(re.findall(r"^\| `(\w+)` (\w+) \|", statuses, re.MULTILINE)) == STATUS_ZH


def test_the_python_of_the_page_on_the_lifecycle(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    The example in Python prints what the page says it prints.
    """
    text = (ROOT / "docs" / "lifecycle.md").read_text(encoding="utf-8")
    (code, printed) = re.findall(r"```python\n(.*?)```\n\nprints `(.*?)`", text, re.DOTALL)[0]
    monkeypatch.chdir(ROOT)

    exec(compile(code, "lifecycle.md", "exec"), {})  # noqa: S102  # our own page

    assert capsys.readouterr().out.strip() == printed


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_the_table_of_cities_names_every_pack(page: Path) -> None:
    """
    README's table has a row for each shipped pack, with its title and its numbers of articles, norms and rules.
    """
    table = re.search(r"<!-- cities: begin -->(.*?)<!-- cities: end -->", page.read_text(encoding="utf-8"), re.DOTALL)
    assert table is not None
    rows = [line for line in table[1].strip().splitlines() if line.startswith("| `")]

    assert [re.findall(r"`(\w+)`", row)[0] for row in rows] == list(shipped_packs())
    for row, city in zip(rows, shipped_packs(), strict=True):
        pack = load_pack(city)
        assert pack.regulation.title in row
        assert row.rstrip("| ").endswith(
            f"{pack.regulation.article_count} | {pack.regulation.norms} | {len(pack.rules)}"
        )


def test_the_page_of_facts_names_every_core_fact() -> None:
    """
    docs/facts.md has a row for each core fact, with its label.
    """
    from govit_rules.project import CORE_FACTS

    text = (ROOT / "docs" / "facts.md").read_text(encoding="utf-8")

    assert [path for path, fact in CORE_FACTS.items() if f"`{path}`" not in text or fact.zh not in text] == []


def write() -> None:
    """
    Put the present outputs into the pages.
    """
    LIVES.write_text(lives(), encoding="utf-8")
    page = EXAMPLES.read_text(encoding="utf-8")
    EXAMPLES.write_text(SHOWN.sub(lambda m: m[1] + output(m[2], m[3]) + m[5], page), encoding="utf-8")
    for readme in READMES:
        text = readme.read_text(encoding="utf-8")

        def beginning(match: re.Match[str]) -> str:
            lines = output(match[2], match[3]).splitlines(keepends=True)
            return match[1] + "".join(lines[: match[4].count("\n")]) + match[5]

        readme.write_text(SHOWN.sub(beginning, text, count=1), encoding="utf-8")


if __name__ == "__main__" and "--write" in sys.argv:
    write()
