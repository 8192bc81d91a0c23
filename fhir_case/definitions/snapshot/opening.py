"""What an element is made of, where a differential walks into it: the children its type, its profile or a reference gives it."""

from __future__ import annotations

from collections.abc import Callable

from fhir_case.definitions.snapshot.shape import Element
from fhir_case.definitions.snapshot.tree import Node
from fhir_case.issues import DefinitionError

CORE = "http://hl7.org/fhir/StructureDefinition/"
Trees = Callable[[str], Node | None]
"""The tree of a definition by its canonical address; None when there is no such definition."""


def opened(element: Element, where: str, wanted: str, tree: Trees) -> tuple[Element, dict[str, Node]]:
    """The element, and the children that its type, its profile or the element it refers to gives it."""
    if "contentReference" in element:
        return _followed(element, where, tree)
    types = element.get("type", [])
    kinds = sorted({_code(t) for t in types if "code" in t})
    if not kinds:
        raise DefinitionError(
            f"{where} has no type, so it can't have the element {wanted} that the differential gives it"
        )
    profiles = types[0].get("profile", []) if len(types) == 1 else []
    for canonical in [*(profiles if len(profiles) == 1 else []), _type(kinds[0] if len(kinds) == 1 else "Element")]:
        found = tree(canonical)
        if found is not None:
            return element, found.children
    raise DefinitionError(f"{where}: its type {', '.join(kinds)} is not known, so {wanted} can't be found in it")


def _followed(element: Element, where: str, tree: Trees) -> tuple[Element, dict[str, Node]]:
    canonical, _, identity = element["contentReference"].partition("#")
    found = tree(canonical)
    target = _by_id(found, identity) if found else None
    if target is None:
        raise DefinitionError(f"{where}: what its contentReference {element['contentReference']} means is not known")
    own = {name: value for name, value in element.items() if name != "contentReference"}
    own["type"] = target.element.get("type", [])
    return own, target.children


def _by_id(root: Node, identity: str) -> Node | None:
    """The node with this id, found by walking down its segments."""
    node: Node | None = root
    for part in identity.split(".")[1:]:
        name, _, slice_name = part.partition(":")
        node = node.children.get(name) if node else None
        if node and slice_name:
            node = node.slices.get(slice_name)
    return node


def _code(declared: Element) -> str:
    """The FHIR type that is declared; the extension says which one is meant by a type of FHIRPath (System.String)."""
    code = str(declared["code"])
    if code.startswith("http://hl7.org/fhirpath/System."):
        for extension in declared.get("extension", ()):
            if isinstance(extension, dict) and extension.get("url") == f"{CORE}structuredefinition-fhir-type":
                return str(extension.get("valueUrl") or extension.get("valueString") or code)
    return code


def _type(code: str) -> str:
    return code if "/" in code else CORE + code
