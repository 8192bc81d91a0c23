"""Code tables: the words of a case for the codes of one code system."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from fhir_case.json import Json
from fhir_case.lens.context import Context
from fhir_case.lens.line import UNREAD, Codec

_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"


@dataclass(frozen=True)
class CodeTable:
    """Words of the case (mostly the codes themselves) and what they are in FHIR.

    With a `system` they are CodeableConcepts of one coding, without it plain `code`s.
    """

    words: dict[str, str]
    """Word -> code."""
    system: str | None = None
    displays: dict[str, str] = field(default_factory=dict)
    """Code -> display."""

    def concept(self, word: str) -> dict[str, Json]:
        """The CodeableConcept for a word."""
        code = self.words[word]
        coding: dict[str, Json] = {"system": self.system, "code": code}
        if code in self.displays:
            coding["display"] = self.displays[code]
        return {"coding": [coding]}

    def claims(self, entry: Json) -> bool:
        """Whether a CodeableConcept has a code of this system."""
        systems = self._systems
        for coding in entry.get("coding", ()):  # noqa: SIM110 (a generator costs more than the comparison)
            if coding.get("system") in systems:
                return True
        return False

    def word(self, concept: Json) -> str | None:
        """The word for a CodeableConcept with exactly one code of this system, None where no word fits."""
        codes = [c.get("code") for c in concept.get("coding", ()) if c.get("system") in self._systems]
        return self._back.get(codes[0]) if len(codes) == 1 and type(codes[0]) is str else None

    @cached_property
    def _systems(self) -> tuple[str | None, ...]:
        """The system, and what is often written for one of HL7's: its name before R4, and the value set of all its codes."""
        name = (self.system or "").removeprefix(_TERMINOLOGY)
        if name == (self.system or ""):
            return (self.system,)
        return (self.system, f"http://hl7.org/fhir/ValueSet/{name}", f"http://hl7.org/fhir/{name}")

    @cached_property
    def _back(self) -> dict[str, str]:
        return {code: word for word, code in self.words.items()}

    def codec(self) -> Codec:
        """How the words are written and read."""
        if self.system is None:
            back = self._back
            return Codec(
                "code",
                lambda word, context: self.words[word],
                lambda held, context: back.get(held, UNREAD) if type(held) is str else UNREAD,
                primitive=True,
            )

        def take(held: Json, context: Context) -> object:
            return self.word(held) or UNREAD

        made = {code: (word, self.concept(word)) for code, word in self._back.items()}

        def exact(held: Json, context: Context) -> object:
            word, concept = made.get(held["coding"][0]["code"], (UNREAD, None))
            return word if held == concept else UNREAD

        return Codec("CodeableConcept", lambda word, context: self.concept(word), take, exact=exact)


def codes(*words: str) -> CodeTable:
    """A table of plain codes whose words are the codes themselves."""
    return CodeTable({word: word for word in words})


def concepts(system: str, **displays: str) -> CodeTable:
    """A table of concepts of one system: code (underscores for hyphens) = display."""
    named = {code.replace("_", "-"): display for code, display in displays.items()}
    return CodeTable({code: code for code in named}, system, named)
