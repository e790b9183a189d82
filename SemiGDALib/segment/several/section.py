"""The section *Several volumes* of SemiGDASegment's panel."""

from __future__ import annotations

import os
from pathlib import Path

import ctk
import qt
import slicer
from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError, plain_errors
from semigda_core.files.texts import counted
from semigda_core.labels.made import SHEET
from SemiGDALib import nodes, texts, timers
from SemiGDALib.jobs.worker import Worker
from SemiGDALib.scrolling import bringIntoView
from SemiGDALib.segment import views
from SemiGDALib.segment.parameters import chosenOptions, optionsOf
from SemiGDALib.segment.several import asking
from SemiGDALib.segment.several import rows as theRows
from SemiGDALib.segment.several.showing import ShowButton
from SemiGDALib.segment.several.table import SeveralTable
from SemiGDALib.translation.sentences import translated
from SemiGDALib.widgets import (
    actionButton,
    addLabel,
    linesIn,
    notTwice,
    openFile,
    rowOf,
    showProgress,
)

SCENE, FOLDER = "scene", "folder"
# In the user's settings: whoever opens Slicer again goes on with the same folders.
SOURCE, IMAGES, RESULTS = (f"SemiGDA/Several/{name}" for name in ("Source", "Images", "Results"))
LATER_MS = 200


class SeveralSection:
    """Makes the section's widgets and binds them to the module's Logic.

    Args:
        panel: the :class:`SemiGDALib.segment.panel.SegmentPanel`, whose model and options are used.
        button: the section's collapsible button, open and empty.
    """

    def __init__(self, panel, button):
        self._panel, self._logic, self.button = panel, panel.logic, button
        self.rows: list[theRows.Row] = []
        self._studies: list = []
        self._makeWidgets()
        settings = slicer.app.userSettings()
        self.imagesEdit.currentPath = str(settings.value(IMAGES) or "")
        self.resultsEdit.currentPath = str(settings.value(RESULTS) or "")
        self._fillSources(str(settings.value(SOURCE) or SCENE))
        self.sourceComboBox.connect("activated(int)", self._onSource)
        self.imagesEdit.connect("currentPathChanged(QString)", lambda: self.refresh())
        self.resultsEdit.connect("currentPathChanged(QString)", lambda: self.refresh())
        # Once for all nodes that a scene brings, and after the panel has noted another model.
        self._later = timers.once(LATER_MS, self._onLater)
        self._keeps = True  # what was said of volumes that could not be segmented
        panel.ui.modelComboBox.connect("activated(int)", self._onModel)
        self._showSource()
        self._update()

    def _makeWidgets(self) -> None:
        lines = linesIn(self.button)
        form = qt.QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        lines.addLayout(form)
        self._addChoices(form)
        self.table = SeveralTable()
        lines.addWidget(self.table.widget)
        self.label = addLabel(lines, _("How far it is."))
        self.label.name = "severalLabel"
        self.progressBar = qt.QProgressBar()
        self.progressBar.toolTip = _("Progress of all volumes.")
        self.progressBar.visible = False
        lines.addWidget(self.progressBar)
        self._addButtons(lines)

    def _addChoices(self, form) -> None:
        self.sourceComboBox = qt.QComboBox()
        self.sourceComboBox.name = "severalSourceComboBox"
        self.sourceComboBox.toolTip = _(
            "The volumes of this scene, those of one study or folder of the Data module, or the "
            "images of a folder on the disk, which need not be loaded."
        )
        self.sourceComboBox.setSizeAdjustPolicy(qt.QComboBox.AdjustToMinimumContentsLengthWithIcon)
        form.addRow(_("Volumes:"), self.sourceComboBox)
        self.imagesLabel = qt.QLabel(_("Images:"))
        self.imagesEdit = self._pathEdit(
            "severalImagesEdit",
            _("The folder with the images: files, or a folder with a DICOM series for each."),
        )
        form.addRow(self.imagesLabel, self.imagesEdit)
        self.resultsEdit = self._pathEdit(
            "severalResultsEdit",
            _(
                "Gets a .seg.nrrd for each volume, a table (summary.csv) and a contact sheet. For "
                "volumes of the scene it may stay empty: they get a segmentation in the scene "
                "anyway."
            ),
        )
        form.addRow(_("Results:"), self.resultsEdit)

    def _addButtons(self, lines) -> None:
        self.skipCheckBox = qt.QCheckBox(_("Skip done"))
        self.skipCheckBox.name = "severalSkipCheckBox"
        self.skipCheckBox.checked = True
        self.skipCheckBox.toolTip = _(
            "Go on where it was stopped. Without it all are segmented again, also those of "
            "another model; results that you have edited are never replaced."
        )
        self.startButton = actionButton("", notTwice(self.onStartOrStop), name="severalStartButton")
        about = _("Segment only those that have failed.")
        self.retryButton = actionButton(
            _("Retry failed"), self.onRetry, about, "severalRetryButton"
        )
        about = _("Show a slice of every volume with the outlines found.")
        self.openButton = actionButton(_("Contact sheet"), self.onOpen, about, "severalOpenButton")
        lines.addWidget(self.skipCheckBox)
        lines.addWidget(self.startButton)
        self.showing = ShowButton(self._panel, self)
        lines.addWidget(self.retryButton)
        lines.addLayout(rowOf(self.showing.button, self.openButton))

    def _pathEdit(self, name: str, toolTip: str):
        edit = ctk.ctkPathLineEdit()
        edit.name, edit.toolTip = name, toolTip
        edit.filters = ctk.ctkPathLineEdit.Dirs
        return edit

    # What there is

    def _fillSources(self, chosen) -> None:
        self._studies = theRows.studies()
        combo = self.sourceComboBox
        combo.clear()
        combo.addItem(_("All volumes of the scene"), SCENE)
        combo.addItem(_("A folder on the disk"), FOLDER)
        for item, name, volumes in self._studies:
            words = _("{name} (1 volume)"), _("{name} ({count} volumes)")
            combo.addItem(counted(len(volumes), *words, name=name), str(item))
        combo.currentIndex = max(0, combo.findData(chosen))

    def _source(self) -> str:
        return self.sourceComboBox.itemData(self.sourceComboBox.currentIndex)

    def onNewNode(self) -> None:
        """The scene has another node, perhaps a volume."""
        if self._source() != FOLDER:
            self._later.start()

    def _onModel(self) -> None:
        self._keeps = False
        self._later.start()

    def _onLater(self) -> None:
        before = self.rows if self._keeps else []
        self._keeps = True
        self.refresh(before)

    def _weights(self) -> str | None:
        """The hash of the chosen model's weights."""
        parameters = self._panel.parameters
        models = self._logic.models() if parameters is not None else ()
        cards = [model.card for model in models if model.name == parameters.model and model.card]
        return cards[0].weights_sha256 if cards else None

    def _onSource(self) -> None:
        self._showSource()
        self.refresh()

    def _showSource(self) -> None:
        self.imagesLabel.visible = self.imagesEdit.visible = self._source() == FOLDER

    def resultsFolder(self) -> Path | None:
        text = self.resultsEdit.currentPath.strip()
        return Path(text) if text else None

    def refresh(self, before=()) -> None:
        """Look again what there is to segment, and what of it is done.

        ``before``: rows of which stays said why they could not be segmented.
        """
        if self.button.collapsed or self._logic.isRunningSeveral():
            return
        self._fillSources(self._source())
        self._showSource()
        try:
            with plain_errors():
                self.rows, said = self._find(), ""
        except SemiGDAError as error:
            self.rows, said = [], translated(error.message)
        parameters = self._panel.parameters
        options = optionsOf(chosenOptions(parameters)) if parameters is not None else None
        theRows.lookUp(self.rows, self._weights(), self.resultsFolder(), options, self._roi())
        theRows.keepFailures(self.rows, before)
        self.table.fill(self.rows)
        self.label.text = said or self._summary()
        self._update()

    def _find(self) -> list:
        source, self._besides = self._source(), []
        if source == FOLDER:
            path = self.imagesEdit.currentPath.strip()
            rows, self._besides = theRows.inFolder(path) if path else ([], [])
            return rows
        if source == SCENE:
            return theRows.ofVolumes(nodes.images())
        found = [volumes for item, _name, volumes in self._studies if str(item) == source]
        return theRows.ofVolumes(found[0] if found else [])

    def _summary(self) -> str:
        if not self.rows:
            if self._source() == FOLDER and not self.imagesEdit.currentPath.strip():
                return _("Choose the folder with the images.")
            return _("There is no volume here.")
        done = len(self._places(theRows.DONE)) + len(self._places(theRows.EDITED))
        parts = [_("{done} of {total} done").format(done=done, total=len(self.rows))]
        for state, text in (
            (theRows.FAILED, _("{count} failed")),
            (theRows.OUTSIDE, _("{count} outside the region")),
            (theRows.LEFT_OUT, _("{count} left out")),
        ):
            count = len(self._places(state))
            parts += [text.format(count=count)] if count else []
        summary = ", ".join([*parts, *self._besides])
        parameters = self._panel.parameters
        if self._source() == FOLDER and parameters is not None and parameters.roi is not None:
            whole = _("The region of interest is of this scene: files are segmented whole.")
            return f"{summary}. {whole}"
        return summary

    def _places(self, state: str) -> list[int]:
        return [place for place, row in enumerate(self.rows) if row.state == state]

    def _update(self) -> None:
        running = self._logic.isRunningSeveral()
        for widget in (
            self.sourceComboBox,
            self.imagesEdit,
            self.resultsEdit,
            self.skipCheckBox,
        ):
            widget.enabled = not running
        self.startButton.text = _("Stop") if running else _("Segment all")
        needed = self._source() == FOLDER and self.resultsFolder() is None
        self.startButton.enabled = running or (bool(self.rows) and not needed)
        self.startButton.toolTip = (
            _("Stop now; what is finished stays.")
            if running
            else _("Choose a folder for the results first.")
            if needed
            else _("Segment these volumes one after another.")
        )
        self.retryButton.enabled = not running and bool(self._places(theRows.FAILED)) and not needed
        folder = self.resultsFolder()
        self.openButton.enabled = folder is not None and os.path.isfile(folder / SHEET)
        self.progressBar.visible = running

    # Running

    def onStartOrStop(self) -> None:
        """The big button."""
        if self._logic.isRunningSeveral():
            self.startButton.enabled = False
            self.startButton.text = self.label.text = _("Stopping...")
            self._logic.stopSeveral()
        else:
            self.start(None)

    def onRetry(self) -> None:
        """Only those that have failed."""
        self.start(self._places(theRows.FAILED))

    def start(self, todo) -> None:
        """Start with the panel's model and options; ``todo``: places, or None for all.

        Asks first about volumes that are no images for the model.
        """
        model = self._panel.choices.model()
        if self._source() == FOLDER or model is None or model.card is None:
            self._start(todo)
            return
        places = todo
        if todo is None:
            skipped = self._places(theRows.DONE) if self.skipCheckBox.checked else []
            places = [place for place in range(len(self.rows)) if place not in skipped]
        rows = self.rows
        found = asking.unlike(model.card, rows, places, self._roi())
        if not found:
            self._start(todo)
            return

        def segment(others: bool):
            if self.rows is not rows:  # the list is another one by now: so is the question
                self.start(todo and self._places(theRows.FAILED))
            elif others:
                asking.leaveOut(rows, found)
                self._start([place for place in places if place not in found])
            else:
                self._start(todo)

        asking.ask(
            self._panel.message,
            found,
            len(places),
            lambda: segment(others=False),
            lambda: segment(others=True),
        )
        bringIntoView(self._panel.ui.messageFrame)

    def _roi(self):
        """The panel's region of interest, for volumes of the scene."""
        parameters = self._panel.parameters
        return parameters.roi if parameters is not None and self._source() != FOLDER else None

    def _start(self, todo) -> None:
        self._panel.message.hide()
        self._remember()
        try:
            self._logic.startSeveral(
                self.rows,
                self._panel.parameters.model,
                self.resultsFolder(),
                todo,
                again=not self.skipCheckBox.checked,
                onRow=self._onRow,
                onProgress=self._onProgress,
                onEnded=self._onEnded,
                roi=self._roi(),
                **chosenOptions(self._panel.parameters),
            )
        except SemiGDAError as error:
            self._panel.showError(error)
            return
        self.table.fill(self.rows)
        self._update()
        self._panel.refreshModels()  # and *Segment*, which has to wait
        if self._logic.isRunningSeveral():
            self._onProgress(0.0, Worker.of("segment").phase or _("Starting"), None)

    def _remember(self) -> None:
        settings = slicer.app.userSettings()
        source = self._source()
        settings.setValue(SOURCE, source if source == FOLDER else SCENE)
        settings.setValue(IMAGES, self.imagesEdit.currentPath)
        settings.setValue(RESULTS, self.resultsEdit.currentPath)

    def _onRow(self, place: int) -> None:
        row = self.rows[place]
        self.table.show(place, row)
        if row.state == theRows.RUNNING:
            self.table.follow(place)
        if row.state == theRows.DONE and row.volumeId and self._panel.parameters is not None:
            # A hundred results over one another would hide the image that is looked at.
            parameters = self._panel.parameters
            views.hideOtherResults(parameters.inputVolume, parameters.hideOthers)

    def _onProgress(self, fraction, message, secondsLeft) -> None:
        showProgress(self.progressBar, fraction)
        self.label.text = texts.progress(message, secondsLeft)

    def _onEnded(self, error) -> None:
        self._update()
        self._panel.refreshModels()
        self.label.text = self._summary()
        if error is None:
            return
        if error.error_class == "cancelled":
            self.label.text = _("Stopped: {summary}").format(summary=self._summary())
        elif error.detail in ("model", "place"):  # the words of semigda/inference/cohort_folder.py
            action = _("Choose another folder, or untick Skip done to replace them.")
            self._panel.showError(SemiGDAError("bad-input", error.message, action=action))
        else:
            run = self._logic.several  # the list may be another one when the button is clicked
            onCpu = self._panel.problems.onCpu
            again = onCpu(error, lambda: self.start(theRows.left(run.rows, run.todo, self.rows)))
            self._panel.showError(error, *again)

    def clear(self) -> None:
        """The scene closes: its volumes are gone; files go on."""
        run = self._logic.several
        if self._logic.isRunningSeveral() and run.rows[0].volumeId is not None:
            run.abandon()
            self._update()
        if not self._logic.isRunningSeveral():
            self.rows = [row for row in self.rows if row.volumeId is None]
            self.table.fill(self.rows)

    def onOpen(self) -> None:
        """Show the contact sheet in the system's viewer."""
        openFile(self.resultsFolder() / SHEET)
