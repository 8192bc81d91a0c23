"""NDJSON is converted line by line: the same text as of all at once, in a memory that does not grow with the lines."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import pytest

from fhir_case import CaseError, dumps, loads
from fhir_case.api.converting import converted, streamed
from fhir_case.api.opening import opened
from fhir_case.formats.names import Format
from fhir_case.json import canonical

ROW = dumps({"resourceType": "Patient", "id": "p", "name": [{"text": "a\nb \u2028 }"}], "multipleBirthInteger": 2})


@pytest.mark.parametrize("count", [1, 2, 5])
def test_lines_give_the_text_that_all_at_once_give(count: int) -> None:
    text = (ROW + "\n\n") * count
    whole = converted(opened(text.encode(), "a.ndjson"), Format.JSON)
    parts = streamed(text.encode().splitlines(), "a.ndjson", Format.JSON)
    assert "".join(parts.text) == "".join(whole.text)
    assert parts.report == whole.report
    assert "".join(streamed(text.encode().splitlines(), "a.ndjson", Format.NDJSON).text) == (ROW + "\n") * count


def test_a_line_that_is_none_is_said_and_the_others_are_converted() -> None:
    made = streamed([ROW.encode(), b"{cut", b"[1]", ROW.encode()], "a.ndjson", Format.JSON)
    bundle = loads("".join(made.text))
    assert canonical([one["resource"] for one in bundle["entry"]]) == canonical([loads(ROW)] * 2)
    assert [(one.code, str(one.place)) for one in made.report.issues] == [
        ("not-json", "a.ndjson:2:2"), ("not-fhir", "a.ndjson:3:1"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("address", "id"),
    [
        ("urn:uuid:0b7f9f6e-3c56-4b57-9b37-2f0f5a6f7a10", "0b7f9f6e-3c56-4b57-9b37-2f0f5a6f7a10"),
        ("urn:oid:2.16.840.1.113883", "2.16.840.1.113883"), ("http://a.test/Medication/m1", "m1"),
        ("http://a.test/drugs?id=1", None),
    ],
)  # fmt: skip
def test_what_is_named_by_its_address_keeps_who_refers_to_it_or_it_is_said(address: str, id: str | None) -> None:
    request = {"resourceType": "MedicationRequest", "medicationReference": {"reference": address}}
    bundle = {
        "resourceType": "Bundle",
        "entry": [{"resource": request}, {"fullUrl": address, "resource": {"resourceType": "Medication"}}],
    }
    made = converted(opened(dumps(bundle).encode(), "a.json"), Format.NDJSON)
    first, second = map(loads, "".join(made.text).splitlines())
    assert second.get("id") == id
    assert first["medicationReference"]["reference"] == (f"Medication/{id}" if id else address)
    assert [one.path for one in made.report.issues if one.code == "conversion-lost"] == (
        [] if id else ["Bundle.entry[1]"]
    )


def test_no_line_at_all_is_no_bundle() -> None:
    with pytest.raises(CaseError, match="no resource"):
        list(streamed([b"\n"], "a.ndjson", Format.JSON).text)


@pytest.mark.parametrize("to", [Format.JSON, Format.NDJSON])
def test_memory_does_not_grow_with_the_lines(to: Format) -> None:
    def peak(lines: int) -> int:
        row = ROW[:-1] + f',"text":{{"status":"empty","div":"{"x" * 1000}"}}' + "}"

        def rows() -> Iterator[bytes]:
            yield from (row.encode() for _ in range(lines))

        tracemalloc.start()
        try:
            for _ in streamed(rows(), "a.ndjson", to).text:
                pass
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)  # what is loaded once
    assert peak(2000) < peak(20) + 100_000, "2,000 lines are more than 2 MB"
