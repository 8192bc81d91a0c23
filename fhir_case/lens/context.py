"""What a line needs to know beyond its value: where other items are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from fhir_case.issues import Issue
from fhir_case.json import Json

ITEM = "item:"
"""Inside the case, a reference to an item is written `item:<id>`, in lines and remainders alike."""


class Anchor(NamedTuple):
    """Where a relative time points to: a logical reference and an element.

    Logical, since servers do not rewrite references inside extensions of primitives (seen with HAPI 8.8.0).
    """

    type: str
    system: str
    value: str
    path: str


@dataclass(slots=True)
class Context:
    """One run of the lines over the resources of one case.

    Lines read and write the addresses of one bundle; what is kept verbatim inside the case has `item:` references.
    """

    address: Callable[[str], str]
    """The address of an item by its id, as references in the resources are written."""
    item: Callable[[Json], str | None]
    """And back: the item that an address names; None for what leads outside the case."""
    anchor: Callable[[str, str], Anchor | None]
    """The anchor for an item's id and the name of one of its times."""
    anchored: Callable[[Anchor], tuple[str, str] | None]
    """And back."""
    uid: Callable[[str, int], str]
    """The synthetic DICOM UID of a part of an item, by the item's id and the part's number."""
    outward: Callable[[Json], Json]
    """Verbatim JSON with its `item:` references as addresses."""
    inward: Callable[[Json], Json]
    """And back."""
    source: str = ""
    """The text of the source, for the quotes."""
    issues: list[Issue] = field(default_factory=list)
    where: str = ""
    """The item in hand, for the issues."""

    def note(self, code: str, message: str, element: str = "") -> None:
        """Report something that was added or dropped."""
        path = f"{self.where}: {element}" if element else self.where
        self.issues.append(Issue(code, message, "information", path))
