"""What became of resources: `_history`, and reading one only if it changed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fhir_case.client.answers import ask, resource
from fhir_case.client.messages import Request, Step, get
from fhir_case.client.paging import Entry, asked, walked
from fhir_case.client.search import COUNT
from fhir_case.client.steps import local_place
from fhir_case.issues import Issue, Refused
from fhir_case.json import Json

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a resource: as it was, or that it was deleted (`resource` is None)."""

    place: str
    """`Type/id`."""
    version: str
    when: str
    """An instant, as the server writes it; empty where it does not say."""
    resource: dict[str, Json] | None


@dataclass(frozen=True, slots=True)
class History:
    """The versions, the newest first as the server gives them; and what could not be trusted about the answer."""

    versions: tuple[Version, ...]
    issues: tuple[Issue, ...] = ()


def history(base: str, of: str = "", *, since: str = "") -> Step[History]:
    """What became of a resource (`Patient/123`), of those of a type (`Patient`), or of all (empty); `since` an instant.

    Raises `Refused` or `Unreachable`. https://hl7.org/fhir/R4/http.html#history
    """
    if of and not re.fullmatch(r"[A-Z][A-Za-z]+", of):
        local_place(of)
    if since and not _INSTANT.fullmatch(since):
        raise Refused(f"since: expected an instant such as 2026-11-23T08:00:00Z, found {since[:40]!r}")
    what = f"reading the history of {of or 'the server'}"
    params = (("_count", COUNT), *((("_since", since),) if since else ()))
    where = f"{base}/{of}/_history" if of else f"{base}/_history"
    found = yield from walked(asked(get(where, params), what), base, what)
    made = [_version(entry) for entry in found.entries]
    return History(tuple(one for one in made if one), found.issues)


def changed(base: str, reference: str, version: str = "") -> Step[dict[str, Json] | None]:
    """The resource at `Type/id`, or None while it is of this version still (empty: of no version). Raises what `read` raises.

    https://hl7.org/fhir/R4/http.html#cread
    """
    local_place(reference)
    what = f"reading {reference}"
    plain = get(f"{base}/{reference}")
    condition = {"If-None-Match": f'W/"{version}"'} if version else {}
    response = yield from ask(Request("GET", plain.url, (), {**plain.headers, **condition}), what)
    if response.status == 304 and version:
        return None
    made = resource(response, what)
    meta = made.get("meta")  # a server may not know conditional reads
    return None if version and isinstance(meta, dict) and meta.get("versionId") == version else made


_PLACE = re.compile(r"(?:^|/)([A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64})(?:/_history/([^/]+))?$")


def _version(entry: Entry) -> Version | None:
    """None for an entry that says nothing of a resource. https://hl7.org/fhir/R4/http.html#history"""
    made, asked_for, said = (_object(entry.get(name)) for name in ("resource", "request", "response"))
    meta = _object(made.get("meta"))
    addresses = (said.get("location"), asked_for.get("url"), entry.get("fullUrl"))
    named = [found for one in addresses if isinstance(one, str) and (found := _PLACE.search(one))]
    deleted = asked_for.get("method") == "DELETE" or not isinstance(made.get("resourceType"), str)
    place = named[0][1] if named else "" if deleted else f"{made['resourceType']}/{made.get('id', '')}"
    if not place:
        return None
    tag = re.fullmatch(r'(?:W/)?"(.*)"', str(said.get("etag", "")))
    version = meta.get("versionId") or (tag[1] if tag else next((one[2] for one in named if one[2]), ""))
    when = meta.get("lastUpdated") or said.get("lastModified") or ""
    return Version(place, str(version), str(when), None if deleted else made)


def _object(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}
