"""The catalogue of issue codes: one module per family, one code a defect. A code is never reused for something else."""

from __future__ import annotations

from fhir_case.catalogue.code import Code, Kind

CATALOGUE: dict[str, Code] = {}

__all__ = ["CATALOGUE", "Code", "Kind"]
