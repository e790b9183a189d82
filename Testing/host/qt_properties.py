"""Give PySide6's classes the manners of PythonQt.

PythonQt reads and writes Qt properties as attributes (`button.enabled = False`) and refuses to
set an attribute that the class does not have, so a misspelt property is an error here as there.
"""

from __future__ import annotations

import enum
import keyword

from PySide6 import QtCore, QtGui, QtNetwork, QtWidgets

MODULES = (QtCore, QtGui, QtWidgets, QtNetwork)

# Virtual in C++: a Python property under the same name would be taken for an override.
_VIRTUAL = {"sizeHint", "minimumSizeHint", "spacing"}
# Both a property and a static function that is called far more often.
_METHODS = {("QTimer", "singleShot")}


class AliasedProperty:
    """A Qt property as a Python attribute; the class alone still gives the getter method."""

    def __init__(self, name: str, getter, setter):
        self.name = name
        self._getter = getter
        self._setter = setter

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        if self._getter is None:
            return instance.property(self.name)
        return self._getter(instance)

    def __set__(self, instance, value):
        if self._setter is not None:
            self._setter(instance, value)
        elif not instance.setProperty(self.name, value):
            raise AttributeError(f"{type(instance).__name__}.{self.name} cannot be written")


def _as_bool(setter):
    """PythonQt takes numbers for bool properties (`button.enabled = 0`)."""
    return lambda instance, value: setter(instance, bool(value))


def _method(cls, *names):
    for name in names:
        found = getattr(cls, name, None)
        if callable(found) and not isinstance(found, AliasedProperty):
            return found
    return None


def _declare(cls) -> None:
    meta = cls.staticMetaObject
    for index in range(meta.propertyOffset(), meta.propertyCount()):
        described = meta.property(index)
        name = described.name()
        if name in _VIRTUAL or (cls.__name__, name) in _METHODS or keyword.iskeyword(name):
            continue
        if issubclass(cls, QtCore.QCoreApplication):  # its getters are static functions
            setattr(cls, name, AliasedProperty(name, None, None))
            continue
        capital = name[0].upper() + name[1:]
        getter = _method(cls, name, f"is{capital}", f"has{capital}")
        setter = _method(cls, f"set{capital}")
        if setter is not None and described.typeName() == "bool":
            setter = _as_bool(setter)
        setattr(cls, name, AliasedProperty(name, getter, setter))


def _all_classes():
    for module in MODULES:
        for name in dir(module):  # vars() lacks the classes that nobody asked for yet
            value = getattr(module, name)
            if isinstance(value, type):
                yield value


def _strict_setattr(self, name, value):
    own = type(self)
    declared = next((vars(one)[name] for one in own.__mro__ if name in vars(one)), None)
    if isinstance(declared, QtCore.Property) and declared.fset is not None:
        declared.fset(self, value)
        return
    if hasattr(declared, "__set__"):
        declared.__set__(self, value)
        return
    if isinstance(value, QtCore.SignalInstance):  # PySide6 keeps each signal in the instance
        self.__dict__[name] = value
        return
    strict = getattr(own, "strict_attributes", own.__module__.startswith("PySide6"))
    if strict and not name.startswith("_"):
        raise AttributeError(f"{own.__name__} has no writable property '{name}'")
    self.__dict__[name] = value


def install() -> None:
    """Once a process: properties on every QObject class, strict attributes everywhere."""
    if isinstance(vars(QtCore.QObject).get("objectName"), AliasedProperty):
        return
    classes = set(_all_classes())
    for cls in sorted(classes, key=lambda one: len(one.__mro__)):
        if issubclass(cls, QtCore.QObject):
            _declare(cls)
    # PythonQt calls the object's name both ways.
    QtCore.QObject.name = QtCore.QObject.__dict__["objectName"]
    QtCore.QObject.className = lambda self: self.metaObject().className()
    for cls in classes:  # each one: PySide's types do not inherit the slot
        if not issubclass(cls, (enum.Enum, type)) and cls.__module__.startswith("PySide6"):
            cls.__setattr__ = _strict_setattr
    _add_missing_slots()


def _add_missing_slots() -> None:
    """Calls that PythonQt allows and PySide6 spells differently."""

    def process_events(*arguments):
        QtCore.QCoreApplication.processEvents(*arguments)

    QtWidgets.QApplication.processEvents = staticmethod(process_events)
    for cls in (QtWidgets.QDialog, QtWidgets.QMenu, QtWidgets.QApplication):
        if not hasattr(cls, "exec_"):
            cls.exec_ = cls.exec
