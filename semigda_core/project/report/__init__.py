"""A training's report, one HTML page."""
