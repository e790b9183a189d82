"""Reading images of every supported format, with their exact geometry."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from semigda.data.content import Box
from semigda.data.geometry import orient, turned
from semigda.progress import UNWATCHED, Progress
from semigda.reading.detect import format_of, module_of
from semigda.reading.errors import choose_frame, damaged, no_frames, only_frames, unread
from semigda.reading.plain import read_plain
from semigda.reading.process import Stored, read_foreign
from semigda_core.errors import SemiGDAError
from semigda_core.models.fit import Facts

_AXES = ("sagittal", "coronal", "axial")  # slices along x, y, z


@dataclass
class Volume:
    """An image on a voxel grid.

    Attributes:
        array: grey values (z, y, x) or colours (z, y, x, 3), in the file's own type; may be
            a mapped file. A 2-D image is one slice.
        affine: (4, 4) float64, voxel index (i, j, k) = (x, y, z) to LPS mm; columns may be sheared
            or left-handed.
        two_dimensional: whether it is a plain picture, whose spacing is in pixels.
        layers: number of values a voxel, or of frames, in the file.
        modality: DICOM's code; "" if the file has none.
        thick: whether it is known how thick its slices are; a single one may be of 1 mm for want of
            knowledge.
        unit: that the file gives for what is taken for mm, as in Slicer; "" for mm.
        unsaid: what the file does not say and is assumed, of
            :data:`semigda_core.models.fit.UNSAID`.
    """

    array: np.ndarray
    affine: np.ndarray
    two_dimensional: bool = False
    layers: int = 1
    modality: str = ""
    thick: bool = True
    unit: str = ""
    unsaid: tuple[str, ...] = ()

    @property
    def shape(self) -> tuple[int, int, int]:
        """Voxels (z, y, x)."""
        z, y, x = self.array.shape[:3]
        return z, y, x

    @property
    def channels(self) -> int:
        return 1 if self.array.ndim == 3 else self.array.shape[3]

    @property
    def spacing(self) -> tuple[float, float, float]:
        """Voxel steps (z, y, x) in mm."""
        x, y, z = np.linalg.norm(self.affine[:3, :3], axis=0)
        return float(z), float(y), float(x)

    @property
    def steps(self) -> np.ndarray:
        """Vectors of the voxel steps along z, y and x in mm, (3, 3); not always at right angles."""
        return self.affine[:3, 2::-1].T

    def facts(self, box: Box | None = None) -> Facts:
        """What is plain about it, or about a box (z, y, x) of it, for a model's card."""
        size = self.shape if box is None else [last - first for first, last in box]
        return Facts.of(size[::-1], self.spacing[::-1], self.modality)

    @property
    def voxel_ml(self) -> float | None:
        """Volume of a voxel in millilitres, with shear taken into account; None if a voxel has
        none, as in a picture."""
        if self.two_dimensional or not self.thick:
            return None
        return abs(float(np.linalg.det(self.affine[:3, :3]))) / 1000


def read_volume(
    path,
    *,
    frame: int | None = None,
    replace_nonfinite: bool = False,
    progress: Progress = UNWATCHED,
) -> Volume:
    """Read an image: .nrrd, .nhdr, .nii(.gz), .mha, .mhd, .dcm, a DICOM folder, or a picture.

    Args:
        frame: the frame of a 4-D image (or one of several values a voxel), from 0.
        replace_nonfinite: replace NaN and -Inf by the lowest finite value and +Inf by the highest,
            instead of refusing the image.
        progress: checked while the file is read.

    Raises:
        SemiGDAError: "bad-input", with one sentence that says what is wrong;
            "cancelled", "disk-full", "out-of-memory".
    """
    volume = read_stored(Path(path), frame, progress=progress)
    if volume.array.size == 0:
        raise SemiGDAError("bad-input", "The image is empty: it has no voxels.")
    volume.array = checked_values(volume.array, replace_nonfinite)
    return volume


def told_by_header(volume: Volume, path: Path) -> Volume:
    """A volume that another program read from a file, with the unit and what is unsaid there.

    Only the header is read. If the file is gone, cannot be read or is of a format without such a
    header (a picture, DICOM), the volume stays as it is.
    """
    with contextlib.suppress(OSError, SemiGDAError):
        known = format_of(path)
        read_header = getattr(module_of(known), "read_header", None) if known else None
        if read_header is not None:
            header = read_header(path)
            solid = len(header.voxels.sizes) - (header.values_axis is not None) > 2
            unsaid = tuple(one for one in header.unsaid if solid or one != "sides")
            return replace(volume, unit=header.unit, unsaid=unsaid)
    return volume


def read_stored(
    path: Path,
    frame: int | None = None,
    *,
    labels: bool = False,
    progress: Progress = UNWATCHED,
) -> Volume:
    """An image as stored, whatever its values; arguments and errors as in read_volume.

    Args:
        labels: whether values are labels: a palette's indices, not its colours.
    """
    with _errors_of_label() if labels else contextlib.nullcontext():
        stored = _stored(Path(path), frame, labels, progress)
        if frame and stored.frames < 2:
            raise no_frames()
        return _volume(stored, _channels(stored.array, frame, stored.picture))


def read_layer(path: Path, layer: int) -> Volume:
    """One of several label maps in one file, (z, y, x) as stored: a layer of a Slicer segmentation,
    one of several values a voxel, or a frame; a single one has the number 0.

    Raises:
        SemiGDAError: "bad-input" if the file cannot be read or has no such layer.
    """
    with _errors_of_label():
        stored = _stored(Path(path), layer, True, UNWATCHED)
        array = stored.array if stored.array.ndim == 3 else stored.array[..., layer : layer + 1]
        if not 0 <= layer < stored.frames or 0 in array.shape:
            raise damaged("The segmentation is damaged: its header names more layers than it holds")
        return _volume(stored, array if array.ndim == 3 else array[..., 0])


@contextlib.contextmanager
def _errors_of_label() -> Iterator[None]:
    """Labels are read as images are: what is wrong with one must not be looked for in the image."""
    try:
        yield
    except SemiGDAError as error:
        if error.error_class != "bad-input":
            raise
        raise SemiGDAError(
            "bad-input", f"Label: {error.message}", action=error.action, detail=error.detail
        ) from error


def _stored(path: Path, frame: int | None, labels: bool, progress: Progress) -> Stored:
    check_file(path)
    if not os.path.isdir(path):
        plain = None
        with contextlib.suppress(OSError):  # the reader process says why it cannot be read
            plain = read_plain(path)
        if plain is not None:
            return Stored(*plain)
    return read_foreign(path, frame, labels, progress)


def check_file(path: Path) -> None:
    """Raise "bad-input" unless there is a folder, or a file that is not empty."""
    try:
        os.stat(path)
    except PermissionError as error:  # its folder may not be entered
        raise unread(error) from error
    except (OSError, ValueError) as error:  # also a name that is too long
        raise SemiGDAError("bad-input", "The image file does not exist.") from error
    if not os.path.isdir(path):
        if not os.path.isfile(path):
            raise SemiGDAError("bad-input", "The image is not a file.")
        if os.path.getsize(path) == 0:
            raise SemiGDAError("bad-input", "The image file is empty.")


def _volume(stored: Stored, array: np.ndarray) -> Volume:
    affine = checked_affine(stored.affine)
    about = stored.picture, stored.frames, stored.modality, stored.thick, stored.unit
    return Volume(array, affine, *about, stored.unsaid)


def checked_affine(affine: np.ndarray) -> np.ndarray:
    """The matrix; "bad-input" if it places no voxels."""
    if not np.isfinite(affine).all() or abs(np.linalg.det(affine)) < 1e-12:
        raise SemiGDAError("bad-input", "The image's voxel spacing or axes are not usable.")
    return affine


def _channels(array: np.ndarray, frame: int | None, picture: bool) -> np.ndarray:
    """Grey (z, y, x) or colour (z, y, x, 3): without alpha channel, one of several frames."""
    if array.ndim == 3:
        return array
    values = array.shape[3]
    if picture and values in (2, 4):  # grey or colour with alpha
        array = array[..., : values - 1]
        return array[..., 0] if values == 2 else array
    if values == 3 and frame is None:
        return array
    if values == 4 and frame is None and array.dtype == np.uint8:
        return array[..., :3]
    if frame is None:
        raise choose_frame(values)
    if not 0 <= frame < values:
        raise only_frames(values)
    return array[..., frame]


def checked_values(array: np.ndarray, replace: bool) -> np.ndarray:
    """Refuse (or replace) values that are not numbers, and constant images; slice by slice."""
    bad, low, high = 0, np.inf, -np.inf
    for plane in array:
        if array.dtype.kind == "f":
            finite = np.isfinite(plane)
            count = plane.size - int(finite.sum())
            bad += count
            plane = plane[finite] if count else plane
        if plane.size:
            low, high = min(low, plane.min()), max(high, plane.max())
    if bad and not replace:
        raise SemiGDAError(
            "bad-input",
            f"The image holds {bad} voxel value{'s' if bad > 1 else ''} that "
            f"{'are' if bad > 1 else 'is'} not a number (NaN or infinite).",
            action="Choose to replace such values, or repair the image.",
        )
    if low >= high:
        raise SemiGDAError("bad-input", "The image is constant: all its voxels are equal.")
    return np.nan_to_num(array, nan=low, posinf=high, neginf=low) if bad else array


def sampled(array: np.ndarray) -> np.ndarray:
    """About a million voxels of (z, y, x, ...): percentiles then err by some 0.01 %."""
    step = max(1, round((array.size / 1_000_000) ** (1 / 3)))
    return array[::step, ::step, ::step]


def content_hashes(volume: Volume, progress: Progress = UNWATCHED) -> tuple[str, str]:
    """Hash of an image in patient orientation, and of its mirror image, whatever its file type."""
    view = turned(volume.array, *orient(volume.affine, "axial"))
    straight, mirrored = hashlib.blake2b(digest_size=16), hashlib.blake2b(digest_size=16)
    for digest in (straight, mirrored):
        digest.update(repr(view.shape).encode())
    for plane in view:
        progress.check()
        plane = plane.astype(np.float32) + np.float32(0)  # minus zero is zero
        straight.update(np.ascontiguousarray(plane).data)
        mirrored.update(np.ascontiguousarray(plane[:, ::-1]).data)
    return straight.hexdigest(), mirrored.hexdigest()


def slice_axis(volume: Volume) -> str:
    """The anatomical axis along which thick slices, or the only one, were acquired; axial if they
    are not thick."""
    if volume.two_dimensional:
        return "acquisition"
    steps = np.array(volume.spacing[::-1])
    thick = int(steps.argmax())
    if volume.shape.count(1) == 1:
        thick = 2 - volume.shape.index(1)
    elif steps[thick] < 1.5 * np.median(steps):
        return "axial"
    return _AXES[int(np.abs(volume.affine[:3, thick]).argmax())]
