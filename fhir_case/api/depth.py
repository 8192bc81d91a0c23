"""How deep values may be nested: as deep as they can be walked; what is deeper is an issue, not a crash."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fhir_case.issues import CaseError, Issue


@contextmanager
def walked() -> Iterator[None]:
    """Where values are nested too deep to be walked, raise `CaseError` (some 300 levels; FHIR itself needs 20)."""
    try:
        yield
    except RecursionError:
        message = "the values are nested too deep to be read or written"
        raise CaseError((Issue("too-deep", message, fix="flatten extensions, items or contained parts"),)) from None
