"""What is wrong with an XML text is said with its place; what can be kept is kept, so that the validator names it."""

from __future__ import annotations

import pytest

from fhir_case.json import dumps
from fhir_case.xml.reader import DEEPEST, read

HEAD = '<Patient xmlns="http://hl7.org/fhir">\n  <id value="a"/>\n'
ACTIVE = '  <active value="true"/>\n'
TAIL = "</Patient>"
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


def said(text: str | bytes) -> list[tuple[str, tuple[str | int, ...], int, int]]:
    """Code, path, line and column of each fault."""
    return [(one.code, one.path, one.line, one.column) for one in read(text).faults]


# What HL7's validator says of each was looked at (`../shared/oracle`): errors all, at these elements.
@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        (ACTIVE, []),
        (f"<active {XSI} xsi:schemaLocation='http://hl7.org/fhir x.xsd' value='true'/>", []),
        ("<birthDate value='2020'/>\n<active value='true'/>", [("xml-order", ("active",), 4, 1)]),
        (
            "<name><given value='x'/>\n <family value='y'/></name>",
            [("xml-order", ("name", 0, "family"), 4, 2)],
        ),
        # Elements of one name stand together; what stands between them is what is out of order.
        ("<name id='1'/><active value='true'/>\n<name id='2'/>", [("xml-order", ("active",), 3, 15)]),
        ("<active value='true' foo='1'/>", [("xml-attribute", ("active",), 3, 1)]),
        ("<name value='x'><text value='y'/></name>", [("xml-attribute", ("name", 0), 3, 1)]),
        ("<extension><url value='x'/></extension>", [("xml-attribute", ("extension", 0), 3, 12)]),
        ("hello" + ACTIVE, [("xml-text", (), 3, 1)]),
        ("<![CDATA[x]]>" + ACTIVE, [("xml-text", (), 3, 1)]),
        ("<active xmlns='urn:x' value='true'/>", [("xml-namespace", ("active",), 3, 1)]),
        ("<?foo bar?>" + ACTIVE, [("xml-instruction", (), 3, 1)]),
        ("<birthDate value='2020'/>\n<birthDate value='2021'/>", [("element-too-many", (), 4, 1)]),
        (
            "<contained><Organization/><Basic/></contained>",
            [("element-too-many", ("contained", 0), 3, 27)],
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(inside: str, expected: list[object]) -> None:
    assert said(HEAD + inside + TAIL) == expected


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("<foo value='x'/>", '"foo":"x"'),
        ("<foo value='x'/><foo value='y'/>", '"foo":["x","y"]'),
        ("<foo><bar value='x'/>text</foo>", '"foo":{"bar":"x"}'),
        ("<active value='yes'/>", '"active":"yes"'),
        ("<active value=''/><name/><birthDate/>", '"active":"","name":[{}],"birthDate":""'),
        ("<multipleBirthInteger value='+5'/>", '"multipleBirthInteger":"+5"'),
        ("<contained><Foo><id value='o'/></Foo></contained>", '"contained":[{"resourceType":"Foo","id":"o"}]'),
        ("<contained/>", '"contained":[{}]'),
        ("<name><given value='x'/><given id='2'/></name>", '"name":[{"given":["x",null],"_given":[null,{"id":"2"}]}]'),
        ("<name><given id='1'/></name>", '"name":[{"_given":[{"id":"1"}]}]'),
    ],
)
def test_what_the_validator_can_name_is_kept_in_the_tree(inside: str, expected: str) -> None:
    found = read(HEAD + inside + TAIL)
    assert found.faults == ()
    assert dumps(found.value) == '{"resourceType":"Patient","id":"a",' + expected + "}"


@pytest.mark.parametrize(
    ("value", "written"),
    [("7.20", "7.20"), ("1E2", "1E2"), ("0.0000001", "0.0000001"), ("-0", "-0"), ("007.5", '"007.5"'), ("1e", '"1e"')],
)
def test_digits_are_kept(value: str, written: str) -> None:
    found = read(
        f'<Quantity xmlns="http://hl7.org/fhir"><value value="{value}"/></Quantity>'.replace("Quantity", "Money")
    )
    assert found.value == {"resourceType": "Money", "value": value}  # no resource: nothing is known of it
    inside = f'<valueQuantity><value value="{value}"/></valueQuantity>'
    observation = f'<Observation xmlns="http://hl7.org/fhir">{inside}</Observation>'
    assert dumps(read(observation).value["valueQuantity"]) == f'{{"value":{written}}}'


# --- texts that are not read -------------------------------------------------------------------------------------------

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (f'<!DOCTYPE Patient [<!ENTITY l0 "ha">{LAUGHS}]>\n{HEAD}<language value="&l11;"/>{TAIL}', "xml-doctype", 1),
        (f'<!DOCTYPE Patient [<!ENTITY x SYSTEM "file:///etc/passwd">]>{HEAD}&x;{TAIL}', "xml-doctype", 1),
        (f'<!DOCTYPE Patient SYSTEM "http://127.0.0.1:1/x.dtd">{HEAD}{TAIL}', "xml-doctype", 1),
        (f'<!DOCTYPE Patient [<!ENTITY % p SYSTEM "http://127.0.0.1:1/">%p;]>{HEAD}{TAIL}', "xml-doctype", 1),
        (f'<?xml version="1.0"?>\n<!DOCTYPE x>{HEAD}{TAIL}', "xml-doctype", 2),
        (HEAD + "<language value='&nbsp;'/>" + TAIL, "xml-syntax", 3),
        (HEAD + "<extension>" * 10_000, "limit-depth", 3),
        (HEAD + "<text><status value='generated'/><div xmlns='http://www.w3.org/1999/xhtml'>" + "<b>" * 50, "xml-syntax", 3),
        (HEAD + ACTIVE + "  <birthDate va", "xml-syntax", 4),
        (HEAD + ACTIVE, "xml-syntax", 4),
        (HEAD + ACTIVE + "</Person>", "xml-syntax", 4),
        (HEAD + TAIL + TAIL, "xml-syntax", 3),
        (HEAD + TAIL + "\n{}", "xml-syntax", 4),
        (HEAD + "<h:div/>" + TAIL, "xml-syntax", 3),
        (HEAD + "<id value='1' value='2'/>" + TAIL, "xml-syntax", 3),
        (HEAD + "<id value='&#0;'/>" + TAIL, "xml-syntax", 3),
        (HEAD.encode() + b"<id value='\xff'/>" + TAIL.encode(), "xml-syntax", 3),
        (b'<?xml version="1.0" encoding="punycode"?><Patient/>', "xml-encoding", 1),
        ("<", "xml-syntax", 1),
        (HEAD + "text" * 3 + "<id/>x" * 2000 + TAIL, "limit-size", 3),
    ],
)  # fmt: skip
def test_a_text_that_cannot_be_read_is_one_clear_message_with_its_place(
    text: str | bytes, code: str, line: int
) -> None:
    found = read(text)
    fatal = [one for one in found.faults if one.fatal]
    assert found.value is None
    assert [(one.code, one.line) for one in fatal] == [(code, line)]
    assert "not well-formed" not in fatal[0].message or code == "xml-syntax"


def test_elements_may_be_nested_as_deep_as_objects_of_json() -> None:
    deep = "<extension url='x'>" * (DEEPEST - 2) + "</extension>" * (DEEPEST - 2)
    assert read(HEAD + deep + TAIL).faults == ()


@pytest.mark.parametrize("name", ["ISO-8859-1", "windows-1252", "utf-16"])
def test_another_encoding_is_read_and_told_of(name: str) -> None:
    text = f'<?xml version="1.0" encoding="{name}"?>' + HEAD + "<name><text value='Zoë'/></name>" + TAIL
    found = read(text.encode(name))
    assert found.value["name"] == [{"text": "Zoë"}]
    assert [one.code for one in found.faults] == ["xml-encoding"]


def test_comments_and_white_space_say_nothing() -> None:
    text = (
        "\ufeff<?xml version='1.0'?>\n<!-- a -->"
        + HEAD
        + "<!-- b --><active\n value='true'  ><!-- c --> </active>"
        + TAIL
    )
    assert read(text.encode()).value == {"resourceType": "Patient", "id": "a", "active": True}
    assert read(text).faults == ()
