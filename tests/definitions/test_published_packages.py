"""The packages of HL7 that people use: each opens, and each of its profiles has a snapshot."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fhir_case.definitions import r4
from fhir_case.definitions.cache import PackageCache
from fhir_case.definitions.definitions import has_snapshot

PACKAGES = {
    "us_core_311.tgz": ("hl7.fhir.us.core#3.1.1", 147),
    "us_core_610.tgz": ("hl7.fhir.us.core#6.1.0", 210),
    "ips_v110.tgz": ("hl7.fhir.uv.ips#1.1.0", 104),
    "hl7.fhir.uv.ips-2.0.0.tgz": ("hl7.fhir.uv.ips#2.0.0", 71),
}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> PackageCache:
    folder = tmp_path_factory.mktemp("cache")
    return PackageCache(folder / "packages", folder / "scratch")


@pytest.mark.parametrize("name", PACKAGES)
def test_every_profile_of_a_published_package_has_its_snapshot(shared: Path, cache: PackageCache, name: str) -> None:
    package = cache.open(shared / "data/ig-packages" / name)
    assert (str(package), len(package.entries)) == PACKAGES[name]
    assert package.issues == ()
    here = r4().extended([package])
    for entry in package.entries:
        if entry.kind == "StructureDefinition":
            structure = here.structure(entry.canonical)
            assert structure is not None
            assert has_snapshot(structure)
    assert here.issues == ()


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_that_was_opened_before_opens_at_once(shared: Path, cache: PackageCache, name: str) -> None:
    cache.open(shared / "data/ig-packages" / name)
    assert cache.open(shared / "data/ig-packages" / name).by_url


def test_us_core_with_its_differentials_alone_gets_snapshots(shared: Path, cache: PackageCache) -> None:
    """As a package comes that was built without them."""
    package = cache.open(shared / "data/ig-packages/us_core_610.tgz")
    own = []
    for entry in package.entries:
        if entry.kind == "StructureDefinition":
            resource = json.loads((package.folder / entry.place).read_bytes())
            del resource["snapshot"]
            own.append(resource)
    here = r4().extended(resources=own)
    without = [resource["id"] for resource in own if here.structure(resource["url"]) is None]
    assert without == ["us-core-questionnaireresponse"]
    assert (
        "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaireresponse" in here.issues[0].message
    )  # its base
    assert len(here.issues) == 1
