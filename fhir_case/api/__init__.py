"""The public classes: they only bind rooms together."""
