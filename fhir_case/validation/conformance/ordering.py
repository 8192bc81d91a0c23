"""The order of a differential: that of the snapshot (https://hl7.org/fhir/R4/structuredefinition.html#snapshot).

HL7's tools walk along the base and find an element only where it comes next.
"""

from __future__ import annotations

from fhir_case.validation.conformance.reading import below, numbered, text
from fhir_case.validation.conformance.structure import Structure
from fhir_case.validation.places import At
from fhir_case.validation.run import Run


def check_order(structure: Structure, at: At, run: Run) -> None:
    """Each element of the differential comes before those that follow it in the snapshot."""
    if not structure.is_constraint:
        return
    order: dict[str, int] = {}
    for one in structure.elements:
        order.setdefault(text(one, "path"), len(order))
    first: dict[str, tuple[int, str]] = {}
    for index, one in reversed(list(numbered(structure.definition.get("differential"), "element"))):
        path = text(one, "path")
        holder = text(one, "id").rpartition(".")[0] or path.rpartition(".")[0]
        if path not in order:
            continue
        least = first.setdefault(holder, (order[path], path))
        if order[path] > least[0]:
            told = f"in the snapshot {least[1]}, which comes later here, comes before"
            run.say("definition-order", below(below(at, "differential"), "element", index), told, value=path)
        else:
            first[holder] = (order[path], path)
