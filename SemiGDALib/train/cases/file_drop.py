"""Files and folders that are dropped on a widget."""

from __future__ import annotations

import qt


class FileDrop(qt.QWidget):
    """Calls ``onDropped(paths)`` for local files dropped on ``target``. Never shown itself."""

    def __init__(self, target, onDropped):
        qt.QWidget.__init__(self)
        self._onDropped = onDropped
        target.setAcceptDrops(True)
        target.installEventFilter(self)

    def eventFilter(self, _watched, event):
        """Takes the three events of a drop with files; all others go their way."""
        kind = event.type()
        if kind not in (qt.QEvent.DragEnter, qt.QEvent.DragMove, qt.QEvent.Drop):
            return False
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if not paths:
            return False
        event.acceptProposedAction()
        if kind == qt.QEvent.Drop:
            # After the drop has ended: a dialog that opens now would hold the other program.
            qt.QTimer.singleShot(0, lambda: self._onDropped(paths))
        return True
