"""Whether an image is of the kind that a model was trained on, by what is plain before it runs.

A card's entry ``images`` says what the training images were like. It has medians and ranges of many
images, no image can be made from it, and nothing in it tells of a patient.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from semigda_core.files.documents import list_of, matching, maybe, number, one_of, record, whole
from semigda_core.models.network_config import BRANCHES

if TYPE_CHECKING:
    from semigda_core.models.card import ModelCard

Sides = tuple[float, float, float]

# How far beyond the range of the training images a side or a voxel may be. A crop with a generous
# margin is twice as large as a tight one.
_FARTHEST_SIDE, _FARTHEST_STEP = 2.0, 3.0
# Of the images that count, so that one odd image in twenty does not stretch a range.
_LOW, _HIGH = 0.05, 0.95
# What is said of an image after it was segmented.
UNLIKE = "The image is unlike the training images: look at the result with care."
# What is said of an image whose file leaves something out.
UNSAID = {
    "sides": "The image's file does not say clearly which side of the body is the left: left and "
    "right, or front and back, may be swapped, or be others than in Slicer.",
    "spacing": "The image's file does not say how large its voxels are, and they are taken for "
    "1 mm, as in Slicer: spacing, distances and volumes are not the true ones.",
}
_MODALITIES = {
    "MR": "MR",
    "CT": "CT",
    "PT": "PET",
    "US": "ultrasound",
    "XC": "photographic",
    "ES": "endoscopic",
    "CR": "X-ray",
    "DX": "X-ray",
    "MG": "mammography",
}
# Of a model's images, by whether they are pictures: without and with their modality.
_KINDS = {
    True: ("2-D pictures", "2-D {word} pictures"),
    False: ("volumes", "{word} volumes"),
    None: ("images", "{word} images"),
}
# Codes under which images of one kind are stored.
_ALIKE = ({"XC", "ES", "GM", "OP", "OPT", "DMS"}, {"CR", "DX", "RF", "XA"})
# Words, and codes whose letters are spelled: an ultrasound volume, an NM volume; but a PET volume.
_VOWELS = tuple("aeiouAEFHILMNORSX")
# Which people can give for their images, as DICOM's codes.
MODALITIES = sorted(set(_MODALITIES).union(*_ALIKE, ("IO", "IVUS", "NM", "OCT", "OT", "PX", "SM")))
UNTOLD = ("", "OT", "SEG", "SC")  # say nothing about how an image was made

_SIDES = list_of(number(0, 1e6), 3, least=3)
_RANGE = record({"low": _SIDES, "middle": _SIDES, "high": _SIDES})
_PACKED = matching(re.compile(r"[A-Za-z0-9_-]{1,600000}"), "is not packed numbers")
_LOOK = record(
    {
        "encoder": one_of(*BRANCHES),
        "features": whole(2, 100_000),
        "directions": whole(1, 1000),
        "usual": number(0, 1e6),
        "numbers": _PACKED,
    }
)
IMAGES = record(
    {
        "count": whole(1, 10_000_000),
        "pictures": whole(0, 10_000_000),
        "extent": maybe(_RANGE),
        "spacing": maybe(_RANGE),
    },
    {"look": _LOOK},
)


class Facts(NamedTuple):
    """What is plain about an image.

    Attributes:
        picture: whether it is one slice.
        extent: mm along its three stored axes, x first; of a picture without meaning.
        spacing: mm from voxel to voxel along them.
        modality: DICOM's code; "" if nobody says.
    """

    picture: bool
    extent: Sides
    spacing: Sides
    modality: str = ""

    @classmethod
    def of(cls, size: Sequence[int], spacing: Sequence[float], modality: str = "") -> Facts:
        """Of an image with ``size`` voxels along x, y, z."""
        x, y, z = (n * step for n, step in zip(size, spacing, strict=True))
        i, j, k = spacing
        return cls(size[2] == 1, (x, y, z), (i, j, k), modality)


def images_entry(images: Sequence[Facts]) -> dict[str, Any]:
    """A card's entry ``images`` about the training images, without their look."""
    volumes = [one for one in images if not one.picture]
    return {
        "count": len(images),
        "pictures": len(images) - len(volumes),
        "extent": _range([one.extent for one in volumes]),
        "spacing": _range([one.spacing for one in volumes]),
    }


def _range(sides: Sequence[Sides]) -> dict[str, list[float]] | None:
    if not sides:
        return None
    import statistics  # with decimals and fractions, which a panel that only asks need not load

    axes = [sorted(values) for values in zip(*sides, strict=True)]
    last = len(sides) - 1
    return {
        "low": [_short(axis[round(_LOW * last)]) for axis in axes],
        "middle": [_short(statistics.median(axis)) for axis in axes],
        "high": [_short(axis[round(_HIGH * last)]) for axis in axes],
    }


def _short(value: float) -> float:
    """Two digits: enough for a kind of image, too few to know one again."""
    return float(f"{value:.2g}")


def mismatch(card: ModelCard, image: Facts) -> str:
    """A sentence about the model's kind of image and this one; "" if nothing speaks against it.

    Of a card without ``images`` only what is certain counts: its modality, and whether it takes
    each slice as a picture.
    """
    known = card.images or {}
    pictures = takes_pictures(card)
    other_kind = pictures is not None and pictures != image.picture
    other_modality = not same_modality(card.modality, image.modality)
    far = pictures is False and not image.picture
    size = known.get("extent") if far else None
    steps = known.get("spacing") if far else None
    other_size = size is not None and _is_far(image.extent, size, _FARTHEST_SIDE)
    other_steps = steps is not None and _is_far(image.spacing, steps, _FARTHEST_STEP)
    if not (other_kind or other_modality or other_size or other_steps):
        return ""
    trained = _kind_of_model(card, pictures, known.get("extent"))
    this = _kind_of_image(image)
    if other_steps and steps is not None:
        trained = f"{trained} in voxels of about {_sides(steps['middle'])} mm"
        this = f"{this} in voxels of {_sides(image.spacing)} mm"
    return f"This model was trained on {trained}; this is {this}."


def unit_note(unit: str) -> str:
    """What is said of an image whose file gives its geometry in another unit than mm."""
    return (
        f"The image's file gives its sizes in {unit}, and they are taken for mm, as in Slicer: "
        "spacing, distances and volumes are not the true ones."
    )


def tells_mismatch(notes: Iterable[str]) -> bool:
    """Whether a result's notes have a sentence of :func:`mismatch`."""
    return any("; this is " in note for note in notes)


def takes_pictures(card: ModelCard) -> bool | None:
    """Whether the model was trained on pictures, or on volumes; None if on both."""
    if card.images is not None:
        count, pictures = card.images["count"], card.images["pictures"]
        return pictures == count if pictures in (0, count) else None
    rule = (card.preprocessing.get("intensity") or {}).get("rule")
    return card.preprocessing.get("slice_axis") == "acquisition" and rule == "8-bit"


def same_modality(one: str, other: str) -> bool:
    """Whether two codes may stand for images of one kind."""
    one, other = one.strip().upper(), other.strip().upper()
    if one == other or one in UNTOLD or other in UNTOLD:
        return True
    return any({one, other} <= alike for alike in _ALIKE)


def _is_far(sides: Sides, known: dict[str, list[float]], factor: float) -> bool:
    """Sorted by length: the same body may lie along any axis."""
    ranges = zip(sorted(sides), sorted(known["low"]), sorted(known["high"]), strict=True)
    return any(not low / factor <= side <= high * factor for side, low, high in ranges)


def _kind_of_model(card: ModelCard, pictures: bool | None, extent: dict[str, Any] | None) -> str:
    word = _word(card.modality)
    told = _KINDS[pictures][bool(word)].format(word=word)
    return f"{told} of about {_sides(extent['middle'])} mm" if extent and not pictures else told


def _kind_of_image(image: Facts) -> str:
    word = _word(image.modality)
    if image.picture:
        return f"a 2-D {word} picture" if word else "a 2-D picture"
    told = f"a {word} volume" if word else "a volume"
    if word.startswith(_VOWELS):
        told = f"an {word} volume"
    return f"{told} of {_sides(image.extent)} mm"


def _word(modality: str) -> str:
    code = modality.strip().upper()
    return "" if code in UNTOLD else _MODALITIES.get(code, code)


def _sides(sides: Sequence[float]) -> str:
    """Whole millimetres from 10 on."""
    return " x ".join(f"{side:.0f}" if side >= 10 else f"{side:.2g}" for side in sides)
