"""Answers: their types, the options they are taken from, and the limits a question sets.

Verdicts and places are those of HL7's validator (asked with variants of these very resources), but where a test says otherwise.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from asking import EXTENSION, GENDER_CODES, GENDERS, SDC, Node, ask, brief, extra, found, give, response, run_of, said

from fhir_case.json import loads
from fhir_case.validation.settings import ValidationSettings

VALUES: dict[str, Any] = {
    "Boolean": True,
    "Decimal": Decimal("1.5"),
    "Integer": 1,
    "Date": "2020-01-01",
    "DateTime": "2020-01-01T10:00:00Z",
    "Time": "10:00:00",
    "String": "x",
    "Uri": "http://example.com",
    "Attachment": {"contentType": "text/plain"},
    "Coding": {"system": GENDERS, "code": "male"},
    "Quantity": {"value": 1, "system": "http://unitsofmeasure.org", "code": "kg"},
    "Reference": {"reference": "Patient/1"},
}
CHOICE = {"Coding", "Date", "Time", "Integer", "String"}
KINDS: dict[str, set[str]] = {
    "boolean": {"Boolean"}, "decimal": {"Decimal"}, "integer": {"Integer"}, "date": {"Date"}, "dateTime": {"DateTime"},
    "time": {"Time"}, "string": {"String"}, "text": {"String"}, "url": {"Uri"}, "attachment": {"Attachment"},
    "reference": {"Reference"}, "quantity": {"Quantity"}, "choice": CHOICE, "open-choice": CHOICE,
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_has_the_type_of_its_question(kind: str) -> None:
    questions = [ask("a", kind)]
    codes = {name: [code for _, code, _ in said(questions, [give("a", (name, VALUES[name]))])] for name in VALUES}
    wrong = {name for name, held in codes.items() if "answer-type" in held}
    assert wrong == VALUES.keys() - KINDS[kind]


def test_a_wrong_type_says_what_was_expected_and_what_was_found() -> None:
    one = found(response([ask("a", "decimal")], [give("a", ("Integer", 1))]))[0]
    assert (one.message, one.fix, one.definition) == (
        "expected decimal, found integer", "answer with valueDecimal", "http://example.com/Questionnaire/q#a",
    )  # fmt: skip


def coded(code: str | None = None, system: str | None = GENDERS, **more: Any) -> tuple[str, Node]:
    return "Coding", {
        key: value for key, value in {"system": system, "code": code, **more}.items() if value is not None
    }


def choices(*codes: str) -> list[Node]:
    return [{"valueCoding": {"system": GENDERS, "code": one, "display": one.title()}} for one in codes]


MALE_OR_FEMALE = {"answerOption": choices("male", "female")}
IN_SET = {"answerValueSet": GENDER_CODES}
OPTIONS: list[tuple[str, Node, tuple[str, Any], list[tuple[str, str]]]] = [
    ("choice", MALE_OR_FEMALE, coded("male"), []),
    ("choice", MALE_OR_FEMALE, coded("male", display="Man"), []),
    ("choice", MALE_OR_FEMALE, coded("other"), [("error", "answer-option")]),
    ("choice", MALE_OR_FEMALE, coded("male", system=None), [("error", "answer-option")]),
    ("choice", MALE_OR_FEMALE, ("String", "x"), [("error", "answer-option")]),
    ("open-choice", MALE_OR_FEMALE, ("String", "x"), []),
    ("open-choice", MALE_OR_FEMALE, ("String", "MALE"), [("warning", "answer-text")]),
    ("open-choice", MALE_OR_FEMALE, coded("other"), [("error", "answer-option")]),
    ("open-choice", MALE_OR_FEMALE, coded(system=None, display="Other"), [("error", "answer-option")]),
    ("choice", {}, coded("male"), [("information", "options-missing")]),
    ("choice", {"answerOption": [{"valueString": "x"}]}, ("String", "x"), []),
    ("choice", {"answerOption": [{"valueInteger": 500}]}, ("Integer", 500), []),
    ("choice", {"answerOption": [{"valueInteger": 500}]}, ("Integer", 501), [("error", "answer-option")]),
    ("choice", {"answerOption": [{"valueTime": "10:00:00"}]}, ("Time", "10:00:00"), []),
    # HL7's validator finds no option of type date, and allows no references.
    ("choice", {"answerOption": [{"valueDate": "2020-01-01"}]}, ("Date", "2020-01-01"), []),
    ("choice", {"answerOption": [{"valueReference": {"reference": "Patient/1"}}]}, ("Reference", {"reference": "Patient/1"}), []),
    ("integer", {"answerOption": [{"valueInteger": 1}]}, ("Integer", 2), [("error", "answer-option")]),
    ("date", {"answerOption": [{"valueDate": "2020-01-01"}]}, ("Date", "2020-01-02"), [("error", "answer-option")]),
    ("string", {"answerOption": [{"valueString": "x"}]}, ("String", "y"), [("error", "answer-option")]),
    ("decimal", {"answerOption": [{"valueInteger": 1}]}, ("Decimal", Decimal("1.0")), []),
    ("choice", IN_SET, coded("male"), []),
    ("choice", IN_SET, coded("man"), [("error", "answer-option")]),
    ("choice", IN_SET, coded("male", system="http://example.org/cs"), [("error", "answer-option")]),
    ("choice", IN_SET, coded("male", system=None), []),
    ("choice", IN_SET, coded("man", system=None), [("error", "answer-option")]),
    ("choice", IN_SET, coded(system=None, display="Male"), [("error", "answer-option")]),
    # An error in HL7's validator since September 2026 (#2549), and in the definition of the type.
    ("choice", IN_SET, ("String", "male"), [("error", "answer-option")]),
    ("choice", IN_SET, ("Integer", 1), [("error", "answer-option")]),
    ("open-choice", IN_SET, ("Integer", 1), [("error", "answer-option")]),
    ("open-choice", IN_SET, coded(system=None, display="Neither"), []),
    ("open-choice", IN_SET, coded("man"), [("error", "answer-option")]),
    ("open-choice", IN_SET, ("String", "whatever"), []),
    ("string", IN_SET, ("String", "male"), []),
    ("string", IN_SET, ("String", "man"), [("error", "answer-option")]),
    ("choice", {"answerValueSet": "http://example.org/none"}, coded("male"), [("warning", "value-set-unknown")]),
    ("choice", {"answerValueSet": "http://hl7.org/fhir/ValueSet/condition-code"},
     coded("84114007", "http://snomed.info/sct"), [("information", "code-undecided")]),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "question", "answer", "expected"), OPTIONS)
def test_an_answer_is_one_of_those_offered(
    kind: str, question: Node, answer: tuple[str, Any], expected: list[tuple[str, str]]
) -> None:
    findings = said([ask("a", kind, **question)], [give("a", answer)])
    assert [(severity, code) for severity, code, _ in findings] == expected
    assert all(place.startswith("item[0].answer[0].value.ofType(") for _, _, place in findings)


def test_the_options_are_told() -> None:
    one = found(response([ask("a", "choice", **MALE_OR_FEMALE)], [give("a", coded("x"))]))[0]
    assert one.fix == "one of male (Male), female (Female)"


def test_an_exclusive_option_stands_alone() -> None:
    exclusive = {
        **choices("male")[0],
        "extension": [extra(EXTENSION + "questionnaire-optionExclusive", "Boolean", True)],
    }
    question = ask("a", "choice", repeats=True, answerOption=[exclusive, *choices("female", "other")])
    assert said([question], [give("a", coded("male"))]) == []
    assert said([question], [give("a", coded("female"), coded("other"))]) == []
    assert said([question], [give("a", coded("female"), coded("male"))]) == [
        ("error", "answer-exclusive", "item[0].answer[1].value.ofType(Coding)")
    ]


@pytest.mark.parametrize(("code", "codes"), [("male", []), ("female", ["answer-option"])])
def test_a_value_set_may_be_contained_beside_the_questionnaire_or_in_it(code: str, codes: list[str]) -> None:
    compose = {"include": [{"system": GENDERS, "concept": [{"code": "male"}]}]}
    values = {
        "resourceType": "ValueSet",
        "id": "vs",
        "url": "http://example.com/vs",
        "status": "active",
        "compose": compose,
    }
    question = ask("a", "choice", answerValueSet="#vs")
    beside = response([question], [give("a", coded(code))], contained=[values])
    assert [one for _, one, _ in brief(found(beside))] == codes
    inside = response([question], [give("a", coded(code))])
    inside["contained"][0]["contained"] = [values]
    assert [one for _, one, _ in brief(found(inside))] == codes


def kg(value: Any, code: str | None = "kg", system: str = "http://unitsofmeasure.org") -> Node:
    return {"value": value, "unit": code or "kg", **({"code": code, "system": system} if code else {})}


def at_least(kind: str, value: Any) -> list[Node]:
    return [extra(SDC + "minQuantity" if kind == "Quantity" else EXTENSION + "minValue", kind, value)]


def at_most(kind: str, value: Any) -> list[Node]:
    return [extra(SDC + "maxQuantity" if kind == "Quantity" else EXTENSION + "maxValue", kind, value)]


def limit(name: str, kind: str, value: Any) -> Node:
    """A question with one extension of R4."""
    return {"extension": [extra(EXTENSION + name, kind, value)]}


UNIT = [
    extra(
        EXTENSION + "questionnaire-unitOption",
        "Coding",
        {"system": "http://unitsofmeasure.org", "code": "kg", "display": "kilo"},
    )
]
LIMITS: list[tuple[str, Node, tuple[str, Any], list[str]]] = [
    ("integer", {"extension": at_least("Integer", 5)}, ("Integer", 5), []),
    ("integer", {"extension": at_least("Integer", 5)}, ("Integer", 4), ["answer-range"]),
    ("integer", {"extension": at_most("Integer", 5)}, ("Integer", 6), ["answer-range"]),
    ("decimal", {"extension": at_least("Decimal", Decimal("5"))}, ("Decimal", Decimal("4.99")), ["answer-range"]),
    ("decimal", limit("maxDecimalPlaces", "Integer", 2), ("Decimal", Decimal("1.66")), []),
    ("decimal", limit("maxDecimalPlaces", "Integer", 2), ("Decimal", Decimal("1.660")), ["answer-decimals"]),
    ("date", {"extension": at_least("Date", "2020")}, ("Date", "1998"), ["answer-range"]),
    ("date", {"extension": at_most("Date", "2022")}, ("Date", "2023-01-01"), ["answer-range"]),
    # For HL7's validator 2022 ends when it begins.
    ("date", {"extension": at_most("Date", "2022")}, ("Date", "2022-05-01"), []),
    ("dateTime", {"extension": at_least("DateTime", "2022-01-01T00:00:00Z")}, ("DateTime", "2022-01-01T00:00:00+02:00"),
     ["answer-range"]),
    ("time", {"extension": at_most("Time", "12:00:00")}, ("Time", "12:00:01"), ["answer-range"]),
    ("string", {"maxLength": 2}, ("String", "abc"), ["answer-length"]),
    ("string", limit("minLength", "Integer", 4), ("String", "abc"), ["answer-length"]),
    # HL7's validator looks at questions of type string only; Questionnaire.item.maxLength is for text and url as well (que-10).
    ("text", {"maxLength": 2}, ("String", "abc"), ["answer-length"]),
    ("url", {"maxLength": 2}, ("Uri", "http://example.com"), ["answer-length"]),
    ("string", {}, ("String", "a\nb"), ["answer-lines"]),
    ("text", {}, ("String", "a\nb"), []),
    ("string", limit("regex", "String", "[0-9]{3}"), ("String", "123"), []),
    ("string", limit("regex", "String", "[0-9]{3}"), ("String", "1234"), ["answer-pattern"]),
    ("string", limit("regex", "String", "a|b"), ("String", "ax"), ["answer-pattern"]),
    ("string", limit("regex", "String", "("), ("String", "ax"), ["broken"]),
    ("quantity", {"extension": at_least("Quantity", kg(5))}, ("Quantity", kg(5)), []),
    # HL7's validator has this one the wrong way round (6.7.9).
    ("quantity", {"extension": at_least("Quantity", kg(5))}, ("Quantity", kg(4)), ["answer-range"]),
    ("quantity", {"extension": at_most("Quantity", kg(5))}, ("Quantity", kg(6)), ["answer-range"]),
    ("quantity", {"extension": at_most("Quantity", kg(5))}, ("Quantity", kg(6000, "g")), ["answer-range"]),
    ("quantity", {"extension": at_most("Quantity", kg(5))}, ("Quantity", kg(4000, "g")), []),
    ("quantity", {"extension": at_most("Quantity", kg(5))}, ("Quantity", kg(1, "m")), ["answer-unit"]),
    ("quantity", {"extension": at_most("Quantity", kg(5))}, ("Quantity", kg(1, None)), ["answer-unit"]),
    ("quantity", {"extension": UNIT}, ("Quantity", kg(1)), []),
    ("quantity", {"extension": UNIT}, ("Quantity", kg(1, "g")), ["answer-unit"]),
    ("quantity", limit("questionnaire-unitValueSet", "Canonical", "http://hl7.org/fhir/ValueSet/units-of-time"),
     ("Quantity", kg(1, "km")), ["answer-unit"]),
    ("quantity", limit("questionnaire-unitValueSet", "Canonical", "http://example.org/none"),
     ("Quantity", kg(1, "km")), ["value-set-unknown"]),
    ("attachment", limit("mimeType", "Code", "image/png"), ("Attachment", {"contentType": "image/png"}), []),
    ("attachment", limit("mimeType", "Code", "image/*"), ("Attachment", {"contentType": "image/png"}), []),
    ("attachment", limit("mimeType", "Code", "image/png"), ("Attachment", {"contentType": "text/plain"}),
     ["answer-attachment"]),
    ("attachment", limit("mimeType", "Code", "image/png"), ("Attachment", {"url": "http://example.com"}),
     ["answer-attachment"]),
    ("attachment", limit("maxSize", "Decimal", 3), ("Attachment", {"data": "QUJD"}), []),
    ("attachment", limit("maxSize", "Decimal", 3), ("Attachment", {"data": "QUJDRA=="}), ["answer-attachment"]),
    ("attachment", limit("maxSize", "Decimal", 3), ("Attachment", {"size": 4}), ["answer-attachment"]),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "question", "answer", "codes"), LIMITS)
def test_an_answer_keeps_the_limits_of_its_question(
    kind: str, question: Node, answer: tuple[str, Any], codes: list[str]
) -> None:
    assert [code for _, code, _ in said([ask("a", kind, **question)], [give("a", answer)])] == codes


def test_decimal_places_are_counted_as_they_were_written() -> None:
    question = ask("a", "decimal", extension=[extra(EXTENSION + "maxDecimalPlaces", "Integer", 1)])
    items = loads(b'[{"linkId": "a", "answer": [{"valueDecimal": 1.50}]}]')
    assert [code for _, code, _ in said([question], items)] == ["answer-decimals"]


PATIENTS = [extra(EXTENSION + "questionnaire-referenceResource", "Code", "Patient")]


@pytest.mark.parametrize(
    ("reference", "assume", "codes"),
    [
        ("Patient/1", False, []),
        # HL7's validator looks at references only if urls may be trusted.
        ("Organization/1", False, ["answer-target"]),
        ("http://example.com/fhir/Organization/1", False, []),
        ("http://example.com/fhir/Organization/1", True, ["answer-target"]),
        ("http://example.com/fhir/Patient/1", True, []),
        ("#q", False, ["answer-target"]),
        ("urn:uuid:c757873d-ec9a-4326-a141-556f43239520", True, []),
    ],
)
def test_a_reference_leads_to_a_type_that_is_allowed(reference: str, assume: bool, codes: list[str]) -> None:
    resource = response(
        [ask("a", "reference", extension=PATIENTS)], [give("a", ("Reference", {"reference": reference}))]
    )
    run = run_of(resource, ValidationSettings(assume_valid_rest_references=assume))
    assert [code for _, code, _ in brief(found(resource, run))] == codes


def test_a_hostile_regex_does_not_hang() -> None:
    question = ask("a", "string", extension=[extra(EXTENSION + "regex", "String", "(a+)+")])
    assert [code for _, code, _ in said([question], [give("a", ("String", "a" * 20_000 + "!"))])] == ["answer-pattern"]


MALFORMED: list[Any] = [None, True, 1, "x", [], {}, [None], [[]], {"reference": 1}, {"code": {}, "system": []}]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", MALFORMED)
def test_a_malformed_answer_is_survived(kind: str, value: Any) -> None:
    limits = [*at_least("Integer", value), *at_most("Date", value), *at_least("Quantity", value), *PATIENTS, *UNIT]
    limits += [
        extra(EXTENSION + name, "Integer", value)
        for name in ("maxSize", "minLength", "maxDecimalPlaces", "regex", "mimeType")
    ]
    limits += [extra(EXTENSION + "questionnaire-unitValueSet", "Canonical", value)]
    for options in (
        {},
        {"answerOption": [{"valueCoding": value}, {"valueInteger": value}, value]},
        {"answerValueSet": value},
        IN_SET,
    ):
        question = ask("a", kind, extension=limits, maxLength=value, **options)
        for name in VALUES:
            said([question], [give("a", (name, value), (name, VALUES[name]))])
