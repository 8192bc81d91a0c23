"""The cache of packages that every FHIR tool shares: `~/.fhir/packages/name#version/package`.

A package is unpacked beside its place and then renamed to it, so that nobody ever sees half of one; the lock file is
the one that HL7's tools take (FilesystemPackageCacheManagerLocks), so that theirs and ours wait for one another.
https://confluence.hl7.org/display/FHIR/FHIR+Package+Cache
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import BinaryIO

import msgspec

from fhir_case.definitions.names import PackageName, checked, parsed
from fhir_case.definitions.package import Package
from fhir_case.definitions.unpacking import LIMITS, Limits, copy, unpack
from fhir_case.definitions.versions import fits
from fhir_case.issues import DefinitionError

try:
    import fcntl
except ImportError:  # Windows: the rename alone keeps packages whole
    fcntl = None  # type: ignore[assignment]

_INI = "packages.ini"
_INI_TEXT = "[cache]\nversion = 3\n"  # HL7's tools empty a cache that doesn't say so
_PART = ".fhir-case-"
_PATIENCE = 60.0
_LEFT_OVER = 86_400.0


class PackageCache:
    """The packages in the folder `root`; `scratch` is where this program alone keeps what it made of them.

    By default `~/.fhir/packages` (or FHIR_CASE_PACKAGES) and `~/.cache/fhir-case` (or FHIR_CASE_CACHE).
    """

    def __init__(self, root: Path | None = None, scratch: Path | None = None, limits: Limits = LIMITS) -> None:
        self.root = root or _path("FHIR_CASE_PACKAGES", ".fhir/packages")
        self.scratch = scratch or _path("FHIR_CASE_CACHE", ".cache/fhir-case")
        self._limits = limits

    @property
    def indexes(self) -> Path:
        """Where the indexes of packages are kept."""
        return self.scratch / "indexes"

    def list(self) -> tuple[PackageName, ...]:
        """The packages that are here, by name, the oldest version first."""
        return tuple(sorted(self._names(), key=lambda one: one.order))

    def newest(self, name: str, version: str = "") -> PackageName | None:
        """The newest that is here of a package, of those that fit the version or range; releases before drafts."""
        here = [
            one for one in self._names()
            if one.name == name and (not version or one.version == version or fits(one.version, version) == 3)
        ]  # fmt: skip
        return max(here, key=lambda one: ("-" not in one.version, one.order), default=None)

    def open(self, wanted: str | Path | PackageName) -> Package:
        """A package by name (`hl7.fhir.us.core@6.1.0`, `…#6.1.x`), as a .tgz, or as a folder.

        Raises `DefinitionError`, which for a name says how to get it.
        """
        if isinstance(wanted, Path) or (isinstance(wanted, str) and _is_path(wanted)):
            path = Path(wanted)
            return Package(path if path.is_dir() else self._unpacked(path), self.indexes)
        asked = parsed(wanted) if isinstance(wanted, str) else wanted
        found = self.newest(asked.name, asked.version)
        if found is None:
            raise DefinitionError(self._missing(asked))
        self._wait(found)
        return Package(self.root / str(found), self.indexes)

    def add(self, source: bytes | Path, expected: PackageName | None = None) -> PackageName:
        """Put a package into the cache: the bytes of a .tgz, such a file, or a folder. One that is there is replaced.

        `expected`: what it must be. Raises `DefinitionError`; then the cache is as it was.
        """
        return self._placed(lambda part: self._fill(source, part), expected)

    def remove(self, name: PackageName) -> None:
        """Take a package out. Raises `DefinitionError` when it isn't there."""
        if not name.version:
            raise DefinitionError(
                f"which version of {name}? Expected such as {self.newest(name.name) or f'{name}#1.0.0'}"
            )
        name = checked(name.name, name.version)
        place = self.root / str(name)
        if not place.is_dir():
            raise DefinitionError(self._missing(name))
        with self._lock(name):
            self._discard(place)

    # Places

    def _names(self) -> Iterator[PackageName]:
        with suppress(OSError), os.scandir(self.root) as found:
            for one in found:
                name, _, version = one.name.partition("#")
                with suppress(DefinitionError):
                    known = checked(name, version)
                    if (Path(one.path) / "package" / "package.json").is_file():
                        yield known

    def _missing(self, asked: PackageName) -> str:
        others = [one.version for one in self.list() if one.name == asked.name]
        here = f"here are {', '.join(others[-5:])}" if others else f"{self.root} has no version of it"
        return f"the package {asked} is not here: {here}; `fhir-case package add {str(asked).replace('#', '@')}` fetches it"

    def _unpacked(self, archive: Path) -> Path:
        """Where the files of a .tgz are that somebody gave: in this program's own folder, by its content."""
        try:
            content = archive.read_bytes()
        except OSError as error:
            raise DefinitionError(f"{archive} can't be read: {error.strerror or error}") from None
        place = self.scratch / "unpacked" / hashlib.sha256(content).hexdigest()[:40]
        if not (place / "package").is_dir():
            try:
                self._rename(self._part(lambda part: self._fill(content, part), place.parent), place)
            except DefinitionError as error:
                raise DefinitionError(f"{archive}: {error}") from None
        return place

    # Making

    def _placed(self, fill: Callable[[Path], None], expected: PackageName | None) -> PackageName:
        part = self._part(fill, self.root)
        try:
            name = _stated(part / "package" / "package.json")
            if expected is not None and expected != name:
                raise DefinitionError(f"expected the package {expected}, found {name}")
            self._prepare()
            with self._lock(name):
                self._rename(part, self.root / str(name))
            return name
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def _part(self, fill: Callable[[Path], None], folder: Path) -> Path:
        """A folder that `fill` has filled, beside its future place; nothing is left of it when that fails."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._sweep(folder)
            part = Path(mkdtemp(prefix=_PART, dir=folder))
        except OSError as error:
            raise DefinitionError(f"{folder} can't be written: {error.strerror or error}") from None
        try:
            fill(part)
            _settle(part)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
        part.chmod(0o755)
        return part

    def _fill(self, source: bytes | Path, part: Path) -> None:
        if isinstance(source, Path) and source.is_dir():
            copy(source, part, self._limits)
        elif isinstance(source, Path):
            try:
                archive: BinaryIO = source.open("rb")
            except OSError as error:
                raise DefinitionError(f"{source} can't be read: {error.strerror or error}") from None
            with archive:
                unpack(archive, part, self._limits)
        else:
            unpack(io.BytesIO(source), part, self._limits)

    def _rename(self, part: Path, place: Path) -> None:
        """Put what is ready into its place; what was there before goes, unless it is the same."""
        try:
            while True:
                if place.is_dir():
                    if Package(place).digest == Package(part).digest:
                        return  # somebody may be reading it
                    self._discard(place)
                try:
                    part.rename(place)
                except OSError as error:
                    if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                        raise
                else:
                    return  # else another thread was faster: POSIX locks keep only processes apart
        except OSError as error:
            raise DefinitionError(f"{place} can't be written: {error.strerror or error}") from None
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def _discard(self, place: Path) -> None:
        """Out of sight in one step, then gone."""
        try:
            gone = Path(mkdtemp(prefix=_PART, dir=place.parent))
        except OSError as error:
            raise DefinitionError(f"{place.parent} can't be written: {error.strerror or error}") from None
        try:
            place.rename(gone / "package")
        except FileNotFoundError:
            pass  # another process was faster
        except OSError as error:
            raise DefinitionError(f"{place} can't be taken away: {error.strerror or error}") from None
        finally:
            shutil.rmtree(gone, ignore_errors=True)

    def _prepare(self) -> None:
        """What HL7's tools look for in a cache."""
        with suppress(FileExistsError), (self.root / _INI).open("x") as file:
            file.write(_INI_TEXT)

    def _sweep(self, folder: Path) -> None:
        """Away with what killed processes left."""
        for one in folder.glob(f"{_PART}*"):
            with suppress(OSError):
                if time.time() - one.stat().st_mtime > _LEFT_OVER:
                    shutil.rmtree(one, ignore_errors=True)

    # Waiting

    @contextmanager
    def _lock(self, name: PackageName) -> Iterator[None]:
        """Alone with a package, among all processes that keep to the lock file. Raises `DefinitionError` after a minute."""
        path = self.root / f"{name}.lock"
        end = time.monotonic() + _PATIENCE
        while fcntl is not None:
            try:
                file = path.open("ab")
            except OSError as error:
                raise DefinitionError(f"{path} can't be written: {error.strerror or error}") from None
            # The file must still be the one that others see: who had it before has taken it away.
            if _locked(file) and path.exists() and os.stat(path).st_ino == os.fstat(file.fileno()).st_ino:
                break
            file.close()
            if time.monotonic() > end:
                raise DefinitionError(f"another process has been holding {path} for a minute")
            time.sleep(0.05)
        try:
            yield
        finally:
            if fcntl is not None:
                path.unlink(missing_ok=True)
                file.close()

    def _wait(self, name: PackageName) -> None:
        """Until nobody is writing the package; reading needs no lock. Raises `DefinitionError` when its writer has died."""
        path = self.root / f"{name}.lock"
        end = time.monotonic() + _PATIENCE
        while fcntl is not None and path.exists():
            time.sleep(0.05)
            with suppress(FileNotFoundError, PermissionError), path.open("rb+") as file:
                if _locked(file) and path.exists():
                    raise DefinitionError(
                        f"the package {name} was not written to its end; `fhir-case package remove` it, and add it again"
                    )
            if time.monotonic() > end:
                raise DefinitionError(f"another process has been writing {name} for a minute")


def _locked(file: BinaryIO) -> bool:
    """The lock on the file is ours now. POSIX record locks, which Java's FileLock takes too."""
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _path(variable: str, below_home: str) -> Path:
    stated = os.environ.get(variable)
    return Path(stated) if stated else Path.home() / below_home


def _is_path(text: str) -> bool:
    """It names a file or folder rather than a package: it has a slash, ends as an archive does, or is there."""
    return "/" in text or os.sep in text or text.endswith((".tgz", ".tar.gz")) or Path(text).is_dir()


def _settle(part: Path) -> None:
    """The files stand below `package/`, also where the source had them at its top. Raises `DefinitionError` if none do."""
    if (part / "package" / "package.json").is_file():
        return
    if not (part / "package.json").is_file():
        raise DefinitionError("this is not a package: it has no package/package.json")
    inner = part / f"{_PART}package"
    inner.mkdir()
    for one in list(part.iterdir()):
        if one != inner:
            one.rename(inner / one.name)
    inner.rename(part / "package")


def _stated(path: Path) -> PackageName:
    """Name and version in a package.json. Raises `DefinitionError`."""
    try:
        about = msgspec.json.decode(path.read_bytes().removeprefix(b"\xef\xbb\xbf"), type=dict[str, object])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DefinitionError(f"its package.json can't be read: {error}") from None
    name = checked(about.get("name"), about.get("version"))
    if not name.version:
        raise DefinitionError(f"{name} has no version of its own in its package.json")
    return name
