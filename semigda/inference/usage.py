"""The cost of a run: seconds of every phase, and peak memory of the process."""

from __future__ import annotations

import ctypes
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CONTAINER = Path("/sys/fs/cgroup")  # where Linux tells a process of its limits (version 2)


class Clock:
    """Adds up the seconds of named phases."""

    def __init__(self, *phases: str):
        self.seconds = dict.fromkeys(phases, 0.0)

    @contextmanager
    def __call__(self, phase: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[phase] += time.perf_counter() - start


def forget_peak() -> None:
    """Reset the peak, if the system can (Linux): a warm worker runs many jobs."""
    if sys.platform == "linux":
        try:
            with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
                file.write("5")
        except OSError:
            pass  # not allowed in some containers: the peak is then that of the whole process


def peak_memory() -> int:
    """The largest resident memory of this process, in bytes; 0 if unknown."""
    if sys.platform == "linux":
        # ru_maxrss would count the memory of the starting process before exec.
        with open("/proc/self/status", encoding="ascii", errors="replace") as file:
            for line in file:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
    if sys.platform == "win32":
        return _windows_peak()
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


if sys.platform == "win32":

    def _windows_peak() -> int:
        class Counters(ctypes.Structure):  # PROCESS_MEMORY_COUNTERS
            _fields_ = [("cb", ctypes.c_uint32), ("PageFaultCount", ctypes.c_uint32)] + [
                (name, ctypes.c_size_t)
                for name in (
                    "PeakWorkingSetSize",
                    "WorkingSetSize",
                    "QuotaPeakPagedPoolUsage",
                    "QuotaPagedPoolUsage",
                    "QuotaPeakNonPagedPoolUsage",
                    "QuotaNonPagedPoolUsage",
                    "PagefileUsage",
                    "PeakPagefileUsage",
                )
            ]

        counters = Counters(cb=ctypes.sizeof(Counters))
        kernel = ctypes.WinDLL("kernel32")
        kernel.GetCurrentProcess.restype = ctypes.c_void_p
        read = kernel.K32GetProcessMemoryInfo
        read.argtypes = [ctypes.c_void_p, ctypes.POINTER(Counters), ctypes.c_uint32]
        read(kernel.GetCurrentProcess(), ctypes.byref(counters), counters.cb)
        return counters.PeakWorkingSetSize


def whole_memory() -> int | None:
    """Bytes of memory of this computer; None if unknown."""
    if sys.platform == "win32":
        return _windows_memory().ullTotalPhys
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        return None


def _left_by_container() -> int | None:
    """Bytes that a container's limit leaves, beyond which the system kills; None without one."""
    try:
        most, used, stat = (
            (CONTAINER / f"memory.{name}").read_text("ascii") for name in ("max", "current", "stat")
        )
        counters = dict(line.split() for line in stat.splitlines())
        # Pages of files go when memory is wanted.
        return max(0, int(most) - int(used) + int(counters["inactive_file"]))
    except (OSError, ValueError, KeyError):  # no container, or "max"
        return None


def free_memory() -> int | None:
    """Bytes of memory still available to programs; None if unknown."""
    if sys.platform == "linux":
        with open("/proc/meminfo", encoding="ascii") as file:
            for line in file:
                if line.startswith("MemAvailable:"):
                    free, left = int(line.split()[1]) * 1024, _left_by_container()
                    return free if left is None else min(free, left)
    if sys.platform == "win32":
        return _windows_memory().ullAvailPhys
    return None  # macOS compresses and swaps: free memory means little


if sys.platform == "win32":

    def _windows_memory():
        class Status(ctypes.Structure):  # MEMORYSTATUSEX
            _fields_ = [("dwLength", ctypes.c_uint32), ("dwMemoryLoad", ctypes.c_uint32)] + [
                (name, ctypes.c_uint64)
                for name in (
                    "ullTotalPhys",
                    "ullAvailPhys",
                    "ullTotalPageFile",
                    "ullAvailPageFile",
                    "ullTotalVirtual",
                    "ullAvailVirtual",
                    "ullAvailExtendedVirtual",
                )
            ]

        status = Status(dwLength=ctypes.sizeof(Status))
        ctypes.WinDLL("kernel32").GlobalMemoryStatusEx(ctypes.byref(status))
        return status
