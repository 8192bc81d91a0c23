"""The function library, one module per idea; functions with a criterion are written out by `generate` instead."""
