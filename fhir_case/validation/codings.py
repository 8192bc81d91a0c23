"""Codings: does the system have the code, and is the display one of its (https://hl7.org/fhir/R4/datatypes.html#Coding)."""

from __future__ import annotations

from fhir_case.validation.places import At, Step
from fhir_case.validation.primitives import is_absolute
from fhir_case.validation.run import Node, Run

_CODE = Step("code", "code", "Coding.code", "code")
_SYSTEM = Step("system", "system", "Coding.system", "uri")
_DISPLAY = Step("display", "display", "Coding.display", "string")


def check_coding(node: Node, at: At, run: Run) -> None:
    """A code against the system it names."""
    system, code = node.get("system"), node.get("code")
    if not isinstance(system, str) or not isinstance(code, str):
        return
    if not is_absolute(system):
        run.say("code-system-unknown", (at, _SYSTEM, None), "the system of a code is an absolute uri", value=system)
        return
