"""The two verdicts, safe to deactivate and safe to delete, and what each asks for."""
