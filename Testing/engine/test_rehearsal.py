"""A rehearsal measures the training's own parts, and says what will not fit and what will."""

import json
import shutil
from contextlib import nullcontext

import pytest
import torch
from torch import nn
from training_fixtures import settings

from semigda.data.cases import read_cases
from semigda.distributed import ALONE
from semigda.progress import Progress
from semigda.training import rehearsal
from semigda.training.rehearsal import rehearse, smaller_grid
from semigda_core.errors import SemiGDAError
from semigda_core.jobs.folder import JobFolder
from semigda_core.jobs.training import TrainSettings
from semigda_core.project.training.estimates import is_measured


@pytest.fixture(autouse=True)
def short(monkeypatch):
    monkeypatch.setattr(rehearsal, "STAGE_SECONDS", 0.2)


def wanted(volumes, folder, **changes):
    return TrainSettings.from_dict(settings(volumes, folder, **changes))


def test_it_measures_every_part_and_leaves_nothing(volumes, tmp_path):
    job = JobFolder.create(tmp_path / "job", "rehearse", {})
    told = []
    job.update = lambda state, progress, *_: told.append(progress)
    facts = rehearse(wanted(volumes, tmp_path), tmp_path, Progress(job))
    assert all(facts["seconds_per_step"][key] > 0 for key in ("pretrain", "align", "supervised"))
    assert facts["load_seconds"] > 0 and facts["validate_seconds"] > 0
    assert "overhead_pixels" not in facts and is_measured(facts)  # there are no smaller slices
    assert facts["checkpoint_bytes"] > 1e5 and facts["memory_bytes"] > 5e7
    assert facts["cases"] == 6 and facts["device"] == "cpu" and facts["fits"]
    slices = 12 * 32 * 32  # half floats, and where there are labels a byte more
    assert facts["prepared_bytes"] == (6 * 2 + 4) * slices and not facts["unprepared_bytes"]
    assert facts["prepare_seconds"] == 0 < facts["prepare_all_seconds"]
    assert len(told) > 6 and told == sorted(told) and list(tmp_path.iterdir()) == [job.path]


def test_slices_of_half_the_side_tell_what_a_step_takes_beside_its_pixels(
    volumes, tmp_path, monkeypatch
):
    grid = wanted(volumes, tmp_path).preprocessing | {"size": [96, 64]}
    parts = ("pretrain", "align", "supervised", "semi", "half", "unet")
    seconds, cropped, seen = dict.fromkeys(parts, 1.0) | {"semi": 2.0}, rehearsal._cropped, []

    def crop(batch, *size):
        seen.append((batch, cropped(batch, *size)))
        return seen[-1][1]

    in_turn = iter(seconds.values())
    monkeypatch.setattr(rehearsal, "_step_seconds", lambda times: next(in_turn))
    monkeypatch.setattr(rehearsal, "_cropped", crop)
    facts = rehearse(wanted(volumes, tmp_path, preprocessing=grid), tmp_path)
    assert facts["overhead_pixels"] == (0.5 * 96 * 64 - 48 * 32) / 0.5 and is_measured(facts)
    whole, half = seen[0]
    assert half.images.shape[2:] == half.mixed.shape[2:] == (48, 32)
    for name in ("labels", "weak", "pasted", "pasted_labels", "noise", "keep"):
        large, small = getattr(whole, name), getattr(half, name)
        assert small.shape[-1] * 2 == large.shape[-1] and small.shape[-2] * 2 == large.shape[-2]


def test_a_precision_without_its_device_is_told_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(torch, "autocast", lambda *how: nullcontext())
    with pytest.raises(SemiGDAError, match="cannot train in bfloat16"):
        rehearse(wanted(tmp_path / "none.json", tmp_path, precision="bfloat16"), tmp_path)


def test_a_step_with_unlabelled_slices_takes_longer(volumes, tmp_path):
    """Measured up to three times: other programs may slow down either."""
    for _ in range(3):
        seconds = rehearse(wanted(volumes, tmp_path), tmp_path)["seconds_per_step"]
        if seconds["semi"] > seconds["supervised"]:
            return
    pytest.fail(f"{seconds}")


def test_a_sample_must_do_where_reading_takes_long(volumes, tmp_path, monkeypatch):
    whole = rehearse(wanted(volumes, tmp_path, base=None), tmp_path)
    monkeypatch.setattr(rehearsal, "LOAD_SECONDS", 0.0)
    sample = rehearse(wanted(volumes, tmp_path), tmp_path)
    assert sample["cases"] == 6 and sample["memory_bytes"] > 5e7
    assert whole["load_seconds"] / 20 < sample["load_seconds"] < 50 * whole["load_seconds"]
    # Of each role one was prepared: three are left.
    assert sample["prepare_seconds"] == pytest.approx(sample["prepare_all_seconds"] / 2)
    assert 0 < sample["unprepared_bytes"] < sample["prepared_bytes"]


def test_a_sample_holds_finished_and_unfinished_slices(volumes, tmp_path, monkeypatch):
    """There is no unlabelled case, only other slices of one labelled case; of the first case no
    slice is finished yet."""
    cases = [case for case in read_cases(volumes) if case.role == "labeled"]
    rows = [
        {"image": str(case.image), "label": str(case.label), "role": "labeled"}
        | {"name": f"{marks} {case.name}", "label_slices": marks}
        for case, marks in zip(cases, ("2:", "2: 3 5 7"), strict=True)
    ]
    third = tmp_path / "third.nii.gz"
    shutil.copy(cases[0].image, third)
    rows.append({"image": str(third), "label": str(cases[0].label), "role": "labeled"})
    path = tmp_path / "cases.json"
    path.write_text(json.dumps(rows))
    monkeypatch.setattr(rehearsal, "LOAD_SECONDS", 0.0)
    facts = rehearse(wanted(path, tmp_path), tmp_path)
    assert facts["seconds_per_step"]["semi"] > 0 and facts["fits"]
    rows[1]["label_slices"] = "all"
    path.write_text(json.dumps(rows[1:]))
    assert rehearse(wanted(path, tmp_path), tmp_path)["seconds_per_step"]["semi"] is None


@pytest.mark.parametrize(
    "error",
    [
        torch.cuda.OutOfMemoryError("CUDA out of memory"),
        RuntimeError("MPS backend out of memory (allocated 9 GB)"),
        SemiGDAError("out-of-gpu-memory"),
    ],
)
def test_too_little_graphics_memory_goes_down_to_a_batch_that_was_tried(
    error, volumes, tmp_path, monkeypatch
):
    tried = []
    measure = rehearsal._Rehearsal._measure

    def fits_two(self, settings, slices):
        tried.append((settings.labeled_batch, settings.device))
        if settings.labeled_batch > 2:
            raise error
        return measure(self, settings, slices)

    monkeypatch.setattr(rehearsal._Rehearsal, "_measure", fits_two)
    facts = rehearse(wanted(volumes, tmp_path, labeled_batch=8), tmp_path)
    assert [batch for batch, _ in tried] == [8, 4, 2]
    assert not facts["fits"] and "graphics card" in facts["reason"]
    assert facts["offers"] == {"labeled_batch": 2, "unlabeled_batch": 1}


def test_where_no_batch_fits_the_processor_is_offered(volumes, tmp_path, monkeypatch):
    measure = rehearsal._Rehearsal._measure

    def never_on_the_card(self, settings, slices):
        if settings.device != "cpu":
            raise torch.cuda.OutOfMemoryError("CUDA out of memory")
        return measure(self, settings, slices)

    monkeypatch.setattr(rehearsal._Rehearsal, "_measure", never_on_the_card)
    monkeypatch.setattr(rehearsal, "choose_device", lambda name: torch.device("cpu"))
    facts = rehearse(wanted(volumes, tmp_path, device="auto"), tmp_path)
    assert facts["offers"] == {"device": "cpu"} and facts["device"] == "cpu"


@pytest.mark.parametrize(
    ("kind", "error_class"),
    [("cuda", "out-of-gpu-memory"), ("mps", "out-of-gpu-memory"), ("cpu", "out-of-memory")],
)
def test_a_step_that_does_not_fit_is_not_divided(kind, error_class):
    gradients = rehearsal._Undivided(nn.Module(), torch.device("cpu"), ALONE, Progress())
    gradients.device = torch.device(kind)
    with pytest.raises(SemiGDAError) as caught:
        gradients.divide(None)
    assert caught.value.error_class == error_class


@pytest.mark.parametrize("kind", ["cuda", "mps"])
def test_a_step_is_timed_when_the_card_has_taken_it(kind, monkeypatch):
    waited = []
    monkeypatch.setattr(torch.cuda, "synchronize", lambda device: waited.append(device.type))
    monkeypatch.setattr(torch.mps, "synchronize", lambda: waited.append("mps"))
    timed = rehearsal._Timed(Progress(), torch.device(kind))
    timed.after_step()
    assert waited == [kind] and len(timed.times) == 2


def test_too_little_memory_offers_a_coarser_grid_of_the_same_field(volumes, tmp_path, monkeypatch):
    monkeypatch.setattr(rehearsal, "free_memory", lambda: 0)
    monkeypatch.setattr(rehearsal, "peak_memory", iter([10**8, 4 * 10**8]).__next__)
    facts = rehearse(wanted(volumes, tmp_path), tmp_path)
    assert not facts["fits"] and "0.4 GB of memory, and 0.1 are free" in facts["reason"]
    assert TrainSettings.from_dict(settings(volumes, tmp_path, **facts["offers"]))


def test_a_coarser_grid_keeps_the_field():
    grid = {"size": [160, 96], "spacing": [None, 1.0, 2.0], "channels": "2.5d"}
    small = smaller_grid(grid, 0.5)
    assert small["size"] == [80, 48] and small["spacing"] == [None, 2.0, 4.0]
    assert smaller_grid(grid, 0.01)["size"] == [32, 32]


def test_it_can_be_cancelled(volumes, tmp_path):
    job = JobFolder.create(tmp_path / "job", "rehearse", {})
    job.request("cancel")
    with pytest.raises(SemiGDAError, match="Cancelled"):
        rehearse(wanted(volumes, tmp_path), tmp_path, Progress(job))
    assert list(tmp_path.iterdir()) == [job.path]
