"""Training slices: compact in memory, the same as inference sees, drawn reproducibly."""

import json

import numpy as np
import pytest
import SimpleITK as sitk
import torch
from phantom_fixtures import write_phantoms
from project_fixtures import write_segmentation
from training_fixtures import PICTURES, SHAPE, VOLUMES, settings
from volume_fixtures import write_nrrd

from semigda.data.cases import read_cases
from semigda.data.preprocess import Preprocessing, prepare
from semigda.data.volumes import read_volume
from semigda.prepared.maker import words_of
from semigda.prepared.store import Store
from semigda.training.dataset import SliceSampler, load_slices, step_generator
from semigda.training.train import train
from semigda_core.errors import SemiGDAError
from semigda_core.jobs.folder import JobFolder
from semigda_core.jobs.training import TrainSettings
from semigda_core.project.check.rules.results import FILES_OVERLAP, FOLDERS_OVERLAP


@pytest.fixture(scope="module", params=["volumes", "pictures"])
def loaded(request, tmp_path_factory):
    """(cases, preprocessing, their slices)"""
    pictures = request.param == "pictures"
    folder = tmp_path_factory.mktemp(request.param)
    cases = read_cases(write_phantoms(folder, 2, 1, 0, pictures=pictures, shape=SHAPE))
    preprocessing = Preprocessing.from_dict(PICTURES if pictures else VOLUMES)
    return cases, preprocessing, load_slices(cases, Store(folder / "prepared", preprocessing), 2)


def test_slices_are_what_inference_sees(loaded):
    cases, preprocessing, slices = loaded
    for case, stored in zip(cases, slices, strict=True):
        prepared = prepare(read_volume(case.image), preprocessing)
        wanted = prepared.slices(0, prepared.count)
        assert len(stored) == prepared.count
        assert (stored.images(0, len(stored)) - wanted).abs().max() < 1 / 1000
        assert torch.equal(stored.images(0, 1), stored.images(0, len(stored))[:1])


def test_slices_are_stored_compactly(loaded):
    _, preprocessing, slices = loaded
    eight_bit = preprocessing.intensity["rule"] == "8-bit"
    assert slices[0].planes[0].dtype == (torch.uint8 if eight_bit else torch.float16)
    assert slices[0].planes.shape[1] == (3 if preprocessing.channels == "rgb" else 1)
    assert slices[0].labels[0].dtype == torch.uint8


def test_unlabelled_cases_have_no_labels(loaded):
    assert loaded[2][0].foreground and loaded[2][2].labels is None


def test_a_step_draws_the_same_again_and_another_step_draws_others(loaded):
    sampler = SliceSampler(loaded[2], (32, 32))
    first, _ = sampler.draw(16, step_generator(0, "segment", 3))
    again, _ = sampler.draw(16, step_generator(0, "segment", 3))
    others = [sampler.draw(16, step_generator(*key))[0] for key in ((0, "segment", 4), (1, "a", 3))]
    assert torch.equal(first, again)
    assert not any(torch.equal(first, other) for other in others)


def test_a_case_that_cannot_be_read_is_told_by_its_number(tmp_path):
    cases = read_cases(write_phantoms(tmp_path, 2, 2, 0, shape=SHAPE))
    damaged = [case for case in cases if case.role == "unlabeled"][1]
    damaged.image.write_bytes(damaged.image.read_bytes()[:-100])
    with pytest.raises(SemiGDAError) as caught:
        load_slices(cases, Store(tmp_path / "prepared", Preprocessing.from_dict(VOLUMES)), 2)
    assert caught.value.error_class == "bad-input"
    assert caught.value.message.startswith("Number 2 of the cases with the role unlabeled: The")
    assert damaged.image.name not in str(caught.value)


def test_a_held_out_image_that_also_trains_is_told(tmp_path):
    """Under another name, and even in another format."""
    listed = write_phantoms(tmp_path / "data", 2, 1, 2, shape=SHAPE)
    cases = read_cases(listed)
    rows = [{"image": str(case.image), "label": case.label and str(case.label), "role": case.role}
            for case in cases]  # fmt: skip
    copies = [{**row} for row in rows if row["role"] == "val"]
    for row, role in zip(copies, ("labeled", "unlabeled"), strict=True):
        image = sitk.ReadImage(row["image"])
        row |= {"image": str(tmp_path / f"{role}.nrrd"), "role": role}
        sitk.WriteImage(image, row["image"])
    copies[1].pop("label")
    path = tmp_path / "cases.json"
    for used, told in (([*rows, *copies], 2), (rows, 0)):
        path.write_text(json.dumps(used))
        job = JobFolder.create(tmp_path / f"job{told}", "train", {"cases": str(path)})
        values = settings(path, tmp_path / str(told), work=None, pretrain_steps=0, align_steps=0,
                          steps=1, validations=0)  # fmt: skip
        train(TrainSettings.from_dict(values), job)
        warnings = [event["message"] for event in job.events() if event["type"] == "warning"]
        assert [text for text in warnings if "a second time" in text] == [
            "2 of the held-out images are in the training a second time: the scores will be too "
            "good."
        ][:told]
        assert [text for text in warnings if "very label" in text] == [
            "1 of the held-out cases has the very label of a case for training: if they are of "
            "one patient, the scores will be too good."
        ][:told]


def test_segments_that_share_voxels_are_told(tmp_path):
    """Of a case for training and of a held-out one, and of another program's result: its segments,
    or its folder. A voxel has one class."""
    cases = read_cases(write_phantoms(tmp_path / "data", 1, 1, 1, shape=SHAPE))
    names, listed, net = ("ball", "core"), tmp_path / "cases.json", tmp_path / "net"
    parts = [{"Name": n, "LabelValue": 1, "Layer": k} for k, n in enumerate(names)]
    net.mkdir()
    for count, role in enumerate(("", "labeled", "val")):
        for case in cases:
            if case.role == role:
                labels = read_volume(case.label)
                layers = [(labels.array > k).astype(np.uint8) for k in range(2)]
                write_segmentation(case.label, layers, parts, labels.affine)
                write_segmentation(tmp_path / "net.seg.nrrd", layers, parts, labels.affine)
                for name, layer in zip(names, layers, strict=True):
                    write_nrrd(net / f"{name}.nrrd", layer, labels.affine)
        result = [None, tmp_path / "net.seg.nrrd", net][count]
        rows = [json.loads(words_of(case)) for case in cases]
        rows[1] |= {"machine_label": result and str(result), "machine_source": "Net"}
        listed.write_text(json.dumps(rows))
        job = JobFolder.create(tmp_path / f"job{count}", "train", {"cases": str(listed)})
        values = settings(listed, tmp_path / str(count), work=None, pretrain_steps=0, align_steps=0,
                          steps=1, validations=0)  # fmt: skip
        for label, name in zip(values["card"]["labels"], names, strict=True):
            label["name"] = name
        train(TrainSettings.from_dict(values), job)
        warnings = [event["message"] for event in job.events() if event["type"] == "warning"]
        assert [text for text in warnings if "overlap" in text] == [
            [],
            ["Segments of a label overlap: there, the later one counts.", FILES_OVERLAP],
            ["Segments of 2 labels overlap: there, the later one counts.", FOLDERS_OVERLAP],
        ][count]
