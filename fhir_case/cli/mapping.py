"""`fhir-case mapping`: which field of a case is which FHIR element. Printed from the lists that do the mapping."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from fhir_case.cli.output import pieces_of, say, stop, tabulate, tell

if TYPE_CHECKING:
    from fhir_case.bundle.registry import Mappings
    from fhir_case.lens import Mapping


def mapping(
    name: Annotated[
        str | None, typer.Argument(metavar="TYPE|SECTION", help="A resource type, or a section of the case.")
    ] = None,
) -> None:
    """Show which field of a case is which FHIR element.

    Without a name: which sections of a case become which resources.
    """
    from fhir_case.bundle.registry import installed
    from fhir_case.case.problems import nearest

    broken(installed())
    known = installed().all
    if name is None:
        tabulate(("section", "resource", "lines"), [(m.kind, m.type or "", str(len(m.lines))) for m in known], (2,))
        return
    wanted = name.lower()
    found = [one for one in known if wanted in ((one.type or "").lower(), one.kind.lower())]
    if not found:
        names = [word for one in known for word in (one.type or "", one.kind)]
        spelled = {word.lower(): word for word in names}
        near = nearest(wanted, spelled)
        fix = f"did you mean {spelled[near.split(chr(39))[1]]!r}?" if near else "'fhir-case mapping' lists them"
        stop(f"there is no mapping for {name[:60]!r}", fix)
    for place, one in enumerate(found):
        if place:
            say()
        say((f"{one.kind} ↔ {one.type}", "bold"))
        tabulate(("field", "element", "kind"), list(rows(one)))


def broken(mappings: Mappings) -> None:
    """Say which mappings of other packages cannot be used."""
    for issue in mappings.issues:
        tell(f"{issue.severity}: ", *pieces_of(issue))


def rows(mapping: Mapping, field: str = "", element: str = "") -> Iterator[tuple[str, str, str]]:
    """The lines of a mapping; the lines of its parts follow the line they belong to."""
    from fhir_case.lens import Mapping

    for line in mapping.lines:
        here = ", ".join(f"{field}{name}" for name in line.fields) or "(always)"
        several = "[]" if line.many and not line.element.endswith("[]") else ""
        there = f"{element}{line.element}{several}"
        yield here, there, line.kind
        inner = getattr(line.put, "__self__", None)  # a part's line writes with the part's mapping
        if isinstance(inner, Mapping):
            yield from rows(inner, f"{here}.", f"{there}.")
