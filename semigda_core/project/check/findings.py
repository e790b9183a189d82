"""What a check finds, and what can be done about it safely."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from semigda_core.project.records import ProjectCase, View

SEVERITIES = ("error", "warning", "hint")
FEWEST_TO_COMPARE = 4  # cases: medians of fewer mean nothing
WHOLE = 0.98  # a label with less of it inside its image would lose voxels by resampling

# By case id what was measured of its "image", "label" and "result"; {} of what was not.
Facts = Mapping[str, Mapping[str, Any]]
Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(frozen=True)
class Fix:
    """A safe repair: ``action`` is "remove", "use-unlabeled", "resample-label", "machine-made",
    or, of another program's results, "remove-results" or "resample-result"."""

    action: str
    case_ids: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Finding:
    """``severity`` "error": training would fail or its score would be wrong; "warning": it may be
    worse; "hint": good to know."""

    code: str
    severity: str
    case_ids: tuple[str, ...]
    message: str
    action: str
    fix: Fix | None = None

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def ids_of(cases: Iterable[ProjectCase]) -> tuple[str, ...]:
    return tuple(case.id for case in cases)


def grouped(pairs: Iterable[tuple[Key, Value]]) -> dict[Key, list[Value]]:
    """The values of each key, in their order."""
    found: dict[Key, list[Value]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def first_of(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names[:4]) + (" ..." if names[4:] else "")


def unlabel(view: View, case: ProjectCase) -> Fix | None:
    """A click does not change held-out cases."""
    if case.id in view.held_out:
        return None
    return Fix("use-unlabeled", (case.id,), "Use the image without its label")


def remove(view: View, cases: Iterable[ProjectCase], text: str) -> Fix | None:
    ids = tuple(case.id for case in cases if case.id not in view.held_out)
    return Fix("remove", ids, text) if ids else None
