"""What can be known before a training's first step is told before it, and nothing is touched."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
import torch
from job_fixtures import ROOT, TINY, training_job
from model_fixtures import tiny_card, tiny_network, tiny_package
from training_fixtures import NETWORK, VOLUMES, settings

from semigda.cli import main
from semigda.jobs.run import run_job
from semigda.models.base import is_base, save_base
from semigda.models.package import save_package
from semigda.networks.semigda import SemiGDA
from semigda.training import packing
from semigda_core.jobs.folder import JobFolder
from semigda_core.models.card import ModelCard
from semigda_core.models.network_config import NetworkConfig

SHORT = TINY | {"pretrain_steps": 0, "align_steps": 2, "steps": 2, "validations": 0}


@pytest.fixture
def command(volumes, tmp_path):
    """``semigda train`` with these settings, in this process; its exit code."""

    def run(*arguments, kind="train", **changes) -> int:
        values = settings(volumes, tmp_path, **{"work": None, **SHORT, **changes})
        if kind == "pretrain":
            values = {name: values[name] for name in ("cases", "out", "network", "preprocessing")}
            values |= {"num_classes": 2, "steps": 2, "batch_size": 4, "device": "cpu", **changes}
        (tmp_path / "settings.json").write_text(json.dumps(values))
        settings_file = str(tmp_path / "settings.json")
        job = str(tmp_path / "job")
        return main([kind, "--job", job, "--settings", settings_file, *map(str, arguments)])

    return run


def content(folder: Path) -> dict[str, bytes | None]:
    found = sorted(folder.rglob("*"))
    return {str(p.relative_to(folder)): p.read_bytes() if p.is_file() else None for p in found}


@pytest.fixture
def documents(tmp_path):
    """A user's folder, and what is in it."""
    folder = tmp_path / "documents"
    (folder / "results").mkdir(parents=True)
    (folder / "thesis.docx").write_bytes(b"three years")
    (folder / "results/card.json").write_text('{"name": "of a game"}')
    return folder


@pytest.mark.parametrize("kind", ["train", "pretrain"])
def test_a_folder_with_a_users_files_stays_as_it_is(kind, command, documents, tmp_path, capsys):
    before = content(documents)
    for out in (documents, documents / "results", documents / "thesis.docx"):
        for flags in ((), ("--overwrite",)):
            assert command("--out", out, *flags, kind=kind) == 1
            assert "SemiGDA did not make it" in capsys.readouterr().err
            assert content(documents) == before and not (tmp_path / "job").exists()


def test_a_folder_with_a_users_files_is_no_job_folder(command, documents, tmp_path, capsys):
    documents.rename(tmp_path / "job")
    before = content(tmp_path / "job")
    assert command() == 1 and "SemiGDA did not make it" in capsys.readouterr().err
    assert content(tmp_path / "job") == before


def test_import_official_touches_no_users_files(documents, tmp_path, capsys):
    before = content(documents)
    weights = tmp_path / "stage2.safetensors"
    save_base(weights, NetworkConfig.from_dict(NETWORK), {"autoencoder.a": tiny_weight()})
    for out in (documents, documents / "thesis.docx", weights):
        assert main(["import-official", str(weights), "-o", str(out), "--overwrite"]) == 1
        told = capsys.readouterr().err
        assert "did not make it" in told or "one of its own inputs" in told or "imported" in told
    assert content(documents) == before and is_base(weights)


def tiny_weight():
    return tiny_network().state_dict()["autoencoder.quant_conv.bias"]


def test_a_model_is_replaced_only_when_asked(command, tmp_path, capsys):
    out = tiny_package(tmp_path, "phantom")
    before = content(out)
    assert command() == 1 and "--overwrite" in capsys.readouterr().err
    assert content(out) == before and not (tmp_path / "job").exists()
    assert command("--overwrite") == 0
    assert ModelCard.read(out).title == "Phantom"
    report = JobFolder(tmp_path / "job").result()["report"]
    assert "overwrite" not in report["settings"]


def test_a_base_is_replaced_only_when_asked(command, tmp_path, capsys):
    out = tmp_path / "a.safetensors"
    assert command("--out", out, kind="pretrain") == 0 and is_base(out)
    assert not list(tmp_path.glob("*.checkpoint")) and not list(tmp_path.rglob("checkpoint*"))
    before = out.read_bytes()
    (tmp_path / "job").rename(tmp_path / "job1")
    assert command("--out", out, "--seed", 5, kind="pretrain") == 1
    assert "--overwrite" in capsys.readouterr().err and out.read_bytes() == before
    assert command("--out", out, "--seed", 5, "--overwrite", kind="pretrain") == 0
    assert out.read_bytes() != before


def test_an_input_is_never_a_target(command, volumes, tmp_path, capsys):
    base = tiny_package(tmp_path, "base")
    before = content(base), content(volumes.parent)
    for out in (volumes.parent, volumes, base):
        assert command("--out", out, "--overwrite", base=str(base)) == 1
        assert "one of its own inputs" in capsys.readouterr().err
    assert (content(base), content(volumes.parent)) == before


@pytest.mark.parametrize("kind", ["train", "pretrain"])
def test_a_precision_without_its_device_is_told_at_once(
    kind, command, tmp_path, capsys, monkeypatch
):
    def unsupported(device, dtype):
        raise RuntimeError(f"User specified an unsupported autocast device_type '{device}'")

    monkeypatch.setattr(torch, "autocast", unsupported)
    assert command(kind=kind, precision="bfloat16") == 1
    told = capsys.readouterr().err
    assert "cannot train in bfloat16" in told and "precision" in told
    assert not (tmp_path / "job").exists()


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"card": {"titel": "A"}}, "'card' has the unknown field 'titel'."),
        ({"card": {"description": "of /home/doe/scans"}}, "holds a path or a DICOM identifier"),
        ({"network": NETWORK | {"patch": 16}}, "'preprocessing.size' is no multiple of 64"),
        ({"base": "nowhere"}, "damaged, or not a base"),
        ({"device": "mps"}, "Apple graphics processor"),
        ({"steps": "many"}, "'steps' is not a whole number"),
    ],
)
def test_a_wrong_word_is_told_before_anything_begins(command, tmp_path, capsys, changes, said):
    if sys.platform == "darwin" and "device" in changes:
        pytest.skip("there may be one")
    if isinstance(changes.get("card"), dict):
        changes = {"card": settings("", tmp_path)["card"] | changes["card"]}
    assert command(**changes) == 1
    assert said in capsys.readouterr().err
    assert not (tmp_path / "job").exists() and not (tmp_path / "phantom").exists()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_that_cannot_be_written_is_told_before_anything_begins(command, tmp_path, capsys):
    (tmp_path / "locked").mkdir(mode=0o555)
    assert command("--out", tmp_path / "locked/model") == 1
    assert "cannot be written" in capsys.readouterr().err
    assert not (tmp_path / "job").exists()


def test_a_place_below_a_file_is_told_before_anything_begins(command, tmp_path, capsys):
    (tmp_path / "notes").write_text("mine")
    assert command("--out", tmp_path / "notes/model") == 1
    assert "cannot be written" in capsys.readouterr().err
    assert not (tmp_path / "job").exists() and (tmp_path / "notes").read_text() == "mine"


def test_a_label_with_an_unknown_class_is_told_before_the_first_step(volumes, tmp_path):
    shutil.copytree(volumes.parent, tmp_path / "data")
    path = str(tmp_path / "data/label_000.nrrd")
    label = sitk.ReadImage(path)
    array = sitk.GetArrayFromImage(label)
    changed = sitk.GetImageFromArray(np.where(array > 0, 7, 0).astype(np.uint8))
    changed.CopyInformation(label)
    sitk.WriteImage(changed, path)
    job = training_job(tmp_path / "data" / volumes.name, tmp_path, **SHORT)
    assert run_job(job) == 1 and job.error().error_class == "bad-input"
    assert not [event for event in job.events() if event["type"] == "losses"]


def test_a_model_that_came_in_the_meantime_is_not_replaced(volumes, tmp_path, monkeypatch):
    job = training_job(volumes, tmp_path, **SHORT)
    other = tmp_path / "model/phantom"
    original = packing.training_summary

    def meanwhile(*arguments):
        save_package(other, tiny_network(), tiny_card("phantom"))
        return original(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr("semigda.training.train.training_summary", meanwhile)
        assert run_job(job) == 1
    assert "exists already" in job.error().message
    assert ModelCard.read(other).title == "Tiny"
    other.rename(tmp_path / "kept")
    assert run_job(job) == 0 and ModelCard.read(other).title == "Phantom"  # no step was lost
    assert len([e for e in job.events() if e["type"] == "losses"]) == 4


@pytest.mark.slow
def test_a_pretraining_that_died_before_it_could_tell_is_not_done_again(volumes, tmp_path):
    options = {"network": NETWORK, "preprocessing": VOLUMES, "num_classes": 2, "steps": 2}
    options |= {"out": str(tmp_path / "a.safetensors"), "batch_size": 4, "device": "cpu"}
    job = JobFolder.create(tmp_path / "job", "pretrain", {"cases": str(volumes)}, options)
    code = (
        "import os, sys; from semigda_core.jobs.folder import JobFolder;"
        "JobFolder.finish = lambda *a: os._exit(9);"
        "from semigda.cli import main; main(['run', sys.argv[1]])"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-c", code, str(job.path)], env=environment)
    assert done.returncode == 9
    trained, made = len(job.events()), (tmp_path / "a.safetensors").stat().st_mtime_ns
    assert run_job(job) == 0
    assert (tmp_path / "a.safetensors").stat().st_mtime_ns == made
    assert len(job.events()) == trained and job.result()["report"]["steps"] == 2


@pytest.mark.slow
def test_a_training_outlives_its_terminal(volumes, tmp_path):
    job = training_job(volumes, tmp_path, **SHORT)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "semigda", "run", str(job.path)],
        stdout=subprocess.PIPE,
        env=environment,
    )
    process.stdout.close()  # before it has written its first line
    assert process.wait(300) == 0
    assert job.state()["state"] == "done" and (tmp_path / "model/phantom/card.json").exists()


def test_a_base_of_another_network_decides_about_the_slices(command, tmp_path, capsys):
    config = NetworkConfig.from_dict(NETWORK | {"patch": 16})
    base = save_base(tmp_path / "b.safetensors", config, SemiGDA(config).state_dict())
    assert command(base=str(base)) == 1
    assert "no multiple of 64" in capsys.readouterr().err
