"""Installing that fails, finds no room or no network, or that Slicer's end comes between."""

from __future__ import annotations

import os

import pytest
import slicer
from test_segment_requirements import (
    ABSENT,
    absent,
    panel,
    requirements,
    section,
    wait_for_check,
)

__all__ = ["absent", "panel", "requirements"]


@pytest.fixture
def window(module_host):
    """Slicer's main window, open."""
    import qt

    shown = qt.QMainWindow()
    shown.objectName = "qSlicerMainWindow"
    shown.show()
    yield shown
    shown.close()


def test_nothing_more_is_installed_once_slicer_is_closed(
    panel, module_host, absent, window, monkeypatch
):
    """The package that pip is at becomes whole; the next start says what is missing."""
    installed = []

    def install(names):
        installed.extend(map(str, names))
        absent.PACKAGES.pop(ABSENT)
        window.close()  # by a click that pip let through

    monkeypatch.setitem(absent.PACKAGES, "semigda_another", "semigda-another>=1")
    monkeypatch.setattr(slicer.packaging, "installer", install)
    setUp = section(panel)
    setUp.refresh()
    module_host.answer()
    module_host.click(setUp.setUpButton)
    module_host.messages()
    assert installed == ["semigda-no-such-package>=1"]
    assert setUp.checkButton.enabled  # no process tries what is there
    module_host.close()
    module_host.open("SemiGDASegment")
    told = section(panel).label.text
    assert "semigda_another" in told and ABSENT not in told
    assert not section(panel).button.collapsed


def test_failed_installation_is_said(panel, absent, module_host, monkeypatch):
    def fail(names):
        raise OSError("no network")

    monkeypatch.setattr(slicer.packaging, "installer", fail)
    module_host.answer()
    section(panel).refresh()
    module_host.click(section(panel).setUpButton)
    module_host.messages()
    ui = panel.ui
    assert f"installation of {ABSENT} failed" in ui.messageLabel.text
    assert ".whl" in ui.messageLabel.text and "no network" in ui.logText.toPlainText()
    assert ui.messageActionButton.text == "From a folder..."
    assert section(panel).setUpButton.enabled  # to try again


def test_from_a_folder_of_wheels(panel, absent, module_host, tmp_path, monkeypatch):
    """pip then looks nowhere else, whoever calls it."""
    import qt

    folder, seen = tmp_path / "Räder und mehr", []

    def install(names):
        seen.append({key: os.environ.get(key) for key in ("PIP_NO_INDEX", "PIP_FIND_LINKS")})
        absent.PACKAGES.pop(ABSENT)

    monkeypatch.setattr(slicer.packaging, "installer", install)
    monkeypatch.setattr(qt.QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    section(panel).refresh()
    module_host.process()
    module_host.answer()
    module_host.click(section(panel).folderButton)
    module_host.messages()
    assert seen == [{"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": folder.as_uri()}]
    assert "PIP_NO_INDEX" not in os.environ
    wait_for_check(panel, module_host)


def test_pip_that_ends_without_the_package_has_failed(absent, module_host, monkeypatch):
    from SemiGDALib.set_up import installing

    monkeypatch.setattr(slicer.packaging, "installer", lambda names: None)
    module_host.answer()
    with pytest.raises(installing.PipFailed) as raised:
        installing.install()
    module_host.messages()
    assert "without the package" in raised.value.detail


def test_a_full_disk_is_said_before_anything_is_fetched(absent, monkeypatch):
    from semigda_core.errors import SemiGDAError
    from SemiGDALib.set_up import installing

    monkeypatch.setattr(slicer.packaging, "installer", lambda names: pytest.fail("fetched"))
    usage = type("Usage", (), {"free": 1e6})
    monkeypatch.setattr(installing.shutil, "disk_usage", lambda _place: usage)
    with pytest.raises(SemiGDAError, match="need about 2 MB on Slicer's disk, and 1 MB") as raised:
        monkeypatch.setitem(installing._SMALL, ABSENT, 1)
        installing.install()
    assert raised.value.error_class == "disk-full"
