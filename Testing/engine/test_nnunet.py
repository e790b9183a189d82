"""nnU-Net beside the study: what goes into it and comes out of it, without nnU-Net itself."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from phantom_fixtures import PICTURE_CLASSES, VOLUME_CLASSES, write_phantoms

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "benchmarks"))

from few_labels_lib.scores import score_cases  # noqa: E402
from few_labels_lib.sets import DataSet  # noqa: E402
from nnunet import NNUNet, labels_of  # noqa: E402

from semigda_core.models.card import Label  # noqa: E402


def phantoms(folder: Path, *, pictures: bool) -> DataSet:
    """Two labelled and two held-out phantoms as a set of the study."""
    write_phantoms(folder / "drawn", 2, 0, 2, pictures=pictures, shape=(5, 40, 56))
    ending, data = ("png" if pictures else "nrrd"), folder / "data"
    for kind in ("image", "label"):
        (data / "phantom" / f"{kind}s").mkdir(parents=True)
        for number in range(4):
            source = folder / "drawn" / f"{kind}_{number:03d}.{ending}"
            shutil.copy(source, data / "phantom" / f"{kind}s" / f"case_{number}.{ending}")
    split = {"labeled": ["case_0", "case_1"], "unlabeled": [], "val": ["case_2", "case_3"]}
    split["group_of_case"] = {f"case_{number}": number for number in range(4)}
    (data / "splits.json").write_text(json.dumps({"sets": {"phantom": split}}))
    names = PICTURE_CLASSES if pictures else VOLUME_CLASSES
    labels = [
        {"value": value, "name": name, "color": [9, 9, 9]} for value, name in enumerate(names, 1)
    ]
    axis, channels = ("acquisition", "rgb") if pictures else ("axial", "2.5d")
    preprocessing = {"slice_axis": axis, "channels": channels}
    card = {"labels": labels, "modality": "MR"}
    return DataSet("phantom", card, preprocessing, batch=2, steps=2, data=data)


@pytest.mark.parametrize("pictures", [True, False], ids=["pictures", "volumes"])
def test_images_and_labels_come_back_as_they_went(pictures, tmp_path):
    one = phantoms(tmp_path, pictures=pictures)
    nnunet = NNUNet("python", tmp_path / "work", one, "2d", 1)
    nnunet.folder.mkdir()
    nnunet.convert("val", nnunet.folder / "val")
    image = sitk.ReadImage(str(nnunet.folder / f"val/imagesTr/case_2_0000{nnunet.ending}"))
    source = sitk.ReadImage(str(next((one.folder / "images").glob("case_2.*"))))
    assert np.array_equal(sitk.GetArrayFromImage(image), sitk.GetArrayFromImage(source))
    assert image.GetSpacing() == pytest.approx(source.GetSpacing())
    told = json.loads((nnunet.folder / "val/dataset.json").read_text("utf-8"))
    assert len(told["channel_names"]) == (3 if pictures else 1) and told["numTraining"] == 2
    assert list(told["labels"].values()) == list(range(len(one.card["labels"]) + 1))

    def predict(case, volume):
        return labels_of(nnunet.folder / "val/labelsTr", case, volume, nnunet.ending)

    rows, _ = score_cases(
        nnunet.cases("val"), [Label.from_dict(x) for x in one.card["labels"]], predict
    )
    assert len(rows) == 2 * len(one.card["labels"])
    assert all(row["dice"] == 1 and row["hd95"] == 0 for row in rows)


def test_grey_pictures_of_a_coloured_set_have_three_channels(tmp_path):
    one = phantoms(tmp_path, pictures=True)
    path = next((one.folder / "images").glob("case_2.*"))
    grey = sitk.GetArrayFromImage(sitk.ReadImage(str(path)))[..., 0]
    sitk.WriteImage(sitk.GetImageFromArray(grey), str(path))
    nnunet = NNUNet("python", tmp_path / "work", one, "2d", 1)
    nnunet.folder.mkdir()
    nnunet.convert("val", nnunet.folder / "val")
    written = sitk.ReadImage(str(nnunet.folder / "val/imagesTr/case_2_0000.png"))
    assert np.array_equal(sitk.GetArrayFromImage(written), np.stack([grey] * 3, -1))


def test_a_failure_names_the_log(tmp_path):
    one = phantoms(tmp_path, pictures=True)
    nnunet = NNUNet(sys.executable, tmp_path, one, "2d", 1)
    with pytest.raises(SystemExit, match=r"nnU-Net failed: see .*predict\.log"):
        nnunet.call("predict", model="none", images="none", out=str(tmp_path / "out"))
