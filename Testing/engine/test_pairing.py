"""What the files of realistic folders are taken for, and how many patients there are."""

import os
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from semigda.cli import main
from semigda_core.errors import SemiGDAError
from semigda_core.project.cases.listing import CHANNEL, MIXED, NO_IMAGE, SAME, WITHOUT_IMAGE
from semigda_core.project.cases.pairing import Pairing, match, pair_files, pair_folder
from semigda_core.project.project import Project

SEVERAL = ("benign (4).png", "q.nii")  # images with several labels of their name
UID = b"1.2.826.0.1.3680043.2."


def touch(folder, *files):
    folder.mkdir(exist_ok=True, parents=True)
    for file in files:
        (folder / file).touch()
    return folder


def names(pairing):
    return {image.name: label and label.name for image, label in pairing.pairs}


def patients(pairing):
    return len({case.group or case.name for case in pairing.cases()})


def left_out(pairing):
    return {path.name: why for path, why in pairing.left_out}


def dicom(path, series=b"1", *, preamble=True, explicit=True, modality=b"MR"):
    """The beginning of a DICOM file."""

    def element(tag, kind, value):
        value += b"\0" * (len(value) % 2)
        size = len(value)
        if explicit:
            return tag + kind + size.to_bytes(2, "little") + value
        return tag + size.to_bytes(4, "little") + value

    data = element(b"\x08\x00\x16\x00", b"UI", UID + b"0")
    data += element(b"\x08\x00\x60\x00", b"CS", modality)
    data += element(b"\x20\x00\x0e\x00", b"UI", UID + series)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((b"\0" * 128 + b"DICM" if preamble else b"") + data)


@pytest.mark.parametrize(
    ("preamble", "explicit"), [(True, True), (True, False), (False, True), (False, False)]
)
@pytest.mark.parametrize("name", ["IM{:04d}", "{}", "1.2.840.{}", "slice{}.dcm", "I{}.IMA"])
def test_slices_of_one_series_are_one_patient(tmp_path, preamble, explicit, name):
    for number in range(35):
        dicom(tmp_path / "P1" / name.format(number + 1), preamble=preamble, explicit=explicit)
    (tmp_path / "P1" / "AREADME.txt").write_text("read me")
    (tmp_path / "P1" / "LICENSE").write_text("yours")
    pairing = pair_folder(tmp_path / "P1")
    assert names(pairing) == {"P1": None} and patients(pairing) == 1
    assert pairing.slices == {tmp_path / "P1": 35}
    assert left_out(pairing) == {"AREADME.txt": NO_IMAGE, "LICENSE": NO_IMAGE}
    dicom(tmp_path / "P2" / "x", preamble=preamble, explicit=explicit)
    assert names(pair_folder(tmp_path)) == {"P1": None, "P2": None}
    chosen = [path for path in (tmp_path / "P1").iterdir() if path.suffix != ".txt"]
    assert names(pair_files(chosen)) == {"P1": None}


def test_a_real_series_is_found_and_read(tmp_path):
    array = np.arange(4 * 8 * 8).reshape(4, 8, 8).astype(np.int16)
    writer = sitk.ImageFileWriter()
    writer.KeepOriginalImageUIDOn()
    for number in range(4):
        image = sitk.GetImageFromArray(array[number])
        image.SetMetaData("0020|000e", "1.2.3.4")
        image.SetMetaData("0020|0032", f"0\\0\\{number}")
        writer.SetFileName(str(tmp_path / f"{number}.dcm"))
        writer.Execute(image)
        (tmp_path / f"{number}.dcm").rename(tmp_path / f"IM{number}")
    pairing = pair_folder(tmp_path)
    assert [image for image, _ in pairing.pairs] == [tmp_path]
    assert pairing.slices == {tmp_path: 4}


def test_dicom_files_of_several_series(tmp_path):
    for number in range(3):  # ultrasound: a file is an image
        dicom(tmp_path / "us" / f"{number}.dcm", series=str(number).encode())
    assert names(pair_folder(tmp_path / "us")) == {f"{n}.dcm": None for n in range(3)}
    for number in range(6):
        dicom(tmp_path / "ct" / f"{number}.dcm", series=str(number % 2).encode())
    dicom(tmp_path / "ct" / "single.dcm", series=b"7")
    pairing = pair_folder(tmp_path / "ct")
    assert names(pairing) == {"single.dcm": None}
    assert left_out(pairing) == {f"{n}.dcm": MIXED for n in range(6)}


def test_dicom_files_without_an_image_are_none(tmp_path):
    dicom(tmp_path / "a")
    dicom(tmp_path / "seg", series=b"2", modality=b"SEG")
    dicom(tmp_path / "DICOMDIR", series=b"3")
    pairing = pair_folder(tmp_path)
    assert names(pairing) == {tmp_path.name: None}
    assert left_out(pairing) == dict.fromkeys(("seg", "DICOMDIR"), WITHOUT_IMAGE)


def test_channels_of_nnunet_are_one_patient(tmp_path):
    files = [f"case{n}_{c:04d}.nii.gz" for n in (1, 2) for c in range(3)]
    images = touch(tmp_path / "imagesTr", *files, "dataset.json")
    labels = touch(tmp_path / "labelsTr", "case1.nii.gz", "case2.nii.gz")
    pairing = pair_folder(images, labels)
    assert names(pairing) == {
        "case1_0000.nii.gz": "case1.nii.gz",
        "case2_0000.nii.gz": "case2.nii.gz",
    }
    told = {name: CHANNEL for name in files if "_0000" not in name}
    assert left_out(pairing) == {**told, "dataset.json": NO_IMAGE} and patients(pairing) == 2
    assert len(pair_folder(images).pairs) == 2


def test_frames_of_a_film_and_years_are_no_channels(tmp_path):
    film = touch(tmp_path / "film", *(f"film_{n:04d}.png" for n in range(40)))
    assert len(pair_folder(film).pairs) == 40
    years = touch(tmp_path / "years", "scan_2019.nii.gz", "scan_2020.nii.gz")
    assert len(pair_folder(years).pairs) == 2
    pictures = touch(tmp_path / "p", "a_0000.png", "a_0001.png", "b_0000.png", "b_0001.png")
    assert len(pair_folder(pictures).pairs) == 4
    labels = touch(tmp_path / "l", "a.png", "b.png")
    assert names(pair_folder(pictures, labels)) == {"a_0000.png": "a.png", "b_0000.png": "b.png"}


@pytest.mark.parametrize(
    "word",
    [
        "seg",
        "SEG",
        "Segmentation",
        "mask",
        "masks",
        "label",
        "gt",
        "roi",
        "msk",
        "mask1",
        "Maske",
        "Segmentierung",
        "Kontur",
        "masque",
        "étiquette",
        "máscara",
        "segmentación",
        "maschera",
        "etichetta",
        "segmentação",
        "segmentatie",
        "segmentering",
        "maska",
        "bölütleme",
        "маска",
        "разметка",
        "标签",
        "掩码",
        "マスク",
        "마스크",
    ],
)
def test_labels_in_many_languages_are_no_patients(tmp_path, word):
    for form in ("{0}_{1}.nii.gz", "{1}-{0}.nii.gz", "{0} {1}.nii.gz", "{0}_{1}_v2.nii.gz"):
        folder = tmp_path / form[:12].strip("{}.")
        touch(folder, "Müller 1.nii.gz", "b.nii.gz", form.format("Müller 1", word))
        pairing = pair_folder(folder)
        assert names(pairing) == {
            "b.nii.gz": None,
            "Müller 1.nii.gz": form.format("Müller 1", word),
        }, form
        assert patients(pairing) == 2


@pytest.mark.parametrize("name", ["case1Mask", "Case1_MASK", "病例1标签", "case1_mask_1"])
def test_words_are_found_without_separators(tmp_path, name):
    image = "病例1" if "病" in name else "case1"
    pairing = pair_folder(touch(tmp_path, f"{image}.png", "other.png", f"{name}.png"))
    assert names(pairing)[f"{image}.png"] == f"{name}.png" and len(pairing.pairs) == 2


@pytest.mark.parametrize(
    ("files", "pairs", "labels"),
    [
        # Busi: several masks of one image
        (
            ("benign (1).png", "benign (1)_mask.png", "benign (2).png", "benign (2)_mask.png"),
            {"benign (1).png": "benign (1)_mask.png", "benign (2).png": "benign (2)_mask.png"},
            [],
        ),
        (
            ("benign (4).png", "benign (4)_mask.png", "benign (4)_mask_1.png"),
            {"benign (4).png": None},
            [],
        ),
        (
            ("p.nii", "p.seg.nrrd", "q.nii", "q_seg.nii", "q-label.nii", "seg_alone.nii"),
            {"p.nii": "p.seg.nrrd", "q.nii": None, "seg_alone.nii": None},
            [],
        ),
        (
            ("image_000.nrrd", "label_000.nrrd", "image_001.nrrd"),
            {"image_000.nrrd": "label_000.nrrd", "image_001.nrrd": None},
            [],
        ),
        # one patient's folder
        (("image.nii.gz", "mask.nii.gz"), {"image.nii.gz": "mask.nii.gz"}, []),
        # a label whose image is not there is no patient
        (("a.nii.gz", "b_Maske.nii.gz"), {"a.nii.gz": None}, ["b_Maske.nii.gz"]),
        (("a.nii.gz", "b.seg.nrrd"), {"a.nii.gz": None}, ["b.seg.nrrd"]),
        # the word as a part of the name
        (("mask study 1.png", "mask study 2.png"), dict.fromkeys(
            ("mask study 1.png", "mask study 2.png")), []),
        (("a_seg.nii.gz", "b_seg.nii.gz"), dict.fromkeys(("a_seg.nii.gz", "b_seg.nii.gz")), []),
        (("segovia.png", "labrador.png"), dict.fromkeys(("segovia.png", "labrador.png")), []),
        # composed and decomposed accents
        (("mu\u0308ller.png", "m\u00fcller_seg.png"), {"mu\u0308ller.png":
          "m\u00fcller_seg.png"}, []),
    ],
)  # fmt: skip
def test_realistic_folders(tmp_path, files, pairs, labels):
    pairing = pair_folder(touch(tmp_path, *files))
    assert names(pairing) == names(pair_folder(tmp_path, tmp_path)) == pairs
    assert [label.name for label in pairing.unpaired_labels] == labels
    assert pairing.doubtful == [tmp_path / name for name in pairs if name in SEVERAL]


def test_sequences_of_one_examination_are_one_patient(tmp_path):
    kinds = ("t1", "t1ce", "t2", "flair")
    touch(tmp_path, *(f"BraTS_{n}_{kind}.nii.gz" for n in (1, 2) for kind in kinds))
    touch(tmp_path, "BraTS_1_seg.nii.gz", "BraTS_2_seg.nii.gz", "BraTS_3_t1.nii.gz")
    pairing = pair_folder(tmp_path)
    assert len(pairing.pairs) == 9 and patients(pairing) == 3
    assert {n: label for n, label in names(pairing).items() if "_1_" in n} == {
        f"BraTS_1_{kind}.nii.gz": "BraTS_1_seg.nii.gz" for kind in kinds
    }
    groups = {case.name: case.group for case in pairing.cases(r"(BraTS)")}
    assert set(groups.values()) == {"BraTS"}  # the user's own pattern has the last word


def test_one_case_in_two_formats_is_one_patient(tmp_path):
    touch(tmp_path, "a.nii", "a.nii.gz", "b.png", "b.jpg", "c.mhd", "c.raw")
    pairing = pair_folder(tmp_path)
    assert len(pairing.pairs) == 3
    assert list(left_out(pairing).values()).count(SAME) == 2


def test_a_folder_of_labels(tmp_path):
    images = touch(tmp_path / "i", "a10.nii.gz", "a2.nii.gz", "c.png")
    dicom(images / "study" / "1")
    labels = touch(tmp_path / "l", "a2.seg.nrrd", "c_mask.png", "study.nii", "d.nrrd", "notes.txt")
    pairing = pair_folder(images, labels)
    assert list(names(pairing).items()) == [
        ("a2.nii.gz", "a2.seg.nrrd"),
        ("a10.nii.gz", None),
        ("c.png", "c_mask.png"),
        ("study", "study.nii"),
    ]
    assert [label.name for label in pairing.unpaired_labels] == ["d.nrrd"]
    with pytest.raises(SemiGDAError, match="does not exist"):
        pair_folder(tmp_path / "nowhere")
    with pytest.raises(SemiGDAError, match="regular expression"):
        pairing.cases("(")


def test_masks_in_the_images_folder_are_no_patients_beside_a_label_folder(tmp_path):
    images = touch(tmp_path / "i", "a.png", "b.png", "b_Maske.png")
    labels = touch(tmp_path / "l", "a.png")
    assert names(pair_folder(images, labels)) == {"a.png": "a.png", "b.png": "b_Maske.png"}


def test_what_is_hidden_or_a_macs_is_nothing(tmp_path):
    touch(tmp_path, "a.png", "._a.png", ".DS_Store", "Thumbs.db")
    dicom(tmp_path / "__MACOSX" / "x")
    pairing = pair_folder(tmp_path)
    assert names(pairing) == {"a.png": None}
    with pytest.raises(SemiGDAError, match="no images"):
        pair_folder(touch(tmp_path / "none", "README"))


def test_the_command_line_tells_what_each_file_was_taken_for(tmp_path, capsys):
    project = tmp_path / "project"
    assert main(["project", "create", str(project), "--classes", "tumour"]) == 0
    touch(tmp_path / "i", "a_0000.nii.gz", "a_0001.nii.gz", "a_Maske.nii.gz", "x.txt")
    for number in range(2):
        dicom(tmp_path / "i" / "P1" / str(number))
    if os.name == "posix":
        touch(tmp_path / "i", os.fsdecode(b"M\xfcller\x1b[2J.nii.gz"))
    capsys.readouterr()
    assert main(["project", "add", str(project), str(tmp_path / "i"), "--preview"]) == 0
    told = capsys.readouterr().out
    assert "\x1b" not in told
    lines = [" ".join(line.split()) for line in told.splitlines()]
    assert "a_0000.nii.gz a_Maske.nii.gz" in lines and "P1 (2 DICOM files) -" in lines
    assert "a_0001.nii.gz left out: another channel of a case" in lines
    assert "x.txt left out: no image" in lines


def test_a_pattern_that_finds_no_patient_is_told_and_one_that_does_counts_later_too(
    tmp_path, capsys
):
    """Else two images of a patient are two patients, and one is held out while the other trains."""
    project = tmp_path / "project"
    main(["project", "create", str(project), "--classes", "tumour"])
    images = touch(tmp_path / "i", "p01_a.png", "p01_b.png", "p02_a.png", "x.png")
    add = ["project", "add", str(project), str(images), "--group-pattern"]
    capsys.readouterr()
    assert main([*add, r"P\d+"]) == 0
    assert (
        "no patient in 4 of 4 names, such as p01_a: each counts as a patient"
        in capsys.readouterr().err
    )
    assert main([*add, r"p\d+", "--preview"]) == 0
    assert (
        "no patient in 1 of 4 names, such as x: each counts as a patient" in capsys.readouterr().err
    )
    assert main([*add, r"p\d+"]) == 0
    cases = Project(project).read().cases
    assert [case.group for case in cases] == ["p01", "p01", "p02", None]
    assert len({case.patient for case in cases}) == 3


def in_folders(pairing):
    """Images and labels with the folders that they lie in."""
    return {
        image.relative_to(image.parents[1]).as_posix(): label
        and label.relative_to(label.parents[1]).as_posix()
        for image, label in pairing.pairs
    }


def scattered(tmp_path, *files):
    for file in files:
        touch((tmp_path / file).parent, (tmp_path / file).name)
    return [tmp_path / file for file in files]


@pytest.mark.parametrize("image, label", [("scan", "scan"), ("image", "label"), ("CT", "CT_mask")])
def test_where_patients_have_folders_a_label_goes_to_its_own_patient_only(tmp_path, image, label):
    """All images are called the same, and only some have a label."""
    label += ".seg.nrrd" if label == image else ".nii.gz"
    images = [f"{patient}/{image}.nii.gz" for patient in "ABC"]
    pairing = pair_files(scattered(tmp_path, *images, f"A/{label}", f"C/{label}"))
    assert in_folders(pairing) == {
        images[0]: f"A/{label}",
        images[1]: None,
        images[2]: f"C/{label}",
    }
    assert not pairing.doubtful and not pairing.unpaired_labels


def test_one_label_is_never_given_to_two_images_of_its_name(tmp_path):
    images = scattered(tmp_path, "A/CT.nii.gz", "B/CT.nii.gz")
    (label,) = scattered(tmp_path, "results/CT.nii.gz")
    found = match(images, [label])
    assert in_folders(found) == {"A/CT.nii.gz": None, "B/CT.nii.gz": None}
    assert found.doubtful == images and not found.unpaired_labels
    # Folders of the patients' names tell whose they are, and what one patient has, no other gets.
    labels = scattered(tmp_path, "results/B/CT.nii.gz")
    assert in_folders(match(images, labels)) == {"A/CT.nii.gz": None, "B/CT.nii.gz": "B/CT.nii.gz"}
    labels += scattered(tmp_path, "results/A/CT.nii.gz")
    assert in_folders(match(images, labels))["A/CT.nii.gz"] == "A/CT.nii.gz"


def test_sequences_in_patients_folders_share_the_label_of_their_patient(tmp_path):
    files = [f"{patient}/brain_{kind}.nii.gz" for patient in "AB" for kind in ("T1", "T2")]
    pairing = pair_files(scattered(tmp_path, *files, "A/brain_seg.nii.gz"))
    label = "A/brain_seg.nii.gz"
    assert in_folders(pairing) == dict(zip(files, (label, label, None, None), strict=True))
    (more,) = scattered(tmp_path, "A/brain_FLAIR.nii.gz")
    pairing = pair_files([*(tmp_path / file for file in files), more])
    assert [pairing.groups[tmp_path / file] for file in files] == [
        *("A brain", "A brain"),
        *("B brain", "B brain"),
    ]
    assert pairing.groups[more] == "A brain"  # also what only one of the patients has


def test_the_pattern_for_patients_finds_its_first_group_or_all_of_it_anywhere():
    pairing = Pairing([(Path("scan_DOE7_a.nrrd"), None), (Path("other.nrrd"), None)])
    for pattern, group in ((r"_(DOE\d)_", "DOE7"), (r"DOE\d", "DOE7"), (r"_\w+?_", "_DOE7_")):
        assert [case.group for case in pairing.cases(pattern)] == [group, None]
