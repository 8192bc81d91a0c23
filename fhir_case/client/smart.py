"""SMART Backend Services: a client that signs who it is, and gets tokens that end soon.

https://hl7.org/fhir/smart-app-launch/STU2.2/backend-services.html,
https://hl7.org/fhir/smart-app-launch/STU2.2/client-confidential-asymmetric.html
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from threading import Lock
from typing import Protocol
from urllib.parse import quote, urlencode, urlsplit

from fhir_case import json
from fhir_case.client.answers import ask
from fhir_case.client.messages import Request, Response, Step, Wait, origin
from fhir_case.issues import FHIRCaseError, Refused, ServerError, Unreachable
from fhir_case.json import Json

log = logging.getLogger("fhir_case.client")

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LASTS = 240
"""Seconds that an assertion is good for; the specification allows 300."""

EARLY = 30.0
"""Seconds before its end at which a token is renewed, or a tenth of its life if that is less."""

_ADVICE = {
    "invalid_client": "is the client id right, and is the public key of this kid registered there?",
    "invalid_scope": "ask for the scopes that the client is registered for",
    "unauthorized_client": "is the client registered for Backend Services (client_credentials)?",
}


class Key(Protocol):
    """A private key that can sign for the client."""

    @property
    def kid(self) -> str:
        """The name under which its public half is registered."""
        ...

    @property
    def algorithm(self) -> str:
        """`RS384` or `ES384`."""
        ...

    def sign(self, header: Mapping[str, str], claims: Mapping[str, Json]) -> str:
        """The claims as a signed JWT."""
        ...


@dataclass(frozen=True, slots=True)
class Token:
    """An access token; `ends` and `renew` are on the monotonic clock."""

    header: str = field(repr=False)
    renew: float
    ends: float


@dataclass(frozen=True, slots=True)
class _Endpoint:
    url: str
    algorithms: frozenset[str]


class Smart:
    """A login by signed assertion. `keys` gives the private keys each time it is called, the preferred one first: after a
    refusal they are read anew, and each is tried, so that keys can be exchanged while this runs."""

    def __init__(
        self,
        base: str,
        client_id: str,
        keys: Callable[[], Sequence[Key]],
        scope: str,
        *,
        token_url: str = "",
        wall: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._base, self._client, self._keys, self._scope = base, client_id, keys, scope
        self._endpoint = _Endpoint(token_url, frozenset()) if token_url else None
        self._wall, self._clock, self._ahead = wall, clock, 0.0
        self._token: Token | None = None
        self._kid = ""
        self._asking = False
        self._lock = Lock()

    def __repr__(self) -> str:
        return f"Smart({self._client!r} at {origin(self._base)})"

    def header(self) -> Step[str]:
        """See `Login`. One request asks for a new token; the others go on with the old one as long as it lasts."""
        for _ in range(1200):
            with self._lock:
                token, now = self._token, self._clock()
                if token and now < (token.ends if self._asking else token.renew):
                    return token.header
                mine, self._asking = not self._asking, True
            if mine:
                break
            yield Wait(0.1)
        try:
            token = yield from self._asked()
            with self._lock:
                self._token = token
        finally:
            self._asking = False
        return token.header

    def renewed(self, refused: str) -> bool:
        """Always: the server may have forgotten the token that it refuses."""
        with self._lock:
            if self._token and self._token.header == refused:
                self._token = None
        return True

    def _asked(self) -> Step[Token]:
        if self._endpoint is None:
            self._endpoint = yield from discovered(self._base)
        keys = [
            one for one in self._keys() if not self._endpoint.algorithms or one.algorithm in self._endpoint.algorithms
        ]
        if not keys:
            wanted = ", ".join(sorted(self._endpoint.algorithms))
            raise FHIRCaseError(f"none of the client's private keys is for an algorithm of the server ({wanted})")
        keys.sort(key=lambda one: one.kid != self._kid)
        for key in keys[:-1]:
            try:
                return (yield from self._token_by(key))
            except Refused as no:
                log.warning("the key %s was refused: %s", key.kid, no)
        return (yield from self._token_by(keys[-1]))

    def _token_by(self, key: Key) -> Step[Token]:
        assert self._endpoint is not None
        what = f"getting a token from {origin(self._endpoint.url)}"
        skewed = False
        for number in range(4):
            asked = self._clock()
            try:
                response = yield from ask(self._request(key), what)
            except Unreachable:
                if number == 3:
                    raise
                yield Wait(2.0**number)  # another assertion: a server takes none twice
                continue
            if response.status >= 500 and number < 3:
                yield Wait(2.0**number)
            elif response.status in (400, 401) and not skewed and abs(self._behind(response)) > 30:
                skewed, self._ahead = True, self._ahead + self._behind(response)
            else:
                break
        made = _token(response, what, asked, key.kid, self._scope)
        self._kid = key.kid
        return made

    def _behind(self, response: Response) -> float:
        """Seconds that the server's clock is ahead of what was signed."""
        try:
            return parsedate_to_datetime(response.headers["date"]).timestamp() - self._wall() - self._ahead
        except (KeyError, ValueError, TypeError, OverflowError, IndexError):
            return 0.0

    def _request(self, key: Key) -> Request:
        assert self._endpoint is not None
        claims: dict[str, Json] = {
            "iss": self._client,
            "sub": self._client,
            "aud": self._endpoint.url,
            "exp": int(self._wall() + self._ahead) + LASTS,
            "jti": str(uuid.uuid4()),
        }
        form = {
            "grant_type": "client_credentials",
            "scope": self._scope,
            "client_assertion_type": ASSERTION,
            "client_assertion": key.sign({"alg": key.algorithm, "kid": key.kid, "typ": "JWT"}, claims),
        }
        headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        return Request("POST", self._endpoint.url, (), headers, urlencode(form, quote_via=quote).encode())


def discovered(base: str) -> Step[_Endpoint]:
    """Where the server's tokens are to be had. Raises `Refused` or `Unreachable`.

    https://hl7.org/fhir/smart-app-launch/STU2.2/conformance.html#using-well-known
    """
    what = f"reading {base}/.well-known/smart-configuration"
    advice = "is it a server with SMART Backend Services? The token endpoint can also be given"
    request = Request("GET", f"{base}/.well-known/smart-configuration", (), {"Accept": "application/json"})
    response = yield from ask(request, what)
    stated = _object(response)
    if response.status != 200 or stated is None:
        raise Refused(f"{what}: expected what the server says of SMART, found status {response.status}; {advice}",
                      status=response.status)  # fmt: skip
    url = stated.get("token_endpoint")
    if not isinstance(url, str) or urlsplit(url).scheme not in ("http", "https"):
        raise Refused(f"{what}: expected a token_endpoint, found none; {advice}")
    if url.startswith("http:") and base.startswith("https:"):
        raise Refused(f"{what}: the token endpoint is not encrypted (http), and is not asked")
    algorithms = stated.get("token_endpoint_auth_signing_alg_values_supported")
    return _Endpoint(url, frozenset(one for one in algorithms or () if isinstance(one, str)))


def _token(response: Response, what: str, asked: float, kid: str, scope: str) -> Token:
    """The token of an answer (https://www.rfc-editor.org/rfc/rfc6749#section-5.1). Raises `Refused`."""
    stated = _object(response)
    if response.status != 200 or stated is None:
        raise _refusal(response, stated or {}, what, kid, scope)
    token, kind, lasts = stated.get("access_token"), stated.get("token_type"), stated.get("expires_in", 300)
    if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
        raise Refused(f"{what}: expected an access_token, found none")
    if str(kind).lower() != "bearer":
        raise Refused(f"{what}: expected a token of type bearer, found another")
    granted = stated.get("scope")
    missing = sorted(set(scope.split()) - set(granted.split())) if isinstance(granted, str) else []
    if missing:
        log.warning("%s: granted without %s", what, " ".join(missing))
    try:
        seconds = max(0.0, float(str(lasts)))
    except ValueError:
        seconds = 300.0
    return Token(f"Bearer {token}", asked + seconds - min(EARLY, seconds / 10), asked + seconds)


def _refusal(response: Response, stated: dict[str, Json], what: str, kid: str, scope: str) -> ServerError:
    """https://www.rfc-editor.org/rfc/rfc6749#section-5.2; what the server describes may hold the assertion, and is kept out."""
    error = stated.get("error")
    if not isinstance(error, str) or not error.replace("_", "").isalpha():
        return Refused(f"{what}: expected a token, found status {response.status}", status=response.status)
    advice = _ADVICE.get(error, "")
    named = f"kid {kid}" if error == "invalid_client" else f"scope {scope}"
    return Refused(
        f"{what}: the server says {error} ({named})" + (f"; {advice}" if advice else ""), status=response.status
    )


def _object(response: Response) -> dict[str, Json] | None:
    try:
        made = json.loads(response.body)
    except json.JSONError:
        return None
    return made if isinstance(made, dict) else None
