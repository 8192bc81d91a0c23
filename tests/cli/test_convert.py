"""`convert`: every format into every other, and a word on all that is not as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import ROOT, SEED, run, run_process

from fhir_case import Case, loads
from fhir_case.formats.names import Format, by_name
from fhir_case.formats.recognition import recognised
from fhir_case.json import canonical

PATIENT = '{"resourceType":"Patient","id":"p","birthDate":"1970","multipleBirthInteger":2,"_gender":{"id":"g"}}'


@pytest.mark.parametrize(
    ("name", "format"),
    [
        ("a.yaml", "case"), ("a.yml", "case"), ("a.JSON", "json"), ("a.xml", "xml"), ("a.ndjson", "ndjson"),
        ("a.case.json", "case"), ("a.phenopacket.json", "phenopacket"), ("a.txt", None),
    ],
)  # fmt: skip
def test_the_suffix_says_the_format(name: str, format: str | None) -> None:
    assert by_name(name) == format


@pytest.mark.parametrize(
    ("text", "format"),
    [
        (PATIENT, "json"), (f"\ufeff \n{PATIENT}", "json"), (f"{PATIENT}\n{PATIENT}\n", "ndjson"), (f"{PATIENT}\n", "json"),
        ('<Patient xmlns="http://hl7.org/fhir"/>', "xml"), ("id: a\ntitle: b\n", "case"), ('{"id": "a", "title": "b"}', "case"),
        ('{"subject": {}, "metaData": {}}', "phenopacket"), ('{"a": 1}', None), ("[1]", None),
        ('{"phenotypic_features": [], "meta_data": {}}', "phenopacket"),
        ('{"resourceType": "Patient", "id": "cut', "json"), ("", "case"),
    ],
)  # fmt: skip
def test_what_is_in_a_text_says_the_format(text: str, format: str | None) -> None:
    assert recognised(text.encode()) == format


def test_the_seed_case_goes_through_all_formats_and_comes_back(tmp_path: Path) -> None:
    steps = ["a.json", "b.xml", "c.json", "d.case.json", "e.xml", "f.yaml"]
    source = SEED
    for step in steps:
        result = run("convert", source, "-o", tmp_path / step)
        assert (result.exit_code, result.stderr.splitlines()[-1].rpartition(", ")[2]) == (0, "nothing lost")
        source = tmp_path / step
    assert Case.load(source) == Case.load(SEED)
    assert canonical(loads((tmp_path / "a.json").read_bytes())) == canonical(loads((tmp_path / "c.json").read_bytes()))
    assert run("diff", tmp_path / "b.xml", SEED).exit_code == 0


def test_a_resource_stays_itself_and_needs_no_case(tmp_path: Path) -> None:
    source, xml, line = tmp_path / "a.json", tmp_path / "a.xml", tmp_path / "a.ndjson"
    source.write_text(PATIENT, "utf-8")
    run("convert", source, "-o", xml)
    run("convert", xml, "-o", line)
    assert canonical(loads(line.read_bytes())) == canonical(loads(PATIENT))


def test_lines_name_each_other_by_type_and_id_and_become_a_collection_again(tmp_path: Path) -> None:
    lines, again = tmp_path / "a.ndjson", tmp_path / "b.json"
    result = run("convert", SEED, "-o", lines)
    assert result.stderr.count("[format-frame]") == 2
    resources = [loads(line) for line in lines.read_text("utf-8").splitlines()]
    named = {f"{one['resourceType']}/{one['id']}" for one in resources}
    assert {one["subject"]["reference"] for one in resources if "subject" in one} <= named
    run("convert", lines, "-o", again)
    assert [entry["resource"] for entry in loads(again.read_bytes())["entry"]] == resources


def test_standard_input_and_output_are_files_too() -> None:
    result = run_process("convert", SEED, "--to", "xml")
    assert result.stdout.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<Bundle')
    assert result.stderr == "stdout: xml, nothing lost\n"


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ('{"resourceType": "Patient", "name": []}', "Patient.name"),
        ('{"resourceType": "Patient", "active": null}', "Patient.active"),
        ('{"resourceType": "Patient", "gender": "a\\u0001b"}', "Patient.gender"),
        ('{"resourceType": "Patient", "name": [{"given": "x"}]}', "Patient.name[0].given"),
        ('{"resourceType": "Patient", "text": {"div": "<div>"}}', "Patient.text.div"),
        ('{"resourceType": "Patient", "gender": 7}', "Patient.gender"),
    ],
)
def test_what_a_format_cannot_say_is_named_and_makes_the_exit_status_1(tmp_path: Path, text: str, lost: str) -> None:
    source = tmp_path / "a.json"
    source.write_text(text, "utf-8")
    result = run("convert", source, "-o", tmp_path / "a.xml")
    assert result.exit_code == 1
    assert f"{lost}: XML does not have this as it was [conversion-lost]" in result.stderr


def test_without_a_format_nothing_is_done(tmp_path: Path) -> None:
    assert run("convert", SEED).exit_code == 2
    assert "--to case, json, xml, ndjson, phenopacket" in run("convert", SEED, "-o", tmp_path / "a.txt").stderr
    assert not (tmp_path / "a.txt").exists()
    assert run("convert", tmp_path / "none.json", "-o", tmp_path / "a.xml").exit_code == 2


def test_a_case_file_that_is_there_keeps_its_comments(tmp_path: Path) -> None:
    made, bundle = tmp_path / "a.yaml", tmp_path / "b.json"
    run("convert", SEED, "-o", bundle)
    run("convert", bundle, "-o", made)
    made.write_text("# mine\n" + made.read_text("utf-8"), "utf-8")
    run("convert", bundle, "-o", made)
    assert made.read_text("utf-8").startswith("# mine\n")


def test_from_says_what_a_file_is_where_it_does_not_say_so_itself(tmp_path: Path) -> None:
    source = tmp_path / "one-line"
    source.write_text(PATIENT + "\n", "utf-8")
    result = run("convert", source, "--from", Format.NDJSON, "-o", tmp_path / "a.json")
    assert result.exit_code == 0
    assert loads((tmp_path / "a.json").read_bytes())["resourceType"] == "Patient"


def test_a_phenopacket_becomes_a_case_and_fhir_and_is_itself_again(tmp_path: Path) -> None:
    source = ROOT / "fixtures/phenopackets/made-up.json"
    for step in ("a.yaml", "b.xml"):
        assert run("convert", source, "-o", tmp_path / step).exit_code == 0
        again = tmp_path / f"{step}.phenopacket.json"
        assert run("convert", tmp_path / step, "-o", again).exit_code == 0
        assert canonical(loads(again.read_bytes())) == canonical(loads(source.read_bytes()))
    assert run("diff", source, tmp_path / "b.xml").stdout == ""


def test_what_a_phenopacket_has_no_room_for_is_counted(tmp_path: Path) -> None:
    result = run("convert", SEED, "-o", tmp_path / "a.phenopacket.json")
    assert result.exit_code == 0
    assert result.stderr.rstrip().endswith("left out, which it has no room for")
