"""A case that was only edited is written back with its comments, order and style."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from fhir_case import Case, CaseError

TEXT = """\
# yaml-language-server: $schema=case.schema.json
id: a   # the case
title: A case
source:
  file: report.md
patient: {sex: male}
labs:
  # measured twice
  crp:
    value: 7.20 mg/L   # high
    code: loinc 1988-5
  esr:
    code: loinc 30341-2
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "report.md").write_text("A report.\n", encoding="utf-8")
    path = tmp_path / "case.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_an_unchanged_case_leaves_its_file_as_it_is(file: Path) -> None:
    Case.load(file).save(file)
    assert file.read_text(encoding="utf-8") == TEXT


def test_one_changed_value_changes_one_value_of_the_file(file: Path) -> None:
    case = Case.load(file)
    case.labs["crp"].value = "7.30 mg/L"  # type: ignore[assignment]
    case.save(file)
    assert file.read_text(encoding="utf-8") == TEXT.replace("7.20", "7.30")
    assert Case.load(file) == case
    assert case.labs["crp"].value.value.value == Decimal("7.30")  # type: ignore[union-attr]


def test_another_case_is_written_anew_and_json_as_json(file: Path, tmp_path: Path) -> None:
    other = Case.loads("id: b\ntitle: B\npatient: {}")
    other.save(file)
    assert Case.load(file) == other
    other.save(tmp_path / "b.json")
    assert Case.load(tmp_path / "b.json") == other


def test_a_file_that_is_no_case_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "notes.yaml"
    path.write_text("shopping: [milk]\n", encoding="utf-8")
    with pytest.raises(CaseError):
        Case.loads("id: b\ntitle: B\npatient: {}").save(path)
    assert path.read_text(encoding="utf-8") == "shopping: [milk]\n"


def test_a_value_that_does_not_fit_cannot_be_assigned(file: Path) -> None:
    case = Case.load(file)
    with pytest.raises(ValueError, match="no UCUM unit"):
        case.labs["crp"].value = "7 mgr/L"  # type: ignore[assignment]
