"""The two-stage training on phantoms: what it learns, says, and does when it is stopped."""

import json
import threading
import time
from pathlib import Path

import pytest
import torch
from phantom_fixtures import write_phantoms
from training_fixtures import NETWORK, SHAPE, settings

from semigda.models.package import load_network
from semigda.training.preflight import check_training
from semigda.training.train import train
from semigda_core.errors import SemiGDAError
from semigda_core.jobs.folder import JobFolder
from semigda_core.jobs.training import TrainSettings
from semigda_core.models.network_config import NetworkConfig

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def volumes(tmp_path_factory):
    return write_phantoms(tmp_path_factory.mktemp("volumes"), 4, 6, 4, shape=SHAPE)


@pytest.fixture(scope="module")
def trained(volumes, tmp_path_factory):
    """A whole training in a job folder: (job, settings, summary)."""
    folder = tmp_path_factory.mktemp("trained")
    job = JobFolder.create(folder / "job", "train", {"cases": str(volumes)})
    wanted = TrainSettings.from_dict(settings(volumes, folder, work=None))
    return job, wanted, train(wanted, job)


def of_type(job, kind):
    return [event for event in job.events() if event["type"] == kind]


def test_training_segments_held_out_phantoms(trained):
    _, _, summary = trained
    assert summary["val_dice"]["body"] > 0.8 and summary["val_dice"]["head"] > 0.55
    assert summary["cases"] == {"labeled": 4, "unlabeled": 6, "val": 4}


def test_package_holds_network_and_summary(trained):
    _, wanted, summary = trained
    network, card = load_network(wanted.out)
    assert card.training == json.loads(json.dumps(summary))
    assert card.branches == "both" and summary["weights"] == "average"  # nothing is chosen
    assert not {"chosen_on", "candidates", "val_dice_all"} & set(summary)
    assert network(torch.zeros(1, 3, 32, 32))["vae"].shape == (1, 3, 32, 32)


def test_stage_one_aligns_the_latents(trained):
    losses = [e["losses"] for e in of_type(trained[0], "losses") if e["stage"] == "align"]
    assert losses[-1]["align_vae"] < 0.8 * losses[0]["align_vae"]
    assert losses[-1]["align_cnn"] < 0.8 * losses[0]["align_cnn"]


def test_events_tell_losses_dice_rate_and_previews(trained):
    job, wanted, _ = trained
    last = of_type(job, "losses")[-1]
    assert set(last["losses"]) == {"segment_vae", "segment_cnn", "teacher_doubt", "total"}
    assert last["learning_rate"] < wanted.learning_rate
    dice = [event["dice"]["both"] for event in of_type(job, "validation")]
    assert len(dice) == wanted.validations and set(dice[0]) == {"body", "head"}
    for event in of_type(job, "preview"):
        assert (job.path / event["file"]).read_bytes().startswith(b"\x89PNG")
    state = job.state()
    assert state["progress"] == pytest.approx(1.0) and state["message"]


def test_events_and_card_hold_no_paths_and_no_case_names(trained, volumes):
    job, wanted, _ = trained
    told = (job.path / "events.jsonl").read_text("utf-8") + (job.path / "state.json").read_text(
        "utf-8"
    )
    told += (Path(wanted.out) / "card.json").read_text("utf-8")
    for word in (str(volumes.parent), str(job.path), "image_0", "label_0", "nrrd"):
        assert word not in told


def test_supervised_training_uses_no_unlabelled_case(volumes, tmp_path):
    short = {"pretrain_steps": 5, "align_steps": 3, "steps": 6, "unlabeled_weight": 0.0}
    job = JobFolder.create(tmp_path / "job", "train", {"cases": str(volumes)})
    summary = train(TrainSettings.from_dict(settings(volumes, tmp_path, **short)), job)
    names = {name for event in of_type(job, "losses") for name in event["losses"]}
    assert not summary["semi_supervised"] and "align_unlabeled" not in names


def test_a_training_may_do_without_an_autoencoder_of_its_own(volumes, tmp_path):
    short = {"pretrain_steps": 0, "align_steps": 3, "steps": 6, "validations": 0}
    job = JobFolder.create(tmp_path / "job", "train", {"cases": str(volumes)})
    wanted = settings(volumes, tmp_path / "work", **short)
    train(TrainSettings.from_dict(wanted), job)
    assert {event["stage"] for event in of_type(job, "losses")} == {"align", "segment"}
    assert not list((tmp_path / "work").glob("autoencoder*"))
    assert job.state()["progress"] == pytest.approx(1.0)
    network, _ = load_network(wanted["out"])
    # Random weights do not give latents of unit deviation; the factor makes up for it.
    assert network.config.latent_scale != NetworkConfig.from_dict(NETWORK).latent_scale


def test_colour_pictures_and_a_model_as_base(tmp_path):
    cases = write_phantoms(tmp_path / "data", 2, 2, 1, pictures=True, shape=SHAPE)
    short = {"pretrain_steps": 20, "align_steps": 5, "steps": 30, "optimizer": "sgd"}
    first = settings(cases, tmp_path / "first", pictures=True, learning_rate=0.05, **short)
    train(TrainSettings.from_dict(first))
    again = settings(cases, tmp_path / "again", pictures=True, base=first["out"], **short)
    again |= {"frozen": "autoencoder", "steps": 4, "align_variance": True, "pseudo_labels": "mean"}
    summary = train(TrainSettings.from_dict(again))
    assert summary["val_dice"]["lesion"] > 0.5
    before, after = (load_network(values["out"])[0].state_dict() for values in (first, again))
    changed = {name.split(".")[0] for name in before if not torch.equal(before[name], after[name])}
    assert changed == {"mapper", "cnn_encoder", "adapters"}  # the autoencoder stays frozen


def test_random_weights_cannot_stay_frozen(volumes, tmp_path):
    for frozen in ("encoder", "autoencoder"):
        wanted = settings(volumes, tmp_path, frozen=frozen, base=None, pretrain_steps=0)
        with pytest.raises(SemiGDAError) as caught:
            TrainSettings.from_dict(wanted)
        assert "'frozen' keeps random weights" in caught.value.message


# Stopping


def test_other_settings_do_not_take_up_a_checkpoint(volumes, tmp_path):
    short = {"pretrain_steps": 2, "align_steps": 2, "steps": 50, "checkpoint_minutes": 0.0}
    job = JobFolder.create(tmp_path / "job", "train", {"cases": str(volumes)})
    begun = settings(volumes, tmp_path, work=None, **short)
    cancel_when(job, lambda: (job.path / "checkpoint.pt").exists())
    with pytest.raises(SemiGDAError) as error:
        train(TrainSettings.from_dict(begun), job)
    assert error.value.error_class == "cancelled"
    job.clear("cancel")
    with pytest.raises(SemiGDAError, match="other settings"):
        train(TrainSettings.from_dict(begun | {"seed": 1}), job)


def cancel_when(job: JobFolder, condition) -> None:
    def watch():
        while not condition():
            time.sleep(0.01)
        job.request("cancel")

    threading.Thread(target=watch, daemon=True).start()


def test_no_labelled_case_is_an_error_of_its_own(tmp_path):
    cases = write_phantoms(tmp_path, 0, 1, 1, shape=SHAPE)
    wanted = TrainSettings.from_dict(settings(cases, tmp_path / "work"))
    for begin in (check_training, train):  # before any slice is prepared
        with pytest.raises(SemiGDAError) as error:
            begin(wanted)
        assert error.value.to_dict() == SemiGDAError("no-labels").to_dict()


def test_a_label_beyond_the_classes_is_told(volumes, tmp_path):
    values = settings(volumes, tmp_path)
    values["card"] = values["card"] | {"labels": values["card"]["labels"][:1]}
    with pytest.raises(SemiGDAError, match="value 2"):
        train(TrainSettings.from_dict(values))
