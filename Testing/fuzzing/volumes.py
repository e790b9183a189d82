"""Targets: images and labels of every format."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path

import numpy as np

from Testing.fuzzing.edits import any_bytes, cut, flip
from Testing.fuzzing.formats import EDITS
from Testing.fuzzing.target import Made, Target, Wrong, content, specimens, write

# Where a checksum starts to cover the rest of the file.
_CHECKED = {"nii.gz": 10, "mgz": 10, "png": 8, "zraw": 0, "raw.gz": 10}
_WHOLE = "whole"  # of a mutation after which only the specimen's own voxels may be read


def _make(kind: str, names: list[str], rng: random.Random, folder: Path) -> Made:
    name = rng.choice(names)
    files = dict(content(specimens() / kind / name))
    made = {"kind": kind, "specimen": name, "path": name}
    if name == "series.dcm":
        return _make_series(rng, folder, files, made)
    main = max(files, key=lambda file: (file == name, file))
    chosen = rng.choice(sorted(files))
    ending = next(e for e in (*EDITS, "raw.gz", "zraw", "raw") if name.endswith(f".{e}"))
    data, chance = files[chosen], rng.random()
    if chosen == main and chance < 0.6:
        data = EDITS[ending](rng, data)
    elif chance < 0.72:
        data = any_bytes(rng, data)
    else:
        data = _damaged(rng, data, chosen)
        # Of numbers in words the last one may have lost a digit and still be one.
        if name != "ascii.nrrd" or len(data.split()) < len(files[chosen].split()):
            made["must"] = _WHOLE
    files[chosen] = data
    if rng.random() < 0.03:  # a file whose ending is another format's
        made["path"] = name = f"x.{rng.choice([*EDITS, 'seg.nrrd', 'txt', 'dcm'])}"
        files[name] = files.pop(main)
        made.pop("must", None)
    write(folder, files)
    return made


def _damaged(rng: random.Random, data: bytes, name: str) -> bytes:
    """A file that was cut, or whose checked part has wrong bits: no voxel of it may differ."""
    start = next((n for ending, n in _CHECKED.items() if name.endswith(ending)), None)
    if name in ("packed.nrrd", "map.nrrd", "ours.seg.nrrd"):
        start = data.index(b"\n\n") + 12
    if start is not None and rng.random() < 0.5:
        return flip(rng, data, start)
    return cut(rng, data)


def _make_series(rng: random.Random, folder: Path, files: dict, made: Made) -> Made:
    """A folder of DICOM files, one of them changed, gone, twice, or with a stranger beside it."""
    made["path"] = "series"
    chosen = rng.choice(sorted(files))
    way = rng.randrange(8)
    if way == 0:
        del files[chosen]
    elif way == 1:
        files["series/copy.dcm"] = files[chosen]
    elif way == 2:
        stranger = rng.choice((b"", b"hello\n", rng.randbytes(300), b"\0" * 128 + b"DICM"))
        files[rng.choice(("series/README.txt", "series/DICOMDIR", "series/x.dcm"))] = stranger
    elif way == 3:
        whole = files[chosen]
        files[chosen] = cut(rng, whole)
        if len(files[chosen]) > 700:  # its pixels are cut; a file without them is no image
            made["must"] = _WHOLE
    elif way == 4:
        files[chosen] = any_bytes(rng, files[chosen])
    else:
        files[chosen] = EDITS["dcm"](rng, files[chosen])
    write(folder, files)
    return made


def _read_image(folder: Path, made: Made) -> None:
    from semigda.data.volumes import read_volume

    frame = 0 if made["specimen"] == "frames.nii.gz" else None
    volume = read_volume(folder / made["path"], frame=frame)
    array = np.asarray(volume.array)
    array.sum()  # every page is there
    if made.get("must") == _WHOLE:
        expected = _expected_image(made["specimen"])
        _compare([("", array), ("", volume.affine)], [("", expected[0]), ("", expected[1])])


def _read_label(folder: Path, made: Made) -> None:
    from semigda.data.labels import label_parts, read_labels
    from semigda.data.other_grid import resample_classes, share_inside

    path, like = folder / made["path"], _like()
    parts = [(key, mask.copy()) for key, mask in label_parts(path, like)]
    if made.get("must") == _WHOLE:
        _compare(parts, _expected_label(made["specimen"]))
    share_inside(path, like)
    resample_classes(path, like, {key: min(n, 255) for n, (key, _) in enumerate(parts, 1)})
    read_labels(path, like)


@cache
def _like():
    from semigda.data.volumes import read_volume

    return read_volume(specimens() / "images" / "int16.nrrd" / "int16.nrrd")


@cache
def _expected_image(name: str) -> tuple[np.ndarray, np.ndarray]:
    from semigda.data.volumes import read_volume

    path = specimens() / "images" / name / ("series" if name == "series.dcm" else name)
    volume = read_volume(path, frame=0 if name == "frames.nii.gz" else None)
    return np.array(volume.array), volume.affine


@cache
def _expected_label(name: str) -> list[tuple[str, np.ndarray]]:
    from semigda.data.labels import label_parts

    path = specimens() / "labels" / name / name
    return [(key, mask.copy()) for key, mask in label_parts(path, _like())]


def _compare(found: list, expected: list) -> None:
    same = len(found) == len(expected) and all(
        a == c and b.shape == d.shape and np.array_equal(b, d)
        for (a, b), (c, d) in zip(found, expected, strict=True)
    )
    if not same:
        raise Wrong("wrong-voxels", "A damaged file was read with other voxels than it had.")


def _names(kind: str, *endings: str) -> list[str]:
    names = sorted(path.name for path in (specimens() / kind).iterdir())
    return [name for name in names if name.endswith(endings)]


def _image(share: float, *endings: str) -> Target:
    def make(rng: random.Random, folder: Path) -> Made:
        return _make("images", _names("images", *endings), rng, folder)

    return Target(make, _read_image, share)


def _label(share: float, *endings: str) -> Target:
    def make(rng: random.Random, folder: Path) -> Made:
        return _make("labels", _names("labels", *endings), rng, folder)

    return Target(make, _read_label, share)


TARGETS = {
    "image-nrrd": _image(8, ".nrrd"),
    "image-nhdr": _image(4, ".nhdr"),
    "image-nifti": _image(7, ".nii", ".nii.gz"),
    "image-meta": _image(6, ".mha", ".mhd"),
    "image-mgh": _image(4, ".mgh", ".mgz"),
    "image-png": _image(4, ".png"),
    "image-jpeg": _image(4, ".jpg"),
    "image-tiff": _image(6, ".tif"),
    "image-bmp": _image(3, ".bmp"),
    "image-dicom": _image(5, "single.dcm"),
    "image-dicom-series": _image(4, "series.dcm"),
    "label-segmentation": _label(6, ".seg.nrrd"),
    "label-map": _label(5, "map.nrrd", "map.nii", "map.nii.gz", "map.mha"),
}
