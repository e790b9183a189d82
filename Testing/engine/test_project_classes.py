"""One class is added, renamed or removed, and the labels still mean what they meant."""

from __future__ import annotations

import numpy as np
import pytest
from project_fixtures import AFFINE, draw, make_project, write_case, write_segmentation
from volume_fixtures import write_nrrd

from semigda.data.cases import Case
from semigda.data.labels import by_names, read_classes
from semigda.data.volumes import read_volume
from semigda_core.errors import SemiGDAError
from semigda_core.project.classes import add_class, change_class, remove_class
from semigda_core.project.project import NewCase, Project
from semigda_core.project.results import add_results, give_result, result_classes, result_entry


@pytest.fixture
def named(tmp_path):
    """One case whose label names its segments "Ball" and "core"."""
    project = Project.create(tmp_path / "project")
    project.set_classes(["ball", "core"])
    image = write_case(tmp_path / "study", 1, label=False).image
    segments = [
        {"Name": "Ball", "LabelValue": 1, "Layer": 0},
        {"Name": "core", "LabelValue": 2, "Layer": 0},
    ]
    label = write_segmentation(tmp_path / "study" / "a.seg.nrrd", [draw(1)[1]], segments)
    project.add([NewCase(image, label)])
    return project


def classes_of(project):
    view = project.read()
    known = view.classes_of(view.cases[0])
    return {name: known.get(name) for name in view.cases[0].segments or ()}


def test_renamed_class_keeps_its_segments(named):
    change_class(named, 1, "sphere", (1, 2, 3))
    assert classes_of(named) == {"Ball": 1, "core": 2}
    assert not named.read().unmapped()
    assert named.read().classes[0].name == "sphere"
    assert named.read().classes[0].color == (1, 2, 3)


def test_a_class_list_with_another_name_in_a_place_keeps_its_segments(named):
    named.set_classes(["sphere", "core"])
    assert classes_of(named) == {"Ball": 1, "core": 2}


def test_removed_class_becomes_background(named):
    remove_class(named, 1)
    assert [label.name for label in named.read().classes] == ["core"]
    assert classes_of(named) == {"Ball": 0, "core": 1}


def test_values_of_label_maps_follow_their_class(tmp_path):
    project = make_project(tmp_path, 2, 0)
    remove_class(project, 1)
    view = project.read()
    known = view.classes_of(view.cases[0])
    assert (known["1"], known["2"]) == (0, 1)


def test_labels_stored_by_number_follow_their_class(tmp_path):
    project = make_project(tmp_path, 2, 0)
    case = project.read().cases[0]
    project.set_label(case.id, case.label, in_classes=True)
    remove_class(project, 1)
    (label,) = project.read().classes
    assert label.name == "core" and by_number(project) == (0, 1)
    project.set_classes(["shell", "core"])
    assert by_number(project) == (0, 2)
    change_class(project, 2, "kernel")
    remove_class(project, 2)
    assert by_number(project) == (0, 0)


def by_number(project):
    view = project.read()
    known = view.classes_of(view.cases[0])
    return known["1"], known["2"]


def test_classes_in_another_order_take_their_labels_along(tmp_path):
    """Label maps know them by number, segments by name."""
    project = make_project(tmp_path, 2, 0)
    project.set_classes(["core", "ball"])
    assert project.read().mapping == {"1": 2, "2": 1}
    project.set_classes(["core"])  # without its label's number becoming that of another class
    assert project.read().mapping == {"2": 1}


def accepted(project):
    """A prediction with the present names of the classes becomes a case's label."""
    names = [label.name for label in project.read().classes]
    segments = [{"Name": n, "LabelValue": v, "Layer": 0} for v, n in enumerate(names, 1)]
    (case, *_) = project.read().cases
    place = project.folder.parent / f"{'-'.join(names)}.seg.nrrd"
    label = write_segmentation(place, [draw(1)[1]], segments)
    project.set_label(case.id, label, "machine", in_classes=True)


def test_an_accepted_prediction_keeps_its_classes_when_names_are_swapped(tmp_path):
    project = make_project(tmp_path, 1, 0)
    accepted(project)
    assert classes_of(project) == {"ball": 1, "core": 2}
    change_class(project, 1, "aside")
    change_class(project, 2, "ball")
    change_class(project, 1, "core")
    assert [label.name for label in project.read().classes] == ["core", "ball"]
    assert classes_of(project) == {"ball": 1, "core": 2}
    remove_class(project, 1)
    assert classes_of(project) == {"ball": 0, "core": 1}
    # A label that is accepted now has the names of now.
    add_class(project, "new")
    accepted(project)
    assert classes_of(project) == {"ball": 1, "new": 2}


def test_another_programs_result_in_the_projects_classes_keeps_them(tmp_path):
    """A repair has brought it to the image's grid."""
    project = make_project(tmp_path, 0, 1)
    write_nrrd(tmp_path / "r.nrrd", draw(1)[1], AFFINE)
    entry = result_entry(project, tmp_path / "r.nrrd", "Net", in_classes=True)
    with project.edit("repaired") as data:
        give_result(data["cases"][0], entry)
    project.set_classes(["core", "ball"])
    view = project.read()
    (result,) = view.cases[0].results
    known = result_classes(view, result)
    assert (known["1"], known["2"]) == (2, 1)


def test_results_follow_the_class_of_a_name_that_they_share_with_labels(tmp_path):
    project = make_project(tmp_path, 0, 1)
    (case,) = project.read().cases
    segments = [{"Name": n, "LabelValue": v, "Layer": 0} for v, n in ((1, "Ball"), (2, "mass"))]
    made = write_segmentation(tmp_path / "r.seg.nrrd", [draw(1)[1]], segments)
    add_results(project, [(case.id, made)], "Net")
    project.set_mapping({"mass": "core"})
    remove_class(project, "ball")
    view = project.read()
    known = result_classes(view, view.cases[0].results[0])
    assert (known["Ball"], known["mass"]) == (0, 1)


def test_no_class_gets_a_name_by_which_labels_know_another(named):
    """Labels drawn with that name from now on would be read as the other class."""
    change_class(named, 1, "aside")
    before = (named.folder / "project.json").read_bytes()
    for change in (lambda: change_class(named, 2, "BALL"), lambda: add_class(named, "ball")):
        with pytest.raises(SemiGDAError, match="belong to another class"):
            change()
    assert (named.folder / "project.json").read_bytes() == before
    change_class(named, 1, "ball")
    assert classes_of(named) == {"Ball": 1, "core": 2}


def test_a_removed_class_that_is_added_again_has_its_labels_again(named):
    remove_class(named, 1)
    change_class(named, 1, "kernel")
    with pytest.raises(SemiGDAError, match="belong to another class"):
        change_class(named, 1, "ball")
    add_class(named, "ball")
    assert classes_of(named) == {"Ball": 2, "core": 1}


def test_added_class(named):
    add_class(named, "shell")
    assert [label.value for label in named.read().classes] == [1, 2, 3]
    with pytest.raises(SemiGDAError, match="different names"):
        add_class(named, "SHELL")
    for change in (lambda: change_class(named, 9, "x"), lambda: remove_class(named, "x")):
        with pytest.raises(SemiGDAError, match="no such class"):
            change()


def test_names_that_segments_cannot_tell_apart_are_not_two_classes(named):
    """A segment's name is read on one line, whatever its case and however accents are stored."""
    for other in ("CORE", " core ", "Co\u0308re", "core  a"):
        known = {"Co\u0308re": "C\u00f6re", "core  a": "core a"}.get(other, "core")
        with pytest.raises(SemiGDAError, match="different names"):
            named.set_classes([known, other])


def test_a_class_called_2_is_not_the_second_class(tmp_path):
    """Liver segments have numbers for names. A predicted label names its segments; their names are
    no values."""
    project = Project.create(tmp_path / "project")
    project.set_classes(["2", "3"])
    image = write_case(tmp_path / "study", 1, label=False).image
    segments = [{"Name": name, "LabelValue": n, "Layer": 0} for n, name in ((1, "2"), (2, "3"))]
    label = write_segmentation(tmp_path / "a.seg.nrrd", [draw(1)[1]], segments)
    (case,) = project.add([NewCase(image)]).cases
    project.set_label(case, label, "machine", in_classes=True)  # as an accepted prediction
    view = project.read()
    read = read_classes(label, read_volume(image), view.classes_of(view.case(case)))
    assert np.array_equal(read, draw(1)[1])
    # A label map in the project's classes has values, not names.
    write_nrrd(tmp_path / "b.nrrd", draw(1)[1], AFFINE)
    project.set_label(case, tmp_path / "b.nrrd", "machine", in_classes=True)
    view = project.read()
    known = view.classes_of(view.case(case))
    assert np.array_equal(read_classes(tmp_path / "b.nrrd", read_volume(image), known), draw(1)[1])


def test_classes_of_a_training_that_differ_in_case_stay_two(tmp_path):
    image = write_case(tmp_path / "study", 1, label=False).image
    segments = [{"Name": n, "LabelValue": v, "Layer": 0} for v, n in ((1, "Tumour"), (2, "tumour"))]
    label = write_segmentation(tmp_path / "a.seg.nrrd", [draw(1)[1]], segments)
    case = Case("a", image, label, "labeled", machine_label=label, machine_source="Net")
    (known,) = by_names([case], ["Tumour", "tumour"])
    assert known.classes == known.machine_classes == {"Tumour": 1, "tumour": 2}
    (known,) = by_names([case], ["TUMOUR", "liver"])
    assert known.classes == {"Tumour": 1, "tumour": 1}
