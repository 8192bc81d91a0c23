"""The XHTML of a narrative on its way between XML, where it is part of the document, and JSON, where it is a text."""

from __future__ import annotations

import re
from html.entities import html5
from xml.parsers import expat

XHTML = "http://www.w3.org/1999/xhtml"

_ENTITY = re.compile(r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|&([A-Za-z][A-Za-z0-9]*);", re.DOTALL)
_XML_OWN = frozenset(("amp", "lt", "gt", "quot", "apos"))


class _Refused(Exception):
    """What may not stand in a narrative."""


def embeddable(div: str) -> str | None:
    """The text of a narrative as it can stand in an XML document; None for what is not one well-formed element.

    The entities of HTML (`&nbsp;`), which XML knows only with a document type, become the characters' numbers.
    """
    made = _ENTITY.sub(_numbered, div)
    parser = _parser()
    try:
        parser.Parse(made.encode(), True)
    except (expat.ExpatError, UnicodeError, _Refused):
        return None
    return made


def _numbered(found: re.Match[str]) -> str:
    name = found[1]
    if name is None or name in _XML_OWN or name + ";" not in html5:
        return found[0]
    return "".join(f"&#{ord(one)};" for one in html5[name + ";"])


def _refuse(*_: object) -> None:
    raise _Refused


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate("UTF-8", " ")
    parser.StartDoctypeDeclHandler = parser.XmlDeclHandler = _refuse
    return parser


def alone(div: str, spaces: dict[str, str]) -> str:
    """The text of a narrative whose namespaces were declared outside of it: without prefixes, and declaring its own.

    `spaces`: the namespaces of the place by prefix. Comments in it are left out.
    """
    parts: list[str] = []
    outer = "".join(f' xmlns:{prefix}="{_escaped(uri)}"' for prefix, uri in spaces.items() if prefix)
    plain = f' xmlns="{_escaped(spaces[""])}"' if spaces.get("") else ""
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        if depth:
            declared = f' xmlns="{XHTML}"' if depth == 1 else ""
            own = "".join(f' {_local(key)}="{_escaped(value)}"' for key, value in attributes.items())
            parts.append(f"<{_local(name)}{declared}{own}>")
        depth += 1

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        if depth:
            parts.append(f"</{_local(name)}>")

    parser = _parser()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = lambda text: parts.append(_escaped(text, quote=False))
    parser.Parse(f"<narrative{outer}{plain}>{div}</narrative>".encode(), True)
    return "".join(parts)


def _local(name: str) -> str:
    space, _, local = name.rpartition(" ")
    return f"xml:{local}" if space == "http://www.w3.org/XML/1998/namespace" else local


def _escaped(text: str, quote: bool = True) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;") if quote else text
