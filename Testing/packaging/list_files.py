"""Writes CMake/Files.cmake: every file of the packages, and what is data, one a line.

    python Testing/packaging/list_files.py

The list is explicit so that what is installed can be read and a stray file is never shipped; a
test holds it to what git tracks.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "CMake" / "Files.cmake"
LISTS = (
    ("SemiGDA_PACKAGES", ("SemiGDALib/*.py", "semigda/*.py", "semigda_core/*.py")),
    ("SemiGDA_RESOURCES", ("Resources/Models/*", "Resources/Translations/*.ts", "semigda/*.txt")),
)


def tracked(*patterns: str) -> list[str]:
    """Files of the repository under git's control, or in its index."""
    found = subprocess.run(
        ["git", "ls-files", "--", *patterns], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return sorted(name for name in found.stdout.splitlines() if (ROOT / name).is_file())


def text() -> str:
    lines = ["# Written by Testing/packaging/list_files.py"]
    for name, patterns in LISTS:
        lines += [f"set({name}", *(f"  {file}" for file in tracked(*patterns)), "  )"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), newline="\n")
    print(TARGET.relative_to(ROOT))
