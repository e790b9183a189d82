"""Qt's timers, which call a function without arguments."""

from __future__ import annotations

import qt


def every(milliseconds: int, slot) -> qt.QTimer:
    """A timer that calls ``slot`` again and again, from its start to its stop."""
    timer = qt.QTimer()
    timer.setInterval(milliseconds)
    timer.connect("timeout()", slot)
    return timer


def once(milliseconds: int, slot) -> qt.QTimer:
    """A timer that calls ``slot`` when so much time has passed since it was started last."""
    timer = every(milliseconds, slot)
    timer.setSingleShot(True)
    return timer
