"""What the module's Logic offers for several volumes, for scripts: no dialogs."""

from __future__ import annotations

from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError


class SeveralLogic:
    """A part of the module's Logic, which has ``jobs`` and ``isRunning()``."""

    several = None  # the last run started

    def startSeveral(
        self,
        rows,
        model,
        folder=None,
        todo=None,
        again=False,
        onRow=None,
        onProgress=None,
        onEnded=None,
        roi=None,
        **options,
    ):
        """Start segmenting several volumes and return at once.

        For example::

            from SemiGDALib.segment.several import rows

            found = rows.ofFolder("/data/images")  # or rows.ofVolumes(volumeNodes)
            run = logic.startSeveral(found, "hippocampus-mr", "/data/results")
            run.wait()
            for row in found:
                print(row.name, row.state, row.segments, row.error)

        Args:
            rows: what to segment; their states change as it goes on.
            model: name of a model in the library, or its folder.
            folder: for the results; files need one, volumes of the scene get their segmentations
                there as well.
            todo: places of the rows to segment; all by default.
            again: whether to segment again what is finished.
            onRow: called with the place of a row that has changed.
            onProgress: called with (fraction, message, seconds left or None).
            onEnded: called with None, or the SemiGDAError that ended all.
            roi: a vtkMRMLMarkupsROINode, in which every volume of the scene is segmented; one that
                it does not meet gets the state "outside". Files take none.
            options: as of ``start``.

        Returns:
            The :class:`SemiGDALib.segment.several.runs.SeveralRun`.

        Raises:
            SemiGDAError: for nothing to do, missing requirements, or a run that has not ended yet.
        """
        from SemiGDALib.segment.parameters import optionsOf
        from SemiGDALib.segment.several import rows as theRows
        from SemiGDALib.segment.several import runs

        self.checkIdle()
        _check(rows, folder, roi)
        chosen = optionsOf(options)
        files = rows[0].volumeId is None
        if todo is None:
            todo = range(len(rows))
            if not files and not again:
                theRows.lookUp(rows, self._weightsOf(model), folder, chosen, roi)
                todo = [place for place in todo if rows[place].state != theRows.DONE]
        run = (runs.FolderRun if files else runs.SceneRun)(
            rows,
            list(todo),
            model,
            chosen,
            folder,
            again,
            onRow=onRow,
            onProgress=onProgress,
            onEnded=onEnded,
            roi=roi,
        )
        self.several = run
        return self.jobs.add(run)

    def isRunningSeveral(self):
        """Whether several volumes are being segmented."""
        return self.several is not None and self.several.active

    def stopSeveral(self):
        """Stop within 2 s; what is finished stays."""
        if self.several is not None:
            self.several.cancel()

    def checkIdle(self):
        """Raise "bad-input" while something is being segmented."""
        if self.isRunning() or self.isRunningSeveral():
            raise SemiGDAError(
                "bad-input",
                _("A segmentation is running already."),
                action=_("Wait until it has ended, or cancel it."),
            )

    def _weightsOf(self, model):
        """The hash of a model's weights, or None."""
        from semigda_core.models.card import ModelCard
        from semigda_core.models.library import find_model

        return ModelCard.read(find_model(str(model))).weights_sha256


def _check(rows, folder, roi):
    """Raise "bad-input" for rows that cannot be segmented so."""
    from SemiGDALib.segment.region import checkRoi

    if not rows:
        raise SemiGDAError(
            "bad-input",
            _("There is no volume to segment."),
            action=_("Choose another source, or load a volume."),
        )
    files = rows[0].volumeId is None
    if files and not folder:
        raise SemiGDAError(
            "bad-input",
            _("The results of files need a folder."),
            action=_("Choose an output folder."),
        )
    if roi is not None:
        checkRoi(roi)
        if files:
            raise SemiGDAError(
                "bad-input",
                _("A region of interest of the scene does not apply to files."),
                action=_("Load them, or choose the whole volume as the region."),
            )
