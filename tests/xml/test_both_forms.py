"""XML and JSON are two forms of one resource: what is read from one is what is read from the other, to the last byte."""

from __future__ import annotations

from pathlib import Path

import pytest
from examples import package
from hypothesis import given
from hypothesis import strategies as st

from fhir_case.json import Json, canonical, loads
from fhir_case.xml.reader import read
from fhir_case.xml.writer import written

DIV = '<div xmlns="http://www.w3.org/1999/xhtml">{}</div>'
FORMS = sorted(Path(__file__).with_name("forms").glob("*.xml"))
"""Examples of R4 in XML, as HL7's code wrote them from the published JSON."""


def sample() -> list[Path]:
    """One example of each type, the smallest, and some more."""
    files = sorted(package().glob("*-*.json"), key=lambda file: (-file.stat().st_size, file.name))
    by_type = {file.name.partition("-")[0]: file for file in files}
    return sorted({*by_type.values(), *(file for file in files[::60] if file.stat().st_size < 30_000)})


@pytest.mark.shared
def test_each_type_of_resource_goes_to_xml_and_back_unchanged() -> None:
    wrong = []
    for file in sample():
        resource = loads(file.read_bytes())
        found = read(written(resource))
        if found.faults or canonical(found.value) != canonical(resource):
            wrong.append(file.name)
    assert wrong == []


@pytest.mark.shared
def test_the_published_xml_of_a_patient_is_the_published_json(shared: Path) -> None:
    found = read((shared / "data/fhirpath-r4/input/patient-example.xml").read_bytes())
    published = loads((package() / "Patient-example.json").read_bytes())
    assert found.faults == ()
    assert canonical(_bare(found.value)) == canonical(_bare(published))


def _bare(value: Json) -> Json:
    """Without narratives: their white space is not the same in what HL7 publishes."""
    if isinstance(value, dict):
        return {key: _bare(held) for key, held in value.items() if key != "div"}
    return [_bare(one) for one in value] if isinstance(value, list) else value


@pytest.mark.shared
@pytest.mark.parametrize("file", FORMS, ids=lambda file: file.stem)
def test_what_hl7s_code_wrote_as_xml_is_read_as_its_json(file: Path) -> None:
    """`scripts/oracle/forms.py` holds all 5,306 examples to this."""
    found = read(file.read_bytes())
    assert found.faults == ()
    assert canonical(found.value) == canonical(loads((package() / f"{file.stem}.json").read_bytes()))


def there_and_back(resource: Json) -> Json:
    """What is read from what is written."""
    found = read(written(resource))
    assert found.faults == ()
    return found.value


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=[*map(chr, range(9)), *"\x0b\x0c\ufffe\uffff",
                                                                            *map(chr, range(14, 32))]), min_size=1)  # fmt: skip


@given(text=TEXTS, number=st.decimals(allow_nan=False, allow_infinity=False), times=st.lists(st.booleans(), min_size=1))
def test_texts_numbers_and_gaps_come_back_as_they_were(text: str, number: object, times: list[bool]) -> None:
    given_names: list[Json] = [text if there else None for there in times]
    beside: list[Json] = [None if there else {"extension": [{"url": text, "valueString": text}]} for there in times]
    name = ({"given": given_names} if any(times) else {}) | ({} if all(times) else {"_given": beside})
    resource = {
        "resourceType": "Patient",
        "name": [name],
        "extension": [{"url": "x", "valueDecimal": number}],
        "text": {"status": "generated", "div": DIV.format("<p>&#160;&lt;</p><!-- x --><br/>")},
    }
    assert canonical(there_and_back(loads(canonical(resource)))) == canonical(resource)


@pytest.mark.parametrize(
    ("div", "written_as"),
    [
        (DIV.format("a &nbsp;&eacute; b"), DIV.format("a &#160;&#233; b")),
        (DIV.format("<![CDATA[&nbsp;]]>"), DIV.format("<![CDATA[&nbsp;]]>")),
        ("<div>no namespace</div>", "<div>no namespace</div>"),
        (DIV.format("<b>x</i>"), None),
        (DIV.format("x") + "<active value='false'/>", None),
        ("</text><active value='false'/><text>", None),
        (DIV.format("&unknown;"), None),
        ("<!DOCTYPE div>" + DIV.format("x"), None),
        ("", None),
    ],
)
def test_a_narrative_never_becomes_more_than_one_element(div: str, written_as: str | None) -> None:
    found = there_and_back({"resourceType": "Patient", "text": {"status": "generated", "div": div}, "active": True})
    assert found["text"].get("div") == written_as
    assert found["active"] is True


def test_a_narrative_with_a_prefix_is_read_without_it() -> None:
    text = (
        '<f:Patient xmlns:f="http://hl7.org/fhir" xmlns:h="http://www.w3.org/1999/xhtml"><f:text>'
        '<f:status value="generated"/><h:div xml:lang="en"><h:p class="&quot;">a &amp; b</h:p></h:div></f:text></f:Patient>'
    )
    assert read(text).value["text"]["div"] == (
        '<div xmlns="http://www.w3.org/1999/xhtml" xml:lang="en"><p class="&quot;">a &amp; b</p></div>'
    )


def test_keys_that_are_no_names_never_become_tags() -> None:
    resource = {"resourceType": "Patient", "a><evil": "x", "b c": {"d": 1}, "active": True}
    assert there_and_back(resource) == {"resourceType": "Patient", "active": True}


def test_elements_are_written_in_the_order_of_the_definition_and_unknown_ones_last() -> None:
    resource = {"foo": 7, "birthDate": "2020", "_birthDate": {"id": "b"}, "id": "x", "resourceType": "Patient"}
    assert written(resource).splitlines()[1:] == [
        '<Patient xmlns="http://hl7.org/fhir">',
        '  <id value="x"/>',
        '  <birthDate value="2020" id="b"/>',
        '  <foo value="7"/>',
        "</Patient>",
    ]
