"""All that concerns every request of one run to one server, in the order in which it is put around a step."""

from __future__ import annotations

import itertools
import re
import uuid
from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar
from urllib.parse import urlsplit

from fhir_case.client.compressed import Gzip, compressed
from fhir_case.client.login import Login, authorized
from fhir_case.client.messages import Request, Response, Step, origin
from fhir_case.client.metrics import Metrics, measured
from fhir_case.client.retry import Circuits, Policy, retried
from fhir_case.client.through import through

T = TypeVar("T")


class Conversation:
    """A run's conversation with the server at `base`: who we are, what is tried again, and how it went.

    `trusted`: further origins that see the login, such as the one that keeps a server's bulk files.
    """

    def __init__(
        self, base: str, *, login: Login | None = None, trusted: Iterable[str] = (), retry: Policy | None = None
    ) -> None:
        self.base = base
        self.run = uuid.uuid4().hex
        """Stands in each request as `X-Correlation-Id`, so that the server's log and ours can be laid side by side."""
        self.trusted = frozenset(map(origin, (base, *trusted)))
        self.metrics = Metrics()
        self._login, self._retry, self._circuits = login, retry or Policy(), Circuits()
        self._gzip = None if _loopback(base) else Gzip()
        self._number = itertools.count(1)

    def around(self, step: Step[T]) -> Step[T]:
        """The step, as part of this conversation."""
        if self._login is not None:
            step = authorized(step, self._login, self.trusted)
        if self._gzip is not None:
            step = compressed(step, self._gzip)
        step = retried(step, self._retry, self._circuits)
        return measured(through(step, self._named), self.metrics)

    def _named(self, request: Request) -> Step[Response]:
        """https://hl7.org/fhir/R4/http.html#custom"""
        own = {"X-Correlation-Id": self.run, "X-Request-Id": f"{self.run}-{next(self._number)}"}
        response: Response = yield replace(request, headers={**request.headers, **own})
        return response


def _loopback(base: str) -> bool:
    """Whether the server is on this machine, where sending less is no faster."""
    return bool(re.fullmatch(r"localhost|127\.[0-9.]+|::1", urlsplit(base).hostname or ""))
