"""The volumes to segment and what became of them: the rows of the table."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from semigda_core.files.names import file_names
from semigda_core.files.stamps import stamp
from semigda_core.jobs.region import region_text
from semigda_core.jobs.segmenting import SegmentOptions
from semigda_core.labels.made import read_report
from semigda_core.labels.provenance import REGION
from semigda_core.labels.segments import ENDING
from semigda_core.project.cases.pairing import pair_folder
from SemiGDALib import nodes, provenance
from SemiGDALib.left_out import inWords
from SemiGDALib.segment.region import regionIn

WAITING, RUNNING, DONE, EDITED, FAILED = "waiting", "running", "done", "edited", "failed"
OUTSIDE = "outside"  # the region of interest does not meet it
LEFT_OUT = "left-out"  # it is no image for the model, and the user left it out


@dataclass
class Row:
    """A volume node or an image file.

    Attributes:
        name: of its files in the output folder, without ending.
        image: the file, or the folder of a DICOM series.
        volumeId: the node's.
        held: the node, as long as it is in the scene.
        state: one of the states above.
        segments: name, size (see :mod:`SemiGDALib.segment.sizes`) and certainty of each class.
        notes: what else the engine says of the result.
        error: why it failed.
    """

    name: str
    image: Path | None = None
    volumeId: str | None = None
    held: nodes.Held | None = None
    state: str = WAITING
    segments: list[dict] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    error: SemiGDAError | None = None

    @property
    def volume(self):
        """The volume node, if there is one in the scene."""
        return self.held.node if self.held is not None else None

    def presentVolume(self):
        """The volume node.

        Raises:
            SemiGDAError: "bad-input" if it is not there any more.
        """
        if self.volume is None:
            raise SemiGDAError(
                "bad-input",
                _("The volume is not in the scene any more."),
                action=_("Load it again."),
            )
        return self.volume

    def become(self, state: str, segments=(), error: SemiGDAError | None = None, notes=()) -> None:
        self.state, self.segments, self.error = state, list(segments), error
        self.notes = list(notes)


def ofFolder(folder) -> list[Row]:
    """The images of a folder and its DICOM series, without labels.

    Raises:
        SemiGDAError: "bad-input" if it does not exist.
    """
    return inFolder(folder)[0]


def inFolder(folder) -> tuple[list[Row], list[str]]:
    """Those, and in words what else of the folder may be an image; errors as :func:`ofFolder`."""
    found = pair_folder(Path(folder))
    return [Row(name, image=image) for name, image in found.named()], inWords(found.left_out)


def ofVolumes(volumeNodes) -> list[Row]:
    names = file_names((node.GetName() or "" for node in volumeNodes), _("Volume"))
    return [
        Row(name, volumeId=node.GetID(), held=nodes.Held(node))
        for name, node in zip(names, volumeNodes, strict=True)
    ]


def lookUp(rows, sha256: str | None, folder: Path | None, options=None, roi=None) -> None:
    """Set the state of each row that this model has segmented before.

    An image file is done if its result is in the output folder, a volume node if it has a
    segmentation in the scene and, where a folder is chosen, the same result there.

    Args:
        sha256: of the model's weights.
        folder: for the results.
        options: the SegmentOptions; results in the scene that were made with others do not count.
        roi: the region of interest, a vtkMRMLMarkupsROINode; results of another one do not count.
    """
    how = _how(options or SegmentOptions())
    for row in rows:
        report = _inFolder(row, sha256, folder) if folder is not None else None
        if row.volumeId is None:
            found = report and {**report, "segments": segmentsOf(report)}
        else:
            found = _inScene(row, sha256, how, roi)
            if found and folder is not None and not _isSame(found, report):
                found = None
        if found:
            row.become(DONE, found.get("segments", ()), notes=found.get("notes", ()))
        elif row.state == DONE:
            row.become(WAITING)


def keepFailures(rows, before) -> None:
    """Say again of the same volumes why they could not be segmented."""
    failed = {row.volume: row for row in before if row.state in (FAILED, OUTSIDE, LEFT_OUT)}
    for row in rows:
        old = failed.get(row.volume) if row.volume is not None else None
        if old is not None and row.state == WAITING:
            row.become(old.state, error=old.error, notes=old.notes)


def left(rows, todo, now) -> list[int]:
    """Places in the list ``now`` of what a run of ``rows`` at the places ``todo`` has not done."""
    unfinished = [rows[place] for place in todo if rows[place].state not in (DONE, EDITED)]
    wanted = {(row.image, row.volumeId) for row in unfinished}
    return [place for place, row in enumerate(now) if (row.image, row.volumeId) in wanted]


def _inFolder(row: Row, sha256: str | None, folder: Path) -> dict | None:
    report = read_report(folder / f"{row.name}.json")
    there = report is not None and os.path.exists(folder / f"{row.name}{ENDING}")
    if not there or report["model"]["sha256"] != sha256:
        return None
    if row.image is not None and _made(report).get("stamp") != stamp(row.image):
        return None  # perhaps another image of this name: the run looks at its content
    return report


def _isSame(result: dict, report: dict | None) -> bool:
    """Whether a result of the scene is the one in the folder, and not another image's."""
    kept = _made(report).get("result") if report else None
    return kept is not None and kept == result.get("kept")


def _made(report: dict) -> dict:
    """What a result was made from; earlier versions did not record it."""
    made = report.get("made")
    return made if isinstance(made, dict) else {}


def segmentsOf(report: dict) -> list[dict]:
    """The classes of a report, with their sizes; a plain picture has no millilitres."""
    return [
        {**one, "pixels": one.get("voxels") if one["ml"] is None else None}
        for one in report["segments"]
    ]


def _inScene(row: Row, sha256: str | None, how: dict, roi) -> dict | None:
    region = _regionOf(row, roi)
    for node in nodes.resultsOf(row.volumeId):
        result, made = provenance.resultOf(node), provenance.ofNode(node)
        by = (made.get("ModelSHA256"), made.get(REGION), _madeHow(made))
        ours = by == (sha256 or "", region, how)
        if result and ours and (row.volume is None or provenance.isOfImage(result, row.volume)):
            return result
    return None


def _how(options: SegmentOptions) -> dict:
    """The options that a result depends on, but for the region, which is another in each volume."""
    return {**options.of_voxels(), "branches": options.branches, "roi": None}


def _madeHow(made: dict) -> dict | None:
    """That of a result in the scene; None if it says nothing that this version knows."""
    try:
        return _how(SegmentOptions.of(json.loads(made.get("Options", ""))))
    except (ValueError, SemiGDAError):
        return None


def _regionOf(row: Row, roi) -> str | None:
    """The region in the row's volume as its result would have it; None of a whole volume."""
    try:
        return region_text(regionIn(roi, row.volume)) if roi is not None else None
    except SemiGDAError as error:
        return error.message  # which no result has


def studies() -> list[tuple[int, str, list]]:
    """Patients, studies and folders of the subject hierarchy with their images: item, name and
    volume nodes of each."""
    hierarchy = nodes.subjectHierarchy()
    found: dict[int, list] = {}
    for node in nodes.images():
        item = hierarchy.GetItemParent(hierarchy.GetItemByDataNode(node))
        while item and item != hierarchy.GetSceneItemID():
            found.setdefault(item, []).append(node)
            item = hierarchy.GetItemParent(item)
    named = [(item, hierarchy.GetItemName(item), volumes) for item, volumes in found.items()]
    return sorted(named, key=lambda one: one[1].casefold())
