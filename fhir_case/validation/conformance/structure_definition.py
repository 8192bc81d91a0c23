"""StructureDefinition: what it is of, what it stands on, and each of its elements (https://hl7.org/fhir/R4/structuredefinition.html)."""

from __future__ import annotations

from functools import partial

from fhir_case.definitions.snapshot import snapshot
from fhir_case.issues import DefinitionError
from fhir_case.validation.conformance.constraints import Constraints, check_context_invariants
from fhir_case.validation.conformance.contexts import check_contexts
from fhir_case.validation.conformance.elements import check_element
from fhir_case.validation.conformance.narrowing import check_narrowing
from fhir_case.validation.conformance.ordering import check_order
from fhir_case.validation.conformance.reading import below, known, numbered, objects, text
from fhir_case.validation.conformance.slices import check_slices
from fhir_case.validation.conformance.structure import Structure
from fhir_case.validation.places import At
from fhir_case.validation.primitives import is_absolute
from fhir_case.validation.run import Node, Run

_CORE = "http://hl7.org/fhir/StructureDefinition/"
_EXTENSION = _CORE + "Extension"


def check_structure_definition(definition: Node, at: At, run: Run) -> None:
    """The definition as a whole, then each element of its differential and of its snapshot."""
    _check_type(definition, at, run)
    check_contexts(definition, at, run)
    base = _base(definition, at, run)
    if base is None:
        return
    if not definition.get("derivation"):
        run.say("definition-derivation", at, "a structure with a base says how it is derived from it", fix="constraint")
        return
    _check_base(definition, base, at, run)
    structure = Structure(definition, base, _elements(definition, at, run), run)
    for part in ("differential", "snapshot"):
        constraints = Constraints(structure, part)
        for index, element in numbered(definition.get(part), "element"):
            here = below(below(at, part), "element", index)
            check_element(structure, element, part, here, run)
            constraints.check(element, here, run)
            if part == "differential":
                check_narrowing(structure, element, here, run)
    check_order(structure, at, run)
    check_slices(structure, at, run)
    check_context_invariants(definition, at, run)
    _check_extension_url(definition, at, run)


def _check_type(definition: Node, at: At, run: Run) -> None:
    """The type is one of R4's, or a logical model's with a namespace."""
    kind, derivation, url = text(definition, "type"), text(definition, "derivation"), text(definition, "url")
    if not kind:
        return
    place = below(at, "type")
    if is_absolute(kind):
        if text(definition, "kind") != "logical":
            run.say("definition-type", place, "only the type of a logical model has a namespace", value=kind)
        mine, theirs = kind.rpartition("/")[0], url.rpartition("/")[0]
        if derivation != "constraint" and mine not in (theirs, theirs.removesuffix("/StructureDefinition")):
            run.say(
                "definition-type", place, "the namespace of a type should be that of the url", "warning", value=kind
            )
        return
    if not _is_of_r4(kind, run):
        run.say(
            "definition-type", place, "R4 has no such type; a type of one's own has a namespace", fix=url, value=kind
        )
    elif url != _CORE + kind and derivation != "constraint":
        told = f"{kind} is a type of R4, which can only be constrained"
        run.say("definition-type", place, told, fix='"derivation": "constraint"', value=kind)


def _is_of_r4(kind: str, run: Run) -> bool:
    """Whether R4 has a type of this name; one that only the patterns of R4 use (Event, Request) stands on nothing."""
    found = run.checks.definitions.find(_CORE + kind, "StructureDefinition")
    return run.checks.definitions.type(kind) is not None or bool(found and found.get("baseDefinition"))


def _base(definition: Node, at: At, run: Run) -> Node | None:
    canonical = text(definition, "baseDefinition")
    if not canonical:
        return None
    if known(run, canonical, "StructureDefinition") is None:
        told = "the structure it is based on is not known here: it can't be checked against it"
        run.say("definition-base", at, told, "warning", value=canonical)
        return None
    try:
        base = run.checks.definitions.structure(canonical, near=text(definition, "url"))
    except DefinitionError as error:
        base = None
        run.say("definition-base", at, f"the structure it is based on can't be used: {error}", value=canonical)
    else:
        if base is None:
            run.say(
                "definition-base",
                at,
                "the structure it is based on has no snapshot, and none can be made",
                value=canonical,
            )
    return base


def _check_base(definition: Node, base: Node, at: At, run: Run) -> None:
    """Kind, type and status follow from the base, or differ from it, as the derivation says."""
    kind, theirs = text(definition, "kind"), text(base, "kind")
    constraint = definition.get("derivation") == "constraint"
    if kind != theirs and (constraint or not base.get("abstract")):
        run.say("definition-kind", at, f"the kind is {kind}, that of its base {theirs}", fix=theirs, value=kind)
    same = text(definition, "type") == text(base, "type")
    if constraint and not same:
        run.say("definition-type", at, f"a constraint of {text(base, 'type')} has that type", fix=text(base, "type"),
                value=text(definition, "type"))  # fmt: skip
    elif not constraint and same:
        run.say("definition-type", at, "a specialization has a type of its own", value=text(definition, "type"))
    if base.get("experimental") is True and definition.get("experimental") is not True:
        run.say(
            "definition-base",
            at,
            "builds on a definition that is experimental, and does not say so of itself",
            "warning",
        )


def _elements(definition: Node, at: At, run: Run) -> list[Node]:
    """The elements of the snapshot that follows from the differential; of the one that is there, where there is none."""
    if definition.get("derivation") == "constraint" and objects(definition.get("differential"), "element"):
        find = partial(run.checks.definitions.structure, near=text(definition, "url"))
        try:
            return snapshot(definition, find)
        except DefinitionError as error:
            run.say(
                "definition-snapshot",
                at,
                f"no snapshot can be made: {str(error).removeprefix(text(definition, 'url') + ': ')}",
            )
    return objects(definition.get("snapshot"), "element")


def _check_extension_url(definition: Node, at: At, run: Run) -> None:
    """The definition of an extension fixes Extension.url to its own url."""
    url = text(definition, "url")
    if text(definition, "type") != "Extension" or text(definition, "baseDefinition") != _EXTENSION or not url:
        return
    parts = (definition.get("differential"), definition.get("snapshot"))
    fixed = [
        text(one, "fixedUri")
        for part in parts
        for one in objects(part, "element")
        if one.get("path") == "Extension.url"
    ]
    found = next((one for one in fixed if one), "")
    if found != url:
        told = "is fixed to another url" if found else "is not fixed"
        run.say(
            "definition-extension-url",
            at,
            f"Extension.url {told}; the url of this extension was expected",
            fix=url,
            value=found,
        )
