"""Packages taken out of their archives, where the archive may be anybody's.

A file is written only below the folder given, and only a plain file; how many, how large, and how far they may grow
from what was received is bounded (`Limits`). One forbidden entry refuses the whole archive.
"""

from __future__ import annotations

import os
import shutil
import tarfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import BinaryIO

from fhir_case.issues import DefinitionError

_CHUNK = 1 << 16
_HEADERS = 1 << 20  # what the headers before one entry may take: names, not content


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that an archive may become. The largest packages on the registry have 30,000 files and 600 MB."""

    files: int = 100_000
    depth: int = 12
    file_bytes: int = 256 << 20
    bytes: int = 2 << 30
    ratio: int = 200
    """Bytes unpacked for one byte received, beyond `free_bytes`; JSON gives 10 to 20."""
    free_bytes: int = 16 << 20
    disk_bytes: int = 256 << 20
    """What is left free on the disk."""


LIMITS = Limits()


def unpack(archive: BinaryIO, folder: Path, limits: Limits = LIMITS) -> None:
    """Write the files of a .tgz into `folder`, which exists and is empty.

    Raises `DefinitionError` for what is no .tgz, or no package; what was written until then stays for the caller to remove.
    """
    stream = _Inflated(archive, limits)
    stream.allow(_HEADERS)
    try:
        with tarfile.open(fileobj=stream, mode="r|", errorlevel=2) as tar:  # type: ignore[call-overload]
            _members(tar, stream, folder, limits)
    except (tarfile.TarError, zlib.error, EOFError, UnicodeError, OverflowError, ValueError) as error:
        raise DefinitionError(
            f"this is not a package: a .tgz with package/package.json was expected ({error})"
        ) from None
    except OSError as error:
        raise DefinitionError(f"the package could not be written: {error.strerror or error}") from None


def _members(tar: tarfile.TarFile, stream: _Inflated, folder: Path, limits: Limits) -> None:
    count = 0
    while True:
        stream.allow(_HEADERS)
        member = tar.next()
        if member is None:
            return
        tar.members = []  # type: ignore[attr-defined]  # it keeps every header it met otherwise
        path = _below(member, limits)
        count += 1
        if count > limits.files:
            raise DefinitionError(f"the archive has more than {limits.files:,} files")
        if member.isdir() or path is None:
            continue
        if member.size > limits.file_bytes:
            raise DefinitionError(f"{path} has {member.size:,} bytes; a file may have {limits.file_bytes:,}")
        if shutil.disk_usage(folder).free < member.size + limits.disk_bytes:
            raise DefinitionError(f"no space is left on the disk of {folder.parent}")
        stream.allow(member.size + _HEADERS)
        content = tar.extractfile(member)
        assert content is not None  # a plain file has content
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            shutil.copyfileobj(content, file, _CHUNK)


def _below(member: tarfile.TarInfo, limits: Limits) -> PurePosixPath | None:
    """Where an entry goes, below the folder. Raises `DefinitionError` for entries that no package has."""
    name = member.name.replace("\\", "/")
    shown = f"the archive has {member.name[:120]!r}"
    if not (member.isreg() or member.isdir()) or member.issparse():
        raise DefinitionError(f"{shown}, which is a link or a device; a package has files only")
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or PureWindowsPath(name).drive or "\0" in name:
        raise DefinitionError(f"{shown}, which would be written outside of the package's folder")
    if len(path.parts) > limits.depth:
        raise DefinitionError(f"{shown}, nested deeper than {limits.depth} folders")
    return path if path.parts else None


class _Inflated:
    """The bytes in a gzip stream, no more of them than are allowed at any moment."""

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        self._file, self._limits = file, limits
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self._received = self._given = self._allowed = 0

    def allow(self, count: int) -> None:
        """Let that many more bytes be read from here, and what a tar reads ahead."""
        self._allowed = self._given + count + tarfile.RECORDSIZE * 2

    def read(self, count: int) -> bytes:
        """Up to `count` bytes; none at the end."""
        made = bytearray()
        while len(made) < count and not self._inflate.eof:
            fed = self._inflate.unconsumed_tail
            if not fed:
                fed = self._file.read(_CHUNK)
                self._received += len(fed)
                if not fed:
                    raise EOFError("it is cut short")
            made += self._inflate.decompress(fed, count - len(made))
        self._given += len(made)
        self._check()
        return bytes(made)

    def _check(self) -> None:
        limits = self._limits
        if self._given > self._allowed:
            raise DefinitionError("the archive's headers are longer than its names can need")
        if self._given > limits.bytes:
            raise DefinitionError(f"the archive unpacks to more than {limits.bytes:,} bytes")
        if self._given > limits.free_bytes + limits.ratio * self._received:
            raise DefinitionError(f"the archive unpacks to more than {limits.ratio} times its size")


def copy(source: Path, folder: Path, limits: Limits = LIMITS) -> None:
    """Copy the plain files of a package's folder into `folder`; links are not followed. Raises `DefinitionError`."""
    count = size = 0
    try:
        for place, folders, files in os.walk(source):
            folders[:] = [name for name in folders if not Path(place, name).is_symlink()]
            for name in files:
                path = Path(place, name)
                if path.is_symlink() or not path.is_file():
                    continue
                count, size = count + 1, size + path.stat().st_size
                if count > limits.files or size > limits.bytes:
                    raise DefinitionError(f"{source} has more than {limits.files:,} files or {limits.bytes:,} bytes")
                target = folder / path.relative_to(source)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
    except OSError as error:
        raise DefinitionError(f"{source} could not be copied: {error.strerror or error}") from None
