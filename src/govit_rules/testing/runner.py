"""
Runs case files against packs, and reports: as text, as plain data, as JUnit XML.

    found  = gather(paths, city=…, wanted=selector("article-11 and not year"))
    report = Report.of(found, run(found.cases, packs))

A case passes, fails (the pack says otherwise than the text demands) or is an error (it names what does not exist). A
file that cannot be read as cases is an error, too, and the others still run. Imports: `cases`, `errors`, `facts`,
`library`.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from time import perf_counter  # a stopwatch, not the clock: no answer depends on it
from typing import TYPE_CHECKING, Any, Final, Literal
from xml.etree import ElementTree

from govit_rules.errors import CaseError, Defect, UnknownCity
from govit_rules.facts import shown
from govit_rules.library import load_pack
from govit_rules.testing.cases import case_files, decide, differences, read_cases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from govit_rules.decision import Decision
    from govit_rules.packs import Pack
    from govit_rules.testing.cases import Case, Failure

Status = Literal["passed", "failed", "error"]
STATUSES: Final[tuple[Status, ...]] = ("passed", "failed", "error")


@dataclass(frozen=True, slots=True)
class Result:
    """
    What came of one case: its failures if it failed, its defects if it is an error; how long it took in seconds.
    """

    case: Case
    status: Status
    failures: tuple[Failure, ...]
    defects: tuple[Defect, ...]
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """
        The result as plain data.
        """
        return {
            "case": str(self.case),
            "city": self.case.city,
            "file": str(self.case.file),
            "line": self.case.line,
            "id": self.case.id,
            "article": self.case.article,
            "status": self.status,
            "seconds": round(self.seconds, 6),
            "failures": [
                {
                    "key": failure.key,
                    "name": failure.name,
                    "expected": _plain(failure.expected),
                    "got": _plain(failure.got),
                    "explanation": failure.explanation,
                }
                for failure in self.failures
            ],
            "defects": [_defect_data(defect) for defect in self.defects],
        }


@dataclass(frozen=True, slots=True)
class Gathered:
    """
    The cases that were asked for; the files that are no case files, with their defects; how many were not asked for.
    """

    cases: tuple[Case, ...]
    wrong: Mapping[Path, tuple[Defect, ...]] = field(default_factory=dict)
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """
    The results of a run, in the order of the cases; the files that could not be read; the time in seconds.
    """

    results: tuple[Result, ...]
    wrong: Mapping[Path, tuple[Defect, ...]]
    left_out: int
    seconds: float

    @classmethod
    def of(cls, found: Gathered, results: Iterable[Result]) -> Report:
        """
        The report of a run, which is timed while its results are taken.
        """
        start = perf_counter()
        done = tuple(results)
        return cls(done, found.wrong, found.left_out, perf_counter() - start)

    @property
    def counts(self) -> Mapping[Status, int]:
        """
        How many cases passed, failed, and are errors; a file that cannot be read counts as one error.
        """
        counted = Counter(result.status for result in self.results)
        counted["error"] += len(self.wrong)
        return {status: counted[status] for status in STATUSES}

    @property
    def exit_code(self) -> int:
        """
        2 if a case or a file is an error, else 1 if a case failed, else 0.
        """
        counts = self.counts
        return 2 if counts["error"] else 1 if counts["failed"] else 0

    def as_dict(self) -> dict[str, Any]:
        """
        The report as plain data.
        """
        return {
            **{status: self.counts[status] for status in STATUSES},
            "left_out": self.left_out,
            "seconds": round(self.seconds, 3),
            "cases": [result.as_dict() for result in self.results],
            "wrong_files": [
                {"file": str(file), "defects": [_defect_data(defect) for defect in defects]}
                for file, defects in self.wrong.items()
            ],
        }


def _defect_data(defect: Defect) -> dict[str, str]:
    return {"where": defect.where, "what": defect.what, "mend": defect.mend}


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (bool, int, str, list)) else str(value)


# ---------------------------------------------------------------------------------------------------------------------
# Running


def gather(paths: Iterable[Path], *, city: str | None = None, wanted: Callable[[Case], bool] | None = None) -> Gathered:
    """
    The cases of some files and folders.

    Args:
        paths: Case files, or folders of them.
        city: Take only the cases of this city, by its key.
        wanted: Take only these cases, as `selection.selector` gives it.

    Raises:
        CaseError: There is no such file or folder. (What is wrong inside a file is told in ``wrong``.)
    """
    cases: list[Case] = []
    wrong: dict[Path, tuple[Defect, ...]] = {}
    for file in case_files(paths):
        try:
            cases += read_cases(file)
        except CaseError as error:
            wrong[file] = error.defects
    taken = tuple(case for case in cases if city in (None, case.city) and (wanted is None or wanted(case)))
    return Gathered(taken, wrong, len(cases) - len(taken))


def run(
    cases: Iterable[Case],
    packs: Mapping[str, Pack] | None = None,
    *,
    lang: str = "zh",
    each: Callable[[Case, Decision], object] | None = None,
) -> Iterator[Result]:
    """
    The results of cases, one after the other.

    Args:
        cases: Of any cities.
        packs: Packs by their city; they go before the shipped ones.
        lang: The language of the reasons, ``zh`` or ``en``.
        each: Called with every case that could be judged and what the pack decides.
    """
    given = packs or {}
    for case in cases:
        start = perf_counter()
        failures, defects = _try(case, given, lang, each)
        status: Status = "error" if defects else "failed" if failures else "passed"
        yield Result(case, status, failures, defects, perf_counter() - start)


def _try(
    case: Case, given: Mapping[str, Pack], lang: str, each: Callable[[Case, Decision], object] | None
) -> tuple[tuple[Failure, ...], tuple[Defect, ...]]:
    try:
        decision = decide(case, pack_of(case, given))
    except CaseError as error:
        return (), error.defects
    if each is not None:
        each(case, decision)
    return tuple(differences(case, decision, lang)), ()


def pack_of(case: Case, given: Mapping[str, Pack]) -> Pack:
    """
    The pack that a case is about: a given one of its city, else the shipped one.

    Raises:
        CaseError: There is none.
    """
    if case.city in given:
        return given[case.city]
    try:
        return load_pack(case.city)
    except UnknownCity as error:
        mend = "改用例文件的 city，或用 --pack 给出这个城市的规则包"
        raise CaseError([Defect(case.place, str(error), mend)]) from None


# ---------------------------------------------------------------------------------------------------------------------
# Reporting

_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "zh": {
        "expected": "应为",
        "got": "实为",
        "none": "没有",
        "cases": "用例 {} 个",
        "passed": "通过 {}",
        "failed": "失败 {}",
        "error": "有误 {}",
        "left_out": "未选 {}",
        "seconds": "用时 {} 秒",
        "between": "，",
    },
    "en": {
        "expected": "expected",
        "got": "got",
        "none": "none",
        "cases": "{} cases",
        "passed": "{} passed",
        "failed": "{} failed",
        "error": "{} errors",
        "left_out": "{} not selected",
        "seconds": "{} s",
        "between": ", ",
    },
}


def failure_lines(failure: Failure, lang: str = "zh") -> Iterator[str]:
    """
    A failure as lines: what it is about, expected, got, and the explanation below, indented.
    """
    words = _WORDS[lang]
    yield f"{failure.about(lang)}:"
    yield f"    {words['expected']} {_told(failure.expected, words)}"
    yield f"    {words['got']} {_told(failure.got, words)}"
    yield from (f"        {line}" for line in failure.explanation.splitlines())


def _told(value: Any, words: Mapping[str, str]) -> str:
    if isinstance(value, list):
        return "、".join(value) or words["none"]
    return value if isinstance(value, str) else shown(value)


def problem_text(result: Result, lang: str = "zh") -> str:
    """
    Why a case did not pass, in lines without its name; nothing if it passed.
    """
    lines = [line for failure in result.failures for line in failure_lines(failure, lang)]
    return "\n".join((*lines, *map(str, result.defects)))


def report_text(report: Report, lang: str = "zh") -> str:
    """
    A report for people: every case that did not pass, then how many did.
    """
    parts = [_result_text(result, lang) for result in report.results if result.status != "passed"]
    parts += ["\n".join(("! " + str(file), *_indented(defects))) for file, defects in report.wrong.items()]
    return safe("\n\n".join((*parts, summary(report, lang))))


def _result_text(result: Result, lang: str) -> str:
    case = result.case
    head = "  ".join(part for part in (f"{'✗' if result.failures else '!'} {case}", case.article, case.why) if part)
    body = problem_text(result, lang).splitlines()
    place = [] if result.defects else [f"    {case.place}"]  # a defect tells its place itself
    return "\n".join((head, *place, *(f"    {line}" for line in body)))


def _indented(defects: Iterable[Defect]) -> Iterator[str]:
    yield from (f"    {line}" for defect in defects for line in str(defect).splitlines())


def summary(report: Report, lang: str = "zh") -> str:
    """
    How many cases passed, failed, and are errors, and how long it took, on one line.
    """
    words, counts = _WORDS[lang], report.counts
    parts = [words["cases"].format(len(report.results))]
    parts += [words[status].format(counts[status]) for status in STATUSES]
    parts += [words["left_out"].format(report.left_out)] if report.left_out else []
    parts.append(words["seconds"].format(f"{report.seconds:.1f}"))
    return words["between"].join(parts)


_UNSAFE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def safe(text: str) -> str:
    r"""
    A text in which characters that steer a terminal, or that XML cannot hold, are written as ``\x1b``.
    """
    return _UNSAFE.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def junit_xml(report: Report, lang: str = "zh") -> str:
    """
    A report as JUnit XML: one testcase a case, with ``classname`` city.file.

    A file that could not be read is a testcase that is an error.
    """
    counts = report.counts
    totals = {
        "tests": str(len(report.results) + len(report.wrong)),
        "failures": str(counts["failed"]),
        "errors": str(counts["error"]),
        "time": f"{report.seconds:.3f}",
    }
    root = ElementTree.Element("testsuites", {"name": "govit-rules", **totals})
    suite = ElementTree.SubElement(root, "testsuite", {"name": "govit-rules", "skipped": "0", **totals})
    for result in report.results:
        _add_testcase(suite, result, lang)
    for file, defects in report.wrong.items():
        names = {"classname": safe(f"{file.parent.name}.{file.stem}"), "name": safe(file.name), "time": "0.000"}
        case = ElementTree.SubElement(suite, "testcase", {**names, "file": safe(str(file))})
        _add_problem(case, "error", defects[0].what, "\n".join(map(str, defects)))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _add_testcase(suite: ElementTree.Element, result: Result, lang: str) -> None:
    case = result.case
    attributes = {
        "classname": safe(f"{case.city}.{case.file.stem}"),
        "name": safe(case.id),
        "file": safe(str(case.file)),
        "line": str(case.line),
        "time": f"{result.seconds:.6f}",
    }
    element = ElementTree.SubElement(suite, "testcase", attributes)
    if result.status == "failed":
        _add_problem(element, "failure", _in_short(result.failures, lang), problem_text(result, lang))
    elif result.status == "error":
        _add_problem(element, "error", result.defects[0].what, problem_text(result, lang))


def _in_short(failures: Sequence[Failure], lang: str) -> str:
    words = _WORDS[lang]
    return "; ".join(
        f"{f.about(lang)}: {words['expected']} {_told(f.expected, words)}, {words['got']} {_told(f.got, words)}"
        for f in failures
    )


def _add_problem(case: ElementTree.Element, kind: str, message: str, text: str) -> None:
    ElementTree.SubElement(case, kind, {"message": safe(message), "type": kind}).text = safe(text)


__all__ = [
    "STATUSES",
    "Gathered",
    "Report",
    "Result",
    "Status",
    "failure_lines",
    "gather",
    "junit_xml",
    "pack_of",
    "problem_text",
    "report_text",
    "run",
    "safe",
    "summary",
]
