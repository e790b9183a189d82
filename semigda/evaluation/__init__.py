"""Overlap and surface-distance measures, and evaluating a model on cases."""
