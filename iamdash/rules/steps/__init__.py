"""The steps of the ladder, one module for each: what shows that it is done."""
