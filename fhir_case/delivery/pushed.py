"""What a push did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fhir_case.issues import Issue

What = Literal["created", "updated", "unchanged", "kept", "attached"]


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of one entry: its fullUrl, and where it is on the server (`Type/id`, and the version)."""

    address: str
    what: What
    reference: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push did, entry by entry, in the order of the bundle."""

    entries: tuple[Stored, ...]
    patient: str = ""
    """`Patient/id` of the bundle's patient on the server, "" where the bundle has none."""
    issues: tuple[Issue, ...] = ()

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

    def _of(self, what: What) -> tuple[Stored, ...]:
        return tuple(entry for entry in self.entries if entry.what == what)
