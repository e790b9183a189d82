"""What happens to a result when the scene changes under a run, or between a question and its
answer."""

from __future__ import annotations

import numpy as np
import phantoms
import pytest
import sequences
import slicer
from segment_fixtures import choose, idle, run
from test_segment_geometry import add_bending, add_transform
from test_segment_sending import files, liver
from test_segment_several import results, section, states, summary

from semigda_core.errors import SemiGDAError
from semigda_core.labels.made import read_report
from semigda_core.project.project import Project

__all__ = ["liver", "section"]


def segmentations() -> list:
    return slicer.util.getNodesByClass("vtkMRMLSegmentationNode")


# While it runs


def test_another_scene_with_the_same_ids(logic, bright):
    """A script's run must not give its result to the next patient."""
    volume = phantoms.add_volume(name="Monday")
    started = logic.start(volume, bright, device="cpu")
    identifier = volume.GetID()
    del volume
    slicer.mrmlScene.Clear(0)
    assert phantoms.add_volume(name="Tuesday").GetID() == identifier
    started.wait()
    assert not segmentations()
    assert "removed during the run" in started.error.message


def test_several_volumes_of_a_scene_that_was_closed(logic, bright, tmp_path):
    from SemiGDALib.segment.several import rows

    found = rows.ofVolumes([phantoms.add_volume(name=f"Monday {number}") for number in range(4)])
    several = logic.startSeveral(found, bright, tmp_path / "out", device="cpu")
    slicer.mrmlScene.Clear(0)
    for number in range(4):
        phantoms.add_volume(name=f"Tuesday {number}")
    several.wait()
    assert not segmentations()
    assert [row.state for row in found] == ["failed"] * 4


@pytest.mark.parametrize("how", ["replaced", "moved", "scrubbed"])
def test_the_image_becomes_another_one(logic, bright, how):
    """Of the same size, as a filter makes it that writes into its input, or the slider."""
    sequence, browser, volume = sequences.add_sequence(3)
    if how != "scrubbed":
        volume = phantoms.add_volume()
    started = logic.start(volume, bright, device="cpu")
    if how == "replaced":
        slicer.util.updateVolumeFromArray(volume, phantoms.image()[:, ::-1].copy())
    elif how == "moved":  # the voxels are as they were
        volume.SetOrigin(10, 20, 30)
        slicer.util.updateVolumeFromArray(volume, phantoms.image())
    else:
        sequences.show(browser, 2)
    started.wait()
    if how == "moved":
        (node,) = segmentations()
        assert started.error is None
        identifier = node.GetSegmentation().GetNthSegmentID(0)
        mask = phantoms.mask_in(volume, phantoms.world_points(node, identifier))
        assert phantoms.dice(mask, phantoms.answer() == 1) > 0.9
    else:
        assert not segmentations()
        assert "changed while it was being segmented" in started.error.message


def test_a_sequence_whose_browser_goes(logic, bright):
    _sequence, browser, volume = sequences.add_sequence(2)
    started = logic.start(volume, bright, device="cpu", allFrames=True)
    slicer.mrmlScene.RemoveNode(browser)
    started.wait()
    assert not segmentations()
    assert "sequence changed" in started.error.message


# A result of one frame


def test_a_frame_is_sent_with_its_own_image(panel, module_host, liver):
    _sequence, browser, volume = sequences.add_sequence(3)
    sequences.show(browser, 1)
    choose(panel, module_host, volume, allFrames=False)
    run(panel, module_host)
    assert "Made of frame 2." in panel.ui.resultNoteLabel.text
    node = panel.logic.result.segmentationNode
    sequences.show(browser, 2)
    with pytest.raises(SemiGDAError, match="made of another frame") as raised:
        panel.logic.sendToProject(node, liver.folder)
    assert "frame 2" in raised.value.action
    assert files(liver) == [] and not liver.read().cases
    sequences.show(browser, 1)
    panel.logic.sendToProject(node, liver.folder)
    (case,) = liver.read().cases
    image = slicer.util.loadVolume(str(case.image), {})
    assert np.array_equal(slicer.util.arrayFromVolume(image), phantoms.image(sequences.answer(1)))


# Sending


def test_the_image_of_the_result_is_sent(logic, bright, liver):
    """Not the one that the segmentation was first drawn on."""
    first, second = phantoms.add_volume(name="CT"), phantoms.add_volume(name="MR")
    slicer.util.updateVolumeFromArray(second, phantoms.image()[:, :, ::-1].copy())
    drawn = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    drawn.CreateDefaultDisplayNodes()
    drawn.SetReferenceImageGeometryParameterFromVolumeNode(first)
    segment = drawn.GetSegmentation().AddEmptySegment("", "bright")
    ball = (phantoms.answer() == 1).astype(np.uint8)
    slicer.util.updateSegmentBinaryLabelmapFromArray(ball, drawn, segment, first)
    logic.segment(second, bright, drawn, device="cpu")
    drawn.GetSegmentation().RemoveSegment(segment)
    for number in range(2):  # "bright (2)", for the name was taken
        one = drawn.GetSegmentation().GetNthSegment(number)
        one.SetName(one.GetName().split(" (")[0])
    logic.sendToProject(drawn, liver.folder)
    (case,) = liver.read().cases
    assert case.name == "MR"
    image = slicer.util.loadVolume(str(case.image), {})
    assert np.array_equal(slicer.util.arrayFromVolume(image), phantoms.image()[:, :, ::-1])


def test_the_answer_is_for_the_result_that_was_asked_about(panel, module_host, liver):
    ui, sending, nodes = panel.ui, panel.panel.sending, []
    for name in ("Monday", "Tuesday"):
        image = phantoms.image() + (name == "Tuesday")
        choose(panel, module_host, phantoms.add_volume(image, name=name))
        run(panel, module_host)
        nodes.append(panel.logic.result.segmentationNode)
        sending.send(str(liver.folder))
    labels = {case.name: case.label for case in liver.read().cases}
    panel.logic.getParameterNode().resultSegmentation = nodes[0]
    module_host.process()
    sending.send(str(liver.folder))
    assert "already, with a label" in ui.messageLabel.text
    panel.logic.getParameterNode().resultSegmentation = nodes[1]
    module_host.process()
    module_host.click(ui.messageActionButton)
    now = {case.name: case.label for case in liver.read().cases}
    assert now["Tuesday"] == labels["Tuesday"] and now["Monday"] != labels["Monday"]


def test_a_result_that_is_gone_is_not_sent(panel, module_host, liver):
    choose(panel, module_host, phantoms.add_volume())
    run(panel, module_host)
    sending = panel.panel.sending
    sending.send(str(liver.folder))
    sending.send(str(liver.folder))
    before = files(liver)
    slicer.mrmlScene.RemoveNode(panel.logic.result.segmentationNode)
    module_host.click(panel.ui.messageActionButton)
    assert "not in the scene any more" in panel.ui.messageLabel.text
    assert files(liver) == before


def test_a_folder_that_cannot_be_written(panel, module_host, liver):
    (liver.folder / "labels").write_text("in the way")
    choose(panel, module_host, phantoms.add_volume())
    run(panel, module_host)
    panel.panel.sending.send(str(liver.folder))
    assert "cannot be used" in panel.ui.messageLabel.text
    assert (
        list((liver.folder / "images").glob("*")) == [] and not Project(liver.folder).read().cases
    )


# Between question and answer


def test_only_the_volume_that_was_asked_about_is_hardened(panel, module_host):
    bent, turned = phantoms.add_volume(name="Bent"), phantoms.add_volume(name="Turned")
    bent.SetAndObserveTransformNodeID(add_bending().GetID())
    turned.SetAndObserveTransformNodeID(add_transform(np.diag([-1, 1, 2, 1])).GetID())
    choose(panel, module_host, bent)
    module_host.click(panel.ui.segmentButton)
    choose(panel, module_host, turned)
    module_host.click(panel.ui.messageActionButton)
    module_host.wait(lambda: idle(panel), 60)
    assert turned.GetParentTransformNode() is not None
    assert bent.GetParentTransformNode() is None  # as was said
    assert not segmentations()  # nobody asked for that


def test_other_volumes_than_those_asked_about(panel, section, module_host):
    volumes = [phantoms.add_volume(phantoms.image()[:1], name="Picture")]
    volumes += [phantoms.add_volume(name=f"MR {number}") for number in range(2)]
    section.refresh()
    module_host.click(section.startButton)
    assert "trained on: 1 of 3." in panel.ui.messageLabel.text
    slicer.mrmlScene.RemoveNode(volumes[0])
    section.refresh()
    module_host.click(panel.panel.message.otherButton)
    module_host.wait(lambda: section.startButton.text == "Segment all", 100)
    assert states(section) == ["done", "done"] and len(results()) == 2


# Several patients, one folder


def test_why_a_volume_failed_stays_said(panel, section, module_host):
    """Also when the results themselves, or another volume, come into the scene."""
    flat = phantoms.add_volume(phantoms.image() * 0, name="Flat")
    phantoms.add_volume(name="MR")
    choose(panel, module_host, flat)
    section.refresh()
    module_host.click(section.startButton)
    module_host.wait(lambda: not panel.logic.isRunningSeveral(), 60)
    module_host.process(0.5)
    assert states(section) == ["failed", "done"] and section.retryButton.enabled
    phantoms.add_volume(name="MR of Tuesday")
    module_host.wait(lambda: section.table.widget.rowCount == 3, 5)
    assert states(section) == ["failed", "done", ""]
    assert "constant" in section.table.widget.item(0, 2).text()
    panel.ui.modelComboBox.activated.emit(0)  # another model may do
    module_host.process(0.5)
    assert states(section)[0] == ""


def test_a_worker_that_is_ended_ends_the_run(panel, section, module_host):
    """By Slicer's end, or by *Set up*: the next volume must not begin another process."""
    from SemiGDALib.jobs.worker import Worker

    for number in range(5):
        phantoms.add_volume(name=f"MR {number}")
    section.refresh()
    module_host.click(section.startButton)
    module_host.wait(lambda: "done" in states(section), 60)
    Worker.stopAll()  # what Slicer's end does
    module_host.process(0.3)
    assert Worker.of("segment").processId() == 0 and not panel.logic.isRunningSeveral()
    assert states(section)[0] == "done" and states(section)[-1] == ""
    module_host.click(section.startButton)
    module_host.wait(lambda: not panel.logic.isRunningSeveral(), 60)
    assert states(section) == ["done"] * 5 and len(results()) == 5


def test_two_patients_volumes_of_one_name(panel, section, module_host, tmp_path):
    """The next patient's scene has a "T1" as well."""
    out = tmp_path / "out"
    section.resultsEdit.currentPath = str(out)

    def segment(image):
        volume = phantoms.add_volume(image, name="T1")
        section.refresh()
        before = states(section)
        module_host.click(section.startButton)
        module_host.wait(lambda: section.startButton.text == "Segment all", 100)
        return volume, before

    segment(phantoms.image())
    first = (out / "T1.seg.nrrd").read_bytes()
    slicer.mrmlScene.Clear(0)
    choose(panel, module_host, None)
    segment(phantoms.image(np.roll(phantoms.answer(), 2, 2)))
    assert states(section) == ["failed"] and not results()
    assert "of another image" in section.table.widget.item(0, 2).text()
    assert (out / "T1.seg.nrrd").read_bytes() == first
    assert {row["case"] for row in summary(out)} == {"T1"}
    # Segmented alone it has a result in the scene, but the one in the folder is not its.
    choose(panel, module_host, section.rows and slicer.util.getNode("T1"))
    run(panel, module_host)
    section.refresh()
    assert states(section) == [""]
    section.skipCheckBox.checked = False
    module_host.click(section.startButton)
    module_host.wait(lambda: section.startButton.text == "Segment all", 100)
    assert states(section) == ["done"]
    assert (out / "T1.seg.nrrd").read_bytes() != first
    assert read_report(out / "T1.json")
    section.refresh()
    assert states(section) == ["done"]
