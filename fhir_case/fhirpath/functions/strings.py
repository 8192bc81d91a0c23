"""Strings (http://hl7.org/fhirpath/N1/#string-manipulation, and what the release after it adds)."""

from __future__ import annotations

import base64
import binascii
import html
import json
from typing import Any

from fhir_case.fhirpath.errors import FHIRPathError
from fhir_case.fhirpath.functions.signature import Function, text, whole
from fhir_case.fhirpath.nodes import Items, system
from fhir_case.fhirpath.patterns import found, replaced

LONGEST = 10_000_000
"""Characters that a function may make."""


def _index_of(_: Any, items: Items, part: Items) -> Items:
    value, sought = text(items, "indexOf()"), text(part, "indexOf()")
    return [] if value is None or sought is None else [value.find(sought)]


def _substring(_: Any, items: Items, start: Items, length: Items | None = None) -> Items:
    value, first = text(items, "substring()"), whole(start, "substring()")
    if value is None or first is None or not 0 <= first < len(value):
        return []
    size = None if length is None else whole(length, "substring()")
    return [value[first:] if size is None else value[first : first + max(size, 0)]]


def _starts_with(_: Any, items: Items, part: Items) -> bool | None:
    value, sought = text(items, "startsWith()"), text(part, "startsWith()")
    return None if value is None or sought is None else value.startswith(sought)


def _ends_with(_: Any, items: Items, part: Items) -> bool | None:
    value, sought = text(items, "endsWith()"), text(part, "endsWith()")
    return None if value is None or sought is None else value.endswith(sought)


def _contains(_: Any, items: Items, part: Items) -> bool | None:
    value, sought = text(items, "contains()"), text(part, "contains()")
    return None if value is None or sought is None else sought in value


def _upper(_: Any, items: Items) -> Items:
    value = text(items, "upper()")
    return [] if value is None else [value.upper()]


def _lower(_: Any, items: Items) -> Items:
    value = text(items, "lower()")
    return [] if value is None else [value.lower()]


def _replace(_: Any, items: Items, old: Items, new: Items) -> Items:
    value, sought, put = text(items, "replace()"), text(old, "replace()"), text(new, "replace()")
    if value is None or sought is None or put is None:
        return []
    if len(put) * (len(value) + 1) > LONGEST and len(put) * value.count(sought) > LONGEST:
        raise FHIRPathError(f"replace() makes more than {LONGEST} characters")
    if not sought:
        return ["".join(put + one for one in value) + put] if value else [put]
    return [value.replace(sought, put)]


def _matches(_: Any, items: Items, pattern: Items) -> bool | None:
    value, regex = text(items, "matches()"), text(pattern, "matches()")
    return None if value is None or regex is None else found(regex, value)


def _matches_full(_: Any, items: Items, pattern: Items) -> bool | None:
    value, regex = text(items, "matchesFull()"), text(pattern, "matchesFull()")
    return None if value is None or regex is None else found(f"^(?:{regex})\\Z", value)


def _replace_matches(_: Any, items: Items, pattern: Items, new: Items) -> Items:
    value, regex, put = (text(one, "replaceMatches()") for one in (items, pattern, new))
    if value is None or regex is None or put is None:
        return []
    return [replaced(regex, put, value) if regex else value]


def _length(_: Any, items: Items) -> Items:
    value = text(items, "length()")
    return [] if value is None else [len(value)]


def _to_chars(_: Any, items: Items) -> Items:
    return list(text(items, "toChars()") or "")


def _trim(_: Any, items: Items) -> Items:
    value = text(items, "trim()")
    return [] if value is None else [value.strip()]


def _split(_: Any, items: Items, mark: Items) -> Items:
    value, at = text(items, "split()"), text(mark, "split()")
    if value is None or at is None:
        return []
    return list(value.split(at)) if at else list(value)


def _join(_: Any, items: Items, mark: Items | None = None) -> Items:
    between = "" if mark is None else text(mark, "join()") or ""
    texts = [value for value in map(system, items) if isinstance(value, str)]
    return [between.join(texts)] if texts else []


def _encode(_: Any, items: Items, form: Items) -> Items:
    value, to = text(items, "encode()"), text(form, "encode()")
    if value is None or to is None:
        return []
    data = value.encode()
    if to == "hex":
        return [data.hex()]
    if to in ("base64", "urlbase64"):
        return [(base64.b64encode if to == "base64" else base64.urlsafe_b64encode)(data).decode()]
    raise FHIRPathError("encode() takes 'hex', 'base64' or 'urlbase64'")


def _decode(_: Any, items: Items, form: Items) -> Items:
    value, of = text(items, "decode()"), text(form, "decode()")
    if value is None or of is None:
        return []
    if of not in ("hex", "base64", "urlbase64"):
        raise FHIRPathError("decode() takes 'hex', 'base64' or 'urlbase64'")
    try:
        if of == "hex":
            return [bytes.fromhex(value).decode()]
        return [(base64.b64decode if of == "base64" else base64.urlsafe_b64decode)(value).decode()]
    except (ValueError, binascii.Error):
        return []


def _escape(_: Any, items: Items, form: Items) -> Items:
    value, to = text(items, "escape()"), text(form, "escape()")
    if value is None or to is None:
        return []
    if to == "html":
        return [html.escape(value)]
    if to == "json":
        return [json.dumps(value, ensure_ascii=False)[1:-1]]
    raise FHIRPathError("escape() takes 'html' or 'json'")


def _unescape(_: Any, items: Items, form: Items) -> Items:
    value, of = text(items, "unescape()"), text(form, "unescape()")
    if value is None or of is None:
        return []
    if of == "html":
        return [html.unescape(value)]
    if of == "json":
        try:
            return [json.loads('"' + value.replace('\\"', '"').replace('"', '\\"') + '"')]
        except ValueError:
            return []
    raise FHIRPathError("unescape() takes 'html' or 'json'")


STRINGS = {
    "indexOf": Function(_index_of, 1, 1), "substring": Function(_substring, 1, 2), "upper": Function(_upper),
    "lower": Function(_lower), "replace": Function(_replace, 2, 2), "length": Function(_length),
    "startsWith": Function(_starts_with, 1, 1, True), "endsWith": Function(_ends_with, 1, 1, True),
    "contains": Function(_contains, 1, 1, True), "matches": Function(_matches, 1, 1, True),
    "matchesFull": Function(_matches_full, 1, 1, True), "replaceMatches": Function(_replace_matches, 2, 2),
    "toChars": Function(_to_chars), "trim": Function(_trim), "split": Function(_split, 1, 1),
    "join": Function(_join, 0, 1), "encode": Function(_encode, 1, 1), "decode": Function(_decode, 1, 1),
    "escape": Function(_escape, 1, 1), "unescape": Function(_unescape, 1, 1),
}  # fmt: skip
