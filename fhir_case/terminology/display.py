"""Is this the name of that concept? Compared as HL7's validator does: case does not matter, languages do.

Rules: org.hl7.fhir.core, ValueSetValidator.validateCode. White space that differs is named as such.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from fhir_case.terminology.concept import Designation

Kind = Literal["wrong", "space", "language"]
_LONGEST = 300  # characters that are compared when the nearest is looked for


@dataclass(frozen=True, slots=True)
class WrongDisplay:
    """A display that is not the concept's.

    `kind`: `space` where only white space differs; `language` where it is right in the default language, and there is
    none in the languages asked for (no error, but worth a word); else `wrong`.
    """

    kind: Kind
    right: tuple[str, ...]
    """All names that would do, the best first."""
    nearest: str


def check(display: str, names: Sequence[Designation], languages: Sequence[str] = ()) -> WrongDisplay | None:
    """What is wrong with a display, or None. `names`: of the concept, the preferred one first, each with its language.

    `languages` are BCP-47 tags; none means that any will do. A concept without names has no wrong ones.
    """
    if not names:
        return None
    meant = display.casefold()
    asked = [name for name in names if wanted(name.language, languages)]
    if any(name.value.casefold() == meant for name in asked):
        return None
    if not asked:
        if any(name.value.casefold() == meant for name in names):
            return WrongDisplay("language", (), "")
        asked = list(names)
    right = tuple(dict.fromkeys(name.value for name in asked))
    spaced = next((name for name in right if squeezed(name) == squeezed(display)), None)
    if spaced is not None:
        return WrongDisplay("space", right, spaced)
    return WrongDisplay("wrong", right, nearest(display, right))


def wanted(language: str, languages: Sequence[str]) -> bool:
    """Is a name in this language one of those asked for? One without a language counts as English."""
    if not languages:
        return True
    mine = _primary(language or "en")
    return any(_primary(one) == mine for one in languages)


def _primary(tag: str) -> str:
    return tag.partition(";")[0].partition("-")[0].strip().casefold()


def squeezed(text: str) -> str:
    """Runs of white space as one space, none at the ends, case folded."""
    return " ".join(text.casefold().split())


def nearest(text: str, names: Iterable[str]) -> str:
    """The name most like the text; the first where none is more alike than another."""
    from difflib import SequenceMatcher  # only a wrong display needs it

    matcher = SequenceMatcher(None, "", text[:_LONGEST].casefold(), autojunk=False)
    best, most = "", -1.0
    for name in names:
        matcher.set_seq1(name[:_LONGEST].casefold())
        if matcher.real_quick_ratio() > most and (ratio := matcher.ratio()) > most:
            best, most = name, ratio
    return best
