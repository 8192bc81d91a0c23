"""Bodies sent as gzip, to servers that take it."""

from __future__ import annotations

import zlib
from dataclasses import replace
from typing import TypeVar

from fhir_case.client.messages import Request, Response, Step
from fhir_case.client.through import through

T = TypeVar("T")

WORTH = 2048
"""Bytes of a body below which there is little to win."""

_REFUSED = frozenset({400, 415, 501})


class Gzip:
    """Whether the server takes gzip: found out with the first body that is worth it. Threads may share it."""

    def __init__(self) -> None:
        self.taken: bool | None = None


def compressed(step: Step[T], gzip: Gzip) -> Step[T]:
    """The step, with the bodies of its requests compressed, as long as the server takes that.

    What is refused in a way that may be due to it is sent as it is, once; it was not acted on.
    https://www.rfc-editor.org/rfc/rfc7694
    """

    def exchange(request: Request) -> Step[Response]:
        worth = request.body is not None and len(request.body) >= WORTH and "Content-Encoding" not in request.headers
        response: Response
        if not worth or gzip.taken is False:
            response = yield request
            return response
        response = yield _packed(request)
        if gzip.taken is None and response.status in _REFUSED:
            response = yield request
            if response.status not in _REFUSED:
                gzip.taken = False
        elif response.status < 400:
            gzip.taken = True
        return response

    return through(step, exchange)


def _packed(request: Request) -> Request:
    packer = zlib.compressobj(1, wbits=31)
    body = packer.compress(request.body or b"") + packer.flush()
    return replace(request, body=body, headers={**request.headers, "Content-Encoding": "gzip"})
