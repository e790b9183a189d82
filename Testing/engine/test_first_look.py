"""A first model within a minute, and the look that a training takes with it before stage 1."""

import copy
import math
import time

import numpy as np
import pytest
import SimpleITK as sitk
import torch
from heart_watching import Heard
from job_fixtures import of_type
from phantom_fixtures import write_phantoms
from training_fixtures import FEATURED, NETWORK, PICTURES, SHAPE, VOLUMES, settings

from semigda.data.cases import read_cases
from semigda.models.features import new_network, read_features
from semigda.models.package import load_network
from semigda.networks.efficientnet import EfficientNetLite0
from semigda.prepared.store import Store
from semigda.progress import Progress
from semigda.training import first_look, first_model
from semigda.training.dataset import load_slices
from semigda.training.first_look import look_first
from semigda.training.first_model import chosen, fit_first_model
from semigda.training.train import train
from semigda.training.validate import class_dice, overlap
from semigda_core.errors import SemiGDAError
from semigda_core.jobs.folder import JobFolder
from semigda_core.jobs.training import Augmentation, TrainSettings
from semigda_core.models.network_config import NetworkConfig
from semigda_core.models.preprocessing import Preprocessing

SIZE = (32, 32)


@pytest.fixture(scope="module")
def features():
    network = EfficientNetLite0()
    network.load_state_dict(read_features())
    return network


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def slices_of(cases, folder, classes=2, pictures=False):
    store = Store(folder / "prepared", Preprocessing.from_dict(PICTURES if pictures else VOLUMES))
    listed = read_cases(cases)
    return {
        role: load_slices([one for one in listed if one.role == role], store, classes)
        for role in ("labeled", "unlabeled", "val")
    }


@pytest.fixture(scope="module")
def volumes(tmp_path_factory):
    return write_phantoms(tmp_path_factory.mktemp("volumes"), 3, 2, 2, shape=SHAPE)


@pytest.fixture(scope="module")
def slices(volumes, tmp_path_factory):
    return slices_of(volumes, tmp_path_factory.mktemp("slices"))


def quick(monkeypatch, steps=6, seen=24):
    """A look of a second."""
    for name, value in (("STEPS", steps), ("SEEN", seen), ("SLICES", 12)):
        monkeypatch.setattr(first_model, name, value)


# The model


@pytest.mark.parametrize("pictures", [False, True])
def test_it_finds_every_class_in_cases_it_has_not_seen(features, tmp_path, pictures, monkeypatch):
    monkeypatch.setattr(first_model, "SEEN", 96)
    monkeypatch.setattr(first_model, "STEPS", 100)
    cases = write_phantoms(tmp_path, 4, 0, 3, shape=SHAPE, pictures=pictures)
    classes = 1 if pictures else 2
    seen = slices_of(cases, tmp_path, classes, pictures)
    model = fit_first_model(features, seen["labeled"], SIZE, classes, Augmentation())
    counts = torch.zeros(3, classes + 1, dtype=torch.long)
    for case in seen["val"]:
        chances = model.probabilities(case.images(0, len(case)))
        assert torch.allclose(chances.sum(1), torch.ones(()), atol=1e-5)
        counts += overlap(chances.argmax(1).to(torch.uint8), case.truth[:], classes)
    assert min(class_dice(counts)) > (0.8 if pictures else 0.5)
    assert min(model.dice) > 0.6 and 0 < model.seconds < 60


def test_it_is_the_same_every_time_and_touches_nothing_else(features, slices, monkeypatch):
    quick(monkeypatch)
    before, random = copy.deepcopy(features.state_dict()), torch.get_rng_state()
    one, two = (
        fit_first_model(features, slices["labeled"], SIZE, 2, Augmentation(), 3) for _ in range(2)
    )
    for ours, theirs in zip(one.heads, two.heads, strict=True):
        state = theirs.state_dict()
        assert all(torch.equal(x, state[name]) for name, x in ours.state_dict().items())
    assert not torch.equal(one.heads[0].out.weight, one.heads[1].out.weight)
    assert torch.equal(random, torch.get_rng_state())
    for name, tensor in features.state_dict().items():
        assert torch.equal(tensor, before[name])
    assert not any(module._forward_pre_hooks for module in features.modules())
    other = fit_first_model(features, slices["labeled"], SIZE, 2, Augmentation(), 4)
    assert not torch.equal(other.heads[0].out.weight, one.heads[0].out.weight)


def test_the_slices_that_teach_it_are_spread_over_cases_and_classes(slices, monkeypatch):
    cases = slices["labeled"]
    assert len(chosen(cases, 2)) == sum(map(len, cases))  # as many as there are
    monkeypatch.setattr(first_model, "SLICES", 12)
    places = chosen(cases, 2)
    for case in cases:
        numbers = [number for one, number in places if one is case]
        assert len(numbers) == 4 and numbers == sorted(set(numbers))
        assert sum(number in case.foreground for number in numbers) == 3
        assert set(numbers) & set(case.holding(1)) and set(numbers) & set(case.holding(2))
    monkeypatch.setattr(first_model, "SLICES", 2)  # fewer than cases
    assert [case for case, _ in chosen(cases, 2)] == [cases[0], cases[2]]


def test_a_slow_computer_sees_and_learns_less_and_ends_in_time(features, slices, monkeypatch):
    quick(monkeypatch, steps=10**6, seen=10**4)
    monkeypatch.setattr(first_model, "SECONDS", 3.0)
    began = time.monotonic()
    model = fit_first_model(features, slices["labeled"], SIZE, 2, Augmentation())
    assert time.monotonic() - began < 12 and math.isfinite(model.dice[0])


class Impatient(Heard):
    """Asks for a cancel after some seconds, and notes when it did."""

    def __init__(self, path, after):
        super().__init__(path)
        self.at = time.monotonic() + after

    def requested(self, control):
        return control == "cancel" and time.monotonic() >= self.at


@pytest.mark.parametrize("after", [0.5, 4.0])
def test_a_cancel_ends_it_within_two_seconds(features, slices, tmp_path, monkeypatch, after):
    monkeypatch.setattr(first_model, "SEEN", 10**4 if after < 1 else 48)
    monkeypatch.setattr(first_model, "STEPS", 10**6)
    job = Impatient(tmp_path, after)
    with pytest.raises(SemiGDAError) as raised:
        fit_first_model(
            features, slices["labeled"], SIZE, 2, Augmentation(), progress=Progress(job)
        )
    assert raised.value.error_class == "cancelled"
    assert time.monotonic() - job.at < 2


# The look of a training

STEPS = {"pretrain_steps": 0, "align_steps": 3, "steps": 6, "validations": 0}


def wanted(volumes, folder, **changes):
    values = {"network": FEATURED, "first_look": True, **STEPS, **changes}
    return TrainSettings.from_dict(settings(volumes, folder, **values))


def test_a_training_looks_once_and_ends_as_it_would_without(volumes, tmp_path, monkeypatch):
    quick(monkeypatch, steps=40, seen=48)
    monkeypatch.setattr(first_look, "SHORT", 0)
    states = []
    for look in (True, False):
        job = JobFolder.create(tmp_path / f"{look}", "train", {"cases": str(volumes)})
        options = wanted(volumes, tmp_path / f"{look}-out", work=None, first_look=look)
        train(options, job)
        states.append(load_network(options.out)[0].state_dict())
        told = [event for event in job.events() if event.get("stage") == "look"]
        if not look:
            assert told == [] and of_type(job, "first-look") == []
            continue
        shown = [event for event in told if event["type"] == "preview"]
        assert [event["kind"] for event in shown] == ["held-out", "unlabeled"]
        kinds = [event["type"] for event in job.events()]
        assert kinds.index("first-look") < kinds.index("losses")
        (seen,) = of_type(job, "first-look")
        assert set(seen["dice"]) == {"body", "head"} and 0.2 < seen["dice"]["body"] <= 1
        assert seen["seconds"] > 0
        for event in shown:
            assert event["step"] == 0
            picture = sitk.GetArrayFromImage(sitk.ReadImage(str(job.path / event["file"])))
            assert picture.shape[1] > 3 * 200  # three columns
        # A second process of the same training does not look again.
        heard = Heard(job.path)
        network = new_network(NetworkConfig.from_dict(FEATURED))
        look_first(options, network, {}, Progress(heard), job.path)
        assert heard.events == []
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


def test_a_class_that_is_not_found_on_its_own_cases_is_told(slices, tmp_path, monkeypatch):
    quick(monkeypatch)
    monkeypatch.setattr(first_look, "SHORT", 0)
    monkeypatch.setattr(first_model, "_own_dice", lambda *_: [0.9, 0.0])
    job = Heard(tmp_path)
    network = new_network(NetworkConfig.from_dict(FEATURED))
    look_first(wanted("cases.json", tmp_path), network, slices, Progress(job), tmp_path)
    (stuck,) = job.of("stuck")
    assert stuck["classes"] == ["head"] and stuck["stage"] == "look" and stuck["step"] == 0
    assert stuck["causes"][0] == (
        "It is not found anywhere on its own labelled cases: look at its labels."
    )


def test_a_class_that_no_labelled_case_holds_is_told(slices, tmp_path, monkeypatch):
    quick(monkeypatch)
    monkeypatch.setattr(first_look, "SHORT", 0)
    job = Heard(tmp_path)
    options = wanted("cases.json", tmp_path)
    names = [*options.card["labels"], {"value": 3, "name": "tail", "color": [1, 2, 3]}]
    options = TrainSettings.from_dict(
        options.to_dict() | {"card": options.card | {"labels": names}}
    )
    network = new_network(NetworkConfig.from_dict(FEATURED))
    look_first(options, network, slices, Progress(job), tmp_path)
    (event,) = job.of("first-look")
    assert event["dice"]["tail"] is None
    told = {one["classes"][0]: one["causes"] for one in job.of("stuck")}
    assert told["tail"] == [
        "No labelled case holds it: check which segment names belong to this class."
    ]


@pytest.mark.parametrize("network", [FEATURED, NETWORK])
def test_it_is_skipped_with_a_word_where_it_cannot_be(slices, tmp_path, monkeypatch, network):
    made = new_network(NetworkConfig.from_dict(network))
    job = Heard(tmp_path)
    look_first(wanted("c.json", tmp_path), made, slices, Progress(job), tmp_path)
    assert job.events == []  # a short training shows its own pictures as soon
    monkeypatch.setattr(first_look, "SHORT", 0)
    if network is FEATURED:
        quick(monkeypatch)

        def fails(*_):
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")

        monkeypatch.setattr(first_model, "learned", fails)
    look_first(wanted("c.json", tmp_path), made, slices, Progress(job), tmp_path)
    *_, last = job.of("message")
    assert last["message"].startswith("No first look: ")
    assert not (tmp_path / first_look.DONE_FILE).exists()


def test_doubt_is_black_where_it_is_sure_and_white_where_all_are_as_likely():
    chances = torch.tensor([[1.0, 0.5], [0.0, 0.5]]).view(1, 2, 1, 2)
    (shown,) = first_look.doubts(chances)
    assert shown.shape == (1, 2, 3) and np.array_equal(shown[0, :, 0], [0, 255])
