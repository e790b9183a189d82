"""Segmenting a volume, the review map, devices and memory."""
