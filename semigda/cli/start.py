"""Where the ``semigda`` command starts."""

from __future__ import annotations

import sys


def main(argv: list[str] | None = None) -> int:
    """See :func:`semigda.cli.commands.main`, whose modules take a while to import."""
    try:
        from semigda.cli.commands import main as obey

        return obey(argv)
    except KeyboardInterrupt:  # before the command began, which tells it itself
        print("semigda: Cancelled.\nStart again when you like.", file=sys.stderr)
        return 1
