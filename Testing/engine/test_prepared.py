"""Prepared slices are made once, found again by what they were made from, and removed in time."""

import json
import os
import shutil
from dataclasses import replace

import pytest
import torch
from job_fixtures import training_job
from phantom_fixtures import draw_volume, write_phantoms
from progress_fixtures import Listener
from swapped_files import swap, unpacked
from training_fixtures import SHAPE, VOLUMES, settings

from semigda.data.cases import read_cases
from semigda.data.preprocess import prepare
from semigda.data.volumes import read_volume
from semigda.jobs.run import run_job
from semigda.prepared import making
from semigda.prepared.making import prepare_all
from semigda.prepared.slices import open_slices, write_slices
from semigda.prepared.store import INDEX, Store
from semigda.progress import Printed
from semigda.training import rehearsal
from semigda.training.rehearsal import rehearse
from semigda.training.unet import train_beside
from semigda_core.errors import SemiGDAError
from semigda_core.files.stamps import stamp
from semigda_core.jobs.home import prepared_folder
from semigda_core.jobs.training import TrainSettings
from semigda_core.models.preprocessing import Preprocessing

GRID = Preprocessing.from_dict(VOLUMES)
FINER = replace(GRID, size=(64, 64), spacing=(None, 0.5, 0.5))


@pytest.fixture
def cases(tmp_path):
    return read_cases(write_phantoms(tmp_path / "data", 2, 2, 1, shape=SHAPE))


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "prepared"


def prepared(folder, cases, grid=GRID) -> Store:
    """A new store, as that of another process, after everything was made."""
    store = Store(folder, grid)
    prepare_all(store, cases)
    return store


def spoil(path, folder) -> None:
    """Other content, which the index takes for what it was: whoever reads it must stumble."""
    index = json.loads((folder / INDEX).read_text())
    digest = index.pop(stamp(path))
    path.write_bytes(b"\0" * path.stat().st_size)
    (folder / INDEX).write_text(json.dumps({**index, stamp(path): digest}))


def arrays(folder) -> list[str]:
    return sorted(path.name for path in folder.glob("*.npy"))


def test_a_second_start_reads_no_image(cases, folder):
    prepared(folder, cases)
    wanted = [prepare(read_volume(case.image), GRID).planes(0, 12).half() for case in cases]
    for case in cases:
        spoil(case.image, folder)
    again = prepared(folder, cases)
    for case, planes in zip(cases, wanted, strict=True):
        pair = again.find(case)
        assert torch.equal(pair.planes[:], planes)
        assert (pair.labels is None) == (case.role == "unlabeled")


def test_two_images_that_swap_their_names_are_read_again(cases, folder):
    first, second = cases[0].image, cases[1].image
    unpacked(first, second)
    prepared(folder, cases)
    swap(first, second)
    again = prepared(folder, cases)
    for case in cases[:2]:
        wanted = prepare(read_volume(case.image), GRID).planes(0, 12).half()
        assert torch.equal(again.find(case).planes[:], wanted)


def test_slices_of_an_image_that_changed_while_it_was_read_are_not_kept(cases, folder, monkeypatch):
    """Else they would be taken for those of the earlier image as soon as it is back."""

    def late(path):
        case.image.write_bytes(cases[1].image.read_bytes())
        return read_volume(path)

    case, store = cases[0], Store(folder, GRID)
    monkeypatch.setattr("semigda.prepared.store.read_volume", late)
    with pytest.raises(SemiGDAError, match="changed while it was read"):
        store.get(case)
    assert arrays(folder) == []


def test_a_moved_project_finds_its_slices_by_content(cases, folder, tmp_path):
    prepared(folder, cases)
    shutil.copytree(tmp_path / "data", tmp_path / "elsewhere")  # of other times as well
    shutil.copytree(folder, tmp_path / "copied", copy_function=shutil.copyfile)
    moved = [
        replace(
            c,
            image=tmp_path / "elsewhere" / c.image.name,
            label=c.label and tmp_path / "elsewhere" / c.label.name,
        )
        for c in cases
    ]
    store = Store(tmp_path / "copied", GRID)
    assert not any(store.find(case) for case in moved)  # not without looking at the content
    before = arrays(folder)
    prepare_all(store, moved)
    assert arrays(tmp_path / "copied") == before and all(store.find(case) for case in moved)


def test_a_changed_image_or_label_gives_new_slices_and_the_old_ones_go(cases, folder):
    first = prepared(folder, cases)
    before, old = arrays(folder), first.find(cases[0])
    shutil.copyfile(cases[1].label, cases[0].label)
    changed = prepared(folder, cases)
    new = changed.find(cases[0])
    assert new.planes.path == old.planes.path and new.labels.path != old.labels.path
    assert torch.equal(new.labels[:], torch.from_numpy(draw_volume(1, SHAPE)[1]))
    assert set(arrays(folder)) - set(before) == {new.labels.path.name}
    changed.sweep()  # of other preprocessings, of which there are none
    assert old.labels.path.exists()
    changed.sweep(unused=True)
    assert not old.labels.path.exists() and len(arrays(folder)) == len(before)


def test_other_preprocessings_live_side_by_side_until_they_are_swept(cases, folder):
    prepared(folder, cases)
    finer = prepared(folder, cases[:1], FINER)
    assert len(arrays(folder)) == 8 + 2 and tuple(finer.find(cases[0]).planes.shape[2:]) == (64, 64)
    finer.sweep()
    assert len(arrays(folder)) == 2 and finer.find(cases[0])


@pytest.mark.parametrize("damage", ["cut", "empty", "another byte", "gone", "no index"])
def test_what_is_damaged_is_made_anew(cases, folder, damage):
    whole = prepared(folder, cases).find(cases[0]).planes
    values, content = whole[:], whole.path.read_bytes()
    if damage == "gone":
        whole.path.unlink()
    elif damage == "no index":
        (folder / INDEX).write_text("{")
    else:
        at = whole.offset + 100
        other = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
        whole.path.write_bytes({"cut": content[:-9], "empty": b""}.get(damage, other))
    store = Store(folder, GRID)
    assert store.find(cases[0]) is None
    assert torch.equal(store.get(cases[0]).planes[:], values)
    assert whole.path.read_bytes() == content


def test_slices_that_go_while_they_are_needed_are_told(cases, folder):
    planes = prepared(folder, cases).find(cases[0]).planes
    planes.path.unlink()
    with pytest.raises(SemiGDAError, match="deleted while they were needed"):
        planes[3]


def test_names_and_index_tell_nothing_about_patients(cases, folder):
    prepared(folder, cases)
    told = json.dumps(os.listdir(folder)) + (folder / INDEX).read_text()
    assert cases[0].image.stem not in told and "data" not in told


def test_nothing_half_written_stays_where_the_disk_is_full(folder, monkeypatch):
    def chunks():
        yield torch.zeros(2, 1, 8, 8, dtype=torch.uint8)
        raise OSError(28, "No space left on device")

    with pytest.raises(SemiGDAError) as caught:
        write_slices(folder / "one.npy", chunks(), 4)
    assert caught.value.error_class == "disk-full" and list(folder.iterdir()) == []
    assert open_slices(folder / "one.npy") is None


def test_many_cases_are_prepared_in_several_processes(cases, folder, tmp_path, monkeypatch):
    monkeypatch.setattr(making, "WORTH_S", 0.0)
    monkeypatch.setattr(making, "processes", lambda cases: 2)
    monkeypatch.setattr(making, "TELL_S", 0.0)
    listener = Listener()
    store = Store(folder, GRID)
    prepare_all(store, cases, listener.progress)
    assert [event["message"] for event in listener.events][-1] == "Preparing the images: 5 of 5."
    alone = prepared(tmp_path / "alone", cases)
    for case in cases:
        here, there = store.find(case), alone.find(case)
        assert here.planes.path.read_bytes() == there.planes.path.read_bytes()
    for case in cases:
        spoil(case.image, folder)
    assert all(Store(folder, GRID).find(case) for case in cases)


def test_a_cancel_ends_the_processes(cases, folder, monkeypatch):
    monkeypatch.setattr(making, "WORTH_S", 0.0)
    monkeypatch.setattr(making, "processes", lambda cases: 2)
    made, makers = making._Maker, []

    class Maker(made):
        def __init__(self, store):
            super().__init__(store)
            makers.append(self)

    monkeypatch.setattr(making, "_Maker", Maker)
    listener = Listener(lambda heard: bool(makers))
    with pytest.raises(SemiGDAError) as caught:
        prepare_all(Store(folder, GRID), cases, listener.progress)
    assert caught.value.error_class == "cancelled"
    assert len(makers) == 2 and all(maker.process.poll() is not None for maker in makers)


def test_a_case_that_cannot_be_used_ends_it_early_and_is_told_when_it_is_asked_for(
    cases, folder, monkeypatch
):
    cases[2].image.write_bytes(cases[2].image.read_bytes()[:-100])
    for worth in (0.0, 1e9):  # in other processes, and here
        monkeypatch.setattr(making, "WORTH_S", worth)
        monkeypatch.setattr(making, "processes", lambda cases: 2)
        store = prepared(folder, cases)
        with pytest.raises(SemiGDAError, match="The image"):
            store.get(cases[2])
        shutil.rmtree(folder)


def test_a_projects_jobs_share_a_folder_and_others_have_their_own(tmp_path):
    project, alone = tmp_path / "project", tmp_path / "jobs" / "alone"
    project.mkdir()
    (project / "project.json").write_text("{}")
    job = project / "jobs" / "one"
    assert prepared_folder(job) == prepared_folder(job / "folds" / "3") == project / "prepared"
    assert prepared_folder(alone) == alone / "prepared"
    if os.name != "nt":
        (project / "prepared").symlink_to(tmp_path)
        with pytest.raises(SemiGDAError, match="leads out of the project"):
            prepared_folder(job)


def test_only_arrays_of_slices_are_opened(tmp_path):
    import numpy as np

    path = tmp_path / "one.npy"
    for array in (np.zeros((2, 3, 4)), np.zeros(3, np.uint8), np.zeros((2, 3, 0), np.uint8)):
        np.save(path, array)
        with open(path, "ab") as file:
            file.write(b'{"digest": "", "pixels": []}')
        assert open_slices(path) is None
    labels = torch.tensor([[[0, 2], [2, 1]], [[0, 0], [0, 0]]], dtype=torch.uint8)
    write_slices(path, iter([labels[:1], labels[1:]]), 2)
    found = open_slices(path)
    assert found.pixels == ((0, 1, 1), (0, 2, 2)) and found.is_whole() and len(found) == 2
    assert np.array_equal(np.load(path), labels) and found[1].tolist() == labels[1].tolist()
    assert found.nbytes == 8


def test_everything_that_trains_in_a_project_finds_them(tmp_path, monkeypatch):
    """A training; then, with images that cannot be read any more, all that may follow it."""
    monkeypatch.setattr(rehearsal, "STAGE_SECONDS", 0.0)
    listed = write_phantoms(tmp_path / "data", 2, 2, 1, shape=SHAPE)
    project = tmp_path / "project"
    (project / "jobs").mkdir(parents=True)
    (project / "project.json").write_text("{}")
    short = {"pretrain_steps": 2, "align_steps": 2, "steps": 4, "validations": 1}

    def job(number, **changes):
        return training_job(listed, project / "jobs" / str(number), **{**short, **changes})

    assert run_job(job(1)) == 0
    made = arrays(project / "prepared")
    assert len(made) == 5 + 3
    for case in read_cases(listed):
        for path in filter(None, (case.image, case.label)):
            spoil(path, project / "prepared")
    assert run_job(job(2, seed=1)) == 0
    wanted = TrainSettings.from_dict(settings(listed, tmp_path, work=None, **short))
    folder = project / "jobs" / "3"
    assert rehearse(wanted, folder)["prepare_seconds"] == 0
    folder.mkdir(exist_ok=True)
    train_beside(wanted, folder, Printed(folder))
    assert arrays(project / "prepared") == made
    # Another preprocessing takes the place of this one, and for it the images are needed.
    assert run_job(job(4, preprocessing=VOLUMES | {"size": [48, 48]})) == 1
    assert arrays(project / "prepared") == []


def test_a_job_without_a_project_leaves_none(tmp_path):
    listed = write_phantoms(tmp_path / "data", 2, 0, 0, shape=SHAPE)
    job = training_job(listed, tmp_path, pretrain_steps=0, align_steps=1, steps=2, validations=0)
    assert run_job(job) == 0 and not (job.path / "prepared").exists()
