"""XML is judged as its JSON is: the same issues at the same elements, with lines and columns of the XML."""

from __future__ import annotations

from pathlib import Path

import pytest

from fhir_case import Validator, dumps
from fhir_case.issues import Report
from fhir_case.xml.reader import read

FORMS = sorted((Path(__file__).parents[1] / "xml/forms").glob("*.xml"))

BROKEN = """<?xml version="1.0" encoding="UTF-8"?>
<Patient xmlns="http://hl7.org/fhir">
  <contained>
    <Organization>
      <id value="o"/>
      <foo value="x"/>
    </Organization>
  </contained>
  <extension url="http://example.org/x"/>
  <active value="true">
    <extension>
      <valueString value="x"/>
    </extension>
  </active>
  <name>
    <given value="x"/>
    <given value=""/>
  </name>
  <gender value="feminine"/>
  <birthDate value="2020-13"/>
  <managingOrganization>
    <reference value="#o"/>
  </managingOrganization>
</Patient>
"""

validator = Validator()


def judged(report: Report) -> list[tuple[str, str, str, str]]:
    """What was said, wherever it stands in the text."""
    return [(one.code, one.severity, one.path, one.message) for one in report.issues]


@pytest.mark.parametrize(
    "text", [BROKEN, *(file.read_text("utf-8") for file in FORMS)], ids=["broken", *(f.stem for f in FORMS)]
)
def test_xml_and_json_of_one_resource_get_the_same_issues(text: str) -> None:
    assert judged(validator.validate(text)) == judged(validator.validate(dumps(read(text).value)))


def test_issues_of_xml_name_the_line_and_column_of_the_element() -> None:
    report = validator.validate(BROKEN.encode(), name="p.xml")
    found = {
        (one.code, one.path): (one.place.line, one.place.column)
        for one in report.issues
        if one.place and one.severity == "error"
    }
    assert found == {
        ("element-unknown", "Patient.contained[0]"): (6, 7),
        ("invariant", "Patient.contained[0]"): (3, 3),
        ("extension-value", "Patient.extension[0]"): (9, 3),
        ("element-missing", "Patient.active.extension[0]"): (11, 5),
        ("element-empty", "Patient.name[0].given[1]"): (17, 5),
        ("code-not-in-value-set", "Patient.gender"): (19, 3),
        ("value-format", "Patient.birthDate"): (20, 3),
    }
