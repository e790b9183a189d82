"""What a commit message must be."""

import subprocess
import sys
from pathlib import Path

import pytest

from Testing.packaging import commit_message

BODY = "\n\nA kill between the two left half a file."
LONG = "The subject has 73 characters; 72 is the most."
NO_BODY = "There is no body; it says why the change is made."


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ("Cards: written whole" + BODY, []),
        ("x" * 72 + BODY, []),
        ("x" * 73 + BODY, [LONG]),
        ("Cards: written whole", [NO_BODY]),
        ("Cards: written whole\n\n# On branch main\n", [NO_BODY]),
        ("x" * 73 + "\nat once", [LONG, "An empty line belongs between subject and body."]),
        ("\n\n# Please enter a message", ["There is no subject.", NO_BODY]),
        ("Cards\n# ------------------------ >8 ---\n\ndiff", [NO_BODY]),
        ("Merge branch 'cards'", []),
        ('Revert "' + "x" * 80 + '"', []),
    ],
)
def test_a_message(message, found):
    assert commit_message.problems(message) == found


def test_the_commits_of_a_branch(tmp_path):
    def git(*arguments):
        identity = ["-c", "user.name=A", "-c", "user.email=a@b"]
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True)

    git("init", "-q")
    git("commit", "-q", "--allow-empty", "-m", "Before the branch")
    git("tag", "base")
    git("commit", "-q", "--allow-empty", "-m", "Good", "-m", "For a reason.")
    command = [sys.executable, Path(commit_message.__file__), "--range", "base..HEAD"]
    assert subprocess.run(command, cwd=tmp_path).returncode == 0
    git("commit", "-q", "--allow-empty", "-m", "Bare")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and NO_BODY in done.stderr
