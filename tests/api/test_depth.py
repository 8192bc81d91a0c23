"""What is nested too deep to be walked is an issue for a person, not a crash."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fhir_case import Case, CaseError
from fhir_case.json import Json, dumps


def nested(levels: int) -> Json:
    """A bundle of a patient with extensions in extensions."""
    extension: Json = {"url": "http://x.example/deepest", "valueString": "x"}
    for _ in range(levels // 2):
        extension = {"url": "http://x.example/deeper", "extension": [extension]}
    patient = {"resourceType": "Patient", "extension": [extension]}
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": patient}]}


@pytest.mark.parametrize("levels", [50, 150])
def test_what_is_nested_as_deep_as_a_case_file_may_be_comes_back(levels: int) -> None:
    case = Case.from_bundle(nested(levels))
    assert dumps(Case.loads(case.to_yaml()).to_bundle()) == dumps(nested(levels))


@pytest.mark.parametrize("levels", [2_000, 5_000])
@pytest.mark.parametrize("read", [Case.read, Case.from_bundle])
def test_a_bundle_that_is_nested_too_deep_is_an_issue(read: Callable[[Json], Any], levels: int) -> None:
    with pytest.raises(CaseError, match="nested too deep"):
        read(nested(levels))


def test_a_case_that_is_nested_too_deep_to_be_written_is_an_issue() -> None:
    case = Case.from_bundle(nested(300))
    deeper = case.model_copy(update={"resources": {"deep": nested(2_000)["entry"][0]["resource"]}})
    for write in (deeper.to_yaml, deeper.to_bundle):
        with pytest.raises(CaseError, match="nested too deep"):
            write()
