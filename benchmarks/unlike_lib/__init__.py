"""What benchmarks/unlike.py changes in images, and the page it writes."""
