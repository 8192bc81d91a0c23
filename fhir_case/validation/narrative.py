"""Narratives: the XHTML that FHIR allows (https://hl7.org/fhir/R4/narrative.html#xhtml)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fhir_case.fhirpath.narrative import ELEMENTS
from fhir_case.validation.places import At, Step
from fhir_case.validation.run import Node, Run

_NAMESPACE = "http://www.w3.org/1999/xhtml"
_XML = "http://www.w3.org/XML/1998/namespace"
_DIV = Step("div", "div", "Narrative.div", "xhtml")
_ANYWHERE = frozenset(
    "title style class id lang dir accesskey tabindex span width align valign char charoff abbr axis headers scope "
    "rowspan colspan".split()
)
_OF_ELEMENT = {
    "a": "href name charset type hreflang rel rev shape coords",
    "img": "src border alt longdesc height width usemap ismap",
    "blockquote": "cite", "q": "cite", "map": "name", "area": "shape coords href nohref alt",
    "table": "summary width border frame rules cellspacing cellpadding", "td": "nowrap", "pre": "space",
}  # fmt: skip
_ALLOWED = {name: _ANYWHERE | frozenset(words.split()) for name, words in _OF_ELEMENT.items()}
_NOT_IN_P = frozenset(("div", "blockquote", "table", "ol", "ul", "p"))
_NO_BLOCKS = frozenset(("div", "pre", "table", "ul", "ol"))
"""What cannot stand in text."""
_INLINE = frozenset("a b em i strong small big sub sup code tt dfn q var abbr acronym cite bdo kbd samp".split())
"""Text that cannot stand in itself."""
_TEXT = _INLINE | frozenset("p h1 h2 h3 h4 h5 h6 pre address span caption dd dt".split())
_EMPTY = frozenset(("br", "img", "hr", "area"))
_ONLY = {
    "table": frozenset("tbody tr caption thead tfoot col colgroup".split()), "tr": frozenset(("td", "th")),
    **dict.fromkeys(("tbody", "thead", "tfoot"), frozenset(("tr",))), **dict.fromkeys(("ul", "ol"), frozenset(("li",))),
    "dl": frozenset(("dd", "dt")), "map": frozenset(("area",)),
}  # fmt: skip
"""What may stand in an element, and nothing else, text neither."""
_WITHIN = {
    "tr": frozenset(("table", "thead", "tfoot", "tbody")), "col": frozenset(("colgroup", "table")),
    **dict.fromkeys(("tbody", "thead", "tfoot", "caption", "colgroup"), frozenset(("table",))),
    **dict.fromkeys(("th", "td"), frozenset(("tr", "thead", "tfoot"))), "li": frozenset(("ul", "ol")),
    **dict.fromkeys(("dd", "dt"), frozenset(("dl",))),
}  # fmt: skip
"""Where an element may stand. These are rules of HTML 4.0 (https://www.w3.org/TR/html4/sgml/dtd.html), as HL7's validator
reads them."""
_PLACED = _NO_BLOCKS | _NOT_IN_P | _INLINE | _WITHIN.keys()
"""Elements whose place matters."""
_STRICT = _EMPTY | _ONLY.keys()
"""Elements whose content matters."""
_SPACE = " \t\r\n"
_ELEMENTS = {f"{_NAMESPACE} {name}": name for name in ELEMENTS}
_PLAIN = _ANYWHERE - {"id"}
"""Attributes that are allowed everywhere and that nothing else depends on."""
_ACTIVE, _NO_LINK = ("javascript", "vbscript"), ("urn", "cid")


@dataclass(slots=True)
class Read:
    """What a narrative holds, as far as rules look at it."""

    problems: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    says_something: bool = False


def check_narrative(node: Node, at: At, run: Run) -> None:
    """The `div` of a narrative: well-formed, nothing but what is allowed, links inside the resource lead somewhere."""
    text = node.get("div")
    if not isinstance(text, str) or not text:
        return
    here = (at, _DIV, None)
    found = read(text)
    for told in dict.fromkeys(found.problems):
        run.say("narrative-xhtml", here, told, fix=_fix(told))
    if not found.says_something and not found.problems:
        run.say("narrative-xhtml", here, "the narrative says nothing (txt-2)")
    inside = [one for one in found.links if one.startswith("#") and one != "#"]
    if inside:
        known = found.ids | ids_of(run.root)
        for link in dict.fromkeys(inside):
            if link[1:] not in known and not (run.bundle and link[1:] in _ids_of_bundle(run)):
                run.say("narrative-link", here, "a link leads to an id that is not here", value=link)


def _fix(told: str) -> str:
    if told.startswith("not well-formed: mismatched tag"):
        return "close every element, in the order in which they were opened: <br/>, <p>…</p>"
    return "take it out" if told.endswith("is not allowed") else ""


def read(text: str) -> Read:
    """What stands in a `div`; no entities are expanded and nothing is fetched."""
    from xml.parsers import expat

    found = Read()
    above: list[str] = []

    def begin(name: str, attributes: dict[str, str]) -> None:
        element = _ELEMENTS.get(name)
        if element is None:
            _say_unknown(name, found)
            element = name.rpartition(" ")[2]
        if element in _PLACED or above[-1] in _STRICT:
            _place(element, above, found)
        above.append(element)
        if element == "img":
            found.says_something = True
        if attributes:
            _attributes(element, attributes, found)

    def end(name: str) -> None:
        above.pop()

    def characters(data: str) -> None:
        if data.strip(_SPACE):
            found.says_something = True
            if above[-1] in _STRICT:
                found.problems.append(f"{above[-1]} cannot have text right inside")

    def first(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(" ")[2] != "div":
            found.problems.append("the narrative is a div")
        parser.StartElementHandler = begin
        above.append("")
        begin(name, attributes)

    def doctype(*_: Any) -> None:
        raise ValueError("a DOCTYPE is not allowed")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = first, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = characters, doctype
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        why = expat.ErrorString(error.code)
        told = ", and only &lt; &gt; &amp; &quot; &apos; and numbers are entities here" if "entity" in why else ""
        found.problems.append(f"not well-formed: {why}{told}")
    except ValueError as error:
        found.problems.append(str(error))
    return found


def _place(element: str, above: list[str], found: Read) -> None:
    """Whether an element may stand where it does."""
    outer = above[-1]
    if outer in _EMPTY:
        found.problems.append(f"{outer} has no content")
    elif outer in _ONLY and element not in _ONLY[outer]:
        found.problems.append(f"{element[:40]} cannot stand right in {outer}")
    elif element in _WITHIN and outer not in _WITHIN[element]:
        found.problems.append(
            f"{element} stands in {' or '.join(sorted(_WITHIN[element]))}, not in {outer or 'nothing'}"
        )
    elif element in _NOT_IN_P and "p" in above:
        found.problems.append(f"{element} cannot stand in a paragraph")
    elif element in _NO_BLOCKS and not _TEXT.isdisjoint(above):
        found.problems.append(f"{element} cannot stand in text: {next(one for one in above if one in _TEXT)}")
    elif element in _INLINE and element in above:
        found.problems.append(f"{element} cannot stand in another {element}")


def _say_unknown(name: str, found: Read) -> None:
    space, _, local = name.rpartition(" ")
    if space != _NAMESPACE:
        found.problems.append(f"the namespace of the narrative is {_NAMESPACE}")
    else:
        found.problems.append(f"the element {local[:40]} is not allowed")


def _attributes(element: str, attributes: dict[str, str], found: Read) -> None:
    allowed = _ALLOWED.get(element, _ANYWHERE)
    for name, value in attributes.items():
        if name in _PLAIN:
            continue
        space, _, local = name.rpartition(" ")
        if local not in allowed and not (space == _XML and local in ("lang", "space")):
            found.problems.append(f"the attribute {local[:40]} is not allowed on {element[:40]}")
        if local == "id" or (element == "a" and local == "name"):
            found.ids.add(value)
        if (element, local) in (("a", "href"), ("img", "src")):
            _link(element, value, found)


def _link(element: str, value: str, found: Read) -> None:
    found.links.append(value)
    if not value:
        found.problems.append(f"{element} leads to nothing: its address is empty")
        return
    scheme, colon, _ = value.partition(":")
    if element == "a" and colon and scheme.lower() in _ACTIVE:
        found.problems.append("a link must not run a program")
    elif element == "a" and colon and scheme.lower() in _NO_LINK:
        found.problems.append(f"{scheme}: is no address that a reader can follow")


def ids_of(resource: Node) -> set[str]:
    """The ids of a resource, its elements and its narratives."""
    found: set[str] = set()
    stack: list[Any] = [resource]
    while stack:
        held = stack.pop()
        if type(held) is dict:
            name = held.get("id")
            if type(name) is str:
                found.add(name)
            div = held.get("div")
            if type(div) is str and ("id=" in div or "name=" in div):
                found |= read(div).ids
            stack.extend(held.values())
        elif type(held) is list:
            stack.extend(held)
    return found


def _ids_of_bundle(run: Run) -> set[str]:
    """The ids in the whole Bundle, collected once."""
    if run.bundle is None:
        return set()
    if run.bundle.ids is None:
        run.bundle.ids = ids_of(run.bundle.bundle)
    return run.bundle.ids
