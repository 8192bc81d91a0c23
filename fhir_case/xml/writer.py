"""From the tree that JSON gives to XML: elements in the order of the definitions, values as written.

What XML has no way to say (null, a key that is no name) is left out. Who must know reads the text again and compares.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from fhir_case.json import Json
from fhir_case.xml.narrative import embeddable
from fhir_case.xml.types import Child, Content, content, is_resource

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAME = re.compile(r"[A-Za-z_][\w.-]*")
_SPECIAL = re.compile('[&<>"\\t\\n\\r]')
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What no XML 1.0 document may hold, not even by number."""


def written(resource: dict[str, Json], *, indent: str = "  ") -> str:
    """The XML text of a resource. Raises `ValueError` for what names no type."""
    kind = resource.get("resourceType")
    if not isinstance(kind, str) or not _NAME.fullmatch(kind):
        raise ValueError("the resource has no resourceType")
    parts = [_HEAD]
    _resource(parts, resource, ' xmlns="http://hl7.org/fhir"', "", indent)
    return "".join(parts)


def _resource(parts: list[str], resource: dict[str, Json], space: str, margin: str, indent: str) -> None:
    kind = resource["resourceType"]
    held = content(kind) if is_resource(kind) else {}
    plain = {key: value for key, value in resource.items() if key != "resourceType"}
    _object(parts, kind, plain, held, space, margin, indent)


def _object(
    parts: list[str], name: str, node: dict[str, Json], held: Content, attributes: str, margin: str, indent: str
) -> None:
    """An element with what is in it; `attributes` are those it has already."""
    inner: list[str] = []
    for key in _ordered(node, held):
        child, value = held.get(key), node.get(key)
        if child is not None and child.attribute:
            if isinstance(value, str):
                attributes += f' {key}="{_escaped(value)}"'
        elif child is None:
            _unknown(inner, key, value, margin + indent, indent)
        else:
            _element(inner, child, value, node.get(child.twin), margin + indent, indent)
    if not inner:
        parts.append(f"{margin}<{name}{attributes}/>\n")
    else:
        parts.append(f"{margin}<{name}{attributes}>\n")
        parts += inner
        parts.append(f"{margin}</{name}>\n")


def _ordered(node: dict[str, Json], held: Content) -> Iterator[str]:
    """The elements of an object as the definitions order them; what they don't know comes last, as it came."""
    names = dict.fromkeys(_plain(key, held) for key in node)
    last = len(held) + 1000
    return iter(sorted(names, key=lambda name: held[name].place if name in held else last))


def _plain(key: str, held: Content) -> str:
    """The element that a key speaks of: `_birthDate` of `birthDate`."""
    child = held.get(key[1:]) if key.startswith("_") else None
    return child.name if child is not None and child.twin == key else key


def _element(parts: list[str], child: Child, value: Json, twin: Json, margin: str, indent: str) -> None:
    values = value if isinstance(value, list) else [value]
    twins = twin if isinstance(twin, list) else [twin]
    count = max(len(values), len(twins)) if child.kind == "value" else len(values)
    for place in range(count):
        one = values[place] if place < len(values) else None
        if child.kind == "value":
            beside = twins[place] if place < len(twins) else None
            _value(parts, child, one, beside if isinstance(beside, dict) else {}, margin, indent)
        elif child.kind == "xhtml":
            text = embeddable(one) if isinstance(one, str) else None
            if text is not None:
                parts.append(f"{margin}{text}\n")
        elif isinstance(one, dict):
            _held(parts, child, one, margin, indent)


def _held(parts: list[str], child: Child, one: dict[str, Json], margin: str, indent: str) -> None:
    """An object, or the resource in an element that holds one."""
    if child.kind == "object":
        _object(parts, child.name, one, content(child.content), "", margin, indent)
        return
    kind = one.get("resourceType")
    parts.append(f"{margin}<{child.name}>\n")
    if isinstance(kind, str) and _NAME.fullmatch(kind):
        _resource(parts, one, "", margin + indent, indent)
    parts.append(f"{margin}</{child.name}>\n")


def _value(
    parts: list[str], child: Child, value: Json, beside: dict[str, Json], margin: str, indent: str
) -> None:  # fmt: skip
    """A primitive; nothing where there is neither value nor anything beside it."""
    if isinstance(value, (dict, list)):
        value = None  # no primitive has that
    if value is None and not beside:
        return
    told = "" if value is None else f' value="{_escaped(_text(value))}"'
    _object(parts, child.name, beside, content(child.content), told, margin, indent)


def _unknown(parts: list[str], name: str, value: Json, margin: str, indent: str) -> None:
    """What the definitions don't know, by its shape."""
    if not _NAME.fullmatch(name):
        return
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            _object(parts, name, one, {}, "", margin, indent)
        elif one is not None and not isinstance(one, list):
            parts.append(f'{margin}<{name} value="{_escaped(_text(one))}"/>\n')


def _text(value: Json) -> str:
    """A value as its attribute has it; numbers with their digits."""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: _ENTITIES[found[0]], _FORBIDDEN.sub("\ufffd", text))
