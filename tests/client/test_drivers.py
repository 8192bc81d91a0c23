"""The two drivers over httpx: what goes out, what comes in, what it means when nothing does."""

from __future__ import annotations

import asyncio
import inspect
import pickle
import re
import subprocess
import sys
from typing import Any

import httpx
import pytest
from pytest_httpx import HTTPXMock

from fhir_case.client import drivers, wire
from fhir_case.client.drivers import run, run_async
from fhir_case.client.messages import Request, base_url
from fhir_case.client.search import search
from fhir_case.client.steps import capabilities, read
from fhir_case.client.wire import async_client, sync_client
from fhir_case.client.writing import transaction
from fhir_case.issues import Conflict, Refused, ServerError, Unreachable
from fhir_case.json import canonical

BASE = "http://server.example/fhir"
R4 = {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1", "software": {"name": "S", "version": "1"}}
FHIR = {"content-type": "application/fhir+json"}


@pytest.fixture(params=["sync", "async"])
def ask(request: pytest.FixtureRequest) -> Any:
    """Run a step with each of the drivers."""

    def sync(step: Any, **options: Any) -> Any:
        with sync_client() as client:
            return run(step, client, **options)

    async def over_asyncio(step: Any, **options: Any) -> Any:
        async with async_client() as client:
            return await run_async(step, client, **options)

    return sync if request.param == "sync" else lambda step, **options: asyncio.run(over_asyncio(step, **options))


def test_a_server_says_what_it_is(ask: Any, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(url=re.compile(f"{BASE}/metadata\\?_elements=fhirVersion%2Csoftware%2Cformat"), json=R4)
    found = ask(capabilities(BASE))
    assert (found.fhir_version, found.software) == ("4.0.1", "S 1")
    request = httpx_mock.get_requests()[0]
    assert request.headers["accept"] == "application/fhir+json"


def test_the_answer_to_a_large_transaction_is_waited_for_longer(ask: Any, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(json={"resourceType": "Bundle", "type": "transaction-response"}, is_reusable=True)
    for entries in (1, 6000):
        ask(transaction(BASE, {"resourceType": "Bundle", "type": "transaction", "entry": [{}] * entries}))
    waited = [one.extensions["timeout"]["read"] for one in httpx_mock.get_requests()]
    assert waited == [wire.TIMEOUT.read, 600]


def test_numbers_keep_their_digits_both_ways(ask: Any, httpx_mock: HTTPXMock) -> None:
    text = b'{"resourceType":"Observation","id":"1","valueQuantity":{"value":7.20}}'
    httpx_mock.add_response(content=text, headers=FHIR)
    resource = ask(read(BASE, "Observation/1"))
    assert b"7.20" in canonical(resource)
    httpx_mock.add_response(json={"resourceType": "Bundle", "type": "transaction-response"})
    ask(transaction(BASE, {"resourceType": "Bundle", "type": "transaction", "entry": [{"resource": resource}]}))
    sent = httpx_mock.get_requests()[-1]
    assert b"7.20" in sent.content
    assert sent.headers["content-type"] == "application/fhir+json"


def test_a_refused_connection_is_unreachable_and_says_that_nothing_was_sent(ask: Any, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_exception(httpx.ConnectError("Connection refused"), is_reusable=True)
    with pytest.raises(Unreachable, match=r"no connection to http://server\.example .*is the server running"):
        ask(capabilities(BASE))
    with pytest.raises(Unreachable, match="nothing was sent") as caught:
        ask(transaction(BASE, {"entry": [{"fullUrl": "urn:uuid:1"}]}))
    assert caught.value.not_stored == ("urn:uuid:1",)


@pytest.mark.parametrize("lost", [httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("cut"), httpx.ReadError("gone")])
def test_an_answer_that_was_lost_leaves_open_what_was_stored(ask: Any, httpx_mock: HTTPXMock, lost: Exception) -> None:
    httpx_mock.add_exception(lost)
    with pytest.raises(Unreachable, match="may or may not have stored") as caught:
        ask(transaction(BASE, {"entry": [{"fullUrl": "urn:uuid:1"}]}))
    assert (caught.value.stored, caught.value.not_stored) == ((), ())


@pytest.mark.parametrize("status", [200, 404, 500])
def test_a_web_page_is_not_a_fhir_server(ask: Any, httpx_mock: HTTPXMock, status: int) -> None:
    httpx_mock.add_response(status_code=status, html="<!doctype html><title>Welcome</title>")
    with pytest.raises(Unreachable, match=r"(web|HTML) page.*expected the FHIR base address") as caught:
        ask(capabilities(BASE))
    assert caught.value.status == status


@pytest.mark.parametrize("version", ["5.0.0", "4.3.0", "3.0.2", "4.01", None])
def test_a_server_of_another_fhir_version_is_named_by_its_version(
    ask: Any, httpx_mock: HTTPXMock, version: str | None
) -> None:
    httpx_mock.add_response(json={"resourceType": "CapabilityStatement", "fhirVersion": version})
    with pytest.raises(Unreachable, match=re.escape(f"found FHIR {version}" if version else "no FHIR version")):
        ask(capabilities(BASE))


def test_a_dstu2_server_is_named(ask: Any, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(json={"resourceType": "Conformance", "fhirVersion": "1.0.2"})
    with pytest.raises(Unreachable, match="DSTU2"):
        ask(capabilities(BASE))


@pytest.mark.parametrize(
    "content",
    [b'{"resourceType":"Patient","id":"1', b"", b"[]", b'{"a":1}', b"\xff\xfe", b'{"resourceType":7}', b"NaN"],
)
def test_an_answer_that_is_cut_off_or_no_resource_is_unreachable(
    ask: Any, httpx_mock: HTTPXMock, content: bytes
) -> None:
    httpx_mock.add_response(content=content, headers=FHIR)
    with pytest.raises(Unreachable, match="reading Patient/1"):
        ask(read(BASE, "Patient/1"))


def test_an_answer_without_end_is_not_read_to_its_end(ask: Any, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(content=b" " * 5000, headers=FHIR)
    with pytest.raises(Unreachable, match="longer than 1,000 bytes"):
        ask(read(BASE, "Patient/1"), max_bytes=1000)


def test_a_server_that_moved_is_not_followed_but_named(ask: Any, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(status_code=301, headers={"location": "https://other.example/fhir/Patient/1?x=secret"})
    with pytest.raises(Unreachable, match=r"moved \(status 301\) to https://other.example/fhir/Patient/1;"):
        ask(read(BASE, "Patient/1"))


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, Refused), (401, Refused), (403, Refused), (404, Refused), (409, Conflict), (410, Refused), (412, Conflict),
     (422, Refused), (429, Refused), (500, Refused), (503, Refused)],
)  # fmt: skip
@pytest.mark.parametrize("where", ["diagnostics", "details"])
def test_an_operation_outcome_becomes_an_error_with_the_servers_words(
    ask: Any, httpx_mock: HTTPXMock, status: int, kind: type[ServerError], where: str
) -> None:
    text = "Resource Organization/9 not found"
    issue = {"diagnostics": text} if where == "diagnostics" else {"details": {"text": text}}
    outcome = {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": "processing", "expression": ["Encounter.serviceProvider"], **issue}],
    }
    httpx_mock.add_response(status_code=status, json=outcome)
    with pytest.raises(kind, match=f"status {status}: {text} at Encounter.serviceProvider") as caught:
        ask(read(BASE, "Patient/1"))
    assert caught.value.outcome == outcome
    assert caught.value.status == status
    copied = pickle.loads(pickle.dumps(caught.value))
    assert (type(copied), str(copied), copied.status) == (kind, str(caught.value), status)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ('Invalid match URL "Patient?identifier=http://mrn|12345" matched 2', 'Invalid match URL "…" matched 2'),
        ("No match for Patient?name=Miller&birthdate=2001 here", "No match for Patient?name=…&birthdate=… here"),
        ('[element="gender"] Invalid attribute value "Miller"', '[element="gender"] Invalid attribute value "…"'),
        ("The server doesn't like it, it can't", "The server doesn't like it, it can't"),
        ('Missing "Observation.code"', 'Missing "Observation.code"'),
    ],
)
def test_values_that_a_server_quotes_stay_out_of_messages(
    ask: Any, httpx_mock: HTTPXMock, said: str, shown: str
) -> None:
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "diagnostics": said}]}
    httpx_mock.add_response(status_code=400, json=outcome)
    with pytest.raises(Refused) as caught:
        ask(read(BASE, "Patient/1"))
    assert str(caught.value) == f"reading Patient/1: the server says no, status 400: {shown}"


def test_a_search_says_nothing_of_the_patient_in_the_url(ask: Any, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(json={"resourceType": "Bundle", "type": "searchset"})
    ask(search(BASE, "Patient", (("identifier", "http://mrn|12 3+4"),)))
    request = httpx_mock.get_requests()[0]
    assert (request.method, str(request.url)) == ("POST", f"{BASE}/Patient/_search")
    assert request.content == b"identifier=http%3A%2F%2Fmrn%7C12%203%2B4&_count=1000"
    assert request.headers["cache-control"] == "no-cache"


def test_a_request_shows_neither_parameters_nor_body() -> None:
    request = Request("POST", BASE, (("name", "Miller"),), {"x": "Miller"}, b"Miller")
    assert "Miller" not in repr(request)


@pytest.mark.parametrize("text", ["localhost:8080/fhir", "ftp://x/fhir", "", "http://", "http://h:99999/", "Patient/1"])
def test_what_is_no_address_of_a_server_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(Unreachable, match="http://localhost:8080/fhir"):
        base_url(text)


def test_a_password_in_the_address_is_refused_without_being_repeated() -> None:
    with pytest.raises(Unreachable) as caught:
        base_url("http://me:hunter2@server.example/fhir")
    assert "hunter2" not in str(caught.value)


def test_an_address_is_brought_to_one_form() -> None:
    assert base_url(" http://h:8080/fhir/ ") == "http://h:8080/fhir"


def test_each_driver_is_small_and_httpx_is_imported_only_there() -> None:
    assert all(len(inspect.getsource(module).splitlines()) < 200 for module in (drivers, wire))
    code = (
        "import sys, fhir_case.client.steps, fhir_case.client.search, fhir_case.delivery.push, fhir_case.delivery.pull;"
        "sys.exit('httpx' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
