"""What templates can say: the environment that renders them, and words for moments, stages and drawings."""
