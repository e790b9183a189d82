"""Section 1, *Cases*: classes, the list of cases, and how images and labels are added."""
