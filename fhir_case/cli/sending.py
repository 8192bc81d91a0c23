"""What `plan` and `push` have in common: what is pushed, how, and the names of its resources."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fhir_case.cli.output import counted, pieces_of, stop, tell

if TYPE_CHECKING:
    from fhir_case.issues import Issue


class Withdrawal(StrEnum):
    """What is done about resources of ours that are no longer in the case."""

    ENTERED_IN_ERROR = "entered-in-error"
    DELETE = "delete"


Source = Annotated[Path, typer.Argument(metavar="CASE|BUNDLE", help="A case file, or a FHIR Bundle in JSON.")]
Attach = Annotated[
    str | None,
    typer.Option("--patient", metavar="Patient/ID", help="Attach it to this patient, who stays as he is there."),
]
Own = Annotated[
    bool, typer.Option("--own", help="Update the patient, practitioners and organizations too, if they differ.")
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Update also what was changed there since it was pulled.")]
Withdraw = Annotated[
    Withdrawal | None, typer.Option("--withdraw", help="Take back what is ours there and no longer in the case.")
]
AsDocument = Annotated[bool, typer.Option("--as-document", help="Store it as one document, whole.")]
Ask = Annotated[bool, typer.Option("--ask", help="Have the server validate each resource first.")]
Limit = Annotated[
    int,
    typer.Option(min=0, metavar="N", help="At most so many resources in one transaction (0: what the server takes)."),
]


@dataclass(frozen=True, slots=True)
class Sent:
    """What is pushed from a file, and what its resources are called there."""

    path: Path
    source: Any
    """A `Case`, or the Bundle as JSON."""
    names: dict[str, str]
    """The item of the case for each fullUrl; for a bundle the place of the entry."""

    def name(self, address: str) -> str:
        """What an entry is called."""
        return self.names.get(address, address)

    def listed(self, addresses: Iterable[str]) -> str:
        """The first of them by name, and how many more there are."""
        named = [self.name(one) for one in addresses]
        return ", ".join(named[:6]) + (f", and {len(named) - 6} more" if len(named) > 6 else "")

    def placed(self, issues: Iterable[Issue]) -> list[Issue]:
        """The issues with the line of the case file that each is about."""
        from fhir_case import Case
        from fhir_case.api.origins import found_in

        issues = list(issues)
        if not isinstance(self.source, Case):
            return [replace(one, place=one.place) for one in issues]
        return [replace(one, place=one.origin) for one in found_in(self.path, self.source, issues)]


def sent_from(path: Path) -> Sent:
    """What is in the file. A case that was pulled knows from the file beside it where it was. Raises `CaseError`."""
    from fhir_case import loads
    from fhir_case.api.opening import opened
    from fhir_case.cli.files import bytes_of

    text, name = bytes_of(path)
    found = opened(text, name, path=path)
    for issue in found.issues:
        if issue.severity != "information":
            tell(f"{issue.severity}: ", *pieces_of(issue))
    if (bundle := found.resource) is not None:
        stated = bundle.get("entry")
        entries = stated if isinstance(stated, list) else []
        return Sent(path, bundle, {
            str(entry.get("fullUrl") or f"entry {number}"): f"entry {number}"
            for number, entry in enumerate(entries, 1) if isinstance(entry, dict)
        })  # fmt: skip
    case, _ = found.as_case()
    beside = path.with_suffix(".origin.json")
    if beside.is_file():
        try:
            origin = loads(beside.read_bytes())
        except ValueError:
            stop(f"{beside} cannot be read", "pull again, or remove it: then nothing is known of what was there")
        case._origin = origin if isinstance(origin, dict) else None
    return Sent(path, case, case.build("transaction").origins)


def choices(**given: Any) -> dict[str, Any]:
    """The choices that were made, as `FHIRClient.push` takes them."""
    withdraw = given.pop("withdraw", None)
    return {**given, "withdraw": withdraw.value if withdraw else ""}


def transactions(sizes: Iterable[int]) -> str:
    """`1 transaction of 3 resources`, `2 transactions of 500 and 12 resources`."""
    sizes = list(sizes)
    if not sizes:
        return "nothing is sent"
    if len(sizes) == 1:
        return f"1 transaction of {counted(sizes[0], 'resource')}"
    shown = ", ".join(map(str, sizes[:-1])) if len(sizes) < 7 else f"{sizes[0]}, …"
    return f"{len(sizes)} transactions of {shown} and {sizes[-1]} resources"
