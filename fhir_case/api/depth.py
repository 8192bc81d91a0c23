"""How deep values may be nested: as deep as they can be walked; what is deeper is an issue, not a crash."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from fhir_case.issues import CaseError, Issue, Place


@contextmanager
def walked(name: str = "") -> Iterator[None]:
    """Where values of `name` are nested too deep to be walked, raise `CaseError` (some 300 levels; FHIR itself needs 20)."""
    try:
        yield
    except CaseError as error:
        if not name or all(one.place for one in error.issues):
            raise
        raise CaseError(tuple(one if one.place else replace(one, place=Place(name)) for one in error.issues)) from None
    except RecursionError:
        message = "the values are nested too deep to be read or written"
        at = Place(name) if name else None
        raise CaseError(
            (Issue("too-deep", message, place=at, fix="flatten extensions, items or contained parts"),)
        ) from None
