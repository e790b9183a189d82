"""Output that nobody reads, or that cannot be written in a terminal's letters, ends no work."""

import os
import subprocess
import sys

import pytest
from job_fixtures import ROOT

POSIX = pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
WORK = """
import sys
from pathlib import Path
from semigda_core.files.streams import steady_output
with steady_output():
    for stream in (sys.stdout, sys.stderr):
        for text in ("L\\u00e4sion", "\\u5de6", "M\\udcfcller"):
            print(text, file=stream, flush=True)
    Path(sys.argv[1]).write_text("done")
"""


def shell(script: str, *arguments: object, **environment: str) -> subprocess.CompletedProcess:
    """Run ``script``, in which "$0" is the interpreter."""
    return subprocess.run(
        ["bash", "-c", script, sys.executable, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        timeout=120,
    )


@POSIX
@pytest.mark.parametrize(
    "script",
    [
        'set -o pipefail; "$0" -c "$1" "$2" | true',
        'set -o pipefail; "$0" -c "$1" "$2" 2>&1 | true',
        '"$0" -c "$1" "$2" >&-',
        '"$0" -c "$1" "$2" >&- 2>&- <&-',
        '"$0" -c "$1" "$2" >/dev/full 2>&1',
    ],
)
def test_work_is_finished_without_a_reader(tmp_path, script):
    done = shell(script, WORK, tmp_path / "work")
    assert (tmp_path / "work").read_text() == "done"
    assert done.returncode == 0 and b"Error" not in done.stderr


@POSIX
@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"PYTHONIOENCODING": "cp1252"}, "L\xe4sion\n\\u5de6\nM\\udcfcller\n".encode("cp1252")),
        ({"PYTHONIOENCODING": "ascii"}, b"L\\xe4sion\n\\u5de6\nM\\udcfcller\n"),
        (
            {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
            b"L\\xe4sion\n\\u5de6\nM\\udcfcller\n",
        ),
    ],
)
def test_letters_that_a_terminal_lacks_are_told_by_their_number(tmp_path, environment, told):
    done = shell('"$0" -c "$1" "$2"', WORK, tmp_path / "work", **environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, told, told)


def test_nothing_steers_a_terminal(tmp_path):
    code = """
import sys
from semigda_core.files.streams import steady_output
with steady_output():
    print("a\\x1b[2J\\x07\\x9b\\u202eb\\rc\\td\\n", end="")
    print("e\\x00f", file=sys.stderr)
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
    )
    assert done.stdout.splitlines() == [b"a[2Jbc\td"] and done.stderr.splitlines() == [b"ef"]
