"""Pages of a Bundle: next links that are relative, name another host or lead in a circle included."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fhir_case.client.answers import ask, resource
from fhir_case.client.messages import Request, Response, Step, get
from fhir_case.issues import Issue, Refused
from fhir_case.json import Json

MAX_PAGES = 2_000
AGAIN = 2
"""How often pages that changed while they were read are read again from the first."""

_EXPIRED = frozenset({404, 410})

Entry = dict[str, Json]


@dataclass(frozen=True, slots=True)
class Walked:
    """The entries of all pages, in the server's order; and what could not be trusted about them."""

    entries: tuple[Entry, ...]
    issues: tuple[Issue, ...] = ()
    changed: str = ""
    """Why the pages are not of one and the same set, where that was seen."""


def walked(first: Callable[[], Step[Response]], base: str, what: str) -> Step[Walked]:
    """All pages, read again from the first where the set changed under it, or the server forgot it.

    `first` asks for the first page. Raises `Refused` or `Unreachable`. https://hl7.org/fhir/R4/http.html#paging
    """
    for number in range(AGAIN + 1):
        try:
            found = yield from pages(base, (yield from first()), what)
        except Refused as no:
            if number == AGAIN or no.status not in _EXPIRED or " (page " not in no.message:
                raise
            continue
        if not found.changed:
            return found
    message = f"{what}: what the server has changed while it was read ({found.changed}); something may be missing"
    return Walked(found.entries, (*found.issues, Issue("search-changed", message, "warning")), found.changed)


def pages(base: str, response: Response, what: str) -> Step[Walked]:
    """The entries of this page and of all that follow it."""
    entries: list[Entry] = []
    issues: list[Issue] = []
    seen: set[str] = set()
    before: set[tuple[str, str]] = set()
    total: int | None = None
    matches, changed = 0, ""
    for number in range(1, MAX_PAGES + 1):
        page = resource(response, f"{what} (page {number})" if number > 1 else what)
        if page["resourceType"] != "Bundle":
            raise Refused(
                f"{what}: expected a Bundle of type searchset or history, found another resource",
                status=response.status,
            )
        here = list(_entries(page))
        named = {name for entry in here if (name := _match(entry))}
        if named & before:
            changed = "a resource stood on two pages"
        before |= named
        stated = page.get("total")
        if isinstance(stated, int) and not isinstance(stated, bool):
            if total is not None and stated != total:
                changed = f"the server counted {total} first, and later {stated}"
            total = stated if total is None else total
        entries += here
        matches += sum(map(_counted, here))
        link = _next(page)
        if link is None:
            if total is not None and number == 1 and total > matches:
                issues.append(_truncated(what, total, matches))
            return Walked(tuple(entries), tuple(issues), changed)
        url = following(base, response.url, link)
        if url in seen:
            issues.append(Issue("search-loop", f"{what}: page {number} names as next a page already read", "warning"))
            return Walked(tuple(entries), tuple(issues))
        seen.add(url)
        response = yield from ask(get(url), what)
    raise Refused(f"{what}: the server has more than {MAX_PAGES} pages; ask for less")


def asked(request: Request, what: str) -> Callable[[], Step[Response]]:
    """A first page that is had by this request."""
    return lambda: ask(request, what)


def following(base: str, page_url: str, link: str) -> str:
    """Where a page's `next` link leads, on this server: relative links are resolved, other hosts' are brought home.

    A link to another host is what a server behind a proxy gives, which knows itself by its inner name. Its path and
    query are followed at `base`, where its path is one of `base`; nothing is ever asked of another host.
    Raises `Refused` for a link that leads elsewhere.
    """
    origin, home = _split(base)
    if link.startswith("?"):
        return page_url.split("?")[0] + link
    if link.startswith("/") and not link.startswith((home + "/", home + "?", "//")):
        return base + link
    if not link.startswith("/") and not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", link):
        return f"{base}/{link}"
    # By hand: a link with its port repeated (http://host:8080:8080/fhir) has no place in urlsplit.
    parts = re.fullmatch(r"(?:(?:https?:)?//[^/?#]*)?(/[^?#]*)?(\?[^#]*)?(?:#.*)?", link, re.IGNORECASE)
    path = (parts[1] or "/") if parts else ""
    if parts is None or "/.." in path or not (path + "/").startswith(home + "/"):
        raise Refused(
            f"the next page is said to be outside of {base}, and was not followed; "
            "what was found so far is incomplete, so it is not used"
        )
    return origin + path + (parts[2] or "")


def _split(base: str) -> tuple[str, str]:
    scheme, rest = base.split("://", 1)
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host}", slash + path


def _truncated(what: str, total: int, matches: int) -> Issue:
    return Issue(
        "search-truncated",
        f"{what}: the server counts {total} matches, but gave {matches} and no link to a next page",
        "warning",
    )


def _entries(page: dict[str, Json]) -> Iterator[Entry]:
    for entry in page.get("entry") or ():
        if isinstance(entry, dict):
            yield entry


def _match(entry: Entry) -> tuple[str, str] | None:
    """Type and id of what the server says is a match; includes may well stand on several pages."""
    made, search = entry.get("resource"), entry.get("search")
    if not isinstance(made, dict) or not isinstance(search, dict) or search.get("mode") != "match":
        return None
    return str(made.get("resourceType")), str(made.get("id"))


def _counted(entry: Entry) -> bool:
    """Whether the server's total counts it: neither an include, nor a remark."""
    made, search = entry.get("resource"), entry.get("search")
    if not isinstance(made, dict) or made.get("resourceType") == "OperationOutcome":
        return False
    return not isinstance(search, dict) or search.get("mode") != "include"


def _next(page: dict[str, Json]) -> str | None:
    for link in page.get("link") or ():
        if isinstance(link, dict) and link.get("relation") == "next" and isinstance(link.get("url"), str):
            return str(link["url"])
    return None
