"""Parameters of a value set, which expressions in its filters refer to.

http://hl7.org/fhir/tools/StructureDefinition/valueset-parameter, https://hl7.org/fhir/R4/extension-cqf-expression.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from fhir_case import fhirpath
from fhir_case.fhirpath.syntax import External
from fhir_case.validation.conformance.reading import below, extensions, objects, text
from fhir_case.validation.nearest import nearest
from fhir_case.validation.places import At, Step
from fhir_case.validation.run import Node, Run

_PARAMETER = "http://hl7.org/fhir/tools/StructureDefinition/valueset-parameter"
EXPRESSION = "http://hl7.org/fhir/StructureDefinition/cqf-expression"
_VALUE = Step("valueExpression", "value.ofType(Expression)")


class Parameters:
    """The parameters that a value set declares, and which of them are used."""

    def __init__(self, value_set: Node) -> None:
        self._declared = {name: index for index, one in extensions(value_set, _PARAMETER) if (name := _name(one))}
        self._used: set[str] = set()

    def check_expression(self, extension: Node, at: At, run: Run) -> None:
        """An expression that stands for the value of a filter."""
        place = (at, _VALUE, None)
        value = extension.get("valueExpression")
        language, expression = text(value, "language"), text(value, "expression")
        if language != "text/fhirpath":
            run.say(
                "definition-parameter",
                place,
                "an expression in a value set is FHIRPath",
                fix="text/fhirpath",
                value=language,
            )
            return
        try:
            names = _externals(fhirpath.compile(expression).ast)
        except fhirpath.FHIRPathError as error:
            run.say("definition-parameter", place, str(error), value=expression)
            return
        for name in names:
            if name in self._declared:
                self._used.add(name)
            else:
                like = nearest(name, self._declared)
                told = "the value set declares no parameter of this name"
                run.say(
                    "definition-parameter", place, told, fix=f"did you mean %{like}?" if like else "", value=f"%{name}"
                )

    def check_used(self, at: At, run: Run) -> None:
        """Remark on the parameters that no filter uses."""
        for name, index in self._declared.items():
            if name not in self._used:
                run.say(
                    "definition-parameter",
                    below(at, "extension", index),
                    "no filter uses this parameter",
                    "warning",
                    value=name,
                )


def _name(extension: Node) -> str:
    inner = next((one for one in objects(extension, "extension") if one.get("url") == "name"), {})
    return next((held for key, held in inner.items() if key.startswith("value") and isinstance(held, str)), "")


def _externals(node: Any) -> list[str]:
    """The names of the `%name` in an expression."""
    found: list[str] = []
    todo = [node]
    while todo:
        one = todo.pop()
        if isinstance(one, External):
            found.append(one.name)
        elif isinstance(one, msgspec.Struct):
            todo += [getattr(one, name) for name in one.__struct_fields__]
        elif isinstance(one, tuple):
            todo += one
    return list(dict.fromkeys(found))
