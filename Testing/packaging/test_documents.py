"""What the documents point at exists: links, their anchors, and files named in code marks."""

from __future__ import annotations

import re

import pytest

from Testing.packaging.install import ROOT
from Testing.packaging.list_files import tracked

DOCUMENTS = sorted(name for name in tracked() if name.endswith(".md"))
FOLDERS = ("benchmarks", "docs", "semigda", "semigda_core", "Testing", "SemiGDALib", "Resources")
README = (ROOT / "README.md").read_text("utf-8")
LINK = re.compile(r"\]\(([^)\s]+)\)")
FILE = re.compile(rf"`((?:{'|'.join(FOLDERS)})/[\w./-]+)`")


def anchors(content: str) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", content, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_resolve(name):
    document = ROOT / name
    for link in LINK.findall(document.read_text("utf-8")):
        if "://" in link or link.startswith("mailto:"):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), f"{name}: {link}"
        if anchor:
            assert anchor in anchors(target.read_text("utf-8")), f"{name}: {link}"


def test_every_page_is_reached_from_the_readme():
    found, waiting = set(), ["README.md"]
    while waiting:
        name = waiting.pop()
        found.add(name)
        for link in LINK.findall((ROOT / name).read_text("utf-8")):
            target = ((ROOT / name).parent / link.partition("#")[0]).resolve()
            if target.suffix == ".md" and target.is_relative_to(ROOT):
                waiting += {target.relative_to(ROOT).as_posix()} - found
    assert not {name for name in DOCUMENTS if name.startswith("docs/")} - found


def test_figures_of_the_readme_stand_on_their_pages():
    (reached,) = re.findall(r"## What it reaches\n([\s\S]+?)\n## ", README)
    for point in reached.split("\n- "):
        for page in re.findall(r"\]\((docs/[\w-]+\.md)\)", point):
            text = (ROOT / page).read_text("utf-8")
            for figure in re.findall(r"\d+\.\d+|\d{1,3},000|\d+(?= MB)", point):
                there = rf"(?<![\d.,]){re.escape(figure)}(?!\d|[.,]\d)"
                assert re.search(there, text), f"{figure}: {page}"


@pytest.mark.parametrize("name", sorted(set(DOCUMENTS) - {"CHANGELOG.md"}))
def test_named_files_exist(name):
    for path in FILE.findall((ROOT / name).read_text("utf-8")):
        assert (ROOT / path).exists(), f"{name}: {path}"


@pytest.mark.parametrize("package", ["semigda_core", "semigda"])
def test_the_architecture_draws_every_room(package):
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    drawn = re.search(rf"^{package}/ .*\n((?:  .*\n)+)", text, re.MULTILINE)[1]
    rooms = {path.parent.name for path in (ROOT / package).glob("*/__init__.py")}
    assert set(re.findall(r"^  (\w+)/ ", drawn, re.MULTILINE)) == rooms


def test_the_citation_is_of_this_version():
    version = re.search(r'= "(.+)"', (ROOT / "semigda_core/version.py").read_text("utf-8"))
    assert f"\nversion: {version[1]}\n" in (ROOT / "CITATION.cff").read_text("utf-8")
