"""Codes of codes: systems, value sets, displays, units."""

from __future__ import annotations

from fhir_case.catalogue.code import R4, Code

CODES = (
    Code(
        "code-invalid", "Not a code of its system",
        "The code does not have the form of the codes of its system, or its check digit is wrong; it is mistyped.",
        "73211008 |Diabetes mellitus|", "73211009 |Diabetes mellitus|",
        fix="Look the code up again.",
        link=R4 + "terminologies-systems.html", type="code-invalid",
    ),
    Code(
        "code-unknown", "A code that its system does not have",
        "The content of the code system is known here, and this code is not in it; or its check digit is wrong.",
        '{"system": "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", "code": "MARRIED"}',
        '{"system": "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", "code": "M"}',
        fix="Use a code of the system.",
        link=R4 + "terminologies.html", type="code-invalid",
    ),
    Code(
        "code-not-in-value-set", "A code outside the value set that is required",
        "The binding is required: no other code may stand here.",
        '"gender": "m"', '"gender": "male"',
        fix="Use a code of the value set.",
        link=R4 + "terminologies.html#required", type="code-invalid",
    ),
    Code(
        "code-not-in-extensible-value-set", "A code outside the value set that should be used",
        (
            "The binding is extensible: a code of the value set must be used if one fits. Whether one fits "
            "cannot be told by a program."
        ),
        fix="Use a code of the value set, or make sure that none fits.",
        link=R4 + "terminologies.html#extensible", type="code-invalid",
    ),
    Code(
        "code-not-preferred", "A code outside the value set that is preferred",
        "The binding is preferred: codes of the value set are recommended.",
        fix="Use a code of the value set if you can.",
        link=R4 + "terminologies.html#preferred", type="code-invalid",
    ),
    Code(
        "code-missing", "No code where one belongs",
        "The binding demands a code of the value set, and there is only text, or nothing.",
        '"clinicalStatus": {"text": "active"}',
        (
            '"clinicalStatus": {"coding": [{"system": '
            '"http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}'
        ),
        fix="Add a coding.",
        link=R4 + "terminologies.html#strength", type="code-invalid",
    ),
    Code(
        "code-display", "A display that is not the code's",
        "display is what the code system calls the code, in a language it has; other words belong into `text`.",
        '{"system": "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", "code": "M", "display": "wedded"}',
        '{"system": "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", "code": "M", "display": "Married"}',
        fix="Use the display of the code, or leave it out.",
        link=R4 + "datatypes.html#Coding", type="code-invalid",
    ),
    Code(
        "code-inactive", "A code that is no longer used",
        (
            "The code system has retired the code: it stands for what was recorded before, and should not be "
            "used for anything new."
        ),
        fix="Use the code that replaced it.",
        link=R4 + "codesystem.html#status", type="business-rule",
    ),
    Code(
        "code-system-unknown", "A code system that is not known",
        (
            "The system is neither one of R4's nor in the packages and files given, so the code could not be "
            "looked at; or it is not the absolute url that identifies a code system."
        ),
        '"system": "loinc"', '"system": "http://loinc.org"',
        fix="Correct the system; or give the package that has it.",
        link=R4 + "terminologies-systems.html", type="code-invalid",
    ),
    Code(
        "code-undecided", "A code that could not be looked up",
        (
            "Whether the code is right depends on content that is not here: SNOMED CT, LOINC, RxNorm and "
            "others are not shipped."
        ),
        fix="Give a terminology server (--terminology URL), or the package that has the content.",
        link=R4 + "terminologies.html", kind="undecided", type="not-supported",
    ),
    Code(
        "terminology-server-gone", "The terminology server does not answer",
        "What it should have been asked remains undecided.",
        fix="Try again when it is back.",
        kind="undecided", type="timeout",
    ),
    Code(
        "unit-invalid", "Not a unit of UCUM",
        (
            "With the system http://unitsofmeasure.org the code of a quantity is written by the grammar of "
            "UCUM; case counts."
        ),
        '{"value": 7.2, "system": "http://unitsofmeasure.org", "code": "mmol/l/"}',
        '{"value": 7.2, "system": "http://unitsofmeasure.org", "code": "mmol/L"}',
        fix="Write the unit as UCUM does.",
        link="https://ucum.org/ucum", type="code-invalid",
    ),
    Code(
        "unit-unknown", "A unit that UCUM does not have",
        "Units of a case are read as UCUM; this is none, in any spelling that is known.",
        "7.2 mmol per litre", "7.2 mmol/L",
        fix="Write the unit as UCUM does.",
        link="https://ucum.org/ucum", type="code-invalid",
    ),
)  # fmt: skip
