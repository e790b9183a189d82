"""Autoencoder pre-training and the two-stage semi-supervised loop."""
