"""The script for a real Slicer runs in the host as well, so that it does not rot."""

from __future__ import annotations

import importlib.util
import json

from Testing.packaging.install import ROOT


def smoke():
    spec = importlib.util.spec_from_file_location("slicer_smoke", ROOT / "Testing/slicer_smoke.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_phantom_with_a_known_model(module_host, bright, artifacts, capfd):
    module_host.load("SemiGDASegment")
    status = smoke().main(["--device", "cpu", "--out", str(artifacts), "--model", bright])
    assert status == 0, capfd.readouterr().out
    facts = json.loads((artifacts / "smoke.json").read_text("utf-8"))
    assert facts["model"] == bright and facts["segments"]
    module_host.quit()


def test_status_without_the_module(host, monkeypatch, tmp_path, capfd):
    import slicer

    monkeypatch.delattr(slicer.modules, "semigdasegment", raising=False)
    assert smoke().main(["--out", str(tmp_path)]) == 1
    assert "additional-module-paths" in capfd.readouterr().out
