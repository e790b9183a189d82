"""Preparing many cases, in several processes where that is worth the start-up time."""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

import torch

from semigda.data.cases import Case
from semigda.distributed import ALONE, Ranks
from semigda.inference.usage import free_memory
from semigda.prepared.maker import words_of
from semigda.prepared.store import Store
from semigda.progress import UNWATCHED, Progress
from semigda.reading.process import ENGINE, child_environment
from semigda_core.errors import SemiGDAError

WORTH_S = 15.0  # of work that is left; a process takes seconds to start
MAKER_BYTES = 1_500_000_000  # of a process with a volume of 512 x 512 x 300
SETTLE_S, TELL_S, POLL_S = 60.0, 5.0, 0.1


def prepare_all(
    store: Store, cases: Sequence[Case], progress: Progress = UNWATCHED, ranks: Ranks = ALONE
) -> None:
    """Make the slices that are missing, so that :meth:`Store.find` finds those of every case.

    It ends early at a case that cannot be used, and leaves it to :meth:`Store.get` to say why.

    Args:
        progress: checked at least every 0.1 s while others work, and after each case.
        ranks: share the work; each is one process, and all check the progress equally often.

    Raises:
        SemiGDAError: "cancelled", "disk-full".
    """
    try:
        if ranks.world > 1:
            _make_shares(store, cases, progress, ranks)
        else:
            _make_missing(store, [c for c in cases if store.find(c) is None], progress)
    finally:
        store.settle()


def processes(cases: int) -> int:
    """How many prepare that many cases: at most one for each core that PyTorch may use, and as
    many as half of the free memory holds."""
    free = free_memory()
    room = cases if free is None else int(0.5 * free / MAKER_BYTES)
    return max(1, min(cases, torch.get_num_threads(), room))


def _make_shares(store: Store, cases: Sequence[Case], progress: Progress, ranks: Ranks) -> None:
    for start in range(0, len(cases), ranks.world):
        for case in cases[start : start + ranks.world][ranks.rank : ranks.rank + 1]:
            store.get(case)
        progress.check()


def _make_missing(store: Store, missing: list[Case], progress: Progress) -> None:
    """Prepare cases in this process until it turns out to take long."""
    telling, begun = _Telling(store, len(missing), progress), time.monotonic()
    for number, case in enumerate(missing):
        left = len(missing) - number
        spent = time.monotonic() - begun
        if number and spent / number * left > WORTH_S and processes(left) > 1:
            _make_beside(store, missing[number:], telling)
            return
        try:
            store.get(case)
        except SemiGDAError as error:
            if error.error_class == "disk-full":
                raise
            return
        telling.one_more()
        progress.check()


def _make_beside(store: Store, cases: list[Case], telling: _Telling) -> None:
    """Prepare cases in other processes."""
    count = processes(len(cases))
    makers = [_Maker(store) for _ in range(count)]
    idle: queue.SimpleQueue[_Maker] = queue.SimpleQueue()
    for maker in makers:
        idle.put(maker)

    def make(case: Case) -> Any:
        maker = idle.get()
        try:
            return maker.make(case)
        finally:
            idle.put(maker)

    with ThreadPoolExecutor(count) as threads:
        pending: set[Future] = {threads.submit(make, case) for case in cases}
        try:
            while pending:
                done, pending = wait(pending, POLL_S, FIRST_COMPLETED)
                for future in done:
                    news = future.result()
                    if news is None:  # the case cannot be used, or the process has ended
                        return
                    store.hear(news)
                    telling.one_more()
                telling.progress.check()
        finally:
            for maker in makers:
                maker.end()
            threads.shutdown(wait=False, cancel_futures=True)


class _Maker:
    """One of the processes, see :mod:`semigda.prepared.maker`."""

    def __init__(self, store: Store):
        preprocessing = json.dumps(store.preprocessing.to_dict())
        self.process = subprocess.Popen(
            [sys.executable, "-m", "semigda.prepared.maker", str(store.folder), preprocessing],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=child_environment(),
            cwd=ENGINE,
        )

    def make(self, case: Case) -> Any:
        """What the store told there; None if there is nothing."""
        assert self.process.stdin is not None and self.process.stdout is not None
        try:
            self.process.stdin.write(words_of(case).encode("ascii") + b"\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
            return json.loads(line) if line else None
        except (OSError, ValueError):  # it has ended, or was ended
            return None

    def end(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError, ValueError):
                if self.process.poll() is None:
                    self.process.kill()
                assert pipe is not None
                pipe.close()
        self.process.wait()


class _Telling:
    """Reports how many cases are prepared, and settles what was made at intervals."""

    def __init__(self, store: Store, count: int, progress: Progress):
        self.store, self.count, self.progress = store, count, progress
        self.done, self._told, self._settled = 0, time.monotonic(), time.monotonic()

    def one_more(self) -> None:
        self.done += 1
        now = time.monotonic()
        if now - self._told > TELL_S:
            self._told = now
            self.progress.message(f"Preparing the images: {self.done} of {self.count}.")
        if now - self._settled > SETTLE_S:
            self._settled = now
            self.store.settle()
