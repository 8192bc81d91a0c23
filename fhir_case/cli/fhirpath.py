"""`fhir-case fhirpath`: what an expression finds in a resource."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from fhir_case.cli.output import pieces_of, say, stop, tell


def fhirpath(
    expression: Annotated[str, typer.Argument(metavar="EXPR", help="An expression of FHIRPath, in quotes.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A FHIR resource, JSON or XML; - for stdin.")],
) -> None:
    """Evaluate a FHIRPath expression on a resource.

    Each item found is one line of JSON. What trace() is given goes to stderr.
    """
    from fhir_case import dumps
    from fhir_case.fhirpath import FHIRPathError, Undecidable, compile  # noqa: A004

    resource = _resource(file)
    name = resource["resourceType"]
    try:
        compiled = compile(expression, name)
        for problem in compiled.problems:
            tell(("note: ", "yellow"), str(problem))
        for _, value in compiled.typed(resource, trace=_trace):
            say(dumps(value))
    except FHIRPathError as error:
        stop(str(error))
    except Undecidable as error:
        stop(str(error), "it needs more than this file")


def _resource(file: Path) -> dict[str, Any]:
    from fhir_case.api.sources import read_text
    from fhir_case.cli.files import bytes_of

    text, name = bytes_of(file)
    found, notes = read_text(text, name)
    for issue in notes:
        tell(f"{issue.severity}: ", *pieces_of(issue))
    if not isinstance(found.get("resourceType"), str):
        stop(f"{name}: expected a FHIR resource, found no resourceType")
    return found


def _trace(name: str, values: list[Any]) -> None:
    from fhir_case import dumps

    tell(f"{name}: {dumps(values)}")
