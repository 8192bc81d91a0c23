"""Packages on disk: what is read of them, how their index is kept, and archives that mean harm."""

from __future__ import annotations

import io
import json
import os
import tarfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packing import about, file, link, packed, tgz, value_set, zeros

from fhir_case.definitions.cache import PackageCache
from fhir_case.definitions.names import PackageName, checked, parsed
from fhir_case.definitions.package import Package
from fhir_case.definitions.unpacking import Limits, unpack
from fhir_case.issues import DefinitionError

A = "http://example.org/ValueSet/a"
SMALL = Limits(files=50, file_bytes=200_000, bytes=400_000, ratio=50, free_bytes=100_000, disk_bytes=0)


@pytest.fixture
def cache(tmp_path: Path) -> PackageCache:
    return PackageCache(tmp_path / "packages", tmp_path / "scratch", SMALL)


def folder_of(path: Path, **files: str) -> Path:
    path.mkdir(parents=True)
    for name, content in files.items():
        (path / f"{name}.json").write_text(content)
    return path


def below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


# What a package is


@pytest.mark.parametrize("inner", ["", "package"])
def test_a_folder_is_a_package_with_and_without_its_inner_folder(tmp_path: Path, inner: str) -> None:
    folder_of(tmp_path / "p" / inner, package=about().decode(), a=json.dumps(value_set()))
    package = Package(tmp_path / "p")
    assert (package.name, package.version, package.fhir_versions) == ("test.one", "1.0.0", ("4.0.1",))
    assert [entry.canonical for entry in package.entries] == [f"{A}|1.0.0"]
    assert package.read(package.by_url[A][0]) == value_set()


def test_a_folder_of_resources_alone_is_a_package_without_name(tmp_path: Path) -> None:
    package = Package(folder_of(tmp_path / "p", a=json.dumps(value_set()), patient='{"resourceType": "Patient"}'))
    assert (package.name, package.version, dict(package.dependencies)) == ("", "", {})
    assert list(package.by_url) == [A]


def test_an_archive_is_opened_where_it_is(cache: PackageCache, tmp_path: Path) -> None:
    archive = tmp_path / "any name.tgz"
    archive.write_bytes(packed(value_set()))
    assert cache.open(archive).digest == cache.open(str(archive)).digest
    assert cache.list() == ()


def test_files_that_can_not_be_read_are_named_and_left_out(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "p", good=json.dumps(value_set()), cut='{"resourceType": "Val', text="hello", none="")
    (folder / "latin.json").write_bytes(b'{"resourceType": "ValueSet", "url": "http://\xe9"}')
    (folder / "deep.json").write_text('{"resourceType":"ValueSet","url":"http://deep","x":' + "[" * 100_000)
    (folder / "mark.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(value_set("http://mark")).encode())
    os.mkfifo(folder / "pipe.json")
    package = Package(folder)
    assert set(package.by_url) == {A, "http://mark"}
    assert {issue.message.split()[0] for issue in package.issues} == {
        "cut.json", "text.json", "none.json", "latin.json", "deep.json"
    }  # fmt: skip
    assert {issue.code for issue in package.issues} == {"definition-unreadable"}


@pytest.mark.parametrize("odd", [3, None, [], {"a": 1}, True])
def test_a_resource_with_odd_values_in_its_head_is_no_reason_to_stop(tmp_path: Path, odd: object) -> None:
    text = json.dumps(value_set() | {"version": odd, "type": odd, "supplements": odd})
    package = Package(
        folder_of(tmp_path / "p", a=text, b=json.dumps({"resourceType": odd, "url": odd}), c=json.dumps(odd))
    )
    assert [entry.version for entry in package.entries] == [""]
    assert package.read(package.entries[0])["url"] == A


def test_a_package_for_another_fhir_says_so(tmp_path: Path) -> None:
    package = Package(folder_of(tmp_path / "p", package=about(fhirVersions=["5.0.0"]).decode()))
    assert [issue.code for issue in package.issues] == ["package-fhir-version"]


def test_the_index_is_kept_and_made_anew_when_a_file_changes(tmp_path: Path) -> None:
    folder, indexes = folder_of(tmp_path / "p", a=json.dumps(value_set())), tmp_path / "indexes"
    first = Package(folder, indexes)
    (kept,) = indexes.iterdir()
    written = kept.stat().st_mtime_ns
    assert Package(folder, indexes).digest == first.digest
    assert kept.stat().st_mtime_ns == written
    (folder / "a.json").write_text(json.dumps(value_set("http://example.org/b")))
    assert set(Package(folder, indexes).by_url) == {"http://example.org/b"}
    (folder / "c.json").write_text(json.dumps(value_set("http://example.org/c")))
    assert set(Package(folder, indexes).by_url) == {"http://example.org/b", "http://example.org/c"}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format": 1}', b"\xff", b'{"format":"x"}'])
def test_a_spoilt_index_is_made_anew(tmp_path: Path, content: bytes) -> None:
    folder, indexes = folder_of(tmp_path / "p", a=json.dumps(value_set())), tmp_path / "indexes"
    Package(folder, indexes)
    (kept,) = indexes.iterdir()
    kept.write_bytes(content)
    assert set(Package(folder, indexes).by_url) == {A}


def test_an_index_that_can_not_be_kept_costs_time_only(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    folder = folder_of(tmp_path / "p", a=json.dumps(value_set()))
    assert set(Package(folder, tmp_path / "file" / "indexes").by_url) == {A}


def test_what_hl7_terminology_says_of_snomed_is_left_out(tmp_path: Path) -> None:
    """As HL7's validator does (CanonicalResourceManager.see)."""
    system = {"resourceType": "CodeSystem", "url": "http://snomed.info/sct", "content": "not-present"}
    files = {"package": about("hl7.terminology.r4").decode(), "a": json.dumps(system), "b": json.dumps(value_set())}
    assert set(Package(folder_of(tmp_path / "p", **files)).by_url) == {A}


# Names


@pytest.mark.parametrize("text", ["hl7.fhir.us.core@6.1.0", "hl7.fhir.us.core#6.1.0"])
def test_a_name_and_version_are_written_in_either_way(text: str) -> None:
    assert parsed(text) == PackageName("hl7.fhir.us.core", "6.1.0")
    assert parsed("hl7.fhir.us.core@latest") == parsed("hl7.fhir.us.core") == PackageName("hl7.fhir.us.core")


@pytest.mark.parametrize(
    "text",
    ["", "@1.0.0", "../up@1", "a/b@1", "UPPER@1", "a b@1", ".hidden@1", "a..b@1", "a@../../x", "a@1/2", "a@..", "ä@1", "a@1 2",
     "a" * 300, "a@" + "1" * 300, "a\n@1", "a@1\n"],
)  # fmt: skip
def test_what_is_no_name_of_a_package_is_refused(text: str) -> None:
    with pytest.raises(DefinitionError, match=r"is not (the name of a package|a version)"):
        parsed(text)


@given(st.text(max_size=30), st.text(max_size=30))
def test_no_name_leads_out_of_its_folder(name: str, version: str) -> None:
    try:
        found = checked(name, version)
    except DefinitionError:
        return
    place = Path("/cache") / str(found)
    assert place.parent == Path("/cache")
    assert os.path.normpath(place) == str(place)


# Archives that mean harm


HOSTILE = {
    "a way up": [file("package/../../out.json")],
    "a way up at the beginning": [file("../out.json")],
    "a way up with the other slash": [file("package\\..\\..\\..\\out.json")],
    "an absolute name": [file("/tmp/fhir-case-out.json")],
    "a drive": [file("C:\\out.json")],
    "a link": [link("package/a.json", "/etc/passwd")],
    "a hard link": [link("package/a.json", "../../../etc/passwd", tarfile.LNKTYPE)],
    "a link to go through": [link("package/in", "/tmp"), file("package/in/fhir-case-out.json")],
    "a device": [link("package/null", "", tarfile.CHRTYPE)],
    "a pipe": [link("package/pipe", "", tarfile.FIFOTYPE)],
    "too many files": [file(f"package/{n}.json") for n in range(60)],
    "too many folders": [link(f"package/{n}", "", tarfile.DIRTYPE) for n in range(60)],
    "too large a file": [file("package/a.json", os.urandom(250_000))],
    "too much in all": [file(f"package/{n}.json", os.urandom(150_000)) for n in range(4)],
    "too deep": [file("package/" + "a/" * 40 + "b.json")],
    "a name that is too long": [file("package/" + "a" * 5_000)],
    "a file where a folder is": [file("package/a"), file("package/a/b.json")],
    "no package": [file("other/package.json", about())],
    "nothing": [],
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_archive_is_refused_and_leaves_nothing(cache: PackageCache, tmp_path: Path, kind: str) -> None:
    before = below(tmp_path)
    entries = (
        HOSTILE[kind] if kind in ("no package", "nothing") else [file("package/package.json", about()), *HOSTILE[kind]]
    )
    with pytest.raises(DefinitionError):
        cache.add(tgz(entries))
    assert below(tmp_path) == before
    assert not Path("/tmp/fhir-case-out.json").exists()
    assert cache.list() == ()


@pytest.mark.parametrize(
    "stated",
    [b"", b"[]", b"{}", b'{"name": "../up", "version": "1"}', b'{"name": "a", "version": "../up"}', b'{"name": 1}',
     b'{"name": "a", "version": "latest"}', b'{"name": "a"}', b"[" * 100_000],
)  # fmt: skip
def test_a_package_that_does_not_say_what_it_is_is_refused(cache: PackageCache, tmp_path: Path, stated: bytes) -> None:
    with pytest.raises(DefinitionError):
        cache.add(tgz([file("package/package.json", stated)]))
    assert below(tmp_path) == set()


def test_an_archive_that_grows_without_end_is_stopped_early(tmp_path: Path) -> None:
    unpack(io.BytesIO(zeros(50_000_000)), tmp_path, SMALL)  # zeros are the end of an archive
    info = tarfile.TarInfo("package/a.json")
    info.size = 150_000
    with pytest.raises(DefinitionError, match="50 times its size"):
        unpack(io.BytesIO(tgz([(info, bytes(info.size))])), tmp_path, SMALL)
    assert below(tmp_path) <= {"package/a.json"}


def test_a_header_that_grows_without_end_is_stopped_early(tmp_path: Path) -> None:
    info = tarfile.TarInfo("package/a.json")
    info.pax_headers = {"comment": "x" * 3_000_000}
    with pytest.raises(DefinitionError, match="headers"):
        unpack(io.BytesIO(tgz([(info, b"")])), tmp_path)


def test_a_full_disk_is_left_alone(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="no space"):
        unpack(io.BytesIO(packed(value_set())), tmp_path, Limits(disk_bytes=1 << 60))


@given(st.binary(max_size=300))
def test_bytes_that_are_no_archive_are_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("x")
    with pytest.raises(DefinitionError):
        unpack(io.BytesIO(content), folder)
    assert below(folder) == set()


@given(st.data())
def test_a_broken_archive_is_refused_or_gives_files_below_its_folder(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    whole = bytearray(packed(value_set()))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    outside = tmp_path_factory.mktemp("x")
    (outside / "in").mkdir()
    with suppress(DefinitionError):
        unpack(io.BytesIO(bytes(whole)), outside / "in", SMALL)
    assert {path.name for path in outside.iterdir()} == {"in"}


def test_an_archive_without_the_inner_folder_gets_it(cache: PackageCache) -> None:
    name = cache.add(packed(value_set(), folder=""))
    assert below(cache.root / str(name)) == {"package/package.json", "package/ValueSet-0.json"}


def test_entries_with_a_dot_before_them_are_fine(cache: PackageCache) -> None:
    assert str(cache.add(packed(value_set(), folder="./package/"))) == "test.one#1.0.0"
