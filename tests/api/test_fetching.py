"""Packages fetched over HTTP, from a registry that pytest-httpx plays."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path

import httpx
import pytest
from pytest_httpx import HTTPXMock

from fhir_case.api.packages import fetch
from fhir_case.definitions.cache import PackageCache
from fhir_case.issues import DefinitionError, Refused, Unreachable

HOST = "https://registry.example"


def package(name: str, version: str) -> bytes:
    """A package with nothing in it but its name."""
    made = io.BytesIO()
    text = json.dumps({"name": name, "version": version}).encode()
    with tarfile.open(fileobj=made, mode="w:gz") as tar:
        info = tarfile.TarInfo("package/package.json")
        info.size = len(text)
        tar.addfile(info, io.BytesIO(text))
    return made.getvalue()


@pytest.fixture
def cache(tmp_path: Path) -> PackageCache:
    return PackageCache(tmp_path / "packages", tmp_path / "scratch")


def serve(httpx_mock: HTTPXMock, content: bytes) -> None:
    place = f"{HOST}/files/test.one-1.0.0.tgz"
    dist = {"tarball": place, "shasum": hashlib.sha1(content).hexdigest()}
    httpx_mock.add_response(url=f"{HOST}/test.one", json={"versions": {"1.0.0": {"dist": dist}}})
    httpx_mock.add_response(url=place, content=content)


def test_a_package_is_fetched_and_kept(httpx_mock: HTTPXMock, cache: PackageCache) -> None:
    serve(httpx_mock, package("test.one", "1.0.0"))
    found = fetch("test.one@1.0.0", cache, HOST)
    assert list(map(str, found.packages)) == ["test.one#1.0.0"]
    assert list(map(str, cache.list())) == ["test.one#1.0.0"]


def test_a_client_of_ones_own_is_used_and_stays_open(httpx_mock: HTTPXMock, cache: PackageCache) -> None:
    serve(httpx_mock, package("test.one", "1.0.0"))
    with httpx.Client(headers={"Authorization": "Bearer x"}) as client:
        fetch("test.one@1.0.0", cache, HOST, client=client)
        assert not client.is_closed
    assert {request.headers["authorization"] for request in httpx_mock.get_requests()} == {"Bearer x"}


def test_a_registry_without_an_answer_is_unreachable(httpx_mock: HTTPXMock, cache: PackageCache) -> None:
    httpx_mock.add_exception(httpx.ConnectError("refused"), is_reusable=True)
    with pytest.raises(Unreachable, match=r"looking up test\.one: no connection to https://registry\.example"):
        fetch("test.one@1.0.0", cache, HOST)


@pytest.mark.parametrize(("status", "error"), [(404, DefinitionError), (500, Refused), (401, Refused)])
def test_a_registry_that_refuses_is_told_from_one_that_has_nothing(
    httpx_mock: HTTPXMock, cache: PackageCache, status: int, error: type[Exception]
) -> None:
    httpx_mock.add_response(status_code=status, is_reusable=status >= 500)
    with pytest.raises(error, match=str(status)):
        fetch("test.one@1.0.0", cache, HOST)


def test_a_registry_is_asked_again_and_with_the_token_that_is_its(
    httpx_mock: HTTPXMock, cache: PackageCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FHIR_CASE_REGISTRY_TOKEN", "hunter2")
    httpx_mock.add_response(status_code=503, headers={"retry-after": "0"})
    serve(httpx_mock, package("test.one", "1.0.0"))
    fetch("test.one@1.0.0", cache, HOST)
    assert {request.headers.get("authorization") for request in httpx_mock.get_requests()} == {"Bearer hunter2"}
