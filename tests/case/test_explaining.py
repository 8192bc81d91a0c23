"""What a model complains of, said to the author of the file."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from fhir_case import Case, CaseError
from fhir_case.case.explaining import explain
from fhir_case.case.problems import Unreadable
from fhir_case.case.reading import read_text


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


def even(raw: Any) -> Any:
    if not isinstance(raw, str) or not raw.isdigit() or int(raw) % 2:
        raise Unreadable(f"expected an even number, found {raw!r}", "2 would do", "number-odd")
    return int(raw)


def short(raw: Any) -> Any:
    for key in raw:
        if key != "text":
            raise Unreadable(f"a remark has no field {key!r}", "did you mean 'text'?", "case-unknown-key", key=key)
    return raw


def listed(raw: Any) -> Any:
    return [{"text": raw}] if isinstance(raw, str) else [raw] if isinstance(raw, dict) else raw


class Note(Strict):
    text: str = Field(min_length=1)
    postal: str | None = Field(default=None, alias="postalCode")


class Thing(Strict):
    code: str
    status: Literal["active", "inactive"] | None = None
    count: Annotated[int, BeforeValidator(even)] | None = None
    notes: Annotated[list[Note], BeforeValidator(listed)] = []
    either: Note | list[int] | None = None
    flag: bool = False
    remark: Annotated[dict[str, str], BeforeValidator(short)] = {}


class Other(Strict):
    dosage: str


class Whole(Strict):
    title: str
    things: dict[Annotated[str, Field(pattern="^[a-z]+$")], Thing] = {}
    others: dict[str, Other] = {}


def explained(text: str) -> list[tuple[str, str, str, str]]:
    """What is said of a file: code, line and column, path, message and fix."""
    document = read_text(text, "case.yaml")
    with pytest.raises(ValidationError) as caught:
        Whole.model_validate(document.data)
    found = explain(caught.value, document, Whole)
    return [(i.code, f"{i.place.line}:{i.place.column}", i.path, f"{i.message} {i.fix}") for i in found if i.place]


@pytest.mark.parametrize(
    ("text", "code", "place", "path", "says"),
    [
        ("title: x\nthing: {}", "case-unknown-key", "2:1", "thing", "did you mean 'things'?"),
        ("title: x\nthings:\n  a:\n    cod: y", "case-unknown-key", "4:5", "things.a.cod", "did you mean 'code'?"),
        (
            "title: x\nthings:\n  a:\n    code: y\n    others: {}",
            "case-unknown-key",
            "5:5",
            "things.a.others",
            "the case itself",
        ),
        (
            "title: x\nthings:\n  a:\n    code: y\n    dosage: z",
            "case-unknown-key",
            "5:5",
            "things.a.dosage",
            "key of others",
        ),
        (
            "title: x\nothers:\n  a:\n    dosage: y\n    zzz: z",
            "case-unknown-key",
            "5:5",
            "others.a.zzz",
            "known here: dosage",
        ),
        (
            "title: x\nthings:\n  a:\n    code: y\n    notes:\n      text: x\n      postalCod: 1",
            "case-unknown-key",
            "7:7",
            "things.a.notes.postalCod",
            "did you mean 'postalCode'?",
        ),
        ("title: x\nthings:\n  a: {}", "case-missing-key", "3:3", "things.a.code", "add 'code: …'"),
        ("things: {}", "case-missing-key", "1:1", "title", "add 'title: …'"),
        (
            "title: x\nthings:\n  a:\n    code: y\n    status: activ",
            "case-value",
            "5:13",
            "things.a.status",
            "did you mean 'active'?",
        ),
        (
            "title: x\nthings:\n  a: {code: y, status: zz}",
            "case-value",
            "3:24",
            "things.a.status",
            "one of active, inactive",
        ),
        ("title: x\nthings:\n  a:\n    code: y\n    count: 3", "number-odd", "5:12", "things.a.count", "2 would do"),
        (
            "title: x\nthings:\n  a:\n    code: [y]",
            "case-value",
            "4:11",
            "things.a.code",
            "expected text, found a list",
        ),
        ("title: x\nthings:\n  a: y", "case-value", "3:6", "things.a", "expected keys and values, found 'y'"),
        ("title:\n", "case-value", "1:7", "title", "found nothing"),
        ("title: x\nthings:\n  A: {code: y}", "case-value", "3:3", "things.A", "pattern"),
        (
            "title: x\nthings:\n  a: {code: y, flag: perhaps}",
            "case-value",
            "3:22",
            "things.a.flag",
            "true or false, found 'perhaps'",
        ),
        ("title: x\nthings:\n  a: {code: y, notes: ''}", "case-value", "3:23", "things.a.notes", "not empty"),
        (
            "title: x\nthings:\n  a:\n    code: y\n    either:\n      txt: z",
            "case-unknown-key",
            "6:7",
            "things.a.either.txt",
            "text",
        ),
        (
            "title: x\nthings:\n  a: {code: y, either: [1, q]}",
            "case-value",
            "3:28",
            "things.a.either[1]",
            "a whole number",
        ),
    ],
)
def test_what_the_model_complains_of_gets_one_issue(text: str, code: str, place: str, path: str, says: str) -> None:
    (issue,) = explained(text)
    assert issue[:3] == (code, place, path)
    assert says in issue[3]


def test_an_unknown_key_of_a_value_that_reads_itself_is_pointed_to() -> None:
    (issue,) = explained("title: x\nthings:\n  a:\n    code: y\n    remark: {text: b, txt: c}\n")
    assert issue[:3] == ("case-unknown-key", "5:23", "things.a.remark.txt")


def test_all_complaints_are_told_in_the_order_of_the_file() -> None:
    found = explained("titel: x\nthings:\n  a:\n    code: y\n    count: 1\n    status: z\n  b: {}\nothers: 3\n")
    assert [issue[2] for issue in found] == ["titel", "things.a.count", "things.a.status", "things.b.code", "others"]
    assert [issue[1] for issue in found] == ["1:1", "5:12", "6:13", "7:3", "8:9"]


def test_what_must_hold_others_says_how_it_is_written() -> None:
    for text, fix in {
        "findings:\n  - code: Fever": "each item stands under an id of its own: an-id: {code: …}",
        "findings: none": "each item stands under an id of its own: an-id: {code: …}",
        "patient: male": "write {name: …, sex: …, birth: …, age: …, race: …, ethnicity: …, …}",
        "medications: {a: {code: X, dosage: 60 mg}}": "write {text: …, patient_text: …, dose: …, dose_range: …, timing: …",
        "findings: {b: }": "write the value after the colon, or leave the key out",
    }.items():
        with pytest.raises(CaseError) as caught:
            Case.loads(f"id: a\ntitle: A\n{text}\n")
        assert caught.value.issues[-1].fix.startswith(fix)
