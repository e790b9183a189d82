"""Foreign image files: what they declare is checked, and ITK reads them in a separate process."""
