"""Which element of the base a name in a differential means; `valueQuantity` is a slice of `value[x]`, or all of it."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from fhir_case.definitions.snapshot.shape import Element
from fhir_case.definitions.snapshot.tree import Node, choice_of, graft
from fhir_case.issues import DefinitionError


def said(over: Node, present: dict[str, Node], where: str, in_slice: bool) -> dict[str, Node]:
    """The differential's children by the names of the base: valueQuantity becomes the slice valueQuantity of value[x].

    Inside a slice (as HL7's tools and the vital signs of R4 have it) valueQuantity leaves value[x] with this one type.
    """
    places = placed(over.children, present)
    by_name = {name: over.children[name] for name, choice in places.items() if choice is None or choice == name}
    for name, choice in places.items():
        if choice is None or choice == name:
            continue
        node = over.children[name]
        if name.endswith("[x]"):
            by_name[choice] = node
            continue
        element = present[choice].element
        types = of_type(element, name, choice)
        if not types:
            allowed = ", ".join(codes(element))
            raise DefinitionError(f"{where}.{name}: {choice} can't be that; expected one of its types {allowed}")
        if not node.element and len(node.slices) == 1:  # it had a sliceName too
            node = next(iter(node.slices.values()))
        written = over.children.get(choice, Node({}))
        sliced = by_name.setdefault(choice, Node({}))
        if _is_all(node, written.element.get("type") or element.get("type", []), types):
            graft(sliced, node, f"{where}.{choice}")
        elif in_slice and not (node.slices or sliced.slices or present[choice].slices or written.element):
            graft(sliced, Node({"type": types, **node.element}, node.children), f"{where}.{choice}")
        else:
            graft(sliced.slices.setdefault(name, Node({})), node, f"{where}.{choice}:{name}")
            if origin(present[choice]) == "Extension.value[x]" and "type" not in written.element:
                # an extension that says valueCode, or valueCode and valueString, has no other values
                sliced.element = {**sliced.element, "type": [*sliced.element.get("type", []), *types]}
    return by_name


def _is_all(node: Node, left: list[Element], types: list[Element]) -> bool:
    """Only parts of valueQuantity are said, and value[x] is left with that type anyway: then they are parts of value[x]."""
    return not node.element and not node.slices and [t.get("code") for t in left] == [t.get("code") for t in types]


def placed(names: Iterable[str], present: dict[str, Node]) -> dict[str, str | None]:
    """For each name in a differential, where it stands among the children of the base; None when nowhere."""
    former: dict[str, str] = {}  # of bases by older tools, in which value[x] with one type left is valueQuantity
    for child, node in present.items():
        was = origin(node).rpartition(".")[2]
        if was.endswith("[x]") and was != child:
            former[was] = child
    return {name: name if name in present else former.get(name) or choice_of(name, present) for name in names}


def origin(node: Node) -> str:
    """The path of the element in the definition that it was first made in."""
    return str(node.element.get("base", {}).get("path", ""))


def missing(name: str, element: Element, present: dict[str, Node], where: str) -> str:
    """The sentence for a name in the differential that no element has."""
    kinds = codes(element)
    if len(set(kinds)) > 1:
        return f"{where} has no element {name}, since it can be {' or '.join(kinds)}; expected a constraint on one type of it"
    shown = list(present)[:100]
    near = get_close_matches(name[:64], shown, 1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"{where} has no element {name[:64]}; expected one of {', '.join(shown)}{hint}"


def codes(element: Element) -> list[str]:
    """The type codes of an element."""
    return [t["code"] for t in element.get("type", ()) if "code" in t]


def of_type(element: Element, name: str, choice: str) -> list[Element]:
    """The types of a choice element that `name` (valueQuantity) stands for; none when it stands for no type of it."""
    suffix = name[len(choice) - 3 :]
    return [
        t for t in element.get("type", ()) if suffix and t.get("code", "")[:1].upper() + t.get("code", "")[1:] == suffix
    ]
