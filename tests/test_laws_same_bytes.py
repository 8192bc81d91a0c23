"""Law 4 of design.md, section 2: the same case gives the same bytes, whoever made it, and in whatever order."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from servers import ROOT

from fhir_case import Case, dumps
from fhir_case.case.model import KINDS
from tests.generated import cases

TYPES = ("transaction", "collection", "document")
PATHS = sorted((ROOT / "fixtures/cases").glob("*/case.yaml"))


def bytes_of(case: Case) -> list[str]:
    """All that a case can be turned into, as text: the order of keys counts too."""
    return [*(dumps(case.to_bundle(type)) for type in TYPES), case.to_yaml(), case.to_json()]


@st.composite
def shuffled(draw: st.DrawFn, case: Case) -> Case:
    """The case with the items of each section in another order."""
    sections = {
        kind: {key: getattr(case, kind)[key] for key in draw(st.permutations(list(getattr(case, kind))))}
        for kind in KINDS
    }
    return case.model_copy(update=sections)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_items_may_stand_in_any_order(data: st.DataObject) -> None:
    case = data.draw(cases())
    other = data.draw(shuffled(case))
    assert other.dumps() == case.dumps()
    for type in TYPES:
        assert dumps(other.to_bundle(type)) == dumps(case.to_bundle(type))


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases())
def test_a_copy_gives_the_same_and_so_does_the_case_itself_the_second_time(case: Case) -> None:
    expected = bytes_of(case)
    assert bytes_of(case) == expected
    for other in (copy.deepcopy(case), case.model_copy(deep=True), pickle.loads(pickle.dumps(case))):
        assert bytes_of(other) == expected
        assert other == case


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.parent.name)
def test_a_case_that_came_from_a_bundle_gives_that_bundle_again(path) -> None:
    case = Case.load(path)
    for type in TYPES:
        bundle = case.to_bundle(type)
        assert dumps(Case.from_bundle(bundle).to_bundle(type)) == dumps(bundle)


PROGRAM = """
import hashlib, sys
from fhir_case import Case, dumps
for path in sys.argv[1:]:
    case = Case.load(path)
    for type in ("transaction", "collection", "document"):
        text = dumps(case.to_bundle(type)) + case.to_yaml() + case.to_json()
        print(hashlib.sha256(text.encode()).hexdigest())
"""


def test_another_process_on_another_day_gives_the_same() -> None:
    """Another seed for the hashes of texts, another time zone, another locale, another folder."""
    surroundings = [
        {"PYTHONHASHSEED": "1", "TZ": "Asia/Kathmandu", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "4242", "TZ": "America/St_Johns", "LC_ALL": "C.UTF-8"},
    ]
    told = [
        subprocess.run(
            [sys.executable, "-c", PROGRAM, *map(str, PATHS)],
            env={**os.environ, **each, "PYTHONPATH": str(ROOT)}, cwd=folder, capture_output=True, text=True, check=True,
        ).stdout
        for each, folder in zip(surroundings, (ROOT, "/"), strict=True)
    ]  # fmt: skip
    assert told[0] == told[1]
    assert len(told[0].split()) == len(PATHS) * len(TYPES)
