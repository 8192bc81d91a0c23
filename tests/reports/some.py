"""Results to report on."""

from __future__ import annotations

from fhir_case.issues import Issue, Place, Report
from fhir_case.reports.result import Result, Suppressed

TEXT = """{
  "resourceType": "Patient",
  "birthDate": "1970-02-30",
  "maritalStatus": {"coding": [{"system": "http://snomed.info/sct", "code": "87915002", "display": "Chalmers' secret"}]}
}
"""
FILE = "data/pa tient.json"

BIRTH = Issue(
    "value-format", "30 February is no day of the calendar", "error", "Patient.birthDate", Place(FILE, 3, 16),
    "write it as YYYY-MM-DD", "http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient#Patient.birthDate",
    "http://hl7.org/fhir/R4/datatypes.html#date", Place("case.yaml", 4, 9), "1970-02-30",
)  # fmt: skip
CODE = Issue(
    "code-undecided", "SNOMED CT is not here", "information", "Patient.maritalStatus.coding[0].code", Place(FILE, 4, 72)
)
NAME = Issue("element-missing", "a name is recommended <&\"'>", "warning", "Patient", Place(FILE, 1, 1))
DISPLAY = Issue(
    "code-display", "not its display", "warning", "Patient.maritalStatus.coding[0].display", Place(FILE, 4, 95)
)
STRANGE = Issue("not-in-any-catalogue", "\x1b[31mred\u202e\x00", "fatal", "", Place("bad\x1b.json"), value="\x07bell")

WRONG = Result(FILE, Report((CODE, BIRTH, NAME)), TEXT, (Suppressed(DISPLAY, "our own names"),))
FINE = Result("fine.json", Report())
ODD = Result("bad\x1b.json", Report((STRANGE,)))
ALL = [WRONG, FINE, ODD]
SECRETS = ("1970-02-30", "87915002", "Chalmers")
"""What stands in the data, and in no report that was not asked for values."""
