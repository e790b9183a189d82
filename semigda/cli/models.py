"""``semigda models``: listing, installing, downloading and removing models."""

from __future__ import annotations

import argparse
import datetime
import sys
from typing import Any

from semigda.cli.arguments import add_json, add_overwrite
from semigda.cli.telling import Terminal, agreed, number_of, print_json
from semigda.progress import Progress
from semigda_core.errors import SemiGDAError
from semigda_core.files.texts import counted, one_line
from semigda_core.jobs.segmenting import DEVICES
from semigda_core.models.catalogue import INSTALLED, UPDATE
from semigda_core.models.library import CATALOGUE_ENVIRONMENT, InstalledModel

_MODEL = "name in the library, or folder"
_TAKES_PLACE = "another model of that name, or hide a starter model of that name"


def add_models_commands(models: argparse.ArgumentParser) -> None:
    """Add ``semigda models ACTION``."""
    commands = models.add_subparsers(metavar="ACTION", required=True)

    def add(name: str, command: Any, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=command)
        return sub

    add_json(add("list", _models_list, "List the installed models."))
    add("show", _models_show, "Print a model's card.").add_argument("model", help=_MODEL)
    install = add("add", _models_add, "Check a model package and install it.")
    install.add_argument("package", help=".zip or folder")
    add_overwrite(install, _TAKES_PLACE)
    seen = add(
        "training-images",
        _models_training_images,
        "Write into a model's card what its training images are like, as trainings do by "
        "themselves.",
    )
    seen.add_argument("model", help=_MODEL)
    seen.add_argument("cases", help="the case list that it was trained on")
    seen.add_argument("--device", choices=DEVICES, default="auto", help="what computes")
    judged = add(
        "calibrate",
        _models_calibrate,
        "Write into a model's card what its certainty is worth on held-out cases, as trainings of "
        "a project do by themselves.",
    )
    judged.add_argument("model", help=_MODEL)
    judged.add_argument(
        "cases", help="a case list; its 'val' cases count, and each group is a patient"
    )
    judged.add_argument("--device", choices=DEVICES, default="auto", help="what computes")
    export = add("export", _models_export, "Write a model as one .zip.")
    export.add_argument("model", help=_MODEL)
    export.add_argument("zip", help="file to write")
    add_overwrite(export, "a zip of a model")
    remove = add("remove", _models_remove, "Remove an installed model.")
    remove.add_argument("model", help="name in the library")
    shown = add("catalogue", _models_catalogue, "List the models that can be downloaded.")
    add_json(shown)
    download = add("download", _models_download, "Download a model of the catalogue.")
    download.add_argument("name", help="of the model, as 'models catalogue' lists it")
    download.add_argument("--into", metavar="FOLDER", help="default: the first folder of models")
    download.add_argument("--yes", action="store_true", help="size and licence are accepted")
    add_overwrite(download, _TAKES_PLACE)
    default = f"default: ${CATALOGUE_ENVIRONMENT}, else the one that comes with SemiGDA"
    for sub in (shown, download):
        sub.add_argument("--catalogue", metavar="FILE|URL", help=default)
    describe = add("describe", _models_describe, "Print what a catalogue says of a package.")
    describe.add_argument("zip", help="model package, as 'models export' writes it")
    describe.add_argument(
        "--url", default="", help="of the package (default: beside the catalogue)"
    )
    describe.add_argument("--date", help="of this version; default: the card's, else today")


def _models_list(arguments: argparse.Namespace) -> None:
    from semigda_core.models.library import list_models, search_folders

    models = list_models()
    if arguments.json:
        print_json([_values(model) for model in models])
        return
    for model in models:
        if model.card is None or model.problem:
            print(f"{model.name:<24} DAMAGED: {model.problem}")
            continue
        names = ", ".join(label.name for label in model.card.labels)
        print(f"{model.name:<24} {model.card.modality:<4} {names}")
    if not models:
        print("No model is installed. Looked in:", *search_folders(), sep="\n  ")


def _values(model: InstalledModel) -> dict[str, Any]:
    card = model.card
    return {
        "name": model.name,
        "title": card.title if card else None,
        "modality": card.modality if card else None,
        "labels": [label.name for label in card.labels] if card else [],
        "folder": str(model.folder),
        "problem": model.problem,
    }


def _models_show(arguments: argparse.Namespace) -> None:
    from semigda_core.models.card import CARD_FILE, ModelCard
    from semigda_core.models.library import find_model

    folder = find_model(arguments.model)
    shown = ModelCard.read(folder).to_dict()
    look = (shown.get("images") or {}).get("look") or {}
    if "numbers" in look:  # a screen full of letters that nobody reads
        look["numbers"] = f"{len(look['numbers'])} letters: see {CARD_FILE}"
    print_json(shown)
    print(f"installed in {folder}", file=sys.stderr)


def _models_add(arguments: argparse.Namespace) -> None:
    from semigda.models.package import import_package
    from semigda_core.models.library import places_of, user_folder

    folder = import_package(arguments.package, user_folder(), overwrite=arguments.overwrite)
    print(f"installed {folder.name} in {folder}")
    for hidden in places_of(folder.name)[1:]:
        print(f"It hides the model of that name in {hidden}, until it is removed.")


def _models_training_images(arguments: argparse.Namespace) -> None:
    from semigda.training.describe import describe

    progress = Progress(Terminal(sys.stderr))
    card = describe(arguments.model, arguments.cases, arguments.device, progress)
    assert card.images is not None
    look = "" if "look" in card.images else "; too few of them to say what they look like"
    words = "1 training image is", "{count} training images are"
    print(f"The card of {card.name} says what {counted(card.images['count'], *words)} like{look}.")


def _models_calibrate(arguments: argparse.Namespace) -> None:
    from semigda.evaluation.calibrate import calibrate

    progress = Progress(Terminal(sys.stderr))
    card, failures = calibrate(arguments.model, arguments.cases, arguments.device, progress)
    assert card.doubt is not None
    for failure in failures:
        print(f"left out: {one_line(failure['case'])}: {failure['message']}", file=sys.stderr)
    names = {label.value: label.name for label in card.labels}
    for row in card.doubt["classes"]:
        print(f"{names[row['value']]}: {_worth(row)}")


def _worth(row: dict[str, Any]) -> str:
    """What a card says of a class's certainty, in words."""
    if not row["patients"]:
        return "not found in any held-out case"
    volume = "none" if row["factor"] is None else f"a factor of {row['factor']:.2f}"
    return (
        f"{number_of(row['patients'], 'held-out patient')}, good: {_good(row)}, "
        f"90 % range of the volume: {volume}"
    )


def _good(row: dict[str, Any]) -> str:
    """What is called good, of a class in a card's entry about doubt."""
    from semigda_core.models.doubt import GOOD_DICE

    if row["promise"] is None:
        return "nothing, for there are too few"
    if row["promise"] < GOOD_DICE:
        return f"nothing, for only a Dice of {row['promise']:.2f} can be promised"
    share = f"{100 * row['trust']:.0f} %"
    return f"certainty {row['good']:.3f} and above; {share} reach a Dice of {row['promise']:.2f}"


def _models_export(arguments: argparse.Namespace) -> None:
    from semigda.models.package import export_package
    from semigda_core.models.library import find_model

    model = find_model(arguments.model)
    written = export_package(model, arguments.zip, overwrite=arguments.overwrite)
    print(f"wrote {written}")


def _models_remove(arguments: argparse.Namespace) -> None:
    from semigda_core.models.library import places_of, remove_model

    print(f"removed {remove_model(arguments.model)}")
    for shown in places_of(arguments.model)[:1]:
        print(f"The model of that name in {shown} is used again.")


def _models_catalogue(arguments: argparse.Namespace) -> None:
    from semigda.models.catalogue import read_catalogue
    from semigda_core.models.catalogue import catalogue_source, standing
    from semigda_core.models.library import list_models

    entries = read_catalogue(arguments.catalogue or catalogue_source())
    if arguments.json:
        print_json([entry.to_dict() for entry in entries])
        return
    installed = {model.name: model for model in list_models()}
    for entry in entries:
        state = standing(entry, installed.get(entry.name))
        mark = {INSTALLED: "installed", UPDATE: "UPDATE"}.get(state, "")
        words = f"{megabytes(entry.size)}  {entry.date}  {entry.licence}  {entry.title}"
        print(f"{entry.name:<24} {mark:<9} {one_line(words)}")
    if not entries:
        print("The catalogue lists no models.")


def _models_download(arguments: argparse.Namespace) -> None:
    from semigda.models.catalogue import read_catalogue
    from semigda.models.download import download_model
    from semigda_core.models.catalogue import catalogue_source, entry_of
    from semigda_core.models.library import search_folders, user_folder

    source = arguments.catalogue or catalogue_source()
    entry = entry_of(read_catalogue(source), arguments.name)
    print(one_line(f"{entry.title}: {megabytes(entry.size)}, licence {entry.licence}."))
    if not arguments.yes and not agreed("Download it? [y/N] "):
        raise SemiGDAError("cancelled", action="Say yes, or give --yes.")
    folder = download_model(
        entry,
        source,
        arguments.into or user_folder(),
        overwrite=arguments.overwrite,
        progress=Progress(Terminal(sys.stderr)),
    )
    print(f"installed {folder.name} in {folder}")
    if folder.parent not in search_folders():
        print("To use it by its name, set SEMIGDA_MODELS to that folder.")


def megabytes(size: int) -> str:
    """A size in words."""
    return f"{size / 1e6:.1f} MB"


def _models_describe(arguments: argparse.Namespace) -> None:
    from semigda.models.download import entry_for

    date = arguments.date or datetime.date.today().isoformat()
    entry = entry_for(arguments.zip, arguments.url, date)
    print_json(entry.to_dict())
