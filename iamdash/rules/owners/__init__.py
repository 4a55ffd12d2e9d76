"""Whose a candidate likely is, and by which rule."""
