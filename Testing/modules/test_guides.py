"""The pictures of the guides: real images, starter models, the panel as its user sees it.

``python Testing/guides.py`` keeps them for the docs.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import numpy as np
import phantoms
import pytest
import slicer
from guides_fixtures import cases_of, fitted, guide, images_of, segment, unfold  # noqa: F401
from looks import cut
from segment_fixtures import table
from test_segment_region import centres, in_roi, labels_of

from Testing.host.session import PANEL_WIDTH
from Testing.host.window import beside

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "engine"))

from server_fixtures import Server  # noqa: E402

pytestmark = pytest.mark.slow
VOLUMES = int(os.environ.get("SEMIGDA_GUIDE_VOLUMES", "3"))
SIZE = (1080, 740)  # pixels of a window
PARTS = ["anterior hippocampus", "posterior hippocampus"]


def load(image: Path):
    return slicer.util.loadVolume(str(image), {"name": image.name.split(".")[0]})


def choose(panel, host, volume, model="hippocampus-mr") -> None:
    parameters = panel.logic.getParameterNode()
    parameters.inputVolume, parameters.model = volume, model
    host.process()


def labelled(path: Path) -> np.ndarray:
    """An expert's label (z, y, x), which the user of these tests does not see."""
    node = slicer.util.loadLabelVolume(str(path), {"name": "truth"})
    values = slicer.util.arrayFromVolume(node).copy()
    slicer.mrmlScene.RemoveNode(node)
    return values


def turn_along(roi, volume, truth: np.ndarray, margin: float = 8) -> None:
    """Drag the box along the structure: its middle, its own direction seen from the side, mm."""
    points = centres(volume)[truth > 0]
    side = points[:, 1:] - points[:, 1:].mean(0)
    (_, _), (a, b) = np.linalg.eigh(side.T @ side)[1].T
    sign = np.sign(a)
    turned = np.array([[1, 0, 0], [0, sign * a, -sign * b], [0, sign * b, sign * a]])
    along = points @ turned
    low, high = along.min(0) - margin, along.max(0) + margin
    place = np.eye(4)
    place[:3, :3], place[:3, 3] = turned, turned @ ((low + high) / 2)
    roi.SetAndObserveObjectToNodeMatrix(slicer.util.vtkMatrixFromArray(place))
    roi.SetSize(*(high - low).tolist())


def window(host, panel, path, size, volume, node, middle) -> None:
    """The panel beside the views, with the result in 3-D."""
    panel.logic.show3D(node)
    slicer.util.setSliceViewerLayers(background=volume, fit=True)
    host.window(path, panel, size=size, panel_width=PANEL_WIDTH, center_ras=middle)
    assert not cut(panel.parent)


def test_one_volume(guide, module_host, artifacts):  # noqa: F811
    ((image, label),) = cases_of("hippocampus", 1, skip=1)
    truth = labelled(label)
    volume = load(image)
    choose(guide, module_host, volume)
    segment(guide, module_host)
    node = guide.logic.result.segmentationNode
    assert [row[1] for row in table(guide)] == PARTS
    assert all("ml" in row[2] and row[3].startswith("0.") for row in table(guide))
    found = labels_of(node, volume)
    for row in guide.logic.result.segments:
        assert phantoms.dice(found == row["value"], truth == row["value"]) > 0.8, row["name"]
    unfold(guide, "inputs", "outputs", "result")
    middle = centres(volume)[truth > 0].mean(0)
    window(module_host, guide, artifacts / "guide-segment.png", SIZE, volume, node, middle)
    # A certain result may have no spot to walk to.
    assert guide.ui.nextSpotButton.enabled == bool(guide.logic.spots(node))
    guide.logic.showReviewMap(node)
    module_host.slice_view(artifacts / "guide-review.png", "Yellow", fit=True)


def test_a_region_that_is_turned(guide, module_host, artifacts):  # noqa: F811
    ((image, label),) = cases_of("hippocampus", 1, skip=1)
    truth = labelled(label)
    volume = load(image)
    choose(guide, module_host, volume)
    module_host.click(guide.ui.placeRegionButton)
    roi = guide.logic.getParameterNode().roi
    turn_along(roi, volume, truth)
    segment(guide, module_host)
    assert [row[1] for row in table(guide)] == PARTS
    assert "Only the region of interest was segmented." in guide.ui.resultNoteLabel.text
    node = guide.logic.result.segmentationNode
    found = labels_of(node, volume)
    inside = in_roi(roi, volume)
    assert 0.1 < inside.mean() < 0.9 and not found[~inside].any()
    assert phantoms.dice(found > 0, truth > 0) > 0.8
    unfold(guide, "inputs", "result")
    middle = centres(volume)[truth > 0].mean(0)
    window(module_host, guide, artifacts / "guide-region.png", SIZE, volume, node, middle)


def test_several_volumes(guide, module_host, tmp_path, artifacts):  # noqa: F811
    """A folder with one damaged file among the images."""
    folder = tmp_path / "images"
    folder.mkdir()
    images = images_of("hippocampus", VOLUMES)
    for image in images:
        shutil.copyfile(image, folder / image.name)
    damaged = folder / sorted(images)[1].name
    damaged.write_bytes(damaged.read_bytes()[:3000])
    choose(guide, module_host, None)
    guide.panel._several.button.collapsed = False
    section = guide.panel.several
    section.sourceComboBox.currentIndex = section.sourceComboBox.findData("folder")
    module_host.process()
    section.imagesEdit.currentPath = str(folder)
    section.resultsEdit.currentPath = str(tmp_path / "results")
    section.refresh()
    module_host.click(section.startButton)
    module_host.wait(lambda: section.startButton.text == "Segment all", 20 + 10 * VOLUMES)
    widget = section.table.widget
    rows = [[widget.item(r, c).text() for c in range(3)] for r in range(widget.rowCount)]
    assert [row[0] for row in rows] == sorted(image.name.split(".")[0] for image in images)
    states = [row[1] for row in rows]
    assert states.count("done") == VOLUMES - 1 and states.count("failed") == 1
    failed = rows[states.index("failed")]
    assert damaged.name.startswith(failed[0]) and "." in failed[2]
    for row in rows:
        if row is not failed:
            assert all(part in row[2] for part in (*PARTS, "ml", "0.")), row
    assert section.label.text.startswith(f"{VOLUMES - 1} of {VOLUMES} done, 1 failed")
    unfold(guide, "several")
    widget.scrollToTop()
    for edit, path in ((section.imagesEdit, "/data/MR"), (section.resultsEdit, "/data/results")):
        edit.blockSignals(True)  # the test's own folders have long names
        edit.currentPath = path
    fitted(guide, module_host, artifacts / "guide-several.png")
    for edit in (section.imagesEdit, section.resultsEdit):
        edit.blockSignals(False)


def test_a_download_that_breaks_off(guide, module_host, tmp_path, artifacts, monkeypatch):  # noqa: F811
    """A hospital's catalogue with one model: asked about, broken off, continued, installed."""
    from semigda.models.download import entry_for
    from semigda.models.package import export_package
    from semigda_core.models.library import find_model

    own = tmp_path / "breast-lesion-us-own"
    shutil.copytree(find_model("breast-lesion-us"), own)
    card = json.loads((own / "card.json").read_text("utf-8"))
    card |= {"name": own.name, "title": "Breast lesion (our scanners)"}
    (own / "card.json").write_text(json.dumps(card), "utf-8")
    package = export_package(own, tmp_path / "own.zip")
    server = Server()
    entry = entry_for(package, f"{server.url}/own.zip", "2026-11-29").to_dict()
    server.files["/own.zip"] = package.read_bytes()
    server.ways["/own.zip"] = "trickles"
    catalogue = tmp_path / "catalogue.json"
    catalogue.write_text(json.dumps({"schema": 1, "models": [entry]}), "utf-8")
    guide.logic.useCatalogue(str(catalogue))
    unfold(guide, "inputs")
    module_host.click(guide.ui.modelsButton)
    section = guide.panel.library
    try:
        module_host.wait(lambda: section._entries, 60)
        rows = {section.table.item(r, 0).text(): section.table.item(r, 1).text() for r in range(4)}
        assert rows.pop("Breast lesion (our scanners)").endswith("MB")
        assert set(rows.values()) == {"with SemiGDA"} and "Hippocampus (MR)" in rows
        section.select(own.name)
        asked = []
        monkeypatch.setattr(
            slicer.util, "confirmYesNoDisplay", lambda text, **_: asked.append(text) or True
        )
        module_host.click(section.downloadButton)
        assert "Breast lesion (our scanners)" in asked[0] and "MB" in asked[0]
        unfold(guide)
        module_host.wait(lambda: section.progressBar.value >= 30, 60)
        assert section.downloadButton.text == "Cancel"
        assert section.statusLabel.text.startswith("Downloading, about ")
        loading = fitted(guide, module_host, artifacts / "models-loading.png")
        module_host.click(section.downloadButton)
        module_host.wait(lambda: section._download is None, 20)
        assert section.statusLabel.text.startswith("Download cancelled. What was received is kept")
        server.ways["/own.zip"] = "breaks"
        module_host.click(section.downloadButton)
        module_host.wait(lambda: section._download is None, 60)
        assert "The connection broke off." in guide.ui.messageLabel.text
        broken = fitted(guide, module_host, artifacts / "models-broken.png")
        beside(artifacts / "guide-models.png", loading, broken)
        server.ways.clear()
        module_host.click(section.downloadButton)
        module_host.wait(lambda: section._download is None, 60)
        assert int(server.seen[-1][2].removeprefix("bytes=").rstrip("-")) > 0.2 * entry["size"]
        assert section.table.item(section.table.currentRow(), 1).text() == "installed"
    finally:
        server.close()
        guide.logic.useCatalogue("")
        section.button.visible = False


def test_a_corrected_result_is_sent(guide, module_host, tmp_path, artifacts):  # noqa: F811
    from semigda_core.project.project import Project
    from SemiGDALib.train.recent import remember

    projects = tmp_path / "projects"
    for name in ("Knee MR", "Hippocampus MR"):
        project = Project.create(projects / name)
        remember(project.folder)
    project.set_classes(PARTS)
    ((image, _label),) = cases_of("hippocampus", 1, skip=1)
    volume = load(image)
    choose(guide, module_host, volume)
    segment(guide, module_host)
    node = guide.logic.result.segmentationNode
    # The user erases the lowest slices of the first segment, as with the Segment Editor's eraser.
    mask = slicer.util.arrayFromSegmentBinaryLabelmap(node, first(node), volume)
    mask[: np.flatnonzero(mask.any((1, 2)))[0] + 2] = 0
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, node, first(node), volume)
    menu = guide.panel.sending.menu
    menu.aboutToShow.emit()
    names = [action.text.split("   ")[0] for action in menu.actions()]
    assert names == ["Hippocampus MR", "Knee MR", "Another project..."]
    unfold(guide, "result")
    menu.actions()[0].trigger()
    module_host.process()
    assert guide.ui.phaseLabel.text.startswith("A new case of 'Hippocampus MR'")
    (case,) = project.read().cases
    assert case.origin == "edited" and case.segments == tuple(PARTS)
    assert "hippocampus" not in case.label.name
    fitted(guide, module_host, artifacts / "guide-send.png")


def first(node) -> str:
    return node.GetSegmentation().GetNthSegmentID(0)


def test_an_image_that_the_model_is_not_for(guide, module_host, artifacts):  # noqa: F811
    ((image, _label),) = cases_of("cardiac_scd", 1)
    choose(guide, module_host, load(image))
    segment(guide, module_host)
    ui = guide.ui
    assert "trained on MR volumes of about 35 x 50 x 35 mm" in ui.messageLabel.text
    assert "this is a volume of" in ui.messageLabel.text
    assert ui.messageActionButton.text == "Segment anyway" and not guide.logic.isRunning()
    unfold(guide, "inputs")
    asked = fitted(guide, module_host, artifacts / "unlike-asked.png")
    module_host.click(ui.messageActionButton)
    module_host.wait(lambda: not guide.logic.isRunning(), 300)
    assert guide.logic.run.error is None and not ui.messageFrame.visible
    assert "The image is unlike the training images" in ui.resultNoteLabel.text
    assert not ui.resultTable.wordWrap  # a long name keeps its end
    unfold(guide, "result")
    noted = fitted(guide, module_host, artifacts / "unlike-noted.png")
    beside(artifacts / "guide-unlike.png", asked, noted)
