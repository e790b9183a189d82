"""Check the types of engine and core for every system that they run on."""

from __future__ import annotations

import subprocess
import sys

PLATFORMS = ("linux", "darwin", "win32")


def main() -> int:
    """The number of systems with errors; mypy prints them."""
    running = {}
    for platform in PLATFORMS:  # side by side, as much as the cores allow
        # mypy keeps what it knows for one system at a time.
        options = ["--platform", platform, "--cache-dir", f".mypy_cache/{platform}"]
        command = [sys.executable, "-m", "mypy", *options]
        running[platform] = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    failed = 0
    for platform, process in running.items():
        told = process.communicate()[0]
        print(f"types for {platform}:\n{told}", end="", flush=True)
        failed += bool(process.returncode)
    return failed


if __name__ == "__main__":
    sys.exit(main())
