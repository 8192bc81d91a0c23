"""The two loops that run steps over a connection, one with threads' patience and one with asyncio's.

They know nothing of HTTP: `fhir_case.client.wire` does one request, and the steps decide which.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from threading import Event
from typing import Any, TypeVar

from fhir_case.client.messages import NoAnswerError, Request, Step, Together
from fhir_case.client.width import Width
from fhir_case.client.wire import MAX_BYTES, AsyncClient, Client, exchange, exchange_async
from fhir_case.issues import FHIRCaseError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Way:
    """How the wants of a step are met, and of the steps within it."""

    max_bytes: int
    sleep: Callable[[float], Any]
    note: Callable[[int | None], None] = lambda status: None
    """Told the status of each answer, None where none came."""
    stopped: Event = field(default_factory=Event)
    """Set when the steps beside this one need not go on."""


class _Stopped(BaseException):
    """A step beside this one failed in a way that ends them all."""


def run(
    step: Step[T],
    client: Client,
    *,
    max_bytes: int = MAX_BYTES,
    sleep: Callable[[float], object] | None = None,
) -> T:
    """Run a step to its end, and return its value. Raises what the step raises (a `ServerError`).

    `sleep`: what is done for a `Wait`, in place of waiting.
    """
    stopped = Event()
    return _run(step, client, _Way(max_bytes, sleep or stopped.wait, stopped=stopped))


def _run(step: Step[T], client: Client, way: _Way) -> T:
    came: Any = None
    try:
        wanted = next(step)
        while True:
            if way.stopped.is_set():
                raise _Stopped
            if isinstance(wanted, Request):
                try:
                    came = exchange(client, wanted, way.max_bytes)
                except NoAnswerError as lost:
                    way.note(None)
                    wanted = step.throw(lost)
                    continue
                way.note(came.status)
            elif isinstance(wanted, Together):
                came = _together(wanted, client, way)
            else:
                came = way.sleep(wanted.seconds)
            wanted = step.send(came)
    except StopIteration as end:
        value: T = end.value
        return value
    finally:
        step.close()


def _together(wanted: Together, client: Client, way: _Way) -> tuple[Any, ...]:
    width = Width(wanted.most, adaptive=wanted.adaptive)
    way = replace(way, note=width.note)
    steps, results = iter(wanted.steps), list[Any]()
    running: dict[Future[Any], int] = {}
    pool = ThreadPoolExecutor(width.most)
    try:
        while True:
            while len(running) < width.now and (step := next(steps, None)) is not None:
                running[pool.submit(_run, step, client, way)] = len(results)
                results.append(None)
            if not running:
                return tuple(results)
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                results[running.pop(done)] = _result(done)
    except BaseException:
        way.stopped.set()
        raise
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _result(done: Future[Any] | asyncio.Future[Any]) -> Any:
    try:
        return done.result()
    except FHIRCaseError as error:
        return error


async def run_async(
    step: Step[T],
    client: AsyncClient,
    *,
    max_bytes: int = MAX_BYTES,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> T:
    """`run` for asyncio."""
    return await _run_async(step, client, _Way(max_bytes, sleep))


async def _run_async(step: Step[T], client: AsyncClient, way: _Way) -> T:
    came: Any = None
    try:
        wanted = next(step)
        while True:
            if isinstance(wanted, Request):
                try:
                    came = await exchange_async(client, wanted, way.max_bytes)
                except NoAnswerError as lost:
                    way.note(None)
                    wanted = step.throw(lost)
                    continue
                way.note(came.status)
            elif isinstance(wanted, Together):
                came = await _together_async(wanted, client, way)
            else:
                came = await way.sleep(wanted.seconds)
            wanted = step.send(came)
    except StopIteration as end:
        value: T = end.value
        return value
    finally:
        step.close()


async def _together_async(wanted: Together, client: AsyncClient, way: _Way) -> tuple[Any, ...]:
    width = Width(wanted.most, adaptive=wanted.adaptive)
    way = replace(way, note=width.note)
    steps, results = iter(wanted.steps), list[Any]()
    running: dict[asyncio.Future[Any], int] = {}
    try:
        while True:
            while len(running) < width.now and (step := next(steps, None)) is not None:
                running[asyncio.ensure_future(_run_async(step, client, way))] = len(results)
                results.append(None)
            if not running:
                return tuple(results)
            for done in (await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED))[0]:
                results[running.pop(done)] = _result(done)
    finally:
        for one in running:
            one.cancel()
        await asyncio.gather(*running, return_exceptions=True)
