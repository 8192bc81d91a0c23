"""The direct check of an invariant says what the engine says, on data of any shape."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest
from elements_at_random import element, primitive
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from invariants import of_path

from fhir_case.definitions import r4
from fhir_case.fhirpath import Alone, FHIRPathError, Undecidable, compile  # noqa: A004
from fhir_case.fhirpath.direct import check_source
from fhir_case.fhirpath.elements import Type, type_named

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


WRITTEN = [
    ("StructureDefinition", "(snapshot | differential).element.all(path.contains('.').not() implies sliceName.empty())"),
    ("StructureDefinition", "(snapshot | differential | snapshot).element.type.code.exists($this = 'code')"),
    ("StructureDefinition", "children().element.where(path.contains('.').not()).label.empty()"),
    ("StructureDefinition", "children().element.path.isDistinct()"),
    ("StructureDefinition", "snapshot.element.tail().all(path.startsWith(%resource.snapshot.element.first().path & '.'))"),
    ("StructureDefinition", "snapshot.element.last().path.replaceMatches('[.].*', '') = type"),
    ("StructureDefinition", "snapshot.element[1].path = type or snapshot.element[0].id.exists()"),
    ("StructureDefinition", "snapshot.element.defaultValue.empty() and differential.element.defaultValue.exists()"),
    ("StructureDefinition", "descendants().code.exists()"), ("StructureDefinition", "descendants().sliceName.isDistinct()"),
    ("StructureDefinition", "snapshot.element.tail().tail().count() > 1"),
    ("StructureDefinition", "differential.element.all(min = 0 or path in %resource.snapshot.element.path)"),
    ("CodeSystem", "concept.code.combine($this.descendants().concept.code).isDistinct()"),
    ("CodeSystem", "descendants().concept.count() < 3 and descendants().concept.code.count() = 1"),
    ("Questionnaire", "descendants().linkId.isDistinct()"),
    ("ElementDefinition", "min.empty() or iif(max != '*', min <= max.toInteger(), sliceName.exists())"),
    ("ElementDefinition", "iif(isModifier, mustSupport)"), ("ElementDefinition", "min <= base.min"),
    ("ElementDefinition", "defaultValue is string or (fixed is integer) = false"),
    ("ElementDefinition", "(defaultValue as string) = 'a' or fixed.as(boolean) or pattern.ofType(code) in ('a' | 'b')"),
    ("ElementDefinition", "fixed.ofType(HumanName).family.exists() and defaultValue.ofType(Quantity).value > 1"),
    ("ElementDefinition", "type.select((code = 'code') or profile.exists()).exists()"),
    ("ElementDefinition", "type.select(code & 'x').isDistinct()"), ("ElementDefinition", "type.select(profile).count() = 1"),
    ("ElementDefinition", "condition.where($this.startsWith('a')).exists() and condition.all($this in ('a' | 'b'))"),
    ("ElementDefinition", "alias.first().substring(1) = 'code' or alias.last().substring(0, 1) = 'C' or alias.tail().exists()"),
    ("ElementDefinition", "path.matches('[A-Za-z][A-Za-z0-9]*([.][a-z][A-Za-z0-9]*([x])?)*')"),
    ("ElementDefinition", "mustSupport.not() or isModifier.hasValue() and sliceName.hasValue().not()"),
    ("ElementDefinition", "fixed.empty() or pattern.exists() or (type.count() <= 1) or min = 1"),
    ("ElementDefinition", "fixed.exists() and (min = 1 or max = '*') and max.contains('1').not()"),
    ("ElementDefinition", "(min = 1 implies max = '1') xor (max = '*')"), ("ElementDefinition", "sliceName in representation"),
    ("Bundle", "type = 'document' implies entry.first().resource.is(Composition)"),
    ("Bundle", "entry.resource.ofType(Patient).name.exists() or entry.resource.as(Bundle).type = 'batch'"),
    ("Bundle", "entry.where(fullUrl.exists()).select(fullUrl & resource.meta.versionId).isDistinct()"),
    ("Bundle", "entry.all(response.exists() = (%resource.type = 'batch' or %resource.type = 'history'))"),
    ("Period", "start <= end"), ("Patient", "birthDate < deceased.ofType(dateTime) or birthDate >= birthDate"),
    ("ValueSet.expansion", "timestamp > timestamp or timestamp <= timestamp"),
    ("Reference", "reference.substring(1).trace('url') in %rootResource.contained.id.trace('ids')"),
    ("string", "empty() or ($this = '*') or (toInteger() >= 0)"), ("code", "matches('a') or $this.exists()"),
]  # fmt: skip
"""Expressions that have all that is written directly, besides those of R4."""


def said(check: Any, value: Any, scope: Alone) -> Any:
    try:
        return check(value, scope)
    except (FHIRPathError, Undecidable) as error:
        return str(error)


def directly() -> list[tuple[str, str]]:
    return [(of, text) for of, text in invariants() if (one := compile(text, of)).check != one.general]


def test_nearly_all_invariants_are_checked_directly() -> None:
    assert len(directly()) > 0.99 * len(invariants())


@pytest.mark.parametrize(("of", "text"), WRITTEN)
def test_what_is_written_directly_leaves_nothing_to_the_engine(of: str, text: str) -> None:
    one = compile(text, of)
    made = check_source(one.text, one.ast, type_named(of))
    assert made is not None
    assert not re.search(r"^ +raise Bail|if not k\d+.isdisjoint\(this\): raise", made[0], re.M), made[0]


def agrees(expressions: list[tuple[str, str]], of: Type, data: st.DataObject) -> None:
    """Both ways say the same of a value at random."""
    wanted = frozenset(re.findall(r"\w+", " ".join(text for _, text in expressions)))
    value = data.draw(primitive(of) if of.primitive else element(of, wanted))
    root = {
        "resourceType": of.name.partition(".")[0] if of.name[0].isupper() else "Patient",
        "contained": [{"resourceType": "Patient", "id": "a"}],
        "type": "batch",
    }
    scope = Alone(value if of.resource else root)
    for name, text in expressions:
        one = compile(text, name)
        assert said(one.check, value, scope) == said(one.general, value, scope), one


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
@pytest.mark.parametrize("of", sorted({of for of, _ in directly()}))
def test_the_direct_check_agrees_with_the_engine(of: str, data: st.DataObject) -> None:
    agrees([one for one in directly() if one[0] == of], type_named(of), data)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
@pytest.mark.parametrize(("of", "text"), WRITTEN)
def test_each_way_of_writing_agrees_with_the_engine(of: str, text: str, data: st.DataObject) -> None:
    agrees([(of, text)], type_named(of), data)
