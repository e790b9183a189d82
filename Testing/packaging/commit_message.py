"""Whether commit messages have a short subject and a body that says why.

``commit_message.py FILE`` looks at one message, as a commit-msg hook is asked to;
``commit_message.py --range BASE..HEAD`` at those of a branch.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LONGEST = 72
# What git writes itself, and what is squashed before it is merged.
_GITS_OWN = ("Merge ", "Revert ", "fixup! ", "squash! ", "amend! ")


def problems(message: str) -> list[str]:
    """What is wrong with a message, in sentences; comments of git's editor do not count."""
    text = message.split("\n# ------------------------ >8", 1)[0]
    lines = [line.rstrip() for line in text.split("\n") if not line.startswith("#")]
    subject, *rest = "\n".join(lines).strip("\n").split("\n")
    if subject.startswith(_GITS_OWN):
        return []
    found = []
    if not subject:
        found.append("There is no subject.")
    if len(subject) > LONGEST:
        found.append(f"The subject has {len(subject)} characters; {LONGEST} is the most.")
    if rest and rest[0]:
        found.append("An empty line belongs between subject and body.")
    if not any(rest):
        found.append("There is no body; it says why the change is made.")
    return found


def messages(commits: str) -> dict[str, str]:
    """The messages of a range of commits, by their short hashes; merges are left out."""
    log = ["git", "log", "--no-merges", "-z", "--format=%h%n%B", commits]
    done = subprocess.run(log, capture_output=True, check=True, encoding="utf-8")
    parts = (entry.partition("\n") for entry in done.stdout.split("\0") if entry)
    return {commit: message for commit, _, message in parts}


def main(arguments: list[str]) -> int:
    """Print what is wrong; 1 if anything is."""
    if arguments[0] == "--range":
        read = messages(arguments[1])
    else:
        read = {"message": Path(arguments[0]).read_text("utf-8")}
    wrong = [f"{name}: {one}" for name, text in read.items() for one in problems(text)]
    print("\n".join(wrong), file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
