"""`Validator`: built once, immutable, shared between threads and sent to workers; what it takes and what it refuses."""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fhir_case import DefinitionError, Report, ValidationSettings, Validator, validate
from fhir_case.issues import Place

ROOT = Path(__file__).parents[2]
BAD = {"resourceType": "Patient", "gender": "f", "birthDate": "1970-02-30"}
PROFILE = {
    "resourceType": "StructureDefinition", "url": "http://hospital.test/named", "name": "Named", "status": "draft",
    "fhirVersion": "4.0.1", "kind": "resource", "abstract": False, "type": "Patient", "derivation": "constraint",
    "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient",
    "differential": {
        "element": [{"id": "Patient", "path": "Patient"}, {"id": "Patient.name", "path": "Patient.name", "min": 1}]
    },
}  # fmt: skip
NAMED = "http://hospital.test/named"


def codes(report: Report) -> list[str]:
    return sorted(issue.code for issue in report.issues)


@pytest.fixture(scope="module")
def strict() -> Validator:
    """A validator with a profile of its own and settings that are not the usual ones."""
    return Validator(definitions=[PROFILE], profiles=[NAMED], settings=ValidationSettings(displays="error"))


# --- what it takes ----------------------------------------------------------------------------------------------------


def test_text_bytes_path_dict_and_model_say_the_same(tmp_path: Path) -> None:
    text = json.dumps(BAD)
    file = tmp_path / "bad.json"
    file.write_text(text, "utf-8")
    for source in (text, text.encode(), file, BAD):
        assert codes(validate(source)) == ["code-not-in-value-set", "value-format"]


def test_a_model_of_fhir_resources_is_taken() -> None:
    from fhir.resources.R4B.patient import Patient

    assert validate(Patient(gender="female")).ok
    assert codes(validate(Patient(gender="f"))) == ["code-not-in-value-set"]


def test_text_gives_lines_and_a_dict_has_none() -> None:
    (with_line, _) = validate(json.dumps(BAD, indent=1)).issues
    (without, _) = validate(BAD).issues
    assert with_line.place is not None
    assert with_line.place.line == 3
    assert without.place is None


def test_places_are_counted_when_asked_for_and_are_places_like_others() -> None:
    text = json.dumps(BAD, indent=1)
    (first, second), again = validate(text).issues, validate(text)
    assert pickle.loads(pickle.dumps(again)) == validate(text)
    assert {first.place, second.place} == {Place("input", 3, 12), Place("input", 4, 15)}
    assert first.place is not None
    assert replace(first.place, file="f") == Place("f", 3, 12)
    assert copy.deepcopy(first) == first
    with pytest.raises(AttributeError, match="Place has no row"):
        first.place.row  # type: ignore[attr-defined]  # noqa: B018


def test_floats_are_noted_once() -> None:
    quantity = {"value": 7.2, "unit": "mg"}
    observation = {
        "resourceType": "Observation", "status": "final", "code": {"text": "x"}, "valueQuantity": quantity,
        "component": [{"code": {"text": "y"}, "valueQuantity": quantity}],
    }  # fmt: skip
    report = validate(observation)
    assert report.ok
    assert codes(report).count("digits-lost") == 1
    assert "digits-lost" not in codes(validate(json.dumps(observation)))


@pytest.mark.parametrize(
    "nothing", [None, 7, [], "", "[]", b"\xff", "null", {}, {"resourceType": 5}, {"resourceType": []}]
)
def test_what_is_no_resource_is_an_issue_and_no_exception(nothing: Any) -> None:
    assert not validate(nothing).ok


def test_a_file_that_is_not_there_is_an_issue(tmp_path: Path) -> None:
    (issue,) = validate(tmp_path / "none.json").issues
    assert (issue.code, issue.severity) == ("file-unreadable", "fatal")


# --- what it refuses --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made_of", "told"),
    [
        ({"definitions": ["no/such/file.json"]}, "no/such/file.json"),
        ({"definitions": [{"url": "http://x.test"}]}, "resourceType"),
        ({"definitions": ['{"resourceType": "StructureDefinition",']}, "JSON"),
        ({"definitions": [7]}, "resource"),
        ({"packages": ["hl7.fhir.no.such@9.9.9"]}, "hl7.fhir.no.such"),
        ({"packages": ["no/such/package.tgz"]}, "no/such/package.tgz"),
        ({"profiles": ["http://hospital.test/nobody"]}, "http://hospital.test/nobody"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(
    made_of: dict[str, Any], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(DefinitionError, match=told):
        Validator(**made_of)


def test_a_folder_is_taken_with_a_note_on_what_in_it_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "named.json").write_text(json.dumps(PROFILE), "utf-8")
    (tmp_path / "broken.json").write_text("{", "utf-8")
    made = Validator(definitions=[tmp_path], profiles=[NAMED])
    assert [issue.code for issue in made.issues] == ["definition-unusable"]
    assert "element-missing" in codes(made.validate(BAD))


# --- shared and sent --------------------------------------------------------------------------------------------------


def test_a_pickle_makes_the_same_validator(strict: Validator) -> None:
    again = pickle.loads(pickle.dumps(strict))
    assert (again.settings, again.profiles) == (strict.settings, strict.profiles)
    assert again.validate(BAD) == strict.validate(BAD)
    assert "element-missing" in codes(again.validate(BAD))


def test_a_pickle_is_small_because_r4_is_not_in_it() -> None:
    assert len(pickle.dumps(Validator())) < 2000


def test_workers_take_it_and_give_reports_back(strict: Validator) -> None:
    with ProcessPoolExecutor(1) as pool:
        assert pool.submit(strict.validate, json.dumps(BAD)).result(60) == strict.validate(json.dumps(BAD))


def test_a_new_process_can_read_the_pickle(strict: Validator, tmp_path: Path) -> None:
    file = tmp_path / "validator.pickle"
    file.write_bytes(pickle.dumps(strict))
    code = (
        f"import pickle; v = pickle.load(open({str(file)!r}, 'rb')); "
        f"print(*sorted(i.code for i in v.validate({BAD!r}).issues))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.split() == codes(strict.validate(BAD))


def test_threads_share_one_that_has_compiled_nothing_yet() -> None:
    shared = Validator(definitions=[PROFILE], profiles=[NAMED])
    resources = [
        BAD,
        {"resourceType": "Observation", "status": "x", "code": {}},
        {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": BAD}]},
        {"resourceType": "Condition", "subject": {"reference": "Patient/1"}, "onsetAge": {"value": 3}},
    ]  # fmt: skip
    alone = [Validator(definitions=[PROFILE], profiles=[NAMED]).validate(one) for one in resources]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(shared.validate, resources * 20))
    assert found == alone * 20


def test_nothing_is_remembered_between_resources(strict: Validator) -> None:
    before = strict.validate(BAD)
    strict.validate({"resourceType": "Patient", "name": [{"family": "A"}]})
    assert strict.validate(BAD) == before


def test_the_resource_is_left_as_it_is() -> None:
    given = json.loads(json.dumps(BAD))
    validate(given)
    assert given == BAD


def test_where_there_is_no_type_a_path_begins_with_an_element() -> None:
    first = validate('{"name": [{"given": "a", "given": "b"}]}').issues[0]
    assert (first.code, first.path) == ("json-duplicate-key", "name[0].given")
