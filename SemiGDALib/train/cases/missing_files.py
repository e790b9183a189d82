"""The line that names what is missing, and the button that finds it again."""

from __future__ import annotations

import html
from os.path import exists

from slicer.i18n import tr as _

from semigda_core.files.texts import counted
from SemiGDALib import dialogs
from SemiGDALib.texts import amber
from SemiGDALib.widgets import notTwice

NAMED = 3


class MissingFiles:
    """Shown while files are missing, or are searched. ``ui``: missingLabel and relocateButton."""

    def __init__(self, ui, context):
        self.ui, self.context = ui, context
        self._wrong: list[str] = []
        self._searching = ""  # how far the search is
        ui.relocateButton.connect("clicked(bool)", notTwice(self.onRelocateOrCancel))

    def refresh(self) -> None:
        """Name the cases whose files are not there."""
        gone, searching = self.context.view.of_role("missing"), self.context.logic.isRelocating()
        shown = bool(gone) or searching
        self.ui.missingLabel.visible = self.ui.relocateButton.visible = shown
        self.ui.relocateButton.text = _("Cancel") if searching else _("Relocate...")
        if not shown:
            return
        text = _("{count} cases are left out because their files are missing.")
        one = _("1 case is left out because its files are missing.")
        lines = [one if len(gone) == 1 else text.format(count=len(gone))]
        lines.append(", ".join(case.name for case in gone[:NAMED]) + (", ..." * bool(gone[NAMED:])))
        wrong = [case.name for case in gone if case.id in self._wrong]
        if wrong:
            text = _("Files with the right name but other contents, not accepted: {names}")
            lines.append(text.format(names=", ".join(wrong[:NAMED])))
        missing = amber("<br>".join(map(html.escape, lines))) if gone else ""
        searched = html.escape(self._searching) if searching else ""
        self.ui.missingLabel.text = "<br>".join(filter(None, (missing, searched)))
        self.ui.missingLabel.toolTip = "\n".join(
            str(path)
            for case in gone
            for path in (case.image, case.label)
            if path is not None and not exists(path)
        )

    def onRelocateOrCancel(self) -> None:
        """Choose the folder where the files are now; or stop looking for them."""
        if self.context.logic.isRelocating():
            self._onProgress(0.0, _("Cancelling..."))
            self.context.logic.cancelRelocating()
            return
        folder = dialogs.chooseFolder(_("Where are the files now?"))
        if folder:
            self.relocate(folder)

    def relocate(self, folder) -> None:
        """Look for them there; the panel stays free meanwhile."""
        self._searching = _("Searching...")
        self.context.attempt(self.context.logic.relocate, folder, self._onDone, self._onProgress)

    def _onProgress(self, _fraction, message) -> None:
        self._searching = message or self._searching
        self.refresh()

    def _onDone(self, done, error) -> None:
        done = done or {"found": (), "wrong": (), "missing": ()}
        self._wrong = done["wrong"]
        words = (
            _("1 case found, {missing} still missing."),
            _("{count} cases found, {missing} still missing."),
        )
        text = counted(len(done["found"]), *words, missing=len(done["missing"]))
        self.context.ended(error, text)
