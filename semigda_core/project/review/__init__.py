"""Predicted labels to review, and which case to label next."""
