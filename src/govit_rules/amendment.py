"""
What changed between two packs, told as law: figures with their days, rules field by field, steps and their order.

Only what a reader of the law would call a change is one. How a file is laid out, in which order conditions are joined,
a definition that is given another name, or written out where it was used: none of these is. Conditions are told in
words, and a change names the rules, steps and scopes that read what changed.
Imports: `conditions`, `explain`, `handbook`, `packs`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from decimal import Decimal
from difflib import SequenceMatcher
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, get_args

from govit_rules.conditions import (
    AllOf,
    AnyOf,
    Condition,
    Day,
    InOrder,
    Lists,
    Named,
    Not,
    OneOf,
    StillDue,
    children,
    facts_in,
)
from govit_rules.explain import label_of, shown_value, stage_name
from govit_rules.handbook import condition_in_words, setting_in_words
from govit_rules.packs import KINDS, SEVERITIES, Reading, Setting

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from govit_rules.packs import Clock, Lifecycle, LifecycleEvent, Pack, Parameter, Yearly

Key = tuple[str, str]

_CONDITIONS: Final = get_args(Condition)
_DAYS: Final = get_args(Day)
_LANGS: Final = ("zh", "en")

# The parts of a pack, in the order in which their changes are told.
PARTS: Final[Mapping[str, tuple[str, str]]] = {
    "regulation": ("办法", "the regulation"),
    "applicability": ("适用范围", "applicability"),
    "figure": ("数额和日期", "figures"),
    "definition": ("定义", "definitions"),
    "rule": ("规则", "rules"),
    "step": ("审批路径", "path"),
    "document": ("材料和文书", "documents"),
    "agency": ("机关", "agencies"),
    "fact": ("本市事实", "local facts"),
    "state": ("生命周期的状态", "states of the lifecycle"),
    "event": ("生命周期的事件", "events of the lifecycle"),
    "transition": ("生命周期的迁移", "transitions of the lifecycle"),
    "unrecorded": ("没有记的按什么算", "what holds unless recorded"),
    "clock": ("两个事件之间的期限", "time limits between events"),
    "yearly": ("每年重新要求的", "what is asked anew each year"),
    "undated": ("条文没有写期限的职责", "duties without a day"),
    "norm": ("没有写成规则的规范", "norms that are no rules"),
}
_FIELDS: Final[Mapping[str, tuple[str, str]]] = {
    "city": ("城市的键", "city key"),
    "name": ("城市", "city"),
    "division_code": ("行政区划代码", "division code"),
    "doc_number": ("文号", "document number"),
    "issuer": ("制定机关", "issued by"),
    "issued": ("印发日期", "issued on"),
    "effective": ("施行日期", "effective from"),
    "articles": ("条款", "articles"),
    "norms": ("规范", "norms"),
    "notes": ("读者须知", "notes"),
    "applies": ("本办法何时适用", "the regulation applies where"),
    "scope": ("前提", "presupposed"),
    "condition": ("条件", "condition"),
    "values": ("值", "value"),
    "type": ("类型", "type"),
    "zh": ("名称", "name"),
    "en": ("英文", "English"),
    "title": ("标题", "title"),
    "fix": ("怎样改", "to mend it"),
    "help": ("说明", "help"),
    "who": ("谁填", "answered by"),
    "unit": ("单位", "unit"),
    "claim": ("主张了才算", "counts only if claimed"),
    "kind": ("性质", "kind"),
    "article": ("条款", "article"),
    "stage": ("阶段", "stage"),
    "severity": ("力度", "severity"),
    "when": ("何时管到", "applies where"),
    "require": ("要求", "requires"),
    "due": ("期限", "due"),
    "judged_by": ("由谁判断", "judged by"),
    "bearer": ("谁的义务", "whose duty"),
    "counts": ("算在项目头上", "counts for the project"),
    "in_principle": ("原则上", "in principle"),
    "suspect": ("条文存疑", "doubtful text"),
    "start": ("施行", "in force from"),
    "until": ("失效", "in force until"),
    "phrases": ("原文词句", "phrases of the text"),
    "reading": ("读法", "reading"),
    "chosen": ("采用", "chosen"),
    "other": ("另一读法", "other"),
    "why": ("理由", "why"),
    "actor": ("谁办", "actor"),
    "co_actors": ("会同谁", "with"),
    "documents": ("材料和文书", "documents"),
    "done_when": ("何时算办了", "done where"),
    "time_limit": ("时限", "time limit"),
    "outcome": ("办完得到什么", "outcome"),
    "if_fails": ("没有通过怎么办", "if it fails"),
    "note": ("说明", "note"),
    "order": ("先后", "order"),
    "prepared_by": ("谁编制", "prepared by"),
    "role": ("职责", "role"),
    "also_called": ("又称", "also called"),
    "label": ("名称", "name"),
    "initial": ("起始状态", "initial state"),
    "origin": ("从", "from"),
    "event": ("事件", "event"),
    "target": ("到", "to"),
    "also": ("又称", "also called"),
    "by": ("由谁", "by"),
    "sets": ("使之成立", "makes true"),
    "value": ("值", "value"),
    "rule": ("规则", "rule"),
    "from_event": ("从哪个事件起", "from the event"),
    "until_event": ("到哪个事件为止", "until the event"),
    "fact": ("记在哪个事实", "kept in"),
    "limit": ("工作日数", "working days"),
    "states": ("处在哪些状态", "in the states"),
    "year": ("年份", "year"),
    "resets": ("重新要求", "asked anew"),
    "reason": ("理由", "reason"),
}
_WHO: Final = {
    "owner": ("项目单位", "the owner"),
    "authority": ("主管部门", "the authority"),
    "expert": ("专家", "experts"),
}
_DUE: Final = {
    "stage": ("到所属阶段之前做到", "by its stage"),
    "end_of_stage": ("所属阶段结束之前", "before the end of its stage"),
}
# Parts that can be read by others, and parts that read.
_READABLE: Final = ("figure", "definition", "fact", "rule")
_READERS: Final = ("applicability", "rule", "step", "transition")


@dataclass(frozen=True, slots=True)
class Difference:
    """
    One field of a part that is not as it was; None stands for nothing.

    ``before_text``, ``after_text`` say it by language in lines; ``kept`` pairs the lines (by their places in both) that
    say the same. ``since`` and ``until`` are the first day on which a figure differs, and the first on which it no
    longer does.
    """

    field: str
    before: Any
    after: Any
    before_text: Mapping[str, tuple[str, ...]]
    after_text: Mapping[str, tuple[str, ...]]
    kept: tuple[tuple[int, int], ...] = ()
    since: date | None = None
    until: date | None = None

    def label(self, lang: str = "zh") -> str:
        """
        What a reader calls the field.
        """
        return " · ".join(_FIELDS.get(name, (name, name))[lang != "zh"] for name in self.field.split("."))

    def as_dict(self, lang: str = "zh") -> dict[str, Any]:
        """
        The difference as plain data.
        """
        return {
            "field": self.field,
            "label": self.label(lang),
            "before": _plain(self.before),
            "after": _plain(self.after),
            "before_text": list(self.before_text[lang]),
            "after_text": list(self.after_text[lang]),
            "since": self.since and self.since.isoformat(),
            "until": self.until and self.until.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Change:
    """
    A part of the pack (a row of PARTS) that was ``added``, ``removed`` or ``changed``.

    ``name`` is ``$figure``, ``def.NAME``, ``local.fact``, the id of a rule, step or norm, else what the pack calls it.
    ``touches`` lists, by part, what reads it and is thereby changed in meaning.
    """

    part: str
    name: str
    how: str
    label: Mapping[str, str]
    articles: tuple[str, ...]
    differences: tuple[Difference, ...]
    touches: Mapping[str, tuple[str, ...]]

    @property
    def key(self) -> Key:
        """
        What the change is known by: part and name.
        """
        return self.part, self.name

    @property
    def days(self) -> tuple[date, ...]:
        """
        The days from which it makes a difference, where it has such days.
        """
        named = [day for each in self.differences for day in _days_of(each)]
        return tuple(sorted(set(named)))

    def as_dict(self, lang: str = "zh") -> dict[str, Any]:
        """
        The change as plain data.
        """
        return {
            "part": self.part,
            "name": self.name,
            "change": self.how,
            "label": self.label[lang],
            "articles": list(self.articles),
            "differences": [each.as_dict(lang) for each in self.differences],
            "touches": {part: list(names) for part, names in self.touches.items()},
        }


@dataclass(frozen=True)
class Amendment:
    """
    All that changed from one pack to another; figures in conditions are those of the day ``as_of``.
    """

    old: Pack
    new: Pack
    as_of: date
    changes: tuple[Change, ...]

    def __bool__(self) -> bool:
        return bool(self.changes)

    @cached_property
    def by_key(self) -> Mapping[Key, Change]:
        """
        The changes by part and name.
        """
        return {change.key: change for change in self.changes}

    @property
    def days_ahead(self) -> tuple[date, ...]:
        """
        The days after ``as_of`` from which a change makes a difference that it does not make yet.
        """
        return tuple(sorted({day for change in self.changes for day in change.days if day > self.as_of}))

    @property
    def counts(self) -> Mapping[str, int]:
        """
        How many changes there are of each part.
        """
        counted = Counter(change.part for change in self.changes)
        return {part: counted[part] for part in PARTS if counted[part]}

    def as_dict(self, lang: str = "zh") -> dict[str, Any]:
        """
        The amendment as plain data, in the form that docs/cli.md gives.
        """
        return {
            "old": _head(self.old, lang),
            "new": _head(self.new, lang),
            "as_of": self.as_of.isoformat(),
            "changed": bool(self),
            "counts": dict(self.counts),
            "days_ahead": [day.isoformat() for day in self.days_ahead],
            "changes": [change.as_dict(lang) for change in self.changes],
        }


def amendment_of(old: Pack, new: Pack, *, as_of: date) -> Amendment:
    """
    What changed from one pack to another.

    Args:
        old: The pack as it was.
        new: The pack as it is to be; usually, not necessarily, of the same city.
        as_of: The day whose figures are shown in conditions. What changed does not depend on it.
    """
    return Amendment(old, new, as_of, tuple(_Comparer(old, new, as_of).changes()))


def _head(pack: Pack, lang: str) -> dict[str, Any]:
    regulation = pack.regulation
    head = {"city": pack.city, "name": pack.name[lang], "title": regulation.title}
    return {**head, "doc_number": regulation.doc_number, "digest": pack.digest}


def _days_of(difference: Difference) -> Iterator[date]:
    if difference.since is not None:
        yield difference.since
    if difference.field in ("start", "until"):
        yield from filter(None, (difference.before, difference.after))


def _plain(value: Any) -> Any:
    """
    A field's value as JSON has it; of a condition there are only words.
    """
    match value:
        case None | bool() | int() | str():
            return value
        case date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case frozenset():
            return sorted(map(_plain, value))
        case tuple():
            return [_plain(each) for each in value]
        case Setting(fact, taken, given):
            return {"fact": fact, "value": _plain(given) if taken == "value" else taken}
    return None


# ---------------------------------------------------------------------------------------------------------------------
# A pack as tables of parts, a part as fields


def _tables(pack: Pack) -> dict[str, dict[str, dict[str, Any]]]:
    """
    All that a pack says: by part and name, field by field. A figure's values stand apart.
    """
    lifecycle = pack.lifecycle
    tables: dict[str, dict[str, dict[str, Any]]] = {part: {} for part in PARTS}
    head = {"city": pack.city, "name": pack.name, "division_code": pack.division_code}
    tables["regulation"]["regulation"] = {**_flat(head), **_flat(pack.regulation)}
    tables["applicability"]["applies"] = {"applies": pack.applies}
    if pack.scope != pack.applies:
        tables["applicability"]["scope"] = {"scope": pack.scope}
    tables["figure"] = {f"${name}": _flat(part, {"name", "values"}) for name, part in pack.parameters.items()}
    tables["definition"] = {f"def.{name}": {"condition": item} for name, item in pack.definitions.items()}
    tables["rule"] = {name: _flat(part, {"id"}) for name, part in pack.rules.items()}
    tables["step"] = {name: _flat(part, {"id"}) for name, part in pack.path.items()}
    tables["document"] = {name: _flat(part) for name, part in pack.documents.items()}
    tables["agency"] = {name: _flat(part) for name, part in pack.agencies.items()}
    tables["fact"] = {name: _flat(part, {"path"}) for name, part in pack.facts.items()}
    if lifecycle:
        tables |= _lifecycle_tables(lifecycle)
    tables["norm"] = {
        norm: {"article": article, "reason": reason}
        for article, norms in pack.reasons.items()
        for norm, reason in norms.items()
    }
    return tables


def _lifecycle_tables(lifecycle: Lifecycle) -> dict[str, dict[str, dict[str, Any]]]:
    return {
        "state": {
            name: {"label": label, "stage": lifecycle.stages.get(name), "initial": name == lifecycle.initial}
            for name, label in lifecycle.states.items()
        },
        "event": {name: _event(event) for name, event in lifecycle.events.items()},
        "transition": _numbered(
            (f"{each.origin} → {each.target} ({each.event})", _flat(each)) for each in lifecycle.transitions
        ),
        "unrecorded": {each.fact: {"value": (each,)} for each in lifecycle.unrecorded},
        "clock": {clock.fact: _clock(clock) for clock in lifecycle.clocks},
        "yearly": _numbered(
            ("、".join(sorted(setting.fact for setting in each.resets)), _yearly(each)) for each in lifecycle.yearly
        ),
        "undated": {rule: {} for rule in lifecycle.undated},
    }


def _event(event: LifecycleEvent) -> dict[str, Any]:
    return {**_flat(event, {"name"}), "also": tuple(sorted(event.also)), "sets": _by_fact(event.sets)}


def _clock(clock: Clock) -> dict[str, Any]:
    return {"from_event": clock.start, "until_event": clock.end, **_flat(clock, {"start", "end"})}


def _yearly(yearly: Yearly) -> dict[str, Any]:
    return {"states": tuple(sorted(yearly.states)), "year": yearly.year, "resets": _by_fact(yearly.resets)}


def _by_fact(settings: Iterable[Setting]) -> tuple[Setting, ...]:
    return tuple(sorted(settings, key=lambda setting: setting.fact))  # in which order they stand says nothing


def _numbered(entries: Iterable[tuple[str, dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    """
    Entries by name; of several of one name, the second and further are numbered.
    """
    found: dict[str, dict[str, Any]] = {}
    for base, entry in entries:
        name, number = base, 1
        while name in found:
            number += 1
            name = f"{base} {number}"
        found[name] = entry
    return found


def _flat(part: Any, without: Iterable[str] = ()) -> dict[str, Any]:
    """
    A part field by field, in one layer: ``title.zh``, ``reading.chosen``.
    """
    found: dict[str, Any] = {}
    pairs = ((f.name, getattr(part, f.name)) for f in fields(part)) if is_dataclass(part) else part.items()
    for name, value in pairs:
        if name in without:
            continue
        if isinstance(value, Mapping | Reading):
            found.update({f"{name}.{inner}": each for inner, each in _flat(value).items()})
        else:
            found[name] = _field(value)
    return found


def _field(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(str, value))
    return StillDue(value) if isinstance(value, _DAYS) else value


# ---------------------------------------------------------------------------------------------------------------------
# What conditions mean, and what they read

_FOLDED: Final = ("def.", "rule.")


def meaning(value: Any, folded: tuple[str, ...] = ()) -> Any:
    """
    A condition such that two are equal if they say the same, in whatever order; other values as they are.

    Args:
        value: A condition, or a field that is none.
        folded: What is compared by its name (``def.``, ``rule.``); all else is compared by what it says.
    """
    match value:
        case Named(name, item):
            return ("Named", name) if name.startswith(folded) else meaning(item, folded)
        case AllOf() | AnyOf():
            parts = frozenset(meaning(part, folded) for part in _joined(value, folded))
            return next(iter(parts)) if len(parts) == 1 else (type(value).__name__, parts)
        case InOrder(items):
            return ("InOrder", *(meaning(item, folded) for item in items))
        case Not(Not(item)):
            return meaning(item, folded)
        case Not(item):
            return ("Not", meaning(item, folded))
        case OneOf(fact, values, negated):
            return ("OneOf", fact, frozenset(values), negated)
        case Lists(fact, quantifier, values):
            return ("Lists", fact, quantifier, frozenset(values))
    return value


def _joined(condition: Condition, folded: tuple[str, ...]) -> Iterator[Condition]:
    """
    The parts of a conjunction or alternative, with those of the same kind inside it written out.
    """
    for part in children(condition):
        inner = part
        while isinstance(inner, Named) and not inner.name.startswith(folded):
            inner = inner.item
        if type(inner) is type(condition):
            yield from _joined(inner, folded)
        else:
            yield part


def _same(was: Any, now: Any) -> bool:
    """
    Whether two fields say the same by law. What a definition or rule that both name has come to say is not looked at.
    """
    if not isinstance(was, _CONDITIONS) or not isinstance(now, _CONDITIONS):
        return bool(was == now)
    return any(meaning(was, folded) == meaning(now, folded) for folded in (_FOLDED, ("rule.",)))


def names_in(condition: Condition) -> frozenset[str]:
    """
    All that a condition reads, also through definitions and rules: facts, ``$figure``, ``def.NAME``, ``rule.ID``.
    """
    found, waiting = set(facts_in(condition)), [condition]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Named):
            found.add(part.name)
        waiting.extend(children(part))
    return frozenset(found)


def _read_by(said: Mapping[str, Any] | None) -> frozenset[str]:
    conditions = [value for value in (said or {}).values() if isinstance(value, _CONDITIONS)]
    return frozenset(name for condition in conditions for name in names_in(condition))


# ---------------------------------------------------------------------------------------------------------------------
# Comparing


class _Comparer:
    def __init__(self, old: Pack, new: Pack, as_of: date) -> None:
        self.packs, self.as_of = (old, new), as_of
        self.tables = (_tables(old), _tables(new))
        # Names of figures stand for their values: by such lines one side of a condition is held against the other.
        self.bare = tuple(replace(pack, parameters=_unpublished(pack), _judges={}) for pack in self.packs)
        self.turned = frozenset(self._turned())
        self.moved = self._moved()

    def changes(self) -> Iterator[Change]:
        for part in PARTS:
            before, after = (table[part] for table in self.tables)
            for name in dict.fromkeys((*after, *before)):
                change = self._change(part, name, before.get(name), after.get(name))
                if change is not None:
                    yield change

    def _change(
        self, part: str, name: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
    ) -> Change | None:
        how = "added" if before is None else "removed" if after is None else "changed"
        found = [*self._fields(before or {}, after or {})]
        if part == "figure":
            found.extend(self._values(name))
        if part == "step" and name in self.moved:
            found.append(self.moved[name])
        if how == "changed" and not found:
            return None
        touches = self._touches(part, name, found)
        if part == "definition" and how != "changed" and not touches:
            return None  # what used to be written out got a name, or the other way round
        said = after or before or {}
        label = self._facts(part, name, said) or _label(part, name, said, self.tables)
        return Change(part, name, how, label, _articles(said), tuple(found), touches)

    def _facts(self, part: str, name: str, said: Mapping[str, Any]) -> dict[str, str]:
        """
        What a part that is known by its facts is called; nothing for the others.
        """
        named = {"unrecorded": [name], "clock": [name], "yearly": [each.fact for each in said.get("resets", ())]}
        packs = {fact: self.packs[self.packs[1].fact(fact) is not None] for fact in named.get(part, ())}
        return {
            lang: joint.join(label_of(pack, fact, lang) for fact, pack in packs.items())
            for lang, joint in (("zh", "、"), ("en", ", "))
            if packs
        }

    # -- fields

    def _fields(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
        for name in dict.fromkeys((*after, *before)):
            was, now = before.get(name), after.get(name)
            if (was or now) and not _same(was, now):
                yield self._difference(name, was, now)

    def _difference(self, name: str, was: Any, now: Any) -> Difference:
        sides = tuple(zip((was, now), self.packs, strict=True))
        texts = [{lang: _said(name, value, pack, self.as_of, lang) for lang in _LANGS} for value, pack in sides]
        bare = tuple(zip((was, now), self.bare, strict=True))
        lines = [_said(name, value, pack, self.as_of, "zh") for value, pack in bare]
        if texts[0] == texts[1]:  # a figure stands where its amount was written, or the other way round
            texts = [
                {lang: tuple(map(_as_named, _said(name, value, pack, self.as_of, lang))) for lang in _LANGS}
                for value, pack in bare
            ]
        return Difference(name, was, now, texts[0], texts[1], _kept(*lines))

    def _values(self, name: str) -> Iterator[Difference]:
        """
        The spans of days in which a figure is not what it was.
        """
        figures = [pack.parameters.get(name[1:]) for pack in self.packs]
        for start, end, values in _spans(*figures):
            texts = [
                {lang: _figure(pack, figure, value, lang) for lang in _LANGS}
                for pack, figure, value in zip(self.packs, figures, values, strict=True)
            ]
            yield Difference("values", values[0], values[1], texts[0], texts[1], since=start, until=end)

    # -- the order of steps

    def _moved(self) -> dict[str, Difference]:
        before, after = (list(pack.path) for pack in self.packs)
        found = {}
        for name in moved_names(before, after):
            places = [steps[steps.index(name) - 1] if steps[0] != name else None for steps in (before, after)]
            texts = [_place(pack, place) for pack, place in zip(self.packs, places, strict=True)]
            found[name] = Difference("order", places[0], places[1], texts[0], texts[1])
        return found

    # -- what reads it

    def _turned(self) -> Iterator[Key]:
        """
        The parts whose conditions no longer mean what they meant, for themselves or by a definition or rule they read.
        """
        for part in _READERS:
            before, after = (table[part] for table in self.tables)
            for name in dict.fromkeys((*after, *before)):
                sides = [
                    said and {field: meaning(value) for field, value in said.items() if isinstance(value, _CONDITIONS)}
                    for said in (before.get(name), after.get(name))
                ]
                if sides[0] != sides[1]:
                    yield part, name

    def _touches(self, part: str, name: str, found: Sequence[Difference]) -> dict[str, tuple[str, ...]]:
        if part not in _READABLE or (part == "rule" and not any(each.field == "when" for each in found)):
            return {}
        read = f"rule.{name}" if part == "rule" else name
        by_meaning = part in ("definition", "rule")
        touched = {
            reader: tuple(
                each
                for each in dict.fromkeys((*self.tables[1][reader], *self.tables[0][reader]))
                if ((reader, each) in self.turned or not by_meaning) and self._reads(reader, each, read)
            )
            for reader in _READERS
        }
        return {reader: names for reader, names in touched.items() if names}

    def _reads(self, part: str, name: str, read: str) -> bool:
        return any(read in names.get((part, name), ()) for names in self.read)

    @cached_property
    def read(self) -> tuple[dict[Key, frozenset[str]], ...]:
        """
        What every part that reads anything reads, of both packs.
        """
        return tuple(
            {(part, name): _read_by(said) for part in _READERS for name, said in table[part].items()}
            for table in self.tables
        )


def _unpublished(pack: Pack) -> dict[str, Parameter]:
    return {name: replace(figure, values=()) for name, figure in pack.parameters.items()}


def _as_named(line: str) -> str:
    return line.replace("（未公布）", "").replace(" (not published)", "")


def _said(name: str, value: Any, pack: Pack, as_of: date, lang: str) -> tuple[str, ...]:
    """
    A field's value in words, line by line.
    """
    second = lang != "zh"
    match name, value:
        case _, None:
            return ()
        case _, bool():
            return (("是", "yes")[second] if value else ("否", "no")[second],)
        case "states", tuple():
            labels = pack.lifecycle.states if pack.lifecycle else {}
            return tuple(labels.get(state, state) for state in value)
        case "value", (Setting(fact, _, given),):
            return (shown_value(pack, fact, given, lang),)
        case _, tuple():
            return tuple(
                setting_in_words(pack, each, lang) if isinstance(each, Setting) else str(each) for each in value
            )
        case ("documents" | "year" | "fact", str()):
            return (label_of(pack, value, lang),)
        case ("limit", str()):
            figure = pack.parameters[value]
            shown = " ".join(_figure(pack, figure, figure.at(as_of), lang))
            return (f"{label_of(pack, f'${value}', lang)}{': ' if second else '：'}{shown}",)
        case ("due", "stage" | "end_of_stage"):
            return (_DUE[value][second],)
        case ("who", str()):
            return (_WHO[value][second],)
        case ("stage", str()):
            return (stage_name(value, lang),)
        case ("severity" | "kind", str()) if not second:
            return (SEVERITIES.get(value) or KINDS.get(value) or value,)
    if isinstance(value, _CONDITIONS):
        return tuple(condition_in_words(value, pack, as_of, lang))
    return (str(value),)


def _figure(pack: Pack, figure: Parameter | None, value: Any, lang: str) -> tuple[str, ...]:
    if figure is None:
        return ()
    if value is None:
        return ("没有公布" if lang == "zh" else "not published",)
    return (shown_value(pack, f"${figure.name}", value, lang),)


def _spans(was: Parameter | None, now: Parameter | None) -> Iterator[tuple[date, date | None, tuple[Any, Any]]]:
    """
    The spans (first day, first day after it) in which two figures differ, with the values of both.
    """
    starts = sorted({day for figure in (was, now) if figure is not None for day, _ in figure.values})
    spans: list[tuple[date, tuple[Any, Any]]] = []
    for start in starts:
        values = tuple(None if figure is None else figure.at(start) for figure in (was, now))
        if not spans or spans[-1][1] != values:
            spans.append((start, (values[0], values[1])))
    ends: list[date | None] = [start for start, _ in spans[1:]]
    for (start, values), end in zip(spans, [*ends, None], strict=True):
        if values[0] != values[1] or was is None or now is None:
            yield start, end, values


def moved_names(before: Sequence[str], after: Sequence[str]) -> tuple[str, ...]:
    """
    The fewest of the names in both lists that must be moved to bring the others into the new order.
    """
    ranks = {name: i for i, name in enumerate(before)}
    common = [name for name in after if name in ranks]
    ends: list[int] = []  # the least rank in which a rising chain of each length ends
    chains: list[int] = []
    for name in common:
        length = bisect_left(ends, ranks[name])
        ends[length:] = [ranks[name], *ends[length + 1 :]]
        chains.append(length)
    kept, wanted = set(), len(ends) - 1
    for name, length in zip(reversed(common), reversed(chains), strict=True):
        if length == wanted:  # the nearest chain of this length is the one that was made longer
            kept.add(name)
            wanted -= 1
    return tuple(name for name in common if name not in kept)


def _place(pack: Pack, before: str | None) -> dict[str, tuple[str, ...]]:
    if before is None:
        return {"zh": ("最先",), "en": ("first",)}
    name = pack.path[before].name
    return {"zh": (f"在“{name['zh']}”之后",), "en": (f"after “{name['en']}”",)}


def _kept(before: Sequence[str], after: Sequence[str]) -> tuple[tuple[int, int], ...]:
    was, now = ([line.strip() for line in side] for side in (before, after))  # how deep a line stands says nothing
    blocks = SequenceMatcher(None, was, now, autojunk=False).get_matching_blocks()
    return tuple((block.a + i, block.b + i) for block in blocks for i in range(block.size))


def _label(
    part: str, name: str, said: Mapping[str, Any], tables: Sequence[Mapping[str, Mapping[str, Mapping[str, Any]]]]
) -> dict[str, str]:
    """
    What a reader calls a part; its name where it has no other.
    """
    if part == "transition":
        states = {**tables[0]["state"], **tables[1]["state"]}
        ends = (states.get(said[end], {}).get("label", said[end]) for end in ("origin", "target"))
        return dict.fromkeys(_LANGS, f"{' → '.join(ends)}（{said['event']}）")
    zh, en = {
        "rule": ("title.zh", "title.en"),
        "step": ("name.zh", "name.en"),
        "figure": ("zh", "en"),
        "fact": ("zh", "en"),
        "state": ("label", ""),
        "regulation": ("title", ""),
    }.get(part, ("", ""))
    return {"zh": str(said.get(zh) or name), "en": str(said.get(en) or said.get(zh) or name)}


def _articles(said: Mapping[str, Any]) -> tuple[str, ...]:
    listed = said.get("articles")
    named = (*(listed if isinstance(listed, tuple) else ()), said.get("article"))
    return tuple(str(article) for article in named if article)
