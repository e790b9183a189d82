"""Check the types of engine and core for every system that they run on, and those of the tests."""

from __future__ import annotations

import subprocess
import sys

PLATFORMS = ("linux", "darwin", "win32")
TESTS = ("Testing/engine", "Testing/fuzzing", "Testing/mutating")


def main() -> int:
    """The number of runs with errors; mypy prints them."""
    failed = 0
    for platform in PLATFORMS:
        print(f"types for {platform}:", flush=True)
        # mypy keeps what it knows for one system at a time.
        failed += _mypy(platform, "--platform", platform)
    print("types of the tests:", flush=True)
    return failed + _mypy("tests", "--config-file", "Testing/mypy.ini", *TESTS)


def _mypy(cache: str, *options: str) -> bool:
    command = [sys.executable, "-m", "mypy", "--cache-dir", f".mypy_cache/{cache}", *options]
    return bool(subprocess.run(command).returncode)


if __name__ == "__main__":
    sys.exit(main())
