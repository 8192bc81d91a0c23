"""HL7's definitions name their work group as publisher (a rule of HL7's for what it publishes, which its validator has)."""

from __future__ import annotations

from fhir_case.validation.conformance.reading import extensions, text
from fhir_case.validation.places import At
from fhir_case.validation.run import Node, Run

_GROUP = "http://hl7.org/fhir/StructureDefinition/structuredefinition-wg"
_OWN = ("http://hl7.org/", "https://hl7.org/")
_GROUPS = {
    "aid": "Application Implementation and Design", "arden": "Arden Syntax", "brr": "Biomedical Research and Regulation",
    "cbcc": "Community Based Collaborative Care", "cdamg": "CDA Management Group", "cds": "Clinical Decision Support",
    "cg": "Clinical Genomics", "cgp": "Cross-Group Projects", "cic": "Clinical Interoperability Council",
    "cimi": "Clinical Information Modeling Initiative", "claims": "Payer/Provider Information Exchange Work Group",
    "cqi": "Clinical Quality Information", "dev": "Health Care Devices", "ehr": "Electronic Health Records",
    "ec": "Emergency Care", "fhir": "FHIR Infrastructure", "fmg": "FHIR Management Group", "fm": "Financial Management",
    "hsi": "Health Standards Integration", "hsswg": "Human and Social Services", "hta": "Terminology Authority",
    "ictc": "Conformance", "ii": "Imaging Integration", "inm": "Infrastructure And Messaging",
    "its": "Implementable Technology Specifications", "lhs": "Learning Health Systems", "mnm": "Modeling and Methodology",
    "mobile": "Mobile Health", "oo": "Orders and Observations", "pa": "Patient Administration", "pe": "Patient Empowerment",
    "pc": "Patient Care", "pher": "Public Health", "phx": "Pharmacy", "sd": "Structured Documents", "sec": "Security",
    "soa": "Services Oriented Architecture", "ti": "Terminology Infrastructure",
    "tsmg": "Terminology Services Management Group (TSMG)", "us": "US Realm Steering Committee", "v2": "V2 Management Group",
    "vocab": "Terminology Infrastructure",
}  # fmt: skip
"""The work groups of HL7 by their codes (https://terminology.hl7.org/CodeSystem-hl7-work-group.html)."""


def check_publisher(definition: Node, at: At, run: Run) -> None:
    """The publisher of a definition of HL7 is `HL7 International / …`; another one, so written, is an error."""
    publisher, held = text(definition, "publisher"), next(extensions(definition, _GROUP), None)
    if held is None or not publisher or not text(definition, "url").startswith(_OWN):
        return
    code = text(held[1], "valueCode")
    names = [_GROUPS[code], *(["Vocabulary"] if code in ("ti", "vocab") else [])] if code in _GROUPS else []
    if names and publisher not in [f"HL7 International / {name}" for name in names]:
        told = f"the publisher of a definition of the work group {code} of HL7 is HL7 International / {names[0]}"
        run.say("definition-publisher", at, told, "error" if "/" in publisher else "warning", value=publisher)
