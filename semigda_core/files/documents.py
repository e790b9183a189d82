"""Checked JSON documents: one small language for what a document may hold.

A rule is a function that takes a value and raises :class:`Wrong`. Rules are combined:

    rule = record({"id": identifier(), "cases": list_of(record({"image": path()}))})
    data = read_document(path, rule, "The project's file")

An error names a place in a document by fields and numbers, never by what a user typed. Only
settings and model cards, which hold nothing about patients, have their unknown fields named.
"""

from __future__ import annotations

import json
import math
import os
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import patiently
from semigda_core.files.texts import one_line

Rule = Callable[[Any], object]

MAX_BYTES = 50_000_000
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Wrong(ValueError):
    """A value that breaks a rule.

    Attributes:
        place: where in the document, such as ``cases[3].id``; "" for the document itself.
        what: what is wrong, read after the place: "is not text".
    """

    def __init__(self, what: str, place: str = ""):
        super().__init__(what)
        self.what, self.place = what, place

    def __str__(self) -> str:
        return f"'{self.place}' {self.what}" if self.place else f"it {self.what}"

    def within(self, part: str) -> Wrong:
        """The same error, seen from the value that contains the wrong one under ``part``."""
        dot = "." if self.place and not self.place.startswith("[") else ""
        return Wrong(self.what, f"{part}{dot}{self.place}")


def text(limit: int = 1000, *, empty: bool = True, lines: bool = False) -> Rule:
    """Text of at most ``limit`` characters without control characters; line ends if ``lines``."""

    def rule(value: Any) -> None:
        words(limit)(value)
        if not empty and not value.strip():
            raise Wrong("is empty")
        if has_controls(value if not lines else value.replace("\n", "").replace("\t", "")):
            raise Wrong("holds control characters")

    return rule


def words(limit: int = 1000) -> Rule:
    """Text with any characters, as in file names; show it with ``one_line``."""

    def rule(value: Any) -> None:
        if not isinstance(value, str):
            raise Wrong("is not text")
        if len(value) > limit:
            raise Wrong(f"has more than {limit} characters")

    return rule


def has_controls(value: str) -> bool:
    """Whether a text contains unreadable characters: controls, halves of surrogates."""
    return _CONTROL.search(value) is not None


def identifier() -> Rule:
    """1 to 64 letters, digits, ``-`` and ``_``: safe in a file's name everywhere."""
    return matching(_IDENTIFIER, "is not 1 to 64 letters, digits, '-' and '_'")


def matching(pattern: re.Pattern[str], what: str) -> Rule:
    """Text that the whole pattern matches."""

    def rule(value: Any) -> None:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise Wrong(what)

    return rule


def path() -> Rule:
    """A file's path. Names that are not UTF-8 come as Python gives them (surrogates)."""

    def rule(value: Any) -> None:
        if not isinstance(value, str) or not value or "\0" in value or len(value) > 4096:
            raise Wrong("is not a path")
        try:
            value.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            raise Wrong("is not a path") from None

    return rule


def whole(low: int, high: int) -> Rule:
    """A whole number from ``low`` to ``high``, but not true or false."""

    def rule(value: Any) -> None:
        if type(value) is not int or not low <= value <= high:
            raise Wrong(f"is not a whole number from {low} to {high}")

    return rule


def number(low: float = -math.inf, high: float = math.inf) -> Rule:
    """A finite number from ``low`` to ``high``, but not true or false."""

    def rule(value: Any) -> None:
        if type(value) not in (int, float) or not abs(value) <= sys.float_info.max:
            raise Wrong("is not a number")
        if not low <= value <= high:
            raise Wrong(f"is below {low:g}" if value < low else f"is above {high:g}")

    return rule


def flag() -> Rule:
    """true or false."""

    def rule(value: Any) -> None:
        if not isinstance(value, bool):
            raise Wrong("is not true or false")

    return rule


def one_of(*values: Any) -> Rule:
    """One of these values."""

    def rule(value: Any) -> None:
        if not any(type(value) is type(known) and value == known for known in values):
            raise Wrong(f"is none of {', '.join(map(str, values))}")

    return rule


def maybe(rule: Rule) -> Rule:
    """null, or what the rule allows."""
    return lambda value: None if value is None else rule(value)


def either(*rules: Rule) -> Rule:
    """What any of the rules allows; the last one says what is wrong."""

    def rule(value: Any) -> None:
        if not any(allows(one, value) for one in rules[:-1]):
            rules[-1](value)

    return rule


def list_of(item: Rule, limit: int = 100_000, *, least: int = 0) -> Rule:
    """A list of ``least`` to ``limit`` items."""

    def rule(value: Any) -> None:
        if not isinstance(value, (list, tuple)):
            raise Wrong("is not a list")
        if not least <= len(value) <= limit:
            raise Wrong(f"has {len(value)} items, not {least} to {limit}")
        for place, one in enumerate(value):
            within(item, one, f"[{place}]")

    return rule


def mapping(key: Rule, item: Rule, limit: int = 100_000) -> Rule:
    """An object whose names and values follow rules."""

    def rule(value: Any) -> None:
        if not isinstance(value, dict):
            raise Wrong("is not an object")
        if len(value) > limit:
            raise Wrong(f"has more than {limit} entries")
        for place, (name, one) in enumerate(value.items()):
            within(key, name, f"[name {place}]")
            within(item, one, f"[{place}]")

    return rule


def record(
    required: Mapping[str, Rule],
    optional: Mapping[str, Rule] | None = None,
    *,
    others: bool = False,
    named: bool = False,
) -> Rule:
    """An object with named fields; unknown ones are refused, or ignored with ``others``. ``named``:
    the error tells their names, which cannot hold patient data."""
    optional = optional or {}

    def rule(value: Any) -> None:
        if not isinstance(value, dict):
            raise Wrong("is not an object")
        for name in required:
            if name not in value:
                raise Wrong("is missing", name)
        for name, one in value.items():
            known = required.get(name) or optional.get(name)
            if known is not None:
                within(known, one, name)
            elif not others:
                unknown = [key for key in value if key not in required and key not in optional]
                fields = "fields" if unknown[1:] else "field"
                if named:
                    names = ", ".join(f"'{one_line(str(key), 40)}'" for key in unknown[:4])
                    raise Wrong(f"has the unknown {fields} {names}")
                raise Wrong(f"has {len(unknown)} unknown {fields}")

    return rule


def plain(depth: int = 8, limit: int = 100_000) -> Rule:
    """Any JSON value, nested at most ``depth`` deep, with at most ``limit`` values in all."""

    def rule(value: Any) -> None:
        left = limit
        level = [value]
        for _ in range(depth + 1):
            left -= len(level)
            if left < 0:
                raise Wrong(f"holds more than {limit} values")
            inner: list[Any] = []
            for one in level:
                if isinstance(one, dict):
                    inner += one.values()
                elif isinstance(one, (list, tuple)):
                    inner += one
                elif isinstance(one, float) and not math.isfinite(one):
                    raise Wrong("holds a number that is not finite")
            if not inner:
                return
            level = inner
        raise Wrong(f"is nested more than {depth} deep")

    return rule


def within(rule: Rule, value: Any, part: str) -> None:
    """Check a part of a value against a rule; an error carries the part's name."""
    try:
        rule(value)
    except Wrong as wrong:
        raise wrong.within(part) from None


def allows(rule: Rule, value: Any) -> bool:
    """Whether a value follows a rule."""
    try:
        rule(value)
    except Wrong:
        return False
    return True


def check(
    value: Any,
    rule: Rule,
    what: str,
    *,
    error_class: str = "bad-input",
    action: str | None = None,
) -> None:
    """Check a value against a rule.

    Args:
        what: the document as the subject of a sentence: "The project's file".

    Raises:
        SemiGDAError: of ``error_class``, saying what is wrong and where.
    """
    try:
        rule(value)
    except Wrong as wrong:
        raise SemiGDAError(error_class, f"{what} cannot be used: {wrong}.", action=action) from None


def parse_json(
    data: bytes | str, what: str, *, error_class: str = "bad-input", action: str | None = None
) -> Any:
    """JSON (UTF-8, with or without a byte order mark) as Python values.

    Raises:
        SemiGDAError: of ``error_class`` if it is not JSON, is nested too deep, contains NaN, or has
            a field twice.
    """
    try:
        decoded = data.decode("utf-8-sig") if isinstance(data, bytes) else data
        return json.loads(decoded, parse_constant=_no_number, object_pairs_hook=_object)
    except _Twice:
        message, name = f"{what} holds the same field twice.", ""
    except json.JSONDecodeError as error:
        message, name = f"{what} is not valid JSON from line {error.lineno} on.", "JSONDecodeError"
    except UnicodeDecodeError:
        message, name = f"{what} is not saved as UTF-8 text.", "UnicodeDecodeError"
    except (ValueError, RecursionError) as error:
        message, name = f"{what} is not valid JSON.", type(error).__name__
    raise SemiGDAError(error_class, message, action=action, detail=name)


class _Twice(Exception):
    pass


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JSON readers keep the last of two fields: what the first one held would be lost unnoticed, as
    after two versions of a file were merged by hand."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Twice
    return found


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number")


def read_document(
    file: str | os.PathLike[str],
    rule: Rule,
    what: str,
    *,
    action: str | None = None,
) -> Any:
    """A JSON file's content, checked.

    Raises:
        FileNotFoundError: if there is none; the caller says what that means.
        OSError: if it cannot be read.
        SemiGDAError: "bad-input" if it is too large, not JSON, or breaks the rule.
    """
    with patiently(lambda: open(Path(file), "rb")) as opened:
        data = opened.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise SemiGDAError("bad-input", f"{what} is too large.", action=action)
    value = parse_json(data, what, action=action)
    check(value, rule, what, action=action)
    return value


def sound_document(file: str | os.PathLike[str], rule: Rule) -> Any | None:
    """:func:`read_document`; None if the file is missing or damaged, or cannot be read."""
    try:
        return read_document(file, rule, "")
    except (OSError, SemiGDAError):
        return None
