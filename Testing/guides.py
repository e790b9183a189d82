"""Makes the pictures of the guides again, from tests that use the panel as people do.

    python Testing/guides.py

They are small: at most 160 colours. Those of the tutorial's stories are made by
``benchmarks/story.py``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
SCREENSHOTS = ROOT / "Resources" / "Screenshots"
VOLUMES = "100"  # of *Several volumes*
# The picture's name in the docs, and among what a file of tests leaves.
PICTURES = {
    "test_guides.py": {
        "segment": "guide-segment",
        "region": "guide-region",
        "several-volumes": "guide-several",
        "models": "guide-models",
        "correct-and-send": "guide-send",
        "unlike": "guide-unlike",
    },
    "test_segment_frames_panel.py": {"segment-frames": "segment-frames"},
}


def make(tests: str, artifacts: Path) -> None:
    """Run a file of tests, which leaves its pictures."""
    environment = {
        **os.environ,
        "SEMIGDA_ARTIFACTS": str(artifacts),
        "SEMIGDA_GUIDE_VOLUMES": VOLUMES,
    }
    command = [sys.executable, "-m", "pytest", "-q", f"Testing/modules/{tests}"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


def keep(source: Path, target: Path) -> None:
    """With few colours: a clone of the repository stays light."""
    picture = Image.open(source).convert("RGB")
    picture.quantize(160, dither=Image.Dither.NONE).save(target, optimize=True)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for tests, pictures in PICTURES.items():
            make(tests, Path(folder))
            for name, made in pictures.items():
                keep(Path(folder) / f"{made}.png", SCREENSHOTS / f"{name}.png")


if __name__ == "__main__":
    main()
