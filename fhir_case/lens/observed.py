"""Field kind of observations: what is present or absent."""

from __future__ import annotations

from fhir_case.case.coded import Concept
from fhir_case.case.measured import Result
from fhir_case.json import Json
from fhir_case.lens.codes import concepts
from fhir_case.lens.context import Context
from fhir_case.lens.line import ChoiceCodec, Line, choice, then
from fhir_case.lens.measured import RESULT, put_result

SNOMED = "http://snomed.info/sct"

_ABSENT = concepts(SNOMED, **{"2667000": "Absent (qualifier value)"})


def presence(field: str, element: str) -> Line:
    """The value, or that what the code says was not there; `field` names both, `"value|absent"`."""

    def put(value: tuple[Result | None, bool], context: Context) -> tuple[str, Json]:
        measured, absent = value
        if absent or measured is None:
            return "CodeableConcept", _ABSENT.concept("2667000")
        return put_result(measured, context)

    takes = {type: then(take, _presence) for type, take in RESULT.takes.items()}
    return choice(field, element, ChoiceCodec("value, or absent", put, takes, as_is=True))


def _presence(measured: Result) -> tuple[Result | None, bool]:
    held = measured.value
    if isinstance(held, Concept) and any((c.system, c.code) == (SNOMED, "2667000") for c in held.codings):
        return (None, True)
    return (measured, False)
