"""What people bring is not swapped, split or passed over without a word."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hostile_files import noise, write
from phantom_fixtures import write_phantoms
from project_fixtures import AFFINE, draw, write_segmentation
from test_pairing import dicom, left_out, names, touch
from training_fixtures import settings

from semigda.check.run import check
from semigda.cli import main
from semigda.data.cases import read_cases
from semigda.data.labels import label_parts
from semigda.data.volumes import Volume
from semigda.training.train import train
from semigda_core.errors import SemiGDAError
from semigda_core.jobs.folder import JobFolder
from semigda_core.jobs.training import TrainSettings
from semigda_core.labels.made import COHORT, PICTURES
from semigda_core.labels.nrrd import header_bytes
from semigda_core.project.cases.listing import MIXED, NESTED, NO_IMAGE, NO_LABEL, WITHOUT_IMAGE
from semigda_core.project.cases.pairing import crossed, pair_folder, pair_more
from semigda_core.project.project import NewCase, Project

# As a shell and Python's sorted() order them: "1." comes before "10", and "10_" before "1_".
IMAGES = sorted(["a_1.nrrd", "a_10.nrrd", "a_2.nrrd"])
MASKS = sorted(["a_1_mask.nrrd", "a_10_mask.nrrd", "a_2_mask.nrrd"])


@pytest.fixture
def study(tmp_path):
    """Images, each with its mask, in two folders of which each is sorted by itself."""
    for folder, files in (("i", IMAGES), ("m", MASKS)):
        (tmp_path / folder).mkdir()
        for number, file in enumerate(files):
            grey, labels = noise() + number, (noise() > 200 + number).astype(np.uint8)
            write(tmp_path / folder / file, grey if folder == "i" else labels)
    return [tmp_path / "i" / file for file in IMAGES], [tmp_path / "m" / file for file in MASKS]


def test_labels_in_another_order_than_the_images_go_to_no_other_patient(study, tmp_path, capsys):
    images, labels = study
    assert main(["project", "create", str(tmp_path / "p"), "--classes", "ball"]) == 0
    add = ["project", "add", str(tmp_path / "p"), *map(str, images), "--labels"]
    assert main([*add, *map(str, labels)]) != 0
    assert "another order than the images" in "".join(capsys.readouterr())
    assert not Project(tmp_path / "p").read().cases
    labels = [labels[1], labels[0], labels[2]]
    assert main([*add, *map(str, labels)]) == 0
    cases = Project(tmp_path / "p").read().cases
    assert [case.label.stem for case in cases] == [f"{case.image.stem}_mask" for case in cases]
    assert "other-name" not in {found.code for found in check(Project(tmp_path / "p"))}


def test_names_that_say_nothing_and_shared_labels_are_in_no_order(tmp_path):
    t1, t2, mask = (tmp_path / name for name in ("a_T1.nii", "a_x.nii", "a_T1_mask.nii"))
    assert not crossed([(t1, mask), (t2, mask)])  # one label for both
    assert not crossed([(t1, tmp_path / "b.nii"), (t2, tmp_path / "c.nii")])
    assert crossed([(t1, None), (t2, mask)]) == [t2]
    assert crossed([(t1, tmp_path / "a_x_mask.nii"), (t2, mask)]) == [t1, t2]


def test_the_check_tells_of_labels_with_other_images_names(study, tmp_path):
    images, labels = study
    project = Project.create(tmp_path / "p", classes=["ball"])
    ids = project.add(map(NewCase, images, labels)).cases
    (found,) = (one for one in check(project) if one.code == "other-name")
    assert found.case_ids == tuple(ids[:2]) and found.severity == "warning"
    assert "the labels of 2 images" in found.message
    project.set_use([ids[0]], "unlabeled")
    (found,) = (one for one in check(project) if one.code == "other-name")
    assert found.case_ids == (ids[1],) and "a label is that of another" in found.message


def test_a_training_tells_of_labels_with_other_images_names(tmp_path):
    cases = read_cases(write_phantoms(tmp_path / "data", 3, 0, 0, shape=(6, 32, 32)))
    rows = [{"image": str(one.image), "label": str(one.label), "role": "labeled"} for one in cases]
    rows[0]["label"], rows[1]["label"] = rows[1]["label"], rows[0]["label"]
    listed = tmp_path / "cases.json"
    listed.write_text(json.dumps(rows))
    job = JobFolder.create(tmp_path / "job", "train", {"cases": str(listed)})
    values = settings(listed, tmp_path / "out", work=None, pretrain_steps=0, align_steps=0,
                      steps=1, validations=0)  # fmt: skip
    train(TrainSettings.from_dict(values), job)
    told = [event["message"] for event in job.events() if event["type"] == "warning"]
    assert "By their names, the labels of 2 images are those of others." in told


def test_what_lies_in_subfolders_is_told(tmp_path):
    """Beside patients whose files lie where they are looked for."""
    touch(tmp_path, "a.nii.gz")
    dicom(tmp_path / "P1" / "1.dcm")
    dicom(tmp_path / "P1" / "rtstruct.dcm", series=b"2", modality=b"RTSTRUCT")
    touch(tmp_path / "P1", "tumour.seg.nrrd", "report.pdf")  # a label beside the slices
    touch(tmp_path / "P2", "scan.nii.gz")
    dicom(tmp_path / "P3" / "CT" / "1")
    dicom(tmp_path / "P4" / "study" / "series" / "1.dcm")
    touch(tmp_path / "P5" / "reports", "a.pdf")
    pairing = pair_folder(tmp_path)
    assert names(pairing) == {"a.nii.gz": None, "P1": None}
    assert left_out(pairing) == {
        "rtstruct.dcm": WITHOUT_IMAGE,
        **dict.fromkeys(("tumour.seg.nrrd", "scan.nii.gz", "CT", "study"), NESTED),
    }


def test_results_and_their_pictures_in_subfolders_are_not_told(tmp_path):
    """Where somebody keeps them beside the images, each run would tell of all of them."""
    touch(tmp_path, "a.nii.gz", COHORT)
    for folder in (tmp_path, tmp_path / "out"):
        touch(folder / PICTURES, "a.png")
        touch(folder, COHORT)
    for place in (tmp_path / "out", tmp_path / "out" / "again"):
        place.mkdir(exist_ok=True)
        (place / "a.seg.nrrd").write_bytes(header_bytes({}, {"SemiGDA_Engine": "1"}))
    assert left_out(pair_folder(tmp_path)) == {COHORT: NO_IMAGE}


def test_what_a_folder_of_labels_holds_and_cannot_give_is_told(tmp_path):
    images = touch(tmp_path / "images", "a.nii.gz", "b.nii.gz", "c.nii.gz")
    labels = touch(tmp_path / "labels", "a.nii.gz", "notes.txt")
    touch(labels / "b", "liver.nii.gz")
    dicom(labels / "seg.dcm", modality=b"SEG")
    dicom(labels / "CT" / "1", series=b"1")
    for number in range(4):
        dicom(labels / "two" / str(number), series=b"%d" % (2 + number // 2))
    pairing = pair_folder(images, labels)
    assert names(pairing) == {"a.nii.gz": "a.nii.gz", "b.nii.gz": None, "c.nii.gz": None}
    assert left_out(pairing) == {
        "seg.dcm": WITHOUT_IMAGE,
        "liver.nii.gz": NESTED,
        "CT": NO_LABEL,
        **dict.fromkeys("0123", MIXED),
    }


@pytest.mark.parametrize("pattern", [r"^([^_\-]+)", r"^[^_\-]+"])
def test_a_patient_is_the_same_with_and_without_more_in_the_name(tmp_path, pattern):
    """Else one image of a patient may be held out while another trains."""
    touch(tmp_path, "P1.nii.gz", "P1_followup.nrrd", "P2-late.png", "P2.png")
    groups = {case.name: case.group for case in pair_folder(tmp_path).cases(pattern)}
    assert groups == {"P1": "P1", "P1_followup": "P1", "P2": "P2", "P2-late": "P2"}


def test_a_layer_that_no_segment_has_is_refused(tmp_path):
    """As its voxels are in a layer that others have, too: they would be background."""
    labels = draw(0)[1]
    like = Volume(np.zeros(labels.shape, np.int16), AFFINE)
    layers = [(labels == value).astype(np.uint8) for value in (1, 2)]
    parts = [{"Name": "ball", "LabelValue": 1, "Layer": 0}]
    path = write_segmentation(tmp_path / "l.seg.nrrd", layers, parts)
    with pytest.raises(SemiGDAError, match="value 1, which no segment"):
        list(label_parts(path, like))
    layers[1][:] = 0  # an empty one is nothing
    path = write_segmentation(tmp_path / "l.seg.nrrd", layers, parts)
    ((name, mask),) = label_parts(path, like)
    assert name == "ball" and mask.sum() == (labels == 1).sum()


def test_files_that_are_in_no_case_are_named(tmp_path):
    """Also of those that only images that are there already could have taken."""
    known = tmp_path / "a.nrrd"
    touch(tmp_path, "a.nrrd", "b.nrrd", "b_mask.nrrd", "tumour_mask.nrrd", "x.txt", "a_seg.nrrd")
    dicom(tmp_path / "P1" / "1")
    dicom(tmp_path / "P1" / "seg", series=b"2", modality=b"SEG")
    given = ("b.nrrd", "b_mask.nrrd", "tumour_mask.nrrd", "x.txt", "P1/1", "P1/seg")
    cases, others = pair_more((tmp_path / name for name in given), [known])
    assert {case.name: case.label and case.label.name for case in cases} == {
        "b": "b_mask.nrrd",
        "P1": None,
    }
    assert [path.name for path in others] == ["tumour_mask.nrrd", "x.txt", "seg"]
    touch(tmp_path, "a_mask.nrrd")
    given = [tmp_path / "a_seg.nrrd", tmp_path / "a_mask.nrrd"]
    assert pair_more(given, [known]) == ([], given)  # which of them is its label?
    ((case,), others) = pair_more(given[:1], [known])
    assert (case.image, case.label, others) == (known, given[0], [])
