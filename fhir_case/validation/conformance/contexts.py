"""Where an extension may be used, as its definition says (https://hl7.org/fhir/R4/defining-extensions.html#context)."""

from __future__ import annotations

from fhir_case.validation.conformance.reading import below, numbered, objects, text
from fhir_case.validation.places import At
from fhir_case.validation.run import Node, Run

_JSON_NAME = (
    "http://hl7.org/fhir/tools/StructureDefinition/json-name",
    "http://hl7.org/fhir/tools/StructureDefinition/elementdefinition-json-name",
)


def check_contexts(definition: Node, at: At, run: Run) -> None:
    """Only extensions have contexts; an element that is one is an element of R4."""
    kind = text(definition, "type")
    if kind != "Extension":
        if definition.get("contextInvariant"):
            run.say("definition-context", below(at, "contextInvariant", 0), f"a definition of {kind} has no context: only an "
                    "extension has one", fix="leave it out")  # fmt: skip
        if not _has_json_name(definition):
            for index, _ in numbered(definition, "context"):
                run.say("definition-context", below(at, "context", index), f"a definition of {kind} has no context: only an "
                        "extension has one", fix="leave it out")  # fmt: skip
        return
    for index, one in numbered(definition, "context"):
        _check_context(text(one, "type"), text(one, "expression"), below(at, "context", index), run)


def _check_context(kind: str, expression: str, at: At, run: Run) -> None:
    if kind == "element" and expression == "Element":
        run.say("definition-context", at, "with this context the extension can be used anywhere: is that intended?", "warning",
                value=expression)  # fmt: skip
    elif kind == "element" and expression and not _is_element(expression, run):
        run.say("definition-context", at, "R4 has no such element", value=expression)
    elif kind == "fhirpath" and _is_element(expression, run):
        run.say("definition-context", at, "this is an element, for which the type of the context is `element`", "warning",
                fix="element", value=expression)  # fmt: skip


def _is_element(expression: str, run: Run) -> bool:
    """Whether this is the path of an element of R4, or of a profile (`url#path`)."""
    url, _, path = expression.rpartition("#")
    checks = run.checks
    if url or "/" in path:
        return True  # of a profile or logical model: not looked into
    kind, *names = path.split(".")
    for name in names:
        found = _child(kind, name, run)
        if found is None:
            return False
        kind = found
    return bool(names) or kind in checks.definitions.resources or checks.definitions.type(kind) is not None


def _child(kind: str, name: str, run: Run) -> str | None:
    """The type of a child element, or the path of a backbone element; "" where it can't be told."""
    if not kind:
        return ""
    root, _, _ = kind.partition(".")
    definition = run.checks.definitions.type(root)
    if definition is None:
        return None
    bare = f"{kind}.{name.partition(':')[0].removesuffix('[x]')}"
    for one in objects(definition.get("snapshot"), "element"):
        path = text(one, "path")
        if path == bare or path == f"{bare}[x]":
            reference = text(one, "contentReference")
            codes = [text(of, "code") for of in objects(one, "type")]
            if reference:
                return reference.rpartition("#")[2]
            if len(codes) != 1:
                return ""
            return path if codes[0] in ("BackboneElement", "Element") else codes[0]
        if path.endswith("[x]") and bare.startswith(path[:-3]) and path.count(".") == bare.count("."):
            return ""
    return None


def _has_json_name(definition: Node) -> bool:
    roots = [objects(definition.get(part), "element")[:1] for part in ("snapshot", "differential")]
    return any(
        one.get("url") in _JSON_NAME for root in roots for element in root for one in objects(element, "extension")
    )
