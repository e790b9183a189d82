"""Small studies on the disk for the training panel, with names as patients have them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

SHAPE = (12, 20, 18)
SPACING = (1.0, 1.0, 2.5)


def draw(number: int) -> tuple[np.ndarray, np.ndarray]:
    """Image int16 and labels uint8 (z, y, x): a ball (1) with a core (2), a little off centre."""
    rng = np.random.default_rng(number)
    centre = np.array(SHAPE) / 2 + rng.uniform(-1, 1, 3)
    grid = np.ogrid[tuple(slice(n) for n in SHAPE)]
    away = np.sqrt(sum((g - c) ** 2 for g, c in zip(grid, centre, strict=True)))
    labels = (away < 5).astype(np.uint8) + (away < 2.5)
    image = 100 + 80 * labels + rng.normal(0, 10, SHAPE)
    return image.astype(np.int16), labels.astype(np.uint8)


def write_nrrd(path: Path, array: np.ndarray, origin=(0, 0, 0), left_handed=False, segments=None):
    """A raw NRRD file; ``segments``: names of the values 1, 2 ..., as in a .seg.nrrd."""
    path.parent.mkdir(parents=True, exist_ok=True)
    x, y, z = SPACING
    z = -z if left_handed else z
    lines = [
        "NRRD0004",
        f"type: {'uint8' if array.dtype == np.uint8 else 'int16'}",
        "dimension: 3",
        "space: left-posterior-superior",
        "sizes: " + " ".join(str(n) for n in reversed(array.shape)),
        f"space directions: ({x},0,0) (0,{y},0) (0,0,{z})",
        "kinds: domain domain domain",
        "endian: little",
        "encoding: raw",
        "space origin: (" + ",".join(map(str, origin)) + ")",
    ]
    for n, name in enumerate(segments or ()):
        lines += [
            f"Segment{n}_ID:=s{n}",
            f"Segment{n}_Name:={name}",
            f"Segment{n}_LabelValue:={n + 1}",
        ]
        lines += [f"Segment{n}_Layer:=0", f"Segment{n}_Color:=0.{2 + n} 0.5 0.{8 - n}"]
    path.write_bytes("\n".join(lines).encode() + b"\n\n" + np.ascontiguousarray(array).tobytes())
    return path


def write_study(folder: Path, labelled: int, unlabelled: int = 0, segments=("ball", "core")):
    """Images DOE_JANE_nn.nrrd, the first ``labelled`` with a .seg.nrrd beside them."""
    for number in range(labelled + unlabelled):
        image, labels = draw(number)
        write_nrrd(folder / f"DOE_JANE_{number:02d}.nrrd", image)
        if number < labelled:
            path = folder / f"DOE_JANE_{number:02d}.seg.nrrd"
            write_nrrd(path, labels, segments=segments)
    return folder
