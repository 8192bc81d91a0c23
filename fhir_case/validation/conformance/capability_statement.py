"""CapabilityStatement: the search parameters it names are of the type it says (https://hl7.org/fhir/R4/capabilitystatement.html)."""

from __future__ import annotations

from fhir_case.validation.conformance.reading import below, known, numbered, text
from fhir_case.validation.places import At
from fhir_case.validation.run import Node, Run


def check_capability_statement(statement: Node, at: At, run: Run) -> None:
    """Each searchParam of each resource, and of the server as a whole."""
    for index, rest in numbered(statement, "rest"):
        here = below(at, "rest", index)
        _check_parameters(rest, here, run)
        for number, resource in numbered(rest, "resource"):
            _check_parameters(resource, below(here, "resource", number), run)


def _check_parameters(holder: Node, at: At, run: Run) -> None:
    for index, one in numbered(holder, "searchParam"):
        canonical, kind = text(one, "definition"), text(one, "type")
        found = known(run, canonical, "SearchParameter") if canonical else None
        if found and text(found, "type") != kind:
            run.say("definition-search-type", below(at, "searchParam", index),
                    f"{canonical} is a search parameter of type {text(found, 'type')}, not {kind}", fix=text(found, "type"),
                    value=kind)  # fmt: skip
