"""Labels on some slices only: finished slices, which ones to draw, regions to ignore."""
