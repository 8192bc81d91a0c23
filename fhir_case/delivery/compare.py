"""Is what a server holds the same as what would be sent?"""

from __future__ import annotations

from collections.abc import Callable

from fhir_case.bundle.references import rewrite
from fhir_case.delivery.home import bare, toward
from fhir_case.json import Json, canonical

_SETS = ("profile", "security", "tag")
"""Of `meta`, whose order means nothing and is not kept (HAPI sorts): https://hl7.org/fhir/R4/resource.html#Meta"""


def comparison(addresses: dict[str, str], base: str) -> Callable[[dict[str, Json], dict[str, Json]], bool]:
    """Whether two resources say the same, be it one that a server holds and one that would be sent.

    `addresses` gives the fullUrl for each known place (`Type/id`) on the server: a reference to the one is a reference
    to the other. Compared are canonical bytes, so `7.20` is not `7.2`.
    """
    to, in_text = toward(addresses, base)

    def plain(resource: dict[str, Json]) -> bytes:
        made: dict[str, Json] = rewrite(bare(resource), to, in_text)
        meta = made.get("meta")
        if isinstance(meta, dict):
            sets = {name: sorted(meta[name], key=canonical) for name in _SETS if isinstance(meta.get(name), list)}
            made = {**made, "meta": {**meta, **sets}}
        return canonical(made)

    return lambda one, other: plain(one) == plain(other)
