"""One file that holds many JSON resources, each compressed alone, so that one is read without the others.

    4 bytes   magic
    4 + 4     lengths of the index and of the dictionaries as stored, big-endian
    index     `{"about": {…}, "entries": [entry, …], "members": [[dictionary, length], …]}`, compressed
    dicts     `{kind: text}`, compressed: preset dictionaries (RFC 1950), what the resources of a kind have in common
    members   raw deflate streams, in the order of the entries

Opening reads the index (5 ms for R4); a resource is inflated and parsed when it is asked for. `scripts/definitions`
writes such files.
"""

from __future__ import annotations

import mmap
import struct
import zlib
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any

import msgspec

from fhir_case.definitions.entry import Entry
from fhir_case.json import number

MAGIC = b"FCS1"
HEAD = struct.Struct(">4sII")
_DECODER = msgspec.json.Decoder(float_hook=number)


class Index(msgspec.Struct):
    """What stands at the beginning of the file."""

    about: dict[str, Any]
    entries: list[Entry]
    members: list[tuple[str, int]]
    """For each entry the kind whose dictionary it needs, and its length."""


_INDEX = msgspec.json.Decoder(Index)


class Shelf:
    """The resources in the file `path`: `entries` tells what is there, `read(entry)` gives one.

    `about` is what its maker wrote on it. Raises `ValueError` when the file is no shelf, `OSError` when it can't be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as file:
            self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        magic, index, dictionaries = HEAD.unpack_from(self._data)
        if magic != MAGIC:
            raise ValueError(f"{path} is not a file of definitions")
        held = _INDEX.decode(zlib.decompress(self._data[HEAD.size : HEAD.size + index]))
        self.about, self.entries = held.about, held.entries
        self._members = held.members
        self._dictionaries_at = HEAD.size + index
        self._offsets = list(accumulate((m[1] for m in held.members), initial=self._dictionaries_at + dictionaries))

    @cached_property
    def _dictionaries(self) -> dict[str, bytes]:
        held = zlib.decompress(self._data[self._dictionaries_at : self._offsets[0]])
        return {kind: text.encode() for kind, text in msgspec.json.decode(held, type=dict[str, str]).items()}

    def read(self, entry: Entry) -> dict[str, Any]:
        """The resource of an entry, parsed anew at each call."""
        at = int(entry.place)
        kind, length = self._members[at]
        start = self._offsets[at]
        inflate = zlib.decompressobj(-zlib.MAX_WBITS, zdict=self._dictionaries.get(kind, b""))
        resource: dict[str, Any] = _DECODER.decode(inflate.decompress(self._data[start : start + length]))
        return resource
