"""Invariants: FHIRPath that a resource or element must meet (https://hl7.org/fhir/R4/conformance-rules.html#constraints)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from fhir_case import fhirpath
from fhir_case.validation.places import At
from fhir_case.validation.plan import Constraint
from fhir_case.validation.run import Node, Run

if TYPE_CHECKING:
    from fhir_case.validation.checks import Checks
    from fhir_case.validation.settings import Level
    from fhir_case.validation.types import Check

_ELSEWHERE = frozenset(("ele-1", "ext-1", "dom-2", "dom-3", "dom-4", "dom-5", "txt-1", "txt-2"))
"""Checked by code that says more precisely what is wrong: types.py, extensions.py, resources.py, narrative.py."""

_CORRECTED = {
    # FHIR-25205: two conditions are "more than one".
    "enableWhen.count() > 2 implies enableBehavior.exists()": "enableWhen.count() >= 2 implies enableBehavior.exists()",
    # Without a probability there is nothing to compare.
    "probability is decimal implies (probability as decimal) <= 100":
        "probability.empty() or ((probability is decimal) implies ((probability as decimal) <= 100))",
    # The element is `generation`.
    "generated='generated' implies source.empty()": "generation='generated' implies source.empty()",
    # '#' is the container, and a Reference may have no reference.
    "reference.startsWith('#').not() or (reference.substring(1).trace('url') in %rootResource.contained.id.trace('ids'))":
        "reference.exists() implies (reference = '#' or (reference.startsWith('#').not() or "
        "(reference.substring(1).trace('url') in %rootResource.contained.id.trace('ids'))))",
    "fullUrl.contains('/_history/').not()": "fullUrl.exists() implies fullUrl.contains('/_history/').not()",
    # matches() looks for a part of the text since FHIRPath N1 says so.
    "name.matches('[A-Z]([A-Za-z0-9_]){0,254}')": "name.exists() implies name.matches('^[A-Z]([A-Za-z0-9_]){0,254}$')",
    # valueBoolean is a FHIR boolean: System types begin with a capital letter.
    "operator = 'exists' implies (answer is Boolean)": "operator = 'exists' implies (answer is boolean)",
    # A type of the data that an operation takes may be a resource.
    "targetProfile.exists() implies (type = 'Reference' or type = 'canonical')":
        "targetProfile.exists() implies (type = 'Reference' or type = 'canonical' "
        "or type.memberOf('http://hl7.org/fhir/ValueSet/resource-types'))",
    # `in` takes one item, and there may be several `when`.
    "offset.empty() or (when.exists() and ((when in ('C' | 'CM' | 'CD' | 'CV')).not()))":
        "offset.empty() or (when.exists() and when.select($this in ('C' | 'CM' | 'CD' | 'CV')).allFalse())",
    "isModifier implies isModifierReason.exists()": "(isModifier.exists() and isModifier) implies isModifierReason.exists()",
}  # fmt: skip
"""Expressions that R4 got wrong, as HL7's validator reads them (FHIRPathExpressionFixer of org.hl7.fhir.core)."""

_ELSEWHERE_KNOWN = re.compile(r"\b(?:check|coalesce|debug|defineVariable|hasTemplateIdOf|htmlchecks|item)\s*\(")
"""Functions that other engines have, and later versions of FHIRPath: an invariant that asks for them may be right."""


def _corrected(constraint: Constraint) -> str:
    if constraint.key in ("eld-19", "eld-20"):  # of the whole path; matches() is content with a part
        return constraint.expression.replace("matches('[", "matches('^[").replace(")*')", ")*$')")
    return _CORRECTED.get(constraint.expression, constraint.expression)


class Invariant(NamedTuple):
    """One invariant as functions: whether an object meets it, and what to say where it does not, or that cannot be told."""

    asks: Callable[[Node, Run], bool | None]
    check: Check


def together(made: list[Invariant]) -> Check:
    """All invariants of a type in one: they are nearly always met, so each is but asked before anything is said."""
    asks = [one.asks for one in made]

    def check(node: Node, at: At, run: Run) -> None:
        try:
            for ask in asks:
                if not ask(node, run):
                    break
            else:
                return
        except (fhirpath.Undecidable, fhirpath.FHIRPathError):
            pass  # said below
        for one in made:
            one.check(node, at, run)

    return check


def compiled(checks: Checks, constraint: Constraint, kind: str, definition: str) -> Invariant | None:
    """The function for one invariant of elements of the type `kind`; None where it is checked elsewhere, or switched off."""
    if constraint.key in _ELSEWHERE or not constraint.expression:
        return None
    severity: Level = "error" if constraint.severity == "error" else "warning"
    code = "invariant"
    if constraint.best_practice:
        code = "invariant-best-practice"
        severity = checks.settings.best_practice
        if severity == "ignore":
            return None
    try:
        expression = fhirpath.compile(_corrected(constraint), kind or None)
    except fhirpath.FHIRPathError as error:
        elsewhere = _ELSEWHERE_KNOWN.search(constraint.expression) is not None
        broken = _broken(constraint, definition, str(error), "warning" if elsewhere else "error")
        return Invariant(lambda node, run: None, broken)
    told = f"{constraint.key}: {constraint.human}"
    ask = expression.check

    def check(node: Node, at: At, run: Run) -> None:
        try:
            met = ask(node, run)
        except fhirpath.Undecidable as reason:
            run.say("invariant-undecided", at, f"{told} – {reason}", "information", definition=definition)
            return
        except fhirpath.FHIRPathError as error:
            # What cannot be evaluated is not true.
            run.say("invariant-broken", at, f"{told} – {error}", severity, definition=definition)
            return
        # Nothing as a result is not true (https://hl7.org/fhir/R4/fhirpath.html: an invariant "must evaluate to true").
        if not met:
            run.say(code, at, told, severity, definition=definition)

    return Invariant(ask, check)


def _broken(constraint: Constraint, definition: str, reason: str, severity: Level) -> Check:
    def check(node: Node, at: At, run: Run) -> None:
        run.say("invariant-broken", at, f"{constraint.key} cannot be read: {reason}", severity, definition=definition)

    return check
