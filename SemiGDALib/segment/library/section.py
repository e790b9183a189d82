"""The section *Models* of the panel: one list of what is installed and what can be downloaded."""

from __future__ import annotations

import html
from functools import partial

import qt
from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from semigda_core.models.catalogue import INSTALLED, NEW, UPDATE, standing
from semigda_core.models.layout import NAME_TAKEN
from SemiGDALib import dialogs, texts
from SemiGDALib.scrolling import bringIntoView
from SemiGDALib.segment import card_text
from SemiGDALib.segment.library import asking
from SemiGDALib.tables import cell, makeTable
from SemiGDALib.widgets import actionButton, addLabel, collapsible, linesIn, notTwice


class LibrarySection:
    """Makes its widgets and binds them to the Logic.

    Args:
        panel: the :class:`SegmentPanel` around it.
        layout: of the panel; the section goes to ``place``.
    """

    def __init__(self, panel, layout, place: int):
        self._panel, self._logic = panel, panel.logic
        self._rows: list[tuple] = []  # (InstalledModel or None, Entry or None)
        self._entries: list = []
        self._download = None
        self._busy = False
        self._aboutButton = panel.ui.modelsButton.toolTip
        self._makeWidgets()
        layout.insertWidget(place, self.button)
        self.button.visible = False

    def _makeWidgets(self) -> None:
        about = _("Models that are installed, and models that can be downloaded.")
        self.button = collapsible("modelsCollapsibleButton", _("Models"), about)
        rows = linesIn(self.button)
        self.updatesLabel = addLabel(rows, _("Select one below to update it."))
        self.updatesLabel.visible = False
        about = _("Installed models, and those of the catalogue.")
        self.table = makeTable("modelsTable", [_("Model"), _("State")], about)
        self.table.setMinimumSize(0, 150)
        self.table.setSelectionMode(qt.QAbstractItemView.SingleSelection)
        self.table.connect("itemSelectionChanged()", self._showSelected)
        rows.addWidget(self.table)
        about = _("What the model is for, what it is not for, and its licence.")
        self.label = addLabel(rows, about)
        self.label.textFormat = qt.Qt.RichText
        about = _("Download and install this model.")
        self.downloadButton = actionButton(_("Download"), notTwice(self.downloadOrCancel), about)
        rows.addWidget(self.downloadButton)
        self.progressBar = qt.QProgressBar()
        self.progressBar.toolTip = _("Progress of the download.")
        self.progressBar.visible = False
        rows.addWidget(self.progressBar)
        self.statusLabel = addLabel(rows, _("What is being done, and how it ended."))
        self.statusLabel.visible = False
        self._addButtons(rows)

    def _addButtons(self, rows) -> None:
        about = _("Install a model package (.zip, or the card.json of an unpacked one).")
        self.addButton = actionButton(_("Add..."), self.add, about)
        about = _("Write the selected model as one .zip.")
        self.exportButton = actionButton(_("Export..."), self.export, about)
        about = _("Delete the selected model, if it is your own.")
        self.deleteButton = actionButton(_("Delete..."), self.delete, about)
        about = _("Make a model from released SemiGDA weights.")
        self.officialButton = actionButton(_("Official..."), self.importOfficial, about)
        about = _("Choose a catalogue, such as your hospital's.")
        self.catalogueButton = actionButton(_("Catalogue..."), self.chooseCatalogue, about)
        about = _("Choose the folder that models are installed in.")
        self.folderButton = actionButton(_("Folder..."), self.chooseFolder, about)
        grid = qt.QGridLayout()
        buttons = (self.addButton, self.exportButton, self.deleteButton)
        buttons += (self.officialButton, self.catalogueButton, self.folderButton)
        for number, button in enumerate(buttons):
            grid.addWidget(button, number // 3, number % 3)
        rows.addLayout(grid)

    # Showing

    def open(self) -> None:
        """Show the list, or close it; the catalogue is read each time it opens."""
        self.button.visible = not self.button.visible
        if self.button.visible:
            self.button.collapsed = False
            self.refresh()
            self.readCatalogue()
            bringIntoView(self.button)

    def _say(self, text: str) -> None:
        """In the section, where the user has clicked."""
        self.statusLabel.text = text
        self.statusLabel.visible = bool(text)

    def readCatalogue(self) -> None:
        """Read the catalogue again; the list shows it when it is there."""
        self._say(_("Reading the catalogue..."))
        self._logic.catalogue(self._onCatalogue)

    def _onCatalogue(self, entries, problem) -> None:
        self._entries = entries
        self.refresh()
        if not (self._busy or self._download):  # which the line is about by now
            empty = problem is None and not entries
            self._say(_("The catalogue lists no models to download.") if empty else "")
        if problem is not None:
            self._panel.showError(problem)

    def refresh(self) -> None:
        """Read the library again; the selected model stays selected."""
        selected = self._selectedName()
        entries = {entry.name: entry for entry in self._entries}
        models = self._logic.models()
        self._rows = [(model, entries.pop(model.name, None)) for model in models]
        self._rows += [(None, entry) for entry in entries.values()]
        self.table.setRowCount(len(self._rows))
        for row, pair in enumerate(self._rows):
            self.table.setItem(row, 0, cell(_titleOf(*pair)))
            self.table.setItem(row, 1, cell(_stateOf(*pair)))
        self._showUpdates([_titleOf(*one) for one in self._rows if _standing(*one) == UPDATE])
        names = [_nameOf(*pair) for pair in self._rows]
        if names:
            self.table.selectRow(names.index(selected) if selected in names else 0)
        self._showSelected()

    def _showUpdates(self, titles: list[str]) -> None:
        """In the section, and on the button that opens it, which is seen when it is closed."""
        text = _("New versions to download: {names}").format(names=", ".join(titles))
        self.updatesLabel.text = texts.amber(html.escape(text))
        self.updatesLabel.visible = bool(titles)
        button, news = self._panel.ui.modelsButton, _("Models ({count})...")
        button.text = news.format(count=len(titles)) if titles else _("Models...")
        button.toolTip = text if titles else self._aboutButton

    def _selected(self) -> tuple:
        row = self.table.currentRow()
        return self._rows[row] if 0 <= row < len(self._rows) else (None, None)

    def _selectedName(self) -> str:
        return _nameOf(*self._selected())

    def select(self, name: str) -> None:
        """Select a model by its name."""
        self.table.selectRow([_nameOf(*pair) for pair in self._rows].index(name))

    def _showSelected(self) -> None:
        model, entry = self._selected()
        whole = model is not None and model.problem is None
        loading = self._download is not None
        offered = entry is not None and _standing(model, entry) != INSTALLED
        self.label.text = _about(model, entry)
        self.exportButton.enabled = whole and not self._busy
        self.deleteButton.enabled = model is not None and not model.bundled and not self._busy
        self.addButton.enabled = self.officialButton.enabled = not self._busy
        self.downloadButton.visible = offered or loading
        self.downloadButton.text = _("Cancel") if loading else _offer(model, entry)
        self.progressBar.visible = loading

    # Doing

    def downloadOrCancel(self) -> None:
        """Download the selected model after a yes; cancel a running download."""
        if self._download is not None:
            self._download.cancel()
            return
        model, entry = self._selected()
        if entry is None or not asking.mayDownload(entry, model is not None):
            return
        self._panel.message.hide()
        self.progressBar.value = 0
        self._say(_("Downloading"))
        self._download = self._logic.downloadModel(
            entry, self._onDownloaded, self._onProgress, overwrite=model is not None
        )
        self._showSelected()

    def _onProgress(self, fraction, message, secondsLeft) -> None:
        self.progressBar.value = round(100 * (fraction or 0))
        self._say(texts.progress(message, secondsLeft))

    def _onDownloaded(self, problem) -> None:
        self._download = None
        if problem is not None and problem.error_class == "cancelled":
            self._onDone(
                _("Download cancelled. What was received is kept for the next attempt."), None
            )
            return
        self._onDone(_("Model downloaded. Choose it above to use it."), problem)

    def add(self) -> None:
        """Choose a package and install it."""
        path = asking.choosePackage()
        if path:
            self._busyWith(_("Adding the model..."))
            self._logic.addModel(path, partial(self._onAdded, path))

    def _onAdded(self, path, problem) -> None:
        if problem is None or problem.action != NAME_TAKEN:
            self._onDone(_("Model added. Choose it above to use it."), problem)
        elif asking.mayReplace():
            self._logic.addModel(path, partial(self._onAdded, path), overwrite=True)
        else:
            self._onDone("", None)

    def export(self) -> None:
        """Write the selected model as one .zip."""
        name = self._selectedName()
        path = dialogs.chooseZip(_("Export model"), name)
        if path:
            self._busyWith(_("Exporting the model..."))
            self._logic.exportModel(name, path, partial(self._onDone, _("Model exported.")))

    def importOfficial(self) -> None:
        """Make a model of released weights."""
        given = asking.askOfficial()
        if given is None:
            return
        self._busyWith(_("Importing the weights..."))
        done = partial(self._onDone, _("Model imported. Choose it above to use it."))
        try:
            self._logic.importOfficial(onDone=done, **given)
        except SemiGDAError as problem:
            self._onDone("", problem)

    def delete(self) -> None:
        """Delete the selected model after a yes."""
        model, entry = self._selected()
        if not asking.mayDelete(_titleOf(model, entry)):
            return
        problem = None
        try:
            self._logic.removeModel(model.name)
        except (SemiGDAError, OSError) as error:
            problem = error if isinstance(error, SemiGDAError) else _notDeleted(error)
        self._onDone(_("Model deleted."), problem)

    def chooseCatalogue(self) -> None:
        """Use another catalogue from now on."""
        source = asking.askCatalogue()
        if source is not None:
            self._logic.useCatalogue(source)
            self._entries = []
            self.refresh()
            self.readCatalogue()

    def chooseFolder(self) -> None:
        """Install models into another folder from now on."""
        folder = dialogs.chooseFolder(_("Folder for models"))
        if folder:
            self._logic.useModelsFolder(folder)
            self._onDone(_("Models are installed in the new folder from now on."), None)

    def _busyWith(self, doing) -> None:
        self._busy = True
        self._panel.message.hide()
        self._say(doing)
        self._showSelected()

    def _onDone(self, sentence, problem) -> None:
        self._busy = False
        before = {_nameOf(*pair) for pair in self._rows if pair[0] is not None}
        if problem is None and sentence:
            self._panel.log.write(sentence)
        self._say(sentence if problem is None else "")
        self._panel.refreshModels()
        self.refresh()
        new = [model.name for model, _entry in self._rows if model and model.name not in before]
        if new and before:
            self.select(new[0])
        if problem is not None:
            self._panel.showError(problem)


def _nameOf(model, entry) -> str:
    return model.name if model is not None else entry.name if entry is not None else ""


def _titleOf(model, entry) -> str:
    if model is None:
        return entry.title
    return model.card.title if model.card else model.name


def _standing(model, entry) -> str:
    return standing(entry, model) if entry is not None else INSTALLED


def _stateOf(model, entry) -> str:
    if model is None:
        return asking.megabytes(entry.size)
    if model.problem:
        return _("damaged")
    if _standing(model, entry) == UPDATE:
        return _("update")
    return _("with SemiGDA") if model.bundled else _("installed")


def _offer(model, entry) -> str:
    if entry is None:
        return ""
    word = _("Update ({size})") if _standing(model, entry) == UPDATE else _("Download ({size})")
    return word.format(size=asking.megabytes(entry.size))


def _about(model, entry) -> str:
    """HTML: the card, or what the catalogue says; of an update both."""
    lines = []
    if model is not None:
        lines = [card_text.cardSummary(model), card_text.cardCredits(model)]
    if entry is not None and _standing(model, entry) in (NEW, UPDATE):
        version = _("Version of {date}, licence {licence}").format(
            date=entry.date, licence=entry.licence
        )
        lines += [html.escape(entry.description), f"<b>{html.escape(version)}</b>"]
    return "<br>".join(filter(None, lines))


def _notDeleted(error: OSError) -> SemiGDAError:
    return SemiGDAError(
        "bad-input",
        _("The model could not be deleted; it is whole."),
        action=_("Close what uses it, or ask for the right to write there."),
        detail=type(error).__name__,
    )
