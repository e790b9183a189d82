"""A cancel is heard within two seconds, whatever a segmentation is doing."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from model_fixtures import PREPROCESSING, TINY, tiny_card, tiny_network
from progress_fixtures import Listener
from volume_fixtures import write_nrrd

from semigda.data.segnrrd import write_map, write_segmentation
from semigda.inference.interrupt import interruptible
from semigda.inference.segment import segment_file
from semigda.networks.semigda import SemiGDA
from semigda_core.errors import SemiGDAError
from semigda_core.jobs.segmenting import SegmentOptions

# Two working slices as wide as the paper's: a batch takes seconds on one thread.
SLOW = replace(
    TINY, name="slow", channels=(64, 64), mapper_channels=(16, 16, 16, 16), norm_groups=8
)


def test_the_longest_wait_for_a_cancel_in_a_slow_setting(tmp_path, one_thread):
    rng = np.random.default_rng(0)
    image = rng.integers(0, 1000, (64, 512, 512)).astype(np.int16)
    write_nrrd(tmp_path / "image.nrrd", image, np.eye(4))
    changes = {"size": [128, 128], "spacing": [32.0, None, None]}
    card = tiny_card(network=SLOW.to_dict(), preprocessing=PREPROCESSING | changes)
    torch.manual_seed(0)
    # The time of this process alone: a busy computer must not fail the test.
    asked = [time.process_time()]
    listener = Listener(cancel=lambda heard: bool(asked.append(time.process_time())))
    report = segment_file(
        tmp_path / "image.nrrd",
        (SemiGDA(SLOW), card),
        tmp_path / "out.seg.nrrd",
        tmp_path / "review.nrrd",
        SegmentOptions(device="cpu"),
        listener.progress,
    )
    asked.append(time.process_time())
    assert report["working"]["slices"] == 2
    slowest = max(b - a for a, b in pairwise(asked))
    # However fast the computer is, within a batch and not only after it.
    assert slowest < 1.0 and slowest < 0.75 * report["seconds"]["network"]


@pytest.mark.parametrize("phase", ["network", "write"])
def test_a_cancelled_segmentation_leaves_nothing(tmp_path, phase, monkeypatch):
    from semigda.data import segnrrd

    monkeypatch.setattr(segnrrd, "_PIECE", 1 << 10)
    image = np.random.default_rng(0).random((6, 20, 24))
    write_nrrd(tmp_path / "image.nrrd", image, np.eye(4))
    before = {path.name for path in tmp_path.iterdir()}

    def late(listener: Listener) -> bool:
        told = listener.told[-1][1] if listener.told else ""
        return told == "Writing the result" if phase == "write" else told.startswith("Segmenting")

    with pytest.raises(SemiGDAError, match="Cancelled"):
        segment_file(
            tmp_path / "image.nrrd",
            (tiny_network(), tiny_card()),
            tmp_path / "out.seg.nrrd",
            tmp_path / "review.nrrd",
            progress=Listener(cancel=late).progress,
        )
    assert {path.name for path in tmp_path.iterdir()} == before


def test_nothing_is_called_done_before_it_is_written(tmp_path):
    image = np.random.default_rng(0).random((3, 16, 16))
    write_nrrd(tmp_path / "image.nrrd", image, np.eye(4))
    out = tmp_path / "out.seg.nrrd"

    def in_the_way(heard: Listener) -> bool:
        if heard.told and heard.told[-1][1] == "Writing the result":
            out.mkdir(exist_ok=True)
        return False

    listener = Listener(in_the_way)
    model = (tiny_network(), tiny_card())
    with pytest.raises(SemiGDAError, match="cannot be used"):
        segment_file(tmp_path / "image.nrrd", model, out, progress=listener.progress)
    assert listener.told[-1] == (pytest.approx(0.97), "Writing the result")


def test_writing_asks_for_every_megabyte(tmp_path):
    voxels = np.zeros((5, 1 << 10, 1 << 10), np.uint8)
    for write in (
        lambda path, progress: write_segmentation(
            path, voxels, np.eye(4), tiny_card(), progress=progress
        ),
        lambda path, progress: write_map(path, voxels, np.eye(4), progress=progress),
    ):
        listener = Listener()
        write(tmp_path / "a.nrrd", listener.progress)
        assert listener.asked == 5
        with pytest.raises(SemiGDAError, match="Cancelled"):
            write(tmp_path / "b.nrrd", Listener(cancel=lambda heard: heard.asked == 3).progress)
        assert not (tmp_path / "b.nrrd").exists()


def test_between_convolutions_the_network_asks_and_afterwards_no_more(monkeypatch):
    monkeypatch.setattr("semigda.inference.interrupt._PAUSE_S", 0.0)
    network, asked = tiny_network(), []
    with torch.inference_mode():
        with interruptible(network, lambda: asked.append(True)):
            network(torch.zeros(1, 3, 32, 32))
        there = len(asked)
        network(torch.zeros(1, 3, 32, 32))
    assert len(asked) == there > 40
