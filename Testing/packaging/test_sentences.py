"""The lists of sentences that the panels translate the engine by."""

from __future__ import annotations

import ast

import pytest

from Testing.packaging import list_sentences


@pytest.mark.parametrize("name", list_sentences.LISTS)
def test_a_list_is_complete(name):
    path = list_sentences.TARGET / f"{name}_sentences.py"
    now = path.read_text(encoding="utf-8")
    assert now == list_sentences.text(name), "run python Testing/packaging/list_sentences.py"


def found(source: str, tmp_path, monkeypatch) -> list[str]:
    monkeypatch.setattr(list_sentences, "ROOT", tmp_path)
    path = tmp_path / "module.py"
    path.write_text(f'"""A docstring of it."""\n{source}\n', encoding="utf-8")
    return list(list_sentences.sentences(path))


@pytest.mark.parametrize(
    ("source", "sentences"),
    [
        ('"The disk is full."', []),  # a statement is a docstring
        ('say("The disk is full.")', ["The disk is full."]),
        ('say("Done.", "Done", "disk-full", "a part of one")', ["Done."]),
        ('say(f"Case {number + 1} of {len(rows)}.")', ["Case {value} of {count}."]),
        ('say(f"{a.name} and {b.name} differ.")', ["{name} and {name2} differ."]),
        ('say("The names " + ", ".join(names))', ["The names {value}"]),
        (
            "say(f\"{n} case{'s are' if n > 1 else ' is'} left.\")",
            ["{n} cases are left.", "{n} case is left."],
        ),
        ("say(f\"Only {'one thing' if x else y} is left.\")", ["Only {value} is left."]),
        ('say("Choose another one (semigda models list).")', ["Choose another one."]),
        ('raise ValueError("No user sees this.")', []),
        ('raise Error("bad-input", detail=f"Nobody reads {this}.")', []),
        ('words = {"A key of it.": "A value of it."}', ["A value of it."]),
        ('say("One thing." if x else f"{n} things.")', ["One thing.", "{n} things."]),
        ("say(f\"The {kind('Of this kind.')} it is.\")", ["The {value} it is.", "Of this kind."]),
    ],
)
def test_sentences_of_a_source(source, sentences, tmp_path, monkeypatch):
    ast.parse(source)
    assert found(source, tmp_path, monkeypatch) == sentences


def test_what_makes_errors_is_in_the_lists():
    """Every error class says something, and every rule of the check."""
    from semigda_core.errors import CLASSES, without_commands

    core = list_sentences.text("core")
    told = [without_commands(text) for pair in CLASSES.values() for text in pair]
    assert all(text[:40] in core for text in told)
    assert "Two images are the same with left and right swapped." in list_sentences.text("project")
