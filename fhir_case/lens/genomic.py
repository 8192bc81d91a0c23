"""Field kinds of genomics: on which chromosome a variant is, and where it begins."""

from __future__ import annotations

from typing import Any

from fhir_case.json import Json, copied
from fhir_case.lens.components import Said
from fhir_case.lens.context import Context
from fhir_case.lens.line import UNREAD, Codec

LOINC = "http://loinc.org"

_FROM_ONE: Json = {
    "code": {"coding": [{"system": LOINC, "code": "92822-6", "display": "Genomic coord system"}]},
    "valueCodeableConcept": {
        "coding": [{"system": LOINC, "code": "LA30102-0", "display": "1-based character counting"}]
    },
}
_START: Json = {"coding": [{"system": LOINC, "code": "81254-5", "display": "Genomic allele start-end"}]}


_CODES = dict(zip(
    (*(f"{n}" for n in range(1, 23)), "X", "Y"),
    ("LA21254-0", "LA21255-7", "LA21256-5", "LA21257-3", "LA21258-1", "LA21259-9", "LA21260-7", "LA21261-5", "LA21262-3",
     "LA21263-1", "LA21264-9", "LA21265-6", "LA21266-4", "LA21267-2", "LA21268-0", "LA21269-8", "LA21270-6", "LA21271-4",
     "LA21272-2", "LA21273-0", "LA21274-8", "LA21275-5", "LA21276-3", "LA21277-1"),
    strict=True,
))  # fmt: skip
"""https://loinc.org/LL2938-0, which the guide for genomics reporting requires."""


def _put_chromosome(name: str, context: Context) -> Json:
    code = _CODES.get(name.removeprefix("chr"))
    if code is None:
        return {"text": name}
    return {
        "coding": [{"system": LOINC, "code": code, "display": f"Chromosome {name.removeprefix('chr')}"}],
        "text": name,
    }


def _take_chromosome(held: Json, context: Context) -> Any:
    name = held["text"]
    told = type(name) is str and name and held == _put_chromosome(name, context)  # text alone, so equality is exact
    return name if told else UNREAD


CHROMOSOME = Codec("CodeableConcept", _put_chromosome, _take_chromosome, as_is=True)
"""A chromosome by its name, `chr9` or `9`, with LOINC's code for it."""


def position(field: str) -> Said:
    """The first base, counted from 1, with the component that says how it is counted; what else is told is carried.

    https://hl7.org/fhir/uv/genomics-reporting/STU3/StructureDefinition-variant.html
    """

    def put(value: int, context: Context) -> list[Json]:
        return [copied(_FROM_ONE), {"code": copied(_START), "valueRange": {"low": {"value": value}}}]

    def take(held: list[Json], context: Context) -> tuple[Any, int]:
        if len(held) < 2 or held[0] != _FROM_ONE or held[1].get("code") != _START:  # text alone, so equality is exact
            return None, 0
        low = held[1]["valueRange"]["low"]["value"]
        return (low, 2) if type(low) is int and low >= 0 else (None, 0)

    return Said(field, put, take)
