"""Small studies on disk, with patients' names in their file names, as studies have them."""

from __future__ import annotations

import contextlib
import errno
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from volume_fixtures import write_nrrd

from semigda_core.errors import SemiGDAError
from semigda_core.project import store
from semigda_core.project.project import NewCase, Project

SHAPE = (16, 20, 18)
AFFINE = np.array([[1.0, 0, 0, 10], [0, 1.0, 0, -20], [0, 0, 1.5, 5], [0, 0, 0, 1]])


def draw(number: int, size: float = 5.0) -> tuple[np.ndarray, np.ndarray]:
    """Image int16 and labels uint8 (z, y, x): a ball (1) with a core (2), a little off centre."""
    rng = np.random.default_rng(number)
    centre = np.array(SHAPE) / 2 + rng.uniform(-1, 1, 3)
    grid = np.ogrid[tuple(slice(n) for n in SHAPE)]
    away = np.sqrt(sum((g - c) ** 2 for g, c in zip(grid, centre, strict=True)))
    labels = (away < size).astype(np.uint8) + (away < size / 2)
    image = 100 + 80 * labels + rng.normal(0, 10, SHAPE)
    return image.astype(np.int16), labels.astype(np.uint8)


def write_case(folder: Path, number: int, *, label: bool = True, **changes) -> NewCase:
    """``changes``: ``image``, ``labels`` (arrays), ``affine``, ``label_affine``, ``size``."""
    folder.mkdir(parents=True, exist_ok=True)
    image, labels = draw(number, changes.get("size", 5.0))
    affine = changes.get("affine", AFFINE)
    name = f"DOE_JANE_{number:02d}"
    write_nrrd(folder / f"{name}.nrrd", changes.get("image", image), affine)
    if not label:
        return NewCase(folder / f"{name}.nrrd")
    target = folder / f"{name}_seg.nrrd"
    write_nrrd(target, changes.get("labels", labels), changes.get("label_affine", affine))
    return NewCase(folder / f"{name}.nrrd", target)


def make_project(tmp_path: Path, labelled: int = 4, unlabelled: int = 2) -> Project:
    """A project with classes ball and core; images lie beside it, not in it."""
    project = Project.create(tmp_path / "project")
    project.set_classes(["ball", "core"])
    project.set_mapping({"1": "ball", "2": "core"})
    cases = [write_case(tmp_path / "study", n) for n in range(labelled)]
    cases += [
        write_case(tmp_path / "study", n, label=False)
        for n in range(labelled, labelled + unlabelled)
    ]
    project.add(cases)
    return project


def copy_of(project: Project, folder: Path) -> Project:
    """The project again, to be changed; its images stay where they are, and are those checked."""
    return Project(shutil.copytree(project.folder, folder / "project"))


def synthetic(tmp_path, sizes, groups=None, second=(), origin="human"):
    """A project whose facts are given: (project, facts). ``second``: numbers that hold class 2."""
    project = Project.create(tmp_path / "p")
    project.set_classes(["one", "two"])
    project.set_mapping({"1": "one", "2": "two"})
    cases = []
    for number in range(len(sizes)):
        for kind in ("i", "l"):
            (tmp_path / f"{kind}{number}.nrrd").touch()
        group = groups[number] if groups else None
        image, label = tmp_path / f"i{number}.nrrd", tmp_path / f"l{number}.nrrd"
        cases.append(NewCase(image, label, group=group, origin=origin))
    facts = {}
    for number, case_id in enumerate(project.add(cases).cases):
        parts = {"1": {"voxels": sizes[number], "slices": 3}}
        if number in second:
            parts["2"] = {"voxels": 10, "slices": 1}
        label = {"parts": parts, "overlap": 0, "hash": f"h{number}"}
        facts[case_id] = {"image": {"hash": f"i{number}"}, "label": label}
    return project, facts


def write_segmentation(
    path: Path, layers: list[np.ndarray], segments: list[dict], affine: np.ndarray = AFFINE
) -> Path:
    """A ``.seg.nrrd`` as Slicer writes it: UTF-8 names, one layer where nothing overlaps.

    ``segments``: objects with the fields Name, LabelValue and Layer, which old files lack.
    """
    several = len(layers) > 1
    array = np.stack(layers, axis=-1) if several else layers[0]
    sizes = " ".join(str(n) for n in reversed(layers[0].shape))
    steps = " ".join("(" + ",".join(f"{x:g}" for x in affine[:3, n]) + ")" for n in range(3))
    lines = [
        "NRRD0004",
        "type: uint8",
        f"dimension: {4 if several else 3}",
        "space: left-posterior-superior",
        f"sizes: {f'{len(layers)} ' if several else ''}{sizes}",
        f"space directions: {'none ' if several else ''}{steps}",
        f"kinds: {'list ' if several else ''}domain domain domain",
        "encoding: raw",
        "space origin: (" + ",".join(f"{x:g}" for x in affine[:3, 3]) + ")",
    ]
    for number, segment in enumerate(segments):
        lines += [f"Segment{number}_{key}:={value}" for key, value in segment.items()]
    header = "\n".join(lines).encode() + b"\n\n"
    path.write_bytes(header + np.ascontiguousarray(array).tobytes())
    return path


@contextlib.contextmanager
def nothing_recorded() -> Iterator[None]:
    """The disk has no room for another project.json, and the block is told so."""

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.MonkeyPatch.context() as patched, pytest.raises(SemiGDAError) as raised:
        patched.setattr(store, "write_json", full)
        yield
    assert raised.value.error_class == "disk-full"


def tree(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of every file below a folder, but for locks, which a first look makes."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {str(p): (p.stat().st_size, p.stat().st_mtime_ns) for p in files}
