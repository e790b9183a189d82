"""docs/fewer-slices.svg: Dice over the number of slices that were drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

WIDTH, HEIGHT = 250, 210  # of a set
LEFT, RIGHT, TOP, BOTTOM = 40, 14, 30, 36
LEGEND = 24
# Both ways end where everything is drawn.
WAYS = {
    "all slices of a few cases": ("#d0762a", ("whole", "all")),
    "a few slices of each case": ("#2f7fb8", ("tenth", "spread", "all")),
}
STYLE = (
    "text{font:12px sans-serif;fill:#888}.title{font-weight:bold;text-anchor:middle}"
    ".x{text-anchor:middle}.y{text-anchor:end}.grid{stroke:#888;stroke-opacity:.3}"
    "polyline{fill:none;stroke-width:2}"
)

Point = tuple[float, float]  # slices, Dice


def chart(found: dict[str, dict[str, Point]]) -> str:
    """An SVG with a drawing for each set.

    Args:
        found: title of each set, and of each of its arms slices drawn and Dice.
    """
    parts = [_drawing(title, arms, n * WIDTH) for n, (title, arms) in enumerate(found.items())]
    place = LEFT
    for name, (colour, _) in WAYS.items():
        parts.append(f'<circle cx="{place}" cy="{HEIGHT + 10}" r="4" fill="{colour}"/>')
        parts.append(f'<text x="{place + 10}" y="{HEIGHT + 14}">{escape(name)}</text>')
        place += 220
    size = f"{WIDTH * len(found)} {HEIGHT + LEGEND}"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" role="img">'
    return "\n".join([head, f"<style>{STYLE}</style>", *parts, "</svg>\n"])


def _drawing(title: str, arms: dict[str, Point], begin: int) -> str:
    counts, dices = zip(*arms.values(), strict=True)
    low, high = math.floor(50 * min(dices)) / 50, math.ceil(50 * max(dices)) / 50
    first, last = math.log(min(counts)), math.log(max(counts))

    def place(point: Point) -> tuple[float, float]:
        across = (math.log(point[0]) - first) / (last - first)
        down = (high - point[1]) / (high - low)
        return (
            round(begin + LEFT + across * (WIDTH - LEFT - RIGHT), 1),
            round(TOP + down * (HEIGHT - TOP - BOTTOM), 1),
        )

    parts = [f'<text class="title" x="{begin + WIDTH / 2:g}" y="16">{escape(title)}</text>']
    for tick in _ticks(low, high):
        x, y = place((min(counts), tick))
        parts.append(
            f'<line class="grid" x1="{x}" x2="{begin + WIDTH - RIGHT}" y1="{y}" y2="{y}"/>'
        )
        parts.append(f'<text class="y" x="{x - 8}" y="{y + 4}">{tick:.2f}</text>')
    for count in _apart(counts, first, last):
        x, _ = place((count, low))
        parts.append(f'<text class="x" x="{x}" y="{HEIGHT - 20}">{count:.0f}</text>')
    parts.append(f'<text class="x" x="{begin + WIDTH / 2:g}" y="{HEIGHT - 5}">slices drawn</text>')
    for colour, names in WAYS.values():
        places = [place(point) for point in sorted(arms[name] for name in names if name in arms)]
        line = " ".join(f"{x},{y}" for x, y in places)
        parts.append(f'<polyline stroke="{colour}" points="{line}"/>')
        parts += [f'<circle cx="{x}" cy="{y}" r="4" fill="{colour}"/>' for x, y in places]
    return "\n".join(parts)


def _ticks(low: float, high: float) -> Sequence[float]:
    step = 0.02 if high - low < 0.11 else 0.04
    return [low + n * step for n in range(math.floor((high - low) / step + 1e-6) + 1)]


def _apart(counts: Sequence[float], first: float, last: float) -> list[float]:
    """Those whose numbers do not run into each other."""
    kept: list[float] = []
    for count in sorted(counts):
        if not kept or math.log(count / kept[-1]) > 0.12 * (last - first):
            kept.append(count)
    return kept
