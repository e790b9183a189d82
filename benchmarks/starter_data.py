"""Case lists, preprocessing and card words of the starter models' data sets."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("SEMIGDA_DATA", ROOT / "../shared/data")).resolve()


def sct(code: str, meaning: str) -> dict[str, str]:
    """A SNOMED CT code as in the model card."""
    return {"scheme": "SCT", "code": code, "meaning": meaning}


def write_case_list(name: str, path: Path) -> None:
    """A data set's fixed split as a case list; labels only for cases that have one in it."""
    split = json.loads((DATA / "splits.json").read_text())["sets"][name]
    cases = []
    for role in ("labeled", "unlabeled", "val"):
        for case in split[role]:
            image = next((DATA / name / "images").glob(f"{case}.*"))
            entry = {"name": case, "image": str(image), "role": role, "group": group(name, case)}
            if role != "unlabeled":
                entry["label"] = str(next((DATA / name / "labels").glob(f"{case}.*")))
            cases.append(entry)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(cases, indent=1), encoding="utf-8")


def group(name: str, case: str) -> str:
    """The patient: both hippocampi of a scan, all views of a breast."""
    number = int(re.findall(r"\d+", case)[-1])
    return f"{name}-{-(-number // 2)}" if name == "hippocampus" else f"{name}-{number}"


HIPPOCAMPUS = {
    "preprocessing": {
        "channels": "2.5d",
        "slice_axis": "axial",
        "size": [64, 48],
        "spacing": [None, 1.0, 1.0],
        "intensity": {"rule": "mr-percentile", "low": 0.5, "high": 99.5},
        "crop": True,
    },
    "card": {
        "name": "hippocampus-mr",
        "title": "Hippocampus (MR)",
        "description": "Anterior and posterior part of one hippocampus in a T1-weighted MR volume "
        "cropped to it (about 35 x 50 x 36 mm, 1 mm).",
        "limits": "Not for whole heads.",
        "modality": "MR",
        "labels": [
            {
                "value": 1,
                "name": "anterior hippocampus",
                "color": [111, 184, 210],
                "terminology": {
                    "category": sct("123037004", "Anatomical Structure"),
                    "type": sct("5366008", "Hippocampus"),
                    "modifier": sct("255549009", "Anterior"),
                },
            },
            {
                "value": 2,
                "name": "posterior hippocampus",
                "color": [216, 101, 79],
                "terminology": {
                    "category": sct("123037004", "Anatomical Structure"),
                    "type": sct("5366008", "Hippocampus"),
                    "modifier": sct("255551008", "Posterior"),
                },
            },
        ],
        "postprocessing": {"largest_component": False},
        "licence": "CC BY-SA 4.0",
        "attribution": [
            "Hippocampus MR images and labels: Medical Segmentation Decathlon, Task04 (Vanderbilt "
            "University Medical Center). A. L. Simpson et al., A large annotated medical image "
            "dataset for the development and evaluation of segmentation algorithms, "
            "arXiv:1902.09063 (2019); M. Antonelli et al., The Medical Segmentation Decathlon, "
            "Nature Communications 13, 4128 (2022). Licensed under CC BY-SA 4.0, "
            "https://creativecommons.org/licenses/by-sa/4.0/. Unmodified subset of 260 cases."
        ],
    },
}

BREAST = {
    "preprocessing": {
        "channels": "2.5d",
        "slice_axis": "acquisition",
        "size": [96, 96],
        "spacing": [None, None, None],
        "intensity": {"rule": "8-bit"},
        "crop": True,
    },
    "augmentation": {"mirror": True, "rotate": 12.0, "scale": 0.25, "shift": 0.12},
    "licence_file": "LICENSE_BUS-BRA.txt",
    "card": {
        "name": "breast-lesion-us",
        "title": "Breast lesion (ultrasound)",
        "description": "Lesion in a 2-D B-mode breast ultrasound picture that shows one.",
        "limits": "It does not tell benign from malignant, and it was not trained on pictures "
        "without a lesion.",
        "modality": "US",
        "labels": [
            {
                "value": 1,
                "name": "breast lesion",
                "color": [144, 238, 144],
                "terminology": {
                    "category": sct("49755003", "Morphologically Altered Structure"),
                    "type": sct("4147007", "Mass"),
                    "region": sct("76752008", "Breast"),
                },
            }
        ],
        "postprocessing": {"largest_component": False},
        "licence": "BUS-BRA data set licence (use, modification and distribution allowed with its "
        "notice and a citation), see LICENSE.txt",
        "attribution": [
            "Breast ultrasound images: BUS-BRA. W. Gomez-Flores, M. J. Gregorio-Calas, W. Coelho "
            "de Albuquerque Pereira: BUS-BRA: A breast ultrasound dataset for assessing "
            "computer-aided diagnosis systems, Medical Physics 51(4), 3110-3123 (2024), "
            "doi:10.1002/mp.16812; data: doi:10.5281/zenodo.8231412. Used under the licence in "
            "LICENSE.txt. Subset of 400 images; masks re-encoded."
        ],
    },
}
