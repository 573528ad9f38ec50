"""
How much of what a pack can say its cases show: outcome coverage.

    part        a row is                       what is to be shown of it
    outcome     a rule                         met, violated, not applicable, unknown, review, not yet due, later stage
    condition   a test of a rule               true, false, unknown
    status      a step                         required, not required, unknown
    done        a step                         done, not done
    figure      a figure and what is held      below, at, above, not given
                against it

Only a case that expects something of a rule or step, and is right, shows anything of it: a case that happens to pass
through a rule proves nothing. What no project can come to (`reach`) need not be shown. Imports: `cases`, `conditions`,
`diagram`, `explain`, `formats`, `reach`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any, Final

from govit_rules.conditions import (
    ALWAYS,
    TRUE,
    AsOf,
    CalendarNeeded,
    Compare,
    CompareDays,
    StillDue,
    Unpublished,
    atom_level,
    atoms,
    conjunction,
    number_range,
    only_day,
    operands,
)
from govit_rules.diagram import MET, VIOLATED, Question, solve
from govit_rules.explain import explain_condition, label_of
from govit_rules.facts import STAGES
from govit_rules.formats import table
from govit_rules.handbook import without_values
from govit_rules.testing.cases import Case, decide
from govit_rules.testing.reach import OUTCOMES, SIDES, STATUSES, TRUTHS, Reach, days_of, is_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from govit_rules.conditions import Atom, Condition, Day, Number
    from govit_rules.decision import Decision
    from govit_rules.packs import Pack, Rule

# Each part: what is to be shown of its rows.
PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "outcome": OUTCOMES,
    "condition": TRUTHS,
    "status": STATUSES,
    "done": ("done", "not_done"),
    "figure": SIDES,
}
SHOWN: Final = "shown"
MISSING: Final = "missing"
UNREACHABLE: Final = "unreachable"
UNDECIDED: Final = "undecided"

_APPLIES: Final = "applies"


@dataclass(frozen=True, slots=True)
class Row:
    """
    One thing of which something is to be shown.

    ``of`` is the id of a rule or step, or the name of a figure; ``text`` what it says, by language. ``states`` tells of
    everything to be shown whether it is ``shown``, ``missing``, ``unreachable`` (no project comes to it on the days
    looked at) or ``undecided`` (not shown to be reachable); ``cases`` names the first case that shows it.
    """

    part: str
    of: str
    article: str
    text: Mapping[str, str]
    states: Mapping[str, str]
    cases: Mapping[str, str]

    @property
    def missing(self) -> tuple[str, ...]:
        """
        What is reachable and not shown.
        """
        return tuple(value for value, state in self.states.items() if state == MISSING)

    def as_dict(self, lang: str = "zh") -> dict[str, Any]:
        """
        The row as plain data.
        """
        return {
            "part": self.part,
            "of": self.of,
            "article": self.article,
            "text": self.text[lang],
            "states": dict(self.states),
            "cases": dict(self.cases),
        }


@dataclass(frozen=True, slots=True)
class Count:
    """
    How many of the reachable things are shown; those of which it is not settled whether they are reachable are apart.
    """

    shown: int
    reachable: int
    undecided: int = 0

    @property
    def percent(self) -> float:
        """
        Shown of reachable, rounded down to a tenth: 100.0 only if nothing is missing.
        """
        return self.shown * 1000 // self.reachable / 10 if self.reachable else 100.0

    def as_dict(self) -> dict[str, Any]:
        """
        The count as plain data.
        """
        return {
            "shown": self.shown,
            "reachable": self.reachable,
            "undecided": self.undecided,
            "percent": self.percent,
        }


@dataclass(frozen=True)
class OutcomeCoverage:
    """
    What the cases of a pack show of what it can say. ``days`` are those on which it was asked what can be reached.
    """

    city: str
    name: Mapping[str, str]
    title: str
    cases: int
    days: tuple[date, ...]
    rows: tuple[Row, ...]

    def count(self, *parts: str) -> Count:
        """
        How much is shown of some parts (see `PARTS`); of none named, of all.
        """
        states = [state for row in self.rows if not parts or row.part in parts for state in row.states.values()]
        shown = states.count(SHOWN)
        return Count(shown, shown + states.count(MISSING), states.count(UNDECIDED))

    @cached_property
    def percent(self) -> float:
        """
        Shown of reachable over all parts, in per cent.
        """
        return self.count().percent

    def part(self, part: str) -> tuple[Row, ...]:
        """
        The rows of a part, in the order of the pack.
        """
        return tuple(row for row in self.rows if row.part == part)

    @property
    def missing(self) -> tuple[Row, ...]:
        """
        The rows of which something reachable is not shown.
        """
        return tuple(row for row in self.rows if row.missing)

    def as_dict(self, lang: str = "zh") -> dict[str, Any]:
        """
        The same as plain data.
        """
        return {
            "city": self.city,
            "title": self.title,
            "cases": self.cases,
            "days": [day.isoformat() for day in self.days],
            **self.count().as_dict(),
            "parts": {part: self.count(part).as_dict() for part in PARTS},
            "rows": [row.as_dict(lang) for row in self.rows],
        }


def outcome_coverage(pack: Pack, cases: Iterable[Case | tuple[Case, Decision]]) -> OutcomeCoverage:
    """
    What cases show of what a pack can say.

    Args:
        pack: The pack that the cases are of.
        cases: Cases, each alone or with the decision that the pack came to.

    Raises:
        CaseError: A case that comes without its decision names what does not exist, or has a wrong value.
    """
    shown = _Shown(pack)
    days = []
    for item in cases:
        case, decision = (item, decide(item, pack)) if isinstance(item, Case) else item
        shown.add(case, decision)
        days.append(case.as_of)
    looked_at = days_of(pack, days)
    reach = Reach(pack, looked_at)
    return OutcomeCoverage(
        city=pack.city,
        name=pack.name,
        title=pack.regulation.title,
        cases=len(days),
        days=looked_at,
        rows=tuple(_row(pack, item, shown.found[item], reach, looked_at[0]) for item in shown.found),
    )


# ---------------------------------------------------------------------------------------------------------------------
# What there is to show


@dataclass(frozen=True, slots=True)
class _Item:
    """
    What becomes a row: ``key`` is the test of a condition, or (what is held against a figure, the figure's side).
    """

    part: str
    of: str
    key: Any = None


def _items(pack: Pack) -> Iterator[_Item]:
    yield from (_Item("outcome", rule) for rule in pack.rules)
    for rule in pack.rules.values():
        tests = dict.fromkeys(atom for part in (rule.when, rule.require) if part for atom in atoms(part))
        yield from (_Item("condition", rule.id, atom) for atom in tests)
    for step in pack.path.values():
        yield _Item("status", step.id)
        yield _Item("done", step.id)
    pairs = dict.fromkeys(pair for told in _readers(pack).values() for part in told for pair in _pairs(part))
    for figure in pack.parameters:
        yield from (_Item("figure", figure, pair) for name, pair in pairs if name == figure)


def _readers(pack: Pack) -> dict[str, tuple[Condition, ...]]:
    """
    By rule, step (``path:ID``) and ``applies``: the conditions that a case which expects something of it tries.

    The pack's scope is not among those of a rule that has no scope of its own: it is `applies`, or tried as such.
    """
    found: dict[str, tuple[Condition, ...]] = {_APPLIES: (pack.applies, pack.scope)}
    for rule in pack.rules.values():
        due = None if rule.due is None or isinstance(rule.due, str) else StillDue(rule.due)
        found[rule.id] = tuple(filter(None, (rule.scope, rule.when, rule.require, due)))
    for step in pack.path.values():
        found[f"path:{step.id}"] = tuple(filter(None, (step.scope, step.when, step.done_when)))
    return found


def _pairs(condition: Condition) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """
    The figures that a condition holds something against: the figure, and (what is held against it, its own side).
    """
    for atom in atoms(condition):
        match atom:
            case Compare(left, _, right) | CompareDays(left, _, right):
                sides: tuple[Any, Any] = (left, right)
            case StillDue(day):
                sides = (AsOf(), day)
            case _:
                continue
        for other, own in (sides, sides[::-1]):
            yield from ((name[1:], (other, own)) for name in _figures(own) if name not in _figures(other))


def _figures(term: Day | Number) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in operands(term) if name.startswith("$")))


# ---------------------------------------------------------------------------------------------------------------------
# What the cases show


class _Shown:
    """
    What has been shown of each item: by value, the first case.
    """

    def __init__(self, pack: Pack) -> None:
        self.found: dict[_Item, dict[str, str]] = {item: {} for item in _items(pack)}
        figures: dict[Any, list[_Item]] = {}
        self.by_reader: dict[str, dict[_Item, None]] = {}
        for item in self.found:
            if item.part == "condition":
                self.by_reader.setdefault(item.of, {})[item] = None
            elif item.part == "figure":
                figures.setdefault((item.of, item.key), []).append(item)
        for reader, told in _readers(pack).items():
            for part in told:
                for pair in _pairs(part):
                    self.by_reader.setdefault(reader, {}).update(dict.fromkeys(figures[pair]))

    def add(self, case: Case, decision: Decision) -> None:
        """
        Count what a case shows.
        """
        known: dict[_Item, str | None] = {}
        for rule in _expected(case):
            if _agrees(case, decision, rule):
                if _outcome_expected(case, rule):
                    self._put(_Item("outcome", rule), outcome_of(decision, rule), case)
                self._read(rule, case, decision, known)
        self._add_steps(case, decision, known)
        if _APPLIES in case.demanded and _truth_word(case.demanded[_APPLIES]) == decision.applies:
            self._read(_APPLIES, case, decision, known)

    def _add_steps(self, case: Case, decision: Decision, known: dict[_Item, str | None]) -> None:
        wanted, done = case.demanded.get("path") or {}, case.demanded.get("done") or {}
        if not wanted and not done:
            return
        steps = {step.step: step for step in decision.path}
        for name in dict.fromkeys((*wanted, *done)):
            step = steps[name]
            if wanted.get(name, step.status) != step.status or done.get(name, step.done) != step.done:
                continue
            if name in wanted:
                self._put(_Item("status", name), step.status, case)
            if name in done and step.done is not None:
                self._put(_Item("done", name), "done" if step.done else "not_done", case)
            self._read(f"path:{name}", case, decision, known)

    def _read(self, reader: str, case: Case, decision: Decision, known: dict[_Item, str | None]) -> None:
        for item in self.by_reader.get(reader, ()):
            if item not in known:
                known[item] = (_truth if item.part == "condition" else _side)(item.key, decision)
            self._put(item, known[item], case)

    def _put(self, item: _Item, value: str | None, case: Case) -> None:
        if value is not None:
            self.found[item].setdefault(value, str(case))


def _truth_word(value: Any) -> str:
    return "yes" if value is True else "no" if value is False else str(value)


def _expected(case: Case) -> tuple[str, ...]:
    """
    The rules of which a case expects something.
    """
    told = (case.demanded.get(key) or () for key in ("expect", "needs", "due", "reading", "violations"))
    return tuple(dict.fromkeys(rule for rules in told for rule in rules))


def _outcome_expected(case: Case, rule: str) -> bool:
    """
    Whether a case says what a rule comes out as: outright, as a violation, or by its last day (only what is pending).
    """
    wanted = case.demanded
    named = rule in (wanted.get("expect") or ()) or rule in (wanted.get("violations") or ())
    return named or bool((wanted.get("due") or {}).get(rule))


def _agrees(case: Case, decision: Decision, rule: str) -> bool:
    wanted, finding = case.demanded, decision[rule]
    if (wanted.get("expect") or {}).get(rule, finding.outcome) != finding.outcome:
        return False
    if rule in (wanted.get("violations") or ()) and finding.outcome != "violated":
        return False
    if sorted((wanted.get("needs") or {}).get(rule, finding.needs)) != sorted(finding.needs):
        return False
    due = wanted.get("due") or {}
    return rule not in due or str(due[rule] or None) == str(finding.due_on)


def outcome_of(decision: Decision, rule: str) -> str:
    """
    A rule's outcome, the two kinds of *pending* told apart: ``not_due`` and ``later_stage``.
    """
    finding = decision[rule]
    if finding.outcome != "pending":
        return finding.outcome
    return "later_stage" if finding.needs or _turns_on_judgement(decision, finding.definition) else "not_due"


def _turns_on_judgement(decision: Decision, rule: Rule) -> bool:
    """
    Whether *pending* without needs stands in for a judgement: nobody gives one, so no need is named.
    """
    stage = decision.stage
    if stage is None or rule.stage == "any" or STAGES.index(rule.stage) <= STAGES.index(stage):
        return False
    scope = decision.pack.scope_of(rule)
    question = Question(conjunction(scope, rule.when), rule.require, rule.still_due)
    return VIOLATED in solve(question, decision.values, decision.judge.domain, decision.as_of).reached


def _truth(atom: Atom, decision: Decision) -> str | None:
    """
    Whether a test is true, false or unknown for the project of a decision; None where it is open.
    """
    if isinstance(atom, Unpublished):
        return "unknown"
    values = decision.values
    try:
        level = atom_level(atom, values, decision.as_of)
    except (KeyError, CalendarNeeded):
        reached = solve(Question(ALWAYS, atom), values, decision.judge.domain, decision.as_of).reached
        if len(reached) > 1:
            return "unknown"
        return {MET: "true", VIOLATED: "false"}.get(next(iter(reached)))
    return {TRUE: "true", 0: "false"}.get(level)


def _side(pair: tuple[Any, Any], decision: Decision) -> str | None:
    """
    On which side of a figure lies what is held against it; None where that is no single number or day.
    """
    try:
        other, figure = (_value(term, decision) for term in pair)
    except KeyError:
        return "not_given"
    except CalendarNeeded:
        return None
    if other is None or figure is None:
        return None
    return "at" if other == figure else "below" if other < figure else "above"


def _value(term: Day | Number, decision: Decision) -> Any:
    if is_day(term):
        return only_day(term, decision.values, decision.as_of)  # type: ignore[arg-type]
    ends = number_range(term, decision.values, decision.as_of)  # type: ignore[arg-type]
    return ends[0] if ends is not None and ends[0] == ends[1] else None


# ---------------------------------------------------------------------------------------------------------------------
# Rows


def _row(pack: Pack, item: _Item, cases: Mapping[str, str], reach: Reach, day: date) -> Row:
    states = {value: SHOWN if value in cases else _state(pack, item, value, reach) for value in PARTS[item.part]}
    return Row(item.part, item.of, _article(pack, item), _text(pack, item, day), states, cases)


def _state(pack: Pack, item: _Item, value: str, reach: Reach) -> str:
    match item.part:
        case "outcome":
            reachable = reach.outcome(pack.rules[item.of], value)
        case "condition":
            reachable = reach.truth(item.key, value)
        case "status":
            reachable = reach.status(pack.path[item.of], value)
        case "done":
            reachable = reach.done(pack.path[item.of], value == "done")
        case _:
            other, figure = item.key
            reachable = reach.side(other, figure, value)
    return {True: MISSING, False: UNREACHABLE, None: UNDECIDED}[reachable]


def _article(pack: Pack, item: _Item) -> str:
    if item.part == "figure":
        return pack.parameters[item.of].article
    return "、".join(pack.path[item.of].articles) if item.part in ("status", "done") else pack.rules[item.of].article


def _text(pack: Pack, item: _Item, day: date) -> dict[str, str]:
    match item.part:
        case "outcome":
            return dict(pack.rules[item.of].title)
        case "condition":
            told = explain_condition(item.key, {}, pack, day)
            return {"zh": _on_any_day(told.zh), "en": _on_any_day(told.en)}
        case "figure":
            return {lang: _held_against(pack, item, lang) for lang in ("zh", "en")}
    return dict(pack.path[item.of].name)


def _on_any_day(text: str) -> str:
    # No project is at hand, and the day of judging is any day.
    text = without_values(text)
    return re.sub(r"\d{4}-\d\d-\d\d(?:（([^（）]*)）| \(([^()]*)\))", lambda told: told[1] or told[2], text)


def _held_against(pack: Pack, item: _Item, lang: str) -> str:
    other, own = item.key
    names = [label_of(pack, name, lang) for name in dict.fromkeys((*operands(other), *operands(own)))]
    figure = label_of(pack, f"${item.of}", lang)
    today = "判定日" if lang == "zh" else "day of judging"
    rest = dict.fromkeys(name for name in names if name != figure)
    listed = ("、" if lang == "zh" else ", ").join(rest) or today
    return f"{figure}{'：' if lang == 'zh' else ': '}{listed}"


# ---------------------------------------------------------------------------------------------------------------------
# For readers

PART_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "outcome": ("规则的结论", "outcomes of rules"),
    "condition": ("条件", "conditions"),
    "status": ("环节", "steps"),
    "done": ("环节办否", "steps done"),
    "figure": ("数额", "figures"),
}
VALUE_WORDS: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    "outcome": {
        "met": ("符合", "met"),
        "violated": ("违反", "violated"),
        "not_applicable": ("不适用", "not applicable"),
        "unknown": ("不能判断", "unknown"),
        "review": ("人工判断", "for judgement"),
        "not_due": ("未到期", "not yet due"),
        "later_stage": ("未到阶段", "later stage"),
    },
    "condition": {"true": ("成立", "true"), "false": ("不成立", "false"), "unknown": ("不能判断", "unknown")},
    "status": {
        "required": ("须走", "required"),
        "not_required": ("不须走", "not required"),
        "unknown": ("待定", "unknown"),
    },
    "done": {"done": ("已办", "done"), "not_done": ("未办", "not done")},
    "figure": {
        "below": ("不到", "below"),
        "at": ("正好", "at"),
        "above": ("超过", "above"),
        "not_given": ("没有填", "not given"),
    },
}
_MARKS: Final[Mapping[str, tuple[str, str, str]]] = {
    SHOWN: ("✓", "有用例", "shown by a case"),
    MISSING: ("✗", "缺用例", "no case"),
    UNREACHABLE: ("–", "到不了", "not reachable"),
    UNDECIDED: ("?", "未证明到得了", "not shown to be reachable"),
}


def _word(part: str, value: str, lang: str) -> str:
    return VALUE_WORDS[part][value][lang != "zh"]


def _percent(count: Count) -> str:
    return f"{count.shown}/{count.reachable} {count.percent:.1f}%"


def coverage_table(found: OutcomeCoverage, lang: str = "zh") -> str:
    """
    What is missing, one row a line, and the totals in the last one.
    """
    zh = lang == "zh"
    lines = [f"{found.name[lang]}  {found.title}  {found.cases} {'个用例' if zh else 'cases'}"]
    rows = list(_missing_lines(found, lang))
    if rows:
        head = ("条款", "编号", "", "缺的", "是什么") if zh else ("article", "id", "", "missing", "what")
        lines += ["", table(head, rows)]
    else:
        lines += ["", "到得了的都有用例" if zh else "all that can be reached is shown"]
    return "\n".join([*lines, "", _totals(found, lang)])


def _missing_lines(found: OutcomeCoverage, lang: str) -> Iterator[tuple[str, ...]]:
    for row in found.missing:
        words = ("、" if lang == "zh" else ", ").join(_word(row.part, value, lang) for value in row.missing)
        yield _short(row.article), row.of, PART_WORDS[row.part][lang != "zh"], words, row.text[lang]


def _short(articles: str) -> str:
    first, more, _ = articles.partition("、")
    return f"{first}…" if more else first


def _totals(found: OutcomeCoverage, lang: str) -> str:
    whole = found.count()
    parts = [f"{PART_WORDS[part][lang != 'zh']} {_percent(found.count(part))}" for part in PARTS]
    total = f"{'合计' if lang == 'zh' else 'total'} {_percent(whole)}"
    line = "  ".join((total, *parts))
    if whole.undecided:
        rest = f"另有 {whole.undecided} 项未证明到得了，不计"
        line += f"  {rest if lang == 'zh' else f'{whole.undecided} not shown to be reachable, not counted'}"
    return line


# ---------------------------------------------------------------------------------------------------------------------
# A page

_STYLE: Final = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, "Noto Sans SC", "Microsoft YaHei", sans-serif; margin: 2rem auto; max-width: 76rem;
       padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem; }
th, td { border: 1px solid #8888; padding: .2rem .5rem; text-align: left; vertical-align: top; }
td.mark, th.mark { text-align: center; white-space: nowrap; }
td.missing { font-weight: bold; outline: 2px solid #b00020; outline-offset: -2px; }
td.unreachable, td.undecided { opacity: .7; }
summary { cursor: pointer; font-weight: bold; font-size: 1.1rem; }
.wide { overflow-x: auto; }
code { white-space: nowrap; }
"""


def coverage_html(founds: Sequence[OutcomeCoverage], lang: str = "zh") -> str:
    """
    A page on one pack or several that needs no other file: totals, what is missing, and every row with its marks.
    """
    title = "用例覆盖了哪些结论" if lang == "zh" else "What the cases show"
    body = [f"<h1>{title}</h1>", _legend(lang), _summary(founds, lang)]
    for found in founds:
        body += _city_section(found, lang)
    return (
        f'<!DOCTYPE html>\n<html lang="{"zh-CN" if lang == "zh" else "en"}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n" + "\n".join(body) + "\n</body>\n</html>\n"
    )


def _legend(lang: str) -> str:
    marks = "  ".join(f"{mark} {zh if lang == 'zh' else en}" for mark, zh, en in _MARKS.values())
    return f"<p>{escape(marks)}</p>"


def _summary(founds: Sequence[OutcomeCoverage], lang: str) -> str:
    zh = lang == "zh"
    head = ["城市" if zh else "city", "用例" if zh else "cases", "合计" if zh else "total"]
    head += [PART_WORDS[part][not zh] for part in PARTS]
    rows = []
    for found in founds:
        counts = (found.count(), *(found.count(part) for part in PARTS))
        link = f'<a href="#{escape(found.city)}">{escape(found.name[lang])}</a>'
        rows.append([f"<td>{cell}</td>" for cell in (link, str(found.cases), *map(_percent, counts))])
    return _html_table(head, rows)


def _city_section(found: OutcomeCoverage, lang: str) -> Iterator[str]:
    zh = lang == "zh"
    yield f'<h2 id="{escape(found.city)}">{escape(found.name[lang])} {escape(found.title)}</h2>'
    yield f"<p>{escape(_totals(found, lang))}</p>"
    missing = [[f"<td>{escape(cell)}</td>" for cell in line] for line in _missing_lines(found, lang)]
    if missing:
        head = ("条款", "编号", "", "缺的", "是什么") if zh else ("article", "id", "", "missing", "what")
        yield f"<details open><summary>{'缺的' if zh else 'Missing'} {len(missing)}</summary>"
        yield _html_table(head, missing)
        yield "</details>"
    for part in PARTS:
        rows = found.part(part)
        if not rows:
            continue
        yield f"<details><summary>{escape(PART_WORDS[part][not zh])} {_percent(found.count(part))}</summary>"
        values = [_word(part, value, lang) for value in PARTS[part]]
        columns = ("条款", "编号", "是什么") if zh else ("article", "id", "what")
        yield _html_table((*columns, *values), [_html_cells(row, lang) for row in rows])
        yield "</details>"


def _html_cells(row: Row, lang: str) -> list[str]:
    cells = [f"<td>{escape(row.article)}</td>", f"<td><code>{escape(row.of)}</code></td>"]
    cells.append(f"<td>{escape(row.text[lang])}</td>")
    for value, state in row.states.items():
        mark, zh, en = _MARKS[state]
        word = zh if lang == "zh" else en
        told = row.cases.get(value, word)
        shown = f"{mark} {escape(word)}" if state == MISSING else mark
        cells.append(f'<td class="mark {state}" title="{escape(told)}">{shown}</td>')
    return cells


def _html_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    top = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "\n".join(f"<tr>{''.join(cells)}</tr>" for cells in rows)
    return f'<div class="wide"><table>\n<thead><tr>{top}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table></div>'


__all__ = [
    "PARTS",
    "Count",
    "OutcomeCoverage",
    "Row",
    "coverage_html",
    "coverage_table",
    "outcome_coverage",
    "outcome_of",
]
