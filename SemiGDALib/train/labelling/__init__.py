"""A case's label in Segment Editor: opened, saved or discarded, found again in a scene."""
