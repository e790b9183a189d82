"""A small line chart as a picture, for a label in the panel."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import qt

LEFT, RIGHT, TOP, BOTTOM = 34, 8, 8, 18  # margins around the lines, pixels
INK, GRID, PAPER = "#404040", "#d8d8d8", "#ffffff"


@dataclass(frozen=True)
class Line:
    """A named line: colour as ``#rrggbb``, points as (step, value)."""

    name: str
    colour: str
    points: list[tuple[float, float]]


def draw(lines: list[Line], width: int, height: int, top: float | None = None):
    """The lines over steps as a ``QPixmap``; ``top``: the upper end of the axis (it begins at 0).

    A training reports few scores, so each point is marked if there is room.
    """
    pixmap = qt.QPixmap(width, height)
    pixmap.fill(qt.QColor(PAPER))
    painter = qt.QPainter(pixmap)
    painter.setRenderHint(qt.QPainter.Antialiasing)
    points = [point for line in lines for point in line.points]
    last = max((step for step, _ in points), default=0) or 1
    highest = top or _nice(max((value for _, value in points), default=0))
    scale = _Scale(width, height, last, highest)
    _drawAxes(painter, scale)
    for line in lines:
        _drawLine(painter, scale, line)
    painter.end()
    return pixmap


class _Scale:
    """From step and value to pixels."""

    def __init__(self, width: int, height: int, last: float, highest: float):
        self.left, self.right = LEFT, width - RIGHT
        self.top, self.bottom = TOP, height - BOTTOM
        self.last, self.highest = last, highest

    def x(self, step: float) -> int:
        return round(self.left + (self.right - self.left) * step / self.last)

    def y(self, value: float) -> int:
        share = min(max(value / self.highest, 0.0), 1.0)
        return round(self.bottom - (self.bottom - self.top) * share)


def _drawAxes(painter, scale: _Scale) -> None:
    font = painter.font()
    font.setPixelSize(10)
    painter.setFont(font)
    for part in range(5):
        value = scale.highest * part / 4
        y = scale.y(value)
        painter.setPen(qt.QPen(qt.QColor(GRID)))
        painter.drawLine(scale.left, y, scale.right, y)
        painter.setPen(qt.QPen(qt.QColor(INK)))
        painter.drawText(4, y + 4, f"{value:.2g}")
    painter.drawText(scale.left, scale.bottom + 14, "0")
    text = f"{scale.last:.0f}"
    painter.drawText(scale.right - 6 * len(text), scale.bottom + 14, text)


def _drawLine(painter, scale: _Scale, line: Line) -> None:
    pen = qt.QPen(qt.QColor(line.colour))
    pen.setWidth(2)
    painter.setPen(pen)
    places = [(scale.x(step), scale.y(value)) for step, value in line.points]
    for (x1, y1), (x2, y2) in pairwise(places):
        painter.drawLine(x1, y1, x2, y2)
    if len(places) <= 30:
        for x, y in places:
            painter.fillRect(x - 2, y - 2, 5, 5, qt.QColor(line.colour))


def _nice(value: float) -> float:
    """A round number that is not below ``value``."""
    if value <= 0:
        return 1.0
    size = 10.0 ** (len(f"{value:.0f}") - 1) if value >= 1 else 1.0
    while size > value:
        size /= 10
    return next(size * step for step in (1, 2, 4, 6, 8, 10) if size * step >= value)
