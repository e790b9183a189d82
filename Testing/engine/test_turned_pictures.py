"""Pictures that cameras want to be shown turned, and labels that were drawn on the turned ones."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageOps
from project_fixtures import write_segmentation
from volume_fixtures import write_nrrd

from semigda.check.run import check
from semigda.data.volumes import read_volume
from semigda.reading.orientation import orientation as told
from semigda_core.project.project import NewCase, Project

ORIENTATION, UPRIGHT = 0x0112, 1


def picture(path, orientation=None, **options):
    """Dark, with a bright corner at the top left of what is stored."""
    array = np.full((40, 48, 3), 40, np.uint8)
    array[:12, :12] = 220
    array += np.random.default_rng(len(path.name)).integers(0, 20, array.shape, dtype=np.uint8)
    exif = Image.Exif()
    exif[0x010F] = "A camera"
    if orientation is not None:
        exif[ORIENTATION] = orientation
    Image.fromarray(array).save(path, exif=exif, quality=95, **options)
    return path


@pytest.mark.parametrize("orientation", [None, 0, 1, 2, 3, 6, 8])
def test_a_turned_picture_is_known_by_its_header(tmp_path, orientation):
    path = picture(tmp_path / "a.jpg", orientation)
    assert told(path) == (orientation or UPRIGHT)
    with Image.open(path) as opened:  # what other programs do with it
        shown = np.asarray(ImageOps.exif_transpose(opened)).mean(-1)
    assert (shown[:12, :12].mean() > 150) == (orientation in (None, 0, 1))
    assert read_volume(path).array[0, :12, :12].mean() > 150  # and what ITK does


def test_damaged_headers_and_other_files_turn_nothing(tmp_path):
    whole = picture(tmp_path / "a.jpg", 3).read_bytes()
    path = tmp_path / "b.jpg"
    for data in (b"", b"\xff", b"\xff\xd8\xff", whole[:20], whole[:38], whole[4:], b"\x89PNG" * 9):
        path.write_bytes(data)
        assert told(path) == UPRIGHT
    at = whole.index(b"MM\0*")
    path.write_bytes(whole[: at + 4] + b"\xff" * 4 + whole[at + 8 :])  # entries far away
    assert told(path) == told(tmp_path / "none.jpg") == UPRIGHT
    at = whole.index(b"\xff\xe1")
    exif = whole[at : at + 2 + int.from_bytes(whole[at + 2 : at + 4], "big")]
    words = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta/>"
    xmp = b"\xff\xe1" + (len(words) + 2).to_bytes(2, "big") + words  # with the same marker
    path.write_bytes(b"\xff\xd8" + xmp + exif)
    assert told(path) == 3
    for other in (b"\xff\xd8\xff\xda\x00\x02", b"II"):  # among the pixels; no JPEG file
        path.write_bytes(other + exif)
        assert told(path) == UPRIGHT


def test_the_check_asks_about_labels_of_turned_pictures_only(tmp_path):
    project = Project.create(tmp_path / "project")
    project.set_classes(["spot"])
    mask = np.zeros((40, 48), np.uint8)
    mask[:12, :12] = 255
    cases = []
    for name, orientation in (("upright", 1), ("turned", 3), ("unlabelled", 3), ("both", 3)):
        label = None if name == "unlabelled" else tmp_path / f"{name}_mask.png"
        if label:
            exif = Image.Exif()
            exif[ORIENTATION] = orientation if name == "both" else 1
            Image.fromarray(mask).save(label, exif=exif)
        cases.append(NewCase(picture(tmp_path / f"{name}.jpg", orientation), label))
    ids = project.add(cases).cases
    found = {finding.code: finding for finding in check(project)}["turned-picture"]
    assert found.case_ids == (ids[1],) and found.severity == "warning"


def test_a_label_drawn_in_slicer_lies_on_the_stored_picture(tmp_path):
    mask = np.zeros((1, 40, 48), np.uint8)
    mask[0, :12, :12] = 1
    parts = [{"Name": "spot", "LabelValue": 1, "Layer": 0}]
    label = write_segmentation(tmp_path / "a.seg.nrrd", [mask], parts, np.eye(4))
    project = Project.create(tmp_path / "project")
    project.set_classes(["spot"])
    project.add([NewCase(picture(tmp_path / "a.jpg", 3), label)])
    assert not {"turned-picture", "unreadable-label"} & {found.code for found in check(project)}


def test_a_label_whose_width_is_the_images_height_is_told_so(tmp_path):
    """Whether the camera wants the picture turned, or somebody saved an array in the order x, y."""
    project = Project.create(tmp_path / "project")
    project.set_classes(["spot"])
    Image.fromarray(np.eye(48, 40, dtype=np.uint8) * 255).save(tmp_path / "mask.png")
    project.add([NewCase(picture(tmp_path / "a.jpg", 6), tmp_path / "mask.png")])
    found = {finding.code: finding for finding in check(project)}["unreadable-label"]
    assert "size is 40 x 48 and that of its image 48 x 40: one of them is turned" in found.message
    assert "width and height of the stored image" in found.action


@pytest.mark.parametrize("size", [(24, 20), (40, 40), (96, 80), (48, 41)])
@pytest.mark.parametrize("ending", ["png", "nrrd"])
def test_a_label_of_another_size_than_its_picture_is_told_so(tmp_path, size, ending):
    project = Project.create(tmp_path / "project")
    project.set_classes(["spot"])
    label = tmp_path / f"mask.{ending}"
    array = np.eye(*size[::-1], dtype=np.uint8)
    if ending == "png":
        Image.fromarray(array).save(label)
    else:
        write_nrrd(label, array[None], np.diag((0.5, 0.5, 1, 1)))
    project.add([NewCase(picture(tmp_path / "a.png"), label)])
    found = {finding.code: finding for finding in check(project)}
    assert "label-outside" not in found and "geometry-mismatch" not in found
    told = f"The label's size is {size[0]} x {size[1]} and that of its image 48 x 40: it belongs"
    assert told in found["unreadable-label"].message


def test_a_volume_label_without_a_position_and_with_swapped_axes_is_not_brought_there(tmp_path):
    """All of it lies within the image, so it seemed to be a label on another grid."""
    image = np.random.default_rng(0).normal(size=(8, 10, 12)).astype(np.float32)
    label = np.zeros((12, 10, 8), np.uint8)
    label[2:6, 2:6, 2:6] = 1
    for name, array in (("image", image), ("label", label)):
        write_nrrd(tmp_path / f"{name}.nrrd", array, np.eye(4))
    project = Project.create(tmp_path / "project")
    project.set_classes(["spot"])
    project.add([NewCase(tmp_path / "image.nrrd", tmp_path / "label.nrrd")])
    codes = {finding.code: finding for finding in check(project)}
    assert "geometry-mismatch" not in codes
    assert "8 x 10 x 12 and that of its image 12 x 10 x 8" in codes["unreadable-label"].message


@pytest.mark.parametrize("kind", ["L", "RGB", "jpg", "whole", "volume"])
def test_a_label_that_is_black_on_white_is_asked_about(tmp_path, kind):
    """It trains the background as the class; not where it has no class."""
    spot = np.zeros((40, 48), np.uint8)
    spot[:12, :12] = 1  # at the edge, too
    project = Project.create(tmp_path / "project")
    project.set_classes(["spot"])
    for number, drawn in enumerate((spot, 1 - spot)):
        image, label = picture(tmp_path / f"{number}.png"), tmp_path / f"l{number}.png"
        if kind == "volume":
            image, label = tmp_path / f"{number}.nrrd", tmp_path / f"l{number}.nrrd"
            array = np.random.default_rng(number).normal(size=(3, 40, 48)).astype(np.float32)
            write_nrrd(image, array, np.eye(4))
            write_nrrd(label, np.stack([drawn] * 3), np.eye(4))
        elif kind == "jpg":
            label = label.with_suffix(".jpg")
            Image.fromarray(drawn * 255).save(label, quality=95)
        else:
            drawn = np.ones_like(drawn) if kind == "whole" else drawn
            Image.fromarray(drawn * 255).convert("RGB" if kind == "RGB" else "L").save(label)
        project.add([NewCase(image, label)])
    found = {finding.code: finding for finding in check(project)}
    if kind == "whole":
        assert "inverted-label" not in found
    else:
        assert found["inverted-label"].case_ids == (project.read().cases[1].id,)
        project.set_mapping({"1": 0})
        assert "inverted-label" not in {finding.code for finding in check(project)}
