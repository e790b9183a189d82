"""Section 2, *Check*: what is wrong with the cases, and its repair."""
