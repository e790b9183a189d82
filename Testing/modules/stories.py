"""What the stories share: the panel as its user sees it, and what is kept of a training.

$SEMIGDA_STORY_MINUTES is the training's time; $OMP_NUM_THREADS, as the caller set it, its threads.
A story leaves pictures and figures among the artifacts, which ``benchmarks/story.py`` keeps.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from looks import cut
from train_fixtures import section, wait_for_end

from Testing.host.session import PANEL_WIDTH

DATA = Path(os.environ.get("SEMIGDA_DATA", Path(__file__).parents[3] / "shared" / "data"))
MINUTES = int(os.environ.get("SEMIGDA_STORY_MINUTES", "0"))
THREADS = os.environ.get("OMP_NUM_THREADS")  # fixtures of short tests set it to 1


def split_of(name: str) -> dict[str, list[str]]:
    """The cases of a development set: "labeled", "unlabeled" and "val"."""
    if not (DATA / "splits.json").is_file():
        pytest.skip("the development data are not here (SEMIGDA_DATA)")
    return json.loads((DATA / "splits.json").read_text("utf-8"))["sets"][name]


def child(dialog, name):
    import qt

    return next(one for one in dialog.findChildren(qt.QWidget) if one.objectName == name)


class Story:
    """The panel, one step after another.

    Attributes:
        name: of its files among the artifacts.
        figures: what the story measures, written by :meth:`keep`.
    """

    def __init__(self, name, widget, host, artifacts):
        self.name, self.widget, self.host, self.artifacts = name, widget, host, artifacts
        self.figures: dict = {}
        self._count = 0
        self._started = 0.0
        self._cpu: dict[int, float] = {}  # seconds, by process

    def look(self, name: str) -> None:
        """A picture of the panel, as high as it needs to be."""
        self._count += 1
        self.host.fit(self.widget.parent, PANEL_WIDTH)
        found = cut(self.widget.parent)
        assert not found, found
        path = self.artifacts / f"{self.name}-{self._count:02d}-{name}.png"
        self.host.grab(self.widget, path)

    def ui(self, name: str):
        return section(self.widget, name)

    def add_class(self, name: str) -> None:
        def fill(dialog):
            child(dialog, "textEdit").text = name
            child(dialog, "okButton").click()

        self.host.in_dialog(fill)
        self.host.click(self.ui("Cases").addClassButton)

    def add_folder(self, images: Path, labels: Path | None = None) -> None:
        def choose(dialog):
            child(dialog, "imagesEdit").text = str(images)
            if labels is not None:
                child(dialog, "labelsEdit").text = str(labels)
            self.host.grab(dialog, self.artifacts / f"{self.name}-00-folder.png")
            child(dialog, "okButton").click()

        self.host.in_dialog(choose)
        self.host.click(self.ui("Cases").addFolderButton)

    def rehearse(self) -> None:
        """Until the training can be started."""
        ui = self.ui("Training")
        self.host.click(ui.rehearseButton)
        self.host.wait(lambda: not ui.rehearsalFrame.visible, 300)
        if ui.offerButton.visible:  # a busy computer needs more minutes than these
            self.host.click(ui.offerButton)
        assert "min" in ui.startLabel.text and ui.startButton.enabled, ui.startLabel.text

    def start(self):
        """*Start*; returns the section's widgets."""
        ui = self.ui("Training")
        self.host.click(ui.startButton)
        self._started = time.monotonic()
        return ui

    def wait(self, condition, seconds: float, message: str = "waited too long") -> None:
        """As a user who looks now and then: waiting in a hurry would slow the training down."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, message
            self.host.process(0.02)
            self.host.check()
            self._count_cpu()
            time.sleep(0.5)

    def training(self) -> dict:
        return self.widget.logic.training()

    def ended(self) -> bool:
        return self.training()["state"] in ("done", "failed")

    def process_id(self) -> int:
        return json.loads((self.training()["folder"] / "state.json").read_text("utf-8"))["pid"]

    def to_the_end(self) -> None:
        """Wait for the training's end and its version."""
        self.wait(self.ended, 3600)
        minutes = (time.monotonic() - self._started) / 60
        self.figures["clock_minutes"] = round(minutes, 1)
        log = (self.training()["folder"] / "log.txt").read_text("utf-8", "replace")
        assert self.training()["state"] == "done", log
        self.host.wait(lambda: self.widget.logic.versions(), 10)

    def _count_cpu(self) -> None:
        """What the training's processes have used so far, where the system has /proc."""
        pid = self.process_id()
        try:
            stat = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
        except OSError:
            return  # it has ended
        ticks = sum(map(int, stat[11:15]))  # of it and of its children that have ended
        self._cpu[pid] = ticks / os.sysconf("SC_CLK_TCK")

    def keep(self, version) -> None:
        """Write the figures of the training that made a version."""
        job = json.loads((self.training()["folder"] / "job.json").read_text("utf-8"))
        options, plan = job["options"], self.widget.logic.plan()
        self.figures |= {
            "minutes": plan.minutes,
            "start": "features" if plan.features and plan.base is None else "other",
            "threads": THREADS,
            "cases": dict(version.cases),
            "steps": options["steps"],
            "size": options["preprocessing"]["size"],
            "cpu_seconds": round(sum(self._cpu.values())),
            "heldout_dice": {name: round(dice, 3) for name, dice in version.dice.items()},
        }
        text = json.dumps(self.figures, indent=2)
        (self.artifacts / f"{self.name}.json").write_text(text + "\n", "utf-8")

    def leave(self) -> None:
        """End a training that a failed test left behind."""
        if self.widget.logic.project is not None and self.training():
            if self.training()["state"] not in ("done", "failed", "cancelled"):
                self.widget.logic.cancel()
                wait_for_end(self.training()["folder"], 60)
