"""Tests in a fresh process, on a copy of the tree that holds one mutant.

Each process is forked off one that has imported the libraries: a fresh PyTorch takes seconds.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

PASSED, FAILED, TIMED_OUT = "passed", "failed", "timed out"


def copy_tree(root: Path, copy: Path) -> None:
    """All that git knows or would add, as it is now."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, check=True).stdout
    for name in filter(None, listed.decode().split("\0")):
        if (root / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / name, copy / name)


def prepare(copy: Path) -> None:
    """What every process shares; nothing of the tree itself is imported."""
    sys.dont_write_bytecode = True  # a stale one would hide a mutant
    os.environ.update(PYTHONPATH=str(copy), PYTHONDONTWRITEBYTECODE="1", OMP_NUM_THREADS="1")
    import numpy  # noqa: F401
    import pytest  # noqa: F401
    import safetensors.torch  # noqa: F401
    import SimpleITK  # noqa: F401
    import torch._dynamo  # noqa: F401  (optimisers do at their first step)
    import torch.utils.flop_counter  # noqa: F401

    torch.set_num_threads(1)
    sys.path.insert(0, str(copy))


def run_tests(copy: Path, tests: Sequence[str], limit: float) -> tuple[str, float]:
    """How the tests ended, stopped at the first failure, and in how many seconds."""
    begun = time.monotonic()
    child = os.fork()
    if child == 0:
        _run(copy, tests)
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        seconds = time.monotonic() - begun
        if ended:
            return PASSED if os.waitstatus_to_exitcode(status) == 0 else FAILED, seconds
        if seconds > limit:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return TIMED_OUT, seconds
        time.sleep(0.02)


def _run(copy: Path, tests: Sequence[str]) -> None:
    status = 70
    try:
        os.setsid()
        os.chdir(copy)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nowhere, stream)
        for name in [name for name in sys.modules if name.partition(".")[0] == "Testing"]:
            del sys.modules[name]  # the run's own, of the tree itself
        import pytest

        status = pytest.main(["-x", "-q", "-p", "no:cacheprovider", *tests])
    finally:
        os._exit(int(status))
