"""Stands for `slicer.i18n`: Qt's translators are asked, in the context of the file that asks."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from PySide6.QtCore import QCoreApplication


def tr(text):
    translation = translate(getContext(sys._getframe(1).f_code.co_filename), text)
    # Slicer warns, and shows the English text, if the two do not hold the same values.
    if _values(text) != _values(translation):
        raise ValueError(f"other values in {translation!r} than in {text!r}")
    return translation


def translate(context, text):
    return QCoreApplication.translate(context, text)


def getContext(source_file):
    path = Path(source_file)
    package = f"{path.parent.name}." if (path.parent / "__init__.py").is_file() else ""
    return f"{package}{path.stem}"


def _values(text):
    return set(re.findall(r"(?<!\{)\{([^{}]+)\}(?!\})", text))
