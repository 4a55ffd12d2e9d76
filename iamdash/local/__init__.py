"""Starts PostgreSQL, Valkey and the processes of iamdash on one machine; plain Python, for make and for tests."""
