"""The catalogue and the code agree: what is raised is described, and what is described is raised."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from fhir_case.catalogue import (
    CATALOGUE,
    FAMILIES,
    Code,
    nearest,
    profiles,
    questionnaire,
    references,
    structure,
    terminology,
    values,
)
from fhir_case.cli.explain import explain

ROOT = Path(__file__).parents[2]
CODE = re.compile(r"[a-z]+(-[a-z]+)+")
SAYS = {"Issue", "Found", "Problem", "Fault", "say", "note", "_fault", "_end"}
"""The functions whose arguments are codes."""


def sources() -> list[Path]:
    """The modules of the package; the mappings at their own place."""
    found = [*(ROOT / "fhir_case").rglob("*.py"), *(ROOT / "mappings").rglob("*.py")]
    left_out = (ROOT / "fhir_case/catalogue", ROOT / "fhir_case/mappings")
    return [file for file in found if not any(file.is_relative_to(one) for one in left_out)]


def texts(file: Path) -> Iterator[tuple[str, bool]]:
    """The texts of a module that may be codes, and whether they stand where only a code does."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in SAYS and node.args:
                for one in ast.walk(node.args[0]) if isinstance(node.args[0], ast.IfExp | ast.Constant) else ():
                    if isinstance(one, ast.Constant) and isinstance(one.value, str) and CODE.fullmatch(one.value):
                        yield one.value, True
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value, False


def test_every_code_that_is_raised_is_in_the_catalogue() -> None:
    missing = {(text, file.name) for file in sources() for text, sure in texts(file) if sure and text not in CATALOGUE}
    assert missing == set()


def test_every_code_of_the_catalogue_is_raised() -> None:
    written = {text for file in sources() for text, _ in texts(file)}
    assert set(CATALOGUE) - written == set()


def test_what_is_undecided_is_of_its_own_class_and_never_fails_a_run() -> None:
    assert {code.kind for code in CATALOGUE.values() if code.name.endswith("-undecided")} == {"undecided"}
    for name in ("code", "slice", "invariant", "questionnaire-answer", "questionnaire-enabling"):
        assert f"{name}-undecided" in CATALOGUE


def test_a_definition_that_is_wrong_is_no_fault_of_the_data() -> None:
    for name in ("profile-broken", "invariant-broken"):
        assert CATALOGUE[name].kind == "definition", name


def test_what_validation_says_leads_into_the_specification() -> None:
    families = (structure, values, profiles, terminology, references, questionnaire)
    assert [code.name for family in families for code in family.CODES if not code.link and code.kind == "data"] == []


@pytest.mark.parametrize("code", CATALOGUE.values(), ids=lambda code: code.name)
def test_explain_prints_it_whole(code: Code, capsys: pytest.CaptureFixture[str]) -> None:
    explain(code.name)
    shown = capsys.readouterr().out
    assert shown.startswith(f"{code.name}: {code.title} (")
    assert all(part in shown for part in (code.explanation, code.fix, code.link))
    assert max(map(len, shown.splitlines())) < 400


def test_no_code_stands_twice() -> None:
    assert len(CATALOGUE) == sum(len(family.CODES) for family in FAMILIES)


@pytest.mark.parametrize("code", CATALOGUE.values(), ids=lambda code: code.name)
def test_each_code_is_explained(code: Code) -> None:
    assert CODE.fullmatch(code.name) or code.name in ("carried", "invariant", "model")
    assert code.title[0].isupper()
    assert not code.title.endswith(".")
    assert code.explanation.endswith(".")
    assert bool(code.wrong) == bool(code.right)
    assert code.wrong != code.right or not code.wrong
    assert not code.link or code.link.startswith(("http://", "https://"))


def test_a_misspelt_code_has_a_nearest_one() -> None:
    assert nearest("code-dispaly") == "code-display"
    assert nearest("xyz") == ""
