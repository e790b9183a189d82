"""Dataclasses whose fields say what they may hold.

@dataclass(frozen=True)
class Settings:
    steps: int = ruled(whole(1, 1000), 100)

    def __post_init__(self):
        check_fields(self)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import MISSING, Field, field, fields
from typing import Any, TypeVar

from semigda_core.files.documents import Rule, Wrong, record, within

RULE, MEANING = "rule", "help"
Made = TypeVar("Made")


def ruled(
    rule: Rule,
    default: Any = MISSING,
    meaning: str = "",
    *,
    factory: Callable[[], Any] | None = None,
    **notes: Any,
) -> Any:
    """A dataclass field with a rule; required unless it has ``default`` or ``factory``.

    Args:
        meaning: a line for whoever sets it, see :func:`meaning_of`.
        notes: further metadata of the field.
    """
    metadata = {RULE: rule, MEANING: meaning, **notes}
    if factory is not None:
        return field(default_factory=factory, metadata=metadata)
    return field(default=default, metadata=metadata)


def meaning_of(one: Field[Any]) -> str:
    """What a field of a dataclass means, for whoever sets it."""
    return one.metadata.get(MEANING, "")


def rule_of(cls: type, required: Iterable[str] = (), *, without: Iterable[str] = ()) -> Rule:
    """The rule for a document's object that holds a dataclass.

    Args:
        required: fields with a default that a document must have all the same.
        without: fields that are stored elsewhere.
    """
    must: dict[str, Rule] = {}
    may: dict[str, Rule] = {}
    for one in [one for one in fields(cls) if one.name not in without]:
        optional = one.default is not MISSING or one.default_factory is not MISSING
        place = may if optional and one.name not in required else must
        place[one.name] = one.metadata[RULE]
    return record(must, may, named=True)


def check_fields(value: Any) -> None:
    """Check every field of a dataclass's instance against its rule.

    Raises:
        Wrong: naming the first field that breaks its rule.
    """
    for one in fields(value):
        within(one.metadata[RULE], getattr(value, one.name), one.name)


def made(cls: type[Made], values: Any, required: Iterable[str] = ()) -> Made:
    """The dataclass from a document's object; see :func:`rule_of`.

    Raises:
        Wrong: naming what is missing, wrong or unknown.
    """
    rule_of(cls, required)(values)
    return cls(**values)


def tuples(value: Any, *names: str) -> None:
    """Turn the lists that JSON gives for these fields of a frozen dataclass into tuples."""
    for name in names:
        if isinstance(getattr(value, name), list):
            object.__setattr__(value, name, tuple(getattr(value, name)))


def demand(holds: bool, what: str, place: str = "") -> None:
    """Raise :class:`Wrong` unless a condition on several fields holds."""
    if not holds:
        raise Wrong(what, place)
