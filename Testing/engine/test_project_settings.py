"""What a training gets from its project: sizes and steps of presets, the base, the working grid."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
import torch
from project_fixtures import make_project, synthetic, write_case
from training_fixtures import NETWORK
from training_fixtures import card as training_card
from training_fixtures import settings as training_settings

from semigda.check.run import check
from semigda.data.preprocess import Preprocessing
from semigda.models.base import save_base
from semigda.networks.semigda import SemiGDA
from semigda_core.errors import SemiGDAError
from semigda_core.jobs.training import TrainSettings
from semigda_core.models.network_config import NetworkConfig
from semigda_core.project.cases.pairing import pair_folder
from semigda_core.project.check.latest import measured
from semigda_core.project.heldout import choose_heldout
from semigda_core.project.project import Project
from semigda_core.project.training.planning import unfitted
from semigda_core.project.training.plans import Plan, saved_plan
from semigda_core.project.training.presets import suggest_preprocessing, train_settings
from semigda_core.project.training.trainings import estimate


def ready(project):
    check(project)
    facts = measured(project)
    choose_heldout(project, facts)
    return facts


def settings(project, facts, preset="standard", **more) -> TrainSettings:
    """As a training reads them: the values have to fit its dataclasses."""
    values = train_settings(project, facts, Plan(preset, **more), "m") | {"cases": "list.json"}
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
    assert standard.card["title"] == "Ball, core"
    assert standard.card["licence"].startswith("not stated")
    project.set_settings(title="Balls", licence="CC0-1.0", attribution=["A. Author"])
    said = settings(project, facts).card
    assert (said["title"], said["licence"]) == ("Balls", "CC0-1.0")
    assert said["attribution"] == ["A. Author"]
    quick = settings(project, facts, "quick")
    assert (quick.align_steps, quick.steps, quick.validations) == (40, 400, 3)
    quick = settings(project, facts, "quick", features=False)
    assert (quick.align_steps, quick.steps) == (40, 250)
    assert settings(project, facts, advanced={"seed": 5, "steps": 7}).steps == 7
    for wrong in ({"labeled_batch": "many"}, {"branches": 7}, {"learning_rate": "fast"}):
        with pytest.raises(SemiGDAError, match=next(iter(wrong))):
            settings(project, facts, advanced=wrong)
    with pytest.raises(SemiGDAError, match="autoencoder"):
        settings(project, facts, "paper")
    with pytest.raises(SemiGDAError, match="presets are"):
        settings(project, facts, "slow")
    with pytest.raises(SemiGDAError, match="lower-case"):
        train_settings(project, facts, Plan(), "Jane Doe")


def test_a_plan_of_anybodys_project_chooses_no_place_to_write(tmp_path):
    """Nor a base that nobody looks at, which may have learned from held-out cases."""
    project = make_project(tmp_path, labelled=2)
    facts = ready(project)
    own = {"out": "/home/me/models/liver", "work": "/home/me", "base": "/x", "overwrite": True}
    for key, value in {**own, "cases": "/x.json", "card": {"name": "liver"}}.items():
        with pytest.raises(SemiGDAError, match=f"'{key}' is for the project to choose"):
            settings(project, facts, advanced={key: value})


def test_a_version_takes_no_name_that_is_there(tmp_path):
    """Also of a model whose training the project does not know."""
    project = make_project(tmp_path, labelled=2)
    ready(project)
    (project.folder / "models" / "ball-core-1").mkdir()
    assert Path(unfitted(project, Plan())["out"]).name == "ball-core-2"
    with pytest.raises(SemiGDAError, match="of this name already"):
        unfitted(project, Plan(name="ball-core-1"))


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
    header = json.dumps({"__metadata__": {"network": json.dumps({"depth": 3})}}).encode()
    deep = b"[" * 100_000
    for content in (b"no base", header, deep):  # the second one of another version
        base.write_bytes(len(content).to_bytes(8, "little") + content)
        with pytest.raises(SemiGDAError) as caught:
            settings(project, facts, base=str(base))
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


def test_neither_held_out_labels_nor_ignored_cases_decide_what_a_network_sees(tmp_path):
    project, facts = synthetic(tmp_path, [10] * 9)
    choose_heldout(project, facts)
    image = {"slice_axis": "axial", "channels": 1, "picture": False, "dtype": "int16"}
    image |= {"min": -1000.0, "spacing": [3.0, 1.0, 1.0], "shape": [20, 96, 96]}
    for case in project.read().cases:
        facts[case.id] |= {"image": image, "label": {"low": 20.0, "high": 80.0}}
    held, trained = (project.read().of_role(role) for role in ("held-out", "labeled"))
    window = {"rule": "ct-window", "low": -80, "high": 180}
    assert suggest_preprocessing(project.read(), facts, 96)["intensity"] == window
    facts[held[0].id]["label"] = {"low": -500.0, "high": 900.0}
    assert suggest_preprocessing(project.read(), facts, 96)["intensity"] == window
    ignored, other = trained[0].id, trained[1].id
    facts[ignored] |= {"label": {"low": -500.0, "high": 900.0}}
    facts[ignored]["image"] = image | {"modality": "MR"}
    project.set_use([ignored], "ignored")
    facts[other]["label"] = {"low": 20.0, "high": 90.0}
    found = suggest_preprocessing(project.read(), facts, 96)["intensity"]
    assert found == window | {"high": 190}


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
    own = {"augmentation": {"rotate": 3.0}}  # leaves the preset's other changes as they are
    values = settings(project, measured(project), advanced=own)
    assert (values.augmentation.rotate, values.augmentation.stretch) == (3.0, 0.5)


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
