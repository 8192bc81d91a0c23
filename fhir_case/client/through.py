"""What concerns any request is put around a step: retrying, logging in, measuring.

An *exchange* does one request in its own way, itself as a step: it may send it more than once, wait, or ask for a token
before. `through` puts one around a step, and around the steps within its `Together`. The one put on last is nearest to
the wire, and sees all the requests that the others make.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol, TypeAlias, TypeVar

from fhir_case.client.messages import NoAnswerError, Request, Response, Step, Together
from fhir_case.issues import FHIRCaseError

T = TypeVar("T")

Exchange: TypeAlias = Callable[[Request], Step[Response]]
"""One request, done in some way; several may be under way at once, in threads."""


class Transformer(Protocol):
    """A step made into one that does the same, with something done about each of its requests."""

    def __call__(self, step: Step[T], /) -> Step[T]: ...


def through(step: Step[T], exchange: Exchange) -> Step[T]:
    """The step with each of its requests done by `exchange`. What that raises, the step is thrown."""
    try:
        wanted = next(step)
        while True:
            try:
                came: Any
                if isinstance(wanted, Request):
                    came = yield from exchange(wanted)
                elif isinstance(wanted, Together):
                    came = yield replace(wanted, steps=(through(one, exchange) for one in wanted.steps))
                else:
                    came = yield wanted
            except (NoAnswerError, FHIRCaseError) as error:
                wanted = step.throw(error)
            else:
                wanted = step.send(came)
    except StopIteration as end:
        value: T = end.value
        return value
    finally:
        step.close()
