"""The pages of performance, written from the stored JSON: what users ask, and the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from tables import as_table

from speed_lib.bars import DEVICES, bars
from speed_lib.batches import NETWORKS, SIZES
from speed_lib.figures import median, megabytes, ranged, speedups
from speed_lib.growth import GROWTH, SIDE, SLICES, WORKING, line, unit
from speed_lib.timing import ratios
from speed_lib.volume import PARTS

Section = Callable[[dict], str]
# What explains the figures: written by hand, a file for each section.
REASONS = Path(__file__).parent / "reasons"
# Of benchmarks/reading.py and benchmarks/many_volumes.py.
OTHERS = [Path(__file__).parents[1] / "results" / f"{n}.md" for n in ("reading", "many_volumes")]

INTRODUCTION = """# Time and memory

{lead}
Without a graphics card, on the computer below; seconds depend on the processor: one with two cores
and AVX2 took 38.9 s for the volume, with an earlier network. Times are medians, with the smallest
and largest in brackets; memory is the peak of a fresh process.

Made by `python benchmarks/speed.py --table` from `benchmarks/results/speed.json`. How the engine
compares with the released code, required speeds, training steps, reading of files, and how all was
measured: [all figures](../benchmarks/results/speed.md). A training takes the time that [its
plan](tutorial.md#4-base-and-preset) gives it; with 1,000 small volumes it needs half a gigabyte
([measured](../benchmarks/results/many_volumes.md)).
"""
DETAILS = """# Time and memory: all figures

Made by `python benchmarks/speed.py --table`; summary:
[docs/performance.md](../../docs/performance.md).

- **Reference**: the same network with the same weights, composed as the released code does it
  (`benchmarks/speed_lib/reference.py` and `reference_training.py`): float32, one image at a time,
  the two branches decoded one after the other, default memory layout, attention as two matrix
  products, autograd on. In training it also carries gradients through the frozen autoencoder,
  encodes each image twice, and makes the pseudo labels of the live network on the host.
- **Times** are medians, with the smallest and largest in brackets. Ways that are compared run in
  turn, and a ratio compares each repeat with its neighbour, so a busy computer slows both.
- **Memory** is the peak of a fresh process: beyond its imports on a CPU, as allocated by PyTorch on
  a graphics card.
- **Training** is timed with as many unlabelled as labelled slices, as the reference draws them; the
  default draws a third as many.
- **Slices** are discs on noise. `compact` has learned to paint them. On a CPU `paper` has random
  weights, whose scattered dots are the hardest masks to agree on.
"""


def page(runs: Mapping[str, dict]) -> str:
    """What users ask; ``runs`` by ``<part>-<device>``."""
    parts = [INTRODUCTION.format(lead=_lead(runs)), *_sections(SECTIONS, runs)]
    shown = [run for run in runs.values() if run.get("part") in {part for _, part, _ in SECTIONS}]
    return _joined([*parts, "## The computer\n\n" + _places(shown)])


def details(runs: Mapping[str, dict]) -> str:
    """The rest: requirements, the reference, and every run."""
    parts = [DETAILS, "## Requirements\n\n" + bars(runs), *_sections(MORE, runs)]
    parts += [path.read_text("utf-8") for path in OTHERS if path.exists()]
    return _joined([*parts, "## How it was measured\n\n" + _places(runs.values()) + _how(runs)])


def _joined(parts: Iterable[str]) -> str:
    return "\n".join(parts).rstrip() + "\n"


def _sections(sections: Iterable[tuple[str, str, Section]], runs: Mapping[str, dict]) -> list[str]:
    parts = []
    for title, part, section in sections:
        text = f"## {title}\n"
        for device, name in DEVICES.items():
            run = runs.get(f"{part}-{device}")
            if run:
                text += f"\n**{name[0].upper()}{name[1:]}.** {section(run)}"
        if any(f"{part}-{device}" in runs for device in DEVICES):
            parts.append(text + _reason(part))
    return parts


def _lead(runs: Mapping[str, dict]) -> str:
    """The answer, of a computer without a graphics card."""
    lines = []
    if run := runs.get("volume-compact-cpu"):
        seconds = median([one["seconds"]["total"] for one in run["runs"]])
        peak = megabytes(median([one["peak_bytes"] for one in run["runs"]]))
        shape = " x ".join(map(str, run["shape"]))
        lines.append(f"- A volume of {shape} voxels is segmented in {seconds:.1f} s, file to file, "
                     f"with {peak} MB of\n  memory.")  # fmt: skip
    if run := runs.get("startup-cpu"):
        cold, warm = (median(run["click_seconds"][kind]) for kind in ("cold", "warm"))
        lines.append(f"- After a click on *Segment* the first slices are done in {cold:.1f} s, and "
                     f"in {warm:.2f} s once a model\n  is loaded.")  # fmt: skip
    return "\n".join(lines) + "\n"


def _reason(name: str) -> str:
    path = REASONS / f"{name}.md"
    return "\n" + path.read_text("utf-8") if path.exists() else ""


def _inference(run: dict) -> str:
    faster, work = speedups(run), run["gflop_a_slice"]
    rows = []
    for way, seconds in run["seconds"].items():
        each = [1000 * value / run["slices"] for value in seconds]
        gflop = work[way.rpartition(" ")[2] if "," in way else "both"]
        row = [way, ranged(each, 1), f"{gflop:.1f}", f"{1000 * gflop / median(each):,.0f}"]
        peak = run.get("peak_bytes", {}).get(way)
        rows.append([*row, ranged(faster[way]) if way in faster else "1",
                     megabytes(peak) if peak else "-"])  # fmt: skip
    agreement = run["agreement"]
    return (
        f"{run['slices']} slices of {run['side']} x {run['side']}.\n\n"
        + as_table(
            ["way", "ms a slice", "GFLOP a slice", "GFLOP/s", "times as fast", "peak MB"], rows
        )
        + f"\nMasks of both branches, ours and the reference's: Dice {agreement['dice']:.6f}, "
        f"{agreement['pixels_that_differ']} of {run['slices'] * run['side'] ** 2:,} pixels differ; "
        f"{100 * agreement['foreground']:.0f} % is foreground.\n"
    )


def _training(run: dict) -> str:
    rows = []
    for stage, ways in run["seconds"].items():
        for way, seconds in ways.items():
            rate = [1 / value for value in seconds]
            peak = run.get("peak_bytes", {}).get(stage, {}).get(way)
            work = run["gflop"][stage][way]
            rows.append([stage, way, ranged(seconds, 3), f"{median(rate):.3f}", f"{work:,.1f}",
                         megabytes(peak) if peak else "-"])  # fmt: skip
    faster = [[name, ranged(values)] for name, values in speedups(run).items()]
    labelled, unlabelled = run["rows"]
    return (
        f"{labelled} labelled and {unlabelled} unlabelled slices of {run['side']} x {run['side']} "
        "a step.\n\n"
        + as_table(["stage", "way", "seconds a step", "steps/s", "GFLOP a step", "peak MB"], rows)
        + "\n"
        + as_table(["ours against the reference", "times as fast"], faster)
    )


def _volume(run: dict) -> str:
    rows = []
    for part in PARTS:
        seconds = [one["seconds"][part] for one in run["runs"]]
        share = [
            100 * s / one["seconds"]["total"] for s, one in zip(seconds, run["runs"], strict=True)
        ]
        rows.append([part, ranged(seconds), f"{median(share):.0f}"])
    peak = [one["peak_bytes"] for one in run["runs"]]
    return (
        f"{' x '.join(map(str, run['shape']))} voxels, working slices of {WORKING} x {WORKING}, "
        f"2 classes, review map, in batches of {run['runs'][0]['batch']}; from an uncompressed "
        ".nrrd to a .seg.nrrd in a fresh process.\n\n"
        + as_table(["part", "seconds", "% of the total"], rows)
        + f"\nPeak memory of the process: {megabytes(median(peak))} MB.\n"
    )


def _before(run: dict) -> str:
    rows = []
    for part in (*PARTS, "processor"):
        before, now = (
            [seconds_of(pair[which], part) for pair in run["pairs"]] for which in ("before", "now")
        )
        rows.append([part, ranged(before), ranged(now), ranged(ratios(now, before))])
    sizes = sorted({pair["now"]["batch"] for pair in run["pairs"]})
    peaks = [
        megabytes(median([pair[which]["peak_bytes"] for pair in run["pairs"]]))
        for which in ("before", "now")
    ]
    same = all(pair["before"]["labels"] == pair["now"]["labels"] for pair in run["pairs"])
    return (
        f"{' x '.join(map(str, run['shape']))} voxels; before is commit {run['commit']}, "
        f"in batches of 2; now batches of {' or '.join(map(str, sizes))} were chosen.\n\n"
        + as_table(["part", "seconds before", "now", "times as long"], rows)
        + f"\nPeak memory: {peaks[0]} MB before, {peaks[1]} MB now. The labels are "
        f"{'the same to the voxel' if same else '**not the same**'}.\n"
    )


def seconds_of(run: dict, part: str) -> float:
    """Of a part of one run, or of the processor: all its threads."""
    return run["processor_seconds"] if part == "processor" else run["seconds"][part]


def _batches(run: dict) -> str:
    rows = []
    for size in SIZES:
        plain, features = (run["seconds"][f"{name}, {size}"] for name in NETWORKS)
        each = [
            ranged([1000 * value / run["slices"] for value in seconds], 1)
            for seconds in (plain, features)
        ]
        rows.append([str(size), *each, ranged(ratios(features, plain))])
    heads = ["slices at once", "ms a slice", "with general image features", "times as long"]
    return f"{run['slices']} slices of {run['side']} x {run['side']}.\n\n" + as_table(heads, rows)


def _growth(run: dict) -> str:
    parts = ["`semigda segment`, `compact`.\n"]
    for what in GROWTH:
        x = [unit(what, row["value"]) for row in run[what]]
        total = [[one["seconds"]["total"] for one in row["runs"]] for row in run[what]]
        network = [[one["seconds"]["network"] for one in row["runs"]] for row in run[what]]
        peak = [median([one["peak_bytes"] for one in row["runs"]]) for row in run[what]]
        rows = [
            [f"{row['value']:,}", ranged(a), ranged(b), megabytes(c)]
            for row, a, b, c in zip(run[what], total, network, peak, strict=True)
        ]
        start, step, off = line(x, [median(values) for values in total])
        base, each, beside = line(x, peak)
        of = {"slices": "slice", "classes": "class"}.get(what, "million pixels of a slice")
        scale = 1e6 if what == "in-plane size" else 1
        parts.append(
            as_table([what, "seconds in all", "seconds of the network", "peak MB"], rows)
            + f"\nFitted lines: {start:.1f} s plus {step * scale:.3f} s per {of} (within "
            f"{100 * off:.0f} %); {megabytes(base)} MB plus {each * scale / 2**20:.2f} MB "
            f"(within {100 * beside:.0f} %).\n"
        )
    return "\n".join(parts) + (
        f"\nWhat stays the same: {SIDE} x {SIDE} x {SLICES} voxels, working slices of {WORKING} x "
        f"{WORKING}, 2 classes. When the in-plane size grows, working slices grow with it.\n"
    )


def _startup(run: dict) -> str:
    rows = [[name, ranged(seconds)] for name, seconds in run["seconds"].items()]
    rows += [
        [f"click to the first slices, {kind} worker", ranged(seconds)]
        for kind, seconds in run["click_seconds"].items()
    ]
    return f"{' x '.join(map(str, run['shape']))} voxels.\n\n" + as_table(["what", "seconds"], rows)


def _opening(run: dict) -> str:
    rows = []
    for what in run["pairs"][0]["now"]:
        before, now = ([pair[which][what] for pair in run["pairs"]] for which in ("before", "now"))
        rows.append([what, ranged(before, 3), ranged(now, 3), ranged(ratios(now, before))])
    return (
        f"The panel of *Segment* with Slicer's core; before is commit {run['commit']}. Opening: "
        "seconds of the processor, without translating sources, which Slicer finds done; a click: "
        "until the first slices are there.\n\n"
        + as_table(["what", "seconds before", "now", "times as long"], rows)
    )


def _several(run: dict) -> str:
    rows = []
    for source in ("scene", "folder"):
        of = [one[source] for one in run["runs"]]
        whole, worker = ([one[key] for one in of] for key in ("seconds", "worker"))
        times = ranged(ratios(whole, worker), 3)
        rows.append([source, str(of[0]["volumes"]), ranged(whole), ranged(worker), times])
    heads = ["source", "volumes", "seconds", "of them the worker's", "times the worker's"]
    about = (
        "Volumes of 64 x 64 x 24 voxels, slices of 96 x 96, one thread, beside much other work.\n\n"
    )
    return about + as_table(heads, rows)


def _region(run: dict) -> str:
    rows = []
    for number, sides in enumerate(run["regions"]):
        of = [one[number] for one in run["runs"]]
        seconds = [one["seconds"]["total"] for one in of]
        peak = megabytes(median([one["peak_bytes"] for one in of]))
        rows.append([" x ".join(map(str, sides)), ranged(seconds), peak])
    heads = ["region, voxels", "seconds", "peak memory, MB"]
    return f"In {' x '.join(map(str, run['shape']))} voxels.\n\n" + as_table(heads, rows)


def _places(runs: Iterable[dict]) -> str:
    """A line for each computer."""
    places = []
    for run in runs:
        versions = ", ".join(f"{name} {version}" for name, version in run["versions"].items())
        place = (
            f"{run['device']} ({run['processor']}, {run['cores']} cores, {run['threads']} threads)"
        )
        places.append(f"- {place}; {versions}; seed {run['seed']}.\n")
    return "".join(dict.fromkeys(places))


def _how(runs: Mapping[str, dict]) -> str:
    """A row for each part that was measured."""
    rows = []
    for run in runs.values():
        load = " to ".join(map(str, run["load"]))
        rows.append([f"`{run['command']}`", str(run["repeats"]), load, run["finished"][:10]])
    return "\n" + as_table(["command", "repeats", "load average", "date"], rows)


SECTIONS: tuple[tuple[str, str, Section], ...] = (
    ("A whole volume", "volume-compact", _volume),
    ("Growth", "growth", _growth),
    ("A region of interest", "region", _region),
    ("Several volumes", "several", _several),
    ("Start-up", "startup", _startup),
)
MORE: tuple[tuple[str, str, Section], ...] = (
    ("Inference, `paper`: the network alone", "inference-paper", _inference),
    ("Inference, `compact`: the network alone", "inference-compact", _inference),
    ("Inference, `compact`: a whole volume, before and now", "volume-before", _before),
    ("Inference: slices at once", "batches", _batches),
    ("Training, `paper`", "training-paper", _training),
    ("Training, `compact`", "training-compact", _training),
    ("The panel: opening it, and a click", "opening", _opening),
)
