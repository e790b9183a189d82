"""Which widget may show which type of parameter, as Slicer's `connectGui` has it."""

from __future__ import annotations

import enum
import pathlib
import typing
from dataclasses import dataclass

import ctk
import qt
import slicer

from .parameter_text import node_types


@dataclass
class WithinRange:
    minimum: float
    maximum: float

    def validate(self, value):
        if not self.minimum <= value <= self.maximum:
            raise ValueError(f"{value} is not within [{self.minimum}, {self.maximum}]")


@dataclass
class Minimum:
    minimum: float

    def validate(self, value):
        if value < self.minimum:
            raise ValueError(f"{value} is less than {self.minimum}")


@dataclass
class Maximum:
    maximum: float

    def validate(self, value):
        if value > self.maximum:
            raise ValueError(f"{value} is greater than {self.maximum}")


@dataclass
class Choice:
    choices: list

    def validate(self, value):
        if value not in self.choices:
            raise ValueError(f"{value} is none of {self.choices}")


@dataclass
class Decimals:
    value: int


@dataclass
class SingleStep:
    value: float


class _Connector:
    def __init__(self, signal, read, write):
        self._signal, self.read, self.write = signal, read, write
        self._slot = None

    def start(self, callback):
        if self._signal is not None:
            self._slot = lambda *_: callback()
            self._signal.connect(self._slot)

    def stop(self):
        if self._slot is not None:
            self._signal.disconnect(self._slot)
            self._slot = None


def _property(widget, signal, name, convert=lambda value: value):
    return _Connector(
        signal,
        lambda: convert(getattr(widget, name)),
        lambda value: setattr(widget, name, value),
    )


def _items(widget, labelled):
    """A combo box filled with (label, value) pairs."""
    widget.clear()
    widget.addItems([label for label, _ in labelled])
    values = [value for _, value in labelled]
    return _Connector(
        widget.currentIndexChanged,
        lambda: values[widget.currentIndex],
        lambda value: widget.setCurrentIndex(values.index(value)),
    )


def _limit(widget, extras, kind):
    if kind is int and type(widget) in (qt.QDoubleSpinBox, ctk.ctkSliderWidget):
        widget.decimals = 0
    for extra in extras:
        if isinstance(extra, (WithinRange, Minimum)):
            widget.minimum = extra.minimum
        if isinstance(extra, (WithinRange, Maximum)):
            widget.maximum = extra.maximum
        if isinstance(extra, Decimals):
            widget.decimals = extra.value
        if isinstance(extra, SingleStep):
            widget.singleStep = extra.value


def connector_for(widget, annotated):
    kind, extras = annotated, []
    if typing.get_origin(annotated) is typing.Annotated:
        kind, *extras = typing.get_args(annotated)
    cls = type(widget)
    if cls is slicer.qMRMLNodeComboBox and node_types(kind):
        # The type of the parameter overrules the node types of the .ui file, as in Slicer.
        widget.nodeTypes = [one.__name__ for one in node_types(kind)]
        return _Connector(widget.currentNodeChanged, widget.currentNode, widget.setCurrentNode)
    if kind is bool and cls is qt.QCheckBox:
        return _property(widget, widget.toggled, "checked")
    if kind is bool and cls is qt.QPushButton:
        widget.checkable = True
        return _property(widget, widget.toggled, "checked")
    if kind is int and cls in (qt.QSpinBox, qt.QSlider):
        _limit(widget, extras, kind)
        return _property(widget, widget.valueChanged, "value")
    if kind in (int, float) and cls in (qt.QDoubleSpinBox, ctk.ctkSliderWidget):
        _limit(widget, extras, kind)
        return _property(widget, widget.valueChanged, "value", kind)
    if cls in (qt.QComboBox, ctk.ctkComboBox):
        if isinstance(kind, type) and issubclass(kind, enum.Enum):
            label = getattr(kind, "label", lambda one: one.name)
            return _items(widget, [(label(one), one) for one in kind])
        choice = next((one for one in extras if isinstance(one, Choice)), None)
        if choice is not None:
            return _items(widget, [(str(one), one) for one in choice.choices])
    if kind is str and cls is qt.QLineEdit:
        return _property(widget, widget.textChanged, "text")
    if kind is str and cls is qt.QTextEdit:
        return _Connector(widget.textChanged, widget.toPlainText, widget.setPlainText)
    if kind is str and cls is qt.QLabel:
        return _property(widget, None, "text")
    if isinstance(kind, type) and issubclass(kind, pathlib.PurePath):
        if cls is ctk.ctkPathLineEdit:
            return _Connector(
                widget.currentPathChanged,
                lambda: kind(widget.currentPath),
                lambda value: widget.setCurrentPath(str(value)),
            )
    raise RuntimeError(f"No connection between {annotated} and {cls.__name__}")
