"""Arguments that several commands have."""

from __future__ import annotations

import argparse
import copy
import json
from collections.abc import Iterable, Mapping
from typing import Any

from semigda_core.errors import SemiGDAError


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add ``--json``."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def add_overwrite(parser: argparse.ArgumentParser, what: str) -> None:
    """Add ``--overwrite``."""
    parser.add_argument("--overwrite", action="store_true", help=f"replace {what}")


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
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise SemiGDAError(
                "bad-input",
                f"--set needs NAME=VALUE, not '{text}'.",
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
