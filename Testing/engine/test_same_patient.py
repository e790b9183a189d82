"""Images of one patient that count as several are found by their names and folders."""

from __future__ import annotations

import pytest

from semigda_core.project.check.rules.find import find
from semigda_core.project.project import NewCase, Project

NUMBERS = range(1, 5)
PATIENTS = {
    "frames": [f"patient{n:03}_frame{m:02}.nii.gz" for n in NUMBERS for m in (1, 12)],
    "sessions": [f"sub-{n:02}_ses-{m}_T1w.nii.gz" for n in NUMBERS for m in (1, 2)],
    "sides": [f"bus_{n:04}-{side}.png" for n in NUMBERS for side in "lr"],
    "one letter": [f"{n}{side}.png" for n in NUMBERS for side in "ab"],
    "films": [f"video{n}_{m:05}.png" for n in (1, 2) for m in range(30)],
    "folders": [f"{n}/{name}.nrrd" for n in "abc" for name in ("ED", "ES")],
}
NO_PATIENTS = {
    "numbers": [f"hippocampus_{n:03}.nii.gz" for n in range(20)],
    "channels": [f"case_{n:03}_0000.nii.gz" for n in range(20)],
    "one phase": [f"SC-HF-I-{n:02}_ED.nii.gz" for n in NUMBERS],
    "sequences": [f"T{t}_{n:03}.nii.gz" for t in (1, 2) for n in range(2)],
    "hospitals": [f"site{s}_{n:03}.nii.gz" for s in (1, 2, 3) for n in range(10)],
    "two hospitals": [f"site{s}_{n:03}.nii.gz" for s in (1, 2) for n in (1, 2)],
    "random names": [f"cju{n % 3}f8w{n}t65en.jpg" for n in range(9)],
    "two folders": [f"{part}/{n}.nrrd" for part in ("train", "test") for n in range(4)],
    "identifiers": [f"1.2.840.113619.{n}.{m}.nrrd" for n in NUMBERS for m in (1, 2)],
}


def project_of(folder, names):
    project = Project.create(folder / "project")
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    project.add([NewCase(folder / name) for name in names])
    return project


def found(project):
    return [one for one in find(project.read(), {}) if one.code == "same-patient"]


@pytest.mark.parametrize("names", PATIENTS.values(), ids=PATIENTS)
def test_patients_with_several_images_are_asked_about_until_they_are_told(tmp_path, names):
    project = project_of(tmp_path, names)
    ids = [case.id for case in project.read().cases]
    (finding,) = found(project)
    assert sorted(finding.case_ids) == sorted(ids) and finding.severity == "warning"
    per = len(names) // int(finding.message.split(" of ")[1].split()[0])
    for start in range(0, len(ids), per):
        project.set_group(ids[start : start + per], f"p{start}")
        (left,) = found(project) or [None]
        assert left is None or len(left.case_ids) == len(ids) - start - per
    assert left is None


@pytest.mark.parametrize("names", NO_PATIENTS.values(), ids=NO_PATIENTS)
def test_other_names_ask_nothing(tmp_path, names):
    assert not found(project_of(tmp_path, names))
