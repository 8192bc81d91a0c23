"""FHIR packages: opened by name, file or folder, and fetched from a registry."""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import TYPE_CHECKING, TypeVar

from fhir_case.api.access import Access, conversation, from_environment
from fhir_case.client.drivers import run
from fhir_case.client.messages import NoAnswerError, Step
from fhir_case.client.messages import Request as Get
from fhir_case.client.wire import sync_client
from fhir_case.definitions.cache import PackageCache
from fhir_case.definitions.names import parsed
from fhir_case.definitions.registry import REGISTRY, Answer, Fetched, Request, fetched

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")

LOGIN_VARIABLE = "FHIR_CASE_REGISTRY_TOKEN"

PATIENCE = 20.0
"""Seconds that a request is tried again for: somebody waits for it."""

_MOST_BYTES = 1 << 30
"""The largest packages on the registry have 150 MB."""


def fetch(wanted: str, cache: PackageCache, registry: str = REGISTRY, *, client: httpx.Client | None = None) -> Fetched:
    """Bring a package (`hl7.fhir.us.core@6.1.0`) and what it depends on into the cache.

    A registry that wants a login is given the token of FHIR_CASE_REGISTRY_TOKEN.

    What can't be had of its dependencies stands in the issues. Raises `DefinitionError` when the package itself can't,
    `ServerError` when the registry fails.
    """
    token = from_environment(LOGIN_VARIABLE) if LOGIN_VARIABLE in os.environ else None
    access = Access(token=token, retry_for=PATIENCE)
    step = conversation(registry, access).around(over_http(fetched(parsed(wanted), cache, registry)))
    if client is not None:
        return run(step, client, max_bytes=_MOST_BYTES)
    with sync_client() as own:
        return run(step, own, max_bytes=_MOST_BYTES)


def over_http(asking: Generator[Request, Answer, T]) -> Step[T]:
    """The questions of `definitions`, as steps that the drivers of `client` run."""
    answer: Answer | None = None
    while True:
        try:
            request = asking.send(answer) if answer else next(asking)
        except StopIteration as end:
            value: T = end.value
            return value
        try:
            response = yield Get("GET", request.url, (), {"Accept": request.accept})
        except NoAnswerError as lost:
            answer = Answer(0, reason=lost.reason)
        else:
            answer = Answer(response.status, response.body, response.headers)
