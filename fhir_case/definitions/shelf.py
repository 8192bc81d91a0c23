"""One file that holds many JSON resources, each compressed alone, so that one is read without the others.

    4 bytes   magic
    4 + 4     lengths of the index and of the dictionaries as stored, big-endian
    index     `{"about": {…}, "entries": [entry, …], "members": [[dictionary, length], …]}`, compressed
    dicts     `{kind: text}`, compressed: preset dictionaries (RFC 1950), what the resources of a kind have in common
    members   raw deflate streams, in the order of the entries

Opening reads the index (2 ms for R4); a resource is inflated and parsed when it is asked for.
"""

from __future__ import annotations

import hashlib
import mmap
import struct
import zlib
from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any

import msgspec

from fhir_case.definitions.entry import Entry, entry_of
from fhir_case.json import number

MAGIC = b"FCS1"
_HEAD = struct.Struct(">4sII")
_DICTIONARY_BYTES = 32_000  # deflate looks back 32,768 bytes
_DECODER = msgspec.json.Decoder(float_hook=number)


class _Index(msgspec.Struct):
    about: dict[str, Any]
    entries: list[Entry]
    members: list[tuple[str, int]]


_INDEX = msgspec.json.Decoder(_Index)


class Shelf:
    """The resources in the file `path`: `entries` tells what is there, `read(entry)` gives one.

    `about` is what its maker wrote on it. Raises `ValueError` when the file is no shelf, `OSError` when it can't be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as file:
            self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        magic, index, dictionaries = _HEAD.unpack_from(self._data)
        if magic != MAGIC:
            raise ValueError(f"{path} is not a file of definitions")
        held = _INDEX.decode(zlib.decompress(self._data[_HEAD.size : _HEAD.size + index]))
        self.about, self.entries = held.about, held.entries
        self._members = held.members
        self._dictionaries_at = _HEAD.size + index
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


def shelved(resources: Iterable[dict[str, Any]], about: dict[str, Any]) -> bytes:
    """The bytes of a shelf that holds `resources`; equal resources give equal bytes, whatever their order.

    `about` gets their `digest` (sha256, hex).
    """
    by_key = sorted((_key(one), _ENCODER.encode(one)) for one in resources)
    kinds: dict[str, list[bytes]] = {}
    for (kind, *_), text in by_key:
        kinds.setdefault(kind, []).append(text)
    dictionaries = {kind: _common(texts) for kind, texts in kinds.items()}
    entries, members, streams = [], [], []
    for at, ((kind, *_), text) in enumerate(by_key):
        deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, 9, zlib.Z_DEFAULT_STRATEGY, dictionaries[kind])
        streams.append(deflate.compress(text) + deflate.flush())
        entries.append(entry_of(msgspec.json.decode(text), str(at)))
        members.append((kind, len(streams[-1])))
    content = hashlib.sha256(b"\n".join(text for _, text in by_key)).hexdigest()
    index = zlib.compress(msgspec.json.encode(_Index({**about, "digest": content}, entries, members)), 9)
    packed = zlib.compress(msgspec.json.encode({kind: text.decode() for kind, text in dictionaries.items()}), 9)
    return b"".join([_HEAD.pack(MAGIC, len(index), len(packed)), index, packed, *streams])


_ENCODER = msgspec.json.Encoder(order="sorted", decimal_format="number")


def _key(resource: dict[str, Any]) -> tuple[str, str, str]:
    return resource["resourceType"], resource.get("url", ""), resource.get("version", "")


def _common(texts: list[bytes]) -> bytes:
    """A preset dictionary for `texts`: the objects that recur most, the best at the end, where deflate reaches them cheaply."""
    counts: Counter[bytes] = Counter()
    todo: list[Any] = [_DECODER.decode(text) for text in texts]
    while todo:
        one = todo.pop()
        if isinstance(one, dict):
            text = _ENCODER.encode(one)
            if len(text) <= 1500:
                counts[text] += 1
            todo += one.values()
        elif isinstance(one, list):
            todo += one
    chosen: list[bytes] = []
    whole = b""
    for text, count in sorted(counts.items(), key=lambda item: (-(item[1] - 1) * len(item[0]), item[0])):
        if count > 2 and text not in whole and len(whole) + len(text) <= _DICTIONARY_BYTES:
            chosen.append(text)
            whole += text
    return b"".join(reversed(chosen))
