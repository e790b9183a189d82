"""Volumes, geometry, preprocessing, slices, augmentation and case lists."""
