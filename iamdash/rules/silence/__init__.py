"""How an access key is used over time, and how long it must be silent before nobody expects it to be used again."""
