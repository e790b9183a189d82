"""The ``semigda`` command: ``commands`` has its parser, a module each the larger commands."""

from semigda.cli.commands import main

__all__ = ["main"]
