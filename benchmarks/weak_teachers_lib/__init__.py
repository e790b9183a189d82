"""What benchmarks/weak_teachers.py is made of."""
