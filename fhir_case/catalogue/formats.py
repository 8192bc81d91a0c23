"""Codes of formats: what a text is, and what is lost on the way from one format to another."""

from __future__ import annotations

from fhir_case.catalogue.code import R4, Code

CODES = (
    Code(
        "format-unknown", "No format that is read here",
        (
            "The text is JSON, and neither a FHIR resource (which has a resourceType), nor a case (which has a title), nor a "
            "phenopacket (which has metaData)."
        ),
        '{"diagnosis": "influenza"}', '{"resourceType": "Condition", "code": {"text": "influenza"}, …}',
        fix="Give a case file, FHIR in JSON or XML, NDJSON, or a phenopacket; --from says which it is.",
    ),
    Code(
        "format-frame", "What a format has no place for",
        "NDJSON is resources, one a line: what a Bundle says around them (its type, addresses and requests) is not written.",
        fix="Convert to JSON or XML.",
        link=R4 + "nd-json.html", type="incomplete",
    ),
    Code(
        "conversion-lost", "Not the same after the conversion",
        (
            "What was written was read again, and this was not as it had been: the format has no way to say it (XML has "
            "no null, no empty lists and no control characters), or the input broke a rule of FHIR."
        ),
        fix="Correct the input: fhir-case validate says what is wrong with it.",
        type="incomplete",
    ),
    Code(
        "entry-broken", "An entry that is none",
        "The entries of a Bundle are a list of objects. A Bundle in which they are not is kept whole, and nothing of it is read.",
        '"entry": {"resource": …}', '"entry": [{"resource": …}]',
        fix="Write the entries as a list of objects.",
        link=R4 + "bundle.html", type="structure",
    ),
    Code(
        "entry-duplicate", "Two entries of one id or address",
        "Two entries have the same type and id, or the same fullUrl, so a reference to it may mean either. Both are kept.",
        '[{"resource": {"resourceType": "Basic", "id": "a"}}, {"resource": {"resourceType": "Basic", "id": "a"}}]',
        '[{"resource": {"resourceType": "Basic", "id": "a"}}, {"resource": {"resourceType": "Basic", "id": "b"}}]',
        fix="Give one of them another id and fullUrl, or leave it out.",
        link=R4 + "bundle.html#bundle-unique", type="duplicate",
    ),
)  # fmt: skip
