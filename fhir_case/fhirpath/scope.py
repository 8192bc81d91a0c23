"""What an expression is evaluated in: the resource around, the clock, and what lies outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from fhir_case.fhirpath.elements import UNKNOWN
from fhir_case.fhirpath.errors import FHIRPathError
from fhir_case.fhirpath.nodes import Items, Node, node
from fhir_case.fhirpath.times import DateTime

Trace = Callable[[str, list[Any]], None]
"""What `trace()` calls, with its name and the items as JSON."""


class Scope(Protocol):
    """What the evaluation of an invariant may ask. The methods may raise `Undecidable`.

    `resource` is the resource that the node belongs to (%resource), `root` the one that contains it (%rootResource).
    """

    resource: Any
    root: Any
    trace: Trace | None

    def resolve(self, reference: str) -> dict[str, Any] | None:
        """The resource that a reference means; None: it cannot be found (`resolve()` leaves it out)."""

    def member_of(self, value: Any, url: str) -> bool | None:
        """Is a code, Coding or CodeableConcept in a value set? None: that cannot be decided here."""

    def conforms(self, node: dict[str, Any], url: str) -> bool | None:
        """Does a resource conform to a profile? None: that cannot be decided here."""

    def now(self) -> datetime:
        """The time, with its timezone."""


class Alone:
    """The scope of a resource by itself: references lead to what it contains and, in a Bundle, to its entries."""

    __slots__ = ("_found", "resource", "root", "trace")

    def __init__(self, resource: Any, trace: Trace | None = None) -> None:
        self.resource = self.root = resource
        self.trace = trace
        self._found: dict[str, dict[str, Any]] | None = None

    def resolve(self, reference: str) -> dict[str, Any] | None:
        """What a contained resource's `#id`, a fullUrl, or `Type/id` of an entry means."""
        if reference == "#":
            return self.root if isinstance(self.root, dict) else None
        if self._found is None:
            self._found = dict(_addresses(self.root))
        return self._found.get(reference)

    def member_of(self, value: Any, url: str) -> bool | None:
        """There are no value sets here."""

    def conforms(self, node: dict[str, Any], url: str) -> bool | None:
        """A resource conforms to the definition of its own type and of what that builds on, for all that is known."""
        from fhir_case.fhirpath.elements import resource_type, type_named

        head, _, name = url.rpartition("/")
        if head != "http://hl7.org/fhir/StructureDefinition" or not type_named(name).resource:
            return None
        return name in resource_type(node).ancestors

    def now(self) -> datetime:
        """The time of this machine."""
        return datetime.now().astimezone()


def _addresses(root: Any) -> list[tuple[str, dict[str, Any]]]:
    found: list[tuple[str, dict[str, Any]]] = []
    if not isinstance(root, dict):
        return found
    inner = root.get("contained") or ()
    found += [("#" + one["id"], one) for one in inner if isinstance(one, dict) and isinstance(one.get("id"), str)]
    for entry in root.get("entry") or ():
        held = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(held, dict):
            found.append((f"{held.get('resourceType')}/{held.get('id')}", held))
            if isinstance(entry.get("fullUrl"), str):
                found.append((entry["fullUrl"], held))
    return found


class Env:
    """One evaluation: the node it began at, the scope, the variables of the caller, and one time for all."""

    __slots__ = ("_now", "context", "memo", "scope", "variables")

    def __init__(self, context: Items, scope: Scope, variables: Mapping[str, Any] | None = None) -> None:
        self.context = context
        self.scope = scope
        self.variables = variables or {}
        self.memo: dict[str, Items] = {}
        """What is the same for every item of a loop."""
        self._now: DateTime | None = None

    def resource(self) -> Items:
        """%resource"""
        return [] if self.scope.resource is None else [node(self.scope.resource, UNKNOWN)]

    def root(self) -> Items:
        """%rootResource"""
        return [] if self.scope.root is None else [node(self.scope.root, UNKNOWN)]

    def variable(self, name: str) -> Items:
        """A variable that the caller gave, as a collection."""
        if name not in self.variables:
            from difflib import get_close_matches

            near = get_close_matches(name[:60], ("resource", "rootResource", "context", "ucum", *self.variables), 1)
            raise FHIRPathError(f"there is no variable %{name[:60]}", nearest=f"%{near[0]}" if near else "")
        given = self.variables[name]
        if isinstance(given, list):
            return [_item(one) for one in given]
        return [] if given is None else [_item(given)]

    def now(self) -> DateTime:
        """The time, the same during one evaluation."""
        if self._now is None:
            at = self.scope.now()
            offset = at.utcoffset()
            zone = None if offset is None else offset // timedelta(minutes=1)
            second = Decimal(f"{at.second}.{at.microsecond // 1000:03}")
            self._now = DateTime((at.year, at.month, at.day, at.hour, at.minute, second), zone)
        return self._now


def _item(value: Any) -> Any:
    if isinstance(value, float):
        return Decimal(repr(value))
    return node(value, UNKNOWN) if isinstance(value, dict) else value


def as_node(value: Any) -> Node:
    """The node of a resource."""
    return node(value, UNKNOWN)
