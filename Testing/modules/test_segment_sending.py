"""*Send corrected result to a project*: a result in the scene becomes a labelled case."""

from __future__ import annotations

import errno

import numpy as np
import phantoms
import pytest
import slicer
from segment_fixtures import choose, run
from test_segment_geometry import GEOMETRIES, OBLIQUE, add_transform
from test_segment_region import add_roi, in_roi

from semigda_core.errors import SemiGDAError
from semigda_core.labels.segments import read_segments
from semigda_core.project.cases.sending import made_in_region
from semigda_core.project.project import Project


@pytest.fixture
def liver(tmp_path):
    project = Project.create(tmp_path / "Liver")
    project.set_classes(["bright", "brighter"])
    return project


def files(project) -> list[str]:
    names = [p for part in ("images", "labels") for p in (project.folder / part).glob("*")]
    return sorted(path.name for path in names)


def corrected(logic, bright, volume):
    """A result in which the user has erased one segment's half."""
    node = logic.segment(volume, bright, device="cpu")
    segment = node.GetSegmentation().GetNthSegmentID(0)
    mask = slicer.util.arrayFromSegmentBinaryLabelmap(node, segment, volume)
    mask[:, :20] = 0
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, node, segment, volume)
    return node


def test_the_logic(logic, bright, liver):
    """Image and label on one grid, the label as it is now, said to be corrected."""
    volume = phantoms.add_volume(ijk_to_ras=OBLIQUE, name="MR")
    volume.SetAndObserveTransformNodeID(add_transform(np.diag([-1, 1, 2, 1])).GetID())
    node = corrected(logic, bright, volume)
    expected = slicer.util.arrayFromSegmentBinaryLabelmap(
        node, node.GetSegmentation().GetNthSegmentID(0), volume
    )
    before = [name for _, name, _ in phantoms.scene_state()]
    sent = logic.sendToProject(node, liver.folder)
    assert [name for _, name, _ in phantoms.scene_state()] == before
    (case,) = liver.read().cases
    assert (sent.case, sent.how, case.origin, case.name) == (case.id, "added", "edited", "MR")
    assert liver.folder in case.image.parents and liver.folder in case.label.parents
    assert case.segments == ("bright", "brighter") and not liver.read().unmapped()
    slicer.mrmlScene.Clear(0)
    image = slicer.util.loadVolume(str(case.image), {})
    label = slicer.util.loadSegmentation(str(case.label), {})
    found = slicer.util.arrayFromSegmentBinaryLabelmap(
        label, label.GetSegmentation().GetNthSegmentID(0), image
    )
    assert np.array_equal(slicer.util.arrayFromVolume(image), phantoms.image())
    assert found.any() and np.array_equal(found, expected)


def test_a_case_is_sent_once(logic, bright, liver):
    volume = phantoms.add_volume()
    node = corrected(logic, bright, volume)
    first = logic.sendToProject(node, liver.folder)
    there = files(liver)
    with pytest.raises(SemiGDAError, match="already, with a label"):
        logic.sendToProject(node, liver.folder)
    assert files(liver) == there
    again = logic.sendToProject(node, liver.folder, replace=True)
    assert (again.case, again.how) == (first.case, "replaced")
    assert len(liver.read().cases) == 1
    assert len(files(liver)) == 3 and set(there) < set(files(liver))  # the old label stays


def test_what_fails_leaves_nothing(logic, bright, liver, monkeypatch):
    """An unknown segment, and a drive that is away before the label or the project is written."""

    def away(*_):
        raise OSError(errno.EIO, "Input/output error")

    node = corrected(logic, bright, phantoms.add_volume())
    node.GetSegmentation().GetNthSegment(1).SetName("Cyst")
    with pytest.raises(SemiGDAError, match="no classes of the project: 'Cyst'"):
        logic.sendToProject(node, liver.folder)
    assert files(liver) == [] and not liver.read().cases
    liver.set_mapping({"Cyst": "brighter"})
    steps = ("SemiGDALib.train.scene_files.sync_file", "semigda_core.project.store.write_json")
    for step in steps:
        with monkeypatch.context() as patched:
            patched.setattr(step, away)
            with pytest.raises(SemiGDAError, match="cannot be used"):
                logic.sendToProject(node, liver.folder)
        assert files(liver) == [] and not liver.read().cases
    assert logic.sendToProject(node, liver.folder).how == "added"


def add_region(logic, volume):
    """A box that leaves a part of the image out."""
    roi = logic.placeRegion(volume)
    roi.SetSize(*(0.9 * length for length in roi.GetSize()))
    return roi


def written(case) -> tuple[dict[str, np.ndarray], list]:
    """The masks of a case's label in its image, by name, and its segments."""
    image = slicer.util.loadVolume(str(case.image), {})
    label = slicer.util.loadSegmentation(str(case.label), {})
    masks = {}
    for segment_id in label.GetSegmentation().GetSegmentIDs():
        name = label.GetSegmentation().GetSegment(segment_id).GetName()
        mask = slicer.util.arrayFromSegmentBinaryLabelmap(label, segment_id, image)
        masks[name] = mask > 0
    return masks, read_segments(case.label)


@pytest.mark.parametrize("name", GEOMETRIES)
def test_outside_of_a_region_nothing_is_known(logic, bright, liver, name):
    """Of what lies outside of a turned box only what the user drew there is labelled."""
    volume = phantoms.add_volume(ijk_to_ras=GEOMETRIES[name])
    volume.SetAndObserveTransformNodeID(add_transform(np.diag([-1, 1, 2, 1])).GetID())
    roi = add_roi(volume)
    node = logic.segment(volume, bright, roi=roi, device="cpu")
    inside = in_roi(roi, volume)
    segment = node.GetSegmentation().GetNthSegmentID(0)
    mask = slicer.util.arrayFromSegmentBinaryLabelmap(node, segment, volume)
    drawn = tuple(np.argwhere(~inside)[len(inside) // 2])
    mask[drawn] = 1
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, node, segment, volume)
    logic.sendToProject(node, liver.folder)
    (case,) = liver.read().cases
    assert case.segments == ("bright", "brighter") and not liver.read().unmapped()
    slicer.mrmlScene.Clear(0)
    masks, segments = written(case)
    if np.linalg.det(GEOMETRIES[name]) < 0:  # Slicer loads these flipped
        masks = {key: mask[::-1] for key, mask in masks.items()}
    assert [one.name for one in segments if one.ignored] == ["Ignore"]
    assert not made_in_region(one.tags for one in segments)  # told once, where people see it
    assert masks["bright"][drawn] and not masks["Ignore"][drawn]
    expected = ~inside
    expected[drawn] = False
    assert 0 < inside.sum() < inside.size and np.array_equal(masks["Ignore"], expected)
    assert np.array_equal(masks["bright"], mask > 0)


def test_one_slice_and_two_regions(logic, bright, liver):
    """Of a picture the region is the rectangle in view, however far before it the box lies; known
    is what lies in both regions."""
    volume = phantoms.add_volume(phantoms.image()[5:6], OBLIQUE)
    rois = [add_region(logic, volume), logic.placeRegion(volume)]
    for roi in rois:
        roi.SetCenter((np.array(roi.GetCenter()) + 7 * OBLIQUE[:3, 2]).tolist())
    sizes = []
    for roi in rois:
        node = logic.segment(volume, bright, roi=roi, device="cpu")
        logic.sendToProject(node, liver.folder, replace=True)
        masks, _segments = written(liver.read().cases[0])
        sizes.append(masks["Ignore"].sum())
        assert masks["Ignore"].any() and not (masks["Ignore"] & masks["bright"]).any()
    assert sizes[0] > sizes[1]
    both = logic.segment(volume, bright, node, roi=rois[0], device="cpu")
    liver.set_mapping({"bright (2)": "bright", "brighter (2)": "brighter"})
    logic.sendToProject(both, liver.folder, replace=True)
    masks, _segments = written(liver.read().cases[0])
    drawn = masks["bright"] | masks["brighter"]
    assert (masks["Ignore"] | drawn).sum() >= sizes[0] and not (masks["Ignore"] & drawn).any()


def test_what_is_whole_is_sent_as_whole(logic, bright, liver):
    volume = phantoms.add_volume(ijk_to_ras=OBLIQUE)
    node = logic.segment(volume, bright, roi=add_region(logic, volume), device="cpu")
    region = node.GetAttribute("SemiGDA.Region")
    assert region.startswith("LPS ") and len(region.split()) == 16
    assert logic.sendToProject(node, liver.folder, whole=True).how == "added"
    segments = read_segments(liver.read().cases[0].label)
    assert segments and not made_in_region(one.tags for one in segments)
    assert not any(one.ignored for one in segments)
    assert all("SemiGDA_Model" in one.tags or "SemiGDA.Model" in one.tags for one in segments)
    # The next result of the same node is of the whole image.
    again = logic.segment(volume, bright, device="cpu")
    assert again.GetAttribute("SemiGDA.Region") is None


def test_a_region_that_lies_elsewhere_by_now_is_refused(logic, bright, liver):
    """The image moved, and its result with it: the region in the result did not."""
    volume = phantoms.add_volume(ijk_to_ras=OBLIQUE)
    node = logic.segment(volume, bright, roi=add_region(logic, volume), device="cpu")
    away = add_transform(np.array([[1, 0, 0, 900.0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]))
    for one in (volume, node):
        one.SetAndObserveTransformNodeID(away.GetID())
        one.HardenTransform()
    with pytest.raises(SemiGDAError, match="made in a region"):
        logic.sendToProject(node, liver.folder)
    assert files(liver) == [] and not liver.read().cases


def test_a_file_of_a_region_is_opened_with_what_is_not_known(logic, bright, liver, tmp_path):
    """As the command line made and sent it; deleted in the editor, it is known."""
    from semigda_core.project.cases.sending import send
    from SemiGDALib.train.labelling.open_label import Labelling

    volume = phantoms.add_volume(ijk_to_ras=OBLIQUE)
    roi = add_roi(volume)
    outside = ~in_roi(roi, volume)
    node = logic.segment(volume, bright, roi=roi, device="cpu")
    files = tmp_path / "image.nrrd", tmp_path / "label.seg.nrrd"
    for one, path in zip((volume, node), files, strict=True):
        assert slicer.util.exportNode(one, str(path), {})
    sent = send(liver, *files)
    slicer.mrmlScene.Clear(0)
    open_case = Labelling(liver, sent.case)
    label, image = open_case.segmentationNode, open_case.volumeNode
    segmentation = label.GetSegmentation()
    names = {segmentation.GetSegment(one).GetName(): one for one in segmentation.GetSegmentIDs()}
    assert set(names) == {"bright", "brighter", "Ignore"}
    found = slicer.util.arrayFromSegmentBinaryLabelmap(label, names["Ignore"], image) > 0
    assert np.array_equal(found, outside)
    open_case.save()
    assert [one.ignored for one in read_segments(liver.read().case(sent.case).label)].count(
        True
    ) == 1
    segmentation.RemoveSegment(names["Ignore"])
    open_case.save()
    written = read_segments(liver.read().case(sent.case).label)
    assert not any(one.ignored for one in written) and not made_in_region(o.tags for o in written)
    open_case.close()


def test_in_the_panel(panel, module_host, artifacts, liver, monkeypatch):
    from SemiGDALib.train.recent import recentProjects, remember

    slicer.app.userSettings().clear()
    remember(liver.folder)
    ui, host, sending = panel.ui, module_host, panel.panel.sending
    choose(panel, host, phantoms.add_volume(name="MR of Monday"))
    run(panel, host)
    assert sending.button.visible and sending.button.enabled

    def press(place):
        sending.menu.aboutToShow.emit()
        sending.menu.actions()[place].trigger()
        host.process()

    sending.menu.aboutToShow.emit()
    assert [action.text for action in sending.menu.actions()] == [
        f"Liver   ({liver.folder})",
        "Another project...",
    ]
    node = panel.logic.result.segmentationNode

    def choose_folder(_title):
        sending.show(None)  # the result in view changes meanwhile
        return str(liver.folder)

    monkeypatch.setattr("SemiGDALib.segment.sending.chooseFolder", choose_folder)
    press(1)
    sending.show(node)
    assert "A new case of 'Liver'" in ui.phaseLabel.text and ui.phaseLabel.visible
    assert len(liver.read().cases) == 1 and recentProjects() == [str(liver.folder)]
    press(0)
    assert "already, with a label" in ui.messageLabel.text and ui.messageActionButton.visible
    host.grab(panel, artifacts / "segment-sending.png")
    host.click(ui.messageActionButton)
    host.process()
    assert "took the place" in ui.phaseLabel.text and not ui.messageFrame.visible
    liver.set_classes(["bright"])
    liver.set_mapping({"brighter": None})
    press(0)
    assert (
        "no classes of the project" in ui.messageLabel.text and not ui.messageActionButton.visible
    )
    assert len(liver.read().cases) == 1


def test_the_panel_asks_about_a_segment_under_others(panel, module_host, liver):
    """A lesion above its organ in the list, after a question that was asked first."""
    ui, host, sending = panel.ui, module_host, panel.panel.sending
    volume = phantoms.add_volume()
    choose(panel, host, volume)
    run(panel, host)
    sending.send(str(liver.folder))
    node = sending._node
    first, second = node.GetSegmentation().GetSegmentIDs()
    lesion, organ = (
        slicer.util.arrayFromSegmentBinaryLabelmap(node, one, volume) for one in (second, first)
    )
    for identifier, mask in ((first, lesion), (second, lesion | organ)):
        slicer.util.updateSegmentBinaryLabelmapFromArray(mask, node, identifier, volume)
    before = files(liver)
    sending.send(str(liver.folder))
    host.click(ui.messageActionButton)  # replace its label
    assert "under" in ui.messageLabel.text and files(liver) == before
    host.click(ui.messageActionButton)
    assert "took the place" in ui.phaseLabel.text and not ui.messageFrame.visible
    masks, _segments = written(liver.read().cases[0])
    assert masks["bright"].sum() == lesion.sum() and masks["brighter"].sum() == organ.sum()


def test_the_panel_says_that_it_is_only_a_region(panel, module_host, artifacts, liver):
    """And sends it as whole if the user says so."""
    ui, host, sending = panel.ui, module_host, panel.panel.sending
    volume = phantoms.add_volume(name="MR of Monday")
    choose(panel, host, volume, roi=add_region(panel.logic, volume))
    run(panel, host)
    sending.send(str(liver.folder))
    host.process()
    assert "A new case" in ui.phaseLabel.text
    assert "the image outside counts as unlabelled" in ui.messageLabel.text
    host.grab(panel, artifacts / "segment-sending-region.png")
    (case,) = liver.read().cases
    assert [one.ignored for one in read_segments(case.label)] == [False, False, True]
    host.click(ui.messageActionButton)
    host.process()
    assert "took the place" in ui.phaseLabel.text and not ui.messageFrame.visible
    (case,) = liver.read().cases
    assert [one.ignored for one in read_segments(case.label)] == [False, False]
