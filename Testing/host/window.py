"""One picture as Slicer's window would show it: the module panel beside the four views."""

from __future__ import annotations

import tempfile
from pathlib import Path

from PySide6 import QtCore, QtGui

from .views import slice_view, three_d_view

_BAR = 18
_COLORS = {"Red": "#f34a33", "Green": "#6eb04b", "Yellow": "#edd54c", "3D": "#7483be"}


def window_picture(host, path, panel, size=(1440, 900), panel_width=440, center_ras=None):
    """Draws the panel (a widget) at the left, and red, 3-D, green and yellow views."""
    width, height = size
    view = QtCore.QSize((width - panel_width) // 2, height // 2 - _BAR)
    host.fit(panel, panel_width, height)  # Slicer scrolls a panel that needs more
    picture = QtGui.QPixmap(width, height)
    picture.fill(QtGui.QColor("#efefef"))
    painter = QtGui.QPainter(picture)
    painter.drawPixmap(0, 0, panel.grab(QtCore.QRect(0, 0, panel_width, height)))
    with tempfile.TemporaryDirectory() as folder:
        for index, name in enumerate(("Red", "3D", "Green", "Yellow")):
            file = Path(folder) / f"{name}.png"
            pixels = (view.width(), view.height())
            if name == "3D":
                three_d_view(file, size=pixels)
            else:
                slice_view(file, name, size=pixels, center_ras=center_ras)
            left = panel_width + index % 2 * view.width()
            top = index // 2 * (view.height() + _BAR)
            painter.fillRect(left, top, view.width() - 1, _BAR, QtGui.QColor(_COLORS[name]))
            letter = QtCore.QRect(left + 6, top, 60, _BAR)
            painter.drawText(
                letter, QtCore.Qt.AlignmentFlag.AlignVCenter, name[:1].replace("3", "1")
            )
            painter.drawPixmap(left, top + _BAR, QtGui.QPixmap(str(file)))
    painter.end()
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not picture.save(str(path), "PNG"):
        raise OSError(f"Cannot write {path.name}")
    return path


def beside(path, *files, gap=12):
    """Joins pictures, at the same height, into one."""
    pictures = [QtGui.QPixmap(str(file)) for file in files]
    width = sum(one.width() for one in pictures) + gap * (len(pictures) - 1)
    joined = QtGui.QPixmap(width, max(one.height() for one in pictures))
    joined.fill(QtGui.QColor("white"))
    painter = QtGui.QPainter(joined)
    left = 0
    for one in pictures:
        painter.drawPixmap(left, 0, one)
        left += one.width() + gap
    painter.end()
    if not joined.save(str(path), "PNG"):
        raise OSError(f"Cannot write {Path(path).name}")
    return Path(path)
