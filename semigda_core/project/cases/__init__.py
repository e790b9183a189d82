"""Finding images and labels, and the case list that a training reads."""
