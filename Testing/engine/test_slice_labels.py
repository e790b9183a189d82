"""Labels of some slices only: what is read, prepared, trained on and scored."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from project_fixtures import write_segmentation
from training_fixtures import NETWORK, settings, slices_by_role
from volume_fixtures import affine_of, write_nrrd

from semigda.data.cases import Case, read_cases
from semigda.data.labels import by_names, read_case, read_classes
from semigda.data.other_grid import resample_classes
from semigda.data.preprocess import prepare
from semigda.data.volumes import Volume, read_volume
from semigda.evaluation.evaluate import WHOLE, compare, scored_on
from semigda.models.package import load_network
from semigda.prepared.store import Store
from semigda.training.dataset import SliceSampler, step_generator, without_labels
from semigda.training.train import train
from semigda_core.errors import SemiGDAError
from semigda_core.jobs.training import TrainSettings
from semigda_core.labels.finished import FINISHED_TAG, IGNORE_TAG, IGNORED
from semigda_core.labels.segments import tags_text
from semigda_core.models.card import Label
from semigda_core.models.preprocessing import Preprocessing

SHAPE = (10, 12, 14)
AFFINE = affine_of(np.diag([1.0, 1.0, 2.0]))
CLASSES = {"ball": 1}


def tags(finished: str | None = None, ignored: bool = False) -> str:
    said = {FINISHED_TAG: finished or "", IGNORE_TAG: "1" if ignored else ""}
    return tags_text(said.items())


def segments(finished: str | None, ignored: bool = False) -> list[dict]:
    found = [{"Name": "ball", "LabelValue": "1", "Layer": "0", "Tags": tags(finished)}]
    if ignored:
        text = tags(finished, ignored=True)
        found.append({"Name": "unclear", "LabelValue": "2", "Layer": "0", "Tags": text})
    return found


def volume(array=None, affine=AFFINE) -> Volume:
    if array is None:
        array = np.arange(np.prod(SHAPE), dtype=np.float32).reshape(SHAPE)
    return Volume(array, affine)


def drawn(*slices: int) -> np.ndarray:
    array = np.zeros(SHAPE, np.uint8)
    array[list(slices), 3:6, 4:8] = 1
    return array


def expected(array: np.ndarray, *finished: int) -> np.ndarray:
    """The array on finished slices (z), unlabelled elsewhere."""
    result = np.full(array.shape, IGNORED, np.uint8)
    result[list(finished)] = array[list(finished)]
    return result


# Reading


def test_a_segmentation_is_unlabelled_but_on_its_finished_slices(tmp_path):
    path = write_segmentation(
        tmp_path / "a.seg.nrrd", [drawn(2, 3, 6)], segments("2: 2 5-6"), AFFINE
    )
    # Slice 5 is finished and empty; what is drawn on slice 3 is not finished.
    read = read_classes(path, volume(), CLASSES)
    np.testing.assert_array_equal(read, expected(drawn(2, 6), 2, 5, 6))


def test_the_case_list_has_the_last_word(tmp_path):
    path = write_segmentation(tmp_path / "a.seg.nrrd", [drawn(2, 3)], segments("2: 2"), AFFINE)
    read = read_classes(path, volume(), CLASSES, "2: 3")
    np.testing.assert_array_equal(read, expected(drawn(3), 3))
    np.testing.assert_array_equal(read_classes(path, volume(), CLASSES, "all"), drawn(2, 3))


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_slices_of_every_direction_are_voxels_that_are_known(tmp_path, axis):
    array = drawn(2, 3)
    path = tmp_path / "label.nrrd"
    write_nrrd(path, array, AFFINE)
    read = read_classes(path, volume(), {"1": 1}, f"{axis}: 4-5")
    wanted = np.full(SHAPE, IGNORED, np.uint8)
    where = (*[slice(None)] * (2 - axis), slice(4, 6))
    wanted[where] = array[where]
    np.testing.assert_array_equal(read, wanted)


def test_a_cropped_file_counts_from_the_grid_it_refers_to(tmp_path):
    part = drawn(4, 5)[3:7, 2:, :]
    affine = AFFINE.copy()
    affine[:3, 3] = (AFFINE @ [0, 2, 3, 1])[:3]
    path = write_segmentation(tmp_path / "a.seg.nrrd", [part], segments("2: 0 4"), affine)
    text = path.read_bytes().replace(
        b"encoding: raw\n",
        b"encoding: raw\nSegmentation_ReferenceImageExtentOffset:=0 2 3\n",
    )
    path.write_bytes(text)
    read = read_classes(path, volume(), CLASSES)
    np.testing.assert_array_equal(read, expected(drawn(4), 0, 4))
    # On the part's own grid slice 0 is not there, which is no mistake.
    moved = volume(
        affine=AFFINE @ np.array([[1, 0, 0, 0.2], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    )
    read = resample_classes(path, moved, CLASSES)
    np.testing.assert_array_equal(read == 1, drawn(4) == 1)


def test_marks_of_slices_that_are_not_there_are_refused(tmp_path):
    """Counted from 1, along another axis or of another image, they would mark other slices, or
    leave the label out without a word."""
    path = tmp_path / "a.nrrd"
    write_nrrd(path, drawn(2, 9), AFFINE)
    for marks, count in (("2: 2 10", 10), ("1: 12", 12), ("0: 2 14-20", 14)):
        with pytest.raises(SemiGDAError, match=f"do not exist.* {count}, counted from 0"):
            read_classes(path, volume(), None, marks)
    assert np.array_equal(read_classes(path, volume(), None, "2: 9"), expected(drawn(2, 9), 9))
    path = write_segmentation(tmp_path / "c.seg.nrrd", [drawn(2)], segments("2: 2 10"), AFFINE)
    with pytest.raises(SemiGDAError, match="do not exist"):
        read_classes(path, volume(), CLASSES)


def test_a_file_with_reversed_slices_counts_its_own(tmp_path):
    """As Slicer saves a segmentation of a left-handed volume."""
    affine = AFFINE @ np.diag([1.0, 1, -1, 1])
    affine[:3, 3] = (AFFINE @ [0, 0, SHAPE[0] - 1, 1])[:3]
    path = write_segmentation(
        tmp_path / "a.seg.nrrd", [drawn(2, 3)[::-1]], segments("2: 7"), affine
    )
    read = read_classes(path, volume(), CLASSES)  # 7 there is 2 here
    np.testing.assert_array_equal(read, expected(drawn(2), 2))


def test_an_ignored_segment_and_an_ignored_value_are_no_class(tmp_path):
    array = drawn(2)
    array[2, 0:2] = 2
    wanted = drawn(2)
    wanted[2, 0:2] = IGNORED
    path = write_segmentation(tmp_path / "a.seg.nrrd", [array], segments(None, True), AFFINE)
    case = Case("a", Path("a.nrrd"), path, "labeled")
    (case,) = by_names([case], ["ball", "unclear"])
    assert case.classes == {"ball": 1}
    np.testing.assert_array_equal(read_case(case, volume()), wanted)
    write_nrrd(tmp_path / "values.nrrd", array, AFFINE)
    values = read_classes(tmp_path / "values.nrrd", volume(), {"1": 1, "2": IGNORED})
    np.testing.assert_array_equal(values, wanted)
    array[array == 2] = IGNORED
    write_nrrd(tmp_path / "raw.nrrd", array, AFFINE)
    with pytest.raises(SemiGDAError):  # nobody said what 255 is
        read_classes(tmp_path / "raw.nrrd", volume(), None)


@pytest.mark.parametrize("order", [("ball", "unclear"), ("unclear", "ball")])
def test_what_is_unlabelled_stays_so_below_a_class(tmp_path, order):
    layers = {"ball": drawn(2), "unclear": drawn(2, 3)}
    named = [{"Name": name, "LabelValue": 1, "Layer": n} for n, name in enumerate(order)]
    path = write_segmentation(tmp_path / "a.seg.nrrd", [layers[n] for n in order], named, AFFINE)
    read = read_classes(path, volume(), {"ball": 1, "unclear": IGNORED})
    np.testing.assert_array_equal(read, IGNORED * drawn(2, 3))


def test_the_white_of_a_picture_is_what_the_mapping_says(tmp_path):
    """Many sets say 255 for "void", and some pictures show nothing else: that is no class 1."""
    white = np.zeros((12, 14), np.uint8)
    white[3:6, 4:9] = 255
    Image.fromarray(white).save(tmp_path / "void.png")
    Image.fromarray(white + np.eye(12, 14, dtype=np.uint8)).save(tmp_path / "image.png")
    like = read_volume(tmp_path / "image.png")
    mapped = {"1": 1, "255": IGNORED}
    assert np.array_equal(read_classes(tmp_path / "void.png", like, mapped)[0], white)
    assert np.array_equal(read_classes(tmp_path / "void.png", like, {"1": 1})[0], white // 255)
    assert set(np.unique(read_classes(tmp_path / "void.png", like, {"255": 2}))) == {0, 2}


def test_a_label_of_another_grid_brings_its_marks_along(tmp_path):
    path = write_segmentation(tmp_path / "a.seg.nrrd", [drawn(2, 3)], segments("2: 2"), AFFINE)
    fine = affine_of(np.diag([1.0, 1.0, 1.0]), AFFINE[:3, 3] - [0, 0, 0.5])
    like = volume(np.zeros((20, 12, 14), np.float32), fine)
    labels = resample_classes(path, like, CLASSES)
    np.testing.assert_array_equal(labels[4], drawn(2)[2])
    np.testing.assert_array_equal(labels[5], drawn(2)[2])
    assert (labels[:4] == IGNORED).all() and (labels[6:] == IGNORED).all()


def test_the_case_list_names_slices_in_json_and_csv(tmp_path):
    (tmp_path / "a.nrrd").touch()
    (tmp_path / "cases.csv").write_text(
        "image,label,role,label_slices\na.nrrd,a.nrrd,labeled,2: 7 3\n"
    )
    assert read_cases(tmp_path / "cases.csv")[0].label_slices == "2: 3 7"
    row = {"image": "a.nrrd", "label": "a.nrrd", "role": "labeled", "label_slices": "2; 3"}
    (tmp_path / "cases.json").write_text(json.dumps([row]))
    with pytest.raises(SemiGDAError, match="Case 1 .* finished slices"):
        read_cases(tmp_path / "cases.json")


# Working slices


def planes(count_mm: float | None, labels: np.ndarray, size=(16, 16)) -> np.ndarray:
    preprocessing = Preprocessing("2.5d", "axial", list(size), [count_mm, 1.0, 1.0])
    return prepare(volume(), preprocessing).label_planes(labels).numpy()


def known_slices(array: np.ndarray) -> list[int]:
    return [n for n, plane in enumerate(array) if (plane != IGNORED).any()]


def test_working_slices_are_finished_where_their_sources_are():
    marked = expected(drawn(2, 5), 2, 5)
    assert known_slices(planes(None, marked)) == [2, 5]
    # Twice as many: two working slices have their middle in each source slice.
    assert known_slices(planes(1.0, marked)) == [4, 5, 10, 11]
    # Half as many: slice 2 is in working slice 1, and 5 in 2.
    half = planes(4.0, marked)
    assert known_slices(half) == [1, 2]
    # No blend with a slice that is unlabelled: the finished slice itself, whole.
    assert (half[1] == 1).sum() == (drawn(2) == 1).sum()
    # An unlabelled slice is unlabelled to its border.
    assert (planes(None, marked)[3] == IGNORED).all()


def test_whole_labels_are_blended_as_before():
    whole = planes(4.0, drawn(2, 3, 5))
    assert (whole != IGNORED).all() and (whole[1] == 1).sum() == 12 and not whole[3].any()


# Trainings


def study(folder: Path, junk: int, *, ignored: bool = False) -> Path:
    """Two partly labelled cases, one whole held out. ``junk`` is drawn where nothing counts."""
    folder.mkdir()
    rows = []
    for number in range(3):
        rng = np.random.default_rng(number)
        labels = np.zeros((8, 32, 32), np.uint8)
        labels[2:6, 10:20, 8 + number : 20] = 1
        image = (100 + 80 * labels + rng.normal(0, 8, labels.shape)).astype(np.float32)
        if number < 2:
            labels[3, 25:30, 25:30] = 2 if ignored else 0
            labels[3, 26:28, 26:28] = 2 if ignored else 0
            labels[(0, 1, 4, 6, 7), :, :junk] = 1
        write_nrrd(folder / f"i{number}.nrrd", image, AFFINE)
        path = folder / f"l{number}.seg.nrrd"
        marks = "2: 2-3 5" if number < 2 else None
        write_segmentation(path, [labels], segments(marks, ignored), AFFINE)
        role = "labeled" if number < 2 else "val"
        rows.append({"image": f"i{number}.nrrd", "label": path.name, "role": role})
    (folder / "cases.json").write_text(json.dumps(rows))
    return folder / "cases.json"


def short(cases: Path, folder: Path, **changes) -> TrainSettings:
    values = {"pretrain_steps": 4, "align_steps": 4, "steps": 10, "supervised_share": 0.3}
    values |= {"card": one_class(), "network": NETWORK, "validations": 1} | changes
    return TrainSettings.from_dict(settings(cases, folder, **values))


def one_class() -> dict:
    label = {"value": 1, "name": "ball", "color": [200, 100, 50]}
    words = {"name": "phantom", "title": "Phantom", "description": "Drawn.", "modality": "MR"}
    return words | {"labels": [label], "licence": "CC0 1.0"}


def weights(folder: Path) -> dict:
    return load_network(folder / "phantom")[0].state_dict()


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The same training twice; what is drawn on slices that are not finished differs."""
    folders = [tmp_path_factory.mktemp("run") for _ in range(2)]
    told = []
    for folder, junk in zip(folders, (0, 20), strict=True):
        told.append(train(short(study(folder / "study", junk, ignored=True), folder)))
    return folders, told


def test_what_is_drawn_on_unfinished_slices_never_reaches_the_training(trained):
    one, other = (weights(folder) for folder in trained[0])
    assert all((one[name] == other[name]).all() for name in one)


def test_the_rest_of_the_cases_is_unlabelled_data(trained):
    folders, told = trained
    assert told[0]["semi_supervised"] is True
    assert told[0]["cases"]["unlabeled"] == 0


def slices_of(folder: Path) -> dict:
    store = Store(
        folder / "prepared", Preprocessing.from_dict(settings("", folder)["preprocessing"])
    )
    cases = by_names(read_cases(folder / "study" / "cases.json"), ["ball"])
    return slices_by_role(cases, store, 1)


def test_batches_are_drawn_from_finished_slices_and_the_others_have_no_labels(tmp_path):
    study(tmp_path / "study", 20, ignored=True)
    slices = slices_of(tmp_path)
    case = slices["labeled"][0]
    assert case.drawn == [2, 3, 5] and case.foreground == [2, 3, 5]
    assert case.pixels(1) == [120, 120, 120]
    rest = without_labels(slices)
    # Slice 3 is finished, but a part of it is ignored.
    assert [list(one.drawn) for one in rest] == [[0, 1, 3, 4, 6, 7]] * 2
    assert all(one.labels is None for one in rest)
    images, labels = SliceSampler([case], (32, 32)).draw(40, step_generator(0, "x", 0))
    assert {int((one == IGNORED).sum()) for one in labels} == {0, 25}


def test_a_list_that_marks_nothing_as_finished_cannot_train(tmp_path):
    cases = study(tmp_path / "study", 0)
    rows = json.loads(cases.read_text())
    for row in rows[:2]:
        row["label_slices"] = "2:"
    cases.write_text(json.dumps(rows))
    with pytest.raises(SemiGDAError) as caught:
        train(short(cases, tmp_path))
    assert caught.value.error_class == "no-labels"


def test_a_held_out_case_without_a_finished_slice_is_left_out_of_the_curves(tmp_path):
    cases = study(tmp_path / "study", 0)
    rows = json.loads(cases.read_text())
    rows[2]["label_slices"] = "2:"
    cases.write_text(json.dumps(rows))
    told = train(short(cases, tmp_path, pretrain_steps=0, align_steps=1, steps=2))
    assert told["val_dice"] == {} and told["cases"]["val"] == 1


def test_marks_of_the_list_make_other_labels_and_the_same_planes(tmp_path):
    study(tmp_path / "study", 0)
    store = Store(
        tmp_path / "prepared", Preprocessing.from_dict(settings("", tmp_path)["preprocessing"])
    )
    case = by_names(read_cases(tmp_path / "study" / "cases.json"), ["ball"])[0]
    first = store.get(case)
    second = store.get(Case(**{**vars(case), "label_slices": "2: 2"}))
    assert first.planes.path == second.planes.path
    assert first.labels.path != second.labels.path


# Scores


def test_scores_are_of_marked_slices_and_say_so():
    labels = [Label(1, "ball", (1, 2, 3))]
    truth = expected(drawn(2, 5), 2, 5, 6)
    found = drawn(2, 3, 4)
    found[6, 0, :4] = 1
    (row,) = compare(truth, found, (2.0, 1.0, 1.0), labels, 0.002)
    assert row["dice"] == pytest.approx(2 * 12 / (24 + 16))
    assert (row["truth_voxels"], row["predicted_voxels"]) == (24, 16)
    assert row["hd95"] is None and row["assd"] is None
    assert scored_on(truth != IGNORED) == "3 of 10 slices"
    assert scored_on(np.ones(SHAPE, bool)) == WHOLE
    truth[2, 0, 0] = IGNORED
    assert scored_on(truth != IGNORED) == "labelled voxels"
