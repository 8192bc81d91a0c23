"""Meta: its security labels are a set (https://hl7.org/fhir/R4/resource-definitions.html#Meta.security)."""

from __future__ import annotations

from typing import Any

from fhir_case.validation.places import At, Step
from fhir_case.validation.run import Node, Run

_SECURITY = Step("security", "security", "Meta.security", "Coding")


def check_meta(node: Node, at: At, run: Run) -> None:
    """No security label twice."""
    held = node.get("security")
    seen: list[tuple[Any, Any]] = []
    for index, one in enumerate(held if isinstance(held, list) else ()):
        label = (one.get("system"), one.get("code")) if isinstance(one, dict) else None
        if label is not None and label in seen:
            run.say(
                "security-label-twice",
                (at, _SECURITY, index),
                "this security label is here already",
                fix="leave it out",
            )
        elif label is not None:
            seen.append(label)
