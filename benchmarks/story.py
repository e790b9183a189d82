"""The tutorial's two stories, played for real: their figures and pictures in the docs.

    python benchmarks/story.py --minutes 10
    python benchmarks/story.py                # write the pages again

The stories are tests of the panels (Testing/modules/test_train_story.py and
test_train_slices_story.py), which press the buttons that the tutorial names. What they leave among
the artifacts is taken over: figures into benchmarks/results/story.json, pictures into
Resources/Screenshots; and from the figures the marked paragraphs of the docs are written.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from few_labels_lib.markdown import number  # noqa: E402
from speed_lib.machine import processor  # noqa: E402

FIGURES = ROOT / "benchmarks/results/story.json"
SCREENSHOTS = ROOT / "Resources/Screenshots"
STORIES = {
    "story": "Testing/modules/test_train_story.py",
    "story-slices": "Testing/modules/test_train_slices_story.py",
}
PICTURES = {
    "story-01-cases": "train-1-cases",
    "story-03-held-out": "train-3-heldout",
    "story-04-plan": "train-4-plan",
    "story-08-training": "train-5-training",
    "story-09-result": "train-6-result",
    "story-20-segment": "train-7-segment",
    "story-11-label-next": "train-8-next",
    "slices-marked": "slices-marked",
    "story-slices-which": "slices-which",
    "story-slices-02-cases": "slices-cases",
    "story-slices-06-result": "slices-result",
    "story-slices-segment": "slices-segment",
}
PAGES = {"docs/tutorial.md": "story", "docs/slice-labels.md": "story-slices"}
LINE = 120  # characters, as in the rest of these pages
MARKED = re.compile(r"(<!-- benchmarks/story.py -->\n).*?(?=<!-- end -->)", re.DOTALL)


def paragraph(name: str, told: dict) -> str:
    """What a story reached, and with which command."""
    figures = told[name]
    cases = figures["cases"]
    assert figures["start"] == "features"
    if name == "story":
        learned = (
            f"The model in the pictures learned from {cases['labeled']} labelled and "
            f"{cases['unlabeled']} unlabelled images, with each labelled patient held out in turn, "
            "and was killed once on purpose and resumed."
        )
        scored = "the held-out patients"
    else:
        patients = cases["labeled"] + cases["held-out"]
        learned = (
            f"The model in the pictures learned from {figures['slices_drawn']} slices of "
            f"{patients} patients, of whom {cases['held-out']} were held out, and "
            f"{cases['unlabeled']} unlabelled images."
        )
        scored = "the finished slices of the held-out patients"
    size = " x ".join(str(side) for side in reversed(figures["size"]))
    text = (
        f"{learned} *Quick look* from general image features, {figures['clock_minutes']:.0f} "
        f"minutes of a busy computer ({figures['processor']}, {_threads(figures)}) that gave it "
        f"only {figures['cpu_seconds']} CPU seconds: {figures['steps']} steps of slices of {size} "
        f"pixels. Dice on {scored}: {_dice(figures['heldout_dice'])}; on the new image in the "
        f"picture: {_dice(figures['new_dice'])}. `python benchmarks/story.py --minutes "
        f"{figures['minutes']:.0f}` repeats it."
    )
    return textwrap.fill(text, LINE, break_long_words=False, break_on_hyphens=False) + "\n"


def _threads(figures: dict) -> str:
    return f"{figures['threads']} thread" if figures["threads"] == "1" else "all cores"


def _dice(scores: dict) -> str:
    return ", ".join(f"{name} {number(dice, 2)}" for name, dice in scores.items())


def page(name: str, text: str, told: dict) -> str:
    """A page of the docs with its marked paragraph of the figures."""
    written, count = MARKED.subn(lambda m: m[1] + paragraph(PAGES[name], told), text)
    assert count == 1, name
    return written


def play(name: str, minutes: int, artifacts: Path) -> None:
    environment = {
        **os.environ,
        "SEMIGDA_STORY_MINUTES": str(minutes),
        "SEMIGDA_ARTIFACTS": str(artifacts),
    }
    command = [sys.executable, "-m", "pytest", "-q", STORIES[name]]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


def take(artifacts: Path) -> dict:
    """The figures of all stories that were told, after taking over the new ones."""
    told = json.loads(FIGURES.read_text("utf-8")) if FIGURES.exists() else {}
    for name in STORIES:
        path = artifacts / f"{name}.json"
        if path.exists():
            told[name] = json.loads(path.read_text("utf-8")) | {"processor": processor()}
            for picture, place in PICTURES.items():
                source = artifacts / f"{picture}.png"
                if source.exists():
                    shutil.copyfile(source, SCREENSHOTS / f"{place}.png")
            path.unlink()
    FIGURES.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=int, help="tell the stories, with so long trainings")
    parser.add_argument("--stories", nargs="+", choices=list(STORIES), default=list(STORIES))
    parser.add_argument("--artifacts", type=Path, default=ROOT / "artifacts")
    arguments = parser.parse_args()
    for name in arguments.stories if arguments.minutes else ():
        play(name, arguments.minutes, arguments.artifacts.resolve())
    told = take(arguments.artifacts)
    for name in PAGES:
        path = ROOT / name
        path.write_text(page(name, path.read_text("utf-8"), told), "utf-8")


if __name__ == "__main__":
    main()
