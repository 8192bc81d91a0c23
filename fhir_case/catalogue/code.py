"""What the catalogue holds of each code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["data", "definition", "unsupported", "undecided"]
"""The data is wrong; the profile or package is wrong; not supported here; not decidable here (never counts unless asked)."""


R4 = "http://hl7.org/fhir/R4/"


@dataclass(frozen=True, slots=True)
class Code:
    """One code, one defect: what it means, and what to do about it."""

    name: str
    title: str
    explanation: str
    wrong: str = ""
    """An example of the defect, and `right` the same without it."""
    right: str = ""
    fix: str = ""
    link: str = ""
    """Where the specification says so."""
    kind: Kind = "data"
    type: str = "invalid"
    """The IssueType of an OperationOutcome (http://hl7.org/fhir/R4/valueset-issue-type.html)."""
