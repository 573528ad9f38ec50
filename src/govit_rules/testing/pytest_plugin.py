"""
A plugin of pytest that runs case files: one item a case, the same files and the same verdicts as ``govit-rules test``.

It is found by pytest wherever govit-rules is installed, and does nothing until it is asked to, by ``--govit-rules`` or
in the ini file:

    [pytest]
    govit_rules_cases = true
    govit_rules_packs = my-city.yaml      pack files, for cities that are not shipped; they go before shipped ones

It takes the ``*.yaml`` files below the paths given to pytest that have both ``city:`` and ``cases:`` at the left
margin. A case fails if the pack says otherwise than it demands, and is an error if it names what does not exist; a
wrong case file is an error of collection. Imports, when it is asked to: `errors`, `library`, `testing.cases`,
`testing.runner`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from govit_rules.decision import Decision
    from govit_rules.packs import Pack
    from govit_rules.testing.cases import Case, Failure

_PACKS: Final = pytest.StashKey[dict[str, "Pack"]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """
    The option and the ini keys that ask for case files.
    """
    group = parser.getgroup("govit-rules", "case files of rule packs")
    group.addoption("--govit-rules", action="store_true", help="collect case files (*.yaml) of rule packs")
    parser.addini("govit_rules_cases", "collect case files of rule packs, as --govit-rules does", "bool", False)
    parser.addini("govit_rules_packs", "pack files, for cities that are not shipped", "paths", [])


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """
    Case files, if they are asked for.
    """
    config = parent.config
    if file_path.suffix != ".yaml" or not (config.getoption("--govit-rules") or config.getini("govit_rules_cases")):
        return None
    from govit_rules.testing.cases import heads

    if not {"city", "cases"} <= heads(file_path):
        return None
    return CaseFile.from_parent(parent, path=file_path)


class CaseFile(pytest.File):
    """
    One case file.
    """

    def collect(self) -> Iterator[pytest.Item]:
        """
        Its cases.
        """
        from govit_rules.testing.cases import read_cases

        packs = _given_packs(self.config)
        for case in read_cases(self.path):
            yield CaseItem.from_parent(self, name=case.id, case=case, packs=packs)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *_: Any) -> Any:
        """
        The defects, without a traceback.
        """
        return _without_traceback(excinfo) or super().repr_failure(excinfo)


class CaseItem(pytest.Item):
    """
    One case. It is judged in `setup`, so that a case that is wrong is an error and not a failure.
    """

    def __init__(self, *, case: Case, packs: dict[str, Pack], **names: Any) -> None:
        super().__init__(**names)
        self.case, self.packs = case, packs
        self.decision: Decision | None = None
        self.extra_keyword_matches.update((str(case), case.article))

    def setup(self) -> None:
        """
        Judge the case's project.
        """
        from govit_rules.errors import CaseError
        from govit_rules.testing.cases import decide
        from govit_rules.testing.runner import pack_of, safe

        try:
            self.decision = decide(self.case, pack_of(self.case, self.packs))
        except CaseError as error:
            pytest.fail(safe(str(error)), pytrace=False)

    def runtest(self) -> None:
        """
        Compare the decision with what the case demands.
        """
        from govit_rules.testing.cases import differences

        assert self.decision is not None  # noqa: S101 - `setup` ran
        failures = tuple(differences(self.case, self.decision))
        if failures:
            raise Differs(self.case, failures)

    def teardown(self) -> None:
        """
        Let go of the decision.
        """
        self.decision = None

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *_: Any) -> Any:
        """
        Expected and got with the explanation, without a traceback.
        """
        return _without_traceback(excinfo) or super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int, str]:
        """
        Where the case begins, and its name.
        """
        return self.path, self.case.line - 1, str(self.case)


class Differs(AssertionError):
    """
    The pack says otherwise than the case demands.
    """

    def __init__(self, case: Case, failures: Iterable[Failure]) -> None:
        from govit_rules.testing.runner import failure_lines, safe

        head = "  ".join(part for part in (str(case), case.article, case.why) if part)
        lines = [f"    {line}" for failure in failures for line in failure_lines(failure)]
        super().__init__(safe("\n".join((head, f"    {case.place}", *lines))))


def _without_traceback(excinfo: pytest.ExceptionInfo[BaseException]) -> str | None:
    from govit_rules.errors import GovitRulesError
    from govit_rules.testing.runner import safe

    known = isinstance(excinfo.value, (GovitRulesError, Differs))
    return safe(str(excinfo.value)) if known else None


def _given_packs(config: pytest.Config) -> dict[str, Pack]:
    """
    The packs that the ini file names, by their city, read once.
    """
    if _PACKS not in config.stash:
        from govit_rules.errors import PackError
        from govit_rules.library import load_pack_file

        try:
            packs = [load_pack_file(path) for path in config.getini("govit_rules_packs")]
        except (OSError, PackError) as error:
            raise pytest.UsageError(f"govit_rules_packs: {error}") from None
        config.stash[_PACKS] = {pack.city: pack for pack in packs}
    return config.stash[_PACKS]
