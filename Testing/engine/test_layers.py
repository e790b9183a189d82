"""The architecture, held by its imports: docs/architecture.md draws the same picture."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CORE = sorted((ROOT / "semigda_core").rglob("*.py"))
ENGINE = sorted((ROOT / "semigda").rglob("*.py"))
SLICER = sorted(
    path
    for folder in ("SemiGDALib", "SemiGDASegment", "SemiGDATrain")
    for path in (ROOT / folder).rglob("*.py")
)
STANDARD = set(sys.stdlib_module_names)
SLICER_BRINGS = {"slicer", "qt", "ctk", "vtk", "vtkITK", "pydicom", "PyTorchUtils", "SampleData"}

# A room imports rooms of a lower floor and itself, nothing else.
CORE_FLOORS = {
    "errors": 0,
    "version": 0,
    "processes": 0,
    "files": 1,
    "labels": 2,
    "models": 2,
    "jobs": 3,
    "project": 4,
}
ENGINE_FLOORS = {
    "progress": -1,  # below all
    "lanes": 0,
    "memory": 0,
    "graphics": 0,
    "distributed": 0,
    "networks": 0,
    "reading": 0,
    "method": 1,
    "models": 1,
    "data": 1,
    "inference": 2,
    "evaluation": 3,
    "check": 2,
    "ranking": 3,
    "prepared": 3,
    "training": 4,
    "jobs": 5,
    "info": 5,
    "probe": 5,
    "cli": 6,
    "__main__": 7,
}
CLI_FLOORS = {
    "arguments": -1,  # below all
    "telling": -1,
    "parser": 0,
    "segment": 1,
    "models": 1,
    "project.parts": 0,
    "project.map": 1,
    "project.slices": 1,
    "project.check": 1,
    "project.split": 1,
    "project.relocate": 1,
    "project.add": 2,
    "project.results": 2,
    "project.review": 2,
    "project.training": 2,
    "project.status": 3,
    "project.commands": 4,
    "commands": 5,
    "start": 6,
    "project": 0,
    "": 7,
}


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> set[str]:
    """Names of imported modules; ``from semigda.a import b`` counts as ``semigda.a``."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"relative import in {path.name}"
            found.add(str(node.module))
    return found


IMPORTS = {path: imports(path) for path in CORE + ENGINE + SLICER}


def foreign(paths: list[Path], allowed: set[str]) -> list[str]:
    """Modules of these paths that import other packages than the allowed and the standard ones."""
    return [
        name_of(path)
        for path in paths
        if {name.split(".")[0] for name in IMPORTS[path]} - allowed - STANDARD
    ]


def test_the_core_imports_the_standard_library_only():
    assert not foreign(CORE, {"semigda_core"})


def test_slicers_process_imports_the_core_and_never_the_engine():
    own = {"numpy", "semigda_core", "SemiGDALib", "SemiGDASegment", "SemiGDATrain"}
    assert not foreign(SLICER, SLICER_BRINGS | own)


def test_the_engine_imports_its_declared_packages_and_no_slicer():
    declared = {"torch", "numpy", "SimpleITK", "safetensors"}
    assert not foreign(ENGINE, declared | {"semigda", "semigda_core"})


def test_imports_only_go_downwards():
    for path in CORE + ENGINE:
        package, *inner = name_of(path).split(".")
        floors = CORE_FLOORS if package == "semigda_core" else ENGINE_FLOORS
        for name in IMPORTS[path]:
            if name.split(".")[0] != package or name == package:
                continue
            room, other = inner[0], name.split(".")[1]
            assert other == room or floors[other] < floors[room], f"{name_of(path)} imports {name}"


def test_commands_only_import_those_below():
    for path in sorted((ROOT / "semigda" / "cli").rglob("*.py")):
        floor = CLI_FLOORS[name_of(path).removeprefix("semigda.cli").lstrip(".")]
        for name in IMPORTS[path]:
            if name.startswith("semigda.cli."):
                below = CLI_FLOORS[name.removeprefix("semigda.cli.")] < floor
                assert below, f"{name_of(path)} imports {name}"


def test_no_module_is_longer_than_400_lines():
    for path in IMPORTS:
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 400, name_of(path)


def test_packages_re_export_nothing_heavy():
    allowed = {"__future__", "semigda_core.version", "semigda.cli.start"}
    for path in CORE + ENGINE:
        if path.name == "__init__.py":
            assert IMPORTS[path] <= allowed, name_of(path)


def test_the_core_and_the_command_line_load_without_any_package():
    """Without site-packages: anything but the standard library would not even be found."""
    names = [name_of(path) for path in CORE] + ["semigda.cli.project.commands"]
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\nfor name in {names!r}: __import__(name)\n"
    )
    subprocess.run([sys.executable, "-S", "-E", "-c", code], check=True)


def test_segmenting_does_not_import_what_only_the_reader_process_needs():
    code = "import sys, semigda.inference.segment; sys.exit('SimpleITK' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
