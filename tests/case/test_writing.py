"""Case files: plain data written as a person would, and read back the same."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from fhir_case.case.base import Verbatim
from fhir_case.case.reading import read_data
from fhir_case.case.scalars import Plain, verbatim
from fhir_case.case.verbatim_parts import with_verbatim
from fhir_case.case.writing import write_yaml
from fhir_case.issues import CaseError
from fhir_case.json import canonical, number


def as_text(data: Any) -> Any:
    """Data as a model reads it: every scalar but None is text; verbatim parts are JSON."""
    if isinstance(data, Verbatim) or data is None:
        return data
    if isinstance(data, dict):
        return {key: as_text(value) for key, value in data.items()}
    if isinstance(data, list):
        return [as_text(value) for value in data]
    return ("true" if data else "false") if isinstance(data, bool) else str(data)


def as_read(read: Any, like: Any) -> Any:
    """What was read, with the parts that were verbatim typed as JSON."""
    if isinstance(like, Verbatim):
        return verbatim(read)
    if isinstance(like, dict):
        return {key: as_read(value, like[key]) for key, value in read.items()}
    if isinstance(like, list):
        return [as_read(value, one) for value, one in zip(read, like, strict=True)]
    return None if read is None else str(read)


awkward = st.sampled_from(
    [
        "no",
        "1e3",
        "null",
        "~",
        "",
        " leading",
        "trailing ",
        "# x",
        "a #b",
        "a# b",
        "a: b",
        "a:",
        ":",
        "- x",
        "-",
        "---",
        "...",
        "? x",
        "?",
        "[a]",
        "{a}",
        "a, b",
        "*x",
        "&x",
        "!x",
        "|",
        ">",
        "%",
        "@",
        "`",
        "'",
        "''",
        '"',
        "it's",
        "<<",
        "=",
        "7.20",
        "-0",
        "true",
        "0123",
        "2008-03-14",
        "1:30",
        "x\n",
        "x\n\n",
        "\n",
        "\nx",
        " x\ny",
        "x\n y\n",
        "x \ny",
        "x\n\n\ny",
        "a\tb",
        "\t",
        "\r\n",
        "\x07",
        "\x7f",
        "\x85",
        "\u2028",
        "\ufeff",
        "\u00a0",
        "é",
        "日本",
        "😀",
        "a\\b",
        "---\nx",
        "x\n---\n",
        "# x\n# y",
        "NULL",
        ".5",
        "+1",
        "[",
        "key: |",
        "-1",
        "1_000",
        "\n\n x",
        "x\n\t\n",
        "a'b\x07c",
    ]
)
texts = awkward | st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.text("a :#-\n'\"", max_size=10)
numbers = (
    st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["7.20", "1e2", "0.0000001", "-0", "1E+2", "-0.00"]).map(number)
)
scalars = st.none() | st.booleans() | numbers | texts


def containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4)


json = st.recursive(scalars, containers, max_leaves=8)
verbatims = st.dictionaries(texts, json, max_size=4).map(Verbatim)
plains = st.recursive(scalars | verbatims, containers, max_leaves=15)
documents = st.dictionaries(texts, plains, min_size=1, max_size=5)


@given(documents)
def test_what_is_written_reads_back_the_same(data: dict[str, Any]) -> None:
    read = read_data(write_yaml(data), "case.yaml").data
    assert canonical(as_read(read, data)) == canonical(as_text(data))
    assert list(read) == list(data)


@given(st.lists(awkward, min_size=1, max_size=3), awkward)
def test_awkward_texts_read_back_the_same_wherever_they_stand(values: list[str], key: str) -> None:
    data = {key: values, "deep": [[{key: values}, values]], "fhir": Verbatim({key: [values, {key: values[0]}]})}
    read = read_data(write_yaml(data), "case.yaml").data
    assert canonical(as_read(read, data)) == canonical(data)


@given(verbatims, awkward, st.lists(awkward, max_size=3))
def test_what_is_kept_of_fhir_beside_an_item_stands_in_one_line(held: Verbatim, key: str, values: list[str]) -> None:
    data = {"item": {"remainder": Verbatim({**held, "x": {key: [*values, {key: values}]}})}}
    text = write_yaml(data)
    assert len(text.splitlines()) == 2
    read = read_data(text, "case.yaml").data
    assert canonical(as_read(read, data)) == canonical(data)


def test_a_case_is_written_as_a_person_would_write_it() -> None:
    data = {
        "id": "a-case",
        "title": "Calcinosis: a case",
        "born": "2008-03-14",
        "smoker": "no",
        "labs": {
            "crp": {"value": "7.20 mg/L", "range": "< 5", "notes": ["first", "second thing"], "codes": ["a", "b"]}
        },
        "text": "One line.\nAnother line.\n",
        "parts": [{"name": "x", "size": "4 x 3 cm"}, {"name": "y"}],
        "fhir": Verbatim({"value": Decimal("7.20"), "text": "7.20", "ok": True, "code": "no", "list": [1, "1", None]}),
        "none": None,
        "empty": {},
        "nothing": [],
    }
    assert write_yaml(data, header="yaml-language-server: $schema=case.schema.json") == (
        "# yaml-language-server: $schema=case.schema.json\n"
        "id: a-case\n"
        "title: 'Calcinosis: a case'\n"
        "born: 2008-03-14\n"
        "smoker: no\n"
        "labs:\n"
        "  crp:\n"
        "    value: 7.20 mg/L\n"
        "    range: < 5\n"
        "    notes:\n"
        "      - first\n"
        "      - second thing\n"
        "    codes: [a, b]\n"
        "text: |\n"
        "  One line.\n"
        "  Another line.\n"
        "parts:\n"
        "  - name: x\n"
        "    size: 4 x 3 cm\n"
        "  - name: y\n"
        "fhir:\n"
        "  value: 7.20\n"
        "  text: '7.20'\n"
        "  ok: true\n"
        "  code: no\n"
        "  list: [1, '1', null]\n"
        "none: null\n"
        "empty: {}\n"
        "nothing: []\n"
    )


def test_a_plain_scalar_of_the_reader_can_be_written() -> None:
    assert write_yaml({"a": Plain("7.20")}) == "a: 7.20\n"


def test_no_line_is_folded_however_long() -> None:
    text = "word " * 200 + "end"
    assert write_yaml({"a": text}) == f"a: {text}\n"


def test_a_key_that_is_too_long_for_its_line_still_reads_back() -> None:
    data = {"k" * 3000: {"a": ["b", {"l" * 3000: "m"}]}}
    assert read_data(write_yaml(data), "case.yaml").data == data


def test_text_that_no_file_can_hold_is_refused() -> None:
    with pytest.raises(CaseError, match=r"U\+D800"):
        write_yaml({"a": "x\ud800"})


def test_what_is_no_plain_data_is_a_mistake_of_the_programmer() -> None:
    with pytest.raises(TypeError, match="set"):
        write_yaml({"a": {1}})
    with pytest.raises(TypeError, match="float"):
        write_yaml({"a": float("nan")})


def test_a_number_of_python_is_written_with_the_digits_that_json_gives_it() -> None:
    assert write_yaml({"a": 1.5, "b": 1e22}) == "a: 1.5\nb: 1e22\n"


class Part(BaseModel):
    remainder: Annotated[dict[str, Any], Field()] | None = None
    text: str = ""


class Whole(Part):
    parts: dict[str, Part] = {}
    several: list[Part] = []
    resources: dict[str, Annotated[dict[str, Any], Field()]] = {}


def test_the_model_tells_which_parts_are_fhir_json() -> None:
    json = {"value": "7.20", "size": Decimal("7.20")}
    part = {"text": "7.20", "remainder": json}
    plain = {**part, "parts": {"a": part}, "several": [part], "resources": {"b": json}}
    written = write_yaml(with_verbatim(plain, Whole))
    assert written.count("value: '7.20'") == 4
    assert written.count("text: 7.20") == 3
    read = read_data(written, "case.yaml").data
    assert canonical(verbatim(read["resources"]["b"])) == canonical(json)
    assert with_verbatim(plain, Whole) == plain
