"""A ledger while it is being written: what is entered is not entered again, and what is not is found at the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fhir_case.bundle.ledger import Account, Ledger, What
from fhir_case.json import Json
from fhir_case.lens.owned import Path


class Book:
    """All leaves of a case and of a bundle, and the accounts that they are entered in."""

    def __init__(self, case: Json, bundle: Json) -> None:
        self._case, self._bundle = case, bundle
        self._case_left = dict.fromkeys(leaves(case))
        self._bundle_left = dict.fromkeys(leaves(bundle))
        self._made: list[_Entry] = []
        self._of: dict[Path, int] = {}
        """Which entry a leaf of the case is in."""

    def enter(
        self, what: What, why: str, case: Iterable[Path] = (), bundle: Iterable[Path] = (), item: str = ""
    ) -> None:
        """Enter all leaves at and below these places, if they stand there and are not entered yet.

        Where all of the case is in an entry already, the rest joins it: one value can stand in several places.
        """
        origins = [leaf for place in case for leaf in leaves_at(self._case, place)]
        targets = [leaf for place in bundle for leaf in leaves_at(self._bundle, place) if leaf in self._bundle_left]
        new = [leaf for leaf in origins if leaf in self._case_left]
        if not targets and not new:
            return
        known = next((self._of[leaf] for leaf in origins if leaf in self._of), None)
        if new or known is None:
            known = len(self._made)
            self._made.append(_Entry(what, why, [], [], item))
        for leaf in new:
            del self._case_left[leaf]
            self._of[leaf] = known
        for leaf in targets:
            del self._bundle_left[leaf]
        self._made[known].case += new
        self._made[known].bundle += targets

    def same(self, why: str, case: Path, bundle: Path) -> None:
        """A leaf of the case says what a leaf of the bundle says that is entered already, where the two are equal."""
        for one in self._made:
            if bundle in one.bundle and _at(self._case, case) == _at(self._bundle, bundle):
                one.what, one.why = "mapped", why
                one.case.append(case)
                self._case_left.pop(case, None)
                return

    def has(self, place: Path) -> bool:
        """Whether the case states something there."""
        return next(leaves_at(self._case, place), None) is not None

    def is_empty(self, place: Path) -> bool:
        """Whether the case has nothing there but the place itself."""
        return next(leaves_at(self._case, place), None) == place

    @property
    def case_left(self) -> list[Path]:
        """The leaves of the case that are not entered yet."""
        return list(self._case_left)

    @property
    def bundle_left(self) -> list[Path]:
        """The leaves of the bundle that are not entered yet."""
        return list(self._bundle_left)

    def closed(self) -> Ledger:
        """What was entered, in the order of the bundle."""
        return Ledger(
            tuple(
                Account(
                    one.what, tuple(map(told, one.case)), tuple(f"Bundle.{told(leaf)}" for leaf in one.bundle),
                    one.why, one.item,
                )
                for one in self._made
            )
        )  # fmt: skip


@dataclass(slots=True)
class _Entry:
    what: What
    why: str
    case: list[Path]
    bundle: list[Path]
    item: str


def leaves(value: Json, at: Path = ()) -> Iterator[Path]:
    """The places of all scalars; what is empty counts as one, so that it cannot vanish either."""
    if isinstance(value, dict) and value:
        for key, held in value.items():
            yield from leaves(held, (*at, key))
    elif isinstance(value, list) and value:
        for n, held in enumerate(value):
            yield from leaves(held, (*at, n))
    else:
        yield at


def leaves_at(value: Json, place: Path) -> Iterator[Path]:
    """The places of all scalars at and below a place; none where nothing stands."""
    for step in place:
        there = step in value if isinstance(value, dict) else isinstance(value, list) and step in range(len(value))
        if not there:
            return
        value = value[step]
    yield from leaves(value, place)


def _at(value: Json, place: Path) -> Json:
    for step in place:
        value = value[step]
    return value


def told(place: Path) -> str:
    """A place as text: `diagnoses.jdm.sites[0]`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place).removeprefix(".")
