"""docs/fewer-slices.md, from the stored runs."""

from __future__ import annotations


def page(runs: list[dict]) -> str:
    return ""
