"""Files that another program replaces while the scene shows what was in them."""

from __future__ import annotations

import os

import numpy as np
import phantoms
import pytest
import SimpleITK as sitk
import slicer
import studies
from slices_fixtures import opened, paint_slices, project
from test_segment_region import labels_of
from test_segment_sending import corrected, liver
from test_segment_several import folder, fromFolder, results, run, section
from test_train_unlucky import drawn, press_save
from test_train_unlucky_scene import segmentation

__all__ = ["folder", "liver", "opened", "project", "section"]


def write(path, voxels):
    node = phantoms.add_volume(voxels, name=path.stem)
    assert slicer.util.saveNode(node, str(path))
    slicer.mrmlScene.RemoveNode(node)


def loaded(tmp_path, kind="nrrd"):
    path = tmp_path / f"CT.{kind}"
    write(path, phantoms.image())
    return slicer.util.loadVolume(str(path), {}), path


def voxels_in(path):
    return slicer.util.arrayFromVolume(slicer.util.loadVolume(str(path), {}))


@pytest.mark.parametrize("kind", ["nrrd", "nii.gz"])
def test_the_image_that_was_drawn_on_is_added(training, project, tmp_path, kind):
    volume, path = loaded(tmp_path, kind)
    node = segmentation(volume, {"ball": phantoms.answer() == 1})
    training.logic.addNodes([(volume, None)])
    assert project.read().cases[2].image == path
    write(path, phantoms.image()[:, ::-1].copy())
    training.logic.addNodes([(volume, node)])
    case = project.read().cases[3]
    assert case.image.parent == project.folder / "images" and case.label is not None
    assert np.array_equal(voxels_in(case.image), phantoms.image())
    assert np.array_equal(voxels_in(path), phantoms.image()[:, ::-1])


def test_a_file_that_cannot_be_read_any_more(training, project, tmp_path, capfd):
    volume, path = loaded(tmp_path)
    path.write_bytes(b"NRRD0004\n\n")
    training.logic.addNodes([(volume, None)])
    case = project.read().cases[2]
    capfd.readouterr()  # Slicer's reader says what it found
    assert np.array_equal(voxels_in(case.image), phantoms.image())


def test_an_old_file_is_not_read_again(training, project, tmp_path, monkeypatch):
    """Hundreds of volumes are added at once."""
    import time

    import SemiGDALib
    from SemiGDALib.train import scene_files

    volume, path = loaded(tmp_path)
    assert abs(SemiGDALib.LOADED - time.time()) < 3600
    read = []
    monkeypatch.setattr(scene_files, "holds", lambda *about: read.append(about) or True)
    training.logic.addNodes([(volume, None)])
    assert len(read) == 1
    monkeypatch.setattr(scene_files, "LOADED", time.time() + 2 * 3600)
    monkeypatch.setattr(scene_files, "LOADED_TICKS", time.monotonic() + 2 * 3600)
    project.remove([project.read().cases[2].id])
    training.logic.addNodes([(volume, None)])
    assert len(read) == 1 + (os.name == "nt") and project.read().cases[2].image == path
    # The clock was two hours ahead, and has been set right.
    monkeypatch.setattr(scene_files, "LOADED_TICKS", time.monotonic())
    project.remove([project.read().cases[2].id])
    training.logic.addNodes([(volume, None)])
    assert len(read) == 2 + (os.name == "nt")


def test_the_image_of_the_result_is_sent(logic, bright, liver, tmp_path):
    volume, path = loaded(tmp_path)
    node = corrected(logic, bright, volume)
    write(path, phantoms.image()[:, ::-1].copy())
    logic.sendToProject(node, liver.folder)
    (case,) = liver.read().cases
    assert np.array_equal(voxels_in(case.image), phantoms.image())


def test_the_label_map_that_is_seen_is_added(training, project, tmp_path):
    volume, _path = loaded(tmp_path)
    path = tmp_path / "label.nrrd"
    write(path, phantoms.answer())
    label = slicer.util.loadLabelVolume(str(path), {})
    write(path, phantoms.answer()[:, ::-1].copy())
    training.logic.addNodes([(volume, label)])
    case = project.read().cases[2]
    assert case.label.parent == project.folder / "labels"
    assert np.array_equal(voxels_in(case.label), phantoms.answer())


# While a label is drawn


def test_a_label_of_an_image_that_is_another_one_now(opened, training, project, module_host):
    case = project.read().case(opened.labelling.caseId)
    paint_slices(opened, (5, 6))
    studies.write_nrrd(case.image, studies.draw(7)[0])
    assert "another one than when the case was opened" in press_save(training, module_host)
    assert project.read().case(case.id).label is None and opened.labelling.isAlive()
    assert press_save(training, module_host) == ""  # the user has looked
    assert drawn(project.read().case(case.id).label) > 0


def test_an_image_that_was_only_copied_over(opened, training, project, module_host):
    case = project.read().case(opened.labelling.caseId)
    paint_slices(opened, (5, 6))
    studies.write_nrrd(case.image, studies.draw(1)[0])
    assert press_save(training, module_host) == ""


def test_an_image_whose_drive_is_away(opened, training, project, module_host):
    case = project.read().case(opened.labelling.caseId)
    paint_slices(opened, (5, 6))
    case.image.rename(case.image.with_name("away"))
    assert press_save(training, module_host) == ""
    assert drawn(project.read().case(case.id).label) > 0


def test_an_image_replaced_while_slicer_was_closed(opened, training, project, tmp_path):
    case = project.read().case(opened.labelling.caseId)
    paint_slices(opened, (5, 6))
    bundle = tmp_path / "scene.mrb"
    assert slicer.util.saveScene(str(bundle))
    slicer.mrmlScene.Clear(0)
    studies.write_nrrd(case.image, studies.draw(7)[0])
    slicer.util.loadScene(str(bundle))
    if opened.labelling is None or not opened.labelling.isAlive():
        opened.resumeLabel()
    with pytest.raises(Exception, match="another one than when the case was opened"):
        opened.labelling.save()


# Results of several volumes


def test_the_newest_result_is_shown(panel, section, module_host, folder, tmp_path):
    out = tmp_path / "out"
    fromFolder(section, folder, out)
    run(section, module_host)

    def show():
        section.table.widget.cellDoubleClicked.emit(0, 0)
        module_host.process()
        parameters = panel.logic.getParameterNode()
        return parameters.inputVolume, parameters.resultSegmentation

    volume, before = show()
    image = sitk.ReadImage(str(section.rows[0].image))
    voxels = sitk.GetArrayFromImage(image)[:, ::-1].copy()
    new = sitk.GetImageFromArray(voxels)
    new.CopyInformation(image)
    sitk.WriteImage(new, str(section.rows[0].image))
    section.skipCheckBox.checked = False
    run(section, module_host)
    volume, result = show()
    assert np.array_equal(slicer.util.arrayFromVolume(volume), voxels)
    written = sitk.GetArrayFromImage(sitk.ReadImage(str(out / f"{section.rows[0].name}.seg.nrrd")))
    assert written.any() and np.array_equal(labels_of(result, volume), written)
    assert not before.GetDisplayVisibility()  # it may have been edited: it stays
    assert show() == (volume, result) and len(results()) == 2
