"""A second Slicer with the training panel: `python other_window.py MODULES PROJECT`.

It runs the Python that it gets, one JSON text a line, and answers with what the panel says then.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ANSWER = "answer: "


class OtherWindow:
    """That process, as a test sees it."""

    def __init__(self, modules: Path, project: Path):
        command = [sys.executable, __file__, str(modules), str(project)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        self._answer()

    def begin(self, code: str) -> None:
        """Let it run code in which ``panel`` is the module's widget; :meth:`end` waits for it."""
        print(json.dumps(code), file=self._process.stdin, flush=True)

    def end(self) -> str:
        """What its panel says after that; "" for no message."""
        return self._answer()

    def do(self, code: str) -> str:
        self.begin(code)
        return self.end()

    def close(self) -> None:
        self._process.communicate(timeout=60)

    def _answer(self) -> str:
        for line in self._process.stdout:
            if line.startswith(ANSWER):
                return json.loads(line.removeprefix(ANSWER))
        raise AssertionError("The other window has ended.")


def main(modules: str, project: str) -> None:
    sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]
    from Testing.host import start

    host = start([modules])
    panel = host.open("SemiGDATrain", height=1100)
    panel.panel.openProject(project)
    names = {"host": host, "panel": panel, "logic": panel.logic}
    while True:
        host.process()
        said = panel.ui.messageLabel.text if panel.ui.messageFrame.visible else ""
        print(ANSWER + json.dumps(said), flush=True)
        line = sys.stdin.readline()
        if not line:
            return
        exec(json.loads(line), names)  # noqa: S102


if __name__ == "__main__":
    main(*sys.argv[1:])
