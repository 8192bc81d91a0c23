"""Sending again, over scripted answers: no server, no clock, and no pause that is really made."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import BASE, answer, drive, outcome

from fhir_case.client.messages import NoAnswerError, Request, Response, Step, get, post
from fhir_case.client.retry import AWAY, LATER, NEVER, Circuits, Policy, retried, retry_after
from fhir_case.client.through import through
from fhir_case.issues import Refused, Unreachable

READ, WRITE = get(f"{BASE}/Patient/1"), post(BASE, {})
CUT, NEVER_SENT = NoAnswerError("cut off", sent=True), NoAnswerError("no connection", sent=False)

Said = int | NoAnswerError | Response

LOST = st.builds(lambda sent: NoAnswerError("lost", sent=sent), st.booleans())
STATUSES = st.sampled_from([200, 201, 304, 400, 404, 408, 409, 412, 422, 425, 429, 500, 501, 502, 503, 504, 599])
STATED = st.sampled_from([None, "0", "1", "120", "100000", "-5", "soon", "1e9", "Fri, 31 Dec 9999 23:59:59 GMT"])
ANSWERS = st.builds(lambda status, stated: said(status, stated), STATUSES, STATED)
POLICIES = st.builds(
    Policy,
    first=st.floats(0, 10),
    longest=st.floats(0, 60),
    budget=st.floats(0, 400),
    tries=st.integers(1, 30),
    faults=st.integers(1, 5),
)


def said(status: int, retry: str | None = None, date: str | None = "Sun, 01 Nov 2026 10:00:00 GMT") -> Response:
    headers = {name: value for name, value in (("retry-after", retry), ("date", date)) if value is not None}
    return answer(outcome("as told"), status, headers)


class Scripted:
    """Gives its answers in their order, the last for ever; notes what it was sent."""

    def __init__(self, *script: Said) -> None:
        self.script: list[Said] = list(script)
        self.asked: list[Request] = []

    def __call__(self, request: Request) -> Response:
        self.asked.append(request)
        one = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(one, NoAnswerError):
            raise one
        return one if isinstance(one, Response) else said(one)


def once(request: Request) -> Step[Response]:
    came: Response = yield request
    return came


def tried(
    request: Request, *script: Said, policy: Policy | None = None, chance: float = 1.0
) -> tuple[Response, list[float], int]:
    """What the step got, the pauses, and how often was sent; the server has answered before."""
    server, waits, circuits = Scripted(*script), [], Circuits()
    circuits.of(READ.server).answered()
    step = retried(once(request), policy or Policy(), circuits, chance=lambda: chance)
    return drive(step, server, waits), waits, len(server.asked)


@pytest.mark.parametrize("status", sorted(AWAY | LATER | {500}))
def test_a_read_is_tried_until_it_is_answered(status: int) -> None:
    response, waits, sent = tried(READ, status, CUT, NEVER_SENT, 200)
    assert (response.status, sent) == (200, 4)
    assert waits == [0.5, 1.0, 2.0]


@pytest.mark.parametrize("status", [200, 301, 304, 400, 401, 403, 404, 409, 410, 412, 413, 422, 501, 507])
def test_an_answer_that_another_try_does_not_mend_is_given_to_the_step_at_once(status: int) -> None:
    response, waits, sent = tried(READ, status)
    assert (response.status, waits, sent) == (status, [], 1)


@pytest.mark.parametrize(
    ("first", "sent"),
    [(NEVER_SENT, 2), (408, 2), (425, 2), (429, 2), (said(503, "1"), 2), (503, 1), (500, 1), (502, 1), (504, 1)],
)
def test_what_must_not_be_sent_twice_is_sent_again_only_if_the_server_did_not_act(first: Said, sent: int) -> None:
    assert tried(WRITE, first, 200)[2] == sent


def test_an_answer_lost_to_what_must_not_be_sent_twice_reaches_the_step() -> None:
    with pytest.raises(NoAnswerError, match="cut off") as caught:
        tried(WRITE, CUT, 200)
    assert caught.value.sent


def test_the_step_learns_that_an_earlier_sending_may_have_been_acted_on() -> None:
    request = post(BASE, {}, repeatable=True)
    assert tried(request, CUT, 412)[0].repeated
    assert tried(request, 504, 200)[0].repeated
    assert not tried(request, 429, NEVER_SENT, 200)[0].repeated
    assert not tried(request, 200)[0].repeated
    with pytest.raises(NoAnswerError) as caught:  # the last try was never sent, but the first was
        tried(request, CUT, NEVER_SENT)
    assert caught.value.sent


def test_each_sending_says_which_it_is() -> None:
    server = Scripted(503, 503, 200)
    drive(retried(once(READ), Policy()), server, [])
    assert [one.attempt for one in server.asked] == [1, 2, 3]


def test_a_server_that_fails_at_a_request_is_given_up_before_one_that_is_away() -> None:
    assert tried(READ, 500)[2] == 4
    _, waits, sent = tried(READ, 503)
    assert sent == 15
    assert sum(waits) <= 300


def test_a_web_page_in_place_of_json_is_tried_again_and_may_have_been_acted_on() -> None:
    page = Response(200, {"content-type": "text/html; charset=utf-8"}, b"<html>", BASE)
    response, waits, sent = tried(READ, page, 200)
    assert (response.body, len(waits), sent) == (said(200).body, 1, 2)
    assert tried(post(BASE, {}, repeatable=True), page, 200)[0].repeated
    assert tried(WRITE, page, 200)[2] == 1
    assert tried(READ, page)[2] == Policy().faults
    never_greeted = Scripted(page)
    drive(retried(once(READ), Policy()), never_greeted, [])
    assert len(never_greeted.asked) == Policy().greetings
    assert tried(Request("GET", BASE, (), {"Accept": "*/*"}), page)[2] == 1, "it was not said what is wanted"


@pytest.mark.parametrize(
    ("stated", "date", "seconds"),
    [
        ("7", None, 7), ("0", None, 0), ("1.5", None, 1.5), (" 120 ", None, 120),
        ("Sun, 01 Nov 2026 10:00:30 GMT", "Sun, 01 Nov 2026 10:00:00 GMT", 30),
        ("Sunday, 01-Nov-26 10:00:30 GMT", "Sun, 01 Nov 2026 10:00:00 GMT", 30),
        ("Sun, 01 Nov 2026 09:00:00 GMT", "Sun, 01 Nov 2026 10:00:00 GMT", 0),
        ("Sun, 01 Nov 2026 10:00:30 GMT", None, None),
        ("-1", None, None), ("1e3", None, None), ("soon", "soon", None), ("", None, None), ("9" * 400, None, None),
        ("Sun, 99 Nov 2026 10:00:30 GMT", "Sun, 01 Nov 2026 10:00:00 GMT", None),
    ],
)  # fmt: skip
def test_retry_after_is_read_as_seconds_or_as_a_date_by_the_servers_clock(
    stated: str, date: str | None, seconds: float | None
) -> None:
    assert retry_after(said(429, stated, date)) == seconds


def test_what_the_server_asks_to_wait_is_waited_and_a_little_more() -> None:
    assert tried(READ, said(429, "7"), 200, chance=0.5)[1] == [7.25]
    assert tried(READ, said(503, "Sun, 01 Nov 2026 10:01:00 GMT"), 200, chance=0)[1] == [60]


def test_a_server_that_asks_for_more_than_the_budget_is_not_waited_for() -> None:
    response, waits, sent = tried(READ, said(429, "3600"))
    assert (response.status, waits, sent) == (429, [], 1)


def test_an_address_where_nothing_ever_answered_is_given_up_soon() -> None:
    server, waits = Scripted(NEVER_SENT), []
    with pytest.raises(NoAnswerError, match=r"no connection \(tried 3 times in"):
        drive(retried(once(READ), Policy(), chance=lambda: 1), server, waits)
    assert waits == [0.5, 1.0]


def test_nothing_is_sent_again_where_that_is_not_wanted() -> None:
    assert tried(READ, 503, policy=NEVER)[1:] == ([], 1)


@given(
    script=st.lists(ANSWERS | LOST, min_size=1, max_size=12),
    policy=POLICIES,
    chance=st.floats(0, 1),
    read=st.booleans(),
)
def test_whatever_the_server_says_trying_ends_within_its_bounds(
    script: list[Said], policy: Policy, chance: float, read: bool
) -> None:
    server, waits = Scripted(*script), []
    try:
        response = drive(retried(once(READ if read else WRITE), policy, chance=lambda: chance), server, waits)
    except NoAnswerError:
        assert any(isinstance(one, NoAnswerError) for one in script)
    else:
        assert response.status in [one.status for one in script if isinstance(one, Response)]
    assert len(server.asked) == len(waits) + 1 <= policy.tries
    assert sum(waits) <= policy.budget
    assert all(wait >= 0 for wait in waits)


@given(script=st.lists(ANSWERS | LOST, min_size=1, max_size=12), chance=st.floats(0, 1))
def test_what_must_not_be_sent_twice_is_acted_on_once_at_most(script: list[Said], chance: float) -> None:
    def acted(one: Said) -> bool:
        if isinstance(one, Response):
            return one.status in (200, 201, 500, 502, 504, 599) or (
                one.status == 503 and "retry-after" not in one.headers
            )
        return isinstance(one, NoAnswerError) and one.sent

    server = Scripted(*script, 200)
    seen: list[Said] = []

    def watched(request: Request) -> Response:
        seen.append(server.script[0])
        return server(request)

    with contextlib.suppress(NoAnswerError):
        drive(retried(once(WRITE), Policy(), chance=lambda: chance), watched, [])
    assert sum(acted(one) if not isinstance(one, int) else True for one in seen) <= 1


@given(number=st.integers(1, 25), chance=st.floats(0, 1))
def test_pauses_grow_with_full_jitter_up_to_the_longest(number: int, chance: float) -> None:
    policy = Policy(budget=1e9)
    waits = tried(READ, *[503] * number, 200, policy=policy, chance=chance)[1]
    assert waits == [pytest.approx(chance * min(30, 0.5 * 2**n)) for n in range(number)]


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def asked(circuits: Circuits, server: Scripted) -> str:
    try:
        return str(drive(retried(once(READ), Policy(), circuits, chance=lambda: 1), server, []).status)
    except NoAnswerError as lost:
        return lost.reason


def test_a_server_that_is_plainly_down_is_not_asked_again_by_every_request() -> None:
    clock = Clock()
    circuits, server = Circuits(clock=clock), Scripted(200, NEVER_SENT)
    circuit = circuits.of(READ.server)
    assert asked(circuits, server) == "200"
    assert "no connection (tried 15 times" in asked(circuits, server)
    assert circuit.open
    sent = len(server.asked)
    assert "has stopped answering" in asked(circuits, server)
    assert len(server.asked) == sent
    clock.now += 31
    assert asked(circuits, server) == "no connection"  # one is let through, once
    assert "has stopped answering" in asked(circuits, server)
    assert len(server.asked) == sent + 1
    server.script = [404]
    clock.now += 31
    assert asked(circuits, server) == "404"  # any answer will do
    assert not circuit.open


def test_one_request_that_fails_while_others_are_answered_does_not_open_the_circuit() -> None:
    circuits = Circuits()
    circuit = circuits.of(READ.server)
    circuit.answered()
    server = Scripted(503)

    def busy(request: Request) -> Response:
        circuit.answered()  # another request's
        return server(request)

    drive(retried(once(READ), Policy(), circuits), busy, [])
    assert not circuit.open


def test_waiting_requests_give_up_when_another_finds_that_the_server_is_down() -> None:
    circuits = Circuits()
    circuit = circuits.of(READ.server)
    circuit.answered()
    server = Scripted(NEVER_SENT)

    def down(request: Request) -> Response:
        if len(server.asked) == 3:
            circuit.given_up(circuit.answers)
        return server(request)

    with pytest.raises(NoAnswerError):
        drive(retried(once(READ), Policy(), circuits), down, [])
    assert len(server.asked) == 4


def test_what_is_around_a_step_does_not_change_its_errors() -> None:
    from fhir_case.client.steps import read

    with pytest.raises(Refused, match="status 404"):
        drive(retried(read(BASE, "Patient/1"), Policy()), Scripted(404))
    with pytest.raises(Unreachable, match=r"no connection \(tried"):
        drive(retried(read(BASE, "Patient/1"), Policy()), Scripted(NEVER_SENT))


def test_retries_stand_in_the_log_without_address_or_values(caplog: pytest.LogCaptureFixture) -> None:
    def looked(request: Request) -> Iterator[Any]:
        return once(request)

    request = Request("GET", f"{BASE}/Patient", (("identifier", "secret-mrn"),))
    drive(through(retried(once(request), Policy()), looked), Scripted(503, 200), [])  # type: ignore[arg-type]
    assert "sent again in" in caplog.text
    assert "secret-mrn" not in caplog.text
