"""
Everything this library raises on purpose.

    GovitRulesError
    ├── PackError           a pack is wrong: mend the YAML; every defect of the file at once
    ├── ProjectError        the facts given for a project are wrong: mend the input; every defect at once
    ├── CaseError           a case file is wrong: it names what does not exist, or demands nothing; every defect at once
    ├── PropertyError       a property is wrong: it names what does not exist, or there is no project that it is about
    ├── EventError          events cannot be read; every defect at once, with its line
    ├── LogError            a log of events cannot be opened, read or written, or an event cannot be kept in it
    ├── UnknownCity         no pack of that name
    ├── EngineUnavailable   an engine was asked for that is not installed or cannot be used here
    └── EngineFailure       an engine failed: use the other one, and report it

A rule that is violated, or that cannot be judged for lack of data, is a finding and not an error.
Imports nothing of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "CaseError",
    "Defect",
    "EngineFailure",
    "EngineUnavailable",
    "EventError",
    "GovitRulesError",
    "LogError",
    "PackError",
    "ProjectError",
    "PropertyError",
    "UnknownCity",
]


@dataclass(frozen=True, slots=True)
class Defect:
    """
    One thing that is wrong with an input: where it stands, what it is, and how to mend it.

    ``where`` is a file position (``rules/x.yaml:12:5``) or the path of a fact (``funding.total_investment``);
    ``line`` and ``column`` count from 1 and are 0 where the input has no lines.
    """

    where: str
    what: str
    mend: str = ""
    line: int = 0
    column: int = 0
    excerpt: str = ""

    def __str__(self) -> str:
        parts = [f"{self.where}: {self.what}" if self.where else self.what]
        if self.excerpt:
            parts.append(self.excerpt)
        if self.mend:
            parts.append(f"    → {self.mend}")
        return "\n".join(parts)


class GovitRulesError(Exception):
    """
    The root of all errors raised by this library.
    """


class _DefectiveInput(GovitRulesError, ValueError):
    def __init__(self, defects: Sequence[Defect]) -> None:
        self.defects = tuple(defects)
        super().__init__("\n".join(str(defect) for defect in self.defects))

    def __reduce__(self) -> tuple[type, tuple[tuple[Defect, ...]]]:
        return type(self), (self.defects,)


class PackError(_DefectiveInput):
    """
    A rule pack that cannot be used; ``defects`` lists everything wrong with the file, in its order.
    """


class ProjectError(_DefectiveInput):
    """
    Facts about a project that cannot be used; ``defects`` lists everything wrong with them.
    """


class CaseError(_DefectiveInput):
    """
    A case file that cannot be used; ``defects`` lists everything wrong with it.
    """


class PropertyError(_DefectiveInput):
    """
    A property that cannot be checked; ``defects`` lists everything wrong with its file.
    """


class EventError(_DefectiveInput):
    """
    Events of a project that cannot be read; ``defects`` lists everything wrong with them, each with its line.
    """


class LogError(_DefectiveInput):
    """
    A log of events that cannot be used, or an event that cannot be kept in one; ``defects`` lists what is wrong.
    """


class UnknownCity(GovitRulesError, LookupError):
    """
    A pack was asked for that does not exist; the message names those that do.
    """


class EngineUnavailable(GovitRulesError):
    """
    An engine that is not installed here, or cannot be used; the message says what to do.
    """


class EngineFailure(GovitRulesError):
    """
    An engine that failed, through no fault of the input; the message says what to do.
    """
