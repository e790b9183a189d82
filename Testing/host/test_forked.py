"""The Python that has torch loaded when it starts, and when it is the real one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from Testing.conftest import ROOT
from Testing.host import forked

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux")
LOADED = forked.MARK + "import sys; print('torch' in sys.modules, sys.argv[1:], flush=True)\n"


@pytest.fixture
def start(tmp_path):
    """Starts it with an engine's environment, in an empty folder."""

    def begin(*arguments, **environment):
        environment = {
            "PYTHONPATH": str(ROOT),
            "PYTHONUTF8": "1",
            "OMP_NUM_THREADS": "1",
        } | environment
        return subprocess.Popen(
            [forked.program(), *arguments],
            env=os.environ | environment,
            cwd=tmp_path,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    return begin


def test_the_engine_is_forked(start, tmp_path):
    told, _ = start("-m", "semigda", "--version").communicate(timeout=60)
    assert told.startswith("semigda ")
    assert start("-m", "semigda", "nonsense").wait(60) == 2
    code = LOADED + "import os; print(os.getcwd(), os.environ['WHO'], input(), os.nice(0))"
    command = start("-c", code, "one", WHO="Jäne")
    told, _ = command.communicate("two\n", timeout=60)
    assert told.splitlines() == ["True ['one']", f"{tmp_path} Jäne two {os.nice(0)}"]


def test_everything_else_is_not(start, tmp_path):
    code = LOADED.removeprefix(forked.MARK)
    for arguments, environment in (
        (("-c", code), {}),
        (("-c", LOADED), {"OMP_NUM_THREADS": "3"}),
        (("-c", LOADED), {"PYTHONOPTIMIZE": "1"}),
    ):
        told, _ = start(*arguments, **environment).communicate(timeout=60)
        assert told == "False []\n"
    (tmp_path / "torch.py").write_text("raise ImportError('no torch here')")
    other = start("-c", "# forked\nimport torch", PYTHONPATH=str(tmp_path))
    assert other.wait(60) == 1


def test_they_end_as_one(start):
    code = forked.MARK + "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    command = start("-c", code)
    os.kill(int(command.stdout.readline()), signal.SIGTERM)
    assert command.wait(10) == -signal.SIGTERM
    command = start("-c", code)
    pid = int(command.stdout.readline())
    command.kill()
    with pytest.raises(ProcessLookupError):
        for _ in range(1000):
            os.kill(pid, 0)
            time.sleep(0.01)
