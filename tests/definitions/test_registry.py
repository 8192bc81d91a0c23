"""Packages from a registry, played by a table of answers: nothing here opens a connection."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from packing import packed, value_set

from fhir_case.definitions.cache import PackageCache
from fhir_case.definitions.names import parsed
from fhir_case.definitions.registry import Answer, Fetched, Request, fetched
from fhir_case.issues import DefinitionError, Refused, Unreachable

HOST = "https://registry.example"


@pytest.fixture
def cache(tmp_path: Path) -> PackageCache:
    return PackageCache(tmp_path / "packages", tmp_path / "scratch")


class Registry:
    """A registry of npm's kind; `asked` are the addresses that were."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self._about: dict[str, dict[str, Any]] = {}

    def has(self, name: str, version: str, content: bytes, **dist: Any) -> Registry:
        """One more package, with its checksums unless `dist` says otherwise."""
        place = f"{HOST}/{name}/-/{name}-{version}.tgz"
        sums = {
            "tarball": place,
            "shasum": hashlib.sha1(content).hexdigest(),
            "integrity": "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode(),
        }
        about = self._about.setdefault(name, {"name": name, "versions": {}})
        about["dist-tags"] = {"latest": version}
        stated = {key: value for key, value in {**sums, **dist}.items() if value is not None}
        about["versions"][version] = {"name": name, "version": version, "dist": stated}
        self.answers[place] = Answer(200, content)
        self.answers[f"{HOST}/{name}"] = Answer(200, json.dumps(about).encode())
        return self

    def run(self, asking: Generator[Request, Answer, Fetched]) -> Fetched:
        """Answer until the end."""
        answer: Answer | None = None
        while True:
            try:
                request = asking.send(answer) if answer else next(asking)
            except StopIteration as end:
                found: Fetched = end.value
                return found
            self.asked.append(request.url)
            answer = self.answers.get(request.url, Answer(404))


def fetch(registry: Registry, wanted: str, cache: PackageCache, host: str = HOST) -> Fetched:
    return registry.run(fetched(parsed(wanted), cache, host))


def test_a_package_comes_with_what_it_depends_on(cache: PackageCache) -> None:
    wants = {"hl7.fhir.r4.core": "4.0.1", "test.codes": "1.x", "test.gone": "1.0.0"}
    registry = Registry().has("test.one", "1.0.0", packed(value_set(), dependencies=wants))
    for version in ("1.2.0", "1.10.0", "2.0.0"):
        registry.has("test.codes", version, packed(value_set(), name="test.codes", version=version))
    found = fetch(registry, "test.one@1.0.0", cache)
    assert list(map(str, found.packages)) == ["test.one#1.0.0", "test.codes#1.10.0"]
    assert [(issue.code, issue.severity) for issue in found.issues] == [("package-missing", "information")]
    assert "test.gone#1.0.0" in found.issues[0].message
    assert list(map(str, cache.list())) == ["test.codes#1.10.0", "test.one#1.0.0"]
    assert f"{HOST}/hl7.fhir.r4.core" not in registry.asked


def test_what_is_there_is_not_fetched_again(cache: PackageCache) -> None:
    cache.add(packed(value_set()))
    registry = Registry()
    assert list(map(str, fetch(registry, "test.one@1.0.0", cache).packages)) == ["test.one#1.0.0"]
    assert registry.asked == []


@pytest.mark.parametrize("wanted", ["test.one", "test.one@latest"])
def test_without_a_version_it_is_the_latest(cache: PackageCache, wanted: str) -> None:
    registry = Registry()
    for version in ("2.0.0-ballot", "1.0.0"):
        registry.has("test.one", version, packed(value_set(), version=version))
    assert list(map(str, fetch(registry, wanted, cache).packages)) == ["test.one#1.0.0"]


def test_packages_that_depend_on_one_another_come_to_an_end(cache: PackageCache) -> None:
    registry = Registry()
    for name, other in (("test.a", "test.b"), ("test.b", "test.a")):
        registry.has(name, "1.0.0", packed(value_set(), name=name, dependencies={other: "1.0.0"}))
    assert list(map(str, fetch(registry, "test.a@1.0.0", cache).packages)) == ["test.a#1.0.0", "test.b#1.0.0"]


def test_a_newer_version_stands_in_for_a_package_that_only_grows(cache: PackageCache) -> None:
    wants = {"hl7.terminology.r4": "6.1.0"}
    registry = Registry().has("test.one", "1.0.0", packed(value_set(), dependencies=wants))
    registry.has("hl7.terminology.r4", "7.0.1", packed(value_set(), name="hl7.terminology.r4", version="7.0.1"))
    found = fetch(registry, "test.one", cache)
    assert list(map(str, found.packages)) == ["test.one#1.0.0", "hl7.terminology.r4#7.0.1"]
    assert [issue.code for issue in found.issues] == ["package-version"]


@pytest.mark.parametrize("version", ["current", "dev", "current$main"])
def test_builds_of_the_day_are_refused_with_the_way_to_get_them(cache: PackageCache, version: str) -> None:
    with pytest.raises(DefinitionError, match=r"no registry has; fetch its package\.tgz from build\.fhir\.org"):
        fetch(Registry(), f"test.one@{version}", cache)


def test_a_version_that_is_not_there_names_those_that_are(cache: PackageCache) -> None:
    registry = Registry().has("test.one", "1.0.0", packed(value_set()))
    with pytest.raises(DefinitionError, match=r"has no version 2\.0\.0 of test\.one; it has 1\.0\.0"):
        fetch(registry, "test.one@2.0.0", cache)
    with pytest.raises(DefinitionError, match="does not have it"):
        fetch(registry, "test.two@2.0.0", cache)


@pytest.mark.parametrize(
    "dist",
    [
        {"integrity": "sha512-" + base64.b64encode(bytes(64)).decode()},
        {"integrity": "sha512-not base64"},
        {"integrity": None, "shasum": "0" * 40},
        {"integrity": "md5-abc", "shasum": None},
        {"integrity": None, "shasum": None},
    ],
)
def test_what_does_not_have_its_checksum_is_not_kept(cache: PackageCache, dist: dict[str, Any]) -> None:
    registry = Registry().has("test.one", "1.0.0", packed(value_set()), **dist)
    with pytest.raises(DefinitionError, match=r"announced|checksum"):
        fetch(registry, "test.one@1.0.0", cache)
    assert cache.list() == ()


def test_the_older_checksum_is_enough_where_there_is_no_other(cache: PackageCache) -> None:
    registry = Registry().has("test.one", "1.0.0", packed(value_set()), integrity=None)
    assert fetch(registry, "test.one@1.0.0", cache).issues == ()


def test_a_package_that_is_another_inside_is_not_kept(cache: PackageCache) -> None:
    registry = Registry().has("test.one", "1.0.0", packed(value_set(), name="test.two"))
    with pytest.raises(DefinitionError, match=r"expected the package test\.one#1\.0\.0, found test\.two#1\.0\.0"):
        fetch(registry, "test.one@1.0.0", cache)
    assert cache.list() == ()


def test_redirects_are_followed_a_few_times(cache: PackageCache) -> None:
    registry = Registry().has("test.one", "1.0.0", packed(value_set()))
    place = f"{HOST}/test.one/-/test.one-1.0.0.tgz"
    registry.answers["https://files.example/x.tgz"] = registry.answers[place]
    registry.answers[place] = Answer(302, headers={"location": "https://files.example/x.tgz"})
    assert fetch(registry, "test.one@1.0.0", cache).packages
    registry.answers[f"{HOST}/test.two"] = Answer(301, headers={"location": "/test.two"})
    with pytest.raises(Refused, match="redirects"):
        fetch(registry, "test.two", cache)


@pytest.mark.parametrize("place", ["file:///etc/passwd", "ftp://a/b.tgz", "data:,x", "javascript:1", 3, None])
def test_files_are_fetched_from_the_web_only(cache: PackageCache, place: Any) -> None:
    registry = Registry().has("test.one", "1.0.0", packed(value_set()), tarball=place)
    with pytest.raises(DefinitionError):
        fetch(registry, "test.one@1.0.0", cache)


def test_a_file_is_fetched_as_safely_as_it_was_looked_up(cache: PackageCache) -> None:
    """packages.fhir.org has named its files with http, not https."""
    place = "http://registry.example/test.one/-/test.one-1.0.0.tgz"
    registry = Registry().has("test.one", "1.0.0", packed(value_set()), tarball=place)
    fetch(registry, "test.one@1.0.0", cache)
    assert registry.asked[-1] == place.replace("http:", "https:")


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b'{"versions": 3}', b'{"versions": {"1.0.0": 3}}', b'{"versions": {"../x": {}}}', b"[" * 100_000,
     b'{"versions": {"1.0.0": {"dist": 3}}}', b'{"dist-tags": {"latest": []}, "versions": {}}', b"\xff"],
)  # fmt: skip
def test_a_registry_that_talks_nonsense_is_an_error_in_words(cache: PackageCache, body: bytes) -> None:
    for wanted in ("test.one", "test.one@1.0.0"):
        registry = Registry()
        registry.answers[f"{HOST}/test.one"] = Answer(200, body)
        with pytest.raises(DefinitionError):
            fetch(registry, wanted, cache)


def test_a_registry_that_is_gone_or_refuses_is_the_servers_fault(cache: PackageCache) -> None:
    registry = Registry()
    registry.answers[f"{HOST}/test.one"] = Answer(0, reason="no connection to https://registry.example")
    with pytest.raises(Unreachable, match="no connection"):
        fetch(registry, "test.one", cache)
    registry.answers[f"{HOST}/test.one"] = Answer(503)
    with pytest.raises(Refused, match="503"):
        fetch(registry, "test.one", cache)


def test_a_range_is_answered_from_the_cache_when_the_registry_is_gone(cache: PackageCache) -> None:
    cache.add(packed(value_set(), version="1.4.0"))
    registry = Registry()
    registry.answers[f"{HOST}/test.one"] = Answer(0, reason="offline")
    assert list(map(str, fetch(registry, "test.one@1.x", cache).packages)) == ["test.one#1.4.0"]


def test_r4_itself_need_not_be_fetched(cache: PackageCache) -> None:
    with pytest.raises(DefinitionError, match="built in"):
        fetch(Registry(), "hl7.fhir.r4.core@4.0.1", cache)
