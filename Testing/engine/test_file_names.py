"""Names of files for cases that may be called anything."""

import sys

import pytest

from semigda_core.errors import SemiGDAError, plain_errors
from semigda_core.files.names import file_names


def test_names_for_files():
    titles = ["MR: head/neck", "mr_ head_neck", "", "..", "caf\u00e9 ", "CAFE\u0301", "x" * 300]
    assert file_names(titles, "Volume") == [
        "MR_ head_neck",
        "mr_ head_neck (2)",
        "Volume",
        "Volume (2)",
        "caf\u00e9",
        "CAFE\u0301 (2)",
        "x" * 60,
    ]


def test_a_name_that_is_possible_stays():
    """An earlier run has made a file of it; but not the folder's own."""
    titles = ["two  spaces", "y" * 200, "\u00fc" * 200, "Cohort", "aux", "aux-1", "NUL.T1"]
    made = ["two  spaces", "y" * 200, "\u00fc" * 60, "Cohort (2)", "Image", "aux-1", "Image (2)"]
    assert file_names(titles, "Image") == made


def test_a_path_that_is_too_long_is_called_so(tmp_path, monkeypatch):
    with pytest.raises(SemiGDAError, match="too long"), plain_errors():
        (tmp_path / ("x" * 300)).mkdir()
    deep = tmp_path.joinpath(*["x" * 50] * 6)
    with pytest.raises(SemiGDAError, match="No such file"), plain_errors():
        deep.mkdir()
    monkeypatch.setattr(sys, "platform", "win32")  # which says the same of a path that is too long
    with pytest.raises(SemiGDAError, match="too long"), plain_errors():
        deep.mkdir()
    with pytest.raises(SemiGDAError, match="No such file"), plain_errors():
        (tmp_path / "x" / "y").mkdir()
