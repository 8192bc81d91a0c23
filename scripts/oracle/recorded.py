"""The part of the agreement that CI checks: files whose verdicts by the oracle are recorded, and what is known to differ.

`tests/validation/recorded/SET.jsonl` has a line for each file: its id, the sha256 of its text (so that a verdict is never
held against another text), whether the oracle finds it valid, and the places of its errors. `record.py` writes it.
Mutants are made anew each time, by `mutate.py` and a fixed seed. `differences.yaml` lists where we differ, with the reason.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import samples
import yaml
from compare import scorer
from mutate import Mutator, definitions_of
from verdicts import ROOT

RECORDED = ROOT / "tests/validation/recorded"
DIFFERENCES = Path(__file__).with_name("differences.yaml")
SMALL = 30_000
"""Characters of the largest resource of which mutants are made."""


class Input(NamedTuple):
    """A resource whose verdict is recorded."""

    id: str
    text: str

    @property
    def digest(self) -> str:
        """What tells it from every other text."""
        return hashlib.sha256(self.text.encode()).hexdigest()


class Record(NamedTuple):
    """What the oracle said of it."""

    id: str
    sha256: str
    valid: bool
    at: list[str]


@dataclass(frozen=True, slots=True)
class Set:
    """Files of one kind, and the packages they are validated with."""

    name: str
    inputs: Callable[[], Iterator[Input]]
    packages: tuple[str, ...] = ()

    @property
    def file(self) -> Path:
        """Where the verdicts are."""
        return RECORDED / f"{self.name}.jsonl"

    def records(self) -> list[Record]:
        """The verdicts."""
        return [Record(**json.loads(line)) for line in self.file.read_text("utf-8").splitlines()]


def _read(files: list[Path]) -> Iterator[Input]:
    for file in files:
        yield Input(file.stem, file.read_text("utf-8"))


def _examples() -> Iterator[Input]:
    return _read(samples.of_each_type(samples.examples(), 300))


def _us_core() -> Iterator[Input]:
    return _read(samples.of_each_type(samples.examples_of(samples.US_CORE), 60))


def _mutants() -> Iterator[Input]:
    return _changed(SETS["examples"], 350)


def _us_core_mutants() -> Iterator[Input]:
    return _changed(SETS["us-core"], 150)


def _changed(of: Set, many: int) -> Iterator[Input]:
    """That many mutants of what the oracle found valid in a set."""
    mutator = Mutator(definitions_of(list(of.packages)), "recorded", [])
    valid = {one.id for one in of.records() if one.valid}
    sources = [one for one in of.inputs() if one.id in valid and len(one.text) < SMALL]
    each = -(-many // len(sources))
    for source in sources:
        for mutant in mutator.mutants(source.text, min(each, many)):
            yield Input(f"{source.id}~{mutant.kind.name}", mutant.text)
            many -= 1


SETS = {
    one.name: one
    for one in (
        Set("examples", _examples),
        Set("mutants", _mutants),
        Set("us-core", _us_core, (samples.US_CORE,)),
        Set("us-core-mutants", _us_core_mutants, (samples.US_CORE,)),
    )
}


def differ(ours: list[str] | None, valid: bool, theirs: list[str]) -> str:
    """How we differ from a verdict: `rejected` or `accepted` by us alone, `elsewhere` (no place in common), `crashed`, or "".

    `ours`: the places of our errors; none where we raised an exception.
    """
    if ours is None:
        return "crashed"
    if valid:
        return "rejected" if ours else ""
    if not ours:
        return "accepted"
    places = _places()
    said, wanted = {places.norm(at) for at in ours if at}, {places.norm(at) for at in theirs if at}
    met = any(places.near(places.loose(one), places.loose(other)) for one in said for other in wanted)
    return "" if met or not said or not wanted else "elsewhere"


@cache
def _places() -> ModuleType:
    return scorer()


def listed() -> dict[tuple[str, str], str]:
    """How we are known to differ, by set and id. Raises `ValueError` for an entry without a reason."""
    found: dict[tuple[str, str], str] = {}
    for entry in differences():
        if not entry.get("why"):
            raise ValueError(f"a difference needs its reason: {entry}")
        for way in WAYS:
            for name in entry.get(way, ()):
                set, _, id = name.partition("/")
                found[set, id] = way
    return found


WAYS = ("rejected", "accepted", "elsewhere", "crashed")


def differences() -> list[dict[str, Any]]:
    """The entries of the list, as they stand."""
    return yaml.safe_load(DIFFERENCES.read_text("utf-8")) or []
