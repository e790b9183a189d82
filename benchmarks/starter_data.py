"""Case lists, preprocessing and card words of the starter models' data sets."""

from __future__ import annotations

import json
import os
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
            entry = {"name": case, "image": str(image), "role": role}
            entry["group"] = str(split["group_of_case"][case])
            if role != "unlabeled":
                entry["label"] = str(next((DATA / name / "labels").glob(f"{case}.*")))
            cases.append(entry)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(cases, indent=1), encoding="utf-8")


HIPPOCAMPUS = {
    "preprocessing": {
        "channels": "2.5d",
        "slice_axis": "axial",
        "size": [64, 48],
        "spacing": [None, 1.0, 1.0],
        "intensity": {"rule": "mr-percentile", "low": 0.5, "high": 99.5},
        "crop": True,
    },
    "grid": {"size": [128, 96], "spacing": [None, 0.5, 0.5]},
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
        "postprocessing": {"largest_component": True},  # in one part in all 22 labels
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
    "grid": {"size": [192, 192]},
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
        "postprocessing": {"largest_component": True},  # in one part in all 30 labels
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

PHOTOGRAPH = {"turn_over": True, "rotate": 30.0, "scale": 0.25, "shift": 0.12, "colour": 0.25}
POLYP = {
    "preprocessing": {
        "channels": "rgb",
        "slice_axis": "acquisition",
        "size": [64, 64],
        "spacing": [None, None, None],
        "intensity": {"rule": "8-bit"},
        "crop": True,
    },
    "grid": {"size": [256, 256]},
    "augmentation": PHOTOGRAPH,
    "card": {
        "name": "polyp-colonoscopy",
        "title": "Polyp (colonoscopy)",
        "description": "Polyps in a white-light colonoscopy picture that shows at least one.",
        "limits": "It does not tell kinds of polyps apart, and it was not trained on pictures "
        "without a polyp.",
        "modality": "ES",
        "labels": [
            {
                "value": 1,
                "name": "polyp",
                "color": [220, 160, 90],
                "terminology": {
                    "category": sct("49755003", "Morphologically Altered Structure"),
                    "type": sct("41329004", "Polyp"),
                    "region": sct("71854001", "Colon"),
                },
            }
        ],
        "postprocessing": {"largest_component": False},  # five of 24 labels have several
        "licence": "CC BY 4.0",
        "attribution": [
            "Colonoscopy images and polyp masks: HyperKvasir (segmented images; also published as "
            "Kvasir-SEG), CC BY 4.0, https://creativecommons.org/licenses/by/4.0/. H. Borgli et "
            "al., HyperKvasir, a comprehensive multi-class image and video dataset for "
            "gastrointestinal endoscopy, Scientific Data 7, 283 (2020), "
            "doi:10.1038/s41597-020-00622-y; D. Jha et al., Kvasir-SEG: A Segmented Polyp Dataset, "
            "MMM 2020, 451-462. Subset of 300 images; masks re-encoded as binary PNG."
        ],
    },
}
