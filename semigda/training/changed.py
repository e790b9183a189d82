"""Whether a training's cases are still what they were when it began, perhaps days ago."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from semigda.data.cases import Case
from semigda.progress import Progress
from semigda.training.dataset import CaseSlices
from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import write_json
from semigda_core.files.documents import mapping, read_document, text

FILE = "begun-with.json"
_RULE = mapping(text(64), text(64), 10_000_000)


def tell_changed(cases: Sequence[Case], slices: Sequence[CaseSlices], progress: Progress) -> None:
    """Warn if cases show something else, or are labelled otherwise, than when this job saw them
    last; and remember, in the job's folder, what they show now.

    The training goes on: a better label may be what it was paused for.

    Args:
        slices: of the cases, in their order.
    """
    assert progress.job is not None
    path = Path(progress.job.path) / FILE
    try:
        before = read_document(path, _RULE, "The list of what the training saw")
    except (OSError, SemiGDAError):  # it begins now
        before = {}
    now, changed = dict(before), 0
    for case, seen in zip(cases, slices, strict=True):
        parts = {"image": seen.planes, "label": seen.labels, "machine": seen.machine}
        shown = {_mark(case, part): file.digest for part, file in parts.items() if file is not None}
        changed += any(before.get(mark, digest) != digest for mark, digest in shown.items())
        now |= shown
    if changed:
        progress.warn(
            "The image or label of 1 case was changed after this training had begun. It goes on "
            "with the new one; what it learned or measured before came from the old one."
            if changed == 1
            else f"The images or labels of {changed} cases were changed after this training had "
            "begun. It goes on with the new ones; what it learned or measured before came from the "
            "old ones."
        )
    if now != before:
        write_json(path, now, durable=False)


def _mark(case: Case, part: str) -> str:
    """Of a part of a case, without its name: a patient's, perhaps."""
    named = f"{case.name} {part}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(named, digest_size=12).hexdigest()
