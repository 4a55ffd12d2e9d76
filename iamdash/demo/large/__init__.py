"""A large invented organisation, written as rows: to see and to measure how the pages bear it."""
