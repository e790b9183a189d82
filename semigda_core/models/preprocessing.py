"""The preprocessing that a model's card asks for."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from semigda_core.files.checked import check_fields, demand, made, ruled, tuples
from semigda_core.files.documents import flag, list_of, maybe, number, one_of, record, whole

SLICE_AXES = ("axial", "coronal", "sagittal", "acquisition")
MULTIPLE = 16  # working slices are padded to multiples of this, for networks that halve 4 times
MAX_SIDE = 4096  # pixels of a working slice

INTENSITY_RULES = {
    "ct-window": (-1e6, 1e6),  # range of "low" and "high": the image's units, Hounsfield for CT
    "mr-percentile": (0.0, 100.0),  # percentiles of the whole image
    "8-bit": None,  # 0 to 255 as stored, without numbers
}


def _intensity(value: Any) -> None:
    name = value.get("rule") if isinstance(value, dict) else None
    one_of(*INTENSITY_RULES)(name)
    ends = INTENSITY_RULES[str(name)]
    limits = {} if ends is None else dict.fromkeys(("low", "high"), number(*ends))
    record({"rule": one_of(name), **limits}, named=True)(value)
    demand(not limits or value["low"] < value["high"], "has a low end that is not below the high")


def _side(value: Any) -> None:
    whole(MULTIPLE, MAX_SIDE)(value)
    demand(value % MULTIPLE == 0, f"is no multiple of {MULTIPLE}")


@dataclass(frozen=True)
class Preprocessing:
    """How slices are cut, scaled and normalised; stored in the model card.

    Attributes:
        channels: "2.5d" (previous, this and next slice of a grey image) or "rgb" (own colours).
        slice_axis: anatomical axis that slices are cut along, or "acquisition" for the stored one.
        size: (H, W) of a working slice in pixels, multiples of 16.
        spacing: (through, row, column) in mm. With row and column given, slices are resampled to
            that spacing and padded to at least ``size``; with ``None`` for both, a slice is fitted
            into ``size``. ``None`` for through: the image's own slices.
        intensity: the rule and its numbers, see :data:`INTENSITY_RULES`; the result is clipped to
            [-1, 1].
        crop: whether empty borders are cut off first: what is left is fitted, and has the
            percentiles. Off in cards without the field, which are older than it.
    """

    channels: str = ruled(one_of("2.5d", "rgb"), "2.5d", "2.5d for grey images, or rgb")
    slice_axis: str = ruled(one_of(*SLICE_AXES), "axial", f"one of {', '.join(SLICE_AXES)}")
    size: tuple[int, int] = ruled(
        list_of(_side, 2, least=2), (224, 224), f"[rows, columns], multiples of {MULTIPLE}"
    )
    spacing: tuple[float | None, float | None, float | None] = ruled(
        list_of(maybe(number(0.001, 1000)), 3, least=3),
        (None, None, None),
        "[through, row, column] in mm; null for row and column fits slices into the size, null "
        "for through keeps the image's own",
    )
    intensity: dict[str, Any] = ruled(
        _intensity,
        factory=lambda: {"rule": "mr-percentile", "low": 0.5, "high": 99.5},
        meaning='such as {"rule": "mr-percentile", "low": 0.5, "high": 99.5}, {"rule": '
        '"ct-window", "low": -160, "high": 240} or {"rule": "8-bit"}',
    )

    crop: bool = ruled(flag(), False, "whether empty borders are cut off first; may be left out")

    def __post_init__(self) -> None:
        tuples(self, "size", "spacing")
        check_fields(self)
        both = (self.spacing[1] is None) == (self.spacing[2] is None)
        demand(both, "has only one of row and column", "spacing")

    @property
    def fitted(self) -> bool:
        """Whether slices are fitted into ``size``, as pictures are, whatever their spacing."""
        return self.spacing[1] is None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}

    @classmethod
    def from_dict(cls, values: Any) -> Preprocessing:
        """From a card, which must contain every field but ``crop``.

        Raises:
            Wrong: (a ValueError) for unknown or missing fields and wrong values.
        """
        required = [one.name for one in fields(cls) if one.name != "crop"]
        return made(cls, values, required=required)
