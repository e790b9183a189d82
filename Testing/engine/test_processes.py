"""Whether a process still runs, asked of ``ps`` as well: macOS has no ``/proc``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from semigda_core import processes
from SemiGDALib.jobs import process_tree

# POSIX, and macOS: what follows "=" in an option is the column's heading to the argument's end.
# Linux's own ps reads "stat=,lstart=" as two columns.
STRICT_PS = """#!{python}
import os, sys
for option, value in zip(sys.argv, sys.argv[1:]):
    if option == "-o" and "," in value.partition("=")[2]:
        print(value.partition("=")[2])
        sys.exit(0)
os.execv({ps!r}, ["ps", *sys.argv[1:]])
"""

pytestmark = pytest.mark.skipif(
    sys.platform == "win32" or shutil.which("ps") is None, reason="no ps here"
)


@pytest.fixture
def strict_ps(tmp_path, monkeypatch):
    """A ``ps`` that takes its options as macOS does."""
    script = tmp_path / "ps"
    script.write_text(STRICT_PS.format(python=sys.executable, ps=shutil.which("ps")))
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def child():
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.communicate()


def test_ps_knows_a_process_by_its_start(strict_ps, child):
    start = processes._ps_start(child.pid)
    assert start is not None and len(start.split()) == 5  # "Sun Nov 29 01:23:44 2026"
    assert processes._ps_start(child.pid) == start


def test_a_process_is_the_same_in_another_time_zone(strict_ps, child, monkeypatch):
    """A laptop on a journey: a training that runs must not look dead."""
    found = set()
    for zone in ("Europe/Berlin", "America/New_York"):
        monkeypatch.setenv("TZ", zone)
        found.add(processes._ps_start(child.pid))
    assert len(found) == 1


def test_ps_knows_no_process_that_has_ended(strict_ps, child):
    child.kill()
    if Path("/proc/self/stat").exists():  # a zombie until it is collected
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert processes._ps_start(child.pid) is None
    child.wait()
    assert processes._ps_start(child.pid) is None


def test_ps_knows_a_process_s_parent(strict_ps, child):
    assert (child.pid, os.getpid()) in list(process_tree._parents_by_ps())
