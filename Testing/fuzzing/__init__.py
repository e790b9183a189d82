"""Damaged and hostile files for every reader of the engine; the command is ``Testing/fuzz.py``."""
