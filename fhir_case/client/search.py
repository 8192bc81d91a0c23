"""Search: all that matches, and what is brought along."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fhir_case.client.answers import ask, outcome_text
from fhir_case.client.messages import Response, Step, get, post_form
from fhir_case.client.paging import Entry, asked, pages, walked
from fhir_case.issues import Issue
from fhir_case.json import Json, dumps

Params = tuple[tuple[str, str], ...]

COUNT = "1000"
"""Servers lower it to what they allow (HAPI: 200), most silently."""

# Medplum has no paging links and 20 to a page; so the count is always asked for, and the total compared.
_NO_POST = frozenset({404, 405, 501})


@dataclass(frozen=True, slots=True)
class Found:
    """The resources of all pages, each once, in the server's order; and what could not be trusted about the answer."""

    resources: tuple[dict[str, Json], ...]
    issues: tuple[Issue, ...] = ()
    included: tuple[dict[str, Json], ...] = ()
    """Those of the resources that match nothing, but were asked for by `_include` or `_revinclude`."""


def search(base: str, type_: str, params: Params, *, post: bool = True) -> Step[Found]:
    """All resources of a type that match, and those that `_include` asks for. Raises `Refused` or `Unreachable`.

    Sent by POST, so that what says who the patient is stays out of URLs and logs (a server without `_search` by POST is
    asked by GET); `post=False` is for criteria that say nothing about anyone.
    https://hl7.org/fhir/R4/http.html#search
    """
    if not any(name == "_count" for name, _ in params):
        params = (*params, ("_count", COUNT))
    what = f"searching {type_}"

    def first() -> Step[Response]:
        if post:
            response = yield from ask(post_form(f"{base}/{type_}/_search", params), what)
            if response.status not in _NO_POST:
                return response
        return (yield from ask(get(f"{base}/{type_}", params), what))

    found = yield from walked(first, base, what)
    return _found(found.entries, found.issues, what)


def everything(base: str, patient: str) -> Step[Found]:
    """`Patient/123/$everything`, all pages. Raises `Refused`, also where the server has no such operation.

    https://hl7.org/fhir/R4/operation-patient-everything.html
    """
    what = "reading $everything"
    found = yield from walked(asked(get(f"{base}/{patient}/$everything", (("_count", COUNT),)), what), base, what)
    return _found(found.entries, found.issues, what)


def rest_of(base: str, page: dict[str, Json], what: str) -> Step[Found]:
    """All resources of a search whose first page came another way, such as inside a batch-response."""
    found = yield from pages(base, Response(200, {}, dumps(page).encode(), base), what)
    return _found(found.entries, found.issues, what)


def escaped(value: str) -> str:
    r"""A value for a search parameter: `,`, `|`, `$` and `\` would mean something else there.

    https://hl7.org/fhir/R4/search.html#escaping
    """
    return re.sub(r"([\\,|$])", r"\\\1", value)


def _found(entries: tuple[Entry, ...], issues: tuple[Issue, ...], what: str) -> Found:
    found: dict[tuple[str, str] | int, dict[str, Json]] = {}
    included: dict[tuple[str, str] | int, dict[str, Json]] = {}
    remarks: list[Issue] = []
    for entry in entries:
        made, stated = entry.get("resource"), entry.get("search")
        if not isinstance(made, dict) or not isinstance(made.get("resourceType"), str):
            continue
        mode = stated.get("mode") if isinstance(stated, dict) else None
        if made["resourceType"] == "OperationOutcome" and (mode == "outcome" or "id" not in made):
            if text := outcome_text(made):
                remarks.append(Issue("search-outcome", f"{what}: the server remarks: {text}", "warning"))
            continue
        key = (made["resourceType"], made["id"]) if isinstance(made.get("id"), str) else id(made)
        found.setdefault(key, made)
        if mode == "include":
            included.setdefault(key, made)
    return Found(tuple(found.values()), (*remarks, *issues), tuple(included.values()))
