"""The page of performance, written from the stored JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from speed_lib.bars import DEVICES, NOT_MEASURED, bars
from speed_lib.figures import median, megabytes, speedups, table, told
from speed_lib.growth import GROWTH, SIDE, SLICES, WORKING, line, unit
from speed_lib.volume import PARTS

# What is known of a figure, beside the figure: written by hand, a file a section.
REASONS = Path(__file__).parent / "reasons"
READING = Path(__file__).parents[1] / "results" / "reading.md"  # of benchmarks/reading.py

INTRODUCTION = """# Performance

Made by `python benchmarks/speed.py --table` from `benchmarks/results/speed.json`.

- **Reference**: the same network with the same weights, composed as the released code does it
  (`benchmarks/speed_lib/reference.py` and `reference_training.py`): float32, one image at a time,
  the two branches decoded one after the other, default memory layout, attention as two matrix
  products, autograd on. In training it also carries gradients through the frozen autoencoder,
  encodes each image twice, and makes the pseudo labels of the live network on the host.
- **Times** are medians, in brackets the least and the largest. Ways that are compared run in turn;
  a ratio compares each repeat with its neighbour, so another program on the computer slows both.
- **Memory** is the largest of a process of its own: on a CPU what it has beyond its imports, on a
  graphics card what PyTorch allocates.
- **Seconds are of the processor in the last table.** One with AVX2 and two cores, measured on
  2026-11-24 with a compact latent of 4 channels, took 38.9 s for the volume (missed), 98 ms for a
  compact slice and 1.0 s for a step of stage 2: most of the difference is the computer.
- Training is timed with as many unlabelled as labelled slices, as the reference draws them; the
  default asks for a third as many.
- Slices are discs on noise. `compact` has learned to paint them; on a CPU `paper` has random
  weights, whose masks are scattered dots: the hardest ones to agree on.
"""


def page(runs: Mapping[str, dict]) -> str:
    """The whole page; ``runs`` by ``<part>-<device>``."""
    parts = [INTRODUCTION, "## What is asked\n\n" + bars(runs) + _reason("bars")]
    for title, part, section in SECTIONS:
        text = f"## {title}\n"
        for device, name in DEVICES.items():
            run = runs.get(f"{part}-{device}")
            shown = section(run) if run else f"{NOT_MEASURED.capitalize()}.\n"
            text += f"\n**{name[0].upper()}{name[1:]}.** {shown}"
        parts.append(text + _reason(part))
    if READING.exists():
        parts.append(READING.read_text("utf-8"))
    parts.append("## How it was measured\n\n" + _how(runs))
    return "\n".join(parts).rstrip() + "\n"


def _reason(name: str) -> str:
    path = REASONS / f"{name}.md"
    return "\n" + path.read_text("utf-8") if path.exists() else ""


def _inference(run: dict) -> str:
    faster, work = speedups(run), run["gflop_a_slice"]
    rows = []
    for way, seconds in run["seconds"].items():
        each = [1000 * value / run["slices"] for value in seconds]
        gflop = work[way.rpartition(" ")[2] if "," in way else "both"]
        row = [way, told(each, 1), f"{gflop:.1f}", f"{1000 * gflop / median(each):,.0f}"]
        peak = run.get("peak_bytes", {}).get(way)
        rows.append([*row, told(faster[way]) if way in faster else "1",
                     megabytes(peak) if peak else "-"])  # fmt: skip
    agreement = run["agreement"]
    return (
        f"{run['slices']} slices of {run['side']} x {run['side']}.\n\n"
        + table(["way", "ms a slice", "GFLOP a slice", "GFLOP/s", "times as fast", "peak MB"], rows)
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
            rows.append([stage, way, told(seconds, 3), f"{median(rate):.3f}", f"{work:,.1f}",
                         megabytes(peak) if peak else "-"])  # fmt: skip
    faster = [[name, told(values)] for name, values in speedups(run).items()]
    labelled, unlabelled = run["rows"]
    return (
        f"{labelled} labelled and {unlabelled} unlabelled slices of {run['side']} x {run['side']} "
        "a step.\n\n"
        + table(["stage", "way", "seconds a step", "steps/s", "GFLOP a step", "peak MB"], rows)
        + "\n"
        + table(["ours against the reference", "times as fast"], faster)
    )


def _volume(run: dict) -> str:
    rows = []
    for part in PARTS:
        seconds = [one["seconds"][part] for one in run["runs"]]
        share = [
            100 * s / one["seconds"]["total"] for s, one in zip(seconds, run["runs"], strict=True)
        ]
        rows.append([part, told(seconds), f"{median(share):.0f}"])
    peak = [one["peak_bytes"] for one in run["runs"]]
    return (
        f"{' x '.join(map(str, run['shape']))} voxels, working slices of {WORKING} x {WORKING}, "
        f"2 classes, review map, in batches of {run['runs'][0]['batch']}; from an uncompressed "
        ".nrrd to a .seg.nrrd in a fresh process.\n\n"
        + table(["part", "seconds", "% of the total"], rows)
        + f"\nPeak memory of the process: {megabytes(median(peak))} MB.\n"
    )


def _growth(run: dict) -> str:
    parts = ["`semigda segment`, `compact`.\n"]
    for what in GROWTH:
        x = [unit(what, row["value"]) for row in run[what]]
        total = [[one["seconds"]["total"] for one in row["runs"]] for row in run[what]]
        network = [[one["seconds"]["network"] for one in row["runs"]] for row in run[what]]
        peak = [median([one["peak_bytes"] for one in row["runs"]]) for row in run[what]]
        rows = [
            [f"{row['value']:,}", told(a), told(b), megabytes(c)]
            for row, a, b, c in zip(run[what], total, network, peak, strict=True)
        ]
        start, step, off = line(x, [median(values) for values in total])
        base, each, beside = line(x, peak)
        of = "million pixels a slice" if what == "in-plane size" else "one more"
        scale = 1e6 if what == "in-plane size" else 1
        parts.append(
            table([what, "seconds in all", "seconds of the network", "peak MB"], rows)
            + f"\nStraight line: {start:.1f} s and {step * scale:.3f} s for {of}, at most "
            f"{100 * off:.0f} % of the largest away from it; {megabytes(base)} MB and "
            f"{each * scale / 2**20:.2f} MB for {of}, at most {100 * beside:.0f} % away.\n"
        )
    return "\n".join(parts) + (
        f"\nWhat does not grow: {SIDE} x {SIDE} x {SLICES} voxels, working slices of {WORKING} x "
        f"{WORKING}, 2 classes. Where the in-plane size grows, working slices have that size too.\n"
    )


def _startup(run: dict) -> str:
    rows = [[name, told(seconds)] for name, seconds in run["seconds"].items()]
    rows += [
        [f"click to the first slices, {kind} worker", told(seconds)]
        for kind, seconds in run["click_seconds"].items()
    ]
    return f"{' x '.join(map(str, run['shape']))} voxels.\n\n" + table(["what", "seconds"], rows)


def _how(runs: Mapping[str, dict]) -> str:
    rows = []
    for run in runs.values():
        versions = ", ".join(f"{name} {version}" for name, version in run["versions"].items())
        place = f"{run['device']} ({run['processor']}, {run['cores']} cores, {run['threads']} thr.)"
        load = " to ".join(map(str, run["load"]))
        rows.append([f"`{run['command']}`", place, versions, str(run["seed"]), str(run["repeats"]),
                     load, run["finished"][:10]])  # fmt: skip
    return table(["command", "device", "versions", "seed", "repeats", "load average", "date"], rows)


Section = Callable[[dict], str]
SECTIONS: tuple[tuple[str, str, Section], ...] = (
    ("Inference, `paper`: the network alone", "inference-paper", _inference),
    ("Inference, `compact`: the network alone", "inference-compact", _inference),
    ("Inference, `compact`: a whole volume", "volume-compact", _volume),
    ("Training, `paper`", "training-paper", _training),
    ("Training, `compact`", "training-compact", _training),
    ("Growth", "growth", _growth),
    ("Start-up", "startup", _startup),
)
