"""From a differential to a snapshot: the tree of the base, merged with the tree of the differential, as a list again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fhir_case.definitions.snapshot import slicing
from fhir_case.definitions.snapshot.merge import merged
from fhir_case.definitions.snapshot.naming import codes, missing, of_type, placed, said
from fhir_case.definitions.snapshot.opening import CORE, opened
from fhir_case.definitions.snapshot.shape import Element
from fhir_case.definitions.snapshot.tree import MAX_ELEMENTS, Node, flatten, from_differential, from_snapshot, self_base
from fhir_case.issues import DefinitionError

Find = Callable[[str], dict[str, Any] | None]

_OWN = frozenset(("id", "path", "base", "slicing", "sliceName", "type", "min", "max", "constraint"))
"""What an element keeps as its own, when it takes the rest from the root of the profile its type is given: that profile's
constraints hold there anyway, since values are validated against it."""


def snapshot(structure: dict[str, Any], find: Find, note: Callable[[str], None] | None = None) -> list[Element]:
    """The elements of the snapshot of a StructureDefinition that has a differential.

    `find` gives a StructureDefinition by its canonical address (`http://hl7.org/fhir/StructureDefinition/HumanName` for a
    type), with its snapshot or, if that still has to be made, without; None if there is none. The elements are in the order,
    and with the ids, of http://hl7.org/fhir/R4/elementdefinition.html#id; those that the differential leaves as they were are
    the very objects of the base, not to be changed.

    Raises DefinitionError. A constraint on an element that does not exist can be left out instead: then `note` is told, if
    there is one (HL7's tools go on, too).
    """
    return _Library(find, note or _refuse).snapshot(structure)


def _refuse(problem: str) -> None:
    raise DefinitionError(problem)


class _Library:
    """The trees of the definitions that one snapshot needs, each made once, and which of them are in the making."""

    def __init__(self, find: Find, note: Callable[[str], None]) -> None:
        self._note = note
        self._noted = 0
        self._find = find
        self._trees: dict[str, Node] = {}
        self._making: list[str] = []

    def note(self, problem: str) -> None:
        """Tell of a constraint that is left out. Raises DefinitionError when nothing seems to fit."""
        self._noted += 1
        if self._noted > 100:
            raise DefinitionError(f"{problem} (the last of more than 100 such problems)")
        self._note(problem)

    def tree(self, canonical: str) -> Node | None:
        """The tree of a definition's snapshot; None when there is no such definition. Raises on definitions in a circle."""
        if canonical not in self._trees:
            structure = self._find(canonical)
            if structure is None:
                return None
            self._trees[canonical] = self._grown(structure)
        return self._trees[canonical]

    def root(self, canonical: str) -> Element | None:
        """The first element of a definition's snapshot; None when there is none, or it is this very one being made."""
        if canonical.partition("|")[0] in self._making:
            return None
        try:
            tree = self.tree(canonical)
        except DefinitionError:  # which is said where that definition is itself used
            return None
        return tree.element if tree else None

    def snapshot(self, structure: dict[str, Any]) -> list[Element]:
        url = str(structure.get("url") or structure.get("id") or "StructureDefinition")
        if url in self._making:
            circle = " → ".join([*self._making[self._making.index(url) :], url])
            raise DefinitionError(
                f"{url}: its snapshot needs its own snapshot ({circle}); expected a base or type before it"
            )
        if len(self._making) > 40:
            raise DefinitionError(
                f"{url}: more than 40 definitions stand on one another: {' → '.join(self._making[-3:])} …"
            )
        self._making.append(url)
        try:
            return _Making(self, structure, url).elements()
        finally:
            self._making.pop()

    def _grown(self, structure: dict[str, Any]) -> Node:
        url = str(structure.get("url") or structure.get("id") or "StructureDefinition")
        made = structure.get("snapshot")
        elements = made.get("element") if isinstance(made, dict) else None
        if not isinstance(elements, list) or not elements:
            elements = self.snapshot(structure)
        return from_snapshot(elements, _home(structure), url)


def _home(structure: dict[str, Any]) -> str:
    """The definition that `#Observation.referenceRange` in this structure means: that of the type, not of a profile."""
    kind = str(structure.get("type", ""))
    if structure.get("derivation") == "constraint" and "/" not in kind:
        return CORE + kind
    return str(structure.get("url", ""))


class _Making:
    """One structure whose snapshot is being made."""

    def __init__(self, library: _Library, structure: dict[str, Any], url: str) -> None:
        self.library = library
        self.structure = structure
        self.url = url
        self.specializing = structure.get("derivation") == "specialization"
        self._elements = 0

    def elements(self) -> list[Element]:
        base = self._base()
        declared = self.structure.get("differential")
        entries = declared.get("element", []) if isinstance(declared, dict) else []
        if not isinstance(entries, list):
            raise DefinitionError(f"{self.url}: expected a list of elements in the differential")
        name = base.element["path"]
        if self.specializing:
            name = str(self.structure.get("type") or name).rpartition("/")[2]
            if entries and isinstance(entries[0], dict) and isinstance(entries[0].get("path"), str):
                name = entries[0]["path"].partition(".")[0]
        differential = from_differential(entries, name, self.url)
        tree = self.merge(base, differential, name, f"{self.url}: {name}")
        return flatten(tree, name, self.url)

    def _base(self) -> Node:
        canonical = self.structure.get("baseDefinition")
        if not isinstance(canonical, str) or not canonical:
            raise DefinitionError(f"{self.url}: expected a baseDefinition, found none")
        base = self.library.tree(canonical)
        if (
            base is None and self.specializing and canonical == f"{CORE}Base"
        ):  # R5's root of all types, for logical models
            base = Node({"id": "Base", "path": "Base", "min": 0, "max": "*"})
        if base is None:
            raise DefinitionError(
                f"{self.url}: its base {canonical} is not known; expected it in R4 or a loaded package"
            )
        kind = self.structure.get("type")
        if not self.specializing and isinstance(kind, str) and kind.rpartition("/")[2] != base.element["path"]:
            raise DefinitionError(
                f"{self.url}: a profile has the type of what it constrains; expected {base.element['path']}, the type of "
                f"{canonical}, found {kind}"
            )
        return base

    def merge(self, base: Node, over: Node, name: str, where: str, in_slice: bool = False) -> Node:
        """The node `base`, constrained by the node `over` of the differential."""
        over, slice_name = slicing.unsliced(base.element, over, name)
        element = merged(self._templated(base.element, over.element), over.element)
        if slice_name:
            element = {**element, "sliceName": slice_name}
        children = base.children
        if over.children:
            element, children = self._children(element, base.children, over, where, in_slice)
        node = Node(element, children, base.slices)
        if over.slices:
            node.slices = self._slices(base, over, node, name, where)
            node.element = slicing.sliced(node.element, node.slices, name, where, written=bool(over.element))
            if name.endswith("[x]") and slicing.is_by_type(node.element["slicing"]):
                node.element = slicing.narrowed(node.element, node.slices)
        return node

    def _count(self, more: int, where: str) -> None:
        """Stop before a snapshot that is too large is even in memory."""
        self._elements += more
        if self._elements > MAX_ELEMENTS:
            raise DefinitionError(f"{where}: with this, the snapshot would have more than {MAX_ELEMENTS:,} elements")

    def _templated(self, element: Element, over: Element) -> Element:
        """An extension or a resource that is given a profile takes from the root of that profile what it says of itself."""
        types = over.get("type", [])
        profiles = types[0].get("profile", []) if len(types) == 1 else []
        before = [p for t in element.get("type", ()) for p in t.get("profile", ())]
        kinds = set(codes(element))
        if len(profiles) != 1 or profiles == before or not kinds <= {"Extension", "Resource"} or not kinds:
            return element
        root = self.library.root(profiles[0])
        if root is None:
            return element
        taken = {**element, **{name: value for name, value in root.items() if name not in _OWN}}
        if kinds != {"Extension"}:
            return taken
        return {**taken, "max": root.get("max", element.get("max", "*"))}

    def _children(
        self, element: Element, present: dict[str, Node], over: Node, where: str, in_slice: bool
    ) -> tuple[Element, dict[str, Node]]:
        strange = not all(placed(over.children, present).values())
        if strange and ("type" in element or "contentReference" in element) and not (present and self.specializing):
            element, within = opened(element, where, next(iter(over.children)), self.library.tree)
            in_slice = in_slice and bool(present)
            present = {**within, **present}
        self._count(len(present), where)
        by_name = said(over, present, where, in_slice)
        made = {}
        for name, child in present.items():
            constrained = by_name.pop(name, None)
            if constrained is not None:
                child = self.merge(child, constrained, name, f"{where}.{name}", in_slice and bool(constrained.element))
            made[name] = child
        for name, node in by_name.items():
            if not self.specializing:
                self.library.note(missing(name, element, present, where))
                continue
            made[name] = self._added(node, name, f"{where}.{name}")
        return element, made

    def _added(self, node: Node, name: str, where: str) -> Node:
        """A new element of a specialization: its own base; a part with parts of its own also has those of its type."""
        element = {**node.element, "base": self_base(node.element)}
        return self.merge(Node(element), Node({}, node.children, node.slices), name, where)

    def _slices(self, base: Node, over: Node, node: Node, name: str, where: str) -> dict[str, Node]:
        self._count(len(base.slices) + len(over.slices), where)
        made = dict(base.slices)
        for slice_name in sorted(over.slices, key=lambda s: s.count("/")):
            constrained = over.slices[slice_name]
            start = made.get(slice_name)
            if start is None:
                parent = slicing.parent_slice(slice_name, made)
                start = (
                    slicing.seed(made[parent], made[parent], slice_name)
                    if parent
                    else slicing.seed(base, node, slice_name)
                )
                types = of_type(start.element, slice_name, name) if name.endswith("[x]") else []
                if types and "type" not in constrained.element:
                    start.element["type"] = types
            made[slice_name] = self.merge(start, constrained, name, f"{where}:{slice_name}", in_slice=True)
        return slicing.grouped(made)
