"""HL7's test suite of FHIRPath for R4, and a reading of its XML resources as JSON."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from fhir_case.fhirpath.elements import NUMBERS, Type, type_named
from fhir_case.json import loads

FHIR = "{http://hl7.org/fhir}"
XHTML = "{http://www.w3.org/1999/xhtml}"


class Test(NamedTuple):
    """`invalid` is "", "syntax", "semantic" or "execution"; `outputs` are (type or "", text)."""

    __test__ = False
    name: str
    expression: str
    input: str
    invalid: str
    predicate: bool
    strict: bool
    ordered: bool
    outputs: tuple[tuple[str, str], ...]


def read(path: Path) -> list[Test]:
    """All tests of the suite, in order; two have no name and are called after their group."""
    found = []
    names: dict[str, int] = {}
    for group in ElementTree.parse(path).getroot().iter("group"):
        for test in group.iter("test"):
            expression = test.find("expression")
            assert expression is not None
            name = test.get("name") or f"{group.get('name')}-unnamed"
            names[name] = names.get(name, 0) + 1
            found.append(
                Test(
                    name if names[name] == 1 else f"{name}#{names[name]}",
                    expression.text or "",
                    test.get("inputfile") or "",
                    expression.get("invalid") or "",
                    test.get("predicate") == "true",
                    test.get("mode") == "strict",
                    test.get("ordered") != "false",
                    tuple((output.get("type") or "", output.text or "") for output in test.iter("output")),
                )
            )
    return found


@cache
def resource(path: Path) -> Any:
    """A resource of the suite as JSON."""
    if path.suffix == ".json":
        return loads(path.read_bytes())
    root = ElementTree.parse(path).getroot()
    name = root.tag.removeprefix(FHIR)
    return {"resourceType": name, **_complex(root, type_named(name))}


def _complex(element: ElementTree.Element, of: Type) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for attribute in ("id", "url"):
        if attribute in element.attrib:
            made[attribute] = element.attrib[attribute]
    for child in element:
        if child.tag == f"{XHTML}div":
            made["div"] = _div(child)
            continue
        name = child.tag.removeprefix(FHIR)
        kind = of.key(name)
        assert kind.known, f"{of}.{name}"
        if kind.name == "Resource":
            (inner,) = child
            type = inner.tag.removeprefix(FHIR)
            _put(made, name, {"resourceType": type, **_complex(inner, type_named(type))}, _many(of, name))
        elif kind.primitive:
            twin = _complex(child, type_named("Element"))
            _put(made, name, _primitive(child.get("value"), kind), _many(of, name))
            if twin:
                made["_" + name] = twin if not _many(of, name) else [*[None] * (len(made[name]) - 1), twin]
            if made[name] is None:
                del made[name]
        else:
            _put(made, name, _complex(child, kind), _many(of, name))
    return made


def _put(made: dict[str, Any], name: str, value: Any, many: bool) -> None:
    if many:
        made.setdefault(name, []).append(value)
    else:
        made[name] = value


def _many(of: Type, name: str) -> bool:
    """Whether an element repeats; only XML needs to be told, JSON says so itself."""
    from fhir_case.definitions import r4

    root = of.name.partition(".")[0]
    definition = r4().type(root)
    assert definition is not None
    for element in definition["snapshot"]["element"]:
        path = element["path"]
        stem = path.removesuffix("[x]")
        if path == f"{of.name}.{name}" or (path.endswith("[x]") and f"{of.name}.{name}".startswith(stem)):
            return bool(element["max"] not in ("0", "1"))
    return False


def _primitive(text: str | None, of: Type) -> Any:
    if text is None:
        return None
    if of.name == "boolean":
        return text == "true"
    return int(text) if of.name in NUMBERS else Decimal(text) if of.name == "decimal" else text


def _div(element: ElementTree.Element) -> str:
    ElementTree.register_namespace("", XHTML[1:-1])
    return ElementTree.tostring(element, "unicode").rstrip()
