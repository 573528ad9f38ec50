"""
Case files: every defect that the reader knows has a file in bad_cases/ that shows it; what is right is read as it stands.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govit_rules import load_pack
from govit_rules.errors import CaseError, Defect
from govit_rules.testing import cases as reading
from govit_rules.testing.cases import MAX_BYTES, case_files, failures, heads, is_case_file, read_cases
from govit_rules.testing.runner import gather, run

if TYPE_CHECKING:
    from collections.abc import Iterator

BAD = sorted((Path(__file__).parent / "bad_cases").glob("*.yaml"))
CHINESE = re.compile("[\u4e00-\u9fff]")
HEAD = "city: luzhou\narticle: 第四条\nas_of: 2026-11-21\ncases:\n"


def expected(path: Path) -> str:
    """
    What the first line of a bad file says of it: ``# expect: PART OF THE MESSAGE``.
    """
    return path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# expect: ")


def defects_of(path: Path) -> list[Defect]:
    """
    All defects of a file: as it is read, and as its cases are held against the pack of their city.
    """
    found = gather([path])
    read = [defect for defects in found.wrong.values() for defect in defects]
    return read + [defect for result in run(found.cases) for defect in result.defects]


def written(folder: Path, *cases: str, head: str = HEAD, name: str = "some.yaml") -> Path:
    """
    A case file with these cases.
    """
    file = folder / name
    file.write_text(head + "".join(f"  - {case}\n" for case in cases), encoding="utf-8")
    return file


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_bad_cases(path: Path) -> None:
    """
    A bad case file is refused for just the defect that its first line names, in Chinese, with its place and a mend.
    """
    (defect,) = defects_of(path)

    assert expected(path) in defect.what
    assert defect.where.startswith(str(path))
    assert CHINESE.search(defect.what)
    assert CHINESE.search(defect.mend)
    assert not re.search(r"None|True|False|object at|<class|datetime", defect.what), "a word of Python's"


def huge(folder: Path) -> Iterator[tuple[Path, str]]:
    """
    Files that are wrong by their size or their surroundings, with what is said of them.
    """
    yield written(folder, head="# " + "x" * MAX_BYTES, name="big.yaml"), "用例文件超过 2,000,000 字节"
    many = "{" + ", ".join(f"local.f{i}: 1" for i in range(2_100)) + "}"
    yield written(folder, f"{{id: a, facts: {many}, exit: 0}}", name="many.yaml"), "事实超过 2,000 个"
    (folder / "big.json").write_text(" " * 2_000_001, encoding="utf-8")
    yield written(folder, "{id: a, project: big.json, exit: 0}", name="a.yaml"), "读不出项目 big.json（超过 2,000,000"
    (folder / "list.json").write_text("[]", encoding="utf-8")
    yield written(folder, "{id: a, project: list.json, exit: 0}", name="b.yaml"), "list.json（不是项目文件）"
    (folder / "deep.json").write_text("[" * 100_000, encoding="utf-8")
    yield written(folder, "{id: a, project: deep.json, exit: 0}", name="c.yaml"), "deep.json（不是合格的 JSON）"
    yield written(folder, f"{{id: a, project: {'x' * 5_000}, exit: 0}}", name="d.yaml"), "读不出项目 xxx"
    yield (
        written(folder, "{id: a, exit: 0}", head=HEAD.replace("cases", f"base: {'x' * 5_000}\ncases"), name="e.yaml"),
        "base",
    )
    yield written(folder, "{id: a, facts: {funding.total_investment: .nan}, exit: 0}", name="f.yaml"), "金额"
    yield written(folder, "{id: a, facts: {classified: !!binary aGk=}, exit: 0}", name="g.yaml"), "涉密项目应填"
    unreadable = written(folder, "{id: a, exit: 0}", name="h.yaml")
    unreadable.chmod(0)
    try:
        unreadable.read_bytes()
    except OSError:
        yield unreadable, "读不出来"


def test_sizes_and_surroundings(tmp_path: Path) -> None:
    """
    What is too big, too deep, not to be read or no number is refused like any other defect.
    """
    for path, what in huge(tmp_path):
        told = [defect.what for defect in defects_of(path)]

        assert len(told) == 1, (path.name, told)
        assert what in told[0], path.name


# Places of the source that report a defect, and that no file reaches when one may read everything.
EXCLUDED = {"读不出来（"}


def test_every_defect_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Every place of the reader that reports a defect is reached by some bad file.
    """
    reached: set[int] = set()

    def recorded(*parts: str) -> Defect:
        reached.add(sys._getframe(1).f_lineno)
        return Defect(*parts)

    monkeypatch.setattr(reading, "Defect", recorded)
    for path in (*BAD, *(path for path, _ in huge(tmp_path))):
        defects_of(path)
    with pytest.raises(CaseError, match="没有这个文件或文件夹"):
        gather([tmp_path / "nowhere"])

    tree = ast.parse(Path(reading.__file__).read_text(encoding="utf-8"))
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Defect"
    ]
    missed = [
        ast.unparse(call)
        for call in calls
        if reached.isdisjoint(range(call.lineno, (call.end_lineno or call.lineno) + 1))
    ]
    assert [call for call in missed if not any(part in call for part in EXCLUDED)] == []
    assert len(calls) > 20


WORDS = st.sampled_from(
    ["classified", "funding", "LZ-4-d", "LZ-P01", "project_floor", "met", "required", "20万元", "a.b", ""]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.text() | st.dates().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.text(), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=300)
@given(
    entry=st.dictionaries(st.sampled_from([*reading._GIVEN, *reading._DEMANDED]), VALUES, max_size=5),
    head=st.dictionaries(st.sampled_from(reading._FILE_KEYS), VALUES, max_size=2),
)
def test_nothing_but_defects(
    tmp_path_factory: pytest.TempPathFactory, entry: dict[str, Any], head: dict[str, Any]
) -> None:
    """
    Whatever a case holds under its keys, it is judged, or refused as a case.
    """
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    data = {"city": "luzhou", "as_of": "2026-11-21", "cases": [{"id": "a", "exit": 0, **entry}], **head}
    file.write_text(json.dumps(data), encoding="utf-8")  # JSON is YAML

    for defect in defects_of(file):
        assert defect.where.startswith(str(file))


def test_all_defects_of_a_file_at_once(tmp_path: Path) -> None:
    """
    A file with several defects tells them all, each with its line.
    """
    file = written(tmp_path, "{id: a, aplies: yes, exit: 0}", "{id: b, exit: 7}", "{id: c, without: [x], exit: 0}")

    with pytest.raises(CaseError) as refusal:
        read_cases(file)

    assert [defect.where for defect in refusal.value.defects] == [f"{file}:{line}" for line in (5, 6, 7)]


def test_a_case_as_it_stands(tmp_path: Path) -> None:
    """
    Facts are the base's, less what is left out, plus the case's own; day and stage are the case's, else the file's.
    """
    (tmp_path / "base.yaml").write_text("classified: false\nfunding: {total_investment: 300万元, sources: []}\n")
    file = written(
        tmp_path,
        "{id: a, why: so, without: [classified, funding.sources], facts: {owner: {level: county}, planning.applied_on: 2026-01-02}, exit: 0}",
        "{id: b, as_of: 2025-01-01, stage: review, figures: {project_floor: 30万元}, applies: no}",
        head=HEAD.replace("cases", "base: base.yaml\nstage: approval\ncases"),
    )

    first, second = read_cases(file)

    assert first.facts == {
        "funding": {"total_investment": "300万元"},
        "owner": {"level": "county"},
        "planning": {"applied_on": "2026-01-02"},
    }
    assert (first.as_of, first.stage, first.why, first.line) == (date(2026, 11, 21), "approval", "so", 7)
    assert (second.as_of, second.stage) == (date(2025, 1, 1), "review")
    assert second.figures == {"project_floor": "30万元"}
    assert second.demanded == {"applies": False}
    assert (str(first), first.article) == ("luzhou/some:a", "第四条")


def test_a_project_takes_the_place_of_the_base(tmp_path: Path) -> None:
    """
    With ``project`` the facts are the project file's, not the base's.
    """
    (tmp_path / "p.json").write_text(json.dumps({"classified": True}), encoding="utf-8")
    file = written(
        tmp_path,
        "{id: a, project: p.json, facts: {special_or_urgent: true}, exit: 0}",
        head=HEAD.replace("cases", "base: {classified: false, funding.total_investment: 3万元}\ncases"),
    )

    (case,) = read_cases(file)

    assert case.facts == {"classified": True, "special_or_urgent": True}


# What a case may demand of a project of which only this is known: {classified: true}.
DEMANDS: list[tuple[str, Any, Any]] = [
    ("applies", "no", "yes"),
    ("exit", 0, 1),
    ("violations", [], ["LZ-6-a"]),
    ("expect", {"LZ-4-d": "met"}, {"LZ-4-d": "violated"}),
    ("needs", {"LZ-4-d": []}, {"LZ-4-d": ["classified"]}),
    ("due", {"LZ-11-b": None}, {"LZ-11-b": "2026-12-01"}),
    ("reading", {"LZ-4-c": None}, {"LZ-4-c": "met"}),
    ("path", {"LZ-P01": "not_required"}, {"LZ-P01": "required"}),
    ("done", {"LZ-P01": None}, {"LZ-P01": True}),
]


@pytest.mark.parametrize(("key", "right", "wrong"), DEMANDS, ids=[key for key, _, _ in DEMANDS])
def test_every_demand_is_compared(tmp_path: Path, key: str, right: Any, wrong: Any) -> None:
    """
    A demand that is met gives no failure; one that is not gives one, with what was demanded and what the pack says.
    """
    pack = load_pack("luzhou")
    given = {"id": "a", "facts": {"classified": True}}
    cases = [json.dumps({**given, "id": name, key: value}) for name, value in (("a", right), ("b", wrong))]
    met, unmet = read_cases(written(tmp_path, *cases))

    assert failures(met, pack) == []
    (failure,) = failures(unmet, pack)
    assert failure.key == key
    assert failure.expected == (next(iter(wrong.values())) if isinstance(wrong, dict) else wrong)
    assert failure.got != failure.expected
    assert failure.about("zh") != failure.about("en")


def test_every_key_is_in_the_manual() -> None:
    """
    docs/packs.md has a row for every key of a case file and of a case.
    """
    manual = (Path(__file__).parent.parent / "docs" / "packs.md").read_text(encoding="utf-8")
    section = manual[manual.index("## 用例") : manual.index("## 限制")]
    keys = {*reading._FILE_KEYS, *reading._GIVEN, *reading._DEMANDED}

    rows = "".join(line.split("|")[1] for line in section.splitlines() if line.startswith("|"))
    assert [key for key in sorted(keys) if f"`{key}`" not in rows] == []
    assert set(reading._ABOUT) == set(reading._DEMANDED) == {key for key, _, _ in DEMANDS}
    assert set(reading._DEMANDED) <= {*reading._SHAPES, *reading._WORDS}


def test_what_lies_beside_case_files(tmp_path: Path) -> None:
    """
    Of a folder, the files with cases are taken, each once; bases, packs, properties and folders are passed over.
    """
    taken = written(tmp_path, "{id: a, exit: 0}", name="b.yaml")
    lost = tmp_path / "a.yaml"
    lost.write_text("city: luzhou\nkases: []\n", encoding="utf-8")
    for name, text in {
        "base": "classified: false\n",
        "pack": "city: luzhou\nregulation: {}\n",
        "properties": "city: luzhou\nproperties: []\n",
        "inner": "x:\n  cases: []\n  city: luzhou\n",
    }.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "gone.yaml").symlink_to(tmp_path / "nowhere")

    assert list(case_files([tmp_path, taken, tmp_path])) == [lost, taken]
    assert is_case_file(lost)
    assert heads(taken) == {"city", "article", "as_of", "cases"}
    assert heads(tmp_path / "nowhere") == frozenset()
