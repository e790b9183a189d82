"""What benchmarks/robust.py changes in images, and how it judges that."""
