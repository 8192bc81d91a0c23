"""`fhir-case schema`: the JSON Schema of a case file."""

from __future__ import annotations

from fhir_case.cli.mapping import broken
from fhir_case.cli.output import say


def schema() -> None:
    """Print the JSON Schema of a case file.

    Editors complete and check a case with it while it is typed.
    """
    from fhir_case.bundle.registry import installed
    from fhir_case.formats.schema import schema_text

    mappings = installed()
    broken(mappings)
    say(schema_text(mappings.others).rstrip("\n"))
