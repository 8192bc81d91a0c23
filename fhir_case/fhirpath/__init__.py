"""FHIRPath N1 with R4's types and functions, compiled to Python.

from fhir_case.fhirpath import compile  # noqa: A004

compile("Patient.name.where(use = 'official').given")(patient)      # ['Peter', 'James']
"""

from fhir_case.fhirpath.errors import FHIRPathError, Undecidable
from fhir_case.fhirpath.expression import Expression, compile  # noqa: A004
from fhir_case.fhirpath.scope import Alone, Scope

__all__ = ["Alone", "Expression", "FHIRPathError", "Scope", "Undecidable", "compile"]
