"""Section 3, *Held-out cases*: which ones no training sees."""
