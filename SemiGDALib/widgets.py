"""Widgets as the sections of both panels have them."""

from __future__ import annotations

import time
from functools import cached_property

import ctk
import qt

from SemiGDALib import keyboard

DOUBLE_CLICK_S = 0.5  # between its two clicks, at most


def collapsible(name: str, text: str, toolTip: str):
    """A section's button, with nothing in it yet."""
    button = ctk.ctkCollapsibleButton()
    button.name, button.text, button.toolTip = name, text, toolTip
    # Its own policy would make the panel as wide as the widest thing in it would like to be.
    button.setSizePolicy(qt.QSizePolicy.Preferred, qt.QSizePolicy.Preferred)
    return button


class ClosedSection:
    """A section's bar; what is in it is made, and imported, once it is opened or asked for.

    Args:
        button: its collapsible button, which is in the panel.
        make: called with the button, open and empty; gives the section, with ``refresh()``.
    """

    def __init__(self, button, make):
        self.button, self._make = button, make
        button.collapsed = True
        button.connect("contentsCollapsed(bool)", self._onCollapsed)

    def _onCollapsed(self, collapsed: bool) -> None:
        if not collapsed:
            self.section.refresh()

    @property
    def isMade(self) -> bool:
        return "section" in vars(self)

    @cached_property
    def section(self):
        """What is in it."""
        made = self._make(self.button)
        keyboard.prepare(self.button.parentWidget())
        return made


def linesIn(button):
    """The layout of a collapsible button's inside, from top to bottom."""
    outer = qt.QVBoxLayout(button)
    outer.setContentsMargins(4, 4, 4, 4)
    body = qt.QWidget()  # one child: what it shows does not depend on being collapsed
    outer.addWidget(body)
    lines = qt.QVBoxLayout(body)
    lines.setContentsMargins(0, 0, 0, 0)
    return lines


def addLabel(layout, toolTip: str):
    """A label whose text takes as many lines as it needs, and never makes the panel wider."""
    label = qt.QLabel()
    label.wordWrap = True
    label.setMinimumSize(1, 0)
    label.toolTip = toolTip
    layout.addWidget(label)
    return label


def rowOf(*widgets):
    """A layout with widgets from left to right."""
    row = qt.QHBoxLayout()
    for widget in widgets:
        row.addWidget(widget)
    return row


def openFile(path) -> None:
    """Show a file in the system's program for it."""
    qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(str(path)))


def showProgress(bar, fraction: float) -> None:
    """At 0, while a process starts, nobody knows how long it takes: a bar without an end."""
    bar.maximum = 100 if fraction > 0 else 0
    bar.value = int(100 * fraction)


def actionButton(text: str, action, toolTip: str = "", name: str = ""):
    """A button that calls ``action`` without arguments."""
    button = qt.QPushButton(text)
    button.name, button.toolTip = name, toolTip
    onClick(button, action)
    return button


def onClick(button, action) -> None:
    """Let a button call ``action`` without arguments."""
    button.connect("clicked(bool)", lambda: action())


def notTwice(action):
    """For a button that ends what it has begun: the second click of a double click does nothing. It
    may come late, having waited behind the first one's action."""
    ended = -DOUBLE_CLICK_S

    def clicked():
        nonlocal ended
        if time.monotonic() - ended > DOUBLE_CLICK_S:
            action()
            ended = time.monotonic()

    return clicked


def addEntry(menu, text: str, action) -> None:
    """An entry of a menu that calls ``action`` without arguments."""
    menu.addAction(text).connect("triggered(bool)", lambda: action())
