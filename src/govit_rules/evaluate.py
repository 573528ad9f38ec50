"""
Judging a project by a pack: `evaluate`.

Imports: `decision`, `errors`, `facts`, `judge`, `packs`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from govit_rules.decision import Decision
from govit_rules.errors import Defect, EngineUnavailable, ProjectError
from govit_rules.facts import STAGES, WrongValue, nearest
from govit_rules.judge import Judge, judge_for
from govit_rules.library import load_pack, shipped_packs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from govit_rules.packs import Pack
    from govit_rules.project import Project

ENGINES: Final = ("compiled", "durable")
_NOTHING: Final[Mapping[str, Any]] = {}


def evaluate(
    project: Project, pack: Pack, *, as_of: date, stage: str | None = None, engine: str = "compiled"
) -> Decision:
    """
    Judge a project by every rule of a pack, as the law stands on a day.

    A fact left out is unknown, not false: a rule that turns on it comes back ``unknown`` with the fact in ``needs``.
    The clock is not read; the same arguments always give the same decision.

    Args:
        project: What is known of the project.
        pack: From `load_pack` or `load_pack_file`.
        as_of: The day of judging. It chooses the figures and rules in force; events dated after it have not happened.
        stage: Where the project stands; by default its own ``stage``.
        engine: ``compiled``, or ``durable``: the second engine, slower, which must come to the same decision.

    Raises:
        ProjectError: A local fact is wrong, or this pack and the shipped ones know no fact of that name.
        EngineUnavailable: No such engine here.
        EngineFailure: The second engine failed.
        ValueError: No such stage.
        TypeError: ``as_of`` is no date.
    """
    if not isinstance(as_of, date) or isinstance(as_of, datetime):
        raise TypeError(f"as_of must be a datetime.date, not {type(as_of).__name__}")
    if stage is None:
        stage = project.stage
    elif stage not in STAGES:
        raise ValueError(f"没有阶段 {stage!r};可用: {'、'.join(STAGES)}")
    if engine not in ENGINES:
        raise EngineUnavailable(f"没有引擎 {engine!r};可用: {'、'.join(ENGINES)}")
    local, ignored = read_local(project.local, pack) if project.local else (_NOTHING, ())
    kind = _durable_judge() if engine == "durable" else Judge
    return Decision(judge_for(pack, as_of, kind), project, local, stage, ignored, engine)


def _durable_judge() -> type[Judge]:
    from govit_rules.deduction import DurableJudge
    from govit_rules.durable_engine import require

    require()
    return DurableJudge


def read_local(given: Mapping[str, Any], pack: Pack) -> tuple[dict[str, Any], tuple[str, ...]]:
    """
    A project's local facts as a pack declares them, and the names of those that only another shipped pack declares.

    Raises:
        ProjectError: With every fact that is wrong.
    """
    declared = pack.facts
    values: dict[str, Any] = {}
    ignored: list[str] = []
    defects: list[Defect] = []
    for name, value in given.items():
        fact = declared.get("local." + name)
        if fact is None:
            if name in foreign_names(pack):
                ignored.append(f"local.{name}")
            else:
                defects.append(_unknown(name, pack))
        elif fact.type == "bool" and (value is True or value is False):
            values[name] = value
        elif value is not None:
            try:
                values[name] = fact.parse(value)
            except WrongValue as error:
                defects.append(Defect(f"local.{name}", error.what, error.mend))
    if defects:
        raise ProjectError(defects)
    return values, tuple(ignored)


def foreign_names(pack: Pack) -> frozenset[str]:
    """
    The local facts that shipped packs of other cities declare, without the ``local.`` in front.
    """
    others = (load_pack(city) for city in shipped_packs() if city != pack.city or not pack.shipped)
    return frozenset(path[6:] for other in others for path in other.facts)


def _unknown(name: str, pack: Pack) -> Defect:
    by_label = {fact.zh: path[6:] for path, fact in pack.facts.items()}
    near = by_label.get(name) or nearest(name, [path[6:] for path in pack.facts])
    mend = f"是不是 local.{near}?" if near else f"用 `govit-rules facts --city {pack.city}` 查本市的事实"
    return Defect(f"local.{name}", f"{pack.name['zh']}没有名为 {name!r} 的事实", mend)
