"""Equality of cases and resources, told as a difference of lines."""

from __future__ import annotations

from difflib import unified_diff
from typing import Any

from fhir_case import dumps, loads
from fhir_case.json import canonical


def assert_same(found: Any, expected: Any) -> None:
    """Equal canonical bytes."""
    ours, theirs = (value if isinstance(value, bytes) else canonical(value) for value in (found, expected))
    if ours != theirs:
        old, new = (dumps(loads(value), indent=1).splitlines() for value in (theirs, ours))
        raise AssertionError("\n".join(list(unified_diff(old, new, "expected", "found", lineterm="", n=2))[:60]))
