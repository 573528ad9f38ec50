"""
The command line, as a user meets it: through a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import govit_rules
from govit_rules.cli import commands

ROOT = Path(__file__).parent.parent
DAY = ("--as-of", "2026-11-21")
CITY = ("--city", "luzhou")
COMMANDS = (
    *("check", "cities", "compare", "completion", "coverage", "diff", "docs"),
    *("explain", "facts", "lint", "mutate", "new-city", "properties", "rules", "schema", "test", "track"),
)

# A project to which the regulation applies and that breaks one blocking rule: money sought before the city approved it.
PROJECT: dict[str, Any] = {
    "name": "城区智慧停车平台",
    "city": "luzhou",
    "stage": "approval",
    "classified": False,
    "owner": {"level": "municipal", "type": "administrative_organ"},
    "funding": {"total_investment": "3200万元", "municipal_fiscal": "1200万元", "sources": ["municipal_fiscal"]},
    "content": {"it_based": True, "category": "application_system", "delivery_mode": "construction"},
    "planning": {"applied_on": "2026-08-01"},
    "approval": {"initiation": "requested"},
    "local": {"standing_meeting_approved": False},
}


def run(*arguments: str, text: str | bytes = b"", env: dict[str, str] | None = None, cwd: Path = ROOT) -> Any:
    """
    One call of the tool: ``returncode``, and ``stdout`` and ``stderr`` as bytes.
    """
    content = text.encode() if isinstance(text, str) else text
    command = [sys.executable, "-m", "govit_rules", *arguments]
    done = subprocess.run(command, input=content, capture_output=True, cwd=cwd, env={**os.environ, **(env or {})})

    assert b"Traceback" not in done.stderr
    return done


def check(data: Any, *arguments: str) -> Any:
    """
    A call of ``check -`` on a project given as data.
    """
    return run("check", "-", *DAY, *arguments, text=json.dumps(data, ensure_ascii=False))


def refusal(done: Any) -> str:
    """
    The message of a call that was refused: nothing on standard output, exit code 2.
    """
    assert (done.returncode, done.stdout) == (2, b"")
    return done.stderr.decode()


class TestCheck:
    """
    ``check`` judges one project.
    """

    def test_a_broken_binding_rule_gives_1(self, tmp_path: Path) -> None:
        """
        A blocking rule is violated: exit code 1, and the text names rule and clause.
        """
        file = tmp_path / "项目.json"
        file.write_text(json.dumps(PROJECT, ensure_ascii=False), encoding="utf-8")

        done = run("check", str(file), *DAY)

        assert done.returncode == 1
        assert "不符合" in done.stdout.decode()
        assert "第十四条第(四)项" in done.stdout.decode()
        assert "LZ-14.4-d" in done.stdout.decode()
        assert done.stderr == b""

    def test_json_is_the_decision(self) -> None:
        """
        ``--format json`` prints the decision as the library gives it, in UTF-8.
        """
        done = check(PROJECT, "--format", "json", "--stage", "审批立项")

        decision = json.loads(done.stdout)
        assert done.returncode == 1
        assert (decision["city"], decision["as_of"], decision["stage"]) == ("luzhou", "2026-11-21", "approval")
        assert decision["project"]["name"] == PROJECT["name"]
        outcomes = {finding["rule"]: finding["outcome"] for finding in decision["findings"]}
        assert outcomes["LZ-14.4-d"] == "violated"

    def test_nothing_found_gives_0(self) -> None:
        """
        A project to which the regulation does not apply breaks nothing: exit code 0. The division code names the city.
        """
        done = check({**PROJECT, "classified": True}, "--city", "510500")

        assert done.returncode == 0
        assert "不适用" in done.stdout.decode()

    def test_too_little_known_gives_3(self) -> None:
        """
        Hardly anything is known: exit code 3. The Chinese name without 市 names the city; an option goes before the
        project's own city.
        """
        done = check({"name": "样例", "city": "nowhere"}, "--city", "泸州", "--lang", "en")

        assert done.returncode == 3
        assert "LZ-" in done.stdout.decode()

    def test_the_day_is_today_unless_given(self) -> None:
        """
        Without ``--as-of`` the day of judging is today.
        """
        from datetime import date

        before = date.today()
        done = run("check", "-", *CITY, "--format", "json", text="{}")
        days = (before.isoformat(), date.today().isoformat())

        assert json.loads(done.stdout)["as_of"] in days

    def test_a_byte_order_mark_is_passed_over(self) -> None:
        """
        A file saved with a byte order mark reads like one without.
        """
        assert run("check", "-", *CITY, text=b"\xef\xbb\xbf{}").returncode == 3

    def test_a_pack_of_ones_own(self, tmp_path: Path) -> None:
        """
        ``--pack`` judges by a file, whatever city the project names.
        """
        own = tmp_path / "own.yaml"
        text = (ROOT / "rules" / "luzhou.yaml").read_text(encoding="utf-8")
        own.write_text(text.replace("city: luzhou\n", "city: own\n", 1), encoding="utf-8")

        done = check({**PROJECT, "city": "nowhere"}, "--pack", str(own), "--format", "json")

        assert done.returncode == 1
        assert json.loads(done.stdout)["city"] == "own"


class TestWrongQuestions:
    """
    What cannot be answered gives exit code 2 and a message that says where, what, and how to mend it.
    """

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            pytest.param(b'{"name": ', "不是合格的 JSON", id="bad-json"),
            pytest.param(b"", "不是合格的 JSON", id="empty"),
            pytest.param('{"name": "泸州项目"}'.encode("gbk"), "GBK", id="gbk"),
            pytest.param(b'{"funding": ' * 100_000, "嵌套", id="deep"),
            pytest.param(b'{"name": "a", "name": "b"}', "不止一次", id="repeated-key"),
            pytest.param(b'{"funding": {"total_investmnt": 1}}', "funding.total_investment", id="near-fact"),
            pytest.param(b'{"local": {"review_has_doubt": true}}', "local.review_has_doubts", id="near-local"),
            pytest.param(b'{"name": "' + b"x" * 10_000_000 + b'"}', "太大", id="10-MB"),
        ],
    )
    def test_bad_projects(self, content: bytes, words: str) -> None:
        """
        A text that is no project is refused in Chinese, with the file and the remedy.
        """
        message = refusal(run("check", "-", *CITY, text=content))

        assert message.startswith("错误: 标准输入: ")
        assert words in message
        assert "→" in message

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            pytest.param(["check", "-"], "没有指明城市", id="no-city"),
            pytest.param(["check", "-", "--city", "luzhuo"], "luzhou", id="unknown-city"),
            pytest.param(["check", ".", "--city", "luzhou"], "文件夹", id="folder"),
            pytest.param(["check", "READM.md", "--city", "luzhou"], "README.md", id="missing-file"),
            pytest.param(["check", "-", "--pack", "none.yaml"], "没有这个文件", id="missing-pack"),
            pytest.param(["check", "-", "--pack", "README.md"], "README.md:", id="not-a-pack"),
            pytest.param(["check", "-", "--city", "a", "--pack", "b"], "只能用一个", id="city-and-pack"),
            pytest.param(["check", "-", "--as-of", "2026-02-30"], "2026-02-30", id="no-such-day"),
            pytest.param(["check", "-", "--stage", "aproval"], "approval", id="near-stage"),
            pytest.param(["check", "-", "--format", "jsn"], "json", id="near-format"),
            pytest.param(["check", "-", "--city", "luzhou", "--engine", "steam"], "steam", id="no-such-engine"),
            pytest.param(["explain", "LZ-14.4-e"], "LZ-14.4-d", id="near-rule"),
            pytest.param(["coverage", "--cases", "nowhere"], "nowhere", id="no-such-folder"),
            pytest.param(["test", "nowhere"], "nowhere", id="no-such-cases"),
            pytest.param(["test", "--city", "luzhuo"], "luzhou", id="no-such-city-of-cases"),
            pytest.param(["test", "tests/cases/luzhou", "-k", "no-such-case"], "没有选中用例", id="no-case-selected"),
            pytest.param(["test", "-k", "a b"], "and 或 or", id="bad-expression"),
            pytest.param(["test", "--city", "a", "--pack", "b"], "只能用一个", id="city-and-pack-of-cases"),
            pytest.param(["chek"], "chek", id="no-such-command"),
        ],
    )
    def test_bad_usage(self, arguments: list[str], words: str) -> None:
        """
        A name that is not known is refused, and the message helps to find the right one.
        """
        assert words in refusal(run(*arguments, text="{}"))

    def test_an_unreadable_file(self, tmp_path: Path) -> None:
        """
        A file that may not be read is refused by name.
        """
        file = tmp_path / "a.json"
        file.write_text("{}")
        file.chmod(0)
        if os.access(file, os.R_OK):
            pytest.skip("this user may read everything")

        assert "权限" in refusal(run("check", str(file), *CITY))

    def test_a_message_runs_nothing_in_the_terminal(self) -> None:
        """
        Control characters from the input are shown, not sent.
        """
        message = refusal(run("check", "-", *CITY, text=json.dumps({"\x1b[31mred": 1})))

        assert "\x1b" not in message
        assert r"\x1b[31mred" in message


class TestStreams:
    """
    Whatever standard input and output are, the tool ends in order.
    """

    @pytest.mark.parametrize("encoding", ["ascii", "gbk"])
    def test_terminals_that_lack_characters(self, encoding: str) -> None:
        """
        What a terminal cannot show is escaped; JSON stays JSON, with the same content.
        """
        env = {"PYTHONIOENCODING": encoding, "LANG": "C", "LC_ALL": "C"}
        project = {**PROJECT, "name": "𬱟的项目🚗"}
        text = json.dumps(project)

        as_text = run("check", "-", *DAY, text=text, env=env)
        as_json = run("check", "-", *DAY, "--format", "json", text=text, env=env)

        assert (as_text.returncode, as_json.returncode) == (1, 1)
        assert json.loads(as_json.stdout.decode(encoding))["project"]["name"] == project["name"]

    def test_pipes_carry_utf_8(self) -> None:
        """
        In the C locale, output into a pipe is UTF-8 all the same, errors too.
        """
        env = {"LANG": "C", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}

        assert "泸州市" in run("cities", env=env).stdout.decode()
        assert "没有指明城市" in run("check", "-", text="{}", env=env).stderr.decode()

    def test_a_reader_that_goes_away(self) -> None:
        """
        When nobody reads the output, nothing is said, and the exit code is still the decision's.
        """
        command = [sys.executable, "-m", "govit_rules", "check", "-", *DAY, "--format", "json"]
        reading, writing = os.pipe()
        os.close(reading)
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=writing, stderr=subprocess.PIPE) as process:
            os.close(writing)
            _, said = process.communicate(json.dumps(PROJECT).encode())

        assert (process.returncode, said) == (1, b"")

    @pytest.mark.parametrize("arguments", [["--nonsense"], ["check", "nowhere.json", *CITY]])
    def test_a_reader_of_complaints_that_goes_away(self, arguments: list[str]) -> None:
        """
        When nobody reads standard error, a wrong question still gives 2.
        """
        reading, writing = os.pipe()
        os.close(reading)
        done = subprocess.run([sys.executable, "-m", "govit_rules", *arguments], stderr=writing)
        os.close(writing)

        assert done.returncode == 2

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
    def test_a_full_disk(self) -> None:
        """
        An answer that cannot be written is an error that is told.
        """
        with Path("/dev/full").open("wb") as full:
            command = [sys.executable, "-m", "govit_rules", "cities"]
            done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE)

        assert done.returncode == 2
        assert "写不进去" in done.stderr.decode()
        assert b"Exception" not in done.stderr


class TestLists:
    """
    ``cities``, ``rules``, ``facts``: what there is.
    """

    def test_cities(self) -> None:
        """
        Every shipped pack is listed, as the library lists it.
        """
        assert json.loads(run("cities", "--format", "json").stdout) == list(govit_rules.cities())

    def test_rules_by_kind_and_severity(self) -> None:
        """
        Filters hold together; codes and Chinese names do equally well.
        """
        done = run("rules", *CITY, "--kind", "禁止", "--severity", "blocking", "--format", "json")

        pack = govit_rules.load_pack("luzhou")
        wanted = [r.id for r in pack.rules.values() if (r.kind, r.severity) == ("prohibition", "blocking")]
        assert [rule["rule"] for rule in json.loads(done.stdout)] == wanted
        assert wanted

    def test_tables_are_aligned(self) -> None:
        """
        The last column starts at the same place in every line, Chinese characters counted double.
        """
        from unicodedata import east_asian_width

        lines = run("rules", *CITY, "--stage", "any").stdout.decode().splitlines()[:-1]
        pack = govit_rules.load_pack("luzhou")
        titles = ["标题", *(rule.title["zh"] for rule in pack.rules.values() if rule.stage == "any")]
        before = [line.removesuffix(title) for line, title in zip(lines, titles, strict=True)]

        widths = {sum(2 if east_asian_width(char) in "WF" else 1 for char in text) for text in before}
        assert len(widths) == 1

    def test_facts_of_a_city(self) -> None:
        """
        With a city, the facts are those its rules read, core and local, in the order of the vocabulary.
        """
        done = run("facts", *CITY, "--format", "json")

        paths = [fact["path"] for fact in json.loads(done.stdout)]
        assert set(paths) == govit_rules.load_pack("luzhou").facts_read
        assert "local.standing_meeting_approved" in paths

    def test_facts_by_stage(self) -> None:
        """
        Without a city, the facts are all core facts; a filter leaves those of the stage.
        """
        done = run("facts", "--stage", "procurement", "--who", "owner")

        lines = done.stdout.decode().splitlines()
        assert lines[1].startswith("procurement.")
        assert all("采购" in line and "项目单位" in line for line in lines[1:])


class TestExplain:
    """
    ``explain`` puts a rule into words, and says why it came out so.
    """

    def test_a_rule_in_words(self) -> None:
        """
        Clause, title, bearer, conditions with the threshold, fix.
        """
        done = run("explain", "lz-14.4-d")

        said = done.stdout.decode()
        assert done.returncode == 0
        for words in ("LZ-14.4-d", "第十四条第(四)项", "拦截", "市级财政性资金", "1000万元", "怎样改"):
            assert words in said

    def test_the_other_reading_is_told(self) -> None:
        """
        Where the text is open, both readings stand there, with the reason for the one chosen.
        """
        said = run("explain", "LZ-4-c").stdout.decode()

        assert "读法" in said
        assert "20万元整不适用" in said
        assert "20万元整也适用" in said

    def test_why_it_came_out_so(self) -> None:
        """
        With a project: the outcome, and the project's value against the threshold.
        """
        done = run("explain", "LZ-14.4-d", "-", *DAY, text=json.dumps(PROJECT))

        said = done.stdout.decode()
        assert done.returncode == 0
        assert "违反" in said
        assert "1200万元" in said
        assert "1000万元" in said

    def test_a_norm_that_is_no_rule(self) -> None:
        """
        A norm that the pack accounts for without a rule is told with its reason.
        """
        pack = govit_rules.load_pack("luzhou")
        article, norms = next(iter(pack.reasons.items()))
        norm, reason = next(iter(norms.items()))

        done = run("explain", norm)

        assert done.returncode == 0
        assert article in done.stdout.decode()
        assert reason in done.stdout.decode()


class TestLint:
    """
    ``lint`` checks pack files.
    """

    def test_shipped_packs_are_sound(self) -> None:
        """
        Without a file all shipped packs are checked, and all are good; so they are when named one by one.
        """
        done = run("lint")

        assert done.returncode == 0
        assert done.stdout.decode().count(": OK") == len(govit_rules.cities())

    def test_every_defect_with_its_place(self, tmp_path: Path) -> None:
        """
        All defects of all files are told with file, line and column; good files get their OK; the exit code is 2.
        """
        good = ROOT / "rules" / "luzhou.yaml"
        text = good.read_text(encoding="utf-8")
        bad = tmp_path / "bad.yaml"
        bad.write_text(text.replace("severity: blocking", "severity: bloking"), encoding="utf-8")

        done = run("lint", str(good), str(bad), "nowhere.yaml")

        said = done.stdout.decode()
        line = text[: text.index("severity: blocking")].count("\n") + 1
        assert done.returncode == 2
        assert f"{bad}:{line}:" in said
        assert said.count("bloking'") == text.count("severity: blocking")
        assert f"{good}: OK" in said
        assert "nowhere.yaml: 没有这个文件" in said

    def test_shipped_packs_share_no_name(self, tmp_path: Path) -> None:
        """
        Two shipped packs with one rule id, or one local fact, are both refused where the name stands.
        """
        text = (ROOT / "rules" / "luzhou.yaml").read_text(encoding="utf-8")
        folder = _library_with(tmp_path, {"luzhou": text, "twin": text.replace("city: luzhou", "city: twin", 1)})

        done = run("lint", env={"PYTHONPATH": str(folder)}, cwd=tmp_path)

        said = done.stdout.decode()
        assert done.returncode == 2
        for name in ("LZ-14.4-d", "local.standing_meeting_approved", "510500"):
            assert f"{name} 在 twin 的规则包里也有" in said
            assert f"{name} 在 luzhou 的规则包里也有" in said


def _library_with(folder: Path, packs: dict[str, str]) -> Path:
    """
    The library as if it shipped other packs.
    """
    home = folder / "lib" / "govit_rules"
    (home / "rules").mkdir(parents=True)
    (home / "cli").mkdir()
    source = Path(govit_rules.__file__).parent
    for module in (*source.glob("*.py"), *source.glob("cli/*.py")):
        (home / module.relative_to(source)).write_bytes(module.read_bytes())
    for city, text in packs.items():
        (home / "rules" / f"{city}.yaml").write_text(text, encoding="utf-8")
    return home.parent


class TestCoverage:
    """
    ``coverage`` shows what a pack makes of every article.
    """

    def test_nothing_is_left_out(self) -> None:
        """
        All articles and norms of the shipped packs are accounted for, and the cases of the checkout are counted.
        """
        done = run("coverage", *CITY)

        said = done.stdout.decode()
        assert done.returncode == 0
        assert "29 of 29 articles, 101 of 101 norms accounted for" in said
        assert "用例" in said

    def test_totals_that_nobody_stated(self, tmp_path: Path) -> None:
        """
        A pack that does not say how many norms there are cannot be called complete: exit code 1.
        """
        text = (ROOT / "rules" / "luzhou.yaml").read_text(encoding="utf-8")
        own = tmp_path / "own.yaml"
        own.write_text(text.replace("  norms: 101\n", ""), encoding="utf-8")

        done = run("coverage", "--pack", str(own), "--format", "json", cwd=tmp_path)

        (answer,) = json.loads(done.stdout)
        assert done.returncode == 1
        assert answer["complete"] is False
        assert answer["cases"] is None


class TestTest:
    """
    ``test`` runs case files.
    """

    FACTS = "{classified: true}"

    def folder(self, tmp_path: Path, *cases: str, name: str = "cases") -> Path:
        (tmp_path / name).mkdir(parents=True)
        text = "city: luzhou\narticle: 第四条\nas_of: 2026-11-21\ncases:\n" + "".join(f"  - {case}\n" for case in cases)
        (tmp_path / name / "article-04.yaml").write_text(text, encoding="utf-8")
        return tmp_path

    def test_all_passed(self, tmp_path: Path) -> None:
        """
        All passed: exit code 0, one line of totals, and no bar in a pipe.
        """
        done = run("test", cwd=self.folder(tmp_path, f'{{id: a, facts: {self.FACTS}, applies: "no"}}'))

        assert done.returncode == 0
        assert done.stdout.decode().startswith("用例 1 个，通过 1，失败 0，有误 0，用时 ")
        assert done.stderr == b""

    def test_some_failed(self, tmp_path: Path) -> None:
        """
        A failure gives 1, told as expected and got, and written as JUnit XML where it is asked for.
        """
        cwd = self.folder(tmp_path, f"{{id: a, facts: {self.FACTS}, expect: {{LZ-4-d: violated}}}}")

        done = run("test", "cases", "--lang", "en", "--junit", "out/result.xml", cwd=cwd)

        assert done.returncode == 1
        assert "LZ-4-d:\n        expected violated\n        got met\n" in done.stdout.decode()
        assert 'failures="1"' in (tmp_path / "out" / "result.xml").read_text(encoding="utf-8")

    def test_some_are_wrong(self, tmp_path: Path) -> None:
        """
        A case that names what does not exist gives 2, and the others still run; so in JSON.
        """
        cwd = self.folder(tmp_path, "{id: a, expect: {LZ-4-z: met}}", f"{{id: b, facts: {self.FACTS}, exit: 0}}")

        done = run("test", "--format", "json", cwd=cwd)

        answer = json.loads(done.stdout)
        assert done.returncode == 2
        assert [case["status"] for case in answer["cases"]] == ["error", "passed"]
        assert "LZ-4-d" in answer["cases"][0]["defects"][0]["mend"]

    def test_the_default_folder(self, tmp_path: Path) -> None:
        """
        Without a path the cases are those of tests/cases, else of cases; without both the question is wrong.
        """
        assert "没有 tests/cases 或 cases" in refusal(run("test", cwd=tmp_path))

        self.folder(tmp_path, "{id: other, expect: {LZ-4-z: met}}")
        self.folder(tmp_path, f"{{id: mine, facts: {self.FACTS}, exit: 0}}", name="tests/cases")
        done = run("test", "--format", "json", cwd=tmp_path)

        assert [case["id"] for case in json.loads(done.stdout)["cases"]] == ["mine"]

    def test_a_changed_figure_is_seen(self, tmp_path: Path) -> None:
        """
        A pack of one's own is held against the cases of its city: a figure that was changed fails them.
        """
        text = (ROOT / "rules" / "luzhou.yaml").read_text(encoding="utf-8")
        own = tmp_path / "own.yaml"
        cases = ["tests/cases/luzhou/article-04.yaml", "tests/cases/suqian", "--pack", str(own)]
        own.write_text(text, encoding="utf-8")
        same = run("test", *cases)
        own.write_text(text.replace("values: {2019-08-27: 20万元}", "values: {2019-08-27: 30万元}"), encoding="utf-8")
        changed = run("test", *cases, "-k", "not applied")

        assert same.returncode == 0
        assert changed.returncode == 1
        assert "LZ-4-c" in changed.stdout.decode()
        assert "suqian" not in changed.stdout.decode()

    @pytest.mark.parametrize("file", [".", "", "cases"])
    def test_a_report_that_cannot_be_written(self, tmp_path: Path, file: str) -> None:
        """
        A report that is no file is refused.
        """
        cwd = self.folder(tmp_path, f"{{id: a, facts: {self.FACTS}, exit: 0}}")

        assert "写不进去" in refusal(run("test", "--junit", file, cwd=cwd))

    @pytest.mark.skipif(sys.platform == "win32", reason="no terminals to be had")
    def test_a_bar_on_a_terminal(self, tmp_path: Path) -> None:
        """
        On a terminal a bar on standard error tells how far it is; standard output has the answer alone.
        """
        import pty

        cwd = self.folder(tmp_path, f"{{id: a, facts: {self.FACTS}, exit: 0}}")
        ours, theirs = pty.openpty()
        command = [sys.executable, "-m", "govit_rules", "test"]
        done = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=theirs)
        os.close(theirs)
        shown = os.read(ours, 100_000).decode()
        os.close(ours)

        assert "1/1" in shown
        assert done.stdout.decode().startswith("用例 1 个")


class TestCompare:
    """
    ``compare`` judges one project by several cities' regulations.
    """

    @staticmethod
    def compare(*arguments: str, data: Any = PROJECT) -> Any:
        return run("compare", "-", *DAY, *arguments, text=json.dumps(data, ensure_ascii=False))

    def test_every_city_is_a_column(self) -> None:
        """
        Without --cities all shipped cities answer, each in a column, and the exit code is 0 whatever they say.
        """
        done = self.compare()
        heads = next(line for line in done.stdout.decode().splitlines() if "泸州市" in line)

        assert done.returncode == 0
        assert heads.split() == [head["zh"] for head in govit_rules.library.cities()]

    def test_cities_named_in_any_way(self) -> None:
        """
        Keys, Chinese names and codes name cities, in the order in which they answer; twice the same is once.
        """
        done = self.compare("--cities", "泸州，510500", "--format", "json")

        assert [answer["city"] for answer in json.loads(done.stdout)["cities"]] == ["luzhou"]

    @pytest.mark.parametrize("named", ["atlantis", "luzhou,atlantis", ",", ""])
    def test_cities_that_are_none(self, named: str) -> None:
        """
        An unknown city, or none at all, is refused.
        """
        assert "城市" in refusal(self.compare("--cities", named))

    def test_a_project_that_is_wrong(self) -> None:
        """
        A wrong project is refused as by ``check``.
        """
        assert "nmae" in refusal(self.compare(data={"nmae": "x"}))


class TestDocs:
    """
    ``docs`` writes packs as pages.
    """

    def test_a_page_is_printed(self) -> None:
        """
        Without --out the page of a city goes to standard output.
        """
        assert run("docs", "--city", "luzhou").stdout.decode().startswith("# 泸州市 · Luzhou\n")

    def test_pages_are_written(self, tmp_path: Path) -> None:
        """
        With --out each city gets its page, and an atlas.yaml there is turned into atlas.md.
        """
        cities = {head["city"]: [] for head in govit_rules.library.cities()}
        topics = {"topics": [{"zh": "无", "en": "Nothing", "cities": cities}]}
        (tmp_path / "atlas.yaml").write_text(json.dumps(topics, ensure_ascii=False), encoding="utf-8")

        done = run("docs", "--out", str(tmp_path))

        assert done.returncode == 0
        assert {path.stem for path in (tmp_path / "cities").iterdir()} == set(cities)
        assert "没有规定" in (tmp_path / "atlas.md").read_text(encoding="utf-8")
        assert not list(tmp_path.rglob(".*"))

    @pytest.mark.parametrize(
        ("topics", "said"),
        [
            ("topics: 3", "没有题目的列表"),
            ("topics: [{zh: 题}]", "题目不全"),
            ("topics: [{zh: 题, en: T, cities: {}}]", "每个城市各写一个列表"),
            ("topics: [{zh: 题, en: T, cities: {luzhou: [LZ-99-z]}}]", "没有 LZ-99-z"),
            ("topics: [{zh: 题, en: T, cities: {atlantis: []}}]", "atlantis"),
            ("topics: &a [*a]", "锚点"),
        ],
    )
    def test_topics_that_are_wrong(self, topics: str, said: str, tmp_path: Path) -> None:
        """
        An atlas.yaml that names no city, or a clause that is none, is refused, and nothing is written.
        """
        (tmp_path / "atlas.yaml").write_text(topics, encoding="utf-8")

        assert said in refusal(run("docs", "--out", str(tmp_path)))
        assert [path.name for path in tmp_path.iterdir()] == ["atlas.yaml"]

    def test_a_folder_that_is_none(self, tmp_path: Path) -> None:
        """
        A folder that cannot be made is told by name.
        """
        (tmp_path / "file").write_text("")

        assert "写不进去" in refusal(run("docs", "--city", "luzhou", "--out", str(tmp_path / "file")))


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    A city just begun, with its cases.
    """
    folder = tmp_path_factory.mktemp("kit")
    assert run("new-city", "haibin", cwd=folder).returncode == 0
    return folder / "haibin"


class TestKit:
    """
    ``test --coverage``, ``mutate`` and ``properties``: how well a pack is proved.
    """

    def test_coverage(self, starter: Path) -> None:
        """
        ``--coverage`` ends with the total, and ``--fail-under`` turns a low one into exit code 1.
        """
        done = run("test", "cases", "--pack", "haibin.yaml", "--coverage", "--html", "c.html", cwd=starter)
        strict = run("test", "cases", "--pack", "haibin.yaml", "--fail-under", "100", cwd=starter)

        assert done.returncode == 0
        assert done.stdout.decode().splitlines()[-1].startswith("合计 ")
        assert (starter / "c.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
        assert strict.returncode == 1

    def test_mutants_of_a_rule(self, starter: Path) -> None:
        """
        ``mutate --part`` plants faults in one rule, tells what became of each, and a score too low gives 1.
        """
        told = json.loads(run("rules", "--pack", "haibin.yaml", "--format", "json", cwd=starter).stdout)
        asked = ("mutate", "cases", "--pack", "haibin.yaml", "--part", told[0]["rule"], "--format", "json")
        (report,) = json.loads(run(*asked, cwd=starter).stdout)

        assert report["mutants"] == report["killed"] + report["equivalent"] + report["survived"] > 0
        assert {each["part"] for each in report["mutants_tried"]} == {told[0]["rule"]}
        assert "没有叫 XX-1" in refusal(run("mutate", "cases", "--pack", "haibin.yaml", "--part", "XX-1", cwd=starter))

    def test_properties(self, starter: Path) -> None:
        """
        A false property gives 1 and a counterexample that ``check`` confirms; a true one gives 0.
        """
        told = json.loads(run("rules", "--pack", "haibin.yaml", "--format", "json", cwd=starter).stdout)
        rule = next(each["rule"] for each in told if not each["classifies"] and each["counts"])
        text = "city: haibin\nproperties:\n  - {{id: never, zh: 从不违反, article: 第一条, then: {{rules: {{{}: [{}]}}}}}}\n"
        every = "met, violated, not_applicable, unknown, pending, review"
        (starter / "true.yaml").write_text(text.format(rule, every), encoding="utf-8")
        (starter / "false.yaml").write_text(text.format(rule, "not_applicable"), encoding="utf-8")
        asked = ("--pack", "haibin.yaml", "--examples", "40")

        assert run("properties", "true.yaml", *asked, cwd=starter).returncode == 0
        assert run("properties", "false.yaml", *asked, "--save", "found", cwd=starter).returncode == 1
        assert run("check", "found/haibin-never.json", "--pack", "haibin.yaml", cwd=starter).returncode in (0, 1, 3)


class TestHelp:
    """
    What the tool says of itself.
    """

    def test_help_in_a_process_of_its_own(self) -> None:
        """
        ``--help`` lists every command and the exit codes.
        """
        said = run("--help").stdout.decode()

        assert all(f"\n  {command}" in said for command in COMMANDS)
        assert "3 不能判断" in said

    @pytest.mark.parametrize("command", COMMANDS)
    def test_every_command_has_its_help(self, command: str) -> None:
        """
        ``--help`` of every command is Chinese first, with English.
        """
        done = CliRunner().invoke(commands, [command, "--help"], prog_name="govit-rules")

        assert done.exit_code == 0
        assert done.output.startswith(f"Usage: govit-rules {command}")
        chinese, _, english, *_ = done.output.splitlines()[2:]
        assert chinese.strip()[0] > "一"
        assert english.strip()[0] < "z"

    def test_every_command_is_tested_and_documented(self) -> None:
        """
        COMMANDS names every command there is, and so does docs/cli.md.
        """
        manual = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
        assert tuple(sorted(commands.commands)) == COMMANDS
        assert [name for name in COMMANDS if f"## {name}" not in manual] == []

    def test_version(self) -> None:
        """
        ``--version`` prints the library's version.
        """
        assert run("--version").stdout.decode().strip() == f"govit-rules {govit_rules.__version__}"

    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_completion_scripts(self, shell: str) -> None:
        """
        Each shell gets a script that calls the tool back.
        """
        done = CliRunner().invoke(commands, ["completion", shell])

        assert "_GOVIT_RULES_COMPLETE" in done.output

    def test_completion(self) -> None:
        """
        The shell's question is answered: a command, a city, a code.
        """
        asked = {
            "govit-rules cov": "coverage",
            "govit-rules check - --city lu": "luzhou",
            "govit-rules rules --kind prohib": "prohibition",
        }
        for words, answer in asked.items():
            env = {
                "_GOVIT_RULES_COMPLETE": "bash_complete",
                "COMP_WORDS": words,
                "COMP_CWORD": str(len(words.split()) - 1),
            }
            assert answer in run(env=env).stdout.decode()


class TestQuickStart:
    """
    Nothing is imported that the command does not need.
    """

    @pytest.mark.parametrize(
        ("arguments", "needless"),
        [
            (["--help"], {"pydantic", "yaml", "holidays", "decimal", "json"}),
            (["--version"], {"pydantic", "yaml", "holidays"}),
            (["check", "-", *CITY, *DAY], {"yaml", "holidays", "difflib"}),
        ],
        ids=lambda value: value[0] if isinstance(value, list) else "",
    )
    def test_needless_imports(self, arguments: list[str], needless: set[str]) -> None:
        """
        ``--help`` reads no model, and ``check`` no YAML once the pack is kept.
        """
        # The command line alone: what the package imports for everybody is not its doing.
        code = f"""
import sys, types
package = sys.modules["govit_rules"] = types.ModuleType("govit_rules")
package.__path__ = [{str(Path(govit_rules.__file__).parent)!r}]
package.__version__ = "0"
import io
sys.stdin = io.TextIOWrapper(io.BytesIO(b"{{}}"))
from govit_rules.cli import main
try:
    main({arguments!r})
finally:
    print(*sorted({needless!r} & set(sys.modules)), file=sys.stderr)
"""
        govit_rules.load_pack("luzhou")
        done = subprocess.run([sys.executable, "-c", code], capture_output=True)

        assert done.stderr.decode().split() == []


def test_an_interrupt_is_quiet() -> None:
    """
    Ctrl-C ends with 130 and no traceback.
    """
    code = """
import govit_rules.cli as cli
@cli.commands.command()
def wait():
    raise KeyboardInterrupt
cli.main(["wait"])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True)

    assert done.returncode == 130
    assert done.stderr.strip() == b""


def test_a_fault_of_ours_is_told_as_such() -> None:
    """
    What nobody foresaw gives one line that says so, with the place, and an exit code that means nothing else.
    """
    code = """
import govit_rules.cli as cli
@cli.commands.command()
def fail():
    return 1 // 0
cli.main(["fail"])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True)

    assert done.returncode == 70
    assert "程序出错" in done.stderr.decode()
    assert b"Traceback" not in done.stderr
