"""What every request of a run carries, what is counted of it, and what stands in the log."""

from __future__ import annotations

import gzip
import logging

import pytest
from scripted import BASE, answer, drive, outcome, page

from fhir_case.client.compressed import WORTH, Gzip, compressed
from fhir_case.client.conversation import Conversation
from fhir_case.client.messages import NoAnswerError, Request, Response, Step, post, together
from fhir_case.client.metrics import Metrics, measured, shown
from fhir_case.client.retry import Policy
from fhir_case.client.search import search
from fhir_case.client.steps import read
from fhir_case.issues import Unreachable

LARGE = post(BASE, {"resourceType": "Basic", "text": "x" * WORTH})


def once(request: Request) -> Step[Response]:
    came: Response = yield request
    return came


def patient(_: Request) -> Response:
    return answer({"resourceType": "Patient", "id": "1"})


class Clock:
    """Each look at it is later by what stands next in the list."""

    def __init__(self, *steps: float) -> None:
        self.steps, self.now = list(steps), 0.0

    def __call__(self) -> float:
        self.now += self.steps.pop(0)
        return self.now


def test_each_request_carries_the_run_and_a_name_of_its_own() -> None:
    asked: list[Request] = []

    def server(request: Request) -> Response:
        asked.append(request)
        return answer(outcome("busy"), 503) if len(asked) == 2 else patient(request)

    talk = Conversation(BASE)
    drive(talk.around(together([read(BASE, "Patient/1"), read(BASE, "Patient/1")])), server, [])
    assert {one.headers["X-Correlation-Id"] for one in asked} == {talk.run}
    assert len({one.headers["X-Request-Id"] for one in asked}) == 3  # what is sent again is another request
    assert Conversation(BASE).run != talk.run


def test_what_was_sent_is_counted_and_timed() -> None:
    said = [answer({}, 200), answer({}, 503), NoAnswerError("cut", sent=True), answer({}, 404)]

    def server(request: Request) -> Response:
        one = said.pop(0)
        if isinstance(one, NoAnswerError):
            raise one
        return one

    metrics = Metrics()
    clock = Clock(0, 0.010, 0, 0.020, 0, 0.5, 0, 0.030)

    def step() -> Step[None]:
        for attempt in (1, 1, 2):
            yield Request("GET", BASE, attempt=attempt)
        yield Request("GET", BASE, attempt=3)

    with pytest.raises(NoAnswerError):
        drive(measured(step(), metrics, clock=clock), server)
    assert str(metrics) == (
        "3 requests (1 sent again, 1 not answered), answered in 20 ms (median), 20 ms (95 %), 20 ms (99 %)"
    )
    drive(measured(once(Request("GET", BASE, attempt=3)), metrics, clock=clock), server)
    assert (metrics.requests, metrics.again, metrics.lost, metrics.statuses) == (4, 2, 1, {200: 1, 503: 1, 404: 1})
    assert metrics.latency(50) == pytest.approx(0.020)
    assert metrics.latency(99) == pytest.approx(0.030)
    metrics.settled(280)
    assert str(metrics).endswith("ms (99 %); 500 resources a second")
    assert str(Metrics()) == "0 requests"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/Patient/secret-mrn", "/fhir/Patient/*"),
        ("/Patient/_search", "/fhir/Patient/_search"),
        ("/Patient/9/$everything?x=Miller", "/fhir/Patient/*/$everything"),
        ("/Patient/9/_history/4", "/fhir/Patient/*/_history/*"),
        ("", "/fhir"),
        ("/metadata", "/fhir/metadata"),
        ("?_getpages=abc", "/fhir"),
    ],
)
def test_no_id_and_no_parameter_stands_in_the_log(path: str, expected: str) -> None:
    assert shown(Request("GET", BASE + path)) == expected


def test_the_log_says_how_each_request_went(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "fhir_case")
    talk = Conversation(BASE)
    drive(talk.around(search(BASE, "Patient", (("name", "Miller"),))), lambda _: answer(page()), [])
    record = caplog.records[-1]
    assert (record.__dict__["status"], record.__dict__["path"]) == (200, "/fhir/Patient/_search")
    assert record.__dict__["request"] == f"{talk.run}-1"
    with pytest.raises(Unreachable):
        drive(talk.around(read(BASE, "Patient/Miller")), lost, [])
    assert "no answer: gone" in caplog.text
    assert "Miller" not in caplog.text


def lost(_: Request) -> Response:
    raise NoAnswerError("gone", sent=True)


def test_a_conversation_retries_as_its_policy_says() -> None:
    waits: list[float] = []
    talk = Conversation(BASE, retry=Policy(tries=3))
    response = drive(talk.around(once(Request("GET", BASE))), lambda _: answer(outcome("busy"), 503), waits)
    assert (response.status, len(waits), talk.metrics.requests, talk.metrics.again) == (503, 2, 3, 2)


def test_long_bodies_are_sent_compressed_and_short_ones_are_not() -> None:
    asked: list[Request] = []

    def server(request: Request) -> Response:
        asked.append(request)
        return answer({})

    state = Gzip()
    drive(compressed(once(LARGE), state), server)
    drive(compressed(once(post(BASE, {})), state), server)
    assert asked[0].headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(asked[0].body or b"") == LARGE.body
    assert len(asked[0].body or b"") < WORTH / 4
    assert "Content-Encoding" not in asked[1].headers


@pytest.mark.parametrize("status", [400, 415, 501])
def test_a_server_that_cannot_unpack_gets_its_bodies_as_they_are(status: int) -> None:
    asked: list[Request] = []

    def server(request: Request) -> Response:
        asked.append(request)
        return answer(outcome("what?"), status) if "Content-Encoding" in request.headers else answer({}, 201)

    state = Gzip()
    assert drive(compressed(once(LARGE), state), server).status == 201
    assert drive(compressed(once(LARGE), state), server).status == 201
    assert ["Content-Encoding" in one.headers for one in asked] == [True, False, False]


def test_what_is_refused_either_way_says_nothing_about_compression_and_is_not_tried_twice_later() -> None:
    said = [400, 400, 200, 400]
    asked: list[Request] = []

    def server(request: Request) -> Response:
        asked.append(request)
        return answer(outcome("bad"), said.pop(0))

    state = Gzip()
    assert [drive(compressed(once(LARGE), state), server).status for _ in range(3)] == [400, 200, 400]
    assert len(asked) == 4  # once it has taken a packed body, a 400 is about its content


@pytest.mark.parametrize(
    ("base", "packed"), [(BASE, True), ("http://localhost:8080/fhir", False), ("http://127.0.0.1/fhir", False)]
)
def test_nothing_is_compressed_for_a_server_on_this_machine(base: str, packed: bool) -> None:
    asked: list[Request] = []

    def server(request: Request) -> Response:
        asked.append(request)
        return answer({})

    drive(Conversation(base).around(once(LARGE)), server)
    assert ("Content-Encoding" in asked[0].headers) is packed
