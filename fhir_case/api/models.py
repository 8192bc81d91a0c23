"""The typed door: resources as models of `fhir.resources`.

Its R4B models are identical to R4 in names and cardinalities for what is mapped here. They are imported nowhere else.
"""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import Any

from pydantic import ValidationError

from fhir_case.api.sources import resource_of
from fhir_case.issues import CaseError, Issue
from fhir_case.json import Json, dumps


class LeftOut(UserWarning):
    """A model holds less than its resource: `fhir.resources` has no place for some elements. `paths` names them."""

    def __init__(self, paths: tuple[str, ...]) -> None:
        super().__init__(paths)
        self.paths = paths

    def __str__(self) -> str:
        shown = ", ".join(self.paths[:5]) + (", …" if len(self.paths) > 5 else "")
        return f"the models of fhir.resources have no place for {shown}: left out of the model"


def as_model(source: Any) -> Any:
    """The resource as its `fhir.resources` (R4B) model.

    Its models have no place for the extensions of an extension's own value (`_valueDateTime`; valid FHIR:
    https://hl7.org/fhir/R4/json.html#primitive). These are left out, with the warning `LeftOut`, which names them.
    Raises `CaseError` where the resource does not fit the model, with one issue a place, and without the values.
    """
    resource = resource_of(source)
    kind = resource.get("resourceType", "")
    try:
        model = getattr(import_module(f"fhir.resources.R4B.{str(kind).lower()}"), str(kind))
    except (ImportError, AttributeError):
        raise CaseError((Issue("resource-type", f"there is no R4 resource type {str(kind)[:40]!r}"),)) from None
    left_out: list[str] = []
    try:
        made = model.model_validate_json(dumps(_fitting(resource, str(kind), left_out)))
    except ValidationError as error:
        raise CaseError(
            tuple(
                Issue("model", one["msg"], path=".".join(map(str, (kind, *one["loc"]))))
                for one in error.errors(include_url=False, include_input=False)
            )
        ) from None
    if left_out:
        warnings.warn(LeftOut(tuple(left_out)), stacklevel=2)
    return made


def _fitting(value: Json, path: str, left_out: list[str], of_extension: bool = False) -> Json:
    """The JSON without the `_value[x]` of extensions, whose paths are added to those `left_out`."""
    if isinstance(value, list):
        return [_fitting(one, f"{path}[{place}]", left_out, of_extension) for place, one in enumerate(value)]
    if not isinstance(value, dict):
        return value
    made = {}
    for key, held in value.items():
        if of_extension and key.startswith("_value"):
            left_out.append(f"{path}.{key}")
        else:
            made[key] = _fitting(held, f"{path}.{key}", left_out, key in ("extension", "modifierExtension"))
    return made
