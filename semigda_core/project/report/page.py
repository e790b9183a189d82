"""The look of a report: style, tables and rows of large numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape

Say = Callable[[str], str]


def row(numbers: Iterable[str]) -> str:
    """Large numbers side by side."""
    return f"<div class='numbers'>{''.join(numbers)}</div>"


def table(heads: list[str], rows: list[list[str]]) -> str:
    """Plain texts in columns; no head if all of it is empty."""
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    lines = "".join(
        f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in row)}</tr>" for row in rows
    )
    top = f"<thead><tr>{head}</tr></thead>" if any(heads) else ""
    return f"<div class='wide'><table>{top}<tbody>{lines}</tbody></table></div>"


_STYLE = """
:root { color-scheme: light dark; --ink: #1d2329; --soft: #667380; --rule: #e3e8ec;
  --paper: #ffffff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaee; --soft: #98a4b0; --rule: #2c343c;
  --paper: #14181c; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 720px; margin: 0 auto; padding: 72px 24px 96px; }
header p { margin: 0; color: var(--soft); }
h1 { font-size: 34px; line-height: 1.2; font-weight: 650; margin: 6px 0 8px;
  letter-spacing: -0.01em; }
h2 { font-size: 20px; font-weight: 650; margin: 0 0 16px; display: inline-block; }
h3 { font-size: 15px; font-weight: 600; margin: 28px 0 8px; }
section { margin-top: 56px; }
.lead { font-size: 19px; margin: 40px 0 24px; }
.note, figcaption { color: var(--soft); font-size: 14px; }
.numbers { display: flex; flex-wrap: wrap; gap: 16px 48px; }
.numbers b { display: block; font-size: 30px; font-weight: 600; line-height: 1.2; }
.numbers span { color: var(--soft); font-size: 14px; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 15px; }
table, .numbers b { font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; color: var(--soft); font-size: 13px; }
th, td { padding: 8px 16px 8px 0; border-bottom: 1px solid var(--rule); vertical-align: top;
  overflow-wrap: anywhere; }
td:first-child { min-width: 160px; }
figure { margin: 0; }
svg { width: 100%; height: auto; display: block; }
svg text { fill: var(--soft); font-size: 12px; }
svg .grid { stroke: var(--rule); }
svg .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 20px; }
.legend i { display: inline-block; width: 14px; height: 3px; border-radius: 2px; margin-right: 8px;
  vertical-align: middle; }
.pictures { display: flex; flex-wrap: wrap; gap: 20px; }
.pictures img { display: block; max-width: 100%; min-width: 200px; border-radius: 4px; }
summary { cursor: pointer; } summary h2 { margin-bottom: 8px; }
@media print { main { padding: 0; max-width: none; } section { margin-top: 32px; }
  figure, tr, .numbers { break-inside: avoid; } h2, h3 { break-after: avoid; } }
"""
# Takes ``lang``, ``made``, ``title`` and ``body``, all of them HTML.
HTML = (
    '<!doctype html>\n<html lang="{lang}"><head><meta charset="utf-8">{made}'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    "<title>{title}</title><style>"
    + _STYLE.replace("{", "{{").replace("}", "}}")
    + "</style></head><body><main>\n{body}\n</main></body></html>\n"
)
