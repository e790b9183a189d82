"""The installed tree holds every file and runs from there; a module also from the source tree."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile

import pytest

from Testing.packaging.install import ROOT, install
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

BUNDLED = "import semigda_core.models.library as l; print(l.bundled_folder())"

MODULES = sorted(path.parent.name for path in ROOT.glob("SemiGDA*/CMakeLists.txt"))


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    return install(tmp_path_factory.mktemp("empty"))


def test_every_file_is_installed(tree):
    for name in tracked("SemiGDALib/*.py", "semigda/*", "Resources/Models/*"):
        assert (tree / name).read_bytes() == (ROOT / name).read_bytes(), name
    for module in MODULES:
        for name in tracked(f"{module}/*"):
            relative = name.removeprefix(f"{module}/")
            assert relative == "CMakeLists.txt" or (tree / relative).is_file(), name


def test_only_modules_lie_on_top(tree):
    assert sorted(path.stem for path in tree.glob("*.py")) == MODULES


def python(folder, *command, **environment) -> str:
    """What a Python program says that runs in a folder without an error."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_installed_modules_open(tree):
    assert "opened" in python(tree, "-c", PROGRAM, str(tree), str(ROOT), *MODULES)


@pytest.mark.parametrize("module", MODULES)
def test_module_opens_in_the_source_tree(tmp_path, module):
    """Of packages that lie beside its folder; alone, as one module's path is given to Slicer."""
    program = PROGRAM.replace("startswith(folder)", "startswith(root)")
    assert "opened" in python(tmp_path, "-c", program, str(ROOT / module), str(ROOT), module)


def test_installed_engine_runs_alone(tree, tmp_path):
    python(tmp_path, "-m", "semigda", "--help", PYTHONPATH=str(tree))
    said = python(tmp_path, "-c", BUNDLED, PYTHONPATH=str(tree))
    assert said.strip() == str(tree / "Resources" / "Models")


def test_pip_installs_the_engine_with_the_starter_models(tmp_path):
    """What the README says of `pip install .`; a wheel is what that unpacks."""
    held = tracked("semigda/*", "semigda_core/*", "Resources/Models/*")
    for name in (*held, "pyproject.toml", "setup.py", "README.md", "LICENSE"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, tmp_path / name)
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--quiet", "--wheel-dir", "wheel", "."], cwd=tmp_path, check=True)
    (wheel,) = (tmp_path / "wheel").iterdir()
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    for name in held:
        inside = f"semigda/{name}" if name.startswith("Resources") else name
        assert (site / inside).read_bytes() == (ROOT / name).read_bytes(), name
    # A name in site-packages belongs to everybody.
    taken = {path.name for path in site.iterdir() if path.suffix != ".dist-info"}
    assert taken == {"semigda", "semigda_core"}
    said = python(tmp_path / "wheel", "-c", BUNDLED, PYTHONPATH=str(site))
    assert said.strip() == str(site / "semigda" / "Resources" / "Models")
