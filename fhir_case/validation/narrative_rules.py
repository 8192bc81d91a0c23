"""What may stand in a narrative, and where (https://hl7.org/fhir/R4/narrative.html#xhtml)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from fhir_case.fhirpath.narrative import ELEMENTS

NAMESPACE = "http://www.w3.org/1999/xhtml"
_XML = "http://www.w3.org/_XML/1998/namespace"
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
_NOTHING: frozenset[str] = frozenset()
_STRICT = _EMPTY | _ONLY.keys()
"""Elements whose content matters."""
_PLAIN = _ANYWHERE - {"id"}
"""Attributes that are allowed everywhere and that nothing else depends on."""
_MOST_PLACES = 5000
_SMALL = 2000
_NOT_IN_URL = re.compile(r"[^\w;?:@&=+$.,/%\-~#\[\]!'()*|]")
"""RFC 3986 §2, and letters of any script, as HL7's validator has it (UrlUtil)."""
_MIME = re.compile(r"(?:\w+|\*)/(?:[\w+-]+|\*)(?:;\s*\w+=\s*\S+)?")
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/=\s]")
_ACTIVE, _NO_LINK = ("javascript", "vbscript"), ("urn", "cid")


@dataclass(slots=True)
class Read:
    """What a narrative holds, as far as rules look at it."""

    problems: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    """What is wrong with it, though it could be read to its end."""
    links: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    says_something: bool = False


class Place(dict[str, "Place"]):
    """A place in a narrative: an open element within others, and by name the places of what is opened in it.

    Narratives are mostly tables: the same elements come to the same places again and again. Each place is judged once,
    when an element first comes there.
    """

    __slots__ = ("element", "kept", "outer", "remarkable", "strict", "text", "within", "wrong")

    def __init__(self, element: str, outer: Place | None, wrong: tuple[str, ...] = ()) -> None:
        self.element, self.wrong = element, wrong
        self.outer: Place = self if outer is None else outer
        self.remarkable = bool(wrong) or element == "img"
        self.strict = element in _STRICT
        """Its content matters."""
        self.within: frozenset[str] = _NOTHING if outer is None else outer.within
        """The elements of text that it stands in, itself among them."""
        self.text: str = "" if outer is None else outer.text
        """The outermost of them."""
        self.kept: list[Place] = [] if outer is None else outer.kept
        """All places that are kept."""
        if element in _TEXT:
            self.within, self.text = self.within | {element}, self.text or element

    def __missing__(self, name: str) -> Place:
        space, _, element = name.rpartition(" ")
        wrong = []
        if space != NAMESPACE:
            wrong.append(f"the namespace of the narrative is {NAMESPACE}")
        elif element not in ELEMENTS:
            wrong.append(f"the element {element[:40]} is not allowed")
        if (element in _PLACED or self.strict) and (told := _misplaced(element, self)):
            wrong.append(told)
        made = Place(element, self, tuple(wrong))
        if not wrong and len(self.kept) < _MOST_PLACES:
            self[name] = made
            self.kept.append(made)
        return made


def _misplaced(element: str, outer: Place) -> str:
    """Why an element may not stand where it does, or ""."""
    name = outer.element
    if name in _EMPTY:
        return f"{name} has no content"
    if name in _ONLY and element not in _ONLY[name]:
        return f"{element} cannot stand right in {name}"
    if element in _WITHIN and name not in _WITHIN[element]:
        return f"{element} stands in {' or '.join(sorted(_WITHIN[element]))}, not in {name or 'nothing'}"
    if element in _NOT_IN_P and "p" in outer.within:
        return f"{element} cannot stand in a paragraph"
    if element in _NO_BLOCKS and outer.text:
        return f"{element} cannot stand in text: {outer.text}"
    if element in _INLINE and element in outer.within:
        return f"{element} cannot stand in another {element}"
    return ""


def check_attributes(element: str, attributes: dict[str, str], found: Read) -> None:
    """Whether an element may have these attributes; its links and ids are noted."""
    if _PLAIN.issuperset(attributes):
        return
    allowed = _ALLOWED.get(element, _ANYWHERE)
    for name, value in attributes.items():
        if name == "href" and element == "a":
            _check_link(element, value, found)
        elif name not in _PLAIN:
            _check_attribute(element, name, value, allowed, found)


def _check_attribute(element: str, name: str, value: str, allowed: frozenset[str], found: Read) -> None:
    space, _, local = name.rpartition(" ")
    if local not in allowed and not (space == _XML and local in ("lang", "space")):
        found.problems.append(f"the attribute {local[:40]} is not allowed on {element[:40]}")
    if local == "id" or (element == "a" and local == "name"):
        found.ids.add(value)
    if (element, local) in (("a", "href"), ("img", "src")):
        _check_link(element, value, found)


def _data_problem(told: str) -> str:
    """What is wrong with a data: address after its scheme (RFC 2397), or ""; as HL7's validator has it (UrlUtil)."""
    kind, comma, data = told.partition(",")
    if not comma or not data:
        return "has no data after a comma"
    if "," in data:
        return "has a second comma"
    if kind.endswith(";base64") and (_NOT_BASE64.search(data) or len("".join(data.split())) % 4):
        return "is not base64"
    kind = kind.removesuffix(";base64").strip()
    return "has no MIME type such as image/png" if kind and not _MIME.fullmatch(kind) else ""


def _check_link(element: str, value: str, found: Read) -> None:
    found.links.append(value)
    found.problems += (_of_small_link if len(value) < _SMALL else _of_link)(element, value)


def _of_link(element: str, value: str) -> tuple[str, ...]:
    """What is wrong with an address."""
    if not value:
        return (f"{element} leads to nothing: its address is empty",)
    wrong = []
    if value.startswith("data:"):
        if told := _data_problem(value.removeprefix("data:")):
            wrong.append(f"the data: of {element} {told}")
    elif sign := _NOT_IN_URL.search(value):
        wrong.append(f"the address of {element} has a character that no address has: {sign[0]!r}")
    scheme, colon, _ = value.partition(":")
    if element != "img" and colon and scheme != "http" and scheme != "https":
        if scheme.lower() in _ACTIVE:
            wrong.append("a link must not run a program")
        elif scheme.lower() in _NO_LINK:
            wrong.append(f"{scheme}: is no address that a reader can follow")
    return tuple(wrong)


_of_small_link = lru_cache(1024)(_of_link)
"""In a table the same links and the same small images stand many times."""
