"""The small values of a case and how a person types them: `snomed 1212005 | Juvenile dermatomyositis`, `7.20 mg/dL`.

Each value is frozen, knows one way to be read (`parse`) and one to be written (`plain`), and `parse(plain(x)) == x`.
The short forms are checked (check digits, UCUM); the long forms, which name everything, are taken as they are: so data
that comes from elsewhere can always be kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, Self

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from fhir_case.case.problems import Unreadable, nearest, shortened
from fhir_case.json import number
from fhir_case.terminology import checks, systems, ucum

UCUM = "http://unitsofmeasure.org"


class Value:
    """What every value of a case can do; subclasses are frozen dataclasses."""

    __slots__ = ()
    SCHEMA: ClassVar[dict[str, Any]] = {"type": "string"}

    @classmethod
    def parse(cls, raw: Any) -> Self:
        """The value that `raw` (text, or the long form) states. Raises `Unreadable`."""
        raise NotImplementedError

    def plain(self) -> Any:
        """The value as a case file has it."""
        raise NotImplementedError

    @classmethod
    def _validated(cls, raw: Any) -> Self:
        return raw if isinstance(raw, cls) else cls.parse(raw)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._validated,
            serialization=core_schema.plain_serializer_function_ser_schema(cls.plain),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**cls.SCHEMA, "description": (cls.__doc__ or "").split("\n\n")[0]}


def short_or_long(value: Value, text: str, long: dict[str, Any]) -> Any:
    """The short form where it says all of the value, else the long one."""
    try:
        return text if type(value).parse(text) == value else long
    except Unreadable:
        return long


def fields_of(raw: Any, what: str, known: tuple[str, ...]) -> dict[str, Any]:
    """The long form's fields; a key that is not known is an error that names the nearest one."""
    if not isinstance(raw, dict):
        raise Unreadable(f"expected {what}, found {shortened(raw)}")
    for key in raw:
        if key not in known:
            raise Unreadable(f"{what} has no field {key!r}", nearest(str(key), known), "case-unknown-key", key=str(key))
    return raw


def text_of(raw: Any, what: str) -> str:
    """Text, as given."""
    if not isinstance(raw, str):
        raise Unreadable(f"expected {what}, found {shortened(raw)}")
    return str(raw)


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
            return cls(**{k: None if fields.get(k) is None else text_of(fields[k], k) for k in known})
        text = text_of(raw, "a code such as 'snomed 1212005 | Juvenile dermatomyositis'")
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
        long = {k: v for k in ("system", "code", "display", "version") if (v := getattr(self, k)) is not None}
        if self.system is None or self.code is None or self.version is not None:
            return long
        alias = systems.alias_of(self.system) or self.system
        return short_or_long(self, f"{alias} {self.code}" + (f" | {self.display}" if self.display else ""), long)


def looks_coded(text: str) -> bool:
    """Whether a text is meant as a code: it has the bar, or starts with the name of a code system (or nearly so)."""
    alias, _, rest = text.partition(" ")
    if not rest.strip():
        return False
    if " | " in text or systems.uri_of(alias) is not None:
        return True
    return len(text.split()) == 2 and any(c.isdigit() for c in rest) and systems.nearest(alias) is not None


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
        made = cls(
            None if fields.get("text") is None else text_of(fields["text"], "a text"),
            tuple(Coding.parse(one) for one in codes),
        )
        if made == cls():
            raise Unreadable("expected text or codes, found neither")
        return made

    def plain(self) -> Any:
        """The shortest form that says it all."""
        codes = [coding.plain() for coding in self.codings]
        long: dict[str, Any] = {} if self.text is None else {"text": self.text}
        if not codes:
            return self.text if self.text and self.text.strip() and not looks_coded(self.text) else long
        if self.text == self.codings[0].display:
            only = codes[0] if len(codes) == 1 else None
            return only if isinstance(only, str) and looks_coded(only) else codes
        return {**long, "codes": codes}

    @property
    def label(self) -> str:
        """What a person reads: the text, else the first display, else the first code."""
        first = self.codings[0] if self.codings else None
        return self.text or (first and (first.display or first.code)) or ""


_NUMBER = r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"
_QUANTITY = re.compile(rf"(<=|>=|<|>)? *({_NUMBER})(?: *(%|[^\s\d]\S*|\d\S*)(?: +\((.*)\))?)?", re.DOTALL)
COMPARATORS = ("<", "<=", ">=", ">")


def decimal_of(raw: Any, what: str = "a number") -> Decimal:
    """A number with its digits; floats are refused, since they have lost theirs."""
    if isinstance(raw, bool | float):
        raise Unreadable(f"expected {what}, found {shortened(raw)}", "give it as text or as a Decimal")
    if isinstance(raw, Decimal):
        return raw
    try:
        return number(str(raw))
    except ValueError:
        raise Unreadable(f"expected {what}, found {shortened(raw)}") from None


@dataclass(frozen=True, slots=True)
class Quantity(Value):
    """A measured amount with its UCUM unit: `7.20 mg/dL`, `< 5 mg/L`, `16 a (years)`, or a bare number.

    In full: `{value: 3, unit: tablets, system: …, code: …, comparator: …}`, taken as it is.
    """

    value: Decimal | None
    unit: str | None = None
    code: str | None = None
    system: str | None = None
    comparator: str | None = None

    SCHEMA: ClassVar[dict[str, Any]] = {
        "anyOf": [{"type": ["string", "number"]}, {"type": "object", "additionalProperties": False, "properties": {
            "value": {"type": ["string", "number"]}, "comparator": {"enum": list(COMPARATORS)},
            **{k: {"type": "string"} for k in ("unit", "code", "system")}}}]
    }  # fmt: skip

    @classmethod
    def parse(cls, raw: Any) -> Quantity:
        """Read the short form (its unit checked) or the long one (as it is)."""
        if isinstance(raw, dict):
            known = ("value", "unit", "code", "system", "comparator")
            fields = fields_of(raw, "a quantity", known)
            if fields.get("comparator") not in (None, *COMPARATORS):
                raise Unreadable(f"expected one of {', '.join(COMPARATORS)}, found {shortened(fields['comparator'])}")
            value = fields.get("value")
            return cls(
                None if value is None else decimal_of(value),
                **{k: None if fields.get(k) is None else text_of(fields[k], k) for k in known[1:]},
            )
        if not isinstance(raw, str):
            return cls(decimal_of(raw, "a quantity such as '7.20 mg/dL'"))
        match = _QUANTITY.fullmatch(raw.strip())
        if match is None:
            raise Unreadable(f"expected a quantity such as '7.20 mg/dL', found {shortened(raw)}")
        comparator, digits, code, unit = match.groups()
        value = decimal_of(digits)
        if code is None:
            return cls(value, comparator=comparator)
        problem = ucum.problem_with(code)
        if problem:
            raise Unreadable(problem, code="unit-unknown")
        return cls(value, unit or code, code, UCUM, comparator)

    def plain(self) -> Any:
        """`7.20 mg/dL` where that says it all, else the long form."""
        long: dict[str, Any] = {"value": None if self.value is None else str(self.value)} | {
            k: getattr(self, k) for k in ("unit", "code", "system", "comparator")
        }
        long = {k: v for k, v in long.items() if v is not None}
        text = f"{self.comparator} {self.value}" if self.comparator else str(self.value)
        if self.code is not None:
            text += f" {self.code}" + (f" ({self.unit})" if self.unit not in (None, self.code) else "")
        return short_or_long(self, text, long)

    def __str__(self) -> str:
        unit = self.unit or self.code
        return f"{self.comparator + ' ' if self.comparator else ''}{self.value}{' ' + unit if unit else ''}"


_SIZE = re.compile(rf"({_NUMBER}) *x *({_NUMBER})(?: *x *({_NUMBER}))? +(\S+)")


@dataclass(frozen=True, slots=True)
class Size(Value):
    """The size of a lesion, length by width (by depth): `4 x 3 cm`."""

    extents: tuple[Decimal, ...]
    unit: str

    SCHEMA: ClassVar[dict[str, Any]] = {"type": "string", "pattern": rf"^{_NUMBER} *x *{_NUMBER}"}

    @classmethod
    def parse(cls, raw: Any) -> Size:
        """Read `4 x 3 cm` or `4 x 3 x 2 cm`."""
        match = _SIZE.fullmatch(text_of(raw, "a size such as '4 x 3 cm'").strip())
        if match is None:
            raise Unreadable(f"expected a size such as '4 x 3 cm', found {shortened(raw)}")
        *extents, unit = match.groups()
        problem = ucum.problem_with(unit)
        if problem:
            raise Unreadable(problem, code="unit-unknown")
        return cls(tuple(decimal_of(extent) for extent in extents if extent is not None), unit)

    def plain(self) -> str:
        """`4 x 3 cm`."""
        return f"{' x '.join(map(str, self.extents))} {self.unit}"


_RANGE = re.compile(rf"(?:({_NUMBER}) *(?:to|-|–) *({_NUMBER})|(up to|at most|from|at least) +({_NUMBER}))(?: +(\S+))?")


@dataclass(frozen=True, slots=True)
class Range(Value):
    """A reference range: `3.5 to 5.1 mmol/L`, `up to 5 mg/L`, `from 60 mL/min`; or `{low: …, high: …, text: …}`."""

    low: Quantity | None = None
    high: Quantity | None = None
    text: str | None = None

    SCHEMA: ClassVar[dict[str, Any]] = {
        "anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": False, "properties": {
            "low": Quantity.SCHEMA, "high": Quantity.SCHEMA, "text": {"type": "string"}}}]
    }  # fmt: skip

    @classmethod
    def parse(cls, raw: Any) -> Range:
        """Read the short form or the long one."""
        if isinstance(raw, dict):
            fields = fields_of(raw, "a range", ("low", "high", "text"))
            low, high = (None if fields.get(k) is None else Quantity.parse(fields[k]) for k in ("low", "high"))
            return cls(low, high, None if fields.get("text") is None else text_of(fields["text"], "a text"))
        match = _RANGE.fullmatch(text_of(raw, "a range such as '3.5 to 5.1 mmol/L'").strip())
        if match is None:
            raise Unreadable(f"expected a range such as '3.5 to 5.1 mmol/L', found {shortened(raw)}")
        first, last, bound, limit, unit = match.groups()
        tail = f" {unit}" if unit else ""
        if bound:
            one = Quantity.parse(limit + tail)
            return cls(high=one) if bound in ("up to", "at most") else cls(low=one)
        if decimal_of(first) > decimal_of(last):
            raise Unreadable(f"the range starts at {first} and ends below it, at {last}", "low comes first")
        return cls(Quantity.parse(first + tail), Quantity.parse(last + tail))

    def plain(self) -> Any:
        """`3.5 to 5.1 mmol/L` where that says it all, else the long form."""
        long: dict[str, Any] = {}
        for name in ("low", "high", "text"):
            part = getattr(self, name)
            if part is not None:
                long[name] = part.plain() if isinstance(part, Quantity) else part
        return short_or_long(self, self._short(), long)

    def _short(self) -> str:
        unit = next((q.code for q in (self.low, self.high) if q and q.code), None)
        tail = f" {unit}" if unit else ""
        if self.low and self.high:
            return f"{self.low.value} to {self.high.value}{tail}"
        return f"from {self.low.value}{tail}" if self.low else f"up to {self.high.value if self.high else ''}{tail}"

    def __str__(self) -> str:
        return self.text or self._short()


@dataclass(frozen=True, slots=True)
class Result(Value):
    """The value of an observation: `7.20 mg/dL`, a code, a text, or `{boolean: …}`, `{integer: …}`, `{text: …}` (coded).

    Text that starts with a number is a quantity, text that starts with a code system is a code, and any other is text;
    `{string: …}` is always text.
    """

    value: Quantity | Concept | Range | str | bool | int

    SCHEMA: ClassVar[dict[str, Any]] = {
        "anyOf": [{"type": ["string", "number"]}, {"type": "array"}, {"type": "object"}]
    }  # fmt: skip

    @classmethod
    def parse(cls, raw: Any) -> Result:
        """Read any of the forms above."""
        if isinstance(raw, dict):
            form = next(iter(raw), "") if len(raw) == 1 else ""
            if form == "string":
                return cls(text_of(raw[form], "a text"))
            if form == "boolean":
                return cls(_TRUTH.parse(raw[form]))
            if form == "integer":
                return cls(_integer(raw[form]))
            if form == "range":
                return cls(Range.parse(raw[form]))
            return cls(Quantity.parse(raw) if "value" in raw or "comparator" in raw else Concept.parse(raw))
        if isinstance(raw, list | tuple):
            return cls(Concept.parse(raw))
        if not isinstance(raw, str):
            return cls(Quantity.parse(raw))
        if _QUANTITY.fullmatch(raw.strip()):
            return cls(Quantity.parse(raw))
        return cls(Concept.parse(raw) if looks_coded(raw) else text_of(raw, "a text"))

    def plain(self) -> Any:
        """The shortest form that says it all."""
        value = self.value
        if isinstance(value, bool):
            return {"boolean": value}
        if isinstance(value, int):
            return {"integer": value}
        if isinstance(value, Range):
            return {"range": value.plain()}
        if isinstance(value, str):
            return short_or_long(self, value, {"string": value})
        if isinstance(value, Concept):
            made = value.plain()
            return {"text": made} if isinstance(made, str) and not looks_coded(made) else made
        made = value.plain()
        return {"value": None} if made == {} else made

    def __str__(self) -> str:
        return self.value.label if isinstance(self.value, Concept) else str(self.value)


class _TRUTH:
    """Truth as files write it."""

    WORDS: ClassVar[dict[str, bool]] = {"true": True, "yes": True, "false": False, "no": False}

    @classmethod
    def parse(cls, raw: Any) -> bool:
        if isinstance(raw, bool):
            return raw
        if isinstance(raw, str) and raw.lower() in cls.WORDS:
            return cls.WORDS[raw.lower()]
        raise Unreadable(f"expected true or false, found {shortened(raw)}")


def _integer(raw: Any) -> int:
    try:
        return int(str(raw))
    except ValueError:
        raise Unreadable(f"expected a whole number, found {shortened(raw)}") from None
