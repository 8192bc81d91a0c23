"""What steps and drivers say to one another: requests, responses, and that no answer came.

A *step* is a generator that yields each `Request` it wants sent, is sent the `Response`, and returns its result. It
never opens a connection, so paging, retrying and everything else that decides is tested without a server; a driver
(`fhir_case.client.drivers`) runs it over a real connection.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar
from urllib.parse import quote, urlencode, urlsplit

from fhir_case import json
from fhir_case.issues import Unreachable
from fhir_case.json import Json

T = TypeVar("T")

MEDIA_TYPE = "application/fhir+json"
"""https://hl7.org/fhir/R4/http.html#mime-type"""


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. The `repr` shows neither parameters nor body: they may say who the patient is."""

    method: str
    url: str
    """Absolute."""
    params: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response, its body complete."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes = field(repr=False)
    url: str
    """The URL that was asked."""


class NoAnswerError(Exception):
    """Thrown by a driver into a step, in place of the response; `sent`: the server may have acted on the request."""

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(reason)
        self.reason, self.sent = reason, sent


Step: TypeAlias = Generator[Request, Response, T]
"""A decision that needs answers: yields requests, is sent responses (or thrown `NoAnswerError`), returns a `T`."""


def get(url: str, params: tuple[tuple[str, str], ...] = ()) -> Request:
    """A GET for FHIR JSON. `no-cache`: HAPI answers a search asked before from memory for a minute otherwise."""
    return Request("GET", url, params, {"Accept": MEDIA_TYPE, "Cache-Control": "no-cache"})


def post(url: str, resource: Json) -> Request:
    """A POST of a resource."""
    headers = {"Accept": MEDIA_TYPE, "Content-Type": MEDIA_TYPE}
    return Request("POST", url, (), headers, json.dumps(resource).encode())


def post_form(url: str, params: tuple[tuple[str, str], ...]) -> Request:
    """A POST of search parameters: what would say who the patient is stays out of the URL, and so out of logs.

    https://hl7.org/fhir/R4/http.html#search
    """
    headers = {
        "Accept": MEDIA_TYPE,
        "Content-Type": "application/x-www-form-urlencoded",
        "Cache-Control": "no-cache",
    }
    return Request("POST", url, (), headers, urlencode(params, quote_via=quote).encode())


def base_url(text: str) -> str:
    """The FHIR base address in the one form that steps take: http(s), no query, no slash at the end.

    Raises `Unreachable` for what is no such address; the message names what is missing.
    """
    example = "expected an address such as http://localhost:8080/fhir"
    try:
        parts = urlsplit(text.strip())
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise Unreachable(f"the server's address cannot be read ({error}); {example}") from None
    if parts.scheme not in ("http", "https") or not host:
        raise Unreachable(f"{text.strip()[:80]!r} is not the address of a FHIR server; {example}")
    if parts.username or parts.password:
        raise Unreachable(f"the server's address holds a user name or password, which would end up in logs; {example}")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
