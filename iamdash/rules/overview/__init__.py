"""What the overview says of everything left: its one sentence, and the forecast behind it."""
