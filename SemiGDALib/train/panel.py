"""SemiGDATrain's panel: the project's header, what to do next, and the numbered sections."""

from __future__ import annotations

import html
import os
import time
from pathlib import Path

import qt
import vtk
from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError, plain_errors
from SemiGDALib import keyboard, timers
from SemiGDALib.dialogs import chooseFolder
from SemiGDALib.message_area import MessageArea
from SemiGDALib.scrolling import bringIntoView
from SemiGDALib.set_up.closed import ClosedSetUp
from SemiGDALib.train import recent
from SemiGDALib.train.context import TrainContext
from SemiGDALib.train.labelling.resuming import Resuming

TITLE_MARGIN = 48  # arrow and frame of a section's button, pixels
POLL_MS = 1000  # for changes by another window or program


class TrainPanel:
    """Everything in the panel but its life cycle, which is the module widget's.

    ``ui``: the widgets of SemiGDATrain.ui. ``resourcePath(name)``: a file in Resources.
    ``sections``: the :class:`SemiGDALib.train.section.Section` objects by their ``file``, made with
    the first project; ``buttons``: their collapsible buttons.
    """

    def __init__(self, ui, logic, resourcePath):
        self.ui = ui
        self.logic = logic
        self._parameters = None
        self._observerTag = None
        self._entered = False
        self._again = self.refresh  # what the message about a project that is away offers
        self._step = ""  # the section that has the next step
        self._shown = None  # folder of the project that is shown
        self.context = TrainContext(logic, MessageArea(ui), resourcePath, self.refresh, self._log)
        self.sections, self.buttons = {}, {}
        self._bar = None
        ui.labellingFrame.visible = False
        self.resuming = Resuming(self)
        self._layout, context = ui.sectionsWidget.parentWidget().layout(), self.context
        context.closedSetUp = ClosedSetUp(
            logic, self._layout, context.message, context.showError, self._onSetUp
        )
        self._recentMenu = qt.QMenu(ui.recentButton)
        self._recentMenu.connect("aboutToShow()", self._fillRecent)
        ui.recentButton.setMenu(self._recentMenu)
        ui.newProjectButton.connect("clicked(bool)", self.onNewProject)
        ui.openProjectButton.connect("clicked(bool)", self.onOpenProject)
        self._timer = timers.every(POLL_MS, self._onPoll)
        logic.onProject = self._onProject

    def _makeSections(self) -> None:
        """What only a project needs, which is most of the panel."""
        from SemiGDALib.train.labelling.bar import LabellingBar
        from SemiGDALib.train.sections import makeSections

        context = self.context
        self.sections, self.buttons = makeSections(self.ui.sectionsWidget.layout(), context)
        context.selectCases = self._selectCases
        context.selectedCases = self.sections["Cases"].table.selected
        self._bar = LabellingBar(self.ui, context)
        keyboard.prepare(self._layout.parentWidget())

    # Life cycle

    def setParameterNode(self, parameters) -> None:
        """Show the project of a parameter node; with None, watch none (jobs continue)."""
        if self._parameters is not None:
            self._parameters.RemoveObserver(self._observerTag)
        self._parameters = parameters
        if parameters is not None:
            self._observerTag = parameters.AddObserver(
                vtk.vtkCommand.ModifiedEvent, lambda _caller, _event: self._onParameters()
            )
            self._onParameters()
            self.resuming.enter()

    def _onParameters(self) -> None:
        folder, project = self._parameters.projectFolder, self.logic.project
        if folder and (project is None or Path(folder) != project.folder):
            self.openProject(folder)
        elif project is not None and not folder:  # a new scene: it remembers the project, too
            self._parameters.projectFolder = str(project.folder)

    def enter(self) -> None:
        """The module came into view."""
        self._entered = True
        self._timer.start()
        self.context.closedSetUp.refresh()
        self.refresh()
        for section in self.sections.values():
            section.enter()

    def exit(self) -> None:
        """The module left the view."""
        self._entered = False
        self._timer.stop()
        for section in self.sections.values():
            section.exit()

    def _onSetUp(self, sentence) -> None:
        self._log(sentence)
        self.refresh()

    def _onPoll(self) -> None:
        if self.context.isOutdated():
            self.refresh()

    # Projects

    def onNewProject(self) -> None:
        """Ask for a folder and make a project in it."""
        folder = chooseFolder(_("Choose or create an empty folder for the project"))
        if folder:
            self.createProject(folder)

    def createProject(self, folder) -> None:
        """Make a project and show it, or the error."""
        self._open(self.logic.createProject, folder)

    def onOpenProject(self) -> None:
        """Ask for a project's folder and open it."""
        folder = chooseFolder(_("Open a project's folder"))
        if folder:
            self.openProject(folder)

    def openProject(self, folder) -> None:
        """Show another project; after an error the present one stays."""
        self._open(self.logic.openProject, folder)

    def _open(self, action, folder) -> None:
        self.context.message.hide()
        labelling = self.logic.labelling
        isOpen = labelling is not None and labelling.isAlive()
        # Of a project that was renamed or moved it can be saved only where that is now.
        if isOpen and os.path.isdir(labelling.project.folder):
            self.context.showError(
                SemiGDAError(
                    "bad-input",
                    _("The label of a case is not saved yet."),
                    action=_("Save or discard it first."),
                )
            )
            return
        try:
            with plain_errors():
                action(folder)
        except SemiGDAError as error:
            self.context.showError(error)

    def _onProject(self) -> None:
        """Another project was opened, or none is: by this panel, or by a script."""
        self.context.message.hide()  # a question was about another one
        project = self.logic.project
        # Also while another module is in view: entering this one opens the project of the scene.
        self.logic.getParameterNode().projectFolder = str(project.folder) if project else ""
        if project is None:
            self.refresh()
            return
        recent.remember(project.folder)
        self._log(_("Project opened."))
        self.refresh()
        self.resuming.goOn()
        if self._entered:
            for section in self.sections.values():
                section.enter()

    def _fillRecent(self) -> None:
        recent.fillMenu(self._recentMenu, self.openProject)
        if self._recentMenu.isEmpty():
            self._recentMenu.addAction(_("None yet")).enabled = False

    # Showing

    def _selectCases(self, caseIds) -> None:
        self.buttons["Cases"].collapsed = False
        self.sections["Cases"].table.select(caseIds)

    def refresh(self) -> None:
        """Read the project and show it in every section."""
        try:
            with plain_errors():
                self.context.read()
                self._showProject()
        except SemiGDAError as error:  # its disk is gone, perhaps for a moment only
            self.context.showError(error, _("Try again"), self._again)
            if self.context.view is None:
                self._showProject()
            elif self._bar is not None:  # sections keep what they show
                self._bar.refresh()
        else:
            self.context.message.withdraw(self._again)

    def _showProject(self) -> None:
        """Sections read more of the project than the view."""
        view = self.context.view
        if view is not None and not self.sections:
            self._makeSections()
        self.ui.sectionsWidget.visible = view is not None
        if self._bar is not None:
            self._bar.refresh()
        if view is None:
            self._shown = None
            self.ui.projectLabel.text = _("No project is open")
            self.ui.projectLabel.toolTip = _("The open training project.")
            self._showStep(
                _(
                    "Create a project or open one: a folder that keeps the cases, their "
                    "labels and the trained models."
                )
            )
            return
        self.ui.projectLabel.text = f"<b>{html.escape(view.name)}</b>"
        self.ui.projectLabel.toolTip = str(view.folder)
        for section in self.sections.values():
            section.refresh()
        self._lead()

    def _lead(self) -> None:
        """Titles, the sentence of what to do next, and which sections are open."""
        step, steps = "", {}
        for number, (file, section) in enumerate(self.sections.items(), 1):
            steps[file] = section.nextStep()
            step = step or (file if steps[file] else "")
            summary = section.summary()
            title = f"{number} {section.title}"
            self._setTitle(self.buttons[file], f"{title}: {summary}" if summary else title)
        self._showStep(steps[step] if step else _("Everything is done."))
        opened = self._shown != self.context.view.folder
        if opened or step != self._step:
            for file, section in self.sections.items():
                if file == step:
                    self.buttons[file].collapsed = False
                    bringIntoView(self.buttons[file])
                elif opened or (not steps[file] and not section.staysOpen):
                    self.buttons[file].collapsed = True
        self._step, self._shown = step, self.context.view.folder

    def _setTitle(self, button, title) -> None:
        """A title is never cut by its button: what does not fit goes into the tool tip."""
        room = max(200, self.ui.sectionsWidget.width - TITLE_MARGIN)
        metrics = qt.QFontMetrics(button.font)
        button.text = metrics.elidedText(title, qt.Qt.ElideRight, room)
        button.toolTip = title

    def _showStep(self, sentence) -> None:
        label = self.ui.nextStepLabel
        label.text = _("<b>Next:</b> {step}").format(step=html.escape(sentence))
        label.setStyleSheet(label.styleSheet)  # which keeps the ink of the style that was

    def _log(self, text) -> None:
        self.ui.logText.appendPlainText(f"{time.strftime('%H:%M:%S')}  {text}")
