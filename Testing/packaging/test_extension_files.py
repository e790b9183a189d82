"""CMake, the two index entries, icons, licence and line ends agree with each other."""

from __future__ import annotations

import json
import re
import struct
import subprocess

import pytest

from Testing.packaging.install import ROOT
from Testing.packaging.list_files import TARGET, text, tracked

NAME = "SemiGDA"
CMAKE = (ROOT / "CMakeLists.txt").read_text("utf-8")
S4EXT = dict(
    (line.partition(" ")[0], line.partition(" ")[2])
    for line in (ROOT / f"{NAME}.s4ext").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
)
ENTRY = json.loads((ROOT / f"{NAME}.json").read_text("utf-8"))


def cmake_value(name: str) -> str:
    return re.search(rf'set\(EXTENSION_{name} "([^"]*)"\)', CMAKE).group(1)


def test_the_two_entries_agree():
    assert ENTRY["category"] == S4EXT["category"] == "Segmentation"
    assert ENTRY["scm_url"] == S4EXT["scmurl"]
    assert ENTRY["scm_revision"] == S4EXT["scmrevision"] == "main"
    assert ENTRY["build_subdirectory"] == S4EXT["build_subdirectory"] == "."
    assert ENTRY["build_dependencies"] == S4EXT["depends"].split() == ["PyTorch"]
    assert 1 <= ENTRY["tier"] <= 5


@pytest.mark.parametrize(
    "key", ["homepage", "contributors", "iconurl", "description", "screenshoturls", "depends"]
)
def test_s4ext_says_what_cmake_says(key):
    assert S4EXT[key] == cmake_value(key.upper())


def test_urls_point_into_the_repository():
    repository = ENTRY["scm_url"].removesuffix(".git")
    assert cmake_value("HOMEPAGE") == repository
    raw = repository.replace("https://github.com", "https://raw.githubusercontent.com")
    for key in ("ICONURL", "SCREENSHOTURLS"):
        for url in cmake_value(key).split():
            assert url.startswith(f"{raw}/main/")
            assert (ROOT / url.removeprefix(f"{raw}/main/")).is_file(), url


def test_readme_names_the_homepage_and_the_dependency():
    readme = (ROOT / "README.md").read_text("utf-8")
    assert cmake_value("HOMEPAGE") in readme
    assert "PyTorch" in readme and "Segmentation" in readme


ICONS = [*ROOT.glob("Resources/Icons/*.png"), *ROOT.glob("SemiGDA*/Resources/Icons/*.png")]


@pytest.mark.parametrize("path", ICONS, ids=lambda path: path.name)
def test_icon_size(path):
    header = path.read_bytes()[:24]
    assert header[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", header[16:24]) == (128, 128)


def test_lists_are_complete():
    assert TARGET.read_text("utf-8") == text(), "run: python Testing/packaging/list_files.py"


def test_every_module_file_is_listed():
    for folder in sorted(path.parent for path in ROOT.glob("SemiGDA*/CMakeLists.txt")):
        listed = (
            (folder / "CMakeLists.txt").read_text("utf-8").replace("${MODULE_NAME}", folder.name)
        )
        for name in tracked(f"{folder.name}/*"):
            relative = name.removeprefix(f"{folder.name}/")
            assert relative == "CMakeLists.txt" or f"\n  {relative}\n" in listed, name
        assert [path.stem for path in folder.glob("*.py")] == [folder.name], (
            "Slicer takes every .py file beside a module for a module"
        )


def test_line_ends_and_sizes():
    described = subprocess.run(
        ["git", "ls-files", "--eol"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    for line in described.stdout.splitlines():
        attributes, _, name = line.partition("\t")
        assert not re.search(r"[iw]/(crlf|mixed)", attributes), f"{name} has no LF line ends"
        path = ROOT / name
        assert not path.is_file() or path.stat().st_size <= 8_000_000, f"{name} is too big"
    assert sum((ROOT / name).stat().st_size for name in tracked("Resources/Models/*")) <= 25_000_000
