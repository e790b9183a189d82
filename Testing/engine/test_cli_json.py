"""What commands print as JSON, for other programs: one value on standard output, nothing else."""

from __future__ import annotations

import json

import numpy as np
import pytest
from model_fixtures import tiny_package
from test_cli import write_image, write_study

from semigda.cli import main


@pytest.fixture
def told(capsys):
    """Runs a command; its exit status and what it printed."""

    def run(*words):
        code = main([*map(str, words), "--json"])
        return code, json.loads(capsys.readouterr().out)

    return run


def test_models(told, tmp_path, monkeypatch):
    monkeypatch.setenv("SEMIGDA_MODELS", str(tmp_path))
    tiny_package(tmp_path, "tiny")
    (tmp_path / "broken").mkdir()
    (tiny_package(tmp_path, "empty") / "weights.safetensors").unlink()
    found = {model["name"]: model for model in told("models", "list")[1]}
    tiny, broken = found["tiny"], found["broken"]
    assert tiny["labels"] == ["inner", "outer"] and tiny["folder"] == str(tmp_path / "tiny")
    assert (tiny["title"], tiny["problem"]) == ("Tiny", None)
    assert "weights are missing" in found["empty"]["problem"] and found["empty"]["title"]
    assert broken["problem"] and broken["labels"] == [] and broken["title"] is None


def test_one_image_and_several(told, tmp_path):
    model, images = tiny_package(tmp_path), tmp_path / "images"
    images.mkdir()
    image = np.random.default_rng(0).normal(0, 100, (2, 24, 30)).astype(np.int16)
    write_image(images / "MR.nrrd", image)
    (images / "broken.nrrd").write_bytes(b"no image")
    how = ("--model", model, "--device", "cpu")
    code, one = told("segment", images / "MR.nrrd", "-o", tmp_path / "a.seg.nrrd", *how)
    assert code == 0 and {found["name"] for found in one["segments"]} == {"inner", "outer"}
    code, all_of = told("segment", "--cases", images, "-o", tmp_path / "out", *how)
    assert (code, all_of["segmented"], all_of["there"]) == (1, 1, 0)
    (failure,) = all_of["failures"]
    assert (failure["case"], failure["class"]) == ("broken", "bad-input")
    assert all_of["table"] == str(tmp_path / "out" / "summary.csv")
    assert all_of["table_kept"] is None


def test_an_evaluation(told, tmp_path):
    cases = write_study(tmp_path)
    how = ("--model", tiny_package(tmp_path), "--cases", cases, "--device", "cpu")
    code, found = told("evaluate", *how, "-o", tmp_path / "evaluation")
    assert code == 0 and len(found["rows"]) == 4
    written = json.loads((tmp_path / "evaluation" / "evaluation.json").read_text("utf-8"))
    assert found["summary"] == written["summary"]
