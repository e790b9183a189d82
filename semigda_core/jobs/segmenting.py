"""How to segment: the same options in the panel, in a job and on the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, asdict, dataclass, fields
from typing import Any

from semigda_core.errors import SemiGDAError
from semigda_core.files.checked import RULE, rule_of, ruled
from semigda_core.files.documents import check, flag, maybe, one_of, whole
from semigda_core.jobs.region import given_region, region_rule
from semigda_core.models.card import ModelCard
from semigda_core.models.network_config import BRANCHES, NetworkConfig

DEVICES = ("auto", "cuda", "mps", "cpu")
_USES = ("card", "both", *BRANCHES)


@dataclass(frozen=True)
class SegmentOptions:
    """Options of a segmentation.

    A field's metadata: ``panel`` is its name in the panel's parameters and in Slicer scripts, if it
    can be chosen there; ``voxels`` says that the result depends on it. On the command line,
    ``choices`` lists all that it may be, and ``read`` turns a text into the value.

    Raises:
        SemiGDAError: "bad-input" for an impossible value.
    """

    device: str = ruled(one_of(*DEVICES), "auto", "what computes", choices=DEVICES, panel="device")
    branches: str = ruled(
        one_of(*_USES),
        "card",
        "whose mean becomes the labels; card is what the model's card recommends",
        choices=_USES,
        panel="branches",
    )
    replace_nonfinite: bool = ruled(
        flag(),
        False,
        "replace voxels that are NaN or infinite",
        panel="replaceInvalid",
        voxels=True,
    )
    frame: int | None = ruled(
        maybe(whole(0, 2**31)), None, "which frame of a 4-D image, from 0", voxels=True
    )
    review: bool = ruled(flag(), True, "make the review map", panel="review")
    all_parts: bool = ruled(
        flag(),
        False,
        "keep every connected part, also where the model's card leaves small ones out",
        panel="allParts",
        voxels=True,
    )
    batch_size: int | None = ruled(maybe(whole(1, 10_000)), None, "slices at once")
    roi: dict[str, Any] | None = ruled(
        maybe(region_rule),
        None,
        "segment only inside this box: a Slicer ROI (.mrk.json), or x,y,z,a,b,c, its middle and "
        "lengths in LPS mm (RAS:x,y,z,a,b,c in RAS), or x,y,a,b in a picture's pixels",
        read=given_region,
        voxels=True,
    )

    def __post_init__(self) -> None:
        check(asdict(self), _RULE, "The options")

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> SegmentOptions:
        """From a job's options; "bad-input" for an unknown option or a wrong value."""
        check(values, _RULE, "The options")
        return cls(**values)

    def to_dict(self) -> dict[str, Any]:
        """For a job; options that were not chosen are left out."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    def plan(self, card: ModelCard) -> tuple[str, ...]:
        """The branches whose mean becomes the labels.

        Raises:
            SemiGDAError: "bad-input" if the model has no such branch.
        """
        there = NetworkConfig.from_dict(card.network).branches
        chosen = card.branches if self.branches == "card" else self.branches
        used = there if chosen == "both" else (chosen,)
        if not set(used) <= set(there):
            raise SemiGDAError(
                "bad-input",
                f"The model has one branch, {there[0]}, and none called {chosen}.",
                action="Segment with the branches that its card recommends.",
            )
        return used

    def of_voxels(self) -> dict[str, Any]:
        """The options that a result depends on, except the branches."""
        return {one.name: getattr(self, one.name) for one in _noting("voxels")}


def panel_names() -> dict[str, str]:
    """For each option that the panel offers, its name there and its own."""
    return {one.metadata["panel"]: one.name for one in _noting("panel")}


def _noting(note: str) -> list[Field[Any]]:
    return [one for one in fields(SegmentOptions) if note in one.metadata]


_RULE = rule_of(SegmentOptions)
VOXEL_RULES = {one.name: one.metadata[RULE] for one in _noting("voxels")}
