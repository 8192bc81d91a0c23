"""What other versions of FHIR have is known by name: types, and the elements of R5."""

from __future__ import annotations

import importlib

from fhir_case.definitions.r4 import r4
from fhir_case.definitions.r5_elements import R5_ELEMENTS

_OURS = ("resource_type", "fhir_comments", "resourceType")


def test_the_elements_of_r5_are_those_of_its_models_that_r4_does_not_have() -> None:
    for type, names in R5_ELEMENTS.items():
        definition = r4().type(type)
        assert definition is not None
        paths = [one["path"].split(".") for one in definition["snapshot"]["element"]]
        of_r4 = {steps[1].removesuffix("[x]") for steps in paths if len(steps) == 2}
        model = getattr(importlib.import_module(f"fhir.resources.{type.lower()}"), type)
        of_r5 = {field.alias or name for name, field in model.model_fields.items() if not name.endswith("__ext")}
        new = {name for name in of_r5 if not name.startswith("_")} - of_r4 - set(_OURS)
        choices = {name for name in new if any(name.startswith(one) and name[len(one)].isupper() for one in of_r4)}
        assert names == new - choices, type
