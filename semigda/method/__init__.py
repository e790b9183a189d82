"""The method: mask palette, losses, pseudo labels, mixing, ramp-ups."""
