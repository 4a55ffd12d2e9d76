"""The list of candidates: what it finds, in which order, which page of it, and what stands around the rows."""
