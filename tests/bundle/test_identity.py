"""Identities: the same on every machine, found again in every resource, and gone without a trace."""

from __future__ import annotations

import uuid
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_case.bundle.identity import TAGGED, Identity, mark, marked, unmarked
from fhir_case.json import canonical, copied

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:fhir-case")
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(texts, texts)
def test_the_address_is_a_name_based_uuid(system, value):
    assert (
        Identity("Patient", system, value).address == f"urn:uuid:{uuid.uuid5(NAMESPACE, f'Patient|{system}|{value}')}"
    )


@given(texts, texts)
def test_the_query_is_percent_encoded_and_says_the_identity(system, value):
    query = Identity("Condition", system, value).query
    assert query == f"identifier={quote(system, safe='')}|{quote(value, safe='')}"
    assert unquote(query.split("=", 1)[1].split("|")[0]) == system


@pytest.mark.parametrize("type", ["Patient", "Provenance", "Composition"])
@pytest.mark.parametrize(
    "more",
    [
        {},
        {"meta": {"profile": ["p"], "tag": [{"code": "x"}]}},
        {"identifier": [{"value": "7"}]},
        {"meta": {"tag": [{"code": "y"}]}},
    ],
)
def test_a_mark_can_be_read_and_taken_off_again(type, more):
    identity = Identity(type, "urn:fhir-case:item", "case/item")
    resource = {"resourceType": type, **copied(more)}
    before = canonical(resource)
    made = copied(resource)
    mark(made, identity)
    assert marked(made) == identity
    assert identity.tagged == (type in TAGGED)
    assert canonical(unmarked(made)) == before


@pytest.mark.parametrize(
    "odd", [{"identifier": "x"}, {"identifier": [7]}, {"identifier": [{"system": "urn:fhir-case:item"}]}, {}]
)
def test_what_is_no_mark_is_none(odd):
    assert marked({"resourceType": "Patient", **odd}) is None
