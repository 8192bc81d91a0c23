"""The ledger: where each value of a case is in its bundle, and where each value of the bundle comes from.

A leaf is a scalar of the case's plain data, or of the bundle. Each stands in exactly one account, so that nothing is
lost and nothing appears without a reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

What = Literal["mapped", "carried", "defaulted", "refused"]
"""Said by a line of a mapping; kept verbatim; in the bundle though the case does not state it; in the case alone."""


@dataclass(frozen=True, slots=True)
class Account:
    """Values of the case and of the bundle that say the same."""

    what: What
    case: tuple[str, ...]
    """Leaves of the case: `diagnoses.jdm.code.text`; none for what is defaulted."""
    bundle: tuple[str, ...]
    """Leaves of the bundle: `Bundle.entry[3].resource.code.text`; none for what is refused."""
    why: str
    """The line that says it (`diagnoses.code ↔ Condition.code`), or the reason."""
    item: str = ""
    """The item it is about (`diagnoses.jdm`); empty for the case, or the bundle, itself."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """All accounts of one case and one bundle of it, in the order of the bundle."""

    accounts: tuple[Account, ...]

    def __str__(self) -> str:
        return ", ".join(f"{count} {what}" for what, count in self.leaves.items())

    def __iter__(self) -> Iterator[Account]:
        return iter(self.accounts)

    @property
    def leaves(self) -> Counter[str]:
        """How many leaves are of which kind: those of the bundle, and of what is refused those of the case."""
        counted: Counter[str] = Counter()
        for one in self.accounts:
            counted[one.what] += len(one.bundle) or len(one.case)
        return counted
