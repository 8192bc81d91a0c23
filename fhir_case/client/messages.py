"""What steps and drivers say to one another: requests and responses, waiting, several at once, and that no answer came.

A *step* is a generator that yields what it wants and is sent what came of it: for a `Request` the `Response`, for a
`Wait` nothing, for a `Together` the results of its steps. It never opens a connection and never sleeps, so paging,
retrying and everything else that decides is tested without a server or a clock; a driver (`fhir_case.client.drivers`)
runs it over a real connection. What concerns any request, whoever asks, is put around a step by
`fhir_case.client.through`.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias, TypeVar
from urllib.parse import quote, urlencode, urlsplit

from fhir_case import json
from fhir_case.issues import FHIRCaseError, Unreachable
from fhir_case.json import Json

T = TypeVar("T")

MEDIA_TYPE = "application/fhir+json"
"""https://hl7.org/fhir/R4/http.html#mime-type"""


IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. The `repr` shows neither parameters nor body: they may say who the patient is."""

    method: str
    url: str
    """Absolute."""
    params: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    repeatable: bool = field(default=None, repr=False)  # type: ignore[assignment]
    """Whether it may be sent again where the answer to it never came, and so perhaps was acted upon. By the method
    (https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2), unless said otherwise: a POST may be, if all it does is
    conditional. Where not, `NoAnswerError` reaches the step, which finds out by reading."""

    into: Path | None = field(default=None, repr=False)
    """The file that the body of a success is written to, in place of memory. If there is something in it already, only
    the rest is asked for (https://www.rfc-editor.org/rfc/rfc9110#section-14), where the server can do that."""
    seconds: float = 0
    """How long the answer may take, where that is longer than the HTTP client waits."""
    attempt: int = 1
    """Which sending of the same request this is."""

    @property
    def server(self) -> str:
        """The origin of the URL: what of it can be named without naming anyone."""
        return origin(self.url)

    def __post_init__(self) -> None:
        if self.repeatable is None:
            object.__setattr__(self, "repeatable", self.method in IDEMPOTENT)


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response, its body complete."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes = field(repr=False)
    url: str
    """The URL that was asked."""
    kept: int = 0
    """Bytes of the body that were written to a file."""
    repeated: bool = False
    """Whether the server may have acted on an earlier sending of the same request already."""

    @property
    def received(self) -> int:
        """Bytes of the body."""
        return len(self.body) + self.kept


class NoAnswerError(Exception):
    """Thrown by a driver into a step, in place of the response; `sent`: the server may have acted on the request;
    `final`: another try would end like this one."""

    def __init__(self, reason: str, *, sent: bool, final: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.sent, self.final = reason, sent, final


@dataclass(frozen=True, slots=True)
class Wait:
    """A pause that is wanted before going on."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Together:
    """Steps that may run at the same time, each taken from `steps` only when its turn comes.

    Sent back: a tuple, in the order of the steps, of their results, or of the `FHIRCaseError` that a step ended with.
    """

    steps: Iterable[Step[Any]]
    most: int = 4
    """How many run at once, at most. 2 to 4 keep one server busy."""
    adaptive: bool = True
    """Fewer at once where the server says that it is too much, and more again as it answers."""


Step: TypeAlias = Generator[Request | Wait | Together, Any, T]
"""A decision that needs answers: yields what it wants, is sent what came (or thrown `NoAnswerError`), returns a `T`."""


def together(steps: Iterable[Step[T]], most: int = 4, *, adaptive: bool = True) -> Step[tuple[T | FHIRCaseError, ...]]:
    """Run steps at the same time; see `Together`."""
    came: tuple[T | FHIRCaseError, ...] = yield Together(steps, most, adaptive)
    return came


def get(url: str, params: tuple[tuple[str, str], ...] = ()) -> Request:
    """A GET for FHIR JSON. `no-cache`: HAPI answers a search asked before from memory for a minute otherwise."""
    return Request("GET", url, params, {"Accept": MEDIA_TYPE, "Cache-Control": "no-cache"})


def post(url: str, resource: Json, *, repeatable: bool = False) -> Request:
    """A POST of a resource; `repeatable`: all that it does is conditional."""
    headers = {"Accept": MEDIA_TYPE, "Content-Type": MEDIA_TYPE}
    return Request("POST", url, (), headers, json.dumps(resource).encode(), repeatable)


def post_form(url: str, params: tuple[tuple[str, str], ...]) -> Request:
    """A POST of search parameters: what would say who the patient is stays out of the URL, and so out of logs.

    https://hl7.org/fhir/R4/http.html#search
    """
    headers = {
        "Accept": MEDIA_TYPE,
        "Content-Type": "application/x-www-form-urlencoded",
        "Cache-Control": "no-cache",
    }
    return Request("POST", url, (), headers, urlencode(params, quote_via=quote).encode(), repeatable=True)


def origin(url: str) -> str:
    """Scheme, host and port of a URL (https://www.rfc-editor.org/rfc/rfc6454#section-4), each origin in one form."""
    found = "/".join(re.split(r"[?#]", url, maxsplit=1)[0].split("/")[:3]).lower()
    return re.sub(r"(?<=^http:)(//[^/]*):80$|(?<=^https:)(//[^/]*):443$", r"\1\2", found)


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
