"""What SemiGDA needs before it can compute: packages, another Python, and whether they work."""
