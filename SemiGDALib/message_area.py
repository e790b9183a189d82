"""The panel's message area: one sentence, one thing to do, and a button that does it."""

from __future__ import annotations

import qt

from SemiGDALib.texts import AMBER, RED, asHtml


class MessageArea:
    """Errors (red) and questions (amber), each with at most one action; a question may have two."""

    def __init__(self, ui):
        self._ui = ui
        self._action = self._other = None
        self._dismissText = ui.messageDismissButton.text
        self.otherButton = qt.QPushButton(ui.messageActionButton.text, ui.messageFrame)
        self.otherButton.name = "messageOtherButton"
        self.otherButton.toolTip = ui.messageActionButton.toolTip
        self.otherButton.connect("clicked(bool)", lambda: self._do(self._other))
        buttons = ui.messageFrame.layout().itemAt(1).layout()
        buttons.insertWidget(buttons.indexOf(ui.messageDismissButton), self.otherButton)
        ui.messageActionButton.connect("clicked(bool)", lambda: self._do(self._action))
        ui.messageDismissButton.connect("clicked(bool)", self.hide)
        self.hide()

    def error(self, error, actionText: str = "", action=None, dismissText: str = "") -> None:
        """Show a SemiGDAError, perhaps with a button that fixes it."""
        self._show(RED, error.message, error.action, actionText, action, dismissText)

    def question(
        self, sentence, explanation, actionText, action, dismissText, otherText="", other=None
    ) -> None:
        """Ask something that must be decided before going on; ``other``: a second way to go on."""
        self._show(AMBER, sentence, explanation, actionText, action, dismissText)
        self._other = other
        self.otherButton.text = otherText
        self.otherButton.visible = other is not None

    def hide(self) -> None:
        self._action = self._other = None
        self._ui.messageFrame.visible = False

    def withdraw(self, action) -> None:
        """Hide the question that this action answers, if it is still asked."""
        if action is not None and action is self._action:
            self.hide()

    def _show(self, colour, sentence, explanation, actionText, action, dismissText) -> None:
        ui = self._ui
        self._action, self._other = action, None
        self.otherButton.visible = False
        sentence, explanation = map(asHtml, (sentence, explanation))
        ui.messageLabel.text = f"<b>{sentence}</b><br>{explanation}"
        border = f"border: 1px solid {colour}; border-left: 5px solid {colour};"
        ui.messageFrame.setStyleSheet(f"QFrame#messageFrame {{ {border} }}")
        ui.messageActionButton.text = actionText
        ui.messageActionButton.visible = action is not None
        ui.messageDismissButton.text = dismissText or self._dismissText
        ui.messageFrame.visible = True

    def _do(self, action) -> None:
        self.hide()
        if action is not None:
            action()
