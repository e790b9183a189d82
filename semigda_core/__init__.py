"""What Slicer's own process may import of SemiGDA: the standard library and nothing else."""
