"""What taught a training, and how its scores were made, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from html import escape
from typing import Any

from semigda_core.files.texts import counted
from semigda_core.project.report.page import Say
from semigda_core.project.training.comparison import partly


def method(say: Say, comparison: dict[str, Any] | None) -> str:
    words = [
        say(
            "Dice is twice the shared volume of two outlines divided by the sum of both: 1 is the "
            "same, 0 is nothing in common."
        )
    ]
    if comparison is None:
        words.append(
            say(
                "The curves are measured on some held-out cases at the network's own resolution, "
                "to follow the training. They are not the final score."
            )
        )
    else:
        words += _scoring(say, comparison)
    words.append(say("Nothing here is a medical device or a proof of clinical use."))
    title = say("How the scores were made")
    return f"<section><h2>{title}</h2><p>{' '.join(words)}</p></section>"


def _scoring(say: Say, comparison: dict[str, Any]) -> Iterator[str]:
    yield say(
        "The scores are measured on cases that no training saw, on each image's own voxels. "
        "The intervals come from drawing the held-out patients anew, with repeats (bootstrap), "
        "and are wider where there are few: they say how much the choice of these patients "
        "matters, and nothing about cases of another kind, scanner or hospital."
    )
    if comparison["scheme"] == "leave-one-out":
        yield say(
            "Each case was scored by a model that was trained without it. The final model learned "
            "from all of them and was itself scored on none."
        )
    else:
        yield say("Nothing about the model was chosen on these cases.")
    if gone := comparison.get("missing"):
        yield counted(
            gone,
            say("1 held-out case was not scored: the files were not there."),
            say("{count} held-out cases were not scored: the files were not there."),
        )
    if some := len(partly(comparison["rows"])):
        yield counted(
            some,
            say("1 case is labelled in part, and scored there only."),
            say("{count} cases are labelled in part, and scored there only."),
        )
        yield say(
            "The table says on how many slices. What a model draws on the other slices is not "
            "judged."
        )
    if comparison["heldout_cases"] < 10:
        yield say("With so few held-out cases, small differences mean little.")


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
    sentences = []
    for name, count in sorted(found.items()):
        values = known[-1].get(name, {}) if known else {}
        learned = (
            say("Trained also with a result of {name} for 1 case."),
            say("Trained also with results of {name} for {count} cases."),
        )
        if values.get("taught") == 0:
            learned = (
                say("A result of {name} for 1 case taught nothing."),
                say("Results of {name} for {count} cases taught nothing."),
            )
        sentences.append(counted(count, *learned, name=escape(name)))
        if values.get("dice") is None:
            continue
        words = say(
            "Where people labelled too, the Dice of {name} is {dice}; {share} % of what these "
            "images taught came from it."
        )
        share = round(100 * values.get("taught", values["share"]))
        sentences.append(words.format(name=escape(name), dice=f"{values['dice']:.3f}", share=share))
    sentences.append(say("These results scored nothing."))
    return f"<p class='note'>{' '.join(sentences)}</p>"
