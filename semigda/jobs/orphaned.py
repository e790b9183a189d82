"""Noticing that the program which started this process has ended, however it did.

Only Slicer holds the writing end of a worker's standard input, so a crash closes it. The pipe is
asked, not read: the reading end would have to block in a thread, which on Windows can hang the
loading of a library.
"""

from __future__ import annotations

import sys

from semigda_core.jobs.folder import JobFolder


class WatchedJob(JobFolder):
    """A job of a warm worker: cancelled as well when the worker's standard input has closed."""

    def requested(self, control: str) -> bool:
        return super().requested(control) or (control == "cancel" and input_closed())


if sys.platform == "win32":

    def input_closed() -> bool:
        """Whether standard input is a pipe whose writer is gone, and all of it has been read."""
        import ctypes
        import msvcrt

        broken_pipe, not_connected = 109, 233
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.PeekNamedPipe.argtypes = (
            ctypes.c_void_p,
            ctypes.c_void_p,
            ctypes.c_ulong,
            *[ctypes.c_void_p] * 3,
        )
        try:
            handle = msvcrt.get_osfhandle(0)
        except OSError:  # there is none
            return False
        if kernel.PeekNamedPipe(handle, None, 0, None, None, None):
            return False
        return ctypes.get_last_error() in (broken_pipe, not_connected)
else:

    def input_closed() -> bool:
        """Whether standard input is a pipe whose writer is gone."""
        import select

        poll = select.poll()
        poll.register(0, select.POLLHUP)
        return any(found & select.POLLHUP for _, found in poll.poll(0))
