"""A clinician's case, written once, becomes a conformant FHIR R4 Bundle, reaches any FHIR server, and comes home again.

    from fhir_case import Case
    case = Case.load("case.yaml")
    bundle = case.to_bundle("transaction")

Names are loaded when they are first used (PEP 562), so that importing the package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fhir_case.api.case import Case
    from fhir_case.api.client import AsyncFHIRClient, FHIRClient
    from fhir_case.api.models import as_model
    from fhir_case.api.validation import Validator, validate
    from fhir_case.issues import (
        CaseError,
        Conflict,
        DefinitionError,
        FHIRCaseError,
        Issue,
        Refused,
        Report,
        ServerError,
        Unreachable,
    )
    from fhir_case.json import dumps, loads
    from fhir_case.validation.settings import ValidationSettings

_WHERE = {
    "fhir_case.api.case": ("Case",),
    "fhir_case.api.client": ("AsyncFHIRClient", "FHIRClient"),
    "fhir_case.api.models": ("as_model",),
    "fhir_case.api.validation": ("Validator", "validate"),
    "fhir_case.issues": (
        "CaseError", "Conflict", "DefinitionError", "FHIRCaseError", "Issue", "Refused", "Report", "ServerError",
        "Unreachable",
    ),
    "fhir_case.json": ("dumps", "loads"),
    "fhir_case.validation.settings": ("ValidationSettings",),
}  # fmt: skip

__all__ = [
    "AsyncFHIRClient", "Case", "CaseError", "Conflict", "DefinitionError", "FHIRCaseError", "FHIRClient", "Issue",
    "Refused", "Report", "ServerError", "Unreachable", "ValidationSettings", "Validator",
    "as_model", "dumps", "loads", "validate",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    from importlib import import_module

    module = next((module for module, names in _WHERE.items() if name in names), None)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(module), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
