"""An IPS document has room elsewhere for what other bundles have at the root of Patient and AllergyIntolerance."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from fhir_case import Case
from fhir_case.bundle.ips import Addressed, apart, together
from fhir_case.json import canonical, copied
from fhir_case.lens import DERIVATION

US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-"

quotes = st.builds(
    lambda n: {"url": DERIVATION, "extension": [{"url": "offset", "valueInteger": n}]}, st.integers(0, 9)
)
races = st.builds(
    lambda text, coded: [*([{"url": "ombCategory", "valueCoding": {"code": "x"}}] if coded else []),
                         {"url": "text", "valueString": text}],
    st.text("abc<&", min_size=1), st.booleans(),
)  # fmt: skip


def _composition() -> dict:
    return {"resourceType": "Composition", "section": [{"title": "Problems"}]}


@settings(deadline=None)
@given(st.lists(quotes, max_size=2), st.none() | races, st.none() | races)
def test_together_undoes_apart(quoted, race, ethnicity):
    told = [
        {"url": US_CORE + name, "extension": parts}
        for name, parts in (("race", race), ("ethnicity", ethnicity))
        if parts
    ]
    patient = {
        "resourceType": "Patient",
        "name": [{"text": "A"}],
        **({"extension": quoted + told} if quoted + told else {}),
    }
    allergy = {"resourceType": "AllergyIntolerance", "code": {"text": "B"}, **({"extension": quoted} if quoted else {})}
    before = canonical([_composition(), patient, allergy])
    composition, entries = apart(_composition(), [Addressed("urn:p", patient), Addressed("urn:a", allergy)], "case")
    assert canonical([_composition(), patient, allergy]) == before, "what came in is not changed"
    assert "extension" not in entries[0].resource
    assert "extension" not in entries[1].resource
    resources = [copied(composition), *(copied(one.resource) for one in entries)]
    ids = ["composition", "patient", "allergy", *(one["identifier"][0]["value"].split("/")[1] for one in resources[3:])]
    gone = together(resources, ids)
    assert gone == set(ids[3:])
    assert canonical(resources[:3]) == before


def test_a_document_tells_race_as_an_observation_and_brings_it_home():
    case = Case.loads("id: a\ntitle: A\nrecorded: 2026-01-01T00:00:00Z\npatient: {race: white}")
    document = case.to_bundle("document")
    patient = next(e["resource"] for e in document["entry"] if e["resource"]["resourceType"] == "Patient")
    told = next(e["resource"] for e in document["entry"] if e["resource"]["resourceType"] == "Observation")
    assert "extension" not in patient
    assert told["valueCodeableConcept"] == {"text": "white"}
    assert Case.from_bundle(document) == case


def test_a_document_that_was_taken_apart_badly_is_still_read():
    case = Case.loads("id: a\ntitle: A\nrecorded: 2026-01-01T00:00:00Z\npatient: {race: white}")
    document = case.to_bundle("document")
    for entry in document["entry"]:
        entry["resource"].pop("valueCodeableConcept", None)
        entry["resource"]["section"] = "lost"
    assert Case.read(document).case.patient is not None
