"""The direct check of an invariant says what the engine says, on data of any shape."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest
from elements_at_random import element
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from invariants import of_path

from fhir_case.definitions import r4
from fhir_case.fhirpath import Alone, Expression, FHIRPathError, Undecidable, compile  # noqa: A004
from fhir_case.fhirpath.elements import type_named

FIXED = [  # as HL7's validator reads what R4 got wrong
    ("Reference", "reference.exists() implies (reference = '#' or (reference.startsWith('#').not() or "
        "(reference.substring(1).trace('url') in %rootResource.contained.id.trace('ids'))))"),
    ("Bundle.entry", "fullUrl.exists() implies fullUrl.contains('/_history/').not()"),
    ("ValueSet", "name.exists() implies name.matches('^[A-Z]([A-Za-z0-9_]){0,254}$')"),
]  # fmt: skip


@cache
def invariants() -> list[tuple[str, str]]:
    """Every different expression of R4's types with one type (or path) that it stands at."""
    found: dict[str, str] = {}
    for name in sorted(r4().resources | r4().datatypes):
        definition = r4().type(name)
        for at in definition["snapshot"]["element"] if definition else ():
            for _, _, expression in of_path(at["path"]):
                of = type_named(at["path"])
                if of.known and not of.primitive:
                    found.setdefault(expression, of.name)
    return sorted((of, expression) for expression, of in found.items()) + FIXED


def said(check: Any, value: Any, scope: Alone) -> Any:
    try:
        return check(value, scope)
    except (FHIRPathError, Undecidable) as error:
        return str(error)


def directly() -> list[tuple[str, str]]:
    return [(of, text) for of, text in invariants() if (one := compile(text, of)).check != one.general]


def test_most_invariants_are_checked_directly() -> None:
    assert len(directly()) > 0.85 * len(invariants())


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
@pytest.mark.parametrize("of", sorted({of for of, _ in directly()}))
def test_the_direct_check_agrees_with_the_engine(of: str, data: st.DataObject) -> None:
    type = type_named(of)
    expressions: list[Expression] = [compile(text, name) for name, text in directly() if name == of]
    wanted = frozenset(re.findall(r"\w+", " ".join(one.text for one in expressions)))
    value = data.draw(element(type, wanted))
    root = {
        "resourceType": of.partition(".")[0],
        "contained": [{"resourceType": "Patient", "id": "a"}],
        "type": "batch",
    }
    scope = Alone(value if type.resource else root)
    for one in expressions:
        assert said(one.check, value, scope) == said(one.general, value, scope), one.check
