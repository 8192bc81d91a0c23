"""Where in an XML text a value stands; the same question, and the same answer, as `fhir_case.json.places`."""

from __future__ import annotations

from collections.abc import Iterable

from fhir_case.json.places import Path, Spot
from fhir_case.xml.reader import Reader
from fhir_case.xml.wanted import Wanted


def positions(text: str | bytes, paths: Iterable[Path]) -> dict[Path, Spot]:
    """Where the elements of the values at these paths begin; for what is absent, where its nearest parent does."""
    asked = list(dict.fromkeys(paths))
    root = Wanted.of(asked)
    Reader(text, root).read()
    return {path: _nearest(path, root) for path in asked}


def _nearest(path: Path, root: Wanted) -> Spot:
    node, start, depth = root, root.start, 0
    for place, step in enumerate(path, 1):
        node = node.held[step]
        if node.start is not None:
            start, depth = node.start, place
    start = start or (1, 1)
    return Spot(path[:depth], start, start)
