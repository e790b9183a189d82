"""What a process keeps of the memory that it has freed, in real processes."""

from __future__ import annotations

import gc
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from semigda.inference import usage
from semigda.memory import importing

ROOT = Path(__file__).parents[2]
# Pages that the system had to clear for ten blocks of 8 MB, one after another.
COUNT = """
import resource
from semigda.memory import give_memory_back, keep_freed_memory
def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
def held():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1])
def use():
    b"x" * (8 << 20)  # not numpy, which asks for huge pages
{before}
use()
start = faults()
for _ in range(10):
    use()
print(faults() - start)
kept = held()
give_memory_back()
print(kept - held())
"""
PAGES = (8 << 20) // 4096


def counted(before: str, **variables: str) -> tuple[int, int]:
    """Page faults of reuse, and pages that go back to the system in the end."""
    others = {k: v for k, v in os.environ.items() if not k.startswith("MALLOC_")}
    done = subprocess.run(
        [sys.executable, "-c", COUNT.format(before=before)],
        env={**others, **variables, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    faults, returned = map(int, done.stdout.split())
    return faults, returned


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc's allocator is told")
def test_freed_memory_is_used_again_and_goes_back_when_the_process_waits():
    faults, returned = counted("keep_freed_memory()")
    assert faults < PAGES / 4
    assert returned > PAGES / 2


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc's allocator is told")
def test_the_users_own_settings_of_the_allocator_stay():
    # A threshold that is set does not adapt: every block is cleared anew.
    faults, _ = counted("keep_freed_memory()", MALLOC_MMAP_THRESHOLD_="131072")
    assert faults > 9 * PAGES


def test_every_command_keeps_freed_memory(monkeypatch):
    from semigda.cli import commands

    asked = []
    monkeypatch.setattr(commands, "keep_freed_memory", lambda: asked.append(True))
    with pytest.raises(SystemExit):
        commands.main(["--version"])
    assert asked


def test_a_worker_that_waits_leaves_the_graphics_memory_to_others(monkeypatch, tmp_path):
    import torch

    from semigda.jobs import worker

    freed = []
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: freed.append(True))
    monkeypatch.setattr(worker, "prepare_process", lambda: None)
    monkeypatch.setattr(worker, "_answer", lambda line: None)
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{tmp_path / 'taken back'}\n"))
    assert worker.run_worker() == 0
    assert freed == [True]


@pytest.mark.skipif(sys.platform != "linux", reason="containers limit memory so on Linux")
def test_in_a_container_what_its_limit_leaves_is_free(monkeypatch, tmp_path):
    monkeypatch.setattr(usage, "CONTAINER", tmp_path)
    outside = usage.free_memory()
    assert outside is not None and outside > 10**8
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "memory.current").write_text("70000000\n")
    (tmp_path / "memory.stat").write_text("anon 40000000\ninactive_file 20000000\n")
    assert usage.free_memory() > 10**8  # no limit
    (tmp_path / "memory.max").write_text("90000000\n")
    assert usage.free_memory() == 40_000_000  # pages of files go when memory is wanted
    (tmp_path / "memory.max").write_text("40000000\n")
    assert usage.free_memory() == 0
    (tmp_path / "memory.max").write_text(f"{10**15}\n")
    assert usage.free_memory() < 10**14  # more than there is


def test_nothing_is_collected_while_importing_and_again_afterwards():
    with pytest.raises(ImportError), importing():
        assert not gc.isenabled()
        raise ImportError
    assert gc.isenabled()
