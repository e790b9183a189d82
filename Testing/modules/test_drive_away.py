"""A network drive that goes away and returns: nothing is lost, and work goes on."""

from __future__ import annotations

import contextlib
import os

import pytest
from test_segment_several import finish, folder, fromFolder, section, states

__all__ = ["folder", "section"]

WAYS = ["gone", "failing"]


@contextlib.contextmanager
def away(place, how):
    """The folder is on a drive that is not connected, or of which every question is an error."""
    aside = place.with_name(f"{place.name} away")
    place.rename(aside)
    if how == "failing":
        place.symlink_to("x" * 300)  # a name that is too long
    try:
        yield
    finally:
        if how == "failing":
            place.unlink()
        aside.rename(place)


# Segment


@pytest.mark.parametrize("how", WAYS)
def test_results_of_a_batch(panel, section, module_host, folder, tmp_path, how):
    (folder / "case2.nrrd").unlink()
    share = tmp_path / "share"
    share.mkdir()
    fromFolder(section, folder, share / "out")
    module_host.click(section.startButton)
    module_host.wait((share / "out" / "case0.json").exists, 100)
    with away(share, how):
        finish(section, module_host)
        assert "failed" in states(section) or panel.ui.messageFrame.visible
        assert not os.path.exists(share / "out"), "it was made anew where the drive was"
        module_host.close()
        module_host.open("SemiGDASegment", height=820)  # it remembers the folder
    section.refresh()
    assert states(section)[0] == "done"
    module_host.click(section.startButton)
    finish(section, module_host)
    assert states(section) == ["done"] * 3 and section.label.text == "3 of 3 done"


@pytest.mark.parametrize("how", WAYS)
def test_images_of_a_batch(panel, section, module_host, folder, tmp_path, how):
    with away(folder, how):
        fromFolder(section, folder, tmp_path / "out")
        assert section.label.text and str(tmp_path) not in section.label.text
    section.refresh()
    assert states(section) == [""] * 4
