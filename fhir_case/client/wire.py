"""Requests and responses as httpx knows them: the only module that imports it.

Any client can be given, with its own transport, proxies, certificates and login.
"""

from __future__ import annotations

import re
import ssl
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any, TypeAlias

import httpx

from fhir_case.client.messages import NoAnswerError, Request, Response
from fhir_case.issues import FHIRCaseError

Client: TypeAlias = httpx.Client
AsyncClient: TypeAlias = httpx.AsyncClient

HTTP2 = find_spec("h2") is not None

TIMEOUT = httpx.Timeout(120, connect=10)
"""A transaction may take a minute on a server that has just started; a connection may not."""

MAX_BYTES = 256 * 1024 * 1024
"""The longest body that is read: far above any page or `$everything` of one patient, far below memory."""


LIMITS = httpx.Limits(max_connections=16, max_keepalive_connections=16, keepalive_expiry=30)
"""More connections than one server can keep busy, and less than it would mind."""


def sync_client(**options: Any) -> httpx.Client:
    """A client fit for FHIR servers: patient, no redirects followed (they would turn a POST into a GET).

    It speaks HTTP/2 where that is installed and the server offers it.
    """
    return httpx.Client(**{"timeout": TIMEOUT, "limits": LIMITS, "http2": HTTP2, **options})


def async_client(**options: Any) -> httpx.AsyncClient:
    """`sync_client` for asyncio."""
    return httpx.AsyncClient(**{"timeout": TIMEOUT, "limits": LIMITS, "http2": HTTP2, **options})


def tls(*, ca: str | Path = "", cert: str | Path = "", key: str | Path = "") -> ssl.SSLContext:
    """The usual certificates and those of `ca`, and our own one. Raises `FHIRCaseError` for files that don't fit."""
    context = httpx.create_ssl_context()
    try:
        if ca:
            what = f"the file {ca} (--ca)"
            context.load_verify_locations(ca)
        what = f"the certificate {cert} with the key {key or cert} (--cert, --cert-key)"
        if cert or key:
            context.load_cert_chain(cert, key or None, password=lambda: "")  # else the terminal would be asked
    except OSError as error:  # ssl.SSLError is one
        why = error.strerror if not isinstance(error, ssl.SSLError) else (error.reason or "no PEM of that kind").lower()
        raise FHIRCaseError(f"{what} cannot be used: {why}") from None
    return context


def exchange(client: httpx.Client, request: Request, most: int) -> Response:
    """One request over the connection. Raises `NoAnswerError`, also for an answer of more than `most` bytes."""
    try:
        with (
            client.stream(request.method, request.url, **_options(request, client.timeout)) as answer,
            _Body(request, answer, most) as body,
        ):
            for chunk in answer.iter_bytes():
                body.add(chunk)
            return body.response()
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        raise _lost(error, request) from None


async def exchange_async(client: httpx.AsyncClient, request: Request, most: int) -> Response:
    """`exchange` for asyncio."""
    try:
        async with client.stream(request.method, request.url, **_options(request, client.timeout)) as answer:
            with _Body(request, answer, most) as body:
                async for chunk in answer.aiter_bytes():
                    body.add(chunk)
                return body.response()
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        raise _lost(error, request) from None


class _Body:
    """The body of an answer as it comes: into memory, or into the file of the request."""

    def __init__(self, request: Request, answer: httpx.Response, most: int) -> None:
        self._request, self._answer, self._most = request, answer, most
        self._held, self._kept = bytearray(), 0
        self._file: IO[bytes] | None = None

    def __enter__(self) -> _Body:
        if self._request.into is not None and self._answer.status_code in (200, 206):
            self._file = self._request.into.open("ab" if self._answer.status_code == 206 else "wb")
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, chunk: bytes) -> None:
        if self._file is not None:
            self._kept += self._file.write(chunk)
            return
        self._held += chunk
        if len(self._held) > self._most:
            message = f"the answer is longer than {self._most:,} bytes and was not read to its end"
            raise NoAnswerError(message, sent=True, final=True)

    def response(self) -> Response:
        headers = {name.lower(): value for name, value in self._answer.headers.items()}
        status = self._answer.status_code
        return Response(status, headers, bytes(self._held), self._request.url, kept=self._kept)


def _options(request: Request, usual: httpx.Timeout) -> dict[str, Any]:
    # httpx drops the query of a URL when it is given params, so none are given where there are none.
    params = {"params": list(request.params)} if request.params else {}
    headers = dict(request.headers)
    if request.into is not None and request.into.exists() and (there := request.into.stat().st_size):
        # What is there was unpacked; the rest has to be counted in the same bytes.
        headers |= {"Range": f"bytes={there}-", "Accept-Encoding": "identity"}
    read = None if usual.read is None else max(usual.read, request.seconds)
    timeout = httpx.Timeout(connect=usual.connect, read=read, write=usual.write, pool=usual.pool)
    return {"headers": headers, "content": request.body, "timeout": timeout, **params}


_WRONG = (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError)
"""What never becomes a request, however often it is tried."""


def _lost(error: Exception, request: Request) -> NoAnswerError:
    """Why no answer came, in words. A connection that was never made cannot have changed anything."""
    never_sent = isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, *_WRONG))
    if isinstance(error, httpx.ConnectTimeout):
        reason = f"{request.server} did not answer within the time for connecting"
    elif isinstance(error, httpx.TimeoutException):
        reason = f"{request.server} did not answer in time"
    elif "CERTIFICATE_VERIFY_FAILED" in str(error):
        reason = (
            f"the certificate of {request.server} is not trusted here ({_tls(error)}); is it one of a CA of your own?"
        )
        return NoAnswerError(reason, sent=False, final=True)
    elif isinstance(error, httpx.ConnectError):
        reason = f"no connection to {request.server} ({error}); is the server running, and is the address right?"
    else:
        reason = f"the connection to {request.server} broke off ({type(error).__name__})"
    return NoAnswerError(reason, sent=not never_sent, final=isinstance(error, _WRONG))


def _tls(error: Exception) -> str:
    """`unable to get local issuer certificate`, out of OpenSSL's line."""
    found = re.search(r"verify failed: (.*?)(?: \(_ssl|$)", str(error))
    return found[1] if found else "TLS"
