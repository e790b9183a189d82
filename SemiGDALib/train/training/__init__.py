"""Section 5, *Training*: rehearsal, start, and watching it by curves and pictures."""
