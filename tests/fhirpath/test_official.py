"""HL7's suite (https://github.com/HL7/FHIRPath, tests/r4): every test but those listed here with the reason."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from official import Test, read, resource

from fhir_case.fhirpath import Alone, FHIRPathError, Undecidable, compile  # noqa: A004
from fhir_case.fhirpath.logic import truth
from fhir_case.fhirpath.nodes import TypeInfo, plain, type_info
from fhir_case.fhirpath.quantities import Quantity
from fhir_case.fhirpath.times import Moment

SUITE = Path(__file__).resolve().parents[3] / "shared/data/fhirpath-r4"
TESTS = read(SUITE / "tests-fhir-r4.xml") if SUITE.exists() else []

_HOUR = "T08 is somewhere from 08:00 to 08:59 (http://hl7.org/fhirpath/#highboundaryprecision-integer: @T08:59:59.999)"
CONTRADICTED = {
    "testPlusDate19": "the decimals of seconds count (http://hl7.org/fhirpath/N1/#datetime-arithmetic): 00:00:00.100",
    "HighBoundaryDateTimeMillisecond1": _HOUR,
    "HighBoundaryDateTimeMillisecond3": _HOUR,
    "testFHIRPathAsFunction21": "R4's own dom-3 and search parameters use as() on many items; HL7's validator filters for R4",
}
"""Tests that say something else than the specification or R4's own expressions."""


def problem(test: Test) -> str | None:
    """Why a test fails; None: it passes."""
    held = resource(SUITE / "input" / test.input) if test.input else {}
    try:
        expression = compile(test.expression, held.get("resourceType"))
    except FHIRPathError as error:
        return None if test.invalid else f"not compiled: {error}"
    if test.invalid == "syntax":
        return "compiled"
    if test.invalid and expression.problems:
        return None
    try:
        found = expression.items(held, Alone(held))
        if test.predicate:
            found = [truth(found) if len(found) == 1 and found[0].__class__ is bool else bool(found)]
    except (FHIRPathError, Undecidable) as error:
        return None if test.invalid else f"not evaluated: {error!r}"
    if test.invalid:
        return f"no error: {found}"
    if not test.ordered:
        found.sort(key=lambda item: str(plain(item)))
    wanted = test.outputs if test.ordered else sorted(test.outputs, key=lambda output: output[1])
    if len(found) != len(wanted):
        return f"expected {wanted}, found {found}"
    for item, (type, text) in zip(found, wanted, strict=True):
        if type and not typed(type_info(item), type):
            return f"expected {type}, found {type_info(item)}"
        if not written(item, text):
            return f"expected {text}, found {item!r}"
    return None


def typed(found: TypeInfo, wanted: str) -> bool:
    """A System type counts as the FHIR type of the same name."""
    if found.namespace == "System":
        return found.name.lower() == wanted.lower()
    return found.name == wanted


def written(item: Any, wanted: str) -> bool:
    """Whether an item is the one that stands in the suite as text."""
    value = plain(item)
    if isinstance(item, Quantity | Moment):
        return str(item) == wanted.lstrip("@").removeprefix("T")
    if isinstance(value, bool):
        return str(value).lower() == wanted
    if isinstance(value, int | Decimal):
        return Decimal(value) == Decimal(wanted)
    return str(value) == wanted.removeprefix("@")


@pytest.mark.shared
@pytest.mark.skipif(not TESTS, reason=f"HL7's suite is not in {SUITE}")
@pytest.mark.parametrize("test", [pytest.param(test, id=test.name) for test in TESTS])
def test_the_official_suite(test: Test) -> None:
    found = problem(test)
    if test.name in CONTRADICTED:
        assert found is not None, "it passes: take it off the list"
        pytest.skip(CONTRADICTED[test.name])
    assert found is None
