"""Sequences: every frame of a 4-D image is segmented, into a sequence of segmentations."""
