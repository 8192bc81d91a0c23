"""Bulk export: asked for, waited for, fetched and completed, whatever goes wrong on the way; and from its lines to cases."""

from __future__ import annotations

import resource
import tempfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_case import FHIRClient
from fhir_case.api.access import Access
from fhir_case.api.bulk import Exported, exporting, wanted
from fhir_case.api.importing import Import
from fhir_case.client.conversation import Conversation
from fhir_case.client.drivers import run
from fhir_case.client.login import Bearer, Secret
from fhir_case.client.wire import sync_client
from fhir_case.issues import FHIRCaseError, Refused
from fhir_case.json import dumps

BASE = "http://server.example/fhir"
FILES = "http://files.example"
PATIENTS = b"".join(dumps({"resourceType": "Patient", "id": str(n)}).encode() + b"\n" for n in range(40))


class Server:
    """Exports patients, in two files; what is to go wrong can be set."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []
        self.waits = [
            httpx.Response(202, headers={"X-Progress": "half of it", "Retry-After": "120"}),
            httpx.Response(202),
        ]
        self.files: dict[str, bytes] = {"/1": PATIENTS, "/2": b'{"resourceType":"Condition","id":"c"}\n'}
        self.counts: dict[str, int] = {"/1": 40, "/2": 1}
        self.origin, self.needs_token, self.errors = f"{BASE}/files", False, b""
        self.cut = 0
        """Bytes after which the connection breaks off, once."""
        self.location = f"{BASE}/poll/7"

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        path = request.url.path
        if path.endswith("/$export"):
            assert request.headers["prefer"] == "respond-async"
            return httpx.Response(202, headers={"Content-Location": self.location})
        if path == "/fhir/poll/7":
            if request.method == "DELETE":
                return httpx.Response(202)
            return self.waits.pop(0) if self.waits else httpx.Response(200, json=self.manifest())
        if path.endswith("/errors"):
            return httpx.Response(200, content=self.errors)
        return self.file(request, "/" + path.rpartition("/")[2])

    def manifest(self) -> dict[str, Any]:
        kinds = {"/1": "Patient", "/2": "Condition"}
        return {
            "transactionTime": "2026-11-23T08:00:00Z",
            "requiresAccessToken": self.needs_token,
            "output": [
                {"type": kinds[name], "url": self.origin + name, "count": self.counts[name]} for name in self.counts
            ],
            "error": [{"type": "OperationOutcome", "url": f"{BASE}/errors"}] if self.errors else [],
        }

    def file(self, request: httpx.Request, name: str) -> httpx.Response:
        if name not in self.files:
            return httpx.Response(410)
        held = self.files[name]
        start = int(request.headers.get("range", "bytes=0-")[6:-1])
        if start >= len(held):
            return httpx.Response(416)
        if self.cut:
            cut, self.cut = self.cut, 0
            return httpx.Response(200, stream=Broken(held[:cut]))
        return httpx.Response(206 if start else 200, content=held[start:])


class Broken(httpx.SyncByteStream):
    """A body that breaks off."""

    def __init__(self, start: bytes) -> None:
        self._start = start

    def __iter__(self) -> Any:
        yield self._start
        raise httpx.ReadError("reset by peer")


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def export(server: Server, tmp_path: Path) -> Callable[..., Exported]:
    """Run an export into one and the same folder; pauses are noted in `export.waits`."""
    waits: list[float] = []

    def exported(of: str = "", *, talk: Conversation | None = None, params: Any = ()) -> Exported:
        step = exporting(talk or Conversation(BASE), tmp_path / "out", of, params, said.append)
        around = (talk or Conversation(BASE)).around(step)
        with sync_client(transport=httpx.MockTransport(server)) as client:
            return run(around, client, sleep=waits.append)

    said: list[str] = []
    exported.waits, exported.said = waits, said  # type: ignore[attr-defined]
    return exported


def paths(server: Server) -> list[str]:
    return [f"{one.method} {one.url.path}" for one in server.asked]


def test_an_export_that_a_full_disk_stopped_is_completed_by_the_same_command(export: Any) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))  # no file gets longer, as on a disk that is full
    try:
        with pytest.raises(OSError, match="too large"):
            export("Patient")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    found = export("Patient")
    assert (found.resources, found.issues) == (41, ())
    assert found.files[0].read_bytes() == PATIENTS


def test_an_export_is_waited_for_as_the_server_asks_and_taken_away_at_the_end(
    server: Server, export: Any, tmp_path: Path
) -> None:
    found = export("Patient", params=wanted("2026-01-01T00:00:00Z", ["Patient", "Condition"]))
    assert [path.name for path in found.files] == ["0001.Patient.ndjson", "0002.Condition.ndjson"]
    assert (found.resources, found.time, found.issues) == (41, "2026-11-23T08:00:00Z", ())
    assert export.waits == [120.0, 4.0]
    assert "half of it" in export.said
    assert found.files[0].read_bytes() == PATIENTS
    assert dict(server.asked[0].url.params) == {
        "_outputFormat": "application/fhir+ndjson", "_type": "Patient,Condition", "_since": "2026-01-01T00:00:00Z",
    }  # fmt: skip
    assert paths(server)[-1] == "DELETE /fhir/poll/7"
    assert server.asked[-2].headers["accept"] == "application/fhir+ndjson"
    state = tmp_path / "out/export.json"
    assert (state.stat().st_mode & 0o777, "poll" in state.read_text()) == (0o600, False)
    server.asked.clear()
    assert export("Patient", params=wanted("2026-01-01T00:00:00Z", ["Patient", "Condition"])).resources == 41
    assert not server.asked  # it is there


def test_a_file_that_breaks_off_goes_on_where_it_stopped(server: Server, export: Any) -> None:
    server.cut = 700
    assert export().files[0].read_bytes() == PATIENTS
    assert [one.headers.get("range") for one in server.asked if one.url.path.endswith("/1")] == [None, "bytes=700-"]


def test_an_export_that_was_stopped_at_any_moment_is_completed(server: Server, export: Any, tmp_path: Path) -> None:
    class Stop(BaseException):
        pass

    def stopping(request: httpx.Request) -> httpx.Response:
        if len(server.asked) == moment:
            raise Stop
        return Server.__call__(server, request)

    for moment in range(7):
        step = Conversation(BASE).around(exporting(Conversation(BASE), tmp_path / "out", "", ()))
        with sync_client(transport=httpx.MockTransport(stopping)) as client, pytest.raises(Stop):
            run(step, client, sleep=lambda _: None)
        server.asked = server.asked[:moment]
    assert export().resources == 41
    assert sum(path.endswith("$export") for path in paths(server)) == 1


def test_what_expired_is_told_of_and_stops_nothing_else(server: Server, export: Any) -> None:
    del server.files["/1"]
    found = export()
    assert [path.name for path in found.files] == ["0002.Condition.ndjson"]
    assert [(issue.code, issue.path) for issue in found.issues] == [("bulk-missing", "Patient")]
    assert "DELETE /fhir/poll/7" not in paths(server)
    server.files["/1"] = PATIENTS  # it was only late
    assert export().resources == 41


def test_an_export_whose_place_expired_before_it_was_ready_is_asked_for_again(server: Server, export: Any) -> None:
    server.waits = [httpx.Response(500), httpx.Response(500), httpx.Response(500), httpx.Response(500)]
    with pytest.raises(Refused, match="waiting for the export"):
        export()
    server.waits = [httpx.Response(404)]
    assert export().resources == 41
    assert sum(path.endswith("$export") for path in paths(server)) == 2


def test_a_file_with_another_number_of_lines_is_fetched_again_and_told_of(server: Server, export: Any) -> None:
    server.counts["/1"] = 39
    found = export()
    assert [issue.code for issue in found.issues] == ["bulk-count"]
    assert "counts 39 resources, and gave 40" in found.issues[0].message
    assert sum(one.url.path.endswith("/1") for one in server.asked) == 2
    assert found.resources == 41


def test_what_the_server_remarks_is_told(server: Server, export: Any) -> None:
    said = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "diagnostics": "one was left out"}]}
    server.errors = dumps(said).encode() + b"\nno json\n"
    found = export()
    assert [(issue.code, issue.message) for issue in found.issues] == [
        ("bulk-remark", "the server remarks: one was left out")
    ]
    assert found.resources == 41


@pytest.mark.parametrize("trusted", [False, True])
def test_another_server_sees_the_login_only_if_it_is_trusted(server: Server, export: Any, trusted: bool) -> None:
    server.origin, server.needs_token = FILES, True
    login = Bearer(Secret("the test", lambda: "s3cret"))
    found = export(talk=Conversation(BASE, login=login, trusted=[FILES] if trusted else []))
    there = [one for one in server.asked if one.url.host == "files.example"]
    assert {one.headers.get("authorization") for one in there} == ({"Bearer s3cret"} if trusted else set())
    assert len(found.files) == (2 if trusted else 0)
    assert all(f"--trust-origin {FILES}" in issue.message for issue in found.issues)


def test_files_that_need_no_login_are_fetched_from_anywhere_without_it(server: Server, export: Any) -> None:
    server.origin = FILES
    login = Bearer(Secret("the test", lambda: "s3cret"))
    assert export(talk=Conversation(BASE, login=login)).resources == 41
    assert {one.headers.get("authorization") for one in server.asked if one.url.host == "files.example"} == {None}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (httpx.Response(200, json={}), "expected status 202, found 200"),
        (httpx.Response(202), "does not say where to ask"),
        (httpx.Response(202, headers={"Content-Location": "http://evil.example/poll"}), "outside of"),
        (httpx.Response(404, json={}), "status 404"),
    ],
)
def test_a_server_that_cannot_export_is_told_of(server: Server, export: Any, answer: httpx.Response, said: str) -> None:
    server.__class__ = type("Odd", (Server,), {"__call__": lambda self, request: answer})  # type: ignore[assignment]
    with pytest.raises(Refused, match=said):
        export()


def test_a_folder_with_something_else_in_it_is_left_alone(export: Any, tmp_path: Path) -> None:
    export()
    with pytest.raises(FHIRCaseError, match="holds another export"):
        export("Group/7")
    (tmp_path / "out/export.json").write_text("{")
    with pytest.raises(FHIRCaseError, match="cannot be read"):
        export()
    (tmp_path / "out/export.json").unlink()
    with pytest.raises(FHIRCaseError, match="is not empty"):
        export()


def test_a_client_exports(server: Server, tmp_path: Path) -> None:
    server.waits = []
    with httpx.Client(transport=httpx.MockTransport(server)) as http:
        client = FHIRClient(BASE, access=Access(retry_for=0), client=http)
        assert client.export(tmp_path / "new", types=["Patient"]).resources == 41


# --- from lines to cases ----------------------------------------------------------------------------------------------


def written(path: Path, *resources: Any) -> Path:
    path.write_bytes(b"\n".join(one if isinstance(one, bytes) else dumps(one).encode() for one in resources))
    return path


def about(type_: str, id_: str, patient: str, **more: Any) -> dict[str, Any]:
    return {"resourceType": type_, "id": id_, "subject": {"reference": patient}, **more}


def test_each_patient_becomes_a_case_with_what_belongs_to_him_alone(tmp_path: Path) -> None:
    code = {"text": "Migraine"}
    one = written(
        tmp_path / "a.ndjson",
        {"resourceType": "Patient", "id": "1"}, {"resourceType": "Patient", "id": "2"},
        about("Condition", "c1", "Patient/1", code=code, asserter={"reference": "Practitioner/d"}),
        about("Condition", "c2", f"{BASE}/Patient/2", code={"text": "Gout"}, asserter={"reference": "Practitioner/gone"}),
    )  # fmt: skip
    two = written(
        tmp_path / "b.ndjson",
        {"resourceType": "Practitioner", "id": "d", "name": [{"family": "Weiss"}]},
        {"resourceType": "Practitioner", "id": "other"},
        {"resourceType": "Provenance", "id": "p", "target": [{"reference": "Condition/c1"}, {"reference": "Condition/c2"}],
         "recorded": "2026-01-01T00:00:00Z", "agent": [{"who": {"display": "x"}}]},
        {"resourceType": "PractitionerRole", "id": "r", "practitioner": {"reference": "Practitioner/d"}},
        {"resourceType": "Group", "id": "g", "type": "person", "actual": True,
         "member": [{"entity": {"reference": "Patient/1"}}, {"entity": {"reference": "Patient/2"}}]},
    )  # fmt: skip
    with Import([one, two], BASE) as held:
        first, second = held.cases()
    places = [
        sorted(one["reference"] for one in each.reading.case.origin["resources"].values()) for each in (first, second)
    ]
    assert places[0] == ["Condition/c1", "Patient/1", "Practitioner/d", "PractitionerRole/r", "Provenance/p"]
    assert places[1] == ["Condition/c2", "Patient/2", "Provenance/p"]
    assert [issue.path for issue in second.reading.report.issues if issue.code == "pull-unreachable"] == [
        "Practitioner/gone"
    ]
    assert first.reading.case.id == "patient-1"
    assert len(first.reading.case.diagnoses) == 1
    assert not held.issues


BAD = [
    b"{",
    b"[]",
    b"7",
    b"{}",
    b'{"resourceType":"Patient"}',
    b"\xff\xfe",
    b'{"resourceType":1,"id":"x"}',
    b"[" * 5000,
]


def test_a_bad_line_is_told_with_its_place_and_stops_none_of_the_others(tmp_path: Path) -> None:
    lines = [b'{"resourceType":"Patient","id":"1"}', *BAD, b"", b'{"resourceType":"Patient","id":"2"}']
    with Import([written(tmp_path / "x.ndjson", *lines, lines[0])], BASE) as held:
        assert [one.patient for one in held.cases()] == ["Patient/1", "Patient/2"]
    assert [issue.place.line for issue in held.issues if issue.place and issue.code == "bulk-line"] == [*range(2, 10)]
    assert [str(issue.place).partition(":")[2] for issue in held.issues if issue.code == "bulk-twice"] == ["12:1"]


@given(st.binary(max_size=300))
def test_no_bytes_make_an_import_fail(text: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.ndjson"
        path.write_bytes(text)
        with Import([path], BASE) as held:
            assert not list(held.cases())


def test_memory_does_not_grow_with_what_stands_in_the_files(tmp_path: Path) -> None:
    note = [{"text": "x" * 20_000}]
    with (tmp_path / "x.ndjson").open("w") as file:
        for patient in range(40):
            file.write(dumps({"resourceType": "Patient", "id": str(patient)}) + "\n")
            for number in range(40):
                made = about("Condition", f"{patient}-{number}", f"Patient/{patient}", note=note)
                file.write(dumps(made) + "\n")
    with Import([tmp_path / "x.ndjson"], "http://x") as held:
        tracemalloc.start()
        counts = sum(1 for _ in held.cases()), len(held.index.spots)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert counts == (40, 1640)
    assert peak < 10_000_000  # the file has 33 MB, the resources of one patient 0.8
