"""Other programs' results teach where nobody labelled, as long as they are better than we are."""

from __future__ import annotations

import json
import statistics
from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk
import torch
from heart_fixtures import Painter, grey, maps, options, total
from phantom_fixtures import write_phantoms
from test_heart_segment import PALETTE, loss, one_of_each
from training_fixtures import SHAPE, VOLUMES, slices_by_role

from semigda.data.cases import read_cases
from semigda.distributed import ALONE
from semigda.method.palette import Palette
from semigda.prepared.maker import case_of, words_of
from semigda.prepared.making import prepare_all
from semigda.prepared.store import Store
from semigda.training.dataset import SliceSampler, step_generator
from semigda.training.losses import segment_losses
from semigda.training.sources import MARGIN, Source, Sources, Trust
from semigda_core.errors import SemiGDAError
from semigda_core.models.preprocessing import Preprocessing

GRID = Preprocessing.from_dict(VOLUMES)


def shifted(truth: np.ndarray, by: int) -> np.ndarray:
    """A result that is wrong by so many pixels across."""
    return np.roll(truth, by, axis=2)


def with_machine(folder, labelled=4, unlabelled=6, val=0, shift=1, classes=(0, 1, 2), **roles):
    """Phantoms whose cases of both roles have the result of a program called Roller."""
    listed = write_phantoms(folder, labelled, unlabelled, val, shape=SHAPE)
    rows = []
    for number, case in enumerate(read_cases(listed)):
        row = {"image": str(case.image), "role": case.role, "name": case.name}
        if case.label is not None:
            row["label"] = str(case.label)
        if roles.get(case.role, case.role != "val"):
            path = folder / f"label_{number:03d}.nrrd"
            truth = sitk.GetArrayFromImage(
                sitk.ReadImage(str(path)) if path.exists() else _drawn(number)
            )
            result = np.where(np.isin(truth, classes), truth, 0)
            made = folder / f"roller_{number:03d}.nrrd"
            image = sitk.GetImageFromArray(shifted(result, shift).astype(np.uint8))
            sitk.WriteImage(image, str(made), True)
            row |= {"machine_label": str(made), "machine_source": "Roller"}
        rows.append(row)
    path = folder / "cases.json"
    path.write_text(json.dumps(rows))
    return path


def _drawn(number: int) -> sitk.Image:
    from phantom_fixtures import draw_volume

    return sitk.GetImageFromArray(draw_volume(number, SHAPE)[1])


def slices_of(cases, folder):
    return slices_by_role(cases, Store(folder, GRID), 2)


# Case lists and prepared slices


def test_a_case_list_names_another_programs_result_and_where_it_has_no_use(tmp_path):
    path = with_machine(tmp_path, 1, 1, 1)
    rows = json.loads(path.read_text())
    first, second, held_out = read_cases(path)
    assert first.machine_source == second.machine_source == "Roller"
    assert second.label is None and second.machine_label == tmp_path / "roller_001.nrrd"
    assert held_out.machine_label is None
    for change, told in (
        ({"role": "val", "label": str(first.label)}, "held out"),
        ({"machine_source": ""}, "name"),
        ({"machine_source": "/data/smith/net"}, "name"),
        ({"machine_label": "gone.nrrd"}, "does not exist"),
    ):
        path.write_text(json.dumps([rows[0], rows[1] | change]))
        with pytest.raises(SemiGDAError, match=f"Case 2 .*{told}") as raised:
            read_cases(path)
        assert "smith" not in raised.value.message


def test_machine_labels_are_prepared_as_files_of_their_own_and_found_again(tmp_path):
    cases = read_cases(with_machine(tmp_path / "data", 1, 1))
    assert [case_of(json.loads(words_of(case))) for case in cases] == cases
    store = Store(tmp_path / "prepared", GRID)
    prepare_all(store, cases)
    labelled, unlabelled = (Store(tmp_path / "prepared", GRID).find(case) for case in cases)
    assert unlabelled.labels is None and unlabelled.machine is not None
    truth = labelled.labels[:].numpy()
    assert np.array_equal(labelled.machine[:].numpy(), shifted(truth, 1))
    without = replace(cases[1], machine_label=None)
    assert store.find(without).machine is None and store.find(without).planes.path == (
        unlabelled.planes.path
    )


def test_what_the_classes_of_a_result_leave_out_is_no_class(tmp_path):
    (case,) = read_cases(with_machine(tmp_path / "data", 1, 0))
    store = Store(tmp_path / "prepared", GRID)
    pair = store.get(replace(case, machine_classes={"2": 1}))  # 1 is unmapped: not an error
    raw = store.get(case).machine[:]
    assert torch.equal(pair.machine[:], (raw == 2).to(torch.uint8))


def test_a_draw_tells_the_program_and_moves_its_labels_with_the_image(tmp_path):
    slices = slices_of(read_cases(with_machine(tmp_path / "data", 0, 2)), tmp_path / "prepared")
    cases = slices["unlabeled"]
    cases[1].source = "Unknown"
    sampler = SliceSampler(cases, (32, 32), sources=["Roller"])
    pictures, labels, sources = sampler.draw_machine(40, step_generator(0, "x", 0))
    plain, nothing = sampler.draw(40, step_generator(0, "x", 0))
    assert torch.equal(plain, pictures) and not nothing.any()
    assert set(sources.tolist()) == {0, -1}
    assert labels[sources == 0].any() and not labels[sources == -1].any()
    for picture, label in zip(pictures[sources == 0], labels[sources == 0], strict=True):
        at = next(n for n in range(12) if torch.equal(cases[0].images(n, n + 1)[0], picture))
        assert torch.equal(cases[0].machine[at], label)


# What a program teaches

ALL = Trust(torch.tensor([1.0, 0.0]), torch.tensor([0.6, 0.0]), torch.tensor([True, False]))


def taught(trust, weight=0.8, source=0, machine=0, chance=0.5) -> float:
    batch = one_of_each(
        mixed=grey(1 / 4),
        machine=maps(machine).to(torch.uint8),
        source=torch.tensor([source]),
        chance=torch.tensor([chance]),
    )
    losses = segment_losses(Painter(), Painter(), PALETTE, batch, weight, options(), total, trust)
    return losses["total"].item()


def test_a_trusted_program_teaches_in_place_of_the_teacher_by_its_own_weight():
    # The teacher says white with .8 * 1/2 (see test_heart_segment); the program black with .6.
    teacher, program = (loss([(3 / 4, 1, 1), (1 / 4, *told)]) for told in ((1, 0.4), (0, 0.6)))
    assert taught(ALL) == pytest.approx(program, rel=1e-5)
    assert taught(ALL, source=-1) == pytest.approx(teacher, rel=1e-5)
    half = replace(ALL, share=torch.tensor([0.5, 0.0]))
    assert taught(half, chance=0.49) == pytest.approx(program, rel=1e-5)
    assert taught(half, chance=0.51) == pytest.approx(teacher, rel=1e-5)


def test_the_background_of_a_program_without_some_class_says_nothing():
    partial = replace(ALL, whole=torch.tensor([False, False]))
    teacher, program = (loss([(3 / 4, 1, 1), (1 / 4, 1, w)]) for w in (0.4, 0.6))
    assert taught(partial, machine=0) == pytest.approx(teacher, rel=1e-5)
    assert taught(partial, machine=1) == pytest.approx(program, rel=1e-5)


def test_where_a_program_says_nothing_the_teacher_teaches():
    """Its result may be of a region, or be finished on some slices only."""
    teacher = loss([(3 / 4, 1, 1), (1 / 4, 1, 0.4)])
    assert taught(ALL, machine=255) == pytest.approx(teacher, rel=1e-5)


# What a program is worth


class Oracle(torch.nn.Module):
    """Paints what a person labelled, or a program: the network that has learned it by heart."""

    def __init__(self, told):
        super().__init__()
        self.told, self.palette = told, Palette(2)
        self.parameter = torch.nn.Parameter(torch.zeros(()))

    def forward(self, shown):
        for picture, label in self.told:
            if torch.equal(picture, shown[0]):
                return {"cnn": self.palette.paint(label[None])}
        return {"cnn": self.palette.paint(torch.zeros(shown[:, 0].shape, dtype=torch.uint8))}


def by_heart(cases, kind="labels", moved=0):
    return [
        (case.images(n, n + 1)[0], torch.roll(getattr(case, kind)[n], moved, dims=-1))
        for case in cases
        for n in range(len(case))
    ]


@pytest.fixture
def slices(tmp_path):
    return slices_of(read_cases(with_machine(tmp_path / "data", shift=2)), tmp_path / "prepared")


def source_of(slices) -> Source:
    return Source(slices["labeled"], slices["unlabeled"], 2)


def dice(a, b) -> float:
    """Of the classes that are there."""
    seen = [v for v in (1, 2) if ((a == v) | (b == v)).any()]
    values = [2 * ((a == v) & (b == v)).sum() / ((a == v).sum() + (b == v).sum()) for v in seen]
    return float(sum(values) / len(values))


def test_a_program_is_measured_by_the_mean_of_labelled_slices_less_its_error(slices):
    source = source_of(slices)
    assert len(source.judged) == 24 and len({id(case) for case, _ in source.judged}) == 4
    by_case = [
        [dice(case.labels[n], case.machine[n]) for which, n in source.judged if which is case]
        for case in slices["labeled"]
    ]
    means = [statistics.fmean(values) for values in by_case]
    assert source.dice == pytest.approx(statistics.fmean(means), abs=1e-6)
    assert 0.2 < source.low < source.dice < 0.95
    error = statistics.stdev(means) / 2  # of the mean of four cases
    assert source.dice - source.low == pytest.approx(3.18 * error)  # Student's t for 95 %
    assert source.share == 0.0  # nothing to compare it with yet


def test_images_of_one_patient_are_one_measurement(tmp_path):
    cases = read_cases(with_machine(tmp_path, 4, 1, shift=2))
    both = [
        replace(case, group=group)
        for case, group in zip(cases, ("A", "a", "B", "b", "c"), strict=True)
    ]
    found = slices_of(both, tmp_path / "p")
    source = source_of(found)
    means = [
        statistics.fmean(
            dice(case.labels[n], case.machine[n]) for case, n in source.judged if case in pair
        )
        for pair in (found["labeled"][:2], found["labeled"][2:])
    ]
    assert source.dice == pytest.approx(statistics.fmean(means), abs=1e-6)
    error = statistics.stdev(means) / 2**0.5
    assert source.low == pytest.approx(max(0.0, source.dice - 12.71 * error))
    alone = slices_of([replace(case, group="A") for case in cases[:4]], tmp_path / "q")
    assert Source(alone["labeled"], [], 2).dice is None  # one patient tells nothing of others


def test_few_cases_that_differ_much_are_believed_less(tmp_path):
    """One result is right and the other one empty: Dice .5, which may as well be 0."""
    cases = slices_of(read_cases(with_machine(tmp_path / "a", 1, 1, shift=0)), tmp_path / "p")
    wrong = slices_of(read_cases(with_machine(tmp_path / "b", 1, 0, shift=16)), tmp_path / "q")
    source = Source(cases["labeled"] + wrong["labeled"], cases["unlabeled"], 2)
    assert 0.4 < source.dice < 0.6 and source.low == pytest.approx(0.0, abs=0.15)


def test_one_labelled_case_measures_nothing_so_the_program_teaches_nothing(slices):
    sources = Sources(slices["labeled"][:1], slices["unlabeled"], Palette(2), 1.0, 120, 0.2)
    assert sources.follow(24, Oracle(by_heart(slices["labeled"])))
    assert sources.all[0].dice is None and sources.trust() is None
    assert sources.report()["Roller"] == {
        **{"cases": 6, "measured": 0, "dice": None, "teacher": None, "share": 0.0, "taught": 0.0}
    }


def test_the_first_measurement_ends_the_warm_up_and_before_it_no_program_is_believed(slices):
    sources = Sources(slices["labeled"], slices["unlabeled"], Palette(2), 1.0, 120, 0.2)
    half = Oracle(by_heart(slices["labeled"]) + by_heart(slices["unlabeled"], "machine", moved=9))
    when = []
    for step in range(1, 121):
        when += [step] * sources.follow(step, half)
        assert (sources.trust() is None) == (step < 24)
    assert when == list(range(24, 120, 8))
    assert sources.report()["Roller"]["taught"] == 1.0
    early = Sources(slices["labeled"], slices["unlabeled"], Palette(2), 1.0, 120, 0.0)
    assert [step for step in range(1, 30) if early.follow(step, half)] == [10, 20]


def test_a_teacher_that_finds_nothing_is_nothing_to_compare_with(slices):
    """Else a poor program would be believed because the training has not begun to learn."""
    assert measured(slices, Oracle([])).trust() is None


def test_a_teacher_that_knows_only_its_labels_by_heart_does_not_end_a_program(slices):
    """Its Dice is 1 where it learned, and it finds nothing elsewhere: it is worth nothing there."""
    source = source_of(slices)
    poor = by_heart(slices["unlabeled"], "machine", moved=9)
    sources = measured(slices, Oracle([*by_heart(slices["labeled"]), *poor]))
    (found,) = sources.all
    assert 0 < found.agreement < 0.3 and found.teacher == pytest.approx(found.agreement)
    # It may be the program that is worse there.
    assert found.worth == pytest.approx(source.low * (1 + found.agreement) / 2)
    assert found.share == 1.0 and found.dice == source.dice


def measured(slices, network) -> Sources:
    sources = Sources(slices["labeled"], slices["unlabeled"], Palette(2), 1.0, 120, 0.2)
    assert not sources.follow(23, network) and sources.follow(24, network)
    return sources


def test_a_teacher_that_is_right_everywhere_ends_a_program(slices):
    truth = by_heart(slices["unlabeled"], "machine", moved=-2)  # what the phantoms are
    sources = measured(slices, Oracle([*by_heart(slices["labeled"]), *truth]))
    assert sources.all[0].teacher > sources.all[0].dice + MARGIN
    assert sources.trust() is None
    again = Oracle([*by_heart(slices["labeled"]), *by_heart(slices["unlabeled"], "machine", 9)])
    assert sources.follow(32, again)  # the program is better after all, and comes back
    assert sources.trust().share.tolist() == [1.0, 0.0]


def test_an_equal_teacher_teaches_alone(slices):
    source = source_of(slices)
    for less, share in ((0.0, 0.0), (MARGIN / 2, 0.5), (MARGIN, 1.0)):
        source.teacher, source.agreement = source.low - less, 1.0
        assert source.share == pytest.approx(share)


def test_trust_weighs_a_program_by_its_dice_and_is_remembered(slices):
    sources = Sources(slices["labeled"], slices["unlabeled"], Palette(2), 0.5, 120, 0.2)
    (source,) = sources.all
    source.teacher, source.agreement, source.taught = source.low - 0.2, 0.8, 0.25
    trust = sources.trust()
    assert trust.weight.tolist() == pytest.approx([0.5 * source.low * 0.9, 0.0])
    assert trust.share.tolist() == pytest.approx([1.0 * (source.worth > source.teacher), 0.0])
    assert trust.whole.tolist() == [True, False]
    again = Sources(slices["labeled"], slices["unlabeled"], Palette(2), 0.5, 120, 0.2)
    again.restore(sources.state())
    assert again.trust().weight.tolist() == trust.weight.tolist()
    assert again.trust() is again.trust()  # no step copies to a graphics card what stays
    assert again.trust("meta").share.device.type == "meta"
    assert again.report() == sources.report() and again.report()["Roller"]["taught"] == 0.25
    again.restore([(0.0, 0.0)])  # of an earlier version, which had not measured yet
    assert again.trust() is None and again.report()["Roller"]["taught"] == 0.0


def test_a_class_that_a_program_never_finds_is_one_that_it_does_not_know(tmp_path):
    path = with_machine(tmp_path / "data", classes=(0, 1))
    slices = slices_of(read_cases(path), tmp_path / "prepared")
    source = source_of(slices)
    assert source.classes == [1] and not source.whole
    assert source.dice > 0.5  # of the class it knows, and not half of that


def test_a_case_without_any_class_that_a_program_knows_does_not_count_against_it(tmp_path):
    """It is right to find nothing there: no tumour, say, in an organ that a person labelled."""
    path = with_machine(tmp_path / "data", 3, 2, classes=(0, 1))
    with_both = source_of(slices_of(read_cases(path), tmp_path / "prepared"))
    row = json.loads(path.read_text())[0]
    label = sitk.GetArrayFromImage(sitk.ReadImage(row["label"]))
    for key, array in (("label", np.where(label == 2, 2, 0)), ("machine_label", 0 * label)):
        sitk.WriteImage(sitk.GetImageFromArray(array.astype(np.uint8)), row[key], True)
    slices = slices_of(read_cases(path), tmp_path / "prepared")
    source = source_of(slices)
    assert slices["labeled"][0] in [case for case, _ in source.judged]
    assert source.dice == pytest.approx(with_both.dice, abs=0.1)
    slices["labeled"] = slices["labeled"][:2]  # the other one alone is too few
    assert source_of(slices).dice is None


def test_where_a_program_says_nothing_it_is_not_measured(tmp_path):
    """As of a result of a region: here the value 9 covers the left of it."""
    path = with_machine(tmp_path / "data")
    rows = json.loads(path.read_text())
    for row in rows:
        image = sitk.ReadImage(row["machine_label"])
        array = sitk.GetArrayFromImage(image)
        array[:, :, :12] = 9
        sitk.WriteImage(sitk.GetImageFromArray(array), row["machine_label"])
        row["machine_classes"] = {"1": 1, "2": 2, "9": 255}
    path.write_text(json.dumps(rows))
    slices = slices_of(read_cases(path), tmp_path / "prepared")
    source = source_of(slices)
    assert source.classes == [1, 2] and source.whole
    by_case: dict = {}
    for case, n in source.judged:
        known = case.machine[n] != 255
        pair = case.labels[n][known], case.machine[n][known]
        if any(one.any() for one in pair):
            by_case.setdefault(id(case), []).append(dice(*pair))
    wanted = statistics.fmean(statistics.fmean(values) for values in by_case.values())
    assert source.dice == pytest.approx(wanted, abs=1e-6) and 0.3 < wanted < 0.98
    elsewhere = [(p, m.where(m != 255, 0)) for p, m in by_heart(slices["unlabeled"], "machine")]
    source.measure(Oracle([*by_heart(slices["labeled"]), *elsewhere]), Palette(2), ALONE)
    assert source.teacher == pytest.approx(1.0)  # it knows all by heart
