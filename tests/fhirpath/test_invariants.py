"""R4's invariants, and those of the packages at hand: they compile, mean something on their types, and hold for R4's examples."""

from __future__ import annotations

import json
import tarfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from examples import package
from invariants import of_path, walk

from fhir_case.definitions import r4
from fhir_case.fhirpath import Alone, FHIRPathError, compile  # noqa: A004
from fhir_case.fhirpath.elements import resource_type
from fhir_case.json import loads

PACKAGES = Path(__file__).resolve().parents[3] / "shared/data/ig-packages"

WRONG = {
    "cid-0": "ChargeItemDefinition has no name",
    "inv-1": "an extension's invariant speaks of another element",
}
"""Invariants of R4 that name elements which are not there."""

NOT_TRUE = {
    ("ref-1", None): "a Reference without reference; HL7's validator adds `reference.exists() implies`",
    ("dom-6", False): "a warning, and none for HL7's validator inside another resource",
    ("sdf-4", False): "logical models such as Request have no base; an error for HL7's validator too",
    ("bdl-7", False): "Bundle-dataelements has a fullUrl twice; an error for HL7's validator too",
    ("bdl-8", None): "an entry without fullUrl; HL7's validator adds `fullUrl.exists() implies`",
    **dict.fromkeys([(f"{key}-0", found) for key in "adf cmd cnl cpb csd esc evd evv gpd inv lib mea msd nsd opd pdf pld que "
        "rsd rse sdf smp spd tcp tst vsd cid cld".split() for found in (False, None)], "a name with other characters: a warning"),
}  # fmt: skip
"""What R4's own examples do not fulfil, with HL7's validator or by its leave."""


def test_r4s_invariants_compile_and_mean_something() -> None:
    for name in sorted(r4().resources | r4().datatypes | r4().primitives):
        definition = r4().type(name)
        assert definition is not None
        for element in definition["snapshot"]["element"]:
            for key, _, expression in of_path(element["path"]):
                found = compile(expression, element["path"]).problems
                assert not found or key in WRONG, found


@pytest.mark.shared
@pytest.mark.skipif(not PACKAGES.exists(), reason=f"there are no packages in {PACKAGES}")
def test_the_invariants_of_packages_compile() -> None:
    count = 0
    for path in sorted(PACKAGES.glob("*.tgz")):
        with tarfile.open(path) as archive:
            for member in archive:
                held = archive.extractfile(member) if member.name.endswith(".json") else None
                definition = json.load(held) if held and "StructureDefinition" in member.name else {}
                for element in definition.get("snapshot", {}).get("element", ()):
                    for constraint in element.get("constraint", ()):
                        if "expression" in constraint:
                            compile(constraint["expression"], element["path"])
                            count += 1
    assert count > 10_000


class Within(Alone):
    """The scope of a resource inside another one."""

    def __init__(self, resource: Any, root: Any) -> None:
        super().__init__(root)
        self.resource = resource


@pytest.mark.parametrize("part", range(4))
def test_r4s_examples_meet_r4s_invariants(part: int) -> None:
    found: Counter[tuple[str, Any]] = Counter()
    where: dict[tuple[str, Any], str] = {}
    for path in sorted(package().glob("*-*.json"))[part * 20 :: 80]:
        resource = loads(path.read_bytes())
        if not resource_type(resource).known:
            continue
        for met in walk(resource):
            scope = Within(met.resource, met.root)
            for key, _, expression in met.constraints:
                try:
                    said: Any = compile(expression, met.type.name).check(met.value, scope, met.twin)
                except FHIRPathError as error:
                    said = str(error)
                if said is not True and (key, said) not in NOT_TRUE:
                    found[key, said] += 1
                    where.setdefault((key, said), f"{path.name} {met.path}")
    assert not found, where
