"""Cases from NDJSON, one for each patient: read line by line, so that memory holds an index and one patient at a time."""

from __future__ import annotations

from collections.abc import Container, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from fhir_case import json
from fhir_case.api.case import Case, Reading
from fhir_case.api.depth import walked
from fhir_case.delivery.gather import Index, Spot, gathered
from fhir_case.delivery.home import home
from fhir_case.issues import Issue, Place, Report, Severity
from fhir_case.json import Json

LONGEST = 64 * 1024 * 1024
"""Bytes of a line that are read; a longer one is no resource."""


@dataclass(frozen=True, slots=True)
class Imported:
    """A patient's case, and what was only carried, or is in no file."""

    patient: str
    """`Patient/123`."""
    reading: Reading


class Import:
    """The resources of NDJSON files by patient, for as long as the `with` block lasts; `issues` has what is wrong with
    lines. `base`: the address of the server that they are from, to which their references are relative."""

    def __init__(self, paths: list[Path], base: str) -> None:
        self._paths, self._stack = paths, ExitStack()
        self.index = Index(base)
        self.issues: list[Issue] = []

    def __enter__(self) -> Import:
        with ExitStack() as stack:
            self._files = [stack.enter_context(path.open("rb")) for path in self._paths]
            for number, file in enumerate(self._files):
                for line, resource, spot in self._lines(number, file):
                    if not self.index.add(resource, spot):
                        where = f"{resource['resourceType']}/{resource['id']}"
                        self._say("bulk-twice", f"{where} stands in an earlier line too", number, line)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def cases(self, done: Container[str] = ()) -> Iterator[Imported]:
        """The case of each patient, in the order of the files, but for those that are `done`."""
        for patient in self.index.patients():
            if patient in done:
                continue
            with walked():
                found = gathered(self.index, patient, self._load)
                came = home(found.entries, self.index.base)
            reading = Case.read({**came.bundle, "id": patient.replace("/", "-").lower()})  # names the case
            reading.case.bundle = None
            reading.case._origin = came.origin
            yield Imported(patient, Reading(reading.case, Report((*found.issues, *came.issues)) + reading.report))

    def _lines(self, number: int, file: BinaryIO) -> Iterator[tuple[int, dict[str, Json], Spot]]:
        start = line = 0
        while text := file.readline(LONGEST + 1):
            line, spot = line + 1, Spot(number, start, len(text))
            start += len(text)
            if not text.strip():
                continue
            made = self._resource(text, number, line)
            if made is not None:
                yield line, made, spot

    def _resource(self, text: bytes, number: int, line: int) -> dict[str, Json] | None:
        if len(text) > LONGEST:
            self._say("bulk-line", f"this is longer than {LONGEST:,} bytes", number, line)
            return None
        try:
            made = json.loads(text)
        except json.JSONError:
            self._say("bulk-line", "expected one resource in JSON, found no JSON", number, line)
            return None
        if not isinstance(made, dict) or not all(isinstance(made.get(one), str) for one in ("resourceType", "id")):
            self._say("bulk-line", "expected a resource with its type and its id, found something else", number, line)
            return None
        return made

    def _say(self, code: str, message: str, number: int, line: int) -> None:
        severity: Severity = "error" if code == "bulk-line" else "warning"
        self.issues.append(Issue(code, message, severity, place=Place(str(self._paths[number]), line, 1)))

    def _load(self, spot: Spot) -> dict[str, Json]:
        file = self._files[spot.file]
        file.seek(spot.start)
        made: dict[str, Json] = json.loads(file.read(spot.size))
        return made
