"""What panels say about finished slices."""

from __future__ import annotations

from slicer.i18n import tr as _

from semigda_core.files.texts import counted
from semigda_core.labels.finished import FinishedSlices


def numbers(slices: FinishedSlices) -> str:
    """``3, 7, 12–15``."""
    return ", ".join(str(slices).split()[1:]).replace("-", "\u2013")


def finishedText(finished: FinishedSlices | None, count: int) -> str:
    """How much of an open label is finished, of an image with ``count`` slices."""
    if finished is None:
        return _("The whole volume counts as labelled.")
    if not finished.indices:
        return _("No slice is finished yet.")
    return _("{finished} of {count} slices finished: {which}").format(
        finished=len(finished), count=count, which=numbers(finished)
    )


def labelledText(case, image: dict) -> str:
    """The same of a partly labelled case; ``image``: what the check measured of it, perhaps nothing
    yet."""
    if "shape" not in image:
        words = _("labelled on 1 slice"), _("labelled on {count} slices")
        return counted(len(case.finished), *words)
    text = _("labelled on {finished} of {count} slices")
    return text.format(finished=len(case.finished), count=_slices(case, image))


def shortText(case, image: dict) -> str:
    """The same in a narrow column."""
    if "shape" not in image:
        return counted(len(case.finished), _("1 slice"), _("{count} slices"))
    text = _("{finished}/{count} slices")
    return text.format(finished=len(case.finished), count=_slices(case, image))


def _slices(case, image: dict) -> int:
    return image["shape"][2 - case.finished.axis]


def scoredText(cases) -> str:
    """How those of some labelled cases that are so on some slices only would be scored; or ""."""
    count = sum(case.finished is not None for case in cases)
    words = (
        _("One case is labelled on some slices only: it is scored on those alone."),
        _("{count} cases are labelled on some slices only: they are scored on those alone."),
    )
    return counted(count, *words) if count else ""
