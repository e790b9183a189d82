"""What benchmarks/few_labels.py and benchmarks/disagreement.py are made of."""
