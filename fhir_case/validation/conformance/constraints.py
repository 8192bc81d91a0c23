"""The constraints (invariants) that a definition makes: their keys, and their expressions.

https://hl7.org/fhir/R4/conformance-rules.html#constraints
"""

from __future__ import annotations

from functools import lru_cache

from fhir_case.definitions import Definitions
from fhir_case.validation.conformance.expressions import problem
from fhir_case.validation.conformance.reading import below, numbered, objects, text, texts
from fhir_case.validation.conformance.structure import Structure, codes
from fhir_case.validation.places import At, Step
from fhir_case.validation.run import Node, Run


class Constraints:
    """The constraints of a differential or a snapshot, one element after the other."""

    def __init__(self, structure: Structure, part: str) -> None:
        self.structure, self.is_snapshot = structure, part == "snapshot"
        self._seen: dict[str, str] = {}
        self._children = {
            text(one, "path").rpartition(".")[0] for one in objects(structure.definition.get(part), "element")
        }

    def check(self, element: Node, at: At, run: Run) -> None:
        """The constraints of one element."""
        for index, one in numbered(element, "constraint"):
            key, expression = text(one, "key"), text(one, "expression")
            here = below(at, "constraint", index)
            if not key:
                run.say("definition-constraint", here, "a constraint without a key is not checked", "warning")
            elif not expression:
                run.say(
                    "definition-constraint",
                    here,
                    f"{key} has no FHIRPath expression: validators won't check it",
                    "information",
                )
            elif self.is_snapshot:
                self._check_in_snapshot(element, one, key, expression, here, run)
            else:
                self._check_in_differential(one, key, expression, here, run)

    def _check_in_snapshot(self, element: Node, one: Node, key: str, expression: str, at: At, run: Run) -> None:
        first = self._seen.setdefault(key, expression)
        if first != expression and key != "ele-1":
            run.say(
                "definition-constraint", at, f"another constraint has the key {key}, with another expression", value=key
            )
        if text(one, "source") in ("", self.structure.url):  # those of others were checked where they are from
            wrong = problem(expression, self._types(element))
            if wrong:
                run.say("definition-constraint", at, f"{key}: {wrong}", value=expression)

    def _types(self, element: Node) -> list[str]:
        """The types that an expression is evaluated on: of the element, or its path where its children are its own."""
        path = text(element, "path")
        if "." not in path:
            return [path]
        found = []
        for code in codes(element):
            is_own = code in ("BackboneElement", "Element") or path in self._children
            found.append(path if is_own else code)
        return found

    def _check_in_differential(self, one: Node, key: str, expression: str, at: At, run: Run) -> None:
        structure = self.structure
        source, own = text(one, "source"), (structure.url, f"{structure.url}|{text(structure.definition, 'version')}")
        if source and source not in own:
            run.say("definition-constraint", at, f"{key} is of this definition, and names another one as its source",
                    fix=structure.url, value=source)  # fmt: skip
            return
        inherited = (
            one for e in objects(structure.base.get("snapshot"), "element") for one in objects(e, "constraint")
        )
        known = {text(one, "expression") for one in inherited if one.get("key") == key}
        known = known or set(_keys(run.checks.definitions).get(key, ()))
        if known and expression not in known:
            run.say("definition-constraint", at, f"the key {key} is already that of another constraint, in the base or in R4",
                    value=key)  # fmt: skip
        elif self._seen.setdefault(key, expression) != expression:
            run.say(
                "definition-constraint", at, f"another constraint has the key {key}, with another expression", value=key
            )


@lru_cache(1)
def _keys(definitions: Definitions) -> dict[str, frozenset[str]]:
    """The constraints of R4's types: the expressions of each key."""
    found: dict[str, set[str]] = {}
    for name in sorted(definitions.resources | definitions.datatypes):
        for element in objects((definitions.type(name) or {}).get("snapshot"), "element"):
            for one in objects(element, "constraint"):
                found.setdefault(text(one, "key"), set()).add(text(one, "expression"))
    return {key: frozenset(expressions) for key, expressions in found.items()}


def check_context_invariants(definition: Node, at: At, run: Run) -> None:
    """The expressions that say more about where an extension may be used."""
    types = [text(one, "expression") for one in objects(definition, "context") if one.get("type") == "element"]
    for index, expression in enumerate(texts(definition, "contextInvariant")):
        wrong = problem(expression, types)
        if wrong:
            place = (at, Step("contextInvariant", "contextInvariant"), index)
            run.say("definition-constraint", place, wrong, value=expression)
