"""The panel of SemiGDASegment: choose an image and a model, watch the run, look at the result."""
