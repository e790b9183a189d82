"""Section 6, *Result and versions*: whether the new model is better."""
