"""The catalogue of issue codes: one module per family, one code a defect. A code is never reused for something else."""

from __future__ import annotations

from difflib import get_close_matches
from itertools import chain

from fhir_case.catalogue import (
    case,
    conformance,
    delivery,
    formats,
    measures,
    phenopackets,
    profiles,
    questionnaire,
    references,
    settings,
    structure,
    structures,
    terminology,
    values,
    xml,
)
from fhir_case.catalogue.code import Code, Kind

FAMILIES = (
    structure,
    xml,
    values,
    profiles,
    terminology,
    references,
    questionnaire,
    conformance,
    structures,
    measures,
    case,
    formats,
    delivery,
    phenopackets,
    settings,
)

CATALOGUE: dict[str, Code] = {code.name: code for code in chain.from_iterable(family.CODES for family in FAMILIES)}


def kind_of(name: str) -> Kind:
    """The class of a code; `data` for one that is not in the catalogue."""
    return CATALOGUE[name].kind if name in CATALOGUE else "data"


def nearest(name: str) -> str:
    """The code that is spelt most like it; "" if none is."""
    return next(iter(get_close_matches(name, CATALOGUE, 1)), "")


__all__ = ["CATALOGUE", "FAMILIES", "Code", "Kind", "kind_of", "nearest"]
