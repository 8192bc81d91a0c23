"""Sending again: what may be, after which pause, and when it is given up.

Knows nothing of FHIR: a conflict (409, 412) is the business of the step that met it, which reads again and decides.
"""

from __future__ import annotations

import logging
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from threading import Lock
from typing import TypeVar

from fhir_case.client.messages import NoAnswerError, Request, Response, Step, Wait
from fhir_case.client.through import through

T = TypeVar("T")

log = logging.getLogger("fhir_case.client")

LATER = frozenset({408, 425, 429})
"""The server did not act on the request, and says that it may be sent again.

https://www.rfc-editor.org/rfc/rfc9110#section-15.5.9, https://www.rfc-editor.org/rfc/rfc8470#section-5.2,
https://www.rfc-editor.org/rfc/rfc6585#section-4
"""

AWAY = frozenset({502, 503, 504})
"""What a gateway says for a server that is not there. The server itself may have acted."""

FINAL = frozenset({501, 505, 507, 508, 510, 511})
"""Errors of the server that another try does not mend."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How long one request is tried. Seconds; they are those of pauses, so that no clock is asked."""

    first: float = 0.5
    """The first pause is at most this, and each further one at most twice the one before."""
    longest: float = 30.0
    """No pause is longer, but for one that the server asks for."""
    budget: float = 300.0
    """All the pauses for one request; a server that asks for more (`Retry-After`) is not waited for."""
    tries: int = 40
    faults: int = 4
    """Tries of a request that the server fails at (500): it may be the request that it fails at."""
    greetings: int = 3
    """Tries of a server that has not answered once: its address may be wrong."""


NEVER = Policy(tries=1)
"""Nothing is sent again."""


class Circuit:
    """Whether the server is there at all, as all the requests of a run have seen it. Threads may share it.

    It opens when one request was given up and no other was answered meanwhile. Then requests fail without being sent,
    but for one in each `rest` seconds; any answer closes it.
    """

    def __init__(self, *, rest: float = 30.0, clock: Callable[[], float] = time.monotonic) -> None:
        self.answers = 0
        self._rest, self._clock = rest, clock
        self._asked_again: float | None = None
        self._lock = Lock()

    @property
    def open(self) -> bool:
        """Whether the server is taken to be down."""
        return self._asked_again is not None

    def answered(self) -> None:
        """The server answered something, be it an error of its own."""
        with self._lock:
            self.answers += 1
            self._asked_again = None

    def given_up(self, answers: int) -> None:
        """A request was, for want of an answer; it began when there had been so many answers."""
        with self._lock:
            if self.answers == answers and answers:
                self._asked_again = self._clock()

    def admits(self) -> bool:
        """Whether a request is to be sent now."""
        with self._lock:
            if self._asked_again is None:
                return True
            if self._clock() - self._asked_again < self._rest:
                return False
            self._asked_again = self._clock()
            return True


class Circuits:
    """A circuit for each server that is asked in a run."""

    def __init__(self, *, rest: float = 30.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._made: dict[str, Circuit] = {}
        self._rest, self._clock = rest, clock

    def of(self, server: str) -> Circuit:
        """The circuit of the server with this origin."""
        return self._made.get(server) or self._made.setdefault(server, Circuit(rest=self._rest, clock=self._clock))


def retried(
    step: Step[T], policy: Policy, circuits: Circuits | None = None, *, chance: Callable[[], float] = random.random
) -> Step[T]:
    """The step, with each request sent again where that may be and may help. `chance`: between 0 and 1, for the jitter.

    A request that must not be sent twice (`Request.repeatable`) is sent again only where the server cannot have acted
    on it.
    """
    known = circuits or Circuits()

    def exchange(request: Request) -> Step[Response]:
        return _tried(request, policy, known.of(request.server), chance)

    return through(step, exchange)


def _tried(request: Request, policy: Policy, circuit: Circuit, chance: Callable[[], float]) -> Step[Response]:
    if not circuit.admits():
        raise NoAnswerError(f"{request.server} has stopped answering, and is not asked for a while", sent=False)
    before, alone, waited, acted = circuit.answers, circuit.open, 0.0, False
    for number in range(1, policy.tries + 1):
        response: Response | None = None
        lost: NoAnswerError | None = None
        try:
            response = yield replace(request, attempt=number) if number > 1 else request
        except NoAnswerError as error:
            lost = error
        there = response is not None and response.status not in AWAY
        if response is not None and there and not _strayed(request, response):
            circuit.answered()
        again = not alone and _again(request, response, lost, number, policy, greeted=circuit.answers > 0)
        pause = _pause(response, number, policy, chance) if again else None
        if pause is None or number == policy.tries or waited + pause > policy.budget or (circuit.open and not there):
            break
        acted = acted or _may_have_acted(request, response, lost)
        why = (
            str(lost) if response is None else f"status {response.status}{', a web page' * _strayed(request, response)}"
        )
        log.warning("sent again in %.1f s: %s (%s)", pause, request.method, why, extra={"attempt": number + 1})
        yield Wait(pause)
        waited += pause
    if not there and number > 1:
        circuit.given_up(before)
    if response is not None:
        return replace(response, repeated=True) if acted else response
    assert lost is not None
    tries = f" (tried {number} times in {waited:.0f} s)" if number > 1 else ""
    raise NoAnswerError(lost.reason + tries, sent=lost.sent or acted)


def _again(
    request: Request,
    response: Response | None,
    lost: NoAnswerError | None,
    number: int,
    policy: Policy,
    *,
    greeted: bool,
) -> bool:
    """Whether the request may be sent again, and it may help."""
    if response is None:
        assert lost is not None
        return (request.repeatable or not lost.sent) and not lost.final and (greeted or number < policy.greetings)
    if response.status in LATER or (response.status == 503 and "retry-after" in response.headers):
        return True
    if _strayed(request, response):
        return request.repeatable and number < (policy.faults if greeted else policy.greetings)
    if response.status < 500 or response.status in FINAL or not request.repeatable:
        return False
    return response.status in AWAY or number < policy.faults


def _strayed(request: Request, response: Response) -> bool:
    """Whether a web page came where JSON was asked for: from somebody in between, such as a gateway or a login page.

    The server itself may have acted. https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1
    """
    stated = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    return response.status < 300 and stated == "text/html" and "json" in request.headers.get("Accept", "")


def _may_have_acted(request: Request, response: Response | None, lost: NoAnswerError | None) -> bool:
    if response is None:
        return lost is not None and lost.sent
    return response.status >= 500 or _strayed(request, response)


def _pause(response: Response | None, number: int, policy: Policy, chance: Callable[[], float]) -> float:
    """Full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), on top of what the server
    asks for."""
    asked = retry_after(response) if response is not None else None
    if asked is not None:
        return asked + chance() * policy.first
    return chance() * float(min(policy.longest, policy.first * 2 ** min(number - 1, 30)))


def retry_after(response: Response) -> float | None:
    """The seconds that the server asks to wait; None where it asks nothing that can be understood.

    A date is counted from the server's own `Date`, so that no clock here need be right.
    https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
    """
    stated = response.headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", stated):
        return float(stated)
    try:
        return max(
            0.0, (parsedate_to_datetime(stated) - parsedate_to_datetime(response.headers["date"])).total_seconds()
        )
    except (KeyError, ValueError, TypeError, OverflowError, IndexError):
        return None
