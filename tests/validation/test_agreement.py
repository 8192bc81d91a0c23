"""Where we differ from HL7's validator is what is listed, each with its reason: nothing more, and nothing that is no longer so.

300 examples and 500 mutants against recorded verdicts, and HL7's published cases: `scripts/oracle/record.py` says how.
"""

from __future__ import annotations

import shutil
import sys
from functools import cache
from pathlib import Path

import pytest
from examples import package
from servers import ROOT, unavailable

sys.path.insert(0, str(ROOT / "scripts/oracle"))

from agreement import CASES, Outcome, cases, outcomes
from named import CACHE
from recorded import SETS, Record, differ, differences, listed
from run_cases import ALWAYS

LEAST = {"cases": 0.96, "cases-from-xml": 0.97, "examples": 0.98, "mutants": 0.97, "us-core-mutants": 0.97}
"""The share of verdicts that must be the same, whatever is listed. Of the examples, rare types are more among these than
among all, of which 99 % must be the same (`just full`)."""


@pytest.fixture(scope="module")
def sources(shared: Path) -> None:
    """What the inputs are made from is here."""
    package()
    for name in ALWAYS:
        if not (CACHE / f"{name.removeprefix('npm:')}.tgz").exists() and not shutil.which("npm"):
            unavailable("node", f"npm, which fetches {name}, is not on the PATH")


@cache
def found(name: str) -> list[Outcome]:
    return cases(name) if name in CASES else outcomes(SETS[name])


@pytest.mark.usefixtures("sources")
@pytest.mark.parametrize("name", [*CASES, *SETS])
def test_we_differ_only_where_it_is_listed_and_everywhere_where_it_is(name: str) -> None:
    differing = {one.id: f"{one.way} ({one.said})" for one in found(name) if one.way}
    known = {id: way for (set, id), way in listed().items() if set == name}
    assert {id: told for id, told in differing.items() if known.get(id) != told.split(" ")[0]} == {}, "not listed"
    assert {id: way for id, way in known.items() if id not in differing} == {}, "listed, and no longer so"


@pytest.mark.usefixtures("sources")
@pytest.mark.parametrize("name", LEAST)
def test_the_share_of_equal_verdicts_is_what_it_must_be(name: str) -> None:
    equal = [one.way in ("", "elsewhere") for one in found(name)]
    assert sum(equal) / len(equal) >= LEAST[name]


def test_there_are_as_many_recorded_verdicts_as_there_should_be_and_both_sorts() -> None:
    records: dict[str, list[Record]] = {name: one.records() for name, one in SETS.items()}
    assert len(records["examples"]) >= 290
    mutants = records["mutants"] + records["us-core-mutants"]
    assert len(mutants) >= 490
    assert len({one.id.partition("-")[0] for one in mutants}) >= 40
    assert 0.3 <= sum(one.valid for one in mutants) / len(mutants) <= 0.7


def test_every_difference_has_its_reason_and_is_listed_once() -> None:
    entries = differences()
    assert [entry for entry in entries if len(entry["why"]) < 20 or entry["why"].startswith("?")] == []
    names = [name for entry in entries for way, names in entry.items() if way != "why" for name in names]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("ours", "valid", "theirs", "way"),
    [
        ([], True, [], ""),
        (["Patient.name[0]"], True, [], "rejected"),
        ([], False, ["Patient.name[0]"], "accepted"),
        (None, True, [], "crashed"),
        (["Patient.name[0].given[1]"], False, ["Patient.name[0]"], ""),
        (["Patient.gender"], False, ["Patient.name[0].given[0]", "Patient.birthDate"], "elsewhere"),
        (["Patient.gender"], False, [""], ""),
    ],
)
@pytest.mark.usefixtures("shared")  # the scorer stands there
def test_how_two_verdicts_differ(ours: list[str] | None, valid: bool, theirs: list[str], way: str) -> None:
    assert differ(ours, valid, theirs) == way
