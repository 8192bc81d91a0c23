"""Where the items of a case are: their identities, their addresses in a bundle, and what relative times point to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from fhir_case.bundle.identity import ITEM as MARK
from fhir_case.bundle.identity import Identity, uuid5
from fhir_case.bundle.references import rewrite
from fhir_case.bundle.registry import Mappings
from fhir_case.issues import Issue
from fhir_case.json import Json, copied
from fhir_case.lens import ITEM, Anchor, Context

COMPOSITION, PROVENANCE = "composition", "provenance"
"""The ids of the two resources that are made from the header of the case."""

_HISTORY = re.compile(r"/_history/[^/]*$")

SPELLED = "#"
"""`item:<id>#<text>`: a reference to an item that the source spelled in another way than its other references."""


@dataclass(slots=True)
class Indexed:
    """One resource of a case: the id of its item and its identities."""

    id: str
    type: str
    mark: Identity
    stated: Identity | None = None
    """An identifier that the item states, where it has one: its identity then."""
    _address: str | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def address(self) -> str:
        """Its `fullUrl` in bundles of ours; made when it is first asked for, since bundles of others have their own."""
        if self._address is None:
            self._address = self.mark.address
        return self._address

    @property
    def identity(self) -> Identity:
        """What it is pushed and pointed to under."""
        return self.stated or self.mark


def marked_as(namespace: str, item: str, type: str) -> Identity:
    """The mark of an item."""
    return Identity(type, MARK, f"{namespace}/{item}")


def uid(indexed: Indexed, number: int) -> str:
    """A synthetic DICOM UID under the root that UUIDs have (DICOM PS3.5 B.2; ISO/IEC 9834-8)."""
    namespace = bytes.fromhex(indexed.address.removeprefix("urn:uuid:").replace("-", ""))
    return f"2.25.{int(uuid5(namespace, f'series/{number}').replace('-', ''), 16)}"


class Index:
    """The resources of one case by the ids of their items."""

    def __init__(self, resources: Iterable[Indexed], mappings: Mappings) -> None:
        self.by_id = {one.id: one for one in resources}
        self._mappings = mappings
        self._anchors: dict[tuple[str, str], Anchor | None] = {}
        self._by_identity: dict[tuple[str, str, str], str] = {}
        for one in self.by_id.values():
            self._by_identity[one.mark] = self._by_identity[one.identity] = one.id

    def anchor(self, item: str, point: str) -> Anchor | None:
        """What a time relative to an item's time points to: few are, each of them often."""
        if (item, point) not in self._anchors:
            self._anchors[item, point] = self._anchor(item, point)
        return self._anchors[item, point]

    def _anchor(self, item: str, point: str) -> Anchor | None:
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
        addresses: dict[str, str],
        *,
        spelled: bool = False,
        moved: Callable[[str], str | None] = lambda a: None,
    ) -> Context:
        """The context in which lines write the addresses of items; `item:` references become these, too.

        An item that is not there (it was deleted, say) is reported, and its reference left as it stands in the case.
        `moved` tells the new address for an old one inside attachments; `spelled` keeps the source's spellings.
        """

        def address(item: str) -> str:
            found = addresses.get(item)
            if found is None:
                made.issues.append(Issue("case-reference", f"there is no item {item!r}", "error", made.where))
            return found or f"{ITEM}{item}"

        def outward(value: Json) -> Json:
            return copied(rewrite(value, to, moved))

        def to(reference: str) -> str | None:
            if not reference.startswith(ITEM):
                return None
            item, _, text = reference[len(ITEM) :].partition(SPELLED)
            return text if text and (spelled or not item) else address(item)

        made = self._context(address, _named, outward, copied)
        return made

    def reading(self, usual: dict[str, str], targets: dict[str, str]) -> Context:
        """The context in which a bundle's resources are read: `targets` are the items by address, `usual` the address
        by which each item is named most."""

        def item(reference: Json) -> str | None:
            return target_of(reference, targets) if isinstance(reference, str) else None

        def to(reference: str) -> str | None:
            found = target_of(reference, targets)
            if found is None:  # what only looks like a reference of ours must not become one
                return f"{ITEM}{SPELLED}{reference}" if reference.startswith(ITEM) else None
            return f"{ITEM}{found}" if usual[found] == reference else f"{ITEM}{found}{SPELLED}{reference}"

        def inward(value: Json) -> Json:
            # The text of attachments stays: its references could not be told from the text when it is written again.
            return rewrite(value, to, lambda address: None)

        return self._context(lambda key: usual.get(key) or ITEM + key, item, copied, inward)

    def _context(
        self,
        address: Callable[[str], str],
        item: Callable[[Json], str | None],
        outward: Callable[[Json], Json],
        inward: Callable[[Json], Json],
    ) -> Context:
        return Context(
            address=address, item=item, anchor=self.anchor, anchored=self.anchored, outward=outward, inward=inward,
            uid=lambda key, number: uid(self.by_id[key], number),
        )  # fmt: skip


def _named(reference: Json) -> str | None:
    """The item that a reference inside the case names."""
    if not isinstance(reference, str) or not reference.startswith(ITEM):
        return None
    return reference[len(ITEM) :].partition(SPELLED)[0]


def target_of(reference: str, targets: dict[str, str]) -> str | None:
    """The item that an address names, whichever version of it (https://hl7.org/fhir/R4/references.html#literal)."""
    return targets.get(reference) or (targets.get(_HISTORY.sub("", reference)) if "/_history/" in reference else None)
