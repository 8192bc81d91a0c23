"""What others wrote is read into fields, not carried: the shares of leaves, and what the IPS demands to be supported."""

from __future__ import annotations

import json
import re
import sys
import tarfile
from pathlib import Path

import pytest

from fhir_case import loads
from fhir_case.bundle.registry import installed
from fhir_case.lens import Line, Mapping
from fhir_case.lens.slots import owned
from tests.edits import all_mappings

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from leaves import Share, documents, mapped, measured, together

FLOOR = 0.85
"""Of each type, and of all together."""


@pytest.fixture(scope="module")
def shares(shared: Path) -> dict[str, Share]:
    return mapped(measured(loads(path.read_bytes()) for path in documents()))


def test_of_each_mapped_type_of_real_documents_the_lines_read_most_leaves(shares: dict[str, Share]) -> None:
    assert len(shares) > 20
    assert {type: round(share.share, 3) for type, share in shares.items() if share.share < FLOOR} == {}


def test_of_all_real_documents_the_lines_read_nearly_all_leaves(shares: dict[str, Share]) -> None:
    assert together(shares).share > 0.95


PARTS = {mapping.model.__name__: mapping for mapping in all_mappings().values() if mapping.type is None}


def supports(mapping: Mapping, steps: list[str]) -> bool:
    """Whether a mapping has a field for an element: `reaction.severity`, `value[x]:valueQuantity`, `extension:flag-priority`."""
    name, _, which = steps[0].partition(":")
    if name == "extension":
        return any(line.element == steps[0] for line in mapping.lines)
    key = which if name.endswith("[x]") and which else name.removesuffix("[x]")
    lines = [line for line in mapping.lines if owned(line, key) or line.key == key or _inside(line, steps)]
    return any(_has(line, key, steps[1:]) for line in lines)


def _inside(line: Line, steps: list[str]) -> bool:
    """A line for what stands alone inside a backbone element: `evidence[].detail[]`."""
    return [re.sub(r"\[\]", "", part) for part in line.element.split(".")] == steps[:2]


def _has(line: Line, key: str, rest: list[str]) -> bool:
    if not rest or _inside(line, [key, *rest]):
        return True
    inner = PARTS.get(line.kind)
    return supports(inner, rest) if inner is not None else rest in (["reference"], ["extension:data-absent-reason"])


@pytest.mark.parametrize("package", ["hl7.fhir.uv.ips-2.0.0.tgz", "ips_v110.tgz"])
def test_every_element_that_the_ips_wants_supported_is_a_field(shared: Path, package: str) -> None:
    seen, missing = 0, []
    with tarfile.open(shared / "data/ig-packages" / package) as archive:
        for name in sorted(archive.getnames()):
            is_profile = name.startswith("package/StructureDefinition-") and name.endswith(".json")
            if not is_profile or (held := archive.extractfile(name)) is None:
                continue
            profile = json.load(held)
            mappings = installed().of_type(profile["type"])
            for element in profile.get("snapshot", {}).get("element", ()) if mappings else ():
                steps = element["id"].split(".")[1:]
                if element.get("mustSupport") and steps:
                    seen += 1
                    if not any(supports(mapping, steps) for mapping in mappings):
                        missing.append(f"{profile['id']}: {element['id']}")
    assert seen > 80
    assert missing == []
