"""
The runner of case files, and pytest's plugin, which must say the same of every case.

Both are tried with the city ``demo``, which is not shipped.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from govit_rules.errors import CaseError
from govit_rules.library import load_pack_file
from govit_rules.testing.runner import Report, Result, gather, junit_xml, report_text, run, summary
from govit_rules.testing.selection import selector

ROOT = Path(__file__).parent.parent
DEMO = Path(__file__).parent / "packs" / "demo.yaml"

# One case of each kind: three pass, three fail, three are errors.
CASES = """
city: demo
article: 第一条第(二)项
text: 总投资超过下限的项目适用
as_of: 2026-01-01
cases:
  - {id: above, why: 超过, facts: {funding.total_investment: 50.01万元}, expect: {DM-1-b: met}}
  - {id: exact, why: 不含本数, facts: {funding.total_investment: 50万元}, expect: {DM-1-b: not_applicable}, reading: {DM-1-b: met}}
  - {id: open, why: 没有填, expect: {DM-1-b: unknown}, needs: {DM-1-b: [funding.total_investment]}}
  - {id: exact-met, why: 读错了, facts: {funding.total_investment: 50万元}, expect: {DM-1-b: met}, path: {DM-P1: required}}
  - {id: unneeded, facts: {funding.total_investment: 50万元}, needs: {DM-1-b: [funding.total_investment]}}
  - {id: applies-to-all, facts: {classified: true}, applies: "yes", exit: 1, violations: [DM-2-a]}
  - {id: no-such-rule, expect: {DM-1-z: met}}
  - {id: no-such-fact, facts: {funding.totl: 1万元}, exit: 3}
  - {id: no-such-figure, figures: {celling: 1万元}, exit: 3}
"""
STATUSES = {
    **dict.fromkeys(("above", "exact", "open"), "passed"),
    **dict.fromkeys(("exact-met", "unneeded", "applies-to-all"), "failed"),
    **dict.fromkeys(("no-such-rule", "no-such-fact", "no-such-figure"), "error"),
}
UNREADABLE = "city: demo\nas_of: 2026-01-01\ncases:\n  - {id: a, aplies: no, exit: 0}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """
    A folder with the cases above, a file that is wrong, one of another city, and what is no case file.
    """
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "demo.yaml").write_bytes(DEMO.read_bytes())
    cases = tmp_path / "cases"
    cases.mkdir()
    (cases / "article-1.yaml").write_text(CASES, encoding="utf-8")
    (cases / "base.yaml").write_text("classified: true\n", encoding="utf-8")
    (cases / "unreadable.yaml").write_text(UNREADABLE, encoding="utf-8")
    other = 'city: luzhou\nas_of: 2026-01-01\ncases:\n  - {id: a, facts: {classified: true}, applies: "no"}\n'
    (cases / "other.yaml").write_text(other, encoding="utf-8")
    return tmp_path


def demo(*paths: Path, lang: str = "zh", wanted: str | None = None) -> Report:
    """
    A run against the pack of the city.
    """
    found = gather(paths, city="demo", wanted=None if wanted is None else selector(wanted))
    return Report.of(found, run(found.cases, {"demo": load_pack_file(DEMO)}, lang=lang))


def by_id(report: Report) -> dict[str, Result]:
    """
    The results by the ids of their cases.
    """
    return {result.case.id: result for result in report.results}


class TestRun:
    """
    Each case passes, fails or is an error.
    """

    def test_statuses(self, folder: Path) -> None:
        """
        A case fails where the pack says otherwise, and is an error where it names what does not exist; the others of
        its file still run, and so do those of other files.
        """
        report = demo(folder)

        assert {case: result.status for case, result in by_id(report).items()} == STATUSES
        assert [path.name for path in report.wrong] == ["unreadable.yaml"]
        assert report.counts == {"passed": 3, "failed": 3, "error": 4}
        assert report.left_out == 1
        assert all(result.seconds > 0 for result in report.results)
        assert report.seconds >= sum(result.seconds for result in report.results)

    def test_failures_tell_what_was_demanded_and_why_it_is_not_so(self, folder: Path) -> None:
        """
        A failure has what the case demands, what the pack says, and the reasons of the finding.
        """
        results = by_id(demo(folder))

        first, *_ = results["exact-met"].failures
        assert (first.key, first.name, first.expected, first.got) == ("expect", "DM-1-b", "met", "not_applicable")
        assert "50万元（不含）" in first.explanation
        assert [failure.key for failure in results["applies-to-all"].failures] == ["applies", "exit", "violations"]
        assert "DM-1-d" in results["applies-to-all"].failures[0].explanation

    @pytest.mark.parametrize(
        ("wanted", "code"),
        [("above or exact", 1), ("above", 0), ("no-such-rule or above", 2), ("no-such-rule or exact-met", 2)],
    )
    def test_exit_codes(self, folder: Path, wanted: str, code: int) -> None:
        """
        0: all passed; 1: some failed; 2: some are errors, whatever else.
        """
        assert demo(folder / "cases" / "article-1.yaml", wanted=wanted).exit_code == code

    def test_a_file_that_is_wrong(self, folder: Path) -> None:
        """
        A file that cannot be read makes the exit code 2, though no case failed.
        """
        report = demo(folder, wanted="above")

        assert (report.exit_code, report.counts) == (2, {"passed": 1, "failed": 0, "error": 1})

    def test_selection_by_article(self, folder: Path) -> None:
        """
        The expression sees the article, the city and the file.
        """
        assert set(by_id(demo(folder, wanted="第(二)项 and demo/article-1:exact"))) == {"exact", "exact-met"}
        assert not demo(folder, wanted="第(三)项").results

    def test_a_given_pack_goes_before_the_shipped_one(self, folder: Path) -> None:
        """
        Cases of a shipped city are held against the shipped pack, unless another is given for it.
        """
        (case,) = gather([folder / "cases" / "other.yaml"]).cases

        (shipped,) = run([case])
        (given,) = run([case], {"luzhou": load_pack_file(DEMO)})

        assert shipped.status == "passed"
        assert given.status == "passed"
        assert "DM-1-d" in str(seen_by(case, {"luzhou": load_pack_file(DEMO)}))

    def test_a_city_without_a_pack(self, folder: Path) -> None:
        """
        Cases of a city for which there is no pack are errors.
        """
        results = list(run(gather([folder / "cases" / "article-1.yaml"]).cases))

        assert {result.status for result in results} == {"error"}
        assert "没有城市 'demo' 的规则包" in results[0].defects[0].what

    def test_decisions_are_shown_to_who_asks(self, folder: Path) -> None:
        """
        Who asks is called with every case that could be judged and its decision, once.
        """
        seen: list[tuple[str, str]] = []
        cases = gather([folder / "cases" / "article-1.yaml"]).cases

        list(
            run(
                cases, {"demo": load_pack_file(DEMO)}, each=lambda case, decision: seen.append((case.id, decision.city))
            )
        )

        assert seen == [(case, "demo") for case, status in STATUSES.items() if status != "error"]

    def test_paths_that_are_not(self, folder: Path) -> None:
        """
        A path that does not exist is an error of the question.
        """
        with pytest.raises(CaseError, match="没有这个文件或文件夹"):
            gather([folder / "nowhere"])


def seen_by(case: Any, packs: Any) -> list[tuple[str, ...]]:
    """
    Which rules settle that the regulation applies or not, by the pack that judged a case.
    """
    seen: list[tuple[str, ...]] = []
    list(run([case], packs, each=lambda _, decision: seen.append(decision.applies_because)))
    return seen


class TestReports:
    """
    The same results as text, as data and as JUnit XML.
    """

    def test_text(self, folder: Path) -> None:
        """
        What did not pass is told with place, expected, got and the explanation, indented below; then the totals.
        """
        lines = report_text(demo(folder)).splitlines()

        at = lines.index("✗ demo/article-1:exact-met  第一条第(二)项  读错了")
        assert lines[at + 1] == f"    {folder}/cases/article-1.yaml:10"
        assert lines[at + 2 : at + 5] == ["    DM-1-b 的结论:", "        应为 met", "        实为 not_applicable"]
        assert lines[at + 5].startswith(" " * 12 + "第一条第(二)项 总投资超过下限")
        assert "! demo/article-1:no-such-rule  第一条第(二)项" in lines
        assert f"! {folder}/cases/unreadable.yaml" in lines
        assert f"    {folder}/cases/article-1.yaml:13: 没有规则 DM-1-z" in lines
        assert not any("demo/article-1:above" in line for line in lines)
        assert lines[-1].startswith("用例 9 个，通过 3，失败 3，有误 4，未选 1，用时 ")

    def test_text_in_english(self, folder: Path) -> None:
        """
        With ``en`` the words and the explanation are English.
        """
        said = report_text(demo(folder, lang="en", wanted="exact-met"), "en")

        assert "DM-1-b:\n        expected met\n        got not_applicable\n" in said
        assert "Investment above the floor: does not apply" in said
        assert "1 cases, 0 passed, 1 failed, 1 errors, 9 not selected, " in said

    def test_data(self, folder: Path) -> None:
        """
        The data hold every case with its status, failures and defects.
        """
        data = demo(folder).as_dict()

        assert {case["id"]: case["status"] for case in data["cases"]} == STATUSES
        assert (data["passed"], data["failed"], data["error"], data["left_out"]) == (3, 3, 4, 1)
        (unneeded,) = (case for case in data["cases"] if case["id"] == "unneeded")
        assert unneeded["failures"][0]["expected"] == ["funding.total_investment"]
        assert unneeded["failures"][0]["got"] == []
        assert data["wrong_files"][0]["defects"][0]["what"] == "没有名为 'aplies' 的键"

    def test_junit(self, folder: Path) -> None:
        """
        One testcase a case, with classname city.file; failures and errors with their text, and the totals.
        """
        suite = ElementTree.fromstring(junit_xml(demo(folder)).encode())[0]  # noqa: S314 - of our own making

        cases = {case.get("name"): case for case in suite}
        kinds = {name: next((child.tag for child in case), "passed") for name, case in cases.items()}
        words = {"passed": "passed", "failed": "failure", "error": "error"}
        assert kinds == {**{case: words[status] for case, status in STATUSES.items()}, "unreadable.yaml": "error"}
        assert {case.get("classname") for case in suite} == {"demo.article-1", "cases.unreadable"}
        assert [suite.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["10", "3", "4", "0"]
        failure = cases["exact-met"][0]
        assert (
            failure.get("message")
            == "DM-1-b 的结论: 应为 met, 实为 not_applicable; 环节 DM-P1: 应为 required, 实为 unknown"
        )
        assert failure.text
        assert "50万元（不含）" in failure.text

    def test_characters_that_steer(self, tmp_path: Path) -> None:
        """
        Control characters of a case file are shown, and neither steer the terminal nor break the XML.
        """
        file = tmp_path / "a.yaml"
        case = r'{id: "a\e[31m", why: "b\u0085\uffff", facts: {name: "\e]0;x\a"}, applies: "yes"}'
        file.write_text(f"city: demo\nas_of: 2026-01-01\ncases:\n  - {case}\n", encoding="utf-8")
        report = demo(file)

        assert "\x1b" not in report_text(report) + summary(report)
        assert r"a\x1b[31m" in report_text(report)
        assert ElementTree.fromstring(junit_xml(report).encode())[0][0].get("name") == r"a\x1b[31m"  # noqa: S314


PLUGIN = ("-p", "govit_rules.testing.pytest_plugin")


def pytest_run(folder: Path, *arguments: str, ini: str = "") -> tuple[int, str, dict[str, str]]:
    """
    A run of pytest in a folder: exit code, what was said, and what became of each test, by its name.
    """
    (folder / "pytest.ini").write_text(f"[pytest]\n{ini}", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *PLUGIN, "-p", "no:cacheprovider", "--junitxml", "out.xml", *arguments],
        cwd=folder,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONIOENCODING": "utf-8", "COLUMNS": "120"},
        capture_output=True,
    )
    said = (done.stdout + done.stderr).decode()
    became = {}
    if (folder / "out.xml").exists():
        words = {None: "passed", "failure": "failed", "error": "error"}
        for case in ElementTree.parse(folder / "out.xml").iter("testcase"):  # noqa: S314 - of pytest's making
            became[str(case.get("name"))] = words[next((child.tag for child in case), None)]
    return done.returncode, said, became


ASKED = "govit_rules_cases = true\ngovit_rules_packs = pack/demo.yaml\n"


class TestPlugin:
    """
    pytest runs the same files, if it is asked to.
    """

    def test_both_runners_agree(self, folder: Path) -> None:
        """
        Every case passes, fails or is an error by both, with the same explanation; a wrong file is an error of both.
        """
        code, said, became = pytest_run(folder, "--continue-on-collection-errors", ini=ASKED)
        report = demo(folder)

        wrong = {f"cases.{path.name}": "error" for path in report.wrong}
        ours = {result.case.id: result.status for result in report.results}
        assert became == {**ours, **wrong, "a": "passed"}
        assert code == 1
        for line in report_text(demo(folder, wanted="exact-met")).splitlines()[2:8]:
            assert line in said
        assert "没有规则 DM-1-z" in said
        assert "没有名为 'aplies' 的键" in said
        assert "Traceback" not in said
        assert "_plugin.py" not in said

    def test_a_wrong_file_stops_the_run(self, folder: Path) -> None:
        """
        A wrong case file is an error of collection.
        """
        code, said, _ = pytest_run(folder, "--govit-rules", "cases/unreadable.yaml")

        assert code == 2
        assert "ERROR collecting cases/unreadable.yaml" in said

    def test_it_does_nothing_unasked(self, folder: Path) -> None:
        """
        Without the option and the ini key no case file is collected.
        """
        code, _, became = pytest_run(folder)

        assert (code, became) == (pytest.ExitCode.NO_TESTS_COLLECTED, {})

    def test_the_option_asks(self, folder: Path) -> None:
        """
        ``--govit-rules`` asks for one run; cities that are shipped need no pack; -k sees ids and articles.
        """
        code, _, became = pytest_run(folder, "--govit-rules", "cases/other.yaml")
        assert (code, became) == (0, {"a": "passed"})

        _, _, chosen = pytest_run(folder, "cases/article-1.yaml", "-k", "第一条第 and above", ini=ASKED)
        assert set(chosen) == {"above"}

    def test_other_yaml_is_left_alone(self, tmp_path: Path) -> None:
        """
        YAML files without both heads are not collected, whatever they hold.
        """
        for name, text in {"a": "cases: [1]\n", "b": "city: demo\n", "c": "[", "d": " city: x\n cases: y\n"}.items():
            (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")

        code, _, became = pytest_run(tmp_path, ini=ASKED)

        assert (code, became) == (pytest.ExitCode.NO_TESTS_COLLECTED, {})

    def test_a_pack_that_is_wrong(self, folder: Path) -> None:
        """
        A pack file that the ini file names and that is none is told, and no test runs.
        """
        (folder / "pack" / "demo.yaml").write_text("city: demo\n", encoding="utf-8")

        code, said, _ = pytest_run(folder, "cases/article-1.yaml", ini=ASKED)

        assert code != 0
        assert "govit_rules_packs: " in said
        assert "demo.yaml:1:1" in said
        assert "Traceback" not in said

    def test_pytest_finds_it(self) -> None:
        """
        The distribution declares the plugin to pytest, by a name that exists; this repository does not ask for it.
        """
        settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
        declared = settings["project"]["entry-points"]["pytest11"]

        assert declared == {"govit_rules": PLUGIN[1]}
        assert hasattr(import_module(declared["govit_rules"]), "pytest_collect_file")
        assert "govit_rules_cases" not in settings["tool"]["pytest"]["ini_options"]
