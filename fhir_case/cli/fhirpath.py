"""`fhir-case fhirpath`: what an expression finds in a resource."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from fhir_case.cli.output import say, stop, tell


def fhirpath(
    expression: Annotated[str, typer.Argument(metavar="EXPR", help="An expression of FHIRPath, in quotes.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A FHIR resource in JSON.")],
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
    from fhir_case.json import JSONError, loads

    try:
        found = loads(file.read_bytes())
    except OSError as error:
        stop(f"{file} cannot be read: {error.strerror or error}")
    except JSONError as error:
        stop(f"{file}:{error.line}:{error.column}: expected a FHIR resource in JSON, found: {error.message}")
    if not isinstance(found, dict) or not isinstance(found.get("resourceType"), str):
        stop(f"{file}: expected a FHIR resource in JSON, found no resourceType")
    return found


def _trace(name: str, values: list[Any]) -> None:
    from fhir_case import dumps

    tell(f"{name}: {dumps(values)}")
