"""The code that was likely meant by one that is not among those allowed."""

from __future__ import annotations

from collections.abc import Mapping

from fhir_case.terminology.concept import Concept

_LONGEST = 100  # characters of a code that are worth comparing
_MOST = 3000  # codes that are compared; among more, only spelling apart from case and punctuation is


def nearest(code: str, concepts: Mapping[str, Concept | None]) -> str | None:
    """One of the codes of `concepts` (with what is known of each): the same but for case and punctuation, or the one of
    that name, or one that is spelt alike; None if there is none.
    """
    if not code or len(code) > _LONGEST:
        return None
    bare = _bare(code)
    named = None
    for one, concept in concepts.items():
        if bare and _bare(one) == bare:
            return one
        if named is None and concept is not None and concept.display and _bare(concept.display) == bare:
            named = one
    if named is not None or len(concepts) > _MOST:
        return named
    from difflib import get_close_matches  # only a wrong code needs it

    folded = {one.casefold(): one for one in concepts}
    close = get_close_matches(code.casefold(), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def _bare(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
