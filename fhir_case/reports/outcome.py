"""OperationOutcome: one for a single input; for several, a Bundle of them, as HL7's validator gives."""

from __future__ import annotations

from collections.abc import Iterable

from fhir_case.json import Json, dumps
from fhir_case.reports.result import Result

FILE = "http://hl7.org/fhir/StructureDefinition/operationoutcome-file"
"""The extension that names the input (https://hl7.org/fhir/extensions/StructureDefinition-operationoutcome-file.html)."""


def report(results: Iterable[Result]) -> dict[str, Json]:
    """The report as a resource."""
    held = list(results)
    if len(held) == 1:
        return held[0].report.to_outcome()
    entries = [{"resource": {"resourceType": "OperationOutcome", **_named(result)}} for result in held]
    return {"resourceType": "Bundle", "type": "collection"} | ({"entry": entries} if entries else {})


def _named(result: Result) -> dict[str, Json]:
    outcome = result.report.to_outcome()
    return {"extension": [{"url": FILE, "valueString": result.name}], "issue": outcome["issue"]}


def rendered(results: Iterable[Result], *, values: bool = False) -> str:
    """The report as JSON text; an OperationOutcome never shows values."""
    return dumps(report(results), indent=2) + "\n"
