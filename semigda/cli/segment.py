"""``semigda segment``: one image, or a whole cohort."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from semigda.cli.arguments import add_json, add_overwrite
from semigda.cli.telling import Terminal, agreed, print_json
from semigda.memory import importing
from semigda.progress import Progress
from semigda_core.errors import SemiGDAError
from semigda_core.files.checked import meaning_of
from semigda_core.files.formats import endings, stem
from semigda_core.files.texts import counted, one_line
from semigda_core.jobs.following import follows
from semigda_core.jobs.segmenting import SegmentOptions
from semigda_core.models.doubt import GOOD

if TYPE_CHECKING:
    from semigda.inference.cohort import Cohort, Done


def add_segment_command(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``semigda segment``, except the model's options."""
    parser.set_defaults(command=_segment)
    parser.add_argument("input", nargs="?", help="volume, picture or folder with one DICOM series")
    parser.add_argument("--cases", help="in place of one image: a case list, or a folder of images")
    parser.add_argument(
        "-o",
        "--out",
        required=True,
        help="the .seg.nrrd to write; with --cases or --all-frames a folder",
    )
    parser.add_argument(
        "--review",
        help="also write the map of where the model is in doubt, as .nrrd; not with --cases",
    )
    parser.add_argument(
        "--again", action="store_true", help="with --cases, also segment finished images again"
    )
    parser.add_argument(
        "--all-frames", action="store_true", help="segment every frame of a 4-D image"
    )
    parser.add_argument(
        "--anyway",
        action="store_true",
        help="do not ask whether to go on if the image is not of the model's kind",
    )
    add_json(parser)
    parser.add_argument("--report", help="also write versions, times and memory as JSON")
    add_overwrite(
        parser,
        "earlier results; with --cases, those of another model or of another folder's images of "
        "the same names",
    )


# Doubt is always found, and written as a map if a file is named.
_OPTIONS = [option for option in fields(SegmentOptions) if option.name != "review"]


def add_model_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the model, and an argument for each of its options: a flag if it is off by default."""
    parser.add_argument("--model", required=True, help="name in the library, or folder")
    for option in _OPTIONS:
        name, meaning = f"--{option.name.replace('_', '-')}", meaning_of(option)
        if option.default is False:
            parser.add_argument(name, action="store_true", help=meaning)
            continue
        if option.default is not None:
            meaning += f" (default: {option.default})"
        parser.add_argument(
            name,
            default=option.default,
            type=int if str(option.type).startswith("int") else str,
            choices=option.metadata.get("choices"),
            help=meaning,
        )


def segment_options(arguments: argparse.Namespace) -> SegmentOptions:
    """The given options; a text that stands for something else is read by the note ``read``."""
    values = {option.name: getattr(arguments, option.name) for option in _OPTIONS}
    for option in _OPTIONS:
        if "read" in option.metadata and values[option.name] is not None:
            values[option.name] = option.metadata["read"](values[option.name])
    return SegmentOptions(**values)


def _segment(arguments: argparse.Namespace) -> int:
    if (arguments.input is None) == (arguments.cases is None):
        raise SemiGDAError(
            "bad-input", "Name one image, or several by --cases.", action="Give one of the two."
        )
    if arguments.input and _holds_images(Path(arguments.input)):
        raise SemiGDAError(
            "bad-input",
            "The folder holds images, and not one DICOM series.",
            action="To segment all of them, use --cases FOLDER.",
        )
    if arguments.again and arguments.cases is None:
        raise SemiGDAError(
            "bad-input",
            "--again goes with --cases, not with one image.",
            action="To replace the result of one image, use --overwrite.",
        )
    if arguments.all_frames and (arguments.cases is not None or arguments.frame is not None):
        raise SemiGDAError(
            "bad-input",
            "--all-frames goes with one image, and without --frame.",
            action="Leave out --cases and --frame.",
        )
    if arguments.cases is None and not arguments.all_frames:
        return _segment_one(arguments)
    return _segment_all(arguments)


def _holds_images(folder: Path) -> bool:
    """Whether it is a folder of image files, which are no DICOM series."""
    known = endings(dicom=False)
    return folder.is_dir() and any(one.name.lower().endswith(known) for one in folder.iterdir())


def _segment_one(arguments: argparse.Namespace) -> int:
    with importing():
        from semigda.inference.segment import segment_file

    report = segment_file(
        arguments.input,
        arguments.model,
        arguments.out,
        review_out=arguments.review,
        options=segment_options(arguments),
        progress=Progress(Terminal(sys.stderr)),
        report_out=arguments.report,
        overwrite=arguments.overwrite,
        started=arguments.started,
        doubt=None if arguments.anyway else _ask,
    )
    if arguments.json:
        print_json(report)
        return 0
    for note in report["notes"]:
        _tell(note)
    for found in report["segments"]:
        print(f"{one_line(found['name'])}: {', '.join(_described(found))}")
    return 0


def _described(found: dict[str, Any]) -> Iterator[str]:
    """Size and certainty of a segment, and what its model's held-out cases say of them."""
    # A plain picture has no volume.
    yield f"{found['voxels']} px" if found["ml"] is None else f"{found['ml']:.2f} ml"
    if found["range_ml"]:
        yield "90 % range {:.2f} to {:.2f} ml".format(*found["range_ml"])
    if found["voxels"]:
        yield f"certainty {found['agreement']:.2f}"
    if found["grade"] == GOOD:
        promise = found["promise"]
        share = int(100 * promise["trust"] + 1e-9)
        yield f"good: {share} % of such results have a Dice of {promise['dice']:.2f} or more"
    elif found["grade"]:
        yield found["grade"]


def _ask(doubt: str) -> None:
    """Ask a person; where there is none, the report's notes say it."""
    if sys.stdin is None or not sys.stdin.isatty():
        return
    _tell(doubt)
    if not agreed("Segment anyway? [y/N] "):
        raise SemiGDAError("cancelled", action="Choose another model or image, or give --anyway.")


def _asking_once() -> Callable[[str], None]:
    """As :func:`_ask`: whoever has said yes to one frame is not asked about the next."""
    asked = False

    def ask(doubt: str) -> None:
        nonlocal asked
        if not asked:
            asked = True
            _ask(doubt)

    return ask


def _segment_all(arguments: argparse.Namespace) -> int:
    """The exit status is 1 if a case could not be segmented; the others still are."""
    if arguments.review or arguments.report:
        raise SemiGDAError(
            "bad-input",
            "--review and --report go with one image or frame, not with several.",
            action="Leave them out: every result has a report, NAME.json.",
        )
    from semigda.reading.process import start_reader

    start_reader()  # it starts while torch is imported
    with importing():
        from semigda.data.frames import Frames
        from semigda.inference.cohort import Cohort

    if arguments.all_frames:
        image = Path(arguments.input)
        frames = Frames(image)
        names = _names(image, frames.count)
        cohort = Cohort([(name, image) for name in names], arguments.out, (), names, frames.read)
    else:
        cases = Path(arguments.cases)
        cohort = Cohort(_images(cases), arguments.out, [cases])
    done = cohort.segment(
        arguments.model,
        segment_options(arguments),
        _tell,
        arguments.overwrite,
        again=arguments.again,
        doubt=_asking_once() if arguments.all_frames and not arguments.anyway else None,
    )
    if follows():  # one of several processes tells all; torchrun would end it if this one failed
        return 0
    if arguments.json:
        values = {**asdict(done), "failures": [{"case": n, **error} for n, error in done.failures]}
        values |= {"table_kept": done.table_kept and str(done.table_kept)}
        print_json({**values, "table": str(cohort.summary), "sheet": str(cohort.sheet)})
    else:
        _tell_done(done, cohort)
    return int(bool(done.failures))


def _tell_done(done: Done, cohort: Cohort) -> None:
    for name, error in done.failures:
        detail = f" ({error['class']}: {error['detail']})" if error["detail"] else ""
        _tell(f"{name}: {error['message']} {error['action']}{detail}")
        if cohort.folder.result(name).exists():
            _tell(f"{name}: the segmentation in the folder is an earlier one, not in the table.")
    for name in done.edited:
        _tell(f"{name}: its segmentation was edited; it is left, and the table tells of the first.")
    if done.outside:
        _tell(f"Outside of the region of interest: {', '.join(done.outside)}.")
    if done.other_kind:
        _tell(
            "Not the kind of image that the model was trained on (the table says how): "
            f"{len(done.other_kind)} of {len(cohort.images)}, {', '.join(done.other_kind)}."
        )
    if done.unknown:
        _tell(
            f"Results of an earlier version, kept: {done.unknown}. Whether their images have "
            "changed since is not known."
        )
    if done.table_kept:
        _tell(f"The table had been edited. That one is now {done.table_kept.name}.")
    outside = f", {len(done.outside)} outside of the region" if done.outside else ""
    there = counted(done.there, "1 was there", "{count} were there")
    print(f"{done.segmented} segmented, {there}, {len(done.failures)} failed{outside}.")
    print(f"The table is in {one_line(str(cohort.summary), 1000)}")
    print(f"The contact sheet is in {one_line(str(cohort.sheet), 1000)}")


def _names(image: Path, count: int) -> dict[str, int]:
    """Names and numbers of a 4-D image's frames, from 0 as in --frame: heart-00, heart-01 ..."""
    digits = len(str(count - 1))
    return {f"{stem(image)}-{frame:0{digits}}": frame for frame in range(count)}


def _images(cases: Path) -> list[tuple[str, Path]]:
    """Names and images of a case list, or of a folder; labels in the folder are left out."""
    from semigda.data.cases import read_images
    from semigda_core.project.cases.pairing import pair_folder

    if cases.is_dir():
        found = pair_folder(cases)
        if not follows():
            for path, reason in found.left_out:
                _tell(f"{path.name} is left out: {reason}.")
            for label in found.unpaired_labels:
                _tell(f"{label.name} is left out: by its name a label.")
        return found.named()
    # A name taken from the file loses its ending, so that ball.nii.gz becomes ball.seg.nrrd.
    return [(stem(Path(name)) if name == i.name else name, i) for name, i in read_images(cases)]


def _tell(text: str) -> None:
    print(one_line(text, 1000), file=sys.stderr, flush=True)
