"""`qt.QUiLoader` for .ui files with Slicer's widgets.

A class that the host has no stand-in for, a property that a class lacks and a connection to
something that does not exist are errors: in Slicer they would only be lines in a log.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET

from PySide6 import QtCore, QtUiTools, QtWidgets

from . import ctk_widgets, mrml_widgets
from .signals import find_signal

CUSTOM = {cls.__name__: cls for cls in (*ctk_widgets.CLASSES, *mrml_widgets.CLASSES)}
# Slots of stand-ins that .ui files connect to.
_SLOTS = {"setMRMLScene(vtkMRMLScene*)": "setMRMLScene"}


class UiError(RuntimeError):
    """The .ui file asks for something that would not work in Slicer."""


def _check_class(name: str) -> None:
    known = name in CUSTOM or hasattr(QtWidgets, name) or name in ("Line", "Spacer")
    if not known:
        raise UiError(f"The test host has no widget class {name}")


def _property_names() -> dict[str, set[str]]:
    """Properties of every widget class, by its name."""
    classes = {name: getattr(QtWidgets, name) for name in dir(QtWidgets)} | CUSTOM
    found = {}
    for name, cls in classes.items():
        if isinstance(cls, type) and issubclass(cls, QtWidgets.QWidget):
            meta = cls.staticMetaObject
            found[name] = {meta.property(index).name() for index in range(meta.propertyCount())}
    return found


# Asked at once: PySide's view of a class's meta-object does not outlive every widget of that class.
_PROPERTIES = _property_names()


def _check_widget(element) -> None:
    class_name = element.get("class")
    _check_class(class_name)
    names = _PROPERTIES.get(class_name)
    for described in element.findall("property"):
        if described.get("stdset") == "0" or names is None:
            continue
        if described.get("name") not in names:
            raise UiError(f"{class_name} has no property {described.get('name')}")


class _Loader(QtUiTools.QUiLoader):
    def createWidget(self, class_name, parent=None, name=""):
        if class_name in CUSTOM:
            widget = CUSTOM[class_name](parent)
            widget.setObjectName(name)
            return widget
        return super().createWidget(class_name, parent, name)


class QUiLoader:
    def load(self, file, parent=None):
        if isinstance(file, str):
            file = QtCore.QFile(file)
        if not file.isOpen():
            file.open(QtCore.QFile.OpenModeFlag.ReadOnly)
        root = ET.fromstring(bytes(file.readAll()))
        for element in root.iter("widget"):
            _check_widget(element)
        connections = self._take(root, "connections")
        postponed = self._take_enum_properties(root)
        buffer = QtCore.QBuffer()
        buffer.setData(ET.tostring(root))
        buffer.open(QtCore.QIODevice.OpenModeFlag.ReadOnly)
        self._loader = _Loader()
        widget = self._loader.load(buffer, parent)
        if widget is None:
            raise UiError(self._loader.errorString())
        for name, key, value in postponed:
            setattr(self._find(widget, name), key, value)
        for connection in connections.findall("connection") if connections is not None else ():
            self._connect(widget, *(connection.findtext(tag) for tag in _CONNECTION))
        return widget

    @staticmethod
    def _take(root, tag):
        element = root.find(tag)
        if element is not None:
            root.remove(element)
        return element

    @staticmethod
    def _take_enum_properties(root):
        """Enumerations of stand-ins, which Qt cannot resolve from their names."""
        taken = []
        for element in root.iter("widget"):
            cls = CUSTOM.get(element.get("class"))
            if cls is None:
                continue
            for described in list(element.findall("property")):
                text = described.findtext("set") or described.findtext("enum")
                if text and f"{cls.__name__}::" in text:
                    value = 0
                    for part in text.split("|"):
                        value |= int(getattr(cls, part.split("::")[-1]))
                    taken.append((element.get("name"), described.get("name"), value))
                    element.remove(described)
        return taken

    @staticmethod
    def _find(widget, name):
        found = widget if widget.objectName == name else widget.findChild(QtCore.QObject, name)
        if found is None:
            raise UiError(f"A connection names {name}, which is not in the file")
        return found

    def _connect(self, widget, sender, signal, receiver, slot):
        target = self._find(widget, receiver)
        method = _SLOTS.get(slot, slot.partition("(")[0])
        if not hasattr(target, method):
            raise UiError(f"{type(target).__name__} has no slot {slot}")
        find_signal(self._find(widget, sender), signal).connect(getattr(target, method))


_CONNECTION = ("sender", "signal", "receiver", "slot")
