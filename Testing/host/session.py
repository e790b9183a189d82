"""Starting the host, and what a test does with it."""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import shutil
import sys
import tempfile
import time
import traceback
import types
from pathlib import Path

_host: Host | None = None

PANEL_WIDTH = 360  # Slicer's module panel, as most people see it
CLICK_S = 0.51  # between two clicks on a button that are no double click


class HostError(AssertionError):
    """Something went wrong where Slicer would only have written to its log."""


def start(module_folders=()) -> Host:
    """The host of this process, made at the first call; `module_folders` join the import path."""
    global _host
    if _host is None:
        _host = Host()
    for folder in module_folders:
        _host.add_module_folder(folder)
    return _host


class _ErrorLog(logging.Handler):
    """Logged errors: what slicer.util's dialogs would have shown ends here in testing mode."""

    def __init__(self, errors: list[str]):
        super().__init__(logging.ERROR)
        self._errors = errors

    def emit(self, record: logging.LogRecord) -> None:
        trace = traceback.format_exc() if sys.exc_info()[0] else ""
        self._errors.append(f"{record.getMessage()}\n{trace}")


class Host:
    def __init__(self):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")
        self.folder = Path(tempfile.mkdtemp(prefix="slicer-host-"))
        atexit.register(shutil.rmtree, self.folder, ignore_errors=True)
        self.errors: list[str] = []
        self._panel = None
        self._width = 0  # of the panel, as it was opened
        self.selected = ""  # name of the module in view
        self._clicked: dict = {}  # button -> until when a click would be a double click
        self._install_qt()
        self._install_slicer()
        sys.excepthook = self._uncaught
        logging.getLogger().addHandler(_ErrorLog(self.errors))
        atexit.register(self._end)

    def _install_qt(self) -> None:
        from PySide6 import QtCore, QtGui, QtNetwork, QtWidgets

        from . import ctk_widgets, qt_properties, ui_loader
        from .signals import SignalImporter

        qt_properties.install()
        QtCore.qInstallMessageHandler(_qt_message)
        qt = types.ModuleType("qt")
        for source in (QtCore, QtGui, QtWidgets, QtNetwork):
            public = (name for name in dir(source) if name.startswith(("Q", "q")))
            vars(qt).update({name: getattr(source, name) for name in public})
        qt.QUiLoader = ui_loader.QUiLoader
        ctk = types.ModuleType("ctk")
        vars(ctk).update({cls.__name__: cls for cls in ctk_widgets.CLASSES})
        sys.modules.update(qt=qt, ctk=ctk)
        self._importer = SignalImporter()
        sys.meta_path.insert(0, self._importer)

    def _install_slicer(self) -> None:
        import slicer

        from . import mrml_widgets
        from .scene import SceneHost
        from .subject_hierarchy import SubjectHierarchyObserver

        self.core = SceneHost(self.folder)
        slicer.mrmlScene = self.scene = self.core.scene
        slicer.modules = self.core.modules
        self._hierarchy = SubjectHierarchyObserver(self.scene)
        for cls in (*mrml_widgets.CLASSES, mrml_widgets.qSlicerScriptedLoadableModuleWidget):
            setattr(slicer, cls.__name__, cls)

        from .application import qSlicerApplication
        from .modules import ScriptedModule, reload_module
        from .segment_editor import SegmentEditorModule

        settings = self.folder / "settings"
        slicer.app = self.app = qSlicerApplication(["Slicer"], self.core, settings)
        slicer.qSlicerScriptedLoadableModule = ScriptedModule
        slicer.util.reloadScriptedModule = reload_module
        slicer.modules.segmenteditor = SegmentEditorModule()
        slicer.util.selectModule = self.select
        slicer.util.selectedModule = lambda: self.selected
        slicer.util.pip_install = slicer.util.pip_uninstall = _refuse_pip
        # The wheel copies slicer.util's names into slicer, where Slicer does not have them.
        for name in slicer.util.__all__:
            if hasattr(slicer, name):
                delattr(slicer, name)
        self._install_standins(slicer)

    @staticmethod
    def _install_standins(slicer) -> None:
        from .standins import i18n

        slicer.i18n = sys.modules["slicer.i18n"] = i18n
        from .standins import packaging, parameters, scripted_loadable_module

        for name, standin in (
            ("ScriptedLoadableModule", scripted_loadable_module),
            ("packaging", packaging),
            ("parameterNodeWrapper", parameters),
        ):
            sys.modules[f"slicer.{name}"] = standin
            setattr(slicer, name, standin)

    # Errors

    def _uncaught(self, kind, error, trace) -> None:
        text = "".join(traceback.format_exception(kind, error, trace))
        sys.__stderr__.write(text)
        self.errors.append(text)

    def check(self) -> None:
        """Raises what went wrong in slots and observers, or was logged, since the last call.

        A panel that has become wider than it was opened is wrong too: in Slicer it would push the
        views off the screen.
        """
        errors, self.errors[:] = self.errors[:], []
        if self._panel is not None and self._panel.width > self._width:
            errors.append(
                f"The panel grew from {self._width} to {self._panel.width} pixels, "
                f"because of {_widest(self._panel)}"
            )
            self._panel.resize(self._width, self._panel.height)
        if errors:
            raise HostError("\n".join(errors))

    # Modules

    def add_module_folder(self, folder) -> None:
        folder = Path(folder).resolve()
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
            # In the source tree the packages of a module lie beside its folder, not in it.
            self._importer.add(folder.parent)

    def load(self, name: str):
        """Loads the module and gives `slicer.modules.<name>`."""
        import slicer

        from .modules import load_module

        return getattr(slicer.modules, name.lower(), None) or load_module(name)

    def open(self, name: str, width: int = PANEL_WIDTH, height: int = 900):
        """Shows the module's panel, entered, and gives its Python widget."""
        panel = self.load(name).widgetRepresentation()
        if self._panel is not None and self._panel is not panel:
            self._panel.exit()
        self._panel, self._width, self.selected = panel, width, name
        panel.resize(width, height)
        panel.show()
        panel.enter()
        self.process()
        self.check()
        return panel.self()

    def close(self) -> None:
        """Leaves the open panel, as choosing another module does."""
        if self._panel is not None:
            self._panel.exit()
            self._panel.hide()
            self._panel = None
        self.selected = ""

    def select(self, module) -> None:
        """Stands for slicer.util.selectModule, which needs Slicer's window."""
        import slicer

        name = module if isinstance(module, str) else module.name
        if hasattr(getattr(slicer.modules, name.lower()), "unload"):
            self.open(name)
        else:  # a module that the host has no panel of
            self.close()
            self.selected = name

    def quit(self) -> None:
        """Unloads every module, which calls their cleanup(), and empties the scene."""
        import slicer

        self.close()
        for module in list(vars(slicer.modules).values()):
            if hasattr(module, "unload"):
                module.unload()
        self.scene.Clear(0)
        self.process()
        self.check()

    def _end(self) -> None:
        """At the end of the process: modules end their child processes while Qt still lives."""
        with contextlib.suppress(HostError):
            self.quit()

    # Events and widgets

    def process(self, seconds: float = 0.0) -> None:
        """Runs Qt's event loop for a while, deferred deletions included."""
        from PySide6 import QtCore

        end = time.monotonic() + seconds
        while True:
            QtCore.QCoreApplication.processEvents(QtCore.QEventLoop.ProcessEventsFlag.AllEvents, 20)
            QtCore.QCoreApplication.sendPostedEvents(None, QtCore.QEvent.Type.DeferredDelete)
            if time.monotonic() >= end:
                return
            time.sleep(0.002)

    def wait(self, condition, timeout: float = 30.0, message: str = "") -> None:
        """Processes events until `condition()` holds; fails after `timeout` seconds."""
        from PySide6 import QtCore

        end = time.monotonic() + timeout
        waking = QtCore.QTimer()  # between events it sleeps: what is waited for computes
        waking.start(20)
        while not condition():
            if time.monotonic() > end:
                self.check()
                raise HostError(message or f"Not reached within {timeout} s")
            flag = QtCore.QEventLoop.ProcessEventsFlag.WaitForMoreEvents
            QtCore.QCoreApplication.processEvents(flag)
            self.process()
        self.check()

    def click(self, button) -> None:
        """Presses a button as a user would: a hidden or disabled one is an error."""
        self.process(self._clicked.get(button, 0.0) - time.monotonic())
        if not button.enabled or not button.visible:
            raise HostError(f"{button.name or button.text} cannot be pressed")
        button.click()
        self._clicked[button] = time.monotonic() + CLICK_S
        self.process()
        self.check()

    def answer(self, *buttons) -> None:
        """Leaves testing mode; the next message boxes get these buttons pressed, in order."""
        from .ctk_widgets import ctkMessageBox

        self.app.setTestingEnabled(False)
        ctkMessageBox.answers.extend(buttons)

    def in_dialog(self, *actions) -> None:
        """The next dialogs that open are handed to these functions, in order, which close them."""
        from PySide6 import QtCore

        waiting = list(actions)

        def look():
            dialog = self.app.activeModalWidget()
            if dialog is None or dialog in seen:
                QtCore.QTimer.singleShot(10, look)
                return
            seen.append(dialog)
            action = waiting.pop(0)
            if waiting:
                QtCore.QTimer.singleShot(10, look)
            try:
                _check_focus(dialog)
                action(dialog)
            finally:
                if dialog.visible:
                    dialog.reject()

        seen: list = []
        QtCore.QTimer.singleShot(0, look)

    def messages(self) -> list[str]:
        """The texts of the message boxes since the last call; back to testing mode."""
        from .ctk_widgets import ctkMessageBox

        self.app.setTestingEnabled(True)
        shown = list(ctkMessageBox.shown)
        ctkMessageBox.shown.clear()
        ctkMessageBox.answers.clear()
        return shown

    def grab(self, widget, path):
        """Saves a picture of the widget (or of a module's Python widget) as PNG.

        An open panel is drawn as high as it needs: Slicer scrolls it.
        """
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        widget = getattr(widget, "parent", widget) if not hasattr(widget, "grab") else widget
        self.process(0.05)
        height = widget.height
        if widget is self._panel:
            self.fit(widget, widget.width, height)
        saved = widget.grab().save(str(path), "PNG")
        widget.resize(widget.width, height)
        if not saved:
            raise HostError(f"Cannot write {path.name}")
        return path

    def fit(self, widget, width: int, least: int = 0) -> None:
        """Makes a widget as wide, and as high as it needs to be then, at least so high.

        Layouts within layouts take several rounds of events to know it, and a text may change in
        one of them; squeezed, rows overlap.
        """
        height = -1
        while (needed := max(least, needed_height(widget, width))) != height:
            height = needed
            widget.resize(width, height)
            self.process(0.05)

    def slice_view(self, path, name="Red", **options):
        """Saves a slice view ("Red", "Green", "Yellow") as PNG; options of views.slice_view."""
        from .views import slice_view

        return slice_view(path, name, **options)

    def three_d_view(self, path, **options):
        """Saves the 3-D view as PNG; options of views.three_d_view."""
        from .views import three_d_view

        return three_d_view(path, **options)

    def window(self, path, panel, **options):
        """Saves panel and views in one picture; options of window.window_picture."""
        from .window import window_picture

        return window_picture(self, path, getattr(panel, "parent", panel), **options)


def needed_height(widget, width: int) -> int:
    """Pixels that a panel of this width needs, with all lines of its wrapped labels."""
    layout = widget.layout()
    return max(layout.totalHeightForWidth(width), layout.totalMinimumSize().height())


def _check_focus(dialog) -> None:
    """One types at once, and Enter confirms: focus on *Cancel* would lose what was typed."""
    from PySide6 import QtWidgets

    buttons = dialog.findChildren(QtWidgets.QPushButton)
    takers = [button for button in buttons if button.default or button.autoDefault]
    if [button.name for button in takers] != ["okButton"]:
        raise HostError(f"Enter may press {[button.name or button.text for button in takers]}")
    focus = dialog.focusWidget()
    if focus is None or isinstance(focus, QtWidgets.QAbstractButton):
        raise HostError(f"The first focus is on {focus and (focus.name or focus.text)}")


def _widest(widget) -> str:
    """The innermost visible widget that asks for the most width, and how much."""
    from PySide6 import QtWidgets

    children = [
        child
        for child in widget.children()
        if isinstance(child, QtWidgets.QWidget) and child.visible and not child.isWindow()
    ]
    wide = max(children, key=_asked_width, default=None)
    if wide is not None and _asked_width(wide) > _asked_width(widget) / 2:
        return _widest(wide)
    return f"{widget.name or type(widget).__name__} ({_asked_width(widget)})"


def _asked_width(widget) -> int:
    from PySide6 import QtWidgets

    if widget.sizePolicy.horizontalPolicy() == QtWidgets.QSizePolicy.Policy.Ignored:
        return 0
    return max(widget.minimumWidth, widget.minimumSizeHint().width())


def _qt_message(_level, _context, text: str) -> None:
    if "propagateSizeHints" not in text:  # said of every window of the offscreen platform
        print(f"Qt: {text}", file=sys.__stderr__)


def _refuse_pip(requirements, **_options):
    raise RuntimeError(f"The test host installs nothing: {requirements}")
