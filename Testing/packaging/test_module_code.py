"""Module code keeps to what Slicer 5.10 and 5.12 offer and to what index reviewers accept."""

from __future__ import annotations

import ast
import re

from Testing.packaging.install import ROOT

FILES = sorted(ROOT.glob("SemiGDA*/**/*.py"))
TREES = {path.relative_to(ROOT): ast.parse(path.read_text("utf-8")) for path in FILES}
# In slicer.util of Slicer's main branch, missing in a release that is in use.
TOO_NEW = {"LazyImport", "executePythonModule"}
# Gone in Qt 6, or known to PythonQt only.
NOT_SHARED = {"QTextCodec", "QRegExp", "QDesktopWidget", "QThread"}
# Position of the argument `properties`.
WITH_PROPERTIES = {
    "loadVolume": 1,
    "loadLabelVolume": 1,
    "loadSegmentation": 1,
    "loadScene": 1,
    "loadNodeFromFile": 2,
    "saveNode": 2,
    "saveScene": 1,
    "exportNode": 2,
}
# Never imported by Slicer's own process, or not while modules are being discovered.
ENGINE_ONLY = {"torch", "SimpleITK", "nrrd", "safetensors", "threading"}


def imported(tree) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


def nodes(*kinds):
    """All nodes of these kinds, each with the path of its file."""
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, kinds):
                yield path, node


def test_no_names_that_releases_lack():
    for path, node in nodes(ast.Attribute):
        assert node.attr not in TOO_NEW | NOT_SHARED, path
    for path, node in nodes(ast.ImportFrom):
        if node.module == "slicer.util":
            assert not {alias.name for alias in node.names} & (TOO_NEW | NOT_SHARED), path


def test_arguments_that_5_10_lacks_are_not_given():
    for path, node in nodes(ast.Call):
        if "launchConsoleProcess" in ast.unparse(node.func):
            assert "blocking" not in {keyword.arg for keyword in node.keywords}, path
        if ast.unparse(node.func).endswith("util.pip_install"):
            assert not node.keywords, path


def test_no_heavy_imports_and_no_threads():
    for path, tree in TREES.items():
        assert not imported(tree) & (ENGINE_ONLY | {"PythonQt"}), path


def test_slicer_util_gets_properties_of_its_own():
    """The default is one dict for all calls: what one call puts in, the next one finds."""
    for path, node in nodes(ast.Call):
        name = ast.unparse(node.func).removeprefix("slicer.util.")
        if name in WITH_PROPERTIES:
            position = WITH_PROPERTIES[name]
            given = {keyword.arg for keyword in node.keywords}
            assert len(node.args) > position or "properties" in given, (path, ast.unparse(node))


def test_slicers_packaging_is_not_taken_for_granted():
    """`slicer.packaging` came with 5.12: importing it at file scope would break 5.10."""
    for path, tree in TREES.items():
        for node in tree.body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                assert "slicer.packaging" not in ast.unparse(node), path


def test_nothing_is_installed_by_a_name_of_torch():
    """PyTorch comes through its extension; index reviewers reject anything else."""
    for path in FILES:
        source = path.read_text("utf-8")
        assert not re.search(r"pip_(install|ensure)\([^)]*torch", source), path.name
