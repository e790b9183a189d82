"""What a report says of other programs whose results taught."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import Any

from semigda_core.project.report.page import Say


def programs(say: Say, rows: list[dict[str, Any]], events: list[dict[str, Any]]) -> str:
    """From how many cases of each the training learned, and how good it was found to be.

    Args:
        rows: of the training's case list.
    """
    found = Counter(
        row["machine_source"]
        for row in rows
        if row["role"] == "unlabeled" and "machine_source" in row
    )
    if not found:
        return ""
    known = [event["sources"] for event in events if "sources" in event]
    told = []
    for name, count in sorted(found.items()):
        values = known[-1].get(name, {}) if known else {}
        words = say("Trained also with results of {name} for {count} cases.")
        if values.get("taught") == 0:
            words = say("Results of {name} for {count} cases taught nothing.")
        elif count == 1:
            words = say("Trained also with a result of {name} for 1 case.")
        told.append(words.format(name=escape(name), count=count))
        if values.get("dice") is None:
            continue
        words = say(
            "Where people labelled too, the Dice of {name} is {dice}; {share} % of what these "
            "images taught came from it."
        )
        share = round(100 * values.get("taught", values["share"]))
        told.append(words.format(name=escape(name), dice=f"{values['dice']:.3f}", share=share))
    told.append(say("These results scored nothing."))
    return f"<p class='note'>{' '.join(told)}</p>"
