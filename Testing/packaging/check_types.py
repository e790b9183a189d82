"""Check the types of engine and core for every system that they run on."""

from __future__ import annotations

import subprocess
import sys

PLATFORMS = ("linux", "darwin", "win32")


def main() -> int:
    """The number of systems with errors; mypy prints them."""
    failed = 0
    for platform in PLATFORMS:
        print(f"types for {platform}:", flush=True)
        # mypy keeps what it knows for one system at a time.
        options = ["--platform", platform, "--cache-dir", f".mypy_cache/{platform}"]
        failed += bool(subprocess.run([sys.executable, "-m", "mypy", *options]).returncode)
    return failed


if __name__ == "__main__":
    sys.exit(main())
