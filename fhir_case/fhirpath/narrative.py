"""Whether a narrative is the XHTML that FHIR allows (http://hl7.org/fhir/R4/narrative.html#xhtml)."""

from __future__ import annotations

ELEMENTS = frozenset(
    "a abbr acronym address area b bdo big blockquote br caption cite code col colgroup dd dfn div dl dt em h1 h2 h3 h4 h5 "
    "h6 hr i img kbd li map ol p pre q samp small span strong sub sup table tbody td tfoot th thead tr tt ul var".split()
)
"""Those of chapters 7-11 (but for 9.4, `ins` and `del`) and 15 of HTML 4.0 that are not deprecated; images and links."""
_NAMESPACE = "http://www.w3.org/1999/xhtml"


def problem(text: str, *, content: bool = False) -> str | None:
    """Why a `div` is not allowed (txt-1), or with `content`, that it says nothing (txt-2); None: all is well."""
    from xml.parsers import expat

    found: list[str] = []
    held = False
    first = True

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal held, first
        space, _, local = name.rpartition(" ")
        if first and (local != "div" or space != _NAMESPACE):
            found.append(f"the narrative is a div in the namespace {_NAMESPACE}, found {local}")
        first = False
        if local not in ELEMENTS:
            found.append(f"the element {local[:40]} is not allowed")
        held = held or local == "img"
        events = (attribute for attribute in attributes if attribute.lower().startswith("on"))
        found.extend(f"the attribute {event[:40]} is not allowed" for event in events)

    def chars(data: str) -> None:
        nonlocal held
        held = held or not data.isspace()

    def doctype(*_: object) -> None:
        raise ValueError("a DOCTYPE is not allowed")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = begin
    parser.CharacterDataHandler = chars
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        return f"no well-formed XML: {expat.ErrorString(error.code)}"
    except ValueError as error:
        return str(error)
    if content:
        return None if held else "the narrative says nothing"
    return found[0] if found else None
