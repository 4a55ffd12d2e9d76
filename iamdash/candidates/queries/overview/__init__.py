"""The overview: one module for each of its cards."""
