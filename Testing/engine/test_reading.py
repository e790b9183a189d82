"""Reading foreign files: what is damaged is refused, what is whole is read as it is."""

from __future__ import annotations

import gzip
import os
import struct
import sys

import numpy as np
import pytest
import SimpleITK as sitk
from hostile_files import PICTURES, SHARED, VOLUMES, noise, nrrd, refused, tiff, write
from volume_fixtures import DIRECTIONS, affine_of, write_nrrd

from semigda.data.volumes import read_layer, read_stored, read_volume
from semigda.reading.plain import read_plain
from semigda.reading.process import read_foreign
from semigda_core.errors import SemiGDAError


def test_the_files_that_break_readers():
    if not SHARED.is_dir():
        pytest.skip("the collection of hostile files is not here")
    read = read_volume(SHARED / "sane.nrrd")
    assert read.shape == (2, 2, 2)
    for path in sorted(SHARED.iterdir()):
        if path.name != "sane.nrrd":
            refused(path)
    assert "more voxels than it holds" in refused(SHARED / "bomb.nrrd").message
    assert "lead back" in refused(SHARED / "loop.tif").message


FIELDS = ("type", "dimension", "space", "sizes", "space_directions", "kinds", "endian", "encoding")


@pytest.mark.parametrize("field", (*FIELDS, "space_origin", "spacings", "centers"))
def test_fields_that_crash_itk(tmp_path, field):
    """A bad value of 1,200 characters or more: refused by the header alone."""
    error = refused(nrrd(tmp_path / "a.nrrd", noise((2, 2, 2)), **{field: "x" * 1300}))
    assert error.message == "The image cannot be read."


@pytest.mark.parametrize("encoding", ["raw", "gzip"])
def test_a_small_file_that_declares_a_terabyte(tmp_path, encoding):
    """It is the file that is wrong, not the computer that is too small."""
    sizes = {"sizes": "4096 4096 60000", "encoding": encoding}
    path = nrrd(tmp_path / "a.nrrd", noise((2, 2, 2), np.uint8), **sizes)
    assert "more voxels than it holds" in refused(path).message


@pytest.mark.parametrize("ending", VOLUMES)
def test_voxels_and_place_of_every_format(tmp_path, ending):
    path = write(tmp_path / f"a{ending}", noise()[: 1 if ending == ".dcm" else 6])
    volume = read_volume(path)
    np.testing.assert_array_equal(volume.array, noise()[: len(volume.array)])
    assert volume.array.dtype == np.int16
    if ending != ".dcm":
        expected = affine_of(np.diag([0.5, 0.75, 2.0]), (-10, 20, 5))
        np.testing.assert_allclose(volume.affine, expected, atol=1e-6)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.95])
@pytest.mark.parametrize("ending", VOLUMES + PICTURES)
@pytest.mark.parametrize("packed", [False, True])
def test_a_file_that_ends_too_early(tmp_path, ending, packed, share):
    """Truncated images once were segmented: 1.62 ml became 0.50."""
    picture = ending in PICTURES
    shape = (40, 50) if picture else (1 if ending == ".dcm" else 6, 20, 24)
    path = write(tmp_path / f"a{ending}", noise(shape, np.uint8), packed)
    detached = {".mhd": (".zraw", ".raw"), ".nhdr": (".raw.gz", ".raw")}.get(ending)
    victim = path.with_name(f"a{detached[0 if packed else 1]}") if detached else path
    whole = victim.read_bytes()
    assert read_volume(path).shape[1:] == shape[-2:]
    victim.write_bytes(whole[: int(len(whole) * share)])
    refused(path)


@pytest.mark.parametrize("ending", VOLUMES + PICTURES[:3])  # a TIFF file ends with other things
def test_a_few_bytes_too_few(tmp_path, ending):
    picture = ending in PICTURES
    shape = (40, 50) if picture else (1 if ending == ".dcm" else 6, 20, 24)
    path = write(tmp_path / f"a{ending}", noise(shape, np.uint8))
    victim = path.with_suffix(".raw") if ending in (".mhd", ".nhdr") else path
    victim.write_bytes(victim.read_bytes()[:-3])
    refused(path)


@pytest.mark.parametrize("ending", [".nrrd", ".nii.gz", ".mha", ".png"])
def test_check_sums_are_checked(tmp_path, ending):
    shape = (40, 50) if ending == ".png" else (6, 20, 24)
    path = write(tmp_path / f"a{ending}", noise(shape, np.uint8), packed=True)
    whole = path.read_bytes()
    sums = {".png": len(whole) - 16, ".mha": len(whole) - 1}  # of the last pixels, Adler-32
    at = sums.get(ending, len(whole) - 5)  # CRC-32, before the length
    path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    assert "damaged" in refused(path).message
    path.write_bytes(whole)
    read_volume(path)


def test_a_bzip2_nrrd_and_a_flipped_bit_in_it(tmp_path):
    import bz2

    packed = bz2.compress(noise().tobytes())
    path = nrrd(tmp_path / "a.nrrd", noise(), packed, encoding="bzip2")
    np.testing.assert_array_equal(read_volume(path).array, noise())
    flipped = bytearray(packed)
    flipped[len(packed) // 2] ^= 4
    nrrd(path, noise(), bytes(flipped), encoding="bzip2")
    assert "damaged" in refused(path).message
    nrrd(path, noise(), packed[:-20], encoding="bzip2")
    assert "more voxels than it holds" in refused(path).message


def test_voxels_written_as_text(tmp_path):
    words = " ".join(str(n) for n in noise((2, 3, 4)).ravel()).encode()
    path = nrrd(tmp_path / "a.nrrd", noise((2, 3, 4)), words, encoding="ascii", endian=None)
    np.testing.assert_array_equal(read_volume(path).array, noise((2, 3, 4)))
    nrrd(path, noise((2, 3, 4)), words.rsplit(b" ", 1)[0], encoding="ascii", endian=None)
    refused(path)
    nrrd(path, noise((2, 3, 4)), b"99999 " + words, encoding="ascii", endian=None)
    refused(path)


@pytest.mark.parametrize("encoding", ["raw", "gzip"])
def test_declaring_too_little_is_no_better(tmp_path, encoding):
    """A header whose size lost a bit would show part of the image, sheared."""
    data = noise().tobytes()
    data = gzip.compress(data) if encoding == "gzip" else data
    big = noise((60, 20, 24))
    data = gzip.compress(big.tobytes()) if encoding == "gzip" else big.tobytes()
    path = nrrd(tmp_path / "a.nrrd", big, data, encoding=encoding, sizes="24 20 28")
    assert "more voxels than it declares" in refused(path).message
    path.write_bytes(nrrd(path, big, data, encoding=encoding).read_bytes() + bytes(100))
    np.testing.assert_array_equal(read_volume(path).array, big)  # padding harms nobody


def test_voxels_in_several_files(tmp_path):
    names = [f"s{number}.raw" for number in range(6)]
    for name, plane in zip(names, noise(), strict=True):
        (tmp_path / name).write_bytes(b"line\n" + plane.tobytes())
    for text in ("s%d.raw 0 5 1", "LIST\n" + "\n".join(names)):
        header = nrrd(tmp_path / "a.nhdr", noise(), b"", line_skip="1", data_file=text)
        np.testing.assert_array_equal(read_volume(header).array, noise())
    (tmp_path / "s3.raw").write_bytes(b"line\n" + noise()[3].tobytes()[:-1])
    assert "more voxels than it holds" in refused(header).message
    (tmp_path / "s3.raw").unlink()
    assert "missing" in refused(header).message


def test_a_file_is_read_alone(tmp_path):
    """ITK takes the voxels of case.nii for those of case.nii.gz beside it."""
    for n, ending in enumerate((".nii", ".nii.gz", ".hdr")):
        write(tmp_path / f"case{ending}", noise() + n)
    for n, ending in enumerate((".nii", ".nii.gz", ".hdr", ".img")):
        found = read_volume(tmp_path / f"case{ending}").array
        np.testing.assert_array_equal(found, noise() + min(n, 2))


def test_values_that_are_no_numbers_are_told_in_every_format(tmp_path):
    array = noise(dtype=np.float32)
    array[0, 0, 0] = np.nan
    for ending in (".nii", ".nii.gz", ".nrrd", ".mha"):
        path = write(tmp_path / f"a{ending}", array)
        assert "1 voxel value that is not a number" in refused(path).message
        assert read_volume(path, replace_nonfinite=True).array[0, 0, 0] == np.nanmin(array)


@pytest.mark.parametrize("dtype", ["u1", "i2", "u2", "i4", "f4", "f8"])
@pytest.mark.parametrize("order", "<>")
def test_scaled_nifti_values_are_those_of_itk(tmp_path, dtype, order):
    array = noise(dtype=np.dtype(dtype))
    path = write(tmp_path / "a.nii", array)
    data = bytearray(path.read_bytes())
    data[112:120] = struct.pack("<2f", 0.37, -11.5)
    if order == ">":
        data = swapped(data, array)
    path.write_bytes(data)
    expected = sitk.GetArrayFromImage(sitk.ReadImage(str(path)))
    found = read_volume(path)
    assert found.array.dtype == expected.dtype
    np.testing.assert_array_equal(found.array, expected)


@pytest.mark.parametrize(("code", "at"), [(252, 256), (254, 300)], ids=["quaternion", "matrix"])
def test_a_nifti_transform_that_is_no_number_is_refused_at_once(tmp_path, code, at):
    """ITK never comes to an end with one; where it is not used it does no harm."""
    path = write(tmp_path / "a.nii", noise())
    data = bytearray(path.read_bytes())
    data[252:256] = bytes(4)
    data[code : code + 2] = struct.pack("<h", 1)
    data[at : at + 4] = struct.pack("<f", -np.inf)
    path.write_bytes(data)
    assert "axes are not usable" in refused(path).message
    data[252:256] = bytes(4)
    data[506 - code : 508 - code] = struct.pack("<h", 1)  # the other one
    path.write_bytes(data)
    assert read_volume(path).array.shape == noise().shape


def swapped(data: bytearray, array: np.ndarray) -> bytearray:
    """A NIfTI-1 file in the other byte order."""
    fields = [(0, 1, 4), (32, 1, 4), (36, 1, 2), (40, 8, 2), (56, 3, 4), (68, 4, 2), (76, 11, 4)]
    fields += [(120, 1, 2), (124, 6, 4), (252, 2, 2), (256, 18, 4)]
    for start, count, size in fields:
        for n in range(count):
            at = start + n * size
            data[at : at + size] = data[at : at + size][::-1]
    data[352:] = array.astype(array.dtype.newbyteorder(">")).tobytes()
    return data


@pytest.mark.parametrize("kinds", ["list domain domain domain", "domain domain domain list"])
def test_layers_wherever_their_axis_is(tmp_path, kinds):
    layers = [(noise((6, 20, 24), np.uint8) > 100 + n).astype(np.uint8) for n in range(4)]
    first = kinds.startswith("list")
    array = np.stack(layers, axis=-1 if first else 0)
    steps = "(1,0,0) (0,1,0) (0,0,1)"
    directions = f"none {steps}" if first else f"{steps} none"
    path = nrrd(tmp_path / "a.seg.nrrd", array, kinds=kinds, space_directions=directions)
    for n, layer in enumerate(layers):
        np.testing.assert_array_equal(read_layer(path, n).array, layer)
        np.testing.assert_array_equal(read_stored(path, n).array, layer)
    with pytest.raises(SemiGDAError, match="damaged|only 4"):
        read_layer(path, 4)


# The short way for Slicer's own files.


@pytest.mark.parametrize("name", DIRECTIONS)
@pytest.mark.parametrize("space", ["left-posterior-superior", "RAS"])
def test_the_short_way_and_itk_see_the_same(tmp_path, name, space):
    affine = affine_of(DIRECTIONS[name], (0.1, -22.7, 1e-3))
    write_nrrd(tmp_path / "a.nrrd", noise(), affine)
    data = (tmp_path / "a.nrrd").read_bytes()
    path = tmp_path / "b.nrrd"
    path.write_bytes(data.replace(b"left-posterior-superior", space.encode()))
    array, found = read_plain(path)
    foreign = read_foreign(path)
    np.testing.assert_array_equal(array, foreign.array)
    np.testing.assert_array_equal(found, foreign.affine)
    image = sitk.ReadImage(str(path))
    np.testing.assert_array_equal(array, sitk.GetArrayViewFromImage(image))
    direction = np.array(image.GetDirection()).reshape(3, 3)
    np.testing.assert_array_equal(found[:3, :3], direction * image.GetSpacing())
    np.testing.assert_array_equal(found[:3, 3], image.GetOrigin())


@pytest.mark.parametrize(
    "fields",
    [
        {"encoding": "gzip"},
        {"byte_skip": "0"},
        {"spacings": "1 1 1"},
        {"kinds": "domain domain time"},
        {"space": "scanner-xyz"},
        {"space_directions": "(1,0,0) (0,1,0) none"},
        {"space_directions": "(1,0,0) (0,1,0) (0,0,0)"},
        {"sizes": "24 20 7"},
        {"measurement_frame": "(1,0,0) (0,1,0) (0,0,1)"},
    ],
)
def test_what_the_short_way_leaves_to_the_reader(tmp_path, fields):
    assert read_plain(nrrd(tmp_path / "a.nrrd", noise())) is not None
    assert read_plain(nrrd(tmp_path / "a.nrrd", noise(), **fields)) is None


# Pictures.


def test_where_zero_is_white(tmp_path):
    for dtype, white in ((np.uint8, 255), (np.uint16, 65535)):
        grey = noise((6, 8), dtype)
        dark, bright = (tiff(tmp_path / f"{n}.tif", grey, colours=n) for n in (1, 0))
        np.testing.assert_array_equal(read_volume(dark).array[0], grey)
        np.testing.assert_array_equal(read_volume(bright).array[0], white - grey)
    mask = (noise((6, 8)) % 2).astype(np.uint8)
    for colours, meant in ((1, mask), (0, 1 - mask)):
        path = tiff(tmp_path / "mask.tif", mask, colours, bits=1)
        np.testing.assert_array_equal(read_volume(path).array[0], 255 * meant)
        np.testing.assert_array_equal(read_stored(path, labels=True).array[0], meant)


@pytest.mark.parametrize("bits", [2, 4, 8])
def test_a_palettes_indices_are_the_labels(tmp_path, bits):
    labels = (noise((6, 8)) % 3).astype(np.uint8)
    path = tiff(tmp_path / "a.tif", labels, colours=3, bits=bits)
    np.testing.assert_array_equal(read_stored(path, labels=True).array[0], labels)
    assert read_stored(path).channels == 3
    image = pytest.importorskip("PIL.Image").fromarray(labels, "P")
    image.putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0])
    image.save(tmp_path / "a.png", bits=bits)
    image.save(tmp_path / "a.bmp")
    for ending in (".png", ".bmp"):
        path = tmp_path / f"a{ending}"
        np.testing.assert_array_equal(read_stored(path, labels=True).array[0], labels)
        assert read_stored(path).channels == 3


def test_broken_tiff_directories(tmp_path):
    grey = noise((6, 8), np.uint8)
    path = tiff(tmp_path / "a.tif", grey, following=8 + grey.size)
    assert "lead back" in refused(path).message
    for tags in ({279: (4, 47)}, {273: (4, 1000)}, {256: (4, 1 << 30)}, {278: (4, 1)}):
        refused(tiff(path, grey, tags=tags))


def test_damaged_jpeg_pixels(tmp_path):
    whole = write(tmp_path / "a.jpg", noise((64, 64), np.uint8)).read_bytes()
    middle = len(whole) // 2
    (tmp_path / "a.jpg").write_bytes(whole[:middle] + b"\xff\xd9")
    assert "damaged" in refused(tmp_path / "a.jpg").message
    (tmp_path / "a.jpg").write_bytes(whole)
    assert read_volume(tmp_path / "a.jpg").shape == (1, 64, 64)


def test_pictures_have_no_spacing_whatever_their_name_says(tmp_path):
    grey = noise((6, 8), np.uint8)
    image = sitk.GetImageFromArray(grey)
    image.SetSpacing([0.2, 0.2])
    for written, named in (("a.tif", "a.tif"), ("b.png", "b.jfif"), ("c.png", "c")):
        sitk.WriteImage(image, str(tmp_path / written))
        (tmp_path / written).rename(tmp_path / named)
        volume = read_volume(tmp_path / named)
        assert volume.two_dimensional
        np.testing.assert_array_equal(volume.affine, np.eye(4))


# DICOM.


@pytest.mark.skipif(sys.platform != "linux", reason="only there names are bytes")
def test_names_that_are_no_utf8(tmp_path):
    folder = os.fsencode(tmp_path) + b"/M\xfcller"
    os.mkdir(folder)
    for ending in VOLUMES + PICTURES:
        flat = ending in PICTURES
        array = noise((20, 24) if flat else (1, 20, 24), np.uint8)
        source = write(tmp_path / f"a{ending}", array)
        data = source.read_bytes()
        for raw in (b".raw",):
            if source.with_suffix(raw.decode()).exists():
                content = source.with_suffix(raw.decode()).read_bytes()
                with open(folder + b"/a\xe4" + raw, "wb") as file:
                    file.write(content)
                data = data.replace(b"a.raw", b"a\xe4.raw")
                source.with_suffix(raw.decode()).unlink()
        target = folder + b"/Ch\xe2teau 'x'\n\"y\"" + ending.encode()
        with open(target, "wb") as file:
            file.write(data)
        volume = read_volume(os.fsdecode(target))
        if ending != ".jpg":
            shown = volume.array[..., 0] if volume.channels == 3 else volume.array
            np.testing.assert_array_equal(shown.reshape(20, 24), array.reshape(20, 24))


def test_what_is_no_file(tmp_path):
    assert "does not exist" in refused(tmp_path / ("x" * 5000)).message
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "a.nrrd")
        assert "not a file" in refused(tmp_path / "a.nrrd").message
    assert "no DICOM" in refused(tmp_path).message
