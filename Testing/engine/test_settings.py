"""Settings of trainings: every value is checked, and told by its name."""

from __future__ import annotations

import json
import math
from dataclasses import fields
from pathlib import Path

import pytest
from training_fixtures import NETWORK, VOLUMES, settings

from semigda.cli import main
from semigda_core.errors import SemiGDAError
from semigda_core.files.checked import meaning_of
from semigda_core.jobs.training import (
    Augmentation,
    PretrainSettings,
    Settings,
    TrainSettings,
    meanings,
)

ROOT = Path(__file__).resolve().parents[2]
PRETRAIN = {"cases": "c.json", "out": "a.safetensors", "network": NETWORK}
LABEL = {"value": 1, "name": "a", "color": [1, 2, 3]}
PRETRAIN |= {"preprocessing": VOLUMES, "num_classes": 2}


@pytest.fixture
def values(tmp_path):
    return settings(tmp_path / "cases.json", tmp_path)


def refusal(cls, values) -> str:
    with pytest.raises(SemiGDAError) as caught:
        cls.from_dict(values)
    assert caught.value.error_class == "bad-input"
    return caught.value.message


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"steps": "many"}, "'steps' is not a whole number from 1 to 100000000."),
        ({"steps": 0}, "'steps'"),
        ({"steps": 4.0}, "'steps'"),
        ({"steps": True}, "'steps'"),
        ({"learning_rate": -1}, "'learning_rate' is below 1e-09."),
        ({"learning_rate": math.nan}, "'learning_rate' is not a number."),
        ({"labeled_batch": 0}, "'labeled_batch' is not a whole number from 1 to 4096."),
        ({"unlabeled_batch": 10**9}, "'unlabeled_batch'"),
        ({"seed": -1}, "'seed'"),
        ({"supervised_share": 1.1}, "'supervised_share' is above 1."),
        ({"ramp_share": 0}, "'ramp_share' is below 1e-06."),
        ({"optimizer": "adam"}, "'optimizer' is none of adamw, sgd."),
        ({"precision": "int4"}, "'precision' is none of auto, float32, bfloat16."),
        ({"device": "tpu"}, "'device' is none of auto, cuda, mps, cpu."),
        ({"frozen": "all"}, "'frozen' is none of"),
        ({"align_variance": 1}, "'align_variance' is not true or false."),
        ({"cases": 5}, "'cases' is not a path."),
        ({"out": ""}, "'out' is not a path."),
        ({"base": []}, "'base' is not a path."),
        ({"augmentation": {"blurred": 1}}, "'augmentation' has the unknown field 'blurred'."),
        ({"augmentation": {"rotate": "far"}}, "'augmentation.rotate' is not a number."),
        ({"augmentation": 3}, "'augmentation' is not an object."),
        ({"network": {"channels": [9, 9]}}, "'network.channels'"),
        ({"preprocessing": VOLUMES | {"size": [60, 64]}}, "'preprocessing.size[0]'"),
        ({"card": {}}, "'card.name' is missing."),
        ({"card": []}, "'card' is not an object."),
        ({"overwrite": "yes"}, "'overwrite' is not true or false."),
    ],
)
def test_a_wrong_setting_is_named_with_what_it_may_be(values, changes, said):
    message = refusal(TrainSettings, values | changes)
    assert message.startswith("The settings of the training cannot be used: " + said)


def test_words_of_the_card_are_checked_with_the_settings(values):
    for change, said in (
        ({"titel": "a"}, "'card' has the unknown field 'titel'."),
        ({"title": 3}, "'card.title' is not text."),
        ({"labels": [{"value": 1, "name": "a"}]}, "'card.labels[0].color' is missing."),
        # 255 is what is unlabelled: a palette has 254 classes
        ({"labels": [LABEL] * 255}, "'card.labels' has 255 items, not 1 to 254."),
        (
            {"postprocessing": {"largest": True}},
            "'card.postprocessing' has the unknown field 'largest'.",
        ),
        ({"licence_text": 5}, "'card' is not text."),
    ):
        assert said in refusal(TrainSettings, values | {"card": values["card"] | change})


def test_settings_that_do_not_fit_each_other_are_told():
    for changes, said in (
        ({"num_classes": 0}, "'num_classes' is not a whole number from 1 to 254."),
        ({"num_classes": 255}, "'num_classes' is not a whole number from 1 to 254."),
        ({"batch_size": 1}, "'batch_size'"),
        ({"mask_share": 0.01}, "'mask_share' leaves a batch without images, or without masks."),
        ({"mask_share": 1.0}, "'mask_share' leaves"),
        ({"mask_share": 0.0}, "'mask_share' leaves"),
    ):
        assert said in refusal(PretrainSettings, PRETRAIN | changes)
    assert PretrainSettings.from_dict(PRETRAIN).steps == 1500


def test_every_missing_setting_is_named(values):
    for name in ("cases", "out", "card", "network", "preprocessing"):
        less = {key: value for key, value in values.items() if key != name}
        assert f"'{name}' is missing." in refusal(TrainSettings, less)


def test_augmentation_holds_what_its_numbers_mean():
    with pytest.raises(ValueError, match="'scale' is below 0"):
        Augmentation(scale=-0.5)
    with pytest.raises(ValueError, match="'mirror' is not true or false"):
        Augmentation(mirror="no")


def test_the_same_training_is_known_in_another_place_and_after_an_update(values, tmp_path):
    """As when the project was moved; and with settings that an older version did not know."""
    here = TrainSettings.from_dict(values | {"base": "/old/place/base.safetensors"})
    stored = json.loads(json.dumps(here.to_dict()))
    del stored["overwrite"]
    stored |= {"cases": "C:\\old\\place\\cases.json", "out": "/old/model", "work": None}
    stored |= {"base": "/new/base.safetensors", "choose_on_val": True}
    assert here.same(stored)
    assert not here.same(stored | {"seed": 5})
    assert not here.same(stored | {"base": "/new/other.safetensors"})
    assert not here.same({"steps": "many"})


@pytest.mark.parametrize("cls", [PretrainSettings, TrainSettings, Augmentation])
def test_every_setting_says_what_it_means(cls):
    assert [one.name for one in fields(cls) if not meaning_of(one)] == []


@pytest.mark.parametrize("command, cls", [("train", TrainSettings), ("pretrain", PretrainSettings)])
def test_the_commands_help_tells_them_from_the_same_place(command, cls, capsys):
    with pytest.raises(SystemExit):
        main([command, "--help"])
    told = " ".join(capsys.readouterr().out.split())
    for line in meanings(cls):
        assert " ".join(line.split()) in told
    assert "steps: of" in told and "augmentation.mirror: flip left and right" in told


def test_the_documents_example_is_accepted():
    page = (ROOT / "docs" / "case-lists.md").read_text("utf-8")
    given = json.loads(page.partition("```json\n")[2].partition("```")[0])
    with pytest.raises(SemiGDAError, match="is missing"):
        TrainSettings.from_dict(given)
    given |= {"cases": "cases.csv", "out": "m", "network": NETWORK}
    assert TrainSettings.from_dict(given).num_classes == 2


def test_what_both_trainings_share_is_said_once():
    shared = {one.name for one in fields(Settings)}
    assert {"cases", "network", "seed", "augmentation", "overwrite"} <= shared
    own = [set(cls.__annotations__) for cls in (PretrainSettings, TrainSettings)]
    assert not shared & (own[0] | own[1])


def test_the_pretraining_of_a_training_shares_its_settings(values):
    whole = TrainSettings.from_dict(values | {"seed": 7, "threads": 3, "pretrain_steps": 9})
    first = whole.pretraining("base.safetensors")
    assert (first.seed, first.threads, first.steps, first.out) == (7, 3, 9, "base.safetensors")
    assert first.augmentation == whole.augmentation and first.num_classes == 2


def test_settings_of_an_older_version_are_read(values):
    """As stored in the card and the paused jobs of version 0.1.0."""
    card = json.loads((ROOT / "Resources/Models/hippocampus-mr/card.json").read_text("utf-8"))
    old = card["training"]["settings"]
    assert "choose_on_val" in old
    settings = TrainSettings.from_dict(values | old)
    assert settings.steps == old["steps"] and not hasattr(settings, "choose_on_val")
