"""End a process with everything it started. Standard library only.

``QProcess.kill()`` is not enough: in released Slicer packages the Python interpreter is started by
a launcher, which would die alone and leave the interpreter computing.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path


def killTree(pid: int) -> None:
    """Kill process ``pid`` and all its descendants at once; those already gone are fine."""
    if pid <= 0:
        return
    if sys.platform == "win32":
        subprocess.run(
            ["taskkill", "/T", "/F", "/PID", str(pid)],
            capture_output=True,
            creationflags=subprocess.CREATE_NO_WINDOW,  # no console window flashing up
        )
        return
    # The whole family is listed first: children of a killed process lose their parent.
    for member in [*_descendants(pid), pid]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(member, signal.SIGKILL)


def _descendants(pid: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for child, parent in _parents():
        children.setdefault(parent, []).append(child)
    found, waiting = [], [pid]
    while waiting:
        for child in children.get(waiting.pop(), []):
            found.append(child)
            waiting.append(child)
    return found


def _parents():
    """Pairs of (process, its parent), from /proc where there is one (Linux), else from ps."""
    if Path("/proc/self/stat").exists():
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                try:
                    text = (folder / "stat").read_text(errors="replace")
                except OSError:
                    continue
                # The program's name, in brackets, may itself hold blanks and brackets.
                yield int(folder.name), int(text.rpartition(")")[2].split()[1])
    else:
        yield from _parents_by_ps()


def _parents_by_ps():
    # One column an option: in POSIX what follows "=" is a heading, commas and all.
    columns = ["-o", "pid=", "-o", "ppid="]
    listing = subprocess.run(["ps", "-A", *columns], capture_output=True, text=True)
    for line in listing.stdout.splitlines():
        child, parent = line.split()
        yield int(child), int(parent)
