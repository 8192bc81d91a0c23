"""What is accepted wherever a resource goes in: JSON text or bytes, a path, a dict, a `fhir.resources` model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fhir_case.issues import CaseError, Issue, Place
from fhir_case.json import Json, JSONError, loads

_R4B = "fhir.resources.R4B."


def resource_of(source: Any) -> dict[str, Json]:
    """The resource as plain JSON. Raises `CaseError` for what is no JSON object, with the place."""
    name = ""
    if isinstance(source, Path):
        name = str(source)
        try:
            source = source.read_bytes()
        except OSError as error:
            reason = error.strerror or str(error)
            raise CaseError(
                (Issue("file-unreadable", f"the file cannot be read: {reason}", place=Place(name)),)
            ) from None
    if isinstance(source, bytes | str):
        try:
            source = loads(source)
        except JSONError as error:
            place = Place(name or "input", error.line, error.column)
            raise CaseError((Issue("not-json", f"this is no JSON: {error.message}", place=place),)) from None
    elif type(source).__module__.startswith("fhir.resources"):
        source = _of_model(source)
    if not isinstance(source, dict):
        raise CaseError(
            (Issue("not-fhir", "expected a FHIR resource, a JSON object", place=Place(name) if name else None),)
        )
    return source


def _of_model(model: Any) -> Json:
    module = type(model).__module__
    if not module.startswith(_R4B):
        version = module.split(".")[2] if module.count(".") > 2 else "R5"
        raise CaseError(
            (Issue("fhir-version", f"this is a model of FHIR {version}; R4 is what is read here",
                   fix="use the models of fhir.resources.R4B"),)
        )  # fmt: skip
    return loads(model.model_dump_json())


def has_floats(value: Any) -> bool:
    """Whether numbers of a dict have lost their digits already (`7.20` as a float is `7.2`)."""
    left = [value]
    while left:  # without recursion: whatever the depth
        held = left.pop()
        kind = type(held)
        if kind is float:
            return True
        if kind is dict:
            left += held.values()
        elif kind is list:
            left += held
    return False
