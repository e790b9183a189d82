"""Pictures and label pictures of kinds that ITK, or a reader in a hurry, takes for others."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from hostile_files import noise, refused, tiff
from PIL import Image, PngImagePlugin

from semigda.data.labels import read_labels
from semigda.data.volumes import read_volume
from semigda.reading.orientation import orientation as told
from semigda_core.errors import SemiGDAError

GREY = noise((40, 50), np.uint8)
COLOUR = noise((40, 50, 3), np.uint8)
MASK = np.zeros((40, 50), np.uint8)
MASK[10:20, 10:30] = 1
ORIENTATION = 0x0112


def save(path, image, **options):
    (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(path, **options)
    return path


def kind_refused(path):
    assert "TIFF file of a kind that cannot be read" in refused(path).message


def test_grey_values_with_others_beside_them_in_a_tiff_file(tmp_path):
    """ITK reads the first values of all pixels in a row, as if there were one a pixel."""
    transparent = Image.merge("LA", [Image.fromarray(GREY), Image.fromarray(255 - GREY)])
    kind_refused(save(tmp_path / "a.tif", transparent))
    np.testing.assert_array_equal(read_volume(save(tmp_path / "a.tif", COLOUR)).array[0], COLOUR)
    kind_refused(tiff(tmp_path / "a.tif", GREY, tags={277: (3, 3), 278: (4, 13), 257: (4, 13)}))


def test_real_numbers_of_sixteen_bits_in_a_tiff_file(tmp_path):
    """ITK reads their bits as whole numbers."""
    kind_refused(tiff(tmp_path / "a.tif", GREY.astype(np.float16)))
    path = tiff(tmp_path / "a.tif", GREY.astype(np.float32) / 3)
    np.testing.assert_array_equal(read_volume(path).array[0], GREY.astype(np.float32) / 3)


@pytest.mark.parametrize("orientation", [1, 2, 3, 4, 5, 6, 7, 8])
@pytest.mark.parametrize("array", [GREY, COLOUR], ids=["grey", "colour"])
def test_a_tiff_file_that_lies_on_its_side(tmp_path, orientation, array):
    """ITK turns some upside down as they say, and the others not, half, or with fewer bits."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    path = save(tmp_path / "a.tif", array, exif=exif)
    if orientation in (1, 4):
        found = read_volume(path).array[0]
        np.testing.assert_array_equal(found, array if orientation == 1 else array[::-1])
    else:
        kind_refused(path)


@pytest.mark.parametrize("other", [GREY[:20], COLOUR, GREY.astype(np.uint16)])
def test_pages_that_differ(tmp_path, other):
    """ITK reads the others as it has read the first."""
    pages = {"save_all": True, "append_images": [Image.fromarray(other)]}
    assert "pages" in refused(save(tmp_path / "a.tif", GREY, **pages)).message
    pages["append_images"] = [Image.fromarray(255 - GREY)]
    found = read_volume(save(tmp_path / "a.tif", GREY, **pages)).array
    np.testing.assert_array_equal(found, [GREY, 255 - GREY])


def tiled(path, array, colours=1):
    """One tile of 48 x 64, with a picture of 40 x 50 in its corner."""
    tile = np.pad(array, ((0, 8), (0, 14)))
    tags = {256: (4, 50), 257: (4, 40), 322: (4, 64), 323: (4, 48), 324: (4, 8)}
    tags |= {325: (4, tile.nbytes), **dict.fromkeys((273, 278, 279))}
    return tiff(path, tile, colours, tags=tags)


def test_tiles_of_a_tiff_file(tmp_path):
    """ITK reads the upper 8 bits of each value, so that nothing is left of a label, and one page of
    many."""
    path = tmp_path / "a.tif"
    np.testing.assert_array_equal(read_volume(tiled(path, GREY)).array[0], GREY)
    np.testing.assert_array_equal(read_volume(tiled(path, GREY, 0)).array[0], 255 - GREY)
    np.testing.assert_array_equal(labels(tiled(path, MASK)), MASK)
    kind_refused(tiled(path, MASK.astype(np.uint16)))
    whole = tiled(path, GREY).read_bytes()
    (directory,) = struct.unpack("<I", whole[4:8])
    path.write_bytes(whole[:-4] + struct.pack("<I", len(whole)) + whole[directory:])
    kind_refused(path)


@pytest.mark.parametrize(
    ("description", "mixed"),
    [
        ("ImageJ=1.53t\nimages=4\nslices=4\n", False),
        ("ImageJ=1.53t\nimages=4\nframes=4\n", False),
        ("ImageJ=1.53t\nimages=4\nchannels=2\nslices=2\nhyperstack=true\n", True),
        ("ImageJ=1.53t\nimages=4\nslices=2\nframes=2\nhyperstack=true\n", True),
        ('<OME><Pixels SizeX="50" SizeC="1" SizeT="1" SizeZ="4"/></OME>', False),
        ('<OME><Pixels SizeX="50" SizeC="2" SizeT="1" SizeZ="2"/></OME>', True),
    ],
)
def test_pages_of_several_channels_or_times(tmp_path, description, mixed):
    """They would be slices of one volume, one after another."""
    pages = {"save_all": True, "append_images": [Image.fromarray(GREY)] * 3}
    path = save(tmp_path / "a.tif", GREY, description=description, **pages)
    if mixed:
        assert "several channels" in refused(path).message
    else:
        assert read_volume(path).shape == (4, 40, 50)
    read_volume(save(tmp_path / "a.tif", GREY, description=description))  # one page


def test_a_grey_png_file_in_which_one_value_is_transparent(tmp_path):
    path = save(tmp_path / "a.png", GREY, transparency=0)
    np.testing.assert_array_equal(read_volume(path).array, [GREY])
    np.testing.assert_array_equal(labels(save(tmp_path / "l.png", MASK, transparency=0)), MASK)


@pytest.mark.parametrize(
    ("array", "bits"),
    [
        (GREY, b"\5"),
        (GREY.astype(np.uint16) * 257, b"\x0c"),
        (COLOUR, b"\5\6\5"),
        (np.dstack([COLOUR, np.full_like(GREY, 255)]), b"\5\5\5\1"),
    ],
)
def test_a_png_file_that_says_how_many_bits_counted_once(tmp_path, array, bits):
    """ITK divides the values by what the other bits hold: of a label nothing was left."""
    info = PngImagePlugin.PngInfo()
    info.add(b"sBIT", bits)
    found = read_volume(save(tmp_path / "a.png", array, pnginfo=info)).array[0]
    np.testing.assert_array_equal(found, array[..., :3] if array.ndim == 3 else array)
    if array is GREY:
        np.testing.assert_array_equal(labels(save(tmp_path / "l.png", MASK, pnginfo=info)), MASK)
        indices = palette((0, 0, 0), (255, 0, 0))
        shown = read_volume(save(tmp_path / "p.png", indices, pnginfo=info)).array[0]
        np.testing.assert_array_equal(shown, MASK[..., np.newaxis] * (255, 0, 0))
        np.testing.assert_array_equal(labels(tmp_path / "p.png"), MASK)


def test_a_png_file_can_be_turned_too(tmp_path):
    for orientation in (1, 6):
        exif = Image.Exif()
        exif[ORIENTATION] = orientation
        assert told(save(tmp_path / "a.png", GREY, exif=exif)) == orientation
    assert told(save(tmp_path / "a.png", GREY)) == 1


# Labels.


def labels(path) -> np.ndarray:
    save(path.with_name("image.png"), GREY)
    return read_labels(path, read_volume(path.with_name("image.png")))[0]


def label_refused(path) -> str:
    with pytest.raises(SemiGDAError) as caught:
        labels(path)
    assert caught.value.error_class == "bad-input"
    return caught.value.message


def png(path, grey_and_alpha: np.ndarray):
    """A PNG file of 16 bits, which the library of the other tests cannot write."""
    height, width = grey_and_alpha.shape[:2]
    lines = b"".join(b"\0" + row.tobytes() for row in grey_and_alpha)
    header = struct.pack(">II5B", width, height, 16, 4, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n"
    for name, content in ((b"IHDR", header), (b"IDAT", zlib.compress(lines)), (b"IEND", b"")):
        data += struct.pack(">I", len(content)) + name + content
        data += struct.pack(">I", zlib.crc32(name + content))
    path.write_bytes(data)
    return path


def test_a_bmp_of_run_lengths_that_is_cut_off_is_refused(tmp_path):
    """Two rows of two pixels of each value, from below; the library of the other tests writes no
    such file."""
    runs = bytes([2, 0, 2, 1, 0, 0, 2, 1, 2, 0, 0, 0, 0, 1])
    colours = bytes([0, 0, 0, 0, 255, 255, 255, 0])
    start = 14 + 40 + len(colours)
    header = struct.pack("<IiiHHIIiiII", 40, 4, 2, 1, 8, 1, len(runs), 0, 0, 2, 0)
    written = b"BM" + struct.pack("<IHHI", start + len(runs), 0, 0, start) + header + colours + runs
    path = tmp_path / "a.bmp"
    path.write_bytes(written)
    assert read_volume(path).array[0].tolist() == [[255, 255, 0, 0], [0, 0, 255, 255]]
    for lost in (1, 4, len(runs)):
        path.write_bytes(written[:-lost])
        assert "incomplete" in refused(path).message


def palette(*colours) -> Image.Image:
    image = Image.fromarray(MASK)
    image.putpalette([value for colour in colours for value in colour])
    return image


BLACK, WHITE, RED = (0, 0, 0), (255, 255, 255), (255, 0, 0)


@pytest.mark.parametrize("ending", [".png", ".bmp"])
def test_a_picture_of_greys_is_grey_whatever_its_palette(tmp_path, ending):
    """Every BMP file of 8 bits has a palette."""
    path, greys = tmp_path / f"a{ending}", np.arange(12, dtype=np.uint8).reshape(3, 4)
    Image.fromarray(greys).save(path)
    np.testing.assert_array_equal(read_volume(path).array, greys[None])
    indexed = Image.fromarray(greys, "P")
    indexed.putpalette([value for grey in range(256) for value in [255 - grey] * 3])
    indexed.save(path)
    np.testing.assert_array_equal(read_volume(path).array, 255 - greys[None])
    indexed.putpalette([value for grey in range(256) for value in (grey, grey, 255 - grey)])
    indexed.save(path)
    assert read_volume(path).array.shape == (1, 3, 4, 3)


@pytest.mark.parametrize("ending", [".png", ".tif", ".bmp"])
def test_a_palette_whose_background_is_not_its_first_colour(tmp_path, ending):
    """A program that makes files smaller sorts colours as it likes: its mask would be inverted."""
    path = tmp_path / f"l{ending}"
    for colours in ((WHITE, BLACK), (RED, BLACK)):
        assert "palette" in label_refused(save(path, palette(*colours)))
    for colours in ((BLACK, RED), (WHITE, RED), (WHITE, RED, BLACK)):
        np.testing.assert_array_equal(labels(save(path, palette(*colours))), MASK)


def test_a_mask_that_is_in_the_transparency_alone(tmp_path):
    """The colour under what is transparent is anything."""
    path, alpha = tmp_path / "l.png", MASK * 255
    full = np.full((40, 50), 255, np.uint8)
    white = Image.merge("LA", [Image.fromarray(full), Image.fromarray(alpha)])
    for image in (
        white,
        np.dstack([full, full, full, alpha]),
        np.dstack([full, MASK, MASK, alpha]),
    ):
        assert "transparent" in label_refused(save(path, image))
    assert "transparent" in label_refused(
        save(path, np.dstack([full, full, full]) * MASK[..., None] + 7, transparency=(7, 7, 7))
    )
    deep = png(path, np.dstack([full, alpha]).astype(">u2") * 257)
    assert "transparent" in label_refused(deep)
    drawn = np.dstack([alpha, alpha, alpha, alpha // 2])  # half transparent on nothing
    np.testing.assert_array_equal(labels(save(path, drawn)), MASK)
    ignored = np.dstack([alpha, alpha, alpha, MASK * 0])  # a fourth byte that nobody uses
    for ending in (".png", ".bmp", ".tif"):
        np.testing.assert_array_equal(labels(save(tmp_path / f"l{ending}", ignored)), MASK)


def test_a_jpeg_label_of_small_values_is_not_empty(tmp_path):
    assert "JPEG" in label_refused(save(tmp_path / "l.jpg", MASK, quality=95))
    assert not labels(save(tmp_path / "l.jpg", MASK * 0)).any()
    np.testing.assert_array_equal(labels(save(tmp_path / "l.jpg", MASK * 255)), MASK)


def test_a_value_near_a_whole_number_is_told_as_it_is(tmp_path):
    near = MASK.astype(np.float32) * np.float32(0.9985)
    assert "such as 0.9985:" in label_refused(save(tmp_path / "l.tif", near))
