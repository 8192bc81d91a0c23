"""SearchParameter: its expression fits what it is a parameter of, and the parameter it is derived from.

https://hl7.org/fhir/R4/searchparameter.html
"""

from __future__ import annotations

from fhir_case import fhirpath
from fhir_case.fhirpath.syntax import Chain, Name, Path, Syntax
from fhir_case.validation.conformance.expressions import problem
from fhir_case.validation.conformance.reading import below, known, objects, text, texts
from fhir_case.validation.places import At
from fhir_case.validation.run import Node, Run


def check_search_parameter(parameter: Node, at: At, run: Run) -> None:
    """The expression on each base; the base, type and expression of the one it is derived from; the parts of a composite."""
    expression, bases = text(parameter, "expression"), texts(parameter, "base")
    if expression and bases:
        wrong = problem(expression, bases)
        if wrong:
            run.say("definition-search-expression", below(at, "expression"), wrong, value=expression)
    origin = text(parameter, "derivedFrom")
    if origin:
        _check_origin(parameter, origin, at, run)
    if parameter.get("type") == "composite" and len(objects(parameter, "component")) < 2:
        run.say("definition-search-components", at, "a composite search parameter is made of two components at least")


def _check_origin(parameter: Node, canonical: str, at: At, run: Run) -> None:
    origin = known(run, canonical, "SearchParameter")
    if origin is None:
        run.say("definition-search-origin", at, "the search parameter this one is derived from is not known here", "warning",
                value=canonical)  # fmt: skip
        return
    allowed = texts(origin, "base")
    for base in texts(parameter, "base"):
        if base not in allowed and "Resource" not in allowed:
            told = f"{canonical}, which this is derived from, is for {', '.join(allowed)[:200]}, not for {base}"
            run.say("definition-search-origin", at, told, value=base)
    kind, wanted = text(parameter, "type"), text(origin, "type")
    if kind and kind != wanted:
        run.say("definition-search-origin", at, f"{canonical}, which this is derived from, is of type {wanted}, not {kind}",
                fix=wanted, value=kind)  # fmt: skip
    mine, other = text(parameter, "expression"), text(origin, "expression")
    bases = frozenset(texts(parameter, "base"))
    if mine and other and _parts(mine, bases, run) != _parts(other, bases, run):
        run.say("definition-search-origin", at, f"the expression differs from that of {canonical}, which this is derived from",
                "warning", value=mine)  # fmt: skip


def _parts(expression: str, bases: frozenset[str], run: Run) -> list[str]:
    """What is united with `|`, without the parts that are for resources other than these."""
    parts = ["".join(part.split()) for part in expression.split("|")]
    try:
        node = fhirpath.compile(expression).ast
    except fhirpath.FHIRPathError:
        return parts
    operators = {link.operator for link in node.links} if isinstance(node, Chain) else set()
    starts = [node.first, *(link.operand for link in node.links)] if isinstance(node, Chain) else [node]
    if operators - {"|"} or len(parts) != len(starts):
        return ["".join(parts)]
    others = run.checks.definitions.resources - bases
    return sorted(part for part, start in zip(parts, starts, strict=True) if _first(start) not in others)


def _first(node: Syntax) -> str:
    if isinstance(node, Path):
        return _first(node.start)
    return node.name if isinstance(node, Name) else ""
