"""The networks: autoencoder, second encoder, latent mapper, skip adapters."""
