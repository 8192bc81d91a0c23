"""The bytes of an XML text as UTF-8, which FHIR demands (https://hl7.org/fhir/R4/xml.html); other encodings are told of."""

from __future__ import annotations

import codecs
import re

_DECLARED = re.compile(rb"""\A<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z][\w.:-]*)["']""")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_READ = frozenset(("utf-8", "us-ascii", "ascii", "utf-16", "iso-8859-1", "iso-8859-15", "latin-1", "windows-1252"))
"""Encodings that are decoded: the name comes from outside, and some of Python's codecs are no encodings at all."""


class EncodingError(ValueError):
    """The bytes cannot be made into text."""


def utf8(text: str | bytes) -> tuple[bytes, str]:
    """The text as UTF-8 without its byte order mark, and the encoding it had where that was another.

    Raises `EncodingError` for an encoding that is not read here, and for bytes that are not of their encoding.
    """
    if isinstance(text, str):
        return text.removeprefix("\ufeff").encode("utf-8", "surrogatepass"), ""
    marked = next((name for mark, name in _MARKS if text.startswith(mark)), "")
    declared = _DECLARED.match(text.removeprefix(codecs.BOM_UTF8))
    name = marked or (declared[1].decode().lower() if declared else "utf-8")
    if name == "utf-8":
        return text, ""
    if name == "utf-8-sig":
        return text[len(codecs.BOM_UTF8) :], ""
    if not marked and name not in _READ:
        raise EncodingError(f"the encoding {name[:40]} is not read here")
    try:
        return text.decode(name).encode(), name.upper()
    except (UnicodeError, LookupError):
        raise EncodingError(f"the bytes are not {name.upper()}, which the text says it is") from None
