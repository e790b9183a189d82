"""What the section *Models* asks the user."""

from __future__ import annotations

import slicer
from slicer.i18n import tr as _

from semigda_core.models.catalogue import catalogue_source
from SemiGDALib.dialogs import Dialog, askText, chooseFile, lineEdit


def choosePackage() -> str:
    """A model package; empty if the user changes their mind, as in all of these."""
    return chooseFile(_("Add model"), _("Model packages (*.zip card.json)"))


def mayReplace() -> bool:
    """Whether a package may take the place of another model of its name."""
    return slicer.util.confirmYesNoDisplay(
        _(
            "A model of this name is already installed. Replace it? A starter model is only "
            "hidden, and comes back when you remove the new one."
        ),
        windowTitle="SemiGDA",
    )


def askCatalogue():
    """A file's path or URL, empty for the project's; None if the user changes their mind."""
    return askText(
        _("Catalogue"),
        _("File or https address of a catalogue of models. Leave it empty for SemiGDA's own."),
        _("Use it"),
        catalogue_source(),
        mayBeEmpty=True,
    )


def mayDownload(entry, replaces: bool) -> bool:
    """Whether a model may be downloaded, with its size and licence."""
    question = _("Download '{title}', {size}, licence {licence}?").format(
        title=entry.title, size=megabytes(entry.size), licence=entry.licence
    )
    if replaces:
        question += " " + _("It takes the place of the installed model of this name.")
    return slicer.util.confirmYesNoDisplay(question, windowTitle="SemiGDA")


def mayDelete(title: str) -> bool:
    """Whether an own model may be deleted."""
    question = _("Delete the model '{title}' from this computer? This cannot be undone.")
    return slicer.util.confirmYesNoDisplay(question.format(title=title), windowTitle="SemiGDA")


def megabytes(size: int) -> str:
    """A size for people."""
    return _("{size} MB").format(size=f"{size / 1e6:.1f}")


def askOfficial():
    """Released weights, and what the model shall be called; None if the user changes their mind.

    Returns:
        dict of ``weights``, ``name``, ``title``, ``classes`` and ``licence``.
    """
    weights = chooseFile(
        _("Import released weights"), _("Weights (*.pth *.pt *.ckpt *.safetensors);;All files (*)")
    )
    if not weights:
        return None
    dialog = Dialog(_("Import released weights"), _("Import"))
    dialog.say(_("What the file does not say: the released weights become a model of your own."))
    fields = {
        "name": (_("Name in the library (a-z, 0-9, -)"), "official"),
        "title": (_("Title"), _("Released SemiGDA model")),
        "classes": (_("Structures, separated by commas"), _("Foreground")),
        "licence": (_("Licence, as its authors state it"), ""),
    }
    edits = {}
    for key, (label, text) in fields.items():
        dialog.say(label)
        edits[key] = lineEdit(f"{key}Edit", label, text)
        dialog.layout.addWidget(edits[key])
    if not dialog.ask(edits["name"]):
        return None
    given = {key: str(edit.text).strip() for key, edit in edits.items()}
    given["classes"] = [one.strip() for one in given["classes"].split(",") if one.strip()]
    return {"weights": weights, **given}
