"""Limits of CPU time and memory that a process sets for itself, on systems that have them."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from pathlib import Path


def limit_this_process(seconds: float, memory: int) -> None:
    """Let this process use ``seconds`` more CPU time and ``memory`` more bytes; beyond that it
    ends, or is refused memory. A new call replaces the previous one.

    macOS has no limit of memory.
    """
    if sys.platform == "win32":
        _limit_on_windows(seconds, memory)
    else:
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        _set(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime + seconds) + 1)
        mapped = mapped_bytes()
        if mapped is not None:
            _set(resource.RLIMIT_AS, mapped + memory)


def no_core_file() -> None:
    """Prevent a crash from leaving a copy of the image on disk."""
    if sys.platform != "win32":
        import resource

        _set(resource.RLIMIT_CORE, 0)


if sys.platform != "win32":

    def _set(kind: int, soft: int) -> None:
        import resource

        hard = resource.getrlimit(kind)[1]
        if hard != resource.RLIM_INFINITY:
            soft = min(soft, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (soft, hard))


def mapped_bytes() -> int | None:
    """All memory that this process has mapped, if the system reports it."""
    if sys.platform == "win32":
        return None
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except OSError:
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")


_job = None  # the Windows job object of this process


if sys.platform == "win32":

    def _limit_on_windows(seconds: float, memory: int) -> None:
        """By a job object: PROCESS_TIME counts the process's user time from its start."""
        global _job
        import ctypes
        from ctypes import wintypes

        class Basic(ctypes.Structure):
            _fields_ = [
                ("PerProcessUserTimeLimit", ctypes.c_int64),
                ("PerJobUserTimeLimit", ctypes.c_int64),
                ("LimitFlags", wintypes.DWORD),
                ("MinimumWorkingSetSize", ctypes.c_size_t),
                ("MaximumWorkingSetSize", ctypes.c_size_t),
                ("ActiveProcessLimit", wintypes.DWORD),
                ("Affinity", ctypes.c_size_t),
                ("PriorityClass", wintypes.DWORD),
                ("SchedulingClass", wintypes.DWORD),
            ]

        class Extended(ctypes.Structure):
            _fields_ = [
                ("Basic", Basic),
                ("IoInfo", ctypes.c_uint64 * 6),
                ("ProcessMemoryLimit", ctypes.c_size_t),
                ("JobMemoryLimit", ctypes.c_size_t),
                ("PeakProcessMemoryUsed", ctypes.c_size_t),
                ("PeakJobMemoryUsed", ctypes.c_size_t),
            ]

        process_time, process_memory, die_on_exception, extended_information = 0x2, 0x100, 0x400, 9
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.CreateJobObjectW.restype = wintypes.HANDLE
        kernel.GetCurrentProcess.restype = wintypes.HANDLE
        kernel.AssignProcessToJobObject.argtypes = (wintypes.HANDLE, wintypes.HANDLE)
        kernel.SetInformationJobObject.argtypes = (
            wintypes.HANDLE,
            ctypes.c_int,
            ctypes.c_void_p,
            wintypes.DWORD,
        )
        if _job is None:
            _job = kernel.CreateJobObjectW(None, None)
            kernel.AssignProcessToJobObject(_job, kernel.GetCurrentProcess())
        limits = Extended()
        limits.Basic.LimitFlags = process_time | process_memory | die_on_exception
        limits.Basic.PerProcessUserTimeLimit = int((time.process_time() + seconds) * 1e7)
        limits.ProcessMemoryLimit = memory + (1 << 28)  # beyond what the process starts with
        kernel.SetInformationJobObject(
            _job, extended_information, ctypes.byref(limits), ctypes.sizeof(limits)
        )
