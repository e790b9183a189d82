"""Stands for `slicer.i18n`: Qt's translators are asked, in the context of the file that asks."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QCoreApplication


def tr(text):
    return translate(getContext(sys._getframe(1).f_code.co_filename), text)


def translate(context, text):
    return QCoreApplication.translate(context, text)


def getContext(source_file):
    path = Path(source_file)
    package = f"{path.parent.name}." if (path.parent / "__init__.py").is_file() else ""
    return f"{package}{path.stem}"
