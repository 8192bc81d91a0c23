"""References that are searches, outside of transactions: told as the logical references that they mean.

`Practitioner?identifier=system|value` stands for whom a server finds under that identifier, and only in a transaction or
batch (https://hl7.org/fhir/R4/http.html#trules). Elsewhere `Reference.identifier` says the same
(https://hl7.org/fhir/R4/references.html#logical). What searches by anything else stays as it is.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from fhir_case.json import Json

_SEARCH = re.compile(r"(?P<type>[A-Z][A-Za-z]+)\?identifier=(?P<token>[^&#]+)")
_TOKEN = re.compile(r"(?:(?P<system>[^|,\\]+)\|)?(?P<value>[^|,\\]+)")
"""One system and value; with commas it is one of several (https://hl7.org/fhir/R4/search.html#token, #escaping)."""


def without_searches(value: Json) -> Json:
    """The resource (or any part of one) with its searches as logical references; nothing is copied that has none."""
    if isinstance(value, dict):
        made = {name: without_searches(held) for name, held in value.items()}
        changed = any(made[name] is not value[name] for name in made)
        reference = value.get("reference")
        if isinstance(reference, str) and "?" in reference and (logical := _logical(value, reference)) is not None:
            return {**logical, **{name: held for name, held in made.items() if name not in ("reference", *logical)}}
        return made if changed else value
    if isinstance(value, list):
        listed = [without_searches(one) for one in value]
        return listed if any(new is not old for new, old in zip(listed, value, strict=True)) else value
    return value


def _logical(holder: dict[str, Json], reference: str) -> dict[str, Json] | None:
    """What says the same by `type` and `identifier`; None where it cannot, or the reference says something else there."""
    search = _SEARCH.fullmatch(reference)
    token = _TOKEN.fullmatch(unquote(search["token"])) if search else None
    if search is None or token is None:
        return None
    system = {"system": token["system"]} if token["system"] else {}
    made: dict[str, Json] = {"type": search["type"], "identifier": {**system, "value": token["value"]}}
    differs = any(name in holder and holder[name] != made[name] for name in made)
    return None if differs or "_reference" in holder else made
