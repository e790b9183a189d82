"""Reading a folder with one DICOM series."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from semigda.reading.request import MODALITY
from semigda_core.errors import SemiGDAError

_POSITION = "0020|0032"
SAME_DIRECTION = 0.01  # how far direction cosines may differ
# What all slices share, and how far they may differ.
_SHARED = (("0020|0037", SAME_DIRECTION), ("0028|0030", 0.001))
# What says who and what was imaged, and in which coordinates.
_SUBJECT = ("0010|0020", "0010|0010", "0020|000d", "0020|0052", MODALITY)
# How the stored numbers become values.
_SCALE = ("0028|1053", "0028|1052", "0028|0100", "0028|0103")
_UNEVEN = 0.05  # of the slice distance; scanners round positions to a hundredth of a mm


def read_series(folder: Path) -> sitk.Image:
    """Read the only DICOM series in ``folder``, of two files or more.

    The step from slice to slice is taken from the slices' positions, so a series with a tilted
    gantry is sheared, as it was scanned.

    Raises:
        SemiGDAError: "bad-input" if there is no series, more than one, slices are missing, or they
            are not parallel, alike and of one patient.
    """
    names = sitk.ImageSeriesReader.GetGDCMSeriesIDs(str(folder))
    if len(names) != 1:
        raise SemiGDAError(
            "bad-input",
            f"The folder holds {len(names)} DICOM series."
            if names
            else "The folder holds no DICOM images.",
            action="Choose a folder that holds exactly one series.",
        )
    files = sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(folder), names[0])
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(files)
    reader.MetaDataDictionaryArrayUpdateOn()
    try:
        image = reader.Execute()
        if image.GetDimension() > 3:
            raise SemiGDAError(
                "bad-input",
                "The folder holds several DICOM files of many frames each.",
                action="Choose one of the files.",
            )
        positions = _positions(reader, len(files))
        _check_shared(reader, len(files))
        _check_subject(reader, len(files))
        if any(len(_values(reader, len(files), tag)) > 1 for tag in _SCALE):
            # ITK stores all slices in the type of the first one: .5 becomes 0.
            reader.SetOutputPixelType(sitk.sitkFloat64)
            image = reader.Execute()
        if reader.HasMetaDataKey(0, MODALITY):
            image.SetMetaData(MODALITY, reader.GetMetaData(0, MODALITY))
    except RuntimeError as error:
        raise SemiGDAError("bad-input", "The DICOM series cannot be read.") from error
    return with_true_steps(image, positions)


def _positions(reader: sitk.ImageSeriesReader, count: int) -> np.ndarray:
    """Slice positions in LPS mm (count, 3)."""
    wanted = (_POSITION, *(tag for tag, _ in _SHARED))
    if not all(reader.HasMetaDataKey(n, tag) for n in range(count) for tag in wanted):
        raise SemiGDAError(
            "bad-input",
            "The DICOM series does not say where its slices lie, or how large their pixels are.",
            action="Choose another series, or segment its pictures one by one.",
        )
    texts = [reader.GetMetaData(n, _POSITION).split("\\") for n in range(count)]
    return np.array([[float(number) for number in text] for text in texts])


def _check_shared(reader: sitk.ImageSeriesReader, count: int) -> None:
    """ITK takes orientation and pixel spacing from the first slice."""
    for tag, tolerance in _SHARED:
        texts = [
            reader.GetMetaData(n, tag) if reader.HasMetaDataKey(n, tag) else ""
            for n in range(count)
        ]
        if len(set(texts)) > 1 and not _alike(texts, tolerance):
            raise SemiGDAError(
                "bad-input",
                "The slices of the DICOM series are turned against each other, or differ in their "
                "pixel spacing.",
                action="Load the series in 3D Slicer, which sorts it into volumes, and use one.",
            )


def _values(reader: sitk.ImageSeriesReader, count: int, tag: str) -> set[str]:
    """What slices say under a tag."""
    texts = (reader.GetMetaData(n, tag) for n in range(count) if reader.HasMetaDataKey(n, tag))
    return {text.strip(" \0") for text in texts} - {""}


def _check_subject(reader: sitk.ImageSeriesReader, count: int) -> None:
    """Series are told apart by their identifier alone, and some programs give it twice."""
    if any(len(_values(reader, count, tag)) > 1 for tag in _SUBJECT):
        raise SemiGDAError(
            "bad-input",
            "The slices of the DICOM series are of several patients, studies, modalities or "
            "frames of reference.",
            action="Put those that belong together into a folder of their own.",
        )


def _alike(texts: Sequence[str], tolerance: float) -> bool:
    try:
        rows = [[float(number) for number in text.split("\\")] for text in texts]
        return bool(np.ptp(rows, axis=0).max() <= tolerance)
    except ValueError:  # a slice says nothing, or something else than the others
        return False


def with_true_steps(image: sitk.Image, positions: np.ndarray) -> sitk.Image:
    """The image with its slices at ``positions`` (n, 3), LPS mm."""
    step = (positions[-1] - positions[0]) / (len(positions) - 1)
    distance = float(np.linalg.norm(step))
    if len(np.unique(positions.round(3), axis=0)) < len(positions):
        raise SemiGDAError(
            "bad-input",
            "Several slices of the DICOM series lie at one position.",
            action="Delete copies; of several times or echoes, load one in 3D Slicer, and use that "
            "volume.",
        )
    expected = positions[0] + step * np.arange(len(positions))[:, None]
    if np.abs(positions - expected).max() > _UNEVEN * distance:
        raise SemiGDAError(
            "bad-input",
            "The slices of the DICOM series are not evenly spaced; some may be missing.",
            action="Load the series in 3D Slicer, which resamples it, and use that volume.",
        )
    direction = np.array(image.GetDirection()).reshape(3, 3)
    direction[:, 2] = step / distance
    spacing = image.GetSpacing()
    image.SetSpacing([spacing[0], spacing[1], distance])
    image.SetDirection(direction.ravel().tolist())
    return image
