"""What the check measured of the cases, what is wrong with them, and safe repairs."""
