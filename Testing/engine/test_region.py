"""A region of interest: what is segmented, and where it comes out, to the voxel."""

from __future__ import annotations

import json
import subprocess
import sys

import nrrd
import numpy as np
import pytest
import SimpleITK as sitk
from model_fixtures import tiny_card, tiny_network
from volume_fixtures import (
    DIRECTIONS,
    BrightPixels,
    affine_of,
    ball,
    bright_card,
    settings,
    write_nrrd,
)

from semigda.data.geometry import orient
from semigda.data.region import Region
from semigda.data.volumes import Volume
from semigda.inference.segment import segment_file, segment_volume
from semigda.models.package import save_package
from semigda_core.errors import SemiGDAError
from semigda_core.jobs.region import given_region, read_region, region
from semigda_core.jobs.segmenting import SegmentOptions

SHAPE = (20, 24, 28)
CPU = {"device": "cpu", "review": True}
# A turn about no axis of the patient, and as long sides as no two voxels.
TURN, _ = np.linalg.qr(np.array([[0.9, -0.3, 0.2], [0.35, 0.85, -0.3], [-0.1, 0.3, 1.4]]))


def place(affine: np.ndarray, ijk) -> np.ndarray:
    return affine[:3, :3] @ ijk + affine[:3, 3]


def turned_box(affine, ijk=(12, 12, 8), size=(11.0, 9.5, 13.0)) -> dict:
    return region(place(affine, ijk), size, TURN.T)


def in_region(roi: dict, affine: np.ndarray, shape) -> np.ndarray:
    """Voxel by voxel, in millimetres."""
    z, y, x = np.indices(shape)
    points = np.stack([x, y, z], -1) @ affine[:3, :3].T + affine[:3, 3] - roi["center"]
    along = points @ np.linalg.inv(np.array(roi["axes"]).T).T
    return (np.abs(along) <= np.array(roi["size"]) / 2).all(-1)


def bright(volume, roi, **options):
    card = bright_card(settings(spacing=[None, 1.0, 1.0]))
    values = {**CPU, "roi": roi, **options}
    return segment_volume(BrightPixels(0.4), card, volume, SegmentOptions(**values))


def bright_on_own_pixels(volume, roi, slice_axis):
    """The network's slices are the image's own, so nothing is resampled."""
    order, _ = orient(volume.affine, slice_axis)
    spacing = [None, *(volume.spacing[axis] for axis in order[1:])]
    card = bright_card(settings(slice_axis=slice_axis, spacing=spacing))
    return segment_volume(BrightPixels(0.4), card, volume, SegmentOptions(**CPU, roi=roi))


@pytest.mark.parametrize("slice_axis", ["acquisition", "sagittal"])
@pytest.mark.parametrize("name", DIRECTIONS)
def test_inside_a_turned_region_only(name, slice_axis):
    """In every geometry: labels, doubt, counts and spots end exactly at the turned box."""
    steps = DIRECTIONS[name]
    affine = affine_of(steps)
    # Between the branches' thresholds from the middle on: they disagree there.
    array = (200 * ball(radius=11.0)).astype(np.uint8)
    array[..., 14:] = np.where(array[..., 14:] > 0, 160, 0)
    volume = Volume(array, affine)
    roi = turned_box(affine)
    found = bright_on_own_pixels(volume, roi, slice_axis)
    inside = in_region(roi, affine, SHAPE)
    assert 50 < inside.sum() < inside.size / 4
    whole = bright_on_own_pixels(volume, None, slice_axis)
    assert np.array_equal(found.labels, whole.labels * inside)
    assert np.array_equal(found.review, whole.review * inside)
    assert found.labels.any() and found.review.any()
    (row,) = found.segments
    assert row["voxels"] == np.count_nonzero(found.labels)
    assert row["ml"] == pytest.approx(row["voxels"] * volume.voxel_ml)
    assert 0.5 < row["agreement"] < 1
    for spot in found.spots:
        assert inside[tuple(spot["ijk"][::-1])]


@pytest.mark.parametrize("name", DIRECTIONS)
def test_a_region_is_segmented_as_an_image_of_its_own(name):
    """As if the smallest box of voxels that holds it were the file."""
    rng = np.random.default_rng(1)
    array, affine = rng.integers(0, 255, SHAPE).astype(np.uint8), affine_of(DIRECTIONS[name])
    axes = (DIRECTIONS[name] / np.linalg.norm(DIRECTIONS[name], axis=0)).T
    lengths = np.linalg.norm(DIRECTIONS[name], axis=0)
    # From before the middle of voxel 5 to a quarter into voxel 17, and so on.
    low, high = np.array([4.75, 2.75, 1.75]), np.array([16.75, 20.75, 14.75])
    roi = region(place(affine, (low + high) / 2), (high - low) * lengths, axes)
    box = (slice(2, 16), slice(3, 22), slice(5, 18))
    network, card = tiny_network(), tiny_card()
    found = segment_volume(network, card, Volume(array, affine), SegmentOptions(**CPU, roi=roi))
    moved = affine.copy()
    moved[:3, 3] = place(affine, (5, 3, 2))
    alone = segment_volume(
        network, card, Volume(np.ascontiguousarray(array[box]), moved), SegmentOptions(**CPU)
    )
    inside = in_region(roi, affine, SHAPE)
    assert Region(Volume(array, affine), roi).box == tuple((s.start, s.stop) for s in box)
    assert np.array_equal(found.labels[box], alone.labels * inside[box])
    assert np.array_equal(found.review[box], alone.review * inside[box])
    assert alone.labels.any() and not (found.labels * ~inside).any()
    assert found.report["working"] == alone.report["working"]


def test_a_region_on_faces_gives_the_crop_itself():
    array, affine = np.zeros(SHAPE, np.uint8), affine_of(DIRECTIONS["oblique"])
    array[:] = np.random.default_rng(2).integers(0, 255, SHAPE)
    steps = DIRECTIONS["oblique"]
    axes = (steps / np.linalg.norm(steps, axis=0)).T
    size = np.array([12, 14, 10]) * np.linalg.norm(steps, axis=0)
    roi = region(place(affine, (9.5, 9.5, 7.5)), size, axes)
    options = SegmentOptions(**CPU, roi=roi)
    found = segment_volume(tiny_network(), tiny_card(), Volume(array, affine), options)
    box = (slice(3, 13), slice(3, 17), slice(4, 16))
    moved = affine.copy()
    moved[:3, 3] = place(affine, (4, 3, 3))
    crop = Volume(np.ascontiguousarray(array[box]), moved)
    alone = segment_volume(tiny_network(), tiny_card(), crop, SegmentOptions(**CPU))
    assert np.array_equal(found.labels[box], alone.labels)
    assert found.labels.sum() == alone.labels.sum()
    assert np.array_equal(found.review[box], alone.review)
    for mine, theirs in zip(found.segments, alone.segments, strict=True):
        assert mine == {**theirs, "ml": pytest.approx(theirs["ml"])}
    back = [{**s, "ijk": [a - b for a, b in zip(s["ijk"], (4, 3, 3), strict=True)]}
            for s in found.spots]  # fmt: skip
    assert back == alone.spots


def test_parts_are_as_large_as_they_are_inside():
    array = np.zeros(SHAPE, np.uint8)
    array[5:9, 5:9, 5:8] = array[2:18, 2:22, 15:26] = 200
    affine = np.eye(4)
    card = bright_card(
        settings(slice_axis="acquisition", spacing=[None, 1.0, 1.0]),
        postprocessing={"largest_component": True},
    )
    roi = region((7, 11, 9), (16, 24, 20))  # the small part whole, of the large one a slice
    options = SegmentOptions(**CPU, roi=roi)
    found = segment_volume(BrightPixels(), card, Volume(array, affine), options)
    assert found.segments[0]["voxels"] == np.count_nonzero(found.labels) == 16 * 20
    assert not found.labels[..., 16:].any() and not found.labels[..., :15].any()


@pytest.mark.parametrize(
    ("roi", "said"),
    [
        (region((500, 0, 0), (20, 20, 20)), "outside of the image"),
        (region((14, 12, 10), (2, 2, 2)), "too small"),
        (region((14, 12, 10), (0.1, 0.1, 0.1)), "too small"),
        (region((3, 3, 3), (5, 5, 5)), "constant inside the region"),
    ],
)
def test_a_useless_region_is_refused(roi, said):
    with pytest.raises(SemiGDAError, match=said) as raised:
        bright(Volume(200 * ball(), np.eye(4)), roi)
    assert raised.value.error_class == "bad-input" and raised.value.action


def test_one_slice_is_enough():
    array = np.repeat(ball()[8:9] * 200, 20, 0)
    found = bright(Volume(array, np.eye(4)), region((13, 13, 8), (24, 20, 0.5)))
    assert np.unique(found.labels.nonzero()[0]).tolist() == [8]


@pytest.mark.parametrize("far", [0.0, 3.5])
def test_a_picture_gets_a_rectangle(far):
    """Also where its plane does not lie between the region's front and back."""
    array = (200 * ball()[8:9]).astype(np.uint8)
    flat = np.diag([1.0, -1, 1, 1])
    angle = np.radians(30)
    axes = [
        [np.cos(angle), np.sin(angle), 0],
        [0, 0, 1],
        [-np.sin(angle), np.cos(angle), 0],
    ]
    roi = region((11, -12, far), (9, 4, 7), axes)
    card = bright_card(settings(slice_axis="acquisition", spacing=[None, 1.0, 1.0]))
    options = SegmentOptions(**CPU, roi=roi)
    found = segment_volume(BrightPixels(), card, Volume(array, flat, True), options)
    inside = in_region(region((11, -12, 0), (9, 4, 7), axes), flat, array.shape)
    assert inside.sum() > 50
    assert np.array_equal(found.labels, (array > 127) & inside)


def test_numbers_of_the_command_line():
    assert given_region("1,2,3,10,20,30") == region((1, 2, 3), (10, 20, 30))
    assert given_region("RAS:1,2,3,10,20,30")["center"] == [-1, -2, 3]
    assert given_region("10,20,8,6")["center"] == [9.5, 19.5, 0]
    for wrong in ("1,2,3", "RAS:1,2,3,4", "box", "1,2,3,a,5,6", "nan,1,2,3,4,5", "1,2,3,4,5,0"):
        with pytest.raises(SemiGDAError) as raised:
            given_region(wrong)
        assert raised.value.error_class == "bad-input"


def markup(**changes) -> dict:
    return {
        "type": "ROI",
        "coordinateSystem": "LPS",
        "roiType": "Box",
        "center": [4.0, 5.0, 6.0],
        "orientation": [0.8, -0.6, 0.0, 0.6, 0.8, 0.0, 0.0, 0.0, 1.0],
        "size": [10.0, 20.0, 30.0],
        "insideOut": False,
        **changes,
    }


def written(path, *markups):
    path.write_text(json.dumps({"@schema": "...", "markups": markups}), encoding="utf-8")
    return path


def test_a_file_of_slicers_markups(tmp_path):
    path = written(tmp_path / "R.mrk.json", {"type": "Fiducial"}, markup())
    axes = [[0.8, 0.6, 0.0], [-0.6, 0.8, 0.0], [0.0, 0.0, 1.0]]
    assert read_region(path) == region((4, 5, 6), (10, 20, 30), axes)
    path = written(tmp_path / "R.mrk.json", markup(coordinateSystem="RAS"))
    assert read_region(path) == region((4, 5, 6), (10, 20, 30), axes, ras=True)
    assert given_region(str(path)) == read_region(path)
    plane = {"type": "Plane", "size": [1, 2], "center": None, "coordinateUnits": "cm"}
    for unit in ("mm", ["UCUM", "mm", "millimeter"], None):
        path = written(tmp_path / "R.mrk.json", plane, markup(coordinateUnits=unit))
        assert read_region(path) == region((4, 5, 6), (10, 20, 30), axes)


def test_axes_of_a_file_that_stretch_mirror_or_shear_the_box(tmp_path):
    """As Slicer shows it: its corners are the middle plus half the lengths along the axes."""
    matrix = np.array([[-2.0, 0.5, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.5]])
    path = written(tmp_path / "R.mrk.json", markup(orientation=matrix.ravel().tolist()))
    found = read_region(path)
    axes = np.array(found["axes"])
    edges = axes.T / np.linalg.norm(axes, axis=1) * found["size"]
    assert np.allclose(edges, matrix * [10.0, 20.0, 30.0])


@pytest.mark.parametrize(
    ("markups", "said"),
    [
        ([], "holds 0 regions"),
        ([markup(), markup()], "holds 2 regions"),
        ([{"type": "Fiducial"}], "holds 0 regions"),
        ([markup(center=None)], "not been placed"),
        ([markup(size=[0, 1, 1])], "not been placed"),
        ([markup(insideOut=True)], "inside out"),
        ([markup(orientation=[1] * 9)], "not three directions"),
        ([markup(center=["a", 1, 2])], "is not a number"),
        ([markup(coordinateUnits="cm")], "another unit than mm"),
        ([markup(coordinateUnits=["UCUM", "um", "micrometer"])], "another unit than mm"),
        ([markup(roiType="Sphere")], "none of Box, BoundingBox"),
        ([{"type": "Plane", "size": [1, 2]}], "holds 0 regions"),
    ],
)
def test_another_file_is_refused(tmp_path, markups, said):
    with pytest.raises(SemiGDAError, match=said):
        read_region(written(tmp_path / "R.mrk.json", *markups))
    for content in (b"", b"{", b"\xff\xfe"):
        (tmp_path / "bad.mrk.json").write_bytes(content)
        with pytest.raises(SemiGDAError):
            given_region(str(tmp_path / "bad.mrk.json"))
    with pytest.raises(SemiGDAError, match="cannot be read"):
        given_region(str(tmp_path / "gone.mrk.json"))


def test_the_command(tmp_path):
    """A file in, files out: on the whole image's grid, in the image's physical space."""
    image, model, out = tmp_path / "i.nrrd", tmp_path / "bright", tmp_path / "o.seg.nrrd"
    affine = affine_of(DIRECTIONS["sheared"])
    write_nrrd(image, (200 * ball(radius=11.0)).astype(np.uint8), affine)
    save_package(model, tiny_network(), tiny_card("bright"))
    box = markup(
        center=place(affine, (12, 12, 8)).tolist(),
        orientation=TURN.ravel().tolist(),
        size=[11.0, 9.5, 13.0],
    )
    file = written(tmp_path / "R.mrk.json", box)
    command = [sys.executable, "-m", "semigda", "segment", image, "--model", model, "-o", out]
    command += ["--roi", file, "--review", tmp_path / "r.nrrd", "--report", tmp_path / "r.json"]
    subprocess.run([*map(str, command), "--device", "cpu"], check=True)
    labels, header = nrrd.read(str(out), index_order="C")
    review, _ = nrrd.read(str(tmp_path / "r.nrrd"), index_order="C")
    roi = turned_box(affine)
    inside = in_region(roi, affine, SHAPE)
    assert labels.shape == SHAPE and np.allclose(header["space origin"], affine[:3, 3])
    assert labels.any() and review.any()
    assert not (labels * ~inside).any() and not (review * ~inside).any()
    report = json.loads((tmp_path / "r.json").read_text("utf-8"))
    assert report["options"]["roi"]["size"] == [11.0, 9.5, 13.0]
    assert header["SemiGDA_Region"].startswith("LPS ")
    assert np.allclose([float(n) for n in header["SemiGDA_Region"].split()[1:4]], roi["center"])


def test_a_picture_by_numbers(tmp_path):
    """``x,y,a,b`` count pixels from the upper left corner, so whole ones are cut out."""
    pixels = np.random.default_rng(3).integers(0, 255, (40, 50)).astype(np.uint8)
    sitk.WriteImage(sitk.GetImageFromArray(pixels), str(tmp_path / "p.png"))
    sitk.WriteImage(sitk.GetImageFromArray(pixels[10:30, 5:35]), str(tmp_path / "c.png"))
    model = tiny_network(), tiny_card()
    out = [tmp_path / f"{name}.seg.nrrd" for name in "pc"]
    options = SegmentOptions(device="cpu", review=False, roi=given_region("20,20,30,20"))
    segment_file(tmp_path / "p.png", model, out[0], options=options)
    segment_file(tmp_path / "c.png", model, out[1], options=SegmentOptions("cpu", review=False))
    whole, crop = (nrrd.read(str(path), index_order="C")[0] for path in out)
    assert np.array_equal(whole[:, 10:30, 5:35], crop) and whole.sum() == crop.sum() > 0
