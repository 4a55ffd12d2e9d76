"""Make the rows agree with what AWS answered: one file for each kind of answer."""
