"""The reader process: one request a line on standard input, one answer a line on standard output.

A request is ``{"path", "frame", "frames", "labels", "out"}``. Before the answer there may be lines
``{"seconds": n}``: the CPU time that the process has just allowed itself. It ends with its standard
input, and its private folder goes with it.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

from semigda.reading.limits import limit_this_process, mapped_bytes, no_core_file
from semigda_core.errors import SemiGDAError, disk_is_full

FIRST_SECONDS, FIRST_BYTES = 5.0, 1 << 30
_KEPT_BYTES = 1 << 27  # after a file that could not be read
_BYTES_A_SECOND = 20e6  # of the slowest way to unpack on a slow computer
_MEMORY = 4  # times the voxels: ITK's copy, a decoder's, and one to reorder them


def main(folder: str) -> int:
    """Serve until standard input closes. ``folder``: private to the requesting process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's; the owner gets it as well
    no_core_file()
    with os.fdopen(os.dup(1), "wb", buffering=0) as answers:
        noise = _noise(Path(folder) / "noise")
        try:
            from semigda.reading.foreign import read
        except ImportError as error:
            _say(answers, {"missing": error.name or ""})
            return 1
        _say(answers, {"ready": os.getpid()})
        for line in sys.stdin.buffer:
            _say(answers, _answer(json.loads(line), Path(folder), read, noise, answers))
    shutil.rmtree(folder, ignore_errors=True)
    return 0


def _noise(path: Path) -> int:
    """A file for what libraries print."""
    flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
    noise = os.open(path, flags, 0o600)
    os.dup2(noise, 1)
    os.dup2(noise, 2)
    return noise


def _say(answers, value: dict[str, Any]) -> None:
    answers.write(json.dumps(value, ensure_ascii=True).encode("ascii") + b"\n")


def _answer(request: dict[str, Any], folder: Path, read, noise: int, answers) -> dict[str, Any]:
    from semigda.reading.errors import damaged, unread, unreadable
    from semigda.reading.picture import complains
    from semigda.reading.request import Request

    voxels = 0

    def budget(effort: int, declared: int) -> None:
        nonlocal voxels
        voxels = declared
        if declared > _memory_of_computer():
            raise SemiGDAError("out-of-memory")
        seconds = FIRST_SECONDS + (effort + declared) / _BYTES_A_SECOND
        limit_this_process(seconds, FIRST_BYTES + _MEMORY * declared)
        _say(answers, {"seconds": seconds})

    os.ftruncate(noise, 0)
    os.lseek(noise, 0, 0)
    before = mapped_bytes() or 0
    limit_this_process(FIRST_SECONDS, FIRST_BYTES)
    work = folder / "work"
    out = Path(request["out"])
    try:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        path = Path(request["path"])
        frame, frames, labels = (request[name] for name in ("frame", "frames", "labels"))
        answer = read(Request(path, frame, frames, labels, out, work), budget)
        os.lseek(noise, 0, 0)
        if not complains(os.read(noise, 1 << 16)):
            return answer
        reported = damaged("The image file is damaged: its compressed pixels are not whole")
    except SemiGDAError as error:
        reported = error
    except MemoryError:
        if voxels > FIRST_BYTES:
            reported = SemiGDAError("out-of-memory")
        else:
            reported = damaged(
                "The image file is damaged: it takes far more memory than its voxels"
            )
    except OSError as error:
        if disk_is_full(error):
            reported = SemiGDAError("disk-full", "The disk with the temporary folder is full.")
        else:
            reported = unread(error)
    except Exception as error:  # of a header that nobody foresaw
        reported = unreadable()
        reported.detail = _where(error)
    with contextlib.suppress(OSError):
        out.unlink(missing_ok=True)
    # Libraries keep the memory that a damaged file made them take; limits apply to what comes on
    # top.
    spent = (mapped_bytes() or 0) - before > _KEPT_BYTES
    return {"error": reported.to_dict(), "spent": spent}


def _where(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__} in {place}"


def _memory_of_computer() -> float:
    if sys.platform == "win32":  # refuses by itself what it has not
        return float("inf")
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        return float("inf")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
