"""Codes: their shape and check digits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_case.terminology.checks import mod_10, problem_with, verhoeff
from fhir_case.terminology.systems import ALIASES


@pytest.mark.parametrize(
    ("system", "code"),
    [
        # From the expansions that HL7 publishes (hl7.fhir.r4.expansions 4.0.1) and from seed/codes.yaml.
        ("snomed", "1212005"),
        ("snomed", "26889001"),
        ("snomed", "73211009"),
        ("snomed", "999486711000087109"),
        ("snomed", "249943000:363698007=72098002,260868000=6934004"),
        ("snomed", "71341001:272741003=7771000"),
        ("loinc", "2160-0"),
        ("loinc", "60591-5"),
        ("loinc", "LA6683-2"),
        ("loinc", "LA10527-2"),
        ("loinc", "LP173421-1"),
        ("loinc", "MTHU000001"),
        ("icd-10", "M33.0"),
        ("icd-10", "M47.816"),
        ("icd-10-cm", "M33.02"),
        ("icd-10-cm", "S72.001A"),
        ("icd-9-cm", "710.3"),
        ("icd-9-cm", "V30.00"),
        ("icd-9-cm", "E812.0"),
        ("atc", "B"),
        ("atc", "B01"),
        ("atc", "B01A"),
        ("atc", "B01AA"),
        ("atc", "B01AA03"),
        ("rxnorm", "11289"),
        ("hpo", "HP:0009071"),
        ("mondo", "MONDO:0008054"),
        ("orpha", "93672"),
        ("cvx", "08"),
        ("cvx", "208"),
        ("hgnc", "HGNC:4931"),
        ("ucum", "mg/dL"),
        ("cdc-race", "2106-3"),
    ],
)
def test_a_right_code_is_not_complained_of(system: str, code: str) -> None:
    assert problem_with(ALIASES[system], code) is None


@pytest.mark.parametrize(
    ("system", "code", "says"),
    [
        ("snomed", "1212006", "1212005"),
        # Both stand in published value sets, ruined by a spreadsheet that keeps fifteen digits.
        ("snomed", "16444991000119100", "check digit"),
        ("snomed", "16335031000119100", "16335031000119103"),
        ("snomed", "71341001:272741003=7771001", "7771000"),
        ("snomed", "12345", "6 to 18 digits"),
        ("snomed", "0121200", "no 0 in front"),
        ("snomed", "JDM", "is a number"),
        # The preferred term of 22298006 (myocardial infarction) is a description, not a concept.
        ("snomed", "37443015", "description"),
        ("loinc", "2160-1", "2160-0"),
        ("loinc", "2160", "2160-0 would have it"),
        ("loinc", "LA6683-3", "LA6683-2"),
        ("loinc", "creatinine", "expected digits"),
        ("icd-10", "m330", "M33.0 would do"),
        ("icd-10-cm", "M3302", "M33.02 would do"),
        ("atc", "b01aa03", "B01AA03 would do"),
        ("atc", "E01", "expected one like"),
        ("hpo", "HP:9071", "HP:0009071 would do"),
        ("hpo", "HP_0009071", "HP:0009071 would do"),
        ("mondo", "0008054", "MONDO:0008054 would do"),
        ("orpha", "ORPHA:93672", "93672 would do"),
        ("cvx", "8", "08 would do"),
        ("rxnorm", "warfarin", "expected one like"),
        ("ucum", "mgr", "mg would do"),
        ("loinc", " 2160-0", "white space"),
        ("loinc", "", "empty"),
    ],
)
def test_a_wrong_code_is_complained_of_with_what_would_do(system: str, code: str, says: str) -> None:
    assert says in str(problem_with(ALIASES[system], code))


def test_of_a_system_that_nobody_knows_only_the_white_space_is_checked() -> None:
    assert problem_with("http://example.org", "anything goes") is None
    assert problem_with("http://example.org", "two  spaces") is not None


@given(st.integers(10**5, 10**15), st.data())
def test_verhoeff_finds_every_wrong_digit_and_every_swap_of_neighbours(number: int, data: st.DataObject) -> None:
    code = f"{number}" + verhoeff(f"{number}")
    at = data.draw(st.integers(0, len(code) - 2))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != code[at]]))
    changed = code[:at] + other + code[at + 1 :]
    swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    assert verhoeff(changed[:-1]) != changed[-1]
    assert swapped == code or verhoeff(swapped[:-1]) != swapped[-1]


@pytest.mark.parametrize(("start", "digit"), [("2160", "0"), ("12345", "5"), ("7992739871", "3")])
def test_mod_10_gives_the_published_digits(start: str, digit: str) -> None:
    assert mod_10(start) == digit


@given(st.sampled_from(sorted(ALIASES.values())), st.text(max_size=80))
def test_any_text_gets_an_answer_that_is_not_longer_than_a_line(system: str, code: str) -> None:
    assert len(problem_with(system, code) or "") < 500
