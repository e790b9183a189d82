"""Prepared slices on disk: one file of them, the store that finds them, who makes them."""
