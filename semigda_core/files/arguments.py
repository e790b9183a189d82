"""Dataclasses whose fields (see :mod:`semigda_core.files.checked`) are also arguments of a command;
a field's note ``choices`` lists all that it may be."""

from __future__ import annotations

import argparse
import copy
import json
from collections.abc import Iterable, Mapping
from dataclasses import Field, fields
from typing import Any

from semigda_core.errors import SemiGDAError
from semigda_core.files.checked import meaning_of


def add_arguments(parser: argparse.ArgumentParser, cls: type, without: Iterable[str] = ()) -> None:
    """Add an argument for each field of a dataclass: a flag if it is off by default."""
    for one in _options(cls, without):
        name = f"--{one.name.replace('_', '-')}"
        meaning = meaning_of(one)
        if one.default is False:
            parser.add_argument(name, action="store_true", help=meaning)
            continue
        if one.default is not None:
            meaning += f" (default: {one.default})"
        number = str(one.type).startswith("int")
        choices, kind = one.metadata.get("choices"), int if number else str
        parser.add_argument(name, default=one.default, type=kind, choices=choices, help=meaning)


def given(arguments: argparse.Namespace, cls: type, without: Iterable[str] = ()) -> dict[str, Any]:
    """The values given for the arguments that :func:`add_arguments` added; a text that stands for
    something else is read by the field's note ``read``."""
    values = {one.name: getattr(arguments, one.name) for one in _options(cls, without)}
    for one in _options(cls, without):
        if "read" in one.metadata and values[one.name] is not None:
            values[one.name] = one.metadata["read"](values[one.name])
    return values


def add_named_values(parser: argparse.ArgumentParser, meaning: str) -> None:
    """Add ``--set NAME=VALUE``, for what has no argument of its own."""
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help=f"{meaning}; the value is JSON, or else a text",
    )


def named_values(texts: Iterable[str], values: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """``values`` with what was given for ``--set``; ``augmentation.blur=0`` changes a part of one.

    Raises:
        SemiGDAError: "bad-input".
    """
    values = copy.deepcopy(dict(values or {}))
    for given in texts:
        name, equals, value = given.partition("=")
        if not equals:
            raise SemiGDAError(
                "bad-input",
                f"--set needs NAME=VALUE, not '{given}'.",
                action="For example: --set steps=2000.",
            )
        *parts, last = name.split(".")
        inner = values
        for part in parts:
            if not isinstance(inner.get(part), dict):
                inner[part] = {}
            inner = inner[part]
        try:
            inner[last] = json.loads(value)
        except ValueError:
            inner[last] = value
    return values


def _options(cls: type, without: Iterable[str]) -> list[Field[Any]]:
    return [one for one in fields(cls) if one.name not in without]
