"""Stand-ins for the ctk widgets that a module's .ui file may use: properties, signals and looks."""

from __future__ import annotations

import enum

from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtCore import Property, Signal


class ctkCollapsibleButton(QtWidgets.QAbstractButton):
    """A titled box that hides its children when collapsed."""

    strict_attributes = True
    contentsCollapsed = Signal(bool)
    signatures = {"contentsCollapsed(bool)": None}
    _HEADER = 24

    def __init__(self, *arguments):
        text = arguments[0] if arguments and isinstance(arguments[0], str) else ""
        super().__init__(arguments[-1] if arguments and not text else None)
        self.setText(text)
        self._collapsed = False
        self._hidden_by_collapse = []
        self.setCheckable(True)
        self.setChecked(True)
        self.setContentsMargins(0, self._HEADER, 0, 0)
        # As in ctk: never narrower than it would like to be.
        policy = QtWidgets.QSizePolicy.Policy
        self.setSizePolicy(policy.Minimum, policy.Preferred)
        self.toggled.connect(self._on_toggled)

    def isCollapsed(self):
        return self._collapsed

    def setCollapsed(self, collapsed):
        self.setChecked(not collapsed)

    def _on_toggled(self, checked):
        self._collapsed = not checked
        self.setMaximumHeight(self._HEADER if self._collapsed else 16777215)
        if self._collapsed:
            self._hide_children()
        while not self._collapsed and self._hidden_by_collapse:
            self._hidden_by_collapse.pop().show()
        self.contentsCollapsed.emit(self._collapsed)

    def _hide_children(self):
        if self._collapsed:
            children = [one for one in self.children() if isinstance(one, QtWidgets.QWidget)]
            shown = [one for one in children if not one.isHidden()]
            self._hidden_by_collapse += shown
            for child in shown:
                child.hide()

    def childEvent(self, event):
        """As in ctk: what is added to a closed one is seen once it is opened."""
        if event.added():  # later: it is not made yet
            QtCore.QTimer.singleShot(0, self._hide_children)

    collapsed = Property(bool, isCollapsed, setCollapsed, notify=contentsCollapsed)
    contentsFrameShape = Property(int, lambda self: 0, lambda self, value: None)

    # As in ctk: the title is never cut, and so may set the width; the inside comes with the
    # header's margin, which the layout's own hint leaves out.
    def minimumSizeHint(self):
        least = self._title_size()
        return (
            least if self._collapsed else QtWidgets.QWidget.minimumSizeHint(self).expandedTo(least)
        )

    def sizeHint(self):
        least = self._title_size()
        return least if self._collapsed else QtWidgets.QWidget.sizeHint(self).expandedTo(least)

    def _title_size(self):
        width = QtGui.QFontMetrics(self.font).horizontalAdvance(self.text)
        return QtCore.QSize(width + self._HEADER + 16, self._HEADER)

    def hitButton(self, position):
        return position.y() < self._HEADER

    def paintEvent(self, _event):
        painter = QtGui.QPainter(self)
        header = QtCore.QRect(0, 0, self.width - 1, self._HEADER - 2)
        painter.setPen(self.palette.color(QtGui.QPalette.ColorRole.Mid))
        painter.setBrush(self.palette.color(QtGui.QPalette.ColorRole.Button))
        painter.drawRoundedRect(header, 3, 3)
        if not self._collapsed:
            painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.rect.adjusted(0, 0, -1, -1), 3, 3)
        painter.setPen(self.palette.color(QtGui.QPalette.ColorRole.ButtonText))
        arrow = "\N{BLACK RIGHT-POINTING SMALL TRIANGLE}" if self._collapsed else "\u25be"
        inner = header.adjusted(8, 0, -8, 0)
        aligned = QtCore.Qt.AlignmentFlag.AlignVCenter | QtCore.Qt.AlignmentFlag.AlignLeft
        painter.drawText(inner, aligned, f"{arrow} {self.text}")


class ctkSliderWidget(QtWidgets.QWidget):
    """A slider and a spin box over one floating point value."""

    strict_attributes = True
    valueChanged = Signal(float)
    signatures = {"valueChanged(double)": None}
    _STEPS = 1000

    def __init__(self, parent=None):
        super().__init__(parent)
        self._slider = QtWidgets.QSlider(QtCore.Qt.Orientation.Horizontal)
        self._slider.setRange(0, self._STEPS)
        self._box = QtWidgets.QDoubleSpinBox()
        self._box.setRange(0.0, 99.0)
        self._box.setDecimals(2)
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._slider)
        row.addWidget(self._box)
        self._box.valueChanged.connect(self._box_changed)
        self._slider.valueChanged.connect(self._slider_moved)

    def _box_changed(self, value):
        span = (self._box.maximum - self._box.minimum) or 1.0
        blocked = self._slider.blockSignals(True)
        self._slider.setValue(round((value - self._box.minimum) / span * self._STEPS))
        self._slider.blockSignals(blocked)
        self.valueChanged.emit(value)

    def _slider_moved(self, position):
        low, high = self._box.minimum, self._box.maximum
        self._box.setValue(low + (high - low) * position / self._STEPS)

    def setRange(self, low, high):
        self._box.setRange(low, high)

    def setValue(self, value):
        self._box.setValue(value)

    def _through(name, kind):  # noqa: N805  (builds the properties below, not a method)
        def read(self):
            return getattr(self._box, name)

        def write(self, value):
            setattr(self._box, name, value)

        return Property(kind, read, write)

    value = _through("value", float)
    minimum = _through("minimum", float)
    maximum = _through("maximum", float)
    singleStep = _through("singleStep", float)
    decimals = _through("decimals", int)
    suffix = _through("suffix", str)
    prefix = _through("prefix", str)
    del _through


class ctkPathLineEdit(QtWidgets.QWidget):
    """A path with a browse button."""

    strict_attributes = True
    currentPathChanged = Signal(str)
    validInputChanged = Signal(bool)
    signatures = {"currentPathChanged(QString)": None, "validInputChanged(bool)": None}

    class Filter(enum.IntFlag):
        Dirs = 0x001
        Files = 0x002
        Drives = 0x004
        NoSymLinks = 0x008
        Readable = 0x010
        Writable = 0x020
        Executable = 0x040

    def __init__(self, parent=None):
        super().__init__(parent)
        self._filters = self.Filter.Files
        self._name_filters, self._setting_key, self._label = [], "", ""
        self._edit = QtWidgets.QLineEdit()
        self._browse = QtWidgets.QToolButton()
        self._browse.setText("...")
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._edit)
        row.addWidget(self._browse)
        self._edit.textChanged.connect(self.currentPathChanged)

    def addCurrentPathToHistory(self):
        pass

    def setCurrentPath(self, path):
        self._edit.setText(path)

    def setFilters(self, filters):
        self._filters = self.Filter(filters)

    def _set(name):  # noqa: N805  (builds setters)
        return lambda self, value: self.__dict__.__setitem__(name, value)

    currentPath = Property(str, lambda self: self._edit.text, setCurrentPath)
    filters = Property(int, lambda self: int(self._filters), setFilters)
    nameFilters = Property("QStringList", lambda self: self._name_filters, _set("_name_filters"))
    settingKey = Property(str, lambda self: self._setting_key, _set("_setting_key"))
    label = Property(str, lambda self: self._label, _set("_label"))
    del _set


for _member in ctkPathLineEdit.Filter:
    setattr(ctkPathLineEdit, _member.name, _member)


class ctkComboBox(QtWidgets.QComboBox):
    strict_attributes = True

    def __init__(self, parent=None):
        super().__init__(parent)
        self._default_text = ""

    def setDefaultText(self, text):
        self._default_text = text
        self.setPlaceholderText(text)

    defaultText = Property(str, lambda self: self._default_text, setDefaultText)


class ctkCollapsibleGroupBox(QtWidgets.QGroupBox):
    strict_attributes = True

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.setCheckable(True)

    collapsed = Property(
        bool, lambda self: not self.checked, lambda self, value: self.setChecked(not value)
    )


class ctkFittedTextBrowser(QtWidgets.QTextBrowser):
    strict_attributes = True

    def __init__(self, parent=None):
        super().__init__(parent)
        self._collapsed = False

    collapsed = Property(
        bool,
        lambda self: self._collapsed,
        lambda self, value: self.__dict__.__setitem__("_collapsed", bool(value)),
    )


class ctkMessageBox(QtWidgets.QMessageBox):
    """What slicer.util's dialogs show; a test says beforehand which button is pressed."""

    strict_attributes = True
    answers: list = []  # buttons still to press
    shown: list[str] = []  # texts that were shown
    dontShowAgainSettingsKey = Property(str, lambda self: "", lambda self, value: None)
    dontShowAgainVisible = Property(bool, lambda self: False, lambda self, value: None)

    def exec(self):
        self.shown.append(self.text)
        if not self.answers:
            raise RuntimeError(f"A message box nobody answers: {self.text}")
        return self.answers.pop(0)

    exec_ = exec


CLASSES = (
    ctkCollapsibleButton,
    ctkCollapsibleGroupBox,
    ctkComboBox,
    ctkFittedTextBrowser,
    ctkMessageBox,
    ctkPathLineEdit,
    ctkSliderWidget,
)
