"""All functions by name."""

from __future__ import annotations

from fhir_case.fhirpath.functions.collections import COLLECTIONS
from fhir_case.fhirpath.functions.conversion import CONVERSION
from fhir_case.fhirpath.functions.dates import DATES
from fhir_case.fhirpath.functions.fhir import FHIR
from fhir_case.fhirpath.functions.math import MATH
from fhir_case.fhirpath.functions.signature import Function
from fhir_case.fhirpath.functions.strings import STRINGS

FUNCTIONS: dict[str, Function] = {**COLLECTIONS, **CONVERSION, **STRINGS, **MATH, **DATES, **FHIR}
WRITTEN_OUT = {
    "where": (1, 1), "select": (1, 1), "all": (1, 1), "exists": (0, 1), "repeat": (1, 1), "aggregate": (1, 2),
    "iif": (2, 3), "trace": (1, 2), "sort": (0, 20), "is": (1, 1), "as": (1, 1), "ofType": (1, 1),
}  # fmt: skip
"""The functions that `generate` writes out, with the least and the greatest number of their arguments."""
