"""What the actions of ``semigda project`` share: their parsers, and how they print."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any

from semigda.cli.telling import Terminal, print_json
from semigda.progress import Progress
from semigda_core.errors import SemiGDAError

# Makes the parser of an action from its name, its command (a function of the project and the
# arguments) and help.
Add = Callable[[str, Any, str], argparse.ArgumentParser]
CASE_ID = "of the case, as 'project cases' lists it"


def add_map(parser: argparse.ArgumentParser, about: str) -> None:
    """Add ``--map``, which :func:`mapping` reads."""
    parser.add_argument("--map", nargs="+", default=[], metavar="SEGMENT=CLASS", help=about)


def mapping(texts: list[str]) -> dict[str, int | str]:
    """Class value or name by segment name or label value.

    Raises:
        SemiGDAError: "bad-input" for an argument without an equals sign.
    """
    found: dict[str, int | str] = {}
    for text in texts:
        key, equals, value = text.rpartition("=")
        if not equals:
            raise SemiGDAError(
                "bad-input",
                f"--map needs SEGMENT=CLASS, not '{text}'.",
                action="For example: --map liver=Liver 2=tumour.",
            )
        found[key] = int(value) if value.isdecimal() else value
    return found


def done(arguments: argparse.Namespace, values: dict[str, Any], text: str) -> None:
    """What an action did: as JSON if that is asked for, else in a line."""
    if arguments.json:
        print_json(values)
    else:
        print(text)


def terminal() -> Progress:
    """Progress for a person who waits; a file or a pipe gets none."""
    return Progress(Terminal(sys.stderr) if sys.stderr.isatty() else None)
