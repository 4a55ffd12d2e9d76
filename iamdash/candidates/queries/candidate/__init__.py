"""The page of one candidate: one module for each of its cards."""
