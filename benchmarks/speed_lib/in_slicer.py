"""A process with Slicer's core that opens the panel *Segment* of a source tree and works with it.

    python in_slicer.py opening|several TREE MODELS ANSWER

``MODELS``: a folder with the model "model". ``ANSWER``: gets what was measured, as JSON.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import tempfile
import time
from pathlib import Path

OURS = Path(__file__).resolve().parents[2]  # whose host is used, whichever tree is measured
COUNT = 100
# Of the volumes: voxels along x, y, z.
SMALL, USUAL = (64, 64, 24), (256, 256, 40)


def main() -> None:
    what, tree, models, answer = sys.argv[1], *map(Path, sys.argv[2:])
    sys.path.insert(0, str(OURS))
    from Testing.host import start

    sys.path.remove(str(OURS))  # the packages are those of the measured tree
    hosts = host_clock()
    os.environ["SEMIGDA_MODELS"] = str(models)
    host = start([tree / "SemiGDASegment"])
    found = opening(host, hosts) if what == "opening" else several(host)
    answer.write_text(json.dumps(found), encoding="utf-8")
    host.quit()


def host_clock():
    """Gives the seconds of what only this host does at each import: it translates the source, and
    PySide reads it."""
    from PySide6 import QtCore  # noqa: F401  brings the next one
    from shibokensupport import feature

    from Testing.host import signals

    spent = [0.0]

    def time_it(owner, name):
        function = getattr(owner, name)

        def timed(*arguments):
            begun = time.process_time()
            try:
                return function(*arguments)
            finally:
                spent[0] += time.process_time() - begun

        setattr(owner, name, timed)

    time_it(signals._Loader, "get_code")
    time_it(feature, "feature_imported")
    return lambda: spent[0]


def opening(host, hosts) -> dict:
    """Seconds of the processor for Slicer's start, which reads the module's file, and for the
    panel's first and second opening, the first with that file; and on the clock from a click to
    the first slices, with a worker that has to start and with a warm one."""
    found = {}
    gc.disable()  # when it looks through all that this host has made is chance
    begun = time.process_time() - hosts()
    host.load("SemiGDASegment")
    found["start of Slicer"] = time.process_time() - hosts() - begun
    for name in ("first opening", "second opening"):
        panel = host.open("SemiGDASegment")
        found[name] = time.process_time() - hosts() - begun
        host.close()
        begun = time.process_time() - hosts()
    gc.enable()
    panel = host.open("SemiGDASegment")
    parameters = panel.logic.getParameterNode()
    parameters.inputVolume, parameters.model = a_volume(USUAL, "MR"), "model"
    parameters.device = "cpu"
    host.process()
    for name in ("cold click", "warm click"):
        begun = time.perf_counter()
        host.click(panel.ui.segmentButton)
        host.wait(lambda: panel.ui.progressBar.maximum and panel.ui.progressBar.value, 120)
        found[name] = time.perf_counter() - begun
        host.wait(lambda: not panel.logic.isRunning(), 300)
    return found


def several(host) -> dict:
    """Seconds of whole runs over volumes of the scene and files of a folder, and the worker's."""
    import SimpleITK as sitk
    import slicer

    from SemiGDALib.segment.several import rows

    panel = host.open("SemiGDASegment")
    panel.logic.segment(a_volume(SMALL, "warm"), "model", device="cpu")
    slicer.mrmlScene.Clear(0)
    found = {}
    with tempfile.TemporaryDirectory() as name:
        images = Path(name) / "images"
        images.mkdir()
        voxels = phantom(SMALL)
        volumes = [a_volume(SMALL, f"MR {number}") for number in range(COUNT)]
        for number in range(COUNT):
            sitk.WriteImage(sitk.GetImageFromArray(voxels), str(images / f"{number}.nrrd"))
        for source in ("scene", "folder"):
            ours = rows.ofVolumes(volumes) if source == "scene" else rows.ofFolder(images)
            out = Path(name) / source
            begun = time.perf_counter()
            run = panel.logic.startSeveral(ours, "model", out, device="cpu")
            host.wait(lambda run=run: not run.active, 2000)
            spent = time.perf_counter() - begun
            if run.error is not None or any(row.state != "done" for row in ours):
                raise SystemExit(f"not all volumes were segmented: {run.error}")
            reports = [json.loads(path.read_text("utf-8")) for path in out.glob("[M0-9]*.json")]
            worker = sum(report["seconds"]["total"] for report in reports)
            found[source] = {"seconds": spent, "worker": worker, "volumes": len(reports)}
    return found


def a_volume(shape, name: str):
    """A volume of waves and noise in the scene."""
    import slicer

    return slicer.util.addVolumeFromArray(phantom(shape), None, name)


def phantom(shape):
    import numpy as np

    columns, rows, slices = shape
    z, y, x = np.ogrid[:slices, :rows, :columns]
    waves = np.sin(x / 9) + np.cos(y / 11) + np.sin(z / 5)
    noise = np.random.default_rng(0).normal(0, 0.1, (slices, rows, columns))
    return (300 * (waves + noise)).astype(np.int16)


if __name__ == "__main__":
    main()
