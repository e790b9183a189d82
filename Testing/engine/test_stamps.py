"""Whatever is remembered of a file is forgotten when another one takes its name."""

import os
import shutil
import subprocess
import sys
import time

import pytest
from job_fixtures import ROOT
from project_fixtures import make_project, write_case
from swapped_files import swap, unpacked

from semigda.check.relocate import relocate
from semigda.check.run import check
from semigda_core.files import stamps
from semigda_core.files.atomic import write_json
from semigda_core.files.contents import digest_of
from semigda_core.files.stamps import stamp
from semigda_core.project.cases.listing import list_files
from semigda_core.project.check.latest import measured
from semigda_core.project.project import Project
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
    ranking = {"schema": 1, "model": "0" * 64, "classes": ["ball", "core"], "candidates": ranked}
    write_json(place, ranking)
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


def test_a_project_among_its_dicom_files_does_not_change_them(tmp_path):
    """Nor does what systems hide in every folder they show: else a check never ends."""
    (tmp_path / "IM0001").write_bytes(b"a slice")
    seen, content = stamp(tmp_path), digest_of(tmp_path)
    project = Project.create(tmp_path)
    project.set_classes(["ball"])
    for name in (".DS_Store", "Thumbs.db"):
        (tmp_path / name).write_bytes(b"a view")
    assert (stamp(tmp_path), digest_of(tmp_path)) == (seen, content)
    (tmp_path / "IM0002").write_bytes(b"a slice")
    assert stamp(tmp_path) != seen and digest_of(tmp_path) != content


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such files")
@pytest.mark.parametrize("named", [False, True])
def test_content_that_never_ends_is_not_waited_for(tmp_path, named):
    path = tmp_path / ("pipe.nhdr" if named else "zero.nhdr")
    if named:
        os.mkfifo(path)
    else:
        path.write_text("NRRD0004\nencoding: raw\ndata file: /dev/zero\n")
    code = "import sys; from pathlib import Path; from semigda_core.files import contents, stamps; "
    code += "path = Path(sys.argv[1]); stamps.stamp(path); contents.digest_of(path)"
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], cwd=ROOT, timeout=60, capture_output=True
    )
    assert b"FileNotFoundError" in done.stderr
