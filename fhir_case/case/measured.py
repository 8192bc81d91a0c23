"""The measured values of a case and how a person types them: `7.20 mg/dL`, `4 x 3 cm`, `3.5 to 5.1 mmol/L`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from fhir_case.case.amounts import AMOUNT, NUMBER, is_flag, mended, other_form, starts_with_number
from fhir_case.case.coded import Concept, looks_coded
from fhir_case.case.problems import Unreadable, shortened
from fhir_case.case.values import Value, decimal_of, fields_of, integer_of, part_of, short_or_long, stated, text_of
from fhir_case.case.when import Date, When
from fhir_case.terminology import ucum

UCUM = "http://unitsofmeasure.org"

COMPARATORS = ("<", "<=", ">=", ">")


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
            return cls(part_of(fields, "value", decimal_of), *(part_of(fields, name, text_of) for name in known[1:]))
        if not isinstance(raw, str):
            return cls(decimal_of(raw, "a quantity such as '7.20 mg/dL'"))
        match = AMOUNT.fullmatch(raw.strip())
        if match is None:
            raise Unreadable(f"expected a quantity such as '7.20 mg/dL', found {shortened(raw)}", mended(raw.strip()))
        comparator, digits, code, unit = match.groups()
        value = decimal_of(digits)
        if code is None:
            return cls(value, comparator=comparator)
        code = code.strip()
        if unit and is_flag(unit):
            raise Unreadable(f"'({unit})' stands where the name of the unit does", f"write interpretation: {unit}")
        problem = ucum.problem_with(code)
        if problem:
            raise Unreadable(problem, code="unit-unknown")
        return cls(value, unit or code, code, UCUM, comparator)

    def plain(self) -> Any:
        """`7.20 mg/dL` where that says it all, else the long form."""
        value = None if self.value is None else str(self.value)
        long = stated(value=value, unit=self.unit, code=self.code, system=self.system, comparator=self.comparator)
        text = f"{self.comparator} {self.value}" if self.comparator else str(self.value)
        if self.code is not None:
            text += f" {self.code}" + (f" ({self.unit})" if self.unit not in (None, self.code) else "")
        return short_or_long(self, text, long)

    def __str__(self) -> str:
        unit = self.unit or self.code
        return f"{self.comparator + ' ' if self.comparator else ''}{self.value}{' ' + unit if unit else ''}"


_SIZE = re.compile(rf"({NUMBER}) *[x×] *({NUMBER})(?: *[x×] *({NUMBER}))? *([^\s0-9.,]\S*)")


@dataclass(frozen=True, slots=True)
class Size(Value):
    """The size of a lesion, length by width (by depth): `4 x 3 cm`."""

    extents: tuple[Decimal, ...]
    unit: str

    SCHEMA: ClassVar[dict[str, Any]] = {"type": "string", "pattern": rf"^{NUMBER} *[x×] *{NUMBER}"}

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


_RANGE = re.compile(rf"(?:({NUMBER}) *(?:to|-|–) *({NUMBER})|(up to|at most|from|at least) +({NUMBER}))(?: +(\S+))?")


@dataclass(frozen=True, slots=True)
class Range(Value):
    """A reference range: `3.5 to 5.1 mmol/L`, `up to 5 mg/L`, `from 60 mL/min`; or `{low: …, high: …, text: …}`."""

    low: Quantity | None = None
    high: Quantity | None = None
    text: str | None = None
    type: Concept | None = None
    """Of a reference range: normal, recommended, treatment, …"""

    SCHEMA: ClassVar[dict[str, Any]] = {
        "anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": False, "properties": {
            "low": Quantity.SCHEMA, "high": Quantity.SCHEMA, "text": {"type": "string"}, "type": Concept.SCHEMA}}]
    }  # fmt: skip

    @classmethod
    def parse(cls, raw: Any) -> Range:
        """Read the short form or the long one."""
        if isinstance(raw, dict):
            fields = fields_of(raw, "a range", ("low", "high", "text", "type"))
            low, high = (part_of(fields, name, Quantity.parse) for name in ("low", "high"))
            return cls(low, high, part_of(fields, "text", text_of), part_of(fields, "type", Concept.parse))
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
        low, high = (bound and bound.plain() for bound in (self.low, self.high))
        type_ = self.type and self.type.plain()
        return short_or_long(self, self._short(), stated(low=low, high=high, text=self.text, type=type_))

    def _short(self) -> str:
        unit = next((q.code for q in (self.low, self.high) if q and q.code), None)
        tail = f" {unit}" if unit else ""
        if self.low and self.high:
            return f"{self.low.value} to {self.high.value}{tail}"
        return f"from {self.low.value}{tail}" if self.low else f"up to {self.high.value if self.high else ''}{tail}"

    def __str__(self) -> str:
        return self.text or self._short()


@dataclass(frozen=True, slots=True)
class Ratio(Value):
    """One amount per another: `500 mg per 5 mL`; or `{numerator: …, denominator: …}`."""

    numerator: Quantity | None = None
    denominator: Quantity | None = None

    SCHEMA: ClassVar[dict[str, Any]] = {
        "anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": False, "properties": {
            "numerator": Quantity.SCHEMA, "denominator": Quantity.SCHEMA}}]
    }  # fmt: skip

    @classmethod
    def parse(cls, raw: Any) -> Ratio:
        """Read the short form or the long one."""
        if isinstance(raw, dict):
            fields = fields_of(raw, "a ratio", ("numerator", "denominator"))
            made = cls(*(part_of(fields, name, Quantity.parse) for name in ("numerator", "denominator")))
            if made == cls():
                raise Unreadable("expected a numerator and a denominator, found neither")
            return made
        above, per, below = text_of(raw, "a ratio such as '500 mg per 5 mL'").partition(" per ")
        if not per:
            raise Unreadable(f"expected a ratio such as '500 mg per 5 mL', found {shortened(raw)}")
        return cls(Quantity.parse(above), Quantity.parse(below))

    def plain(self) -> Any:
        """`500 mg per 5 mL` where that says it all, else the long form."""
        above, below = (part and part.plain() for part in (self.numerator, self.denominator))
        return short_or_long(self, f"{above} per {below}", stated(numerator=above, denominator=below))

    def __str__(self) -> str:
        return f"{self.numerator or '?'} per {self.denominator or '?'}"


_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day, as written (https://hl7.org/fhir/R4/datatypes.html#time)."""

    text: str

    @classmethod
    def parse(cls, raw: Any) -> Clock:
        """Read `08:30:00`."""
        text = text_of(raw, "a time of day such as 08:30:00")
        if not _TIME.fullmatch(text):
            raise Unreadable(f"expected a time of day such as 08:30:00, found {shortened(text)}", code="time-invalid")
        return cls(text)

    def __str__(self) -> str:
        return self.text


def _dated(raw: Any) -> When:
    """A date, or a period of dates: what a value of FHIR can be."""
    when = When.parse(raw)
    moments = when.moments()
    if not moments or not all(isinstance(moment, Date) for moment in moments):
        raise Unreadable(f"expected a date or a period of dates, found {shortened(raw)}", code="time-invalid")
    return when


@dataclass(frozen=True, slots=True)
class Result(Value):
    """The value of an observation: `7.20 mg/dL`, a code, a text, or `{boolean: …}`, `{integer: …}`, `{text: …}` (coded).

    Also `{range: …}`, `{ratio: …}`, `{when: …}` (a date or period) and `{time: …}` (of day). Text that
    starts with a number is a quantity, text that starts with a code system is a code, and any other is text;
    `{string: …}` is always text.
    """

    value: Quantity | Concept | Range | Ratio | When | Clock | str | bool | int

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
                return cls(_truth(raw[form]))
            if form == "integer":
                return cls(integer_of(raw[form]))
            if form in _FORMS:
                return cls(_FORMS[form](raw[form]))
            amount = raw.keys() & {"value", "comparator", "unit", "code", "system"} and not raw.keys() & {
                "text",
                "codes",
            }
            return cls(Quantity.parse(raw) if amount else Concept.parse(raw))
        if isinstance(raw, list | tuple):
            return cls(Concept.parse(raw))
        if not isinstance(raw, str):
            return cls(Quantity.parse(raw))
        text = raw.strip()
        if AMOUNT.fullmatch(text):
            return cls(Quantity.parse(text))
        if looks_coded(raw):
            return cls(Concept.parse(raw))
        if starts_with_number(text):
            raise Unreadable(f"{shortened(text)} starts as an amount and is none", mended(text) or other_form(text))
        return cls(text_of(raw, "a text"))

    def plain(self) -> Any:
        """The shortest form that says it all."""
        value = self.value
        if isinstance(value, bool):
            return {"boolean": value}
        if isinstance(value, int):
            return {"integer": value}
        if isinstance(value, Range | Ratio | When):
            form = {Range: "range", Ratio: "ratio", When: "when"}[type(value)]
            return {form: value.plain()}
        if isinstance(value, Clock):
            return {"time": value.text}
        if isinstance(value, str):
            return short_or_long(self, value, {"string": value})
        if isinstance(value, Concept):
            made = value.plain()
            return {"text": made} if isinstance(made, str) and not looks_coded(made) else made
        made = value.plain()
        return {"value": None} if made == {} else made

    def __str__(self) -> str:
        return self.value.label if isinstance(self.value, Concept) else str(self.value)


_FORMS: dict[str, Callable[[Any], Range | Ratio | When | Clock]] = {
    "range": Range.parse, "ratio": Ratio.parse, "when": _dated, "time": Clock.parse,
}  # fmt: skip
"""The forms of a result that have a name, and how they are read."""

_TRUTH = {"true": True, "yes": True, "false": False, "no": False}


def _truth(raw: Any) -> bool:
    """Truth as files write it."""
    found = raw if isinstance(raw, bool) else _TRUTH.get(raw.lower()) if isinstance(raw, str) else None
    if found is None:
        raise Unreadable(f"expected true or false, found {shortened(raw)}")
    return found
