"""Hundreds of small inputs, each at the edge of a rule of HL7's validator, judged as it judges them (scripts/oracle/small.py)."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from fhir_case import Validator

TABLES = sorted((Path(__file__).parent / "recorded").glob("small-*.jsonl"))


@lru_cache
def table(path: Path) -> tuple[list[Any], list[Any]]:
    """The definitions of a table, and its inputs."""
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [one["definition"] for one in lines if "definition" in one], [one for one in lines if "text" in one]


@pytest.mark.parametrize("path", TABLES, ids=[path.stem for path in TABLES])
def test_small_inputs_are_judged_as_the_oracle_judges_them(path: Path) -> None:
    definitions, inputs = table(path)
    validator = Validator(definitions=definitions)
    differing = []
    for one in inputs:
        errors = [issue for issue in validator.validate(one["text"]).issues if issue.severity in ("error", "fatal")]
        if one["valid"] is bool(errors):
            differing.append((one["name"], [str(issue) for issue in errors[:2]]))
    assert differing == []


def test_there_are_many_of_them_both_right_and_wrong() -> None:
    inputs = [one for path in TABLES for one in table(path)[1]]
    assert len(inputs) > 500
    assert 0.3 < sum(one["valid"] for one in inputs) / len(inputs) < 0.7
