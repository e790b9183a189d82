"""Words that both panels use: progress, and devices, colours of what is good or bad."""

from __future__ import annotations

import html

import qt
import slicer
from slicer.i18n import tr as _

from SemiGDALib.translation.sentences import translated

DEVICES = (
    (_("Graphics card (CUDA)"), "cuda"),
    (_("Apple graphics (MPS)"), "mps"),
    (_("CPU"), "cpu"),
)
# Certainty of a segment by a model whose card has no thresholds, as certainty.py explains it. Below
# "good" readers usually find something to correct; below "fair" the model does not know. Guidance
# for review, not a measured accuracy.
GOOD, FAIR = 0.9, 0.75
GREEN, AMBER, RED, BLUE = "#2b7a2f", "#9a5b00", "#c62828", "#1565c0"
_ON_DARK = {GREEN: "#81c784", AMBER: "#ffb74d", RED: "#ef9a9a", BLUE: "#90caf9"}


def ink(colour: str) -> str:
    """One of the colours above, as text that can be read in a light and in a dark style."""
    ground = slicer.app.palette().color(qt.QPalette.Window)
    return _ON_DARK[colour] if ground.lightness() < 128 else colour


def asHtml(text: str) -> str:
    """A text of the engine in the user's language, as HTML."""
    return html.escape(translated(text))


def errorText(error) -> str:
    """What is wrong and what to do, in the user's language."""
    return " ".join(filter(None, (translated(error.message), translated(error.action))))


def coloured(text: str, colour: str) -> str:
    """HTML in one of the colours above."""
    return f'<span style="color:{ink(colour)}">{text}</span>'


def amber(text: str) -> str:
    """HTML of a warning."""
    return coloured(text, AMBER)


def legend(name: str, colour) -> str:
    """HTML: a square in a class's colour, (r, g, b) or ``#rrggbb``, and its name."""
    shade = colour if isinstance(colour, str) else "#{:02x}{:02x}{:02x}".format(*colour)
    return f'<span style="color:{shade}">&#9632;</span>&nbsp;{html.escape(name)}'


def timeLeft(seconds: float | None) -> str:
    """About how long it still takes; empty when nobody knows."""
    if seconds is None:
        return ""
    if seconds < 60:
        return _("about {count} s left").format(count=max(1, round(seconds)))
    return _("about {count} min left").format(count=round(seconds / 60))


def progress(message: str, secondsLeft: float | None) -> str:
    """What a job does, and how long it still takes."""
    return ", ".join(filter(None, (translated(message).rstrip("."), timeLeft(secondsLeft))))
