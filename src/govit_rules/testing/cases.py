"""
Case files: what a regulation demands of a project, as data, and whether a pack says so.

A case is facts, a day and a stage, and what the text demands of them: outcomes of rules, facts that are needed, steps,
applicability. It names the clause it stands for. A case that names a rule, a step or a fact that does not exist is an
error and never passes. The form is in docs/packs.md.

Imports: `decision`, `errors`, `evaluate`, `facts`, `packs`, `project`, `values`.
New demand: a row in _SHAPES or _WORDS and one in _ABOUT, a line in `_compared`, a row in docs/packs.md.
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
from govit_rules.facts import STAGES, nearest, shown
from govit_rules.project import MAX_PROJECT_BYTES, Project
from govit_rules.values import parse_day, parse_money

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from govit_rules.decision import Decision
    from govit_rules.packs import Pack

MAX_BYTES: Final = 2_000_000
_MAX_VALUES: Final = 200_000
_MAX_DEPTH: Final = 40
_MAX_FACTS: Final = 2_000
_FILE_KEYS: Final = ("city", "article", "text", "base", "as_of", "stage", "cases")
_GIVEN: Final = ("id", "why", "facts", "without", "figures", "project", "stage", "as_of")
_DEMANDED: Final = ("expect", "needs", "due", "reading", "applies", "path", "done", "exit", "violations")
_APPLIES: Final = {True: "yes", False: "no", "yes": "yes", "no": "no", "unknown": "unknown"}
_STATUSES: Final = ("required", "not_required", "unknown")

# The keys of a case that are no plain text: what they hold, and how it is written.
_GROUP: Final = (dict, "一组键值")
_LIST: Final = (list, "一个列表")
_SHAPES: Final[Mapping[str, tuple[type, str, str]]] = {
    "facts": (*_GROUP, "{classified: false}"),
    "without": (*_LIST, "[classified, funding]"),
    "figures": (*_GROUP, "{project_floor: 20万元}"),
    "project": (str, "一个文件名", "../../../examples/项目.json"),
    "expect": (*_GROUP, "{规则编号: met}"),
    "needs": (*_GROUP, "{规则编号: [classified]}"),
    "due": (*_GROUP, "{规则编号: 2027-05-25}"),
    "reading": (*_GROUP, "{规则编号: met}"),
    "path": (*_GROUP, "{环节编号: required}"),
    "done": (*_GROUP, "{环节编号: true}"),
    "violations": (*_LIST, "[规则编号]，没有违反的写 []"),
}
# The words that a demand may use.
_WORDS: Final[Mapping[str, tuple[Any, ...]]] = {
    "expect": OUTCOMES,
    "reading": (*OUTCOMES, None),
    "path": _STATUSES,
    "done": (True, False, None),
    "applies": tuple(_APPLIES),
    "exit": (0, 1, 3),
}
# What a demand is about, in Chinese and in English.
_ABOUT: Final[Mapping[str, tuple[str, str]]] = {
    "expect": ("{name} 的结论", "{name}"),
    "needs": ("{name} 缺的事实", "needs of {name}"),
    "due": ("{name} 的最后一天", "due day of {name}"),
    "reading": ("{name} 按另一读法的结论", "other reading of {name}"),
    "path": ("环节 {name}", "step {name}"),
    "done": ("环节 {name} 是否已办", "step {name} done"),
    "applies": ("办法是否适用", "applies"),
    "exit": ("退出码", "exit code"),
    "violations": ("违反的规则", "violations"),
}


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

    ``key`` is the key of the demand (``expect``, ``path``, ``exit`` …), ``name`` the rule or step it is about, if any.
    """

    key: str
    name: str
    expected: Any
    got: Any
    explanation: str = ""

    def about(self, lang: str = "zh") -> str:
        """
        What is demanded otherwise, as ``X-4-a 的结论``.
        """
        return _ABOUT[self.key][lang != "zh"].format(name=self.name)

    def __str__(self) -> str:
        return f"{self.about('en')}: the text demands {self.expected}, the pack says {self.got}"


# ---------------------------------------------------------------------------------------------------------------------
# Reading


def case_files(paths: Iterable[Path]) -> Iterator[Path]:
    """
    The case files among some files and folders, each once, in the order of their names.

    What cases start from, packs and properties may lie beside them, and are no case files.

    Raises:
        CaseError: There is no such file or folder.
    """
    seen: set[Path] = set()
    for path in paths:
        if path.is_dir():
            found = [file for file in sorted(path.rglob("*.yaml")) if is_case_file(file)]
        elif path.is_file():
            found = [path]
        else:
            raise CaseError([Defect(str(path), "没有这个文件或文件夹", "写用例文件，或它们所在的文件夹")])
        yield from (file for file in found if file.resolve() not in seen)
        seen.update(file.resolve() for file in found)


def is_case_file(file: Path) -> bool:
    """
    Whether a file of a folder is meant as a case file: one that has lost its ``cases`` still is, to be told of it.
    """
    found = heads(file)
    return "cases" in found or ("city" in found and found.isdisjoint(("regulation", "properties")))


def heads(file: Path) -> frozenset[str]:
    """
    The keys at the left margin of a YAML file; none where it cannot be read.
    """
    try:
        lines = _content(file, MAX_BYTES).decode("utf-8", "replace").splitlines() if file.is_file() else []
    except OSError:
        return frozenset()
    return frozenset(line.partition(":")[0].rstrip() for line in lines if line[:1].isalpha() and ":" in line)


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
        defects.append(Defect(f"{file}:1", "没有写 city", "写上规则包的城市的键，如 city: demo"))
    if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
        defects.append(Defect(str(file), "不是用例文件", "cases: 之下每项写成一组键值，样子见 docs/packs.md"))
        raise CaseError(defects)
    if not listed:
        defects.append(Defect(f"{file}:1", "cases 里没有用例", "写上用例，或删去文件"))
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


def _content(file: Path, limit: int) -> bytes:
    with file.open("rb") as stream:
        return stream.read(limit + 1)


def _read_yaml(file: Path) -> tuple[dict[str, Any], list[int]]:
    """
    The data of a file, and the line on which each case begins.
    """
    try:
        content = _content(file, MAX_BYTES)
    except OSError as error:
        raise CaseError([Defect(str(file), f"读不出来（{error.strerror}）", "查文件名和权限")]) from None
    if len(content) > MAX_BYTES:
        raise CaseError([Defect(str(file), f"用例文件超过 {MAX_BYTES:,} 字节", "拆成几个文件")])
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(content)
    try:
        node = loader.get_single_node()
        if _size(node, {}) > _MAX_VALUES:
            raise CaseError([Defect(str(file), f"超过 {_MAX_VALUES:,} 个值或 {_MAX_DEPTH} 层", "拆成几个文件")])
        twice = list(_repeated_keys(node)) if node is not None else []
        data = loader.construct_document(node) if node is not None else None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        if isinstance(error, CaseError):
            raise
        raise CaseError([Defect(str(file), f"用例文件读不出来: {error}", "查缩进、冒号和引号")]) from None
    finally:
        loader.dispose()
    if twice:
        raise CaseError([Defect(f"{file}:{line}", f"键 {key!r} 重复", "删去一个") for key, line in twice])
    if not isinstance(data, dict) or not isinstance(node, yaml.MappingNode):
        raise CaseError([Defect(str(file), "不是用例文件", "样子见 docs/packs.md 的“用例”一节")])
    listed = [value for key, value in node.value if key.value == "cases" and isinstance(value, yaml.SequenceNode)]
    return data, [value.start_mark.line + 1 for values in listed[-1:] for value in values.value]


def _size(node: Any, known: dict[int, int], depth: int = 0) -> int:
    """
    How many values a text stands for, with every alias written out; too many where it is too deep or holds itself.
    """
    if depth > _MAX_DEPTH:
        return _MAX_VALUES + 1
    if isinstance(node, yaml.ScalarNode) or node is None:
        return 1
    if id(node) not in known:
        known[id(node)] = _MAX_VALUES + 1  # what it is, should it be met inside itself
        inner = [part for pair in node.value for part in pair] if isinstance(node, yaml.MappingNode) else node.value
        known[id(node)] = 1 + sum(_size(part, known, depth + 1) for part in inner)
    return known[id(node)]


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
    if not _is_file(start):
        defects.append(Defect(f"{file}:1", f"没有 base 文件 {base}", "写同一文件夹里的文件名，或直接写事实"))
        return {}
    return flat(_read_yaml(start)[0])


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that is none, as one too long
        return False


def _case(file: Path, line: int, data: Mapping[str, Any], base: Mapping[str, Any], entry: Mapping[str, Any]) -> Case:
    place = f"{file}:{line}"
    defects = list(_misshapen(place, entry))
    stage = entry.get("stage", data.get("stage"))
    if stage is not None and stage not in STAGES:
        defects.append(Defect(place, f"没有阶段{shown(stage)}", f"可用: {'、'.join(STAGES)}"))
    as_of = _day(entry.get("as_of", data.get("as_of")), place, defects)
    facts = {} if defects else _facts(file, place, base, entry, defects)
    if defects:
        raise CaseError(defects)
    return Case(
        city=str(data.get("city", "")),
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


def _misshapen(place: str, entry: Mapping[str, Any]) -> Iterator[Defect]:
    known = (*_GIVEN, *_DEMANDED)
    yield from (_unknown_key(place, str(key), known) for key in entry if key not in known)
    if entry.get("id") is None or isinstance(entry["id"], (dict, list)):
        yield Defect(place, "用例没有编号", "写上 id")
    if all(entry.get(key) in (None, {}) for key in _DEMANDED):
        yield Defect(place, "用例没有要求什么", f"写上其中之一: {'、'.join(_DEMANDED)}")
    for key, (kind, what, form) in _SHAPES.items():
        value = entry.get(key)
        if value is not None and not isinstance(value, kind):
            yield Defect(place, f"{key} 应是{what}，而这里是{shown(value)}", f"写成 {key}: {form}")
        elif isinstance(value, list):
            yield from _not_names(place, key, value)
    yield from _wrong_words(place, entry)


def _not_names(place: str, key: str, listed: Any) -> Iterator[Defect]:
    if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
        yield Defect(place, f"{key} 里应列出名字，而这里是{shown(listed)}", "写成 [名字, 名字]，没有的写 []")


def _wrong_words(place: str, entry: Mapping[str, Any]) -> Iterator[Defect]:
    for key, allowed in _WORDS.items():
        value = entry.get(key)
        used = value.values() if isinstance(value, dict) else [value] if key in ("applies", "exit") else ()
        for word in used if key in entry else ():
            if word not in allowed:
                listed = "、".join(w if isinstance(w, str) else shown(w) for w in allowed)
                yield Defect(place, f"{key} 里没有{shown(word)}这种写法", f"可用: {listed}")
    needs, due = entry.get("needs"), entry.get("due")
    for named in needs.values() if isinstance(needs, dict) else ():
        yield from _not_names(place, "needs", named)
    for day in due.values() if isinstance(due, dict) else ():
        try:
            _ = day is None or parse_day(day)
        except ValueError as error:
            yield Defect(place, f"due 里的日期不对: {error}", "写成 2027-05-25；没有最后一天的写 null")


def _facts(
    file: Path, place: str, base: Mapping[str, Any], entry: Mapping[str, Any], defects: list[Defect]
) -> dict[str, Any]:
    facts = dict(base)
    if entry.get("project") is not None:
        try:
            facts = flat(_read_project(file.parent / entry["project"]))
        except (OSError, ValueError, RecursionError) as error:
            told = getattr(error, "strerror", None) or error
            defects.append(Defect(place, f"读不出项目 {entry['project']}（{told}）", "写从用例文件算起的路径"))
            return facts
    for name in entry.get("without") or ():
        gone = [path for path in facts if path == name or path.startswith(f"{name}.")]
        if not gone:
            defects.append(Defect(place, f"without 里的 {name} 本来就没有", "删去它，或查事实的名字"))
        for path in gone:
            del facts[path]
    facts.update(flat(entry.get("facts") or {}))
    if len(facts) > _MAX_FACTS:
        defects.append(Defect(place, f"事实超过 {_MAX_FACTS:,} 个", "只写这个用例要用的"))
    both = sorted({path.rpartition(".")[0] for path in facts} & facts.keys())
    defects += [Defect(place, f"{section} 之下有事实，它自己又写了值", "删去一个") for section in both]
    return facts


def _read_project(file: Path) -> dict[str, Any]:
    if not file.is_file():
        raise ValueError("没有这个文件")
    content = _content(file, MAX_PROJECT_BYTES)
    if len(content) > MAX_PROJECT_BYTES:
        raise ValueError(f"超过 {MAX_PROJECT_BYTES:,} 字节")
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        raise ValueError("不是合格的 JSON") from None
    if not isinstance(data, dict):
        raise ValueError("不是项目文件")
    return data


def _day(value: Any, place: str, defects: list[Defect]) -> date:
    if value is None:
        defects.append(Defect(place, "没有写判定日", "写成 as_of: 2026-11-21，写在用例里或文件开头"))
        return date(2000, 1, 1)
    try:
        return parse_day(value)
    except ValueError as error:
        defects.append(Defect(place, f"判定日不对: {error}", "写成 as_of: 2026-11-21"))
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
    if isinstance(value, (bytes, set)):  # by YAML's own tags
        return str(value)
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
        filled = with_figures(pack, case.figures)
    except ValueError as error:
        raise CaseError([Defect(case.place, f"figures 里的值不对: {error}", "按规则包里同一数额的写法写")]) from None
    try:
        project = Project.model_validate_json(json.dumps(case.facts, ensure_ascii=False))
        return evaluate(project, filled, as_of=case.as_of, stage=case.stage)
    except ProjectError as error:
        raise CaseError([Defect(f"{case.place} {d.where}", d.what, d.mend) for d in error.defects]) from None


def failures(case: Case, pack: Pack, lang: str = "zh") -> list[Failure]:
    """
    What a pack says otherwise than a case demands, with its reasons in ``zh`` or ``en``; nothing if the case passes.

    Raises:
        CaseError: As `decide`.
    """
    return list(differences(case, decide(case, pack), lang))


def differences(case: Case, decision: Decision, lang: str = "zh") -> Iterator[Failure]:
    """
    Where a decision differs from what a case demands.
    """
    for key, name, expected, got in _compared(case.demanded, decision):
        if expected != got:
            yield Failure(key, name, expected, got, _reasons(key, name, expected, decision, lang))


def _compared(wanted: Mapping[str, Any], decision: Decision) -> Iterator[tuple[str, str, Any, Any]]:
    """
    Each thing demanded: the key, the rule or step, what is demanded, what the pack says.
    """
    for rule, outcome in (wanted.get("expect") or {}).items():
        yield "expect", rule, outcome, decision[rule].outcome
    for rule, needs in (wanted.get("needs") or {}).items():
        yield "needs", rule, sorted(needs), sorted(decision[rule].needs)
    for rule, day in (wanted.get("due") or {}).items():
        due_on = decision[rule].due_on
        yield "due", rule, day and str(day), due_on and due_on.isoformat()
    for rule, outcome in (wanted.get("reading") or {}).items():
        reading = decision[rule].reading
        yield "reading", rule, outcome, reading and reading["other_outcome"]
    steps = {step.step: step for step in decision.path} if wanted.get("path") or wanted.get("done") else {}
    for step, status in (wanted.get("path") or {}).items():
        yield "path", step, status, steps[step].status
    for step, done in (wanted.get("done") or {}).items():
        yield "done", step, done, steps[step].done
    if "applies" in wanted:
        yield "applies", "", _APPLIES[wanted["applies"]], decision.applies
    if "exit" in wanted:
        yield "exit", "", wanted["exit"], decision.exit_code
    if wanted.get("violations") is not None:
        broken = sorted(finding.rule for finding in decision.violations)
        yield "violations", "", sorted(wanted["violations"]), broken


def _reasons(key: str, name: str, expected: Any, decision: Decision, lang: str) -> str:
    """
    Why the pack says what it says: the explanations of the rules in question; of a step, what is missing.
    """
    if key in ("path", "done"):
        step = next(step for step in decision.path if step.step == name)
        return ("缺 " if lang == "zh" else "needs ") + "、".join(step.needs) if step.needs else ""
    rules = [name]
    if key == "applies":
        rules = list(decision.applies_because)
    elif key in ("exit", "violations"):
        named = expected if key == "violations" else ()
        rules = sorted({finding.rule for finding in decision.violations} ^ set(named))
    told = [(rule, decision[rule].explanation.text(lang)) for rule in rules]
    return told[0][1] if told and name else "\n".join(f"{rule}\n{text}" for rule, text in told)


def _wrong_names(case: Case, pack: Pack) -> Iterator[Defect]:
    wanted = case.demanded
    rules = [rule for key in ("expect", "needs", "due", "reading") for rule in wanted.get(key) or ()]
    for rule in (*rules, *(wanted.get("violations") or ())):
        yield from _missing(case, rule, pack.rules, "规则")
    for step in (*(wanted.get("path") or ()), *(wanted.get("done") or ())):
        yield from _missing(case, step, pack.path, "环节")
    for name in case.figures:
        yield from _missing(case, name, pack.parameters, "数额")
    needed = {name for needs in (wanted.get("needs") or {}).values() for name in needs}
    if needed:  # gathering what a pack reads takes as long as judging
        known = {*pack.facts_read, *(f"${name}" for name in pack.parameters)}
        for name in sorted(needed):
            if not name.startswith("holidays."):
                yield from _missing(case, name, known, "规则会读的事实")


def _missing(case: Case, name: Any, known: Collection[str], what: str) -> Iterator[Defect]:
    if name not in known:
        near = nearest(str(name), known)
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
    "differences",
    "failures",
    "heads",
    "is_case_file",
    "read_cases",
    "with_figures",
]
