"""Section 7, *What to label next*: ranking, and predicted labels to accept."""
