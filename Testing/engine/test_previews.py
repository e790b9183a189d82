"""Pictures of a running training: what they show, when they come, that they change nothing."""

import numpy as np
import pytest
import SimpleITK as sitk
import torch
from job_fixtures import of_type, training_job
from phantom_fixtures import write_phantoms
from training_fixtures import COLOURS, SHAPE

from semigda.data.png import png
from semigda.jobs.run import run_job
from semigda.models.package import load_network
from semigda.progress import Progress
from semigda.training import previews
from semigda.training.previews import LINE, LINE_GREY, Previews, overlays, pictures, sheet

SHORT = {"pretrain_steps": 6, "align_steps": 4, "steps": 8, "validations": 1}


@pytest.fixture(scope="module")
def jobs(tmp_path_factory):
    """The same training with pictures where they are due, and after every step."""
    folder = tmp_path_factory.mktemp("previews")
    cases = write_phantoms(folder / "data", 3, 5, 3, shape=SHAPE)
    result = []
    with pytest.MonkeyPatch.context() as patch:
        for name in ("seldom", "often"):
            result.append(training_job(cases, folder / name, **SHORT))
            assert run_job(result[-1]) == 0
            patch.setattr(previews, "FIRST_SECONDS", 0.0)
            patch.setattr(previews, "LATER_SECONDS", 0.0)
    return result


def shown(job) -> set:
    return {(e["stage"], e["step"], e["kind"]) for e in of_type(job, "preview")}


def test_every_stage_shows_how_it_goes(jobs):
    both = ("held-out", "unlabeled")
    expected = {("pretrain", 6, "autoencoder")}
    expected |= {("align", 4, kind) for kind in both}
    expected |= {("segment", step, kind) for step in (4, 8) for kind in both}
    assert shown(jobs[0]) == expected
    assert len(shown(jobs[1])) == 6 + 2 * (4 + 8)
    for event in of_type(jobs[0], "preview"):
        picture = sitk.ReadImage(str(jobs[0].path / event["file"]))
        columns = 4 if event["kind"] == "autoencoder" else 3
        rows = 4 if event["kind"] == "unlabeled" else 3
        side = 7 * 32  # small slices are enlarged
        assert picture.GetSize() == tuple(n * side + (n - 1) * LINE for n in (columns, rows))


def test_the_same_slices_are_shown_all_the_time(jobs):
    for kind in ("held-out", "unlabeled", "autoencoder"):
        events = [e for e in of_type(jobs[1], "preview") if e["kind"] == kind]
        sheets = [
            sitk.GetArrayFromImage(sitk.ReadImage(str(jobs[1].path / e["file"]))) for e in events
        ]
        assert len(sheets) > 5 and all((s[:, :224] == sheets[0][:, :224]).all() for s in sheets)
        assert any((s != sheets[0]).any() for s in sheets)  # but what is made of them changes


def test_pictures_by_time_do_not_change_the_training(jobs):
    seldom, often = (load_network(job.result()["outputs"]["model"])[0].state_dict() for job in jobs)
    assert all(torch.equal(seldom[name], often[name]) for name in seldom)
    told = [[e["losses"] for e in of_type(job, "losses")] for job in jobs]
    assert told[0] == told[1]


def test_the_first_comes_within_a_minute_and_later_ones_now_and_then(tmp_path, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(previews.time, "monotonic", lambda: now[0])
    seen = []
    made = Previews(Progress(), tmp_path, "align", lambda: seen.append(now[0]) or {})
    for step in range(100):  # of 9 s
        now[0] += 9
        made.after_step(step, last=step == 99)
    waits = [b - a for a, b in zip(seen[:-2], seen[1:-1], strict=True)]
    assert seen[0] <= 60 and all(100 < wait < 300 for wait in waits)
    assert seen[-1] == 900 and len(waits) > 2


def test_a_sheet_shows_pictures_side_by_side():
    images = torch.full((2, 3, 8, 8), -1.0)
    images[1] = 1.0
    labels = torch.zeros(2, 8, 8, dtype=torch.uint8)
    labels[0, 2, 3] = 1
    grey = pictures(images, rgb=False)
    colours = np.array([(0, 0, 0), COLOURS[0]], dtype=np.uint8)
    result = sheet(grey, overlays(grey, labels, colours))
    assert result.shape == (2 * 224 + LINE, 2 * 224 + LINE, 3)
    assert (result[:224, :224] == 0).all() and (result[-224:, :224] == 255).all()
    assert (result[224:226] == LINE_GREY).all() and (result[:, 224:226] == LINE_GREY).all()
    overlaid = result[2 * 28 : 3 * 28, 226 + 3 * 28 : 226 + 4 * 28]
    assert (overlaid == overlaid[0, 0]).all() and overlaid[0, 0].tolist() == [49, 82, 94]


def test_the_file_is_a_png_that_others_read(tmp_path):
    picture = np.random.default_rng(0).integers(0, 256, (7, 5, 3), dtype=np.uint8)
    (tmp_path / "a.png").write_bytes(png(picture))
    assert (sitk.GetArrayFromImage(sitk.ReadImage(str(tmp_path / "a.png"))) == picture).all()
