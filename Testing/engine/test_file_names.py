"""Names of files for cases that may be called anything."""

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
        "x" * 100,
    ]
