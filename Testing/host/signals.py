"""`obj.connect("signal(types)", function)` in module code, which PySide6 does not know.

An import hook rewrites such calls in the modules' source; here is what they are rewritten to.
PythonQt answers an unknown signal with False and a line on stderr, after which a button is dead;
the host raises instead.
"""

from __future__ import annotations

import ast
import importlib.machinery
import inspect
import os
import sys
from pathlib import Path

from PySide6 import QtCore

_HOOK_NAME = "__host_signal_call__"
_adapters: dict[tuple, object] = {}


def _split(signature: str) -> tuple[str, int]:
    name, _, rest = signature.partition("(")
    inside = rest.rstrip(")").strip()
    return name.strip(), len(inside.split(",")) if inside else 0


def find_signal(sender, signature: str):
    """The bound PySide6 signal for a C++ signature; AttributeError if the class has none."""
    normalized = bytes(QtCore.QMetaObject.normalizedSignature(signature)).decode()
    name, _ = _split(normalized)
    declared = getattr(type(sender), "signatures", {})
    if normalized in declared:
        signal = getattr(sender, name)
        return signal if declared[normalized] is None else signal[declared[normalized]]
    if sender.metaObject().indexOfSignal(normalized) < 0 or "PyObject" in normalized:
        raise AttributeError(f"{type(sender).__name__} has no signal {normalized}")
    return getattr(sender, name)


def _accepted(function) -> int:
    """How many positional arguments a slot takes; PythonQt passes no more than that."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return 0
    if any(one.kind is one.VAR_POSITIONAL for one in parameters):
        return sys.maxsize
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(one.kind in positional for one in parameters)


def _adapter(signature: str, function):
    count = min(_split(signature)[1], _accepted(function))

    def call(*arguments):
        function(*arguments[:count])

    return call


def signal_call(sender, method: str, *arguments):
    """Stands where the source says `sender.connect(...)` or `sender.disconnect(...)`."""
    if not isinstance(sender, QtCore.QObject):
        return getattr(sender, method)(*arguments)
    signature, function = arguments
    key = (id(sender), signature, function)
    if method == "connect":
        _adapters[key] = _adapter(signature, function)
        find_signal(sender, signature).connect(_adapters[key])
        return True
    adapter = _adapters.pop(key, None)
    if adapter is None:
        return False
    find_signal(sender, signature).disconnect(adapter)
    return True


class _Rewriter(ast.NodeTransformer):
    def visit_Call(self, node: ast.Call):
        self.generic_visit(node)
        function = node.func
        named = isinstance(function, ast.Attribute) and function.attr in ("connect", "disconnect")
        if not (named and len(node.args) == 2 and self._is_signature(node.args[0])):
            return node
        return ast.copy_location(
            ast.Call(
                func=ast.Name(id=_HOOK_NAME, ctx=ast.Load()),
                args=[function.value, ast.Constant(function.attr), *node.args],
                keywords=[],
            ),
            node,
        )

    @staticmethod
    def _is_signature(node) -> bool:
        return isinstance(node, ast.Constant) and isinstance(node.value, str) and "(" in node.value


class _Loader(importlib.machinery.SourceFileLoader):
    """Compiles the rewritten source and leaves the ordinary bytecode cache alone."""

    def get_code(self, fullname):
        path = self.get_filename(fullname)
        tree = ast.parse(self.get_data(path), path)
        tree = ast.fix_missing_locations(_Rewriter().visit(tree))
        return compile(tree, path, "exec", dont_inherit=True)

    def exec_module(self, module):
        vars(module)[_HOOK_NAME] = signal_call
        super().exec_module(module)


class SignalImporter:
    """Meta path finder for the modules under the given folders."""

    def __init__(self):
        self.folders: list[Path] = []
        self._known: dict[str, bool] = {}  # a folder with modules: whether it lies under ours

    def add(self, folder: Path) -> None:
        self.folders.append(folder.resolve())
        self._known.clear()

    def _is_ours(self, folder: str) -> bool:
        if folder not in self._known:
            real = Path(folder).resolve()
            own = any(one == real or one in real.parents for one in self.folders)
            self._known[folder] = own and "site-packages" not in real.parts
        return self._known[folder]

    def find_spec(self, name, path=None, target=None):
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None or not (spec.origin or "").endswith(".py"):
            return None
        if not self._is_ours(os.path.dirname(spec.origin)):
            return None
        loader = _Loader(name, spec.origin)
        packages = spec.submodule_search_locations
        new = importlib.machinery.ModuleSpec(
            name, loader, origin=spec.origin, is_package=packages is not None
        )
        new.has_location = True
        new.submodule_search_locations = packages
        return new
