"""How one thing names another: an item of the case by its id, or somebody or something outside it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

from pydantic import WithJsonSchema

from fhir_case.case.annotated import Instead
from fhir_case.case.problems import Unreadable, shortened
from fhir_case.case.values import Value, fields_of, part_of, short_or_long, stated, text_of

ID = r"[A-Za-z0-9][A-Za-z0-9-]{0,99}"
_ID = re.compile(ID)
_NAMED = re.compile(rf"({ID}) +\| +(\S(?:.*\S)?)")


def item_id(raw: Any) -> str:
    """The id of an item. Raises `Unreadable`."""
    if not isinstance(raw, str) or not _ID.fullmatch(raw):
        raise Unreadable(
            f"{shortened(raw)} is no id of an item", "use letters, digits and hyphens, e.g. left-thigh-mass", "case-id"
        )
    return str(raw)


@dataclass(frozen=True, slots=True)
class Link(Value):
    """What a reference says beyond an item's id: `dr-adams | Dr. Adams`, or who is outside the case: `{display: Dr. Adams}`.

    In full: `{item: …}` or `{reference: …}` (an address outside the case), `{system: …, value: …}` (an identifier),
    `{type: …}` (the type of resource) and `{display: …}`.
    """

    item: str | None = None
    display: str | None = None
    reference: str | None = None
    system: str | None = None
    value: str | None = None
    type: str | None = None

    SCHEMA: ClassVar[dict[str, Any]] = {
        "anyOf": [
            {"type": "string", "pattern": f"^{ID}( +\\| +.+)?$"},
            {"type": "object", "additionalProperties": False, "properties": {
                k: {"type": "string"} for k in ("item", "display", "reference", "system", "value", "type")}},
        ]
    }  # fmt: skip

    @classmethod
    def parse(cls, raw: Any) -> Link:
        """Read `id`, `id | display` or the long form."""
        if isinstance(raw, dict):
            known = ("item", "display", "reference", "system", "value", "type")
            fields = fields_of(raw, "another item", known)
            item = part_of(fields, "item", item_id)
            made = cls(item, *(part_of(fields, name, text_of) for name in known[1:]))
            if made == cls() or (item is not None and made.reference is not None):
                raise Unreadable("expected an item or somebody outside the case", "give item, or display and reference")
            return made
        named = _NAMED.fullmatch(raw) if isinstance(raw, str) else None
        return cls(named[1], named[2]) if named else cls(item_id(raw))

    def plain(self) -> Any:
        """`id | display` where that says it all, else the long form."""
        long = stated(
            item=self.item, display=self.display, reference=self.reference, system=self.system, value=self.value,
            type=self.type,
        )  # fmt: skip
        if self.item is None:
            return long
        return short_or_long(self, f"{self.item} | {self.display}" if self.display else self.item, long)

    @property
    def label(self) -> str:
        """What a person reads."""
        return self.display or self.item or self.value or self.reference or self.type or ""


def link_of(raw: Any) -> str | Link:
    """A reference: the id alone where there is no more to it."""
    if isinstance(raw, str) and _ID.fullmatch(raw):
        return str(raw)
    made = raw if isinstance(raw, Link) else Link.parse(raw)
    return made.item if made.item is not None and made == Link(made.item) else made


def item_of(link: str | Link) -> str | None:
    """The id of the item that is named, None for what is outside the case."""
    return link.item if isinstance(link, Link) else link


def renamed(link: str | Link, rename: Callable[[str], str]) -> str | Link:
    """The same reference with the item under another id."""
    if not isinstance(link, Link):
        return rename(link)
    return replace(link, item=rename(link.item)) if link.item is not None else link


def plain_link(link: str | Link) -> Any:
    """A reference as a case file has it."""
    return link.plain() if isinstance(link, Link) else link


REFERENCE = "reference"
"""Marks the fields that name other items."""

_SCHEMA = {**Link.SCHEMA, "description": (Link.__doc__ or "").split("\n\n")[0]}

Ref = Annotated[str | Link, Instead(link_of, plain_link), WithJsonSchema(_SCHEMA), REFERENCE]
"""Another item of the case by its id, or whoever or whatever is outside it."""
