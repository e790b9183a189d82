"""Line charts as self-contained inline SVG."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT = 640, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 12, 10, 28
# Distinct for most kinds of colour blindness, and readable on white and near-black.
LINES = ("#2f7fb8", "#d0762a", "#2e9d78", "#b0629a", "#8a8f2a", "#7a6fd0", "#c2524b", "#6f7f8f")

Points = Sequence[tuple[float, float]]


def line_chart(
    series: Mapping[str, Points],
    label: str,
    low: float | None = None,
    high: float | None = None,
    colours: Mapping[str, str] | None = None,
) -> str:
    """A figure with one line for each name, and a legend if there are several.

    Args:
        series: (x, y) points; x are steps.
        label: what it shows, for those who cannot see it.
        low, high: of the y axis; by default from the data, and 0.
        colours: CSS colours by name; others get :data:`LINES` in their order.
    """
    series = {name: [p for p in points if math.isfinite(p[1])] for name, points in series.items()}
    series = {name: points for name, points in series.items() if points}
    if not series:
        return ""
    values = [y for points in series.values() for _, y in points]
    steps = [x for points in series.values() for x, _ in points]
    low = min(0.0, *values) if low is None else low
    high = max(values) if high is None else high
    ticks = _ticks(low, max(high, low + 1e-6))
    low, high = min(low, ticks[0]), max(high, ticks[-1])
    right = max(max(steps), 1)

    def place(x: float, y: float) -> tuple[float, float]:
        across = _LEFT + (WIDTH - _LEFT - _RIGHT) * x / right
        down = _TOP + (HEIGHT - _TOP - _BOTTOM) * (high - y) / (high - low)
        return round(across, 1), round(min(max(down, _TOP), HEIGHT - _BOTTOM), 1)

    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label)}">']
    for tick in ticks:
        _, y = place(0, tick)
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y}" y2="{y}"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4}" text-anchor="end">{tick:g}</text>')
    for tick in _ticks(0, right):
        x, _ = place(tick, low)
        if tick <= right and tick == int(tick):
            parts.append(f'<text x="{x}" y="{HEIGHT - 8}" text-anchor="middle">{tick:g}</text>')
    legend = []
    for number, (name, points) in enumerate(series.items()):
        colour = (colours or {}).get(name, LINES[number % len(LINES)])
        places = [place(x, y) for x, y in points]
        drawn = " ".join(f"{x},{y}" for x, y in places)
        parts.append(f'<polyline class="line" stroke="{colour}" points="{drawn}"/>')
        if len(points) < 15:
            parts += [f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>' for x, y in places]
        legend.append(f'<span><i style="background:{colour}"></i>{escape(name)}</span>')
    parts.append("</svg>")
    keys = f'<figcaption class="legend">{"".join(legend)}</figcaption>' if legend[1:] else ""
    return f"<figure>{''.join(parts)}{keys}</figure>"


def _ticks(low: float, high: float) -> list[float]:
    """Four to six round numbers that span low to high."""
    raw = (high - low) / 4
    size = 10 ** math.floor(math.log10(raw))
    step = next(m * size for m in (1, 2, 2.5, 5, 10) if m * size >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(n * step, 10) for n in range(first, last + 1)]
