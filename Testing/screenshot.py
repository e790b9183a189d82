"""Draws the picture of the README and the Extensions Manager from a real run.

python Testing/screenshot.py VOLUME MODEL [Resources/Screenshots/segment.png]
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))


def main(volume_path: str, model: str, target: str = "Resources/Screenshots/segment.png") -> None:
    from Testing.host import start

    host = start([ROOT / "SemiGDASegment"])
    import numpy as np
    import slicer

    volume = slicer.util.loadVolume(volume_path, {})
    panel = host.open("SemiGDASegment")
    try:
        panel.ui.inputVolumeSelector.setCurrentNode(volume)
        panel.logic.getParameterNode().model = model
        host.click(panel.ui.segmentButton)
        host.wait(lambda: not panel.logic.isRunning(), timeout=600)
        if panel.logic.run.error is not None:
            raise panel.logic.run.error
        host.click(panel.ui.show3DButton)
        bounds = np.zeros(6)
        panel.logic.result.segmentationNode.GetRASBounds(bounds)
        host.window(target, panel, center_ras=bounds.reshape(3, 2).mean(1))
    finally:
        host.quit()


if __name__ == "__main__":
    main(*sys.argv[1:])
