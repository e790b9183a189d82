"""Errors about unreadable files. They say what is wrong, never which file it is."""

from __future__ import annotations

from semigda_core.errors import SemiGDAError
from semigda_core.files.formats import TITLES


def damaged(what: str) -> SemiGDAError:
    """A damaged file; ``what`` is one sentence without the full stop."""
    return SemiGDAError(
        "bad-input", f"{what}.", action="Copy or export the file again from its source."
    )


def truncated() -> SemiGDAError:
    """A file that ends before the voxels that its header declares."""
    return damaged("The image file is incomplete: it declares more voxels than it holds")


def unreadable() -> SemiGDAError:
    """A file of no known format, or whose header makes no sense."""
    return SemiGDAError(
        "bad-input",
        "The image cannot be read.",
        action=f"Check that the file is complete and of a supported format ({TITLES}).",
    )


def contradicts_itself() -> SemiGDAError:
    return damaged("The image file is damaged: its header says one thing in two ways")


def unread(error: OSError) -> SemiGDAError:
    """A file that is there, and that the system does not give."""
    return SemiGDAError("bad-input", f"The image file cannot be read: {error.strerror}.")


def unknown_kind(title: str) -> SemiGDAError:
    """A picture of a kind that ITK reads wrongly, or not at all."""
    return SemiGDAError(
        "bad-input",
        f"The picture is a {title} file of a kind that cannot be read.",
        action="Save it as PNG and use that.",
    )


def bad_spacing() -> SemiGDAError:
    return SemiGDAError("bad-input", "The image's voxel spacing is zero, negative or no number.")


def not_at_right_angles() -> SemiGDAError:
    return SemiGDAError(
        "bad-input",
        "The image's axes are not at right angles, which cannot be read from NIfTI files.",
        action="Save it as .nrrd and use that.",
    )


def no_voxels() -> SemiGDAError:
    return SemiGDAError("bad-input", "The image is empty: it has no voxels.")


def choose_frame(frames: int) -> SemiGDAError:
    return SemiGDAError(
        "bad-input",
        f"The image has a fourth dimension ({frames} frames).",
        action="Save one frame as an image of its own, or load the image in Slicer as a sequence "
        "(--frame takes one frame, --all-frames all).",
    )


def only_frames(frames: int) -> SemiGDAError:
    return SemiGDAError(
        "bad-input",
        f"The image has only {frames} frame{'' if frames == 1 else 's'}.",
        action=f"Choose one from 0 to {frames - 1}.",
    )


def no_frames() -> SemiGDAError:
    return SemiGDAError(
        "bad-input",
        "The image has no fourth dimension.",
        action="Segment it as a volume (without --all-frames and --frame).",
    )


def complex_numbers() -> SemiGDAError:
    return SemiGDAError(
        "bad-input",
        "The image holds complex numbers.",
        action="Save its magnitude as an image and use that.",
    )


_SMALL, _MOST_PACKED = 1 << 26, 2000


def check_plausible(declared: int, held: int) -> None:
    """Refuse pixels that no compression could have packed into so few bytes.

    Args:
        declared: bytes of the pixels; a few million of one colour may compress to almost none.

    Raises:
        SemiGDAError: "bad-input".
    """
    if declared > _SMALL and declared > held * _MOST_PACKED:
        raise truncated()
