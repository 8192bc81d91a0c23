"""Invariants: FHIRPath that a resource or element must meet (https://hl7.org/fhir/R4/conformance-rules.html#constraints)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhir_case import fhirpath
from fhir_case.validation.places import At
from fhir_case.validation.plan import Constraint
from fhir_case.validation.run import Node, Run

if TYPE_CHECKING:
    from fhir_case.validation.checks import Checks
    from fhir_case.validation.types import Check

_ELSEWHERE = frozenset(("ele-1", "ext-1", "dom-2", "dom-3", "dom-4", "dom-5", "txt-1", "txt-2"))
"""Checked by code that says more precisely what is wrong: types.py, extensions.py, resources.py, narrative.py."""


def compiled(checks: Checks, constraint: Constraint, kind: str, definition: str) -> Check | None:
    """The function for one invariant of elements of the type `kind`; None where it is checked elsewhere, or switched off."""
    if constraint.key in _ELSEWHERE or not constraint.expression:
        return None
    severity = "error" if constraint.severity == "error" else "warning"
    code = "invariant"
    if constraint.best_practice:
        code = "invariant-best-practice"
        severity = checks.settings.best_practice
        if severity == "ignore":
            return None
    try:
        expression = fhirpath.compile(constraint.expression, kind or None)
    except fhirpath.FHIRPathError as error:
        return _broken(constraint, definition, str(error))
    told = f"{constraint.key}: {constraint.human}"
    ask = expression.check

    def check(node: Node, at: At, run: Run) -> None:
        try:
            met = ask(node, run)
        except fhirpath.Undecidable as reason:
            run.say("invariant-undecided", at, f"{told} – {reason}", "information", definition=definition)
            return
        except fhirpath.FHIRPathError as error:
            run.say("invariant-broken", at, f"{told} – {error}", "warning", definition=definition)
            return
        if met is None:
            run.say("invariant-undecided", at, told, "information", definition=definition)
        elif not met:
            run.say(code, at, told, severity, definition=definition)

    return check


def _broken(constraint: Constraint, definition: str, reason: str) -> Check:
    def check(node: Node, at: At, run: Run) -> None:
        run.say("invariant-broken", at, f"{constraint.key} cannot be read: {reason}", "warning", definition=definition)

    return check
