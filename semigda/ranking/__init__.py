"""Which unlabelled cases to label next."""
