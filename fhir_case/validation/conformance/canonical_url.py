"""The url by which others refer to a definition (https://hl7.org/fhir/R4/references.html#canonical)."""

from __future__ import annotations

from fhir_case.validation.conformance.reading import below, text
from fhir_case.validation.places import At
from fhir_case.validation.primitives import is_absolute
from fhir_case.validation.run import Node, Run


def check_canonical_url(definition: Node, at: At, run: Run) -> None:
    """The url of a definition is absolute: it must mean the same wherever it is read."""
    url = text(definition, "url")
    if url and not url.isspace() and not is_absolute(url):
        run.say("value-format", below(at, "url"), "the url of a definition is an absolute uri", value=url)
