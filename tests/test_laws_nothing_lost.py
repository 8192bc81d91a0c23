"""Law 2 of design.md, section 2, on what others wrote: into a case and back gives the same bytes."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from examples import MAPPED, examples, others
from generated_resources import bundles as resource_bundles
from generated_resources import resources
from hypothesis import HealthCheck, given, settings

from fhir_case import Case, dumps, validate
from fhir_case.bundle.build import BundleType
from fhir_case.bundle.references import rewrite
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


def assert_goes_onward(source: Json, *types: BundleType) -> None:
    """Written as a bundle of our own and read again, the case says the same, and so does its bundle."""
    case = Case.from_bundle(source)
    for type in types or ("transaction", "collection", "document"):
        bundle = case.to_bundle(type)
        again = Case.from_bundle(bundle)
        told = said if type == "transaction" else (lambda case: identified(said(case)))
        assert_same(told(again), told(case))
        assert_same(again.to_bundle(), canonical(bundle))
        assert_same(again.to_bundle(type), canonical(bundle))


def said(case: Case) -> Json:
    """What a case says, without how its bundle came and how that spelled its references."""
    return unspelled({name: value for name, value in case.plain().items() if name != "bundle"})


def identified(value: Json) -> Json:
    """With searches for an identifier as the identifier: only transactions have such (https://hl7.org/fhir/R4/http.html#trules)."""
    if isinstance(value, list):
        return [identified(one) for one in value]
    if not isinstance(value, dict):
        return value
    made = {name: identified(held) for name, held in value.items()}
    search = re.fullmatch(r"([A-Z]\w+)\?identifier=([^|,&]+)\|([^|,&]+)", str(value.get("reference")))
    if search:
        del made["reference"]
        return made | {"type": search[1], "system": search[2], "value": search[3]}
    if "type" in made and isinstance(made.get("identifier"), dict) and made["identifier"].keys() == {"system", "value"}:
        return made | made.pop("identifier")
    return made


def unspelled(value: Json) -> Json:
    if isinstance(value, list):
        return [unspelled(one) for one in value]
    if not isinstance(value, dict):
        return value
    made = {name: unspelled(held) for name, held in value.items()}
    if isinstance(value.get("remainder"), dict):
        # What is there for the spelling alone: the line reads the same reference.
        kept = {name: made["remainder"][name] for name, held in value["remainder"].items() if not spelling(held)}
        made = {name: held for name, held in made.items() if name != "remainder"} | (
            {"remainder": kept} if kept else {}
        )
    return rewrite(made, lambda reference: re.sub(r"^(item:[^#]+)#.*", r"\1", reference))


def spelling(value: Json) -> bool:
    """A reference to an item that the source spelled in another way than its other references, and its display."""
    return (
        isinstance(value, dict)
        and {"reference"} <= value.keys() <= {"reference", "display"}
        and "#" in value["reference"]
    )


def alone(resource: Json) -> Json:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": resource}]}


def inside(resource: Json) -> Json:
    return among([resource])


def among(resources: Iterable[Json]) -> Json:
    entries = [{"fullUrl": f"http://x.org/fhir/{r['resourceType']}/{r.get('id')}", "resource": r} for r in resources]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


LARGE = 100_000
"""Bytes of what takes long and shows nothing new: R4's own definitions, which are carried as they are."""


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
        assert_goes_onward(inside(resource))


def test_every_example_of_a_type_comes_back_among_all_the_others() -> None:
    together = among(loads(text) for text in examples().values())
    assert_comes_back(together)
    assert_goes_onward(together)


def test_every_example_of_a_type_without_a_mapping_comes_back() -> None:
    assert len(others()) > 110
    for type, paths in others().items():
        if type != "Bundle":
            together = among(loads(path.read_bytes()) for path in paths if path.stat().st_size < LARGE)
            assert_comes_back(together)
            assert_goes_onward(together, "transaction")


def test_every_example_of_a_bundle_comes_back() -> None:
    paths = [path for path in others()["Bundle"] if path.stat().st_size < 10 * LARGE]
    assert len(paths) == 34
    for path in paths:
        assert_comes_back(loads(path.read_bytes()))
        assert_goes_onward(loads(path.read_bytes()))


def bundles(shared: Path, folder: str, count: int) -> list[Path]:
    found = sorted((shared / "data" / folder).glob("*.json"))
    assert len(found) == count
    return found


def test_every_ips_document_comes_back(shared: Path) -> None:
    for path in bundles(shared, "ips-bundles", 19):
        case = assert_comes_back(loads(path.read_bytes()))
        assert_same(Case.loads(case.to_yaml()).dumps(), case.dumps())
        assert_goes_onward(loads(path.read_bytes()))


def test_every_bundle_of_synthea_comes_back(shared: Path) -> None:
    for path in bundles(shared, "synthea", 10):
        assert_comes_back(loads(path.read_bytes()))
        assert_goes_onward(loads(path.read_bytes()))


def test_every_example_of_the_packages_of_guides_comes_back(shared: Path) -> None:
    count = 0
    for path in sorted((shared / "data/ig-packages").glob("*.tgz")):
        with tarfile.open(path) as package:
            texts = [package.extractfile(one) for one in package if re.fullmatch(r".*/example/.*\.json", one.name)]
            found = [loads(text.read()) for text in texts if text is not None]
        made = [one for one in found if "resourceType" in one]
        count += len(made)
        for bundle in (one for one in made if one["resourceType"] == "Bundle"):
            assert_comes_back(bundle)
        assert_comes_back(among(one for one in made if one["resourceType"] != "Bundle"))
    assert count > 350


def test_a_file_on_disk_comes_back_as_its_text_does(shared: Path) -> None:
    path = bundles(shared, "ips-bundles", 19)[0]
    assert_same(Case.from_bundle(path).to_bundle(), loads(path.read_bytes()))


# --- of any type, from the definitions --------------------------------------------------------------------------------

at_random = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
)


@settings(at_random, max_examples=60)
@given(resource_bundles(tuple(sorted(MAPPED))) | resource_bundles())
def test_law_2_whatever_r4_allows_comes_back(bundle: Json) -> None:
    assert_comes_back(bundle)
    assert_goes_onward(bundle, "transaction")


@settings(at_random, max_examples=60)
@given(resources())
def test_what_is_generated_is_right_in_structure(resource: Json) -> None:
    """What remains are rules between elements, which a generator of shapes does not know."""
    found = {issue.code for issue in validate(dumps(resource)).issues if issue.severity in ("error", "fatal")}
    assert not [code for code in found if code.startswith(("json-", "resource-", "element-", "choice-", "value-"))]
