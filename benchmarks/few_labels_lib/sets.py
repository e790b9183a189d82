"""The data sets of the study: where they are, how their slices are cut, what is in them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from starter_data import BREAST, DATA, HIPPOCAMPUS, PHOTOGRAPH

from semigda_core.jobs.training import Augmentation
from semigda_core.models.preprocessing import MULTIPLE


@dataclass(frozen=True)
class DataSet:
    """One set with its fixed split.

    Attributes:
        name: its folder in ``data``.
        card: words of the model card: title, description, modality, labels, licence.
        preprocessing: ``Preprocessing.to_dict()``, the same for every method.
        batch: slices a step that get a gradient.
        steps: optimiser steps of a run by default, all stages together.
        seeds: how many seeds by default.
        augmentation: changes to :class:`Augmentation`'s defaults.
        real_spacing: whether distances in millimetres are meaningful.
        own_scale: of the slices' sides at the default budget of a training.
        features_scale: of the slices' sides for networks with general image features, chosen on
            ``val`` with one seed: larger slices pay with them.
    """

    name: str
    card: Mapping
    preprocessing: Mapping
    batch: int
    steps: int
    seeds: int = 2
    augmentation: Mapping = field(default_factory=dict)
    real_spacing: bool = False
    own_scale: float = 1.5
    features_scale: float = 3.0
    data: Path = DATA

    @cached_property
    def split(self) -> dict:
        """``{"labeled", "unlabeled", "val": [case], "group_of_case": {case: group}}``."""
        return json.loads((self.data / "splits.json").read_text("utf-8"))["sets"][self.name]

    @property
    def folder(self) -> Path:
        return self.data / self.name

    @property
    def num_classes(self) -> int:
        return len(self.card["labels"])

    def file(self, kind: str, case: str) -> Path:
        """The file of a case in ``images`` or ``labels``."""
        return next((self.folder / kind).glob(f"{case}.*"))

    def write_cases(self, path: Path, *roles: str) -> Path:
        """A case list of these roles; labels only for cases that have one in the split."""
        cases = []
        for role in roles:
            for case in self.split[role]:
                entry = {"name": case, "image": str(self.file("images", case)), "role": role}
                entry["group"] = str(self.split["group_of_case"][case])
                if role != "unlabeled":
                    entry["label"] = str(self.file("labels", case))
                cases.append(entry)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(cases, indent=1), encoding="utf-8")
        return path

    def model_card(self, name: str) -> dict:
        """The card's words for a model of this set."""
        # Every part counts, as in the runs from before parts could be left out.
        words = {**self.card, "name": name, "postprocessing": {"largest_component": False}}
        readme = self.folder / "README.md"
        text = readme.read_text("utf-8") if readme.exists() else ""
        quoted = re.search(r'Attribution text:\s*"(.*?)"\s*$', text, re.DOTALL)
        if quoted:
            words["attribution"] = [" ".join(quoted[1].split())]
        licence = next(self.folder.glob("LICENSE*"), None)
        if licence:
            words["licence_text"] = licence.read_text("utf-8")
        return words

    def augment(self) -> Augmentation:
        """How training slices change, for every method."""
        return Augmentation(**self.augmentation)

    def scaled(self, factor: float) -> dict:
        """The preprocessing with working slices of ``factor`` times the pixels a side."""
        values = dict(self.preprocessing)
        values["size"] = [
            max(2 * MULTIPLE, MULTIPLE * round(n * factor / MULTIPLE)) for n in values["size"]
        ]
        through, *steps = values["spacing"]
        values["spacing"] = [through, *(step and step / factor for step in steps)]
        return values


def _card(title: str, modality: str, label: str, color: list[int], licence: str) -> dict:
    return {
        "title": title,
        "description": f"{label[0].upper()}{label[1:]}, trained with few labels.",
        "modality": modality,
        "labels": [{"value": 1, "name": label, "color": color}],
        "licence": licence,
    }


def _pictures(size: list[int], channels: str = "rgb") -> dict:
    return {
        "channels": channels,
        "slice_axis": "acquisition",
        "size": size,
        "spacing": [None, None, None],
        "intensity": {"rule": "8-bit"},
        "crop": True,
    }


def _volumes(size: list[int], step: float) -> dict:
    return {
        "channels": "2.5d",
        "slice_axis": "axial",
        "size": size,
        "spacing": [None, step, step],
        "intensity": {"rule": "8-bit"},
        "crop": True,
    }


# Sizes: 1 mm as stored (hippocampus); else small slices with the whole field in view, which is
# 240 mm in heart_la and 350 mm in cardiac_scd: on a CPU steps are worth more than pixels.
_ALL = (
    DataSet(
        "hippocampus",
        HIPPOCAMPUS["card"],
        HIPPOCAMPUS["preprocessing"],
        batch=8,
        steps=1600,
        real_spacing=True,
        own_scale=1.0,
        features_scale=2.0,
    ),
    DataSet(
        "heart_la",
        _card("Left atrium (MR)", "MR", "left atrium", [216, 101, 79], "CC BY-SA 4.0"),
        _volumes([80, 80], 3.0),
        batch=8,
        steps=1600,
        seeds=3,
        real_spacing=True,
        features_scale=1.5,
    ),
    DataSet(
        "cardiac_scd",
        _card("Left ventricle (cine MR)", "MR", "left ventricle cavity", [216, 101, 79], "CC0 1.0"),
        _volumes([80, 80], 4.375),
        batch=8,
        steps=1600,
        seeds=3,
        features_scale=1.5,
    ),
    DataSet(
        "breast_us",
        BREAST["card"],
        {**BREAST["preprocessing"], "size": [64, 64]},
        batch=8,
        steps=1600,
        seeds=3,
        augmentation=BREAST["augmentation"],
    ),
    DataSet(
        "polyp",
        _card("Polyp (colonoscopy)", "ES", "polyp", [220, 160, 90], "CC BY 4.0"),
        _pictures([64, 64]),
        batch=8,
        steps=1600,
        seeds=3,
        augmentation=PHOTOGRAPH,
    ),
    DataSet(
        "skin",
        _card("Skin lesion (dermoscopy)", "XC", "skin lesion", [150, 110, 90], "CC0 1.0"),
        _pictures([64, 80]),
        batch=8,
        steps=1600,
        augmentation=PHOTOGRAPH,
    ),
)
SETS = {one.name: one for one in _ALL}
