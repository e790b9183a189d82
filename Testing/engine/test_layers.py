"""The engine's architecture, held by its imports."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import semigda

PACKAGE = Path(semigda.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))

# A room imports rooms of a lower floor and itself, nothing else.
FLOORS = {
    "errors": 0,
    "version": 0,
    "processes": 0,
    "files": 1,
    "reading": 2,
    "distributed": 2,
    "networks": 2,
    "models": 3,
    "data": 3,
    "method": 3,
    "inference": 4,
    "evaluation": 5,
    "training": 6,
    "jobs": 7,
    "info": 8,
    "project": 8,
    "cli_project_training": 9,
    "cli_project_review": 9,
    "cli_segment": 9,
    "cli_project": 10,
    "cli": 11,
    "__main__": 12,
}
# The card is plain values: data and method may read them.
NEIGHBOURS = {("data", "semigda.models.card"), ("method", "semigda.models.card")}
NEIGHBOURS |= {("data", "semigda.models.preprocessing")}
THIRD_PARTY = {"torch", "numpy", "SimpleITK", "safetensors"}
PROJECT = (
    "caselist",
    "doctor",
    "heldout",
    "listing",
    "naming",
    "pairing",
    "presets",
    "project",
    "records",
    "rules",
)
PROJECT += ("store", "bases", "comparison", "estimates", "trainings", "versions")
PROJECT += ("charts", "inbox", "page", "ranking", "report", "document", "repairs")
FILES = (
    "atomic",
    "checked",
    "documents",
    "inside",
    "moved",
    "streams",
    "tables",
    "targets",
    "texts",
)
PROJECT += ("moving", "relocate")
# What Slicer's own process and `semigda --help` import.
STANDARD_ONLY = (
    *("semigda", "semigda.errors", "semigda.version", "semigda.cli"),
    *("semigda.processes", "semigda.jobs.folder", "semigda.jobs.failures"),
    *(f"semigda.files.{name}" for name in FILES),
    "semigda.files",
    *("semigda.jobs", "semigda.jobs.schema", "semigda.jobs.home", "semigda.jobs.following"),
    *("semigda.jobs.launch", "semigda.jobs.locks"),
    "semigda.evaluation.compare",
    *("semigda.models.card", "semigda.models.layout", "semigda.models.library"),
    *("semigda.models.preprocessing", "semigda.networks.config", "semigda.networks.size"),
    *("semigda.data.nrrd", "semigda.data.provenance", "semigda.data.segments"),
    *("semigda.data.sides", "semigda.data.stamps", "semigda.data.facts_document"),
    "semigda.training.work",
    *("semigda.data.contents", "semigda.inference.made", "semigda.inference.cohort_folder"),
    "semigda.inference",
    *(f"semigda.project.{name}" for name in PROJECT),
    *("semigda.project", "semigda.cli_project", "semigda.cli_segment"),
    *("semigda.cli_project_review", "semigda.cli_project_training"),
)


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path, *, top_level_only: bool = False) -> set[str]:
    """Names of imported modules; ``from semigda.a import b`` counts as ``semigda.a``."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = tree.body if top_level_only else ast.walk(tree)
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"relative import in {path.name}"
            found.add(node.module)
    return found


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_only_go_downwards(path):
    parts = name_of(path).split(".")
    if len(parts) == 1:
        assert imports(path) <= {"__future__", "semigda.version"}
        return
    room = parts[1]
    for name in imports(path):
        if name.split(".")[0] != "semigda" or name == "semigda":
            continue
        other = name.split(".")[1]
        allowed = other == room or FLOORS[other] < FLOORS[room] or (room, name) in NEIGHBOURS
        assert allowed, f"{name_of(path)} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_the_declared_packages_are_imported(path):
    roots = {name.split(".")[0] for name in imports(path)}
    allowed = THIRD_PARTY | set(sys.stdlib_module_names) | {"semigda"}
    assert roots <= allowed, roots - allowed


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_module_is_longer_than_400_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_packages_re_export_nothing_heavy(path):
    if path.name == "__init__.py":
        assert imports(path) <= {"__future__", "semigda.version"}


def test_standard_only_modules_import_the_standard_library_only():
    for module in STANDARD_ONLY:
        path = PACKAGE.parent.joinpath(*module.split("."))
        path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        for name in imports(path, top_level_only=True):
            standard = name.split(".")[0] in sys.stdlib_module_names
            assert standard or name in STANDARD_ONLY, f"{module} imports {name}"


def test_standard_only_modules_load_nothing_heavy_in_a_fresh_process():
    """Without site-packages: anything but the standard library would not even be found."""
    code = (
        f"import sys; sys.path.insert(0, {str(PACKAGE.parent)!r})\n"
        f"for name in {STANDARD_ONLY!r}: __import__(name)\n"
        f"heavy = {THIRD_PARTY!r} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-S", "-E", "-c", code], check=True)
