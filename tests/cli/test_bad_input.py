"""What is not as it should be gets one clear message with its place, from each command, and the rest is done."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from bad_inputs import INPUTS, bundle, condition
from running import run
from syrupy.assertion import SnapshotAssertion

from fhir_case import dumps, loads
from fhir_case.definitions import r4
from fhir_case.definitions.other_versions import TYPES

COMMANDS = {
    "check": lambda file, out: ("check", file),
    "build": lambda file, out: ("build", file, "--no-validate"),
    "validate": lambda file, out: ("validate", file),
    "to xml": lambda file, out: ("convert", file, "-o", out / "made.xml"),
    "to case": lambda file, out: ("convert", file, "-o", out / "made.yaml"),
    "diff": lambda file, out: ("diff", file, file),
}


@pytest.mark.parametrize("name", INPUTS)
def test_each_command_says_what_is_wrong_and_where(name: str, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    content = INPUTS[name]
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    told = []
    for command, arguments in COMMANDS.items():
        result = run(*arguments(file, tmp_path))
        said = (result.stdout if command in ("check", "validate") else "") + result.stderr
        assert "defect" not in said
        said = re.sub(r"(\.extension\[0\]){9,}", "…", said.replace(f"{tmp_path}/", ""))
        lines = [line[:240].rstrip() for line in said.splitlines()]
        told.append("\n".join([f"$ {command} -> {result.exit_code}", *lines[:20]]))
    assert "\n".join(told) == snapshot


def test_one_bad_line_or_entry_does_not_stop_the_others(tmp_path: Path) -> None:
    for name in ("cut.ndjson", "unknown-type.json"):
        (tmp_path / name).write_text(str(INPUTS[name]), "utf-8")
        run("convert", tmp_path / name, "-o", tmp_path / "made.json")
        run("convert", tmp_path / name, "-o", tmp_path / "made.yaml")
        assert len(loads((tmp_path / "made.json").read_bytes())["entry"]) == (3 if name.endswith(".json") else 2)
    assert "Asthma" in (tmp_path / "made.yaml").read_text("utf-8")


def test_a_bundle_of_many_megabytes_goes_to_xml_and_back(tmp_path: Path) -> None:
    many = bundle(*(condition(f"c{place}", "x" * 2000) for place in range(1000)))
    source, xml, back = (tmp_path / name for name in ("a.json", "a.xml", "b.json"))
    from fhir_case.json import canonical, dumps

    source.write_text(dumps(many), "utf-8")
    assert run("convert", source, "-o", xml).stderr == f"{xml}: xml, nothing lost\n"
    assert run("convert", xml, "-o", back).exit_code == 0
    assert canonical(loads(back.read_bytes())) == canonical(many)


def test_types_of_other_versions_are_none_of_r4_and_what_stands_for_them_is() -> None:
    assert r4().resources.isdisjoint(TYPES)
    assert {like for _, like in TYPES.values() if like} <= r4().resources


def test_a_resource_of_r5_has_one_issue_and_the_others_have_theirs(tmp_path: Path) -> None:
    use = {"resourceType": "MedicationStatement", "id": "m", "status": "recorded", "adherence": {"code": {"text": "x"}},
           "medication": {"concept": {"text": "A"}}, "subject": {"reference": "urn:uuid:0"}}  # fmt: skip
    file = tmp_path / "mixed.json"
    file.write_text(dumps(bundle(use, condition("a", clnicalStatus={}), {**use, "id": "n"})), "utf-8")
    lines = [line.split(": ")[0] for line in run("validate", file).stdout.splitlines() if " error " in line]
    assert [line.split()[-1] for line in lines] == [f"Bundle.entry[{place}].resource" for place in (1, 2, 3)]
    assert run("validate", file).stdout.count("[fhir-version]") == 2


def test_a_phenopacket_is_named_as_one_and_so_is_the_command_that_takes_it(tmp_path: Path) -> None:
    file = tmp_path / "packet.json"
    file.write_text(json.dumps({"id": "a", "subject": {"id": "A"}, "metaData": {}, "phenotypicFeatures": []}), "utf-8")
    for command in ("validate", "build", "check"):
        told = run(command, file)
        assert "phenopacket" in told.output
        assert "fhir-case convert" in told.output
        assert told.exit_code in (1, 2)
