"""Snapshots of profiles that come as differentials."""

from fhir_case.definitions.snapshot.generate import snapshot

__all__ = ["snapshot"]
