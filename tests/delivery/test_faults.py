"""Everything that can go wrong between us and a real server: afterwards each resource is there once, in one version,
and what was reported is true. A fixed seed; with `FHIR_CASE_FULL` (`just full`) we are killed fifty times, and HAPI too.
"""

from __future__ import annotations

import random
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import small
from faults import (
    CUT_OFF,
    LOST,
    RESET_BEFORE,
    RESET_DURING,
    UNREAD,
    Decide,
    Fault,
    Seen,
    answering,
    proxied,
)
from servers import FULL, Hapi
from test_on_servers import Server, case, hapi_server, medplum_server, server

from fhir_case.client.drivers import run
from fhir_case.client.history import history
from fhir_case.client.login import Bearer, Secret, authorized
from fhir_case.client.messages import Step
from fhir_case.client.retry import Circuits, Policy, retried
from fhir_case.client.wire import sync_client
from fhir_case.delivery.entries import entries_of
from fhir_case.delivery.find import found
from fhir_case.delivery.places import place
from fhir_case.delivery.plan import Choices
from fhir_case.delivery.push import job_of, push
from fhir_case.delivery.pushed import Pushed
from fhir_case.issues import ServerError
from fhir_case.json import dumps, loads

__all__ = ["case", "hapi_server", "medplum_server", "server"]

SEED = 20261123
KILLS = 50 if FULL else 5
IN_PARTS = Choices(limit=3)
"""Three transactions for the small bundle, so that there are more moments at which things go wrong."""


def hurried(step: Step[Any], client: Any) -> Any:
    """Run a step, as a client does, but for the length of its pauses."""
    policy, circuits = Policy(), Circuits(rest=0.0)
    return run(retried(step, policy, circuits), client, sleep=lambda seconds: time.sleep(min(seconds, 0.05)))


def there(server: Server, bundle: Any) -> dict[str, int]:
    """How many versions of each entry the server itself has; several resources of one identity are an error."""
    held = run(found(server.base, entries_of(bundle)), server.client)
    return {
        address: len(run(history(server.base, place(one) or ""), server.client).versions)
        for address, one in held.items()
    }


def survived(
    server: Server, base: str, bundle: Any, around: Callable[[Step[Any]], Step[Any]] = lambda step: step
) -> Pushed:
    """Push through trouble, again where it was given up; then look at what is there, and whether the reports were true."""
    reported: set[str] = set()
    for _ in range(10):
        with sync_client(timeout=20) as client:
            pushed = _tried(around(push(job_of(base, bundle, IN_PARTS))), client)
        if isinstance(pushed, Pushed):
            break
        now = set(there(server, bundle))
        assert set(pushed.stored) <= now, "what is said to be stored is stored"
        assert now.isdisjoint(pushed.not_stored), "what is said not to be stored is not"
        reported |= set(pushed.stored)
    else:
        pytest.fail("never got through")
    every = {entry["fullUrl"] for entry in bundle["entry"]}
    assert there(server, bundle) == dict.fromkeys(every, 1), "each once, in one version"
    assert {one.address for one in pushed.created} | reported == every
    assert {one.what for one in pushed.entries} <= {"created", "unchanged"}
    assert len(server.push(bundle).unchanged) == len(every), "with the content that was sent"
    assert not server.wrote
    return pushed


def _tried(step: Step[Pushed], client: Any) -> Pushed | ServerError:
    try:
        return hurried(step, client)  # type: ignore[no-any-return]
    except ServerError as error:
        return error


def first(fault: Fault, times: int = 2) -> Decide:
    """The fault meets the first requests that write."""
    left = [fault] * times

    def decide(seen: Seen) -> Fault | None:
        return left.pop() if seen.writes and left else None

    return decide


def at_random(share: float, *faults: Fault) -> Decide:
    """The faults meet this share of all requests."""
    chance = random.Random(SEED)
    return lambda seen: chance.choice(faults) if chance.random() < share else None


GONE = [answering(status) for status in (500, 502, 503, 504)]

TABLE: dict[str, Callable[[], Decide]] = {
    "reset before the request": lambda: first(RESET_BEFORE),
    "closed before the answer, the request unread": lambda: first(UNREAD),
    "reset during the answer, the write landed": lambda: first(RESET_DURING),
    "an answer that is cut off": lambda: first(CUT_OFF),
    "no answer though the write landed": lambda: first(LOST),
    "429 with Retry-After": lambda: first(answering(429, ("Retry-After", "1"))),
    "429 without Retry-After": lambda: first(answering(429)),
    "503 with a date": lambda: first(
        answering(503, ("Retry-After", "Mon, 23 Nov 2026 12:00:01 GMT"), ("Date", "Mon, 23 Nov 2026 12:00:00 GMT"))
    ),
    "500, 502, 503, 504 at random": lambda: at_random(0.3, *GONE),
    "anything at random": lambda: at_random(
        0.3, *GONE, RESET_BEFORE, RESET_DURING, CUT_OFF, LOST, UNREAD, answering(429)
    ),
    "HTML instead of FHIR": lambda: first(answering(200)),
    "HTML instead of FHIR at random": lambda: at_random(0.3, answering(200)),
    "HTML instead of FHIR, and 500, 502, 503, 504, at random": lambda: at_random(0.3, answering(200), *GONE),
}


@pytest.mark.parametrize("name", TABLE)
def test_a_push_survives(server: Server, case: str, name: str) -> None:
    with proxied(server.base, TABLE[name]()) as proxy:
        survived(server, proxy.base, server.bundle(case))


def test_a_push_survives_a_server_that_is_down_for_a_while(hapi_server: Server, case: str) -> None:
    with proxied(hapi_server.base) as proxy:

        def killed(seen: Seen) -> Fault | None:
            if seen.writes and not killed_once:
                killed_once.append(True)
                threading.Thread(target=lambda: (proxy.down(), time.sleep(0.4), proxy.up())).start()
                time.sleep(0.1)
            return None

        killed_once: list[bool] = []
        proxy.decide = killed
        survived(hapi_server, proxy.base, small.bundle(case))
        assert killed_once


def test_a_server_that_is_not_there_at_all_stored_nothing(hapi_server: Server, case: str) -> None:
    with proxied(hapi_server.base) as proxy, sync_client() as client:
        proxy.down()
        with pytest.raises(ServerError, match="no connection") as caught:
            hurried(push(job_of(proxy.base, small.bundle(case))), client)
        assert len(caught.value.not_stored) == 8
        proxy.up()
        survived(hapi_server, proxy.base, small.bundle(case))


def test_an_entry_of_a_batch_that_is_put_off_is_repeated_alone(hapi_server: Server, case: str) -> None:
    bundle = small.bundle(case)
    batch = {**bundle, "type": "batch", "entry": bundle["entry"][:2]}
    left = [Fault("entry", 429)] * 2
    with proxied(hapi_server.base, lambda seen: left.pop() if seen.writes and left else None) as proxy:
        with sync_client() as client:
            pushed = hurried(push(job_of(proxy.base, batch)), client)
        assert [one.what for one in pushed.entries] == ["created", "created"]
        sent = [len(seen.bundle["entry"]) for seen in proxy.seen if seen.writes]
        assert sent == [2, 1, 1]
    assert set(there(hapi_server, batch).values()) == {1}


def test_a_token_that_expires_on_the_way_is_renewed(hapi_server: Server, case: str) -> None:
    token = ["t1"]

    def expiring(seen: Seen) -> Fault | None:
        if seen.headers.get("authorization") != f"Bearer {token[0]}":
            return answering(401, body=dumps({"resourceType": "OperationOutcome", "issue": []}).encode())
        if seen.writes:
            token[0] = f"t{seen.number}"  # no token is good for a second write
        return None

    with proxied(hapi_server.base, expiring) as proxy:
        login = Bearer(Secret("the test", lambda: token[0]))
        survived(
            hapi_server,
            proxy.base,
            small.bundle(case),
            lambda step: authorized(step, login, {proxy.base.rpartition("/")[0]}),
        )


def test_eight_processes_that_push_the_same_patient_at_once_make_one(
    hapi_server: Server, case: str, tmp_path: Path
) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(CASE.format(id=case.lower()), "utf-8")
    every = [_push(path, hapi_server.base, subprocess.PIPE, waits=True) for _ in range(8)]
    for one in every:
        assert one.stdout is not None
        assert one.stdout.readline() == b"ready\n"
    for one in every:
        assert one.stdin is not None
        one.stdin.write(b"go\n")
        one.stdin.flush()
    said = [one.communicate() for one in every]
    assert [one.returncode for one in every] == [0] * 8, said
    from fhir_case import Case

    bundle = Case.load(path).to_bundle("transaction")
    assert there(hapi_server, bundle) == {entry["fullUrl"]: 1 for entry in bundle["entry"]}
    made = [loads(out) for out, _ in said]
    assert {one["entries"] for one in made} == {len(bundle["entry"])}
    assert sum(one["created"] for one in made) == len(bundle["entry"]), "each was created by one of them"


def test_a_clock_that_jumps_changes_nothing(hapi_server: Server, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    jumps = random.Random(SEED)
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + jumps.uniform(-1e7, 1e7))
    with proxied(hapi_server.base, at_random(0.3, *GONE, LOST)) as proxy:
        survived(hapi_server, proxy.base, small.bundle(case))


CASE = """\
id: {id}
title: A made-up case
recorded: 2026-11-22T09:30:00Z
patient: {{sex: female}}
diagnoses:
  migraine: {{code: Migraine}}
  asthma: {{code: Asthma}}
findings:
  headache: {{code: Headache}}
  aura: {{code: Aura}}
  wheeze: {{code: Wheeze}}
"""

COMMAND = textwrap.dedent("""
    import sys
    from fhir_case import Case, FHIRClient, dumps
    case = Case.load(sys.argv[1])
    with FHIRClient(sys.argv[2]) as server:
        if sys.argv[3:] == ["waits"]:
            server.capabilities()
            print("ready", flush=True)
            sys.stdin.readline()
        pushed = server.push(case, limit=3)
        print(dumps({"entries": len(pushed.entries), "created": len(pushed.created)}))
""")


@pytest.mark.parametrize("number", range(KILLS))
def test_a_push_that_is_killed_and_run_again_ends_as_one_that_was_not(
    hapi_server: Server, case: str, number: int, tmp_path: Path
) -> None:
    chance = random.Random(SEED + number)
    moment, how, later = chance.randint(2, 9), chance.choice(("before", "after", "meanwhile")), chance.uniform(0, 0.1)
    path = tmp_path / "case.yaml"
    path.write_text(CASE.format(id=f"killed-{number}-{chance.getrandbits(32):x}"), "utf-8")

    def kill(seen: Seen) -> None:
        if seen.number == moment:
            if how == "meanwhile":
                threading.Timer(later, process.kill).start()
                return
            process.kill()
            process.wait()

    with proxied(hapi_server.base) as proxy:
        if how == "after":
            proxy.after = kill
        else:
            proxy.decide = lambda seen: kill(seen)  # type: ignore[func-returns-value]
        process = _push(path, proxy.base, subprocess.DEVNULL)
        process.wait()
        proxy.after, proxy.decide = (lambda seen: None), (lambda seen: None)
        again = _push(path, proxy.base, subprocess.PIPE)
        out, err = again.communicate()
        assert again.returncode == 0, err.decode()
    from fhir_case import Case

    bundle = Case.load(path).to_bundle("transaction")
    assert there(hapi_server, bundle) == {entry["fullUrl"]: 1 for entry in bundle["entry"]}
    assert len(hapi_server.push(bundle).unchanged) == len(bundle["entry"])
    assert loads(out)["entries"] == len(bundle["entry"])


def _push(path: Path, base: str, output: int, *, waits: bool = False) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-c", COMMAND, str(path), base, *(["waits"] if waits else [])]
    given = subprocess.PIPE if waits else subprocess.DEVNULL
    return subprocess.Popen(words, stdin=given, stdout=output, stderr=output)


@pytest.mark.java
@pytest.mark.skipif(not FULL, reason="HAPI starts three times: just full")
@pytest.mark.parametrize("number", range(2))
def test_a_push_survives_a_server_that_is_killed_and_started_again(case: str, number: int) -> None:
    """Its database is a file that each commit is written to at once, as that of a server in earnest."""
    chance = random.Random(SEED + number)
    hapi = Hapi("JDBC=jdbc:h2:file:./h2/killed;WRITE_DELAY=0")
    try:
        server = Server(hapi.base)
        bundle = small.bundle(case)
        left = [chance.uniform(0, 0.1)]

        def kill(seen: Seen) -> None:
            if seen.writes and len(seen.bundle["entry"]) < 4 and proxy.seen[0] is not seen and left:
                threading.Timer(left.pop(), lambda: (hapi.kill(), hapi.start())).start()

        with proxied(hapi.base, kill) as proxy, sync_client(timeout=120) as client:
            pushed = run(retried(push(job_of(proxy.base, bundle, IN_PARTS)), Policy(), Circuits()), client)
        assert not left
        assert there(server, bundle) == {entry["fullUrl"]: 1 for entry in bundle["entry"]}
        assert {one.address for one in pushed.created} == {entry["fullUrl"] for entry in bundle["entry"]}
        assert len(server.push(bundle).unchanged) == len(bundle["entry"])
        server.client.close()
    finally:
        hapi.stop()
