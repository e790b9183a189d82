"""The section *Set-up* of both panels: a guided first start, then the check and another Python.

While something is missing it is the first thing in the panel, and open; afterwards the last.
"""

from __future__ import annotations

import html
from pathlib import Path

import qt
import slicer
from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from semigda_core.jobs import interpreter
from SemiGDALib import keyboard
from SemiGDALib.dialogs import chooseFile, chooseFolder
from SemiGDALib.scrolling import bringIntoView
from SemiGDALib.set_up import installing
from SemiGDALib.translation.sentences import translated
from SemiGDALib.widgets import actionButton, addLabel, linesIn, rowOf

_SHOWN = {
    "SimpleITK": _("SimpleITK (reads images)"),
    "safetensors": _("safetensors (reads models)"),
    "torch": _("PyTorch (computes)"),
}


class SetUpSection:
    """Binds the section's widgets, which it makes, to a module's Logic.

    Args:
        button: its collapsible button, closed and the last of the panel.
        logic: with the methods of :class:`SemiGDALib.set_up.logic.SetUpLogic`.
        layout: of the panel, from top to bottom; its last item is a spacer.
        message: the panel's :class:`SemiGDALib.message_area.MessageArea`.
        showError: function of a SemiGDAError, and of the text and function of a button, which logs
            it and offers what helps.
        say: function of a sentence about what went well.
        device: function that gives the device to try.
    """

    def __init__(self, button, logic, layout, message, showError, say, device=lambda: "auto"):
        self.button = button
        self._logic, self._layout, self._message = logic, layout, message
        self._showError, self._say, self._device = showError, say, device
        self._broken: dict[str, str] = {}  # of the last check: package -> why
        self._finding: dict | None = None
        self._busy = False
        self._first = False  # whether the section is on top
        self._makeWidgets()

    def _makeWidgets(self) -> None:
        rows = linesIn(self.button)
        self.label = addLabel(rows, _("What is installed, and what is missing."))
        self.label.textFormat = qt.Qt.RichText
        self.setUpButton = actionButton(_("Set up"), self.install)
        self.setUpButton.setMinimumSize(0, 34)
        font = self.setUpButton.font
        font.setBold(True)
        self.setUpButton.setFont(font)
        rows.addWidget(self.setUpButton)
        self.progressBar = qt.QProgressBar()
        self.progressBar.toolTip = _("Progress of the set-up.")
        rows.addWidget(self.progressBar)
        about = _(
            "Without a network: install from a folder with the packages' wheels (.whl files)."
        )
        self.folderButton = actionButton(_("From a folder..."), self.installFromFolder, about)
        about = _(
            "Test every package and compute once on the device, in a separate process; what "
            "fails can then be installed again."
        )
        self.checkButton = actionButton(_("Check and repair"), self.check, about)
        about = _(
            "Compute in another Python that has PyTorch, for graphics cards that Slicer's own "
            "cannot use. Nothing is installed into it."
        )
        self.pythonButton = actionButton(_("External Python..."), self.choosePython, about)
        about = _("Compute in Slicer's own Python again.")
        self.ownButton = actionButton(_("Use Slicer's own"), self.useOwn, about)
        rows.addLayout(rowOf(self.folderButton, self.checkButton))
        rows.addLayout(rowOf(self.pythonButton, self.ownButton))

    # Showing

    def refresh(self) -> None:
        """Look what is missing, which takes milliseconds, and show it."""
        if self._busy:
            return
        todo, external = self._todo(), interpreter.chosen()
        self.setUpButton.text = _wordFor(todo)
        self.setUpButton.toolTip = _("Download and install this into Slicer: {names}.").format(
            names=", ".join(step.name for step in todo)
        )
        self.setUpButton.visible = self.folderButton.visible = bool(todo)
        self.progressBar.visible = False
        self.ownButton.visible = external is not None
        self.label.text = self._todoText(todo) if todo else self._readyText(external)
        self._place(bool(todo))

    def _todo(self) -> list:
        """What must be installed. General features alone are no reason to stand on top: a training
        may start from nothing, and its panel offers both."""
        todo = installing.steps(self._broken)
        return installing.steps(self._broken, self._logic.wantsFeatures()) if todo else []

    def _todoText(self, todo) -> str:
        lines = [
            "<b>" + _("SemiGDA needs these packages, once:") + "</b>",
            '<table cellspacing="0" cellpadding="2">',
        ]
        for step in todo:
            name = html.escape(_SHOWN.get(step.name, step.name))
            why = html.escape(self._broken.get(step.name, ""))
            state = _("damaged") if step.damaged else _("missing")
            size = installing.sizeText(step.megabytes)
            lines.append(
                f'<tr><td>{name}&nbsp;</td><td align="right">{size}&nbsp;</td>'
                f'<td title="{why}"><b>{state}</b></td></tr>'
            )
        needed, free = map(installing.sizeText, installing.room(todo))
        text = _("They take about {needed} on Slicer's disk; {free} are free.")
        lines.append("</table>" + text.format(needed=needed, free=free))
        return "".join(lines)

    def _readyText(self, external) -> str:
        lines = [_("Everything that SemiGDA needs is installed.")]
        if external is not None:
            name = html.escape(Path(external.program).name)
            lines = [_("SemiGDA computes in an external Python ({name}).").format(name=name)]
        if self._finding is not None and not self._finding["broken"]:
            lines.append(html.escape(_tried(self._finding)))
        return "<br>".join(lines)

    def _place(self, first: bool) -> None:
        """On top and open while something is missing, else the last and closed."""
        if first != self._first:
            self._first = first
            self._layout.removeWidget(self.button)
            self._layout.insertWidget(0 if first else self._layout.count() - 1, self.button)
            self.button.collapsed = not first
            keyboard.prepare(self._layout.parentWidget())

    def _work(self, text: str, done: int = 0, count: int = 0) -> None:
        """Show what is being done; without a count nobody knows how long it takes."""
        self._busy = True
        self._message.hide()
        self.progressBar.maximum = count
        self.progressBar.value = done
        self.progressBar.visible = True
        self.label.text = html.escape(text)
        self._enable(False)
        self.button.collapsed = False
        bringIntoView(self.button)
        slicer.app.processEvents()

    def _ended(self) -> None:
        self._busy = False
        self._enable(True)
        self.refresh()

    def _enable(self, on: bool) -> None:
        for button in (self.setUpButton, self.folderButton, self.checkButton):
            button.enabled = on
        self.pythonButton.enabled = self.ownButton.enabled = on

    # What a message offers

    def remedy(self, error):
        """(text, function) of the button that helps against an error, or None."""
        if isinstance(error, installing.PipFailed):
            return _("From a folder..."), self.installFromFolder
        if error.error_class != "import-error":
            return None
        todo = installing.steps(features=self._logic.wantsFeatures())
        if todo:
            return _wordFor(todo), self.install
        if interpreter.chosen() is not None:
            return _("Use Slicer's own"), self.useOwn
        return _("Check and repair"), self.check  # something is there, and does not work

    # Installing

    def install(self, folder=None) -> None:
        """Install what is missing or damaged, and try it; ``folder``: of wheels."""

        def onStep(number, count, step):
            text = _("Installing {name} ({number} of {count})...")
            text = text.format(name=step.name, number=number + 1, count=count)
            self._work(text, number, count)

        checks = bool(self._todo())
        self._work(_("Preparing..."))
        try:
            self._logic.installRequirements(list(self._broken), folder, onStep)
        except SemiGDAError as error:
            self._ended()
            self._showError(error)
            return
        self._broken = {}
        self._ended()
        if checks:
            self.check()
        else:  # what was installed is data
            self._say(_("Installed."))

    def installFromFolder(self) -> None:
        """The same from a folder that the user chooses."""
        folder = chooseFolder(_("Choose a folder with the packages' wheels (.whl files)"))
        if folder:
            self.install(folder)

    # Checking

    def check(self) -> None:
        """Try packages and device in a child process."""
        self._work(_("Checking: every package, and one convolution on the device..."))
        self._logic.checkRequirements(self._device(), self._onChecked)

    def _onChecked(self, finding, problem) -> None:
        self._finding = finding
        self._broken = finding["broken"] if interpreter.chosen() is None else {}
        self._ended()
        if problem is not None:
            todo = self._todo()
            self._showError(problem, *((_wordFor(todo), self.install) if todo else ()))
            return
        self._say(_("All requirements work. {what}").format(what=_tried(finding)))
        if finding["advice"]:
            self._advise(finding)
        if not self._first:
            self.button.collapsed = True

    def _advise(self, finding) -> None:
        """The CPU computes, although there is a graphics card; what could be done about it."""
        message, action = (translated(one) for one in finding["advice"])
        cards = finding["graphics"]["cards"]
        remedy = (_("External Python..."), self.choosePython)
        if finding["graphics"]["cuda"] is None and interpreter.chosen() is None:
            size = installing.sizeText(installing.torchMegabytes())
            text = _("Install PyTorch again ({size})").format(size=size)
            remedy = (text, self._installTorchAgain)
        elif cards[0]["capability"] is None:  # its driver: nothing that this panel can do
            remedy = ("", None)
        self._message.question(message, action, *remedy, _("Close"))

    def _installTorchAgain(self) -> None:
        self._broken = {"torch": _("not made for this graphics card")}
        self.install()

    # Another Python

    def choosePython(self) -> None:
        """Compute in a Python that the user chooses."""
        path = chooseFile(_("Choose the program python (python.exe) of a Python that has PyTorch"))
        if path:
            self.usePython(path)

    def usePython(self, path) -> None:
        """Try a Python and take it if it works."""
        self._work(_("Testing the external Python..."))
        self._logic.useExternalPython(path, self._onTried)

    def _onTried(self, finding, problem) -> None:
        if problem is not None:
            self._ended()
            self._showError(problem, _("External Python..."), self.choosePython)
            return
        self._onChecked(finding, None)

    def useOwn(self) -> None:
        """Compute in Slicer's own Python again."""
        self._logic.useOwnPython()
        self._finding, self._broken = None, {}
        self._message.hide()
        self.refresh()


def _wordFor(todo) -> str:
    """What the button does: "Set up (3 GB)"."""
    size = installing.sizeText(sum(step.megabytes for step in todo))
    if todo and all(step.damaged for step in todo):
        return _("Repair ({size})").format(size=size)
    return _("Set up ({size})").format(size=size)


def _tried(finding) -> str:
    """ "PyTorch 2.8.0 on cuda, Python 3.12.10"."""
    return _("PyTorch {version} on {device}, Python {python}.").format(
        version=finding["versions"].get("torch", "-"),
        device=finding["device"] or "-",
        python=finding["python"],
    )
