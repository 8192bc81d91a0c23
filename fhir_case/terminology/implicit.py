"""Value sets that no resource defines: their canonical says what is in them.

https://hl7.org/fhir/R4/snomedct.html#implicit, https://hl7.org/fhir/R4/loinc.html#implicit and
https://hl7.org/fhir/R4/ucum.html#implicit.
"""

from __future__ import annotations

import re
from typing import Any

from fhir_case.terminology.builtin import LOINC, SNOMED, UCUM
from fhir_case.terminology.reading import Resource

_SNOMED = re.compile(
    r"(?P<system>http://snomed\.info/sct(?P<edition>/[0-9]+(?:/version/[0-9]+)?)?)\?fhir_vs(?:=(?P<what>\w+)(?:/(?P<id>.+))?)?"
)


def implicit(canonical: str) -> Resource | None:
    """A ValueSet resource for the canonical of an implicit value set; None if it is none."""
    canonical = canonical.partition("|")[0]
    if canonical == "http://loinc.org/vs":
        return _whole(canonical, {"system": LOINC})
    if canonical.startswith("http://loinc.org/vs/"):
        answers = {"property": "LIST", "op": "=", "value": canonical.removeprefix("http://loinc.org/vs/")}
        return _whole(canonical, {"system": LOINC, "filter": [answers]})
    if canonical == "http://unitsofmeasure.org/vs":
        return _whole(canonical, {"system": UCUM})
    found = _SNOMED.fullmatch(canonical)
    if not found:
        return None
    include: dict[str, Any] = {"system": SNOMED}
    if found["edition"]:
        include["version"] = found["system"]
    if found["what"] == "isa" and found["id"]:
        include["filter"] = [{"property": "concept", "op": "is-a", "value": found["id"]}]
    elif found["what"]:
        include["filter"] = [{"property": "constraint", "op": "=", "value": found["id"] or found["what"]}]
    return _whole(canonical, include)


def _whole(canonical: str, include: dict[str, Any]) -> Resource:
    return {"resourceType": "ValueSet", "url": canonical, "compose": {"include": [include]}}
