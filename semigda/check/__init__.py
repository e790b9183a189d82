"""Measuring the cases of a project, and the repairs that need voxels."""
