"""The fixtures that every test may use."""

from servers import hapi, medplum, shared

__all__ = ["hapi", "medplum", "shared"]
