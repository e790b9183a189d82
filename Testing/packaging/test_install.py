"""The installed tree holds every file and runs from there; so does the build tree."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from Testing.packaging.install import ROOT, build, install
from Testing.packaging.list_files import tracked

PROGRAM = """
import sys
folder, root, *names = sys.argv[1:]
sys.path.append(root)
from Testing.host import start
sys.path.remove(root)  # modules find their packages by themselves
host = start([folder])
for name in names:
    host.open(name)
host.quit()
for name, module in sorted(sys.modules.items()):
    if name.split(".")[0].startswith(("SemiGDA", "semigda")):
        assert module.__file__.startswith(folder), module.__file__
assert "torch" not in sys.modules, "Slicer's own process must not import torch"
print("opened")
"""


MODULES = sorted(path.parent.name for path in ROOT.glob("SemiGDA*/CMakeLists.txt"))


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    return install(tmp_path_factory.mktemp("empty"))


def open_module(folder):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder), str(ROOT), *MODULES],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0 and "opened" in done.stdout, done.stdout + done.stderr


def test_every_file_is_installed(tree):
    for name in tracked("SemiGDALib/*.py", "semigda/*", "Resources/Models/*"):
        assert (tree / name).read_bytes() == (ROOT / name).read_bytes(), name
    for module in MODULES:
        for name in tracked(f"{module}/*"):
            relative = name.removeprefix(f"{module}/")
            assert relative == "CMakeLists.txt" or (tree / relative).is_file(), name


def test_only_modules_lie_on_top(tree):
    assert sorted(path.stem for path in tree.glob("*.py")) == MODULES


def test_installed_modules_open(tree):
    open_module(tree)


def test_modules_open_in_the_build_tree(tmp_path):
    open_module(build(tmp_path))


@pytest.mark.parametrize("module", MODULES)
def test_module_opens_in_the_source_tree(tmp_path, module):
    program = PROGRAM.replace("startswith(folder)", "startswith(root)")
    done = subprocess.run(
        [sys.executable, "-c", program, str(ROOT / module), str(ROOT), module],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_installed_engine_runs_alone(tree, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "semigda", "--help"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    where = subprocess.run(
        [
            sys.executable,
            "-c",
            "import semigda_core.models.library as l; print(l.bundled_folder())",
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert where.stdout.strip() == str(tree / "Resources" / "Models")
