"""An existing case file with changed data: what did not change stays byte for byte."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_case.case.base import Verbatim
from fhir_case.case.editing import edit_yaml, same
from fhir_case.case.reading import read_text
from fhir_case.case.writing import write_yaml

CASE = """\
# yaml-language-server: $schema=case.schema.json
id: a-case   # never changes

# About the patient
patient: {sex: male, age: 19 a}
title: "A case"   # in quotes
diagnoses:
  # the main one
  jdm:
    code: snomed 1212005 | Juvenile dermatomyositis  # checked
    certainty:   confirmed
    quotes:
    - one
    - 'two'   # with a comment
    - >
      three
      folded
    sites: [left, right]

  # the other one
  other:
    code: x

parts:
  - name: a   # first
    size: 1
  - name: b
text: |
  hello
  world

# the end
last: 0.100000000000000000000000000001
"""


def edited(change: Callable[[Any], Any], text: str = CASE) -> str:
    """The text after a change of its data; it must say what was asked for."""
    data = deepcopy(read_text(text, "case.yaml").data)
    change(data)
    made = edit_yaml(text, data)
    assert same(read_text(made, "case.yaml").data, data)
    return made


def replaced(old: str, new: str) -> str:
    assert CASE.count(old) == 1
    return CASE.replace(old, new)


@pytest.mark.parametrize(
    ("change", "old", "new"),
    [
        (lambda c: c.update(title="Another: case"), '"A case"', "'Another: case'"),
        (lambda c: c["diagnoses"]["jdm"].update(certainty="refuted"), "  confirmed", "  refuted"),
        (
            lambda c: c["diagnoses"]["jdm"].update(status="active"),
            "    sites: [left, right]\n",
            "    sites: [left, right]\n    status: active\n",
        ),
        (lambda c: c["diagnoses"]["jdm"].pop("certainty"), "    certainty:   confirmed\n", ""),
        (lambda c: c["diagnoses"]["jdm"]["quotes"].append("four"), "      folded\n", "      folded\n    - four\n"),
        (lambda c: c["diagnoses"]["jdm"]["quotes"].insert(0, "zero"), "    - one\n", "    - zero\n    - one\n"),
        (lambda c: c["diagnoses"]["jdm"]["quotes"].pop(0), "    - one\n", ""),
        (lambda c: c["diagnoses"]["jdm"]["quotes"].__setitem__(1, "2"), "'two'", "2"),
        (lambda c: c["diagnoses"]["jdm"]["sites"].pop(), "[left, right]", "[left]"),
        (lambda c: c["diagnoses"].pop("other"), "  other:\n    code: x\n", ""),
        (
            lambda c: c["diagnoses"].update(new={"code": "y", "notes": ["a b", "c"]}),
            "    code: x\n",
            "    code: x\n  new:\n    code: y\n    notes:\n      - a b\n      - c\n",
        ),
        (
            lambda c: c["diagnoses"]["jdm"].update(code="a\nb"),
            "code: snomed 1212005 | Juvenile dermatomyositis  # checked\n",
            "code: |-  # checked\n      a\n      b\n",
        ),
        (lambda c: c["parts"][0].update(size="2"), "size: 1", "size: 2"),
        (lambda c: c["parts"].pop(0), "  - name: a   # first\n    size: 1\n", ""),
        (lambda c: c["parts"][0].pop("size"), "    size: 1\n", ""),
        (
            lambda c: c["patient"].update(sex="female"),
            "patient: {sex: male, age: 19 a}",
            "patient:\n  sex: female\n  age: 19 a",
        ),
        (lambda c: c.update(text="bye\n"), "text: |\n  hello\n  world\n", "text: |\n  bye\n"),
        (lambda c: c.pop("text"), "text: |\n  hello\n  world\n", ""),
        (lambda c: c.update(more="x"), "000001\n", "000001\nmore: x\n"),
        (lambda c: c.pop("id"), "id: a-case   # never changes\n", ""),
    ],
)
def test_only_the_text_of_what_changed_is_changed(change: Callable[[Any], Any], old: str, new: str) -> None:
    assert edited(change) == replaced(old, new)


def test_nothing_changed_is_the_same_text() -> None:
    assert edit_yaml(CASE, read_text(CASE, "case.yaml").data) == CASE


def test_the_order_of_keys_is_no_change() -> None:
    data = read_text(CASE, "case.yaml").data
    assert edit_yaml(CASE, dict(reversed(data.items()))) == CASE


def test_a_new_key_comes_after_the_one_it_follows_in_the_data() -> None:
    data = read_text(CASE, "case.yaml").data
    made = edit_yaml(CASE, {key: value for old in data for key, value in ((old, data[old]), (old + "-more", "x"))})
    assert "id: a-case   # never changes\nid-more: x\n\n# About" in made
    assert "  world\ntext-more: x\n\n# the end\n" in made


@pytest.mark.parametrize("text", [CASE.removesuffix("\n"), CASE.replace("\n", "\r\n"), "\ufeff" + CASE])
def test_line_ends_and_byte_order_marks_stay(text: str) -> None:
    made = edited(lambda c: c.update(title="B", more=["a b", "c d"]), text)
    line_end = "\r\n" if "\r\n" in text else "\n"
    last = f"more:{line_end}  - a b{line_end}  - c d"
    assert made.startswith(text[: text.index("title")])
    assert made.rstrip("\r\n").endswith(last)
    assert made.endswith("\n") == text.endswith("\n")
    assert made.count("\n") == made.count(line_end)


def test_a_change_is_found_between_the_models_own_words_however_the_file_says_it() -> None:
    text = "title: x  # a title\nnotes: one   # a text, not a list\nstatus: active  # the default\nrange: <5\n"
    old = {"title": "x", "notes": ["one"], "range": "< 5"}
    assert edit_yaml(text, {**old, "title": "y"}, old) == text.replace("title: x", "title: y")
    assert edit_yaml(text, {**old, "notes": ["one", "two"]}, old) == text.replace("notes: one", "notes: [one, two]")
    assert edit_yaml(text, {**old, "status": "inactive"}, old) == text.replace("status: active", "status: inactive")


def test_a_number_that_becomes_a_text_in_a_verbatim_part_gets_quotes() -> None:
    text = "a:\n  list:\n    - 7.20   # here\n    - x\n  b: true\n"
    new = {"a": Verbatim({"list": ["7.20", "x"], "b": True})}
    assert edit_yaml(text, new) == text.replace("7.20", "'7.20'")
    new = {"a": Verbatim({"list": [Decimal("7.2"), "x"], "b": True})}
    assert edit_yaml(text, new) == text.replace("7.20", "7.2")


def test_a_file_that_is_all_in_braces_is_written_anew_with_its_comments_at_the_top() -> None:
    made = edit_yaml("# schema\n# more\na: {b: &x c, d: *x}\n", {"a": {"b": "e", "d": "c"}})
    assert made == "# schema\n# more\na:\n  b: e\n  d: c\n"


words = st.sampled_from(["a", "b c", "", "x\ny\n", "7.20", "no", "# x", "- y", "z: z"])
values = st.recursive(
    words | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcde"), inner, max_size=3),
    max_leaves=8,
)


@given(st.data())
def test_any_change_anywhere_reads_back_as_asked_and_leaves_the_comments_outside_it(data: st.DataObject) -> None:
    new = deepcopy(read_text(CASE, "case.yaml").data)
    for _ in range(data.draw(st.integers(1, 3))):
        holder = new
        while isinstance(holder, dict | list):
            keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
            if not keys:
                break
            key = data.draw(st.sampled_from(keys))
            if not isinstance(holder[key], dict | list) or data.draw(st.booleans()):
                how = data.draw(st.sampled_from(["set", "delete", "add"]))
                if how == "delete" and (holder is not new or len(new) > 1):
                    del holder[key]
                elif how == "set" or not isinstance(holder, list):
                    holder[key if how == "set" else data.draw(st.sampled_from("pqr"))] = data.draw(values)
                else:
                    holder.insert(key, data.draw(values))
                break
            holder = holder[key]
    made = edit_yaml(CASE, new)
    assert same(read_text(made, "case.yaml").data, new)
    assert all(comment in made for comment in ("# yaml-language-server: ", "# About the patient", "# the end"))


@given(
    st.dictionaries(st.sampled_from("abcdef"), values, min_size=1), st.dictionaries(st.sampled_from("abcdef"), values)
)
def test_any_file_can_be_made_any_other(old: dict[str, Any], new: dict[str, Any]) -> None:
    if new:
        assert same(read_text(edit_yaml(write_yaml(old), new), "case.yaml").data, new)
