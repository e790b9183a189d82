"""The section *Models*: one list, and its buttons, with a real server and real processes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cases_fixtures import child
from test_jobs_owners import children, is_running
from test_segment_reload import temporary

from semigda_core.files import atomic
from semigda_core.models.card import ModelCard

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Testing" / "engine"))

from server_fixtures import Server  # noqa: E402
from train_fixtures import dark  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.fixture
def package(bright, tmp_path):
    """(folder of a package named "other", function that writes its .zip and gives its entry)."""
    from semigda.models.download import entry_for
    from semigda.models.package import export_package
    from semigda_core.models.library import find_model

    folder = tmp_path / "other"
    shutil.copytree(find_model(bright), folder)
    card = json.loads((folder / "card.json").read_text("utf-8"))
    card.update(name="other", title="Another model", licence="CC0-1.0")
    (folder / "card.json").write_text(json.dumps(card))

    def zipped(url):
        written = export_package(folder, tmp_path / "other.zip", overwrite=True)
        return written.read_bytes(), entry_for(written, url, "2026-11-29").to_dict()

    return folder, zipped


@pytest.fixture
def library(panel, module_host, package, tmp_path, monkeypatch):
    """The section, open, with a catalogue of one model that a server has."""
    import slicer

    from semigda_core.models.library import places_of, remove_model

    server = Server()
    data, entry = package[1](f"{server.url}/other.zip")
    server.files["/other.zip"] = data
    catalogue = tmp_path / "catalogue.json"
    catalogue.write_text(json.dumps({"schema": 1, "models": [entry]}))
    panel.logic.useCatalogue(str(catalogue))
    section = panel.panel.library
    section.server, section.catalogue, section._entries = server, catalogue, []
    module_host.click(panel.ui.modelsButton)
    module_host.wait(lambda: "other" in names(section), 60)
    yield section
    if places_of("other"):
        remove_model("other")
    panel.logic.useCatalogue("")
    slicer.app.userSettings().clear()
    section.button.visible = False
    panel.panel.refreshModels()
    server.close()


def names(section) -> list[str]:
    return [(model or entry).name for model, entry in section._rows]


def state(section, name) -> str:
    return section.table.item(names(section).index(name), 1).text()


def test_download_after_a_yes_with_size_and_licence(
    panel, library, module_host, monkeypatch, artifacts
):
    import slicer

    asked = []
    answers = iter((False, True))

    def answer(text, **_):
        asked.append(text)
        return next(answers)

    monkeypatch.setattr(slicer.util, "confirmYesNoDisplay", answer)
    library.select("other")
    assert state(library, "other").endswith("MB") and not library.deleteButton.enabled
    assert "CC0-1.0" in library.label.text and "Download (" in library.downloadButton.text
    module_host.grab(panel, artifacts / "library-360.png")
    dark(module_host, True)
    module_host.grab(panel, artifacts / "library-360-dark.png")
    dark(module_host, False)
    module_host.click(library.downloadButton)
    assert library.server.seen == [] and "MB" in asked[0] and "licence CC0-1.0" in asked[0]
    module_host.click(library.downloadButton)
    module_host.wait(lambda: library._download is None, 120)
    assert state(library, "other") == "installed" and not library.downloadButton.visible
    assert panel.ui.modelComboBox.findText("Another model") >= 0
    assert not panel.ui.messageFrame.visible
    assert library.statusLabel.text == "Model downloaded. Choose it above to use it."


def test_cancel_and_go_on(panel, library, module_host, monkeypatch, artifacts):
    import time

    import slicer

    from semigda_core.models.library import user_folder

    monkeypatch.setattr(slicer.util, "confirmYesNoDisplay", lambda *_, **__: True)
    library.server.ways["/other.zip"] = "slow"
    library.select("other")
    module_host.click(library.downloadButton)
    module_host.wait(lambda: list((user_folder() / ".downloads").glob("*.part")), 60)
    module_host.grab(panel, artifacts / "library-downloading.png")
    assert library.progressBar.visible and library.downloadButton.text == "Cancel"
    began = time.monotonic()
    module_host.click(library.downloadButton)
    module_host.wait(lambda: library._download is None, 10)
    assert time.monotonic() - began < 2.5 and state(library, "other").endswith("MB")
    assert library.statusLabel.text.startswith("Download cancelled. What was received is kept")
    library.server.ways.clear()
    module_host.click(library.downloadButton)
    module_host.wait(lambda: library._download is None, 120)
    assert state(library, "other") == "installed"
    assert library.server.seen[-1][2] == "bytes=5000-"


@pytest.mark.usefixtures("own_children")
@pytest.mark.parametrize("what", ["download", "export"])
def test_reload(panel, library, module_host, monkeypatch, tmp_path, what):
    """Nothing runs on, nothing is left of it, and nobody is called back."""
    import slicer

    from semigda_core.models.library import user_folder

    monkeypatch.setattr(slicer.util, "confirmYesNoDisplay", lambda *_, **__: True)
    from SemiGDALib.jobs.worker import Worker

    Worker.stopAll()  # a warm one of the test before is none of those that begin here
    before = children()
    if what == "download":
        library.server.ways["/other.zip"] = "slow"
        library.select("other")
        module_host.click(library.downloadButton)
        module_host.wait(lambda: list((user_folder() / ".downloads").glob("*.part")), 60)
    else:
        panel.logic.exportModel("bright", tmp_path / "bright.zip", lambda _problem: 1 / 0)
        module_host.wait(lambda: children() - before, 20)
    started = children() - before
    assert started
    for pid in started:  # what it has written so far
        (tmp_path / f"{atomic.PREFIX}{atomic._owner(pid)}-000000").touch()
    slicer.util.reloadScriptedModule("SemiGDASegment")
    assert not any(map(is_running, started))
    module_host.process(0.5)
    module_host.check()
    assert temporary() == [] and [path.name for path in tmp_path.glob("*.zip")] == ["other.zip"]
    if what == "export":
        assert not list(tmp_path.glob(f"{atomic.PREFIX}*"))


def test_what_the_server_does_wrong_is_a_sentence(panel, library, module_host, monkeypatch):
    import slicer

    monkeypatch.setattr(slicer.util, "confirmYesNoDisplay", lambda *_, **__: True)
    library.server.ways["/other.zip"] = "404"
    library.select("other")
    module_host.click(library.downloadButton)
    module_host.wait(lambda: library._download is None, 120)
    assert "does not have this file" in panel.ui.messageLabel.text
    library.catalogue.write_text("[]")
    library.readCatalogue()
    module_host.wait(lambda: "The catalogue cannot be used" in panel.ui.messageLabel.text, 60)
    assert "other" not in names(library)
    panel.panel.message.hide()


def test_add_update_export_and_delete(
    panel, library, module_host, package, monkeypatch, tmp_path, artifacts
):
    import qt
    import slicer

    from SemiGDALib.segment.library import asking

    folder = package[0]

    def ready():
        module_host.wait(lambda: library.addButton.enabled, 60)

    monkeypatch.setattr(asking, "choosePackage", lambda: "")  # the user closes the dialog
    module_host.click(library.addButton)
    assert library.addButton.enabled
    monkeypatch.setattr(asking, "choosePackage", lambda: str(folder / "card.json"))
    module_host.click(library.addButton)
    assert library.statusLabel.text == "Adding the model..." and library.statusLabel.visible
    ready()
    assert panel.ui.modelComboBox.findText("Another model") >= 0
    assert library.statusLabel.text == "Model added. Choose it above to use it."
    assert library._selectedName() == "other"  # what is said below is of it

    # Another model of that name is asked for, and replaces it only after a yes.
    card = json.loads((folder / "card.json").read_text("utf-8"))
    (folder / "card.json").write_text(json.dumps({**card, "title": "A third model"}))
    answers = iter((False, True))
    monkeypatch.setattr(asking, "mayReplace", lambda: next(answers))
    for title in ("Another model", "A third model"):
        module_host.click(library.addButton)
        ready()
        assert not panel.ui.messageFrame.visible  # a no is no error
        assert panel.ui.modelComboBox.findText(title) >= 0
    assert panel.ui.modelComboBox.findText("Another model") < 0

    # A catalogue with other weights and a later date offers an update.
    entry = json.loads(library.catalogue.read_text())["models"][0]
    newer = {**entry, "weights_sha256": "0" * 64}
    library.catalogue.write_text(json.dumps({"schema": 1, "models": [newer]}))
    library.readCatalogue()
    module_host.wait(lambda: state(library, "other") == "update", 60)
    library.select("other")
    assert library.button.text == "Models"
    assert "New versions to download: A third model" in library.updatesLabel.text
    assert panel.ui.modelsButton.text == "Models (1)..."
    assert panel.ui.modelsButton.toolTip == "New versions to download: A third model"
    module_host.grab(panel, artifacts / "segment-models-update.png")
    module_host.click(panel.ui.modelsButton)  # closed, it is still seen
    module_host.grab(panel, artifacts / "segment-models-update-closed.png")
    module_host.click(panel.ui.modelsButton)
    assert "Update (" in library.downloadButton.text and "2026-11-29" in library.label.text

    target = tmp_path / "written.zip"
    chosen = str(target.with_suffix(""))  # not every system's dialog adds the ending
    monkeypatch.setattr(qt.QFileDialog, "getSaveFileName", lambda *_: (chosen, ""))
    module_host.click(library.exportButton)
    ready()
    assert target.stat().st_size > 1000
    assert library.statusLabel.text == "Model exported."

    answers = iter((False, True))
    monkeypatch.setattr(slicer.util, "confirmYesNoDisplay", lambda *_, **__: next(answers))
    module_host.click(library.deleteButton)
    assert panel.ui.modelComboBox.findText("A third model") >= 0
    module_host.click(library.deleteButton)
    assert panel.ui.modelComboBox.findText("A third model") < 0
    bundled = next(model.name for model, _ in library._rows if model and model.bundled)
    library.select(bundled)
    assert not library.deleteButton.enabled

    (folder / "weights.safetensors").write_bytes(b"damaged")
    module_host.click(library.addButton)
    ready()
    assert panel.ui.messageFrame.visible and not library.statusLabel.visible
    module_host.click(panel.ui.messageDismissButton)


def test_an_empty_catalogue_says_so(panel, library, module_host):
    library.catalogue.write_text(json.dumps({"schema": 1, "models": []}))
    library.readCatalogue()
    assert library.statusLabel.text == "Reading the catalogue..."
    told = "The catalogue lists no models to download."
    module_host.wait(lambda: library.statusLabel.text == told, 60)
    assert library.statusLabel.visible and "other" not in names(library)


@pytest.fixture
def official(panel, library, module_host, monkeypatch, artifacts):
    """Chooses a file of released weights, and answers what is asked about it."""
    import qt

    def choose(path, ok=True, **words):
        def fill(dialog):
            for key, text in words.items():
                child(dialog, f"{key}Edit").text = text
            module_host.grab(dialog, artifacts / "library-official.png")
            child(dialog, "okButton" if ok else "cancelButton").click()

        monkeypatch.setattr(qt.QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
        module_host.in_dialog(fill)
        module_host.click(library.officialButton)
        module_host.wait(lambda: library.officialButton.enabled, 240)

    yield choose
    panel.panel.message.hide()


def test_official_weights_that_cannot_be_taken(
    panel, library, module_host, monkeypatch, official, tmp_path
):
    """Nothing chosen, a change of mind, a name that is none, and a file of something else."""
    import qt

    monkeypatch.setattr(qt.QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    module_host.click(library.officialButton)  # without a second question
    before, path = names(library), tmp_path / "DOE_JANE.pth"
    path.write_bytes(b"no weights")
    official(path, ok=False, name="released")
    assert names(library) == before and not panel.ui.messageFrame.visible
    for name, told in (("Not A Name", "name"), ("released", "checkpoint")):
        official(path, name=name)
        assert told in panel.ui.messageLabel.text, panel.ui.messageLabel.text
        assert panel.ui.messageFrame.visible and names(library) == before
        assert "DOE" not in panel.ui.messageLabel.text


@pytest.mark.slow
def test_official_weights_become_a_model(panel, library, official, tmp_path):
    """Of the reference's tensors; the model is in the list and in *Model*."""
    from semigda_core.models.library import find_model, remove_model

    data = Path(os.environ.get("SEMIGDA_DATA", ROOT.parent / "shared" / "data"))
    shapes, path = data.parent / "official" / "state_dict.json", tmp_path / "stage2.pth"
    if not shapes.is_file():
        pytest.skip("the reference's tensor list is not here")
    # In a process of its own: torch never comes into Slicer's.
    code = """if True:
        import json, sys, torch
        shapes = json.load(open(sys.argv[1]))
        types = {True: torch.long, False: torch.float16}
        zeros = {k: torch.zeros(s, dtype=types[k.endswith("num_batches_tracked")])
                 for k, s in shapes.items()}
        torch.save({"model": zeros}, sys.argv[2])"""
    subprocess.run([sys.executable, "-c", code, str(shapes), str(path)], check=True)
    words = {"title": "Polyps of Monday", "classes": " Polyp ", "licence": "CC BY 4.0"}
    official(path, name="released", **words)
    assert not panel.ui.messageFrame.visible, panel.ui.messageLabel.text
    try:
        assert "released" in names(library)
        card = ModelCard.read(find_model("released"))
        assert (card.title, card.licence) == ("Polyps of Monday", "CC BY 4.0")
        assert [label.name for label in card.labels] == ["Polyp"]
        combo = panel.ui.modelComboBox
        assert "Polyps of Monday" in [combo.itemText(n) for n in range(combo.count)]
    finally:
        remove_model("released")


def test_the_chosen_folder_and_catalogue_outlive_slicer(panel, library, module_host, tmp_path):
    import os

    from semigda_core.models.catalogue import catalogue_source
    from semigda_core.models.library import search_folders, user_folder
    from SemiGDALib.segment.library import settings

    before = os.environ["SEMIGDA_MODELS"]
    panel.logic.useModelsFolder(str(tmp_path / "mine"))
    try:
        assert user_folder() == tmp_path / "mine" and Path(before) in search_folders()
        os.environ["SEMIGDA_MODELS"], os.environ["SEMIGDA_CATALOGUE"] = before, ""
        panel.logic.applyLibrary()  # as the next start does
        assert user_folder() == tmp_path / "mine"
        assert catalogue_source() == str(library.catalogue)
    finally:
        settings.choose(settings.FOLDER, "")
    assert user_folder() == Path(before.split(os.pathsep)[0])
