"""*Show* in *Several volumes*: a row's volume and its result come into the views."""

from __future__ import annotations

import phantoms
import slicer
from segment_fixtures import choose
from test_segment_region import labels_of
from test_segment_several import folder, fromFolder, results, run, section  # noqa: F401


def background():
    composite = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLSliceCompositeNode")
    return composite.GetBackgroundVolumeID()


def volumes():
    return slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")


def double_click(section, row):  # noqa: F811
    section.table.widget.cellDoubleClicked.emit(row, 0)


def test_a_volume_of_the_scene(panel, section, module_host, artifacts):  # noqa: F811
    both = [phantoms.add_volume(name=f"MR {number}") for number in range(2)]
    waiting = phantoms.add_volume(name="MR 2")
    choose(panel, module_host, both[0])
    section.refresh()
    panel.logic.startSeveral(section.rows[:2], "bright", device="cpu").wait()
    section.refresh()
    of = {node.GetNodeReference("SemiGDA.inputVolume"): node for node in results()}
    for place in (1, 0):
        double_click(section, place)
        module_host.process()
        mine, other = of[both[place]], of[both[1 - place]]
        assert background() == both[place].GetID()
        assert mine.GetDisplayNode().GetVisibility() and not other.GetDisplayNode().GetVisibility()
        assert panel.ui.inputVolumeSelector.currentNode() is both[place]
        assert panel.ui.resultNameLabel.text == mine.GetName()
    module_host.grab(panel, artifacts / "segment-several-show.png")
    section.table.widget.selectRow(2)
    assert section.showing.button.enabled
    module_host.click(section.showing.button)
    module_host.process()
    assert background() == waiting.GetID()
    # It has none: the one before must not be mistaken for it.
    assert not panel.ui.resultCollapsibleButton.visible
    slicer.mrmlScene.RemoveNode(waiting)
    double_click(section, 2)
    assert "not in the scene any more" in panel.ui.messageLabel.text
    module_host.click(panel.ui.messageDismissButton)


def test_files_are_loaded_once(panel, section, module_host, folder, tmp_path):  # noqa: F811
    import numpy as np
    import SimpleITK as sitk

    out = tmp_path / "out"
    fromFolder(section, folder, out)
    run(section, module_host)
    for _ in range(2):
        double_click(section, 1)
        (volume,), (result,) = volumes(), results()
    assert volume.GetName() == "case1" and result.GetDisplayNode().GetVisibility()
    written = sitk.GetArrayFromImage(sitk.ReadImage(str(out / "case1.seg.nrrd")))
    assert np.array_equal(labels_of(result, volume), written) and written.any()
    double_click(section, 3)
    assert background() == panel.logic.getParameterNode().inputVolume.GetID()
    assert [node.GetDisplayNode().GetVisibility() for node in results()] == [0, 1]
    double_click(section, 2)  # the broken one
    assert "could not load this file" in panel.ui.messageLabel.text
    module_host.click(panel.ui.messageDismissButton)


def test_a_dicom_series_comes_through_its_module(panel, section, tmp_path):  # noqa: F811
    from SemiGDALib.segment.several.rows import Row

    (tmp_path / "series").mkdir()
    section.rows = [Row("series", image=tmp_path / "series")]
    section.table.fill(section.rows)
    double_click(section, 0)
    assert "Load it in the DICOM module" in panel.ui.messageLabel.text and not volumes()


def test_a_failed_one_with_an_earlier_result(panel, section, module_host, folder, tmp_path):  # noqa: F811
    """Which nobody should take for that of the image as it is now."""
    out = tmp_path / "out"
    fromFolder(section, folder, out)
    run(section, module_host)
    told = [section.table.widget.item(place, 2).text() for place in range(4)]
    assert not any("earlier one" in text for text in told)  # the broken one has none
    before = (out / "case1.seg.nrrd").read_bytes()
    (folder / "case1.nrrd").write_bytes(b"NRRD0004\n\n")
    run(section, module_host)
    told = [section.table.widget.item(place, 2).text() for place in range(4)]
    assert ["earlier one" in text for text in told] == [False, True, False, False]
    assert (out / "case1.seg.nrrd").read_bytes() == before


def test_a_long_name_leaves_room_for_the_rest(panel, module_host):
    """Also when the section opens, and its table has no width yet."""
    from SemiGDALib.segment.several.section import SCENE, SOURCE

    name = "T1 MPRAGE SAG iso 0.9 mm, thorax and abdomen after contrast, second reading #12"
    phantoms.add_volume(name=name)
    slicer.app.userSettings().setValue(SOURCE, SCENE)  # whatever an earlier test chose
    slicer.util.reloadScriptedModule("SemiGDASegment")
    several = slicer.modules.SemiGDASegmentWidget.panel.several
    several.button.collapsed = False
    module_host.process(0.2)
    table = several.table.widget
    assert sum(map(table.columnWidth, range(3))) <= table.viewport().width
    assert table.columnWidth(2) > table.columnWidth(0)
    assert table.rowHeight(0) <= 100 and table.item(0, 0).toolTip() == name
    assert table.item(0, 0).text().endswith("second reading #12")
