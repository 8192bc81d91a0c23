"""A terminology server, asked without a server."""

import json
from typing import Any

import pytest

from fhir_case.terminology.remote import Answer, Question, Remote, Request, Response

QUESTION = Question("38341003", "http://snomed.info/sct", value_set="http://ex.org/v|2", display="Hypertension")


def said(remote: Remote, question: Question, response: Response | None) -> tuple[Answer, Request | None]:
    """The answer to a question, and the request it took, if any."""
    step, request = remote.validate(question), None
    try:
        request = next(step)
        step.send(response)
    except StopIteration as stop:
        return stop.value, request
    raise AssertionError("it asks more than once")


def parameters(**values: Any) -> Response:
    listed = [
        {"name": name, f"value{'Boolean' if isinstance(value, bool) else 'String'}": value}
        for name, value in values.items()
    ]
    return Response(200, json.dumps({"resourceType": "Parameters", "parameter": listed}).encode())


def test_a_code_is_asked_for_once() -> None:
    remote = Remote("http://tx.example/fhir/")
    answer, request = said(remote, QUESTION, parameters(result=True, display="Hypertensive disorder"))
    assert answer == Answer(True, "", "Hypertensive disorder")
    assert request
    assert request.url == "http://tx.example/fhir/ValueSet/$validate-code"
    sent = {one["name"]: one for one in json.loads(request.body)["parameter"]}
    assert sent["url"]["valueUri"] == "http://ex.org/v"
    assert sent["valueSetVersion"]["valueString"] == "2"
    assert sent["code"]["valueCode"] == "38341003"
    assert sent["display"]["valueString"] == "Hypertension"
    assert said(remote, QUESTION, None) == (answer, None)
    assert "38341003" not in repr(request)


def test_a_code_without_value_set_is_asked_of_its_system_and_one_without_system_of_the_value_set() -> None:
    remote = Remote("http://tx")
    alone = remote.request(Question("2160-0", "http://loinc.org", version="2.77"))
    assert alone.url == "http://tx/CodeSystem/$validate-code"
    assert {one["name"] for one in json.loads(alone.body)["parameter"]} == {"url", "version", "code"}
    inferred = remote.request(Question("final", value_set="http://ex.org/v"))
    assert {"name": "inferSystem", "valueBoolean": True} in json.loads(inferred.body)["parameter"]


@pytest.mark.parametrize(
    ("response", "result"),
    [
        (parameters(result=False, message="not in the set"), False),
        (parameters(message="hm"), None),
        (Response(404, b'{"resourceType": "OperationOutcome", "issue": [{"diagnostics": "no such set"}]}'), None),
        (
            Response(200, b'{"resourceType": "Parameters", "parameter": [{"name": "result", "valueBoolean": "true"}]}'),
            None,
        ),
        (Response(200, b'{"resourceType": "Parameters", "parameter": 7}'), None),
        (Response(200, b"[" * 100_000), None),
        (Response(200, b"<html>"), None),
        (Response(200, b'"x"'), None),
        (Response(500, b""), None),
        (None, None),
    ],
)
def test_whatever_it_answers_is_an_answer(response: Response | None, result: bool | None) -> None:
    answer, _ = said(Remote("http://tx"), QUESTION, response)
    assert answer.result is result
    assert answer.message


def test_a_server_that_is_gone_is_asked_no_more_and_noted_once() -> None:
    remote = Remote("http://tx")
    asked = [said(remote, Question(str(n), "http://loinc.org"), None)[1] for n in range(1000)]
    assert sum(one is not None for one in asked) == 3
    assert [one.code for one in remote.issues] == ["terminology-server-gone"]
    assert "http://tx" in remote.issues[0].message


def test_one_failure_is_forgiven_and_not_kept() -> None:
    remote = Remote("http://tx")
    for _ in range(5):
        said(remote, QUESTION, None)
        assert said(remote, Question("1", "http://loinc.org"), parameters(result=True))[0].result is True
        remote._kept.clear()
    assert not remote.gone
    assert remote.issues == ()
    assert remote.known(QUESTION) is None


def test_only_so_many_answers_are_kept() -> None:
    remote = Remote("http://tx", kept=10)
    for n in range(50):
        said(remote, Question(str(n), "http://loinc.org"), parameters(result=True))
    assert sum(remote.known(Question(str(n), "http://loinc.org")) is not None for n in range(50)) == 10
