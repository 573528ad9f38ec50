"""
What a new city starts from holds together, and nothing that is there already is touched.
"""

from __future__ import annotations

import json
import re
import shlex
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from click.testing import CliRunner

from govit_rules import Project, cities, evaluate, load_pack_file
from govit_rules.cli import commands, main
from govit_rules.errors import PackError
from govit_rules.events import records_of
from govit_rules.lifecycle import track
from govit_rules.starter import starter_files, write_starter
from govit_rules.testing.cases import Case, failures, read_cases

if TYPE_CHECKING:
    from govit_rules.decision import Decision
    from govit_rules.packs import Pack

SHIPPED = cities()[0]
DAY = date(2026, 6, 1)


def ask(*arguments: str) -> Any:
    """
    One call of the tool in this process: its exit code and what it prints.
    """
    return CliRunner().invoke(commands, arguments, prog_name="govit-rules", standalone_mode=False)


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """
    What the tool says when it refuses, with exit code 2.
    """
    with pytest.raises(SystemExit) as left:
        main(arguments)
    said = capsys.readouterr()

    assert left.value.code == 2
    assert said.out == ""
    return said.err


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """
    The folder of a new city.
    """
    return write_starter(tmp_path, "binhai", "滨海市", "990100")[0].parent


@pytest.fixture
def pack(home: Path) -> Pack:
    """
    The new city's pack.
    """
    return load_pack_file(home / "binhai.yaml")


def read(home: Path) -> list[Case]:
    """
    The new city's cases.
    """
    return read_cases(home / "cases" / "first.yaml")


class TestWhatIsWritten:
    """
    The files lint, check and test as they stand.
    """

    def test_it_lints_clean(self, home: Path) -> None:
        """
        `lint` finds nothing wrong with the pack.
        """
        done = ask("lint", str(home / "binhai.yaml"))

        assert done.return_value == 0
        assert ": OK  滨海市《滨海市" in done.output

    def test_the_cases_pass(self, home: Path, pack: Pack) -> None:
        """
        The pack says of every case what the case demands.
        """
        cases = read(home)

        assert len(cases) > 20
        assert {str(case): failures(case, pack) for case in cases if failures(case, pack)} == {}

    def test_the_command_test_agrees(self, home: Path) -> None:
        """
        `test` on the folder of the cases passes: what they start from is not taken for a case file.
        """
        done = ask("test", str(home / "cases"), "--pack", str(home / "binhai.yaml"))

        assert done.return_value == 0
        assert f"通过 {len(read(home))}，失败 0，有误 0" in done.output

    def test_the_project_is_sound(self, home: Path) -> None:
        """
        `check` of the example: the regulation applies, nothing is broken, nothing is unknown.
        """
        pack_file, project = str(home / "binhai.yaml"), str(home / "binhai-example.json")
        done = ask("check", project, "--pack", pack_file, "--format", "json")
        summary = json.loads(done.output)["summary"]

        assert done.return_value == 0
        assert json.loads(done.output)["applies"] == "yes"
        assert (summary["violated"], summary["unknown"]) == (0, 0)

    def test_nothing_is_left_out(self, home: Path) -> None:
        """
        `coverage` finds all articles and norms accounted for.
        """
        assert ask("coverage", "--pack", str(home / "binhai.yaml")).return_value == 0

    def test_the_pack_shows_every_section(self, home: Path) -> None:
        """
        Every top-level key is there but those that need a reason of their own, and each line of a first rule is told.
        """
        text = (home / "binhai.yaml").read_text(encoding="utf-8")

        assert {"parameters", "facts", "definitions", "applies", "rules", "path", "articles"} <= set(
            yaml.safe_load(text)
        )
        assert {"documents", "agencies", "lifecycle"} <= set(yaml.safe_load(text))
        for key in (
            "type",
            "who",
            "stage",
            "kind",
            "severity",
            "due",
            "judged_by",
            "when",
            "require",
            "actor",
            "norms",
        ):
            assert re.search(rf"^ +{key}: .*# .*[一-鿿]|^ +{key}: +# ", text, re.MULTILINE), key

    def test_a_project_can_be_tracked(self, home: Path) -> None:
        """
        A regular life of a project goes through the lifecycle without a notice and breaks no rule; one that starts to
        build without its review does.
        """
        pack = load_pack_file(home / "binhai.yaml")
        given = json.loads((home / "binhai-example.json").read_text(encoding="utf-8"))
        facts = {key: value for key, value in given.items() if key not in ("stage", "$schema", "city")}
        facts = {**facts, "planning": {}, "review": {}, "local": {}}
        days = ("2026-03-01", "2026-03-10", "2026-04-01", "2026-05-01")
        names = ("申报", "备案", "专家评审通过", "开工")

        def lived(*events: int) -> Any:
            records = [{"date": days[i], "event": names[i]} for i in events]
            return track(records_of(records, pack), pack, as_of=date(2026, 5, 1), given=facts)

        regular, hasty = lived(0, 1, 2, 3), lived(0, 1, 3)
        assert (regular.state, regular.notices, regular.breaches) == ("building", (), ())
        assert [(breach.rule[3:], breach.line) for breach in hasty.breaches] == [("3-a", 3)]

    def test_the_names_are_the_city_s(self, home: Path) -> None:
        """
        Key, name, code and ids are the new city's everywhere; nothing of the template's own city is left.
        """
        texts = [path.read_text(encoding="utf-8") for path in home.rglob("*.*") if path.is_file()]
        whole = "\n".join(texts)

        assert len(texts) == 4
        assert [name for name in ("xincheng", "Xincheng", "XC-", "990000", "某市信") if name in whole] == []
        assert all(name in whole for name in ("city: binhai", "zh: 滨海市, en: Binhai", '"990100"', "BH-2-a", "BH-P1"))

    @pytest.mark.parametrize(
        ("city", "letters"),
        [("suzhou", "SZ"), ("suzhou_anhui", "SZ"), ("shuangcheng", "SC"), ("lvliang", "LL"), ("kxqp", "KX")],
    )
    def test_ids_begin_with_the_initials(self, city: str, letters: str) -> None:
        """
        The ids of a city's norms begin with the initials of its syllables, or with two letters where it has none.
        """
        assert f"  {letters}-2-a:\n" in starter_files(city)[f"{city}.yaml"]


class TestTheCasesSeeFaults:
    """
    What an analyst may get wrong in the pack fails a case.
    """

    @pytest.mark.parametrize(
        ("right", "wrong"),
        [
            ("> $project_floor", ">= $project_floor"),
            (">= $review_floor", "> $review_floor"),
            ("2024-02-01: 20万元", "2024-02-01: 21万元"),
            ("2024-02-01: 100万元", "2024-02-01: 99万元"),
            ("applied_on + 15d", "applied_on + 16d"),
            ("applied_on + 15d", "applied_on + 15wd"),
            ("1900-01-01: 2024-02-01", "1900-01-01: 2024-02-02"),
            ("due: end_of_stage", "due: stage"),
            ("rule.BH-2-b: false  ", "rule.BH-2-b: true  "),
            ("[party_organ, administrative_organ, public_institution]", "[administrative_organ, public_institution]"),
            ("    owner.level: municipal\n", ""),
            ("      content.it_based: true\n", ""),
            (
                "require: {infrastructure.hosting: municipal_cloud}",
                "require: {infrastructure.hosting: own_machine_room}",
            ),
        ],
    )
    def test_a_fault_fails_a_case(self, home: Path, right: str, wrong: str) -> None:
        """
        A figure, a comparison, a date, a condition that is wrong is seen by a case.
        """
        file = home / "binhai.yaml"
        text = file.read_text(encoding="utf-8")
        assert right in text
        file.write_text(text.replace(right, wrong), encoding="utf-8")
        faulty = load_pack_file(file)

        assert [str(case) for case in read(home) if failures(case, faulty)] != []

    def test_each_rule_is_seen_met_or_otherwise(self, home: Path, pack: Pack) -> None:
        """
        Every rule is expected of by a case, every binding rule that facts decide is seen broken and not broken.
        """
        expected: dict[str, set[str]] = {rule: set() for rule in pack.rules}
        for case in read(home):
            for rule, outcome in case.demanded.get("expect", {}).items():
                expected[rule].add(outcome)

        assert all(expected.values())
        for rule in pack.rules.values():
            if not rule.classifies and not rule.judged_by:
                assert {"met", "violated", "pending", "unknown"} <= expected[rule.id], rule.id


class TestRefusals:
    """
    What is refused leaves everything as it was.
    """

    def test_what_is_there_is_not_touched(
        self, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        A second call is refused and changes nothing, whatever is in the folder.
        """
        (home / "binhai.yaml").write_text("mine", encoding="utf-8")
        (home / "cases" / "first.yaml").unlink()
        before = {path: path.is_file() and path.read_bytes() for path in home.parent.rglob("*")}
        monkeypatch.chdir(home.parent)

        said = refusal(capsys, "new-city", "binhai")

        assert "binhai: 已经有了" in said
        assert {path: path.is_file() and path.read_bytes() for path in home.parent.rglob("*")} == before

    @pytest.mark.parametrize("name", ["Binhai", "滨海", "../binhai", "b", "", "1hai", "bin-hai", "a" * 41, "binhai\n"])
    def test_a_name_that_is_no_key(self, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """
        A name that cannot be a key is refused, with a way to mend it.
        """
        assert "不是城市的键\n    → " in refusal(capsys, "new-city", "--out", str(tmp_path), "--", name)
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(
        ("arguments", "place"),
        [
            ([SHIPPED["city"]], "NAME"),
            (["binhai", "--zh", SHIPPED["zh"]], "--zh"),
            (["binhai", "--zh", SHIPPED["zh"].removesuffix("市")], "--zh"),
            (["binhai", "--code", SHIPPED["division_code"]], "--code"),
            (["binhai", "--zh", "x: {y}"], "--zh"),
            (["binhai", "--code", "99"], "--code"),
        ],
    )
    def test_a_shipped_city_and_what_is_out_of_form(
        self, arguments: list[str], place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """
        What names a city that has its pack, and what is no name or code, is refused.
        """
        said = refusal(capsys, "new-city", "--out", str(tmp_path), *arguments)

        assert said.startswith(f"错误: {place}: ")
        assert list(tmp_path.iterdir()) == []

    def test_every_defect_at_once(self) -> None:
        """
        Name, Chinese name and code that are wrong are told together.
        """
        with pytest.raises(PackError) as error:
            starter_files("X", "y", "z")

        assert [defect.where for defect in error.value.defects] == ["NAME", "--zh", "--code"]

    def test_nothing_half_written(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        A disk that is full after the second file leaves nothing behind.
        """
        write, written = Path.write_text, []

        def full(self: Path, *arguments: Any, **options: Any) -> int:
            written.append(self)
            if len(written) > 2:
                raise OSError(28, "No space left on device")
            return write(self, *arguments, **options)

        monkeypatch.setattr(Path, "write_text", full)

        assert "No space left" in refusal(capsys, "new-city", "binhai", "--out", str(tmp_path))
        assert len(written) == 3
        assert list(tmp_path.iterdir()) == []

    def test_a_folder_that_is_a_file(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """
        ``--out`` that is a file is refused, and the file stays.
        """
        (tmp_path / "there").write_text("mine", encoding="utf-8")

        assert "there" in refusal(capsys, "new-city", "binhai", "--out", str(tmp_path / "there"))
        assert (tmp_path / "there").read_text(encoding="utf-8") == "mine"


def test_the_answer_says_what_to_run_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The three commands that the answer shows run as they are shown, and succeed.
    """
    monkeypatch.chdir(tmp_path)
    done = ask("new-city", "binhai", "--zh", "滨海市", "--out", "a folder")
    shown = re.findall(r"^  govit-rules (.+)$", done.output, re.MULTILINE)

    assert done.return_value is None
    assert [command.split()[0] for command in shown] == ["lint", "test", "check"]
    assert [ask(*shlex.split(command)).return_value for command in shown] == [0, 0, 0]


def test_the_example_is_decided_on_any_day(home: Path, pack: Pack) -> None:
    """
    The example does not become late: years from now it is judged as today.
    """
    project = Project.model_validate_json((home / "binhai-example.json").read_text(encoding="utf-8"))

    def outcomes(day: date) -> dict[str, str]:
        decision: Decision = evaluate(project, pack, as_of=day)
        return {finding.rule: finding.outcome for finding in decision.findings}

    assert outcomes(DAY) == outcomes(date(2035, 1, 1))
