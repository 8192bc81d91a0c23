"""Large parts of a case stand in files beside its own: read, written, edited there, and never anywhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from fhir_case import Case, CaseError
from fhir_case.api.origins import validated
from fhir_case.api.validation import Validator
from fhir_case.case.siblings import APART, WHOLE

MAIN = """\
id: a
title: A case
files:
  labs: a.labs.yaml   # many
  diagnoses: more/dx.json
patient: {sex: male}
findings:
  fever: {code: Fever}
"""
LABS = """\
# labs of the case in a.yaml
crp:
  code: loinc 1988-5
  value: 7.20 mg/L   # high
esr:
  code: loinc 30341-2
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    folder = tmp_path / "cases"
    (folder / "more").mkdir(parents=True)
    (folder / "a.labs.yaml").write_text(LABS, "utf-8")
    (folder / "more/dx.json").write_text('{"flu": {"code": "Influenza", "evidence": ["fever"]}}', "utf-8")
    path = folder / "a.yaml"
    path.write_text(MAIN, "utf-8")
    (tmp_path / "secret.yaml").write_text("x: {code: secret}\n", "utf-8")
    return path


def large(labs: int = 600) -> Case:
    case = Case.loads("id: b\ntitle: B\npatient: {}\nfindings: {fever: {code: Fever}}")
    made = Case.loads("id: b\ntitle: B\nlabs:\n" + "".join(
        f"  l{n}:\n    code: loinc 1988-5\n    value: {n} mg/L\n    when: 2020\n" for n in range(labs)
    ))  # fmt: skip
    case.labs = made.labs
    return case


def told(file: Path) -> list[tuple[str, str, str]]:
    """The place, path and code of each issue, the folder left out."""
    with pytest.raises(CaseError) as caught:
        Case.load(file)
    return [(str(one.place).replace(f"{file.parent}/", ""), one.path, one.code) for one in caught.value.issues]


def test_a_case_in_several_files_is_the_case_in_one(file: Path) -> None:
    case = Case.load(file)
    assert sorted(case.labs) == ["crp", "esr"]
    assert case.diagnoses["flu"].evidence == ["fever"]
    assert Case.loads(case.to_yaml()) == case
    assert "files" not in case.plain()


def test_what_is_wrong_in_a_part_is_said_with_its_file_and_line(file: Path) -> None:
    (file.parent / "a.labs.yaml").write_text(LABS.replace("7.20 mg/L", "7.20 mgr/L").replace("esr", "fever"), "utf-8")
    assert told(file) == [
        ("a.labs.yaml:4:10", "labs.crp.value", "unit-unknown"),
        ("a.labs.yaml:5:1", "labs.fever", "case-duplicate-id"),
    ]
    (file.parent / "a.labs.yaml").write_text("crp: {code: [}", "utf-8")
    assert [(place.partition(":")[0], code) for place, _, code in told(file)] == [("a.labs.yaml", "file-syntax")]


def test_what_is_wrong_in_the_bundle_is_traced_into_the_part(file: Path) -> None:
    (file.parent / "a.labs.yaml").write_text(LABS + "  remainder: {bodySite: {coding: [{code: 7}]}}\n", "utf-8")
    case = Case.load(file)
    found = validated(case, case.build(), Validator(), file).issues
    assert "a.labs.yaml:7" in {str(one.origin).rpartition("/")[2].rpartition(":")[0] for one in found}


@pytest.mark.parametrize(
    ("files", "section"),
    [
        ("{labs: ../secret.yaml}", "files.labs"),
        ("{labs: more/../../secret.yaml}", "files.labs"),
        ("{labs: link.yaml}", "files.labs"),
        ("{labs: circle.yaml}", "files.labs"),
        ("{labs: /etc/hostname}", "files.labs"),
        ('{labs: "a\\0.yaml"}', "files.labs"),
        ("{labs: nowhere.yaml}", "files.labs"),
        ("{labs: more}", "files.labs"),
        ("{labs: a.yaml}", "files.labs"),
        ("{labs: notes.txt}", "files.labs"),
        ("{labs: [a.labs.yaml]}", "files.labs"),
        ("{labs: a.labs.yaml, outcomes: ./a.labs.yaml}", "files.outcomes"),
        ("{findings: a.labs.yaml}", "files.findings"),
        ("{patient: a.labs.yaml}", "files.patient"),
        ("a.labs.yaml", "files"),
    ],
)
def test_a_file_that_may_not_be_taken_is_named_with_its_line(file: Path, files: str, section: str) -> None:
    (file.parent / "link.yaml").symlink_to(file.parent.parent / "secret.yaml")
    (file.parent / "circle.yaml").symlink_to(file.parent / "circle.yaml")
    (file.parent / "notes.txt").write_text("x: {code: X}\n", "utf-8")
    text = MAIN.replace("files:\n  labs: a.labs.yaml   # many\n  diagnoses: more/dx.json\n", f"files: {files}\n")
    file.write_text(text, "utf-8")
    ((place, path, code),) = told(file)
    assert (place.rpartition(":")[0], path, code) == ("a.yaml:3", section, "case-files")


def test_a_case_that_is_no_file_has_no_files_beside_it() -> None:
    with pytest.raises(CaseError, match="no files beside it"):
        Case.loads(MAIN)


def test_an_edit_goes_into_the_file_that_the_item_stands_in_and_leaves_the_rest(file: Path) -> None:
    case = Case.load(file)
    case.save(file)
    assert (file.read_text("utf-8"), (file.parent / "a.labs.yaml").read_text("utf-8")) == (MAIN, LABS)
    case.labs["crp"].value = "7.30 mg/L"  # type: ignore[assignment]
    del case.diagnoses["flu"]
    case.save(file)
    assert file.read_text("utf-8") == MAIN
    assert (file.parent / "a.labs.yaml").read_text("utf-8") == LABS.replace("7.20", "7.30")
    assert Case.load(file) == case
    case.labs.clear()
    case.save(file)
    assert Case.load(file) == case


def test_a_large_case_is_written_with_its_large_sections_beside_it(tmp_path: Path) -> None:
    case = large()
    assert case.to_yaml().count("\n") > WHOLE
    written = case.save(tmp_path / "b.yaml")
    assert [path.name for path in written] == ["b.labs.yaml", "b.yaml"]
    assert (tmp_path / "b.yaml").read_text("utf-8").count("\n") < APART
    assert "files:\n  labs: b.labs.yaml\n" in (tmp_path / "b.yaml").read_text("utf-8")
    assert Case.load(tmp_path / "b.yaml") == case
    assert [path.name for path in large(20).save(tmp_path / "c.yaml")] == ["c.yaml"]


def test_a_file_that_is_no_part_of_the_case_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "b.labs.yaml").write_text("my: notes\n", "utf-8")
    with pytest.raises(FileExistsError):
        large().save(tmp_path / "b.yaml")
    assert [path.name for path in tmp_path.iterdir()] == ["b.labs.yaml"]
    assert (tmp_path / "b.labs.yaml").read_text("utf-8") == "my: notes\n"
    (tmp_path / "b.labs.yaml").unlink()
    large().save(tmp_path / "b.yaml")
    (tmp_path / "b.yaml").unlink()  # what stays is a part of it all the same
    large(700).save(tmp_path / "b.yaml")
    assert Case.load(tmp_path / "b.yaml") == large(700)


def test_json_stays_one_file(tmp_path: Path) -> None:
    large().save(tmp_path / "b.json")
    assert [path.name for path in tmp_path.iterdir()] == ["b.json"]
    assert Case.load(tmp_path / "b.json") == large()


def test_a_patient_with_thousands_of_values_goes_through_files_unchanged(shared: Path, tmp_path: Path) -> None:
    case = Case.from_bundle(shared / "data/synthea/patient-05.json")
    case.save(tmp_path / "case.yaml")
    assert len(list(tmp_path.iterdir())) > 5
    assert (tmp_path / "case.yaml").read_text("utf-8").count("\n") < WHOLE
    again = Case.load(tmp_path / "case.yaml")
    assert again.dumps() == case.dumps()
    again.title = "Another title"
    again.save(tmp_path / "case.yaml")
    assert Case.load(tmp_path / "case.yaml").dumps() == again.dumps()
