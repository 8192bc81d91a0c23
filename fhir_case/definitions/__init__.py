"""FHIR definitions: R4 itself, packages of profiles and terminology, their cache, and snapshots of profiles."""

from typing import TYPE_CHECKING, Any

from fhir_case.definitions.definitions import Definitions
from fhir_case.definitions.r4 import r4

if TYPE_CHECKING:
    from fhir_case.definitions.package import Package

__all__ = ["Definitions", "Package", "r4"]


def __getattr__(name: str) -> Any:
    """`Package`, loaded when it is first asked for: R4 alone needs none of it."""
    if name == "Package":
        from fhir_case.definitions.package import Package

        return Package
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
