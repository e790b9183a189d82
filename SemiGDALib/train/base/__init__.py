"""Section 4, *Base and preset*: what a training starts from, and for how long it goes."""
