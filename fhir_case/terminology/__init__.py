"""Terminology, decided offline: code systems, value sets, displays, units; and the questions for a server.

Value sets and code systems are in `Terminology`. Answers are True, False, or None for what can't be decided here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fhir_case.terminology.code_system import CodeSystem
    from fhir_case.terminology.concept import Concept, Designation
    from fhir_case.terminology.display import WrongDisplay
    from fhir_case.terminology.terminology import Terminology
    from fhir_case.terminology.value_set import ValueSet

__all__ = ["CodeSystem", "Concept", "Designation", "Terminology", "ValueSet", "WrongDisplay"]

_MODULES = {
    "CodeSystem": "code_system",
    "Concept": "concept",
    "Designation": "concept",
    "Terminology": "terminology",
    "ValueSet": "value_set",
    "WrongDisplay": "display",
}


def __getattr__(name: str) -> Any:
    # Loaded on first use: a case needs check digits and units, not value sets.
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
