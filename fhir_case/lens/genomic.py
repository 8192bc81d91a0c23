"""Field kind of genomics: where in the genome a variant begins."""

from __future__ import annotations

from typing import Any

from fhir_case.json import Json
from fhir_case.lens.components import Said
from fhir_case.lens.context import Context

LOINC = "http://loinc.org"

_FROM_ONE: Json = {
    "code": {"coding": [{"system": LOINC, "code": "92822-6", "display": "Genomic coord system"}]},
    "valueCodeableConcept": {
        "coding": [{"system": LOINC, "code": "LA30102-0", "display": "1-based character counting"}]
    },
}
_START: Json = {"coding": [{"system": LOINC, "code": "81254-5", "display": "Genomic allele start-end"}]}


def position(field: str) -> Said:
    """The first base, counted from 1, with the component that says how it is counted; what else is told is carried.

    https://hl7.org/fhir/uv/genomics-reporting/STU3/StructureDefinition-variant.html
    """

    def put(value: int, context: Context) -> list[Json]:
        return [_FROM_ONE, {"code": _START, "valueRange": {"low": {"value": value}}}]

    def take(held: list[Json], context: Context) -> tuple[Any, int]:
        if len(held) < 2 or held[0] != _FROM_ONE or held[1].get("code") != _START:  # text alone, so equality is exact
            return None, 0
        low = held[1]["valueRange"]["low"]["value"]
        return (low, 2) if type(low) is int and low >= 0 else (None, 0)

    return Said(field, put, take)
