"""Search, and every page of it: next links that are relative, name another host or lead in a circle included."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fhir_case.client.answers import ask, outcome_text, resource
from fhir_case.client.messages import Request, Response, Step, get, post_form
from fhir_case.issues import Issue, Refused
from fhir_case.json import Json, dumps

Params = tuple[tuple[str, str], ...]

MAX_PAGES = 2_000
COUNT = "1000"
"""Servers lower it to what they allow (HAPI: 200), most silently."""

# Medplum has no paging links and 20 to a page; so the count is always asked for, and the total compared.
_NO_POST = frozenset({404, 405, 501})


@dataclass(frozen=True, slots=True)
class Found:
    """The resources of all pages, each once, in the server's order; and what could not be trusted about the answer."""

    resources: tuple[dict[str, Json], ...]
    issues: tuple[Issue, ...] = ()


def search(base: str, type_: str, params: Params, *, post: bool = True) -> Step[Found]:
    """All resources of a type that match. Raises `Refused` or `Unreachable`.

    Sent by POST, so that what says who the patient is stays out of URLs and logs (a server without `_search` by POST is
    asked by GET); `post=False` is for criteria that say nothing about anyone.
    https://hl7.org/fhir/R4/http.html#search
    """
    params = (*params, ("_count", COUNT))
    what = f"searching {type_}"
    if post:
        response = yield from ask(post_form(f"{base}/{type_}/_search", params), what)
        if response.status not in _NO_POST:
            return (yield from _pages(base, response, what))
    return (yield from _first(base, get(f"{base}/{type_}", params), what))


def everything(base: str, patient: str) -> Step[Found]:
    """`Patient/123/$everything`, all pages. Raises `Refused`, also where the server has no such operation.

    https://hl7.org/fhir/R4/operation-patient-everything.html
    """
    return (yield from _first(base, get(f"{base}/{patient}/$everything", (("_count", COUNT),)), "reading $everything"))


def rest_of(base: str, page: dict[str, Json], what: str) -> Step[Found]:
    """All resources of a search whose first page came another way, such as inside a batch-response."""
    return (yield from _pages(base, Response(200, {}, dumps(page).encode(), base), what))


def escaped(value: str) -> str:
    r"""A value for a search parameter: `,`, `|`, `$` and `\` would mean something else there.

    https://hl7.org/fhir/R4/search.html#escaping
    """
    return re.sub(r"([\\,|$])", r"\\\1", value)


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


def _first(base: str, request: Request, what: str) -> Step[Found]:
    return (yield from _pages(base, (yield from ask(request, what)), what))


def _pages(base: str, response: Response, what: str) -> Step[Found]:
    found: dict[tuple[str, str] | int, dict[str, Json]] = {}
    issues: list[Issue] = []
    seen: set[str] = set()
    matches = 0
    for number in range(1, MAX_PAGES + 1):
        page = resource(response, f"{what} (page {number})" if number > 1 else what)
        if page["resourceType"] != "Bundle":
            raise Refused(
                f"{what}: expected a Bundle of type searchset, found another resource", status=response.status
            )
        for entry, made in _entries(page):
            mode = (entry.get("search") or {}).get("mode")
            if made["resourceType"] == "OperationOutcome" and (mode == "outcome" or "id" not in made):
                if text := outcome_text(made):
                    issues.append(Issue("search-outcome", f"{what}: the server remarks: {text}", "warning"))
                continue
            matches += mode != "include"
            key = (made["resourceType"], made["id"]) if isinstance(made.get("id"), str) else id(made)
            found.setdefault(key, made)
        link = _next(page)
        if link is None:
            total = page.get("total")
            if isinstance(total, int) and number == 1 and total > matches:
                issues.append(_truncated(what, total, matches))
            break
        url = following(base, response.url, link)
        if url in seen:
            issues.append(Issue("search-loop", f"{what}: page {number} names as next a page already read", "warning"))
            break
        seen.add(url)
        response = yield from ask(get(url), what)
    else:
        raise Refused(f"{what}: the server has more than {MAX_PAGES} pages; ask for less")
    return Found(tuple(found.values()), tuple(issues))


def _truncated(what: str, total: int, matches: int) -> Issue:
    return Issue(
        "search-truncated",
        f"{what}: the server counts {total} matches, but gave {matches} and no link to a next page",
        "warning",
    )


def _entries(page: dict[str, Json]) -> Iterator[tuple[dict[str, Json], dict[str, Json]]]:
    for entry in page.get("entry") or ():
        made = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(made, dict) and isinstance(made.get("resourceType"), str):
            yield entry, made


def _next(page: dict[str, Json]) -> str | None:
    for link in page.get("link") or ():
        if isinstance(link, dict) and link.get("relation") == "next" and isinstance(link.get("url"), str):
            return str(link["url"])
    return None
