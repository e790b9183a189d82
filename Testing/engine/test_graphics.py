"""The graphics card: whether PyTorch can use it, and the health probe, in real child processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import types
from pathlib import Path

import numpy
import pytest
import torch

from semigda import graphics
from semigda.inference.device import choose_device
from semigda_core.errors import SemiGDAError
from semigda_core.jobs import interpreter

ROOT = Path(__file__).parents[2]
CUDA_128 = ["sm_75", "sm_80", "sm_86", "sm_90", "sm_100", "sm_120", "compute_120"]


@pytest.fixture
def probed(tmp_path):
    """Gives what the probe says in a child process; ``tmp_path`` comes first on its path."""

    def run(*arguments, python=sys.executable, tools=None):
        path = os.pathsep.join([str(tmp_path), str(ROOT)])
        environment = {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"}
        if tools is not None:
            environment["PATH"] = f"{tools}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            [python, "-m", "semigda.probe", *arguments],
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.fixture
def card(monkeypatch):
    """Makes this computer's PyTorch one for other architectures, with a card of a capability."""

    def put(capability, architectures):
        properties = types.SimpleNamespace(
            name="Test card", major=capability[0], minor=capability[1], total_memory=8 * 2**30
        )
        monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
        monkeypatch.setattr(torch.cuda, "init", lambda: None)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
        monkeypatch.setattr(torch.cuda, "get_arch_list", lambda: architectures)
        monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _device: properties)
        monkeypatch.setattr(torch.version, "cuda", "12.8")

    return put


@pytest.mark.parametrize(
    "capability, architectures, good",
    [
        ((9, 0), CUDA_128, True),
        ((8, 9), CUDA_128, True),  # code for 8.6 runs on 8.9
        ((7, 0), CUDA_128, False),  # older than 7.5
        ((6, 1), CUDA_128, False),
        ((13, 0), CUDA_128, True),  # the driver translates compute_120
        ((12, 0), ["sm_80", "sm_90"], False),  # newer, and nothing to translate
        ((8, 0), ["sm_86"], False),  # code for 8.6 does not run on 8.0
        ((9, 0), ["sm_90a"], True),
        ((9, 1), ["sm_90a"], False),  # for exactly one card
        ((12, 1), ["sm_120f"], True),  # for a family
        ((9, 0), ["gfx1100"], True),  # AMD's: not judged
        ((9, 0), [], True),
    ],
)
def test_which_cards_a_pytorch_is_made_for(capability, architectures, good):
    assert graphics.fits(capability, architectures) is good


@pytest.mark.parametrize("capability, word", [((5, 2), "too old"), ((15, 0), "too new")])
def test_a_card_that_does_not_fit(card, capability, word):
    """It is called available, and would fail at the first convolution."""
    card(capability, ["sm_75", "sm_120"])
    assert choose_device("auto").type == "cpu"
    with pytest.raises(SemiGDAError, match=f"Test card is {word}") as caught:
        choose_device("cuda")
    assert caught.value.error_class == "device-unavailable"
    assert "external Python" in caught.value.action
    problem = graphics.problem(graphics.facts())
    assert problem.message == caught.value.message and "sm_120" in problem.detail


def test_a_card_that_fits(card):
    card((9, 0), CUDA_128)
    assert choose_device("auto").type == choose_device("cuda").type == "cuda"
    found = graphics.facts()
    assert found["cards"] == [{"name": "Test card", "memory_gib": 8.0, "capability": [9, 0]}]
    assert found["failure"] is None and graphics.problem(found) is None


def test_no_card_is_no_problem():
    assert graphics.problem({"driver": None, "cuda": None, "cards": []}) is None


@pytest.mark.skipif(sys.platform == "win32", reason="the tool is a shell script")
@pytest.mark.skipif(torch.version.cuda is not None, reason="a PyTorch for the CPU")
def test_a_pytorch_for_the_cpu_beside_a_card(probed, tmp_path):
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho '550.54.15, NVIDIA RTX A4000, 16376'\n")
    tool.chmod(0o755)
    found = probed("auto", tools=tmp_path)
    assert found["graphics"]["driver"] == "550.54.15"
    assert found["graphics"]["cards"] == [
        {"name": "NVIDIA RTX A4000", "memory_gib": 16.0, "capability": None}
    ]
    assert "NVIDIA RTX A4000" in found["advice"][0] and "CPU only" in found["advice"][0]
    assert found["device"] == "cpu" and found["deviceError"] is None


def test_a_driver_that_is_too_old():
    failure = "RuntimeError: The NVIDIA driver on your system is too old (found version 11040)."
    cards = [{"name": "RTX 3080", "memory_gib": 10.0, "capability": None}]
    found = {"driver": "470.10", "cuda": "12.8", "architectures": CUDA_128, "cards": cards}
    problem = graphics.problem(found | {"failure": failure})
    assert "CUDA 12.8" in problem.message and "470.10" in problem.message
    assert problem.action.startswith("Update the graphics driver") and problem.detail == failure


def test_a_healthy_computer(probed):
    found = probed("cpu")
    assert found["device"] == "cpu" and found["broken"] == {}
    assert found["python"] == sys.version.split()[0] and found["memory_gib"] > 0.5
    assert found["versions"]["torch"] == torch.__version__


def test_a_pytorch_that_is_broken_or_too_old(probed, tmp_path):
    (tmp_path / "torch.py").write_text("raise OSError('libtorch_cpu.so: file too short')")
    found = probed()
    assert found["broken"] == {"torch": "OSError: libtorch_cpu.so: file too short"}
    assert found["device"] is None
    (tmp_path / "torch.py").write_text("__version__ = '1.13.1+cu117'")
    assert probed()["broken"] == {"torch": "version 1.13.1+cu117, but 2.2 or later is needed"}
    code = "__version__ = '2.2.2'\ndef from_numpy(_): raise RuntimeError('Numpy is not available')"
    (tmp_path / "torch.py").write_text(code)  # as PyTorch 2.2 says of numpy 2
    why = f"version 2.2.2 does not work with numpy {numpy.__version__}"
    assert probed()["broken"] == {"torch": why}


def test_no_folder_is_told(tmp_path):
    """The user's name is in most folders, spaces and all."""
    folder = tmp_path / "Jané Doe"
    folder.mkdir()
    code = "raise OSError(f'{__file__}: file too short')"
    (folder / "safetensors.py").write_text(code, "utf-8")
    path = os.pathsep.join([str(folder), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-m", "semigda.probe", "cpu"],
        env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    found = json.loads(done.stdout)
    told = found["broken"]["safetensors"].replace("\\", "/")
    assert told == "OSError: .../safetensors.py: file too short"


def test_a_python_without_pytorch(probed, tmp_path):
    """And with what an interrupted installation left of another package."""
    (tmp_path / "safetensors").mkdir()
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True)
    folder = "Scripts" if sys.platform == "win32" else "bin"
    found = probed(python=tmp_path / "bare" / folder / "python")
    assert set(found["broken"]) == {"numpy", "SimpleITK", "safetensors", "torch"}
    assert found["broken"]["torch"].startswith("ModuleNotFoundError")
    assert found["broken"]["safetensors"] == "only a folder is left of it"


def test_a_chosen_python_runs_jobs(tmp_path):
    """With the environment given for it, the engine, and the features that this Python has."""
    from features_fixtures import package_of

    from semigda_core.models import features

    file = features.features_file()
    assert file is not None
    without = package_of(tmp_path / "other", None)
    inherited = {"PATH": os.environ["PATH"], "PYTHONPATH": str(without)}
    interpreter.choose(interpreter.Interpreter(sys.executable, inherited))
    try:
        environment = interpreter.environment()
        assert set(environment) == {"PATH", "PYTHONPATH", "PYTHONUTF8", features.ENVIRONMENT}
        code = (
            "import semigda_core.models.features as f, semigda; print(f.features_file(), f.state())"
        )
        done = subprocess.run(
            [interpreter.program(), "-c", code], env=environment, capture_output=True, text=True
        )
        assert done.stdout.split() == [str(file), "0.1.0"], done.stderr
    finally:
        interpreter.choose(None)
    assert interpreter.program() == sys.executable
    assert features.ENVIRONMENT not in interpreter.environment()
