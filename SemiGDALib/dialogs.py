"""Small questions to the user. All of them return what was chosen, or something empty for none.

PythonQt's static file dialogs give the path, Qt's other bindings the path and the filter.
"""

from __future__ import annotations

import os

import qt
import slicer
from slicer.i18n import tr as _

from SemiGDALib import keyboard
from SemiGDALib.widgets import actionButton, rowOf


def chooseFolder(title: str) -> str:
    """A folder, which may be a new one."""
    return qt.QFileDialog.getExistingDirectory(slicer.util.mainWindow(), title)


def chooseFile(title: str, filters: str = "") -> str:
    """A file that is there."""
    chosen = qt.QFileDialog.getOpenFileName(slicer.util.mainWindow(), title, "", filters)
    return chosen if isinstance(chosen, str) else chosen[0]


def chooseZip(title: str, name: str) -> str:
    """Where to write a model's .zip; it is asked before a file is replaced."""
    chosen = qt.QFileDialog.getSaveFileName(
        slicer.util.mainWindow(), title, f"{name}.zip", _("Model packages (*.zip)")
    )
    path = chosen if isinstance(chosen, str) else chosen[0]
    if not path or path.lower().endswith(".zip"):
        return path
    path += ".zip"  # of which the system's dialog has not asked
    question = _("{name} exists already. Replace it?").format(name=os.path.basename(path))
    there = os.path.lexists(path)
    return "" if there and not slicer.util.confirmYesNoDisplay(question) else path


def chooseColour(colour):
    """A colour as (r, g, b), or None."""
    chosen = qt.QColorDialog.getColor(qt.QColor(*colour), slicer.util.mainWindow())
    return (chosen.red(), chosen.green(), chosen.blue()) if chosen.isValid() else None


class Dialog:
    """A window with a title, room for widgets, *OK* and *Cancel*.

    Attributes:
        window: the QDialog, for the parents of widgets.
        layout: QVBoxLayout of what is asked.
        okButton: to be enabled when the answer is complete.
    """

    def __init__(self, title: str, okText: str, width: int = 460):
        self.window = qt.QDialog(slicer.util.mainWindow())
        self.window.windowTitle = title
        outer = qt.QVBoxLayout(self.window)
        self.layout = qt.QVBoxLayout()
        outer.addLayout(self.layout)
        buttons = qt.QHBoxLayout()
        outer.addLayout(buttons)
        buttons.addStretch(1)
        self.okButton = actionButton(okText, self._onOk, _("Confirm."), "okButton")
        self.okButton.default = True  # and no other button by having the focus
        about = _("Close this window without changing anything.")
        self.cancelButton = actionButton(_("Cancel"), self.window.reject, about, "cancelButton")
        self.cancelButton.autoDefault = False
        buttons.addWidget(self.okButton)
        buttons.addWidget(self.cancelButton)
        self._width = width
        self._accepted = False

    def say(self, text: str):
        """A line of text; returns its label."""
        label = qt.QLabel(text)
        label.wordWrap = True
        label.minimumWidth = self._width  # so that its lines are known, and the window's height
        self.layout.addWidget(label)
        return label

    def require(self, edit) -> None:
        """*OK* needs a text in this field."""

        def look():
            self.okButton.enabled = bool(str(edit.text).strip())

        edit.connect("textChanged(QString)", look)
        look()

    def tell(self, label, text: str) -> None:
        """Another text for a line; the window grows with it, or its buttons would be covered."""
        label.text = text
        layout, window = self.window.layout(), self.window
        layout.activate()
        needed = layout.totalHeightForWidth(window.width)
        if window.visible and needed > window.height:
            window.resize(window.width, needed)

    def ask(self, first) -> bool:
        """Show the window; whether *OK* was clicked. The window is gone afterwards.

        ``first``: the widget that is to be filled in first. It gets the focus, which would else go
        to the buttons, because they were made before it.
        """
        keyboard.prepare(self.window)
        first.setFocus()
        self.window.exec_()
        self.window.deleteLater()
        return self._accepted

    def _onOk(self) -> None:
        self._accepted = True
        self.window.accept()


def lineEdit(name: str, toolTip: str, text: str = ""):
    """A field for a line of text."""
    edit = qt.QLineEdit(text)
    edit.name, edit.toolTip = name, toolTip
    return edit


def addFolderRow(form, label: str, name: str, toolTip: str):
    """A field for a folder, and a button that chooses one; returns the field."""
    edit = lineEdit(name, toolTip)

    def browse():
        edit.text = chooseFolder(toolTip) or edit.text

    button = actionButton("...", browse, _("Choose the folder."))
    button.maximumWidth, button.autoDefault = 32, False
    form.addRow(label, rowOf(edit, button))
    return edit


def askText(title: str, question: str, okText: str, text: str = "", mayBeEmpty: bool = False):
    """A line of text, stripped; None if the user changes their mind."""
    dialog = Dialog(title, okText)
    dialog.say(question)
    edit = lineEdit("textEdit", question, text)
    edit.selectAll()  # typing replaces what is offered
    dialog.layout.addWidget(edit)
    if not mayBeEmpty:
        dialog.require(edit)
    return str(edit.text).strip() if dialog.ask(edit) else None
