"""FHIR definitions: R4 itself, packages of profiles and terminology, their cache, and snapshots of profiles."""

from fhir_case.definitions.definitions import Definitions
from fhir_case.definitions.package import Package
from fhir_case.definitions.r4 import r4

__all__ = ["Definitions", "Package", "r4"]
