"""Generated cases: valid ones of every shape, for the laws (design.md, section 2)."""

from __future__ import annotations

import string
from collections.abc import Callable
from decimal import Decimal
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, MinLen
from hypothesis import strategies as st
from pydantic import AfterValidator, BaseModel

from fhir_case import Case
from fhir_case.case.base import REFERENCE, Part, Quote, Stated, Verbatim
from fhir_case.case.check import TIMES, reference_fields, targets
from fhir_case.case.coded import Coding, Concept
from fhir_case.case.links import Link
from fhir_case.case.measured import Clock, Quantity, Range, Ratio, Result, Size
from fhir_case.case.medication import WithDrug
from fhir_case.case.model import KINDS
from fhir_case.case.people import Event
from fhir_case.case.records import Attachment, Numeral
from fhir_case.case.timing import EVENTS, Timing
from fhir_case.case.when import UNITS, Date, Period, Relative, Span, When, Words

NAMES = st.text(
    string.ascii_letters + string.digits + "äß·€😀 .,:;#|-'\"&<>{}[]@!%*?/\\", min_size=1, max_size=25
).filter(lambda text: bool(text.strip()))
DECIMALS = st.from_regex(r"(0|[1-9][0-9]{0,3})(\.[0-9]{1,3})?", fullmatch=True)
SNOMED = ("1212005", "57676002", "249939004", "271807003", "61396006", "22253000")
LOINC = ("2160-0", "17861-6", "1988-5", "2157-6", "24325-3")
UCUM = ("mg/dL", "mmol/L", "mg", "mL", "10*9/L", "%", "[iU]/L", "{score}", "cm", "1")

codings = st.one_of(
    st.builds(Coding, st.just("http://snomed.info/sct"), st.sampled_from(SNOMED), st.none() | NAMES),
    st.builds(Coding, st.just("http://loinc.org"), st.sampled_from(LOINC), st.none() | NAMES),
    st.builds(
        Coding, st.just("http://example.com/codes"), st.sampled_from(["A", "B 1", "c|d"]), NAMES, st.none() | NAMES
    ),
)
stages = st.builds(
    Coding, st.just("http://human-phenotype-ontology.org"), st.sampled_from(["HP:0003577", "x y"]), st.none() | NAMES
)
concepts = st.builds(Concept, NAMES, st.lists(codings, max_size=2).map(tuple)) | st.builds(
    Concept, st.none(), st.lists(codings, min_size=1, max_size=2).map(tuple)
)
quantities = st.builds(
    lambda value, unit, comparator: Quantity.parse(f"{comparator}{value} {unit}".strip()),
    DECIMALS, st.sampled_from(("", *UCUM)), st.sampled_from(("", "", "", "< ", ">= ")),
) | st.builds(Quantity, DECIMALS.map(lambda d: Quantity.parse(d).value), NAMES)  # fmt: skip
ranges = st.builds(Range, quantities, st.none(), st.none() | NAMES) | st.builds(Range, st.none(), quantities)
plain_ranges = st.builds(Range, quantities, st.none() | quantities)
ratios = st.builds(Ratio, quantities, st.none() | quantities)
results = st.builds(
    Result,
    st.one_of(
        quantities, concepts, plain_ranges, NAMES, st.booleans(), st.integers(-(2**31), 2**31 - 1), ratios,
        st.sampled_from(["2008", "from 2008-03 to 2009", "until 2010-01-02"]).map(When.parse), st.just(Clock("08:30:00")),
    ),
)  # fmt: skip
sizes = st.builds(
    lambda extents, unit: Size.parse(f"{' x '.join(extents)} {unit}"), st.lists(DECIMALS, min_size=2, max_size=3),
    st.sampled_from(["cm", "mm"]),
)  # fmt: skip
timings = st.sampled_from(
    ["daily", "weekly", "twice daily", "3 x per d", "1 x per 8 h", "2 x per 3 wk", "2 h after meals", "15 min before meals",
     "daily, at night", *EVENTS]
).map(Timing.parse) | st.sampled_from(
    [
        Timing(2, None, None, ("MORN", "EVE")), Timing(days=("mon", "fri"), times=("08:00:00",), count=7),
        Timing(1, Decimal("1.50"), "d", most=2, longest=Decimal(2), bounds=When.parse("from 2020 to 2021-01-02")),
        Timing(duration=Decimal(30), length_unit="min", code=Concept("BID")), Timing(code=Concept("weekly")),
    ]
)  # fmt: skip
dates = st.one_of(
    st.dates().map(lambda d: f"{d.year:04}"),
    st.dates().map(lambda d: f"{d.year:04}-{d.month:02}"),
    st.dates().map(str),
    st.datetimes().map(lambda d: d.replace(microsecond=0).isoformat() + "Z"),
).map(Date)
spans = st.builds(
    lambda low, more, unit, comparator: Span(
        Quantity.parse(str(low)).value, unit, Quantity.parse(str(low + more)).value if more else None,
        None if more else comparator,
    ),
    st.integers(0, 99), st.integers(0, 5), st.sampled_from(UNITS), st.sampled_from([None, None, "<", ">="]),
)  # fmt: skip
LINKS = st.builds(Link, st.none(), NAMES) | st.builds(
    Link, st.none(), st.none() | NAMES, st.none(), st.just("http://x.org/ids"), NAMES
)  # fmt: skip
"""Who is outside the case, as servers take it wherever it stands."""
ADDRESSED = st.builds(
    Link, st.none(), st.none() | NAMES, st.sampled_from(["Practitioner/7", "http://x.org/fhir/Organization/1", "urn:x"]),
    st.none(), st.none(), st.none() | st.just("Device"),
)  # fmt: skip
instants = st.datetimes().map(lambda d: d.replace(microsecond=0).isoformat() + "Z")


class Making:
    """What is known while a case is being made: which ids there are, and which times one can be relative to."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.ids: dict[str, str] = {}
        self.anchors: list[tuple[str, str]] = []
        self.current = ""
        self.kind = ""
        """The section that the item is made for."""

    def of(self, annotation: Any, metadata: tuple[Any, ...] = ()) -> st.SearchStrategy[Any]:
        """Values for a field of the model."""
        origin, args = get_origin(annotation), get_args(annotation)
        if REFERENCE in metadata:
            return st.sampled_from(sorted(self.ids))
        if origin is Annotated:
            inner = self.of(args[0], (*metadata, *annotation.__metadata__))
            return inner.filter(lambda value: not _digits(value)) if Numeral in annotation.__metadata__ else inner
        if origin in (Union, UnionType):
            return st.one_of(*(self.of(arg) for arg in args))
        if origin is Literal:
            return st.sampled_from(args)
        if annotation is int:
            least = next((m.ge for m in metadata if isinstance(m, Ge)), 0)
            return st.integers(int(least), 10_000)  # type: ignore[call-overload]
        if origin is list:
            least = next((m.min_length for m in metadata if isinstance(m, MinLen)), 0)
            return st.lists(self.of(args[0]), min_size=least, max_size=2)
        if annotation is type(None):
            return st.none()
        if annotation is When:
            checks = [m.func for m in metadata if isinstance(m, AfterValidator)]
            return self.whens().filter(lambda when: all(_passes(check, when) for check in checks))
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            return st.builds(lambda: self.part(annotation))
        made = _PLAIN.get(annotation)
        if made is None:
            raise AssertionError(f"no strategy for {annotation}")
        return made

    def whens(self) -> st.SearchStrategy[When]:
        moments = dates | spans
        if self.anchors:
            moments |= st.builds(
                lambda relation, anchor, offset: Relative(
                    relation, anchor[0], anchor[1], None if relation == "at" else offset
                ),
                st.sampled_from(["before", "at", "after"]), st.sampled_from(self.anchors), st.none() | spans,
            ).map(_plainest)  # fmt: skip
        periods = st.builds(Period, moments, st.none() | moments) | st.builds(Period, st.none(), moments)
        return st.builds(When, moments | periods | st.builds(Words, NAMES) | stages)

    def field(self, model: type[BaseModel], name: str) -> st.SearchStrategy[Any]:
        """Values for one field of a model."""
        info = model.model_fields[name]
        special = _SPECIAL.get((model.__name__, name)) or _SPECIAL.get(("", name))
        if name in reference_fields(model) and not special:
            allowed = targets(self.kind, name)
            ids = [k for k, kind in self.ids.items() if (not allowed or kind in allowed) and k != self.current]
            one: st.SearchStrategy[Any] = LINKS
            if ids:
                one |= st.sampled_from(sorted(ids)) | st.builds(Link, st.sampled_from(sorted(ids)), NAMES)
            return st.lists(one, max_size=2) if get_origin(info.annotation) is list else one
        return special(self) if special else self.of(info.annotation, tuple(info.metadata))

    def part(self, model: type[BaseModel], /, **given: Any) -> Any:
        """A part (or item) with some of its fields."""
        fields: dict[str, Any] = dict(given)
        for name, info in model.model_fields.items():
            if name in fields or name in ("remainder", "quotes", "findings", "study") or info.exclude:
                continue
            if info.is_required() or self.draw(st.integers(0, 2)) == 0:
                fields[name] = self.draw(self.field(model, name))
        if issubclass(model, Stated) and not any(value not in (None, []) for value in fields.values()):
            fields |= _SAYS[model.__name__]
        fields = {k: v for k, v in fields.items() if v is not None or not model.model_fields[k].is_required()}
        return model(**_fitting(model, fields))


def _digits(value: Any) -> bool:
    """A text that a case file would have as a number."""
    return isinstance(value, str) and value.isascii() and value.isdigit()


def _plainest(made: Relative) -> Relative | Span:
    """So long after the birth is an age."""
    return made.offset if (made.relation, made.anchor) == ("after", "patient") and made.offset else made


def _passes(check: Callable[[When], When], when: When) -> bool:
    try:
        check(when)
    except ValueError:
        return False
    return True


def _fitting(model: type[BaseModel], fields: dict[str, Any]) -> dict[str, Any]:
    """What FHIR allows together."""
    if issubclass(model, WithDrug):
        if fields.get("code") is None and fields.get("drug") is None:
            fields["code"] = Concept("x")
        if fields.get("code") is not None:
            fields.pop("drug", None)
    if fields.get("specimen") is not None:
        fields.pop("sample", None)
    if model is Attachment and fields.get("text") is not None:
        fields.pop("data", None)
    if fields.get("absent"):
        fields.pop("value", None)
    if fields.get("value") is not None or fields.get("absent"):
        fields.pop("missing", None)
    if "size" in fields and fields["size"] is None:
        fields.pop("size")
    return fields


_SAYS: dict[str, dict[str, Any]] = {
    "Activity": {"outcomes": [Concept("x")]}, "Address": {"text": "x"}, "Attachment": {"title": "x"}, "Batch": {"lot": "x"},
    "Citation": {"id": "x"},
    "Collection": {"method": Concept("x")}, "Contact": {"value": "x"}, "Dispense": {"repeats": 1}, "Dosage": {"text": "x"},
    "DocumentContext": {"facility": Concept("x")}, "Given": {"text": "x"}, "Hospitalization": {"readmission": Concept("x")},
    "Identifier": {"value": "x"}, "Kin": {"roles": [Concept("x")]}, "Member": {"roles": [Concept("x")]},
    "Name": {"text": "x"}, "Participant": {"roles": [Concept("x")]}, "Protocol": {"series": "x"},
    "Stage": {"summary": Concept("x")}, "Target": {"measure": Concept("x")}, "UDI": {"carrier": "x"},
}  # fmt: skip
"""What a part says that would say nothing."""

_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: NAMES, bool: st.booleans(), int: st.integers(0, 10_000), Concept: concepts, Coding: codings,
    Quantity: quantities, Range: ranges, Result: results, Size: sizes, Timing: timings, Ratio: ratios,
    Decimal: DECIMALS.map(Decimal),
}  # fmt: skip

_SPECIAL: dict[tuple[str, str], Callable[[Making], st.SearchStrategy[Any]]] = {
    ("", "issued"): lambda making: instants,
    ("", "modality"): lambda making: st.sampled_from(["CT", "NM", "XX"]),
    ("", "modalities"): lambda making: st.lists(st.sampled_from(["CT", "NM", "XX"]), max_size=2, unique=True),
    ("", "uid"): lambda making: st.sampled_from(["1.2.840.1", "2.25.7"]),
    ("", "system"): lambda making: st.sampled_from(["https://hospital.example/ids", "urn:oid:1.2.3"]),
    ("Contact", "system"): lambda making: st.sampled_from(["phone", "email"]),
    ("Dosage", "dose_range"): lambda making: plain_ranges,
    ("Attachment", "data"): lambda making: st.sampled_from(["/9j/4AAQ", "AAEC"]),
    ("Attachment", "media_type"): lambda making: st.sampled_from(["text/plain", "application/pdf"]),
    ("Attachment", "url"): lambda making: st.just("http://x.org/report.pdf"),
    ("Attachment", "hash"): lambda making: st.just("2jmj7l5rSw0yVb/vlWAYkK/YBwk="),
    ("Attachment", "created"): lambda making: st.just("2020-02-03"),
    ("Document", "recorded"): lambda making: instants,
    ("", "jurisdiction"): lambda making: st.just("http://x.org/jurisdiction"),
    ("UDI", "issuer"): lambda making: st.just("http://x.org/issuer"),
    ("", "language"): lambda making: st.sampled_from(["en", "de-AT"]),
    ("", "birth"): lambda making: st.builds(When, dates.filter(lambda d: "T" not in d.text)),
    ("Patient", "age"): lambda making: st.builds(When, spans.filter(lambda s: s.high is None and s.comparator is None)),
    ("", "race"): lambda making: concepts.filter(lambda c: c.text is not None),
    ("", "ethnicity"): lambda making: concepts.filter(lambda c: c.text is not None),
    ("Reaction", "manifestations"): lambda making: st.lists(concepts, min_size=1, max_size=2),
    ("Outcome", "about"): lambda making: st.lists(
        st.sampled_from(sorted(set(making.ids) - {making.current})), min_size=1, max_size=2
    ),
    ("Source", "text"): lambda making: NAMES,
    **{
        ("Variant", name): lambda making: st.sampled_from(["NM_020822.3:c.2280C>G", "x y"])
        for name in ("coding", "genomic", "protein")
    },
    ("Terminology", "system"): lambda making: st.sampled_from(["hpo", "urn:x"]),
    ("Phenopacket", "rest"): lambda making: st.none() | st.just(Verbatim({"packet": {"files": [{"uri": "x"}]}})),
}


def slug(kind: str) -> str:
    """The name of a section as an id has it."""
    return kind.replace("_", "-")


@st.composite
def cases(draw: st.DrawFn, kinds: tuple[str, ...] = KINDS) -> Case:
    """A valid case, with items of some of these kinds."""
    making = Making(draw)
    sections: dict[str, list[str]] = {}
    there = draw(st.sets(st.sampled_from(kinds), max_size=8))
    for kind in KINDS:
        count = draw(st.integers(1, 2)) if kind in there else 0
        sections[kind] = [f"{slug(kind)}-{n}" for n in range(count)]
        making.ids.update(dict.fromkeys(sections[kind], kind))
    making.ids["patient"] = "patient"
    sections["timeline"] = [*sections["timeline"], "index"]
    making.ids["index"] = "timeline"
    made: dict[str, Any] = {kind: {} for kind in KINDS}
    patient = {"birth": None} if draw(st.booleans()) else {"age": None}
    making.kind = "patient"
    made["patient"] = making.part(_model("patient"), **patient)
    making.anchors.append(("patient", ""))
    for kind in KINDS:
        for key in sections[kind]:
            making.current, making.kind = key, kind
            item = making.part(_model(kind))
            if kind == "imaging":
                making.kind = "imaging.findings"
                findings = {f"{key}-f{n}": making.part(_inner()) for n in range(draw(st.integers(0, 2)))}
                item = item.model_copy(update={"findings": findings})
            made[kind][key] = item
            making.anchors += [(key, point) for point in TIMES.get(kind, ())]
    making.kind = "source"
    made["source"] = making.part(_model("source")) if draw(st.booleans()) else None
    if made["source"] and made["source"].text:
        text = made["source"].text
        for item in made["diagnoses"].values():
            start = draw(st.integers(0, len(text) - 1))
            length = draw(st.integers(1, len(text) - start))
            quoted = text[start : start + length]
            if quoted.strip():
                item.quotes = [Quote(text=quoted, at=start)]
    return Case(
        id=draw(st.sampled_from(["a", "case-1"])), title=draw(NAMES), recorded=draw(st.none() | instants),
        language=draw(st.none() | st.just("en")), **made,
    )  # fmt: skip


def _model(kind: str) -> type[Part]:
    annotation = Case.model_fields[kind].annotation
    arguments = [arg for arg in get_args(annotation) if isinstance(arg, type) and issubclass(arg, BaseModel)]
    return arguments[-1]


def _inner() -> type[Part]:
    from fhir_case.case.clinical import ImagingFinding

    return ImagingFinding


__all__ = ["Event", "cases", "quantities", "results"]
