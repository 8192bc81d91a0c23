"""Codes of single values: their format, their limits, and what a profile fixes."""

from __future__ import annotations

from fhir_case.catalogue.code import R4, Code

CODES = (
    Code(
        "value-format", "Not in the format of its type",
        (
            "Dates, ids, addresses and other primitive values have a format, and must be possible: no 30 "
            "February, no hour 25. A profile may narrow it down: by a regex, by the number of decimal places."
        ),
        '"birthDate": "30.03.1970"', '"birthDate": "1970-03-30"',
        fix="Write it as the type says.",
        link=R4 + "datatypes.html#primitive", type="value",
    ),
    Code(
        "value-range", "Outside the limits",
        (
            "The number or time is beyond what its type can hold (positiveInt begins at 1), or beyond "
            "minValue or maxValue of a profile."
        ),
        '"rank": 0', '"rank": 1',
        fix="Use a value within the limits.",
        link=R4 + "datatypes.html#primitive", type="value",
    ),
    Code(
        "value-length", "Too long, or too short",
        (
            "The text is longer than its type (id: 64 characters, string: 1 MB) or the maxLength of a profile allows, or "
            "shorter than its minLength; or the data has more bytes than its maxSize."
        ),
        fix="Shorten it, or say it in full.",
        link=R4 + "datatypes.html#string", type="value",
    ),
    Code(
        "value-whitespace", "White space where none belongs",
        (
            "Codes have no white space at the ends and no two spaces in a row; ids, addresses and dates have "
            "none; a text is more than white space."
        ),
        '"code": "final "', '"code": "final"',
        fix="Take it out.",
        link=R4 + "datatypes.html#code", type="value",
    ),
    Code(
        "value-fixed", "Not the value that the profile fixes",
        "The profile fixes the value whole: nothing may be missing, and nothing be there beside it.",
        '"system": "http://loinc.org/"', '"system": "http://loinc.org"',
        fix="Use exactly the value named.",
        link=R4 + "elementdefinition-definitions.html#ElementDefinition.fixed_x_", type="value",
    ),
    Code(
        "value-pattern", "Not what the profile's pattern demands",
        "The value must have at least what the pattern has; it may have more.",
        '"category": [{"coding": [{"code": "lab"}]}]',
        (
            '"category": [{"coding": [{"system": '
            '"http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]}]'
        ),
        fix="Add what the pattern has.",
        link=R4 + "elementdefinition-definitions.html#ElementDefinition.pattern_x_", type="value",
    ),
    Code(
        "attachment-size", "A size that is not the data's",
        "Attachment.size is the number of bytes of data, before it was written as base64.",
        fix="Correct size, or leave it out.",
        link=R4 + "datatypes.html#Attachment", type="value",
    ),
    Code(
        "attachment-hash", "A hash that is not the data's",
        (
            "Attachment.hash is the SHA-1 of data, before it was written as base64: the data was changed on "
            "its way, or the hash is of something else."
        ),
        fix="Compute it again from the data.",
        link=R4 + "datatypes.html#Attachment", type="value",
    ),
    Code(
        "identifier-system", "A system of an identifier that is no uri",
        "Identifier.system is the absolute uri of the namespace in which the value is unique.",
        fix="Use the url, or urn:oid: or urn:uuid:.",
        link=R4 + "datatypes.html#Identifier", type="value",
    ),
    Code(
        "identifier-value", "A value that does not fit its system",
        "With the system urn:ietf:rfc:3986 the value is a whole uri, with its scheme.",
        fix="Write the scheme: urn:oid:1.2.3, urn:uuid:…, https://….",
        link=R4 + "datatypes.html#Identifier", type="value",
    ),
)  # fmt: skip
