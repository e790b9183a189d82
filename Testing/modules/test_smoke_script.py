"""The scripts for a real Slicer run in the host as well, so that they do not rot."""

from __future__ import annotations

import importlib
import json

import pytest
from train_fixtures import hurry

from semigda_core.jobs import launch
from Testing.packaging.install import ROOT


@pytest.fixture
def script(monkeypatch):
    """A script by its name; Slicer, too, puts its folder on the import path."""
    monkeypatch.syspath_prepend(ROOT / "Testing")
    return importlib.import_module


def test_phantom_with_a_known_model(script, module_host, bright, artifacts, capfd):
    module_host.load("SemiGDASegment")
    options = ["--device", "cpu", "--out", str(artifacts), "--model", bright]
    status = script("slicer_smoke").main(options)
    assert status == 0, capfd.readouterr()
    facts = json.loads((artifacts / "smoke.json").read_text("utf-8"))
    assert facts["model"] == bright and facts["segments"]
    module_host.quit()


@pytest.mark.slow
def test_a_whole_training(script, module_host, artifacts, monkeypatch, capfd):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    module_host.load("SemiGDATrain")
    monkeypatch.setattr(launch, "NICE", 0)  # the test waits for it
    hurry(monkeypatch)
    status = script("slicer_smoke_train").main(["--device", "cpu", "--out", str(artifacts)])
    assert status == 0, capfd.readouterr()
    facts = json.loads((artifacts / "smoke_train.json").read_text("utf-8"))
    assert facts["device"] == "cpu" and facts["first_preview_s"] < facts["training_s"]
    assert facts["first_look_s"] > 0
    assert (artifacts / "smoke_train.png").stat().st_size > 0
    module_host.quit()


@pytest.mark.parametrize(
    "name, module",
    [("slicer_smoke", "semigdasegment"), ("slicer_smoke_train", "semigdatrain")],
)
def test_status_without_the_module(name, module, script, host, monkeypatch, tmp_path, capfd):
    import slicer

    monkeypatch.delattr(slicer.modules, module, raising=False)
    assert script(name).main(["--out", str(tmp_path)]) == 1
    assert "additional-module-paths" in capfd.readouterr().out
