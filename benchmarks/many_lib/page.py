"""The page of many volumes, written from the stored JSON."""

from __future__ import annotations

import statistics
import textwrap

from tables import as_table

MOST_MB, MOST_TIMES = 3000, 1.3


def page(found: dict) -> str:
    """What was measured, as tables."""
    computer = found["computer"]
    threads = "1 thread" if computer["threads"] == 1 else f"{computer['threads']} threads"
    parts = [
        "## Hundreds of volumes, and scoring one",
        "Made by `python benchmarks/many_volumes.py`, which stores "
        f"`benchmarks/results/many_volumes.json`; {computer['processor']}, {threads}. "
        "Other programs ran beside it: compare seconds within a row. A step and "
        "scoring are given in CPU time.",
        as_table(["requirement", ""], _bars(found)),
    ]
    if "volumes" in found:
        parts += [
            "**Slices on the disk or in memory.** Volumes of 40 x 96 x 96 voxels. Memory is that "
            "of the process alone, beyond what it has without slices; *held* is the same with all "
            "slices in memory, as it was before. A step has 8 slices of the compact network, "
            "without its first ones; a draw is 16 slices at random, which a thread makes while the "
            "network computes.",
            as_table(HEADS, [_row(one) for one in found["volumes"]]),
        ]
    if "training" in found:
        parts += [
            "**A whole training** (`semigda train`, a few steps) and the next one in the same "
            "project, for which all images were emptied behind its back: whoever read them would "
            "make other slices. "
            "Memory is that of all its processes together, those that prepare and read included.",
            as_table(TRAINING_HEADS, [_training(one) for one in found["training"]]),
        ]
    if "scoring" in found:
        one = found["scoring"]
        parts.append(
            f"**Scoring** a volume of 512 x 512 x 300 voxels with three classes takes "
            f"{min(one['score_s']):.1f} CPU s and {one['score_mb']:,.0f} MB of memory at its peak, "
            f"segmenting it {min(one['segment_s']):.1f} CPU s and {one['segment_mb']:,.0f} MB; the "
            f"faster of {len(one['score_s'])}. Both read the file; segmenting writes the result, "
            "scoring reads the label and measures Dice, IoU, HD95 and ASSD."
        )
    return "\n\n".join(map(_wrapped, parts)) + "\n"


def _wrapped(part: str) -> str:
    """Lines of a paragraph; a table or a heading stays."""
    return part.strip() if part[0] in "|#" else textwrap.fill(part, 118)


def _bars(found: dict) -> list[list[str]]:
    rows = []
    if "training" in found:
        most = max(found["training"], key=lambda one: one["volumes"])
        memory = max(most["first_mb"], most["second_mb"])
        asks = f"a training on {most['volumes']:,} volumes: memory, MB"
        rows.append([asks, _verdict(f"{memory:,.0f}", memory, MOST_MB, f"{MOST_MB:,}")])
        again = most["made_anew"]
        rows.append(["its second start: slices made anew", _verdict(str(again), again, 0, "0")])
    if "volumes" in found:
        one = next(one for one in found["volumes"] if "step_disk_ms" in one)
        share = one["step_disk_ms"] / one["step_memory_ms"]
        asks = "a step with slices on the disk, of one with all in memory"
        # Within the noise of two steps of the same kind.
        rows.append([asks, _verdict(f"{share:.2f}", share, 1.03, "1.00, give or take .03")])
    if "scoring" in found:
        pairs = zip(found["scoring"]["score_s"], found["scoring"]["segment_s"], strict=True)
        times = statistics.median(score / segment for score, segment in pairs)
        asks = "scoring a volume, of segmenting it"
        rows.append([asks, _verdict(f"{times:.2f}", times, MOST_TIMES, f"{MOST_TIMES:g}")])
    return rows


def _verdict(value: str, number: float, most: float, limit: str) -> str:
    return f"{value}; at most {limit}: {'reached' if number <= most else '**missed**'}"


HEADS = ["volumes", "prepare, s", "start again, s", "on disk, MB", "memory, MB", "held, MB",
         "step, CPU ms", "held", "draw, ms", "held"]  # fmt: skip
TRAINING_HEADS = ["volumes", "images, MB", "first, s", "its memory, MB", "second, s",
                  "its memory, MB"]  # fmt: skip


def _row(one: dict) -> list[str]:
    steps = [f"{one[key]:.0f}" if key in one else "-" for key in ("step_disk_ms", "step_memory_ms")]
    return [f"{one['volumes']:,}", f"{one['prepare_s']:.0f}", f"{one['start_again_s']:.1f}",
            f"{one['disk_mb']:.0f}", f"{one['memory_mb']:.0f}", f"{one['held_memory_mb']:.0f}",
            *steps, f"{one['draw_disk_ms']:.1f}", f"{one['draw_memory_ms']:.1f}"]  # fmt: skip


def _training(one: dict) -> list[str]:
    return [f"{one['volumes']:,}", f"{one['images_mb']:,.0f}", f"{one['first_s']:.0f}",
            f"{one['first_mb']:,.0f}", f"{one['second_s']:.0f}",
            f"{one['second_mb']:,.0f}"]  # fmt: skip
