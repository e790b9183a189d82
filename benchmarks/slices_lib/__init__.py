"""Slices instead of cases: what to draw, and the page that says what came out."""
