"""Loads scripted modules as Slicer's factory does: `X`, `XWidget` and `XLogic` from `X.py`."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import slicer
from PySide6.QtCore import Property

from .mrml_widgets import qMRMLNodeComboBox, qSlicerScriptedLoadableModuleWidget


class ScriptedModule:
    """`slicer.modules.<name>`: also the `parent` that the module's constructor fills in."""

    def __init__(self, name: str, path: Path):
        self.name = self.title = name
        self.path = str(path)
        self.icon = None
        self.categories, self.dependencies, self.contributors = [], [], []
        self.helpText = self.acknowledgementText = ""
        self.hidden = False
        self.widgetRepresentationCreationEnabled = True
        self.index = -1
        self._widget = None

    def widgetRepresentation(self):
        if self._widget is None:
            self._widget = self.createNewWidgetRepresentation()
        return self._widget

    def createNewWidgetRepresentation(self):
        module = sys.modules[self.name]
        holder = ScriptedModuleWidget(self.name)
        holder.setMRMLScene(slicer.mrmlScene)
        holder.adopt(getattr(module, f"{self.name}Widget")(holder))
        setattr(slicer.modules, f"{self.name}Widget", holder.self())
        holder.self().setup()
        return holder

    def unload(self):
        if self._widget is not None:
            slicer.app.moduleManager().moduleAboutToBeUnloaded.emit(self.name)
            self._widget.self().cleanup()
            self._widget.hide()
            for selector in self._widget.findChildren(qMRMLNodeComboBox):  # it ends with the panel
                selector.blockSignals(True)
                selector.setMRMLScene(None)
            self._widget = None


class ScriptedModuleWidget(qSlicerScriptedLoadableModuleWidget):
    """The module panel: keeps the calls of enter() and exit() in Slicer's order."""

    strict_attributes = True

    def __init__(self, name: str):
        super().__init__()
        self._name, self._entered = name, False

    def adopt(self, widget) -> None:
        self._python = widget

    def reload(self):
        widget = getattr(sys.modules[self._name], f"{self._name}Widget")(self)
        self.adopt(widget)
        setattr(slicer.modules, f"{self._name}Widget", widget)
        widget.setup()

    isEntered = Property(bool, lambda self: self._entered)

    def enter(self):
        self._entered = True
        if hasattr(self._python, "enter"):
            self._python.enter()

    def exit(self):
        self._entered = False
        if hasattr(self._python, "exit"):
            self._python.exit()

    def setEditedNode(self, node, role="", context=""):
        edited = getattr(self._python, "setEditedNode", None)
        return bool(edited and edited(node, role, context))


def reload_module(name: str):
    """Stands for slicer.util.reloadScriptedModule, whose import would miss the host's hook."""
    holder = getattr(slicer.modules, name.lower()).widgetRepresentation()
    holder.self().cleanup()
    layout = holder.layout()
    while layout.count():
        item = layout.takeAt(0)
        if item.widget() is not None:
            item.widget().hide()
    python = importlib.reload(sys.modules[name])
    holder.reload()
    return python


def load_module(name: str) -> ScriptedModule:
    """Imports `name` from the import path and registers it under `slicer.modules`."""
    python = importlib.import_module(name)
    module = ScriptedModule(name, Path(python.__file__))
    setattr(slicer.modules, name.lower(), module)
    instance = getattr(python, name)(module)
    setattr(slicer.modules, f"{name}Instance", instance)
    slicer.app.moduleManager().moduleLoaded.emit(name)
    return module
