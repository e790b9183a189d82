"""Reading: exact geometry in every format, and one clear sentence for every bad image."""

from __future__ import annotations

import gc
import struct

import numpy as np
import pytest
import SimpleITK as sitk
from project_fixtures import write_segmentation
from volume_fixtures import DIRECTIONS, affine_of, write_nrrd

from semigda.data.labels import read_labels
from semigda.data.volumes import Volume, read_volume
from semigda_core.errors import SemiGDAError


def image_of(dtype=np.int16, shape=(4, 5, 6)) -> np.ndarray:
    return (np.arange(np.prod(shape)).reshape(shape) % 200).astype(dtype)


def write_itk(path, array, affine) -> None:
    image = sitk.GetImageFromArray(array, isVector=array.ndim == 4)
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    image.SetSpacing(spacing.tolist())
    image.SetDirection((affine[:3, :3] / spacing).ravel().tolist())
    image.SetOrigin(affine[:3, 3].tolist())
    sitk.WriteImage(image, str(path))


def error_of(function, *arguments, **options) -> SemiGDAError:
    with pytest.raises(SemiGDAError) as caught:
        function(*arguments, **options)
    return caught.value


@pytest.mark.parametrize("name", DIRECTIONS)
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32])
def test_nrrd_keeps_every_geometry(tmp_path, name, dtype):
    affine = affine_of(DIRECTIONS[name])
    write_nrrd(tmp_path / "a.nrrd", image_of(dtype), affine)
    volume = read_volume(tmp_path / "a.nrrd")
    assert volume.array.dtype == dtype
    np.testing.assert_array_equal(volume.array, image_of(dtype))
    np.testing.assert_allclose(volume.affine, affine, rtol=0, atol=1e-14)
    assert not volume.two_dimensional
    volume_of_voxel = abs(np.linalg.det(DIRECTIONS[name])) / 1000
    assert volume.voxel_ml == pytest.approx(volume_of_voxel)


@pytest.mark.parametrize("ending", [".nii", ".nii.gz", ".mha", ".mhd", ".nhdr"])
@pytest.mark.parametrize("name", [n for n in DIRECTIONS if n != "sheared"])
def test_other_formats_keep_geometry(tmp_path, name, ending):
    affine = affine_of(DIRECTIONS[name])
    write_itk(tmp_path / f"a{ending}", image_of(), affine)
    volume = read_volume(tmp_path / f"a{ending}")
    np.testing.assert_array_equal(volume.array, image_of())
    # NIfTI stores float32, MetaImage ten digits.
    np.testing.assert_allclose(volume.affine, affine, rtol=0, atol=2e-6)


@pytest.mark.parametrize("shape", [(1, 5, 6), (4, 5, 6, 3), (1, 5, 6, 3)])
def test_one_slice_and_colour_volumes(tmp_path, shape):
    affine = affine_of(DIRECTIONS["oblique"])
    write_nrrd(tmp_path / "a.nrrd", image_of(np.uint8, shape), affine)
    volume = read_volume(tmp_path / "a.nrrd")
    np.testing.assert_array_equal(volume.array, image_of(np.uint8, shape))
    assert volume.channels == (3 if len(shape) == 4 else 1)
    np.testing.assert_allclose(volume.affine, affine)


@pytest.mark.parametrize("ending", [".png", ".tiff", ".jpg"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_pictures(tmp_path, ending, channels):
    if channels == 4 and ending == ".jpg":
        pytest.skip("JPEG has no transparency")
    shape = (5, 6) if channels == 1 else (5, 6, channels)
    picture = image_of(np.uint8, shape)
    sitk.WriteImage(
        sitk.GetImageFromArray(picture, isVector=channels > 1), str(tmp_path / f"a{ending}")
    )
    volume = read_volume(tmp_path / f"a{ending}")
    assert volume.two_dimensional and volume.shape == (1, 5, 6)
    assert volume.channels == min(channels, 3)
    np.testing.assert_array_equal(volume.affine, np.eye(4))
    if ending != ".jpg":
        expected = picture if channels == 1 else picture[..., :3]
        np.testing.assert_array_equal(volume.array[0], expected)


def test_the_readers_memory_stays_valid_without_the_volume(tmp_path):
    write_nrrd(tmp_path / "a.nrrd", image_of(), np.eye(4))
    view = read_volume(tmp_path / "a.nrrd").array[::2].transpose(2, 1, 0)
    gc.collect()
    np.testing.assert_array_equal(view, image_of()[::2].transpose(2, 1, 0))


def write_dicom(folder, positions, series="1.2.3.4", start=0, tilt=0.0):
    writer = sitk.ImageFileWriter()
    writer.KeepOriginalImageUIDOn()
    for number, z in enumerate(positions, start):
        image = sitk.GetImageFromArray(
            np.full((1, 4, 5), number, np.int16) + image_of(np.int16)[0:1, :4, :5]
        )
        image.SetSpacing([0.7, 0.7, 1.0])
        values = {
            "0008|0060": "CT",
            "0020|000e": series,
            "0020|000d": "1.2.3",
            "0008|0018": f"{series}.{number}",
            "0020|0013": str(number),
            "0020|0032": f"-10\\{5 + tilt * z}\\{z}",
            "0020|0037": "1\\0\\0\\0\\1\\0",
        }
        for key, value in values.items():
            image.SetMetaData(key, value)
        writer.SetFileName(str(folder / f"{series}-{number}.dcm"))
        writer.Execute(image)


def test_dicom_folder(tmp_path):
    write_dicom(tmp_path, [3.0, 5.5, 8.0])
    volume = read_volume(tmp_path)
    assert volume.shape == (3, 4, 5)
    np.testing.assert_allclose(volume.spacing, (2.5, 0.7, 0.7))
    np.testing.assert_allclose(volume.affine[:3, 3], (-10, 5, 3))
    assert (np.diff(volume.array.astype(int), axis=0) == 1).all()


def test_tilted_gantry_comes_out_sheared(tmp_path):
    write_dicom(tmp_path, [3.0, 5.5, 8.0], tilt=0.2)
    np.testing.assert_allclose(read_volume(tmp_path).affine[:3, 2], (0, 0.5, 2.5), atol=1e-6)


def test_dicom_problems(tmp_path):
    assert "no DICOM" in error_of(read_volume, tmp_path).message
    write_dicom(tmp_path, [0.0, 1.0, 2.0, 4.0])
    assert "not evenly spaced" in error_of(read_volume, tmp_path).message
    write_dicom(tmp_path, [0.0, 1.0], series="1.2.3.5")
    assert "2 DICOM series" in error_of(read_volume, tmp_path).message


@pytest.mark.parametrize("content", [None, b"", b"hello", b"NRRD0004\ntype: int\n"])
def test_missing_empty_and_unreadable_files(tmp_path, content):
    path = tmp_path / "secret-name.nrrd"
    if content is not None:
        path.write_bytes(content)
    error = error_of(read_volume, path)
    assert error.error_class == "bad-input"
    words = {None: "does not exist", b"": "empty"}.get(content, "cannot be read")
    assert words in error.message
    assert "secret" not in str(error.to_dict())


def test_values_that_are_no_numbers_are_counted_and_replaced(tmp_path):
    array = image_of(np.float32)
    array[0, 0, :3] = np.nan, np.inf, -np.inf
    write_nrrd(tmp_path / "a.nrrd", array, np.eye(4))
    error = error_of(read_volume, tmp_path / "a.nrrd")
    assert "holds 3 voxel values that are not a number" in error.message
    assert "replace" in error.action
    volume = read_volume(tmp_path / "a.nrrd", replace_nonfinite=True)
    finite = array[np.isfinite(array)]
    np.testing.assert_array_equal(
        volume.array[0, 0, :3], (finite.min(), finite.max(), finite.min())
    )


def test_constant_image(tmp_path):
    write_nrrd(tmp_path / "a.nrrd", np.full((3, 4, 5), 7, np.int16), np.eye(4))
    assert "constant" in error_of(read_volume, tmp_path / "a.nrrd").message


def test_frames_must_be_chosen(tmp_path):
    frames = [sitk.GetImageFromArray(image_of() + n) for n in range(3)]
    sitk.WriteImage(sitk.JoinSeries(frames), str(tmp_path / "a.nrrd"))
    error = error_of(read_volume, tmp_path / "a.nrrd")
    assert "3 frames" in error.message and "--frame takes one" in error.action
    np.testing.assert_array_equal(read_volume(tmp_path / "a.nrrd", frame=2).array, image_of() + 2)
    assert "only 3" in error_of(read_volume, tmp_path / "a.nrrd", frame=3).message
    several = np.stack([image_of() + n for n in range(5)], axis=-1)
    sitk.WriteImage(sitk.GetImageFromArray(several, isVector=True), str(tmp_path / "b.nrrd"))
    assert "5 frames" in error_of(read_volume, tmp_path / "b.nrrd").message
    np.testing.assert_array_equal(read_volume(tmp_path / "b.nrrd", frame=4).array, image_of() + 4)


def test_complex_image(tmp_path):
    image = sitk.GetImageFromArray(image_of().astype(np.complex64))
    sitk.WriteImage(image, str(tmp_path / "a.nrrd"))
    assert "complex" in error_of(read_volume, tmp_path / "a.nrrd").message


@pytest.mark.parametrize("ending", [".mha", ".nii", ".nii.gz", ".nrrd"])
@pytest.mark.parametrize("step", [0.0, -1.0])
def test_zero_and_negative_spacing(tmp_path, ending, step):
    path = tmp_path / f"a{ending}"
    array = image_of(np.uint8)
    if ending == ".mha":
        write_itk(path, array, np.eye(4))
        data = path.read_bytes().replace(
            b"ElementSpacing = 1 1 1", f"ElementSpacing = 1 {step:g} 1".encode()
        )
    elif ending == ".nrrd":
        data = f"NRRD0004\ntype: uchar\ndimension: 3\nsizes: 6 5 4\nspacings: 1 {step} 1\n".encode()
        data += b"encoding: raw\n\n" + array.tobytes()
    else:
        write_itk(tmp_path / "b.nii", array, np.eye(4))
        data = bytearray((tmp_path / "b.nii").read_bytes())
        data[84:88] = struct.pack("<f", step)
        if ending == ".nii.gz":
            import gzip

            data = gzip.compress(bytes(data))
    path.write_bytes(data)
    assert "spacing is zero, negative or no number" in error_of(read_volume, path).message


def test_steps_are_vectors_in_the_order_of_the_array(tmp_path):
    affine = affine_of(DIRECTIONS["sheared"])
    volume = Volume(np.zeros((2, 3, 4)), affine)
    between = volume.steps.T @ [1, 2, 3]  # along z, y, x
    np.testing.assert_allclose(between, affine[:3, :3] @ [3, 2, 1])
    np.testing.assert_allclose(np.linalg.norm(volume.steps, axis=1), volume.spacing)


def test_sheared_nifti_is_refused(tmp_path):
    write_itk(tmp_path / "a.nii", image_of(), np.eye(4))
    data = bytearray((tmp_path / "a.nii").read_bytes())
    data[252:256] = struct.pack("<hh", 0, 2)  # only the affine counts ...
    data[280:296] = struct.pack("<4f", 1, 0.3, 0, 0)  # ... and it is sheared
    (tmp_path / "a.nii").write_bytes(data)
    error = error_of(read_volume, tmp_path / "a.nii")
    assert "right angles" in error.message and ".nrrd" in error.action


# Labels.


@pytest.mark.parametrize("name", DIRECTIONS)
def test_label_stored_in_another_order_is_turned_to_the_image(tmp_path, name):
    affine = affine_of(DIRECTIONS[name])
    write_nrrd(tmp_path / "image.nrrd", image_of(), affine)
    like = read_volume(tmp_path / "image.nrrd")
    labels = (image_of() % 3).astype(np.uint8)
    # The same voxels with k reversed, and i and j swapped.
    other = affine.copy()
    other[:3, 3] += 3 * affine[:3, 2]
    other[:3, 2] *= -1
    other[:, [0, 1]] = other[:, [1, 0]]
    write_nrrd(tmp_path / "l.nrrd", labels[::-1].transpose(0, 2, 1).astype(np.float32), other)
    np.testing.assert_array_equal(read_labels(tmp_path / "l.nrrd", like), labels)


def test_label_on_another_grid(tmp_path):
    affine = affine_of(DIRECTIONS["oblique"])
    write_nrrd(tmp_path / "image.nrrd", image_of(), affine)
    like = read_volume(tmp_path / "image.nrrd")
    labels = (image_of() % 3).astype(np.uint8)
    shifted = affine.copy()
    shifted[0, 3] += 0.4
    scaled = affine.copy()
    scaled[:3, :3] *= 1.1
    for array, grid in ((labels[:3], affine), (labels, shifted), (labels, scaled)):
        write_nrrd(tmp_path / "l.nrrd", array, grid)
        assert error_of(read_labels, tmp_path / "l.nrrd", like).error_class == "geometry-mismatch"


def test_cropped_segmentation_file_is_put_in_its_place(tmp_path):
    affine = affine_of(DIRECTIONS["sheared"])
    write_nrrd(tmp_path / "image.nrrd", image_of(), affine)
    like = read_volume(tmp_path / "image.nrrd")
    labels = np.zeros((4, 5, 6), np.uint8)
    labels[1:3, 2:4, 3:5] = 2
    crop = affine.copy()
    crop[:3, 3] = (affine @ (3, 2, 1, 1))[:3]
    parts = [{"Name": "a", "LabelValue": 2, "Layer": 0}]
    for name in ("l.seg.nrrd", "l.nrrd"):  # known by its header, not by its name
        write_segmentation(tmp_path / name, [labels[1:3, 2:4, 3:5]], parts, crop)
        np.testing.assert_array_equal(read_labels(tmp_path / name, like), labels)
    write_nrrd(tmp_path / "plain.seg.nrrd", labels[1:3, 2:4, 3:5], crop)
    error = error_of(read_labels, tmp_path / "plain.seg.nrrd", like)
    assert error.error_class == "geometry-mismatch"


def test_picture_masks_and_bad_values(tmp_path):
    picture, mask = image_of(np.uint8, (5, 6)), np.zeros((5, 6), np.uint8)
    mask[1:3, 2:4] = 255
    sitk.WriteImage(sitk.GetImageFromArray(picture), str(tmp_path / "a.png"))
    sitk.WriteImage(sitk.GetImageFromArray(mask), str(tmp_path / "m.png"))
    like = read_volume(tmp_path / "a.png")
    labels = read_labels(tmp_path / "m.png", like)
    assert labels.dtype == np.uint8
    np.testing.assert_array_equal(labels[0], mask // 255)
    write_nrrd(tmp_path / "image.nrrd", image_of(), np.eye(4))
    for bad in (image_of() * 3, image_of() - 1, image_of(np.float32) * np.nan):
        write_nrrd(tmp_path / "l.nrrd", bad, np.eye(4))
        error = error_of(read_labels, tmp_path / "l.nrrd", read_volume(tmp_path / "image.nrrd"))
        assert "0 to 255" in error.message


def test_a_label_of_several_maps_is_not_read_as_its_first(tmp_path):
    write_nrrd(tmp_path / "image.nrrd", image_of(), np.eye(4))
    like = read_volume(tmp_path / "image.nrrd")
    maps = [sitk.GetImageFromArray(np.full(like.shape, n, np.uint8)) for n in (0, 1)]
    sitk.WriteImage(sitk.JoinSeries(maps), str(tmp_path / "l.nii"))
    assert "overlapping layers" in error_of(read_labels, tmp_path / "l.nii", like).message
