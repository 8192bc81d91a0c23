"""A StructureDefinition while it is checked: its elements, and those of what it stands on, by path and id."""

from __future__ import annotations

from functools import cached_property

from fhir_case.validation.conformance.reading import objects, text
from fhir_case.validation.run import Node, Run

_FHIR_TYPE = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type"


class Structure:
    """One definition, its base, and `elements`: those of its snapshot, generated where it has a differential."""

    def __init__(self, definition: Node, base: Node, elements: list[Node], run: Run) -> None:
        self.definition, self.base, self.elements, self.run = definition, base, elements, run
        self.url = text(definition, "url")
        self.type = text(definition, "type").rpartition("/")[2]
        self.is_constraint = definition.get("derivation") == "constraint"

    @cached_property
    def _of_base(self) -> dict[str, Node]:
        """The elements of the base by id, and by path where no slice has it."""
        found: dict[str, Node] = {}
        for one in objects(self.base.get("snapshot"), "element"):
            found.setdefault(text(one, "id"), one)
            if ":" not in text(one, "id"):
                found.setdefault(text(one, "path"), one)
        return found

    def in_base(self, element: Node) -> Node | None:
        """The element of the base that an element constrains: the same slice, else what is sliced."""
        return self._of_base.get(text(element, "id")) or self._of_base.get(text(element, "path"))

    def types(self, element: Node) -> list[str]:
        """The types an element may have: its own, else those it has in the base."""
        own = codes(element)
        if own or "." not in text(element, "path"):
            return own or [text(element, "path")]
        base = self.in_base(element)
        return codes(base) if base else []


def codes(element: Node) -> list[str]:
    """The types of an element, those of FHIRPath as the types of FHIR that they stand for."""
    return [code for one in objects(element, "type") if (code := code_of(one))]


def code_of(declared: Node) -> str:
    """The type that one `type` of an element names."""
    code = text(declared, "code")
    if code.startswith("http://hl7.org/fhirpath/"):
        for one in objects(declared, "extension"):
            if one.get("url") == _FHIR_TYPE:
                return text(one, "valueUrl") or text(one, "valueUri") or text(one, "valueString")
    return code
