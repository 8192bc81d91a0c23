"""The coded values of a case and how a person types them: `snomed 1212005 | Juvenile dermatomyositis`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar

from fhir_case.case.problems import Unreadable, shortened
from fhir_case.case.values import Value, fields_of, part_of, short_or_long, stated, text_of
from fhir_case.terminology import checks, systems

_CODING = re.compile(r"(\S+) +(\S.*?)(?: +\| +(.*\S))?\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Coding(Value):
    """A code of a code system: `snomed 1212005 | Juvenile dermatomyositis`; the display may be left out.

    In full: `{system: http://snomed.info/sct, code: '1212005', display: …, version: …}`, taken as it is.
    """

    system: str | None
    code: str | None
    display: str | None = None
    version: str | None = None

    SCHEMA: ClassVar[dict[str, Any]] = {
        "anyOf": [{"type": "string", "pattern": r"^\S+ +\S"}, {"type": "object", "additionalProperties": False,
                  "properties": {k: {"type": "string"} for k in ("system", "code", "display", "version")}}]
    }  # fmt: skip

    @classmethod
    def parse(cls, raw: Any) -> Coding:
        """Read the short form (checked) or the long one (as it is)."""
        if isinstance(raw, dict):
            known = ("system", "code", "display", "version")
            fields = fields_of(raw, "a code", known)
            return cls(*(part_of(fields, name, text_of) for name in known))
        text = text_of(raw, "a code such as 'snomed 1212005 | Juvenile dermatomyositis'")
        if bare := _bare(text):
            raise Unreadable(f"{shortened(text)} looks like a code, and its code system does not stand before it", bare)
        match = _CODING.fullmatch(text)
        if match is None:
            raise Unreadable(f"expected a code such as 'snomed 1212005 | display', found {shortened(text)}")
        alias, code, display = match.groups()
        system = systems.uri_of(alias)
        if system is None and re.match(r"(https?|urn):", alias):
            system = alias
        if system is None:
            close = systems.nearest(alias)
            fix = f"did you mean {close!r}?" if close else "use a known short name, or the system's URI"
            raise Unreadable(f"{alias!r} is no code system known here", fix, "code-system-unknown")
        problem = checks.problem_with(system, code)
        if problem:
            raise Unreadable(f"{alias} {code}: {problem}", code="code-invalid")
        return cls(system, code, display)

    def plain(self) -> Any:
        """`alias code | display` where that says it all, else the long form."""
        long = self.in_full()
        if self.system is None or self.code is None or self.version is not None:
            return long
        alias = systems.alias_of(self.system) or self.system
        return short_or_long(self, f"{alias} {self.code}" + (f" | {self.display}" if self.display else ""), long)

    def in_full(self) -> dict[str, Any]:
        """The long form."""
        return stated(system=self.system, code=self.code, display=self.display, version=self.version)


def looks_coded(text: str) -> bool:
    """Whether a text is meant as a code: it has the bar, or starts with the name of a code system (or nearly so)."""
    alias, _, rest = text.partition(" ")
    if not rest.strip():
        return bool(_bare(text))
    if " | " in text or systems.uri_of(alias) is not None:
        return True
    return len(text.split()) == 2 and any(c.isdigit() for c in rest) and systems.nearest(alias) is not None


_NAMED = re.compile(r"([A-Za-z][A-Za-z0-9-]*):(\S+)|([A-Za-z-]+)(\d{5,}\S*)")
_BARE = {"snomed": re.compile(r"[1-9]\d{5,17}"), "loinc": re.compile(r"\d{1,5}-\d"), "": re.compile(r"\d{4,}")}


def _bare(text: str) -> str:
    """What to write for one word that is a code without its code system, or stuck to it (`38341003`, `loinc:2160-0`)."""
    word = text.strip()
    if not any(map(str.isdigit, word)):
        return ""
    named = _NAMED.fullmatch(word)
    if named and (system := systems.uri_of(named[1] or named[3])):
        # Codes of the OBO ontologies hold the name of theirs: HP:0001250.
        whole = "obo" in system or "ontology" in system
        return f"write {systems.alias_of(system)} {word if whole else named[2] or named[4]}"
    for alias, form in _BARE.items():
        if form.fullmatch(word) and not (alias and checks.problem_with(systems.ALIASES[alias], word)):
            said = f"write {alias} {word}" if alias else "write its code system before it"
            return f"{said}; a mere text stands as {{text: '{word}'}}"
    return ""


@dataclass(frozen=True, slots=True)
class Concept(Value):
    """What something is: codes of one meaning, free text, or both.

    A code, a list of codes (the first one's display is also the text), a free text, or `{text: …, codes: […]}`.
    """

    text: str | None = None
    codings: tuple[Coding, ...] = ()

    SCHEMA: ClassVar[dict[str, Any]] = {
        "anyOf": [{"type": "string"}, {"type": "array", "items": Coding.SCHEMA},
                  {"type": "object", "additionalProperties": False, "properties": {
                      "text": {"type": "string"}, "codes": {"type": "array", "items": Coding.SCHEMA}}}]
    }  # fmt: skip

    @classmethod
    def parse(cls, raw: Any) -> Concept:
        """Read a code, a list of codes, a free text, or the long form."""
        if isinstance(raw, str):
            if not raw.strip():
                raise Unreadable("expected a code or a text, found nothing")
            if not looks_coded(raw):
                return cls(str(raw))
            raw = [raw]
        if isinstance(raw, list | tuple):
            codings = tuple(Coding.parse(one) for one in raw)
            if not codings:
                raise Unreadable("expected at least one code, found an empty list")
            return cls(codings[0].display, codings)
        fields = fields_of(raw, "a concept", ("text", "codes"))
        codes = fields.get("codes") or ()
        if isinstance(codes, str):
            codes = [codes]
        made = cls(part_of(fields, "text", text_of), tuple(Coding.parse(one) for one in codes))
        if made == cls():
            raise Unreadable("expected text or codes, found neither")
        return made

    def plain(self) -> Any:
        """The shortest form that says it all."""
        codes = [coding.plain() for coding in self.codings]
        long = stated(text=self.text)
        if not codes:
            return self.text if self.text and self.text.strip() and not looks_coded(self.text) else long
        if self.text == self.codings[0].display:
            only = codes[0] if len(codes) == 1 else None
            return only if isinstance(only, str) and looks_coded(only) else codes
        return {**long, "codes": codes}

    @property
    def label(self) -> str:
        """What a person reads: the text, else the first display, else the first code."""
        if self.text:
            return self.text
        first = self.codings[0] if self.codings else None
        return (first and (first.display or first.code)) or ""
