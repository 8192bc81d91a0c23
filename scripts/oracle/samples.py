"""Which files are looked at: HL7's examples of R4, and the examples of packages; the same sample each time."""

from __future__ import annotations

import subprocess
from collections import defaultdict
from pathlib import Path
from random import Random

from named import folder
from verdicts import ROOT, SHARED

US_CORE = str(SHARED / "data/ig-packages/us_core_610.tgz")
IPS = str(SHARED / "data/ig-packages/hl7.fhir.uv.ips-2.0.0.tgz")
IPS_DOCUMENT = "http://hl7.org/fhir/uv/ips/StructureDefinition/Bundle-uv-ips"

_COLLECTED = frozenset(
    """
    conceptmaps dataelements extensions profiles-others resources searchParams types v2-valuesets v3-valuesets
    valueset-expansions valuesets
    """.split()
)
"""Bundles of up to 30 MB with all that stands in the other files once more."""


def examples() -> list[Path]:
    """HL7's examples of FHIR R4, fetched with npm where they are not there yet."""
    made = subprocess.run(["sh", ROOT / "scripts/fetch-examples"], check=True, stdout=subprocess.PIPE, text=True)
    found = sorted(Path(made.stdout.strip()).glob("*-*.json"))
    return [file for file in found if file.stem not in {f"Bundle-{name}" for name in _COLLECTED}]


def examples_of(package: str) -> list[Path]:
    """The examples that a package brings with it."""
    return sorted(folder(package).glob("package/example/*.json"))


def some(files: list[Path], many: int) -> list[Path]:
    """That many files, drawn without regard to what they are."""
    return sorted(Random(1).sample(files, min(many, len(files))))


def of_each_type(files: list[Path], many: int) -> list[Path]:
    """That many files, of each type in turn, so that rare types are among them."""
    by_type: defaultdict[str, list[Path]] = defaultdict(list)
    for file in Random(1).sample(files, len(files)):
        by_type[file.name.partition("-")[0]].append(file)
    turns = [files[turn] for turn in range(many) for _, files in sorted(by_type.items()) if turn < len(files)]
    return turns[:many]
