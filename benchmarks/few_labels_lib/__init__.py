"""What benchmarks/few_labels.py, disagreement.py and nnunet.py are made of."""
