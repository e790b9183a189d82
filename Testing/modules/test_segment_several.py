"""*Several volumes*: of the scene, of a study, of a folder; stop, go on, retry, a broken one."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import numpy as np
import phantoms
import pytest
import SimpleITK as sitk
import slicer
from segment_fixtures import choose
from test_segment_region import in_roi, labels_of
from train_fixtures import dark

MANY = 20  # volumes


@pytest.fixture
def section(panel, module_host, tmp_path):
    """The section, open, without folders of earlier tests."""
    several = panel.panel.several
    choose(panel, module_host, None)
    several.sourceComboBox.currentIndex = 0
    several.imagesEdit.currentPath = several.resultsEdit.currentPath = ""
    several.skipCheckBox.checked = True
    several.button.collapsed = False
    panel.ui.inputsCollapsibleButton.collapsed = False
    several.refresh()
    return several


@pytest.fixture
def folder(tmp_path):
    """Four images, one broken file, and a label that is no image."""
    images = tmp_path / "images"
    images.mkdir()
    for number in range(4):
        write(images / f"case{number}.nrrd")
    (images / "case2.nrrd").write_bytes(b"NRRD0004\nno image\n")
    write(images / "case0_label.nrrd")
    return images


def write(path, voxels=None):
    image = sitk.GetImageFromArray(phantoms.image() if voxels is None else voxels)
    sitk.WriteImage(image, str(path))


def fromFolder(section, images, out):
    section.sourceComboBox.currentIndex = section.sourceComboBox.findData("folder")
    section.imagesEdit.currentPath = str(images)
    section.resultsEdit.currentPath = str(out)
    section.refresh()


def finish(section, host, seconds=400):
    host.wait(lambda: section.startButton.text == "Segment all", seconds)


def run(section, host):
    host.click(section.startButton)
    finish(section, host)


def states(section) -> list[str]:
    table = section.table.widget
    return [table.item(row, 1).text() for row in range(table.rowCount)]


def found(section, row: int) -> list[str]:
    cells = [section.table.widget.item(row, column).text() for column in (0, 2)]
    return [text.replace("\u00a0", " ") for text in cells]  # where no line ends


def summary(out) -> list[dict]:
    with open(out / "summary.csv", newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def results():
    return slicer.util.getNodesByClass("vtkMRMLSegmentationNode")


def test_a_folder_and_its_broken_file(panel, section, module_host, folder, tmp_path, artifacts):
    out = tmp_path / "out"
    fromFolder(section, folder, "")
    assert not section.startButton.enabled and "results" in section.startButton.toolTip
    fromFolder(section, folder, out)
    assert section.label.text == "0 of 4 done" and states(section) == [""] * 4
    run(section, module_host)
    assert states(section) == ["done", "done", "failed", "done"]
    assert section.label.text == "3 of 4 done, 1 failed"
    rows = summary(out)
    lines = [f"{row['class']} {float(row['ml']):.3g} ml" for row in rows[:2]]
    agreed = [float(row["agreement"]) for row in rows[:2]]
    words = [f"{one:.2f} {'good' if one >= 0.9 else 'check'}" for one in agreed]
    both = [f"{line} · {word}" for line, word in zip(lines, words, strict=True)]
    assert found(section, 0) == ["case0", "\n".join(both)]
    assert [row["case"] for row in rows] == ["case0"] * 2 + ["case1"] * 2 + ["case3"] * 2
    assert not panel.ui.messageFrame.visible  # a failure is a row, not a message
    row = section.table.widget.item(2, 2).text()
    assert row.count(".") >= 2 and str(tmp_path) not in row  # a sentence, and what to do
    assert (out / "contact-sheet.png").is_file() and section.openButton.enabled
    assert not results()  # files are not loaded
    module_host.grab(panel, artifacts / "segment-several.png")
    dark(module_host, True)
    module_host.grab(panel, artifacts / "segment-several-dark.png")
    dark(module_host, False)
    # It is mended: only this one is segmented.
    write(folder / "case2.nrrd")
    before = (out / "case1.seg.nrrd").stat().st_mtime_ns
    module_host.click(section.retryButton)
    finish(section, module_host)
    assert states(section) == ["done"] * 4 and not section.retryButton.enabled
    assert (out / "case1.seg.nrrd").stat().st_mtime_ns == before
    assert len(summary(out)) == 8
    # Without *Skip done* it is made again.
    section.skipCheckBox.checked = False
    run(section, module_host)
    assert (out / "case1.seg.nrrd").stat().st_mtime_ns > before


def test_stop_and_go_on(panel, section, module_host, folder, tmp_path):
    out = tmp_path / "out"
    (folder / "case2.nrrd").unlink()
    for number in range(4, 10):
        write(folder / f"case{number}.nrrd", np.tile(phantoms.image(), (3, 1, 1)))
    fromFolder(section, folder, out)
    module_host.click(section.startButton)
    assert not panel.ui.segmentButton.enabled and section.progressBar.visible
    module_host.wait(lambda: "done" in states(section), 60)
    begun = time.monotonic()
    module_host.click(section.startButton)
    finish(section, module_host)
    assert time.monotonic() - begun < 2
    done = states(section).count("done")
    assert 0 < done < 9 and set(states(section)) == {"done", ""}
    assert section.label.text == f"Stopped: {done} of 9 done"
    kept = {path.name: path.stat().st_mtime_ns for path in out.glob("*.seg.nrrd")}
    assert len({row["case"] for row in summary(out)}) == len(kept) == done
    # As after closing Slicer: the folder says what is done.
    section.rows = []
    section.refresh()
    assert states(section).count("done") == done
    run(section, module_host)
    assert states(section) == ["done"] * 9 and len(summary(out)) == 18
    assert all((out / name).stat().st_mtime_ns == when for name, when in kept.items())


def test_volumes_of_the_scene(panel, section, module_host, tmp_path, artifacts):
    out = tmp_path / "out"
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    study = hierarchy.CreateStudyItem(hierarchy.GetSceneItemID(), "Monday")
    volumes = [phantoms.add_volume(name="MR: head") for _ in range(3)]
    hierarchy.SetItemParent(hierarchy.GetItemByDataNode(volumes[0]), study)
    section.resultsEdit.currentPath = str(out)
    section.refresh()
    assert [row.name for row in section.rows] == ["MR_ head", "MR_ head (2)", "MR_ head (3)"]
    names = [row.name for row in section.rows]
    run(section, module_host)
    assert states(section) == ["done"] * 3
    made = {node.GetNodeReference("SemiGDA.inputVolume").GetID(): node for node in results()}
    assert set(made) == {volume.GetID() for volume in volumes}
    first = hierarchy.GetItemByDataNode(made[volumes[0].GetID()])
    assert hierarchy.GetItemParent(first) == study  # beside its volume
    # Node and file are one result.
    for name, volume in zip(names, volumes, strict=True):
        labels = sitk.GetArrayFromImage(sitk.ReadImage(str(out / f"{name}.seg.nrrd")))
        segmentation = made[volume.GetID()]
        ids = segmentation.GetSegmentation().GetSegmentIDs()
        array = slicer.util.arrayFromSegmentBinaryLabelmap(segmentation, ids[0], volume)
        assert array.sum() == (labels == 1).sum() > 100
    assert [row["case"] for row in summary(out)] == [name for name in names for _ in range(2)]
    assert (out / "contact-sheet.png").is_file()
    module_host.grab(panel, artifacts / "segment-several-scene.png")
    # Again: nothing is left to do, until another volume comes.
    volumes.append(phantoms.add_volume(name="MR of Tuesday"))
    module_host.wait(lambda: section.table.widget.rowCount == 4, 5)
    assert states(section) == ["done"] * 3 + [""]
    run(section, module_host)
    assert len(results()) == 4 and len({row["case"] for row in summary(out)}) == 4


def test_a_region_is_that_of_every_volume(panel, section, module_host, tmp_path, artifacts):
    """One that it does not meet is outside, not failed; another region makes them new."""
    out = tmp_path / "out"
    volumes = [phantoms.add_volume(name=f"MR {number}") for number in range(3)]
    volumes[1].SetOrigin(30, 0, 0)  # the region is at another place of its voxels
    volumes[2].SetOrigin(500, 0, 0)
    roi = panel.logic.placeRegion(volumes[0])
    choose(panel, module_host, volumes[0], roi=roi)
    section.resultsEdit.currentPath = str(out)
    section.refresh()
    run(section, module_host)
    assert states(section) == ["done", "done", "outside"]
    assert section.label.text == "2 of 3 done, 1 outside the region"
    assert found(section, 2) == ["MR 2", "Outside the region"]
    assert not section.retryButton.enabled  # nothing has failed
    for node in results():
        volume = node.GetNodeReference("SemiGDA.inputVolume")
        inside = in_roi(roi, volume)
        labels = labels_of(node, volume)
        assert 0 < inside.sum() < inside.size / 4 and not (labels * ~inside).any()
        name = f"{volume.GetName()}.seg.nrrd"
        assert (sitk.GetArrayFromImage(sitk.ReadImage(str(out / name))) == labels).all()
    assert labels_of(results()[0], volumes[0]).any() and len(results()) == 2
    assert {row["case"] for row in summary(out)} == {"MR 0", "MR 1"}
    module_host.grab(panel, artifacts / "segment-several-region.png")
    section.refresh()
    assert states(section) == ["done", "done", ""]
    roi.SetSize(20, 20, 20)
    section.refresh()
    assert states(section) == [""] * 3  # what is there is of another region
    choose(panel, module_host, volumes[0], roi=None)
    section.refresh()
    assert states(section) == [""] * 3


def test_a_region_does_not_apply_to_files(panel, section, module_host, folder, tmp_path):
    from semigda_core.errors import SemiGDAError
    from SemiGDALib.segment.several import rows

    volume = phantoms.add_volume()
    roi = panel.logic.placeRegion(volume)
    choose(panel, module_host, volume, roi=roi)
    fromFolder(section, folder, tmp_path / "out")
    assert section.label.text == (
        "0 of 4 done. The region of interest is of this scene: files are segmented whole."
    )
    with pytest.raises(SemiGDAError, match="does not apply to files"):
        panel.logic.startSeveral(rows.ofFolder(folder), "bright", tmp_path / "out", roi=roi)


def test_volumes_of_another_kind_are_asked_about_once(panel, section, module_host, artifacts):
    ui = panel.ui
    phantoms.add_volume(name="MR")
    for number in range(2):
        phantoms.add_volume(phantoms.image()[:1], name=f"Picture {number}")
    section.refresh()
    module_host.click(section.startButton)
    text = ui.messageLabel.text
    assert "that this model was trained on: 2 of 3." in text and "a 2-D picture." in text
    assert not panel.logic.isRunningSeveral() and panel.panel.message.otherButton.visible
    module_host.grab(panel, artifacts / "segment-several-kind.png")
    module_host.click(ui.messageDismissButton)
    assert not panel.logic.isRunningSeveral() and states(section) == [""] * 3
    module_host.click(section.startButton)
    module_host.click(panel.panel.message.otherButton)
    finish(section, module_host)
    assert states(section) == ["done", "left out", "left out"] and len(results()) == 1
    assert section.label.text == "1 of 3 done, 2 left out"
    assert found(section, 1) == ["Picture 0", "Not this model's kind of image"]
    assert "this is a 2-D picture." in section.table.widget.item(1, 2).toolTip()
    module_host.click(section.startButton)
    module_host.click(ui.messageActionButton)
    finish(section, module_host)
    assert states(section) == ["done"] * 3 and len(results()) == 3
    assert found(section, 1)[1].endswith("Not this model's kind of image")
    assert "Not" not in found(section, 0)[1]


def test_a_study_without_files(section, module_host):
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    study = hierarchy.CreateStudyItem(hierarchy.GetSceneItemID(), "Tuesday")
    volumes = [phantoms.add_volume(name=f"MR {number}") for number in range(4)]
    for volume in volumes[1:]:
        hierarchy.SetItemParent(hierarchy.GetItemByDataNode(volume), study)
    section.refresh()
    combo = section.sourceComboBox
    combo.currentIndex = combo.findText("Tuesday (3 volumes)")
    section.refresh()
    assert [row.name for row in section.rows] == ["MR 1", "MR 2", "MR 3"]
    module_host.click(section.startButton)
    slicer.mrmlScene.RemoveNode(volumes[3])  # before its turn
    finish(section, module_host)
    assert len(results()) == 2
    assert states(section) == ["done", "done", "failed"]
    assert "not in the scene any more" in section.table.widget.item(2, 2).text()


def test_stop_in_the_scene(section, module_host):
    for number in range(6):
        phantoms.add_volume(np.tile(phantoms.image(), (6, 1, 1)), name=f"MR {number}")
    section.refresh()
    module_host.click(section.startButton)
    module_host.wait(lambda: "done" in states(section), 60)
    begun = time.monotonic()
    module_host.click(section.startButton)
    finish(section, module_host)
    assert time.monotonic() - begun < 2
    done = states(section).count("done")
    assert 0 < done < 6 and len(results()) == done and set(states(section)) == {"done", ""}
    section.refresh()
    assert states(section).count("done") == done


def test_a_worker_that_dies_costs_one_volume(section, module_host):
    from SemiGDALib.jobs.process_tree import killTree
    from SemiGDALib.jobs.worker import Worker

    for number in range(4):
        phantoms.add_volume(np.tile(phantoms.image(), (4, 1, 1)), name=f"MR {number}")
    section.refresh()
    module_host.click(section.startButton)
    module_host.wait(lambda: "done" in states(section), 60)
    killTree(Worker.of("segment").processId())
    finish(section, module_host)
    assert sorted(states(section)) == ["done", "done", "done", "failed"]


def test_closing_the_scene_ends_its_run_and_not_that_of_files(
    panel, section, module_host, folder, tmp_path
):
    phantoms.add_volume(name="MR")
    section.refresh()
    module_host.click(section.startButton)
    slicer.mrmlScene.Clear(0)
    module_host.process()
    assert section.startButton.text == "Segment all" and section.rows == []
    choose(panel, module_host, None)
    fromFolder(section, folder, tmp_path / "out")
    module_host.click(section.startButton)
    slicer.mrmlScene.Clear(0)
    finish(section, module_host)
    assert states(section).count("done") == 3


def test_the_logic_alone(logic, bright, folder, tmp_path):
    from semigda_core.errors import SemiGDAError
    from SemiGDALib.segment.several import rows

    found = rows.ofFolder(folder)
    run = logic.startSeveral(found, bright, tmp_path / "out", device="cpu")
    with pytest.raises(SemiGDAError, match="running already"):
        logic.startSeveral(found, bright, tmp_path / "out")
    run.wait()
    assert run.error is None
    assert [row.state for row in found] == ["done", "done", "failed", "done"]
    assert found[2].error.error_class == "bad-input" and found[2].error.action
    with pytest.raises(SemiGDAError, match="no volume"):
        logic.startSeveral([], bright)
    with pytest.raises(SemiGDAError, match="need a folder"):
        logic.startSeveral(found, bright)


def test_a_thousand_volumes_that_are_gone(logic, bright, tmp_path):
    """The last ones too: the table is made once, and no job's folder stays."""
    from SemiGDALib.segment.several.rows import Row, ofVolumes

    temporary = Path(slicer.app.temporaryPath)
    before = {path.name for path in temporary.glob(".semigda-*")}
    gone = [Row(f"gone {number}", volumeId=f"vtkMRMLVolume{number}") for number in range(1000)]
    found = [*ofVolumes([phantoms.add_volume(name="MR")]), *gone]
    logic.startSeveral(found, bright, tmp_path / "out", device="cpu").wait()
    assert [row.state for row in found] == ["done"] + ["failed"] * 1000
    assert {row["case"] for row in summary(tmp_path / "out")} == {"MR"}
    logic.startSeveral(found, bright, tmp_path / "out", device="cpu").wait()
    assert [row.state for row in found] == ["done"] + ["failed"] * 1000
    assert {path.name for path in temporary.glob(".semigda-*")} == before


@pytest.mark.slow
@pytest.mark.parametrize("source", ["folder", "scene"])
def test_many_volumes_take_little_more_than_the_worker(section, module_host, tmp_path, source):
    """The time of the whole run, over what the worker needed for its volumes."""
    images = tmp_path / "images"
    images.mkdir()
    voxels = np.tile(phantoms.image(), (3, 1, 1))
    write(images / "warm.nrrd")
    fromFolder(section, images, tmp_path / "warm")
    run(section, module_host)  # it starts the worker and loads the model
    (images / "warm.nrrd").unlink()
    for number in range(MANY):
        if source == "folder":
            write(images / f"case{number}.nrrd", voxels)
        else:
            phantoms.add_volume(voxels, name=f"case{number}")
    ratios = []
    while not ratios or (min(ratios) > 1.15 and len(ratios) < 4):  # again on a busy computer
        out = tmp_path / f"out{len(ratios)}"
        fromFolder(section, images, out)
        section.sourceComboBox.currentIndex = section.sourceComboBox.findData(source)
        section.refresh()
        begun = time.monotonic()
        module_host.click(section.startButton)
        finish(section, module_host, 1500)
        spent = time.monotonic() - begun
        assert states(section) == ["done"] * MANY
        worker = {row["case"]: float(row["seconds"]) for row in summary(out)}
        ratios.append(spent / sum(worker.values()))
    assert min(ratios) <= 1.15


def test_what_a_folder_has_besides_is_told(section, folder, tmp_path):
    (folder / "P1" / "CT" / "series").mkdir(parents=True)
    fromFolder(section, folder, tmp_path / "out")
    assert section.label.text.startswith("0 of 4 done, 1 file left out (in a subfolder,")
