"""Each case of the fixtures goes into every kind of bundle and comes back equal, with nothing left unread."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any, Literal

import pytest

from fhir_case import Case, as_model, dumps, loads

FOLDERS = sorted(
    path.parent for path in (Path(__file__).resolve().parent.parent / "fixtures/cases").glob("*/case.yaml")
)
TYPES = ("transaction", "collection", "document")
Type = Literal["transaction", "collection", "document"]

each_case = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
each_type = pytest.mark.parametrize("type", TYPES)


def load(folder: Path) -> Case:
    return Case.load(folder / "case.yaml")


def test_there_are_three_cases() -> None:
    assert [folder.name for folder in FOLDERS] == [
        "graves-disease-agranulocytosis", "juvenile-dermatomyositis-calcinosis", "newborn-hydronephrosis",
    ]  # fmt: skip


@each_case
def test_a_case_is_named_after_its_folder_and_names_its_schema(folder: Path) -> None:
    first = (folder / "case.yaml").read_text(encoding="utf-8").partition("\n")[0]
    assert first == "# yaml-language-server: $schema=../case.schema.json"
    assert load(folder).id == folder.name


@each_case
@each_type
def test_a_bundle_gives_the_case_back_equal(folder: Path, type: Type) -> None:
    case = load(folder)
    reading = Case.read(dumps(case.to_bundle(type)))
    assert reading.case.dumps() == case.dumps()
    assert [issue for issue in reading.report.issues if issue.code == "carried"] == []


@each_case
@each_type
def test_nothing_of_a_bundle_is_left_to_the_remainder(folder: Path, type: Type) -> None:
    plain = Case.from_bundle(load(folder).to_bundle(type)).plain()
    assert remainders(plain) == []
    assert "resources" not in plain
    assert "bundle" not in plain


def remainders(value: Any, path: str = "") -> list[str]:
    """The places where a case has a remainder."""
    if isinstance(value, list):
        return [found for held in value for found in remainders(held, path)]
    if not isinstance(value, dict):
        return []
    mine = [path] if "remainder" in value else []
    return mine + [found for name, held in value.items() for found in remainders(held, f"{path}.{name}")]


def twins_in_extensions(value: Any, path: str, inside: bool = False) -> list[str]:
    """The places of the `_value[x]` of extensions, which the models of fhir.resources have no field for."""
    if isinstance(value, list):
        return [found for n, held in enumerate(value) for found in twins_in_extensions(held, f"{path}[{n}]", inside)]
    if not isinstance(value, dict):
        return []
    return [f"{path}.{key}" for key in value if inside and key.startswith("_value")] + [
        found for key, held in value.items() for found in twins_in_extensions(held, f"{path}.{key}", key == "extension")
    ]


@each_case
@each_type
def test_every_resource_is_one_for_fhir_resources_too(folder: Path, type: Type) -> None:
    bundle = load(folder).to_bundle(type)
    for resource in (bundle, *(entry["resource"] for entry in bundle["entry"])):
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            model = as_model(resource)
        assert model.get_resource_type() == resource["resourceType"]
        left_out = [path for warning in warned for path in warning.message.paths]  # type: ignore[union-attr]
        assert sorted(left_out) == sorted(twins_in_extensions(resource, resource["resourceType"]))
        # The only ones: when a diagnosis was made, relative to another item (condition-assertedDate).
        assert all(re.search(r"Condition|entry", path) and path.endswith("]._valueDateTime") for path in left_out)


@each_case
@each_type
def test_the_same_case_gives_the_same_bytes(folder: Path, type: Type) -> None:
    assert dumps(load(folder).to_bundle(type)) == dumps(load(folder).to_bundle(type))


@each_case
def test_a_case_can_be_written_as_yaml_and_as_json_and_read_again(folder: Path) -> None:
    case = load(folder)
    assert Case.loads(case.to_yaml()).dumps() == case.dumps()
    assert Case.loads(case.to_json(), "case.json").dumps() == case.dumps()


@each_case
def test_every_item_is_quoted(folder: Path) -> None:
    report = (folder / "report.md").read_text(encoding="utf-8")
    for entry in load(folder).entries():
        assert entry.item.quotes, f"{entry.kind}.{entry.id}"
        for quote in entry.item.quotes:
            assert quote.at is not None
            assert report[quote.at : quote.at + len(quote.text)] == quote.text


@each_case
def test_references_of_a_bundle_lead_to_its_own_entries(folder: Path) -> None:
    bundle: Any = loads(dumps(load(folder).to_bundle("document")))
    addresses = {entry["fullUrl"] for entry in bundle["entry"]}
    assert set(references(bundle)) <= addresses


@each_case
def test_a_document_leads_from_its_composition_to_everything(folder: Path) -> None:
    bundle: Any = loads(dumps(load(folder).to_bundle("document")))
    held = {entry["fullUrl"]: entry["resource"] for entry in bundle["entry"]}
    reached: set[str] = set()
    ahead = [bundle["entry"][0]["fullUrl"]]
    while ahead:
        address = ahead.pop()
        if address not in reached:
            reached.add(address)
            ahead += references(held[address])
    assert {held[address]["resourceType"] for address in held.keys() - reached} <= {"Provenance"}


def references(value: Any) -> list[str]:
    """The addresses that the references in a JSON value name."""
    if isinstance(value, list):
        return [found for held in value for found in references(held)]
    if not isinstance(value, dict):
        return []
    mine = [value["reference"]] if isinstance(value.get("reference"), str) else []
    return mine + [found for held in value.values() for found in references(held)]


# --- what only one of the cases has -----------------------------------------------------------------------------------


def resource(case: Case, type: str, text: str) -> dict[str, Any]:
    """The one resource of a type whose code has this text or code."""
    bundle: Any = loads(dumps(case.to_bundle("collection")))
    (found,) = [
        r for entry in bundle["entry"] if (r := entry["resource"])["resourceType"] == type and f'"{text}"' in dumps(r)
    ]
    return dict(found)


@pytest.fixture(scope="module")
def graves() -> Case:
    return load(FOLDERS[0])


@pytest.fixture(scope="module")
def newborn() -> Case:
    return load(FOLDERS[2])


def test_a_laboratory_value_keeps_its_digits_range_and_flag(graves: Case) -> None:
    low = [r for r in labs(graves, "Neutrophils") if r["effectiveDateTime"] == "2025-06-20"]
    assert dumps(low[0]["valueQuantity"]["value"]) == "0.08"
    assert [dumps(low[0]["referenceRange"][0][bound]["value"]) for bound in ("low", "high")] == ["1.80", "7.50"]
    assert low[0]["interpretation"][0]["coding"][0]["code"] == "LL"
    (tsh, _) = sorted(labs(graves, "Thyrotropin (TSH)"), key=lambda r: str(r["effectiveDateTime"]))
    assert tsh["valueQuantity"] == {
        "value": loads("0.01"), "comparator": "<", "unit": "mIU/L", "system": "http://unitsofmeasure.org", "code": "m[IU]/L",
    }  # fmt: skip


def labs(case: Case, text: str) -> list[dict[str, Any]]:
    bundle: Any = loads(dumps(case.to_bundle("collection")))
    held = [entry["resource"] for entry in bundle["entry"]]
    return [r for r in held if r["resourceType"] == "Observation" and r["code"].get("text") == text]


def test_a_stopped_drug_says_when_and_why(graves: Case) -> None:
    drug = resource(graves, "MedicationStatement", "37656002")
    assert drug["status"] == "stopped"
    assert drug["effectivePeriod"] == {"start": "2025-05-14", "end": "2025-06-20"}
    assert drug["statusReason"] == [{"text": "Agranulocytosis"}]
    assert drug["dosage"][0]["timing"]["repeat"] == {"frequency": 1, "period": 1, "periodUnit": "d"}


def test_an_allergy_says_what_it_did(graves: Case) -> None:
    allergy = resource(graves, "AllergyIntolerance", "91936005")
    (reaction,) = allergy["reaction"]
    assert (reaction["severity"], reaction["onset"]) == ("moderate", "1998")
    assert reaction["manifestation"][0]["coding"][0]["code"] == "64305001"


def test_a_relative_is_told_with_her_age_at_onset(graves: Case) -> None:
    mother = resource(graves, "FamilyMemberHistory", "MTH")
    age = mother["condition"][0]["onsetAge"]
    assert (age["value"], age["code"]) == (45, "a")


def test_the_month_of_birth_stays_a_month(newborn: Case) -> None:
    patient = resource(newborn, "Patient", "2024-02")
    assert patient["birthDate"] == "2024-02"
    dates = {
        value
        for entry in newborn.to_bundle("collection")["entry"]
        for name, value in entry["resource"].items()
        if name.endswith(("DateTime", "Date", "recorded", "date")) and isinstance(value, str)
    }
    assert dates == {"2024-02", "2024-09-02T08:00:00Z"}


def test_no_known_allergy_is_a_code(newborn: Case) -> None:
    allergy = resource(newborn, "AllergyIntolerance", "716186003")
    assert allergy["code"]["coding"][0]["display"] == "No known allergy (situation)"


def test_what_was_ruled_out_is_refuted_and_what_was_absent_is_absent(newborn: Case) -> None:
    valves = resource(newborn, "Condition", "Posterior urethral valves")
    assert valves["verificationStatus"]["coding"][0]["code"] == "refuted"
    assert "clinicalStatus" not in valves
    fever = resource(newborn, "Observation", "386661006")
    assert fever["valueCodeableConcept"]["coding"][0]["code"] == "2667000"


def test_what_was_not_done_is_no_procedure_that_was(newborn: Case) -> None:
    assert resource(newborn, "Procedure", "Diuretic renography")["status"] == "not-done"
    assert resource(newborn, "MedicationStatement", "Antibiotic prophylaxis")["status"] == "not-taken"
