"""
The faults that people make in law, planted in a pack one at a time.

A mutant changes one place of the pack's data: a figure by one unit, ≥ for >, 元 for 万元, 日 for 工作日, a condition or
a listed value left out, 且 for 或, a neighbouring article or stage, another actor. It knows its line, the rule, step,
definition or figure that it belongs to, and what stood there before.

New fault: a row in `KINDS` and a generator that yields it. Readings, titles, reasons and the lifecycle are not touched,
nor definitions that only the lifecycle names: no project meets or breaks them. Imports: `articles`, `conditions`,
`facts`, `packs` and `sources` (types), `values`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from govit_rules.articles import article_names, article_number, article_of, chinese_number
from govit_rules.conditions import Named, children
from govit_rules.facts import STAGES
from govit_rules.values import format_money, parse_money

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from govit_rules.conditions import Condition
    from govit_rules.packs import Pack
    from govit_rules.sources import Path, Source

# Each kind of fault: in Chinese, in English.
KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "bound": ("含与不含相混", "inclusive for exclusive"),
    "figure": ("数额差一个单位", "figure off by one unit"),
    "unit": ("万元与元相混", "万元 for 元"),
    "and_or": ("且与或相混", "and for or"),
    "truth": ("是与否相反", "yes for no"),
    "exception": ("漏掉除外", "exception left out"),
    "condition": ("漏掉条件", "condition left out"),
    "alternative": ("漏掉一种情形", "alternative left out"),
    "value_left_out": ("漏掉列举的值", "listed value left out"),
    "value_put_in": ("换进别的值", "another value put in"),
    "order": ("先后颠倒", "order turned round"),
    "working_day": ("工作日与日相混", "working days for days"),
    "span": ("期限长短不对", "span too long or short"),
    "day": ("日期差一天", "a day off"),
    "due": ("何时到期不对", "falls due otherwise"),
    "stage": ("阶段挪动", "stage shifted"),
    "article": ("相邻条款", "neighbouring article"),
    "actor": ("换了主体", "another actor"),
    "severity": ("力度不对", "another force"),
    "in_principle": ("漏掉原则上", "as a rule left out"),
    "counts": ("漏掉不计入", "own duty counts"),
}

_ALWAYS: Final = date(1900, 1, 1)  # a figure with this date has no beginning that matters
_SEVERER: Final = {"blocking": "mandatory", "mandatory": "advisory", "advisory": "mandatory"}
_OTHER_BOUND: Final = {">=": ">", ">": ">=", "<=": "<", "<": "<="}
_OTHER_MONTHS: Final = {3: 6, 6: 3}
_OTHER_UNIT: Final = {"d": "wd", "wd": "d", "mo": "wd", "y": "mo"}
_SMALLER_MONEY: Final = {"万元": "元", "万": "元", "亿元": "万元", "亿": "万元"}

_COMPARISON: Final = re.compile(r"\s*(>=|<=|>|<)\s*(.+?)\s*")
_AMOUNT: Final = re.compile(r"(?<![\w.,$])([\d.,]+)\s*(亿元|万元|元|万|亿)")
_SPAN: Final = re.compile(r"(?<![\w$])(\d{1,4})(wd|mo|d|y)\b")
_FIGURE_SPAN: Final = re.compile(r"(\$[a-z]\w*)\s*\b(wd|mo|d|y)\b")
_ISO_DAY: Final = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_YEARLY_DAY: Final = re.compile(r"(?<![\d-])(\d{2})-(\d{2})(?= of\b)")
_WHOLE: Final = re.compile(r"(?<![\w.$-])(\d{1,9})(?![\w.-])")
_ITEM: Final = re.compile(r"第\(([一二三四五六七八九十]+)\)项")


class LeftOut:
    """
    What stands in place of a value that a mutant takes away. One object, also after it went to another process.
    """

    def __reduce__(self) -> str:
        return "LEFT_OUT"


LEFT_OUT: Final = LeftOut()


@dataclass(frozen=True, slots=True)
class Mutant:
    """
    One fault: at ``path`` of the pack's data stands ``value`` instead (`LEFT_OUT`: nothing).

    ``part`` is the rule, step, ``def.NAME``, ``$figure`` or section that it belongs to; ``before`` and ``after`` are
    what the reader sees of it, ``after`` empty where something is left out.
    """

    line: int
    part: str
    kind: str
    path: Path
    value: Any
    before: str
    after: str

    def describe(self, lang: str = "zh") -> str:
        """
        The fault in a few words: its kind, what stood there and what stands there now.
        """
        kind = KINDS[self.kind][lang != "zh"]
        change = f"{self.before} → {self.after}" if self.after else self.before
        return f"{kind}：{change}" if lang == "zh" else f"{kind}: {change}"

    def planted(self, data: Any) -> Any:
        """
        The data with this fault; the given data stay as they are.
        """
        return _planted(data, self.path, self.value)


def _planted(data: Any, path: Path, value: Any) -> Any:
    key, rest = path[0], path[1:]
    copy: Any = dict(data) if isinstance(data, dict) else list(data)
    if rest:
        copy[key] = _planted(data[key], rest, value)
    elif value is LEFT_OUT:
        del copy[key]
    else:
        copy[key] = value
    return copy


def mutants_of(source: Source, pack: Pack) -> list[Mutant]:
    """
    All faults that can be planted in a pack, in the order of its lines; each differs from it and from the others.

    Args:
        source: The pack's data with their places, from `read_yaml`.
        pack: The same pack, as `read_pack` reads it.
    """
    planter = _Planter(source, pack)
    found: dict[str, Mutant] = {}
    for mutant in planter.mutants():
        found.setdefault(f"{mutant.path}{mutant.value!r}" if mutant.value is not LEFT_OUT else f"{mutant.path}", mutant)
    return sorted(found.values(), key=lambda mutant: mutant.line)


# A fault while it is being found: where, what instead, kind, before, after.
_Fault = tuple["Path", Any, str, str, str]


class _Planter:
    def __init__(self, source: Source, pack: Pack) -> None:
        self.source, self.data, self.pack = source, source.data, pack
        self.names = article_names(pack.regulation.articles)
        self.bearers = list(dict.fromkeys(rule.bearer for rule in pack.rules.values() if not rule.classifies))
        self.actors = list(dict.fromkeys(step.actor for step in pack.path.values()))

    def mutants(self) -> Iterator[Mutant]:
        for part, faults in self._parts():
            for path, value, kind, before, after in faults:
                yield Mutant(self._line(path), part, kind, path, value, _short(before), _short(after))

    def _line(self, path: Path) -> int:
        while path not in self.source.places:
            path = path[:-1]
        return self.source.places[path][0]

    def _parts(self) -> Iterator[tuple[str, Iterator[_Fault]]]:
        for name in self._section("parameters"):
            yield f"${name}", self._parameter(name)
        judged = {name for condition in self.pack.conditions() for name in _names_in(condition)}
        for name, data in self._section("definitions").items():
            if f"def.{name}" in judged:
                yield f"def.{name}", self._condition(data, ("definitions", name))
        for key in ("applies", "scope"):
            if self.data.get(key) is not None:
                yield key, self._condition(self.data[key], (key,))
        yield "due", self._due_defaults()
        for key, data in self._section("rules").items():
            yield key, self._rule(key, data)
        for key, data in self._section("path").items():
            yield key, self._step(key, data)

    def _section(self, name: str) -> dict[str, Any]:
        return self.data.get(name) or {}

    # -- figures

    def _parameter(self, name: str) -> Iterator[_Fault]:
        values = self.data["parameters"][name]["values"]
        kind = self.pack.parameters[name].type
        for day, value in values.items():
            path: Path = ("parameters", name, "values", day)
            if value is not None:
                yield from self._figure(kind, value, path)
            start = date.fromisoformat(str(day))
            if start != _ALWAYS:
                later = (start + timedelta(days=1)).isoformat()
                moved = {later if key == day else key: entry for key, entry in values.items()}
                if len(moved) == len(values):
                    yield path[:-1], moved, "day", str(day), later

    def _figure(self, kind: str, value: Any, path: Path) -> Iterator[_Fault]:
        if kind == "money":
            yield from _amount_faults(value if isinstance(value, str) else f"{value}元", path)
        elif kind in ("int", "year"):
            for other in (value - 1, value + 1):
                if other >= 0:
                    yield path, other, "figure", str(value), str(other)
        elif kind == "date":
            for other in _days_beside(str(value)):
                yield path, date.fromisoformat(other), "day", str(value), other
        elif kind == "enum_list":
            yield from _left_out_of_list(value, path)

    # -- rules and steps

    def _due_defaults(self) -> Iterator[_Fault]:
        for kind, due in self._section("due").items():
            other = "end_of_stage" if due == "stage" else "stage"
            yield ("due", kind), other, "due", f"{kind}: {due}", other
            yield ("due", kind), LEFT_OUT, "due", f"{kind}: {due}", ""

    def _rule(self, key: str, data: Mapping[str, Any]) -> Iterator[_Fault]:
        path: Path = ("rules", key)
        yield from self._conditions(data, path, ("scope", "when"), ("require",))
        yield from self._due(data, path)
        yield from self._citation(data["article"], (*path, "article"))
        if data["stage"] in STAGES:
            after = _next(data["stage"], STAGES)
            yield (*path, "stage"), after, "stage", data["stage"], after
        other = _SEVERER[data["severity"]]
        yield (*path, "severity"), other, "severity", data["severity"], other
        if data.get("require") is not None:  # what only classifies is nobody's duty
            yield from self._actor(data["bearer"], self.bearers, (*path, "bearer"))
        if data.get("in_principle") is True:
            yield (*path, "in_principle"), LEFT_OUT, "in_principle", "in_principle: true", ""
        if data.get("counts") is False:
            yield (*path, "counts"), LEFT_OUT, "counts", "counts: false", ""
        for end in ("from", "until"):
            if isinstance(data.get(end), date):
                for day in _days_beside(str(data[end])):
                    yield (*path, end), date.fromisoformat(day), "day", f"{end}: {data[end]}", day

    def _due(self, data: Mapping[str, Any], path: Path) -> Iterator[_Fault]:
        if "due" not in data or data.get("require") is None:
            return
        path, due = (*path, "due"), data["due"]
        yield path, LEFT_OUT, "due", f"due: {_text(due)}", ""
        if due in ("stage", "end_of_stage"):
            other = "end_of_stage" if due == "stage" else "stage"
            yield path, other, "due", f"due: {due}", other
        elif isinstance(due, date):
            for day in _days_beside(str(due)):
                yield path, date.fromisoformat(day), "day", str(due), day
        elif isinstance(due, str):
            yield from _day_text_faults(due, path)

    def _step(self, key: str, data: Mapping[str, Any]) -> Iterator[_Fault]:
        path: Path = ("path", key)
        yield from self._conditions(data, path, ("scope", "when", "done_when"))
        co_actors = [re.sub(r"\(.*\)$", "", str(other)) for other in data.get("co_actors") or ()]
        yield from self._actor(data["actor"], [data["actor"], *co_actors, *self.actors], (*path, "actor"))
        for i, article in enumerate(data.get("articles") or ()):
            yield from self._citation(article, (*path, "articles", i))
        keys = list(self._section("path"))
        at = keys.index(key)
        if at + 1 < len(keys):
            keys[at], keys[at + 1] = keys[at + 1], keys[at]
            swapped = {step: self.data["path"][step] for step in keys}
            yield ("path",), _Ordered(swapped), "order", f"{key}、{keys[at]}", f"{keys[at]}、{key}"

    def _actor(self, actor: str, others: Sequence[str], path: Path) -> Iterator[_Fault]:
        names = list(dict.fromkeys(others))
        if len(names) > 1:
            other = _next(actor, names)
            yield path, other, "actor", actor, other

    def _citation(self, citation: str, path: Path) -> Iterator[_Fault]:
        name = article_of(citation, self.names)
        if name is not None and len(self.names) > 1:
            at = self.names.index(name)
            near = self.names[at + 1 if at + 1 < len(self.names) else at - 1]
            other = near + citation[len(name) :]
            yield path, other, "article", citation, other
        elif name is None and (number := article_number(citation)):
            other = citation.replace(f"第{chinese_number(number)}条", f"第{chinese_number(number + 1)}条", 1)
            yield path, other, "article", citation, other
        item = _ITEM.search(citation)
        number = article_number(f"第{item[1]}条") if item else None
        if item and number:
            beside = chinese_number(number + 1 if number == 1 else number - 1)
            other = f"{citation[: item.start(1)]}{beside}{citation[item.end(1) :]}"
            yield path, other, "article", citation, other

    # -- conditions

    def _conditions(
        self, data: Mapping[str, Any], path: Path, optional: Sequence[str], needed: Sequence[str] = ()
    ) -> Iterator[_Fault]:
        for key in (*optional, *needed):
            condition = data.get(key)
            if not isinstance(condition, dict):
                continue
            at = (*path, key)
            if key in optional and len(condition) == 1:
                (name, test), *_ = condition.items()
                yield at, LEFT_OUT, _kind_left_out(name, test), f"{key}: {_entry(name, test)}", ""
            yield from self._condition(condition, at)

    def _condition(self, data: Any, path: Path) -> Iterator[_Fault]:
        """
        The faults of a condition: of a mapping as a whole, and of each of its entries.
        """
        if isinstance(data, str):
            yield path, {data: False}, "truth", data, f"{data}: false"
        if not isinstance(data, dict):
            return
        if len(data) > 1:
            yield path, {"any": [{key: test} for key, test in data.items()]}, "and_or", _text(data), "any"
        for key, test in data.items():
            at = (*path, key)
            if len(data) > 1:
                yield at, LEFT_OUT, _kind_left_out(key, test), _entry(key, test), ""
            if key in ("all", "any", "in_order"):
                yield from self._group(data, key, path)
            elif key == "not":
                turned = {other: entry for other, entry in data.items() if other != "not"}
                if "all" not in turned:
                    yield path, {**turned, "all": [test]}, "truth", f"not: {_text(test)}", _text(test)
                yield from self._condition(test, at)
            elif isinstance(test, bool):
                yield from self._boolean(key, at, given=test)
            elif key not in ("unpublished", "judgement"):
                yield from self._test(key, test, at)

    def _boolean(self, key: str, path: Path, *, given: bool) -> Iterator[_Fault]:
        fact = self.pack.fact(key)
        if fact is None or fact.type == "bool":
            yield path, not given, "truth", _entry(key, given), _text(not given)
        elif fact.type == "event_date":  # false: has not happened
            yield path, "happened", "truth", _entry(key, given), "happened"

    def _group(self, data: Mapping[str, Any], key: str, path: Path) -> Iterator[_Fault]:
        items, at = data[key], (*path, key)
        other = {"any": "all", "all": "any", "in_order": "all"}[key]
        if len(items) > 1:
            if other not in data:
                renamed = {other if name == key else name: entry for name, entry in data.items()}
                yield path, renamed, "order" if key == "in_order" else "and_or", f"{key}: {_text(items)}", other
            for i, item in enumerate(items):
                kind = "alternative" if key == "any" else _kind_of_item(item)
                yield (*at, i), LEFT_OUT, kind, _text(item), ""
        if key == "in_order":
            for i in range(len(items) - 1):
                swapped = [*items[:i], items[i + 1], items[i], *items[i + 2 :]]
                yield at, swapped, "order", f"{_text(items[i])}、{_text(items[i + 1])}", _text(items[i + 1])
        for i, item in enumerate(items):
            yield from self._condition(item, (*at, i))

    def _test(self, name: str, test: Any, path: Path) -> Iterator[_Fault]:
        fact = self.pack.fact(name)
        kind = fact.type if fact else "date"  # as_of itself
        if kind in ("enum", "enum_list"):
            yield from _listed_faults(test, tuple((fact and fact.values) or ()), path)
        if not isinstance(test, str):
            return
        if test == "happened":
            yield path, False, "truth", f"{name}: happened", "false"
        elif match := _COMPARISON.fullmatch(test):
            other = _OTHER_BOUND[match[1]]
            yield path, f"{other} {match[2]}", "bound", f"{name}: {test}", other
            if kind == "enum":
                stage = _next(match[2], STAGES)
                yield path, f"{match[1]} {stage}", "stage", f"{name}: {test}", stage
            elif kind == "money":
                yield from _amount_faults(test, path)
            elif kind in ("int", "year"):
                yield from _whole_number_faults(test, path)
            else:
                yield from _day_text_faults(test, path)
        elif kind not in ("enum", "enum_list"):
            yield from _day_text_faults(test, path)


def _names_in(condition: Condition) -> Iterator[str]:
    if isinstance(condition, Named):
        yield condition.name
    for part in children(condition):
        yield from _names_in(part)


class _Ordered(dict[str, Any]):
    """
    A mapping that is told from another by the order of its keys too.
    """

    def __repr__(self) -> str:
        return f"order of {'、'.join(self)}"

    def __reduce__(self) -> tuple[type, tuple[dict[str, Any]]]:
        return _Ordered, (dict(self),)


# ---------------------------------------------------------------------------------------------------------------------
# Faults of one value


def _listed_faults(test: Any, known: Sequence[str], path: Path) -> Iterator[_Fault]:
    """
    Of a value, or of values that are listed bare or under a quantifier.
    """
    if isinstance(test, dict) and len(test) == 1:
        (quantifier, values), *_ = test.items()
        several = isinstance(values, list) and len(values) > 1
        others = {"any_of": ["all_of"] * several, "all_of": ["any_of"] * several, "none_of": ["any_of"]}
        for other in others.get(quantifier, ()):
            # An enumeration has no any_of: there a bare list says so. `read_pack` refuses the form that does not fit.
            kind = "truth" if quantifier == "none_of" else "and_or"
            yield path, {other: values}, kind, _text(test), other
        if quantifier == "none_of":
            yield path, values, "truth", _text(test), _text(values)
        yield from _listed_faults(values, known, (*path, quantifier))
    elif isinstance(test, list):
        yield from _left_out_of_list(test, path)
        if (extra := _first_other(test[-1], known, test)) is not None:
            yield (*path, len(test) - 1), extra, "value_put_in", test[-1], extra
            if len(test) > 1:
                yield path, [*test, extra], "value_put_in", _text(test), f"{extra} 也算"
    elif isinstance(test, str) and (another := _first_other(test, known, [test])) is not None:
        yield path, another, "value_put_in", test, another


def _first_other(value: str, known: Sequence[str], listed: Sequence[str]) -> str | None:
    if value not in known:
        return None
    at = list(known).index(value)
    return next((other for other in (*known[at + 1 :], *known[:at]) if other not in listed), None)


def _left_out_of_list(values: Sequence[str], path: Path) -> Iterator[_Fault]:
    if len(values) > 1:
        for i, value in enumerate(values):
            yield (*path, i), LEFT_OUT, "value_left_out", value, ""


def _amount_faults(text: str, path: Path) -> Iterator[_Fault]:
    """
    Of each amount in a text: a fen less, a fen more, the next smaller unit.
    """
    for match in _AMOUNT.finditer(text):
        amount = parse_money(match[0])
        for fen in (-1, 1):
            changed = (amount * 100 + fen) / 100
            if changed >= 0:
                yield path, _put(text, match, format_money(changed)), "figure", text, format_money(changed)
        smaller = _SMALLER_MONEY.get(match[2])
        if smaller and amount:
            yield path, _put(text, match, match[1] + smaller), "unit", text, match[1] + smaller


def _whole_number_faults(text: str, path: Path) -> Iterator[_Fault]:
    for match in _WHOLE.finditer(text):
        for other in (int(match[1]) - 1, int(match[1]) + 1):
            if other >= 0:
                yield path, _put(text, match, str(other)), "figure", text, str(other)


def _day_text_faults(text: str, path: Path) -> Iterator[_Fault]:
    """
    Of the days and spans that a text names.
    """
    for match in _SPAN.finditer(text):
        number, unit = int(match[1]), match[2]
        for other in dict.fromkeys((number - 1, number + 1, _OTHER_MONTHS.get(number, number + 1))):
            if other >= 0 and (unit == "mo" or abs(other - number) == 1):
                yield path, _put(text, match, f"{other}{unit}"), "span", text, f"{other}{unit}"
        if number:
            changed = f"{number}{_OTHER_UNIT[unit]}"
            yield path, _put(text, match, changed), _unit_kind(unit), text, changed
    for match in _FIGURE_SPAN.finditer(text):
        changed = f"{match[1]} {_OTHER_UNIT[match[2]]}"
        yield path, _put(text, match, changed), _unit_kind(match[2]), text, changed
    for match in _ISO_DAY.finditer(text):
        for day in _days_beside(match[0]):
            yield path, _put(text, match, day), "day", text, day
    for match in _YEARLY_DAY.finditer(text):
        for day in _days_beside(f"2000-{match[0]}"):
            yield path, _put(text, match, day[5:]), "day", text, day[5:]
    if re.search(r"_year\b|year of", text):
        yield from _whole_number_faults(text, path)


def _unit_kind(unit: str) -> str:
    return "working_day" if unit in ("d", "wd") else "span"


def _days_beside(day: str) -> tuple[str, str]:
    middle, one = date.fromisoformat(day), timedelta(days=1)
    return (middle - one).isoformat(), (middle + one).isoformat()


def _put(text: str, match: re.Match[str], other: str) -> str:
    return text[: match.start()] + other + text[match.end() :]


def _next(value: str, values: Sequence[str]) -> str:
    return values[(list(values).index(value) + 1) % len(values)] if value in values else values[0]


def _kind_left_out(key: str, test: Any) -> str:
    negated = key == "not" or test is False or (isinstance(test, dict) and "none_of" in test)
    return "exception" if negated else "condition"


def _kind_of_item(item: Any) -> str:
    return _kind_left_out(*next(iter(item.items()))) if isinstance(item, dict) and len(item) == 1 else "condition"


# ---------------------------------------------------------------------------------------------------------------------
# Wording


def _text(data: Any) -> str:
    """
    Data much as a pack writes them on one line.
    """
    writers: Mapping[type, Callable[[Any], str]] = {
        bool: lambda value: "true" if value else "false",
        type(None): lambda _: "null",
        dict: lambda value: f"{{{', '.join(_entry(key, entry) for key, entry in value.items())}}}",
        list: lambda value: f"[{', '.join(map(_text, value))}]",
    }
    return writers.get(type(data), str)(data)


def _entry(key: str, test: Any) -> str:
    return f"{key}: {_text(test)}"


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


__all__ = ["KINDS", "LEFT_OUT", "Mutant", "mutants_of"]
