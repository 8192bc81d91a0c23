"""Codes of FHIR in XML: what is wrong with the text, whatever it says (https://hl7.org/fhir/R4/xml.html)."""

from __future__ import annotations

from fhir_case.catalogue.code import R4, Code

CODES = (
    Code(
        "xml-syntax", "Not XML",
        "The text is not well-formed XML, or ends before it is whole. Nothing of it can be read.",
        '<Patient …><active value="true">', '<Patient …><active value="true"/></Patient>',
        fix="Write the file with a program that writes XML; send it whole.",
        link=R4 + "xml.html", type="structure",
    ),
    Code(
        "xml-doctype", "A document type in XML",
        (
            "FHIR has no document type (DOCTYPE), and with one come entities that can read files or grow without end. Such a "
            "text is not read at all."
        ),
        '<!DOCTYPE Patient [<!ENTITY x SYSTEM "file:///etc/passwd">]><Patient …', "<Patient …",
        fix="Leave it out; characters are written as such, or by number (&#160;).",
        link=R4 + "security.html#narrative", type="security",
    ),
    Code(
        "xml-encoding", "XML that is not UTF-8",
        "FHIR in XML is UTF-8. Some other encodings are read all the same; bytes that are not what they say they are, are not.",
        '<?xml version="1.0" encoding="ISO-8859-1"?>', '<?xml version="1.0" encoding="UTF-8"?>',
        fix="Write it as UTF-8.",
        link=R4 + "xml.html", type="structure",
    ),
    Code(
        "xml-namespace", "An element in the wrong namespace",
        "All elements of FHIR are in the namespace http://hl7.org/fhir, but for the narrative, which is XHTML.",
        "<Patient><active …", '<Patient xmlns="http://hl7.org/fhir"><active …',
        fix="Declare the namespace at the root.",
        link=R4 + "xml.html", type="structure",
    ),
    Code(
        "xml-attribute", "No such attribute",
        "Values stand in `value`; besides, elements have `id` and extensions `url`. Other attributes are not read.",
        '<birthDate date="1970-03-30"/>', '<birthDate value="1970-03-30"/>',
        fix="Leave it out; other things are elements or extensions.",
        link=R4 + "xml.html", type="structure",
    ),
    Code(
        "xml-text", "Text between elements",
        "Only the narrative has text between its tags; the values of all other elements stand in attributes. It is not read.",
        "<birthDate>1970-03-30</birthDate>", '<birthDate value="1970-03-30"/>',
        fix="Write the value as the attribute `value`.",
        link=R4 + "xml.html", type="structure",
    ),
    Code(
        "xml-order", "Elements out of order",
        "In XML the elements stand in the order in which the type defines them; those of one name stand together.",
        '<name><given value="Ann"/><family value="Lee"/></name>', '<name><family value="Lee"/><given value="Ann"/></name>',
        fix="fhir-case convert FILE -o FILE writes them in order.",
        link=R4 + "xml.html", type="structure",
    ),
    Code(
        "xml-instruction", "A processing instruction",
        "Instructions to programs, such as a stylesheet to show the resource with, have no place in resources.",
        '<?xml-stylesheet href="x.xsl"?><Patient …', "<Patient …",
        fix="Leave it out.",
        link=R4 + "xml.html", type="structure",
    ),
)  # fmt: skip
