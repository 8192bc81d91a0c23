"""Law 2 of design.md, section 2, on what others wrote: into a case and back gives the same bytes."""

from __future__ import annotations

from pathlib import Path

import pytest
from examples import MAPPED, examples

from fhir_case import Case
from fhir_case.json import Json, canonical, loads
from tests.same import assert_same


def assert_comes_back(source: Json) -> Case:
    """Into a case and back, also by way of its file as YAML and as JSON; the source itself is left as it was."""
    expected = canonical(source)
    case = Case.from_bundle(source)
    assert_same(case.to_bundle(), expected)
    assert_same(source, expected)
    assert_same(case.dumps(), Case.from_bundle(source).dumps())
    assert_same(Case.loads(case.dumps(), "case.json").to_bundle(), expected)
    return case


def alone(resource: Json) -> Json:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": resource}]}


def inside(resource: Json) -> Json:
    url = f"http://x.org/fhir/{resource['resourceType']}/{resource.get('id')}"
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"fullUrl": url, "resource": resource}]}


def test_the_examples_have_every_mapped_type() -> None:
    assert {name.partition("-")[0] for name in examples()} == MAPPED


@pytest.mark.parametrize("type", sorted(MAPPED))
def test_every_example_of_a_type_comes_back(type: str) -> None:
    for name, text in examples().items():
        if name.partition("-")[0] != type:
            continue
        resource = loads(text)
        case = assert_comes_back(inside(resource))
        assert_same(Case.loads(case.to_yaml()).dumps(), case.dumps())
        assert_same(Case.loads(case.to_json(), "case.json").dumps(), case.dumps())
        assert_same(Case.from_bundle(resource).to_bundle(), alone(resource))


def test_every_example_of_a_type_comes_back_among_all_the_others() -> None:
    entries = [
        {"fullUrl": f"http://x.org/fhir/{r['resourceType']}/{r['id']}", "resource": r}
        for r in map(loads, examples().values())
    ]
    assert_comes_back({"resourceType": "Bundle", "type": "collection", "entry": entries})


def bundles(shared: Path, folder: str, count: int) -> list[Path]:
    found = sorted((shared / "data" / folder).glob("*.json"))
    assert len(found) == count
    return found


def test_every_ips_document_comes_back(shared: Path) -> None:
    for path in bundles(shared, "ips-bundles", 19):
        case = assert_comes_back(loads(path.read_bytes()))
        assert_same(Case.loads(case.to_yaml()).dumps(), case.dumps())


def test_every_bundle_of_synthea_comes_back(shared: Path) -> None:
    for path in bundles(shared, "synthea", 10):
        assert_comes_back(loads(path.read_bytes()))


def test_a_file_on_disk_comes_back_as_its_text_does(shared: Path) -> None:
    path = bundles(shared, "ips-bundles", 19)[0]
    assert_same(Case.from_bundle(path).to_bundle(), loads(path.read_bytes()))
