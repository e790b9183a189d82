"""The ``semigda`` command: ``commands`` has its parser, a module each the larger commands."""

from semigda.cli.start import main

__all__ = ["main"]
