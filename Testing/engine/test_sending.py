"""A corrected result becomes a labelled case of a project: once, in its classes, as corrected."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
from project_fixtures import draw, make_project, nothing_recorded, tree, write_segmentation

from semigda.cli import main
from semigda.data.labels import read_classes
from semigda.data.volumes import read_stored
from semigda_core.errors import SemiGDAError
from semigda_core.jobs.region import region, region_text
from semigda_core.labels.segments import read_segments
from semigda_core.project.cases import sending
from semigda_core.project.cases.sending import case_of, made_in_region, send, without_region
from semigda_core.project.project import NewCase

MADE = "SemiGDA_Model:bright|SemiGDA_ModelSHA256:0|"
IN_REGION = MADE + f"SemiGDA.Region:{region_text(region((0, 0, 0), (9, 9, 9)))}|"


def label_file(path, *names, tags=MADE):
    """As a model made it: each segment says so."""
    segments = [
        {"ID": f"S{n}", "Name": name, "LabelValue": n, "Layer": 0, "Tags": tags}
        for n, name in enumerate(names, 1)
    ]
    labels = draw(9)[1]
    return write_segmentation(path, [np.where(labels <= len(names), labels, 0)], segments)


@pytest.fixture
def study(tmp_path):
    """A project of one labelled and one unlabelled case, a new image, and a corrected label."""
    project = make_project(tmp_path, 1, 1)
    image = tmp_path / "new.nrrd"
    shutil.copy(project.read().cases[0].image, image)
    image.write_bytes(image.read_bytes()[:-1] + b"\7")  # another image of the same size
    return project, image, label_file(tmp_path / "corrected.seg.nrrd", "Ball", "core")


def test_a_new_case(study, tmp_path):
    project, image, label = study
    before = tree(tmp_path / "study")
    sent = send(project, image, label, "DOE")
    case = project.read().case(sent.case)
    assert sent.how == "added" and (case.image, case.label) == (image, label)
    assert (case.name, case.origin, case.role) == ("DOE", "edited", "labeled")
    assert project.read().classes_of(case)["Ball"] == 1  # the case of letters does not matter
    assert tree(tmp_path / "study") == before


def test_the_same_again_is_asked_about(study, tmp_path):
    project, image, label = study
    first = send(project, image, label)
    second = label_file(tmp_path / "again.seg.nrrd", "ball")
    copy = shutil.copy(image, tmp_path / "copy.nrrd")
    for one in (image, copy):
        with pytest.raises(SemiGDAError, match="already, with a label"):
            send(project, one, second)
    assert project.read().case(first.case).label == label and len(project.read().cases) == 3
    sent = send(project, copy, second, replace=True)
    assert (sent.case, sent.how) == (first.case, "replaced")
    case = project.read().case(first.case)
    assert (case.image, case.label, case.segments) == (image, second, ("ball",))
    assert label.is_file() and len(project.read().cases) == 3


def test_an_unlabelled_case_gets_its_label(study, tmp_path):
    project, _, label = study
    waiting = next(case for case in project.read().cases if case.label is None)
    copy = shutil.copy(waiting.image, tmp_path / "copy.nrrd")
    assert case_of(project, copy).id == waiting.id
    sent = send(project, copy, label)
    assert (sent.case, sent.how) == (waiting.id, "labelled")
    assert project.read().case(waiting.id).origin == "edited"


@pytest.mark.parametrize("labelled", (False, True))
def test_an_image_that_another_window_adds_meanwhile(study, monkeypatch, labelled):
    project, image, label = study

    def look(project, image):
        project.add([NewCase(image, label if labelled else None)])

    monkeypatch.setattr(sending, "case_of", look)
    if labelled:
        with pytest.raises(SemiGDAError, match="already, with a label"):
            send(project, image, label)
    else:
        assert send(project, image, label).how == "labelled"
    assert [case.label for case in project.read().cases if case.image == image] == [label]


def test_unknown_segments_are_refused_and_mapped_ones_are_not(study, tmp_path):
    project, image, _ = study
    label = label_file(tmp_path / "other.seg.nrrd", "ball", "Läsion 2")
    before = project.read().data
    with pytest.raises(SemiGDAError, match="no classes of the project: 'Läsion 2'") as raised:
        send(project, image, label)
    assert raised.value.error_class == "bad-input" and project.read().data == before
    project.set_mapping({"Läsion 2": "core"})
    sent = send(project, image, label)
    view = project.read()
    assert view.classes_of(view.case(sent.case))["Läsion 2"] == 2


@pytest.mark.parametrize("known", (False, True))
def test_of_what_cannot_be_recorded_nothing_stays(study, tmp_path, known):
    project, image, _ = study
    if known:
        project.set_use([project.add([NewCase(image)]).cases[0]], "ignored")
    label = label_file(tmp_path / "region.seg.nrrd", "ball", tags=IN_REGION)
    before = tree(project.folder)
    with nothing_recorded():
        send(project, image, label, whole=True)
    assert tree(project.folder) == before
    assert send(project, image, label, whole=True).how == ("labelled" if known else "added")
    (case,) = (case for case in project.read().cases if case.image == image)
    assert (case.role, case.label.parent.name) == ("labeled", "labels")


def test_a_file_that_is_gone_stops_nothing(study, tmp_path):
    project, image, label = study
    project.read().cases[0].image.unlink()
    assert send(project, image, label).how == "added"


@pytest.mark.parametrize("prefix", ["SemiGDA_", "SemiGDA."])  # as the engine and Slicer write it
def test_outside_of_its_region_a_label_says_nothing(study, tmp_path, capsys, prefix):
    """It is not background, unless somebody says that the label is whole."""
    project, image, _ = study
    like = read_stored(image)
    z, y, x = like.shape
    roi = region((like.affine @ [(x - 1) / 2, (y - 1) / 2, 0, 1])[:3], (999, 999, 5))
    tags = f"{prefix}Model:bright|{prefix}Region:{region_text(roi)}|{prefix}Date:now|"
    label = label_file(tmp_path / "region.seg.nrrd", "ball", tags=tags)
    drawn = read_classes(label, like, {"ball": 1}) == 1
    inside = np.abs(np.arange(z) * like.spacing[0]) <= 2.5
    assert 0 < inside.sum() < z and drawn[~inside].any()
    words = ["project", "send", str(project.folder), str(image), str(label)]
    assert not main(words) and "outside counts as unlabelled" in capsys.readouterr().err
    (case,) = (case for case in project.read().cases if case.image == image)
    found = read_classes(case.label, like, project.read().classes_of(case))
    assert case.label == label and ((found == 1) == drawn).all()
    assert ((found == 255) == (~inside[:, None, None] & ~drawn)).all()
    assert not main([*words, "--whole", "--replace"]) and not capsys.readouterr().err
    (case,) = (case for case in project.read().cases if case.image == image)
    assert case.label.parent == project.folder / "labels" and label.is_file()
    found = read_classes(case.label, like, project.read().classes_of(case))
    assert (found == drawn).all()
    (segment,) = read_segments(case.label)
    assert segment.tags == {f"{prefix}Model": "bright", f"{prefix}Date": "now"}


def test_a_label_in_two_files_cannot_be_whole(study, tmp_path):
    project, image, label = study
    path = tmp_path / "two.seg.nhdr"
    path.write_bytes(b"NRRD0004\nSegment0_Name:=ball\nSegment0_Tags:=SemiGDA_Region:LPS 1|\n")
    before = tree(project.folder)
    with pytest.raises(SemiGDAError, match="two files"):
        send(project, image, path, whole=True)
    assert tree(project.folder) == before


@pytest.mark.parametrize("line", [b"\n", b"\r\n"])
def test_a_whole_label_has_the_voxels_that_it_had(study, tmp_path, line):
    """Voxels may look like the end of a header: these are 13, 10, 13, 10 in a row."""
    project, _, _ = study
    voxels = np.zeros((16, 20, 18), np.uint8)
    voxels[3, 4, 5:9] = (13, 10, 13, 10)
    segments = [{"Name": "ball", "LabelValue": 13, "Layer": 0, "Tags": IN_REGION}]
    label = write_segmentation(tmp_path / "r.seg.nrrd", [voxels], segments)
    header, data = label.read_bytes().split(b"\n\n", 1)
    label.write_bytes(header.replace(b"\n", line) + line + line + data)
    copy = without_region(label, tmp_path)
    assert np.array_equal(read_stored(copy).array, voxels)
    (segment,) = read_segments(copy)
    assert (segment.name, segment.value) == ("ball", 13) and not made_in_region([segment.tags])


@pytest.mark.parametrize("use", ["unlabeled", "ignored"])
def test_a_label_that_is_sent_is_used(study, use):
    """Also if the case was taken out, or its label, which could not be read."""
    project, _, label = study
    case = project.read().cases[0]
    project.set_use([case.id], use)
    assert send(project, case.image, label, replace=True).how == "replaced"
    assert project.read().case(case.id).role == "labeled"


def test_the_command(study, capsys):
    project, image, label = study
    words = ["project", "send", str(project.folder), str(image), str(label)]
    assert not main([*words, "--name", "A"])
    (case,) = (case for case in project.read().cases if case.name == "A")
    assert case.origin == "edited" and case.label == label
    assert main(words) == 1 and "already, with a label" in capsys.readouterr().err
    assert not main([*words, "--replace", "--json"])
    assert json.loads(capsys.readouterr().out) == {"replaced": 1}
