"""Narratives: what of HTML may stand in them, and where."""

from __future__ import annotations

import pytest
from defining import found
from instances import CORE, XHTML, Node, claims, patient, profile, text

DIV = "Patient.text.div"


@pytest.mark.parametrize(
    "body",
    [
        "x", "&#160;", "a&#160;b &lt; &quot;", "<p>x</p>", "<p><b>x</b></p>", "<kbd>x</kbd>", "<bdo>x</bdo>",
        "<address>x</address>",
        "<table border='1'><tr valign='top'><td nowrap='x'>x</td></tr></table>",
        "<table><tbody><tr><th>x</th></tr></tbody></table>",
        "<ul><li>x</li></ul>", "<dl><dt>x</dt><dd>x</dd></dl>", "<a href='data:text/html,x'>x</a>", "<a href='mailto:x@y'>x</a>",
        "<img src='x'/>", "<a href='data:;base64,AA A='>x</a>", "<img src='data:image/svg+xml;charset=utf-8,x'/>",
        "<p xml:lang='en' lang='en'>x</p>", "<pre space='x'>x</pre>", "<!-- c -->x", "<div><div>x</div></div>",
    ],
)  # fmt: skip
def test_the_html_that_fhir_allows_may_stand_in_a_narrative(body: str) -> None:
    assert found(patient(text=text(body))) == []


@pytest.mark.parametrize(
    "body",
    [
        "<object>x</object>", "<u>x</u>", "<ins>x</ins>", "<font>x</font>", "<form>x</form>", "<iframe>x</iframe>", "<P>x</P>",
        "<p onclick='x'>x</p>", "<p bgcolor='red'>x</p>", "<p data-x='1'>x</p>", "<ol start='3'><li>x</li></ol>",
        "<a href='javascript:alert(1)'>x</a>", "<a href='http://a b'>x</a>", "<a href=''>x</a>",
        "<a href='data:x'>x</a>", "<a href='data:,a,b'>x</a>", "<img src='data:image/png;base64,AAA'/>",
        "<a href='data:foo,x'>x</a>", "<img src='data:image/png;base64,A*AA'/>", "<a href='urn:x:y'>x</a>",
        "<a href='x' target='_blank'>x</a>",
        "a&nbsp;b", "a & b", "a < b", "<br>x", "<svg xmlns='http://www.w3.org/2000/svg'/>x",
    ],
)  # fmt: skip
def test_html_that_fhir_does_not_allow_is_an_error(body: str) -> None:
    assert set(found(patient(text=text(body)))) == {("narrative-xhtml", DIV)}


@pytest.mark.parametrize(
    "body",
    [
        "<p><b><p>x</p></b></p>", "<span><div>x</div></span>", "<b>x<b>y</b></b>", "<br>x</br>", "<img src='x'>y</img>",
        "<table>x</table>", "<td>x</td>", "<tr><td>x</td></tr>", "<table><tr>x</tr></table>", "<li>x</li>", "<ul>x</ul>",
        "<ul><p>x</p></ul>", "<col width='3'/>x", "<colgroup>x</colgroup>", "<map name='x'>x</map>",
    ],
)  # fmt: skip
def test_an_element_where_html_does_not_have_it_is_an_error(body: str) -> None:
    assert set(found(patient(text=text(body)))) == {("narrative-xhtml", DIV)}


def test_a_narrative_is_a_div_of_xhtml() -> None:
    for div in (f"<span {XHTML}>x</span>", "<div>x</div>", "x", f"x<div {XHTML}>x</div>", f"<div {XHTML}><p>x</div>"):
        assert set(found(patient(text={"status": "generated", "div": div}))) == {("narrative-xhtml", DIV)}


@pytest.mark.parametrize(
    "div", [f"<div {XHTML}>x", f"<div {XHTML}><p>x", f"<div {XHTML}>x</div>y", f"<div {XHTML}>x</div><p/>"]
)
def test_a_div_without_an_end_or_with_more_behind_it_is_doubted_and_no_error(div: str) -> None:
    resource = patient(text={"status": "generated", "div": div})
    assert found(resource) == []
    assert found(resource, least="warning") == [("narrative-xhtml", DIV)]


@pytest.mark.parametrize("inside", ["<script>x", "<p onclick='x'>x", "</div>"])
def test_what_stands_in_a_div_without_an_end_is_checked_all_the_same(inside: str) -> None:
    div = f"<div {XHTML}>{inside}"
    assert found(patient(text={"status": "generated", "div": div})) == [("narrative-xhtml", DIV)]


def test_a_doctype_is_not_read() -> None:
    div = f"<!DOCTYPE div [<!ENTITY e 'x'>]><div {XHTML}>&e;</div>"
    assert found(patient(text={"status": "generated", "div": div})) == [("narrative-xhtml", DIV)]


def test_a_link_within_the_narrative_leads_somewhere() -> None:
    assert found(patient(text=text("<a href='#here'>x</a><p id='here'>x</p>"))) == []
    assert found(patient(text=text("<a href='#there'>x</a>"))) == [("narrative-link", DIV)]


def control(kind: str, value: str) -> Node:
    extension = [{"url": f"{CORE}narrative-{kind}-control", "valueCode": value}]
    return profile("controlled", "Patient", {"path": "Patient.text", "extension": extension})


NONE = "x"
ENGLISH = '<div lang="en" xml:lang="en"><p>x</p></div>'


@pytest.mark.parametrize(
    ("control_value", "body", "right"),
    [
        ("_no", NONE, True),
        ("_no", ENGLISH, False),
        ("_yes", ENGLISH, True),
        ("_yes", NONE, False),
        ("_resource", ENGLISH, False),
        ("_resource", ENGLISH.replace("en", "pt"), True),
        ("en", ENGLISH, True),
        ("de", ENGLISH, False),
    ],
)
def test_a_profile_says_in_which_languages_a_narrative_has_sections(control_value: str, body: str, right: bool) -> None:
    resource = claims(patient(language="pt", text=text(body)), "controlled")
    expected = [] if right else [("narrative-sections", "Patient.text")]
    assert found(resource, control("language", control_value)) == expected


def test_a_profile_demands_that_each_part_of_a_narrative_names_its_source() -> None:
    body = 'loose<h1 class="boilerplate">x</h1><p>y</p><p class="generated"><b>z</b></p>'
    resource = claims(patient(text=text(body)), "controlled")
    assert found(resource, control("source", "error")) == [("narrative-sections", "Patient.text")] * 2
    assert found(resource, control("source", "warning")) == []
    assert (
        found(resource, control("source", "warning"), least="warning") == [("narrative-sections", "Patient.text")] * 2
    )
