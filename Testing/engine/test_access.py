"""Files and folders that may not be read or written: the rest of a project can still be used."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hostile_files import noise, write
from job_fixtures import ROOT
from project_fixtures import make_project, write_case

from semigda_core.project.cases.listing import CLOSED

# Root may read everything, unless it gives up that right.
PLAIN = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
PLAIN = PLAIN if hasattr(os, "geteuid") and os.geteuid() == 0 else []
pytestmark = pytest.mark.skipif(
    sys.platform == "win32" or bool(PLAIN and not shutil.which("setpriv")),
    reason="needs rights that can be taken away",
)


@pytest.fixture
def project(tmp_path):
    """With two of its cases on a drive of their own."""
    project = make_project(tmp_path, 2, 1)
    project.add([write_case(tmp_path / "share", number) for number in (20, 21)])
    return project


def run(*command: str | Path) -> subprocess.CompletedProcess:
    whole = [*PLAIN, sys.executable, *map(str, command)]
    return subprocess.run(whole, cwd=ROOT, capture_output=True, text=True, timeout=120)


def closed(path: Path, mode: int, *command: str | Path) -> subprocess.CompletedProcess:
    """Run a command while a file or folder has another mode."""
    before = path.stat().st_mode
    path.chmod(mode)
    try:
        return run(*command)
    finally:
        path.chmod(before)


# Prints what reading image and label says while one place after the other has no rights.
READING = """
import os, sys
from semigda.data.cases import read_cases
from semigda.data.volumes import read_layer, read_volume
from semigda_core.errors import SemiGDAError
for place in sys.argv[2:]:
    mode = os.stat(place).st_mode
    os.chmod(place, 0)
    (case,) = read_cases(sys.argv[1])
    for read, arguments in ((read_volume, (case.image,)), (read_layer, (case.label, 0))):
        try:
            read(*arguments)
        except SemiGDAError as error:
            print(error.message, end="|")
    os.chmod(place, mode)
    print()
"""


def test_a_file_that_may_not_be_read_exists(tmp_path):
    """Nor is it the image that is meant, where it is the label."""
    (tmp_path / "data").mkdir()
    for name in "al":
        write(tmp_path / f"data/{name}.nrrd", noise())
    rows = [{"image": "data/a.nrrd", "label": "data/l.nrrd", "role": "val"}]
    (tmp_path / "list.json").write_text(json.dumps(rows))
    places = [tmp_path / name for name in ("data", "data/a.nrrd", "data/l.nrrd")]
    told = run("-c", READING, tmp_path / "list.json", *places).stdout.splitlines()
    image = "The image file cannot be read: Permission denied.|"
    assert told == [f"{image}Label: {image}", image, f"Label: {image}"]


def test_cases_in_a_folder_that_may_not_be_entered_are_missing(project, tmp_path):
    """Not the whole project."""
    told = closed(tmp_path / "share", 0, "-m", "semigda", "project", "check", project.folder)
    assert "DOE_JANE_20.nrrd, DOE_JANE_21.nrrd: Files of 2 cases are not where" in told.stdout
    assert "ask for access" in told.stdout
    told = closed(
        tmp_path / "share", 0, "-m", "semigda", "project", "status", project.folder, "--json"
    )
    assert json.loads(told.stdout)["cases"] == dict.fromkeys(
        ("held-out", "aside", "ignored"), 0
    ) | {"labeled": 2, "unlabeled": 1, "missing": 2}


def test_folders_that_may_not_be_entered_hide_no_images_beside_them(tmp_path):
    """As those of the system at the top of a drive."""
    project, share = make_project(tmp_path, 0, 1), tmp_path / "share"
    write_case(share, 20, label=False)
    write(share / "DOE_JANE_00.nrrd", noise())
    (share / "System Volume Information").mkdir()
    closed_to = (share / "System Volume Information", 0, "-m", "semigda", "project")
    told = closed(*closed_to, "add-results", project.folder, share, "--program", "nnU-Net")
    assert told.returncode == 0, told.stderr
    assert len(project.read().cases[0].results) == 1
    told = closed(*closed_to, "add", project.folder, share)
    assert told.returncode == 0 and f"left out: 1 file, {CLOSED}" in told.stdout
    assert len(project.read().cases) == 3


CHANGE = """
import sys
from semigda_core.errors import SemiGDAError
from semigda_core.project.project import Project
project = Project(sys.argv[1])
try:
    project.set_settings(title="Another")
except SemiGDAError as error:
    print(error.error_class, error.message)
"""


def test_a_project_that_may_not_be_written_says_so(project):
    """With an error that a panel shows."""
    told = closed(project.folder, 0o555, "-c", CHANGE, project.folder)
    assert told.stdout.startswith("bad-input A file or folder cannot be used: Permission"), told
    assert "title" not in project.read().settings
