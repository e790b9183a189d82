"""Section 1: cases come from files, folders and the scene."""

from __future__ import annotations

import numpy as np
import phantoms
import pytest
import slicer
import studies
from cases_fixtures import child, picture, texts, ui
from conftest import checked

from semigda_core.errors import SemiGDAError


def test_folder(training, project, module_host, artifacts, tmp_path):
    folder = studies.write_study(tmp_path / "study", 2, 2)
    studies.write_nrrd(folder / "stray_label.seg.nrrd", studies.draw(0)[1], segments=["ball"])

    def fill(dialog):
        assert not child(dialog, "okButton").enabled
        child(dialog, "imagesEdit").text = str(tmp_path / "nowhere")
        assert not child(dialog, "okButton").enabled
        child(dialog, "imagesEdit").text = str(folder)
        patients = child(dialog, "patientsCombo")
        patients.setCurrentIndex(1)
        assert child(dialog, "pairsTable").item(0, 3).text() == "DOE"
        patients.setCurrentIndex(2)
        assert child(dialog, "pairsTable").item(0, 3).text() == "00"
        assert not child(dialog, "patternEdit").visible
        patients.setCurrentIndex(3)
        child(dialog, "patternEdit").text = r"JANE_\d"
        table = child(dialog, "pairsTable")
        assert table.rowCount == 5
        rows = [tuple(table.item(n, c).text() for c in range(4)) for n in range(table.rowCount)]
        assert rows[0] == ("DOE_JANE_00.nrrd", "image", "DOE_JANE_00.seg.nrrd", "JANE_0")
        assert rows[4] == ("stray_label.seg.nrrd", "label without an image, left out", "–", "–")
        module_host.grab(dialog, artifacts / "train-cases-folder.png")
        child(dialog, "okButton").click()

    module_host.in_dialog(fill)
    module_host.click(ui(training).addFolderButton)
    view = project.read()
    assert [case.name for case in view.cases] == [f"DOE_JANE_{n:02d}" for n in range(4)]
    assert len(view.of_role("labeled")) == 2 and {case.group for case in view.cases} == {"JANE_0"}
    assert "2 labelled, 2 unlabelled" in training.panel.buttons["Cases"].text
    checked(training, module_host)
    assert texts(training)[0][3] == "training\n18×20×12"


def test_a_folder_says_what_each_file_was_taken_for(
    training, project, module_host, artifacts, tmp_path
):
    folder = tmp_path / "study"
    for number in range(35):
        (folder / "P001").mkdir(parents=True, exist_ok=True)
        (folder / "P001" / f"IM{number:04d}").write_bytes(b"\0" * 128 + b"DICM")
    names = ("case1_0000.nii.gz", "case1_0001.nii.gz", "case1_Maske.nii.gz", "README.txt")
    (folder / "P002" / "CT").mkdir(parents=True)
    (folder / "P002" / "CT" / "scan.nii").touch()
    (folder / "seg").write_bytes(b"\0" * 128 + b"DICM" + b"\x08\0\x60\0CS\x04\0SEG ")
    names += ("case2.nii.gz", "case2.nii", "case3_Segmentierung.nii.gz", "pat_t1.nii.gz")
    for name in (*names, "pat_t2.nii.gz"):
        (folder / name).touch()

    def fill(dialog):
        child(dialog, "imagesEdit").text = str(folder)
        table = child(dialog, "pairsTable")
        rows = {tuple(table.item(n, c).text() for c in range(4)) for n in range(table.rowCount)}
        assert rows == {
            ("P001", "35 DICOM files", "–", "–"),
            ("case1_0000.nii.gz", "image", "case1_Maske.nii.gz", "–"),
            ("case2.nii", "image", "–", "–"),
            ("pat_t1.nii.gz", "image", "–", "pat"),
            ("pat_t2.nii.gz", "image", "–", "pat"),
            ("case3_Segmentierung.nii.gz", "label without an image, left out", "–", "–"),
            ("case1_0001.nii.gz", "another channel of a case, left out", "–", "–"),
            ("case2.nii.gz", "the same case in another format, left out", "–", "–"),
            ("README.txt", "no image, left out", "–", "–"),
            ("CT", "in a subfolder, to be taken by itself, left out", "–", "–"),
            ("seg", "a DICOM file without an image, such as a segmentation, left out", "–", "–"),
        }
        module_host.grab(dialog, artifacts / "train-cases-folder-files.png")
        child(dialog, "cancelButton").click()

    module_host.in_dialog(fill)
    module_host.click(ui(training).addFolderButton)


def test_dropped_slices_are_one_case(training, project, tmp_path):
    files = [tmp_path / "P001" / f"IM{number:04d}" for number in range(35)]
    files[0].parent.mkdir()
    for file in files:
        file.write_bytes(b"\0" * 128 + b"DICM")
    assert len(training.logic.addFiles(files).cases) == 1
    assert [case.image for case in project.read().cases] == [tmp_path / "P001"]


def test_drop(training, project, module_host, tmp_path):
    import qt

    folder = studies.write_study(tmp_path / "study", 1, 1)
    data = qt.QMimeData()
    files = [folder / "DOE_JANE_00.nrrd", folder / "DOE_JANE_00.seg.nrrd"]
    data.setUrls([qt.QUrl.fromLocalFile(str(path)) for path in files])
    viewport = ui(training).casesTable.viewport()
    for kind in (qt.QDragEnterEvent, qt.QDropEvent):
        place = qt.QPoint(5, 5) if kind is qt.QDragEnterEvent else qt.QPointF(5, 5)
        event = kind(place, qt.Qt.CopyAction, data, qt.Qt.LeftButton, qt.Qt.NoModifier)
        slicer.app.sendEvent(viewport, event)
        assert event.isAccepted()
    module_host.process(0.05)
    assert [case.role for case in project.read().cases] == ["labeled"]

    # A label that is dropped later finds its image in the project.
    training.logic.addFiles([folder / "DOE_JANE_01.nrrd"])
    label = studies.write_nrrd(folder / "DOE_JANE_01_seg.nrrd", studies.draw(1)[1])
    assert len(training.logic.addFiles([label]).labelled) == 1


def test_a_dropped_label_never_goes_to_another_patients_image_of_the_same_name(
    training, project, tmp_path
):
    """Every patient's image is called "scan"; only the second one still has no label."""
    for number, patient in enumerate(("A", "B")):
        (tmp_path / patient).mkdir()
        studies.write_nrrd(tmp_path / patient / "scan.nrrd", studies.draw(number)[0])
        studies.write_nrrd(tmp_path / patient / "scan_seg.nrrd", studies.draw(number)[1])
    training.logic.addFiles([tmp_path / "A/scan.nrrd", tmp_path / "A/scan_seg.nrrd"])
    training.logic.addFiles([tmp_path / "B/scan.nrrd"])
    assert training.logic.addFiles([tmp_path / "A/scan_seg.nrrd"]).labelled == []
    assert [case.role for case in project.read().cases] == ["labeled", "unlabeled"]
    assert len(training.logic.addFiles([tmp_path / "B/scan_seg.nrrd"]).labelled) == 1
    assert [case.label.parent.name for case in project.read().cases] == ["A", "B"]


def add_labelled(name, under=None, matrix=None):
    """A volume and its segmentation in the scene, perhaps under a transform."""
    from SemiGDALib import nodes

    volume = phantoms.add_volume(ijk_to_ras=matrix, name=name)
    if under is not None:
        volume.SetAndObserveTransformNodeID(under.GetID())
    segments = [
        {"value": 1, "name": "ball", "color": (230, 80, 60)},
        {"value": 2, "name": "core", "color": (60, 80, 230)},
    ]
    node, _ids = nodes.addSegments(phantoms.answer(), volume, segments, f"{name} segmentation")
    return volume, node


def turned():
    import vtk

    transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    matrix = vtk.vtkTransform()
    matrix.Translate(30, -10, 5)
    matrix.RotateX(30)
    transform.SetMatrixTransformToParent(matrix.GetMatrix())
    return transform


LEFT = np.array([[-0.8, 0.1, 0, 20], [0.1, 0.8, 0, -30], [0, 0, 2.0, 5], [0, 0, 0, 1]])


def test_scene(training, project, module_host, artifacts, tmp_path):
    """Every geometry comes out as a label on its image's grid, with all its voxels."""
    add_labelled("Straight")
    add_labelled("Oblique", matrix=LEFT)
    add_labelled("Turned", turned())
    phantoms.add_volume(name="Alone")
    review = phantoms.add_volume(name="Review map")
    review.SetAttribute("SemiGDA.IsReviewMap", "1")

    def fill(dialog):
        import qt

        table = child(dialog, "volumesTable")
        rows = range(table.rowCount)
        assert [table.item(r, 0).text() for r in rows] == ["Straight", "Oblique", "Turned", "Alone"]
        chosen = [table.cellWidget(r, 1).currentText for r in rows]
        assert chosen == [f"{n} segmentation" for n in ("Straight", "Oblique", "Turned")] + ["None"]
        assert not child(dialog, "correctedCheckBox").visible
        module_host.grab(dialog, artifacts / "train-cases-scene.png")
        for row in rows:
            table.item(row, 0).setCheckState(qt.Qt.Unchecked)
        assert not child(dialog, "okButton").enabled
        for row in rows:
            table.item(row, 0).setCheckState(qt.Qt.Checked)
        child(dialog, "okButton").click()

    before = {node[0] for node in phantoms.scene_state()}
    module_host.in_dialog(fill)
    module_host.click(ui(training).addSceneButton)
    assert {node[0] for node in phantoms.scene_state()} == before
    view = project.read()
    assert [(case.name, case.role) for case in view.cases] == [
        ("Straight", "labeled"),
        ("Oblique", "labeled"),
        ("Turned", "labeled"),
        ("Alone", "unlabeled"),
    ]
    for case in view.cases:
        assert case.image.parent == project.folder / "images" and case.name not in case.image.name
    checked(training, module_host)
    facts = training.panel.context.facts
    counts = [int((phantoms.answer() == value).sum()) for value in (1, 2)]
    for case in view.cases[:3]:
        parts = facts[case.id]["label"]["parts"]
        assert [parts[name]["voxels"] for name in ("ball", "core")] == counts, case.name
    picture(training, module_host, artifacts, "list")


@pytest.mark.parametrize("left_handed", [False, True])
def test_volume_with_a_file_stays_there(training, project, module_host, tmp_path, left_handed):
    """Slicer turns left-handed files over when it loads them; the label still lies right."""
    image, labels = studies.draw(1)
    path = studies.write_nrrd(tmp_path / "a.nrrd", image, left_handed=left_handed)
    label = tmp_path / "a.seg.nrrd"
    studies.write_nrrd(label, labels, left_handed=left_handed, segments=["ball", "core"])
    volume = slicer.util.loadVolume(str(path), {})
    segmentation = slicer.util.loadSegmentation(str(label), {})
    segmentation.SetReferenceImageGeometryParameterFromVolumeNode(volume)
    training.logic.addNodes([(volume, segmentation)])
    training.panel.refresh()
    case = project.read().cases[0]
    assert case.image == path and case.label.parent == project.folder / "labels"
    checked(training, module_host)
    inside = training.panel.context.facts[case.id]["label"]
    reference = training.logic.setLabel(case.id, label)
    assert reference is None and "error" not in inside
    first = inside["hash"]
    training.panel.refresh()
    checked(training, module_host)
    assert training.panel.context.facts[case.id]["label"]["hash"] == first

    from SemiGDALib.train import scene_files

    volume.GetImageData().Modified()
    volume.SetOrigin(1, 2, 3)
    assert scene_files.fileOf(volume) is None


def test_scene_labels_of_a_model_are_known_as_such(training, project):
    volume, node = add_labelled("One")
    node.SetAttribute("SemiGDA.Model", "hippocampus-mr")
    training.logic.addNodes([(volume, node)])
    training.logic.addNodes([(phantoms.add_volume(name="Two"), None)])
    first, second = project.read().cases
    assert first.origin == "machine"
    training.logic.setLabelNode(second.id, node, "edited")
    assert project.read().cases[1].origin == "edited"


def test_label_maps_of_the_scene(training, project, module_host, tmp_path):
    from SemiGDALib import nodes
    from SemiGDALib.train import scene_files

    image, labels = studies.draw(1)
    paths = [
        studies.write_nrrd(tmp_path / "a.nrrd", image),
        studies.write_nrrd(tmp_path / "b.nrrd", labels),
    ]
    volume = slicer.util.loadVolume(str(paths[0]), {"name": "MR"})
    node = slicer.util.loadLabelVolume(str(paths[1]), {"name": "MR-label", "show": False})
    assert scene_files.guessLabels([volume]) == [node] and nodes.images() == [volume]
    training.logic.addNodes([(volume, node)])
    assert project.read().cases[0].label == paths[1]  # its own file
    voxels = slicer.util.arrayFromVolume(node)
    voxels[:2] = 0
    slicer.util.arrayFromVolumeModified(node)
    (first,) = project.read().cases
    training.logic.setLabelNode(first.id, node)
    written = project.read().cases[0].label
    assert written.parent == project.folder / "labels" and "MR" not in written.name
    training.panel.refresh()
    checked(training, module_host)
    facts = training.panel.context.facts[first.id]["label"]["parts"]
    assert facts["1"]["voxels"] == int((voxels == 1).sum()) > 0

    turned = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    node.SetAndObserveTransformNodeID(turned.GetID())
    other = phantoms.add_volume(name="Changed")  # has no file: its copy goes again
    files = sorted(project.folder.rglob("*.nrrd"))
    with pytest.raises(SemiGDAError, match="different transforms"):
        training.logic.addNodes([(other, None), (volume, node)])
    assert len(project.read().cases) == 1 and sorted(project.folder.rglob("*.nrrd")) == files


@pytest.mark.parametrize(
    ("volumes", "labels", "expected"),
    [
        ("Case1 Case10 Case2", "Case10-label Case2-label", "- Case10-label Case2-label"),
        ("Case1 Case10", "Case1-label Case10-label", "Case1-label Case10-label"),
        ("CT CT_1", "CT-label CT-label_1", "CT-label CT-label_1"),
        ("MR", "mr_label_1", "mr_label_1"),
        ("CT CT", "CT-label", "- -"),  # of which patient?
        ("CT", "CT-label CT-label", "-"),  # which one?
        ("T1 T1c", "T1c-seg", "- T1c-seg"),
    ],
)
def test_no_label_of_another_volume_whose_name_is_longer(
    training, project, volumes, labels, expected
):
    from SemiGDALib.train import scene_files

    added = [phantoms.add_volume(name=name) for name in volumes.split()]
    for name in labels.split():
        node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", name)
        slicer.util.updateVolumeFromArray(node, phantoms.answer())
    found = scene_files.guessLabels(added)
    assert [node.GetName() if node else "-" for node in found] == expected.split()
