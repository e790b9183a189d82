"""Files and folders that may not be read or written: the rest of a project can still be used."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from job_fixtures import ROOT
from project_fixtures import make_project, write_case

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
