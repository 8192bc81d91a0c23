"""Phenopackets into cases and back: nothing lost, nothing read as its opposite, and what is no such packet refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_laws_mangled import mangled

from fhir_case import Case, CaseError, loads, validate
from fhir_case.case.when import Coding, Words
from fhir_case.formats.phenopacket import is_phenopacket, read_phenopacket, write_phenopacket
from fhir_case.formats.phenopacket.spelling import in_camel_case, in_snake_case
from fhir_case.json import Json, canonical, copied
from tests.same import assert_same

MADE_UP = Path(__file__).parents[2] / "fixtures/phenopackets/made-up.json"


def made_up() -> Any:
    """A packet of our own with something of everything."""
    return loads(MADE_UP.read_text("utf-8"))


def read(packet: Json) -> Case:
    return read_phenopacket(packet, Case).case


def with_(section: str, message: Json) -> Case:
    """The case of the packet with this message alone in a section."""
    return read({**made_up(), section: [message]})


def leaves(value: Json) -> int:
    """How many values a packet states; an empty message is one."""
    held = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 1 if not held else sum(map(leaves, held))


def carried(case: Case) -> int:
    """How many of them no field says."""
    rest = (case.phenopacket.rest if case.phenopacket else None) or {}
    whole = [*rest.get("items", {}).values(), *rest.get("packet", {}).values()]
    return sum(map(leaves, whole)) + sum(
        leaves(one["entry"]) for held in rest.get("entries", {}).values() for one in held
    )


def assert_comes_back(packet: Json) -> Case:
    """Into a case and back gives the packet: at once, by way of the case's file, and by way of a bundle."""
    case = read(packet)
    assert_same(write_phenopacket(case).packet, packet)
    assert_same(write_phenopacket(Case.loads(case.to_yaml())).packet, packet)
    bundle = case.to_bundle()
    assert_same(Case.from_bundle(bundle).dumps(), case.dumps())
    assert_same(write_phenopacket(Case.from_bundle(bundle)).packet, packet)
    return case


def test_a_packet_comes_back_from_its_case_its_file_and_its_bundle() -> None:
    assert_comes_back(made_up())


def test_a_packet_in_snake_case_is_the_same_case_and_comes_back_in_snake_case() -> None:
    packet = in_snake_case(made_up(), frozenset(in_camel_case(in_snake_case(made_up(), ALL))[1]))
    assert "phenotypic_features" in packet
    case = assert_comes_back(packet)
    assert case.findings == read(made_up()).findings
    assert packet["files"][0]["file_attributes"] == {"genome_assembly": "GRCh38"}


ALL = frozenset(
    {"phenotypicFeatures", "metaData", "medicalActions", "timeAtLastEncounter", "vcfRecord", "fileAttributes"}
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_mangled_packet_is_refused_or_comes_back_as_it_was(data: st.DataObject) -> None:
    packet = data.draw(mangled(made_up()))
    try:
        case = read(packet)
    except CaseError:
        return
    assert_same(write_phenopacket(case).packet, packet)


def test_an_interpretation_that_cannot_be_read_whole_is_carried_whole() -> None:
    packet = made_up()
    packet["interpretations"][0]["diagnosis"]["genomicInterpretations"][0]["subjectOrBiosampleId"] = None
    case = read(packet)
    assert not case.implications
    assert_same(write_phenopacket(case).packet, packet)


def test_a_case_of_a_packet_reads_as_a_clinician_would_have_written_it() -> None:
    case = read(made_up())
    seizure = case.findings["seizure"]
    assert seizure.code.label == "Seizure"
    assert seizure.onset is not None
    assert seizure.onset.time == Coding("http://human-phenotype-ontology.org", "HP:0003593", "Infantile onset")
    assert str(seizure.resolved) == "3 a"
    assert case.findings["hypotonia"].onset is not None
    assert case.findings["hypotonia"].onset.time == Words("30 weeks 2 days of gestation")
    assert case.patient is not None
    assert (str(case.patient.age), case.patient.birth, case.patient.deceased) == ("54 mo", None, False)
    assert case.labs["glucose-mass-volume-in-blood"].value is not None
    assert str(case.labs["glucose-mass-volume-in-blood"].value) == "70.0 mg/dL"
    assert case.variants["variant-1"].coding == "NM_020822.3:c.2280C>G"
    assert case.medications["oxygen"].dosage[0].route is not None


def test_onset_is_told_as_onset_alone() -> None:
    case = read(made_up())
    assert all(finding.when is None for finding in case.findings.values())
    assert case.diagnoses["developmental-and-epileptic-encephalopathy-14"].diagnosed is None
    observations = [r["resource"] for r in case.to_bundle()["entry"] if r["resource"]["resourceType"] == "Observation"]
    seizure = next(one for one in observations if one["code"].get("text") == "Seizure")
    assert not [key for key in seizure if key.startswith(("effective", "issued"))]
    assert "HP:0003593" in str(seizure["component"])


def test_an_age_never_becomes_a_birth_date() -> None:
    patient = next(
        r["resource"] for r in read(made_up()).to_bundle()["entry"] if r["resource"]["resourceType"] == "Patient"
    )
    assert "birthDate" not in patient


# --- never its opposite -----------------------------------------------------------------------------------------------

SEIZURE: dict[str, Json] = {"type": {"id": "HP:0001250", "label": "Seizure"}}


@pytest.mark.parametrize(("more", "absent"), [
    ({}, False), ({"excluded": False}, False), ({"excluded": True}, True),
])  # fmt: skip
def test_a_feature_is_there_or_excluded_as_the_packet_says(more: Json, absent: bool) -> None:
    assert with_("phenotypicFeatures", {**SEIZURE, **more}).findings["seizure"].absent is absent


@pytest.mark.parametrize("more", [
    {"excluded": "true"}, {"excluded": 1}, {"excluded": None}, {"negated": True}, {"negated": False}, {"excluded": []},
])  # fmt: skip
def test_a_feature_that_may_say_the_opposite_is_only_carried(more: Json) -> None:
    packet = {**made_up(), "phenotypicFeatures": [{**SEIZURE, **more}]}
    case = read(packet)
    assert not case.findings
    assert_same(write_phenopacket(case).packet, packet)


def test_an_excluded_disease_is_refuted() -> None:
    case = read(made_up())
    assert case.diagnoses["diabetes-mellitus"].certainty == "refuted"
    assert case.diagnoses["developmental-and-epileptic-encephalopathy-14"].certainty is None


def test_a_rejected_variant_does_not_stand_beside_the_disease() -> None:
    case = read(made_up())
    assert case.implications["variant-1-implication"].diagnosis is not None
    rejected = case.implications["variant-2-implication"]
    assert (rejected.role, rejected.diagnosis) == ("rejected", None)


def test_only_a_solved_interpretation_concludes_the_disease() -> None:
    case = read(made_up())
    assert [one.label for one in case.reports["interpretation-1"].conclusions] == [
        "Developmental and epileptic encephalopathy 14"
    ]
    assert case.reports["interpretation-2"].conclusions == []


def test_an_edited_feature_says_what_the_case_says_now() -> None:
    case = read(made_up())
    case.findings["microcephaly"].absent = False
    del case.findings["seizure"]
    written = write_phenopacket(case).packet["phenotypicFeatures"]
    assert [one["type"]["label"] for one in written] == ["Microcephaly", "Hypotonia"]
    assert "excluded" not in written[0]
    assert "evidence" in written[1]


# --- what is no such packet -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("data", "code"), [
    ({"resourceType": "Patient"}, "phenopacket-unknown"), ([], "phenopacket-unknown"), ({}, "phenopacket-unknown"),
    ({"subject": {}, "genes": [], "metaData": {}}, "phenopacket-version"),
    ({"subject": {}, "metaData": {"phenopacketSchemaVersion": "1.0.0-RC3"}}, "phenopacket-version"),
    ({"subject": {}, "meta_data": {"phenopacket_schema_version": "3.0"}}, "phenopacket-version"),
    ({"proband": {}, "relatives": [], "metaData": {}}, "phenopacket-many"),
    ({"members": [], "metaData": {}}, "phenopacket-many"),
])  # fmt: skip
def test_what_is_no_phenopacket_of_version_2_is_refused_by_name(data: Json, code: str) -> None:
    with pytest.raises(CaseError) as refused:
        read(data)
    assert [issue.code for issue in refused.value.issues] == [code]


def test_packets_are_told_from_fhir() -> None:
    assert is_phenopacket(made_up())
    assert is_phenopacket({"subject": {}, "phenotypic_features": []})
    assert not is_phenopacket({"resourceType": "Observation", "subject": {}, "metaData": {}})
    assert not is_phenopacket({"subject": "x"})


# --- from any case ----------------------------------------------------------------------------------------------------


def test_what_a_phenopacket_has_no_room_for_is_reported() -> None:
    seed = Path(__file__).parents[2] / "fixtures/cases/juvenile-dermatomyositis-calcinosis/case.yaml"
    case = Case.load(seed)
    made = write_phenopacket(case)
    assert is_phenopacket(made.packet)
    assert len(made.packet["diseases"]) == len(case.diagnoses)
    assert {issue.code for issue in made.report.issues} <= {"phenopacket-left-out", "phenopacket-code"}
    assert any(issue.path.startswith("imaging.") for issue in made.report.issues)
    again = read(made.packet)
    assert len(again.findings) == len([one for one in case.findings.values() if one.value is None])
    assert_same(write_phenopacket(again).packet, made.packet)


# --- what is published ------------------------------------------------------------------------------------------------


def test_the_bundle_of_a_packet_has_no_error() -> None:
    report = validate(read(made_up()).to_bundle())
    assert not [issue for issue in report.issues if issue.severity in ("error", "fatal")]


def test_published_packets_come_back_and_at_least_95_of_100_values_are_read(shared: Path) -> None:
    files = sorted((shared / "data/phenopackets").rglob("*.json"))
    packets = [loads(file.read_text("utf-8")) for file in files]
    cases = [read(packet) for packet in packets]
    for packet, case in zip(packets, cases, strict=True):
        assert_same(write_phenopacket(case).packet, packet)
    assert sum(map(carried, cases)) <= 0.05 * sum(map(leaves, packets))


def test_rich_packets_come_back(shared: Path) -> None:
    for file in sorted((shared / "data/phenopackets-rich").glob("*.json")):
        assert_comes_back(loads(file.read_text("utf-8")))


def test_the_packet_that_was_given_is_left_as_it_was() -> None:
    packet = made_up()
    before = canonical(copied(packet))
    read(packet)
    assert canonical(packet) == before


def test_of_a_packets_findings_no_category_is_presumed_and_none_is_written() -> None:
    case = read(made_up())
    assert {one.category for one in (*case.findings.values(), *case.diagnoses.values())} == {None}
    assert "category" not in case.to_yaml()
    again = Case.loads(case.to_yaml().replace("findings:\n", "findings:\n  seen: {code: Seen, category: exam}\n", 1))
    assert (again.findings["seen"].category, again.findings["seizure"].category) == ("exam", None)
    assert "category: exam" in again.to_yaml()
    assert Case.loads(again.to_yaml()) == again == Case.from_bundle(again.to_bundle())


def test_a_packet_that_says_nothing_of_its_patient_is_one_all_the_same() -> None:
    packet = {"id": "a", "metaData": {"phenopacketSchemaVersion": "2.0"}}
    assert is_phenopacket(packet)
    assert write_phenopacket(read(packet)).packet == packet
