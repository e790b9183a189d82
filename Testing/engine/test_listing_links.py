"""Folders in which some entries are no files: nothing of them is lost without a word."""

from __future__ import annotations

import os

import pytest
from hostile_files import noise, write

from semigda.cli import main
from semigda_core.project.cases.listing import GONE, NESTED, NO_IMAGE
from semigda_core.project.cases.pairing import pair_folder

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links and pipes need Linux or macOS")


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "images"
    folder.mkdir()
    write(folder / "a.nii.gz", noise())
    (folder / "gone.nii.gz").symlink_to(tmp_path / "elsewhere.nii.gz")
    (folder / "loop.nii.gz").symlink_to("loop.nii.gz")
    os.mkfifo(folder / "pipe.nii.gz")
    write_in = folder / "b.nii.gz"
    write_in.mkdir()
    write(write_in / "b.nii.gz", noise())
    (folder / "more").mkdir()
    (folder / "more" / "up").symlink_to("..")
    return folder


def test_links_to_nothing_pipes_and_folders_called_like_images_are_told(folder, tmp_path, capsys):
    pairing = pair_folder(folder)
    assert [image for image, _ in pairing.pairs] == [folder / "a.nii.gz"]
    told = {path.name: why for path, why in pairing.left_out}
    assert told == {
        "gone.nii.gz": GONE,
        "loop.nii.gz": GONE,
        "pipe.nii.gz": NO_IMAGE,
        "b.nii.gz": NESTED,
        "up": NESTED,
    }
    assert main(["project", "create", str(tmp_path / "p")]) == 0
    assert main(["project", "add", str(tmp_path / "p"), str(folder)]) == 0
    assert f"left out: 2 files, {GONE}" in "".join(capsys.readouterr())


def test_a_label_that_is_a_link_to_nothing_is_told(folder, tmp_path):
    labels = tmp_path / "labels"
    labels.mkdir()
    (labels / "a.nii.gz").symlink_to(tmp_path / "elsewhere.nii.gz")
    (labels / "notes.txt").write_text("not told: no label")
    pairing = pair_folder(folder, labels)
    assert pairing.pairs == [(folder / "a.nii.gz", None)]
    assert (labels / "a.nii.gz", GONE) in pairing.left_out
    assert labels / "notes.txt" not in dict(pairing.left_out)
