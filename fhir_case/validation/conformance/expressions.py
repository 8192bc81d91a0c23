"""FHIRPath in definitions: does it compile, and can it mean anything on the types it is for."""

from __future__ import annotations

from collections.abc import Iterable

from fhir_case import fhirpath


def problem(expression: str, types: Iterable[str]) -> str:
    """What is wrong with an expression that is evaluated on one of these types; nothing where it may be right.

    What is no element of one type may be one of another: only what is wrong on all of them is wrong.
    """
    if len(expression) > 10_000:
        return ""
    found: dict[int, str] | None = None
    try:
        for one in types:
            here = {error.position: error.message for error in fhirpath.compile(expression, one).problems}
            found = here if found is None else {at: told for at, told in found.items() if at in here}
            if not found:
                break
        if found is None:
            fhirpath.compile(expression)
    except fhirpath.FHIRPathError as error:
        return f"column {error.position}: {error.message}"
    return "; ".join(f"column {at}: {told}" for at, told in list((found or {}).items())[:3])
