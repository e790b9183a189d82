"""Whatever is remembered of a file is forgotten when another one takes its name."""

import os
import shutil
import time

import pytest
from project_fixtures import make_project, write_case
from swapped_files import swap, unpacked

from semigda.check.relocate import relocate
from semigda.check.run import check
from semigda_core.files import stamps
from semigda_core.files.atomic import write_json
from semigda_core.files.stamps import stamp
from semigda_core.project.cases.listing import list_files
from semigda_core.project.check.latest import measured
from semigda_core.project.review import candidates as review

NUMBERED = pytest.param(True, id="by number, as on Windows")
DATED = pytest.param(
    False,
    id="by the time of the last change",
    marks=pytest.mark.skipif(os.name == "nt", reason="Windows does not tell it"),
)


@pytest.mark.parametrize("windows", [NUMBERED, DATED])
def test_two_files_that_swap_their_names_have_changed(tmp_path, monkeypatch, windows):
    monkeypatch.setattr(stamps, "_WINDOWS", windows)
    files = [write_case(tmp_path, n, label=False).image for n in range(3)]
    unpacked(*files)
    before = [stamp(path) for path in files]
    assert [stamp(path) for path in files] == before
    swap(*files[:2])
    after = [stamp(path) for path in files]
    assert after[0] != before[0] and after[1] != before[1] and after[2] == before[2]


@pytest.mark.skipif(os.name == "nt", reason="Windows does not tell the time of the last change")
def test_a_file_that_another_was_copied_over_has_changed(tmp_path):
    first, second = (write_case(tmp_path, n, label=False).image for n in range(2))
    unpacked(first, second)
    before = stamp(first)
    time.sleep(0.02)
    shutil.copy2(second, first)  # cp -p
    assert first.stat().st_mtime_ns == second.stat().st_mtime_ns
    assert stamp(first) != before


def test_a_folder_above_may_have_another_name(tmp_path):
    case = write_case(tmp_path / "study", 0)
    before = stamp(case.image, case.label)
    (tmp_path / "study").rename(tmp_path / "drive")
    moved = [tmp_path / "drive" / path.name for path in (case.image, case.label)]
    assert stamp(*moved, called=(case.image, case.label)) == before != stamp(*moved)


def images(project) -> list:
    return [case.image for case in project.read().cases]


def test_a_check_looks_at_swapped_images_again(tmp_path):
    project = make_project(tmp_path, labelled=0, unlabelled=3)
    unpacked(*images(project))
    check(project)
    known = {key: facts["image"]["hash"] for key, facts in measured(project).items()}
    first, second, third = known
    swap(*images(project)[:2])
    assert set(measured(project)) == {third}
    check(project)
    found = {key: facts["image"]["hash"] for key, facts in measured(project).items()}
    assert found == {first: known[second], second: known[first], third: known[third]}


def test_moved_copies_that_were_swapped_are_not_taken(tmp_path):
    project = make_project(tmp_path, labelled=0, unlabelled=3)
    unpacked(*images(project))
    check(project)
    shutil.copytree(tmp_path / "study", tmp_path / "drive")
    swap(*(tmp_path / "drive" / path.name for path in images(project)[:2]))
    shutil.rmtree(tmp_path / "study")
    done = relocate(project, tmp_path / "study", tmp_path / "drive")
    first, second, third = (case.id for case in project.read().cases)
    assert done.wrong == (first, second) and done.found == (third,)


def test_a_prediction_of_another_image_is_not_shown(tmp_path):
    project = make_project(tmp_path, labelled=0, unlabelled=3)
    unpacked(*images(project))
    cases = project.read().cases
    entry = {"disagreement": 0.2, "novelty": 0.6, "reason": "New."}
    ranked = [{**entry, "case": case.id, "stamp": stamp(case.image)} for case in cases]
    place = project.place(review.INBOX, review.RANKING)
    place.parent.mkdir(exist_ok=True)
    write_json(place, {"schema": 1, "model": "0" * 64, "candidates": ranked})
    assert [one.case_id for one in review.candidates(project)] == [case.id for case in cases]
    swap(cases[0].image, cases[1].image)
    assert [one.case_id for one in review.candidates(project)] == [cases[2].id]


def test_dicom_files_that_were_swapped_are_looked_at_again(tmp_path):
    """What a file's tags say is remembered while a dialog is open."""
    image, structures = tmp_path / "1.dcm", tmp_path / "2.dcm"
    for path, kind in ((image, b"CT"), (structures, b"SR")):
        series, modality = b"\x20\0\x0e\0UI\x08\x001.2.3.40", b"\x08\0\x60\0CS\x02\0" + kind
        path.write_bytes(bytes(128) + b"DICM" + modality + series)
        os.utime(path, (1, 1))
    assert list_files([image]).files and not list_files([structures]).files
    swap(image, structures)
    assert list_files([structures]).files and not list_files([image]).files
