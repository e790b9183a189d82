"""Module code keeps to what Slicer 5.10 and 5.12 offer and to what index reviewers accept."""

from __future__ import annotations

import ast
import re

import pytest

from Testing.packaging.install import ROOT

FILES = sorted(ROOT.glob("SemiGDA*/**/*.py"))
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


@pytest.fixture(params=FILES, ids=lambda path: path.name)
def tree(request):
    return ast.parse(request.param.read_text("utf-8"))


def test_no_names_that_releases_lack(tree):
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    used |= {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "slicer.util"
        for alias in node.names
    }
    assert not used & (TOO_NEW | NOT_SHARED)


def test_arguments_that_5_10_lacks_are_not_given(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and "launchConsoleProcess" in ast.unparse(node.func):
            assert "blocking" not in {keyword.arg for keyword in node.keywords}
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("util.pip_install"):
            assert not node.keywords


def test_no_heavy_imports_and_no_threads(tree):
    assert not imported(tree) & (ENGINE_ONLY | {"PythonQt"})


def test_slicer_util_gets_properties_of_its_own(tree):
    """The default is one dict for all calls: what one call puts in, the next one finds."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func).removeprefix("slicer.util.")
            if name in WITH_PROPERTIES:
                position = WITH_PROPERTIES[name]
                given = {keyword.arg for keyword in node.keywords}
                assert len(node.args) > position or "properties" in given, ast.unparse(node)


def test_slicers_packaging_is_not_taken_for_granted(tree):
    """`slicer.packaging` came with 5.12: importing it at file scope would break 5.10."""
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            assert "slicer.packaging" not in ast.unparse(node)


def test_nothing_is_installed_by_a_name_of_torch():
    """PyTorch comes through its extension; index reviewers reject anything else."""
    for path in FILES:
        assert not re.search(r"pip_(install|ensure)\([^)]*torch", path.read_text("utf-8")), (
            path.name
        )
