"""Training slices, and Dice of held-out ones: which, when, and what is told, in numbers."""

import json
import math
from pathlib import Path

import pytest
import torch
from heart_fixtures import Painter, grey, options
from progress_fixtures import Listener
from torch import nn

from semigda.distributed import Ranks
from semigda.method.palette import Palette
from semigda.progress import Printed, Progress
from semigda.training import dataset, validate
from semigda.training.dataset import CaseSlices, SliceSampler, step_generator
from semigda.training.stage import LOG_STEPS, Stage, Watched
from semigda.training.watch import Watch
from semigda_core.errors import Paused, SemiGDAError

PALETTE = Palette(2)
# Of two classes: black, yellow (1, 1, -1) and magenta (1, -1, 1).
COLOURS = torch.tensor([[-1.0, -1.0, -1.0], [1.0, 1.0, -1.0], [1.0, -1.0, 1.0]])


class Case:
    """Slices of one row of pixels that show their labels' colours, for a network that copies."""

    def __init__(self, shown, labels=None):
        self.shown = torch.tensor(shown)[:, None]  # (n, 1, w)
        self.labels = None if labels is None else torch.tensor(labels, dtype=torch.uint8)[:, None]
        self.truth = self.labels
        self.planes = self.shown[:, None].float()
        self.foreground = []
        if labels is not None:
            self.foreground = [n for n, row in enumerate(labels) if any(row)]

    def __len__(self):
        return len(self.shown)

    def images(self, start, stop):
        return COLOURS[self.shown[start:stop]].permute(0, 3, 1, 2)


class Copier(Painter):
    """The first branch paints what it is shown, the second one so too, or only black."""

    def __init__(self, both: bool = False):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(()))
        self.both, self.evaluated = both, []

    def forward(self, image, branches=("vae", "cnn")):
        self.evaluated.append(not self.training)
        black = COLOURS[0].view(1, 3, 1, 1).expand_as(image)
        return {"vae": image, "cnn": image if self.both else black}


# Dice of held-out cases


def test_labels_of_each_branch_and_of_the_mean_of_both():
    class Three(Copier):
        def forward(self, image, branches=("vae", "cnn")):
            # white at 9/10 and 1/5: .55 is white; at 3/5 and 1/5: .4 is black
            said = {"vae": [9 / 10, 3 / 5], "cnn": [1 / 5, 1 / 5]}
            return {
                b: torch.tensor([grey(p) for p in ps]).view(1, 1, 1, 2).expand(1, 3, 1, 2)
                for b, ps in said.items()
            }

    found = validate.label_slices(Three(), Palette(1), torch.zeros(1, 3, 1, 2))
    assert {use: labels.flatten().tolist() for use, labels in found.items()} == {
        "both": [1, 0],
        "vae": [1, 1],
        "cnn": [0, 0],
    }
    assert all(labels.dtype == torch.uint8 for labels in found.values())


def test_dice_of_a_case_class_by_class():
    predicted, truth = torch.tensor([[1, 1, 2, 0]]), torch.tensor([[1, 2, 2, 0]])
    # class 1: 2 * 1 / (2 + 1); class 2: 2 * 1 / (1 + 2); class 3 is nowhere
    found = validate.case_dice(predicted, truth, 3)
    assert found[:2] == pytest.approx([2 / 3, 2 / 3]) and math.isnan(found[2])
    missed = validate.case_dice(torch.tensor([1, 1, 1, 0]), torch.tensor([0, 0, 0, 1]), 1)
    assert missed == [0.0]
    assert validate.case_dice(torch.tensor([1, 1, 1, 1]), torch.tensor([1, 0, 0, 0]), 1) == [0.4]


def test_means_are_over_the_cases_that_hold_a_class():
    assert validate.mean([0.5, math.nan, 1.0]) == 0.75 and validate.mean([math.nan]) == 0.0
    cases = [
        Case([[1, 1, 2, 0]], [[1, 2, 2, 0]]),  # 2/3 and 2/3
        Case([[1, 0, 0, 0], [0, 0, 0, 0]], [[1, 0, 0, 0], [1, 0, 0, 0]]),  # 2 / 3, nothing
    ]
    network = Copier().train()
    found = validate.validate(network, PALETTE, cases)
    assert found["vae"] == pytest.approx([2 / 3, 2 / 3]) and found["cnn"] == [0.0, 0.0]
    assert network.training and all(network.evaluated)
    assert not network.eval().training
    with validate.evaluating(network):
        assert not network.training
    assert not network.training


def test_a_case_goes_through_in_batches_of_about_so_many_pixels(monkeypatch):
    case = Case([[n % 3] * 4 for n in range(7)], [[n % 3] * 4 for n in range(7)])
    monkeypatch.setattr(validate, "PIXELS", 12)  # three slices of four pixels
    network, asked = Copier(), []
    listener = Listener(lambda heard: asked.append(len(network.evaluated)))
    found = validate.predict(network, PALETTE, case, listener.progress)
    assert asked == [0, 1, 2] and torch.equal(found["vae"], case.labels)
    monkeypatch.setattr(validate, "PIXELS", 1)  # one at least
    asked.clear()
    validate.predict(network, PALETTE, case, listener.progress)
    assert len(asked) == 7


class Two(Ranks):
    """One of two ranks; what both found is gathered from a list that the test gives."""

    def __init__(self, rank, other):
        super().__init__(rank, 2)
        self.other = other

    def gather(self, value):
        return [value, self.other] if self.rank == 0 else [self.other, value]


def test_ranks_share_the_cases_and_wait_for_each_other():
    cases = [Case([[1, 1]], [[1, 1]]), Case([[1, 0]] * 3, [[1, 1]] * 3), Case([[0, 1]], [[1, 1]])]
    alone = validate.validate(Copier(), PALETTE, cases)
    assert alone["vae"][0] == pytest.approx((1 + 2 / 3 + 2 / 3) / 3)

    def rows(numbers):
        class Kept(Two):
            def gather(self, value):
                kept.append(value)
                return super().gather(value)

        kept, calls = [], []
        progress = Listener(lambda heard: calls.append(1)).progress
        for rank in (0, 1):
            other = kept[0] if rank else [{use: [0.0, 0.0] for use in alone}] * 2
            found = validate.validate(Copier(), PALETTE, cases, progress, Kept(rank, other))
            calls.append(0)
        assert [len(part) for part in kept] == numbers
        return found, calls

    found, calls = rows([2, 1])
    assert found["vae"] == pytest.approx(alone["vae"])
    assert calls == [1, 1, 0, 1, 1, 0]  # as often on each: a batch a turn, all three slices at once


# When, and what is told


class Heard:
    """A job that keeps what it is told; ``asked`` holds what is requested of it."""

    def __init__(self, path: Path):
        self.path, self.events, self.asked = path, [], set()

    def event(self, type, **values):
        self.events.append((type, values))

    def update(self, *_, **__):
        pass

    def requested(self, control):
        return control in self.asked

    def of(self, kind):
        return [values for type, values in self.events if type == kind]


def watch(job, val, steps=100, **changes) -> Watch:
    values = {"steps": steps, "validations": 3, "validation_cases": 2, **changes}
    slices = {"labeled": val[:1], "unlabeled": [], "val": val}
    return Watch(options(**values), Progress(job), PALETTE, slices)


def held_out(count):
    return [Case([[1, 1, 0, 0]], [[1, 1, 2, 0]]) for _ in range(count)]


def test_validations_are_spread_over_the_stage_and_none_is_made_twice(tmp_path):
    made = watch(Heard(tmp_path), held_out(2))
    due = [step for step in range(101) if made.is_due(step)]
    assert due == [25, 50, 75]  # three between begin and end, neither of them
    made.measure(50, Copier())
    assert [step for step in range(101) if made.is_due(step)] == [25, 75]
    assert not any(watch(Heard(tmp_path), []).is_due(step) for step in range(101))
    assert not any(watch(Heard(tmp_path), held_out(1), validations=0).is_due(s) for s in range(101))


def test_some_cases_are_measured_evenly_chosen(tmp_path):
    val = held_out(5)
    assert watch(Heard(tmp_path), val).some == [val[0], val[2]]
    assert watch(Heard(tmp_path), val, validation_cases=9).some == val
    assert watch(Heard(tmp_path), val, validation_cases=0).some == []


def test_a_validation_is_told_with_its_dice_and_a_lost_class_once(tmp_path):
    job = Heard(tmp_path)
    made = watch(job, held_out(3))
    made.measure(25, Copier())
    told = job.of("validation")[0]
    dice = {"body": 1.0, "head": 0.0}
    assert (told["step"], told["cases"], told["dice"]["vae"]) == (25, 2, dice)
    assert made.history == [told] and job.of("stuck") == []  # too early to say
    made.measure(31, Copier(both=True))
    (stuck,) = job.of("stuck")
    assert stuck["step"] == 31 and stuck["classes"] == ["head"] and stuck["causes"]
    assert made.stuck == ["head"]
    made.measure(75, Copier(both=True))
    assert len(job.of("stuck")) == 1
    # It is part of the checkpoint.
    again = watch(Heard(tmp_path), held_out(3))
    again.restore(json.loads(json.dumps(made.state())))
    assert again.history == made.history and again.stuck == ["head"]


def test_a_class_that_no_measured_case_holds_is_not_called_lost(tmp_path):
    job = Heard(tmp_path)
    val = [Case([[1, 1, 0, 0]], [[1, 1, 0, 0]])]
    made = watch(job, val)
    made.measure(50, Copier(both=True))
    assert job.of("stuck") == []


def test_the_first_and_the_last_finite_loss_are_kept(tmp_path):
    made = watch(Heard(tmp_path), held_out(1))
    for value in (4.0, math.nan, 3.0, 2.0):
        made.saw({"total": value, "other": 9.0})
    assert made.losses == [4.0, 2.0]


def test_held_out_slices_are_shown_where_their_labels_are(tmp_path):
    rows = [[0, 0, 0, 0], [1, 1, 0, 0], [2, 0, 0, 0], [0, 0, 0, 0]]
    made = watch(Heard(tmp_path), [Case(rows, rows)])
    images, truth = made._shown["held-out"]
    assert truth.flatten().tolist() == [2, 0, 0, 0]  # the second of the two with foreground
    assert torch.equal(images, COLOURS[truth.long()].permute(0, 3, 1, 2))
    network = Copier().train()
    (drawn,) = made.sheets(network).values()  # nothing is unlabelled
    assert drawn.shape[2] == 3 and network.training and all(network.evaluated)


def test_dice_is_told_in_four_digits(tmp_path):
    made = watch(Heard(tmp_path), [Case([[1, 1, 0, 0]], [[1, 0, 0, 0]])])
    assert made.dice(Copier(), made.some)["vae"] == {"body": 0.6667, "head": 0.0}


# Around the steps


class Kept:
    """Checkpoints that only count."""

    def __init__(self):
        self.saved, self.steps = 0, []

    def save(self, stage):
        self.saved += 1

    def after_step(self, stage):
        self.steps.append(stage.done)


def watched(job, tmp_path, *, measures=True, name="segment", steps=100):
    weight = nn.Parameter(torch.zeros(()))
    nothing = lambda step: None  # noqa: E731
    stage = Stage(name, steps, nothing, nothing, torch.optim.SGD([weight], 0.1), 1.0)
    progress = Progress(job, steps)
    seen = watch(job, held_out(2), steps) if measures else None
    sheets = dict
    around = Watched(stage, progress, Kept(), lambda n: 1.0, None, sheets, seen, Copier())
    return stage, around


def after(around, stage, step, left_out=0, **losses):
    stage.done = step
    values = {name: torch.tensor(value) for name, value in {"total": 1.0, **losses}.items()}
    around.after_step(0.25, values, lambda: left_out)


def test_the_first_the_last_and_every_25th_step_are_logged(tmp_path):
    job = Heard(tmp_path)
    stage, around = watched(job, tmp_path, steps=60)
    for step in range(1, 61):
        after(around, stage, step, segment_vae=step / 37)
    told = job.of("losses")
    assert LOG_STEPS == 25 and [one["step"] for one in told] == [1, 25, 50, 60]
    assert told[1] == {
        "stage": "segment",
        "step": 25,
        "learning_rate": 0.25,
        "losses": {"total": 1.0, "segment_vae": 0.675676},
    }
    assert around.checkpoints.steps == list(range(1, 61)) and around.progress.done == 60
    assert around.watch.losses == [1.0, 1.0] and job.of("warning") == []


def test_gradients_that_were_left_out_are_told(tmp_path):
    job = Heard(tmp_path)
    stage, around = watched(job, tmp_path)
    after(around, stage, 2, left_out=7)
    assert job.of("warning") == []
    after(around, stage, 25, left_out=7)
    assert "left out: 7." in job.of("warning")[0]["message"]


def test_what_is_due_is_measured_before_a_step(tmp_path):
    job = Heard(tmp_path)
    stage, around = watched(job, tmp_path)
    stage.done = 24
    assert not around.ends() and job.of("validation") == []
    stage.done = 25
    assert not around.ends() and job.of("validation")[0]["step"] == 25
    assert not around.ends() and len(job.of("validation")) == 1


def test_a_stop_ends_the_stage_that_has_begun_to_segment(tmp_path):
    job = Heard(tmp_path)
    job.asked = {"stop"}
    for measures, done in ((True, 0), (False, 9)):
        stage, around = watched(job, tmp_path, measures=measures)
        stage.done = done
        with pytest.raises(SemiGDAError) as caught:
            around.ends()
        assert caught.value.error_class == "cancelled"
    stage, around = watched(job, tmp_path)
    stage.done = 9
    assert around.ends()


def test_a_pause_saves_before_it_ends_the_process(tmp_path):
    job = Heard(tmp_path)
    stage, around = watched(job, tmp_path)
    job.asked = {"pause"}
    with pytest.raises(Paused):
        after(around, stage, 3)
    assert around.checkpoints.saved == 1
    stage.done = 25
    with pytest.raises(Paused):
        around.ends()  # in the middle of a validation
    assert around.checkpoints.saved == 2 and job.of("validation") == []


def test_a_stages_rate_is_of_its_next_step():
    weight = nn.Parameter(torch.zeros(()))
    stage = Stage("align", 40, None, None, torch.optim.SGD([weight], 0.1), 1.0)
    assert stage.rate == pytest.approx(0.1 * (1 / 40) / 0.05)
    stage.done = 39
    assert stage.rate == pytest.approx(0)
    stage.follow(0)  # nothing follows by default


# Slices


class Flat:
    """Three slices of 4 x 6 pixels, whose value is 10 * slice + column; labels 1 in slice 1."""

    def __init__(self, number=0, labelled=True):
        self.values = 100.0 * number + 10 * torch.arange(3).view(3, 1, 1) + torch.arange(6)
        self.values = self.values.expand(3, 4, 6) + 0.1 * torch.arange(4).view(1, 4, 1)
        self.labels = (self.values.long() % 256).to(torch.uint8) if labelled else None
        self.foreground = [1] if labelled else []

    def __len__(self):
        return 3

    def images(self, start, stop):
        return self.values[start:stop, None].expand(-1, 3, -1, -1)


def test_draws_are_uniform_over_cases_slices_and_places():
    sampler = SliceSampler([Flat(0), Flat(1)], (2, 3))
    images, labels = sampler.draw(600, step_generator(0, "x", 0))
    assert images.shape == (600, 3, 2, 3) and labels.dtype == torch.uint8
    corner = images[:, 0, 0, 0]
    found = {round(v, 1) for v in corner.tolist()}
    # Two cases, three slices, three places down, four across: 72 corners, about 8 of each.
    assert len(found) == 72
    shares = [(corner < 100).float().mean(), (corner % 100 < 10).float().mean()]
    assert 0.43 < shares[0] < 0.57 and 0.27 < shares[1] < 0.4
    # Labels lie where the pixels do, and pixels side by side.
    assert torch.equal(labels, images[:, 0].long().to(torch.uint8))
    assert torch.allclose(images[:, 0, 0, 2] - corner, torch.tensor(2.0))
    assert torch.allclose(images[:, 0, 1, 0] - corner, torch.tensor(0.1), atol=1e-4)


def test_foreground_is_drawn_as_often_as_asked_for_and_where_there_is_any():
    for share, least, most in ((0.0, 0.25, 0.42), (0.5, 0.58, 0.75), (1.0, 1.0, 1.0)):
        images, _ = SliceSampler([Flat()], (4, 6), share).draw(400, step_generator(0, "x", 1))
        found = (images[:, 0, 0, 0] == 10).float().mean()  # slice 1
        assert least <= found <= most
    images, labels = SliceSampler([Flat(labelled=False)], (4, 6), 1.0).draw(
        9, step_generator(0, "x", 2)
    )
    assert not labels.any() and len(images[:, 0, 0, 0].unique()) == 3


def stored(planes, channels) -> CaseSlices:
    case = CaseSlices.__new__(CaseSlices)
    case.planes, case.channels = planes, channels
    return case


def test_grey_slices_are_shown_with_their_neighbours():
    planes = torch.arange(4.0).view(4, 1, 1, 1) / 4
    case = stored(planes, "2.5d")
    assert len(case) == 4
    shown = 4 * case.images(0, 4)[:, :, 0, 0]
    assert shown.tolist() == [[0, 0, 1], [0, 1, 2], [1, 2, 3], [2, 3, 3]]
    assert (4 * case.images(1, 3)[:, :, 0, 0]).tolist() == [[0, 1, 2], [1, 2, 3]]


def test_eight_bits_are_spread_over_the_range():
    planes = torch.tensor([0, 51, 255], dtype=torch.uint8).view(1, 3, 1, 1)
    shown = stored(planes, "rgb").images(0, 1).flatten().tolist()
    assert shown == pytest.approx([-1, -0.6, 1])
    half = stored(planes.half() / 256, "rgb").images(0, 1)
    assert half.dtype == torch.float32


def test_a_steps_chance_is_of_seed_stage_and_step():
    seeds = [(0, "align", 1), (1, "align", 1), (0, "segment", 1), (0, "align", 2)]
    drawn = [step_generator(*one).initial_seed() for one in seeds]
    assert len(set(drawn)) == 4 and drawn[0] == step_generator(0, "align", 1).initial_seed()


def test_cases_are_read_in_chunks_that_do_not_show(tmp_path, monkeypatch):
    from phantom_fixtures import write_phantoms
    from training_fixtures import VOLUMES

    from semigda.data.cases import read_cases
    from semigda.data.preprocess import Preprocessing

    case = read_cases(write_phantoms(tmp_path, 1, 0, 0, shape=(7, 32, 32)))[0]
    preprocessing = Preprocessing.from_dict(VOLUMES)
    whole = CaseSlices(case, preprocessing, 2)
    monkeypatch.setattr(dataset, "CHUNK", 3)
    parts = CaseSlices(case, preprocessing, 2)
    assert torch.equal(whole.planes, parts.planes) and len(whole) == 7
    assert whole.foreground == [n for n in range(7) if whole.labels[n].any()] != []
    with pytest.raises(SemiGDAError, match="holds the value 2, but the model has 1 classes"):
        CaseSlices(case, preprocessing, 1)


def test_printed_jobs_are_never_asked_to_end():
    assert not Printed(Path()).requested("stop")
