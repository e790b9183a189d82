"""Colours of what is good or bad can be read, in a light and in a dark style."""

from __future__ import annotations

import re

import pytest
from train_fixtures import dark


def brightness(colour) -> float:
    """Relative luminance of a QColor, 0 to 1 (WCAG 2.2)."""
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (colour.redF(), colour.greenF(), colour.blueF())
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first, second) -> float:
    low, high = sorted((brightness(first), brightness(second)))
    return (high + 0.05) / (low + 0.05)


def test_nobody_is_told_to_type_a_command(module_host):
    from semigda_core.models.layout import NAME_TAKEN
    from SemiGDALib import texts
    from SemiGDALib.translation import sentences

    words = re.compile(r"--[a-z]|\bsemigda |\bpip\b|[Cc]ommand")
    told = [text for one in sentences.LISTS for text in one.sentences(str)]
    assert len(told) > 500 and not list(filter(words.search, told))
    assert "--overwrite" in NAME_TAKEN
    assert texts.asHtml(NAME_TAKEN).endswith("let it take the place.")


@pytest.mark.parametrize("style", [False, True], ids=["light", "dark"])
def test_colours_can_be_read(module_host, style):
    import qt
    import slicer

    from SemiGDALib import texts

    dark(module_host, style)
    palette = slicer.app.palette()
    colours = (texts.GREEN, texts.AMBER, texts.RED, texts.BLUE)
    try:
        for colour in colours:
            for role in (qt.QPalette.Window, qt.QPalette.Base):
                assert contrast(qt.QColor(texts.ink(colour)), palette.color(role)) >= 4.5, colour
            assert contrast(qt.QColor(colour), qt.QColor("white")) >= 4.5, colour
    finally:
        dark(module_host, False)
