"""What Slicer's Extensions Index checks, or its reviewers ask, of a new extension.

Read in August 2026 from `scripts/check_description_files.py`, the template of pull requests and the
schema's version 1.0.2. The rest of it is in test_extension_files.py and test_module_code.py.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from Testing.packaging.install import ROOT
from Testing.packaging.test_extension_files import CMAKE, ENTRY, NAME, cmake_value

SCHEMA = (
    "https://raw.githubusercontent.com/Slicer/Slicer/main/Schemas/"
    "slicer-extension-catalog-entry-schema-v1.0.2.json#"
)
# The schema's properties with their types; it allows no others.
PROPERTIES = {
    "$schema": str,
    "category": str,
    "scm_url": str,
    "scm_revision": str,
    "scm_type": str,
    "build_dependencies": list,
    "dicom_support_rule": str,
    "build_subdirectory": str,
    "enabled": bool,
    "tier": int,
}
CLONE_LIMIT = 80_000_000  # bytes of history and files; the index gives up at 100 MB
README = (ROOT / "README.md").read_text("utf-8")
MODULES = sorted(path.parent for path in ROOT.glob("SemiGDA*/CMakeLists.txt"))
# What a module may import while Slicer starts: Slicer's own, and what lies beside it.
AT_FILE_SCOPE = {"slicer", "qt", "ctk", "vtk", "SemiGDALib", "semigda_core"}


def test_the_entry_keeps_the_schema():
    assert ENTRY["$schema"] == SCHEMA
    assert {"$schema", "category", "scm_url"} <= set(ENTRY) <= set(PROPERTIES)
    for key, value in ENTRY.items():
        assert isinstance(value, PROPERTIES[key]), key


def test_the_repository_is_named_after_slicer_and_the_extension():
    address = urlsplit(ENTRY["scm_url"])
    assert address.scheme == "https"
    assert address.path.rpartition("/")[2] == f"Slicer{NAME}.git"


def test_the_index_finds_name_icon_and_screenshots():
    """With its own patterns, which are stricter than CMake."""
    assert re.findall(r"project\s*\(\s*([^\s)]+)", CMAKE) == [NAME]
    (icon,) = re.findall(r'set\s*\(EXTENSION_ICONURL\s*"([^"]+)"[ ]*\)', CMAKE)
    (shots,) = re.findall(r'set\s*\(EXTENSION_SCREENSHOTURLS\s*"([^"]+)"\)', CMAKE)
    for url in (icon, *shots.split()):
        assert url.startswith("https://") and url.endswith(".png")


def test_there_is_a_licence_and_the_readme_names_it():
    assert "Apache License" in (ROOT / "LICENSE").read_text("utf-8")[:200]
    assert "Apache-2.0](LICENSE)" in README


def test_the_description_is_for_newcomers():
    text = cmake_value("DESCRIPTION")
    assert text.count(". ") <= 1 and text.endswith(".")
    assert "Semi-supervised Generative Dual-distribution Alignment" in text


def test_the_readme_has_what_reviewers_ask_for():
    heads = {line.removeprefix("## ") for line in README.splitlines() if line.startswith("## ")}
    assert {"First steps", "Sample data", "Cite", "Remove what was downloaded"} <= heads
    assert re.search(r"!\[.+\]\(Resources/Screenshots/\S+\.png\)", README)
    for module in MODULES:
        title = module.name.replace("SemiGDA", "SemiGDA ")
        assert re.search(rf"\*\*{title}\*\* \| [A-Z].+\.", README), title
    assert "docs/tutorial.md" in README and "docs/set-up.md" in README and "arXiv" in README


def test_the_topic_is_named():
    """The index lists repositories by it; only a person can set it on GitHub."""
    assert "`3d-slicer-extension`" in (ROOT / "CONTRIBUTING.md").read_text("utf-8")


@pytest.fixture(params=MODULES, ids=lambda folder: folder.name)
def module(request):
    path = request.param / f"{request.param.name}.py"
    return ast.parse(path.read_text("utf-8"))


def statements(tree):
    """Statements at file scope, those of a try among them."""
    for node in tree.body:
        if isinstance(node, ast.Try):
            assert not node.orelse and not node.finalbody
            yield from node.body
            for handler in node.handlers:
                assert ast.unparse(handler.type) == "ModuleNotFoundError"
        else:
            yield node


def test_importing_a_module_runs_nothing(module):
    """Slicer imports every module when it starts, whether anybody uses it or not."""
    documentation, *rest = statements(module)
    assert isinstance(documentation, ast.Expr) and isinstance(documentation.value, ast.Constant)
    for node in rest:
        assert isinstance(node, ast.Import | ast.ImportFrom | ast.ClassDef), ast.unparse(node)


def test_the_search_path_is_touched_in_the_source_tree_only(module):
    """Slicer adds a module's folder to it, where an installed one has its packages."""
    tries = [node for node in module.body if isinstance(node, ast.Try)]
    (handler,) = tries[0].handlers
    assert len(tries) == 1 and [ast.unparse(node) for node in handler.body] == [
        "sys.path.append(str(Path(__file__).resolve().parents[1]))"
    ]
    assert ast.unparse(module).count("sys.path") == 1


def test_no_third_party_is_imported_at_file_scope(module):
    for node in statements(module):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [node.module] if isinstance(node, ast.ImportFrom) else node.names
            for name in (getattr(one, "name", one).split(".")[0] for one in names):
                assert name in AT_FILE_SCOPE | set(sys.stdlib_module_names), name


def test_a_modules_help_leads_to_the_documentation(module):
    assert cmake_value("HOMEPAGE") + "#readme" in ast.unparse(module)


def test_a_clone_is_small():
    """By what a server sends: what lies here may be packed worse, in many small packs."""

    def git(*arguments, **options):
        command = ["git", *arguments]
        return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, **options).stdout

    if git("rev-parse", "--is-shallow-repository", text=True).strip() == "true":
        pytest.skip("a shallow clone does not have the history")
    packing = ("pack-objects", "--revs", "--stdout", "--delta-base-offset", "--quiet")
    history = len(git(*packing, input=b"HEAD\n"))
    paths = (ROOT / name for name in git("ls-files", "-z", text=True).split("\0") if name)
    files = sum(path.stat().st_size for path in paths if path.is_file())
    assert history + files <= CLONE_LIMIT, f"{(history + files) / 1e6:.0f} MB"
