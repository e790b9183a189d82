"""Files that readers see whole, targets that may be written, documents that are checked."""

import errno
import json
import os
import subprocess
import sys
import textwrap

import pytest

from semigda_core.errors import SemiGDAError
from semigda_core.files import atomic, documents, targets
from semigda_core.files.texts import one_line


def content(folder):
    return {p.name: p.read_bytes() if p.is_file() else "folder" for p in folder.iterdir()}


def test_a_file_is_as_it_was_after_a_failed_write(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError):
        atomic.write_atomically(path, lambda file: [file.write(b"new"), 1 / 0])
    assert content(tmp_path) == {"a.txt": b"old"}
    atomic.write_text(path, "new\n")
    assert content(tmp_path) == {"a.txt": b"new\n"}


def test_a_full_disk_is_told_as_such(tmp_path):
    def full(file):
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(SemiGDAError) as caught:
        atomic.write_atomically(tmp_path / "a", full)
    assert caught.value.error_class == "disk-full" and content(tmp_path) == {}


def test_json_holds_no_nan(tmp_path):
    with pytest.raises(ValueError):
        atomic.write_json(tmp_path / "a.json", {"dice": float("nan")})
    assert content(tmp_path) == {}


def test_windows_lets_replace_once_no_reader_has_the_file_open(tmp_path, monkeypatch):
    replace, refusals = os.replace, iter([True, True, False])

    def held(source, target):
        if next(refusals):
            raise PermissionError(13, "held")
        replace(source, target)

    monkeypatch.setattr(atomic, "_WINDOWS", True)
    monkeypatch.setattr(os, "replace", held)
    atomic.write_json(tmp_path / "state.json", {"a": 1})
    assert content(tmp_path) == {"state.json": b'{\n "a": 1\n}\n'}


def test_a_folder_takes_the_place_of_an_old_one_as_a_whole(tmp_path):
    target = tmp_path / "model"
    target.mkdir()
    (target / "old").touch()
    with pytest.raises(ZeroDivisionError), atomic.staged_folder(target) as stage:
        (stage / "new").touch()
        raise ZeroDivisionError
    assert [p.name for p in target.iterdir()] == ["old"]
    with atomic.staged_folder(target) as stage:
        (stage / "new").touch()
    assert [p.name for p in target.iterdir()] == ["new"]
    assert [p.name for p in tmp_path.iterdir()] == ["model"]


KILLED = """
    import os, sys
    from pathlib import Path
    from semigda_core.files import atomic
    target, renames = Path(sys.argv[1]), int(sys.argv[2])
    real, count = atomic.replace, 0
    def replace(source, place):
        global count
        if count == renames:
            os._exit(9)
        count += 1
        real(source, place)
    atomic.replace = replace
    with atomic.staged_folder(target) as stage:
        (stage / "new").touch()
"""


@pytest.mark.parametrize(("renames", "kept"), [(0, "old"), (1, "old"), (2, "new")])
def test_a_kill_between_any_two_renames_loses_no_folder(tmp_path, renames, kept):
    target = tmp_path / "model"
    target.mkdir()
    (target / "old").touch()
    code = textwrap.dedent(KILLED)
    done = subprocess.run([sys.executable, "-c", code, str(target), str(renames)])
    assert done.returncode == (9 if renames < 2 else 0)
    assert target.exists() == (renames != 1)
    atomic.clear_leftovers(tmp_path)
    assert [p.name for p in target.iterdir()] == [kept]
    assert [p.name for p in tmp_path.iterdir()] == ["model"]


def test_leftovers_of_a_running_process_and_strangers_stay(tmp_path):
    mine = atomic.temporary_path(tmp_path)
    mine.touch()
    (tmp_path / ".semigda-notes").touch()
    host, pid, start, random = mine.name.removeprefix(".semigda-").split("-")
    other_host = tmp_path / f".semigda-ffffff-{pid}-{start}-{random}"
    other_host.touch()
    old_host = tmp_path / f".semigda-fffffe-{pid}-{start}-{random}"
    old_host.touch()
    os.utime(old_host, (0, 0))
    reused = tmp_path / f".semigda-{host}-{pid}-000000-{random}"
    reused.mkdir()
    (reused / "file").touch()
    atomic.clear_leftovers(tmp_path)
    assert set(content(tmp_path)) == {mine.name, ".semigda-notes", other_host.name}


def test_whoever_writes_into_a_folder_clears_away_what_a_kill_left(tmp_path):
    """Also where no command begins by clearing: a job's previews, a project's thumbnails."""
    host, pid, _, random = atomic.temporary_path(tmp_path / "else").name[9:].split("-")
    left = tmp_path / f".semigda-{host}-{pid}-000000-{random}"
    left.touch()
    atomic.write_text(tmp_path / "a.txt", "a")
    assert content(tmp_path) == {"a.txt": b"a"}
    left.touch()
    atomic.write_text(tmp_path / "a.txt", "b")  # looked at once in a process: it may be a big one
    assert set(content(tmp_path)) == {"a.txt", left.name}


# Targets


def ours(path):
    return path.is_file() and path.read_text() == "SemiGDA"


def refusal(*arguments, **options):
    with pytest.raises(SemiGDAError) as caught:
        targets.check_target(*arguments, **options)
    assert caught.value.error_class == "bad-input"
    return caught.value.message


def test_what_may_be_written(tmp_path):
    new, empty, own, foreign = (tmp_path / name for name in ("new", "empty", "own", "foreign"))
    empty.mkdir()
    own.write_text("SemiGDA")
    foreign.write_text("Thesis")
    assert targets.check_target(new, ours) == new
    assert targets.check_target(empty, ours) == empty
    assert "exists already." in refusal(own, ours)
    assert targets.check_target(own, ours, overwrite=True) == own
    assert "did not make it" in refusal(foreign, ours, overwrite=True)
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "gone")
    assert "did not make it" in refusal(link, ours, overwrite=True)


def test_an_input_is_never_a_target(tmp_path, monkeypatch):
    image = tmp_path / "images" / "a.nrrd"
    image.parent.mkdir()
    image.write_text("SemiGDA")
    link = tmp_path / "link.nrrd"
    link.symlink_to(image)
    monkeypatch.chdir(tmp_path)
    for same in (image, link, "images/../images/a.nrrd"):
        told = refusal(same, ours, overwrite=True, inputs=[None, image])
        assert told == "The result would replace one of its own inputs."
    # Nor a folder that holds one, whatever it says of itself.
    told = refusal(image.parent, lambda path: True, overwrite=True, inputs=[image])
    assert told == "The result would replace one of its own inputs."


# Documents

PERSON = documents.record(
    {"name": documents.text(5, empty=False), "age": documents.whole(0, 150)},
    {"weight": documents.number(0, 300), "sick": documents.flag()},
)
RULE = documents.record({"people": documents.list_of(PERSON, 3)})


@pytest.mark.parametrize(
    ("person", "told"),
    [
        ({"name": "Ada", "age": True}, "'people[0].age' is not a whole number from 0 to 150"),
        ({"name": "Ada", "age": 151}, "'people[0].age' is not a whole number"),
        ({"name": "Ada"}, "'people[0].age' is missing"),
        ({"name": "Ada Lovelace", "age": 1}, "'people[0].name' has more than 5 characters"),
        ({"name": " ", "age": 1}, "'people[0].name' is empty"),
        ({"name": "A\x1b[", "age": 1}, "'people[0].name' holds control characters"),
        ({"name": "\ud800", "age": 1}, "'people[0].name' holds control characters"),
        ({"name": 3, "age": 1}, "'people[0].name' is not text"),
        ({"name": "Ada", "age": 1, "weight": -1}, "'people[0].weight' is below 0"),
        ({"name": "Ada", "age": 1, "weight": 10**400}, "'people[0].weight' is not a number"),
        ({"name": "Ada", "age": 1, "sick": 1}, "'people[0].sick' is not true or false"),
        ({"name": "Ada", "age": 1, "Secret": 1}, "'people[0]' has 1 unknown field"),
        ([], "'people[0]' is not an object"),
    ],
)
def test_a_wrong_value_is_told_with_its_place(person, told):
    with pytest.raises(SemiGDAError) as caught:
        documents.check({"people": [person]}, RULE, "The list")
    assert caught.value.message.startswith(f"The list cannot be used: {told}")
    assert "Secret" not in caught.value.message


def test_a_right_document_passes():
    person = {"name": "Ada", "age": 36, "weight": 50.5, "sick": False}
    documents.check({"people": [person, person, person]}, RULE, "The list")
    with pytest.raises(SemiGDAError, match="has 4 items, not 0 to 3"):
        documents.check({"people": [person] * 4}, RULE, "The list")


@pytest.mark.parametrize(
    "data, told",
    [
        (b"{", "is not valid JSON from line 1 on"),
        (b"", "is not valid JSON from line 1 on"),
        (b'{\n "a": 1,\n<<<<<<< HEAD\n "b": 2\n}', "is not valid JSON from line 3 on"),
        (b'{\r\n "a": [1,\r\n', "is not valid JSON from line 3 on"),
        (b"NaN", "is not valid JSON"),
        (b'{"a": Infinity}', "is not valid JSON"),
        (b"[" * 100_000, "is not valid JSON"),
        (b"1" * 5000, "is not valid JSON"),
        (b"\xff", "is not saved as UTF-8 text"),
        ('{"a": 1}'.encode("utf-16"), "is not saved as UTF-8 text"),
        (b'{"a": [1, 2], "a": []}', "holds the same field twice"),
        (b'{"a": [{"b": 1, "b": 1}]}', "holds the same field twice"),
    ],
)
def test_what_is_no_json(tmp_path, data, told):
    (tmp_path / "a.json").write_bytes(data)
    with pytest.raises(SemiGDAError) as caught:
        documents.read_document(tmp_path / "a.json", documents.plain(), "The list")
    assert caught.value.message == f"The list {told}."


def test_size_and_depth_are_limited(tmp_path, monkeypatch):
    file = tmp_path / "a.json"
    file.write_bytes(b"\xef\xbb\xbf" + json.dumps({"a": [[[1]]]}).encode())
    assert documents.read_document(file, documents.plain(4), "It") == {"a": [[[1]]]}
    with pytest.raises(SemiGDAError, match="nested more than 3 deep"):
        documents.read_document(file, documents.plain(3), "It")
    with pytest.raises(SemiGDAError, match="more than 3 values"):
        documents.check([1, 2, 3], documents.plain(limit=3), "It")
    monkeypatch.setattr(documents, "MAX_BYTES", 10)
    with pytest.raises(SemiGDAError, match="is too large"):
        documents.read_document(file, documents.plain(), "It")


@pytest.mark.parametrize("name", ["../a", "a/b", "", "a" * 65, "a b", "ä", "a\n", None, 3])
def test_identifiers_name_nothing_outside(name):
    with pytest.raises(SemiGDAError):
        documents.check(name, documents.identifier(), "It")
    documents.check("a-B_9", documents.identifier(), "It")


def test_text_from_outside_becomes_one_line():
    assert one_line("a\x1b[31m\nb\tc\u202e d\udcfc") == "a[31m b c d\N{REPLACEMENT CHARACTER}"
    assert one_line("Läsion 肝臓") == "Läsion 肝臓"
    assert len(one_line("a" * 500)) == 200
