"""Requests and responses as httpx knows them: the only module that imports it.

Any client can be given, with its own transport, proxies, certificates and login.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import httpx

from fhir_case.client.messages import NoAnswerError, Request, Response

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


def _options(request: Request) -> dict[str, Any]:
    # httpx drops the query of a URL when it is given params, so none are given where there are none.
    params = {"params": list(request.params)} if request.params else {}
    return {"headers": dict(request.headers), "content": request.body, **params}


def _headers(headers: httpx.Headers) -> Mapping[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _check(body: bytearray, most: int) -> None:
    if len(body) > most:
        raise NoAnswerError(f"the answer is longer than {most:,} bytes and was not read to its end", sent=True)


def _lost(error: Exception, request: Request) -> NoAnswerError:
    """Why no answer came, in words. A connection that was never made cannot have changed anything."""
    server = "/".join(request.url.split("?")[0].split("/")[:3])
    never_sent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout | httpx.InvalidURL)
    if isinstance(error, httpx.ConnectTimeout):
        reason = f"{server} did not answer within the time for connecting"
    elif isinstance(error, httpx.TimeoutException):
        reason = f"{server} did not answer in time"
    elif isinstance(error, httpx.ConnectError):
        reason = f"no connection to {server} ({error}); is the server running, and is the address right?"
    else:
        reason = f"the connection to {server} broke off ({type(error).__name__})"
    return NoAnswerError(reason, sent=not never_sent)
