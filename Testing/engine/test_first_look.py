"""A first model within a minute, and the look that a training takes with it before stage 1."""

import copy
import itertools
import time
from types import SimpleNamespace

import numpy as np
import pytest
import SimpleITK as sitk
import torch
from heart_watching import Heard
from job_fixtures import of_type
from phantom_fixtures import write_phantoms
from training_fixtures import FEATURED, NETWORK, PICTURES, SHAPE, VOLUMES, settings, slices_by_role

from semigda.data.cases import read_cases
from semigda.method.palette import Palette
from semigda.models.features import new_network, read_features
from semigda.models.package import load_network
from semigda.networks.efficientnet import EfficientNetLite0
from semigda.prepared.store import Store
from semigda.progress import UNWATCHED, Progress
from semigda.training import first_look, first_model
from semigda.training.first_look import look_first
from semigda.training.first_model import STEPS, fit_first_model, holding, size_of
from semigda.training.stage import Stage
from semigda.training.train import train
from semigda.training.validate import class_dice, overlap
from semigda_core.errors import Paused, SemiGDAError
from semigda_core.jobs.folder import JobFolder
from semigda_core.jobs.training import TrainSettings
from semigda_core.models.network_config import NetworkConfig
from semigda_core.models.preprocessing import Preprocessing

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def features():
    network = EfficientNetLite0()
    network.load_state_dict(read_features())
    return network


def slices_of(cases, folder, classes=2, pictures=False):
    store = Store(folder / "prepared", Preprocessing.from_dict(PICTURES if pictures else VOLUMES))
    return slices_by_role(read_cases(cases), store, classes)


@pytest.fixture(scope="module")
def volumes(tmp_path_factory):
    return write_phantoms(tmp_path_factory.mktemp("volumes"), 3, 2, 2, shape=SHAPE)


@pytest.fixture(scope="module")
def slices(volumes, tmp_path_factory):
    return slices_of(volumes, tmp_path_factory.mktemp("slices"))


def quick(monkeypatch, steps=6, pixels=32 * 32):
    """A look of a second."""
    for name, value in (("STEPS", steps), ("CHECKED", 12)):
        monkeypatch.setattr(first_model, name, value)
    for name in ("PICTURES", "VOLUMES"):
        monkeypatch.setattr(first_model, name, (pixels, 8))


SHORT = {"pretrain_steps": 0, "align_steps": 3, "steps": 6, "validations": 0}


def wanted(cases, folder, **changes):
    values = {"network": FEATURED, "first_look": True, **SHORT, **changes}
    return TrainSettings.from_dict(settings(cases, folder, **values))


# The model


@pytest.mark.parametrize("pictures", [False, True])
def test_it_finds_every_class_in_cases_it_has_not_seen(features, tmp_path, pictures, monkeypatch):
    quick(monkeypatch, steps=60)
    cases = write_phantoms(tmp_path, 4, 0, 3, shape=SHAPE, pictures=pictures)
    classes = 1 if pictures else 2
    seen = slices_of(cases, tmp_path, classes, pictures)
    options = wanted(cases, tmp_path, pictures=pictures)
    model = fit_first_model(features, seen["labeled"], options)
    counts = torch.zeros(3, classes + 1, dtype=torch.long)
    for case in seen["val"]:
        chances = model.probabilities(case.images(0, len(case)))
        assert torch.allclose(chances.sum(1), torch.ones(()), atol=1e-5)
        counts += overlap(chances.argmax(1).to(torch.uint8), case.truth[:], classes)
    assert min(class_dice(counts)) > (0.8 if pictures else 0.5)
    assert min(model.dice(seen["labeled"])) > 0.6


def test_it_is_the_same_every_time_and_touches_nothing_else(
    features, volumes, slices, tmp_path, monkeypatch
):
    quick(monkeypatch)
    before, random = copy.deepcopy(features.state_dict()), torch.get_rng_state()
    one, two, other = (
        fit_first_model(features, slices["labeled"], wanted(volumes, tmp_path, seed=seed))
        for seed in (3, 3, 4)
    )
    first, second, third = (x.network.state_dict() for x in (one, two, other))
    assert all(torch.equal(tensor, second[name]) for name, tensor in first.items())
    assert not all(torch.equal(tensor, third[name]) for name, tensor in first.items())
    assert torch.equal(random, torch.get_rng_state())
    learned = one.network.cnn_encoder.features.state_dict()
    for name, tensor in features.state_dict().items():
        assert torch.equal(tensor, before[name])
    assert not all(torch.equal(learned[name], tensor) for name, tensor in before.items())


def test_slices_are_seen_with_as_many_pixels_whatever_their_size():
    pixels = 96 * 96
    assert size_of((96, 96), pixels) == size_of((256, 256), pixels) == (96, 96)
    assert size_of((128, 288), pixels) == (64, 144)
    assert size_of((16, 32), pixels) == (48, 96)  # at most three times as fine


def test_the_slices_that_check_it_are_spread_over_cases_and_classes(slices, monkeypatch):
    cases = slices["labeled"]
    held = sum(len(case.foreground) for case in cases)
    assert len(holding(cases, 2)) == held  # as many as there are
    monkeypatch.setattr(first_model, "CHECKED", 12)
    places = holding(cases, 2)
    assert len(places) == len(set(places)) <= 12
    for value in (1, 2):
        holds = [n for case, n in places if n in case.holding(value)]
        assert len(holds) >= 6
    assert {id(case) for case, _ in places} == {id(case) for case in cases}


@pytest.mark.parametrize(
    ("seconds", "steps"),
    [([0.1] * 1000, STEPS), ([0.5] * 1000, 100), ([0.1] * 150 + [1.0] * 99, 185)],
)
def test_a_slow_computer_takes_fewer_steps_and_the_rate_ends_with_them(monkeypatch, seconds, steps):
    now, rates, weight = 0.0, [], torch.nn.Parameter(torch.zeros(1))
    monkeypatch.setattr(first_model, "time", SimpleNamespace(monotonic=lambda: now))
    stage = Stage("segment", STEPS, None, None, torch.optim.SGD([weight], lr=1.0), 1.0)
    around = first_model._InTime(stage, UNWATCHED)
    while not around.ends():
        rates.append(stage.rate)
        now += seconds[stage.done]
        stage.done += 1
        around.after_step(rates[-1], {}, lambda: 0)
    assert len(rates) == pytest.approx(steps, abs=1) and now <= 50.0 + seconds[steps]
    assert max(rates) > 0.99 and rates[-1] < 0.01


class Impatient(Heard):
    """Asks for something after some questions, and notes when it was asked."""

    def __init__(self, path, after, wish="cancel"):
        super().__init__(path)
        self.after, self.wish, self.moments = after, wish, []

    def requested(self, control):
        self.moments.append(time.monotonic())
        return control == self.wish and len(self.moments) > self.after

    def longest(self):
        """Seconds between two questions."""
        return max(b - a for a, b in itertools.pairwise(self.moments))


@pytest.mark.parametrize("wish", ["cancel", "pause"])
def test_a_wish_is_heard_within_two_seconds(features, volumes, slices, tmp_path, monkeypatch, wish):
    quick(monkeypatch, 10**6)
    job = Impatient(tmp_path, 30, wish)
    with pytest.raises((SemiGDAError, Paused)) as raised:
        fit_first_model(
            features, slices["labeled"], wanted(volumes, tmp_path), progress=Progress(job)
        )
    assert raised.type is (Paused if wish == "pause" else SemiGDAError)
    assert job.longest() < 2


def test_a_stop_ends_it_and_shows_nothing(volumes, slices, tmp_path, monkeypatch):
    quick(monkeypatch, 10**6)
    monkeypatch.setattr(first_look, "LOOK_STEPS", 0)
    job = Impatient(tmp_path, 30, "stop")
    network = new_network(NetworkConfig.from_dict(FEATURED))
    look_first(wanted(volumes, tmp_path), network, slices, Progress(job), tmp_path)
    assert [kind for kind, _ in job.events] == ["message"]


# The look of a training


def test_a_training_looks_once_and_ends_as_it_would_without(volumes, tmp_path, monkeypatch):
    quick(monkeypatch, steps=40)
    monkeypatch.setattr(first_look, "LOOK_STEPS", 0)
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


class OnlyTheFirst(torch.nn.Module):
    """Finds the first class everywhere, and no other one."""

    def __init__(self, palette):
        super().__init__()
        self.palette, self.weight = palette, torch.nn.Parameter(torch.zeros(1))

    def forward(self, images):
        return {"cnn": self.palette.paint(torch.ones(images[:, 0].shape))}


def test_a_class_that_is_not_found_on_its_own_cases_is_told(slices, tmp_path, monkeypatch):
    palette = Palette(2)
    model = first_model.FirstModel(OnlyTheFirst(palette), palette, (48, 48), (32, 32))
    monkeypatch.setattr(first_look, "fit_first_model", lambda *_: model)
    monkeypatch.setattr(first_look, "LOOK_STEPS", 0)
    job = Heard(tmp_path)
    network = new_network(NetworkConfig.from_dict(FEATURED))
    look_first(wanted("cases.json", tmp_path), network, slices, Progress(job), tmp_path)
    truth = torch.stack([case.truth[number] for case, number in holding(slices["labeled"], 2)])
    body = int((truth == 1).sum())
    (event,) = job.of("first-look")
    expected = 2 * body / (truth.numel() + body)
    assert event["dice"] == {"body": pytest.approx(expected, abs=1e-4), "head": 0.0}
    (stuck,) = job.of("stuck")
    assert stuck["classes"] == ["head"] and stuck["stage"] == "look" and stuck["step"] == 0
    assert stuck["causes"][0] == (
        "It is not found anywhere on its own labelled cases: look at its labels."
    )


def test_a_class_that_no_labelled_case_holds_is_told(slices, tmp_path, monkeypatch):
    quick(monkeypatch)
    monkeypatch.setattr(first_look, "LOOK_STEPS", 0)
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
    monkeypatch.setattr(first_look, "LOOK_STEPS", 0)
    if network is FEATURED:
        quick(monkeypatch)

        def fails(*_):
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")

        monkeypatch.setattr(first_model, "fit", fails)
    look_first(wanted("c.json", tmp_path), made, slices, Progress(job), tmp_path)
    *_, last = job.of("message")
    assert last["message"].startswith("No first look: ")
    assert not (tmp_path / first_look.DONE_FILE).exists()


def test_doubt_is_black_where_it_is_sure_and_white_where_all_are_as_likely():
    chances = torch.tensor([[1.0, 0.5], [0.0, 0.5]]).view(1, 2, 1, 2)
    (shown,) = first_look.doubts(chances)
    assert shown.shape == (1, 2, 3) and np.array_equal(shown[0, :, 0], [0, 255])
