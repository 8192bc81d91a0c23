"""The typed door: resources as models of `fhir.resources`.

Its R4B models are identical to R4 in names and cardinalities for what is mapped here. They are imported nowhere else.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from pydantic import ValidationError

from fhir_case.api.sources import resource_of
from fhir_case.issues import CaseError, Issue
from fhir_case.json import Json, dumps


def as_model(source: Any) -> Any:
    """The resource as its `fhir.resources` (R4B) model.

    Its models have no place for extensions of an extension's own value (`_valueDateTime`): these are left out.
    Raises `CaseError` where it does not fit the model, with one issue a place, and without the values.
    """
    resource = resource_of(source)
    kind = resource.get("resourceType", "")
    try:
        model = getattr(import_module(f"fhir.resources.R4B.{str(kind).lower()}"), str(kind))
    except (ImportError, AttributeError):
        raise CaseError((Issue("resource-type", f"there is no R4 resource type {str(kind)[:40]!r}"),)) from None
    try:
        return model.model_validate_json(dumps(_fitting(resource)))
    except ValidationError as error:
        raise CaseError(
            tuple(
                Issue("model", one["msg"], path=".".join(map(str, (kind, *one["loc"]))))
                for one in error.errors(include_url=False, include_input=False)
            )
        ) from None


def _fitting(value: Json, of_extension: bool = False) -> Json:
    """The JSON without the `_value[x]` of extensions."""
    if isinstance(value, dict):
        return {
            key: _fitting(held, key in ("extension", "modifierExtension"))
            for key, held in value.items()
            if not (of_extension and key.startswith("_value"))
        }
    return [_fitting(one, of_extension) for one in value] if isinstance(value, list) else value
