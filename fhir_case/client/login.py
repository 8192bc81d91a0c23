"""Logging in: what stands in `Authorization`, for which servers, and what is done when it is refused."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Protocol, TypeVar

from fhir_case.client.messages import Request, Response, Step, origin
from fhir_case.client.through import through
from fhir_case.issues import FHIRCaseError

T = TypeVar("T")


class Secret:
    """A secret that is read where it is kept, each time it is needed; only that place is ever shown."""

    def __init__(self, place: str, read: Callable[[], str]) -> None:
        self.place, self._read = place, read

    def text(self) -> str:
        """All of it. Raises `FHIRCaseError` where there is nothing."""
        found = self._read().strip()
        if not found:
            raise FHIRCaseError(f"{self.place} is empty; expected a secret")
        return found

    def reveal(self) -> str:
        """The secret, of one line. Raises `FHIRCaseError` where there is none."""
        found = self.text()
        if not found.isprintable():
            raise FHIRCaseError(f"{self.place} holds more than one line, or what cannot be printed; expected a secret")
        return found

    def __repr__(self) -> str:
        return f"Secret({self.place})"


class Login(Protocol):
    """One way of logging in. Threads may share it."""

    def header(self) -> Step[str]:
        """What stands in `Authorization`; a token is asked for if there is none that lasts."""
        ...

    def renewed(self, refused: str) -> bool:
        """Told that the server refused this header (401): whether there may be a better one."""
        ...


class Bearer:
    """A token that someone else fetched (https://www.rfc-editor.org/rfc/rfc6750); read anew when it is refused."""

    def __init__(self, token: Secret) -> None:
        self._token = token
        self._held = ""

    def header(self) -> Step[str]:
        """See `Login`."""
        yield from ()
        self._held = self._held or f"Bearer {self._token.reveal()}"
        return self._held

    def renewed(self, refused: str) -> bool:
        """Whether the place of the token holds another one now."""
        self._held = f"Bearer {self._token.reveal()}"
        return self._held != refused

    def __repr__(self) -> str:
        return f"Bearer({self._token!r})"


class Basic:
    """A user and a password (https://www.rfc-editor.org/rfc/rfc7617)."""

    def __init__(self, user: str, password: Secret) -> None:
        if ":" in user:
            raise FHIRCaseError("the name of a user cannot hold a colon (RFC 7617)")
        self._user, self._password = user, password

    def header(self) -> Step[str]:
        """See `Login`."""
        yield from ()
        return "Basic " + b64encode(f"{self._user}:{self._password.reveal()}".encode()).decode()

    def renewed(self, refused: str) -> bool:
        """Never: a password is right or wrong."""
        return False

    def __repr__(self) -> str:
        return f"Basic({self._password!r})"


def authorized(step: Step[T], login: Login, origins: Iterable[str]) -> Step[T]:
    """The step, with its requests to servers of these origins logged in. Others never see the login.

    A request that is refused (401) was not acted on: it is sent again, once, where a new login can be had.
    """
    known = frozenset(map(origin, origins))

    def exchange(request: Request) -> Step[Response]:
        if request.server not in known or "Authorization" in request.headers:
            return (yield from _sent(request))
        header = yield from login.header()
        response = yield from _sent(_with(request, header))
        if response.status != 401 or not login.renewed(header):
            return response
        return (yield from _sent(_with(request, (yield from login.header()))))

    return through(step, exchange)


def _sent(request: Request) -> Step[Response]:
    response: Response = yield request
    return response


def _with(request: Request, header: str) -> Request:
    return replace(request, headers={**request.headers, "Authorization": header})
