"""Codes of servers: search, pull, push and the way home."""

from __future__ import annotations

from fhir_case.catalogue.code import R4, Code

CODES = (
    Code(
        "search-outcome", "The server remarks something",
        "The answer to a search holds an OperationOutcome.",
        link=R4 + "search.html", type="informational",
    ),
    Code(
        "search-loop", "Pages in a circle",
        "A page names as next one that was already read; reading stopped there.",
        link=R4 + "http.html#paging", type="incomplete",
    ),
    Code(
        "search-truncated", "Not all was read",
        "There are more pages than may be followed.",
        fix="Raise the limit, or narrow the search.",
        link=R4 + "http.html#paging", type="incomplete",
    ),
    Code(
        "pull-other-patient", "Of another patient",
        "What a resource refers to belongs to another patient, and was left out.",
        type="informational",
    ),
    Code(
        "pull-not-followed", "A reference that was not followed",
        "It leads outside the server, or further than is followed.",
        type="incomplete",
    ),
    Code(
        "pull-unreachable", "A reference that could not be followed",
        "The server did not give what it leads to; it is left out.",
        type="incomplete",
    ),
    Code(
        "pull-not-searched", "A search that the server does not offer",
        "Some resources of the patient may be missing.",
        type="incomplete",
    ),
    Code(
        "home-no-id", "A resource without an id",
        "The server gave a resource without an id; it is left out.",
        type="structure",
    ),
    Code(
        "home-twice", "A resource that came twice",
        "Two resources of the server carry the mark of one and the same item of a case.",
        fix="Delete one of the two on the server.",
        type="duplicate",
    ),
    Code(
        "push-digits", "The server changes digits",
        (
            "A resource differs from the server's only in how numbers are written: a server that does not "
            "keep digits (7.20 becomes 7.2) is sent it again with every push."
        ),
        link=R4 + "datatypes.html#decimal", type="value",
    ),
    Code(
        "push-unconditional", "Few conditions in one transaction",
        (
            "The server takes only a few conditional requests in one transaction, so what it was seen not to "
            "have was created without condition: two pushes at one moment could create twice."
        ),
        link=R4 + "http.html#cond-update", type="not-supported",
    ),
)  # fmt: skip
