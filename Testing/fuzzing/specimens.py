"""Small valid files of every kind, drawn once for a run with the product's own writers.

    python -m Testing.fuzzing.specimens FOLDER

``images`` and ``labels`` hold one folder for each specimen; ``study`` holds the user's images and
labels, which nothing may write to. Targets change copies of what is here.
"""

from __future__ import annotations

import gzip
import json
import shutil
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "Testing" / "engine")]
SHAPE = (6, 8, 10)
AFFINE = np.array([[0.8, 0, 0, -11.5], [0, 1.0, 0, 22.25], [0, 0, 1.5, 3.0], [0, 0, 0, 1.0]])


def draw(folder: Path) -> None:
    """All specimens; some seconds."""
    _images(folder / "images")
    _labels(folder / "labels", folder / "images" / "int16.nrrd" / "int16.nrrd")
    _models(folder / "models")
    _project(folder)
    (folder / "ready").touch()


def _array(kind: str = "int16") -> np.ndarray:
    z, y, x = np.indices(SHAPE)
    return (37 * z + 11 * y + 5 * x + (x * y * z) % 7).astype(kind)


def _place(folder: Path, name: str) -> Path:
    (folder / name).mkdir(parents=True)
    return folder / name / name


def _images(folder: Path) -> None:
    import nrrd
    import SimpleITK as sitk
    from mgh_files import mgh

    def volume(array: np.ndarray, vector: bool = False) -> sitk.Image:
        image = sitk.GetImageFromArray(array, isVector=vector)
        if image.GetDimension() == 3:
            image.SetSpacing((0.8, 1.0, 1.5))
            image.SetOrigin((-11.5, 22.25, 3.0))
        return image

    plain, colour = _array(), np.stack([_array("uint8")] * 3, axis=-1)
    written = {
        "int16.nrrd": plain,
        "float.nrrd": _array("float32") / 3,
        "byte.nrrd": _array("uint8"),
        "detached.nhdr": plain,
        "int16.nii": plain,
        "packed.nii.gz": plain,
        "float.nii": plain / 3.0,
        "raw.mha": plain,
        "packed.mha": plain,
        "detached.mhd": plain,
        "packed.mhd": plain,
        "packed.nrrd": plain,
        "packed.nhdr": plain,
    }
    for name, array in written.items():
        sitk.WriteImage(volume(array), str(_place(folder, name)), name.startswith("packed"))
    sitk.WriteImage(volume(colour, True), str(_place(folder, "colour.nrrd")))
    frames = sitk.JoinSeries([volume(plain), volume(plain + 1)])
    sitk.WriteImage(frames, str(_place(folder, "frames.nii.gz")), True)
    header = {
        "encoding": "ascii",
        "space directions": AFFINE[:3, :3].T,
        "space origin": AFFINE[:3, 3],
    }
    header |= {"space": "left-posterior-superior", "kinds": ["domain"] * 3}
    nrrd.write(str(_place(folder, "ascii.nrrd")), plain, header, index_order="C")
    _place(folder, "int16.mgh").write_bytes(mgh(plain))
    _place(folder, "history.mgz").write_bytes(gzip.compress(mgh(plain, tail=b"cmd " * 2000)))
    _pictures(folder, sitk)
    _dicom(folder, sitk)


def _pictures(folder: Path, sitk) -> None:
    y, x = np.indices((16, 20))
    grey = ((x * 12 + y * 3) % 251).astype(np.uint8)
    colour = np.stack([grey, 255 - grey, grey // 2], axis=-1)
    for ending in ("png", "jpg", "tif", "bmp"):
        sitk.WriteImage(sitk.GetImageFromArray(grey), str(_place(folder, f"grey.{ending}")))
        image = sitk.GetImageFromArray(colour, isVector=True)
        sitk.WriteImage(image, str(_place(folder, f"colour.{ending}")))
    image = sitk.GetImageFromArray(grey.astype(np.uint16) * 200)
    sitk.WriteImage(image, str(_place(folder, "deep.png")))
    for name, packing in (("lzw.tif", "LZW"), ("deflate.tif", "Deflate"), ("bits.tif", "PackBits")):
        writer = sitk.ImageFileWriter()
        writer.SetFileName(str(_place(folder, name)))
        writer.UseCompressionOn()
        writer.SetCompressor(packing)
        writer.Execute(sitk.GetImageFromArray(colour, isVector=True))


def _dicom(folder: Path, sitk) -> None:
    array = _array()
    series = folder / "series.dcm" / "series"
    series.mkdir(parents=True)
    for number, plane in enumerate(array[:4]):
        image = sitk.GetImageFromArray(plane[np.newaxis])
        image.SetSpacing((0.8, 1.0, 1.5))
        tags = {
            "0008|0060": "MR",
            "0010|0010": "DOE^JANE",
            "0010|0020": "12345",
            "0028|1050": "100",
        }
        tags |= {"0020|000d": "1.2.3", "0020|000e": "1.2.3.4", "0020|0013": str(number + 1)}
        tags |= {"0020|0032": f"-11.5\\22.25\\{3 + 1.5 * number}", "0020|0037": "1\\0\\0\\0\\1\\0"}
        tags |= {"0008|0018": f"1.2.3.4.{number}", "0028|1051": "200", "0018|0050": "1.5"}
        for key, value in tags.items():
            image.SetMetaData(key, value)
        writer = sitk.ImageFileWriter()
        writer.KeepOriginalImageUIDOn()
        writer.SetFileName(str(series / f"slice{number}.dcm"))
        writer.Execute(image)
    shutil.copyfile(series / "slice1.dcm", _place(folder, "single.dcm"))


def _labels(folder: Path, image: Path) -> None:
    import SimpleITK as sitk
    from model_fixtures import tiny_card
    from project_fixtures import write_segmentation as write_slicer_segmentation

    from semigda.data.segnrrd import write_map, write_segmentation

    labels = np.zeros(SHAPE, np.uint8)
    labels[1:4, 2:6, 2:7] = 1
    labels[2:3, 3:5, 3:5] = 2
    write_segmentation(_place(folder, "ours.seg.nrrd"), labels, AFFINE, tiny_card())
    write_map(_place(folder, "map.nrrd"), labels, AFFINE)
    segments = [{"ID": "a", "Name": "Läsion", "LabelValue": 1, "Layer": 0, "Extent": "2 6 2 5 1 3"}]
    segments += [{"ID": "b", "Name": "core", "LabelValue": 1, "Layer": 1, "Extent": "3 4 3 4 2 2"}]
    layers = [(labels > 0).astype(np.uint8), (labels > 1).astype(np.uint8)]
    write_slicer_segmentation(_place(folder, "layers.seg.nrrd"), layers, segments, AFFINE)
    cropped = [np.ascontiguousarray(labels[1:4, 2:6, 2:7])]
    moved = AFFINE.copy()
    moved[:3, 3] = (AFFINE @ [2, 2, 1, 1])[:3]
    segments = [{**s, "LabelValue": n, "Layer": 0} for n, s in enumerate(segments, 1)]
    write_slicer_segmentation(_place(folder, "cropped.seg.nrrd"), cropped, segments, moved)
    like = sitk.ReadImage(str(image))
    for name in ("map.nii.gz", "map.mha", "map.nii"):
        written = sitk.GetImageFromArray(labels)
        written.CopyInformation(like)
        sitk.WriteImage(written, str(_place(folder, name)), name != "map.nii")


def _models(folder: Path) -> None:
    import torch
    from model_fixtures import TINY, tiny_network, tiny_package
    from training_fixtures import settings

    from semigda.models.base import save_base
    from semigda.models.package import export_package
    from semigda.training.checkpoint import save_checkpoint

    folder.mkdir(parents=True)
    package = tiny_package(folder)
    export_package(package, folder / "tiny.zip")
    network = tiny_network()
    save_base(folder / "base.safetensors", TINY, network.state_dict())
    values = settings("cases.json", folder)
    (folder / "settings.json").write_text(json.dumps(values))
    state = {"settings": values, "step": 3, "stage": "align", "losses": [0.5, 0.25]}
    state["network"] = {k: v for k, v in list(network.state_dict().items())[:12]}
    (folder / "checkpoint").mkdir()
    for step in (2, 3):  # the one before is kept
        save_checkpoint(folder / "checkpoint" / "checkpoint.pt", {**state, "step": step})
    torch.save({"state_dict": state["network"]}, folder / "official.pth")


def _project(folder: Path) -> None:
    from project_fixtures import write_case
    from trainings_fixtures import TINY

    from semigda.check.run import check
    from semigda.models.package import load_network, save_package
    from semigda_core.files.stamps import stamp
    from semigda_core.jobs.folder import JobFolder
    from semigda_core.project.cases.caselist import case_rows
    from semigda_core.project.check.latest import measured, new_check
    from semigda_core.project.heldout import choose_heldout
    from semigda_core.project.project import Project
    from semigda_core.project.training.judging import compare_scores

    project = Project.create(folder / "project")
    project.set_classes(["ball", "core"])
    cases = [write_case(folder / "study", number) for number in range(8)]
    added = project.add([*cases, *[write_case(folder / "study", n, label=False) for n in (8, 9)]])
    check(project)
    choose_heldout(project, measured(project))
    for _ in range(3):
        new_check(project).finish({"cases": 10}, {"unreadable": 0, "seconds": 1.0})
    network, model = load_network(folder / "models" / "tiny")
    words = {"title": "Ball 1", "training": {"cases": {"labeled": 6, "unlabeled": 2, "val": 2}}}
    version = project.folder / "models" / "ball-core-1"
    for key, value in words.items():
        setattr(model, key, value)
    model.name = "ball-core-1"
    save_package(version, network, model)
    rows = case_rows(project.read())
    options = {"out": str(version), "card": {}, **TINY}
    job = project.new_job(
        "train", {}, options, files={"cases": rows}, version="ball-core-1", plan={}
    )
    job.update("running", progress=0.5, message="Half.")
    job.event("progress", stage="cdsa", step=10, loss=0.5)
    job.event("validation", step=10, dice=0.7)
    after = {case: {"ball": 0.9, "core": None} for case in project.read().heldout["cases"]}
    before = {case: {"ball": 0.8, "core": None} for case in after}
    compared = compare_scores(after, before, ["ball", "core"], "split", {})
    (job.path / "comparison.json").write_text(json.dumps(compared))
    job.finish({"model": str(version)}, {"seconds": 5.0})
    waiting = [project.read().case(case_id) for case_id in added.cases[8:]]
    names = ["ball", "core"]
    ranking = {"schema": 1, "model": "0" * 64, "classes": names, "candidates": []}
    (project.folder / "inbox").mkdir()
    for case in waiting:
        entry = {"case": case.id, "stamp": stamp(case.image), "disagreement": 0.2, "novelty": 0.6}
        ranking["candidates"].append({**entry, "reason": "The branches disagree."})
        shutil.copyfile(cases[0].label, project.folder / "inbox" / f"{case.id}.seg.nrrd")
    (project.folder / "inbox" / "ranking.json").write_text(json.dumps(ranking))
    JobFolder.create(
        folder / "job",
        "segment",
        {"volume": str(folder / "images/int16.nrrd/int16.nrrd")},
        {"device": "cpu"},
        str(folder / "models" / "tiny"),
    )


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
