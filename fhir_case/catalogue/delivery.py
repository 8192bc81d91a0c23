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
        "search-changed", "Pages of a set that changed",
        "While the pages of a search were read, others wrote: a resource stood on two pages, or the count was another one. "
        "It was read again from the first page, and it was the same.",
        fix="Ask again when less is written.",
        link=R4 + "http.html#paging", type="incomplete",
    ),
    Code(
        "search-truncated", "Not all was read",
        "There are more pages than may be followed.",
        fix="Raise the limit, or narrow the search.",
        link=R4 + "http.html#paging", type="incomplete",
    ),
    Code(
        "bulk-missing", "A file of an export that could not be had",
        "The server named it, but did not give it: it expired, is not there, or wants a login that it was not given.",
        fix="Run the same command again; where it expired, export anew into another folder.",
        link="http://hl7.org/fhir/uv/bulkdata/export.html", type="incomplete",
    ),
    Code(
        "bulk-count", "A file of an export with another number of lines",
        "The server counts more or fewer resources in a file than it gave, also when it was fetched a second time.",
        link="http://hl7.org/fhir/uv/bulkdata/export.html#response---complete-status", type="incomplete",
    ),
    Code(
        "bulk-remark", "What the server says of an export",
        "The files of an export were accompanied by an OperationOutcome: some resources may be missing.",
        link="http://hl7.org/fhir/uv/bulkdata/export.html#response---complete-status", type="incomplete",
    ),
    Code(
        "bulk-line", "A line that is no resource",
        "Each line of an NDJSON file is one resource in JSON. The line was left out.",
        link="http://hl7.org/fhir/uv/bulkdata/export.html", type="structure",
    ),
    Code(
        "bulk-twice", "A resource that stands in two lines",
        "Two lines have the same type and id; the first is taken.",
        type="duplicate",
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
        "home-withdrawn", "A resource that was taken back",
        "It was withdrawn as entered in error, being no longer in its case; it is left out of what comes home.",
        type="informational",
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
    Code(
        "push-rejected", "The server refuses an entry",
        (
            "The server does not store this entry. It was found among the others by halves, without anything being "
            "stored; what the server says about it stands in the message."
        ),
        fix="Correct the element that is named, or push with --partial: then all is stored that does not depend on it.",
        link=R4 + "http.html#transaction", type="processing",
    ),
    Code(
        "push-settled", "An answer that was lost",
        (
            "The answer to a request that writes never came. The server was read instead, and has the resources as "
            "they should be; nothing was sent twice."
        ),
        type="informational",
    ),
    Code(
        "push-not-withdrawn", "What could not be taken back",
        "A resource of ours that is no longer in the case could not be deleted: others may refer to it.",
        fix="Withdraw it as entered in error, or delete what refers to it.",
        link=R4 + "http.html#delete", type="conflict",
    ),
    Code(
        "push-outcome-left-out", "The outcome of a search is left out",
        "A searchset holds an OperationOutcome about the search itself, which is no resource to be stored.",
        link=R4 + "valueset-search-entry-mode.html", type="informational",
    ),
    Code(
        "push-message", "A message was handed over",
        "What the server does with a message is not known to who sends it.",
        link=R4 + "messageheader-operation-process-message.html", type="informational",
    ),
    Code(
        "plan-not-searched", "What may be ours was not looked for",
        "The server did not search some type of resource for what this case has left there earlier.",
        type="incomplete",
    ),
    Code(
        "plan-not-asked", "The server did not validate",
        "The server has no $validate, or did not answer it.",
        link=R4 + "resource-operation-validate.html", type="incomplete",
    ),
)  # fmt: skip
