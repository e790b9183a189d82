"""Case lists."""

from __future__ import annotations

import json

import pytest

from semigda.data.cases import read_cases
from semigda.errors import SemiGDAError


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "images").mkdir()
    for name in ("a", "b", "c"):
        (tmp_path / "images" / f"{name}.nrrd").touch()
    (tmp_path / "l.nrrd").touch()
    return tmp_path


def row(image, role, **more):
    return {"image": f"images/{image}.nrrd", "role": role, **more}


def read(folder, rows):
    (folder / "cases.json").write_text(json.dumps(rows))
    return read_cases(folder / "cases.json")


def test_json_and_csv_say_the_same(folder):
    cases = read(
        folder,
        {
            "cases": [
                row("a", "labeled", label="l.nrrd", name="A", group="p1"),
                row("b", "unlabeled"),
            ]
        },
    )
    (folder / "cases.csv").write_text(
        "name,image,label,role,group\n"
        "A,images/a.nrrd,l.nrrd,labeled,p1\n"
        f",{folder / 'images' / 'b.nrrd'},,unlabeled,\n"
    )
    assert read_cases(folder / "cases.csv") == cases
    assert cases[0].image == folder / "images" / "a.nrrd"
    assert [(c.name, c.role, c.group) for c in cases] == [
        ("A", "labeled", "p1"),
        ("b.nrrd", "unlabeled", None),
    ]
    assert cases[1].label is None


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "empty"),
        ([row("a", "test")], "Case 1 of the list has the role 'test'"),
        ([row("a", "labeled")], "no label"),
        ([row("a", "val")], "no label"),
        ([row("x", "unlabeled")], "image that does not exist"),
        ([row("a", "val", label="m.nrrd")], "label that does not exist"),
        ([{"role": "unlabeled"}], "no image"),
        ([row("a", "unlabeled", age=3)], "unknown field 'age'"),
        (
            [row("a", "unlabeled"), row("a", "unlabeled", name="b")],
            "1 and 2 of the list have the same image",
        ),
        ([row("a", "unlabeled", name="n"), row("b", "unlabeled", name="n")], "same name"),
        (
            [row("a", "unlabeled", group="p"), row("b", "val", label="l.nrrd", group="p")],
            "held out",
        ),
        (3, "list of cases"),
        ([3], "list of cases"),
    ],
)
def test_wrong_lists_are_refused(folder, rows, words):
    with pytest.raises(SemiGDAError) as caught:
        read(folder, rows)
    assert caught.value.error_class == "bad-input"
    assert words in caught.value.message


def test_missing_and_broken_files(folder):
    with pytest.raises(SemiGDAError, match="does not exist"):
        read_cases(folder / "none.json")
    (folder / "cases.json").write_text("{")
    with pytest.raises(SemiGDAError, match="not valid"):
        read_cases(folder / "cases.json")
