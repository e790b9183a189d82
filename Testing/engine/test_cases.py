"""Case lists."""

from __future__ import annotations

import codecs
import contextlib
import json
import os
import sys
import time

import pytest

from semigda.data.cases import read_cases, read_images
from semigda_core.errors import SemiGDAError


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
        (
            [
                row("a", "unlabeled", group="MÜLLER"),
                row("b", "val", label="l.nrrd", group="Mu\u0308ller"),
            ],
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
    with pytest.raises(SemiGDAError, match="not valid JSON"):
        read_cases(folder / "cases.json")


TABLE = [
    ["Name", "IMAGE", "Label", " Role ", "group"],
    ["Läsion", "images/ä b.nrrd", "l.nrrd", "Labeled", 'p "1"'],
    ["", "images/b.nrrd", "", "unlabelled", "x,y;z"],
]


def text_of(separator, newline="\r\n", quoted=False):
    def cell(value):
        special = quoted or any(c in value for c in (separator, '"'))
        return '"' + value.replace('"', '""') + '"' if special else value

    return newline.join(separator.join(map(cell, row)) for row in TABLE) + newline


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("form", ["plain", "quoted", "unix", "sep", "wide", "blank"])
def test_lists_of_every_spreadsheet_say_the_same(folder, separator, encoding, form):
    (folder / "images" / "ä b.nrrd").touch()
    newline = "\n" if form == "unix" else "\r\n"
    text = text_of(separator, newline, form == "quoted")
    if form == "sep":
        text = f"sep={separator}\r\n{text}"
    if form == "wide":  # columns and rows that were cleared
        text = text.replace("\r\n", separator * 3 + "\r\n") + separator * 7 + "\r\n" * 3
    if form == "blank":
        lines = text.split("\r\n")
        text = "\r\n".join([*lines[:2], separator * 4, *lines[2:]])
    (folder / "cases.csv").write_bytes(text.encode(encoding))
    first, second = read_cases(folder / "cases.csv")
    assert (first.name, first.role, first.group) == ("Läsion", "labeled", 'p "1"')
    assert (second.name, second.role, second.group) == ("b.nrrd", "unlabeled", "x,y;z")
    assert first.image == folder / "images" / "ä b.nrrd" and first.label == folder / "l.nrrd"
    assert [name for name, _ in read_images(folder / "cases.csv")] == ["Läsion", "b.nrrd"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_json_lists_of_every_editor(folder, encoding):
    text = json.dumps([row("a", "unlabeled", name="Läsion")], ensure_ascii=False)
    (folder / "cases.JSON").write_bytes(text.encode(encoding))
    assert read_cases(folder / "cases.JSON")[0].name == "Läsion"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("image,role\nimages/a.nrrd,unlabeled\n,unlabeled\n", "Case 2 of the list has no image"),
        ("image,role\n\nimages/a.nrrd,no\n", "Case 2 of the list has the role 'no'"),
        ("image,role\nimages/a.nrrd,unlabeled,p1\n", "more values than columns in its row 1"),
        ("image,IMAGE,role\na,b,val\n", "two columns called 'image'"),
        ("image,role,age\nimages/a.nrrd,unlabeled,61\n", "Case 1 of the list has the unknown"),
        ("image,role\nimages/\x1b[2J.nrrd,unlabeled\n", "Case 1 of the list has control"),
        ("role\nunlabeled\n", "Case 1 of the list has no image"),
        ("image,/data/DOE.nii\na,b\n", "Case 1 of the list has the unknown field."),
        ("image,role\na,/data/DOE.nii\n", "Case 1 of the list has the role; it must be"),
        ("", "is empty"),
        ("image,role\n", "is empty"),
        ("images/a.nrrd,unlabeled\n", "does not begin with a row that names its columns"),
        ("images/a.nrrd\nimages/b.nrrd\n", "does not begin with a row that names its columns"),
        ("image,role\n" + "x" * 200_000 + ",val\n", "cannot be read as a table"),
        ("image,role\n" + "x" * 5_000 + ",val\n", "more than 4096 characters in 'image'"),
        ("image,role\n" + "x" * 400 + ",unlabeled\n", "image that does not exist"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_named(folder, text, words):
    (folder / "cases.csv").write_text(text, newline="")
    with pytest.raises(SemiGDAError) as caught:
        read_cases(folder / "cases.csv")
    assert caught.value.error_class == "bad-input" and words in caught.value.message
    assert "\x1b" not in caught.value.message


@pytest.mark.parametrize(
    "data",
    [b"[" * 200_000, b'{"cases": {"a": 1}}', b"[NaN]", b"\0" * 50, b"\xff\xfe\xff",
     b'[{"image": 3, "role": "val"}]', b'[{"image": "a", "role": {"x": 1}}]',
     b'[{"image": "a", "role": "unlabeled", "classes": {"x": true}}]',
     codecs.BOM_UTF16_LE + b"\x00\xd8"],
)  # fmt: skip
@pytest.mark.parametrize("name", ["cases.json", "cases.csv"])
def test_what_is_no_list_is_told(folder, data, name):
    (folder / name).write_bytes(data)
    start = time.process_time()
    with pytest.raises(SemiGDAError) as caught:
        read_cases(folder / name)
    assert caught.value.error_class == "bad-input"
    with contextlib.suppress(SemiGDAError):  # of roles and classes it asks nothing
        read_images(folder / name)
    assert time.process_time() - start < 2


def test_accents_may_be_composed_in_the_list_and_not_on_the_disk(folder):
    (folder / "images" / "mu\u0308ller.nrrd").touch()
    (folder / "cases.csv").write_text("image,role\nimages/m\u00fcller.nrrd,unlabeled\n", "utf-8")
    assert read_cases(folder / "cases.csv")[0].image.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="needs names that are no UTF-8")
def test_a_list_in_the_code_page_of_its_names(folder):
    name = os.fsdecode("müller.nrrd".encode("latin-1"))
    (folder / "images" / name).touch()
    text = "image,role\nimages/müller.nrrd,unlabeled\n"
    (folder / "cases.csv").write_bytes(text.encode("latin-1"))
    assert read_cases(folder / "cases.csv")[0].image == folder / "images" / name
