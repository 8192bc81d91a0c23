"""Field kinds of imaging: modality, side, and the UIDs that a study without images must be given."""

from __future__ import annotations

from typing import Any

from fhir_case.json import Json
from fhir_case.lens.codes import CodeTable
from fhir_case.lens.context import Context
from fhir_case.lens.fields import TEXT
from fhir_case.lens.line import UNREAD, Codec, Line
from fhir_case.lens.places import at

DICOM = "http://dicom.nema.org/resources/ontology/DCM"
MODALITIES = "http://dicom.nema.org/medical/dicom/current/output/chtml/part16/sect_CID_29.html"
"""The value set that R4 binds modalities to; some write it for the system."""

_DISPLAYS = {
    "CT": "Computed Tomography", "NM": "Nuclear Medicine", "RG": "Radiographic imaging", "US": "Ultrasound",
    "MR": "Magnetic Resonance", "RF": "Radiofluoroscopy",
}  # fmt: skip


def modality(field: str, element: str) -> Line:
    """A DICOM modality by its code."""

    def put(value: str, context: Context) -> Json:
        display = {"display": _DISPLAYS[value]} if value in _DISPLAYS else {}
        return {"system": DICOM, "code": value, **display}

    def take(held: Json, context: Context) -> Any:
        return TEXT.take(held["code"], context) if held.get("system") in (DICOM, MODALITIES) else UNREAD

    return at(field, element, Codec("Coding", put, take, as_is=True))


def side(field: str, element: str, table: CodeTable) -> Line:
    """One of the words of a table, as a Coding."""

    def put(value: str, context: Context) -> Json:
        made: dict[str, Json] = table.concept(value)["coding"][0]
        return made

    def take(held: Json, context: Context) -> Any:
        return table.word({"coding": [held]}) or UNREAD

    return at(field, element, Codec("Coding", put, take, as_is=True))


def uid(field: str, element: str) -> Line:
    """A DICOM UID; where the case has none, a synthetic one of the `2.25.` root (ISO/IEC 9834-8), always the same."""

    def synthetic(item: Any, context: Context) -> dict[str, Json] | None:
        return None if item.number is None else {element: context.uid(context.where, item.number)}

    return at(field, element, TEXT, absent=synthetic)
