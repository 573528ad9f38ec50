"""
Properties: what a regulation demands of every project of some kind, as data, and whether a pack says so.

A property says `for every project such that … , then …`; its conditions are written as in a pack. It is checked on
projects made out of the pack (`strategies`), at the figures' boundaries most often; one that is false is shown by the
smallest project that could be found, which `govit-rules check` judges alike. The form is in docs/testing.md.

Reading needs nothing beside YAML; checking needs Hypothesis, which is imported then.
Imports: `articles`, `cases`, `decision`, `demands`, `diagram`, `errors`, `evaluate`, `explain`, `facts`, `grammar`,
`judge`, `library`, `packs`, `project`, `sources`, `strategies`.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from govit_rules.articles import article_names, article_of
from govit_rules.conditions import ALWAYS, Condition, Named, Not, conjunction, facts_in
from govit_rules.decision import OUTCOME_ZH, OUTCOMES
from govit_rules.diagram import MET, Question, solve
from govit_rules.errors import Defect, PackError, PropertyError
from govit_rules.evaluate import evaluate
from govit_rules.explain import label_of, shown_value
from govit_rules.facts import STAGES, nearest
from govit_rules.grammar import Parser, Vocabulary
from govit_rules.judge import judge_for
from govit_rules.library import find_city, load_pack, packs_folder
from govit_rules.packs import KINDS, SEVERITIES
from govit_rules.project import CORE_FACTS
from govit_rules.sources import MAX_BYTES, read_yaml
from govit_rules.testing.cases import nested
from govit_rules.testing.demands import DEMANDS, Answers, Told, aims_of, facts_behind, own_facts
from govit_rules.testing.strategies import (
    Found,
    Move,
    changed_projects,
    fitted_projects,
    holds,
    judging_days,
    project_of,
    projects,
    smallest,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from govit_rules.decision import Decision
    from govit_rules.packs import Pack
    from govit_rules.sources import Path as Place
    from govit_rules.sources import Source
    from govit_rules.testing.strategies import Facts

STATUS_ZH: Final = {"required": "必经", "not_required": "不必经", "unknown": "不能判断"}
_APPLIES_ZH: Final = {"yes": "适用", "no": "不适用", "unknown": "不能判断"}
_EXITS: Final = (0, 1, 3)
_FILE_KEYS: Final = ("city", "as_of", "properties")
_KEYS: Final = ("id", "zh", "en", "article", "given", "complete", "as_of", "change", "then")
_NEEDED: Final = ("id", "zh", "article", "then")
_CHOICES: Final = ("kind", "severity", "stage", "classifies", "counts", "except", "outcome")
_DAYS_TRIED: Final = 4


@dataclass(frozen=True, slots=True)
class Property:
    """
    What holds of every project such that ``given`` is true of it, or between it and what it is after a ``change``.

    ``complete``: of projects of which every fact that matters is known. ``as_of`` is None for any day. ``demands`` are
    the keys of ``then`` with what they ask, read and checked.
    """

    city: str
    file: str
    line: int
    id: str
    zh: str
    en: str
    article: str
    given: Condition
    complete: bool
    as_of: date | None
    moves: Mapping[str, Move]
    demands: Mapping[str, Any]
    pack: Pack = field(repr=False)

    def __str__(self) -> str:
        return f"{self.city}:{self.id}"

    @property
    def place(self) -> str:
        """
        Where the property stands, as ``file:line``.
        """
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Shortfall:
    """
    One thing that a pack says of a project otherwise than a property demands, with the pack's reasons.

    ``what`` is a rule, a step, ``applies`` or ``exit``; ``demanded`` are the words that it may be.
    """

    what: str
    demanded: frozenset[Any]
    said: Any
    reason: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Counterexample:
    """
    A smallest project of which a property does not hold, in the form of a project file.

    ``changed`` is what it is after the change, where the property has one; ``shortfalls`` are what the pack
    says otherwise, of the project after the change.
    """

    project: Mapping[str, Any]
    changed: Mapping[str, Any] | None
    as_of: date
    shortfalls: tuple[Shortfall, ...]

    def project_json(self) -> str:
        """
        The project of which the pack says what it should not, as the content of a project file.
        """
        return json.dumps(self.project if self.changed is None else self.changed, ensure_ascii=False, indent=2)


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    What came of checking a property: on how many projects (``tried``), of which so many were as given (``satisfied``).
    """

    about: Property
    tried: int
    satisfied: int
    counterexample: Counterexample | None = None

    @property
    def holds(self) -> bool:
        """
        Whether no project was found of which it does not hold.
        """
        return self.counterexample is None


# ---------------------------------------------------------------------------------------------------------------------
# Reading


def properties_folder() -> Path:
    """
    Where the properties of the shipped packs are: one file a city, where a pack has some.
    """
    return packs_folder() / "properties"


def shipped_properties(city: str, *, pack: Pack | None = None) -> list[Property]:
    """
    The properties that come with a city's pack; none where it has none.

    Args:
        city: As for `load_pack`.
        pack: Another pack of that city to read them for, as one that is being amended.

    Raises:
        UnknownCity: There is no pack for it.
        PropertyError: The file is wrong, or names what the other pack does not have.
    """
    file = properties_folder() / f"{find_city(city)}.yaml"
    return read_properties(file, pack=pack) if file.is_file() else []


def read_properties(path: str | Path, *, pack: Pack | None = None) -> list[Property]:
    """
    The properties of a file, in its order.

    Args:
        path: The file.
        pack: The pack that they are about; by default the shipped one of the file's ``city``.

    Raises:
        PropertyError: With every defect of the file, each with line, column and how to mend it.
        UnknownCity: There is no pack of the file's city.
    """
    try:
        with Path(path).open("rb") as file:
            source = read_yaml(file.read(MAX_BYTES + 1), str(path))
        return _Reader(source, pack).properties()
    except OSError as error:
        raise PropertyError([Defect(str(path), f"读不出来（{error.strerror}）", "查文件名和权限")]) from None
    except PackError as error:  # what `sources` finds wrong with any YAML
        raise PropertyError(error.defects) from None


class _Reader:
    """
    Reads properties out of plain data, reporting every defect to its source.
    """

    def __init__(self, source: Source, pack: Pack | None) -> None:
        self.source = source
        self.data: dict[str, Any] = self._mapping(source.data, (), _FILE_KEYS)
        city = self.data.get("city")
        if not isinstance(city, str) or not city:
            source.report((), "没有写 city", "写上规则包的城市，如 city: luzhou")
            source.refuse()
        self.pack = load_pack(str(city)) if pack is None else pack
        if pack is not None and city not in (pack.city, *pack.name.values(), pack.division_code):
            source.report(("city",), f"city 是 {city}，而规则包是 {pack.city}", "改 city，或换规则包")
        parameters = {parameter.name: parameter.type for parameter in self.pack.parameters.values()}
        vocabulary = Vocabulary({**CORE_FACTS, **self.pack.facts}, parameters, self._named)
        self.parser = Parser(vocabulary, source.report)

    def _mapping(self, data: Any, path: Place, allowed: Iterable[str], needed: Iterable[str] = ()) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.source.report(path, f"{path[-1] if path else '性质文件'} 应是一组键值", "样子见 docs/testing.md")
            return {}
        for key in data:
            self._known(key, allowed, (*path, key), "键")
        for key in needed:
            if data.get(key) is None:
                self.source.report(path, f"没有写 {key}", f"补上 `{key}:`")
        return data

    def _known(self, name: Any, allowed: Iterable[Any], path: Place, what: str) -> bool:
        allowed = tuple(allowed)
        if name in allowed and (not isinstance(name, bool) or any(name is item for item in allowed)):
            return True
        near = nearest(str(name), [str(item) for item in allowed])
        known = "、".join(str(item).lower() if isinstance(item, bool) else str(item) for item in allowed[:40])
        self.source.report(path, f"没有{what} {name}", f"是不是 {near}?" if near else f"可用: {known}")
        return False

    def _named(self, name: str, path: Place) -> Condition | None:
        kind, _, key = name.partition(".")
        if kind == "def":
            condition = self.pack.definitions.get(key)
            if condition is None:
                self._known(key, self.pack.definitions, path, "定义")
            return condition
        if not self._known(key, self.pack.rules, path, "规则"):
            return None
        rule = self.pack.rules[key]
        if not rule.classifies or rule.scope != ALWAYS:
            self.source.report(path, f"{name} 不是 scope: true 的归类规则", "它的结论写在 then 的 rules 下")
            return None
        return rule.when

    # -- properties

    def properties(self) -> list[Property]:
        listed = self.data.get("properties")
        if not isinstance(listed, list) or not listed:
            self.source.report(("properties",), "properties 应是非空的列表", "每项以 “- id:” 起头")
            self.source.refuse()
        found = [self._property(entry, ("properties", at)) for at, entry in enumerate(listed or ())]
        seen: set[str] = set()
        for at, prop in enumerate(found):
            if prop.id in seen:
                self.source.report(("properties", at), f"编号 {prop.id} 在本文件里已经有了", "换一个编号")
            seen.add(prop.id)
        self.source.refuse()
        return found

    def _property(self, entry: Any, path: Place) -> Property:
        data = self._mapping(entry, path, _KEYS, _NEEDED)
        moves = self._moves(data.get("change"), (*path, "change"))
        return Property(
            city=self.pack.city,
            file=self.source.name,
            line=self.source.places.get(path, (1, 1))[0],
            id=str(data.get("id")),
            zh=str(data.get("zh")),
            en=str(data.get("en") or data.get("zh")),
            article=self._article(data.get("article"), (*path, "article")),
            given=self._given(data.get("given"), (*path, "given")),
            complete=self._flag(data.get("complete"), (*path, "complete")),
            as_of=self._day(data, path),
            moves=moves,
            demands=self._demands(data.get("then"), (*path, "then"), changing="change" in data),
            pack=self.pack,
        )

    def _article(self, data: Any, path: Place) -> str:
        cited = data if isinstance(data, list) else [data]
        names = article_names(self.pack.regulation.articles)
        for article in cited:
            if article is not None and names and article_of(str(article), names) is None:
                self.source.report(path, f"条款 {article} 不在{names[0]}至{names[-1]}之内", "照全文的写法写条款")
        return "、".join(map(str, cited))

    def _flag(self, data: Any, path: Place) -> bool:
        if data is not None and not isinstance(data, bool):
            self.source.report(path, f"{path[-1]} 应是 true 或 false", "写成 true 或 false")
        return data is True

    def _day(self, data: Mapping[str, Any], path: Place) -> date | None:
        own = data.get("as_of")
        day = own if own is not None else self.data.get("as_of")
        if day is not None and not isinstance(day, date):
            self.source.report((*path, "as_of") if own is not None else ("as_of",), "as_of 应是日期", "写成 2026-11-21")
            return None
        return day

    def _given(self, data: Any, path: Place) -> Condition:
        if data is None:
            return ALWAYS
        applies: list[Condition] = []
        if isinstance(data, dict) and "applies" in data:
            if self._known(data["applies"], (True, False), (*path, "applies"), "这种写法"):
                scope = Named("applies", self.pack.applies)
                applies.append(scope if data["applies"] else Not(scope))
            data = {key: value for key, value in data.items() if key != "applies"}
            if not data:
                return conjunction(*applies)
        return conjunction(*applies, self.parser.condition(data, path))

    def _moves(self, data: Any, path: Place) -> dict[str, Move]:
        if data is None:
            return {}
        moves: dict[str, Move] = {}
        facts = {**CORE_FACTS, **self.pack.facts}
        for name, way in self._mapping(data, path, facts).items():
            if name in facts:
                try:
                    moves[name] = Move(facts[name], str(way))
                except ValueError as error:
                    self.source.report((*path, name), str(error), "写法见 docs/testing.md“变化”一节")
        if not data:
            self.source.report(path, "change 是空的", "写成 `事实: increases`，或整行删去")
        return moves

    # -- what is demanded

    def _demands(self, data: Any, path: Place, *, changing: bool) -> dict[str, Any]:
        if data is None:
            return {}
        demands: dict[str, Any] = {}
        for key, value in self._mapping(data, path, DEMANDS).items():
            if key in DEMANDS:
                if DEMANDS[key].between and not changing:
                    self.source.report((*path, key), f"{key} 要有 change", "写上哪个事实怎样变化")
                demands[key] = getattr(self, DEMANDS[key].form)(value, (*path, key))
        if not data:
            self.source.report(path, "then 没有要求什么", f"写上其中之一: {'、'.join(DEMANDS)}")
        return demands

    def words(self, data: Any, allowed: Sequence[Any], path: Place) -> frozenset[Any]:
        """
        Which words a demand takes: one, a list of them, or all but some (``none_of``).
        """
        negated = isinstance(data, dict) and set(data) == {"none_of"}
        listed = data["none_of"] if negated else data
        listed = listed if isinstance(listed, list) else [listed]
        known = [word for word in listed if self._known(word, allowed, path, "这种结论")]
        return frozenset(allowed) - frozenset(known) if negated else frozenset(known)

    def by_name(self, data: Any, path: Place, known: Iterable[str], words: Sequence[str], what: str) -> dict[str, Any]:
        """
        Demands by the id of a rule or step.
        """
        known = tuple(known)
        if not isinstance(data, dict) or not data:
            self.source.report(path, f"{path[-1]} 应是一组 编号: 结论", "写成 {LZ-P06: required}")
            return {}
        for name in data:
            self._known(name, known, (*path, name), what)
        return {name: self.words(word, words, (*path, name)) for name, word in data.items()}

    def rules(self, data: Any, path: Place) -> dict[str, Any]:
        """
        Outcomes by rule.
        """
        return self.by_name(data, path, self.pack.rules, OUTCOMES, "规则")

    def steps(self, data: Any, path: Place) -> dict[str, Any]:
        """
        Statuses by step.
        """
        return self.by_name(data, path, self.pack.path, tuple(STATUS_ZH), "环节")

    def applies(self, data: Any, path: Place) -> frozenset[str]:
        """
        Whether the regulation applies.
        """
        listed = data if isinstance(data, list) else [data]
        said = ["yes" if item is True else "no" if item is False else item for item in listed]
        return self.words(said, tuple(_APPLIES_ZH), path)

    def exits(self, data: Any, path: Place) -> frozenset[int]:
        """
        Exit codes of ``check``.
        """
        return self.words(data, _EXITS, path)

    def choice(self, data: Any, path: Place) -> dict[str, Any]:
        """
        Rules chosen by what they are, and the outcomes that none of them may have.
        """
        data = self._mapping(data, path, _CHOICES, ("outcome",))
        chosen: dict[str, Any] = {}
        tables: dict[str, Sequence[Any]] = {"kind": tuple(KINDS), "severity": tuple(SEVERITIES)}
        tables |= {"stage": ("any", *STAGES), "classifies": (True, False), "counts": (True, False)}
        tables |= {"except": tuple(self.pack.rules), "outcome": OUTCOMES}
        for key, value in data.items():
            if key in tables:
                chosen[key] = self.words(value, tables[key], (*path, key))
        return chosen

    def whole(self, data: Any, path: Place) -> frozenset[str]:
        """
        ``true``, or ``{except: [ID, …]}``: rules and steps of which nothing is demanded.
        """
        if data is True:
            return frozenset()
        if isinstance(data, dict) and set(data) == {"except"}:
            return self.words(data["except"], (*self.pack.rules, *self.pack.path), (*path, "except"))
        self.source.report(path, f"{path[-1]} 只能是 true 或 {{except: [编号, …]}}", "写成 true，或整行删去")
        return frozenset()


# ---------------------------------------------------------------------------------------------------------------------
# Checking


def check_property(prop: Property, pack: Pack | None = None, *, examples: int = 200, seed: int = 0) -> Verdict:
    """
    Check a property on projects made out of a pack.

    The same arguments always give the same verdict.

    Args:
        prop: From `read_properties` or `shipped_properties`.
        pack: The pack to check; by default the one that the property was read for.
        examples: How many projects as given are tried, over several days of judging.
        seed: Chooses the projects.

    Raises:
        PropertyError: No project was found that is as given: the property asks nothing. Or the pack is another than
            the property was read for, and has no such rule or step.
    """
    if pack is not None and pack is not prop.pack:
        prop = replace(prop, pack=pack)
    days = _days(prop, prop.pack)
    try:
        search = _Search(prop, prop.pack)
    except KeyError as error:
        mend = "用 read_properties(文件, pack=规则包) 读，会指出每一处"
        raise PropertyError([Defect(prop.place, f"{prop.id}: 规则包里没有 {error.args[0]}", mend)]) from None
    for day in days:
        with _nothing_kept():
            found = search.on(day, -(-examples // len(days)), seed)
        if found is not None:
            return Verdict(prop, search.tried, search.satisfied, search.counterexample(day, *found))
    if not search.satisfied:
        what = f"{prop.id}: 试了 {search.tried} 个项目、{len(days)} 个判定日，没有一个合于 given"
        raise PropertyError([Defect(prop.place, what, "放宽 given，或查它是不是自相矛盾")])
    return Verdict(prop, search.tried, search.satisfied)


@contextmanager
def _nothing_kept() -> Iterator[None]:
    """
    What Hypothesis would write into the working folder is written elsewhere, and thrown away.
    """
    from hypothesis import configuration

    before = getattr(configuration, "__hypothesis_home_directory", None)
    with TemporaryDirectory() as folder:
        configuration.set_hypothesis_home_dir(folder)
        try:
            yield
        finally:
            configuration.set_hypothesis_home_dir(before)


def _days(prop: Property, pack: Pack) -> list[date]:
    """
    Days on which some project can be as given: an ordinary one, a year's end, and the last on which the law changed.
    """
    known = judging_days(pack)
    days = (prop.as_of,) if prop.as_of is not None else (known[0], *reversed(known[7:]), known[4], known[2])
    found = []
    for day in dict.fromkeys(days):
        judge = judge_for(pack, day)
        if MET in solve(Question(prop.given), judge.parameters, judge.domain, day).reached:
            found.append(day)
    return found[:_DAYS_TRIED]


class _Search:
    """
    Looks for a project of which a property does not hold.
    """

    def __init__(self, prop: Property, pack: Pack) -> None:
        self.prop, self.pack = prop, pack
        self.tried = self.satisfied = 0
        moved = tuple(prop.moves)
        # In the order of the table: an exit code is asked for when the rules that are named have been.
        self.parts = {
            key: demand.parts(prop.demands[key], pack, moved) for key, demand in DEMANDS.items() if key in prop.demands
        }
        self.facts = self._facts()
        self.aims = self._aims()

    def _facts(self) -> frozenset[str]:
        """
        The facts on which the property turns.
        """
        given = (*facts_in(self.prop.given), *facts_in(self.pack.applies))
        behind = (facts_behind(part, self.pack) for parts in self.parts.values() for part in parts)
        return frozenset(name for name in given if name[0] != "$").union(self.prop.moves, *behind)

    def _aims(self) -> tuple[Condition, ...]:
        """
        What to look out for: rules that are broken or met, steps that are required or not.

        Under a change it is those rules and steps that read what changes themselves, if there are such.
        """
        found: list[Condition] = []
        for key, parts in self.parts.items():
            reading = [part for part in parts if not self.prop.moves.keys().isdisjoint(own_facts(part))]
            for part in reading or parts:
                found += [aims_of(part, self.pack)[which] for which in DEMANDS[key].aims]
        return tuple(dict.fromkeys(found)) or (self.pack.applies,)

    def on(self, day: date, examples: int, seed: int) -> tuple[Facts, Facts] | None:
        """
        A project, and what it is after the change, of which the property does not hold on a day; None if none is found.
        """
        import hypothesis
        from hypothesis import HealthCheck, Phase, assume, settings
        from hypothesis.errors import Unsatisfiable

        made = projects(self.pack, day, facts=self.facts, given=1.0 if self.prop.complete else None)
        if self.prop.moves:
            pairs: Any = changed_projects(self.pack, day, self.prop.moves, self.prop.given, made, aims=self.aims)
        else:
            pairs = fitted_projects(self.pack, day, self.prop.given, made, aims=self.aims)
            pairs = pairs.map(lambda facts: (facts, facts))

        @hypothesis.seed(seed)
        @settings(
            max_examples=examples,
            phases=[Phase.generate],
            database=None,
            deadline=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        )
        @hypothesis.given(pair=pairs)
        def try_one(pair: tuple[Facts, Facts | None]) -> None:
            before, after = pair
            self.tried += 1
            assume(after is not None and holds(self.prop.given, before, self.pack, day) is True)
            self.satisfied += 1
            if after is not None and any(self.shortfalls(before, after, day)):
                raise Found(before, after)

        try:
            try_one()
        except Unsatisfiable:
            return None
        except Found as found:
            return found.before, found.after
        return None

    def shortfalls(self, before: Facts, after: Facts, day: date) -> Iterator[Told]:
        """
        Where the pack says of a project otherwise than is demanded: what, demanded, said.
        """
        now = Answers(self.pack, after, day)
        earlier = now if before is after else Answers(self.pack, before, day)
        for key, parts in self.parts.items():
            yield from DEMANDS[key].check(self.prop.demands[key], parts, earlier, now)

    # -- making it small

    def counterexample(self, day: date, before: Facts, after: Facts) -> Counterexample:
        """
        The project with every fact left out that it does not need, as a project file, and what the pack says of it.
        """
        kept = self.facts if self.prop.complete else frozenset(self.prop.moves)
        pair = (before, after if self.prop.moves else None)
        before, moved = smallest(
            pair,
            lambda one, two: self._fails(one, two or one, day),
            self.pack,
            day,
            kept,
            moved=frozenset(self.prop.moves),
        )
        after = moved or before
        decision = evaluate(project_of(after), self.pack, as_of=day)
        found = [Shortfall(*told, _reasons(decision, told[0])) for told in self.shortfalls(before, after, day)]
        head = {"name": f"反例 {self.prop.id}", "city": self.pack.city}
        changed = nested({**head, **after}) if self.prop.moves else None
        return Counterexample(nested({**head, **before}), changed, day, tuple(found))

    def _fails(self, before: Facts, after: Facts, day: date) -> bool:
        return holds(self.prop.given, before, self.pack, day) is True and any(self.shortfalls(before, after, day))


def _reasons(decision: Decision, what: str) -> dict[str, str]:
    if what not in decision.pack.rules:
        return {}
    explanation = decision[what].explanation
    return {lang: explanation.text(lang) for lang in ("zh", "en")}


# ---------------------------------------------------------------------------------------------------------------------
# Text


def property_text(verdict: Verdict, lang: str = "zh") -> str:
    """
    What came of a property, for people: one line where it holds, else the counterexample and how to check it.

    Args:
        verdict: From `check_property`.
        lang: ``zh`` or ``en``.
    """
    prop, zh = verdict.about, lang == "zh"
    counts = f"{verdict.satisfied} 个项目" if zh else f"{verdict.satisfied} projects"
    head = f"{'✓' if verdict.holds else '✗'} {prop.article}  {prop.zh if zh else prop.en}  ({prop.id}"
    if verdict.counterexample is None:
        return f"{head}, {counts})" if not zh else f"{head}，{counts})"
    return "\n".join((f"{head})", *_shown(verdict.counterexample, prop, zh=zh)))


def _shown(found: Counterexample, prop: Property, *, zh: bool) -> Iterator[str]:
    pack, lang = prop.pack, "zh" if zh else "en"
    yield f"    反例，判定日 {found.as_of}:" if zh else f"    Counterexample, as of {found.as_of}:"
    yield from (f"      {row}" for row in _rows(found, pack, lang))
    for fall in found.shortfalls:
        wanted, got = (_word(words, fall.what, pack, zh=zh) for words in (fall.demanded, (fall.said,)))
        said = f"应是 {wanted}，规则包说 {got}" if zh else f"should be {wanted}; the pack says {got}"
        yield f"    {_title(fall.what, pack, lang)}: {said}"
        yield from (f"        {line}" for line in fall.reason.get(lang, "").splitlines())
    how = f"govit-rules check counterexample.json --as-of {found.as_of}"
    yield f"    存成 counterexample.json，用 {how} 查看:" if zh else f"    Save as counterexample.json, then {how}:"
    yield from (f"    {line}" for line in found.project_json().splitlines())


def _rows(found: Counterexample, pack: Pack, lang: str) -> Iterator[str]:
    facts = _by_path(found.project)
    after = facts if found.changed is None else _by_path(found.changed)
    for path in sorted(facts):
        fact = pack.fact(path)
        if fact is not None and path not in ("name", "city"):
            values = [shown_value(pack, path, fact.parse(side[path]), lang) for side in (facts, after)]
            shown = values[0] if values[0] == values[1] else " → ".join(values)
            yield f"{label_of(pack, path, lang)} {path}: {shown}"


def _by_path(project: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in project.items():
        found |= {f"{key}.{leaf}": inner for leaf, inner in value.items()} if isinstance(value, dict) else {key: value}
    return found


def _title(what: str, pack: Pack, lang: str) -> str:
    if what in pack.rules:
        return f"{what} {pack.rules[what].title[lang]}"
    if what in pack.path:
        return f"{what} {pack.path[what].name[lang]}"
    names = {"applies": ("本办法", "the regulation"), "exit": ("退出码", "exit code")}
    return names[what][lang != "zh"]


def _word(words: Iterable[Any], what: str, pack: Pack, *, zh: bool) -> str:
    table: Mapping[Any, str] = {}
    if zh:
        table = OUTCOME_ZH if what in pack.rules else STATUS_ZH if what in pack.path else _APPLIES_ZH
    order = (*OUTCOMES, *STATUS_ZH, *_APPLIES_ZH, *_EXITS)
    shown = [table.get(word, str(word).replace("_", " ")) for word in sorted(set(words), key=order.index)]
    return (" 或 " if zh else " or ").join(shown)


__all__ = [
    "Counterexample",
    "Property",
    "PropertyError",
    "Verdict",
    "check_property",
    "property_text",
    "read_properties",
    "shipped_properties",
]
