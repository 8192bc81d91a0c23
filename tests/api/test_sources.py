"""What programs hand over as a dict: what `json.load` gives, dates, enumerations, and what JSON cannot hold."""

from __future__ import annotations

import json
import pickle
from collections import OrderedDict
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from fhir_case import Case, CaseError, DefinitionError, Validator, dumps, loads, validate
from fhir_case.bundle.registry import installed, own


class Gender(StrEnum):
    FEMALE = "female"


def test_floats_of_json_load_can_be_written_as_a_case_file() -> None:
    text = '{"resourceType": "Observation", "status": "final", "code": {"text": "x"}, "extension": [{"valueDecimal": 0.5}]}'
    case = Case.from_bundle(json.loads(text))
    assert Case.loads(case.to_yaml()) == case == Case.from_bundle(text)


def test_dates_tuples_and_enumerations_of_python_are_what_json_writes_for_them() -> None:
    patient = OrderedDict(
        resourceType="Patient", birthDate=date(2000, 1, 31), gender=Gender.FEMALE, name=({"text": "A"},)
    )
    written = loads(dumps(patient))
    assert written["birthDate"] == "2000-01-31"
    assert Case.from_bundle(patient) == Case.from_bundle(written)
    assert Case.from_bundle(patient).patient.sex == "female"  # type: ignore[union-attr]
    assert validate(patient).issues == ()


@pytest.mark.parametrize(
    "held",
    [float("nan"), float("inf"), Decimal("NaN"), object(), "\ud800", {1: {}, "1": {}}],
    ids=["nan", "inf", "decimal nan", "object", "half a character", "a number as key"],
)
def test_what_json_cannot_hold_is_an_issue_and_no_traceback(held: Any) -> None:
    patient = {"resourceType": "Patient", "extension": [{"valueDecimal": held}]}
    with pytest.raises(CaseError, match="cannot be written as JSON"):
        Case.from_bundle(patient)
    assert [issue.code for issue in validate(patient).issues] == ["not-json"]


def test_half_a_character_in_a_text_is_an_issue_with_its_place() -> None:
    with pytest.raises(CaseError, match=r"input:2:9: .* half a character"):
        Case.from_bundle('{"resourceType": "Patient",\n  "id": "a\\ud83d"}'.replace('"id": "a', '"id":"'))
    assert Case.from_bundle('{"resourceType": "Patient", "language": "\\ud83d\\ude00"}')


def test_a_file_name_given_as_text_is_told_to_be_a_path() -> None:
    with pytest.raises(CaseError, match=r"pathlib\.Path"):
        Case.from_bundle("data/bundle.json")


def test_what_a_program_gets_wrong_is_told_in_its_words(tmp_path: Path) -> None:
    case = Case.loads("id: a\ntitle: A")
    with pytest.raises(ValueError, match="expected transaction, collection or document, found 'transacton'"):
        case.to_bundle("transacton")  # type: ignore[arg-type]
    with pytest.raises(FileNotFoundError, match=r"no-folder/a\.json"):
        case.save(tmp_path / "no-folder" / "a.json")
    with pytest.raises(DefinitionError, match=r"hl7\.nowhere"):
        Validator(packages="hl7.nowhere@1.0.0")


def test_the_installed_mappings_go_to_workers_and_others_say_that_they_cannot() -> None:
    assert pickle.loads(pickle.dumps(installed())) is installed()
    with pytest.raises(pickle.PicklingError, match="only the mappings that are installed"):
        pickle.dumps(own())
