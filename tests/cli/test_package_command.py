"""`fhir-case package`: what it prints, where, and with which exit status."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest
from running import run

from fhir_case.cli.output import FINE, SERVER, UNREADABLE


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FHIR_CASE_PACKAGES", str(tmp_path / "packages"))
    monkeypatch.setenv("FHIR_CASE_CACHE", str(tmp_path / "cache"))
    return tmp_path


def archive(folder: Path, **more: object) -> Path:
    """A .tgz of a package with nothing in it but what it is."""
    text = json.dumps({"name": "test.one", "version": "1.0.0", **more}).encode()
    path = folder / "one.tgz"
    with tarfile.open(path, "w:gz") as tar:
        info = tarfile.TarInfo("package/package.json")
        info.size = len(text)
        tar.addfile(info, io.BytesIO(text))
    return path


def test_a_file_is_added_listed_and_removed(folders: Path) -> None:
    added = run("package", "add", archive(folders))
    assert (added.exit_code, added.stdout) == (FINE, "added test.one#1.0.0\n")
    listed = run("package", "list")
    assert (listed.exit_code, listed.stdout) == (FINE, "test.one#1.0.0\n")
    assert f"1 package in {folders / 'packages'}" in listed.stderr
    plain = json.loads(run("package", "list", "--format", "json").stdout)
    assert plain == [
        {"name": "test.one", "version": "1.0.0", "folder": str(folders / "packages/test.one#1.0.0")}
    ]  # fmt: skip
    removed = run("package", "remove", "test.one@1.0.0")
    assert (removed.exit_code, removed.stdout) == (FINE, "removed test.one#1.0.0\n")
    assert run("package", "list").stdout == ""


def test_what_a_package_needs_and_is_not_here_is_told_with_the_command(folders: Path) -> None:
    added = run("package", "add", archive(folders, dependencies={"test.two": "2.0.0"}))
    assert added.exit_code == FINE
    assert "fhir-case package add test.two@2.0.0" in added.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["add", "gone.tgz"], "gone.tgz can't be read"),
        (["add", "No Name"], "is not the name of a package"),
        (["add", "test.one@current"], "no registry has"),
        (["remove", "test.one"], "which version"),
        (["remove", "test.one@1.0.0"], "is not here"),
    ],
)
def test_what_can_not_be_done_is_said_in_one_line(arguments: list[str], said: str) -> None:
    result = run("package", *arguments)
    assert result.exit_code == UNREADABLE
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_registry_that_is_not_there_is_the_networks_fault() -> None:
    result = run("package", "add", "test.one@1.0.0", FHIR_CASE_REGISTRY="http://127.0.0.1:9")
    assert result.exit_code == SERVER
    assert "no connection to http://127.0.0.1:9" in result.stderr
