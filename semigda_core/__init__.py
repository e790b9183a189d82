"""What Slicer's own process may import of SemiGDA: standard library only."""
