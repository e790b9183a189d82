"""A class that is not found is told once, with causes that the data show."""

from dataclasses import replace

import pytest
import SimpleITK as sitk
import torch
from job_fixtures import of_type, training_job
from phantom_fixtures import write_phantoms
from training_fixtures import SHAPE, settings

from semigda.data.cases import read_cases
from semigda.jobs.run import run_job
from semigda.training.stuck import likely_causes
from semigda_core.jobs.training import TrainSettings


def test_a_class_whose_labels_were_hardly_drawn_is_told_once_with_the_reason(tmp_path):
    cases = write_phantoms(tmp_path / "data", 3, 2, 3, shape=SHAPE)
    for case in read_cases(cases):
        if case.role == "labeled":
            image = sitk.ReadImage(str(case.label))
            labels = sitk.GetArrayFromImage(image)
            labels[labels == 2] = 1
            labels[6, 16, 16] = 2  # one voxel is left
            changed = sitk.GetImageFromArray(labels)
            changed.CopyInformation(image)
            sitk.WriteImage(changed, str(case.label))
    job = training_job(cases, tmp_path)
    assert run_job(job) == 0
    (told,) = of_type(job, "stuck")
    assert told["classes"] == ["head"] and 0.3 * 24 < told["step"] < 24
    few, tiny, smaller = told["causes"]
    assert few == "Few labelled slices hold it (3, cases: 3): label more of it."
    assert "about 1)" in tiny and "times smaller in the labelled cases" in smaller


class Slices:
    """A case of square slices: a class in the first of them."""

    def __init__(self, pixels: int, slices: int = 12, grey: float = 0.0, spread: float = 0.3):
        self.truth = torch.zeros(20, 16, 16, dtype=torch.uint8)
        self.truth[:slices].flatten(1)[:, :pixels] = 1
        noise = torch.randn(20, 3, 16, 16, generator=torch.Generator().manual_seed(0))
        self._images = grey + spread * noise

    def __len__(self) -> int:
        return len(self.truth)

    def rest(self) -> None:
        return None

    def pixels(self, value: int) -> list[int]:
        counts = (self.truth == value).flatten(1).sum(dim=1).tolist()
        return [count for count in counts if count]

    def images(self, start: int, stop: int) -> torch.Tensor:
        return self._images[start:stop]


@pytest.fixture
def told(tmp_path):
    values = TrainSettings.from_dict(settings("cases.json", tmp_path))

    def causes(labeled, held_out, losses=(2.0, 0.5), name="body", mirror=True) -> str:
        card = {**values.card, "labels": [{**values.card["labels"][0], "name": name}]}
        changed = replace(
            values, card=card, augmentation=replace(values.augmentation, mirror=mirror)
        )
        return " ".join(
            likely_causes(1, changed, {"labeled": labeled, "val": held_out}, list(losses))
        )

    return causes


def test_each_cause_is_told_where_it_is_one_and_only_there(told):
    good = [Slices(60), Slices(70)]
    assert told(good, good) == (
        "Nothing in the data explains it: compare the previews with the labels, slice by slice."
    )
    assert told([Slices(0)], good).startswith("No labelled case holds it")
    assert "Few labelled slices hold it (4," in told([Slices(60, 4)], [Slices(60, 5)])
    assert "about 9)" in told([Slices(9)], [Slices(9)])
    assert "5 times smaller" in told([Slices(40)], [Slices(200)])
    assert "brighter or darker" in told([Slices(60, grey=0.7)], good)
    assert "nearly uniform" in told([Slices(60, spread=0.01)], good)
    assert "learning rate" in told(good, good, losses=(2.0, 1.95))
    assert "switch mirroring off" in told(good, good, name="Left kidney")
    assert "mirror" not in told(good, good, name="Left kidney", mirror=False)
    assert "mirror" not in told(good, good, name="Cleft")
