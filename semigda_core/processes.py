"""Whether a process is still the one seen before, by its computer, its id and its start time.

Process ids are reused, so an id alone may name another process.
"""

from __future__ import annotations

import functools
import hashlib
import os
import platform
import subprocess
import sys
import uuid
from pathlib import Path


@functools.cache
def computer() -> str:
    """Tells this computer from others that share a drive with it: its name and, as copies of one
    installation have one name, a mark of its network card, if it has one."""
    card = uuid.getnode()
    if card >> 40 & 1:  # a random number, for want of a card
        return platform.node()
    mark = hashlib.blake2b(card.to_bytes(6, "big"), digest_size=4).hexdigest()
    return f"{platform.node()}-{mark}"


def process_start(pid: int) -> str | None:
    """An opaque text that differs between two processes with the same id.

    None if there is no such process, or only a zombie of an ended one.
    """
    if pid <= 0:
        return None
    if sys.platform == "win32":
        return _windows_start(pid)
    if Path("/proc/self/stat").exists():
        return _proc_start(pid)
    return _ps_start(pid)


def is_same_process(pid: int, start: str | None) -> bool:
    """Whether process ``pid`` runs and had ``start`` as its :func:`process_start`."""
    return start is not None and process_start(pid) == start


def _proc_start(pid: int) -> str | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return None
    # The second field is the program's name in brackets; it may contain spaces and brackets.
    fields = stat.rpartition(")")[2].split()
    if fields[0] in "ZX":
        return None
    # Ticks since boot (field 22 of proc(5)) are meaningful only together with the boot.
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        boot = ""
    return f"{boot}:{fields[19]}"


def _ps_start(pid: int) -> str | None:
    done = subprocess.run(
        # One column an option: in POSIX what follows "=" is a heading, commas and all.
        ["ps", "-o", "stat=", "-o", "lstart=", "-p", str(pid)],
        env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
        capture_output=True,
        text=True,
    )
    status, _, start = done.stdout.strip().partition(" ")
    return start.strip() if start and not status.startswith("Z") else None


if sys.platform == "win32":

    def _windows_start(pid: int) -> str | None:
        import ctypes
        from ctypes import wintypes

        query_limited_information, still_active = 0x1000, 259
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.OpenProcess.restype = wintypes.HANDLE
        kernel.OpenProcess.argtypes = (wintypes.DWORD, wintypes.BOOL, wintypes.DWORD)
        kernel.GetExitCodeProcess.argtypes = (wintypes.HANDLE, ctypes.POINTER(wintypes.DWORD))
        kernel.GetProcessTimes.argtypes = (
            wintypes.HANDLE,
            *[ctypes.POINTER(wintypes.FILETIME)] * 4,
        )
        kernel.CloseHandle.argtypes = (wintypes.HANDLE,)
        handle = kernel.OpenProcess(query_limited_information, False, pid)
        if not handle:
            return None
        try:
            # An ended process can still be opened as long as someone holds a handle to it.
            code = wintypes.DWORD()
            if (
                not kernel.GetExitCodeProcess(handle, ctypes.byref(code))
                or code.value != still_active
            ):
                return None
            created, ended, in_kernel, in_user = (wintypes.FILETIME() for _ in range(4))
            if not kernel.GetProcessTimes(
                handle, *(ctypes.byref(t) for t in (created, ended, in_kernel, in_user))
            ):
                return None
            return str((created.dwHighDateTime << 32) | created.dwLowDateTime)
        finally:
            kernel.CloseHandle(handle)
