"""Tests, and the host that stands for Slicer."""
