"""References are rewritten wherever they stand, and nothing else is touched."""

from __future__ import annotations

from base64 import b64decode, b64encode
from hashlib import sha1
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_case.bundle.references import addresses, rewrite
from fhir_case.json import canonical

A, B = "urn:uuid:11111111-2222-4333-8444-555555555555", "Patient/1000"
SWAP = {A: B}.get


def data(text: str) -> str:
    return b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"subject": {"reference": A}}, {"subject": {"reference": B}}),
        ({"extension": [{"url": "x", "valueUri": A}]}, {"extension": [{"url": "x", "valueUri": B}]}),
        ({"extension": [{"url": "x", "valueCanonical": A}]}, {"extension": [{"url": "x", "valueCanonical": B}]}),
        ({"content": [{"attachment": {"url": A}}]}, {"content": [{"attachment": {"url": B}}]}),
        ({"policy": ["http://law.example", A]}, {"policy": ["http://law.example", B]}),
        (
            {"_birthDate": {"extension": [{"url": "x", "valueReference": {"reference": A}}]}},
            {"_birthDate": {"extension": [{"url": "x", "valueReference": {"reference": B}}]}},
        ),
        ({"contained": [{"resourceType": "Basic", "subject": {"reference": A}}]},
         {"contained": [{"resourceType": "Basic", "subject": {"reference": B}}]}),
        ({"text": {"div": f'<div><a class="x" href="{A}">she</a> <img src=\'{A}\'/></div>'}},
         {"text": {"div": f'<div><a class="x" href="{B}">she</a> <img src=\'{B}\'/></div>'}}),
    ],
    ids=["Reference", "uri", "canonical", "attachment url", "list of uri", "extension of a primitive", "contained",
         "narrative"],
)  # fmt: skip
def test_an_address_is_replaced_where_fhir_has_one(before: Any, after: Any) -> None:
    assert canonical(rewrite(before, SWAP)) == canonical(after)


@pytest.mark.parametrize(
    "resource",
    [
        {"identifier": [{"system": A, "value": A}]},
        {"subject": {"type": A, "identifier": {"system": A, "value": A}, "display": A}},
        {"code": {"coding": [{"system": A, "code": A, "display": A}], "text": A}},
        {"valueString": A, "note": [{"text": A}], "id": A},
        {"text": {"div": f'<div>He wrote: href="{A}", and &lt;a href="{A}"&gt;</div>'}},
        {"text": {"div": f"<div>{A}</div>"}},
        {"text": {"div": f'<div><p title="{A}">x</p><!-- {A} --></div>'}},
        {"photo": [{"contentType": "image/png", "data": data(A)}]},
        {"signature": [{"sigFormat": "text/plain", "data": data(A)}]},
        {"photo": [{"contentType": "text/plain", "data": "not base64 at all!"}]},
        {"photo": [{"contentType": 7, "data": data(A)}]},
        {"subject": {"reference": "#" + A}},
    ],
)
def test_what_only_looks_like_an_address_stays_and_is_the_same_object(resource: Any) -> None:
    assert rewrite(resource, SWAP) is resource


def test_only_what_changed_is_copied() -> None:
    kept = {"reference": "Group/1"}
    resource = {"subject": {"reference": A}, "performer": [kept]}
    made = rewrite(resource, SWAP)
    assert made["performer"][0] is kept
    assert resource["subject"]["reference"] == A


def test_a_text_attachment_is_rewritten_and_its_size_and_hash_follow() -> None:
    text = f'{{"who": "{A}", "see": "{A}."}}'
    attachment = {
        "contentType": "application/fhir+json; charset=utf-8",
        "data": data(text),
        "size": len(text),
        "hash": b64encode(sha1(text.encode()).digest()).decode(),
    }
    made = rewrite({"content": [{"attachment": attachment}]}, SWAP)["content"][0]["attachment"]
    expected = text.replace(A, B)
    assert b64decode(made["data"]).decode() == expected
    assert made["size"] == len(expected)
    assert made["hash"] == b64encode(sha1(expected.encode()).digest()).decode()


def test_a_size_that_was_wrong_is_not_made_right() -> None:
    made = rewrite({"contentType": "text/plain", "data": data(A), "size": 5}, SWAP)
    assert made["size"] == 5


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("see http://h/fhir/Patient/1.", "see HERE."),
        ('"Patient/1" and \\"Patient/1\\"', '"HERE" and \\"HERE\\"'),
        ("Patient/1 in prose is prose", "Patient/1 in prose is prose"),
        ('"Patient/1/x" "Patient/12"', '"Patient/1/x" "Patient/12"'),
        ("<a href='http://h/fhir/Patient/1'>", "<a href='HERE'>"),
    ],
)
def test_in_running_text_a_relative_reference_counts_only_between_quotes(before: str, after: str) -> None:
    to = {"Patient/1": "HERE", "http://h/fhir/Patient/1": "HERE"}.get
    made = rewrite({"contentType": "text/plain", "data": data(before)}, to)
    assert b64decode(made["data"]).decode() == after


def test_text_that_is_not_utf_8_keeps_its_bytes() -> None:
    raw = b"caf\xe9 " + A.encode()
    made = rewrite({"contentType": "text/plain; charset=latin1", "data": b64encode(raw).decode()}, SWAP)
    assert b64decode(made["data"]) == b"caf\xe9 " + B.encode()


def test_links_with_escaped_characters_are_compared_and_written_as_links() -> None:
    div = '<div><a href="http://h/?a=1&amp;b=2">x</a></div>'
    made = rewrite({"div": div}, {"http://h/?a=1&b=2": "http://g/?c=1&d=2"}.get)
    assert made["div"] == '<div><a href="http://g/?c=1&amp;d=2">x</a></div>'


def test_an_unclosed_narrative_takes_no_time() -> None:
    div = "<a href=" + "<a 'x' " * 20_000
    assert rewrite({"div": div}, SWAP)["div"] == div


def test_addresses_are_listed_in_document_order() -> None:
    assert addresses({"a": {"reference": "X/1"}, "b": [{"url": "u"}], "policy": ["p", "p"]}) == ["X/1", "u", "p", "p"]


_NAMES = st.sampled_from(
    ["reference", "url", "valueUri", "policy", "value", "system", "div", "data", "contentType", "x"]
)
_TEXTS = st.sampled_from([A, B, "text/plain", data(A), f'<a href="{A}"/>', f'<a href="{B}"/>', "#1", ""])
_VALUES = st.recursive(
    _TEXTS | st.integers() | st.none() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=20,
)


@given(_VALUES)
def test_rewriting_there_and_back_gives_the_value_again(value: Any) -> None:
    there = "urn:uuid:99999999-2222-4333-8444-555555555555"
    made = rewrite(value, {A: there}.get)
    assert canonical(rewrite(made, {there: A}.get)) == canonical(value)
    if made is not value:
        assert A in addresses(value)
        assert A not in addresses(made)
