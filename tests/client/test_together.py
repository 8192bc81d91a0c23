"""Several steps at once, and what is put around all of them: the same with each of the drivers."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import httpx
import pytest
from scripted import answer
from scripted import drive as scripted

from fhir_case.client.drivers import run, run_async
from fhir_case.client.messages import NoAnswerError, Request, Response, Step, Wait, get, post, together
from fhir_case.client.steps import read
from fhir_case.client.through import through
from fhir_case.client.width import Width
from fhir_case.client.wire import async_client, sync_client
from fhir_case.issues import Refused, ServerError

BASE = "http://server.example/fhir"


class Server:
    """Answers with the id that it is asked for, or with the status of that number; knows how many it served at once."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []
        self.now = self.most = 0
        self.meeting: threading.Barrier | None = None

    def sync(self, request: httpx.Request) -> httpx.Response:
        self.now += 1
        self.most = max(self.most, self.now)
        if self.meeting:
            self.meeting.wait(5)
        self.now -= 1
        return self.answer(request)

    async def over_asyncio(self, request: httpx.Request) -> httpx.Response:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0)
        self.now -= 1
        return self.answer(request)

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        name = request.url.path.rpartition("/")[2]
        return httpx.Response(int(name) if name.isdigit() else 200, json={"resourceType": "Patient", "id": name})


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture(params=["sync", "async"])
def drive(request: pytest.FixtureRequest, server: Server) -> Any:
    """Run a step with each of the drivers, on that server; pauses are noted in `drive.waits`."""
    waits: list[float] = []

    async def pause(seconds: float) -> None:
        waits.append(seconds)

    async def over_asyncio(step: Any) -> Any:
        async with async_client(transport=httpx.MockTransport(server.over_asyncio)) as client:
            return await run_async(step, client, sleep=pause)

    def sync(step: Any) -> Any:
        with sync_client(transport=httpx.MockTransport(server.sync)) as client:
            return run(step, client, sleep=waits.append)

    def chosen(step: Any) -> Any:
        return sync(step) if request.param == "sync" else asyncio.run(over_asyncio(step))

    chosen.waits = waits  # type: ignore[attr-defined]
    return chosen


def test_results_stand_in_the_order_of_the_steps_and_an_error_stops_none_of_the_others(drive: Any) -> None:
    names = ["a", "404", "b", "500", "c"]
    came = drive(together(read(BASE, f"Patient/{name}") for name in names))
    assert [one["id"] if isinstance(one, dict) else one.status for one in came] == ["a", 404, "b", 500, "c"]
    assert isinstance(came[1], Refused)


def test_a_pause_is_made_by_the_driver_alone(drive: Any) -> None:
    def step() -> Step[str]:
        yield Wait(3600)
        return "done"

    assert drive(step()) == "done"
    assert drive(together([step(), step()])) == ("done", "done")
    assert drive.waits == [3600, 3600, 3600]


def test_as_many_run_at_once_as_are_allowed_and_no_more(server: Server) -> None:
    server.meeting = threading.Barrier(3)  # a round is answered only when three are there
    with sync_client(transport=httpx.MockTransport(server.sync)) as client:
        assert len(run(together((read(BASE, f"Patient/p{n}") for n in range(9)), 3), client)) == 9
    assert server.most == 3


def test_a_server_that_has_too_much_is_asked_by_fewer_at_once(drive: Any, server: Server) -> None:
    drive(together([read(BASE, "Patient/429")], 8))
    drive(together((read(BASE, f"Patient/{429 if n < 20 else 'x'}") for n in range(40)), 8, adaptive=True))
    assert server.most <= 8
    server.most = 0
    drive(together((read(BASE, "Patient/429") for _ in range(20)), 1))
    assert server.most == 1


def test_steps_are_taken_only_when_their_turn_comes(drive: Any) -> None:
    def steps() -> Any:
        for number in range(50):
            taken.append(number)
            assert number - len(done) <= 4
            yield noted(number)

    def noted(number: int) -> Step[None]:
        yield get(f"{BASE}/Patient/x")
        done.append(number)

    taken: list[int] = []
    done: list[int] = []
    drive(together(steps(), 4))
    assert len(done) == 50


def test_a_defect_in_a_step_ends_them_all_and_is_not_taken_for_an_answer(drive: Any, server: Server) -> None:
    def broken() -> Step[None]:
        yield get(f"{BASE}/Patient/x")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        drive(together([broken(), *(read(BASE, f"Patient/p{n}") for n in range(100))], 2))
    assert len(server.asked) < 20


def test_what_is_put_around_a_step_is_put_around_the_steps_within_it(drive: Any, server: Server) -> None:
    def marked(mark: str) -> Any:
        def exchange(request: Request) -> Step[Response]:
            old = request.headers.get("X-Mark", "")
            came: Response = yield Request("GET", request.url, (), {"X-Mark": old + mark})
            return came

        return exchange

    step = together([read(BASE, "Patient/a"), together([read(BASE, "Patient/b")])])
    drive(through(through(step, marked("inner ")), marked("outer")))
    assert {one.headers["x-mark"] for one in server.asked} == {"inner outer"}  # the last is nearest to the wire


def test_what_goes_wrong_around_a_request_is_thrown_into_the_step() -> None:
    def exchange(request: Request) -> Step[Response]:
        raise error
        yield

    def careful() -> Step[str]:
        try:
            yield get(BASE)
        except (ServerError, NoAnswerError) as caught:
            return type(caught).__name__
        return "nothing"

    for error in (Refused("no token"), NoAnswerError("cut", sent=True)):
        assert scripted(through(careful(), exchange), lambda _: answer({})) == type(error).__name__


def test_a_step_that_is_left_in_the_middle_is_closed() -> None:
    def step() -> Step[None]:
        try:
            yield get(BASE)
        finally:
            closed.append(True)

    closed: list[bool] = []
    wrapped = through(step(), lambda request: (yield request))  # type: ignore[arg-type,return-value,misc]
    next(wrapped)
    wrapped.close()
    assert closed == [True]


def test_the_width_is_halved_by_too_much_and_grows_by_one_a_round() -> None:
    width = Width(8)
    for expected, status in ((4, 429), (2, None), (1, 503), (1, 504), (2, 200), (2, 200), (2, 404), (3, 200)):
        width.note(status)
        assert width.now == expected
    fixed = Width(8, adaptive=False)
    fixed.note(429)
    assert fixed.now == 8


@pytest.mark.parametrize(
    ("request_", "repeatable"),
    [
        (get(BASE), True),
        (Request("PUT", BASE), True),
        (Request("DELETE", BASE), True),
        (Request("PATCH", BASE), False),
        (post(BASE, {}), False),
        (post(BASE, {}, repeatable=True), True),
    ],
)
def test_a_request_may_be_repeated_by_its_method_unless_said_otherwise(request_: Request, repeatable: bool) -> None:
    assert request_.repeatable is repeatable
