"""Bundles: their entries by address, each found in one step, and the rules that their invariants do not say.

https://hl7.org/fhir/R4/bundle.html, https://hl7.org/fhir/R4/documents.html, https://hl7.org/fhir/R4/messaging.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from fhir_case.issues import Severity
from fhir_case.validation.places import At, Step
from fhir_case.validation.primitives import is_absolute
from fhir_case.validation.run import Node, Run
from fhir_case.validation.signatures import check_signature

_REST = re.compile(r"^(.*/)?([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})$")
_ENTRY = Step("entry", "entry", "Bundle.entry", "Bundle.entry")
_RESOURCE = Step("resource", "resource", "Bundle.entry.resource", "Resource")
_LINK = Step("link", "link", "Bundle.link", "Bundle.link")
_WITHOUT_URLS = ("transaction", "transaction-response", "batch", "batch-response")
_FIRST = {"document": "Composition", "message": "MessageHeader"}
_OLD = ("http://hl7.org/fhir/v2/", "http://hl7.org/fhir/v3/")
"""Where terminology stood before it had ids of its own."""
_PAGES = ("first", "previous", "next", "last")
_NO_LINKS = frozenset(("system", "fullUrl", "text", "id", "div", "display", "profile"))
"""Keys whose values lead to no entry."""


class BundleIndex:
    """The resources of a Bundle by fullUrl. `outer` is the Bundle that this one stands in."""

    def __init__(self, bundle: Node, outer: BundleIndex | None = None) -> None:
        self.outer = outer
        self.bundle = bundle
        self.ids: set[str] | None = None
        """All ids in it, once a narrative has asked for them."""
        self.entries: list[tuple[int, Node, Node, str]] = []
        """Place, entry, resource and fullUrl of each entry that has a resource."""
        self._by_url: dict[str, list[Node]] = {}
        self._by_id: dict[str, Node] = {}
        self._urls: dict[int, str] = {}
        self._near = ("", "", False)
        """The last `base`, and its `_origin`: references of one resource are looked for one after another."""
        held = bundle.get("entry")
        for index, entry in enumerate(held if isinstance(held, list) else ()):
            resource = entry.get("resource") if isinstance(entry, dict) else None
            if not isinstance(resource, dict):
                continue
            url = entry.get("fullUrl")
            self.entries.append((index, entry, resource, url if isinstance(url, str) else ""))
            if isinstance(url, str):
                self._by_url.setdefault(url, []).append(resource)
                self._urls[id(resource)] = url
            self._by_id.setdefault(f"{resource.get('resourceType')}/{resource.get('id')}", resource)

    def full_url(self, resource: Node) -> str:
        """The fullUrl of the entry with this very resource, or ""."""
        return self._urls.get(id(resource), "")

    def find(self, reference: str, base: str) -> Node | None:
        """The resource a reference leads to, from a resource whose fullUrl is `base`."""
        found = self.matches(reference, base)
        return found[0] if found else self.outer.find(reference, base) if self.outer else None

    def matches(self, reference: str, base: str) -> list[Node]:
        """All resources that a reference may lead to (https://hl7.org/fhir/R4/bundle.html#references)."""
        reference, _, version = reference.partition("/_history/")
        found = self._by_url.get(reference)
        if found is None and ":" not in reference:
            if self._near[0] != base:
                self._near = base, *_origin(base)
            _, origin, by_id = self._near
            name = reference.rpartition("/")[2] if by_id else reference
            found = self._by_url.get(origin + name if origin else "")
        if version:
            return [one for one in found or () if _version(one) == version]
        return found or []

    def alike(self, reference: str) -> Node | None:
        """A resource of the type and id that a relative reference names, wherever its fullUrl leads."""
        return self._by_id.get(reference.split("/_history/")[0])


def _origin(base: str) -> tuple[str, bool]:
    """What goes before a relative reference in a resource with that fullUrl, or before its id alone; "" where nothing does."""
    rest = _REST.match(base)
    if rest and rest.group(1):
        return rest.group(1), False
    # A urn has no path: only the id can be the same.
    return (base.rpartition(":")[0] + ":", True) if base.startswith("urn:") else ("", False)


def _version(resource: Node) -> Any:
    meta = resource.get("meta")
    return meta.get("versionId") if isinstance(meta, dict) else None


def check(bundle: Node, at: At, run: Run) -> None:
    """The rules of a Bundle that its invariants do not say."""
    index = run.bundle
    if index is None or index.bundle is not bundle:
        return
    kind = bundle.get("type")
    _check_links(bundle, kind, at, run)
    if "signature" in bundle:
        check_signature(bundle, at, run)
    entries = bundle.get("entry")
    if kind in _FIRST:
        _check_first(entries, _FIRST[kind], index, at, run)
    if kind == "searchset":
        _check_search(bundle, at, run)
    for place, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, dict):
            _check_url(entry, kind, (at, _ENTRY, place), run)


def _check_links(bundle: Node, kind: Any, at: At, run: Run) -> None:
    links = bundle.get("link")
    seen: set[str] = set()
    for place, link in enumerate(links if isinstance(links, list) else ()):
        relation = link.get("relation") if isinstance(link, dict) else None
        if not isinstance(relation, str):
            continue
        here = ((at, _LINK, place), Step("relation", "relation"), None)
        if relation in _PAGES and kind not in ("searchset", "history"):
            run.say("bundle-link", here, f"{relation} is for search results and histories only")
        elif relation in (*_PAGES, "self") and relation in seen:
            run.say("bundle-link", here, f"{relation} is there more than once")
        elif relation == "stylesheet" and kind == "document":
            _check_stylesheet(link.get("url"), (at, _LINK, place), run)
        seen.add(relation)


def _check_stylesheet(url: Any, at: At, run: Run) -> None:
    if isinstance(url, str) and not is_absolute(url) and run.bundle and run.bundle.alike(url) is None:
        run.say("bundle-link", (at, Step("url", "url"), None), "the stylesheet is not in this Bundle")


def _check_first(entries: Any, wanted: str, index: BundleIndex, at: At, run: Run) -> None:
    if not isinstance(entries, list) or not entries:
        run.say("bundle-first-entry", at, f"the first entry must be a {wanted}: there are no entries")
        return
    first = entries[0].get("resource") if isinstance(entries[0], dict) else None
    here = (at, _ENTRY, 0)
    if not isinstance(first, dict):
        run.say("bundle-first-entry", here, f"the first entry must have a {wanted}: it has no resource")
        return
    if first.get("resourceType") != wanted:
        run.say("bundle-first-entry", (here, _RESOURCE, None), f"the first resource must be a {wanted}")
    else:
        root = (here, Step("resource", "resource", wanted, wanted), None)
        for reference, place in _of_composition(first, root) if wanted == "Composition" else _of_header(first, root):
            _check_inside(reference, index.full_url(first), place, index, run)
    _check_reached(index, wanted, at, run)


def _of_composition(node: Node, at: At) -> Iterator[tuple[Any, At]]:
    """The references of a Composition that must be in the document (https://hl7.org/fhir/R4/documents.html#content)."""
    for name in ("subject", "author", "encounter", "custodian", "focus", "entry"):
        yield from _each(node, name, at)
    for name, below in (("attester", "party"), ("event", "detail")):
        for one, place in _each(node, name, at):
            yield from _each(one, below, place) if isinstance(one, dict) else ()
    for section, place in _each(node, "section", at):
        if isinstance(section, dict):
            yield from _of_composition(section, place)


def _of_header(node: Node, at: At) -> Iterator[tuple[Any, At]]:
    return _each(node, "focus", at)


def _each(node: Node, name: str, at: At) -> Iterator[tuple[Any, At]]:
    held = node.get(name)
    if isinstance(held, list):
        for index, one in enumerate(held):
            yield one, (at, Step(name, name), index)
    elif held is not None:
        yield held, (at, Step(name, name), None)


def _check_inside(node: Any, base: str, at: At, index: BundleIndex, run: Run) -> None:
    reference = node.get("reference") if isinstance(node, dict) else None
    if not isinstance(reference, str) or reference.startswith("#"):
        return
    found = index.matches(reference, base)
    if not found:
        like = index.alike(reference)
        told = "; a resource of this type and id is there, but its fullUrl does not fit" if like else ""
        run.say("bundle-reference", at, f"leads to nothing in this Bundle{told}", value=reference)
    elif len(found) > 1:
        run.say("bundle-duplicate", at, f"leads to {len(found)} resources of this Bundle", value=reference)


def _check_reached(index: BundleIndex, start: str, at: At, run: Run) -> None:
    """Every entry is reached from the first, or reaches one that is (https://hl7.org/fhir/R4/documents.html#content)."""
    places = {id(resource): number for number, (_, _, resource, _) in enumerate(index.entries)}
    forward: list[list[int]] = []
    backward: list[list[int]] = [[] for _ in index.entries]
    for number, (_, _, resource, url) in enumerate(index.entries):
        found = set()
        for text in _addresses(resource):
            target = index.matches(text, url)
            if target and (to := places[id(target[0])]) != number:
                found.add(to)
            elif not target and start and (like := index.alike(text)) is not None and places[id(like)] != number:
                _say_apparent(text, index, number, at, run)
        forward.append(sorted(found))
        for to in found:
            backward[to].append(number)
    reached: set[int] = set()
    todo = [0, *_stylesheets(index)]
    while todo:
        number = todo.pop()
        if number not in reached:
            reached.add(number)
            todo += forward[number]
            todo += backward[number]
    for number, (place, _, _, _) in enumerate(index.entries):
        if number not in reached:
            level: Severity = "error" if start == "Composition" else "warning"
            run.say("bundle-unreachable", (at, _ENTRY, place), f"no way of references leads from the {start} here, or back",
                    level)  # fmt: skip


def _say_apparent(reference: str, index: BundleIndex, number: int, at: At, run: Run) -> None:
    place, _, resource, _ = index.entries[number]
    if resource.get("resourceType") == "Composition":
        return  # said where it stands
    run.say("bundle-reference", ((at, _ENTRY, place), _RESOURCE, None), "a reference leads to nothing in this Bundle; "
            "a resource of this type and id is there, but its fullUrl does not fit", value=reference)  # fmt: skip


def _stylesheets(index: BundleIndex) -> list[int]:
    links = index.bundle.get("link")
    wanted = {
        one.get("url") for one in (links if isinstance(links, list) else ()) if isinstance(one, dict)
        if one.get("relation") == "stylesheet" and isinstance(one.get("url"), str)
    }  # fmt: skip
    return [
        number for number, (_, _, resource, _) in enumerate(index.entries)
        if f"{resource.get('resourceType')}/{resource.get('id')}" in wanted
    ]  # fmt: skip


def _addresses(resource: Node) -> Iterator[str]:
    """All text of a resource that may be the address of another; of a Bundle inside, none."""
    stack: list[Any] = [resource]
    while stack:
        held = stack.pop()
        if type(held) is dict:
            if held.get("resourceType") == "Bundle":
                continue
            for key, value in held.items():
                if key in _NO_LINKS:
                    continue
                if type(value) is str:
                    if "/" in value or value.startswith("urn:"):
                        yield value
                else:
                    stack.append(value)
        elif type(held) is list:
            stack.extend(held)
            yield from (one for one in held if type(one) is str and ("/" in one or one.startswith("urn:")))


def _check_url(entry: Node, kind: Any, at: At, run: Run) -> None:
    """The fullUrl of an entry (https://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.fullUrl)."""
    url = entry.get("fullUrl")
    resource = entry.get("resource")
    if not isinstance(url, str):
        if "fullUrl" not in entry and kind not in _WITHOUT_URLS:
            run.say("bundle-fullurl", at, "the fullUrl is missing; only entries of transactions and batches can do without",
                    fix="add one: urn:uuid: and a UUID, or the address of the resource")  # fmt: skip
        return
    if not is_absolute(url):
        run.say("bundle-fullurl", at, "a fullUrl is an absolute uri", value=url, key="fullUrl")
        return
    if not isinstance(resource, dict):
        return
    rest = _REST.match(url)
    name, number = resource.get("resourceType"), resource.get("id")
    if rest and rest.group(2) in run.checks.definitions.resources and url.startswith(("http://", "https://")):
        if number is None:
            run.say("bundle-fullurl", at, "the fullUrl is an address on a server, but the resource has no id",
                    value=url, key="fullUrl")  # fmt: skip
        elif (rest.group(2), rest.group(3)) != (name, number):
            run.say(
                "bundle-fullurl",
                at,
                f"the fullUrl of this resource should end with its type and id: /{name}/{number}",
                value=url,
                key="fullUrl",
            )
    elif resource.get("url") == url and not (url.startswith(_OLD) or (rest and url.endswith(f"/{number}"))):
        run.say(
            "bundle-fullurl",
            at,
            "the fullUrl is not the canonical url, but where this copy is",
            value=url,
            key="fullUrl",
        )


def _check_search(bundle: Node, at: At, run: Run) -> None:
    """The entries of search results (https://hl7.org/fhir/R4/search.html#results)."""
    held = bundle.get("link")
    links = [one for one in held if isinstance(one, dict)] if isinstance(held, list) else []
    own = next((one.get("url") for one in links if one.get("relation") == "self"), None)
    types = _searched(own, run) if isinstance(own, str) else []
    if own is None:
        run.say("bundle-search", at, "search results have a link self with the search that was done", "warning")
    for place, entry in enumerate(bundle.get("entry") or ()):
        if not isinstance(entry, dict):
            continue
        here = (at, _ENTRY, place)
        resource = entry.get("resource")
        search = entry.get("search")
        mode = search.get("mode") if isinstance(search, dict) else None
        if mode is None:
            run.say("bundle-search", here, "search.mode says what the entry is: match, include or outcome", "warning")
        if not isinstance(resource, dict):
            run.say("bundle-search", here, "an entry of search results has a resource")
            continue
        name = resource.get("resourceType")
        inside = (here, _RESOURCE, None)
        if mode in ("match", "include") and not resource.get("id"):
            run.say("bundle-search", inside, "what a search finds has an id")
        if mode == "match" and types and name not in types:
            run.say("bundle-search", inside, f"a {name} is no match of a search for {', '.join(types)}")
        if mode == "outcome" and name != "OperationOutcome":
            run.say("bundle-search", inside, "an outcome is an OperationOutcome")


def _searched(url: str, run: Run) -> list[str]:
    path, _, query = url.partition("?")
    last = path.rsplit("/", 1)[-1]
    if last in run.checks.definitions.resources:
        return [last]
    stated = [part[6:] for part in query.split("&") if part.startswith("_type=")]
    return [name for part in stated for name in part.split(",")]
