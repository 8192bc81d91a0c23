"""Reading the XHTML of a narrative: what stands in it, and what is wrong with that."""

from __future__ import annotations

from typing import Any

from fhir_case.validation.narrative_rules import Place, Read, check_attributes

_SPACE = " \t\r\n"
_ENDLESS, _MORE = 3, 9
"""Expat's numbers for a text that ends before its elements do, and for something after the div."""


def read(text: str, outside: Place) -> Read:
    """What stands in a `div`; no entities are expanded and nothing is fetched. `outside` remembers places for the next."""
    from xml.parsers import expat

    found = Read()
    here = outside

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal here
        here = here[name]
        if here.remarkable:
            found.problems += here.wrong
            found.says_something = found.says_something or here.element == "img"
        if attributes:
            check_attributes(here.element, attributes, found)

    def end(name: str) -> None:
        nonlocal here
        here = here.outer

    def characters(data: str) -> None:
        if (here.strict or not found.says_something) and data.strip(_SPACE):
            found.says_something = True
            if here.strict:
                found.problems.append(f"{here.element} cannot have text right inside")

    def first(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(" ")[2] != "div":
            found.problems.append("the narrative is a div")
        parser.StartElementHandler = begin
        begin(name, attributes)

    def doctype(*_: Any) -> None:
        raise ValueError("a DOCTYPE is not allowed")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = first, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = characters, doctype
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        why = expat.ErrorString(error.code)
        told = ", and only &lt; &gt; &amp; &quot; &apos; and numbers are entities here" if "entity" in why else ""
        # Everything has been read where only the end is missing, or more follows it: HL7's validator passes over both.
        read = error.code == _MORE or (error.code == _ENDLESS and here is not outside)
        if read and text.rpartition(">")[2].strip(_SPACE):
            found.says_something = True  # the last text has not been handed over
        (found.doubts if read else found.problems).append(f"not well-formed: {why}{told}")
    except ValueError as error:
        found.problems.append(str(error))
    return found
