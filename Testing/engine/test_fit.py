"""A model says when an image is not for it: before it runs, and after."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk
from model_fixtures import PREPROCESSING, tiny_card, tiny_package
from phantom_fixtures import write_phantoms

from semigda.cli import main
from semigda.inference.cohort import Cohort
from semigda.inference.likeness import Distribution, distribution_in, look_entry, usual_distance
from semigda.inference.segment import segment_file
from semigda.training.describe import MOST_IMAGES, describe
from semigda_core.errors import SemiGDAError
from semigda_core.models.card import ModelCard
from semigda_core.models.fit import UNLIKE, Facts, images_entry, mismatch, takes_pictures

HIPPOCAMPI = [Facts.of((34 + n % 3, 50, 36), (1, 1, 1), "MR") for n in range(20)]
PICTURES = [Facts.of((400 + n, 300, 1), (1, 1, 1)) for n in range(20)]
MR = tiny_card(images=images_entry(HIPPOCAMPI))
US = tiny_card(
    modality="US",
    images=images_entry(PICTURES),
    preprocessing={
        **PREPROCESSING,
        "slice_axis": "acquisition",
        "intensity": {"rule": "8-bit"},
    },
)


@pytest.mark.parametrize(
    ("card", "image", "said"),
    [
        (
            MR,
            Facts.of((400, 300, 1), (1, 1, 1), "US"),
            "This model was trained on MR volumes of about 35 x 50 x 36 mm; "
            "this is a 2-D ultrasound picture.",
        ),
        (
            MR,
            Facts.of((180, 220, 200), (1, 1, 1), "MR"),
            "This model was trained on MR volumes of about 35 x 50 x 36 mm; "
            "this is an MR volume of 180 x 220 x 200 mm.",
        ),
        (
            MR,
            Facts.of((35, 50, 4), (1, 1, 9), ""),
            "This model was trained on MR volumes of about 35 x 50 x 36 mm in voxels of about "
            "1 x 1 x 1 mm; this is a volume of 35 x 50 x 36 mm in voxels of 1 x 1 x 9 mm.",
        ),
        (
            US,
            Facts.of((30, 30, 30), (1, 1, 1), "CT"),
            "This model was trained on 2-D ultrasound pictures; "
            "this is a CT volume of 30 x 30 x 30 mm.",
        ),
        (MR, Facts.of((50, 36, 35), (1, 1, 1), "MR"), ""),  # along other axes
        (MR, Facts.of((60, 90, 60), (1, 1, 1), ""), ""),  # a crop with a margin
        (US, Facts.of((1200, 900, 1), (0.1, 0.1, 1), "US"), ""),  # pictures have no size
        (US, Facts.of((1200, 900, 1), (1, 1, 1), "OT"), ""),
        (replace(US, modality="XC"), Facts.of((9, 9, 1), (1, 1, 1), "ES"), ""),
    ],
)
def test_image_and_model_are_told_in_words_where_they_differ(card, image, said):
    assert mismatch(card, image) == said


@pytest.mark.parametrize(
    ("code", "said"),
    [("NM", "an NM"), ("PT", "a PET"), ("US", "an ultrasound"), ("MG", "a mammography"),
     ("SM", "an SM"), ("DX", "an X-ray"), ("ES", "an endoscopic"), ("BI", "a BI")],
)  # fmt: skip
def test_codes_are_spoken_letter_by_letter(code, said):
    assert f"this is {said} volume" in mismatch(US, Facts.of((9, 9, 9), (1, 1, 1), code))


def test_a_card_of_before_says_what_is_certain():
    old = replace(MR, images=None)
    assert mismatch(old, Facts.of((500, 500, 500), (1, 1, 1), "MR")) == ""
    assert mismatch(old, Facts.of((9, 9, 9), (1, 1, 1), "CT")).endswith(
        "trained on MR volumes; this is a CT volume of 9 x 9 x 9 mm."
    )
    assert takes_pictures(replace(US, images=None)) and takes_pictures(old) is False
    assert "images" not in old.to_dict()
    assert ModelCard.from_dict({**old.to_dict(), "weights_sha256": None}) == old


def test_one_odd_image_of_many_does_not_stretch_the_range():
    odd = Facts.of((999, 999, 999), (9, 9, 9), "MR")
    entry = images_entry([*HIPPOCAMPI, odd])
    assert entry["extent"]["high"] == [36, 50, 36] and entry["extent"]["low"] == [34, 50, 36]
    assert entry["count"] == 21 and entry["pictures"] == 0


def test_a_model_of_volumes_and_pictures_refuses_neither():
    both = tiny_card(images=images_entry([*HIPPOCAMPI, *PICTURES]))
    assert not mismatch(both, PICTURES[0]) and not mismatch(both, HIPPOCAMPI[0])


# After running


def _vectors(count: int, seed: int, size: int = 40) -> np.ndarray:
    """Of images that vary in three directions together, and a little in each feature."""
    rng = np.random.default_rng(seed)
    mixing = np.random.default_rng(99).standard_normal((3, size))
    return rng.standard_normal((count, 3)) @ mixing + 0.3 * rng.standard_normal((count, size))


def test_distances_tell_other_kinds_from_the_own():
    seen, new = _vectors(100, 0), _vectors(400, 1)
    usual = usual_distance(seen, [str(n) for n in range(100)])
    known = distribution_in(look_entry(seen, [str(n) for n in range(100)], "cnn"))
    assert (known.distance(new) > usual).mean() <= 0.05
    # As long as any of the own kind, but against what these features have in common.
    turned = new[:, ::-1]
    assert (known.distance(turned) > usual).mean() > 0.95


def test_what_a_card_remembers_is_near_enough_to_what_was_measured():
    seen = _vectors(30, 0)
    entry = look_entry(seen, [str(n) for n in range(30)], "cnn")
    exact, kept = Distribution.of(seen), distribution_in(entry)
    np.testing.assert_allclose(kept.distance(seen), exact.distance(seen), rtol=0.01)
    assert entry["features"] == 40 and entry["directions"] == 24


@pytest.mark.parametrize("numbers", ["AAAA", "A" * 4 * 1000])
def test_damaged_numbers_of_a_card_are_no_distribution(numbers):
    entry = look_entry(_vectors(30, 0), [str(n) for n in range(30)], "cnn")
    assert distribution_in({**entry, "numbers": numbers}) is None


def test_images_of_few_patients_are_no_distribution():
    groups = [str(n % 7) for n in range(30)]
    assert look_entry(_vectors(30, 0), groups, "cnn") is None


@pytest.fixture(scope="module")
def described(tmp_path_factory):
    """A package that says what its images are like, and the case list."""
    folder = tmp_path_factory.mktemp("described")
    cases = write_phantoms(folder / "cases", 6, 14, 4, shape=(6, 32, 32))
    model = tiny_package(folder)
    return model, cases, describe(model, cases, "cpu")


def test_a_package_learns_what_its_training_images_are_like(described):
    model, _, card = described
    assert ModelCard.read(model) == card
    assert card.images["count"] == 20 < MOST_IMAGES and card.images["pictures"] == 0
    assert card.images["extent"]["middle"] == [32, 32, 6]
    look = card.images["look"]
    assert look["encoder"] == "cnn" and look["features"] == 32 and look["directions"] == 19


def test_after_running_an_image_of_another_look_is_noted(described, tmp_path):
    model, cases, _ = described
    out = tmp_path / "out.seg.nrrd"

    def told(path):
        return segment_file(path, model, out, overwrite=True)

    own = [told(cases.parent / f"image_{n:03d}.nrrd") for n in range(20, 24)]
    assert [one["notes"] for one in own] == [[]] * 4
    assert all(0 < one["unlikeness"] < 1 for one in own)
    noise = np.random.default_rng(0).integers(0, 2000, (6, 32, 32)).astype(np.int16)
    sitk.WriteImage(sitk.GetImageFromArray(noise), str(tmp_path / "noise.nrrd"))
    other = told(tmp_path / "noise.nrrd")
    assert other["unlikeness"] > 1 and other["notes"] == [UNLIKE]
    assert b"SemiGDA_Unlikeness:=" in out.read_bytes()[:5000]


def test_a_cohorts_table_says_which_case_is_unlike(described, tmp_path):
    model, cases, _ = described
    noise = np.random.default_rng(0).integers(0, 2000, (6, 32, 32)).astype(np.int16)
    sitk.WriteImage(sitk.GetImageFromArray(noise), str(tmp_path / "noise.nrrd"))
    images = [("own", cases.parent / "image_020.nrrd"), ("noise", tmp_path / "noise.nrrd")]
    Cohort(images, tmp_path / "out").segment(model)
    rows = list(csv.DictReader((tmp_path / "out/summary.csv").open(encoding="utf-8-sig")))
    notes = {row["case"]: (float(row["unlikeness"]) > 1, row["notes"]) for row in rows}
    assert notes == {"own": (False, ""), "noise": (True, UNLIKE)}


class _Person(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("answer", "more", "made", "asked"),
    [
        (_Person("n\n"), [], False, True),
        (_Person("y\n"), [], True, True),
        (_Person(""), ["--anyway"], True, False),
        (io.StringIO(""), [], True, False),  # a script: the notes say it
    ],
)
def test_the_command_asks_before_it_segments_another_kind(
    described, tmp_path, monkeypatch, capsys, answer, more, made, asked
):
    model, cases, _ = described
    image = sitk.ReadImage(str(cases.parent / "image_020.nrrd"))
    image.SetSpacing((1, 1, 50))
    sitk.WriteImage(image, str(tmp_path / "thick.nrrd"))
    out = tmp_path / "out.seg.nrrd"
    monkeypatch.setattr("sys.stdin", answer)
    arguments = [str(tmp_path / "thick.nrrd"), "-o", str(out), "--model", str(model), *more]
    assert main(["segment", *arguments]) == (0 if made else 1)
    told = capsys.readouterr()
    assert out.exists() == made
    assert "in voxels of 1 x 1 x 50 mm." in told.err
    assert ("Segment anyway?" in told.err) == asked


def test_the_command_describes_a_model(described, capsys):
    model, cases, card = described
    assert main(["models", "training-images", str(model), str(cases), "--device", "cpu"]) == 0
    assert "20 training images" in capsys.readouterr().out
    assert ModelCard.read(model) == card  # the same again


def test_a_list_without_a_readable_image_changes_nothing(described, tmp_path):
    model, _, card = described
    (tmp_path / "broken.nrrd").write_bytes(b"NRRD0004\n")
    cases = tmp_path / "cases.json"
    cases.write_text(json.dumps([{"image": "broken.nrrd", "role": "unlabeled"}]))
    with pytest.raises(SemiGDAError, match="could be read"):
        describe(model, cases, "cpu")
    assert ModelCard.read(model) == card
