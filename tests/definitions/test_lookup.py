"""Which definition answers a canonical: layers, versions, packages, and snapshots made on the way."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from packing import packed, profile, value_set

from fhir_case.definitions import Definitions, r4
from fhir_case.definitions.cache import PackageCache
from fhir_case.definitions.package import Package
from fhir_case.definitions.resolving import opened
from fhir_case.issues import DefinitionError

GENDER = "http://hl7.org/fhir/ValueSet/administrative-gender"
A = "http://example.org/ValueSet/a"


@pytest.fixture
def cache(tmp_path: Path) -> PackageCache:
    return PackageCache(tmp_path / "packages", tmp_path / "scratch")


def added(cache: PackageCache, *resources: dict[str, Any], **stated: Any) -> Package:
    return cache.open(cache.add(packed(*resources, **stated)))


def with_packages(*packages: Package) -> Definitions:
    return r4().extended(packages)


def version_of(found: dict[str, Any] | None) -> str | None:
    return found["version"] if found else None


def test_a_resource_that_is_given_wins_over_a_package_and_that_over_r4(cache: PackageCache) -> None:
    package = added(cache, value_set(GENDER, "0.1.0"))
    assert version_of(r4().find(GENDER)) == "4.0.1"
    assert version_of(with_packages(package).find(GENDER)) == "0.1.0"
    both = r4().extended([package], [value_set(GENDER, "0.0.1")])
    assert version_of(both.find(GENDER)) == "0.0.1"
    assert version_of(both.find(f"{GENDER}|4.0.1")) == "4.0.1"


def test_the_newest_of_several_versions_is_found(cache: PackageCache) -> None:
    packages = [
        added(cache, value_set(version=v), name=f"test.{n}") for n, v in enumerate(("1.9.0", "1.10.0", "1.2.0"))
    ]
    here = with_packages(*packages)
    assert version_of(here.find(A)) == "1.10.0"
    assert version_of(here.find(f"{A}|1.9.0")) == "1.9.0"
    assert version_of(here.find(f"{A}|1.x")) == "1.10.0"
    assert version_of(here.find(f"{A}|1.2")) == "1.2.0"
    assert version_of(here.find(f"{A}|1.2.7")) == "1.2.0"
    assert here.find(f"{A}|2.0.0") is None


def test_the_one_given_last_wins_over_its_equal() -> None:
    here = r4().extended(resources=[value_set(title="first"), value_set(title="second")])
    assert (here.find(A) or {})["title"] == "second"
    assert (here.extended(resources=[value_set(title="third")]).find(A) or {})["title"] == "third"


def test_a_definition_sees_its_own_package_and_its_dependencies_first(cache: PackageCache) -> None:
    old = added(cache, value_set(version="1.0.0"), name="test.codes", version="1.0.0")
    new = added(cache, value_set(version="2.0.0"), name="test.codes", version="2.0.0")
    user = "http://example.org/StructureDefinition/user"
    uses_old = added(cache, profile(user), name="test.user", dependencies={"test.codes": "1.0.0"})
    here = with_packages(old, new, uses_old)
    assert version_of(here.find(A)) == "2.0.0"
    assert version_of(here.find(A, near=user)) == "1.0.0"
    assert version_of(here.find(A, near=f"{A}|1.0.0")) == "1.0.0"
    assert version_of(here.find(A, near="http://example.org/unknown")) == "2.0.0"
    given = here.extended(resources=[value_set(version="0.5.0")])
    assert version_of(given.find(A, near=user)) == "0.5.0"


def test_hl7s_cases_of_versions_in_packages_find_what_hl7_finds(shared: Path, tmp_path: Path) -> None:
    """validator-cases, modules package-versioning and valueset-dependency: which value set and code system are meant."""

    def package(name: str) -> Package:
        folder = tmp_path / name
        folder.mkdir()
        for path in (shared / "validator-cases/cases/pkg" / name).iterdir():
            target = "package.json" if path.name == "package.meta" else path.name
            (folder / target).write_bytes(path.read_bytes())
        return Package(folder)

    codes = [package("hl7.fhir.test.verA-1.0.0"), package("hl7.fhir.test.verA-2.0.0")]
    first, second = package("hl7.fhir.test.verB-1.0.0"), package("hl7.fhir.test.verB-2.0.0")
    base = "http://hl7.org/fhir/test"
    for user, expected in ((first, "1.0.0"), (second, "2.0.0")):
        here = with_packages(*codes, user)
        near = f"{base}/StructureDefinition/verB-sd-test-one|{expected}"
        value_set = here.find(f"{base}/ValueSet/verA-vs-test", near=near)
        assert version_of(value_set) == expected
        system = here.find(f"{base}/CodeSystem/verA-cs-test", near=f"{base}/ValueSet/verA-vs-test|{expected}")
        assert version_of(system) == expected
    alone = with_packages(package("hl7.fhir.test.versions-0.1.0"), package("hl7.fhir.test.versions.other-0.1.0"))
    assert version_of(alone.find(f"{base}/ValueSet/package-version-test-valueset")) == "0.1.0"


def test_a_differential_gets_its_snapshot_when_it_is_asked_for() -> None:
    base, own = "http://example.org/StructureDefinition/base", "http://example.org/StructureDefinition/own"
    changed = {"element": [{"id": "Patient.birthDate", "path": "Patient.birthDate", "min": 1}]}
    here = r4().extended(resources=[profile(base), profile(own, base, differential=changed)])
    made = here.structure(own)
    assert made is not None
    least = {one["id"]: one["min"] for one in made["snapshot"]["element"]}
    assert (least["Patient.active"], least["Patient.birthDate"], least["Patient.gender"]) == (1, 1, 0)
    assert here.structure(own) is made
    assert here.issues == ()


@pytest.mark.parametrize("length", [1, 2, 7])
def test_profiles_that_build_on_themselves_are_an_issue(length: int) -> None:
    urls = [f"http://example.org/StructureDefinition/p{n}" for n in range(length)]
    here = r4().extended(resources=[profile(url, urls[(n + 1) % length]) for n, url in enumerate(urls)])
    assert [here.structure(url) for url in urls] == [None] * length
    assert {issue.code for issue in here.issues} == {"profile-broken"}
    assert "builds on itself" in here.issues[0].message
    assert {issue.definition for issue in here.issues} == {f"{url}|1.0.0" for url in urls}


def test_a_tower_of_profiles_is_an_issue_not_a_crash() -> None:
    urls = [f"http://example.org/StructureDefinition/p{n}" for n in range(2_000)]
    here = r4().extended(resources=[profile(a, b) for a, b in pairwise(urls)] + [profile(urls[-1])])
    assert here.structure(urls[0]) is None
    assert "more than 50 other profiles" in here.issues[0].message
    assert here.structure(urls[-10]) is not None


def test_a_base_that_is_not_there_is_an_issue_that_names_it() -> None:
    own = profile("http://example.org/StructureDefinition/own", "http://example.org/StructureDefinition/gone")
    here = r4().extended(resources=[own])
    assert here.structure(own["url"]) is None
    assert "http://example.org/StructureDefinition/gone" in here.issues[0].message
    assert here.find(own["url"]) is not None


def test_what_can_not_be_referred_to_is_reported() -> None:
    odd: list[Any] = [{"resourceType": "Patient"}, {"resourceType": "ValueSet", "url": 3}, "text", None]
    here = r4().extended(resources=[*odd, value_set()])
    assert [issue.code for issue in here.issues] == ["definition-unusable"] * 4
    assert here.find(A) == value_set()


def test_definitions_in_a_bundle_are_taken_out_of_it() -> None:
    bundle = {
        "resourceType": "Bundle",
        "entry": [{"resource": value_set()}, {"resource": {"resourceType": "Patient"}}, 3],
    }
    here = r4().extended(resources=[bundle])
    assert here.find(A) == value_set()


def test_a_file_that_is_broken_is_left_out_with_a_note(cache: PackageCache, tmp_path: Path) -> None:
    package = added(cache, value_set())
    here = with_packages(package)
    (package.folder / "ValueSet-0.json").write_bytes(b"{")
    assert here.find(A) is None
    assert [issue.code for issue in here.issues] == ["definition-unreadable"]
    anew = with_packages(cache.open("test.one"))
    assert [issue.code for issue in anew.issues] == ["definition-unreadable"]


def test_the_digest_tells_whether_two_are_made_of_the_same(cache: PackageCache, tmp_path: Path) -> None:
    package = added(cache, value_set())
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in package.folder.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    assert with_packages(package).digest == with_packages(Package(copy)).digest
    (copy / "ValueSet-0.json").write_text(json.dumps(value_set(version="2.0.0")))
    assert with_packages(package).digest != with_packages(Package(copy)).digest
    assert with_packages(package).digest != r4().digest
    assert r4().extended(resources=[value_set()]).digest != r4().extended(resources=[value_set(version="2")]).digest


def test_what_is_missing_is_noted_and_the_rest_goes_on(cache: PackageCache) -> None:
    wants = {"hl7.fhir.r4.core": "4.0.1", "test.gone": "1.0.0", "test.codes": "1.x"}
    cache.add(packed(value_set(), name="test.codes", version="1.4.0"))
    cache.add(packed(profile("http://example.org/p"), dependencies=wants))
    found = opened(["test.one@1.0.0"], cache)
    assert [str(one) for one in found.packages] == ["test.one#1.0.0", "test.codes#1.4.0"]
    assert [(issue.code, issue.severity) for issue in found.issues] == [("package-missing", "information")]
    assert "test.gone#1.0.0" in found.issues[0].message
    assert found.issues[0].fix == "fhir-case package add test.gone@1.0.0"


def test_packages_that_depend_on_one_another_are_opened_once(cache: PackageCache) -> None:
    cache.add(packed(value_set(), name="test.a", dependencies={"test.b": "1.0.0"}))
    cache.add(packed(value_set("http://example.org/b"), name="test.b", dependencies={"test.a": "1.0.0"}))
    assert [one.name for one in opened(["test.a"], cache).packages] == ["test.a", "test.b"]


def test_another_version_stands_in_where_that_is_safe(cache: PackageCache) -> None:
    cache.add(packed(value_set(), name="hl7.terminology.r4", version="7.0.1"))
    cache.add(packed(value_set(), name="test.other", version="2.0.0"))
    wants = {"hl7.terminology.r4": "6.1.0", "test.other": "1.0.0"}
    cache.add(packed(profile("http://example.org/p"), dependencies=wants))
    found = opened(["test.one"], cache)
    assert [str(one) for one in found.packages] == ["test.one#1.0.0", "hl7.terminology.r4#7.0.1"]
    assert [issue.code for issue in found.issues] == ["package-version", "package-missing"]


def test_a_resource_that_is_no_json_has_no_digest_and_says_so() -> None:
    deep: Any = {}
    for _ in range(10_000):
        deep = {"x": deep}
    for odd in (deep, object(), {1: 2, None: 3}):
        here = r4().extended(resources=[value_set(odd=odd)])
        assert here.find(A) is not None
        with pytest.raises(DefinitionError, match="can't be written as JSON"):
            _ = here.digest
