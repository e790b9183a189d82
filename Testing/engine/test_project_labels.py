"""From a folder of images and labels to what a training learns: pairing, mapping, presets."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
import torch
from project_fixtures import AFFINE, draw, make_project, write_case, write_segmentation
from training_fixtures import NETWORK
from training_fixtures import card as training_card
from training_fixtures import settings as training_settings
from volume_fixtures import write_nrrd

from semigda.check.run import check
from semigda.data.cases import read_cases
from semigda.data.labels import label_parts, read_classes
from semigda.data.other_grid import resample_classes, share_inside
from semigda.data.preprocess import Preprocessing
from semigda.data.volumes import read_volume
from semigda.models.base import save_base
from semigda.networks.semigda import SemiGDA
from semigda.prepared.store import Store
from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import write_json
from semigda_core.jobs.training import TrainSettings
from semigda_core.labels.segments import Segment, read_segments
from semigda_core.models.network_config import NetworkConfig
from semigda_core.project.cases.caselist import case_rows
from semigda_core.project.cases.pairing import pair_folder
from semigda_core.project.check.latest import measured
from semigda_core.project.heldout import choose_heldout
from semigda_core.project.project import NewCase, Project
from semigda_core.project.training.plans import Plan, saved_plan
from semigda_core.project.training.presets import train_settings
from semigda_core.project.training.trainings import estimate

LABELS = draw(0)[1]


@pytest.fixture
def like(tmp_path):
    write_nrrd(tmp_path / "image.nrrd", draw(0)[0], AFFINE)
    return read_volume(tmp_path / "image.nrrd")


# Segments


def test_names_in_utf8_with_any_value(tmp_path, like):
    parts = [
        {"Name": "Läsion \\\\ 1", "LabelValue": 9, "Layer": 0},
        {"ID": "Segment_4", "Name": "心臓", "LabelValue": 4, "Layer": 0},
    ]
    array = np.select([LABELS == 1, LABELS == 2], [4, 9]).astype(np.uint8)
    path = write_segmentation(tmp_path / "a.seg.nrrd", [array], parts)
    assert read_segments(path) == [Segment("Läsion \\ 1", 9, 0), Segment("心臓", 4, 0)]
    labels = read_classes(path, like, {"Läsion \\ 1": 2, "心臓": 1})
    np.testing.assert_array_equal(labels, LABELS)
    np.testing.assert_array_equal(
        read_classes(path, like, {"Läsion \\ 1": 1, "心臓": 0}), LABELS == 2
    )
    with pytest.raises(SemiGDAError, match="belongs to no class"):
        read_classes(path, like, {"心臓": 1})


@pytest.mark.parametrize("count", [2, 3, 4])
@pytest.mark.parametrize("old", [False, True])
def test_overlapping_segments_in_layers(tmp_path, like, count, old):
    """Slicer before 4.11 said neither value nor layer."""
    masks = [(LABELS >= min(n, 2)).astype(np.uint8) for n in range(1, count + 1)]
    parts = [{"Name": f"s{n}", "LabelValue": 1, "Layer": n} for n in range(count)]
    if old:
        parts = [{"Name": part["Name"]} for part in parts]
    path = write_segmentation(tmp_path / "a.seg.nrrd", masks, parts)
    found = dict(label_parts(path, like))
    assert list(found) == [f"s{n}" for n in range(count)]
    for mask, part in zip(masks, found.values(), strict=True):
        np.testing.assert_array_equal(part, mask > 0)
    labels = read_classes(path, like, {f"s{n}": min(n, 1) + 1 for n in range(count)})
    np.testing.assert_array_equal(labels, LABELS)  # the later segment counts


def test_damaged_headers(tmp_path, like):
    part = [{"Name": "a", "LabelValue": "x"}]
    path = write_segmentation(tmp_path / "a.seg.nrrd", [LABELS], part)
    with pytest.raises(SemiGDAError, match="damaged"):
        read_segments(path)
    path = write_segmentation(path, [LABELS], [{"Name": "a", "LabelValue": 1, "Layer": 3}])
    with pytest.raises(SemiGDAError, match="damaged"):
        list(label_parts(path, like))
    with pytest.raises(SemiGDAError, match="cannot be read"):
        read_segments(tmp_path / "none.seg.nrrd")
    path = write_segmentation(path, [LABELS], [{"Name": "a", "LabelValue": 1, "Layer": -1}])
    with pytest.raises(SemiGDAError, match="damaged"):
        list(label_parts(path, like))


def test_a_label_map_without_names_goes_by_its_values(tmp_path, like):
    write_nrrd(tmp_path / "l.nrrd", LABELS * 3, AFFINE)
    assert [key for key, _ in label_parts(tmp_path / "l.nrrd", like)] == ["3", "6"]
    labels = read_classes(tmp_path / "l.nrrd", like, {"3": 2, "6": 1})
    np.testing.assert_array_equal(labels, np.select([LABELS == 1, LABELS == 2], [2, 1]))


def test_cropped_and_distant_segmentations(tmp_path, like):
    parts = [{"Name": "ball", "LabelValue": 1, "Layer": 0}]
    grid = AFFINE.copy()
    grid[:3, 3] = (AFFINE @ [4, 3, 2, 1])[:3]
    cropped = (LABELS > 0).astype(np.uint8)[2:14, 3:17, 4:15]
    path = write_segmentation(tmp_path / "a.seg.nrrd", [cropped], parts, grid)
    np.testing.assert_array_equal(read_classes(path, like, {"ball": 1}), LABELS > 0)
    grid[:3, 3] += 0.2
    write_segmentation(path, [cropped], parts, grid)
    assert share_inside(path, like) == 1.0
    moved = resample_classes(path, like, {"ball": 1})
    assert (moved == (LABELS > 0)).mean() > 0.95 and moved.sum() > 0.8 * (LABELS > 0).sum()
    with pytest.raises(SemiGDAError, match="belongs to no class"):
        resample_classes(path, like, {})


# Pairing


def names(pairing):
    return [(image.name, label and label.name) for image, label in pairing.pairs]


def touch(folder, *files):
    folder.mkdir(exist_ok=True, parents=True)
    for file in files:
        (folder / file).touch()
    return folder


def test_pairs_of_two_folders(tmp_path):
    images = touch(tmp_path / "i", "a10.nii.gz", "a2.nii.gz", "b_0000.nii.gz", "c.png", ".x.png")
    labels = touch(tmp_path / "l", "a2.seg.nrrd", "b.nii.gz", "c_mask.png", "d.nrrd", "notes.txt")
    pairing = pair_folder(images, labels)
    assert names(pairing) == [
        ("a2.nii.gz", "a2.seg.nrrd"),
        ("a10.nii.gz", None),
        ("b_0000.nii.gz", "b.nii.gz"),
        ("c.png", "c_mask.png"),
    ]
    assert [label.name for label in pairing.unpaired_labels] == ["d.nrrd"]


def test_pairs_of_one_folder(tmp_path):
    folder = touch(
        tmp_path,
        "image_000.nrrd",
        "label_000.nrrd",
        "image_001.nrrd",
        "p.nii",
        "p.seg.nrrd",
        "q.nii",
        "q_seg.nii",
        "q-label.nii",
        "seg_alone.nii",
    )
    pairing = pair_folder(folder)
    assert dict(names(pairing)) == {
        "image_000.nrrd": "label_000.nrrd",
        "image_001.nrrd": None,
        "p.nii": "p.seg.nrrd",
        "q.nii": None,
        "seg_alone.nii": None,
    }
    assert [image.name for image in pairing.doubtful] == ["q.nii"]
    assert names(pair_folder(folder, folder)) == names(pairing)


def test_folders_of_dicom_files_are_images(tmp_path):
    for name in ("one", "two"):
        touch(tmp_path / "study" / name)
        (tmp_path / "study" / name / "0001").write_bytes(b"\0" * 128 + b"DICM")
    touch(tmp_path / "study" / "empty")
    labels = touch(tmp_path / "labels", "two.seg.nrrd")
    pairing = pair_folder(tmp_path / "study", labels)
    assert names(pairing) == [("one", None), ("two", "two.seg.nrrd")]
    assert names(pair_folder(tmp_path / "study/one")) == [("one", None)]


def test_patients_by_a_pattern(tmp_path):
    folder = touch(tmp_path, "bus_01-l.png", "bus_01-r.png", "x.png")
    cases = pair_folder(folder).cases(r"bus_(\d+)")
    assert [case.group for case in cases] == ["01", "01", None] and cases[0].name == "bus_01-l"
    for wrong, words in (("(", "regular expression"),):
        with pytest.raises(SemiGDAError, match=words):
            pair_folder(folder).cases(wrong)
    with pytest.raises(SemiGDAError, match="no images"):
        pair_folder(touch(tmp_path / "none"))
    with pytest.raises(SemiGDAError, match="does not exist"):
        pair_folder(tmp_path / "nowhere")


# What a training learns


def test_a_training_sees_the_classes_of_the_project(tmp_path):
    """Three ways to say the same label: segments, odd values, and the classes' own values."""
    project = Project.create(tmp_path / "p")
    project.set_classes(["Ball", "Core"])
    cases = [write_case(tmp_path / "study", n) for n in range(3)]
    parts = [
        {"Name": "core ", "LabelValue": 1, "Layer": 0},  # like a class's name
        {"Name": "tumour", "LabelValue": 2, "Layer": 0},
        {"Name": "skin", "LabelValue": 3, "Layer": 0},
    ]
    labels = draw(0)[1]
    array = np.select([labels == 2, labels == 1], [1, 2]).astype(np.uint8)
    array[0] = 3
    path = write_segmentation(tmp_path / "study/a.seg.nrrd", [array], parts)
    write_nrrd(cases[1].label, draw(1)[1] * 5, AFFINE)
    ids = project.add([NewCase(cases[0].image, path), *cases[1:]]).cases
    assert project.read().unmapped() == {"tumour": [ids[0]], "skin": [ids[0]]}
    assert {f.code for f in check(project)} >= {"unmapped-label"}
    project.set_mapping({"tumour": "Ball", "skin": 0, "5": 1, "10": 2, "1": 1, "2": 2})
    assert "unmapped-label" not in {finding.code for finding in check(project)}
    choose_heldout(project, measured(project))
    write_json(tmp_path / "list.json", case_rows(project.read()))
    preprocessing = Preprocessing(size=(32, 32), spacing=(None, 1.0, 1.0))
    for number, case in enumerate(read_cases(tmp_path / "list.json")):
        slices = Store(tmp_path / "prepared", preprocessing).get(case)
        planes = slices.labels[:][:, 6:26, 7:25]  # without the padding
        np.testing.assert_array_equal(planes, draw(number)[1])


def test_a_case_lists_classes_are_checked(tmp_path):
    touch(tmp_path, "i.nrrd", "l.nrrd")
    row = {"image": "i.nrrd", "label": "l.nrrd", "role": "labeled"}
    for wrong in ("Liver=1", {"Liver": "1"}, {"Liver": 300}, {"Liver": True}, []):
        (tmp_path / "l.json").write_text(json.dumps([row | {"classes": wrong}]))
        with pytest.raises(SemiGDAError, match="classes that are not numbers"):
            read_cases(tmp_path / "l.json")


def ready(project):
    check(project)
    facts = measured(project)
    choose_heldout(project, facts)
    return facts


def settings(project, facts, preset="standard", **more) -> TrainSettings:
    """As a training reads them: the values have to fit its dataclasses."""
    values = train_settings(project, facts, preset, name="m", cases="list.json", **more)
    Preprocessing.from_dict(values["preprocessing"])
    NetworkConfig.from_dict(values["network"])
    return TrainSettings.from_dict(json.loads(json.dumps(values)))


def test_presets(tmp_path):
    project = make_project(tmp_path, labelled=8)
    facts = ready(project)
    standard = settings(project, facts)
    assert (standard.align_steps, standard.steps, standard.pretrain_steps) == (100, 1000, 0)
    assert standard.network == NetworkConfig.pretrained().to_dict()
    assert (standard.labeled_batch, standard.unlabeled_batch) == (6, 2)
    plain = settings(project, facts, features=False)
    assert plain.network == NetworkConfig.compact().to_dict()
    assert (plain.align_steps, plain.steps) == (400, 4000)
    assert (plain.labeled_batch, plain.unlabeled_batch) == (12, 4)
    assert standard.out == str(project.folder / "models/m")
    assert plain.preprocessing == standard.preprocessing | {
        "size": [32, 32],
        "spacing": [None, 1.0, 1.0],
    }
    # Features get pixels twice as fine as those of the images, and in a CPU's time one branch.
    assert standard.branches == ("cnn",) and plain.branches == ("vae", "cnn")
    assert standard.preprocessing == {
        "channels": "2.5d",
        "slice_axis": "axial",
        "size": [48, 48],
        "spacing": [None, 0.5, 0.5],
        "intensity": {"rule": "mr-percentile", "low": 0.5, "high": 99.5},
        "crop": True,
    }
    assert standard.card["modality"] == "MR" and len(standard.card["labels"]) == 2
    assert standard.card["title"] == "Ball, core" and "Not stated" in standard.card["licence"]
    project.set_settings(title="Balls", licence="CC0-1.0", attribution=["A. Author"])
    said = settings(project, facts).card
    assert (said["title"], said["licence"]) == ("Balls", "CC0-1.0")
    assert said["attribution"] == ["A. Author"]
    quick = settings(project, facts, "quick")
    assert (quick.align_steps, quick.steps, quick.validations) == (40, 400, 3)
    quick = settings(project, facts, "quick", features=False)
    assert (quick.align_steps, quick.steps) == (40, 250)
    assert settings(project, facts, advanced={"seed": 5, "steps": 7}).steps == 7
    for wrong in ({"labeled_batch": "many"}, {"branches": 7}):
        with pytest.raises(SemiGDAError, match=next(iter(wrong))):
            settings(project, facts, advanced=wrong)
    with pytest.raises(SemiGDAError, match="autoencoder"):
        settings(project, facts, "paper")
    with pytest.raises(SemiGDAError, match="presets are"):
        settings(project, facts, "slow")
    with pytest.raises(SemiGDAError, match="lower-case"):
        train_settings(project, facts, name="Jane Doe", cases="list.json")


def test_shape_of_a_preset(tmp_path):
    project = make_project(tmp_path, labelled=8)
    facts = ready(project)
    shape = {"side": 64, "slice_axis": "coronal", "channels": [8, 16, 32, 32]}
    shaped = settings(project, facts, advanced=shape)
    assert shaped.network["channels"] == shape["channels"]
    assert shaped.preprocessing["slice_axis"] == "coronal"
    assert max(shaped.preprocessing["size"]) <= 64
    for wrong in ([16, 24, 48], [16, 24, 48, 60], [0, 0, 0, 0]):
        with pytest.raises(SemiGDAError, match="branch widths"):
            settings(project, facts, advanced={"channels": wrong})


def test_bases(tmp_path):
    torch.manual_seed(0)
    network = SemiGDA(NetworkConfig.from_dict(NETWORK))
    base = save_base(tmp_path / "b.safetensors", network.config, network.state_dict())
    project = make_project(tmp_path, labelled=2)
    facts = ready(project)
    values = settings(project, facts, "paper", base=str(base))
    assert values.network["name"] == "tiny" and values.base == str(base)
    assert values.optimizer == "sgd" and values.frozen == "autoencoder"
    (tmp_path / "x.safetensors").write_bytes(b"no base")
    with pytest.raises(SemiGDAError) as caught:
        settings(project, facts, base=str(tmp_path / "x.safetensors"))
    assert caught.value.error_class == "model-invalid"


def test_images_decide_the_working_grid(tmp_path):
    # Thick coronal slices, and too large for the preset.
    affine = np.array([[0, 0.5, 0, 0], [0, 0, 6, 0], [0.5, 0, 0, 0], [0, 0, 0, 1.0]])
    rng = np.random.default_rng(0)
    project = Project.create(tmp_path / "p")
    project.set_classes(["left kidney", "right kidney"])
    project.set_mapping({"1": 1, "2": 2})
    image = rng.integers(-1000, 400, (4, 200, 400)).astype(np.int16)
    labels = np.zeros(image.shape, np.uint8)
    labels[1:3, 90:110, 90:110], labels[1:3, 90:110, 150:170] = 1, 2
    image[labels > 0] = rng.integers(20, 60, int((labels > 0).sum()))
    for number in range(2):
        changes = {"image": image + number, "labels": labels, "affine": affine}
        project.add([write_case(tmp_path / "study", number, **changes)])
    facts = ready(project)
    featured = settings(project, facts).preprocessing
    assert featured["size"] == [256, 128] and featured["spacing"] == [None, 0.7812, 0.7812]
    values = settings(project, facts, features=False)
    grid = values.preprocessing
    assert grid["slice_axis"] == "coronal" and grid["spacing"] == [None, 1.25, 1.25]
    assert grid["size"] == [160, 80]
    assert grid["intensity"]["rule"] == "ct-window" and values.card["modality"] == "CT"
    assert -90 <= grid["intensity"]["low"] <= -70 and 150 <= grid["intensity"]["high"] <= 165
    assert not values.augmentation.mirror  # left is a class
    assert (values.augmentation.stretch, values.augmentation.darkness) == (0, 0)


def test_pictures_decide_the_working_grid(tmp_path):
    rng = np.random.default_rng(0)
    project = Project.create(tmp_path / "p")
    project.set_classes(["lesion"])
    for number in range(2):
        colours = rng.integers(0, 255, (60, 120, 3)).astype(np.uint8)
        mask = np.zeros((60, 120), np.uint8)
        mask[20:30, 30:40] = 255
        sitk.WriteImage(
            sitk.GetImageFromArray(colours, isVector=True), str(tmp_path / f"{number}.png")
        )
        sitk.WriteImage(sitk.GetImageFromArray(mask), str(tmp_path / f"{number}_mask.png"))
    project.add(pair_folder(tmp_path).cases())
    assert all(case.role == "labeled" for case in project.read().cases)
    values = settings(project, ready(project), "quick")
    grid = values.preprocessing
    # As large as the preset has them, but no more than twice as fine as the pictures are.
    assert grid["channels"] == "rgb" and grid["size"] == [96, 192]
    smaller = settings(project, measured(project), "quick", features=False)
    assert smaller.preprocessing["size"] == [48, 96]
    assert grid["intensity"] == {"rule": "8-bit"} and values.augmentation.turn_over
    # Nothing says whether a picture is stretched, or how dark the room was.
    varied = settings(project, measured(project)).augmentation
    assert (varied.stretch, varied.darkness, varied.coarse) == (0.5, 0.5, 0.15)
    assert (values.augmentation.stretch, values.augmentation.darkness) == (0, 0)  # a quick look


def test_sides_are_not_mirrored_and_the_plan_says_why(tmp_path, capsys):
    project = make_project(tmp_path, labelled=4)
    facts = ready(project)
    assert settings(project, facts).augmentation.mirror
    assert estimate(project, saved_plan(project)).mirroring == ""
    project.set_classes(["linke Niere", "rechte Niere"])
    assert not settings(project, facts).augmentation.mirror
    told = estimate(project, saved_plan(project)).mirroring
    assert "not mirrored" in told and "'linke Niere', 'rechte Niere'" in told
    on_purpose = Plan(advanced={"augmentation": {"mirror": True}})
    assert estimate(project, on_purpose).mirroring == ""
    # Settings that nobody planned: a class of a case list's training may be a side as well.
    given = training_settings("cases.json", Path("folder"))
    given["card"] = training_card(("左肾", "右肾"))
    assert not TrainSettings.from_dict(given).augmentation.mirror
    given["augmentation"] = {"mirror": True, "rotate": 3.0}
    assert TrainSettings.from_dict(given).augmentation.mirror
