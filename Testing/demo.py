"""The product in one command: a volume, a model, SemiGDASegment's logic, a segmentation node.

Runs the module in the test host's real MRML scene. With the development data the volume is a real
one that no training saw, segmented by a starter model; without, phantoms are drawn and a small
model is trained on a few of them first.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "Testing" / "engine")]
OUT = Path(os.environ.get("SEMIGDA_ARTIFACTS", ROOT / "artifacts")) / "demo"
DATA = Path(os.environ.get("SEMIGDA_DATA", ROOT / ".." / "shared" / "data"))

PHANTOM_CARD = {
    "name": "phantom",
    "title": "Phantom: body and head",
    "description": "Trained by the demo on drawn phantoms.",
    "modality": "MR",
    "labels": [
        {"value": 1, "name": "Body", "color": [216, 101, 79]},
        {"value": 2, "name": "Head", "color": [80, 174, 194]},
    ],
    "licence": "Apache-2.0",
    "attribution": [],
}


def real_case() -> tuple[str, Path, Path] | None:
    """Model, image and label of a validation case, or None without data."""
    if not (DATA / "splits.json").is_file():
        return None
    case = json.loads((DATA / "splits.json").read_text())["sets"]["hippocampus"]["val"][0]
    folder = DATA / "hippocampus"
    return "hippocampus-mr", *(folder / d / f"{case}.nii.gz" for d in ("images", "labels"))


def phantom_case() -> tuple[str, Path, Path]:
    """Draws phantoms, trains a model on 4 labelled of them, and gives one it has not seen."""
    from phantom_fixtures import write_phantoms

    cases = write_phantoms(OUT / "phantoms", labeled=4, unlabeled=12, val=3)
    settings = {
        "cases": str(cases),
        "out": str(OUT / "phantom"),
        "card": PHANTOM_CARD,
        "preprocessing": {
            "channels": "2.5d",
            "slice_axis": "axial",
            "size": [48, 48],
            "spacing": [None, None, None],
            "intensity": {"rule": "mr-percentile", "low": 0.5, "high": 99.5},
        },
        "pretrain_steps": 100,
        "align_steps": 30,
        "steps": 240,
        "validations": 2,
        "seed": 0,
    }
    (OUT / "settings.json").write_text(json.dumps(settings))
    job = OUT / f"train-{time.strftime('%Y%m%d-%H%M%S')}"
    command = ["train", "--settings", str(OUT / "settings.json"), "--job", str(job)]
    subprocess.run([sys.executable, "-m", "semigda", *command], check=True, cwd=ROOT)
    write_phantoms(OUT / "unseen", labeled=0, unlabeled=0, val=20)
    return (
        str(OUT / "phantom"),
        OUT / "unseen" / "image_019.nrrd",
        OUT / "unseen" / "label_019.nrrd",
    )


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    model, image, label = real_case() or phantom_case()

    from Testing.host import start

    host = start([ROOT / "SemiGDASegment"])
    import slicer

    volume = slicer.util.loadVolume(str(image), {"name": "Image"})
    truth = slicer.util.loadLabelVolume(str(label), {"name": "Truth", "show": False})
    panel = host.open("SemiGDASegment", height=1000)
    logic = panel.logic

    started = time.perf_counter()
    segmentation = logic.segment(volume, model)
    print(f"\nSegmented with {model} in {time.perf_counter() - started:.1f} s, start-up included.")
    _print_table(slicer, logic, segmentation, volume, truth)

    logic.show3D(segmentation)
    written = [
        OUT / "segmentation.seg.nrrd",
        OUT / "scene.mrb",
        host.slice_view(OUT / "axial.png", "Red"),
        host.slice_view(OUT / "sagittal.png", "Yellow"),
        host.three_d_view(OUT / "surface.png"),
    ]
    slicer.util.saveNode(segmentation, str(written[0]), {})
    slicer.util.saveScene(str(written[1]))
    host.quit()
    print("\nWritten:", *written, sep="\n  ")


def _print_table(slicer, logic, segmentation, volume, truth) -> None:
    expected = slicer.util.arrayFromVolume(truth)
    print(f"\n{'segment':<28}{'ml':>8}{'agreement':>11}{'Dice':>8}")
    ids = segmentation.GetSegmentation().GetSegmentIDs()
    for found in logic.result.segments:
        names = {segmentation.GetSegmentation().GetSegment(i).GetName(): i for i in ids}
        ours = slicer.util.arrayFromSegmentBinaryLabelmap(
            segmentation, names[found["name"]], volume
        )
        theirs = expected == found["value"]
        dice = 2 * (ours.astype(bool) & theirs).sum() / max(1, ours.sum() + theirs.sum())
        agreement = "-" if found["agreement"] is None else f"{found['agreement']:.2f}"
        print(f"{found['name']:<28}{found['ml']:>8.2f}{agreement:>11}{dice:>8.3f}")


if __name__ == "__main__":
    main()
