"""A training that is paused or stopped ends its process and loses nothing."""

import pytest
import SimpleITK as sitk
import torch
from job_fixtures import of_type, training_job
from phantom_fixtures import draw_volume, write_phantoms
from training_fixtures import SHAPE, settings

from semigda.jobs.run import run_job
from semigda.models.package import load_network
from semigda.training import loop, validate
from semigda.training import train as training
from semigda.training.changed import FILE
from semigda.training.pretrain import pretrain
from semigda.training.train import train
from semigda.training.unet import train_beside
from semigda_core.errors import Paused, SemiGDAError
from semigda_core.jobs.folder import JobFolder
from semigda_core.jobs.training import PretrainSettings, TrainSettings


@pytest.fixture(scope="module")
def volumes(tmp_path_factory):
    return write_phantoms(tmp_path_factory.mktemp("volumes"), 3, 2, 3, shape=SHAPE)


@pytest.fixture(scope="module")
def whole(volumes, tmp_path_factory):
    """A training that nobody disturbs."""
    job = training_job(volumes, tmp_path_factory.mktemp("whole"))
    assert run_job(job) == 0
    return job


def weights(job: JobFolder) -> dict[str, torch.Tensor]:
    return load_network(job.result()["outputs"]["model"])[0].state_dict()


def when(job: JobFolder, monkeypatch, control: str, moment) -> None:
    """Ask for a control when the training comes by a moment: (module, function, call number)."""
    module, name, number = moment
    original = getattr(module, name)
    calls = iter(range(10**6))

    def asking(*arguments, **options):
        if next(calls) == number:
            job.request(control)
        return original(*arguments, **options)

    monkeypatch.setattr(module, name, asking)


MOMENTS = {
    "loading": (training, "load_slices", 1),
    "pretrain": (training, "run_pretraining", 0),
    "align": (loop, "align_losses", 4),
    "segment": (loop, "segment_losses", 7),
    "validation": (validate, "label_slices", 4),
    "measuring": (validate, "label_slices", 3 + 1),
}


@pytest.mark.slow
def test_a_pause_anywhere_ends_the_run_and_it_goes_on_exactly(
    volumes, whole, tmp_path, monkeypatch
):
    job = training_job(volumes, tmp_path)
    progress = []
    for name, moment in MOMENTS.items():
        with monkeypatch.context() as patch:
            when(job, patch, "pause", moment)
            assert run_job(job) == 0, name
        state = job.state()
        assert state["state"] == "paused" and state["message"] == "Paused.", name
        assert state["pid"] is None and not job.is_stale() and job.result() is None
        assert (job.path / "checkpoint.pt").exists() == (name not in ("loading", "pretrain"))
        progress.append(state["progress"])
    assert progress == sorted(progress) and progress[-1] > 0.9
    assert run_job(job) == 0 and job.state()["state"] == "done"

    ours, theirs = weights(job), weights(whole)
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)
    assert job.result()["report"] == whole.result()["report"]
    for kind in ("losses", "validation"):
        ours, theirs = (
            [{k: v for k, v in event.items() if k != "time"} for event in of_type(a_job, kind)]
            for a_job in (job, whole)
        )
        assert ours and ours == theirs
    assert not list(job.path.glob("*checkpoint*")) + list(job.path.glob(".*"))


@pytest.mark.parametrize("kind", ["image", "label"])
def test_files_that_were_replaced_during_a_pause_are_told(kind, tmp_path, monkeypatch):
    cases = write_phantoms(tmp_path / "cases", 2, 1, 1, shape=SHAPE)
    job = training_job(cases, tmp_path, steps=16, validations=1)

    def paused(moment) -> list[str]:
        with monkeypatch.context() as patch:
            when(job, patch, "pause", moment)
            assert run_job(job) == 0 and job.state()["state"] == "paused"
        return [event["message"] for event in of_type(job, "warning")]

    assert paused((loop, "segment_losses", 7)) == []
    again = cases.parent / "image_001.nrrd"
    again.write_bytes(again.read_bytes())  # the same: nothing has changed
    assert paused((loop, "segment_losses", 2)) == []
    image = sitk.GetImageFromArray(draw_volume(99, SHAPE)[kind == "label"])
    sitk.WriteImage(image, str(cases.parent / f"{kind}_001.nrrd"), True)
    (told,) = paused((loop, "segment_losses", 2))
    assert told.startswith("The image or label of 1 case was changed after this training had begun")
    assert run_job(job) == 0 and job.state()["state"] == "done"
    assert len(of_type(job, "warning")) == 1  # said once
    assert "_001" not in (job.path / FILE).read_text()


@pytest.mark.parametrize("kind", ["pretrain", "unet"])
def test_other_trainings_tell_it_as_well(kind, tmp_path, monkeypatch):
    cases = write_phantoms(tmp_path / "cases", 2, 1, 0, shape=SHAPE)
    values = settings(cases, tmp_path, steps=2, pretrain_steps=0, align_steps=0)
    if kind == "pretrain":
        values = {name: values[name] for name in ("cases", "network", "preprocessing", "device")}
        values |= {"out": str(tmp_path / "a.safetensors"), "num_classes": 2, "steps": 2}
    job = JobFolder.create(tmp_path / "job", kind.replace("unet", "train"), {}, values)

    def run():
        if kind == "unet":
            train_beside(TrainSettings.from_dict(values), job.path, job)
        else:
            (tmp_path / "a.safetensors").unlink(missing_ok=True)
            pretrain(PretrainSettings.from_dict(values), job)

    run()
    for number in range(2):
        image = sitk.GetImageFromArray(draw_volume(98 + number, SHAPE)[1])
        sitk.WriteImage(image, str(cases.parent / f"label_00{number}.nrrd"), True)
    run()
    (told,) = [event["message"] for event in of_type(job, "warning")]
    assert told.startswith("The images or labels of 2 cases were changed")


def test_stop_keeps_the_averaged_weights_as_they_are(volumes, tmp_path, monkeypatch):
    """Also where an earlier validation was better: nothing is chosen on held-out cases."""
    job = training_job(volumes, tmp_path, steps=28, validations=3)
    original, averaged = loop.update_teacher, {}

    def spoil(teacher, network, step, decay):
        if step == 17:  # after the second validation
            with torch.no_grad():
                for parameter in network.parameters():
                    if parameter.requires_grad:
                        parameter.mul_(0.1)
            job.request("stop")
        original(teacher, network, step, 0.0 if step == 17 else decay)
        averaged.update({name: t.clone() for name, t in teacher.state_dict().items()})

    monkeypatch.setattr(loop, "update_teacher", spoil)
    assert run_job(job) == 0 and job.state()["state"] == "done"
    report, history = job.result()["report"], of_type(job, "validation")
    assert report["weights"] == "average" and report["steps_done"] == 18
    assert report["validations"] == {"count": 2, "cases": 3}
    assert sum(report["val_dice"].values()) < sum(history[0]["dice"]["both"].values())
    packed = weights(job)
    assert all(torch.equal(packed[n], t.half().float()) for n, t in averaged.items())
    assert not job.requested("stop")


def test_a_stopped_run_that_is_killed_while_it_measures_does_not_train_on(
    volumes, tmp_path, monkeypatch
):
    job = training_job(volumes, tmp_path)
    with monkeypatch.context() as patch:
        when(job, patch, "stop", MOMENTS["segment"])
        patch.setattr(training, "write_model", lambda *_: (_ for _ in ()).throw(MemoryError()))
        assert run_job(job) == 1
    assert run_job(job) == 0
    assert job.result()["report"]["steps_done"] == 8


@pytest.mark.parametrize("moment", ["loading", "pretrain", "align"])
def test_a_stop_before_stage_two_says_that_there_is_nothing(volumes, tmp_path, monkeypatch, moment):
    job = training_job(volumes, tmp_path)
    when(job, monkeypatch, "stop", MOMENTS[moment])
    assert run_job(job) == 1 and job.state()["state"] == "cancelled"
    assert "nothing to keep yet" in job.result()["error"]["message"]
    assert not job.requested("stop")


def test_a_finished_training_is_not_trained_again(volumes, tmp_path, monkeypatch):
    """As when the process dies between the package and the job's result."""
    job = training_job(volumes, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(JobFolder, "finish", lambda *_: (_ for _ in ()).throw(MemoryError()))
        assert run_job(job) == 1
    before = len(of_type(job, "losses"))
    assert run_job(job) == 0 and len(of_type(job, "losses")) == before
    assert job.result()["report"]["steps_done"] == 24


def test_train_raises_what_run_job_turns_into_states(volumes, tmp_path):
    job = JobFolder.create(tmp_path / "job", "train", {"cases": str(volumes)})
    wanted = TrainSettings.from_dict(settings(volumes, tmp_path, work=None))
    job.request("pause")
    with pytest.raises(Paused):
        train(wanted, job)
    job.request("cancel")  # stronger
    with pytest.raises(SemiGDAError) as error:
        train(wanted, job)
    assert error.value.error_class == "cancelled"
