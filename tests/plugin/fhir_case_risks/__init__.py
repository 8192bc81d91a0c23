"""Risk assessments (`other.risks`), and the severity of a diagnosis as an extension of the hospital."""

from typing import Literal

from pydantic import Field

from fhir_case.case.base import Item, Part, Ref
from fhir_case.case.coded import Concept
from fhir_case.case.when import When
from fhir_case.lens import (
    Mapping,
    code,
    codes,
    concept,
    each,
    extension,
    needed,
    note,
    of_patient,
    part,
    quotes,
    reference,
    when,
)
from fhir_case.mappings.condition import DIAGNOSIS as OURS


class Prediction(Part):
    """One outcome that may come."""

    outcome: Concept
    likelihood: Concept | None = None


class Risk(Item):
    """How likely something is to happen."""

    code: Concept
    """What was assessed."""
    status: Literal["registered", "preliminary", "final", "entered-in-error"] = "final"
    when: When | None = None
    about: Ref | None = None
    """The diagnosis whose risk it is."""
    predictions: list[Prediction] = Field(default_factory=list)
    notes: list[str] = Field(default_factory=list)


PREDICTION = Mapping(
    Prediction, None,
    needed(concept("outcome", "outcome")),
    concept("likelihood", "qualitativeRisk"),
)  # fmt: skip

RISK = Mapping(
    Risk, "RiskAssessment",
    quotes(),
    code("status", "status", codes("registered", "preliminary", "final", "entered-in-error")),
    needed(concept("code", "code")),
    of_patient(),
    when("when", "occurrence[x]", "dateTime Period"),
    reference("about", "condition"),
    each(part("predictions", "prediction", PREDICTION)),
    each(note("notes", "note")),
    kind="other.risks",
)  # fmt: skip

DIAGNOSIS = OURS.but(concept("severity", extension("https://hospital.example/fhir/severity")))
