"""Elements of a type at random: mostly of the right shape, sometimes of any."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from fhir_case.fhirpath.elements import NUMBERS, Type

TEXTS = [
    "", "a", "document", "history", "batch", "group", "display", "choice", "exists", "=", "searchset", "home", "fixed",
    "C", "%", "*", "1", "#", "#a", "Patient/1", "http://unitsofmeasure.org", "entered-in-error", "constraint", "code",
    "http://terminology.hl7.org/CodeSystem/condition-ver-status", "urn:uuid:1/_history/2", "Observation.value", "Name1",
]  # fmt: skip
MOMENTS = [
    "2012", "2012-01", "2012-01-05", "2012-01-05T10:00:00Z", "2013-01-05T10:00:00+02:00", "nonsense", "", "2012-01-06",
    "2012-02-30", "2012-01-05T11:00:00Z", "2013-01-05T10:00:00+01:00", "2013-01-06T10:00:00+02:00", "0000-01-01",
]  # fmt: skip
TWIN = {"extension": [{"url": "http://example.org", "valueBoolean": True}]}
ODD: list[Any] = [None, [], {}, [None], "x", 0, True, [[]], {"id": "a"}]


def primitive(of: Type) -> st.SearchStrategy[Any]:
    """A value of a primitive type."""
    if of.name == "boolean":
        return st.booleans()
    if of.name in NUMBERS:
        return st.integers(-1, 3)
    if of.name == "decimal":
        return st.one_of(st.integers(-1, 101), st.decimals(-2, 101, places=1))
    return st.sampled_from(MOMENTS if of.moment else TEXTS)


@st.composite
def element(draw: st.DrawFn, of: Type, wanted: frozenset[str], depth: int = 3) -> dict[str, Any]:
    """An object of a type; elements named in `wanted` (those of the expression) come first."""
    made: dict[str, Any] = {"resourceType": of.name} if of.resource else {}
    names = [name for name in (*of.plain, *of.choices) if name in wanted] or [*of.plain][:3]
    for name in names:
        fields = of.fields(name)
        if not fields or draw(st.integers(0, 3)) == 0:
            continue
        for key, kind in [draw(st.sampled_from(fields))]:
            shape = draw(st.integers(0, 20))
            one = primitive(kind) if kind.primitive else element(kind, wanted, depth - 1) if depth else st.just({})
            if shape == 0:
                made[key] = draw(st.sampled_from(ODD))
            elif shape < 6:
                made[key] = draw(st.lists(one, max_size=3))
            else:
                made[key] = draw(one)
            if kind.primitive and draw(st.integers(0, 12)) == 0:
                made["_" + key] = TWIN
                if draw(st.booleans()):
                    del made[key]
    return made
