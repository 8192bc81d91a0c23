"""Where the items of a case are: their identities, their addresses in a bundle, and what relative times point to."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from fhir_case.bundle.identity import ITEM as MARK
from fhir_case.bundle.identity import Identity
from fhir_case.bundle.references import rewrite
from fhir_case.bundle.registry import Mappings
from fhir_case.json import Json, copied
from fhir_case.lens import ITEM, Anchor, Context

COMPOSITION, PROVENANCE = "composition", "provenance"
"""The ids of the two resources that are made from the header of the case."""

SPELLED = "#"
"""`item:<id>#<text>`: a reference to an item that the source spelled in another way than its other references."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """One resource of a case: the id of its item and its identities."""

    id: str
    type: str
    mark: Identity
    stated: Identity | None = None
    """An identifier that the item states, where it has one: its identity then."""
    address: str = field(init=False)
    """Its `fullUrl` in bundles of ours."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "address", self.mark.address)

    @property
    def identity(self) -> Identity:
        """What it is pushed and pointed to under."""
        return self.stated or self.mark


def marked_as(namespace: str, item: str, type: str) -> Identity:
    """The mark of an item."""
    return Identity(type, MARK, f"{namespace}/{item}")


def uid(indexed: Indexed, number: int) -> str:
    """A synthetic DICOM UID under the root that UUIDs have (DICOM PS3.5 B.2; ISO/IEC 9834-8)."""
    return f"2.25.{uuid.uuid5(uuid.UUID(indexed.address.removeprefix('urn:uuid:')), f'series/{number}').int}"


class Index:
    """The resources of one case by the ids of their items."""

    def __init__(self, resources: Iterable[Indexed], mappings: Mappings) -> None:
        self.by_id = {one.id: one for one in resources}
        self._mappings = mappings
        self._by_identity = {
            (i.type, i.system, i.value): one.id for one in self.by_id.values() for i in (one.mark, one.identity)
        }

    def anchor(self, item: str, point: str) -> Anchor | None:
        """What a time relative to an item's time points to."""
        one = self.by_id.get(item)
        path = self._mappings.path_of(one.type, point) if one else None
        if one is None or path is None:
            return None
        return Anchor(one.type, one.identity.system, one.identity.value, path)

    def anchored(self, anchor: Anchor) -> tuple[str, str] | None:
        """And back."""
        item = self._by_identity.get((anchor.type, anchor.system, anchor.value))
        point = self._mappings.point_at(anchor.type, anchor.path)
        return None if item is None or point is None else (item, point)

    def context(
        self,
        address: Callable[[str], str],
        *,
        spelled: bool = False,
        moved: Callable[[str], str | None] = lambda a: None,
    ) -> Context:
        """The context in which lines write addresses made by `address`; `item:` references become these, too.

        `moved` tells the new address for an old one inside attachments; `spelled` keeps the source's spellings.
        """

        def outward(value: Json) -> Json:
            return copied(rewrite(value, to, moved))

        def to(reference: str) -> str | None:
            if not reference.startswith(ITEM):
                return None
            item, _, text = reference[len(ITEM) :].partition(SPELLED)
            return text if spelled and text else address(item)

        return Context(
            address=address, anchor=self.anchor, anchored=self.anchored, outward=outward,
            uid=lambda item, number: uid(self.by_id[item], number),
        )  # fmt: skip

    def inside(self) -> Context:
        """The context in which references stay `item:` references: how cases are read."""
        return Context(
            address=lambda item: ITEM + item, anchor=self.anchor, anchored=self.anchored, outward=copied,
            uid=lambda item, number: uid(self.by_id[item], number),
        )  # fmt: skip
