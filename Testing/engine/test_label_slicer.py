"""A label goes through a real Slicer and comes back: names, voxels, and who made it."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from model_fixtures import tiny_card
from project_fixtures import AFFINE, draw
from volume_fixtures import write_nrrd

from semigda.check.repairs import repair
from semigda.check.run import check
from semigda.data.labels import read_classes
from semigda.data.segnrrd import write_map, write_segmentation
from semigda.data.volumes import read_volume
from semigda_core.labels.provenance import origin_of
from semigda_core.labels.segments import read_segments
from semigda_core.models.card import Label
from semigda_core.project.check.latest import measured
from semigda_core.project.classes import change_class
from semigda_core.project.heldout import change_heldout, choose_heldout
from semigda_core.project.project import NewCase, Project

slicer = pytest.importorskip("slicer", reason="slicer-core is not installed")

NAMES = ["Läsion | \\n x:=y~^", "心臓 😀"]
COLOURS = [(255, 0, 0), (0, 255, 0)]
MADE = {"SemiGDA_Engine": "1", "SemiGDA_Model": "tiny", "SemiGDA_Date": "2026-01-01T08:33:12+00:00"}
ENDINGS = [".seg.nrrd", ".seg.nhdr", ".nrrd", ".nhdr"]


def write_prediction(path, labels, made=MADE):
    named = [Label(n + 1, name, COLOURS[n]) for n, name in enumerate(NAMES)]
    write_segmentation(path, labels, AFFINE, tiny_card(labels=named), made)
    return path


def saved_again(path, target, crop=False, change=lambda segmentation: None):
    """What Slicer makes of a segmentation when it loads and saves it."""
    scene = slicer.vtkMRMLScene()
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    for file, action in ((path, "ReadData"), (target, "WriteData")):
        storage = scene.AddNewNodeByClass("vtkMRMLSegmentationStorageNode")
        storage.SetFileName(str(file))
        storage.SetCropToMinimumExtent(crop)
        assert getattr(storage, action)(node)
        if action == "ReadData":
            change(node.GetSegmentation())
    return target


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("crop", [False, True])
def test_what_slicer_saves_is_the_same_label(tmp_path, ending, crop):
    image, labels = draw(0)
    write_nrrd(tmp_path / "image.nrrd", image, AFFINE)
    path = write_prediction(tmp_path / "a.seg.nrrd", labels)
    again = saved_again(path, tmp_path / f"b{ending}", crop)
    assert [segment.name for segment in read_segments(again)] == NAMES
    classes = {NAMES[0]: 2, NAMES[1]: 1}  # in another order than the values
    found = read_classes(again, read_volume(tmp_path / "image.nrrd"), classes)
    np.testing.assert_array_equal(found, np.array([0, 2, 1], np.uint8)[labels])
    assert origin_of(again) == "machine"


def test_segments_that_overlap_come_in_layers(tmp_path):
    image, labels = draw(0)
    write_nrrd(tmp_path / "image.nrrd", image, AFFINE)
    path = write_prediction(tmp_path / "a.seg.nrrd", labels)

    def overlap(segmentation):
        from vtk.util.numpy_support import vtk_to_numpy

        shape = slicer.vtkOrientedImageData()
        shape.DeepCopy(segmentation.GetNthSegment(1).GetRepresentation("Binary labelmap"))
        voxels = vtk_to_numpy(shape.GetPointData().GetScalars())
        voxels[:] = voxels == 2
        copy = slicer.vtkSegment()
        copy.SetName("copy")
        copy.AddRepresentation("Binary labelmap", shape)
        assert segmentation.AddSegment(copy, "copy")

    again = saved_again(path, tmp_path / "b.nrrd", change=overlap)
    assert [segment.layer for segment in read_segments(again)] == [0, 0, 1]
    classes = {NAMES[0]: 1, NAMES[1]: 2, "copy": 3}
    found = read_classes(again, read_volume(tmp_path / "image.nrrd"), classes)
    np.testing.assert_array_equal(found, np.array([0, 1, 3], np.uint8)[labels])


def test_a_models_label_is_the_machines_by_every_door(tmp_path):
    """Added from a file, and after Slicer saved it again; nobody's word makes it a person's."""
    image, labels = draw(0)
    write_nrrd(tmp_path / "image.nrrd", image, AFFINE)
    first = write_prediction(tmp_path / "a.seg.nrrd", labels)
    again = saved_again(first, tmp_path / "b.nrrd")
    project = Project.create(tmp_path / "p")
    project.set_classes(NAMES)
    (case,) = project.add([NewCase(tmp_path / "image.nrrd", first)]).cases
    assert project.read().case(case).origin == "machine"
    for given, expected in (
        (None, "machine"),
        ("machine", "machine"),
        ("edited", "edited"),
        ("human", "edited"),
    ):
        project.set_label(case, again, given)
        assert project.read().case(case).origin == expected, given
    drawn = write_prediction(tmp_path / "drawn.seg.nrrd", labels, {})
    write_map(tmp_path / "plain.nrrd", labels, AFFINE)
    for path in (drawn, tmp_path / "plain.nrrd"):
        project.set_label(case, path)
        assert project.read().case(case).origin == "human"
        project.set_label(case, path, "machine")  # of another program
        assert project.read().case(case).origin == "machine"


def test_what_slicer_began_is_known_in_its_own_words(tmp_path):
    """A result in the scene has tags with a dot; a corrected one says so."""
    labels = draw(0)[1]
    path = write_prediction(tmp_path / "a.seg.nrrd", labels, {})

    def tag(*tags):
        return lambda segmentation: [
            segmentation.GetNthSegment(1).SetTag(key, value) for key, value in tags
        ]

    made, corrected = ("SemiGDA.Model", "tiny"), ("SemiGDA_Origin", "edited")
    assert origin_of(saved_again(path, tmp_path / "b.seg.nrrd", change=tag(made))) == "machine"
    both = saved_again(path, tmp_path / "c.seg.nrrd", change=tag(made, corrected))
    assert origin_of(both) == "edited"
    assert origin_of(saved_again(path, tmp_path / "d.seg.nrrd")) == "human"


def test_a_models_labels_are_never_held_out(tmp_path):
    project = Project.create(tmp_path / "p")
    project.set_classes(NAMES)
    cases = []
    for number in range(10):
        image, labels = draw(number)
        write_nrrd(tmp_path / f"{number}.nrrd", image, AFFINE)
        path = write_prediction(tmp_path / f"{number}.seg.nrrd", labels, MADE if number < 2 else {})
        cases.append(NewCase(tmp_path / f"{number}.nrrd", path))
    ids = project.add(cases).cases
    check(project)
    chosen = choose_heldout(project, measured(project))["cases"]
    assert chosen and not set(chosen) & set(ids[:2])
    with pytest.raises(Exception, match="person made or corrected"):
        change_heldout(project, "why not", measured(project), ids[:1])
    with pytest.raises(Exception, match="held out"):
        project.set_label(chosen[0], tmp_path / "0.seg.nrrd")


def test_a_project_that_took_models_labels_for_a_persons_is_told(tmp_path):
    """As projects did before they read who made a label."""
    project = Project.create(tmp_path / "p")
    project.set_classes(NAMES)
    for number in range(3):
        image, labels = draw(number)
        write_nrrd(tmp_path / f"{number}.nrrd", image, AFFINE)
        path = write_prediction(tmp_path / f"{number}.seg.nrrd", labels, {} if number else MADE)
        project.add([NewCase(tmp_path / f"{number}.nrrd", path)])
    with project.edit("as before") as data:
        data["cases"][0]["label"]["origin"] = "human"
    check(project)
    choose_heldout(project, measured(project))
    (told,) = (one for one in check(project) if one.code == "model-label")
    repair(project, told)
    first = project.read().cases[0]
    assert first.origin == "machine" and first.id in project.read().heldout["cases"]
    (error,) = (one for one in check(project) if one.severity == "error")
    assert error.code == "held-out-model-label"
    change_heldout(project, error.message, measured(project))
    assert first.id not in project.read().heldout["cases"]
    assert "held-out-model-label" not in {one.code for one in check(project)}


def test_an_accepted_prediction_keeps_its_classes_whatever_they_are_called(tmp_path):
    """Names of any script, stored in either way that accents are, and after a class was renamed."""
    image, labels = draw(0)
    write_nrrd(tmp_path / "image.nrrd", image, AFFINE)
    path = write_prediction(tmp_path / "a.seg.nrrd", labels)
    again = saved_again(path, tmp_path / "b.seg.nrrd", crop=True)
    project = Project.create(tmp_path / "p")
    project.set_classes([unicodedata.normalize("NFD", NAMES[0]), NAMES[1]])
    (case,) = project.add([NewCase(tmp_path / "image.nrrd")]).cases
    for in_classes in (True, False):
        project.set_label(case, again, in_classes=in_classes)
        assert "unmapped-label" not in {found.code for found in check(project)}
        view = project.read()
        found = read_classes(
            again, read_volume(tmp_path / "image.nrrd"), view.classes_of(view.case(case))
        )
        np.testing.assert_array_equal(found, labels)
    project.set_label(case, again, in_classes=True)
    change_class(project, 2, "Herz")
    view = project.read()
    assert not view.unmapped() and view.classes_of(view.case(case))[NAMES[1]] == 2
