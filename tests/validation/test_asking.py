"""The setting `terminology`: a server is asked what cannot be decided here, once a question, and can go away."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from fhir_case import ValidationSettings, Validator

SNOMED = "http://snomed.info/sct"
CODES = {(SNOMED, "73211009"): "Diabetes mellitus"}


@contextmanager
def serving(answer: Callable[[dict[str, str]], tuple[int, bytes]]) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A terminology server that answers so, and what it was asked."""
    asked: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            said = {"path": self.path}
            said |= {one["name"]: str(next(v for k, v in one.items() if k != "name")) for one in body["parameter"]}
            asked.append(said)
            status, data = answer(said)
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            """Nothing: tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/fhir", asked
    finally:
        server.shutdown()
        server.server_close()


def knows(asked: dict[str, str]) -> tuple[int, bytes]:
    """A server that knows one code of SNOMED CT."""
    display = CODES.get((asked.get("system", asked.get("url", "")), asked["code"]))
    right = display is not None and asked.get("display", display) == display
    parameter: list[dict[str, Any]] = [{"name": "result", "valueBoolean": right}]
    if display:
        parameter.append({"name": "display", "valueString": display})
    return 200, json.dumps({"resourceType": "Parameters", "parameter": parameter}).encode()


def condition(code: str, **more: str) -> dict[str, Any]:
    coding = {"system": SNOMED, "code": code, **more}
    return {"resourceType": "Condition", "subject": {"reference": "Patient/1"}, "code": {"coding": [coding]}}


def codes(validator: Validator, resource: dict[str, Any]) -> list[str]:
    return [issue.code for issue in validator.validate(resource).issues if issue.code.startswith("code-")]


def test_without_a_server_nobody_is_asked_and_the_code_is_undecided() -> None:
    assert codes(Validator(), condition("73211009")) == ["code-undecided"]


def test_a_code_that_the_server_has_is_decided() -> None:
    with serving(knows) as (base, asked):
        assert codes(Validator(settings=ValidationSettings(terminology=base)), condition("73211009")) == []
    assert {one["path"] for one in asked} == {"/fhir/CodeSystem/$validate-code"}


def test_a_code_that_it_has_not_is_an_error() -> None:
    with serving(knows) as (base, _):
        assert codes(Validator(settings=ValidationSettings(terminology=base)), condition("22298006")) == [
            "code-unknown"
        ]


def test_the_display_is_checked_by_its_word() -> None:
    with serving(knows) as (base, _):
        validator = Validator(settings=ValidationSettings(terminology=base))
        assert codes(validator, condition("73211009", display="Diabetes mellitus")) == []
        found = validator.validate(condition("73211009", display="Gout")).issues
    assert [issue.fix for issue in found if issue.code == "code-display"] == ["Diabetes mellitus"]


def test_each_question_is_asked_once() -> None:
    with serving(knows) as (base, asked):
        validator = Validator(settings=ValidationSettings(terminology=base))
        for _ in range(5):
            codes(validator, condition("73211009"))
        assert len(asked) == len({json.dumps(one, sort_keys=True) for one in asked})


def test_codes_travel_in_the_body_and_not_in_the_address() -> None:
    with serving(knows) as (base, asked):
        codes(Validator(settings=ValidationSettings(terminology=base)), condition("73211009"))
    assert all("73211009" not in one["path"] for one in asked)


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_server_that_fails_is_given_up_and_what_needed_it_is_undecided(status: int) -> None:
    with serving(lambda _: (status, b"no")) as (base, asked):
        validator = Validator(settings=ValidationSettings(terminology=base))
        for code in ("73211009", "22298006", "38341003", "195967001", "44054006"):
            assert codes(validator, condition(code)) == ["code-undecided"]
        # Three questions, each tried three times; a server that does not answer at all is seen to be down with the first.
        assert len(asked) == (9 if status == 429 else 3)
        assert [issue.code for issue in validator.issues] == ["terminology-server-gone"]


def test_a_server_that_is_not_there_is_no_error_of_the_data() -> None:
    validator = Validator(settings=ValidationSettings(terminology="http://127.0.0.1:9/fhir"))
    assert codes(validator, condition("73211009")) == ["code-undecided"]


def test_the_setting_goes_with_the_pickle() -> None:
    with serving(knows) as (base, _):
        sent = pickle.loads(pickle.dumps(Validator(settings=ValidationSettings(terminology=base))))
        assert codes(sent, condition("22298006")) == ["code-unknown"]
