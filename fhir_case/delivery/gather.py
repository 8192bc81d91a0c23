"""From the resources of many patients, which stand in files, to all that belongs to one: what `pull` does on a server.

The files are read once, for an index that remembers where each resource stands, and of its content nothing else than who
it belongs to. So memory grows with the number of the resources, not with their size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from fhir_case.delivery.places import local, place
from fhir_case.delivery.pull import Here, Pulled, referred
from fhir_case.json import Json


class Spot(NamedTuple):
    """Where a resource stands: which file, from which byte, and how many."""

    file: int
    start: int
    size: int


Load = Callable[[Spot], dict[str, Json]]

_POINTING = {"Provenance": ("target",), "PractitionerRole": ("practitioner",)}
"""What is found only from the other end, by these elements."""

_OWNERS = ("subject", "patient", "beneficiary", "individual", "for", "candidate")
"""Elements that say whose a resource is (https://hl7.org/fhir/R4/compartmentdefinition-patient.html)."""


class Index:
    """Where everything stands, and who it belongs to."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.spots: dict[str, Spot] = {}
        self._of: dict[str, list[str]] = {}
        self._pointing: dict[str, list[str]] = {}

    def add(self, resource: dict[str, Json], spot: Spot) -> bool:
        """Note a resource; False where one of that type and id was there before, which stays."""
        where = place(resource)
        if where is None or where in self.spots:
            return False
        self.spots[where] = spot
        if elements := _POINTING.get(resource["resourceType"]):
            for target in referred({name: resource.get(name) for name in elements}, self.base):
                self._pointing.setdefault(target, []).append(where)
        elif not where.startswith("Patient/"):
            for patient in self._owners(resource):
                self._of.setdefault(patient, []).append(where)
        return True

    def _owners(self, resource: dict[str, Json]) -> list[str]:
        for name in _OWNERS:
            held = resource.get(name)
            address = held.get("reference") if isinstance(held, dict) else None
            found = local(address, self.base) if isinstance(address, str) else None
            if found and found[0].startswith("Patient/"):
                return [found[0]]
        if resource["resourceType"] == "Group":
            return []
        return [one for one in dict.fromkeys(referred(resource, self.base)) if one.startswith("Patient/")]

    def patients(self) -> Iterator[str]:
        """The patients, in the order of the files."""
        return (where for where in self.spots if where.startswith("Patient/"))

    def of(self, patient: str) -> list[str]:
        """What says that it is this patient's."""
        return self._of.get(patient, [])

    def pointing(self, where: str) -> list[str]:
        """What is found only from this resource, which it names."""
        return self._pointing.get(where, [])


def gathered(index: Index, patient: str, load: Load) -> Pulled:
    """All that belongs to a patient, what that refers to, and what refers to it; what is in no file is an issue."""
    here = Here(index.base, patient)
    here.add(load(index.spots[where]) for where in (patient, *index.of(patient)))
    asked: set[str] = set()
    while fresh := [where for where in here.resources if where not in asked]:
        asked.update(fresh)
        for where in here.wanted():
            if where in index.spots:
                here.add([load(index.spots[where])])
            else:
                here.lacks(where, "it is in none of the files")
        for where in fresh:
            here.add(load(index.spots[one]) for one in index.pointing(where))
    return here.pulled()
