"""Which slices of a label are finished: text, tags of segments, and the project's word."""

from __future__ import annotations

import json

import numpy as np
import pytest
from project_fixtures import make_project, write_segmentation

from semigda_core.errors import SemiGDAError
from semigda_core.labels.finished import (
    FINISHED_TAG,
    IGNORE_TAG,
    IGNORED,
    FinishedSlices,
    finished_said,
    finished_tags,
    finished_text,
    read_finished,
)
from semigda_core.labels.segments import read_segments, tags_text
from semigda_core.project.cases.caselist import case_rows
from semigda_core.project.heldout import choose_heldout


@pytest.mark.parametrize(
    "axis, indices, text",
    [
        (2, (15, 3, 7, 12, 13, 14, 3), "2: 3 7 12-15"),
        (0, (0, 1), "0: 0-1"),
        (1, (), "1:"),
    ],
)
def test_the_text_says_axis_and_runs_and_is_read_back(axis, indices, text):
    finished = FinishedSlices(axis, indices)
    assert str(finished) == text
    assert read_finished(f" {text} ") == finished
    assert finished.indices == tuple(sorted(set(indices)))


def test_a_whole_label_is_none_and_all():
    assert finished_text(None) == "all" and read_finished("All") is None
    assert finished_tags(None) == {}


@pytest.mark.parametrize(
    "text", ["", "3: 1", "2 3", "2: 5-3", "2: -1", "2: 1,2", "2: 0-999999", "2: x"]
)
def test_other_text_is_refused_in_one_sentence(text):
    with pytest.raises(SemiGDAError) as caught:
        read_finished(text)
    assert caught.value.error_class == "bad-input"
    assert "2: 3 7 12-15" in caught.value.action


def test_slices_are_marked_and_unmarked():
    finished = FinishedSlices(2, (3, 7))
    assert str(finished.including(range(4, 6))) == "2: 3-5 7"
    assert str(finished.without([3, 9])) == "2: 7"
    assert 7 in finished and 4 not in finished and len(finished) == 2


def test_a_segment_without_the_tag_says_nothing_and_a_doubtful_slice_is_not_finished():
    one, other = {FINISHED_TAG: "2: 1-4"}, {FINISHED_TAG: "2: 3-9"}
    assert finished_said([one, {"Name": "later"}]) == FinishedSlices(2, (1, 2, 3, 4))
    assert finished_said([one, other]) == FinishedSlices(2, (3, 4))
    assert finished_said([{}, {}]) is None
    with pytest.raises(SemiGDAError):
        finished_said([one, {FINISHED_TAG: "1: 3"}])


def segmentation(path, finished="2: 6 8", ignored=True):
    """Segments ball and core and, if wanted, an ignored one; as Slicer saves them."""
    labels = np.zeros((16, 20, 18), np.uint8)
    labels[6, 5:9, 5:9], labels[8, 6:8, 6:8] = 1, 2
    tags = {FINISHED_TAG: finished}
    segments = [
        {"Name": "ball", "LabelValue": "1", "Tags": tags_text(tags.items())},
        {"Name": "core", "LabelValue": "2", "Tags": tags_text(tags.items())},
    ]
    if ignored:
        labels[8, :4] = 3
        tags = tags | {IGNORE_TAG: "1"}
        segments.append({"Name": "?", "LabelValue": "3", "Tags": tags_text(tags.items())})
    return write_segmentation(path, [labels], segments)


def test_tags_of_a_file_become_the_projects_word_and_an_ignored_segment_needs_no_class(tmp_path):
    project = make_project(tmp_path)
    case = project.read().cases[0]
    assert case.finished is None
    path = segmentation(tmp_path / "drawn.seg.nrrd")
    assert [segment.ignored for segment in read_segments(path)] == [False, False, True]
    project.set_label(case.id, path)
    case = project.read().case(case.id)
    assert case.finished == FinishedSlices(2, (6, 8))
    assert case.segments == ("ball", "core")
    assert not project.read().unmapped()


def test_the_projects_word_goes_with_the_label(tmp_path):
    project = make_project(tmp_path)
    case = project.read().cases[0]
    project.set_finished(case.id, FinishedSlices(2, (4,)))
    project.set_label(case.id, case.label)  # edited in place: a label map cannot say its slices
    assert project.read().case(case.id).finished == FinishedSlices(2, (4,))
    project.set_label(case.id, tmp_path / "study" / "DOE_JANE_01_seg.nrrd")
    assert project.read().case(case.id).finished is None
    stored = json.loads((project.folder / "project.json").read_text())
    assert stored["cases"][0]["label"]["finished"] is None
    with pytest.raises(SemiGDAError):
        project.set_finished(project.read().cases[-1].id, None)  # without a label


def test_the_case_list_says_it_and_new_marks_void_old_scores(tmp_path):
    project = make_project(tmp_path)
    parts = {"1": {"voxels": 9, "slices": 3}}
    facts = {c.id: {"label": {"parts": parts}} for c in project.read().cases if c.label}
    choose_heldout(project, facts)
    case = project.read().cases[0]
    version = project.read().heldout["version"]
    project.set_finished(case.id, FinishedSlices(2, (4, 5)))
    assert project.read().heldout["version"] == version + 1
    rows = {row["name"]: row for row in case_rows(project.read())}
    assert rows[case.id]["label_slices"] == "2: 4-5"
    assert {r["label_slices"] for r in rows.values() if "label" in r} == {"2: 4-5", "all"}


def test_a_value_can_mean_unlabelled_and_stays_so_when_a_class_goes(tmp_path):
    from semigda_core.project.classes import remove_class

    project = make_project(tmp_path)
    project.set_mapping({"3": IGNORED})
    project.set_classes(["ball", "core", "rim"])
    remove_class(project, 3)
    assert project.read().mapping["3"] == IGNORED
    assert project.read().classes_of(project.read().cases[0])["3"] == IGNORED
