"""The case model and its files."""
