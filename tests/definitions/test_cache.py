"""The cache of packages: added, listed, removed, by several processes at once."""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import re
import threading
import time
from pathlib import Path

import pytest
from packing import packed, value_set

from fhir_case.definitions import cache as module
from fhir_case.definitions.cache import PackageCache
from fhir_case.definitions.names import PackageName
from fhir_case.issues import DefinitionError

ONE = PackageName("test.one", "1.0.0")


@pytest.fixture
def cache(tmp_path: Path) -> PackageCache:
    return PackageCache(tmp_path / "packages", tmp_path / "scratch")


def test_packages_are_where_every_fhir_tool_looks_for_them(cache: PackageCache) -> None:
    assert cache.add(packed(value_set())) == ONE
    assert (cache.root / "test.one#1.0.0/package/package.json").is_file()
    assert sorted(path.name for path in cache.root.iterdir()) == ["packages.ini", "test.one#1.0.0"]
    # HL7's tools empty a cache whose file does not say this (FilesystemPackageCacheManager.CACHE_VERSION).
    assert "[cache]\nversion = 3" in (cache.root / "packages.ini").read_text()


def test_packages_are_listed_by_name_and_age(cache: PackageCache) -> None:
    for version in ("1.10.0", "1.9.0", "1.9.0-ballot"):
        cache.add(packed(value_set(), version=version))
    cache.add(packed(value_set(), name="a.first"))
    (cache.root / "not a package").mkdir()
    (cache.root / "empty.one#1.0.0").mkdir()
    assert list(map(str, cache.list())) == [
        "a.first#1.0.0", "test.one#1.9.0-ballot", "test.one#1.9.0", "test.one#1.10.0"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "found"),
    [("test.one", "1.10.0"), ("test.one@1.9.x", "1.9.0"), ("test.one#1.9.0", "1.9.0"), ("test.one@latest", "1.10.0"),
     ("test.one@2.0.0-ballot", "2.0.0-ballot")],
)  # fmt: skip
def test_a_package_is_opened_by_name_and_range(cache: PackageCache, wanted: str, found: str) -> None:
    for version in ("1.9.0", "1.10.0", "2.0.0-ballot"):
        cache.add(packed(value_set(), version=version))
    assert cache.open(wanted).version == found


def test_a_package_that_is_not_here_says_what_is_and_how_to_get_it(cache: PackageCache) -> None:
    with pytest.raises(DefinitionError, match=r"has no version of it.*fhir-case package add test\.one@2\.0\.0"):
        cache.open("test.one@2.0.0")
    cache.add(packed(value_set()))
    with pytest.raises(DefinitionError, match=r"here are 1\.0\.0"):
        cache.open("test.one@2.0.0")


def test_a_folder_is_added_without_what_its_links_lead_to(cache: PackageCache, tmp_path: Path) -> None:
    first = cache.root / str(cache.add(packed(value_set())))
    source = tmp_path / "source"
    first.rename(source)
    (tmp_path / "secret.json").write_text("{}")
    (source / "package/link.json").symlink_to(tmp_path / "secret.json")
    (source / "package/folder").symlink_to(tmp_path)
    assert cache.add(source) == ONE
    assert sorted(path.name for path in (first / "package").iterdir()) == ["ValueSet-0.json", "package.json"]
    assert cache.open("test.one").entries


def test_a_package_added_again_takes_the_place_of_the_first(cache: PackageCache) -> None:
    cache.add(packed(value_set()))
    (cache.root / "test.one#1.0.0/package/mark").write_text("")
    cache.add(packed(value_set()))
    assert (cache.root / "test.one#1.0.0/package/mark").exists()  # the same: whoever reads it is not disturbed
    cache.add(packed(value_set("http://example.org/new")))
    assert set(cache.open("test.one").by_url) == {"http://example.org/new"}


def test_what_is_not_what_was_expected_is_not_added(cache: PackageCache) -> None:
    with pytest.raises(DefinitionError, match=r"expected the package test\.two#1\.0\.0, found test\.one#1\.0\.0"):
        cache.add(packed(value_set()), PackageName("test.two", "1.0.0"))
    assert cache.list() == ()


def test_a_package_is_removed(cache: PackageCache) -> None:
    cache.add(packed(value_set()))
    cache.remove(ONE)
    assert cache.list() == ()
    assert [path.name for path in cache.root.iterdir()] == ["packages.ini"]
    with pytest.raises(DefinitionError, match="is not here"):
        cache.remove(ONE)
    with pytest.raises(DefinitionError, match="which version"):
        cache.remove(PackageName("test.one"))
    with pytest.raises(DefinitionError):
        cache.remove(PackageName("..", "1"))


def test_a_folder_that_can_not_be_written_is_an_error_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for cache in (PackageCache(tmp_path / "file", tmp_path / "s"), PackageCache(tmp_path / "file/x", tmp_path / "s")):
        with pytest.raises(DefinitionError, match="can't be written"):
            cache.add(packed(value_set()))
        assert cache.list() == ()
    archive = tmp_path / "a.tgz"
    archive.write_bytes(packed(value_set()))
    with pytest.raises(DefinitionError, match="can't be written"):
        PackageCache(tmp_path / "p", tmp_path / "file").open(archive)
    with pytest.raises(DefinitionError, match="can't be read"):
        PackageCache(tmp_path / "p", tmp_path / "s").add(tmp_path / "gone.tgz")


def test_what_a_killed_process_left_is_swept_away_a_day_later(cache: PackageCache) -> None:
    cache.add(packed(value_set()))
    left, fresh = cache.root / ".fhir-case-left", cache.root / ".fhir-case-fresh"
    left.mkdir()
    fresh.mkdir()
    os.utime(left, (time.time() - 90_000,) * 2)
    cache.add(packed(value_set(), name="test.two"))
    assert (left.exists(), fresh.exists()) == (False, True)


def _work(root: Path, scratch: Path, seed: int, done: multiprocessing.Queue[str]) -> None:  # pragma: no cover
    cache = PackageCache(root, scratch)
    try:
        for turn in range(6):
            cache.add(packed(*[value_set(f"http://example.org/{n}", str(seed * turn % 3)) for n in range(30)]))
            _read_all(cache)
    except Exception as error:
        done.put(repr(error))
    else:
        done.put("")


def _read_all(cache: PackageCache) -> None:
    """All of a package, or an error that says that it has just been replaced."""
    try:
        package = cache.open("test.one")
        assert len(package.entries) == 30
        found = {package.read(entry)["version"] for entry in package.entries}
    except DefinitionError as error:
        if not re.search("has changed since|No such file|is not here|is being written|is no folder", str(error)):
            raise
    else:
        assert len(found) == 1


def test_several_processes_at_once_never_see_half_a_package(cache: PackageCache) -> None:
    context = multiprocessing.get_context("spawn")
    done: multiprocessing.Queue[str] = context.Queue()
    workers = [context.Process(target=_work, args=(cache.root, cache.scratch, n, done)) for n in range(3)]
    for worker in workers:
        worker.start()
    found = [done.get(timeout=60) for _ in workers]
    for worker in workers:
        worker.join()
    assert found == ["", "", ""]
    assert cache.list() == (ONE,)
    assert [path.name for path in cache.root.iterdir() if path.suffix == ".lock" or path.name.startswith(".")] == []


def test_threads_may_add_the_same_package(cache: PackageCache) -> None:
    threads = [threading.Thread(target=cache.add, args=(packed(value_set()),)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert cache.list() == (ONE,)
    assert cache.open("test.one").entries


def _hold(path: Path, held: multiprocessing.synchronize.Event, seconds: float) -> None:  # pragma: no cover
    with path.open("ab") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
        held.set()
        time.sleep(seconds)
        path.unlink()


def test_a_package_that_another_tool_is_writing_is_waited_for(cache: PackageCache) -> None:
    """As HL7's validator writes one: its lock file is there and locked until it is done."""
    cache.add(packed(value_set()))
    context = multiprocessing.get_context("spawn")
    held = context.Event()
    other = context.Process(target=_hold, args=(cache.root / "test.one#1.0.0.lock", held, 0.5))
    other.start()
    assert held.wait(30)
    start = time.monotonic()
    assert cache.open("test.one").entries
    assert time.monotonic() - start > 0.2
    other.join()


def test_a_lock_that_is_held_for_ever_ends_in_words(cache: PackageCache, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.add(packed(value_set()))
    monkeypatch.setattr(module, "_PATIENCE", 0.2)
    context = multiprocessing.get_context("spawn")
    held = context.Event()
    other = context.Process(target=_hold, args=(cache.root / "test.one#1.0.0.lock", held, 3))
    other.start()
    assert held.wait(30)
    with pytest.raises(DefinitionError, match="another process has been writing"):
        cache.open("test.one")
    with pytest.raises(DefinitionError, match="another process has been holding"):
        cache.add(packed(value_set("http://example.org/other")))
    other.join()


def test_a_package_whose_writer_died_is_refused_until_it_is_removed(cache: PackageCache) -> None:
    cache.add(packed(value_set()))
    (cache.root / "test.one#1.0.0.lock").write_text("")
    with pytest.raises(DefinitionError, match="not written to its end"):
        cache.open("test.one")
    cache.remove(ONE)
    cache.add(packed(value_set()))
    assert cache.open("test.one").entries
