"""A code is read as a code or not at all: one that does not name its system is no text."""

from __future__ import annotations

import pytest

from fhir_case.case.coded import Concept
from fhir_case.case.problems import Unreadable

BARE = {
    "38341003": "write snomed 38341003; a mere text stands as {text: '38341003'}",
    "2160-0": "write loinc 2160-0; a mere text stands as {text: '2160-0'}",
    "12345": "write its code system before it; a mere text stands as {text: '12345'}",
    "loinc:2160-0": "write loinc 2160-0",
    "snomed1212005": "write snomed 1212005",
    "HP:0001250": "write hpo HP:0001250",
    "ICD-10:M33.0": "write icd-10 M33.0",
}


@pytest.mark.parametrize("text", BARE)
def test_a_code_without_its_system_is_an_error_that_says_how_to_write_it(text: str) -> None:
    with pytest.raises(Unreadable) as error:
        Concept.parse(text)
    assert error.value.fix == BARE[text]
    assert Concept.parse(Concept(text).plain()) == Concept(text)  # said to be text, it is kept


@pytest.mark.parametrize("text", ["Fever", "HLA-B27", "2019-nCoV", "Covid-19", "CD4", "NM_000059.3:c.123A>G", "B12"])
def test_a_word_with_digits_is_a_word(text: str) -> None:
    assert Concept.parse(text) == Concept(text)
