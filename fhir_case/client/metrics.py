"""How the conversation with a server went: requests, how long they took, what was sent again. And the log of it."""

from __future__ import annotations

import logging
import re
import time
from array import array
from collections import Counter
from collections.abc import Callable
from threading import Lock
from typing import TypeVar
from urllib.parse import urlsplit

from fhir_case.client.messages import NoAnswerError, Request, Response, Step
from fhir_case.client.through import through

T = TypeVar("T")

log = logging.getLogger("fhir_case.client")


class Metrics:
    """The figures of a run so far. Threads may share it."""

    def __init__(self) -> None:
        self.requests = 0
        """Sent, each sending counted."""
        self.again = 0
        """Of these, sent again."""
        self.lost = 0
        """Of these, never answered."""
        self.statuses: Counter[int] = Counter()
        self.resources = 0
        """Settled by a push, or brought by a pull or an export."""
        self.sent_bytes = self.came_bytes = 0
        """Bodies, as they are before they are compressed and after they were unpacked."""
        self._seconds = array("d")
        self._first = self._last = 0.0
        self._lock = Lock()

    def note(self, request: Request, response: Response | None, began: float, seconds: float) -> None:
        """A request took so long; no response: none came."""
        with self._lock:
            self._first = began if not self.requests else min(self._first, began)
            self._last = max(self._last, began + seconds)
            self.requests += 1
            self.again += request.attempt > 1
            self.sent_bytes += len(request.body or b"")
            if response is None:
                self.lost += 1
                return
            self.statuses[response.status] += 1
            self.came_bytes += response.received
            self._seconds.append(seconds)

    def settled(self, resources: int) -> None:
        """So many more are as they are to be, or were brought."""
        with self._lock:
            self.resources += resources

    @property
    def rate(self) -> float:
        """Resources a second, from the first request to the last answer; 0 where there are none."""
        return self.resources / self.seconds if self.seconds else 0.0

    @property
    def seconds(self) -> float:
        """From the first request to the last answer."""
        return self._last - self._first

    def latency(self, percent: float) -> float:
        """Seconds in which so many in a hundred of the answers came; 0 where none did."""
        with self._lock:
            ordered = sorted(self._seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] if ordered else 0.0

    def __str__(self) -> str:
        """`412 requests (3 sent again), answered in 12 ms (median), 40 ms (95 %), 81 ms (99 %); 180 resources a second`."""
        marks = [
            f"{count} {text}" for count, text in ((self.again, "sent again"), (self.lost, "not answered")) if count
        ]
        made = f"{self.requests} request{'s' * (self.requests != 1)}" + (f" ({', '.join(marks)})" if marks else "")
        if not self._seconds:
            return made
        times = ", ".join(f"{self.latency(p) * 1000:.0f} ms ({name})" for p, name in _SHOWN)
        rate = f"; {self.rate:.{'0' if self.rate >= 10 else '1'}f} resources a second" if self.rate else ""
        return f"{made}, answered in {times}{rate}"


_SHOWN = ((50, "median"), (95, "95 %"), (99, "99 %"))


def measured(step: Step[T], metrics: Metrics, *, clock: Callable[[], float] = time.monotonic) -> Step[T]:
    """The step, with its requests counted, timed, and written to the log: without parameters, ids, bodies."""

    def exchange(request: Request) -> Step[Response]:
        began = clock()
        try:
            response: Response = yield request
        except NoAnswerError as lost:
            seconds = clock() - began
            metrics.note(request, None, began, seconds)
            log.info(
                "%s %s: no answer: %s", request.method, shown(request), lost, extra=_fields(request, None, seconds)
            )
            raise
        seconds = clock() - began
        metrics.note(request, response, began, seconds)
        fields = _fields(request, response, seconds)
        log.debug("%s %s: %d in %.0f ms", request.method, shown(request), response.status, seconds * 1000, extra=fields)
        return response

    return through(step, exchange)


def counted(step: Step[T], metrics: Metrics, resources: Callable[[T], int]) -> Step[T]:
    """The step, with the resources that its result is about counted."""
    made = yield from step
    metrics.settled(resources(made))
    return made


def _fields(request: Request, response: Response | None, seconds: float) -> dict[str, object]:
    return {
        "method": request.method, "path": shown(request), "status": response.status if response else None,
        "ms": round(seconds * 1000, 1), "attempt": request.attempt, "request": request.headers.get("X-Request-Id"),
    }  # fmt: skip


def shown(request: Request) -> str:
    """The path of a request as it may stand in a log: types and operations, but no id and no parameter."""
    parts = urlsplit(request.url).path.split("/")
    types = [n for n, part in enumerate(parts) if re.fullmatch(r"[A-Z][A-Za-z]+", part)]
    if not types:
        return "/".join(parts)
    kept = [part if n <= types[0] or part[:1] in ("_", "$") else "*" for n, part in enumerate(parts)]
    return "/".join(kept[: types[0] + 4])
