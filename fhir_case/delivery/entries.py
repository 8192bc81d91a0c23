"""The entries of a bundle that is to be sent: each identity once, and what each request depends on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl

from fhir_case.bundle.identity import unmarked
from fhir_case.bundle.references import rewrite
from fhir_case.delivery.places import local
from fhir_case.issues import Refused
from fhir_case.json import Json, canonical

Params = tuple[tuple[str, str], ...]

_UNNAMED = "entry "


@dataclass(frozen=True, slots=True)
class Criterion:
    """What a request depends on: a type and its search parameters. Equal criteria are one identity.

    https://hl7.org/fhir/R4/http.html#ccreate, #cond-update; `PUT Type/id` depends on `_id`.
    """

    type: str
    params: Params

    @property
    def token(self) -> tuple[str, str, str] | None:
        """(parameter, system, value) where one identifier, tag or id is all that it asks for: many go into one search."""
        if len(self.params) != 1:
            return None
        name, stated = self.params[0]
        if name == "_id":
            return (name, "", stated)
        system, bar, value = stated.partition("|")
        if name not in ("identifier", "_tag") or not (bar and system and value) or "\\" in stated:
            return None
        return (name, system, value)

    @property
    def placed(self) -> bool:
        """It names a place, `Type/id`."""
        return self.params[0][0] == "_id"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry to send. `resource` is None for a request without one (DELETE, GET)."""

    number: int
    """Where it stands in the bundle, from 0."""
    address: str
    """Its fullUrl; a name of ours where it has none."""
    resource: dict[str, Json] | None
    request: dict[str, Json]
    criterion: Criterion | None
    """None for a request that depends on nothing, such as a plain POST."""

    @property
    def type(self) -> str:
        """The type of resource that the request is about."""
        if self.resource is not None:
            return str(self.resource.get("resourceType", ""))
        return str(self.request["url"]).lstrip("/").partition("?")[0].partition("/")[0]

    @property
    def method(self) -> str:
        """The HTTP verb."""
        return str(self.request["method"])

    @property
    def puts(self) -> bool:
        """It states what a resource is to be."""
        return self.method in ("POST", "PUT")

    @property
    def shared(self) -> bool:
        """It is created if absent, and never overwritten."""
        return self.method == "POST" and self.criterion is not None

    @property
    def full_url(self) -> str | None:
        """The fullUrl that the bundle gave."""
        return None if self.address.startswith(_UNNAMED) else self.address


def criterion(request: dict[str, Json]) -> Criterion | None:
    """What the request depends on."""
    type_, _, query = str(request.get("url", "")).partition("?")
    type_ = type_.strip("/")
    if request.get("method") == "POST":
        query = str(request.get("ifNoneExist") or "").rpartition("?")[2]
    elif request.get("method") != "PUT":
        return None
    elif not query and (place := local(type_, "")):
        type_, _, id_ = place[0].partition("/")
        return Criterion(type_, (("_id", id_),))
    params = tuple(sorted(parse_qsl(query)))
    return Criterion(type_, params) if params else None


def entries_of(bundle: dict[str, Json]) -> list[Entry]:
    """The entries of a transaction or batch, each identity once; references to one that was left out name the one that
    stands for it.

    HAPI folds entries of one identity without a word, others refuse them. Raises `Refused` for another bundle, and
    where two entries of one identity say different things.
    """
    made = list(_read(bundle))
    first: dict[Criterion, Entry] = {}
    kept: list[Entry] = []
    again: list[tuple[Entry, Entry]] = []
    for entry in made:
        if entry.criterion is None or (same := first.setdefault(entry.criterion, entry)) is entry:
            kept.append(entry)
        else:
            again.append((same, entry))
    if again:
        kept = _folded(kept, again)
    if twice := _twice(kept):
        raise Refused(f"the fullUrl {twice} stands at two entries of different identity; nothing was sent")
    return kept


def _twice(entries: Iterable[Entry]) -> str:
    seen: set[str] = set()
    for entry in entries:
        if entry.address in seen:
            return entry.address
        seen.add(entry.address)
    return ""


def _folded(kept: list[Entry], again: list[tuple[Entry, Entry]]) -> list[Entry]:
    to = {entry.address: same.address for same, entry in again if same.address != entry.address}
    made = [replace(entry, resource=rewrite(entry.resource, to.get)) for entry in kept]
    content = {entry.address: entry.resource for entry in made}
    for same, entry in again:
        if _said(rewrite(entry.resource, to.get)) != _said(content[same.address]):
            raise Refused(
                f"{same.address} and {entry.address} have one identity but say different things; expected one "
                "entry for each identity. Nothing was sent"
            )
    return made


def _said(resource: Json) -> bytes:
    """What a resource says, without our mark and its id, which is the server's (https://hl7.org/fhir/R4/resource.html#id)."""
    held = unmarked(resource) if isinstance(resource, dict) else {}
    return canonical({name: value for name, value in held.items() if name != "id"})


def _read(bundle: dict[str, Json]) -> Iterator[Entry]:
    found = bundle.get("resourceType") if bundle.get("resourceType") != "Bundle" else bundle.get("type")
    if found not in ("transaction", "batch"):
        raise Refused(f"expected a Bundle of type transaction, found {str(found)[:40]!r}; nothing was sent")
    for number, entry in enumerate(bundle.get("entry") or ()):
        where = f"entry {number + 1} of the bundle"
        request = entry.get("request") if isinstance(entry, dict) else None
        if not isinstance(request, dict) or not isinstance(request.get("url"), str) or not request.get("method"):
            raise Refused(f"{where} has no request with method and url; nothing was sent")
        resource = entry.get("resource")
        if request["method"] in ("POST", "PUT") and not isinstance(resource, dict):
            raise Refused(f"{where} has no resource to {request['method']}; nothing was sent")
        yield Entry(
            number, str(entry.get("fullUrl") or f"{_UNNAMED}{number + 1}"),
            resource if isinstance(resource, dict) else None, request, criterion(request),
        )  # fmt: skip
