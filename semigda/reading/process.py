"""Foreign image files are read in a separate process.

A file that crashes ITK, makes it loop or fills the memory ends only that process; the next file
gets a fresh one. It is started when first needed and kept. Voxels come back as a mapped file,
without a copy.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import mmap
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import numpy as np

import semigda
from semigda.progress import UNWATCHED, Progress
from semigda.reading.errors import damaged
from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import clear_leftovers, temporary_path

ENGINE = Path(semigda.__file__).resolve().parents[1]
_START_S = 120.0  # a cold disk, a virus scanner
_POLL_S = 0.1
# Limit on the clock: a slow network drive costs no CPU time.
_WAIT_S, _WAIT_A_SECOND = 60.0, 10.0
Taken = TypeVar("Taken")
_FIRST_S = 5.0  # of CPU time, before the process has announced its needs


@dataclass(frozen=True)
class Stored:
    """An image as it is stored.

    Attributes:
        array: (z, y, x), or with several values a voxel (z, y, x, n).
        affine: (4, 4) voxel index (x, y, z) to LPS mm.
        frames: how many frames or values a voxel the file has.
        picture: whether it is a plain picture, without a position in space.
        modality: DICOM's code; "" if the file has none.
        thick: whether the file says how thick its slices are.
        unit: of spacing and origin, which are taken for mm, if it says another; as in Slicer.
        unsaid: what the file does not say and is assumed: "sides", "spacing".
    """

    array: np.ndarray
    affine: np.ndarray
    frames: int = 1
    picture: bool = False
    modality: str = ""
    thick: bool = True
    unit: str = ""
    unsaid: tuple[str, ...] = ()


def read_foreign(
    path: Path,
    frame: int | None = None,
    labels: bool = False,
    progress: Progress = UNWATCHED,
) -> Stored:
    """Read an image file or a folder of DICOM files in the reader process.

    Args:
        frame: one of several frames or values a voxel; None reads all values.
        labels: whether values are labels: a palette's indices, not its colours.
        progress: checked while the file is read.

    Raises:
        SemiGDAError: "bad-input", "out-of-memory", "disk-full", "cancelled", "import-error".
    """
    return _asked(_read_all, progress, path, frame=frame, labels=labels)


def read_frames(path: Path, progress: Progress = UNWATCHED) -> tuple[BinaryIO, dict[str, Any]]:
    """The voxels of a 4-D image, as numbers of this computer in a private file, and their
    description, see :func:`semigda.reading.foreign.read`; errors as in :func:`read_foreign`."""
    return _asked(lambda file, answer: (_open(file), answer), progress, path, frames=True)


def _asked(take: Callable[[Path, dict[str, Any]], Taken], progress: Progress, path, **how) -> Taken:
    """What ``take`` makes of the file of voxels and the process's answer."""
    request = {"path": os.path.abspath(path), "frame": None, "frames": False, "labels": False}
    with _lock:
        try:
            return _reader().read(request | how, take, progress)
        except _Crashed as crash:
            if crash.first:
                raise _died(crash.code) from None
        try:  # an earlier file may have damaged the process
            return _reader().read(request | how, take, progress)
        except _Crashed as crash:
            raise _died(crash.code) from None


def start_reader() -> None:
    """Start the process in advance; the first file reports any error."""
    with _lock, contextlib.suppress(OSError):
        _reader()


class _Crashed(Exception):
    """The process ended with ``code``; ``first``: whether it had read nothing before."""

    def __init__(self, code: int, first: bool):
        self.code, self.first = code, first
        super().__init__(code)


def _died(code: int) -> SemiGDAError:
    if sys.platform != "win32":
        if code == -signal.SIGXCPU:
            return damaged("The image file is damaged: reading it never ends")
        if code == -signal.SIGKILL:  # by a system without memory
            return SemiGDAError("out-of-memory")
    return damaged("The image file is damaged: it makes its reader crash")


class _ReaderProcess:
    def __init__(self) -> None:
        self.owner = os.getpid()
        parent = Path(tempfile.gettempdir())
        clear_leftovers(parent)
        self.folder = temporary_path(parent)
        self.folder.mkdir(mode=0o700)
        self.reads = 0
        self.process = subprocess.Popen(
            [sys.executable, "-m", "semigda.reading.child", str(self.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=child_environment(),
            cwd=ENGINE,  # "-m" looks there first
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        assert self.process.stdin is not None and self.process.stdout is not None  # pipes
        self.requests, self.lines = self.process.stdin, self.process.stdout
        self.pid = self.process.pid
        self.answers: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        """On Windows one cannot wait for pipes with a time limit, but for queues."""
        with contextlib.suppress(OSError, ValueError):
            for line in self.lines:
                self.answers.put(line)
        self.answers.put(None)

    def alive(self) -> bool:
        return self.owner == os.getpid() and self.process.poll() is None

    def read(
        self,
        request: dict[str, Any],
        take: Callable[[Path, dict[str, Any]], Taken],
        progress: Progress,
    ) -> Taken:
        try:
            if not self.reads:
                self._get_ready(progress)
            out = self.folder / f"voxels{self.reads}"
            self.reads += 1
            line = json.dumps({**request, "out": str(out)}, ensure_ascii=True)
            with contextlib.suppress(OSError):  # it is gone; its end is heard below
                self.requests.write(line.encode("ascii") + b"\n")
                self.requests.flush()
            answer = self._answer(progress)
            if "error" in answer:
                if answer["spent"]:
                    self.end()
                raise SemiGDAError.from_dict(answer["error"])
            return take(out, answer)
        except SemiGDAError as error:
            if error.error_class == "cancelled":
                self.end()
            raise
        except BaseException:
            self.end()
            raise

    def _get_ready(self, progress: Progress) -> None:
        try:
            answer = self._next(time.monotonic() + _START_S, progress)
        except _Crashed:
            message = "The process that reads images could not be started."
            raise SemiGDAError("worker-died", message) from None
        if "missing" in answer:
            raise SemiGDAError("import-error", detail=f"ImportError: {answer['missing']}")
        self.pid = answer["ready"]  # not the process's own if that is a launcher

    def _answer(self, progress: Progress) -> dict[str, Any]:
        seconds = _FIRST_S
        while True:
            limit = time.monotonic() + _WAIT_S + _WAIT_A_SECOND * seconds
            answer = self._next(limit, progress)
            if "seconds" not in answer:
                return answer
            seconds = answer["seconds"]

    def _next(self, deadline: float, progress: Progress) -> dict[str, Any]:
        while True:
            progress.check()
            try:
                line = self.answers.get(timeout=_POLL_S)
            except queue.Empty:
                if time.monotonic() > deadline:
                    self.end()
                    raise SemiGDAError(
                        "bad-input",
                        "The image file could not be read in time.",
                        action="Copy it to a disk of this computer and try again.",
                    ) from None
                continue
            if line is None:
                raise _Crashed(self.process.wait(), self.reads <= 1)
            return json.loads(line)

    def end(self) -> None:
        """Kill the process and remove its folder. Safe to call twice."""
        if self.owner != os.getpid():
            return
        with contextlib.suppress(OSError):
            self.requests.close()
        if self.process.poll() is None:
            with contextlib.suppress(OSError):
                if self.pid != self.process.pid:
                    os.kill(self.pid, signal.SIGTERM)
                self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


_lock = threading.RLock()
_current: _ReaderProcess | None = None


def _reader() -> _ReaderProcess:
    global _current
    if _current is not None and not _current.alive():
        _current.end()
        _current = None
    if _current is None:
        _current = _ReaderProcess()
    return _current


@atexit.register
def _end() -> None:
    if _current is not None:
        _current.end()


def child_environment() -> dict[str, str]:
    """Of a process of the engine beside this one: on one thread."""
    inherited = os.environ.get("PYTHONPATH")
    paths = [str(ENGINE), inherited] if inherited else [str(ENGINE)]
    # Otherwise each thread of an unused linear algebra library maps memory.
    one_thread = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    return {**os.environ, **one_thread, "PYTHONPATH": os.pathsep.join(paths)}


def _open(path: Path) -> BinaryIO:
    """The file of voxels. It loses its name at once if the system allows it; Windows removes it
    when nothing has it open any more."""
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_TEMPORARY", 0)
    number = os.open(path, flags)
    if os.name != "nt":
        path.unlink()
    return os.fdopen(number, "rb")


def _read_all(path: Path, answer: dict[str, Any]) -> Stored:
    """The voxels, in memory shared with the file until it is written to."""
    with _open(path) as file:
        memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    array = np.frombuffer(memory, answer["dtype"]).reshape(answer["shape"])
    if answer["axis"] is not None:
        array = np.moveaxis(array, answer["axis"], -1)
        array = array[..., 0] if array.shape[-1] == 1 else array
    names = ("frames", "picture", "modality", "thick", "unit")
    facts = {name: answer[name] for name in names} | {"unsaid": tuple(answer["unsaid"])}
    return Stored(array, np.array(answer["affine"]), **facts)
