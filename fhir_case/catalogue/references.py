"""Codes of references and bundles."""

from __future__ import annotations

from fhir_case.catalogue.code import R4, Code

CODES = (
    Code(
        "reference-format", "Not a reference",
        "A reference is `Type/id`, an absolute address, `urn:uuid:…`, `urn:oid:…` or `#id` of a contained resource.",
        '{"reference": "Patient 23"}', '{"reference": "Patient/23"}',
        fix="Write it in one of these forms.",
        link=R4 + "references.html#literal", type="value",
    ),
    Code(
        "reference-unresolved", "A reference that leads nowhere",
        "It points into the same resource or Bundle, and nothing is there.",
        fix="Add what it points to, or correct it.",
        link=R4 + "references.html", type="not-found",
    ),
    Code(
        "reference-type", "A reference to the wrong type of resource",
        (
            "The element refers to resources of certain types, and this leads to another one; or `type` says "
            "another type than the address."
        ),
        '"subject": {"reference": "Medication/1"}', '"subject": {"reference": "Patient/1"}',
        fix="Refer to one of the types named.",
        link=R4 + "references.html", type="structure",
    ),
    Code(
        "reference-profile", "A reference to a resource that does not meet the profile",
        "The profile demands that the resource referred to meets another profile, and it does not.",
        fix="Correct the resource that it leads to.",
        link=R4 + "profiling.html#reference", type="structure",
    ),
    Code(
        "reference-aggregation", "A reference of the wrong kind",
        "The profile says whether the resource referred to is contained, in the same Bundle, or elsewhere.",
        fix="Move the resource to where the profile wants it.",
        link=R4 + "elementdefinition-definitions.html#ElementDefinition.type.aggregation", type="structure",
    ),
    Code(
        "bundle-fullurl", "A missing or wrong fullUrl",
        (
            "fullUrl is the absolute identity of the resource in the entry; if it is an address on a server, "
            "it ends with the resource's own type and id."
        ),
        '{"fullUrl": "Patient/1", "resource": …}', '{"fullUrl": "https://example.com/fhir/Patient/1", "resource": …}',
        fix="Correct it; where there is no server, use urn:uuid.",
        link=R4 + "bundle.html#bundle-unique", type="structure",
    ),
    Code(
        "bundle-duplicate", "The same identity twice",
        (
            "Two entries of the Bundle have the same fullUrl and version: which of them a reference means "
            "cannot be told."
        ),
        fix="Give each resource its own fullUrl.",
        link=R4 + "bundle.html#bundle-unique", type="duplicate",
    ),
    Code(
        "bundle-first-entry", "The wrong first entry",
        "A document begins with its Composition, a message with its MessageHeader.",
        fix="Put it first.",
        link=R4 + "documents.html", type="structure",
    ),
    Code(
        "bundle-unreachable", "An entry that nothing leads to",
        "In a document or message, references lead from the first entry to every other one.",
        fix="Refer to it, or leave it out.",
        link=R4 + "documents.html#content", type="informational",
    ),
    Code(
        "bundle-reference", "A reference to nothing in the Bundle",
        (
            "In a document everything that it refers to and that belongs to it is in it; a `urn:uuid:` leads "
            "nowhere but into the same Bundle."
        ),
        fix="Add the entry, or correct the reference or the fullUrl.",
        link=R4 + "bundle.html#references", type="not-found",
    ),
    Code(
        "bundle-search", "A wrong entry of search results",
        (
            "An entry of a searchset has a resource with an id, says by search.mode why it is there, and is "
            "of a type that was searched for."
        ),
        fix="Correct the entry.",
        link=R4 + "bundle.html#searchset", type="structure",
    ),
    Code(
        "bundle-link", "A wrong link of a Bundle",
        "Links have one relation each, and those of paging belong to search results and histories.",
        fix="Correct the link.",
        link=R4 + "bundle.html", type="structure",
    ),
    Code(
        "bundle-signature", "A signature that cannot be right",
        (
            "A JSON Web Signature stands in `data` in base64, has a header that says how and when it was made, and that is the "
            "time in `when`."
        ),
        fix="Sign the Bundle anew; a signature is never mended.",
        link=R4 + "signatures.html", type="invalid",
    ),
    Code(
        "bundle-signature-unchecked", "A signature that was not verified",
        "Verifying takes the certificate of the signer, which is not here.",
        fix="Verify it where the certificates are, if it matters.",
        link=R4 + "signatures.html", kind="undecided", type="not-supported",
    ),
)  # fmt: skip
