"""No resource of a bundle refers to itself: HAPI 8.8.0 answers a transaction that creates such a one with a stack overflow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fhir_case import Case

CASES = sorted((Path(__file__).parents[2] / "fixtures/cases").glob("*/case.yaml"))


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for held in value.values():
            yield from references(held)
    elif isinstance(value, list):
        for one in value:
            yield from references(one)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.parent.name)
def test_no_resource_of_the_fixtures_refers_to_itself(path: Path) -> None:
    for entry in Case.load(path).to_bundle("transaction")["entry"]:
        assert entry["fullUrl"] not in references(entry["resource"])


def test_the_sources_own_quotes_say_where_they_stand_in_it_and_come_back() -> None:
    case = Case.loads("id: x\ntitle: X\npatient: {sex: female}\nsource: {text: A rash., title: Rash, quotes: [rash]}\n")
    bundle = case.to_bundle("collection")
    (source,) = (e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "DocumentReference")
    (quote,) = source["extension"]
    assert [part["url"] for part in quote["extension"]] == ["offset", "length"]
    assert [part["valueInteger"] for part in quote["extension"]] == [2, 4]
    assert Case.from_bundle(bundle) == case
