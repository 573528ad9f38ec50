"""
Case files: what a regulation demands of a project, as data, and whether a pack says so.

A case is facts, a day and a stage, and what the text demands of them: outcomes of rules, facts that are needed, steps,
applicability. It names the clause it stands for. A case that names a rule, a step or a fact that does not exist is an
error and never passes. The form is in docs/packs.md.

Imports: `errors`, `evaluate`, `facts`, `packs`, `project`, `values`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import yaml

from govit_rules.decision import OUTCOMES
from govit_rules.errors import CaseError, Defect, PackError, ProjectError
from govit_rules.evaluate import evaluate
from govit_rules.facts import STAGES, nearest
from govit_rules.project import Project
from govit_rules.values import parse_day, parse_money

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from govit_rules.decision import Decision
    from govit_rules.packs import Pack

MAX_BYTES: Final = 2_000_000
_MAX_FACTS: Final = 2_000
_FILE_KEYS: Final = ("city", "article", "text", "base", "as_of", "stage", "cases")
_GIVEN: Final = ("id", "why", "facts", "without", "figures", "project", "stage", "as_of")
_DEMANDED: Final = ("expect", "needs", "due", "reading", "applies", "path", "done", "exit", "violations")
_APPLIES: Final = {True: "yes", False: "no", "yes": "yes", "no": "no", "unknown": "unknown"}
_STATUSES: Final = ("required", "not_required", "unknown")


@dataclass(frozen=True, slots=True)
class Case:
    """
    One project and what the text demands of it.

    ``facts`` are nested as in a project file; ``demanded`` has the keys ``expect``, ``needs``, ``due``, ``reading``,
    ``applies``, ``path``, ``done``, ``exit``, ``violations`` that the case gives. ``line`` is where it begins.
    """

    city: str
    file: Path
    line: int
    id: str
    why: str
    article: str
    text: str
    facts: Mapping[str, Any]
    figures: Mapping[str, Any]
    as_of: date
    stage: str | None
    demanded: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.city}/{self.file.stem}:{self.id}"

    @property
    def place(self) -> str:
        """
        Where the case stands, as ``file:line``.
        """
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Failure:
    """
    One thing that a pack says otherwise than a case demands, with the reasons of the pack.
    """

    what: str
    expected: Any
    got: Any
    explanation: str = ""

    def __str__(self) -> str:
        return f"{self.what}: the text demands {self.expected}, the pack says {self.got}"


# ---------------------------------------------------------------------------------------------------------------------
# Reading


def case_files(paths: Iterable[Path]) -> Iterator[Path]:
    """
    The case files among some files and folders, in the order of their names; what cases start from is none.

    Raises:
        CaseError: There is no such file or folder.
    """
    for path in paths:
        if path.is_dir():
            yield from (file for file in sorted(path.rglob("*.yaml")) if _holds_cases(file))
        elif path.is_file():
            yield path
        else:
            raise CaseError([Defect(str(path), "没有这个文件或文件夹", "写用例文件，或它们所在的文件夹")])


def _holds_cases(file: Path) -> bool:
    heads = [line for line in file.read_text(encoding="utf-8", errors="replace").splitlines() if line[:1].isalpha()]
    return any(line.startswith(("city:", "cases:")) for line in heads)


def read_cases(file: Path) -> list[Case]:
    """
    The cases of a file, in its order.

    Raises:
        CaseError: With every defect of the file.
    """
    data, lines = _read_yaml(file)
    defects: list[Defect] = []
    listed = data.get("cases")
    defects += [_unknown_key(f"{file}:1", str(key), _FILE_KEYS) for key in data if key not in _FILE_KEYS]
    if not isinstance(data.get("city"), str):
        defects.append(Defect(f"{file}:1", "没有写 city", "写上规则包的城市，如 city: luzhou"))
    if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
        defects.append(Defect(str(file), "不是用例文件", "cases: 之下每项写成一组键值，样子见 docs/packs.md"))
        raise CaseError(defects)
    base = _base(file, data.get("base"), defects)
    cases, seen = [], set()
    for entry, line in zip(listed, lines, strict=True):
        try:
            case = _case(file, line, data, base, entry)
        except CaseError as error:
            defects.extend(error.defects)
            continue
        if case.id in seen:
            defects.append(Defect(case.place, f"编号 {case.id} 在本文件里已经有了", "换一个编号"))
        seen.add(case.id)
        cases.append(case)
    if defects:
        raise CaseError(defects)
    return cases


def _read_yaml(file: Path) -> tuple[dict[str, Any], list[int]]:
    """
    The data of a file, and the line on which each case begins.
    """
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise CaseError([Defect(str(file), f"读不出来（{error.strerror}）", "查文件名和权限")]) from None
    if len(content) > MAX_BYTES:
        raise CaseError([Defect(str(file), f"用例文件超过 {MAX_BYTES:,} 字节", "拆成几个文件")])
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(content)
    try:
        node = loader.get_single_node()
        twice = list(_repeated_keys(node)) if node is not None else []
        data = loader.construct_document(node) if node is not None else None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise CaseError([Defect(str(file), f"用例文件读不出来: {error}", "查缩进、冒号和引号")]) from None
    finally:
        loader.dispose()
    if twice:
        raise CaseError([Defect(f"{file}:{line}", f"键 {key!r} 重复", "删去一个") for key, line in twice])
    if not isinstance(data, dict) or not isinstance(node, yaml.MappingNode):
        raise CaseError([Defect(str(file), "不是用例文件", "样子见 docs/packs.md 的“用例”一节")])
    lines = [value.start_mark.line + 1 for key, values in node.value if key.value == "cases" for value in values.value]
    return data, lines


def _repeated_keys(node: Any, seen: set[int] | None = None) -> Iterator[tuple[str, int]]:
    seen = set() if seen is None else seen
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        names = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value != "<<" and names.count(key.value) > 1:
                names.remove(key.value)
                yield key.value, key.start_mark.line + 1
            yield from _repeated_keys(value, seen)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _repeated_keys(item, seen)


def _base(file: Path, base: Any, defects: list[Defect]) -> dict[str, Any]:
    if base is None or isinstance(base, dict):
        return flat(base or {})
    start = file.parent / str(base)
    if not start.is_file():
        defects.append(Defect(f"{file}:1", f"没有 base 文件 {base}", "写同一文件夹里的文件名，或直接写事实"))
        return {}
    return flat(_read_yaml(start)[0])


def _case(file: Path, line: int, data: Mapping[str, Any], base: Mapping[str, Any], entry: Mapping[str, Any]) -> Case:
    place = f"{file}:{line}"
    defects = [
        _unknown_key(place, str(key), (*_GIVEN, *_DEMANDED)) for key in entry if key not in (*_GIVEN, *_DEMANDED)
    ]
    if entry.get("id") is None:
        defects.append(Defect(place, "用例没有编号", "写上 id"))
    if not any(key in entry for key in _DEMANDED):
        defects.append(Defect(place, "用例没有要求什么", f"写上其中之一: {'、'.join(_DEMANDED)}"))
    stage = entry.get("stage", data.get("stage"))
    if stage is not None and stage not in STAGES:
        defects.append(Defect(place, f"没有阶段 {stage!r}", f"可用: {'、'.join(STAGES)}"))
    as_of = _day(entry.get("as_of", data.get("as_of")), place, defects)
    facts = _facts(file, place, base, entry, defects)
    if defects:
        raise CaseError(defects)
    return Case(
        city=str(data["city"]) if "city" in data else "",
        file=file,
        line=line,
        id=str(entry["id"]),
        why=str(entry.get("why", "")),
        article=str(data.get("article", "")),
        text=str(data.get("text", "")),
        facts=nested(facts),
        figures=entry.get("figures") or {},
        as_of=as_of,
        stage=stage,
        demanded={key: entry[key] for key in _DEMANDED if key in entry},
    )


def _facts(
    file: Path, place: str, base: Mapping[str, Any], entry: Mapping[str, Any], defects: list[Defect]
) -> dict[str, Any]:
    facts = dict(base)
    if "project" in entry:
        source = file.parent / str(entry["project"])
        try:
            facts = flat(json.loads(source.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            defects.append(Defect(place, f"读不出项目 {entry['project']}（{error}）", "写从用例文件算起的路径"))
    for name in entry.get("without") or ():
        gone = [path for path in facts if path == name or path.startswith(f"{name}.")]
        if not gone:
            defects.append(Defect(place, f"without 里的 {name} 本来就没有", "删去它，或查事实的名字"))
        for path in gone:
            del facts[path]
    given = entry.get("facts") or {}
    if isinstance(given, dict):
        facts.update(flat(given))
    else:
        defects.append(Defect(place, "facts 应是一组事实", "写成 {classified: false}"))
    if len(facts) > _MAX_FACTS:
        defects.append(Defect(place, f"事实超过 {_MAX_FACTS} 个", "只写这个用例要用的"))
    return facts


def _day(value: Any, place: str, defects: list[Defect]) -> date:
    if isinstance(value, date):
        return value
    try:
        return parse_day(value)
    except ValueError:
        defects.append(Defect(place, "没有写判定日，或不是日期", "写成 as_of: 2026-11-21，写在用例里或文件开头"))
        return date(2000, 1, 1)


def _unknown_key(place: str, key: str, known: Sequence[str]) -> Defect:
    near = nearest(key, known)
    return Defect(place, f"没有名为 {key!r} 的键", f"是不是 {near}?" if near else f"可用: {'、'.join(known)}")


def flat(data: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """
    Facts by their path, dates as text, as they stand in JSON.
    """
    found: dict[str, Any] = {}
    for key, value in data.items():
        if isinstance(value, dict):
            found.update(flat(value, f"{prefix}{key}."))
        else:
            found[f"{prefix}{key}"] = _as_json(value)
        if len(found) > _MAX_FACTS:
            break
    return found


def _as_json(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return [_as_json(item) for item in value] if isinstance(value, list) else value


def nested(facts: Mapping[str, Any]) -> dict[str, Any]:
    """
    Facts by path as a project file nests them.
    """
    project: dict[str, Any] = {}
    for path, value in facts.items():
        section, _, leaf = path.rpartition(".")
        (project.setdefault(section, {}) if section else project)[leaf] = value
    return project


# ---------------------------------------------------------------------------------------------------------------------
# Running


def decide(case: Case, pack: Pack) -> Decision:
    """
    What a pack says of a case's project, with the case's figures filled in.

    Raises:
        CaseError: A fact, figure, rule or step that the case names does not exist, or a value is wrong.
    """
    defects = list(_wrong_names(case, pack))
    if defects:
        raise CaseError(defects)
    try:
        project = Project.model_validate_json(json.dumps(case.facts, ensure_ascii=False))
        return evaluate(project, with_figures(pack, case.figures), as_of=case.as_of, stage=case.stage)
    except ProjectError as error:
        raise CaseError([Defect(f"{case.place} {d.where}", d.what, d.mend) for d in error.defects]) from None


def failures(case: Case, pack: Pack) -> list[Failure]:
    """
    What a pack says otherwise than a case demands; nothing if the case passes.

    Raises:
        CaseError: As `decide`.
    """
    return list(differences(case, decide(case, pack)))


def differences(case: Case, decision: Decision) -> Iterator[Failure]:
    """
    Where a decision differs from what a case demands.
    """
    wanted = case.demanded
    steps = {step.step: step for step in decision.path}
    told: list[tuple[str, Any, Any, str]] = []
    for rule, outcome in (wanted.get("expect") or {}).items():
        told.append((rule, outcome, decision[rule].outcome, rule))
    for rule, needs in (wanted.get("needs") or {}).items():
        told.append((f"needs of {rule}", sorted(needs), sorted(decision[rule].needs), rule))
    for rule, day in (wanted.get("due") or {}).items():
        due_on = decision[rule].due_on
        told.append((f"due day of {rule}", day and str(day), due_on and due_on.isoformat(), rule))
    for rule, outcome in (wanted.get("reading") or {}).items():
        reading = decision[rule].reading
        told.append((f"other reading of {rule}", outcome, reading and reading["other_outcome"], rule))
    for step, status in (wanted.get("path") or {}).items():
        told.append((f"step {step}", status, steps[step].status, ""))
    for step, done in (wanted.get("done") or {}).items():
        told.append((f"step {step} done", done, steps[step].done, ""))
    if "applies" in wanted:
        told.append(("applies", _APPLIES.get(wanted["applies"]), decision.applies, ""))
    if "exit" in wanted:
        told.append(("exit code", wanted["exit"], decision.exit_code, ""))
    if "violations" in wanted:
        broken = sorted(finding.rule for finding in decision.violations)
        told.append(("violations", sorted(wanted["violations"]), broken, ""))
    for what, expected, got, rule in told:
        if expected != got:
            yield Failure(what, expected, got, decision[rule].explanation.text() if rule else "")


def _wrong_names(case: Case, pack: Pack) -> Iterator[Defect]:
    wanted = case.demanded
    rules = [rule for key in ("expect", "needs", "due", "reading") for rule in wanted.get(key) or ()]
    for rule in (*rules, *(wanted.get("violations") or ())):
        yield from _missing(case, rule, pack.rules, "规则")
    for step in (*(wanted.get("path") or ()), *(wanted.get("done") or ())):
        yield from _missing(case, step, pack.path, "环节")
    for name in case.figures:
        yield from _missing(case, name, pack.parameters, "数额")
    known = {*pack.facts_read(), *(f"${name}" for name in pack.parameters)}
    for needs in (wanted.get("needs") or {}).values():
        for name in needs:
            if not name.startswith("holidays."):
                yield from _missing(case, name, known, "规则会读的事实")
    words: list[tuple[str, Any, tuple[Any, ...]]]
    words = [("expect", outcome, OUTCOMES) for outcome in (wanted.get("expect") or {}).values()]
    words += [("path", status, _STATUSES) for status in (wanted.get("path") or {}).values()]
    words += [("applies", wanted["applies"], tuple(_APPLIES))] if "applies" in wanted else []
    for key, word, allowed in words:
        if word not in allowed:
            yield Defect(case.place, f"{key} 里没有 {word!r} 这种结论", f"可用: {'、'.join(map(str, allowed))}")


def _missing(case: Case, name: str, known: Iterable[str], what: str) -> Iterator[Defect]:
    if name not in known:
        near = nearest(name, known)
        yield Defect(case.place, f"没有{what} {name}", f"是不是 {near}?" if near else "查它的编号")


def with_figures(pack: Pack, figures: Mapping[str, Any]) -> Pack:
    """
    A pack in which figures that are not published are filled in, as if they had always been known.
    """
    return _filled(pack, tuple(sorted((name, str(value)) for name, value in figures.items()))) if figures else pack


@cache
def _filled_parameters(kind: str, value: str) -> Any:
    if kind == "money":
        return parse_money(value)
    return parse_day(value) if kind == "date" else int(value) if kind in ("int", "year") else value


def _filled(pack: Pack, figures: tuple[tuple[str, str], ...]) -> Pack:
    filled = dict(pack.parameters)
    for name, value in figures:
        known = _filled_parameters(filled[name].type, value)
        filled[name] = replace(filled[name], values=((date(1900, 1, 1), known),))
    return replace(pack, parameters=filled, _judges={})


__all__ = [
    "Case",
    "CaseError",
    "Failure",
    "PackError",
    "case_files",
    "decide",
    "failures",
    "read_cases",
    "with_figures",
]
