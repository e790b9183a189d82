"""What is wrong with the held-out cases, on which every score depends."""

from __future__ import annotations

from collections.abc import Iterator

from semigda_core.project.check.facts import labelled_on
from semigda_core.project.check.findings import Facts, Finding, ids_of
from semigda_core.project.records import ProjectCase, View


def heldout(view: View, used: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
    """All findings about the held-out cases, but for who made their labels and copies of them."""
    yield from _unlabelled(view, used)
    yield from _changed(view, used, facts)
    yield from _partly(view, used, facts)


def _unlabelled(view: View, used: list[ProjectCase]) -> Iterator[Finding]:
    """No action takes such a label away, but somebody may edit the project's file."""
    bare = [case for case in used if case.id in view.held_out and case.label is None]
    if bare:
        yield Finding(
            "held-out-unlabelled",
            "error",
            ids_of(bare),
            "A held-out case has no label: there is nothing to compare with.",
            "Give it its label again, or choose the held-out cases again, with this as the reason.",
        )


def _changed(view: View, used: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
    """Scores are comparable only as long as their labels stay as they were when locked."""
    locked = (view.heldout or {}).get("labels", {})
    for case in used:
        label = facts[case.id]["label"]
        if case.id in locked and case.label is not None and label.get("hash") != locked[case.id]:
            yield Finding(
                "held-out-changed",
                "warning",
                (case.id,),
                "The label of a held-out case is not the one that was locked.",
                "If that is right, choose the same held-out cases again with this reason: older "
                "scores do not compare.",
            )


def _partly(view: View, used: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
    """A score of some slices is not that of a case."""
    partly = [c for c in used if c.id in view.held_out and labelled_on(facts[c.id])]
    if partly:
        finished = facts[partly[0].id]["label"]["finished"]
        message = (
            f"{len(partly)} held-out cases are labelled on some slices only, and scored on these."
            if partly[1:]
            else f"A held-out case is labelled on {finished['slices']} of {finished['of']} slices, "
            "and scored on these."
        )
        yield Finding(
            "held-out-partly",
            "hint",
            ids_of(partly),
            message,
            "Label held-out cases as a whole if you can: only that shows what is found too much.",
        )
