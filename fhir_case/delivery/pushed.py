"""What a push did."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from fhir_case.issues import Issue
from fhir_case.json import Json

What = Literal["created", "updated", "unchanged", "kept", "attached", "sent", "withdrawn", "refused", "held back"]


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of one entry: its fullUrl, and where it is on the server (`Type/id`, and the version)."""

    address: str
    what: What
    reference: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class Rejection:
    """An entry that the server refused, and why."""

    address: str
    number: int
    """Where it stands in the bundle, from 0."""
    reason: str
    """The server's words, without what may be a value of the patient's."""
    element: str = ""
    """The element that the server names, `status`."""
    outcome: dict[str, Json] | None = field(default=None, repr=False)
    """The OperationOutcome."""
    held: tuple[str, ...] = ()
    """What refers to it, directly or not, and so could not be stored either."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push did, entry by entry, in the order of the bundle."""

    entries: tuple[Stored, ...]
    patient: str = ""
    """`Patient/id` of the bundle's patient on the server, "" where the bundle has none."""
    issues: tuple[Issue, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    """With `partial`, and of a batch: what the server refused. Otherwise a refusal is an error, and nothing is stored."""

    @property
    def created(self) -> tuple[Stored, ...]:
        """New on the server."""
        return self._of("created")

    @property
    def updated(self) -> tuple[Stored, ...]:
        """There before, and now in a new version."""
        return self._of("updated")

    @property
    def unchanged(self) -> tuple[Stored, ...]:
        """There before, and equal: not sent, or sent and found equal by the server."""
        return self._of("unchanged")

    @property
    def kept(self) -> tuple[Stored, ...]:
        """Shared resources that were there before and differ: they stay as the server has them."""
        return self._of("kept")

    @property
    def attached(self) -> tuple[Stored, ...]:
        """The patient on the server that the bundle was attached to, untouched."""
        return self._of("attached")

    @property
    def withdrawn(self) -> tuple[Stored, ...]:
        """Taken back: said to be entered in error, or deleted (no version)."""
        return self._of("withdrawn")

    @property
    def not_stored(self) -> tuple[Stored, ...]:
        """Refused, or held back since they refer to what was refused."""
        return tuple(entry for entry in self.entries if entry.what in ("refused", "held back"))

    def _of(self, what: What) -> tuple[Stored, ...]:
        return tuple(entry for entry in self.entries if entry.what == what)
