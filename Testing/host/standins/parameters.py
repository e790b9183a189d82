"""Stands for `slicer.parameterNodeWrapper`: typed parameters kept as text in a scene node.

The text is laid out as Slicer lays it out, so that a scene saved here opens there; a union of nodes
alone has another name there, with a number.
"""

from __future__ import annotations

import typing
import weakref
from dataclasses import dataclass

import qt
import slicer
import vtk

from .connectors import Choice, Decimals, Maximum, Minimum, SingleStep, WithinRange, connector_for
from .parameter_text import Default, codec_for

__all__ = [
    "Choice",
    "Decimals",
    "Default",
    "Maximum",
    "Minimum",
    "SingleStep",
    "WithinRange",
    "findChildWidgetForParameter",
    "isParameterNodeWrapper",
    "parameterNodeWrapper",
]

PROPERTY = "SlicerParameterName"
_RESERVED = (
    "default isCached dataType getValue setValue connectGui connectParametersToGui disconnectGui "
    "StartModify EndModify AddObserver RemoveObserver Modified allParameters"
).split()


@dataclass
class _Parameter:
    name: str
    annotated: object
    codec: object
    validators: list
    default: object

    def write(self, node, value):
        self.codec.check(value)
        for validator in self.validators:
            validator.validate(value)
        self.codec.write(node, self.name, value)

    def read(self, node):
        if not self.codec.is_in(node, self.name):
            self.write(node, self.initial())
        return self.codec.read(node, self.name)

    def initial(self):
        return self.default.value if isinstance(self.default, Default) else self.default


def _describe(cls, name: str, annotated) -> _Parameter:
    kind, extras = annotated, []
    if typing.get_origin(annotated) is typing.Annotated:
        kind, *extras = typing.get_args(annotated)
    codec = codec_for(kind)
    default = next((one for one in extras if isinstance(one, Default)), Default(codec.default()))
    if hasattr(cls, name):
        default = getattr(cls, name)
    validators = [one for one in extras if hasattr(one, "validate")]
    return _Parameter(name, annotated, codec, validators, default)


class _Wrapper:
    """What the decorator mixes into the class."""

    def __init__(self, parameterNode, prefix=None):
        if prefix:
            raise NotImplementedError("The test host has no prefixes")
        self.parameterNode = parameterNode
        self._guis, self._next_tag, self._updating = {}, 0, False
        for parameter in self.allParameters.values():
            parameter.read(parameterNode)

    def _parameter(self, name) -> _Parameter:
        if name not in self.allParameters:
            raise ValueError(f"No parameter named {name}")
        return self.allParameters[name]

    def default(self, name):
        return Default(self._parameter(name).initial())

    def dataType(self, name):
        return self._parameter(name).annotated

    def isCached(self, name):
        return False

    def getValue(self, name):
        return self._parameter(name).read(self.parameterNode)

    def setValue(self, name, value):
        self._parameter(name).write(self.parameterNode, value)

    def StartModify(self):
        return self.parameterNode.StartModify()

    def EndModify(self, wasModified):
        return self.parameterNode.EndModify(wasModified)

    def AddObserver(self, event, callback, priority=0.0):
        return self.parameterNode.AddObserver(event, callback, priority)

    def RemoveObserver(self, tag):
        self.parameterNode.RemoveObserver(tag)

    def Modified(self):
        self.parameterNode.Modified()

    # Widgets

    def connectGui(self, gui):
        if isinstance(gui, qt.QWidget):
            widgets = gui.findChildren(qt.QWidget)
        else:
            widgets = vars(gui).values()
        named = {one.property(PROPERTY): one for one in widgets if one.property(PROPERTY)}
        return self.connectParametersToGui(named)

    def connectParametersToGui(self, mapping):
        connectors = {
            name: connector_for(widget, self._parameter(name).annotated)
            for name, widget in mapping.items()
        }
        tag, self._next_tag = self._next_tag, self._next_tag + 1
        for name, connector in connectors.items():
            connector.write(self.getValue(name))
            connector.start(lambda name=name, one=connector: self._from_gui(name, one))
        me = weakref.ref(self)
        observer = self.AddObserver(vtk.vtkCommand.ModifiedEvent, lambda *_: me()._to_gui())
        self._guis[tag] = (connectors, observer)
        return tag

    def disconnectGui(self, tag):
        connectors, observer = self._guis.pop(tag, ({}, None))
        for connector in connectors.values():
            connector.stop()
        if observer is not None:
            self.RemoveObserver(observer)

    def _from_gui(self, name, connector):
        if not self._updating:
            with slicer.util.NodeModify(self):
                self.setValue(name, connector.read())

    def _to_gui(self):
        if self._updating:
            return
        self._updating = True
        try:
            with slicer.util.NodeModify(self):
                for connectors, _ in self._guis.values():
                    for name, connector in connectors.items():
                        connector.write(self.getValue(name))
        finally:
            self._updating = False


def parameterNodeWrapper(cls=None):
    if cls is None:
        return parameterNodeWrapper
    hints = typing.get_type_hints(cls, include_extras=True)
    taken = [name for name in hints if name in _RESERVED]
    if taken:
        raise ValueError(f"Reserved names in a parameterNodeWrapper: {taken}")
    parameters = {name: _describe(cls, name, hint) for name, hint in hints.items()}
    members = {k: v for k, v in vars(cls).items() if k not in ("__dict__", "__weakref__")}
    for name in parameters:
        members[name] = property(
            lambda self, name=name: self.getValue(name),
            lambda self, value, name=name: self.setValue(name, value),
        )
    members["allParameters"] = parameters
    return type(cls.__name__, (_Wrapper, *cls.__bases__[: cls.__bases__ != (object,)]), members)


def isParameterNodeWrapper(class_or_object) -> bool:
    cls = class_or_object if isinstance(class_or_object, type) else type(class_or_object)
    return issubclass(cls, _Wrapper)


def findChildWidgetForParameter(widget, parameter):
    widgets = widget.findChildren(qt.QWidget)
    return next((one for one in widgets if one.property(PROPERTY) == parameter), None)
