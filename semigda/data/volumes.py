"""Reading images of every supported format, with their exact geometry."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from semigda.data.geometry import make_affine
from semigda.data.headers import bad_spacing
from semigda.data.series import read_series
from semigda.errors import SemiGDAError

PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp")


@dataclass
class Volume:
    """An image on a voxel grid.

    Attributes:
        array: grey values (z, y, x) or colours (z, y, x, 3), in the file's own type; may be
            read-only memory of the reader. A 2-D image is one slice.
        affine: (4, 4) float64, voxel index (i, j, k) = (x, y, z) to LPS mm; columns may be sheared
            or left-handed.
        two_dimensional: a plain picture, whose spacing is in pixels.
    """

    array: np.ndarray
    affine: np.ndarray
    two_dimensional: bool = False

    @property
    def shape(self) -> tuple[int, int, int]:
        """Voxels (z, y, x)."""
        return tuple(self.array.shape[:3])

    @property
    def channels(self) -> int:
        return 1 if self.array.ndim == 3 else self.array.shape[3]

    @property
    def spacing(self) -> tuple[float, float, float]:
        """Voxel steps (z, y, x) in mm."""
        return tuple(float(n) for n in np.linalg.norm(self.affine[:3, :3], axis=0)[::-1])

    @property
    def voxel_ml(self) -> float:
        """Volume of a voxel in millilitres, shear taken into account."""
        return abs(float(np.linalg.det(self.affine[:3, :3]))) / 1000


class _ReaderMemory:
    """Lets NumPy use an ITK image's memory in place: half the memory of a copy.

    Arrays made from it keep it, and with it the image, alive (SimpleITK's own view does not).
    """

    def __init__(self, image: sitk.Image):
        self.image = image
        self.__array_interface__ = sitk.GetArrayViewFromImage(image).__array_interface__


def read_volume(path, *, frame: int | None = None, replace_nonfinite: bool = False) -> Volume:
    """Read an image: .nrrd, .nhdr, .nii(.gz), .mha, .mhd, .dcm, a DICOM folder, or a picture.

    Args:
        frame: which frame of a 4-D image (or which of several values a voxel), counted from 0.
        replace_nonfinite: put the lowest finite value in place of NaN and -Inf, the highest in
            place of +Inf, instead of refusing the image.

    Raises:
        SemiGDAError: "bad-input", with one sentence about what is wrong with the image.
    """
    volume = read_stored(Path(path), frame)
    if volume.array.size == 0:
        raise SemiGDAError("bad-input", "The image is empty: it has no voxels.")
    volume.array = _check_values(volume.array, replace_nonfinite)
    return volume


def read_stored(path: Path, frame: int | None = None) -> Volume:
    """An image as it is stored, whatever its values; arguments and errors of read_volume."""
    if not path.exists():
        raise SemiGDAError("bad-input", "The image file does not exist.")
    if path.is_dir():
        image = read_series(path)
    else:
        if path.stat().st_size == 0:
            raise SemiGDAError("bad-input", "The image file is empty.")
        if bad_spacing(path):
            raise SemiGDAError("bad-input", "The image's voxel spacing is zero or negative.")
        image = _read_file(path, frame)
    picture = path.suffix.lower() in PICTURES
    affine = make_affine(image.GetSpacing(), image.GetOrigin(), image.GetDirection())
    if not np.isfinite(affine).all() or abs(np.linalg.det(affine)) < 1e-12:
        raise SemiGDAError("bad-input", "The image's voxel spacing or axes are not usable.")
    components, flat = image.GetNumberOfComponentsPerPixel(), image.GetDimension() == 2
    array = np.asarray(_ReaderMemory(image))
    if flat:
        array = array[np.newaxis]
    return Volume(
        _channels(array, components, frame, picture), np.eye(4) if picture else affine, picture
    )


def _read_file(path: Path, frame: int | None) -> sitk.Image:
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    try:
        reader.ReadImageInformation()
        if "complex" in sitk.GetPixelIDValueAsString(reader.GetPixelID()):
            raise SemiGDAError(
                "bad-input",
                "The image holds complex numbers.",
                action="Save its magnitude as an image and use that.",
            )
        size = list(reader.GetSize())
        if 0 in size:
            raise SemiGDAError("bad-input", "The image is empty: it has no voxels.")
        if len(size) > 3:
            frames = int(np.prod(size[3:]))
            if len(size) > 4 or (frames > 1 and frame is None):
                raise _frames_error(frames)
            if not 0 <= (frame or 0) < frames:
                raise SemiGDAError("bad-input", f"The image has only {frames} frames.")
            reader.SetExtractSize([*size[:3], 0])
            reader.SetExtractIndex([0, 0, 0, frame or 0])
        return reader.Execute()
    except RuntimeError as error:
        raise _unreadable(str(error)) from error


def _unreadable(text: str) -> SemiGDAError:
    """ITK's exception as a sentence; its text may hold the file's name, so it is not passed on."""
    if "spacing is not supported" in text:
        return SemiGDAError("bad-input", "The image's voxel spacing is zero or negative.")
    if "orthonormal" in text:
        return SemiGDAError(
            "bad-input",
            "The image's axes are not at right angles, which cannot be read from NIfTI files.",
            action="Save it as .nrrd and use that.",
        )
    if "Unknown PixelType" in text:  # ITK's word for grey pictures with an alpha channel
        return SemiGDAError(
            "bad-input",
            "The picture's grey values come with transparency, which cannot be read.",
            action="Save it without transparency (alpha channel).",
        )
    if "alloc" in text:
        return SemiGDAError("out-of-memory")
    return SemiGDAError(
        "bad-input",
        "The image cannot be read.",
        action="Check that the file is complete and of a supported format (NRRD, NIfTI, MetaImage, "
        "DICOM, PNG, JPEG, TIFF).",
    )


def _frames_error(frames: int) -> SemiGDAError:
    return SemiGDAError(
        "bad-input",
        f"The image has a fourth dimension ({frames} frames).",
        action="Choose one frame.",
    )


def _channels(array: np.ndarray, components: int, frame: int | None, picture: bool) -> np.ndarray:
    """Grey (z, y, x) or colour (z, y, x, 3): no alpha channel, one of several frames."""
    if components == 1:
        return array
    if picture and components in (2, 4):  # grey or colour with alpha
        array = array[..., : components - 1]
        return array[..., 0] if components == 2 else array
    if components == 3 and frame is None:
        return array
    if components == 4 and frame is None and array.dtype == np.uint8:
        return array[..., :3]
    if frame is None:
        raise _frames_error(components)
    if not 0 <= frame < components:
        raise SemiGDAError("bad-input", f"The image has only {components} frames.")
    return array[..., frame]


def _check_values(array: np.ndarray, replace: bool) -> np.ndarray:
    """Refuse (or replace) values that are no numbers, and constant images; slice by slice."""
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
