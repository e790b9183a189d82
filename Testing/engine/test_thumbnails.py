"""Pictures of cases: the right slice, the right way up, and drawn anew by the check."""

from __future__ import annotations

import tracemalloc
from types import SimpleNamespace

import numpy as np
import SimpleITK as sitk
from project_fixtures import make_project
from volume_fixtures import affine_of, write_nrrd

from semigda.check.run import check
from semigda.data.thumbnails import COLOURS, draw_thumbnail
from semigda.data.volumes import Volume, read_volume
from semigda.inference import contact_sheet
from semigda.jobs.run import run_job
from semigda_core.project.check.latest import new_check, thumbnail


def drawn(path, *more) -> np.ndarray:
    return draw_thumbnail(read_volume(path), *more).astype(int)


def pixels(path) -> np.ndarray:
    return sitk.GetArrayFromImage(sitk.ReadImage(str(path))).astype(int)


def test_masks_of_many_classes_are_in_memory_one_at_a_time(tmp_path):
    labels = np.arange(80 * 100 * 100, dtype=np.uint32).reshape(80, 100, 100) // 10_000
    labels = labels.astype(np.uint8)  # 79 classes
    volume = Volume(labels, np.eye(4))
    write_nrrd(tmp_path / "label.nrrd", labels, volume.affine)
    card = SimpleNamespace(
        labels=[SimpleNamespace(name=str(n), value=n, color=COLOURS[0]) for n in range(1, 80)]
    )
    for draw in (
        lambda: contact_sheet.draw(volume, labels, card),
        lambda: draw_thumbnail(volume, label_path=tmp_path / "label.nrrd"),
    ):
        tracemalloc.start()
        draw()
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 20 * labels.nbytes


def test_the_slice_with_most_label_is_shown_with_its_outline(tmp_path):
    image = np.zeros((9, 20, 30), np.int16)
    image[7] = 100
    label = np.zeros(image.shape, np.uint8)
    label[2, 8:10, 8:10] = 1
    label[7, 5:15, 10:20] = 1
    affine = affine_of(np.eye(3))
    write_nrrd(tmp_path / "image.nrrd", image, affine)
    write_nrrd(tmp_path / "label.nrrd", label, affine)
    shown = drawn(tmp_path / "image.nrrd", 90, tmp_path / "label.nrrd", {"1": (0, 255, 0)})
    assert shown.shape == (90, 90, 3)
    assert (shown[:15] == 0).all() and (shown[-15:] == 0).all()  # 30 x 20 in a square
    assert (shown[20, 5] == 255).all()  # slice 7, not the middle one, which is black
    green = (shown == (0, 255, 0)).all(axis=2)
    rows, columns = np.nonzero(green)
    assert (rows.min(), rows.max()) == (30, 59) and (columns.min(), columns.max()) == (30, 59)
    assert not green[40:50, 40:50].any()  # filled lightly: the image shines through


def test_without_label_the_middle_slice_anterior_up(tmp_path):
    image = np.zeros((9, 20, 20), np.int16)
    image[4, :5] = 100  # small y is anterior in LPS
    for name, directions in (("plain", np.eye(3)), ("turned", np.diag([1.0, -1.0, 1.0]))):
        stored = image if name == "plain" else image[:, ::-1]
        write_nrrd(tmp_path / f"{name}.nrrd", stored, affine_of(directions))
        shown = drawn(tmp_path / f"{name}.nrrd")
        assert (shown[5] == 255).all() and (shown[-5] == 0).all()


def test_the_check_draws_every_case_once_and_again_after_a_change(tmp_path):
    project = make_project(tmp_path, labelled=2, unlabelled=1)
    ids = [case.id for case in project.read().cases]
    assert thumbnail(project, ids[0]) is None
    job = new_check(project)
    run_job(job)
    assert "error" not in job.result()
    first = {case_id: thumbnail(project, case_id).stat().st_mtime_ns for case_id in ids}
    check(project)
    assert first == {c: thumbnail(project, c).stat().st_mtime_ns for c in ids}
    labelled = pixels(thumbnail(project, ids[0]))
    assert (labelled == COLOURS[0]).all(axis=2).any()

    project.set_label(ids[0], None)
    thumbnail(project, ids[1]).unlink()  # may be deleted at any time
    check(project)
    assert not (pixels(thumbnail(project, ids[0])) == COLOURS[0]).all(axis=2).any()
    assert thumbnail(project, ids[1]) is not None


def test_what_cannot_be_read_has_no_picture_and_a_bad_label_is_left_out(tmp_path):
    project = make_project(tmp_path, labelled=2, unlabelled=0)
    one, two = project.read().cases
    one.image.write_bytes(b"NRRD0004\nnothing\n\n")
    two.label.write_bytes(b"NRRD0004\nnothing\n\n")
    check(project)
    check(project)
    assert thumbnail(project, one.id) is None
    assert not (pixels(thumbnail(project, two.id)) == COLOURS[0]).all(axis=2).any()
