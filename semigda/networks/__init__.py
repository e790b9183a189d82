"""The networks: autoencoder, convolutional encoder, latent mapper, skip adapters."""
