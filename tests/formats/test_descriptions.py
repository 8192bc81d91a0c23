"""The descriptions of fields come from the docstrings below them."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from fhir_case.case.clinical import Diagnosis
from fhir_case.case.model import CaseModel
from fhir_case.formats.descriptions import descriptions


class Described(BaseModel):
    """A model with the docstrings read by pydantic itself, which takes them when the class is made."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    first: int
    """What comes first."""
    second: int = 0
    third: int = 0
    """Over two
    lines."""
    _private: int = 0
    """Not a field."""
    constant: ClassVar[str] = "not a field either"
    """Nor this."""


class Heir(Described):
    """Says something else of one field."""

    first: int
    """Another first."""
    fourth: str = ""
    """A fourth."""


def test_they_are_those_that_pydantic_reads_inherited_ones_among_them() -> None:
    for model in (Described, Heir):
        theirs = {name: field.description for name, field in model.model_fields.items() if field.description}
        assert descriptions(model) == theirs


def test_a_field_of_an_item_keeps_the_description_that_all_items_have() -> None:
    assert descriptions(Diagnosis)["quotes"].startswith("The sentences of the source that state this item")
    assert descriptions(Diagnosis)["due_to"] == "The diagnoses it is a consequence of."


def test_what_has_no_text_below_it_has_no_description() -> None:
    assert "title" not in descriptions(CaseModel)
