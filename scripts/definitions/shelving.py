"""Writes what `fhir_case.definitions.shelf` reads: many JSON resources in one file, each compressed alone."""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter
from collections.abc import Iterable
from typing import Any

import msgspec

from fhir_case.definitions.entry import entry_of
from fhir_case.definitions.shelf import HEAD, MAGIC, Index
from fhir_case.json import number

_DICTIONARY_BYTES = 32_000  # deflate looks back 32,768 bytes
_DECODER = msgspec.json.Decoder(float_hook=number)
_ENCODER = msgspec.json.Encoder(order="sorted", decimal_format="number")


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
    index = zlib.compress(msgspec.json.encode(Index({**about, "digest": content}, entries, members)), 9)
    packed = zlib.compress(msgspec.json.encode({kind: text.decode() for kind, text in dictionaries.items()}), 9)
    return b"".join([HEAD.pack(MAGIC, len(index), len(packed)), index, packed, *streams])


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
