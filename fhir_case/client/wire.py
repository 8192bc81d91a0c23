"""Requests and responses as httpx knows them: the only module that imports it.

Any client can be given, with its own transport, proxies, certificates and login.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import httpx

from fhir_case.client.messages import NoAnswerError, Request, Response
from fhir_case.issues import FHIRCaseError

Client: TypeAlias = httpx.Client
AsyncClient: TypeAlias = httpx.AsyncClient

TIMEOUT = httpx.Timeout(120, connect=10)
"""A transaction may take a minute on a server that has just started; a connection may not."""

MAX_BYTES = 256 * 1024 * 1024
"""The longest body that is read: far above any page or `$everything` of one patient, far below memory."""


def sync_client(**options: Any) -> httpx.Client:
    """A client fit for FHIR servers: patient, no redirects followed (they would turn a POST into a GET)."""
    return httpx.Client(**{"timeout": TIMEOUT, **options})


def async_client(**options: Any) -> httpx.AsyncClient:
    """`sync_client` for asyncio."""
    return httpx.AsyncClient(**{"timeout": TIMEOUT, **options})


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
    body = bytearray()
    try:
        with client.stream(request.method, request.url, **_options(request)) as answer:
            for chunk in answer.iter_bytes():
                body += chunk
                _check(body, most)
            return Response(answer.status_code, _headers(answer.headers), bytes(body), request.url)
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        raise _lost(error, request) from None


async def exchange_async(client: httpx.AsyncClient, request: Request, most: int) -> Response:
    """`exchange` for asyncio."""
    body = bytearray()
    try:
        async with client.stream(request.method, request.url, **_options(request)) as answer:
            async for chunk in answer.aiter_bytes():
                body += chunk
                _check(body, most)
            return Response(answer.status_code, _headers(answer.headers), bytes(body), request.url)
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        raise _lost(error, request) from None


_WRONG = (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError)
"""What never becomes a request, however often it is tried."""


def _options(request: Request) -> dict[str, Any]:
    # httpx drops the query of a URL when it is given params, so none are given where there are none.
    params = {"params": list(request.params)} if request.params else {}
    return {"headers": dict(request.headers), "content": request.body, **params}


def _headers(headers: httpx.Headers) -> Mapping[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _check(body: bytearray, most: int) -> None:
    if len(body) > most:
        raise NoAnswerError(
            f"the answer is longer than {most:,} bytes and was not read to its end", sent=True, final=True
        )


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
